"""This file is where curves are drawn: both axes logarithmic, so that a straight line is a power law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path


def chart(
    path: Path,
    title: str,
    along: str,
    up: str,
    curves: Mapping[str, Sequence[tuple[float, float]]],
) -> None:
    """Draw one line a name, ours thick, and save it as PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.add_subplot()
    for name, points in curves.items():
        if points:
            xs, ys = zip(*points, strict=True)
            own = name.startswith("goldenear")
            axes.loglog(xs, ys, "o-", label=name, linewidth=2.5 if own else 1.2, markersize=5 if own else 3.5)
    axes.set_title(title, fontsize=11)
    axes.set_xlabel(along)
    axes.set_ylabel(up)
    axes.grid(True, which="major", alpha=0.3)
    axes.legend(fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120, metadata={"Software": None})
