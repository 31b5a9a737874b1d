"""This file is where a recurrent net learns melodies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.composing.proposals.melody_events import Events
from goldenear.composing.proposals.recurrent import bits_an_event, surprise, tensors

Weights = Mapping[str, NDArray[Any]]
Progress = Callable[[Sequence[int], str], Iterable[int]]

BATCH = 8
"""Spans that are heard before the weights change."""

DROPOUT = 0.3
LARGEST_STEP = 1.0
"""Gradients are shortened to this length."""

PATIENCE = 6
"""Epochs without a better ear for the held-out pieces, after which it stops."""


def learn(
    weights: Weights,
    events: Sequence[Events],
    held_out: Sequence[Events],
    *,
    rate: float,
    epochs: int,
    rng: np.random.Generator,
    progress: Progress | None,
) -> tuple[dict[str, NDArray[np.float32]], int]:
    """Return the weights after learning, and after how many epochs they were best.

    Parameters
    ----------
    weights : dict of arrays
        Those to begin with; they stay as they are.
    events : sequence of Events
        What is learned.
    held_out : sequence of Events
        What is only listened to: the weights that guess it best are returned. Empty: the last ones.
    rate : float
        Adam's step.
    epochs : int
        How often everything is heard, at most.
    rng : numpy Generator
        Of the order, and of the units that drop out.
    progress : callable or None
        Takes the epochs and a word, and gives the epochs one by one.

    Notes
    -----
    Adam: Kingma and Ba, ICLR 2015. Written out, with operations that round each number on its own, because
    a fused one may round differently in another number of threads. The same units drop out for a whole
    span: Gal and Ghahramani, NeurIPS 2016.
    """
    own = tensors(weights, learning=True)
    adam = Adam(list(own.values()), rate)
    best, kept, when = float("inf"), _rounded(own), 0
    if held_out:
        best = bits_an_event(kept, held_out)
    for epoch in progress(range(epochs), "epochs") if progress else range(epochs):
        order = rng.permutation(len(events))
        for first in range(0, len(order), BATCH):
            nats = surprise(own, [events[i] for i in order[first : first + BATCH]], rng, DROPOUT)
            # The sum's gradient is one for each event: that torch rounds the sum itself in some order is no matter.
            (nats / len(nats)).sum().backward()
            adam.step()
        now = _rounded(own)
        bits = bits_an_event(now, held_out) if held_out else -1.0
        if bits < best or not held_out:
            best, kept, when = bits, now, epoch + 1
        elif epoch + 1 - when >= PATIENCE:
            break
    return kept, when


class Adam:
    """Steps down the gradients of some tensors."""

    def __init__(self, parameters: Sequence[Any], rate: float) -> None:
        self.parameters, self.rate, self.steps = parameters, rate, 0
        self.mean = [p.detach() * 0 for p in parameters]
        self.square = [p.detach() * 0 for p in parameters]

    def step(self) -> None:
        """Take one step, and forget the gradients."""
        self.steps += 1
        gradients = [p.grad for p in self.parameters]
        length = sqrt(sum(float(np.square(g.numpy()).sum()) for g in gradients))
        shortened = min(1.0, LARGEST_STEP / max(length, 1e-12))
        for p, gradient, mean, square in zip(self.parameters, gradients, self.mean, self.square, strict=True):
            slope = gradient * shortened
            mean.mul_(0.9).add_(slope * 0.1)
            square.mul_(0.999).add_(slope * slope * 0.001)
            deviation = (square / (1 - 0.999**self.steps)).sqrt() + 1e-8
            p.data.sub_(mean / (1 - 0.9**self.steps) / deviation * self.rate)
            p.grad = None


def _rounded(own: Mapping[str, Any]) -> dict[str, NDArray[np.float32]]:
    """Return the weights as they are kept."""
    return {name: value.detach().numpy().astype(np.float32) for name, value in own.items()}
