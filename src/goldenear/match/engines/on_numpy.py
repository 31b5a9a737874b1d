"""This file is where NumPy compares: tile by tile of whole correlograms, sample after sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from goldenear.correlate.backends import shared_time_named
from goldenear.match.alignment import align  # noqa: F401, an engine has it
from goldenear.match.engines import Best, Found, in_threads
from goldenear.match.pictures import AlterationGroup, PiecePicture
from goldenear.match.prepared import PreparedSamples
from goldenear.match.recipe import Recipe
from goldenear.match.similarity import similarity_tiles
from goldenear.notes.piano_roll import Reading


def compare(
    x: Mapping[Reading, PiecePicture],
    samples: PreparedSamples,
    k: int,  # noqa: ARG001
    at_least: float,  # noqa: ARG001
    threads: int,
    prune: bool,
) -> Found:
    """Find the best match of every sample."""
    best = Best.nothing(len(samples))
    list(in_threads(lambda i: best_match(x, i, samples, prune, best), range(len(samples)), threads))
    return Found(np.arange(len(samples)), best)


def best_match(
    x: Mapping[Reading, PiecePicture], i: int, samples: PreparedSamples, prune: bool, best: Best
) -> None:
    """Put the brightest placement of one sample over all its alterations into `best`."""
    octave = samples[i].steps_per_octave
    # The cheapest alterations first: no placement can be worth more than its price.
    for group in sorted(samples.groups(i), key=lambda group: -group.weight):
        reached = float(best.similarity[i]) if prune else 0.0
        if group.weight < reached:
            break
        floors = [reached / (p.alteration.price or 1.0) for p in group.pictures]
        ticks, found = _best_places(x[group.reading], group, samples.recipe, octave, floors)
        for picture, index, (height, transposition, shift, shared) in zip(
            group.pictures, group.indices, found, strict=True
        ):
            similarity = height * picture.alteration.price
            if (-similarity, index) < (-best.similarity[i], best.alteration[i]):
                row = (similarity, index, transposition, shift, shared, 1, ticks)
                for column, value in zip(best, row, strict=True):
                    column[i] = value


def _best_places(
    x: PiecePicture, group: AlterationGroup, recipe: Recipe, octave: int, floors: Sequence[float]
) -> tuple[int, list[tuple[float, int, int, int]]]:
    """Return the ticks a quarter, and the brightest place of each picture, before the price.

    A place is similarity, transposition, shift and shared time; darkness where none reaches its floor.
    """
    pair, tiles = similarity_tiles(x, group, recipe, shared_time_named("numpy"), octave, floors)
    places = [(0.0, 0, 0, 0)] * len(group.pictures)
    keys = [(-0.0, 0, 0)] * len(group.pictures)
    for tile in tiles:
        if not tile.similarity.size:
            continue
        heights = tile.similarity.max(axis=1)
        highest = np.zeros(len(places))
        np.maximum.at(highest, tile.pictures, heights)
        for row in np.flatnonzero(heights == highest[tile.pictures]).tolist():
            picture, transposition = int(tile.pictures[row]), int(tile.transpositions[row])
            height = float(heights[row])
            key = (-height, abs(transposition), transposition)
            if height > 0 and (keys[picture] == (0, 0, 0) or key < keys[picture]):
                keys[picture] = key
                column = int(np.argmax(tile.similarity[row]))
                places[picture] = (
                    height,
                    transposition,
                    tile.first_shift + column,
                    int(tile.shared[row, column]),
                )
    return pair.ticks_per_quarter, places
