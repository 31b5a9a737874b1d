"""This file is where array indices meet music: which row is which transposition, which column which shift."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.turning_points import Lines


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of (transposition, shift): row 0 is `first_transposition`, column 0 is `first_shift`."""

    first_transposition: int
    first_shift: int
    rows: int
    columns: int

    @property
    def cells(self) -> int:
        """The number of placements in the frame."""
        return self.rows * self.columns

    @property
    def transpositions(self) -> NDArray[np.int64]:
        """The transposition of every row, in steps."""
        return self.first_transposition + np.arange(self.rows, dtype=np.int64)

    @property
    def shifts(self) -> NDArray[np.int64]:
        """The shift of every column, in ticks."""
        return self.first_shift + np.arange(self.columns, dtype=np.int64)

    def limited(self, lowest: int, highest: int) -> Frame:
        """Return the frame with only the transpositions within lowest..highest; perhaps without rows."""
        low = max(lowest, self.first_transposition)
        high = min(highest, self.first_transposition + self.rows - 1)
        return replace(self, first_transposition=low, rows=max(0, high - low + 1))

    def joined(self, *others: Frame) -> Frame:
        """Return the smallest frame that holds this one and the others."""
        frames = (self, *others)
        low = min(f.first_transposition for f in frames)
        left = min(f.first_shift for f in frames)
        high = max(f.first_transposition + f.rows for f in frames)
        right = max(f.first_shift + f.columns for f in frames)
        return Frame(low, left, high - low, right - left)

    def row(self) -> Frame:
        """Return the single row on which drums meet: they are never transposed."""
        return replace(self, first_transposition=0, rows=1)

    def tiles(self, columns: int) -> Iterator[Frame]:
        """Cut the frame into tiles of at most `columns` columns, from the first shift to the last."""
        for start in range(0, self.columns, columns):
            yield replace(
                self, first_shift=self.first_shift + start, columns=min(columns, self.columns - start)
            )


@dataclass(frozen=True, slots=True, eq=False)
class Seam:
    """What a run carries from one tile to the next: two integers a row, the value and the slope reached."""

    value: NDArray[np.int64]
    slope: NDArray[np.int64]

    @classmethod
    def before(cls, frame: Frame) -> Seam:
        """Return the seam before anything is shared: zeros."""
        return cls(np.zeros(frame.rows, np.int64), np.zeros(frame.rows, np.int64))


class Extent(NamedTuple):
    """Where a picture lies: its time, the pitches of its pitched notes (inclusive), and whether it has drums."""

    onset: int
    offset: int
    lowest: int
    highest: int
    has_pitch: bool
    has_drums: bool


def extent(picture: tuple[Lines, Lines]) -> Extent:
    """Return where a picture, given as its pitched notes and its drums, lies; it is not empty."""
    pitched, drums = picture
    sounding = [lines for lines in picture if len(lines.onset)]
    onset = min(int(lines.onset.min()) for lines in sounding)
    offset = max(int(lines.offset.max()) for lines in sounding)
    low, high = (int(pitched.pitch.min()), int(pitched.pitch.max())) if len(pitched.pitch) else (0, 0)
    return Extent(onset, offset, low, high, bool(len(pitched.pitch)), bool(len(drums.pitch)))


def frame_around(piece: Extent, fragment: Extent) -> Frame:
    """Return every placement at which two pictures can share time.

    Returns
    -------
    Frame
        Rows for every transposition at which pitched notes can meet, and transposition 0 where drums
        can; columns for every shift at which the two overlap in time.
    """
    first_shift = piece.onset - fragment.offset + 1
    columns = piece.offset - fragment.onset - first_shift
    if not (piece.has_pitch and fragment.has_pitch):
        return Frame(0, first_shift, 1, columns)
    low, high = piece.lowest - fragment.highest, piece.highest - fragment.lowest
    if piece.has_drums and fragment.has_drums:
        low, high = min(low, 0), max(high, 0)
    return Frame(low, first_shift, high - low + 1, columns)
