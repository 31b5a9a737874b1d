"""This file is where single-note candidates are counted: how many a second and core are weighed, exactly.

As composing weighs them: all placements that can matter while X changes a little are listed once, and only these are
weighed for every candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
from goldenear.composing.material import lines
from goldenear.composing.moves import Situation, filled, palette_of
from goldenear.composing.polish import loosened, polished, slack
from goldenear.match.contenders import Contenders
from goldenear.notes.alteration import Alteration

SAMPLES = 200
"""Half of them good, half of them bad."""

QUARTERS, SLACK = 32, 2.0
"""Of X; and how many quarters of notes a candidate may change."""

CANDIDATES, QUICK = 20_000, 2_000
EXACT, ANEW = 200, 20
"""Candidates that are ranked anew to compare; candidates that the slow ways are timed on."""

FIFTH = 7
EFFORT, MOST_EFFORT = 16, 64
RUNS = 3
"""Polishing runs that are timed together, each of as many steps as composing gives a draft."""

GOOD, BAD = 0, 1
BATCH, COLD = "a batch, its listing in it", "the same, of an X never seen"
SMALL = "a batch, as little slack as composing has"
POLISHED, DRAFTS = "`polished`, of X, all listings in it", "`polished`, of first drafts"
LIVE, RANKED = "ge.LiveMatches, change and undo", "ge.rank anew, k=1"
ASKED = "20,000"


@dataclass(frozen=True)
class Changes:
    """Single-note candidates: one note goes, one comes.

    Attributes
    ----------
    index : int array, shape (n,)
        The place of the note that goes.
    pitch : int array, shape (n,)
        Of the note that comes in its place.
    rows : int array, shape (2 n, 4), and starts, shape (n + 1,)
        The same, as `weigh` takes them.
    """

    index: NDArray[np.int64]
    pitch: NDArray[np.int64]
    rows: NDArray[np.int64]
    starts: NDArray[np.int64]

    @classmethod
    def drawn(cls, x: Rows, n: int, quarters: float, ticks_per_quarter: int) -> Changes:
        """Draw candidates, none of which changes more than so many quarters of notes."""
        rng = np.random.default_rng(21)
        short = np.flatnonzero(2 * (x[:, 2] - x[:, 1]) <= quarters * ticks_per_quarter)
        index = rng.choice(short, n)
        up = rng.integers(1, FIFTH + 1, n) * rng.choice([-1, 1], n)
        gone = np.column_stack([np.full(n, -1), x[index, :3]])
        come = gone + np.column_stack([np.full(n, 2), up, np.zeros(n), np.zeros(n)]).astype(np.int64)
        rows = np.stack([gone, come], axis=1).reshape(-1, 4)
        return cls(index, come[:, 1], np.ascontiguousarray(rows), np.arange(0, 2 * n + 1, 2))


def tables(options: Options) -> list[Table]:
    """Return how many candidates a second are weighed."""
    n = QUICK if options.quick else CANDIDATES
    table = Table(
        f"Single-note candidates of a composed phrase against {SAMPLES} samples, half of them bad, one thread",
        [
            "samples, way",
            "candidates a second and core",
            "time of one",
            "as fast as live",
            "as fast as anew",
            "asked",
        ],
        remarks=[
            f"X is a phrase of {QUARTERS} quarters composed against these samples; 7 stretches in 4 forms. A "
            "candidate moves one note by up to a fifth, and is weighed exactly: the best similarity to a good and to "
            f"a bad sample. The batch: {n:,} candidates. `polished` is what the search runs, {STEPS:,} steps, {RUNS} "
            "times; it draws other changes too, weighs bad samples first, and sees how much of X lies under good "
            f"ones. {EXACT} candidates were ranked anew: wherever a threshold is reached, both ways found the same.",
        ],
    )
    for name in (MADE, *real.COLLECTIONS):
        try:
            _add_rows(table, name, _fragments(name, options), n, options)
        except NotHere as reason:
            if options.data is not None:
                table.remarks.append(f"Left out: {reason}.")
    return [table]


def _fragments(name: str, options: Options) -> Sequence[ge.NoteArray]:
    """Return made or real samples."""
    return made_fragments(SAMPLES) if name == MADE else real.collected(options.data, name, SAMPLES)


def _add_rows(table: Table, name: str, fragments: Sequence[ge.NoteArray], n: int, options: Options) -> None:
    """Add a row for every way."""
    half = len(fragments) // 2
    taste = ge.Taste.of(
        good=fragments[:half], bad=fragments[half:], settings=ge.Settings(recipe=ours.FULL_SET)
    )
    phrase = _composed(name, taste)
    rows, appraiser, grid = phrase.rows, Appraiser(phrase.ground), phrase.ground.ticks_per_quarter
    any_change = Changes.drawn(rows, n, 2 * QUARTERS, grid)
    sides = [_live(phrase, any_change), _ranked(phrase, any_change)]
    listed = []
    for way, quarters in ((BATCH, SLACK), (SMALL, slack(appraiser))):
        found = appraiser.contenders(rows, quarters)
        listed.append(f"{len(found.placed):,} with a slack of {found.slack:.2f} quarters")
        if 2 * (rows[:, 2] - rows[:, 1]).min() > found.slack * grid:
            # Every candidate changes more: each would ask for a listing of its own.
            continue
        changes = Changes.drawn(rows, n, found.slack, grid)
        good, _ = _must_be_exact(f"{name}, {way}", phrase, rows, changes, _weighed(appraiser, found, changes))
        listed[-1] += f" (of {EXACT} candidates {good} reach a good sample)"
        sides.append(_batch(way, lambda: appraiser, rows, changes, quarters))
        if way == BATCH:
            sides.append(_batch(COLD, lambda: Appraiser(phrase.ground), rows, changes, quarters))
    listed.append(_spoiled_is_exact(name, phrase, n))
    drafts = [draft for seed in range(RUNS) if (draft := _first_draft(appraiser, seed)) is not None]
    sides += [
        _polishing(POLISHED, phrase, [rows] * RUNS),
        _polishing(DRAFTS, phrase, drafts),
    ]
    timings = interleaved(sides, options.rounds)
    for way, timing in sorted(timings.items(), key=lambda side: side[1].median):
        table.rows.append(
            [
                f"{name}: {way}",
                f"{1 / timing.median:,.0f}",
                duration(timing.median),
                "-" if way == LIVE else str(ratio(timings[LIVE], timing)),
                "-" if way == RANKED else str(ratio(timings[RANKED], timing)),
                "-" if way in (LIVE, RANKED) else ASKED,
            ]
        )
    table.remarks.append(
        f"{name}: X has {len(rows)} notes, {phrase.appraisal.covered:.0%} under good matches; placements that are "
        f"listed: {'; '.join(listed)}. A batch is left out where every candidate changes more."
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


def _weighed(appraiser: Appraiser, found: Contenders, changes: Changes) -> NDArray[np.float64]:
    """Return the best similarity to good and to bad samples after each change, as far as placements are listed."""
    kinds = np.where(np.arange(SAMPLES) < appraiser.ground.bad, BAD, GOOD)
    return found.best_after(changes.rows, changes.starts, kinds)


def _batch(title: str, desk: Callable[[], Appraiser], rows: Rows, changes: Changes, quarters: float) -> Side:
    """Return the way that lists what may matter, and weighs only that."""

    def run() -> NDArray[np.float64]:
        appraiser = desk()
        return _weighed(appraiser, appraiser.contenders(rows, quarters), changes)

    return Side(title, lambda _: Work(run, len(changes.index)), budget=8.0)


def _spoiled_is_exact(name: str, phrase: ge.Phrase, n: int) -> str:
    """Compare candidates of an X that bad samples have been laid into, one after another; say how many reach one."""
    ground = phrase.ground
    laid: list[Rows] = []
    end = 0
    for sample in ground.taste.bad:
        for line in lines(sample, Alteration(), ground.ticks_per_quarter, 1):
            here = line[line[:, 2] <= ground.ticks - end]
            plain = np.zeros(len(here), np.int64)
            laid.append(np.column_stack([here[:, 0], here[:, 1:] + end, plain, plain]))
            end += ground.bar * -(-int(line[-1, 2]) // ground.bar)
        if end >= ground.ticks:
            break
    rows = np.concatenate(laid)
    appraiser = Appraiser(ground)
    found = appraiser.contenders(rows, SLACK)
    changes = Changes.drawn(rows, n, found.slack, ground.ticks_per_quarter)
    _, bad = _must_be_exact(
        f"{name}, bad samples laid in", phrase, rows, changes, _weighed(appraiser, found, changes)
    )
    return f"with bad samples laid in, {len(found.placed):,} (of {EXACT} candidates {bad} reach a bad one)"


def _changed(phrase: ge.Phrase, rows: Rows, changes: Changes, i: int) -> ge.NoteArray:
    """Return X after a change, made anew."""
    rows = rows.copy()
    rows[changes.index[i], 0] = changes.pitch[i]
    return phrase.ground.notes(rows)


def _must_be_exact(
    name: str, phrase: ge.Phrase, rows: Rows, changes: Changes, best: NDArray[np.float64]
) -> tuple[int, int]:
    """Return how many candidates reach a good, and a bad sample.

    Raises AnswersDiffer unless wherever a threshold is reached, by either way, both ways agree to the bit.
    """
    taste, ground = phrase.ground.taste, phrase.ground
    reached = [0, 0]
    for i in np.random.default_rng(22).choice(len(best), EXACT, replace=False).tolist():
        x = _changed(phrase, rows, changes, i)
        for kind, samples, asked in ((GOOD, taste.good, ground.asked[-1]), (BAD, taste.bad, ground.asked[0])):
            anew = float(ge.rank(x, samples, k=1, backend="numba").similarity[0])
            if max(anew, best[i, kind]) >= asked:
                must_be_equal(f"{name}: candidate {i}", [float(best[i, kind])], [anew])
                reached[kind] += 1
    return reached[GOOD], reached[BAD]


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


def _live(phrase: ge.Phrase, changes: Changes) -> Side:
    """Return the face's way for an X that changes: one for the good samples, one for the bad."""
    x = phrase.ground.notes(phrase.rows)
    lives = [ours.Live(x, samples) for samples in (phrase.ground.taste.good, phrase.ground.taste.bad)]
    # The rows of one voice are in the order of the notes.
    notes = [
        x.where(np.arange(len(x)) == index).transposed(int(pitch - x.pitch[index]))
        for index, pitch in zip(changes.index[:ANEW].tolist(), changes.pitch[:ANEW].tolist(), strict=True)
    ]

    def run() -> list[float]:
        found = []
        for index, note in zip(changes.index.tolist(), notes, strict=False):
            for live in lives:
                found.append(live.changed(index, note))
                live.undo()
        return found

    expected = [similarity for i in range(ANEW) for similarity in _anew(phrase, changes, i)]
    return Side(
        LIVE, lambda _: Work(run, ANEW, lambda found: must_be_equal(LIVE, found, expected)), budget=8.0
    )


def _ranked(phrase: ge.Phrase, changes: Changes) -> Side:
    """Return the plain way."""

    def run() -> list[tuple[float, float]]:
        return [_anew(phrase, changes, i) for i in range(ANEW)]

    return Side(RANKED, lambda _: Work(run, ANEW), budget=8.0)


def _anew(phrase: ge.Phrase, changes: Changes, i: int) -> tuple[float, float]:
    """Return the best similarity to a good and to a bad sample, ranked anew."""
    x = _changed(phrase, phrase.rows, changes, i)
    best = ours.ranking(k=1)
    good, bad = (
        best(x, samples).similarity[0] for samples in (phrase.ground.taste.good, phrase.ground.taste.bad)
    )
    return float(good), float(bad)
