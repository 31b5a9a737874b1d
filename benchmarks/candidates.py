"""This file is where single-note candidates are counted: how many a second and core are weighed, exactly.

As composing weighs them: all placements that can matter while X changes a little are listed once, and only these are
weighed for every candidate.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import goldenear as ge
from benchmarks import ours, real
from benchmarks.answers import must_be_equal
from benchmarks.errors import NotHere
from benchmarks.measure import Side, Work, duration, interleaved, ratio
from benchmarks.options import Options
from benchmarks.sample_sets import MADE, made_fragments
from benchmarks.tables import Table
from goldenear.composing.appraise import Appraiser
from goldenear.composing.conform import conformed
from goldenear.composing.develop import STEPS
from goldenear.composing.ground import Rows
from goldenear.composing.moves import Situation, filled, palette_of
from goldenear.composing.polish import loosened, polished, slack

SAMPLES = 200
"""Half of them good, half of them bad."""

QUARTERS = 32
"""Of X."""

ANEW = 20
"""Candidates that the slow way is timed on."""

EFFORT, MOST_EFFORT = 16, 64
RUNS = 3
"""Polishing runs that are timed together, each of as many steps as composing gives a draft."""

POLISHED, DRAFTS = "`polished`, of X, all listings in it", "`polished`, of first drafts"
RANKED = "ge.rank anew, k=1"
ASKED = "20,000"


def tables(options: Options) -> list[Table]:
    """Return how many candidates a second are weighed."""
    table = Table(
        f"Single-note candidates of a composed phrase against {SAMPLES} samples, half of them bad, one thread",
        [
            "samples, way",
            "candidates a second and core",
            "time of one",
            "as fast as anew",
            "asked",
        ],
        remarks=[
            f"X is a phrase of {QUARTERS} quarters composed against them; 7 stretches in 4 forms. `polished` "
            f"is what the search runs, {STEPS:,} steps, {RUNS} times: each candidate changes a note or two, is held "
            "against bad samples first, and it is seen how much of X lies under good ones.",
        ],
    )
    for name in (MADE, *real.COLLECTIONS):
        try:
            _add_rows(table, name, _fragments(name, options), options)
        except NotHere as reason:
            if options.data is not None:
                table.remarks.append(f"Left out: {reason}.")
    return [table]


def _fragments(name: str, options: Options) -> Sequence[ge.NoteArray]:
    """Return made or real samples."""
    return made_fragments(SAMPLES) if name == MADE else real.collected(options.data, name, SAMPLES)


def _add_rows(table: Table, name: str, fragments: Sequence[ge.NoteArray], options: Options) -> None:
    """Add a row for every way."""
    half = len(fragments) // 2
    taste = ge.Taste.of(
        good=fragments[:half], bad=fragments[half:], settings=ge.Settings(recipe=ours.FULL_SET)
    )
    phrase = _composed(name, taste)
    appraiser = Appraiser(phrase.ground)
    found = appraiser.contenders(phrase.rows, slack(appraiser))
    drafts = [draft for seed in range(RUNS) if (draft := _first_draft(appraiser, seed)) is not None]
    sides = [
        _ranked(phrase),
        _polishing(POLISHED, phrase, [phrase.rows] * RUNS),
        _polishing(DRAFTS, phrase, drafts),
    ]
    timings = interleaved(sides, options.rounds)
    for way, timing in sorted(timings.items(), key=lambda side: side[1].median):
        table.rows.append(
            [
                f"{name}: {way}",
                f"{1 / timing.median:,.0f}",
                duration(timing.median),
                "-" if way == RANKED else str(ratio(timings[RANKED], timing)),
                "-" if way == RANKED else ASKED,
            ]
        )
    table.remarks.append(
        f"{name}: X has {len(phrase.rows)} notes, {phrase.appraisal.covered:.0%} under good matches; "
        f"{len(found.placed):,} placements are listed with a slack of {found.slack:.2f} quarters."
    )


def _composed(name: str, taste: ge.Taste) -> ge.Phrase:
    """Compose X."""
    composer = ge.Composer(taste, ge.Wishes(quarters=QUARTERS), seed=7)
    effort = EFFORT
    while effort <= MOST_EFFORT:
        composer.run(effort)
        try:
            return composer.phrases()[0]
        except ge.NothingFound:
            effort *= 2
    raise NotHere(f"{name}: no phrase that these samples call good")


def _first_draft(appraiser: Appraiser, seed: int) -> Rows | None:
    """Return a draft as the search begins it, before it is polished."""
    ground, rng = appraiser.ground, np.random.default_rng(seed)
    rows = conformed(ground, filled(Situation(ground, rng, palette=palette_of(ground, seed))), rng)
    return None if rows is None else loosened(appraiser, rows, rng)


def _polishing(title: str, phrase: ge.Phrase, drafts: Sequence[Rows]) -> Side:
    """Return polishing, as the search runs it: one desk for draft after draft."""
    appraiser = Appraiser(phrase.ground)

    def run() -> list[int]:
        return [polished(appraiser, draft, seed, STEPS).tried for seed, draft in enumerate(drafts)]

    tried = run()
    return Side(
        title, lambda _: Work(run, sum(tried), lambda again: must_be_equal(title, again, tried)), budget=8.0
    )


def _ranked(phrase: ge.Phrase) -> Side:
    """Return the plain way: X is made anew, and ranked against the good samples and the bad."""
    taste, best = phrase.ground.taste, ours.ranking(k=1)

    def run() -> None:
        for _ in range(ANEW):
            x = phrase.ground.notes(phrase.rows)
            for samples in (taste.good, taste.bad):
                best(x, samples)

    return Side(RANKED, lambda _: Work(run, ANEW), budget=8.0)
