"""This file is where a change of one note or two is drawn, as musicians change them, and held against the wishes."""

from __future__ import annotations

from typing import Any

from goldenear.composing.engines.chance import below, chance
from goldenear.match.engines.view import compiled

# The columns of a note.
PITCH, ONSET, OFFSET, VOICE, LOCKED = range(5)
NOTE_COLUMNS = 5

# The moves.
REPITCH, SWAP, MOVE_BORDER, SPLIT, JOIN, ORNAMENT, SILENCE, SOUND = range(8)
MOVES = 8
MOVES_IN_TIME = (MOVE_BORDER, SPLIT, JOIN, ORNAMENT, SILENCE, SOUND)

# The columns of a voice.
LOWEST, HIGHEST, FEWEST, MOST = range(4)

MOST_COMING = 3
"""Notes that may come in the place of those that go."""


@compiled
def allowed(pitch: int, onset: int, offset: int, scale: Any, steps_per_octave: int) -> Any:
    """Tell whether a pitch belongs to every scale in force while it sounds; a scale is (begin, end, bits)."""
    degree = pitch % steps_per_octave
    for s in range(len(scale)):
        if scale[s, 0] < offset and onset < scale[s, 1] and not (scale[s, 2] >> degree) & 1:
            return False
    return True


@compiled
def fits(
    note: Any, voice: int, notes: Any, n: int, voices: Any, scale: Any, steps_per_octave: int, span: Any
) -> Any:
    """Tell whether a coming note is one that may stand: in time, in range, in the scale, no unison of two voices."""
    if note[1] < span[0] or note[2] > span[1] or note[2] - note[1] < span[2]:
        return False
    if note[0] < voices[voice, LOWEST] or note[0] > voices[voice, HIGHEST]:
        return False
    for i in range(n):
        if notes[i, VOICE] != voice and notes[i, PITCH] == note[0]:
            if notes[i, ONSET] < note[2] and note[1] < notes[i, OFFSET]:
                return False
    return allowed(note[0], note[1], note[2], scale, steps_per_octave)


@compiled
def leap(state: Any) -> Any:
    """Draw an interval, small ones more often: seconds, thirds, and now and then up to an octave."""
    size = 1 + int(chance(state) * chance(state) * 8)
    if chance(state) < 0.04:
        size = 12
    return size if chance(state) < 0.5 else -size


@compiled
def neighbours(notes: Any, n: int, i: int, voice: int) -> Any:
    """Tell whether note i exists, is of the voice, and is free to change."""
    return 0 <= i < n and notes[i, VOICE] == voice and notes[i, LOCKED] == 0


@compiled
def propose(notes: Any, n: int, move: int, units: Any, span: Any, coming: Any, state: Any) -> Any:
    """Draw a change: which notes go, from the first on, and how many come in their place; -1 for none.

    What comes is written into `coming`: pitch, onset, offset.
    """
    i = below(state, n)
    voice = notes[i, VOICE]
    if notes[i, LOCKED]:
        return i, 0, -1
    pitch, onset, offset = notes[i, PITCH], notes[i, ONSET], notes[i, OFFSET]
    unit = units[below(state, len(units))]
    coming[0, 0], coming[0, 1], coming[0, 2] = pitch, onset, offset
    if move == REPITCH:
        coming[0, 0] = pitch + leap(state)
        return i, 1, 1
    if move == SILENCE:
        return i, 1, 0
    if move == SPLIT:
        cut = onset + unit
        if cut >= offset:
            return i, 0, -1
        coming[0, 2] = cut
        coming[1, 0], coming[1, 1], coming[1, 2] = pitch, cut, offset
        if chance(state) < 0.75:
            coming[below(state, 2), 0] += leap(state)
        return i, 1, 2
    if move == ORNAMENT:
        if onset + 2 * unit >= offset:
            return i, 0, -1
        step = 1 + below(state, 2)
        step = step if chance(state) < 0.5 else -step
        coming[0, 2] = onset + unit
        coming[1, 0], coming[1, 1], coming[1, 2] = pitch + step, onset + unit, onset + 2 * unit
        coming[2, 0], coming[2, 1], coming[2, 2] = pitch, onset + 2 * unit, offset
        return i, 1, 3
    after = i + 1
    follows = after < n and notes[after, VOICE] == voice
    if move == SOUND:
        until = notes[after, ONSET] if follows else span[1]
        if until - offset < span[2]:
            return i, 0, -1
        length = min(unit, until - offset)
        coming[0, 0], coming[0, 1], coming[0, 2] = pitch + leap(state), offset, offset + length
        return after, 0, 1
    if not neighbours(notes, n, after, voice):
        return i, 0, -1
    coming[1, 0], coming[1, 1], coming[1, 2] = notes[after, PITCH], notes[after, ONSET], notes[after, OFFSET]
    if move == SWAP:
        if pitch == notes[after, PITCH]:
            return i, 0, -1
        coming[0, 0], coming[1, 0] = notes[after, PITCH], pitch
        return i, 2, 2
    if notes[after, ONSET] != offset:
        return i, 0, -1
    if move == JOIN:
        coming[0, 0] = pitch if chance(state) < 0.5 else notes[after, PITCH]
        coming[0, 2] = notes[after, OFFSET]
        return i, 2, 1
    border = offset + (unit if chance(state) < 0.5 else -unit)
    if border <= onset or border >= notes[after, OFFSET]:
        return i, 0, -1
    coming[0, 2], coming[1, 1] = border, border
    return i, 2, 2


@compiled
def ticks_changed(notes: Any, first: int, gone: int, coming: Any, come: int) -> Any:
    """Return how many ticks of notes sound before or after a change, but not both."""
    changed = 0
    for k in range(come):
        changed += coming[k, 2] - coming[k, 1]
    for i in range(first, first + gone):
        changed += notes[i, OFFSET] - notes[i, ONSET]
        for k in range(come):
            if coming[k, 0] == notes[i, PITCH]:
                both = min(coming[k, 2], notes[i, OFFSET]) - max(coming[k, 1], notes[i, ONSET])
                changed -= 2 * max(both, 0)
    return changed
