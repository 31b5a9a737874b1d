"""This file is where the table of changed samples becomes curves, one small picture a change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

COLOURS = {"fragment": "#2f7d4f", "melody": "#5b6f92"}


class Point(NamedTuple):
    """What a change of some amount leaves."""

    amount: float
    similarity: float
    low: float
    high: float
    recognised: float


def draw(path: Path, curves: Sequence[tuple[str, dict[str, list[Point]]]]) -> None:
    """Draw for each change, by recipe, the similarity with its interval, and the share that is recognised."""
    from matplotlib.figure import Figure

    columns = 4
    figure = Figure(figsize=(12, 2.9 * -(-len(curves) // columns)), layout="constrained")
    axes = figure.subplots(-(-len(curves) // columns), columns, sharey=True, squeeze=False).ravel()
    for axis, (title, by_recipe) in zip(axes, curves, strict=False):
        in_percent = "{:.0%}" in title
        for recipe, points in by_recipe.items():
            amounts = [100 * point.amount if in_percent else point.amount for point in points]
            colour = COLOURS[recipe]
            axis.fill_between(
                amounts, [p.low for p in points], [p.high for p in points], color=colour, alpha=0.2, lw=0
            )
            axis.plot(
                amounts,
                [p.similarity for p in points],
                "o-",
                color=colour,
                ms=3,
                label=f"{recipe}: similarity",
            )
            axis.plot(
                amounts,
                [p.recognised for p in points],
                "s--",
                color=colour,
                ms=3,
                lw=1,
                label=f"{recipe}: recognised",
            )
        axis.set_title(title.split(",")[0], fontsize=10, loc="left")
        axis.set_xlabel("%" if in_percent else "ms")
        axis.set_ylim(0, 1.03)
        axis.grid(True, alpha=0.3)
    for axis in axes[len(curves) :]:
        axis.set_axis_off()
    axes[len(curves)].legend(*axes[0].get_legend_handles_labels(), loc="center", frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None})
