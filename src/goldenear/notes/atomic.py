"""This file is where bytes reach the disk whole or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from goldenear.errors import InvalidInput


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
        If it cannot be written; the old file, if there was one, is untouched.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:64]}.{os.urandom(8).hex()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    flush_folder(target.parent)


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
