"""This file is where music of any kind becomes clips: sound is read, notes are played."""

from __future__ import annotations

import os
from pathlib import Path

from goldenear.audio.clock import Clock
from goldenear.audio.synth import sounded
from goldenear.errors import NoNotes
from goldenear.hearing import clip as sound
from goldenear.hearing.clip import SAMPLE_RATE, Clip, read_clip
from goldenear.notes.note_array import NoteArray
from goldenear.notes.read import SUFFIXES, read_all
from goldenear.taste.samples import Kind, check_is_taste


def clips_in(path: str | os.PathLike[str]) -> list[Clip]:
    """Return the clip in a file of sound, or each tune of a file of notes, played by the built-in string.

    Raises
    ------
    UnreadableFile
        If the file is damaged.
    NoNotes
        If a tune has none.
    MissingExtra
        If soundfile is not installed (extra ``audio``).
    """
    if Path(path).suffix.lower() in sound.SUFFIXES:
        return [read_clip(path)]
    return [clip_of(notes) for notes in read_all(Path(path))]


def clip_of(notes: NoteArray) -> Clip:
    """Return how notes sound, at the tempos that came with them.

    Raises
    ------
    NoNotes
        If there are none.
    """
    if not (notes.brightness > 0).any():
        raise NoNotes(notes.name)
    clock = Clock.following(notes.provenance.tempos, notes.ticks_per_quarter)
    wave = sounded([("", notes)], clock, SAMPLE_RATE).mean(axis=0)
    return Clip.of(wave / max(1e-9, float(abs(wave).max())), SAMPLE_RATE, name=notes.name)


def clips_of_taste(folder: str | os.PathLike[str], kind: Kind) -> tuple[list[Clip], list[str]]:
    """Return the samples of one kind in a taste as clips, and which files are none.

    Raises
    ------
    InvalidTaste
        If the folder is no taste.
    UnreadableFile
        If a file is damaged.
    NoNotes
        If a tune has none.
    MissingExtra
        If soundfile is not installed (extra ``audio``).
    """
    root = check_is_taste(folder) / kind
    clips: list[Clip] = []
    remarks: list[str] = []
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        parts = path.relative_to(root).parts
        if any(part.startswith(".") for part in parts):
            continue
        if path.suffix.lower() in SUFFIXES:
            clips += clips_in(path)
        else:
            remarks.append(f"{'/'.join((kind, *parts))}: not a music file, left out")
    return clips, remarks
