"""Verify that every sample of a taste is whole, readable and counted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, NamedTuple

from goldenear.arguments import Progress, function, truth
from goldenear.errors import GoldenearError, InvalidTaste
from goldenear.notes.atomic import held
from goldenear.notes.note_array import NoteArray
from goldenear.taste.digests import digest_of_file, recorded, write_digests
from goldenear.taste.judge import Taste
from goldenear.taste.samples import (
    KINDS,
    SETTINGS_FILE,
    Kind,
    check_is_taste,
    choice_file,
    files_of,
    read_sample,
    sounds,
)
from goldenear.taste.settings import Settings, read_settings

State = Literal["whole", "changed", "missing", "unreadable", "not recorded"]


class SampleFile(NamedTuple):
    """What there is to say of a file of samples, or of the choice of notes beside one.

    Attributes
    ----------
    name : str
        The file, from the taste's folder on: ``"bad/cadence.mid"``.
    state : {"whole", "changed", "missing", "unreadable", "not recorded"}
        Whether its bytes are those whose digest was recorded; or, if not, why nobody can tell.
    samples : int
        How many samples it holds.
    reason : str
        Why it cannot be read; else empty.
    """

    name: str
    state: State
    samples: int
    reason: str = ""

    @property
    def fails(self) -> bool:
        """Whether the taste is not what was recorded of it."""
        return self.state in ("changed", "missing", "unreadable")


def verify_samples(
    folder: str | os.PathLike[str],
    *,
    record: bool = False,
    progress: Progress[tuple[Kind, Path]] = lambda files, _what: files,
) -> tuple[SampleFile, ...]:
    """Compare every sample of a taste with its recorded digest, read it anew, and see that the judge counts it.

    A sample that was copied into the folder by hand has no digest until one is recorded.

    Parameters
    ----------
    folder : str or PathLike
        The taste.
    record : bool
        Whether to record the samples as they are now, in the place of what was recorded.
    progress : callable, optional
        Takes a list of files and a word, and gives the files one by one: to draw a progress bar.

    Returns
    -------
    tuple of SampleFile
        One for each file, by name, as it was before anything was recorded.

    Raises
    ------
    InvalidTaste
        If the folder is no taste, something in it cannot be seen, what was recorded is damaged or cannot be written,
        or the judge counts other samples than there are.
    """
    root = check_is_taste(folder)
    truth("record", record)
    function("progress", progress)
    settings = read_settings(root / SETTINGS_FILE)
    try:
        with held(root):
            known = _known(root, forgive=record)
            found: list[SampleFile] = []
            read: dict[Kind, list[NoteArray]] = {kind: [] for kind in KINDS}
            paths = [(kind, path) for kind in KINDS for path in files_of(root, kind)[0]]
            for kind, path in progress(paths, "samples"):
                found += _looked_at(root, path, settings, known, read[kind])
            found += [SampleFile(name, "missing", 0) for name in known.keys() - {file.name for file in found}]
            if record:
                digests = {file.name: digest_of_file(root / file.name) for file in found}
                write_digests(root, {name: digest for name, digest in digests.items() if digest})
    except OSError as error:
        raise InvalidTaste(f"{root}: cannot be verified: {error.strerror or error}") from None
    if not any(file.state == "unreadable" for file in found):
        _check_counted(root, read)
    return tuple(sorted(found))


def _known(root: Path, *, forgive: bool) -> dict[str, str]:
    """Return what was recorded; nothing where that is damaged, and damage is forgiven."""
    try:
        return recorded(root)
    except InvalidTaste:
        if forgive:
            return {}
        raise


def _looked_at(
    root: Path, path: Path, settings: Settings, known: dict[str, str], read: list[NoteArray]
) -> list[SampleFile]:
    """Return what there is to say of a sample file and of the choice beside it; its samples are added to `read`."""
    reason, tunes = "", []
    try:
        tunes = [tune for tune in read_sample(path, settings) if sounds(tune)]
        reason = "" if tunes else "there are no notes in it"
    except GoldenearError as error:
        reason = str(error)
    read += tunes
    found = []
    for file in (path, choice_file(path)):
        name = file.relative_to(root).as_posix()
        if file == path or os.path.lexists(file):
            digest, why = digest_of_file(file), reason if file == path else ""
            state: State = (
                "not recorded" if name not in known else "whole" if digest == known[name] else "changed"
            )
            n = len(tunes) if file == path else 0
            found.append(SampleFile(name, "unreadable" if why or not digest else state, n, why))
    return found


def _check_counted(root: Path, read: dict[Kind, list[NoteArray]]) -> None:
    """Raise InvalidTaste unless the judge has just the samples that were read."""
    taste = Taste(root)
    for kind, library in taste.libraries.items():
        if list(library.samples) != read[kind]:
            raise InvalidTaste(
                f"{root}: {len(read[kind])} {kind} samples were read, and the judge has others, or not all of them: "
                "they have changed meanwhile, or the cache is damaged"
            )
