"""This file is where bars of a phrase are taken: to stand in the next ones, or to become samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm

import numpy as np

from goldenear.composing.wishes import Wishes
from goldenear.notes.note_array import NoteArray

Note = tuple[int, Fraction, Fraction]
"""Pitch, onset and offset in quarters."""


@dataclass(frozen=True)
class Locks:
    """Bars that stand, with their notes.

    Attributes
    ----------
    bars : frozenset of int
        Counted from 1.
    notes : mapping of voice to frozenset of (pitch, onset, offset)
        What begins in them, in quarters.
    """

    bars: frozenset[int] = frozenset()
    notes: Mapping[str, frozenset[Note]] = field(default_factory=dict)

    def joined(self, voices: Mapping[str, NoteArray], bars: Iterable[int], length: Fraction) -> Locks:
        """Return these and other bars, so many quarters long, as the voices have them."""
        chosen = frozenset(bars)
        notes = {
            name: self.notes.get(name, frozenset()) | _as_times(in_bars(voice, chosen, length))
            for name, voice in voices.items()
        }
        return Locks(self.bars | chosen, notes)

    def in_wishes(self, wishes: Wishes, steps_per_octave: int) -> Wishes:
        """Return wishes with these bars locked, besides what they lock already."""
        if not self.bars:
            return wishes
        locked = {}
        for number, voice in enumerate(wishes.ensemble):
            own = wishes.locked_in(number)
            together = self.notes.get(voice.name, frozenset()) | (
                frozenset() if own is None else _as_times(own)
            )
            locked[voice.name] = _as_notes(together, steps_per_octave)
        # Where a rhythm is given, all its places in these bars are taken; to close them would forbid the notes that
        # reach into them from outside.
        closed = self.bars if wishes.rhythm is None else frozenset[int]()
        return replace(wishes, locked=locked, locked_bars=tuple(sorted({*wishes.locked_bars, *closed})))


def in_bars(notes: NoteArray, bars: Iterable[int], length: Fraction) -> NoteArray:
    """Return the notes that begin in some bars, counted from 1 and so many quarters long."""
    resolution = lcm(notes.ticks_per_quarter, length.denominator)
    bar = notes.onset * (resolution // notes.ticks_per_quarter) // int(length * resolution) + 1
    return notes.where(np.isin(bar, sorted(bars)))


def side_by_side(bars: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and last bar of every row of bars without a gap.

    Examples
    --------
    >>> side_by_side({1, 2, 5})
    [(1, 2), (5, 5)]
    """
    rows: list[tuple[int, int]] = []
    for bar in sorted(bars):
        if rows and rows[-1][1] == bar - 1:
            rows[-1] = (rows[-1][0], bar)
        else:
            rows.append((bar, bar))
    return rows


def _as_times(notes: NoteArray) -> frozenset[Note]:
    """Return notes with their times in quarters."""
    quarter = notes.ticks_per_quarter
    return frozenset((n.pitch, Fraction(n.onset, quarter), Fraction(n.offset, quarter)) for n in notes)


def _as_notes(times: Iterable[Note], steps_per_octave: int) -> NoteArray:
    """Return notes whose times are in quarters as an array."""
    ordered = sorted(times)
    grid = lcm(1, *(time.denominator for _, *both in ordered for time in both))
    return NoteArray.from_arrays(
        pitch=[pitch for pitch, _, _ in ordered],
        onset=[int(on * grid) for _, on, _ in ordered],
        duration=[int((off - on) * grid) for _, on, off in ordered],
        ticks_per_quarter=grid,
        steps_per_octave=steps_per_octave,
    )
