"""This file is where a change of one note or two is drawn, as musicians change them, and held against the wishes."""

from __future__ import annotations

from typing import Any

from goldenear.composing.engines.chance import below, chance
from goldenear.correlate.backends.records import compiled

# The columns of a note.
PITCH, ONSET, OFFSET, VOICE, LOCKED = range(5)

# The moves.
REPITCH, SWAP, MOVE_BORDER, SPLIT, JOIN, ORNAMENT, SILENCE, SOUND = range(8)

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
        other = notes[i, VOICE] != voice and notes[i, PITCH] == note[0]
        if other and notes[i, ONSET] < note[2] and note[1] < notes[i, OFFSET]:
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
def split(note: Any, unit: int, coming: Any, state: Any) -> Any:
    """Let two notes come for one; most often one of them at another pitch. Return how many come, -1 for none."""
    cut = note[ONSET] + unit
    if cut >= note[OFFSET]:
        return -1
    coming[0, 2] = cut
    coming[1, 0], coming[1, 1], coming[1, 2] = note[PITCH], cut, note[OFFSET]
    if chance(state) < 0.75:
        coming[below(state, 2), 0] += leap(state)
    return 2


@compiled
def ornament(note: Any, unit: int, coming: Any, state: Any) -> Any:
    """Let a note turn to its neighbour and back."""
    first, second = note[ONSET] + unit, note[ONSET] + 2 * unit
    if second >= note[OFFSET]:
        return -1
    step = 1 + below(state, 2)
    step = step if chance(state) < 0.5 else -step
    coming[0, 2] = first
    coming[1, 0], coming[1, 1], coming[1, 2] = note[PITCH] + step, first, second
    coming[2, 0], coming[2, 1], coming[2, 2] = note[PITCH], second, note[OFFSET]
    return 3


@compiled
def change_two(note: Any, after: Any, move: int, unit: int, coming: Any, state: Any) -> Any:
    """Change two neighbours: swap their pitches, join them, or move the border between them."""
    coming[1, 0], coming[1, 1], coming[1, 2] = after[PITCH], after[ONSET], after[OFFSET]
    if move == SWAP:
        coming[0, 0], coming[1, 0] = after[PITCH], note[PITCH]
        return 2 if note[PITCH] != after[PITCH] else -1
    if after[ONSET] != note[OFFSET]:
        return -1
    if move == JOIN:
        coming[0, 0] = note[PITCH] if chance(state) < 0.5 else after[PITCH]
        coming[0, 2] = after[OFFSET]
        return 1
    border = note[OFFSET] + (unit if chance(state) < 0.5 else -unit)
    coming[0, 2], coming[1, 1] = border, border
    return 2 if note[ONSET] < border < after[OFFSET] else -1


@compiled
def propose(notes: Any, n: int, move: int, units: Any, span: Any, coming: Any, state: Any) -> Any:
    """Draw a change: which notes go, from the first on, and how many come in their place; -1 for none.

    What comes is written into `coming`: pitch, onset, offset.
    """
    first, gone, come = below(state, n), 1, -1
    note = notes[first]
    unit = units[below(state, len(units))]
    after = first + 1
    follows = after < n and notes[after, VOICE] == note[VOICE]
    if note[LOCKED]:
        return first, gone, come
    coming[0, 0], coming[0, 1], coming[0, 2] = note[PITCH], note[ONSET], note[OFFSET]
    if move == REPITCH:
        coming[0, 0] += leap(state)
        come = 1
    elif move == SILENCE:
        come = 0
    elif move == SPLIT:
        come = split(note, unit, coming, state)
    elif move == ORNAMENT:
        come = ornament(note, unit, coming, state)
    elif move == SOUND:
        until = notes[after, ONSET] if follows else span[1]
        coming[0, 0] += leap(state)
        coming[0, 1], coming[0, 2] = note[OFFSET], min(note[OFFSET] + unit, until)
        come = 1 if until - note[OFFSET] >= span[2] else -1
        first, gone = after, 0
    elif follows and not notes[after, LOCKED]:
        come, gone = change_two(note, notes[after], move, unit, coming, state), 2
    return first, gone, come


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
