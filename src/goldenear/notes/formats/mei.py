"""Read MEI: section by section and bar by bar, each layer of each staff through its bar.

A reader of our own, because those at hand pass over ties written as attributes, need every element to bear
a name, or run a compiled parser in our process that a damaged file can crash.

===============================  ========================================================================
what a score may hold            what becomes of it
===============================  ========================================================================
repeats, endings, expansions     not unfolded
ties, attribute or element       joined
grace and cue notes              left out
transposing staves               read at the pitch that sounds
editors' alternatives            the first is read, wherever they stand: the lemma, the corrected, the
                                 regularised, the added
supplied, unclear, restored      read; what is deleted is left out
an ossia                         the main staff is read
copies (copyof, sameas)          the element that they copy is read in their place
accidentals                      as they sound (accid.ges), or, where no note says so, by key and bar;
                                 editorial ones sound, and one above its note (ficta) holds for it alone
repeat signs of beats and bars   take their time; only notes that are written out are read
rests without a duration         take what the bar leaves
tuplets without numbase          as long as their `dur` says, or else in the usual proportion (3 in the time
                                 of 2, 5 of 4, 2 of 3)
octave lines (8va)               not applied
notes without pitch or duration  left out, and told
bars that do not add up          read as they stand, and told, unless metcon is "false"
===============================  ========================================================================

Each note's `voice` is the number of its layer. Remarks name bars by their written numbers where these rise through
the movement, and otherwise by their count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from xml.etree.ElementTree import Element

from goldenear.errors import UnreadableFile
from goldenear.limits import LIMITS
from goldenear.notes.formats import mei_attributes
from goldenear.notes.formats.exact import BarSums, Budget, in_ticks
from goldenear.notes.formats.mei_attributes import identity
from goldenear.notes.formats.mei_layer import Layer, read_layer
from goldenear.notes.formats.mei_readings import Readings
from goldenear.notes.formats.mei_staff import Score, Staff, close_bar, define, define_staff, note_tempo
from goldenear.notes.formats.parsed import ParsedTune
from goldenear.notes.formats.remarks import Remarks

_BESIDE_BARS = frozenset(
    ["sb", "pb", "cb", "annot", "div", "head", "label", "instrDef", "grpSym", "handShift"]
)
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
        If there is no score, or no note in it has both a duration and a pitch, though some have one of them.
    """
    elements = list(root.iter("score"))
    if not elements:
        raise UnreadableFile(path, "no score in it: only MEI scores are read, no parts and no lists of works")
    budget = Budget(path)
    named = {name: element for element in root.iter() if (name := identity(element))}
    scores = [_movement(element, budget, named) for element in elements]
    trouble = next((score.trouble for score in scores if score.trouble), None)
    if trouble and not any(staff.track.notes for score in scores for staff in score.staves.values()):
        raise trouble
    title = mei_attributes.title(root)
    return [_in_ticks(score, title) for score in scores]


def _movement(element: Element, budget: Budget, named: dict[str, Element]) -> Score:
    """Read one score."""
    remarks = Remarks()
    readings = Readings(budget, remarks, named)
    everything = list(Readings(budget, Remarks()).within(element))
    score = Score(
        budget,
        remarks,
        readings,
        mei_attributes.Spans.of(everything),
        BarSums(remarks),
        states_accidentals=any(each.get("accid.ges") for each in everything),
        numbers_are_written=_rise([each.get("n", "") for each in everything if each.tag == "measure"]),
    )
    _read_section(score, element, 0)
    for remark in sorted(score.spans.unread):
        remarks.once(remark)
    if not score.states_accidentals and any(staff.signature for staff in score.staves.values()):
        remarks.once("accidentals follow key and bar: the file does not state those that sound")
    return score


def _in_ticks(score: Score, title: str) -> ParsedTune:
    tracks = [staff.track for staff in score.staves.values()]
    return in_ticks("mei", tracks, score.budget.path, title=title, tempos=score.tempos, remarks=score.remarks)


def _rise(numbers: list[str]) -> bool:
    """Tell whether bars are numbered through the piece: 0, 1, 2, 2a, 3 and so on."""
    found = [_number(number) for number in numbers]
    return len(set(numbers)) == len(numbers) and all(
        before is not None and after is not None and before <= after for before, after in pairwise(found)
    )


def _number(written: str) -> int | None:
    """Return the number that a bar's name begins with; None where it begins with none."""
    found = re.match(r"[0-9]{1,6}", written)
    return int(found[0]) if found else None


def _read_section(score: Score, element: Element, depth: int) -> None:
    """Read what stands in a section, an ending, or the score itself."""
    if depth > LIMITS.nested:
        raise score.off("sections are nested too deeply")
    loose = []
    for child in score.readings.children(element):
        match child.tag:
            case "measure":
                _read_bar(score, child)
            case "staff":
                loose.append(child)
            case "scoreDef" | "staffDef" | "staffGrp":
                define(score, child)
            case "section" | "ending":
                if child.tag == "ending":
                    score.remarks.once("repeats not unfolded")
                _read_section(score, child, depth + 1)
            case "expansion":
                score.remarks.once("repeats not unfolded")
            case other if other not in _BESIDE_BARS:
                score.tell_stranger(child)
    if loose:
        # A section without bars holds staves: one bar without a metre.
        score.is_regular = False
        _read_staves(score, loose)


def _read_bar(score: Score, element: Element) -> None:
    """Read one bar."""
    written = _number(element.get("n", "")) if score.numbers_are_written else None
    score.bar = score.bar + 1 if written is None else written
    score.is_regular = element.get("metcon") != "false"
    if _REPEATS & {element.get("left"), element.get("right")}:
        score.remarks.once("repeats not unfolded")
    staves = []
    for child in score.readings.children(element):
        if child.tag == "staff":
            staves.append(child)
        elif child.tag == "tempo":
            note_tempo(score, child)
        elif child.tag != "annot" and child.find(".//note") is not None:
            score.tell_stranger(child)
    _read_staves(score, staves)


def _read_staves(score: Score, elements: Iterable[Element]) -> None:
    """Read all staves of a bar from its start, and go on from where the longest ends."""
    layers: list[Layer] = []
    staves: list[Staff] = []
    for position, element in enumerate(elements, start=1):
        staff = score.staff(element.get("n", str(position)))
        layers += _read_staff(score, staff, element)
        staves.append(staff)
    for staff in staves:
        close_bar(score, staff)
    length = _length(score, layers, staves)
    metres = {staff.metre for staff in staves}
    metre = metres.pop() if len(metres) == 1 else None
    if score.is_regular and metre is not None:
        score.sums.add(score.bar, length, metre.quarters)
    score.bar_start += length


def _read_staff(score: Score, staff: Staff, element: Element) -> list[Layer]:
    """Read the layers of one staff, each from the start of the bar."""
    layers: list[Layer] = []
    for child in score.readings.children(element):
        if child.tag == "layer":
            layer = Layer(staff, child.get("n", str(len(layers) + 1)), score.bar_start)
            read_layer(score, layer, child)
            layer.close_gap(score.bar_start)
            layers.append(layer)
        elif child.tag in ("staffDef", "keySig", "meterSig"):
            define_staff(score, staff, child)
        elif child.tag != "annot" and child.find(".//note") is not None:
            score.tell_stranger(child)
    return layers


def _length(score: Score, layers: list[Layer], staves: list[Staff]) -> Fraction:
    """Return how long a bar lasts: as its longest layer, or by its metre where all layers rest to its end."""
    lengths = [layer.cursor - score.bar_start for layer in layers]
    whole = {length for layer, length in zip(layers, lengths, strict=True) if length and not layer.fills_bar}
    if len(whole) > 1:
        score.remarks.slip("layers differ in the length of a bar: the longest holds", score.bar, "bar")
    usual = max((staff.bar_length for staff in staves), default=score.bar_length)
    return max([*lengths, *([] if whole else [usual])])
