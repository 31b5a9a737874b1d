"""This file is where committees are put to the test: a clip that holds a bad sample must never be called good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

import goldenear as ge
from benchmarks.tables import Table
from evaluation.figures import with_interval
from evaluation.learned import QUICK, RATE, RECORDINGS, SEEDS, Songbook, good_and_bad, sung
from evaluation.options import Options
from evaluation.sounding import altered

TOGETHER = "**committee of the three**"

SAMPLES, CLIPS = 20, 40
"""Of each kind, and clips of each kind that every committee is asked for."""

HELD_SECONDS, AROUND = 4.0, (1.0, 3.0)
"""How long the bad sample sounds, before it is stretched, and what is played before and after it."""

STEPS, FASTER = 3, 0.1


def tables(options: Options) -> list[Table]:
    """Return the table of vetoes."""
    with sung(options) as (book, pool):
        return [of_vetoes(book, range(QUICK if options.quick else SEEDS), pool)]


def of_vetoes(book: Songbook, seeds: Sequence[int], pool: ProcessPoolExecutor) -> Table:
    """Return what committees say of good music that holds a bad sample, and of good music that holds none."""
    found = list(pool.map(partial(said, book), seeds))
    table = Table(
        f"The veto: {CLIPS * len(seeds)} clips with a bad sample in them, {CLIPS * len(seeds)} without",
        ["judge", "called good, with one", "vetoed, with one", "called good, without", "false alarms"],
        remarks=[
            f"{SAMPLES} good samples and {SAMPLES} bad ones of {HELD_SECONDS:g} s, {len(seeds)} committees. With: "
            f"a bad sample, up to {STEPS} semitones higher or lower and {FASTER:.0%} faster or slower (phase "
            f"vocoder), after {AROUND[0]:g} to {AROUND[1]:g} s of a good song, before as much of another. Without: "
            "three parts of good songs. These recordings of good songs are not among the samples. False alarms: "
            "without a bad sample, and vetoed. In brackets: 95 % of resamples of the committees.",
        ],
    )
    for name in found[0][0]:
        cells = []
        for outcome, which in (("good", 0), ("bad", 0), ("good", 1), ("bad", 1)):
            shares = [counts[which][name][outcome] / CLIPS for counts in found]
            cells.append(str(with_interval(shares, seeds)))
        total = sum(counts[0][name]["good"] for counts in found)
        cells[0] = f"{total} of {CLIPS * len(seeds)}"
        table.rows.append([name, *cells])
    return table


def said(book: Songbook, seed: int) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    """Return how often each judge said what, of clips with a bad sample and of clips without."""
    rng = np.random.default_rng([6, seed])
    every = good_and_bad(book, SAMPLES, seed)
    good, bad = ([clip.cut(0, min(clip.seconds, HELD_SECONDS)) for clip in clips] for clips in every[:2])
    songs = [int(clip.name.split()[1]) for clip in every[0]]
    members = {
        "matcher": ge.MatcherJudge.fit(good, bad),
        "SpectrogramCNN": ge.SpectrogramCNN.fit(good, bad, seed=seed),
        "RawAudioRNN": ge.RawAudioRNN.fit(good, bad, seed=seed),
    }
    committee = ge.Committee(members)
    names = [*members, TOGETHER]

    def part() -> ge.Clip:
        clip = book.clip(int(rng.choice(songs)), int(rng.integers(1, RECORDINGS)))
        return clip.cut(0, min(clip.seconds, rng.uniform(*AROUND)))

    counts: list[dict[str, Counter[str]]] = []
    for holds in (True, False):
        outcomes: dict[str, Counter[str]] = {name: Counter() for name in names}
        for _ in range(CLIPS):
            inner = (
                altered(
                    bad[int(rng.integers(len(bad)))],
                    int(rng.integers(-STEPS, STEPS + 1)),
                    rng.uniform(1 - FASTER, 1 + FASTER),
                )
                if holds
                else part()
            )
            clip = joined([part(), inner, part()])
            verdict = committee.judge(clip)
            for name in names:
                outcomes[name][(verdict.verdicts.get(name) or verdict).outcome] += 1
        counts.append(outcomes)
    return counts[0], counts[1]


def joined(clips: Sequence[ge.Clip]) -> ge.Clip:
    """Return clips one after another, equally loud."""
    waves = [np.array(clip.at_rate(RATE).wave) for clip in clips]
    return ge.Clip.of(
        np.concatenate([0.1 * w / max(1e-6, float(np.sqrt(np.square(w).mean()))) for w in waves]), RATE
    )
