"""This file is where files are opened, their size checked first."""

from __future__ import annotations

import os
from pathlib import Path

from goldenear.content.foreign import project_folder
from goldenear.errors import UnreadableFile


def bytes_of(path: str | os.PathLike[str], most: int, kind: str) -> bytes:
    """Return a file's bytes; `kind` is what files a folder may hold, for the message.

    Raises
    ------
    UnreadableFile
        If it is missing, empty, a folder, larger than `most` bytes, or cannot be opened.
    """
    try:
        if Path(path).is_dir():
            project = project_folder(path)
            raise UnreadableFile(
                path, project.refusal if project else f"is a folder: name the {kind} files in it"
            )
        size = Path(path).stat().st_size
        if size > most:
            raise UnreadableFile(path, f"{size:,} bytes is over the limit of {most:,}")
        data = Path(path).read_bytes()
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
