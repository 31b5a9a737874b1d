"""This file is where a tile of shifts is filled: with turning points of notes, drums and energies, row by row."""

from __future__ import annotations

from typing import Any

import numpy as np

from goldenear.correlate.backends.lanes import (
    LANES,
    add,
    bits_set,
    load,
    lowest_bit,
    splat,
    store,
    subtract,
    times,
    widen,
)
from goldenear.correlate.backends.records import at, int16s, int64s, uint64s
from goldenear.match.engines.view import NEVER, WINDOW_COSINE, Number, compiled, number
from goldenear.match.packed import END, LENGTH, ONSET


@compiled
def span_of(piece: Any, packed: Any, view: Any, n: int, room: Any) -> tuple[Number, Number]:
    """Return the first and the last shift to look at: between turning points, and where there is hope."""
    k = view.picture
    piece_time = int64s(room.piece_time, piece.n_time)
    begins, ends = number(packed, k, ONSET), number(packed, k, END)
    if view.backwards:
        begins, ends = number(packed, k, LENGTH) - ends, number(packed, k, LENGTH) - begins
    begins *= view.sample_up
    ends *= view.sample_up
    start, last = NEVER, -NEVER
    if n and len(piece_time):
        start = piece_time[0] - ends
        last = piece_time[-1] - begins
    if has_drums(piece, packed, view):
        onset = int64s(piece.drum_onset, piece.n_drum_pitch)
        offset = int64s(piece.drum_offset, piece.n_drum_pitch)
        start = min(start, -latest(-onset) * view.piece_up - ends)
        last = max(last, latest(offset) * view.piece_up - begins)
    if view.measure == WINDOW_COSINE and piece.n_event:
        # The window's end meets the first event: there its energy begins to grow.
        length = number(packed, k, LENGTH) * view.sample_up
        start = min(start, int64s(piece.event, piece.n_event)[0] * view.piece_up - length)
    return max(start, view.first_hope), min(last, view.last_hope)


@compiled
def scale_times(piece: Any, view: Any, room: Any) -> None:
    """Count the times of X's columns in units of the pair."""
    time = int64s(piece.time, piece.n_time)
    piece_time = int64s(room.piece_time, piece.n_time)
    for i in range(len(time)):
        piece_time[i] = time[i] * view.piece_up


@compiled
def has_drums(piece: Any, packed: Any, view: Any) -> Number:
    """Tell whether both have drums."""
    start = int64s(packed.drum_start, packed.n_drum_start)
    return start[view.picture + 1] > start[view.picture] and piece.n_drum_pitch > 0


@compiled
def latest(column: Any) -> Number:
    """Return the greatest number of a column that is not empty."""
    most = column[0]
    for i in range(1, len(column)):
        most = max(most, column[i])
    return most


@compiled
def mark(piece: Any, packed: Any, view: Any, n: int, start: int, end: int, room: Any) -> int:
    """Find the shifts of a tile that turning points lie at; return how many, in order in ``room.shifts``."""
    bits = uint64s(room.bits, room.n_bits)
    before = int64s(room.before, room.n_before)
    shifts = int64s(room.shifts, room.n_shifts)
    moment = int64s(room.time, room.n_time)
    place = int64s(room.place, room.n_time)
    piece_time = int64s(room.piece_time, piece.n_time)
    words = (end - start + 63) // 64
    bits[:words] = np.uint64(0)
    one = np.uint64(1)
    # Also where the sample's window begins or ends with an edge of X: there the energy turns.
    moment[n] = 0
    moment[n + 1] = number(packed, view.picture, LENGTH) * view.sample_up
    last = np.int64(-1)
    for j in range(n + 2):
        if j < n and moment[j] == last:
            continue
        last = moment[j]
        low = start + last
        high = end + last
        i = place[j] if j < n else np.searchsorted(piece_time, low)
        while i < len(piece_time) and piece_time[i] < high:
            bit = piece_time[i] - low
            bits[bit >> 6] |= one << np.uint64(bit & 63)
            i += 1
    found = 0
    for w in range(words):
        before[w] = found
        left = bits[w]
        while left:
            shifts[found] = start + w * 64 + lowest_bit(left)
            found += 1
            left &= left - one
    return found


@compiled
def row_of(bit: int, bits: Any, before: Any) -> Number:
    """Return the row of a marked shift: how many marked ones lie before it."""
    w = bit >> 6
    ahead = (np.uint64(1) << np.uint64(bit & 63)) - np.uint64(1)
    return before[w] + bits_set(bits[w] & ahead)


@compiled
def turning_at(turning: Any, row: int, bottom: int, top: int) -> Any:
    """Return the edges of energy of an event on the pitches of 64 windows."""
    return subtract(load(turning, row + top), load(turning, row + bottom))


@compiled
def energy_ahead(
    piece: Any,
    view: Any,
    length: int,
    start: int,
    turning: Any,
    bottom: int,
    top: int,
    table: Any,
    energies: Any,
) -> tuple[Any, Any, Number, Number]:
    """Return slope and energy in 64 windows at shift `start`, and how many events have entered and left them."""
    event = int64s(piece.event, piece.n_event)
    stride = piece.heard_pitches + 1 + 2 * LANES
    slope, energy = splat(0, table), splat(0, energies)
    entering, leaving = 0, 0
    while entering < len(event) and at(event, entering) * view.piece_up - length < start:
        edges = turning_at(turning, entering * stride, bottom, top)
        slope = add(slope, edges)
        past = start - at(event, entering) * view.piece_up + length
        energy = add(energy, times(widen(edges, energies), past))
        entering += 1
    while leaving < len(event) and at(event, leaving) * view.piece_up < start:
        edges = turning_at(turning, leaving * stride, bottom, top)
        slope = subtract(slope, edges)
        past = start - at(event, leaving) * view.piece_up
        energy = subtract(energy, times(widen(edges, energies), past))
        leaving += 1
    return slope, energy, entering, leaving


@compiled
def fill_energy(
    piece: Any,
    view: Any,
    length: int,
    start: int,
    end: int,
    entering: int,
    leaving: int,
    turning: Any,
    bottom: int,
    top: int,
    table: Any,
    sparse: bool,
    room: Any,
) -> tuple[Number, Number]:
    """Add the events that the windows' ends and beginnings meet in a tile; return how many have, up to its end."""
    event = int64s(piece.event, piece.n_event)
    bits = uint64s(room.bits, room.n_bits)
    before = int64s(room.before, room.n_before)
    stride = piece.heard_pitches + 1 + 2 * LANES
    while entering < len(event) and at(event, entering) * view.piece_up - length < end:
        row = at(event, entering) * view.piece_up - length - start
        row = (row_of(row, bits, before) if sparse else row) * LANES
        store(table, row, add(load(table, row), turning_at(turning, entering * stride, bottom, top)))
        entering += 1
    while leaving < len(event) and at(event, leaving) * view.piece_up < end:
        row = at(event, leaving) * view.piece_up - start
        row = (row_of(row, bits, before) if sparse else row) * LANES
        store(table, row, subtract(load(table, row), turning_at(turning, leaving * stride, bottom, top)))
        leaving += 1
    return entering, leaving


@compiled
def scatter_drums(piece: Any, packed: Any, view: Any, table: Any, start: int, end: int) -> None:
    """Add what the drums share to every lane: they are not transposed."""
    k = view.picture
    whole = number(packed, k, LENGTH)
    first = int64s(packed.drum_start, packed.n_drum_start)
    drum_pitch = int16s(packed.drum_pitch, packed.n_drum_pitch)
    drum_onset = int64s(packed.drum_onset, packed.n_drum_pitch)
    drum_offset = int64s(packed.drum_offset, packed.n_drum_pitch)
    drum_brightness = int16s(packed.drum_brightness, packed.n_drum_pitch)
    piece_pitch = int64s(piece.drum_pitch, piece.n_drum_pitch)
    piece_onset = int64s(piece.drum_onset, piece.n_drum_pitch)
    piece_offset = int64s(piece.drum_offset, piece.n_drum_pitch)
    piece_brightness = int64s(piece.drum_brightness, piece.n_drum_pitch)
    for j in range(first[k], first[k + 1]):
        onset = drum_onset[j]
        offset = drum_offset[j]
        if view.backwards:
            onset, offset = whole - offset, whole - onset
        onset *= view.sample_up
        offset *= view.sample_up
        for i in range(len(piece_pitch)):
            if piece_pitch[i] != drum_pitch[j]:
                continue
            weight = piece_brightness[i] * np.int64(drum_brightness[j]) // view.weight
            begins = piece_onset[i] * view.piece_up
            ends = piece_offset[i] * view.piece_up
            for shift, change in (
                (begins - offset, weight),
                (begins - onset, -weight),
                (ends - offset, -weight),
                (ends - onset, weight),
            ):
                if start <= shift < end:
                    row = (shift - start) * LANES
                    store(table, row, add(load(table, row), splat(change, table)))
