"""This file is where a ranking is driven through compiled loops: bounds for all, then the most promising first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.backends.records import as_record
from goldenear.errors import TooLarge
from goldenear.match.columns import PieceColumns, piece_columns
from goldenear.match.engines import Best, Found
from goldenear.match.engines.contest import PLAIN_STROKES, TOO_MANY_PLACEMENTS, Pairing, Rules, bound, contest
from goldenear.match.engines.sweep import View, new_room
from goldenear.match.packed import LEVEL, Packed, Variants, variants
from goldenear.match.picture import PiecePicture
from goldenear.match.prepared import PreparedSamples
from goldenear.match.similarity import MAX_PLACEMENTS
from goldenear.notes.piano_roll import Reading

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
        self.samples, self.packed = samples, samples.packed
        self.best = Best.nothing(len(samples))
        weighted = needs_weights(self.packed)
        self.readings = [
            Laid(piece_columns(x[reading], weighted=weighted), self.packed, kinds, _rules(samples, reading, prune))
            for reading, kinds in variants(samples.recipe).items()
        ]
        columns = max(laid.piece.time.size for laid in self.readings)
        edges = int(np.diff(self.packed.edge_start).max(initial=0))
        self.rooms = [new_room(columns, edges) for _ in range(threads)]
        self._records = [(as_record(View()), as_record(room)) for room in self.rooms]
        self._packed, self._best = as_record(self.packed), as_record(self.best)

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
            for laid in self.readings:
                refused: int = bound(
                    laid.record, self._packed, laid.pairings, laid.variants, laid.rules, parts[i], parts[i + 1],
                    floor, float(MAX_PLACEMENTS), upper, *self._records[i],
                )  # fmt: skip
                if refused:
                    return refused
            return 0

        for refused in self._together(bound_part):
            if refused:
                raise TooLarge(_refusal(refused % 4, self.samples[refused // 4].name))
        return upper

    def play(self, order: NDArray[np.int64], floor: float) -> None:
        """Compare the samples named in `order`; those that do not reach `floor` need not be exact."""

        def contest_part(i: int) -> None:
            part = np.ascontiguousarray(order[i :: len(self.rooms)])
            for laid in self.readings:
                contest(
                    laid.record, self._packed, laid.pairings, laid.variants, laid.rules, part, floor,
                    self._best, *self._records[i],
                )  # fmt: skip

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


class Laid:
    """One reading of X, as records for compiled loops; the arrays behind them are kept alive here."""

    def __init__(
        self, piece: PieceColumns, packed: Packed, kinds: tuple[Variants, Variants], rules: Rules
    ) -> None:
        self.piece, self._kinds = piece, kinds
        self._pairings = [pairing_of(piece, packed, kind) for kind in kinds]
        self.record, self.rules = as_record(piece), as_record(rules)
        self.variants = np.concatenate([as_record(kind) for kind in kinds])
        self.pairings = np.concatenate([as_record(pairing) for pairing in self._pairings])


def pairing_of(piece: PieceColumns, packed: Packed, kind: Variants) -> Pairing:
    """Return how X's unit meets every kind of unit under every variant, as in the coarsest common grid."""
    up = packed.units[:, :1] * kind.up
    down = packed.units[:, 1:] * kind.down
    common = np.gcd(up, down)
    up, down = up // common, down // common
    piece_up, sample_up = piece.unit_up * down, up * piece.unit_down
    unit, grid = np.gcd(piece_up, sample_up), np.gcd(piece.unit_down, down)
    columns = (piece_up // unit, sample_up // unit, unit // grid, piece.unit_down // grid * down)
    return Pairing(*(np.ascontiguousarray(column) for column in columns))


def needs_weights(packed: Packed) -> bool:
    """Tell whether some sample is not of one brightness, or has too many strokes to be counted in eight bits."""
    strokes = np.diff(packed.edge_start).max(initial=0) // 2 + np.diff(packed.drum_start).max(initial=0)
    return bool((packed.numbers[:, LEVEL] == 0).any()) or int(strokes) >= PLAIN_STROKES


def _rules(samples: PreparedSamples, reading: Reading, prune: bool) -> Rules:
    """Return what the recipe says, as plain numbers."""
    octave = samples[0].steps_per_octave if reading == "octave" and len(samples) else 0
    lowest, highest = samples.recipe.transpositions or (-(2**40), 2**40)
    if reading == "rhythm":
        lowest, highest = 0, 0
    elif reading == "octave":
        lowest, highest = 0, octave - 1
    measure = ("window-cosine", "cosine", "coverage", "brightness").index(samples.recipe.measure)
    return Rules(measure, lowest, highest, octave, reading == "neighbour", prune)


def _refusal(code: int, name: str) -> str:
    if code == TOO_MANY_PLACEMENTS:
        return (
            f"X and {name or 'a sample'} have more placements on their common grid than the budget of "
            f"{MAX_PLACEMENTS:,}: cut the music, or quantise it to fewer ticks a quarter"
        )
    return f"X and {name or 'a sample'} are too long and bright to be counted in 64 bits: use fewer ticks a quarter"
