"""This file is where MEI becomes notes: section by section and bar by bar, each layer of each staff through its bar.

A reader of our own, because those at hand pass over ties written as attributes, need every element to bear
a name, or run a compiled parser in our process that a damaged file can crash.

=============================  ==========================================================================
what a score may hold          what becomes of it
=============================  ==========================================================================
repeats, endings, expansions   not unfolded
ties, attribute or element     joined
grace and cue notes            left out
transposing staves             read at the pitch that sounds
editors' alternatives          the first is read: the lemma, the corrected, the regularised
accidentals                    as they sound (accid.ges), or, where no note says so, by key and bar
=============================  ==========================================================================
"""

from __future__ import annotations

from fractions import Fraction
from xml.etree.ElementTree import Element

from goldenear.errors import UnreadableFile
from goldenear.notes.formats import mei_attributes
from goldenear.notes.formats.exact import Limits, decimal, in_ticks, microseconds_per_quarter
from goldenear.notes.formats.mei_layer import MAX_DEPTH, Layer, Score, Staff, first_reading, read_layer
from goldenear.notes.formats.parsed import ParsedTune

_BESIDE_BARS = frozenset(["sb", "pb", "cb", "annot", "div", "head", "label", "instrDef", "grpSym"])
_REPEATS = frozenset(["rptstart", "rptend", "rptboth"])


def read_mei(root: Element, path: str) -> list[ParsedTune]:
    """Read an MEI document.

    Parameters
    ----------
    root : Element
        ``mei``, names without namespaces.
    path : str
        The file, for messages.

    Returns
    -------
    list of ParsedTune
        One a movement (mdiv) that has a score.

    Raises
    ------
    UnreadableFile
        If there is no score, or a note lacks a duration or a pitch.
    """
    scores = list(root.iter("score"))
    if not scores:
        raise UnreadableFile(path, "no score in it: only MEI scores are read, no parts and no lists of works")
    limits = Limits(path)
    title = mei_attributes.title(root)
    return [_movement(score, limits, title) for score in scores]


def _movement(element: Element, limits: Limits, title: str) -> ParsedTune:
    """Read one score."""
    states_accidentals = any(note.get("accid.ges") for note in element.iter())
    score = Score(limits, mei_attributes.Spans.of(element), states_accidentals)
    _read_section(score, element, 0)
    for remark in score.spans.unread:
        score.remarks.once(remark)
    if not states_accidentals and any(staff.signature for staff in score.staves.values()):
        score.remarks.once("accidentals follow key and bar: the file does not state those that sound")
    tracks = [staff.track for staff in score.staves.values()]
    return in_ticks("mei", tracks, limits.path, title=title, tempos=score.tempos, remarks=score.remarks)


def _read_section(score: Score, element: Element, depth: int) -> None:
    """Read what stands in a section, an ending, or the score itself."""
    if depth > MAX_DEPTH:
        raise score.off("sections are nested too deeply")
    for child in element:
        match child.tag:
            case "measure":
                _read_bar(score, child)
            case "scoreDef" | "staffDef" | "staffGrp":
                _define(score, child)
            case (
                "section"
                | "ending"
                | "lem"
                | "rdg"
                | "corr"
                | "reg"
                | "add"
                | "supplied"
                | "unclear"
                | "orig"
            ):
                if child.tag == "ending":
                    score.remarks.once("repeats not unfolded")
                _read_section(score, child, depth + 1)
            case "app" | "choice" | "subst":
                if (chosen := first_reading(score, child)) is not None:
                    _read_section(score, chosen, depth + 1)
            case "expansion":
                score.remarks.once("repeats not unfolded")
            case other if other not in _BESIDE_BARS:
                score.remarks.slip(f"<{other[:24]}> is not understood: skipped", score.bar, "bar")


def _define(score: Score, element: Element) -> None:
    """Take over what a definition says: for all staves, then for each by itself."""
    score.meter = mei_attributes.meter(element) or score.meter
    if element.tag == "scoreDef":
        if speed := _speed(element):
            score.tempos.append((score.bar_start, speed))
        for definition in element.iter("staffDef"):
            score.staff(definition.get("n", "1"))
        for staff in score.staves.values():
            _define_staff(score, staff, element)
    for definition in element.iter("staffDef"):
        staff = score.staff(definition.get("n", "1"))
        _define_staff(score, staff, definition)
        if name := mei_attributes.label(definition):
            staff.track.name = name
        score.meter = mei_attributes.meter(definition) or score.meter


def _define_staff(score: Score, staff: Staff, element: Element) -> None:
    """Take over key, transposition and defaults."""
    signature = mei_attributes.signature(element)
    if signature is not None:
        staff.signature = signature
    if element.get("trans.semi") is not None:
        staff.lift = int(decimal(element.get("trans.semi")) or 0)
    elif element.get("trans.diat") not in (None, "0"):
        score.remarks.once("a transposition in scale steps only (trans.diat): not applied")
    staff.usual_duration = element.get("dur.default", staff.usual_duration)
    staff.usual_octave = element.get("octave.default", element.get("oct.default", staff.usual_octave))
    staff.is_drum = staff.is_drum or mei_attributes.plays_drums(element)


def _speed(element: Element) -> int | None:
    """Return the microseconds a quarter that an element asks for."""
    pace = decimal(element.get("midi.bpm"))
    return microseconds_per_quarter(pace) if pace else None


def _read_bar(score: Score, element: Element) -> None:
    """Read one bar: all its staves from its start, and then on from where the longest ends."""
    score.bar += 1
    if _REPEATS & {element.get("left"), element.get("right")}:
        score.remarks.once("repeats not unfolded")
    for tempo in element.iter("tempo"):
        if speed := _speed(tempo):
            score.tempos.append((score.bar_start, speed))
    lengths = set()
    for staff_element in element.findall("staff"):
        staff = score.staff(staff_element.get("n", "1"))
        staff.altered.clear()
        for layer_element in staff_element.findall("layer"):
            layer = Layer(staff, score.bar_start)
            read_layer(score, layer, layer_element, 0)
            lengths.add(layer.cursor - score.bar_start)
    if len(lengths - {0}) > 1:
        score.remarks.slip("layers differ in the length of a bar: the longest holds", score.bar, "bar")
    score.bar_start += max(lengths, default=Fraction(0)) or score.meter
