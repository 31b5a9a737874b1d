"""This file is where X meets many packed samples in compiled loops: bounds first, then the sweep, the best kept.

What cannot matter is left out, exactly. At one transposition two pictures share, pitch by pitch, at most the
shorter of the two times that they sound there: a sum of 64 minima at once. From that, and from how bright it
must be to be of interest, most pairs are decided without laying them on each other.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.correlate.backends.lanes import add, greatest, least, load, reaching, splat, times
from goldenear.match.columns import PieceColumns
from goldenear.match.packed import Packed, Variants
from goldenear.match.engines import Best
from goldenear.match.engines.sweep import (
    COSINE,
    COVERAGE,
    LANES,
    WINDOW_COSINE,
    Scratch,
    View,
    need_of,
    sweep_ones,
    sweep_weights,
)

compiled: Any = njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)

TOO_MANY_PLACEMENTS, TOO_LONG = 1, 2
SPARSE_FROM = 4
"""Rows for turning points alone pay from so many shifts a turning point on."""


class Rules(NamedTuple):
    """What the recipe says, as plain numbers."""

    measure: int
    lowest: int
    """The transpositions allowed, where both have pitch."""
    highest: int
    octave: int
    glow: bool
    """Whether X's notes also shine on neighbouring steps: then S may exceed the energy."""
    prune: bool


@compiled
def greatest_common_divisor(a: int, b: int) -> int:
    """Return the greatest whole number that divides both."""
    while b:
        a, b = b, a % b
    return a


@compiled
def view_of(
    piece: PieceColumns, packed: Packed, sample: int, variants: Variants, v: int, rules: Rules
) -> tuple[View, int]:
    """Return how a variant of a sample is read against X, and the ticks of the pair in a quarter."""
    k = packed.first_picture[sample] + variants.picture[v]
    numbers = packed.numbers[k]
    up = numbers[0] * variants.up[v]
    down = numbers[1] * variants.down[v]
    common = greatest_common_divisor(up, down)
    up //= common
    down //= common
    piece_up = piece.unit_up * down
    sample_up = up * piece.unit_down
    unit = greatest_common_divisor(piece_up, sample_up)
    shared_grid = greatest_common_divisor(piece.unit_down, down)
    piece_up //= unit
    sample_up //= unit
    ticks = unit // shared_grid
    resolution = piece.unit_down // shared_grid * down
    # The slope of what plain pictures share counts strokes: it must fit into eight bits.
    strokes = (packed.edge_start[k + 1] - packed.edge_start[k]) // 2
    drums = packed.drum_start[k + 1] - packed.drum_start[k]
    plain = piece.level > 0 and numbers[13] > 0 and min(strokes, piece.strokes) + drums < 2**7
    weight = piece.level * numbers[13] if plain else np.int64(1)
    scale = sample_up * ticks
    above, below, need = 1.0, 1.0, 0.0
    if rules.measure <= COSINE:
        # The sample's energy, or the part of it that a plain X can meet, as a fraction in lowest terms.
        numerator, denominator = numbers[11] * scale, np.int64(1)
        if piece.plain:
            common = greatest_common_divisor(numbers[9], numbers[10])
            numerator = numbers[9] // common * numbers[9]
            denominator = numbers[10] // common
            common = greatest_common_divisor(numerator, denominator)
            numerator //= common
            denominator //= common
            common = greatest_common_divisor(scale, denominator)
            numerator *= scale // common
            denominator //= common
        above, below = np.float64(denominator), np.float64(numerator)
        reference = below / above
        if rules.measure == COSINE:
            need = np.sqrt(reference * piece.all_energy * piece_up * ticks)
        elif not rules.glow:
            dimmest = piece.plain if piece.plain else np.int64(1)
            need = reference * dimmest / numbers[12]
    else:
        if rules.measure == COVERAGE:
            greatest = piece.plain * numbers[9] if piece.plain else piece.scale * numbers[11]
            greatest *= scale
        else:
            greatest = piece.scaled_light * piece_up * ticks * numbers[12]
        below = np.float64(greatest)
        need = below
    view = View(
        k,
        piece_up,
        sample_up,
        variants.upside_down[v],
        variants.backwards[v],
        ticks,
        plain,
        weight,
        rules.measure,
        above,
        below,
        need / (np.float64(ticks) * weight),
        rules.octave,
    )
    return view, resolution


@compiled
def transpositions(piece: PieceColumns, packed: Packed, view: View, rules: Rules) -> tuple[int, int]:
    """Return the lowest and the highest transposition to try."""
    k = view.picture
    numbers = packed.numbers[k]
    has_pitch = packed.edge_start[k + 1] > packed.edge_start[k]
    if not (has_pitch and piece.has_pitch):
        return 0, 0
    low = piece.lowest - numbers[5] - numbers[6]
    high = piece.lowest + piece.pitches - 1 - numbers[5]
    if len(piece.drum_pitch) and packed.drum_start[k + 1] > packed.drum_start[k]:
        low, high = min(low, 0), max(high, 0)
    return max(low, rules.lowest), min(high, rules.highest)


@compiled
def most_shared(piece: PieceColumns, packed: Packed, view: View) -> tuple[int, int]:
    """Return the most that X and the sample could share anywhere, in units, and the drums' part in it."""
    numbers = packed.numbers[view.picture]
    if view.plain:
        most = min(piece.area * view.piece_up, numbers[10] * view.sample_up)
        drums = np.int64(0)
        for j in range(packed.drum_start[view.picture], packed.drum_start[view.picture + 1]):
            drums += packed.drum_offset[j] - packed.drum_onset[j]
        return most, drums * view.sample_up if len(piece.drum_pitch) else np.int64(0)
    most = min(piece.light * view.piece_up * numbers[12], numbers[9] * view.sample_up * piece.brightest)
    return most, np.int64(0)


@compiled
def shared_at_most(
    piece: PieceColumns, packed: Packed, view: View, lowest: int, drums: int, lanes: Any
) -> tuple[Any, bool]:
    """Return, for 64 transpositions, a time that what plain pictures share there cannot exceed."""
    k = view.picture
    numbers = packed.numbers[k]
    length = numbers[4] * view.sample_up
    row = 0
    while row + 1 < len(piece.window) and piece.window[row] * view.piece_up < length:
        row += 1
    width = piece.pitches + 2 * LANES
    base = LANES + numbers[5] + lowest - piece.lowest
    total = splat(0, lanes)
    for i in range(packed.pitch_start[k], packed.pitch_start[k + 1]):
        pitch = np.int64(packed.pitch[i])
        if view.upside_down:
            pitch = numbers[6] - pitch
        place = base + pitch
        if place <= 0 or place >= LANES + piece.pitches:
            continue
        # Counted in units of X, the sample's rounded up.
        own = -((-packed.sounding[i] * view.sample_up) // view.piece_up)
        total = add(total, least(load(piece.sounding, row * width + place), splat(min(own, 2**31 - 1), lanes)))
    return add(times(total, view.piece_up), splat(drums, lanes))


@compiled
def lanes_allowed(lowest: int, low: int, high: int) -> Any:
    """Return the bits of the lanes from `lowest` on whose transposition lies within low..high."""
    every = ~np.uint64(0)
    first = max(low - lowest, 0)
    count = min(high - lowest, LANES - 1) - first + 1
    if count <= 0:
        return np.uint64(0)
    return (every >> np.uint64(LANES - count)) << np.uint64(first)


@compiled
def similarity_bound(piece: PieceColumns, packed: Packed, view: View, rules: Rules, floor: float, lanes: NDArray[np.int32]) -> float:
    """Return what the similarity of a pair, before its price, cannot exceed; 0 where it cannot reach `floor`."""
    numbers = packed.numbers[view.picture]
    most, drums = most_shared(piece, packed, view)
    need = need_of(view, floor)
    if need > most:
        return 0.0
    if not is_countable(piece, view, numbers, drums):
        return similarity_at_most(view, most)
    low, high = transpositions(piece, packed, view, rules)
    upper = np.int64(0)
    for lowest in range(low, high + 1, LANES):
        bound = shared_at_most(piece, packed, view, lowest, drums, lanes)
        bound = least(bound, splat(most, lanes))
        upper = max(upper, greatest(bound, lanes_allowed(lowest, low, high)))
    return similarity_at_most(view, upper) if upper >= need else 0.0


@compiled
def is_countable(piece: PieceColumns, view: View, numbers: NDArray[np.int64], drums: int) -> bool:
    """Tell whether what two pictures share at most can be counted pitch by pitch, in 32 bits."""
    return view.plain and piece.area * view.piece_up < 2**30 and drums < 2**30


@compiled
def lay(piece: PieceColumns, packed: Packed, view: View, rules: Rules, floor: float, room: Scratch) -> None:
    """Lay one variant on X; the best that reaches `floor`, a similarity before its price, is left in `room`."""
    room.height[0] = 0.0
    room.height[1] = floor
    k = view.picture
    numbers = packed.numbers[k]
    most, drums = most_shared(piece, packed, view)
    if need_of(view, floor) > most:
        return
    low, high = transpositions(piece, packed, view, rules)
    edges = packed.edge_start[k + 1] - packed.edge_start[k]
    countable = is_countable(piece, view, numbers, drums)
    shifts = piece.time[-1] * view.piece_up + numbers[4] * view.sample_up if len(piece.time) else np.int64(0)
    sparse = (
        view.plain
        and not rules.glow
        and packed.drum_start[k + 1] == packed.drum_start[k]
        and shifts > SPARSE_FROM * len(piece.time) * edges
        and (np.float64(most) * view.ticks * view.weight) ** 2 * piece.all_energy * view.piece_up * view.ticks
        < 2.0**50
    )
    most = max(most, piece.light * view.piece_up * max(0, -numbers[14]))
    for i in range(len(piece.time)):
        room.piece_time[i] = piece.time[i] * view.piece_up
    for lowest in range(low, high + 1, LANES):
        allowed = lanes_allowed(lowest, low, high)
        need = need_of(view, max(floor, room.height[0]))
        within = most
        if countable:
            bound = shared_at_most(piece, packed, view, lowest, drums, room.lanes32)
            if rules.prune:
                allowed &= reaching(bound, splat(min(need, 2**31 - 1), room.lanes32), room.lanes32)
            within = min(most, greatest(bound, ~np.uint64(0)))
        if allowed:
            _sweep_in_bits(piece, packed, view, lowest, allowed, need, within, sparse, room)


@compiled
def _sweep_in_bits(
    piece: PieceColumns,
    packed: Packed,
    view: View,
    lowest: int,
    allowed: Any,
    need: int,
    most: int,
    sparse: bool,
    room: Scratch,
) -> None:
    """Sweep with integers as short as what they count allows."""
    if not view.plain:
        if most < 2**31:
            sweep_weights(
                piece, packed, view, lowest, allowed, need, most, room.table32, room.lanes32, False, room
            )
        else:
            sweep_weights(
                piece, packed, view, lowest, allowed, need, most, room.table64, room.lanes64, False, room
            )
    elif most < 2**8 and not sparse:
        sweep_ones(piece, packed, view, lowest, allowed, need, most, room.table8, room.lanes8, False, room)
    elif most < 2**16:
        sweep_ones(piece, packed, view, lowest, allowed, need, most, room.table8, room.lanes16, sparse, room)
    else:
        sweep_ones(piece, packed, view, lowest, allowed, need, most, room.table8, room.lanes32, sparse, room)


@compiled
def similarity_at_most(view: View, shared: int) -> float:
    """Return a similarity that no placement with so much shared time, in units, can exceed."""
    if view.need <= 0:
        return 1.0
    share = shared / view.need
    if view.measure == WINDOW_COSINE:
        share = np.sqrt(share)
    return min(share * (1 + 1e-9), 1.0)


@compiled
def contend(
    piece: PieceColumns,
    packed: Packed,
    variants: Variants,
    rules: Rules,
    sample: int,
    floor: float,
    best: Best,
    room: Scratch,
) -> None:
    """Lay one sample on X in every variant, and keep the best in `best` if it reaches `floor`."""
    for v in range(len(variants.price)):
        price = variants.price[v]
        reached = max(best.similarity[sample], floor) if rules.prune else 0.0
        if price <= 0 or price < reached:
            # The cheapest come first: no placement can be worth more than its price.
            break
        view, ticks = view_of(piece, packed, sample, variants, v, rules)
        lay(piece, packed, view, rules, reached / price * (1 - 1e-12), room)
        similarity = room.height[0] * price
        turn = variants.turn[v]
        old = best.similarity[sample]
        if similarity > old or (similarity == old and similarity > 0 and turn < best.turn[sample]):
            best.similarity[sample] = similarity
            best.turn[sample] = turn
            best.transposition[sample] = room.key[1]
            best.shift[sample] = room.key[2] * view.ticks
            best.shared[sample] = room.key[3]
            best.ticks[sample] = ticks


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def contest(
    piece: PieceColumns,
    packed: Packed,
    shared: Variants,
    own: Variants,
    rules: Rules,
    order: NDArray[np.int64],
    floor: float,
    best: Best,
    room: Scratch,
) -> None:
    """Let the samples named in `order` contend."""
    for i in range(len(order)):
        sample = order[i]
        variants = own if packed.alone[sample] else shared
        contend(piece, packed, variants, rules, sample, floor, best, room)


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def bound(
    piece: PieceColumns,
    packed: Packed,
    shared: Variants,
    own: Variants,
    rules: Rules,
    first: int,
    last: int,
    floor: float,
    most_placements: float,
    upper: NDArray[np.float64],
    lanes: NDArray[np.int32],
) -> int:
    """Raise ``upper[sample]`` to what each sample's similarity cannot exceed; 0 where it cannot reach `floor`.

    Returns
    -------
    int
        0; or, for the first sample that cannot be compared, twice its number and 1 if it takes too many
        placements, 2 if sums could leave 64 bits.
    """
    for sample in range(first, last):
        variants = own if packed.alone[sample] else shared
        highest = upper[sample]
        for v in range(len(variants.price)):
            view, _ = view_of(piece, packed, sample, variants, v, rules)
            refused = _refused(piece, packed, view, rules, most_placements)
            if refused:
                return 2 * sample + refused
            price = variants.price[v]
            wanted = max(highest, floor)
            if not rules.prune or price <= 0 or price < wanted:
                continue
            reach = similarity_bound(piece, packed, view, rules, wanted / price * (1 - 1e-12), lanes)
            highest = max(highest, price * reach)
        upper[sample] = highest
    return 0


@compiled
def _refused(
    piece: PieceColumns, packed: Packed, view: View, rules: Rules, most_placements: float
) -> int:
    """Tell whether a pair takes more placements than can be tried, or sums that leave 64 bits."""
    numbers = packed.numbers[view.picture]
    low, high = transpositions(piece, packed, view, rules)
    last = max(piece.event[-1] if len(piece.event) else 0, piece.drum_offset.max() if len(piece.drum_offset) else 0)
    shifts = float(view.ticks) * (last * view.piece_up + (numbers[3] - numbers[2]) * view.sample_up)
    if shifts * (high - low + 1) > most_placements:
        return TOO_MANY_PLACEMENTS
    scale = float(view.piece_up) * view.ticks
    brightest = max(numbers[12], -numbers[14])
    shared = 3.0 * piece.scaled_light * scale * brightest
    reference = float(numbers[9]) * numbers[9] * view.sample_up * view.ticks
    if max(shared, 4.0 * piece.all_energy * scale) > 2.0**62 or (numbers[13] == 0 and reference > 2.0**62):
        return TOO_LONG
    return 0
