"""This file is where a melody becomes a row of events, each an interval and a duration class, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import gcd
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import InvalidInput
from goldenear.notes.note_array import NoteArray

GRID = 960
"""Parts of a quarter that time is rounded to: thirds, fifths and 64th notes are exact."""

WIDEST = 24
"""Semitones: wider intervals count as this."""

INTERVALS = 2 * WIDEST + 1
"""Classes of intervals; class i is an interval of ``i - WIDEST`` semitones."""

MOST_DURATIONS = 32
"""Classes of durations, at most."""

LONGEST = 64 * GRID
"""Longer waits and notes count as so long: 64 quarters."""

LONGEST_SPAN = 96
"""Events that are learned in one breath; longer melodies are cut into spans."""

OCTAVE, SIXTEENTHS_OF_4, SIXTEENTHS_OF_3 = 12, 16, 12

Durations = tuple[tuple[int, int], ...]
"""The vocabulary: pairs (from onset to onset, sounding) in 960ths of a quarter; the most frequent first."""


class Melody(NamedTuple):
    """One voice.

    Attributes
    ----------
    pitch : int64 array, shape (n,)
        In semitones.
    onset, wait, sounding : int64 arrays, shape (n,)
        In 960ths of a quarter; `wait` is the time to the next onset (for the last note: as long as it sounds).
    """

    pitch: NDArray[np.int64]
    onset: NDArray[np.int64]
    wait: NDArray[np.int64]
    sounding: NDArray[np.int64]


class Events(NamedTuple):
    """A melody, or a span of one, as the net sees it.

    Attributes
    ----------
    seen : float64 array, shape (n, width)
        What is known before each event: see :func:`seen_before`.
    interval, duration : int64 arrays, shape (n,)
        The classes of each event.
    begins : bool array, shape (n,)
        True for the first note of a melody, whose interval is nobody's to guess.
    """

    seen: NDArray[np.float64]
    interval: NDArray[np.int64]
    duration: NDArray[np.int64]
    begins: NDArray[np.bool_]


def skyline(piece: NoteArray) -> Melody:
    """Return a piece's top line: of notes that begin together the highest, cut off where the next begins.

    Drums and places that must stay dark are no part of it.

    Raises
    ------
    InvalidInput
        If the piece counts its pitches in other steps than semitones.

    Examples
    --------
    >>> chord = NoteArray.from_arrays(pitch=[60, 64, 65], onset=[0, 0, 1], duration=2, ticks_per_quarter=1)
    >>> melody = skyline(chord)
    >>> melody.pitch.tolist(), (melody.sounding // GRID).tolist()
    ([64, 65], [1, 2])
    """
    if piece.steps_per_octave != OCTAVE:
        raise InvalidInput(
            f"{piece.name or 'a piece'}: melodies are learned in semitones, "
            f"got {piece.steps_per_octave} steps to the octave"
        )
    sung = piece.where(~piece.is_drum & (piece.brightness > 0))
    onset, offset = (_on_grid(column, piece.ticks_per_quarter) for column in (sung.onset, sung.offset))
    order = np.lexsort((sung.pitch, onset))
    top = order[np.append(np.diff(onset[order]) > 0, True)] if len(order) else order
    pitch, onset = sung.pitch[top].astype(np.int64), onset[top]
    sounding = np.maximum(offset[top] - onset, 1)
    wait = np.append(np.diff(onset), sounding[-1:])
    return Melody(pitch, onset, np.minimum(wait, LONGEST), np.minimum(np.minimum(wait, sounding), LONGEST))


def melodies(pieces: Sequence[NoteArray]) -> list[Melody]:
    """Return the top lines of the pieces that have one of two notes or more.

    Raises
    ------
    InvalidInput
        If there is none, or a piece counts its pitches in other steps than semitones.
    """
    found = [melody for melody in map(skyline, pieces) if len(melody.pitch) > 1]
    if not found:
        raise InvalidInput("pieces: expected melodies of two notes or more, got none")
    return found


def learned_durations(lines: Sequence[Melody]) -> Durations:
    """Return the most frequent pairs of wait and sounding time, the most frequent first, of equals the shorter."""
    count = Counter(
        pair for line in lines for pair in zip(line.wait.tolist(), line.sounding.tolist(), strict=True)
    )
    return tuple(sorted(count, key=lambda pair: (-count[pair], pair))[:MOST_DURATIONS])


def resolution(durations: Durations) -> int:
    """Return the coarsest ticks a quarter that count every duration of the vocabulary exactly."""
    return GRID // gcd(GRID, *(part for pair in durations for part in pair))


def width(durations: Durations) -> int:
    """Return how many numbers the net sees before each event."""
    return INTERVALS + len(durations) + OCTAVE + SIXTEENTHS_OF_4 + SIXTEENTHS_OF_3


def seen_before(
    durations: Durations,
    interval: NDArray[np.int64],
    duration: NDArray[np.int64],
    height: NDArray[np.int64],
    onset: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return what the net sees before n + 1 events, the first n of which are known.

    Parameters
    ----------
    durations : Durations
        The vocabulary.
    interval, duration : int64 arrays, shape (n,)
        Classes of the known events.
    height : int64 array, shape (n,)
        Their pitch in semitones above the melody's first note.
    onset : int64 array, shape (n + 1,)
        Where each event begins, in 960ths of a quarter.

    Returns
    -------
    float64 array, shape (n + 1, width)
        Ones and zeros: the interval, the duration and the degree (height modulo 12) of the note before, and
        the sixteenth at which this one begins, in a bar of four quarters and in one of three.
    """
    n = len(interval)
    seen = np.zeros((n + 1, width(durations)))
    later, start = np.arange(1, n + 1), 0
    for column, size in ((interval, INTERVALS), (duration, len(durations)), (height % OCTAVE, OCTAVE)):
        seen[later, start + column] = 1
        start += size
    sixteenth = onset * 4 // GRID
    for size in (SIXTEENTHS_OF_4, SIXTEENTHS_OF_3):
        seen[np.arange(n + 1), start + sixteenth % size] = 1
        start += size
    return seen


def spans(lines: Sequence[Melody], durations: Durations) -> list[Events]:
    """Return melodies as events, in spans of at most 96; durations that are no class become the nearest one."""
    found: list[Events] = []
    for line in lines:
        interval = np.clip(np.diff(line.pitch, prepend=line.pitch[:1]), -WIDEST, WIDEST) + WIDEST
        duration = _nearest(line, durations)
        height = line.pitch - line.pitch[0]
        seen = seen_before(durations, interval[:-1], duration[:-1], height[:-1], line.onset)
        begins = np.arange(len(interval)) == 0
        for first in range(0, len(interval), LONGEST_SPAN):
            part = slice(first, first + LONGEST_SPAN)
            found.append(Events(seen[part], interval[part], duration[part], begins[part]))
    return found


def unigram_bits(known: Sequence[Events], asked: Sequence[Events], durations: Durations) -> float:
    """Return bits an event where each class is guessed by how often it was known to come, and one time more."""
    bits = 0.0
    for name, size in (("interval", INTERVALS), ("duration", len(durations))):
        classes, questions = (_asked(name, events) for events in (known, asked))
        count = np.bincount(classes, minlength=size) + 1.0
        bits -= float(np.log2(count / count.sum())[questions].sum())
    return bits / sum(len(events.interval) for events in asked)


def _asked(name: str, events: Sequence[Events]) -> NDArray[np.int64]:
    """Return all classes that are to be guessed."""
    if name == "duration":
        return np.concatenate([each.duration for each in events])
    return np.concatenate([each.interval[~each.begins] for each in events])


def _nearest(line: Melody, durations: Durations) -> NDArray[np.int64]:
    """Return the class of each note: that whose wait and sounding time are least many times longer or shorter."""
    classes = np.log(np.array(durations, dtype=np.float64))
    own = np.log(np.stack([line.wait, line.sounding], axis=1))
    nearest: NDArray[np.int64] = np.abs(own[:, None] - classes).sum(axis=2).argmin(axis=1)
    return nearest


def _on_grid(ticks: NDArray[np.int64], ticks_per_quarter: int) -> NDArray[np.int64]:
    """Return ticks in 960ths of a quarter, rounded."""
    whole, rest = np.divmod(ticks, ticks_per_quarter)
    rounded: NDArray[np.int64] = whole * GRID + (rest * (2 * GRID) + ticks_per_quarter) // (
        2 * ticks_per_quarter
    )
    return rounded
