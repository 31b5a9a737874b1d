"""This file is where it is seen what good samples are like: how dense, how far they leap, in which lengths of notes.

And what can be sung of them, and which notes a draft may not copy too many of on end.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.composing.material import lines
from goldenear.match.contenders import as_notes
from goldenear.match.prepared import PreparedSamples
from goldenear.match.rank import rank
from goldenear.notes.alteration import Alteration
from goldenear.notes.note_array import NoteArray

MOST_UNITS = 6
"""Lengths of notes that are known at the most."""


def sings(sample: NoteArray) -> bool:
    """Tell whether a sample has a pitched note that sounds."""
    return bool((~sample.is_drum & (sample.brightness > 0)).any())


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


def singable(good: PreparedSamples, voices: int) -> NDArray[np.float64]:
    """Return how alike each sample is to its own lines."""
    found = np.zeros(len(good))
    for i, sample in enumerate(good):
        if not sings(sample):
            continue
        sung = lines(sample, Alteration(), sample.ticks_per_quarter, voices)
        rows = np.concatenate(sung) if sung else np.zeros((0, 3), np.int64)
        if len(rows):
            x = as_notes(rows, sample.ticks_per_quarter, sample.steps_per_octave)
            found[i] = rank(x, [sample], recipe=good.recipe, forms=("prime",), stretches=(1,)).similarity[0]
    return found


def known_notes(
    good: Iterable[NoteArray], stretches: Iterable[Fraction], grid: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the notes of good samples under every stretch, each on a grid of its own that is exact for both."""
    notes, starts, factors = [np.zeros((0, 2), np.int64)], [0], []
    for whole in good:
        sample = whole.where(~whole.is_drum & (whole.brightness > 0))
        for stretch in sorted(stretches):
            up, down = stretch.as_integer_ratio()
            factor, other = sample.ticks_per_quarter * down, up * grid
            shared = gcd(factor, other)
            notes.append(np.stack([sample.pitch.astype(np.int64), sample.onset * (other // shared)], axis=1))
            starts.append(starts[-1] + len(sample))
            factors.append(factor // shared)
    return np.concatenate(notes), np.array(starts, np.int64), np.array(factors, np.int64)
