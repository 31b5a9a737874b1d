"""This file is where X becomes columns of edges: what a compiled loop needs to lay any sample on it.

X is counted in *units*, the coarsest in which all its times are whole. A column stands at every time at
which something begins or ends, and holds for each pitch what begins (+) or ends (-) there; dark lanes lie on
either side, so that 64 neighbouring transpositions can be read at once wherever a sample's edge lies.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import gcd
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.match.picture import PiecePicture
from goldenear.notes.piano_roll import PianoRoll

LANES = 64

GREATEST = 2**31 - 1

FAR = 2**30

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


def piece_columns(picture: PiecePicture, *, weighted: bool, windowed: bool) -> PieceColumns:
    """Lay out one reading of X.

    Parameters
    ----------
    picture : PiecePicture
        X as drawn.
    weighted : bool
        Whether a sample is not of one brightness, so that weights are needed.
    windowed : bool
        Whether the measure asks for the energy in a window.
    """
    roll, heard = picture.roll, picture.heard
    unit = gcd(*(int(np.gcd.reduce(np.concatenate([r.onset, r.offset]))) for r in (roll, heard)))
    length = Fraction(unit, roll.ticks_per_quarter)
    pitched, drums = roll.where(~roll.is_drum), roll.where(roll.is_drum)
    levels = np.unique(roll.brightness)
    level = int(levels[0]) if len(levels) == 1 else 0
    plain = picture.plain if level else 0
    time, lowest, edges = edge_columns(pitched, unit)
    pitches = edges.shape[1] - 2 * LANES
    ones = edges // level if level else edges[:0]
    event, heard_lowest, turning = _turning(heard if windowed else heard.where(heard.pitch > FAR), unit, plain)
    # In eight bits where no slope, at most all that sounds at once, leaves them.
    at_once = int(np.cumsum(turning[:, -1]).max(initial=0)) if plain else FAR
    window, sounding = _sounding_within(pitched, unit, lowest, pitches)
    step, before, before_below = _lattice(pitched if level else pitched.where(pitched.pitch > FAR), unit, pitches)
    return PieceColumns(
        length.numerator,
        length.denominator,
        lowest,
        pitches,
        2 * edges.shape[1],
        level,
        int(roll.offset.max()) // unit,
        time,
        np.concatenate([ones, -ones], axis=1).astype(np.int8).reshape(-1),
        edges.astype(np.int32).reshape(-1) if weighted or not level else np.zeros(0, np.int32),
        window,
        sounding.reshape(-1),
        len(pitched),
        step,
        before.reshape(-1),
        before_below.reshape(-1),
        *((part if before_below.max(initial=0) < 2**8 else part[:0]).astype(np.uint8).reshape(-1) for part in (before, before_below)),
        int((roll.offset - roll.onset).sum()) // unit,
        int((roll.brightness * (roll.offset - roll.onset)).sum()) // unit,
        int(roll.brightness.max()),
        event,
        heard_lowest,
        turning.shape[1] - 2 * LANES - 1,
        (turning if at_once < 2**7 else turning[:0]).astype(np.int8).reshape(-1),
        (turning[:0] if plain and not weighted else turning).astype(np.int32).reshape(-1),
        (turning[:0] if plain and not weighted else turning).reshape(-1),
        at_once < 2**7,
        picture.energy // unit,
        bool(len(pitched)),
        drums.pitch.astype(np.int64),
        drums.onset // unit,
        drums.offset // unit,
        drums.brightness.astype(np.int64),
        picture.plain,
        picture.light // unit,
        picture.scale,
    )


def edge_columns(roll: PianoRoll, unit: int) -> tuple[NDArray[np.int64], int, NDArray[np.int64]]:
    """Return the times with edges, the lowest pitch, and the edges: shape (times, 64 + pitches + 64)."""
    if not len(roll):
        return np.zeros(0, np.int64), 0, np.zeros((0, 2 * LANES + 1), np.int64)
    lowest = int(roll.pitch.min())
    edge = np.concatenate([roll.onset, roll.offset]) // unit
    time, column = np.unique(edge, return_inverse=True)
    edges = np.zeros((len(time), 2 * LANES + int(np.ptp(roll.pitch)) + 1), np.int64)
    lane = np.concatenate([roll.pitch, roll.pitch]) - lowest + LANES
    np.add.at(edges, (column, lane), np.concatenate([roll.brightness, -roll.brightness]))
    lit = edges.any(axis=1)
    return time[lit], lowest, edges[lit]


def _turning(heard: PianoRoll, unit: int, plain: int) -> tuple[NDArray[np.int64], int, NDArray[np.int64]]:
    """Return the events, the lowest pitch, and by how much the growth of energy below each pitch turns at each."""
    pitched = heard.where(~heard.is_drum)
    brightness = np.ones_like(pitched.brightness) if plain else pitched.brightness**2
    event, lowest, edges = edge_columns(replace(pitched, brightness=brightness), unit)
    # Below pitch r: the sum of all pitches before it. The lanes on the right go on with the whole sum.
    turning = np.zeros((len(event), edges.shape[1] + 1), np.int64)
    np.cumsum(edges, axis=1, out=turning[:, 1:])
    return event, lowest, turning


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
    roll: PianoRoll, unit: int, lowest: int, pitches: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return lengths of time, and how long each pitch sounds at most within each: shape (lengths, lanes)."""
    whole = int((roll.offset.max() - roll.onset.min()) // unit) if len(roll) else 0
    lengths = np.unique(np.ceil(whole * np.array(WINDOWS)).astype(np.int64))
    most = np.zeros((len(lengths), 2 * LANES + pitches), np.int64)
    if not len(roll):
        return lengths, most.astype(np.int32)
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
