"""This file is where pairs and formulations become sides that take turns: ours, and the peers worth measuring."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence

import numpy as np

import goldenear as ge
from benchmarks import ours, threads
from benchmarks.answers import must_be_a_place, must_be_equal
from benchmarks.measure import Side, Timing, Work
from benchmarks.peers import Answer, Peer
from benchmarks.workloads import Pairs

OURS, ONE_CALL = "goldenear", "goldenear, one pair a call"

SHARED_OUT = ", pairs shared out"
"""Ends the name of a side whose pairs are shared out among threads."""

OUR_BUDGET = 30.0
"""Seconds; enough that ours runs in every round."""

CHUNK_SECONDS = 0.03
"""About so long a peer is run at a time; the chunks of the samples come in turn, round after round."""

TRIAL_SECONDS = 0.06
"""A peer is tried again and again for about so long, to see how it is best run."""

TOO_LARGE_FOR_DIRECT = 1e8
"""Products of pixels over which direct formulations are left out: they take a second a pair."""


def our_side(pairs: Pairs, n: int) -> Side:
    """Return ours: all samples in one call, on n threads."""
    samples = ours.prepared(pairs.samples, ours.RAW)
    rank = ours.ranking(threads=n)

    def ready(r: int) -> Work:
        i = r % len(pairs.xs)

        def check(matches: ge.Matches) -> None:
            must_be_equal(OURS, ours.shared_ticks(matches, pairs.grid), pairs.maxima[i])

        return Work(lambda: rank(pairs.xs[i], samples), len(samples), check)

    return Side(OURS, ready, budget=OUR_BUDGET)


def our_side_one_call(pairs: Pairs) -> Side:
    """Return ours with a call for every sample: what Python around the kernel costs."""
    each = [ours.prepared([k], ours.RAW) for k in pairs.samples[:20]]
    rank = ours.ranking(threads=1)

    def ready(r: int) -> Work:
        i = r % len(pairs.xs)

        def check(found: list[ge.Matches]) -> None:
            ticks = [ours.shared_ticks(matches, pairs.grid)[0] for matches in found]
            must_be_equal(ONE_CALL, ticks, pairs.maxima[i][: len(each)])

        return Work(lambda: [rank(pairs.xs[i], sample) for sample in each], len(each), check)

    return Side(ONE_CALL, ready, budget=OUR_BUDGET)


def peer_sides(pairs: Pairs, peers: Sequence[Peer], n: int) -> tuple[list[Side], dict[str, Timing]]:
    """Return the peers that are worth rounds, and what the direct ones took in a trial: they are hopeless.

    With several threads every peer takes part both ways, with its own threads and with pairs shared out among
    threads; `faster_ways` tells which was better.
    """
    xs, ks = pairs.pictures
    fair = [p for p in peers if not (p.direct and xs[0].size * ks[0].size > TOO_LARGE_FOR_DIRECT)]
    worth: list[Side] = []
    tried: dict[str, Timing] = {}
    for peer in fair:
        for shared in (False, True) if n > 1 and not peer.direct else (False,):
            seconds = _trial(pairs, peer, n, shared)
            if peer.direct:
                tried[title(peer)] = Timing({0: seconds})
            else:
                worth.append(_peer_side(pairs, peer, _chunk(pairs, peer, seconds), n, shared))
    return worth, tried


def faster_ways(timings: dict[str, Timing]) -> dict[str, Timing]:
    """Return one timing a formulation: of two ways to thread it, the faster."""
    found: dict[str, Timing] = {}
    for name, timing in timings.items():
        plain = name.removesuffix(SHARED_OUT)
        if plain not in found or timing.median < found[plain].median:
            found[plain] = timing
    return found


def title(peer: Peer) -> str:
    """Return what tables call a formulation."""
    return f"{peer.library} {peer.name}"


def _trial(pairs: Pairs, peer: Peer, n: int, shared: bool) -> float:
    """Return about how long a peer takes for one comparison."""
    batch = peer.batch * (n if shared else 1)
    side = _peer_side(pairs, peer, batch, n, shared)
    taken: list[float] = []
    while len(taken) < 2 or sum(taken) < TRIAL_SECONDS:
        work = side.ready(0)
        start = time.perf_counter()
        answer = work.run()
        taken.append(time.perf_counter() - start)
        work.check(answer)
    return statistics.median(taken[1:]) / batch


def _chunk(pairs: Pairs, peer: Peer, seconds: float) -> int:
    """Return how many samples a peer takes in a round: whole batches, and no more than there are."""
    batches = math.ceil(CHUNK_SECONDS / (seconds * peer.batch))
    return min(batches * peer.batch, max(peer.batch, len(pairs.samples)))


def _peer_side(pairs: Pairs, peer: Peer, chunk: int, n: int, shared: bool) -> Side:
    """Return a peer that takes chunk after chunk of the samples."""
    xs, ks = pairs.pictures

    def ready(r: int) -> Work:
        turn, i = divmod(r, len(xs))
        chosen = [(turn * chunk + j) % len(ks) for j in range(chunk)]
        parts = np.array_split(chosen, n) if shared else [chosen]
        runs = [peer.ready(xs[i], [ks[j] for j in part]) for part in parts if len(part)]
        run = threads.shared_out(runs) if shared else threads.inside(runs[0], n)

        def check(answer: Answer) -> None:
            if not peer.normalised:
                found, expected = [round(value) for value in answer], [pairs.maxima[i][j] for j in chosen]
                must_be_equal(title(peer), found, expected)
                return
            for j, place in zip(chosen[:3], answer, strict=False):
                must_be_a_place(title(peer), xs[i], ks[j], int(place), pairs.maxima[i][j])

        return Work(run, chunk, check)

    return Side(title(peer) + (SHARED_OUT if shared else ""), ready)
