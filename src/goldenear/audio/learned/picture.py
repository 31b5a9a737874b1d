"""This file is where sound becomes a picture for a net: constant-Q, with and without overtones, in two layers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goldenear.hearing.clip import Clip
from goldenear.hearing.constant_q import FRAMES_A_SECOND, LOWEST, PITCHES, constant_q
from goldenear.hearing.strokes import FULL, PEAK_SHARE, thinned

ROWS, LAYERS = PITCHES, 2
"""Rows of a picture, a semitone each; its layers: what is left without overtones, and all that is loud."""

FRAMES = FRAMES_A_SECOND / 2
"""Frames of a picture a second."""

DECIBELS = 60.0
"""What is so much softer than the loudest pixel is dark."""

BRIGHTEST = 1.5


def picture(clip: Clip) -> NDArray[np.float32]:
    """Return a clip's picture, shape (LAYERS, ROWS, frames), 0 (dark) .. 1.5.

    Notes
    -----
    The first layer is the root of the constant-Q magnitude after every tone has taken its share off its overtones,
    1 where the peaks are; the second is the magnitude in decibels, 1 at its loudest. Both at 24 frames a second.
    """
    magnitude = constant_q(clip)
    if not magnitude.any():
        return np.zeros((LAYERS, ROWS, max(1, -(-magnitude.shape[1] // 2))), np.float32)
    alone = thinned(magnitude)
    full = np.percentile(alone[alone > PEAK_SHARE * alone.max(axis=0)], FULL)
    melody = np.sqrt(np.minimum(alone / full, BRIGHTEST))
    loud = 1 + 20 * np.log10(np.maximum(magnitude, 1e-9) / magnitude.max()) / DECIBELS
    both = np.stack([melody, np.maximum(loud, 0)])
    both = np.pad(both, ((0, 0), (0, 0), (0, both.shape[2] % 2)))
    return np.asarray(both.reshape(LAYERS, ROWS, -1, 2).mean(axis=3), np.float32)


def seconds(frames: int) -> NDArray[np.float64]:
    """Return when each frame sounds."""
    return np.arange(frames, dtype=np.float64) / FRAMES


def hertz() -> NDArray[np.float64]:
    """Return the frequency of each row."""
    return 440 * 2 ** ((np.arange(ROWS) + LOWEST - 69) / 12)
