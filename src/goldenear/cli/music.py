"""This file is where the music that a command names is gathered: files, folders of files, and tunes in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from goldenear.cli import output
from goldenear.errors import InvalidInput, MissingExtra, NoNotes, TooLarge, UnreadableFile
from goldenear.notes.note_array import NoteArray
from goldenear.notes.read import SUFFIXES, read_all

Item = TypeVar("Item")


def files_in(paths: Iterable[Path]) -> list[Path]:
    """Return the files named, and the music files inside the folders named, in order."""
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        inside = sorted(
            p
            for p in path.rglob("*")
            if p.is_file()
            and p.suffix.lower() in SUFFIXES
            and not any(part.startswith(".") for part in p.relative_to(path).parts)
        )
        if not inside:
            raise InvalidInput(f"{path}: no music files in this folder")
        files += inside
    return files


def sounding(tunes: Iterable[NoteArray]) -> list[NoteArray]:
    """Return the tunes that have notes, and tell which have none."""
    kept = []
    for tune in tunes:
        if (tune.brightness > 0).any():
            kept.append(tune)
        else:
            output.say(f"note: {tune.name}: no notes, left out")
    return kept


def readable_in(folder: Path, read: Callable[[Path], list[NoteArray]]) -> list[NoteArray]:
    """Return every tune of a file or a folder that can be read, and tell which files cannot.

    Raises
    ------
    InvalidInput
        If there is none.
    """
    tunes: list[NoteArray] = []
    for path in output.with_progress(files_in([folder]), "reading"):
        try:
            tunes += read(path)
        except (UnreadableFile, MissingExtra) as error:
            output.say(f"note: {error}: left out")
    if not tunes:
        raise InvalidInput(f"{folder}: nothing in it can be read")
    return sounding(tunes)


def candidates_in(files: Sequence[Path], read: Callable[[Path], Iterable[Item]]) -> tuple[list[Item], bool]:
    """Return what can be judged in files, and whether a file was refused; each refusal is one line.

    Raises
    ------
    UnreadableFile, NoNotes, TooLarge
        If there is but one file, and it is refused.
    """
    candidates: list[Item] = []
    refused = False
    for path in files:
        try:
            inside = list(read(path))
        except (UnreadableFile, NoNotes, TooLarge) as error:
            if len(files) == 1:
                raise
            output.say(f"goldenear: {error}")
            refused = True
        else:
            candidates += inside
    return candidates, refused


def pieces_in(paths: Iterable[Path]) -> list[NoteArray]:
    """Return every tune that sounds in the files and folders named; in folders, what can be read."""
    pieces: list[NoteArray] = []
    for path in paths:
        pieces += readable_in(path, read_all) if path.is_dir() else sounding(read_all(path))
    return pieces
