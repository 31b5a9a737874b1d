"""Find the chunks of a MIDI file, and check them strictly.

What is damaged is refused, by one sentence that names the place; what can be understood all the same is understood,
and remarked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from goldenear.errors import UnreadableFile
from goldenear.limits import LIMITS
from goldenear.notes.formats.midi_track import MidiTrack, Refusal, plain_lengths, walk_track
from goldenear.notes.formats.remarks import Remarks

MAX_TRACKS = 65_535
"""The most that a header can announce; more are refused."""

_FRAMES_A_SECOND = (24, 25, 29, 30)


@dataclass(frozen=True, slots=True)
class Division:
    """What a tick is.

    Attributes
    ----------
    ticks_per_quarter : int
        The resolution of the notes.
    ticks_per_file_tick : int
        By what the file's ticks are multiplied: 2 where a quarter would not be a whole number of them.
    is_smpte : bool
        True if the file counts seconds, not quarters.
    """

    ticks_per_quarter: int
    ticks_per_file_tick: int = 1
    is_smpte: bool = False


@dataclass(frozen=True, slots=True)
class CheckedMidi:
    """A MIDI file that makes sense.

    Attributes
    ----------
    format : int
        0, 1 or 2 (several independent patterns).
    division : Division
        What a tick is.
    tracks : list of MidiTrack
        In the file's order; also those without notes. Their times are the file's ticks.
    remarks : list of str
        What was repaired, skipped or left out.
    """

    format: int
    division: Division
    tracks: list[MidiTrack]
    remarks: list[str]


def check_midi(data: bytes, path: str) -> CheckedMidi:
    """Walk every byte of a MIDI file.

    Parameters
    ----------
    data : bytes
        The file.
    path : str
        Its name, for messages.

    Returns
    -------
    CheckedMidi
        Its tracks, every byte of them walked.

    Raises
    ------
    UnreadableFile
        If the file is damaged, breaks off, or is no MIDI file.
    """
    remarks = Remarks()
    try:
        start, end = _inside_riff(data, remarks)
        format_, announced, division, start = _header(data, start, end, remarks)
        tracks = _tracks(data, start, end, announced, remarks)
    except Refusal as refusal:
        raise UnreadableFile(path, str(refusal)) from None
    if format_ == 0 and len(tracks) > 1:
        remarks.once(f"format 0 with {len(tracks)} tracks instead of one: read as format 1")
    return CheckedMidi(format_, division, tracks, remarks.sentences())


def _inside_riff(data: bytes, remarks: Remarks) -> tuple[int, int]:
    """Return where the MIDI file proper begins and ends: all of it, unless it is wrapped as RIFF."""
    if data[:4] != b"RIFF":
        return 0, len(data)
    if data[8:12] != b"RMID":
        raise Refusal("a RIFF file, but not one of MIDI (RMID)")
    found = None
    at = 12
    while at + 8 <= len(data) and found is None:
        body, length = at + 8, int.from_bytes(data[at + 4 : at + 8], "little")
        if body + length > len(data):
            raise _overlong_chunk(at, length, len(data) - body)
        if data[at : at + 4] == b"data":
            found = body, body + length
        at = body + length + length % 2
    if found is None:
        raise Refusal("a RIFF file without MIDI data in it")
    if at < len(data):
        remarks.once("data beside the music in the RIFF wrapper: skipped")
    return found


def _header(data: bytes, start: int, end: int, remarks: Remarks) -> tuple[int, int, Division, int]:
    """Return the format, how many tracks are announced, what a tick is, and where the chunks begin."""
    if data[start : start + 4] != b"MThd":
        raise Refusal("not a MIDI file: it does not begin with MThd")
    if end - start < 14:
        raise Refusal("breaks off inside its header")
    length = int.from_bytes(data[start + 4 : start + 8])
    if length < 6:
        raise Refusal(f"its header claims {length} bytes: expected 6")
    if start + 8 + length > end:
        raise Refusal(f"its header claims {length:,} bytes, but {end - start - 8:,} are left")
    format_, announced, division = (int.from_bytes(data[start + at : start + at + 2]) for at in (8, 10, 12))
    if format_ > 2:
        raise Refusal(f"MIDI format {format_} is unknown: expected 0, 1 or 2")
    if length > 6:
        remarks.once(f"{length - 6:,} unknown bytes in the header: skipped")
    return format_, announced, _division(division, remarks), start + 8 + length


def _division(division: int, remarks: Remarks) -> Division:
    """Return what a tick is; where the file counts seconds, a quarter is taken as half of one."""
    if division < 0x8000:
        if not division:
            raise Refusal("its header claims 0 ticks per quarter")
        return Division(division)
    frames, ticks = 256 - (division >> 8), division & 255
    if frames not in _FRAMES_A_SECOND or not ticks:
        raise Refusal(
            f"its header claims {frames} frames a second of {ticks} ticks: expected 24, 25, 29 or 30"
        )
    # 29 is drop frame: frames are numbered as if there were 30 a second.
    ticks_per_quarter = Fraction((30 if frames == 29 else frames) * ticks, 2)
    remarks.once(
        f"time in SMPTE frames ({frames} a second, of {ticks} ticks), not in quarters: "
        "a quarter is taken as half a second"
    )
    return Division(ticks_per_quarter.numerator, ticks_per_quarter.denominator, is_smpte=True)


def _tracks(data: bytes, start: int, end: int, announced: int, remarks: Remarks) -> list[MidiTrack]:
    """Walk all track chunks."""
    tracks: list[MidiTrack] = []
    lengths = plain_lengths(data)
    events_left = LIMITS.midi_events
    for body, body_end in _track_chunks(data, start, end, announced, remarks):
        if len(tracks) == MAX_TRACKS:
            raise Refusal(f"more than {MAX_TRACKS:,} tracks")
        track = MidiTrack(len(tracks), remarks)
        walk_track(data, lengths, body, body_end, track, events_left)
        events_left -= track.event_count
        tracks.append(track)
    if announced and not tracks:
        raise Refusal(f"its header announces {announced:,} tracks, but there are none")
    if announced != len(tracks):
        remarks.once(f"{announced:,} tracks announced, {len(tracks):,} found")
    return tracks


def _track_chunks(
    data: bytes, start: int, end: int, announced: int, remarks: Remarks
) -> Iterator[tuple[int, int]]:
    """Yield where the events of each track chunk begin and end; skip other chunks and trailing bytes."""
    at, found = start, 0
    while at < end:
        kind, body = data[at : at + 4], at + 8
        length = int.from_bytes(data[at + 4 : body])
        whole = body + length <= end and body <= end
        is_track = kind == b"MTrk"
        if not whole and not is_track and (found >= announced or end - at < 8):
            trailing = "1 byte" if end - at == 1 else f"{end - at:,} bytes"
            remarks.once(f"{trailing} after the last chunk: left out")
            return
        if body > end:
            raise Refusal(f"breaks off at offset {at}, inside the head of a track")
        if not whole:
            raise _overlong_chunk(at, length, end - body)
        if is_track:
            found += 1
            yield body, body + length
        else:
            remarks.count("unknown chunk", "skipped")
        at = body + length


def _overlong_chunk(at: int, length: int, left: int) -> Refusal:
    """Return the refusal of a chunk that would run past the end of the file."""
    return Refusal(f"the chunk at offset {at} claims {length:,} bytes, but {left:,} are left")
