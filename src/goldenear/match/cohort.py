"""This file is where a similarity is taken against how much X resembles other things at large.

Two songs of one village are more alike than two of different countries, whatever their tunes. Where music is compared
as a whole, what tells is by how many times X is more alike a sample than the other samples, as far as these have
nothing to do with it: its cohort. (Speaker recognition does the same with voices, and calls it cohort normalisation.)

Where a sample is looked for inside X this would be wrong: whoever puts three good samples beside a bad one would lift
its veto.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FEWEST = 8
"""Groups of samples from which on there is a cohort."""

LOWER = 0.75
"""The share of the groups, from the least alike on, that are taken to have nothing to do with X."""

EVEN = 0.05
"""Added to what X is like at large: where that is next to nothing, a little is not a miracle."""


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
