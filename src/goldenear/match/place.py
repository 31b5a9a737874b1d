"""This file is where a place in a table becomes a match, counted as musicians count."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from goldenear.match.matches import Match
from goldenear.match.pictures import PiecePicture, SamplePicture
from goldenear.notes.note_array import NoteArray
from goldenear.notes.placement import Placement


class Place(NamedTuple):
    """Where a picture of a sample lies; times in units of unit_up / unit_down quarters."""

    similarity: float
    transposition: int
    shift: int
    shared: int
    unit_up: int
    unit_down: int


def match_at(
    x: PiecePicture,
    index: int,
    sample: NoteArray,
    picture: SamplePicture,
    place: Place,
    parts: tuple[tuple[str, float, float], ...] | None = None,
) -> Match:
    """Return the match for a place of a picture, counted from the music's own tick 0."""
    onset = x.origin + Fraction(place.shift * place.unit_up, place.unit_down)
    later = onset - picture.origin
    return Match(
        sample.name,
        index,
        place.similarity,
        Fraction(place.shared * place.unit_up, place.unit_down * x.scale),
        Placement(place.transposition, later.numerator, later.denominator, picture.alteration),
        onset,
        Fraction(picture.box.offset - picture.box.onset, picture.ticks_per_quarter),
        parts or (("overlap", 1.0, place.similarity),),
    )
