"""This file is where it is seen how many notes on end a draft has from one sample, transposed or stretched."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.composing.engines.note_moves import LOCKED, ONSET, PITCH, VOICE
from goldenear.composing.engines.sources import SOURCES
from goldenear.correlate.backends.records import compiled
from goldenear.match.kernels.code_cache import fingerprint as fingerprint_of


@compiled
def longest_run(notes: Any, n: int, i: int, known: Any, starts: Any, factors: Any, limit: int) -> Any:
    """Return how many notes of one voice, note i among them, are also in a known sample, transposed and stretched.

    `known` holds pitch and onset of the samples' notes under every stretch, each `starts[s]` to `starts[s + 1]`
    counted in ticks of which X's have `factors[s]`. A run longer than `limit` is as good as the longest.
    """
    longest = 0
    voice = notes[i, VOICE]
    for s in range(len(factors)):
        factor, begin, end = factors[s], starts[s], starts[s + 1]
        for j in range(begin, end):
            up, later = notes[i, PITCH] - known[j, 0], notes[i, ONSET] * factor - known[j, 1]
            run = 1
            for way in (1, -1):
                at, there = i + way, j
                while 0 <= at < n and notes[at, VOICE] == voice:
                    pitch, onset = notes[at, PITCH] - up, notes[at, ONSET] * factor - later
                    there += way
                    while begin <= there < end and (known[there, 1] - onset) * way < 0:
                        there += way
                    found = False
                    look = there
                    while begin <= look < end and known[look, 1] == onset:
                        if known[look, 0] == pitch:
                            found = True
                            break
                        look += way
                    if not found:
                        break
                    there -= way
                    run += 1
                    at += way
            longest = max(longest, run)
            if longest > limit:
                return longest
    return longest


@compiled
def end_run(run: int, end: int, found: Any) -> None:
    """Note a run that ends before a note, for each note of it."""
    if run > 1:
        for i in range(end - run, end):
            found[i] = max(found[i], run)


@compiled
def go_on(sample: Any, up: int, later: int, run: Any, grown: Any, i: int, found: Any) -> None:
    """Let every run that ends with a note of a sample go on to note i, so far from the last, or end before it."""
    grown[:] = 1
    there = 0
    for j in range(len(sample)):
        pitch, onset = sample[j, 0] + up, sample[j, 1] + later
        while there < len(sample) and sample[there, 1] < onset:
            there += 1
        look = there
        while look < len(sample) and sample[look, 1] == onset and sample[look, 0] != pitch:
            look += 1
        if look < len(sample) and sample[look, 1] == onset:
            grown[look] = run[j] + 1
        else:
            end_run(run[j], i, found)


def entries(fingerprint: int) -> Any:
    """Return the function that is called from outside."""

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def runs(
        notes: NDArray[np.int64],
        known: NDArray[np.int64],
        starts: NDArray[np.int64],
        factors: NDArray[np.int64],
        found: NDArray[np.int64],
    ) -> None:
        """Note for each free note the longest run that it is part of; 0 for locked ones."""
        if fingerprint == 0:
            return
        n = len(notes)
        found[:] = int(len(known) > 0)
        for s in range(len(factors)):
            sample = known[starts[s] : starts[s + 1]]
            run, grown = np.ones(len(sample), np.int64), np.ones(len(sample), np.int64)
            for i in range(1, n + 1):
                if i == n or notes[i, VOICE] != notes[i - 1, VOICE]:
                    for j in range(len(sample)):
                        end_run(run[j], i, found)
                    run[:] = 1
                else:
                    up, later = notes[i, PITCH] - notes[i - 1, PITCH], notes[i, ONSET] - notes[i - 1, ONSET]
                    go_on(sample, up, later * factors[s], run, grown, i, found)
                    run, grown = grown, run
        for i in range(n):
            if notes[i, LOCKED]:
                found[i] = 0

    return runs


runs = entries(fingerprint_of(SOURCES))
