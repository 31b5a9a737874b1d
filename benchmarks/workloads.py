"""This file is where it stands what is compared with what: X's and samples, made and real, under a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import lcm

import numpy as np
from scipy.signal import correlate

import goldenear as ge
from benchmarks import made, real
from benchmarks.errors import NotHere
from benchmarks.options import Options
from benchmarks.peers import OPENCV, SCIPY, SKIMAGE, TORCH, Picture

SAMPLES = 1000
XS = 3

ONE, FOUR = "one voice, 4 bars", "four voices, 4 bars"

ONE_VOICE = {SCIPY: 100, OPENCV: 300, SKIMAGE: 300, TORCH: 50}
FOUR_VOICES = {SCIPY: 40, OPENCV: 100, SKIMAGE: 100, TORCH: 20}


@dataclass(frozen=True)
class Pairs:
    """Some X's, each to be compared with every sample; the peers see the same music drawn.

    Attributes
    ----------
    name : str
        What it is.
    xs, samples : sequences of NoteArray
        All on one grid.
    asked : dict
        How many times as fast as each library the comparison should be.
    """

    name: str
    xs: Sequence[ge.NoteArray]
    samples: Sequence[ge.NoteArray]
    asked: dict[str, int]

    @property
    def grid(self) -> int:
        """Ticks a quarter."""
        return self.xs[0].ticks_per_quarter

    @property
    def notes(self) -> float:
        """The mean number of notes of a fragment."""
        return float(np.mean([len(n) for n in (*self.xs, *self.samples)]))

    @cached_property
    def maxima(self) -> list[list[int]]:
        """What everyone should find, for every X and sample: SciPy's maxima on 64 bits."""
        xs, ks = ([p.astype(np.float64) for p in pictures] for pictures in self.pictures)
        return [[round(float(correlate(x, k, method="fft").max())) for k in ks] for x in xs]

    @cached_property
    def pictures(self) -> tuple[list[Picture], list[Picture]]:
        """The X's and the samples, drawn."""
        return [drawn(x) for x in self.xs], [drawn(k) for k in self.samples]


def drawn(notes: ge.NoteArray) -> Picture:
    """Return the piano roll as the peers like it."""
    return ge.draw(notes).pixels().astype(np.float32)


def one_against_one(options: Options) -> list[Pairs]:
    """Return the pairs for a single comparison, the asked ones first."""
    n = SAMPLES
    quick = [
        _lines(ONE, 16, n),
        _lines(f"{ONE}, unquantised", 16, n, quantised=False),
        _voices(FOUR, n),
    ]
    if options.quick:
        return quick
    return [
        *quick[:2],
        _coarsest(quick[0]),
        _lines("one voice, 16 bars", 64, n),
        _lines("one voice, 16 bars, unquantised", 64, n, quantised=False),
        quick[2],
        _voices(f"{FOUR}, unquantised", n, quantised=False),
        _real("shipped examples, 4 bars", real.shipped()),
        *_of_collections(options, n),
    ]


def many_against_one(options: Options) -> list[Pairs]:
    """Return the asked pairs with more samples, for threads to share out."""
    if options.quick:
        return [_lines(ONE, 16, SAMPLES)]
    return [_lines(ONE, 16, SAMPLES), _voices(FOUR, SAMPLES)]


def _lines(name: str, quarters: int, n: int, *, quantised: bool = True) -> Pairs:
    rng = np.random.default_rng(16)
    fragments = [made.line(rng, quarters, quantised=quantised) for _ in range(XS + n)]
    return Pairs(name, fragments[:XS], fragments[XS:], ONE_VOICE if quarters == 16 else {})


def _voices(name: str, n: int, *, quantised: bool = True) -> Pairs:
    rng = np.random.default_rng(4)
    fragments = [made.voices(rng, 16, 4, quantised=quantised) for _ in range(XS + n)]
    return Pairs(name, fragments[:XS], fragments[XS:], FOUR_VOICES)


def _coarsest(pairs: Pairs) -> Pairs:
    """Return the same music on the coarsest grid that is exact for all of it: smaller pictures for the peers."""
    every = (*pairs.xs, *pairs.samples)
    grid = lcm(*(notes.coarsest_resolution() for notes in every))
    return Pairs(
        f"{pairs.name}, drawn at {grid} ticks a quarter",
        [x.at_resolution(grid) for x in pairs.xs],
        [k.at_resolution(grid) for k in pairs.samples],
        {},
    )


def _real(name: str, fragments: Sequence[ge.NoteArray]) -> Pairs:
    order = np.random.default_rng(7).permutation(len(fragments))
    shuffled = [fragments[i] for i in order]
    return Pairs(name, shuffled[:XS], shuffled[XS : XS + SAMPLES], {})


def _of_collections(options: Options, n: int) -> list[Pairs]:
    """Return pairs of real music, of those collections that are here."""
    found = []
    for name in real.COLLECTIONS:
        try:
            found.append(_real(f"{name}, 4 bars", real.collected(options.data, name, n + XS)))
        except NotHere:
            continue
    return found
