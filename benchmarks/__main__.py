"""This file is where the benchmarks run: ``python -m benchmarks [--data FOLDER] [--quick] [--only NAME]``.

goldenear and what a user would pick instead, in one run, on the same music. A run stops where answers differ. A
whole run writes benchmarks/RESULTS.md and docs/images/bench-*.png; a quick one, or a part, only prints.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks import (
    candidates,
    chosen_engine,
    comparison,
    dense,
    growth,
    learning,
    long_piece,
    many_samples,
    memory,
    on_gpu,
    ours,
    parts,
    start_up,
    threads,
    two_threads,
)
from benchmarks.errors import AnswersDiffer, NotHere
from benchmarks.machine import described
from benchmarks.options import Options
from benchmarks.tables import Table, left_out

PURPOSE = "goldenear and what a user would pick instead, in one run, on the same music."
RESULTS = Path(__file__).with_name("RESULTS.md")
PICTURES = Path(__file__).parents[1] / "docs" / "images"

SECTIONS: dict[str, Callable[[Options], list[Table]]] = {
    "comparison": comparison.tables,
    "all-threads": comparison.tables_of_all_threads,
    "long-piece": long_piece.tables,
    "dense": dense.tables,
    "learning": learning.tables,
    "many-samples": many_samples.tables,
    "parts": parts.tables,
    "candidates": candidates.tables,
    "two-threads": two_threads.tables,
    "memory": memory.tables,
    "start-up": start_up.tables,
    "engine": chosen_engine.tables,
    "gpu": on_gpu.tables,
    "growth": growth.tables,
}


def main() -> None:
    """Run the sections, print their tables, and write them down."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=PURPOSE)
    parser.add_argument(
        "--data", type=Path, help="a folder of real music: nottingham_abc, mtc_ann_dev, pop909"
    )
    parser.add_argument("--quick", action="store_true", help="small sizes: to see that everything runs")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="one section; may be repeated")
    given = parser.parse_args()
    whole = not given.quick and not given.only
    options = Options(given.quick, given.data, PICTURES if whole else None)
    head = described()
    print("\n".join(head))
    threads.tell(1)
    ours.compiled()
    start = time.perf_counter()
    tables: list[Table] = []
    for name in given.only or SECTIONS:
        for table in _section(name, options):
            print(table.text(), flush=True)
            tables.append(table)
    minutes = (time.perf_counter() - start) / 60
    print(f"\n{minutes:.1f} minutes")
    if whole:
        RESULTS.write_text(_document(head, tables, minutes, options), encoding="utf-8")
        print(f"written: {RESULTS}, {PICTURES}/bench-*.png")


def _section(name: str, options: Options) -> list[Table]:
    """Return the tables of a section, or the reason why it is not there; leave where answers differ."""
    start = time.perf_counter()
    try:
        tables = SECTIONS[name](options)
    except NotHere as reason:
        return [left_out(name, reason)]
    except AnswersDiffer as difference:
        sys.exit(f"benchmarks: {name}: answers differ: {difference}")
    print(f"[{name}: {time.perf_counter() - start:.0f} s]", file=sys.stderr)
    return tables


def _document(head: list[str], tables: list[Table], minutes: float, options: Options) -> str:
    """Return RESULTS.md."""
    music = "made music, the shipped examples" + (" and a folder of real music" if options.data else "")
    opening = [
        "# goldenear beside what a user would pick instead",
        "",
        f"Written by `python -m benchmarks` on {date.today()}, in {minutes:.0f} minutes, on {music}. Ratios are of "
        "medians, in brackets the quartiles of the ratios of single rounds. Every table's answers were compared.",
        "",
        *(f"- {line}" for line in head),
        "",
    ]
    pictures = [
        f"![How cost grows with {what}](../docs/images/bench-{what}.png)"
        for what in ("notes", "samples", "length", "grid")
    ]
    return "\n".join([*opening, *(table.markdown() for table in tables), *pictures, ""])


if __name__ == "__main__":
    main()
