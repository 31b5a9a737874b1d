"""The engines that compare X with many samples; each file ``on_....py`` holds two functions.

::

    compare(x, samples, k, at_least, threads, prune) -> Found
    align(x, samples, which) -> likenesses

Of `compare`, `x` holds X as drawn for every reading. What is found is exact for the `k` best samples that reach
`at_least`; with `prune` off, every placement of every alteration is looked at. All engines find the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Literal, NamedTuple, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import InvalidInput
from goldenear.match.picture import PiecePicture
from goldenear.match.prepared import PreparedSamples
from goldenear.notes.note_array import NoteArray
from goldenear.notes.piano_roll import Reading

Engine = Literal["auto", "numpy", "numba", "torch"]

ENGINES = ("numpy", "numba", "torch")

WORTH_LOADING, WORTH_COMPILING = 2_000, 60_000
"""``auto`` takes compiled code when so many pairs of a sample and an alteration have been asked for in this process:
where it lies on disk already, and where it must be compiled first. Below, loading costs more than it saves."""

_asked_for = {"pairs": 0}


class Best(NamedTuple):
    """The best match of every sample, as columns of shape (samples,)."""

    similarity: NDArray[np.float64]
    turn: NDArray[np.int64]
    """The place of its alteration in the recipe."""
    transposition: NDArray[np.int64]
    shift: NDArray[np.int64]
    """In ticks of the pair."""
    shared: NDArray[np.int64]
    ticks: NDArray[np.int64]
    """Ticks of the pair in a quarter."""

    @classmethod
    def nothing(cls, n: int) -> Best:
        """Return columns for n samples that share nothing so far."""
        zeros = np.zeros((4, n), np.int64)
        return cls(np.zeros(n), zeros[0], zeros[1], zeros[2], zeros[3], np.ones(n, np.int64))


class Found(NamedTuple):
    """What an engine found: which samples it compared, and their best matches."""

    sample: NDArray[np.int64]
    best: Best


class Comparing(Protocol):
    """What a file ``on_....py`` can do."""

    compare: Callable[[Mapping[Reading, PiecePicture], PreparedSamples, int, float, int, bool], Found]
    align: Callable[[NoteArray, PreparedSamples, NDArray[np.int64]], NDArray[np.float64]]
    """How well X's melody aligns with those of some samples; see :mod:`goldenear.match.alignment`."""


def engine_named(name: str, pairs: int) -> Comparing:
    """Return the engine called `name`; ``"auto"`` chooses by the number of pairs, these and those before them.

    Raises
    ------
    InvalidInput
        If there is no such engine.
    """
    if name == "auto":
        name = "numba" if _pays(pairs) else "numpy"
    if name not in ENGINES:
        raise InvalidInput(f"backend: expected 'auto' or one of {', '.join(ENGINES)}, got {name!r}")
    return cast("Comparing", import_module(f"goldenear.match.engines.on_{name}"))


def _pays(pairs: int) -> bool:
    """Tell whether compiled code pays from now on."""
    if "goldenear.match.engines.contest" in sys.modules:
        return True
    from goldenear.match.engines.code_cache import is_warm

    _asked_for["pairs"] += pairs
    return _asked_for["pairs"] >= (WORTH_LOADING if is_warm() else WORTH_COMPILING)
