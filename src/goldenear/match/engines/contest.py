"""This file is where X meets many packed samples in compiled loops: bounds first, then the sweep, the best kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.correlate.backends.records import float64s, int8s, int32s, int64s
from goldenear.match.engines.bounds import similarity_bound
from goldenear.match.engines.code_cache import fingerprint as fingerprint_of_sources
from goldenear.match.engines.laying import lay_out
from goldenear.match.engines.pair import lay
from goldenear.match.engines.view import compiled, look, refusal

MARGIN = 0.95
"""How far below what is asked for similarities are found exactly, while X changes note by note."""

BITS = 64
"""A sample's variants with hope are bits of one number; from this many on they share the last."""


@compiled
def hope_of(v: int) -> Any:
    """Return the bit of a variant."""
    return np.uint64(1) << np.uint64(min(v, BITS - 1))


@compiled
def contend(
    piece: Any,
    excerpt: Any,
    packed: Any,
    pairing: Any,
    variants: Any,
    rules: Any,
    sample: int,
    floor: float,
    hopeful: Any,
    best: Any,
    ceilings: NDArray[np.float64],
    view: Any,
    room: Any,
) -> None:
    """Lay one sample on X in every variant with hope, and keep the best in `best` if it reaches `floor`.

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
        if not hopeful & hope_of(v):
            continue
        floor_here = reached / price * (1 - 1e-12)
        c = sample * len(prices) + v
        if len(ceilings) and ceilings[c] < floor_here:
            continue
        look(piece, packed, pairing, variants, rules, sample, v, view)
        # Under ceilings a slightly lower floor costs little more now, and leaves a ceiling that lasts a while.
        view.floor = floor_here * MARGIN if len(ceilings) else floor_here
        lay(piece, excerpt, packed, view, rules, room)
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


def entries(fingerprint: int) -> tuple[Any, Any, Any, Any]:
    """Return the four functions that are called from outside.

    The fingerprint of all files that they are made of is frozen in: the cache of compiled code sees when it changes.
    """

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def fill(pieces: Any) -> None:
        """Lay X out; `pieces` holds its record, and that of its excerpts."""
        if fingerprint:
            lay_out(pieces[0])

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def contest(
        pieces: Any,
        packs: Any,
        pairings: Any,
        variants: Any,
        rules: Any,
        order: NDArray[np.int64],
        floor: float,
        hopes: NDArray[np.uint64],
        best: Any,
        ceilings: NDArray[np.float64],
        views: Any,
        rooms: Any,
    ) -> None:
        """Let the samples named in `order` contend; where there are `hopes`, in such variants alone.

        The arguments are records: of `pairings` and `variants` the first serves samples whose stretches and forms
        share a picture, the second those with a picture for each.
        """
        if fingerprint == 0:
            return
        alone = int8s(packs[0].alone, packs[0].n_alone)
        for i in range(len(order)):
            own = alone[order[i]]
            hopeful = hopes[order[i]] if len(hopes) else ~np.uint64(0)
            contend(
                pieces[0], pieces[1], packs[0], pairings[own], variants[own], rules[0], order[i], floor, hopeful,
                best[0], ceilings, views[0], rooms[0],
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
        hopes: NDArray[np.uint64],
        views: Any,
        rooms: Any,
    ) -> int:
        """Raise ``upper[sample]`` to what each sample's similarity cannot exceed; 0 where it cannot reach `floor`.

        The variants that may reach it are noted in `hopes`.

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
            alike = int64s(variants[own].alike, variants[own].n_price)
            hopeful = np.uint64(0)
            for v in range(len(prices)):
                if alike[v] < v:
                    # Nothing here asks when a pitch sounds: the same bound, and a price no higher.
                    hopeful |= hope_of(v) * np.uint64((hopeful & hope_of(alike[v])) != 0)
                    continue
                look(piece, packed, pairings[own], variants[own], rule, sample, v, view)
                refused = refusal(piece, packed, view, rule, most_placements)
                if refused:
                    return 4 * sample + refused
                if rule.prune and prices[v] > 0 and prices[v] >= floor:
                    view.floor = floor / prices[v] * (1 - 1e-12)
                    highest = prices[v] * similarity_bound(piece, packed, view, rule, lanes)
                    if highest > 0:
                        hopeful |= hope_of(v)
                        upper[sample] = max(upper[sample], highest)
            hopes[sample] = hopeful
        return 0

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def sink(
        pieces: Any,
        packs: Any,
        pairings: Any,
        variants: Any,
        rules: Any,
        floors: NDArray[np.float64],
        ceilings: NDArray[np.float64],
        views: Any,
        rooms: Any,
    ) -> None:
        """Lay every variant whose ceiling reaches its floor; the ceiling sinks to what was found, or below the floor.

        Floors and ceilings, before the price, are of shape (samples x variants,).
        """
        if fingerprint == 0:
            return
        piece, packed, view = pieces[0], packs[0], views[0]
        alone = int8s(packed.alone, packed.n_alone)
        count = variants[0].n_price
        for sample in range(packed.n_alone):
            own = alone[sample]
            for v in range(count):
                c = sample * count + v
                if ceilings[c] < floors[c]:
                    continue
                look(piece, packed, pairings[own], variants[own], rules[0], sample, v, view)
                view.floor = floors[c] * MARGIN
                lay(piece, pieces[1], packed, view, rules[0], rooms[0])
                ceilings[c] = max(view.height, view.floor)

    return fill, contest, bound, sink


fill, contest, bound, sink = entries(fingerprint_of_sources())
