"""This file is where X's melody is aligned with many samples in compiled loops; `alignment` says what counts."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.correlate.backends.records import compiled
from goldenear.match.alignment import (
    EXTEND,
    NEVER,
    NOTE,
    OPEN,
    RHYTHM,
    STEP,
    TRANSPOSITIONS,
    check_size,
    forms_of,
    kept_lines,
    line_of,
)
from goldenear.match.kernels.code_cache import fingerprint as fingerprint_of_sources
from goldenear.match.prepared import PreparedSamples
from goldenear.notes.alteration import Form
from goldenear.notes.note_array import NoteArray

FAR = 2**40
"""Beyond every transposition."""


class Lines(NamedTuple):
    """Many melodies as columns: ``start[k]`` to ``start[k + 1]`` are the notes of the k-th."""

    start: NDArray[np.int64]
    pitch: NDArray[np.int64]
    time: NDArray[np.int64]
    ticks_per_quarter: NDArray[np.int64]
    notes: NDArray[np.int64]
    length: NDArray[np.int64]
    """How many notes each has, and how many ticks."""


def align(x: NoteArray, samples: PreparedSamples, which: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how well X's melody aligns with those of the samples named in `which`, shape (len(which),).

    Raises
    ------
    TooLarge
        If there are too many pairs of notes.
    """
    line, recipe = line_of(x), samples.recipe
    found = np.zeros(len(which))
    if not len(which) or not len(line.pitch):
        return found
    low, high = recipe.transpositions or (-FAR, FAR)
    for form, stretches in forms_of(recipe).items():
        lines = samples.kept.once(("columns of lines", form), partial(_columns, samples, form))
        check_size(line, lines.notes[which], lines.length[which], lines.ticks_per_quarter[which], stretches)
        align_many(*line, *lines[:4], which, *stretches, low, high, found)
    return found


def _columns(samples: PreparedSamples, form: Form) -> Lines:
    """Return the melodies of all samples, mirrored, as columns."""
    lines, none = kept_lines(samples, form), np.zeros(0, np.int64)
    return Lines(
        np.cumsum([0, *(len(line.pitch) for line in lines)]).astype(np.int64),
        np.concatenate([none, *(line.pitch for line in lines)]),
        np.concatenate([none, *(line.time for line in lines)]),
        np.array([line.ticks_per_quarter for line in lines], np.int64),
        np.array([len(line.pitch) for line in lines], np.int64),
        np.array([line.time.sum() for line in lines], np.int64),
    )


@compiled
def _transpositions(
    x_pitch: Any, x_time: Any, x_ticks: int, pitch: Any, time: Any, ticks: int, low: int, high: int
) -> Any:
    """Return the transpositions at which two lines could share the most time, pitch by pitch."""
    lowest, x_lowest = pitch.min(), x_pitch.min()
    ours = np.zeros(x_pitch.max() - x_lowest + 1, np.int64)
    theirs = np.zeros(pitch.max() - lowest + 1, np.int64)
    for i in range(len(x_pitch)):
        ours[x_pitch[i] - x_lowest] += x_time[i] * ticks
    for i in range(len(pitch)):
        theirs[pitch[i] - lowest] += time[i] * x_ticks
    heard = np.flatnonzero(theirs)
    chosen = np.zeros(TRANSPOSITIONS, np.int64)
    most = np.full(TRANSPOSITIONS, -1, np.int64)
    for row in range(1 - len(theirs), len(ours)):
        moved = row + x_lowest - lowest
        if not low <= moved <= high:
            continue
        shared = 0
        for p in heard:
            if 0 <= row + p < len(ours):
                shared += min(ours[row + p], theirs[p])
        for place in range(TRANSPOSITIONS):
            if shared > most[place]:
                # The others move down by one.
                for after in range(TRANSPOSITIONS - 1, place, -1):
                    most[after], chosen[after] = most[after - 1], chosen[after - 1]
                most[place], chosen[place] = shared, moved
                break
    return chosen[most >= 0]


@compiled
def _points(
    x_pitch: Any, x_time: Any, pitch: Any, time: Any, transposition: int, lengths: Any, rows: Any
) -> int:
    """Return the points of the best alignment at one transposition and stretch.

    `lengths` is what a tick of either melody counts; `rows` is room for one row of each of the three tables, and for
    what is lost by rhythm.
    """
    pair, above, beside, lost = rows
    n, m = len(x_pitch), len(pitch)
    for j in range(m + 1):
        pair[j], above[j], beside[j] = NEVER, NEVER, -OPEN - EXTEND * (j - 1)
    pair[0], beside[0] = 0, NEVER
    last = -1
    for i in range(n):
        ours = float(x_time[i]) * lengths[0]
        if x_time[i] != last:
            # As for the note before, where that was as long.
            last = x_time[i]
            for j in range(m):
                theirs = float(time[j]) * lengths[1]
                lost[j] = np.int64(np.floor(RHYTHM * min(ours, theirs) / max(ours, theirs))) - RHYTHM
        was = max(pair[0], above[0], beside[0])
        above[0] = max(max(pair[0], beside[0]) - OPEN, above[0] - EXTEND)
        pair[0], beside[0] = NEVER, NEVER
        for j in range(m):
            steps = abs(x_pitch[i] - pitch[j] - transposition)
            met = max(NOTE - STEP * steps, -NOTE) + lost[j]
            before = max(pair[j + 1], above[j + 1], beside[j + 1])
            above[j + 1] = max(max(pair[j + 1], beside[j + 1]) - OPEN, above[j + 1] - EXTEND)
            pair[j + 1] = was + met
            beside[j + 1] = max(max(pair[j], above[j]) - OPEN, beside[j] - EXTEND)
            was = before
    best: int = max(pair[m], above[m], beside[m])
    return best


def entry(fingerprint: int) -> Any:
    """Return the function that is called from outside; the fingerprint is frozen in, as in `driver`."""

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def align_many(
        x_pitch: Any, x_time: Any, x_ticks: int, start: Any, pitch: Any, time: Any, ticks: Any, which: Any,
        up: Any, down: Any, price: Any, low: int, high: int, found: Any,
    ) -> None:  # fmt: skip
        """Raise ``found[i]`` to the likeness of X's melody to that of sample ``which[i]``."""
        if fingerprint == 0:
            return
        longest = np.diff(start).max()
        rows = np.empty((4, longest + 1), np.int64)
        pair, above, beside, lost = rows[0], rows[1], rows[2], rows[3]
        for i in range(len(which)):
            k = which[i]
            p, t = pitch[start[k] : start[k + 1]], time[start[k] : start[k + 1]]
            if not len(p):
                continue
            chosen = _transpositions(x_pitch, x_time, x_ticks, p, t, ticks[k], low, high)
            whole = NOTE * np.sqrt(float(len(x_pitch)) * float(len(p)))
            for s in range(len(up)):
                lengths, best = (float(ticks[k] * down[s]), float(x_ticks * up[s])), 0
                for transposition in chosen:
                    points = _points(
                        x_pitch, x_time, p, t, transposition, lengths, (pair, above, beside, lost)
                    )
                    best = max(best, points)
                found[i] = max(found[i], best / whole * price[s])

    return align_many


align_many = entry(fingerprint_of_sources())
