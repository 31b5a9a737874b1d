"""This file is where a recurrent net listens to the samples of sound themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from goldenear.audio.learned.gradients import JudgeByGradients, NetWithGradients
from goldenear.audio.learned.net import Limits, Sizes, fitted, replayed
from goldenear.audio.learned.net_file import Shapes
from goldenear.audio.learned.net_weights import Floats, drawn
from goldenear.audio.learned.patterns import (
    PATTERNS,
    WIDER,
    cut,
    layers,
    pattern_shapes,
    patterns_in,
)
from goldenear.hearing.clip import Clip

RATE = 12_288
"""Samples a second."""

FILTERS, KERNEL, STRIDE = 132, 2048, 512
"""Pairs of filters that listen to the wave, their longest length, and the step from frame to frame, 1/24 s."""

LOWEST, FILTERS_AN_OCTAVE, PERIODS = 98.0, 24, 34
"""The filters begin as waves of these pitches, so many periods long, in pairs a quarter of a period apart."""

OVERTONES = ((24, 0.6), (38, 0.5), (48, 0.4), (56, 0.3), (62, 0.25))
"""Filters from a tone to its overtones 2 to 6, and what share of the tone is taken off there, to begin with."""

QUIET, DARK = 0.03, 1e-3
"""What is much softer than that, of the wave's deviation, is hardly heard; nor seen without its overtones."""

UNITS = 64
"""Of the recurrent layer, in each direction."""

BENT, NOISE = 4.0, 0.02
"""Semitones up or down by which a clip is played faster or slower, and the loudest noise, of its deviation."""


class ListeningNet(NetWithGradients):
    """Filters on the wave; overtones taken off; patterns; a GRU in both directions; attention.

    All of it is learned, from the filters on; it begins where hearing begins, and as a matcher.
    """

    name = "raw-audio-rnn"
    longest, shortest = 5 * RATE, 8 * KERNEL // 2
    limits: ClassVar[Limits] = {"span": (shortest, longest)}
    rate, enough = 2e-3, 16_000

    def heard(self, clip: Clip) -> Floats:
        """Return the wave, its deviation 1."""
        wave = clip.at_rate(RATE).wave
        return (wave / np.float32(max(1e-6, float(np.std(wave))))).astype(np.float32)

    def shapes(self, classes: int, sizes: Sizes) -> Shapes:  # noqa: ARG002
        """Return the shape of every matrix."""
        shapes = {"filters": (2 * FILTERS, 1, KERNEL), "shares": (len(OVERTONES),)} | pattern_shapes()
        for way in ("forth", "back"):
            shapes |= {f"{way}.in": (3 * UNITS, WIDER), f"{way}.again": (3 * UNITS, UNITS)}
            shapes |= {f"{way}.in.bias": (3 * UNITS,), f"{way}.again.bias": (3 * UNITS,)}
        return shapes | {"heed": (1, 2 * UNITS), "out": (classes, 2 * UNITS), "out.bias": (classes,)}

    def beginner(
        self, classes: int, sizes: Sizes, heard: Sequence[Floats], rng: np.random.Generator
    ) -> dict[str, Floats]:
        """Return weights to begin with: filters are waves in a window, patterns cut from what they hear."""
        import torch

        weights = drawn(self.shapes(classes, sizes), rng)
        weights |= {"filters": _waves(), "shares": np.array([share for _, share in OVERTONES], np.float32)}
        for name in ("forth.in", "back.in", "forth.again", "back.again", "heed", "out"):
            weights[name] = weights[name] * np.float32(0.5)
        ears = {name: torch.tensor(weights[name]) for name in ("filters", "shares")}
        some = [fitted(heard[i], 0, sizes["span"]) for i in rng.integers(0, len(heard), PATTERNS)]
        seen = [_layers(ears, torch.tensor(wave[None]))[0].numpy() for wave in some]
        return weights | cut(seen, rng)

    def varied(self, heard: Floats, span: int, rng: np.random.Generator) -> Floats:
        """Return a part of a wave: played a little faster or slower, louder or softer, with noise."""
        window = replayed(heard, 2 ** (rng.uniform(-BENT, BENT) / 12), span, rng)
        noise = rng.uniform(0, NOISE) * rng.standard_normal(span, dtype=np.float32)
        return ((window + noise) * rng.uniform(0.7, 1.4)).astype(np.float32)

    def attributed(self, values: Floats) -> tuple[Floats, NDArray[np.float64], NDArray[np.float64]]:
        """Return what is attributed to each frame, its samples together."""
        frames = np.pad(values, (0, -len(values) % STRIDE)).reshape(-1, STRIDE).sum(axis=1)
        return frames, np.arange(len(frames), dtype=np.float64) * (STRIDE / RATE), np.zeros(0)

    def logits(self, weights: Mapping[str, Any], windows: Any, *, learning: bool = False) -> Any:
        """Return a tensor of shape (windows, classes)."""
        import torch
        import torch.nn.functional as F  # noqa: N812

        x = patterns_in(weights, _layers(weights, windows), learning=learning).amax(2)
        names = ("in", "again", "in.bias", "again.bias")
        flat = [weights[f"{way}.{name}"] for way in ("forth", "back") for name in names]
        start = torch.zeros(2, len(x), UNITS, device=x.device)
        states, _ = torch.gru(x.transpose(1, 2), start, flat, True, 1, 0.0, learning, True, True)
        heed = F.linear(states, weights["heed"]).softmax(1)
        return F.linear((states * heed).sum(1), weights["out"], weights["out.bias"])


@dataclass(frozen=True, eq=False, repr=False)
class RawAudioRNN(JudgeByGradients):
    """A judge that listens to the wave, from its beginning to its end and back."""

    net: ClassVar[NetWithGradients] = ListeningNet()


def _waves() -> Floats:
    """Return the filters to begin with, shape (2 FILTERS, 1, KERNEL): cosines, then sines."""
    hertz = (LOWEST * 2 ** (np.arange(FILTERS) / FILTERS_AN_OCTAVE))[:, None]
    time = np.arange(KERNEL) - KERNEL / 2
    length = np.minimum(KERNEL, PERIODS * RATE / hertz)
    window = (
        np.where(np.abs(time) < length / 2, 0.5 + 0.5 * np.cos(2 * np.pi * time / length), 0) * 4 / length
    )
    turns = 2 * np.pi * hertz * time / RATE
    pairs = np.concatenate([np.cos(turns) * window, np.sin(turns) * window])
    return pairs[:, None].astype(np.float32)


def _layers(weights: Mapping[str, Any], windows: Any) -> Any:
    """Return what patterns see of waves: semitones, 12 frames a second."""
    import torch
    import torch.nn.functional as F  # noqa: N812

    pairs = F.conv1d(windows[:, None], weights["filters"], stride=STRIDE, padding=KERNEL // 2)
    loud = (pairs[:, :FILTERS].square() + pairs[:, FILTERS:].square() + 1e-8).sqrt()
    alone = loud
    for i, (steps, _) in enumerate(OVERTONES):
        alone = alone - weights["shares"][i] * F.pad(loud, (0, 0, steps, 0))[:, :FILTERS]
    melody = (F.relu(alone) + DARK).sqrt() - DARK**0.5
    decibels = torch.log(loud + QUIET)
    return layers(*(F.avg_pool2d(F.max_pool2d(v, (2, 1)), (1, 2)) for v in (melody, decibels)))
