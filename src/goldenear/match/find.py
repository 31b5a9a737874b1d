"""Where a fragment lies in a piece, and which of many pieces holds it.

The occurrences of a fragment are bright placements that keep clear of brighter ones.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

import numpy as np

from goldenear.arguments import fraction, function, number, shown, whole_number
from goldenear.correlate.backends import Backend, SharedTime, chosen, shared_time_of
from goldenear.errors import InvalidInput
from goldenear.match.engines import MOST_THREADS, Engine, NumbaEngine, Placements, engine_for, in_threads
from goldenear.match.engines import Backend as RankBackend
from goldenear.match.engines.work import Work, evenly, work_of
from goldenear.match.matches import Match, Matches
from goldenear.match.occurrence import counted, occurrences
from goldenear.match.pictures import PiecePicture, piece_pictures
from goldenear.match.prepared import PreparedSamples, check_same_grid, prepare
from goldenear.match.rank import Place, match_at, rank
from goldenear.match.recipe import OCCURRENCE, Recipe, recipe_of
from goldenear.match.similarity import similarity_tiles
from goldenear.notes.note_array import NoteArray, must_be_notes, must_sound, several_notes
from goldenear.notes.piano_roll import Reading

MAX_CANDIDATES = 2_000_000

MOST_PIECES = 6
"""Of more pieces, evenly spaced ones stand for all where an engine is chosen."""

NEARBY = Fraction(1)
"""How far apart occurrences begin that are looked for note by note, in quarters: an entry may follow soon."""

STANDS_OUT = 0.12
"""The excess over unrelated music from which a fragment was taken from a piece: see `Background.excess`."""

Progress = Callable[[Iterable[NoteArray]], Iterable[NoteArray]]

Listed = TypeVar("Listed")


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
    threshold = recipe.threshold if threshold is None else threshold
    number("threshold", threshold, 0, 1, above=True)
    apart = None if exclusion is None else _some_quarters(exclusion)
    if recipe.aligned:
        raise InvalidInput(
            "recipe: an occurrence is where a fragment lies, whole melodies are aligned: use rank"
        )
    chosen(backend, 0, 0)
    check_same_grid(piece, fragment)
    octave = fragment.steps_per_octave
    if recipe.measure == OCCURRENCE:
        noted = _few(occurrences(piece, fragment, recipe, threshold), lambda _: 1, threshold)
        clear = _kept_clear(noted, recipe, apart or NEARBY, octave)
        return Matches.of(tuple(counted(piece, fragment, match) for match in clear), (fragment,))
    seen = _in_pictures(piece, prepare([fragment], recipe), backend, threshold)
    return Matches.of(tuple(_kept_clear(seen, recipe, apart, octave)), (fragment,))


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


def identify(
    fragment: NoteArray,
    pieces: Iterable[NoteArray],
    *,
    k: int | None = None,
    recipe: Recipe | str | None = "sound",
    backend: RankBackend = "auto",
    threads: int = 1,
    progress: Progress | None = None,
) -> Matches:
    """Tell which of many pieces a fragment was taken from, and where in it.

    Parameters
    ----------
    fragment : NoteArray
        What was heard: a few seconds of a recording, or notes.
    pieces : NoteArrays
        Where it may come from: scores, recordings, mixed as they come.
    k : int, optional
        How many matches to return; all by default.
    recipe : Recipe or str, optional
        How likeness is counted; by default ``"sound"``: at any transposition, and at any tempo from 4/5 to 5/4.
    backend : {"auto", "numpy", "numba", "torch"}, or an engine
        The engine, one for all pieces; the answer does not depend on it.
    threads : int
        Pieces are shared out among so many threads; the answer does not depend on it.
    progress : callable, optional
        Takes the pieces, and gives each of them in order, as they are done.

    Returns
    -------
    Matches
        One for each piece, the most alike first; of equals the earlier. Here `samples` are the pieces, a match's name
        and index are those of its piece, and ``match.onset`` tells where in the piece the fragment lies.

    Raises
    ------
    NoNotes
        If nothing sounds in the fragment or in a piece.
    InvalidInput
        If an argument is out of range, or grids differ.

    Notes
    -----
    :func:`goldenear.rank` asks what X holds of each sample: samples lie on X. Here the fragment lies on each piece:
    what a piece does before and after it says nothing.

    Examples
    --------
    >>> tune = NoteArray.from_arrays(pitch=[60, 64, 62, 67, 65], onset=range(5), duration=1, ticks_per_quarter=1,
    ...                              name="tune")
    >>> other = NoteArray.from_arrays(pitch=[60] * 5, onset=range(5), duration=1, ticks_per_quarter=1, name="other")
    >>> cut = tune.where(tune.onset >= 2).transposed(3)
    >>> match = identify(cut, [other, tune]).best
    >>> match.name, match.similarity, match.transposition, match.onset
    ('tune', 1.0, -3, Fraction(2, 1))
    """
    whole_number("threads", threads, 1, MOST_THREADS)
    if k is not None:
        whole_number("k", k, 0, 2**62)
    function("progress", progress)
    must_be_notes("fragment", fragment)
    given = several_notes("pieces", pieces)
    for piece in given:
        must_sound(piece)
    laid = prepare([fragment], recipe)
    engine = engine_for(backend, given, laid)
    best = _best_in_each(given, laid, engine, threads, progress)
    named = [
        replace(match, name=piece.name, index=i)
        for i, (piece, match) in enumerate(zip(given, best, strict=True))
        if match is not None
    ]
    named.sort(key=lambda match: -match.similarity)
    return Matches.of(tuple(named[:k]), given)


def _best_in_each(
    pieces: Sequence[NoteArray],
    laid: PreparedSamples,
    engine: Engine,
    threads: int,
    progress: Progress | None,
) -> list[Match | None]:
    """Return the best match of the one fragment in each piece."""
    coming = in_threads(lambda piece: rank(piece, laid, backend=engine).best, pieces, threads)
    # Each piece is given when its answer is waited for, so that progress tells what is done.
    return [next(coming) for _ in (pieces if progress is None else progress(pieces))]


def _some_quarters(exclusion: object) -> Fraction:
    """Return how far apart occurrences must begin."""
    apart = fraction("exclusion", exclusion)
    if apart <= 0:
        raise InvalidInput(f"exclusion: expected more than 0 quarters, got {shown(apart)}")
    return apart


def _few(every: Iterable[Listed], count: Callable[[Listed], int], threshold: float) -> Iterator[Listed]:
    """Give what reached the threshold; InvalidInput as soon as it counts millions."""
    counted_so_far = 0
    for found in every:
        counted_so_far += count(found)
        if counted_so_far > MAX_CANDIDATES:
            raise InvalidInput(f"threshold: {threshold} finds millions of placements; raise it")
        yield found


def _in_pictures(
    piece: NoteArray, samples: PreparedSamples, backend: Backend, threshold: float
) -> list[Match]:
    """Return the placements of the one sample that reach the threshold and that none nearby outshines."""
    x, recipe = piece_pictures(piece, samples.recipe), samples.recipe
    candidates = []
    listed = _few(_placements(x, samples, backend, threshold), lambda found: len(found.shift), threshold)
    for found in _by_alteration(listed):
        picture = samples.picture(0, found.alteration)
        of_reading = x[picture.alteration.reading]
        for i in _outshone_by_none(found, recipe.stroke):
            candidates.append(match_at(of_reading, 0, samples[0], picture, _place(found, i)))
    return candidates


def _placements(
    x: Mapping[Reading, PiecePicture], samples: PreparedSamples, backend: Backend, threshold: float
) -> Iterator[Placements]:
    """Return the placements of the one sample that reach the threshold: by compiled loops, or tile by tile."""
    work = work_of(x, samples.groups(0)) if backend == "auto" else Work(0, 0, 0, 0)
    engine = chosen(backend, work.placements, work.pairs)
    if engine == "numba" or isinstance(engine, NumbaEngine):
        from goldenear.match.engines.on_numba import placements

        return placements(x, samples, 0, threshold)
    return _in_tiles(x, samples, shared_time_of(engine, 0, 0), threshold)


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
    return Place._make([*(column[i].item() for column in columns), found.unit_up, found.unit_down])


def _kept_clear(
    candidates: Iterable[Match], recipe: Recipe, apart: Fraction | None, steps_per_octave: int
) -> Iterator[Match]:
    """Give the candidates, the brightest first, that keep clear of every brighter one.

    Entries of several voices may begin together: what is altered alike and lies more than a whole tone higher or
    lower is another entry.
    """
    order = {alteration: i for i, alteration in enumerate(recipe.alterations)}
    brightest_first = sorted(
        candidates,
        key=lambda m: (
            -m.similarity,
            order[m.placement.alteration],
            m.onset,
            abs(m.transposition),
            m.transposition,
        ),
    )
    tone = max(1, round(steps_per_octave / 6))
    widest = Fraction(2) if apart is None else apart
    onsets: list[tuple[Fraction, int]] = []
    kept: list[tuple[Match, Fraction]] = []
    for match in brightest_first:
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
