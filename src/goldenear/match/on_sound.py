"""This file is where it is told, in seconds and in words, how a sample lies on what was heard."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from goldenear.hearing.hear import SECONDS_A_QUARTER
from goldenear.match.matches import Match
from goldenear.notes.note_array import NoteArray


def counts_seconds(notes: NoteArray) -> bool:
    """Tell whether quarters of these notes are half seconds throughout, as those of sound are."""
    tempos = notes.provenance.tempos
    return bool(tempos) and all(tempo == round(1e6 * SECONDS_A_QUARTER) for _, tempo in tempos)


def second(match: Match) -> float:
    """Return when a sample begins in X, where X is counted in seconds; not before X does."""
    return max(0.0, float(match.onset) * SECONDS_A_QUARTER)


def placed(match: Match) -> str:
    """Return how a sample lies on X, where X is counted in seconds, in words."""
    return ", ".join(filter(None, [f"from second {second(match):.1f}", altered(match)]))


def altered(match: Match) -> str:
    """Return how a sample that is heard was altered, in words; empty where it was not.

    Examples
    --------
    >>> from goldenear import NoteArray, rank
    >>> song = NoteArray.from_arrays(pitch=[60, 64, 62, 67], onset=range(4), duration=1, ticks_per_quarter=1)
    >>> altered(rank(song.transposed(3), [song], forms=("prime",))[0])
    '+3 semitones'
    """
    alteration = match.placement.alteration
    steps = match.transposition
    higher = f"{steps:+d} semitone{'' if abs(steps) == 1 else 's'}" if steps else ""
    longer = f"{float(match.stretch):.2f} times as long" if match.stretch != 1 else ""
    mirrored = str(replace(alteration, stretch=Fraction(1)))
    return ", ".join(filter(None, [higher, longer, mirrored]))
