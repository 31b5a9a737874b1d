"""This file is where a sweep is chosen: integers as short as what they count allows, all rows or only some."""

from __future__ import annotations

from typing import Any

import numpy as np

from goldenear.correlate.backends.records import int8s, int16s, int32s, int64s, uint8s, uint16s
from goldenear.match.engines.sweep import sweep_ones, sweep_weights
from goldenear.match.engines.view import (
    FEW_STROKES,
    NEVER,
    PLAIN_STROKES,
    WINDOW_COSINE,
    Number,
    cannot_round_alike,
    compiled,
    most_energy,
    number,
)
from goldenear.match.packed import LENGTH

SPARSE_FROM = 2
"""Rows for turning points alone pay from so many shifts a turning point on."""


@compiled
def is_straight(piece: Any, packed: Any, view: Any, rules: Any) -> Number:
    """Tell whether a similarity is greatest where shared time or energy turns, and no two different ones round alike.

    So it is for plain pictures without drums: between turning points both are straight lines, and a line squared
    over a line has no peak.
    """
    k = view.picture
    drum_start = int64s(packed.drum_start, packed.n_drum_start)
    if (
        not view.plain
        or rules.glow
        or (piece.n_time == 0 and not piece.long)
        or drum_start[k + 1] > drum_start[k]
    ):
        return False
    return cannot_round_alike(piece, packed, view)


@compiled
def has_peaks(piece: Any, packed: Any, view: Any) -> Number:
    """Tell whether changes of slope, two a stroke at most, cannot wrap round."""
    edge_start = int64s(packed.edge_start, packed.n_edge_start)
    strokes = (edge_start[view.picture + 1] - edge_start[view.picture]) // 2
    return min(strokes, piece.strokes) < (FEW_STROKES if view.few else PLAIN_STROKES) // 2


@compiled
def pays_sparse(piece: Any, packed: Any, view: Any) -> Number:
    """Tell whether rows for turning points alone pay."""
    k = view.picture
    edge_start = int64s(packed.edge_start, packed.n_edge_start)
    time = int64s(piece.time, piece.n_time)
    lasts = (time[-1] - time[0]) * view.piece_up
    length = number(packed, k, LENGTH) * view.sample_up
    turns = len(time) * (edge_start[k + 1] - edge_start[k])
    shifts = lasts + length
    if view.first_hope > -NEVER:
        # Of all turning points only those at the shifts looked at.
        wanted = min(view.last_hope - view.first_hope + 1, shifts)
        turns = turns * wanted // shifts
        shifts = wanted
    return shifts > SPARSE_FROM * turns


@compiled
def sweep_in_bits(
    piece: Any,
    packed: Any,
    view: Any,
    lowest: int,
    allowed: Any,
    most: int,
    sparse: bool,
    peaks: bool,
    room: Any,
) -> None:
    """Sweep with integers as short as what they count allows."""
    table8 = int8s(room.table8, room.n_table8)
    energy_table8 = int8s(room.energy_table8, room.n_table8)
    turning8 = int8s(piece.turning8, piece.n_turning8)
    lanes32 = int32s(room.lanes32, room.n_lanes32)
    energy32 = int32s(room.energy32, room.n_energy32)
    energy = most_energy(piece, packed, view) if view.measure == WINDOW_COSINE else np.int64(0)
    energy16 = uint16s(room.energy16, room.n_energy16)
    if view.plain and not view.few:
        table16 = int16s(room.table16, room.n_table16)
        sweep_ones(
            piece, packed, view, lowest, allowed, most, table16, energy_table8, lanes32, turning8, energy32, sparse,
            peaks, room,
        )  # fmt: skip
    elif view.plain and most < 2**8 and energy < 2**16 and not sparse:
        lanes8 = uint8s(room.lanes8, room.n_lanes8)
        sweep_ones(
            piece, packed, view, lowest, allowed, most, table8, energy_table8, lanes8, turning8, energy16, False,
            peaks, room,
        )  # fmt: skip
    elif view.plain and max(most, energy) < 2**16:
        lanes16 = uint16s(room.lanes16, room.n_lanes16)
        sweep_ones(
            piece, packed, view, lowest, allowed, most, table8, energy_table8, lanes16, turning8, energy16, sparse,
            peaks, room,
        )  # fmt: skip
    elif view.plain:
        sweep_ones(
            piece, packed, view, lowest, allowed, most, table8, energy_table8, lanes32, turning8, energy32, sparse,
            peaks, room,
        )  # fmt: skip
    elif max(most, energy) < 2**31:
        table32 = int32s(room.table32, room.n_table32)
        energy_table32 = int32s(room.energy_table32, room.n_table32)
        turning32 = int32s(piece.turning32, piece.n_turning32)
        sweep_weights(
            piece, packed, view, lowest, allowed, most, table32, energy_table32, lanes32, turning32, energy32,
            False, False, room,
        )  # fmt: skip
    else:
        table64 = int64s(room.table64, room.n_table64)
        energy_table64 = int64s(room.energy_table64, room.n_table64)
        lanes64 = int64s(room.lanes64, room.n_lanes64)
        energy64 = int64s(room.energy64, room.n_energy64)
        turning64 = int64s(piece.turning64, piece.n_turning64)
        sweep_weights(
            piece, packed, view, lowest, allowed, most, table64, energy_table64, lanes64, turning64, energy64,
            False, False, room,
        )  # fmt: skip
