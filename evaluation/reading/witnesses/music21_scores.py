"""Scores by music21: MusicXML, kern and ABC, every part at the pitch that sounds, repeats as written."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import music21
from music21 import chord, converter, harmony, percussion, stream
from music21 import note as notes_of_music21

from evaluation.reading.witnesses.serve import (
    CHORD_SYMBOL,
    CUE,
    DRUM,
    GRACE,
    MICROTONE,
    TIED_BACK,
    TIED_ON,
    Tune,
    note,
    serve,
    tune,
)


def read(path: str) -> list[Tune]:
    """Return the tunes of a file: one a score, several where it is an opus."""
    warnings.simplefilter("ignore")
    parsed = converter.parse(path, forceSource=True)
    scores = list(parsed.scores) if isinstance(parsed, stream.Opus) else [parsed]
    return [tune_of(score) for score in scores]


def tune_of(score: stream.Stream) -> Tune:
    """Return one score as a tune."""
    score.toSoundingPitch(inPlace=True)
    parts = list(score.parts) if isinstance(score, stream.Score) and len(score.parts) else [score]
    found = [each for number, part in enumerate(parts) for each in _notes(part, number, score)]
    bars = [
        sorted(
            {
                Fraction(bar.getOffsetInHierarchy(score))
                for bar in part.recurse().getElementsByClass("Measure")
            }
        )
        for part in parts
    ]
    title = score.metadata.bestTitle if score.metadata is not None else ""
    number = score.metadata.number if score.metadata is not None else ""
    return tune(found, name=f"{number or ''} {title or ''}".strip(), bars=bars)


def _notes(part: stream.Stream, number: int, score: stream.Stream) -> Iterator[list[Any]]:
    """Give the notes of a part, those of chords one by one."""
    start = Fraction(0) if part is score else Fraction(score.elementOffset(part))
    for element in part.flatten().notes:
        onset = start + Fraction(element.offset)
        duration = Fraction(element.duration.quarterLength)
        common = _marks(element)
        for single in element.notes if isinstance(element, chord.ChordBase) else [element]:
            marks = [*common, *_ties(single.tie or (element.tie if not _has_ties(element) else None))]
            if isinstance(single, notes_of_music21.Unpitched):
                yield note(onset, duration, single.displayPitch().midi, number, [*marks, DRUM])
            else:
                between = [] if single.pitch.ps.is_integer() else [MICROTONE]
                yield note(onset, duration, single.pitch.midi, number, [*marks, *between])


def _has_ties(element: Any) -> bool:
    """Return whether the notes of a chord have ties of their own."""
    return isinstance(element, chord.ChordBase) and any(each.tie for each in element.notes)


def _marks(element: Any) -> list[str]:
    """Return what an element is beside a plain note."""
    marks = []
    if element.duration.isGrace:
        marks.append(GRACE)
    if element.hasStyleInformation and getattr(element.style, "noteSize", "") == "cue":
        marks.append(CUE)
    if isinstance(element, harmony.Harmony):
        marks.append(CHORD_SYMBOL)
    if isinstance(element, percussion.PercussionChord):
        marks.append(DRUM)
    return marks


def _ties(tie: Any) -> list[str]:
    """Return whether a note is tied back, on, or both."""
    kind = tie.type if tie is not None else ""
    return [TIED_BACK] * (kind in ("stop", "continue")) + [TIED_ON] * (kind in ("start", "continue"))


if __name__ == "__main__":
    serve(music21.__version__, read)
