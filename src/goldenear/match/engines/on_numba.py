"""This file is where a ranking is driven through compiled loops: bounds for all, then the most promising first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import TooLarge
from goldenear.match.columns import PieceColumns, piece_columns
from goldenear.match.engines import Best, Found
from goldenear.match.engines.contest import TOO_MANY_PLACEMENTS, Rules, bound, contest
from goldenear.match.packed import LEVEL, Variants, variants
from goldenear.match.picture import PiecePicture
from goldenear.match.prepared import PreparedSamples
from goldenear.match.recipe import MEASURES, Recipe
from goldenear.match.similarity import MAX_PLACEMENTS
from goldenear.match.engines.sweep import Scratch, scratch
from goldenear.notes.piano_roll import Reading

PLAIN_STROKES = 2**7
"""Samples of so many strokes are counted with their weights, in wider lanes."""

FIRST_CHUNK = 256
"""Samples compared before the bar is raised for the first time; the next chunks are larger."""


def compare(
    x: Mapping[Reading, PiecePicture],
    samples: PreparedSamples,
    k: int,
    at_least: float,
    threads: int,
    prune: bool,
) -> Found:
    """Find the best matches.

    Raises
    ------
    TooLarge
        If a sample cannot be compared with X.
    """
    tournament = Tournament(x, samples, threads, prune)
    if prune and (k < len(samples) or at_least > 0):
        return Found(tournament.best_of(k, at_least), tournament.best)
    tournament.bounds(0.0)
    everyone = np.arange(len(samples))
    tournament.play(everyone, 0.0)
    return Found(everyone, tournament.best)


class Tournament:
    """X against packed samples.

    Parameters
    ----------
    x : mapping from reading to PiecePicture
        X as drawn.
    samples : PreparedSamples
        What it is compared with.
    threads : int
        Samples are shared out among so many threads.
    prune : bool
        Whether to leave out what cannot matter.
    """

    def __init__(
        self, x: Mapping[Reading, PiecePicture], samples: PreparedSamples, threads: int, prune: bool
    ) -> None:
        packed, recipe = samples.packed, samples.recipe
        strokes = int(np.diff(packed.edge_start).max(initial=0)) // 2 + int(np.diff(packed.drum_start).max(initial=0))
        weighted = bool((packed.numbers[:, LEVEL] == 0).any()) or strokes >= PLAIN_STROKES
        self.samples, self.packed = samples, packed
        readings = variants(recipe)
        self.readings: list[tuple[PieceColumns, Variants, Variants, Rules]] = [
            (piece_columns(x[reading], weighted=weighted), *readings[reading], _rules(recipe, reading, samples, prune))
            for reading in readings
        ]
        columns = max(len(piece.time) for piece, *_ in self.readings)
        edges = int(np.diff(packed.edge_start).max(initial=0))
        self.rooms: list[Scratch] = [scratch(columns, edges) for _ in range(threads)]
        self.best = Best.nothing(len(samples))

    def bounds(self, floor: float) -> NDArray[np.float64]:
        """Return what each sample's similarity cannot exceed; 0 where it cannot reach `floor`.

        Raises
        ------
        TooLarge
            If a sample cannot be compared with X.
        """
        upper = np.zeros(len(self.samples))
        parts = np.linspace(0, len(upper), len(self.rooms) + 1).astype(int).tolist()

        def bound_part(i: int) -> int:
            for piece, shared, own, rules in self.readings:
                refused: int = bound(
                    piece, self.packed, shared, own, rules, parts[i], parts[i + 1], floor, float(MAX_PLACEMENTS),
                    upper, self.rooms[i].lanes32,
                )  # fmt: skip
                if refused:
                    return refused
            return 0

        for refused in self._together(bound_part):
            if refused:
                sample = self.samples[refused // 2 if refused % 2 else refused // 2 - 1]
                raise TooLarge(_refusal(refused, sample.name))
        return upper

    def play(self, order: NDArray[np.int64], floor: float) -> None:
        """Compare the samples named in `order`; those that do not reach `floor` need not be exact."""

        def contest_part(i: int) -> None:
            part = np.ascontiguousarray(order[i :: len(self.rooms)])
            for piece, shared, own, rules in self.readings:
                contest(piece, self.packed, shared, own, rules, part, floor, self.best, self.rooms[i])

        self._together(contest_part)

    def best_of(self, k: int, at_least: float, *, any_will_do: bool = False) -> NDArray[np.int64]:
        """Compare until the k best that reach `at_least` are certain; return every sample that was compared.

        With `any_will_do`, stop as soon as one reaches `at_least`.
        """
        upper = self.bounds(at_least)
        order = np.flatnonzero((upper > 0) & (upper >= at_least))
        order = order[np.argsort(-upper[order], kind="stable")]
        done, chunk, floor = 0, FIRST_CHUNK, at_least
        while done < len(order):
            part = order[done : done + chunk]
            part = part[upper[part] >= floor]
            if not len(part):
                break
            self.play(part, floor)
            done, chunk = done + len(part), 2 * chunk
            reached = self.best.similarity[order[:done]]
            if any_will_do and (reached >= at_least).any() and reached.max() > 0:
                break
            if len(reached) >= k:
                floor = max(floor, float(np.partition(reached, -k)[-k]))
        return order[:done]

    def _together(self, work: Callable[[int], Any]) -> Sequence[Any]:
        """Do the work of all threads; here, where there is but one."""
        if len(self.rooms) == 1:
            return [work(0)]
        with ThreadPoolExecutor(len(self.rooms)) as pool:
            return list(pool.map(work, range(len(self.rooms))))


def _rules(recipe: Recipe, reading: Reading, samples: PreparedSamples, prune: bool) -> Rules:
    """Return what the recipe says, as plain numbers."""
    octave = samples[0].steps_per_octave if reading == "octave" and len(samples) else 0
    lowest, highest = recipe.transpositions or (-(2**40), 2**40)
    if reading == "rhythm":
        lowest, highest = 0, 0
    elif reading == "octave":
        lowest, highest = 0, octave - 1
    order = ("window-cosine", "cosine", "coverage", "brightness")
    assert set(order) == set(MEASURES)
    return Rules(order.index(recipe.measure), lowest, highest, octave, reading == "neighbour", prune)


def _refusal(code: int, name: str) -> str:
    if code % 2 == TOO_MANY_PLACEMENTS:
        return (
            f"X and {name or 'a sample'} have more placements on their common grid than the budget of "
            f"{MAX_PLACEMENTS:,}: cut the music, or quantise it to fewer ticks a quarter"
        )
    return f"X and {name or 'a sample'} are too long and bright to be counted in 64 bits: use fewer ticks a quarter"
