"""One placement, scored exactly: what each layer shares there, what else sounds in the window, and the similarity."""

from __future__ import annotations

from typing import Any

from goldenear.correlate.backends.records import at, compiled, float64s, int8s, int64s
from goldenear.match.kernels.layout import LIT, SOUNDING, first_from, line_of_x, sounded, strokes_of_x
from goldenear.match.kernels.pairs import (
    NEVER,
    Scene,
    common_line,
    is_asked_for,
    lines_in_common,
    mean_of,
    numbers_of,
    row_of,
    similarity_of,
    strokes_of,
    window_of,
)
from goldenear.match.score import OF_ENERGY


@compiled
def heard(strokes: Any, pair: Any, pitches: Any, a: int, b: int) -> Any:
    """Return how long X's strokes of some pitches (lowest, highest) sound from `a` to `b`; weighted if not plain."""
    pitch, onset, offset, weight, reach = strokes
    up, total = pair.piece_up, 0
    i = first_from(reach, 0, len(reach), a // up + 1)
    while i < len(onset) and onset[i] * up < b:
        inside = min(offset[i] * up, b) - max(onset[i] * up, a)
        if inside > 0 and pitches[0] <= pitch[i] <= pitches[1]:
            total += inside * (1 if pair.plain else weight[i])
        i += 1
    return total


@compiled
def heard_on_line(line: Any, pair: Any, power: int, a: int, b: int) -> Any:
    """Return how long X's strokes on a line of drums sound from `a` to `b`.

    Weighted by a power of their brightness if not plain.
    """
    onset, offset, light = line
    up, total = pair.piece_up, 0
    i = first_from(offset, 0, len(offset), a // up + 1)
    while i < len(onset) and onset[i] * up < b:
        inside = min(offset[i] * up, b) - max(onset[i] * up, a)
        total += inside * (1 if pair.plain else light[i] ** power)
        i += 1
    return total


@compiled
def heard_in_table(scene: Scene, layer: int, pitches: Any, a: int, b: int) -> Any:
    """Return the same for pitched strokes, read off the table of what has sounded."""
    piece, part, _, _, pair, _ = scene
    bottom, top = min(max(pitches[0], 0), piece.pitches), min(max(pitches[1] + 1, 0), piece.pitches)
    before = sounded(part, piece.pitches, layer, bottom, top, a, pair.piece_up)
    return sounded(part, piece.pitches, layer, bottom, top, b, pair.piece_up) - before


@compiled
def sounded_in(scene: Scene, layer: int, pitches: Any, a: int, b: int) -> Any:
    """Return what X's pitched strokes sound from `a` to `b`, as the pair counts energy."""
    piece, pair = scene[0], scene[-2]
    total = heard_in_table(scene, layer, pitches, a, b)
    return total if pair.plain or not piece.plain else total * piece.plain * piece.plain


@compiled
def shared_in(scene: Scene, layer: int, transposition: int, shift: int) -> Any:
    """Return what a layer shares at one placement, as it is counted for the pair."""
    piece, part, _, _, pair, room = scene
    pitch, begin, end, weight, pitched = strokes_of(room, layer)
    base, tabled = row_of(scene, transposition), piece.plain and part.lit_as_sounding and part.lines
    light, total = 1 if pair.plain else piece.plain, 0
    for j in range(pitched):
        a, b, row = begin[j] + shift, end[j] + shift, base + pitch[j]
        if tabled:
            found = light * heard_in_table(scene, layer, (row, row), a, b)
        else:
            found = heard(strokes_of_x(piece, LIT, layer), pair, (row, row), a, b)
        total += found * (1 if pair.plain else weight[j])
    return total + drums_shared(scene, shift) if piece.has_drums else total


@compiled
def drums_shared(scene: Scene, shift: int) -> Any:
    """Return what drums share at one shift, as it is counted for the pair."""
    piece, _, _, _, pair, room = scene
    if pair.drums_shared_at != shift:
        _, begin, end, weight, _ = strokes_of(room, pair.swept)
        total = 0
        for n in range(lines_in_common(room)):
            first, last, first_of_x, last_of_x, times, _ = common_line(room, n)
            line = line_of_x(piece, first_of_x, last_of_x)
            for j in range(first, last):
                found = heard_on_line(line, pair, 1, begin[j] + shift, end[j] + shift)
                total += times * found * (1 if pair.plain else weight[j])
        pair.drums_shared_at, pair.drums_shared = shift, total
    return pair.drums_shared


@compiled
def energy_in(scene: Scene, layer: int, transposition: int, shift: int) -> Any:
    """Return what X sounds in the sample's window at one placement, as it is counted for the pair."""
    piece, part, _, _, pair, _ = scene
    pitches, end = window_of(scene, transposition), shift + pair.length
    if part.lines:
        total = sounded_in(scene, layer, pitches, shift, end)
    else:
        total = heard(strokes_of_x(piece, SOUNDING, layer), pair, pitches, shift, end)
    return total + drums_energy(scene, shift) if piece.has_drums else total


@compiled
def drums_energy(scene: Scene, shift: int) -> Any:
    """Return what X sounds in the window at one shift on the drums that must sound in the sample."""
    piece, _, _, _, pair, room = scene
    if pair.drums_energy_at != shift:
        total = 0
        for n in range(lines_in_common(room)):
            _, _, first_of_x, last_of_x, times, sounds = common_line(room, n)
            if sounds:
                line = line_of_x(piece, first_of_x, last_of_x)
                total += times * heard_on_line(line, pair, 2, shift, shift + pair.length)
        pair.drums_energy_at, pair.drums_energy = shift, total
    return pair.drums_energy


@compiled
def begins_or_ends(piece: Any, time: int) -> Any:
    """Tell whether a note of X begins or ends at a time, in units, in any layer."""
    if not 0 <= time <= piece.length:
        return False
    if piece.n_corner:
        return at(int8s(piece.corner, piece.n_corner), time) != 0
    times = int64s(piece.times, piece.n_times)
    i = first_from(times, 0, len(times), time)
    return i < len(times) and times[i] == time


@compiled
def is_corner(scene: Scene, shift: int) -> Any:
    """Tell whether a note of the sample begins or ends where one of X does, in any layer."""
    piece, _, _, _, pair, room = scene
    up = pair.piece_up
    for layer in range(pair.layers):
        pitch, begin, end, _, _ = strokes_of(room, layer)
        for j in range(len(pitch)):
            for moment in (begin[j], end[j]):
                time = moment + shift
                unit = time if up == 1 else time // up
                if unit * up == time and begins_or_ends(piece, unit):
                    return True
    return False


@compiled
def span_of(scene: Scene) -> Any:
    """Return the first shift to look at, and the last: within the part, and where something can be shared."""
    piece, part, _, _, pair, room = scene
    pitch, begin, end, _, pitched = strokes_of(room, pair.swept)
    start, stop = NEVER, -NEVER
    opens, closes = part.opens, part.closes
    for j in range(len(pitch)):
        if j == pitched:
            opens, closes = piece.drums_open, piece.drums_close
        if opens < closes:
            start = min(start, opens * pair.piece_up - end[j])
            stop = max(stop, closes * pair.piece_up - begin[j])
    return max(start, part.first * pair.piece_up), min(stop, part.last * pair.piece_up - 1)


@compiled
def of_layer(scene: Scene, layer: int, transposition: int, shift: int, shared: int) -> Any:
    """Return the similarity of one layer at one placement; X's energy is counted where the measure asks for it."""
    numbers = numbers_of(scene[-1], layer)
    energy = 0
    if numbers[OF_ENERGY] != 0 and shared > 0:
        energy = energy_in(scene, layer, transposition, shift)
    return similarity_of(numbers, shared, energy)


@compiled
def least_energy(scene: Scene, layer: int, transposition: int, span: Any) -> Any:
    """Return what X sounds at the least in the sample's window, at every shift of a span, first to last.

    It is what lies in all of these windows; 0 where there is no table to read it from.
    """
    _, part, _, _, pair, _ = scene
    first, last = span
    if not part.lines or first + pair.length <= last:
        return 0
    return sounded_in(scene, layer, window_of(scene, transposition), last, first + pair.length)


@compiled
def consider(scene: Scene, transposition: int, shift: int, shared: Any) -> Any:
    """Score one placement, where the swept layer shares so much; tell whether it is the best so far.

    Where placements are listed, it is listed, if it may.
    """
    _, _, _, rules, pair, room = scene
    swept = pair.swept
    one = of_layer(scene, swept, transposition, shift, shared)
    if one <= 0 or one < pair.least:
        return False
    above = rules.octave and transposition > rules.octave // 2
    folded = transposition - rules.octave if above else transposition
    key = (abs(folded), folded, shift)
    likeness = one
    if pair.layers == 2:
        most = float64s(room.other, room.n_other)[transposition - pair.lane]
        if not is_asked_for(scene, one, most):
            return False
        of_other = shared_in(scene, 1 - swept, transposition, shift)
        two = of_layer(scene, 1 - swept, transposition, shift, of_other)
        likeness = mean_of(two, one, rules.quarters) if swept else mean_of(one, two, rules.quarters)
        shared = of_other if swept else shared
    # Of equal placements that with the smallest key wins.
    least = pair.floor if pair.listing else pair.height
    loses_tie = likeness == least and not pair.listing and key >= (pair.size, pair.transposition, pair.shift)
    if likeness < least or loses_tie or not is_corner(scene, shift):
        return False
    if pair.listing:
        return list_placement(pair, likeness, folded, shift, shared, room)
    pair.height, pair.size = likeness, key[0]
    pair.transposition, pair.shift, pair.shared = folded, shift, shared * pair.weight
    return True


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
