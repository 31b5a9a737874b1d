"""This file is where music of any kind becomes clips: sound is read, notes are played."""

from __future__ import annotations

import os
from dataclasses import replace

from goldenear.audio.clock import Clock
from goldenear.audio.synth import sounded
from goldenear.content.recognise import is_sound
from goldenear.hearing.clip import SAMPLE_RATE, Clip
from goldenear.hearing.sound_file import read_clip
from goldenear.notes.choice import EVERYTHING, Choice
from goldenear.notes.note_array import NoteArray, must_be_notes, must_sound
from goldenear.notes.read import Brightness, read_chosen
from goldenear.taste.samples import SETTINGS_FILE, Kind, check_is_taste, choice_of, files_of
from goldenear.taste.settings import read_settings


def clips_in(
    path: str | os.PathLike[str],
    *,
    choice: Choice = EVERYTHING,
    usual_drums: tuple[int | str, ...] = (),
    steps_per_octave: int = 12,
    brightness: Brightness = "plain",
) -> list[Clip]:
    """Return the clip in a file of sound, or each tune of a file of notes, played by the built-in string.

    Parameters
    ----------
    path : str or PathLike
        The file.
    choice : Choice, optional
        Which notes are read, and which are drums.
    usual_drums : tuple of int or str
        What is drums where `choice` does not say, in files that have such a channel or track.
    steps_per_octave, brightness
        How notes are read, as by :func:`goldenear.read`.

    Raises
    ------
    UnreadableFile
        If the file is damaged.
    NoNotes
        If a tune has none.
    TooLarge
        If a tune lasts more than 20 minutes.
    MissingExtra
        If soundfile is not installed (extra ``audio``).
    """
    if is_sound(path):
        return [read_clip(path)]
    tunes = read_chosen(
        path, choice, usual_drums=usual_drums, brightness=brightness, steps_per_octave=steps_per_octave
    )
    return [clip_of(notes) for notes in tunes]


def clip_of(notes: NoteArray) -> Clip:
    """Return how notes sound, played by the built-in string at the tempos that came with them.

    Parameters
    ----------
    notes : NoteArray
        What is played; drums too, forbidden places not.

    Raises
    ------
    NoNotes
        If there are none.
    TooLarge
        If they last more than 20 minutes.
    """
    must_be_notes("notes", notes)
    must_sound(notes)
    clock = Clock.following(notes.provenance.tempos, notes.ticks_per_quarter)
    wave = sounded([("", notes)], clock, SAMPLE_RATE).mean(axis=0)
    clip = Clip.of(wave / max(1e-9, float(abs(wave).max())), SAMPLE_RATE, name=notes.name)
    return replace(clip, path=notes.provenance.path, remarks=notes.provenance.remarks)


def clips_of_taste(folder: str | os.PathLike[str], kind: Kind) -> tuple[list[Clip], list[str]]:
    """Return the samples of one kind in a taste as clips, and what is odd about them, or no music.

    Raises
    ------
    InvalidTaste
        If the folder is no taste, or its taste.toml has a slip.
    UnreadableFile
        If a file is damaged.
    NoNotes
        If a tune has none.
    TooLarge
        If a tune lasts more than 20 minutes.
    MissingExtra
        If soundfile is not installed (extra ``audio``).
    """
    root = check_is_taste(folder)
    settings = read_settings(root / SETTINGS_FILE)
    paths, left_out = files_of(root, kind)
    remarks = [f"{name}: {why}, left out" for name, why in left_out.items()]
    clips: list[Clip] = []
    for path in paths:
        inside = clips_in(
            path,
            choice=choice_of(path),
            usual_drums=settings.drums,
            steps_per_octave=settings.steps_per_octave,
            brightness=settings.brightness,
        )
        where = path.relative_to(root).as_posix()
        remarks += [f"{where}: {remark}" for remark in dict.fromkeys(r for c in inside for r in c.remarks)]
        clips += inside
    return clips, remarks
