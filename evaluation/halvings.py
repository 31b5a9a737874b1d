"""This file is where it is seen whether composing fools its own judge: what it made is judged by others.

Good samples are halved. What is composed by one half is judged by the other, and by a taste that was never used: once
with the example taste, whose samples are unrelated pieces; once with tunes of which each half has its own versions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from benchmarks.tables import Table
from evaluation import melodies
from evaluation.desks import example_taste
from evaluation.figures import FEWEST, with_interval
from evaluation.lines import Way, harvest, hill_climbing, markov_chain, random_search
from goldenear.composing.composer import EFFORT

PHRASES = 4

KNOWN = ("auld-lang-syne", "frere-jacques", "greensleeves", "ode-to-joy", "scarborough-fair")
"""Families whose tune is also a good sample of the example taste, and by what name it goes there."""
KNOWN_SAMPLES = ("auld-lang-syne", "brother-martin", "greensleeves", "ode-to-joy", "scarborough-fair")

WAYS: dict[str, Way] = {
    "random search": random_search,
    "hill climbing": hill_climbing,
    "Markov chain": markov_chain,
}
OURS, CONTROL = "**ge.Composer**", "control: the half's own samples"

ASKED = "asked: better than the baselines, the interval above 0"


class Opinion(NamedTuple):
    """What two judges say of phrases, on average: the greatest similarity to a good sample, and the score."""

    half_similarity: float
    half_score: float
    second_similarity: float
    second_score: float


class Split(NamedTuple):
    """What is composed by, what judges it, and what judges it that has nothing to do with either."""

    own: ge.Taste
    other: ge.Taste
    second: ge.Taste


def of_samples(seed: int) -> Split:
    """Halve the good samples of the example taste."""
    good = list(example_taste().good)
    order = np.random.default_rng(seed).permutation(len(good)).tolist()
    halves = order[: len(good) // 2], order[len(good) // 2 :]
    own, other = (_taste([good[i] for i in half]) for half in halves)
    return Split(own, other, _taste([m.notes for m in melodies.shipped() if m.family not in KNOWN]))


def of_versions(seed: int) -> Split:
    """Halve the versions of every tune that ships with the evaluation."""
    rng = np.random.default_rng(seed)
    own: list[ge.NoteArray] = []
    other: list[ge.NoteArray] = []
    every = melodies.shipped()
    for family in sorted({m.family for m in every}):
        mine = [m.notes for m in every if m.family == family]
        order = rng.permutation(len(mine)).tolist()
        own += [mine[i] for i in order[: len(mine) // 2]]
        other += [mine[i] for i in order[len(mine) // 2 :]]
    strangers = [
        sample for sample in example_taste().good if not any(known in sample.name for known in KNOWN_SAMPLES)
    ]
    return Split(_taste(own), _taste(other), _taste(strangers))


def _taste(good: Sequence[ge.NoteArray]) -> ge.Taste:
    """Return a taste of other good samples, and else like the example taste."""
    example = example_taste()
    return ge.Taste.of(good=good, bad=list(example.bad), settings=example.settings)


def opinions(seed: int, halved: Callable[[int], Split], quarters: int, effort: int) -> dict[str, Opinion]:
    """Compose by one half, in every way, each with the same processor time, and ask the others."""
    own, *judges = halved(seed)
    wishes = ge.Wishes(quarters=quarters)
    start = time.process_time()
    composer = ge.Composer(own, wishes, seed=seed)
    composer.run(effort)
    made = {OURS: [phrase.notes for phrase in composer.phrases(PHRASES)]}
    each = (time.process_time() - start) / PHRASES
    for name, way in WAYS.items():
        made[name] = [
            composer.ground.notes(
                harvest(way, own, wishes, PHRASES * seed + i, each, time.process_time).best[0].rows
            )
            for i in range(PHRASES)
        ]
    made[CONTROL] = list(own.good)
    return {name: _opinion(phrases, judges) for name, phrases in made.items()}


def _opinion(phrases: Sequence[ge.NoteArray], judges: Sequence[ge.Taste]) -> Opinion:
    """Ask judges of phrases."""
    said = []
    for judge in judges:
        verdicts = [judge.judge(x, backend="numba") for x in phrases]
        said += [[float(v.good.similarity.max()) for v in verdicts], [v.score for v in verdicts]]
    return Opinion(*(float(np.mean(values)) for values in said))


def tables(
    pool: ProcessPoolExecutor, seeds: Sequence[int], quarters: int, effort: int = EFFORT
) -> list[Table]:
    """Return what the others say, of ours and of every plain way, where samples are unrelated and where not."""
    unrelated = _table(pool, seeds, of_samples, quarters, effort)
    related = _table(pool, seeds[:FEWEST], of_versions, quarters, effort)
    unrelated.title += " of the example taste"
    unrelated.remarks.append(
        "The second taste: the tunes that ship with the evaluation, without those that are also in the example "
        "taste. The example taste is an anthology: how little its halves have in common the control says."
    )
    related.title += (
        f", {len(melodies.shipped())} tunes in {len({m.family for m in melodies.shipped()})} families"
    )
    related.remarks.append(
        "Each half has two of the four versions of every tune, so that the other half holds what the first is about, "
        "in other notes. The second taste: the good samples of the example taste that are no version of them."
    )
    return [unrelated, related]


def _table(
    pool: ProcessPoolExecutor,
    seeds: Sequence[int],
    halved: Callable[[int], Split],
    quarters: int,
    effort: int,
) -> Table:
    """Return what the others say where samples are halved in one way."""
    n = len(seeds)
    found = list(pool.map(opinions, seeds, [halved] * n, [quarters] * n, [effort] * n))
    made = Table(
        f"Not fooled by its own reward: {n} halvings",
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
            f"Phrases of {quarters} quarters. Likeness: the greatest similarity to a good sample. All judges have "
            f"the same bad samples. Ours: one run of {effort} drafts, its best {PHRASES}. The plain ways, each with "
            f"the processor time of ours: {PHRASES} runs of a quarter of it, the best of each by the first half. The "
            "control: the samples that were composed by, as they are. Means over phrases, then over halvings; in "
            f"brackets 95 % of resamples of whole halvings; {ASKED}.",
        ],
    )
    columns = {name: np.array([one[name] for one in found]) for name in (OURS, *WAYS, CONTROL)}
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
