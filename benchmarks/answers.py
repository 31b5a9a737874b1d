"""This file is where answers are compared: a time is worth nothing where the maximum is another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.signal import correlate

from benchmarks.errors import AnswersDiffer
from benchmarks.peers import Picture


def must_be_equal(name: str, found: Sequence[object], expected: Sequence[object]) -> None:
    """Raise AnswersDiffer unless both are the same, one by one."""
    if len(found) != len(expected):
        raise AnswersDiffer(f"{name}: {len(found)} answers, not {len(expected)}")
    for i, (a, b) in enumerate(zip(found, expected, strict=True)):
        if a != b:
            raise AnswersDiffer(f"{name}: found {a} for number {i}, where {b} was expected")


def must_be_a_place(name: str, x: Picture, k: Picture, place: int, maximum: int) -> None:
    """Raise AnswersDiffer unless a flat index into the full correlation is a place of it.

    The shared pixels are counted at that place, and must be what SciPy's correlation has there, and no more than
    the maximum.
    """
    values = correlate(x.astype(np.float64), k.astype(np.float64), method="fft")
    row, column = divmod(place, values.shape[1])
    expected = round(float(values[row, column]))
    shared = _shared_pixels(x, k, row - k.shape[0] + 1, column - k.shape[1] + 1)
    if shared != expected or not 0 <= shared <= maximum:
        raise AnswersDiffer(f"{name}: {shared} at its place, where the correlogram has {expected}")


def _shared_pixels(x: Picture, k: Picture, rows: int, columns: int) -> int:
    """Return what two pictures share, the second laid so many rows and columns along the first."""
    on_x, on_k = [], []
    for axis, by in enumerate((rows, columns)):
        begin, end = max(0, by), min(x.shape[axis], by + k.shape[axis])
        on_x.append(slice(begin, end))
        on_k.append(slice(begin - by, end - by))
    return int((x[tuple(on_x)] * k[tuple(on_k)]).sum())
