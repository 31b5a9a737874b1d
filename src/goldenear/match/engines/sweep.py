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
from numpy.typing import NDArray

from goldenear.correlate.backends.lanes import (
    LANES,
    add,
    bits_set,
    falling,
    load,
    lowest_bit,
    reaching,
    rising,
    splat,
    square_reaching,
    store,
    subtract,
    times,
    widen,
)
from goldenear.correlate.backends.records import at, int8s, int16s, int32s, int64s, uint64s
from goldenear.match.engines.bounds import NEVER
from goldenear.match.engines.view import (
    COSINE,
    WINDOW_COSINE,
    compiled,
    factor_of,
    inverse_of,
    need_of,
    number,
)
from goldenear.match.packed import END, LENGTH, LOWEST, ONSET, RANGE, WINDOW_HIGHEST, WINDOW_LOWEST

DENSE_ROWS = 256
SPARSE_ROWS = 4096


class Room(NamedTuple):
    """Room to work in, one a thread."""

    table8: NDArray[np.int8]
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


def new_room(piece_times: int, edges: int) -> Room:
    """Return room for a piece with so many columns and samples with at most so many edges."""
    kinds = (np.uint8, np.uint16, np.int32, np.int64, np.uint16, np.int32, np.int64)
    sixty_four = (np.zeros(LANES, kind) for kind in kinds)
    return Room(
        *(
            _aligned(rows * LANES, kind)
            for _ in range(2)
            for rows, kind in ((SPARSE_ROWS, np.int8), (DENSE_ROWS, np.int32), (DENSE_ROWS, np.int64))
        ),
        *sixty_four,
        np.zeros(piece_times, np.int64),
        *(np.zeros(edges + 2, np.int64) for _ in range(4)),
        np.zeros(SPARSE_ROWS // 64 + 2, np.uint64),
        np.zeros(SPARSE_ROWS // 64 + 2, np.int64),
        np.zeros(SPARSE_ROWS + 1, np.int64),
    )


def _aligned(n: int, kind: Any) -> NDArray[Any]:
    """Return zeros that begin on a cache line."""
    size = np.dtype(kind).itemsize
    room = np.zeros(n * size + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + n * size].view(kind)


@compiled
def lay_ones(piece: Any, packed: Any, view: Any, base: int, room: Any) -> int:
    """Note the sample's edges, two at a time, as places in X's columns; return how many such twos.

    `base` is the place of the pitch that lane 0 finds for the sample's lowest pitch. The place 0 is dark.
    """
    start = int64s(packed.edge_start, packed.n_edge_start)
    edge_time = int64s(packed.edge_time, packed.n_edge_time)
    edge_pitch = int16s(packed.edge_pitch, packed.n_edge_pitch)
    edge_weight = int16s(packed.edge_weight, packed.n_edge_weight)
    moment = int64s(room.time, room.n_time)
    first = int64s(room.first, room.n_time)
    second = int64s(room.second, room.n_time)
    half = piece.width // 2
    above = LANES + piece.pitches
    k = view.picture
    whole, direction = np.int64(0), np.int64(1)
    if view.backwards:
        whole, direction = number(packed, k, LENGTH), np.int64(-1)
    up = np.int64(1)
    if view.upside_down:
        base += number(packed, k, RANGE)
        up = np.int64(-1)
    n = 0
    for e in range(start[k], start[k + 1], 2):
        a = place_of_edge(at(edge_weight, e) * direction, base + up * at(edge_pitch, e), above, half)
        b = place_of_edge(at(edge_weight, e + 1) * direction, base + up * at(edge_pitch, e + 1), above, half)
        moment[n] = (whole + direction * at(edge_time, e)) * view.sample_up
        first[n] = a
        second[n] = b
        # Where neither meets X in these lanes, the next two take their place.
        n += (a | b) != 0
    return n


@compiled
def place_of_edge(weight: int, place: int, above: int, half: int) -> int:
    """Return where in a column of X an edge reads; 0, which is dark, where it meets no pitch of X.

    What is shared turns by minus the product of two edges: a beginning reads the other half.
    """
    turned = place + (half if weight > 0 else 0)
    return turned if weight != 0 and 0 < place < above else 0


@compiled
def lay_weights(piece: Any, packed: Any, view: Any, base: int, room: Any) -> int:
    """Note the sample's edges, one by one, as places in X's columns and weights; return how many."""
    start = int64s(packed.edge_start, packed.n_edge_start)
    edge_time = int64s(packed.edge_time, packed.n_edge_time)
    edge_pitch = int16s(packed.edge_pitch, packed.n_edge_pitch)
    edge_weight = int16s(packed.edge_weight, packed.n_edge_weight)
    moment, first, second = (
        int64s(room.time, room.n_time),
        int64s(room.first, room.n_time),
        int64s(room.second, room.n_time),
    )
    n = 0
    above = LANES + piece.pitches
    k = view.picture
    whole = number(packed, k, LENGTH)
    top = number(packed, k, RANGE)
    for e in range(start[k], start[k + 1]):
        time = edge_time[e]
        pitch = np.int64(edge_pitch[e])
        weight = np.int64(edge_weight[e])
        if view.backwards:
            time = whole - time
            weight = -weight
        if view.upside_down:
            pitch = top - pitch
        place = base + pitch
        if weight == 0 or place <= 0 or place >= above:
            continue
        moment[n] = time * view.sample_up
        first[n] = place
        second[n] = -weight
        n += 1
    return n


@compiled
def ones_of(piece: Any) -> tuple[Any, int]:
    """Return X's columns of edges that count as 1, and how far apart they lie."""
    return int8s(piece.edges, piece.n_edges), piece.width


@compiled
def weights_of(piece: Any) -> tuple[Any, int]:
    """Return X's columns of edges with their brightness, and how far apart they lie."""
    return int32s(piece.weights, piece.n_weights), piece.width // 2


@compiled
def edges_of_ones(columns: Any, column: int, first: int, second: int, table: Any) -> Any:
    """Return one column of X, read at two places and added: how slopes turn where two times meet."""
    return widen(add(load(columns, column + first), load(columns, column + second)), table)


@compiled
def edges_of_weights(columns: Any, column: int, place: int, weight: int, table: Any) -> Any:
    """Return one column of X times a weight."""
    return times(widen(load(columns, column + place), table), weight)


@compiled
def turning_at(turning: Any, row: int, bottom: int, top: int) -> Any:
    """Return the edges of energy of an event on the pitches of 64 windows."""
    return subtract(load(turning, row + top), load(turning, row + bottom))


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
def row_of(bit: int, bits: Any, before: Any) -> int:
    """Return the row of a marked shift: how many marked ones lie before it."""
    w = bit >> 6
    ahead = (np.uint64(1) << np.uint64(bit & 63)) - np.uint64(1)
    return before[w] + bits_set(bits[w] & ahead)


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


@compiled
def consider(
    piece: Any, packed: Any, view: Any, transposition: int, shift: int, shared: int, energy: int
) -> bool:
    """Score one placement, shared time and the window's energy given in units; tell whether it is the best yet."""
    shared *= view.ticks * view.weight
    if view.measure <= COSINE:
        if view.measure == COSINE:
            energy = piece.all_energy * view.piece_up
        else:
            energy *= view.unit_energy
            if piece.n_drum_pitch:
                length = number(packed, view.picture, LENGTH) * view.sample_up
                energy += drum_energy(piece, packed, view, shift, shift + length)
        above = np.float64(shared)
        above *= above
        above *= view.above
        below = np.float64(energy * view.ticks) * view.below
        likeness = min(np.sqrt(above / below), 1.0) if below > 0 else 0.0
    else:
        likeness = min(np.float64(shared) / view.below, 1.0)
    if likeness <= 0 or likeness < view.height:
        return False
    if view.octave and transposition > view.octave // 2:
        transposition -= view.octave
    size = abs(transposition)
    if likeness == view.height and (size, transposition, shift) >= (
        view.size,
        view.transposition,
        view.shift,
    ):
        return False
    view.height = likeness
    view.size = size
    view.transposition = transposition
    view.shift = shift
    view.shared = shared
    return True


@compiled
def drum_energy(piece: Any, packed: Any, view: Any, start: int, end: int) -> int:
    """Return X's energy from `start` to `end` on the drums that the sample uses."""
    k = view.picture
    first = int64s(packed.drum_start, packed.n_drum_start)
    drum_pitch = int16s(packed.drum_pitch, packed.n_drum_pitch)
    drum_brightness = int16s(packed.drum_brightness, packed.n_drum_pitch)
    piece_pitch = int64s(piece.drum_pitch, piece.n_drum_pitch)
    piece_onset = int64s(piece.drum_onset, piece.n_drum_pitch)
    piece_offset = int64s(piece.drum_offset, piece.n_drum_pitch)
    piece_brightness = int64s(piece.drum_brightness, piece.n_drum_pitch)
    total = np.int64(0)
    for i in range(len(piece_pitch)):
        inside = min(piece_offset[i] * view.piece_up, end) - max(piece_onset[i] * view.piece_up, start)
        if inside <= 0:
            continue
        for j in range(first[k], first[k + 1]):
            if drum_pitch[j] == piece_pitch[i] and drum_brightness[j] > 0:
                total += inside * piece_brightness[i] * piece_brightness[i]
                break
    return total


@compiled
def latest(column: Any) -> int:
    """Return the greatest number of a column that is not empty."""
    most = column[0]
    for i in range(1, len(column)):
        most = max(most, column[i])
    return most


def sweeping(lay: Any, columns_of: Any, edges_of: Any) -> Any:
    """Return the sweep for one way to lay and read edges."""

    @compiled
    def sweep(
        piece: Any,
        packed: Any,
        view: Any,
        lowest: int,
        allowed: Any,
        most: int,
        table: Any,
        energy_table: Any,
        lanes: Any,
        turning: Any,
        energies: Any,
        sparse: bool,
        peaks: bool,
        room: Any,
    ) -> None:
        """Look at every shift of 64 transpositions from `lowest` on; keep the best in `view`.

        Only lanes whose bit is set in `allowed` count; `most` is the most that can be shared. All that is shared
        must fit in `lanes`, and slopes in `table` unless it is as wide; so the energy of every window in
        `energies`, and its slopes in `energy_table`, of the kind of `turning`: X's edges of energy below each
        pitch. With `peaks`, lanes are scored only where their shared time turns downwards or their energy
        upwards: elsewhere no similarity has a peak.
        """
        k = view.picture
        n = lay(piece, packed, view, LANES + number(packed, k, LOWEST) + lowest - piece.lowest, room)
        columns, stride = columns_of(piece)
        moment = int64s(room.time, room.n_time)
        first = int64s(room.first, room.n_time)
        second = int64s(room.second, room.n_time)
        place = int64s(room.place, room.n_time)
        piece_time = int64s(room.piece_time, piece.n_time)
        bits = uint64s(room.bits, room.n_bits)
        before = int64s(room.before, room.n_before)
        shifts = int64s(room.shifts, room.n_shifts)
        drum_start = int64s(packed.drum_start, packed.n_drum_start)
        has_drums = drum_start[k + 1] > drum_start[k] and piece.n_drum_pitch > 0
        windowed = view.measure == WINDOW_COSINE
        event = int64s(piece.event, piece.n_event)
        piece_up = view.piece_up
        length = number(packed, k, LENGTH) * view.sample_up
        row_of_turning = piece.heard_pitches + 1 + 2 * LANES
        bottom = number(packed, k, WINDOW_LOWEST) + lowest - piece.heard_lowest
        top = number(packed, k, WINDOW_HIGHEST) + 1 + lowest - piece.heard_lowest
        bottom = LANES + min(max(bottom, -LANES), piece.heard_pitches)
        top = LANES + min(max(top, -LANES), piece.heard_pitches)
        # From the first to the last turning point, a tile at a time.
        begins, ends = number(packed, k, ONSET), number(packed, k, END)
        if view.backwards:
            begins, ends = number(packed, k, LENGTH) - ends, number(packed, k, LENGTH) - begins
        start, last = NEVER, -NEVER
        if n and len(piece_time):
            start = piece_time[0] - ends * view.sample_up
            last = piece_time[-1] - begins * view.sample_up
        if has_drums:
            onset = int64s(piece.drum_onset, piece.n_drum_pitch)
            offset = int64s(piece.drum_offset, piece.n_drum_pitch)
            start = min(start, -latest(-onset) * piece_up - ends * view.sample_up)
            last = max(last, latest(offset) * piece_up - begins * view.sample_up)
        # The window's end meets the first event, then its beginning does: there its energy turns.
        entering, leaving = 0, 0
        events = len(event) if windowed else 0
        if events:
            start = min(start, event[0] * piece_up - length)
        stop = min(last, view.last_hope)
        start = max(start, view.first_hope)
        width = SPARSE_ROWS if sparse else DENSE_ROWS
        zero = splat(0, table)
        slope = zero
        value = splat(0, lanes)
        energy_slope = zero
        energy = splat(0, energies)
        height = max(view.height, view.floor)
        bar = splat(min(need_of(view, height), most), lanes)
        factor = factor_of(view, height)
        inverse = inverse_of(factor)
        # What turned before the first shift of interest is summed up at once.
        for j in range(n):
            i = 0
            while i < len(piece_time) and at(piece_time, i) - at(moment, j) < start:
                edges = edges_of(columns, i * stride, first[j], second[j], table)
                slope = add(slope, edges)
                value = add(value, times(widen(edges, lanes), start - at(piece_time, i) + at(moment, j)))
                i += 1
            place[j] = i
        while entering < events and at(event, entering) * piece_up - length < start:
            edges = turning_at(turning, entering * row_of_turning, bottom, top)
            energy_slope = add(energy_slope, edges)
            past = start - at(event, entering) * piece_up + length
            energy = add(energy, times(widen(edges, energies), past))
            entering += 1
        while leaving < events and at(event, leaving) * piece_up < start:
            edges = turning_at(turning, leaving * row_of_turning, bottom, top)
            energy_slope = subtract(energy_slope, edges)
            energy = subtract(energy, times(widen(edges, energies), start - at(event, leaving) * piece_up))
            leaving += 1
        # The first row adds the slope once more, as every row does.
        if not sparse:
            value = subtract(value, widen(slope, lanes))
            energy = subtract(energy, widen(energy_slope, energies))
        previous = start
        while start <= stop:
            end = min(start + width, stop + 1)
            rows = mark(piece, packed, view, n, start, end, room) if sparse else end - start
            for j in range(n):
                low = start + moment[j]
                high = end + moment[j]
                a, b = first[j], second[j]
                done = place[j]
                i = done
                while i < len(piece_time) and at(piece_time, i) < high:
                    i += 1
                place[j] = i
                if sparse:
                    for column in range(done, i):
                        row = row_of(at(piece_time, column) - low, bits, before) * LANES
                        edges = edges_of(columns, column * stride, a, b, table)
                        store(table, row, add(load(table, row), edges))
                else:
                    for column in range(done, i):
                        row = (at(piece_time, column) - low) * LANES
                        edges = edges_of(columns, column * stride, a, b, table)
                        store(table, row, add(load(table, row), edges))
            if has_drums:
                scatter_drums(piece, packed, view, table, start, end)
            while entering < events and at(event, entering) * piece_up - length < end:
                row = at(event, entering) * piece_up - length - start
                row = (row_of(row, bits, before) if sparse else row) * LANES
                edges = turning_at(turning, entering * row_of_turning, bottom, top)
                store(energy_table, row, add(load(energy_table, row), edges))
                entering += 1
            while leaving < events and at(event, leaving) * piece_up < end:
                row = at(event, leaving) * piece_up - start
                row = (row_of(row, bits, before) if sparse else row) * LANES
                edges = turning_at(turning, leaving * row_of_turning, bottom, top)
                store(energy_table, row, subtract(load(energy_table, row), edges))
                leaving += 1
            row = 0
            while row < rows:
                # A tight loop over rows that hold nothing of interest; it is left for those that do.
                bright = np.uint64(0)
                shift = start
                while row < rows:
                    if sparse:
                        shift = at(shifts, row)
                        value = add(value, times(widen(slope, lanes), shift - previous))
                        energy = add(energy, times(widen(energy_slope, energies), shift - previous))
                        previous = shift
                    else:
                        shift = start + row
                        value = add(value, widen(slope, lanes))
                        energy = add(energy, widen(energy_slope, energies))
                    change = load(table, row * LANES)
                    store(table, row * LANES, zero)
                    slope = add(slope, change)
                    bright = reaching(value, bar, lanes) & allowed
                    if windowed:
                        energy_change = load(energy_table, row * LANES)
                        store(energy_table, row * LANES, zero)
                        energy_slope = add(energy_slope, energy_change)
                        if peaks:
                            bright &= falling(change) | rising(energy_change)
                        if bright:
                            bright &= square_reaching(value, energy, factor, inverse, lanes)
                    elif peaks:
                        bright &= falling(change)
                    row += 1
                    if bright:
                        break
                if bright:
                    store(lanes, 0, value)
                    store(energies, 0, energy)
                while bright:
                    lane = lowest_bit(bright)
                    bright &= bright - np.uint64(1)
                    shared, spent = np.int64(at(lanes, lane)), np.int64(at(energies, lane))
                    if consider(piece, packed, view, lowest + lane, shift, shared, spent):
                        height = max(view.height, view.floor)
                        bar = splat(min(need_of(view, height), most), lanes)
                        factor = factor_of(view, height)
                        inverse = inverse_of(factor)
                        bright &= reaching(value, bar, lanes)
                        if windowed:
                            bright &= square_reaching(value, energy, factor, inverse, lanes)
            start = end

    return sweep


sweep_ones = sweeping(lay_ones, ones_of, edges_of_ones)
sweep_weights = sweeping(lay_weights, weights_of, edges_of_weights)
