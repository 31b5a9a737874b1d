"""This file is where many samples are made ready, with X's that are like one of them and X's that are like none."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np

import goldenear as ge
from benchmarks import made, ours, real
from benchmarks.errors import NotHere
from benchmarks.options import Options

AT_LEAST = 0.8
"""The similarity from which a veto falls."""

MADE, SHIPPED = "made", "shipped examples"
XS = 3


@dataclass(frozen=True)
class SampleSet:
    """Samples ready to be ranked.

    Attributes
    ----------
    name : str
        Whose music they are.
    prepared : PreparedSamples
        Ready, with the alterations of one recipe.
    seconds : float
        How long it took to prepare them.
    alike, strange : sequences of NoteArray
        X's that resemble a sample (the sample transposed, shifted, some notes moved), and X's that resemble none.
    """

    name: str
    prepared: ge.PreparedSamples
    seconds: float
    alike: Sequence[ge.NoteArray]
    strange: Sequence[ge.NoteArray]


def sample_set(name: str, n: int, recipe: ge.Recipe, options: Options) -> SampleSet:
    """Return up to n samples of made or real music, prepared.

    Raises
    ------
    NotHere
        If the music is not here, or no X is like a sample, or every X is.
    """
    if name == MADE:
        fragments = made_fragments(n)
        others: Sequence[ge.NoteArray] = [made.line(np.random.default_rng(seed), 16) for seed in range(40)]
    else:
        every = real.shipped() if name == SHIPPED else real.collected(options.data, name, n * 6 // 5)
        others, fragments = every[: len(every) // 6], every[len(every) // 6 :]
    start = time.perf_counter()
    prepared = ours.prepared(fragments, recipe)
    seconds = time.perf_counter() - start
    veto = ours.ranking(at_least=AT_LEAST, k=1)
    rng = np.random.default_rng(5)
    # Only from the first samples, so that a part of them holds the hits too.
    which = rng.integers(0, min(len(fragments), 500), 40)
    varied = (made.varied(rng, fragments[int(i)], len(fragments[int(i)]) // 8) for i in which)
    alike = list(islice((x for x in varied if veto(x, prepared)), XS))
    strange = list(islice((x for x in others if not veto(x, prepared)), XS))
    if not alike or not strange:
        raise NotHere(f"{name}: no X that is like a sample, or none that is like no sample")
    return SampleSet(name, prepared, seconds, alike, strange)


def made_fragments(n: int) -> Sequence[ge.NoteArray]:
    """Return the first n of the made samples."""
    return _made_fragments(max(n, 1_000))[:n]


@lru_cache(maxsize=1)
def _made_fragments(n: int) -> list[ge.NoteArray]:
    return list(made.fragments(np.random.default_rng(1_000), n))
