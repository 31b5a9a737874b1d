"""MIDI by pretty_midi: notes with their ends, its seconds turned back into ticks."""

from __future__ import annotations

import warnings
from fractions import Fraction
from importlib.metadata import version

import pretty_midi

from evaluation.reading.witnesses.serve import DRUM, Tune, note, serve, tune


def read(path: str) -> list[Tune]:
    """Return the notes of a file as one tune."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = pretty_midi.PrettyMIDI(path)
    notes = []
    for part, instrument in enumerate(file.instruments):
        marks = [DRUM] if instrument.is_drum else []
        for each in instrument.notes:
            start, end = file.time_to_tick(each.start), file.time_to_tick(each.end)
            onset, duration = Fraction(start, file.resolution), Fraction(end - start, file.resolution)
            notes.append(note(onset, duration, each.pitch, part, marks))
    return [tune(notes)]


if __name__ == "__main__":
    serve(version("pretty_midi"), read)
