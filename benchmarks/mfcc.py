"""This file is where the plain baseline of sound stands: a spectrum as a whole, and a straight line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import goldenear as ge

COEFFICIENTS = 20


def statistics(clip: ge.Clip) -> NDArray[np.float64]:
    """Return means and deviations of a clip's MFCCs and of their slopes, shape (4 * COEFFICIENTS,)."""
    import librosa

    rows = librosa.feature.mfcc(y=np.array(clip.wave), sr=clip.sample_rate, n_mfcc=COEFFICIENTS)
    slopes = librosa.feature.delta(rows)
    return np.concatenate([rows.mean(1), rows.std(1), slopes.mean(1), slopes.std(1)])


def model(learned: Mapping[str, Sequence[ge.Clip]]) -> Any:
    """Return a logistic regression that has learned the statistics of some clips."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = [statistics(clip) for clips in learned.values() for clip in clips]
    names = [name for name, clips in learned.items() for _ in clips]
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=5_000)).fit(rows, names)


def chances(model: Any, asked: Sequence[ge.Clip]) -> list[dict[str, float]]:
    """Return the probability of each class for some clips."""
    found = model.predict_proba([statistics(clip) for clip in asked])
    return [dict(zip(model.classes_.tolist(), row.tolist(), strict=True)) for row in found]


def probabilities(
    learned: Mapping[str, Sequence[ge.Clip]], asked: Sequence[ge.Clip]
) -> list[dict[str, float]]:
    """Return the probability of each class for some clips, after others were learned."""
    return chances(model(learned), asked)
