"""This file is where it is asked how surprising a similarity is: the same, on music that is not related."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import must_be
from goldenear.errors import InvalidInput
from goldenear.match.engines import Backend, engine_for, how_to_prepare
from goldenear.match.find import identify
from goldenear.match.matches import Matches
from goldenear.match.prepared import PreparedSamples, prepare
from goldenear.match.rank import rank
from goldenear.match.recipe import Recipe
from goldenear.notes.note_array import NoteArray, several_notes
from goldenear.notes.read import read_all

FEWEST_PIECES = 20
"""Pieces from which on a mean and a spread mean something."""

UNRELATED = Path(__file__).parent / "unrelated"

NARROWEST = 0.01
"""No spread is taken to be narrower: where nothing is shared by chance, a little is not a miracle."""


class Chance(NamedTuple):
    """How alike things are by chance: mean and standard deviation, each of shape (n,)."""

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]


class Background:
    """Unrelated music, to tell how far a similarity stands out from chance.

    Parameters
    ----------
    pieces : NoteArrays, optional
        Music that has nothing to do with what is judged, but is of its kind; at least 20 different pieces,
        better 200. By default the small one that ships with the program: 74 songs, dances and themes.
    recipe : Recipe or str, optional
        How likeness is counted: as in :func:`goldenear.rank`, the recipe ``"fragment"`` by default.

    Raises
    ------
    InvalidInput
        If there are too few pieces, or the recipe is one for :func:`goldenear.find`.
    NoNotes
        If nothing sounds in one.

    Notes
    -----
    Some music is like everything: scales, repeated notes. Standardised, a similarity s of X and a sample K is::

        ((s - mean of X) / spread of X + (s - mean of K) / spread of K) / 2

    with the means and the standard deviations of X's similarities to the background's pieces, and of theirs to K.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> def line():
    ...     pitch = rng.integers(60, 72, 8)
    ...     return NoteArray.from_arrays(pitch=pitch, onset=range(8), duration=1, ticks_per_quarter=1)
    >>> x, others = line(), [line() for _ in range(20)]
    >>> float(Background(others).standardised(x, [x])[0]) > 3
    True
    """

    def __init__(self, pieces: Iterable[NoteArray] | None = None, recipe: Recipe | str | None = None) -> None:
        self.pieces = prepare(shipped() if pieces is None else several_notes("pieces", pieces), recipe)
        self._chances: WeakKeyDictionary[PreparedSamples, Chance] = WeakKeyDictionary()
        if self.recipe.measure == "occurrence":
            raise InvalidInput(
                "recipe: a background is ranked, and occurrences are not: use fragment or melody"
            )
        if len(self.pieces) < FEWEST_PIECES:
            raise InvalidInput(f"pieces: a background needs at least {FEWEST_PIECES}, got {len(self.pieces)}")

    @property
    def recipe(self) -> Recipe:
        """How likeness is counted."""
        return self.pieces.recipe

    def __repr__(self) -> str:
        return f"<Background: {len(self.pieces)} pieces>"

    def similarities(
        self, x: NoteArray, *, backend: Backend = "auto", threads: int = 1
    ) -> NDArray[np.float64]:
        """Return how alike X is to each piece, in order, shape (pieces,)."""
        return in_order(x, self.pieces, backend=backend, threads=threads)

    def chance(self, samples: PreparedSamples, *, backend: Backend = "auto", threads: int = 1) -> Chance:
        """Return how alike the pieces are to each sample; kept for the next X as long as the samples are."""
        must_be("samples", samples, PreparedSamples, how_to_prepare)
        if samples not in self._chances:
            engine = engine_for(backend, self.pieces, samples)
            laid = [in_order(piece, samples, backend=engine, threads=threads) for piece in self.pieces]
            self._chances[samples] = _chance(np.array(laid))
        return self._chances[samples]

    def standardised(
        self,
        x: NoteArray,
        samples: Iterable[NoteArray] | PreparedSamples,
        *,
        backend: Backend = "auto",
        threads: int = 1,
    ) -> NDArray[np.float64]:
        """Return by how many standard deviations X is more like each sample than chance, shape (samples,).

        Parameters
        ----------
        x : NoteArray
            What is judged or sought.
        samples : NoteArrays, or PreparedSamples
            What it is compared with, by the background's recipe; prepared samples keep what is found of them.
        backend, threads
            As for :func:`goldenear.rank`.

        Raises
        ------
        InvalidInput
            If prepared samples have another recipe, or grids differ.
        """
        if not isinstance(samples, PreparedSamples):
            samples = prepare(samples, self.recipe)
        elif samples.recipe != self.recipe:
            raise InvalidInput("samples: they were prepared by another recipe than the background")
        ours = _chance(self.similarities(x, backend=backend, threads=threads)[:, None])
        theirs = self.chance(samples, backend=backend, threads=threads)
        similarity = in_order(x, samples, backend=backend, threads=threads)
        return ((similarity - ours.mean) / ours.spread + (similarity - theirs.mean) / theirs.spread) / 2

    def excess(
        self, fragment: NoteArray, matches: Matches, *, backend: Backend = "auto", threads: int = 1
    ) -> NDArray[np.float64]:
        """Return by how much matches that `identify` found exceed what unrelated pieces have of the fragment.

        Parameters
        ----------
        fragment : NoteArray
            What was identified.
        matches : Matches
            What was found, by the background's recipe: ``Background(recipe="sound")`` for that of `identify`.
        backend, threads
            As for :func:`goldenear.identify`.

        Returns
        -------
        float array, shape (matches,)
            Similarity minus the mean over the background's pieces. From about .12 on the fragment was taken from
            there: one in a hundred cuts of unrelated songs reached it on any of six recordings.
        """
        must_be("matches", matches, Matches, lambda _: "goldenear.identify returns them")
        at_large = identify(fragment, self.pieces, recipe=self.recipe, backend=backend, threads=threads)
        above: NDArray[np.float64] = matches.similarity - at_large.similarity.mean()
        return above


def shipped() -> list[NoteArray]:
    """Return the small background that ships with the program: 74 songs, dances and themes, most of one voice."""
    return [tune for path in sorted(UNRELATED.glob("*.abc")) for tune in read_all(path)]


def in_order(
    x: NoteArray, samples: PreparedSamples, *, backend: Backend = "auto", threads: int = 1
) -> NDArray[np.float64]:
    """Return X's similarity to every sample, in their order, shape (samples,)."""
    matches = rank(x, samples, backend=backend, threads=threads)
    similarity = np.zeros(len(samples))
    similarity[matches.sample] = matches.similarity
    return similarity


def _chance(similarity: NDArray[np.float64]) -> Chance:
    """Return mean and spread along the pieces, the first axis."""
    return Chance(similarity.mean(axis=0), np.maximum(similarity.std(axis=0), NARROWEST))
