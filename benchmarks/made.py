"""This file is where music is made for the benchmarks: lines, voices and pieces, on a grid and off it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

import goldenear as ge

GRID = 24
"""Ticks a quarter: the coarsest grid that holds both sixteenths and triplets of eighths."""

Columns = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Pitch, onset, offset."""

FIGURES: tuple[tuple[int, ...], ...] = (
    (6, 6, 6, 6),
    (8, 8, 8),
    (12, 12),
    (18, 6),
    (16, 8),
    (24,),
    (48,),
    (36, 12),
    (-24,),
)
"""Rhythms in ticks, each a quarter or two long; a rest is negative. On average 1.5 notes a quarter."""


def line(rng: np.random.Generator, quarters: int, *, quantised: bool = True) -> ge.NoteArray:
    """Return one voice whose rhythm mixes sixteenths and triplets; unquantised, it uses every tick."""
    return _notes(_voice(rng, quarters, 60, 12, quantised))


def voices(rng: np.random.Generator, quarters: int, n: int, *, quantised: bool = True) -> ge.NoteArray:
    """Return n voices at once, a fifth or so apart."""
    parts = [_voice(rng, quarters, 60 + 8 * (i - n // 2), 10, quantised) for i in range(n)]
    return _notes(_together(parts))


def fragments(rng: np.random.Generator, n: int, quarters: int = 16) -> Iterator[ge.NoteArray]:
    """Give n lines, one after the other, so that nobody has to hold them all."""
    return (line(rng, quarters) for _ in range(n))


def fragments_of_notes(rng: np.random.Generator, n: int, notes: int) -> Iterator[ge.NoteArray]:
    """Give n lines of exactly so many notes."""
    for _ in range(n):
        # A figure of two quarters may hold one note, and one of one quarter none.
        pitch, onset, offset = _voice(rng, 4 * notes, 60, 12, True)
        yield _notes((pitch[:notes], onset[:notes], offset[:notes]))


def piece(rng: np.random.Generator, notes: int, *, quantised: bool = True, parts: int = 4) -> ge.NoteArray:
    """Return a long piece of exactly so many notes, over the 88 keys, four voices at a time."""
    quarters = int(notes / parts / 1.2) + 8
    centres = np.linspace(33, 96, parts).astype(int)
    found = _notes(_together([_voice(rng, quarters, int(c), 12, quantised) for c in centres]))
    return found.where(np.arange(len(found)) < notes)


def crowd(rng: np.random.Generator, notes: int, quarters: int = 16, keys: int = 24) -> ge.NoteArray:
    """Return exactly so many short notes strewn over a picture of a fixed size."""
    sixteenths = 4 * quarters
    places = rng.choice(keys * sixteenths, notes, replace=False)
    onset = places % sixteenths * 6 + rng.choice([0, 2], notes)
    return _notes((48 + places // sixteenths, onset, onset + rng.choice([2, 4], notes)))


def on_grid(rng: np.random.Generator, ticks_per_quarter: int, quarters: int = 16) -> ge.NoteArray:
    """Return a line of 32 notes, of which every tick of a grid is in use."""
    length = quarters * ticks_per_quarter
    onset = np.unique(np.append(0, rng.choice(length, 32, replace=False)))
    offset = np.append(onset[1:], length)
    return ge.NoteArray.from_arrays(
        pitch=_walk(rng, len(onset), 60, 12),
        onset=onset,
        duration=offset - onset,
        ticks_per_quarter=ticks_per_quarter,
    )


def varied(rng: np.random.Generator, notes: ge.NoteArray, changes: int) -> ge.NoteArray:
    """Return a fragment a fourth higher and a bar later, with a few of its notes moved by a step or two."""
    pitch = notes.pitch.astype(np.int64) + 5
    moved = rng.choice(len(notes), changes, replace=False)
    pitch[moved] += rng.choice([-2, -1, 1, 2], changes)
    return _notes((pitch, notes.onset + 4 * GRID, notes.offset + 4 * GRID))


def _voice(rng: np.random.Generator, quarters: int, centre: int, reach: int, quantised: bool) -> Columns:
    """Return the columns of a voice that wanders about a pitch, and always begins and ends in time."""
    spans: list[int] = []
    left = quarters * GRID
    while left:
        figure = FIGURES[int(rng.integers(len(FIGURES)))]
        if (length := sum(map(abs, figure))) <= left:
            spans += figure
            left -= length
    durations = np.array(spans)
    ends = np.cumsum(np.abs(durations))
    starts = ends - np.abs(durations)
    if not quantised:
        starts, ends = _loosened(rng, starts, ends)
    sounding = durations > 0
    if not sounding.any():
        sounding[0] = True
    return _walk(rng, int(sounding.sum()), centre, reach), starts[sounding], ends[sounding]


def _loosened(
    rng: np.random.Generator, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return a voice as hands would play it: each boundary up to two ticks off, each note cut short a little."""
    starts = starts + rng.integers(-2, 3, len(starts))
    ends = np.append(starts[1:], ends[-1] + rng.integers(-2, 3))
    return starts, np.maximum(starts + 1, ends - rng.integers(0, 2, len(ends)))


def _walk(rng: np.random.Generator, n: int, centre: int, reach: int) -> NDArray[np.int64]:
    """Return n pitches by steps and small leaps, within so many steps of a centre and within the 88 keys."""
    steps = np.cumsum(rng.integers(-3, 4, n))
    # Turn back at the borders, as a triangle wave does.
    folded = np.abs((steps + reach) % (4 * reach) - 2 * reach) - reach
    pitches: NDArray[np.int64] = np.clip(centre + folded, 21, 108)
    return pitches


def _together(parts: list[Columns]) -> Columns:
    """Return voices as one set of columns."""
    pitch, onset, offset = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pitch, onset, offset


def _notes(columns: Columns) -> ge.NoteArray:
    """Return the columns as notes."""
    pitch, onset, offset = columns
    return ge.NoteArray.from_arrays(pitch=pitch, onset=onset, duration=offset - onset, ticks_per_quarter=GRID)
