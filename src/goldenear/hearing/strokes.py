"""This file is where a spectrogram becomes strokes of light: no overtones, bright onsets, levels in whole numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.hearing.constant_q import LOWEST, PITCHES

OVERTONES = ((12, 0.6), (19, 0.5), (24, 0.4), (28, 0.3), (31, 0.25), (36, 0.2))
"""Semitones from a tone to its overtones 2, 3, 4, 5, 6 and 8, and what share of the tone is taken off there."""

PEAK_SHARE = 0.25
"""A row shines in a frame if it stands above its neighbours and a quarter of the frame's brightest."""

LEVELS = 8
"""How bright the loudest is drawn, where nothing begins."""

RISE, RISE_FRAMES = 2.0, 4
ONSET_BOOST = 1.5
"""What has become `RISE` times as strong within so many frames begins, and is drawn so much brighter."""

FULL = 95
"""The percentile of what shines that has the greatest level."""

FLOOR = 0.03
"""What is this much weaker than that is dark."""


class Strokes(NamedTuple):
    """Runs of one level on one pitch, as columns of shape (n,)."""

    pitch: NDArray[np.int64]
    first: NDArray[np.int64]
    """The frame in which each begins."""
    last: NDArray[np.int64]
    """The frame after its end."""
    level: NDArray[np.int64]
    """1..127."""


def thinned(magnitude: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what is left when every tone takes its share off the places of its overtones, shape as given."""
    left = magnitude.copy()
    for steps, share in OVERTONES:
        left[steps:] -= np.float32(share) * magnitude[:-steps]
    return np.maximum(left, 0)


def levels(magnitude: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return how bright every pixel is drawn, 0..127, shape as given: peaks in pitch, brighter where they begin."""
    left = thinned(magnitude)
    if not left.any():
        return np.zeros(left.shape, np.int64)
    below, above = np.zeros_like(left), np.zeros_like(left)
    below[1:], above[:-1] = left[:-1], left[1:]
    shines = (left >= below) & (left > above) & (left > PEAK_SHARE * left.max(axis=0))
    full = np.percentile(left[shines], FULL) if shines.any() else 1.0
    loudness = np.sqrt(np.minimum(left / full, 1.0))
    shines &= left >= FLOOR * full
    before = np.zeros_like(left)
    before[:, RISE_FRAMES:] = left[:, :-RISE_FRAMES]
    boost = np.where(left > RISE * before, np.float32(ONSET_BOOST), np.float32(1))
    drawn = np.clip(np.rint(loudness * boost * LEVELS), 1, 127).astype(np.int64)
    return np.where(shines, drawn, 0)


def strokes(level: NDArray[np.int64]) -> Strokes:
    """Return the runs of equal brightness, shape (pitches, frames), along time."""
    edged = np.zeros((PITCHES, level.shape[1] + 2), np.int64)
    edged[:, 1:-1] = level
    begins = (edged[:, 1:] != edged[:, :-1]) & (edged[:, 1:] > 0)
    ends = (edged[:, 1:] != edged[:, :-1]) & (edged[:, :-1] > 0)
    row, first = np.nonzero(begins)
    _, last = np.nonzero(ends)
    return Strokes(LOWEST + row, first, last, level[row, first])
