"""This file is where whole tastes are judged: good, bad and unknown families, with thresholds set by chance alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

import goldenear as ge
from benchmarks.tables import Table
from evaluation import melodies
from evaluation.figures import with_interval
from evaluation.melodies import Melody
from evaluation.options import Options
from goldenear.taste.calibrate import calibrate

SPLITS, QUICK = 40, 2
"""Seeded draws of who is good, bad and unknown."""

GOOD, BAD = 4, 4
"""Families of each kind; the others are unknown."""

SAMPLES = 3
"""Of each family."""

RATE = 0.01

ASKED = "asked: balanced .90; veto .88; fresh .7 % to 1.3 %; other families at most 1.5 %"


@dataclass(frozen=True)
class Split:
    """Who is what in one draw."""

    good: list[Melody]
    bad: list[Melody]
    asked: list[tuple[Melody, str]]
    """What is judged, and what it should be judged to be."""
    background: list[ge.NoteArray]
    fresh: list[ge.NoteArray]
    """Music like the background."""


def tables(options: Options) -> list[Table]:
    """Return the table of verdicts on the Dutch folk songs."""
    n = QUICK if options.quick else SPLITS
    dutch, british = melodies.dutch(options), melodies.british(options, 200 if options.quick else 2_000)
    splits = [drawn(dutch, british, seed) for seed in range(n)]
    table = Table(
        f"Verdicts: {GOOD} good, {BAD} bad and the other families of {len({m.family for m in dutch})} "
        "(MTC-ANN, recipe melody)",
        [
            "threshold",
            "balanced accuracy",
            "good judged good",
            "bad vetoed",
            "unknown judged neither",
            "fresh British tunes that resemble a sample",
            "unknown Dutch songs that do",
        ],
        remarks=[
            f"{n} seeded splits, {SAMPLES} samples a family; the rest of each family is judged. Calibrated: at "
            f"{RATE:.0%} false alarms a library, on half of the Nottingham tunes; the fresh ones are the other half. "
            "Balanced accuracy: the mean of the three shares that follow. In brackets: 95 % of resamples of whole "
            f"splits. Of the calibrated row: {ASKED}.",
        ],
    )
    found = [_judged(split, options) for split in splits]
    for name, calibrated in (("**calibrated**", True), ("as shipped, .4", False)):
        rows = [_shares(judged, calibrated) for judged in found]
        table.rows.append([name, *(str(with_interval(column, range(n))) for column in np.transpose(rows))])
    return [table, _mistaken(found)]


def drawn(dutch: Sequence[Melody], british: Sequence[ge.NoteArray], seed: int) -> Split:
    """Draw who is good, bad and unknown, and which half of the British tunes is the background."""
    rng = np.random.default_rng(seed)
    families = rng.permutation(sorted({m.family for m in dutch})).tolist()
    kinds = dict.fromkeys(families[:GOOD], "good") | dict.fromkeys(families[GOOD : GOOD + BAD], "bad")
    samples: dict[str, list[Melody]] = {"good": [], "bad": []}
    asked = []
    for family in families:
        mine = [m for m in dutch if m.family == family]
        kind = kinds.get(family, "neither")
        taken = rng.permutation(len(mine))[:SAMPLES].tolist() if kind != "neither" else []
        samples.setdefault(kind, []).extend(mine[i] for i in taken)
        asked += [(m, kind) for i, m in enumerate(mine) if i not in taken]
    order, half = rng.permutation(len(british)), len(british) // 2
    halves = [[british[i] for i in part] for part in (order[:half], order[half:])]
    return Split(samples["good"], samples["bad"], asked, *halves)


@dataclass(frozen=True)
class Judged:
    """What a calibrated taste says in one draw."""

    asked: list[tuple[Melody, str, ge.Verdict]]
    fresh: list[ge.Verdict]
    family: dict[str, str]
    """Of each sample."""


def _judged(split: Split, options: Options) -> Judged:
    """Calibrate the taste of a split by half of the British tunes, and judge the other half and the melodies."""
    samples = {
        kind: [m.notes.named(m.name) for m in of] for kind, of in (("good", split.good), ("bad", split.bad))
    }
    settings = ge.Settings(ge.Recipe.named("melody"))
    calibration = calibrate(
        ge.Taste.of(**samples, settings=settings),
        split.background,
        rate=RATE,
        backend="numba",
        threads=options.threads,
    )
    taste = ge.Taste.of(**samples, settings=settings, calibration=calibration)

    def judge(x: ge.NoteArray) -> ge.Verdict:
        return taste.judge(x, backend="numba", threads=options.threads)

    return Judged(
        [(m, kind, judge(m.notes)) for m, kind in split.asked],
        [judge(x) for x in split.fresh],
        {m.name: m.family for m in (*split.good, *split.bad)},
    )


def _shares(judged: Judged, calibrated: bool) -> list[float]:
    """Return balanced accuracy, its three shares, and both kinds of false alarms."""

    def outcome(verdict: ge.Verdict) -> str:
        by_default = replace(verdict.thresholds, calibration=None, shift=0.0, at_large=1.0)
        return (verdict if calibrated else replace(verdict, thresholds=by_default)).outcome

    right = [
        float(np.mean([outcome(verdict) == kind for _, kind, verdict in judged.asked if kind == wanted]))
        for wanted in ("good", "bad", "neither")
    ]
    fresh = [outcome(verdict) != "neither" for verdict in judged.fresh]
    return [float(np.mean(right)), *right, float(np.mean(fresh)), 1 - right[2]]


def _mistaken(found: Sequence[Judged]) -> Table:
    """Return which unknown families are taken for which known ones."""
    taken: Counter[tuple[str, str]] = Counter()
    asked: Counter[tuple[str, str]] = Counter()
    for judged in found:
        for m, kind, verdict in judged.asked:
            if kind == "neither":
                asked.update((m.family, known) for known in set(judged.family.values()))
                if verdict.outcome != "neither" and verdict.deciding is not None:
                    taken[m.family, judged.family[verdict.deciding.name]] += 1
    table = Table(
        "Unknown families taken for known ones",
        ["unknown", "taken for", "times", "of"],
        remarks=["The pairs of families behind the last column above, the most often mistaken first."],
    )
    for pair, times in taken.most_common(6):
        table.rows.append([*(name.replace("_", " ") for name in pair), str(times), str(asked[pair])])
    return table
