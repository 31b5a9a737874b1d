"""This file is where notes become files: what every format asks of them is checked and prepared here, once.

===============================  ==============================================================================
what notes may hold              what becomes of it
===============================  ==============================================================================
brightness                       MIDI: velocity; 64 where all notes of an array are plain. Scores: not written
forbidden places                 a track, or part, of their own named ``forbidden``, as :func:`read` expects it
drums                            MIDI: channel 10. Scores: refused
another grid than 12 steps       MIDI: plain numbers; tell :func:`read` the grid. Scores: refused
tempos (of the first array)      MIDI: written, else a reader assumes 120 a minute. Scores: not written
the name of a single array       the name of its track or part. Scores: the title as well
===============================  ==============================================================================
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from itertools import chain
from math import lcm
from pathlib import Path

import numpy as np

from goldenear.arguments import file_name
from goldenear.errors import InvalidInput
from goldenear.notes.atomic import write_where_asked
from goldenear.notes.formats.midi_track import MAX_TICKS, one_line
from goldenear.notes.formats.parsed import ParsedTrack, ParsedTune
from goldenear.notes.metre import Metre
from goldenear.notes.note_array import NoteArray, notes_by_name
from goldenear.notes.read import FORBIDDEN

MAX_TICKS_PER_QUARTER = 32_767
"""The finest resolution that MIDI can state, and more than MusicXML programs bear."""

MAX_PARTS = 32_767
"""The most arrays in one file: each may need two of the 65,535 tracks that MIDI can count."""

PLAIN_VELOCITY = 64
"""The velocity of notes that have none."""

LOWEST_NOTATED = 12
"""C0: MusicXML counts no octave below it."""

Writer = Callable[[ParsedTune, Metre], bytes]

_WRITERS = {
    ".mid": "midi_writer:midi_bytes",
    ".midi": "midi_writer:midi_bytes",
    ".musicxml": "score_writer:musicxml_bytes",
    ".xml": "score_writer:musicxml_bytes",
}

_SCORES = (".musicxml", ".xml")


def write(
    notes: NoteArray | Mapping[str, NoteArray] | Sequence[NoteArray],
    path: str | os.PathLike[str],
    *,
    metre: str = "4/4",
) -> None:
    """Write notes to a file, exactly; it appears whole or not at all.

    Parameters
    ----------
    notes : NoteArray, mapping of str to NoteArray, or sequence of NoteArray
        Each array becomes a track, or a part: named by the mapping, else by the array's own name.
    path : str or PathLike
        The ending chooses the format: MIDI (.mid .midi) or MusicXML (.musicxml .xml).
    metre : str
        Beats to a bar, 1..32, and their unit, one of 1 2 4 8 16 32: ``"3/4"``, ``"6/8"``. Bars begin at
        tick 0. A MIDI file states all but 4/4, which holds where nothing is said.

    Raises
    ------
    InvalidInput
        If the ending is unknown, `metre` is no metre, the file cannot be written, or a note does not fit the
        format: it begins before tick 0, its pitch is outside 0..127, or it would need more than 32,767
        ticks a quarter.

    Notes
    -----
    Reading the file again gives the same columns; with ``brightness="velocity"`` also the same
    brightness, where it is not plain. The resolution is kept where it is at most 32,767 ticks a quarter
    and serves all arrays and, in a score, the metre; else the coarsest one that serves exactly is used.

    A score has the key signature that needs the fewest accidentals, and a treble or bass clef for each
    part; notes that would hide a beat are cut there and tied.
    """
    path = file_name("path", path)
    writer = _writer_for(path)
    counted = Metre.parsed(metre)
    is_score = Path(path).suffix.lower() in _SCORES
    given = [(one_line(name), part) for name, part in notes_by_name("notes", notes)]
    if len(given) > MAX_PARTS:
        raise InvalidInput(f"notes: {len(given):,} arrays: a file holds {MAX_PARTS:,}")
    parts = _at_one_resolution(given, counted.least_ticks_per_quarter if is_score else 1)
    for name, part in parts:
        _check_fits(name, part)
        if is_score:
            _check_can_be_notated(name, part)
    tune = ParsedTune(
        format="",
        ticks_per_quarter=parts[0][1].ticks_per_quarter,
        title=given[0][0] if len(given) == 1 else "",
        tracks=list(chain.from_iterable(_tracks(name, part) for name, part in parts)),
        tempos=_tempos(given[0][1], parts[0][1].ticks_per_quarter),
    )
    data = writer(tune, counted)
    write_where_asked(path, data)


def _writer_for(path: str) -> Writer:
    """Return the function that writes files of this name; its libraries are imported only now."""
    suffix = Path(path).suffix.lower()
    if suffix not in _WRITERS:
        raise InvalidInput(f"path: {path} ends in {suffix!r}: expected one of {' '.join(_WRITERS)}")
    module, function = _WRITERS[suffix].split(":")
    writer: Writer = getattr(import_module(f"goldenear.notes.formats.{module}"), function)
    return writer


def _at_one_resolution(parts: list[tuple[str, NoteArray]], least: int) -> list[tuple[str, NoteArray]]:
    """Return the arrays counted in the same ticks; their own where possible, else the coarsest exact ones.

    There are a multiple of `least` to the quarter.
    """
    common = lcm(least, *(part.ticks_per_quarter for _, part in parts))
    longest = max(part.last_offset * (common // part.ticks_per_quarter) for _, part in parts)
    if common > MAX_TICKS_PER_QUARTER or longest > MAX_TICKS:
        common = lcm(least, *(part.coarsest_resolution() for _, part in parts))
    if common > MAX_TICKS_PER_QUARTER:
        raise InvalidInput(
            f"notes: would need {common:,} ticks a quarter to be exact: a file can state {MAX_TICKS_PER_QUARTER:,}"
        )
    return [(name, part.at_resolution(common)) for name, part in parts]


def _tempos(part: NoteArray, ticks_per_quarter: int) -> tuple[tuple[int, int], ...]:
    """Return the tempos that came with an array, counted in other ticks, to the tick below."""
    tempos = part.provenance.tempos
    return tuple((tick * ticks_per_quarter // part.ticks_per_quarter, length) for tick, length in tempos)


def _check_fits(name: str, part: NoteArray) -> None:
    """Raise InvalidInput unless all notes fit in a file."""
    called = repr(name) if name else "notes"
    if len(part) and part.first_onset < 0:
        raise InvalidInput(
            f"{called}: begins at tick {part.first_onset:,}: expected 0 or later; use .shifted() first"
        )
    if len(part) and not (part.pitch.min() >= 0 and part.pitch.max() <= 127):
        raise InvalidInput(
            f"{called}: has pitches {part.pitch.min()}..{part.pitch.max()}: a file holds 0..127; "
            "use .transposed() first"
        )
    if part.last_offset > MAX_TICKS:
        raise InvalidInput(f"{called}: ends at tick {part.last_offset:,}: a file ends by tick {MAX_TICKS:,}")
    if name.casefold() == FORBIDDEN and (part.brightness > 0).any():
        raise InvalidInput(
            f"{called}: its notes sound, but a track of this name would be read as places that must stay dark"
        )


def _check_can_be_notated(name: str, part: NoteArray) -> None:
    """Raise InvalidInput unless a score can show all notes."""
    called = repr(name) if name else "notes"
    if part.is_drum.any():
        raise InvalidInput(f"{called}: has drums, which a score here cannot show; write MIDI instead")
    if part.steps_per_octave != 12:
        raise InvalidInput(
            f"{called}: has {part.steps_per_octave} steps to the octave: a score shows 12; write MIDI instead"
        )
    if len(part) and part.pitch.min() < LOWEST_NOTATED:
        raise InvalidInput(
            f"{called}: has pitch {part.pitch.min()}: a score begins at {LOWEST_NOTATED} (C0); write MIDI instead"
        )


def _tracks(name: str, part: NoteArray) -> list[ParsedTrack]:
    """Return the track of what sounds, and that of what must stay dark, where there is any."""
    sounds = part.brightness > 0
    velocity = np.abs(part.brightness)
    if (velocity == 1).all():
        velocity = np.full_like(velocity, PLAIN_VELOCITY)
    named = [(name, sounds), (FORBIDDEN, ~sounds)]
    # An array without notes still becomes a track, so that its name and place are kept.
    kept = [(track_name, chosen) for track_name, chosen in named if chosen.any()] or named[:1]
    return [
        ParsedTrack(
            name=track_name,
            pitch=part.pitch[chosen].tolist(),
            onset=part.onset[chosen].tolist(),
            duration=part.duration[chosen].tolist(),
            velocity=velocity[chosen].tolist(),
            is_drum=part.is_drum[chosen].tolist(),
        )
        for track_name, chosen in kept
    ]
