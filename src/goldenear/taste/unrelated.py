"""Provide the unrelated music that a sample's chance is measured by: tunes, with the figures and beats of their kind.

What half of all music has in common says little of a fragment: scales, broken chords, a bass of roots and fifths,
repeated notes, hats in eighths. So the shipped tunes are set three times each, thinly, with an accompaniment and
thickly, over such figures, and every setting has a beat. Figures and beats were composed for this purpose.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import count

import numpy as np

from goldenear.match.background import shipped
from goldenear.notes.cut import cut
from goldenear.notes.note_array import NoteArray

SETTINGS = ("thin", "accompanied", "thick")
"""Of each tune, one after the other."""

QUARTERS, LEAST_QUARTERS = 32, 16
"""How long a piece is, as far as its tune goes on, and at least."""

TICKS = 12
"""Ticks a quarter of figures and beats: sixteenths and triplets."""

BAR = 4 * TICKS
"""After which a beat begins again, and the chord may change, but in figures of three quarters."""

MAJOR = (0, 2, 4, 5, 7, 9, 11)
"""The steps of a scale, counted from its first note."""

CHORDS = (0, 3, 4, 5, 1)
"""The degrees that chords are built on, the commoner first."""

Row = tuple[int, int, int]
"""Pitch or drum, onset and duration."""

FIGURES: tuple[tuple[tuple[str, int], ...], ...] = (
    (("", BAR), ("0", 48), ("0 4", 24), ("04", 48), ("0", 12), ("0 7", 24)),
    (
        ("0 4 2 4", 6),
        ("0 24 0 24", 12),
        ("0 24 24", 12),
        ("0 2 4 7 4 2", 6),
        ("024", 12),
        ("0 1 2 4", 12),
        ("0 7", 6),
        ("0 1 2 3 4 5 6 7", 6),
        ("0 2 4 5 6 5 4 2", 6),
        (". 24", 6),
        ("0", 6),
        ("024", 24),
        ("7 6 5 4 3 2 1 0", 6),
        ("0 4 7 9 7 4", 6),
    ),
    (
        ("0 2 4 7", 3),
        ("024 7", 6),
        ("0 4 2 4", 3),
        ("0 1 2 3 4 3 2 1", 3),
        ("024", 6),
        ("07 24 4 24", 6),
        ("0 2 4 2", 4),
        ("0247", 12),
        ("7 4 2 0", 3),
        ("0", 3),
    ),
)
"""Accompaniments from thin to thick: degrees of the scale above the chord's root, those of one time together, a point
for a rest; and how many ticks each time takes."""

IN_PARALLEL = (-2, -7)
"""Steps of the scale between a tune and what goes with it in a thick setting: thirds or octaves."""

_KICK, _SNARE, _RIM, _HAT, _OPEN, _RIDE, _TOM, _CLAP, _BELL, _SHAKER = 36, 38, 37, 42, 46, 51, 45, 39, 56, 70

Beat = Mapping[int, str]
"""One bar for every drum: sixteen sixteenths, or twelve triplets of eighths."""

BEATS: tuple[Beat, ...] = (
    {_SNARE: "....x.......x...", _KICK: "x.......x......."},
    {_SNARE: "....x.......x...", _KICK: "x...x...x...x..."},
    {_SNARE: "....x..x.x..x...", _KICK: "x.x.......x..x.."},
    {_SNARE: "....x.......x...", _KICK: "x..x..x...x....."},
    {_RIM: "x..x...x..x..x..", _KICK: "x..xx..xx..xx..x"},
    {_SNARE: "........x.......", _KICK: "x.......x.x....."},
    {_SNARE: "xxxxxxxxxxxxxxxx", _KICK: "x...x...x...x..."},
    {_RIM: "........x.......", _KICK: "........x......."},
    {_TOM: "....x..x....x.xx", _KICK: "x..xx..xx..xx..x"},
    {_SNARE: "..x...x...x...x.", _KICK: "x...x...x...x..."},
    {_CLAP: "....x.......x...", _KICK: "x...x...x...x..."},
    {_SNARE: "....x.......x.x.", _TOM: "......x.......xx", _KICK: "x.....x.x......."},
    {_SNARE: "....x.......x..x", _KICK: "x.....xx..x....."},
    {_SNARE: "..x..x....x..x..", _KICK: "x.......x......."},
    {_KICK: "x......x..x....."},
    {_KICK: "x...x...x...x..."},
    {_SNARE: "x.x.x.xxx.x.xxxx"},
    {_SNARE: "....x.......x..."},
    {_CLAP: "x..x..x...x.x..."},
    {_TOM: "x.x.x.x.x.x.x.x."},
)
"""What skins play."""

PULSES: tuple[Beat, ...] = (
    {_HAT: "x.x.x.x.x.x.x.x."},
    {_HAT: "xxxxxxxxxxxxxxxx"},
    {_OPEN: "..x...x...x...x."},
    {_RIDE: "x.x.x.x.x.x.x.x."},
    {_HAT: "x...x...x...x..."},
    {_SHAKER: "xxxxxxxxxxxxxxxx"},
    {_HAT: "x.xxx.xxx.xxx.xx"},
    {_HAT: "..x...x...x...x."},
    {_BELL: "x..x..x...x.x..."},
    {_RIDE: "x...x.x.x...x.x."},
    {_HAT: "x.x.x.x.x.x.x.x.", _OPEN: "..............x."},
)
"""What cymbals play above them."""

TRIPLETS: tuple[Beat, ...] = (
    {_RIDE: "x..x.xx..x.x", _HAT: "...x.....x..", _KICK: "x.....x....."},
    {_HAT: "x.xx.xx.xx.x", _SNARE: "...x.....x..", _KICK: "x.....x.x..."},
    {_RIDE: "x..x.xx..x.x", _SNARE: "..x.....x...", _KICK: "x..x..x..x.."},
    {_HAT: "xxxxxxxxxxxx", _SNARE: "......x.....", _KICK: "x....x...x.."},
    {_HAT: "x.xx.xx.xx.x", _SNARE: "......x.....", _KICK: "x....x......"},
    {_HAT: "x..x..x..x..", _SNARE: "...x.....x..", _KICK: "x..x..x..x.."},
    {_RIDE: "x...x.x.x...", _KICK: "x...........", _HAT: "....x......."},
)
"""Whole beats in triplets: one in six."""


FIGURE_DIGEST = hashlib.sha256(
    repr((FIGURES, IN_PARALLEL, BEATS, PULSES, TRIPLETS, QUARTERS, LEAST_QUARTERS)).encode()
).hexdigest()[:16]
"""A text that differs whenever the figures or beats do."""


@cache
def unrelated(steps_per_octave: int = 12) -> tuple[NoteArray, ...]:
    """Return the unrelated music, each pitch on the nearest step of the octave's grid."""
    tunes = [_opening(tune) for tune in shipped() if tune.quarters >= LEAST_QUARTERS]
    beats, made = _beats(), []
    for number, tune in enumerate(tunes):
        for setting, figures in zip(SETTINGS, FIGURES, strict=True):
            rows = [*_figure(tune, *figures[number % len(figures)], octaves=1 if number % 3 else 0)]
            if setting == "thick" or (setting == "accompanied" and number % 4 == 0):
                rows += _in_parallel(tune, IN_PARALLEL[number % 2])
            whole = _with(tune, rows, _beat(next(beats), tune.last_offset))
            made.append(on_steps(whole.named(f"{tune.name} ({setting})"), steps_per_octave))
    return tuple(made)


def tune_of(piece: NoteArray) -> str:
    """Return the name of the tune that a piece of the unrelated music is a setting of."""
    return piece.name.rsplit(" (", 1)[0]


def on_steps(notes: NoteArray, steps_per_octave: int) -> NoteArray:
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


def _opening(tune: NoteArray) -> NoteArray:
    """Return the opening of a tune, from tick 0 on, on the grid of figures and beats."""
    fine = tune.at_resolution(int(np.lcm(tune.ticks_per_quarter, TICKS))).quantised(TICKS)
    opening = cut(fine, fine.first_onset, QUARTERS * TICKS)
    return opening.at_resolution(TICKS).named(tune.name)


def _figure(tune: NoteArray, figure: str, ticks: int, *, octaves: int) -> Iterator[Row]:
    """Give an accompaniment of a tune, so many octaves below it, each bar on the chord that fits its notes best."""
    key = _key(tune)
    lowest = int(np.median(tune.pitch)) - 5 - 12 * octaves
    lowest += (key - lowest) % 12
    times = figure.split()
    if not times:
        return
    # Three quarters where the figure takes three.
    bar = BAR // (len(times) * ticks) * len(times) * ticks
    for begin in range(0, tune.last_offset, bar):
        root = _chord(tune, begin, bar, key)
        for i in range(bar // ticks):
            for degree in times[i % len(times)].replace(".", ""):
                yield lowest + _step(root - 7 * (root > 3) + int(degree)), begin + i * ticks, ticks


def _in_parallel(tune: NoteArray, steps: int) -> Iterator[Row]:
    """Give a tune again, so many steps of its scale away."""
    key = _key(tune)
    for pitch, onset, duration in zip(tune.pitch, tune.onset, tune.duration, strict=True):
        octave, within = divmod(int(pitch) - key, 12)
        degree = max(i for i, step in enumerate(MAJOR) if step <= within)
        yield key + 12 * octave + _step(degree + steps), int(onset), int(duration)


def _step(degree: int) -> int:
    """Return how many semitones a degree of the scale lies above its first note."""
    octave, within = divmod(degree, len(MAJOR))
    return 12 * octave + MAJOR[within]


def _key(tune: NoteArray) -> int:
    """Return the first note, 0 to 11, of the major scale that holds most of a tune."""
    time = np.bincount(tune.pitch % 12, tune.duration, minlength=12)
    held = [time[[(key + step) % 12 for step in MAJOR]].sum() + 0.1 * time[key] for key in range(12)]
    return int(np.argmax(held))


def _chord(tune: NoteArray, begin: int, ticks: int, key: int) -> int:
    """Return the degree of the triad that holds most of a bar of a tune."""
    time = np.clip(np.minimum(tune.offset, begin + ticks) - np.maximum(tune.onset, begin), 0, None)
    sounding = np.bincount((tune.pitch - key) % 12, time, minlength=12)
    held = [sounding[[_step(degree + third) % 12 for third in (0, 2, 4)]].sum() for degree in CHORDS]
    return CHORDS[int(np.argmax(held))]


def _beats() -> Iterator[Beat]:
    """Give beats without end: every pulse over every beat of the skins, and one in six in triplets."""
    for i in count():
        if i % 6 == 5:
            yield TRIPLETS[i // 6 % len(TRIPLETS)]
        else:
            yield {**BEATS[i % len(BEATS)], **PULSES[(3 * i + i // len(BEATS)) % len(PULSES)]}


def _beat(bar: Beat, ticks: int) -> Iterator[Row]:
    """Give the strokes of a beat that goes on for so many ticks."""
    for drum, steps in bar.items():
        length = BAR // len(steps)
        for place in range(ticks // length):
            if steps[place % len(steps)] == "x":
                yield drum, place * length, length


def _with(tune: NoteArray, pitched: Sequence[Row], drums: Iterator[Row]) -> NoteArray:
    """Return a tune with other notes and drums."""
    beat = [*drums]
    added = np.array([*pitched, *beat], np.int64).reshape(-1, 3)
    pitch, onset, duration = (
        np.concatenate([own, column])
        for own, column in zip((tune.pitch, tune.onset, tune.duration), added.T, strict=True)
    )
    return NoteArray.from_arrays(
        pitch=pitch,
        onset=onset,
        duration=duration,
        is_drum=np.arange(len(pitch)) >= len(tune) + len(pitched),
        ticks_per_quarter=TICKS,
        name=tune.name,
    )
