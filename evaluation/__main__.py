"""This file is where the evaluation runs: ``python -m evaluation [--data FOLDER] [--quick] [--only NAME]``.

Every task with one recipe, the same on every data set, beside plain baselines and controls in the same run. A whole
run writes evaluation/RESULTS.md; a quick one, or a part, only prints.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from benchmarks.tables import Table, left_out
from evaluation import (
    accompanied,
    audio,
    chance,
    committees,
    composing,
    false_alarms,
    families,
    fugues,
    grids,
    learned,
    motifs,
    patterns,
    robustness,
    veto,
)
from evaluation.errors import NoNumber, NotHere
from evaluation.options import Options
from evaluation.panel import verdicts

PURPOSE = "How right goldenear is, on real music with ground truth, beside plain baselines in the same run."
RESULTS = Path(__file__).with_name("RESULTS.md")
PICTURES = Path(__file__).parents[1] / "docs" / "images"

TASKS: dict[str, Callable[[Options], Iterable[Table]]] = {
    "panel": verdicts.tables,
    "tunes": families.tables_of_shipped,
    "families": families.tables,
    "fugues": fugues.tables,
    "patterns": patterns.tables,
    "motifs": motifs.tables,
    "veto": veto.tables,
    "chance": chance.tables,
    "false alarms": false_alarms.tables,
    "robustness": robustness.tables,
    "grids": grids.tables,
    "accompanied": accompanied.tables,
    "composing": composing.tables,
    "audio": audio.tables,
    "learned": learned.tables,
    "committees": committees.tables,
}


def main() -> None:
    """Run the tasks, print their tables, and write them down."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=PURPOSE)
    parser.add_argument("--data", type=Path, help="a folder of real music, one folder a set inside")
    parser.add_argument("--quick", action="store_true", help="small backgrounds: to see that everything runs")
    parser.add_argument("--only", choices=TASKS, action="append", help="one task; may be repeated")
    given = parser.parse_args()
    whole = not given.quick and not given.only
    options = Options(
        given.data, given.quick, os.cpu_count() or 1, PICTURES if whole and given.data else None
    )
    start = time.perf_counter()
    tables: list[Table] = []
    for name in given.only or TASKS:
        for table in _task(name, options):
            print(table.text(), flush=True)
            tables.append(table)
    minutes = (time.perf_counter() - start) / 60
    print(f"\n{minutes:.1f} minutes")
    if any(table.rows == [] for table in tables):
        print("not written down: a task was left out")
    elif whole:
        RESULTS.write_text(_document(tables, minutes), encoding="utf-8")
        print(f"written: {RESULTS}")


def _task(name: str, options: Options) -> Iterator[Table]:
    """Give the tables of a task as they come, or the reason why it is not there; leave where a score is no number."""
    start = time.perf_counter()
    try:
        yield from TASKS[name](options)
    except NotHere as reason:
        yield left_out(name, reason)
        return
    except NoNumber as reason:
        sys.exit(f"evaluation: {name}: {reason}")
    print(f"[{name}: {time.perf_counter() - start:.0f} s]", file=sys.stderr)


def _document(tables: list[Table], minutes: float) -> str:
    """Return RESULTS.md."""
    opening = [
        "# How right goldenear is",
        "",
        f"Written by `python -m evaluation` on {date.today()}, in {minutes:.0f} minutes. {PURPOSE} One recipe a "
        "task; no setting changes between data sets. These are development figures: the settings were chosen on this "
        "music. The music itself is not part of the project.",
        "",
    ]
    return "\n".join([*opening, *(table.markdown() for table in tables)])


if __name__ == "__main__":
    main()
