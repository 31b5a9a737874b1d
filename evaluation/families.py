"""This file is where versions of one tune are looked for: every melody asks for its family among all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from benchmarks.tables import Table
from evaluation import melodies
from evaluation.baselines import BASELINES, CONTROLS
from evaluation.figures import average_precision, nearest_is_relevant, with_interval
from evaluation.melodies import Melody
from evaluation.options import Options
from goldenear.match.background import in_order, shipped

BACKGROUND, QUICK = 200, 30
"""Tunes of the background."""

PLAIN = ge.Alteration()
RECIPES = {
    "recipe melody": ge.Recipe.named("melody"),
    "its onsets alone": replace(ge.Recipe.named("melody"), aligned=0.0),
    "its alignment alone": replace(ge.Recipe.named("melody"), aligned=1.0),
    "cosine, 5 stretches": replace(ge.Recipe.named("melody"), aligned=0.0, struck=Fraction(0)),
    "cosine": ge.Recipe(measure="cosine", alterations=(PLAIN,)),
    "recipe fragment": ge.Recipe.named("fragment"),
    "raw overlap": ge.Recipe(measure="brightness", alterations=(PLAIN,)),
}
STANDARDISED = "recipe melody"


@dataclass(frozen=True)
class Asked:
    """A set of melodies and the music that is unrelated to them."""

    title: str
    melodies: Sequence[Melody]
    background: Sequence[ge.NoteArray]
    background_name: str
    published: Sequence[str]


def tables(options: Options) -> list[Table]:
    """Return the table of the Dutch folk songs."""
    n = QUICK if options.quick else BACKGROUND
    asked = Asked(
        "Versions of a tune: Dutch folk songs (MTC-ANN)",
        melodies.dutch(options),
        melodies.british(options, n),
        f"{n} British tunes (Nottingham)",
        [
            "Published, on all 360 melodies of the set, so not to be compared figure by figure: nearest neighbour "
            ".94 (Louboutin and Meredith 2016), about .99 (recalled of van Kranenburg and others 2013); MelodyShape "
            "2015-time, run there by us: .953, mean average precision .693.",
        ],
    )
    return [table_of(asked, options)]


def tables_of_shipped(options: Options) -> list[Table]:
    """Return the table of the tunes that ship with the evaluation: anyone can make it again."""
    background = shipped()
    asked = Asked(
        "Versions of a tune: well-known tunes, written down for this evaluation",
        melodies.shipped(),
        background[:QUICK] if options.quick else background,
        "the background that ships with goldenear",
        ["These versions were made up to be told apart: a check that all is well, not a figure to quote."],
    )
    return [table_of(asked, options)]


def table_of(asked: Asked, options: Options) -> Table:
    """Return the figures of every measure, baseline and control on one set of melodies."""
    found = asked.melodies
    table = Table(
        f"{asked.title}: {len(found)} melodies of {len({m.family for m in found})} families",
        ["measure", "nearest neighbour", "mean average precision", "without the same record: nearest", "MAP"],
        remarks=[
            "Each melody asks for the others of its family, among all others. In brackets: 95 % of 2,000 resamples "
            "of whole families. The last two columns leave out melodies from the query's own record. Standardised: "
            f"against {asked.background_name}, never against the candidates.",
            *asked.published,
        ],
    )
    notes = [m.notes for m in found]
    for name, recipe in RECIPES.items():
        prepared = ge.prepare(notes, recipe)
        scores = np.array([in_order(x, prepared, backend="numba", threads=options.threads) for x in notes])
        if name == STANDARDISED:
            background = ge.Background(asked.background, recipe)
            standard = np.array(
                [
                    background.standardised(x, prepared, backend="numba", threads=options.threads)
                    for x in notes
                ]
            )
            table.rows.append([f"**{name}, standardised**", *figures(standard, found)])
        table.rows.append([name, *figures(scores, found)])
    for name, compare in {**BASELINES, **CONTROLS}.items():
        table.rows.append([name, *figures(compare(notes), found)])
    return table


def figures(scores: NDArray[np.float64], asked: Sequence[Melody]) -> list[str]:
    """Return nearest neighbour and mean average precision, with and without melodies from the same record."""
    family, record = (np.array([getattr(m, name) for m in asked]) for name in ("family", "record"))
    cells = []
    for apart in (False, True):
        nearest, precision, groups = [], [], []
        for i in range(len(asked)):
            others = record != record[i] if apart else np.arange(len(asked)) != i
            related = family[others] == family[i]
            if related.any():
                nearest.append(nearest_is_relevant(scores[i][others], related))
                precision.append(average_precision(scores[i][others], related))
                groups.append(family[i])
        cells += [str(with_interval(values, groups)) for values in (nearest, precision)]
    return cells
