"""This file is where it is timed how soon goldenear is there: its import, and a first judgement."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.measure import duration
from benchmarks.options import Options
from benchmarks.tables import Table
from goldenear.examples import CANDIDATES, TASTE

RUNS = 5
IMPORT = "import time; start = time.perf_counter(); import goldenear; print(time.perf_counter() - start)"


def tables(_options: Options) -> list[Table]:
    """Return medians over processes of their own."""
    candidate = sorted(CANDIDATES.glob("*.mid"))[0]
    judge = [sys.executable, "-m", "goldenear", "judge", str(candidate), "--taste", str(TASTE)]
    table = Table(
        f"How soon it is there: medians of {RUNS} processes, and the slowest",
        ["what", "median", "slowest", "asked"],
        remarks=["Each after one more that filled the caches: Python's, numba's and the system's."],
    )
    rows: list[tuple[str, Callable[[], float], str]] = [
        ("`import goldenear`", lambda: float(_output([sys.executable, "-c", IMPORT])), "under 150 ms"),
        ("the interpreter alone, doing nothing", lambda: _clocked([sys.executable, "-c", ""]), "-"),
        ("`goldenear judge` of one candidate by the example taste", lambda: _clocked(judge), "-"),
    ]
    for name, run, asked in rows:
        run()
        times = [run() for _ in range(RUNS)]
        table.rows.append([name, duration(statistics.median(times)), duration(max(times)), asked])
    return [table]


def _clocked(command: list[str]) -> float:
    """Return how long a process takes from beginning to end."""
    start = time.perf_counter()
    _output(command)
    return time.perf_counter() - start


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
