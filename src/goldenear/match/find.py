"""This file is where a fragment is found inside a piece: bright placements that keep clear of brighter ones."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import islice

import numpy as np

from goldenear.arguments import fraction, number, shown
from goldenear.correlate.backends import Backend, chosen, shared_time_of
from goldenear.errors import InvalidInput
from goldenear.match.engines.known import PICTURES, must_know
from goldenear.match.engines.work import evenly, work_of
from goldenear.match.matches import Match, Matches
from goldenear.match.occurrence import counted, occurrences
from goldenear.match.picture import PiecePicture, Sheaf, piece_pictures
from goldenear.match.place import Place, match_at
from goldenear.match.prepared import prepare
from goldenear.match.rank import check_same_grid
from goldenear.match.recipe import Recipe, recipe_of
from goldenear.match.similarity import Tile, similarity_tiles
from goldenear.notes.note_array import NoteArray, must_be_notes

MAX_CANDIDATES = 2_000_000

MOST_PIECES = 6
"""Of more pieces, evenly spaced ones stand for all where an engine is chosen."""

NEARBY = Fraction(1)
"""How far apart occurrences begin that are looked for note by note, in quarters: an entry may follow soon."""


def find(
    piece: NoteArray,
    fragment: NoteArray,
    *,
    threshold: float | None = None,
    exclusion: Fraction | int | str | None = None,
    recipe: Recipe | str | None = None,
    backend: Backend = "auto",
) -> Matches:
    """Find the occurrences of a fragment in a piece.

    Parameters
    ----------
    piece, fragment : NoteArray
        Where to look, and what for.
    threshold : float
        The similarity, price included, from which a placement counts; above 0, up to 1. By default .72, and .58 under
        the measure ``"occurrence"``.
    exclusion : Fraction, int or str, optional
        No two occurrences begin within less than so many quarters of one another: the brighter stays.
        By default half the length of the brighter, at most 2; 1 under the measure ``"occurrence"``.
    recipe : Recipe or str, optional
        How likeness is counted.
    backend : {"auto", "numpy", "numba", "fft", "torch"}, or an engine
        The engine, such as :class:`goldenear.NumbaEngine`; the answer does not depend on it. ``"auto"`` chooses by
        the work.

    Returns
    -------
    Matches
        Placements that no neighbour in time outshines at their transposition (under ``"occurrence"``, all), and that
        keep clear of brighter ones: the brightest first; of equals the earlier alteration of the recipe, then the
        earlier in the piece, then the smallest transposition. ``match.onset`` tells where, in quarters.

    Raises
    ------
    NoNotes
        If nothing sounds in the piece or the fragment.
    InvalidInput
        If an argument is out of range, the recipe asks for alignment or for something that is not known here, grids
        differ, or so low a threshold finds millions of placements.

    Examples
    --------
    >>> theme = NoteArray.from_arrays(pitch=[60, 64, 62], onset=[0, 1, 2], duration=[1, 1, 1],
    ...                               ticks_per_quarter=1)
    >>> later = theme.transposed(7).shifted(8)
    >>> piece = NoteArray.from_arrays(pitch=[*theme.pitch, *later.pitch], onset=[*theme.onset, *later.onset],
    ...                               duration=1, ticks_per_quarter=1)
    >>> [(float(m.onset), m.transposition) for m in find(piece, theme)]
    [(0.0, 0), (8.0, 7)]
    """
    must_be_notes("piece", piece)
    must_be_notes("fragment", fragment)
    recipe = recipe_of(recipe)
    if threshold is None:
        threshold = recipe.threshold
    number("threshold", threshold, 0, 1, above=True)
    apart = None if exclusion is None else fraction("exclusion", exclusion)
    if apart is not None and apart <= 0:
        raise InvalidInput(f"exclusion: expected more than 0 quarters, got {shown(apart)}")
    if recipe.aligned:
        raise InvalidInput(
            "recipe: an occurrence is where a fragment lies, whole melodies are aligned: use rank"
        )
    _check_known(chosen(backend, 0, 0), recipe)
    check_same_grid(piece, fragment)
    if recipe.measure == "occurrence":
        return _found(
            occurrences(piece, fragment, recipe, threshold), piece, fragment, recipe, apart or NEARBY
        )
    prepared = prepare([fragment], recipe)
    pieces = piece_pictures(piece, recipe)
    work = work_of(pieces, prepared.sheaves(0))
    engine = shared_time_of(backend, work.placements, work.pairs)
    candidates: list[Match] = []
    for sheaf in prepared.sheaves(0):
        x = pieces[sheaf.reading]
        floors = [threshold / max(picture.alteration.price, 1e-9) for picture in sheaf.pictures]
        pair, tiles = similarity_tiles(x, sheaf, recipe, engine, fragment.steps_per_octave, floors)
        for tile in tiles:
            candidates += _bright_places(x, fragment, sheaf, pair.ticks_per_quarter, tile, threshold)
            if len(candidates) > MAX_CANDIDATES:
                raise InvalidInput(f"threshold: {threshold} finds millions of placements; raise it")
    return Matches.of(tuple(_kept_clear(candidates, recipe, apart)), (fragment,))


def backend_for(
    backend: Backend, pieces: Sequence[NoteArray], fragment: NoteArray, recipe: Recipe
) -> Backend:
    """Return the backend that is to find a fragment in every piece, for ``"auto"`` chosen by all of the work.

    Raises
    ------
    InvalidInput
        If there is no such engine.
    """
    if backend != "auto" or recipe.measure == "occurrence" or not pieces:
        return chosen(backend, 0, 0)
    looked_at = evenly(pieces, MOST_PIECES)
    sheaves = prepare([fragment], recipe).sheaves(0)
    works = [work_of(piece_pictures(piece, recipe), sheaves) for piece in looked_at]
    share = len(looked_at) / len(pieces)
    placements, pairs = sum(work.placements for work in works), sum(work.pairs for work in works)
    return chosen(backend, round(placements / share), round(pairs / share))


def _check_known(backend: Backend, recipe: Recipe) -> None:
    """Raise InvalidInput if the recipe asks for what is not known here, whichever engine counts the shared time."""
    name = backend if isinstance(backend, str) else type(backend).__name__
    knows = PICTURES._replace(measures=("occurrence",)) if recipe.measure == "occurrence" else PICTURES
    must_know(name, knows, recipe)


def _found(
    places: Iterable[Match], piece: NoteArray, fragment: NoteArray, recipe: Recipe, apart: Fraction
) -> Matches:
    """Return the occurrences that were found note by note and keep clear of brighter ones."""
    candidates = list(islice(places, MAX_CANDIDATES + 1))
    if len(candidates) > MAX_CANDIDATES:
        raise InvalidInput("threshold: so low a threshold finds millions of placements; raise it")
    kept = tuple(counted(piece, fragment, match) for match in _kept_clear(candidates, recipe, apart))
    return Matches.of(kept, (fragment,))


def _bright_places(
    x: PiecePicture, fragment: NoteArray, sheaf: Sheaf, ticks_per_quarter: int, tile: Tile, threshold: float
) -> Iterator[Match]:
    """Give the placements of a tile that reach the threshold and that no neighbour in time outshines."""
    prices = np.array([picture.alteration.price for picture in sheaf.pictures])
    height = tile.similarity * prices[tile.pictures, None]
    bright = height >= threshold
    bright[:, 1:] &= height[:, 1:] >= height[:, :-1]
    bright[:, :-1] &= height[:, :-1] >= height[:, 1:]
    for row, column in zip(*(index.tolist() for index in np.nonzero(bright)), strict=True):
        place = Place(
            float(height[row, column]),
            int(tile.transpositions[row]),
            tile.first_shift + column,
            int(tile.shared[row, column]),
            ticks_per_quarter,
        )
        yield match_at(x, 0, fragment, sheaf.pictures[tile.pictures[row]], place)


def _kept_clear(candidates: list[Match], recipe: Recipe, apart: Fraction | None) -> Iterator[Match]:
    """Give the candidates, the brightest first, that begin clear of every brighter one."""
    turn = {alteration: i for i, alteration in enumerate(recipe.alterations)}
    candidates.sort(
        key=lambda m: (
            -m.similarity,
            turn[m.placement.alteration],
            m.onset,
            abs(m.transposition),
            m.transposition,
        )
    )
    widest = Fraction(2) if apart is None else apart
    onsets: list[Fraction] = []
    reach: dict[Fraction, Fraction] = {}
    for match in candidates:
        nearby = onsets[
            bisect_left(onsets, match.onset - widest) : bisect_right(onsets, match.onset + widest)
        ]
        if all(abs(onset - match.onset) >= reach[onset] for onset in nearby):
            insort(onsets, match.onset)
            reach[match.onset] = min(widest, match.quarters / 2) if apart is None else apart
            yield match
