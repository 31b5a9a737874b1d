"""Measure whether a sample is so small that it resembles nearly anything.

A note or two, or one pitch held or repeated, lie somewhere in almost all music. Such a sample says nothing, and in
``bad/`` it would veto everything. No list tells which these are: a sample of few notes is compared with music that
has nothing to do with it, and is small if it resembles half of that or more. One or two notes are always small, as a
fragment of one or two notes is not judged either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from goldenear.match.background import shipped
from goldenear.match.engines.work import evenly
from goldenear.match.rank import rank
from goldenear.match.recipe import Recipe
from goldenear.notes.cut import cut
from goldenear.notes.note_array import NoteArray

FEWEST = 3
"""A fragment of fewer notes is not judged, unless samples as small have a say."""

NEARLY_ANYTHING = 0.5
"""A sample is small that resembles this share of unrelated music."""

FEW_NOTES, FEW_LINES = 12, 2
"""Only samples of fewer notes than that, or of no more different pitches and drums, are measured."""

LONGEST = 64
"""Quarters: what is longer, and so at no stretch within the music that it is measured by, is not small."""

MOST_A_QUARTER = 16
"""Notes a quarter: what has more is not small. So the time is bounded that measuring takes."""

UNRELATED = 24
"""Pieces that a sample is compared with."""

QUARTERS, LEAST_QUARTERS = 32, 16
"""How long each of them is, as far as the tune goes on, and at least."""

COARSEST = 24
"""Ticks a quarter on which a sample is measured."""

TICKS = 12
"""Ticks a quarter of the background's accompaniments and grooves: sixteenths and triplets."""

_KICK, _SNARE, _RIM, _HAT, _OPEN, _RIDE, _TOM, _CLAP, _BELL, _SHAKER = 36, 38, 37, 42, 46, 51, 45, 39, 56, 70

_GROOVES: tuple[dict[int, str], ...] = (
    {_HAT: "x.x.x.x.x.x.x.x.", _SNARE: "....x.......x...", _KICK: "x.......x......."},
    {_HAT: "xxxxxxxxxxxxxxxx", _SNARE: "....x..x.x..x...", _KICK: "x.x.......x..x.."},
    {_OPEN: "..x...x...x...x.", _CLAP: "....x.......x...", _KICK: "x...x...x...x..."},
    {_RIDE: "x..x.xx..x.x", _HAT: "...x.....x..", _KICK: "x.....x....."},
    {_RIM: "x..x...x..x..x..", _HAT: "x.x.x.x.x.x.x.x.", _KICK: "x..xx..xx..xx..x"},
    {_HAT: "x...x...x...x...", _SNARE: "........x.......", _KICK: "x.......x.x....."},
    {_SNARE: "xxxxxxxxxxxxxxxx", _KICK: "x...x...x...x..."},
    {_RIM: "........x.......", _HAT: "x.xxx.x.x.xxx.x.", _KICK: "........x......."},
    {_SHAKER: "xxxxxxxxxxxxxxxx", _TOM: "....x..x....x.xx", _KICK: "x..xx..xx..xx..x"},
    {_RIDE: "x.x.x.x.x.x.x.x.", _SNARE: "..x...x...x...x.", _KICK: "x...x...x...x..."},
    {_HAT: "x.xx.xx.xx.x", _SNARE: "...x.....x..", _KICK: "x.....x.x..."},
    {
        _BELL: "x...x...x...x...",
        _TOM: "......x.......xx",
        _SNARE: "....x.......x.x.",
        _KICK: "x.....x.x.......",
    },
)
"""One bar each, for every drum: sixteen sixteenths, or twelve triplets of eighths. Composed for this purpose."""


def chance_of(sample: NoteArray, recipe: Recipe, threshold: float) -> float:
    """Return the share of unrelated music, 0..1, that a sample resembles; 0 where it cannot be small.

    The music is eight bars each of 24 songs and dances that ship with the program, three of four over a chord that is
    held or repeated, each with a groove. As soon as it is known whether the sample is small, the share is that of
    what was compared so far.

    Parameters
    ----------
    sample : NoteArray
        The sample.
    recipe : Recipe
        How likeness is counted.
    threshold : float
        From which similarity on it counts.
    """
    if not _may_be_small(sample):
        return 0.0
    grid = COARSEST if recipe.grid == "exact" else min(recipe.grid, COARSEST)
    coarse = replace(recipe, grid=grid)
    alike, needed = 0, round(NEARLY_ANYTHING * UNRELATED)
    for compared, x in enumerate(_unrelated(sample.steps_per_octave), start=1):
        alike += bool(rank(x, [sample], recipe=coarse, backend="numpy").similarity[0] >= threshold)
        if alike == needed or compared - alike > UNRELATED - needed:
            return alike / compared
    return alike / UNRELATED


def is_small(sample: NoteArray, chance: float) -> bool:
    """Tell whether a sample is small, by the share of unrelated music that it resembles."""
    return chance >= NEARLY_ANYTHING or count_of(sample) < FEWEST


def count_of(notes: NoteArray) -> int:
    """Return how many notes sound."""
    return int((notes.brightness > 0).sum())


def format_small(sample: NoteArray, chance: float, *, keep: bool) -> str:
    """Return what is to be said of a small sample."""
    n = count_of(sample)
    what = f"{n} note{'' if n == 1 else 's'}"
    if len(set(sample.pitch.tolist())) == 1 and n > 1:
        what += " of one pitch"
    fate = (
        "but it has a say, as keep_small asks in taste.toml"
        if keep
        else "so it has no say; keep_small = true under [samples] in taste.toml gives it one"
    )
    return f"{what}: {chance:.0%} of unrelated music resembles that, {fate}"


def _may_be_small(sample: NoteArray) -> bool:
    """Tell whether a sample is short and has few notes, or few pitches."""
    sounding = sample.where(sample.brightness > 0)
    if sounding.quarters > LONGEST or len(sounding) > MOST_A_QUARTER * max(1.0, float(sounding.quarters)):
        return False
    lines = len(np.unique(sounding.pitch.astype(np.int64) * 2 + sounding.is_drum))
    return len(sounding) < FEW_NOTES or lines <= FEW_LINES


@cache
def _unrelated(steps_per_octave: int) -> tuple[NoteArray, ...]:
    """Return the music that samples are measured by, each pitch on the nearest step of the octave's grid."""
    tunes = evenly([tune for tune in shipped() if tune.quarters >= LEAST_QUARTERS], UNRELATED)
    return tuple(_on_steps(_accompanied(tune, number), steps_per_octave) for number, tune in enumerate(tunes))


def _on_steps(notes: NoteArray, steps_per_octave: int) -> NoteArray:
    """Return notes counted in other steps; drums keep their numbers."""
    if steps_per_octave == notes.steps_per_octave:
        return notes
    pitch = np.round(notes.pitch * (steps_per_octave / notes.steps_per_octave)).astype(np.int64)
    return NoteArray.from_arrays(
        pitch=np.where(notes.is_drum, notes.pitch, pitch),
        onset=notes.onset,
        duration=notes.duration,
        is_drum=notes.is_drum,
        ticks_per_quarter=notes.ticks_per_quarter,
        steps_per_octave=steps_per_octave,
        name=notes.name,
    )


def _accompanied(tune: NoteArray, number: int) -> NoteArray:
    """Return the opening of a tune, over a chord in three of four, and with a groove."""
    opening = cut(tune, tune.first_onset, QUARTERS * tune.ticks_per_quarter)
    lowest, ticks = int(opening.pitch[0]) - 24, int(opening.quarters * TICKS)
    chord = [lowest, lowest + (4 if number % 2 else 3), lowest + 7]
    beats = (ticks, 2 * TICKS, TICKS)[number % 4 - 1] if number % 4 else 0
    rows = [
        (pitch, tick, beats, False) for pitch in chord for tick in range(0, ticks if beats else 0, beats or 1)
    ]
    rows += [(*stroke, True) for stroke in _groove(_GROOVES[number % len(_GROOVES)], ticks)]
    return _with(opening, rows)


def _groove(bar: dict[int, str], ticks: int) -> Iterable[tuple[int, int, int]]:
    """Give the strokes of a groove that goes on for so many ticks, as (drum, onset, duration)."""
    for drum, steps in bar.items():
        length = 4 * TICKS // len(steps)
        for place in range(ticks // length):
            if steps[place % len(steps)] == "x":
                yield drum, place * length, length


def _with(notes: NoteArray, rows: Sequence[tuple[int, int, int, bool]]) -> NoteArray:
    """Return notes with others added, (pitch, onset, duration, whether it is a drum)."""
    resolution = int(np.lcm(notes.ticks_per_quarter, TICKS))
    own, up = notes.at_resolution(resolution), resolution // TICKS
    added = np.array([row[:3] for row in rows], np.int64).reshape(-1, 3)
    return NoteArray.from_arrays(
        pitch=np.concatenate([own.pitch, added[:, 0]]),
        onset=np.concatenate([own.onset, added[:, 1] * up]),
        duration=np.concatenate([own.duration, added[:, 2] * up]),
        is_drum=np.concatenate([own.is_drum, np.array([row[3] for row in rows], bool)]),
        ticks_per_quarter=resolution,
        name=notes.name,
    )
