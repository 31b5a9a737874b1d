"""This file is where the plain baseline of sound stands: a spectrum as a whole, and a straight line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def probabilities(
    learned: Mapping[str, Sequence[ge.Clip]], asked: Sequence[ge.Clip]
) -> list[dict[str, float]]:
    """Return the probability of each class for some clips, by logistic regression on the statistics of others."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = [statistics(clip) for clips in learned.values() for clip in clips]
    names = [name for name, clips in learned.items() for _ in clips]
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5_000)).fit(rows, names)
    chances = model.predict_proba([statistics(clip) for clip in asked])
    return [dict(zip(model.classes_.tolist(), row.tolist(), strict=True)) for row in chances]
