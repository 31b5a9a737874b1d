"""This file is where everything stands that decides how likeness is counted: measure, drawing, alterations."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, get_args

from goldenear.errors import InvalidInput
from goldenear.notes.alteration import Alteration, alterations
from goldenear.notes.piano_roll import Drawing

Measure = Literal["brightness", "coverage", "cosine", "window-cosine"]
"""How shared time becomes a similarity 0..1; see :mod:`goldenear.match.similarity`."""

THRESHOLD = 0.78
"""The default similarity from which music resembles a sample, and a place counts as an occurrence."""

MEASURES: tuple[Measure, ...] = get_args(Measure)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How likeness is counted; every field has a default, and a taste.toml can set each of them.

    Attributes
    ----------
    measure : {"window-cosine", "cosine", "coverage", "brightness"}
        From shared time to similarity.
    alterations : tuple of Alteration
        What may be done to a sample, and its price; the dearest last.
    transpositions : (int, int), optional
        The lowest and the highest transposition tried, in steps; all by default.
    drawing : Drawing
        How bright a note is along its length.
    neighbour_share : Fraction
        What a pixel counts on the steps above and below, under the reading ``"neighbour"``; 0..1.
    """

    measure: Measure = "window-cosine"
    alterations: tuple[Alteration, ...] = field(default_factory=alterations)
    transpositions: tuple[int, int] | None = None
    drawing: Drawing = Drawing()
    neighbour_share: Fraction = Fraction(1, 2)

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            raise InvalidInput(f"measure: expected one of {', '.join(MEASURES)}, got {self.measure!r}")
        if not self.alterations:
            raise InvalidInput("alterations: expected at least one")
        if self.transpositions is not None and self.transpositions[0] > self.transpositions[1]:
            raise InvalidInput(f"transpositions: expected lowest, highest, got {self.transpositions}")
        if not 0 <= self.neighbour_share <= 1 or self.neighbour_share.denominator > 127:
            raise InvalidInput(
                f"neighbour_share: expected a fraction 0..1 with a denominator up to 127, got {self.neighbour_share}"
            )
