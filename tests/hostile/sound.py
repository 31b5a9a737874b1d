"""Hostile sound: headers that lie about length, channels and rate, files cut at any byte, samples that are no numbers."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from random import Random

import numpy as np
import soundfile

from hostile.case import Case, flips, scrambled, spread

RATE = 8_000

KINDS = {
    ".wav": ("WAV", "PCM_16"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".opus": ("OGG", "OPUS"),
    ".mp3": ("MP3", None),
    ".aiff": ("AIFF", "PCM_16"),
    ".au": ("AU", "PCM_16"),
    ".caf": ("CAF", "PCM_16"),
    ".w64": ("W64", "PCM_16"),
}
"""Kinds of sound by the endings of their names."""


def tone(seconds: float = 0.6, rate: int = RATE) -> np.ndarray:
    """Return a tone that swells, so that its packets differ."""
    time = np.arange(round(seconds * rate)) / rate
    return 0.5 * np.sin(2 * np.pi * 440 * time) * (0.2 + 0.8 * time / seconds)


def encoded(ending: str, wave: np.ndarray, rate: int = RATE, subtype: str | None = None) -> bytes:
    """Return samples as a file."""
    kind, usual = KINDS[ending]
    file = io.BytesIO()
    soundfile.write(file, wave, rate, format=kind, subtype=subtype or usual)
    return of_one_number(file.getvalue()) if kind == "OGG" else file.getvalue()


def of_one_number(data: bytes) -> bytes:
    """Return an Ogg file whose stream bears the number 1, which its encoder draws by lot: each page with its checksum."""
    pages = []
    for page in data.split(b"OggS")[1:]:
        named = b"OggS" + page[:10] + (1).to_bytes(4, "little") + page[14:18] + bytes(4) + page[22:]
        pages.append(named[:22] + _ogg_checksum(named).to_bytes(4, "little") + named[26:])
    return b"".join(pages)


def _ogg_checksum(page: bytes) -> int:
    """Return the checksum of a page whose own checksum is zeros."""
    rest = 0
    for byte in page:
        rest = (rest << 8 & 0xFFFFFFFF) ^ _OGG_REMAINDERS[rest >> 24 ^ byte]
    return rest


def _remainder(value: int) -> int:
    """Return what is left of a byte, shifted up, when it is divided by the polynomial of Ogg."""
    rest = value << 24
    for _ in range(8):
        rest = (rest << 1 ^ (0x04C11DB7 if rest >> 31 else 0)) & 0xFFFFFFFF
    return rest


_OGG_REMAINDERS = [_remainder(value) for value in range(256)]


def case(kind: str, name: str, data: bytes, outcome: str, says: str = "", **more) -> Case:
    """Return a case of a sound file."""
    ending = more.pop("ending", kind)
    return Case(kind.removeprefix("."), name, data, ending, outcome, None, says, **more)  # type: ignore[arg-type]


def cases(random: Random) -> Iterator[Case]:
    """Give hostile sound files."""
    for ending in KINDS:
        whole = encoded(ending, tone())
        yield case(ending, "as it is", whole, "same")
        for name, data in (
            *flips(random, whole, 25),
            *flips(random, whole[:200], 0),
            *scrambled(random, whole, 20),
        ):
            yield case(ending, name, data, "safe")
        for name, data in flips(random, whole[:120], 25, 1):
            yield case(ending, f"in its head: {name}", data + whole[120:], "safe")
        # An Ogg file ends in time only between its pages, so it has to have several.
        rate = 48_000 if ending in (".ogg", ".opus") else RATE
        long = encoded(ending, tone(1.5, rate), rate)
        yield from _cut(ending, long)
        yield case(ending, "called .mid", whole, "same", ending=".mid")
        yield case(ending, "called .abc", whole, "same", ending=".abc")
    for maker in (_wav, _flac, _ogg, _long):
        yield from maker()


def _cut(ending: str, whole: bytes) -> Iterator[Case]:
    """Give cuts; all but MP3 tell how much there was, by a length or by an end."""
    # What lies within a hundredth of the end is not told of; see CUT_OFF.
    last = len(whole) - 1 if ending in (".ogg", ".opus", ".flac") else int(0.985 * len(whole))
    for length in spread(4, last, 24):
        yield case(ending, f"cut to {length} of {len(whole)} bytes", whole[:length], "noticed", is_cut=True)
    if ending in (".ogg", ".opus"):
        at = -1
        while (at := whole.find(b"OggS", at + 1)) > 0:
            yield case(ending, f"cut before the page at {at}", whole[:at], "noticed", is_cut=True)


def wav(
    wave: np.ndarray,
    *,
    tag: int = 1,
    channels: int = 1,
    rate: int = RATE,
    bits: int = 16,
    length: int | None = None,
) -> bytes:
    """Return a WAV file whose header says what is asked for."""
    body = wave.tobytes()
    block = channels * bits // 8 & 0xFFFF
    head = struct.pack("<HHIIHH", tag, channels, rate, rate * block & 0xFFFFFFFF, block, bits)
    size = len(body) if length is None else length
    chunks = (
        b"WAVEfmt "
        + len(head).to_bytes(4, "little")
        + head
        + b"data"
        + (size & 0xFFFFFFFF).to_bytes(4, "little")
    )
    return b"RIFF" + (len(chunks) + len(body)).to_bytes(4, "little") + chunks + body


def _wav() -> Iterator[Case]:
    """Give WAV files whose headers lie."""
    samples = (tone() * 32_000).astype("<i2")
    yield case(".wav", "by hand", wav(samples), "same")
    for channels in (0, 17, 255, 1_024, 65_535):
        yield case(".wav", f"{channels} channels", wav(samples, channels=channels), "refused")
    for rate in (0, 1, 1_999, 400_001, 2**31 - 1, 2**31, 2**32 - 1):
        yield case(".wav", f"{rate} samples a second", wav(samples, rate=rate), "refused")
    for bits in (0, 1, 7, 12, 17, 40, 64, 65_535):
        yield case(".wav", f"{bits} bits a sample", wav(samples, bits=bits), "safe")
    for tag in (0, 2, 3, 0x11, 0x55, 0x1234, 0xFFFE, 0xFFFF):
        yield case(".wav", f"encoding {tag}", wav(samples, tag=tag), "safe")
    for length in (0, 1, 2**31 - 1, 2**31, 2**32 - 1, len(samples) * 2 + 1_000, len(samples)):
        yield case(".wav", f"{length} bytes of data told", wav(samples, length=length), "safe")
    floats = tone().astype("<f4")
    for name, value in (("not a number", np.nan), ("infinite", np.inf), ("minus infinite", -np.inf)):
        for place in (0, 1_000, len(floats) - 1):
            broken = floats.copy()
            broken[place] = value
            yield case(
                ".wav", f"sample {place} is {name}", wav(broken, tag=3, bits=32), "refused", "no number"
            )
    for name, value in (("the loudest", 3.4e38), ("the softest", 1e-45), ("negative zero", -0.0)):
        yield case(
            ".wav", f"every sample is {name}", wav(np.full(5_000, value, "<f4"), tag=3, bits=32), "safe"
        )
    for size in (0, 1, 2, 10):
        yield case(".wav", f"{size} samples", wav(samples[:size]), "refused" if not size else "safe")
    yield case(
        ".wav",
        "two channels that cancel",
        wav(np.stack([samples, -samples], 1).ravel(), channels=2),
        "told",
        "cancel",
    )
    yield case(".wav", "nothing but zeros", wav(np.zeros(20_000, "<i2")), "told")
    many = wav(samples)
    yield case(".wav", "100,000 unknown chunks", many[:12] + b"junk\0\0\0\0" * 100_000 + many[12:], "safe")
    yield case(".wav", "a text for sound", b"RIFF\xff\0\0\0WAVE" + b"hello " * 1_000, "refused")


def _flac() -> Iterator[Case]:
    """Give FLAC files whose first block lies."""
    whole = encoded(".flac", tone())

    def told(begin: int, size: int, value: int) -> bytes:
        place = int.from_bytes(whole[8 + begin : 8 + begin + size])
        return (
            whole[: 8 + begin] + (value & (2 ** (8 * size) - 1)).to_bytes(size) + whole[8 + begin + size :]
            if place != value
            else whole
        )

    packed = int.from_bytes(whole[18:26])
    total = packed & (2**36 - 1)
    for name, value in (
        ("none", 0),
        ("one more", total + 1),
        ("twice as many", 2 * total),
        ("2^36 - 1", 2**36 - 1),
        ("one", 1),
    ):
        data = whole[:18] + (packed - total + value).to_bytes(8) + whole[26:]
        yield case(".flac", f"samples told: {name}", data, "noticed" if value > total * 1.02 else "safe")
    for rate in (0, 1, 655_350):
        yield case(
            ".flac",
            f"{rate} samples a second",
            whole[:18] + (packed & (2**44 - 1) | rate << 44).to_bytes(8) + whole[26:],
            "safe",
        )
    for size in (0, 1, 15, 65_535):
        yield case(".flac", f"blocks of {size}", told(0, 2, size), "safe")
    yield case(
        ".flac", "a block longer than the file", whole[:4] + b"\x84\xff\xff\xff" + whole[8:], "refused"
    )
    yield case(".flac", "another checksum of all", whole[:26] + bytes(range(16)) + whole[42:], "safe")


def _ogg() -> Iterator[Case]:
    """Give Ogg files whose pages lie."""
    for ending in (".ogg", ".opus"):
        whole = encoded(ending, tone())
        last = whole.rindex(b"OggS")
        yield case(ending, "its last page twice", whole + whole[last:], "safe")
        yield case(ending, "itself twice", whole * 2, "safe")
        yield case(ending, "without its head", whole[whole.index(b"OggS", 4) :], "noticed")
        yield case(ending, "junk after the end", whole + b"junk" * 200, "safe")
        yield case(ending, "its pages told in another order", whole[last:] + whole[:last], "noticed")


def _long() -> Iterator[Case]:
    """Give small files of long sound."""
    silence = np.zeros(19 * 60 * RATE, np.int16)
    yield case(".flac", "19 minutes of silence", encoded(".flac", silence), "told")
    yield case(
        ".flac",
        "21 minutes of silence",
        encoded(".flac", np.zeros(21 * 60 * RATE, np.int16)),
        "refused",
        "minutes",
    )
    clicks = silence.copy()
    clicks[:: 30 * RATE] = 20_000
    yield case(".flac", "19 minutes, a click every half minute", encoded(".flac", clicks), "safe")
    high = np.zeros(400_000 * 30, np.int16)
    yield case(".flac", "half a minute at 400,000 samples a second", encoded(".flac", high, 400_000), "safe")
    wide = np.zeros((RATE * 60, 8), np.int16)
    yield case(".flac", "a minute of eight silent channels", encoded(".flac", wide), "told")
