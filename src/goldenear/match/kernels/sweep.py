"""A sample laid on a part of X at every shift, 64 transpositions side by side.

For every time at which something of the sample begins or ends and every such time of X, the column of X's edges is
added to one row of a table: the row of the shift at which the two times meet. Two running sums down the table give
the shared time of 64 transpositions at each shift; what is bright enough is scored. Only one layer is swept, that
with the greater part of the similarity: what it lacks, the other cannot make up for.

Nearly all strokes are of one length. Such a stroke is its onset, and minus its onset so much later; so where two such
onsets meet, shared time rises, turns twice as much and falls, like a roof. That takes one addition in place of four.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from goldenear.correlate.backends.lanes import (
    LANES,
    add,
    greatest,
    lane_of,
    least,
    load,
    lowest_bit,
    most,
    reaching,
    splat,
    store,
    subtract,
    times,
    widen,
)
from goldenear.correlate.backends.records import (
    at,
    compiled,
    float64s,
    int8s,
    int32s,
    int64s,
    uint8s,
    uint16s,
)
from goldenear.match.kernels.layout import first_from
from goldenear.match.kernels.pairs import (
    asked_for,
    base_pitch,
    layers_of,
    power_of,
    raise_floor,
    similarity_of,
)
from goldenear.match.kernels.placements import consider, least_energy
from goldenear.match.score import BELOW, HAIR, OF_ENERGY

NEVER = 2**62
"""Later than every shift."""

SPANS = 4
"""Bounds are taken for shifts that lie within this part of the sample's length."""

NEAR = 8
"""Shifts are looked at together that lie within this part of the sample's length."""

ROWS = 128
"""Shifts that a table holds: it stays in the nearest cache."""

LONGEST_STROKE = 96
"""Only strokes up to this length, in shifts, are noted by their onset alone."""


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
    """The edges of the sample, two at a time where they are plain: when, where in a column of X, where the other is
    (0 is dark), and with what weight."""
    piece_time: NDArray[np.int64]
    lanes32: NDArray[np.int32]
    rows: NDArray[np.int64]
    found: NDArray[np.int64]
    """Placements that are listed: transposition, shift, and what the first layer shares."""
    scores: NDArray[np.float64]
    """Their similarities."""
    lit: NDArray[np.int32]
    """How long each pitch of X sounds in the windows of a span, as lanes, layer by layer."""
    other: NDArray[np.float64]
    """What the similarity of the layer that is not swept cannot exceed, lane by lane."""


def new_room(strokes: int, columns: int, pitches: int, listed: int = 0) -> Room:
    """Return room for samples of so many strokes a layer, parts of X of so many columns, and so many placements."""

    def table(kind: Any) -> NDArray[Any]:
        return _aligned(2 * (ROWS + LONGEST_STROKE) * LANES, kind)

    return Room._make(
        (
            *(table(kind) for kind in (np.uint8, np.uint16, np.int32, np.int64)),
            *(np.zeros(2 * strokes, np.int64) for _ in range(4)),
            np.zeros(4, np.int64),
            np.zeros(10),
            *(np.zeros(2 * strokes, np.int64) for _ in range(4)),
            np.zeros(columns, np.int64),
            np.zeros(LANES, np.int32),
            np.zeros(2**16, np.int64),
            np.zeros(3 * listed, np.int64),
            np.zeros(listed),
            np.zeros(2 * (2 * LANES + pitches), np.int32),
            np.ones(LANES),
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
def shared_at_most(
    piece: Any, sounding: Any, packed: Any, layer: int, pair: Any, lowest: int, room: Any
) -> Any:
    """Return, for 64 transpositions, what plain pictures share at most, pitch by pitch: in 32 bits.

    `sounding` tells how long each pitch of X sounds, layer by layer, as lanes.
    """
    wide = 2 * LANES + piece.pitches
    sounding = sounding[layer * wide : (layer + 1) * wide]
    rows = int64s(room.rows, room.n_rows)
    pitch, begin = int64s(room.pitch, room.n_pitch), int64s(room.begin, room.n_pitch)
    end, counts = int64s(room.end, room.n_pitch), int64s(room.counts, room.n_counts)
    lanes = int32s(room.lanes32, room.n_lanes32)
    first = layer * (room.n_pitch // 2)
    highest = 0
    for j in range(first, first + counts[2 * layer]):
        highest = max(highest, pitch[j])
    rows[: highest + 1] = 0
    drums = 0
    for j in range(first, first + counts[2 * layer + 1]):
        if j < first + counts[2 * layer]:
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
    """Note the edges of the swept layer that 64 transpositions from `lowest` on can meet.

    Returns
    -------
    int, int
        How many strokes of the usual length there are, of which the beginning alone is noted; and how many edges in
        all, those of other strokes after them.
    """
    pitch, begin = int64s(room.pitch, room.n_pitch), int64s(room.begin, room.n_pitch)
    end, weight = int64s(room.end, room.n_pitch), int64s(room.weight, room.n_pitch)
    counts = int64s(room.counts, room.n_counts)
    moment, place = int64s(room.moment, room.n_moment), int64s(room.place, room.n_moment)
    sign, second = int64s(room.sign, room.n_moment), int64s(room.second, room.n_moment)
    _, swept = layers_of(rules.quarters)
    first = swept * (room.n_pitch // 2)
    base = LANES + base_pitch(packed, pair) + lowest - piece.lowest
    half = part.width // 2 if pair.plain else 0
    usual = usual_length(part, pair)
    n, whole = 0, 0
    for others in range(2):
        alone = (-1, -1)
        for j in range(first, first + counts[2 * swept]):
            where = base + pitch[j]
            if not 0 < where < LANES + piece.pitches or (end[j] - begin[j] != usual) != others:
                continue
            # What is shared turns by minus the product of two edges: a beginning reads the columns' other half.
            for side in range(1 + others):
                time, at_place = (end[j], where) if side else (begin[j], where + half * others)
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
                sign[n] = weight[j] if side or not others else -weight[j]
                alone = (alone[0], n) if side else (n, alone[1])
                n += 1
        whole = whole if others else n
    return whole, n


@compiled
def usual_length(part: Any, pair: Any) -> Any:
    """Return how long strokes are of which X has columns of onsets alone; 0 where it has none."""
    usual = part.usual * pair.piece_up
    return usual if usual <= LONGEST_STROKE else 0


@compiled
def span_of(piece: Any, part: Any, rules: Any, pair: Any, room: Any) -> Any:
    """Return the first shift to look at, and the last: within the part, and where something can be shared."""
    begin, end = int64s(room.begin, room.n_pitch), int64s(room.end, room.n_pitch)
    counts = int64s(room.counts, room.n_counts)
    _, swept = layers_of(rules.quarters)
    first = swept * (room.n_pitch // 2)
    start, stop = NEVER, -NEVER
    latest, earliest = -NEVER, NEVER
    for j in range(first, first + counts[2 * swept]):
        latest, earliest = max(latest, end[j]), min(earliest, begin[j])
    if counts[2 * swept] and part.opens < part.closes:
        start, stop = part.opens * pair.piece_up - latest, part.closes * pair.piece_up - earliest
    start, stop = drum_span(piece, rules, pair, start, stop, room)
    return max(start, part.first * pair.piece_up), min(stop, part.last * pair.piece_up - 1)


def column_of(part: Any, column: int, place: int, second: int, weight: int, table: Any) -> Any:
    """Return a column of X as two edges of a sample read it: how slopes turn where they meet.

    Tables of 64 bits take one edge times a weight, all others two edges that count 1.
    """
    raise NotImplementedError  # compiled code alone reads columns


@overload(column_of)  # type: ignore[untyped-decorator]
def _column_of(part: Any, column: Any, place: Any, second: Any, weight: Any, table: Any) -> Any:  # noqa: ARG001
    """Return how columns are read into a table of this type."""

    def times_weight(part: Any, column: Any, place: Any, second: Any, weight: Any, table: Any) -> Any:  # noqa: ARG001
        weights = int32s(part.weights, part.n_weights)
        return times(widen(load(weights, column * (part.width // 2) + place), table), weight)

    def two(part: Any, column: Any, place: Any, second: Any, weight: Any, table: Any) -> Any:  # noqa: ARG001
        edges, at_column = int8s(part.edges, part.n_edges), column * part.width
        return widen(add(load(edges, at_column + place), load(edges, at_column + second)), table)

    return times_weight if table.dtype == types.int64 else two


@compiled
def meet(
    part: Any, columns: Any, edges: Any, late: Any, minus: int, span: Any, row: int, table: Any, room: Any
) -> None:  # fmt: skip
    """Add some of X's columns to the rows of the shifts at which they meet some of the sample's edges.

    `columns` and `edges` are ranges; `late` is by how much X's columns, and the sample's edges, count as later; with
    `minus` they are subtracted; `span` is a range of shifts, and `row` the row of its first.
    """
    moment, place = int64s(room.moment, room.n_moment), int64s(room.place, room.n_moment)
    sign, second = int64s(room.sign, room.n_moment), int64s(room.second, room.n_moment)
    time = int64s(room.piece_time, columns[1])
    for j in range(edges[0], edges[1]):
        away = moment[j] + late[1] - late[0]
        high, origin = span[1] + away, span[0] + away - row
        where, other, weight = place[j], second[j], sign[j]
        i = first_from(time, columns[0], columns[1], span[0] + away)
        while i < columns[1] and at(time, i) < high:
            cell = (at(time, i) - origin) * LANES
            column = column_of(part, i, where, other, weight, table)
            if minus:
                store(table, cell, subtract(load(table, cell), column))
            else:
                store(table, cell, add(load(table, cell), column))
            i += 1


@compiled
def turned_before(
    part: Any, columns: Any, edges: Any, late: Any, minus: int, start: int, state: Any, table: Any, room: Any
) -> Any:  # fmt: skip
    """Return slope and shared time at shift `start`, with what turned before it; see `meet`."""
    moment, place = int64s(room.moment, room.n_moment), int64s(room.place, room.n_moment)
    sign, second = int64s(room.sign, room.n_moment), int64s(room.second, room.n_moment)
    time = int64s(room.piece_time, columns[1])
    slope, value = state
    for j in range(edges[0], edges[1]):
        away = moment[j] + late[1] - late[0]
        i = columns[0]
        while i < columns[1] and time[i] - away < start:
            column = times(column_of(part, i, place[j], second[j], sign[j], table), -1 if minus else 1)
            slope = add(slope, column)
            value = add(value, times(column, start - time[i] + away))
            i += 1
    return slope, value


@compiled
def under_roofs(part: Any, edges: int, usual: int, start: int, state: Any, table: Any, room: Any) -> Any:
    """Return slope and shared time at shift `start`, with the roofs that it lies under."""
    moment, place = int64s(room.moment, room.n_moment), int64s(room.place, room.n_moment)
    sign, second = int64s(room.sign, room.n_moment), int64s(room.second, room.n_moment)
    time = int64s(room.piece_time, part.columns)
    slope, value = state
    for j in range(edges):
        i = first_from(time, 0, part.columns, start + moment[j] - usual + 1)
        while i < part.columns and time[i] - moment[j] < start + usual:
            since = start - time[i] + moment[j]
            column = column_of(part, i, place[j], second[j], sign[j], table)
            slope = add(slope, times(column, -1 if since > 0 else 1))
            value = add(value, times(column, usual - abs(since)))
            i += 1
    return slope, value


@compiled
def begin_at(
    piece: Any, part: Any, rules: Any, pair: Any, noted: Any, start: int, table: Any, room: Any
) -> Any:
    """Return slope and shared time at shift `start`, and add the onsets that meet near it to the table's first rows.

    `noted` is what `note_edges` returned.
    """
    usual, full = usual_length(part, pair), part.usual * pair.piece_up
    onsets, others = (0, part.columns), (part.columns, part.columns + part.rest)
    begins, edges = (0, noted[0]), noted
    state = splat(0, table), splat(0, table)
    state = turned_before(part, others, edges, (0, 0), 0, start, state, table, room)
    state = turned_before(part, onsets, edges, (0, 0), 0, start, state, table, room)
    state = turned_before(part, onsets, edges, (full, 0), 1, start, state, table, room)
    if usual:
        state = turned_before(part, others, begins, (0, 0), 1, start, state, table, room)
        state = turned_before(part, others, begins, (0, usual), 0, start, state, table, room)
        state = under_roofs(part, noted[0], usual, start, state, table, room)
        clear(table, 2 * usual)
        meet(part, onsets, begins, (0, 0), 0, (start - usual + 1, start + usual), 1, table, room)
    return turn_drums(piece, rules, pair, (-NEVER, start, start), state, table, 0, room)


@compiled
def turn_at(
    piece: Any, part: Any, rules: Any, pair: Any, noted: Any, span: Any, table: Any, room: Any
) -> None:
    """Add to the table what turns slopes at the shifts of a span, its end not among them; see `begin_at`."""
    usual, full = usual_length(part, pair), part.usual * pair.piece_up
    onsets, others = (0, part.columns), (part.columns, part.columns + part.rest)
    begins, edges, turns = (0, noted[0]), noted, first_turn(usual)
    meet(part, others, edges, (0, 0), 0, span, turns, table, room)
    meet(part, onsets, edges, (0, 0), 0, span, turns, table, room)
    meet(part, onsets, edges, (full, 0), 1, span, turns, table, room)
    if usual:
        meet(part, others, begins, (0, 0), 1, span, turns, table, room)
        meet(part, others, begins, (0, usual), 0, span, turns, table, room)
        ahead = (span[0] + usual, span[1] + usual)
        meet(part, onsets, begins, (0, 0), 0, ahead, 2 * usual, table, room)
    state = splat(0, table), splat(0, table)
    turn_drums(piece, rules, pair, (span[0], span[0], span[1]), state, table, turns, room)


@compiled
def first_turn(usual: int) -> Any:
    """Return the row from which on turning points stand; before them stand those of onsets that meet."""
    return ROWS + 2 * usual if usual else 0


@compiled
def sum_rows(usual: int, rows: Any, state: Any, table: Any) -> Any:
    """Sum up turning points to slopes and to shared time, row by row, which takes their place.

    Returns slope and shared time at the row after the last, and the most that each lane shares in these rows.
    """
    slope, value = state
    crest, turns = splat(0, table), first_turn(usual)
    for row in range(rows[0], rows[1]):
        change = load(table, (turns + row) * LANES)
        store(table, (turns + row) * LANES, value)
        if usual:
            middle = load(table, (row + usual) * LANES)
            eaves = add(load(table, row * LANES), load(table, (row + 2 * usual) * LANES))
            change = add(change, subtract(eaves, add(middle, middle)))
        crest = most(crest, value, table)
        slope = add(slope, change)
        value = add(value, slope)
    return (slope, value), crest


@compiled
def move_on(usual: int, rows: int, table: Any) -> None:
    """Clear the rows that were summed up, and bring the onsets that are still needed to the front."""
    zero, turns = splat(0, table), first_turn(usual)
    for row in range(turns, turns + rows):
        store(table, row * LANES, zero)
    if usual:
        for row in range(2 * usual):
            store(table, row * LANES, load(table, (row + rows) * LANES))
        for row in range(2 * usual, 2 * usual + rows):
            store(table, row * LANES, zero)


@compiled
def sweep(
    piece: Any, part: Any, packed: Any, rules: Any, pair: Any, lowest: int, allowed: Any, table: Any,
    room: Any,
) -> None:  # fmt: skip
    """Look at every shift of 64 transpositions from `lowest` on; what is bright enough is considered.

    Only lanes whose bit is set in `allowed` count. All that can be shared must fit in the table's numbers.
    """
    noted = note_edges(piece, part, packed, rules, pair, lowest, room)
    start, stop = span_of(piece, part, rules, pair, room)
    if start > stop:
        return
    allowed = lanes_that_may(piece, part, packed, rules, pair, lowest, allowed, room)
    near = min(max(pair.length // NEAR, 1), ROWS)
    usual = usual_length(part, pair)
    turns = first_turn(usual)
    # Without onsets it would take long to begin anew.
    asks = usual and part.lines and rules.prune and pair.plain and pair.most < 2**30
    length = max(pair.length // SPANS, ROWS) if asks else stop + 1 - start
    state, begun = (splat(0, table), splat(0, table)), False
    next_span, spans = start, 1
    while start <= stop and allowed:
        if start >= next_span:
            span = (start, start + length - 1)
            if asks and not lanes_in_span(piece, part, packed, rules, pair, lowest, allowed, span, room):
                start, next_span, begun, spans = start + length, start + length, False, 1
                continue
            # The longer nothing could be left out, the more rarely it is asked.
            spans = min(2 * spans, 64)
            next_span = min(start + spans * length, stop + 1)
        if not begun:
            state, begun = begin_at(piece, part, rules, pair, noted, start, table, room), True
        end = min(start + ROWS, next_span)
        turn_at(piece, part, rules, pair, noted, (start, end), table, room)
        row = 0
        while row < end - start:
            until = min(row + near, end - start)
            state, crest = sum_rows(usual, (row, until), state, table)
            rows = (turns + row, turns + until)
            scan(piece, part, packed, rules, pair, lowest, allowed, start - turns, rows, crest, table, room)
            row = until
        move_on(usual, end - start, table)
        start = end
    if usual:
        clear(table, 2 * usual)


@compiled
def clear(table: Any, rows: int) -> None:
    """Set the first rows of a table to 0."""
    for row in range(rows):
        store(table, row * LANES, splat(0, table))


@compiled
def lanes_that_may(
    piece: Any, part: Any, packed: Any, rules: Any, pair: Any, lowest: int, allowed: Any, room: Any
) -> Any:
    """Return the lanes whose similarity may reach what is asked for in this part of X.

    What the layer that is not swept cannot exceed is noted for each lane.
    """
    other = float64s(room.other, room.n_other)
    for lane in range(LANES):
        other[lane] = 1.0
    n_layers, swept = layers_of(rules.quarters)
    if not pair.plain or not rules.prune or pair.most >= 2**30:
        return allowed
    sounding, lanes = int32s(part.sounding, part.n_sounding), int32s(room.lanes32, room.n_lanes32)
    bound = shared_at_most(piece, sounding, packed, swept, pair, lowest, room)
    allowed &= reaching(bound, splat(min(raise_floor(rules, pair), 2**31 - 1), lanes), lanes)
    if n_layers == 1 or not allowed:
        return allowed
    store(lanes, 0, shared_at_most(piece, sounding, packed, 1 - swept, pair, lowest, room))
    bits, target = allowed, asked_for(pair)
    while bits:
        lane = lowest_bit(bits)
        bits &= bits - np.uint64(1)
        other[lane] = min(1.0, pair.other_rise * lanes[lane] * (1 + HAIR))
        one = min(1.0, pair.rise * lane_of(bound, lane) * (1 + HAIR))
        if power_of(swept, other[lane], one, rules.quarters) < target:
            allowed &= ~(np.uint64(1) << np.uint64(lane))
    return allowed


@compiled
def lanes_in_span(
    piece: Any, part: Any, packed: Any, rules: Any, pair: Any, lowest: int, allowed: Any, span: Any, room: Any
) -> Any:
    """Return the lanes whose similarity may reach what is asked for at the shifts of a span, first to last."""
    sounding = int32s(room.lit, room.n_lit)
    sum_up(piece, part, pair, span, sounding)
    n_layers, swept = layers_of(rules.quarters)
    lanes, numbers = int32s(room.lanes32, room.n_lanes32), float64s(room.numbers, room.n_numbers)
    other = float64s(room.other, room.n_other)
    mine, others = numbers[5 * swept : 5 * swept + 5], numbers[5 * (1 - swept) : 5 * (1 - swept) + 5]
    bound = shared_at_most(piece, sounding, packed, swept, pair, lowest, room)
    allowed &= reaching(bound, splat(min(raise_floor(rules, pair), 2**31 - 1), lanes), lanes)
    if not allowed:
        return allowed
    if n_layers == 2:
        store(lanes, 0, shared_at_most(piece, sounding, packed, 1 - swept, pair, lowest, room))
    bits, target = allowed, asked_for(pair)
    while bits:
        lane = lowest_bit(bits)
        bits &= bits - np.uint64(1)
        energy = least_energy(piece, part, packed, pair, swept, lowest + lane, span[0], span[1])
        one, two = most_of_layer(mine, lane_of(bound, lane), energy, pair.rise), other[lane]
        if n_layers == 2:
            energy = least_energy(piece, part, packed, pair, 1 - swept, lowest + lane, span[0], span[1])
            two = min(two, most_of_layer(others, np.int64(lanes[lane]), energy, pair.other_rise))
        if power_of(swept, two, one, rules.quarters) < target:
            allowed &= ~(np.uint64(1) << np.uint64(lane))
    return allowed


@compiled
def most_of_layer(numbers: Any, shared: Any, energy: Any, rise: float) -> Any:
    """Return what a layer's similarity cannot exceed where it shares no more, and X sounds no less."""
    most = min(1.0, rise * shared * (1 + HAIR))
    if numbers[OF_ENERGY] > 0 and numbers[BELOW] >= 0 and energy > shared:
        most = min(most, similarity_of(numbers, shared, energy) * (1 + HAIR))
    return most


@compiled
def sum_up(piece: Any, part: Any, pair: Any, span: Any, sounding: Any) -> None:
    """Sum up how long each pitch of X sounds in the windows of all shifts of a span, as lanes, layer by layer."""
    below = int32s(part.below, part.n_below)
    stride, wide = piece.pitches + 1, 2 * LANES + piece.pitches
    up = pair.piece_up
    first = min(max(span[0] // up - part.zero, 0), part.lines - 1)
    last = min(max((span[1] + pair.reach + up - 1) // up - part.zero, 0), part.lines - 1)
    for layer in range(piece.n_energy):
        start = (layer * part.capacity + first) * stride
        stop = (layer * part.capacity + last) * stride
        lane = layer * wide + LANES
        for pitch in range(piece.pitches):
            sounding[lane + pitch] = (
                below[stop + pitch + 1]
                - below[stop + pitch]
                - below[start + pitch + 1]
                + below[start + pitch]
            )


@compiled
def at_lane(table: Any, row: int, bits: Any) -> Any:
    """Return the shared time in the lowest lane whose bit is set."""
    return np.int64(at(table, row * LANES + lowest_bit(bits)))


@compiled
def worth_a_look(
    piece: Any,
    part: Any,
    packed: Any,
    rules: Any,
    pair: Any,
    lowest: int,
    bright: Any,
    span: Any,
    crest: Any,
    room: Any,
) -> Any:
    """Return those of the bright lanes that are bright enough for what X sounds in the window at the least."""
    numbers = float64s(room.numbers, room.n_numbers)
    _, swept = layers_of(rules.quarters)
    most_other = float64s(room.other, room.n_other)
    target = asked_for(pair)
    mine = numbers[5 * swept : 5 * swept + 5]
    bits = bright
    while bits:
        lane = lowest_bit(bits)
        bits &= bits - np.uint64(1)
        shared = lane_of(crest, lane)
        energy = least_energy(piece, part, packed, pair, swept, lowest + lane, span[0], span[1])
        one = most_of_layer(mine, shared, energy, pair.rise)
        if power_of(swept, most_other[lane], one, rules.quarters) < target:
            bright &= ~(np.uint64(1) << np.uint64(lane))
    return bright


@compiled
def scan(
    piece: Any, part: Any, packed: Any, rules: Any, pair: Any, lowest: int, allowed: Any, start: int, rows: Any,
    crest: Any, table: Any, room: Any,
) -> None:  # fmt: skip
    """Consider what is bright enough in a table of shared time; the brightest first, to raise the bar."""
    need = raise_floor(rules, pair)
    if need > pair.most:
        return
    bright = reaching(crest, splat(need, table), table) & allowed
    if not bright:
        return
    bright = worth_a_look(
        piece, part, packed, rules, pair, lowest, bright, (start + rows[0], start + rows[1] - 1), crest, room
    )
    if not bright:
        return
    bar = greatest(crest, bright, table)
    above = bar + 1
    while above > need:
        need_lanes, above_lanes = splat(bar, table), splat(above, table)
        every = above > pair.most
        for row in range(rows[0], rows[1]):
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
    piece: Any,
    rules: Any,
    pair: Any,
    span: Any,
    state: Any,
    table: Any,
    first_row: int,
    room: Any,
) -> Any:
    """Add the turning points that the drums of all transpositions make; return slope and shared time at a shift.

    `span` is three shifts: turning points from the first up to the second are summed up in slope and shared time at
    the second; those from there up to the third are added to the table, from `first_row` on.
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
    slope, value = state
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
                    row = (first_row + shift - start) * LANES
                    store(table, row, add(load(table, row), splat(turn, table)))
    return slope, value


@compiled
def lay(piece: Any, part: Any, packed: Any, rules: Any, pair: Any, room: Any) -> None:
    """Lay a sample, as the pair is set, on a part of X, with numbers as short as what they count allows."""
    if raise_floor(rules, pair) > pair.most:
        return
    time, piece_time = int64s(part.time, part.n_time), int64s(room.piece_time, room.n_piece_time)
    for i in range(part.columns + part.rest):
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
        pair.lane = lowest
        if pair.plain and pair.most < 2**30:
            _, swept = layers_of(rules.quarters)
            sounding = int32s(part.sounding, part.n_sounding)
            bound = shared_at_most(piece, sounding, packed, swept, pair, lowest, room)
            if rules.prune:
                need = raise_floor(rules, pair)
                if not reaching(bound, splat(min(need, 2**31 - 1), lanes), lanes) & allowed:
                    continue
            within = min(within, greatest(bound, ~np.uint64(0), lanes))
        if not allowed:
            continue
        if not pair.plain:
            table64 = int64s(room.table64, room.n_table64)
            sweep(piece, part, packed, rules, pair, lowest, allowed, table64, room)
        elif within < 2**8:
            table8 = uint8s(room.table8, room.n_table8)
            sweep(piece, part, packed, rules, pair, lowest, allowed, table8, room)
        elif within < 2**16:
            table16 = uint16s(room.table16, room.n_table16)
            sweep(piece, part, packed, rules, pair, lowest, allowed, table16, room)
        else:
            table32 = int32s(room.table32, room.n_table32)
            sweep(piece, part, packed, rules, pair, lowest, allowed, table32, room)
