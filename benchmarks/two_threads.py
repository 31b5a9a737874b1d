"""This file is where goldenear on two threads stands beside goldenear on one."""

from __future__ import annotations

import goldenear as ge
from benchmarks import ours, threads
from benchmarks.answers import must_be_equal
from benchmarks.errors import NotHere
from benchmarks.measure import Side, Work, duration, interleaved, ratio
from benchmarks.options import Options
from benchmarks.sample_sets import MADE, SampleSet, sample_set
from benchmarks.tables import Table

ASKED = "1.8x"


def tables(options: Options) -> list[Table]:
    """Return how much faster two threads are.

    Raises
    ------
    NotHere
        If the machine has but one core.
    """
    if threads.ALL < 2:
        raise NotHere("this machine has one core")
    n = 1_000 if options.quick else 5_000
    samples = sample_set(MADE, n, ours.FULL_SET, options)
    table = Table(
        f"Two threads against one: {n:,} samples, full set",
        ["question", "one thread", "two threads", "as fast", "asked"],
    )
    for name, everywhere in (("all ranked", False), ("every placement looked at", True)):
        expected = [_rows(ours.ranking()(x, samples.prepared)) for x in samples.strange]
        sides = [_side(samples, n, everywhere, expected) for n in (1, 2)]
        one, two = interleaved(sides, min(options.rounds, 8)).values()
        table.rows.append([name, duration(one.median), duration(two.median), str(ratio(one, two)), ASKED])
    return [table]


def _side(samples: SampleSet, n: int, everywhere: bool, expected: list[list[tuple[int, float]]]) -> Side:
    """Return the ranking of all samples on n threads."""
    rank = ours.ranking(threads=n, exhaustive=everywhere)

    def ready(r: int) -> Work:
        i = r % len(samples.strange)
        return Work(
            lambda: rank(samples.strange[i], samples.prepared),
            1,
            lambda matches: must_be_equal(f"{n} threads", _rows(matches), expected[i]),
        )

    return Side(f"{n} threads", ready, budget=5.0)


def _rows(matches: ge.Matches) -> list[tuple[int, float]]:
    return [(m.index, m.similarity) for m in matches]
