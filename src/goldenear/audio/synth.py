"""This file is where notes become sound: each gets its tone, its loudness, its place in time and between the ears."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.audio.clock import Clock
from goldenear.audio.tones import (
    DRUMS,
    TICK,
    Sound,
    beaten,
    can_be_heard,
    fade,
    hertz_of,
    seconds_to_die_away,
    struck,
)
from goldenear.errors import NoNotes, TooLarge
from goldenear.notes.note_array import MAX_BRIGHTNESS, NoteArray

LONGEST_MINUTES = 30

RELEASE = 0.06
"""Seconds in which a note fades after its offset."""

PLAIN_VELOCITY = 64
"""The velocity of notes that have none."""

WIDTH = 0.5
"""How far apart voices sit: 0 all in the middle, 1 from ear to ear."""

_HEARD = np.dtype(
    [
        ("is_drum", np.bool_),
        ("key", np.float64),  # The frequency in hertz; of drums, the number in General MIDI.
        ("onset", np.float64),  # In seconds, as the offset.
        ("offset", np.float64),
        ("loudness", np.float64),  # 0..1.
        ("voice", np.int64),
    ]
)
"""The notes that can be heard, one a record."""


def sounded(parts: Sequence[tuple[str, NoteArray]], clock: Clock, sample_rate: int) -> Sound:
    """Return the sound of named note arrays, not yet brought to any peak.

    Parameters
    ----------
    parts : sequence of (str, NoteArray)
        At least one. One alone sounds in one channel; several in two, from left to right.
    clock : Clock
        When ticks fall.
    sample_rate : int
        Frames a second.

    Returns
    -------
    float32 array, shape (channels, frames)
        From tick 0, or the first onset where that is earlier, until the last note has faded.

    Raises
    ------
    NoNotes
        If nothing can be heard.
    TooLarge
        If it would last more than 30 minutes; nothing was allocated.
    """
    called = parts[0][0] if len(parts) == 1 else "the voices"
    heard = np.concatenate([_heard(v, notes, clock, sample_rate) for v, (_, notes) in enumerate(parts)])
    if not len(heard):
        raise NoNotes(called, "notes that can be heard", "play")
    began = min(0.0, heard["onset"].min())
    minutes = (heard["offset"].max() - began) / 60
    if minutes > LONGEST_MINUTES:
        raise TooLarge(
            f"{called or 'the notes'}: would last {minutes:,.2f} minutes; at most {LONGEST_MINUTES} are played: "
            "cut the music, or move it towards tick 0 with .shifted()"
        )
    start = np.rint((heard["onset"] - began) * sample_rate).astype(np.int64)
    held = np.rint((heard["offset"] - began) * sample_rate).astype(np.int64) - start
    pan = _pan(len(parts))
    # Drums ring a little longer than notes fade: there is room for both, and what is not needed is left off.
    ring = max(RELEASE, *(drum.seconds for drum in (*DRUMS.values(), TICK)))
    sound = np.zeros((pan.shape[1], int((start + held).max()) + round(ring * sample_rate)), np.float32)
    end = 0
    for alike in _alike(heard):
        end = max(end, _lay(sound, heard[alike], start[alike], held[alike], pan, sample_rate))
    return sound[:, :end]


def _heard(voice: int, notes: NoteArray, clock: Clock, sample_rate: int) -> NDArray[np.void]:
    """Return the notes that can be heard: no forbidden places, and nothing too high or too low."""
    key = np.where(notes.is_drum, notes.pitch, hertz_of(notes.pitch, notes.steps_per_octave))
    velocity = np.abs(notes.brightness.astype(np.float64))
    if (velocity == 1).all():
        velocity[:] = PLAIN_VELOCITY
    heard = np.empty(len(notes), _HEARD)
    heard["is_drum"] = notes.is_drum
    heard["key"] = key
    heard["onset"] = clock.seconds(notes.onset, notes.ticks_per_quarter)
    heard["offset"] = clock.seconds(notes.offset, notes.ticks_per_quarter)
    heard["loudness"] = (velocity / MAX_BRIGHTNESS) ** 2
    heard["voice"] = voice
    return heard[(notes.brightness > 0) & (notes.is_drum | can_be_heard(key, sample_rate))]


def _alike(heard: NDArray[np.void]) -> list[NDArray[Any]]:
    """Return the places of the notes that share a tone, so that it is made once and not kept."""
    order = np.lexsort((heard["key"], heard["is_drum"]))
    sorted_notes = heard[order]
    differs = (np.diff(sorted_notes["key"]) != 0) | np.diff(sorted_notes["is_drum"])
    return np.split(order, np.flatnonzero(differs) + 1)


def _pan(voices: int) -> NDArray[np.float32]:
    """Return how strongly each voice sounds in each channel, with the same power; shape (voices, channels)."""
    if voices == 1:
        return np.ones((1, 1), np.float32)
    angle = (1 + WIDTH * np.linspace(-1, 1, voices)) * pi / 4
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)


def _lay(
    sound: Sound,
    heard: NDArray[np.void],
    start: NDArray[np.int64],
    held: NDArray[np.int64],
    pan: NDArray[np.float32],
    sample_rate: int,
) -> int:
    """Add notes of one tone to the sound; return the frame at which the last of them has faded."""
    key = heard["key"][:1]
    fading = fade(0 if heard["is_drum"][0] else round(RELEASE * sample_rate))
    if heard["is_drum"][0]:
        tone = beaten(DRUMS.get(int(key[0]), TICK), sample_rate)
        lasts = np.full(len(held), len(tone))
    else:
        # A string that has died away is damped at once: nobody hears it.
        lasts = np.minimum(held, int(seconds_to_die_away(key)[0] * sample_rate))
        tone = struck(float(key[0]), int(lasts.max()) + len(fading), sample_rate)
    columns = (start, lasts, heard["loudness"], heard["voice"])
    for begin, damped, loudness, voice in zip(*(column.tolist() for column in columns), strict=True):
        note = tone[: damped + len(fading)] * np.float32(loudness)
        note[damped:] *= fading
        for channel, share in zip(sound, pan[voice], strict=True):
            channel[begin : begin + len(note)] += note * share
    return int((start + np.maximum(held, lasts)).max()) + len(fading)
