"""This file is where files become notes: it picks the format, then applies the policies of reading, once for all.

The policies, each of which leaves a remark in ``provenance.remarks`` when it acts:

===========================  ==================================================================================
what a file may hold         what becomes of it
===========================  ==================================================================================
overlapping notes, one pitch  each ends where the next begins; those that begin together are one
notes of no length (MIDI)    a tick long; strokes of drums a sixteenth
notes that never end (MIDI)  end where the next note of their track begins; strokes of drums last a sixteenth
sustain pedal                ignored: a note lasts as long as its key is held
drums (MIDI channel 10)      kept and marked; never transposed; `drums` says what is drums where the file does not
several tracks               all together, unless `track`, `channel` or `voice` choose some
grace notes, cue notes       left out
chord symbols (ABC)          left out: they are no written notes
pitch bends (MIDI)           ignored
MIDI without quarters, sound  a quarter is half a second
repeats                      not unfolded: the music stands once, as written
a track named ``forbidden``   places that must stay dark (negative brightness)
===========================  ==================================================================================

``docs/reading.md`` tells all of it to users, format by format.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import file_name, one_of, whole_number
from goldenear.content.kinds import FORMATS, Format
from goldenear.content.recognise import format_of
from goldenear.errors import InvalidInput, NoSuchPart, UnreadableFile
from goldenear.files import bytes_of
from goldenear.limits import LIMITS
from goldenear.notes.choice import EVERYTHING, Choice, Names, drum_hints
from goldenear.notes.columns import in_time
from goldenear.notes.formats.parsed import ParsedTrack, ParsedTune
from goldenear.notes.note_array import MOST_STEPS, NoteArray
from goldenear.notes.provenance import Provenance

_EMPTY = "no notes"
"""The remark on what has none."""

FORBIDDEN = "forbidden"
"""The name of the track whose notes are places that must stay dark."""

Brightness = Literal["plain", "velocity"]

BRIGHTNESSES: tuple[Brightness, ...] = get_args(Brightness)

Parser = Callable[[bytes, str], list[ParsedTune]]

_PARSERS: dict[Format, str] = {
    "midi": "midi:parse_midi",
    "abc": "abc:parse_abc",
    "musicxml": "score:parse_musicxml",
    "mxl": "score:parse_mxl",
    "mei": "score:parse_mei",
    "kern": "score:parse_kern",
    "sound": "sound:parse_sound",
}

SUFFIXES = tuple(FORMATS)
"""The file name endings that folders are searched for."""


def read(
    path: str | os.PathLike[str],
    *,
    tune: int | None = None,
    track: Names = None,
    channel: Names = None,
    voice: Names = None,
    drums: Names = None,
    brightness: Brightness = "plain",
    steps_per_octave: int = 12,
) -> NoteArray:
    """Read one fragment or piece from a file.

    Parameters
    ----------
    path : str or PathLike
        MIDI (.mid .midi .kar .rmi), MusicXML (.musicxml .xml .mxl), MEI (.mei), Humdrum (.krn .kern), ABC
        (.abc), or sound (.wav .flac .ogg .opus .mp3 .aiff .caf and more, see :func:`goldenear.read_clip`), as
        :func:`goldenear.hear` draws it. The content decides which it is; the name, where the content does not tell.
    tune : int, optional
        Which tune of a collection (ABC) or which pattern of a format 2 MIDI file, from 1. Needed only
        where the file holds several.
    track : int or str, or several, optional
        Which tracks, parts, staves or spines: by number from 0, as `provenance.tracks` lists them, or by name.
        All by default.
    channel : int, or several, optional
        Which MIDI channels, 1..16.
    voice : int or str, or several, optional
        Which voices: of an ABC tune, or within the parts and staves of a score; by name, or by number from 1.
    drums : int or str, or several, optional
        What is drums, where the file does not say: MIDI channels by number, tracks by name, or ``"none"``.
    brightness : {"plain", "velocity"}
        How bright notes are drawn: all 1, or by their MIDI velocity, 1..127. Sound is as bright as it is loud.
    steps_per_octave : int
        The pitch grid on which the file's pitch numbers count steps; other grids than 12 serve
        microtonal keyboards, which send one number a step. Sound is always heard in 12.

    Returns
    -------
    NoteArray
        What was repaired or left out stands in its ``provenance.remarks``; an empty tuple means the
        notes are the file, whole. A file without notes gives an array without notes.

    Raises
    ------
    UnreadableFile
        If the file is missing, damaged, of no known kind, or holds several tunes and `tune` picks none.
    InvalidInput
        If an argument is out of range, or no such tune or track exists.
    MissingExtra
        If the library that reads such files is not installed.
    """
    if tune is not None:
        whole_number("tune", tune, 1, 2**31)
    tunes = read_all(
        path,
        track=track,
        channel=channel,
        voice=voice,
        drums=drums,
        brightness=brightness,
        steps_per_octave=steps_per_octave,
    )
    if tune is not None:
        if tune > len(tunes):
            raise NoSuchPart(path, f"tune: it holds tunes 1..{len(tunes)}, got {tune}")
        return tunes[tune - 1]
    if len(tunes) > 1:
        raise UnreadableFile(
            path, f"holds {len(tunes)} tunes: choose one (tune, from 1), or take all with read_all"
        )
    return tunes[0]


def read_all(
    path: str | os.PathLike[str],
    *,
    track: Names = None,
    channel: Names = None,
    voice: Names = None,
    drums: Names = None,
    brightness: Brightness = "plain",
    steps_per_octave: int = 12,
) -> list[NoteArray]:
    """Read every tune of a file; most files hold one.

    The parameters and errors are those of :func:`read`. Each array is named after the file, and after
    its number where there are several.
    """
    choice = Choice.of(track=track, channel=channel, voice=voice, drums=drums)
    return read_chosen(path, choice, brightness=brightness, steps_per_octave=steps_per_octave)


def read_chosen(
    path: str | os.PathLike[str],
    choice: Choice,
    *,
    data: bytes | None = None,
    usual_drums: tuple[int | str, ...] = (),
    brightness: Brightness = "plain",
    steps_per_octave: int = 12,
) -> list[NoteArray]:
    """Read every tune of a file, as :func:`read_all` does, with a choice that is already made.

    `data` is what the file holds, where that was read before. `usual_drums` are drums where the choice names none, in
    files that have such a channel or track.
    """
    path = file_name("path", path)
    one_of("brightness", brightness, BRIGHTNESSES)
    whole_number("steps_per_octave", steps_per_octave, 1, MOST_STEPS)
    if data is None:
        data = bytes_of(path, LIMITS.sound_bytes, "music")
    format_ = format_of(data, path)
    if format_ == "sound" and steps_per_octave != 12:
        raise InvalidInput(f"steps_per_octave: sound is heard in 12, got {steps_per_octave}: {path}")
    if format_ != "sound" and len(data) > LIMITS.music_bytes:
        raise UnreadableFile(path, f"{len(data):,} bytes is over the limit of {LIMITS.music_bytes:,}")
    parsed = _parser_for(format_)(data, path)
    return [
        assembled(
            tune,
            path,
            number=number if len(parsed) > 1 else 0,
            choice=choice,
            usual_drums=usual_drums,
            brightness=brightness,
            steps_per_octave=steps_per_octave,
        )
        for number, tune in enumerate(parsed, start=1)
    ]


def _parser_for(format_: Format) -> Parser:
    """Return the function that parses a format; its libraries are imported only now."""
    module, function = _PARSERS[format_].split(":")
    parser: Parser = getattr(import_module(f"goldenear.notes.formats.{module}"), function)
    return parser


def assembled(
    tune: ParsedTune,
    path: str,
    *,
    number: int = 0,
    choice: Choice = EVERYTHING,
    usual_drums: tuple[int | str, ...] = (),
    brightness: Brightness = "plain",
    steps_per_octave: int = 12,
    name: str = "",
) -> NoteArray:
    """Apply the policies of reading to one parsed tune; it is called by its file's name unless another is given."""
    marked = choice.marked(tune, path, usual_drums)
    tracks = choice.apply(marked, path)
    columns = _columns(tracks, brightness)
    remarks = [*tune.remarks, *dict.fromkeys(remark for track in tracks for remark in track.remarks)]
    if not choice.drums:
        remarks += drum_hints(tracks) if marked is tune else _made_drums(tune, tracks)
    durations = columns["duration"]
    if empty := int((durations <= 0).sum()):
        remarks.append(f"{_count(empty, 'note')}: no length, so left out")
        columns = {name: column[durations > 0] for name, column in columns.items()}
    name = name or Path(path).name
    if number:
        name += f"#{number}" + (f" {tune.title}" if tune.title else "")
    provenance = Provenance(path, tune.format, number, tuple(t.name for t in tune.tracks), tune.tempos)
    try:
        notes = NoteArray.from_arrays(
            **columns,
            ticks_per_quarter=tune.ticks_per_quarter,
            steps_per_octave=steps_per_octave,
            name=name,
            provenance=provenance,
        )
    except InvalidInput as error:
        raise UnreadableFile(path, str(error)) from None
    remarks += _overlaps(columns, notes)
    if not len(notes):
        remarks.append(_EMPTY)
    return notes.remarked(*remarks)


def _made_drums(tune: ParsedTune, read: list[ParsedTrack]) -> list[str]:
    """Return a remark where a taste makes drums of all that is read, which may not be meant."""
    before, after = (
        all(np.asarray(track.is_drum, bool).all() for track in tracks) for tracks in (tune.tracks, read)
    )
    return ["all of it is read as drums, as taste.toml says: [reading] drums"] if after and not before else []


def _overlaps(columns: dict[str, NDArray[Any]], notes: NoteArray) -> list[str]:
    """Return what became of notes of one pitch that overlapped."""
    remarks = []
    if doubled := len(columns["pitch"]) - len(notes):
        remarks.append(
            f"{_count(doubled, 'note')}: struck together with another of the same pitch, so read as one"
        )
    if int(columns["duration"].sum()) == int(notes.duration.sum()):
        return remarks
    # By onset, pitch and kind, as the notes stand; of those that begin together the longest end counts.
    onset = columns["onset"]
    key = in_time(onset, columns["pitch"], columns["is_drum"])
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.diff(key[order], prepend=key[order][0] - 1))
    end = np.maximum.reduceat((onset + columns["duration"])[order], first)
    if cut := int((end > notes.offset).sum()):
        remarks.append(
            f"{_count(cut, 'note')}: overlapping the next of the same pitch, so cut where that begins"
        )
    return remarks


def _columns(tracks: list[ParsedTrack], brightness: Brightness) -> dict[str, NDArray[Any]]:
    """Join the tracks into one column a field."""

    def joined(field: str, dtype: type) -> NDArray[Any]:
        parts: list[NDArray[Any]] = [np.asarray(getattr(track, field), dtype=dtype) for track in tracks]
        return np.concatenate([np.zeros(0, dtype), *parts])

    velocity = joined("velocity", np.int64)
    painted = [np.full(len(t.pitch), t.is_painted or brightness == "velocity") for t in tracks]
    bright = np.where(np.concatenate([np.zeros(0, bool), *painted]), velocity, 1)
    signs = [np.full(len(t.pitch), -1 if t.name.strip().casefold() == FORBIDDEN else 1) for t in tracks]
    return {
        "pitch": joined("pitch", np.int64),
        "onset": joined("onset", np.int64),
        "duration": joined("duration", np.int64),
        "is_drum": joined("is_drum", np.bool_),
        "brightness": bright * np.concatenate([np.zeros(0, np.int64), *signs]),
    }


def _count(n: int, noun: str) -> str:
    """Return ``"1 note"`` or ``"3 notes"``."""
    return f"{n:,} {noun}" + ("" if n == 1 else "s")


def why_silent(tunes: Iterable[NoteArray]) -> list[str]:
    """Return what files said of tunes without notes, but that there are none."""
    return [remark for tune in tunes for remark in tune.provenance.remarks if remark != _EMPTY]
