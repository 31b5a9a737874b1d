"""This file is where X becomes columns of edges: what a compiled loop needs to lay any sample on it.

X is counted in *units*, the coarsest in which all its times are whole. A column stands at every time at
which something begins or ends, and holds for each pitch what begins (+) or ends (-) there; dark lanes lie on
either side, so that 64 neighbouring transpositions can be read at once wherever a sample's edge lies.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import gcd
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.match.picture import PiecePicture
from goldenear.notes.piano_roll import PianoRoll

LANES = 64

GREATEST = 2**31 - 1

LONG = 4096
"""In pieces of more strokes than this, only what sounds altogether is counted."""

LINES = 128
"""Into so many steps, at most, X's time is cut for a coarse look."""

WINDOWS = (1, 3 / 4, 2 / 3, 1 / 2, 3 / 8, 1 / 4, 1 / 6, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 256, 1 / 1024)
"""Parts of X's length for which it is known how long a pitch sounds in them at most."""


class PieceColumns(NamedTuple):
    """X for compiled loops; times are in units, arrays of two dimensions lie flat.

    The columns of `edges` have `width` lanes: 64 dark ones, one for each of `pitches` pitches from `lowest`
    on, 64 dark ones; and the same again with the opposite sign.
    """

    unit_up: int
    unit_down: int
    """A unit is unit_up / unit_down quarters."""
    lowest: int
    pitches: int
    width: int
    level: int
    """The one brightness of all strokes; 0 where it differs, and only `weights` holds edges."""
    length: int
    time: NDArray[np.int64]
    edges: NDArray[np.int8]
    """Edges of a picture of one level, counted as 1."""
    weights: NDArray[np.int32]
    """Edges with their brightness; without the second half."""
    window: NDArray[np.int64]
    """Lengths of time, in units, rising; the last holds all of X."""
    sounding: NDArray[np.int32]
    """The longest time that a pitch sounds within each such length: one row of lanes a length."""
    strokes: int
    step: int
    """How far apart the lines of the lattice lie, in units; the first at 0, the last at or after X's end."""
    before: NDArray[np.int16]
    """How long each pitch has sounded before each line: one row of lanes a line."""
    before_below: NDArray[np.int16]
    """The same for all pitches below each, together. Both are empty where X is long, or not of one brightness."""
    before8: NDArray[np.uint8]
    before_below8: NDArray[np.uint8]
    """The same in eight bits; empty where they do not fit."""
    area: int
    light: int
    brightest: int
    event: NDArray[np.int64]
    """Where the energy of some pitch begins or ceases to grow."""
    heard_lowest: int
    heard_pitches: int
    turning8: NDArray[np.int8]
    """X's edges of energy below each pitch, a row of lanes an event; the brightness of a plain X counts as 1."""
    turning32: NDArray[np.int32]
    turning64: NDArray[np.int64]
    """The same in wider lanes; empty where they are not needed, or the measure asks for no energy."""
    countable: int
    """Whether so little sounds at once that slopes of energy fit into eight bits."""
    all_energy: int
    has_pitch: bool
    drum_pitch: NDArray[np.int64]
    drum_onset: NDArray[np.int64]
    drum_offset: NDArray[np.int64]
    drum_brightness: NDArray[np.int64]
    plain: int
    """The one brightness of all that sounds, or 0."""
    scaled_light: int
    scale: int


def piece_columns(
    picture: PiecePicture, *, weighted: bool, windowed: bool, bare: bool = False
) -> PieceColumns:
    """Lay out one reading of X.

    Parameters
    ----------
    picture : PiecePicture
        X as drawn.
    weighted : bool
        Whether a sample is not of one brightness, so that weights are needed.
    windowed : bool
        Whether the measure asks for the energy in a window.
    bare : bool
        Leave out what only bounds need: how long pitches sound within parts of X.
    """
    roll, heard = picture.roll, picture.heard
    rolls = (roll,) if heard is roll else (roll, heard)
    unit = gcd(*(int(np.gcd.reduce(np.gcd(r.onset, r.offset))) for r in rolls))
    length = Fraction(unit, roll.ticks_per_quarter)
    pitched, drums = roll.where(~roll.is_drum), roll.where(roll.is_drum)
    level = int(roll.brightness[0]) if (roll.brightness == roll.brightness[0]).all() else 0
    plain = picture.plain if level else 0
    edges = edges_of(pitched, unit)
    energies = _energies(edges, pitched, heard, level, plain, unit, windowed)
    # In eight bits where no slope, at most all that sounds at once, leaves them.
    by_column = np.zeros(len(energies.time), np.int64)
    np.add.at(by_column, energies.column, energies.weight)
    countable = bool(plain) and int(np.cumsum(by_column).max(initial=0)) < 2**7
    wide = weighted or not plain
    window, longest = _sounding_within(pitched, unit, edges.pitches, bare)
    step, before, before_below = _lattice(
        pitched if level and not bare else nothing_of(pitched), unit, edges.pitches
    )
    short = before_below.max(initial=0) < 2**8
    turning = below_each(energies, np.int64) if wide else np.zeros(0, np.int64)
    return PieceColumns(
        unit_up=length.numerator,
        unit_down=length.denominator,
        lowest=edges.lowest,
        pitches=edges.pitches,
        width=2 * (edges.pitches + 2 * LANES),
        level=level,
        length=int(roll.offset.max()) // unit,
        time=edges.time,
        edges=both_signs(edges, level) if level else np.zeros(0, np.int8),
        weights=spread(edges, np.int32) if weighted or not level else np.zeros(0, np.int32),
        window=window,
        sounding=longest.reshape(-1),
        strokes=len(pitched),
        step=step,
        before=before.reshape(-1),
        before_below=before_below.reshape(-1),
        before8=before.astype(np.uint8).reshape(-1) if short else np.zeros(0, np.uint8),
        before_below8=before_below.astype(np.uint8).reshape(-1) if short else np.zeros(0, np.uint8),
        area=int((roll.offset - roll.onset).sum()) // unit,
        light=int((roll.brightness * (roll.offset - roll.onset)).sum()) // unit,
        brightest=int(roll.brightness.max()),
        event=energies.time,
        heard_lowest=energies.lowest,
        heard_pitches=energies.pitches,
        turning8=below_each(energies, np.int8) if countable else np.zeros(0, np.int8),
        turning32=turning.astype(np.int32),
        turning64=turning,
        countable=countable,
        all_energy=picture.energy // unit,
        has_pitch=bool(len(pitched)),
        drum_pitch=drums.pitch.astype(np.int64),
        drum_onset=drums.onset // unit,
        drum_offset=drums.offset // unit,
        drum_brightness=drums.brightness.astype(np.int64),
        plain=picture.plain,
        scaled_light=picture.light // unit,
        scale=picture.scale,
    )


def _energies(
    edges: Edges, pitched: PianoRoll, heard: PianoRoll, level: int, plain: int, unit: int, windowed: bool
) -> Edges:
    """Return the edges of the energy of all that sounds; that of a plain X counts as 1."""
    if not windowed:
        return edges_of(nothing_of(pitched), unit)
    sounding = heard.where(~heard.is_drum)
    if plain and len(sounding) == len(pitched):
        return edges._replace(weight=edges.weight // level)
    brightness = np.ones_like(sounding.brightness) if plain else sounding.brightness**2
    return edges_of(replace(sounding, brightness=brightness), unit)


class Edges(NamedTuple):
    """Where something begins (+) or ends (-) in a picture: what cancels is left out."""

    time: NDArray[np.int64]
    """The times with edges, rising, in units."""
    column: NDArray[np.int64]
    """Which time an edge lies at; rising."""
    pitch: NDArray[np.int64]
    """Counted from the lowest."""
    weight: NDArray[np.int64]
    lowest: int
    pitches: int


def edges_of(roll: PianoRoll, unit: int) -> Edges:
    """Return the edges of a picture, by time and pitch."""
    if not len(roll):
        empty = np.zeros(0, np.int64)
        return Edges(empty, empty, empty, empty, 0, 1)
    lowest = int(roll.pitch.min())
    pitches = int(roll.pitch.max()) - lowest + 1
    pitch = roll.pitch - lowest
    place = np.concatenate([roll.onset // unit * pitches + pitch, roll.offset // unit * pitches + pitch])
    weight = np.concatenate([roll.brightness, -roll.brightness])
    order = np.argsort(place)
    place, weight = place[order], weight[order]
    first = np.flatnonzero(np.diff(place, prepend=place[0] - 1))
    weight = np.add.reduceat(weight, first)
    place = place[first][weight != 0]
    time, pitch = np.divmod(place, pitches)
    new = np.diff(time, prepend=time[0] - 1) > 0
    return Edges(time[new], np.cumsum(new) - 1, pitch, weight[weight != 0], lowest, pitches)


def nothing_of(roll: PianoRoll) -> PianoRoll:
    """Return the picture without its strokes."""
    return roll.where(np.zeros(len(roll), bool))


def both_signs(edges: Edges, level: int) -> NDArray[np.int8]:
    """Return the edges as rows of lanes, counted as 1, each row followed by its opposite."""
    half = edges.pitches + 2 * LANES
    lanes = np.zeros(len(edges.time) * 2 * half, np.int8)
    place = edges.column * (2 * half) + LANES + edges.pitch
    lanes[place] = edges.weight // level
    lanes[place + half] = -edges.weight // level
    return lanes


def spread(edges: Edges, kind: type[Any]) -> NDArray[Any]:
    """Return the edges as rows of lanes."""
    width = edges.pitches + 2 * LANES
    lanes = np.zeros(len(edges.time) * width, kind)
    lanes[edges.column * width + LANES + edges.pitch] = edges.weight
    return lanes


def below_each(edges: Edges, kind: type[Any]) -> NDArray[Any]:
    """Return, for each time, the sum of the edges below each pitch; the lanes on the right go on with all of it."""
    width = edges.pitches + 1 + 2 * LANES
    lanes = np.zeros((len(edges.time), width), kind)
    lanes[edges.column, LANES + 1 + edges.pitch] = edges.weight
    return np.cumsum(lanes, axis=1, out=lanes, dtype=kind).reshape(-1)


class _Line(NamedTuple):
    """All strokes on one line of time, pitch after pitch, so far apart that nothing of one reaches the next."""

    pitch: NDArray[np.int64]
    """Counted from the lowest."""
    later: NDArray[np.int64]
    """How much later the time of each stroke's pitch lies on the line."""
    onset: NDArray[np.int64]
    offset: NDArray[np.int64]
    starts: NDArray[np.int64]
    """For how long the strokes before each have sounded."""
    span: int

    @classmethod
    def of(cls, roll: PianoRoll, unit: int) -> _Line:
        """Lay out the strokes of a picture that is not empty."""
        order = np.lexsort((roll.onset, roll.pitch))
        pitch = roll.pitch[order] - int(roll.pitch.min())
        span = 4 * (int(roll.offset.max()) // unit + 1)
        onset, offset = roll.onset[order] // unit, roll.offset[order] // unit
        starts = np.cumsum(offset - onset) - (offset - onset)
        return cls(pitch, pitch * span, onset + pitch * span, offset + pitch * span, starts, span)

    def sung(self, t: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return for how long strokes have sounded before each place t of the line."""
        i = np.searchsorted(self.onset, t, side="right") - 1
        done = self.starts[i] + np.minimum(t, self.offset[i]) - self.onset[i]
        return np.where(i >= 0, done, 0)


def _sounding_within(
    roll: PianoRoll, unit: int, pitches: int, bare: bool
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return lengths of time, and how long each pitch sounds at most within each: shape (lengths, lanes)."""
    whole = int((roll.offset.max() - roll.onset.min()) // unit) if len(roll) else 0
    short = len(roll) <= LONG and not bare
    parts = WINDOWS if short else WINDOWS[:1]
    lengths = np.unique(np.ceil(whole * np.array(parts)).astype(np.int64))
    most = np.zeros((len(lengths), 2 * LANES + pitches), np.int64)
    if not len(roll):
        return lengths, most.astype(np.int32)
    if bare:
        return lengths, np.full_like(most, min(whole, GREATEST), np.int32)
    if not short:
        total = np.bincount(roll.pitch - int(roll.pitch.min()), roll.offset // unit - roll.onset // unit)
        most[0, LANES : LANES + pitches] = total
        return lengths, np.minimum(most, GREATEST).astype(np.int32)
    line = _Line.of(roll, unit)
    ends = line.starts + line.offset - line.onset
    # The most lies where a window begins with an onset, or ends with an offset.
    after = line.sung(line.onset + lengths[:, None]) - line.starts
    until = ends - line.sung(line.offset - lengths[:, None])
    first = np.flatnonzero(np.diff(line.pitch, prepend=-1))
    most[:, LANES + line.pitch[first]] = np.maximum.reduceat(np.maximum(after, until), first, axis=1)
    return lengths, np.minimum(most, GREATEST).astype(np.int32)


def _lattice(roll: PianoRoll, unit: int, pitches: int) -> tuple[int, NDArray[np.int16], NDArray[np.int16]]:
    """Return the step of a lattice over X's time, and how long pitches have sounded before each of its lines."""
    nothing = np.zeros((0, 0), np.int16)
    if not len(roll) or int((roll.offset - roll.onset).sum()) // unit >= 2**15:
        return 1, nothing, nothing
    length = int(roll.offset.max()) // unit
    step = max(1, -(-length // LINES))
    times = np.arange(0, length + step, step)
    line = _Line.of(roll, unit)
    before = np.zeros((len(times), 2 * LANES + pitches), np.int16)
    at = np.arange(pitches) * line.span
    before[:, LANES : LANES + pitches] = line.sung(at + times[:, None]) - line.sung(at)
    below = np.zeros((len(times), before.shape[1] + 1), np.int16)
    np.cumsum(before, axis=1, out=below[:, 1:])
    return step, before, below
