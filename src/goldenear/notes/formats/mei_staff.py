"""Hold an MEI movement while it is read: its staves, what definitions say of them, and the notes of the bar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple
from xml.etree.ElementTree import Element

from goldenear.errors import InvalidInput, UnreadableFile
from goldenear.limits import LIMITS
from goldenear.notes.formats import mei_attributes
from goldenear.notes.formats.exact import (
    SEMITONES,
    BarSums,
    Budget,
    ExactNote,
    ExactTrack,
    decimal,
    microseconds_per_quarter,
    whole,
    whole_semitones,
)
from goldenear.notes.formats.mei_readings import Readings
from goldenear.notes.formats.remarks import Remarks
from goldenear.notes.metre import COMMON, Metre


class UsualValues(NamedTuple):
    """The duration and octave of notes that do not state them; the ticks a quarter of notes that count ticks."""

    duration: str | None = None
    octave: str | None = None
    ticks_per_quarter: Fraction | None = None


class StruckNote(NamedTuple):
    """A note as it is written, before key and bar decide its pitch.

    Attributes
    ----------
    onset, duration : Fraction
        In quarters.
    voice : str
        Its layer.
    place : (str, int) or None
        Letter and octave; None where only a MIDI number is given.
    number : int
        The MIDI number, where there is no place.
    accidental : Fraction or None
        The alteration that it states, in semitones.
    is_ficta : bool
        Whether the accidental holds for this note alone.
    signature : dict of str to int
        The key in force.
    is_tied_back, is_tied_on : bool
        Whether it is tied to the note before, and to the one after.
    """

    onset: Fraction
    duration: Fraction
    voice: str
    place: tuple[str, int] | None
    number: int
    accidental: Fraction | None
    is_ficta: bool
    signature: dict[str, int]
    is_tied_back: bool
    is_tied_on: bool


@dataclass(slots=True)
class Staff:
    """A staff: its track, and how its notes are to be understood.

    Attributes
    ----------
    bar_length : Fraction
        How long a bar lasts that says nothing else, in quarters.
    metre : Metre or None
        None where there is none, or it is not understood.
    altered : dict
        The alteration of each place by what stands before it in the bar.
    tied : dict
        The alteration of each place from which a tie goes on.
    struck : list of StruckNote
        The notes of the bar.
    """

    track: ExactTrack
    bar_length: Fraction = COMMON.quarters
    metre: Metre | None = None
    signature: dict[str, int] = field(default_factory=dict)
    lift: int = 0
    is_drum: bool = False
    usual_values: UsualValues = UsualValues()
    layers: dict[str, UsualValues] = field(default_factory=dict)
    altered: dict[tuple[str, int], int] = field(default_factory=dict)
    tied: dict[tuple[str, int], int] = field(default_factory=dict)
    struck: list[StruckNote] = field(default_factory=list)

    def usual(self, layer: str) -> UsualValues:
        """Return what notes of a layer have that do not state it."""
        return self.layers.get(layer, self.usual_values)


@dataclass(slots=True)
class Score:
    """A movement while it is read.

    Attributes
    ----------
    states_accidentals : bool
        Whether the file states the accidentals that sound (accid.ges).
    bar : int
        The number of the bar, for remarks.
    bar_start : Fraction
        When it begins, in quarters.
    is_regular : bool
        Whether the bar is to be held against its metre.
    trouble : UnreadableFile or None
        The first note that was left out: the reason to give if nothing else can be read.
    defined : int
        How many times a definition was applied to a staff.
    """

    budget: Budget
    remarks: Remarks
    readings: Readings
    spans: mei_attributes.Spans
    sums: BarSums
    states_accidentals: bool
    numbers_are_written: bool
    staves: dict[str, Staff] = field(default_factory=dict)
    tempos: list[tuple[Fraction, int]] = field(default_factory=list)
    bar: int = 0
    bar_start: Fraction = Fraction(0)
    bar_length: Fraction = COMMON.quarters
    metre: Metre | None = None
    is_regular: bool = True
    trouble: UnreadableFile | None = None
    defined: int = 0

    def off(self, what: str) -> UnreadableFile:
        """Return the error that names the bar where the file is off."""
        return UnreadableFile(self.budget.path, f"not sound MEI: bar {self.bar}: {what}")

    def leave_out(self, what: str) -> None:
        """Tell that a note is left out."""
        self.remarks.slip(f"{what}: left out", self.bar, "bar")
        self.trouble = self.trouble or self.off(what)

    def tell_stranger(self, element: Element) -> None:
        """Tell of an element that is not understood, and of the notes that are lost with it."""
        tag = element.tag[:24]
        self.remarks.slip(f"<{tag}> is not understood: skipped", self.bar, "bar")
        if notes := sum(1 for _ in element.iter("note")):
            self.remarks.count("note", f"left out, in <{tag}>", notes)

    def staff(self, n: str) -> Staff:
        """Return the staff of this number, made where it was never declared."""
        if n not in self.staves:
            self.budget.admit_parts(len(self.staves) + 1)
            self.staves[n] = Staff(ExactTrack(f"staff {n}"), self.bar_length, self.metre)
        return self.staves[n]


def define(score: Score, element: Element) -> None:
    """Take over what a definition says: for all staves, then for each by itself."""
    definitions = list(_staff_definitions(score, element))
    staves = [score.staff(definition.get("n", "1")) for definition in definitions]
    if element.tag == "scoreDef":
        note_tempo(score, element)
        for staff in score.staves.values():
            define_staff(score, staff, element)
    for staff, definition in zip(staves, definitions, strict=True):
        define_staff(score, staff, definition)
    first = next(iter(score.staves.values()), None)
    if first is not None:
        score.metre, score.bar_length = first.metre, first.bar_length


def _staff_definitions(score: Score, element: Element, depth: int = 0) -> Iterator[Element]:
    """Give the definitions of staves in a definition, itself included."""
    if depth > LIMITS.nested:
        raise score.off("groups of staves are nested too deeply")
    if element.tag == "staffDef":
        yield element
        return
    for child in score.readings.children(element):
        if child.tag in ("staffDef", "staffGrp"):
            yield from _staff_definitions(score, child, depth + 1)


def define_staff(score: Score, staff: Staff, element: Element) -> None:
    """Take over key, metre, transposition and defaults from a definition, or from a single keySig or meterSig."""
    score.defined += 1
    if score.defined > LIMITS.defined:
        raise score.off(f"its definitions apply to staves more than {LIMITS.defined:,} times")
    parts = list(score.readings.children(element))
    for each in (element, *(part for part in parts if part.tag == "keySig")):
        signature = mei_attributes.signature(each, score.readings.children(each))
        staff.signature = staff.signature if signature is None else signature
        if signature is None and (key := mei_attributes.stated_signature(each)):
            score.remarks.slip(f"a key of {key[:12]!r}: ignored", score.bar, "bar")
    _define_metre(score, staff, element, parts)
    if (stated := element.get("trans.semi")) is not None:
        lift = whole(stated)
        if lift is None:
            score.remarks.slip(f"a transposition of {stated[:12]!r} semitones: ignored", score.bar, "bar")
        staff.lift = lift or 0
    elif element.get("trans.diat") not in (None, "0"):
        score.remarks.once("a transposition in scale steps only (trans.diat): not applied")
    staff.usual_values = usual_values(element, staff.usual_values)
    for part in parts:
        if part.tag == "layerDef":
            staff.layers[part.get("n", "1")] = usual_values(part, staff.usual_values)
    if element.tag == "staffDef":
        staff.is_drum = staff.is_drum or mei_attributes.plays_drums(element)
        staff.track.name = mei_attributes.label(element) or staff.track.name


def usual_values(element: Element, before: UsualValues) -> UsualValues:
    """Return the usual duration and octave that a definition gives, or else those that held before."""
    octave = element.get("octave.default", element.get("oct.default", before.octave))
    ticks = decimal(element.get("ppq"))
    return UsualValues(
        element.get("dur.default", before.duration),
        octave,
        ticks if ticks is not None and ticks > 0 else before.ticks_per_quarter,
    )


def _define_metre(score: Score, staff: Staff, element: Element, parts: list[Element]) -> None:
    """Take over the metre of a definition; several at once leave it open."""
    group = next((part for part in (element, *parts) if part.tag == "meterSigGrp"), None)
    signs = [element, *(parts if group is None else score.readings.children(group))]
    written = [metre for sign in signs if (metre := mei_attributes.metre(sign)) is not None]
    if not written:
        return
    try:
        staff.metre = Metre.parsed(written[-1] if group is None else written[0])
        staff.bar_length = staff.metre.quarters
    except InvalidInput:
        staff.metre = None
        score.remarks.once("a metre that is not understood: its bars are not held against it")
    if group is not None:
        staff.metre = None


def note_tempo(score: Score, element: Element) -> None:
    """Note the tempo that an element asks for, if it does."""
    stated = element.get("midi.bpm")
    pace = decimal(stated)
    speed = microseconds_per_quarter(pace) if pace else None
    if speed is not None:
        score.tempos.append((score.bar_start, speed))
    elif stated is not None:
        score.remarks.slip(f"tempo {stated[:12]!r}: ignored", score.bar, "bar")


def close_bar(score: Score, staff: Staff) -> None:
    """Add the notes of a bar to the track, in the order of time, so that accidentals hold across layers."""
    staff.altered.clear()
    for note in sorted(staff.struck, key=lambda note: note.onset):
        staff.track.strike(
            ExactNote(_pitch(score, staff, note), note.onset, note.duration, staff.is_drum, note.voice),
            is_tied_back=note.is_tied_back,
            is_tied_on=note.is_tied_on,
        )
    staff.struck.clear()


def _pitch(score: Score, staff: Staff, note: StruckNote) -> int:
    """Return the MIDI number of a note as it sounds."""
    if note.place is None:
        return note.number
    alter = _alteration(score, staff, note, note.place)
    if note.is_tied_on:
        staff.tied[note.place] = alter
    letter, octave = note.place
    return 12 * (octave + 1) + SEMITONES[letter] + alter + (0 if staff.is_drum else staff.lift)


def _alteration(score: Score, staff: Staff, note: StruckNote, place: tuple[str, int]) -> int:
    """Return by how many semitones a note is altered: as it states, as the tie before it, or by bar and key."""
    tied = staff.tied.pop(place, None) if note.is_tied_back else None
    if note.accidental is not None:
        if note.accidental.denominator != 1:
            score.remarks.once("microtones: rounded to semitones")
        alter = whole_semitones(note.accidental)
        if not note.is_ficta:
            staff.altered[place] = alter
        return alter
    if score.states_accidentals:
        return 0
    if tied is not None:
        return tied
    return staff.altered.get(place, note.signature.get(place[0], 0))
