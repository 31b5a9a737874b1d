"""This file is where a whole piece stands, and is composed: new phrases, and what is stated again, in a form."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from goldenear.arguments import function, whole_number
from goldenear.composing.building import Builder
from goldenear.composing.forms import plan_of
from goldenear.composing.ground import Rows
from goldenear.composing.placing import Site
from goldenear.composing.plan import Placed, Plan
from goldenear.composing.recurrence import Motif, likeness_under
from goldenear.composing.windows import windows
from goldenear.composing.wishes import Wishes, wishes_of
from goldenear.errors import InvalidInput, NothingFound
from goldenear.notes.cut import cut
from goldenear.notes.note_array import NoteArray
from goldenear.notes.write import write
from goldenear.taste.judge import Taste, must_be_a_taste
from goldenear.taste.verdict import Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EFFORT = 64
"""Drafts that are developed for a phrase, where nothing else is said."""

ATTEMPTS = 4
"""How often a piece is begun before it is given up."""

NOT_FOR_PIECES = ("chords", "rhythm", "locked", "locked_bars", "after", "before")
"""Wishes that belong to one phrase."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How far composing a piece has got.

    Attributes
    ----------
    done, sections : int
        How many sections stand, and how many there will be.
    section : str
        The one that was put in place last.
    attempt : int
        From 1: how often the piece has been begun.
    """

    done: int
    sections: int
    section: str
    attempt: int


@dataclass(frozen=True, eq=False)
class Piece:
    """A composed piece.

    Attributes
    ----------
    name : str
        What it is called.
    plan : Plan
        Its form, and the bar in which each section begins.
    placed : tuple of Placed
        The sections as they came out.
    site : Site
        The taste and the wishes that it was composed for.
    rows : int array, shape (n, 5)
        Pitch, onset, offset, voice and 0, in ticks of the site.
    """

    name: str
    plan: Plan
    placed: tuple[Placed, ...]
    site: Site
    rows: Rows

    @property
    def metre(self) -> str:
        """How bars are counted, such as 4/4."""
        return str(self.site.wishes.metre)

    @property
    def bars(self) -> int:
        """How many bars there are."""
        return self.plan.bars

    @cached_property
    def voices(self) -> dict[str, NoteArray]:
        """The notes of each voice, the highest first."""
        return self.site.voices(self.rows)

    @cached_property
    def notes(self) -> NoteArray:
        """All notes, in one array."""
        return self.site.notes(self.rows).named(self.name)

    def section(self, name: str) -> NoteArray:
        """Return the notes of a section, from tick 0 on; of the voices that have part in it.

        Raises
        ------
        InvalidInput
            If there is no such section.
        """
        section = self.plan.section(name)
        begin, bar = (section.bar - 1) * self.site.bar, self.site.bar
        count = len(self.site.wishes.ensemble)
        voices = {voice % count for voice in section.voices or range(count)}
        mine = self.rows[[voice in voices for voice in self.rows[:, 3].tolist()]]
        return cut(self.site.notes(mine), begin, section.bars * bar).named(name)

    def motifs(self) -> tuple[Motif, ...]:
        """Tell of every section that restates another how alike they are."""
        found = []
        for placed in self.placed:
            section = placed.section
            if not section.source:
                continue
            source = self.section(section.source)
            rest = next(one.rest for one in self.placed if one.section.name == section.source)
            room = (section.bars - placed.rest) * self.site.bar / section.alteration.stretch
            heard = source.where(source.onset < rest * self.site.bar + int(room))
            similarity, up = likeness_under(self.section(section.name), heard, section.alteration)
            found.append(Motif(section.name, section.source, section.alteration, up, similarity))
        return tuple(found)

    def windows(self) -> list[tuple[Fraction, Fraction, Verdict]]:
        """Judge every window, the whole first: from which quarter to which, and what is said of it."""
        return [(begin, end, self.site.taste.judge(window)) for begin, end, window in self._windows()]

    def vetoed(self) -> tuple[Fraction, Fraction] | None:
        """Return the first window that is vetoed, in quarters; None where none is."""
        for begin, end, window in self._windows():
            if self.site.taste.vetoes(window, backend="numba"):
                return begin, end
        return None

    def _windows(self) -> list[tuple[Fraction, Fraction, NoteArray]]:
        return list(windows(self.notes, Fraction(0), self.plan.bars * self.site.wishes.bar))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the piece, a track or a part for each voice: MIDI or MusicXML by the ending of the name.

        Raises
        ------
        InvalidInput
            If it cannot be written.
        """
        write({name: notes for name, notes in self.voices.items() if len(notes)}, path, metre=self.metre)

    def plot(self) -> Figure:
        """Draw all voices as a piano roll, and over it the sections.

        Raises
        ------
        MissingExtra
            If matplotlib is not installed (extra ``plot``).
        """
        from goldenear.composing.plot_piece import plot_piece

        return plot_piece(self)

    def as_dict(self) -> dict[str, object]:
        """Return what is known of the piece as plain values, for JSON."""
        motifs = {motif.section: motif for motif in self.motifs()}
        return {
            "name": self.name,
            "form": self.plan.name,
            "bars": self.bars,
            "metre": self.metre,
            "voices": {name: len(notes) for name, notes in self.voices.items()},
            "sections": [
                placed.as_dict() | _heard(motifs.get(placed.section.name)) for placed in self.placed
            ],
        }

    def __repr__(self) -> str:
        return f"<Piece {self.name!r}: {self.plan.name}, {self.bars} bars, {len(self.notes)} notes>"


def compose_piece(
    taste: Taste,
    form: str | Plan = "AABA",
    *,
    bars: int | None = None,
    wishes: Wishes | None = None,
    seed: int = 0,
    effort: int = EFFORT,
    threads: int = 1,
    progress: Callable[[Stage], None] | None = None,
) -> Piece:
    """Compose a piece in a form: new phrases that a taste calls good, and others that state them again.

    Parameters
    ----------
    taste : Taste
        What judges.
    form : str or Plan
        ``"period"``, ``"sentence"``, ``"AABA"``, ``"rondo"``, ``"variations"``, ``"imitation"``; or
        a plan of one's own.
    bars : int, optional
        How long it is; 64 by default. Not every form comes in every length.
    wishes : Wishes, optional
        Metre, voices, scale, density, and how near to the samples it may come. The length is not looked at, and what
        belongs to a single phrase is refused. By default one voice, and for an imitation two.
    seed : int
        Of chance: the same seed gives the same notes.
    effort : int
        Drafts that are developed for each phrase of up to 8 bars; more where none of these may stand.
    threads : int
        Drafts are developed side by side; the notes do not depend on it.
    progress : callable, optional
        Is told whenever a section stands; raising ``KeyboardInterrupt`` stops.

    Returns
    -------
    Piece
        No window of it is vetoed.

    Raises
    ------
    InvalidInput
        If an argument is off, or a wish cannot be met.
    NothingFound
        If no piece without a veto came about; the message names a window.

    See Also
    --------
    compose : one phrase.
    """
    must_be_a_taste("taste", taste)
    function("progress", progress)
    whole_number("seed", seed, 0, 2**63 - 1)
    whole_number("effort", effort, 1, 10**7)
    whole_number("threads", threads, 1, 1024)
    plan = plan_of(form, bars)
    site = Site(taste, _wishes(wishes, plan), plan, effort, threads)
    assert site.grid, "the wishes are checked here"
    name = f"{plan.name} {seed}"
    told = ""
    for attempt in range(1, ATTEMPTS + 1):
        builder = Builder(site, (int(seed), attempt))
        try:
            for number, section in enumerate(plan.sections, 1):
                builder.build(section)
                if progress is not None:
                    progress(Stage(number, len(plan.sections), section.name, attempt))
        except NothingFound as error:
            told = str(error)
            continue
        piece = Piece(name, plan, tuple(builder.placed.values()), site, builder.rows)
        vetoed = piece.vetoed()
        if vetoed is None:
            return piece
        told = f"the window from quarter {float(vetoed[0]):g} to {float(vetoed[1]):g} is vetoed"
    raise NothingFound(f"{ATTEMPTS} times a piece was begun; of the last: {told}")


def _wishes(wishes: Wishes | None, plan: Plan) -> Wishes:
    """Return the wishes of a piece, checked against its plan."""
    if wishes is None:
        return Wishes(voices=plan.voices)
    wishes = wishes_of(wishes)
    for name in NOT_FOR_PIECES:
        if getattr(wishes, name):
            raise InvalidInput(f"wishes: {name} belongs to a single phrase; a piece takes none")
    if len(wishes.ensemble) < plan.voices:
        raise InvalidInput(
            f"wishes: voices: {plan.name} asks for {plan.voices} at least, got {len(wishes.ensemble)}"
        )
    return wishes


def _heard(motif: Motif | None) -> dict[str, object]:
    """Return how a section recurs, as plain values."""
    if motif is None:
        return {"similarity": None, "up": None}
    return {"similarity": round(motif.similarity, 6), "up": motif.up}
