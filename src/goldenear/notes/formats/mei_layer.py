"""This file is where one layer of an MEI staff is read through a bar: notes, chords, rests, and groups of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from goldenear.errors import UnreadableFile
from goldenear.notes.formats import mei_attributes
from goldenear.notes.formats.exact import SEMITONES, ExactNote, ExactTrack, Limits, decimal
from goldenear.notes.formats.mei_attributes import identity
from goldenear.notes.formats.remarks import Remarks

MAX_DEPTH = 40
"""How deeply sections, beams and tuplets may be nested."""

_GROUPS = frozenset(
    [
        "beam",
        "bTrem",
        "supplied",
        "unclear",
        "add",
        "corr",
        "reg",
        "orig",
        "sic",
        "expan",
        "abbr",
        "lem",
        "rdg",
        "ligature",
    ]
)
_SILENT = frozenset(
    [
        "accid",
        "annot",
        "artic",
        "barLine",
        "beamSpan",
        "clef",
        "clefGrp",
        "custos",
        "dot",
        "fermata",
        "keySig",
        "label",
        "mensur",
        "meterSig",
        "meterSigGrp",
        "ornam",
        "pad",
        "pb",
        "phrase",
        "sb",
        "slur",
        "syl",
        "tie",
        "verse",
        "tempo",
        "tupletSpan",
        "div",
        "cb",
    ]
)
_ALTERNATIVES = {
    "app": ("lem", "rdg"),
    "choice": ("corr", "reg", "expan", "orig", "sic", "abbr"),
    "subst": ("add",),
}


@dataclass(slots=True)
class Staff:
    """A staff: its track, and how its notes are to be understood."""

    track: ExactTrack
    signature: dict[str, int] = field(default_factory=dict)
    lift: int = 0
    usual_duration: str | None = None
    usual_octave: str | None = None
    is_drum: bool = False
    altered: dict[tuple[str, int], int] = field(default_factory=dict)


@dataclass(slots=True)
class Score:
    """A movement while it is read."""

    limits: Limits
    spans: mei_attributes.Spans
    states_accidentals: bool
    remarks: Remarks = field(default_factory=Remarks)
    staves: dict[str, Staff] = field(default_factory=dict)
    tempos: list[tuple[Fraction, int]] = field(default_factory=list)
    bar: int = 0
    bar_start: Fraction = Fraction(0)
    meter: Fraction = Fraction(4)

    def off(self, what: str) -> UnreadableFile:
        """Return the error that names the bar where the file is off."""
        return UnreadableFile(self.limits.path, f"not sound MEI: bar {self.bar}: {what}")

    def staff(self, n: str) -> Staff:
        """Return the staff of this number, made where it was never declared."""
        return self.staves.setdefault(n, Staff(ExactTrack(f"staff {n}")))


@dataclass(slots=True)
class Layer:
    """One layer of a staff in one bar: where it stands."""

    staff: Staff
    cursor: Fraction
    factor: Fraction = Fraction(1)


def first_reading(score: Score, element: Element) -> Element | None:
    """Return the reading to follow where editors give several."""
    score.remarks.once("editors' alternatives: the first is read")
    for tag in _ALTERNATIVES[element.tag]:
        if (found := element.find(tag)) is not None:
            return found
    return None


def read_layer(score: Score, layer: Layer, element: Element, depth: int) -> None:
    """Read the events of a layer, or of a group within it, one after the other."""
    if depth > MAX_DEPTH:
        raise score.off("beams or tuplets are nested too deeply")
    for child in element:
        layer.factor *= score.spans.factor_from(child)
        _read_event(score, layer, child, depth)
        layer.factor /= score.spans.factor_until(child)


def _read_event(score: Score, layer: Layer, element: Element, depth: int) -> None:
    """Read one event or group."""
    match element.tag:
        case "note" | "chord" | "rest" | "space":
            _read_notes(score, layer, element)
        case "tuplet" | "fTrem":
            factor = layer.factor
            layer.factor *= _group_factor(score, element)
            read_layer(score, layer, element, depth + 1)
            layer.factor = factor
        case "graceGrp":
            score.remarks.count("grace note", "left out", len(list(element.iter("note"))))
        case "multiRest":
            layer.cursor += score.meter * (decimal(element.get("num")) or 1)
            score.limits.admit(0, layer.cursor)
        case "app" | "choice" | "subst":
            if (chosen := first_reading(score, element)) is not None:
                read_layer(score, layer, chosen, depth + 1)
        case "mRpt" | "mRpt2" | "halfmRpt" | "beatRpt" | "multiRpt":
            score.remarks.once("bar repeat signs: only notes that are written out are read")
        case tag if tag in _GROUPS:
            read_layer(score, layer, element, depth + 1)
        case tag if tag not in _SILENT and tag not in ("mRest", "mSpace"):
            # A rest of a whole bar takes whatever length the other layers give it.
            score.remarks.slip(f"<{tag[:24]}> is not understood: skipped", score.bar, "bar")


def _group_factor(score: Score, element: Element) -> Fraction:
    """Return by what a tuplet, or a tremolo of two notes, shortens what is in it."""
    if element.tag == "fTrem":
        # Each of the two notes is written as long as both together.
        return Fraction(1, 2)
    factor = mei_attributes.tuplet_factor(element)
    if factor is None:
        raise score.off("a tuplet without num and numbase")
    return factor


def _read_notes(score: Score, layer: Layer, element: Element) -> None:
    """Read a note, chord or rest, and move on by its duration."""
    if element.get("grace") is not None:
        score.remarks.count("grace note", "left out", max(len(list(element.iter("note"))), 1))
        return
    notes = list(element.iter("note"))
    written = mei_attributes.duration(element, layer.staff.usual_duration)
    if written is None and element.tag == "chord" and notes:
        written = mei_attributes.duration(notes[0], layer.staff.usual_duration)
    if written is None:
        raise score.off(f"a {element.tag} without a duration that is understood")
    onset, duration = layer.cursor, written * layer.factor
    layer.cursor += duration
    score.limits.admit(len(notes), layer.cursor)
    for note in notes:
        _strike(score, layer.staff, note, onset, duration, element)


def _strike(
    score: Score, staff: Staff, note: Element, onset: Fraction, duration: Fraction, event: Element
) -> None:
    """Add one note to its staff."""
    if note.get("cue") == "true" or event.get("cue") == "true":
        score.remarks.count("cue note", "left out, it is not played")
        return
    pitch = _pitch(score, staff, note)
    ties = note.get("tie", "") + event.get("tie", "")
    names = {identity(note), identity(event)}
    staff.track.strike(
        ExactNote(pitch, onset, duration, staff.is_drum),
        is_tied_back="m" in ties or "t" in ties or bool(names & score.spans.tie_ends),
        is_tied_on="m" in ties or "i" in ties or bool(names & score.spans.tie_starts),
    )


def _pitch(score: Score, staff: Staff, note: Element) -> int:
    """Return the MIDI number of a note as it sounds."""
    place = mei_attributes.place(note, staff.usual_octave)
    if place is None:
        midi = decimal(note.get("pnum"))
        if midi is None:
            raise score.off("a note whose pitch is not understood")
        return int(midi)
    accidental = mei_attributes.accidental(note)
    if accidental is not None:
        if accidental.denominator != 1:
            score.remarks.once("microtones: rounded to semitones")
        alter = staff.altered[place] = round(accidental)
    elif score.states_accidentals:
        alter = 0
    else:
        alter = staff.altered.get(place, staff.signature.get(place[0], 0))
    letter, octave = place
    return 12 * (octave + 1) + SEMITONES[letter] + alter + (0 if staff.is_drum else staff.lift)
