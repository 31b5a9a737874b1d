"""Read MIDI: pair the strikes and ends of every track to notes.

A reader of our own, because the file has to be walked anyway to be checked, and because the fastest one at hand,
symusic, loses notes: it wraps long times and drops notes that never end, and after a lost end it gives every end to
the note before its own.

=====================================  ==============================================================
what a track may hold                  what becomes of it
=====================================  ==============================================================
strikes of one pitch that overlap      ends belong to strikes in order, the first end to the first
an end that was lost                   from there on a strike ends what sounds on its pitch
notes that never end                   end where the next note of the track begins, or with the track
strokes of drums without end or length strokes, a sixteenth long
notes of no length                     a tick long
channel 10                             drums, but where it belongs to an MPE zone
=====================================  ==============================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import UnreadableFile
from goldenear.limits import LIMITS
from goldenear.notes.formats.midi_check import CheckedMidi, Division, check_midi
from goldenear.notes.formats.midi_track import MidiTrack
from goldenear.notes.formats.parsed import ParsedTrack, ParsedTune
from goldenear.notes.formats.remarks import Remarks

_PATTERNS = 2
"""The MIDI format whose tracks are independent of each other."""

_DRUMS = 10

_ENDS, _STRIKES, _CONTROLS, _BENDS = 8, 9, 11, 14
"""Kinds of channel event."""

_OTHER_PARAMETERS = (98, 99)
"""Controllers that select a parameter of the maker's: no registered one is selected any more."""

_DATA_ENTRY, _PEDAL, _PARAMETER_FINE, _PARAMETER_COARSE = 6, 64, 100, 101
"""Controllers."""

_MPE = 6
"""The registered parameter by which an MPE zone is set up."""

_CENTRE = 64
"""The coarse byte of a pitch wheel at rest."""


class _Strikes(NamedTuple):
    """The notes of a track, as columns: in ticks of the file."""

    pitch: NDArray[np.int64]
    onset: NDArray[np.int64]
    duration: NDArray[np.int64]
    velocity: NDArray[np.int64]
    channel: NDArray[np.int64]
    is_endless: NDArray[np.bool_]
    has_lost_end: NDArray[np.bool_]


_NOTHING: NDArray[Any] = np.zeros(0, np.int64)
_NO_STRIKES = _Strikes(*(_NOTHING,) * 5, *(_NOTHING.astype(bool),) * 2)


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
    strikes = [_strikes(track) for track in checked.tracks]
    if checked.format != _PATTERNS:
        return [_tune(checked, checked.tracks, strikes)]
    patterns = list(zip(checked.tracks, strikes, strict=True))
    sounding = [pattern for pattern in patterns if len(pattern[1].pitch)] or patterns[:1]
    if len(sounding) > LIMITS.midi_patterns:
        raise UnreadableFile(
            path, f"{len(sounding):,} patterns are over the limit of {LIMITS.midi_patterns:,}"
        )
    return [_tune(checked, [track], [notes]) for track, notes in sounding] or [_tune(checked, [], [])]


def _tune(checked: CheckedMidi, tracks: Sequence[MidiTrack], strikes: Sequence[_Strikes]) -> ParsedTune:
    """Join tracks into a tune, and remark what was repaired or left out."""
    division = checked.division
    remarks = Remarks()
    members = _mpe_members(tracks)
    if members and any((notes.channel == _DRUMS).any() for notes in strikes) and _DRUMS in members:
        remarks.once("channel 10 belongs to an MPE zone: read as pitches, not as drums")
    parsed = [
        _parsed(track.name, notes, division, members, remarks)
        for track, notes in zip(tracks, strikes, strict=True)
    ]
    for part, track in zip(parsed, tracks, strict=True):
        part.remarks = _ignored(track)
    tempos = sorted((tempo for track in tracks for tempo in track.tempos), key=itemgetter(0))
    if division.is_smpte and tempos:
        remarks.once("tempo ignored: SMPTE time has none")
        tempos = []
    return ParsedTune(
        format="midi",
        ticks_per_quarter=division.ticks_per_quarter,
        tracks=parsed,
        title=parsed[0].name if parsed else "",
        tempos=tuple(tempos),
        remarks=[*checked.remarks, *remarks.sentences()],
    )


def _parsed(
    name: str, notes: _Strikes, division: Division, mpe_members: frozenset[int], remarks: Remarks
) -> ParsedTrack:
    """Return the notes of one track, of all its channels; drums without end or length get one."""
    if notes is _NO_STRIKES:
        return ParsedTrack(name)
    is_drum = (notes.channel == _DRUMS) & (_DRUMS not in mpe_members)
    endless = notes.is_endless & ~is_drum
    if count := int(endless.sum()):
        remarks.count("note", "no end, so each lasts until the next one of its track", count)
    if count := int((~is_drum & ~endless & (notes.duration == 0)).sum()):
        remarks.count("note", "no length, so read as one tick", count)
    if count := int((notes.has_lost_end & ~is_drum).sum()):
        remarks.count("note", "end lost, so each lasts until the next strike of its pitch", count)
    up = division.ticks_per_file_tick
    shortest = np.where(is_drum, max(1, division.ticks_per_quarter // 4), 1)
    lasting = notes.duration * up
    lasting = np.where((lasting == 0) | (is_drum & notes.is_endless), shortest, lasting)
    return ParsedTrack(
        name=name,
        pitch=notes.pitch,
        onset=notes.onset * up,
        duration=lasting,
        velocity=notes.velocity,
        is_drum=is_drum,
        channel=notes.channel,
    )


def _strikes(track: MidiTrack) -> _Strikes:
    """Pair the strikes of a track with their ends."""
    every = track.events
    if not len(every.tick):
        return _NO_STRIKES
    wanted = np.flatnonzero((every.kind == _ENDS) | (every.kind == _STRIKES))
    # By channel and pitch, each in the order of the file.
    line = ((every.status[wanted] & 15) << 7 | every.first[wanted]).astype(np.int16)
    order = np.argsort(line, kind="stable")
    strikes = (every.kind[wanted] == _STRIKES) & (every.second[wanted] > 0)
    end, lost = np.empty(len(wanted), np.int64), np.empty(len(wanted), bool)
    end[order], lost[order] = _ends(line[order].astype(np.int64), strikes[order], every.tick[wanted[order]])
    struck, end, lost = wanted[strikes], end[strikes], lost[strikes]
    onset = every.tick[struck]
    endless = end < 0
    if endless.any():
        following = np.append(np.unique(onset), track.length)
        end[endless] = following[np.searchsorted(following[:-1], onset[endless], side="right")]
    return _Strikes(
        every.first[struck], onset, end - onset, every.second[struck], every.channel[struck], endless, lost
    )


def _ends(
    line: NDArray[np.int64], strikes: NDArray[np.bool_], tick: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the tick at which each strike ends, -1 where it never does; and whether its own end was lost.

    The columns have one entry an event that strikes or ends a note, line by line (a line is a channel and a pitch),
    in time on each. Ends belong to strikes in order, the first to the first; an end of nothing is passed over. Where
    a line holds an end too few, nobody knows which was lost: from the last moment on at which all had ended, a strike
    ends what sounds on its line.
    """
    end, lost = np.full(len(line), -1, np.int64), np.zeros(len(line), bool)
    if (strikes[::2]).all() and not strikes[1::2].any() and np.array_equal(line[::2], line[1::2]):
        # Strikes and ends in turn, as nearly always.
        end[::2] = tick[1::2]
        return end, lost
    sounding = np.cumsum(np.where(strikes, 1, -1))
    first = np.concatenate([[True], line[1:] != line[:-1]])
    number = np.cumsum(first) - 1
    starts = np.flatnonzero(first)
    before = np.concatenate([[0], sounding[starts[1:] - 1]])
    sounding -= before[number]
    # Lift each line below the one before it, so that one running minimum serves all lines at once.
    drop = number * (2 * len(line))
    spare = np.minimum(np.minimum.accumulate(sounding - drop) + drop, 0)
    sounding -= spare
    silent = np.concatenate([[0], sounding[:-1]])
    silent[first] = 0
    closes = ~strikes & (silent > 0)
    last_event = np.append(starts[1:], len(line)) - 1
    # The last place on each line up to which all that was struck has ended.
    whole = np.where(sounding == 0, np.arange(len(line)), -1)
    whole = np.maximum.reduceat(whole, starts)
    whole = np.where(sounding[last_event] == 0, last_event, whole)
    in_order = np.arange(len(line)) <= whole[number]
    end[np.flatnonzero(strikes & in_order)] = tick[closes & in_order]
    cut = np.flatnonzero(strikes & ~in_order & (np.arange(len(line)) < last_event[number]))
    end[cut] = tick[cut + 1]
    lost[cut] = strikes[cut + 1]
    return end, lost


def _mpe_members(tracks: Sequence[MidiTrack]) -> frozenset[int]:
    """Return the channels that belong to MPE zones: they bend the pitch of one note each, and are never drums."""
    zones: dict[int, range] = {}
    for track in tracks:
        if not len(track.events.tick):
            continue
        controls = track.events.kind == _CONTROLS
        if not (controls & (track.events.first == _DATA_ENTRY)).any():
            continue
        parameter: dict[int, list[int]] = {1: [127, 127], 16: [127, 127]}
        columns = (track.events.channel, track.events.first, track.events.second)
        for channel, control, value in zip(*(column[controls].tolist() for column in columns), strict=True):
            if channel not in parameter:
                continue
            if control == _PARAMETER_COARSE:
                parameter[channel][0] = value
            elif control == _PARAMETER_FINE:
                parameter[channel][1] = value
            elif control in _OTHER_PARAMETERS:
                parameter[channel] = [127, 127]
            elif control == _DATA_ENTRY and parameter[channel] == [0, _MPE]:
                size = min(value, 15)
                zones[channel] = range(1, size + 2) if channel == 1 else range(16 - size, 17)
    return frozenset(member for zone in zones.values() if len(zone) > 1 for member in zone)


def _ignored(track: MidiTrack) -> list[str]:
    """Return what changes the sound of a track's notes and is not read."""
    if not len(track.events.tick):
        return []
    kind, first, second = track.events.kind, track.events.first, track.events.second
    remarks = []
    if ((kind == _CONTROLS) & (first == _PEDAL) & (second >= _PEDAL)).any():
        remarks.append("sustain pedal ignored: a note lasts as long as its key is held")
    if ((kind == _BENDS) & ((first != 0) | (second != _CENTRE))).any():
        remarks.append("pitch bends ignored")
    return remarks
