"""Bring all hostile files through all doors, print a table, and leave with 1 if anything is wrong."""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from math import inf

from hostile.doors import SOUND, Result, doors_of
from hostile.suite import SEED, cases
from hostile.workers import Task, results

SECONDS, SECONDS_EVER = 2.0, 10.0
MEGABYTES = 256.0
SMALL = 2**20
"""A file under this many bytes may take `SECONDS` of processor time, a larger one `SECONDS_EVER`; so may sound, of
which twenty minutes may lie in thirty kilobytes."""


def tasks(seed: int, only: str, doors: list[str], every: int, latest: float) -> Iterator[Task]:
    """Give every file, or every so manieth, at every door, until it is too late."""
    for case in islice(cases(seed, only), 0, None, every):
        if time.monotonic() > latest:
            return
        for door in doors_of(case):
            if not doors or door in doors:
                yield case, door


def faults_of(task: Task, result: Result) -> list[str]:
    """Return all that is wrong with a result, the limits of time and memory included."""
    case, _ = task
    most = SECONDS if len(case.data) < SMALL and case.kind not in SOUND else SECONDS_EVER
    return [
        *result.faults,
        *([f"{result.seconds:.1f} s"] if result.seconds > most else []),
        *([f"{result.megabytes:.0f} MB"] if result.megabytes > MEGABYTES else []),
    ]


def table(found: dict[tuple[str, str], list[Result]]) -> str:
    """Return a row for each kind of file and door."""
    lines = [
        f"{'kind':17}{'door':10}{'files':>7}{'read':>7}{'told':>7}{'refused':>9}{'worst s':>9}{'worst MB':>10}"
    ]
    for (kind, door), every in sorted(found.items()):
        count = {came: sum(result.came == came for result in every) for came in ("read", "told", "refused")}
        worst = max(result.seconds for result in every), max(result.megabytes for result in every)
        lines.append(
            f"{kind:17}{door:10}{len(every):7}{count['read']:7}{count['told']:7}{count['refused']:9}"
            f"{worst[0]:9.2f}{worst[1]:10.0f}"
        )
    return "\n".join(lines)


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="hostile", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", default="", help="the files of one maker: midi, sound, taste, ...")
    parser.add_argument("--doors", nargs="*", default=[], help="only these doors")
    parser.add_argument("--every", type=int, default=1, help="only every so manieth file")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=inf, help="begin no file after so many")
    given = parser.parse_args()
    began = time.monotonic()
    found: dict[tuple[str, str], list[Result]] = defaultdict(list)
    wrong = 0
    for task, result in results(
        tasks(given.seed, given.only, given.doors, given.every, began + 60 * given.minutes), given.jobs
    ):
        case, door = task
        found[case.kind, door].append(result)
        if faults := faults_of(task, result):
            wrong += 1
            print(f"{case}, at the door {door!r}: {'; '.join(faults)}", flush=True)
    files = sum(len(every) for every in found.values())
    print(table(found))
    print(f"{files:,} files at doors in {time.monotonic() - began:.0f} s: {wrong or 'none'} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
