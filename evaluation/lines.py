"""This file is where lines are made in plain ways, and judged by the rule that composed phrases are judged by.

What a user would write first: random search, hill climbing, a Markov chain, a net that sings. Every way gives judged
lines without end; what comes of them within a time is their best.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from goldenear.composing.appraise import Appraiser
from goldenear.composing.conform import conformed
from goldenear.composing.ground import Ground, Rows, table
from goldenear.composing.proposals.protocol import Proposals

LONGEST_NOTE = 4
"""Quarters: what sounds longer in a sample is no rhythm."""

FARTHEST = 7
"""Steps that a changed note moves, at most."""

Note = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class Judged:
    """A line, and what the rule says of it.

    Attributes
    ----------
    rows : rows
        Its notes, on the grid of the referee's ground.
    good : bool
        Judged good, no window vetoed, no copy.
    refused : bool
        A window is vetoed, or it is a copy.
    score : float
        `Appraisal.score`; 0 where the line is not good.
    verdict_score : float
        `Verdict.score` of the whole.
    """

    rows: Rows
    good: bool
    refused: bool
    score: float
    verdict_score: float

    @property
    def worth(self) -> tuple[bool, bool, float, float]:
        """The greater, the better."""
        return self.good, not self.refused, self.score, self.verdict_score


class Referee:
    """Judges lines by a taste and wishes, for one voice.

    Parameters
    ----------
    taste, wishes
        As for composing.
    """

    def __init__(self, taste: ge.Taste, wishes: ge.Wishes) -> None:
        self.ground = Ground.of(taste, wishes)
        self._appraiser = Appraiser(self.ground)
        grid = self.ground.ticks_per_quarter
        lengths = np.concatenate([s.duration * grid / s.ticks_per_quarter for s in taste.good])
        usual = (lengths == lengths.round()) & (lengths <= LONGEST_NOTE * grid)
        self.lengths: NDArray[np.int64] = lengths[usual].astype(np.int64)
        """How long the notes of good samples are, as often as they are."""

    def fitted(self, rows: Rows, rng: np.random.Generator) -> Rows | None:
        """Make a line meet the wishes: range, one note at a time, neither too few nor too many."""
        return conformed(self.ground, rows, rng)

    def judged(self, rows: Rows) -> Judged:
        """Judge a line; its windows only where the whole is good."""
        verdict = self.ground.taste.judge(self.ground.notes(rows), backend="numba")
        if verdict.outcome != "good":
            return Judged(rows, False, verdict.outcome == "bad", 0.0, verdict.score)
        found = self._appraiser.appraise(rows)
        return Judged(rows, found.good, bool(found.refused), found.score * found.good, verdict.score)


Way = Callable[[Referee, int], Iterator[Judged]]
"""Gives judged lines without end, by a referee and a seed."""


def random_search(referee: Referee, seed: int) -> Iterator[Judged]:
    """Give random lines."""
    rng = np.random.default_rng(seed)
    while True:
        yield referee.judged(random_line(referee, rng))


def hill_climbing(referee: Referee, seed: int) -> Iterator[Judged]:
    """Change one note after another of a random line, wherever the verdict's score is no lower for it."""
    rng = np.random.default_rng(seed)
    here = referee.judged(random_line(referee, rng))
    while True:
        yield here
        rows = with_one_change(referee, here.rows, rng)
        there = referee.judged(rows)
        while (there.refused and not here.refused) or there.verdict_score < here.verdict_score:
            yield there
            rows = with_one_change(referee, here.rows, rng)
            there = referee.judged(rows)
        here = there


def markov_chain(referee: Referee, seed: int) -> Iterator[Judged]:
    """Give lines of a Markov chain of the good samples."""
    return proposed(ge.MarkovChain(referee.ground.taste.good))(referee, seed)


def proposed(source: Proposals) -> Way:
    """Return the way that gives what a source proposes."""

    def way(referee: Referee, seed: int) -> Iterator[Judged]:
        rng = np.random.default_rng(seed)
        ground = referee.ground
        while True:
            x = source.propose(Fraction(ground.wishes.length), int(rng.integers(2**31)))
            times = [
                np.round(t * ground.ticks_per_quarter / x.ticks_per_quarter) for t in (x.onset, x.offset)
            ]
            plain = np.zeros(len(x))
            rows = np.stack([x.pitch, *times, plain, plain], axis=1).astype(np.int64)
            line = referee.fitted(rows, rng)
            if line is not None:
                yield referee.judged(line)

    return way


def random_line(referee: Referee, rng: np.random.Generator) -> Rows:
    """Return a line of random pitches within the range, as long as notes of good samples are."""
    ground = referee.ground
    lowest, highest = ground.voices[0, :2].tolist()
    line: Rows | None = None
    while line is None:
        notes: list[Note] = []
        onset = 0
        while onset < ground.ticks:
            offset = min(onset + int(rng.choice(referee.lengths)), ground.ticks)
            notes.append((int(rng.integers(lowest, highest + 1)), onset, offset, 0, 0))
            onset = offset
        line = referee.fitted(table(notes), rng)
    return line


def with_one_change(referee: Referee, rows: Rows, rng: np.random.Generator) -> Rows:
    """Return a line with one note repitched, split in two, or joined with the next."""
    ground = referee.ground
    lowest, highest, fewest, most = ground.voices[0].tolist()
    while True:
        changed = rows.copy()
        i, kind = int(rng.integers(len(rows))), rng.random()
        if kind < 0.6:
            changed[i, 0] += int(rng.integers(1, FARTHEST + 1)) * int(rng.choice([-1, 1]))
            if lowest <= changed[i, 0] <= highest:
                return changed
        elif kind < 0.8 and i + 1 < len(rows) and len(rows) > fewest:
            changed[i, 2] = rows[i + 1, 2]
            return np.delete(changed, i + 1, axis=0)
        elif kind >= 0.8 and len(rows) < most:
            border = int(rows[i, 1] + rng.choice(referee.lengths))
            if border < rows[i, 2]:
                new = changed[i].copy()
                changed[i, 2] = new[1] = border
                new[0] = np.clip(new[0] + rng.integers(-FARTHEST, FARTHEST + 1), lowest, highest)
                return np.insert(changed, i + 1, new, axis=0)


@dataclass(frozen=True)
class Harvest:
    """What came of a way within its time.

    Attributes
    ----------
    best : list of Judged
        The best first.
    first_good : float
        Seconds until a line was good; infinite where none was.
    judged : int
        How many lines were judged.
    """

    best: list[Judged]
    first_good: float
    judged: int


def harvest(
    way: Way,
    taste: ge.Taste,
    wishes: ge.Wishes,
    seed: int,
    seconds: float,
    clock: Callable[[], float],
    n: int = 1,
) -> Harvest:
    """Let a way go on for some seconds, a line at least, and keep its n best lines."""
    start = clock()
    kept: list[tuple[tuple[bool, bool, float, float], int, Judged]] = []
    first, count = float("inf"), 0
    lines = way(Referee(taste, wishes), seed)
    while not count or clock() - start < seconds:
        line = next(lines)
        count += 1
        if line.good:
            first = min(first, clock() - start)
        # Of equals the first stays.
        heapq.heappush(kept, (line.worth, -count, line))
        if len(kept) > n:
            heapq.heappop(kept)
    return Harvest([line for _, _, line in sorted(kept, reverse=True)], first, count)


def together(parts: Sequence[Harvest]) -> Harvest:
    """Return what came of a way that was gone side by side."""
    best = max((part.best[0] for part in parts), key=lambda line: line.worth)
    return Harvest([best], min(part.first_good for part in parts), sum(part.judged for part in parts))
