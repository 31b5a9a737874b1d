"""This file is where a ranking is driven through compiled loops: bounds for all, then the most promising first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.backends.records import as_record
from goldenear.match.columns import LANES, SPAN, PieceColumns, piece_columns
from goldenear.match.engines import Best, Found
from goldenear.match.engines.aligning import align  # noqa: F401, an engine has it
from goldenear.match.engines.code_cache import mark_warm, tell_compiling
from goldenear.match.engines.contest import bound, contest, fill
from goldenear.match.engines.excerpts import RUN
from goldenear.match.engines.meeting import Meeting, limits, meet, refusal_of
from goldenear.match.engines.room import new_room
from goldenear.match.engines.view import PLAIN_STROKES, TOO_MANY_PLACEMENTS, Rules, View
from goldenear.match.packed import AREA, LENGTH, LEVEL, UNIT_DOWN, UNIT_UP, Packed, Variants, variants
from goldenear.match.picture import PiecePicture
from goldenear.match.prepared import PreparedSamples
from goldenear.match.similarity import MAX_PLACEMENTS
from goldenear.notes.piano_roll import Reading

FIRST_CHUNK, FEW = 16, 1
"""Samples compared before the bar is raised for the first time; the next chunks are larger. After a small change,
the best before it are few."""


@cache
def remember_warm() -> None:
    """Remember that the loops have been compiled; once a process is enough."""
    mark_warm(contest.stats.cache_path)


@cache
def announce() -> None:
    """Say that the loops must be compiled first, if they must; once a process is enough."""
    tell_compiling()


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
    tournament = Tournament(x, samples, threads, prune=prune)
    try:
        if prune and (k < len(samples) or at_least > 0):
            compared = tournament.best_of(k, at_least)
            # Where nothing is asked for, those left out fill up the end: they are not among the k, or share nothing.
            everyone = compared if at_least > 0 else np.arange(len(samples))
            return Found(everyone, tournament.best)
        # Only to see that all can be compared: above every similarity no bound is asked for.
        tournament.bounds(2.0)
        everyone = np.arange(len(samples))
        tournament.play(everyone, 0.0)
        return Found(everyone, tournament.best)
    finally:
        tournament.close()


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
        self,
        x: Mapping[Reading, PiecePicture],
        samples: PreparedSamples,
        threads: int,
        *,
        prune: bool,
    ) -> None:
        announce()
        self.samples = samples
        self.best = Best.nothing(len(samples))
        self.library = library = Library.of(samples)
        self.readings = [
            Laid(x[reading], library, kind, library.rules(samples, reading, prune), threads)
            for reading, kind in library.kinds.items()
        ]
        columns = max(laid.columns for laid in self.readings)
        self.desks = [library.desk(columns) for _ in range(threads)]
        self._best = as_record(self.best)
        self.ceilings = np.zeros(0)
        self.hopes = np.zeros((len(self.readings), 0), np.uint64)

    def close(self) -> None:
        """Give the room to work in back, for the next X; what was compiled lies ready from now on."""
        self.library.free += self.desks
        self.desks = []
        remember_warm()

    def bounds(self, floor: float) -> tuple[NDArray[np.float64], NDArray[np.uint64]]:
        """Return what each sample's similarity cannot exceed, 0 where it cannot reach `floor`; and what may reach it.

        That is, which variants: as bits, shape (readings, samples).

        Raises
        ------
        TooLarge
            If a sample cannot be compared with X.
        """
        upper = np.zeros(len(self.samples))
        hopes = np.zeros((len(self.readings), len(upper)), np.uint64)
        parts = [len(upper) * i // len(self.desks) for i in range(len(self.desks) + 1)]

        def bound_part(i: int) -> int:
            for laid, hope in zip(self.readings, hopes, strict=True):
                refused: int = bound(
                    laid.records[i], self.library.packed, laid.pairings, laid.variants, laid.rules, parts[i],
                    parts[i + 1], floor, float(MAX_PLACEMENTS), upper, hope, *self.desks[i].records,
                )  # fmt: skip
                if refused:
                    return refused
            return 0

        for refused in self._together(bound_part):
            if refused:
                name = self.samples[refused // 4].name
                raise refusal_of(name, too_many_placements=refused % 4 == TOO_MANY_PLACEMENTS)
        return upper, hopes

    def play(self, order: NDArray[np.int64], floor: float) -> None:
        """Compare the samples named in `order`; those that do not reach `floor` need not be exact."""

        def contest_part(i: int) -> None:
            part = np.ascontiguousarray(order[i :: len(self.desks)])
            for laid, hope in zip(self.readings, self.hopes, strict=True):
                contest(
                    laid.records[i], self.library.packed, laid.pairings, laid.variants, laid.rules, part, floor,
                    hope, self._best, self.ceilings, *self.desks[i].records,
                )  # fmt: skip

        self._together(contest_part)

    def best_of(self, k: int, at_least: float) -> NDArray[np.int64]:
        """Compare until the k best that reach `at_least` are certain; return every sample that was compared."""
        upper, self.hopes = self.bounds(at_least)
        return self._climb(upper, k, at_least, FIRST_CHUNK)

    def climb(self, ceilings: NDArray[np.float64], k: int) -> NDArray[np.int64]:
        """Do the same for any similarity, with ceilings, before the price, for every sample and variant.

        Ceilings, shape (samples, variants), sink to what is found, or to a little less than what is asked for.
        """
        self.ceilings = ceilings.reshape(-1)
        (laid,) = self.readings
        prices = laid.kind.both[0].price
        return self._climb((ceilings * prices).max(axis=1), k, 0.0, FEW)

    def _climb(self, upper: NDArray[np.float64], k: int, floor: float, chunk: int) -> NDArray[np.int64]:
        """Compare the most promising first, in chunks, and raise the bar to the k-th best."""
        order = np.flatnonzero((upper > 0) & (upper >= floor))
        order = order[np.argsort(-upper[order], kind="stable")]
        done = 0
        while done < len(order):
            part = order[done : done + chunk]
            part = part[upper[part] >= floor]
            if not len(part):
                break
            # In the order in which they lie in memory.
            self.play(np.sort(part), floor)
            done, chunk = done + len(part), 2 * chunk
            if done >= k:
                reached = self.best.similarity[order[:done]]
                floor = max(floor, float(np.partition(reached, -k)[-k])) if k else 1.0
        return order[:done]

    def _together(self, work: Callable[[int], Any]) -> Sequence[Any]:
        """Do the work of all threads; here, where there is but one."""
        if len(self.desks) == 1:
            return [work(0)]
        with ThreadPoolExecutor(len(self.desks)) as pool:
            return list(pool.map(work, range(len(self.desks))))


class Desk:
    """Room for one thread to work in."""

    def __init__(self, columns: int, moments: int) -> None:
        self.columns = columns
        self._room = new_room(columns, moments)
        self.records = (as_record(View()), as_record(self._room))


class Kind:
    """The variants of one reading as records: of samples that share pictures, and of those with their own."""

    def __init__(self, both: tuple[Variants, Variants]) -> None:
        self.both = both
        self.records = as_record(*both)
        self._meetings: dict[tuple[int, int], Meetings] = {}

    def meetings(self, piece: PieceColumns, packed: Packed) -> Meetings:
        """Return how X's unit meets the samples; kept for the next X of the same unit."""
        unit = (piece.unit_up, piece.unit_down)
        if unit not in self._meetings:
            self._meetings[unit] = Meetings([meet(*unit, packed.units, one) for one in self.both])
        return self._meetings[unit]


class Library:
    """What is kept of prepared samples from one X to the next."""

    def __init__(self, samples: PreparedSamples) -> None:
        self.columns = packed = samples.packed
        self.packed = as_record(packed)
        self.kinds = {reading: Kind(both) for reading, both in variants(samples.recipe).items()}
        self.windowed = samples.recipe.measure == "window-cosine"
        edges, strokes = (
            int(np.diff(starts).max(initial=0)) for starts in (packed.edge_start, packed.stroke_start)
        )
        self.moments = max(edges, strokes)
        """How much of a picture is noted at a time: edges, or strokes, which may be more, for edges cancel."""
        strokes = edges // 2 + int(np.diff(packed.drum_start).max(initial=0))
        self.weighted = bool((packed.numbers[:, LEVEL] == 0).any()) or strokes >= PLAIN_STROKES
        """Whether some sample is not of one brightness, or has too many strokes to be counted in eight bits."""
        lengths = packed.numbers[:, LENGTH] * (packed.numbers[:, UNIT_UP] / packed.numbers[:, UNIT_DOWN])
        stretch = max((alteration.stretch for alteration in samples.recipe.alterations), default=1)
        self.typical = Fraction(float(np.median(lengths))) if len(lengths) else None
        """How long a sample is, in quarters."""
        self.longest = float(lengths.max(initial=0.0)) * float(stretch)
        areas = packed.numbers[:, AREA] * (packed.numbers[:, UNIT_UP] / packed.numbers[:, UNIT_DOWN])
        self.largest = float(areas.max(initial=0.0)) * float(stretch)
        self.drumming = len(packed.drum_pitch) > 0
        self.free: list[Desk] = []
        self._rules: dict[tuple[Reading, bool], NDArray[Any]] = {}

    @classmethod
    def of(cls, samples: PreparedSamples) -> Library:
        """Return what is kept of these samples."""
        if "numba" not in samples.kept:
            samples.kept["numba"] = cls(samples)
        library = samples.kept["numba"]
        assert isinstance(library, cls)
        return library

    def rules(self, samples: PreparedSamples, reading: Reading, prune: bool) -> NDArray[Any]:
        """Return what the recipe says of a reading, as a record."""
        if (reading, prune) not in self._rules:
            self._rules[reading, prune] = as_record(_rules(samples, reading, prune))
        return self._rules[reading, prune]

    def desk(self, columns: int) -> Desk:
        """Return room for an X of so many columns: some that is free, or new."""
        while self.free:
            try:
                desk = self.free.pop()
            except IndexError:  # another thread was faster
                break
            if desk.columns >= columns:
                return desk
        return Desk(columns, self.moments)


class Laid:
    """One reading of X, as records for compiled loops; the arrays behind them are kept alive here."""

    def __init__(
        self,
        x: PiecePicture,
        library: Library,
        kind: Kind,
        rules: NDArray[Any],
        threads: int,
    ) -> None:
        self.kind, self.rules = kind, rules
        self._lay(x, library, library.weighted, None if library.drumming else library.typical)
        if self.piece.long and not self._fits_a_coarse_look(library):
            self._lay(x, library, library.weighted, None)
        piece = self.piece
        meetings = kind.meetings(piece, library.columns)
        large = max(piece.area, piece.all_energy) * meetings.finest >= 2**31
        if not library.weighted and (large or not self.record[0]["countable"]):
            # Such sums are counted in the widest lanes, which take weights.
            self._lay(x, library, True, None)
        self._meetings = meetings
        self.variants, self.pairings = kind.records, meetings.records
        self.columns = self.piece.time.size
        self.records = [np.repeat(self.record, 2)] * threads
        """X and an excerpt of it, for each thread; a short X has none."""
        if self.piece.long:
            self._excerpts = [_excerpt(self.piece, library) for _ in range(threads)]
            self.columns = self._excerpts[0].time.size
            self.records = [np.repeat(self.record, 2) for _ in range(threads)]
            for both, excerpt in zip(self.records, self._excerpts, strict=True):
                both[1:] = as_record(excerpt)

    def _fits_a_coarse_look(self, library: Library) -> bool:
        """Tell whether what a coarse look along a long X adds up stays within 16 bits."""
        piece = self.piece
        at_once = max(int(self.record[0]["at_once"]), 1)
        largest = library.largest * piece.unit_down / piece.unit_up + (SPAN + 2) * piece.step
        return max(at_once * _window(piece, library), largest) < 2**16

    def _lay(self, x: PiecePicture, library: Library, weighted: bool, typical: Fraction | None) -> None:
        self.piece = piece_columns(
            x,
            weighted=weighted,
            windowed=library.windowed,
            typical=typical,
            largest=library.largest,
        )
        self.record = as_record(self.piece)
        fill(self.record)


def _window(piece: PieceColumns, library: Library) -> int:
    """Return how long the stretch of X is, in its units, that a coarse look takes in at once, at most."""
    return int(library.longest * piece.unit_down / piece.unit_up) + (SPAN + 2) * piece.step


def _excerpt(piece: PieceColumns, library: Library) -> PieceColumns:
    """Return room for an excerpt of a long X."""
    reach = _window(piece, library) // piece.step + 1
    lines = (RUN + 1) * reach + SPAN
    units = lines * piece.step + 1
    turns = sum(
        np.bincount(times // piece.step, minlength=piece.lines)
        for times in (piece.stroke_onset, piece.stroke_offset)
    )
    before = np.append(0, np.cumsum(turns))
    within = before[np.minimum(np.arange(piece.lines) + lines + 1, piece.lines)] - before[:-1]
    columns = min(int(within.max()) + 2, units)
    time = np.zeros(columns, np.int64)
    turning = columns * (piece.heard_pitches + 1 + 2 * LANES) if len(piece.heard_pitch) else 0
    return piece._replace(
        time=time,
        event=time if len(piece.heard_pitch) else piece.event,
        edges=np.zeros(columns * piece.width, np.int8),
        turning8=np.zeros(turning, np.int8),
        tally=np.zeros(max(columns, units // 64 + 2), np.int64),
    )


class Meetings:
    """How one unit of X meets all samples under the variants of both sorts, as records."""

    def __init__(self, both: list[Meeting]) -> None:
        self._both = both
        self.finest = max(int(meeting.piece_up.max(initial=1)) for meeting in both)
        self.records = as_record(*both)


def _rules(samples: PreparedSamples, reading: Reading, prune: bool) -> Rules:
    """Return what the recipe says, as plain numbers."""
    measure = ("window-cosine", "cosine", "coverage", "brightness").index(samples.recipe.measure)
    return Rules(measure, *limits(samples, reading), reading == "neighbour", prune)
