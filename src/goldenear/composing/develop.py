"""This file is where one draft is developed: begun or taken up, changed, made to fit, polished, appraised."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from goldenear.composing.appraise import Appraisal, Appraiser
from goldenear.composing.conform import conformed, without_wide_leaps
from goldenear.composing.ground import CELLS_A_QUARTER, Ground, Rows
from goldenear.composing.kinds import Kind
from goldenear.composing.moves import MOVES, Situation, filled, palette_of
from goldenear.composing.polish import loosened, polished
from goldenear.composing.proposals.protocol import Proposals

STEPS = 3000
"""Small changes drawn for a draft."""

REPAIRS = 3
"""How often it is tried to mend what is vetoed."""

MENDING = ("lay in", "move bar", "invert", "bring in")


@dataclass(frozen=True)
class Task:
    """What is to be done to which draft.

    Attributes
    ----------
    seed : tuple of int
        Of chance.
    move : str
        One of the moves, ``"begin"``, or ``"propose"`` for a first draft from proposals alone.
    parent : rows or None
        What is taken up.
    others : tuple of rows
        What may be spliced in.
    bare : tuple of (int, int)
        Where the parent lies under no good match, in ticks.
    goal : Kind or None
        Which kind it is to be, by the move ``"recast"``.
    favour : bool
        Whether the favourites of its seed are drawn more often than other samples.
    """

    seed: tuple[int, ...]
    move: str = "begin"
    parent: Rows | None = None
    others: tuple[Rows, ...] = ()
    bare: tuple[tuple[int, int], ...] = ()
    goal: Kind | None = None
    favour: bool = True


@dataclass(frozen=True)
class Draft:
    """A draft that meets the wishes, and what it is worth.

    Attributes
    ----------
    rows : rows
        Its notes.
    appraisal : Appraisal
        What the judge says.
    bare : tuple of (int, int)
        Where it lies under no good match, in ticks.
    move : str
        How it came about.
    tried : int
        Small changes that were weighed.
    """

    rows: Rows
    appraisal: Appraisal
    bare: tuple[tuple[int, int], ...]
    move: str
    tried: int


def develop(task: Task, appraiser: Appraiser, proposals: tuple[Proposals, ...]) -> Draft | None:
    """Carry out a task; None where it leads to no draft that meets the wishes."""
    ground = appraiser.ground
    rng = np.random.default_rng(task.seed)
    palette = palette_of(ground, task.seed[0]) if task.favour else None
    at = Situation(ground, rng, task.others, proposals, task.bare, palette, task.goal)
    if task.parent is None:
        rows: Rows | None = filled(at, proposed=task.move == "propose")
    else:
        rows = MOVES[task.move](task.parent, at)
    found = None if rows is None else _finished(rows, appraiser, rng, STEPS)
    for _ in range(REPAIRS):
        if found is None or not found[1].vetoed:
            break
        found = _mended(*found, appraiser, at)
    if found is None:
        return None
    rows, appraisal, tried = found
    return Draft(rows, appraisal, bare_of(ground, appraiser, rows), task.move, tried)


def bare_of(ground: Ground, appraiser: Appraiser, rows: Rows) -> tuple[tuple[int, int], ...]:
    """Return where a draft lies under no good match, in ticks."""
    cells = appraiser.coverage(appraiser.contenders(rows, 0.0))[0] == 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], cells.astype(np.int8), [0]])))
    ticks = edges.reshape(-1, 2) * ground.ticks_per_quarter // CELLS_A_QUARTER
    return tuple((int(begin), int(end)) for begin, end in ticks if end - begin >= ground.ticks_per_quarter)


def _finished(
    rows: Rows, appraiser: Appraiser, rng: np.random.Generator, steps: int
) -> tuple[Rows, Appraisal, int] | None:
    """Make a draft meet the wishes, loosen it from its models, and polish it."""
    made = conformed(appraiser.ground, rows, rng)
    made = None if made is None else loosened(appraiser, without_wide_leaps(appraiser.ground, made), rng)
    if made is None:
        return None
    done = polished(appraiser, made, int(rng.integers(2**63)), steps)
    return done.rows, appraiser.appraise(done.rows), done.tried


def _mended(
    rows: Rows, appraisal: Appraisal, tried: int, appraiser: Appraiser, at: Situation
) -> tuple[Rows, Appraisal, int] | None:
    """Write anew some of what is vetoed."""
    assert appraisal.vetoed is not None
    begin, end = (int(time * at.ground.ticks_per_quarter) for time in appraisal.vetoed)
    there = replace(at, bare=((max(begin, 0), min(end, at.ground.ticks)),))
    move = MENDING[int(at.rng.integers(len(MENDING)))]
    changed = MOVES[move](rows, there)
    if changed is None:
        return rows, appraisal, tried
    found = _finished(changed, appraiser, at.rng, STEPS // 4)
    return (rows, appraisal, tried) if found is None else (found[0], found[1], tried + found[2])
