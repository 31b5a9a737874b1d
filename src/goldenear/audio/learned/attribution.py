"""This file is where a learned judge's verdict is shared out over what it heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from goldenear.audio.learned.net import Net, Sizes, starts
from goldenear.audio.learned.net_file import Weights
from goldenear.audio.learned.net_weights import Floats, tensors
from goldenear.audio.learned.steady import steady
from goldenear.hearing.clip import Clip

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS = 64
"""Places between darkness and the clip where gradients are taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """What each part of a clip adds to the logit of good over that of bad.

    Attributes
    ----------
    values : float32 array, shape (r, n) or (n,)
        Above 0 where it speaks for good, below 0 where it speaks for bad.
    seconds : float64 array, shape (n,)
        When each of the n frames sounds.
    hertz : float64 array, shape (r,) or (0,)
        The frequency of each of the r rows; empty where there are none.
    whole, dark : float
        The difference of logits of the clip, and of silence.
    because : str
        The verdict's reason; empty where the classes are others than good and bad.
    """

    values: NDArray[np.float32]
    seconds: NDArray[np.float64]
    hertz: NDArray[np.float64]
    whole: float
    dark: float
    because: str = ""

    def plot(self, clip: Clip) -> Figure:
        """Draw the clip's constant-Q picture, and where in it what speaks for good (blue-green) and bad (brown).

        Raises
        ------
        MissingExtra
            If matplotlib (extra ``plot``) or librosa (extra ``audio``) is not installed.
        """
        from goldenear.audio.learned.plot_attribution import plot_attribution

        return plot_attribution(clip, self)


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
