"""This file is where NumPy scatters turning points and sums them twice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.frame import Frame, Seam
from goldenear.correlate.turning_points import Lines, turning_points

MAX_PAIRS = 2**19
"""Pairs of notes held in memory at a time."""


def shared_time(piece: Lines, fragment: Lines, frame: Frame, seam: Seam) -> tuple[NDArray[np.int64], Seam]:
    """Return the shared time at every placement of the frame, and the seam to its right."""
    values = np.zeros((frame.rows, frame.columns), np.int64)
    if not frame.cells or not (len(piece.pitch) and len(fragment.pitch)):
        # Nothing meets in this frame, and nothing did to its left: its values and its seam are zeros.
        return values, seam
    at_once = max(1, MAX_PAIRS // max(1, len(fragment.pitch)))
    for start in range(0, len(piece.pitch), at_once):
        part = Lines(*(column[start : start + at_once] for column in piece))
        row, shift, slope_change = turning_points(*_pairs(part, fragment, frame))
        row = row - frame.first_transposition
        # A change of slope at a shift is felt from the next shift on.
        column = shift - (frame.first_shift - 1)
        inside = (row >= 0) & (row < frame.rows) & (column >= 0) & (column < frame.columns)
        np.add.at(values.reshape(-1), (row * frame.columns + column)[inside], slope_change[inside])
    values[:, 0] += seam.slope
    np.cumsum(values, axis=1, out=values)
    slope = values[:, -1].copy()
    values[:, 0] += seam.value
    np.cumsum(values, axis=1, out=values)
    return values, Seam(values[:, -1].copy(), slope)


def _pairs(piece: Lines, fragment: Lines, frame: Frame) -> tuple[Lines, Lines]:
    """Return what is to be paired: on a frame of one row, as of drums, one by one what meets on it."""
    if frame.rows > 1:
        return piece, fragment
    i, j = np.nonzero(piece.pitch[:, None] - fragment.pitch == frame.first_transposition)
    return Lines(*(column[i] for column in piece)), Lines(*(column[j, None] for column in fragment))
