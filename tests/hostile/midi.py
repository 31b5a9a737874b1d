"""Hostile MIDI: chunks and headers that lie, numbers at their limits, tracks without number."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from hostile.case import Case, Row, flips, scrambled, spread, tune
from midi_bytes import END, chunk, file, header, meta, off, on, quantity, smpte, track

PER_QUARTER = 24
LONGEST_WAIT = 2**28 - 1


def strikes(rows: tuple[Row, ...], *, runs: bool = False) -> bytes:
    """Return notes that follow each other as events; under one running status where that is asked for."""
    events = []
    for pitch, _, length in rows:
        wait = int(length * PER_QUARTER)
        if runs:
            events.append((b"" if events else b"\0\x90") or b"\0")
            events.append(bytes([pitch, 64]) + quantity(wait) + bytes([pitch, 0]))
        else:
            events.append(on(0, pitch) + off(wait, pitch))
    return b"".join(events)


def later(rows: tuple[Row, ...], ticks: int) -> tuple[Row, ...]:
    """Return the notes so many ticks later."""
    return tuple((pitch, onset + Fraction(ticks, PER_QUARTER), length) for pitch, onset, length in rows)


def cases(random: Random) -> Iterator[Case]:
    """Give hostile MIDI files."""
    makers = (_sound, _headers, _lengths, _events, _many, _cuts)
    for maker in makers:
        yield from maker(random)
    for number in range(6):
        rows = tune(random)
        whole = file(track(meta(0, 3, b"tune")), track(strikes(rows), meta(0, 0x51, b"\7\xa1\x20")))
        for name, data in (*flips(random, whole, 50), *scrambled(random, whole, 25)):
            yield _case(f"{name} (tune {number})", data, "safe")


def _case(
    name: str, data: bytes, outcome: str, rows: tuple[Row, ...] | None = None, says: str = "", **more
) -> Case:
    return Case("midi", name, data, more.pop("ending", ".mid"), outcome, rows, says, **more)  # type: ignore[arg-type]


def _sound(random: Random) -> Iterator[Case]:
    """Give files that are odd, and sound."""
    rows = tune(random)
    body = strikes(rows)
    odd = {
        "as it is": file(track(body)),
        "format 0": file(track(body), kind=0),
        "running status": file(track(strikes(rows, runs=True))),
        "an unknown key and metre": file(
            track(meta(0, 0x59, b"\x7f\x7f"), meta(0, 0x58, b"\xff\xff\0\0"), body)
        ),
        "20,000 empty texts before": file(track(meta(0, 1, b"") * 20_000, body)),
        "a text of 200,000 bytes": file(track(meta(0, 1, b"x" * 200_000), body)),
        "an empty system exclusive": file(track(b"\0\xf0\0", body)),
        "metas of every unknown kind": file(
            track(*(meta(0, kind, b"ab") for kind in range(0x60, 0x7F)), body)
        ),
        "a name of 100,000 letters": file(track(meta(0, 3, b"n" * 100_000), body)),
        "a name of control characters": file(track(meta(0, 3, bytes(range(32)) + b"\x9b[2J"), body)),
        "65,535 tracks": header(65_535) + track() * 65_534 + track(body),
        "the slowest tempo": file(track(meta(0, 0x51, b"\xff\xff\xff"), body)),
        "the fastest tempo": file(track(meta(0, 0x51, b"\0\0\1"), body)),
        "tempos without number": file(track(meta(0, 0x51, b"\7\xa1\x20") * 100_000, body)),
    }
    for name, data in odd.items():
        yield _case(name, data, "same", rows)
    for name in (".krn", ".wav", ".toml", "", ".MID", ".mid.mid"):
        yield _case(f"with the ending {name or 'of none'}", file(track(body)), "same", rows, ending=name)
    for waits in (1, 2, 7):
        silence = meta(LONGEST_WAIT, 1, b"") * waits
        yield _case(
            f"{waits} longest waits before",
            file(track(silence, body)),
            "same",
            later(rows, waits * LONGEST_WAIT),
        )


def _headers(random: Random) -> Iterator[Case]:
    """Give headers that lie."""
    rows = tune(random)
    body = track(strikes(rows))
    for announced in (0, 2, 255, 65_535):
        yield _case(f"{announced} tracks announced", header(announced) + body, "told", rows, "announced")
    for kind in (3, 4, 255, 256, 65_535):
        yield _case(f"format {kind}", header(1, kind) + body, "refused", says="format")
    yield _case("division 0", header(1, 1, 0) + body, "refused", says="0 ticks per quarter")
    for frames in (1, 23, 24, 25, 26, 29, 30, 31, 127, 128):
        for ticks in (0, 1, 40, 255):
            known = frames in (24, 25, 29, 30) and ticks
            data = header(1, 1, smpte(frames, ticks)) + body
            outcome, says = ("told", "half a second") if known else ("refused", "frames a second")
            yield _case(f"{frames} frames of {ticks} ticks", data, outcome, says=says)
    for division in (1, 2, 32_767):
        scaled = tuple((p, o * PER_QUARTER / division, d * PER_QUARTER / division) for p, o, d in rows)
        yield _case(f"division {division}", header(1, 1, division) + body, "same", scaled)
    for length in (0, 1, 5, 2**31, 2**32 - 1):
        data = b"MThd" + length.to_bytes(4) + header(1)[8:] + body
        yield _case(f"a header of {length} bytes", data, "refused", says="header")
    for spare in (1, 7, 1_000):
        data = chunk(b"MThd", header(1)[8:] + bytes(spare)) + body
        yield _case(f"{spare} spare bytes in the header", data, "told", rows, "unknown bytes")
    yield _case("no track at all", header(0), "told", (), "no notes")
    yield _case("a track announced, and none", header(1), "refused", says="none")
    yield _case("65,536 tracks", header(65_535) + track() * 65_536, "refused", says="tracks")
    yield _case("two headers", header(1) + header(1) + body, "told", rows, "unknown chunk")
    riff = b"RIFF" + (len(header(1) + body) + 12).to_bytes(4, "little") + b"RMIDdata"
    wrapped = riff + len(header(1) + body).to_bytes(4, "little") + header(1) + body
    yield _case("wrapped as RIFF", wrapped, "same", rows)
    yield _case("wrapped as RIFF, its data too long", wrapped.replace(b"data", b"data\xff", 1), "refused")
    yield _case("wrapped as RIFF, without data", wrapped.replace(b"data", b"atad", 1), "refused")


def _lengths(random: Random) -> Iterator[Case]:
    """Give track chunks whose lengths lie."""
    rows = tune(random, 1)
    body = strikes(rows) + END
    for by in (*range(-len(body), 0), 1, 2, 1_000, 2**31, 2**32 - 1 - len(body)):
        data = header(1) + b"MTrk" + (len(body) + by).to_bytes(4) + body
        yield _case(f"a track {by:+} bytes long", data, "noticed")
    yield _case(
        "junk after the end", file(track(strikes(rows))) + b"junk", "told", rows, "after the last chunk"
    )
    unknown = header(1) + chunk(b"XFIH", bytes(100)) + track(strikes(rows))
    yield _case("an unknown chunk", unknown, "told", rows, "unknown chunk")
    many = header(1) + chunk(b"abcd", b"") * 80_000 + track(strikes(rows))
    yield _case("80,000 unknown chunks", many, "told", rows, "unknown chunk")


def _events(random: Random) -> Iterator[Case]:
    """Give events that make no sense."""
    rows = tune(random)
    body = strikes(rows)
    last = rows[-1][1] + rows[-1][2]
    told = {
        "no end of track": (file(track(body, end=b"")), rows, "without an end"),
        "events after the end": (file(track(body + END, on(0, 60))), rows, "after an end"),
        "tempo 0": (file(track(meta(0, 0x51, bytes(3)), body)), rows, "tempo"),
        "a tempo of one byte": (file(track(meta(0, 0x51, b"\7"), body)), rows, "impossible length"),
        "a tempo of 1,000 bytes": (file(track(meta(0, 0x51, bytes(1_000)), body)), rows, "impossible length"),
        "a note that never ends": (
            file(track(body, on(0, 40), meta(24, 1, b""))),
            (*rows, (40, last, Fraction(1))),
            "no end",
        ),
        "a note of no length": (
            file(track(body, on(0, 40), off(0, 40))),
            (*rows, (40, last, Fraction(1, 24))),
            "no length",
        ),
        "messages of a cable": (file(track(b"\0\xf8\0\xfe\0\xf1\1\0\xf2\1\1", body)), rows, "system message"),
        "running status after a meta": (
            file(track(on(0, 40), meta(0, 1, b""), b"\x18\x28\0", body)),
            ((40, Fraction(0), Fraction(1)), *later(rows, 24)),
            "running status",
        ),
        "100,001 tempos": (file(track(meta(0, 0x51, b"\7\xa1\x20") * 100_001, body)), rows, "tempo changes"),
    }
    for name, (data, notes, says) in told.items():
        yield _case(name, data, "told", notes, says)
    refused = {
        "a time of five bytes": b"\x81\x80\x80\x80\0\x90\x3c\x40",
        "a time that never ends": b"\xff" * 50_000,
        "a program of no program": b"\0\xc0\xff",
        "data over 127": b"\0\x90\x3c\xa8",
        "eight longest waits and a note": meta(LONGEST_WAIT, 1, b"") * 8 + on(8, 60),
        "a meta longer than its track": b"\0\xff\1\xff\xff\xff\x7f",
        "an exclusive longer than its track": b"\0\xf0\xff\xff\xff\x7f",
    }
    refused |= {f"status byte {byte:#x}": bytes([0, byte]) for byte in (0xF4, 0xF5, 0xF9, 0xFD)}
    early = track(b"\0\x3c\x40", body)
    yield _case("data before any event", file(early), "refused", says="no event has begun")
    for name, events in refused.items():
        yield _case(name, file(track(body, events)), "refused", says="offset|ticks long")


def _many(random: Random) -> Iterator[Case]:
    """Give more of everything than music has."""
    rows = tuple((48 + number % 36, Fraction(number), Fraction(1)) for number in range(100_000))
    yield _case("100,000 notes", file(track(strikes(rows))), "same", rows)
    struck = b"".join(on(0, 60) for _ in range(200_000))
    yield _case(
        "200,000 strikes of one key at one time, none ends",
        file(track(struck)),
        "told",
        says="never|no end|one",
    )
    pile = b"".join(on(1, 60) for _ in range(100_000)) + b"".join(off(1, 60) for _ in range(100_000))
    yield _case("100,000 notes of one pitch that overlap", file(track(pile)), "told", says="overlapping")
    drums = b"".join(on(0, 36, channel=9) for _ in range(200_000))
    yield _case("200,000 strokes at one time", file(track(drums)), "told", says="read as one")
    wheel = b"".join(quantity(0) + bytes([0xE0, number % 128, 1]) for number in range(200_000))
    yield _case("200,000 bends", file(track(wheel, strikes(rows[:4]))), "told", rows[:4], "pitch bends")
    patterns = b"".join(track(on(0, 60), off(24, 60)) for _ in range(20_000))
    yield _case("20,000 patterns", header(20_000, 2) + patterns, "refused", says="patterns")
    names = b"".join(track(meta(0, 3, b"n" * 40)) for _ in range(10_000))
    yield _case(
        "10,000 tracks with names", header(10_001) + names + track(strikes(rows[:4])), "same", rows[:4]
    )


def _cuts(random: Random) -> Iterator[Case]:
    """Give files cut anywhere: the length of a chunk, or its end, tells."""
    for number in range(3):
        whole = file(track(meta(0, 3, b"a")), track(strikes(tune(random))), track(strikes(tune(random, 1))))
        for length in spread(1, len(whole) - 1, 70):
            yield _case(f"cut to {length} bytes (tune {number})", whole[:length], "noticed", is_cut=True)
