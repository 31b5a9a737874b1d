"""This file is where it is seen what good samples are like: how dense, how far they leap, how long their notes."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.composing.material import lines
from goldenear.notes.alteration import Alteration
from goldenear.notes.note_array import NoteArray

MOST_UNITS = 6
"""Lengths of notes that are known at the most."""


class Manner(NamedTuple):
    """How the highest lines of samples go: notes a quarter, and steps of a mean interval; shape (lines,) each."""

    density: NDArray[np.float64]
    leap: NDArray[np.float64]


def manner(good: Iterable[NoteArray], grid: int) -> Manner:
    """Return how dense the highest line of each sample is, and how far it leaps; of those that sing."""
    sung = [line for sample in good for line in lines(sample, Alteration(), grid, 1)]
    return Manner(
        np.array([len(line) * grid / line[-1, 2] for line in sung]),
        np.array([np.abs(np.diff(line[:, 0])).mean() if len(line) > 1 else 0.0 for line in sung]),
    )


def units(good: Iterable[NoteArray], grid: int) -> NDArray[np.int64]:
    """Return the lengths of notes that the good samples use most, on the grid; the shortest first."""
    lengths: dict[int, int] = {}
    for sample in good:
        for duration in sample.duration.tolist():
            exact = Fraction(duration * grid, sample.ticks_per_quarter)
            if exact.denominator == 1 and exact >= Fraction(grid, 8) and exact <= 2 * grid:
                lengths[int(exact)] = lengths.get(int(exact), 0) + 1
    common = sorted(lengths, key=lambda length: (-lengths[length], length))[:MOST_UNITS]
    return np.array(sorted(common) or [max(1, grid // 4)], np.int64)
