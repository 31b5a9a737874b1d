"""Walk the folder of the good or of the bad samples: every file in it is seen, or the taste is refused.

A judge that overlooks a bad sample calls its music good. So what cannot be looked into, or read, is an error that
names it; nothing is skipped without a word. Links are followed.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from goldenear.errors import InvalidTaste
from goldenear.notes.read import SUFFIXES

DEEPEST = 20
"""Folders inside each other."""


def walk(folder: Path) -> dict[Path, os.stat_result]:
    """Return every regular file in a folder and in the folders inside, sorted, and its state; links are followed.

    Raises
    ------
    InvalidTaste
        If there is no such folder, something in it cannot be looked at, a link leads nowhere or round in a circle,
        something is neither a file nor a folder, or a folder has the name of a music file.
    """
    try:
        status = folder.stat()
    except FileNotFoundError:
        raise _missing(folder) from None
    except OSError as error:
        raise _unseen(folder, error) from None
    if not stat.S_ISDIR(status.st_mode):
        raise InvalidTaste(f"{folder}: is no folder, where that of the {folder.name} samples is expected")
    found: dict[Path, os.stat_result] = {}
    _walk(folder, found, ((status.st_dev, status.st_ino),))
    return dict(sorted(found.items()))


def _walk(folder: Path, found: dict[Path, os.stat_result], above: tuple[tuple[int, int], ...]) -> None:
    """Add the files in a folder; `above` holds the folders that lead there."""
    try:
        inside = [entry.name for entry in os.scandir(folder)]
    except OSError as error:
        raise _unseen(folder, error) from None
    for path in map(folder.joinpath, inside):
        try:
            status = path.stat()
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not os.path.lexists(path):
                # It went while the folder was walked.
                continue
            raise _unseen(path, error) from None
        if stat.S_ISREG(status.st_mode):
            found[path] = status
        elif not stat.S_ISDIR(status.st_mode):
            raise InvalidTaste(f"{path}: is neither a file nor a folder: take it out")
        elif path.suffix.lower() in SUFFIXES:
            raise InvalidTaste(f"{path}: is a folder with the name of a music file: name it otherwise")
        elif (status.st_dev, status.st_ino) in above or len(above) >= DEEPEST:
            raise InvalidTaste(f"{path}: leads back to a folder above it, or too deep: take it out")
        else:
            _walk(path, found, (*above, (status.st_dev, status.st_ino)))


def _missing(folder: Path) -> InvalidTaste:
    """Return the refusal of a folder of samples that is not there."""
    if folder.is_symlink():
        return InvalidTaste(f"{folder}: is a link that leads nowhere")
    return InvalidTaste(
        f"{folder}: no such folder: if there are no {folder.name} samples, make an empty one (mkdir {folder})"
    )


def _unseen(path: Path, error: OSError) -> InvalidTaste:
    """Return the refusal of what cannot be looked at."""
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return InvalidTaste(f"{path}: is a link that leads nowhere: mend it, or take it out")
    return InvalidTaste(f"{path}: cannot be looked at: {error.strerror or error}")
