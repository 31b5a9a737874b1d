"""A pair as plain numbers: how a sample is read against X, what shared time is worth, which placements there are."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.backends.records import compiled, float64s, int8s, int16s, int32s, int64s
from goldenear.match import packed as of
from goldenear.match import score
from goldenear.match.kernels.layout import first_from
from goldenear.match.score import HAIR

TOO_MANY_PLACEMENTS, TOO_LONG = 1, 2

NEVER = 2**62
"""Later than every shift."""

layer_numbers = compiled(score.layer_numbers)
layers_of = compiled(score.layers_of)
similarity_of = compiled(score.similarity_of)
mean_of = compiled(score.mean_of)
least_of_one = compiled(score.least_of_one)
most_of_both = compiled(score.most_of_both)
steepest = compiled(score.steepest)


class Rules(NamedTuple):
    """What the recipe says, as plain numbers."""

    terms: NDArray[np.int64]
    """The formula's terms, flat; see :meth:`Formula.rows`."""
    root: int
    clutter_up: float
    clutter_down: float
    quarters: int
    """The part of the struck layer, of 4."""
    of_whole: int
    """Whether the measure asks for what X sounds anywhere."""
    stroke_up: int
    stroke_down: int
    lowest: int
    """The transpositions allowed, where both have pitch."""
    highest: int
    octave: int
    """Steps an octave where octaves are folded, else 0."""
    glow: int
    """Whether X's notes also shine on neighbouring steps: then S may exceed the energy."""
    prune: int


class Pair(NamedTuple):
    """One sample, read in one variant, against X. Times are in pair units."""

    picture: int = 0
    layers: int = 1
    swept: int = 0
    """How many layers are compared, and which is swept."""
    upside_down: int = 0
    backwards: int = 0
    piece_up: int = 1
    sample_up: int = 1
    unit_up: int = 1
    unit_down: int = 1
    stroke: int = 1
    """How long a stroke is."""
    usual: int = 0
    """How long strokes are of which X has columns of onsets alone; 0 where it has none."""
    plain: int = 0
    """Whether X and the sample are of one brightness each: then pixels that meet count 1."""
    weight: int = 1
    """What a unit of shared time counts: brightness times brightness where plain, else 1."""
    energy_weight: int = 1
    """What a unit of X's energy counts: its brightness squared where plain, else 1."""
    length: int = 0
    """How long the sample's window is."""
    reach: int = 0
    """When the last of its strokes ends, in any layer."""
    low: int = 0
    high: int = -1
    """The transpositions to try."""
    rise: float = 0.0
    """What a unit of shared time adds, at most, to the similarity of the layer that is swept."""
    other_rise: float = 0.0
    """The same of the other layer."""
    most: int = 0
    """What the swept layer can share at most."""
    floor: float = 0.0
    """The least similarity, before its weight, that is of interest."""
    least: float = 0.0
    """What the swept layer must reach for a similarity that is still of interest."""
    height: float = 0.0
    """The greatest similarity found so far, and where."""
    size: int = 0
    transposition: int = 0
    shift: int = 0
    shared: int = 0
    """What the first layer shares there."""
    listing: int = 0
    """1 where every placement that reaches the floor is listed; how many so far stands in `listed`."""
    listed: int = 0
    lane: int = 0
    """The lowest of the transpositions that are swept together."""
    drums_shared_at: int = 0
    drums_shared: int = 0
    drums_energy_at: int = 0
    drums_energy: int = 0
    """What drums share, and what X sounds on the sample's drums, at the shifts that were asked for last: the same at
    every transposition and in both layers."""
    drum_stroke: int = 0
    """How long the longest stroke of a drum of the sample is: nearly all are."""
    alike: int = 0
    """Whether the similarities of both layers are the same everywhere, as those of a beat are."""


class Line(NamedTuple):
    """A line of drums that the sample and X have in common."""

    first: int
    last: int
    """The sample's strokes on it, in the layer that is swept: from `first`, up to and without `last`."""
    first_of_x: int
    last_of_x: int
    """X's strokes on it, among those of drums."""
    times: int
    """How many lines look like this one, in X as in the sample."""
    sounds: int
    """Whether something must sound on it."""


LINE = len(Line._fields)


Scene = tuple[Any, ...]
"""One sample before a part of X: the records of X, of the part, of the samples, the rules, the pair and the room."""


@compiled
def number(packed: Any, picture: int, which: int) -> Any:
    """Return one of the numbers of a picture."""
    return int64s(packed.numbers, packed.n_numbers)[picture * len(of.NUMBERS) + which]


@compiled
def set_pair(scene: Scene, meetings: Any, variants: Any, sample: int, v: int, swept_alone: bool) -> None:
    """Set the pair to one variant of a sample, and note the sample's strokes in the room.

    Bounds need the swept layer alone: then the other layer's strokes and numbers stay as they were.
    """
    piece, _, packed, rules, pair, _ = scene
    k = int64s(packed.first_picture, packed.n_first_picture)[sample]
    k += int64s(variants.picture, variants.n_picture)[v]
    meeting = number(packed, k, of.KIND) * variants.n_picture + v
    pair.picture = k
    pair.layers, pair.swept = layers_of(rules.quarters)
    pair.upside_down = int64s(variants.upside_down, variants.n_picture)[v]
    pair.backwards = int64s(variants.backwards, variants.n_picture)[v]
    pair.piece_up = int64s(meetings.piece_up, meetings.n_piece_up)[meeting]
    pair.sample_up = int64s(meetings.sample_up, meetings.n_piece_up)[meeting]
    pair.unit_up = int64s(meetings.unit_up, meetings.n_piece_up)[meeting]
    pair.unit_down = int64s(meetings.unit_down, meetings.n_piece_up)[meeting]
    pair.stroke = rules.stroke_up * pair.unit_down // (rules.stroke_down * pair.unit_up)
    brightest, dimmest = number(packed, k, of.BRIGHTEST), number(packed, k, of.DIMMEST)
    pair.plain = piece.plain > 0 and not rules.glow and brightest == dimmest
    pair.weight = piece.plain * brightest if pair.plain else 1
    pair.energy_weight = piece.plain * piece.plain if pair.plain else 1
    first, last = (pair.swept, pair.swept + 1) if swept_alone else (0, pair.layers)
    pair.length, pair.reach = 0, 0
    for layer in range(first, last):
        note_strokes(scene, layer)
        set_numbers(scene, layer)
    set_transpositions(scene)
    note_lines(scene)
    pair.height = 0.0
    pair.shared = 0
    pair.drums_shared_at = pair.drums_energy_at = NEVER


@compiled
def note_strokes(scene: Scene, layer: int) -> None:
    """Note the strokes of a layer as they lie in this variant, from time 0 on: pitched ones first, then drums."""
    _, _, packed, rules, pair, room = scene
    k = pair.picture
    start = int64s(packed.note_start, packed.n_note_start)
    first, last = start[k], start[k + 1]
    pitches, layers = int16s(packed.pitch, packed.n_pitch), int8s(packed.layers, packed.n_pitch)
    onset, offset = int64s(packed.onset, packed.n_pitch), int64s(packed.offset, packed.n_pitch)
    gaps = int32s(packed.before if pair.backwards else packed.after, packed.n_pitch)
    brightness = int16s(packed.brightness, packed.n_pitch)
    counts = int64s(room.counts, room.n_counts)
    pitched = first + number(packed, k, of.PITCHED)
    whole, top, drawn = number(packed, k, of.END), number(packed, k, of.RANGE), number(packed, k, of.DRAWN)
    struck = rules.quarters == 4 or layer == 1
    counts[2 * layer], counts[2 * layer + 1] = 0, last - first
    pitch, begin, end, weight, _ = strokes_of(room, layer)
    n = 0
    for i in range(first, last):
        if drawn and layers[i] != (of.STRUCK if struck else of.HELD):
            continue
        a = (whole - offset[i] if pair.backwards else onset[i]) * pair.sample_up
        b = a + (offset[i] - onset[i]) * pair.sample_up
        if not drawn and struck and i < pitched:
            b = a + min(pair.stroke, gaps[i] * pair.sample_up)
        pitch[n] = top - pitches[i] if pair.upside_down and i < pitched else pitches[i]
        begin[n], end[n], weight[n] = a, b, brightness[i]
        pair.reach = max(pair.reach, b)
        if brightness[i] > 0:
            pair.length = max(pair.length, b)
        n += 1
        if i < pitched:
            counts[2 * layer] = n
    counts[2 * layer + 1] = n


@compiled
def note_lines(scene: Scene) -> None:
    """Note the lines of drums that the sample and X have in common; the same in both layers.

    Lines that look the same, in X as in the sample, are noted once.
    """
    piece, _, packed, rules, pair, room = scene
    pitch, begin, end, weight, pitched = strokes_of(room, pair.swept)
    names, counts = int64s(piece.line, piece.n_line), int64s(room.counts, room.n_counts)
    counts[4], pair.drum_stroke, most, j = 0, 0, 0, pitched
    while j < len(pitch):
        first, area = j, 0
        while j < len(pitch) and pitch[j] == pitch[first]:
            long = end[j] - begin[j]
            area += long if weight[j] > 0 else 0
            pair.drum_stroke = max(pair.drum_stroke, long)
            j += 1
        i = first_from(names, 0, len(names), pitch[first])
        if i < len(names) and names[i] == pitch[first]:
            note_line(piece, room, (begin, end, weight), (first, j, i), area > 0)
            most += min(area, int64s(piece.line_area, piece.n_line)[i] * pair.piece_up)
    if not pitched and pair.plain:
        # What is shared line by line is a bound.
        pair.most = min(pair.most, most)
    pair.alike = not number(packed, pair.picture, of.PITCHED) and not (piece.has_pitch and rules.of_whole)


@compiled
def note_line(piece: Any, room: Any, strokes: Any, line: Any, sounds: Any) -> None:
    """Note a line of drums: the sample's strokes on it, first and last, and which line of X it is."""
    counts, lines = int64s(room.counts, room.n_counts), int64s(room.lines, room.n_lines)
    like, starts = (
        int64s(piece.line_like, piece.n_line)[line[2]],
        int64s(piece.line_start, piece.n_line_start),
    )
    n = counts[4]
    for other in range(n):
        place = LINE * other
        noted = lines[place], lines[place + 1]
        if lines[place + 2] == starts[like] and same_strokes(strokes, noted, (line[0], line[1])):
            lines[place + 4] += 1
            return
    place = LINE * n
    lines[place], lines[place + 1] = line[0], line[1]
    lines[place + 2], lines[place + 3] = starts[like], starts[like + 1]
    lines[place + 4], lines[place + 5] = 1, sounds
    counts[4] = n + 1


@compiled
def same_strokes(strokes: Any, one: Any, other: Any) -> Any:
    """Tell whether two runs of strokes, each from its first to its last, lie at the same times, equally bright."""
    begin, end, weight = strokes
    if one[1] - one[0] != other[1] - other[0]:
        return False
    for j in range(one[1] - one[0]):
        a, b = one[0] + j, other[0] + j
        if begin[a] != begin[b] or end[a] != end[b] or weight[a] != weight[b]:
            return False
    return True


@compiled
def lines_in_common(room: Any) -> Any:
    """Return how many different lines of drums the sample and X have in common."""
    return int64s(room.counts, room.n_counts)[4]


@compiled
def common_line(room: Any, n: int) -> Any:
    """Return one of these lines, its numbers in the order of `Line`."""
    lines = int64s(room.lines, room.n_lines)[LINE * n : LINE * (n + 1)]
    return lines[0], lines[1], lines[2], lines[3], lines[4], lines[5]


@compiled
def strokes_of(room: Any, layer: int) -> Any:
    """Return the strokes noted of a layer: pitch, begin, end and weight; and how many have pitch: they come first."""
    counts = int64s(room.counts, room.n_counts)
    n, skipped = counts[2 * layer + 1], layer * (room.n_pitch // 2) * 8
    pitch, begin = int64s(room.pitch + skipped, n), int64s(room.begin + skipped, n)
    end, weight = int64s(room.end + skipped, n), int64s(room.weight + skipped, n)
    return pitch, begin, end, weight, counts[2 * layer]


@compiled
def numbers_of(room: Any, layer: int) -> Any:
    """Return the numbers of the measure for a layer."""
    return float64s(room.numbers, room.n_numbers)[5 * layer : 5 * layer + 5]


@compiled
def set_numbers(scene: Scene, layer: int) -> None:
    """Write the numbers of the measure for a layer, and what bounds it."""
    piece, _, packed, rules, pair, room = scene
    terms = int64s(rules.terms, rules.n_terms).reshape(-1, 7)
    formula = (terms, rules.root, rules.clutter_up, rules.clutter_down)
    lowest, highest = window_of(scene, 0)
    brightest = number(packed, pair.picture, of.BRIGHTEST)
    energy, light, area = 0, 0, 0
    pitch, begin, end, weight, _ = strokes_of(room, layer)
    for j in range(len(pitch)):
        long, w = end[j] - begin[j], weight[j]
        if w > 0:
            energy += long * w * w
            light += long * w
            area += long
    pitched = highest >= lowest
    energies = int64s(piece.energy_beside_pitch if pitched else piece.energy, piece.n_energy)
    lights = int64s(piece.light_beside_pitch if pitched else piece.light, piece.n_energy)
    light_of_x = lights[layer] * pair.piece_up
    x = (piece.plain, piece.scale, energies[layer] * pair.piece_up, light_of_x)
    own = (energy, light, area, brightest, int(pitched))
    counted, mine = (float(pair.weight), float(pair.energy_weight)), numbers_of(room, layer)
    layer_numbers(formula, x, own, counted, mine)
    if layer == pair.swept:
        pair.most = area if pair.plain else light * piece.loudest
        if pair.plain:
            # What X has of each pitch, all together, is a bound as well.
            pair.most = min(pair.most, light_of_x // piece.plain)
        lean = 0.0 if rules.glow else 1.0 / (1 if pair.plain else brightest)
        pair.rise = steepest(mine, lean, float(pair.most))
    elif pair.plain:
        pair.other_rise = steepest(mine, 1.0, float(area))


@compiled
def set_transpositions(scene: Scene) -> None:
    """Set the lowest and the highest transposition to try."""
    piece, _, packed, rules, pair, _ = scene
    k = pair.picture
    start = int64s(packed.note_start, packed.n_note_start)
    pitched = number(packed, k, of.PITCHED)
    pair.low, pair.high = 0, 0
    if pitched and piece.has_pitch:
        lowest = number(packed, k, of.LOWEST)
        low = piece.lowest - lowest - number(packed, k, of.RANGE)
        high = piece.lowest + piece.pitches - 1 - lowest
        if piece.has_drums and start[k + 1] - start[k] > pitched:
            low, high = min(low, 0), max(high, 0)
        pair.low, pair.high = max(low, rules.lowest), min(high, rules.highest)


@compiled
def refusal(scene: Scene, most_placements: float) -> int:
    """Tell whether a pair takes more placements than can be tried, or sums that leave 64 bits; 0 if neither."""
    piece, _, packed, _, pair, _ = scene
    k = pair.picture
    shifts = float(piece.length * pair.piece_up) + float(number(packed, k, of.END) * pair.sample_up)
    if shifts * (pair.high - pair.low + 1) > most_placements:
        return TOO_MANY_PLACEMENTS
    if pair.plain and pair.most >= 2**31:
        return TOO_LONG
    brightest = max(number(packed, k, of.BRIGHTEST), -number(packed, k, of.DIMMEST))
    energy, light = int64s(piece.energy, piece.n_energy), int64s(piece.light, piece.n_energy)
    for layer in range(piece.n_energy):
        if max(3.0 * light[layer] * brightest, 4.0 * energy[layer]) * pair.piece_up > 2.0**62:
            return TOO_LONG
    return 0


@compiled
def raise_floor(rules: Any, pair: Any) -> Any:
    """Set what the swept layer must reach, and return how much shared time that takes at the least; 1 or more."""
    pair.least = least_of_one(max(pair.height, pair.floor), 4 if pair.alike else rules.quarters) * (1 - HAIR)
    if pair.rise <= 0:
        return pair.most + 1
    needed = np.ceil(pair.least / pair.rise * (1 - HAIR))
    return max(1, int(min(needed, pair.most + 1.0)))


@compiled
def row_of(scene: Scene, transposition: int) -> Any:
    """Return the row among X's pitches on which pitch 0 of the noted strokes lies at a transposition."""
    piece, _, packed, _, pair, _ = scene
    return number(packed, pair.picture, of.LOWEST) + transposition - piece.lowest


@compiled
def window_of(scene: Scene, transposition: int) -> Any:
    """Return the lowest and the highest row among X's pitches in the sample's window at a transposition."""
    piece, _, packed, _, pair, _ = scene
    lowest, highest = (
        number(packed, pair.picture, of.WINDOW_LOWEST),
        number(packed, pair.picture, of.WINDOW_HIGHEST),
    )
    return lowest + transposition - piece.lowest, highest + transposition - piece.lowest


@compiled
def is_asked_for(scene: Scene, one: float, other: float) -> Any:
    """Tell whether the layers' similarities, that which is swept first, may be as much as is of interest together."""
    _, _, _, rules, pair, _ = scene
    held, struck = (other, one) if pair.swept else (one, other)
    power = 1.0
    for _ in range(4 - rules.quarters):
        power *= held
    for _ in range(rules.quarters):
        power *= struck
    least = max(pair.height, pair.floor) * (1 - HAIR)
    return power >= least * least * least * least
