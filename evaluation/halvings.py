"""This file is where it is seen whether composing fools its own judge: what it made is judged by others.

Good samples are halved. What is composed by one half is judged by the other, and by a taste that was never used.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from benchmarks.tables import Table
from evaluation import melodies
from evaluation.desks import example_taste
from evaluation.figures import with_interval
from evaluation.lines import Way, harvest, hill_climbing, markov_chain, random_search
from goldenear.composing.composer import EFFORT

PHRASES = 4

KNOWN = ("auld-lang-syne", "frere-jacques", "greensleeves", "ode-to-joy", "scarborough-fair")
"""Families whose tune is also a good sample of the example taste: left out of the second taste."""

WAYS: dict[str, Way] = {
    "random search": random_search,
    "hill climbing": hill_climbing,
    "Markov chain": markov_chain,
}
OURS = "**ge.Composer**"

ASKED = "asked: better than the baselines, the interval above 0"


class Opinion(NamedTuple):
    """What two judges say of phrases, on average: the greatest similarity to a good sample, and the score."""

    half_similarity: float
    half_score: float
    second_similarity: float
    second_score: float


def halves(n: int, seed: int) -> tuple[list[int], list[int]]:
    """Return a random halving of n samples."""
    order = np.random.default_rng(seed).permutation(n).tolist()
    return order[: n // 2], order[n // 2 :]


def second_taste() -> ge.Taste:
    """Return a taste that nothing was composed by: other tunes as good samples, the same bad ones."""
    taste = example_taste()
    good = [m.notes for m in melodies.shipped() if m.family not in KNOWN]
    return ge.Taste.of(good=good, bad=list(taste.bad), settings=taste.settings)


def opinions(seed: int, quarters: int, effort: int) -> dict[str, Opinion]:
    """Compose by one half, in every way, each with the same processor time, and ask the others."""
    taste = example_taste()
    own, other = (
        ge.Taste.of(good=[taste.good[i] for i in half], bad=list(taste.bad), settings=taste.settings)
        for half in halves(len(taste.good), seed)
    )
    judges = other, second_taste()
    wishes = ge.Wishes(quarters=quarters)
    start = time.process_time()
    composer = ge.Composer(own, wishes, seed=seed)
    composer.run(effort)
    made = {OURS: [phrase.notes for phrase in composer.phrases(PHRASES)]}
    seconds = time.process_time() - start
    for name, way in WAYS.items():
        made[name] = [
            composer.ground.notes(
                harvest(way, own, wishes, PHRASES * seed + i, seconds / PHRASES, time.process_time)
                .best[0]
                .rows
            )
            for i in range(PHRASES)
        ]
    return {name: _opinion(phrases, judges) for name, phrases in made.items()}


def _opinion(phrases: Sequence[ge.NoteArray], judges: Sequence[ge.Taste]) -> Opinion:
    """Ask judges of phrases."""
    said = []
    for judge in judges:
        verdicts = [judge.judge(x, backend="numba") for x in phrases]
        said += [[float(v.good.similarity.max()) for v in verdicts], [v.score for v in verdicts]]
    return Opinion(*(float(np.mean(values)) for values in said))


def table(pool: ProcessPoolExecutor, seeds: Sequence[int], quarters: int, effort: int = EFFORT) -> Table:
    """Return what the others say, of ours and of every plain way."""
    found = list(pool.map(opinions, seeds, [quarters] * len(seeds), [effort] * len(seeds)))
    made = Table(
        f"Not fooled by its own reward: {len(seeds)} halvings of the good samples, {PHRASES} phrases of {quarters} "
        "quarters each",
        [
            "composed by one half",
            "likeness to the other half",
            "ours is more alike by",
            "its score",
            "ours scores more by",
            "likeness to a second taste",
            "ours is more alike by",
            "its score",
            "ours scores more by",
        ],
        remarks=[
            "Likeness: the greatest similarity to a good sample. The other half judges with the same bad samples; so "
            f"does the second taste, whose good samples are the {len(second_taste().good)} tunes that ship with the "
            "evaluation, without those that are also in the example taste. Ours: one run of the default effort, its "
            f"best {PHRASES}. The plain ways, each with the processor time of ours: {PHRASES} runs of a quarter of "
            "it, the best of each by the first half. Means over phrases, then over halvings; in brackets 95 % of "
            f"resamples of whole halvings; {ASKED}.",
        ],
    )
    columns = {name: np.array([one[name] for one in found]) for name in (OURS, *WAYS)}
    for name, values in columns.items():
        made.rows.append([name, *_cells(values, columns[OURS], seeds, ours=name == OURS)])
    return made


def _cells(
    values: NDArray[np.float64], own: NDArray[np.float64], seeds: Sequence[int], *, ours: bool
) -> list[str]:
    """Return each figure, and by how much ours exceeds it."""
    cells = []
    for column in range(values.shape[1]):
        cells.append(f"{values[:, column].mean():.3f}")
        cells.append("" if ours else str(with_interval(own[:, column] - values[:, column], seeds)))
    return cells
