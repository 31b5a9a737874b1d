"""Plain notes as rows, (pitch, onset, offset) in ticks, for compiled code; and how many edges lie on each tick."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldenear.errors import InvalidInput
from goldenear.notes.note_array import NoteArray


class Edges(NamedTuple):
    """How many strokes of a draft begin or end at each tick, in both layers."""

    counts: NDArray[np.int64]
    zero: int
    """Where tick 0 stands: what a draft joins may begin before it."""

    @classmethod
    def empty(cls, earliest: int, latest: int) -> Edges:
        """Return room to count those from one tick to another."""
        zero = max(0, -earliest)
        return cls(np.zeros(zero + latest + 1, np.int64), zero)


def difference(before: NDArray[np.int64], after: NDArray[np.int64]) -> tuple[int, int]:
    """Return how many ticks of notes sound in the first of two X alone, and in the second alone.

    Notes are rows (pitch, onset, offset).
    """
    edges = np.concatenate([before, after])
    sign = np.repeat([1, -1], [len(before), len(after)])
    place = np.concatenate([edges[:, 1], edges[:, 2]])
    pitch = np.concatenate([edges[:, 0], edges[:, 0]])
    weight = np.concatenate([sign, -sign])
    order = np.lexsort((place, pitch))
    place, level = place[order], np.cumsum(weight[order])
    # At the end of each pitch the level is back at 0.
    lengths, level = np.diff(place), level[:-1]
    return int((lengths * np.maximum(level, 0)).sum()), int((lengths * np.maximum(-level, 0)).sum())


def as_notes(notes: NDArray[np.int64], ticks_per_quarter: int, steps_per_octave: int = 12) -> NoteArray:
    """Return plain notes, (pitch, onset, offset) in ticks, as a note array."""
    return NoteArray.from_arrays(
        pitch=notes[:, 0],
        onset=notes[:, 1],
        duration=notes[:, 2] - notes[:, 1],
        ticks_per_quarter=ticks_per_quarter,
        steps_per_octave=steps_per_octave,
    )


def as_rows(x: NoteArray) -> NDArray[np.int64]:
    """Return notes as rows (pitch, onset, offset).

    Raises
    ------
    InvalidInput
        If not all are pitched, and plain.
    """
    if x.is_drum.any() or (x.brightness != 1).any():
        raise InvalidInput(f"{x.name or 'X'}: expected pitched notes without weight")
    return np.stack([x.pitch.astype(np.int64), x.onset, x.offset], axis=1)


def overlapping(rows: ArrayLike) -> bool:
    """Tell whether two notes, as rows (pitch, onset, offset), sound one pitch at once."""
    table = np.asarray(rows, np.int64).reshape(-1, 3)
    order = np.lexsort((table[:, 1], table[:, 0]))
    table = table[order]
    return bool(((table[1:, 0] == table[:-1, 0]) & (table[1:, 1] < table[:-1, 2])).any())
