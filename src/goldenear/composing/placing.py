"""This file is where a place in a piece is filled: what is composed for it, and whether notes may stand there.

All is appraised as drafts of phrases are: no window is vetoed, with what precedes among them; nothing is nearer to a
good sample, or follows it longer, than the wishes allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import lcm

import numpy as np

from goldenear.composing.appraise import Appraiser
from goldenear.composing.composer import Composer
from goldenear.composing.ground import CONTEXT, MOST_A_QUARTER, Ground, Rows, table
from goldenear.composing.harmony import degrees_of
from goldenear.composing.phrase import Phrase
from goldenear.composing.plan import Plan
from goldenear.composing.rows import as_notes
from goldenear.composing.wishes import Wishes
from goldenear.errors import InvalidInput, NothingFound
from goldenear.notes.note_array import NoteArray
from goldenear.taste.judge import Taste

CHOICE = 3
"""Phrases that are tried for a place, of all that were found for it."""


@dataclass(frozen=True)
class Site:
    """What a whole piece is made for.

    Attributes
    ----------
    taste : Taste
        What judges.
    wishes : Wishes
        What holds for all of it; their length is not looked at.
    plan : Plan
        What it is to be.
    effort : int
        Drafts that are developed for each phrase at first.
    threads : int
        Side by side.
    """

    taste: Taste
    wishes: Wishes
    plan: Plan
    effort: int
    threads: int

    @cached_property
    def grid(self) -> int:
        """Ticks a quarter that serve the samples, the bars, and what is stretched."""
        ground = Ground.of(self.taste, replace(self.wishes, quarters=self.wishes.bar))
        finer = [section.alteration.stretch.denominator for section in self.plan.sections]
        return lcm(ground.ticks_per_quarter, 4) * lcm(*finer)

    @property
    def bar(self) -> int:
        """Ticks in a bar."""
        return int(self.wishes.bar * self.grid)

    @property
    def octave(self) -> int:
        """Steps in an octave."""
        return self.taste.good[0].steps_per_octave

    @property
    def degrees(self) -> frozenset[int] | None:
        """What may sound; None where all may."""
        return None if self.wishes.scale is None else degrees_of(self.wishes.scale)

    def notes(self, rows: Rows) -> NoteArray:
        """Return rows as notes, all voices in one."""
        return as_notes(rows[:, :3], self.grid, self.octave)

    def voices(self, rows: Rows) -> dict[str, NoteArray]:
        """Return rows as the notes of each voice, the highest first."""
        return {
            voice.name: self.notes(rows[rows[:, 3] == number]).named(voice.name)
            for number, voice in enumerate(self.wishes.ensemble)
        }

    def before(self, rows: Rows, begin: int) -> NoteArray | None:
        """Return what precedes a place, its last sixteen quarters; less where these by themselves are vetoed."""
        for quarters in (CONTEXT, CONTEXT // 2, CONTEXT // 4):
            near = rows[(rows[:, 1] < begin) & (rows[:, 1] >= begin - quarters * self.grid)].copy()
            near[:, 2] = np.minimum(near[:, 2], begin)
            if not len(near):
                return None
            notes = self.notes(near)
            if not self.taste.vetoes(notes):
                return notes
        return None


@dataclass(frozen=True, slots=True)
class Objection:
    """What speaks against notes at a place.

    Attributes
    ----------
    reason : str
        In a few words.
    vetoed : (Fraction, Fraction) or None
        From when to when the window lies that is vetoed, in quarters from the place on.
    """

    reason: str
    vetoed: tuple[Fraction, Fraction] | None = None


def objection(site: Site, before: Rows, here: Rows, begin: int, length: int) -> Objection | None:
    """Return what speaks against notes at a place; None where nothing does.

    Parameters
    ----------
    site : Site
        What the piece is made for.
    before : rows
        What stands already, in ticks of the piece; none of it at this place.
    here : rows
        All that is to sound at this place, in ticks of the piece.
    begin, length : int
        Where the place is.
    """
    if not len(here):
        return Objection("it is silent")
    place = here.copy()
    place[:, 1:3] -= begin
    quarters = Fraction(length, site.grid)
    locked = {name: notes for name, notes in site.voices(place).items() if len(notes)}
    wishes = replace(
        site.wishes, quarters=quarters, locked=locked, after=site.before(before, begin), density=None
    )
    try:
        ground = Ground.of(site.taste, wishes)
    except InvalidInput as error:
        return Objection(str(error))
    rows = ground.locked.copy()
    rows[:, 4] = rows[:, 3] < 0
    appraisal = Appraiser(ground).appraise(rows)
    if not appraisal.refused and appraisal.nearest > site.wishes.ceiling:
        return Objection(f"too like a good sample, {appraisal.nearest:.2f}")
    return Objection(appraisal.refused, appraisal.vetoed) if appraisal.refused else None


def composed(
    site: Site,
    before: Rows,
    beside: Rows,
    *,
    begin: int,
    bars: int,
    voices: Sequence[int],
    seed: int,
    effort: int,
    rest: int = 0,
    kept: Rows | None = None,
    free: Sequence[int] = (),
) -> Iterator[Rows]:
    """Give phrases for a place, the best first, in ticks of the piece.

    Parameters
    ----------
    site : Site
        What the piece is made for.
    before, beside : rows
        What precedes; what sounds at this place in other voices.
    begin : int
        Where the place is, in ticks.
    bars : int
        How long it is.
    voices : sequence of int
        That sing.
    seed, effort : int
        Of chance; drafts that are developed.
    rest : int
        So many bars at its beginning are silent.
    kept : rows, optional
        What of these voices stands, where only some bars are composed.
    free : sequence of int
        These bars, counted from 1, where some stand.
    """
    here = beside if kept is None else table([*beside, *kept])
    singing = sorted({*voices, *here[:, 3].tolist()})
    ensemble = tuple(site.wishes.ensemble[voice] for voice in singing)
    place = here.copy()
    place[:, 1:3] -= begin
    locked = {name: notes for name, notes in site.voices(place).items() if len(notes)}
    closed = range(1, rest + 1) if kept is None else sorted(set(range(1, bars + 1)) - {*free})
    wishes = replace(
        site.wishes,
        quarters=bars * site.wishes.bar,
        voices=ensemble,
        locked=locked or None,
        locked_bars=tuple(closed),
        after=site.before(before, begin),
        density=_density(site.wishes, place),
    )
    try:
        composer = Composer(site.taste, wishes, seed=seed)
        composer.run(effort, threads=site.threads)
        found = composer.phrases(CHOICE)
    except (InvalidInput, NothingFound):
        return
    for phrase in found:
        yield _rows(site, phrase, begin, {ensemble.index(site.wishes.ensemble[v]): v for v in voices})


def _density(wishes: Wishes, place: Rows) -> tuple[float, float] | None:
    """Return how many notes a quarter every voice has; where some stand already, none need come."""
    if not len(place):
        return wishes.density
    return 0.0, MOST_A_QUARTER if wishes.density is None else wishes.density[1]


def _rows(site: Site, phrase: Phrase, begin: int, numbers: dict[int, int]) -> Rows:
    """Return what some voices of a phrase sing, in ticks of the piece."""
    own = phrase.ground.own(phrase.rows)
    own = own[np.isin(own[:, 3], list(numbers))]
    up, down = site.grid, phrase.ground.ticks_per_quarter
    return table(
        (pitch, on * up // down + begin, off * up // down + begin, numbers[voice], 0)
        for pitch, on, off, voice, _ in own.tolist()
    )
