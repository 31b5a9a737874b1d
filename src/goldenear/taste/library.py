"""This file is where a folder of samples becomes a library that is prepared once, and found ready ever after.

What was prepared lies in the cache folder, never beside the user's files. It is made again when a file has come,
gone or changed, or when the settings have. Where nothing can be written there, all is as before, only slower.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from pathlib import Path

import goldenear
from goldenear.match.prepared import PreparedSamples, prepare
from goldenear.notes.cache_folder import cache_folder
from goldenear.notes.note_array import NoteArray
from goldenear.taste.sample_cache import load, save
from goldenear.taste.samples import Kind, read_samples
from goldenear.taste.settings import Settings
from goldenear.taste.small import chance_of, format_small, is_small

SETTLED = 2.0
"""Seconds after which a change of a file shows in its time: younger files are read anew."""


def prepared_folder(root: Path, kind: Kind, settings: Settings) -> tuple[PreparedSamples, tuple[str, ...]]:
    """Return the prepared samples of one kind in a taste, and the remarks of reading them.

    Raises
    ------
    UnreadableFile
        If a music file is damaged.
    InvalidTaste
        If a sample holds no notes.
    """
    files = [path for path in sorted((root / kind).rglob("*")) if path.is_file()]
    key = key_of(files, settings)
    path = (
        cache_folder() / f"{hashlib.sha256(str((root / kind).resolve()).encode()).hexdigest()[:32]}.samples"
    )
    ready = load(path, key, settings.recipe)
    if ready is not None:
        return ready
    read = read_samples(root, kind, settings)
    audible, small = with_a_say(read.samples, kind, settings)
    remarks = (*read.remarks, *small)
    samples = prepare(audible, settings.recipe)
    if files and time.time() - max(file.stat().st_mtime for file in files) > SETTLED:
        try:
            save(path, key, samples, remarks)
        except OSError:
            return samples, remarks
    return samples, remarks


def with_a_say(
    samples: Iterable[NoteArray], kind: Kind, settings: Settings
) -> tuple[list[NoteArray], list[str]]:
    """Return the samples of one kind that have a say, and a remark on each that is so small that it has none."""
    good, bad = settings.thresholds(None)
    kept, remarks = [], []
    for sample in samples:
        chance = chance_of(sample, settings.recipe, good if kind == "good" else bad)
        if is_small(sample, chance):
            remarks.append(f"{sample.name}: {format_small(sample, chance, keep=settings.keep_small)}")
        if settings.keep_small or not is_small(sample, chance):
            kept.append(sample)
    return kept, remarks


def key_of(files: Iterable[Path], settings: Settings) -> str:
    """Return a text that differs whenever the program, the settings or a file does."""
    digest = hashlib.sha256(f"{goldenear.__version__} {settings!r}".encode())
    for file in files:
        status = file.stat()
        digest.update(f"\n{file} {status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()
