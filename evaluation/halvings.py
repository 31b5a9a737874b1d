"""This file is where it is seen whether composing fools its own judge: what it made is judged by others.

Good samples are halved. What is composed by one half is judged by the other, and by tastes that were never used: once
with the example taste, whose samples are unrelated pieces; then with melodies of which each has its own versions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from benchmarks.tables import Table
from evaluation import melodies
from evaluation.desks import example_taste
from evaluation.errors import NotHere
from evaluation.figures import with_interval
from evaluation.lines import Way, harvest, hill_climbing, markov_chain, random_search
from evaluation.melodies import Melody
from evaluation.options import Options
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

HALF, SECOND, STRANGE = "the other half", "the second taste", "a strange taste"

STRANGERS = (
    "The strange taste: the good samples of the example taste, without those of which a version is here. What a "
    "judge can tell at all, the control says."
)

ASKED = "asked: better than the baselines, the interval above 0"


class Opinion(NamedTuple):
    """What a judge says of phrases, on average: the greatest similarity to a good sample, and the score."""

    similarity: float
    score: float


class Split(NamedTuple):
    """What is composed by, and what judges it, by name."""

    own: ge.Taste
    judges: dict[str, ge.Taste]


def of_samples(seed: int) -> Split:
    """Halve the good samples of the example taste."""
    good = list(example_taste().good)
    order = np.random.default_rng(seed).permutation(len(good)).tolist()
    halves = order[: len(good) // 2], order[len(good) // 2 :]
    own, other = (_taste([good[i] for i in half]) for half in halves)
    second = _taste([m.notes for m in melodies.shipped() if m.family not in KNOWN])
    return Split(own, {HALF: other, SECOND: second})


def of_tunes(seed: int) -> Split:
    """Halve the versions of every tune that ships with the evaluation."""
    own, other = _versions(melodies.shipped(), (2, 2), seed)
    return Split(_taste(own), {HALF: _taste(other), STRANGE: _taste(_strangers())})


def of_songs(data: Path, seed: int) -> Split:
    """Of every family of Dutch songs draw versions for each half, and for a second taste.

    Raises
    ------
    NotHere
        If they are not in the data.
    """
    own, *judges = (_taste(part) for part in _versions(melodies.dutch(Options(data)), (3, 3, 3), seed))
    return Split(own, dict(zip((HALF, SECOND, STRANGE), [*judges, _taste(_strangers())], strict=True)))


def _versions(every: Sequence[Melody], counts: Sequence[int], seed: int) -> list[list[ge.NoteArray]]:
    """Draw so many versions of each family for each part, none for two of them."""
    rng = np.random.default_rng(seed)
    parts: list[list[ge.NoteArray]] = [[] for _ in counts]
    for family in sorted({m.family for m in every}):
        mine = [m.notes for m in every if m.family == family]
        drawn = iter(rng.permutation(len(mine)).tolist())
        for part, count in zip(parts, counts, strict=True):
            part += [mine[next(drawn)] for _ in range(count)]
    return parts


def _strangers() -> list[ge.NoteArray]:
    """Return the good samples of the example taste that are no version of what ships with the evaluation."""
    good = example_taste().good
    return [sample for sample in good if not any(known in sample.name for known in KNOWN_SAMPLES)]


def _taste(good: Sequence[ge.NoteArray]) -> ge.Taste:
    """Return a taste of other good samples, and else like the example taste."""
    example = example_taste()
    return ge.Taste.of(good=good, bad=list(example.bad), settings=example.settings)


def opinions(
    seed: int, halved: Callable[[int], Split], quarters: int, effort: int
) -> dict[str, dict[str, Opinion]]:
    """Compose by one half, in every way, each with the same processor time, and ask the others."""
    own, judges = halved(seed)
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
    return {
        judge: {name: _opinion(phrases, taste) for name, phrases in made.items()}
        for judge, taste in judges.items()
    }


def _opinion(phrases: Sequence[ge.NoteArray], judge: ge.Taste) -> Opinion:
    """Ask a judge of phrases."""
    verdicts = [judge.judge(x, backend="numba") for x in phrases]
    similarity, score = [float(v.good.similarity.max()) for v in verdicts], [v.score for v in verdicts]
    return Opinion(float(np.mean(similarity)), float(np.mean(score)))


def tables(
    pool: ProcessPoolExecutor, seeds: Sequence[int], quarters: int, options: Options, effort: int = EFFORT
) -> list[Table]:
    """Return what the others say, of ours and of every plain way, where samples are unrelated and where not."""
    unrelated = _table(pool, seeds, of_samples, quarters, effort)
    related = _table(pool, seeds, of_tunes, quarters, effort)
    unrelated.title += " of the example taste"
    unrelated.remarks.append(
        "The second taste: the tunes that ship with the evaluation, without those that are also in the example "
        "taste. The example taste is an anthology: its halves have nothing in common, as the control says, and so "
        "nothing can be told by them."
    )
    related.title += (
        f", {len(melodies.shipped())} tunes in {len({m.family for m in melodies.shipped()})} families"
    )
    related.remarks.append(
        "Each half has two of the four versions of every tune, so that the other half holds what the first is about, "
        f"in other notes. {STRANGERS}"
    )
    made = [unrelated, related]
    try:
        melodies.dutch(options)
    except NotHere as reason:
        related.remarks.append(f"The same with songs of the oral tradition is left out: {reason}.")
        return made
    assert options.data is not None
    sung = _table(pool, seeds, partial(of_songs, options.data), quarters, effort)
    sung.title += ", Dutch songs (MTC-ANN)"
    sung.remarks.append(
        "Three versions of every family for each half, and three others for the second taste, which no phrase was "
        f"composed by or chosen by. That support counts was decided on this music. {STRANGERS}"
    )
    return [*made, sung]


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
            "judged by: composed by one half",
            "likeness",
            "ours is more alike by",
            "score",
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
    for judge in found[0]:
        columns = {name: np.array([one[judge][name] for one in found]) for name in (OURS, *WAYS, CONTROL)}
        for name, values in columns.items():
            made.rows.append([f"{judge}: {name}", *_cells(values, columns[OURS], seeds, ours=name == OURS)])
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
