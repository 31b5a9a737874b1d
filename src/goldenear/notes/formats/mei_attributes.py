"""Understand the attributes of MEI: durations, pitches, keys, metres, and what spans notes.

Functions that look at the children of an element get them as `parts`: those that are read, with editors' elements
looked through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from goldenear.notes.formats.exact import SEMITONES, decimal, whole
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


def duration(element: Element, usual: str | None, parts: Sequence[Element] = ()) -> Fraction | None:
    """Return the duration in quarters, dots counted, tuplets not; None where it is not understood.

    What sounds (dur.ges, dots.ges) goes before what is written.

    Examples
    --------
    >>> duration(Element("note", {"dur": "4", "dots": "1"}), None), duration(Element("rest"), "breve")
    (Fraction(3, 2), Fraction(8, 1))
    >>> duration(Element("note", {"dur": "4", "dur.ges": "8"}), None)
    Fraction(1, 2)
    """
    base = _DURATIONS.get(element.get("dur.ges", "")) or _DURATIONS.get(element.get("dur", usual or ""))
    dots = whole(element.get("dots.ges") or element.get("dots") or "0")
    if dots == 0 and not element.get("dots.ges"):
        dots = len([part for part in parts if part.tag == "dot"])
    if base is None or dots is None or not 0 <= dots <= 10:
        return None
    return base * (2 - Fraction(1, 2**dots))


def ticks(element: Element, ticks_per_quarter: Fraction | None) -> Fraction | None:
    """Return the duration in quarters of what counts ticks (dur.ppq), tuplets counted; None where it is unknown."""
    count = decimal(element.get("dur.ppq"))
    return None if not count or not ticks_per_quarter or count < 0 else count / ticks_per_quarter


def place_on_lines(note: Element) -> tuple[str, int] | None:
    """Return the letter and octave of a place on the lines of a treble staff (loc), 0 the lowest line."""
    steps = decimal(note.get("loc"))
    if steps is None or steps.denominator != 1:
        return None
    octaves, letter = divmod(int(steps) + 2, 7)
    return "CDEFGAB"[letter], 4 + octaves


def tuplet_factor(element: Element) -> Fraction | None:
    """Return by what a tuplet shortens its notes; None where it does not say."""
    num, base = decimal(element.get("num")), decimal(element.get("numbase"))
    return base / num if num and base and 0 < num <= 999 and 0 < base <= 999 else None


def usual_factor(num: Fraction | None) -> Fraction | None:
    """Return by what `num` notes of a tuplet are shortened where nothing else is said; None where that is unknown.

    They take the time of the next lower power of two; two, four or eight of them take that of 3, 3 or 6.

    Examples
    --------
    >>> [str(usual_factor(Fraction(num))) for num in (2, 3, 4, 5, 6, 7, 9)]
    ['3/2', '2/3', '3/4', '4/5', '2/3', '4/7', '8/9']
    """
    if num is None or num.denominator != 1 or not 2 <= num <= 999:
        return None
    lower = Fraction(1 << (int(num).bit_length() - 1))
    if num == lower:
        return Fraction(3, 2) if num == 2 else Fraction(3, 4)
    return lower / num


def place(note: Element, usual_octave: str | None) -> tuple[str, int] | None:
    """Return the letter and the octave of a note, as they sound where the file says so."""
    letter = note.get("pname.ges", note.get("pname", "")).upper()
    octave = whole(note.get("oct.ges") or note.get("oct") or usual_octave)
    return (letter, octave) if letter in SEMITONES and octave is not None else None


def accidental(note: Element, parts: Sequence[Element]) -> Fraction | None:
    """Return the alteration that a note states, in semitones: the sounding before the printed; None without one."""
    signs = [note, *(part for part in parts if part.tag == "accid")]
    for attribute in ("accid.ges", "accid"):
        for sign in signs:
            if (stated := _ALTERATIONS.get(sign.get(attribute, ""))) is not None:
                return stated
    return None


def unknown_accidental(note: Element, parts: Sequence[Element]) -> str:
    """Return an accidental of a note that is not understood; an empty string where there is none."""
    signs = [note, *(part for part in parts if part.tag == "accid")]
    stated = [sign.get(attribute, "") for sign in signs for attribute in ("accid.ges", "accid")]
    return next((each for each in stated if each and each not in _ALTERATIONS), "")


def is_ficta(note: Element, parts: Sequence[Element]) -> bool:
    """Tell whether the accidental of a note stands above it (musica ficta), so that it holds for that note alone."""
    signs = [part for part in parts if part.tag == "accid"]
    return note.get("accid") is None and any(sign.get("place") == "above" for sign in signs)


def signature(element: Element, parts: Iterable[Element]) -> dict[str, int] | None:
    """Return what a key alters, stated by a definition or a keySig; None where it states none.

    Examples
    --------
    >>> signature(Element("scoreDef", {"key.sig": "2s"}), [])
    {'F': 1, 'C': 1}
    >>> signature(Element("keySig"), [Element("keyAccid", {"pname": "b", "accid": "f"})])
    {'B': -1}
    """
    signs = {
        part.get("pname", "").upper(): round(_ALTERATIONS[part.get("accid", "")])
        for part in parts
        if part.tag == "keyAccid" and part.get("accid") in _ALTERATIONS
    }
    if signs:
        return signs
    found = re.fullmatch(r"([0-9]{1,2})([sf]?)", stated_signature(element))
    return signature_of_fifths(int(found[1]) * (-1 if found[2] == "f" else 1)) if found else None


def stated_signature(element: Element) -> str:
    """Return the key of a definition or a keySig as it is written; an empty string where it gives none."""
    return element.get("key.sig") or element.get("keysig") or element.get("sig") or ""


def metre(element: Element) -> str | None:
    """Return the metre of a definition or a meterSig as `Metre.parsed` takes it; None where it gives none.

    Examples
    --------
    >>> metre(Element("scoreDef", {"meter.count": "2+3", "meter.unit": "8"}))
    '2+3/8'
    >>> metre(Element("meterSig", {"sym": "cut"}))
    'C|'
    """
    prefix = "" if element.tag == "meterSig" else "meter."
    count, unit = element.get(f"{prefix}count"), element.get(f"{prefix}unit")
    if count and unit:
        return f"{count}/{unit}"
    return {"common": "C", "cut": "C|"}.get(element.get(f"{prefix}sym", ""))


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
    def of(cls, elements: Iterable[Element]) -> Spans:
        """Find the spans among the elements that are read."""
        spans = cls()
        for element in elements:
            match element.tag:
                case "tie":
                    spans._tie(element)
                case "tupletSpan":
                    spans._tuplet(element)
                case "octave":
                    spans.unread.add("octave lines (8va) are not applied: pitches are read as encoded")
        return spans

    def _tie(self, tie: Element) -> None:
        start, end = _named(tie, "startid"), _named(tie, "endid")
        if start and end:
            self.tie_starts.add(start)
            self.tie_ends.add(end)
        else:
            self.unread.add("a tie that does not name its two notes: left out")

    def _tuplet(self, tuplet: Element) -> None:
        start, end = _named(tuplet, "startid"), _named(tuplet, "endid")
        factor = tuplet_factor(tuplet)
        if factor is None and (factor := usual_factor(decimal(tuplet.get("num")))) is not None:
            self.unread.add("a tupletSpan without numbase: the usual proportion is taken")
        if start and end and factor:
            self._tuplets_from[start] = self._tuplets_until[end] = factor
        else:
            self.unread.add("a tupletSpan that does not name its notes or its numbers: left out")

    def factor_from(self, element: Element) -> Fraction:
        """Return by what the notes from this element on are shortened further."""
        return self._tuplets_from.get(identity(element), Fraction(1))

    def factor_until(self, element: Element) -> Fraction:
        """Return which shortening ends with this element."""
        return self._tuplets_until.get(identity(element), Fraction(1))


def _named(element: Element, attribute: str) -> str:
    """Return the name that a reference points to, its number sign taken off."""
    return element.get(attribute, "").strip().removeprefix("#")
