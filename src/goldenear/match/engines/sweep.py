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

from typing import Any

import numpy as np

from goldenear.correlate.backends.lanes import (
    LANES,
    add,
    falling,
    greatest,
    least,
    load,
    lowest_bit,
    most,
    reaching,
    rising,
    splat,
    square_reaching,
    store,
    subtract,
    times,
    widen,
)
from goldenear.correlate.backends.records import at, int16s, int64s, uint64s
from goldenear.match.engines.edges import (
    edges_of_ones,
    edges_of_weights,
    lay_ones,
    lay_weights,
    ones_of,
    weights_of,
)
from goldenear.match.engines.room import DENSE_ROWS, SPARSE_ROWS
from goldenear.match.engines.tile import (
    energy_ahead,
    fill_energy,
    has_drums,
    mark,
    row_of,
    scatter_drums,
    span_of,
)
from goldenear.match.engines.view import (
    COSINE,
    WINDOW_COSINE,
    Number,
    compiled,
    factor_of,
    inverse_of,
    need_of,
    number,
    windows,
)
from goldenear.match.packed import LENGTH, LOWEST

GROUP = 8
"""Rows that are run down at once, before any of them is looked at."""


@compiled
def consider(
    piece: Any, packed: Any, view: Any, transposition: int, shift: int, shared: Number, energy: Number
) -> bool:
    """Score one placement, shared time and the window's energy given in units; tell whether it is the best yet."""
    shared = np.int64(shared) * view.ticks * view.weight
    if view.measure <= COSINE:
        if view.measure == COSINE:
            energy = piece.all_energy * view.piece_up
        else:
            energy = np.int64(energy) * view.unit_energy
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
def drum_energy(piece: Any, packed: Any, view: Any, start: int, end: int) -> Number:
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


def sweeping(lay: Any, columns_of: Any, edges_of: Any, hurrying: bool) -> Any:  # noqa: PLR0915, three functions
    """Return the sweep for one way to lay and read edges."""

    @compiled
    def ahead(piece: Any, n: int, start: int, table: Any, lanes: Any, room: Any) -> tuple[Any, Any]:
        """Return slope and shared time at shift `start`: what turned before it, summed up at once."""
        columns, stride = columns_of(piece)
        moment = int64s(room.time, room.n_time)
        first = int64s(room.first, room.n_time)
        second = int64s(room.second, room.n_time)
        place = int64s(room.place, room.n_time)
        piece_time = int64s(room.piece_time, piece.n_time)
        slope, value = splat(0, table), splat(0, lanes)
        for j in range(n):
            i = 0
            while i < len(piece_time) and at(piece_time, i) - at(moment, j) < start:
                edges = edges_of(columns, i * stride, first[j], second[j], table)
                slope = add(slope, edges)
                value = add(value, times(widen(edges, lanes), start - at(piece_time, i) + at(moment, j)))
                i += 1
            place[j] = i
        return slope, value

    @compiled
    def fill(piece: Any, n: int, start: int, end: int, table: Any, sparse: bool, room: Any) -> None:
        """Add, for each time of the sample, the columns of X that it meets in a tile."""
        columns, stride = columns_of(piece)
        moment = int64s(room.time, room.n_time)
        first = int64s(room.first, room.n_time)
        second = int64s(room.second, room.n_time)
        place = int64s(room.place, room.n_time)
        piece_time = int64s(room.piece_time, piece.n_time)
        bits = uint64s(room.bits, room.n_bits)
        before = int64s(room.before, room.n_before)
        if not len(piece_time):
            return
        for j in range(n):
            low = start + moment[j]
            high = end + moment[j]
            a, b = first[j], second[j]
            done = place[j]
            i = len(piece_time)
            if at(piece_time, i - 1) >= high:
                i = done
                while at(piece_time, i) < high:
                    i += 1
            place[j] = i
            if sparse:
                for column in range(done, i):
                    row = row_of(at(piece_time, column) - low, bits, before) * LANES
                    edges = edges_of(columns, column * stride, a, b, table)
                    store(table, row, add(load(table, row), edges))
            elif b:
                for column in range(done, i):
                    row = (at(piece_time, column) - low) * LANES
                    edges = edges_of(columns, column * stride, a, b, table)
                    store(table, row, add(load(table, row), edges))
            else:
                # An edge that is alone at its time.
                for column in range(done, i):
                    row = (at(piece_time, column) - low) * LANES
                    edges = widen(load(columns, column * stride + a), table)
                    store(table, row, add(load(table, row), edges))

    @compiled
    def sweep(  # noqa: PLR0915, one loop, kept whole for the compiler
        piece: Any,
        packed: Any,
        view: Any,
        lowest: int,
        allowed: Any,
        at_most: int,
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

        Only lanes whose bit is set in `allowed` count; `at_most` is the most that can be shared. All that is shared
        must fit in `lanes`, and slopes in `table` unless it is as wide; so the energy of every window in
        `energies`, and its slopes in `energy_table`, of the kind of `turning`: X's edges of energy below each
        pitch. With `peaks`, lanes are scored only where their shared time turns downwards or their energy
        upwards: elsewhere no similarity has a peak.
        """
        n = lay(
            piece, packed, view, LANES + number(packed, view.picture, LOWEST) + lowest - piece.lowest, room
        )
        length = number(packed, view.picture, LENGTH) * view.sample_up
        shifts = int64s(room.shifts, room.n_shifts)
        windowed = view.measure == WINDOW_COSINE
        drums = has_drums(piece, packed, view)
        bottom, top = windows(piece, packed, view, lowest)
        start, stop = span_of(piece, packed, view, n, room)
        zero, energy_zero, zero_lanes = splat(0, table), splat(0, energy_table), splat(0, lanes)
        slope, value = ahead(piece, n, start, table, lanes, room)
        energy_slope, energy, entering, leaving = energy_ahead(
            piece, view, length, start, turning, bottom, top, energy_table, energies
        )
        if not sparse:
            # The first row adds the slope once more, as every row does.
            value = subtract(value, widen(slope, lanes))
            energy = subtract(energy, widen(energy_slope, energies))
        height = max(view.height, view.floor)
        need = need_of(view, height)
        bar = splat(min(need, at_most), lanes)
        factor = factor_of(view, height)
        inverse = inverse_of(factor)
        previous = start
        while start <= stop:
            end = min(start + (SPARSE_ROWS if sparse else DENSE_ROWS), stop + 1)
            rows = mark(piece, packed, view, n, start, end, room) if sparse else end - start
            fill(piece, n, start, end, table, sparse, room)
            if drums:
                scatter_drums(piece, packed, view, table, start, end)
            entering, leaving = fill_energy(
                piece,
                view,
                length,
                start,
                end,
                entering,
                leaving,
                turning,
                bottom,
                top,
                energy_table,
                sparse,
                room,
            )
            row = 0
            while row < rows:
                # Of wide integers the compiler would make too much.
                if hurrying and row + GROUP <= rows:
                    # A group of rows at once: the most that each lane shares in them, and the least energy.
                    held_value, held_slope, held_previous = value, slope, previous
                    held_energy, held_energy_slope = energy, energy_slope
                    crest, least_energy = zero_lanes, energy
                    if sparse:
                        for i in range(row, row + GROUP):
                            shift = at(shifts, i)
                            value = add(value, times(widen(slope, lanes), shift - previous))
                            energy = add(energy, times(widen(energy_slope, energies), shift - previous))
                            previous = shift
                            slope = add(slope, load(table, i * LANES))
                            energy_slope = add(energy_slope, load(energy_table, i * LANES))
                            crest = most(crest, value, lanes)
                            least_energy = least(least_energy, energy, energies)
                    elif windowed:
                        for i in range(row, row + GROUP):
                            value = add(value, widen(slope, lanes))
                            energy = add(energy, widen(energy_slope, energies))
                            slope = add(slope, load(table, i * LANES))
                            energy_slope = add(energy_slope, load(energy_table, i * LANES))
                            crest = most(crest, value, lanes)
                            least_energy = least(least_energy, energy, energies)
                    else:
                        for i in range(row, row + GROUP):
                            value = add(value, widen(slope, lanes))
                            slope = add(slope, load(table, i * LANES))
                            crest = most(crest, value, lanes)
                    bright = reaching(crest, bar, lanes) & allowed
                    if bright and windowed:
                        bright &= square_reaching(crest, least_energy, factor, inverse, lanes)
                    if not bright:
                        for i in range(row, row + GROUP):
                            store(table, i * LANES, zero)
                        if windowed:
                            for i in range(row, row + GROUP):
                                store(energy_table, i * LANES, energy_zero)
                        row += GROUP
                        continue
                    value, slope, previous = held_value, held_slope, held_previous
                    energy, energy_slope = held_energy, held_energy_slope
                    if not windowed:
                        # So much is shared at one of these rows: less is no longer of interest.
                        found = min(np.float64(greatest(crest, bright, lanes)), view.need)
                        need = max(need, int(np.ceil(found * (1 - 1e-9))))
                        bar = splat(min(need, at_most), lanes)
                # One row after the other, up to the end of the group.
                last = min(row + GROUP, rows)
                while row < last:
                    # A tight loop over rows that hold nothing of interest; it is left for those that do.
                    bright = np.uint64(0)
                    shift = start
                    while row < last:
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
                            store(energy_table, row * LANES, energy_zero)
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
                        if consider(
                            piece, packed, view, lowest + lane, shift, at(lanes, lane), at(energies, lane)
                        ):
                            height = max(view.height, view.floor)
                            need = max(need, need_of(view, height))
                            bar = splat(min(need, at_most), lanes)
                            factor = factor_of(view, height)
                            inverse = inverse_of(factor)
                            bright &= reaching(value, bar, lanes)
                            if windowed:
                                bright &= square_reaching(value, energy, factor, inverse, lanes)
            start = end

    return sweep


sweep_ones = sweeping(lay_ones, ones_of, edges_of_ones, True)
sweep_weights = sweeping(lay_weights, weights_of, edges_of_weights, False)
