"""This file is where every placement is listed that reaches a similarity, and weighed again when X's notes change.

What a change of X does to one placement is counted note by note: the time that a note shares with the sample as it
lies there, and the energy that it brings into the sample's window. That is all that a similarity is made of, so what
is weighed again is what would be found by laying the sample anew, to the bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.match.engines.code_cache import fingerprint as fingerprint_of_sources
from goldenear.match.engines.view import compiled

# The columns of a pair: a picture of a sample, counted in the pair's ticks.
UP, LOWEST, HIGHEST, BEGIN, END, BOTTOM, ROWS, ROW_START, FIRST_TRANSPOSITION, LAST_TRANSPOSITION = range(10)
"""Pair ticks in a tick of X; the window's pitches and time; the lowest stroke's pitch, how many rows of pitches, and
where they begin; which transpositions are allowed."""

ABOVE, BELOW, PRICE = range(3)
"""The sample's energy as a fraction (its denominator stands above the line), and the price."""

# The columns of a placement.
PAIR, TRANSPOSITION, SHIFT, SHARED, ENERGY = range(5)


@compiled
def shared_with(
    pair: Any, rows: Any, strokes: Any, transposition: int, shift: int, pitch: int, onset: int, offset: int
) -> Any:
    """Return the light that a note of X, in X's ticks, shares with the strokes of a placed picture."""
    row = pitch - transposition - pair[BOTTOM]
    shared = 0
    if 0 <= row < pair[ROWS]:
        begin, end = onset * pair[UP] - shift, offset * pair[UP] - shift
        first = pair[ROW_START] + row
        for k in range(rows[first], rows[first + 1]):
            inside = min(end, strokes[k, 1]) - max(begin, strokes[k, 0])
            if inside > 0:
                shared += inside * strokes[k, 2]
    return shared


@compiled
def energy_in(pair: Any, transposition: int, shift: int, pitch: int, onset: int, offset: int) -> Any:
    """Return the energy that a note of X brings into the window of a placed picture."""
    at = pitch - transposition
    if at < pair[LOWEST] or at > pair[HIGHEST]:
        return 0
    inside = min(offset * pair[UP], shift + pair[END]) - max(onset * pair[UP], shift + pair[BEGIN])
    return max(inside, 0)


@compiled
def boxed(pair: Any, rows: Any, strokes: Any, place: Any, box: Any) -> None:
    """Note where a placed picture may meet X: lowest and highest pitch, begin and end in X's ticks.

    That is its window, and what must stay dark outside it.
    """
    begin, end = pair[BEGIN], pair[END]
    for k in range(rows[pair[ROW_START]], rows[pair[ROW_START] + pair[ROWS]]):
        begin, end = min(begin, strokes[k, 0]), max(end, strokes[k, 1])
    box[0] = min(pair[LOWEST], pair[BOTTOM]) + place[TRANSPOSITION]
    box[1] = max(pair[HIGHEST], pair[BOTTOM] + pair[ROWS] - 1) + place[TRANSPOSITION]
    box[2] = (place[SHIFT] + begin) // pair[UP]
    box[3] = -(-(place[SHIFT] + end) // pair[UP])


@compiled
def touched(box: Any, changes: Any, first: int, last: int) -> Any:
    """Tell whether any note that comes or goes lies in a window."""
    for i in range(first, last):
        if box[0] <= changes[i, 1] <= box[1] and changes[i, 2] < box[3] and box[2] < changes[i, 3]:
            return True
    return False


@compiled
def similarity_of(numbers: Any, shared: int, energy: int) -> Any:
    """Return the similarity at a placement, its price in it."""
    if shared <= 0 or energy <= 0:
        return 0.0
    above = float(shared)
    above *= above
    above *= numbers[ABOVE]
    return min(np.sqrt(above / (energy * numbers[BELOW])), 1.0) * numbers[PRICE]


@compiled
def measured(pair: Any, rows: Any, strokes: Any, light: Any) -> Any:
    """Note the light of each row of a picture's pitches; return its greatest brightness, begin and end.

    Places that must stay dark have no light.
    """
    first = pair[ROW_START]
    brightest, begin, end = 1, strokes[rows[first], 0], strokes[rows[first], 1]
    for row in range(pair[ROWS]):
        light[row] = 0
        for k in range(rows[first + row], rows[first + row + 1]):
            onset, offset, weight = strokes[k, 0], strokes[k, 1], strokes[k, 2]
            brightest, begin, end = max(brightest, weight), min(begin, onset), max(end, offset)
            light[row] += (offset - onset) * max(weight, 0)
    return brightest, begin, end


@compiled
def row_bound(pair: Any, light: Any, brightest: int, sounding: Any, lowest: int, transposition: int) -> Any:
    """Return what the shared light at a transposition cannot exceed, from how long each pitch sounds."""
    bound = 0
    for row in range(pair[ROWS]):
        at = pair[BOTTOM] + row + transposition - lowest
        if 0 <= at < len(sounding):
            bound += min(sounding[at] * pair[UP] * brightest, light[row])
    return bound


@compiled
def scatter(
    pair: Any, rows: Any, strokes: Any, notes: Any, transposition: int, first_shift: int, turns: Any
) -> None:
    """Scatter the turning points of all pairs of notes at one transposition."""
    turns[:] = 0
    for note in notes:
        row = note[0] - transposition - pair[BOTTOM]
        if 0 <= row < pair[ROWS]:
            onset, offset = note[1] * pair[UP] - first_shift, note[2] * pair[UP] - first_shift
            first = pair[ROW_START] + row
            for k in range(rows[first], rows[first + 1]):
                weight = strokes[k, 2]
                turns[onset - strokes[k, 1]] += weight
                turns[onset - strokes[k, 0]] -= weight
                turns[offset - strokes[k, 1]] -= weight
                turns[offset - strokes[k, 0]] += weight


@compiled
def list_row(
    pair: Any,
    which: int,
    notes: Any,
    transposition: int,
    first_shift: int,
    turns: Any,
    needed: float,
    share: float,
    found: Any,
    n: int,
) -> Any:
    """List the shifts of one transposition whose shared light, squared, is `share` of their energy; return how many.

    `needed` is what the shared light must be at the least; with a share of 0 that is enough.
    """
    slope, shared = 0, 0
    for column in range(len(turns)):
        if shared > 0 and shared >= needed:
            shift = first_shift + column
            energy = 0
            for note in notes:
                energy += energy_in(pair, transposition, shift, note[0], note[1], note[2])
            if float(shared) * shared >= share * energy:
                if n < len(found):
                    found[n, PAIR], found[n, TRANSPOSITION], found[n, SHIFT] = which, transposition, shift
                    found[n, SHARED], found[n, ENERGY] = shared, energy
                n += 1
        slope += turns[column]
        shared += slope
    return n


def entries(fingerprint: int) -> tuple[Any, Any]:
    """Return the functions that are called from outside."""

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def placements(
        pairs: NDArray[np.int64],
        numbers: NDArray[np.float64],
        rows: NDArray[np.int64],
        strokes: NDArray[np.int64],
        floors: NDArray[np.float64],
        notes: NDArray[np.int64],
        in_part: bool,
        found: NDArray[np.int64],
    ) -> int:
        """List all placements of some pairs on X whose similarity, before the price, reaches the pair's floor.

        Parameters
        ----------
        pairs, numbers : arrays, shape (pairs, ...)
            See the columns above.
        rows, strokes : arrays
            Of all pairs: where each row of pitches begins among the strokes; their onsets, offsets, brightnesses.
        floors : float array, shape (pairs,)
            Above 0.
        notes : int array, shape (n, 3)
            X: pitch, onset, offset, in X's ticks; all of brightness 1, no two of one pitch at once.
        in_part : bool
            List those, too, where some of X's notes alone may reach it: no stroke may have to stay dark then.
        found : int array, shape (room, 5)
            Is filled.

        Returns
        -------
        int
            How many there are; where there is no room for all, the rest is not written.
        """
        if fingerprint == 0:
            return 0
        lowest, highest = notes[:, 0].min(), notes[:, 0].max()
        sounding = np.zeros(highest - lowest + 1, np.int64)
        for note in notes:
            sounding[note[0] - lowest] += note[2] - note[1]
        n = 0
        for which in range(len(pairs)):
            pair = pairs[which]
            if pair[ROWS] == 0:
                # Drums alone meet nothing here.
                continue
            light = np.zeros(pair[ROWS], np.int64)
            brightest, begin, end = measured(pair, rows, strokes, light)
            share = floors[which] ** 2 * (1 - 1e-9) * numbers[which, BELOW] / numbers[which, ABOVE]
            # S**2 / (R E) <= S k / R, for S <= k E.
            needed = share / brightest
            if in_part:
                share = 0.0
            first_shift = notes[:, 1].min() * pair[UP] - end
            turns = np.zeros(notes[:, 2].max() * pair[UP] - begin - first_shift + 1, np.int64)
            from_here = max(pair[FIRST_TRANSPOSITION], lowest - pair[BOTTOM] - pair[ROWS] + 1)
            to_here = min(pair[LAST_TRANSPOSITION], highest - pair[BOTTOM])
            for transposition in range(from_here, to_here + 1):
                if row_bound(pair, light, brightest, sounding, lowest, transposition) >= needed:
                    scatter(pair, rows, strokes, notes, transposition, first_shift, turns)
                    n = list_row(
                        pair, which, notes, transposition, first_shift, turns, needed, share, found, n
                    )
        return n

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def weigh(
        pairs: NDArray[np.int64],
        numbers: NDArray[np.float64],
        rows: NDArray[np.int64],
        strokes: NDArray[np.int64],
        placed: NDArray[np.int64],
        needed: NDArray[np.float64],
        changes: NDArray[np.int64],
        starts: NDArray[np.int64],
        ticks: NDArray[np.int64],
        best: NDArray[np.float64],
        kinds: NDArray[np.int64],
    ) -> None:
        """Raise ``best[change, kind]`` to the greatest similarity among listed placements after each change of X.

        Parameters
        ----------
        pairs, numbers, rows, strokes
            As for `placements`.
        placed : int array, shape (placements, 5)
            As found, and sorted by what they need.
        needed : float array, shape (placements,)
            How many ticks of X's notes must change before each matters.
        changes : int array, shape (notes, 4)
            Notes of X that go (-1) or come (+1): sign, pitch, onset, offset.
        starts : int array, shape (changes + 1,)
            Where each change begins among them.
        ticks : int array, shape (changes,)
            How many ticks of notes each changes.
        best : float array, shape (changes, kinds)
            Is raised.
        kinds : int array, shape (pairs,)
            Which kind of sample each pair is of.
        """
        if fingerprint == 0:
            return
        boxes = np.zeros((len(placed), 4), np.int64)
        for j in range(len(placed)):
            boxed(pairs[placed[j, PAIR]], rows, strokes, placed[j], boxes[j])
        for change in range(len(starts) - 1):
            first, last = starts[change], starts[change + 1]
            for j in range(len(placed)):
                if needed[j] > ticks[change]:
                    break
                # What no change touches stays as it is: where it matters only after changes, it does not matter.
                if needed[j] > 0 and not touched(boxes[j], changes, first, last):
                    continue
                which = placed[j, PAIR]
                shared, energy = placed[j, SHARED], placed[j, ENERGY]
                for i in range(first, last):
                    sign, pitch, onset, offset = changes[i, 0], changes[i, 1], changes[i, 2], changes[i, 3]
                    where = placed[j, TRANSPOSITION], placed[j, SHIFT]
                    shared += sign * shared_with(pairs[which], rows, strokes, *where, pitch, onset, offset)
                    energy += sign * energy_in(pairs[which], *where, pitch, onset, offset)
                similarity = similarity_of(numbers[which], shared, energy)
                best[change, kinds[which]] = max(best[change, kinds[which]], similarity)

    return placements, weigh


placements, weigh = entries(fingerprint_of_sources())
