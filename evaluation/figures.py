"""This file is where rankings become figures: nearest neighbour, average precision, and how far chance carries them.

Items of equal score share the middle of their ranks. A score that is no number stops the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.errors import NoNumber

RESAMPLES, FEWEST = 2_000, 5


@dataclass(frozen=True)
class Figure:
    """A figure with its interval.

    Attributes
    ----------
    value : float
        Over everything that was asked.
    low, high : float
        95 % of resamples, by group, lie between; no numbers where fewer than `FEWEST` groups would pretend to tell.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if np.isnan(self.low):
            return f"{self.value:.3f}"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def average_precision(scores: NDArray[np.float64], relevant: NDArray[np.bool_], missed: int = 0) -> float:
    """Return the mean, over relevant items, of the share of relevant items down to their rank.

    Parameters
    ----------
    scores : float array, shape (n,)
        The higher, the nearer.
    relevant : bool array, shape (n,)
        What should come first.
    missed : int
        Relevant items that are not there at all: they count as 0.
    """
    _must_be_numbers(scores)
    wanted = scores[relevant]
    shares = _middle_rank(wanted, wanted) / _middle_rank(wanted, scores)
    return float(shares.sum() / (len(wanted) + missed))


def nearest_is_relevant(scores: NDArray[np.float64], relevant: NDArray[np.bool_]) -> float:
    """Return 1 where the item of the highest score is relevant; of several, the share that is."""
    _must_be_numbers(scores)
    return float(relevant[scores == scores.max()].mean())


def with_interval(values: Sequence[float], groups: Sequence[object], seed: int = 0) -> Figure:
    """Return the mean of values, with an interval from drawing whole groups with replacement."""
    value = np.asarray(values, np.float64)
    _must_be_numbers(value)
    _, group = np.unique([str(g) for g in groups], return_inverse=True)
    return ratio_with_interval(np.bincount(group, weights=value), np.bincount(group), seed)


def ratio_with_interval(
    above: Sequence[float] | NDArray[Any], below: Sequence[float] | NDArray[Any], seed: int = 0
) -> Figure:
    """Return the ratio of two sums over groups, with an interval from drawing groups with replacement.

    So is F1, over pieces: twice what is right over what is found and what is wanted.
    """
    a, b = np.asarray(above, np.float64), np.asarray(below, np.float64)
    _must_be_numbers(a / b.sum())
    value = float(a.sum() / b.sum())
    if len(a) < FEWEST:
        return Figure(value, np.nan, np.nan)
    drawn = np.random.default_rng(seed).integers(0, len(a), (RESAMPLES, len(a)))
    ratios = a[drawn].sum(axis=1) / np.maximum(b[drawn].sum(axis=1), 1e-300)
    low, high = np.quantile(ratios, (0.025, 0.975))
    return Figure(value, float(low), float(high))


def _middle_rank(wanted: NDArray[np.float64], among: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank, from 1 on, of each wanted score among others; equals share the middle of theirs."""
    rising = np.sort(among)
    below, up_to = (np.searchsorted(rising, wanted, side=side) for side in ("left", "right"))
    return len(among) - (below + up_to - 1) / 2


def _must_be_numbers(scores: NDArray[np.float64]) -> None:
    """Raise NoNumber if a score is none."""
    if not np.isfinite(scores).all():
        raise NoNumber("a score is not a number")
