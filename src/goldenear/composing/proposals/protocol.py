"""This file is where it stands what a source of proposals can do: one thing."""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol

from goldenear.arguments import fraction, shown
from goldenear.errors import InvalidInput
from goldenear.notes.note_array import NoteArray

LONGEST_LINE = 4096
"""Quarters of a line, at most."""


def line_length(quarters: object, grid: int) -> Fraction:
    """Return how many quarters a line is to last; raise InvalidInput unless that is 1/grid..4,096."""
    length = quarters if isinstance(quarters, Fraction) else fraction("quarters", quarters)
    if not 1 <= length * grid <= LONGEST_LINE * grid:
        raise InvalidInput(f"quarters: expected 1/{grid}..{LONGEST_LINE:,}, got {shown(quarters)}")
    return length


class Proposals(Protocol):
    """Where new lines come from: a Markov chain, a net, your own generator."""

    def propose(self, quarters: Fraction, seed: int) -> NoteArray:
        """Return a line of about so many quarters that begins at tick 0 or later, one note at a time, in any octave.

        The same seed gives the same line. Where several notes sound at once, the highest is taken.
        """
