"""This file is where it stands what a source of proposals can do: one thing."""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol

from goldenear.notes.note_array import NoteArray


class Proposals(Protocol):
    """Where new lines come from: a Markov chain, a net, your own generator."""

    def propose(self, quarters: Fraction, seed: int) -> NoteArray:
        """Return a line of about so many quarters that begins at tick 0 or later, one note at a time, in any octave.

        The same seed gives the same line. Where several notes sound at once, the highest is taken.
        """
