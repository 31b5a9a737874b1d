"""This file is where the answer of a comparison stands: a match, and a table of matches as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import overload

from goldenear.notes.note_array import NoteArray
from goldenear.notes.placement import Placement


@dataclass(frozen=True, slots=True)
class Match:
    """A sample laid on X at its best.

    Attributes
    ----------
    name : str
        The sample's name.
    index : int
        Which sample, counted from 0 in the order given.
    similarity : float
        0..1, with the price of the alteration in it.
    shared : Fraction
        The shared time itself, exactly: quarters x brightness x brightness.
    placement : Placement
        Where and how the sample lies on X.
    onset : Fraction
        Where in X the laid sample begins to sound, in quarters from X's tick 0.
    quarters : Fraction
        How long it lies there.
    """

    name: str
    index: int
    similarity: float
    shared: Fraction
    placement: Placement
    onset: Fraction
    quarters: Fraction

    @property
    def transposition(self) -> int:
        """Steps up."""
        return self.placement.transposition

    @property
    def shift(self) -> Fraction:
        """Quarters later."""
        return self.placement.shift_quarters

    @property
    def stretch(self) -> Fraction:
        """The factor on all times."""
        return self.placement.alteration.stretch

    @property
    def form(self) -> str:
        """Which of the four mirror forms."""
        return self.placement.alteration.form

    @property
    def beat(self) -> Fraction:
        """Where in X it begins, as musicians count: the first quarter is beat 1."""
        return self.onset + 1

    def _begins(self) -> str:
        """Return from when on it lies, in words."""
        if self.onset < 0:
            return f"beginning {spoken(-self.onset)} before beat 1"
        return f"from beat {spoken(self.beat)}"

    def where(self) -> str:
        """Return the placement in words, e.g. ``"+5, from beat 3, inverted, stretched 3/2"``."""
        words = [
            f"{self.transposition:+d}" if self.transposition else "untransposed",
            self._begins(),
        ]
        altered = str(self.placement.alteration)
        return ", ".join([*words, altered] if altered else words)

    def as_dict(self) -> dict[str, object]:
        """Return the match as plain values, for JSON; fractions as strings such as ``"3/2"``."""
        alteration = self.placement.alteration
        return {
            "name": self.name,
            "similarity": round(self.similarity, 6),
            "transposition": self.transposition,
            "shift": float(self.shift),
            "onset": float(self.onset),
            "stretch": str(alteration.stretch),
            "form": alteration.form,
            "reading": alteration.reading,
            "price": round(alteration.price, 6),
        }


@dataclass(frozen=True)
class Matches(Sequence[Match]):
    """Matches, the most alike first; equals keep the order of the samples.

    Attributes
    ----------
    rows : tuple of Match
        All of them.
    samples : tuple of NoteArray
        What was laid on X, in the order given: ``samples[match.index]`` is what matched.
    """

    rows: tuple[Match, ...]
    samples: tuple[NoteArray, ...]

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, i: int) -> Match: ...
    @overload
    def __getitem__(self, i: slice) -> Matches: ...
    def __getitem__(self, i: int | slice) -> Match | Matches:
        return Matches(self.rows[i], self.samples) if isinstance(i, slice) else self.rows[i]

    def __iter__(self) -> Iterator[Match]:
        return iter(self.rows)

    def __repr__(self) -> str:
        shown = [f"  {m.similarity:.3f}  {m.name}  {m.where()}" for m in self.rows[:10]]
        more = [f"  ... and {len(self) - 10} more"] if len(self) > 10 else []
        return "\n".join([f"<Matches: {len(self)}>", *shown, *more])

    @property
    def names(self) -> list[str]:
        """The samples' names, the most alike first."""
        return [m.name for m in self.rows]

    @property
    def similarities(self) -> list[float]:
        """The similarities, falling."""
        return [m.similarity for m in self.rows]

    @property
    def best(self) -> Match | None:
        """The most alike; None where there are no samples."""
        return self.rows[0] if self.rows else None

    def sample_of(self, match: Match) -> NoteArray:
        """Return the sample that a match lays on X."""
        return self.samples[match.index]


def spoken(number: Fraction) -> str:
    """Return a fraction as musicians write it: ``3``, ``2.5`` or ``7/3``."""
    if number.denominator == 1:
        return str(number.numerator)
    if number.denominator in (2, 4, 8):
        return f"{float(number):g}"
    return str(number)
