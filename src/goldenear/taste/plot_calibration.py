"""This file is where a calibration becomes a picture. matplotlib (extra ``plot``) is imported when it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldenear.plot import FAINT, KIND_COLOURS, empty_figure, names_as_they_are, unframe

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from goldenear.taste.audit import Audit
    from goldenear.taste.calibration import Calibration

MOST_NAMES = 40
"""Samples that are drawn one by one; of more, those that come nearest to others."""


def plot_calibration(calibration: Calibration) -> Figure:
    """Draw how often chance comes how near, what the samples say of each other, and what fewer of them would."""
    audit = calibration.audit
    told = min(len(audit.told), MOST_NAMES)
    figure = empty_figure(12.0, 4.6 + 0.22 * told)
    grid = figure.add_gridspec(2, 2, height_ratios=(3.4, 0.8 + 0.22 * told), width_ratios=(1.4, 1))
    with names_as_they_are():
        _chance(figure.add_subplot(grid[0, 0]), calibration)
        _curve(figure.add_subplot(grid[0, 1]), audit)
        _told(figure.add_subplot(grid[1, :]), audit)
    return figure


def _chance(axes: Axes, calibration: Calibration) -> None:
    """Draw the share of unrelated music that reaches a strength, as seen and as fitted, for each length."""
    strength = calibration.strength
    lengths = sorted(calibration.tails.of, key=lambda length: length or 0.0)
    for i, length in enumerate(lengths):
        tail = calibration.tails.of[length]
        colour = str(0.75 - 0.6 * i / max(len(lengths) - 1, 1))
        if length == calibration.quarters:
            colour = KIND_COLOURS["sample"]
        reached = np.arange(len(tail.values), 0, -1) / len(tail.values)
        reached = reached**calibration.tails.trust
        label = "background" if length is None else f"{length:g} quarters"
        axes.plot(tail.values, reached, ".", color=colour, ms=3, label=label)
        beyond = np.linspace(tail.begin, max(1.15 * strength, tail.values[-1]), 100)
        axes.plot(
            beyond, np.maximum(tail.p_value(beyond) ** calibration.tails.trust, 1e-12), color=colour, lw=1
        )
    axes.axvline(strength, color=KIND_COLOURS["bad"], lw=1)
    axes.axhline(calibration.rate, color=KIND_COLOURS["bad"], lw=1, ls=":")
    axes.set_yscale("log")
    axes.set_ylim(1e-4, 1.2)
    if calibration.solos is not None:
        what = "how far above its level the strongest sample lies"
    else:
        what = "greatest similarity to any sample"
    axes.set_xlabel(what if calibration.group is None else what + " / likeness to all at large")
    axes.set_ylabel("share of unrelated music")
    axes.set_title(
        f"Chance: {calibration.rate:g} of {calibration.background} reaches {strength:.2f}",
        loc="left",
        fontsize=10,
    )
    axes.legend(frameon=False, fontsize=8, title="seen (dots), fitted (lines)", title_fontsize=8)
    unframe(axes)


def _curve(axes: Axes, audit: Audit) -> None:
    """Draw what smaller tastes recall."""
    share = [100 * point[0] for point in audit.curve]
    for i, kind in enumerate(("good", "bad"), start=1):
        name = "good judged good" if kind == "good" else "bad vetoed"
        axes.plot(
            share, [100 * point[i] for point in audit.curve], "o-", color=KIND_COLOURS[kind], label=name
        )
    axes.set_ylim(-3, 103)
    axes.set_xlabel("% of the samples kept")
    axes.set_ylabel("% recalled by the others")
    axes.set_title("What fewer samples would do", loc="left", fontsize=10)
    axes.legend(frameon=False, fontsize=9)
    unframe(axes)


def _told(axes: Axes, audit: Audit) -> None:
    """Draw for every sample how alike the nearest other is, and from when on that counts."""
    shown = audit.told
    if len(shown) > MOST_NAMES:
        shown = tuple(sorted(shown, key=lambda told: told.threshold - told.similarity)[:MOST_NAMES])
    for row, told in enumerate(reversed(shown)):
        other = told.nearest.split("/")[0]
        axes.barh(row, told.similarity, color=KIND_COLOURS.get(other, FAINT), alpha=0.75, height=0.7)
        axes.plot([told.threshold] * 2, [row - 0.4, row + 0.4], color="black", lw=1)
        free = max(told.similarity, told.threshold) + 0.005
        axes.text(free, row, f"{told.nearest}: {told.outcome}", va="center", fontsize=7)
    axes.set_yticks(range(len(shown)), [told.name for told in reversed(shown)], fontsize=7)
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.set_xlabel("similarity to the nearest other sample; the line: from when on it counts")
    axes.set_title("Each sample, judged by all others", loc="left", fontsize=10)
    unframe(axes)
