"""This file is where a recurrent net listens to the samples of sound themselves."""

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
from goldenear.hearing.clip import Clip

RATE = 12_288
"""Samples a second."""

FILTERS, KERNEL, STRIDE = 96, 1024, 256
"""Pairs of filters that listen to the wave, their length, and the step from frame to frame, 1/48 s."""

LOWEST, FILTERS_AN_OCTAVE = 98.0, 18.0
"""The filters begin as waves of these pitches, in pairs a quarter of a period apart; then they learn."""

CHANNELS, UNITS = 64, 64
"""Channels between the filters and the recurrent layer; its units, in each direction."""

BENT, NOISE = 4.0, 0.01
"""Semitones up or down by which a clip is played faster or slower, and the loudest noise, of its deviation."""


class ListeningNet(Net):
    """Filters on the wave, their energy; two strided convolutions; a GRU in both directions; attention."""

    name = "raw-audio-rnn"
    limits: ClassVar[Mapping[str, int]] = {"span": 10 * RATE}
    longest, shortest = 5 * RATE, 8 * KERNEL // 2
    rate = 3e-3

    def heard(self, clip: Clip) -> Floats:
        """Return the wave, its deviation 1."""
        wave = clip.at_rate(RATE).wave
        return (wave / np.float32(max(1e-6, float(np.std(wave))))).astype(np.float32)

    def shapes(self, classes: int, sizes: Sizes) -> Shapes:  # noqa: ARG002
        """Return the shape of every matrix."""
        shapes: dict[str, tuple[int, ...]] = {"filters": (2 * FILTERS, 1, KERNEL)} | norm_shapes(
            "norm0", FILTERS
        )
        shapes |= {"layer1": (CHANNELS, FILTERS, 5)} | norm_shapes("norm1", CHANNELS)
        shapes |= {"layer2": (CHANNELS, CHANNELS, 5)} | norm_shapes("norm2", CHANNELS)
        for way in ("forth", "back"):
            shapes |= {f"{way}.in": (3 * UNITS, CHANNELS), f"{way}.again": (3 * UNITS, UNITS)}
            shapes |= {f"{way}.in.bias": (3 * UNITS,), f"{way}.again.bias": (3 * UNITS,)}
        return shapes | {"heed": (1, 2 * UNITS), "out": (classes, 2 * UNITS), "out.bias": (classes,)}

    def beginner(self, classes: int, sizes: Sizes, rng: np.random.Generator) -> dict[str, Floats]:
        """Return the weights of a net that has heard nothing: its filters are waves in a window."""
        weights = drawn(self.shapes(classes, sizes), rng)
        hertz = LOWEST * 2 ** (np.arange(FILTERS) / FILTERS_AN_OCTAVE)
        turns = 2 * np.pi * hertz[:, None] * (np.arange(KERNEL) - KERNEL / 2) / RATE
        waves = np.concatenate([np.cos(turns), np.sin(turns)]) * np.hanning(KERNEL) * (4 / KERNEL)
        weights["filters"] = waves[:, None].astype(np.float32)
        for name in ("forth.in", "back.in", "forth.again", "back.again", "heed", "out"):
            weights[name] = weights[name] * np.float32(0.5)
        return weights

    def varied(self, heard: Floats, span: int, rng: np.random.Generator) -> Floats:
        """Return a part of a wave: played a little faster or slower, louder or softer, with noise."""
        speed = 2 ** (rng.uniform(-BENT, BENT) / 12)
        at = np.arange(int((len(heard) - 1) / speed)) * speed
        played = np.interp(at, np.arange(len(heard)), heard).astype(np.float32)
        window = fitted(played, any_start(len(played), span, rng), span)
        noise = rng.uniform(0, NOISE) * rng.standard_normal(span, dtype=np.float32)
        return ((window + noise) * rng.uniform(0.7, 1.4)).astype(np.float32)

    def logits(self, weights: Mapping[str, Any], windows: Any, *, learning: bool = False) -> Any:
        """Return a tensor of shape (windows, classes)."""
        import torch
        import torch.nn.functional as F  # noqa: N812

        pairs = F.conv1d(windows[:, None], weights["filters"], stride=STRIDE, padding=KERNEL // 2)
        energy = pairs[:, :FILTERS].square() + pairs[:, FILTERS:].square()
        x = normed(weights, "norm0", torch.log(energy + 1e-3), learning)
        for layer in (1, 2):
            x = F.conv1d(x, weights[f"layer{layer}"], stride=2, padding=2)
            x = F.relu(normed(weights, f"norm{layer}", x, learning))
        names = ("in", "again", "in.bias", "again.bias")
        flat = [weights[f"{way}.{name}"] for way in ("forth", "back") for name in names]
        start = torch.zeros(2, len(x), UNITS, device=x.device)
        states, _ = torch.gru(x.transpose(1, 2), start, flat, True, 1, 0.0, learning, True, True)
        heed = F.linear(states, weights["heed"]).softmax(1)
        return F.linear((states * heed).sum(1), weights["out"], weights["out.bias"])


@dataclass(frozen=True, eq=False, repr=False)
class RawAudioRNN(LearnedJudge):
    """A judge that listens to the wave, from its beginning to its end and back."""

    net: ClassVar[Net] = ListeningNet()

    def explain(self, clip: Clip) -> Attribution:
        """Return what each frame of the clip adds to the logit of good over that of bad.

        Notes
        -----
        Integrated gradients from silence over the samples, summed frame by frame, of 1/48 s each.
        """
        heard = self.net.heard(clip)
        values, whole, dark = integrated(self, heard)
        frames = np.pad(values, (0, -len(values) % STRIDE)).reshape(-1, STRIDE).sum(axis=1)
        return Attribution(
            frames, np.arange(len(frames), dtype=np.float64) * (STRIDE / RATE), np.zeros(0), whole, dark
        )
