"""This file is where the attributes of MEI are understood: durations, pitches, keys, meters, and what spans notes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from goldenear.notes.formats.exact import SEMITONES, decimal
from goldenear.notes.formats.exact import signature as signature_of_fifths

_DURATIONS = {"maxima": Fraction(32), "long": Fraction(16), "breve": Fraction(8)}
_DURATIONS |= {str(2**power): Fraction(4, 2**power) for power in range(12)}

_QUARTER_TONES = {
    "1qf": "-1/2",
    "3qf": "-3/2",
    "1qs": "1/2",
    "3qs": "3/2",
    "su": "3/2",
    "sd": "1/2",
    "fu": "-1/2",
}
_QUARTER_TONES |= {"fd": "-3/2", "nu": "1/2", "nd": "-1/2"}
_ACCIDENTALS = {"n": 0, "s": 1, "f": -1, "ss": 2, "x": 2, "ff": -2, "xs": 3, "sx": 3, "ts": 3, "tf": -3}
_ACCIDENTALS |= {"ns": 1, "nf": -1}
_ALTERATIONS = {name: Fraction(steps) for name, steps in _ACCIDENTALS.items()}
_ALTERATIONS |= {name: Fraction(steps) for name, steps in _QUARTER_TONES.items()}


def identity(element: Element) -> str:
    """Return the name (xml:id) of an element; empty where it has none."""
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), "")


def duration(element: Element, usual: str | None) -> Fraction | None:
    """Return the written duration in quarters, dots counted, tuplets not; None where it is not understood.

    Examples
    --------
    >>> duration(Element("note", {"dur": "4", "dots": "1"}), None), duration(Element("rest"), "breve")
    (Fraction(3, 2), Fraction(8, 1))
    """
    base = _DURATIONS.get(element.get("dur", usual or ""))
    dots = decimal(element.get("dots")) or len(element.findall("dot"))
    if base is None or not 0 <= dots <= 10:
        return None
    return base * (2 - Fraction(1, 2 ** int(dots)))


def tuplet_factor(element: Element) -> Fraction | None:
    """Return by what a tuplet shortens its notes; None where it does not say."""
    num, base = decimal(element.get("num")), decimal(element.get("numbase"))
    return base / num if num and base and 0 < num <= 999 and 0 < base <= 999 else None


def place(note: Element, usual_octave: str | None) -> tuple[str, int] | None:
    """Return the letter and the octave of a note, as they sound where the file says so."""
    letter = note.get("pname.ges", note.get("pname", "")).upper()
    octave = decimal(note.get("oct.ges") or note.get("oct") or usual_octave)
    return (letter, int(octave)) if letter in SEMITONES and octave is not None else None


def accidental(note: Element) -> Fraction | None:
    """Return the alteration that a note states, in semitones: the sounding before the printed; None without one."""
    within = note.find("accid")
    for element in (note, within):
        for attribute in ("accid.ges", "accid"):
            if element is not None and (stated := _ALTERATIONS.get(element.get(attribute, ""))) is not None:
                return stated
    return None


def signature(element: Element) -> dict[str, int] | None:
    """Return what the key of a definition alters; None where it gives none.

    Examples
    --------
    >>> signature(Element("scoreDef", {"key.sig": "2s"})), signature(Element("staffDef", {"keysig": "1f"}))
    ({'F': 1, 'C': 1}, {'B': -1})
    """
    within = element.find("keySig")
    stated = element.get("key.sig") or element.get("keysig")
    if within is not None:
        stated = within.get("sig") or stated
    found = re.fullmatch(r"(\d{1,2})([sf]?)", stated or "")
    return signature_of_fifths(int(found[1]) * (-1 if found[2] == "f" else 1)) if found else None


def meter(element: Element) -> Fraction | None:
    """Return how long a bar is in the meter of a definition, in quarters; None where it gives none."""
    within = element.find("meterSig")
    names = ("meter.count", "meter.unit", "meter.sym") if within is None else ("count", "unit", "sym")
    source = element if within is None else within
    counts = [decimal(part) for part in source.get(names[0], "").split("+")]
    unit = decimal(source.get(names[1]))
    if unit and all(counts):
        return 4 * sum((count for count in counts if count), Fraction(0)) / unit
    return Fraction(4) if source.get(names[2]) in ("common", "cut") else None


def label(definition: Element) -> str:
    """Return the name of a staff."""
    within = definition.find("label")
    return " ".join(
        ("".join(within.itertext()) if within is not None else definition.get("label", "")).split()
    )


def plays_drums(definition: Element) -> bool:
    """Tell whether a staff is for drums: its clef, or its MIDI channel, counted from 1, says so."""
    clef = definition.find("clef")
    shape = definition.get("clef.shape") or (clef.get("shape") if clef is not None else None)
    return shape == "perc" or any(element.get("midi.channel") == "10" for element in definition.iter())


def title(root: Element) -> str:
    """Return the first title of the document."""
    return next((" ".join("".join(each.itertext()).split()) for each in root.iter("title")), "")


@dataclass(slots=True)
class Spans:
    """What stands beside the notes and names them: ties and tuplets from one note to another."""

    tie_starts: set[str] = field(default_factory=set)
    tie_ends: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    _tuplets_from: dict[str, Fraction] = field(default_factory=dict)
    _tuplets_until: dict[str, Fraction] = field(default_factory=dict)

    @classmethod
    def of(cls, score: Element) -> Spans:
        """Find the spans of a score."""
        spans = cls()
        for tie in score.iter("tie"):
            start, end = _named(tie, "startid"), _named(tie, "endid")
            spans.tie_starts |= {start} if start and end else set()
            spans.tie_ends |= {end} if start and end else set()
            if not (start and end):
                spans.unread.add("a tie that does not name its two notes: left out")
        for tuplet in score.iter("tupletSpan"):
            start, end, factor = _named(tuplet, "startid"), _named(tuplet, "endid"), tuplet_factor(tuplet)
            if start and end and factor:
                spans._tuplets_from[start] = spans._tuplets_until[end] = factor
            else:
                spans.unread.add("a tupletSpan that does not name its notes or its numbers: left out")
        if any(True for _ in score.iter("octave")):
            spans.unread.add("octave lines (8va) are not applied: pitches are read as encoded")
        return spans

    def factor_from(self, element: Element) -> Fraction:
        """Return by what the notes from this element on are shortened further."""
        return self._tuplets_from.get(identity(element), Fraction(1))

    def factor_until(self, element: Element) -> Fraction:
        """Return which shortening ends with this element."""
        return self._tuplets_until.get(identity(element), Fraction(1))


def _named(element: Element, attribute: str) -> str:
    """Return the name that a reference points to, its number sign taken off."""
    return element.get(attribute, "").strip().removeprefix("#")
