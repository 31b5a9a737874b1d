"""This file is where a fragment is laid on a piece: altered, transposed, shifted."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from goldenear.arguments import must_be, whole_number
from goldenear.notes.alteration import Alteration
from goldenear.notes.note_array import NoteArray, must_be_notes
from goldenear.notes.provenance import FURTHEST


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and how a fragment is laid.

    Attributes
    ----------
    transposition : int
        Steps up; drums stay.
    shift : int
        Ticks later.
    ticks_per_quarter : int
        What `shift` is counted in.
    alteration : Alteration
        What is done first.

    Examples
    --------
    >>> x = NoteArray.from_arrays(pitch=[60], onset=[0], duration=[2], ticks_per_quarter=2)
    >>> list(Placement(transposition=5, shift=3, ticks_per_quarter=2).apply(x))
    [Note(pitch=65, onset=3, offset=5, brightness=1, is_drum=False)]
    """

    transposition: int = 0
    shift: int = 0
    ticks_per_quarter: int = 1
    alteration: Alteration = Alteration()

    def __post_init__(self) -> None:
        whole_number("transposition", self.transposition, -(2**16), 2**16)
        whole_number("shift", self.shift, -FURTHEST, FURTHEST)
        whole_number("ticks_per_quarter", self.ticks_per_quarter, 1, FURTHEST)
        must_be("alteration", self.alteration, Alteration)

    @property
    def shift_quarters(self) -> Fraction:
        """The shift in quarters, exactly."""
        return Fraction(self.shift, self.ticks_per_quarter)

    def apply(self, fragment: NoteArray) -> NoteArray:
        """Return the fragment as it lies on the piece."""
        must_be_notes("fragment", fragment)
        altered = self.alteration.apply(fragment)
        resolution = lcm(altered.ticks_per_quarter, self.ticks_per_quarter)
        shift = self.shift * (resolution // self.ticks_per_quarter)
        return altered.at_resolution(resolution).transposed(self.transposition).shifted(shift)
