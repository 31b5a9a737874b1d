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
from goldenear.match.kernels.beat import BEAT_ROWS, LONGEST_STROKES, drums_at, lay_beat, turn_drums
from goldenear.match.kernels.layout import first_from
from goldenear.match.kernels.pairs import (
    LINE,
    NEVER,
    Scene,
    is_asked_for,
    numbers_of,
    raise_floor,
    row_of,
    similarity_of,
    strokes_of,
)
from goldenear.match.kernels.placements import consider, least_energy, span_of
from goldenear.match.score import BELOW, HAIR, OF_ENERGY

ROWS = 256
"""Shifts that a table holds: it stays in the nearest cache."""

SPANS = 4
"""Bounds are taken for shifts that lie within this part of the sample's length."""

NEAR = 8
"""Shifts are looked at together that lie within this part of the sample's length."""

FEWEST = 8
"""At least so many shifts are looked at together."""

LONGEST_STROKE = 96
"""Only strokes up to this length, in shifts, are noted by their onset alone."""

SLOTS = 64
"""So many edges are known that were noted last: one for each remainder of their times."""

FEW_STROKES = 127
"""The slope of what so many strokes share fits into 8 bits: each adds 1 to it at most."""

ROOFS = 5
"""The kind of meeting that makes roofs: onsets of X and onsets of the sample."""


class Room(NamedTuple):
    """Room for one thread to work in; what is noted of a sample stands here, one layer after the other."""

    table: NDArray[np.int64]
    """Turning points: rows of 64 numbers, of 8 to 64 bits each; all 0 but while a sample is swept."""
    shared: NDArray[np.int64]
    """Shared time: `ROWS` rows of 64 numbers, of 8 to 64 bits each; then the crests that `look_at` keeps."""
    pitch: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    weight: NDArray[np.int64]
    counts: NDArray[np.int64]
    """Of each layer, how many strokes have pitch, and how many there are; then how many lines of drums are common."""
    numbers: NDArray[np.float64]
    """The numbers of the measure, five a layer."""
    moment: NDArray[np.int64]
    place: NDArray[np.int64]
    second: NDArray[np.int64]
    sign: NDArray[np.int64]
    """The edges of the sample, two at a time where they are plain: when, where in a column of X, where the other is
    (0 is dark), and with what weight."""
    newest: NDArray[np.int64]
    """The edge noted last, by its time's remainder modulo `SLOTS`."""
    ahead: NDArray[np.int64]
    """Which column of X each edge meets next, one kind of meeting after the other."""
    peaks: NDArray[np.int64]
    """Of shifts that are looked at together: what is shared at most, and the row of the first."""
    piece_time: NDArray[np.int64]
    lanes32: NDArray[np.int32]
    rows: NDArray[np.int64]
    found: NDArray[np.int64]
    """Placements that are listed: transposition, shift, and what the first layer shares."""
    scores: NDArray[np.float64]
    """Their similarities."""
    lit: NDArray[np.int32]
    """How long each pitch of X sounds in the windows of a span, as lanes, layer by layer."""
    drums: NDArray[np.int64]
    """Turning points of drums, a number a shift; all 0 but while a sample is swept."""
    meetings: NDArray[np.int64]
    """How often onsets of drums meet, a number a shift; all 0 but while a sample is swept."""
    energies: NDArray[np.int64]
    """What X sounds in a beat's window, a number a shift."""
    lines: NDArray[np.int64]
    """The lines of drums that the sample and X have in common, see `Line`."""
    other: NDArray[np.float64]
    """What the similarity of the layer that is not swept cannot exceed, lane by lane; and the same in a span."""


def new_room(strokes: int, columns: int, pitches: int, listed: int = 0) -> Room:
    """Return room for samples of so many strokes a layer, parts of X of so many columns, and so many placements."""
    return Room._make(
        (
            _aligned(2 * (ROWS + LONGEST_STROKE) * LANES),
            _aligned((ROWS + ROWS // FEWEST) * LANES),
            *(np.zeros(2 * strokes, np.int64) for _ in range(4)),
            np.zeros(5, np.int64),
            np.zeros(10),
            *(np.zeros(2 * strokes, np.int64) for _ in range(4)),
            np.zeros(SLOTS, np.int64),
            np.zeros((ROOFS + 1) * 2 * strokes, np.int64),
            np.zeros(2 * ROWS // FEWEST, np.int64),
            np.zeros(columns, np.int64),
            np.zeros(LANES, np.int32),
            np.zeros(2**16, np.int64),
            np.zeros(3 * listed, np.int64),
            np.zeros(listed),
            np.zeros(2 * (2 * LANES + pitches), np.int32),
            np.zeros(BEAT_ROWS, np.int64),
            np.zeros(BEAT_ROWS + LONGEST_STROKES, np.int64),
            np.zeros(BEAT_ROWS, np.int64),
            np.zeros(LINE * strokes, np.int64),
            np.ones(2 * LANES),
        )
    )


def _aligned(n: int) -> NDArray[np.int64]:
    """Return zeros that begin on a cache line."""
    room = np.zeros(n + 8, np.int64)
    start = -room.ctypes.data % 64 // 8
    return room[start : start + n]


@compiled
def lanes_allowed(lowest: int, low: int, high: int) -> Any:
    """Return the bits of the lanes from `lowest` on whose transposition lies within low..high."""
    first = max(low - lowest, 0)
    count = min(high - lowest, LANES - 1) - first + 1
    if count <= 0:
        return np.uint64(0)
    return (~np.uint64(0) >> np.uint64(LANES - count)) << np.uint64(first)


@compiled
def shared_at_most(scene: Scene, sounding: Any, layer: int, lowest: int) -> Any:
    """Return, for 64 transpositions, what plain pictures share at most, pitch by pitch: in 32 bits.

    `sounding` tells how long each pitch of X sounds, layer by layer, as lanes.
    """
    piece, _, _, _, pair, room = scene
    wide = 2 * LANES + piece.pitches
    sounding = sounding[layer * wide : (layer + 1) * wide]
    rows, lanes = int64s(room.rows, room.n_rows), int32s(room.lanes32, room.n_lanes32)
    pitch, begin, end, _, pitched = strokes_of(room, layer)
    highest = 0
    for j in range(pitched):
        highest = max(highest, pitch[j])
    rows[: highest + 1] = 0
    drums = 0
    for j in range(len(pitch)):
        if j < pitched:
            rows[pitch[j]] += end[j] - begin[j]
        else:
            drums += end[j] - begin[j]
    base = LANES + row_of(scene, lowest)
    total = splat(drums if piece.has_drums else 0, lanes)
    for row in range(highest + 1):
        place = base + row
        if rows[row] and 0 < place < LANES + piece.pitches:
            own = splat(min(rows[row], 2**31 - 1), lanes)
            total = add(total, least(times(load(sounding, place), pair.piece_up), own, lanes))
    return total


@compiled
def edges_of(room: Any) -> Any:
    """Return the edges noted of a sample: moment, place, second place and sign."""
    moment, place = int64s(room.moment, room.n_moment), int64s(room.place, room.n_moment)
    return moment, place, int64s(room.second, room.n_moment), int64s(room.sign, room.n_moment)


@compiled
def note_edges(scene: Scene, lowest: int) -> Any:
    """Note the edges of the swept layer that 64 transpositions from `lowest` on can meet.

    Returns
    -------
    int, int
        How many strokes of the usual length there are, of which the beginning alone is noted; and how many edges in
        all, those of other strokes after them.
    """
    piece, part, _, _, pair, room = scene
    pitch, begin, end, weight, pitched = strokes_of(room, pair.swept)
    base = LANES + row_of(scene, lowest)
    half = part.width // 2 if pair.plain else 0
    n, whole = 0, 0
    for others in range(0 if pair.usual else 1, 2):
        whole = n
        for j in range(pitched):
            where = base + pitch[j]
            if not 0 < where < LANES + piece.pitches or (end[j] - begin[j] != pair.usual) != others:
                continue
            if others:
                # What is shared turns by minus the product of two edges: a beginning reads the columns' other half.
                n = note_edge(room, pair, whole, n, (begin[j], where + half, -weight[j]))
                n = note_edge(room, pair, whole, n, (end[j], where, weight[j]))
            else:
                n = note_edge(room, pair, whole, n, (begin[j], where, weight[j]))
    return whole, n


@compiled
def note_edge(room: Any, pair: Any, first: int, n: int, edge: Any) -> Any:
    """Note an edge, its time, place and sign, after `n` others; return how many there are from then on.

    Plain edges at one time are read two at a time: an edge may be noted as the second place of one from `first` on.
    """
    moment, place, second, sign = edges_of(room)
    if pair.plain:
        newest = int64s(room.newest, SLOTS)
        other, newest[edge[0] % SLOTS] = newest[edge[0] % SLOTS], n
        if first <= other < n and moment[other] == edge[0] and not second[other]:
            second[other], newest[edge[0] % SLOTS] = edge[1], other
            return n
    moment[n], place[n], second[n], sign[n] = edge[0], edge[1], 0, edge[2]
    return n + 1


@compiled
def columns_of(part: Any) -> Any:
    """Return X's columns of edges: where each counts 1, and with their weights; and the width of the first."""
    return int8s(part.edges, part.n_edges), int32s(part.weights, part.n_weights), part.width


def column_of(columns: Any, i: int, edge: Any, table: Any) -> Any:
    """Return a column of X as an edge of a sample, two places and a sign, reads it: how slopes turn where they meet.

    Tables of 64 bits take one place times the sign, all others two places that count 1.
    """
    raise NotImplementedError  # numba takes what `_column_of` returns


@overload(column_of)  # type: ignore[untyped-decorator]
def _column_of(columns: Any, i: Any, edge: Any, table: Any) -> Any:  # noqa: ARG001
    """Return how columns are read into a table of this type."""

    def times_sign(columns: Any, i: Any, edge: Any, table: Any) -> Any:
        return times(widen(load(columns[1], i * (columns[2] // 2) + edge[0]), table), edge[2])

    def two(columns: Any, i: Any, edge: Any, table: Any) -> Any:
        at_column = i * columns[2]
        return widen(add(load(columns[0], at_column + edge[0]), load(columns[0], at_column + edge[1])), table)

    return times_sign if table.dtype == types.int64 else two


@compiled
def meeting(part: Any, pair: Any, noted: Any, kind: int) -> Any:
    """Return what meets in one kind of meeting, of those that add up to all edges of X against all of the sample.

    Returns
    -------
    int, (int, int), (int, int), (int, int), bool
        The kind, the range of X's columns, and of the sample's edges; by how much either counts as later; and whether
        what they turn is subtracted.
    """
    full = part.usual * pair.piece_up
    onsets, others = (0, part.columns), (part.columns, part.columns + part.rest)
    begins = (0, noted[0])
    if kind == 0:
        return kind, others, noted, (0, 0), False
    if kind == 1:
        return kind, onsets, noted, (0, 0), False
    if kind == 2:
        return kind, onsets, noted, (full, 0), True
    if kind == 3:
        return kind, others, begins, (0, 0), True
    if kind == 4:
        return kind, others, begins, (0, pair.usual), False
    return kind, onsets, begins, (0, 0), False


@compiled
def meet(scene: Scene, met: Any, span: Any, row: int, table: Any) -> None:
    """Add X's columns to the rows of the shifts at which they meet the sample's edges; see `meeting` for `met`.

    `span` is a range of shifts, and `row` the row of its first. The columns that each edge meets next are noted.
    """
    part, room = scene[1], scene[-1]
    kind, among, edges, late, minus = met
    if among[0] == among[1]:
        return
    moment, place, second, sign = edges_of(room)
    time, columns = int64s(room.piece_time, among[1]), columns_of(part)
    ahead = int64s(room.ahead + 8 * kind * room.n_moment, room.n_moment)
    for j in range(edges[0], edges[1]):
        away = moment[j] + late[1] - late[0]
        high, origin = span[1] + away, span[0] + away - row
        edge = (place[j], second[j], sign[j])
        i = at(ahead, j)
        while i < among[1] and at(time, i) < high:
            cell = (at(time, i) - origin) * LANES
            column = column_of(columns, i, edge, table)
            if minus:
                store(table, cell, subtract(load(table, cell), column))
            else:
                store(table, cell, add(load(table, cell), column))
            i += 1
        ahead[j] = i


@compiled
def turned_before(scene: Scene, met: Any, reach: int, start: int, state: Any, tables: Any) -> Any:
    """Return slope and shared time at shift `start`, with what turned before it; see `meeting` for `met`.

    Of roofs, which `reach` so many shifts to either side of where onsets meet, only those that cover the shift count.
    The column that each edge meets next is noted: of roofs, the first that counts.
    """
    part, room = scene[1], scene[-1]
    table, shared = tables
    kind, among, edges, late, minus = met
    slope, value = state
    if among[0] == among[1]:
        return slope, value
    moment, place, second, sign = edges_of(room)
    time, columns = int64s(room.piece_time, among[1]), columns_of(part)
    ahead = int64s(room.ahead + 8 * kind * room.n_moment, room.n_moment)
    for j in range(edges[0], edges[1]):
        away = moment[j] + late[1] - late[0]
        edge = (place[j], second[j], sign[j])
        i = first_from(time, among[0], among[1], start + away - reach + 1) if reach else among[0]
        ahead[j] = i
        while i < among[1] and time[i] - away < start + reach:
            since = start - time[i] + away
            turn = -1 if minus or (reach and since > 0) else 1
            column = column_of(columns, i, edge, table)
            slope = add(slope, times(column, turn))
            grown = reach - abs(since) if reach else turn * since
            value = add(value, times(widen(column, shared), grown))
            i += 1
        ahead[j] = ahead[j] if reach else i
    return slope, value


@compiled
def begin_at(scene: Scene, noted: Any, start: int, tables: Any) -> Any:
    """Return slope and shared time at shift `start`, and add the onsets that meet near it to the table's first rows.

    `noted` is what `note_edges` returned; `tables` holds turning points, and shared time.
    """
    part, pair = scene[1], scene[-2]
    usual, table = pair.usual, tables[0]
    state = splat(0, table), splat(0, tables[1])
    for kind in range(ROOFS + 1 if usual else 3):
        reach = usual if kind == ROOFS else 0
        state = turned_before(scene, meeting(part, pair, noted, kind), reach, start, state, tables)
    if usual:
        clear(table, 0, 2 * usual)
        meet(scene, meeting(part, pair, noted, ROOFS), (start - usual + 1, start + usual), 1, table)
    drums = drums_at(scene, start)
    return add(state[0], splat(drums[0], table)), add(state[1], splat(drums[1], tables[1]))


@compiled
def turn_at(scene: Scene, noted: Any, span: Any, tables: Any) -> None:
    """Add to the table what turns slopes at the shifts of a span, its end not among them; see `begin_at`."""
    part, pair = scene[1], scene[-2]
    usual, turns, table = pair.usual, first_turn(pair.usual), tables[0]
    for kind in range(ROOFS if usual else 3):
        meet(scene, meeting(part, pair, noted, kind), span, turns, table)
    if usual:
        ahead = (span[0] + usual, span[1] + usual)
        meet(scene, meeting(part, pair, noted, ROOFS), ahead, 2 * usual, table)
    if scene[0].has_drums:
        turn_drums(scene, span[0], span[1])
        drums = int64s(scene[-1].drums, ROWS)
        for row in range(span[1] - span[0]):
            if drums[row]:
                place = (turns + row) * LANES
                store(table, place, add(load(table, place), splat(drums[row], table)))
                drums[row] = 0


@compiled
def first_turn(usual: int) -> Any:
    """Return the row from which on turning points stand; before them stand those of onsets that meet."""
    return ROWS + 2 * usual if usual else 0


@compiled
def sum_rows(usual: int, rows: Any, state: Any, tables: Any) -> Any:
    """Sum up turning points to slopes and to shared time, row by row.

    Returns slope and shared time at the row after the last, and the most that each lane shares in these rows.
    """
    slope, value = state
    table, shared = tables
    crest, turns = splat(0, shared), first_turn(usual)
    for row in range(rows[0], rows[1]):
        change = load(table, (turns + row) * LANES)
        store(shared, row * LANES, value)
        if usual:
            middle = load(table, (row + usual) * LANES)
            eaves = add(load(table, row * LANES), load(table, (row + 2 * usual) * LANES))
            change = add(change, subtract(eaves, add(middle, middle)))
        crest = most(crest, value, shared)
        slope = add(slope, change)
        value = add(value, widen(slope, shared))
    return (slope, value), crest


@compiled
def move_on(usual: int, rows: int, table: Any) -> None:
    """Clear the rows that were summed up, and move the onsets that are still needed to the front."""
    turns = first_turn(usual)
    clear(table, turns, turns + rows)
    if usual:
        for row in range(2 * usual):
            store(table, row * LANES, load(table, (row + rows) * LANES))
        clear(table, 2 * usual, 2 * usual + rows)


@compiled
def sweep(scene: Scene, lowest: int, allowed: Any, tables: Any) -> None:
    """Look at every shift of 64 transpositions from `lowest` on; what is bright enough is considered.

    Only lanes whose bit is set in `allowed` count. Slopes must fit in the first table's numbers, all that can be
    shared in those of the second. The first is all 0, and is left so.
    """
    _, part, _, rules, pair, _ = scene
    noted = note_edges(scene, lowest)
    start, stop = span_of(scene)
    if start > stop:
        return
    usual, (table, shared) = pair.usual, tables
    # Without onsets it would take long to begin anew.
    asks = usual and part.lines and part.lit_as_sounding and rules.prune and pair.plain and pair.most < 2**30
    length = max(pair.length // SPANS, ROWS) if asks else stop + 1 - start
    state, begun = (splat(0, table), splat(0, shared)), False
    next_span, spans = start, 1
    while start <= stop and allowed:
        if start >= next_span:
            if asks and not lanes_in_span(scene, lowest, allowed, (start, start + length - 1)):
                start, next_span, begun, spans = start + length, start + length, False, 1
                continue
            # The longer nothing could be left out, the more rarely it is asked.
            spans = min(2 * spans, 64)
            next_span = min(start + spans * length, stop + 1)
        if not begun:
            state, begun = begin_at(scene, noted, start, tables), True
        end = min(start + ROWS, next_span)
        turn_at(scene, noted, (start, end), tables)
        state = look_at(scene, lowest, allowed, (start, end), state, tables)
        move_on(usual, end - start, table)
        start = end
    clear(table, 0, 2 * usual)


@compiled
def look_at(scene: Scene, lowest: int, allowed: Any, span: Any, state: Any, tables: Any) -> Any:
    """Sum up the shared time at the shifts of a span, its end not among them, and consider what is bright enough.

    Returns slope and shared time at the end of the span.
    """
    _, _, _, rules, pair, room = scene
    peaks, rows, shared = int64s(room.peaks, room.n_peaks), span[1] - span[0], tables[1]
    near = min(max(pair.length // NEAR, FEWEST), ROWS)
    need, n = raise_floor(rules, pair), 0
    bar = splat(min(need, pair.most + 1), shared)
    for row in range(0, rows, near):
        state, crest = sum_rows(pair.usual, (row, min(row + near, rows)), state, tables)
        bright = reaching(crest, bar, shared) & allowed
        if bright:
            store(shared, (ROWS + n) * LANES, crest)
            peaks[2 * n], peaks[2 * n + 1] = greatest(crest, bright, shared), row
            n += 1
    # The brightest first, to raise the bar.
    while n and need <= pair.most:
        best = 0
        for i in range(1, n):
            best = i if peaks[2 * i] > peaks[2 * best] else best
        if peaks[2 * best] < need:
            break
        peaks[2 * best], row = 0, peaks[2 * best + 1]
        crest = load(shared, (ROWS + best) * LANES)
        scan(scene, lowest, allowed, span[0], (row, min(row + near, rows)), crest, shared)
        need = raise_floor(rules, pair)
    return state


@compiled
def clear(table: Any, first: int, last: int) -> None:
    """Set the rows of a table from `first` up to `last` to 0."""
    for row in range(first, last):
        store(table, row * LANES, splat(0, table))


@compiled
def lanes_in_part(scene: Scene, lowest: int, allowed: Any) -> Any:
    """Return the lanes whose similarity may reach what is asked for in this part of X, and what none exceeds in S.

    What the layer that is not swept cannot exceed is noted for each lane.
    """
    _, part, _, rules, pair, room = scene
    other = float64s(room.other, LANES)
    other[:] = 1.0
    if not pair.plain or pair.most >= 2**30:
        return allowed, pair.most
    sounding, lanes = int32s(part.sounding, part.n_sounding), int32s(room.lanes32, room.n_lanes32)
    bound = shared_at_most(scene, sounding, pair.swept, lowest)
    within = min(pair.most, greatest(bound, ~np.uint64(0), lanes))
    if rules.prune:
        allowed = lanes_that_may(scene, lowest, allowed, sounding, bound, other, (0, NEVER))
    return allowed, within


@compiled
def lanes_in_span(scene: Scene, lowest: int, allowed: Any, span: Any) -> Any:
    """Return the lanes whose similarity may reach what is asked for at the shifts of a span, first to last."""
    pair, room = scene[-2:]
    sounding, other = int32s(room.lit, room.n_lit), float64s(room.other, room.n_other)
    sum_up(scene, span, sounding)
    other[LANES:] = other[:LANES]
    bound = shared_at_most(scene, sounding, pair.swept, lowest)
    return lanes_that_may(scene, lowest, allowed, sounding, bound, other[LANES:], span)


@compiled
def lanes_that_may(
    scene: Scene, lowest: int, allowed: Any, sounding: Any, bound: Any, other: Any, span: Any
) -> Any:
    """Return the lanes whose similarity may reach what is asked for at the shifts of a span, first to last.

    `sounding` tells how long X's pitches sound in their windows, and `bound` what the swept layer shares at most.
    `other`, what the similarity of the other layer cannot exceed, is lowered.
    """
    _, _, _, rules, pair, room = scene
    lanes = int32s(room.lanes32, room.n_lanes32)
    allowed &= reaching(bound, splat(min(raise_floor(rules, pair), 2**31 - 1), lanes), lanes)
    if allowed and pair.layers == 2:
        store(lanes, 0, shared_at_most(scene, sounding, 1 - pair.swept, lowest))
        bits = allowed
        while bits:
            lane = lowest_bit(bits)
            bits &= bits - np.uint64(1)
            most_of_it = most_of_layer(scene, 1 - pair.swept, lowest + lane, np.int64(lanes[lane]), span)
            other[lane] = min(other[lane], most_of_it)
    return bright_enough(scene, lowest, allowed, bound, other, span)


@compiled
def bright_enough(scene: Scene, lowest: int, bright: Any, shared: Any, other: Any, span: Any) -> Any:
    """Return those of some lanes in which enough is shared for what X sounds in all windows of a span."""
    pair, bits = scene[-2], bright
    if pair.layers == 1 and numbers_of(scene[-1], pair.swept)[OF_ENERGY] == 0:
        # The similarity depends on S alone, and S was tested already.
        return bright
    while bits:
        lane = lowest_bit(bits)
        bits &= bits - np.uint64(1)
        one = most_of_layer(scene, pair.swept, lowest + lane, lane_of(shared, lane), span)
        if not is_asked_for(scene, one, other[lane]):
            bright &= ~(np.uint64(1) << np.uint64(lane))
    return bright


@compiled
def most_of_layer(scene: Scene, layer: int, transposition: int, shared: Any, span: Any) -> Any:
    """Return what a layer's similarity cannot exceed at the shifts of a span where it shares no more than that."""
    pair, room = scene[-2:]
    numbers, rise = numbers_of(room, layer), pair.rise if layer == pair.swept else pair.other_rise
    most = min(1.0, rise * shared * (1 + HAIR))
    if numbers[OF_ENERGY] > 0 and numbers[BELOW] >= 0:
        energy = least_energy(scene, layer, transposition, span)
        if energy > shared or not pair.plain:
            most = min(most, similarity_of(numbers, shared, energy) * (1 + HAIR))
    return most


@compiled
def sum_up(scene: Scene, span: Any, sounding: Any) -> None:
    """Sum up how long each pitch of X sounds in the windows of all shifts of a span, as lanes, layer by layer."""
    piece, part, _, _, pair, _ = scene
    below = int64s(part.below, part.n_below)
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
def scan(scene: Scene, lowest: int, allowed: Any, start: int, rows: Any, crest: Any, table: Any) -> None:
    """Consider what is bright enough in a table of shared time; the brightest first, to raise the bar."""
    _, _, _, rules, pair, room = scene
    need = raise_floor(rules, pair)
    bright = reaching(crest, splat(need, table), table) & allowed
    span, other = (start + rows[0], start + rows[1] - 1), float64s(room.other, room.n_other)
    bright = bright_enough(scene, lowest, bright, crest, other, span)
    if not bright:
        return
    bar = greatest(crest, bright, table)
    # The first bar is the greatest, so nothing lies above it; one more may not fit in the table's numbers.
    above, every = bar + 1, True
    while above > need:
        need_lanes, above_lanes = splat(bar, table), splat(above, table)
        for row in range(rows[0], rows[1]):
            value = load(table, row * LANES)
            bits = reaching(value, need_lanes, table) & bright
            if bits and not every:
                bits &= ~reaching(value, above_lanes, table)
            while bits:
                lane = lowest_bit(bits)
                if consider(scene, lowest + lane, start + row, np.int64(at(table, row * LANES + lane))):
                    need = raise_floor(rules, pair)
                    if need > bar:
                        need_lanes = splat(min(need, above), table)
                        bits &= reaching(value, need_lanes, table)
                bits &= bits - np.uint64(1)
        above, every = bar, False
        bar = max(need, bar - max(1, (bar - need) // 2))


@compiled
def lay(scene: Scene) -> None:
    """Lay a sample, as the pair is set, on a part of X, with numbers as short as what they count allows."""
    piece, part, _, rules, pair, room = scene
    if raise_floor(rules, pair) > pair.most:
        return
    pitched = int64s(room.counts, room.n_counts)[2 * pair.swept]
    if not (piece.has_pitch and pitched):
        lay_beat(scene)
        return
    time, piece_time = int64s(part.time, part.n_time), int64s(room.piece_time, room.n_piece_time)
    for i in range(part.columns + part.rest):
        piece_time[i] = time[i] * pair.piece_up
    usual = part.usual * pair.piece_up
    pair.usual = usual if usual <= LONGEST_STROKE else 0
    turns, n, shared, m = room.table, room.n_table, room.shared, room.n_shared
    # The middle first: there most is shared, and what is found there often decides the rest.
    spare = max(pair.high - pair.low + 1 - LANES, 0)
    middle = pair.low + spare // 2
    for block in range(1 + 2 * ((spare + 2 * LANES - 1) // (2 * LANES))):
        away = (block + 1) // 2 * LANES
        lowest = middle + (away if block % 2 else -away)
        allowed = lanes_allowed(lowest, pair.low, pair.high)
        if not allowed:
            continue
        pair.lane = lowest
        allowed, within = lanes_in_part(scene, lowest, allowed)
        if not allowed:
            continue
        strokes = min(int64s(room.counts, room.n_counts)[2 * pair.swept + 1], part.strokes)
        if not pair.plain:
            sweep(scene, lowest, allowed, (int64s(turns, n), int64s(shared, m)))
        elif within >= 2**16 or strokes > FEW_STROKES:
            sweep(scene, lowest, allowed, (int32s(turns, n), int32s(shared, m)))
        elif within < 2**8:
            sweep(scene, lowest, allowed, (int8s(turns, n), uint8s(shared, m)))
        else:
            sweep(scene, lowest, allowed, (int8s(turns, n), uint16s(shared, m)))
