"""Verify that every sample of a taste is whole, readable and counted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, NamedTuple

from goldenear.arguments import Progress, function, truth
from goldenear.errors import GoldenearError, InvalidTaste
from goldenear.files import bytes_of
from goldenear.limits import LIMITS
from goldenear.notes.atomic import held
from goldenear.notes.note_array import NoteArray
from goldenear.taste.digests import digest_of, recorded, write_digests
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

State = Literal["as recorded", "changed", "missing", "unreadable", "not recorded", "left out"]


class SampleFile(NamedTuple):
    """What there is to say of a file in the folders of the samples: a sample, or the choice of notes beside one.

    Attributes
    ----------
    name : str
        The file, from the taste's folder on: ``"bad/cadence.mid"``.
    state : {"as recorded", "changed", "missing", "unreadable", "not recorded", "left out"}
        Whether its bytes are those whose digest was recorded. What is left out is no sample to a judge.
    samples : int
        How many samples it holds.
    reason : str
        What there is to add: why it cannot be read, or is left out.
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
            found, digests, read = _looked_at(root, settings, known, progress)
        if not any(file.state == "unreadable" for file in found):
            _check_counted(root, read)
        if record:
            with held(root):
                # What was added meanwhile stays recorded.
                added = {
                    name: digest for name, digest in _known(root, forgive=True).items() if name not in known
                }
                write_digests(root, added | digests)
    except OSError as error:
        raise InvalidTaste(f"{root}: cannot be verified: {error.strerror or error}") from None
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
    root: Path, settings: Settings, known: dict[str, str], progress: Progress[tuple[Kind, Path]]
) -> tuple[list[SampleFile], dict[str, str], dict[Kind, list[NoteArray]]]:
    """Return what there is to say of each file, the digests of the samples, and the samples that were read."""
    found: list[SampleFile] = []
    digests: dict[str, str] = {}
    read: dict[Kind, list[NoteArray]] = {kind: [] for kind in KINDS}
    paths: list[tuple[Kind, Path]] = []
    for kind in KINDS:
        mine, left_out = files_of(root, kind)
        paths += [(kind, path) for path in mine]
        found += [SampleFile(name, "left out", 0, why) for name, why in left_out.items() if name not in known]
    for kind, path in progress(paths, "samples"):
        name, beside = path.relative_to(root).as_posix(), choice_file(path)
        tunes, reason = _samples_in(path, settings)
        read[kind] += tunes
        # What holds no sample is not recorded as one.
        digests[name] = _digest_of_file(path) if tunes else ""
        state = _state(digests[name], known.get(name))
        found.append(SampleFile(name, state, len(tunes), reason))
        if os.path.lexists(beside):
            choice = beside.relative_to(root).as_posix()
            digests[choice] = _digest_of_file(beside)
            # Of a sample that was recorded without it, it chooses other notes than were heard then.
            before = known.get(choice, "" if name in known else None)
            found.append(SampleFile(choice, _state(digests[choice], before), 0))
    seen = {file.name for file in found}
    found += [SampleFile(name, "missing", 0) for name in known if name not in seen]
    return found, {name: digest for name, digest in digests.items() if digest}, read


def _samples_in(path: Path, settings: Settings) -> tuple[list[NoteArray], str]:
    """Return the samples in a file, and why there are none, or not all of its tunes."""
    try:
        every = read_sample(path, settings)
    except GoldenearError as error:
        return [], str(error)
    tunes = [tune for tune in every if sounds(tune)]
    silent = len(every) - len(tunes)
    if not tunes:
        return [], "there are no notes in it"
    return tunes, f"{silent} of its tunes without notes, left out" if silent else ""


def _digest_of_file(path: Path) -> str:
    """Return the digest of a file; empty where it cannot be read."""
    try:
        return digest_of(bytes_of(path, LIMITS.sound_bytes, "music"))
    except GoldenearError:
        return ""


def _state(digest: str, before: str | None) -> State:
    """Return how a file's digest compares with that which was recorded, None where none was."""
    if not digest:
        return "unreadable"
    if before is None:
        return "not recorded"
    return "as recorded" if digest == before else "changed"


def _check_counted(root: Path, read: dict[Kind, list[NoteArray]]) -> None:
    """Raise InvalidTaste unless the judge has just the samples that were read, if there are any."""
    if not any(read.values()):
        return
    taste = Taste(root)
    for kind, library in taste.libraries.items():
        if list(library.samples) != read[kind]:
            raise InvalidTaste(
                f"{root}: {len(read[kind])} {kind} samples were read, and the judge has others, or not all of them: "
                "they have changed meanwhile, or the cache is damaged"
            )
