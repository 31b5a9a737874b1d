"""This file is where it stands what a whole piece is to be: its sections, what each is made of, how they come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from goldenear.arguments import must_be, one_of, several, shown, text, whole_number
from goldenear.composing.wishes import MOST_VOICES
from goldenear.errors import InvalidInput
from goldenear.notes.alteration import Alteration

MOST_BARS = 512
"""A longer piece is refused."""

Treatment = Literal["new", "exact", "ornamented", "other mode"]
"""A section is new, or restates an earlier one: as it is, with ornaments, or with major and minor swapped."""

Cadence = Literal["none", "half", "full"]
"""Where a section is led at its end: nowhere, to the fifth, or to the tonic."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a plan.

    Attributes
    ----------
    name : str
        No other section of the plan has it.
    bar : int
        The bar it begins with, counted from 1.
    bars : int
        How long it is.
    source : str
        The earlier section that it restates, from its beginning on, as much as there is room for; empty for what is
        new.
    treatment : {"new", "exact", "ornamented", "other mode"}
        What is done besides.
    alteration : Alteration
        How what it restates is stretched and mirrored. The reading, where it is another than the semitone, is how the
        likeness to the source is counted.
    up : int
        By how many steps it is transposed.
    cadence : {"none", "half", "full"}
        Where it is led at its end.
    rest : int
        So many bars it is silent first.
    voices : tuple of int
        Which voices have part in it, counted from 0 for the highest, or from -1 for the lowest; empty for all.

    Raises
    ------
    InvalidInput
        If a field is off, or a new section has a source, or another has none.
    """

    name: str
    bar: int
    bars: int
    source: str = ""
    treatment: Treatment = "new"
    alteration: Alteration = field(default_factory=Alteration)
    up: int = 0
    cadence: Cadence = "none"
    rest: int = 0
    voices: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        text("section: name", self.name)
        named = f"section {self.name}"
        text(f"{named}: source", self.source)
        must_be(f"{named}: alteration", self.alteration, Alteration)
        if not isinstance(self.voices, Sequence) or isinstance(self.voices, str):
            raise InvalidInput(f"{named}: voices: expected numbers of voices, got {shown(self.voices)}")
        for voice in self.voices:
            whole_number(f"{named}: voices", voice, -MOST_VOICES, MOST_VOICES - 1)
        object.__setattr__(self, "voices", tuple(self.voices))
        whole_number(f"{named}: bar", self.bar, 1, MOST_BARS)
        whole_number(f"{named}: bars", self.bars, 1, MOST_BARS)
        whole_number(f"{named}: rest", self.rest, 0, self.bars - 1)
        whole_number(f"{named}: up", self.up, -60, 60)
        for name, value, kinds in (
            ("treatment", self.treatment, get_args(Treatment)),
            ("cadence", self.cadence, get_args(Cadence)),
        ):
            one_of(f"{named}: {name}", value, kinds)
        if bool(self.source) == (self.treatment == "new"):
            raise InvalidInput(f"{named}: what is new has no source, and what restates something has one")

    @property
    def said(self) -> str:
        """What it is, in a few words."""
        if not self.source:
            return "new"
        altered = [
            str(self.alteration).partition(", neighbouring")[0].removeprefix("neighbouring steps allowed")
        ]
        altered += [self.treatment] if self.treatment != "exact" else []
        altered += [f"{self.up:+d}"] if self.up else []
        return ", ".join([self.source, *filter(None, altered)])


@dataclass(frozen=True, slots=True)
class Placed:
    """A section as it came out.

    Attributes
    ----------
    section : Section
        As it was planned.
    up : int
        By how many steps it is transposed in fact, before the ranges of the voices asked for octaves.
    cadence : {"none", "half", "full"}
        Where it is led in fact.
    rest : int
        So many bars it is silent first, in fact.
    repair : str
        What was done besides to keep it free of vetoes; empty where it was not needed.
    """

    section: Section
    up: int
    cadence: Cadence
    rest: int
    repair: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the section as plain values, for JSON."""
        section = self.section
        return {
            "name": section.name,
            "bar": section.bar,
            "bars": section.bars,
            "is": section.said,
            "rest": self.rest,
            "cadence": self.cadence,
            "repair": self.repair,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What a piece is to be: sections, in the order in which they are made.

    Sections that sound at once begin and end together, in different voices; no bar is left out.

    Attributes
    ----------
    name : str
        Of the form.
    sections : tuple of Section
        In time; what is restated stands ahead of what restates it.

    Raises
    ------
    InvalidInput
        If it has no sections, two of the same name, one out of order, or one that restates what is not there yet.
    """

    name: str
    sections: tuple[Section, ...]

    def __post_init__(self) -> None:
        text("plan: name", self.name)
        object.__setattr__(self, "sections", several("sections", self.sections, Section))
        if not self.sections or self.sections[0].bar != 1:
            raise InvalidInput(f"plan {self.name}: expected sections, the first of which begins with bar 1")
        known: dict[str, Section] = {}
        ahead = self.sections[0]
        for section in self.sections:
            if section.name in known:
                raise InvalidInput(f"plan {self.name}: two sections are called {section.name}")
            if section.source and (section.source not in known or known[section.source].source):
                raise InvalidInput(
                    f"plan {self.name}: {section.name} restates {section.source}, which is no new section before it"
                )
            together = section.bar == ahead.bar and section.bars == ahead.bars
            if section is not ahead and not together and section.bar != ahead.bar + ahead.bars:
                raise InvalidInput(
                    f"plan {self.name}: {section.name} begins with bar {section.bar}, expected "
                    f"{ahead.bar + ahead.bars}, or the same bars as {ahead.name}"
                )
            same = [one for one in known.values() if one.bar == section.bar]
            if any(not (one.voices and section.voices) or {*one.voices} & {*section.voices} for one in same):
                raise InvalidInput(
                    f"plan {self.name}: {section.name} is in voices that another section is in"
                )
            known[section.name], ahead = section, section

    @property
    def bars(self) -> int:
        """How long it is."""
        return max(section.bar + section.bars - 1 for section in self.sections)

    @property
    def voices(self) -> int:
        """How many voices it asks for at least."""
        named = {voice for section in self.sections for voice in section.voices}
        return max([1, len(named), *(voice + 1 if voice >= 0 else -voice for voice in named)])

    def section(self, name: str) -> Section:
        """Return the section of that name.

        Raises
        ------
        InvalidInput
            If there is none.
        """
        sections = {section.name: section for section in self.sections}
        one_of("section", name, sections)
        return sections[name]
