"""This file is where it is known whether compiled loops lie ready on disk, without loading a compiler."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from pathlib import Path

from goldenear.correlate.backends import lanes_folder
from goldenear.notes.cache_folder import cache_folder

HERE = Path(__file__).parent

COMPILED = (
    "view",
    "bounds",
    "afar",
    "edges",
    "room",
    "tile",
    "sweep",
    "widths",
    "laying",
    "excerpts",
    "pair",
    "contest",
    "aligning",
    "placements",
)

SOURCES = (
    lanes_folder() / "lanes.py",
    lanes_folder() / "records.py",
    HERE.parent / "packed.py",
    HERE.parent / "alignment.py",
    *(HERE / f"{name}.py" for name in COMPILED),
)
"""The files that compiled loops are made of: a change in any of them makes them anew."""


@cache
def fingerprint(sources: tuple[Path, ...] = SOURCES) -> int:
    """Return a number that changes with the text of the sources."""
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.read_bytes())
    return int.from_bytes(digest.digest()[:7], "big")


def _mark(sources: tuple[Path, ...]) -> Path:
    """Return the file whose being there says that the loops have been compiled by this user, for this Python.

    A hint: where the compiled code itself has been thrown away since, it is compiled again.
    """
    version = "".join(map(str, sys.version_info[:2]))
    return cache_folder() / f"compiled-{version}-{fingerprint(sources):x}"


def is_warm(sources: tuple[Path, ...] = SOURCES) -> bool:
    """Tell whether the loops, as they now stand, have been compiled here before."""
    return _mark(sources).exists()


def mark_warm(sources: tuple[Path, ...] = SOURCES) -> None:
    """Remember that the loops have been compiled; where nothing can be written, they are looked up each time."""
    mark = _mark(sources)
    if not mark.exists():
        try:
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()
        except OSError:
            return
