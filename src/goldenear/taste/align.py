"""This file is where a verdict is made audible: X and the deciding sample side by side, as they lie on each other."""

from __future__ import annotations

from math import ceil, lcm

from goldenear.notes.note_array import NoteArray
from goldenear.taste.verdict import Verdict


def aligned(verdict: Verdict) -> dict[str, NoteArray]:
    """Return X and the placed sample by name, both in the same ticks and at or after tick 0.

    Where the sample begins before X's tick 0, both are moved later by whole quarters.
    """
    placed = verdict.explain().placed
    match = verdict.deciding
    assert match is not None, "explain has refused it"
    x = verdict.x
    resolution = lcm(x.ticks_per_quarter, placed.ticks_per_quarter)
    x, placed = x.at_resolution(resolution), placed.at_resolution(resolution)
    quarters = ceil(max(0, -x.first_onset, -placed.first_onset) / resolution)
    later = quarters * resolution
    return {f"X: {x.name}": x.shifted(later), f"{match.name} {match.where()}": placed.shifted(later)}
