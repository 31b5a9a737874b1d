"""Add samples to a taste: what is told to be added is there, whole, and counts when the taste is opened."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from goldenear.arguments import file_name, one_of, text
from goldenear.content.recognise import usual_ending
from goldenear.errors import InvalidInput, InvalidTaste, printable
from goldenear.files import bytes_of
from goldenear.limits import LIMITS
from goldenear.match.prepared import prepare
from goldenear.notes.atomic import flush_folder, held, write_bytes_atomically
from goldenear.notes.choice import Choice, Names
from goldenear.notes.note_array import NoteArray
from goldenear.notes.read import why_silent
from goldenear.taste.digests import digest_of, recorded, write_digests
from goldenear.taste.samples import (
    KINDS,
    SETTINGS_FILE,
    Kind,
    check_is_taste,
    choice_file,
    choice_of,
    read_as_sample,
    sounds,
)
from goldenear.taste.settings import Settings, read_settings

LONGEST_NAME = 240
"""Bytes of a sample's name: file systems allow 255, and a choice of notes is named after it."""

STAGING = ".adding-"
"""How the names of folders begin in which a sample lies until it is added."""


def add_sample(
    folder: str | os.PathLike[str],
    kind: Kind,
    path: str | os.PathLike[str],
    *,
    name: str | None = None,
    track: Names = None,
    channel: Names = None,
    voice: Names = None,
    drums: Names = None,
) -> Path:
    """Copy a music file into a taste, byte for byte, once the copy was read as a judge will read it.

    What is chosen of its notes stands in a file beside the copy, ``song.mid.toml``, so that the copy stays untouched.
    Of several programs that add samples at once each waits for the other; none replaces what is there.

    Parameters
    ----------
    folder : str or PathLike
        The taste.
    kind : {"good", "bad"}
        What it is a sample of.
    path : str or PathLike
        The file; it stays where it is.
    name : str, optional
        The name it gets, with the ending of `path`, or the usual one of its format where `path` has none that is
        known; its own by default.
    track, channel, voice, drums
        Which of its notes are the sample, and which are drums: as for :func:`goldenear.read`.

    Returns
    -------
    Path
        The copy.

    Raises
    ------
    InvalidTaste
        If the folder is no taste, has another sample of that name already, or cannot be written to.
    UnreadableFile, InvalidInput
        If the file is damaged or holds no notes, or `kind` or `name` is off.
    """
    choice = Choice.of(track=track, channel=channel, voice=voice, drums=drums)
    return store_sample(folder, kind, path, name=name, choice=choice)[0]


def store_sample(
    folder: str | os.PathLike[str],
    kind: Kind,
    path: str | os.PathLike[str],
    *,
    name: str | None,
    choice: Choice,
) -> tuple[Path, list[NoteArray]]:
    """Add a sample as :func:`add_sample` does, with a choice that is already made; return its tunes as well."""
    one_of("kind", kind, KINDS)
    root, source = check_is_taste(folder), Path(file_name("path", path))
    if name is not None:
        text("name", name)
    settings = read_settings(root / SETTINGS_FILE)
    data = bytes_of(source, LIMITS.sound_bytes, "music")
    tunes = _tunes_in(data, source, settings, choice)
    target = root / kind / _file_name(name, source, usual_ending(data, source))
    try:
        with held(root) as is_alone, _staging(root, is_alone=is_alone) as staging:
            staged = staging / target.name
            staged.write_bytes(data)
            if choice:
                heading = f"# Which notes of {target.name} are the sample.\n"
                choice_file(staged).write_bytes((heading + choice.as_toml()).encode())
            if bytes_of(staged, LIMITS.sound_bytes, "music") != data or choice_of(staged) != choice:
                raise InvalidTaste(f"{target}: the copy is not what was written")
            known = recorded(root)
            target.parent.mkdir(exist_ok=True)
            _put(staged, target, data, choice)
            _record(root, known, target, data)
    except OSError as error:
        raise InvalidTaste(f"{target}: cannot be added: {error.strerror or error}") from None
    return target, tunes


def _file_name(name: str | None, source: Path, ending: str) -> str:
    """Return the name that a sample gets.

    Raises
    ------
    InvalidInput
        If it is no plain file name.
    """
    wanted = source.name if name is None else name
    found = f"{wanted.removesuffix(ending)}{ending}"
    plain = wanted.strip() and Path(wanted).name == wanted and not wanted.startswith(".")
    hint = "" if name is not None else " (--name gives it another)"
    if not plain or printable(found) != found:
        raise InvalidInput(f"name: expected a plain file name, got {wanted!r}{hint}")
    if len(os.fsencode(found)) > LONGEST_NAME:
        raise InvalidInput(
            f"name: expected at most {LONGEST_NAME} bytes, got {len(os.fsencode(found))}{hint}"
        )
    return found


@contextmanager
def _staging(root: Path, *, is_alone: bool) -> Iterator[Path]:
    """Give a folder in the taste that no judge looks into; where no other program can be at work, remove old ones."""
    for left in root.glob(f"{STAGING}*") if is_alone else ():
        _remove(left)
    folder = Path(tempfile.mkdtemp(prefix=STAGING, dir=root))
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder in which samples were made ready, as far as that is allowed."""
    with suppress(OSError):
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def _tunes_in(data: bytes, source: Path, settings: Settings, choice: Choice) -> list[NoteArray]:
    """Return the tunes of a sample, once they were read and made ready to be compared as a judge will.

    Raises
    ------
    InvalidInput
        If nothing sounds in it.
    """
    tunes = read_as_sample(source, settings, choice, data)
    if not any(map(sounds, tunes)):
        every = settings.read(source, choice, data)
        if any(map(sounds, every)):
            raise InvalidInput(
                f"{source}: there are no notes in the tracks that its names choose: name none of them core or context"
            )
        why = "; ".join(why_silent(every))
        raise InvalidInput(
            f"{source}: there are no notes in it, so it can resemble nothing{f' ({why})' if why else ''}"
        )
    prepare([tune for tune in tunes if sounds(tune)], settings.recipe)
    return tunes


def _put(staged: Path, target: Path, data: bytes, choice: Choice) -> None:
    """Give a sample, and the choice of its notes, their names; nothing that is there is replaced.

    Raises
    ------
    InvalidTaste
        If another sample of this name is there.
    OSError
        If it cannot be written.
    """
    if os.path.lexists(target):
        if bytes_of(target, LIMITS.sound_bytes, "music") != data or choice_of(target) != choice:
            raise InvalidTaste(
                f"{target}: another sample of this name is already there: give this one another name (--name)"
            )
        # Who put it there may have been cut short.
        _flush(target)
        flush_folder(target.parent)
        return
    # First, so that the sample is never there without it; or away with one that a sample of this name had once.
    if choice:
        write_bytes_atomically(choice_file(target), choice_file(staged).read_bytes())
    else:
        choice_file(target).unlink(missing_ok=True)
    try:
        _flush(staged)
        _name(staged, target)
    except BaseException:
        if not os.path.lexists(target):
            choice_file(target).unlink(missing_ok=True)
        raise
    flush_folder(target.parent)


def _record(root: Path, known: dict[str, str], target: Path, data: bytes) -> None:
    """Record a sample that was added, and the choice of its notes, beside what is known of the others.

    Raises
    ------
    InvalidTaste
        If it cannot be written.
    """
    beside = choice_file(target)
    name, choice_name = (path.relative_to(root).as_posix() for path in (target, beside))
    digests = {key: digest for key, digest in known.items() if key != choice_name} | {name: digest_of(data)}
    try:
        if beside.exists():
            digests[choice_name] = digest_of(beside.read_bytes())
        write_digests(root, digests)
    except OSError as error:
        raise InvalidTaste(f"{target}: added, but not recorded: {error.strerror or error}") from None


def _name(staged: Path, target: Path) -> None:
    """Give a file that is whole its name.

    Raises
    ------
    InvalidTaste
        If another has it.
    OSError
        If that cannot be done.
    """
    try:
        os.link(staged, target)
    except OSError:
        if os.path.lexists(target):
            raise InvalidTaste(f"{target}: somebody else has just put a sample of this name there") from None
        # A file system without second names.
        staged.rename(target)


def _flush(path: Path) -> None:
    """Bring a file to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
