"""How long the NumPy engine would take for a ranking, predicted from spans, pitch ranges and note counts.

Compiled code has to be loaded, and once on each machine compiled, so ``"auto"`` asks first what NumPy would take.
NumPy lays all pictures of one sample that take the same time on X in one run (a group), and its time is about

    GROUP * groups + CELL * placements + SCORED * placements of the first group + PAIR * pairs of strokes

The constants were fitted to the processor time of 276 rankings on one core of an Intel Xeon (model 167): candidates
against samples of the example taste, and made music of 10 to 2,000 notes against 5 to 200, at 12 to 960 ticks a
quarter; 1 to 28 alterations. Half of the predictions are within a quarter of the time that was measured, nine of ten
within a factor of 2. That is enough to tell half a second from ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import lcm
from typing import NamedTuple, TypeVar

import numpy as np

from goldenear.correlate.backends import PAIR
from goldenear.match.pictures import AlterationGroup, PiecePicture, piece_pictures
from goldenear.match.prepared import PreparedSamples
from goldenear.match.score import MEASURES
from goldenear.notes.note_array import NoteArray
from goldenear.notes.piano_roll import Reading

Item = TypeVar("Item")

GROUP, CELL, SCORED = 4e-4, 1.2e-8, 1.5e-8
"""Seconds for a run; for a placement, its sums and its maximum; for a placement under a measure that asks for
the energy in the window, while nothing has been found yet that spares scoring it."""

ROW, MEETING = 4e-5, 2e-8
"""Seconds to align a note of X under one form; to lay it beside one note of a sample under one alteration."""

MOST_SAMPLES, MOST_X = 8, 6
"""Of more than so many, evenly spaced ones stand for all."""


class Work(NamedTuple):
    """What there is to lay of a sample on X."""

    groups: int
    placements: int
    at_first: int
    """The placements of the first group to be laid, that of the greatest price."""
    pairs: int
    """Pairs of strokes."""


def work_of(x: Mapping[Reading, PiecePicture], groups: Sequence[AlterationGroup]) -> Work:
    """Return what there is to lay of one sample on X."""
    placements = [_placements(x[group.reading], group) for group in groups]
    first = max(range(len(groups)), key=lambda i: groups[i].weight)
    pairs = sum(
        sum(
            len(roll) * len(layer)
            for picture in group.pictures
            for roll, layer in zip(x[group.reading].lit, picture.layers, strict=True)
        )
        for group in groups
    )
    return Work(len(groups), sum(placements), placements[first], pairs)


def _placements(x: PiecePicture, group: AlterationGroup) -> int:
    """Return how many transpositions and shifts there are, about, for all pictures of a group."""
    roll, box = x.lit[0], group.pictures[0].box
    common = lcm(roll.ticks_per_quarter, group.ticks_per_quarter)
    columns = int(roll.offset.max()) * (common // roll.ticks_per_quarter)
    columns += box.offset * (common // group.ticks_per_quarter)
    pitch = roll.pitch[~roll.is_drum]
    rows = (int(np.ptp(pitch)) if len(pitch) else 0) + 1 + max(0, box.highest - box.lowest)
    return columns * rows * len(group.pictures)


def numpy_seconds(xs: Sequence[NoteArray], libraries: Iterable[PreparedSamples]) -> float:
    """Return about how many seconds the NumPy engine takes to rank every library for every X.

    Of many X and samples a few are looked at, evenly spaced; they are drawn for that, and nothing is laid.
    """
    sounding = [x for x in xs if (x.brightness > 0).any()]
    chosen = evenly(sounding, MOST_X)
    seconds = sum(_one_x(x, samples) for samples in libraries if len(samples) for x in chosen)
    return seconds * len(sounding) / max(1, len(chosen))


def _one_x(x: NoteArray, samples: PreparedSamples) -> float:
    """Return about how many seconds NumPy takes to rank the samples for one X."""
    pictures = piece_pictures(x, samples.recipe)
    chosen = evenly(range(len(samples)), MOST_SAMPLES)
    seconds = sum(_one_sample(x, pictures, samples, i) for i in chosen)
    return seconds * len(samples) / len(chosen)


def _one_sample(
    x: NoteArray, pictures: Mapping[Reading, PiecePicture], samples: PreparedSamples, i: int
) -> float:
    """Return about how many seconds NumPy takes to lay one sample on X, and to align the two."""
    recipe = samples.recipe
    work = work_of(pictures, samples.groups(i))
    seconds = GROUP * work.groups + CELL * work.placements + PAIR * work.pairs
    if any("E" in letters for letters in MEASURES[recipe.measure].below):
        seconds += SCORED * work.at_first
    if recipe.aligned:
        forms = len({alteration.form for alteration in recipe.alterations})
        seconds += len(x) * (ROW * forms + MEETING * len(samples[i]) * len(recipe.alterations))
    return seconds


def evenly(items: Sequence[Item], most: int) -> list[Item]:
    """Return the items, or so many of them, evenly spaced."""
    n = min(len(items), most)
    return [items[(2 * i + 1) * len(items) // (2 * n)] for i in range(n)]
