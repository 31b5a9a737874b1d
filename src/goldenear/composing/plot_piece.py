"""This file is where a whole piece becomes a picture: its voices in colours, and over them its sections.

matplotlib (extra ``plot``) is imported when something is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldenear.plot import FAINT, empty_figure, names_as_they_are, unframe

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from goldenear.composing.piece import Piece

VOICE_COLOURS = ("#3b6fb5", "#c8641e", "#2f7d4f", "#8a4fa3", "#b3392f", "#6b6b2a", "#1f8a8a", "#7a5230")

NEW, AGAIN = "#dfe8f3", "#f6e7d3"
"""Behind sections that are new, and behind those that restate one."""

BARS_A_LINE = 32

LEAST_WIDTH, BAR_WIDTH, LETTER_WIDTH = 9.0, 0.4, 0.065
"""In inches: what a line takes at least, what a bar takes, and about what a letter of a section's name takes."""


def plot_piece(piece: Piece) -> Figure:
    """Draw a piece as a piano roll, 32 bars a line: voices in colours, sections named above, bar lines.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed (extra ``plot``).
    """
    lines = -(-piece.bars // BARS_A_LINE)
    width = 1.5 + _bar_width(piece) * min(piece.bars, BARS_A_LINE)
    figure = empty_figure(width, 1.0 + 2.9 * lines, headroom=0.3 / (1.0 + 2.9 * lines))
    with names_as_they_are():
        for line in range(lines):
            axes = figure.add_subplot(lines, 1, line + 1)
            first = line * BARS_A_LINE
            _line(axes, piece, first, min(first + BARS_A_LINE, piece.bars))
        figure.axes[-1].set_xlabel("bar", fontsize=9)
        figure.axes[-1].legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=8, frameon=False, fontsize=9
        )
        figure.suptitle(f"{piece.name}: {piece.bars} bars of {piece.metre}", x=0.012, ha="left", fontsize=12)
    return figure


def _bar_width(piece: Piece) -> float:
    """Return what a bar takes, in inches."""
    return max(BAR_WIDTH, LEAST_WIDTH / piece.bars)


def _line(axes: Axes, piece: Piece, first: int, last: int) -> None:
    """Draw some bars, counted from 0."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    low, high = int(piece.notes.pitch.min()) - 2, int(piece.notes.pitch.max()) + 2
    for number, (name, notes) in enumerate(piece.voices.items()):
        bar = float(piece.site.wishes.bar) * notes.ticks_per_quarter
        colour = VOICE_COLOURS[number % len(VOICE_COLOURS)]
        bars = [
            Rectangle((note.onset / bar, note.pitch - 0.43), (note.offset - note.onset) / bar, 0.86)
            for note in notes
            if first * bar <= note.onset < last * bar
        ]
        axes.add_collection(PatchCollection(bars, facecolor=colour, edgecolor="white", lw=0.4, zorder=2))
        axes.scatter([], [], marker="s", color=colour, label=name)
    _sections(axes, piece, first, last, high)
    axes.vlines(range(first, last + 1), low, high, color=FAINT, lw=0.4, zorder=1)
    axes.set_xlim(first - 0.05, max(last, first + min(piece.bars, BARS_A_LINE)) + 0.05)
    axes.set_ylim(low, high)
    axes.set_xticks([bar + 0.5 for bar in range(first, last)], [str(bar + 1) for bar in range(first, last)])
    axes.tick_params(axis="x", length=0, labelsize=7)
    octave = piece.site.octave
    ticks = range(-(-low // octave) * octave, high, octave)
    axes.set_yticks(ticks, [f"C{p // 12 - 1}" if octave == 12 else str(p) for p in ticks], fontsize=8)
    unframe(axes)


def _sections(axes: Axes, piece: Piece, first: int, last: int, high: int) -> None:
    """Name the sections that begin in some bars, those that sound at once one over the other; colour what recurs."""
    motifs = {motif.section: motif for motif in piece.motifs()}
    taken: list[float] = []
    for placed in piece.placed:
        section = placed.section
        begin, end = section.bar - 1, section.bar - 1 + section.bars
        if begin >= last or end <= first:
            continue
        again = any(one.section.source for one in piece.placed if one.section.bar == section.bar)
        axes.axvspan(max(begin, first), min(end, last), color=AGAIN if again else NEW, lw=0, zorder=0)
        if begin < first:
            continue
        said = section.name
        if section.source:
            what = section.source if section.name in section.said else section.said
            said += f" = {what} ({motifs[section.name].similarity:.2f})"
        # Each name stands in the lowest line that is free there.
        row = next((row for row, until in enumerate(taken) if until <= begin), len(taken))
        taken[row : row + 1] = [begin + (len(said) + 2) * LETTER_WIDTH / _bar_width(piece)]
        axes.annotate(
            said, (begin, high), xytext=(2, 3 + 9 * row), textcoords="offset points", fontsize=7.5,
            annotation_clip=False,
        )  # fmt: skip
