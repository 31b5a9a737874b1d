"""This file is where a learned judge's verdict is shared out over what it heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.audio.learned.learned_judge import GOOD_AND_BAD, LearnedJudge
from goldenear.audio.learned.net import starts
from goldenear.audio.learned.net_weights import Floats, tensors
from goldenear.audio.learned.steady import steady

STEPS = 64
"""Places between darkness and the clip where gradients are taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """What each part of a clip adds to the logit of good over that of bad.

    Attributes
    ----------
    values : float32 array, shape (rows, frames) or (frames,)
        Above 0 where it speaks for good, below 0 where it speaks for bad.
    seconds : float64 array, shape (frames,)
        When each frame sounds.
    hertz : float64 array, shape (rows,) or (0,)
        The frequency of each row; empty where there are no rows.
    whole, dark : float
        The difference of logits of the clip, and of silence.
    """

    values: NDArray[np.float32]
    seconds: NDArray[np.float64]
    hertz: NDArray[np.float64]
    whole: float
    dark: float


def difference(judge: LearnedJudge, logits: Any) -> Any:
    """Return the logit of good minus that of bad, or of the first class minus the second."""
    good, bad = (
        (judge.classes.index(n) for n in GOOD_AND_BAD) if set(judge.classes) == set(GOOD_AND_BAD) else (0, 1)
    )
    return logits[:, good] - logits[:, bad]


def integrated(judge: LearnedJudge, heard: Floats) -> tuple[Floats, float, float]:
    """Return integrated gradients from darkness, shaped as `heard`, and the difference at both ends."""
    import torch

    span = judge.sizes["span"]
    windows = judge.net.windows(heard, span)
    summed = np.zeros((*heard.shape[:-1], max(heard.shape[-1], span)), np.float64)
    with steady() as where:
        weights = tensors(judge.weights, where)
        ends = []
        for start, window in zip(starts(heard.shape[-1], span), windows, strict=True):
            whole = torch.tensor(window, device=where)
            total = torch.zeros_like(whole)
            for first in range(0, STEPS, 16):
                parts = (torch.arange(first, first + 16, dtype=torch.float32) + 0.5) / STEPS
                path = (whole[None] * parts.reshape(-1, *[1] * whole.ndim)).requires_grad_()
                (slope,) = torch.autograd.grad(difference(judge, judge.net.logits(weights, path)).sum(), path)
                total += slope.sum(0)
            with torch.no_grad():
                both = torch.stack([whole, torch.zeros_like(whole)])
                ends.append(difference(judge, judge.net.logits(weights, both)).numpy())
            summed[..., start : start + span] += (total * whole).numpy() / (STEPS * len(windows))
    at_whole, at_dark = np.mean(ends, axis=0)
    return summed[..., : heard.shape[-1]].astype(np.float32), float(at_whole), float(at_dark)
