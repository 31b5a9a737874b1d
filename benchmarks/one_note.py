"""This file is where one note of X changes at a time, as in a search: what follows the change, and scoring anew."""

from __future__ import annotations

import numpy as np

import goldenear as ge
from benchmarks import ours
from benchmarks.answers import must_be_equal
from benchmarks.measure import Side, Work, duration, interleaved, ratio
from benchmarks.options import Options
from benchmarks.sample_sets import MADE, sample_set
from benchmarks.tables import Table

SAMPLES = 200
CHANGES = 40
ASKED = "20x"
LIVE, BEST, ALL = "ge.LiveMatches, change and undo", "ge.rank anew, k=1", "ge.rank anew, all ranked"

Change = tuple[int, ge.NoteArray]


def tables(options: Options) -> list[Table]:
    """Return how much less a change costs than scoring anew."""
    table = Table(
        f"A one-note change of X against {SAMPLES} samples: the best similarity after it, one thread",
        [
            "family",
            "X",
            "live",
            "anew, all",
            "anew, the best",
            "as fast as all",
            "as fast as the best",
            "asked",
        ],
        remarks=[
            f"{CHANGES} changes, each a note moved by up to a fifth in pitch, each taken back; live is the change, "
            "the best similarity, and the way back. All ways have the same best similarity after every change. X is "
            "kin (a sample, transposed, without one of its notes, as late in a search) or strange (like no sample)."
        ],
    )
    for family, recipe in (("one family", ours.ONE_FAMILY), ("full set", ours.FULL_SET)):
        samples = sample_set(MADE, SAMPLES, recipe, options)
        kin = samples.prepared[0].transposed(2)
        for kind, x in (("kin", kin.where(np.arange(len(kin)) != 5)), ("strange", samples.strange[0])):
            live = ours.Live(x, samples.prepared)
            changes = _changes(x)
            expected = _best_anew(x, samples.prepared, changes)
            anew = {BEST: ours.ranking(k=1), ALL: ours.ranking()}
            sides = [
                _anew_side(title, ask, x, samples.prepared, changes, expected) for title, ask in anew.items()
            ]
            timings = interleaved([_live_side(live, changes, expected), *sides], options.rounds)
            own, best, everything = timings[LIVE], timings[BEST], timings[ALL]
            times = [duration(timing.median) for timing in (own, everything, best)]
            table.rows.append(
                [family, kind, *times, str(ratio(everything, own)), str(ratio(best, own)), ASKED]
            )
    return [table]


def _changes(x: ge.NoteArray) -> list[Change]:
    """Return which note goes, and the note that comes."""
    rng = np.random.default_rng(11)
    changes = []
    for index in rng.integers(0, len(x), CHANGES).tolist():
        note = x.where(np.arange(len(x)) == index)
        changes.append((index, note.transposed(int(rng.choice([-7, -5, -2, -1, 1, 2, 5, 7])))))
    return changes


def _best_anew(x: ge.NoteArray, samples: ge.PreparedSamples, changes: list[Change]) -> list[float]:
    best = ours.ranking(k=1)
    return [best(ours.with_note(x, *change), samples)[0].similarity for change in changes]


def _live_side(live: ours.Live, changes: list[Change], expected: list[float]) -> Side:
    """Return the incremental way."""

    def run() -> list[float]:
        found = []
        for index, note in changes:
            found.append(live.changed(index, note))
            live.undo()
        return found

    return Side(LIVE, lambda _: Work(run, CHANGES, lambda found: must_be_equal(LIVE, found, expected)))


def _anew_side(
    title: str,
    ask: ours.Ranking,
    x: ge.NoteArray,
    samples: ge.PreparedSamples,
    changes: list[Change],
    expected: list[float],
) -> Side:
    """Return a plain way: the changed X made, and the samples ranked."""

    def run() -> list[float]:
        return [float(ask(ours.with_note(x, *change), samples).similarity[0]) for change in changes]

    return Side(
        title, lambda _: Work(run, CHANGES, lambda found: must_be_equal(title, found, expected)), budget=4.0
    )
