"""This file is where it is decided, exactly, what cannot matter: bounds on what two pictures can share.

At one transposition two pictures share, pitch by pitch, at most the shorter of the two times that they sound there:
a sum of minima, for 64 transpositions at once. A coarse look along all shifts bounds closer, with the energy that
the sample's window holds at the least.
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
    reaching,
    splat,
    square_reaching,
    subtract,
    times,
)
from goldenear.correlate.backends.records import at, int16s, int32s, int64s, uint8s
from goldenear.match.engines.view import (
    NEVER,
    WINDOW_COSINE,
    Number,
    compiled,
    drum_time,
    factor_of,
    inverse_of,
    most_shared,
    need_of,
    number,
    transpositions,
    windows,
)
from goldenear.match.packed import LENGTH, LOWEST, RANGE

SPANS, FINEST = 8, 32
"""The coarse look takes shifts in spans of an eighth of the sample's length, and cuts those that hold hope again."""


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


@compiled
def note_pitches(piece: Any, packed: Any, view: Any, lowest: int, room: Any) -> int:
    """Note where 64 transpositions find each pitch of the sample in X's rows, and how long it sounds; how many."""
    k = view.picture
    pitch_start = int64s(packed.pitch_start, packed.n_pitch_start)
    pitches = int16s(packed.pitch, packed.n_pitch)
    own = int64s(packed.sounding, packed.n_pitch)
    first = int64s(room.first, room.n_time)
    second = int64s(room.second, room.n_time)
    base = LANES + number(packed, k, LOWEST) + lowest - piece.lowest
    up = np.int64(1)
    if view.upside_down:
        base += number(packed, k, RANGE)
        up = np.int64(-1)
    n = 0
    for i in range(pitch_start[k], pitch_start[k + 1]):
        place = base + up * at(pitches, i)
        # Counted in units of X, rounded up.
        time = at(own, i) * view.sample_up
        if view.piece_up > 1:
            time = (time + view.piece_up - 1) // view.piece_up
        first[n] = place
        second[n] = min(time, 2**15 - 1)
        n += 0 < place < LANES + piece.pitches
    return n


@compiled
def look_from_afar(piece: Any, packed: Any, view: Any, lowest: int, allowed: Any, room: Any) -> Any:
    """Return which of 64 transpositions may reach the floor at any shift; the view's hopes bound such shifts."""
    step = piece.step * view.piece_up
    length = number(packed, view.picture, LENGTH) * view.sample_up
    reach, inside = (length + step - 1) // step, length // step
    lines = piece.n_before // (piece.pitches + 2 * LANES)
    height = max(view.floor, view.height)
    factor = factor_of(view, height) / view.piece_up
    need = min(max(need_of(view, height) // view.piece_up, 1), 2**15 - 1)
    n = note_pitches(piece, packed, view, lowest, room)
    bottom, top = windows(piece, packed, view, lowest)
    windowed = view.measure == WINDOW_COSINE
    width = max(1, reach // SPANS)
    if piece.n_before8:
        before8, below8 = (
            uint8s(piece.before8, piece.n_before8),
            uint8s(piece.before_below8, piece.n_before_below8),
        )
        lanes8 = uint8s(room.lanes8, room.n_lanes8)
        if need > 255:
            return np.uint64(0)
        hopeful, first, last = spans_with_hope(
            piece, before8, below8, lanes8, 255, -reach, lines - 1, width, reach, inside, need, factor, windowed,
            allowed, n, bottom, top, room,
        )  # fmt: skip
    else:
        before, below = int16s(piece.before, piece.n_before), int16s(piece.before_below, piece.n_before_below)
        lanes16 = int16s(room.lanes16, room.n_lanes16)
        hopeful, first, last = spans_with_hope(
            piece, before, below, lanes16, 2**15 - 1, -reach, lines - 1, width, reach, inside, need, factor,
            windowed, allowed, n, bottom, top, room,
        )  # fmt: skip
    view.first_hope, view.last_hope = first * step, last * step
    return hopeful


@compiled
def spans_with_hope(
    piece: Any,
    before: Any,
    below: Any,
    lanes: Any,
    most: int,
    first: int,
    last: int,
    width: int,
    reach: int,
    inside: int,
    need: int,
    factor: float,
    windowed: bool,
    allowed: Any,
    n: int,
    bottom: int,
    top: int,
    room: Any,
) -> tuple[Any, int, int]:
    """Look at shifts from line `first` to line `last` of X's lattice, in spans of `width` lines.

    For all shifts of a span, what is shared lies within one stretch of X's time: pitch by pitch it is at most what
    sounds there. And the sample's window (at least `inside`, at most `reach` lines long) holds at least what sounds
    in the stretch that all windows of the span have in common. Spans that hold hope are cut and looked at again.
    Return the lanes with hope, and the first and the last line with any.
    """
    place = int64s(room.first, room.n_time)
    time = int64s(room.second, room.n_time)
    stride = piece.pitches + 2 * LANES
    lines = piece.n_before // stride
    hopeful = np.uint64(0)
    first_hope, last_hope = NEVER // 2**20, -NEVER // 2**20
    start = first
    while start < last:
        end = min(start + width, last)
        outer, outer_end = max(start, 0), min(end + reach, lines - 1)
        sounds_before = np.int64(at(below, outer * (stride + 1) + stride))
        if np.int64(at(below, outer_end * (stride + 1) + stride)) - sounds_before < need:
            start = end
            continue
        outer *= stride
        outer_end *= stride
        total = splat(0, lanes)
        for i in range(n):
            sounds = subtract(load(before, outer_end + at(place, i)), load(before, outer + at(place, i)))
            total = add(total, least(sounds, splat(min(at(time, i), most), lanes), lanes))
        bright = reaching(total, splat(need, lanes), lanes) & allowed
        if bright and windowed:
            inner = min(max(end, 0), lines - 1)
            inner_end = max(min(start + inside, lines - 1), inner)
            row, row_end = inner * (stride + 1), inner_end * (stride + 1)
            energy = subtract(
                subtract(load(below, row_end + top), load(below, row_end + bottom)),
                subtract(load(below, row + top), load(below, row + bottom)),
            )
            bright &= square_reaching(total, energy, factor, inverse_of(factor), lanes)
        if bright and width > 1 and width * FINEST > reach:
            bright, found, found_last = spans_with_hope(
                piece, before, below, lanes, most, start, end, max(1, width // 4), reach, inside, need, factor,
                windowed, bright, n, bottom, top, room,
            )  # fmt: skip
            first_hope, last_hope = min(first_hope, found), max(last_hope, found_last)
        elif bright:
            first_hope, last_hope = min(first_hope, start), end
        hopeful |= bright
        start = end
    return hopeful, first_hope, last_hope
