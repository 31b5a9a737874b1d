"""This file is where a kernel for graphics cards lays one sample on X in one go: nothing but its best is written.

X is a table: how long each of its pitches has sounded before each moment. The time that a note of the sample
shares with X is then a difference of two numbers in one line of the table, at every shift: the line read from the
note's end on, less the same line read from its beginning on. So one program takes one sample under one
alteration, and neighbouring lanes take neighbouring shifts, which read neighbouring numbers; there is no scatter,
no atomic, and no correlogram in memory. The energy in the window is four numbers of a table of the same kind.

What cannot matter is left out, exactly. A note is read only at the transpositions at which its pitch sounds in X,
and only in blocks of shifts where the two can meet. Transpositions are taken in the order of a bound (pitch by
pitch the shorter of the two times), the greatest first, until it falls below what is needed to equal the best
found so far, under earlier alterations too. In a window, S * S / E <= S, so that few blocks need the energy.
What might be best is decided in 64-bit floats, by the formula and in the order of the other engines.

The floor, counted in the instructions that the compiler makes for an H100 (sm_90), a warp of 32 lanes at a time.
A block is 512 shifts, two in one number where they fit: each note that meets X there takes 16 loads and 8 three-way
additions, and 26 to find its line; a pitch takes 24 to look up; the greatest number, 70. So 1,024 values read cost
50 instructions, and a placement less than a tenth of one for each note that it can meet; the loads are whole lines
of the nearest cache, 128 bytes each. Of two fragments of four bars at 24 ticks a quarter (31 notes on 26, 50
transpositions by 383 shifts), 13 transpositions are laid at all, with 205 notes: 17,800 instructions, of which
4,200 load. A card of 132 processors at 1.755 GHz issues four a cycle and loads one: 52 and 55 million pairs a
second, so arithmetic and nearest cache are the floor together. A pair of the judge's default recipe, with the
energy in the window and 28 alterations of which one's best spares the next's work, takes 32,100: 29 million.
These are counts. Nothing has been timed: there was no card.
"""

# A kernel takes numbers and addresses one by one, and Triton knows their types.
# mypy: allow-untyped-defs, allow-incomplete-defs
# ruff: noqa: N803, PLR0915, SIM108

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from goldenear.match.engines.batches import Places, heard_range
from goldenear.match.engines.tables import Notes, Tables
from goldenear.match.engines.tensors import Pairs, Piece, Rules, SampleTensors, lengths
from goldenear.match.packed import LOWEST, RANGE, WINDOW_HIGHEST, WINDOW_LOWEST

PROGRAMS_A_PROCESSOR = 32
"""As many warps as work on one of a card's processors at once, beside their registers."""

PARTS_INTERPRETED = 2

NEVER = tl.constexpr(2**31 - 1)
"""Later than every shift."""

INTEGERS, REALS, PLACE, ROWS = 16, 6, 4, 8
"""How many numbers the kernel reads of a pair and writes of a place; where the number of transpositions stands."""


@triton.jit(
    do_not_specialize=["n", "variant", "x_lowest", "x_pitches", "heard_lowest", "heard_pitches", "octave"]
)  # type: ignore[untyped-decorator]
def _lay(
    integers,
    reals,
    turns,
    best,
    places,
    group_pitch,
    group_sounding,
    note_start,
    note_onset,
    note_offset,
    row_of,
    sounding,
    time,
    energy,
    n,
    variant,
    x_lowest,
    x_pitches,
    heard_lowest,
    heard_pitches,
    octave,
    LANES: tl.constexpr,
    BLOCK: tl.constexpr,
    MEASURE: tl.constexpr,
    PRUNE: tl.constexpr,
    PACKED: tl.constexpr,
    INTEGERS: tl.constexpr,
    REALS: tl.constexpr,
    PLACE: tl.constexpr,
):
    """Lay sample ``program_id(0)`` on X in part ``program_id(1)`` of the shifts, and keep its best so far."""
    pair = tl.program_id(0)
    part = tl.program_id(1)
    slot = part * n + pair
    own = integers + pair * INTEGERS
    first_group = tl.load(own)
    last_group = tl.load(own + 1)
    sample_up = tl.load(own + 2)
    length = tl.load(own + 3)
    base = tl.load(own + 4) - x_lowest
    direction = tl.load(own + 5)
    backwards = tl.load(own + 6)
    low = tl.load(own + 7)
    rows = tl.load(own + 8)
    piece_up = tl.load(own + 9)
    moments = tl.load(own + 10)
    time_start = tl.load(own + 11)
    time_width = tl.load(own + 12)
    energy_start = tl.load(own + 13)
    window_lowest = tl.load(own + 14) - heard_lowest
    window_highest = tl.load(own + 15) - heard_lowest
    real = reals + pair * REALS
    above = tl.load(real)
    below = tl.load(real + 1)
    shared_scale = tl.load(real + 2)
    energy_scale = tl.load(real + 3)
    price = tl.load(real + 5)
    turn = tl.load(turns + variant)
    reached = tl.load(best + slot)

    need = 0
    if PRUNE:
        # No placement can be worth more than its price.
        rows = tl.where(price < reached, 0, rows)
        wanted = reached / price
        if MEASURE == 0:
            wanted = wanted * wanted
        need = tl.minimum(tl.maximum(tl.ceil(wanted * tl.load(real + 4)), 1.0), 1.0e9).to(tl.int32)

    # What is shared at each transposition at most: pitch by pitch the shorter of the two times.
    lanes = tl.arange(0, LANES)
    bound = tl.zeros([LANES], tl.int32)
    if PRUNE:
        for group in range(first_group, last_group):
            pitch = base + direction * tl.load(group_pitch + group) + low + lanes
            in_x = tl.load(sounding + pitch, mask=(pitch >= 0) & (pitch < x_pitches), other=0)
            bound += tl.minimum(in_x * piece_up, tl.load(group_sounding + group) * sample_up)
    bound = tl.where(lanes < rows, bound, -1)

    blocks = (moments + length - 1 + BLOCK - 1) // BLOCK
    parts = tl.num_programs(1)
    first_shift = 1 - length + part * blocks // parts * BLOCK
    end_shift = 1 - length + (part + 1) * blocks // parts * BLOCK
    # Of a retrograde, times count from the end: then a note's difference has the opposite sign.
    stride = tl.where(backwards != 0, 0 - sample_up, sample_up)
    whole = tl.where(backwards != 0, length, 0)

    height = above * 0.0
    best_transposition = 0
    best_shift = 0
    best_shared = 0
    bar = height.to(tl.float32)
    top = tl.max(bound, 0)
    while top >= need:
        lane = tl.argmax(bound, 0)
        bound = tl.where(lanes == lane, -1, bound)
        transposition = low + lane
        # Two lines of the table of energies: below the window, and below all above it.
        bottom = tl.minimum(tl.maximum(transposition + window_lowest, 0), heard_pitches)
        ceiling = tl.minimum(tl.maximum(transposition + window_highest + 1, 0), heard_pitches)
        lower = energy + (energy_start + bottom * (moments + 1))
        upper = energy + (energy_start + ceiling * (moments + 1))
        folded = transposition
        if octave > 0:
            folded = tl.where(transposition > octave // 2, transposition - octave, transposition)
        for start in range(first_shift, end_shift, BLOCK):
            one, other = _shared(
                group_pitch, note_start, note_onset, note_offset, row_of, time, first_group, last_group,
                base + transposition, direction, stride, start + whole, moments, x_pitches, time_start, time_width,
                BLOCK, PACKED,
            )  # fmt: skip
            if backwards != 0:
                one, other = 0 - one, 0 - other
            if PACKED:
                one, other = one & 65535, (one >> 16) & 65535
            for half in tl.static_range(2):
                shared = one if half == 0 else other
                shift = start + half * (BLOCK // 2) + tl.arange(0, BLOCK // 2)
                if tl.max(shared, 0) >= tl.maximum(need, 1):
                    found, at, size, least, bar = _brightest(
                        shared, shift, lower, upper, length, moments, bar,
                        above, below, shared_scale, energy_scale, MEASURE,
                    )  # fmt: skip
                    rank = 2 * tl.abs(folded) + tl.where(folded > 0, 1, 0)
                    best_rank = 2 * tl.abs(best_transposition) + tl.where(best_transposition > 0, 1, 0)
                    sooner = (rank < best_rank) | ((rank == best_rank) & (at < best_shift))
                    if (found > height) | ((found == height) & (found > 0.0) & sooner):
                        height = found
                        best_transposition = folded
                        best_shift = at
                        best_shared = size
                    if PRUNE:
                        need = tl.maximum(need, least)
        top = tl.max(bound, 0)

    similarity = height * price
    before_turn = tl.load(turns + tl.load(places + slot * PLACE))
    if (similarity > reached) | ((similarity == reached) & (similarity > 0.0) & (turn < before_turn)):
        tl.store(best + slot, similarity)
        tl.store(places + slot * PLACE, variant)
        tl.store(places + slot * PLACE + 1, best_transposition)
        tl.store(places + slot * PLACE + 2, best_shift)
        tl.store(places + slot * PLACE + 3, best_shared)


@triton.jit  # type: ignore[untyped-decorator]
def _shared(
    group_pitch,
    note_start,
    note_onset,
    note_offset,
    row_of,
    time,
    first_group,
    last_group,
    base,
    direction,
    stride,
    start,
    moments,
    x_pitches,
    time_start,
    time_width,
    BLOCK: tl.constexpr,
    PACKED: tl.constexpr,
):
    """Return the time shared at the two halves of a block of shifts; packed, both in the first.

    Packed, a number holds one shift in its lower half, one half a block later in its upper, and sums of both are
    one sum: at the end no half is below 0 or above 65,535, so what was borrowed on the way is given back.
    """
    lanes = time + tl.arange(0, BLOCK // 2)
    one = tl.zeros([BLOCK // 2], tl.int32)
    other = tl.zeros([BLOCK // 2], tl.int32)
    for group in range(first_group, last_group):
        pitch = base + direction * tl.load(group_pitch + group)
        row = tl.load(row_of + pitch, mask=(pitch >= 0) & (pitch < x_pitches), other=-1)
        if row >= 0:
            line = time_start + row * time_width
            for note in range(tl.load(note_start + group), tl.load(note_start + group + 1)):
                before = start + tl.load(note_onset + note) * stride
                until = start + tl.load(note_offset + note) * stride
                if (tl.maximum(before, until) + BLOCK > 0) & (tl.minimum(before, until) < moments):
                    one += tl.load(lanes + (line + until)) - tl.load(lanes + (line + before))
                    if not PACKED:
                        until += BLOCK // 2
                        before += BLOCK // 2
                        other += tl.load(lanes + (line + until)) - tl.load(lanes + (line + before))
    return one, other


@triton.jit  # type: ignore[untyped-decorator]
def _brightest(
    shared,
    shift,
    lower,
    upper,
    length,
    moments,
    bar,
    above,
    below,
    shared_scale,
    energy_scale,
    MEASURE: tl.constexpr,
):
    """Return the greatest similarity among some shifts, its first shift, what is shared there, and two floors.

    Below the first floor, in units of shared time, and the second, of S * S / E, nothing can be as bright.
    """
    most = tl.max(shared, 0)
    if MEASURE == 0:
        early = tl.minimum(tl.maximum(shift, 0), moments)
        late = tl.minimum(tl.maximum(shift + length, 0), moments)
        within = tl.load(upper + late) - tl.load(lower + late)
        within -= tl.load(upper + early) - tl.load(lower + early)
        heard = tl.maximum(within, 1)
        rough = shared.to(tl.float32) * shared.to(tl.float32) / heard.to(tl.float32)
        brightest = tl.max(rough, 0)
        # What comes so near the brightest that only exact fractions tell them apart: one after another, the
        # earliest first.
        near = tl.where(brightest >= bar, brightest * 0.9999, float("inf"))
        waiting = tl.where(rough >= near, shift, NEVER)
        earliest = tl.min(waiting, 0)
        found = below * 0.0
        at = 0
        size = 0
        while earliest < NEVER:
            size_here = tl.sum(tl.where(shift == earliest, shared, 0), 0)
            energy_here = tl.sum(tl.where(shift == earliest, heard, 0), 0)
            square = size_here.to(tl.float64) * shared_scale
            square = square * square * above
            similarity = tl.sqrt(square / (energy_here.to(tl.float64) * energy_scale * below))
            similarity = tl.where(similarity < 1.0, similarity, 1.0)
            if similarity > found:
                found = similarity
                at = earliest
                size = size_here
            waiting = tl.where((shared == size_here) & (heard == energy_here), NEVER, waiting)
            earliest = tl.min(waiting, 0)
        bar = tl.maximum(bar, brightest * 0.9999)
        least = tl.floor(bar).to(tl.int32)
    else:
        found = most.to(tl.float64) * shared_scale
        if MEASURE == 1:
            found = tl.sqrt(found * found * above / (energy_scale * below))
        else:
            found = found / below
        found = tl.where(found < 1.0, found, 1.0)
        at = tl.min(tl.where(shared == most, shift, NEVER), 0)
        size = most
        least = most
    return found, at, size, least, bar


def lay(
    piece: Piece,
    samples: SampleTensors,
    notes: Notes,
    x: Tables,
    pairs: Pairs,
    taken: Tensor,
    rules: Rules,
    floor: float,
    prune: bool,
) -> tuple[Pairs, Places]:
    """Lay those pairs on X that are `taken`, one alteration of all samples after another.

    Returns
    -------
    (Pairs, Places)
        The best pairs of the samples, and where; a sample that does not reach `floor` may be missing, and one whose
        shifts were shared out among several programs is there once for each.
    """
    variants, n = taken.shape
    where = taken.device
    integers, reals = _integers(samples, notes, x, pairs, taken), _reals(piece, pairs, rules)
    shifts = piece.length * pairs.piece_up + lengths(samples.numbers, pairs)[2]
    parts = _parts(n, int(shifts[taken].max()) // x.block + 1, where)
    best = torch.full((parts, n), floor, dtype=torch.float64, device=where)
    places = torch.full((parts, n, PLACE), variants, dtype=torch.int32, device=where)
    # Nothing found so far: of equals, whatever is found comes before it.
    turns = torch.cat([pairs.turn[:, 0], pairs.turn.new_full((1,), 2**31 - 1)]).int()
    low, pitches = heard_range(piece)
    lanes = max(16, triton.next_power_of_2(int(integers[:, :, ROWS].max())))
    measure = {"window-cosine": 0, "cosine": 1}.get(rules.measure, 2)
    for variant in torch.nonzero(taken.any(1))[:, 0].tolist():
        # What was found under one alteration says what the next must reach.
        _lay[n, parts](
            integers[variant], reals[variant], turns, best, places,
            *notes[1:6], x.row_of, x.sounding, x.time, x.energy,
            n, variant, piece.lowest, len(x.row_of), low, pitches, rules.octave,
            lanes, x.block, measure, prune, x.packed, INTEGERS, REALS, PLACE,
            num_warps=1,
        )  # fmt: skip
    part, sample = torch.nonzero(places[:, :, 0] < variants, as_tuple=True)
    variant, transposition, shift, shared = places[part, sample].long().unbind(1)
    won = pairs.named(variant, sample)
    size = shared * won.weight * won.ticks
    return won, Places(best[part, sample], transposition, shift * won.ticks, size)


def _parts(n: int, blocks: int, where: torch.device) -> int:
    """Return among how many programs the shifts of a pair are shared out, so that few samples fill a card too."""
    if where.type != "cuda":
        return PARTS_INTERPRETED
    programs: int = PROGRAMS_A_PROCESSOR * torch.cuda.get_device_properties(where).multi_processor_count
    return max(1, min(blocks, programs // n))


def _integers(samples: SampleTensors, notes: Notes, x: Tables, pairs: Pairs, taken: Tensor) -> Tensor:
    """Return the whole numbers of every pair, in the order in which the kernel reads them."""
    number = samples.numbers
    base = number[LOWEST][pairs.picture] + number[RANGE][pairs.picture] * pairs.upside_down
    grid = torch.searchsorted(x.ups, pairs.piece_up)
    columns = (
        notes.group_start[pairs.picture],
        notes.group_start[pairs.picture + 1],
        pairs.sample_up,
        lengths(number, pairs)[2],
        base,
        1 - 2 * pairs.upside_down,
        pairs.backwards,
        pairs.low,
        pairs.rows * taken,
        pairs.piece_up,
        *x.places[:, grid],
        number[WINDOW_LOWEST][pairs.picture],
        number[WINDOW_HIGHEST][pairs.picture],
    )
    return torch.stack([column.int() for column in columns], 2)


def _reals(piece: Piece, pairs: Pairs, rules: Rules) -> Tensor:
    """Return the fractions of every pair, in the order in which the kernel reads them."""
    scale = pairs.weight * pairs.ticks
    if rules.measure == "window-cosine":
        energy = piece.plain**2 * pairs.ticks
    else:
        energy = piece.energy * pairs.piece_up * pairs.ticks
    # A hair less than what is needed, so that no rounding on the way leaves anything out.
    need = pairs.need * (1 - 1e-8)
    columns = (pairs.above, pairs.below, scale, energy, need, pairs.price)
    return torch.stack([column.double().expand(scale.shape) for column in columns], 2)
