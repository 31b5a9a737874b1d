"""The torch engine: many samples under many alterations at once, on a graphics card if there is one.

A batch is a number of pairs: a sample under one alteration, against X. A pair's corners are the shifts at which a
note of X begins or ends where one of the sample does. The corners of all pairs stand in one long row, pair after
pair, and a table has a row for every transposition. Between two corners the shared time rises or falls evenly, and
after a pair's last corner nothing is shared any more. So the turning points of all pairs of notes are scattered into
one table. Two running sums along the whole of it, the second one over slope times gap, give the shared time.

Only bright placements are scored: first the brightest of each pair, then all that may reach as much. Pairs with the
greatest weights come first; the others are not looked at below what their sample has reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import lcm
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.backends import torch_device
from goldenear.correlate.correlogram import MAX_SHARED
from goldenear.match import packed as of
from goldenear.match import score
from goldenear.match.engines import Best, Found
from goldenear.match.engines.on_numpy import best_match
from goldenear.match.kernels.align import align  # noqa: F401, an engine has it
from goldenear.match.packed import Packed, Variants, meet, variants
from goldenear.match.pictures import PiecePicture
from goldenear.match.prepared import PreparedSamples
from goldenear.match.recipe import Recipe
from goldenear.match.similarity import MAX_PLACEMENTS, allowed_transpositions, greatest_sum, refusal_of
from goldenear.notes.piano_roll import PianoRoll, Reading, joined
from goldenear.optional import needed

torch = needed("torch", "the engine on torch", "torch")

AT_ONCE, ALONE = 2**26, 2**30
"""Bytes that a batch may take on a processor, whose caches are small; and a single pair."""

BYTES_A_CELL, BYTES_A_CORNER, BYTES_A_MEETING = 48, 48, 96
"""What is taken by a placement, by a time of X beside one of a sample, by a stroke of X beside one of a sample."""

MOST_PAIRS, SCORED_AT_ONCE = 2**18, 2**21
"""Pairs that are prepared at a time, and placements that are scored at a time."""

Tensor = Any
Ints = NDArray[np.int64]
Edges = tuple[Tensor, Tensor]
"""Where strokes begin and end, among all times of X or of the samples."""


class Strokes(NamedTuple):
    """The strokes of one layer of X, or of the samples of a batch, as columns."""

    pair: Tensor
    pitch: Tensor
    begin: Tensor
    end: Tensor
    brightness: Tensor
    is_drum: Tensor

    def edges(self, i: Tensor) -> Edges:
        """Return where some strokes begin and end."""
        return self.begin[i], self.end[i]


class Piece(NamedTuple):
    """One reading of X on the device, counted in units of 1 / `resolution` quarters."""

    picture: PiecePicture
    recipe: Recipe
    reading: Reading
    octave: int
    """Steps an octave."""
    resolution: int
    scale: int
    """Units in a tick of the picture."""
    times: Tensor
    lit: list[Strokes]
    energies: list[tuple[int, Tensor, Tensor]]
    """For each layer its lowest pitch, the energy below each pitch before each time, and how fast it grows there."""


class Pairs(NamedTuple):
    """Samples under alterations, as columns; on the processor, or on the device."""

    sample: Any
    alteration: Any
    weight: Any
    picture: Any
    upside_down: Any
    backwards: Any
    piece_up: Any
    sample_up: Any
    unit_up: Any
    unit_down: Any
    stroke: Any
    low: Any
    high: Any
    """The transpositions to try."""

    def where(self, chosen: Any) -> Pairs:
        """Return some of the pairs."""
        return Pairs(*(column[chosen] for column in self))


class Corners(NamedTuple):
    """The corners of all pairs of a batch in one row."""

    pair: Tensor
    shift: Tensor
    gap: Tensor
    """From the corner before."""
    column: Tensor
    """Which corner a time of a sample makes with a time of X, shape (sample times, X's times)."""
    window: Edges
    length: Tensor
    """Each pair's window, and how long it is."""


class Laid(NamedTuple):
    """A batch laid on X; its lists have one tensor a layer."""

    piece: Piece
    notes: Packed
    pairs: Pairs
    corners: Corners
    numbers: list[Tensor]
    """The numbers of the measure, shape (5, pairs)."""
    shared: list[Tensor]
    """The shared time, shape (transpositions, corners)."""
    drums: list[Tensor]
    """X's energy on those drums that must sound in the sample, at every corner."""


def compare(
    x: Mapping[Reading, PiecePicture],
    samples: PreparedSamples,
    k: int,
    at_least: float,
    threads: int,
    prune: bool,
    device: str | None = None,
) -> Found:
    """Find the best match of every sample, on the device of this name, or where torch is quickest.

    A sample of which a single pair would not fit into memory is left to NumPy's engine, which works in tiles.

    Raises
    ------
    InvalidInput
        If torch finds no such graphics card.
    TooLarge
        If a sample cannot be compared with X.
    """
    where, before = torch_device(device), torch.get_num_threads()
    best, too_large = Best.nothing(len(samples)), set[int]()
    torch.set_num_threads(threads)
    try:
        for piece, batch in _batches(x, samples, where, too_large) if len(samples) else ():
            reached = np.maximum(best.bar(k, at_least), best.similarity) if prune else best.similarity * 0
            may = batch.weight >= reached[batch.sample]
            if may.any():
                chosen = batch.where(may)
                _keep(best, chosen, _best_places(piece, samples, chosen, reached if prune else None))
    finally:
        torch.set_num_threads(before)
    for i in sorted(too_large):
        for column, nothing in zip(best, Best.nothing(1), strict=True):
            column[i] = nothing[0]
        best_match(x, i, samples, prune, best)
    return Found(np.arange(len(samples)), best)


def _keep(best: Best, batch: Pairs, places: tuple[NDArray[Any], ...]) -> None:
    """Keep what is better than the best of its sample so far: of equals the earlier alteration."""
    columns = (places[0] * batch.weight, batch.alteration, *places[1:], batch.unit_up, batch.unit_down)
    order = np.lexsort((batch.alteration, -columns[0], batch.sample))
    sample, first = np.unique(batch.sample[order], return_index=True)
    similarity, index = (column[order[first]] for column in columns[:2])
    earlier = (similarity == best.similarity[sample]) & (index < best.alteration[sample])
    better = (similarity > 0) & ((similarity > best.similarity[sample]) | earlier)
    for column, values in zip(best, columns, strict=True):
        column[sample[better]] = values[order[first]][better]


def _batches(
    x: Mapping[Reading, PiecePicture], samples: PreparedSamples, where: Any, too_large: set[int]
) -> Iterator[tuple[Piece, Pairs]]:
    """Give pairs in batches that fit into memory, the greatest weights first; note the samples that do not fit."""
    for reading, kinds in variants(samples.recipe).items():
        piece, count = _piece(x[reading], samples, reading, where), len(kinds[0].alteration)
        for part in np.array_split(np.arange(count), min(count, -(-count * len(samples) // MOST_PAIRS))):
            pairs = _pairs(piece, samples, kinds, part)
            pairs = pairs.where((pairs.high >= pairs.low) & (pairs.weight > 0))
            # A table has rows enough for all its pairs: those with as many transpositions stand together.
            pairs = pairs.where(np.lexsort((pairs.high - pairs.low, -pairs.weight)))
            at_once, alone = _budget(where)
            size = _bytes(piece, samples.packed, pairs)
            too_large.update(pairs.sample[size > alone].tolist())
            pairs, ends = pairs.where(size <= alone), np.cumsum(size[size <= alone])
            for batch in np.split(np.arange(len(ends)), np.flatnonzero(np.diff(ends // at_once)) + 1):
                yield piece, pairs.where(batch)


def _budget(where: Any) -> tuple[int, int]:
    """Return how many bytes a batch may take, and one pair: a quarter of what a graphics card has free."""
    quarter = int(torch.cuda.mem_get_info(where)[0]) // 4 if where.type == "cuda" else 0
    return (quarter, quarter) if quarter else (AT_ONCE, ALONE)


def _bytes(piece: Piece, packed: Packed, pairs: Pairs) -> Ints:
    """Return about how many bytes each pair takes."""
    numbers = packed.numbers[pairs.picture]
    strokes = np.diff(packed.note_start)[pairs.picture]
    strokes = np.where(numbers[:, of.DRAWN] == 1, strokes, strokes * len(piece.lit))
    times = strokes * 2 * len(piece.times)
    span = int(piece.times[-1]) * pairs.piece_up + numbers[:, of.END] * pairs.sample_up + pairs.stroke + 1
    size: Ints = np.minimum(times, span) * (pairs.high - pairs.low + 1) * BYTES_A_CELL
    size += times * BYTES_A_CORNER + strokes * max(len(layer.pitch) for layer in piece.lit) * BYTES_A_MEETING
    return size


def _piece(x: PiecePicture, samples: PreparedSamples, reading: Reading, where: Any) -> Piece:
    """Bring one reading of X to the device."""
    resolution = lcm(x.ticks_per_quarter, samples.recipe.stroke.denominator)
    scale = resolution // x.ticks_per_quarter
    times = torch.tensor(x.times * scale, device=where)

    def strokes(roll: PianoRoll) -> Strokes:
        edges = (np.searchsorted(x.times, edge) for edge in (roll.onset, roll.offset))
        columns = (np.zeros(len(roll), np.int64), roll.pitch, *edges, roll.brightness, roll.is_drum)
        return Strokes(*(torch.tensor(column, device=where) for column in columns))

    lit = [strokes(roll) for roll in x.lit]
    energies = [_energies(strokes(roll.where(~roll.is_drum)), times) for roll in x.sounding]
    octave = samples[0].steps_per_octave
    return Piece(x, samples.recipe, reading, octave, resolution, scale, times, lit, energies)


def _energies(strokes: Strokes, times: Tensor) -> tuple[int, Tensor, Tensor]:
    """Return the energy of strokes, summed over pitch and time; see `Piece`."""
    lowest, highest = (int(strokes.pitch.min()), int(strokes.pitch.max())) if len(strokes.pitch) else (0, -1)
    turns = torch.zeros((highest - lowest + 2, len(times)), dtype=torch.int64, device=times.device)
    for edge, sign in ((strokes.begin, 1), (strokes.end, -1)):
        turns.index_put_((strokes.pitch - lowest + 1, edge), sign * strokes.brightness**2, accumulate=True)
    return lowest, *_summed(turns.cumsum(0), torch.diff(times, prepend=times[:1]))


def _pairs(piece: Piece, samples: PreparedSamples, kinds: tuple[Variants, Variants], part: Ints) -> Pairs:
    """Return all samples under some variants; TooLarge if one cannot be compared with X."""
    packed, stroke = samples.packed, piece.recipe.stroke
    sample, variant = np.tile(np.arange(len(samples)), len(part)), np.repeat(part, len(samples))
    own = packed.alone[sample] == 1
    shared, alone = ([column[variant] for column in kind] for kind in kinds)
    chosen = Variants._make(np.where(own, a, b) for a, b in zip(alone, shared, strict=True))
    picture = packed.first_picture[sample] + chosen.picture
    at = packed.numbers[picture, of.KIND] * len(kinds[0].alteration) + variant
    meetings = (meet(1, piece.resolution, packed.units, kind) for kind in kinds)
    met = [np.where(own, b[at], a[at]) for a, b in zip(*meetings, strict=True)]
    length = stroke.numerator * met[3] // (stroke.denominator * met[2])
    mirrors, limits = (chosen.upside_down, chosen.backwards), _transpositions(piece, packed, picture)
    pairs = Pairs._make((sample, chosen.alteration, chosen.weight, picture, *mirrors, *met, length, *limits))
    ends = packed.numbers[picture, of.END].astype(float) * pairs.sample_up
    placements = (float(piece.times[-1]) * pairs.piece_up + ends) * (pairs.high - pairs.low + 1)
    refused = (placements > MAX_PLACEMENTS) | (_greatest_sum(piece, packed, pairs) > MAX_SHARED)
    if refused.any():
        first = np.flatnonzero(refused)[np.argmin(sample[refused])]
        too_many = bool(placements[first] > MAX_PLACEMENTS)
        raise refusal_of(samples[int(sample[first])].name, too_many_placements=too_many)
    return pairs


def _transpositions(piece: Piece, packed: Packed, picture: Ints) -> tuple[Ints, Ints]:
    """Return the lowest and the highest transposition at which each picture can share something with X."""
    pitched, lowest, spread = packed.numbers[picture][:, [of.PITCHED, of.LOWEST, of.RANGE]].T
    x = joined(*piece.picture.lit)
    if x.is_drum.all():
        return np.zeros_like(picture), np.zeros_like(picture)
    limits = allowed_transpositions(piece.reading, piece.recipe, piece.octave)
    pitch = x.pitch[~x.is_drum]
    low, high = pitch.min() - lowest - spread, pitch.max() - lowest
    drums = x.is_drum.any() & (np.diff(packed.note_start)[picture] > pitched)
    low = np.maximum(np.where(drums, np.minimum(low, 0), low), limits[0])
    high = np.minimum(np.where(drums, np.maximum(high, 0), high), limits[1])
    return np.where(pitched > 0, low, 0), np.where(pitched > 0, high, 0)


def _greatest_sum(piece: Piece, packed: Packed, pairs: Pairs) -> NDArray[np.float64]:
    """Return what no sum of each pair exceeds."""
    brightest, dimmest = packed.numbers[pairs.picture][:, [of.BRIGHTEST, of.DIMMEST]].T
    in_ticks = greatest_sum(piece.picture, np.maximum(brightest, -dimmest))
    greatest: NDArray[np.float64] = in_ticks * piece.scale * pairs.piece_up
    return greatest


def _best_places(
    piece: Piece, samples: PreparedSamples, batch: Pairs, reached: NDArray[np.float64] | None
) -> tuple[NDArray[Any], ...]:
    """Return the best placement of each pair, see `_highest`.

    There may be none where the sample has `reached` more; without that, all that is bright is scored.
    """
    where, packed, notes = piece.times.device, samples.packed, _on_device(samples, piece.times.device)
    pairs = Pairs(*(torch.tensor(column, device=where) for column in batch))
    counted = torch.int32 if _greatest_sum(piece, packed, batch).max() < 2**30 else torch.int64
    layers = [_strokes(notes, pairs, struck=length is not None) for length in piece.recipe.layers]
    numbers, rises = _numbers(piece, packed, batch, layers)
    corners, layers = _corners(piece, pairs, layers)
    shared = [_shared(x, pairs, layer, corners, counted) for x, layer in zip(piece.lit, layers, strict=True)]
    drums = [_drum_energy(x, layer, corners) for x, layer in zip(piece.lit, layers, strict=True)]
    laid = Laid(piece, notes, pairs, corners, numbers, shared, drums)
    # The layer with the greater part: what it lacks the other cannot make up for.
    quarters = piece.recipe.quarters
    _, lead = score.layers_of(quarters)
    need = torch.ones_like(pairs.low)
    if reached is not None:
        most = _by_pair(shared[lead].amax(0).long(), corners.pair, need)
        row, column = torch.nonzero(shared[lead] == most[corners.pair], as_tuple=True)
        floor = torch.tensor(reached[batch.sample] / batch.weight, device=where)
        floor = _by_pair(_scored(laid, row, column), corners.pair[column], floor)
        least = score.least_of_one(floor, quarters) * (1 - score.HAIR) / rises[lead] * (1 - score.HAIR)
        need = torch.minimum(least.clip(1, 2.0**62).ceil().long(), most + 1)
    row, column = torch.nonzero(shared[lead] >= need[corners.pair].to(counted), as_tuple=True)
    return _highest(laid, row, column, _scored(laid, row, column))


def _on_device(samples: PreparedSamples, where: Any) -> Packed:
    """Return the samples' notes on a device; kept there for the next X."""
    return samples.kept.once(
        ("torch", str(where)),
        lambda: Packed(*(torch.tensor(column, device=where) for column in samples.packed)),
    )


def _strokes(notes: Packed, pairs: Pairs, *, struck: bool) -> Strokes:
    """Return the strokes of one layer of each pair's sample, from time 0 on, in pair units."""
    first = notes.note_start[pairs.picture]
    count = notes.note_start[pairs.picture + 1] - first
    pair = torch.repeat_interleave(count)
    i = torch.arange(len(pair), device=pair.device) + (first - count.cumsum(0) + count)[pair]
    drawn = (notes.layers[i] & (of.STRUCK if struck else of.HELD)) != 0
    pair, i = pair[drawn], i[drawn]
    numbers, backwards = notes.numbers[pairs.picture[pair]], pairs.backwards[pair] == 1
    is_drum = i >= first[pair] + numbers[:, of.PITCHED]
    up, length = pairs.sample_up[pair], notes.offset[i] - notes.onset[i]
    begin = torch.where(backwards, numbers[:, of.END] - notes.offset[i], notes.onset[i]) * up
    gap = torch.where(backwards, notes.before[i], notes.after[i]) * up
    short = (numbers[:, of.DRAWN] == 0) & ~is_drum & struck
    end = begin + torch.where(short, torch.minimum(pairs.stroke[pair], gap), length * up)
    pitch = notes.pitch[i].long()
    pitch = torch.where((pairs.upside_down[pair] == 1) & ~is_drum, numbers[:, of.RANGE] - pitch, pitch)
    pitch += torch.where(is_drum, 0, numbers[:, of.LOWEST])
    return Strokes(pair, pitch, begin, end, notes.brightness[i].long(), is_drum)


def _numbers(piece: Piece, packed: Packed, batch: Pairs, layers: list[Strokes]) -> tuple[list[Tensor], ...]:
    """Return the numbers of the measure of each layer, shape (5, pairs), and what shared time adds at most."""
    x, where = piece.picture, piece.times.device
    formula = score.formula_of(piece.recipe.measure, piece.recipe.clutter)
    own_numbers, up = packed.numbers[batch.picture], piece.scale * batch.piece_up
    brightest, lowest, highest = own_numbers[:, [of.BRIGHTEST, of.WINDOW_LOWEST, of.WINDOW_HIGHEST]].T
    loudest = max(int(roll.brightness.max()) for roll in x.lit)
    # Where X's notes glow on steps beside them, shared time need not bring energy along.
    lean = 0.0 if piece.reading == "neighbour" else 1.0 / brightest
    found: tuple[list[Tensor], list[Tensor]] = [], []
    pitched = highest >= lowest
    for all_of_x, beside_pitch, strokes in zip(x.sums, x.sums_beside_pitch, layers, strict=True):
        bright, length = strokes.brightness.clip(0), strokes.end - strokes.begin
        own = []
        for value in (length * bright * bright, length * bright, length * (bright > 0)):
            total = torch.zeros(len(brightest), dtype=torch.int64, device=where)
            own.append(total.index_add_(0, strokes.pair, value).cpu().numpy())
        energy = np.where(pitched, beside_pitch.energy, all_of_x.energy) * up
        light = np.where(pitched, beside_pitch.light, all_of_x.light) * up
        numbers, of_x = np.zeros((5, len(brightest))), (x.plain, x.scale, energy, light)
        score.layer_numbers(formula, of_x, (*own, brightest, 1 * pitched), (1, 1), numbers, np.gcd)
        rise = score.steepest(numbers, lean, 1.0 * own[1] * loudest)
        for column, values in zip(found, (numbers, rise), strict=True):
            column.append(torch.tensor(values, device=where))
    return found


def _corners(piece: Piece, pairs: Pairs, layers: list[Strokes]) -> tuple[Corners, list[Strokes]]:
    """Return the corners of all pairs, and the strokes by where they begin and end among the samples' times."""
    pair, _, begin, end, bright, _ = (torch.cat(columns) for columns in zip(*layers, strict=True))
    nothing, everyone = torch.zeros_like(pairs.low), torch.arange(len(pairs.low), device=pair.device)
    length = _by_pair(torch.where(bright > 0, end, 0), pair, nothing)
    every = torch.cat([pair, pair, everyone, everyone]), torch.cat([begin, end, nothing, length])
    (whose, time), at = _each_once(*every)
    meets = piece.times * pairs.piece_up[whose][:, None] - time[:, None]
    (corner, shift), column = _each_once(whose[:, None], meets)
    begin, end, *window = at.split([len(pair), len(pair), len(nothing), len(nothing)])
    sizes = [len(strokes.pair) for strokes in layers]
    edges = zip(layers, begin.split(sizes), end.split(sizes), strict=True)
    placed = [strokes._replace(begin=begin, end=end) for strokes, begin, end in edges]
    gap = torch.diff(shift, prepend=shift[:1])
    return Corners(corner, shift, gap, column, (window[0], window[1]), length), placed


def _each_once(pair: Tensor, time: Tensor) -> tuple[tuple[Tensor, Tensor], Tensor]:
    """Return each pair's times, each once and rising, pair after pair; and where among them all times stand."""
    first = time.min()
    span = time.max() - first + 1
    found, at = torch.unique(pair * span + (time - first), return_inverse=True)
    return (found // span, found % span + first), at


def _shared(x: Strokes, pairs: Pairs, strokes: Strokes, corners: Corners, counted: Any) -> Tensor:
    """Return the shared time of one layer at every placement, shape (transpositions, corners)."""
    height = pairs.high - pairs.low
    row = x.pitch - (strokes.pitch + pairs.low[strokes.pair])[:, None]
    both_pitched = ~(x.is_drum | strokes.is_drum[:, None])
    j, i = torch.nonzero(both_pitched & (row >= 0) & (row <= height[strokes.pair][:, None]), as_tuple=True)
    rows = int(height.max()) + 1
    light = (x.brightness[i] * strokes.brightness[j]).to(counted)
    shared = _laid_over(corners, rows, row[j, i], x.edges(i), strokes.edges(j), light)
    j, i = _same_drums(x, strokes)
    if len(i):
        light = (x.brightness[i] * strokes.brightness[j]).to(counted)
        drums = _laid_over(corners, 1, i * 0, x.edges(i), strokes.edges(j), light)
        shared += drums * (torch.arange(rows, device=row.device)[:, None] <= height[corners.pair])
    return shared


def _same_drums(x: Strokes, strokes: Strokes) -> tuple[Tensor, Tensor]:
    """Return which drums of the samples are which of X."""
    same = strokes.is_drum[:, None] & x.is_drum & (strokes.pitch[:, None] == x.pitch)
    found: tuple[Tensor, Tensor] = torch.nonzero(same, as_tuple=True)
    return found


def _drum_energy(x: Strokes, strokes: Strokes, corners: Corners) -> Tensor:
    """Return, for every corner, X's energy in the window on those drums that must sound in the sample."""
    j, i = _same_drums(x, strokes)
    pair, i = torch.unique(torch.stack([strokes.pair[j], i])[:, strokes.brightness[j] > 0], dim=1)
    window = (corners.window[0][pair], corners.window[1][pair])
    return _laid_over(corners, 1, i * 0, x.edges(i), window, x.brightness[i] ** 2)[0]


def _laid_over(corners: Corners, rows: int, row: Tensor, x: Edges, sample: Edges, light: Tensor) -> Tensor:
    """Return what strokes of X and of samples share at every corner, each two of them in a row of their own."""
    turns = torch.zeros((rows, len(corners.pair)), dtype=light.dtype, device=light.device)
    for of_x, of_sample, sign in ((0, 1, 1), (0, 0, -1), (1, 1, -1), (1, 0, 1)):
        place = row * turns.shape[1] + corners.column[sample[of_sample], x[of_x]]
        turns.view(-1).index_add_(0, place, sign * light)
    return _summed(turns, corners.gap)[0]


def _summed(turns: Tensor, gap: Tensor) -> tuple[Tensor, Tensor]:
    """Return what turning points add up to at every time, and the slope from there on."""
    slope = turns.cumsum(1, dtype=turns.dtype)
    values = torch.zeros_like(slope)
    torch.mul(slope[:, :-1], gap[1:].to(slope.dtype), out=values[:, 1:])
    return values.cumsum_(1), slope


def _energy(laid: Laid, row: Tensor, column: Tensor) -> list[Tensor]:
    """Return X's energy in the window, one tensor a layer, at some placements."""
    times, pair = laid.piece.times, laid.corners.pair[column]
    numbers, up = laid.notes.numbers[laid.pairs.picture[pair]], laid.pairs.piece_up[pair]
    transposition, found = laid.pairs.low[pair] + row, [drums[column] for drums in laid.drums]
    for length, later in ((0, -1), (laid.corners.length[pair], 1)):
        time = (laid.corners.shift[column] + length).clip(0)
        at = torch.searchsorted(times, time // up, right=True) - 1
        rest = time - times[at] * up
        for pitch, above in ((numbers[:, of.WINDOW_LOWEST], -1), (numbers[:, of.WINDOW_HIGHEST] + 1, 1)):
            for layer, (lowest, before, rate) in enumerate(laid.piece.energies):
                below = (pitch + transposition - lowest).clip(0, len(before) - 1)
                found[layer] += later * above * (before[below, at] * up + rate[below, at] * rest)
    return found


def _scored(laid: Laid, row: Tensor, column: Tensor) -> Tensor:
    """Return the similarities of some placements, before their weight."""
    found = []
    for r, c in zip(row.split(SCORED_AT_ONCE), column.split(SCORED_AT_ONCE), strict=True):
        columns = zip(laid.numbers, laid.shared, _energy(laid, r, c), strict=True)
        layers = [
            score.similarities_of(numbers[:, laid.corners.pair[c]], shared[r, c], energy, torch.where, _root)
            for numbers, shared, energy in columns
        ]
        found.append(score.mean_of(layers[0], layers[-1], laid.piece.recipe.quarters, _root))
    return torch.cat(found)


def _root(values: Tensor) -> Tensor:
    """Return square roots, correctly rounded: on a processor torch's may be off by a last bit, NumPy's are not."""
    return torch.from_numpy(np.sqrt(values.numpy())) if values.device.type == "cpu" else values.sqrt()


def _by_pair(values: Tensor, pair: Tensor, least: Tensor) -> Tensor:
    """Return the greatest value of each pair; `least` where none is greater."""
    return least.scatter_reduce(0, pair, values, "amax")


def _highest(laid: Laid, row: Tensor, column: Tensor, height: Tensor) -> tuple[NDArray[Any], ...]:
    """Return similarity, transposition, shift and shared time of the highest placement of each pair.

    Of equals the smallest transposition, then the first shift.
    """
    pairs, corners, octave = laid.pairs, laid.corners, laid.piece.octave
    pair = corners.pair[column]
    highest = _by_pair(height, pair, torch.zeros_like(pairs.weight))
    best = torch.nonzero((height > 0) & (height == highest[pair]))[:, 0]
    transposition = pairs.low[pair] + row
    if laid.piece.reading == "octave":
        transposition -= octave * (transposition > octave // 2)
    # One number that rises with the size of a transposition, the transposition itself, and the shift.
    order = (2 * transposition.abs() + (transposition > 0)) * len(corners.pair) + column
    first = torch.full_like(pairs.low, 2**62).scatter_reduce_(0, pair[best], order[best], "amin")
    best = best[order[best] == first[pair[best]]]
    found = [highest]
    for values in (transposition, corners.shift[column], laid.shared[0][row, column].long()):
        found.append(torch.zeros_like(pairs.low).index_put_((pair[best],), values[best]))
    return tuple(column.cpu().numpy() for column in found)
