"""The similarity of X and a sample at every placement, tile by tile, with NumPy.

A placement is a transposition and a shift at which a note of X begins or ends where one of the sample does: there lie
all corners of the shared time, and between two corners nothing new begins. All other shifts count as 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import lcm
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.backends import SharedTime, for_few_strokes
from goldenear.correlate.correlogram import MAX_SHARED, planes, summed_tiles
from goldenear.correlate.frame import Frame, extent, frame_around
from goldenear.correlate.turning_points import Lines
from goldenear.errors import TooLarge
from goldenear.match.pictures import AlterationGroup, PiecePicture
from goldenear.match.recipe import Recipe
from goldenear.match.score import (
    HAIR,
    formula_of,
    layer_numbers,
    layers_of,
    least_of_one,
    mean_of,
    similarities_of,
    steepest,
)
from goldenear.notes.piano_roll import PianoRoll, Reading

MAX_PLACEMENTS = 2**34
"""More placements than this are refused: they would take minutes, and mean that a note lies far off."""

EVERY = 2**40
"""Beyond every transposition."""

TILE_CELLS = 2**21
"""Placements held in memory at a time."""

Planes = tuple[Lines, Lines]
"""The strokes of a roll, as its pitched notes and its drums."""


class Tile(NamedTuple):
    """A part of all placements of a group on X, with their similarities, before the weight.

    A row is one picture at one transposition. Rows that cannot be brighter than what was asked for are left
    out.
    """

    pictures: NDArray[np.int64]
    """Which picture of the group each row belongs to."""
    transpositions: NDArray[np.int64]
    first_shift: int
    shared: NDArray[np.int64]
    """The shared time in the first layer."""
    similarity: NDArray[np.float64]


class Pair(NamedTuple):
    """X and the pictures of a group on one grid, layer by layer."""

    x: PiecePicture
    group: AlterationGroup
    recipe: Recipe
    ticks_per_quarter: int
    piece_up: int
    """How many ticks of the pair one tick of X's own pictures makes."""
    up: int
    """How many ticks of the pair one tick of the sample's own pictures makes."""
    numbers: NDArray[np.float64]
    """The numbers of the measure, shape (layers, pictures, 5): see :mod:`goldenear.match.score`."""


def _paired(x: PiecePicture, group: AlterationGroup, recipe: Recipe) -> Pair:
    """Bring X and the pictures of a sample to their common grid."""
    resolution = lcm(x.ticks_per_quarter, group.ticks_per_quarter)
    piece_up, up = resolution // x.ticks_per_quarter, resolution // group.ticks_per_quarter
    numbers = np.zeros((len(recipe.layers), len(group.pictures), 5))
    formula = formula_of(recipe.measure, recipe.clutter)
    for layer, of_layer in enumerate(numbers):
        for picture, row in zip(group.pictures, of_layer, strict=True):
            whole = (x.sums_beside_pitch if picture.pitched else x.sums)[layer]
            of_x = (x.plain, x.scale, whole.energy * piece_up, whole.light * piece_up)
            own = (*(up * total for total in picture.sums[layer]), picture.brightest, picture.pitched)
            layer_numbers(formula, of_x, own, (1, 1), row)
    return Pair(x, group, recipe, resolution, piece_up, up, numbers)


def similarity_tiles(
    x: PiecePicture,
    group: AlterationGroup,
    recipe: Recipe,
    engine: SharedTime,
    steps_per_octave: int,
    floors: Sequence[float],
) -> tuple[Pair, Iterator[Tile]]:
    """Return the pair on its common grid, and its similarities at every placement the recipe allows.

    Rows in which no similarity, before the weight, can reach the picture's floor may be left out; none that
    can is.

    Raises
    ------
    TooLarge
        If there are too many placements, or sums could leave 64 bits.
    """
    pair = _paired(x, group, recipe)
    return pair, _tiles(pair, engine, steps_per_octave, floors)


def _tiles(pair: Pair, engine: SharedTime, octave: int, floors: Sequence[float]) -> Iterator[Tile]:
    """Walk the frame from left to right, the layers side by side."""
    x, group, recipe = pair.x, pair.group, pair.recipe
    lit, sounding = ([_planes(roll, pair.piece_up) for roll in rolls] for rolls in (x.lit, x.sounding))
    samples = [[_planes(roll, pair.up) for roll in picture.layers] for picture in group.pictures]
    frames = [_frame(lit, layers) for layers in samples]
    frame = frames[0].joined(*frames[1:])
    _check_budget(pair, frame)
    limits = allowed_transpositions(group.reading, recipe, octave)
    allowed = [
        f.limited(*limits) if len(lit[0][0].pitch) and len(layers[0][0].pitch) else f
        for f, layers in zip(frames, samples, strict=True)
    ]
    may_count = np.array([(f.first_transposition, f.first_transposition + f.rows) for f in allowed])
    # Where a note of X begins or ends where one of the sample does.
    corners = [np.unique(x.times[:, None] * pair.piece_up - p.times * pair.up) for p in group.pictures]
    columns = max(1, TILE_CELLS // (frame.rows * len(frames)))
    _, lead = layers_of(recipe.quarters)
    shared_tiles = [
        summed_tiles(planes_of_x, [layers[i] for layers in samples], frame, columns, engine)
        for i, planes_of_x in enumerate(lit)
    ]
    energies = [_energy_tiles(pair, planes_of_x, frame, columns, engine) for planes_of_x in sounding]
    bounds = _bounds(pair, lead)
    # A hair below, so that no rounding of the bound itself leaves a row out.
    least = np.array([least_of_one(floor, recipe.quarters) for floor in floors])[:, None] * (1 - HAIR)
    for shared, energy in zip(zip(*shared_tiles, strict=True), zip(*energies, strict=True), strict=True):
        tile = shared[0].frame
        brightest = shared[lead].values.max(axis=2)
        worth = (brightest > 0) & (bounds[:, None] * brightest >= least)
        worth &= (tile.transpositions >= may_count[:, :1]) & (tile.transpositions < may_count[:, 1:])
        pictures, rows = np.nonzero(worth)
        transpositions = tile.transpositions[rows]
        layers = []
        for i in range(len(lit)):
            window = _window_energy(energy[i], group, pictures, transpositions)
            of_rows = np.moveaxis(pair.numbers[i][pictures], 1, 0)[:, :, None]
            layers.append(similarities_of(of_rows, shared[i].values[pictures, rows], window))
        similarity = mean_of(layers[0], layers[-1], recipe.quarters)
        placed = np.array([_columns(tile, shifts) for shifts in corners])
        similarity[~placed[pictures]] = 0.0
        if group.reading == "octave":
            # Within half an octave either way.
            transpositions = np.where(transpositions > octave // 2, transpositions - octave, transpositions)
        yield Tile(pictures, transpositions, tile.first_shift, shared[0].values[pictures, rows], similarity)


def _planes(roll: PianoRoll, up: int) -> Planes:
    """Return the strokes of a roll on a grid so many times finer."""
    pitched, drums = (
        lines._replace(onset=lines.onset * up, offset=lines.offset * up) for lines in planes(roll)
    )
    return pitched, drums


def _frame(lit: Sequence[Planes], layers: Sequence[Planes]) -> Frame:
    """Return every placement at which some layer of both can share time."""
    frames = [frame_around(extent(x), extent(sample)) for x, sample in zip(lit, layers, strict=True)]
    return frames[0].joined(*frames[1:])


def _columns(tile: Frame, shifts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which columns of a tile are among rising shifts."""
    placed = np.zeros(tile.columns, bool)
    first, last = np.searchsorted(shifts, (tile.first_shift, tile.first_shift + tile.columns))
    placed[shifts[first:last] - tile.first_shift] = True
    return placed


def _bounds(pair: Pair, layer: int) -> NDArray[np.float64]:
    """Return how much a unit of shared time adds to a layer's similarity at most, shape (pictures,)."""
    glow = pair.group.reading == "neighbour"
    most_in_x = pair.x.sums[layer].light * pair.piece_up
    loudest = max(int(roll.brightness.max()) for roll in pair.x.lit)
    found = []
    for picture, numbers in zip(pair.group.pictures, pair.numbers[layer], strict=True):
        # Under "neighbour" every pixel of X also glows on two steps beside it.
        most = min(3 * most_in_x * picture.brightest, picture.sums[layer].light * pair.up * loudest)
        found.append(steepest(numbers, 0.0 if glow else 1 / picture.brightest, most))
    return np.array(found)


def _check_budget(pair: Pair, frame: Frame) -> None:
    """Raise TooLarge, before anything is computed, if a sum could leave 64 bits or the work would not end."""
    pictures = pair.group.pictures
    brightest = max(max(picture.brightest, -picture.dimmest) for picture in pictures)
    if greatest_sum(pair.x, brightest) * pair.piece_up > MAX_SHARED:
        raise refusal_of("", too_many_placements=False)
    if frame.cells * len(pictures) > MAX_PLACEMENTS:
        raise refusal_of("", too_many_placements=True)


def greatest_sum(x: PiecePicture, brightest: Any) -> Any:
    """Return what no sum exceeds, in X's ticks, with samples of this brightness: a number, or many.

    Under "neighbour" every pixel of X also glows on two steps beside it.
    """
    shared = 3.0 * max(sums.light for sums in x.sums) * brightest
    return np.maximum(shared, 4.0 * max(sums.energy for sums in x.sums))


def refusal_of(sample: str, *, too_many_placements: bool) -> TooLarge:
    """Return the error for a sample that cannot be compared with X: too many placements, or sums past 64 bits."""
    pair = f"X and {sample or 'a sample'}"
    if too_many_placements:
        return TooLarge(
            f"{pair} have more placements on their common grid than the budget of "
            f"{MAX_PLACEMENTS:,}: cut the music, or quantise it to fewer ticks a quarter"
        )
    return TooLarge(f"{pair} are too long and bright to be counted in 64 bits: use fewer ticks a quarter")


def allowed_transpositions(reading: Reading, recipe: Recipe, steps_per_octave: int) -> tuple[int, int]:
    """Return the lowest and the highest transposition that recipe and reading allow, where both have pitch."""
    if reading == "rhythm":
        return 0, 0
    if reading == "octave":
        return 0, steps_per_octave - 1
    return recipe.transpositions or (-EVERY, EVERY)


class Energy(NamedTuple):
    """X's energy in the group's time, at every shift: summed from the lowest pitch upwards; that of drums."""

    low: int
    below: NDArray[np.int64]
    drums: NDArray[np.int64]


def _energy_tiles(
    pair: Pair, sounding: Planes, frame: Frame, columns: int, engine: SharedTime
) -> Iterator[Energy]:
    """Give X's energy in the group's time, for every shift, in the tiles of `frame`.

    A window is itself a fragment: X's energy laid under one long note at pitch 0 gives the energy on every
    pitch of X; a running sum over pitches serves every window's height.
    """
    pitched, drums = (lines._replace(brightness=lines.brightness**2) for lines in sounding)
    box = pair.group.pictures[0].box
    in_sample = np.isin(drums.pitch, list(box.drums)) if box.drums else np.zeros(len(drums.pitch), bool)
    any_drum = Lines(np.zeros(int(in_sample.sum()), np.int64), *(column[in_sample] for column in drums[1:]))
    window = Lines(*(np.array([value]) for value in (0, box.onset * pair.up, box.offset * pair.up, 1)))
    low, rows = (int(pitched.pitch.min()), int(np.ptp(pitched.pitch)) + 1) if len(pitched.pitch) else (0, 0)
    by_pitch = Frame(low, frame.first_shift, rows, frame.columns)
    # Whichever drum it is, it counts on the one row of the drums: as the drums of a picture do.
    scatter = for_few_strokes(engine)
    energies = summed_tiles((pitched, any_drum), [(window, window)], by_pitch, columns, scatter)
    for tile, (energy,), (drum_energy,) in energies:
        below = np.zeros((rows + 1, tile.columns), np.int64)
        np.cumsum(energy - drum_energy if len(any_drum.pitch) else energy, axis=0, out=below[1:])
        yield Energy(low, below, drum_energy)


def _window_energy(
    energy: Energy, group: AlterationGroup, pictures: NDArray[np.int64], transpositions: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the energy in the window of each row, shape (rows, shifts)."""
    rows = len(energy.below) - 1
    if group.reading == "octave":
        # A beat has no pitches in its window.
        bottom, top = np.zeros_like(pictures), rows * np.array([p.pitched for p in group.pictures])[pictures]
    else:
        # Row r of the running sum is the energy below pitch low + r.
        boxes = np.array([(p.box.lowest, p.box.highest + 1) for p in group.pictures])[pictures]
        bottom, top = np.clip(transpositions[:, None] + boxes - energy.low, 0, rows).T
    inside: NDArray[np.int64] = energy.below[top]
    inside -= energy.below[bottom]
    inside += energy.drums
    return inside
