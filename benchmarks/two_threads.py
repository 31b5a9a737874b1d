"""This file is where goldenear on two threads stands beside goldenear on one."""

from __future__ import annotations

import goldenear as ge
from benchmarks import ours, threads
from benchmarks.answers import must_be_equal
from benchmarks.errors import NotHere
from benchmarks.measure import Side, Work, duration, interleaved, ratio
from benchmarks.options import Options
from benchmarks.sample_sets import MADE, sample_set
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
    n = 500 if options.quick else 5_000
    samples = sample_set(MADE, n, ours.FULL_SET, options)
    table = Table(
        f"Two threads against one: {n:,} samples, full set",
        ["question", "one thread", "two threads", "as fast", "asked"],
    )
    for name, everywhere in (("all ranked", False), ("every placement looked at", True)):
        expected: dict[int, list[tuple[int, float]]] = {}

        def side(
            n: int, everywhere: bool = everywhere, expected: dict[int, list[tuple[int, float]]] = expected
        ) -> Side:
            rank = ours.ranking(threads=n, exhaustive=everywhere)

            def ready(r: int) -> Work:
                i = r % len(samples.strange)

                def check(matches: ge.Matches) -> None:
                    found = [(m.index, m.similarity) for m in matches[:100]]
                    must_be_equal(f"{n} threads", found, expected.setdefault(i, found))

                return Work(lambda: rank(samples.strange[i], samples.prepared), 1, check)

            return Side(str(n), ready, budget=6.0)

        timings = interleaved([side(1), side(2)], options.rounds)
        one, two = timings["1"], timings["2"]
        table.rows.append([name, duration(one.median), duration(two.median), str(ratio(one, two)), ASKED])
    return [table]
