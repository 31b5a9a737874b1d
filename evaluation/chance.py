"""This file is where p-values are tried: on fresh unrelated music each must come as often as it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from benchmarks.tables import Table
from evaluation import melodies
from evaluation.options import Options
from goldenear.match.background import in_order
from goldenear.notes.cut import random_cuts
from goldenear.taste.chance import Tail

QUARTERS = 16.0
LIBRARIES = (4, 40, 400)
THIRDS = 3
"""Parts of the tunes: each gives the samples once, and the others the fragments."""

CUTS, QUICK = 3_000, 200
"""Fragments, for each third."""

SPLITS, DRAWN = 100, 34
"""How often these are split in two, for each third; how many p-values of each split the distance is of."""

PARTS = 5
"""Parts of the tunes: p-values are made from four, and asked of the fifth."""

SHARES = (0.1, 0.01, 0.001)

RECIPES = {
    "1 alteration": ge.Recipe(alterations=(ge.Alteration(),)),
    "28 alterations": ge.Recipe.named("fragment"),
}


class Round(NamedTuple):
    """Samples, and fragments of other tunes."""

    samples: list[ge.NoteArray]
    cuts: list[ge.NoteArray]


def tables(options: Options) -> list[Table]:
    """Return the table of p-values on fresh British tunes."""
    tunes = melodies.british(options, 120 if options.quick else 2_000)
    one = melodies.one_of_each(tunes)
    count = QUICK if options.quick else CUTS
    rounds = [
        Round(
            random_cuts(one[third::THIRDS], QUARTERS, max(LIBRARIES), third),
            random_cuts([x for i, x in enumerate(one) if i % THIRDS != third], QUARTERS, count, third),
        )
        for third in range(THIRDS)
    ]
    table = Table(
        f"p-values: {THIRDS * SPLITS * DRAWN:,} draws of fresh fragments of {QUARTERS:g} quarters (Nottingham)",
        [
            "alterations, samples",
            "Kolmogorov-Smirnov distance",
            "p of it",
            *(f"share with p up to {share:g}" for share in SHARES),
            f"share from {ge.Recipe().threshold:g} on",
        ],
        remarks=[
            f"{len(one):,} tunes, one of each group of versions ({len(tunes):,} in all). Each third in turn gives "
            f"{max(LIBRARIES)} samples, the others {count:,} fragments. {SPLITS} times a library is drawn from the "
            "samples, and p-values made from four fifths of the other tunes are asked of fragments of the "
            "others. A p-value is that of the nearest sample, and pays for all samples, alterations and "
            f"placements. The distance is that of {DRAWN} p-values a split from an even spread, equals spread "
            "evenly over their place; its p that of as many independent draws. The shares are of all fragments that "
            "were asked. The last column: how many reach the default threshold of the recipe fragment.",
        ],
    )
    for name, recipe in RECIPES.items():
        scores = [_scores(each, recipe, options) for each in rounds]
        for n in LIBRARIES:
            found = [_p_values(table, each.cuts, n) for table, each in zip(scores, rounds, strict=True)]
            drawn, p, greatest = map(np.concatenate, zip(*found, strict=True))
            distance = _distance(drawn)
            shares = [f"{(p <= share).mean():.5f}" for share in SHARES]
            table.rows.append(
                [
                    f"{name}, {n}",
                    f"{distance:.4f}",
                    f"{_p_of(distance, len(drawn)):.2f}",
                    *shares,
                    f"{(greatest >= recipe.threshold).mean():.4f}",
                ]
            )
    return [table]


def _p_values(
    scores: NDArray[np.float64], cuts: Sequence[ge.NoteArray], n: int
) -> tuple[NDArray[np.float64], ...]:
    """Return p-values of fragments from tunes that they are not made from: some of a split, all; and by what."""
    names = [f"{cut.provenance.path} {cut.provenance.tune} {cut.name}" for cut in cuts]
    titles, tune = np.unique(names, return_inverse=True)
    drawn, every, strengths = [], [], []
    for split in range(SPLITS):
        rng = np.random.default_rng(split)
        library = rng.permutation(scores.shape[1])[:n]
        greatest = scores[:, library].max(axis=1)
        # Whole tunes are dealt out anew after every five splits, in which each is asked once.
        part = np.random.default_rng(split // PARTS).permutation(np.arange(len(titles)) % PARTS)
        background = part[tune] != split % PARTS
        tail = Tail.of(greatest[background], reach=1.0)
        fresh = greatest[~background]
        p, above = tail.p_value(fresh), tail.p_value(np.nextafter(fresh, 2))
        every.append(p)
        strengths.append(fresh)
        drawn.append(rng.permutation(above + rng.random(len(p)) * (p - above))[:DRAWN])
    return np.concatenate(drawn), np.concatenate(every), np.concatenate(strengths)


def _scores(each: Round, recipe: ge.Recipe, options: Options) -> NDArray[np.float64]:
    """Return how alike each fragment is to each sample."""
    samples = ge.prepare(each.samples, recipe)
    return np.array([in_order(x, samples, backend="numba", threads=options.threads) for x in each.cuts])


def _distance(p: NDArray[np.float64]) -> float:
    """Return the greatest difference between the share of p-values up to a value, and that value."""
    rising = np.unique(p)
    below, up_to = (np.searchsorted(np.sort(p), rising, side=side) / len(p) for side in ("left", "right"))
    return float(max((up_to - rising).max(), (rising - below).max()))


def _p_of(distance: float, n: int) -> float:
    """Return how often n even draws are so far from an even spread (Kolmogorov's series)."""
    k = np.arange(1, 101)
    return float(np.clip(2 * ((-1.0) ** (k - 1) * np.exp(-2 * n * (k * distance) ** 2)).sum(), 0, 1))
