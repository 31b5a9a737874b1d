"""Describe a hostile file: its bytes, and what must become of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Literal

Row = tuple[int, Fraction, Fraction]
"""A note: its pitch, its onset and its duration, in quarters."""

Outcome = Literal["same", "told", "refused", "noticed", "safe"]
"""What must become of a file.

same: it is read with exactly the notes that were written; told: it is read with a remark; refused: it is not read;
noticed: either of these two; safe: any of these three, as nobody can tell what a bit means that turned over.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile file.

    Attributes
    ----------
    kind : str
        Which reader it is for.
    name : str
        What was done to it; with `kind` it is unique.
    data : bytes
        The file.
    ending : str
        Of its name.
    outcome : Outcome
        What must become of it.
    notes : tuple of Row, optional
        What it must be read as, where that is known.
    says : str
        What a remark or the refusal must say, as a regular expression.
    is_cut : bool
        Whether it is a sound file that was cut where its format can tell.
    """

    kind: str
    name: str
    data: bytes
    ending: str
    outcome: Outcome
    notes: tuple[Row, ...] | None = None
    says: str = ""
    is_cut: bool = False

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


Maker = Callable[[Random], Iterator[Case]]
"""Gives the cases of a kind; the same for the same random numbers."""

RHYTHMS = ((1, 1, 2), (2, 1, 1), (1, 1, 1, 1), (2, 2), (3, 1), (Fraction(3, 2), Fraction(1, 2), 2))
"""Each fills a bar of four quarters."""

SCALE = (60, 62, 64, 65, 67, 69, 71, 72)

ABSURD = (
    "NaN",
    "1e308",
    "-inf",
    "text",
    "0x10",
    "1/2/3",
    "--1",
    "1,5",
    "9" * 100_000,
    "\u0661\u0662",
    "4..5",
)
"""What stands for a number and is none, in any format."""


def tune(random: Random, bars: int = 2) -> tuple[Row, ...]:
    """Return a tune in C and 4/4, whose notes follow each other without a rest; no pitch twice in a row."""
    rows: list[Row] = []
    time, pitch = Fraction(0), 0
    for _ in range(bars):
        for length in random.choice(RHYTHMS):
            pitch = random.choice([each for each in SCALE if each != pitch])
            rows.append((pitch, time, Fraction(length)))
            time += length
    return tuple(rows)


def flips(random: Random, data: bytes, count: int, most: int = 3) -> Iterator[tuple[str, bytes]]:
    """Give copies of a file with one to `most` bits turned over, and where."""
    for number in range(count):
        damaged = bytearray(data)
        places = [random.randrange(8 * len(data)) for _ in range(random.randint(1, most))]
        for place in places:
            damaged[place // 8] ^= 1 << place % 8
        yield f"bits turned over, {number}: {', '.join(map(str, places))}", bytes(damaged)


def scrambled(random: Random, data: bytes, count: int) -> Iterator[tuple[str, bytes]]:
    """Give copies of a file with a stretch left out, doubled, zeroed, or written over by noise or by another stretch."""
    for number in range(count):
        begin = random.randrange(len(data))
        end = min(len(data), begin + random.choice((1, 2, 4, 16, 64)))
        stretch = data[begin:end]
        other = random.randrange(len(data))
        changes = {
            "left out": b"",
            "doubled": stretch * 2,
            "zeroed": bytes(len(stretch)),
            "all ones": b"\xff" * len(stretch),
            "noise": random.randbytes(len(stretch)),
            "from elsewhere": data[other : other + len(stretch)],
        }
        what = random.choice(list(changes))
        yield f"bytes {begin} to {end} {what}, {number}", data[:begin] + changes[what] + data[end:]


def spread(first: int, last: int, count: int) -> list[int]:
    """Return up to `count` whole numbers, evenly from `first` to `last`."""
    count = min(count, last - first + 1)
    return sorted({first + (last - first) * step // max(count - 1, 1) for step in range(count)})
