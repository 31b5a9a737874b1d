"""This file is where a section is stated again: altered, transposed, ornamented, and fitted to the voices there are.

Notes are rows as those of a draft (see :mod:`ground`), times counted from where the section begins.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from goldenear.composing.cadence import Key
from goldenear.composing.ground import Rows, table
from goldenear.composing.wishes import Voice
from goldenear.match.rank import rank
from goldenear.match.recipe import Recipe
from goldenear.notes.alteration import Alteration
from goldenear.notes.note_array import NoteArray

ORNAMENTED = 0.5
"""The share of the notes long enough that are ornamented."""

OCTAVES = range(-4, 5)


def altered(rows: Rows, alteration: Alteration, length: int, voices: int) -> Rows:
    """Return notes stretched, and mirrored in the frame of all voices together.

    Inversion swaps the highest pitch and the lowest, and the voices with them; retrograde the beginning and `length`.

    Parameters
    ----------
    rows : rows
        Within 0..length.
    alteration : Alteration
        Its reading is not applied.
    length : int
        In ticks.
    voices : int
        How many there are; of one voice alone 1.
    """
    pitch, onset, offset, voice, _ = rows.T
    if alteration.form in ("retrograde", "retrograde-inversion"):
        onset, offset = length - offset, length - onset
    if alteration.form in ("inversion", "retrograde-inversion") and len(rows):
        pitch = pitch.min() + pitch.max() - pitch
        voice = voices - 1 - voice if voices > 1 else voice
    up, down = alteration.stretch.as_integer_ratio()
    onset, offset = onset * up // down, offset * up // down
    offset = np.maximum(offset, onset + 1)
    return table(np.stack([pitch, onset, offset, voice, np.zeros_like(pitch)], axis=1))


def fitted(rows: Rows, ensemble: Sequence[Voice], octave: int, degrees: frozenset[int] | None) -> Rows:
    """Return notes within the ranges of their voices, and on a scale if there is one.

    A voice moves by octaves as a whole, then single notes do. What would double another voice moves or is left out.
    """
    kept: list[tuple[int, ...]] = []
    for number, voice in enumerate(ensemble):
        mine = rows[rows[:, 3] == number]
        shifts = [octave * k for k in OCTAVES]
        outside = [
            int(((mine[:, 0] + up < voice.lowest) | (mine[:, 0] + up > voice.highest)).sum()) for up in shifts
        ]
        up = min(zip(outside, (abs(up) for up in shifts), shifts, strict=True))[2]
        for pitch, onset, offset, _, _ in mine.tolist():
            sounding = {p for p, on, off, _, _ in kept if on < offset and onset < off}
            free = [
                p
                for p in range(voice.lowest, voice.highest + 1)
                if p not in sounding and (degrees is None or p % octave in degrees)
            ]
            if free:
                goal = pitch + up
                kept.append((min(free, key=lambda p: _far(p, goal, octave)), onset, offset, number, 0))
    return table(kept)


def _far(pitch: int, goal: int, octave: int) -> tuple[int, int, int]:
    """Tell how far a pitch is from a goal: in degrees first, then in octaves."""
    round_ = (pitch - goal) % octave
    return min(round_, octave - round_), abs(pitch - goal), pitch


def ornamented(rows: Rows, rng: np.random.Generator, grid: int, degrees: frozenset[int], octave: int) -> Rows:
    """Return notes, some of them ending in a turn over the neighbouring step of a scale, above or below.

    A note of a quarter or more ends in two sixteenths, one of two quarters or more in two eighths.
    """
    made: list[tuple[int, ...]] = []
    for pitch, onset, offset, voice, _ in rows.tolist():
        step = grid // 2 if offset - onset >= 2 * grid else grid // 4
        up = int(rng.choice([-1, 1]))
        if offset - onset < grid or rng.random() >= ORNAMENTED:
            made.append((pitch, onset, offset, voice, 0))
            continue
        beside = next((pitch + up * k for k in (1, 2, 3) if (pitch + up * k) % octave in degrees), pitch + up)
        made.append((pitch, onset, offset - 2 * step, voice, 0))
        made.append((beside, offset - 2 * step, offset - step, voice, 0))
        made.append((pitch, offset - step, offset, voice, 0))
    return table(made)


def in_other_mode(rows: Rows, key: Key) -> Rows:
    """Return notes with the third, sixth and seventh of a key lowered if it is major, else raised."""
    changed = rows.copy()
    up, turned = (-1, (4, 9, 11)) if key.third == 4 else (1, (3, 8, 10))
    changed[np.isin((rows[:, 0] - key.tonic) % 12, turned), 0] += up
    return changed


def likeness_under(x: NoteArray, source: NoteArray, alteration: Alteration) -> tuple[float, int]:
    """Return how alike X is to its source under one alteration, 0..1, and how many steps higher it lies best."""
    if not len(x) or not len(source):
        return 0.0, 0
    found = rank(x, [source], recipe=Recipe(alterations=(alteration,))).best
    assert found is not None, "there is one sample"
    return found.similarity, found.transposition
