"""This file is where notes and X lie ready for the fused kernel: notes by pitch, X as tables of running sums."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from goldenear.match.engines.batches import energy_table, heard_range
from goldenear.match.engines.meeting import Meeting
from goldenear.match.engines.tensors import Pairs, Piece, SampleTensors, as_tensor
from goldenear.match.packed import KIND, LENGTH, LEVEL, Packed
from goldenear.match.prepared import PreparedSamples

BLOCKS = (256, 512)
"""How many shifts the kernel takes at a time: 8 or 16 a lane."""

MOST_TRANSPOSITIONS = 256

PACKED_BELOW = 2**16
"""Two sums that stay below this are packed into one number."""


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


def notes_on_device(samples: PreparedSamples, where: torch.device) -> Notes:
    """Return the notes of samples, which stay on the device as long as the samples are kept."""
    laid: dict[torch.device, Notes] = samples.kept.setdefault("torch notes", {})
    if where not in laid:
        laid[where] = _notes(samples.packed, where)
    return laid[where]


def _notes(packed: Packed, where: torch.device) -> Notes:
    picture = np.repeat(np.arange(len(packed.numbers)), np.diff(packed.edge_start))
    kept = np.flatnonzero((packed.edge_weight != 0) & (packed.numbers[picture, LEVEL] > 0))
    order = kept[np.lexsort((packed.edge_time[kept], packed.edge_pitch[kept], picture[kept]))]
    # At each pitch a picture of one brightness begins and ends by turns.
    onset, offset = packed.edge_time[order[0::2]], packed.edge_time[order[1::2]]
    picture, pitch = picture[order[0::2]], packed.edge_pitch[order[0::2]].astype(np.int64)
    first = np.flatnonzero((np.diff(picture, prepend=-1) != 0) | (np.diff(pitch, prepend=-1) != 0))
    longest = np.zeros(len(packed.units), np.int64)
    np.maximum.at(longest, packed.numbers[picture, KIND], offset - onset)
    columns = (
        np.searchsorted(picture[first], np.arange(len(packed.numbers) + 1)),
        pitch[first],
        np.add.reduceat(offset - onset, first) if len(first) else first,
        np.append(first, len(pitch)),
        onset,
        offset,
    )
    group_start, group_pitch, sounding, note_start, onset_there, offset_there = (
        as_tensor(column, where).int() for column in columns
    )
    return Notes(group_start, group_pitch, sounding, note_start, onset_there, offset_there, longest)


class Tables(NamedTuple):
    """X on a device, on every grid that a pair asks for; the grids lie one after another."""

    row_of: Tensor
    """The row of each pitch from the lowest on; -1 where it is silent."""
    sounding: Tensor
    """How long each pitch sounds, in units of X."""
    time: Tensor
    """How long each pitch has sounded before each moment, with a margin on either side.

    Packed, a number holds in its upper half what half a block of moments later stands in its lower.
    """
    energy: Tensor
    """How long all pitches below have sounded before each moment."""
    ups: Tensor
    """The grids: how many pair units a unit of X makes, rising."""
    places: Tensor
    """For each grid, its moments; where moment 0 of the first row lies in `time`, and how wide a row is; where the
    grid begins in `energy`: shape (4, grids)."""
    packed: bool
    block: int
    """How many shifts are taken at a time."""


def tables(piece: Piece, margin_of: dict[int, int], block: int, where: torch.device) -> Tables:
    """Lay a plain X out on every grid, each with its margin."""
    pitches, row = np.unique(piece.pitched.pitch, return_inverse=True)
    row_of = np.full(int(np.ptp(pitches)) + 1, -1)
    row_of[pitches - pitches[0]] = np.arange(len(pitches))
    sounding = np.zeros(len(row_of), np.int64)
    np.add.at(sounding, piece.pitched.pitch - pitches[0], piece.pitched.offset - piece.pitched.onset)
    ones = piece._replace(heard=piece.heard._replace(brightness=np.ones_like(piece.heard.brightness)))
    packed = max(piece.length, piece.area) * max(margin_of) < PACKED_BELOW
    times, energies, places = [], [], []
    time_start = energy_start = 0
    for up, margin in margin_of.items():
        time = _sounded(piece, row, len(pitches), up, margin, where)
        energy = energy_table(ones, up, where)
        if packed:
            time = time[:, : -block // 2] + 2**16 * time[:, block // 2 :]
        places.append((piece.length * up, time_start + margin, time.shape[1], energy_start))
        time_start, energy_start = time_start + time.numel(), energy_start + energy.numel()
        times.append(time.flatten().int())
        energies.append(energy.flatten().int())
    return Tables(
        as_tensor(row_of, where).int(),
        as_tensor(sounding, where).int(),
        torch.cat(times),
        torch.cat(energies),
        as_tensor(np.array(list(margin_of)), where),
        as_tensor(np.array(places).T, where),
        packed,
        block,
    )


def _sounded(
    piece: Piece, row: NDArray[np.int64], rows: int, up: int, margin: int, where: torch.device
) -> Tensor:
    """Return how long each row's pitch has sounded before each moment: two turning points a note, two sums."""
    table = torch.zeros((rows, piece.length * up + 2 * margin + 1), dtype=torch.int64, device=where)
    lines = as_tensor(row, where)
    for moment, change in ((piece.pitched.onset, 1), (piece.pitched.offset, -1)):
        time = as_tensor(moment * up + margin + 1, where)
        table.index_put_((lines, time), torch.full_like(time, change), accumulate=True)
    return table.cumsum_(1).cumsum_(1)


def margins(notes: Notes, met: tuple[Meeting, ...], block: int) -> dict[int, int]:
    """Return, for each grid of X, how far beyond X's time a block of shifts may read."""
    found: dict[int, int] = {}
    for meeting in met:
        reach = notes.longest[:, None] * meeting.sample_up
        for up in np.unique(meeting.piece_up).tolist():
            found[up] = max(found.get(up, 0), int(reach[meeting.piece_up == up].max()) + block)
    return dict(sorted(found.items()))


def size(piece: Piece, margin_of: dict[int, int]) -> int:
    """Return how many numbers X's tables hold."""
    rows, pitches = len(np.unique(piece.pitched.pitch)), heard_range(piece)[1]
    moments = {up: piece.length * up + 1 for up in margin_of}
    return sum(
        rows * (moments[up] + 2 * margin) + (pitches + 1) * moments[up] for up, margin in margin_of.items()
    )


def block_for(piece: Piece, samples: SampleTensors, pairs: Pairs, taken: Tensor) -> int:
    """Return how many shifts to take at a time: the larger block where most pairs have enough of them."""
    shifts = piece.length * pairs.piece_up + samples.numbers[LENGTH][pairs.picture] * pairs.sample_up
    return BLOCKS[int(shifts[taken].median()) > BLOCKS[0]]


def is_taken(piece: Piece, samples: SampleTensors, pairs: Pairs) -> Tensor:
    """Tell which pairs the kernel takes: plain ones that share no drums, whose sums are small."""
    length = samples.numbers[LENGTH][pairs.picture] * pairs.sample_up
    moments = piece.length * pairs.piece_up
    small = torch.maximum(moments + length, piece.area * pairs.piece_up) < 2**30
    taken = pairs.straight & small & (pairs.rows > 0) & (pairs.rows <= MOST_TRANSPOSITIONS)
    if len(piece.drums.pitch):
        taken = taken & (samples.drum_start[pairs.picture + 1] == samples.drum_start[pairs.picture])
    return taken
