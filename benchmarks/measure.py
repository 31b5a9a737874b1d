"""This file is where time is taken: sides take turns, round after round, so that noise falls on all of them alike."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

SHORTEST = 0.01
"""Seconds that a measurement takes at least; quicker work is repeated until it does."""


class Work(NamedTuple):
    """What a side does in one round: everything around it was made ready beforehand.

    Attributes
    ----------
    run : callable
        What is timed.
    units : int
        How many comparisons a run makes; times are for one.
    check : callable
        Takes what `run` returned; raises AnswersDiffer if it is not what it should be. Not timed.
    """

    run: Callable[[], Any]
    units: int = 1
    check: Callable[[Any], None] = lambda _answer: None


@dataclass(frozen=True)
class Side:
    """One of those that are compared.

    Attributes
    ----------
    name : str
        What tables call it.
    ready : callable
        Takes the number of the round, makes everything ready, and returns the work. Not timed.
    budget : float
        Seconds that all rounds together should not exceed by much; slow sides take fewer rounds.
    """

    name: str
    ready: Callable[[int], Work]
    budget: float = 1.0


@dataclass(frozen=True)
class Timing:
    """Seconds for one unit, by round."""

    by_round: Mapping[int, float]

    @property
    def median(self) -> float:
        """The median over the rounds."""
        return statistics.median(self.by_round.values())

    def times(self, factor: float) -> Timing:
        """Return the same times, so many times as long: to say what a whole took, or an extrapolation."""
        return Timing({r: seconds * factor for r, seconds in self.by_round.items()})


class Ratio(NamedTuple):
    """How many times as long the other took: the ratio of medians, and quartiles of the rounds' own ratios."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        if self.low == self.high:
            return figure(self.median) + "x"
        return f"{figure(self.median)}x ({figure(self.low)} to {figure(self.high)})"


def ratio(other: Timing, own: Timing) -> Ratio:
    """Return how many times as long `other` took as `own`, over the rounds, and so the X's, that both ran."""
    common = other.by_round.keys() & own.by_round.keys()
    theirs, ours = ([timing.by_round[r] for r in sorted(common)] for timing in (other, own))
    each = [a / b for a, b in zip(theirs, ours, strict=True)]
    low, _, high = statistics.quantiles(each, n=4, method="inclusive") if len(each) > 1 else [each[0]] * 3
    return Ratio(statistics.median(theirs) / statistics.median(ours), low, high)


def interleaved(sides: Sequence[Side], rounds: int) -> dict[str, Timing]:
    """Run every side once a round, each round beginning with another one, and return their times by name.

    What exceeds its budget in the run that warms it up is not run again.
    """
    plans = {side.name: _plan(side, rounds) for side in sides}
    taken = {name: dict(plan.taken) for name, plan in plans.items()}
    for r in range(rounds):
        turn = r % len(sides)
        for side in [*sides[turn:], *sides[:turn]]:
            plan = plans[side.name]
            if r in plan.rounds:
                taken[side.name][r] = _seconds(side.ready(r), plan.repeats)
    return {name: Timing(by_round) for name, by_round in taken.items()}


class _Plan(NamedTuple):
    """How often a work is repeated in a measurement, in which rounds; or what it took if it is not run again."""

    repeats: int
    rounds: frozenset[int]
    taken: Mapping[int, float]


def _plan(side: Side, rounds: int) -> _Plan:
    """Warm a side up, and see how long it takes."""
    work = side.ready(0)
    first = _seconds(work, 1)
    if first * work.units > side.budget:
        return _Plan(1, frozenset(), {0: first})
    # The first run may have compiled or loaded something.
    seconds = min(first, _seconds(work, 1)) * work.units
    repeats = max(1, math.ceil(SHORTEST / seconds))
    wanted = min(rounds, max(1, int(side.budget / (seconds * repeats))))
    return _Plan(repeats, frozenset(i * rounds // wanted for i in range(wanted)), {})


def _seconds(work: Work, repeats: int) -> float:
    """Return the seconds that a unit of the work takes."""
    answer = None
    start = time.perf_counter()
    for _ in range(repeats):
        answer = work.run()
    seconds = time.perf_counter() - start
    work.check(answer)
    return seconds / repeats / work.units


def figure(number: float) -> str:
    """Return a number with two or three digits that say something."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def duration(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{figure(seconds / size)} {unit}"
    return f"{figure(seconds * 1e6)} us"
