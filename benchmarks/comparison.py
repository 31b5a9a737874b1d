"""This file is where one comparison is set out in tables: ours against every formulation of every peer."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import threads
from benchmarks.measure import Timing, figure, interleaved, ratio
from benchmarks.options import Options
from benchmarks.peers import OPENCV, PEERS, SCIPY, SKIMAGE, TORCH, Peer, installed
from benchmarks.sides import ONE_CALL, OURS, faster_ways, our_side, our_side_one_call, peer_sides, title
from benchmarks.tables import Table
from benchmarks.workloads import Pairs, many_against_one, one_against_one

FAST = [peer for peer in PEERS if not peer.direct]


def tables(options: Options) -> list[Table]:
    """Return one thread against one."""
    return _tables(one_against_one(options), options, 1)


def tables_of_all_threads(options: Options) -> list[Table]:
    """Return all threads against all, each peer threaded as suits it best."""
    return _tables(many_against_one(options), options, threads.ALL)


def measured(pairs: Pairs, rounds: int, n: int = 1, peers: Sequence[Peer] = PEERS) -> dict[str, Timing]:
    """Return the times of ours and of every formulation, by title; all of them have answered alike."""
    sides, tried = peer_sides(pairs, installed(peers), n)
    own = [our_side(pairs, n), *([our_side_one_call(pairs)] if n == 1 else [])]
    try:
        return tried | faster_ways(interleaved([*own, *sides], rounds))
    finally:
        threads.tell(1)


def best(timings: dict[str, Timing], library: str) -> Timing | None:
    """Return the quickest formulation of a library, if there is one."""
    found = [timings[title(p)] for p in PEERS if p.library == library and title(p) in timings]
    return min(found, key=lambda timing: timing.median, default=None)


def _tables(workloads: Sequence[Pairs], options: Options, n: int) -> list[Table]:
    said = "one thread against one" if n == 1 else f"all {n} threads against all"
    ratios = Table(
        f"One comparison, {said}: how many times as long the others take",
        ["pairs", "notes", "ours, us", "SciPy FFT", "SciPy, best", "OpenCV", "scikit-image", "PyTorch, best"],
        remarks=_remarks(options, n, max(len(pairs.samples) for pairs in workloads)),
    )
    formulations = [OURS, *([ONE_CALL] if n == 1 else []), *map(title, PEERS)]
    times = Table(f"The same, in microseconds a comparison, {said}", ["formulation"])
    columns = []
    for pairs in workloads:
        # With threads every peer is measured in two ways, and conv2d is as hopeless as with one.
        rounds = _rounds(options, n)
        timings = measured(pairs, rounds, n, FAST if options.quick or n > 1 else PEERS)
        own = timings[OURS]
        ratios.rows.append(
            [
                pairs.name,
                f"{pairs.notes:.0f}",
                figure(own.median * 1e6),
                _compared(timings[title(PEERS[0])], own, pairs, SCIPY, n),
                _compared(best(timings, SCIPY), own, pairs, None, n),
                *(_compared(best(timings, lib), own, pairs, lib, n) for lib in (OPENCV, SKIMAGE, TORCH)),
            ]
        )
        columns.append([figure(timings[f].median * 1e6) if f in timings else "-" for f in formulations])
    times.columns = ["formulation", *(pairs.name for pairs in workloads)]
    times.rows += [list(row) for row in zip(formulations, *columns, strict=True)]
    return [ratios, times]


def _compared(other: Timing | None, own: Timing, pairs: Pairs, library: str | None, n: int) -> str:
    """Return a cell: the ratio, and what was asked of it."""
    if other is None:
        return "-"
    asked = pairs.asked.get(library or "") if n == 1 else None
    return f"{ratio(other, own)}{f', asked {asked}x' if asked else ''}"


def _remarks(options: Options, n: int, samples: int) -> list[str]:
    """Return what must be known to read the table."""
    return [
        f"Ratios of medians over up to {_rounds(options, n)} rounds in which all sides took turns; in brackets the "
        "quartiles of the rounds' own ratios. In every round every answer was the same, to the tick.",
        f"Ours is one `ge.rank` over all prepared samples ({samples} where they are made), divided by their number. "
        "The others have their pictures drawn and padded beforehand, and X's transform where they can use it again. "
        "scikit-image normalises: the place that it found was looked up in SciPy's correlation.",
        "'Drawn at 12 ticks': the peers were given the coarsest grid that is exact; ours finds it by itself."
        if n == 1
        else "Each peer takes its own threads, or pairs shared out among threads, whichever is faster for it.",
    ]


def _rounds(options: Options, n: int) -> int:
    return options.rounds if n == 1 else min(options.rounds, 6)
