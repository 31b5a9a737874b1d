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

from goldenear.correlate.backends.lanes import (
    LANES,
    add,
    greatest,
    least,
    load,
    reaching,
    splat,
    square_reaching,
    subtract,
    times,
)
from goldenear.correlate.backends.records import at, float64s, int8s, int16s, int32s, int64s, uint8s, uint16s
from goldenear.match.engines.sweep import (
    COSINE,
    COVERAGE,
    NEVER,
    WINDOW_COSINE,
    factor_of,
    inverse_of,
    need_of,
    number,
    sweep_ones,
    sweep_weights,
)
from goldenear.match.packed import (
    AREA,
    BRIGHTEST,
    DIMMEST,
    END,
    ENERGY,
    KIND,
    LENGTH,
    LEVEL,
    LIGHT,
    LOWEST,
    ONSET,
    PLAIN_DENOMINATOR,
    PLAIN_NUMERATOR,
    RANGE,
    WINDOW_HIGHEST,
    WINDOW_LOWEST,
)

compiled: Any = njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)

TOO_MANY_PLACEMENTS, TOO_LONG = 1, 2

SPANS, FINEST = 8, 32
"""The coarse look takes shifts in spans of an eighth of the sample's length, and cuts those that hold hope again."""

COARSE_FROM = 0.5
"""A coarse look pays where so great a part of what could be shared at most is needed."""

SPARSE_FROM = 2
"""Rows for turning points alone pay from so many shifts a turning point on."""

PLAIN_STROKES = 2**7
"""The slope of what plain pictures share counts strokes: fewer than this fit into eight bits."""


class Rules(NamedTuple):
    """What the recipe says, as plain numbers."""

    measure: int
    lowest: int
    """The transpositions allowed, where both have pitch."""
    highest: int
    octave: int
    glow: int
    """Whether X's notes also shine on neighbouring steps: then S may exceed the energy."""
    prune: int


class Pairing(NamedTuple):
    """How the units of X and of a sample's variant meet: shape (kinds of unit, variants), flat."""

    piece_up: NDArray[np.int64]
    sample_up: NDArray[np.int64]
    ticks: NDArray[np.int64]
    resolution: NDArray[np.int64]


@compiled
def common_divisor(a: int, b: int) -> int:
    """Return the greatest whole number that divides both."""
    while b:
        a, b = b, a % b
    return a


@compiled
def look(
    piece: Any, packed: Any, pairing: Any, variants: Any, rules: Any, sample: int, v: int, view: Any
) -> None:
    """Set the view on one variant of a sample."""
    k = int64s(packed.first_picture, packed.n_first_picture)[sample]
    k += int64s(variants.picture, variants.n_picture)[v]
    pair = number(packed, k, KIND) * variants.n_picture + v
    piece_up = int64s(pairing.piece_up, pairing.n_piece_up)[pair]
    sample_up = int64s(pairing.sample_up, pairing.n_piece_up)[pair]
    ticks = int64s(pairing.ticks, pairing.n_piece_up)[pair]
    edge_start = int64s(packed.edge_start, packed.n_edge_start)
    drum_start = int64s(packed.drum_start, packed.n_drum_start)
    strokes = (edge_start[k + 1] - edge_start[k]) // 2
    drums = drum_start[k + 1] - drum_start[k]
    level = number(packed, k, LEVEL)
    plain = piece.level > 0 and level > 0 and min(strokes, piece.strokes) + drums < PLAIN_STROKES
    plain = plain and max(piece.area, piece.all_energy) * piece_up < 2**31 and piece.countable
    scale = sample_up * ticks
    view.picture = k
    view.piece_up = piece_up
    view.sample_up = sample_up
    view.ticks = ticks
    view.resolution = int64s(pairing.resolution, pairing.n_piece_up)[pair]
    view.upside_down = int64s(variants.upside_down, variants.n_picture)[v]
    view.backwards = int64s(variants.backwards, variants.n_picture)[v]
    view.plain = plain
    view.weight = piece.level * level if plain else 1
    view.unit_energy = piece.plain * piece.plain if piece.plain and piece.level else 1
    view.measure = rules.measure
    view.octave = rules.octave
    view.above = 1.0
    need = 0.0
    if rules.measure <= COSINE:
        # The sample's energy, or the part of it that a plain X can meet, as a fraction in lowest terms.
        numerator, denominator = number(packed, k, ENERGY) * scale, np.int64(1)
        if piece.plain:
            denominator = number(packed, k, PLAIN_DENOMINATOR)
            common = common_divisor(scale, denominator) if denominator > 1 else np.int64(1)
            numerator = number(packed, k, PLAIN_NUMERATOR) * (scale // common)
            denominator //= common
        view.above, view.below = np.float64(denominator), np.float64(numerator)
        reference = view.below / view.above
        if rules.measure == COSINE:
            need = np.sqrt(reference * piece.all_energy * piece_up * ticks)
        elif not rules.glow:
            need = reference * max(piece.plain, 1) / number(packed, k, BRIGHTEST)
    else:
        if rules.measure == COVERAGE:
            most = (
                piece.plain * number(packed, k, LIGHT)
                if piece.plain
                else piece.scale * number(packed, k, ENERGY)
            )
            most *= scale
        else:
            most = piece.scaled_light * piece_up * ticks * number(packed, k, BRIGHTEST)
        view.below = np.float64(most)
        need = view.below
    view.need = need / (np.float64(ticks) * view.weight)


@compiled
def transpositions(piece: Any, packed: Any, view: Any, rules: Any) -> tuple[int, int]:
    """Return the lowest and the highest transposition to try."""
    k = view.picture
    edge_start = int64s(packed.edge_start, packed.n_edge_start)
    if edge_start[k + 1] == edge_start[k] or not piece.has_pitch:
        return 0, 0
    lowest = number(packed, k, LOWEST)
    low = piece.lowest - lowest - number(packed, k, RANGE)
    high = piece.lowest + piece.pitches - 1 - lowest
    if piece.n_drum_pitch and drum_time(packed, view):
        low, high = min(low, 0), max(high, 0)
    return max(low, rules.lowest), min(high, rules.highest)


@compiled
def drum_time(packed: Any, view: Any) -> int:
    """Return how long the sample's drums sound, all together, in its units."""
    k = view.picture
    start = int64s(packed.drum_start, packed.n_drum_start)
    onset = int64s(packed.drum_onset, packed.n_drum_pitch)
    offset = int64s(packed.drum_offset, packed.n_drum_pitch)
    total = np.int64(0)
    for j in range(start[k], start[k + 1]):
        total += offset[j] - onset[j]
    return total


@compiled
def most_shared(piece: Any, packed: Any, view: Any) -> int:
    """Return the most that X and the sample could share anywhere, in units."""
    k = view.picture
    if view.plain:
        return min(piece.area * view.piece_up, number(packed, k, AREA) * view.sample_up)
    return min(
        piece.light * view.piece_up * number(packed, k, BRIGHTEST),
        number(packed, k, LIGHT) * view.sample_up * piece.brightest,
    )


@compiled
def shared_at_most(piece: Any, packed: Any, view: Any, lowest: int, drums: int, lanes: Any) -> Any:
    """Return, for 64 transpositions, a time that what plain pictures share there cannot exceed."""
    k = view.picture
    window = int64s(piece.window, piece.n_window)
    sounding = int32s(piece.sounding, piece.n_sounding)
    pitch_start = int64s(packed.pitch_start, packed.n_pitch_start)
    pitches = int16s(packed.pitch, packed.n_pitch)
    own = int64s(packed.sounding, packed.n_pitch)
    # A window of time of X that is at least as long as the sample.
    length = number(packed, k, LENGTH) * view.sample_up
    row = 0
    while row + 1 < len(window) and window[row] * view.piece_up < length:
        row += 1
    row *= piece.pitches + 2 * LANES
    base = LANES + number(packed, k, LOWEST) + lowest - piece.lowest
    top = number(packed, k, RANGE)
    total = splat(0, lanes)
    for i in range(pitch_start[k], pitch_start[k + 1]):
        pitch = np.int64(pitches[i])
        place = base + (top - pitch if view.upside_down else pitch)
        if place <= 0 or place >= LANES + piece.pitches:
            continue
        # Counted in units of X, the sample's rounded up.
        time = own[i] * view.sample_up
        if view.piece_up > 1:
            time = (time + view.piece_up - 1) // view.piece_up
        total = add(total, least(load(sounding, row + place), splat(min(time, 2**31 - 1), lanes), lanes))
    if view.piece_up > 1:
        total = times(total, view.piece_up)
    return add(total, splat(drums, lanes)) if drums else total


@compiled
def lanes_allowed(lowest: int, low: int, high: int) -> Any:
    """Return the bits of the lanes from `lowest` on whose transposition lies within low..high."""
    first = max(low - lowest, 0)
    count = min(high - lowest, LANES - 1) - first + 1
    if count <= 0:
        return np.uint64(0)
    return (~np.uint64(0) >> np.uint64(LANES - count)) << np.uint64(first)


@compiled
def drums_at_most(piece: Any, packed: Any, view: Any) -> int:
    """Return the most that the drums of plain pictures can share, in units."""
    return drum_time(packed, view) * view.sample_up if piece.n_drum_pitch else np.int64(0)


@compiled
def is_countable(piece: Any, view: Any, drums: int) -> bool:
    """Tell whether what two pictures share at most can be counted pitch by pitch, in 32 bits."""
    return bool(view.plain) and piece.area * view.piece_up < 2**30 and drums < 2**30


@compiled
def similarity_at_most(view: Any, shared: int) -> float:
    """Return a similarity that no placement with so much shared time, in units, can exceed."""
    if view.need <= 0:
        return 1.0
    share = shared / view.need
    if view.measure == WINDOW_COSINE:
        share = np.sqrt(share)
    return min(share * (1 + 1e-9), 1.0)


@compiled
def similarity_bound(piece: Any, packed: Any, view: Any, rules: Any, lanes: Any) -> float:
    """Return what the similarity of a pair, before its price, cannot exceed; 0 where it is below the floor."""
    most = most_shared(piece, packed, view)
    need = need_of(view, view.floor)
    if need > most:
        return 0.0
    drums = drums_at_most(piece, packed, view)
    if not is_countable(piece, view, drums):
        return similarity_at_most(view, most)
    low, high = transpositions(piece, packed, view, rules)
    upper = np.int64(0)
    for lowest in range(low, high + 1, LANES):
        bound = shared_at_most(piece, packed, view, lowest, drums, lanes)
        upper = max(upper, greatest(bound, lanes_allowed(lowest, low, high)))
    return similarity_at_most(view, min(upper, most)) if upper >= need else 0.0


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
    straight = is_straight(piece, packed, view, rules, most)
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
            within = min(most, greatest(bound, ~np.uint64(0)))
            if allowed and rules.prune and coarse and need > COARSE_FROM * most:
                allowed = look_from_afar(piece, packed, view, lowest, allowed, room)
        if allowed:
            if not ready:
                for i in range(len(time)):
                    piece_time[i] = time[i] * view.piece_up
                ready = True
            sweep_in_bits(piece, packed, view, lowest, allowed, within, sparse, peaks, room)


@compiled
def note_pitches(piece: Any, packed: Any, view: Any, lowest: int, room: Any) -> int:
    """Note where 64 transpositions find each pitch of the sample in X's rows, and how long it sounds; how many."""
    k = view.picture
    pitch_start = int64s(packed.pitch_start, packed.n_pitch_start)
    pitches = int16s(packed.pitch, packed.n_pitch)
    own = int64s(packed.sounding, packed.n_pitch)
    first = int64s(room.first, room.n_time)
    second = int64s(room.second, room.n_time)
    base = LANES + number(packed, k, LOWEST) + lowest - piece.lowest
    up = np.int64(1)
    if view.upside_down:
        base += number(packed, k, RANGE)
        up = np.int64(-1)
    n = 0
    for i in range(pitch_start[k], pitch_start[k + 1]):
        place = base + up * at(pitches, i)
        # Counted in units of X, rounded up.
        time = at(own, i) * view.sample_up
        if view.piece_up > 1:
            time = (time + view.piece_up - 1) // view.piece_up
        first[n] = place
        second[n] = min(time, 2**15 - 1)
        n += 0 < place < LANES + piece.pitches
    return n


@compiled
def look_from_afar(piece: Any, packed: Any, view: Any, lowest: int, allowed: Any, room: Any) -> Any:
    """Return which of 64 transpositions may reach the floor at any shift; ``view.hope`` is the last such shift."""
    step = piece.step * view.piece_up
    length = number(packed, view.picture, LENGTH) * view.sample_up
    reach, inside = (length + step - 1) // step, length // step
    lines = piece.n_before // (piece.pitches + 2 * LANES)
    height = max(view.floor, view.height)
    factor = factor_of(view, height) / view.piece_up
    need = min(max(need_of(view, height) // view.piece_up, 1), 2**15 - 1)
    n = note_pitches(piece, packed, view, lowest, room)
    bottom = number(packed, view.picture, WINDOW_LOWEST) + lowest - piece.lowest
    top = number(packed, view.picture, WINDOW_HIGHEST) + 1 + lowest - piece.lowest
    bottom = LANES + min(max(bottom, -LANES), piece.pitches)
    top = LANES + min(max(top, -LANES), piece.pitches)
    windowed = view.measure == WINDOW_COSINE
    width = max(1, reach // SPANS)
    if piece.n_before8:
        before8, below8 = uint8s(piece.before8, piece.n_before8), uint8s(piece.before_below8, piece.n_before_below8)
        lanes8 = uint8s(room.lanes8, room.n_lanes8)
        if need > 255:
            return np.uint64(0)
        hopeful, first, last = spans_with_hope(
            piece, before8, below8, lanes8, 255, -reach, lines - 1, width, reach, inside, need, factor, windowed,
            allowed, n, bottom, top, room,
        )  # fmt: skip
    else:
        before, below = int16s(piece.before, piece.n_before), int16s(piece.before_below, piece.n_before_below)
        lanes16 = int16s(room.lanes16, room.n_lanes16)
        hopeful, first, last = spans_with_hope(
            piece, before, below, lanes16, 2**15 - 1, -reach, lines - 1, width, reach, inside, need, factor,
            windowed, allowed, n, bottom, top, room,
        )  # fmt: skip
    view.first_hope, view.last_hope = first * step, last * step
    return hopeful


@compiled
def spans_with_hope(
    piece: Any,
    before: Any,
    below: Any,
    lanes: Any,
    most: int,
    first: int,
    last: int,
    width: int,
    reach: int,
    inside: int,
    need: int,
    factor: float,
    windowed: bool,
    allowed: Any,
    n: int,
    bottom: int,
    top: int,
    room: Any,
) -> tuple[Any, int, int]:
    """Look at shifts from line `first` to line `last` of X's lattice, in spans of `width` lines.

    For all shifts of a span, what is shared lies within one stretch of X's time: pitch by pitch it is at most what
    sounds there. And the sample's window (at least `inside`, at most `reach` lines long) holds at least what sounds
    in the stretch that all windows of the span have in common. Spans that hold hope are cut and looked at again.
    Return the lanes with hope, and the first and the last line with any.
    """
    place = int64s(room.first, room.n_time)
    time = int64s(room.second, room.n_time)
    stride = piece.pitches + 2 * LANES
    lines = piece.n_before // stride
    hopeful = np.uint64(0)
    first_hope, last_hope = NEVER // 2**20, -NEVER // 2**20
    start = first
    while start < last:
        end = min(start + width, last)
        outer, outer_end = max(start, 0), min(end + reach, lines - 1)
        sounds_before = np.int64(at(below, outer * (stride + 1) + stride))
        if np.int64(at(below, outer_end * (stride + 1) + stride)) - sounds_before < need:
            start = end
            continue
        outer *= stride
        outer_end *= stride
        total = splat(0, lanes)
        for i in range(n):
            sounds = subtract(load(before, outer_end + at(place, i)), load(before, outer + at(place, i)))
            total = add(total, least(sounds, splat(min(at(time, i), most), lanes), lanes))
        bright = reaching(total, splat(need, lanes), lanes) & allowed
        if bright and windowed:
            inner = min(max(end, 0), lines - 1)
            inner_end = max(min(start + inside, lines - 1), inner)
            row, row_end = inner * (stride + 1), inner_end * (stride + 1)
            energy = subtract(
                subtract(load(below, row_end + top), load(below, row_end + bottom)),
                subtract(load(below, row + top), load(below, row + bottom)),
            )
            bright &= square_reaching(total, energy, factor, inverse_of(factor), lanes)
        if bright and width > 1 and width * FINEST > reach:
            bright, found, found_last = spans_with_hope(
                piece, before, below, lanes, most, start, end, max(1, width // 4), reach, inside, need, factor,
                windowed, bright, n, bottom, top, room,
            )  # fmt: skip
            first_hope, last_hope = min(first_hope, found), max(last_hope, found_last)
        elif bright:
            first_hope, last_hope = min(first_hope, start), end
        hopeful |= bright
        start = end
    return hopeful, first_hope, last_hope


@compiled
def is_straight(piece: Any, packed: Any, view: Any, rules: Any, most: int) -> bool:
    """Tell whether a similarity is greatest where shared time or energy turns, and no two different ones round alike.

    So it is for plain pictures without drums: between turning points both are straight lines, and a line squared
    over a line has no peak.
    """
    k = view.picture
    drum_start = int64s(packed.drum_start, packed.n_drum_start)
    if not view.plain or rules.glow or piece.n_time == 0 or drum_start[k + 1] > drum_start[k]:
        return False
    shared = np.float64(most) * view.ticks * view.weight
    return shared * shared * piece.all_energy * view.piece_up * view.ticks < 2.0**50


@compiled
def pays_sparse(piece: Any, packed: Any, view: Any) -> bool:
    """Tell whether rows for turning points alone pay."""
    k = view.picture
    edge_start = int64s(packed.edge_start, packed.n_edge_start)
    time = int64s(piece.time, piece.n_time)
    shifts = time[-1] * view.piece_up + number(packed, k, LENGTH) * view.sample_up
    return shifts > SPARSE_FROM * len(time) * (edge_start[k + 1] - edge_start[k])


@compiled
def most_energy(piece: Any, packed: Any, view: Any) -> int:
    """Return the most energy that a window can hold, in units."""
    everywhere = piece.all_energy // view.unit_energy * view.piece_up
    if view.unit_energy == 1 and not piece.level:
        return everywhere
    return min(everywhere, number(packed, view.picture, LENGTH) * view.sample_up * piece.heard_pitches)


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
    view: Any,
    room: Any,
) -> None:
    """Lay one sample on X in every variant, and keep the best in `best` if it reaches `floor`."""
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
        look(piece, packed, pairing, variants, rules, sample, v, view)
        view.floor = reached / price * (1 - 1e-12)
        lay(piece, packed, view, rules, room)
        similarity = view.height * price
        turn = turns[v]
        if similarity > old or (similarity == old and similarity > 0 and turn < best_turn[sample]):
            similarities[sample] = similarity
            best_turn[sample] = turn
            int64s(best.transposition, best.n_similarity)[sample] = view.transposition
            int64s(best.shift, best.n_similarity)[sample] = view.shift * view.ticks
            int64s(best.shared, best.n_similarity)[sample] = view.shared
            int64s(best.ticks, best.n_similarity)[sample] = view.resolution


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
    views: Any,
    rooms: Any,
) -> None:
    """Let the samples named in `order` contend.

    The arguments are records: of `pairings` and `variants` the first serves samples whose stretches and forms
    share a picture, the second those with a picture for each.
    """
    alone = int8s(packs[0].alone, packs[0].n_alone)
    for i in range(len(order)):
        own = alone[order[i]]
        contend(
            pieces[0], packs[0], pairings[own], variants[own], rules[0], order[i], floor, best[0], views[0],
            rooms[0],
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


@compiled
def refusal(piece: Any, packed: Any, view: Any, rules: Any, most_placements: float) -> int:
    """Tell whether a pair takes more placements than can be tried, or sums that leave 64 bits; 0 if neither."""
    k = view.picture
    low, high = transpositions(piece, packed, view, rules)
    length = number(packed, k, END) - number(packed, k, ONSET)
    shifts = np.float64(view.ticks) * (piece.length * view.piece_up + length * view.sample_up)
    if shifts * (high - low + 1) > most_placements:
        return TOO_MANY_PLACEMENTS
    scale = np.float64(view.piece_up) * view.ticks
    brightest = max(number(packed, k, BRIGHTEST), -number(packed, k, DIMMEST))
    if max(3.0 * piece.scaled_light * scale * brightest, 4.0 * piece.all_energy * scale) > 2.0**62:
        return TOO_LONG
    reference = np.float64(max(number(packed, k, PLAIN_NUMERATOR), number(packed, k, ENERGY)))
    return TOO_LONG if reference * view.sample_up * view.ticks > 2.0**62 else 0
