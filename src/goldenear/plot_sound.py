"""This file is where sound is drawn: its constant-Q picture, the strokes that are seen in it, and what they match.

matplotlib (extra ``plot``) is imported when something is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldenear.errors import InvalidInput
from goldenear.hearing.clip import Clip
from goldenear.hearing.constant_q import FRAMES_A_SECOND, LOWEST, PITCHES, constant_q
from goldenear.hearing.hear import SECONDS_A_QUARTER
from goldenear.match.matches import Match, counts_seconds, where_heard
from goldenear.notes.hear import hear
from goldenear.notes.note_array import NoteArray
from goldenear.plot import (
    BOTH_COLOUR,
    SAMPLE_COLOUR,
    X_COLOUR,
    dress_roll,
    empty_figure,
    lay,
    names_as_they_are,
    overlay,
    shared_parts,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DECIBELS = 50
"""What is so much softer than the loudest is drawn black."""


def plot_clip(clip: Clip, *, piece: NoteArray | None = None, match: Match | None = None) -> Figure:
    """Draw a clip as a constant-Q picture, and under it the strokes seen in it; on a piece, if one is given.

    Parameters
    ----------
    clip : Clip
        What is heard.
    piece : NoteArray, optional
        What it was taken from, or is like.
    match : Match, optional
        Where it lies in the piece, as :func:`goldenear.identify` tells; given if the piece is.

    Raises
    ------
    InvalidInput
        If only one of piece and match is given.
    MissingExtra
        If matplotlib (extra ``plot``) or librosa (extra ``audio``) is not installed.
    """
    if (piece is None) != (match is None):
        raise InvalidInput("piece, match: expected both or neither")
    strokes = hear(clip)
    figure = empty_figure(9.0, 7.0)
    with names_as_they_are():
        above, below = figure.subplots(2, 1)
        draw_spectrogram(above, clip)
        above.set_title(f"{clip.name}: constant-Q, a row a semitone", loc="left", fontsize=10)
        if piece is None or match is None:
            lay(below, strokes, SAMPLE_COLOUR, "strokes", grain=False)
            dress_roll(below, [strokes])
            _label_seconds(below)
            below.set_xlim(0, clip.seconds / SECONDS_A_QUARTER)
            below.set_title(
                "what is seen in it: overtones thinned out, onsets brighter", loc="left", fontsize=10
            )
        else:
            _on_piece(below, strokes, piece, match)
    return figure


def plot_laid(x: NoteArray, sample: NoteArray, match: Match, *, because: str) -> Figure:
    """Draw a sample laid on what is heard of a clip.

    Raises
    ------
    MissingExtra
        If matplotlib (extra ``plot``) is not installed.
    """
    figure = empty_figure(9.0, 4.5, headroom=0.06)
    with names_as_they_are():
        axes = figure.subplots()
        overlay(axes, x, sample, match)
        axes.set_title(f"{match.name} laid on the clip: strokes of light", loc="left", fontsize=10)
        _label_seconds(axes)
        figure.text(0.012, 0.95, because, ha="left", fontsize=10, color="#333333")
    return figure


def draw_spectrogram(axes: Axes, clip: Clip) -> None:
    """Draw the magnitudes in decibels."""
    magnitude = constant_q(clip)
    loudest = max(float(magnitude.max(initial=0)), 1e-12)
    decibels = 20 * np.log10(np.maximum(magnitude / loudest, 1e-9))
    end = magnitude.shape[1] / FRAMES_A_SECOND
    extent = (0, end, LOWEST - 0.5, LOWEST + PITCHES - 0.5)
    axes.imshow(
        decibels,
        origin="lower",
        aspect="auto",
        extent=extent,
        cmap="magma",
        vmin=-DECIBELS,
        vmax=0,
        interpolation="none",
    )
    octaves = range(LOWEST, LOWEST + PITCHES, 12)
    axes.set_yticks(list(octaves), [f"C{pitch // 12 - 1}" for pitch in octaves], fontsize=8)
    axes.set_xlabel("seconds", fontsize=9)


def _label_seconds(axes: Axes) -> None:
    """Label quarters of half a second as seconds."""
    axes.xaxis.set_major_formatter(lambda quarter, _: f"{quarter * SECONDS_A_QUARTER:g}")
    axes.set_xlabel("seconds", fontsize=9)


def _on_piece(axes: Axes, strokes: NoteArray, piece: NoteArray, match: Match) -> None:
    """Lay the strokes on the piece, with a little of what comes before and after."""
    laid = match.placement.apply(strokes)
    around = 2 * piece.ticks_per_quarter
    first, last = (round(q * piece.ticks_per_quarter) for q in (match.onset, match.onset + match.quarters))
    near = piece.where((piece.offset > first - around) & (piece.onset < last + around))
    lay(axes, near, X_COLOUR, piece.name or "the piece")
    lay(axes, laid, SAMPLE_COLOUR, "the clip", height=0.5, grain=False)
    lay(axes, shared_parts(near, laid), BOTH_COLOUR, "both", height=0.5, grain=False)
    dress_roll(axes, [near, laid])
    where = match.where()
    if counts_seconds(piece):
        _label_seconds(axes)
        where = where_heard(match)
    axes.set_title(
        f"laid on {piece.name}, {where}: similarity {match.similarity:.2f}", loc="left", fontsize=10
    )
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=3, frameon=False, fontsize=9)
