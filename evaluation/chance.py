"""This file is where p-values are tried: on fresh unrelated music each must come as often as it says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from benchmarks.tables import Table
from evaluation import melodies
from evaluation.options import Options
from goldenear.match.background import in_order
from goldenear.match.tail import Tail
from goldenear.notes.cut import random_cuts

QUARTERS = 16.0
LIBRARIES = (4, 40, 400)
CUTS, QUICK = 7_000, 300
"""Fragments of the background."""

SPLITS, DRAWN = 400, 25
"""How often the background is split in two, and how many p-values of each split the distance is of."""

PARTS = 5
"""Parts of the tunes: p-values are made from four, and asked of the fifth."""

SHARES = (0.1, 0.01, 0.001)

RECIPES = {
    "1 alteration": ge.Recipe(alterations=(ge.Alteration(),)),
    "28 alterations": ge.Recipe.named("fragment"),
}


def tables(options: Options) -> list[Table]:
    """Return the table of p-values on fresh British tunes."""
    tunes = melodies.british(options, 120 if options.quick else 2_000)
    one = melodies.one_of_each(tunes)
    samples = random_cuts(one[::3], QUARTERS, max(LIBRARIES), 1)
    rest = [tune for i, tune in enumerate(one) if i % 3]
    cuts = random_cuts(rest, QUARTERS, QUICK if options.quick else CUTS, 2)
    table = Table(
        f"p-values: {SPLITS * DRAWN:,} draws of fresh fragments of {QUARTERS:g} quarters (Nottingham)",
        [
            "alterations, samples",
            "Kolmogorov-Smirnov distance",
            "p of it",
            *(f"share with p up to {share:g}" for share in SHARES),
            f"share from {ge.Recipe().threshold:g} on",
        ],
        remarks=[
            f"Samples are cut from a third of {len(one):,} tunes, one of each group of versions ({len(tunes):,} in "
            f"all); {len(cuts):,} fragments from the others. {SPLITS} times, a library is drawn from the "
            f"{len(samples)} samples, and p-values made from four fifths of the tunes are asked of fragments of the "
            "others. A p-value is that of the nearest sample, and pays for all samples, alterations and "
            f"placements. The distance is that of {DRAWN} p-values a split from an even spread, equals spread "
            "evenly over their place; its p that of as many independent draws. The shares are of all fragments that "
            "were asked. The last column: how many reach the default threshold of the recipe fragment.",
        ],
    )
    for name, recipe in RECIPES.items():
        scores = _scores(cuts, ge.prepare(samples, recipe), options)
        for n in LIBRARIES:
            drawn, p, greatest = _p_values(scores, cuts, n)
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


def _scores(xs: Sequence[ge.NoteArray], samples: ge.PreparedSamples, options: Options) -> NDArray[np.float64]:
    """Return how alike each X is to each sample."""
    return np.array([in_order(x, samples, backend="numba", threads=options.threads) for x in xs])


def _distance(p: NDArray[np.float64]) -> float:
    """Return the greatest difference between the share of p-values up to a value, and that value."""
    rising = np.unique(p)
    up_to = np.searchsorted(np.sort(p), rising, side="right") / len(p)
    return float(np.abs(up_to - rising).max())


def _p_of(distance: float, n: int) -> float:
    """Return how often n even draws are so far from an even spread (Kolmogorov's series)."""
    k = np.arange(1, 101)
    return float(np.clip(2 * ((-1.0) ** (k - 1) * np.exp(-2 * n * (k * distance) ** 2)).sum(), 0, 1))
