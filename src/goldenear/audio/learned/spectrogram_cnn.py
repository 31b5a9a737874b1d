"""This file is where a convolutional net looks at pictures of sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from goldenear.audio.learned.gradients import JudgeByGradients, NetWithGradients
from goldenear.audio.learned.net import Limits, Sizes, fitted, replayed
from goldenear.audio.learned.net_file import Shapes
from goldenear.audio.learned.net_weights import Floats, drawn, norm_shapes, normed
from goldenear.audio.learned.patterns import (
    PATTERNS,
    WIDER,
    cut,
    layers,
    pattern_shapes,
    patterns_in,
)
from goldenear.audio.learned.picture import ROWS, hertz, picture, seconds
from goldenear.hearing.clip import Clip

TRANSPOSED, STRETCHED = 5, 0.2
"""Semitones up or down, and the part by which tempo changes, at most."""

DARK_ROWS, DARK_PART = 8, 0.15
"""How much of a picture a mask darkens at most: rows, and of the frames."""


class PictureNet(NetWithGradients):
    """Patterns cut from the pictures, two convolutions that join them; over all pitches the brightest counts."""

    name = "spectrogram-cnn"
    longest, shortest = 120, 16
    limits: ClassVar[Limits] = {"span": (shortest, longest)}
    rate, enough = 2e-3, 16_000

    def heard(self, clip: Clip) -> Floats:
        """Return the clip's picture."""
        return picture(clip)

    def shapes(self, classes: int, sizes: Sizes) -> Shapes:  # noqa: ARG002
        """Return the shape of every matrix."""
        last = {"layer3": (WIDER, WIDER, 3, 5)} | norm_shapes("told", WIDER)
        return pattern_shapes() | last | {"out": (classes, 2 * WIDER), "out.bias": (classes,)}

    def beginner(
        self, classes: int, sizes: Sizes, heard: Sequence[Floats], rng: np.random.Generator
    ) -> dict[str, Floats]:
        """Return weights to begin with: patterns cut from some of the pictures."""
        import torch

        weights = drawn(self.shapes(classes, sizes), rng)
        some = [
            fitted(heard[i], 0, max(sizes["span"], heard[i].shape[-1]))
            for i in rng.integers(0, len(heard), PATTERNS)
        ]
        seen = [_layers(torch.tensor(pixels[None]))[0].numpy() for pixels in some]
        return weights | cut(seen, rng) | {"out": weights["out"] * np.float32(0.1)}

    def varied(self, heard: Floats, span: int, rng: np.random.Generator) -> Floats:
        """Return a part of a picture: transposed, stretched, dimmed, some rows and frames dark.

        Source of the masks: Park et al., SpecAugment, Interspeech 2019.
        """
        window = replayed(heard, np.exp(rng.uniform(-STRETCHED, STRETCHED)), span, rng)
        steps = int(rng.integers(-TRANSPOSED, TRANSPOSED + 1))
        window = fitted(window.swapaxes(1, 2), -steps, ROWS).swapaxes(1, 2).copy()
        window *= np.float32(rng.uniform(0.85, 1.15))
        rows, frames = int(rng.integers(0, DARK_ROWS)), int(rng.integers(0, max(1, round(DARK_PART * span))))
        row, frame = int(rng.integers(0, ROWS - rows + 1)), int(rng.integers(0, span - frames + 1))
        window[:, row : row + rows] = 0
        window[..., frame : frame + frames] = 0
        return window

    def attributed(self, values: Floats) -> tuple[Floats, NDArray[np.float64], NDArray[np.float64]]:
        """Return what is attributed to each pixel, both layers together."""
        return values.sum(axis=0), seconds(values.shape[-1]), hertz()

    def logits(self, weights: Mapping[str, Any], windows: Any, *, learning: bool = False) -> Any:
        """Return a tensor of shape (windows, classes)."""
        import torch
        import torch.nn.functional as F  # noqa: N812

        x = patterns_in(weights, _layers(windows), learning=learning)
        x = F.conv2d(x, weights["layer3"], padding=(1, 4), dilation=(1, 2))
        brightest = F.relu(normed(weights, "told", x, learning)).amax(2)
        features = torch.cat([brightest.mean(2), brightest.amax(2)], 1)
        return F.linear(features, weights["out"], weights["out.bias"])


@dataclass(frozen=True, eq=False, repr=False)
class SpectrogramCNN(JudgeByGradients):
    """A judge that looks at the picture of a clip, wherever in it and however high the music lies."""

    net: ClassVar[NetWithGradients] = PictureNet()


def _layers(windows: Any) -> Any:
    """Return what patterns see of pictures: 12 frames a second."""
    import torch.nn.functional as F  # noqa: N812

    halved = F.avg_pool2d(windows, (1, 2))
    return layers(halved[:, 0], halved[:, 1])
