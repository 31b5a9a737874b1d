"""Describe how music is made, to tell whether X is of the kind of a background: its density, its voices, its rhythm.

Chance is measured on music of some kind, and what it promises holds for that kind: a rate of false alarms among folk
tunes says nothing of organ music. X is far from a background where it lies outside nearly all of it in some respect.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from goldenear.notes.note_array import NoteArray

MANNERS = (
    "notes a quarter",
    "strokes of drums a quarter",
    "notes at once",
    "quarters a note",
    "of its notes off the sixteenths",
)
"""What is counted of music, as a verdict says it."""

NOTES, DRUMS = 0, 1
"""Which of them tell whether there are notes with pitch, and drums."""

RARE = 0.002
"""What so small a share of the background does, at either end, is far from it."""


def manner_of(x: NoteArray) -> NDArray[np.float64]:
    """Return what is counted of music, shape (5,), in the order of `MANNERS`; zeros for what it lacks."""
    sounding = x.where(x.brightness > 0)
    pitched, drums = sounding.where(~sounding.is_drum), int(sounding.is_drum.sum())
    quarters = max(float(sounding.quarters), 1.0)
    if not len(pitched):
        return np.array([0.0, drums / quarters, 0.0, 0.0, 0.0])
    resolution = x.ticks_per_quarter
    lit = _lit(pitched)
    off = (pitched.onset - pitched.first_onset) * 4 % resolution
    late = np.minimum(off, resolution - off) > resolution / 4
    return np.array(
        [
            len(pitched) / quarters,
            drums / quarters,
            float(pitched.duration.sum()) / max(lit, 1),
            float(pitched.duration.mean()) / resolution,
            float(late.mean()),
        ]
    )


def density_of(x: NoteArray, *, notes: bool = True, drums: bool = True) -> float:
    """Return how many notes with pitch, and strokes of drums, X has a quarter, as far as these are asked for."""
    found = manner_of(x)
    return float(notes * found[NOTES] + drums * found[DRUMS])


def heard_in(samples: Iterable[NoteArray]) -> dict[str, bool]:
    """Return whether any of the samples has notes with pitch, and drums, as :func:`density_of` takes them."""
    planes = {plane for sample in samples for plane in sample.is_drum.tolist()}
    return {"notes": False in planes, "drums": True in planes}


def range_of(music: Sequence[NoteArray]) -> NDArray[np.float64]:
    """Return between which values nearly all music lies in each respect, shape (5, 2); 0 and 0 where none has it.

    What has no drums says nothing of how many strokes are usual, and what has no pitch nothing of notes.
    """
    found = np.array([manner_of(x) for x in music])
    usual = np.zeros((len(MANNERS), 2))
    for which, column in enumerate(found.T):
        having = column[_has(found, which)]
        if len(having):
            usual[which] = np.quantile(having, [RARE, 1 - RARE])
    return usual


def _has(found: NDArray[np.float64], which: int) -> NDArray[np.bool_]:
    """Return what has the drums, or the notes with pitch, of which a respect speaks."""
    return found[:, DRUMS if which == DRUMS else NOTES] > 0


def format_far(x: NoteArray, usual: NDArray[np.float64]) -> str:
    """Return in what respect X lies outside a range, the most extreme first; nothing where it does not."""
    value = manner_of(x)
    low, high = usual.T
    width = np.maximum(high - low, 1e-9)
    beyond = np.maximum(low - value, value - high) / width
    heard = [bool(_has(value[None], which)[0]) for which in range(len(MANNERS))]
    beyond = np.where(heard, beyond, 0.0)
    which = int(beyond.argmax())
    # Half a hundredth of the range is no difference, and no rounding makes one.
    if beyond[which] <= 0.005:
        return ""
    digits = 2 if f"{value[which]:.2g}" not in (f"{low[which]:.2g}", f"{high[which]:.2g}") else 4
    told, least, most = (f"{number:.{digits}g}" for number in (value[which], low[which], high[which]))
    return f"{told} {MANNERS[which]}, not {least if least == most else f'{least} to {most}'}"


def _lit(notes: NoteArray) -> int:
    """Return in how many ticks something sounds."""
    order = np.argsort(notes.onset, kind="stable")
    onset, offset = notes.onset[order], np.maximum.accumulate(notes.offset[order])
    gaps = np.maximum(onset[1:] - offset[:-1], 0).sum()
    return int(offset[-1] - onset[0] - gaps)
