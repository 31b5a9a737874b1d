"""This file is where the notes of one voice are joined in a score: brackets over triplets, beams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from goldenear.notes.formats.note_values import BarRuler


@dataclass(frozen=True, slots=True)
class Piece:
    """What one note value shows of a chord, or of a rest, which has no pitches.

    Parameters
    ----------
    pitches : tuple of int
        From the lowest.
    onset, offset : int
        In ticks.
    is_tied_back, is_tied_on : bool
        Whether it goes on from the piece before; into the one after.
    """

    pitches: tuple[int, ...]
    onset: int
    offset: int
    is_tied_back: bool = False
    is_tied_on: bool = False

    @property
    def duration(self) -> int:
        """How long it lasts, in ticks."""
        return self.offset - self.onset


def brackets(pieces: Sequence[Piece], ruler: BarRuler) -> list[range]:
    """Return which pieces a bracket over triplets spans: each time as few as lead back to where halves lead."""
    found = []
    first = None
    for number, piece in enumerate(pieces):
        value = ruler.value(piece.duration)
        if value is None or not value.is_triplet:
            first = None
            continue
        if ruler.is_on_grid(piece.onset):
            first = number
        if first is not None and ruler.is_on_grid(piece.offset):
            found.append(range(first, number + 1))
            first = None
    return found


def beams(pieces: Sequence[Piece], bracketed: Sequence[range], ruler: BarRuler) -> list[list[str]]:
    """Return for each piece its beams, the outermost first: ``"begin"``, ``"continue"``, ``"end"`` or a hook."""
    joined: list[list[str]] = [[] for _ in pieces]
    for group in _beamed(pieces, bracketed, ruler):
        flags = [_flags(pieces[number], ruler) for number in group]
        for before, here, after, number in zip([0, *flags], flags, [*flags[1:], 0], group, strict=False):
            joined[number] = [_beam(level, before, after) for level in range(1, here + 1)]
    return joined


def _beamed(pieces: Sequence[Piece], bracketed: Sequence[range], ruler: BarRuler) -> Iterator[range]:
    """Yield the pieces that share a beam: two or more with flags, in one beat, without a rest."""

    def place(number: int) -> tuple[int, bool]:
        piece = pieces[number]
        return piece.onset % ruler.bar // ruler.beamed, bool(piece.pitches and _flags(piece, ruler))

    for (_, has_flags), numbers in groupby(range(len(pieces)), key=place):
        if not has_flags:
            continue
        group = list(numbers)
        run = range(group[0], group[-1] + 1)
        # A beam holds a bracket, or a bracket a beam; where they would cross, the beam is cut.
        cuts = {edge for span in bracketed if _cross(span, run) for edge in (span.start, span.stop)}
        edges = sorted({run.start, run.stop} | (cuts & set(run)))
        yield from (range(start, stop) for start, stop in pairwise(edges) if stop - start > 1)


def _cross(one: range, other: range) -> bool:
    """Tell whether two stretches overlap, and neither holds the other."""
    return one.start < other.start < one.stop < other.stop or other.start < one.start < other.stop < one.stop


def _flags(piece: Piece, ruler: BarRuler) -> int:
    """Return how many flags a piece has."""
    value = ruler.value(piece.duration)
    return value.flags if value else 0


def _beam(level: int, before: int, after: int) -> str:
    """Return what a beam does at a note, given how many beams its neighbours have."""
    if before >= level:
        return "continue" if after >= level else "end"
    if after >= level:
        return "begin"
    return "backward hook" if before else "forward hook"
