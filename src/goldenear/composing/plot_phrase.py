"""This file is where a phrase becomes a picture: its voices, and under every bar where it came from.

matplotlib (extra ``plot``) is imported when something is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from goldenear.plot import KIND_COLOURS, empty_figure, names_as_they_are

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from goldenear.composing.phrase import Bar, Phrase
    from goldenear.match.matches import Match

VOICE_COLOURS = ("#3f6ea8", "#c9762b", "#6a9a3b", "#a04a7d", "#2f8f8b", "#8a6d3b", "#6f5bb0", "#b3392f")
"""One for each voice, the highest first; as many as there can be voices."""

ORIGIN_COLOURS = (
    "#a6c8e4", "#f3c08a", "#bcd8a0", "#e3b0cd", "#a8d8d2", "#d9c8a0", "#c5bce6", "#eab3ac", "#c9d3dc", "#e6dd8f",
)  # fmt: skip
"""One for each sample that lent something; where there are more samples, they come again."""

QUARTERS_A_LINE = 32
"""A longer phrase is drawn in several lines, as scores are."""

LETTERS_AN_INCH = 11.5
"""Of the names of samples, with what the margins take."""


def plot_phrase(phrase: Phrase) -> Figure:
    """Draw a phrase: its voices over time, where every bar came from, and what the judge says of it.

    Parameters
    ----------
    phrase : Phrase
        What is drawn, in lines of about 32 quarters.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed (extra ``plot``).
    """
    page = _page(phrase)
    lines = [phrase.bars[i : i + page.across] for i in range(0, len(phrase.bars), page.across)]
    height = 0.9 + 3.7 * len(lines)
    figure = empty_figure(page.inches, height, headroom=0.85 / height)
    grid = figure.add_gridspec(2 * len(lines), 1, height_ratios=(3.2, 1) * len(lines))
    with names_as_they_are():
        for i, bars in enumerate(lines):
            roll = figure.add_subplot(grid[2 * i, 0])
            _roll(roll, phrase, bars, page)
            if i == 0 and len(phrase.voices) > 1:
                roll.legend(
                    loc="lower right",
                    bbox_to_anchor=(1, 0.99),
                    ncols=len(phrase.voices),
                    frameon=False,
                    fontsize=8,
                )
            _origins(figure.add_subplot(grid[2 * i + 1, 0]), bars, page)
        title = f"{phrase.name}: {phrase.verdict.outcome}, {phrase.appraisal.covered:.0%} under good matches"
        top, below = 1 - 0.12 / height, 1 - 0.48 / height
        figure.suptitle(title, x=0.012, y=top, ha="left", va="top", fontsize=14, fontweight="bold")
        figure.text(0.012, below, phrase.verdict.because, va="top", fontsize=9, color="#333333", wrap=True)
    return figure


def stretches_of_one_origin(bars: tuple[Bar, ...]) -> list[tuple[int, int, Match | None]]:
    """Return where bars side by side came from the same place: the first and the last of them, and their match."""
    found: list[tuple[int, int, Match | None]] = []
    for bar in bars:
        if found and found[-1][2] is bar.match:
            found[-1] = (found[-1][0], bar.number, bar.match)
        else:
            found.append((bar.number, bar.number, bar.match))
    return found


def spoken_origin(match: Match | None) -> str:
    """Return in a few letters where a bar came from: ``"largo .81"``."""
    if match is None:
        return "its own"
    return f"{PurePosixPath(match.name).stem} {f'{match.similarity:.2f}'.removeprefix('0')}"


@dataclass(frozen=True)
class _Page:
    """How a phrase is laid out: quarters in a bar, bars in a line, its width, a colour for each sample."""

    length: float
    across: int
    inches: float
    colours: Mapping[str, str]

    def limits(self, bars: tuple[Bar, ...]) -> tuple[float, float]:
        """Return from which quarter to which a line reaches that begins with these bars; all are equally long."""
        begin = (bars[0].number - 1) * self.length
        return begin, begin + self.across * self.length


def _page(phrase: Phrase) -> _Page:
    """Lay a phrase out."""
    length = float(phrase.ground.wishes.bar)
    across = max(1, min(len(phrase.bars), int(QUARTERS_A_LINE / length)))
    names = dict.fromkeys(bar.match.name for bar in phrase.bars if bar.match)
    colours = {name: ORIGIN_COLOURS[i % len(ORIGIN_COLOURS)] for i, name in enumerate(names)}
    return _Page(length, across, max(7.0, min(15.0, 0.42 * length * across)), colours)


def _roll(axes: Axes, phrase: Phrase, bars: tuple[Bar, ...], page: _Page) -> None:
    """Draw the voices in some bars."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    low, high = int(phrase.notes.pitch.min()), int(phrase.notes.pitch.max())
    thick = max(0.86, (high - low) / 36)  # a wide range is drawn small: its notes stay to be seen
    for (name, notes), colour in zip(phrase.voices.items(), VOICE_COLOURS, strict=False):
        quarter = notes.ticks_per_quarter
        drawn = [
            Rectangle((n.onset / quarter, n.pitch - thick / 2), (n.offset - n.onset) / quarter, thick)
            for n in notes
        ]
        axes.add_collection(PatchCollection(drawn, facecolor=colour, edgecolor="white", lw=0.6))
        axes.scatter([], [], marker="s", color=colour, label=name)
    axes.set_xlim(*page.limits(bars))
    axes.set_ylim(low - 1.5, high + 2.5)
    octave = phrase.ground.steps_per_octave
    heights = [p for p in range(low - 1, high + 3) if p % octave == 0] or [low, high]
    axes.set_yticks(heights, [f"C{p // 12 - 1}" if octave == 12 and p % 12 == 0 else str(p) for p in heights])
    axes.set_xticks(
        [(bar.number - 1) * page.length for bar in bars],
        [f"bar {bar.number}" for bar in bars],
        ha="left",
        fontsize=8,
    )
    axes.tick_params(axis="both", labelsize=8, length=0)
    axes.grid(axis="x", color="#bbbbbb", lw=0.8)
    axes.grid(axis="y", color="#eeeeee", lw=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _origins(axes: Axes, bars: tuple[Bar, ...], page: _Page) -> None:
    """Draw under some bars which samples they came from, and what the judge says around each."""
    length, letters_a_bar = page.length, page.inches * LETTERS_AN_INCH / page.across
    for first, last, match in stretches_of_one_origin(bars):
        left, width = (first - 1) * length, (last - first + 1) * length
        colour = page.colours[match.name] if match else "white"
        axes.barh(1.5, width, 0.9, left=left, color=colour, edgecolor="#888888", lw=0.6)
        words = _fitted(spoken_origin(match), int((last - first + 1) * letters_a_bar))
        axes.text(left + width / 2, 1.5, words, ha="center", va="center", fontsize=7.5)
    for bar in bars:
        left = (bar.number - 1) * length
        colour = KIND_COLOURS.get(bar.outcome, "#666666")
        axes.barh(0.5, length * abs(bar.score), 0.5, left=left, color=colour, alpha=0.35, lw=0)
        axes.text(left + 0.1, 0.5, f"{bar.outcome} {bar.score:+.2f}", va="center", fontsize=7.5, color=colour)
    axes.set_xlim(*page.limits(bars))
    axes.set_ylim(0, 2)
    axes.set_yticks([1.5, 0.5], ["from", "judged"], fontsize=8)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _fitted(words: str, letters: int) -> str:
    """Return where a bar came from, in two lines where one is too narrow, its name cut where both are."""
    if len(words) <= letters:
        return words
    name, _, number = words.rpartition(" ")
    name = name if len(name) <= letters else f"{name[: max(1, letters - 1)]}…"
    return f"{name}\n{number}"
