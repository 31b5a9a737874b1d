"""This file is where a composed phrase stands: its voices, what the judge says of it, where each bar came from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from goldenear.composing.appraise import Appraisal
from goldenear.composing.contenders import Contenders
from goldenear.composing.ground import Ground, Rows
from goldenear.composing.rows import as_notes
from goldenear.composing.windows import windows
from goldenear.match.matches import Match
from goldenear.match.pictures import piece_pictures
from goldenear.match.rank import Place, match_at
from goldenear.notes.note_array import NoteArray
from goldenear.notes.write import write
from goldenear.taste.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AROUND = 8
"""Quarters before the middle of a bar, and after it, that are judged with it; near an end more of the other side."""


@dataclass(frozen=True)
class Bar:
    """A bar, and where it came from.

    Attributes
    ----------
    number : int
        Counted from 1.
    match : Match or None
        The good sample that lies over the middle of the bar, the most alike one, and how it lies there; None where
        the judge knows nothing like it.
    outcome : str
        What the judge says of the window around the bar: ``"good"``, ``"bad"`` or ``"neither"``.
    score : float
        The same as a number, -1..1.
    """

    number: int
    match: Match | None
    outcome: Outcome
    score: float

    def __str__(self) -> str:
        origin = (
            f"{self.match.name}, {self.match.similarity:.2f}, {self.match.where()}"
            if self.match
            else "its own"
        )
        return f"bar {self.number}: {origin}"

    def as_dict(self) -> dict[str, object]:
        """Return the bar as plain values, for JSON."""
        return {
            "bar": self.number,
            "from": None if self.match is None else self.match.as_dict(),
            "outcome": self.outcome,
            "score": round(self.score, 6),
        }


@dataclass(frozen=True, eq=False)
class Phrase:
    """A composed phrase.

    Attributes
    ----------
    name : str
        What it is called.
    ground : Ground
        The taste and the wishes that it was composed for.
    rows : int array, shape (n, 5)
        Pitch, onset, offset, voice and whether it was locked, in ticks of the ground; what it joins among them.
    appraisal : Appraisal
        How much of it lies under good matches, and how strongly.
    origins : Contenders
        Every placement of a sample that reaches its threshold.
    """

    name: str
    ground: Ground
    rows: Rows
    appraisal: Appraisal
    origins: Contenders

    @cached_property
    def voices(self) -> dict[str, NoteArray]:
        """The notes of each voice, the highest first."""
        own, ground = self.ground.own(self.rows), self.ground
        return {
            voice.name: as_notes(
                own[own[:, 3] == number, :3], ground.ticks_per_quarter, ground.steps_per_octave
            ).named(voice.name)
            for number, voice in enumerate(ground.wishes.ensemble)
        }

    @cached_property
    def notes(self) -> NoteArray:
        """All notes of the phrase, in one array."""
        return self.ground.notes(self.ground.own(self.rows)).named(self.name)

    @cached_property
    def whole(self) -> NoteArray:
        """The phrase with what it joins, as it was judged."""
        return self.ground.notes(self.rows).named(self.name)

    @cached_property
    def verdict(self) -> Verdict:
        """What the judge says of it; with what it joins, where the phrase is good by that alone."""
        alone = self.ground.taste.judge(self.notes)
        return alone if alone.outcome == "good" else self.ground.taste.judge(self.whole)

    def windows(self) -> list[tuple[Fraction, Fraction, Verdict]]:
        """Judge every window: from which quarter to which, and what is said of it."""
        length = self.ground.wishes.length
        return [
            (begin, end, self.ground.taste.judge(window))
            for begin, end, window in windows(self.whole, Fraction(0), length)
        ]

    @cached_property
    def bars(self) -> tuple[Bar, ...]:
        """Where every bar came from, and what the judge says of it."""
        found = []
        good = self._good_matches
        length = self.ground.wishes.bar
        for number in range(1, self.ground.wishes.bars + 1):
            middle = (number - Fraction(1, 2)) * length
            here = [m for m in good if m.onset <= middle < m.onset + m.quarters]
            outcome, score = self._around((number - 1) * length, number * length)
            found.append(Bar(number, max(here, key=lambda m: m.similarity, default=None), outcome, score))
        return tuple(found)

    @cached_property
    def _good_matches(self) -> tuple[Match, ...]:
        """Every placement of a good sample that reaches the threshold."""
        ground, found = self.ground, self.origins
        x = piece_pictures(self.whole, ground.samples.recipe)
        matches = []
        for row, similarity in zip(found.placed.tolist(), found.similarity.tolist(), strict=True):
            sample, index = int(found.pairs.sample[row[0]]), int(found.pairs.alteration[row[0]])
            if sample < ground.bad or similarity < ground.asked[sample]:
                continue
            picture = ground.samples.picture(sample, index)
            reading = x[picture.alteration.reading]
            ticks = ground.ticks_per_quarter * int(found.pairs.columns[row[0], 0])
            # A placement counts from tick 0 of the phrase, a match from where its picture of X begins.
            shift = row[2] - int(reading.origin * ticks)
            place = Place(similarity, row[1], shift, row[3], 1, ticks)
            matches.append(match_at(reading, sample - ground.bad, ground.samples[sample], picture, place))
        return tuple(matches)

    def _around(self, begin: Fraction, end: Fraction) -> tuple[Outcome, float]:
        """Judge the sixteen quarters around a bar, as far as the music goes."""
        whole = self.whole
        start = min((begin + end) // 2 - AROUND, -int(-self.ground.wishes.length // 1) - 2 * AROUND)
        start = max(start, 0)
        first, last = (int(quarter * whole.ticks_per_quarter) for quarter in (start, start + 2 * AROUND))
        inside = whole.where((whole.onset >= first) & (whole.onset < last))
        if not len(inside):
            return "neither", 0.0
        verdict = self.ground.taste.judge(inside)
        return verdict.outcome, verdict.score

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the phrase, a track or a part for each voice: MIDI or MusicXML by the ending of the name.

        Raises
        ------
        InvalidInput
            If it cannot be written.
        """
        sounding = {name: notes for name, notes in self.voices.items() if len(notes)}
        write(sounding, path, metre=self.ground.wishes.metre)

    def plot(self) -> Figure:
        """Draw the phrase, and over each bar where it came from.

        Raises
        ------
        MissingExtra
            If matplotlib is not installed (extra ``plot``).
        """
        from goldenear.composing.plot_phrase import plot_phrase

        return plot_phrase(self)

    def as_dict(self) -> dict[str, object]:
        """Return what is known of the phrase as plain values, for JSON."""
        appraisal = self.appraisal
        return {
            "name": self.name,
            "quarters": float(self.ground.wishes.length),
            "outcome": self.verdict.outcome,
            "score": round(self.verdict.score, 6),
            "because": self.verdict.because,
            "covered": round(appraisal.covered, 6),
            "strength": round(appraisal.score, 6),
            "nearest": round(appraisal.nearest, 6),
            "longest_run": appraisal.longest_run,
            "bars": [bar.as_dict() for bar in self.bars],
        }

    def __repr__(self) -> str:
        notes, quarters = len(self.notes), float(self.ground.wishes.length)
        return f"<Phrase {self.name!r}: {notes} notes, {quarters:g} quarters, {self.appraisal.covered:.0%} covered>"
