"""This file is where verdicts become pictures that explain them.

matplotlib (extra ``plot``) is imported when something is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from goldenear.correlate.correlogram import correlogram
from goldenear.errors import TooLarge
from goldenear.match.matches import Match, explain, spoken
from goldenear.match.recipe import Recipe
from goldenear.notes.kit import Kit, by_kit
from goldenear.notes.note_array import NoteArray
from goldenear.optional import needed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

X_COLOUR = "#7f9bc0"
SAMPLE_COLOUR = "#e8963e"
BOTH_COLOUR = "#2f7d4f"
KIND_COLOURS = {"good": "#2f7d4f", "bad": "#b3392f", "sample": "#5b6f92"}
FAINT = "#9a9a9a"
MAX_BARS = 14
MAX_PICTURE_CELLS = 2**24

_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


def plot_notes(notes: NoteArray) -> Figure:
    """Draw a fragment as a piano roll: pitch upwards, quarters to the right.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed (extra ``plot``).
    """
    figure = empty_figure(9.0, 3.6)
    with names_as_they_are():
        axes = figure.add_subplot()
        lay(axes, notes, KIND_COLOURS["sample"], "notes")
        dress_roll(axes, [notes])
        axes.set_title(notes.name, loc="left", fontsize=10)
    return figure


def plot_verdict(
    x: NoteArray,
    sample: NoteArray,
    match: Match,
    *,
    title: str,
    because: str,
    ranked: Sequence[Bar],
    total: int,
    kit: Kit = "families",
) -> Figure:
    """Draw why: the overlay at the winning placement, the correlogram, and all similarities.

    Parameters
    ----------
    x, sample : NoteArray
        What was compared.
    match : Match
        How the sample lies on X.
    title, because : str
        Two lines above the picture.
    ranked : sequence of Bar
        The most alike samples.
    total : int
        How many samples there are.
    kit : {"families", "exact"}
        How drums were compared.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed (extra ``plot``).
    """
    figure = empty_figure(12.0, 7.6, headroom=0.08)
    grid = figure.add_gridspec(2, 2, height_ratios=(1.15, 1), width_ratios=(1.35, 1))
    x = x.where(x.brightness > 0)
    with names_as_they_are():
        overlay(figure.add_subplot(grid[0, :]), x, sample, match, kit=kit)
        _correlogram(figure.add_subplot(grid[1, 0]), x, sample, match, kit)
        _bars(figure.add_subplot(grid[1, 1]), ranked, total)
        figure.suptitle(title, x=0.012, ha="left", fontsize=14, fontweight="bold")
        figure.text(0.012, 0.925, because, ha="left", fontsize=10, color="#333333", wrap=True)
    return figure


def names_as_they_are() -> AbstractContextManager[None]:
    """Return a context in which a dollar sign in a name is a dollar sign, not the beginning of a formula."""
    from matplotlib import rc_context

    context: AbstractContextManager[None] = rc_context({"text.parse_math": False})
    return context


def empty_figure(width: float, height: float, *, headroom: float = 0.0) -> Figure:
    """Return an empty figure that needs no screen, with a share of its height kept free above."""
    needed("matplotlib", "drawing", "plot")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(rect=(0, 0, 1, 1 - headroom))
    figure = Figure(figsize=(width, height), layout=layout)
    FigureCanvasAgg(figure)
    return figure


def overlay(axes: Axes, x: NoteArray, sample: NoteArray, match: Match, *, kit: Kit = "families") -> None:
    """Lay the placed sample over X: what both have, what only one has."""
    x = x.struck()
    why = explain(x, sample, match, kit=kit)
    placed = why.placed.where(why.placed.brightness > 0)
    forbidden = why.placed.where(why.placed.brightness < 0)
    lay(axes, x, X_COLOUR, f"X: {x.name}" if x.name else "X")
    lay(axes, placed, SAMPLE_COLOUR, match.name, height=0.5)
    lay(axes, shared_parts(x, placed, kit), BOTH_COLOUR, "both: the brightness that counts", height=0.5)
    if len(forbidden):
        lay(axes, forbidden, "#000000", "must stay dark", height=0.25)
    dress_roll(axes, [x, why.placed])
    axes.axvspan(
        float(match.onset), float(match.onset + match.quarters), color=SAMPLE_COLOUR, alpha=0.08, lw=0
    )
    axes.set_title(
        f"{match.name} on X, {match.where()}: {len(why.matched)} of its notes matched, {len(why.missed)} missed, "
        f"{len(why.extra)} extra in its place",
        loc="left",
        fontsize=10,
    )
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=4, frameon=False, fontsize=9)


def shared_parts(x: NoteArray, placed: NoteArray, kit: Kit = "families") -> NoteArray:
    """Return the strokes where both sound, as notes in the ticks of the placed sample's and X's common grid.

    Where a drum of X stands for one of the sample, the stroke is the sample's.
    """
    resolution = int(np.lcm(x.ticks_per_quarter, placed.ticks_per_quarter))
    x, placed = x.at_resolution(resolution), placed.at_resolution(resolution)
    onset = np.maximum(x.onset[:, None], placed.onset)
    offset = np.minimum(x.offset[:, None], placed.offset)
    ours, theirs = by_kit(x, kit).pitch, by_kit(placed, kit).pitch
    same = (ours[:, None] == theirs) & (x.is_drum[:, None] == placed.is_drum)
    i, j = np.nonzero(same & (offset > onset))
    return NoteArray.from_arrays(
        pitch=placed.pitch[j],
        onset=onset[i, j],
        duration=(offset - onset)[i, j],
        is_drum=x.is_drum[i],
        ticks_per_quarter=resolution,
    )


def lay(
    axes: Axes, notes: NoteArray, colour: str, label: str, *, height: float = 0.86, grain: bool = True
) -> None:
    """Draw notes as bars, fainter where they are less bright; drums are diamonds at their onsets.

    With `grain` every bar has an edge, which tells repeated notes apart; short strokes would vanish in it.
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Rectangle

    quarter = notes.ticks_per_quarter
    greatest = max(1, int(np.abs(notes.brightness).max(initial=1)))
    pitched = notes.where(~notes.is_drum)
    bars = [
        Rectangle((n.onset / quarter, n.pitch - height / 2), (n.offset - n.onset) / quarter, height)
        for n in pitched
    ]
    colours = [to_rgba(colour, 0.35 + 0.65 * abs(n.brightness) / greatest) for n in pitched]
    axes.add_collection(PatchCollection(bars, facecolor=colours, edgecolor="white", lw=0.6 if grain else 0))
    drums = notes.where(notes.is_drum)
    if len(drums):
        axes.scatter(drums.onset / quarter, drums.pitch, marker="D", s=60 * height, color=colour, lw=0)
    axes.scatter([], [], marker="s", color=colour, label=label)


def dress_roll(axes: Axes, shown: list[NoteArray]) -> None:
    """Set limits, grid and labels of a piano roll."""
    sounding = [notes for notes in shown if len(notes)]
    if not sounding:
        return
    low = min(int(n.pitch.min()) for n in sounding) - 1.5
    high = max(int(n.pitch.max()) for n in sounding) + 1.5
    left = min(n.first_onset / n.ticks_per_quarter for n in sounding)
    right = max(n.last_offset / n.ticks_per_quarter for n in sounding)
    axes.set_xlim(left - 0.25, right + 0.25)
    axes.set_ylim(low, high)
    octave = shown[0].steps_per_octave
    ticks = [p for p in range(int(low), int(high) + 1) if octave != 12 or p % 12 in (0, 4, 7)]
    axes.set_yticks(ticks[:: max(1, len(ticks) // 12)])
    if octave == 12:
        axes.set_yticklabels(
            [f"{_NAMES[p % 12]}{p // 12 - 1}" for p in axes.get_yticks().astype(int)], fontsize=8
        )
    axes.grid(axis="x", color="#dddddd", lw=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("quarters (beat 1 begins at 0)", fontsize=9)
    unframe(axes)


def _correlogram(axes: Axes, x: NoteArray, sample: NoteArray, match: Match, kit: Kit) -> None:
    """Draw shared time over transposition and shift, and ring the winning placement."""
    altered = match.placement.alteration.apply(sample)
    recipe = Recipe(kit=kit)
    altered, picture_x = (
        shown.at_resolution(shown.coarsest_resolution())
        for shown in (recipe.shown_sample(altered), recipe.shown(x))
    )
    axes.set_title("correlogram: shared time at every placement", loc="left", fontsize=10)
    try:
        whole = correlogram(picture_x, altered, max_cells=MAX_PICTURE_CELLS)
    except TooLarge:
        axes.text(0.5, 0.5, "too many placements to draw", ha="center", transform=axes.transAxes, color=FAINT)
        axes.set_axis_off()
        return
    quarter = whole.ticks_per_quarter
    left, right = whole.frame.first_shift - 0.5, whole.frame.first_shift + whole.frame.columns - 0.5
    low = whole.frame.first_transposition - 0.5
    axes.imshow(
        np.maximum(whole.values, 0),
        origin="lower",
        aspect="auto",
        cmap="magma",
        interpolation="nearest",
        extent=(left / quarter, right / quarter, low, low + whole.frame.rows),
    )
    axes.plot(float(match.shift), match.transposition, "o", ms=13, mfc="none", mec="#7fd8ff", mew=2)
    axes.annotate(
        f"{match.similarity:.2f} at {match.transposition:+d}, shift {spoken(match.shift)}",
        (float(match.shift), match.transposition),
        xytext=(12, 10) if float(match.shift) * quarter < (left + right) / 2 else (-12, 10),
        ha="left" if float(match.shift) * quarter < (left + right) / 2 else "right",
        textcoords="offset points",
        color="white",
        fontsize=9,
        bbox={"facecolor": "black", "alpha": 0.55, "lw": 0, "pad": 2},
    )
    axes.set_xlabel("shift, quarters", fontsize=9)
    axes.set_ylabel("transposition, steps", fontsize=9)
    axes.locator_params(axis="y", integer=True)


class Bar(NamedTuple):
    """How alike X is to a sample, and from when on that counts.

    Attributes
    ----------
    name : str
        The sample.
    similarity : float
        0..1.
    kind : str
        ``"good"``, ``"bad"`` or ``"sample"``.
    threshold : float
        Above 1 where nothing counts.
    """

    name: str
    similarity: float
    kind: str
    threshold: float


def _bars(axes: Axes, ranked: Sequence[Bar], total: int) -> None:
    """Draw the similarities of the most alike samples, each against its threshold."""
    rows = sorted(ranked, key=lambda bar: -bar.similarity)[:MAX_BARS]
    heights = np.arange(len(rows))[::-1]
    axes.barh(
        heights, [bar.similarity for bar in rows], color=[KIND_COLOURS[bar.kind] for bar in rows], height=0.7
    )
    axes.set_yticks(heights, [bar.name for bar in rows], fontsize=8)
    for height, bar in zip(heights.tolist(), rows, strict=True):
        told = f"{bar.similarity:.2f}" if bar.threshold <= 1 else f"{bar.similarity:.2f}, plain"
        axes.text(bar.similarity + 0.01, height, told, va="center", fontsize=8)
        if bar.threshold <= 1:
            axes.plot([bar.threshold] * 2, [height - 0.45, height + 0.45], color="black", lw=1.2)
    axes.set_xlim(0, 1.08)
    which = (
        f"the {len(rows)} most alike of {total} samples" if total > len(rows) else "similarity to the samples"
    )
    axes.set_title(f"{which}; line: counts from", loc="left", fontsize=9)
    unframe(axes)


def unframe(axes: Any) -> None:
    """Take away the frame on the right and above."""
    axes.spines[["top", "right"]].set_visible(False)
