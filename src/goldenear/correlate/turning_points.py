r"""This file is where the one idea stands: a pair of notes shares time in a trapezoid, which is four turning points.

Slide one note over another. Nothing is shared until they touch; then the shared time grows by a tick a
tick, stays level while the shorter lies within the longer, falls, and is nothing again::

    shared time         ________
                       /        \
                      /          \
    ________________ /            \ ______________   shift
                opens fills   leaves closes
    slope changes  +1   -1      -1    +1

So one running sum of the slope changes is the slope, and a second running sum is the shared time. Sums are
linear: throw the turning points of *all* pairs at one transposition on one line, sum twice, and that line
is the correlogram row, the shared time of the two pictures at every shift.

(Where a fragment note is longer than the piece's, `leaves` comes before `fills`; both slopes are -1, so
their order does not matter.)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ticks = NDArray[np.int64]


class Lines(NamedTuple):
    """The strokes of one plane of a picture, as int64 columns of shape (n,): pitched notes, or drums."""

    pitch: Ticks
    onset: Ticks
    offset: Ticks
    brightness: Ticks


class TurningPoints(NamedTuple):
    """Where the slope of the shared time changes, as int64 columns: at which row, at which shift, by how much."""

    transposition: Ticks
    shift: Ticks
    slope_change: Ticks


def turning_points(piece: Lines, fragment: Lines) -> TurningPoints:
    """Return the four turning points of every pair of notes.

    Parameters
    ----------
    piece, fragment : Lines
        The fragment is the one that moves: it lies at ``onset + shift`` and ``pitch + transposition``.

    Returns
    -------
    TurningPoints
        Columns of shape (4 * n * m,). The slope changes count brightness times brightness.

    Examples
    --------
    >>> note = Lines(*(np.array([v]) for v in (60, 0, 2, 1)))
    >>> points = turning_points(note, note)
    >>> points.shift.tolist(), points.slope_change.tolist()
    ([-2, 0, 0, 2], [1, -1, -1, 1])
    """
    opens = piece.onset[:, None] - fragment.offset
    fills = piece.onset[:, None] - fragment.onset
    leaves = piece.offset[:, None] - fragment.offset
    closes = piece.offset[:, None] - fragment.onset
    transposition = piece.pitch[:, None] - fragment.pitch
    brightness = piece.brightness[:, None] * fragment.brightness
    return TurningPoints(
        np.concatenate([transposition] * 4, axis=None),
        np.concatenate([opens, fills, leaves, closes], axis=None),
        np.concatenate([brightness, -brightness, -brightness, brightness], axis=None),
    )
