"""Onsets and offsets as columns: lines (a pitch, or a drum), rounding to a grid, and cuts at every onset.

Times are ticks. What is done here keeps one invariant: no two notes of one line overlap.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import InvalidInput

MAX_TICK = 2**40
"""Onsets and offsets lie within this many ticks of zero, so that every sum stays an exact 64-bit integer."""

FINEST_GRID = 2**20
"""The finest grid to round to, in ticks a quarter: with it, every product below stays within 64 bits."""

_LINES = 2**17
"""More than there are pitches and drums."""


def by_line(
    pitch: NDArray[Any], onset: NDArray[np.int64], is_drum: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the order of notes line by line, in time on each; and whether each follows one of its own line."""
    line = pitch.astype(np.int64) * 2 + is_drum
    # One number a note sorts faster than three.
    order = np.argsort(line * (4 * MAX_TICK) + onset, kind="stable")
    follows = np.zeros(len(order), bool)
    follows[1:] = line[order][1:] == line[order][:-1]
    return order, follows


def in_time(onset: NDArray[Any], pitch: NDArray[Any], is_drum: NDArray[Any]) -> NDArray[np.int64]:
    """Return one number a note by which notes stand in an array: by onset, then pitch, then kind."""
    key: NDArray[np.int64] = onset * _LINES + pitch.astype(np.int64) * 2 + is_drum
    return key


def cut_at_next(
    onset: NDArray[np.int64],
    offset: NDArray[np.int64],
    order: NDArray[np.int64],
    follows: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Return offsets no later than the next onset on their line; `order` and `follows` as `by_line` gives them."""
    following = np.flatnonzero(follows)
    before, after = order[following - 1], order[following]
    cut = offset.copy()
    cut[before] = np.minimum(offset[before], onset[after])
    return cut


def cut_at_onsets(
    pitch: NDArray[Any],
    onset: NDArray[np.int64],
    offset: NDArray[np.int64],
    brightness: NDArray[Any],
    is_drum: NDArray[np.bool_],
) -> tuple[NDArray[Any], ...]:
    """Return the columns sorted by (onset, pitch), overlapping notes of one pitch cut at every onset.

    A note lasts until the next one of its pitch begins, or until all that have begun have ended: so the time that
    sounds stays the same, and no onset is lost. Notes that begin together become one, as bright as the brightest.

    Raises
    ------
    InvalidInput
        If a note overlaps a forbidden place (negative brightness) of its own pitch.
    """
    order, follows = by_line(pitch, onset, is_drum)
    p, on, off, b, d = (c[order] for c in (pitch, onset, offset, brightness, is_drum))
    if len(p):
        new_line = ~follows
        # Lift each line above the one before it, so that one running maximum serves all lines at once.
        lift = np.cumsum(new_line).astype(np.int64) * (4 * MAX_TICK)
        reach = np.maximum.accumulate(off + lift) - lift
        apart = new_line.copy()
        apart[1:] |= on[1:] >= reach[:-1]
        signs = np.sign(b.astype(np.int64))
        runs = np.flatnonzero(apart)
        if (np.maximum.reduceat(signs, runs) != np.minimum.reduceat(signs, runs)).any():
            raise InvalidInput("a note overlaps a forbidden place of its own pitch: it cannot do both")
        first = np.flatnonzero(new_line | np.concatenate([[True], on[1:] != on[:-1]]))
        last = np.append(first[1:], len(p)) - 1
        b = np.maximum.reduceat(np.abs(b.astype(np.int64)), first) * signs[first]
        p, on, d, off = p[first], on[first], d[first], reach[last]
        off[:-1] = np.where(new_line[first[1:]], off[:-1], np.minimum(off[:-1], on[1:]))
    order = np.argsort(in_time(on, p, d), kind="stable")
    return (
        p[order].astype(np.int16),
        on[order].astype(np.int64),
        off[order].astype(np.int64),
        b[order].astype(np.int16),
        d[order].astype(np.bool_),
    )


def rounded_ticks(ticks: NDArray[np.int64], own: int, grid: int) -> NDArray[np.int64]:
    """Return ticks of `own` a quarter as the nearest ticks of `grid`; halves go up."""
    quarters, rest = np.divmod(ticks, own)
    rounded: NDArray[np.int64] = quarters * grid + (2 * rest * grid + own) // (2 * own)
    return rounded


def spaced(onset: NDArray[np.int64], follows: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return onsets, line by line in order, each at least one tick after the one before it on its line."""
    if not len(onset):
        return onset
    place = np.arange(len(onset))
    lift = np.cumsum(~follows) * (8 * MAX_TICK)
    apart: NDArray[np.int64] = np.maximum.accumulate(onset - place + lift) - lift + place
    return apart
