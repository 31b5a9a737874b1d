"""This file is where the key of a section is found, and its end is led to the tonic, or to the fifth."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from goldenear.composing.ground import Rows, table
from goldenear.composing.harmony import degrees_of
from goldenear.composing.plan import Cadence
from goldenear.composing.wishes import Voice

_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""How well each degree fits a key: the profiles of Krumhansl and Kessler (1982)."""


@dataclass(frozen=True, slots=True)
class Key:
    """A major or minor key.

    Attributes
    ----------
    tonic : int
        0..11, 0 for C.
    third : int
        4 in major, 3 in minor.
    """

    tonic: int
    third: int

    @property
    def degrees(self) -> frozenset[int]:
        """The seven degrees 0..11 of its scale."""
        steps = (0, 2, 4, 5, 7, 9, 11) if self.third == 4 else (0, 2, 3, 5, 7, 8, 10)
        return frozenset((self.tonic + step) % 12 for step in steps)

    def triad(self, kind: Cadence) -> tuple[int, int, int]:
        """Return root, third and fifth of the chord of a cadence: on the tonic, or the major one on the fifth."""
        root, third = (self.tonic, self.third) if kind == "full" else ((self.tonic + 7) % 12, 4)
        return root, (root + third) % 12, (root + 7) % 12


def key_of(rows: Rows, scale: Any = None) -> Key:
    """Return the key that fits notes best; of a named scale, its own root.

    Each degree counts as long as it sounds, and is correlated with the profiles of all 24 keys.

    Examples
    --------
    >>> key_of(table([(p, i, i + 1, 0, 0) for i, p in enumerate([62, 66, 69, 71, 67, 64, 61, 62])]))
    Key(tonic=2, third=4)
    """
    root = _root_of(scale)
    if root is not None:
        return Key(root, 4 if (root + 4) % 12 in degrees_of(scale) else 3)
    sounds = np.bincount(rows[:, 0] % 12, weights=rows[:, 2] - rows[:, 1], minlength=12)
    allowed = range(12) if scale is None else sorted(degrees_of(scale))
    keys = [(tonic, third) for tonic in allowed for third in (4, 3)]
    fits = [
        np.corrcoef(np.roll(sounds, -tonic), _MAJOR if third == 4 else _MINOR)[0, 1] if sounds.any() else 0.0
        for tonic, third in keys
    ]
    return Key(*keys[int(np.argmax(np.nan_to_num(fits)))])


def _root_of(scale: Any) -> int | None:
    """Return the root of a scale that is named, such as 2 of D dorian."""
    found = re.match(r"[A-G](##?|bb?|)", scale.strip()) if isinstance(scale, str) else None
    if found is None:
        return None
    triad = degrees_of(found[0])
    return next(root for root in triad if {root, (root + 4) % 12, (root + 7) % 12} == triad)


def led(
    rows: Rows,
    kind: Cadence,
    key: Key,
    *,
    hold: int,
    end: int,
    ensemble: Sequence[Voice],
    degrees: frozenset[int] | None,
    others: Rows,
) -> Rows | None:
    """Return notes whose last ones are led to a cadence, and held to the end; None where no voice can be.

    The highest and the lowest voice go to the root of the chord, those between to its third and fifth.

    Parameters
    ----------
    rows : rows
        Of the voices that are led.
    kind : {"half", "full"}
        To the chord on the fifth, or on the tonic.
    key : Key
        In which.
    hold : int
        So many ticks before the end the last notes begin; 0 leaves every note its place, and only holds the last.
    end : int
        In ticks.
    ensemble : sequence of Voice
        Their ranges.
    degrees : frozenset of int, optional
        What may sound, where a scale is wished for.
    others : rows
        What sounds in other voices.
    """
    root, third, fifth = key.triad(kind)
    singing = sorted(set(rows[:, 3].tolist()))
    made: list[list[int]] = []
    led_any = False
    for number in singing:
        mine = rows[rows[:, 3] == number].tolist()
        before, pitch, onset = _last(mine, end - hold if hold else mine[-1][1])
        goals = {root} if number in (singing[0], singing[-1]) else {third, fifth}
        later = rows[rows[:, 3] > number].tolist()
        taken = {p for p, on, off, *_ in [*made, *others.tolist(), *later] if on < end and onset < off}
        voice = ensemble[number]
        free = [
            p
            for p in range(voice.lowest, voice.highest + 1)
            if p % 12 in goals and p not in taken and (degrees is None or p % 12 in degrees)
        ]
        if free:
            mine = [*before, [min(free, key=lambda p: (abs(p - pitch), p)), onset, end, number, 0]]
            led_any = True
        made += mine
    return table(made) if led_any else None


def _last(mine: list[list[int]], strong: int) -> tuple[list[list[int]], int, int]:
    """Return what sounds before a strong beat, cut there, and of the last note the pitch so far and the onset."""
    before = [[p, on, min(off, strong), voice, 0] for p, on, off, voice, _ in mine if on < strong]
    sounding = [p for p, _, off, *_ in mine if off > strong]
    return before, sounding[0] if sounding else mine[-1][0], strong


def held(rows: Rows, end: int) -> Rows:
    """Return notes of which the one that ends last is held to the end, so that what follows joins it."""
    if not len(rows) or rows[:, 2].max() >= end:
        return rows
    made = rows.copy()
    made[np.argmax(rows[:, 2]), 2] = end
    return made
