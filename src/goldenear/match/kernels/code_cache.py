"""Tell, without loading a compiler, whether compiled loops lie ready on disk; announce a compilation.

The first use on a machine compiles for half a minute. :func:`tell_compiling` says so on standard error, once a
process, on the command line and in Python programs alike. ``GOLDENEAR_QUIET=1`` in the environment silences it.
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

from goldenear.correlate.backends import lanes_folder
from goldenear.notes.cache_folder import cache_folder

HERE = Path(__file__).parent

COMPILED = ("pairs", "layout", "placements", "beat", "sweep", "driver", "align")

QUIET = "GOLDENEAR_QUIET"
"""The environment variable that silences :func:`tell_compiling`, if it is set to anything but nothing."""

SOURCES = (
    lanes_folder() / "lanes.py",
    lanes_folder() / "records.py",
    HERE.parent / "packed.py",
    HERE.parent / "score.py",
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
    """Return the file that tells where numba keeps the loops of this installation, for this user and Python."""
    version = "".join(map(str, sys.version_info[:2]))
    place = f"{HERE} {os.environ.get('NUMBA_CACHE_DIR', '')}".encode()
    where = hashlib.sha256(place).hexdigest()[:8]
    return cache_folder() / f"compiled-{version}-{fingerprint(sources):x}-{where}"


def is_warm(sources: tuple[Path, ...] = SOURCES) -> bool:
    """Tell whether the loops, as they now stand, have been compiled here before, and still lie on disk."""
    try:
        kept = Path(_mark(sources).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return next(kept.glob("*.nbi"), None) is not None


def mark_warm(kept: str, sources: tuple[Path, ...] = SOURCES) -> None:
    """Remember that the loops have been compiled, and the folder in which numba keeps them.

    Where nothing can be written, nothing is remembered, and every process finds the loops cold.
    """
    mark = _mark(sources)
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(kept, encoding="utf-8")
    except OSError:
        return


def can_be_kept() -> bool:
    """Tell whether it can be remembered that the loops have been compiled."""
    folder = cache_folder()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)


def tell_compiling(sources: tuple[Path, ...] = SOURCES) -> None:
    """Write a line on standard error if the loops must be compiled first; once a process."""
    if not is_warm(sources):
        _say_once()


@cache
def _say_once() -> None:
    """Write the line, unless it is silenced."""
    if not os.environ.get(QUIET):
        print("goldenear: compiling once, about 30 s (a minute to compose)", file=sys.stderr, flush=True)
