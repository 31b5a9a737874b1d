"""This file is where one variant of a sample is laid on X: bounds first, then the sweep where there is hope."""

from __future__ import annotations

from typing import Any

import numpy as np

from goldenear.correlate.backends.lanes import LANES, greatest, reaching, splat
from goldenear.correlate.backends.records import int32s, int64s, uint64s
from goldenear.match.engines.afar import look_from_afar
from goldenear.match.engines.bounds import (
    drums_at_most,
    is_countable,
    lanes_allowed,
    shared_at_most,
)
from goldenear.match.engines.excerpts import FOUND, begin_search, next_excerpt
from goldenear.match.engines.tile import scale_times
from goldenear.match.engines.view import NEVER, compiled, most_shared, need_of, number, transpositions
from goldenear.match.engines.widths import has_peaks, is_straight, pays_sparse, sweep_in_bits
from goldenear.match.packed import DIMMEST

COARSE_FROM = 0.1
"""A coarse look pays where so great a part of what could be shared at most is needed."""


@compiled
def lay(piece: Any, excerpt: Any, packed: Any, view: Any, rules: Any, room: Any) -> None:
    """Lay one variant on X; the best that reaches the view's floor is left in the view."""
    k = view.picture
    view.height = 0.0
    most = most_shared(piece, packed, view)
    if need_of(view, view.floor) > most:
        return
    drums = drums_at_most(piece, packed, view)
    low, high = transpositions(piece, packed, view, rules)
    straight = is_straight(piece, packed, view, rules)
    most = max(most, piece.light * view.piece_up * max(0, -number(packed, k, DIMMEST)))
    if piece.long:
        search, hopes = int64s(room.search, room.n_search), uint64s(room.hopes, room.n_hopes)
        begin_search(low, room)
        while next_excerpt(piece, excerpt, packed, view, rules, low, high, room):
            sparse = straight and pays_sparse(excerpt, packed, view)
            peaks = straight and has_peaks(excerpt, packed, view)
            sweep_in_bits(excerpt, packed, view, search[FOUND], hopes[0], most, sparse, peaks, room)
        return
    lanes = int32s(room.lanes32, room.n_lanes32)
    countable = is_countable(piece, view, drums)
    peaks = straight and has_peaks(piece, packed, view)
    coarse = piece.lines > 0 and not rules.octave and not rules.glow and drums == 0
    need = need_of(view, view.floor)
    view.first_hope, view.last_hope = -NEVER, NEVER
    sparse = straight and pays_sparse(piece, packed, view)
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
                scale_times(piece, view, room)
                ready = True
            sweep_in_bits(piece, packed, view, lowest, allowed, within, sparse, peaks, room)
