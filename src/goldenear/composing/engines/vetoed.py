"""This file is where all windows of a draft are held against the bad samples at once.

A window holds some of the draft's notes, so what it shares with a sample, wherever that is laid, is no more than the
whole draft shares with it there. Hence only placements that are bright enough over the whole are looked at window by
window (see :meth:`goldenear.match.contenders.Field.in_part`); and as the notes of a window follow one another, what
they share is the difference of two sums.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.composing.engines.sources import SOURCES
from goldenear.match.engines.code_cache import fingerprint as fingerprint_of
from goldenear.match.engines.placements import (
    PAIR,
    SHIFT,
    TRANSPOSITION,
    energy_in,
    shared_with,
    similarity_of,
)


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
        notes: NDArray[np.int64],
        spans: NDArray[np.int64],
    ) -> int:
        """Return the first window that reaches a similarity at any of some placements; their number where none does.

        Parameters
        ----------
        pairs, numbers, rows, strokes, placed
            As for :func:`goldenear.match.engines.placements.placements`.
        asked : float array, shape (placements,)
            The similarity.
        notes : int array, shape (n, 3)
            The draft, by onset: pitch, onset, offset, in its ticks.
        spans : int array, shape (windows, 2)
            From which note to which each window goes.
        """
        first = len(spans)
        if fingerprint == 0:
            return first
        shared, energy = np.zeros(len(notes) + 1, np.int64), np.zeros(len(notes) + 1, np.int64)
        for j in range(len(placed)):
            which, up, later = placed[j, PAIR], placed[j, TRANSPOSITION], placed[j, SHIFT]
            for i in range(len(notes)):
                pitch, onset, offset = notes[i, 0], notes[i, 1], notes[i, 2]
                shared[i + 1] = shared[i] + shared_with(
                    pairs[which], rows, strokes, up, later, pitch, onset, offset
                )
                energy[i + 1] = energy[i] + energy_in(pairs[which], up, later, pitch, onset, offset)
            for window in range(first):
                begin, end = spans[window, 0], spans[window, 1]
                found = similarity_of(
                    numbers[which], shared[end] - shared[begin], energy[end] - energy[begin]
                )
                if found >= asked[j]:
                    first = window
                    break
        return first

    return first_vetoed


first_vetoed = entries(fingerprint_of(SOURCES))
