"""This file is where a long X is looked over from afar, and only excerpts that hold hope are laid out and swept."""

from __future__ import annotations

from typing import Any

import numpy as np

from goldenear.correlate.backends.lanes import LANES, greatest, lowest_bit
from goldenear.correlate.backends.records import int8s, int64s, uint8s, uint16s, uint64s
from goldenear.match.columns import SPAN
from goldenear.match.engines.afar import (
    hope_by_strokes,
    note_strokes,
    shared_in_span,
    sight_of,
)
from goldenear.match.engines.bounds import lanes_allowed
from goldenear.match.engines.laying import column_of, lay_energy, lay_strokes
from goldenear.match.engines.tile import scale_times
from goldenear.match.engines.view import NEVER, WINDOW_COSINE, Number, compiled

LOWEST, NEXT_LINE, PROMISED, FOUND, FIRST_LINE, LAST_LINE = range(6)
"""What is kept of a search in ``room.search``: where it goes on, whether the most promising span has been had, and of
the excerpt found its lowest transposition and its lines; the transpositions with hope are in ``room.hopes``."""

RUN = 2
"""Excerpts are at most so many times as long as the sample, and the sample."""


@compiled
def begin_search(low: int, room: Any) -> None:
    """Begin to look along a long X, from the lowest transposition on."""
    search = int64s(room.search, room.n_search)
    search[LOWEST], search[NEXT_LINE], search[PROMISED] = low, -NEVER, 0


@compiled
def next_excerpt(
    piece: Any, excerpt: Any, packed: Any, view: Any, rules: Any, low: int, high: int, room: Any
) -> bool:
    """Lay out the next excerpt that holds hope; its transpositions are left in the room, its shifts in the view.

    What has been found in those before it raises what is hoped for.
    """
    if piece.n_before8:
        before, lanes = uint8s(piece.before8, piece.n_before8), uint8s(room.lanes8, room.n_lanes8)
        found = find_excerpt(piece, packed, view, rules, low, high, before, lanes, room)
    else:
        before16, lanes16 = uint16s(piece.before, piece.n_before), uint16s(room.lanes16, room.n_lanes16)
        found = find_excerpt(piece, packed, view, rules, low, high, before16, lanes16, room)
    if not found:
        return False
    search = int64s(room.search, room.n_search)
    first, last = search[FIRST_LINE], search[LAST_LINE]
    reach = sight_of(piece, packed, view, low).reach
    lay_excerpt(
        piece, excerpt, max(first, 0), min(last + reach, piece.lines - 1), view.measure == WINDOW_COSINE
    )
    scale_times(excerpt, view, room)
    view.first_hope = first * piece.step * view.piece_up
    view.last_hope = last * piece.step * view.piece_up
    return True


@compiled
def find_excerpt(
    piece: Any,
    packed: Any,
    view: Any,
    rules: Any,
    low: int,
    high: int,
    before: Any,
    lanes: Any,
    room: Any,
) -> bool:
    """Look along a long X in spans of its lattice, from where it was left, until a run of them holds hope."""
    search = int64s(room.search, room.n_search)
    hopes = uint64s(room.hopes, room.n_hopes)
    below = uint16s(piece.before_below, piece.n_before_below)
    lines = piece.lines
    if not search[PROMISED]:
        search[PROMISED] = 1
        if rules.prune and view.floor == 0:
            # Where most could be shared comes first: what is found there decides most of the rest.
            most_promising(piece, packed, view, low, high, before, lanes, room)
            return True
    for lowest in range(search[LOWEST], high + 1, LANES):
        sight = sight_of(piece, packed, view, lowest)
        n = note_strokes(piece, packed, view, lowest, room)
        allowed = lanes_allowed(lowest, low, high)
        begun, hopeful = 0, np.uint64(0)
        line = max(search[NEXT_LINE], -sight.reach)
        while line < lines - 1:
            bright = allowed
            end = min(line + 1, lines - 1)
            if rules.prune:
                span = min(line + SPAN, lines - 1)
                # Some lines at once, and each alone only where these hold hope.
                bright = hope_by_strokes(piece, before, below, lanes, sight, line, span, allowed, n, room)
                if bright:
                    bright = hope_by_strokes(piece, before, below, lanes, sight, line, end, bright, n, room)
                else:
                    end = span
            if bright and not hopeful:
                begun = line
            hopeful |= bright
            line = end
            full = line - begun >= RUN * sight.reach
            if hopeful and (full or not bright or line >= lines - 1):
                search[LOWEST], search[NEXT_LINE] = lowest, line
                search[FOUND], search[FIRST_LINE], search[LAST_LINE] = lowest, begun, line
                hopes[0] = hopeful
                return True
        search[NEXT_LINE] = -NEVER
    return False


@compiled
def most_promising(
    piece: Any, packed: Any, view: Any, low: int, high: int, before: Any, lanes: Any, room: Any
) -> None:
    """Find the span, and 64 transpositions, with the most that could be shared."""
    search = int64s(room.search, room.n_search)
    hopes = uint64s(room.hopes, room.n_hopes)
    lines = piece.lines
    promise = -1
    for lowest in range(low, high + 1, LANES):
        reach = sight_of(piece, packed, view, lowest).reach
        n = note_strokes(piece, packed, view, lowest, room)
        allowed = lanes_allowed(lowest, low, high)
        for start in range(-reach, lines - 1, SPAN):
            end = min(start + SPAN, lines - 1)
            found = greatest(shared_in_span(piece, before, lanes, reach, start, end, n, room), allowed, lanes)
            if found > promise:
                promise = found
                search[FOUND], search[FIRST_LINE], search[LAST_LINE] = lowest, start, end
                hopes[0] = allowed


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
