"""This file is where a piece is cut into fragments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from goldenear.notes.note_array import NoteArray

LEAST = 2
"""Notes in a cut: one alone is like everything."""


def cut(piece: NoteArray, begin: int, ticks: int) -> NoteArray:
    """Return the notes that begin within so many ticks from `begin` on, which becomes tick 0."""
    return piece.where((piece.onset >= begin) & (piece.onset < begin + ticks)).shifted(-begin)


def random_cuts(pieces: Sequence[NoteArray], quarters: float, n: int, seed: int) -> list[NoteArray]:
    """Return n cuts of equal length from anywhere in the pieces, each piece as often as any other.

    Pieces that are shorter take no part, nor do cuts in which fewer than two notes begin; where no piece is long
    enough, there are none.

    Parameters
    ----------
    pieces : sequence of NoteArray
        What is cut.
    quarters : float
        How long a cut is. It begins on a quarter from the piece's first onset.
    n : int
        How many.
    seed : int
        Of the chance that chooses.
    """
    long = [piece for piece in pieces if _quarters(piece) >= quarters and len(piece) >= LEAST]
    if not long:
        return []
    rng = np.random.default_rng(seed)
    found: list[NoteArray] = []
    for turn in range(20 * n):
        piece = long[turn % len(long)]
        latest = int(_quarters(piece) - quarters)
        begin = piece.first_onset + int(rng.integers(0, latest + 1)) * piece.ticks_per_quarter
        made = cut(piece, begin, round(quarters * piece.ticks_per_quarter))
        if len(made) >= LEAST:
            found.append(made)
        if len(found) == n:
            break
    return found


def _quarters(piece: NoteArray) -> float:
    """Return how long a piece is, from its first onset to its last end."""
    return (piece.last_offset - piece.first_onset) / piece.ticks_per_quarter
