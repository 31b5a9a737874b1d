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

Counted for one block of 256 shifts at one transposition, in instructions of a warp of 32: each note that meets X
takes 16 loads and 8 three-way additions, and about 12 to find its line; the maximum takes about 20. For a line of
17 notes on another, at a bound of 4 blocks and some 8 transpositions that are worth a look, at which 3 notes meet
X, half of them in the block: some 4 * 8 * (1.5 * 36 + 9 * 8 + 20) = 5,000 instructions, of which 800 are loads.
An H100 issues 132 * 4 a cycle and loads 132 * 1: the arithmetic is the floor, near 1 microsecond for 180 pairs.
That has not been measured: there was no card.
"""

# Kernels hand numbers and addresses on one by one: there is no other way.
# ruff: noqa: PLR0915

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import torch
import triton
import triton.language as tl
from numpy.typing import NDArray
from torch import Tensor

from goldenear.match.engines.batches import Places, heard_range
from goldenear.match.engines.tensors import Meetings, Pairs, Piece, Rules, SampleTensors, as_tensor
from goldenear.match.packed import (
    KIND,
    LENGTH,
    LEVEL,
    LOWEST,
    RANGE,
    WINDOW_HIGHEST,
    WINDOW_LOWEST,
    Packed,
    Variants,
)
from goldenear.match.prepared import PreparedSamples

BLOCK = 256
"""Shifts taken at a time; eight a lane."""

MOST_TRANSPOSITIONS = 256

PROGRAMS_A_PROCESSOR = 32
"""As many warps as fit onto one of a card's processors at once, beside their registers."""

WINDOW_COSINE, COSINE, RATIO = 0, 1, 2

INTEGERS, REALS, PLACE = 17, 5, 4


@triton.jit(do_not_specialize=["n", "variant", "x_lowest", "x_pitches", "heard_lowest", "heard_pitches", "octave"])  # type: ignore[untyped-decorator]
def _lay(
    integers: Any,
    reals: Any,
    prices: Any,
    turns: Any,
    best: Any,
    places: Any,
    group_pitch: Any,
    group_sounding: Any,
    note_start: Any,
    note_onset: Any,
    note_offset: Any,
    row_of: Any,
    sounding: Any,
    time: Any,
    energy: Any,
    n: Any,
    variant: Any,
    x_lowest: Any,
    x_pitches: Any,
    heard_lowest: Any,
    heard_pitches: Any,
    octave: Any,
    LANES: tl.constexpr,
    BLOCK: tl.constexpr,
    MEASURE: tl.constexpr,
    PRUNE: tl.constexpr,
    INTEGERS: tl.constexpr,
    REALS: tl.constexpr,
    PLACE: tl.constexpr,
) -> None:
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
    energy_width = tl.load(own + 14)
    window_lowest = tl.load(own + 15) - heard_lowest
    window_highest = tl.load(own + 16) - heard_lowest
    real = reals + pair * REALS
    above = tl.load(real)
    below = tl.load(real + 1)
    shared_scale = tl.load(real + 2)
    energy_scale = tl.load(real + 3)
    price = tl.load(prices + variant)
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

    height = above * 0.0
    best_rank = 0
    best_transposition = 0
    best_shift = 0
    best_shared = 0
    bar = height.to(tl.float32)
    top = tl.max(bound, 0)
    while top >= need:
        lane = tl.argmax(bound, 0)
        bound = tl.where(lanes == lane, -1, bound)
        transposition = low + lane
        for start in range(first_shift, end_shift, BLOCK):
            shift = start + tl.arange(0, BLOCK)
            shared = tl.zeros([BLOCK], tl.int32)
            for group in range(first_group, last_group):
                pitch = base + direction * tl.load(group_pitch + group) + transposition
                row = tl.load(row_of + pitch, mask=(pitch >= 0) & (pitch < x_pitches), other=-1)
                if row >= 0:
                    line = time + (time_start + row * time_width)
                    for note in range(tl.load(note_start + group), tl.load(note_start + group + 1)):
                        onset = tl.load(note_onset + note) * sample_up
                        offset = tl.load(note_offset + note) * sample_up
                        begins = tl.where(backwards != 0, length - offset, onset)
                        ends = tl.where(backwards != 0, length - onset, offset)
                        if (start + BLOCK + ends > 0) & (start + begins < moments):
                            until = tl.load(line + (shift + ends)).to(tl.int32)
                            before = tl.load(line + (shift + begins)).to(tl.int32)
                            shared += until - before
            most = tl.max(shared, 0)
            if most >= tl.maximum(need, 1):
                found = height * 0.0
                at = 0
                size = most
                energy_there = 1
                if MEASURE == 0:
                    bottom = tl.minimum(tl.maximum(transposition + window_lowest, 0), heard_pitches)
                    ceiling = tl.minimum(tl.maximum(transposition + window_highest + 1, 0), heard_pitches)
                    lower = energy + (energy_start + bottom * energy_width)
                    upper = energy + (energy_start + ceiling * energy_width)
                    early = tl.minimum(tl.maximum(shift, 0), moments)
                    late = tl.minimum(tl.maximum(shift + length, 0), moments)
                    within = tl.load(upper + late) - tl.load(lower + late)
                    within -= tl.load(upper + early) - tl.load(lower + early)
                    heard = tl.maximum(within, 1)
                    rough = shared.to(tl.float32) * shared.to(tl.float32) / heard.to(tl.float32)
                    if tl.max(rough, 0) >= bar:
                        square = shared.to(tl.float64) * shared_scale
                        square = square * square * above
                        similarity = tl.sqrt(square / (heard.to(tl.float64) * energy_scale * below))
                        similarity = tl.where(similarity < 1.0, similarity, 1.0)
                        found = tl.max(similarity, 0)
                        at = tl.min(tl.where(similarity == found, shift, 2147483647), 0)
                        size = tl.sum(tl.where(shift == at, shared, 0), 0)
                        energy_there = tl.sum(tl.where(shift == at, heard, 0), 0)
                else:
                    at = tl.min(tl.where(shared == most, shift, 2147483647), 0)
                    found = most.to(tl.float64) * shared_scale
                    if MEASURE == 1:
                        found = tl.sqrt(found * found * above / (energy_scale * below))
                    else:
                        found = found / below
                    found = tl.where(found < 1.0, found, 1.0)
                folded = transposition
                if octave > 0:
                    folded = tl.where(transposition > octave // 2, transposition - octave, transposition)
                rank = 2 * tl.abs(folded) + tl.where(folded > 0, 1, 0)
                sooner = (rank < best_rank) | ((rank == best_rank) & (at < best_shift))
                if (found > height) | ((found == height) & (found > 0.0) & sooner):
                    height = found
                    best_rank = rank
                    best_transposition = folded
                    best_shift = at
                    best_shared = size
                    if MEASURE == 0:
                        squared = size.to(tl.int64) * size.to(tl.int64)
                        least = (squared // energy_there.to(tl.int64)).to(tl.int32)
                        bar = size.to(tl.float32) * size.to(tl.float32) / energy_there.to(tl.float32) * 0.9999
                    else:
                        least = size
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


class Notes(NamedTuple):
    """The notes of plain pictures, by picture, pitch and time, in units: 32-bit integers on a device."""

    group_start: Tensor
    """Picture k has the pitches ``group_start[k]`` to ``group_start[k + 1]``."""
    group_pitch: Tensor
    group_sounding: Tensor
    """How long a pitch sounds."""
    note_start: Tensor
    note_onset: Tensor
    note_offset: Tensor
    longest: NDArray[np.int64]
    """The longest note of the pictures of each kind of unit."""


_LAID: WeakKeyDictionary[PreparedSamples, dict[torch.device, Notes]] = WeakKeyDictionary()


def notes_on_device(samples: PreparedSamples, where: torch.device) -> Notes:
    """Return the notes of samples, which stay on the device as long as the samples are kept."""
    laid = _LAID.setdefault(samples, {})
    if where not in laid:
        laid[where] = _notes(samples.packed, where)
    return laid[where]


def _notes(packed: Packed, where: torch.device) -> Notes:
    pictures = np.arange(len(packed.numbers))
    picture = np.repeat(pictures, np.diff(packed.edge_start))
    kept = np.flatnonzero((packed.edge_weight != 0) & (packed.numbers[picture, LEVEL] > 0))
    order = kept[np.lexsort((packed.edge_time[kept], packed.edge_pitch[kept], picture[kept]))]
    # At each pitch a picture of one brightness begins and ends by turns.
    onset, offset = packed.edge_time[order[0::2]], packed.edge_time[order[1::2]]
    picture, pitch = picture[order[0::2]], packed.edge_pitch[order[0::2]]
    first = np.flatnonzero(np.diff(picture, prepend=-1) | np.diff(pitch, prepend=-1))
    longest = np.zeros(len(packed.units), np.int64)
    np.maximum.at(longest, packed.numbers[picture, KIND], offset - onset)
    columns = (
        np.searchsorted(picture[first], np.arange(len(pictures) + 1)),
        pitch[first],
        np.add.reduceat(offset - onset, first) if len(first) else first,
        np.append(first, len(pitch)),
        onset,
        offset,
    )
    return Notes(*(as_tensor(column, where).int() for column in columns), longest)


class Tables(NamedTuple):
    """X on a device, on every grid that a pair asks for; the grids lie one after another."""

    row_of: Tensor
    """The row of each pitch from the lowest on; -1 where it is silent."""
    sounding: Tensor
    """How long each pitch sounds, in units of X."""
    time: Tensor
    """How long each pitch has sounded before each moment, with room on either side."""
    energy: Tensor
    """How long all pitches below have sounded before each moment."""
    ups: Tensor
    """The grids: how many pair units a unit of X makes, rising."""
    places: Tensor
    """For each grid, where moment 0 of its first row lies in `time`, its width, where it begins in `energy`, its width."""


def takes(piece: Piece, samples: SampleTensors, pairs: Pairs, notes: Notes, met: tuple[Meetings, ...], room: int) -> Tensor:
    """Tell which pairs the kernel takes: plain ones whose sums are small, where X's tables fit into the room."""
    drums = len(piece.drums.pitch) and samples.drum_start[pairs.picture + 1] > samples.drum_start[pairs.picture]
    length = samples.numbers[LENGTH][pairs.picture] * pairs.sample_up
    moments = piece.length * pairs.piece_up
    small = torch.maximum(moments + length, piece.area * pairs.piece_up) < 2**30
    fits = sum(_sizes(piece, notes, met)) < min(2**31, room // 4) and len(piece.pitched.pitch) > 0
    taken = pairs.straight & small & (pairs.rows > 0) & (pairs.rows <= MOST_TRANSPOSITIONS)
    return taken & ~torch.as_tensor(drums, device=taken.device) & fits


def _margins(notes: Notes, met: tuple[Meetings, ...]) -> dict[int, int]:
    """Return, for each grid of X, how far beyond X's time a block may read."""
    margins: dict[int, int] = {}
    for table in met:
        reach = notes.longest[:, None] * table.sample_up
        for up in np.unique(table.piece_up).tolist():
            margins[up] = max(margins.get(up, 0), int(reach[table.piece_up == up].max()) + BLOCK)
    return dict(sorted(margins.items()))


def _sizes(piece: Piece, notes: Notes, met: tuple[Meetings, ...]) -> Iterator[int]:
    rows = len(np.unique(piece.pitched.pitch))
    for up, margin in _margins(notes, met).items():
        moments = piece.length * up + 1
        yield rows * (moments + 2 * margin) + (heard_range(piece)[1] + 1) * moments


def tables(piece: Piece, notes: Notes, met: tuple[Meetings, ...], where: torch.device) -> Tables:
    """Lay X out on every grid."""
    pitches, row = np.unique(piece.pitched.pitch, return_inverse=True)
    names = pitches - pitches[0]
    row_of = np.full(names[-1] + 1, -1)
    row_of[names] = np.arange(len(names))
    sounding = np.zeros(len(row_of), np.int64)
    np.add.at(sounding, row_of_pitch := names[row], piece.pitched.offset - piece.pitched.onset)
    ...
