"""One placement, scored exactly: what each layer shares there, what else sounds in the window, and the similarity."""

from __future__ import annotations

from typing import Any

from goldenear.correlate.backends.records import compiled, float64s, int64s
from goldenear.match.kernels.layout import first_from, sounded
from goldenear.match.kernels.pairs import (
    asked_for,
    base_pitch,
    layers_of,
    mean_of,
    power_of,
    similarity_of,
    windows,
)
from goldenear.match.score import OF_ENERGY


@compiled
def shared_in(
    piece: Any, part: Any, packed: Any, pair: Any, layer: int, transposition: int, shift: int, room: Any
) -> Any:
    """Return what a layer shares at one placement, as it is counted for the pair."""
    pitch, begin = int64s(room.pitch, room.n_pitch), int64s(room.begin, room.n_pitch)
    end, weight = int64s(room.end, room.n_pitch), int64s(room.weight, room.n_pitch)
    counts = int64s(room.counts, room.n_counts)
    start = int64s(piece.line_start, piece.n_line_start)
    onset, offset = (
        int64s(piece.line_onset, piece.n_line_onset),
        int64s(piece.line_offset, piece.n_line_onset),
    )
    lit = int64s(piece.line_weight, piece.n_line_onset)
    first = layer * (room.n_pitch // 2)
    base = base_pitch(packed, pair) + transposition - piece.lowest
    lines = layer * (piece.pitches + 1)
    up = pair.piece_up
    total = 0
    for j in range(first, first + counts[2 * layer]):
        row = base + pitch[j]
        if not 0 <= row < piece.pitches:
            continue
        a, b = begin[j] + shift, end[j] + shift
        if pair.plain and part.lines:
            total += sounded(part, piece.pitches, layer, row, row + 1, b, up)
            total -= sounded(part, piece.pitches, layer, row, row + 1, a, up)
            continue
        stop = start[lines + row + 1]
        # Strokes of one pitch end in the order in which they begin.
        i = first_from(offset, start[lines + row], stop, a // up + 1)
        while i < stop and onset[i] * up < b:
            inside = min(offset[i] * up, b) - max(onset[i] * up, a)
            if inside > 0:
                total += inside * (1 if pair.plain else lit[i] * weight[j])
            i += 1
    if counts[2 * layer + 1] > counts[2 * layer]:
        total += drums_shared(piece, pair, layer, shift, room)
    return total


@compiled
def drums_shared(piece: Any, pair: Any, layer: int, shift: int, room: Any) -> Any:
    """Return what the drums of a layer share at one shift."""
    pitch, begin = int64s(room.pitch, room.n_pitch), int64s(room.begin, room.n_pitch)
    end, weight = int64s(room.end, room.n_pitch), int64s(room.weight, room.n_pitch)
    counts = int64s(room.counts, room.n_counts)
    start = int64s(piece.drum_start, piece.n_drum_start)
    drum = int64s(piece.drum_pitch, piece.n_drum_onset)
    onset, offset = (
        int64s(piece.drum_onset, piece.n_drum_onset),
        int64s(piece.drum_offset, piece.n_drum_onset),
    )
    lit, reach = int64s(piece.drum_weight, piece.n_drum_onset), int64s(piece.drum_reach, piece.n_drum_onset)
    first = layer * (room.n_pitch // 2)
    up = pair.piece_up
    total = 0
    for j in range(first + counts[2 * layer], first + counts[2 * layer + 1]):
        a, b = begin[j] + shift, end[j] + shift
        i = first_from(reach, start[layer], start[layer + 1], a // up + 1)
        while i < start[layer + 1] and onset[i] * up < b:
            inside = min(offset[i] * up, b) - max(onset[i] * up, a)
            if inside > 0 and drum[i] == pitch[j]:
                total += inside * (1 if pair.plain else lit[i] * weight[j])
            i += 1
    return total


@compiled
def energy_in(
    piece: Any, part: Any, packed: Any, pair: Any, layer: int, transposition: int, shift: int, room: Any
) -> Any:
    """Return what X sounds in the sample's window at one placement, as it is counted for the pair."""
    start = int64s(piece.sound_start, piece.n_sound_start)
    pitch = int64s(piece.sound_pitch, piece.n_sound_pitch)
    onset, offset = (
        int64s(piece.sound_onset, piece.n_sound_pitch),
        int64s(piece.sound_offset, piece.n_sound_pitch),
    )
    energy, reach = (
        int64s(piece.sound_weight, piece.n_sound_pitch),
        int64s(piece.sound_reach, piece.n_sound_pitch),
    )
    lowest, highest = windows(packed, pair)
    lowest += transposition - piece.lowest
    highest += transposition - piece.lowest
    up, stop = pair.piece_up, start[layer + 1]
    a, b = shift, shift + pair.length
    total = 0
    if pair.plain and part.lines:
        bottom, top = min(max(lowest, 0), piece.pitches), min(max(highest + 1, 0), piece.pitches)
        total += sounded(part, piece.pitches, layer, bottom, top, b, up)
        total -= sounded(part, piece.pitches, layer, bottom, top, a, up)
        stop = start[layer]
    i = first_from(reach, start[layer], stop, a // up + 1)
    while i < stop and onset[i] * up < b:
        if lowest <= pitch[i] <= highest:
            inside = min(offset[i] * up, b) - max(onset[i] * up, a)
            if inside > 0:
                total += inside * (1 if pair.plain else energy[i])
        i += 1
    if piece.has_drums:
        total += drum_energy(piece, pair, layer, a, b, room)
    return total


@compiled
def drum_energy(piece: Any, pair: Any, layer: int, a: int, b: int, room: Any) -> Any:
    """Return X's energy from `a` to `b` on the drums that must sound in the sample."""
    pitch, weight = int64s(room.pitch, room.n_pitch), int64s(room.weight, room.n_pitch)
    counts = int64s(room.counts, room.n_counts)
    start = int64s(piece.drum_start, piece.n_drum_start)
    drum, onset = int64s(piece.drum_pitch, piece.n_drum_onset), int64s(piece.drum_onset, piece.n_drum_onset)
    offset, lit = int64s(piece.drum_offset, piece.n_drum_onset), int64s(piece.drum_weight, piece.n_drum_onset)
    reach = int64s(piece.drum_reach, piece.n_drum_onset)
    first = layer * (room.n_pitch // 2)
    up = pair.piece_up
    total = 0
    i = first_from(reach, start[layer], start[layer + 1], a // up + 1)
    while i < start[layer + 1] and onset[i] * up < b:
        inside = min(offset[i] * up, b) - max(onset[i] * up, a)
        if inside > 0:
            for j in range(first + counts[2 * layer], first + counts[2 * layer + 1]):
                if pitch[j] == drum[i] and weight[j] > 0:
                    total += inside * (1 if pair.plain else lit[i] * lit[i])
                    break
        i += 1
    return total


@compiled
def is_corner(piece: Any, rules: Any, pair: Any, shift: int, room: Any) -> Any:
    """Tell whether a note of the sample begins or ends where one of X does, in any layer."""
    begin, end = int64s(room.begin, room.n_pitch), int64s(room.end, room.n_pitch)
    counts = int64s(room.counts, room.n_counts)
    corner = int64s(piece.corner, piece.n_corner)
    n_layers, _ = layers_of(rules.quarters)
    for layer in range(n_layers):
        first = layer * (room.n_pitch // 2)
        for j in range(first, first + counts[2 * layer + 1]):
            for side in range(2):
                time = (end[j] if side else begin[j]) + shift
                if time % pair.piece_up:
                    continue
                time //= pair.piece_up
                i = first_from(corner, 0, len(corner), time)
                if i < len(corner) and corner[i] == time:
                    return True
    return False


@compiled
def of_layer(
    piece: Any,
    part: Any,
    packed: Any,
    pair: Any,
    layer: int,
    transposition: int,
    shift: int,
    shared: int,
    room: Any,
) -> Any:
    """Return the similarity of one layer at one placement; X's energy is counted where the measure asks for it."""
    numbers = float64s(room.numbers, room.n_numbers)[5 * layer : 5 * layer + 5]
    energy = 0
    if numbers[OF_ENERGY] != 0 and shared > 0:
        energy = energy_in(piece, part, packed, pair, layer, transposition, shift, room)
    return similarity_of(numbers, shared, energy)


@compiled
def least_energy(
    piece: Any, part: Any, packed: Any, pair: Any, layer: int, transposition: int, first: int, last: int
) -> Any:
    """Return what X sounds at the least in the sample's window, at every shift from `first` to `last`.

    It is what lies in all of these windows; 0 where there is no table to read it from.
    """
    stop = first + pair.length
    if not pair.plain or not part.lines or stop <= last:
        return 0
    lowest, highest = windows(packed, pair)
    bottom = min(max(lowest + transposition - piece.lowest, 0), piece.pitches)
    top = min(max(highest + 1 + transposition - piece.lowest, 0), piece.pitches)
    total = sounded(part, piece.pitches, layer, bottom, top, stop, pair.piece_up)
    return total - sounded(part, piece.pitches, layer, bottom, top, last, pair.piece_up)


@compiled
def consider(
    piece: Any,
    part: Any,
    packed: Any,
    rules: Any,
    pair: Any,
    transposition: int,
    shift: int,
    shared: int,
    room: Any,
) -> Any:
    """Score one placement, where the swept layer shares so much; tell whether it is the best so far.

    Where placements are listed, it is listed, if it may.
    """
    n_layers, swept = layers_of(rules.quarters)
    one = of_layer(piece, part, packed, pair, swept, transposition, shift, shared, room)
    if one <= 0 or one < pair.least:
        return False
    above = rules.octave and transposition > rules.octave // 2
    folded = transposition - rules.octave if above else transposition
    key = (abs(folded), folded, shift)
    likeness = one
    if n_layers == 2:
        other = 1 - swept
        most = float64s(room.other, room.n_other)[transposition - pair.lane]
        if power_of(swept, most, one, rules.quarters) < asked_for(pair):
            return False
        of_other = shared_in(piece, part, packed, pair, other, transposition, shift, room)
        two = of_layer(piece, part, packed, pair, other, transposition, shift, of_other, room)
        likeness = mean_of(two, one, rules.quarters) if swept else mean_of(one, two, rules.quarters)
        shared = of_other if swept else shared
    wanted = likeness >= pair.floor if pair.listing else is_better(pair, likeness, key)
    if not wanted or not is_corner(piece, rules, pair, shift, room):
        return False
    if pair.listing:
        return list_placement(pair, likeness, folded, shift, shared, room)
    pair.height, pair.size = likeness, key[0]
    pair.transposition, pair.shift, pair.shared = folded, shift, shared * pair.weight
    return True


@compiled
def is_better(pair: Any, likeness: float, key: Any) -> Any:
    """Tell whether a placement is better than the best so far: more alike, or as alike and of a smaller key."""
    if likeness != pair.height:
        return likeness > pair.height
    return key < (pair.size, pair.transposition, pair.shift)


@compiled
def list_placement(pair: Any, likeness: float, transposition: int, shift: int, shared: int, room: Any) -> Any:
    """List a placement if there is room; what has none is counted all the same."""
    found, scores = int64s(room.found, room.n_found), float64s(room.scores, room.n_scores)
    n = pair.listed
    if n < len(scores):
        found[3 * n], found[3 * n + 1], found[3 * n + 2] = transposition, shift, shared * pair.weight
        scores[n] = likeness
    pair.listed = n + 1
    return False
