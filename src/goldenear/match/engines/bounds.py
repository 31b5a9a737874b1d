"""This file is where it is decided, exactly, what cannot matter: bounds on what two pictures can share.

At one transposition two pictures share, pitch by pitch, at most the shorter of the two times that they sound there:
a sum of minima, for 64 transpositions at once. `afar` bounds closer, along all shifts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from goldenear.correlate.backends.lanes import (
    LANES,
    add,
    greatest,
    least,
    load,
    splat,
    times,
)
from goldenear.correlate.backends.records import int16s, int32s, int64s
from goldenear.match.engines.view import (
    WINDOW_COSINE,
    Number,
    compiled,
    drum_time,
    most_shared,
    need_of,
    number,
    transpositions,
)
from goldenear.match.packed import LENGTH, LOWEST, RANGE


@compiled
def shared_at_most(piece: Any, packed: Any, view: Any, lowest: int, drums: int, lanes: Any) -> Any:
    """Return, for 64 transpositions, a time that what plain pictures share there cannot exceed."""
    k = view.picture
    window = int64s(piece.window, piece.n_window)
    sounding = int32s(piece.sounding, piece.n_sounding)
    pitch_start = int64s(packed.pitch_start, packed.n_pitch_start)
    pitches = int16s(packed.pitch, packed.n_pitch)
    own = int64s(packed.sounding, packed.n_pitch)
    # A window of time of X that is at least as long as the sample.
    length = number(packed, k, LENGTH) * view.sample_up
    row = 0
    while row + 1 < len(window) and window[row] * view.piece_up < length:
        row += 1
    row *= piece.pitches + 2 * LANES
    base = LANES + number(packed, k, LOWEST) + lowest - piece.lowest
    top = number(packed, k, RANGE)
    total = splat(0, lanes)
    for i in range(pitch_start[k], pitch_start[k + 1]):
        pitch = np.int64(pitches[i])
        place = base + (top - pitch if view.upside_down else pitch)
        if place <= 0 or place >= LANES + piece.pitches:
            continue
        # Counted in units of X, the sample's rounded up.
        time = own[i] * view.sample_up
        if view.piece_up > 1:
            time = (time + view.piece_up - 1) // view.piece_up
        total = add(total, least(load(sounding, row + place), splat(min(time, 2**31 - 1), lanes), lanes))
    if view.piece_up > 1:
        total = times(total, view.piece_up)
    return add(total, splat(drums, lanes)) if drums else total


@compiled
def lanes_allowed(lowest: int, low: int, high: int) -> Any:
    """Return the bits of the lanes from `lowest` on whose transposition lies within low..high."""
    first = max(low - lowest, 0)
    count = min(high - lowest, LANES - 1) - first + 1
    if count <= 0:
        return np.uint64(0)
    return (~np.uint64(0) >> np.uint64(LANES - count)) << np.uint64(first)


@compiled
def drums_at_most(piece: Any, packed: Any, view: Any) -> Number:
    """Return the most that the drums of plain pictures can share, in units."""
    return drum_time(packed, view) * view.sample_up if piece.n_drum_pitch else np.int64(0)


@compiled
def is_countable(piece: Any, view: Any, drums: int) -> bool:
    """Tell whether what two pictures share at most can be counted pitch by pitch, in 32 bits."""
    return bool(view.plain) and piece.area * view.piece_up < 2**30 and drums < 2**30


@compiled
def similarity_at_most(view: Any, shared: int) -> Number:
    """Return a similarity that no placement with so much shared time, in units, can exceed."""
    if view.need <= 0:
        return 1.0
    share = shared / view.need
    if view.measure == WINDOW_COSINE:
        share = np.sqrt(share)
    return min(share * (1 + 1e-9), 1.0)


@compiled
def similarity_bound(piece: Any, packed: Any, view: Any, rules: Any, lanes: Any) -> Number:
    """Return what the similarity of a pair, before its price, cannot exceed; 0 where it is below the floor."""
    most = most_shared(piece, packed, view)
    need = need_of(view, view.floor)
    if need > most:
        return 0.0
    drums = drums_at_most(piece, packed, view)
    if not is_countable(piece, view, drums):
        return similarity_at_most(view, most)
    low, high = transpositions(piece, packed, view, rules)
    upper = np.int64(0)
    for lowest in range(low, high + 1, LANES):
        bound = shared_at_most(piece, packed, view, lowest, drums, lanes)
        upper = max(upper, greatest(bound, lanes_allowed(lowest, low, high), lanes))
    return similarity_at_most(view, min(upper, most)) if upper >= need else 0.0
