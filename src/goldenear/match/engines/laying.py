"""This file is where X's strokes become columns: of edges, of energies, of time that has sounded.

A short X is laid out whole, once. Of a long one its lattice is, and excerpts as they are needed: the strokes that
sound in a stretch of time, cut off at its ends.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from goldenear.correlate.backends.lanes import LANES, add, load, store
from goldenear.correlate.backends.records import int8s, int32s, int64s, uint8s, uint16s
from goldenear.match.engines.view import Number, compiled


@compiled
def lay_out(piece: Any) -> None:
    """Fill the columns of X that there is room for."""
    time = int64s(piece.time, piece.n_time)
    event = int64s(piece.event, piece.n_event)
    count = int64s(piece.tally, piece.n_tally)
    heard = len(int64s(piece.heard_pitch, piece.n_heard_pitch))
    if not piece.long:
        piece.at_once = most_at_once(piece, event, count) if piece.n_turning8 else np.int64(0)
        lay_strokes(piece, time, 0, piece.strokes, 0, piece.length)
        if piece.n_turning8:
            lay_energy(piece, event, 0, heard, 0, piece.length, int8s(piece.turning8, piece.n_turning8))
        if piece.n_turning32:
            lay_energy(piece, event, 0, heard, 0, piece.length, int32s(piece.turning32, piece.n_turning32))
        if piece.n_turning64:
            lay_energy(piece, event, 0, heard, 0, piece.length, int64s(piece.turning64, piece.n_turning64))
    lay_sounding(piece)
    if piece.n_before8:
        lay_lattice(piece, uint8s(piece.before8, piece.n_before8))
    if piece.n_before:
        lay_lattice(piece, uint16s(piece.before, piece.n_before))
    piece.countable = piece.plain > 0 and piece.level > 0 and piece.at_once < 2**7


@compiled
def column_of(time: Any, moment: int) -> Number:
    """Return which of the rising times a moment is, or the first one after it."""
    low, high = 0, len(time)
    while low < high:
        middle = (low + high) >> 1
        if time[middle] < moment:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def most_at_once(piece: Any, event: Any, count: Any) -> Number:
    """Return how much sounds at once, at most, that the energy counts."""
    onset = int64s(piece.heard_onset, piece.n_heard_pitch)
    offset = int64s(piece.heard_offset, piece.n_heard_pitch)
    count[: len(event)] = 0
    begins = 0
    for i in range(len(onset)):
        while event[begins] < onset[i]:
            begins += 1
        count[begins] += 1
        count[column_of(event, offset[i])] -= 1
    now, most = np.int64(0), np.int64(0)
    for c in range(len(event)):
        now += count[c]
        most = max(most, now)
    return most


@compiled
def lay_strokes(piece: Any, time: Any, first: int, last: int, start: int, end: int) -> None:
    """Lay the edges of strokes `first` to `last`, cut off at `start` and `end`, into the columns of `time`."""
    pitch = int64s(piece.stroke_pitch, piece.n_stroke_pitch)
    onset = int64s(piece.stroke_onset, piece.n_stroke_pitch)
    offset = int64s(piece.stroke_offset, piece.n_stroke_pitch)
    weight = int64s(piece.stroke_weight, piece.n_stroke_pitch)
    edges = int8s(piece.edges, piece.n_edges)
    weights = int32s(piece.weights, piece.n_weights)
    half = piece.width // 2
    for i in range(first, last):
        begins, ends = max(onset[i], start), min(offset[i], end)
        if begins >= ends:
            continue
        place = LANES + pitch[i]
        c, d = column_of(time, begins), column_of(time, ends)
        if len(edges):
            a, b = 2 * c * half + place, 2 * d * half + place
            edges[a] += 1
            edges[a + half] -= 1
            edges[b] -= 1
            edges[b + half] += 1
        if len(weights):
            weights[c * half + place] += weight[i]
            weights[d * half + place] -= weight[i]


@compiled
def lay_energy(piece: Any, event: Any, first: int, last: int, start: int, end: int, turning: Any) -> None:
    """Lay the edges of the energy below each pitch; the lanes on the right go on with all of it."""
    pitch = int64s(piece.heard_pitch, piece.n_heard_pitch)
    onset = int64s(piece.heard_onset, piece.n_heard_pitch)
    offset = int64s(piece.heard_offset, piece.n_heard_pitch)
    weight = int64s(piece.heard_weight, piece.n_heard_pitch)
    stride = piece.heard_pitches + 1 + 2 * LANES
    for i in range(first, last):
        begins, ends = max(onset[i], start), min(offset[i], end)
        if begins >= ends:
            continue
        place = LANES + 1 + pitch[i]
        c, d = column_of(event, begins) * stride, column_of(event, ends) * stride
        for lane in range(place, stride):
            turning[c + lane] += weight[i]
        for lane in range(place, stride):
            turning[d + lane] -= weight[i]


@compiled
def lay_sounding(piece: Any) -> None:
    """Note the longest time that each pitch sounds within each length of time."""
    window = int64s(piece.window, piece.n_window)
    sounding = int32s(piece.sounding, piece.n_sounding)
    pitch = int64s(piece.stroke_pitch, piece.n_stroke_pitch)
    onset = int64s(piece.stroke_onset, piece.n_stroke_pitch)
    offset = int64s(piece.stroke_offset, piece.n_stroke_pitch)
    count = int64s(piece.tally, piece.n_tally)
    n, lanes = len(pitch), piece.pitches + 2 * LANES
    most = 2**31 - 1
    if len(window) == 1:
        for i in range(n):
            place = LANES + pitch[i]
            sounding[place] = min(sounding[place] + offset[i] - onset[i], most)
        return
    # The strokes of each pitch, one after the other, and how long those before each have sounded.
    first, order, before = (
        count[: piece.pitches + 1],
        count[piece.pitches + 1 :],
        count[piece.pitches + 1 + n :],
    )
    first[:] = 0
    for i in range(n):
        first[pitch[i]] += 1
    total = np.int64(0)
    for p in range(piece.pitches + 1):
        total, first[p] = total + first[p], total
    for i in range(n):
        order[first[pitch[i]]] = i
        first[pitch[i]] += 1
    for r in range(n):
        i = order[r]
        begins = r == 0 or pitch[order[r - 1]] != pitch[i]
        before[r] = 0 if begins else before[r - 1] + offset[order[r - 1]] - onset[order[r - 1]]
    for w in range(len(window)):
        for p in range(piece.pitches):
            a, b = first[p - 1] if p else np.int64(0), first[p]
            found = np.int64(0)
            # The most lies where a window begins with an onset, or ends with an offset.
            after, until = a, a
            for r in range(a, b):
                i = order[r]
                end = onset[i] + window[w]
                while after < b and onset[order[after]] < end:
                    after += 1
                j = order[after - 1]
                found = max(found, before[after - 1] + min(end, offset[j]) - onset[j] - before[r])
                start = offset[i] - window[w]
                while offset[order[until]] <= start:
                    until += 1
                j = order[until]
                skipped = before[until] + max(start - onset[j], 0)
                found = max(found, before[r] + offset[i] - onset[i] - skipped)
            sounding[w * lanes + LANES + p] = min(found, most)


@compiled
def lay_lattice(piece: Any, before: Any) -> None:
    """Note how long pitches have sounded before each line of the lattice, alone and with all below them."""
    pitch = int64s(piece.stroke_pitch, piece.n_stroke_pitch)
    onset = int64s(piece.stroke_onset, piece.n_stroke_pitch)
    offset = int64s(piece.stroke_offset, piece.n_stroke_pitch)
    below = uint16s(piece.before_below, piece.n_before_below)
    sung = int64s(piece.sung, piece.n_sung)
    step, lanes = piece.step, piece.pitches + 2 * LANES
    first_stroke = int64s(piece.first_stroke, piece.n_first_stroke)
    first_stroke[:] = len(pitch)
    within = int64s(piece.tally, piece.n_tally)
    within[: piece.lines] = 0
    first = 0
    for i in range(len(pitch)):
        place = LANES + pitch[i]
        # Strokes come by onset: the first line that each sounds before never lies ahead of the last one's.
        while (first + 1) * step <= onset[i]:
            first += 1
        line, begins = first, onset[i]
        while begins < offset[i]:
            ends = min(offset[i], (line + 1) * step)
            before[(line + 1) * lanes + place] += ends - begins
            sung[line + 1] += ends - begins
            within[line] += 1
            begins, line = ends, line + 1
        if piece.long:
            first_stroke[line - 1] = min(first_stroke[line - 1], i)
    if piece.long:
        # No more sounds at once than at some time between two lines.
        piece.at_once = within[: piece.lines].max()
    for line in range(len(first_stroke) - 2, -1, -1):
        first_stroke[line] = min(first_stroke[line], first_stroke[line + 1])
    for line in range(1, piece.lines):
        row, last = line * lanes, (line - 1) * lanes
        for lane in range(LANES, LANES + piece.pitches, LANES):
            store(before, row + lane, add(load(before, row + lane), load(before, last + lane)))
        sung[line] += sung[line - 1]
    if not len(below):
        return
    # Times may wrap round; what is added from line to line never does.
    within_line = (1 << (8 * before.itemsize)) - 1
    for line in range(1, piece.lines):
        row, last = line * lanes, (line - 1) * lanes
        other, other_last = line * (lanes + 1) + 1, (line - 1) * (lanes + 1) + 1
        total = np.int64(0)
        for lane in range(LANES, lanes):
            total += (np.int64(before[row + lane]) - np.int64(before[last + lane])) & within_line
            below[other + lane] = below[other_last + lane] + total
