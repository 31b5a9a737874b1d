"""How long the notes of MusicXML last: the divisions they count in may be told late, wrongly or never.

A part is looked through before it is read. A stretch is what a part writes under one value of divisions; its notes'
types and its bars' metres are the witnesses. Divisions that are missing are chosen to agree with most witnesses, and
types overrule divisions that every note contradicts by the same factor. Lengths are in quarters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from xml.etree.ElementTree import Element

from goldenear.errors import InvalidInput
from goldenear.notes.formats.exact import decimal
from goldenear.notes.formats.remarks import Remarks
from goldenear.notes.metre import Metre

MAX_DIVISIONS = 2**20
"""More divisions of a quarter than this are a slip."""

MAX_LENGTH = 1024
"""No note is longer, in quarters: a longer duration is a slip."""

_TYPES = {
    "maxima": Fraction(32),
    "long": Fraction(16),
    "breve": Fraction(8),
    "whole": Fraction(4),
    "half": Fraction(2),
    "quarter": Fraction(1),
    "eighth": Fraction(1, 2),
    **{f"{4 * 2**n}{'nd' if n == 3 else 'th'}": Fraction(1, 2**n) for n in range(2, 9)},
}

Bars = list[tuple[int, Element]]
"""The bars of a part with their numbers, counted from 1."""


@lru_cache(maxsize=256)
def type_length(name: str | None, dots: int) -> Fraction | None:
    """Return the length of a note type, such as ``"quarter"``; None if there is no such type.

    Examples
    --------
    >>> type_length("half", 1), type_length("32nd", 0), type_length("dotted", 0)
    (Fraction(3, 1), Fraction(1, 8), None)
    """
    length = _TYPES.get((name or "").strip())
    return length and length * (2 - Fraction(1, 2**dots))


def written_length(note: Element) -> Fraction | None:
    """Return the length that a note's type, dots and tuplet give; None without a type."""
    length = type_length(note.findtext("type"), min(len(note.findall("dot")), 8))
    tuplet = note.find("time-modification")
    if tuplet is None:
        return length
    actual, normal = (decimal(tuplet.findtext(f"{part}-notes")) for part in ("actual", "normal"))
    return length * normal / actual if length and actual and normal else length


def divisions_in(attributes: Element) -> Fraction | None:
    """Return the divisions of an attributes element; None where they are missing, or are no number that divides."""
    divisions = decimal(attributes.findtext("divisions"))
    return divisions if divisions and 0 < divisions <= MAX_DIVISIONS else None


def metre_in(time: Element) -> Fraction | None:
    """Return how many quarters a bar of this time signature lasts; None where it has no metre.

    Raises
    ------
    InvalidInput
        If it is written as no metre can be.
    """
    if time.find("senza-misura") is not None:
        return None
    beats, units = ([each.text or "" for each in time.findall(tag)] for tag in ("beats", "beat-type"))
    if not beats or len(beats) != len(units):
        raise InvalidInput("metre: expected as many beats as beat types")
    pairs = zip(beats, units, strict=True)
    return sum((Metre.parsed(f"{beat}/{unit}").quarters for beat, unit in pairs), Fraction(0))


@dataclass(slots=True)
class _Stretch:
    """What a part writes under one value of divisions.

    Attributes
    ----------
    told : Fraction or None
        The divisions that the file tells.
    by_type : Counter
        Of each note that has both: the divisions at which its duration is its type's length.
    by_metre : Counter
        Of each bar: the divisions at which it fills its metre.
    bar : int
        The bar of the first note, 0 without one.
    """

    told: Fraction | None
    by_type: Counter[Fraction] = field(default_factory=Counter)
    by_metre: Counter[Fraction] = field(default_factory=Counter)
    bar: int = 0

    def hear(self, note: Element, bar: int) -> None:
        """Take a note as a witness, unless it is a rest or a grace note, whose types say little."""
        if note.find("grace") is not None:
            return
        self.bar = self.bar or bar
        duration, written = decimal(note.findtext("duration")), written_length(note)
        if duration and duration > 0 and written and note.find("rest") is None:
            self.by_type[duration / written] += 1

    def chosen(self, offers: dict[Fraction, str], remarks: Remarks) -> Fraction:
        """Return the divisions that hold, and say so where they are not those that the file tells."""
        if self.told is None:
            return self._agreed(offers, remarks)
        if len(self.by_type) == 1:
            (by_type,) = self.by_type
            if by_type != self.told and self.by_metre[by_type] >= self.by_metre[self.told]:
                remarks.slip(
                    f"all durations contradict the note types: the types hold, divisions are {by_type} "
                    f"and not {self.told}",
                    self.bar,
                    "bar",
                )
                return by_type
        return self.told

    def _agreed(self, offers: dict[Fraction, str], remarks: Remarks) -> Fraction:
        """Return the divisions with which most notes and bars agree; of equals the first offer."""
        offers = offers | {
            divisions: f"as the {witness}"
            for witness, count in (("metre says", self.by_metre), ("note types say", self.by_type))
            for divisions in count
            if divisions not in offers
        }
        offers.setdefault(Fraction(1), "a quarter each")
        best = max(offers, key=lambda divisions: self.by_type[divisions] + self.by_metre[divisions])
        if self.bar:
            remarks.slip(f"divisions are missing: read as {best}, {offers[best]}", self.bar, "bar")
        return best


def divisions_of(parts: Iterable[Bars], remarks: Remarks) -> list[dict[Element | None, Fraction]]:
    """Return for each part the divisions that hold from each of its attributes on; from the start under None."""
    stretches = [_stretches(bars) for bars in parts]
    others = {
        each.told: "as another part has it" for part in stretches for each in part.values() if each.told
    }
    chosen = []
    for part in stretches:
        own = {each.told: "as it is told later" for each in part.values() if each.told}
        offers = dict([*own.items(), *((told, source) for told, source in others.items() if told not in own)])
        chosen.append({start: stretch.chosen(offers, remarks) for start, stretch in part.items()})
    return chosen


def _stretches(bars: Bars) -> dict[Element | None, _Stretch]:
    """Return the stretches of a part by the attributes with which they begin."""
    stretch = _Stretch(None)
    found: dict[Element | None, _Stretch] = {None: stretch}
    metre: Fraction | None = None
    for number, bar in bars:
        cursor = reach = Fraction(0)
        is_witness = bar.get("implicit") != "yes"
        for element in bar:
            if element.tag == "attributes":
                metre = _metre_after(element, metre)
                divisions = divisions_in(element)
                if divisions is not None and divisions != stretch.told:
                    stretch = found[element] = _Stretch(divisions)
                    is_witness &= not cursor
            elif element.tag == "note":
                stretch.hear(element, number)
            cursor += _step(element)
            reach = max(reach, cursor)
        if is_witness and metre and reach and (reach / metre).denominator == 1:
            stretch.by_metre[reach / metre] += 1
    return found


def _step(element: Element) -> Fraction:
    """Return by how many divisions an element moves the time on."""
    if element.tag not in ("note", "forward", "backup") or element.find("chord") is not None:
        return Fraction(0)
    duration = decimal(element.findtext("duration")) or Fraction(0)
    return -duration if element.tag == "backup" else duration


def _metre_after(attributes: Element, before: Fraction | None) -> Fraction | None:
    """Return the metre that holds after attributes; None where it is free or cannot be made out."""
    time = attributes.find("time")
    if time is None:
        return before
    try:
        return metre_in(time)
    except InvalidInput:
        return None
