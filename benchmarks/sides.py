"""This file is where pairs and formulations become sides that take turns: ours, and the peers worth measuring."""

from __future__ import annotations

import math
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

CHUNK_SECONDS = 0.05
"""About so long a peer is run at a time; the chunks of the samples come in turn, round after round."""

HOPELESS = 5
"""A formulation so many times slower than another of its library is tried once and no more."""

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

    return Side(OURS, ready)


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

    return Side(ONE_CALL, ready)


def peer_sides(pairs: Pairs, peers: Sequence[Peer], n: int) -> tuple[list[Side], dict[str, Timing]]:
    """Return the peers that are worth rounds, and what those took in a trial that are not.

    With several threads a peer is tried both ways, its own threads or pairs shared out among threads; the
    faster way stays.
    """
    xs, ks = pairs.pictures
    fair = [p for p in peers if not (p.direct and xs[0].size * ks[0].size > TOO_LARGE_FOR_DIRECT)]
    ways = [(peer, shared) for peer in fair for shared in ((False, True) if n > 1 else (False,))]
    trials = [(_trial(pairs, peer, n, shared), peer, shared) for peer, shared in ways]
    quickest: dict[str, float] = {}
    for seconds, peer, _ in trials:
        quickest[peer.library] = min(seconds, quickest.get(peer.library, math.inf))
    kept: dict[str, Side] = {}
    tried: dict[str, Timing] = {}
    # The slowest first, so that of two ways the faster replaces the slower.
    for seconds, peer, shared in sorted(trials, key=lambda trial: -trial[0]):
        if seconds > HOPELESS * quickest[peer.library]:
            tried[title(peer)] = Timing({0: seconds})
        else:
            tried.pop(title(peer), None)
            kept[title(peer)] = _peer_side(pairs, peer, _chunk(pairs, peer, seconds), n, shared)
    return list(kept.values()), tried


def title(peer: Peer) -> str:
    """Return what tables call a formulation."""
    return f"{peer.library} {peer.name}"


def _trial(pairs: Pairs, peer: Peer, n: int, shared: bool) -> float:
    """Return about how long a peer takes for one comparison, the first run left out where it costs little."""
    batch = peer.batch * (n if shared else 1)
    side = _peer_side(pairs, peer, batch, n, shared)
    taken: list[float] = []
    while not taken or (len(taken) < 2 and taken[0] < 1):
        work = side.ready(0)
        start = time.perf_counter()
        answer = work.run()
        taken.append(time.perf_counter() - start)
        work.check(answer)
    return min(taken) / batch


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

    return Side(title(peer), ready)
