"""This file is where a search for occurrences is held against what is known: which places are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

import goldenear as ge
from evaluation.figures import average_precision

NEAR = Fraction(1)
"""Quarters by which a place may differ from the true one."""


class Place(NamedTuple):
    """Where a fragment is, or is said to be."""

    onset: Fraction
    """Quarters from the piece's beginning."""
    transposition: int
    score: float = 1.0


Search = Callable[[ge.NoteArray, ge.NoteArray], list[Place]]
"""From a piece and a fragment to places, the best first."""


def by_recipe(recipe: ge.Recipe, threshold: float | None = None) -> Search:
    """Return the search by a recipe."""

    def search(piece: ge.NoteArray, fragment: ge.NoteArray) -> list[Place]:
        return [
            Place(match.onset, match.transposition, match.similarity)
            for match in ge.find(piece, fragment, recipe=recipe, threshold=threshold)
        ]

    return search


def by_exact_notes(least: float) -> Search:
    """Return the plain search: which share of the notes begin where they should, at their very pitch."""

    def search(piece: ge.NoteArray, fragment: ge.NoteArray) -> list[Place]:
        counts: Counter[tuple[int, int]] = Counter()
        for pitch, onset in zip(fragment.pitch.tolist(), fragment.onset.tolist(), strict=True):
            counts.update(zip((piece.pitch - pitch).tolist(), (piece.onset - onset).tolist(), strict=True))
        bright = [
            Place(
                Fraction(shift + fragment.first_onset, piece.ticks_per_quarter), steps, count / len(fragment)
            )
            for (steps, shift), count in counts.items()
            if count >= least * len(fragment)
        ]
        return thinned(bright)

    return search


def thinned(places: Iterable[Place]) -> list[Place]:
    """Return the places that keep clear of better ones, the best first; of equals the earlier."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda p: (-p.score, p.onset, abs(p.transposition))):
        if all(abs(place.onset - other.onset) >= NEAR for other in kept):
            kept.append(place)
    return kept


def precision_of(found: Sequence[Place], right: Sequence[bool], wanted: int) -> float:
    """Return the average precision of places by their scores; what was not found counts as never."""
    scores = np.array([place.score for place in found])
    return average_precision(scores, np.array(right, bool), wanted - sum(right))


def true_place(fragment: ge.NoteArray, occurrence: ge.NoteArray) -> Place:
    """Return where the fragment lies so that most of its notes meet those of an occurrence."""
    shifts = (occurrence.onset[:, None] - fragment.onset).ravel().tolist()
    steps = (occurrence.pitch[:, None].astype(int) - fragment.pitch).ravel().tolist()
    met = Counter(zip(shifts, steps, strict=True))
    (shift, transposition), _ = min(met.items(), key=lambda one: (-one[1], one[0]))
    return Place(Fraction(shift + fragment.first_onset, fragment.ticks_per_quarter), transposition)


def judged(found: Iterable[Place], wanted: Sequence[Place]) -> list[bool]:
    """Return which places are right: near a wanted one that no better place has taken, at its transposition."""
    left = list(wanted)
    right = []
    for place in found:
        hits = [
            w for w in left if w.transposition == place.transposition and abs(w.onset - place.onset) <= NEAR
        ]
        if hits:
            left.remove(min(hits, key=lambda w: abs(w.onset - place.onset)))
        right.append(bool(hits))
    return right


def without(found: Iterable[Place], own: Place) -> list[Place]:
    """Return the places but for the query's own."""
    return [p for p in found if abs(p.onset - own.onset) >= NEAR or p.transposition != own.transposition]
