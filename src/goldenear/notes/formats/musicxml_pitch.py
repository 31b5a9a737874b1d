"""Which pitch a note of MusicXML sounds: its letter, octave and alteration, its transposition, or its drum."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from goldenear.notes.formats.exact import SEMITONES, decimal, whole_semitones
from goldenear.notes.formats.remarks import Remarks

DRUM_CHANNEL = "10"

_UNPLACED_DRUM = 60
"""The pitch of a drum of which the file says neither number nor place."""

_ACCIDENTALS = {
    "sharp": 1,
    "natural": 0,
    "flat": -1,
    "double-sharp": 2,
    "sharp-sharp": 2,
    "flat-flat": -2,
    "double-flat": -2,
}


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument of a part: whether it is a drum, and which MIDI note it strikes."""

    is_drum: bool
    pitch: int | None


Instruments = dict[str, Instrument]
"""The instruments of a part by their names in the file."""

Lifts = dict[str | None, int]
"""How far each staff of a part sounds from where it is written, in semitones; None: every other staff."""


def instruments_of(declared: Element, remarks: Remarks) -> Instruments:
    """Return the instruments that the list of parts declares for a part."""
    instruments = {}
    for midi in declared.findall("midi-instrument"):
        is_drum = midi.findtext("midi-channel", "").strip() == DRUM_CHANNEL
        instruments[midi.get("id", "")] = Instrument(is_drum, _midi_pitch(midi, remarks))
    return instruments


def _midi_pitch(midi: Element, remarks: Remarks) -> int | None:
    """Return the pitch that an instrument strikes; MusicXML counts MIDI's notes from 1."""
    text = midi.findtext("midi-unpitched", "").strip()
    if re.fullmatch(r"[0-9]{1,3}", text) and 1 <= int(text) <= 128:
        return int(text) - 1
    if text:
        remarks.once(f"midi-unpitched of {text[:12]!r} is no MIDI note: ignored")
    return None


def transposition(transpose: Element, remarks: Remarks, bar: int) -> int:
    """Return by how many semitones a part sounds above where it is written."""
    steps = {"chromatic": 1, "octave-change": 12}
    semitones = 0
    for tag, size in steps.items():
        text = transpose.findtext(tag)
        number = decimal(text)
        if number is not None:
            semitones += round(number * size)
        elif text is not None:
            remarks.slip(f"a transposition of {text.strip()[:12]!r} is no number: ignored", bar, "bar")
    return semitones


def pitch_of(
    note: Element, instruments: Instruments, lifts: Lifts, remarks: Remarks, bar: int
) -> tuple[int, bool] | None:
    """Return the MIDI number of a note as it sounds, and whether it is a drum; None, with a remark, without one."""
    instrument = _instrument(note, instruments)
    unpitched = note.find("unpitched")
    is_drum = unpitched is not None or (instrument is not None and instrument.is_drum)
    if is_drum and instrument is not None and instrument.pitch is not None:
        return instrument.pitch, True
    if unpitched is not None:
        remarks.once("drums without a MIDI number: read at their written place")
        pitch = _written(unpitched, "display-", remarks, bar) if len(unpitched) else _UNPLACED_DRUM
    else:
        pitch = _written(note.find("pitch"), "", remarks, bar, note.findtext("accidental"))
    if pitch is None:
        return None
    lift = 0 if is_drum else lifts.get(note.findtext("staff", "").strip() or "1", lifts.get(None, 0))
    return pitch + lift, is_drum


def _instrument(note: Element, instruments: Instruments) -> Instrument | None:
    """Return the instrument of a note: the one it names, or the only one of its part."""
    named = note.find("instrument")
    if named is not None:
        return instruments.get(named.get("id", ""))
    return next(iter(instruments.values())) if len(instruments) == 1 else None


def _written(
    place: Element | None, prefix: str, remarks: Remarks, bar: int, accidental: str | None = None
) -> int | None:
    """Return the MIDI number of a letter, an octave and an alteration; None, with a remark, without one."""
    if place is None:
        remarks.slip("a note without a pitch: left out, its time kept", bar, "bar")
        return None
    step, written = (place.findtext(prefix + tag, "").strip() for tag in ("step", "octave"))
    octave = decimal(written)
    if step.upper() not in SEMITONES or octave is None or octave.denominator != 1:
        remarks.slip(
            f"step {step[:12]!r} in octave {written[:12]!r} is no pitch: the note left out, its time kept",
            bar,
            "bar",
        )
        return None
    alter = _alter(place.findtext("alter"), accidental, remarks, bar)
    return 12 * (int(octave) + 1) + SEMITONES[step.upper()] + alter


def _alter(text: str | None, accidental: str | None, remarks: Remarks, bar: int) -> int:
    """Return by how many semitones a note is altered; where that is not told, the printed accidental holds."""
    text = (text or "").strip()
    printed = _ACCIDENTALS.get((accidental or "").strip(), 0)
    alter = decimal(text or "0")
    if alter is None or (not text and printed):
        remarks.slip(
            f"alter {text[:12]!r} is no number: the printed accidental holds"
            if text
            else "a printed accidental without alter: it holds",
            bar,
            "bar",
        )
        return printed
    if alter.denominator != 1:
        remarks.once("microtones: rounded to semitones")
    return whole_semitones(alter)
