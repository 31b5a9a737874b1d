"""Shared time, once for each engine: by scatter and two sums, or by painting; each file has a ``shared_time``.

::

    shared_time(piece: Lines, fragment: Lines, frame: Frame, seam: Seam) -> (values, Seam)

`values` is an int64 array of shape (frame.rows, frame.columns). `seam` is what the tile to the left of
`frame` returned, or ``Seam.before(frame)``; the seam returned belongs to the tile on the right. All engines
return the same integers.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import shown
from goldenear.correlate.frame import Frame, Seam
from goldenear.correlate.turning_points import Lines
from goldenear.errors import InvalidInput
from goldenear.optional import needed

if TYPE_CHECKING:
    import torch

SharedTime = Callable[[Lines, Lines, Frame, Seam], tuple[NDArray[np.int64], Seam]]


class CountsSharedTime(Protocol):
    """An engine, as far as correlograms are concerned."""

    @property
    def shared_time(self) -> SharedTime:
        """The function that counts shared time."""


BackendName = Literal["auto", "numpy", "numba", "fft", "torch"]

Backend = BackendName | CountsSharedTime
"""What ``backend=`` takes where correlograms are made: the name of an engine, ``"auto"``, or an engine."""

BACKENDS = get_args(BackendName)[1:]

PAIR, PLACEMENT = 8e-8, 6e-9
"""Seconds in which NumPy scatters the turning points of a pair of strokes, and sums twice at a placement."""

WORTH_LOADING = 0.5
"""Seconds that NumPy would take from which ``auto`` takes compiled code: it is loaded in about as long, and the two
loops of this package compile in a third of a second more."""

DENSE = {"numpy": 1, "numba": 8}
"""``auto`` paints from so many pairs of strokes a placement on: below, they are scattered in less time."""


@dataclass(frozen=True)
class FftEngine:
    """Counts shared time by painting both pictures and transforming them: for dense pictures, as those of sound.

    It serves :func:`goldenear.correlogram`, :func:`goldenear.correlogram_tiles` and :func:`goldenear.find`.
    """

    name: ClassVar[str] = "fft"

    @property
    def shared_time(self) -> SharedTime:
        """The function that counts shared time."""
        return shared_time_named(self.name)


def chosen(backend: Backend, placements: int, pairs: int) -> Backend:
    """Return the backend, and for ``"auto"`` the name of the one that suits the work.

    Parameters
    ----------
    backend : str, or an engine
        What was asked for.
    placements, pairs : int
        How many placements there are, and how many pairs of strokes.

    Raises
    ------
    InvalidInput
        If there is no such engine.
    """
    if backend != "auto":
        is_named = isinstance(backend, str) and backend in BACKENDS
        if not is_named and not callable(getattr(backend, "shared_time", None)):
            known = f"auto, {', '.join(BACKENDS)}, or an engine such as NumpyEngine()"
            raise InvalidInput(f"backend: expected {known}, got {shown(backend)}")
        return backend
    loaded = "goldenear.correlate.backends.on_numba" in sys.modules
    seconds = PLACEMENT * placements + PAIR * pairs
    scattering: BackendName = "numba" if loaded or seconds >= WORTH_LOADING else "numpy"
    return "fft" if pairs > DENSE[scattering] * placements else scattering


def shared_time_of(backend: Backend, placements: int, pairs: int) -> SharedTime:
    """Return the function that counts shared time, of the backend or of that which suits the work.

    Raises
    ------
    InvalidInput
        If there is no such engine.
    MissingExtra
        If the engine is torch and it is not installed (extra ``torch``).
    """
    found = chosen(backend, placements, pairs)
    return shared_time_named(found) if isinstance(found, str) else found.shared_time


def shared_time_named(name: str, device: str | None = None) -> SharedTime:
    """Return the function of the engine of this name; torch's counts on a device, see `torch_device`.

    Raises
    ------
    MissingExtra
        If the engine is torch and it is not installed (extra ``torch``).
    """
    where = {"where": torch_device(device)} if name == "torch" else {}
    engine: SharedTime = import_module(f"goldenear.correlate.backends.on_{name}").shared_time
    return partial(engine, **where) if where else engine


def torch_device(name: str | None) -> torch.device:
    """Return the device of a name; by default the graphics card, where torch can use one, else the processor.

    Raises
    ------
    MissingExtra
        If torch is not installed (extra ``torch``).
    InvalidInput
        If torch finds no such graphics card.
    """
    library = needed("torch", "the engine on torch", "torch")
    cards = library.cuda.device_count() if library.cuda.is_available() else 0
    where: torch.device = library.device(name or ("cuda" if cards else "cpu"))
    if where.type == "cuda" and (where.index or 0) >= cards:
        raise InvalidInput(f"device: torch finds {cards} graphics cards here, so there is no {name!r}")
    return where


def for_few_strokes(engine: SharedTime) -> SharedTime:
    """Return the engine to use where one picture is a stroke or two: painting that would be in vain."""
    paints = engine.__module__.endswith(".on_fft")
    return shared_time_named("numpy") if paints else engine


def lanes_folder() -> Path:
    """Return the folder of the files that compiled loops elsewhere are built on."""
    return Path(__file__).parent
