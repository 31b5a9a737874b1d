"""This file is where a short fragment is sought in a long piece, beside SciPy's convolution of the pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.signal import fftconvolve

import goldenear as ge
from benchmarks import made, ours
from benchmarks.answers import must_be_equal
from benchmarks.measure import Side, Timing, Work, duration, interleaved, ratio
from benchmarks.options import Options
from benchmarks.peers import (
    OPENCV,
    SCIPY,
    Answer,
    Peer,
    Picture,
    installed,
    opencv_match_template,
    scipy_fftconvolve_float32,
    scipy_oaconvolve_float32,
)
from benchmarks.tables import Table
from benchmarks.workloads import drawn

NOTES = 30_000
FRAGMENT_NOTES = 16
ASKED = "250x"
OURS, FFTCONVOLVE = "goldenear", "fftconvolve"


def scipy_fftconvolve(x: Picture, ks: Sequence[Picture]) -> Callable[[], Answer]:
    """The convolution with the picture turned about, on 64 bits."""
    wide, turned = x.astype(np.float64), [k[::-1, ::-1].astype(np.float64) for k in ks]
    return lambda: [fftconvolve(wide, k).max() for k in turned]


PEERS = (
    Peer(SCIPY, FFTCONVOLVE, scipy_fftconvolve),
    Peer(SCIPY, "fftconvolve, float32", scipy_fftconvolve_float32),
    Peer(SCIPY, "oaconvolve, float32", scipy_oaconvolve_float32),
    Peer(OPENCV, "matchTemplate(TM_CCORR)", opencv_match_template),
)


def tables(options: Options) -> list[Table]:
    """Return how much longer the others search a piece."""
    notes = NOTES // 10 if options.quick else NOTES
    peers = installed(PEERS)
    table = Table(
        f"{FRAGMENT_NOTES} notes sought in a piece of {notes:,}, one thread: how many times as long the others take",
        ["piece", "ours", *(f"{p.library} {p.name}" for p in peers), "asked of fftconvolve"],
        remarks=[
            "The most shared time over all transpositions and shifts, the same for all. Ours is one `ge.rank` of the "
            "piece against the one prepared fragment, everything that is done to the piece included; the others have "
            "both pictures drawn beforehand."
        ],
    )
    for name, quantised in (("sixteenths and triplets", True), ("unquantised", False)):
        timings = searched(notes, quantised, 3 if options.quick else 5, peers)
        own = timings[OURS]
        others = [str(ratio(timings[p.name], own)) for p in peers]
        table.rows.append([name, duration(own.median), *others, ASKED])
    return [table]


def searched(notes: int, quantised: bool, rounds: int, peers: Sequence[Peer]) -> dict[str, Timing]:
    """Return the times of ours and of the peers, which have all found the same."""
    rng = np.random.default_rng(88)
    piece = made.piece(rng, notes, quantised=quantised)
    fragments = [next(made.fragments_of_notes(rng, 1, FRAGMENT_NOTES)) for _ in range(2)]
    if not quantised:
        fragments = [made.line(rng, 10, quantised=False) for _ in range(2)]
        fragments = [f.where(np.arange(len(f)) < FRAGMENT_NOTES) for f in fragments]
    truth: dict[int, int] = {}
    sides = [_ours(piece, fragments, truth), *(_peer(p, piece, fragments, truth) for p in peers)]
    return interleaved(sides, rounds)


def _ours(piece: ge.NoteArray, fragments: Sequence[ge.NoteArray], truth: dict[int, int]) -> Side:
    samples = [ours.prepared([fragment], ours.RAW) for fragment in fragments]
    rank = ours.ranking(threads=1)

    def ready(r: int) -> Work:
        i = r % len(samples)

        def check(matches: ge.Matches) -> None:
            found = ours.shared_ticks(matches, piece.ticks_per_quarter)[0]
            must_be_equal(OURS, [found], [truth.setdefault(i, found)])

        return Work(lambda: rank(piece, samples[i]), 1, check)

    # A first run may compile, and is not to be taken for a search.
    return Side(OURS, ready, budget=30.0)


def _peer(peer: Peer, piece: ge.NoteArray, fragments: Sequence[ge.NoteArray], truth: dict[int, int]) -> Side:
    picture, pictures = drawn(piece), [drawn(fragment) for fragment in fragments]

    def ready(r: int) -> Work:
        i = r % len(pictures)

        def check(answer: Answer) -> None:
            found = round(answer[0])
            must_be_equal(peer.name, [found], [truth.setdefault(i, found)])

        return Work(peer.ready(picture, [pictures[i]]), 1, check)

    return Side(peer.name, ready, budget=8.0)
