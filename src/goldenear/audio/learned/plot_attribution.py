"""This file is where it is drawn what in a clip spoke for good, and what for bad."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldenear.hearing.constant_q import LOWEST, PITCHES
from goldenear.plot import empty_figure, names_as_they_are
from goldenear.plot_sound import draw_spectrogram

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from goldenear.audio.learned.attribution import Attribution
    from goldenear.hearing.clip import Clip

FOR, NOTHING, AGAINST = "#01665e", "#f7f7f7", "#8c510a"
"""Blue-green and brown: told apart by eyes that tell no green from red."""

STRONGEST = 99.5
"""The percentile of what is attributed that has the full colour."""


def plot_attribution(clip: Clip, found: Attribution) -> Figure:
    """Draw a clip, and under it what each of its parts says: pixels, or moments as bars."""
    from matplotlib.colors import LinearSegmentedColormap

    figure = empty_figure(9.0, 6.8, headroom=0.05)
    with names_as_they_are():
        above, below = figure.subplots(2, 1, sharex=True)
        draw_spectrogram(above, clip)
        above.set_title(f"{clip.name}: constant-Q, a row a semitone", loc="left", fontsize=10)
        above.set_xlabel("")
        if len(found.hertz):
            strongest = max(float(np.percentile(np.abs(found.values), STRONGEST)), 1e-9)
            end = found.seconds[-1] + (
                found.seconds[1] - found.seconds[0] if len(found.seconds) > 1 else 0.04
            )
            below.imshow(
                found.values,
                origin="lower",
                aspect="auto",
                extent=(0, float(end), LOWEST - 0.5, LOWEST + PITCHES - 0.5),
                cmap=LinearSegmentedColormap.from_list("said", [AGAINST, NOTHING, FOR]),
                vmin=-strongest,
                vmax=strongest,
                interpolation="none",
            )
            octaves = range(LOWEST, LOWEST + PITCHES, 12)
            below.set_yticks(list(octaves), [f"C{pitch // 12 - 1}" for pitch in octaves], fontsize=8)
        else:
            for colour, part in ((FOR, np.maximum(found.values, 0)), (AGAINST, np.minimum(found.values, 0))):
                below.fill_between(found.seconds, part, step="post", color=colour, linewidth=0)
            below.set_ylabel("logits a frame", fontsize=9)
            below.axhline(0, color="0.4", linewidth=0.8)
        below.set_title(
            "what speaks for good (blue-green) and for bad (brown), in logits: "
            f"{found.whole - found.dark:+.2f} in all, and {found.dark:+.2f} before anything sounds",
            loc="left",
            fontsize=10,
        )
        figure.text(0.012, 0.965, found.because, ha="left", fontsize=11, fontweight="bold")
        below.set_xlabel("seconds", fontsize=9)
        below.set_xlim(0, clip.seconds)
    return figure
