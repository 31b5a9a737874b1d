"""This file is where a folder of samples becomes a library that is prepared once, and found ready ever after.

What was prepared lies in the cache folder, never beside the user's files. It is made again when a file has come,
gone or changed, or when the settings have. Where nothing can be written there, all is as before, only slower.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import goldenear
from goldenear.errors import InvalidTaste, UnreadableFile
from goldenear.match.prepared import PreparedSamples, prepare
from goldenear.notes.atomic import held, write_bytes_atomically
from goldenear.notes.cache_folder import cache_folder
from goldenear.notes.hands import hands
from goldenear.notes.sealed import sealed_json, unsealed_json
from goldenear.taste.sample_cache import load, save
from goldenear.taste.sample_folder import walk
from goldenear.taste.samples import KINDS, Kind, read_samples
from goldenear.taste.settings import Settings
from goldenear.taste.solo import Solos

LEVELS_FILE = "levels.json"

MOST_LEVELS = 100_000
"""Levels that are kept, the latest: some 5 MB."""

TRIES = 3
"""How often samples are read while they change."""

SETTLED = 2.0
"""Seconds after which a change of a file shows in its time: younger files are read anew."""


@dataclass(frozen=True)
class Library:
    """The samples of one kind, ready to be compared, and what there is to know of them.

    Attributes
    ----------
    samples : PreparedSamples
        The samples.
    parts : PreparedSamples
        The upper and the lower part of each sample that has two, named after it.
    solos, solos_of_parts : Solos
        What is known of each of them by itself.
    """

    samples: PreparedSamples
    parts: PreparedSamples
    solos: Solos
    solos_of_parts: Solos

    @classmethod
    def of(
        cls,
        samples: PreparedSamples,
        parts: PreparedSamples | None = None,
        known: dict[str, float] | None = None,
    ) -> Library:
        """Make it of samples, and of their parts where these were prepared before."""
        parts = parts_of(samples) if parts is None else parts
        known = {} if known is None else known
        return cls(samples, parts, Solos(samples, known), Solos(parts, known, in_parts=False))


def parts_of(samples: PreparedSamples) -> PreparedSamples:
    """Return the upper and the lower part of each sample that has two."""
    every = [(sample.name, hands(sample)) for sample in samples]
    divided = [(name, both) for name, both in every if both is not None]
    named = [
        part.named(f"{name}, {which} part")
        for name, both in divided
        for which, part in zip(("upper", "lower"), both, strict=True)
    ]
    return prepare(named, samples.recipe)


def libraries_of(
    root: Path, settings: Settings
) -> tuple[dict[Kind, Library], tuple[str, ...], frozenset[str]]:
    """Return the samples of a taste as they were at one moment, the remarks of reading them, and the files there.

    Raises
    ------
    UnreadableFile
        If a music file is damaged.
    InvalidTaste
        If a sample holds no notes, something in the folders cannot be seen, or the samples change all the while.
    """
    for turn in range(TRIES):
        found, failed = {}, None
        # After a first failure, make programs that add samples wait.
        with held(root) if turn and os.access(root, os.R_OK) else nullcontext():
            before = _files(root)
            try:
                found = {kind: _library_of(root, kind, settings, files) for kind, files in before.items()}
            except (UnreadableFile, InvalidTaste) as error:
                failed = error
            after = _files(root)
        if _told_apart(after) == _told_apart(before):
            if failed is not None:
                raise failed
            remarks = tuple(remark for _, of_kind in found.values() for remark in of_kind)
            names = frozenset(path.relative_to(root).as_posix() for files in after.values() for path in files)
            return {kind: library for kind, (library, _) in found.items()}, remarks, names
    raise InvalidTaste(f"{root}: its samples change while they are read: try again when they no longer do")


def _library_of(
    root: Path, kind: Kind, settings: Settings, files: Mapping[Path, os.stat_result]
) -> tuple[Library, tuple[str, ...]]:
    """Return the samples of one kind in a taste, and the remarks of reading them."""
    key = key_of(files, settings)
    path = cache_folder() / f"{hashlib.sha256(os.fsencode((root / kind).resolve())).hexdigest()[:32]}.samples"
    parts_path = path.with_suffix(".parts")
    known = LevelsOnDisk(cache_folder() / LEVELS_FILE)
    ready, parts = load(path, key, settings.recipe), load(parts_path, key, settings.recipe)
    if ready is not None and parts is not None:
        return Library.of(ready[0], parts[0], known), ready[1]
    read = read_samples(root, kind, settings)
    library = Library.of(prepare(read.samples, settings.recipe), None, known)
    changed = max((max(status.st_mtime, status.st_ctime) for status in files.values()), default=0.0)
    if files and time.time() - changed > SETTLED:
        with suppress(OSError):
            save(path, key, library.samples, read.remarks)
            save(parts_path, key, library.parts)
    return library, read.remarks


class LevelsOnDisk(dict[str, float]):
    """Levels by what a sample holds, found again by every taste that has it: a file in the cache folder.

    Where it cannot be read or written, levels are measured again.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(_levels_in(path))
        self._path = path

    def update(self, *args: Any, **kwargs: float) -> None:
        """Add levels, and write the file, with what others have added meanwhile."""
        before = len(self)
        super().update(*args, **kwargs)
        if len(self) == before:
            return
        every = {**_levels_in(self._path), **self}
        latest = dict(list(every.items())[-MOST_LEVELS:])
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes_atomically(self._path, sealed_json(latest))


def _levels_in(path: Path) -> dict[str, float]:
    """Return the levels in a file; none where it cannot be read, or is not as it was written."""
    try:
        return {key: float(level) for key, level in unsealed_json(path.read_bytes()).items()}
    except (OSError, ValueError, TypeError, RecursionError):
        return {}


def _files(root: Path) -> dict[Kind, dict[Path, os.stat_result]]:
    """Return every file in the folders of a taste's samples, and its state."""
    return {kind: walk(root / kind) for kind in KINDS}


def _told_apart(files: Mapping[Kind, Mapping[Path, os.stat_result]]) -> list[tuple[Path, int, int, int]]:
    """Return what differs whenever a file has come, gone or changed."""
    return [(path, *_state(status)) for of_kind in files.values() for path, status in of_kind.items()]


def key_of(files: Mapping[Path, os.stat_result], settings: Settings) -> str:
    """Return a text that differs whenever the program, the settings or a file does."""
    digest = hashlib.sha256(f"{goldenear.__version__} {settings!r}".encode())
    for file, status in files.items():
        digest.update(b"\n%b %d %d %d" % (os.fsencode(file), *_state(status)))
    return digest.hexdigest()


def _state(status: os.stat_result) -> tuple[int, int, int]:
    """Return the size of a file, and when it changed: a copy may keep the first of the two times, not both."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns
