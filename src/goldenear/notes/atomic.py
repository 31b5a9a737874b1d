"""Write bytes to the disk whole or not at all.

New bytes go to a temporary file first. A program that is killed leaves it behind; the next program that writes into
the folder removes it. The system's locks tell it from one that is still being written: they end with their program.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from goldenear.errors import InvalidInput

TEMPORARY = ".goldenear-{}.tmp"
"""How temporary files are called."""

ABANDONED, ABANDONED_UNLOCKED = 60.0, 86400.0
"""Seconds after which a temporary file that nobody holds may be removed; longer where files cannot be locked."""


def write_bytes_atomically(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path`, so that at every moment the file is the old one or the new one, never half.

    The bytes go to a new file in the same folder, then to the disk; then the file takes the name. A
    symbolic link stays a link, and what it points to is replaced; permissions stay as they were.

    Parameters
    ----------
    path : str or PathLike
        The file; its folder must exist.
    data : bytes
        All of its new content.

    Raises
    ------
    OSError
        If it cannot be written; it names `path`, and the old file, if there was one, is untouched.
    """
    target = Path(os.path.realpath(path))
    _sweep(target.parent)
    temporary = target.with_name(TEMPORARY.format(os.urandom(8).hex()))
    try:
        temporary.touch(exist_ok=False)
        with held(temporary):
            _write(temporary, data)
            with suppress(FileNotFoundError):
                temporary.chmod(stat.S_IMODE(target.stat().st_mode))
            temporary.replace(target)
    except OSError as error:
        _remove(temporary)
        raise OSError(error.errno, error.strerror or str(error), os.fspath(path)) from None
    except BaseException:
        _remove(temporary)
        raise
    flush_folder(target.parent)


def _write(path: Path, data: bytes) -> None:
    """Write bytes to a file, and bring them to the disk."""
    with path.open("r+b") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _remove(temporary: Path) -> None:
    """Remove a temporary file, as far as that is allowed."""
    with suppress(OSError):
        temporary.unlink()


@contextmanager
def held(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a file or a folder against other programs that hold it; give whether it could be locked.

    The lock ends with the program, even if it is killed.

    Parameters
    ----------
    path : Path
        The file or the folder.
    wait : bool
        Whether to wait while another program holds it.

    Raises
    ------
    BlockingIOError
        If another program holds it, and `wait` is false.
    OSError
        If it cannot be opened.
    """
    try:
        import fcntl
    except ImportError:
        # Windows has no such locks.
        yield False
        return
    # A pipe would be waited for.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        is_locked = True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise
        except OSError:
            # Some network drives have no locks, either.
            is_locked = False
        yield is_locked
    finally:
        # Nothing was written by it, so nothing is lost.
        with suppress(OSError):
            os.close(handle)


@cache
def _sweep(folder: Path) -> None:
    """Remove the temporary files that programs cut short have left in a folder; a program looks there once."""
    for left in folder.glob(TEMPORARY.format("*")):
        # What another program holds, has just renamed, or owns, stays.
        with suppress(OSError), held(left, wait=False) as is_locked:
            if time.time() - left.lstat().st_mtime > (ABANDONED if is_locked else ABANDONED_UNLOCKED):
                left.unlink()


def write_where_asked(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to a path that an argument named, as :func:`write_bytes_atomically` does.

    Raises
    ------
    InvalidInput
        If it cannot be written; the old file, if there was one, is untouched.
    """
    try:
        write_bytes_atomically(path, data)
    except OSError as error:
        raise InvalidInput(f"path: {os.fspath(path)} cannot be written: {error.strerror or error}") from None


def flush_folder(folder: Path) -> None:
    """Make the new name itself survive a loss of power, on systems that can open folders."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
