"""This file is where a draft is made to meet every wish exactly, note by note, or is given up."""

from __future__ import annotations

import numpy as np

from goldenear.composing.ground import Ground, Rows, table

Note = tuple[int, int, int]
"""Pitch, onset, offset."""


def conformed(ground: Ground, rows: Rows, rng: np.random.Generator) -> Rows | None:
    """Return a draft that meets every wish, as near as can be to the one given; None where that fails.

    Locked notes are put in their places, and what is in their way gives way.
    """
    kept: list[tuple[int, int, int, int, int]] = [tuple(row) for row in ground.locked.tolist()]
    for voice in range(len(ground.voices)):
        free = [(p, on, off) for p, on, off, v, locked in rows.tolist() if v == voice and not locked]
        locked = [(p, on, off) for p, on, off, v, _ in ground.locked.tolist() if v == voice]
        placed = _in_slots(ground, voice, free, locked) if ground.slots is not None else None
        if ground.slots is None:
            placed = _one_at_a_time(ground, free, locked)
            placed = _pitched(ground, voice, placed)
            placed = _as_many(ground, voice, placed, len(locked), rng)
        if placed is None:
            return None
        apart = _apart(ground, voice, placed, kept)
        if apart is None or len(apart) + len(locked) < ground.voices[voice, 2]:
            return None
        kept += [(*note, voice, 0) for note in apart]
    return table(kept)


def without_wide_leaps(ground: Ground, rows: Rows) -> Rows:
    """Return a draft whose free notes stand in the octave that is nearest to their neighbours, after a wide leap.

    Only notes that leap by more than an octave move, only by octaves, and only where the leaps before and after them
    get smaller in all; what meets the wishes still does.
    """
    octave = ground.steps_per_octave
    made = rows.copy()
    for i in np.flatnonzero((made[:, 4] == 0) & (made[:, 3] >= 0)).tolist():
        pitch, onset, offset, voice, _ = made[i].tolist()
        around = [int(made[j, 0]) for j in (i - 1, i + 1) if 0 <= j < len(made) and made[j, 3] == voice]
        if not any(abs(pitch - other) > octave for other in around):
            continue
        lowest, highest = ground.voices[voice, :2].tolist()
        meanwhile = (made[:, 1] < offset) & (onset < made[:, 2]) & (made[:, 3] != voice)
        taken = set(made[meanwhile, 0].tolist())
        free = [p for p in range(lowest + (pitch - lowest) % octave, highest + 1, octave) if p not in taken]
        made[i, 0] = min([pitch, *free], key=lambda p: sum(abs(p - other) for other in around))
    return made


def may_sound(ground: Ground, pitch: int, onset: int, offset: int) -> bool:
    """Tell whether a pitch may sound at a time, by scale, chords and locked bars."""
    degree = pitch % ground.steps_per_octave
    return all(
        offset <= begin or end <= onset or bool(bits >> degree & 1)
        for begin, end, bits in ground.scale.tolist()
    )


def nearest(ground: Ground, voice: int, pitch: int, onset: int, offset: int) -> int | None:
    """Return the nearest pitch that the voice may sing then, the same in another octave first."""
    lowest, highest = ground.voices[voice, :2].tolist()
    octave = ground.steps_per_octave
    while pitch < lowest and pitch + octave <= highest:
        pitch += octave
    while pitch > highest and pitch - octave >= lowest:
        pitch -= octave
    for distance in range(max(highest - lowest, abs(pitch - lowest), abs(pitch - highest)) + 1):
        for candidate in (pitch + distance, pitch - distance):
            if lowest <= candidate <= highest and may_sound(ground, candidate, onset, offset):
                return candidate
    return None


def _one_at_a_time(ground: Ground, free: list[Note], locked: list[Note]) -> list[Note]:
    """Cut notes where the next begins, where a locked note sounds, and at the ends of the phrase."""
    shortest = int(ground.units[0])
    walls = [(begin, end) for begin, end, bits in ground.scale.tolist() if not bits]
    walls += [(on, off) for _, on, off in locked]
    found: list[Note] = []
    ordered = sorted(free, key=lambda note: (note[1], -note[0]))
    for number, (pitch, onset, offset) in enumerate(ordered):
        if number and ordered[number - 1][1] == onset:
            continue
        later = [on for _, on, _ in ordered[number + 1 :] if on > onset]
        begin, end = max(onset, 0), min(offset, ground.ticks, *later[:1])
        for first, last in sorted(walls):
            if begin < last and first < end:
                if first <= begin:
                    begin = last
                else:
                    end = first
        if end - begin >= shortest:
            found.append((pitch, begin, end))
    return found


def _pitched(ground: Ground, voice: int, notes: list[Note]) -> list[Note]:
    """Bring every note to a pitch that may sound; those that find none are left out."""
    found = []
    for pitch, onset, offset in notes:
        near = nearest(ground, voice, pitch, onset, offset)
        if near is not None:
            found.append((near, onset, offset))
    return found


def _in_slots(ground: Ground, voice: int, free: list[Note], locked: list[Note]) -> list[Note] | None:
    """Give every slot of the rhythm the pitch that sounds there, or last sounded; None where none may."""
    assert ground.slots is not None
    taken = {on for _, on, _ in locked}
    ordered = sorted(free, key=lambda note: note[1])
    middle = int(ground.voices[voice, :2].sum()) // 2
    found = []
    for onset, offset in ground.slots.tolist():
        if onset in taken:
            continue
        before = [p for p, on, _ in ordered if on <= onset]
        pitch = before[-1] if before else ordered[0][0] if ordered else middle
        near = nearest(ground, voice, pitch, onset, offset)
        if near is None:
            return None
        found.append((near, onset, offset))
    return found


def _as_many(
    ground: Ground, voice: int, notes: list[Note], locked: int, rng: np.random.Generator
) -> list[Note] | None:
    """Join or split notes until there are neither too few nor too many."""
    fewest, most = ground.voices[voice, 2:].tolist()
    shortest = int(ground.units[0])
    notes = sorted(notes, key=lambda note: note[1])
    while len(notes) + locked > most:
        if not notes:
            return None
        del notes[int(rng.integers(len(notes)))]
    while len(notes) + locked < fewest:
        long = [i for i, (_, on, off) in enumerate(notes) if off - on >= 2 * shortest]
        if not long:
            gap = _first_gap(ground, voice, notes)
            if gap is None:
                return None
            notes = sorted([*notes, gap], key=lambda note: note[1])
            continue
        i = max(long, key=lambda i: (notes[i][2] - notes[i][1], -i))
        pitch, on, off = notes[i]
        cut = on + max(shortest, (off - on) // 2 // shortest * shortest)
        notes[i : i + 1] = [(pitch, on, cut), (pitch, cut, off)]
    return notes


def _first_gap(ground: Ground, voice: int, notes: list[Note]) -> Note | None:
    """Return a note for the first silence of a voice that has room for one."""
    shortest = int(ground.units[0])
    taken = [(on, off) for _, on, off in notes]
    taken += [(on, off) for _, on, off, v, _ in ground.locked.tolist() if v == voice]
    taken += [(begin, end) for begin, end, bits in ground.scale.tolist() if not bits]
    begin = 0
    for on, off in [*sorted(taken), (ground.ticks, ground.ticks)]:
        while on - begin >= shortest:
            length = min(on - begin, int(ground.units[-1]))
            pitch = nearest(ground, voice, int(ground.voices[voice, :2].sum()) // 2, begin, begin + length)
            if pitch is not None:
                return pitch, begin, begin + length
            begin += shortest
        begin = max(begin, off)
    return None


def _apart(
    ground: Ground, voice: int, notes: list[Note], others: list[tuple[int, int, int, int, int]]
) -> list[Note] | None:
    """Move notes that another voice sounds already to the nearest free pitch; None where a slot would stay."""
    found: list[Note] = []
    for pitch, onset, offset in notes:
        taken = {p for p, on, off, _, _ in others if on < offset and onset < off}
        if pitch not in taken:
            found.append((pitch, onset, offset))
            continue
        lowest, highest = ground.voices[voice, :2].tolist()
        free = [
            p for p in range(lowest, highest + 1) if p not in taken and may_sound(ground, p, onset, offset)
        ]
        if free:
            found.append((min(free, key=lambda p: (abs(p - pitch), p)), onset, offset))
        elif ground.slots is not None:
            return None
    return found
