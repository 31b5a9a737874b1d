"""This file is where sound becomes a picture: pitch upwards, time to the right, loudness as brightness."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from goldenear.hearing.clip import SAMPLE_RATE, Clip

HOP, WINDOW = 1024, 4096
"""Samples from frame to frame, 1/24 s; and in a frame, 1/6 s."""

ROWS_A_SEMITONE, ROWS, LOWEST = 3, 216, 65.406
"""Rows of the picture, six octaves from C2 up: a transposition moves it by three rows a semitone."""

DECIBELS = 60.0
"""What is so much softer than the loudest pixel is dark."""


def picture(clip: Clip) -> NDArray[np.float32]:
    """Return a clip's picture, shape (ROWS, frames), 0 (dark) .. 1 (its loudest pixel).

    Notes
    -----
    Hann windows; every row gathers the power of its pitch by a triangle in the logarithm of frequency.
    """
    wave = np.pad(clip.at_rate(SAMPLE_RATE).wave, (WINDOW // 2, WINDOW // 2 + HOP - 1))
    frames = np.lib.stride_tricks.sliding_window_view(wave, WINDOW)[::HOP]
    spectrum = np.fft.rfft(frames * np.hanning(WINDOW).astype(np.float32), axis=1)
    power = (np.square(spectrum.real) + np.square(spectrum.imag)) @ _rows()
    loud = 10 * np.log10(np.maximum(power.T, 1e-20))
    bright = 1 + (loud - loud.max()) / DECIBELS if power.max() > 1e-12 else np.zeros_like(loud)
    return np.asarray(np.maximum(bright, 0), np.float32)


def seconds(frames: int) -> NDArray[np.float64]:
    """Return when each frame sounds."""
    return np.arange(frames, dtype=np.float64) * (HOP / SAMPLE_RATE)


def hertz() -> NDArray[np.float64]:
    """Return the frequency of each row."""
    return LOWEST * 2 ** (np.arange(ROWS) / (12 * ROWS_A_SEMITONE))


@cache
def _rows() -> NDArray[np.float64]:
    """Return what each row takes of each bin, shape (bins, ROWS): at least the two bins beside its pitch."""
    bins = np.arange(WINDOW // 2 + 1) * (SAMPLE_RATE / WINDOW)
    centre = hertz()
    width = np.maximum(centre * (2 ** (1 / (12 * ROWS_A_SEMITONE)) - 1), SAMPLE_RATE / WINDOW)
    taken: NDArray[np.float64] = np.maximum(0, 1 - np.abs(bins[:, None] - centre) / width)
    return np.asarray(taken / taken.sum(axis=0), np.float64)
