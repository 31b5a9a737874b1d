"""This file is where it is decided which drafts are developed next: ask for tasks, tell what became of them.

Three ways, one face: an archive that keeps the best of each kind (quality-diversity search, MAP-Elites of Mouret and
Clune 2015), annealing with restarts, and a beam that writes from the beginning on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np

from goldenear.composing.develop import Draft, Task
from goldenear.composing.ground import Ground
from goldenear.composing.kinds import Kind, beside, gaps, kind_of
from goldenear.composing.moves import MOVES, RECAST

SearchName = Literal["archive", "annealing", "beam"]

SEARCHES: tuple[SearchName, ...] = ("archive", "annealing", "beam")

TRIES = 8
"""First drafts that are begun from a seed's favourites, whether or not anything comes of them."""

FRESH = 0.15
"""The share of tasks that begin anew."""


class Search(Protocol):
    """What every way of searching can do."""

    def ask(self, n: int) -> list[Task]:
        """Return n tasks."""

    def tell(self, tasks: Sequence[Task], drafts: Sequence[Draft | None]) -> None:
        """Take in what became of tasks, in their order."""

    def drafts(self) -> list[Draft]:
        """Return the good drafts that are kept, the best first."""


class Archive:
    """Keeps the best draft of each kind, and goes on from any of them.

    Parameters
    ----------
    ground : Ground
        What drafts are held against.
    seed : int
        Of chance.
    moves : sequence of str
        Which moves there are; those that have been paying are drawn more often.
    """

    def __init__(self, ground: Ground, seed: int, moves: Sequence[str]) -> None:
        self.ground, self.seed, self.moves = ground, seed, list(moves)
        self.kept: dict[Kind, Draft] = {}
        self.asked = 0
        self.tried = dict.fromkeys(self.moves, 0)
        self.paid = dict.fromkeys(self.moves, 0)
        self.propose = "bring in" in self.moves

    def ask(self, n: int) -> list[Task]:
        """Return n tasks: some begin anew, the others take up what is kept."""
        tasks = []
        for _ in range(n):
            seed = (self.seed, self.asked)
            rng = np.random.default_rng((*seed, 1))
            self.asked += 1
            if len(self.kept) < 2 or rng.random() < FRESH:
                begin = "propose" if self.propose and rng.random() < 0.25 else "begin"
                # Where favourites have led nowhere, any sample will do.
                tasks.append(Task(seed, begin, favour=bool(self.kept) or self.asked <= TRIES))
                continue
            tasks.append(self._taken_up(seed, rng))
        return tasks

    def tell(self, tasks: Sequence[Task], drafts: Sequence[Draft | None]) -> None:
        """Keep what is good and better than what was kept of its kind."""
        for task, draft in zip(tasks, drafts, strict=True):
            better = draft is not None and draft.appraisal.good and self._keep(draft)
            if task.move in self.tried:
                self.tried[task.move] += 1
                self.paid[task.move] += better

    def drafts(self) -> list[Draft]:
        """Return what is kept, the best first."""
        return sorted((self.kept[kind] for kind in sorted(self.kept)), key=lambda d: -d.appraisal.worth)

    def _keep(self, draft: Draft) -> bool:
        kind = kind_of(self.ground, draft.rows)
        old = self.kept.get(kind)
        if old is not None and old.appraisal.worth >= draft.appraisal.worth:
            return False
        self.kept[kind] = draft
        return True

    def _taken_up(self, seed: tuple[int, int], rng: np.random.Generator) -> Task:
        """Draw what is done to which of those that are kept; moves more often that have been paying."""
        open_kinds = gaps(self.ground, self.kept)
        moves = [move for move in self.moves if move != RECAST or open_kinds]
        move = drawn(moves, self.tried, self.paid, rng)
        goal = open_kinds[int(rng.integers(len(open_kinds)))] if move == RECAST else None
        kinds = sorted(self.kept) if goal is None else beside(goal, self.kept)
        parent = self.kept[kinds[int(rng.integers(len(kinds)))]]
        others = tuple(self.kept[kind].rows for kind in sorted(self.kept) if self.kept[kind] is not parent)
        return Task(seed, move, parent.rows, others, parent.bare, goal)


class Annealing:
    """Goes from draft to draft, often uphill and at first downhill too, and begins anew where it gets no further.

    Parameters
    ----------
    ground, seed, moves
        As for :class:`Archive`.
    """

    STALLED = 12
    """Drafts without gain after which it begins anew."""

    HEAT = 0.05

    def __init__(self, ground: Ground, seed: int, moves: Sequence[str]) -> None:
        self.ground, self.seed, self.moves = ground, seed, list(moves)
        self.asked = 0
        self.at: Draft | None = None
        self.best_here = -1.0
        self.stalled, self.heat = 0, self.HEAT
        self.found: list[Draft] = []
        self.tried = dict.fromkeys(self.moves, 0)
        self.paid = dict.fromkeys(self.moves, 0)

    def ask(self, n: int) -> list[Task]:
        """Return n tasks that all go on from where it stands."""
        tasks = []
        for _ in range(n):
            seed = (self.seed, self.asked)
            rng = np.random.default_rng((*seed, 1))
            self.asked += 1
            if self.at is None:
                tasks.append(Task(seed))
            else:
                others = tuple(draft.rows for draft in self.found[-4:])
                move = drawn(self.moves, self.tried, self.paid, rng)
                tasks.append(Task(seed, move, self.at.rows, others, self.at.bare))
        return tasks

    def tell(self, tasks: Sequence[Task], drafts: Sequence[Draft | None]) -> None:
        """Go to a draft that is better, or little worse."""
        for task, draft in zip(tasks, drafts, strict=True):
            if task.move in self.tried:
                self.tried[task.move] += 1
            if draft is None or draft.appraisal.refused:
                self.stalled += 1
                continue
            score = draft.appraisal.worth
            rng = np.random.default_rng((*task.seed, 2))
            here = self.at.appraisal.worth if self.at else -1.0
            self.heat *= 0.97
            if score > here + self.heat * float(np.log(max(rng.random(), 1e-12))):
                self.at = draft
                if task.move in self.paid:
                    self.paid[task.move] += score > here
            if score > self.best_here:
                self.best_here, self.stalled = score, 0
            else:
                self.stalled += 1
        if self.at is not None and self.at.appraisal.good and self.best_here == self.at.appraisal.worth:
            self.found = [*[d for d in self.found if d is not self.at], self.at]
        if self.stalled >= self.STALLED:
            self.at, self.best_here, self.stalled, self.heat = None, -1.0, 0, self.HEAT

    def drafts(self) -> list[Draft]:
        """Return what was best before each new beginning, the best first."""
        return sorted(self.found, key=lambda draft: -draft.appraisal.worth)


class Beam:
    """Writes from the beginning on, and goes on from the best few at every bar line.

    Parameters
    ----------
    ground, seed, moves
        As for :class:`Archive`.
    """

    WIDTH = 4

    def __init__(self, ground: Ground, seed: int, moves: Sequence[str]) -> None:
        self.ground, self.seed = ground, seed
        self.source = "bring in" if "bring in" in moves else "lay in"
        self.asked, self.reached = 0, 0
        self.front: list[Draft] = []
        self.found: list[Draft] = []

    def ask(self, n: int) -> list[Task]:
        """Return n tasks: every draft of the front, with something new laid in from where it has got to."""
        tasks = []
        for _ in range(n):
            seed = (self.seed, self.asked)
            rng = np.random.default_rng((*seed, 1))
            self.asked += 1
            if not self.front:
                tasks.append(Task(seed))
                continue
            parent = self.front[int(rng.integers(len(self.front)))]
            move = self.source if rng.random() < 0.3 else "lay in"
            ahead = ((self.reached, min(self.reached + self.ground.bar, self.ground.ticks)),)
            tasks.append(Task(seed, move, parent.rows, (), ahead))
        return tasks

    def tell(self, tasks: Sequence[Task], drafts: Sequence[Draft | None]) -> None:
        """Keep the best few, and go on by a bar."""
        del tasks
        standing = [draft for draft in drafts if draft is not None and not draft.appraisal.refused]
        self.front = sorted([*self.front, *standing], key=lambda draft: -draft.appraisal.worth)[: self.WIDTH]
        self.found += [draft for draft in standing if draft.appraisal.good]
        self.found = sorted(self.found, key=lambda draft: -draft.appraisal.worth)[:64]
        if self.front:
            self.reached = (self.reached + self.ground.bar) % max(self.ground.ticks, 1)

    def drafts(self) -> list[Draft]:
        """Return the best that were met, the best first."""
        return list(self.found)


def drawn(moves: Sequence[str], tried: dict[str, int], paid: dict[str, int], rng: np.random.Generator) -> str:
    """Draw a move, those more often that have been paying."""
    weights = np.array([(paid[move] + 1.0) / (tried[move] + 4.0) for move in moves])
    return moves[int(rng.choice(len(moves), p=weights / weights.sum()))]


def search_named(name: str, ground: Ground, seed: int, *, proposals: bool) -> Search:
    """Return a search."""
    moves = [move for move in MOVES if proposals or move != "bring in"]
    if name == "archive":
        return Archive(ground, seed, moves)
    moves.remove(RECAST)
    return Annealing(ground, seed, moves) if name == "annealing" else Beam(ground, seed, moves)
