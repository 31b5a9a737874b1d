"""This file is where compiled loops scatter turning points and sum them twice, one row at a time."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.correlate.frame import Frame, Seam
from goldenear.correlate.turning_points import Lines, Ticks


def shared_time(piece: Lines, fragment: Lines, frame: Frame, seam: Seam) -> tuple[NDArray[np.int64], Seam]:
    """Return the shared time at every placement of the frame, and the seam to its right."""
    values = np.zeros((frame.rows, frame.columns), np.int64)
    value, slope = seam.value.copy(), seam.slope.copy()
    if frame.cells:
        _scatter(*piece, *fragment, frame.first_transposition, frame.first_shift - 1, values)
        _sum_twice(values, value, slope)
    return values, Seam(value, slope)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _scatter(
    piece_pitch: Ticks,
    piece_onset: Ticks,
    piece_offset: Ticks,
    piece_brightness: Ticks,
    pitch: Ticks,
    onset: Ticks,
    offset: Ticks,
    brightness: Ticks,
    first_transposition: int,
    first_shift: int,
    values: Ticks,
) -> None:
    rows, columns = values.shape
    for i in range(len(piece_pitch)):
        for j in range(len(pitch)):
            row = piece_pitch[i] - pitch[j] - first_transposition
            if row < 0 or row >= rows:
                continue
            weight = piece_brightness[i] * brightness[j]
            opens = piece_onset[i] - offset[j] - first_shift
            fills = piece_onset[i] - onset[j] - first_shift
            leaves = piece_offset[i] - offset[j] - first_shift
            closes = piece_offset[i] - onset[j] - first_shift
            if 0 <= opens < columns:
                values[row, opens] += weight
            if 0 <= fills < columns:
                values[row, fills] -= weight
            if 0 <= leaves < columns:
                values[row, leaves] -= weight
            if 0 <= closes < columns:
                values[row, closes] += weight


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _sum_twice(values: Ticks, value: Ticks, slope: Ticks) -> None:
    rows, columns = values.shape
    for row in range(rows):
        height, rise = value[row], slope[row]
        for column in range(columns):
            rise += values[row, column]
            height += rise
            values[row, column] = height
        value[row], slope[row] = height, rise
