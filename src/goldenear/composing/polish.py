"""This file is where a draft is loosened from its models, and polished by thousands of small changes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from goldenear.composing.appraise import Appraiser, cells_of
from goldenear.composing.conform import may_sound
from goldenear.composing.contenders import Contenders
from goldenear.composing.ground import Ground, Rows
from goldenear.composing.rows import Edges
from goldenear.match.score import least_of_one

SLACK = 0.5
"""By which share of what is asked of it changes may lift the struck layer before the contenders are listed anew."""

MOST_SLACK = 4.0

HEAT = (0.004, 0.0003)
"""The temperature at the beginning and at the end."""

ROOM = 64
"""Notes that a draft may grow by while it is polished."""

TRIES = 80


def loosened(appraiser: Appraiser, rows: Rows, rng: np.random.Generator) -> Rows | None:
    """Change notes here and there until no verbatim run is too long; None where that fails."""
    ground = appraiser.ground
    for _ in range(TRIES):
        run = appraiser.runs(rows)
        if run.max(initial=0) <= ground.wishes.longest_run:
            return rows
        long = np.flatnonzero(run == run.max())
        i = int(long[len(long) // 2 + int(rng.integers(-1, 2)) * (len(long) > 4)])
        changed = _nudged(ground, rows, i, rng)
        if changed is not None:
            rows = changed
    return None


def _nudged(ground: Ground, rows: Rows, i: int, rng: np.random.Generator) -> Rows | None:
    """Move one note to a pitch near it, or split it in two; None where that may not stand."""
    pitch, onset, offset, voice, _ = rows[i].tolist()
    lowest, highest = ground.voices[voice, :2].tolist()
    steps = [up for up in (-4, -3, -2, -1, 1, 2, 3, 4) if lowest <= pitch + up <= highest]
    steps = [up for up in steps if may_sound(ground, pitch + up, onset, offset)]
    if not steps:
        return None
    changed = rows.copy()
    changed[i, 0] += int(rng.choice(steps))
    return changed if _apart(changed, i) else None


def _apart(rows: Rows, i: int) -> bool:
    """Tell whether no other note sounds the pitch of note i with it."""
    same = (rows[:, 0] == rows[i, 0]) & (rows[:, 1] < rows[i, 2]) & (rows[i, 1] < rows[:, 2])
    return int(same.sum()) == 1


class Polished(NamedTuple):
    """A draft after a run of small changes.

    Attributes
    ----------
    rows : rows
        The best draft that was met.
    score : float
        As it is appraised, before its windows are judged.
    tried : int
        How many changes were weighed.
    """

    rows: Rows
    score: float
    tried: int


def polished(
    appraiser: Appraiser, rows: Rows, seed: int, steps: int, *, heat: tuple[float, float] = HEAT
) -> Polished:
    """Anneal a draft by so many small changes.

    Parameters
    ----------
    appraiser : Appraiser
        Of the ground.
    rows : rows
        A draft that meets the wishes; what comes back does, too.
    seed : int
        Of chance.
    steps : int
        How many changes are drawn.
    heat : (float, float)
        From which temperature to which: what a draft may lose in score by a change.
    """
    from goldenear.composing.engines.placed import COMING
    from goldenear.composing.engines.polish import (
        DONE,
        LARGE,
        LEFT_OFF,
        NOTES_BEFORE,
        STEPS,
        TRIED,
        USED,
        polish,
    )

    ground = appraiser.ground
    notes = np.zeros((len(rows) + ROOM, 5), np.int64)
    notes[: len(rows)] = rows
    n, done, tried, used = len(rows), 0, 0, 0
    before, told = np.zeros_like(notes), np.zeros(5, np.int64)
    state = np.array([seed], np.uint64)
    weights = np.cumsum(_weights(ground))
    asked = np.array([ground.ceiling, ground.wishes.share])
    span = np.array([0, ground.ticks, ground.units[0]], np.int64)
    cells, lent = np.zeros(ground.cells), np.zeros(len(ground.taste.good))
    wanted = slack(appraiser)
    room = int(max(ground.ticks, rows[:, 2].max(initial=0))) + appraiser.field.stroke + 1

    def run(found: Contenders, edges: Edges, begin: int) -> tuple[int, float, float]:
        counts = np.bincount(notes[:n, 3][notes[:n, 3] >= 0], minlength=len(ground.voices)).astype(np.int64)
        result: tuple[int, float, float] = polish(
            notes, n, found.pairs.columns, found.pairs.numbers, found.pairs.rows, found.pairs.strokes, found.placed,
            found.quarters, appraiser.field.stroke, edges,
            np.maximum(found.pairs.sample - ground.bad, -1), ground.asked[found.pairs.sample], lent,
            cells_of(ground, found), cells, asked,
            ground.voices, counts, ground.scale, ground.steps_per_octave, ground.units, span, ground.known,
            ground.starts, ground.factors, ground.wishes.longest_run, weights, np.array([*heat, begin, steps]),
            int(COMING * found.slack * ground.ticks_per_quarter) - used, state, before, told,
        )  # fmt: skip
        return result

    def listed() -> tuple[Contenders, Edges]:
        found = appraiser.contenders(notes[:n], wanted)
        return found, grown_to(found.edges, room)

    found, edges = listed()
    _, score, _ = run(found, edges, steps)
    best, highest = notes[:n].copy(), score
    while done < steps:
        n, score, needed = run(found, edges, done)
        done, tried = done + int(told[STEPS]), tried + int(told[TRIED])
        left_off, old, spent = int(told[LEFT_OFF]), int(told[NOTES_BEFORE]), used + int(told[USED])
        if left_off == LARGE:
            grown, used = listed(), 0
            _, score, _ = run(*grown, steps)
            if score < needed:
                # What was listed before is still true to the draft as it was.
                n, used = old, spent
                notes[:n] = before[:n]
                continue
            found, edges = grown
        elif left_off != DONE:
            (found, edges), used = listed(), 0
        if score > highest:
            best, highest = notes[:n].copy(), score
    return Polished(best, highest, tried)


def grown_to(edges: Edges, ticks: int) -> Edges:
    """Return a copy of counted edges, with room for so many ticks from 0 on at least."""
    counts = np.zeros(max(ticks + edges.zero, len(edges.counts)), np.int64)
    counts[: len(edges.counts)] = edges.counts
    return Edges(counts, edges.zero)


def slack(appraiser: Appraiser) -> float:
    """Return how many quarters of strokes may change before contenders are listed anew.

    More slack lists more contenders, and most of a short sample's placements are such if there is much of it.
    """
    least = float(least_of_one(float(appraiser.ground.asked.min()), appraiser.field.quarters))
    return min(SLACK * least / appraiser.field.steepest, MOST_SLACK)


def _weights(ground: Ground) -> list[float]:
    """Return how often each small move is tried; under a given rhythm none that changes time."""
    in_time = 0.0 if ground.slots is not None else 1.0
    return [4.0, 1.0, in_time, in_time, in_time, 0.5 * in_time, 0.5 * in_time, in_time]
