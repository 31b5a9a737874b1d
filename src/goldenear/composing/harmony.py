"""This file is where the names of scales and chords become degrees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from goldenear.arguments import shown
from goldenear.errors import InvalidInput

_ROOTS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

_SHIFTS = {"": 0, "#": 1, "b": -1, "##": 2, "bb": -2}

SCALES: Mapping[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic minor": (0, 2, 3, 5, 7, 9, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "whole tone": (0, 2, 4, 6, 8, 10),
    "chromatic": tuple(range(12)),
}

CHORDS: Mapping[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "m7b5": (0, 3, 6, 10),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
}


def degrees_of(value: Any) -> frozenset[int]:
    """Return the degrees 0..11 of a scale or a chord by name, or as given.

    Raises
    ------
    InvalidInput
        If there is none of that name.

    Examples
    --------
    >>> sorted(degrees_of("D dorian"))
    [0, 2, 4, 5, 7, 9, 11]
    >>> sorted(degrees_of("Am7"))
    [0, 4, 7, 9]
    """
    if isinstance(value, str):
        return _named(value)
    given = list(value) if isinstance(value, Iterable) else []
    if not given or not all(isinstance(d, int) and not isinstance(d, bool) and 0 <= d < 12 for d in given):
        raise InvalidInput(
            f"scale, chords: expected a name such as 'D dorian' or 'Am7', or degrees 0..11, got {shown(value)}"
        )
    return frozenset(given)


def _named(name: str) -> frozenset[int]:
    """Return the degrees of a scale or a chord by its name."""
    found = re.fullmatch(r"([A-G])(##?|bb?|)(.*)", name.strip())
    if found:
        root = _ROOTS[found[1]] + _SHIFTS[found[2]]
        kind = found[3]
        steps = SCALES.get(kind.strip().lower()) if kind.startswith(" ") else CHORDS.get(kind)
        if steps is not None:
            return frozenset((root + step) % 12 for step in steps)
    raise InvalidInput(
        f"scale, chords: {name!r} is none that is known: a scale is such as 'D dorian' ({', '.join(SCALES)}), a "
        f"chord such as 'Am7' (C, {', '.join('C' + kind for kind in CHORDS if kind)})"
    )
