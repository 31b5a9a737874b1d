"""The occurrences of a fragment in a piece: bright placements that keep clear of brighter ones."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice

import numpy as np

from goldenear.arguments import fraction, number, shown
from goldenear.correlate.backends import Backend, SharedTime, chosen, shared_time_of
from goldenear.errors import InvalidInput
from goldenear.match.engines import NumbaEngine, Placements
from goldenear.match.engines.work import Work, evenly, work_of
from goldenear.match.matches import Match, Matches
from goldenear.match.occurrence import counted, occurrences
from goldenear.match.pictures import PiecePicture, piece_pictures
from goldenear.match.place import Place, match_at
from goldenear.match.prepared import PreparedSamples, prepare
from goldenear.match.rank import check_same_grid
from goldenear.match.recipe import Recipe, recipe_of
from goldenear.match.similarity import similarity_tiles
from goldenear.notes.note_array import NoteArray, must_be_notes
from goldenear.notes.piano_roll import Reading

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
        The similarity, price included, from which a placement counts; above 0, up to 1. By default .59, and .58 under
        the measure ``"occurrence"``.
    exclusion : Fraction, int or str, optional
        No two occurrences in one voice begin within less than so many quarters of one another: the brighter stays.
        By default half the length of the brighter, at most 2; 1 under the measure ``"occurrence"``.
    recipe : Recipe or str, optional
        How likeness is counted.
    backend : {"auto", "numpy", "numba", "fft", "torch"}, or an engine
        The engine, such as :class:`goldenear.NumbaEngine`; the answer does not depend on it. ``"auto"`` chooses by
        the work.

    Returns
    -------
    Matches
        Placements that none outshines at their transposition within a stroke either way (under
        ``"occurrence"``, all), and that keep clear of brighter ones: the brightest first; of equals the earlier
        alteration of the recipe, then the earlier in the piece, then the smallest transposition. Entries of
        several voices that begin together are told, where they are altered alike and lie more than a whole tone
        apart. ``match.onset`` tells where, in quarters.

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
    chosen(backend, 0, 0)
    check_same_grid(piece, fragment)
    if recipe.measure == "occurrence":
        return _found(
            occurrences(piece, fragment, recipe, threshold), piece, fragment, recipe, apart or NEARBY
        )
    prepared = prepare([fragment], recipe)
    x = piece_pictures(piece, recipe)
    candidates: list[Match] = []
    for found in _by_alteration(_placements(x, prepared, backend, threshold)):
        picture = prepared.picture(0, found.alteration)
        of_reading = x[picture.alteration.reading]
        for i in _outshone_by_none(found, recipe.stroke):
            candidates.append(match_at(of_reading, 0, fragment, picture, _place(found, i)))
    kept = tuple(_kept_clear(candidates, recipe, apart, fragment.steps_per_octave))
    return Matches.of(kept, (fragment,))


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
    groups = prepare([fragment], recipe).groups(0)
    works = [work_of(piece_pictures(piece, recipe), groups) for piece in looked_at]
    share = len(looked_at) / len(pieces)
    placements, pairs = sum(work.placements for work in works), sum(work.pairs for work in works)
    return chosen(backend, round(placements / share), round(pairs / share))


def _found(
    places: Iterable[Match], piece: NoteArray, fragment: NoteArray, recipe: Recipe, apart: Fraction
) -> Matches:
    """Return the occurrences that were found note by note and keep clear of brighter ones."""
    candidates = list(islice(places, MAX_CANDIDATES + 1))
    if len(candidates) > MAX_CANDIDATES:
        raise InvalidInput("threshold: so low a threshold finds millions of placements; raise it")
    clear = _kept_clear(candidates, recipe, apart, fragment.steps_per_octave)
    kept = tuple(counted(piece, fragment, match) for match in clear)
    return Matches.of(kept, (fragment,))


def _placements(
    x: Mapping[Reading, PiecePicture], samples: PreparedSamples, backend: Backend, threshold: float
) -> Iterator[Placements]:
    """Give the placements of the one sample that reach the threshold: by compiled loops, or tile by tile.

    Raises
    ------
    InvalidInput
        If there are millions.
    """
    work = work_of(x, samples.groups(0)) if backend == "auto" else Work(0, 0, 0, 0)
    engine = chosen(backend, work.placements, work.pairs)
    if engine == "numba" or isinstance(engine, NumbaEngine):
        from goldenear.match.engines.on_numba import placements

        every = placements(x, samples, 0, threshold)
    else:
        every = _in_tiles(x, samples, shared_time_of(engine, 0, 0), threshold)
    listed = 0
    for found in every:
        listed += len(found.shift)
        if listed > MAX_CANDIDATES:
            raise InvalidInput(f"threshold: {threshold} finds millions of placements; raise it")
        yield found


def _in_tiles(
    x: Mapping[Reading, PiecePicture], samples: PreparedSamples, shared_time: SharedTime, threshold: float
) -> Iterator[Placements]:
    """Give the placements that reach the threshold, tile by tile of whole correlograms."""
    for group in samples.groups(0):
        weights = np.array([picture.alteration.price for picture in group.pictures])
        floors = (threshold / np.maximum(weights, 1e-9)).tolist()
        octave = samples[0].steps_per_octave
        pair, tiles = similarity_tiles(x[group.reading], group, samples.recipe, shared_time, octave, floors)
        for tile in tiles:
            height = tile.similarity * weights[tile.pictures, None]
            for picture, index in enumerate(group.indices):
                rows, columns = np.nonzero((height >= threshold) & (tile.pictures == picture)[:, None])
                if len(rows):
                    yield Placements(
                        index,
                        tile.transpositions[rows],
                        tile.first_shift + columns,
                        tile.shared[rows, columns],
                        height[rows, columns],
                        1,
                        pair.ticks_per_quarter,
                    )


def _by_alteration(every: Iterable[Placements]) -> Iterator[Placements]:
    """Put the placements of each alteration together, sorted by transposition and shift."""
    together: dict[int, list[Placements]] = {}
    for found in every:
        together.setdefault(found.alteration, []).append(found)
    for index in sorted(together):
        parts = together[index]
        columns = [np.concatenate(column) for column in zip(*(part[1:5] for part in parts), strict=True)]
        order = np.lexsort((columns[1], columns[0]))
        yield Placements._make([index, *(column[order] for column in columns), *parts[0][5:]])


def _outshone_by_none(found: Placements, stroke: Fraction) -> list[int]:
    """Return the placements that none outshines at their transposition, within a stroke either way."""
    reach = stroke * found.unit_down / found.unit_up
    # One number a placement, so that other transpositions lie out of reach.
    far = int(found.shift.max() - found.shift.min() + reach + 1) if len(found.shift) else 1
    place = found.transposition * far + found.shift
    first, last = (
        np.searchsorted(place, place - int(reach)),
        np.searchsorted(place, place + int(reach), "right"),
    )
    height = found.similarity
    return [i for i, (a, b) in enumerate(zip(first, last, strict=True)) if height[i] >= height[a:b].max()]


def _place(found: Placements, i: int) -> Place:
    """Return one of the placements."""
    columns = (found.similarity, found.transposition, found.shift, found.shared)
    similarity, *where = (column[i].item() for column in columns)
    return Place._make([similarity, *where, found.unit_up, found.unit_down])


def _kept_clear(
    candidates: list[Match], recipe: Recipe, apart: Fraction | None, steps_per_octave: int
) -> Iterator[Match]:
    """Give the candidates, the brightest first, that keep clear of every brighter one.

    Entries of several voices may begin together: what is altered alike and lies more than a whole tone higher or
    lower is another entry.
    """
    order = {alteration: i for i, alteration in enumerate(recipe.alterations)}
    candidates.sort(
        key=lambda m: (
            -m.similarity,
            order[m.placement.alteration],
            m.onset,
            abs(m.transposition),
            m.transposition,
        )
    )
    tone = max(1, round(steps_per_octave / 6))
    widest = Fraction(2) if apart is None else apart
    onsets: list[tuple[Fraction, int]] = []
    kept: list[tuple[Match, Fraction]] = []
    for match in candidates:
        first = bisect_left(onsets, (match.onset - widest, 0))
        last = bisect_right(onsets, (match.onset + widest, len(kept)))
        if all(_is_clear(match, *kept[i], tone) for _, i in onsets[first:last]):
            insort(onsets, (match.onset, len(kept)))
            kept.append((match, min(widest, match.quarters / 2) if apart is None else apart))
            yield match


def _is_clear(match: Match, brighter: Match, reach: Fraction, tone: int) -> bool:
    """Tell whether a match begins clear of a brighter one, or is an entry of another voice."""
    if abs(brighter.onset - match.onset) >= reach:
        return True
    alike = brighter.placement.alteration == match.placement.alteration
    return alike and abs(brighter.transposition - match.transposition) > tone
