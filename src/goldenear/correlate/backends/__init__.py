"""Shared time, once for each engine: by scatter and two sums, or by painting; each file has a ``shared_time``.

::

    shared_time(piece: Lines, fragment: Lines, frame: Frame, seam: Seam) -> (values, Seam)

`values` is an int64 array of shape (frame.rows, frame.columns). `seam` is what the tile to the left of
`frame` returned, or ``Seam.before(frame)``; the seam returned belongs to the tile on the right. All engines
return the same integers.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.frame import Frame, Seam
from goldenear.correlate.turning_points import Lines
from goldenear.errors import InvalidInput
from goldenear.optional import needed

Backend = Literal["auto", "numpy", "numba", "fft", "torch"]
SharedTime = Callable[[Lines, Lines, Frame, Seam], tuple[NDArray[np.int64], Seam]]

BACKENDS = ("numpy", "numba", "fft", "torch")

WORTH_COMPILED_CODE = 50_000_000
"""``auto`` takes numba from this many placements on: below, loading compiled code costs more than it saves."""


DENSE = {"numpy": 1, "numba": 8}
"""``auto`` paints from so many pairs of strokes a placement on: below, they are scattered in less time."""


def backend_named(name: str, placements: int, pairs: int = 0) -> SharedTime:
    """Return the engine called `name`; ``"auto"`` chooses by the number of placements and pairs of strokes to come.

    Raises
    ------
    InvalidInput
        If there is no such engine.
    MissingExtra
        If the engine is torch and it is not installed (extra ``torch``).
    """
    if name == "auto":
        scattering = "numba" if placements >= WORTH_COMPILED_CODE else "numpy"
        name = "fft" if pairs > DENSE[scattering] * placements else scattering
    if name not in BACKENDS:
        raise InvalidInput(f"backend: expected 'auto' or one of {', '.join(BACKENDS)}, got {name!r}")
    if name == "torch":
        needed("torch", "the engine on torch", "torch")
    engine: SharedTime = import_module(f"goldenear.correlate.backends.on_{name}").shared_time
    return engine


def for_few_strokes(engine: SharedTime) -> SharedTime:
    """Return the engine to use where one picture is a stroke or two: painting that would be in vain."""
    paints = engine.__module__.endswith(".on_fft")
    return backend_named("numpy", 0) if paints else engine


def lanes_folder() -> Path:
    """Return the folder of the files that compiled loops elsewhere are built on."""
    return Path(__file__).parent
