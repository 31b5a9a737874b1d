"""Drums, which no transposition moves: turning points that all lanes share; samples that meet X by drums alone."""

from __future__ import annotations

from typing import Any

from goldenear.correlate.backends.records import compiled, float64s, int64s
from goldenear.match.kernels.layout import DRUMS, first_from, strokes_of_x
from goldenear.match.kernels.pairs import NEVER, Scene, raise_floor, strokes_of
from goldenear.match.kernels.placements import consider, span_of

ROWS = 256
"""Shifts that a table holds: it stays in the nearest cache."""


@compiled
def turn_drums(scene: Scene, span: tuple[int, int, int]) -> Any:
    """Add the turning points that drums make to the room's `drums`, a number a shift; return slope and shared time.

    `span` is three shifts: turning points from the first up to the second are summed up in slope and shared time at
    the second; those from there up to the third are added to the room's numbers.
    """
    piece, _, _, _, pair, room = scene
    pitch, begin, ends, weight, pitched = strokes_of(room, pair.swept)
    drum, onset, offset, light, reach = strokes_of_x(piece, DRUMS, pair.swept)
    since, start, end = span
    turns, slope, value = int64s(room.drums, ROWS), 0, 0
    for j in range(pitched, len(pitch)):
        # What ends earlier turns nothing from `since` on.
        first = first_from(reach, 0, len(reach), (since + begin[j]) // pair.piece_up)
        for i in range(first, len(drum)):
            if onset[i] * pair.piece_up - ends[j] >= end:
                break
            if drum[i] != pitch[j]:
                continue
            both = 1 if pair.plain else weight[j] * light[i]
            for corner in range(4):
                x = (onset[i] if corner < 2 else offset[i]) * pair.piece_up
                shift = x - (ends[j] if corner % 2 == 0 else begin[j])
                turn = both if corner in (0, 3) else -both
                if since <= shift < start:
                    slope += turn
                    value += turn * (start - shift)
                elif start <= shift < end:
                    turns[shift - start] += turn
    return slope, value


@compiled
def lay_beat(scene: Scene) -> None:
    """Lay a sample, as the pair is set, on a part of X where only drums can meet: all transpositions are one."""
    pair, room = scene[-2:]
    pair.lane, float64s(room.other, room.n_other)[0] = 0, 1.0
    start, stop = span_of(scene)
    slope, value = turn_drums(scene, (-NEVER, start, start))
    shared = int64s(room.drums, ROWS)
    while start <= stop:
        end = min(start + ROWS, stop + 1)
        turn_drums(scene, (start, start, end))
        for row in range(end - start):
            slope, value, shared[row] = slope + shared[row], value + slope + shared[row], value
        look_at_shared(scene, start, shared[: end - start])
        shared[: end - start] = 0
        start = end


@compiled
def look_at_shared(scene: Scene, start: int, shared: Any) -> None:
    """Consider the shifts from `start` on where enough is shared; the brightest first, to raise the bar."""
    rules, pair = scene[3:5]
    best = shared.argmax()
    if shared[best] >= raise_floor(rules, pair):
        consider_beat(scene, start + best, shared[best])
    need = raise_floor(rules, pair)
    for row in range(len(shared)):
        if shared[row] >= need and row != best and consider_beat(scene, start + row, shared[row]):
            need = raise_floor(rules, pair)


@compiled
def consider_beat(scene: Scene, shift: int, shared: int) -> Any:
    """Score one placement, where drums share so much; tell whether it is the best so far."""
    pair = scene[-2]
    pair.drums_shared_at, pair.drums_shared = shift, shared
    return consider(scene, 0, shift, shared)
