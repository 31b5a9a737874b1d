"""This file is where X meets many packed samples in compiled loops: bounds first, then the sweep, the best kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.correlate.backends.lanes import LANES, greatest, reaching, splat
from goldenear.correlate.backends.records import float64s, int8s, int32s, int64s, uint8s, uint16s
from goldenear.match.engines.bounds import (
    drums_at_most,
    is_countable,
    lanes_allowed,
    look_from_afar,
    shared_at_most,
    similarity_bound,
)
from goldenear.match.engines.code_cache import fingerprint as fingerprint_of_sources
from goldenear.match.engines.sweep import sweep_ones, sweep_weights
from goldenear.match.engines.view import (
    NEVER,
    Number,
    cannot_round_alike,
    compiled,
    look,
    most_energy,
    most_shared,
    need_of,
    number,
    refusal,
    transpositions,
)
from goldenear.match.packed import DIMMEST, LENGTH

COARSE_FROM = 0.5
"""A coarse look pays where so great a part of what could be shared at most is needed."""

MARGIN = 0.5
"""How far below what is asked for similarities are found exactly, while X changes note by note."""

SPARSE_FROM = 2
"""Rows for turning points alone pay from so many shifts a turning point on."""


@compiled
def lay(piece: Any, packed: Any, view: Any, rules: Any, room: Any) -> None:
    """Lay one variant on X; the best that reaches the view's floor is left in the view."""
    k = view.picture
    view.height = 0.0
    most = most_shared(piece, packed, view)
    if need_of(view, view.floor) > most:
        return
    drums = drums_at_most(piece, packed, view)
    low, high = transpositions(piece, packed, view, rules)
    countable = is_countable(piece, view, drums)
    straight = is_straight(piece, packed, view, rules)
    sparse = straight and pays_sparse(piece, packed, view)
    edge_start = int64s(packed.edge_start, packed.n_edge_start)
    # Two changes of slope a stroke must not wrap round in eight bits.
    peaks = straight and min((edge_start[k + 1] - edge_start[k]) // 2, piece.strokes) < 64
    most = max(most, piece.light * view.piece_up * max(0, -number(packed, k, DIMMEST)))
    lanes = int32s(room.lanes32, room.n_lanes32)
    time = int64s(piece.time, piece.n_time)
    piece_time = int64s(room.piece_time, piece.n_time)
    coarse = piece.n_before > 0 and not rules.octave and not rules.glow and drums == 0
    need = need_of(view, view.floor)
    view.first_hope, view.last_hope = -NEVER, NEVER
    ready = False
    # The middle first: there most is shared, and what is found there often decides the rest.
    spare = max(high - low + 1 - LANES, 0)
    middle = low + spare // 2
    blocks = 1 + 2 * ((spare + 2 * LANES - 1) // (2 * LANES))
    for block in range(blocks):
        away = (block + 1) // 2 * LANES
        lowest = middle + (away if block % 2 else -away)
        allowed = lanes_allowed(lowest, low, high)
        if not allowed:
            continue
        within = most
        if countable:
            bound = shared_at_most(piece, packed, view, lowest, drums, lanes)
            if rules.prune:
                need = need_of(view, max(view.floor, view.height))
                allowed &= reaching(bound, splat(min(need, 2**31 - 1), lanes), lanes)
            within = min(most, greatest(bound, ~np.uint64(0), lanes))
            if allowed and rules.prune and coarse and need > COARSE_FROM * most:
                allowed = look_from_afar(piece, packed, view, lowest, allowed, room)
        if allowed:
            if not ready:
                for i in range(len(time)):
                    piece_time[i] = time[i] * view.piece_up
                ready = True
            sweep_in_bits(piece, packed, view, lowest, allowed, within, sparse, peaks, room)


@compiled
def is_straight(piece: Any, packed: Any, view: Any, rules: Any) -> Number:
    """Tell whether a similarity is greatest where shared time or energy turns, and no two different ones round alike.

    So it is for plain pictures without drums: between turning points both are straight lines, and a line squared
    over a line has no peak.
    """
    k = view.picture
    drum_start = int64s(packed.drum_start, packed.n_drum_start)
    if not view.plain or rules.glow or piece.n_time == 0 or drum_start[k + 1] > drum_start[k]:
        return False
    return cannot_round_alike(piece, packed, view)


@compiled
def pays_sparse(piece: Any, packed: Any, view: Any) -> Number:
    """Tell whether rows for turning points alone pay."""
    k = view.picture
    edge_start = int64s(packed.edge_start, packed.n_edge_start)
    time = int64s(piece.time, piece.n_time)
    shifts = time[-1] * view.piece_up + number(packed, k, LENGTH) * view.sample_up
    return shifts > SPARSE_FROM * len(time) * (edge_start[k + 1] - edge_start[k])


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
    energy = most_energy(piece, packed, view)
    energy16 = uint16s(room.energy16, room.n_energy16)
    if view.plain and most < 2**8 and energy < 2**16 and not sparse:
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


@compiled
def contend(
    piece: Any,
    packed: Any,
    pairing: Any,
    variants: Any,
    rules: Any,
    sample: int,
    floor: float,
    best: Any,
    ceilings: NDArray[np.float64],
    view: Any,
    room: Any,
) -> None:
    """Lay one sample on X in every variant, and keep the best in `best` if it reaches `floor`.

    Where there are `ceilings` (a similarity for each sample and variant that it cannot exceed, before its price),
    only variants whose ceiling is high enough are laid, and ceilings sink to what was found, or to `MARGIN` of
    what was asked for.
    """
    prices = float64s(variants.price, variants.n_price)
    turns = int64s(variants.turn, variants.n_price)
    similarities = float64s(best.similarity, best.n_similarity)
    best_turn = int64s(best.turn, best.n_similarity)
    for v in range(len(prices)):
        price = prices[v]
        old = similarities[sample]
        reached = max(old, floor) if rules.prune else 0.0
        if price <= 0 or price < reached:
            # The cheapest come first: no placement can be worth more than its price.
            break
        floor_here = reached / price * (1 - 1e-12)
        c = sample * len(prices) + v
        if len(ceilings) and ceilings[c] < floor_here:
            continue
        look(piece, packed, pairing, variants, rules, sample, v, view)
        # Under ceilings a lower floor costs little more now, and leaves a ceiling that lasts.
        view.floor = floor_here * MARGIN if len(ceilings) else floor_here
        lay(piece, packed, view, rules, room)
        if len(ceilings):
            ceilings[c] = max(view.height, view.floor)
        similarity = view.height * price
        turn = turns[v]
        if similarity > old or (similarity == old and similarity > 0 and turn < best_turn[sample]):
            similarities[sample] = similarity
            best_turn[sample] = turn
            int64s(best.transposition, best.n_similarity)[sample] = view.transposition
            int64s(best.shift, best.n_similarity)[sample] = view.shift * view.ticks
            int64s(best.shared, best.n_similarity)[sample] = view.shared
            int64s(best.ticks, best.n_similarity)[sample] = view.resolution


def entries(fingerprint: int) -> tuple[Any, Any]:
    """Return the two functions that are called from outside.

    The fingerprint of all files that they are made of is frozen in: the cache of compiled code sees when it changes.
    """

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def contest(
        pieces: Any,
        packs: Any,
        pairings: Any,
        variants: Any,
        rules: Any,
        order: NDArray[np.int64],
        floor: float,
        best: Any,
        ceilings: NDArray[np.float64],
        views: Any,
        rooms: Any,
    ) -> None:
        """Let the samples named in `order` contend.

        The arguments are records: of `pairings` and `variants` the first serves samples whose stretches and forms
        share a picture, the second those with a picture for each.
        """
        if fingerprint == 0:
            return
        alone = int8s(packs[0].alone, packs[0].n_alone)
        for i in range(len(order)):
            own = alone[order[i]]
            contend(
                pieces[0], packs[0], pairings[own], variants[own], rules[0], order[i], floor, best[0],
                ceilings, views[0], rooms[0],
            )  # fmt: skip

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def bound(
        pieces: Any,
        packs: Any,
        pairings: Any,
        variants: Any,
        rules: Any,
        first: int,
        last: int,
        floor: float,
        most_placements: float,
        upper: NDArray[np.float64],
        views: Any,
        rooms: Any,
    ) -> int:
        """Raise ``upper[sample]`` to what each sample's similarity cannot exceed; 0 where it cannot reach `floor`.

        Returns
        -------
        int
            0; or, for the first sample that cannot be compared, four times its number and 1 if it takes too many
            placements, 2 if sums could leave 64 bits.
        """
        if fingerprint == 0:
            return 0
        piece, packed, view, room, rule = pieces[0], packs[0], views[0], rooms[0], rules[0]
        alone = int8s(packed.alone, packed.n_alone)
        lanes = int32s(room.lanes32, room.n_lanes32)
        for sample in range(first, last):
            own = alone[sample]
            prices = float64s(variants[own].price, variants[own].n_price)
            highest = upper[sample]
            for v in range(len(prices)):
                look(piece, packed, pairings[own], variants[own], rule, sample, v, view)
                refused = refusal(piece, packed, view, rule, most_placements)
                if refused:
                    return 4 * sample + refused
                wanted = max(highest, floor)
                if rule.prune and prices[v] > 0 and prices[v] >= wanted:
                    view.floor = wanted / prices[v] * (1 - 1e-12)
                    highest = max(highest, prices[v] * similarity_bound(piece, packed, view, rule, lanes))
            upper[sample] = highest
        return 0

    return contest, bound


contest, bound = entries(fingerprint_of_sources())
