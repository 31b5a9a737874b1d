"""This file is where a match is taken apart, note by note: matched, missed and extra, at its placement."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import must_be
from goldenear.match.matches import Match, Matches
from goldenear.notes.note_array import NoteArray, must_be_notes


@dataclass(frozen=True)
class Explanation:
    """What lies where, at one placement.

    Attributes
    ----------
    placed : NoteArray
        The sample as it lies on X.
    matched, missed : NoteArray
        The placed sample's notes that sound in X for at least half of their time, and the others.
    extra : NoteArray
        X's notes, within the time and the register of the placed sample, that sound in it for less than
        half of their time there.
    """

    placed: NoteArray
    matched: NoteArray
    missed: NoteArray
    extra: NoteArray


def explain(x: NoteArray, sample: NoteArray, match: Match) -> Explanation:
    """Tell which notes of a sample are matched or missed in X, and which of X's are extra.

    Pitches are compared as they are, also where the match was found under another reading of pitch; drums by when
    they are struck.

    Parameters
    ----------
    x, sample : NoteArray
        What was compared.
    match : Match
        How the sample lies on X.

    Returns
    -------
    Explanation
        All of it counted in the same ticks.
    """
    must_be_notes("x", x)
    must_be_notes("sample", sample)
    must_be("match", match, Match, _how_to_get_a_match)
    x = x.where(x.brightness > 0).struck()
    placed = match.placement.apply(sample.struck())
    resolution = lcm(placed.ticks_per_quarter, x.ticks_per_quarter)
    placed, x = placed.at_resolution(resolution), x.at_resolution(resolution)
    bright = placed.where(placed.brightness > 0)
    sounds = 2 * sounding_time(bright, x) >= bright.duration
    start, end = bright.first_onset, bright.last_offset
    inside = np.minimum(x.offset, end) - np.maximum(x.onset, start)
    pitched = bright.pitch[~bright.is_drum]
    if len(pitched):
        in_register = (x.pitch >= pitched.min()) & (x.pitch <= pitched.max()) & ~x.is_drum
    else:
        in_register = np.zeros(len(x), bool)
    in_register |= x.is_drum & np.isin(x.pitch, bright.pitch[bright.is_drum])
    extra = (inside > 0) & in_register & (2 * sounding_time(x, bright) < inside)
    return Explanation(placed, bright.where(sounds), bright.where(~sounds), x.where(extra))


def _how_to_get_a_match(value: object) -> str:
    """Return how what came in place of a match becomes one."""
    return (
        "take one of them, such as .best" if isinstance(value, Matches) else "goldenear.rank returns matches"
    )


def sounding_time(notes: NoteArray, other: NoteArray) -> NDArray[np.int64]:
    """Return for how many ticks each of `notes` sounds in `other` too, shape (n,); both in the same ticks."""
    overlap = np.minimum(notes.offset[:, None], other.offset) - np.maximum(notes.onset[:, None], other.onset)
    same = (notes.pitch[:, None] == other.pitch) & (notes.is_drum[:, None] == other.is_drum)
    total: NDArray[np.int64] = np.where(same & (overlap > 0), overlap, 0).sum(axis=1)
    return total
