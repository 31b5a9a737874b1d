"""This file is where a long X is looked over from afar, and only excerpts that hold hope are laid out and swept."""

from __future__ import annotations

from typing import Any

import numpy as np

from goldenear.correlate.backends.lanes import LANES, greatest, lowest_bit
from goldenear.correlate.backends.records import int8s, int64s, uint8s, uint16s, uint64s
from goldenear.match.columns import SPAN
from goldenear.match.engines.bounds import (
    hope_in_span,
    lanes_allowed,
    note_strokes,
    shared_in_span,
    sight_of,
)
from goldenear.match.engines.laying import column_of, lay_energy, lay_strokes
from goldenear.match.engines.view import WINDOW_COSINE, Number, compiled
from goldenear.match.engines.widths import has_peaks, pays_sparse, sweep_in_bits

RUN = 2
"""Excerpts are at most so many times as long as the sample, and the sample."""


@compiled
def lay_in_excerpts(
    piece: Any,
    excerpt: Any,
    packed: Any,
    view: Any,
    rules: Any,
    low: int,
    high: int,
    most: int,
    straight: bool,
    room: Any,
) -> None:
    """Lay one variant on a long X; the best that reaches the view's floor is left in the view."""
    if piece.n_before8:
        look_along(
            piece, excerpt, packed, view, rules, low, high, most, straight,
            uint8s(piece.before8, piece.n_before8), uint8s(room.lanes8, room.n_lanes8), room,
        )  # fmt: skip
    else:
        look_along(
            piece, excerpt, packed, view, rules, low, high, most, straight,
            uint16s(piece.before, piece.n_before), uint16s(room.lanes16, room.n_lanes16), room,
        )  # fmt: skip


@compiled
def look_along(
    piece: Any,
    excerpt: Any,
    packed: Any,
    view: Any,
    rules: Any,
    low: int,
    high: int,
    most: int,
    straight: bool,
    before: Any,
    lanes: Any,
    room: Any,
) -> None:
    """Look along a long X in spans of its lattice, counted in so many bits, and sweep where there is hope."""
    below = uint16s(piece.before_below, piece.n_before_below)
    lines = piece.lines
    if rules.prune and view.floor == 0:
        # Where most could be shared first: what is found there decides most of the rest.
        promise, promising, promising_lowest = -1, 0, low
        for lowest in range(low, high + 1, LANES):
            reach = sight_of(piece, packed, view, lowest).reach
            n = note_strokes(piece, packed, view, lowest, room)
            allowed = lanes_allowed(lowest, low, high)
            for start in range(-reach, lines - 1, SPAN):
                total = shared_in_span(
                    piece, before, lanes, reach, start, min(start + SPAN, lines - 1), n, room
                )
                found = greatest(total, allowed, lanes)
                if found > promise:
                    promise, promising, promising_lowest = found, start, lowest
        allowed = lanes_allowed(promising_lowest, low, high)
        end = min(promising + SPAN, lines - 1)
        sweep_excerpt(
            piece, excerpt, packed, view, promising_lowest, allowed, promising, end, most, straight, room
        )
    for lowest in range(low, high + 1, LANES):
        sight = sight_of(piece, packed, view, lowest)
        n = note_strokes(piece, packed, view, lowest, room)
        allowed = lanes_allowed(lowest, low, high)
        begun, hopeful = 0, np.uint64(0)
        line = -sight.reach
        while line < lines - 1:
            bright = allowed
            end = min(line + 1, lines - 1)
            if rules.prune:
                span = min(line + SPAN, lines - 1)
                # Some lines at once, and each alone only where these hold hope.
                bright = hope_in_span(piece, before, below, lanes, sight, line, span, allowed, n, room)
                if bright:
                    bright = hope_in_span(piece, before, below, lanes, sight, line, end, bright, n, room)
                else:
                    end = span
            if bright and not hopeful:
                begun = line
            hopeful |= bright
            line = end
            full = line - begun >= RUN * sight.reach
            if hopeful and (full or not bright or line >= lines - 1):
                sweep_excerpt(
                    piece, excerpt, packed, view, lowest, hopeful, begun, line, most, straight, room
                )
                hopeful = np.uint64(0)
                # What was found raises what is asked for; and the room has been used.
                sight = sight_of(piece, packed, view, lowest)
                n = note_strokes(piece, packed, view, lowest, room)


@compiled
def sweep_excerpt(
    piece: Any,
    excerpt: Any,
    packed: Any,
    view: Any,
    lowest: int,
    allowed: Any,
    first: int,
    last: int,
    most: int,
    straight: bool,
    room: Any,
) -> None:
    """Sweep the shifts from line `first` to line `last` of X's lattice, ends included."""
    reach = sight_of(piece, packed, view, lowest).reach
    lay_excerpt(
        piece, excerpt, max(first, 0), min(last + reach, piece.lines - 1), view.measure == WINDOW_COSINE
    )
    time = int64s(excerpt.time, excerpt.n_time)
    piece_time = int64s(room.piece_time, excerpt.n_time)
    for i in range(len(time)):
        piece_time[i] = time[i] * view.piece_up
    view.first_hope = first * piece.step * view.piece_up
    view.last_hope = last * piece.step * view.piece_up
    sparse = straight and pays_sparse(excerpt, packed, view)
    peaks = straight and has_peaks(excerpt, packed, view)
    sweep_in_bits(excerpt, packed, view, lowest, allowed, most, sparse, peaks, room)


@compiled
def lay_excerpt(piece: Any, excerpt: Any, first: int, last: int, windowed: bool) -> None:
    """Lay out what sounds between two lines of X's lattice."""
    start, end = first * piece.step, last * piece.step
    onset = int64s(piece.stroke_onset, piece.n_stroke_pitch)
    offset = int64s(piece.stroke_offset, piece.n_stroke_pitch)
    begin = int64s(piece.first_stroke, piece.n_first_stroke)[first]
    stop = column_of(onset, end)
    excerpt.n_time = note_times(excerpt, begin, stop, start, end)
    time = int64s(excerpt.time, excerpt.n_time)
    excerpt.n_edges = excerpt.n_time * excerpt.width
    int8s(excerpt.edges, excerpt.n_edges)[:] = 0
    lay_strokes(excerpt, time, begin, stop, start, end)
    excerpt.strokes = stop - begin
    excerpt.n_event = excerpt.n_time if windowed else 0
    if windowed:
        excerpt.n_turning8 = excerpt.n_time * (excerpt.heard_pitches + 1 + 2 * LANES)
        turning = int8s(excerpt.turning8, excerpt.n_turning8)
        turning[:] = 0
        lay_energy(excerpt, time, begin, stop, start, end, turning)
        sounds = np.int64(0)
        for j in range(begin, stop):
            sounds += max(min(offset[j], end) - max(onset[j], start), 0)
        excerpt.all_energy = sounds * piece.plain * piece.plain


@compiled
def note_times(excerpt: Any, begin: int, stop: int, start: int, end: int) -> Number:
    """Note, in order, when strokes `begin` to `stop` begin and end from `start` to `end`; return how many times."""
    onset = int64s(excerpt.stroke_onset, excerpt.n_stroke_pitch)
    offset = int64s(excerpt.stroke_offset, excerpt.n_stroke_pitch)
    words = (end - start) // 64 + 1
    bits = uint64s(excerpt.tally, words)
    bits[:] = np.uint64(0)
    one = np.uint64(1)
    for i in range(begin, stop):
        # What begins before, or ends after, is cut off there.
        begins, ends = max(onset[i], start) - start, min(offset[i], end) - start
        if begins < ends:
            bits[begins >> 6] |= one << np.uint64(begins & 63)
            bits[ends >> 6] |= one << np.uint64(ends & 63)
    time = int64s(excerpt.time, excerpt.n_tally)
    n = 0
    for w in range(words):
        left = bits[w]
        while left:
            time[n] = start + w * 64 + lowest_bit(left)
            n += 1
            left &= left - one
    return n
