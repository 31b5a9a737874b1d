"""This file is where each part of a similarity is timed: what is shared as pictures, what aligns, what occurs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

import goldenear as ge
from benchmarks import made, ours
from benchmarks.measure import Side, Work, duration, interleaved
from benchmarks.options import Options
from benchmarks.sample_sets import made_fragments
from benchmarks.tables import Table

SAMPLES = 200
PIECE = 1_500

FRAGMENT, MELODY = ge.Recipe.named("fragment"), ge.Recipe.named("melody")
RECIPES = {
    "recipe fragment": FRAGMENT,
    "recipe melody": MELODY,
    "its onsets alone": replace(MELODY, aligned=0.0),
    "recipe fragment, half of it aligned": replace(FRAGMENT, aligned=0.5),
}
ASKED = {"recipe fragment": "under 20 ms"}


def tables(options: Options) -> list[Table]:
    """Return what each recipe takes."""
    fragments = made_fragments(SAMPLES)
    xs = [made.line(np.random.default_rng(seed), 16) for seed in range(3)]
    sides = [_side(name, xs, ours.prepared(fragments, recipe)) for name, recipe in RECIPES.items()]
    timings = interleaved(sides, options.rounds)
    table = Table(
        f"What each part costs: one X ranked against {SAMPLES} samples of four bars, one thread",
        ["recipe", "time", "a sample", "asked"],
        remarks=["All samples ranked. Prepared beforehand; compiled code is warm."],
    )
    for name, timing in timings.items():
        table.rows.append(
            [name, duration(timing.median), duration(timing.median / SAMPLES), ASKED.get(name, "-")]
        )
    return [table, _found(options)]


def _side(name: str, xs: list[ge.NoteArray], samples: ge.PreparedSamples) -> Side:
    """Return the ranking by one recipe as a side; its X changes from round to round."""
    ranking = ours.ranking()
    ranking(xs[0], samples)
    return Side(name, lambda r: Work(lambda: ranking(xs[r % len(xs)], samples)))


def _found(options: Options) -> Table:
    """Return what it takes to find a fragment in a piece, by sound and note by note."""
    rng = np.random.default_rng(4)
    piece = ge.NoteArray.from_arrays(
        pitch=rng.integers(40, 80, PIECE),
        onset=np.sort(rng.integers(0, 4 * PIECE, PIECE)),
        duration=rng.choice([6, 12, 24], PIECE),
        ticks_per_quarter=made.GRID,
    )
    fragment = made.line(rng, 8)
    searches: dict[str, Callable[[], ge.Matches]] = {
        "recipe occurrence": lambda: ge.find(piece, fragment, recipe="occurrence"),
        "recipe fragment, as it is": lambda: ge.find(piece, fragment, recipe=ours.ONE_FAMILY),
    }

    def side(name: str) -> Side:
        return Side(name, lambda _: Work(searches[name]))

    for search in searches.values():
        search()
    timings = interleaved([side(name) for name in searches], options.rounds)
    table = Table(
        f"A fragment of {len(fragment)} notes found in a piece of {PIECE:,}", ["recipe", "time"], remarks=[]
    )
    table.rows = [[name, duration(timing.median)] for name, timing in timings.items()]
    return table
