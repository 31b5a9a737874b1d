"""This file is where a tune becomes the bytes of a MIDI file of format 1."""

from __future__ import annotations

from operator import itemgetter

from goldenear.notes.formats.midi_track import END_OF_TRACK, MAX_TICKS, delta_time, quantity_bytes
from goldenear.notes.formats.parsed import ParsedTrack, ParsedTune
from goldenear.notes.metre import COMMON, Metre

_DRUMS = 9
"""Channel 10, as musicians count."""

_MELODIC = tuple(channel for channel in range(16) if channel != _DRUMS)

_SLOWEST = 2**24 - 1
"""Microseconds per quarter: the most that a tempo event can state."""


def midi_bytes(tune: ParsedTune, metre: Metre = COMMON) -> bytes:
    """Return the tune as a MIDI file: a track of metre and tempos, then one track for each of the tune's.

    Parameters
    ----------
    tune : ParsedTune
        Pitches and velocities fit MIDI, ticks_per_quarter is at most 32,767, and no two notes of a track,
        pitch and kind (drum or not) overlap.
    metre : Metre
        The time signature; 4/4 is not written, for it holds where nothing is said.

    Returns
    -------
    bytes
        The file. Each track has its own channel, as far as the fifteen reach; drums are on channel 10.
    """
    chunks = [_chunk(_metre_event(metre) + _tempo_events(tune.tempos))]
    chunks += [
        _chunk(_name_event(track.name) + _note_events(track, _MELODIC[number % len(_MELODIC)]))
        for number, track in enumerate(tune.tracks)
    ]
    header = (1).to_bytes(2) + len(chunks).to_bytes(2) + tune.ticks_per_quarter.to_bytes(2)
    return b"MThd" + len(header).to_bytes(4) + header + b"".join(chunks)


def _chunk(events: bytes) -> bytes:
    """Return a track chunk of `events`."""
    body = events + END_OF_TRACK
    return b"MTrk" + len(body).to_bytes(4) + body


def _metre_event(metre: Metre) -> bytes:
    """Return the time signature, its click once a beat of 24 clocks a quarter, or nothing for 4/4."""
    if metre == COMMON:
        return b""
    power = metre.unit.bit_length() - 1
    return b"\x00\xff\x58\x04" + bytes((metre.beats, power, 96 // metre.unit, 8))


def _tempo_events(tempos: tuple[tuple[int, int], ...]) -> bytes:
    """Return the tempo events; a tempo that MIDI cannot state becomes the nearest that it can."""
    events = bytearray()
    time = 0
    for tick, microseconds in sorted(tempos, key=itemgetter(0)):
        at = min(max(tick, time), MAX_TICKS)
        events += delta_time(at - time) + b"\xff\x51\x03" + min(max(microseconds, 1), _SLOWEST).to_bytes(3)
        time = at
    return bytes(events)


def _name_event(name: str) -> bytes:
    """Return the event that names a track, or nothing for a track without a name."""
    text = name.encode("utf-8", errors="replace")
    return b"\x00\xff\x03" + quantity_bytes(len(text)) + text if text else b""


def _note_events(track: ParsedTrack, channel: int) -> bytes:
    """Return the notes as events in time."""
    columns = (track.pitch, track.onset, track.duration, track.velocity, track.is_drum)
    events = []
    for pitch, onset, duration, velocity, is_drum in zip(*columns, strict=True):
        on_channel = _DRUMS if is_drum else channel
        events.append((onset, 1, pitch, bytes((0x90 | on_channel, pitch, velocity))))
        # Ends sort before beginnings of the same tick, so that notes that only touch stay apart.
        events.append((onset + duration, 0, pitch, bytes((0x80 | on_channel, pitch, 0))))
    events.sort()
    written = bytearray()
    time = 0
    for tick, _, _, event in events:
        written += delta_time(tick - time) + event
        time = tick
    return bytes(written)
