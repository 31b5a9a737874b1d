"""This file is where it is counted, the plain and slow way, how many notes on end a phrase has from one sample.

It shares nothing with the program's own count: every note of the phrase is held against every note of the sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import goldenear as ge


def longest_verbatim_run(
    phrase: ge.NoteArray, samples: Iterable[ge.NoteArray], stretches: Iterable[Fraction]
) -> int:
    """Return how many consecutive notes of a phrase are, at most, all notes of one sample.

    Transposed, shifted and stretched alike: pitches and onsets, whatever their lengths.

    Parameters
    ----------
    phrase : NoteArray
        One voice.
    samples : NoteArrays
        What may have been copied.
    stretches : Fractions
        How a sample may be stretched.
    """
    factors = tuple(stretches)
    longest = 0
    for sample in samples:
        for stretch in factors:
            # Both on a grid that is exact for both.
            ours = _points(phrase, sample.ticks_per_quarter * stretch.denominator)
            theirs = _points(sample, phrase.ticks_per_quarter * stretch.numerator)
            longest = max(longest, _longest(ours, theirs))
    return longest


def _points(x: ge.NoteArray, factor: int) -> list[tuple[int, int]]:
    """Return pitch and onset of each note, in order of onset."""
    return [(p, on * factor) for p, on in zip(x.pitch.tolist(), x.onset.tolist(), strict=True)]


def _longest(ours: Sequence[tuple[int, int]], theirs: Sequence[tuple[int, int]]) -> int:
    """Return the longest run of our notes that, moved alike, are all among theirs."""
    known, longest = set(theirs), 0
    for i, (pitch, onset) in enumerate(ours):
        for their_pitch, their_onset in theirs:
            up, later = their_pitch - pitch, their_onset - onset
            run = 1
            while i + run < len(ours) and (ours[i + run][0] + up, ours[i + run][1] + later) in known:
                run += 1
            longest = max(longest, run)
    return longest
