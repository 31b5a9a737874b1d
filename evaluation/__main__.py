"""This file is where the evaluation runs: ``python -m evaluation [--data FOLDER] [--quick] [--only NAME]``.

Every task with one recipe, the same on every data set, beside plain baselines and controls in the same run. What was
run is written into evaluation/RESULTS.md, task by task; a quick run only prints.
"""

from __future__ import annotations

import argparse
import os
import re
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
OPENING = """# How right goldenear is

Written by `python -m evaluation`, task by task. One recipe a task; no setting changes between data sets. These are
development figures: the settings were chosen on this music. The music itself is not part of the project."""
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
    options = Options(
        given.data, given.quick, os.cpu_count() or 1, PICTURES if not given.quick and given.data else None
    )
    for name in given.only or TASKS:
        start = time.perf_counter()
        tables = []
        for table in _task(name, options):
            print(table.text(), flush=True)
            tables.append(table)
        minutes = (time.perf_counter() - start) / 60
        print(f"\n{name}: {minutes:.1f} minutes")
        if given.quick or any(table.rows == [] for table in tables):
            print("not written down: a quick run, or the music is not there")
        else:
            before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
            RESULTS.write_text(with_section(before, name, _section(tables, minutes)), encoding="utf-8")
            print(f"written: {RESULTS}")


def _task(name: str, options: Options) -> Iterator[Table]:
    """Give the tables of a task as they come, or the reason why it is not there; leave where a score is no number."""
    try:
        yield from TASKS[name](options)
    except NotHere as reason:
        yield left_out(name, reason)
        return
    except NoNumber as reason:
        sys.exit(f"evaluation: {name}: {reason}")


def _section(tables: Iterable[Table], minutes: float) -> str:
    """Return what RESULTS.md says of a task."""
    when = f"Measured on {date.today()}, in {max(minutes, 1):.0f} minute{'s' if minutes >= 1.5 else ''}."
    return "\n".join([when, "", *(table.markdown() for table in tables)])


def with_section(document: str, name: str, section: str) -> str:
    """Return RESULTS.md with the section of a task anew; the sections of the others stay."""
    pieces = re.split(r"^# Task: (.+)\n", document, flags=re.MULTILINE)
    kept = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    kept[name] = section
    every = "".join(f"# Task: {task}\n\n{kept[task].strip()}\n\n" for task in TASKS if task in kept)
    return f"{OPENING}\n\n{every}".rstrip() + "\n"


if __name__ == "__main__":
    main()
