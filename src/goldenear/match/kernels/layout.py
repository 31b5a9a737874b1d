"""X as compiled loops read it: the strokes of its layers by onset, and columns of edges of a part of it.

Times are counted in *units*, the coarsest in which all of X's times and the length of a stroke are whole. A column
stands at every time at which something of the swept layer begins or ends, and holds for each pitch what begins (+) or
ends (-) there; of strokes of the usual length it holds the beginning alone. Dark lanes lie on either side, so that 64
neighbouring transpositions can be read at once wherever a sample's edge lies. A long X is laid out part by part, each
some times as long as the longest sample.
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
from goldenear.notes.piano_roll import PianoRoll, joined

LIT, SOUNDING, DRUMS = range(3)
"""Kinds of X's strokes: with pitch, as they are lit and as they sound; and drums, which are alike in all layers."""

MOST_NUMBERS = 2**22
"""Tables by X's units are made only where they hold no more numbers than this, a layer: 32 MB of what has sounded."""


class PieceLayout(NamedTuple):
    """All of X. Arrays hold one layer after the other."""

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
    energy_beside_pitch: NDArray[np.int64]
    light_beside_pitch: NDArray[np.int64]
    """The same over all that a sample with pitch may ask for."""
    start: NDArray[np.int64]
    """Where strokes begin, kind by kind (`LIT`, `SOUNDING`, `DRUMS`) and layer by layer; and where they end."""
    pitch: NDArray[np.int64]
    onset: NDArray[np.int64]
    offset: NDArray[np.int64]
    weight: NDArray[np.int64]
    reach: NDArray[np.int64]
    """Strokes by onset, drums line by line. Pitches are counted from `lowest`, but for drums; the weight of what
    sounds is its energy; reach is the latest end of a stroke and all before it."""
    line: NDArray[np.int64]
    """The lines of X's drums, rising."""
    line_start: NDArray[np.int64]
    """Where each line's strokes begin among those of drums; and where the last ends."""
    line_area: NDArray[np.int64]
    """How long each line sounds."""
    line_like: NDArray[np.int64]
    """The first line with the same strokes: where a family has one drum in X, its line is that of the drum."""
    drum_stroke: int
    """How long the longest stroke of a drum is: nearly all are."""
    drums_open: int
    drums_close: int
    """When the first stroke of a drum begins, and the last ends."""
    corner: NDArray[np.int8]
    """1 at each time, in units, at which a note begins or ends in some layer, else 0; empty where X is too long."""
    times: NDArray[np.int64]
    """Those times, rising, where X is too long for that."""

    def lit_strokes(self, layer: int) -> int:
        """Return how many pitched strokes a layer is lit with."""
        return int(self.start[layer + 1] - self.start[layer])


class PartLayout(NamedTuple):
    """A part of X: the shifts that belong to it, and columns of edges of the swept layer."""

    first: int
    last: int
    """The shifts of the part, in units: from `first`, up to and without `last`."""
    lead: int
    """How long before a shift a sample may have places that must stay dark."""
    opens: int
    closes: int
    """When the first stroke of the swept layer begins in it, and the last ends."""
    strokes: int
    """How many strokes the swept layer has in it, drums among them."""
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
    lit_as_sounding: int
    """Whether X is lit as it sounds, with no glow and no second octave."""
    below: NDArray[np.int64]
    """What all pitches below each have sounded before each line of `pitches` + 1 numbers, layer by layer: how long
    where X is plain, else their energy."""


def piece_layout(x: PiecePicture, recipe: Recipe) -> PieceLayout:
    """Return one reading of X as compiled loops read it."""
    layers = len(x.lit)
    quarters = Fraction(int(np.gcd.reduce(x.times)), x.ticks_per_quarter)
    # A stroke must be a whole number of units as well.
    shared = Fraction(
        gcd(quarters.numerator * recipe.stroke.denominator, recipe.stroke.numerator * quarters.denominator),
        quarters.denominator * recipe.stroke.denominator,
    )
    up, down = (shared * x.ticks_per_quarter).as_integer_ratio()
    lit, sounding, times = Columns.of(x.lit, up, down), Columns.of(x.sounding, up, down), x.times * down // up
    loudest, length, corner = int(lit.brightness.max()), int(times[-1]), np.zeros(0, np.int8)
    if length < MOST_NUMBERS:
        corner = np.zeros(length + 1, np.int8)
        corner[times], times = 1, times[:0]
    drums = lit.where(lit.is_drum & (lit.layer == 0))
    if len(drums.pitch):
        lit, sounding = lit.where(~lit.is_drum), sounding.where(~sounding.is_drum)
    lowest = int(lit.pitch.min()) if len(lit.pitch) else 0
    rows = int(lit.pitch.max()) - lowest + 1 if len(lit.pitch) else 1
    lit, sounding = (kind._replace(pitch=kind.pitch - lowest) for kind in (lit, sounding))
    sounding = sounding._replace(brightness=sounding.brightness**2)
    kinds = Columns._make(map(np.concatenate, zip(lit, sounding, drums, strict=True)))
    layer = kinds.layer + layers * np.repeat(
        np.arange(3), [len(lit.pitch), len(sounding.pitch), len(drums.pitch)]
    )
    by_onset = np.lexsort((kinds.onset, np.where(kinds.is_drum, kinds.pitch, 0), layer))
    far = (length + 1) * layer[by_onset]
    return PieceLayout._make(
        (
            shared.numerator,
            shared.denominator,
            lowest,
            rows,
            int(len(lit.pitch) > 0),
            int(len(drums.pitch) > 0),
            length,
            x.plain,
            x.scale,
            loudest,
            np.array([sums.energy * down // up for sums in x.sums], np.int64),
            np.array([sums.light * down // up for sums in x.sums], np.int64),
            np.array([sums.energy * down // up for sums in x.sums_beside_pitch], np.int64),
            np.array([sums.light * down // up for sums in x.sums_beside_pitch], np.int64),
            np.searchsorted(layer[by_onset], np.arange(3 * layers + 1)),
            *(column[by_onset] for column in (kinds.pitch, kinds.onset, kinds.offset, kinds.brightness)),
            np.maximum.accumulate(kinds.offset[by_onset] + far) - far,
            *_lines(drums.where(np.lexsort((drums.onset, drums.pitch)))),
            corner,
            times,
        )
    )


class Columns(NamedTuple):
    """Strokes of all layers as columns."""

    pitch: NDArray[np.int64]
    onset: NDArray[np.int64]
    offset: NDArray[np.int64]
    brightness: NDArray[np.int64]
    is_drum: NDArray[np.bool_]
    layer: NDArray[np.int64]

    @classmethod
    def of(cls, rolls: tuple[PianoRoll, ...], up: int, down: int) -> Columns:
        """Return the strokes of all layers, with times divided by up / down, exactly."""
        whole = joined(*rolls)
        onset, offset = whole.onset * down // up, whole.offset * down // up
        layer = np.repeat(np.arange(len(rolls)), [len(roll) for roll in rolls])
        return cls(whole.pitch, onset, offset, whole.brightness, whole.is_drum, layer)

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Columns:
        """Return some of the strokes, or all in another order."""
        return Columns._make(column[chosen] for column in self)


def _lines(drums: Columns) -> tuple[Any, ...]:
    """Return the lines of X's drums, which stand line by line and by onset, as a layout holds them."""
    line, first, count = np.unique(drums.pitch, return_index=True, return_counts=True)
    start = np.append(first, len(drums.pitch)).astype(np.int64)
    long = drums.offset - drums.onset
    area = np.add.reduceat(long, first) if len(first) else long
    strokes = np.stack([drums.onset, drums.offset, drums.brightness], axis=1)
    named: dict[bytes, int] = {}
    like = [
        named.setdefault(strokes[a : a + n].tobytes(), i)
        for i, (a, n) in enumerate(zip(first, count, strict=True))
    ]
    open_, close = drums.onset.min(initial=2**62), drums.offset.max(initial=-(2**62))
    return line, start, area, np.array(like, np.int64), int(long.max(initial=0)), int(open_), int(close)


def part_layout(
    piece: PieceLayout,
    swept: int,
    units: int,
    lead: int,
    usual: int,
    *,
    weighted: bool,
    lit_as_sounding: bool,
) -> PartLayout:
    """Return room for parts of X of so many units, `lead` of them before the first shift.

    There are columns of edges that count 1 where X is plain, and with weights where wanted; and, if it is not too
    large, the table of what has sounded.
    """
    strokes = piece.lit_strokes(swept)
    half, columns = 2 * LANES + piece.pitches, 2 * strokes + 1
    lines = min(piece.length + 1, units)
    if lines * (piece.pitches + 1) > MOST_NUMBERS:
        lines = 0
    return PartLayout(
        *(0, 0, lead, 0, 0, 0),
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
        int(lit_as_sounding),
        np.zeros(len(piece.energy) * lines * (piece.pitches + 1), np.int64),
    )


@compiled
def strokes_of_x(piece: Any, kind: int, layer: int) -> Any:
    """Return the strokes of one kind in a layer of X, by onset: pitch, onset, offset, weight and reach."""
    start, n = int64s(piece.start, piece.n_start), piece.n_onset
    which = kind * piece.n_energy + layer
    first, last = start[which], start[which + 1]
    pitch, onset = int64s(piece.pitch, n)[first:last], int64s(piece.onset, n)[first:last]
    offset, weight = int64s(piece.offset, n)[first:last], int64s(piece.weight, n)[first:last]
    return pitch, onset, offset, weight, int64s(piece.reach, n)[first:last]


@compiled
def line_of_x(piece: Any, first: int, last: int) -> Any:
    """Return some of X's strokes of drums, those of one line: onset, offset and brightness."""
    _, onset, offset, light, _ = strokes_of_x(piece, DRUMS, 0)
    return onset[first:last], offset[first:last], light[first:last]


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
    pitch, onset, offset, weight, reach = strokes_of_x(piece, LIT, swept)
    early = first - part.lead
    begin = first_from(reach, 0, len(reach), early + 1)
    stop = first_from(onset, begin, len(onset), last + longest)
    part.strokes = stop - begin + len(strokes_of_x(piece, DRUMS, 0)[0])
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
    lay_sounding(piece, part, early, last + longest)
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
        lay_table(piece, part, early, last + longest)


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
    sounding = int32s(part.sounding, part.n_sounding)
    sounding[:] = 0
    for layer in range(piece.n_energy):
        row = layer * (part.width // 2) + LANES
        pitch, onset, offset, _, reach = strokes_of_x(piece, LIT, layer)
        i = first_from(reach, 0, len(reach), first + 1)
        while i < len(onset) and onset[i] < last:
            sounding[row + pitch[i]] += min(offset[i] - onset[i], 2**31 - 1 - sounding[row + pitch[i]])
            i += 1


@compiled
def lay_table(piece: Any, part: Any, first: int, last: int) -> None:
    """Fill the table of what has sounded, for times from `first` to `last`."""
    stride = piece.pitches + 1
    below = int64s(part.below, part.n_below)
    capacity, part.zero = part.capacity, max(first, 0)
    part.lines = max(0, min(capacity, min(last, piece.length) - part.zero + 1))
    for layer in range(piece.n_energy):
        table = below[layer * capacity * stride : (layer * capacity + part.lines) * stride]
        table[:] = 0
        pitch, onset, offset, energy, reach = strokes_of_x(piece, SOUNDING, layer)
        i = first_from(reach, 0, len(reach), part.zero + 1)
        while i < len(onset) and onset[i] < part.zero + part.lines:
            # A unit that sounds is counted in the next line and all later ones.
            a = max(onset[i] - part.zero, 0) + 1
            b = min(offset[i] - part.zero, part.lines - 1)
            for line in range(a, b + 1):
                table[line * stride + pitch[i] + 1] = 1 if piece.plain else energy[i]
            i += 1
        for line in range(1, part.lines):
            row, total = line * stride, 0
            for q in range(1, stride):
                total += table[row + q]
                table[row + q] = table[row - stride + q] + total


@compiled
def sounded(part: Any, pitches: int, layer: int, bottom: int, top: int, time: int, up: int) -> Any:
    """Return what pitches from `bottom` up to `top` have sounded before a time, in units split into `up`."""
    stride = pitches + 1
    below = int64s(part.below, part.n_below)
    time -= part.zero * up
    if time <= 0:
        return 0
    line = time if up == 1 else time // up
    line = min(line, part.lines - 1)
    row = (layer * part.capacity + line) * stride
    before = at(below, row + top) - at(below, row + bottom)
    if up == 1 or line == part.lines - 1:
        return before * up
    row += stride
    after = at(below, row + top) - at(below, row + bottom)
    return before * up + (after - before) * (time - line * up)
