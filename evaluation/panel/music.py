"""The music of the panel: tunes, piano pieces, grooves, and what is done to them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

import goldenear as ge
from evaluation.robustness import together, with_columns

HERE = Path(__file__).parent

TICKS = 24
"""Of a quarter, in all music of the panel but what is played unevenly."""

KICK, SNARE, RIM, HAT, OPEN, RIDE, TOM, CRASH = 36, 38, 37, 42, 46, 51, 45, 49
BELL, BLOCK, SHAKER, CLAP, CONGA = 56, 76, 70, 39, 63

Groove = dict[int, str]
"""For every drum a line of steps: ``x`` is struck."""

GROOVES: dict[str, Groove] = {
    "boom-bap": {HAT: "x.x.x.x.x.x.x.x.", SNARE: "....x.......x..x", KICK: "x......x.xx....."},
    "bossa": {RIM: "x..x..x...x..x..", HAT: "x.x.x.x.x.x.x.x.", KICK: "x..xx..xx..xx..x"},
    "samba": {SHAKER: "xxxxxxxxxxxxxxxx", SNARE: "x.xx.x.xx.xx.x.x", KICK: "x..xx..xx..xx..x"},
    "funk": {HAT: "xxxxxxxxxxxxxxxx", SNARE: "....x..x.x..x..x", KICK: "x.x...x...x..x.."},
    "jazz waltz": {RIDE: "x...x.x.x...", HAT: "....x.......", KICK: "x.......x..."},
    "one drop": {HAT: "x.x.x.x.x.x.x.x.", RIM: "........x.....x.", KICK: "........x......."},
    "disco": {
        OPEN: "..x...x...x...x.",
        HAT: "x...x...x...x...",
        SNARE: "....x.......x...",
        KICK: "x...x...x...x...",
    },
    "twelve-eight": {HAT: "x.xx.xx.xx.x", SNARE: "...x.....x..", KICK: "x.....x.x.x."},
    "rock": {HAT: "x.x.x.x.x.x.x.x.", SNARE: "....x.......x...", KICK: "x.......x......."},
    "hats": {HAT: "x.x.x.x.x.x.x.x."},
    "metronome": {BELL: "x...x...x...x..."},
    "polka": {SNARE: "..x...x...x...x.", KICK: "x...x...x...x..."},
    "surf": {TOM: "x..x..x.x..x..x.", SNARE: "....xx......x...", RIDE: "x.x.x.x.x.x.x.x."},
    "march": {SNARE: "x.xxx.x.x.xxxxxx", KICK: "x...x...x...x..."},
    "half-time": {HAT: "x...x...x...x...", SNARE: "........x.......", KICK: "x.....x...x....."},
    "tango": {SNARE: "x.....x.x...x.xx", BLOCK: "x.......x......."},
    "afro": {BELL: "x.x.xx.x.x.x", CONGA: "..x..xx..x.x", KICK: "x.....x....."},
    "breaks": {RIDE: "x.x.x.x.x.x.x.x.", SNARE: "....x..x.x..x...", KICK: "x.x.......x....."},
}
"""One bar each: sixteen sixteenths, or twelve triplets of eighths."""

FILL: Groove = {SNARE: "xxxx............", TOM: "....xxxx....xx..", KICK: "........x.x...x."}
"""A bar that ends a phrase."""


@cache
def tunes() -> dict[str, ge.NoteArray]:
    """Return the tunes by name."""
    every = ge.read_all(HERE / "tunes.abc")
    return {tune.name.split(" ", 1)[1].removesuffix(" (new)"): _on_grid(tune) for tune in every}


@cache
def piano(name: str, hand: int | None = None) -> ge.NoteArray:
    """Return a piano piece, or one hand of it: 1 is the right, 2 the left."""
    path = HERE / "piano" / f"{name}.abc"
    return _on_grid(ge.read(path) if hand is None else ge.read(path, voice=hand)).named(name)


def beat(groove: Groove, bars: int = 2, *, last: Groove | None = None, swung: float = 0.0) -> ge.NoteArray:
    """Return a groove, played for some bars; its last may be another.

    Swung by a half, the second of two sixteenths is as late as in triplets' feel; by 0 it is straight.
    """
    rows = []
    start = 0
    for bar in range(bars):
        played = last if last is not None and bar == bars - 1 else groove
        steps = len(next(iter(played.values())))
        step = TICKS // 4 if steps % 16 == 0 else TICKS // 3
        for drum, line in played.items():
            for i, struck in enumerate(line):
                if struck == "x":
                    late = round(swung * step * 2 / 3) if i % 2 else 0
                    rows.append((drum, start + i * step + late, step))
        start += steps * step
    pitch, onset, duration = np.array(rows).T
    return ge.NoteArray.from_arrays(
        pitch=pitch, onset=onset, duration=duration, is_drum=True, ticks_per_quarter=TICKS
    )


def on(groove: Groove, old: int, new: int) -> Groove:
    """Return a groove with one drum in the place of another."""
    return {new if drum == old else drum: line for drum, line in groove.items()}


def line(notes: str, *, each: float = 1.0, octave: int = 4) -> ge.NoteArray:
    """Return notes of one length by their names: ``"C E G c"``; a capital lies in the octave, a small letter above.

    ``.`` is a rest; ``-`` holds on; several names joined by ``+`` sound together.
    """
    rows: list[list[int]] = []
    step = round(each * TICKS)
    for i, token in enumerate(notes.split()):
        if token == "-":
            for row in rows:
                if row[1] + row[2] == i * step:
                    row[2] += step
        elif token != ".":
            rows += [[_pitch(name, octave), i * step, step] for name in token.split("+")]
    pitch, onset, duration = np.array(rows).T
    return ge.NoteArray.from_arrays(pitch=pitch, onset=onset, duration=duration, ticks_per_quarter=TICKS)


def _pitch(name: str, octave: int) -> int:
    """Return the number of a pitch: a letter, then sharps, flats, commas and apostrophes."""
    letter, signs = name[0], name[1:]
    steps = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter.upper()]
    steps += 12 * (octave + 1) + 12 * letter.islower()
    return steps + signs.count("#") - signs.count("b") - 12 * signs.count(",") + 12 * signs.count("'")


def bass(chords: str, *, each: float = 4.0, octave: int = 2) -> ge.NoteArray:
    """Return a bass of roots and fifths in half notes below chords, one for every `each` quarters."""
    rows = []
    for i, chord in enumerate(chords.split()):
        root = _pitch(chord.rstrip("m7"), octave)
        half = each / 2
        rows += [(root, i * each, half), (root + 7 - 12 * (root % 12 > 6), i * each + half, half)]
    return _timed(rows)


def held(chords: str, *, each: float = 4.0, octave: int = 4) -> ge.NoteArray:
    """Return held triads, one for every `each` quarters."""
    return _timed(
        [(pitch, i * each, each) for i, chord in enumerate(chords.split()) for pitch in _triad(chord, octave)]
    )


def broken(chords: str, *, each: float = 4.0, octave: int = 4) -> ge.NoteArray:
    """Return triads broken in eighths, as Alberti did: low, high, middle, high."""
    rows = []
    for i, chord in enumerate(chords.split()):
        low, middle, high = _triad(chord, octave)
        for k in range(round(2 * each)):
            rows.append(((low, high, middle, high)[k % 4], i * each + k / 2, 0.5))
    return _timed(rows)


def drone(notes: ge.NoteArray, pitch: int) -> ge.NoteArray:
    """Return one note held below all of the notes."""
    length = notes.last_offset - notes.first_onset
    return ge.NoteArray.from_arrays(
        pitch=[pitch], onset=[notes.first_onset], duration=[length], ticks_per_quarter=notes.ticks_per_quarter
    )


def _triad(chord: str, octave: int) -> tuple[int, int, int]:
    """Return the pitches of a triad: ``"D"`` or ``"Dm"``."""
    root = _pitch(chord.rstrip("m7"), octave)
    return root, root + (3 if "m" in chord else 4), root + 7


def _timed(rows: Sequence[tuple[int, float, float]]) -> ge.NoteArray:
    """Return notes of (pitch, onset, duration), in quarters."""
    pitch, onset, duration = zip(*rows, strict=True)
    return ge.NoteArray.from_arrays(
        pitch=pitch,
        onset=[round(t * TICKS) for t in onset],
        duration=[round(t * TICKS) for t in duration],
        ticks_per_quarter=TICKS,
    )


def scale_steps(notes: ge.NoteArray, steps: int, key: int, mode: str = "major") -> ge.NoteArray:
    """Return notes moved by steps of a scale on `key`: -2 is a third below.

    What lies off the scale moves as the note below it does.
    """
    degrees = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}[mode]
    pitch = []
    for p in notes.pitch.tolist():
        octave, within = divmod(p - key, 12)
        place = max(i for i, degree in enumerate(degrees) if degree <= within)
        up, at = divmod(place + steps, 7)
        pitch.append(key + 12 * (octave + up) + degrees[at])
    return with_columns(notes, pitch=pitch)


def to_minor(notes: ge.NoteArray, key: int) -> ge.NoteArray:
    """Return a tune of the major scale on `key` in minor: third, sixth and seventh are lowered."""
    lower = {4: 3, 9: 8, 11: 10}
    return with_columns(
        notes,
        pitch=[p - (p - key) % 12 + lower.get((p - key) % 12, (p - key) % 12) for p in notes.pitch.tolist()],
    )


def at_tempo(notes: ge.NoteArray, share: float) -> ge.NoteArray:
    """Return the notes as they lie on the grid of another tempo: all times longer by a share."""
    fine = notes.at_resolution(480)
    onset, offset = (np.rint(t * (1 + share)).astype(int) for t in (fine.onset, fine.offset))
    return with_columns(fine, onset=onset, duration=offset - onset)


def swung(notes: ge.NoteArray) -> ge.NoteArray:
    """Return the notes with eighths swung: the second of two is as late as the third of a triplet."""

    def later(t: np.ndarray) -> np.ndarray:
        quarter, part = np.divmod(t, TICKS)
        return quarter * TICKS + np.where(part <= TICKS // 2, part * 4 // 3, TICKS - (TICKS - part) * 2 // 3)

    onset, offset = later(notes.onset), later(notes.offset)
    return with_columns(notes, onset=onset, duration=np.maximum(offset - onset, 1))


def in_three(notes: ge.NoteArray) -> ge.NoteArray:
    """Return music in 4/4 in 3/4: the first two quarters of every half bar become three, the first twice as long."""

    def moved(t: np.ndarray) -> np.ndarray:
        pair, part = np.divmod(t, 2 * TICKS)
        return pair * 3 * TICKS + np.where(part <= TICKS, 2 * part, part + TICKS)

    onset, offset = moved(notes.onset), moved(notes.offset)
    return with_columns(notes, onset=onset, duration=np.maximum(offset - onset, 1))


def part(notes: ge.NoteArray, begin: float, end: float) -> ge.NoteArray:
    """Return what begins from one quarter to another."""
    first, last = (round(t * notes.ticks_per_quarter) for t in (begin, end))
    return notes.where((notes.onset >= first) & (notes.onset < last))


def after(first: ge.NoteArray, second: ge.NoteArray) -> ge.NoteArray:
    """Return one piece after the other, from the next quarter on."""
    end = -(-(first.last_offset - first.first_onset) // TICKS) * TICKS
    return together(first.shifted(-first.first_onset), second.shifted(end - second.first_onset))


def _on_grid(notes: ge.NoteArray) -> ge.NoteArray:
    """Return notes on the panel's grid, from tick 0 on."""
    fine = notes.at_resolution(int(np.lcm(TICKS, notes.ticks_per_quarter))).quantised(TICKS)
    return fine.shifted(-fine.first_onset)
