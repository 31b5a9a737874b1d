"""MIDI by mido: every strike of every track, walked event by event, with no pairing of note-offs."""

from __future__ import annotations

from fractions import Fraction
from importlib.metadata import version

import mido

from evaluation.reading.witnesses.serve import DRUM, Tune, note, serve, tune

DRUM_CHANNEL = 9


def read(path: str) -> list[Tune]:
    """Return the strikes of a file: one tune, or in format 2 one a track that strikes at all."""
    file = mido.MidiFile(path, clip=True)
    tracks = [_strikes(track, number, file.ticks_per_beat) for number, track in enumerate(file.tracks)]
    if file.type == 2:
        return [tune(track) for track in tracks if track]
    return [tune([strike for track in tracks for strike in track])]


def _strikes(track: mido.MidiTrack, number: int, ticks_per_quarter: int) -> list[list[object]]:
    """Return the strikes of one track; their lengths are not asked for."""
    tick, strikes = 0, []
    for message in track:
        tick += message.time
        if message.type == "note_on" and message.velocity:
            marks = [DRUM] if message.channel == DRUM_CHANNEL else []
            strikes.append(note(Fraction(tick, ticks_per_quarter), Fraction(1), message.note, number, marks))
    return strikes


if __name__ == "__main__":
    serve(version("mido"), read)
