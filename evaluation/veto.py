"""This file is where whole tastes are judged: good, bad and unknown families, with thresholds set by chance alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    for name, rate in (("**calibrated**", RATE), ("as shipped, .4", None)):
        rows = [_judged(split, rate, options) for split in splits]
        cells = [str(with_interval(column, range(n))) for column in np.transpose(rows)]
        table.rows.append([name, *cells])
    return [table, _by_family(splits, options)]


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


def _taste(split: Split, rate: float | None, options: Options) -> ge.Taste:
    """Return the taste of a split; calibrated, if a rate is given."""
    samples = {
        kind: [m.notes.named(m.name) for m in of] for kind, of in (("good", split.good), ("bad", split.bad))
    }
    taste = ge.Taste.of(**samples, settings=ge.Settings(ge.Recipe.named("melody")))
    if rate is None:
        return taste
    calibration = calibrate(taste, split.background, rate=rate, backend="numba", threads=options.threads)
    return ge.Taste.of(**samples, settings=taste.settings, calibration=calibration)


def _judged(split: Split, rate: float | None, options: Options) -> list[float]:
    """Return balanced accuracy, its three shares, and both kinds of false alarms."""
    taste = _taste(split, rate, options)
    outcomes = [
        (taste.judge(m.notes, backend="numba", threads=options.threads).outcome, kind)
        for m, kind in split.asked
    ]
    right = [
        float(np.mean([outcome == kind for outcome, kind in outcomes if kind == wanted]))
        for wanted in ("good", "bad", "neither")
    ]
    fresh = [
        taste.judge(x, backend="numba", threads=options.threads).outcome != "neither" for x in split.fresh
    ]
    return [float(np.mean(right)), *right, float(np.mean(fresh)), 1 - right[2]]


def _by_family(splits: Sequence[Split], options: Options) -> Table:
    """Return which unknown families are taken for which known ones."""
    taken: dict[tuple[str, str], int] = {}
    asked: dict[tuple[str, str], int] = {}
    for split in splits:
        taste = _taste(split, RATE, options)
        family = {m.name: m.family for m in (*split.good, *split.bad)}
        for m, kind in split.asked:
            if kind != "neither":
                continue
            verdict = taste.judge(m.notes, backend="numba", threads=options.threads)
            for known in set(family.values()):
                asked[m.family, known] = asked.get((m.family, known), 0) + 1
            if verdict.outcome != "neither" and verdict.deciding is not None:
                pair = (m.family, family[verdict.deciding.name])
                taken[pair] = taken.get(pair, 0) + 1
    table = Table(
        "Unknown families taken for known ones",
        ["unknown", "taken for", "times", "of"],
        remarks=["The pairs of families behind the last column above, the most often mistaken first."],
    )
    for pair, times in sorted(taken.items(), key=lambda item: -item[1])[:6]:
        table.rows.append([*(name.replace("_", " ") for name in pair), str(times), str(asked[pair])])
    return table
