"""This file is where remarks gather while a file is read: a thousand slips of a kind make one sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

from goldenear.errors import printable

MAX_KINDS = 24
"""Kinds of remark that are told apart; a file with more is summed up."""


@dataclass(slots=True)
class Remarks:
    """What was left out, repaired or not understood, in the order in which it first came up."""

    _places: dict[str, str] = field(default_factory=dict)
    _times: dict[str, int] = field(default_factory=dict)
    _counted: dict[str, str] = field(default_factory=dict)
    _further: int = 0

    def once(self, sentence: str) -> None:
        """Say `sentence`, however often it comes up."""
        self._noted(sentence)

    def slip(self, sentence: str, number: int, place: str = "line") -> None:
        """Say `sentence` with the line (or bar) where it first came up, and in how many more places it does."""
        if self._noted(sentence):
            self._places.setdefault(sentence, f"{place} {number}")

    def count(self, noun: str, fate: str, times: int = 1) -> None:
        """Say how many of `noun` met `fate`, as in ``"3 grace notes: left out"``."""
        if self._noted(f"{noun}: {fate}", times):
            self._counted[f"{noun}: {fate}"] = noun

    def _noted(self, sentence: str, times: int = 1) -> bool:
        """Count a sentence; false where there are too many kinds already."""
        if sentence not in self._times and len(self._times) >= MAX_KINDS:
            self._further += 1
            return False
        self._times[sentence] = self._times.get(sentence, 0) + times
        return True

    def sentences(self) -> list[str]:
        """Return one sentence a kind."""
        told = [printable(self._told(sentence, times)) for sentence, times in self._times.items()]
        return told + ([f"{self._further:,} further things not understood"] if self._further else [])

    def _told(self, sentence: str, times: int) -> str:
        if noun := self._counted.get(sentence):
            plural = noun if times == 1 else f"{noun}s"
            return f"{times:,} {plural}{sentence.removeprefix(noun)}"
        if place := self._places.get(sentence):
            more = (
                f" and {times - 1:,} more places"
                if times > 2
                else " and one more place"
                if times == 2
                else ""
            )
            return f"{sentence} ({place}{more})"
        return sentence
