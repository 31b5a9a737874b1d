"""This file is where a pair is looked at from afar: spans of shifts without hope are left out, exactly.

Over all shifts of a span a stroke of the sample lies within one stretch of X: it shares at most what sounds there.
And every window holds at least what sounds in the stretch that all of them have in common.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from goldenear.correlate.backends.lanes import (
    LANES,
    add_up,
    least,
    load,
    reaching,
    splat,
    square_reaching,
    subtract,
)
from goldenear.correlate.backends.records import at, int16s, int64s, uint8s, uint16s
from goldenear.match.engines.view import (
    NEVER,
    WINDOW_COSINE,
    Number,
    compiled,
    factor_of,
    inverse_of,
    need_of,
    number,
    windows,
)
from goldenear.match.packed import LENGTH, LOWEST, RANGE

SPANS, PARTS = 4, 4
"""The coarse look takes shifts in spans of a quarter of the sample's length, and cuts those with hope into four."""


@compiled
def look_from_afar(piece: Any, packed: Any, view: Any, lowest: int, allowed: Any, room: Any) -> Any:
    """Return which of 64 transpositions may reach the floor at any shift; the view's hopes bound such shifts."""
    step = piece.step * view.piece_up
    sight = sight_of(piece, packed, view, lowest)
    if sight.need >= 2 ** (8 if piece.n_before8 else 16):
        return np.uint64(0)
    below = uint16s(piece.before_below, piece.n_before_below)
    if piece.n_before8:
        before = uint8s(piece.before8, piece.n_before8)
        lanes = uint8s(room.lanes8, room.n_lanes8)
        hopeful, first, last = spans_with_hope(
            piece, packed, view, lowest, before, below, lanes, sight, allowed, room
        )
    else:
        before16 = uint16s(piece.before, piece.n_before)
        lanes16 = uint16s(room.lanes16, room.n_lanes16)
        hopeful, first, last = spans_with_hope(
            piece, packed, view, lowest, before16, below, lanes16, sight, allowed, room
        )
    view.first_hope, view.last_hope = first * step, last * step
    return hopeful


@compiled
def quotient(number: int, divisor: int, inverse: float) -> Number:
    """Return a whole number, not negative, divided and rounded down: quicker than a division, and exact."""
    near = int(number * inverse)
    left = number - near * divisor
    return near + int(left >= divisor) - int(left < 0)


@compiled
def note_strokes(piece: Any, packed: Any, view: Any, lowest: int, room: Any) -> int:
    """Note where 64 transpositions find each stroke of the sample in X's lattice, and how long it is; how many.

    A stroke lies between two lines of the lattice, counted from where the sample begins.
    """
    k = view.picture
    stroke_start = int64s(packed.stroke_start, packed.n_stroke_start)
    pitches = int16s(packed.stroke_pitch, packed.n_stroke_pitch)
    onset = int64s(packed.stroke_onset, packed.n_stroke_pitch)
    offset = int64s(packed.stroke_offset, packed.n_stroke_pitch)
    place = int64s(room.first, room.n_time)
    long = int64s(room.second, room.n_time)
    begin = int64s(room.place, room.n_time)
    end = int64s(room.time, room.n_time)
    step, stride = piece.step * view.piece_up, piece.pitches + 2 * LANES
    most = 2**8 - 1 if piece.n_before8 else 2**16 - 1
    by_step, by_unit = 1.0 / step, 1.0 / view.piece_up
    base = LANES + number(packed, k, LOWEST) + lowest - piece.lowest
    up = np.int64(1)
    if view.upside_down:
        base += number(packed, k, RANGE)
        up = np.int64(-1)
    whole, direction = np.int64(0), np.int64(1)
    if view.backwards:
        whole, direction = number(packed, k, LENGTH), np.int64(-1)
    n = 0
    strokes = stroke_start[k + 1] - stroke_start[k]
    for j in range(strokes):
        # In the order in which they sound.
        i = stroke_start[k] + (strokes - 1 - j if view.backwards else j)
        a = (whole + direction * at(onset, i)) * view.sample_up
        b = (whole + direction * at(offset, i)) * view.sample_up
        a, b = min(a, b), max(a, b)
        place[n] = base + up * at(pitches, i)
        # Counted in units of X, rounded up.
        long[n] = min(quotient(b - a + view.piece_up - 1, view.piece_up, by_unit), most)
        begin[n] = quotient(a, step, by_step) * stride + place[n]
        end[n] = quotient(b + step - 1, step, by_step) * stride + place[n]
        n += 0 < place[n] < LANES + piece.pitches
    return n


@compiled
def note_pitches(piece: Any, packed: Any, view: Any, lowest: int, room: Any) -> int:
    """Note where 64 transpositions find each pitch of the sample in X's lattice, and how long it sounds; how many.

    In the second half of the room, so that the strokes have the first.
    """
    k = view.picture
    pitch_start = int64s(packed.pitch_start, packed.n_pitch_start)
    pitches = int16s(packed.pitch, packed.n_pitch)
    sounding = int64s(packed.sounding, packed.n_pitch)
    place = int64s(room.first, room.n_time)
    long = int64s(room.second, room.n_time)
    most = 2**8 - 1 if piece.n_before8 else 2**16 - 1
    base = LANES + number(packed, k, LOWEST) + lowest - piece.lowest
    up, by_unit = np.int64(1), 1.0 / view.piece_up
    if view.upside_down:
        base += number(packed, k, RANGE)
        up = np.int64(-1)
    begin = len(place) // 2
    end = begin
    for i in range(pitch_start[k], pitch_start[k + 1]):
        place[end] = base + up * at(pitches, i)
        # Counted in units of X, rounded up.
        time = at(sounding, i) * view.sample_up + view.piece_up - 1
        long[end] = min(quotient(time, view.piece_up, by_unit), most)
        end += 0 < place[end] < LANES + piece.pitches
    return end - begin


class Sight(NamedTuple):
    """What a coarse look asks: lengths in lines of X's lattice, times in units of X."""

    reach: int
    inside: int
    """The sample is at most, and at least, so many lines long."""
    need: int
    factor: float
    windowed: bool
    bottom: int
    top: int


@compiled
def sight_of(piece: Any, packed: Any, view: Any, lowest: int) -> Any:
    """Return what a coarse look at 64 transpositions asks, with what has been found so far."""
    step = piece.step * view.piece_up
    length = number(packed, view.picture, LENGTH) * view.sample_up
    height = max(view.floor, view.height)
    need = max(need_of(view, height) // view.piece_up, 1)
    bottom, top = windows(piece, packed, view, lowest)
    factor = factor_of(view, height) / view.piece_up
    windowed = view.measure == WINDOW_COSINE
    return Sight((length + step - 1) // step, length // step, need, factor, windowed, bottom, top)


@compiled
def shared_in_span(
    piece: Any, before: Any, lanes: Any, reach: int, start: int, end: int, n: int, room: Any
) -> Any:
    """Return what can be shared, at most, at any shift from line `start` to line `end`, at 64 transpositions.

    For all these shifts a stroke lies within one stretch of X's time: it shares at most what sounds there. Two
    strokes may count the same sound: the sum stops at the greatest number, no less than what X or the sample sounds.
    """
    places = int64s(room.first, room.n_time)
    long = int64s(room.second, room.n_time)
    begins = int64s(room.place, room.n_time)
    ends = int64s(room.time, room.n_time)
    stride, last = piece.pitches + 2 * LANES, piece.lines - 1
    row, row_end = start * stride, end * stride
    total = splat(0, lanes)
    if start >= 0 and end + reach <= last:
        # All of it lies within X.
        for i in range(n):
            sounds = subtract(load(before, row_end + at(ends, i)), load(before, row + at(begins, i)))
            total = add_up(total, least(sounds, splat(at(long, i), lanes), lanes))
        return total
    # Before X's first line, and after its last, nothing sounds: strokes that lie there are left out.
    top = last * stride
    first = 0
    while first < n and row_end + at(ends, first) <= at(places, first):
        first += 1
    while first < n and row + at(begins, n - 1) >= top + at(places, n - 1):
        n -= 1
    for i in range(first, n):
        place = at(places, i)
        a, b = max(row + at(begins, i), place), min(row_end + at(ends, i), top + place)
        if a < b:
            sounds = subtract(load(before, b), load(before, a))
            total = add_up(total, least(sounds, splat(at(long, i), lanes), lanes))
    return total


@compiled
def shared_by_pitch(
    piece: Any, before: Any, lanes: Any, reach: int, start: int, end: int, n: int, room: Any
) -> Any:
    """Return what can be shared, at most, at any shift from line `start` to line `end`, at 64 transpositions.

    A looser bound than that of the strokes, and quicker: it does not ask when a pitch sounds in the sample.
    """
    places = int64s(room.first, room.n_time)
    long = int64s(room.second, room.n_time)
    stride, last = piece.pitches + 2 * LANES, piece.lines - 1
    row, row_end = max(start, 0) * stride, min(end + reach, last) * stride
    begin = len(places) // 2
    total = splat(0, lanes)
    for i in range(begin, begin + n):
        sounds = subtract(load(before, row_end + at(places, i)), load(before, row + at(places, i)))
        total = add_up(total, least(sounds, splat(at(long, i), lanes), lanes))
    return total


@compiled
def sounds_enough(piece: Any, sight: Any, start: int, end: int) -> bool:
    """Tell whether X sounds long enough at shifts from line `start` to line `end` to share what is needed."""
    sung = int64s(piece.sung, piece.n_sung)
    last = min(end + sight.reach, piece.lines - 1)
    return bool(at(sung, last) - at(sung, max(start, 0)) >= sight.need)


@compiled
def hope_in_span(
    piece: Any, below: Any, lanes: Any, sight: Any, start: int, end: int, total: Any, allowed: Any
) -> Any:
    """Return which of the transpositions allowed may reach what is asked for, where they share at most `total`.

    At any shift from line `start` to line `end`. The sample's window holds at least what sounds in the stretch that
    all windows of these shifts have in common.
    """
    bright = reaching(total, splat(sight.need, lanes), lanes) & allowed
    if bright and sight.windowed:
        stride, last = piece.pitches + 2 * LANES + 1, piece.lines - 1
        inner = min(max(end, 0), last)
        inner_end = max(min(start + sight.inside, last), inner)
        row, row_end = inner * stride, inner_end * stride
        energy = subtract(
            subtract(load(below, row_end + sight.top), load(below, row_end + sight.bottom)),
            subtract(load(below, row + sight.top), load(below, row + sight.bottom)),
        )
        bright &= square_reaching(total, energy, sight.factor, inverse_of(sight.factor), lanes)
    return bright


@compiled
def hope_by_strokes(
    piece: Any,
    before: Any,
    below: Any,
    lanes: Any,
    sight: Any,
    start: int,
    end: int,
    allowed: Any,
    n: int,
    room: Any,
) -> Any:
    """Ask the strokes which of 64 transpositions may reach what is asked for from line `start` to line `end`."""
    if not sounds_enough(piece, sight, start, end):
        return np.uint64(0)
    total = shared_in_span(piece, before, lanes, sight.reach, start, end, n, room)
    return hope_in_span(piece, below, lanes, sight, start, end, total, allowed)


@compiled
def spans_with_hope(
    piece: Any,
    packed: Any,
    view: Any,
    lowest: int,
    before: Any,
    below: Any,
    lanes: Any,
    sight: Any,
    allowed: Any,
    room: Any,
) -> tuple[Any, int, int]:
    """Look at all shifts, in spans of lines: pitch by pitch, then stroke by stroke, then at parts of the span.

    Return the lanes with hope, and the first and the last line with any.
    """
    hopeful = np.uint64(0)
    first_hope, last_hope = NEVER // 2**20, -NEVER // 2**20
    width = max(1, sight.reach // SPANS)
    part = max(1, width // PARTS)
    pitches = note_pitches(piece, packed, view, lowest, room)
    strokes = -1  # not noted yet
    for start in range(-sight.reach, piece.lines - 1, width):
        end = min(start + width, piece.lines - 1)
        if not sounds_enough(piece, sight, start, end):
            continue
        total = shared_by_pitch(piece, before, lanes, sight.reach, start, end, pitches, room)
        bright = hope_in_span(piece, below, lanes, sight, start, end, total, allowed)
        if bright and strokes < 0:
            strokes = note_strokes(piece, packed, view, lowest, room)
        if bright and part < width:
            total = shared_in_span(piece, before, lanes, sight.reach, start, end, strokes, room)
            bright = hope_in_span(piece, below, lanes, sight, start, end, total, bright)
        inner = start
        while bright and inner < end:
            inner_end = min(inner + part, end)
            found = hope_by_strokes(
                piece, before, below, lanes, sight, inner, inner_end, bright, strokes, room
            )
            if found:
                first_hope, last_hope = min(first_hope, inner), inner_end
            hopeful |= found
            inner = inner_end
    return hopeful, first_hope, last_hope
