"""Scores by partitura: MusicXML, MEI and kern, as written."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from fractions import Fraction
from importlib.metadata import version
from typing import Any

import partitura
from partitura import score as scores

from evaluation.reading.witnesses.serve import DRUM, GRACE, Tune, note, serve, tune

FINEST = 65_536
"""partitura counts quarters in floating point: they are taken to the nearest fraction of at most this denominator."""


def read(path: str) -> list[Tune]:
    """Return the one tune of a file."""
    warnings.simplefilter("ignore")
    parts = list(partitura.load_score(path).parts)
    notes = [each for number, part in enumerate(parts) for each in _notes(part, number)]
    return [tune(notes, bars=[_bars(part) for part in parts])]


def _notes(part: Any, number: int) -> Iterator[list[Any]]:
    """Give the notes of a part, tied ones joined."""
    for each in [*part.notes_tied, *part.iter_all(scores.UnpitchedNote)]:
        onset, end = _quarters(part, each.start.t), _quarters(part, each.start.t + each.duration_tied)
        marks = [GRACE] if isinstance(each, scores.GraceNote) else []
        if isinstance(each, scores.UnpitchedNote):
            written = scores.Note(step=each.step, octave=each.octave)
            yield note(onset, end - onset, written.midi_pitch, number, [*marks, DRUM])
        else:
            yield note(
                onset, end - onset, each.midi_pitch + _transposition(part, each.start.t), number, marks
            )


def _transposition(part: Any, time: int) -> int:
    """Return how many semitones higher than written the part sounds at a time."""
    changes = [each for each in part.iter_all(scores.Transposition) if each.start.t <= time]
    return int(changes[-1].chromatic or 0) if changes else 0


def _bars(part: Any) -> list[Fraction]:
    """Return where the bars of a part begin."""
    return [_quarters(part, bar.start.t) for bar in part.measures]


def _quarters(part: Any, time: int) -> Fraction:
    """Return a time in quarters from the start of the part."""
    passed = float(part.quarter_map(time)) - float(part.quarter_map(part.first_point.t))
    return Fraction(passed).limit_denominator(FINEST)


if __name__ == "__main__":
    serve(version("partitura"), read)
