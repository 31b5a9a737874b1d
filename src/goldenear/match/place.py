"""This file is where a place in a table becomes a match, counted as musicians count."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from goldenear.match.matches import Match
from goldenear.match.picture import PiecePicture, SamplePicture
from goldenear.notes.note_array import NoteArray
from goldenear.notes.placement import Placement


class Place(NamedTuple):
    """Where a picture of a sample lies, in the ticks of the pair."""

    similarity: float
    transposition: int
    shift: int
    shared: int
    ticks_per_quarter: int


def match_at(
    x: PiecePicture,
    index: int,
    sample: NoteArray,
    picture: SamplePicture,
    place: Place,
    parts: tuple[tuple[str, float, float], ...] | None = None,
) -> Match:
    """Return the match for a place of a picture, counted from the music's own tick 0."""
    onset = x.origin + Fraction(place.shift, place.ticks_per_quarter)
    later = onset - picture.origin
    return Match(
        sample.name,
        index,
        place.similarity,
        Fraction(place.shared, place.ticks_per_quarter * x.scale),
        Placement(place.transposition, later.numerator, later.denominator, picture.alteration),
        onset,
        Fraction(picture.box.offset - picture.box.onset, picture.roll.ticks_per_quarter),
        parts or (("overlap", 1.0, place.similarity),),
    )
