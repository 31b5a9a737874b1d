"""This file is where a piece is built, section after section: each is the first of its candidates that may stand.

What a section is tried as, in this order: as planned; with a lighter cadence, or none; at other pitches, or with
ornaments, or with the bars composed anew that are vetoed; and with a bar of rest before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import numpy as np

from goldenear.composing.cadence import held, key_of, led
from goldenear.composing.ground import Rows, table
from goldenear.composing.placing import Objection, Site, composed, objection
from goldenear.composing.plan import Placed, Section
from goldenear.composing.recurrence import likeness_under
from goldenear.composing.restate import stated_again
from goldenear.errors import NothingFound

RECURS = 0.7
"""A restatement is at least so alike to what it restates, under the planned alteration."""

LONGEST_PHRASE = 8
"""A new section of more bars is made of several phrases."""

TRIES = 3
"""How often a phrase is composed for a place before it is given up, each time with twice the effort."""

TURNS = 3
"""Ways to ornament that are tried; and how often vetoed bars are composed anew."""

FARTHEST = 7
"""So many steps at most lie between the planned transposition and the one there is."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Notes for a place, in ticks of the piece, and how they came about."""

    rows: Rows
    placed: Placed


class Builder:
    """Builds one piece; the same seed builds the same.

    Parameters
    ----------
    site : Site
        What the piece is made for.
    seed : tuple of int
        Of chance.
    """

    def __init__(self, site: Site, seed: tuple[int, ...]) -> None:
        self.site, self.seed = site, seed
        self.rows: Rows = table([])
        self.placed: dict[str, Placed] = {}
        self._of: dict[str, Rows] = {}

    def build(self, section: Section) -> None:
        """Put the next section of the plan in its place.

        Raises
        ------
        NothingFound
            If none of its candidates may stand; the message names the window.
        """
        if section.source:
            self._take(section, self._restatements(section), self._span(section))
            return
        sizes = _phrases(section.bars)
        begin = section.bar
        for number, bars in enumerate(sizes):
            part = replace(
                section,
                bar=begin,
                bars=bars,
                cadence=section.cadence if number == len(sizes) - 1 else "none",
                rest=min(section.rest, bars - 1) if number == 0 else 0,
            )
            self._take(section, self._new(part, section), self._span(part))
            begin += bars

    def _take(self, section: Section, candidates: Iterator[Candidate], span: tuple[int, int]) -> None:
        """Place the first candidate that may stand."""
        begin, end = span
        first: Objection | None = None
        for candidate in candidates:
            against = self._objection(candidate.rows, begin, end)
            if against is None:
                self.rows = table([*self.rows, *candidate.rows])
                self._of[section.name] = table([*self._of.get(section.name, table([])), *candidate.rows])
                earlier = self.placed.get(section.name)
                placed = candidate.placed
                self.placed[section.name] = placed if earlier is None else replace(placed, rest=earlier.rest)
                return
            first = first or against
        raise NothingFound(f"section {section.name}: {_told(first, Fraction(begin, self.site.grid))}")

    def _objection(self, rows: Rows, begin: int, end: int) -> Objection | None:
        """Return what speaks against notes at a place, with all that sounds there already."""
        beside = self._beside(begin, end)
        return objection(self.site, self.rows, table([*beside, *rows]), begin, end - begin)

    def _beside(self, begin: int, end: int) -> Rows:
        """Return what sounds between two ticks already, cut there."""
        beside = self.rows[(self.rows[:, 1] < end) & (self.rows[:, 2] > begin)].copy()
        beside[:, 1:3] = np.clip(beside[:, 1:3], begin, end)
        return beside

    def _span(self, section: Section) -> tuple[int, int]:
        """Return from which tick to which a section lasts."""
        begin = (section.bar - 1) * self.site.bar
        return begin, begin + section.bars * self.site.bar

    def _voices(self, section: Section) -> list[int]:
        """Return the voices of a section, counted from the highest."""
        count = len(self.site.wishes.ensemble)
        return sorted({voice % count for voice in section.voices or range(count)})

    def _new(self, part: Section, section: Section) -> Iterator[Candidate]:
        """Give what may be composed for a part of a section."""
        begin, end = self._span(part)
        rests = [part.rest] * TRIES + ([part.rest + 1] if part.bars > part.rest + 2 else [])
        for number, rest in enumerate(rests):
            compose = partial(composed, self.site, self.rows, self._beside(begin, end), begin=begin)
            seed = self._seed(section.name, part.bar, number)
            effort = self.site.effort << number
            phrases = list(
                compose(bars=part.bars, voices=self._voices(part), seed=seed, effort=effort, rest=rest)
            )
            phrases = [phrase for phrase in phrases if len(phrase)]
            repair = "a bar of rest before it" if rest > part.rest else ""
            plain = [held(phrase, end) for phrase in phrases]
            if part.cadence != "none":
                for hold in self._holds(part):
                    for phrase in phrases:
                        closed = self._closed(phrase, part, hold)
                        if closed is not None:
                            yield Candidate(closed, Placed(section, 0, part.cadence, rest, repair))
            for phrase in plain:
                yield Candidate(phrase, Placed(section, 0, "none", rest, repair))

    def _restatements(self, section: Section) -> Iterator[Candidate]:
        """Give ways to state an earlier section again, the planned one first."""
        begin, end = self._span(section)
        planned = self._restated(section, section.up, section.rest)
        if planned is not None:
            yield from self._with_cadences(planned, Placed(section, section.up, "none", section.rest))
        for up in self._other_ups(section):
            rows = self._restated(section, up, section.rest)
            if rows is not None:
                placed = Placed(section, up, "none", section.rest, f"at {up:+d} in place of {section.up:+d}")
                yield from self._with_cadences(rows, placed)
        for turn in range(TURNS):
            rows = self._restated(
                replace(section, treatment="ornamented"), section.up, section.rest, turn + 1
            )
            if rows is not None:
                yield from self._with_cadences(
                    rows, Placed(section, section.up, "none", section.rest, "ornamented")
                )
        if planned is not None:
            yield from self._mended(section, planned, begin, end)
        if section.bars > section.rest + 1:
            rows = self._restated(section, section.up, section.rest + 1)
            if rows is not None:
                placed = Placed(section, section.up, "none", section.rest + 1, "a bar of rest before it")
                yield from self._with_cadences(rows, placed)

    def _mended(self, section: Section, planned: Rows, begin: int, end: int) -> Iterator[Candidate]:
        """Give the planned restatement with the bars composed anew that are vetoed."""
        against = self._objection(held(planned, end), begin, end)
        if against is None or against.vetoed is None:
            return
        bar = self.site.wishes.bar
        first, last = (time / bar for time in against.vetoed)
        free = [n for n in range(1, section.bars + 1) if n - 1 < last and first < n]
        # Half of the window at most is composed anew, its end: what is restated is to stay what it is.
        free = free[len(free) // 2 :]
        number = (planned[:, 1] - begin) // self.site.bar + 1
        kept = planned[~np.isin(number, free)]
        for turn in range(TURNS):
            compose = partial(composed, self.site, self.rows, self._beside(begin, end), begin=begin)
            seed = self._seed(section.name, section.bar, 100 + turn)
            for phrase in compose(
                bars=section.bars, voices=self._voices(section), seed=seed, effort=self.site.effort, kept=kept,
                free=free,
            ):  # fmt: skip
                placed = Placed(section, section.up, "none", section.rest, "some bars composed anew")
                yield from self._with_cadences(phrase, placed)

    def _with_cadences(self, rows: Rows, placed: Placed) -> Iterator[Candidate]:
        """Give a restatement with the cadence that is planned, a lighter one, and none."""
        section = placed.section
        if section.cadence != "none":
            for hold in self._holds(section):
                closed = self._closed(rows, section, hold)
                if closed is not None and self._recurs(section, closed, placed.rest):
                    yield Candidate(closed, replace(placed, cadence=section.cadence))
        plain = held(rows, self._span(section)[1])
        if self._recurs(section, plain, placed.rest):
            yield Candidate(plain, placed)

    def _holds(self, section: Section) -> tuple[int, ...]:
        """Return how long the last notes of a cadence are held: a bar at the end of the piece, else half of one."""
        bar = self.site.bar
        half = max(self.site.grid, bar // 2 // self.site.grid * self.site.grid)
        last = section.bar + section.bars - 1 == self.site.plan.bars
        return (bar, half, 0) if last else (half, 0)

    def _closed(self, rows: Rows, section: Section, hold: int) -> Rows | None:
        """Return the notes of a section led to its cadence; None where that fails."""
        site = self.site
        begin, end = self._span(section)
        if site.octave != 12 or not len(rows):
            return None
        beside = self._beside(begin, end)
        key = key_of(table([*rows, *beside]), site.wishes.scale)
        return led(
            rows, section.cadence, key, hold=hold, end=end,
            ensemble=site.wishes.ensemble, degrees=site.degrees, others=beside,
        )  # fmt: skip

    def _other_ups(self, section: Section) -> list[int]:
        """Return other transpositions, the nearest first; none at all comes last where one was planned."""
        near = [section.up + k for distance in range(1, FARTHEST + 1) for k in (distance, -distance)]
        return sorted(near, key=lambda up: up == 0 and section.up != 0)

    def _restated(self, section: Section, up: int, rest: int, turn: int = 0) -> Rows | None:
        """Return the source of a section altered, in ticks of the piece; None where it would not be recognised."""
        begin, end = self._span(section)
        material, length = self._material(section, rest)
        rng = np.random.default_rng(self._seeds(section.name, section.bar, turn))
        voices = self._voices(section)
        rows = stated_again(self.site, section, material, length, up=up, voices=voices, rng=rng)
        rows[:, 1:3] += begin + rest * self.site.bar
        rows[:, 2] = np.minimum(rows[:, 2], end)
        return rows if len(rows) and self._recurs(section, rows, rest) else None

    def _material(self, section: Section, rest: int) -> tuple[Rows, int]:
        """Return as much of the source as there is room for, from tick 0 on, and its length in ticks."""
        source = self.site.plan.section(section.source)
        begin, end = self._span(source)
        begin += self.placed[source.name].rest * self.site.bar
        room = int((section.bars - rest) * self.site.bar / section.alteration.stretch)
        length = min(room, end - begin)
        rows = self._of[source.name]
        rows = rows[rows[:, 1] < begin + length].copy()
        rows[:, 1:3] -= begin
        rows[:, 2] = np.minimum(rows[:, 2], length)
        return rows, length

    def _recurs(self, section: Section, rows: Rows, rest: int) -> bool:
        """Tell whether notes are recognised as what a section restates."""
        material, _ = self._material(section, rest)
        site = self.site
        return likeness_under(site.notes(rows), site.notes(material), section.alteration)[0] >= RECURS

    def _seeds(self, *more: object) -> list[int]:
        """Return numbers that seed chance for one purpose."""
        return [*self.seed, *(int.from_bytes(str(one).encode()[:16], "big") for one in more)]

    def _seed(self, *more: object) -> int:
        """Return a number that seeds a composer for one purpose."""
        state = np.random.SeedSequence(self._seeds(*more)).generate_state(1, np.uint64)
        return int(state[0]) >> 1


def _told(against: Objection | None, begin: Fraction) -> str:
    """Say what spoke against the first candidate at a place, which begins at some quarter."""
    if against is None:
        return "no phrase was found that is good; more effort, or wishes nearer to the samples, may help"
    if against.vetoed is None:
        return against.reason
    first, last = (float(max(Fraction(0), time + begin)) for time in against.vetoed)
    return f"the window from quarter {first:g} to {last:g} is vetoed, whatever was tried"


def _phrases(bars: int) -> list[int]:
    """Return the lengths of the phrases that a new section is made of, in bars.

    Examples
    --------
    >>> _phrases(16), _phrases(9), _phrases(4)
    ([8, 8], [5, 4], [4])
    """
    count = -(-bars // LONGEST_PHRASE)
    return [bars // count + (number < bars % count) for number in range(count)]
