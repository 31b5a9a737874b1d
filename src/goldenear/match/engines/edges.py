"""This file is where a sample's edges become places in X's columns: what is added to a row where two times meet."""

from __future__ import annotations

from typing import Any

import numpy as np

from goldenear.correlate.backends.lanes import LANES, add, load, times, widen
from goldenear.correlate.backends.records import at, int8s, int16s, int32s, int64s
from goldenear.match.engines.view import compiled, number
from goldenear.match.packed import LENGTH, RANGE


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
    # Without a branch that a processor could guess wrongly.
    for e in range(start[k], start[k + 1], 2):
        a, b = base + up * at(edge_pitch, e), base + up * at(edge_pitch, e + 1)
        weight, other = at(edge_weight, e) * direction, at(edge_weight, e + 1) * direction
        moment[n] = (whole + direction * at(edge_time, e)) * view.sample_up
        # What is shared turns by minus the product of two edges: a beginning reads the other half. Beyond X's
        # pitches all is dark.
        first[n] = min(max(a, 0), above) + half * np.int64(weight > 0)
        second[n] = (min(max(b, 0), above) + half * np.int64(other > 0)) * np.int64(other != 0)
        # Where neither meets X in these lanes, the next two take their place.
        n += int(0 < a < above) | int(0 < b < above)
    return n


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
