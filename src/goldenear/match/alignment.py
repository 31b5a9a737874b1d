"""This file is where two melodies are aligned note by note: in order, with notes left out at a price.

A melody is a line: the highest note at each onset, and how long it is until the next. Laid over one another as
pictures, two versions of a tune part at the first bar that one of them has more; aligned, they meet again after it.

At one transposition and stretch, every note of a line stands beside one of the other, or beside a gap; the order is
kept. All is counted in points, whole numbers, so every engine finds the same:

===============================  ==========================================================
a pair of notes                  600 - 100 a step between them, at least -600
                                 - 840 x (1 - shorter / longer), of the times to the next note
a gap in either line             -600 for its first note, -60 for every further one
===============================  ==========================================================

The best alignment of all is global (Needleman and Wunsch 1970) with affine gaps (Gotoh 1982). Its points, against
those of n and m notes with themselves, are the likeness: points / (600 sqrt(n m)), 0..1. Two transpositions are
tried, those at which the lines could share the most time pitch by pitch, with every stretch and form of the recipe.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import TooLarge
from goldenear.match.prepared import PreparedSamples
from goldenear.match.recipe import Recipe
from goldenear.notes.alteration import Alteration, Form
from goldenear.notes.note_array import NoteArray

NOTE, STEP, RHYTHM, OPEN, EXTEND = 600, 100, 840, 600, 60
"""Points of a note that meets its like; lost a step; lost where times are nothing alike; lost by a gap."""

TRANSPOSITIONS = 2

MAX_PAIRS = 2**28
"""More pairs of notes than this are not aligned: that would take minutes."""

EXACT = 2.0**52
"""Times below are exact as floats."""

NEVER = -(2**40)


class Line(NamedTuple):
    """A melody: the highest note at each onset."""

    pitch: NDArray[np.int64]
    time: NDArray[np.int64]
    """Ticks until the next onset; of the last note its duration."""
    ticks_per_quarter: int


class Stretches(NamedTuple):
    """What is tried on the lines of one form: factors on times, and what each leaves of the likeness."""

    up: NDArray[np.int64]
    down: NDArray[np.int64]
    price: NDArray[np.float64]


def line_of(notes: NoteArray) -> Line:
    """Return the melody of the notes: forbidden places and drums are no part of it."""
    notes = notes.where((notes.brightness > 0) & ~notes.is_drum)
    if not len(notes):
        return Line(np.zeros(0, np.int64), np.zeros(0, np.int64), notes.ticks_per_quarter)
    # Notes are sorted by onset, then pitch: the last at an onset is the highest.
    last = np.append(np.diff(notes.onset) > 0, True)
    onset = notes.onset[last]
    time = np.diff(onset, append=max(int(notes.offset[last][-1]), int(onset[-1]) + 1))
    return Line(notes.pitch[last].astype(np.int64), time, notes.ticks_per_quarter)


def forms_of(recipe: Recipe) -> dict[Form, Stretches]:
    """Return what is tried on each form, by the recipe; readings of pitch and their prices do not matter here."""
    prices: dict[Form, dict[tuple[int, int], float]] = {}
    for alteration in recipe.alterations:
        of_form = prices.setdefault(alteration.form, {})
        ratio = alteration.stretch.as_integer_ratio()
        of_form[ratio] = max(of_form.get(ratio, 0.0), alteration.price)
    return {
        form: Stretches(
            np.array([up for up, _ in of_form], np.int64),
            np.array([down for _, down in of_form], np.int64),
            np.array(list(of_form.values()), np.float64),
        )
        for form, of_form in prices.items()
    }


def likeness(x: Line, sample: Line, stretches: Stretches, allowed: tuple[int, int] | None) -> float:
    """Return how alike two melodies are, 0..1, at the best stretch, its price included.

    Parameters
    ----------
    x, sample : Line
        What is aligned.
    stretches : Stretches
        What is done to the times of the sample.
    allowed : (int, int), optional
        The lowest and the highest transposition.

    Raises
    ------
    TooLarge
        If there are too many pairs of notes.
    """
    n, m = len(x.pitch), len(sample.pitch)
    check_size(x, np.array(m), sample.time.sum(), np.array(sample.ticks_per_quarter), stretches)
    best = points(x, sample, stretches, transpositions(x, sample, allowed)).max(axis=0, initial=0)
    if not n or not m:
        return 0.0
    return float((best / (NOTE * np.sqrt(float(n) * float(m))) * stretches.price).max())


def check_size(
    x: Line, notes: NDArray[np.int64], time: NDArray[np.int64], ticks: NDArray[np.int64], stretches: Stretches
) -> None:
    """Raise TooLarge where lines have too many pairs of notes with X, or times that cannot be compared exactly.

    `notes`, `time` and `ticks` are their numbers of notes, how long they are, and their ticks a quarter.
    """
    pairs = len(x.pitch) * int(np.max(notes))
    if pairs > MAX_PAIRS:
        raise TooLarge(f"melodies with {pairs:,} pairs of notes are too long to be aligned: cut the music")
    longest = np.maximum(float(x.time.sum()) * ticks, time * float(x.ticks_per_quarter)).max()
    if longest * float(max(stretches.up.max(), stretches.down.max())) > EXACT:
        raise TooLarge("melodies in ticks so fine, or so long, cannot be aligned: use fewer ticks a quarter")


def transpositions(x: Line, sample: Line, allowed: tuple[int, int] | None) -> NDArray[np.int64]:
    """Return at which transpositions two lines could share the most time, pitch by pitch; of equals the lowest."""
    if not len(x.pitch) or not len(sample.pitch):
        return np.zeros(0, np.int64)
    lowest, x_lowest = int(sample.pitch.min()), int(x.pitch.min())
    ours = np.bincount(x.pitch - x_lowest, weights=x.time).astype(np.int64) * sample.ticks_per_quarter
    theirs = np.bincount(sample.pitch - lowest, weights=sample.time).astype(np.int64) * x.ticks_per_quarter
    padded = np.pad(ours, len(theirs) - 1)
    shared = np.zeros(len(ours) + len(theirs) - 1, np.int64)
    for pitch in np.flatnonzero(theirs).tolist():
        shared += np.minimum(padded[pitch : pitch + len(shared)], theirs[pitch])
    moved = np.arange(len(shared)) - (len(theirs) - 1) + x_lowest - lowest
    if allowed is not None:
        within = (moved >= allowed[0]) & (moved <= allowed[1])
        moved, shared = moved[within], shared[within]
    return moved[np.argsort(-shared, kind="stable")[:TRANSPOSITIONS]]


def points(x: Line, sample: Line, stretches: Stretches, transposed: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the points of the best alignments, shape (transpositions, stretches)."""
    n, m = len(x.pitch), len(sample.pitch)
    if not n or not m or not len(transposed):
        return np.zeros((len(transposed), len(stretches.up)), np.int64)
    along = np.arange(m + 1)[:, None, None]
    shape = (m + 1, len(transposed), len(stretches.up))
    # A pair ends at these two notes; a gap in the sample's line; a gap in X's line.
    pair, above, beside = np.full(shape, NEVER), np.full(shape, NEVER), np.full(shape, NEVER)
    pair[0] = 0
    beside[1:] = -OPEN - EXTEND * (along[1:] - 1)
    theirs = sample.time.astype(np.float64)[:, None] * x.ticks_per_quarter * stretches.up
    for i in range(n):
        ours = float(x.time[i]) * sample.ticks_per_quarter * stretches.down
        alike = (
            np.floor(RHYTHM * np.minimum(ours, theirs) / np.maximum(ours, theirs)).astype(np.int64) - RHYTHM
        )
        steps = np.abs(x.pitch[i] - sample.pitch[:, None] - transposed)
        met = np.maximum(NOTE - STEP * steps, -NOTE)[:, :, None] + alike[:, None, :]
        before = np.maximum(np.maximum(pair, above), beside)
        above = np.maximum(np.maximum(pair, beside) - OPEN, above - EXTEND)
        pair = np.full(shape, NEVER)
        pair[1:] = before[:-1] + met
        # A gap along the row: the best beginning of it, wherever that lies, as a running maximum.
        begun = np.maximum.accumulate(np.maximum(pair, above) + EXTEND * along, axis=0)
        beside = np.full(shape, NEVER)
        beside[1:] = begun[:-1] - EXTEND * (along[1:] - 1) - OPEN
    best: NDArray[np.int64] = np.maximum(np.maximum(pair, above), beside)[m]
    return best


def most_likeness(n: int, lengths: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what the likeness of a line of n notes to lines of other lengths cannot exceed.

    The shorter line's notes all meet their like, and the notes that are left over stand beside one gap.
    """
    over = np.abs(lengths - n)
    most = NOTE * np.minimum(lengths, n) - np.where(over, OPEN + EXTEND * (over - 1), 0)
    whole = NOTE * np.sqrt(np.maximum(lengths.astype(np.float64) * n, 1))
    share: NDArray[np.float64] = np.maximum(most, 0) / whole * (1 + 1e-12)
    return share


def kept_lines(samples: PreparedSamples, form: Form) -> list[Line]:
    """Return the melodies of all samples, mirrored; made once."""
    mirrored = Alteration(form=form)
    return samples.kept.once(("lines", form), lambda: [line_of(mirrored.apply(sample)) for sample in samples])


def most_of(x: NoteArray, samples: PreparedSamples) -> NDArray[np.float64]:
    """Return what X's melody cannot exceed aligned with each sample's, shape (samples,).

    Backwards a polyphonic sample may have another number of notes: the highest at each of its offsets.
    """
    n, most = len(line_of(x).pitch), np.zeros(len(samples))
    for form, stretches in forms_of(samples.recipe).items():
        lengths = np.array([len(line.pitch) for line in kept_lines(samples, form)], np.int64)
        most = np.maximum(most, most_likeness(n, lengths) * float(stretches.price.max()))
    return most


def align(x: NoteArray, samples: PreparedSamples, which: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how well X's melody aligns with those of the samples named in `which`, shape (len(which),).

    Raises
    ------
    TooLarge
        If there are too many pairs of notes.
    """
    line, recipe = line_of(x), samples.recipe
    found = np.zeros(len(which))
    for form, stretches in forms_of(recipe).items():
        lines = kept_lines(samples, form)
        each = [likeness(line, lines[i], stretches, recipe.transpositions) for i in which.tolist()]
        found = np.maximum(found, each)
    return found
