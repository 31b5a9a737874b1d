"""This file is where it stands what a net must be able to do to become a judge."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, ClassVar

import numpy as np

from goldenear.audio.learned.net_file import Shapes
from goldenear.audio.learned.net_weights import Floats
from goldenear.hearing.clip import Clip

Sizes = Mapping[str, int]
Limits = Mapping[str, tuple[int, int]]


class Net(ABC):
    """A net over windows of sound; it holds no weights, they are passed in.

    Attributes
    ----------
    name : str
        What its files call it.
    limits : mapping of str to (int, int)
        The least and the most of its sizes. ``span`` is the length of a window, in steps of its input.
    longest : int
        The span for long clips.
    rate : float
        Adam's largest step.
    enough : int
        About so many windows are heard in all.
    """

    name: ClassVar[str]
    limits: ClassVar[Limits]
    longest: ClassVar[int]
    rate: ClassVar[float]
    enough: ClassVar[int]

    @abstractmethod
    def heard(self, clip: Clip) -> Floats:
        """Return what the net hears of a clip; time is the last axis."""

    @abstractmethod
    def shapes(self, classes: int, sizes: Sizes) -> Shapes:
        """Return the shape of every matrix."""

    @abstractmethod
    def beginner(
        self, classes: int, sizes: Sizes, heard: Sequence[Floats], rng: np.random.Generator
    ) -> dict[str, Floats]:
        """Return the weights to begin with; some may be cut from what is heard."""

    @abstractmethod
    def varied(self, heard: Floats, span: int, rng: np.random.Generator) -> Floats:
        """Return a window of a clip, changed so that its class stays."""

    @abstractmethod
    def logits(self, weights: Mapping[str, Any], windows: Any, *, learning: bool = False) -> Any:
        """Return a tensor of shape (windows, classes)."""

    def loss(self, weights: Mapping[str, Any], windows: Any, labels: Any, *, learning: bool) -> Any:
        """Return what is to become small: the cross-entropy, the labels smoothed a little while learning."""
        import torch.nn.functional as F  # noqa: N812

        return F.cross_entropy(
            self.logits(weights, windows, learning=learning), labels, label_smoothing=0.1 if learning else 0.0
        )

    def sizes(self, heard: Sequence[Floats]) -> dict[str, int]:
        """Return the sizes for some clips: the span is the longest clip's, within bounds."""
        span = min(self.longest, max(self.shortest, *(h.shape[-1] for h in heard)))
        return {"span": span}

    shortest: ClassVar[int] = 1

    def windows(self, heard: Floats, span: int) -> Floats:
        """Return windows over a whole clip, evenly placed, shape (windows, ..., span)."""
        return np.stack([fitted(heard, start, span) for start in starts(heard.shape[-1], span)])


def starts(length: int, span: int) -> list[int]:
    """Return where windows begin that cover a length with the least overlap.

    Examples
    --------
    >>> starts(25, 10), starts(4, 10)
    ([0, 8, 15], [0])
    """
    n = max(1, ceil(length / span))
    return [round(i * max(0, length - span) / max(1, n - 1)) for i in range(n)]


def fitted(heard: Floats, start: int, span: int) -> Floats:
    """Return a window; before the beginning and beyond the end there is silence."""
    window = np.zeros((*heard.shape[:-1], span), np.float32)
    first, last = max(0, start), min(heard.shape[-1], start + span)
    window[..., first - start : last - start] = heard[..., first:last]
    return window


def replayed(heard: Floats, longer: float, span: int, rng: np.random.Generator) -> Floats:
    """Return a window, anywhere in what is heard, played so many times as long."""
    n = max(1, round(heard.shape[-1] * longer))
    start = any_start(n, span, rng)
    at = np.arange(max(0, start), min(n, start + span)) / longer
    left = np.minimum(at.astype(np.int64), heard.shape[-1] - 1)
    right = np.minimum(left + 1, heard.shape[-1] - 1)
    played = heard[..., left] + (heard[..., right] - heard[..., left]) * (at - left).astype(np.float32)
    return fitted(played, min(0, start), span)


def any_start(length: int, span: int, rng: np.random.Generator) -> int:
    """Return where a window may begin: within the clip, or before it where the clip is shorter."""
    low, high = min(0, length - span), max(0, length - span)
    return int(rng.integers(low, high + 1))
