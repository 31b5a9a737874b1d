"""X as compiled loops read it: the strokes of its layers in two orders, and columns of edges of a part of it.

Times are counted in *units*, the coarsest in which all of X's times and the length of a stroke are whole. A column
stands at every time at which something of the swept layer begins or ends, and holds for each pitch what begins (+) or
ends (-) there; of strokes of the usual length it holds the beginning alone. Dark lanes lie on either side, so that 64
neighbouring transpositions can be read at once wherever a sample's edge lies. A long X is laid out part by part, each
a little longer than the longest sample.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.backends.lanes import LANES
from goldenear.correlate.backends.records import at, compiled, int8s, int32s, int64s
from goldenear.match.pictures import PiecePicture
from goldenear.match.recipe import Recipe
from goldenear.notes.piano_roll import PianoRoll

MOST_NUMBERS = 2**22
"""The table of what has sounded is made only where it holds no more numbers than this, a layer."""


class PieceLayout(NamedTuple):
    """All of X. Arrays hold one layer after the other; ``..._start`` tells where each part begins."""

    unit_up: int
    unit_down: int
    """A unit is unit_up / unit_down quarters."""
    lowest: int
    pitches: int
    has_pitch: int
    has_drums: int
    length: int
    plain: int
    """The one brightness of all that sounds, or 0."""
    scale: int
    loudest: int
    """The greatest brightness that anything is lit with."""
    energy: NDArray[np.int64]
    light: NDArray[np.int64]
    """The sums over all that sounds, one a layer."""
    line_start: NDArray[np.int64]
    """For each layer and pitch, where its strokes begin among those lit: shape (layers x (pitches + 1),)."""
    line_onset: NDArray[np.int64]
    line_offset: NDArray[np.int64]
    line_weight: NDArray[np.int64]
    """What is lit, pitch by pitch and by onset."""
    lit_start: NDArray[np.int64]
    lit_pitch: NDArray[np.int64]
    lit_onset: NDArray[np.int64]
    lit_offset: NDArray[np.int64]
    lit_weight: NDArray[np.int64]
    lit_reach: NDArray[np.int64]
    """The same by onset, pitches counted from `lowest`; and the latest end of this stroke and all before it."""
    sound_start: NDArray[np.int64]
    sound_pitch: NDArray[np.int64]
    sound_onset: NDArray[np.int64]
    sound_offset: NDArray[np.int64]
    sound_weight: NDArray[np.int64]
    sound_reach: NDArray[np.int64]
    """What sounds, by onset; its weight is its energy."""
    drum_start: NDArray[np.int64]
    drum_pitch: NDArray[np.int64]
    drum_onset: NDArray[np.int64]
    drum_offset: NDArray[np.int64]
    drum_weight: NDArray[np.int64]
    drum_reach: NDArray[np.int64]
    corner: NDArray[np.int64]
    """The times at which a note begins or ends in some layer, rising."""


class PartLayout(NamedTuple):
    """A part of X: the shifts that belong to it, and columns of edges of the swept layer."""

    first: int
    last: int
    """The shifts of the part, in units: from `first`, up to and without `last`."""
    opens: int
    closes: int
    """When the first stroke of the swept layer begins in it, and the last ends."""
    usual: int
    """How long strokes are of which the columns hold the onset alone; 0 where columns hold all edges."""
    columns: int
    """How many columns of such onsets are laid out."""
    rest: int
    """How many columns of the edges of other strokes, after those."""
    width: int
    """Lanes in a column: 64 dark ones, one for each pitch, 64 dark ones; and again with the opposite sign."""
    time: NDArray[np.int64]
    edges: NDArray[np.int8]
    """Edges of a plain X, counted as 1."""
    weights: NDArray[np.int32]
    """Edges with their brightness, without the second half; empty where they are not needed."""
    sounding: NDArray[np.int32]
    """How long each pitch sounds in the part, as lanes."""
    zero: int
    """The time of the first line of `below`, in units."""
    capacity: int
    """How many lines of a layer there is room for."""
    lines: int
    """How many lines there are, one a unit; 0 where there is no such table."""
    below: NDArray[np.int32]
    """How long all pitches below each have sounded before each line of `pitches` + 1 numbers, layer by layer."""


def piece_layout(x: PiecePicture, recipe: Recipe) -> PieceLayout:
    """Return one reading of X as compiled loops read it."""
    unit = int(np.gcd.reduce(x.times))
    length = Fraction(unit, x.ticks_per_quarter)
    # A stroke must be a whole number of units as well.
    shared = Fraction(
        gcd(length.numerator * recipe.stroke.denominator, recipe.stroke.numerator * length.denominator),
        length.denominator * recipe.stroke.denominator,
    )
    up, down = (shared * x.ticks_per_quarter).as_integer_ratio()
    lit, sounding = ([_in_units(roll, up, down) for roll in rolls] for rolls in (x.lit, x.sounding))
    pitches = np.concatenate([roll.pitch[~roll.is_drum] for roll in lit])
    lowest = int(pitches.min()) if len(pitches) else 0
    rows = int(pitches.max()) - lowest + 1 if len(pitches) else 1
    lines = [_by_line(roll, lowest, rows) for roll in lit]
    starts = np.concatenate([[0], np.cumsum([len(line[1]) for line in lines])])
    return PieceLayout._make(
        (
            shared.numerator,
            shared.denominator,
            lowest,
            rows,
            int(bool(len(pitches))),
            int(any(roll.is_drum.any() for roll in lit)),
            int(max(roll.offset.max() for roll in lit)),
            x.plain,
            x.scale,
            max(int(roll.brightness.max()) for roll in lit),
            np.array([sums.energy * down // up for sums in x.sums], np.int64),
            np.array([sums.light * down // up for sums in x.sums], np.int64),
            np.concatenate([line[0] + start for line, start in zip(lines, starts[:-1], strict=True)]),
            *(np.concatenate([line[i] for line in lines]) for i in (1, 2, 3)),
            *_by_onset([roll.where(~roll.is_drum) for roll in lit], lowest, squared=False),
            *_by_onset([roll.where(~roll.is_drum) for roll in sounding], lowest, squared=True),
            *_by_onset([roll.where(roll.is_drum) for roll in lit], 0, squared=False),
            x.times * down // up,
        )
    )


def _in_units(roll: PianoRoll, up: int, down: int) -> PianoRoll:
    """Return a roll with times divided by up / down, exactly."""
    return PianoRoll(
        roll.pitch, roll.onset * down // up, roll.offset * down // up, roll.brightness, roll.is_drum, 1
    )


def _by_line(roll: PianoRoll, lowest: int, rows: int) -> tuple[NDArray[np.int64], ...]:
    """Return where each pitch's strokes begin, and the pitched strokes' onsets, offsets and brightnesses."""
    pitched = roll.where(~roll.is_drum)
    order = np.lexsort((pitched.onset, pitched.pitch))
    start = np.searchsorted(pitched.pitch[order], lowest + np.arange(rows + 1))
    return start, pitched.onset[order], pitched.offset[order], pitched.brightness[order].astype(np.int64)


def _by_onset(rolls: list[PianoRoll], lowest: int, *, squared: bool) -> tuple[NDArray[np.int64], ...]:
    """Return where each layer begins; and pitch, onset, offset, weight and reach of its strokes, by onset."""
    parts = []
    for roll in rolls:
        order = np.argsort(roll.onset, kind="stable")
        weight = roll.brightness[order].astype(np.int64)
        offset = roll.offset[order]
        reach = np.maximum.accumulate(offset) if len(offset) else offset
        parts.append(
            (roll.pitch[order] - lowest, roll.onset[order], offset, weight**2 if squared else weight, reach)
        )
    start = np.concatenate([[0], np.cumsum([len(part[0]) for part in parts])]).astype(np.int64)
    return start, *(np.concatenate([part[i] for part in parts]) for i in range(5))


def part_layout(
    piece: PieceLayout, swept: int, units: int, usual: int, *, weighted: bool, tabled: bool
) -> PartLayout:
    """Return room for parts of X of so many units.

    There are columns of edges that count 1 where X is plain, and with weights where wanted; and, where wanted and not
    too large, the table of what has sounded.
    """
    strokes = int(piece.lit_start[swept + 1] - piece.lit_start[swept])
    half, columns = 2 * LANES + piece.pitches, 2 * strokes + 1
    lines = min(piece.length + 1, units)
    if not tabled or lines * (piece.pitches + 1) > MOST_NUMBERS:
        lines = 0
    return PartLayout(
        *(0, 0, 0, 0),
        usual,
        *(0, 0),
        2 * half,
        np.zeros(columns, np.int64),
        np.zeros(columns * 2 * half if piece.plain else 0, np.int8),
        np.zeros(columns * half if weighted else 0, np.int32),
        np.zeros(len(piece.energy) * half, np.int32),
        0,
        lines,
        0,
        np.zeros(len(piece.energy) * lines * (piece.pitches + 1), np.int32),
    )


@compiled
def first_from(rising: Any, start: int, stop: int, least: int) -> Any:
    """Return where, from `start` up to `stop`, rising numbers reach `least`; `stop` if they do not."""
    while start < stop:
        middle = (start + stop) // 2
        if rising[middle] >= least:
            stop = middle
        else:
            start = middle + 1
    return start


@compiled
def lay_part(piece: Any, part: Any, swept: int, first: int, last: int, longest: int) -> None:
    """Lay out the columns for shifts from `first` up to `last`, for samples up to `longest`."""
    part.first, part.last = first, last
    onset, offset = int64s(piece.lit_onset, piece.n_lit_onset), int64s(piece.lit_offset, piece.n_lit_onset)
    pitch, weight = int64s(piece.lit_pitch, piece.n_lit_onset), int64s(piece.lit_weight, piece.n_lit_onset)
    start = int64s(piece.lit_start, piece.n_lit_start)
    begin = first_from(int64s(piece.lit_reach, piece.n_lit_onset), start[swept], start[swept + 1], first + 1)
    stop = first_from(onset, begin, start[swept + 1], last + longest)
    time = int64s(part.time, part.n_time)
    usual = part.usual
    n, part.opens, part.closes = 0, 2**62, -(2**62)
    for i in range(begin, stop):
        part.opens, part.closes = min(part.opens, onset[i]), max(part.closes, offset[i])
        if offset[i] - onset[i] == usual:
            time[n] = onset[i]
            n += 1
    part.columns = unique(time, 0, n)
    n = part.columns
    for i in range(begin, stop):
        if offset[i] - onset[i] != usual:
            time[n], time[n + 1] = onset[i], offset[i]
            n += 2
    n = unique(time, part.columns, n)
    part.rest = n - part.columns
    half, width = part.width // 2, part.width
    lay_sounding(piece, part, first, last + longest)
    edges, weights = int8s(part.edges, part.n_edges), int32s(part.weights, part.n_weights)
    edges[: min(n * width, len(edges))] = 0
    weights[: min(n * half, len(weights))] = 0
    for i in range(begin, stop):
        lane = LANES + pitch[i]
        alone = offset[i] - onset[i] == usual
        for moment, sign in ((onset[i], 1), (offset[i], -1)):
            if alone and sign < 0:
                continue
            column = first_from(time, 0 if alone else part.columns, part.columns if alone else n, moment)
            if len(edges):
                edges[column * width + lane] += sign
                edges[column * width + half + lane] -= sign
            if len(weights):
                weights[column * half + lane] += sign * weight[i]
    if part.n_below:
        lay_table(piece, part, first, last + longest)


@compiled
def unique(time: Any, start: int, stop: int) -> Any:
    """Put times from `start` up to `stop` in order, each once, and return where they end."""
    n = start
    for t in np.sort(time[start:stop]):
        if n == start or time[n - 1] != t:
            time[n] = t
            n += 1
    return n


@compiled
def lay_sounding(piece: Any, part: Any, first: int, last: int) -> None:
    """Sum up how long each pitch sounds in the part, layer by layer."""
    onset, offset = int64s(piece.lit_onset, piece.n_lit_onset), int64s(piece.lit_offset, piece.n_lit_onset)
    pitch, reach = int64s(piece.lit_pitch, piece.n_lit_onset), int64s(piece.lit_reach, piece.n_lit_onset)
    start = int64s(piece.lit_start, piece.n_lit_start)
    sounding = int32s(part.sounding, part.n_sounding)
    sounding[:] = 0
    for layer in range(piece.n_energy):
        row = layer * (part.width // 2) + LANES
        i = first_from(reach, start[layer], start[layer + 1], first + 1)
        while i < start[layer + 1] and onset[i] < last:
            sounding[row + pitch[i]] += min(offset[i] - onset[i], 2**31 - 1 - sounding[row + pitch[i]])
            i += 1


@compiled
def lay_table(piece: Any, part: Any, first: int, last: int) -> None:
    """Fill the table of what has sounded, for times from `first` to `last`; X is plain, and lit as it sounds."""
    stride = piece.pitches + 1
    below = int32s(part.below, part.n_below)
    layers = piece.n_energy
    capacity = part.capacity
    part.zero = max(first, 0)
    part.lines = min(capacity, min(last, piece.length) - part.zero + 1)
    if part.lines <= 0:
        part.lines = 0
        return
    onset, offset = int64s(piece.lit_onset, piece.n_lit_onset), int64s(piece.lit_offset, piece.n_lit_onset)
    pitch, start = int64s(piece.lit_pitch, piece.n_lit_onset), int64s(piece.lit_start, piece.n_lit_start)
    reach = int64s(piece.lit_reach, piece.n_lit_onset)
    for layer in range(layers):
        table = below[layer * capacity * stride : (layer * capacity + part.lines) * stride]
        for i in range(len(table)):
            table[i] = 0
        i = first_from(reach, start[layer], start[layer + 1], part.zero + 1)
        while i < start[layer + 1] and onset[i] < part.zero + part.lines:
            # A unit that sounds counts from the line after it on.
            a = max(onset[i] - part.zero, 0) + 1
            b = min(offset[i] - part.zero, part.lines - 1)
            for line in range(a, b + 1):
                table[line * stride + pitch[i] + 1] = 1
            i += 1
        for line in range(1, part.lines):
            row, total = line * stride, 0
            for q in range(1, stride):
                total += table[row + q]
                table[row + q] = table[row - stride + q] + total


@compiled
def sounded(part: Any, pitches: int, layer: int, bottom: int, top: int, time: int, up: int) -> Any:
    """Return how long pitches from `bottom` up to `top` have sounded before a time, in units split into `up`."""
    stride = pitches + 1
    below = int32s(part.below, part.n_below)
    time -= part.zero * up
    if time <= 0:
        return 0
    line = time if up == 1 else time // up
    line = min(line, part.lines - 1)
    row = (layer * part.capacity + line) * stride
    before = np.int64(at(below, row + top)) - at(below, row + bottom)
    if up == 1 or line == part.lines - 1:
        return before * up
    row += stride
    after = np.int64(at(below, row + top)) - at(below, row + bottom)
    return before * up + (after - before) * (time - line * up)
