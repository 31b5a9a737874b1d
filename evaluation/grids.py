"""How much rounding to a grid changes: similarities of live-played songs on 96 ticks a quarter against exact ones.

Samples are 16 quarters of the tracks MELODY, fragments the 32 quarters around them of all tracks; every fragment is
compared with every sample, its own among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

import goldenear as ge
from benchmarks.tables import Table
from evaluation.options import Options
from goldenear.match.background import in_order
from goldenear.match.prepared import prepare
from goldenear.match.recipe import Recipe
from goldenear.notes.cut import cut

SONGS, QUICK_SONGS = 100, 10
SAMPLE, BEFORE, AROUND = 16, 8, 32
"""Quarters of the sample, of the music before it, and of that music and the sample and what follows."""

GRIDS: tuple[int, ...] = (96, 48, 24)


def pairs(options: Options) -> Iterator[tuple[ge.NoteArray, ge.NoteArray]]:
    """Give a sample and the music around it, of one song after the other, from its eighth bar on."""
    folder = options.folder("pop909")
    for path in sorted(folder.glob("*.mid")):
        melody, whole = ge.read(path, track="MELODY"), ge.read(path)
        begin = melody.first_onset + 16 * melody.ticks_per_quarter
        sample = cut(melody, begin, SAMPLE * melody.ticks_per_quarter)
        around = cut(whole, begin - BEFORE * whole.ticks_per_quarter, AROUND * whole.ticks_per_quarter)
        if len(sample) >= SAMPLE // 2:
            yield sample, around


def tables(options: Options) -> Iterable[Table]:
    """Return how far similarities move by rounding, and how often another sample becomes the most alike."""
    songs = [
        pair for _, pair in zip(range(QUICK_SONGS if options.quick else SONGS), pairs(options), strict=False)
    ]
    table = Table(
        f"grids: {len(songs)} samples in {len(songs)} fragments of pop songs, against exact ticks",
        ["ticks a quarter", "largest difference", "mean difference", "the most alike sample stays"],
    )
    exact = similarities(songs, replace(Recipe(), grid="exact"), options.threads)
    for grid in GRIDS:
        rounded = similarities(songs, Recipe(grid=grid), options.threads)
        apart = np.abs(rounded - exact)
        same = float((rounded.argmax(axis=1) == exact.argmax(axis=1)).mean())
        table.rows.append((str(grid), f"{apart.max():.4f}", f"{apart.mean():.5f}", f"{same:.1%}"))
    yield table


def similarities(songs: list[tuple[ge.NoteArray, ge.NoteArray]], recipe: Recipe, threads: int) -> np.ndarray:
    """Return the similarity of every fragment to every sample, shape (fragments, samples)."""
    samples = prepare([sample for sample, _ in songs], recipe)
    return np.stack([in_order(x, samples, backend="numba", threads=threads) for _, x in songs])
