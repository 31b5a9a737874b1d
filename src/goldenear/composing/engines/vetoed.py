"""This file is where all windows of a draft are held against the bad samples at once.

A window holds some of the draft's notes, so what it shares with a sample, wherever that is laid, is no more than the
whole draft shares with it there. Hence only placements that are bright enough over the whole are looked at window by
window (see :meth:`goldenear.composing.contenders.Field.in_part`); and as the notes of a window follow one another,
what they share is the difference of two sums. Only where the next note of a pitch cuts a stroke and lies outside the
window, the stroke is longer there: what it lost is added again, as a tail.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.composing.engines.placed import (
    PAIR,
    SHIFT,
    add_changes,
    count_edges,
    is_corner,
    likeness,
)
from goldenear.composing.engines.sources import SOURCES
from goldenear.composing.rows import Edges
from goldenear.correlate.backends.records import compiled
from goldenear.match.kernels.code_cache import fingerprint as fingerprint_of


@compiled
def in_window(tails_of: Any, c: int, begin: int, end: int) -> Any:
    """Tell whether a stroke lies in a window, and the note that cuts it does not."""
    return begin <= tails_of[c, 0] < end <= tails_of[c, 1]


@compiled
def lies_on_corner(
    pair: Any, rows: Any, strokes: Any, shift: int, comes: Any, tails: Any, tails_of: Any, begin: int, end: int,
    edges: Any,
) -> Any:  # fmt: skip
    """Tell whether a picture lies so that one of its strokes begins or ends with one of a window; see `is_corner`."""
    corner = False
    for sign in (1, -1):
        count_edges(comes[2 * begin : 2 * end], 2 * (end - begin), sign, edges)
        for c in range(len(tails)):
            if in_window(tails_of, c, begin, end):
                count_edges(tails[c : c + 1], 1, sign, edges)
        if sign == 1:
            corner = is_corner(pair, rows, strokes, shift, edges)
    return corner


def entries(fingerprint: int) -> Any:
    """Return the function that is called from outside."""

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def first_vetoed(
        pairs: NDArray[np.int64],
        numbers: NDArray[np.float64],
        rows: NDArray[np.int64],
        strokes: NDArray[np.int64],
        placed: NDArray[np.int64],
        asked: NDArray[np.float64],
        quarters: int,
        comes: NDArray[np.int64],
        tails: NDArray[np.int64],
        tails_of: NDArray[np.int64],
        edges: Edges,
        spans: NDArray[np.int64],
    ) -> int:
        """Return the first window that reaches a similarity at any of some placements; their number where none does.

        Parameters
        ----------
        pairs, numbers, rows, strokes, placed
            As for :func:`goldenear.composing.engines.placed.placements`.
        asked : float array, shape (placements,)
            The similarity.
        quarters : int
            The part of the struck layer, of 4.
        comes : int array, shape (2 x notes, 5)
            The draft, by onset, each note held and struck: what comes, as `engines.placed` has it.
        tails, tails_of : int arrays, shapes (tails, 5), (tails, 2)
            What a stroke loses to the next note of its pitch, as what comes; the numbers of both notes.
        edges : Edges
            Room, all 0.
        spans : int array, shape (windows, 2)
            From which note to which each window goes.
        """
        first = len(spans)
        if fingerprint == 0:
            return first
        values = np.zeros((len(comes) // 2 + 1, 4), np.int64)
        for j in range(len(placed)):
            which = placed[j, PAIR]
            pair = pairs[which]
            for i in range(len(values) - 1):
                values[i + 1] = values[i]
                add_changes(pair, rows, strokes, placed[j], comes, 2 * i, 2 * i + 2, values[i + 1])
            for window in range(first):
                begin, end = spans[window, 0], spans[window, 1]
                mine = values[end] - values[begin]
                for c in range(len(tails)):
                    if in_window(tails_of, c, begin, end):
                        add_changes(pair, rows, strokes, placed[j], tails, c, c + 1, mine)
                found = likeness(numbers[which], quarters, mine[0], mine[1], mine[2], mine[3])
                if found >= asked[j] and lies_on_corner(
                    pair, rows, strokes, placed[j, SHIFT], comes, tails, tails_of, begin, end, edges
                ):
                    first = window
                    break
        return first

    return first_vetoed


first_vetoed = entries(fingerprint_of(SOURCES))
