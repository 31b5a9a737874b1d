"""This file is where a metre such as 6/8 is understood: how long a bar is, and how it divides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from goldenear.arguments import shown, whole_number
from goldenear.errors import InvalidInput

MAX_BEATS = 32
"""The most beats that a bar can have."""

UNITS = (1, 2, 4, 8, 16, 32)
"""What a beat can be: a whole note, a half, down to a 32nd."""

_WRITTEN = re.compile(r"\s*\(?\s*([0-9]{1,9}(?:\s*\+\s*[0-9]{1,9}){0,15})\s*\)?\s*/\s*([0-9]{1,9})\s*")

_SIGNS = {"C": "4/4", "C|": "2/2"}
"""Common time and cut time."""


@dataclass(frozen=True, slots=True)
class Metre:
    """How music is divided into bars.

    Parameters
    ----------
    beats : int
        How many to a bar, 1..32.
    unit : int
        What part of a whole note each of them is: 1, 2, 4, 8, 16 or 32.
    """

    beats: int = 4
    unit: int = 4

    def __post_init__(self) -> None:
        for name, count in (("beats", self.beats), ("unit", self.unit)):
            whole_number(f"metre: {name}", count, 0, 10**11)
        if not 1 <= self.beats <= MAX_BEATS:
            raise InvalidInput(f"metre: '{self}' has {self.beats} beats: expected 1..{MAX_BEATS}")
        if self.unit not in UNITS:
            *most, last = UNITS
            known = f"{', '.join(map(str, most))} or {last}"
            slip = "; is it turned round?" if self.beats in UNITS and 1 <= self.unit <= MAX_BEATS else ""
            raise InvalidInput(f"metre: '{self}' has the unit {self.unit}: expected {known}{slip}")

    @classmethod
    def parsed(cls, text: str) -> Metre:
        """Return the metre that is written so: the one parser of metres, for options and for files of every format.

        Parameters
        ----------
        text : str
            Beats and unit, such as ``"3/4"``, ``"2+3/8"`` or ``"(2+3)/8"``; ``"C"`` and ``"C|"`` are 4/4 and 2/2.

        Raises
        ------
        InvalidInput
            If it is not written so, or beats or unit are none that a metre can have.

        Examples
        --------
        >>> Metre.parsed("6/8"), Metre.parsed("2+3/8"), Metre.parsed("C|")
        (Metre(beats=6, unit=8), Metre(beats=5, unit=8), Metre(beats=2, unit=2))
        """
        written = _WRITTEN.fullmatch(_SIGNS.get(text.strip(), text)) if isinstance(text, str) else None
        if written is None:
            raise InvalidInput(f"metre: expected beats and unit such as '3/4', got {shown(text)}")
        return cls(sum(map(int, written[1].split("+"))), int(written[2]))

    def __str__(self) -> str:
        return f"{self.beats}/{self.unit}"

    @property
    def quarters(self) -> Fraction:
        """How many quarters a bar lasts."""
        return Fraction(4 * self.beats, self.unit)

    @property
    def least_ticks_per_quarter(self) -> int:
        """The least resolution at which a beat is a whole number of ticks."""
        return max(self.unit // 4, 1)

    @property
    def division(self) -> tuple[int, ...]:
        """Into how many equal parts a bar divides, each of those again, and so on down to the beats.

        Examples
        --------
        >>> Metre(4, 4).division, Metre(3, 4).division, Metre(12, 8).division, Metre(5, 4).division
        ((2, 2), (3,), (2, 2, 3), (5,))
        """
        # Beats go by threes before all else: 6/8 is two times three, never three times two.
        factors, left = [], self.beats
        while left > 1:
            factor = next(n for n in range(2, left + 1) if left % n == 0)
            factors.append(factor)
            left //= factor
        return tuple(sorted(factors, key=lambda factor: (factor == 3, factor)))


COMMON = Metre()
"""4/4, where nothing else is said."""
