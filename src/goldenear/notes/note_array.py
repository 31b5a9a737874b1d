"""This file is where music becomes numbers: a fragment or a piece as frozen columns, with its invariants.

A note is a horizontal line in the (pitch, tick) picture: it sounds on ``onset <= tick < offset``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import gcd, lcm
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldenear.arguments import array_of, fraction, kind_of, must_be, several, shown, text, whole_number
from goldenear.errors import InvalidInput, NoNotes, printable
from goldenear.hearing.clip import Clip
from goldenear.notes.columns import (
    FINEST_GRID,
    MAX_TICK,
    by_line,
    cut_at_next,
    cut_at_onsets,
    rounded_ticks,
    spaced,
)
from goldenear.notes.provenance import FURTHEST, Provenance

MAX_BRIGHTNESS = 127

MOST_STEPS = 1200
"""The finest pitch grid: a cent to the step."""

_DTYPES = tuple(
    (name, np.dtype(kind))
    for name, kind in (
        ("pitch", np.int16),
        ("onset", np.int64),
        ("offset", np.int64),
        ("brightness", np.int16),
        ("is_drum", np.bool_),
    )
)
"""What the columns of an array are."""

STROKE = Fraction(1, 4)
"""How long the stroke of a drum counts, in quarters, whatever was written: a sixteenth."""


class Note(NamedTuple):
    """One note of a :class:`NoteArray`, as plain Python numbers."""

    pitch: int
    onset: int
    offset: int
    brightness: int
    is_drum: bool


@dataclass(frozen=True, slots=True, eq=False)
class NoteArray:
    """Notes as columns, immutable; make one with :meth:`from_arrays` or :func:`goldenear.read`.

    Attributes
    ----------
    pitch : int16 array, shape (n,)
        In steps. With 12 steps to the octave a step is a semitone and the number is MIDI's (60 = middle C).
    onset, offset : int64 arrays, shape (n,)
        In ticks, half-open: the note sounds on ``onset <= tick < offset``; ``offset > onset``.
    brightness : int16 array, shape (n,)
        1..127; 1 for a plain picture. Negative (-127..-1) only in a sample: a place that must stay dark.
    is_drum : bool array, shape (n,)
        Drums are never transposed; their pitch is a number of General MIDI's percussion. See :meth:`struck`, and
        :attr:`Recipe.kit` for which drums stand for which.
    ticks_per_quarter : int
        The resolution.
    steps_per_octave : int
        The pitch grid; 12 by default.
    name : str
        What messages call it, in one line: control characters are escaped.
    provenance : Provenance
        The file it came from and what was repaired on reading.

    Notes
    -----
    Sorted by (onset, pitch). No two notes of one pitch overlap (a drum and a pitched note may share a
    number), so a pixel is a brightness, never a count. Where notes of one pitch overlap when the array is made, each
    ends where the next begins: every onset stays, and the time that sounds on the pitch stays the same. Notes of one
    pitch that begin together are one.
    Two arrays are equal when their columns, resolution and grid are; names do not count.

    Examples
    --------
    >>> x = NoteArray.from_arrays(pitch=[60, 64], onset=[0, 24], duration=[24, 48], ticks_per_quarter=24)
    >>> x.offset.tolist(), x.quarters
    ([24, 72], Fraction(3, 1))
    """

    pitch: NDArray[np.int16]
    onset: NDArray[np.int64]
    offset: NDArray[np.int64]
    brightness: NDArray[np.int16]
    is_drum: NDArray[np.bool_]
    ticks_per_quarter: int
    steps_per_octave: int = 12
    name: str = ""
    provenance: Provenance = field(default_factory=Provenance)

    @classmethod
    def from_arrays(
        cls,
        *,
        pitch: ArrayLike,
        onset: ArrayLike,
        duration: ArrayLike,
        ticks_per_quarter: int,
        brightness: ArrayLike = 1,
        is_drum: ArrayLike = False,
        steps_per_octave: int = 12,
        name: str = "",
        provenance: Provenance | None = None,
    ) -> NoteArray:
        """Make a note array from columns, in any order; overlapping notes of one pitch are cut at every onset.

        Parameters
        ----------
        pitch : array of int, shape (n,)
            In steps, -32,768..32,767.
        onset, duration : arrays of int, shape (n,)
            In ticks; durations are at least 1.
        ticks_per_quarter : int
            At least 1.
        brightness : int or array of int, shape (n,)
            1..127, or -127..-1 for a place that must stay dark. Of notes that begin together the brightest wins.
        is_drum : bool or array of bool, shape (n,)
            True for drums.
        steps_per_octave : int
            At least 1.
        name : str
            What messages call it.
        provenance : Provenance, optional
            Where it came from.

        Raises
        ------
        InvalidInput
            If a column is not of whole numbers, lengths differ, a value is out of range, or a place is
            both to sound and to stay dark.

        Examples
        --------
        >>> overlapping = NoteArray.from_arrays(pitch=[60, 60], onset=[0, 5], duration=[10, 10],
        ...                                     ticks_per_quarter=4)
        >>> list(overlapping)
        [Note(pitch=60, onset=0, offset=5, brightness=1, is_drum=False), \
Note(pitch=60, onset=5, offset=15, brightness=1, is_drum=False)]
        """
        whole_number("ticks_per_quarter", ticks_per_quarter, 1, MAX_TICK)
        whole_number("steps_per_octave", steps_per_octave, 1, MOST_STEPS)
        pitches = _column("pitch", pitch, None, -(2**15), 2**15 - 1)
        n = len(pitches)
        onsets = _column("onset", onset, n, -MAX_TICK, MAX_TICK)
        durations = _column("duration", duration, n, 1, MAX_TICK)
        brightnesses = _column("brightness", brightness, n, -MAX_BRIGHTNESS, MAX_BRIGHTNESS)
        if not brightnesses.all():
            raise InvalidInput("brightness: expected 1..127 (or -127..-1 for a forbidden place), got 0")
        drums = (
            np.full(n, is_drum)
            if isinstance(is_drum, bool | np.bool_)
            else array_of("is_drum", is_drum, "b", n)
        )
        line, start, end, bright, drum = cut_at_onsets(
            pitches, onsets, onsets + durations, brightnesses, drums
        )
        return cls(
            frozen(line),
            frozen(start),
            frozen(end),
            frozen(bright),
            frozen(drum),
            int(ticks_per_quarter),
            int(steps_per_octave),
            name,
            Provenance() if provenance is None else provenance,
        )

    def __post_init__(self) -> None:
        whole_number("ticks_per_quarter", self.ticks_per_quarter, 1, FURTHEST)
        whole_number("steps_per_octave", self.steps_per_octave, 1, MOST_STEPS)
        text("name", self.name)
        object.__setattr__(self, "name", printable(self.name))
        must_be("provenance", self.provenance, Provenance)
        n = len(self.pitch) if isinstance(self.pitch, np.ndarray) else 0
        for name, dtype in _DTYPES:
            column = getattr(self, name)
            if not isinstance(column, np.ndarray) or column.dtype != dtype or column.shape != (n,):
                came = f"{column.dtype} {column.shape}" if isinstance(column, np.ndarray) else kind_of(column)
                raise InvalidInput(
                    f"{name}: expected an array of {dtype} ({n},), got {came}; NoteArray.from_arrays takes lists"
                )

    def __len__(self) -> int:
        return len(self.pitch)

    def __iter__(self) -> Iterator[Note]:
        columns = (self.pitch, self.onset, self.offset, self.brightness, self.is_drum)
        return (Note(*row) for row in zip(*(c.tolist() for c in columns), strict=True))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NoteArray):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        called = f" {self.name!r}" if self.name else ""
        return f"<NoteArray{called}: {len(self)} notes, {float(self.quarters):g} quarters>"

    def _key(self) -> tuple[Any, ...]:
        columns = (self.pitch, self.onset, self.offset, self.brightness, self.is_drum)
        return (self.ticks_per_quarter, self.steps_per_octave, *(c.tobytes() for c in columns))

    @property
    def duration(self) -> NDArray[np.int64]:
        """Durations in ticks, shape (n,)."""
        return self.offset - self.onset

    @property
    def first_onset(self) -> int:
        """The tick at which the first note begins; 0 where there are no notes."""
        return int(self.onset[0]) if len(self) else 0

    @property
    def last_offset(self) -> int:
        """The tick at which the last note ends; 0 where there are no notes."""
        return int(self.offset.max()) if len(self) else 0

    @property
    def quarters(self) -> Fraction:
        """The time from the first onset to the last offset, in quarters."""
        return Fraction(self.last_offset - self.first_onset, self.ticks_per_quarter)

    @property
    def energy(self) -> int:
        """The sum over all sounding pixels of brightness squared: the shared time of the picture with itself."""
        b = self.brightness.astype(np.int64)
        return int((b * b * self.duration)[b > 0].sum())

    def where(self, chosen: NDArray[np.bool_]) -> NoteArray:
        """Return the notes for which `chosen`, a bool array of shape (n,), is true."""
        chosen = array_of("chosen", chosen, "b", len(self))
        return replace(
            self,
            pitch=frozen(self.pitch[chosen]),
            onset=frozen(self.onset[chosen]),
            offset=frozen(self.offset[chosen]),
            brightness=frozen(self.brightness[chosen]),
            is_drum=frozen(self.is_drum[chosen]),
        )

    def named(self, name: str) -> NoteArray:
        """Return the same notes under another name."""
        return replace(self, name=name)

    def remarked(self, *remarks: str) -> NoteArray:
        """Return the same notes with `remarks` added to their provenance."""
        return replace(self, provenance=self.provenance.remarking(*remarks))

    def transposed(self, steps: int) -> NoteArray:
        """Return the notes `steps` higher; drums stay.

        Raises
        ------
        InvalidInput
            If a pitch leaves the range of 16 bits.
        """
        whole_number("steps", steps, -(2**16), 2**16)
        return self._with(pitch=np.where(self.is_drum, self.pitch, self.pitch.astype(np.int64) + steps))

    def shifted(self, ticks: int) -> NoteArray:
        """Return the notes `ticks` later.

        Raises
        ------
        InvalidInput
            If an onset leaves the range of 2**40 ticks.
        """
        whole_number("ticks", ticks, -2 * MAX_TICK, 2 * MAX_TICK)
        return self._with(onset=self.onset + ticks, provenance=self.provenance.retimed(later=ticks))

    def at_resolution(self, ticks_per_quarter: int) -> NoteArray:
        """Return the same music counted in other ticks, exactly.

        Raises
        ------
        InvalidInput
            If an onset or an offset would fall between two ticks.

        Examples
        --------
        >>> x = NoteArray.from_arrays(pitch=[60], onset=[12], duration=[6], ticks_per_quarter=12)
        >>> x.at_resolution(4)
        <NoteArray: 1 notes, 0.5 quarters>
        """
        whole_number("ticks_per_quarter", ticks_per_quarter, 1, MAX_TICK)
        if ticks_per_quarter == self.ticks_per_quarter:
            return self
        up = lcm(ticks_per_quarter, self.ticks_per_quarter) // self.ticks_per_quarter
        down = self.ticks_per_quarter * up // ticks_per_quarter
        if (self.onset * up % down).any() or (self.offset * up % down).any():
            raise InvalidInput(
                f"{self.name or 'the notes'}: cannot be counted in {ticks_per_quarter} ticks a quarter "
                f"without rounding; the coarsest exact resolution is {self.coarsest_resolution()}"
            )
        return self._with(
            onset=self.onset * up // down,
            duration=self.duration * up // down,
            ticks_per_quarter=ticks_per_quarter,
            provenance=self.provenance.retimed(up=up, down=down),
        )

    def quantised(self, ticks_per_quarter: int) -> NoteArray:
        """Return the notes rounded to a grid: every one, none shorter than a tick.

        Onsets and offsets go to the nearest tick, from halfway on to the later one. Where several onsets of one pitch
        fall on one tick, all but the first go to the ticks after it, so that no note vanishes. Notes that the grid
        counts exactly do not change, but for their resolution.

        Parameters
        ----------
        ticks_per_quarter : int
            The grid, 1..2**20; 96 serves live playing, 3 ms to a tick at 120 quarters a minute.

        Returns
        -------
        NoteArray
            Its provenance tells the largest move of an onset, if one moves.

        Raises
        ------
        InvalidInput
            If a tick leaves the range of 2**40.

        Examples
        --------
        >>> played = NoteArray.from_arrays(pitch=[60, 60], onset=[1, 481], duration=[470, 2], ticks_per_quarter=480)
        >>> rounded = played.quantised(96)
        >>> [(note.onset, note.offset) for note in rounded]
        [(0, 94), (96, 97)]
        >>> rounded.provenance.remarks
        ('rounded to 96 ticks a quarter: an onset moves by up to 0.0021 quarters',)
        """
        whole_number("ticks_per_quarter", ticks_per_quarter, 1, FINEST_GRID)
        own = self.ticks_per_quarter
        if own == ticks_per_quarter:
            return self
        furthest = max(-int(self.onset.min()), self.last_offset) if len(self) else 0
        if furthest * ticks_per_quarter > MAX_TICK * own:
            raise InvalidInput(f"{self.name or 'the notes'}: too long to be counted on so fine a grid")
        onset, offset = (rounded_ticks(ticks, own, ticks_per_quarter) for ticks in (self.onset, self.offset))
        order, follows = by_line(self.pitch, self.onset, self.is_drum)
        onset[order] = spaced(onset[order], follows)
        offset = cut_at_next(onset, np.maximum(offset, onset + 1), order, follows)
        rounded = self.rearranged(self.pitch.astype(np.int64), onset, offset, ticks_per_quarter)
        up, down = Fraction(ticks_per_quarter, own).as_integer_ratio()
        rounded = replace(rounded, provenance=self.provenance.retimed(up=up, down=down))
        moved = np.abs(onset * own - self.onset * ticks_per_quarter)
        if not moved.any():
            return rounded
        quarters = float(Fraction(int(moved.max()), own * ticks_per_quarter))
        return rounded.remarked(
            f"rounded to {ticks_per_quarter:,} ticks a quarter: an onset moves by up to {quarters:.2g} quarters"
        )

    def struck(self) -> NoteArray:
        """Return the notes with every stroke of a drum a sixteenth long, or until the next stroke of the same drum.

        Drums are compared by when they are struck; how long a stroke is written says nothing.

        Returns
        -------
        NoteArray
            In finer ticks where a sixteenth is no whole number of them.

        Examples
        --------
        >>> kick = NoteArray.from_arrays(pitch=[36, 36], onset=[0, 4], duration=[1, 4], is_drum=True,
        ...                              ticks_per_quarter=4)
        >>> kick.struck().duration.tolist()
        [1, 1]
        """
        return self._lasting(STROKE, self.is_drum)

    def as_strokes(self, length: Fraction) -> NoteArray:
        """Return the pitched notes so many quarters long, or until the next one of their pitch.

        Drums and forbidden places stay as long as they are.

        Examples
        --------
        >>> x = NoteArray.from_arrays(pitch=[60, 60], onset=[0, 1], duration=[1, 7], ticks_per_quarter=4)
        >>> x.as_strokes(Fraction(1, 2)).duration.tolist()
        [1, 2]
        """
        return self._lasting(fraction("length", length), ~self.is_drum & (self.brightness > 0))

    def _lasting(self, length: Fraction, chosen: NDArray[np.bool_]) -> NoteArray:
        """Return the notes with some of them of one length, or until the next one of their line."""
        if not chosen.any():
            return self
        notes = self.at_resolution(lcm(self.ticks_per_quarter, length.denominator))
        ticks = int(length * notes.ticks_per_quarter)
        offset = np.where(chosen, notes.onset + ticks, notes.offset)
        offset = cut_at_next(notes.onset, offset, *by_line(notes.pitch, notes.onset, notes.is_drum))
        return replace(notes, offset=frozen(offset))

    def rearranged(
        self, pitch: NDArray[Any], onset: NDArray[Any], offset: NDArray[Any], ticks_per_quarter: int
    ) -> NoteArray:
        """Return the notes moved, one by one, to places where none overlap: what was disjoint stays so.

        Raises
        ------
        InvalidInput
            If a tick leaves the range of 2**40.
        """
        pitch, onset, offset = (
            array_of(name, column, "iu", len(self))
            for name, column in (("pitch", pitch), ("onset", onset), ("offset", offset))
        )
        whole_number("ticks_per_quarter", ticks_per_quarter, 1, MAX_TICK**2)
        if len(self) and max(-int(onset.min()), int(offset.max())) > MAX_TICK:
            raise InvalidInput(f"{self.name or 'the notes'}: too long to be stretched on so fine a grid")
        in_time = np.lexsort((self.is_drum, pitch, onset))
        return replace(
            self,
            pitch=frozen(pitch[in_time].astype(np.int16)),
            onset=frozen(onset[in_time]),
            offset=frozen(offset[in_time]),
            brightness=frozen(self.brightness[in_time]),
            is_drum=frozen(self.is_drum[in_time]),
            ticks_per_quarter=ticks_per_quarter,
        )

    def coarsest_resolution(self) -> int:
        """Return the smallest number of ticks a quarter that counts every onset and offset exactly."""
        shared = int(np.gcd.reduce(np.concatenate([self.onset, self.offset]))) if len(self) else 0
        return self.ticks_per_quarter // gcd(shared, self.ticks_per_quarter)

    def _with(self, **changed: Any) -> NoteArray:
        """Make the array again from its columns, some of them changed, and all invariants checked."""
        columns: dict[str, Any] = {
            "pitch": self.pitch,
            "onset": self.onset,
            "duration": self.duration,
            "brightness": self.brightness,
            "is_drum": self.is_drum,
            "ticks_per_quarter": self.ticks_per_quarter,
            "steps_per_octave": self.steps_per_octave,
            "name": self.name,
            "provenance": self.provenance,
        }
        return NoteArray.from_arrays(**(columns | changed))


def must_be_notes(name: str, value: object) -> None:
    """Raise InvalidInput, with the likely slip, unless `value` is a NoteArray."""
    must_be(name, value, NoteArray, _how_to_get_notes)


def must_sound(notes: NoteArray) -> None:
    """Raise NoNotes unless a note sounds."""
    if not (notes.brightness > 0).any():
        raise NoNotes(notes.name)


def several_notes(name: str, values: object) -> tuple[NoteArray, ...]:
    """Return `values` as a tuple; raise InvalidInput, with the likely slip, unless they are several NoteArrays."""
    return several(name, values, NoteArray, _how_to_get_notes)


def notes_by_name(name: str, notes: object) -> list[tuple[str, NoteArray]]:
    """Return one array, several, or a mapping of names to arrays as pairs of a name and an array, at least one.

    Raises
    ------
    InvalidInput
        If there is none, or something else among them.
    """
    if isinstance(notes, Mapping):
        named = [(str(key), value) for key, value in notes.items()]
    elif isinstance(notes, Sequence) and not isinstance(notes, str | bytes):
        named = [(getattr(part, "name", ""), part) for part in notes]
    else:
        named = [(getattr(notes, "name", ""), notes)]
    if not named:
        raise InvalidInput(f"{name}: expected one or more NoteArrays, got none")
    for _, part in named:
        must_be_notes(name, part)
    return named


def _how_to_get_notes(value: object) -> str:
    """Return how what came in place of notes becomes notes; nothing where nobody can tell."""
    if isinstance(value, str | os.PathLike):
        return "files are read with goldenear.read"
    if isinstance(value, Clip):
        return "clips are heard with goldenear.hear"
    if isinstance(value, Sequence) and value and all(isinstance(one, NoteArray) for one in value):
        return "it takes one at a time"
    return "give its notes" if hasattr(type(value), "notes") else ""


def _column(name: str, values: ArrayLike, n: int | None, low: int, high: int) -> NDArray[np.int64]:
    """Return `values` as n int64 numbers within low..high; one number serves all notes (not for pitch)."""
    try:
        column = np.asarray(values)
    except (ValueError, TypeError, OverflowError):
        raise InvalidInput(
            f"{name}: expected whole numbers, got {kind_of(values)} that makes no column"
        ) from None
    if column.size == 0:
        column = column.astype(np.int64)
    if column.dtype.kind not in "iu":
        rounded = np.round(column) if column.dtype.kind == "f" else None
        if rounded is None or not np.array_equal(rounded, column):
            came = f"{column.dtype} values" if column.ndim else shown(values)
            raise InvalidInput(f"{name}: expected whole numbers, got {came}")
        column = rounded
    if n is not None and column.ndim == 0:
        column = np.full(n, column)
    if column.ndim != 1 or (n is not None and len(column) != n):
        raise InvalidInput(
            f"{name}: expected {'one number' if n is None else n} a note, got shape {column.shape}"
        )
    if len(column) and not (low <= column.min() and column.max() <= high):
        raise InvalidInput(f"{name}: expected {low:,}..{high:,}, got {column.min():,}..{column.max():,}")
    return column.astype(np.int64)


def frozen(column: NDArray[Any]) -> NDArray[Any]:
    """Return the column, read-only and contiguous."""
    column = np.ascontiguousarray(column)
    column.flags.writeable = False
    return column
