"""Time long songs, live playing and odd grids with the engine that ``auto`` chooses."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import goldenear as ge
from benchmarks import made
from benchmarks.measure import Side, Work, duration, interleaved, ratio
from benchmarks.options import Options
from benchmarks.tables import Table
from goldenear.examples import TASTE

SONG_NOTES = 1_478
SONG = Path("pop909", "001.mid")
RUNS = 5
X_NOTES, SAMPLES, SAMPLE_NOTES = 400, 20, 120
FINE, JITTER = 960, 0.03
"""Ticks a quarter, and by how much of a quarter a hand is off, about."""

GRID, OTHER_GRIDS = 480, (43, 1001, 1024, 32_767)
LIMIT = 30.0
"""Seconds that all rounds of one row may take, about."""


def tables(options: Options) -> list[Table]:
    """Return how long it takes where nobody chooses an engine."""
    return [_song(options), _played(options), _grids(options)]


def _song(options: Options) -> Table:
    """Return how long a song takes to be judged by a process of its own, on a new machine and later."""
    table = Table(
        "A song judged by the example taste: whole processes, no engine named",
        ["song", "with nothing compiled yet", "asked", "later, median", "slowest", "asked"],
        remarks=[
            f"Later: {RUNS} processes after the first. The first one compiles, and says so in one line."
        ],
    )
    with tempfile.TemporaryDirectory() as folder:
        path = _song_in(Path(folder), options)
        environment = {
            **os.environ,
            "NUMBA_CACHE_DIR": str(Path(folder, "numba")),
            "GOLDENEAR_CACHE": str(Path(folder, "cache")),
        }
        first = _judged(path, environment)
        later = [_judged(path, environment) for _ in range(RUNS)]
    name = f"{path.parent.name}/{path.name}" if options.data else f"made, {SONG_NOTES:,} notes"
    times = [duration(statistics.median(later)), duration(max(later))]
    table.rows.append([name, duration(first), "45 s", *times, "1.5 s"])
    return table


def _song_in(folder: Path, options: Options) -> Path:
    """Return the file of a song as it was played: a real one where there is one, else one that is made."""
    if options.data and (options.data / SONG).exists():
        return options.data / SONG
    path = folder / "song.mid"
    ge.write(played(np.random.default_rng(909), SONG_NOTES, 480), path)
    return path


def _judged(path: Path, environment: dict[str, str]) -> float:
    """Return how long a process takes to judge a file."""
    command = [sys.executable, "-m", "goldenear", "judge", str(path), "--taste", str(TASTE)]
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - start


def _played(options: Options) -> Table:
    """Return how long it takes to rank fragments that were played by hand."""
    rng = np.random.default_rng(960)
    scale = 4 if options.quick else 1
    x = played(rng, X_NOTES // scale, FINE)
    samples = [played(rng, SAMPLE_NOTES // scale, FINE) for _ in range(SAMPLES)]
    timing = interleaved([_ranking("ranked", x, samples)], 3)["ranked"]
    table = Table(
        f"Played by hand, {FINE} ticks a quarter: {len(samples)} samples ranked, packing included",
        ["X", "samples", "time", "asked"],
    )
    table.rows.append(
        [f"{len(x)} notes", f"{len(samples[0])} notes each", duration(timing.median), "under 1 s"]
    )
    return table


def _grids(options: Options) -> Table:
    """Return how many times as long a pair takes whose grids have little in common."""
    table = Table(
        f"One pair of 32 notes, {GRID} ticks a quarter against others, times as long as against {GRID}",
        ["ticks a quarter", "time", "times as long", "asked"],
        remarks=["Every tick of a grid is in use; packing the sample is part of the time."],
    )
    x = made.on_grid(np.random.default_rng(1), GRID)
    for grid in OTHER_GRIDS[:1] if options.quick else OTHER_GRIDS:
        names = {f"{ticks}": made.on_grid(np.random.default_rng(2), ticks) for ticks in (GRID, grid)}
        try:
            timings = interleaved([_ranking(name, x, [k]) for name, k in names.items()], options.rounds)
        except ge.TooLarge:
            table.rows.append([f"{grid:,}", "refused", "-", "1.5x"])
            continue
        own, other = (timings[name] for name in names)
        table.rows.append([f"{grid:,}", duration(other.median), str(ratio(other, own)), "1.5x"])
    return table


def _ranking(name: str, x: ge.NoteArray, samples: list[ge.NoteArray]) -> Side:
    """Return the side that ranks samples nobody has prepared, by the engine that ``auto`` takes."""
    return Side(name, lambda _: Work(lambda: len(ge.rank(x, samples))), budget=LIMIT)


def played(rng: np.random.Generator, notes: int, ticks_per_quarter: int) -> ge.NoteArray:
    """Return a piece of exactly so many notes, four voices at a time, every note off by what a hand is off."""
    exact = made.piece(rng, notes)
    onset, offset = (
        np.rint((times / made.GRID + rng.normal(0, JITTER, notes)) * ticks_per_quarter).astype(int)
        for times in (exact.onset, exact.offset)
    )
    onset -= min(0, int(onset.min()))
    return ge.NoteArray.from_arrays(
        pitch=exact.pitch,
        onset=onset,
        duration=np.maximum(ticks_per_quarter // 24, offset - onset),
        ticks_per_quarter=ticks_per_quarter,
    )
