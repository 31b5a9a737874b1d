"""This file is where dense pictures are painted and correlated by a Fourier transform, to the same whole numbers.

Where pictures hold so many strokes that their pairs outnumber the placements by far, as those of sound do, this pays.
A transform rounds; so parts are kept so small that it rounds by less than a quarter, for certain, and the nearest
whole number is the answer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.frame import Frame, Seam
from goldenear.correlate.turning_points import Lines

MAX_PIXELS = 2**21
"""Pixels painted and transformed at a time."""

ROUNDING = 32 * 2.0**-53
"""A transform of N values rounds by at most this times log2(N), as a share of the lengths of what it multiplies
(N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 24.1, with room for three transforms of
mixed radix)."""

SAFE = 0.25


def shared_time(piece: Lines, fragment: Lines, frame: Frame, seam: Seam) -> tuple[NDArray[np.int64], Seam]:
    """Return the shared time at every placement of the frame, and the seam to its right."""
    values = np.zeros((frame.rows, frame.columns), np.int64)
    if not frame.cells or not (len(piece.pitch) and len(fragment.pitch)):
        # Nothing meets in this frame, and nothing did to its left: its values and its seam are zeros.
        return values, seam
    rows = int(np.ptp(piece.pitch)) + int(np.ptp(fragment.pitch)) + 1
    width = max(1, MAX_PIXELS // (4 * rows))
    # What is still to do: a span of the fragment's time, and a span of columns.
    waiting = [(int(fragment.onset.min()), int(fragment.offset.max()), 0, frame.columns)]
    while waiting:
        first, last, begin, end = waiting.pop()
        longest = max(last - first, end - begin)
        if longest > width or not _added(piece, fragment, frame, (first, last, begin, end), values):
            waiting += _halves(first, last, begin, end)
    slope = values[:, -1] - (values[:, -2] if frame.columns > 1 else seam.value)
    return values, Seam(values[:, -1].copy(), slope)


def _halves(first: int, last: int, begin: int, end: int) -> list[tuple[int, int, int, int]]:
    """Return a task in two, the longer of its spans cut in the middle."""
    if last - first >= end - begin:
        middle = (first + last) // 2
        return [(first, middle, begin, end), (middle, last, begin, end)]
    middle = (begin + end) // 2
    return [(first, last, begin, middle), (first, last, middle, end)]


def _added(
    piece: Lines, fragment: Lines, frame: Frame, task: tuple[int, int, int, int], values: NDArray[np.int64]
) -> bool:
    """Add what a part of the fragment shares with the piece to some columns; False where that might round off."""
    first, last, begin, end = task
    part = _between(fragment, first, last)
    # Shifted by s, the part's pixels fall on those of the piece from first + s to last + s.
    left, right = first + frame.first_shift + begin, last + frame.first_shift + end - 1
    under = _between(piece, left, right)
    if not (len(part.pitch) and len(under.pitch)):
        return True
    a, low_a = _painted(under, left, right)
    b, low_b = _painted(part, first, last)
    size = (_smooth(a.shape[0] + b.shape[0] - 1), _smooth(a.shape[1]))
    length = np.sqrt(float(np.vdot(a, a))) * np.sqrt(float(np.vdot(b, b)))
    # A part of one tick on one column is a sum of whole numbers far below 2**53: nothing is left to be cut.
    if ROUNDING * np.log2(2 * size[0] * size[1]) * length >= SAFE and last - first + end - begin > 2:
        return False
    product = np.fft.rfft2(a, size) * np.conj(np.fft.rfft2(b, size))
    shared = np.rint(np.fft.irfft2(product, size)).astype(np.int64)
    # Row r of the product is transposition r; negative ones have come round at the far end.
    row = np.arange(frame.rows) + frame.first_transposition - (low_a - low_b)
    inside = (row > -b.shape[0]) & (row < a.shape[0])
    values[inside, begin:end] += shared[row[inside] % size[0], : end - begin]
    return True


def _between(lines: Lines, first: int, last: int) -> Lines:
    """Return what of some strokes lies from `first` to `last`."""
    kept = (lines.offset > first) & (lines.onset < last)
    pitch, onset, offset, brightness = (column[kept] for column in lines)
    return Lines(pitch, np.maximum(onset, first), np.minimum(offset, last), brightness)


def _painted(lines: Lines, first: int, last: int) -> tuple[NDArray[np.float64], int]:
    """Return the picture of strokes, shape (pitches, last - first), and its lowest pitch."""
    low = int(lines.pitch.min())
    edges = np.zeros((int(lines.pitch.max()) - low + 1, last - first + 1))
    np.add.at(edges, (lines.pitch - low, lines.onset - first), lines.brightness)
    np.add.at(edges, (lines.pitch - low, lines.offset - first), -lines.brightness)
    return np.cumsum(edges, axis=1)[:, :-1], low


def _smooth(n: int) -> int:
    """Return the least number from n on that has no prime factor above 5: transforms of such a size are quick."""
    while True:
        left = n
        for prime in (2, 3, 5):
            while left % prime == 0:
                left //= prime
        if left == 1:
            return n
        n += 1
