"""This file is where it is drawn how cost grows: with notes, with the grid, with the length of a piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

import goldenear as ge
from benchmarks import long_piece, made
from benchmarks.comparison import best, measured
from benchmarks.errors import NotHere
from benchmarks.measure import Timing, figure
from benchmarks.options import Options
from benchmarks.peers import OPENCV, PEERS, SCIPY, TORCH, installed
from benchmarks.plots import chart
from benchmarks.sides import OURS, title
from benchmarks.tables import Table
from benchmarks.workloads import Pairs

NOTES = (8, 16, 32, 64, 128, 256, 512)
GRIDS = (6, 12, 24, 48, 96, 192)
LENGTHS = (300, 1_000, 3_000, 10_000, 30_000)
SHOWN = [p for p in PEERS if not p.direct and not p.normalised]
ROUNDS = 4
SAMPLES = 200

Points = dict[str, list[tuple[float, float]]]


def tables(options: Options) -> list[Table]:
    """Return three tables of growth, and draw them.

    Raises
    ------
    NotHere
        In a quick run.
    """
    if options.quick:
        raise NotHere("growth takes a whole run")
    by_notes = _of_pairs("notes", NOTES, made.crowd)
    by_grid = _of_pairs("ticks a quarter", GRIDS, made.on_grid)
    by_length = _by_length()
    if options.pictures is not None:
        micro, milli = "microseconds a comparison", "milliseconds a search"
        drawings = (
            ("bench-notes.png", "Notes in a picture of 24 keys and 4 bars", "notes", micro, by_notes),
            (
                "bench-grid.png",
                "The grid: 32 notes in 4 bars, on any tick",
                "ticks a quarter",
                micro,
                by_grid,
            ),
            ("bench-length.png", "16 notes in a piece", "notes of the piece", milli, by_length),
        )
        for name, heading, along, up, points in drawings:
            chart(options.pictures / name, f"{heading}: one thread", along, up, points)
    return [
        _table("How cost grows with notes, microseconds a comparison", by_notes, NOTES),
        _table("How cost grows with the grid, microseconds a comparison, by ticks a quarter", by_grid, GRIDS),
        _table("How cost grows with the piece, milliseconds a search, by notes", by_length, LENGTHS),
    ]


def _of_pairs(
    what: str, sizes: Sequence[int], make: Callable[[np.random.Generator, int], ge.NoteArray]
) -> Points:
    """Return microseconds a comparison, of ours and of the best formulation of each library."""
    points: Points = {}
    for size in sizes:
        rng = np.random.default_rng(size)
        fragments = [make(rng, size) for _ in range(2 + SAMPLES)]
        timings = measured(Pairs(f"{size} {what}", fragments[:2], fragments[2:], {}), ROUNDS, peers=SHOWN)
        for name, timing in _shown(timings).items():
            points.setdefault(name, []).append((size, timing.median * 1e6))
    return points


def _shown(timings: dict[str, Timing]) -> dict[str, Timing]:
    """Return what a curve is drawn of."""
    asked = title(PEERS[0])
    found = {OURS: timings[OURS], asked: timings[asked]}
    for library in (SCIPY, OPENCV, TORCH):
        if (timing := best(timings, library)) is not None:
            found[f"{library}, best"] = timing
    return found


def _by_length() -> Points:
    """Return milliseconds a search, by the notes of the piece."""
    peers = [p for p in installed(long_piece.PEERS) if "float32" not in p.name or "oa" in p.name]
    points: Points = {}
    for n in LENGTHS:
        for name, timing in long_piece.searched(n, True, 3, peers).items():
            points.setdefault(name, []).append((n, timing.median * 1e3))
    return points


def _table(heading: str, points: Points, sizes: Sequence[int]) -> Table:
    rows: list[Sequence[str]] = [[name, *(figure(y) for _, y in curve)] for name, curve in points.items()]
    return Table(heading, ["", *(f"{size:,}" for size in sizes)], rows)
