"""This file is where one sample is laid on X at every placement at once, 64 transpositions side by side.

For every pair of a time at which something of the sample begins or ends and such a time of X, the column of
X's edges is added to one row of a table: the row of the shift at which the two times meet. So four turning
points a pair of notes are scattered a column at a time. Then two running sums down the table give the shared
time of 64 transpositions at each shift, and rows that hold something bright enough are looked at more closely.

The table is a tile of shifts that stays in the nearest cache. Where few shifts hold turning points (fine
grids), only those get a row, in order: a bit is set for each, and counting the bits before it is its place.
Between two rows the shared time is a straight line, and the similarity of plain pictures has no peak.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.correlate.backends.lanes import (
    add,
    bits_set,
    load,
    lowest_bit,
    reaching,
    splat,
    square_reaching,
    store,
    subtract,
    times,
    widen,
)
from goldenear.match.columns import PieceColumns
from goldenear.match.packed import Packed

LANES = 64
DENSE_ROWS = 512
SPARSE_ROWS = 8192

WINDOW_COSINE, COSINE, COVERAGE = 0, 1, 2

compiled: Any = njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)


class View(NamedTuple):
    """How a picture of a sample is read, and what becomes of what is shared: scalars of one pair."""

    picture: int
    piece_up: int
    """Pair units in a unit of X."""
    sample_up: int
    """Pair units in a unit of the sample."""
    upside_down: bool
    backwards: bool
    ticks: int
    """Ticks of the pair in a pair unit."""
    plain: bool
    """Whether both pictures are of one brightness, and edges count as 1."""
    weight: int
    """What one unit of shared time counts: brightness times brightness of plain pictures, else 1."""
    measure: int
    above: float
    below: float
    """The similarity is sqrt(S S above / (E below)), or S / below for the measures without energy."""
    need: float
    """A similarity h needs at least h**2 need (for a cosine in the window) or h need units of shared time."""
    octave: int
    """Steps an octave where octaves are folded, else 0."""


class Scratch(NamedTuple):
    """Room to work in, one a thread."""

    table8: NDArray[np.int8]
    table32: NDArray[np.int32]
    table64: NDArray[np.int64]
    lanes8: NDArray[np.uint8]
    lanes16: NDArray[np.uint16]
    lanes32: NDArray[np.int32]
    lanes64: NDArray[np.int64]
    shared: NDArray[np.int64]
    shared32: NDArray[np.int32]
    """What 64 transpositions share at the shift that is looked at."""
    piece_time: NDArray[np.int64]
    time: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    place: NDArray[np.int64]
    bits: NDArray[np.uint64]
    before: NDArray[np.int64]
    shifts: NDArray[np.int64]
    events: NDArray[np.int64]
    """The last event of X before the window's beginning and before its end, counted from 1."""
    height: NDArray[np.float64]
    """The greatest similarity found in this pair, before its price; and a floor under which none counts."""
    key: NDArray[np.int64]
    """Where: the size of the transposition, the transposition, the shift in pair units, the shared ticks."""


def scratch(piece_times: int, edges: int) -> Scratch:
    """Return room for a piece with so many columns and samples with at most so many edges."""
    return Scratch(
        _aligned(SPARSE_ROWS * LANES, np.int8),
        _aligned(DENSE_ROWS * LANES, np.int32),
        _aligned(DENSE_ROWS * LANES, np.int64),
        np.zeros(LANES, np.uint8),
        np.zeros(LANES, np.uint16),
        np.zeros(LANES, np.int32),
        np.zeros(LANES, np.int64),
        np.zeros(LANES, np.int64),
        np.zeros(LANES, np.int32),
        np.zeros(piece_times, np.int64),
        np.zeros(edges + 2, np.int64),
        np.zeros(edges + 2, np.int64),
        np.zeros(edges + 2, np.int64),
        np.zeros(edges + 2, np.int64),
        np.zeros(SPARSE_ROWS // 64 + 2, np.uint64),
        np.zeros(SPARSE_ROWS // 64 + 2, np.int64),
        np.zeros(SPARSE_ROWS + 1, np.int64),
        np.zeros(2, np.int64),
        np.zeros(2, np.float64),
        np.zeros(4, np.int64),
    )


def _aligned(n: int, kind: Any) -> NDArray[Any]:
    """Return zeros that begin on a cache line."""
    size = np.dtype(kind).itemsize
    room = np.zeros(n * size + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + n * size].view(kind)


@compiled
def need_of(view: View, height: float) -> int:
    """Return how many units of shared time a similarity of at least `height` needs, at the least."""
    if view.measure == WINDOW_COSINE:
        height *= height
    return max(1, int(np.ceil(height * view.need * (1 - 1e-9))))


@compiled
def lay_ones(piece: PieceColumns, packed: Packed, view: View, base: int, room: Scratch) -> int:
    """Note the sample's edges, two at a time, as places in X's columns; return how many such twos.

    `base` is the place of the pitch that lane 0 finds for the sample's lowest pitch.
    """
    n = 0
    half = piece.width // 2
    k = view.picture
    whole = packed.numbers[k, 4]
    top = packed.numbers[k, 6]
    for e in range(packed.edge_start[k], packed.edge_start[k + 1]):
        time = packed.edge_time[e]
        pitch = np.int64(packed.edge_pitch[e])
        begins = packed.edge_weight[e] > 0
        if view.backwards:
            time = whole - time
            begins = not begins
        if view.upside_down:
            pitch = top - pitch
        place = base + pitch
        if place <= 0 or place >= LANES + piece.pitches:
            continue
        # What is shared turns by minus the product of the edges: a beginning reads the other half.
        if begins:
            place += half
        time *= view.sample_up
        if n and room.time[n - 1] == time and room.second[n - 1] == 0:
            room.second[n - 1] = place
        else:
            room.time[n] = time
            room.first[n] = place
            room.second[n] = 0
            n += 1
    return n


@compiled
def lay_weights(piece: PieceColumns, packed: Packed, view: View, base: int, room: Scratch) -> int:
    """Note the sample's edges, one by one, as places in X's columns and weights; return how many."""
    n = 0
    k = view.picture
    whole = packed.numbers[k, 4]
    top = packed.numbers[k, 6]
    for e in range(packed.edge_start[k], packed.edge_start[k + 1]):
        time = packed.edge_time[e]
        pitch = np.int64(packed.edge_pitch[e])
        weight = np.int64(packed.edge_weight[e])
        if view.backwards:
            time = whole - time
            weight = -weight
        if view.upside_down:
            pitch = top - pitch
        place = base + pitch
        if place <= 0 or place >= LANES + piece.pitches:
            continue
        room.time[n] = time * view.sample_up
        room.first[n] = place
        room.second[n] = -weight
        n += 1
    return n


@compiled
def scatter_ones(piece: PieceColumns, table: Any, j: int, row: int, i: int, room: Scratch) -> None:
    """Add one column of X, read at two places, to a row."""
    column = i * piece.width
    both = add(load(piece.edges, column + room.first[j]), load(piece.edges, column + room.second[j]))
    store(table, row, add(load(table, row), widen(both, table)))


@compiled
def scatter_weights(piece: PieceColumns, table: Any, j: int, row: int, i: int, room: Scratch) -> None:
    """Add one column of X, times a weight, to a row."""
    place = i * (piece.width // 2) + room.first[j]
    edges = times(widen(load(piece.weights, place), table), room.second[j])
    store(table, row, add(load(table, row), edges))


@compiled
def mark(piece: PieceColumns, packed: Packed, view: View, n: int, start: int, end: int, room: Scratch) -> int:
    """Find the shifts of a tile that turning points lie at; return how many, in order in ``room.shifts``."""
    words = (end - start + 63) // 64
    for w in range(words):
        room.bits[w] = 0
    one = np.uint64(1)
    # Also where the sample's window begins or ends with an edge of X: there the energy turns.
    room.time[n] = 0
    room.time[n + 1] = packed.numbers[view.picture, 4] * view.sample_up
    last = np.int64(-1)
    for j in range(n + 2):
        if j < n and room.time[j] == last:
            continue
        last = room.time[j]
        low = start + last
        high = end + last
        i = room.place[j] if j < n else np.searchsorted(room.piece_time[: len(piece.time)], low)
        while i < len(piece.time) and room.piece_time[i] < high:
            bit = room.piece_time[i] - low
            room.bits[bit >> 6] |= one << np.uint64(bit & 63)
            i += 1
    found = 0
    for w in range(words):
        room.before[w] = found
        bits = room.bits[w]
        while bits:
            room.shifts[found] = start + w * 64 + lowest_bit(bits)
            found += 1
            bits &= bits - one
    return found


@compiled
def row_of(bit: int, room: Scratch) -> int:
    """Return the row of a marked shift: how many marked ones lie before it."""
    w = bit >> 6
    ahead = (np.uint64(1) << np.uint64(bit & 63)) - np.uint64(1)
    return room.before[w] + bits_set(room.bits[w] & ahead)


@compiled
def scatter_drums(piece: PieceColumns, packed: Packed, view: View, table: Any, start: int, end: int) -> None:
    """Add what the drums share to every lane: they are not transposed."""
    k = view.picture
    whole = packed.numbers[k, 4]
    for j in range(packed.drum_start[k], packed.drum_start[k + 1]):
        onset = packed.drum_onset[j]
        offset = packed.drum_offset[j]
        if view.backwards:
            onset, offset = whole - offset, whole - onset
        onset *= view.sample_up
        offset *= view.sample_up
        for i in range(len(piece.drum_pitch)):
            if piece.drum_pitch[i] != packed.drum_pitch[j]:
                continue
            weight = piece.drum_brightness[i] * np.int64(packed.drum_brightness[j]) // view.weight
            begins = piece.drum_onset[i] * view.piece_up
            ends = piece.drum_offset[i] * view.piece_up
            for shift, change in (
                (begins - offset, weight),
                (begins - onset, -weight),
                (ends - offset, -weight),
                (ends - onset, weight),
            ):
                if start <= shift < end:
                    row = (shift - start) * LANES
                    store(table, row, add(load(table, row), splat(change, table)))


@compiled
def look_closer(
    piece: PieceColumns,
    packed: Packed,
    view: View,
    lowest: int,
    shift: int,
    bright: np.uint64,
    most: int,
    room: Scratch,
) -> int:
    """Score the bright lanes of one shift; return how much shared time it now takes to be brighter."""
    k = view.picture
    events = room.events
    end = shift + packed.numbers[k, 4] * view.sample_up
    height = max(room.height[0], room.height[1])
    bottom = packed.numbers[k, 7] + lowest - piece.heard_lowest
    top = packed.numbers[k, 8] + 1 + lowest - piece.heard_lowest
    if view.measure == WINDOW_COSINE:
        events[0] = event_at(piece, view, shift, events[0])
        events[1] = event_at(piece, view, end, events[1])
        fits = len(piece.energy32) > 0 and most < 2**31 and piece.all_energy * view.piece_up < 2**31
        if fits and len(piece.drum_pitch) == 0 and height > 0:
            # One look at the energy in all 64 windows; a hair generous, for these are short floats.
            stride = piece.heard_pitches + 1 + 2 * LANES
            high = LANES + min(max(top, -LANES), piece.heard_pitches)
            low = LANES + min(max(bottom, -LANES), piece.heard_pitches)
            energy = splat(0, piece.energy32)
            for e, t, plus in ((events[1], end, True), (events[0], shift, False)):
                since = t - piece.event[e - 1] * view.piece_up if e else np.int64(0)
                for place, more in ((high, plus), (low, not plus)):
                    part = add(
                        times(load(piece.energy32, e * stride + place), view.piece_up),
                        times(load(piece.growth32, e * stride + place), since),
                    )
                    energy = add(energy, part) if more else subtract(energy, part)
            units = float(view.ticks) * view.weight * view.weight
            factor = height * height * view.below / (view.above * units) * (1 - 1e-5)
            bright &= square_reaching(load(room.shared32, 0), energy, factor)
    if bright == 0:
        return 0
    better = False
    while bright:
        lane = lowest_bit(bright)
        bright &= bright - np.uint64(1)
        shared = room.shared[lane] * view.ticks * view.weight
        if view.measure <= COSINE:
            energy_there = piece.all_energy * view.piece_up
            if view.measure == WINDOW_COSINE:
                energy_there = window_energy(piece, packed, view, shift, end, bottom + lane, top + lane, events)
            energy_there *= view.ticks
            above = np.float64(shared)
            above *= above
            above *= view.above
            below = np.float64(energy_there) * view.below
            likeness = min(np.sqrt(above / below), 1.0) if below > 0 else 0.0
        else:
            likeness = min(np.float64(shared) / view.below, 1.0)
        if likeness <= 0 or likeness < room.height[0]:
            continue
        transposition = lowest + lane
        if view.octave and transposition > view.octave // 2:
            transposition -= view.octave
        size = abs(transposition)
        if likeness == room.height[0] and (size, transposition, shift) >= (
            room.key[0],
            room.key[1],
            room.key[2],
        ):
            continue
        better = True
        room.height[0] = likeness
        room.key[0] = size
        room.key[1] = transposition
        room.key[2] = shift
        room.key[3] = shared
    if not better:
        return 0
    return need_of(view, max(room.height[0], room.height[1]))


@compiled
def event_at(piece: PieceColumns, view: View, t: int, e: int) -> int:
    """Return the last event at or before `t`, counted from 1; 0 before all of them. Starts looking at `e`."""
    n = len(piece.event)
    if e < n and piece.event[e] * view.piece_up <= t:
        if e + 1 < n and piece.event[e + 1] * view.piece_up > t:
            return e + 1
        return np.searchsorted(piece.event, t // view.piece_up, side="right")
    if e > 0 and piece.event[e - 1] * view.piece_up > t:
        return np.searchsorted(piece.event, t // view.piece_up, side="right")
    return e


@compiled
def window_energy(
    piece: PieceColumns,
    packed: Packed,
    view: View,
    start: int,
    end: int,
    bottom: int,
    top: int,
    events: Any,
) -> int:
    """Return X's energy from `start` to `end` on the pitches bottom <= r < top, and that of the sample's drums."""
    stride = piece.heard_pitches + 1 + 2 * LANES
    high = LANES + min(max(top, 0), piece.heard_pitches)
    low = LANES + min(max(bottom, 0), piece.heard_pitches)
    total = np.int64(0)
    for e, t, sign in ((events[1], end, 1), (events[0], start, -1)):
        since = t - piece.event[e - 1] * view.piece_up if e else np.int64(0)
        row = e * stride
        part = (piece.energy[row + high] - piece.energy[row + low]) * view.piece_up
        part += (piece.growth[row + high] - piece.growth[row + low]) * since
        total += sign * part
    k = view.picture
    for i in range(len(piece.drum_pitch)):
        inside = min(piece.drum_offset[i] * view.piece_up, end) - max(piece.drum_onset[i] * view.piece_up, start)
        if inside <= 0:
            continue
        for j in range(packed.drum_start[k], packed.drum_start[k + 1]):
            if packed.drum_pitch[j] == piece.drum_pitch[i] and packed.drum_brightness[j] > 0:
                total += inside * piece.drum_brightness[i] * piece.drum_brightness[i]
                break
    return total


def sweeping(lay: Any, scatter: Any) -> Any:
    """Return the sweep for one way to lay and scatter edges."""

    @compiled
    def sweep(
        piece: PieceColumns,
        packed: Packed,
        view: View,
        lowest: int,
        allowed: np.uint64,
        need: int,
        most: int,
        table: Any,
        lanes: Any,
        sparse: bool,
        room: Scratch,
    ) -> None:
        """Look at every shift of 64 transpositions from `lowest` on; keep the best in ``room.height`` and ``key``.

        Only lanes whose bit is set in `allowed` count, and shared time from `need` on; `most` is the most that can be
        shared. `table` and `lanes` say in how many bits slopes and shared
        time are counted; all that is shared must fit in `lanes`, and slopes in `table`.
        """
        k = view.picture
        base = LANES + packed.numbers[k, 5] + lowest - piece.lowest
        n = lay(piece, packed, view, base, room)
        has_drums = packed.drum_start[k + 1] > packed.drum_start[k] and len(piece.drum_pitch) > 0
        # From the first to the last turning point; a tile at a time.
        begins, ends = packed.numbers[k, 2], packed.numbers[k, 3]
        if view.backwards:
            begins, ends = packed.numbers[k, 4] - ends, packed.numbers[k, 4] - begins
        begins *= view.sample_up
        ends *= view.sample_up
        first, last = np.int64(2**62), np.int64(-(2**62))
        if n and len(piece.time):
            first = room.piece_time[0] - ends
            last = room.piece_time[len(piece.time) - 1] - begins
        if has_drums:
            first = min(first, piece.drum_onset.min() * view.piece_up - ends)
            last = max(last, piece.drum_offset.max() * view.piece_up - begins)
        for j in range(n):
            room.place[j] = 0
        width = SPARSE_ROWS if sparse else DENSE_ROWS
        zero = splat(0, table)
        slope = zero
        value = splat(0, lanes)
        bar = splat(need, lanes)
        room.events[:] = 0
        previous = first
        start = first
        while start <= last:
            end = min(start + width, last + 1)
            rows = mark(piece, packed, view, n, start, end, room) if sparse else end - start
            for j in range(n):
                low = start + room.time[j]
                high = end + room.time[j]
                i = room.place[j]
                while i < len(piece.time) and room.piece_time[i] < high:
                    bit = room.piece_time[i] - low
                    scatter(piece, table, j, (row_of(bit, room) if sparse else bit) * LANES, i, room)
                    i += 1
                room.place[j] = i
            if has_drums:
                scatter_drums(piece, packed, view, table, start, end)
            for row in range(rows):
                shift = start + row
                if sparse:
                    shift = room.shifts[row]
                    value = add(value, times(widen(slope, lanes), shift - previous))
                    previous = shift
                else:
                    value = add(value, widen(slope, lanes))
                bright = reaching(value, bar, lanes) & allowed
                if bright:
                    store(lanes, 0, value)
                    for lane in range(LANES):
                        room.shared[lane] = lanes[lane]
                        room.shared32[lane] = lanes[lane]
                    found = look_closer(piece, packed, view, lowest, shift, bright, most, room)
                    if found > need:
                        need = min(found, most)
                        bar = splat(need, lanes)
                slope = add(slope, load(table, row * LANES))
                store(table, row * LANES, zero)
            start = end

    return sweep


sweep_ones = sweeping(lay_ones, scatter_ones)
sweep_weights = sweeping(lay_weights, scatter_weights)
