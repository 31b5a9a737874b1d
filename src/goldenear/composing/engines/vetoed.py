"""This file is where all windows of a draft are held against the bad samples at once.

A window holds some of the draft's notes, so what it shares with a sample, wherever that is laid, is no more than the
whole draft shares with it there. Hence only placements that are bright enough over the whole are looked at window by
window (see :meth:`goldenear.composing.contenders.Field.in_part`); and as the notes of a window follow one another,
what they share is the difference of two sums.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.composing.engines.placed import (
    OFFSET,
    ONSET,
    PAIR,
    SHIFT,
    ZERO,
    add_changes,
    is_corner,
    likeness,
)
from goldenear.composing.engines.sources import SOURCES
from goldenear.match.kernels.code_cache import fingerprint as fingerprint_of


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
        strokes_of: NDArray[np.int64],
        starts: NDArray[np.int64],
        edges: NDArray[np.int64],
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
        strokes_of : int array, shape (strokes, 5)
            The draft, by onset, each note held and struck: what comes, as `engines.placed` has it.
        starts : int array, shape (notes + 1,)
            Where each note's strokes begin.
        edges : int array, shape (ticks,)
            Room, all 0.
        spans : int array, shape (windows, 2)
            From which note to which each window goes.
        """
        first = len(spans)
        if fingerprint == 0:
            return first
        values = np.zeros((len(starts), 4), np.int64)
        for j in range(len(placed)):
            which = placed[j, PAIR]
            pair = pairs[which]
            for i in range(len(starts) - 1):
                values[i + 1] = values[i]
                add_changes(
                    pair, rows, strokes, placed[j], strokes_of, starts[i], starts[i + 1], values[i + 1]
                )
            for window in range(first):
                begin, end = spans[window, 0], spans[window, 1]
                mine = values[end] - values[begin]
                if likeness(numbers[which], quarters, mine[0], mine[1], mine[2], mine[3]) < asked[j]:
                    continue
                for i in range(starts[begin], starts[end]):
                    edges[strokes_of[i, ONSET] + ZERO] += 1
                    edges[strokes_of[i, OFFSET] + ZERO] += 1
                corner = is_corner(pair, rows, strokes, placed[j, SHIFT], edges)
                for i in range(starts[begin], starts[end]):
                    edges[strokes_of[i, ONSET] + ZERO] -= 1
                    edges[strokes_of[i, OFFSET] + ZERO] -= 1
                if corner:
                    first = window
                    break
        return first

    return first_vetoed


first_vetoed = entries(fingerprint_of(SOURCES))
