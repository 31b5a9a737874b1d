"""This file is where a section is stated again: altered, transposed, ornamented, and fitted to the voices there are.

Notes are rows as those of a draft (see :mod:`ground`), times counted from where the section begins.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from goldenear.composing.cadence import Key, key_of
from goldenear.composing.ground import Rows, table
from goldenear.composing.placing import Site
from goldenear.composing.plan import Section
from goldenear.composing.wishes import Voice
from goldenear.notes.alteration import Alteration

ORNAMENTED, SHORT_ORNAMENTED = 0.7, 0.4
"""The share that is ornamented of the notes of a quarter or more, and of shorter ones."""

OCTAVES = range(-4, 5)


def stated_again(
    site: Site,
    section: Section,
    material: Rows,
    length: int,
    *,
    up: int,
    voices: Sequence[int],
    rng: np.random.Generator,
) -> Rows:
    """Return material as a section restates it, at some transposition, from tick 0 on.

    Parameters
    ----------
    site : Site
        What the piece is made for.
    section : Section
        How it restates.
    material : rows
        What it restates, within 0..length.
    length : int
        In ticks.
    up : int
        By how many steps it is transposed.
    voices : sequence of int
        That sing; one alone takes what the highest of the material sings.
    rng : Generator
        Of chance, for ornaments.
    """
    if len(voices) == 1:
        material = material[material[:, 3] == material[:, 3].min(initial=len(site.wishes.ensemble))].copy()
        material[:, 3] = voices[0]
    rows = altered(material, section.alteration, length, 1 if len(voices) == 1 else len(site.wishes.ensemble))
    key = key_of(material, site.wishes.scale) if site.octave == 12 else None
    if section.treatment == "other mode" and key is not None:
        if site.degrees is None:
            rows = in_other_mode(rows, key)
        else:
            # Within a scale, the other mode is that of the relative key.
            up += -3 if key.third == 4 else 3
    rows[:, 0] += up
    if section.treatment == "ornamented":
        own = key.degrees if key else range(site.octave)
        scale = site.degrees or frozenset((degree + up) % site.octave for degree in own)
        rows = ornamented(rows, rng, site.grid, scale, site.octave)
    return fitted(rows, site.wishes.ensemble, site.octave, site.degrees)


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

    A note of two quarters or more ends in two eighths, one of a quarter or more in two sixteenths; a shorter one, of
    an eighth or more, leads over to the next by a sixteenth.
    """
    made: list[tuple[int, ...]] = []
    for pitch, onset, offset, voice, _ in rows.tolist():
        length = offset - onset
        up = int(rng.choice([-1, 1]))
        drawn = rng.random()
        if drawn >= (ORNAMENTED if length >= grid else SHORT_ORNAMENTED) or length < grid // 2:
            made.append((pitch, onset, offset, voice, 0))
            continue
        step = grid // 2 if length >= 2 * grid else grid // 4
        turn = offset - (2 * step if length >= grid else step)
        beside = next((pitch + up * k for k in (1, 2, 3) if (pitch + up * k) % octave in degrees), pitch + up)
        made.append((pitch, onset, turn, voice, 0))
        made.append((beside, turn, turn + step, voice, 0))
        if length >= grid:
            made.append((pitch, turn + step, offset, voice, 0))
    return table(made)


def in_other_mode(rows: Rows, key: Key) -> Rows:
    """Return notes with the third, sixth and seventh of a key lowered if it is major, else raised."""
    changed = rows.copy()
    up, turned = (-1, (4, 9, 11)) if key.third == 4 else (1, (3, 8, 10))
    changed[np.isin((rows[:, 0] - key.tonic) % 12, turned), 0] += up
    return changed
