"""This file is where one note gets its sound: a struck string, or the burst of a drum.

All sounds are float32 arrays of shape (frames,), about -2..2, that begin at 0 and rise softly.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log, pi

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

LOWEST_HERTZ = 8.0
"""Nothing sounds below: just under MIDI's lowest note, 8.18 Hz."""

HIGHEST_SHARE = 0.45
"""Nothing sounds above this share of the sample rate, so that nothing is folded back at its half."""

PARTIALS = 12

STIFFNESS = 1e-4
"""How much a string's stiffness lifts its partials: partial k lies at k √(1 + STIFFNESS k²)."""

STRUCK_AT = 1 / 7
"""Where the string is struck: partials with a node there are not heard."""

ATTACK = 0.003
"""Seconds in which a note rises; a drum takes a third."""

SILENCE = 1e-3
"""A sound this much softer than it began, by 60 dB, has died away."""

BLOCK = 512


def hertz_of(pitch: NDArray[np.int16], steps_per_octave: int) -> NDArray[np.float64]:
    """Return the frequencies of pitches: ``440 * 2**((pitch - 69) / steps_per_octave)``, shape (n,).

    With 12 steps to the octave this is MIDI's; on every grid pitch 69 is 440 Hz. Frequencies further than
    20 octaves from there are brought to that distance: nobody hears them.

    Examples
    --------
    >>> hertz_of(np.array([57, 69, 81], np.int16), 12)
    array([220., 440., 880.])
    """
    octaves = np.clip((pitch.astype(np.float64) - 69) / steps_per_octave, -20, 20)
    hertz: NDArray[np.float64] = 440 * 2.0**octaves
    return hertz


def can_be_heard(hertz: NDArray[np.float64], sample_rate: int) -> NDArray[np.bool_]:
    """Return which frequencies a sound of this sample rate holds, shape (n,)."""
    return (hertz >= LOWEST_HERTZ) & (hertz <= HIGHEST_SHARE * sample_rate)


def seconds_to_die_away(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return after how many seconds a struck string is 60 dB softer, shape (n,)."""
    return -log(SILENCE) / _decay(hertz)


def struck(hertz: float, frames: int, sample_rate: int) -> Sound:
    """Return a struck string that nobody damps.

    A sum of partials: sine waves at nearly whole multiples of `hertz`, each weaker and shorter than the one
    below it. Those outside 8 Hz .. 0.45 `sample_rate` are left out.

    Parameters
    ----------
    hertz : float
        The frequency of the lowest partial.
    frames : int
        How long, at least 1.
    sample_rate : int
        Frames a second.
    """
    k = np.arange(1, PARTIALS + 1)
    partial = hertz * k * np.sqrt((1 + STIFFNESS * k**2) / (1 + STIFFNESS))
    strength = np.sin(pi * STRUCK_AT * k) / np.sin(pi * STRUCK_AT) / k**1.5
    heard = can_be_heard(partial, sample_rate)
    partial, strength = partial[heard], strength[heard]
    # Low notes a little stronger: the ear is less keen there.
    strength = strength * (440 / hertz) ** 0.2
    # A dying sine wave is a power series of one complex number, z**n. With n = BLOCK row + column it is
    # z**(BLOCK row) * z**column, so all partials together are one product of two small matrices.
    z = (-_decay(partial) + 2j * pi * partial) / sample_rate
    rows = np.exp(np.outer(np.arange(ceil(frames / BLOCK)) * BLOCK, z))
    columns = strength[:, None] * np.exp(np.outer(z, np.arange(BLOCK)))
    sound: Sound = (rows @ columns).imag.astype(np.float32).reshape(-1)[:frames]
    return _rising(sound, round(ATTACK * sample_rate))


def fade(frames: int) -> Sound:
    """Return half a cosine wave from 1 to 0, to end a sound with, shape (frames,)."""
    falling: Sound = (0.5 + 0.5 * np.cos(pi * (np.arange(frames) + 1) / frames)).astype(np.float32)
    return falling


@dataclass(frozen=True, slots=True)
class Drum:
    """A drum's sound: a gliding sine wave and noise, dying away by 60 dB in its time.

    Attributes
    ----------
    seconds : float
        How long it is, whatever the note's duration.
    hertz : tuple of (float, float)
        Where the sine wave begins, and where it glides to.
    noise : float
        The share of noise, 0..1; the rest is the sine wave.
    strength : float
        How loud it is at its beginning, where a string's lowest partial has 1.
    hiss : int
        How often neighbouring frames of the noise are subtracted, which leaves its high part.
    """

    seconds: float
    hertz: tuple[float, float]
    noise: float
    strength: float
    hiss: int = 0


KICK = Drum(seconds=0.30, hertz=(130, 45), noise=0.03, strength=1.6)
SNARE = Drum(seconds=0.22, hertz=(210, 170), noise=0.65, strength=1.2)
CLOSED_HAT = Drum(seconds=0.08, hertz=(0, 0), noise=1, strength=0.6, hiss=2)
OPEN_HAT = Drum(seconds=0.45, hertz=(0, 0), noise=1, strength=0.6, hiss=2)
TICK = Drum(seconds=0.05, hertz=(1100, 800), noise=0.15, strength=0.5)

DRUMS = {35: KICK, 36: KICK, 38: SNARE, 40: SNARE, 42: CLOSED_HAT, 44: CLOSED_HAT, 46: OPEN_HAT}
"""General MIDI's numbers; all others are a TICK."""


def beaten(drum: Drum, sample_rate: int) -> Sound:
    """Return the sound of a drum, the same at every call: its noise has a fixed seed."""
    frames = round(drum.seconds * sample_rate)
    time = np.arange(frames) / sample_rate
    first, last = drum.hertz
    body = np.sin(2 * pi * np.cumsum(last + (first - last) * np.exp(-30 * time)) / sample_rate)
    noise = np.random.default_rng(0).uniform(-1, 1, frames + drum.hiss)
    noise = np.diff(noise, drum.hiss) / 2**drum.hiss
    sound = drum.strength * (body * (1 - drum.noise) + noise * drum.noise)
    sound *= np.exp(log(SILENCE) * time / drum.seconds)
    ending = frames // 4
    sound[-ending:] *= fade(ending)
    return _rising(sound.astype(np.float32), round(ATTACK * sample_rate / 3))


def _decay(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how fast partials die away, as e**(-rate t), in 1/s: the higher, the faster; shape (n,)."""
    return 0.7 + hertz / 600


def _rising(sound: Sound, frames: int) -> Sound:
    """Return the sound with its first frames, where it has so many, rising softly from 0."""
    rise = fade(frames)[::-1][: len(sound)]
    return np.concatenate([sound[: len(rise)] * rise, sound[len(rise) :]])
