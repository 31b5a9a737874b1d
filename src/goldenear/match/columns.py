"""This file is where X becomes columns of edges: what a compiled loop needs to lay any sample on it.

X is counted in *units*, the coarsest in which all its times are whole. A column stands at every time at
which something begins or ends, and holds for each pitch what begins (+) or ends (-) there; dark lanes lie on
either side, so that 64 neighbouring transpositions can be read at once wherever a sample's edge lies.
Here columns get their room; compiled code fills them. Of a long X only excerpts are laid out, when they are needed.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.match.picture import PiecePicture
from goldenear.notes.piano_roll import PianoRoll, common_divisor

LANES = 64

LONG = 1024
"""X of more strokes than this is long: it is looked over from afar, and laid out in excerpts."""

LINES = 128
"""Into so many steps, at most, a short X's time is cut for a coarse look."""

WINDOWS = (1, 3 / 4, 2 / 3, 1 / 2, 3 / 8, 1 / 4, 1 / 6, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 256, 1 / 1024)
"""Parts of X's length for which it is known how long a pitch sounds in them at most."""

STEPS = 32
"""A long X's time is cut into so many steps for the length of a sample."""

MOST_LINES = 2**16
"""But into no more than so many."""

SPAN = 4
"""Lines of a long X whose shifts are looked at together first."""


class Strokes(NamedTuple):
    """The pitched strokes of one picture in units of time, by onset; no two on one pitch overlap."""

    pitch: NDArray[np.int64]
    onset: NDArray[np.int64]
    offset: NDArray[np.int64]
    weight: NDArray[np.int64]
    lowest: int
    pitches: int

    @classmethod
    def of(cls, roll: PianoRoll, unit: int, weight: NDArray[np.int64]) -> Strokes:
        """Return the strokes of a picture without drums; pitches are counted from the lowest."""
        if not len(roll):
            empty = np.zeros(0, np.int64)
            return cls(empty, empty, empty, empty, 0, 1)
        lowest = int(roll.pitch.min())
        pitch, onset, offset = roll.pitch - lowest, roll.onset // unit, roll.offset // unit
        if len(onset) > 1 and (onset[1:] < onset[:-1]).any():
            order = np.argsort(onset, kind="stable")
            pitch, onset, offset, weight = pitch[order], onset[order], offset[order], weight[order]
        return cls(pitch, onset, offset, weight, lowest, int(pitch.max()) + 1)

    @property
    def times(self) -> NDArray[np.int64]:
        """The times at which anything begins or ends, rising."""
        every = np.sort(np.concatenate([self.onset, self.offset]))
        return every[np.concatenate([[True], every[1:] > every[:-1]])] if len(every) else every


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
    lines: int
    """How many there are; 0 where there is no lattice."""
    sung: NDArray[np.int64]
    """How long all pitches together have sounded before each line."""
    before: NDArray[np.uint16]
    """How long each pitch has sounded before each line: one row of lanes a line."""
    before8: NDArray[np.uint8]
    """The same in eight bits, where that is enough; then the other is empty. Times of a long X wrap round."""
    before_below: NDArray[np.uint16]
    """The same for all pitches below each, together; empty where the measure asks for no energy."""
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
    at_once: int
    """How much sounds at once, at most, where energy is asked for or X is long; known when X is laid out."""
    countable: int
    """Whether that is so little that slopes of energy fit into eight bits."""
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
    long: int
    """Whether only excerpts are laid out."""
    stroke_pitch: NDArray[np.int64]
    stroke_onset: NDArray[np.int64]
    stroke_offset: NDArray[np.int64]
    stroke_weight: NDArray[np.int64]
    heard_pitch: NDArray[np.int64]
    heard_onset: NDArray[np.int64]
    heard_offset: NDArray[np.int64]
    heard_weight: NDArray[np.int64]
    """What sounds, and what its energy counts; empty where the measure asks for no energy."""
    tally: NDArray[np.int64]
    """Room to count in."""
    first_stroke: NDArray[np.int64]
    """For each line of a long X, the first stroke that sounds from there on."""


def piece_columns(
    picture: PiecePicture,
    *,
    weighted: bool,
    windowed: bool,
    typical: Fraction | None = None,
    largest: float = 0.0,
) -> PieceColumns:
    """Give one reading of X room to be laid out.

    Parameters
    ----------
    picture : PiecePicture
        X as drawn.
    weighted : bool
        Whether a sample is not of one brightness, so that weights are needed.
    windowed : bool
        Whether the measure asks for the energy in a window.
    typical : Fraction, optional
        How long a sample is, in quarters: then a long X is not laid out as a whole.
    largest : float
        For how long the strokes of a sample sound, all together, in quarters, at most.
    """
    roll, heard = picture.roll, picture.heard
    rolls = (roll,) if heard is roll else (roll, heard)
    unit = common_divisor(*(times for r in rolls for times in (r.onset, r.offset)))
    length = Fraction(unit, roll.ticks_per_quarter)
    drumming = bool(roll.is_drum.any())
    pitched, drums = _parted(roll) if drumming else (roll, nothing_of(roll))
    level = int(roll.brightness[0]) if (roll.brightness == roll.brightness[0]).all() else 0
    plain = picture.plain if level else 0
    wide = weighted or not plain
    strokes = Strokes.of(pitched, unit, pitched.brightness)
    sounds = strokes if heard is roll else _heard(heard, unit)
    sounds = sounds._replace(weight=np.ones_like(sounds.weight) if plain else sounds.weight**2)
    if not windowed:
        sounds = Strokes.of(nothing_of(roll), unit, np.zeros(0, np.int64))
    long = typical is not None and not wide and heard is roll and len(pitched) > LONG
    time = np.zeros(0, np.int64) if long else strokes.times
    event = time if windowed and heard is roll else sounds.times
    last = int(roll.offset.max()) // unit
    area = int((roll.offset - roll.onset).sum()) // unit
    window = _windows(strokes, len(pitched) > LONG)
    half = 2 * LANES + strokes.pitches
    step, lines = 1, 0
    if long and typical is not None:
        step = max(1, int(typical / length) // STEPS, -(-last // MOST_LINES))
        lines = -(-last // step) + 1
    elif level and len(pitched) and area < 2**16:
        step = max(1, -(-last // LINES))
        lines = -(-last // step) + 1
    # What a coarse look takes in at once of one pitch, and what it adds up.
    at_once = largest / float(length) + (SPAN + 2) * step if long else area
    short = at_once < 2**8
    columns, events = len(time), len(event)
    turning = events * (sounds.pitches + 1 + 2 * LANES)
    rows, rows_below = lines * half, lines * (half + 1) if windowed else 0
    return PieceColumns(
        unit_up=length.numerator,
        unit_down=length.denominator,
        lowest=strokes.lowest,
        pitches=strokes.pitches,
        width=2 * half,
        level=level,
        length=last,
        time=time,
        edges=np.zeros(columns * 2 * half if level else 0, np.int8),
        weights=np.zeros(columns * half if weighted or not level else 0, np.int32),
        window=window,
        sounding=np.zeros(len(window) * half, np.int32),
        strokes=len(pitched),
        step=step,
        lines=lines,
        sung=np.zeros(lines, np.int64),
        before=np.zeros(0 if short else rows, np.uint16),
        before8=np.zeros(rows if short else 0, np.uint8),
        before_below=np.zeros(rows_below, np.uint16),
        area=area,
        light=int((roll.brightness * (roll.offset - roll.onset)).sum()) // unit,
        brightest=int(roll.brightness.max()),
        event=event,
        heard_lowest=sounds.lowest,
        heard_pitches=sounds.pitches,
        turning8=np.zeros(turning if plain else 0, np.int8),
        turning32=np.zeros(turning if wide else 0, np.int32),
        turning64=np.zeros(turning if wide else 0, np.int64),
        at_once=0,
        countable=0,
        all_energy=picture.energy // unit,
        has_pitch=bool(len(pitched)),
        drum_pitch=drums.pitch.astype(np.int64),
        drum_onset=drums.onset // unit,
        drum_offset=drums.offset // unit,
        drum_brightness=drums.brightness.astype(np.int64),
        plain=picture.plain,
        scaled_light=picture.light // unit,
        scale=picture.scale,
        long=long,
        stroke_pitch=strokes.pitch,
        stroke_onset=strokes.onset,
        stroke_offset=strokes.offset,
        stroke_weight=strokes.weight,
        heard_pitch=sounds.pitch,
        heard_onset=sounds.onset,
        heard_offset=sounds.offset,
        heard_weight=sounds.weight,
        tally=np.zeros(2 * len(pitched) + max(strokes.pitches, len(time), len(event), lines) + 2, np.int64),
        first_stroke=np.zeros(lines if long else 0, np.int64),
    )


def _parted(roll: PianoRoll) -> tuple[PianoRoll, PianoRoll]:
    """Return what has pitch, and the drums."""
    return roll.where(~roll.is_drum), roll.where(roll.is_drum)


def _heard(heard: PianoRoll, unit: int) -> Strokes:
    """Return what sounds of an X that is not drawn as it sounds."""
    pitched, _ = _parted(heard)
    return Strokes.of(pitched, unit, pitched.brightness)


def _windows(strokes: Strokes, long: bool) -> NDArray[np.int64]:
    """Return lengths of time, rising; the last holds all strokes."""
    whole = int(strokes.offset.max() - strokes.onset[0]) if len(strokes.onset) else 0
    parts = WINDOWS[:1] if long else WINDOWS
    return np.array(sorted({ceil(whole * part) for part in parts}), np.int64)


def nothing_of(roll: PianoRoll) -> PianoRoll:
    """Return the picture without its strokes."""
    return roll.where(np.zeros(len(roll), bool))
