"""This file is where notes become a picture: strokes of one brightness on (pitch, tick), and pixels where wanted.

A stroke is a run of equally bright pixels on one pitch. No two strokes overlap, so a picture is exact
however long the music is, and pixels are painted only when somebody asks to see them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import array_of, fraction, one_of, truth, whole_number
from goldenear.errors import InvalidInput, TooLarge
from goldenear.notes.columns import MAX_TICK
from goldenear.notes.note_array import STROKE, NoteArray, must_be_notes

Reading = Literal["semitone", "neighbour", "octave", "rhythm"]
"""How pitch is read when two pictures are compared.

``semitone``
    As it is.
``neighbour``
    A pixel of X also counts, at a share of its brightness, on the steps above and below: tonal answers,
    major against minor.
``octave``
    All octaves are folded into one: only pitch classes count.
``rhythm``
    Pitch does not count at all: only when notes begin.
"""

READINGS: tuple[Reading, ...] = get_args(Reading)

MAX_PIXELS = 2**28


@dataclass(frozen=True, slots=True, eq=False)
class PianoRoll:
    """The picture of a fragment: disjoint strokes as columns, in any order.

    Attributes
    ----------
    pitch, onset, offset, brightness : int64 arrays, shape (n,)
        A stroke covers the pixels ``(pitch, onset <= tick < offset)``.
    is_drum : bool array, shape (n,)
        Strokes on the plane of the drums, which is never transposed.
    ticks_per_quarter : int
        The resolution.
    """

    pitch: NDArray[np.int64]
    onset: NDArray[np.int64]
    offset: NDArray[np.int64]
    brightness: NDArray[np.int64]
    is_drum: NDArray[np.bool_]
    ticks_per_quarter: int

    def __len__(self) -> int:
        return len(self.pitch)

    def where(self, chosen: NDArray[np.bool_]) -> PianoRoll:
        """Return the strokes for which `chosen`, a bool array of shape (n,), is true."""
        chosen = array_of("chosen", chosen, "b", len(self))
        return PianoRoll(
            self.pitch[chosen],
            self.onset[chosen],
            self.offset[chosen],
            self.brightness[chosen],
            self.is_drum[chosen],
            self.ticks_per_quarter,
        )

    def at_resolution(self, ticks_per_quarter: int) -> PianoRoll:
        """Return the picture on a grid that is a whole multiple of, or exactly divides, its own.

        Raises
        ------
        InvalidInput
            If a stroke would begin or end between two ticks.
        """
        whole_number("ticks_per_quarter", ticks_per_quarter, 1, MAX_TICK)
        if ticks_per_quarter == self.ticks_per_quarter:
            return self
        up, down = Fraction(ticks_per_quarter, self.ticks_per_quarter).as_integer_ratio()
        if down > 1 and ((self.onset * up % down).any() or (self.offset * up % down).any()):
            raise InvalidInput(
                f"ticks_per_quarter: {ticks_per_quarter} is too coarse for this picture of {self.ticks_per_quarter}"
            )
        return replace(
            self,
            onset=self.onset * up // down,
            offset=self.offset * up // down,
            ticks_per_quarter=ticks_per_quarter,
        )

    def pixels(self, *, drums: bool = False, max_pixels: int = MAX_PIXELS) -> NDArray[np.int16]:
        """Paint one plane of the picture.

        Parameters
        ----------
        drums : bool
            Paint the drums instead of the pitched notes.
        max_pixels : int
            The budget, checked before anything is allocated.

        Returns
        -------
        int16 array, shape (pitches, ticks)
            Row 0 is the lowest pitch of this plane; column 0 the first tick of the whole picture.

        Raises
        ------
        TooLarge
            If the picture would exceed `max_pixels`.

        Examples
        --------
        >>> x = NoteArray.from_arrays(pitch=[60, 62], onset=[0, 1], duration=[2, 1], ticks_per_quarter=1)
        >>> draw(x).pixels()
        array([[1, 1],
               [0, 0],
               [0, 1]], dtype=int16)
        """
        truth("drums", drums)
        whole_number("max_pixels", max_pixels, 1, 2**62)
        plane = self.where(self.is_drum == drums)
        if not len(plane):
            return np.zeros((0, 0), np.int16)
        low, start = int(plane.pitch.min()), int(self.onset.min())
        shape = (int(plane.pitch.max()) - low + 1, int(self.offset.max()) - start)
        if shape[0] * shape[1] > max_pixels:
            raise TooLarge(
                f"the picture would have {shape[0]:,} x {shape[1]:,} pixels, over the budget of {max_pixels:,}: "
                f"count it in fewer ticks with at_resolution, or raise max_pixels"
            )
        image = np.zeros(shape, np.int16)
        columns = (plane.pitch - low, plane.onset - start, plane.offset - start, plane.brightness)
        for row, begin, end, brightness in zip(*(c.tolist() for c in columns), strict=True):
            image[row, begin:end] = brightness
        return image


def draw(notes: NoteArray, *, struck: Fraction | None = None, reading: Reading = "semitone") -> PianoRoll:
    """Draw the notes, as they are held or as they are struck.

    Parameters
    ----------
    notes : NoteArray
        The notes to draw.
    struck : Fraction, optional
        Draw every pitched note so many quarters long, or until the next one of its pitch; drums and forbidden places
        stay as they are. By default notes are drawn as long as they last.
    reading : str
        ``"octave"`` folds all octaves onto the pitches 0..steps_per_octave - 1; ``"rhythm"`` draws all notes on
        pitch 0, drums among them, and always as they are struck; the other readings draw pitch as it is.

    Returns
    -------
    PianoRoll
        Where strokes fall on one another the brightest wins, and sound wins over a forbidden place.

    Raises
    ------
    InvalidInput
        If an argument is none of these.

    Examples
    --------
    >>> x = NoteArray.from_arrays(pitch=[60], onset=[0], duration=[8], ticks_per_quarter=4)
    >>> draw(x).offset.tolist(), draw(x, struck=Fraction(1, 4)).offset.tolist()
    ([8], [1])
    """
    must_be_notes("notes", notes)
    one_of("reading", reading, READINGS)
    if struck is None and reading == "rhythm":
        struck = STROKE
    if struck is not None:
        notes = notes.as_strokes(fraction("struck", struck))
    roll = PianoRoll(
        notes.pitch.astype(np.int64),
        notes.onset,
        notes.offset,
        notes.brightness.astype(np.int64),
        notes.is_drum,
        notes.ticks_per_quarter,
    )
    if reading == "octave":
        folded = np.where(roll.is_drum, roll.pitch, roll.pitch % notes.steps_per_octave)
        return painted(replace(roll, pitch=folded))
    if reading == "rhythm":
        return painted(replace(roll, pitch=np.zeros_like(roll.pitch), is_drum=np.zeros_like(roll.is_drum)))
    return roll


def common_divisor(*times: NDArray[np.int64]) -> int:
    """Return the greatest whole number that divides every time of all columns; 0 where all are 0."""
    found = 0
    for column in times:
        # Most often a few times settle that it is 1.
        for part in (column[:64], column[64:]):
            found = gcd(found, int(np.gcd.reduce(part))) if len(part) else found
            if found == 1:
                return 1
    return found


def joined(*rolls: PianoRoll) -> PianoRoll:
    """Return the strokes of several pictures of one resolution; `painted` makes them disjoint again."""
    return PianoRoll(
        np.concatenate([r.pitch for r in rolls]),
        np.concatenate([r.onset for r in rolls]),
        np.concatenate([r.offset for r in rolls]),
        np.concatenate([r.brightness for r in rolls]),
        np.concatenate([r.is_drum for r in rolls]),
        rolls[0].ticks_per_quarter,
    )


def painted(roll: PianoRoll) -> PianoRoll:
    """Return the same picture with disjoint strokes: the brightest of what overlaps, neighbours joined.

    Each line is cut at every onset and offset on it; a piece between two cuts takes the brightest stroke
    that covers it, counted level by level.
    """
    if not len(roll):
        return roll
    line = roll.pitch * 2 + roll.is_drum
    lines = np.concatenate([line, line])
    cuts = np.concatenate([roll.onset, roll.offset])
    order = np.lexsort((cuts, lines))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    begin, end = rank[: len(roll)], rank[len(roll) :]
    lines, cuts = lines[order], cuts[order]
    brightness = np.zeros(len(cuts), np.int64)
    levels = np.unique(roll.brightness)
    for level in np.concatenate([levels[levels < 0][::-1], levels[levels > 0]]):
        of_level = roll.brightness == level
        edges = np.bincount(begin[of_level], minlength=len(cuts)) - np.bincount(
            end[of_level], minlength=len(cuts)
        )
        brightness[np.cumsum(edges) > 0] = level
    # A cut at the same place as the next one holds no time; its brightness is the next one's.
    spans = np.flatnonzero((cuts[1:] > cuts[:-1]) & (lines[1:] == lines[:-1]) & (brightness[:-1] != 0))
    onset, offset, level, line = cuts[spans], cuts[spans + 1], brightness[spans], lines[spans]
    if not len(spans):
        return roll.where(np.zeros(len(roll), bool))
    new = np.ones(len(spans), bool)
    new[1:] = (onset[1:] != offset[:-1]) | (level[1:] != level[:-1]) | (line[1:] != line[:-1])
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(spans)) - 1
    return PianoRoll(
        line[first] >> 1,
        onset[first],
        offset[last],
        level[first],
        (line[first] & 1).astype(bool),
        roll.ticks_per_quarter,
    )
