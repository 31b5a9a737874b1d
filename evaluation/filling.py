"""This file is where it is seen how much of its reachable archive one run of composing fills."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np

import goldenear as ge
from benchmarks.tables import Table
from evaluation.desks import example_taste
from goldenear.composing.composer import EFFORT
from goldenear.composing.kinds import DENSITIES, LEAPS, Kind

MORE = 4
"""Times the default effort, to see what is reachable."""

REACHED_BY = 2
"""Seeds that must have filled a kind for it to be reachable."""

ASKED = "asked: one run fills at least 80 % of what is reachable"


class Filled(NamedTuple):
    """Which kinds one seed has filled: with the default effort, and with more."""

    default: frozenset[Kind]
    more: frozenset[Kind]


def filled(seed: int, quarters: int, effort: int) -> Filled:
    """Compose on one seed, and on, and see which kinds are kept."""
    composer = ge.Composer(example_taste(), ge.Wishes(quarters=quarters), seed=seed)
    composer.run(effort)
    default = frozenset(composer.search.kept)  # type: ignore[attr-defined]
    composer.run(MORE * effort)
    return Filled(default, frozenset(composer.search.kept))  # type: ignore[attr-defined]


def table(pool: ProcessPoolExecutor, seeds: Sequence[int], quarters: int, effort: int = EFFORT) -> Table:
    """Return the table of kinds, and how many of the seeds filled each."""
    every = list(pool.map(filled, seeds, [quarters] * len(seeds), [effort] * len(seeds)))
    default = Counter(kind for one in every for kind in one.default)
    more = Counter(kind for one in every for kind in one.more)
    reachable = {kind for kind, times in more.items() if times >= REACHED_BY}
    shares = [
        float(np.mean([len(kinds & reachable) / max(len(reachable), 1) for kinds in column]))
        for column in zip(*every, strict=True)
    ]
    made = Table(
        f"The archive's filling: {len(seeds)} runs, phrases of {quarters} quarters",
        [
            "notes a quarter, mean interval",
            f"filled by, {effort} drafts",
            f"filled by, {MORE * effort} drafts",
        ],
        remarks=[
            f"Reachable: filled by at least {REACHED_BY} of the {len(seeds)} seeds with {MORE} times the effort: "
            f"{len(reachable)} of {(len(DENSITIES) + 1) * (len(LEAPS) + 1)} kinds. Of these one run fills, on "
            f"average, {shares[0]:.0%} with the default effort, and {shares[1]:.0%} with {MORE} times as much; "
            f"{ASKED}. The cells below the share of filled ones are numbers of seeds.",
        ],
    )
    made.rows.append(["**share of the reachable that one run fills**", *(f"{share:.3f}" for share in shares)])
    for dense in range(len(DENSITIES) + 1):
        for leaps in range(len(LEAPS) + 1):
            kind = dense, leaps
            name = f"{_between(DENSITIES, dense)} notes, {_between(LEAPS, leaps)} steps"
            made.rows.append([name, str(default[kind]), str(more[kind])])
    return made


def _between(borders: Sequence[float], place: int) -> str:
    """Return between which borders a place lies."""
    if place == 0:
        return f"up to {borders[0]:g}"
    return (
        f"over {borders[-1]:g}" if place == len(borders) else f"{borders[place - 1]:g} to {borders[place]:g}"
    )
