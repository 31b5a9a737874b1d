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
PAIR_COLUMNS = 10

ABOVE, BELOW, PRICE, BRIGHTEST = range(4)
"""The sample's energy as a fraction (its denominator stands above the line), the price, the greatest brightness."""
PAIR_NUMBERS = 4

# The columns of a placement.
PAIR, TRANSPOSITION, SHIFT, SHARED, ENERGY = range(5)
PLACEMENT_COLUMNS = 5


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
def similarity_of(numbers: Any, shared: int, energy: int) -> Any:
    """Return the similarity at a placement, its price in it."""
    if shared <= 0 or energy <= 0:
        return 0.0
    above = float(shared)
    above *= above
    above *= numbers[ABOVE]
    return min(np.sqrt(above / (energy * numbers[BELOW])), 1.0) * numbers[PRICE]


@compiled
def row_bound(
    pair: Any, rows: Any, strokes: Any, light: Any, sounding: Any, lowest: int, transposition: int
) -> Any:
    """Return what the shared light at a transposition cannot exceed, from how long each pitch sounds."""
    bound = 0
    for row in range(pair[ROWS]):
        at = pair[BOTTOM] + row + transposition - lowest
        if 0 <= at < len(sounding):
            bound += min(sounding[at] * pair[UP] * light[1], light[2 + row])
    return bound


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
        first, last = notes[:, 1].min(), notes[:, 2].max()
        sounding = np.zeros(highest - lowest + 1, np.int64)
        for note in notes:
            sounding[note[0] - lowest] += note[2] - note[1]
        n = 0
        for which in range(len(pairs)):
            pair, number = pairs[which], numbers[which]
            up = pair[UP]
            start = pair[ROW_START]
            light = np.zeros(2 + pair[ROWS], np.int64)
            reach_begin, reach_end = strokes[rows[start], 0], strokes[rows[start], 1]
            for row in range(pair[ROWS]):
                for k in range(rows[start + row], rows[start + row + 1]):
                    light[1] = max(light[1], strokes[k, 2])
                    if strokes[k, 2] > 0:
                        light[2 + row] += (strokes[k, 1] - strokes[k, 0]) * strokes[k, 2]
                    reach_begin = min(reach_begin, strokes[k, 0])
                    reach_end = max(reach_end, strokes[k, 1])
            # S**2 / (R E) <= S k / R, for S <= k E.
            squared = floors[which] ** 2 * (1 - 1e-9)
            reference = number[BELOW] / number[ABOVE]
            needed = squared * reference / light[1]
            first_shift = first * up - reach_end
            columns = last * up - reach_begin - first_shift + 2
            turns = np.zeros(columns + 1, np.int64)
            begin = max(pair[FIRST_TRANSPOSITION], lowest - pair[BOTTOM] - pair[ROWS] + 1)
            end = min(pair[LAST_TRANSPOSITION], highest - pair[BOTTOM])
            for transposition in range(begin, end + 1):
                if row_bound(pair, rows, strokes, light, sounding, lowest, transposition) < needed:
                    continue
                turns[:] = 0
                for note in notes:
                    row = note[0] - transposition - pair[BOTTOM]
                    if row < 0 or row >= pair[ROWS]:
                        continue
                    onset, offset = note[1] * up - first_shift, note[2] * up - first_shift
                    for k in range(rows[start + row], rows[start + row + 1]):
                        weight = strokes[k, 2]
                        turns[onset - strokes[k, 1]] += weight
                        turns[onset - strokes[k, 0]] -= weight
                        turns[offset - strokes[k, 1]] -= weight
                        turns[offset - strokes[k, 0]] += weight
                slope, shared = 0, 0
                for column in range(columns):
                    # What lies before a turning point grows by the slope up to it.
                    if shared > 0 and shared >= needed:
                        shift = first_shift + column
                        energy = 0
                        for note in notes:
                            energy += energy_in(pair, transposition, shift, note[0], note[1], note[2])
                        if float(shared) * shared >= squared * reference * energy:
                            if n < len(found):
                                found[n, PAIR] = which
                                found[n, TRANSPOSITION] = transposition
                                found[n, SHIFT] = shift
                                found[n, SHARED] = shared
                                found[n, ENERGY] = energy
                            n += 1
                    slope += turns[column]
                    shared += slope
        return n

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def weigh(
        pairs: NDArray[np.int64],
        numbers: NDArray[np.float64],
        rows: NDArray[np.int64],
        strokes: NDArray[np.int64],
        placed: NDArray[np.int64],
        changes: NDArray[np.int64],
        starts: NDArray[np.int64],
        best: NDArray[np.float64],
        kinds: NDArray[np.int64],
    ) -> None:
        """Raise ``best[change, kind]`` to the greatest similarity among listed placements after each change of X.

        Parameters
        ----------
        pairs, numbers, rows, strokes
            As for `placements`.
        placed : int array, shape (placements, 5)
            As found.
        changes : int array, shape (notes, 4)
            Notes of X that go (-1) or come (+1): sign, pitch, onset, offset.
        starts : int array, shape (changes + 1,)
            Where each change begins among them.
        best : float array, shape (changes, kinds)
            Is raised.
        kinds : int array, shape (pairs,)
            Which kind of sample each pair is of.
        """
        if fingerprint == 0:
            return
        for j in range(len(placed)):
            which = placed[j, PAIR]
            pair, kind = pairs[which], kinds[which]
            transposition, shift = placed[j, TRANSPOSITION], placed[j, SHIFT]
            for change in range(len(starts) - 1):
                shared, energy = placed[j, SHARED], placed[j, ENERGY]
                for i in range(starts[change], starts[change + 1]):
                    sign, pitch, onset, offset = changes[i, 0], changes[i, 1], changes[i, 2], changes[i, 3]
                    shared += sign * shared_with(
                        pair, rows, strokes, transposition, shift, pitch, onset, offset
                    )
                    energy += sign * energy_in(pair, transposition, shift, pitch, onset, offset)
                similarity = similarity_of(numbers[which], shared, energy)
                best[change, kind] = max(best[change, kind], similarity)

    return placements, weigh


placements, weigh = entries(fingerprint_of_sources())
