"""This file is where judges explain themselves by gradients: how much each part of what was heard moved them."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from goldenear.audio.learned.attribution import Attribution
from goldenear.audio.learned.learned_judge import LearnedJudge
from goldenear.audio.learned.net import Net, Sizes, starts
from goldenear.audio.learned.net_file import Weights
from goldenear.audio.learned.net_weights import Floats, tensors
from goldenear.audio.learned.steady import steady
from goldenear.hearing.clip import Clip, must_be_a_clip

STEPS = 64
"""Places between darkness and the clip where gradients are taken."""


class NetWithGradients(Net):
    """A net whose logits can be followed back to what was heard."""

    @abstractmethod
    def attributed(self, values: Floats) -> tuple[Floats, NDArray[np.float64], NDArray[np.float64]]:
        """Return what is attributed to the parts of what was heard, as it is drawn: values, seconds and hertz."""


class JudgeByGradients(LearnedJudge):
    """A judge that tells by gradients what moved it."""

    net: ClassVar[NetWithGradients]

    def explain(self, clip: Clip) -> Attribution:
        """Return integrated gradients from silence; their sum is, within a few per cent, what the clip changes."""
        must_be_a_clip(clip)
        values, whole, dark = integrated(
            self.net, self.sizes, self.weights, self._pair(), self.net.heard(clip)
        )
        return Attribution(*self.net.attributed(values), whole, dark, self._said(clip))


def integrated(
    net: Net, sizes: Sizes, weights: Weights, pair: tuple[int, int], heard: Floats
) -> tuple[Floats, float, float]:
    """Return integrated gradients from darkness, shaped as `heard`, and the difference of logits at both ends.

    Parameters
    ----------
    net, sizes, weights
        What judges.
    pair : (int, int)
        The class that is spoken for, and the one against.
    heard : array, shape (..., frames)
        What the net hears of a clip.

    Notes
    -----
    Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017.
    """
    import torch

    def difference(windows: Any) -> Any:
        logits = net.logits(held, windows)
        return logits[:, pair[0]] - logits[:, pair[1]]

    span = sizes["span"]
    windows = net.windows(heard, span)
    summed = np.zeros((*heard.shape[:-1], max(heard.shape[-1], span)), np.float64)
    with steady() as where:
        held = tensors(weights, where)
        ends = []
        for start, window in zip(starts(heard.shape[-1], span), windows, strict=True):
            whole = torch.tensor(window, device=where)
            total = torch.zeros_like(whole)
            for first in range(0, STEPS, 16):
                parts = (torch.arange(first, first + 16, dtype=torch.float32) + 0.5) / STEPS
                path = (whole[None] * parts.reshape(-1, *[1] * whole.ndim)).requires_grad_()
                (slope,) = torch.autograd.grad(difference(path).sum(), path)
                total += slope.sum(0)
            with torch.no_grad():
                ends.append(difference(torch.stack([whole, torch.zeros_like(whole)])).numpy())
            summed[..., start : start + span] += (total * whole).numpy() / (STEPS * len(windows))
    at_whole, at_dark = np.mean(ends, axis=0)
    return summed[..., : heard.shape[-1]].astype(np.float32), float(at_whole), float(at_dark)
