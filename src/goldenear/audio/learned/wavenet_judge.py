"""This file is where a causal net guesses sound sample by sample, judges by that, and sings on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from goldenear.arguments import number, one_of, whole_number
from goldenear.audio.learned.attribution import Attribution
from goldenear.audio.learned.learned_judge import LearnedJudge
from goldenear.audio.learned.net import Limits, Net, Sizes, any_start, fitted, starts
from goldenear.audio.learned.net_file import Shapes
from goldenear.audio.learned.net_weights import Floats, drawn, tensors
from goldenear.audio.learned.steady import steady
from goldenear.hearing.clip import Clip, must_be_a_clip

RATE, LEVELS = 6_144, 256
"""Samples a second, and the levels of a sample, in the mu law."""

CHANNELS, HEAD = 16, 32
SHARPNESS = 20.0
"""How many times the nats a sample are counted in a logit, to begin with."""

FRAME = RATE // 24
DILATIONS = tuple(2**i for i in range(10))
"""How far back each layer looks: 1,024 samples in all, about 1/6 s."""


class GuessingNet(Net):
    """Dilated causal convolutions with gates; the class bends every layer.

    Source: van den Oord et al., WaveNet, 2016.
    """

    name = "wavenet-judge"
    longest, shortest = RATE // 2, 256
    limits: ClassVar[Limits] = {"span": (shortest, longest)}
    rate, enough = 5e-3, 3_200

    def heard(self, clip: Clip) -> Floats:
        """Return the levels of the clip's samples, 0..255; its loudest sample has an outermost one."""
        wave = clip.at_rate(RATE).wave
        return levels(wave / np.float32(max(1e-6, float(np.abs(wave).max(initial=0)))))

    def shapes(self, classes: int, sizes: Sizes) -> Shapes:  # noqa: ARG002
        """Return the shape of every matrix."""
        shapes: dict[str, tuple[int, ...]] = {"enter": (CHANNELS, 2, 1), "scale.bias": (1,)}
        for i in range(len(DILATIONS)):
            shapes |= {f"look{i}": (2 * CHANNELS, CHANNELS, 2), f"class{i}": (classes, 2 * CHANNELS)}
            shapes |= {f"leave{i}": (CHANNELS + HEAD, CHANNELS, 1)}
        return shapes | {"head": (LEVELS, HEAD, 1), "head.bias": (LEVELS,)}

    def beginner(
        self,
        classes: int,
        sizes: Sizes,
        heard: Sequence[Floats],  # noqa: ARG002
        rng: np.random.Generator,
    ) -> dict[str, Floats]:
        """Return weights to begin with, drawn."""
        weights = drawn(self.shapes(classes, sizes), rng)
        return {n: w * np.float32(0.5) if n.startswith(("leave", "head")) else w for n, w in weights.items()}

    def varied(self, heard: Floats, span: int, rng: np.random.Generator) -> Floats:
        """Return a part of a clip, a little softer."""
        window = waves(fitted_levels(heard, any_start(len(heard), span, rng), span))
        return levels(window * np.float32(rng.uniform(0.7, 1.0)))

    def windows(self, heard: Floats, span: int) -> Floats:
        """Return windows over a clip; one that is shorter stands alone: silence after it has no say."""
        span = min(span, max(len(heard), self.shortest))
        return waves_windows(super().windows(heard - LEVELS // 2, span))

    def surprise(self, weights: Mapping[str, Any], windows: Any, classes: Any) -> Any:
        """Return how surprising each sample is, after those before it, in a class: nats, (windows, span - 1)."""
        import torch
        import torch.nn.functional as F  # noqa: N812

        wave = windows / (LEVELS / 2) - 1
        # Channels last: every step is then one product of matrices.
        x = F.linear(torch.stack([wave, torch.ones_like(wave)], 2), weights["enter"][..., 0])
        skipped: Any = 0
        for i, dilation in enumerate(DILATIONS):
            past = F.pad(x, (0, 0, dilation, 0))[:, : x.shape[1]]
            seen = F.linear(past, weights[f"look{i}"][..., 0]) + F.linear(x, weights[f"look{i}"][..., 1])
            seen = seen + weights[f"class{i}"][classes][:, None]
            out = F.linear(
                seen[..., :CHANNELS].tanh() * seen[..., CHANNELS:].sigmoid(), weights[f"leave{i}"][..., 0]
            )
            x, skipped = x + out[..., :CHANNELS], skipped + out[..., CHANNELS:]
        guesses = F.linear(skipped[:, :-1].relu(), weights["head"][..., 0], weights["head.bias"])
        lost = F.cross_entropy(guesses.flatten(0, 1), windows[:, 1:].long().flatten(), reduction="none")
        return lost.reshape(len(windows), -1)

    def logits(self, weights: Mapping[str, Any], windows: Any, *, learning: bool = False) -> Any:  # noqa: ARG002
        """Return the scaled log-likelihoods, shape (windows, classes)."""
        return -_nats(self, weights, windows) * SHARPNESS * weights["scale.bias"].exp()

    def loss(self, weights: Mapping[str, Any], windows: Any, labels: Any, *, learning: bool) -> Any:  # noqa: ARG002
        """Return the surprise at the samples, their class known, and the cross-entropy of the class."""
        import torch.nn.functional as F  # noqa: N812

        nats = _nats(self, weights, windows)
        logits = -nats * SHARPNESS * weights["scale.bias"].exp()
        return nats.gather(1, labels[:, None]).mean() + F.cross_entropy(logits, labels)


@dataclass(frozen=True, eq=False, repr=False)
class WaveNetJudge(LearnedJudge):
    """A judge that asks whether a singer of good clips would sing this, rather than one of bad ones."""

    net: ClassVar[GuessingNet] = GuessingNet()

    def explain(self, clip: Clip) -> Attribution:
        """Return what each frame of 1/24 s adds to the logit of good over that of bad.

        That is by how many nats its samples are less surprising as good than as bad, scaled; the sum is the
        difference of logits. Silence as such has no say.
        """
        import torch

        must_be_a_clip(clip)
        heard, span = self.net.heard(clip), self.sizes["span"]
        windows = self.net.windows(heard, span)
        said = np.zeros(max(len(heard), windows.shape[1]))
        with steady() as where, torch.no_grad():
            weights = tensors(self.weights, where)
            for start, window in zip(starts(len(heard), span), windows, strict=True):
                good, bad = (
                    self.net.surprise(weights, torch.tensor(window[None], device=where), torch.tensor([k]))[0]
                    for k in self._pair()
                )
                said[start + 1 : start + len(window)] += (bad - good).numpy()
        said *= SHARPNESS * np.exp(self.weights["scale.bias"]) / (len(windows) * (windows.shape[1] - 1))
        frames = np.pad(said, (0, -len(said) % FRAME)).reshape(-1, FRAME).sum(axis=1).astype(np.float32)
        at = np.arange(len(frames), dtype=np.float64) * (FRAME / RATE)
        return Attribution(frames, at, np.zeros(0), float(said.sum()), 0.0, self._said(clip))

    def continue_(
        self, clip: Clip, *, seconds: float = 1.0, seed: int = 0, as_class: str | None = None
    ) -> Clip:
        """Return what may come after a clip, 6,144 samples a second, without the clip.

        Parameters
        ----------
        clip : Clip
            What comes before.
        seconds : float
            Above 0, at most 60.
        seed : int
            At least 0. Of every sample drawn.
        as_class : str, optional
            Which class it is of; by default good, or the first.

        Raises
        ------
        InvalidInput
            If an argument is out of range.
        """
        must_be_a_clip(clip)
        number("seconds", seconds, 1 / RATE, 60)
        whole_number("seed", seed, 0, 2**63 - 1)
        chosen = as_class or ("good" if "good" in self.classes else self.classes[0])
        one_of("as_class", chosen, self.classes)
        before = self.net.heard(clip)[-2 * sum(DILATIONS) :].astype(np.int64)
        sung = _sung(self.weights, self.classes.index(chosen), before, round(seconds * RATE), seed)
        return Clip.of(waves(sung.astype(np.float32)), RATE, name=f"after {clip.name}" if clip.name else "")


def _nats(net: GuessingNet, weights: Mapping[str, Any], windows: Any) -> Any:
    """Return the mean surprise at the samples of each window in each class, shape (windows, classes)."""
    import torch

    n = len(weights["class0"])
    every = [torch.full((len(windows),), k, device=windows.device) for k in range(n)]
    return torch.stack([net.surprise(weights, windows, classes).mean(1) for classes in every], 1)


def levels(wave: Floats) -> Floats:
    """Return the mu-law levels of samples within -1..1, 0..255."""
    bent = np.sign(wave) * np.log1p((LEVELS - 1) * np.minimum(1, np.abs(wave))) / np.log(LEVELS)
    return np.asarray(np.clip(np.floor((bent + 1) * (LEVELS / 2)), 0, LEVELS - 1), np.float32)


def waves(level: Floats) -> Floats:
    """Return the samples of levels, -1..1."""
    bent = (level + 0.5) / (LEVELS / 2) - 1
    return np.asarray(np.sign(bent) * (LEVELS ** np.abs(bent) - 1) / (LEVELS - 1), np.float32)


def fitted_levels(heard: Floats, start: int, span: int) -> Floats:
    """Return a window of levels, silence beyond the clip."""
    return waves_windows(fitted(heard - LEVELS // 2, start, span))


def waves_windows(centred: Floats) -> Floats:
    """Return levels from levels around 0, where 0 is silence."""
    return centred + np.float32(LEVELS // 2)


def _sung(weights: Mapping[str, Floats], k: int, before: Any, n: int, seed: int) -> Any:
    """Return n levels, one by one; what each layer saw is kept: a sample costs one step a layer."""
    rng = np.random.default_rng(seed)
    looks = [weights[f"look{i}"].transpose(0, 2, 1).reshape(2 * CHANNELS, -1) for i in range(len(DILATIONS))]
    leaves = [weights[f"leave{i}"][:, :, 0] for i in range(len(DILATIONS))]
    bends = [weights[f"class{i}"][k] for i in range(len(DILATIONS))]
    kept = [np.zeros((d, CHANNELS), np.float32) for d in DILATIONS]
    enter, head, bias = weights["enter"][:, :, 0], weights["head"][:, :, 0], weights["head.bias"]
    sung = np.zeros(n, np.int64)
    level, skipped = LEVELS // 2, np.zeros(HEAD, np.float32)
    for t in range(len(before) + n):
        if t < len(before):
            level = int(before[t])
        elif t:
            guess = head @ np.maximum(skipped, 0) + bias
            heap = np.cumsum(np.exp(guess - guess.max(), dtype=np.float64))
            level = min(LEVELS - 1, int(np.searchsorted(heap, rng.random() * heap[-1], side="right")))
            sung[t - len(before)] = level
        x = enter[:, 0] * np.float32(level / (LEVELS / 2) - 1) + enter[:, 1]
        skipped = np.zeros(HEAD, np.float32)
        for i, dilation in enumerate(DILATIONS):
            past = kept[i][t % dilation].copy()
            kept[i][t % dilation] = x
            seen = looks[i] @ np.concatenate([past, x]) + bends[i]
            out = leaves[i] @ (np.tanh(seen[:CHANNELS]) / (1 + np.exp(-seen[CHANNELS:])))
            x, skipped = x + out[:CHANNELS], skipped + out[CHANNELS:]
    return sung
