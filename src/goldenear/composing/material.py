"""This file is where samples become material: lines that voices can sing, and notes that are not to be copied."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from math import gcd

import numpy as np
from numpy.typing import NDArray

from goldenear.composing.rows import as_notes
from goldenear.match.prepared import PreparedSamples
from goldenear.match.rank import rank
from goldenear.notes.alteration import Alteration
from goldenear.notes.note_array import NoteArray

Line = NDArray[np.int64]
"""Notes of a line: pitch, onset, offset."""


@lru_cache(maxsize=4096)
def lines(sample: NoteArray, alteration: Alteration, ticks_per_quarter: int, count: int) -> tuple[Line, ...]:
    """Return the lines of a sample under an alteration, the highest first: rows of pitch, onset, offset.

    There are as many as ever sound at once, up to `count`. Of notes that begin together each goes to the line
    whose pitch is nearest, lines keeping their order; of more notes than lines the highest and the lowest stay. A
    note ends where the next of its line begins. Times are rounded to the grid, and begin with the first onset at
    0. Lines that sound nothing are left out.
    """
    altered = alteration.apply(sample.where(~sample.is_drum & (sample.brightness > 0)))
    if not len(altered):
        return ()
    onsets, offsets = (
        ((ticks - altered.first_onset) * ticks_per_quarter + altered.ticks_per_quarter // 2)
        // altered.ticks_per_quarter
        for ticks in (altered.onset, altered.offset)
    )
    count = min(count, _at_once(onsets, offsets))
    found: list[list[tuple[int, int, int]]] = [[] for _ in range(count)]
    at = np.quantile(altered.pitch, np.linspace(0.85, 0.15, count) if count > 1 else [0.85]).tolist()
    for onset in np.unique(onsets).tolist():
        together = np.flatnonzero(onsets == onset)
        together = together[np.argsort(-altered.pitch[together], kind="stable")]
        if len(together) > count:
            together = np.concatenate([together[: count - 1], together[-1:]]) if count > 1 else together[:1]
        pitches = altered.pitch[together].tolist()
        chosen = min(
            combinations(range(count), len(together)),
            key=lambda which: sum(abs(at[line] - pitch) for line, pitch in zip(which, pitches, strict=True)),
        )
        for line, note, pitch in zip(chosen, together.tolist(), pitches, strict=True):
            found[line].append((pitch, onset, int(offsets[note])))
            at[line] = pitch
    made = []
    for mine in found:
        ends = [note[1] for note in mine[1:]] + [2**40]
        cut = [
            (p, on, min(off, end)) for (p, on, off), end in zip(mine, ends, strict=True) if min(off, end) > on
        ]
        if cut:
            made.append(np.array(cut, np.int64))
    return tuple(made)


def _at_once(onsets: Line, offsets: Line) -> int:
    """Return how many notes sound at once, at most; 1 where there are none."""
    edges = np.concatenate([offsets, onsets])
    change = np.repeat([-1, 1], len(onsets))
    # Of what ends and what begins together, the ends come first.
    return int(np.cumsum(change[np.argsort(edges, kind="stable")]).max(initial=1))


def sings(sample: NoteArray) -> bool:
    """Tell whether a sample has a pitched note that sounds."""
    return bool((~sample.is_drum & (sample.brightness > 0)).any())


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
