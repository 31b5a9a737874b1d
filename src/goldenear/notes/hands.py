"""Split music for two hands, or for a tune over its accompaniment, into an upper and a lower part."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.notes.note_array import NoteArray

FEWEST = 4
"""Notes of each part."""

APART = 7
"""Steps of twelve, at least, between the mean pitches of the parts."""

TOGETHER = 0.5
"""The share of the shorter part's sounding time in which the other one sounds as well."""


class Hands(NamedTuple):
    """The upper and the lower part of a piece."""

    upper: NoteArray
    lower: NoteArray


def hands(notes: NoteArray) -> Hands | None:
    """Return the upper and the lower part of a piece; None where it is one part.

    The parts are divided at the pitch that leaves the pitches of each most alike (N. Otsu's threshold, IEEE
    Transactions on Systems, Man, and Cybernetics 9, 1979). They must lie a fifth apart, and sound together for at
    least half of the time. Drums belong to neither; places that must stay dark, to both.

    Examples
    --------
    >>> piano = NoteArray.from_arrays(pitch=[72, 74, 76, 77, 48, 55, 52, 55], onset=[0, 1, 2, 3] * 2, duration=1,
    ...                               ticks_per_quarter=1)
    >>> [part.pitch.tolist() for part in hands(piano)]
    [[72, 74, 76, 77], [48, 55, 52, 55]]
    """
    pitched = notes.where(~notes.is_drum)
    sounding = pitched.where(pitched.brightness > 0)
    if len(sounding) < 2 * FEWEST:
        return None
    lowest = _division(sounding.pitch.astype(np.int64))
    up = sounding.pitch >= lowest
    upper, lower = sounding.where(up), sounding.where(~up)
    if min(len(upper), len(lower)) < FEWEST:
        return None
    if 12 * (upper.pitch.mean() - lower.pitch.mean()) < APART * notes.steps_per_octave:
        return None
    both, shorter = _time_together(upper, lower)
    if both < TOGETHER * shorter:
        return None
    dark = pitched.brightness < 0
    return Hands(
        pitched.where(dark | (pitched.pitch >= lowest)), pitched.where(dark | (pitched.pitch < lowest))
    )


def _division(pitch: NDArray[np.int64]) -> int:
    """Return the lowest pitch of the upper part: where the variance between the parts is greatest."""
    pitch = np.sort(pitch)
    n = np.arange(1, len(pitch))
    below = np.cumsum(pitch)[:-1] / n
    above = (pitch.sum() - np.cumsum(pitch)[:-1]) / (len(pitch) - n)
    between = np.where(np.diff(pitch) > 0, n * (len(pitch) - n) * (above - below) ** 2, -1.0)
    return int(pitch[int(between.argmax()) + 1])


def _time_together(upper: NoteArray, lower: NoteArray) -> tuple[int, int]:
    """Return in how many ticks both parts sound, and in how many the one does that sounds less."""
    times = np.unique(np.concatenate([part for x in (upper, lower) for part in (x.onset, x.offset)]))
    lit = []
    for part in (upper, lower):
        begun = np.searchsorted(np.sort(part.onset), times[:-1], side="right")
        ended = np.searchsorted(np.sort(part.offset), times[:-1], side="right")
        lit.append(begun > ended)
    ticks = np.diff(times)
    return int(ticks[lit[0] & lit[1]].sum()), min(int(ticks[one].sum()) for one in lit)
