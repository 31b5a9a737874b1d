"""This file is where every placement of the samples on X is known that reaches a similarity, or soon may.

A changed note lifts a similarity only so far (see :mod:`goldenear.match.live`). So among all samples, alterations,
transpositions and shifts, a few hundred placements are all that can reach what is asked for while X changes by a few
notes: the contenders. They are listed once, and weighed again for each change in well under a microsecond each; all
others are far from mattering.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import NoNotes
from goldenear.match.engines import NumbaEngine
from goldenear.match.engines.known import must_know
from goldenear.match.live import rises
from goldenear.match.packed import variants
from goldenear.match.picture import SamplePicture, piece_pictures
from goldenear.match.prepared import PreparedSamples
from goldenear.match.recipe import Recipe
from goldenear.match.rows import as_notes, difference

ROOM = 4096
"""Placements that there is room for at first."""

LEAST = 0.01
"""What of a similarity asked for, squared, must be there before the changes: what shares nothing is not listed."""

FAR = 2**40


def can_contend(recipe: Recipe) -> bool:
    """Tell whether placements can be listed under a recipe: windows, drawn evenly, pitch read by the semitone."""
    evenly = recipe.drawing.body == recipe.drawing.onset
    by_step = all(alteration.reading == "semitone" for alteration in recipe.alterations)
    return recipe.measure == "window-cosine" and not recipe.aligned and evenly and by_step


class Pairs(NamedTuple):
    """Pictures of samples, as columns; what each column holds stands in `engines.placements`."""

    sample: NDArray[np.int64]
    turn: NDArray[np.int64]
    """The place of the alteration in the recipe."""
    columns: NDArray[np.int64]
    numbers: NDArray[np.float64]
    rows: NDArray[np.int64]
    strokes: NDArray[np.int64]


@dataclass(frozen=True)
class Contenders:
    """What may reach a similarity while X changes a little.

    Attributes
    ----------
    pairs : Pairs
        The pictures that have a placement among them.
    placed : int array, shape (n, 5)
        The pair, the transposition, the shift, the shared light and the energy in the window, in the pair's ticks.
    slack : float
        How many quarters of notes may go and come before any other placement can reach what was asked for.
    asked, rises : float arrays, shape (pairs,)
        The similarity that was asked for, and by how much a tick of changed notes can lift its square.
    """

    pairs: Pairs
    placed: NDArray[np.int64]
    slack: float
    asked: NDArray[np.float64]
    rises: NDArray[np.float64]

    @property
    def needed(self) -> NDArray[np.float64]:
        """How many ticks of X's notes must go and come before each placement can reach what was asked for: (n,)."""
        pair = self.placed[:, 0]
        missing = np.maximum(self.asked[pair] ** 2 - self.similarity**2, 0)
        return missing / self.rises[pair] * (1 - 1e-9)

    @property
    def similarity(self) -> NDArray[np.float64]:
        """Of each placement, as X is; shape (n,)."""
        _, _, _, shared, energy = self.placed.T
        numbers = self.pairs.numbers[self.placed[:, 0]]
        above = np.maximum(shared, 0).astype(np.float64) ** 2 * numbers[:, 0]
        with np.errstate(invalid="ignore", divide="ignore"):
            similarity = np.minimum(np.sqrt(above / (energy * numbers[:, 1])), 1.0) * numbers[:, 2]
        return np.where((shared > 0) & (energy > 0), similarity, 0.0)

    def best_after(
        self, changes: NDArray[np.int64], starts: NDArray[np.int64], kinds: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return the greatest similarity, to each kind of sample, after each of many changes of X.

        Exact where it reaches what was asked for; else it may be less than there is, but never reaches it.

        Parameters
        ----------
        changes : int array, shape (notes, 4)
            Notes of X that go (-1) or come (+1): sign, pitch, onset, offset. None changes more than the slack.
        starts : int array, shape (changes + 1,)
            Where each change begins among them.
        kinds : int array, shape (samples,)
            Which kind each sample is of, from 0 on.

        Returns
        -------
        float array, shape (changes, kinds)
        """
        from goldenear.match.engines.placements import weigh

        best = np.zeros((len(starts) - 1, int(kinds.max(initial=0)) + 1))
        ticks = np.concatenate([[0], np.cumsum(changes[:, 3] - changes[:, 2])])
        # What needs the least comes first, and what needs more than a change brings is not looked at.
        needed, pairs = self.needed, self.pairs
        order = np.argsort(needed, kind="stable")
        weigh(
            pairs.columns, pairs.numbers, pairs.rows, pairs.strokes, self.placed[order], needed[order],
            changes, starts, np.diff(ticks[starts]), best, kinds[pairs.sample],
        )  # fmt: skip
        return best


@dataclass
class Field:
    """Samples, and what is known of each while X changes: ceilings that no similarity can exceed.

    Parameters
    ----------
    samples : PreparedSamples
        Under a recipe for which :func:`can_contend`.
    ticks_per_quarter : int
        Of X.
    """

    samples: PreparedSamples
    ticks_per_quarter: int
    ceilings: NDArray[np.float64] = field(init=False)
    """Before the price; shape (samples x alterations,), the cheapest alteration first."""
    _x: NDArray[np.int64] | None = field(init=False, default=None)
    _whole: tuple[NDArray[np.float64], Pairs] | None = field(init=False, default=None)
    """What was last asked of parts, and the pictures that may reach it."""

    def __post_init__(self) -> None:
        shared, _ = variants(self.samples.recipe)["semitone"]
        self.turns = shared.turn
        self._prices = np.tile(shared.price, len(self.samples))
        self.ceilings = np.ones(len(self._prices))
        must_know(NumbaEngine.name, NumbaEngine.knows, self.samples.recipe)
        lifts = rises(self.samples)
        assert lifts is not None, "can_contend"
        self._rises = lifts.reshape(-1)
        self._pictures: dict[tuple[int, int], _Columns] = {}

    @property
    def steepest(self) -> float:
        """By how much a quarter of changed notes can lift the square of any similarity, at most."""
        return float((self._rises * self._prices**2).max(initial=0.0))

    def contenders(
        self, notes: NDArray[np.int64], at_least: float | NDArray[np.float64], quarters: float
    ) -> Contenders:
        """List what reaches a similarity now, or may after changes of so many quarters of notes, gone and come.

        Parameters
        ----------
        notes : int array, shape (n, 3)
            X: pitch, onset and offset in ticks; no two of one pitch at once.
        at_least : float, or float array of shape (samples,)
            The similarity, above 0, up to 1, with the price in it.
        quarters : float
            How much may go and come; less where a short sample could then appear out of nothing.

        Raises
        ------
        TooLarge
            If a sample cannot be compared with X.
        """
        if not len(notes):
            raise NoNotes("X")
        self._lift(notes)
        with np.errstate(divide="ignore"):
            each = np.broadcast_to(np.asarray(at_least, np.float64), len(self.samples))
            asked = np.repeat(each, len(self.turns)) / self._prices
        possible = asked <= 1
        most = float((asked[possible] ** 2 / self._rises[possible]).min(initial=FAR))
        slack = min(quarters, (1 - LEAST) * most)
        floors = np.full(len(asked), np.inf)
        floors[possible] = np.sqrt(asked[possible] ** 2 - slack * self._rises[possible]) * (1 - 1e-12)
        self._sink(notes, floors)
        self._x = notes.copy()
        chosen = np.flatnonzero(self.ceilings >= floors)
        pairs = self._pairs(chosen)
        placed = _listed(pairs, pairs.strokes, floors[chosen], notes)
        price = self._prices[chosen]
        rises_of = self._rises[chosen] * price**2 / self.ticks_per_quarter
        return Contenders(pairs, placed, slack, asked[chosen] * price, rises_of)

    def in_part(
        self, notes: NDArray[np.int64], at_least: NDArray[np.float64]
    ) -> tuple[Pairs, NDArray[np.int64]]:
        """List every placement at which X, or some of its notes alone, may reach a similarity.

        Parameters
        ----------
        notes : int array, shape (n, 3)
            X, as for :meth:`contenders`.
        at_least : float array, shape (samples,)
            The similarity, above 0, with the price in it; where it is above 1 nothing is listed.

        Returns
        -------
        (Pairs, int array of shape (n, 5))
            The pictures, and their placements as :class:`Contenders` holds them; the shared light is that of bright
            strokes alone.
        """
        asked = np.repeat(at_least, len(self.turns)) / self._prices
        if self._whole is None or (self._whole[0] != asked).any():
            self._whole = asked, self._pairs(np.flatnonzero(asked <= 1))
        pairs = self._whole[1]
        # Without the places that must stay dark: a part may leave these dark.
        lit = np.column_stack([pairs.strokes[:, :2], np.maximum(pairs.strokes[:, 2], 0)])
        floors = asked[asked <= 1] * (1 - 1e-12)
        return pairs, _listed(pairs, lit, floors, notes, in_part=True)

    def _lift(self, notes: NDArray[np.int64]) -> None:
        """Raise the ceilings by what has come and gone since they were found."""
        if self._x is None:
            return
        changed = difference(self._x, notes) / self.ticks_per_quarter
        self.ceilings = np.minimum(np.sqrt(self.ceilings**2 + changed * self._rises) * (1 + 1e-12), 1.0)

    def _sink(self, notes: NDArray[np.int64], floors: NDArray[np.float64]) -> None:
        """Lay what may reach its floor, so that its ceiling is what was found."""
        from goldenear.match.engines.contest import sink
        from goldenear.match.engines.on_numba import Tournament

        if not (self.ceilings >= floors).any():
            return
        x = as_notes(notes, self.ticks_per_quarter, self.samples[0].steps_per_octave)
        tournament = Tournament(piece_pictures(x, self.samples.recipe), self.samples, 1, prune=True)
        try:
            if self._x is None:
                tournament.bounds(2.0)
            (laid,) = tournament.readings
            sink(
                laid.records[0], tournament.library.packed, laid.pairings, laid.variants, laid.rules, floors,
                self.ceilings, *tournament.desks[0].records,
            )  # fmt: skip
        finally:
            tournament.close()

    def _pairs(self, chosen: NDArray[np.int64]) -> Pairs:
        """Return the pictures of some variants."""
        samples, kinds = np.divmod(chosen, len(self.turns))
        turns = self.turns[kinds]
        every = [self._picture(int(i), int(turn)) for i, turn in zip(samples, turns, strict=True)]
        columns = np.array([one.numbers for one in every], np.int64).reshape(-1, 10)
        starts, begins = 0, 0
        rows: list[NDArray[np.int64]] = []
        for line, one in zip(columns, every, strict=True):
            line[7] = starts
            rows.append(one.rows + begins)
            starts, begins = starts + len(one.rows), begins + len(one.strokes)
        return Pairs(
            samples,
            turns,
            columns,
            np.array([one.reference for one in every], np.float64).reshape(-1, 3),
            np.concatenate(rows) if rows else np.zeros(0, np.int64),
            np.concatenate([one.strokes for one in every]) if every else np.zeros((0, 3), np.int64),
        )

    def _picture(self, sample: int, turn: int) -> _Columns:
        """Return a picture as columns; made once."""
        if (sample, turn) not in self._pictures:
            picture = self.samples.picture(sample, turn)
            self._pictures[sample, turn] = _columns(
                picture, self.ticks_per_quarter, self.samples.recipe.transpositions
            )
        return self._pictures[sample, turn]


def _listed(
    pairs: Pairs,
    strokes: NDArray[np.int64],
    floors: NDArray[np.float64],
    notes: NDArray[np.int64],
    *,
    in_part: bool = False,
) -> NDArray[np.int64]:
    """List the placements of some pictures, as :class:`Contenders` holds them."""
    from goldenear.match.engines.placements import placements

    if not len(floors):
        return np.zeros((0, 5), np.int64)
    found = np.zeros((ROOM, 5), np.int64)
    arguments = (pairs.columns, pairs.numbers, pairs.rows, strokes, floors, notes, in_part)
    n = placements(*arguments, found)
    if n > len(found):
        found = np.zeros((n, 5), np.int64)
        placements(*arguments, found)
    return found[:n]


class _Columns(NamedTuple):
    """One picture, on the grid that it shares with X."""

    numbers: tuple[int, ...]
    reference: tuple[float, float, float]
    rows: NDArray[np.int64]
    strokes: NDArray[np.int64]


def _columns(
    picture: SamplePicture, ticks_per_quarter: int, transpositions: tuple[int, int] | None
) -> _Columns:
    """Bring a picture to the grid that it shares with X, its strokes sorted by pitch; drums meet nothing here."""
    resolution = lcm(ticks_per_quarter, picture.roll.ticks_per_quarter)
    up = resolution // picture.roll.ticks_per_quarter
    roll = picture.roll.where(~picture.roll.is_drum)
    order = np.lexsort((roll.onset, roll.pitch))
    pitch = roll.pitch[order].astype(np.int64)
    strokes = np.stack([roll.onset[order] * up, roll.offset[order] * up, roll.brightness[order]], axis=1)
    bottom, count = (int(pitch[0]), int(pitch[-1] - pitch[0]) + 1) if len(pitch) else (0, 0)
    rows = np.searchsorted(pitch, np.arange(bottom, bottom + count + 1))
    reference = Fraction(picture.light**2, picture.area) * up
    lowest, highest = transpositions or (-FAR, FAR)
    box = picture.box
    return _Columns(
        (resolution // ticks_per_quarter, box.lowest, box.highest, box.onset * up, box.offset * up, bottom, count, 0,
         lowest, highest),
        (float(reference.denominator), float(reference.numerator), picture.alteration.price),
        rows.astype(np.int64),
        np.ascontiguousarray(strokes.astype(np.int64)),
    )  # fmt: skip
