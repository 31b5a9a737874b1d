"""This file is where shared time becomes a similarity 0..1.

With S the shared time at a placement, X's energy E and the sample's energy R (energy: brightness squared,
summed over pixels):

=================  =====================================  ==================================================
measure            similarity                             what it asks
=================  =====================================  ==================================================
``brightness``     S / (light of X x brightest of K)      the literal idea: how much of X lights up
``coverage``       S / R, the share of K that sounds      is K in X? (a full cluster holds everything)
``cosine``         S / sqrt(R E)                          are X and K the same, as wholes?
``window-cosine``  S / sqrt(R E(window))                  is K in X, with little else where it lies?
=================  =====================================  ==================================================

The window is the place the sample takes on X: its time, and its pitches with a whole tone of margin either
way. So nothing that X does before, after or in other registers counts, while all keys held down resemble
nothing: they fill the window with energy that the sample does not have.

Where X is plain (all notes equally bright) and the sample is painted with different brightnesses, R is the
part of the sample's energy that a plain picture can meet, (sum of brightness)**2 / pixels, so that a plain
rendition of the whole sample scores 1. No similarity leaves 0..1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.backends import SharedTime
from goldenear.correlate.correlogram import summed_tiles
from goldenear.correlate.frame import Frame, frame_around
from goldenear.correlate.turning_points import Lines
from goldenear.match.picture import Box, Pair, PiecePicture, SamplePicture, paired
from goldenear.match.recipe import Measure, Recipe

TILE_CELLS = 2**21
"""Placements held in memory at a time."""

NOTHING = Lines(*(np.zeros(0, np.int64) for _ in range(4)))


class Tile(NamedTuple):
    """A part of all placements of a sample on X, with its similarities, before the price.

    Rows that cannot be brighter than what was asked for are left out.
    """

    transpositions: NDArray[np.int64]
    first_shift: int
    shared: NDArray[np.int64]
    similarity: NDArray[np.float64]


class EnergyTile(NamedTuple):
    """X's energy in a window of time at every shift, summed from the lowest pitch upwards; and that of drums."""

    below: NDArray[np.int64]
    drums: NDArray[np.int64]


Windows = dict[tuple[Box, int, Frame], list[EnergyTile]]
"""Energies by place, grid and frame; the four forms of a sample take the same place, so they share them."""


class Search(NamedTuple):
    """What is looked for, and with what.

    Attributes
    ----------
    recipe : Recipe
        How likeness is counted.
    engine : SharedTime
        What sums turning points.
    steps_per_octave : int
        The pitch grid.
    windows : dict
        What the alterations of one sample, under one reading, use again.
    """

    recipe: Recipe
    engine: SharedTime
    steps_per_octave: int
    windows: Windows


def similarity_tiles(
    x: PiecePicture, sample: SamplePicture, search: Search, *, floor: float = 0.0
) -> tuple[Pair, Iterator[Tile]]:
    """Return the pair on its common grid, and its similarities at every placement the recipe allows.

    Rows in which no similarity, before the price, can exceed `floor` may be left out; none that can is.
    """
    pair = paired(x, sample)
    frame = allowed_frame(pair, sample, search.recipe, search.steps_per_octave)
    if search.recipe.measure == "window-cosine":
        return pair, _in_windows(x, sample, pair, frame, search, floor)
    return pair, _as_wholes(x, sample, pair, frame, search)


def allowed_frame(pair: Pair, sample: SamplePicture, recipe: Recipe, steps_per_octave: int) -> Frame:
    """Return the placements to try: all shifts, and the transpositions that the recipe and the reading allow."""
    frame = frame_around(pair.piece, pair.sample)
    reading = sample.alteration.reading
    if reading == "rhythm":
        return frame.limited(0, 0)
    if reading == "octave":
        return frame.limited(0, steps_per_octave - 1)
    if recipe.transpositions is None:
        return frame
    return frame.limited(*recipe.transpositions)


def _in_windows(
    x: PiecePicture, sample: SamplePicture, pair: Pair, frame: Frame, search: Search, floor: float
) -> Iterator[Tile]:
    """Walk the frame from left to right, shared time and window energy side by side."""
    columns = max(1, TILE_CELLS // max(1, frame.rows))
    reference = _reference(x, sample) * pair.up
    shared_tiles = summed_tiles(pair.piece, pair.sample, frame, columns, search.engine)
    for (tile, shared, _), energy in zip(
        shared_tiles, _energy_tiles(pair, frame, columns, search), strict=True
    ):
        rows = _rows_that_may_exceed(floor, sample, shared, reference)
        transpositions = tile.transpositions[rows]
        window = _window_energy(energy, pair, transpositions, sample.alteration.reading == "octave")
        yield Tile(transpositions, tile.first_shift, shared[rows], _cosine(shared[rows], window, reference))


def _rows_that_may_exceed(
    floor: float, sample: SamplePicture, shared: NDArray[np.int64], reference: Fraction
) -> NDArray[np.int64]:
    """Return the rows whose brightest placement may have a similarity above `floor`.

    What is shared sounds in the window: S = sum of x k <= k_max * sum of x**2 <= k_max E(window), for x is
    a whole number. So S**2 / (R E) <= S k_max / R. Under the reading "neighbour", S counts a glow that does
    not sound, and only dark rows are certain.
    """
    brightest = shared.max(axis=1, initial=0)
    if sample.alteration.reading == "neighbour":
        return np.flatnonzero(brightest > 0)
    # A little below the floor, so that no rounding of the bound itself leaves a row out.
    needed = floor * floor * (1 - 1e-9) * float(reference) / sample.brightest
    return np.flatnonzero((brightest > 0) & (brightest > needed))


def _as_wholes(
    x: PiecePicture, sample: SamplePicture, pair: Pair, frame: Frame, search: Search
) -> Iterator[Tile]:
    """Walk the frame from left to right, for the measures that do not look at the window."""
    columns = max(1, TILE_CELLS // max(1, frame.rows))
    reference = _reference(x, sample) * pair.up
    whole = np.array(x.energy * pair.piece_up)
    greatest = _greatest_shared(x, sample, pair, search.recipe.measure)
    for tile, shared, _ in summed_tiles(pair.piece, pair.sample, frame, columns, search.engine):
        if search.recipe.measure == "cosine":
            similarity = _cosine(shared, whole, reference)
        else:
            similarity = np.clip(shared / greatest, 0.0, 1.0)
        yield Tile(tile.transpositions, tile.first_shift, shared, similarity)


def _cosine(shared: NDArray[np.int64], energy: NDArray[np.int64], reference: Fraction) -> NDArray[np.float64]:
    """Return S / sqrt(R E), 0 where the window is dark.

    Taken as sqrt(S S / (R E)): for fragments both products are exact, so the quotient is the same number on
    every grid, and a perfect match is exactly 1.
    """
    above = np.maximum(shared, 0).astype(np.float64)
    above *= above
    if reference.denominator > 1:
        above *= reference.denominator
    below = energy.astype(np.float64)
    below *= reference.numerator
    # Where the window is dark nothing is shared either: what was 0 stays 0.
    np.divide(above, below, out=above, where=below > 0)
    return np.minimum(np.sqrt(above, out=above), 1.0, out=above)


def _reference(x: PiecePicture, sample: SamplePicture) -> Fraction:
    """Return the sample's energy, or the part of it that a plain X can meet, on the sample's own grid."""
    return Fraction(sample.light**2, sample.area) if x.plain else Fraction(sample.energy)


def _greatest_shared(x: PiecePicture, sample: SamplePicture, pair: Pair, measure: Measure) -> int:
    """Return the shared time that counts as a similarity of 1."""
    if measure == "brightness":
        return x.light * pair.piece_up * sample.brightest
    return (x.plain * sample.light if x.plain else x.scale * sample.energy) * pair.up


def _energy_tiles(pair: Pair, frame: Frame, columns: int, search: Search) -> Iterable[EnergyTile]:
    """Return the energies of the frame, kept from another form of the sample where they are one tile."""
    if frame.columns > columns:
        return energy_tiles(pair, frame, columns, search.engine)
    place = (pair.box, pair.ticks_per_quarter, frame)
    if place not in search.windows:
        search.windows[place] = list(energy_tiles(pair, frame, columns, search.engine))
    return search.windows[place]


def energy_tiles(pair: Pair, frame: Frame, columns: int, engine: SharedTime) -> Iterator[EnergyTile]:
    """Give X's energy in the sample's window of time, for every shift, in the tiles of `frame`.

    A window is itself a fragment: X's energy laid under one long note at pitch 0 gives the energy on every
    pitch of X; a running sum over pitches serves every window's height.
    """
    pitched, drums = (lines._replace(brightness=lines.brightness**2) for lines in pair.heard)
    in_sample = (
        np.isin(drums.pitch, list(pair.box.drums)) if pair.box.drums else np.zeros(len(drums.pitch), bool)
    )
    any_drum = Lines(np.zeros(int(in_sample.sum()), np.int64), *(column[in_sample] for column in drums[1:]))
    window = Lines(*(np.array([value]) for value in (0, pair.box.onset, pair.box.offset, 1)))
    low, high = _pitch_range(pitched)
    by_pitch = Frame(low, frame.first_shift, high - low + 1, frame.columns)
    energies = summed_tiles((pitched, NOTHING), (window, NOTHING), by_pitch, columns, engine)
    # Whichever drum it is, it counts on the one row of the drums: as the drums of a picture do.
    drum_energies = summed_tiles((NOTHING, any_drum), (NOTHING, window), frame.row(), columns, engine)
    for (tile, energy, _), (_, _, drum_energy) in zip(energies, drum_energies, strict=True):
        below = np.zeros((by_pitch.rows + 1, tile.columns), np.int64)
        np.cumsum(energy, axis=0, out=below[1:])
        yield EnergyTile(below, drum_energy)


def _window_energy(
    energy: EnergyTile, pair: Pair, transpositions: NDArray[np.int64], octave: bool
) -> NDArray[np.int64]:
    """Return the energy in the window at the given transpositions, shape (transpositions, shifts)."""
    low, high = _pitch_range(pair.heard[0])
    # Row r of the running sum is the energy below pitch low + r.
    bottom = np.clip(transpositions + (pair.box.lowest - low), 0, high - low + 1)
    top = np.clip(transpositions + (pair.box.highest + 1 - low), 0, high - low + 1)
    if octave:
        bottom, top = np.zeros_like(bottom), np.full_like(top, high - low + 1)
    inside: NDArray[np.int64] = energy.below[top]
    inside -= energy.below[bottom]
    inside += energy.drums
    return inside


def _pitch_range(lines: Lines) -> tuple[int, int]:
    """Return the lowest and the highest pitch; an empty range where there is none."""
    return (int(lines.pitch.min()), int(lines.pitch.max())) if len(lines.pitch) else (0, -1)
