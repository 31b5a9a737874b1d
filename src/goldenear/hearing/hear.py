"""This file is where a clip becomes a picture: its strokes of light, counted in seconds or in beats."""

from __future__ import annotations

from numbers import Real
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import number, shown
from goldenear.errors import InvalidInput
from goldenear.hearing.clip import SAMPLE_RATE, Clip
from goldenear.hearing.constant_q import FRAMES_A_SECOND, HOP, constant_q, librosa_here, tuning_of
from goldenear.hearing.strokes import Strokes, levels, strokes

TICKS_PER_QUARTER = 24
SECONDS_A_QUARTER = TICKS_PER_QUARTER / FRAMES_A_SECOND
"""Half a second, where no beats are known: a frame is a tick."""

TRACKED = "tracked"
FEWEST_BEATS = 4
TEMPOS = (20.0, 400.0)


class Picture(NamedTuple):
    """What was heard."""

    strokes: Strokes
    """Counted in ticks, 24 to a quarter."""
    tuning: float
    """In semitones from 440 Hz."""
    pace: int
    """Microseconds a quarter; of tracked beats, their median."""


def picture_of(clip: Clip, *, beats: str | float | None = None, tuning: float | None = None) -> Picture:
    """Return the picture of a clip.

    Parameters
    ----------
    clip : Clip
        What is heard.
    beats : float or "tracked", optional
        The tempo, 20..400 beats a minute, with the first beat at the clip's beginning; or find the beats by
        tracking: the first that is found is quarter 0. By default time counts in seconds: a quarter is half a second.
    tuning : float, optional
        How far the rows lie from 440 Hz, in semitones, -1..1; by default as the clip is tuned.

    Raises
    ------
    InvalidInput
        If `tuning` is out of range, or `beats` is neither, or too few beats are found.
    MissingExtra
        If the libraries that hear are not installed (extra ``audio``).
    """
    grid = _quarters(clip, beats)
    if tuning is None:
        tuning = tuning_of(clip)
    else:
        number("tuning", tuning, -1, 1)
    heard = strokes(levels(constant_q(clip, tuning=float(tuning))))
    if grid is None:
        return Picture(heard, float(tuning), round(1e6 * SECONDS_A_QUARTER))
    at, quarter = grid
    pace = float(np.median(np.diff(at) / np.diff(quarter)))
    first, last = (_ticks(frames, at, quarter, pace) for frames in (heard.first, heard.last))
    kept = last > first
    columns = (heard.pitch, first, last, heard.level)
    return Picture(Strokes(*(column[kept] for column in columns)), float(tuning), round(1e6 * pace))


def _quarters(
    clip: Clip, beats: str | float | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return moments, in seconds, and the quarters that fall on them; None where time counts in seconds."""
    if beats is None:
        return None
    if isinstance(beats, str) and beats == TRACKED:
        clip = clip.at_rate(SAMPLE_RATE)
        _, found = librosa_here().beat.beat_track(
            y=np.array(clip.wave), sr=SAMPLE_RATE, hop_length=HOP, units="time", trim=False
        )
        if len(found) < FEWEST_BEATS:
            raise InvalidInput(f"{clip.name or 'the clip'}: no beats are heard in it: give a tempo, or none")
        return np.asarray(found, np.float64), np.arange(len(found), dtype=np.float64)
    if isinstance(beats, bool) or not isinstance(beats, Real) or not TEMPOS[0] <= beats <= TEMPOS[1]:
        raise InvalidInput(
            f"beats: expected {TEMPOS[0]:g}..{TEMPOS[1]:g} a minute or 'tracked', got {shown(beats)}"
        )
    return np.array([0.0, 60 / float(beats)]), np.array([0.0, 1.0])


def _ticks(
    frames: NDArray[np.int64], at: NDArray[np.float64], quarter: NDArray[np.float64], pace: float
) -> NDArray[np.int64]:
    """Return the ticks on which frames fall; before the first known moment and after the last the pace goes on."""
    seconds = frames / FRAMES_A_SECOND
    inside = np.interp(seconds, at, quarter)
    before, after = np.minimum(seconds - at[0], 0) / pace, np.maximum(seconds - at[-1], 0) / pace
    ticks: NDArray[np.int64] = np.rint((inside + before + after) * TICKS_PER_QUARTER).astype(np.int64)
    return ticks
