"""This file is where chance comes from inside compiled loops: the same on every machine, from a state of 64 bits.

SplitMix64 (Steele, Lea and Flood 2014).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from goldenear.correlate.backends.records import compiled

STEP, FIRST, SECOND = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)


@compiled
def chance(state: Any) -> Any:
    """Return a number 0..1, below 1, and move the state on."""
    state[0] += STEP
    mixed = state[0]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * SECOND
    mixed ^= mixed >> np.uint64(31)
    return float(mixed >> np.uint64(11)) * 2.0**-53


@compiled
def below(state: Any, n: int) -> Any:
    """Return a whole number 0..n-1."""
    return int(chance(state) * n)
