"""Gather all hostile files: the same ones for the same seed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from random import Random

from hostile import abc, beside, kern, mei, midi, musicxml, mxl, sound
from hostile.case import Case, Maker

SEED = 1

MAKERS: dict[str, Maker] = {
    "midi": midi.cases,
    "musicxml": musicxml.cases,
    "mxl": mxl.cases,
    "mei": mei.cases,
    "kern": kern.cases,
    "abc": abc.cases,
    "sound": sound.cases,
    "taste": beside.cases,
}
"""What gives the cases of each kind."""

ENDINGS = (
    ".mid",
    ".musicxml",
    ".mxl",
    ".mei",
    ".krn",
    ".abc",
    ".wav",
    ".flac",
    ".ogg",
    ".opus",
    ".mp3",
    "",
    ".txt",
)


def cases(seed: int = SEED, only: str = "") -> Iterator[Case]:
    """Give all hostile files, or those of one maker."""
    for name, maker in MAKERS.items():
        if only in ("", name):
            yield from maker(Random(f"{name} {seed}"))
    if only in ("", "any"):
        yield from _of_no_kind(Random(f"any {seed}"))


def short(seed: int = SEED, largest: int = 20_000) -> list[Case]:
    """Return a fixed spread of the smaller files: some hundreds, of every kind, and every cut of some formats."""
    chosen: dict[str, list[Case]] = {}
    for case in cases(seed):
        if len(case.data) <= largest:
            chosen.setdefault(case.kind, []).append(case)
    return [case for kind in chosen.values() for case in sorted(kind, key=_shuffled)[:30]]


def _shuffled(case: Case) -> bytes:
    """Return a key by which cases are in no order that anybody made."""
    return hashlib.sha256(str(case).encode()).digest()


def _of_no_kind(random: Random) -> Iterator[Case]:
    """Give files that hold nothing of any kind, under the names of all kinds."""
    contents = {
        "nothing": b"",
        "a zero": b"\0",
        "zeros": bytes(10_000),
        "ones": b"\xff" * 10_000,
        "a blank": b" ",
        "line ends": b"\r\n" * 10_000,
        "a byte-order mark": b"\xef\xbb\xbf",
        "noise": random.randbytes(5_000),
        "letters": b"a" * 100_000,
        "digits": b"1" * 100_000,
        "brackets": b"<" * 100_000,
        "open elements": b"<a>" * 100_000,
        "MThd alone": b"MThd",
        "PK alone": b"PK\3\4",
        "RIFF alone": b"RIFF",
        "fLaC alone": b"fLaC",
        "OggS alone": b"OggS",
        "ID3 alone": b"ID3\4\0\0\x7f\x7f\x7f\x7f",
        "a frame of MP3": b"\xff\xfb\x90\0" + bytes(413),
        "gzip of nothing": b"\x1f\x8b\x08" + bytes(20),
    }
    for name, data in contents.items():
        for ending in ENDINGS:
            outcome = "noticed" if ending in (".abc", ".krn") else "refused"
            yield Case("any", f"{name} as {ending or 'nothing'}", data, ending, outcome)  # type: ignore[arg-type]
