"""This file is where it is told of which kind a draft is, and where a draft is recast as one of another."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from goldenear.composing.ground import Ground, Rows
from goldenear.composing.style import manner

Kind = tuple[int, int]
"""How dense a draft is, and how far it leaps."""

DENSITIES = (0.75, 1.25, 1.75, 2.5)
"""Notes a quarter and voice between which kinds differ."""

LEAPS = (1.75, 2.5, 3.5)
"""Mean size of a melodic interval, in steps, between which kinds differ."""

CHANGES = 400
"""Notes that are changed, at most, to recast a draft as another kind."""

A_BAR = 12
"""After so many of them, another bar is given up to them."""


def kind_of(ground: Ground, rows: Rows) -> Kind:
    """Return which kind a draft is of."""
    own = ground.own(rows)
    quarters = ground.ticks / ground.ticks_per_quarter * len(ground.voices)
    leaps = [np.abs(np.diff(own[own[:, 3] == voice, 0])) for voice in range(len(ground.voices))]
    every = np.concatenate(leaps) if leaps else np.zeros(0)
    leap = float(every.mean()) if len(every) else 0.0
    return _kind(len(own) / quarters, leap)


def _kind(density: float, leap: float) -> Kind:
    """Return the kind of so many notes a quarter, and so large a mean interval."""
    return int(np.searchsorted(DENSITIES, density)), int(np.searchsorted(LEAPS, leap))


def usual_kind(ground: Ground) -> Kind:
    """Return of which kind the highest lines of the good samples mostly are."""
    lines = manner(ground.taste.good, ground.ticks_per_quarter)
    if not len(lines.density):
        return 0, 0
    return _kind(float(np.median(lines.density)), float(np.median(lines.leap)))


def gaps(ground: Ground, kept: Collection[Kind]) -> list[Kind]:
    """Return the kinds beside those that are kept of which there is none yet, and which the wishes allow."""
    quarters = ground.ticks / ground.ticks_per_quarter * len(ground.voices)
    fewest, most = (int(column.sum()) for column in ground.voices[:, 2:].T)
    if ground.slots is not None:
        fewest = most = len(ground.slots) * len(ground.voices)
    sparsest, densest = (int(np.searchsorted(DENSITIES, n / quarters)) for n in (fewest, most))
    return [
        (dense, leaps)
        for dense in range(sparsest, densest + 1)
        for leaps in range(len(LEAPS) + 1)
        if (dense, leaps) not in kept and beside((dense, leaps), kept)
    ]


def beside(kind: Kind, kept: Collection[Kind]) -> list[Kind]:
    """Return the kept kinds beside a kind."""
    dense, leaps = kind
    return [
        k
        for k in ((dense - 1, leaps), (dense, leaps - 1), (dense, leaps + 1), (dense + 1, leaps))
        if k in kept
    ]


def recast(
    ground: Ground, rows: Rows, goal: Kind, bare: Collection[tuple[int, int]], rng: np.random.Generator
) -> Rows | None:
    """Divide notes or join them, draw them together or apart, until a draft is of another kind; None if that fails.

    What lies under no good match is changed first, then bar after bar of the rest, so that some matches are left.
    """
    bars = rng.permutation(-(-ground.ticks // ground.bar)).tolist()
    zone = list(bare)
    for change in range(CHANGES):
        dense, leaps = kind_of(ground, rows)
        if (dense, leaps) == goal:
            return rows
        if not zone or (bars and change % A_BAR == A_BAR - 1):
            begin = bars.pop() * ground.bar
            zone.append((begin, begin + ground.bar))
        free = np.flatnonzero((rows[:, 4] == 0) & (rows[:, 3] >= 0) & _inside(rows, zone))
        if not len(free):
            continue
        i = int(rng.choice(free))
        if dense != goal[0]:
            rows = divided(ground, rows, i, rng) if dense < goal[0] else joined(rows, i)
        else:
            rows = drawn_together(rows, i) if leaps > goal[1] else drawn_apart(rows, i, rng)
    return None


def _inside(rows: Rows, zone: Collection[tuple[int, int]]) -> NDArray[np.bool_]:
    """Tell which notes begin in a zone."""
    inside = np.zeros(len(rows), np.bool_)
    for begin, end in zone:
        inside |= (rows[:, 1] >= begin) & (rows[:, 1] < end)
    return inside


def divided(ground: Ground, rows: Rows, i: int, rng: np.random.Generator) -> Rows:
    """Divide a note in two, the second of which leads to the next: a passing tone, or a neighbour."""
    pitch, onset, offset = rows[i, :3].tolist()
    unit = int(ground.units[0])
    half = (offset - onset) // 2 // unit * unit
    if half < unit:
        return rows
    follows = i + 1 < len(rows) and rows[i + 1, 3] == rows[i, 3]
    interval = int(rows[i + 1, 0]) - pitch if follows else 0
    step = int(np.fix(interval / 2)) if abs(interval) > 1 else int(rng.choice([-2, -1, 1, 2]))
    changed = np.insert(rows, i + 1, rows[i], axis=0)
    changed[i, 2] = changed[i + 1, 1] = onset + half
    changed[i + 1, 0] = pitch + step
    return changed


def joined(rows: Rows, i: int) -> Rows:
    """Let a note go, and the one before it sound on."""
    if not i or rows[i - 1, 3] != rows[i, 3] or rows[i - 1, 4]:
        return rows
    changed = rows.copy()
    changed[i - 1, 2] = changed[i, 2]
    return np.delete(changed, i, axis=0)


def drawn_together(rows: Rows, i: int) -> Rows:
    """Move a note to between those around it."""
    around = _around(rows, i)
    if not around:
        return rows
    changed = rows.copy()
    changed[i, 0] = np.clip(changed[i, 0], min(around), max(around))
    if changed[i, 0] == rows[i, 0]:
        # It lies between them already: it repeats the one before.
        changed[i, 0] = around[0]
    return changed


def drawn_apart(rows: Rows, i: int, rng: np.random.Generator) -> Rows:
    """Move a note away from those around it."""
    around = _around(rows, i)
    away = int(np.sign(rows[i, 0] - np.mean(around))) if around else 0
    changed = rows.copy()
    changed[i, 0] += (away or int(rng.choice([-1, 1]))) * int(rng.integers(2, 6))
    return changed


def _around(rows: Rows, i: int) -> list[int]:
    """Return the pitches before and after a note in its voice."""
    near = [j for j in (i - 1, i + 1) if 0 <= j < len(rows) and rows[j, 3] == rows[i, 3]]
    return [int(rows[j, 0]) for j in near]
