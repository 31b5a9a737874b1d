r"""Every placement of the samples on a draft that reaches a similarity, or soon may.

A changed note lifts a similarity only so far. So among all samples, alterations, transpositions and shifts, a few
hundred placements are all that can reach what is asked for while a draft changes by a few notes: the contenders. They
are listed once, and weighed again for each change in about a microsecond each; all others are far from mattering.

The law. A similarity of h needs h\ :sup:`4/q` of the layer with the greater part, q of 4, for the other is at most 1:
so only struck time counts here. That layer's similarity is T = a S / D, at most 1, with D = b + e E - c a S and the
clutter c. Let k be the sample's greatest brightness. In a sample of one brightness S is at most k E and e = c k a, so
D is at least b. In every other one S is at most b / a, so D is at least b' = (1 - c) b.

- What comes, d ticks, adds o <= k d to S and d to E. One brightness: D does not fall, so T rises by a o / D, at most
  a k d / b. Else D falls by at most c a o: T rises by (a o + T c a o) / D, at most (1 + c) a k d / b'.
- What goes, d ticks, takes d from E, so D falls by at most e d: T rises by at most T e d / D, at most e d / b or b'.
  Where a place of brightness -f must stay dark, S may rise by f d besides, which lifts T by (1 + c) a f d / b'.

Each step leads from one draft to another, so the lifts of several add up. With the default clutter, what goes lifts a
quarter as much as what comes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.composing.rows import Edges, as_notes, difference
from goldenear.errors import NoNotes
from goldenear.match.packed import variants
from goldenear.match.pictures import SamplePicture, piece_pictures
from goldenear.match.prepared import PreparedSamples, prepare
from goldenear.match.recipe import Recipe
from goldenear.match.score import (
    ABOVE,
    BELOW,
    OF_ENERGY,
    formula_of,
    layer_numbers,
    least_of_one,
    mean_of,
    similarities_of,
    steepest,
)
from goldenear.notes.columns import by_line, cut_at_next
from goldenear.notes.piano_roll import PianoRoll

ROOM = 4096
"""Placements that there is room for at first."""

LEAST = 0.1
"""What of a similarity asked for must be there before the changes: what shares nothing is not listed."""

FAR = 2**40

MARGIN = 0.4
"""What does not reach so much of its floor is not laid exactly: a small change then leaves it below."""


def can_contend(recipe: Recipe) -> bool:
    """Tell whether placements can be listed under a recipe: its fraction is linear, and the struck layer leads."""
    by_step = all(alteration.reading == "semitone" for alteration in recipe.alterations)
    linear = recipe.measure in ("tversky", "coverage") and recipe.clutter < 1
    return linear and not recipe.aligned and by_step and recipe.quarters in (2, 3)


def struck_alone(samples: PreparedSamples) -> PreparedSamples:
    """Return samples to be compared as they are struck, and in no other way.

    What is found bounds the struck layer of the samples as they are: their windows are at least as long, and what
    else sounds there lowers a similarity. It is found where a stroke begins or ends, but no shift between is higher:
    between two such shifts a layer's similarity is one linear function over another, so it only rises or only falls.
    """
    recipe = replace(samples.recipe, struck=Fraction(1))
    return samples.kept.once("struck alone", lambda: prepare(samples, recipe))


class Pairs(NamedTuple):
    """Pictures of samples, as columns; what each column holds stands in `engines.placed`."""

    sample: NDArray[np.int64]
    alteration: NDArray[np.int64]
    """Where the alteration stands in the recipe."""
    columns: NDArray[np.int64]
    numbers: NDArray[np.float64]
    rows: NDArray[np.int64]
    strokes: NDArray[np.int64]


def struck_rows(notes: NDArray[np.int64], stroke: int) -> NDArray[np.int64]:
    """Return notes, (pitch, onset, offset), as they are struck: `stroke` ticks long, or until the next one."""
    pitch, onset = notes[:, 0], notes[:, 1]
    order, follows = by_line(pitch, onset, np.zeros(len(notes), np.bool_))
    return np.column_stack([pitch, onset, cut_at_next(onset, onset + stroke, order, follows)])[order]


@dataclass(frozen=True)
class Contenders:
    """What may reach a similarity while a draft changes a little.

    Attributes
    ----------
    pairs : Pairs
        The pictures that have a placement among them.
    placed : int array, shape (n, 7)
        The pair, the transposition, the shift; the shared time and the energy in the window, held and then struck.
    slack : float
        How many quarters of strokes may come before any other placement can reach what was asked for; those that go
        count a quarter.
    quarters : int
        The part of the struck layer, of 4.
    edges : Edges
        Where strokes of the draft begin and end.
    """

    pairs: Pairs
    placed: NDArray[np.int64]
    slack: float
    quarters: int
    edges: Edges

    @property
    def similarity(self) -> NDArray[np.float64]:
        """Of each placement, as the draft is, its weight in it; 0 where it is no corner; shape (n,)."""
        numbers = self.pairs.numbers[self.placed[:, 0]]
        held, struck = (
            similarities_of(numbers[:, 5 * i : 5 * i + 5].T, *self.placed[:, 3 + 2 * i : 5 + 2 * i].T)
            for i in range(2)
        )
        found = mean_of(held, struck, self.quarters) * numbers[:, 10]
        return np.where(self._corners(), found, 0.0)

    def _corners(self) -> NDArray[np.bool_]:
        """Tell which placements lie where a note of the draft begins or ends with one of the sample."""
        from goldenear.composing.engines.placed import corners

        found = np.zeros(len(self.placed), np.bool_)
        pairs = self.pairs
        corners(pairs.columns, pairs.rows, pairs.strokes, self.placed, self.edges, found)
        return found


@dataclass
class Field:
    """Samples, and what is known of each while a draft changes: ceilings that no struck layer can exceed.

    Parameters
    ----------
    samples : PreparedSamples
        Under a recipe for which :func:`can_contend`.
    ticks_per_quarter : int
        Of the draft; a stroke is a whole number of them.
    unit : int
        Ticks of which all times of the draft will be multiples.
    """

    samples: PreparedSamples
    ticks_per_quarter: int
    unit: int = 1
    ceilings: NDArray[np.float64] = field(init=False)
    """Of the struck layer; shape (samples x alterations,), the greatest weight first."""
    _x: NDArray[np.int64] | None = field(init=False, default=None)
    _whole: tuple[NDArray[np.float64], Pairs, NDArray[np.float64]] | None = field(init=False, default=None)
    """What was last asked of parts, the pictures that may reach it, and how steep they are."""

    def __post_init__(self) -> None:
        recipe = self.samples.recipe
        shared, _ = variants(recipe)["semitone"]
        self.indices, self._weights = shared.alteration, np.tile(shared.weight, len(self.samples))
        self.stroke = int(recipe.stroke * self.ticks_per_quarter)
        self.unit = gcd(self.unit, self.stroke)
        self.quarters = recipe.quarters
        self.struck = struck_alone(self.samples)
        self._every = _every_picture(self.samples, self.indices, self.ticks_per_quarter)
        self.ceilings = np.ones(len(self._every))
        self._rises = np.array([one.rise for one in self._every]) * self.ticks_per_quarter

    @property
    def steepest(self) -> float:
        """By how much a quarter of strokes can lift the struck layer of any sample, at most."""
        return float(self._rises.max(initial=0.0))

    def contenders(
        self, notes: NDArray[np.int64], at_least: float | NDArray[np.float64], quarters: float
    ) -> Contenders:
        """List what reaches a similarity now, or may after so many quarters of strokes have come.

        Parameters
        ----------
        notes : int array, shape (n, 3)
            The draft: pitch, onset and offset in ticks; no two of one pitch at once.
        at_least : float, or float array of shape (samples,)
            The similarity, above 0, up to 1, with the weight in it.
        quarters : float
            How much may come, see `Contenders.slack`; less where a short sample could then appear out of nothing.
        """
        if not len(notes):
            raise NoNotes("X")
        struck = struck_rows(notes, self.stroke)
        self._lift(struck)
        least = self._least(at_least)
        possible = least <= 1
        most = float((least[possible] / self._rises[possible]).min(initial=FAR))
        slack = min(quarters, (1 - LEAST) * most)
        floors = np.where(possible, least - slack * self._rises, np.inf) * (1 - 1e-12)
        self._sink(notes, floors)
        chosen = np.flatnonzero(self.ceilings >= floors)
        pairs, steep = self._pairs(chosen)
        placed = self._listed(pairs, pairs.strokes, steep, floors[chosen], notes, struck)
        self._x = struck
        edges = Edges.empty(int(notes[:, 1].min()), int(max(notes[:, 2].max(), struck[:, 2].max())))
        for rows in (notes, struck):
            np.add.at(edges.counts, rows[:, 1:] + edges.zero, 1)
        return Contenders(pairs, placed, slack, self.quarters, edges)

    def in_part(
        self, notes: NDArray[np.int64], at_least: NDArray[np.float64]
    ) -> tuple[Pairs, NDArray[np.int64]]:
        """List every placement at which the draft, or some of its notes alone, may reach a similarity.

        Parameters
        ----------
        notes : int array, shape (n, 3)
            The draft, as for :meth:`contenders`.
        at_least : float array, shape (samples,)
            The similarity, above 0, with the weight in it; where it is above 1 nothing is listed.

        Returns
        -------
        (Pairs, int array of shape (n, 7))
            The pictures, and their placements as :class:`Contenders` holds them; the shared time is that of bright
            strokes alone.
        """
        least = self._least(at_least)
        if self._whole is None or (self._whole[0] != least).any():
            self._whole = least, *self._pairs(np.flatnonzero(least <= 1))
        _, pairs, steep = self._whole
        # Without the places that must stay dark: a part may leave these dark.
        lit = np.column_stack([pairs.strokes[:, :2], np.maximum(pairs.strokes[:, 2], 0)])
        floors = least[least <= 1] * (1 - 1e-12)
        struck = struck_rows(notes, self.stroke)
        return pairs, self._listed(pairs, lit, steep, floors, notes, struck, in_part=True)

    def _least(self, at_least: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what the struck layer of each sample and alteration must reach; above 1 where it never can."""
        each = np.broadcast_to(np.asarray(at_least, np.float64), len(self.samples))
        asked = np.repeat(each, len(self.indices)) / np.maximum(self._weights, 1e-300)
        return np.where(asked <= 1, least_of_one(np.minimum(asked, 1.0), self.quarters), 2.0)

    def _lift(self, struck: NDArray[np.int64]) -> None:
        """Raise the ceilings by what has come and gone since they were found."""
        from goldenear.composing.engines.placed import COMING

        if self._x is None:
            return
        gone, come = difference(self._x, struck)
        changed = (come + gone / COMING) / self.ticks_per_quarter
        self.ceilings = np.minimum((self.ceilings + changed * self._rises) * (1 + 1e-12), 1.0)

    def _sink(self, notes: NDArray[np.int64], floors: NDArray[np.float64]) -> None:
        """Lay what may reach its floor on the draft, so that its ceiling is what it reaches, or below the floor."""
        from goldenear.composing.engines.reach import raise_reached
        from goldenear.match.engines.on_numba import RankingRun

        may = self.ceilings >= floors
        if not may.any():
            return
        x = as_notes(notes, self.ticks_per_quarter, self.samples[0].steps_per_octave)
        run = RankingRun(piece_pictures(x, self.struck.recipe), self.struck, 1, prune=True)
        if self._x is None:
            run.check()
        (laid,) = run.readings
        least = np.where(may, floors * MARGIN, np.inf)
        reached = np.zeros(len(least))
        for _ in laid.parts():
            raise_reached(*laid.records, least, reached, *run.desks[0].records)
        run.library.free += run.desks
        self.ceilings[may] = np.maximum(reached, least)[may]

    def _listed(
        self, pairs: Pairs, strokes: NDArray[np.int64], steep: NDArray[np.float64], floors: NDArray[np.float64],
        notes: NDArray[np.int64], struck: NDArray[np.int64], *, in_part: bool = False,
    ) -> NDArray[np.int64]:  # fmt: skip
        """List the placements of some pictures, as :class:`Contenders` holds them."""
        from goldenear.composing.engines.placed import placements

        if not len(floors):
            return np.zeros((0, 7), np.int64)
        unit = gcd(self.unit, int(np.gcd.reduce(notes[:, 1:], axis=None)))
        found = np.zeros((ROOM, 7), np.int64)
        arguments = (
            *pairs[2:5],
            strokes,
            steep,
            floors,
            np.ascontiguousarray(notes),
            struck,
            unit,
            in_part,
        )
        n = placements(*arguments, found)
        if n > len(found):
            found = np.zeros((n, 7), np.int64)
            placements(*arguments, found)
        return found[:n]

    def _pairs(self, chosen: NDArray[np.int64]) -> tuple[Pairs, NDArray[np.float64]]:
        """Return the pictures of some samples and alterations, and how steep their struck layers are."""
        samples, which = np.divmod(chosen, len(self.indices))
        every = [self._every[k] for k in chosen.tolist()]
        columns = np.array([one.columns for one in every], np.int64).reshape(-1, 10)
        starts, begins = 0, 0
        rows: list[NDArray[np.int64]] = []
        for line, one in zip(columns, every, strict=True):
            line[7] = starts
            rows.append(one.rows + begins)
            starts, begins = starts + len(one.rows), begins + len(one.strokes)
        pairs = Pairs(
            samples,
            self.indices[which],
            columns,
            np.array([one.numbers for one in every], np.float64).reshape(-1, 11),
            np.concatenate(rows) if rows else np.zeros(0, np.int64),
            np.concatenate([one.strokes for one in every]) if every else np.zeros((0, 3), np.int64),
        )
        return pairs, np.array([one.steep for one in every])


class _Columns(NamedTuple):
    """One picture, on the grid that it shares with a draft."""

    columns: tuple[int, ...]
    numbers: NDArray[np.float64]
    rows: NDArray[np.int64]
    strokes: NDArray[np.int64]
    steep: float
    rise: float
    """By how much a tick of the draft's strokes, gone or come, can lift the struck layer."""


def _every_picture(
    samples: PreparedSamples, indices: NDArray[np.int64], ticks_per_quarter: int
) -> list[_Columns]:
    """Return the pictures of all samples as columns, the alterations of each together; made once."""

    def make() -> list[_Columns]:
        pictures = (samples.picture(i, index) for i in range(len(samples)) for index in indices.tolist())
        return [_columns(picture, ticks_per_quarter, samples.recipe) for picture in pictures]

    return samples.kept.once(("columns", ticks_per_quarter), make)


def _columns(picture: SamplePicture, ticks_per_quarter: int, recipe: Recipe) -> _Columns:
    """Bring a picture to the grid that it shares with a draft, its strokes by pitch; drums meet nothing here."""
    resolution = lcm(ticks_per_quarter, picture.ticks_per_quarter)
    up, piece_up = resolution // picture.ticks_per_quarter, resolution // ticks_per_quarter
    layers = [roll.where(~roll.is_drum) for roll in picture.layers]
    pitches = np.concatenate([roll.pitch for roll in layers])
    bottom, count = (int(pitches.min()), int(np.ptp(pitches)) + 1) if len(pitches) else (0, 0)
    rows, strokes = [], []
    begins = 0
    for roll in layers:
        order = np.lexsort((roll.onset, roll.pitch))
        rows.append(begins + np.searchsorted(roll.pitch[order], np.arange(bottom, bottom + count + 1)))
        strokes.append(_strokes(roll, order, up))
        begins += len(order)
    numbers = np.zeros(11)
    formula = formula_of(recipe.measure, recipe.clutter)
    for i, sums in enumerate(picture.sums):
        own = (*(up * total for total in sums), picture.brightest, picture.pitched)
        # A draft is plain; what it holds as a whole no linear measure asks for.
        layer_numbers(formula, (1, 1, 0, 0), own, (1, 1), numbers[5 * i : 5 * i + 5])
    numbers[10] = picture.alteration.price
    struck = numbers[5:10]
    most = float(picture.sums[1].light * up)
    lowest, highest = recipe.transpositions or (-FAR, FAR)
    box = picture.box
    return _Columns(
        (
            piece_up,
            box.lowest,
            box.highest,
            box.onset * up,
            box.offset * up,
            bottom,
            count,
            0,
            lowest,
            highest,
        ),
        numbers,
        np.concatenate(rows).astype(np.int64),
        np.concatenate(strokes),
        steepest(struck, 1 / picture.brightest, most),
        _rise(struck, picture, float(recipe.clutter)) * piece_up,
    )


def _rise(numbers: NDArray[np.float64], picture: SamplePicture, clutter: float) -> float:
    """Return by how much a tick of strokes that come can lift the struck layer; `COMING` ticks that go no more.

    The law stands in the docstring of this module.
    """
    from goldenear.composing.engines.placed import COMING

    above, below, of_energy = numbers[[ABOVE, BELOW, OF_ENERGY]]
    forbidden = max(-picture.dimmest, 0)
    if picture.brightest == picture.dimmest:
        come, gone = above * picture.brightest, of_energy
    else:
        below *= 1 - clutter
        come = above * picture.brightest * (1 + clutter)
        gone = above * forbidden * (1 + clutter) + of_energy
    return float(max(come, COMING * gone) / below)


def _strokes(roll: PianoRoll, order: NDArray[np.int64], up: int) -> NDArray[np.int64]:
    """Return strokes in an order, as onset, offset and brightness."""
    columns = (roll.onset[order] * up, roll.offset[order] * up, roll.brightness[order])
    return np.ascontiguousarray(np.stack(columns, axis=1).astype(np.int64))
