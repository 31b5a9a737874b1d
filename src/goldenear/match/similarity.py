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

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.backends import SharedTime, for_few_strokes
from goldenear.correlate.correlogram import MAX_SHARED, SummedTile, summed_tiles
from goldenear.correlate.frame import Frame, extent, frame_around
from goldenear.correlate.turning_points import Lines
from goldenear.errors import TooLarge
from goldenear.match.picture import Pair, PiecePicture, SamplePicture, Sheaf, paired
from goldenear.match.recipe import Measure, Recipe
from goldenear.notes.piano_roll import Reading

MAX_PLACEMENTS = 2**34
"""More placements than this are refused: they would take minutes, and mean that a note lies far off."""

TILE_CELLS = 2**21
"""Placements held in memory at a time."""


class Tile(NamedTuple):
    """A part of all placements of a sheaf on X, with its similarities, before the price.

    A row is one picture at one transposition. Rows that cannot be brighter than what was asked for are left
    out.
    """

    pictures: NDArray[np.int64]
    """Which picture of the sheaf each row belongs to."""
    transpositions: NDArray[np.int64]
    first_shift: int
    shared: NDArray[np.int64]
    similarity: NDArray[np.float64]


class Energy(NamedTuple):
    """X's energy in the sheaf's time, at every shift: summed from the lowest pitch upwards; that of drums."""

    below: NDArray[np.int64]
    drums: NDArray[np.int64]


def similarity_tiles(
    x: PiecePicture,
    sheaf: Sheaf,
    recipe: Recipe,
    engine: SharedTime,
    steps_per_octave: int,
    floors: Sequence[float],
) -> tuple[Pair, Iterator[Tile]]:
    """Return the pair on its common grid, and its similarities at every placement the recipe allows.

    Rows in which no similarity, before the price, can reach the picture's floor may be left out; none that
    can is.
    """
    pair = paired(x, sheaf)
    piece = extent(pair.piece)
    frames = [frame_around(piece, extent(sample)) for sample in pair.samples]
    frame = frames[0].joined(*frames[1:])
    _check_budget(x, sheaf, pair, frame)
    allowed = [
        allowed_frame(f, sheaf.reading, recipe, steps_per_octave) if piece.has_pitch and has_pitch else f
        for f, has_pitch in zip(frames, (bool(len(s[0].pitch)) for s in pair.samples), strict=True)
    ]
    columns = max(1, TILE_CELLS // (frame.rows * len(frames)))
    shared_tiles = summed_tiles(pair.piece, pair.samples, frame, columns, engine)
    octave = steps_per_octave if sheaf.reading == "octave" else None
    may_count = np.array([(f.first_transposition, f.first_transposition + f.rows) for f in allowed])
    if recipe.measure == "window-cosine":
        energies = energy_tiles(x, sheaf, pair, frame, columns, engine)
        return pair, _in_windows(x, sheaf, pair, shared_tiles, energies, may_count, octave, floors)
    return pair, _as_wholes(x, sheaf, pair, shared_tiles, may_count, octave, recipe.measure)


def _check_budget(x: PiecePicture, sheaf: Sheaf, pair: Pair, frame: Frame) -> None:
    """Raise TooLarge, before anything is computed, if a sum could leave 64 bits or the work would not end."""
    brightest = max(picture.brightest for picture in sheaf.pictures)
    # Under "neighbour" every pixel of X also glows on two steps beside it.
    shared = 3 * x.light * pair.piece_up * max(brightest, -int(sheaf.pictures[0].roll.brightness.min()))
    if max(shared, 4 * x.energy * pair.piece_up) > MAX_SHARED:
        raise TooLarge("X is too long and bright to be counted in 64 bits: use fewer ticks a quarter")
    if frame.cells * len(sheaf.pictures) > MAX_PLACEMENTS:
        raise TooLarge(
            f"X and a sample have {frame.rows:,} x {frame.columns:,} placements on their common grid of "
            f"{pair.ticks_per_quarter:,} ticks a quarter, over the budget of {MAX_PLACEMENTS:,}: cut the music, or "
            f"quantise it to fewer ticks a quarter"
        )


def allowed_frame(frame: Frame, reading: Reading, recipe: Recipe, steps_per_octave: int) -> Frame:
    """Return the placements to try: all shifts, and the transpositions that the recipe and the reading allow."""
    if reading == "rhythm":
        return frame.limited(0, 0)
    if reading == "octave":
        return frame.limited(0, steps_per_octave - 1)
    if recipe.transpositions is None:
        return frame
    return frame.limited(*recipe.transpositions)


def _in_windows(
    x: PiecePicture,
    sheaf: Sheaf,
    pair: Pair,
    shared_tiles: Iterator[SummedTile],
    energies: Iterator[Energy],
    may_count: NDArray[np.int64],
    octave: int | None,
    floors: Sequence[float],
) -> Iterator[Tile]:
    """Walk the frame from left to right, shared time and window energy side by side.

    A row whose brightest placement cannot reach its floor is left out. What is shared sounds in the window:
    S = sum of x k <= k_max * sum of x**2 <= k_max E(window), for x is a whole number; so S**2 / (R E) <=
    S k_max / R. Under the reading "neighbour", S counts a glow that does not sound, and only dark rows are
    certain.
    """
    references = [_reference(x, picture) * pair.up for picture in sheaf.pictures]
    # A hair below the floor, so that no rounding of the bound itself leaves a row out.
    needed = [
        0.0 if sheaf.reading == "neighbour" else f * f * (1 - 1e-9) * float(r) / picture.brightest
        for f, r, picture in zip(floors, references, sheaf.pictures, strict=True)
    ]
    above = np.array([float(r.denominator) for r in references])
    below = np.array([float(r.numerator) for r in references])
    for (tile, shared, _), energy in zip(shared_tiles, energies, strict=True):
        brightest = shared.max(axis=2, initial=0)
        worth = (brightest > 0) & (brightest >= np.array(needed)[:, None])
        pictures, transpositions, rows = _rows(worth, tile, may_count, shared)
        window = _window_energy(energy, sheaf, x.pitch_range[0], pictures, transpositions)
        similarity = _cosine(rows, window, above[pictures, None], below[pictures, None])
        yield Tile(pictures, _folded(transpositions, octave), tile.first_shift, rows, similarity)


def _rows(
    worth: NDArray[np.bool_], tile: Frame, may_count: NDArray[np.int64], shared: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the picture, the transposition and the shared time of the rows that are worth a look and allowed."""
    transpositions = tile.transpositions
    worth = worth & (transpositions >= may_count[:, :1]) & (transpositions < may_count[:, 1:])
    pictures, rows = np.nonzero(worth)
    return pictures, transpositions[rows], shared[pictures, rows]


def _as_wholes(
    x: PiecePicture,
    sheaf: Sheaf,
    pair: Pair,
    shared_tiles: Iterator[SummedTile],
    may_count: NDArray[np.int64],
    octave: int | None,
    measure: Measure,
) -> Iterator[Tile]:
    """Walk the frame from left to right, for the measures that do not look at the window."""
    references = [_reference(x, picture) * pair.up for picture in sheaf.pictures]
    above = np.array([float(r.denominator) for r in references])
    below = np.array([float(r.numerator) for r in references])
    greatest = np.array([_greatest_shared(x, picture, pair, measure) for picture in sheaf.pictures])
    whole = np.array(x.energy * pair.piece_up)
    for tile, shared, _ in shared_tiles:
        pictures, transpositions, rows = _rows(np.ones(shared.shape[:2], bool), tile, may_count, shared)
        if measure == "cosine":
            similarity = _cosine(rows, whole, above[pictures, None], below[pictures, None])
        else:
            similarity = np.clip(rows / greatest[pictures, None], 0.0, 1.0)
        yield Tile(pictures, _folded(transpositions, octave), tile.first_shift, rows, similarity)


def _cosine(
    shared: NDArray[np.int64],
    energy: NDArray[np.int64],
    reference_denominator: NDArray[np.float64],
    reference_numerator: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return S / sqrt(R E), 0 where the window is dark.

    Taken as sqrt(S S / (R E)): for fragments both products are exact, so the quotient is the same number on
    every grid, and a perfect match is exactly 1.
    """
    above = np.maximum(shared, 0).astype(np.float64)
    above *= above
    above *= reference_denominator
    below = energy * reference_numerator
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


def energy_tiles(
    x: PiecePicture, sheaf: Sheaf, pair: Pair, frame: Frame, columns: int, engine: SharedTime
) -> Iterator[Energy]:
    """Give X's energy in the sheaf's time, for every shift, in the tiles of `frame`.

    A window is itself a fragment: X's energy laid under one long note at pitch 0 gives the energy on every
    pitch of X; a running sum over pitches serves every window's height.
    """
    pitched, drums = (lines._replace(brightness=lines.brightness**2) for lines in pair.heard)
    of_sample = sheaf.pictures[0].box.drums
    in_sample = np.isin(drums.pitch, list(of_sample)) if of_sample else np.zeros(len(drums.pitch), bool)
    any_drum = Lines(np.zeros(int(in_sample.sum()), np.int64), *(column[in_sample] for column in drums[1:]))
    window = Lines(*(np.array([value]) for value in (0, pair.onset, pair.offset, 1)))
    low, rows = x.pitch_range
    by_pitch = Frame(low, frame.first_shift, rows, frame.columns)
    # Whichever drum it is, it counts on the one row of the drums: as the drums of a picture do.
    scatter = for_few_strokes(engine)
    energies = summed_tiles((pitched, any_drum), [(window, window)], by_pitch, columns, scatter)
    for tile, (energy,), (drum_energy,) in energies:
        below = np.zeros((rows + 1, tile.columns), np.int64)
        np.cumsum(energy - drum_energy if len(any_drum.pitch) else energy, axis=0, out=below[1:])
        yield Energy(below, drum_energy)


def _folded(transpositions: NDArray[np.int64], octave: int | None) -> NDArray[np.int64]:
    """Return transpositions within half an octave either way, where octaves are folded."""
    if octave is None:
        return transpositions
    return np.where(transpositions > octave // 2, transpositions - octave, transpositions)


def _window_energy(
    energy: Energy, sheaf: Sheaf, low: int, pictures: NDArray[np.int64], transpositions: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the energy in the window of each row, shape (rows, shifts)."""
    rows = len(energy.below) - 1
    if sheaf.reading == "octave":
        bottom, top = np.zeros_like(pictures), np.full_like(pictures, rows)
    else:
        # Row r of the running sum is the energy below pitch low + r.
        boxes = np.array([(p.box.lowest, p.box.highest + 1) for p in sheaf.pictures])[pictures]
        bottom, top = np.clip(transpositions[:, None] + boxes - low, 0, rows).T
    inside: NDArray[np.int64] = energy.below[top]
    inside -= energy.below[bottom]
    inside += energy.drums
    return inside
