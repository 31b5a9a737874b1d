"""Drums, which no transposition moves: turning points that all lanes share; samples that meet X by drums alone.

Nearly all strokes of a sample's drums are of one length, and nearly all of X's. Where the onsets of two such strokes
meet is counted; shared time turns four times around that place, for all pairs alike.
"""

from __future__ import annotations

from typing import Any

from goldenear.correlate.backends.records import compiled, float64s, int64s
from goldenear.match.kernels.layout import first_from, line_of_x
from goldenear.match.kernels.pairs import (
    Scene,
    common_line,
    lines_in_common,
    numbers_of,
    raise_floor,
    similarity_of,
    strokes_of,
)
from goldenear.match.kernels.placements import consider, drums_energy, drums_shared, span_of
from goldenear.match.score import OF_ENERGY

BEAT_ROWS = 2048
"""Shifts at which a beat is laid together: their tables stay in the nearest cache."""

LONGEST_STROKES = 1024
"""Only strokes that are no longer than this, two together, in shifts, are noted by their onsets alone."""


@compiled
def drums_at(scene: Scene, shift: int) -> Any:
    """Return the slope of what drums share before a shift, and what they share at it."""
    before = drums_shared(scene, shift - 1)
    value = drums_shared(scene, shift)
    return value - before, value


@compiled
def turn_drums(scene: Scene, start: int, end: int) -> None:
    """Add the turning points that drums make at the shifts from `start` up to `end` to the room's `drums`."""
    piece, _, _, _, pair, room = scene
    _, begin, end_of, weight, _ = strokes_of(room, pair.swept)
    mine, theirs = pair.drum_stroke, piece.drum_stroke * pair.piece_up
    if mine + theirs > LONGEST_STROKES:
        mine, theirs = 0, 0
    turns, meetings = int64s(room.drums, room.n_drums), int64s(room.meetings, room.n_meetings)
    for n in range(lines_in_common(room)):
        first, last, first_of_x, last_of_x, times, _ = common_line(room, n)
        line = line_of_x(piece, first_of_x, last_of_x)
        for j in range(first, last):
            stroke = begin[j] + start, end_of[j] + start, times * (1 if pair.plain else weight[j])
            meet_line(line, pair, stroke, (mine, theirs), (end - start, turns, meetings))
    if mine:
        turn_meetings(mine, theirs, end - start, turns, meetings)


@compiled
def meet_line(line: Any, pair: Any, stroke: Any, usual: Any, tables: Any) -> None:
    """Note where X's strokes on a line meet one of the sample's.

    `stroke` tells when it begins and ends, at the first shift of the tables, and what it weighs; `usual` holds the
    usual lengths of the sample's strokes, and of X's.
    """
    onset, offset, light = line
    begin, end, weight = stroke
    rows, turns, meetings = tables
    up = pair.piece_up
    alone = end - begin == usual[0]
    i = first_from(offset, 0, len(offset), (begin + up - 1) // up)
    while i < len(onset) and onset[i] * up - end < rows:
        a, b = onset[i] * up, offset[i] * up
        both = weight * (1 if pair.plain else light[i])
        if alone and b - a == usual[1]:
            meetings[a - begin + usual[1]] += both
        else:
            add_corners(turns, rows, (a, b), (begin, end), both)
        i += 1


@compiled
def add_corners(turns: Any, rows: int, one: Any, other: Any, both: int) -> None:
    """Add the four turning points of a stroke of X and one of the sample, each its begin and end."""
    add_turn(turns, rows, one[0] - other[1], both)
    add_turn(turns, rows, one[0] - other[0], -both)
    add_turn(turns, rows, one[1] - other[1], -both)
    add_turn(turns, rows, one[1] - other[0], both)


@compiled
def add_turn(turns: Any, rows: int, row: int, turn: int) -> None:
    """Add a turning point to a table of so many rows, if it has this one."""
    if 0 <= row < rows:
        turns[row] += turn


@compiled
def turn_meetings(mine: int, theirs: int, rows: int, turns: Any, meetings: Any) -> None:
    """Turn onsets that meet into turning points, and clear them.

    Row 0 of `meetings` is of the shift that lies `theirs` before the first.
    """
    for row in range(rows):
        eaves = meetings[row] + meetings[row + mine + theirs]
        turns[row] += eaves - meetings[row + mine] - meetings[row + theirs]
    meetings[: rows + mine + theirs] = 0


@compiled
def lay_beat(scene: Scene) -> None:
    """Lay a sample, as the pair is set, on a part of X where only drums can meet: all transpositions are one."""
    rules, pair, room = scene[3:]
    pair.lane, float64s(room.other, room.n_other)[0] = 0, 1.0
    start, stop = span_of(scene)
    if start > stop:
        return
    slope, value = drums_at(scene, start)
    shared = int64s(room.drums, room.n_drums)
    while start <= stop:
        end = min(start + BEAT_ROWS, stop + 1)
        turn_drums(scene, start, end)
        slope, value, crest = sum_up_turns(shared[: end - start], slope, value)
        if crest >= raise_floor(rules, pair):
            sum_up_energies(scene, start, end)
            look_at_shared(scene, start, shared[: end - start])
        shared[: end - start] = 0
        start = end


@compiled
def sum_up_turns(turns: Any, slope: int, value: int) -> Any:
    """Put shared time, or energy, in the place of turning points; return slope and value at the end, and the most."""
    crest = value
    for row in range(len(turns)):
        turn, turns[row] = turns[row], value
        crest = max(crest, value)
        slope += turn
        value += slope
    return slope, value, crest


@compiled
def sum_up_energies(scene: Scene, start: int, end: int) -> None:
    """Sum up what X sounds in a beat's window at the shifts from `start` up to `end`, if the measure asks for it."""
    piece, _, _, _, pair, room = scene
    if numbers_of(room, pair.swept)[OF_ENERGY] == 0:
        return
    before, value = drums_energy(scene, start - 1), drums_energy(scene, start)
    energies, rows, up = int64s(room.energies, room.n_energies), end - start, pair.piece_up
    energies[:rows] = 0
    for n in range(lines_in_common(room)):
        _, _, first_of_x, last_of_x, times, sounds = common_line(room, n)
        if not sounds:
            continue
        onset, offset, light = line_of_x(piece, first_of_x, last_of_x)
        i = first_from(offset, 0, len(offset), (start + up - 1) // up)
        while i < len(onset) and onset[i] * up - pair.length < end:
            energy = times * (1 if pair.plain else light[i] * light[i])
            stroke = onset[i] * up - start, offset[i] * up - start
            add_corners(energies, rows, stroke, (0, pair.length), energy)
            i += 1
    sum_up_turns(energies[:rows], value - before, value)


@compiled
def look_at_shared(scene: Scene, start: int, shared: Any) -> None:
    """Consider the shifts from `start` on where enough is shared; the brightest first, to raise the bar."""
    rules, pair = scene[3:5]
    best = shared.argmax()
    if shared[best] >= raise_floor(rules, pair):
        consider_beat(scene, start, best, shared[best])
    need = raise_floor(rules, pair)
    for row in range(len(shared)):
        if shared[row] >= need and row != best and consider_beat(scene, start, row, shared[row]):
            need = raise_floor(rules, pair)


@compiled
def consider_beat(scene: Scene, start: int, row: int, shared: int) -> Any:
    """Score one placement, where drums share so much; tell whether it is the best so far."""
    pair, room = scene[-2:]
    energy = int64s(room.energies, room.n_energies)[row]
    # Of thousands of shifts on a fine grid that tells at once of nearly all.
    if similarity_of(numbers_of(room, pair.swept), shared, energy) < pair.least:
        return False
    pair.drums_shared_at = pair.drums_energy_at = start + row
    pair.drums_shared, pair.drums_energy = shared, energy
    return consider(scene, 0, start + row, shared)
