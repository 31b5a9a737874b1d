"""Other music round a sample, and random music that fills a register.

Accompaniments sound with a sample, in its own register: a judge must hear the sample through them. Random textures
hold many notes and no tune: a judge must hear no sample in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle, islice

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from evaluation.robustness import together

BAR, EIGHTH = 4.0, 0.5
"""Quarters."""

ROOTS = (0, 9, 5, 7)
"""Of the accompanying chords, one a bar, in steps above the first: C, A, F and G."""

TICKS = 4
"""Of a quarter, in random textures."""

QUARTERS = 32
"""How long a random texture is."""

KEYBOARD = (21, 108)
REGISTER = 40
"""Steps of the keyboard that a texture of single notes may use."""

LENGTHS = (1, 2, 4, 8)
"""Ticks of a note in a random texture."""

Accompaniment = Callable[[ge.NoteArray], ge.NoteArray]
"""From a sample to the sample with other notes."""

Texture = Callable[[float, np.random.Generator], ge.NoteArray]
"""From how full it is, above 0 and up to 1, to random music."""


def in_thirds(sample: ge.NoteArray) -> ge.NoteArray:
    """Add a third below every pitched note: minor, unless the sample has only the major one among its pitches."""
    tune = sample.where(~sample.is_drum)
    minor, major = (np.isin((tune.pitch - third) % 12, tune.pitch % 12) for third in (3, 4))
    below = ge.NoteArray.from_arrays(
        pitch=tune.pitch - np.where(major & ~minor, 4, 3),
        onset=tune.onset,
        duration=tune.duration,
        ticks_per_quarter=tune.ticks_per_quarter,
    )
    return together(sample, below)


def in_octaves(sample: ge.NoteArray) -> ge.NoteArray:
    """Add the octave below every pitched note."""
    return together(sample, sample.where(~sample.is_drum).transposed(-12))


def over_two_notes(sample: ge.NoteArray) -> ge.NoteArray:
    """Add a held third in every bar."""
    return together(sample, _chords(sample, (0, 4)))


def over_three_notes(sample: ge.NoteArray) -> ge.NoteArray:
    """Add a held triad in every bar."""
    return together(sample, _chords(sample, (0, 4, 7)))


def through_an_arpeggio(sample: ge.NoteArray) -> ge.NoteArray:
    """Add a broken triad in eighths."""
    return together(sample, _arpeggio(sample))


def with_all_at_once(sample: ge.NoteArray) -> ge.NoteArray:
    """Add thirds, octaves, held triads and a broken one."""
    return together(in_thirds(sample), in_octaves(sample), _chords(sample, (0, 4, 7)), _arpeggio(sample))


ACCOMPANIMENTS: dict[str, Accompaniment] = {
    "harmonised in thirds": in_thirds,
    "doubled in octaves": in_octaves,
    "two notes held in its register": over_two_notes,
    "three notes held in its register": over_three_notes,
    "an arpeggio through it": through_an_arpeggio,
    "all at once": with_all_at_once,
}


def _chords(sample: ge.NoteArray, steps: tuple[int, ...]) -> ge.NoteArray:
    """Return chords in the middle of the sample's register, one a bar, each of these steps above its root."""
    onsets = _pulse(sample, BAR)
    roots = islice(cycle(ROOTS), len(onsets))
    rows = [(root + step, onset) for root, onset in zip(roots, onsets, strict=True) for step in steps]
    return _amid(sample, rows, BAR)


def _arpeggio(sample: ge.NoteArray) -> ge.NoteArray:
    """Return broken triads in the middle of the sample's register, in eighths."""
    per_bar = int(BAR / EIGHTH)
    rows = [
        (ROOTS[i // per_bar % len(ROOTS)] + (0, 4, 7, 4)[i % 4], onset)
        for i, onset in enumerate(_pulse(sample, EIGHTH))
    ]
    return _amid(sample, rows, EIGHTH)


def _pulse(sample: ge.NoteArray, quarters: float) -> list[int]:
    """Return onsets so many quarters apart, from the sample's first onset to its end."""
    every = round(quarters * sample.ticks_per_quarter)
    return list(range(sample.first_onset, sample.last_offset, every))


def _amid(sample: ge.NoteArray, rows: list[tuple[int, int]], quarters: float) -> ge.NoteArray:
    """Return notes of (steps, onset), folded into the octave in the middle of the sample's register."""
    pitch, onset = np.array(rows).T
    tune = sample.pitch[~sample.is_drum]
    lowest = (int(tune.min()) + int(tune.max())) // 2 - 5
    last = np.minimum(onset + round(quarters * sample.ticks_per_quarter), sample.last_offset)
    return ge.NoteArray.from_arrays(
        pitch=lowest + pitch % 12,
        onset=onset,
        duration=last - onset,
        ticks_per_quarter=sample.ticks_per_quarter,
    )


def struck_pixels(full: float, rng: np.random.Generator) -> ge.NoteArray:
    """Return a random share of the pixels of a register, each a note."""
    length = int(rng.choice(LENGTHS))
    key, time = np.nonzero(_pixels(full, length, rng))
    return _texture(_lowest(rng) + key, time * length, length)


def joined_pixels(full: float, rng: np.random.Generator) -> ge.NoteArray:
    """Return a random share of the pixels of a register; those side by side are one note."""
    length = int(rng.choice(LENGTHS))
    dark = np.zeros((REGISTER, 1), bool)
    edges = np.diff(np.hstack([dark, _pixels(full, length, rng), dark]).astype(int), axis=1)
    (key, begin), (_, end) = np.nonzero(edges == 1), np.nonzero(edges == -1)
    return _texture(_lowest(rng) + key, begin * length, (end - begin) * length)


def clusters(full: float, rng: np.random.Generator) -> ge.NoteArray:
    """Return clusters of neighbouring keys, one after the other; the fuller, the wider."""
    width = max(2, round(full * REGISTER))
    length = int(rng.choice(LENGTHS))
    onsets = np.arange(0, QUARTERS * TICKS, length)
    lowest = rng.integers(KEYBOARD[0], KEYBOARD[1] - width + 2, len(onsets))
    return _texture((lowest[:, None] + np.arange(width)).ravel(), np.repeat(onsets, width), length)


def trills(full: float, rng: np.random.Generator) -> ge.NoteArray:
    """Return trills in sixteenths or eighths; the fuller, the more sound together."""
    length, step = int(rng.choice(LENGTHS[:2])), int(rng.integers(1, 3))
    places = np.arange(0, REGISTER - 2, 3)
    chosen = _lowest(rng) + rng.permutation(places)[: max(1, round(full * len(places)))]
    onsets = np.arange(0, QUARTERS * TICKS, length)
    up = np.arange(len(onsets)) % 2 * step
    return _texture((chosen[:, None] + up).ravel(), np.tile(onsets, len(chosen)), length)


def keys_together(full: float, rng: np.random.Generator) -> ge.NoteArray:
    """Return neighbouring keys that sound together from first to last, held or struck again; when full, all keys."""
    first, last = KEYBOARD
    width = round(full * (last + 1 - first))
    length = int(rng.choice((*LENGTHS, QUARTERS * TICKS)))
    keys = rng.integers(first, last - width + 2) + np.arange(width)
    onsets = np.arange(0, QUARTERS * TICKS, length)
    return _texture(np.repeat(keys, len(onsets)), np.tile(onsets, width), length)


TEXTURES: dict[str, Texture] = {
    "pixels at random, each a note": struck_pixels,
    "pixels at random, neighbours joined": joined_pixels,
    "clusters": clusters,
    "trills": trills,
    "all keys together": keys_together,
}


def textures(n: int, seed: int) -> Iterator[tuple[str, ge.NoteArray]]:
    """Give n random textures with the names of their kinds: all kinds in turn, each from a tenth full to full."""
    rng = np.random.default_rng(seed)
    for i in range(n):
        turn, kind = divmod(i, len(TEXTURES))
        name = list(TEXTURES)[kind]
        yield name, TEXTURES[name]((1 + turn % 10) / 10, rng)


def _pixels(full: float, length: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which pixels of a register sound, each so many ticks long."""
    return rng.random((REGISTER, QUARTERS * TICKS // length)) < full


def _lowest(rng: np.random.Generator) -> int:
    """Return where on the keyboard a register begins."""
    return int(rng.integers(KEYBOARD[0], KEYBOARD[1] - REGISTER + 2))


def _texture(
    pitch: NDArray[np.int64], onset: NDArray[np.int64], duration: NDArray[np.int64] | int
) -> ge.NoteArray:
    """Return the notes of a random texture."""
    return ge.NoteArray.from_arrays(pitch=pitch, onset=onset, duration=duration, ticks_per_quarter=TICKS)
