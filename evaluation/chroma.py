"""This file is where the plain idea for sound stands: pitch classes over time, at any rotation and place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from goldenear.hearing.clip import SAMPLE_RATE

FRAMES_A_SECOND = 4


def of_clip(clip: ge.Clip) -> NDArray[np.float64]:
    """Return how strong each pitch class is, shape (12, frames), 4 frames a second, each of length 1 or 0."""
    import librosa

    hop = 2048
    heard = librosa.feature.chroma_cqt(
        y=np.array(clip.at_rate(SAMPLE_RATE).wave), sr=SAMPLE_RATE, hop_length=hop, norm=None
    )
    width = SAMPLE_RATE // (hop * FRAMES_A_SECOND)
    heard = np.pad(heard, ((0, 0), (0, -heard.shape[1] % width)))
    return _of_length_1(heard.reshape(12, -1, width).sum(axis=2))


def of_notes(notes: ge.NoteArray) -> NDArray[np.float64]:
    """Return the same of notes, at 120 quarters a minute."""
    frame = notes.ticks_per_quarter * 2 / FRAMES_A_SECOND
    picture = np.zeros((12, int(np.ceil(notes.last_offset / frame)) + 1))
    for pitch, onset, offset, brightness, is_drum in notes:
        if brightness > 0 and not is_drum:
            for i in range(int(onset / frame), int(np.ceil(offset / frame))):
                picture[pitch % 12, i] += max(0.0, min(offset, (i + 1) * frame) - max(onset, i * frame))
    return _of_length_1(picture)


def likeness(cut: NDArray[np.float64], piece: NDArray[np.float64]) -> tuple[float, float]:
    """Return the mean cosine at the best rotation and place of a cut in a piece, and that place in seconds."""
    if piece.shape[1] < cut.shape[1]:
        piece = np.pad(piece, ((0, 0), (0, cut.shape[1] - piece.shape[1])))
    windows = np.lib.stride_tricks.sliding_window_view(piece, cut.shape[1], axis=1)
    scores = np.array([np.einsum("cpt,ct->p", windows, np.roll(cut, r, axis=0)) for r in range(12)])
    best = scores.max(axis=0)
    return float(best.max() / cut.shape[1]), int(best.argmax()) / FRAMES_A_SECOND


def _of_length_1(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the picture with every frame of length 1, or dark."""
    length = np.linalg.norm(picture, axis=0)
    divided: NDArray[np.float64] = picture / np.where(length > 0, length, 1)
    return divided
