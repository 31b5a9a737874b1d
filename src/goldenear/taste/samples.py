"""This file is where samples live: plain music files in the folders good/ and bad/, never changed silently."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from goldenear.arguments import file_name
from goldenear.errors import InvalidTaste, UnreadableFile
from goldenear.files import text_of
from goldenear.limits import LIMITS, VARIABLE
from goldenear.notes.atomic import TEMPORARY, write_bytes_atomically
from goldenear.notes.choice import EVERYTHING, Choice
from goldenear.notes.note_array import NoteArray
from goldenear.notes.read import SUFFIXES
from goldenear.taste.sample_folder import walk
from goldenear.taste.settings import TEMPLATE, Settings

Kind = Literal["good", "bad"]

KINDS: tuple[Kind, ...] = ("good", "bad")

SETTINGS_FILE = "taste.toml"

CHOICE_ENDING = ".toml"
"""What is added to a sample's file name for the file that holds which of its notes are the sample."""


CORE, CONTEXT = "core", "context"
"""Names of tracks that say which notes of a sample matter."""


@dataclass(frozen=True)
class SampleFolder:
    """The samples of one kind, as read.

    Attributes
    ----------
    samples : tuple of NoteArray
        In the order of their file names, each named ``kind/file``; a file of several tunes gives several.
    remarks : tuple of str
        What was left out, and what was repaired on reading, file by file.
    """

    samples: tuple[NoteArray, ...]
    remarks: tuple[str, ...]


def read_samples(folder: Path, kind: Kind, settings: Settings) -> SampleFolder:
    """Read all samples of one kind from a taste folder; folders inside are read too, hidden files are not.

    Raises
    ------
    UnreadableFile
        If a music file is damaged.
    InvalidTaste
        If a sample holds no notes.
    """
    samples: list[NoteArray] = []
    paths, left_out = files_of(folder, kind)
    remarks = [f"{name}: {why}, left out" for name, why in left_out.items()]
    for path in paths:
        parts = path.relative_to(folder / kind).parts
        tunes = [tune.named("/".join((kind, *parts[:-1], tune.name))) for tune in read_sample(path, settings)]
        if not any(map(sounds, tunes)):
            raise InvalidTaste(
                f"{path}: there are no notes in it, so it can resemble nothing: take the file out"
            )
        for tune in tunes:
            remarks += [f"{tune.name}: {remark}" for remark in tune.provenance.remarks]
            if sounds(tune):
                samples.append(tune)
            else:
                remarks.append(f"{tune.name}: no notes, left out")
    return SampleFolder(tuple(samples), tuple(remarks))


def read_sample(path: Path, settings: Settings) -> list[NoteArray]:
    """Read the tunes of a sample file: those of its notes that were chosen when it was added.

    Where nobody chose tracks, their names do: one named "core" is the sample, and what is named "context" is not.

    Raises
    ------
    UnreadableFile
        If the file is damaged, has no such tracks, channels or voices any more, or more notes than a sample may have.
    InvalidTaste
        If the file of its choice is damaged.
    """
    return read_as_sample(path, settings, choice_of(path))


def read_as_sample(
    path: Path, settings: Settings, choice: Choice, data: bytes | None = None
) -> list[NoteArray]:
    """Read the tunes of a file as :func:`read_sample` does, with this choice, and these bytes if given."""
    tunes = _of_tracks_that_matter(path, settings, choice, data)
    most = max(map(len, tunes), default=0)
    if most > LIMITS.sample_notes:
        raise UnreadableFile(
            str(path),
            f"{most:,} notes are over the limit of {LIMITS.sample_notes:,} for a sample, which is a short fragment "
            f"({VARIABLE}=sample_notes={most} allows them)",
        )
    return tunes


def _of_tracks_that_matter(
    path: Path, settings: Settings, choice: Choice, data: bytes | None
) -> list[NoteArray]:
    """Read the tunes of a file: the tracks that are chosen, or else those that their names say are the sample."""
    tunes = settings.read(path, choice, data)
    names = tunes[0].provenance.tracks if len(tunes) == 1 and not choice.track else ()
    numbers = _tracks_that_matter([name.strip().casefold() for name in names])
    if len(numbers) in (0, len(names)):
        return tunes
    (tune,) = settings.read(path, replace(choice, track=numbers), data)
    others = ", ".join(name for i, name in enumerate(names) if i not in numbers and name)
    told = f"the sample is what the names of its tracks say, without {others}"
    return [replace(tune, provenance=tune.provenance.remarking(told))]


def _tracks_that_matter(names: Sequence[str]) -> tuple[int, ...]:
    """Return which tracks are the sample: the core, if one is named so; else all but the context."""
    core = tuple(i for i, name in enumerate(names) if name == CORE)
    return core or tuple(i for i, name in enumerate(names) if name != CONTEXT)


def sounds(tune: NoteArray) -> bool:
    """Tell whether a tune can be a sample: whether a note of it sounds."""
    return bool((tune.brightness > 0).any())


def choice_file(path: Path) -> Path:
    """Return the file beside a sample that holds which of its notes are the sample: ``song.mid.toml``."""
    return path.with_name(path.name + CHOICE_ENDING)


def choice_of(path: Path) -> Choice:
    """Return which notes of a sample file are the sample; all where nothing else is said beside it.

    Raises
    ------
    InvalidTaste
        If what is said cannot be read.
    """
    beside = choice_file(path)
    try:
        written = text_of(beside)
        return EVERYTHING if written is None else Choice.from_table(tomllib.loads(written))
    except UnreadableFile as error:
        raise InvalidTaste(str(error)) from None
    except (ValueError, RecursionError) as error:
        # Thousands of digits are no TOMLDecodeError.
        raise InvalidTaste(f"{beside}: cannot be read as a choice of notes: {error}") from None


def files_of(folder: Path, kind: Kind) -> tuple[list[Path], dict[str, str]]:
    """Return the music files of one kind in a taste, in order, and why others are left out, by their names.

    Hidden files are left out, with a word if their names end as those of music.

    Raises
    ------
    InvalidTaste
        If something there cannot be seen.
    """
    root = folder / kind
    paths: list[Path] = []
    left_out: dict[str, str] = {}
    for path in walk(root):
        parts = path.relative_to(root).parts
        hidden, music = any(part.startswith(".") for part in parts), path.suffix.lower() in SUFFIXES
        if music and not hidden:
            paths.append(path)
        elif music or not (hidden or _is_choice(path)):
            why = "hidden" if hidden else "not a music file"
            left_out["/".join((kind, *parts))] = why
    return paths, left_out


def _is_choice(path: Path) -> bool:
    """Tell whether a file is the choice of notes of a sample beside it."""
    sample = path.with_name(path.name.removesuffix(CHOICE_ENDING))
    return path.suffix == CHOICE_ENDING and sample.suffix.lower() in SUFFIXES and sample.is_file()


def new_taste(folder: str | os.PathLike[str]) -> Path:
    """Make an empty taste: the folders good/ and bad/, and a taste.toml that spells out every default.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InvalidTaste
        If something else is already there than empty folders good/ and bad/.
    """
    root = Path(file_name("folder", folder, "folder"))
    wanted = [*reversed(root.parents), root, *(root / kind for kind in KINDS)]
    missing: list[Path] = []
    try:
        if root.exists() and not (root.is_dir() and all(map(_is_unfinished, root.iterdir()))):
            raise InvalidTaste(f"{root}: is already there, and not empty: choose another name")
        missing += [folder for folder in wanted if not folder.exists()]
        for made in missing:
            made.mkdir(exist_ok=True)
        write_bytes_atomically(root / SETTINGS_FILE, TEMPLATE.encode())
    except BaseException as error:
        for made in reversed(missing):
            with suppress(OSError):
                made.rmdir()
        if isinstance(error, OSError):
            raise InvalidTaste(f"{root}: cannot be made: {error.strerror or error}") from None
        raise
    return root


def _is_unfinished(path: Path) -> bool:
    """Tell whether a file or folder is what a program that was killed leaves of a new taste."""
    is_empty = path.name in KINDS and path.is_dir() and not any(path.iterdir())
    return is_empty or path.match(TEMPORARY.format("*"))


def check_is_taste(folder: str | os.PathLike[str]) -> Path:
    """Return the folder of a taste.

    Raises
    ------
    InvalidTaste
        If it does not exist, or has neither good/ nor bad/.
    """
    root = Path(file_name("folder", folder, "folder"))
    try:
        is_folder = stat.S_ISDIR(root.stat().st_mode)
    except FileNotFoundError:
        raise InvalidTaste(
            f"{root}: no such folder: make a taste with 'goldenear taste new {root}'"
        ) from None
    except OSError as error:
        raise InvalidTaste(f"{root}: cannot be looked at: {error.strerror or error}") from None
    if not is_folder:
        raise InvalidTaste(f"{root}: is a file, where the folder of a taste is expected")
    # Whether both are there, and can be looked into, is asked when they are read.
    if os.access(root, os.X_OK) and not any(os.path.lexists(root / kind) for kind in KINDS):
        raise InvalidTaste(
            f"{root}: is no taste, for it has neither good/ nor bad/: make one with 'goldenear taste new FOLDER'"
        )
    return root
