"""This file is where it is told how a section recurs: how alike it is to what it restates."""

from __future__ import annotations

from dataclasses import dataclass

from goldenear.match.rank import rank
from goldenear.match.recipe import Recipe
from goldenear.notes.alteration import Alteration
from goldenear.notes.note_array import NoteArray


@dataclass(frozen=True, slots=True)
class Motif:
    """How a section recurs.

    Attributes
    ----------
    section, source : str
        What restates what.
    alteration : Alteration
        As it was planned.
    up : int
        By how many steps it is transposed, where it lies best.
    similarity : float
        0..1: how alike it is to its source, as far as that is restated, under this alteration alone.
    """

    section: str
    source: str
    alteration: Alteration
    up: int
    similarity: float


def likeness_under(x: NoteArray, source: NoteArray, alteration: Alteration) -> tuple[float, int]:
    """Return how alike X is to its source under one alteration, 0..1, and how many steps higher it lies best."""
    if not len(x) or not len(source):
        return 0.0, 0
    found = rank(x, [source], recipe=Recipe(alterations=(alteration,))).best
    assert found is not None, "there is one sample"
    return found.similarity, found.transposition
