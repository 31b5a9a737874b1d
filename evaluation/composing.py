"""This file is where composing is measured: beside plain ways at equal time, for variety, and by unknown judges."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import goldenear as ge
from benchmarks.tables import Table
from evaluation import filling, halvings, lines
from evaluation.desks import DESKS, desks, example_taste, made_ready, net_in
from evaluation.lines import Harvest, Way
from evaluation.options import Options
from evaluation.verbatim import longest_verbatim_run
from goldenear.composing.composer import EFFORT
from goldenear.composing.develop import Draft, Task
from goldenear.composing.search import Search
from goldenear.composing.windows import windows
from goldenear.match.background import shipped

QUARTERS = 32
SEEDS, HALVINGS = 20, 10
QUICK_SEEDS, QUICK_HALVINGS, QUICK_EFFORT = 2, 2, 16

SINGING_SEEDS = 6
"""The net is slow to sing, and what it finds differs little."""

ASKED = "asked: at most as alike among themselves as good samples are; no longer run and no nearer than is allowed"


@dataclass(frozen=True)
class Composed:
    """A phrase of ours, and how it came about.

    Attributes
    ----------
    phrase : Phrase
        The best.
    seconds, first_good : float
        By the clock, on two cores: in all, and until a draft was good.
    weighed : int
        Drafts, and small changes of them.
    """

    phrase: ge.Phrase
    seconds: float
    first_good: float
    weighed: int


class Counting:
    """A search that goes on as it is, and counts what is weighed."""

    def __init__(self, search: Search) -> None:
        self._search, self.weighed = search, 0

    def ask(self, n: int) -> list[Task]:
        return self._search.ask(n)

    def tell(self, tasks: Sequence[Task], drafts: Sequence[Draft | None]) -> None:
        self.weighed += sum(1 + draft.tried for draft in drafts if draft is not None)
        self._search.tell(tasks, drafts)

    def drafts(self) -> list[Draft]:
        return self._search.drafts()


def tables(options: Options) -> list[Table]:
    """Return the tables of composing; the example taste is all that they need."""
    quick = options.quick
    seeds, effort = range(QUICK_SEEDS if quick else SEEDS), QUICK_EFFORT if quick else EFFORT
    made_ready()
    ours = [composed(seed, effort) for seed in seeds]
    with desks() as pool, TemporaryDirectory() as folder:
        net = Path(folder) / "net.safetensors"
        learned = pool.submit(_learned, net, quick)
        filled = filling.table(pool, seeds, QUARTERS, effort)
        heard = learned.result()
        beside = _beside(pool, ours, net, heard)
        fooled = halvings.tables(
            pool, range(QUICK_HALVINGS if quick else HALVINGS), QUARTERS, options, effort
        )
    return [beside, _variety([one.phrase for one in ours]), filled, *fooled]


def composed(seed: int, effort: int) -> Composed:
    """Compose by the clock."""
    start, first = time.perf_counter(), float("inf")

    def watch(progress: ge.Progress) -> None:
        nonlocal first
        if progress.kept:
            first = min(first, time.perf_counter() - start)

    composer = ge.Composer(example_taste(), ge.Wishes(quarters=QUARTERS), seed=seed)
    counting = Counting(composer.search)
    composer.search = counting
    composer.run(effort, threads=DESKS, progress=watch)
    phrase = composer.phrases()[0]
    return Composed(phrase, time.perf_counter() - start, first, counting.weighed)


def _learned(path: Path, quick: bool) -> str:
    """Train a net, save it, and say what it has learned."""
    start = time.perf_counter()
    net = ge.MelodyLSTM.trained(shipped(), epochs=1 if quick else 50)
    net = net.tuned(example_taste().good, epochs=1 if quick else 10)
    net.save(path)
    return f"{time.perf_counter() - start:.0f} s"


def _way(name: str, net: Path) -> Way:
    """Return a way by its name: what goes to another process must be small."""
    ways = {
        "random search": lines.random_search,
        "hill climbing": lines.hill_climbing,
        "Markov chain": lines.markov_chain,
    }
    return ways[name] if name in ways else lines.proposed(net_in(net))


def _gone(name: str, net: Path, seed: int, seconds: float) -> Harvest:
    """Go a way by the clock, on one core."""
    way = _way(name, net)
    return lines.harvest(way, example_taste(), ge.Wishes(quarters=QUARTERS), seed, seconds, time.perf_counter)


def _beside(pool: ProcessPoolExecutor, ours: Sequence[Composed], net: Path, heard: str) -> Table:
    """Return ours beside the plain ways, at equal time."""
    seconds, usual = max(one.seconds for one in ours), statistics.median(one.seconds for one in ours)
    table = Table(
        f"Composing at equal time: phrases of {QUARTERS} quarters, one voice (the example taste)",
        [
            "way",
            "good, no window vetoed, no copy",
            "score, median",
            "verdict's score, median",
            "seconds to the first good, median",
            "judged, median",
        ],
        remarks=[
            f"{len(ours)} seeds ({min(SINGING_SEEDS, len(ours))} of the LSTM). Ours took {usual:.1f} s on {DESKS} "
            f"threads (median), {seconds:.1f} s at most; every other way had {seconds:.1f} s on {DESKS} cores, in "
            f"{DESKS} runs of which the better counts. One rule for all: judged good, no window vetoed, no "
            "more alike to a good sample than .9, at most 8 notes on end as in one; a line's windows are only judged "
            "where the whole is good. Score: the share under good matches, by strength, 0 where the line is not "
            "good; the verdict's: of the best line. Judged: of ours drafts and small changes that were weighed, "
            "else whole lines. Random search: random pitches in the lengths of the good samples' notes. Hill "
            "climbing: one note repitched, split or joined, wherever `taste.judge(x).score` does not fall. The chain "
            "and the LSTM: what they propose, made to meet the wishes. The LSTM's learning "
            f"({heard} on one core) is not counted.",
        ],
    )
    rows = [
        (phrase.appraisal.good, phrase.appraisal.score, phrase.verdict.score, one.first_good, one.weighed)
        for one in ours
        for phrase in (one.phrase,)
    ]
    table.rows.append(["**ge.compose**", *_cells(rows)])
    for name, seeds in (
        ("random search", len(ours)),
        ("hill climbing", len(ours)),
        ("Markov chain", len(ours)),
        ("LSTM alone", min(SINGING_SEEDS, len(ours))),
    ):
        go = partial(_gone, name, net, seconds=seconds)
        found = [
            lines.together(list(pool.map(go, range(DESKS * seed, DESKS * (seed + 1)))))
            for seed in range(seeds)
        ]
        rows = [
            (one.best[0].good, one.best[0].score, one.best[0].verdict_score, one.first_good, one.judged)
            for one in found
        ]
        table.rows.append([name, *_cells(rows)])
    return table


def _cells(rows: Sequence[tuple[bool, float, float, float, int]]) -> list[str]:
    """Return the share that is good, and medians."""
    good, score, verdict, first, judged = zip(*rows, strict=True)
    never = np.isinf(statistics.median_high(first))
    return [
        f"{sum(good)} of {len(good)}",
        f"{statistics.median(score):.3f}",
        f"{statistics.median(verdict):.3f}",
        "never" if never else f"{statistics.median_high(first):.2f}",
        f"{statistics.median_high(judged):,}",
    ]


def _variety(phrases: Sequence[ge.Phrase]) -> Table:
    """Return how different our phrases are from one another, and from the good samples."""
    taste = example_taste()
    wishes = phrases[0].ground.wishes
    recipe = taste.settings.recipe
    stretches = {alteration.stretch for alteration in recipe.alterations}
    runs = [longest_verbatim_run(p.notes, taste.good, stretches) for p in phrases]
    near = [float(ge.rank(p.notes, taste.good, k=1).similarity[0]) for p in phrases]
    vetoed = [
        sum(_is_vetoed(taste, window) for *_, window in windows(p.notes, 0, wishes.length)) for p in phrases
    ]
    table = Table(
        f"Variety of {len(phrases)} phrases",
        ["what", "phrases", "to be held against"],
        remarks=[
            f"Similarity by the taste's recipe, all ordered pairs. Runs are counted anew, the plain way. {ASKED}."
        ],
    )
    among = [likeness_among([p.notes for p in phrases], recipe), likeness_among(list(taste.good), recipe)]
    table.rows += [
        ["mean similarity of pairs; of good samples", *(f"{value:.3f}" for value in among)],
        [
            "longest run of notes as in one good sample; the most allowed",
            str(max(runs)),
            str(wishes.longest_run),
        ],
        ["greatest similarity to a good sample; the ceiling", f"{max(near):.4f}", f"{wishes.ceiling:g}"],
        ["windows that are vetoed, judged one by one; allowed", str(sum(vetoed)), "0"],
    ]
    return table


def likeness_among(music: Sequence[ge.NoteArray], recipe: ge.Recipe) -> float:
    """Return how alike two of the same music are, on average over all ordered pairs."""
    found = []
    for i, x in enumerate(music):
        others = ge.prepare([y for j, y in enumerate(music) if j != i], recipe)
        found.append(float(ge.rank(x, others, backend="numba").similarity.mean()))
    return statistics.mean(found)


def _is_vetoed(taste: ge.Taste, x: ge.NoteArray) -> bool:
    """Tell whether anything bad is found in X."""
    return taste.judge(x, backend="numba").outcome == "bad"
