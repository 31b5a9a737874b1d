"""A sample laid on a part of X at every shift, 64 transpositions side by side.

For every time at which something of the sample begins or ends and every such time of X, the column of X's edges is
added to one row of a table: the row of the shift at which the two times meet. Two running sums down the table give
the shared time of 64 transpositions at each shift; what is bright enough is scored. Only one layer is swept, that
with the greater part of the similarity: what it lacks, the other cannot make up for.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.backends.lanes import (
    LANES,
    add,
    greatest,
    least,
    load,
    lowest_bit,
    most,
    reaching,
    splat,
    store,
    times,
    widen,
)
from goldenear.correlate.backends.records import at, compiled, int8s, int32s, int64s, uint8s, uint16s
from goldenear.match.kernels.pairs import base_pitch, layers_of, raise_floor
from goldenear.match.kernels.placements import consider

NEVER = 2**62
"""Later than every shift."""

ROWS = 256
"""Rows of a table: it stays in the nearest cache."""


class Room(NamedTuple):
    """Room for one thread to work in; what is noted of a sample stands here, one layer after the other."""

    table8: NDArray[np.uint8]
    table16: NDArray[np.uint16]
    table32: NDArray[np.int32]
    table64: NDArray[np.int64]
    pitch: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    weight: NDArray[np.int64]
    counts: NDArray[np.int64]
    """Of each layer, how many strokes have pitch, and how many there are."""
    numbers: NDArray[np.float64]
    """The numbers of the measure, five a layer."""
    moment: NDArray[np.int64]
    place: NDArray[np.int64]
    second: NDArray[np.int64]
    sign: NDArray[np.int64]
    column: NDArray[np.int64]
    """The edges of the sample, two at a time where they are plain: when, where in a column of X, where the other is
    (0 is dark), with what weight, and how far X's columns are used up."""
    piece_time: NDArray[np.int64]
    lanes32: NDArray[np.int32]
    rows: NDArray[np.int64]
    found: NDArray[np.int64]
    """Placements that are listed: transposition, shift, and what the first layer shares."""
    scores: NDArray[np.float64]
    """Their similarities."""


def new_room(strokes: int, columns: int, listed: int = 0) -> Room:
    """Return room for samples of so many strokes a layer, parts of X of so many columns, and so many placements."""

    def table(kind: Any) -> NDArray[Any]:
        return _aligned(ROWS * LANES, kind)

    return Room._make(
        (
            *(table(kind) for kind in (np.uint8, np.uint16, np.int32, np.int64)),
            *(np.zeros(2 * strokes, np.int64) for _ in range(4)),
            np.zeros(4, np.int64),
            np.zeros(10),
            *(np.zeros(2 * strokes, np.int64) for _ in range(5)),
            np.zeros(columns, np.int64),
            np.zeros(LANES, np.int32),
            np.zeros(2**16, np.int64),
            np.zeros(3 * listed, np.int64),
            np.zeros(listed),
        )
    )


def _aligned(n: int, kind: Any) -> NDArray[Any]:
    """Return zeros that begin on a cache line."""
    size = np.dtype(kind).itemsize
    room = np.zeros(n * size + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + n * size].view(kind)


@compiled
def lanes_allowed(lowest: int, low: int, high: int) -> Any:
    """Return the bits of the lanes from `lowest` on whose transposition lies within low..high."""
    first = max(low - lowest, 0)
    count = min(high - lowest, LANES - 1) - first + 1
    if count <= 0:
        return np.uint64(0)
    return (~np.uint64(0) >> np.uint64(LANES - count)) << np.uint64(first)


@compiled
def shared_at_most(piece: Any, part: Any, packed: Any, rules: Any, pair: Any, lowest: int, room: Any) -> Any:
    """Return, for 64 transpositions, what plain pictures share at most in this part, pitch by pitch: in 32 bits."""
    sounding = int32s(part.sounding, part.n_sounding)
    rows = int64s(room.rows, room.n_rows)
    pitch, begin = int64s(room.pitch, room.n_pitch), int64s(room.begin, room.n_pitch)
    end, counts = int64s(room.end, room.n_pitch), int64s(room.counts, room.n_counts)
    lanes = int32s(room.lanes32, room.n_lanes32)
    _, swept = layers_of(rules.quarters)
    first = swept * (room.n_pitch // 2)
    highest = 0
    for j in range(first, first + counts[2 * swept]):
        highest = max(highest, pitch[j])
    rows[: highest + 1] = 0
    drums = 0
    for j in range(first, first + counts[2 * swept + 1]):
        if j < first + counts[2 * swept]:
            rows[pitch[j]] += end[j] - begin[j]
        else:
            drums += end[j] - begin[j]
    base = LANES + base_pitch(packed, pair) + lowest - piece.lowest
    total = splat(drums if piece.has_drums else 0, lanes)
    for row in range(highest + 1):
        place = base + row
        if rows[row] and 0 < place < LANES + piece.pitches:
            own = splat(min(rows[row], 2**31 - 1), lanes)
            total = add(total, least(times(load(sounding, place), pair.piece_up), own, lanes))
    return total


@compiled
def note_edges(piece: Any, part: Any, packed: Any, rules: Any, pair: Any, lowest: int, room: Any) -> Any:
    """Note the edges of the swept layer that 64 transpositions from `lowest` on can meet; return how many."""
    pitch, begin = int64s(room.pitch, room.n_pitch), int64s(room.begin, room.n_pitch)
    end, weight = int64s(room.end, room.n_pitch), int64s(room.weight, room.n_pitch)
    counts = int64s(room.counts, room.n_counts)
    moment, place = int64s(room.moment, room.n_moment), int64s(room.place, room.n_moment)
    sign = int64s(room.sign, room.n_moment)
    _, swept = layers_of(rules.quarters)
    first = swept * (room.n_pitch // 2)
    base = LANES + base_pitch(packed, pair) + lowest - piece.lowest
    half = part.width // 2 if pair.plain else 0
    second = int64s(room.second, room.n_moment)
    n, alone = 0, (-1, -1)
    for j in range(first, first + counts[2 * swept]):
        where = base + pitch[j]
        if not 0 < where < LANES + piece.pitches:
            continue
        # What is shared turns by minus the product of two edges: a beginning reads the columns' other half.
        for side in range(2):
            time, at_place = (end[j], where) if side else (begin[j], where + half)
            other = -1
            if pair.plain:
                # Plain edges at one time are read two at a time.
                if alone[0] >= 0 and moment[alone[0]] == time:
                    other = alone[0]
                elif alone[1] >= 0 and moment[alone[1]] == time:
                    other = alone[1]
            if other >= 0:
                second[other] = at_place
                alone = (-1 if alone[0] == other else alone[0], -1 if alone[1] == other else alone[1])
                continue
            moment[n], place[n], second[n] = time, at_place, 0
            sign[n] = weight[j] if side else -weight[j]
            alone = (alone[0], n) if side else (n, alone[1])
            n += 1
    return n


@compiled
def span_of(part: Any, pair: Any, n: int, room: Any) -> Any:
    """Return the first shift to look at, and the last: within the part, and where something can be shared."""
    moment = int64s(room.moment, room.n_moment)
    latest, earliest = -NEVER, NEVER
    for j in range(n):
        latest, earliest = max(latest, moment[j]), min(earliest, moment[j])
    start, stop = NEVER, -NEVER
    time = int64s(part.time, part.n_time)
    if n and part.columns:
        start = time[0] * pair.piece_up - latest
        stop = time[part.columns - 1] * pair.piece_up - earliest
    return start, stop


def sweeping(edges_of: Any) -> Any:  # noqa: PLR0915, three functions
    """Return the sweep for one way to read X's columns."""

    @compiled
    def ahead(part: Any, n: int, start: int, table: Any, room: Any) -> Any:
        """Return slope and shared time at shift `start`: what turned before it, summed up at once."""
        moment, place = int64s(room.moment, room.n_moment), int64s(room.place, room.n_moment)
        sign, column = int64s(room.sign, room.n_moment), int64s(room.column, room.n_moment)
        second = int64s(room.second, room.n_moment)
        piece_time = int64s(room.piece_time, part.columns)
        slope, value = splat(0, table), splat(0, table)
        for j in range(n):
            i = 0
            while i < len(piece_time) and piece_time[i] - moment[j] < start:
                change = edges_of(part, i, place[j], second[j], sign[j], table)
                slope = add(slope, change)
                value = add(value, times(change, start - piece_time[i] + moment[j]))
                i += 1
            column[j] = i
        return slope, value

    @compiled
    def fill(part: Any, n: int, start: int, end: int, table: Any, room: Any) -> None:
        """Add, for each time of the sample, the columns of X that it meets at shifts from `start` up to `end`."""
        moment, place = int64s(room.moment, room.n_moment), int64s(room.place, room.n_moment)
        sign, column = int64s(room.sign, room.n_moment), int64s(room.column, room.n_moment)
        second = int64s(room.second, room.n_moment)
        piece_time = int64s(room.piece_time, part.columns)
        for j in range(n):
            low, high = start + moment[j], end + moment[j]
            where, other, weight, i = place[j], second[j], sign[j], column[j]
            while i < len(piece_time) and at(piece_time, i) < high:
                row = (at(piece_time, i) - low) * LANES
                store(table, row, add(load(table, row), edges_of(part, i, where, other, weight, table)))
                i += 1
            column[j] = i

    @compiled
    def sweep(
        piece: Any,
        part: Any,
        packed: Any,
        rules: Any,
        pair: Any,
        lowest: int,
        allowed: Any,
        table: Any,
        room: Any,
    ) -> None:
        """Look at every shift of 64 transpositions from `lowest` on; what is bright enough is considered.

        Only lanes whose bit is set in `allowed` count. All that can be shared must fit in the table's numbers.
        """
        n = note_edges(piece, part, packed, rules, pair, lowest, room)
        first, last = span_of(part, pair, n, room)
        first, last = drum_span(piece, rules, pair, first, last, room)
        start = max(first, part.first * pair.piece_up)
        stop = min(last, part.last * pair.piece_up - 1)
        if start > stop:
            return
        zero = splat(0, table)
        slope, value = ahead(part, n, start, table, room)
        slope, value = turn_drums(piece, rules, pair, (-NEVER, start, start), slope, value, table, room)
        while start <= stop:
            end = min(start + ROWS, stop + 1)
            fill(part, n, start, end, table, room)
            turn_drums(piece, rules, pair, (start, start, end), slope, value, table, room)
            crest = zero
            for row in range(end - start):
                change = load(table, row * LANES)
                store(table, row * LANES, value)
                crest = most(crest, value, table)
                slope = add(slope, change)
                value = add(value, slope)
            scan(piece, part, packed, rules, pair, lowest, allowed, start, end - start, crest, table, room)
            for row in range(end - start):
                store(table, row * LANES, zero)
            start = end

    return sweep


@compiled
def at_lane(table: Any, row: int, bits: Any) -> Any:
    """Return the shared time in the lowest lane whose bit is set."""
    return np.int64(at(table, row * LANES + lowest_bit(bits)))


@compiled
def scan(
    piece: Any, part: Any, packed: Any, rules: Any, pair: Any, lowest: int, allowed: Any, start: int, rows: int,
    crest: Any, table: Any, room: Any,
) -> None:  # fmt: skip
    """Consider what is bright enough in a table of shared time; the brightest first, to raise the bar."""
    need = raise_floor(rules, pair)
    if need > pair.most:
        return
    bright = reaching(crest, splat(need, table), table) & allowed
    if not bright:
        return
    bar = greatest(crest, bright, table)
    above = bar + 1
    while above > need:
        need_lanes, above_lanes = splat(bar, table), splat(above, table)
        every = above > pair.most
        for row in range(rows):
            value = load(table, row * LANES)
            bits = reaching(value, need_lanes, table) & bright
            if bits and not every:
                bits &= ~reaching(value, above_lanes, table)
            while bits:
                transposition = lowest + lowest_bit(bits)
                if consider(
                    piece,
                    part,
                    packed,
                    rules,
                    pair,
                    transposition,
                    start + row,
                    at_lane(table, row, bits),
                    room,
                ):
                    need = raise_floor(rules, pair)
                    if need > bar:
                        bits &= reaching(value, splat(min(need, above), table), table)
                        need_lanes = splat(min(need, above), table)
                bits &= bits - np.uint64(1)
        above = bar
        bar = max(need, bar - max(1, (bar - need) // 2))


@compiled
def drum_span(piece: Any, rules: Any, pair: Any, first: int, last: int, room: Any) -> Any:
    """Return the first and the last shift at which something can be shared, drums among it."""
    begin, end = int64s(room.begin, room.n_pitch), int64s(room.end, room.n_pitch)
    counts = int64s(room.counts, room.n_counts)
    start = int64s(piece.drum_start, piece.n_drum_start)
    onset, reach = int64s(piece.drum_onset, piece.n_drum_onset), int64s(piece.drum_reach, piece.n_drum_onset)
    _, swept = layers_of(rules.quarters)
    at_first = swept * (room.n_pitch // 2)
    if start[swept + 1] > start[swept]:
        for j in range(at_first + counts[2 * swept], at_first + counts[2 * swept + 1]):
            first = min(first, onset[start[swept]] * pair.piece_up - end[j])
            last = max(last, reach[start[swept + 1] - 1] * pair.piece_up - begin[j])
    return first, last


@compiled
def turn_drums(
    piece: Any, rules: Any, pair: Any, span: Any, slope: Any, value: Any, table: Any, room: Any
) -> Any:
    """Add the turning points that the drums of all transpositions make; return slope and shared time at a shift.

    `span` is three shifts: turning points from the first up to the second are summed up in slope and shared time at
    the second; those from there up to the third are added to the table.
    """
    pitch, begin = int64s(room.pitch, room.n_pitch), int64s(room.begin, room.n_pitch)
    ends, weight = int64s(room.end, room.n_pitch), int64s(room.weight, room.n_pitch)
    counts = int64s(room.counts, room.n_counts)
    drums = int64s(piece.drum_start, piece.n_drum_start)
    drum_pitch = int64s(piece.drum_pitch, piece.n_drum_onset)
    onset, offset = (
        int64s(piece.drum_onset, piece.n_drum_onset),
        int64s(piece.drum_offset, piece.n_drum_onset),
    )
    drum_weight = int64s(piece.drum_weight, piece.n_drum_onset)
    since, start, end = span
    _, swept = layers_of(rules.quarters)
    first = swept * (room.n_pitch // 2)
    for j in range(first + counts[2 * swept], first + counts[2 * swept + 1]):
        for i in range(drums[swept], drums[swept + 1]):
            if onset[i] * pair.piece_up - ends[j] >= end:
                break
            if drum_pitch[i] != pitch[j]:
                continue
            both = 1 if pair.plain else weight[j] * drum_weight[i]
            for corner in range(4):
                x = (onset[i] if corner < 2 else offset[i]) * pair.piece_up
                shift = x - (ends[j] if corner % 2 == 0 else begin[j])
                turn = both if corner in (0, 3) else -both
                if since <= shift < start:
                    slope = add(slope, splat(turn, table))
                    value = add(value, splat(turn * (start - shift), table))
                elif start <= shift < end:
                    row = (shift - start) * LANES
                    store(table, row, add(load(table, row), splat(turn, table)))
    return slope, value


@compiled
def edges_of_ones(part: Any, column: int, place: int, second: int, _: int, table: Any) -> Any:
    """Return one column of X, read at two places and added: how slopes turn where two times meet."""
    edges, at_column = int8s(part.edges, part.n_edges), column * part.width
    return widen(add(load(edges, at_column + place), load(edges, at_column + second)), table)


@compiled
def edges_of_weights(part: Any, column: int, place: int, _second: int, weight: int, table: Any) -> Any:
    """Return one column of X times a weight."""
    weights = int32s(part.weights, part.n_weights)
    return times(widen(load(weights, column * (part.width // 2) + place), table), weight)


sweep_ones = sweeping(edges_of_ones)
sweep_weights = sweeping(edges_of_weights)


@compiled
def lay(piece: Any, part: Any, packed: Any, rules: Any, pair: Any, room: Any) -> None:
    """Lay a sample, as the pair is set, on a part of X, with numbers as short as what they count allows."""
    if raise_floor(rules, pair) > pair.most:
        return
    time, piece_time = int64s(part.time, part.n_time), int64s(room.piece_time, room.n_piece_time)
    for i in range(part.columns):
        piece_time[i] = time[i] * pair.piece_up
    lanes = int32s(room.lanes32, room.n_lanes32)
    # The middle first: there most is shared, and what is found there often decides the rest.
    spare = max(pair.high - pair.low + 1 - LANES, 0)
    middle = pair.low + spare // 2
    for block in range(1 + 2 * ((spare + 2 * LANES - 1) // (2 * LANES))):
        away = (block + 1) // 2 * LANES
        lowest = middle + (away if block % 2 else -away)
        allowed = lanes_allowed(lowest, pair.low, pair.high)
        if not allowed:
            continue
        within = pair.most
        if pair.plain and pair.most < 2**30:
            bound = shared_at_most(piece, part, packed, rules, pair, lowest, room)
            if rules.prune:
                need = raise_floor(rules, pair)
                allowed &= reaching(bound, splat(min(need, 2**31 - 1), lanes), lanes)
            within = min(within, greatest(bound, ~np.uint64(0), lanes))
        if not allowed:
            continue
        if not pair.plain:
            table64 = int64s(room.table64, room.n_table64)
            sweep_weights(piece, part, packed, rules, pair, lowest, allowed, table64, room)
        elif within < 2**8:
            table8 = uint8s(room.table8, room.n_table8)
            sweep_ones(piece, part, packed, rules, pair, lowest, allowed, table8, room)
        elif within < 2**16:
            table16 = uint16s(room.table16, room.n_table16)
            sweep_ones(piece, part, packed, rules, pair, lowest, allowed, table16, room)
        else:
            table32 = int32s(room.table32, room.n_table32)
            sweep_ones(piece, part, packed, rules, pair, lowest, allowed, table32, room)
