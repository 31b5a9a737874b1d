"""This file is where sound becomes notes: each stroke of light in its constant-Q picture is one."""

from __future__ import annotations

from goldenear.hearing.clip import Clip
from goldenear.hearing.hear import TICKS_PER_QUARTER, Picture, picture_of
from goldenear.hearing.sound_file import decoded
from goldenear.notes.formats.parsed import ParsedTrack, ParsedTune

AUDIBLE = 5
"""Cents: less is not worth a word."""


def parse_sound(data: bytes, path: str) -> list[ParsedTune]:
    """Return what a sound file holds, in seconds: a quarter is half a second.

    Raises
    ------
    UnreadableFile
        If the file is damaged or too long.
    MissingExtra
        If the libraries that hear are not installed (extra ``audio``).
    """
    clip = decoded(data, path)
    return [parsed(clip, picture_of(clip))]


def parsed(clip: Clip, picture: Picture) -> ParsedTune:
    """Return the picture of a clip as a tune whose brightness is its own."""
    strokes = picture.strokes
    track = ParsedTrack(
        "sound",
        pitch=strokes.pitch.tolist(),
        onset=strokes.first.tolist(),
        duration=(strokes.last - strokes.first).tolist(),
        velocity=strokes.level.tolist(),
        is_drum=[False] * len(strokes.pitch),
        is_painted=True,
    )
    cents = 100 * picture.tuning
    tuned = [f"tuned {cents:+.0f} cents from 440 Hz, and heard so"] if abs(cents) >= AUDIBLE else []
    return ParsedTune(
        "sound",
        TICKS_PER_QUARTER,
        [track],
        tempos=((0, picture.pace),),
        remarks=[*clip.remarks, *tuned],
    )
