"""This file is where sound becomes a WAV file."""

from __future__ import annotations

import os
import wave
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np

from goldenear.arguments import file_name, number, whole_number
from goldenear.audio.clock import Clock
from goldenear.audio.synth import sounded
from goldenear.audio.tones import Sound
from goldenear.errors import InvalidInput
from goldenear.notes.atomic import write_where_asked
from goldenear.notes.note_array import NoteArray, notes_by_name

PEAK = 10 ** (-1 / 20)
"""The loudest frame: 1 dB below the greatest that the file can hold."""


def render(
    notes: NoteArray | Mapping[str, NoteArray] | Sequence[NoteArray],
    path: str | os.PathLike[str],
    *,
    tempo: float | None = None,
    sample_rate: int = 44_100,
) -> None:
    """Write how notes sound to a WAV file, with a built-in struck string; it appears whole or not at all.

    Parameters
    ----------
    notes : NoteArray, mapping of str to NoteArray, or sequence of NoteArray
        One array sounds in one channel; several are voices, in two channels, a little apart from left to
        right.
    path : str or PathLike
        The file, ending in .wav; 16 bits.
    tempo : float, optional
        Quarters a minute, 10..1000. By default the tempos that came with the notes, in
        ``provenance.tempos``, of the first array that has any; 120 where there are none.
    sample_rate : int
        Frames a second, 8,000..192,000.

    Raises
    ------
    InvalidInput
        If an argument is off, or the file cannot be written.
    NoNotes
        If nothing can be heard.
    TooLarge
        If it would last more than 30 minutes.

    Notes
    -----
    The file begins at tick 0, or at the first onset where that is earlier, and ends when the last note has
    faded, 0.06 s after its offset, and the last drum has rung. Its peak is 1 dB below full scale. The same
    notes give the same file.

    Pitch p sounds at ``440 * 2**((p - 69) / steps_per_octave)`` Hz: with 12 steps MIDI's pitches, with other
    grids microtones around the same 440 Hz. Nothing sounds below 8 Hz or above 0.45 of the sample rate.

    Brightness is velocity, and loudness its square; notes of an array without any, where all are 1, have 64.
    Forbidden places are silent. Drums sound by their numbers in General MIDI, whatever their duration: kick
    (35, 36), snare (38, 40), closed hat (42, 44), open hat (46); any other is a tick.

    Examples
    --------
    >>> import tempfile
    >>> chord = NoteArray.from_arrays(pitch=[60, 64, 67], onset=[0, 1, 2], duration=1, ticks_per_quarter=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     render(chord, f"{folder}/chord.wav", tempo=60)
    ...     with wave.open(f"{folder}/chord.wav") as file:
    ...         print(file.getnframes() / file.getframerate(), "seconds")
    3.06 seconds
    """
    path = file_name("path", path)
    if Path(path).suffix.lower() != ".wav":
        raise InvalidInput(f"path: {path} ends in {Path(path).suffix!r}: expected .wav")
    parts = notes_by_name("notes", notes)
    whole_number("sample_rate", sample_rate, 8_000, 192_000)
    clock = _clock([part for _, part in parts], tempo)
    data = _wav_bytes(sounded(parts, clock, sample_rate), sample_rate)
    write_where_asked(path, data)


def _clock(parts: list[NoteArray], tempo: float | None) -> Clock:
    """Return when ticks fall: at a tempo that was asked for, else at those that came with the notes."""
    if tempo is not None:
        number("tempo", tempo, 10, 1000)
        return Clock.steady(float(tempo))
    timed = next((part for part in parts if part.provenance.tempos), parts[0])
    return Clock.following(timed.provenance.tempos, timed.ticks_per_quarter)


def _wav_bytes(sound: Sound, sample_rate: int) -> bytes:
    """Return the WAV file of a sound, shape (channels, frames), which is brought to its peak in place."""
    loudest = max(float(sound.max()), -float(sound.min()))
    sound *= PEAK * np.iinfo(np.int16).max / loudest
    frames = np.rint(sound, out=sound).T.astype(np.int16, order="C")
    file = BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(len(sound))
        written.setsampwidth(2)
        written.setframerate(sample_rate)
        written.writeframes(frames.data)
    return file.getvalue()
