"""A ranking through compiled loops: bounds for all samples, then the most promising first; a long X part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.backends.records import as_record
from goldenear.match.engines import Best, Found, Placements, in_threads
from goldenear.match.kernels.align import align  # noqa: F401, an engine has it
from goldenear.match.kernels.code_cache import mark_warm, tell_compiling
from goldenear.match.kernels.driver import bound_samples, lay_out, list_placements, score_samples
from goldenear.match.kernels.layout import PieceLayout, part_layout, piece_layout
from goldenear.match.kernels.pairs import TOO_MANY_PLACEMENTS, Pair, Rules
from goldenear.match.kernels.sweep import Room, new_room
from goldenear.match.packed import BRIGHTEST, DIMMEST, END, UNIT_DOWN, UNIT_UP, Variants, meet, variants
from goldenear.match.pictures import Kept, PiecePicture
from goldenear.match.prepared import PreparedSamples
from goldenear.match.score import MEASURES, OF_WHOLE, formula_of, layers_of
from goldenear.match.similarity import MAX_PLACEMENTS, allowed_transpositions, refusal_of
from goldenear.notes.piano_roll import Reading

FIRST_CHUNK = 16
"""Samples compared before the bar is raised for the first time; the next chunks are larger."""

LONG = 1024
"""X of more strokes than this is laid out part by part."""

SPAN = 2
"""A part holds the shifts of so many times the longest sample."""

ROOM_TO_LIST = 4096
"""Room for so many placements is made at first."""

EVERY_SHIFT = 2**40
"""More than there are shifts."""


@cache
def remember_warm() -> None:
    """Remember that the loops have been compiled; once a process is enough."""
    mark_warm(score_samples.stats.cache_path)


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
    run = RankingRun(x, samples, threads, prune=prune)
    if not prune:
        k, at_least = len(samples), 0.0
    compared = run.best_of(k, at_least)
    # Where nothing is asked for, those left out fill up the end: they are not among the k, or share nothing.
    return Found(compared if at_least > 0 else np.arange(len(samples)), run.best)


def placements(
    x: Mapping[Reading, PiecePicture], samples: PreparedSamples, sample: int, floor: float
) -> Iterator[Placements]:
    """Give all placements of one sample that reach a similarity above 0, its weight in it, alteration by alteration.

    Raises
    ------
    TooLarge
        If the sample cannot be compared with X.
    """
    run = RankingRun(x, samples, 1, prune=True)
    run.check()
    for reading in run.readings:
        yield from reading.listed(sample, floor, run.library)


class RankingRun:
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
        self, x: Mapping[Reading, PiecePicture], samples: PreparedSamples, threads: int, *, prune: bool
    ) -> None:
        announce()
        self.samples, self.prune = samples, prune
        self.library = library = Library.of(samples)
        self.best = Best.nothing(len(samples))
        self._best = as_record(self.best)
        self.readings = [
            LaidReading(x[reading], samples, library, reading, prune=prune) for reading in library.readings
        ]
        columns = max(reading.part.time.size for reading in self.readings)
        pitches = max(reading.piece.pitches for reading in self.readings)
        self.desks = [library.workspace(columns, pitches) for _ in range(threads)]

    def best_of(self, k: int, at_least: float) -> NDArray[np.int64]:
        """Compare until the k best that reach `at_least` are certain; return every sample that was compared."""
        compared = np.zeros(len(self.samples), bool)
        for reading in self.readings:
            for _ in reading.parts():
                self._compare_part(reading, k, at_least, compared)
        self.library.free += self.desks
        remember_warm()
        return np.flatnonzero(compared)

    def check(self) -> None:
        """Raise TooLarge if a sample cannot be compared with X."""
        for reading in self.readings:
            next(reading.parts())
            self.bounds(reading, 2.0)

    def _compare_part(
        self, reading: LaidReading, k: int, at_least: float, compared: NDArray[np.bool_]
    ) -> None:
        """Compare the most promising samples first with a part of X, and raise the bar to the k-th best."""
        floor = self.best.bar(k, at_least)
        # Where every sample is wanted, nothing can be left out.
        whole = k >= len(compared) and at_least == 0
        upper, hopes = self.bounds(reading, 2.0 if whole else floor)
        if whole:
            upper[:], hopes[:] = 1.0, ~np.uint64(0)
        order = np.flatnonzero((upper > 0) & (upper >= floor))
        order = order[np.argsort(-upper[order], kind="stable")]
        done, chunk = 0, len(order) if whole else FIRST_CHUNK
        while done < len(order):
            part = order[done : done + chunk]
            part = part[upper[part] >= floor]
            if not len(part):
                break
            # In the order in which they lie in memory.
            self._score(reading, np.sort(part), floor, hopes)
            compared[part] = True
            done, chunk = done + len(part), 2 * chunk
            floor = self.best.bar(k, at_least)

    def bounds(self, reading: LaidReading, floor: float) -> tuple[NDArray[np.float64], NDArray[np.uint64]]:
        """Return what each sample's similarity cannot exceed in this part; and which variants may reach `floor`."""
        n = len(self.samples)
        upper, hopes = np.zeros(n), np.zeros(n, np.uint64)
        parts = [n * i // len(self.desks) for i in range(len(self.desks) + 1)]

        def bound_part(i: int) -> int:
            refused: int = bound_samples(
                *reading.records, (parts[i], parts[i + 1]), (floor, float(MAX_PLACEMENTS)), upper, hopes,
                *self.desks[i].records,
            )  # fmt: skip
            return refused

        for refused in in_threads(bound_part, range(len(self.desks)), len(self.desks)):
            if refused:
                name = self.samples[refused // 4].name
                raise refusal_of(name, too_many_placements=refused % 4 == TOO_MANY_PLACEMENTS)
        return upper, hopes

    def _score(
        self, reading: LaidReading, order: NDArray[np.int64], floor: float, hopes: NDArray[np.uint64]
    ) -> None:
        """Compare the samples named in `order`; those that do not reach `floor` need not be exact."""

        def score_part(i: int) -> None:
            mine = np.ascontiguousarray(order[i :: len(self.desks)])
            score_samples(*reading.records, mine, floor, hopes, self._best, *self.desks[i].records)

        list(in_threads(score_part, range(len(self.desks)), len(self.desks)))


class Workspace:
    """Room for one thread to work in."""

    def __init__(self, strokes: int, columns: int, pitches: int, listed: int = 0) -> None:
        self.columns, self.pitches = columns, pitches
        self.room: Room = new_room(strokes, columns, pitches, listed)
        self.records = (as_record(Pair()), as_record(self.room))


class Library:
    """What is kept of prepared samples from one X to the next."""

    def __init__(self, samples: PreparedSamples) -> None:
        packed = samples.packed
        self.packed = packed
        self.record = as_record(packed)
        self.readings: Mapping[Reading, tuple[Variants, Variants]] = variants(samples.recipe)
        self.variants = {reading: as_record(*both) for reading, both in self.readings.items()}
        self.strokes = int(np.diff(packed.note_start).max(initial=0)) + 1
        numbers = packed.numbers
        self.weighted = bool((numbers[:, BRIGHTEST] != numbers[:, DIMMEST]).any())
        """Whether some sample is not of one brightness."""
        # Pictures of their own are stretched already.
        stretch = max(1.0, *(float(a.stretch) for a in samples.recipe.alterations))
        unit = stretch * numbers[:, UNIT_UP] / numbers[:, UNIT_DOWN]
        self.longest = float((numbers[:, END] * unit).max(initial=0.0)) + float(samples.recipe.stroke)
        """How long the longest sample is, stretched, in quarters."""
        begins = np.minimum.reduceat(packed.onset, packed.note_start[:-1]) if len(numbers) else np.zeros(0)
        self.lead = float((-begins * unit).max(initial=0.0))
        """How long before its first sound a sample has places that must stay dark."""
        self.free: list[Workspace] = []
        self._kept = Kept()

    @classmethod
    def of(cls, samples: PreparedSamples) -> Library:
        """Return what is kept of these samples."""
        return samples.kept.once("numba", lambda: cls(samples))

    def meetings(self, reading: Reading, unit_up: int, unit_down: int) -> NDArray[Any]:
        """Return how X's unit meets the samples, as records; kept for the next X of the same unit."""
        both = (meet(unit_up, unit_down, self.packed.units, one) for one in self.readings[reading])
        return self._kept.once((reading, unit_up, unit_down), lambda: _recorded(*both))[1]

    def rules(self, samples: PreparedSamples, reading: Reading, prune: bool) -> NDArray[Any]:
        """Return what the recipe says of a reading, as a record."""
        return self._kept.once((reading, prune), lambda: _recorded(_rules(samples, reading, prune)))[1]

    def workspace(self, columns: int, pitches: int) -> Workspace:
        """Return room for a part of X of so many columns: some that is free, or new."""
        while self.free:
            try:
                desk = self.free.pop()
            except IndexError:  # another thread was faster
                break
            if desk.columns >= columns and desk.pitches >= pitches:
                desk.room.lit[:] = 0
                return desk
        return Workspace(self.strokes, columns, pitches)


class LaidReading:
    """One reading of X, as records for compiled loops; the arrays behind them live here and in the library."""

    def __init__(
        self, x: PiecePicture, samples: PreparedSamples, library: Library, reading: Reading, *, prune: bool
    ) -> None:
        recipe = samples.recipe
        _, self.swept = layers_of(recipe.quarters)
        self.reading = reading
        pieces, piece_record = x.kept.once("numba", lambda: _recorded(piece_layout(x, recipe)))
        self.piece: PieceLayout = pieces[0]
        weighted = library.weighted or not self.piece.plain or reading == "neighbour"
        self._longest, lead = (
            int(quarters * self.piece.unit_down / self.piece.unit_up) + 2
            for quarters in (library.longest, library.lead)
        )
        lit_as_sounding = reading in ("semitone", "rhythm")
        # A stroke is a whole number of X's units; held notes have no usual length.
        usual = int((recipe.layers[self.swept] or 0) * self.piece.unit_down / self.piece.unit_up)
        self._span = SPAN * self._longest if self.piece.lit_strokes(self.swept) > LONG else EVERY_SHIFT
        units = lead + self._span + self._longest + 1
        self.part = part_layout(
            self.piece, self.swept, units, lead, usual, weighted=weighted, lit_as_sounding=lit_as_sounding
        )
        self.records = (
            piece_record,
            as_record(self.part),
            library.record,
            library.meetings(reading, self.piece.unit_up, self.piece.unit_down),
            library.variants[reading],
            library.rules(samples, reading, prune),
        )

    def parts(self) -> Iterator[None]:
        """Lay X out, part by part."""
        for first in range(-self._longest, self.piece.length + 1, self._span):
            lay_out(*self.records[:2], self.swept, first, first + self._span, self._longest)
            yield

    def listed(self, sample: int, floor: float, library: Library) -> Iterator[Placements]:
        """Give the placements of a sample that reach `floor`, its weight in it, alteration by alteration."""
        own = int(library.packed.alone[sample])
        rows = library.readings[self.reading][own]
        room = Workspace(library.strokes, self.part.time.size, self.piece.pitches, ROOM_TO_LIST)
        weighed = list(zip(rows.alteration.tolist(), rows.weight.tolist(), strict=True))
        for _ in self.parts():
            for v, (index, weight) in enumerate(weighed):
                if weight < floor or weight <= 0:
                    continue
                least = floor / weight * (1 - 1e-12)
                n = list_placements(*self.records, (sample, v), least, *room.records)
                if n > len(room.room.scores):
                    room = Workspace(library.strokes, self.part.time.size, self.piece.pitches, 2 * n)
                    n = list_placements(*self.records, (sample, v), least, *room.records)
                if n:
                    transposition, shift, shared = room.room.found[: 3 * n].reshape(n, 3).T.copy()
                    similarity, pair = room.room.scores[:n] * weight, room.records[0][0]
                    unit = int(pair["unit_up"]), int(pair["unit_down"])
                    yield Placements(index, transposition, shift, shared, similarity, *unit)


def _recorded(*columns: Any) -> tuple[tuple[Any, ...], NDArray[Any]]:
    """Return columns, and records of them: the columns' arrays must live as long as the records."""
    return columns, as_record(*columns)


def _rules(samples: PreparedSamples, reading: Reading, prune: bool) -> Rules:
    """Return what the recipe says of a reading, as plain numbers."""
    recipe = samples.recipe
    terms, root, clutter_up, clutter_down = formula_of(recipe.measure, recipe.clutter)
    octave = samples[0].steps_per_octave if reading == "octave" and len(samples) else 0
    return Rules(
        np.ascontiguousarray(terms).reshape(-1),
        root,
        clutter_up,
        clutter_down,
        recipe.quarters,
        int(any(set(letters) & set(OF_WHOLE) for letters in MEASURES[recipe.measure].below)),
        *recipe.stroke.as_integer_ratio(),
        *allowed_transpositions(reading, recipe, octave),
        octave,
        int(reading == "neighbour"),
        int(prune),
    )
