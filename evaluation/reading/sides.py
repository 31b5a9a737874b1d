"""What goldenear and a second reader have read of one tune, in one form that can be compared.

Times are quarters, exact. Two sides are equal when they strike the same pitches at the same times; what sounds twice
at one time and pitch counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import goldenear as ge
from evaluation.reading.witnesses.serve import DRUM, TIED_BACK, TIED_ON, Tune

Strike = tuple[Fraction, int]
"""A time in quarters and a pitch."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A note that one side has read.

    Attributes
    ----------
    onset, duration : Fraction
        In quarters.
    pitch : int
        MIDI's number.
    part : int
        Which part or track, from 0; goldenear's notes are all of part 0.
    marks : frozenset of str
        As second readers give them: grace, cue, drum...
    """

    onset: Fraction
    duration: Fraction
    pitch: int
    part: int = 0
    marks: frozenset[str] = frozenset()

    @property
    def strike(self) -> Strike:
        """When and on which pitch it is struck."""
        return self.onset, self.pitch

    @property
    def end(self) -> Fraction:
        """When it ends."""
        return self.onset + self.duration


@dataclass(frozen=True, slots=True)
class Side:
    """A tune as one side has read it.

    Attributes
    ----------
    notes : sequence of Heard
        In any order.
    name : str
        Its title or number, where there is one.
    bars : sequence of sequences of Fraction
        Where the bars of each part begin; empty where the side does not tell.
    left_out : dict of str to int
        How many notes of each mark the side itself left out.
    remarks : tuple of str
        What goldenear said of the tune.
    """

    notes: Sequence[Heard]
    name: str = ""
    bars: Sequence[Sequence[Fraction]] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def strikes(self) -> set[Strike]:
        """Return every time and pitch that is struck."""
        return {note.strike for note in self.notes}


def read_by_us(path: Path) -> list[Side]:
    """Return what goldenear reads of a file, tune by tune.

    Raises
    ------
    goldenear.UnreadableFile
        If goldenear refuses the file.
    """
    return [_ours(tune) for tune in ge.read_all(path)]


def _ours(tune: ge.NoteArray) -> Side:
    """Return a note array as a side."""
    per_quarter = tune.ticks_per_quarter
    notes = [
        Heard(
            Fraction(note.onset, per_quarter),
            Fraction(note.offset - note.onset, per_quarter),
            note.pitch,
            marks=frozenset([DRUM] if note.is_drum else []),
        )
        for note in tune
    ]
    return Side(notes, tune.name, remarks=tune.provenance.remarks)


def read_by_witness(tune: Tune) -> Side:
    """Return one tune of a second reader's answer as a side."""
    notes = [
        Heard(_quarters(onset), _quarters(duration), pitch, part, frozenset(marks))
        for onset, duration, pitch, part, marks in tune["notes"]
    ]
    bars = [[_quarters(start) for start in part] for part in tune["bars"]]
    return Side(ties_joined(notes), tune["name"], bars, tune["left_out"])


@cache
def _quarters(text: str) -> Fraction:
    """Return a time that stands as text."""
    return Fraction(text)


def ties_joined(notes: Sequence[Heard]) -> list[Heard]:
    """Return the notes with each tie joined whose two notes both state it."""
    if not any(TIED_BACK in note.marks for note in notes):
        return list(notes)
    by_end: dict[tuple[int, Strike], list[int]] = {}
    joined: list[Heard] = []
    for note in sorted(notes, key=lambda each: (each.onset, each.pitch)):
        before = by_end.get((note.part, note.strike)) if TIED_BACK in note.marks else None
        if before:
            number = before.pop()
            first = joined[number]
            marks = (first.marks - {TIED_ON}) | (note.marks & {TIED_ON})
            joined[number] = replace(first, duration=note.end - first.onset, marks=marks)
        else:
            number = len(joined)
            joined.append(note)
        if TIED_ON in note.marks and note.duration:
            by_end.setdefault((note.part, (note.end, note.pitch)), []).append(number)
    return joined
