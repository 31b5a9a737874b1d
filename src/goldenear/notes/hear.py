"""This file is where a clip becomes a fragment, to be laid over others."""

from __future__ import annotations

from typing import Literal

from goldenear.hearing.clip import Clip, must_be_a_clip
from goldenear.hearing.hear import picture_of
from goldenear.notes.formats.sound import parsed
from goldenear.notes.note_array import NoteArray
from goldenear.notes.read import assembled


def hear(
    clip: Clip, *, beats: float | Literal["tracked"] | None = None, tuning: float | None = None
) -> NoteArray:
    """Hear a clip: return its constant-Q picture as notes, a stroke of light each.

    ``ge.read("clip.ogg")`` is ``ge.hear(ge.read_clip("clip.ogg"))``.

    Parameters
    ----------
    clip : Clip
        What is heard.
    beats : float or "tracked", optional
        The tempo, 20..400 beats a minute, with the first beat at the clip's beginning; or ``"tracked"``: find the
        beats; the first that is found is quarter 0, and the tempo told is their median. By default time counts in
        seconds: a quarter is half a second.
    tuning : float, optional
        How far the music is from 440 Hz, in semitones, -1..1; by default it is estimated, once for the whole clip.

    Returns
    -------
    NoteArray
        24 ticks a quarter, pitches 36..107, brightness 1..12 for how loud; silence gives an array without notes.

    Raises
    ------
    InvalidInput
        If an argument is off, or there are no beats to be tracked.
    MissingExtra
        If librosa is not installed (extra ``audio``).

    Notes
    -----
    The rows of the constant-Q transform are semitones, as tuned as the music is. Every tone takes a share off the
    places of its overtones; what then stands out among its neighbours in pitch shines, by the square root of its
    magnitude, half as bright again where it begins. So a picture of sound has whole numbers as any other, and what is
    compared is exact.
    """
    must_be_a_clip(clip)
    return assembled(parsed(clip, picture_of(clip, beats=beats, tuning=tuning)), clip.path, name=clip.name)
