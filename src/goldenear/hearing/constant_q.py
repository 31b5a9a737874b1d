"""This file is where a clip becomes a spectrogram whose rows are semitones, tuned to the music: constant-Q.

Its rows are spaced as those of a piano roll: what sounds a semitone higher lies one row higher. The transform is
librosa's (J. C. Brown, "Calculation of a constant Q spectral transform", JASA 89, 1991; computed as Schörkhuber and
Klapuri, SMC 2010).
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from goldenear.hearing.clip import SAMPLE_RATE, Clip
from goldenear.optional import needed

LOWEST, PITCHES = 36, 72
"""The rows: MIDI pitches 36 (65 Hz) to 107 (3.9 kHz)."""

HOP = 512
FRAMES_A_SECOND = SAMPLE_RATE / HOP

WINDOW = 4096
TUNED_SECONDS = 60
"""How much of a clip, from its middle, tells how it is tuned."""

librosa_here = partial(needed, "librosa", "hearing", "audio")
"""Return librosa; MissingExtra if it is not installed."""

CHUNK_SECONDS, MARGIN_SECONDS = 60, 2
"""How much is transformed at a time, and with how much sound around it."""


def tuning_of(clip: Clip) -> float:
    """Return how far a clip is tuned from 440 Hz, in semitones, -.5..+.5.

    Raises
    ------
    MissingExtra
        If librosa is not installed (extra ``audio``).
    """
    clip = clip.at_rate(SAMPLE_RATE)
    spare = max(0, len(clip.wave) - TUNED_SECONDS * SAMPLE_RATE) // 2
    wave = np.array(clip.wave[spare : len(clip.wave) - spare])
    if clip.is_silent:
        return 0.0
    librosa = librosa_here()
    wave = np.pad(wave, (0, max(0, WINDOW - len(wave))))
    pitches, strengths = librosa.piptrack(
        y=wave, sr=SAMPLE_RATE, n_fft=WINDOW, hop_length=WINDOW // 2, fmin=65, fmax=2_500
    )
    heard = pitches > 0
    if not heard.any():
        return 0.0
    loud = heard & (strengths >= np.median(strengths[heard]))
    return float(librosa.pitch_tuning(pitches[loud], resolution=0.02))


def constant_q(clip: Clip, *, tuning: float | None = None) -> NDArray[np.float32]:
    """Return the magnitudes of a clip, shape (72 pitches, frames): from MIDI 36 on, 48 frames a second.

    Parameters
    ----------
    clip : Clip
        What is heard.
    tuning : float, optional
        How far the rows lie from 440 Hz, in semitones; by default as the clip is tuned.

    Raises
    ------
    MissingExtra
        If librosa is not installed (extra ``audio``).
    """
    clip = clip.at_rate(SAMPLE_RATE)
    frames = -(-len(clip.wave) // HOP)
    if clip.is_silent:
        return np.zeros((PITCHES, frames), np.float32)
    tuned = tuning_of(clip) if tuning is None else tuning
    librosa = librosa_here()
    chunk, margin = (seconds * SAMPLE_RATE // HOP for seconds in (CHUNK_SECONDS, MARGIN_SECONDS))
    picture = np.zeros((PITCHES, frames), np.float32)
    for first in range(0, frames, chunk):
        begin, end = max(0, first - margin), min(frames, first + chunk + margin)
        wave = np.array(clip.wave[begin * HOP : end * HOP])
        if not wave.any():
            continue
        # The longest filter must fit: what is shorter is heard with silence after it.
        wave = np.pad(wave, (0, max(0, margin * HOP - len(wave))))
        heard = librosa.cqt(
            wave,
            sr=SAMPLE_RATE,
            hop_length=HOP,
            fmin=440 * 2 ** ((LOWEST - 69) / 12),
            n_bins=PITCHES,
            tuning=tuned,
        )
        last = min(frames, first + chunk)
        picture[:, first:last] = np.abs(heard[:, first - begin : last - begin])
    return picture
