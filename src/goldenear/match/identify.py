"""This file is where a fragment is sought in many pieces: which of them holds it, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from goldenear.arguments import function, whole_number
from goldenear.errors import NoNotes
from goldenear.match.engines import Backend, engine_for
from goldenear.match.matches import Match, Matches
from goldenear.match.prepared import prepare
from goldenear.match.rank import rank
from goldenear.match.recipe import Recipe
from goldenear.notes.note_array import NoteArray, must_be_notes, several_notes

STANDS_OUT = 0.12
"""The excess over unrelated music from which a fragment was taken from a piece: see `Background.excess`."""

Progress = Callable[[Iterable[NoteArray]], Iterable[NoteArray]]


def identify(
    fragment: NoteArray,
    pieces: Iterable[NoteArray],
    *,
    k: int | None = None,
    recipe: Recipe | str | None = "sound",
    backend: Backend = "auto",
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
    whole_number("threads", threads, 1, 1024)
    if k is not None:
        whole_number("k", k, 0, 2**62)
    function("progress", progress)
    must_be_notes("fragment", fragment)
    given = several_notes("pieces", pieces)
    for piece in given:
        if not (piece.brightness > 0).any():
            raise NoNotes(piece.name)
    laid = prepare([fragment], recipe)
    engine = engine_for(backend, given, laid)

    def match_in(piece: NoteArray) -> Match | None:
        return rank(piece, laid, backend=engine).best

    watch: Progress = (lambda pieces: pieces) if progress is None else progress
    if threads == 1:
        found = [match_in(piece) for piece in watch(given)]
    else:
        with ThreadPoolExecutor(threads) as pool:
            # Each piece is given when its answer is waited for, so that progress tells what is done.
            coming = pool.map(match_in, given)
            found = [next(coming) for _ in watch(given)]
    return _in_order(given, found, k)


def _in_order(pieces: tuple[NoteArray, ...], found: list[Match | None], k: int | None) -> Matches:
    """Return the matches, each named after its piece, the most alike first."""
    named = [
        replace(match, name=piece.name, index=i)
        for i, (piece, match) in enumerate(zip(pieces, found, strict=True))
        if match is not None
    ]
    named.sort(key=lambda match: -match.similarity)
    return Matches.of(tuple(named[:k]), pieces)
