"""This file is where figures of judges become curves: how much more samples help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from evaluation.figures import Figure

CHANCE = 0.5


def draw(path: Path, sizes: Sequence[int], figures: Mapping[str, Sequence[Figure]]) -> None:
    """Draw for each judge its figure after so many samples, with its interval."""
    from matplotlib import colormaps
    from matplotlib.figure import Figure as Picture

    picture = Picture(figsize=(9, 4.2), layout="constrained")
    axes = picture.subplots()
    for i, (name, row) in enumerate(figures.items()):
        # Side by side, so that no interval hides another.
        at = [n * 1.02 ** (i - len(figures) / 2) for n in sizes]
        beyond = [[f.value - f.low for f in row], [f.high - f.value for f in row]]
        values = [f.value for f in row]
        axes.errorbar(at, values, beyond, fmt="o-", ms=4, capsize=2, color=colormaps["tab10"](i), label=name)
    axes.axhline(CHANCE, color="#888888", lw=1, ls=":")
    axes.set_xscale("log")
    axes.set_xticks(sizes, [str(n) for n in sizes])
    axes.minorticks_off()
    axes.set_xlabel("good samples, and as many bad ones")
    axes.set_ylabel("a good clip scores above a bad one")
    axes.grid(True, alpha=0.3)
    picture.legend(loc="outside right upper", frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(path, dpi=110, metadata={"Software": None})
