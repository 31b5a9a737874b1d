"""This file is where the events of one MIDI track are walked, byte by byte, and only sound notes pass.

What passes is written anew, with nothing in it but notes: no running status, no meta events, no system
messages. So whatever reads the result meets only the plainest of files.
"""

from __future__ import annotations

from goldenear.notes.formats.remarks import Remarks

MAX_TICKS = 2**31 - 1
"""A longer track is refused: tick counters of 32 bits, which most readers have, would wrap around."""

MAX_EVENTS = 5_000_000
"""A file of more events is refused: no piece of music has as many."""

MAX_TEMPOS = 100_000
"""Tempo changes beyond this many are left out."""

END_OF_TRACK = b"\x00\xff\x2f\x00"

_MAX_QUANTITY = 2**28 - 1
_NOTHING_FOR_AS_LONG_AS_CAN_BE = b"\xff\xff\xff\x7f\xff\x01\x00"

_DATA_BYTES_OF_SKIPPED = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0, 0xF8: 0, 0xFA: 0, 0xFB: 0, 0xFC: 0, 0xFE: 0}
"""System messages that belong on a cable, not in a file; their length is known, so they can be skipped."""

_NO_BEND = b"\x00\x40"

_NAME, _END, _TEMPO = 0x03, 0x2F, 0x51
_LENGTHS_OF_META = {
    0x00: (0, 2),
    0x20: (1,),
    0x21: (1,),
    0x2F: (0,),
    0x51: (3,),
    0x54: (5,),
    0x58: (4,),
    0x59: (2,),
}


class Refusal(Exception):
    """Why a file is refused."""


class CheckedTrack:
    """One track chunk, walked.

    Attributes
    ----------
    number : int
        Its place among the file's tracks, from 0.
    name : str
        From its first name event; empty where there is none.
    note_ons : int
        How many notes begin.
    pedal_downs, bends : int
        How many messages press the sustain pedal; how many bend the pitch.
    length : int
        Ticks from its beginning to its end.
    tempos : list of (int, int)
        ``(tick, microseconds per quarter)``.
    events : bytearray
        The note events alone and an end of track: the body of a track chunk.
    event_count : int
        How many events of any kind were walked.
    remarks : Remarks
        What was repaired, skipped or left out; one gathers for all tracks of a file.
    """

    __slots__ = (
        "bends",
        "event_count",
        "events",
        "length",
        "name",
        "note_ons",
        "number",
        "pedal_downs",
        "remarks",
        "tempos",
    )

    def __init__(self, number: int, remarks: Remarks) -> None:
        self.number = number
        self.remarks = remarks
        self.name = ""
        self.note_ons = self.pedal_downs = self.bends = self.length = self.event_count = 0
        self.tempos: list[tuple[int, int]] = []
        self.events = bytearray()


def walk_track(data: bytes, start: int, end: int, track: CheckedTrack, max_events: int) -> None:
    """Walk the events that lie at `start` up to `end` of `data` into `track`, which is still empty.

    Parameters
    ----------
    data : bytes
        The whole file, so that every offset in a message is the file's own.
    start, end : int
        Where the track's events lie in it.
    track : CheckedTrack
        It is filled.
    max_events : int
        How many events are still allowed.

    Raises
    ------
    Refusal
        If the events make no sense, break off, or are too many or too long.
    """
    at, has_ended = _walk_events(data, start, end, track, max_events)
    if not has_ended:
        track.remarks.once("a track without an end of track: ended after its last event")
    elif at < end:
        track.remarks.once("events after an end of track: left out")
    if track.length > MAX_TICKS:
        raise Refusal(f"track {track.number} is {track.length:,} ticks long: over the limit of {MAX_TICKS:,}")
    track.events += END_OF_TRACK


def _walk_events(data: bytes, at: int, end: int, track: CheckedTrack, max_events: int) -> tuple[int, bool]:
    """Walk events into `track`; return where they end, and whether an end of track said so."""
    time, written_until, status, interrupted, has_ended, events = 0, 0, 0, False, False, track.events
    while at < end and not has_ended:
        delta, at = (data[at], at + 1) if data[at] < 128 else quantity(data, at, end)
        time += delta
        track.event_count += 1
        if track.event_count > max_events:
            raise Refusal(f"more than {MAX_EVENTS:,} events")
        if at >= end:
            raise _breaks_off(track.number, at)
        byte = data[at]
        if byte >= 0xF0:
            # Real-time messages leave running status alone; by the letter all others cancel it.
            interrupted |= byte < 0xF8 or byte == 0xFF
            at, has_ended = _walk_system_event(data, at, end, time, track)
            continue
        if byte >= 0x80:
            status, interrupted = byte, False
            at += 1
        elif not status:
            raise Refusal(f"byte 0x{byte:02X} at offset {at} is data, but no event has begun")
        elif interrupted:
            interrupted = False
            track.remarks.once("running status carried across a meta or system event: understood")
        after = at + (1 if 0xC0 <= status < 0xE0 else 2)
        if after > end or data[at] | data[after - 1] > 127:
            raise _no_data(data, at, after, end, track)
        if status < 0xA0:
            gap, written_until = time - written_until, time
            if gap < 128:
                events.append(gap)
            else:
                events += delta_time(gap)
            events.append(status)
            events += data[at:after]
            track.note_ons += status >= 0x90 and data[at + 1] > 0
        elif status >= 0xB0:
            track.pedal_downs += status < 0xC0 and data[at] == 64 and data[at + 1] >= 64
            track.bends += status >= 0xE0 and data[at : at + 2] != _NO_BEND
        at = after
    track.length = time
    return at, has_ended


def _no_data(data: bytes, at: int, after: int, end: int, track: CheckedTrack) -> Refusal:
    """Return the refusal of an event whose data bytes break off or are no data."""
    if after > end:
        return _breaks_off(track.number, end)
    place = at if data[at] > 127 else after - 1
    return Refusal(f"byte 0x{data[place]:02X} at offset {place} stands where data (0..127) is expected")


def _walk_system_event(data: bytes, at: int, end: int, time: int, track: CheckedTrack) -> tuple[int, bool]:
    """Step over what is no channel event; return where, and whether it was the end of the track."""
    byte = data[at]
    if byte == 0xFF:
        return _walk_meta_event(data, at, end, time, track)
    if byte in (0xF0, 0xF7):
        length, body = quantity(data, at + 1, end)
        _check_fits(f"the system exclusive at offset {at}", body, length, end)
        return body + length, False
    if byte not in _DATA_BYTES_OF_SKIPPED:
        raise Refusal(f"byte 0x{byte:02X} at offset {at} begins no event that a MIDI file may hold")
    after = at + 1 + _DATA_BYTES_OF_SKIPPED[byte]
    if after > end or any(value > 127 for value in data[at + 1 : after]):
        raise _no_data(data, at + 1, after, end, track)
    track.remarks.once(f"a system message 0x{byte:02X}, which has no place in a file: skipped")
    return after, False


def _walk_meta_event(data: bytes, at: int, end: int, time: int, track: CheckedTrack) -> tuple[int, bool]:
    """Step over a meta event, keeping names and tempos; return where, and if it was the end of the track."""
    if at + 1 >= end:
        raise _breaks_off(track.number, end)
    kind = data[at + 1]
    length, body = quantity(data, at + 2, end)
    _check_fits(f"the meta event at offset {at}", body, length, end)
    after = body + length
    if length not in _LENGTHS_OF_META.get(kind, (length,)):
        track.remarks.once(f"a meta event 0x{kind:02X} of impossible length: ignored")
    elif kind == _NAME and not track.name:
        track.name = one_line(data[body:after])
    elif kind == _TEMPO:
        _keep_tempo(time, int.from_bytes(data[body:after]), track)
    return after, kind == _END


def _keep_tempo(time: int, microseconds: int, track: CheckedTrack) -> None:
    """Keep a tempo, unless it makes no sense or there are too many."""
    if not microseconds:
        track.remarks.count("tempo of no length", "ignored")
    elif len(track.tempos) == MAX_TEMPOS:
        track.remarks.once(f"tempo changes beyond the first {MAX_TEMPOS:,}: left out")
    else:
        track.tempos.append((time, microseconds))


def quantity(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return the variable-length quantity at `at`, and where what follows it begins.

    Raises
    ------
    Refusal
        If it is longer than four bytes, or goes on beyond `end`.
    """
    value = 0
    for place in range(at, min(at + 4, end)):
        value = value << 7 | data[place] & 127
        if data[place] < 128:
            return value, place + 1
    if end < at + 4:
        raise Refusal(f"a track breaks off inside the number at offset {at}")
    raise Refusal(f"the number at offset {at} is longer than 4 bytes")


def delta_time(ticks: int) -> bytes:
    """Return `ticks`, any number of them, as the bytes that go before an event.

    A time that no variable-length quantity can hold is bridged by empty text events.
    """
    bridged, ticks = divmod(ticks, _MAX_QUANTITY)
    return _NOTHING_FOR_AS_LONG_AS_CAN_BE * bridged + quantity_bytes(ticks)


def quantity_bytes(value: int) -> bytes:
    """Return `value` as a variable-length quantity: seven bits a byte, the highest first.

    Examples
    --------
    >>> quantity_bytes(200).hex(" ")
    '81 48'
    """
    groups = [value & 127]
    while value := value >> 7:
        groups.append(value & 127 | 128)
    return bytes(reversed(groups))


def one_line(text: bytes | str) -> str:
    r"""Return a name as one printable line; bytes are UTF-8, or else Latin-1.

    Examples
    --------
    >>> one_line(b"Fl\xf6te\n\x00")
    'Flöte'
    """
    if isinstance(text, str):
        return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
    try:
        return one_line(text.decode("utf-8"))
    except UnicodeDecodeError:
        return one_line(text.decode("latin-1"))


def _check_fits(what: str, body: int, length: int, end: int) -> None:
    """Refuse what would run past the end of its track."""
    if body + length > end:
        raise Refusal(f"{what} claims {length:,} bytes, but its track ends after {end - body:,}")


def _breaks_off(number: int, at: int) -> Refusal:
    """Return the refusal of a track that ends in the middle of an event."""
    return Refusal(f"track {number} breaks off in the middle of an event, at offset {at}")
