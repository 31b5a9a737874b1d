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
LIVE, ANEW = "ge.LiveMatches, change and undo", "ge.rank anew, k=1"

Change = tuple[int, ge.NoteArray]


def tables(options: Options) -> list[Table]:
    """Return how much less a change costs than scoring anew."""
    table = Table(
        f"A one-note change of X against {SAMPLES} samples: the best match after it, one thread",
        ["family", "live", "anew", "as fast", "asked"],
        remarks=[
            f"{CHANGES} changes, each a note moved by up to a fifth in pitch, each taken back; live is the change, "
            "the best match, and the way back. Both ways have the same best similarity after every change."
        ],
    )
    for family, recipe in (("one family", ours.ONE_FAMILY), ("full set", ours.FULL_SET)):
        samples = sample_set(MADE, SAMPLES, recipe, options)
        x = samples.strange[0]
        live = ours.Live(x, samples.prepared)
        changes = _changes(x)
        expected = _best_anew(x, samples.prepared, changes)
        timings = interleaved(
            [_live_side(live, changes, expected), _anew_side(x, samples.prepared, changes, expected)],
            options.rounds,
        )
        own, other = timings[LIVE], timings[ANEW]
        table.rows.append(
            [family, duration(own.median), duration(other.median), str(ratio(other, own)), ASKED]
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
    x: ge.NoteArray, samples: ge.PreparedSamples, changes: list[Change], expected: list[float]
) -> Side:
    """Return the plain way: the changed X made, and all samples ranked for the best."""
    best = ours.ranking(k=1)

    def run() -> list[float]:
        return [best(ours.with_note(x, *change), samples)[0].similarity for change in changes]

    return Side(
        ANEW, lambda _: Work(run, CHANGES, lambda found: must_be_equal(ANEW, found, expected)), budget=4.0
    )
