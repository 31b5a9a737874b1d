"""This file is where a fragment's notes are looked for in a piece one by one: occurrences that vary, in any texture.

Pictures say how long both sound together. An occurrence in a fugue or a sonata is rather a matter of notes: most
begin where they should, one or two a step beside, as in a tonal answer, and some are shortened. At one placement
every note of the fragment has points for the best note of the piece that begins with it:

=====================  ==============================================================
a note at its pitch    1000 x (1/2 + 1/2 shorter / longer of the two durations)
one step beside        500 x the same
two steps beside       400 x the same
=====================  ==============================================================

The last note may be cut short or held at no loss. Long notes weigh more, by the square root of their duration (the
last at most as much as the middle one of all). Notes that are missing here and there are variation; the weight of the
longest run of two or more is lost once more: a beginning alone is no entry. The weighted mean v is measured from what
so few notes share by chance: with n notes, the similarity is (v - c) / (1 - c), c = 0.8 / sqrt(n). Points and weights
are whole numbers, so sums are exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import isqrt, lcm, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import NoNotes, TooLarge
from goldenear.match.matches import Match, time_together
from goldenear.match.recipe import Recipe
from goldenear.notes.note_array import NoteArray
from goldenear.notes.placement import Placement

POINTS = (1000, 500, 400)
"""Points of a note at its pitch, one step beside, two steps beside."""

CHANCE = 0.8
"""What one note shares by chance; of n notes, that over the square root of n."""

MAX_MEETINGS = 500_000
"""About so many notes that meet are held in memory at a time."""

LATEST = 2**50
"""Ticks from which on points could leave 64 bits."""


class Notes(NamedTuple):
    """Pitched notes as columns, by onset, in the ticks of the pair."""

    pitch: NDArray[np.int64]
    onset: NDArray[np.int64]
    duration: NDArray[np.int64]


def occurrences(piece: NoteArray, fragment: NoteArray, recipe: Recipe, threshold: float) -> Iterator[Match]:
    """Give the placements of a fragment whose similarity, price included, reaches the threshold.

    What is shared at each is not yet counted: see :func:`counted`.

    Raises
    ------
    NoNotes
        If the piece or the fragment has no pitched notes.
    TooLarge
        If times are too long to be counted on the common grid.
    """
    # Readings of pitch do not matter here: each stretch and form once, the cheapest first.
    done: set[tuple[Fraction, str]] = set()
    for alteration in recipe.alterations:
        if (alteration.stretch, alteration.form) in done:
            continue
        done.add((alteration.stretch, alteration.form))
        altered = alteration.apply(fragment)
        resolution = lcm(piece.ticks_per_quarter, altered.ticks_per_quarter)
        x, k = (_notes(notes, resolution) for notes in (piece, altered))
        begins, ends = int(k.onset[0]), int((k.onset + k.duration).max())
        price = alteration.price
        least = threshold / max(price, 1e-9) * (1 - 1e-12)
        for transposition, shift, similarity in _places(x, k, resolution, least, recipe.transpositions):
            if similarity * price < threshold:
                continue
            later = Fraction(shift, resolution)
            yield Match(
                fragment.name,
                0,
                similarity * price,
                Fraction(0),
                Placement(transposition, later.numerator, later.denominator, alteration),
                Fraction(begins + shift, resolution),
                Fraction(ends - begins, resolution),
                (("occurrence", 1.0, similarity * price),),
            )


def counted(piece: NoteArray, fragment: NoteArray, match: Match) -> Match:
    """Return the match with the time shared at its placement."""
    placed = match.placement.apply(fragment)
    resolution = lcm(piece.ticks_per_quarter, placed.ticks_per_quarter)
    a, b = (notes.where(notes.brightness > 0).at_resolution(resolution) for notes in (piece, placed))
    a = a.where((a.offset > b.first_onset) & (a.onset < b.last_offset))
    light = a.brightness.astype(np.int64)[:, None] * b.brightness
    return replace(match, shared=Fraction(int((time_together(a, b) * light).sum()), resolution))


def weights(duration: NDArray[np.int64], resolution: int) -> NDArray[np.int64]:
    """Return what each note counts: a thousand times the square root of its duration in quarters, rounded down."""
    held = duration.copy()
    held[-1] = min(held[-1], int(np.sort(held)[len(held) // 2]))
    return np.array([isqrt(1_000_000 * ticks // resolution) for ticks in held.tolist()], np.int64)


def _notes(notes: NoteArray, resolution: int) -> Notes:
    """Return the pitched notes that sound, in the ticks of the pair."""
    heard = notes.where((notes.brightness > 0) & ~notes.is_drum)
    if not len(heard):
        raise NoNotes(notes.name, "pitched notes")
    up = resolution // heard.ticks_per_quarter
    if heard.last_offset * up > LATEST:
        raise TooLarge(f"{notes.name or 'the notes'}: too long to be counted in ticks of the common grid")
    pitch = heard.pitch.astype(np.int64)
    return Notes(pitch, heard.onset * up, heard.duration * up)


def _places(
    x: Notes, k: Notes, resolution: int, least: float, allowed: tuple[int, int] | None
) -> Iterator[tuple[int, int, float]]:
    """Give the transposition, shift and similarity of placements of similarity `least` or more, by time."""
    weight = weights(k.duration, resolution)
    chance = CHANCE / sqrt(len(k.pitch))
    whole = POINTS[0] * int(weight.sum())
    for first, end in pairwise(_cuts(x, k)):
        meetings = _meetings(x, k, first, end, allowed)
        if not len(meetings.note):
            continue
        begins = np.flatnonzero(meetings.is_new())
        points = np.add.reduceat(meetings.points * weight[meetings.note], begins)
        points -= POINTS[0] * _longest_run_missing(meetings.note, begins, weight)
        similarity = (points / whole - chance) / (1 - chance)
        bright = similarity >= least
        columns = meetings.transposition[begins], meetings.shift[begins], similarity
        yield from zip(*(column[bright].tolist() for column in columns), strict=True)


def _cuts(x: Notes, k: Notes) -> list[int]:
    """Return shifts between which about as many notes meet as are held in memory at a time."""
    meetings = len(x.pitch) * len(k.pitch) * (2 * len(POINTS) - 1)
    parts = 1 + meetings // MAX_MEETINGS
    # A few of all shifts at which notes meet tell where most do.
    some = [onset[:: max(1, len(onset) // 256)] for onset in (x.onset, k.onset)]
    shifts = np.sort((some[0][:, None] - some[1]).ravel())
    inner = shifts[np.linspace(0, len(shifts) - 1, parts + 1).astype(int)][1:-1]
    # From where only the fragment's last note meets X to where only its first does.
    return sorted({int(x.onset[0] - k.onset[-1]), *inner.tolist(), int(x.onset[-1] - k.onset[0]) + 1})


class Meetings(NamedTuple):
    """Where notes of the fragment meet notes of the piece, as columns: by placement, then by note."""

    transposition: NDArray[np.int64]
    shift: NDArray[np.int64]
    note: NDArray[np.int64]
    """Which note of the fragment."""
    points: NDArray[np.int64]

    def at(self, rows: NDArray[Any]) -> Meetings:
        """Return some of the rows."""
        return Meetings(*(column[rows] for column in self))

    def is_new(self) -> NDArray[np.bool_]:
        """Return at which rows another placement begins."""
        return np.append(True, (np.diff(self.transposition) != 0) | (np.diff(self.shift) != 0))


def _meetings(x: Notes, k: Notes, first: int, end: int, allowed: tuple[int, int] | None) -> Meetings:
    """Return where notes of the fragment meet notes of X, at shifts from `first` to before `end`.

    Each note once for each placement: with the best note that it meets there.
    """
    rows = []
    for j in range(len(k.pitch)):
        near = slice(*np.searchsorted(x.onset, (first + k.onset[j], end + k.onset[j])))
        shift, steps = x.onset[near] - k.onset[j], x.pitch[near] - k.pitch[j]
        ours, theirs = x.duration[near], k.duration[j]
        both, longer = ours + theirs, np.maximum(ours, theirs)
        last = j == len(k.onset) - 1
        for beside in range(1 - len(POINTS), len(POINTS)):
            most = POINTS[abs(beside)]
            points = np.full(len(ours), most) if last else most * both // (2 * longer)
            rows.append((steps - beside, shift, np.full(len(ours), j), points))
    met = Meetings(*(np.concatenate(column) for column in zip(*rows, strict=True)))
    if allowed is not None:
        met = met.at((met.transposition >= allowed[0]) & (met.transposition <= allowed[1]))
    if not len(met.note):
        return met
    met = met.at(np.lexsort((met.note, met.transposition, met.shift)))
    begins = np.flatnonzero(met.is_new() | np.append(True, np.diff(met.note) != 0))
    return met.at(begins)._replace(points=np.maximum.reduceat(met.points, begins))


def _longest_run_missing(
    note: NDArray[np.int64], begins: NDArray[np.int64], weight: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return, for each placement, the weight of the longest run of two or more notes that meet nothing."""
    before = np.append(0, np.cumsum(weight))
    ends = np.append(begins[1:], len(note)) - 1
    previous = np.append(-1, note[:-1])
    previous[begins] = -1
    gap = np.where(note - previous > 2, before[note] - before[previous + 1], 0)
    after = np.where(len(weight) - note[ends] > 2, before[-1] - before[note[ends] + 1], 0)
    longest: NDArray[np.int64] = np.maximum(np.maximum.reduceat(gap, begins), after)
    return longest
