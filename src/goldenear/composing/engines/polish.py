"""This file is where a draft is polished: thousands of small changes a second, each weighed exactly, some taken.

Simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983) over the notes of a draft. A change is first held against
the bad samples, for they have a veto; then it is seen how much of the draft lies under good matches. All is counted
over the contenders (see :mod:`goldenear.composing.contenders`) until changes have used up the slack that these were
listed with.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.composing.engines.chance import chance
from goldenear.composing.engines.note_moves import (
    FEWEST,
    LOCKED,
    MOST,
    MOST_COMING,
    OFFSET,
    ONSET,
    PITCH,
    VOICE,
    fits,
    propose,
    ticks_changed,
)
from goldenear.composing.engines.placed import (
    PAIR,
    SHARED,
    SHIFT,
    add_changes,
    count_edges,
    differences,
    is_corner,
    likeness,
)
from goldenear.composing.engines.sources import SOURCES
from goldenear.composing.engines.verbatim import longest_run
from goldenear.composing.rows import Edges
from goldenear.correlate.backends.records import compiled
from goldenear.match.kernels.code_cache import fingerprint as fingerprint_of

# What else is asked of similarities to good samples.
CEILING, SHARE = range(2)

# What is told of a run.
STEPS, TRIED, LEFT_OFF, NOTES_BEFORE, USED = range(5)

DONE, SPENT, LARGE = range(3)
"""Why a run was left off: it is done; its slack is spent; a change is promising that is too large for the slack."""


@compiled
def covered(
    similarity: Any,
    placed: Any,
    good: Any,
    least: Any,
    cells: Any,
    owner: Any,
    lent: Any,
    asked: Any,
    cell_of: Any,
) -> Any:
    """Return what a draft is worth: how much of it lies under good matches, how strongly; less where it is refused.

    A match counts 1/2 at the threshold and 1 at the ceiling, and each cell the strongest that lies there; what one
    sample lends counts up to its share. A veto, or a likeness above the ceiling, costs all that there is to gain, and
    more, the nearer.
    """
    cells[:], owner[:], lent[:] = 0.0, -1, 0.0
    worst, nearest = -1.0, 0.0
    for j in range(len(similarity)):
        value, sample, threshold = similarity[j], good[placed[j, PAIR]], least[placed[j, PAIR]]
        if sample < 0:
            worst = max(worst, value - threshold)
        elif value >= threshold and cell_of[j, 0] < cell_of[j, 1]:
            nearest = max(nearest, value)
            strength = 0.5 + 0.5 * min(1.0, (value - threshold) / max(asked[CEILING] - threshold, 1e-9))
            for c in range(cell_of[j, 0], cell_of[j, 1]):
                if strength > cells[c]:
                    cells[c], owner[c] = strength, sample
    for c in range(len(cells)):
        if owner[c] >= 0:
            lent[owner[c]] += cells[c]
    value = 0.0
    for sample in range(len(lent)):
        value += min(lent[sample] / len(cells), asked[SHARE])
    if worst >= 0:
        value -= 1.0 + worst
    if nearest > asked[CEILING]:
        value -= 1.0 + (nearest - asked[CEILING])
    return value


@compiled
def exchanged(notes: Any, n: int, first: int, gone: int, coming: Any, come: int, voice: int) -> Any:
    """Let what comes stand in the place of what goes; return how many notes there are then."""
    moved = n - first - gone
    if come > gone:
        for i in range(moved - 1, -1, -1):
            notes[first + come + i] = notes[first + gone + i]
    elif come < gone:
        for i in range(moved):
            notes[first + come + i] = notes[first + gone + i]
    for k in range(come):
        notes[first + k, PITCH] = coming[k, 0]
        notes[first + k, ONSET] = coming[k, 1]
        notes[first + k, OFFSET] = coming[k, 2]
        notes[first + k, VOICE] = voice
        notes[first + k, LOCKED] = 0
    return n + come - gone


@compiled
def stands(
    notes: Any,
    n: int,
    voice: int,
    come: int,
    gone: int,
    coming: Any,
    counts: Any,
    voices: Any,
    scale: Any,
    steps_per_octave: int,
    span: Any,
) -> Any:
    """Tell whether what comes may stand there, and no voice gets too few or too many notes."""
    held = counts[voice] + come - gone
    if come != gone and (held < voices[voice, FEWEST] or held > voices[voice, MOST]):
        return False
    fitting = 0
    for k in range(come):
        fitting += fits(coming[k], voice, notes, n, voices, scale, steps_per_octave, span)
    return fitting == come


@compiled
def weighed(
    pairs: Any,
    numbers: Any,
    rows: Any,
    strokes: Any,
    placed: Any,
    quarters: int,
    good: Any,
    least: Any,
    changes: Any,
    count: int,
    edges: Any,
    refused: bool,
    similarity: Any,
    values: Any,
    after: Any,
) -> Any:
    """Weigh all contenders after a change: -1 for a veto, 0 where the judge has nothing new to say, else 1.

    `edges` are those of the draft after the change. The bad lie first among the placements: at the first veto the
    rest is not looked at, unless the draft is refused as it is.
    """
    touched = 0
    for j in range(len(placed)):
        which = placed[j, PAIR]
        values[j] = placed[j, SHARED:]
        mine = values[j]
        if add_changes(pairs[which], rows, strokes, placed[j], changes, 0, count, mine) or similarity[j] == 0:
            after[j] = likeness(numbers[which], quarters, mine[0], mine[1], mine[2], mine[3])
        else:
            after[j] = similarity[j]
        if after[j] >= least[which] and not is_corner(pairs[which], rows, strokes, placed[j, SHIFT], edges):
            after[j] = 0.0
        if after[j] == similarity[j]:
            continue
        if good[which] < 0:
            if after[j] >= least[which] and not refused:
                return -1
            touched |= int(refused)
        elif max(after[j], similarity[j]) >= least[which]:
            touched = 1
    return touched


@compiled
def copied(
    notes: Any, n: int, first: int, come: int, known: Any, starts: Any, factors: Any, longest: int
) -> Any:
    """Tell whether a change, made, has let a verbatim run grow too long."""
    for i in range(max(first - 1, 0), min(first + come + 1, n)):
        if notes[i, LOCKED] == 0 and longest_run(notes, n, i, known, starts, factors, longest) > longest:
            return True
    return False


@compiled
def drawn_move(weights: Any, state: Any) -> Any:
    """Draw a move by weights that add up."""
    drawn = chance(state) * weights[len(weights) - 1]
    move = 0
    while weights[move] <= drawn:
        move += 1
    return move


def entries(fingerprint: int) -> Any:
    """Return the function that is called from outside."""

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def polish(
        notes: NDArray[np.int64],
        n: int,
        pairs: NDArray[np.int64],
        numbers: NDArray[np.float64],
        rows: NDArray[np.int64],
        strokes: NDArray[np.int64],
        placed: NDArray[np.int64],
        quarters: int,
        stroke: int,
        edges: Edges,
        good: NDArray[np.int64],
        least: NDArray[np.float64],
        lent: NDArray[np.float64],
        cell_of: NDArray[np.int64],
        cells: NDArray[np.float64],
        asked: NDArray[np.float64],
        voices: NDArray[np.int64],
        counts: NDArray[np.int64],
        scale: NDArray[np.int64],
        steps_per_octave: int,
        units: NDArray[np.int64],
        span: NDArray[np.int64],
        known: NDArray[np.int64],
        starts: NDArray[np.int64],
        factors: NDArray[np.int64],
        longest: int,
        weights: NDArray[np.float64],
        heat: NDArray[np.float64],
        budget: int,
        state: NDArray[np.uint64],
        before: NDArray[np.int64],
        told: NDArray[np.int64],
    ) -> tuple[int, float, float]:
        """Try changes until the heat's last step, or until the slack is used up.

        A change that is larger than the slack is weighed by the contenders that are known: what it is worth can only
        grow, and only vetoes can be missing. Where it is promising it is made, and left to the caller to confirm.

        Parameters
        ----------
        notes : int array, shape (room, 5)
            The draft, by voice and onset: pitch, onset, offset, voice, locked. Is changed.
        n : int
            How many there are.
        pairs, numbers, rows, strokes, placed
            The contenders; `placed` is kept true to the draft.
        quarters, stroke : int
            The part of the struck layer, of 4; how long a stroke is.
        edges : Edges
            Where strokes begin and end; kept true to the draft, without a change left to confirm.
        good : int array, shape (pairs,)
            Which good sample it is of; -1 for bad ones.
        least : float array, shape (pairs,)
            The threshold of its sample.
        lent : float array, shape (good samples,)
            Room.
        cell_of : int array, shape (placements, 2)
            From which cell to which a placement covers the draft.
        cells : float array, shape (cells,)
            Room.
        asked : float array, shape (2,)
            The ceiling, and the share that one sample may lend.
        voices, counts : int arrays, shapes (voices, 4), (voices,)
            Range, and fewest and most notes; how many notes each has.
        scale, steps_per_octave, units, span
            Which pitches may sound when; by which lengths borders move; from when to when notes may sound, and the
            shortest.
        known, starts, factors, longest
            The samples' notes; the longest verbatim run that may stand.
        weights : float array, shape (moves,)
            How often each move is tried, adding up.
        heat : float array, shape (4,)
            From which temperature, to which, at which step this begins, of how many.
        budget : int
            How far changes may lift a struck layer: see `engines.placed.lift_of`.
        state : uint64 array, shape (1,)
            Of chance.
        before : int array, like notes
            Receives the draft as it was before the last change.
        told : int array, shape (5,)
            Steps done, changes weighed, why it was left off, how many notes there were before, the budget used.

        Returns
        -------
        (int, float, float)
            How many notes there are, what the draft is worth, and what a large change must be worth to be taken.
        """
        if fingerprint == 0:
            return n, 0.0, 0.0
        count = len(placed)
        similarity, after = np.zeros(count), np.zeros(count)
        values, changes = np.zeros((count, 4), np.int64), np.zeros((4 * len(notes), 5), np.int64)
        coming, owner = np.zeros((MOST_COMING, 3), np.int64), np.zeros(len(cells), np.int64)
        weighed(
            pairs, numbers, rows, strokes, placed, quarters, good, least, changes, 0, edges, True, after, values,
            similarity,
        )  # fmt: skip
        value = covered(similarity, placed, good, least, cells, owner, lent, asked, cell_of)
        needed = 0.0
        told[:] = 0
        while int(heat[2]) + told[STEPS] < int(heat[3]):
            told[STEPS] += 1
            temperature = heat[0] * (heat[1] / heat[0]) ** ((heat[2] + told[STEPS]) / heat[3])
            needed = value + temperature * np.log(max(chance(state), 1e-12))
            move = drawn_move(weights, state)
            first, gone, come = propose(notes, n, move, units, span, coming, state)
            if come < 0 or n + come - gone > len(notes):
                continue
            voice = notes[first, VOICE] if gone else notes[first - 1, VOICE]
            if ticks_changed(notes, first, gone, coming, come) == 0 or not stands(
                notes, n, voice, come, gone, coming, counts, voices, scale, steps_per_octave, span
            ):
                continue
            changed, lift = differences(notes, n, first, gone, coming, come, stroke, changes)
            if budget >= lift > budget - told[USED]:
                told[LEFT_OFF] = SPENT
                break
            told[TRIED] += 1
            count_edges(changes, changed, 1, edges)
            touched = weighed(
                pairs, numbers, rows, strokes, placed, quarters, good, least, changes, changed, edges, value < 0,
                similarity, values, after,
            )  # fmt: skip
            # Where no match lies, the judge says nothing: what stands there is left in peace.
            worth = (
                covered(after, placed, good, least, cells, owner, lent, asked, cell_of)
                if touched > 0
                else value
            )
            if worth < needed or worth == value:
                count_edges(changes, changed, -1, edges)
                continue
            before[:n] = notes[:n]
            old = n
            n = exchanged(notes, n, first, gone, coming, come, voice)
            if copied(notes, n, first, come, known, starts, factors, longest):
                n = old
                notes[:n] = before[:n]
                count_edges(changes, changed, -1, edges)
                continue
            counts[voice] += come - gone
            if lift > budget:
                count_edges(changes, changed, -1, edges)
                told[LEFT_OFF], told[NOTES_BEFORE] = LARGE, old
                break
            placed[:, SHARED:], similarity[:] = values, after
            value = worth
            told[USED] += lift
        return n, value, needed

    return polish


polish = entries(fingerprint_of(SOURCES))
