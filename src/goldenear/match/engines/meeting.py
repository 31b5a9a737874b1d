"""This file is where X's grid meets the samples', and the recipe's limits are read: the same for every engine."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import TooLarge
from goldenear.match.packed import Variants
from goldenear.match.prepared import PreparedSamples
from goldenear.match.similarity import MAX_PLACEMENTS
from goldenear.notes.piano_roll import Reading


class Meeting(NamedTuple):
    """How one unit of X and the units of samples meet: arrays of shape (kinds of unit, variants)."""

    piece_up: NDArray[np.int64]
    """Pair units in a unit of X."""
    sample_up: NDArray[np.int64]
    """Pair units in a unit of the sample."""
    ticks: NDArray[np.int64]
    """Ticks of the pair in a pair unit."""
    resolution: NDArray[np.int64]
    """Ticks of the pair in a quarter."""


def meet(unit_up: int, unit_down: int, units: NDArray[np.int64], kind: Variants) -> Meeting:
    """Return how a unit of X, unit_up / unit_down quarters, meets every kind of unit under every variant."""
    up, down = units[:, :1] * kind.up, units[:, 1:] * kind.down
    common = np.gcd(up, down)
    up, down = up // common, down // common
    piece_up, sample_up = unit_up * down, up * unit_down
    unit, grid = np.gcd(piece_up, sample_up), np.gcd(unit_down, down)
    columns = (piece_up // unit, sample_up // unit, unit // grid, unit_down // grid * down)
    return Meeting(*(np.ascontiguousarray(column) for column in columns))


def limits(samples: PreparedSamples, reading: Reading) -> tuple[int, int, int]:
    """Return the lowest and the highest transposition of a reading; and its octave if octaves are folded, else 0."""
    octave = samples[0].steps_per_octave if reading == "octave" and len(samples) else 0
    if reading == "rhythm":
        return 0, 0, 0
    if reading == "octave":
        return 0, octave - 1, octave
    lowest, highest = samples.recipe.transpositions or (-(2**40), 2**40)
    return lowest, highest, 0


def refusal_of(sample: str, *, too_many_placements: bool) -> TooLarge:
    """Return the error for a sample that cannot be compared with X: too many placements, or sums past 64 bits."""
    pair = f"X and {sample or 'a sample'}"
    if too_many_placements:
        return TooLarge(
            f"{pair} have more placements on their common grid than the budget of "
            f"{MAX_PLACEMENTS:,}: cut the music, or quantise it to fewer ticks a quarter"
        )
    return TooLarge(f"{pair} are too long and bright to be counted in 64 bits: use fewer ticks a quarter")
