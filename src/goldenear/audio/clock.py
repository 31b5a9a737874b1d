"""This file is where ticks become seconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

DEFAULT_TEMPO = 120.0
"""Quarters a minute where nothing is said, as in MIDI."""

LONGEST_QUARTER = 2**24 - 1
"""In microseconds: the slowest tempo that MIDI can state; the fastest is 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """Tempos one after another; quarter 0 falls on second 0.

    Attributes
    ----------
    quarter : float64 array, shape (k,)
        Where each tempo begins; ascending, the first is 0. It also holds for what lies before.
    second : float64 array, shape (k,)
        When that is.
    pace : float64 array, shape (k,)
        Seconds a quarter from there on.

    Examples
    --------
    >>> Clock.following([(0, 500_000), (8, 1_000_000)], ticks_per_quarter=4).seconds(np.array([4, 8, 12]), 4)
    array([0.5, 1. , 2. ])
    """

    quarter: NDArray[np.float64]
    second: NDArray[np.float64]
    pace: NDArray[np.float64]

    @classmethod
    def steady(cls, tempo: float) -> Clock:
        """Return the clock of one tempo, in quarters a minute."""
        return cls(np.zeros(1), np.zeros(1), np.array([60 / tempo]))

    @classmethod
    def following(cls, tempos: Iterable[tuple[int, int]], ticks_per_quarter: int) -> Clock:
        """Return the clock of ``(tick, microseconds per quarter)``; 120 a minute until the first.

        Of several tempos at one tick the last counts; one before tick 0 counts from there; what MIDI cannot
        state becomes the nearest that it can.
        """
        in_force = {0: round(60e6 / DEFAULT_TEMPO)}
        in_force |= {max(0, tick): length for tick, length in sorted(tempos, key=itemgetter(0))}
        quarter = np.array(list(in_force), np.float64) / ticks_per_quarter
        # A list of Python numbers is clipped first: they may be longer than any column.
        pace = np.array([min(max(length, 1), LONGEST_QUARTER) for length in in_force.values()]) / 1e6
        second = np.concatenate([[0], np.cumsum(np.diff(quarter) * pace[:-1])])
        return cls(quarter, second, pace)

    def seconds(self, ticks: NDArray[np.int64], ticks_per_quarter: int) -> NDArray[np.float64]:
        """Return when `ticks`, shape (n,), fall: in seconds, shape (n,)."""
        quarters = ticks / ticks_per_quarter
        now = np.maximum(np.searchsorted(self.quarter, quarters, side="right") - 1, 0)
        seconds: NDArray[np.float64] = self.second[now] + (quarters - self.quarter[now]) * self.pace[now]
        return seconds
