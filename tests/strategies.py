"""Random music for the laws: lines and chords, triplets, unisons, drums, painted brightness, forbidden places."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from goldenear.notes.note_array import NoteArray


@st.composite
def fragments(
    draw,
    *,
    most_notes: int = 8,
    drums: bool = True,
    painted: bool = False,
    forbidden: bool = False,
    longest: int = 24,
    resolutions: tuple[int, ...] = (4, 12),
) -> NoteArray:
    """Draw a fragment of 1..most_notes notes."""
    n = draw(st.integers(1, most_notes))

    def column(low: int, high: int) -> list[int]:
        return draw(st.lists(st.integers(low, high), min_size=n, max_size=n))

    brightness = column(1, 5) if painted else [1] * n
    notes = NoteArray.from_arrays(
        pitch=column(55, 67),
        onset=column(0, longest),
        duration=column(1, 8),
        brightness=brightness,
        is_drum=draw(st.lists(st.booleans(), min_size=n, max_size=n)) if drums else False,
        ticks_per_quarter=draw(st.sampled_from(resolutions)),
    )
    if forbidden and len(notes) > 1 and draw(st.booleans()):
        signs = np.ones(len(notes), int)
        signs[draw(st.integers(0, len(notes) - 1))] = -1
        notes = NoteArray.from_arrays(
            pitch=notes.pitch,
            onset=notes.onset,
            duration=notes.duration,
            brightness=notes.brightness * signs,
            is_drum=notes.is_drum,
            ticks_per_quarter=notes.ticks_per_quarter,
        )
    return notes


def random_fragment(
    rng: np.random.Generator, *, notes: int, span: int, drums: bool, painted: bool
) -> NoteArray:
    """Return a random fragment: onsets on sixteenths and triplets (12 ticks a quarter), chords, unisons, rests."""
    grid = np.union1d(np.arange(0, span, 3), np.arange(0, span, 4))
    return NoteArray.from_arrays(
        pitch=rng.integers(50, 70, notes),
        onset=rng.choice(grid, notes),
        duration=rng.choice([1, 2, 3, 4, 6, 8, 12], notes),
        brightness=rng.integers(1, 128, notes) if painted else 1,
        is_drum=rng.random(notes) < 0.3 if drums else False,
        ticks_per_quarter=12,
    )
