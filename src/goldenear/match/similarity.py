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
    """A part of all placements of a sample on X, with its similarities, before the price."""

    frame: Frame
    shared: NDArray[np.int64]
    similarity: NDArray[np.float64]


Windows = dict[tuple[Box, int, Frame], list[NDArray[np.int64]]]
"""Window energies by place, grid and frame; the four forms of a sample take the same place, so they share them."""


def similarity_tiles(
    x: PiecePicture,
    sample: SamplePicture,
    recipe: Recipe,
    engine: SharedTime,
    steps_per_octave: int,
    windows: Windows,
) -> tuple[Pair, Iterator[Tile]]:
    """Return the pair on its common grid, and its similarities at every placement the recipe allows.

    `windows` keeps what the other alterations of the same sample, under the same reading, can use again.
    """
    pair = paired(x, sample)
    frame = allowed_frame(pair, sample, recipe, steps_per_octave)
    return pair, _tiles(x, sample, pair, frame, recipe.measure, engine, windows)


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


def _tiles(
    x: PiecePicture,
    sample: SamplePicture,
    pair: Pair,
    frame: Frame,
    measure: Measure,
    engine: SharedTime,
    windows: Windows,
) -> Iterator[Tile]:
    """Walk the frame from left to right, shared time and window energy side by side."""
    columns = max(1, TILE_CELLS // max(1, frame.rows))
    shared_tiles = summed_tiles(pair.piece, pair.sample, frame, columns, engine)
    reference = _reference(x, sample) * pair.up
    if measure == "window-cosine":
        energies = _window_energies(sample, pair, frame, columns, engine, windows)
        for (tile, shared, _), energy in zip(shared_tiles, energies, strict=True):
            yield Tile(tile, shared, _cosine(shared, energy, reference))
    elif measure == "cosine":
        whole = np.array(x.energy * pair.piece_up)
        for tile, shared, _ in shared_tiles:
            yield Tile(tile, shared, _cosine(shared, whole, reference))
    else:
        greatest = _greatest_shared(x, sample, pair, measure)
        for tile, shared, _ in shared_tiles:
            yield Tile(tile, shared, np.clip(shared / greatest, 0.0, 1.0))


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


def _window_energies(
    sample: SamplePicture,
    pair: Pair,
    frame: Frame,
    columns: int,
    engine: SharedTime,
    windows: Windows,
) -> Iterable[NDArray[np.int64]]:
    """Return the window energies of the frame, kept from another form of the sample where they were few."""
    octave = sample.alteration.reading == "octave"
    if frame.columns > columns:
        return window_energy_tiles(pair, frame, columns, engine, octave)
    place = (pair.box, pair.ticks_per_quarter, frame)
    if place not in windows:
        windows[place] = list(window_energy_tiles(pair, frame, columns, engine, octave))
    return windows[place]


def window_energy_tiles(
    pair: Pair, frame: Frame, columns: int, engine: SharedTime, octave: bool
) -> Iterator[NDArray[np.int64]]:
    """Give X's energy inside the sample's window, for every placement, in the tiles of `frame`.

    The window is itself a fragment: X's energy laid under one long note per row of the window. One long
    note at pitch 0 gives the energy on every pitch of X; a running sum over pitches gives every window.
    """
    pitched, drums = (lines._replace(brightness=lines.brightness**2) for lines in pair.heard)
    in_sample = (
        np.isin(drums.pitch, list(pair.box.drums)) if pair.box.drums else np.zeros(len(drums.pitch), bool)
    )
    any_drum = Lines(np.zeros(int(in_sample.sum()), np.int64), *(column[in_sample] for column in drums[1:]))
    window = Lines(*(np.array([value]) for value in (0, pair.box.onset, pair.box.offset, 1)))
    low, high = (int(pitched.pitch.min()), int(pitched.pitch.max())) if len(pitched.pitch) else (0, -1)
    by_pitch = Frame(low, frame.first_shift, high - low + 1, frame.columns)
    # Row r of the running sum is the energy below pitch low + r.
    bottom = np.clip(frame.transpositions + pair.box.lowest - low, 0, by_pitch.rows)
    top = np.clip(frame.transpositions + pair.box.highest + 1 - low, 0, by_pitch.rows)
    if octave:
        bottom, top = np.zeros_like(bottom), np.full_like(top, by_pitch.rows)
    energies = summed_tiles((pitched, NOTHING), (window, NOTHING), by_pitch, columns, engine)
    # Whichever drum it is, it counts on the one row of the drums: as the drums of a picture do.
    drum_energies = summed_tiles((NOTHING, any_drum), (NOTHING, window), frame.row(), columns, engine)
    for (tile, energy, _), (_, _, drum_energy) in zip(energies, drum_energies, strict=True):
        below = np.zeros((by_pitch.rows + 1, tile.columns), np.int64)
        np.cumsum(energy, axis=0, out=below[1:])
        inside = below[top]
        inside -= below[bottom]
        if len(any_drum.pitch):
            inside += drum_energy
        yield inside
