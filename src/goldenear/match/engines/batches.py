"""This file is where torch lays many pairs at a time on X: whole correlograms side by side, in batches.

For every pair of an edge of X and an edge of a sample, a change of slope is added at the shift at which the two
meet, in the row of their transposition; two running sums give the shared time of all pairs of the batch at every
placement. The energy in the window is read off one table, X's energy below each pitch before each moment. Then
the similarity, in 64-bit floats by the formula of :mod:`goldenear.match.similarity`, and the brightest placement.
Any picture is welcome here: drums, glow, forbidden places, folded octaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from goldenear.correlate.turning_points import Lines
from goldenear.match.engines.tensors import Pairs, Piece, Rules, SampleTensors, as_tensor, lengths
from goldenear.match.packed import LOWEST, RANGE, WINDOW_HIGHEST, WINDOW_LOWEST

BYTES_A_CELL = 64
"""What a placement takes while its batch is laid: sums, similarity, energies, and room to compute them."""


class Places(NamedTuple):
    """The brightest place of each pair, as tensors of shape (pairs,); `shift` and `shared` in ticks."""

    similarity: Tensor
    """With the price."""
    transposition: Tensor
    shift: Tensor
    shared: Tensor


class Edges(NamedTuple):
    """Beginnings (+) and endings (-), as tensors; `row` tells which pair of the batch one belongs to."""

    row: Tensor
    time: Tensor
    pitch: Tensor
    weight: Tensor


def on_tick_grid(pairs: Pairs) -> Pairs:
    """Return the pairs with every tick a placement, where placements between turning points might win.

    They can where a similarity is cut off at 1, or where sums are so great that different ones round alike.
    """
    ticks = pairs.ticks.where(~pairs.straight, 1)
    return pairs._replace(
        piece_up=pairs.piece_up * ticks, sample_up=pairs.sample_up * ticks, ticks=pairs.ticks // ticks
    )


def cells(piece: Piece, samples: SampleTensors, pairs: Pairs) -> NDArray[np.float64]:
    """Return about how many numbers are held for each pair while it is laid."""
    rows = pairs.rows.clamp(min=0) + heard_range(piece)[1] + 2
    held: NDArray[np.float64] = (rows.double() * _columns(piece, samples, pairs)).cpu().numpy()
    return held


def lay_batches(
    piece: Piece, samples: SampleTensors, pairs: Pairs, rules: Rules, budget: int
) -> Iterator[tuple[Pairs, Places]]:
    """Lay pairs on X, as many at a time as fit into `budget` bytes, or one."""
    size = cells(piece, samples, pairs)
    piece_up = pairs.piece_up.cpu().numpy()
    order = np.lexsort((size, piece_up))
    energy: tuple[int, Tensor] | None = None
    for part in _cut(piece_up[order], size[order] * BYTES_A_CELL, budget):
        which = torch.tensor(order[part], device=pairs.picture.device)
        batch = Pairs(*(column[which] for column in pairs))
        up = int(piece_up[order[part.start]])
        if rules.measure == "window-cosine" and (energy is None or energy[0] != up):
            energy = up, energy_table(piece, up, which.device)
        yield batch, _laid(piece, samples, batch, rules, None if energy is None else energy[1])


def _cut(piece_up: NDArray[np.int64], size: NDArray[np.float64], budget: int) -> Iterator[slice]:
    """Cut pairs, sorted by X's grid and by size, into batches of one grid; the last one's size is that of all."""
    first = 0
    while first < len(size):
        last = first + 1
        while (
            last < len(size)
            and piece_up[last] == piece_up[first]
            and (last + 1 - first) * size[last] <= budget
        ):
            last += 1
        yield slice(first, last)
        first = last


def energy_table(piece: Piece, up: int, where: torch.device) -> Tensor:
    """Return X's energy below each of its pitches before each moment: shape (pitches + 1, moments + 1).

    Times are counted `up` times finer than X's units. Each note's energy grows from its beginning to its end:
    two turning points, and two running sums in time, one in pitch.
    """
    low, pitches = heard_range(piece)
    heard = Lines(*(as_tensor(column, where) for column in piece.heard))
    table = torch.zeros((pitches + 1, piece.length * up + 2), dtype=torch.int64, device=where)
    energy = heard.brightness**2
    for time, change in ((heard.onset, energy), (heard.offset, -energy)):
        table.index_put_((heard.pitch - low + 1, time * up + 1), change, accumulate=True)
    return table.cumsum_(1).cumsum_(1).cumsum_(0)[:, :-1]


def heard_range(piece: Piece) -> tuple[int, int]:
    """Return the lowest pitch that sounds, and the number of pitches up to the highest."""
    pitch = piece.heard.pitch
    return (int(pitch.min()), int(np.ptp(pitch)) + 1) if len(pitch) else (0, 0)


def _columns(piece: Piece, samples: SampleTensors, pairs: Pairs) -> Tensor:
    """Return how many shifts each pair has, with one dark shift after the last."""
    onset, end, _ = lengths(samples.numbers, pairs)
    return piece.length * pairs.piece_up + end - onset + 1


def _laid(piece: Piece, samples: SampleTensors, batch: Pairs, rules: Rules, energy: Tensor | None) -> Places:
    """Return the brightest place of every pair of the batch, at once."""
    shape = len(batch.picture), max(1, int(batch.rows.max())), int(_columns(piece, samples, batch).max())
    first_shift = 1 - lengths(samples.numbers, batch)[1]
    shared = _pitched_time(piece, samples, batch, shape)
    if len(piece.drums.pitch) and len(samples.drum_pitch):
        shared += _drum_time(piece, samples, batch, shape)
    shared *= batch.ticks[:, None, None]
    similarity = shared.clamp(min=0).double()
    if rules.measure in ("window-cosine", "cosine"):
        if energy is None:
            within = (piece.energy * batch.piece_up)[:, None, None]
        else:
            within = _window_energy(piece, samples, batch, energy, shape)
        within = within * batch.ticks[:, None, None]
        similarity *= similarity
        similarity *= batch.above[:, None, None]
        below = within.double() * batch.below[:, None, None]
        # Where the window is dark nothing is shared either.
        similarity /= below.masked_fill_(below <= 0, 1.0)
        _take_root(similarity)
    else:
        similarity /= batch.below[:, None, None]
    similarity.clamp_(max=1.0)
    return _brightest(similarity, shared, first_shift, batch, rules.octave)


def _take_root(numbers: Tensor) -> None:
    """Replace 64-bit floats by their square roots, correctly rounded.

    CUDA rounds correctly; what torch calls on a processor may be off by a last bit, so there NumPy does it.
    """
    if numbers.device.type == "cpu":
        np.sqrt(numbers.numpy(), out=numbers.numpy())
    else:
        numbers.sqrt_()


def _brightest(similarity: Tensor, shared: Tensor, first_shift: Tensor, batch: Pairs, octave: int) -> Places:
    """Return each pair's brightest place: of equals the smallest transposition, then the earliest shift."""
    pair = torch.arange(len(similarity), device=similarity.device)
    # argmax names the first of equals.
    column = similarity.argmax(2)
    heights = similarity.gather(2, column[:, :, None])[:, :, 0]
    rows = torch.arange(heights.shape[1], device=heights.device)
    transposition = batch.low[:, None] + rows
    if octave:
        transposition = transposition - octave * (transposition > octave // 2)
    tried = rows < batch.rows[:, None]
    heights = heights.where(tried, -1.0)
    height = heights.amax(1)
    away = 2 * transposition.abs() + (transposition > 0)
    row = away.where(heights == height[:, None], 2**62).argmin(1)
    column = column[pair, row]
    return Places(
        height.clamp(min=0.0) * batch.price,
        transposition[pair, row],
        (first_shift + column) * batch.ticks,
        shared[pair, row, column],
    )


def _pitched_time(piece: Piece, samples: SampleTensors, batch: Pairs, shape: tuple[int, ...]) -> Tensor:
    """Return the time that pitched notes share, in pair units: shape (pairs, transpositions, shifts)."""
    where = batch.picture.device
    x, k = _piece_edges(piece.pitched, where), _sample_edges(samples, batch)
    lowest = batch.low + samples.numbers[LOWEST][batch.picture]
    base = (lowest + samples.numbers[RANGE][batch.picture] * batch.upside_down)[k.row]
    direction = 1 - 2 * batch.upside_down[k.row]
    values = torch.zeros(shape, dtype=torch.int64, device=where)
    _scatter(x, k._replace(pitch=base + direction * k.pitch), batch, samples, values)
    return values.cumsum_(2).cumsum_(2)


def _drum_time(piece: Piece, samples: SampleTensors, batch: Pairs, shape: tuple[int, ...]) -> Tensor:
    """Return the time that drums share: shape (pairs, 1, shifts)."""
    x, k = _piece_edges(piece.drums, batch.picture.device), _drum_edges(samples, batch)
    values = torch.zeros((shape[0], 1, shape[2]), dtype=torch.int64, device=batch.picture.device)
    _scatter(x, k, batch, samples, values)
    return values.cumsum_(2).cumsum_(2)


def _scatter(x: Edges, k: Edges, batch: Pairs, samples: SampleTensors, values: Tensor) -> None:
    """Add the change of slope of every pair of edges, in the row of the difference of their pitches."""
    _, rows, columns = values.shape
    _, end, _ = lengths(samples.numbers, batch)
    at_once = max(1, values.numel() // max(1, len(k.row)))
    # A change of slope at a shift is felt from the next shift on.
    offset = (end[k.row] - k.time)[None, :]
    allowed = batch.rows.clamp(max=rows)[k.row]
    for part in zip(*(column.split(at_once) for column in x), strict=True):
        some = Edges(*(column[:, None] for column in part))
        column = some.time * batch.piece_up[k.row] + offset
        row = some.pitch - k.pitch
        inside = (row >= 0) & (row < allowed)
        place = (k.row * rows + row) * columns + column
        change = -some.weight * k.weight
        values.view(-1).index_add_(0, place[inside], change[inside])


def _piece_edges(lines: Lines, where: torch.device) -> Edges:
    """Return the edges of X's strokes, in units of X."""
    pitch, onset, offset, brightness = (as_tensor(column, where) for column in lines)
    return Edges(
        torch.zeros(2 * len(pitch), dtype=torch.int64, device=where),
        torch.cat([onset, offset]),
        torch.cat([pitch, pitch]),
        torch.cat([brightness, -brightness]),
    )


def _sample_edges(samples: SampleTensors, batch: Pairs) -> Edges:
    """Return the edges of the pitched notes of every pair, stretched and turned round, in pair units."""
    row, edge = _ragged(samples.edge_start, batch.picture)
    edges = Edges(row, samples.edge_time[edge], samples.edge_pitch[edge], samples.edge_weight[edge])
    return _turned_round(edges, samples, batch)


def _drum_edges(samples: SampleTensors, batch: Pairs) -> Edges:
    """Return the edges of the drums of every pair."""
    row, drum = _ragged(samples.drum_start, batch.picture)
    pitch, brightness = samples.drum_pitch[drum], samples.drum_brightness[drum]
    edges = Edges(
        torch.cat([row, row]),
        torch.cat([samples.drum_onset[drum], samples.drum_offset[drum]]),
        torch.cat([pitch, pitch]),
        torch.cat([brightness, -brightness]),
    )
    return _turned_round(edges, samples, batch)


def _turned_round(edges: Edges, samples: SampleTensors, batch: Pairs) -> Edges:
    """Count times in pair units; of a retrograde from the end, where beginnings are endings."""
    direction = 1 - 2 * batch.backwards[edges.row]
    whole = (lengths(samples.numbers, batch)[2] * batch.backwards)[edges.row]
    time = whole + direction * edges.time * batch.sample_up[edges.row]
    return edges._replace(time=time, weight=direction * edges.weight)


def _ragged(start: Tensor, picture: Tensor) -> tuple[Tensor, Tensor]:
    """Return, for each element of each picture, which of the pictures it belongs to, and which element it is."""
    first = start[picture]
    count = start[picture + 1] - first
    row = torch.repeat_interleave(torch.arange(len(picture), device=start.device), count)
    before = count.cumsum(0) - count
    return row, torch.arange(len(row), device=start.device) + (first - before)[row]


def _window_energy(
    piece: Piece, samples: SampleTensors, batch: Pairs, energy: Tensor, shape: tuple[int, ...]
) -> Tensor:
    """Return X's energy in the window of every placement, in pair units."""
    pairs, rows, columns = shape
    where = batch.picture.device
    _, end, length = lengths(samples.numbers, batch)
    start = (1 - end)[:, None] + torch.arange(columns, device=where)
    latest = energy.shape[1] - 1
    below = energy[:, (start + length[:, None]).clamp(0, latest)] - energy[:, start.clamp(0, latest)]
    low, pitches = heard_range(piece)
    transposition = batch.low[:, None] + torch.arange(rows, device=where) - low
    bottom, top = (
        (transposition + samples.numbers[which][batch.picture][:, None] + above).clamp(0, pitches)
        for which, above in ((WINDOW_LOWEST, 0), (WINDOW_HIGHEST, 1))
    )
    pair = torch.arange(pairs, device=where)[:, None]
    within = below[top, pair] - below[bottom, pair]
    if len(piece.drums.pitch) and len(samples.drum_pitch):
        within += _drum_energy(piece, samples, batch, shape)
    return within


def _drum_energy(piece: Piece, samples: SampleTensors, batch: Pairs, shape: tuple[int, ...]) -> Tensor:
    """Return the energy, in each pair's time, of those of X's drums that the sample has: shape (pairs, 1, shifts)."""
    where = batch.picture.device
    pitch, onset, offset, brightness = (as_tensor(column, where) for column in piece.drums)
    row, drum = _ragged(samples.drum_start, batch.picture)
    same = (samples.drum_pitch[drum][:, None] == pitch) & (samples.drum_brightness[drum] > 0)[:, None]
    has = (
        torch.zeros((shape[0], len(pitch)), dtype=torch.int64, device=where).index_add_(0, row, same.long())
        > 0
    )
    pair, note = has.nonzero(as_tuple=True)
    _, end, length = (column[pair] for column in lengths(samples.numbers, batch))
    up, energy = batch.piece_up[pair], brightness[note] ** 2
    values = torch.zeros(shape[0] * shape[2], dtype=torch.int64, device=where)
    for time, later, change in (
        (onset, length, energy),
        (onset, 0, -energy),
        (offset, length, -energy),
        (offset, 0, energy),
    ):
        column = time[note] * up - later + end
        values.index_add_(0, pair * shape[2] + column, change)
    return values.view(shape[0], 1, shape[2]).cumsum_(2).cumsum_(2)
