"""This file is where a phrase is cut into the windows that are all judged: one veto among them fails the whole."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from goldenear.notes.cut import cut
from goldenear.notes.note_array import NoteArray

LENGTHS = (16, 8, 4)
"""Quarters in a window; a window begins on every quarter. And the whole is one."""


def windows(x: NoteArray, begin: Fraction, end: Fraction) -> Iterator[tuple[Fraction, Fraction, NoteArray]]:
    """Give every window of X that reaches into begin..end, in quarters; silent ones not.

    The whole of X comes first, then that part alone. A window holds the notes that begin in it, and starts at tick 0.
    """
    resolution = x.ticks_per_quarter
    first, last = Fraction(x.first_onset, resolution), Fraction(x.last_offset, resolution)
    if (x.brightness > 0).any():
        yield first, last, x
    alone = cut(x, int(begin * resolution), int((end - begin) * resolution))
    if len(alone) < len(x) and (alone.brightness > 0).any():
        yield begin, end, alone
    for length in LENGTHS:
        start = max(int(first // 1), int((begin - length) // 1) + 1)
        while start < end and start + length <= last + 1:
            made = cut(x, start * resolution, length * resolution)
            if len(made) < len(x) and (made.brightness > 0).any():
                yield Fraction(start), Fraction(start + length), made
            start += 1
