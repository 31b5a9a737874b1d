"""This file is where MIDI bytes become tunes: checked first, then read track by track by symusic."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from goldenear.errors import UnreadableFile
from goldenear.notes.formats.midi_check import CheckedMidi, Division, check_midi
from goldenear.notes.formats.midi_track import CheckedTrack
from goldenear.notes.formats.parsed import ParsedTrack, ParsedTune

_PATTERNS = 2
"""The MIDI format whose tracks are independent of each other."""

_ONE_TRACK_HEADER = b"MThd" + bytes([0, 0, 0, 6, 0, 0, 0, 1, 1, 224]) + b"MTrk"
"""Format 0, one track; the resolution (480) does not matter, as ticks are read as they stand."""


def parse_midi(data: bytes, path: str) -> list[ParsedTune]:
    """Read the bytes of a MIDI file.

    Formats 0 and 1 hold one tune. Format 2 holds one a track; tracks without notes are passed over,
    unless none has any.

    Parameters
    ----------
    data : bytes
        The file.
    path : str
        Its name, for messages.

    Returns
    -------
    list of ParsedTune
        At least one; its tracks are the file's, also those without notes.

    Raises
    ------
    UnreadableFile
        If the file is damaged, breaks off, or is no MIDI file.

    Notes
    -----
    A file whose time is in SMPTE frames has no quarters: a quarter is taken as half a second (120 a
    minute), and its tempo events, which then say nothing, are ignored.
    """
    checked = check_midi(data, path)
    tracks = [_notes_of(track, checked.division, path) for track in checked.tracks]
    if checked.format != _PATTERNS:
        return [_tune(checked, checked.tracks, tracks)]
    patterns = list(zip(checked.tracks, tracks, strict=True))
    sounding = [pattern for pattern in patterns if len(pattern[1].pitch)] or patterns[:1]
    return [_tune(checked, [pattern], [notes]) for pattern, notes in sounding] or [_tune(checked, [], [])]


def _tune(checked: CheckedMidi, chunks: Sequence[CheckedTrack], tracks: list[ParsedTrack]) -> ParsedTune:
    """Join tracks into a tune, and remark what is lost between them and the file."""
    division = checked.division
    tempos = sorted((tempo for chunk in chunks for tempo in chunk.tempos), key=itemgetter(0))
    remarks = list(checked.remarks)
    if hanging := sum(chunk.note_ons for chunk in chunks) - sum(len(track.pitch) for track in tracks):
        remarks.append(f"{hanging:,} note{' never ends' if hanging == 1 else 's never end'}: left out")
    if any(chunk.pedal_downs for chunk in chunks):
        remarks.append("sustain pedal ignored: a note lasts as long as its key is held")
    if any(chunk.bends for chunk in chunks):
        remarks.append("pitch bends ignored")
    if division.is_smpte and tempos:
        remarks.append("tempo ignored: SMPTE time has none")
        tempos = []
    return ParsedTune(
        format="midi",
        ticks_per_quarter=division.ticks_per_quarter,
        tracks=tracks,
        title=tracks[0].name if tracks else "",
        tempos=tuple(tempos),
        remarks=remarks,
    )


def _notes_of(track: CheckedTrack, division: Division, path: str) -> ParsedTrack:
    """Return the notes of one track, of all its channels."""
    if not track.note_ons:
        return ParsedTrack(track.name)
    channels = _read_by_symusic(track, path)

    def column(field: str) -> Any:
        return np.concatenate([notes[field] for notes, _ in channels]).astype(np.int64)

    return ParsedTrack(
        name=track.name,
        pitch=column("pitch"),
        onset=column("time") * division.ticks_per_file_tick,
        duration=column("duration") * division.ticks_per_file_tick,
        velocity=column("velocity"),
        is_drum=[is_drum for notes, is_drum in channels for _ in range(len(notes["time"]))],
    )


def _read_by_symusic(track: CheckedTrack, path: str) -> list[tuple[dict[str, Any], bool]]:
    """Return the notes of each channel as columns, and whether they are drums."""
    from symusic import Score

    file = _ONE_TRACK_HEADER + len(track.events).to_bytes(4) + track.events
    try:
        channels = Score.from_midi(bytes(file)).tracks
        return [(channel.notes.numpy(), bool(channel.is_drum)) for channel in channels]
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UnreadableFile(path, f"its track {track.number} cannot be read: {reason}") from None
