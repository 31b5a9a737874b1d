"""This file is where a thread has room to work in: tables of rows, lanes to read, places of edges."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.backends.lanes import LANES

DENSE_ROWS = 512
SPARSE_ROWS = 4096
"""Rows of a tile: where every shift has one, and where only shifts with turning points have."""


class Room(NamedTuple):
    """Room to work in, one a thread."""

    table8: NDArray[np.int8]
    table16: NDArray[np.int16]
    table32: NDArray[np.int32]
    table64: NDArray[np.int64]
    """Changes of slope of what is shared: a row of lanes a shift."""
    energy_table8: NDArray[np.int8]
    energy_table32: NDArray[np.int32]
    energy_table64: NDArray[np.int64]
    """Changes of slope of the energy in the window."""
    lanes8: NDArray[np.uint8]
    lanes16: NDArray[np.uint16]
    lanes32: NDArray[np.int32]
    lanes64: NDArray[np.int64]
    energy16: NDArray[np.uint16]
    energy32: NDArray[np.int32]
    energy64: NDArray[np.int64]
    piece_time: NDArray[np.int64]
    time: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    place: NDArray[np.int64]
    bits: NDArray[np.uint64]
    before: NDArray[np.int64]
    shifts: NDArray[np.int64]
    search: NDArray[np.int64]
    hopes: NDArray[np.uint64]
    """Where the search along a long X stands."""


def new_room(piece_times: int, moments: int) -> Room:
    """Return room for a piece with so many columns and samples with at most so many edges or strokes.

    What is noted of a sample has room for them twice: for strokes in the first half, for pitches in the second.
    """

    def table(rows: int, kind: Any) -> NDArray[Any]:
        return _aligned(rows * LANES, kind)

    return Room(
        table8=table(SPARSE_ROWS, np.int8),
        table16=table(SPARSE_ROWS, np.int16),
        table32=table(DENSE_ROWS, np.int32),
        table64=table(DENSE_ROWS, np.int64),
        energy_table8=table(SPARSE_ROWS, np.int8),
        energy_table32=table(DENSE_ROWS, np.int32),
        energy_table64=table(DENSE_ROWS, np.int64),
        lanes8=np.zeros(LANES, np.uint8),
        lanes16=np.zeros(LANES, np.uint16),
        lanes32=np.zeros(LANES, np.int32),
        lanes64=np.zeros(LANES, np.int64),
        energy16=np.zeros(LANES, np.uint16),
        energy32=np.zeros(LANES, np.int32),
        energy64=np.zeros(LANES, np.int64),
        piece_time=np.zeros(piece_times, np.int64),
        time=np.zeros(2 * moments + 2, np.int64),
        first=np.zeros(2 * moments + 2, np.int64),
        second=np.zeros(2 * moments + 2, np.int64),
        place=np.zeros(2 * moments + 2, np.int64),
        bits=np.zeros(SPARSE_ROWS // 64 + 2, np.uint64),
        before=np.zeros(SPARSE_ROWS // 64 + 2, np.int64),
        shifts=np.zeros(SPARSE_ROWS + 1, np.int64),
        search=np.zeros(6, np.int64),
        hopes=np.zeros(1, np.uint64),
    )


def _aligned(n: int, kind: Any) -> NDArray[Any]:
    """Return zeros that begin on a cache line."""
    size = np.dtype(kind).itemsize
    room = np.zeros(n * size + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + n * size].view(kind)
