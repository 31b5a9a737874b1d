"""Open files: regular ones only, without waiting, and no more of them than was asked for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from goldenear.content.foreign import project_folder
from goldenear.errors import UnreadableFile
from goldenear.limits import LIMITS


def bytes_of(path: str | os.PathLike[str], most: int, kind: str) -> bytes:
    """Return a file's bytes; `kind` is what files a folder may hold, for the message.

    Raises
    ------
    UnreadableFile
        If it is missing, empty, a folder or no regular file, larger than `most` bytes, or cannot be opened.
    """
    try:
        if Path(path).is_dir():
            project = project_folder(path)
            raise UnreadableFile(
                path, project.refusal if project else f"is a folder: name the {kind} files in it"
            )
        data = _bytes_of_regular(path, most)
    except FileNotFoundError:
        is_content = "\n" in os.fspath(path)
        raise UnreadableFile(
            path, "no such file: expected its name, not what it holds" if is_content else "no such file"
        ) from None
    except OSError as error:
        raise UnreadableFile(path, f"cannot be opened: {error.strerror or error}") from None
    if not data:
        raise UnreadableFile(path, "the file is empty")
    return data


def text_of(path: str | os.PathLike[str]) -> str | None:
    """Return the text of a small file; None where nothing has that name, not even a link that leads nowhere.

    Raises
    ------
    UnreadableFile
        If it is no regular file, larger than 16 MB, no UTF-8, or cannot be opened.
    """
    if not os.path.lexists(path):
        return None
    try:
        return _bytes_of_regular(path, LIMITS.text_bytes).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableFile(path, f"is no text: {error}") from None
    except OSError as error:
        raise UnreadableFile(path, f"cannot be opened: {error.strerror or error}") from None


def _bytes_of_regular(path: str | os.PathLike[str], most: int) -> bytes:
    """Return the bytes of a regular file.

    Raises
    ------
    OSError
        If it cannot be opened or read.
    UnreadableFile
        If it is no regular file, or holds more than `most` bytes, whatever its size is said to be.
    """
    # A pipe would be waited for.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFile(path, "is no regular file")
        if status.st_size > most:
            raise UnreadableFile(path, f"{status.st_size:,} bytes is over the limit of {most:,}")
        data = file.read(most + 1)
    if len(data) > most:
        raise UnreadableFile(path, f"holds more than the limit of {most:,} bytes")
    return data
