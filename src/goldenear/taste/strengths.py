"""Say how strongly fragments of a background resemble samples, and which thresholds follow.

A sample's level is what the most alike twentieth of the background reaches with it. A strength is how far a
similarity lies above the level, less what the fragment's density adds: dense music comes nearer to everything.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from goldenear.match.engines import Backend
from goldenear.notes.hands import hands
from goldenear.notes.note_array import NoteArray
from goldenear.taste.calibration import shift_at
from goldenear.taste.chance import at_large
from goldenear.taste.judge import Taste
from goldenear.taste.manner import density_of, heard_in
from goldenear.taste.samples import KINDS
from goldenear.taste.solo import (
    Yardstick,
    count_of,
    excess_at,
    level_of,
    solo_of,
    solo_of_part,
    thresholds_of,
)
from goldenear.taste.thresholds import PART

SMALLEST_THIRD = 0.2
"""The least share of the fragments in a third by density; where one holds less, nothing is asked for density."""

STRONGEST = 0.1
"""The share of each third, its strongest fragments, by which the thirds are compared."""


class Columns:
    """What fragments are laid on: good and bad samples, then their parts where they have any.

    Attributes
    ----------
    samples, all : list of NoteArray
        The samples, and all columns, one after the other.
    owners : int array
        The sample that each part is of.
    weight : float array, shape (columns,)
        What a similarity counts.
    good : bool array, shape (columns,)
        Which are good samples, or parts of such.
    by_sample : bool
        Whether each sample has a threshold of its own.
    whole : bool
        Whether music is compared as a whole.
    heard : dict
        Whether samples hear notes with pitch, and drums.
    """

    def __init__(self, taste: Taste, *, backend: Backend, threads: int) -> None:
        self._backend, self._threads, self._recipe = backend, threads, taste.settings.recipe
        self.by_sample = taste.settings.by_sample
        self.whole = self._recipe.measure == "cosine"
        kinds = [taste.libraries[kind] for kind in KINDS]
        self.samples = samples = [sample for library in kinds for sample in library.samples]
        parts = [part for library in kinds for part in library.parts] if self.by_sample else []
        divided = [i for i, sample in enumerate(samples) if hands(sample) is not None] if parts else []
        self.all = samples + parts
        self.heard = heard_in(samples)
        self.owners = np.repeat(np.array(divided, np.int64), 2)
        self._notes = [count_of(one) for one in self.all]
        self._by_themselves = [library.solos for library in kinds]
        good = np.arange(len(samples)) < len(taste.good)
        self.good = np.concatenate([good, good[self.owners]])
        self.weight = np.where(np.arange(len(self._notes)) < len(samples), 1.0, PART)

    def yardstick(self, xs: Sequence[NoteArray], floor: float) -> Yardstick:
        """Return the columns, ready to have every X laid on them."""
        return Yardstick(
            self.all, self._recipe, xs, floor=floor, backend=self._backend, threads=self._threads
        )

    def solos(self, similarity: NDArray[np.float64], piece: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return level and floor of each column, shape (columns, 2), by fragments of some pieces."""
        found = [level_of(column, piece) for column in similarity.T]
        n = len(found) - len(self.owners)
        parts: dict[int, list[tuple[float, int]]] = {}
        for i, owner in enumerate(self.owners.tolist(), start=n):
            parts.setdefault(owner, []).append((found[i], self._notes[i]))
        # What is plain by itself stays so: no background gives a say to what much music has.
        plain = [solos[i].says_nothing for solos in self._by_themselves for i in range(len(solos.samples))]
        found = [
            1.0 if plain_one else level
            for level, plain_one in zip(found, [*plain, *[False] * len(found)], strict=False)
        ]
        whole = [solo_of(found[i], self._notes[i], parts.get(i, [])) for i in range(n)]
        return np.array([*whole, *map(solo_of_part, found[n:])])


class Strengths:
    """How strongly fragments of the background resemble samples, and the thresholds that follow.

    Parameters
    ----------
    columns : Columns
        What fragments are laid on.
    similarity : float array, shape (fragments, columns)
        Of the fragments by which levels are measured.
    parts : list of list of NoteArray
        These fragments, in parts of different pieces.
    group : int array, shape (samples,), or None
        Which samples are kin.

    Attributes
    ----------
    solos : float array, shape (columns, 2), or None
        Level and floor of each column; None where samples share a threshold.
    by_density : float array, shape (k, 2)
        Notes a quarter, and what is added for them to a strength; of no rows where music is compared as a whole.
    """

    def __init__(
        self,
        columns: Columns,
        similarity: NDArray[np.float64],
        parts: Sequence[Sequence[NoteArray]],
        group: NDArray[np.int64] | None,
    ) -> None:
        self.columns = columns
        self.group = group
        self.solos: NDArray[np.float64] | None = None
        self.by_density = np.zeros((0, 2))
        if columns.by_sample:
            part, piece = _part_of(parts), _piece_of(parts)
            self.solos = columns.solos(similarity, piece)
            self._without = np.array(
                [columns.solos(similarity[part != i], piece[part != i]) for i in range(len(parts))]
            )
        if not columns.whole:
            self.by_density = _by_density(self.of(similarity, parts), self._densities(_every(parts)))

    def shift(self, xs: Sequence[NoteArray]) -> NDArray[np.float64]:
        """Return what is added to the strength asked of each X, for its density."""
        return shift_at(self._densities(xs), self.by_density)

    def asked(self, xs: Sequence[NoteArray], strength: float) -> NDArray[np.float64]:
        """Return the strength from which each X resembles each column, shape (n, columns); bad ones mind no density.

        Why stands in :class:`goldenear.taste.thresholds.Thresholds`.
        """
        return strength + np.where(self.columns.good, self.shift(xs)[:, None], 0.0)

    def _densities(self, xs: Sequence[NoteArray]) -> NDArray[np.float64]:
        return np.array([density_of(x, **self.columns.heard) for x in xs])

    def of(
        self, similarity: NDArray[np.float64], parts: Sequence[Sequence[NoteArray]]
    ) -> NDArray[np.float64]:
        """Return the greatest strength of each fragment, by levels measured without its own part's pieces.

        What its density adds is taken off.
        """
        if self.solos is not None:
            found = excess_at(similarity * self.columns.weight, self._without[_part_of(parts)])
        elif self.group is not None:
            found = similarity / at_large(similarity, self.group)[:, None]
        else:
            found = similarity
        strongest: NDArray[np.float64] = found.max(axis=1)
        return strongest - self.shift(_every(parts))

    def with_parts(
        self, laid: NDArray[np.float64], asked: NDArray[np.float64], least: float
    ) -> NDArray[np.float64]:
        """Return how alike each sample is to each, at least the threshold where it resembles a part of that one."""
        n = len(laid)
        similarity = laid[:, :n].copy()
        if self.solos is None:
            return similarity
        each = thresholds_of(self.solos, asked, least)
        for column, owner in enumerate(self.columns.owners.tolist(), start=n):
            resembled = laid[:, column] * PART >= each[:, column]
            enough = np.minimum(each[resembled, owner], 1.0)
            similarity[resembled, owner] = np.maximum(similarity[resembled, owner], enough)
        return similarity

    def thresholds(
        self, own: NDArray[np.float64], asked: NDArray[np.float64], least: float
    ) -> NDArray[np.float64]:
        """Return from which similarity on each sample, as X, resembles each, shape (n, n).

        Parameters
        ----------
        own : float array, shape (n, n)
            How alike they are.
        asked : float array, shape (n, columns)
            The strength from which each, as X, resembles a column.
        least : float
            The least threshold.
        """
        if self.solos is not None:
            return thresholds_of(self.solos[: len(own)], asked[:, : len(own)], least)
        others = np.where(np.eye(len(own), dtype=bool), np.nan, own)
        large = np.ones(len(own)) if self.group is None else at_large(others, self.group)
        return np.clip(asked[:, : len(own)] * large[:, None], least, 1.0)


def _every(parts: Sequence[Sequence[NoteArray]]) -> list[NoteArray]:
    """Return all fragments, one after the other."""
    return [x for part in parts for x in part]


def _by_density(strength: NDArray[np.float64], density: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much stronger the strongest tenth of dense music is than that of all, shape (3, 2) or (0, 2).

    That is the middle density of each third, and by how much its tenth lies above the mean of the three.
    """
    third = np.searchsorted(np.quantile(density, [1 / 3, 2 / 3]), density)
    sizes = np.bincount(third, minlength=3)
    if sizes.min() < SMALLEST_THIRD * len(density):
        # So much of the background is equally dense that density tells nothing.
        return np.zeros((0, 2))
    found = np.array(
        [(np.median(density[third == i]), np.quantile(strength[third == i], 1 - STRONGEST)) for i in range(3)]
    )
    found[:, 1] -= np.average(found[:, 1], weights=sizes)
    return np.round(found, 6)


def _part_of(parts: Sequence[Sequence[NoteArray]]) -> NDArray[np.int64]:
    """Return the part of each fragment."""
    return np.repeat(np.arange(len(parts)), [len(part) for part in parts])


def _title(x: NoteArray) -> str:
    """Return what tells the piece that a fragment was cut from apart from others."""
    return x.name if not x.provenance.path else f"{x.name} ({x.provenance.path})"


def _piece_of(parts: Sequence[Sequence[NoteArray]]) -> NDArray[np.int64]:
    """Return a number for the piece of each fragment."""
    names = [_title(x) for part in parts for x in part]
    numbers: NDArray[np.int64] = np.unique(names, return_inverse=True)[1]
    return numbers
