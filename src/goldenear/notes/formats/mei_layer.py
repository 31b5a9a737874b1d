"""Read one layer of an MEI staff through a bar: notes, chords, rests, and groups of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element

from goldenear.limits import LIMITS
from goldenear.notes.formats import mei_attributes
from goldenear.notes.formats.exact import decimal, whole
from goldenear.notes.formats.mei_attributes import identity
from goldenear.notes.formats.mei_staff import Score, Staff, StruckNote, define, define_staff, usual_values

_GROUPS = frozenset(["beam", "bTrem", "ligature"])
_WHOLE_BARS = frozenset(["mRest", "mSpace", "mRpt", "mRpt2", "multiRpt"])
_REPEATS = frozenset(["mRpt", "mRpt2", "multiRpt", "halfmRpt", "beatRpt"])
_SILENT = frozenset(
    [
        "accid",
        "annot",
        "artic",
        "barLine",
        "beamSpan",
        "cb",
        "clef",
        "clefGrp",
        "custos",
        "div",
        "dot",
        "fermata",
        "handShift",
        "label",
        "mensur",
        "ornam",
        "pad",
        "pb",
        "phrase",
        "sb",
        "slur",
        "syl",
        "tempo",
        "tie",
        "tupletSpan",
        "verse",
    ]
)


@dataclass(slots=True)
class Layer:
    """One layer of a staff in one bar: where it stands.

    Attributes
    ----------
    staff : Staff
        Where its notes go.
    voice : str
        Its number.
    cursor : Fraction
        When the next event begins, in quarters.
    factor : Fraction
        By what tuplets shorten the events.
    fills_bar : bool
        Whether it ends with a rest or a repeat sign that lasts as long as the bar does.
    gap : int or None
        How many notes of the bar were struck before that rest or sign.
    """

    staff: Staff
    voice: str
    cursor: Fraction
    factor: Fraction = Fraction(1)
    fills_bar: bool = False
    gap: int | None = None

    def advance(self, score: Score, length: Fraction) -> None:
        """Let time pass."""
        self.cursor += length
        self.fills_bar = False
        score.budget.admit(0, self.cursor)

    def shorten(self, score: Score, factor: Fraction) -> None:
        """Shorten the events from here on."""
        if factor != 1:
            self.factor *= factor
            score.budget.admit(0, self.factor)

    def open_gap(self) -> None:
        """Let an event take what the bar leaves to it."""
        self.fills_bar = True
        self.gap = len(self.staff.struck)

    def close_gap(self, bar_start: Fraction) -> None:
        """Move what follows such an event to the end of the bar."""
        left = bar_start + self.staff.bar_length - self.cursor
        if self.gap is None or self.fills_bar or left <= 0:
            return
        moved = self.staff.struck[self.gap :]
        self.staff.struck[self.gap :] = [note._replace(onset=note.onset + left) for note in moved]
        self.cursor += left

    def duration(self, element: Element, parts: list[Element]) -> Fraction | None:
        """Return the written duration of an event; None where it is not understood."""
        return mei_attributes.duration(element, self.staff.usual(self.voice).duration, parts)


def read_layer(score: Score, layer: Layer, element: Element, depth: int = 0) -> None:
    """Read the events of a layer, or of a group within it, one after the other."""
    if depth > LIMITS.nested:
        raise score.off("beams or tuplets are nested too deeply")
    for child in score.readings.children(element):
        layer.shorten(score, score.spans.factor_from(child))
        _read_event(score, layer, child, depth)
        layer.shorten(score, 1 / score.spans.factor_until(child))


def _read_event(score: Score, layer: Layer, element: Element, depth: int) -> None:
    """Read one event or group."""
    tag = element.tag
    if tag in _REPEATS:
        score.remarks.once("bar repeat signs: only notes that are written out are read")
    if tag in ("note", "chord", "rest", "space"):
        _read_notes(score, layer, element)
    elif tag in ("tuplet", "fTrem"):
        factor = layer.factor
        layer.factor *= _group_factor(score, layer, element)
        read_layer(score, layer, element, depth + 1)
        layer.factor = factor
    elif tag in _GROUPS:
        read_layer(score, layer, element, depth + 1)
    elif tag == "graceGrp":
        score.remarks.count("grace note", "left out", len(list(element.iter("note"))))
    elif tag in _WHOLE_BARS:
        layer.open_gap()
    elif tag == "multiRest":
        score.is_regular = False
        layer.advance(score, layer.staff.bar_length * _bars_of_rest(score, element))
    elif tag == "halfmRpt":
        layer.advance(score, layer.staff.bar_length / 2)
    elif tag == "beatRpt":
        layer.advance(score, _beat(layer.staff, element))
    elif not _define(score, layer, element) and tag not in _SILENT:
        score.tell_stranger(element)


def _define(score: Score, layer: Layer, element: Element) -> bool:
    """Take over a definition that stands within a layer; false if it is none."""
    match element.tag:
        case "scoreDef":
            define(score, element)
        case "staffDef" | "keySig" | "meterSig" | "meterSigGrp":
            # A metre that stands after the first note may be meant for the next bar.
            score.is_regular &= element.tag == "keySig" or layer.cursor == score.bar_start
            define_staff(score, layer.staff, element)
        case "layerDef":
            layer.staff.layers[layer.voice] = usual_values(element, layer.staff.usual(layer.voice))
        case _:
            return False
    return True


def _bars_of_rest(score: Score, element: Element) -> int:
    """Return how many bars a rest of several bars takes."""
    bars = whole(element.get("num"))
    if bars is None or bars < 1:
        stated = element.get("num", "")[:12]
        told = f"a rest of {stated!r} bars" if stated else "a rest of bars without their number"
        score.remarks.slip(f"{told}: read as one", score.bar, "bar")
    return max(bars or 1, 1)


def _beat(staff: Staff, element: Element) -> Fraction:
    """Return the duration of a repeated beat: as it says, or a beat of the metre, dotted in 6/8 and its like."""
    if staff.metre is None:
        return Fraction(1)
    unit = Fraction(4, staff.metre.unit)
    stated = decimal(element.get("beatdef"))
    if stated is not None and stated > 0:
        return unit * stated
    is_compound = staff.metre.unit >= 8 and staff.metre.beats > 3 and staff.metre.beats % 3 == 0
    return unit * 3 if is_compound else unit


def _group_factor(score: Score, layer: Layer, element: Element) -> Fraction:
    """Return by what a tuplet, or a tremolo of two notes, shortens what is in it."""
    if element.tag == "fTrem":
        # Each of the two notes is written as long as both together.
        return Fraction(1, 2)
    stated = mei_attributes.tuplet_factor(element)
    if stated is not None:
        return stated
    written = list(_written_durations(score, layer, element))
    total = layer.duration(element, []) if element.get("dur") else None
    # Some programs write the unit of the tuplet there, and not its duration: no tuplet shortens so much.
    if total and written and Fraction(1, 2) < total / sum(written) < 2:
        return total / sum(written)
    score.remarks.slip("a tuplet without num or numbase: the usual proportion is taken", score.bar, "bar")
    num = decimal(element.get("num"))
    if num is None and written and sum(written) / min(written) not in (2, 4, 8):
        num = sum(written) / min(written)
    return mei_attributes.usual_factor(num) or Fraction(1)


def _written_durations(score: Score, layer: Layer, element: Element, depth: int = 0) -> Iterator[Fraction]:
    """Give the durations of the events in a group, before the group shortens them."""
    if depth > LIMITS.nested:
        raise score.off("beams or tuplets are nested too deeply")
    for child in score.readings.children(element):
        if child.tag in ("note", "chord", "rest", "space") and child.get("grace") is None:
            yield from filter(None, [_written(score, layer, child)])
        elif child.tag in _GROUPS:
            yield from _written_durations(score, layer, child, depth + 1)
        elif child.tag == "tuplet":
            factor = mei_attributes.tuplet_factor(child) or Fraction(1)
            yield from (each * factor for each in _written_durations(score, layer, child, depth + 1))


def _written(score: Score, layer: Layer, element: Element) -> Fraction | None:
    """Return the written duration of a note, rest or chord; that of its first note where a chord has none."""
    parts = list(score.readings.children(element))
    for each in (element, *(part for part in parts if part.tag == "note")):
        if (written := layer.duration(each, parts if each is element else [])) is not None:
            return written
    return None


def _sounding(score: Score, layer: Layer, element: Element) -> Fraction | None:
    """Return how long a note, rest or chord lasts, tuplets counted; by its ticks where no duration is written."""
    written = _written(score, layer, element)
    if written is not None:
        return written * layer.factor
    usual = layer.staff.usual(layer.voice)
    return mei_attributes.ticks(element, usual.ticks_per_quarter)


def _read_notes(score: Score, layer: Layer, element: Element) -> None:
    """Read a note, chord or rest, and move on by its duration."""
    notes = [element] if element.tag == "note" else _notes_of(score, element)
    if element.get("grace") is not None:
        score.remarks.count("grace note", "left out", max(len(notes), 1))
        return
    duration = _sounding(score, layer, element)
    if duration is None and not notes:
        layer.open_gap()
        score.remarks.slip(
            f"a {element.tag} without a duration: it takes what the bar leaves", score.bar, "bar"
        )
    elif duration is None:
        layer.open_gap()
        score.leave_out(f"a {element.tag} without a duration that is understood")
    else:
        onset = layer.cursor
        layer.advance(score, duration)
        score.budget.admit(len(notes), layer.cursor)
        for note in notes:
            _strike(score, layer, note, onset, duration, element)


def _notes_of(score: Score, element: Element) -> list[Element]:
    """Return the notes of a chord."""
    return [part for part in score.readings.children(element) if part.tag == "note"]


def _strike(
    score: Score, layer: Layer, note: Element, onset: Fraction, duration: Fraction, event: Element
) -> None:
    """Add one note to its staff."""
    if note.get("cue") == "true" or event.get("cue") == "true":
        score.remarks.count("cue note", "left out, it is not played")
        return
    place = mei_attributes.place(note, layer.staff.usual(layer.voice).octave)
    if place is None and layer.staff.is_drum:
        place = mei_attributes.place_on_lines(note)
    number = whole(note.get("pnum"))
    if place is None and number is None:
        score.leave_out("a note whose pitch is not understood")
        return
    parts = list(score.readings.children(note))
    if unknown := mei_attributes.unknown_accidental(note, parts):
        score.remarks.slip(f"an accidental {unknown[:12]!r}: ignored", score.bar, "bar")
    ties = note.get("tie", "") + event.get("tie", "")
    names = {identity(note), identity(event)}
    layer.staff.struck.append(
        StruckNote(
            onset,
            duration,
            layer.voice,
            place=place,
            number=number or 0,
            accidental=mei_attributes.accidental(note, parts),
            is_ficta=mei_attributes.is_ficta(note, parts),
            signature=layer.staff.signature,
            is_tied_back="m" in ties or "t" in ties or bool(names & score.spans.tie_ends),
            is_tied_on="m" in ties or "i" in ties or bool(names & score.spans.tie_starts),
        )
    )
