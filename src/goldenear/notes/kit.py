"""Which drums stand for which: the families of a drum kit, and drums drawn so that a family has something in common.

A ride that plays the eighths of a closed hat keeps the same beat, and a clap stands for a snare. So a stroke is drawn
on three lines: that of its own drum, that of its family, and that of its group, which is wider. Two strokes share all
three lines if they are of the same drum, two if of one family, one if of one group, and none otherwise. Two drums of
a family that are struck together are one stroke on its line.

So a beat is compared. In a sample that has pitch as well, three lines a drum would drown the tune: there drums lie on
the lines of their families alone.

Numbers are those of the General MIDI percussion maps, Level 1 and 2. Each number that no family names is a family of
its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import InvalidInput
from goldenear.notes.columns import MAX_TICK, cut_at_onsets
from goldenear.notes.note_array import STROKE, NoteArray, frozen

Kit = Literal["families", "exact"]
"""How drums are compared: by their families, or each with itself alone."""

KITS: tuple[Kit, ...] = get_args(Kit)

FAMILIES: dict[str, tuple[int, ...]] = {
    # Bass drums; the surdo is that of samba.
    "kicks": (35, 36, 86, 87),
    # Rim, snares, clap.
    "snares": (37, 38, 39, 40),
    # What keeps time: closed and pedal hat, rides, tambourine, cabasa, maracas, guiros, shaker, jingle bell.
    "timekeepers": (42, 44, 51, 53, 54, 59, 69, 70, 73, 74, 82, 83),
    # What rings: open hat, crashes, Chinese and splash cymbal.
    "crashes": (46, 49, 52, 55, 57),
    "toms": (41, 43, 45, 47, 48, 50),
    # Bongos, congas, timbales.
    "hand drums": (60, 61, 62, 63, 64, 65, 66),
    # Sticks, clicks, cowbell, agogos, claves, blocks, triangles, bell tree, castanets.
    "bells and blocks": (31, 32, 33, 34, 56, 67, 68, 75, 76, 77, 80, 81, 84, 85),
    "whistles": (71, 72),
    "cuicas": (78, 79),
}
"""Drums that stand for one another, by their numbers."""

GROUPS: tuple[tuple[str, ...], ...] = (("timekeepers", "crashes"), ("toms", "hand drums"))
"""Families that stand for one another a little; every other is a group of its own."""

MOST_DRUMS = 2**14
"""Drums have numbers from 0 up to this one, without it: their lines must be numbers of 16 bits."""


def _first_of(sets: Iterable[Iterable[int]]) -> NDArray[np.int64]:
    """Return for every drum the lowest number of its set, by which a set is called."""
    first = np.arange(MOST_DRUMS)
    for numbers in map(list, sets):
        first[numbers] = min(numbers)
    return first


_FAMILY = _first_of(FAMILIES.values())

_GROUP = _first_of([*FAMILIES.values(), *(sum((FAMILIES[name] for name in group), ()) for group in GROUPS)])


def family_of(drum: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the family of every drum, named by the lowest number in it, shape (n,).

    Raises
    ------
    InvalidInput
        If a drum's number is below 0, or `MOST_DRUMS` or above.

    Examples
    --------
    >>> family_of(np.array([38, 39, 51, 42, 99])).tolist()
    [37, 37, 42, 42, 99]
    """
    if len(drum) and not 0 <= drum.min() <= drum.max() < MOST_DRUMS:
        wrong = int(drum.min() if drum.min() < 0 else drum.max())
        raise InvalidInput(
            f"drums: expected numbers 0..{MOST_DRUMS - 1:,}, as MIDI's are, got {wrong}; kit = 'exact' takes any"
        )
    family: NDArray[np.int64] = _FAMILY[drum]
    return family


def by_kit(notes: NoteArray, kit: Kit) -> NoteArray:
    """Return the notes as a kit tells drums apart: under ``"families"`` every drum is named by its family.

    Several drums may then lie on one another: this is for comparing notes, not for drawing them.

    Raises
    ------
    InvalidInput
        If a drum's number is below 0, or `MOST_DRUMS` or above.
    """
    if kit == "exact" or not notes.is_drum.any():
        return notes
    pitch = notes.pitch.copy()
    pitch[notes.is_drum] = family_of(pitch[notes.is_drum])
    return replace(notes, pitch=frozen(pitch))


def on_lines(notes: NoteArray) -> NoteArray:
    """Return the notes with every stroke of a drum on the lines of its family and its group as well.

    On these lines a stroke lasts a sixteenth, or until the next one of the line; of those that are struck together
    the brightest stays. A place that must stay dark is left out where something sounds on the line less than a
    sixteenth away.

    Parameters
    ----------
    notes : NoteArray
        Their drums as :meth:`NoteArray.struck` leaves them.

    Returns
    -------
    NoteArray
        Lines of families and groups have numbers below 0, which no drum has.

    Raises
    ------
    InvalidInput
        If a drum's number is below 0, or `MOST_DRUMS` or above.

    Examples
    --------
    >>> hats = NoteArray.from_arrays(pitch=[42, 51], onset=[0, 4], duration=1, is_drum=True, ticks_per_quarter=4)
    >>> [(note.pitch, note.onset) for note in on_lines(hats)]
    [(-86, 0), (-85, 0), (42, 0), (-86, 4), (-85, 4), (51, 4)]
    """
    if not notes.is_drum.any():
        return notes
    drums = notes.where(notes.is_drum)
    family = family_of(drums.pitch)
    return _with_strokes(notes, drums, np.stack([-1 - 2 * family, -2 - 2 * _GROUP[drums.pitch]]))


def sample_on_lines(notes: NoteArray) -> NoteArray:
    """Return the notes of a sample with its drums on those of X's lines that it asks for.

    A beat asks for all three lines. A sample that has pitch as well asks for the lines of families alone: so a stroke
    of a drum weighs as much as a struck note, and not three times that.

    Raises
    ------
    InvalidInput
        If a drum's number is below 0, or `MOST_DRUMS` or above.
    """
    if not notes.is_drum.any() or not ((notes.brightness > 0) & ~notes.is_drum).any():
        return on_lines(notes)
    drums = notes.where(notes.is_drum)
    return _with_strokes(notes.where(~notes.is_drum), drums, -1 - 2 * family_of(drums.pitch)[None])


def beside_pitch(line: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of X's lines of drums a sample with pitch asks for: of families, or of drums if these are all."""
    if not (line < 0).any():
        return np.ones(len(line), bool)
    families: NDArray[np.bool_] = (line < 0) & (line % 2 == 1)
    return families


def _with_strokes(notes: NoteArray, drums: NoteArray, lines: NDArray[np.int64]) -> NoteArray:
    """Return the notes, and strokes of all drums on other lines, shape (lines a drum, drums)."""
    times = len(lines)
    line, onset, brightness = lines.ravel(), np.tile(drums.onset, times), np.tile(drums.brightness, times)
    length = int(STROKE * drums.ticks_per_quarter)
    kept = _sounding_or_apart(line, onset, brightness, length)
    pitch, start, end, bright, is_drum = map(
        frozen,
        cut_at_onsets(
            np.concatenate([notes.pitch, line[kept]]),
            np.concatenate([notes.onset, onset[kept]]),
            np.concatenate([notes.offset, onset[kept] + length]),
            np.concatenate([notes.brightness, brightness[kept]]),
            np.concatenate([notes.is_drum, np.ones(int(kept.sum()), bool)]),
        ),
    )
    return replace(notes, pitch=pitch, onset=start, offset=end, brightness=bright, is_drum=is_drum)


def _sounding_or_apart(
    line: NDArray[np.int64], onset: NDArray[np.int64], brightness: NDArray[np.int16], length: int
) -> NDArray[np.bool_]:
    """Return which strokes sound, or have none that sounds less than `length` away on their line."""
    sounds = brightness > 0
    place = line * (4 * MAX_TICK) + onset
    nowhere = 2**62
    sounding = np.concatenate([[-nowhere], np.sort(place[sounds]), [nowhere]])
    after = np.searchsorted(sounding, place)
    apart = (sounding[after] - place >= length) & (place - sounding[after - 1] >= length)
    kept: NDArray[np.bool_] = sounds | apart
    return kept
