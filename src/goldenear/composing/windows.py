"""This file is where a phrase is cut into the windows that are all judged: one veto among them fails the whole."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from goldenear.notes.note_array import NoteArray

LENGTHS = (16, 8, 4)
"""Quarters in a window; a window begins on every quarter. And the whole is one."""


class Span(NamedTuple):
    """A window: from when to when, in quarters, and from which note to which, by onset."""

    begin: Fraction
    end: Fraction
    first: int
    last: int


def spans(x: NoteArray, begin: Fraction, end: Fraction) -> Iterator[Span]:
    """Give every window of X that reaches into begin..end, in quarters, and in which a note begins.

    The whole of X comes first, then that part alone. A window holds the notes that begin in it.
    """
    resolution, n = x.ticks_per_quarter, len(x)
    first, last = Fraction(x.first_onset, resolution), Fraction(x.last_offset, resolution)
    parts = [(begin, end)]
    for length in LENGTHS:
        start = max(int(first // 1), int((begin - length) // 1) + 1)
        while start < end and start + length <= last + 1:
            parts.append((Fraction(start), Fraction(start + length)))
            start += 1
    # The first tick at or after each time.
    ticks = [-(-time.numerator * resolution // time.denominator) for part in parts for time in part]
    notes = np.searchsorted(x.onset, np.array(ticks, np.int64)).reshape(-1, 2).tolist()
    yield Span(first, last, 0, n)
    for (start_of, end_of), (i, j) in zip(parts, notes, strict=True):
        if 0 < j - i < n:
            yield Span(start_of, end_of, i, j)


def windows(x: NoteArray, begin: Fraction, end: Fraction) -> Iterator[tuple[Fraction, Fraction, NoteArray]]:
    """Give every window of X that reaches into begin..end, in quarters; silent ones not.

    They come as :func:`spans` gives them, each at tick 0.
    """
    for span in spans(x, begin, end):
        whole = span.last - span.first == len(x)
        chosen = (np.arange(len(x)) >= span.first) & (np.arange(len(x)) < span.last)
        part = x if whole else x.where(chosen).shifted(-int(span.begin * x.ticks_per_quarter))
        if (part.brightness > 0).any():
            yield span.begin, span.end, part
