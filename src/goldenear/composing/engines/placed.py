"""Placements of samples on a draft, listed once and weighed again when its notes change.

A draft is compared in two layers, as its notes are held and as they are struck. What a change does to one placement
is counted stroke by stroke: the time that a stroke shares with the sample as it lies there, and the time that it
brings into the sample's window. That is all that a similarity is made of, so what is weighed again is what would be
found by laying the sample anew, to the bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.composing.engines.sources import SOURCES
from goldenear.composing.rows import Edges
from goldenear.correlate.backends.records import compiled
from goldenear.match.kernels.code_cache import fingerprint as fingerprint_of
from goldenear.match.kernels.pairs import mean_of, similarity_of

# The columns of a pair: a picture of a sample, counted in the pair's ticks.
UP, LOWEST, HIGHEST, BEGIN, END, BOTTOM, ROWS, ROW_START, FIRST_TRANSPOSITION, LAST_TRANSPOSITION = range(10)
"""Pair ticks in a tick of X; the window's pitches and time; the lowest stroke's pitch, how many rows of pitches, and
where those of the held layer begin, followed by those of the struck one; which transpositions are allowed."""

WEIGHT = 10
"""Where the weight stands among the numbers of a pair; before it five numbers a layer, as the score has them."""

# The columns of a placement: shared time and energy of the held layer, then of the struck one.
PAIR, TRANSPOSITION, SHIFT, SHARED, ENERGY = range(5)

# The columns of a stroke that comes or goes.
SIGN, LAYER, PITCH, ONSET, OFFSET = range(5)

HELD, STRUCK, TAIL = 0, 1, 2
"""The layers; a tail is the end of a stroke that stays, by which it grows or is cut."""

COMING = 4
"""A tick of a stroke that comes counts as much as so many that go: what goes only makes room in a window."""


@compiled
def shared_with(
    pair: Any,
    rows: Any,
    strokes: Any,
    layer: int,
    transposition: int,
    shift: int,
    pitch: int,
    onset: int,
    offset: int,
) -> Any:
    """Return what a stroke of X, in X's ticks, shares with a layer of a placed picture."""
    row = pitch - transposition - pair[BOTTOM]
    shared = 0
    if 0 <= row < pair[ROWS]:
        begin, end = onset * pair[UP] - shift, offset * pair[UP] - shift
        first = pair[ROW_START] + layer * (pair[ROWS] + 1) + row
        for k in range(rows[first], rows[first + 1]):
            inside = min(end, strokes[k, 1]) - max(begin, strokes[k, 0])
            if inside > 0:
                shared += inside * strokes[k, 2]
    return shared


@compiled
def energy_in(pair: Any, transposition: int, shift: int, pitch: int, onset: int, offset: int) -> Any:
    """Return the time that a stroke of X brings into the window of a placed picture."""
    at = pitch - transposition
    if at < pair[LOWEST] or at > pair[HIGHEST]:
        return 0
    inside = min(offset * pair[UP], shift + pair[END]) - max(onset * pair[UP], shift + pair[BEGIN])
    return max(inside, 0)


@compiled
def likeness(
    numbers: Any, quarters: int, shared: int, energy: int, of_struck: int, struck_energy: int
) -> Any:
    """Return the similarity at a placement, its weight in it."""
    held = similarity_of(numbers[:5], shared, energy)
    struck = similarity_of(numbers[5:10], of_struck, struck_energy)
    return mean_of(held, struck, quarters) * numbers[WEIGHT]


@compiled
def is_corner(pair: Any, rows: Any, strokes: Any, shift: int, edges: Any) -> Any:
    """Tell whether a stroke of a picture begins or ends with one of X, whose edges are counted."""
    first = pair[ROW_START]
    for k in range(rows[first], rows[first + 2 * pair[ROWS] + 1]):
        for side in range(2):
            time = strokes[k, side] + shift
            at = time // pair[UP] + edges.zero
            if time % pair[UP] == 0 and 0 <= at < len(edges.counts) and edges.counts[at] > 0:
                return True
    return False


@compiled
def stroke_end(
    notes: Any, n: int, pitch: int, onset: int, without: int, until: int, coming: Any, come: int, stroke: int
) -> Any:
    """Return where a stroke ends: after its length, or where the next note of its pitch begins.

    The notes from `without` up to `until` do not count, and those that come do.
    """
    end = onset + stroke
    for i in range(n):
        if (i < without or i >= until) and notes[i, 0] == pitch and onset < notes[i, 1] < end:
            end = notes[i, 1]
    for k in range(come):
        if coming[k, 0] == pitch and onset < coming[k, 1] < end:
            end = coming[k, 1]
    return end


@compiled
def add_row(out: Any, count: int, sign: int, layer: int, pitch: int, onset: int, offset: int) -> Any:
    """Add a stroke that comes or goes; return how many there are."""
    out[count, SIGN], out[count, LAYER], out[count, PITCH] = sign, layer, pitch
    out[count, ONSET], out[count, OFFSET] = onset, offset
    return count + 1


@compiled
def differences(
    notes: Any, n: int, first: int, gone: int, coming: Any, come: int, stroke: int, out: Any
) -> Any:
    """Write the strokes of both layers that go and come by a change; return how many, and their lift (`lift_of`).

    A note that comes or goes may also cut the stroke before it on its pitch, or let it grow.
    """
    count, until = 0, first + gone
    for i in range(first, until):
        count = add_row(out, count, -1, HELD, notes[i, 0], notes[i, 1], notes[i, 2])
        end = stroke_end(notes, n, notes[i, 0], notes[i, 1], n, n, coming, 0, stroke)
        count = add_row(out, count, -1, STRUCK, notes[i, 0], notes[i, 1], end)
    for k in range(come):
        count = add_row(out, count, 1, HELD, coming[k, 0], coming[k, 1], coming[k, 2])
        end = stroke_end(notes, n, coming[k, 0], coming[k, 1], first, until, coming, come, stroke)
        count = add_row(out, count, 1, STRUCK, coming[k, 0], coming[k, 1], end)
    for i in range(n):
        if first <= i < until:
            continue
        near = False
        for j in range(first, until):
            near |= notes[j, 0] == notes[i, 0] and 0 < notes[j, 1] - notes[i, 1] < stroke
        for k in range(come):
            near |= coming[k, 0] == notes[i, 0] and 0 < coming[k, 1] - notes[i, 1] < stroke
        if near:
            old = stroke_end(notes, n, notes[i, 0], notes[i, 1], n, n, coming, 0, stroke)
            new = stroke_end(notes, n, notes[i, 0], notes[i, 1], first, until, coming, come, stroke)
            if new > old:
                count = add_row(out, count, 1, TAIL, notes[i, 0], old, new)
            elif new < old:
                count = add_row(out, count, -1, TAIL, notes[i, 0], new, old)
    return count, lift_of(out, count)


@compiled
def lift_of(changes: Any, count: int) -> Any:
    """Return how far strokes that come or go can lift a struck layer: ticks that go, and `COMING` times what comes.

    A stroke that goes and comes back the same, such as the beginning of a note that is split, does not count.
    """
    come, gone = 0, 0
    for i in range(count):
        if changes[i, LAYER] == HELD:
            continue
        ticks = changes[i, OFFSET] - changes[i, ONSET]
        for j in range(count):
            if (
                changes[j, LAYER] != HELD
                and changes[j, PITCH] == changes[i, PITCH]
                and changes[j, SIGN] != changes[i, SIGN]
            ):
                both = min(changes[i, OFFSET], changes[j, OFFSET]) - max(changes[i, ONSET], changes[j, ONSET])
                ticks -= max(both, 0)
        if changes[i, SIGN] > 0:
            come += ticks
        else:
            gone += ticks
    return COMING * come + gone


@compiled
def count_edges(changes: Any, count: int, sign: int, edges: Any) -> None:
    """Count the edges of strokes that come or go; with a sign of -1, take that back."""
    for row in range(count):
        step = sign * changes[row, SIGN]
        edges.counts[changes[row, ONSET] + edges.zero] += -step if changes[row, LAYER] == TAIL else step
        edges.counts[changes[row, OFFSET] + edges.zero] += step


@compiled
def add_changes(
    pair: Any, rows: Any, strokes: Any, place: Any, changes: Any, first: int, last: int, values: Any
) -> Any:
    """Add what strokes that come or go bring to the four values of a placement; tell whether it is anything."""
    touched = False
    for i in range(first, last):
        layer = min(changes[i, LAYER], STRUCK)
        where = changes[i, PITCH], changes[i, ONSET], changes[i, OFFSET]
        energy = energy_in(pair, place[TRANSPOSITION], place[SHIFT], where[0], where[1], where[2])
        shared = shared_with(
            pair, rows, strokes, layer, place[TRANSPOSITION], place[SHIFT], where[0], where[1], where[2]
        )
        values[2 * layer] += changes[i, SIGN] * shared
        values[2 * layer + 1] += changes[i, SIGN] * energy
        touched |= shared != 0 or energy != 0
    return touched


@compiled
def row_bound(pair: Any, light: Any, brightest: int, sounding: Any, lowest: int, transposition: int) -> Any:
    """Return what the struck layer shares at a transposition at most, from how long each pitch is struck."""
    bound = 0
    for row in range(pair[ROWS]):
        at = pair[BOTTOM] + row + transposition - lowest
        if 0 <= at < len(sounding):
            bound += min(sounding[at] * pair[UP] * brightest, light[row])
    return bound


@compiled
def measured(pair: Any, rows: Any, strokes: Any, light: Any) -> Any:
    """Note the light of each row of the struck layer; return its greatest brightness, begin and end."""
    first = pair[ROW_START] + pair[ROWS] + 1
    brightest, begin, end = 1, strokes[rows[first], 0], strokes[rows[first], 1]
    for row in range(pair[ROWS]):
        light[row] = 0
        for k in range(rows[first + row], rows[first + row + 1]):
            onset, offset, weight = strokes[k, 0], strokes[k, 1], strokes[k, 2]
            brightest, begin, end = max(brightest, weight), min(begin, onset), max(end, offset)
            light[row] += (offset - onset) * max(weight, 0)
    return brightest, begin, end


@compiled
def scatter(
    pair: Any, rows: Any, strokes: Any, struck: Any, transposition: int, first_shift: int, turns: Any
) -> None:
    """Scatter the turning points of all pairs of strokes of the struck layer at one transposition."""
    turns[:] = 0
    for note in struck:
        row = note[0] - transposition - pair[BOTTOM]
        if 0 <= row < pair[ROWS]:
            onset, offset = note[1] * pair[UP] - first_shift, note[2] * pair[UP] - first_shift
            first = pair[ROW_START] + pair[ROWS] + 1 + row
            for k in range(rows[first], rows[first + 1]):
                weight = strokes[k, 2]
                turns[onset - strokes[k, 1]] += weight
                turns[onset - strokes[k, 0]] -= weight
                turns[offset - strokes[k, 1]] -= weight
                turns[offset - strokes[k, 0]] += weight


@compiled
def list_row(
    pair: Any, which: int, numbers: Any, rows: Any, strokes: Any, notes: Any, struck: Any, transposition: int,
    first_shift: int, turns: Any, needed: float, floor: float, residues: Any, found: Any, n: int,
) -> Any:  # fmt: skip
    """List the shifts of one transposition at which the struck layer reaches `floor`; return how many.

    `needed` is what it must share at the least; with a floor of 0 that is enough.
    """
    slope, shared = 0, 0
    for column in range(len(turns)):
        shift = first_shift + column
        if shared > 0 and shared >= needed and residues[shift % len(residues)]:
            energy = 0
            for note in struck:
                energy += energy_in(pair, transposition, shift, note[0], note[1], note[2])
            if similarity_of(numbers[5:10], shared, energy) >= floor:
                if n < len(found):
                    found[n, PAIR], found[n, TRANSPOSITION], found[n, SHIFT] = which, transposition, shift
                    of_held, held_energy = 0, 0
                    for note in notes:
                        held_energy += energy_in(pair, transposition, shift, note[0], note[1], note[2])
                        of_held += shared_with(
                            pair, rows, strokes, HELD, transposition, shift, note[0], note[1], note[2]
                        )
                    found[n, SHARED], found[n, ENERGY] = of_held, held_energy
                    found[n, SHARED + 2], found[n, ENERGY + 2] = shared, energy
                n += 1
        slope += turns[column]
        shared += slope
    return n


def entries(fingerprint: int) -> Any:
    """Return the function that is called from outside."""

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def placements(
        pairs: NDArray[np.int64],
        numbers: NDArray[np.float64],
        rows: NDArray[np.int64],
        strokes: NDArray[np.int64],
        steep: NDArray[np.float64],
        floors: NDArray[np.float64],
        notes: NDArray[np.int64],
        struck: NDArray[np.int64],
        unit: int,
        in_part: bool,
        found: NDArray[np.int64],
    ) -> int:
        """List all placements of some pairs on X whose struck layer reaches the pair's floor.

        Parameters
        ----------
        pairs, numbers, rows, strokes
            See the columns above.
        steep : float array, shape (pairs,)
            What a unit of shared time adds to the struck layer's similarity at most.
        floors : float array, shape (pairs,)
            Above 0.
        notes, struck : int arrays, shape (n, 3)
            X as held and as struck: pitch, onset, offset, in X's ticks; no two of one pitch at once.
        unit : int
            Of which all times of X, now and after its changes, are multiples: other shifts are never corners.
        in_part : bool
            List those, too, where some of X's notes alone may reach it.
        found : int array, shape (room, 7)
            Is filled.

        Returns
        -------
        int
            How many there are; where there is no room for all, the rest is not written.
        """
        if fingerprint == 0:
            return 0
        lowest, highest = struck[:, 0].min(), struck[:, 0].max()
        sounding = np.zeros(highest - lowest + 1, np.int64)
        for note in struck:
            sounding[note[0] - lowest] += note[2] - note[1]
        n = 0
        for which in range(len(pairs)):
            pair = pairs[which]
            if pair[ROWS] == 0:
                # Drums alone meet nothing here.
                continue
            light = np.zeros(pair[ROWS], np.int64)
            brightest, begin, end = measured(pair, rows, strokes, light)
            needed = floors[which] / steep[which] * (1 - 1e-9)
            floor = 0.0 if in_part else floors[which]
            residues = np.zeros(unit * pair[UP], np.bool_)
            first = pair[ROW_START]
            for k in range(rows[first], rows[first + 2 * pair[ROWS] + 1]):
                residues[-strokes[k, 0] % len(residues)] = True
                residues[-strokes[k, 1] % len(residues)] = True
            first_shift = struck[:, 1].min() * pair[UP] - end
            turns = np.zeros(struck[:, 2].max() * pair[UP] - begin - first_shift + 1, np.int64)
            from_here = max(pair[FIRST_TRANSPOSITION], lowest - pair[BOTTOM] - pair[ROWS] + 1)
            to_here = min(pair[LAST_TRANSPOSITION], highest - pair[BOTTOM])
            for transposition in range(from_here, to_here + 1):
                if row_bound(pair, light, brightest, sounding, lowest, transposition) >= needed:
                    scatter(pair, rows, strokes, struck, transposition, first_shift, turns)
                    n = list_row(
                        pair, which, numbers[which], rows, strokes, notes, struck, transposition, first_shift, turns,
                        needed, floor, residues, found, n,
                    )  # fmt: skip
        return n

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def corners(
        pairs: NDArray[np.int64],
        rows: NDArray[np.int64],
        strokes: NDArray[np.int64],
        placed: NDArray[np.int64],
        edges: Edges,
        found: NDArray[np.bool_],
    ) -> None:
        """Tell in `found` which placements are corners of a draft whose edges are counted."""
        if fingerprint:
            for j in range(len(placed)):
                found[j] = is_corner(pairs[placed[j, PAIR]], rows, strokes, placed[j, SHIFT], edges)

    return placements, corners


placements, corners = entries(fingerprint_of(SOURCES))
