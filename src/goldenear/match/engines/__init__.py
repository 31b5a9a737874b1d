"""The engines that compare X with many samples, and the choice among them.

An engine is a small frozen object. All of them find the same::

    engine.compare(x, samples, k, at_least, threads, prune) -> Found
    engine.align(x, samples, which) -> likenesses
    engine.shared_time(piece, fragment, frame, seam) -> (values, Seam)

Of `compare`, `x` holds X as drawn for every reading. What is found is exact for the `k` best samples that reach
`at_least`; with `prune` off, every placement of every alteration is looked at. Its code lies in a file ``on_....py``,
which is loaded when the engine is first used.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import array_of, kind_of, must_be, number, shown, truth, whole_number
from goldenear.correlate.backends import SharedTime, shared_time_named
from goldenear.errors import InvalidInput
from goldenear.match.engines.work import numpy_seconds
from goldenear.match.kernels.code_cache import can_be_kept, is_warm
from goldenear.match.pictures import PiecePicture
from goldenear.match.prepared import PreparedSamples
from goldenear.notes.note_array import NoteArray, must_be_notes
from goldenear.notes.piano_roll import Reading

MOST_THREADS = 1024

WORTH_LOADING, WORTH_COMPILING = 0.5, 30.0
"""Seconds that NumPy would take from which ``auto`` takes compiled code. It loads in .7 s. Compiling takes half a
minute, but only once on a machine, so it counts only where the compiled code cannot be kept."""


class Best(NamedTuple):
    """The best match of every sample, as columns of shape (samples,)."""

    similarity: NDArray[np.float64]
    alteration: NDArray[np.int64]
    """Where its alteration stands in the recipe."""
    transposition: NDArray[np.int64]
    shift: NDArray[np.int64]
    """In units of the pair."""
    shared: NDArray[np.int64]
    """What the first layer shares, in the same units."""
    unit_up: NDArray[np.int64]
    unit_down: NDArray[np.int64]
    """A unit is unit_up / unit_down quarters."""

    @classmethod
    def nothing(cls, n: int) -> Best:
        """Return columns for n samples that share nothing so far."""
        zeros, ones = np.zeros((4, n), np.int64), np.ones((2, n), np.int64)
        return cls(np.zeros(n), *zeros, *ones)

    def bar(self, k: int, at_least: float) -> float:
        """Return the similarity that a sample must reach to be among the k best that reach `at_least`."""
        if k >= len(self.similarity):
            return at_least
        if k == 0:
            return 1.0
        return max(at_least, float(np.partition(self.similarity, -k)[-k]))


class Placements(NamedTuple):
    """Placements of one sample under one alteration, as columns of shape (placements,)."""

    alteration: int
    """Where the alteration stands in the recipe."""
    transposition: NDArray[np.int64]
    shift: NDArray[np.int64]
    """In units of the pair."""
    shared: NDArray[np.int64]
    """What the first layer shares, in the same units."""
    similarity: NDArray[np.float64]
    unit_up: int
    unit_down: int
    """A unit is unit_up / unit_down quarters."""


class Found(NamedTuple):
    """What an engine found: which samples it compared, and their best matches."""

    sample: NDArray[np.int64]
    best: Best


@dataclass(frozen=True)
class Engine:
    """What all engines have in common: what they are called, and where their code lies."""

    name: ClassVar[str]
    takes_xs_at_once: ClassVar[bool] = True
    """Whether threads may take an X each; False where the number of threads is the whole process's."""

    @property
    def shared_time(self) -> SharedTime:
        """The function that counts shared time, for correlograms and :func:`goldenear.find`."""
        return shared_time_named(self.name)

    def compare(
        self,
        x: Mapping[Reading, PiecePicture],
        samples: PreparedSamples,
        k: int,
        at_least: float,
        threads: int,
        prune: bool,
    ) -> Found:
        """Find the best matches.

        Raises
        ------
        TooLarge
            If a sample cannot be compared with X.
        """
        if not isinstance(x, Mapping):
            raise InvalidInput(
                f"x: expected X as drawn for each reading, got {kind_of(x)}; goldenear.rank draws it"
            )
        must_be("samples", samples, PreparedSamples, how_to_prepare)
        whole_number("k", k, 0, 2**62)
        number("at_least", at_least, 0, 1)
        whole_number("threads", threads, 1, MOST_THREADS)
        truth("prune", prune)
        if not len(samples):
            return Found(np.zeros(0, np.int64), Best.nothing(0))
        found: Found = self._code().compare(x, samples, k, float(at_least), threads, prune, **self._options())
        return found

    def align(self, x: NoteArray, samples: PreparedSamples, which: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how well X's melody aligns with those of some samples; see :mod:`goldenear.match.alignment`."""
        must_be_notes("x", x)
        must_be("samples", samples, PreparedSamples, how_to_prepare)
        which = array_of("which", which, "iu")
        aligned: NDArray[np.float64] = self._code().align(x, samples, which)
        return aligned

    def _code(self) -> Any:
        """Return the module that does the work."""
        return import_module(f"goldenear.match.engines.on_{self.name}")

    def _options(self) -> dict[str, Any]:
        """Return what the engine's ``compare`` takes besides."""
        return {}


@dataclass(frozen=True)
class NumpyEngine(Engine):
    """Compares with NumPy: answers at once, without compiling, and looks at nearly every placement.

    Examples
    --------
    >>> from goldenear import rank
    >>> x = NoteArray.from_arrays(pitch=[60, 64], onset=[0, 1], duration=1, ticks_per_quarter=1)
    >>> rank(x, [x], backend=NumpyEngine()).best.similarity
    1.0
    """

    name: ClassVar[str] = "numpy"


@dataclass(frozen=True)
class NumbaEngine(Engine):
    """Compares with compiled loops, which leave out what cannot matter: the fastest on a processor.

    The first use on a machine compiles them, which takes about 30 s; a line on standard error says so, unless the
    environment variable ``GOLDENEAR_QUIET`` is set.
    """

    name: ClassVar[str] = "numba"


@dataclass(frozen=True)
class TorchEngine(Engine):
    """Compares with PyTorch (extra ``torch``): many samples and alterations at once, on a graphics card.

    Parameters
    ----------
    device : str, optional
        ``"cpu"``, ``"cuda"``, or one card of several such as ``"cuda:1"``. By default the card, if there is one.

    Raises
    ------
    InvalidInput
        If the device has another name; when it is used, if torch finds no such card.
    """

    name: ClassVar[str] = "torch"
    takes_xs_at_once: ClassVar[bool] = False
    device: str | None = None

    def __post_init__(self) -> None:
        if self.device is not None and not re.fullmatch(r"cpu|cuda(:\d{1,2})?", str(self.device)):
            raise InvalidInput(
                f"device: expected 'cpu', 'cuda' or one such as 'cuda:1', got {shown(self.device)}"
            )

    @property
    def shared_time(self) -> SharedTime:
        """The function that counts shared time on the device."""
        return shared_time_named(self.name, self.device)

    def _options(self) -> dict[str, Any]:
        return {"device": self.device}


EngineName = Literal["auto", "numpy", "numba", "torch"]

Backend = EngineName | Engine
"""What ``backend=`` takes: the name of an engine, ``"auto"``, or an engine."""

ENGINES: dict[str, Engine] = {engine.name: engine for engine in (NumpyEngine(), NumbaEngine(), TorchEngine())}


def engine_for(backend: Backend, xs: Sequence[NoteArray], *libraries: PreparedSamples) -> Engine:
    """Return the engine that is to rank every library for every X.

    ``"auto"`` chooses by the work: NumPy below `WORTH_LOADING` seconds of its time, compiled code above, and compiled
    code for anything where it is loaded already.

    Raises
    ------
    InvalidInput
        If there is no such engine.
    """
    if backend != "auto":
        return _named(backend)
    return ENGINES["numba"] if _compiled_pays(xs, libraries) else ENGINES["numpy"]


def in_threads(work: Callable[[Any], Any], items: Iterable[Any], threads: int) -> Iterator[Any]:
    """Do the work of every item, shared out among threads, and give what each returns, in order."""
    if threads == 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(work, items)


def how_to_prepare(_: object) -> str:
    """Return how samples are made ready."""
    return "goldenear.prepare makes them ready"


def _named(backend: Backend) -> Engine:
    """Return the engine of a name, or the engine itself."""
    engine = ENGINES.get(backend) if isinstance(backend, str) else backend
    if not isinstance(engine, Engine):
        raise InvalidInput(
            f"backend: expected auto, {', '.join(ENGINES)}, or an engine such as NumpyEngine(), got {shown(backend)}"
        )
    return engine


def _compiled_pays(xs: Sequence[NoteArray], libraries: Sequence[PreparedSamples]) -> bool:
    """Tell whether compiled code is the quicker choice."""
    if "goldenear.match.kernels.driver" in sys.modules:
        # Once it is loaded it is no slower than NumPy even for one pair of single notes.
        return True
    worth = WORTH_LOADING if is_warm() or can_be_kept() else WORTH_COMPILING
    return numpy_seconds(xs, libraries) >= worth
