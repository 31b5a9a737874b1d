"""What chance does: how often it reaches a similarity, and how much X resembles things at large.

*How often by chance?* Of n values seen, the share that reaches a value tells how often chance does; but of what is
rarer than once in n times they know nothing. What lies over a high threshold has a shape of its own, whatever the
rest is like: the generalised Pareto distribution (Pickands 1975). It is fitted to the upper part of the values by
probability-weighted moments (Hosking and Wallis 1987), and answers above that.

*More than things at large?* Two songs of one village are more alike than two of different countries, whatever their
tunes. Where music is compared as a whole, what tells is by how many times X is more alike a sample than the other
samples, as far as these have nothing to do with it: its cohort. (Speaker recognition does the same with voices, and
calls it cohort normalisation.) Where a sample is looked for inside X this would be wrong: whoever puts three good
samples beside a bad one would lift its veto.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import InvalidInput

UPPER, AT_LEAST = 0.05, 10
"""The share of the values that the tail is fitted to, and how many these are at least."""

NARROWEST = 1e-9
"""Values that do not differ: the tail is taken to fall off at once, not never."""

FEWEST_GROUPS = 8
"""Groups of samples from which on there is a cohort."""

LOWER = 0.75
"""The share of the groups, from the least alike on, that are taken to have nothing to do with X."""

EVEN = 0.05
"""Added to what X is like at large: where that is next to nothing, a little is not a miracle."""


@dataclass(frozen=True)
class Tail:
    """How often chance reaches a value.

    Attributes
    ----------
    values : float array, shape (n,)
        What chance gave, rising.
    begin : float
        Where the fitted tail begins.
    share : float
        The share of the values above it.
    scale, shape : float
        Of the generalised Pareto distribution of what exceeds it; shape 0 falls off exponentially, above 0 more
        slowly, below 0 it ends.
    """

    values: NDArray[np.float64]
    begin: float
    share: float
    scale: float
    shape: float

    @classmethod
    def of(cls, values: Any, *, reach: float = np.inf) -> Tail:
        """Fit the tail of what chance gave.

        Parameters
        ----------
        values : array_like of float, shape (n,)
            At least 20.
        reach : float
            The greatest value there can be: up to it nothing is taken to be impossible. Where there is none, no tail
            is taken to end.

        Raises
        ------
        InvalidInput
            If there are too few values, or one is no number.
        """
        rising = np.sort(np.asarray(values, np.float64))
        if len(rising) < 2 * AT_LEAST:
            raise InvalidInput(f"values: a tail needs at least {2 * AT_LEAST}, got {len(rising)}")
        if not np.isfinite(rising).all():
            raise InvalidInput("values: one is not a number")
        n = max(AT_LEAST, round(UPPER * len(rising)))
        begin = (rising[-n - 1] + rising[-n]) / 2
        over = rising[-n:] - begin
        # The mean, and the mean weighted by the share that lies above.
        first = max(float(over.mean()), NARROWEST)
        second = float((over * (1 - (np.arange(n) + 0.65) / n)).mean())
        shape = 2 - first / max(first - 2 * second, NARROWEST)
        scale = max(2 * first * second / max(first - 2 * second, NARROWEST), NARROWEST)
        room = reach - begin
        if shape < 0 and room == np.inf:
            scale, shape = first, 0.0
        elif shape < 0 and first < room and -scale / shape < room:
            # It would end before what can be: let it end there, at the same mean.
            scale, shape = first * room / (room - first), -first / (room - first)
        return cls(rising, float(begin), n / len(rising), float(scale), float(min(shape, 1.0)))

    def p_value(self, value: Any) -> NDArray[np.float64]:
        """Return the share of chance that reaches each value, never 0 below `reach`, shape as given."""
        value = np.asarray(value, np.float64)
        n = len(self.values)
        seen = (n - np.searchsorted(self.values, value)) / n
        over = np.maximum(value - self.begin, 0) / self.scale
        if abs(self.shape) < 1e-6:
            beyond = np.exp(-over)
        else:
            beyond = np.maximum(1 + self.shape * over, 0) ** (-1 / self.shape)
        found: NDArray[np.float64] = np.where(value > self.begin, self.share * beyond, seen)
        return found

    def value_at(self, p: float) -> float:
        """Return the value that chance reaches in a share `p` of cases, above 0 and up to 1, at most."""
        if p >= self.share:
            value = float(np.quantile(self.values, 1 - p, method="inverted_cdf"))
            # Where many values are equal, more may reach it.
            tied = self.p_value(value) > p + 1.5 / len(self.values)
            return float(np.nextafter(value, np.inf)) if tied else value
        fold = p / self.share
        if abs(self.shape) < 1e-6:
            return self.begin - self.scale * float(np.log(fold))
        return self.begin + self.scale / self.shape * float(fold**-self.shape - 1)


@dataclass(frozen=True)
class Tails:
    """How often chance reaches a value, for X of several lengths.

    Attributes
    ----------
    of : mapping of quarters to Tail
        What chance gives X of such a length; or one Tail under None, for X of any length.
    trust : float
        How far the tails are believed, up to 1: the power of a p-value. Below 1 what is rare counts as less rare.
    """

    of: dict[float | None, Tail]
    trust: float = 1.0

    def p_value(self, value: float, quarters: float | None) -> float:
        """Return how often chance reaches a value with an X of some length, 0..1.

        A length between two that were measured counts as the longer. Beyond the longest, chances grow with the
        length.
        """
        tail, times = self._at(quarters)
        return float(min(1.0, times * float(tail.p_value(value))) ** self.trust)

    def value_at(self, p: float, quarters: float | None) -> float:
        """Return the value that chance reaches, with an X of some length, in a share `p` of cases."""
        tail, times = self._at(quarters)
        return tail.value_at(p ** (1 / self.trust) / times)

    def _at(self, quarters: float | None) -> tuple[Tail, float]:
        """Return the tail for a length, and by how many times chances exceed it."""
        if None in self.of:
            return self.of[None], 1.0
        lengths = sorted(length for length in self.of if length is not None)
        wanted = lengths[-1] if quarters is None else quarters
        longer = [length for length in lengths if length >= wanted]
        return (self.of[longer[0]], 1.0) if longer else (self.of[lengths[-1]], wanted / lengths[-1])


def kin(similarity: NDArray[np.float64], least: float) -> NDArray[np.int64]:
    """Put samples into groups: two that are alike, or that both are like a third, are in one.

    Parameters
    ----------
    similarity : float array, shape (n, n)
        How alike the samples are, either way.
    least : float
        From which similarity two are kin.

    Returns
    -------
    int array, shape (n,)
        The group of each sample, counted from 0.
    """
    alike = np.maximum(similarity, similarity.T) >= least
    group = np.full(len(alike), -1)
    for first in range(len(alike)):
        if group[first] >= 0:
            continue
        number, reached = group.max() + 1, [first]
        while reached:
            found = reached.pop()
            group[found] = number
            reached += np.flatnonzero(alike[found] & (group < 0)).tolist()
    return group


def at_large(similarity: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how much each X resembles what it has nothing to do with, a little more than 0..1, shape (m,).

    The mean over the lower three quarters of the groups, of the mean in each group; and a little added.

    Parameters
    ----------
    similarity : float array, shape (m, n)
        Of each X to each sample; samples that are no number take no part.
    group : int array, shape (n,)
        The group of each sample.
    """
    known = np.isfinite(similarity)
    value = np.where(known, similarity, 0.0)
    groups = [group == number for number in range(int(group.max()) + 1)]
    count = np.stack([known[:, mine].sum(axis=1) for mine in groups], axis=1)
    total = np.stack([value[:, mine].sum(axis=1) for mine in groups], axis=1)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.inf)
    lower = np.maximum(1, ((count > 0).sum(axis=1) * LOWER).astype(int))
    rising = np.sort(mean, axis=1)
    return np.array([row[:n].mean() for row, n in zip(rising, lower, strict=True)]) + EVEN
