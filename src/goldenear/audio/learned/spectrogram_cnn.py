"""This file is where a convolutional net looks at pictures of sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from goldenear.audio.learned.attribution import Attribution, integrated
from goldenear.audio.learned.learned_judge import LearnedJudge
from goldenear.audio.learned.net import (
    Floats,
    Net,
    Sizes,
    any_start,
    drawn,
    fitted,
    norm_shapes,
    normed,
)
from goldenear.audio.learned.net_file import Shapes
from goldenear.audio.learned.picture import ROWS, ROWS_A_SEMITONE, hertz, picture, seconds
from goldenear.hearing.clip import Clip

LAYERS = (
    (1, 16, (7, 5), (3, 1)),
    (16, 32, (3, 3), (1, 1)),
    (32, 64, (3, 3), (1, 1)),
    (64, 64, (3, 3), (1, 1)),
)
"""Channels before and after, kernel and stride, rows before frames; halved in both directions between two."""

TRANSPOSED, STRETCHED = 5, 0.2
"""Semitones up or down, and the part by which tempo changes, at most."""

DARK_ROWS, DARK_PART = 24, 0.15
"""How much of a picture a mask darkens at most: rows, and of the frames."""


class PictureNet(Net):
    """Four convolutions, each normalized, over a picture of three rows a semitone; mean and maximum over all."""

    name = "spectrogram-cnn"
    limits: ClassVar[Mapping[str, int]] = {"span": 240}
    longest, shortest = 120, 16
    rate = 3e-3

    def heard(self, clip: Clip) -> Floats:
        """Return the clip's picture."""
        return picture(clip)

    def shapes(self, classes: int, sizes: Sizes) -> Shapes:  # noqa: ARG002
        """Return the shape of every matrix."""
        shapes: dict[str, tuple[int, ...]] = {}
        for i, (before, after, kernel, _) in enumerate(LAYERS):
            shapes |= {f"layer{i}": (after, before, *kernel)} | norm_shapes(f"norm{i}", after)
        return shapes | {"out": (classes, 2 * LAYERS[-1][1]), "out.bias": (classes,)}

    def beginner(self, classes: int, sizes: Sizes, rng: np.random.Generator) -> dict[str, Floats]:
        """Return the weights of a net that has seen nothing; it is undecided."""
        weights = drawn(self.shapes(classes, sizes), rng)
        return weights | {"out": weights["out"] * np.float32(0.1)}

    def varied(self, heard: Floats, span: int, rng: np.random.Generator) -> Floats:
        """Return a part of a picture: transposed, stretched, dimmed, some rows and frames dark.

        Source of the masks: Park et al., SpecAugment, Interspeech 2019.
        """
        factor = np.exp(rng.uniform(-STRETCHED, STRETCHED))
        n = max(2, round(heard.shape[1] * factor))
        at = np.linspace(0, heard.shape[1] - 1, n)
        left = at.astype(np.int64)
        right = np.minimum(left + 1, heard.shape[1] - 1)
        stretched = heard[:, left] + (heard[:, right] - heard[:, left]) * (at - left).astype(np.float32)
        window = fitted(stretched, any_start(n, span, rng), span)
        shift = int(rng.integers(-TRANSPOSED * ROWS_A_SEMITONE, TRANSPOSED * ROWS_A_SEMITONE + 1))
        window = fitted(window.T, -shift, ROWS).T
        window = np.where(window > 0, np.maximum(0, window + rng.uniform(-0.1, 0.05)), 0).astype(np.float32)
        rows, frames = int(rng.integers(0, DARK_ROWS)), int(rng.integers(0, max(1, round(DARK_PART * span))))
        row, frame = int(rng.integers(0, ROWS - rows + 1)), int(rng.integers(0, span - frames + 1))
        window[row : row + rows] = 0
        window[:, frame : frame + frames] = 0
        return window

    def logits(self, weights: Mapping[str, Any], windows: Any, *, learning: bool = False) -> Any:
        """Return a tensor of shape (windows, classes)."""
        import torch
        import torch.nn.functional as F  # noqa: N812

        x = windows[:, None]
        for i, (_, _, (high, wide), stride) in enumerate(LAYERS):
            x = F.conv2d(x, weights[f"layer{i}"], stride=stride, padding=(high // 2, wide // 2))
            x = F.relu(normed(weights, f"norm{i}", x, learning))
            if i + 1 < len(LAYERS):
                x = F.avg_pool2d(x, 2)
        features = torch.cat([x.mean((2, 3)), x.amax(2).mean(2)], 1)
        return F.linear(features, weights["out"], weights["out.bias"])


@dataclass(frozen=True, eq=False, repr=False)
class SpectrogramCNN(LearnedJudge):
    """A judge that looks at the picture of a clip, wherever in it and however high the music lies."""

    net: ClassVar[Net] = PictureNet()

    def explain(self, clip: Clip) -> Attribution:
        """Return what each pixel of the clip's picture adds to the logit of good over that of bad.

        Notes
        -----
        Integrated gradients from the dark picture: Sundararajan, Taly and Yan, ICML 2017. Their sum is the
        difference that the whole picture makes, within a few per cent. With other classes than good and bad,
        the first takes the place of good, and the second that of bad.
        """
        seen = self.net.heard(clip)
        values, whole, dark = integrated(self, seen)
        return Attribution(values, seconds(seen.shape[1]), hertz(), whole, dark)
