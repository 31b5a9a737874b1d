"""The loops that are called from outside: lay out a part of X, bound samples, score some, list placements.

All arguments are records (see :mod:`goldenear.correlate.backends.records`). Of `meetings` and `variants` the first
serves samples whose stretches and forms share a picture, the second those with a picture for each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.correlate.backends.lanes import LANES, greatest
from goldenear.correlate.backends.records import compiled, float64s, int8s, int32s, int64s
from goldenear.match.kernels.code_cache import fingerprint as fingerprint_of_sources
from goldenear.match.kernels.layout import lay_part
from goldenear.match.kernels.pairs import Scene, most_of_both, number, raise_floor, refusal, set_pair
from goldenear.match.kernels.sweep import lanes_allowed, lay, shared_at_most
from goldenear.match.packed import PITCHED
from goldenear.match.score import HAIR

BITS = 64
"""A sample's variants with hope are bits of one number; from this many on they share the last."""


@compiled
def bit_of(v: int) -> Any:
    """Return the bit of a variant."""
    return np.uint64(1) << np.uint64(min(v, BITS - 1))


@compiled
def similarity_bound(scene: Scene) -> float:
    """Return what the similarity of a pair cannot exceed in this part, before its weight; 0 if below the floor."""
    _, part, _, rules, pair, room = scene
    need = raise_floor(rules, pair)
    if need > pair.most:
        return 0.0
    most = pair.most
    if pair.plain and most < 2**30:
        lanes, sounding = int32s(room.lanes32, room.n_lanes32), int32s(part.sounding, part.n_sounding)
        found = 0
        for lowest in range(pair.low, pair.high + 1, LANES):
            bound = shared_at_most(scene, sounding, pair.swept, lowest)
            found = max(found, greatest(bound, lanes_allowed(lowest, pair.low, pair.high), lanes))
        most = min(most, found)
    if most < need:
        return 0.0
    return most_of_both(pair.rise * most * (1 + HAIR), 4 if pair.alike else rules.quarters)


@compiled
def keep_best(best: Any, sample: int, index: int, weight: float, pair: Any) -> None:
    """Keep what was found for a sample, if it is better; of equals the alteration that stands first."""
    n = best.n_similarity
    similarities, indices = float64s(best.similarity, n), int64s(best.alteration, n)
    transpositions, shifts = int64s(best.transposition, n), int64s(best.shift, n)
    similarity, old = pair.height * weight, similarities[sample]
    if similarity < old or similarity == 0 or (similarity == old and index > indices[sample]):
        return
    if similarity == old and index == indices[sample]:
        # The same picture on another part of X: of equals the smallest transposition, then the earliest.
        here, p = (abs(pair.transposition), pair.transposition, pair.shift), transpositions[sample]
        if here >= (abs(p), p, shifts[sample]):
            return
    similarities[sample], indices[sample] = similarity, index
    transpositions[sample], shifts[sample] = pair.transposition, pair.shift
    int64s(best.shared, n)[sample] = pair.shared
    int64s(best.unit_up, n)[sample], int64s(best.unit_down, n)[sample] = pair.unit_up, pair.unit_down


@compiled
def adds_nothing(scene: Scene, variants: Any, sample: int, v: int) -> Any:
    """Tell whether an earlier variant of a sample meets X in the same way: drums upside down are the same drums."""
    piece, _, packed, rules = scene[:4]
    k = int64s(packed.first_picture, packed.n_first_picture)[sample]
    k += int64s(variants.picture, variants.n_picture)[v]
    upright = int64s(variants.upright_before, variants.n_picture)[v]
    return rules.prune and upright and (number(packed, k, PITCHED) == 0 or not piece.has_pitch)


@compiled
def bound_variants(
    scene: Scene,
    meetings: Any,
    variants: Any,
    sample: int,
    floor: tuple[float, float],
    upper: Any,
    hopes: Any,
) -> int:
    """Bound the variants of one sample; see `bound_samples`. Returns why it cannot be compared, or 0."""
    weights = float64s(variants.weight, variants.n_weight)
    pair, hopeful = scene[-2], np.uint64(0)
    for v in range(len(weights)):
        if adds_nothing(scene, variants, sample, v):
            continue
        set_pair(scene, meetings, variants, sample, v, True)
        refused = refusal(scene, floor[1])
        if refused:
            return refused
        if weights[v] > 0 and weights[v] >= floor[0]:
            pair.floor = floor[0] / weights[v] * (1 - 1e-12)
            highest = weights[v] * similarity_bound(scene)
            if highest > 0:
                hopeful |= bit_of(v)
                upper[sample] = max(upper[sample], highest)
    hopes[sample] = hopeful
    return 0


@compiled
def score_variants(
    scene: Scene, meetings: Any, variants: Any, sample: int, floor: float, hopes: Any, best: Any
) -> None:
    """Lay one sample on a part of X, in the variants with hope, and keep the best."""
    _, _, _, rules, pair, _ = scene
    weights = float64s(variants.weight, variants.n_weight)
    indices = int64s(variants.alteration, variants.n_weight)
    similarities = float64s(best.similarity, best.n_similarity)
    for v in range(len(weights)):
        reached = max(similarities[sample], floor) if rules.prune else 0.0
        if weights[v] <= 0 or weights[v] < reached:
            # The greatest weights come first: no placement can be worth more than its weight.
            break
        if not hopes[sample] & bit_of(v) or adds_nothing(scene, variants, sample, v):
            continue
        set_pair(scene, meetings, variants, sample, v, False)
        pair.floor = reached / weights[v] * (1 - 1e-12)
        lay(scene)
        if pair.height > 0:
            keep_best(best, sample, indices[v], weights[v], pair)


def entries(fingerprint: int) -> tuple[Any, ...]:
    """Return the functions that are called from outside.

    The fingerprint of all files that they are made of is frozen in: the cache of compiled code sees when it changes.
    """

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def lay_out(pieces: Any, parts: Any, swept: int, first: int, last: int, longest: int) -> None:
        """Lay out the columns of X for shifts from `first` up to `last`."""
        if fingerprint:
            lay_part(pieces[0], parts[0], swept, first, last, longest)

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def bound_samples(
        pieces: Any, parts: Any, packs: Any, meetings: Any, variants: Any, rules: Any, span: tuple[int, int],
        floor: tuple[float, float], upper: NDArray[np.float64], hopes: NDArray[np.uint64], pairs: Any, rooms: Any,
    ) -> int:  # fmt: skip
        """Raise ``upper[sample]`` to what each sample's similarity cannot exceed; 0 where it cannot reach the floor.

        The variants that may reach it are noted in `hopes`. `span` holds the first sample, and the one after it;
        `floor` what is asked for, and how many placements are too many.

        Returns
        -------
        int
            0; or, for the first sample that cannot be compared, four times its number and 1 if it takes too many
            placements, 2 if sums could leave 64 bits.
        """
        if fingerprint == 0:
            return 0
        scene = pieces[0], parts[0], packs[0], rules[0], pairs[0], rooms[0]
        alone = int8s(packs[0].alone, packs[0].n_alone)
        for sample in range(span[0], span[1]):
            own = alone[sample]
            refused = bound_variants(scene, meetings[own], variants[own], sample, floor, upper, hopes)
            if refused:
                return 4 * sample + refused
        return 0

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def score_samples(
        pieces: Any, parts: Any, packs: Any, meetings: Any, variants: Any, rules: Any, order: NDArray[np.int64],
        floor: float, hopes: NDArray[np.uint64], best: Any, pairs: Any, rooms: Any,
    ) -> None:  # fmt: skip
        """Lay the samples named in `order` on a part of X, in the variants with hope, and keep their best."""
        if fingerprint == 0:
            return
        scene = pieces[0], parts[0], packs[0], rules[0], pairs[0], rooms[0]
        alone = int8s(packs[0].alone, packs[0].n_alone)
        for sample in order:
            own = alone[sample]
            score_variants(scene, meetings[own], variants[own], sample, floor, hopes, best[0])

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def list_placements(
        pieces: Any, parts: Any, packs: Any, meetings: Any, variants: Any, rules: Any, which: tuple[int, int],
        floor: float, pairs: Any, rooms: Any,
    ) -> int:  # fmt: skip
        """List every placement of a sample in one variant on a part of X that reaches `floor`, before the weight.

        Returns how many there are; what has no room in the room is not written.
        """
        if fingerprint == 0:
            return 0
        pair = pairs[0]
        scene = pieces[0], parts[0], packs[0], rules[0], pair, rooms[0]
        own = int8s(packs[0].alone, packs[0].n_alone)[which[0]]
        set_pair(scene, meetings[own], variants[own], which[0], which[1], False)
        pair.floor, pair.listing, pair.listed = floor, 1, 0
        lay(scene)
        pair.listing = 0
        return int(pair.listed)

    return lay_out, bound_samples, score_samples, list_placements


lay_out, bound_samples, score_samples, list_placements = entries(fingerprint_of_sources())
