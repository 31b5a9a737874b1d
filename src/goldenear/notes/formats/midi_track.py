"""Walk every byte of a MIDI track, and return its events as columns.

Nearly all events of a file are plain: a time, and a channel event with two data bytes. How long each would be is
computed for all places of the file at once, so that a walk over them is one addition an event. Everything else (meta
events, system messages, programs, damage) is taken one by one, with every check.
"""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.limits import LIMITS
from goldenear.notes.formats.remarks import Remarks

MAX_TICKS = 2**31 - 1
"""A longer track is refused: tick counters of 32 bits, which most readers have, would wrap around."""

END_OF_TRACK = b"\x00\xff\x2f\x00"

_MAX_QUANTITY = 2**28 - 1
_NOTHING_FOR_AS_LONG_AS_CAN_BE = b"\xff\xff\xff\x7f\xff\x01\x00"

_DATA_BYTES_OF_SKIPPED = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0, 0xF8: 0, 0xFA: 0, 0xFB: 0, 0xFC: 0, 0xFE: 0}
"""System messages that belong on a cable, not in a file; their length is known, so they can be skipped."""

_LONGEST = 8
"""Bytes of the longest plain event, or more."""

_SHORTEST = 3
"""Bytes of the shortest."""

_BLOCK = 2**20
"""Bytes of a file that are looked at together."""

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


class MidiTrack:
    """One track chunk, walked.

    Attributes
    ----------
    number : int
        Its place among the file's tracks, from 0.
    name : str
        From its first name event; empty where there is none.
    length : int
        Ticks from its beginning to its end.
    tempos : list of (int, int)
        ``(tick, microseconds per quarter)``.
    events : Events
        Its channel events.
    event_count : int
        How many events of any kind were walked.
    remarks : Remarks
        What was repaired, skipped or left out; one gathers for all tracks of a file.
    """

    __slots__ = ("event_count", "events", "length", "name", "number", "remarks", "tempos")

    def __init__(self, number: int, remarks: Remarks) -> None:
        self.number = number
        self.remarks = remarks
        self.name = ""
        self.length = self.event_count = 0
        self.tempos: list[tuple[int, int]] = []
        self.events = NO_EVENTS


class Events(NamedTuple):
    """The channel events of a track, in order, as columns: when, the status byte, and two data bytes.

    An event of one data byte, such as a program change, has the byte after it as its second.
    """

    tick: NDArray[np.int64]
    status: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]

    @property
    def kind(self) -> NDArray[np.int64]:
        """What each event is: 8 ends a note, 9 strikes one, 11 sets a controller, 12 a program, 14 bends."""
        return self.status >> 4

    @property
    def channel(self) -> NDArray[np.int64]:
        """The channel, 1..16."""
        return (self.status & 15) + 1


NO_EVENTS = Events(*(np.zeros(0, np.int64) for _ in Events._fields))


def plain_lengths(data: bytes) -> bytearray:
    """Return, for each place in a file, how long the event is that would begin there.

    An event here is a time and a channel event with two data bytes, with or without its status byte. 0 stands for
    anything else, also for what is damaged: :func:`walk_track` looks at these one by one.

    Returns
    -------
    bytearray, as long as `data`
    """
    padded = data + b"\xff" * _LONGEST
    lengths = bytearray(len(data))
    for start in range(0, len(data), _BLOCK):
        n = min(_BLOCK, len(data) - start)
        block = np.frombuffer(padded, np.uint8, n + _LONGEST, start)
        lengths[start : start + n] = _plain_lengths(block, n).tobytes()
    return lengths


def _plain_lengths(block: NDArray[np.uint8], n: int) -> NDArray[np.uint8]:
    """Return the lengths of the events that begin at the first n places of a block."""
    is_data = block < 128
    status = block[: n + 4]
    takes_two = (status >= 0x80) & (status < 0xC0) | (status >= 0xE0) & (status < 0xF0)
    # How long an event is from its status byte on, or from its first data byte where it has no status byte.
    after = np.zeros(n + 4, np.uint8)
    after[takes_two & is_data[1 : n + 5] & is_data[2 : n + 6]] = 3
    after[is_data[: n + 4] & is_data[1 : n + 5]] = 2
    found = np.zeros(n, np.uint8)
    open_time = np.ones(n, bool)
    for bytes_of_time in range(1, 5):
        ends = open_time & is_data[bytes_of_time - 1 : n + bytes_of_time - 1]
        rest = after[bytes_of_time : n + bytes_of_time]
        np.copyto(found, rest + bytes_of_time, where=ends & (rest > 0))
        open_time &= ~ends
    return found


def walk_track(
    data: bytes, lengths: bytearray, start: int, end: int, track: MidiTrack, max_events: int
) -> None:
    """Walk the events that lie at `start` up to `end` of `data` into `track`, which is still empty.

    Parameters
    ----------
    data : bytes
        The whole file, so that every offset in a message is the file's own.
    lengths : bytearray
        What :func:`plain_lengths` says of it.
    start, end : int
        Where the track's events lie in it.
    track : MidiTrack
        It is filled.
    max_events : int
        How many events are still allowed.

    Raises
    ------
    Refusal
        If the events make no sense, break off, or are too many or too long.
    """
    walk = _Walk(data, start, end, track)
    at = start
    while at < end and not walk.has_ended:
        if walk.may_run:
            allowed = max_events - len(walk.starts)
            at = _run(lengths, at, min(end, at + _SHORTEST * allowed), walk.starts)
            if at > end:
                # The last one would reach beyond its track.
                at = walk.starts.pop()
        if len(walk.starts) >= max_events:
            raise Refusal(f"more than {LIMITS.midi_events:,} events")
        if at < end:
            at = walk.step(at)
    if not walk.has_ended:
        track.remarks.once("a track without an end of track: ended after its last event")
    elif at < end:
        track.remarks.once("events after an end of track: left out")
    walk.finish()
    if track.length > MAX_TICKS:
        raise Refusal(f"track {track.number} is {track.length:,} ticks long: over the limit of {MAX_TICKS:,}")


def _run(lengths: bytearray, at: int, last: int, starts: array[int]) -> int:
    """Pass plain channel events from `at` on, up to `last`, and note where each begins; return where the next is."""
    begins = starts.append
    while at < last and (length := lengths[at]):
        begins(at)
        at += length
    return at


class _Walk:
    """A track while it is walked."""

    def __init__(self, data: bytes, start: int, end: int, track: MidiTrack) -> None:
        self.data, self.start, self.end, self.track = data, start, end, track
        self.starts: array[int] = array("q")
        """Where each event begins."""
        self.tempos: list[tuple[int, int]] = []
        """(which event, microseconds per quarter)."""
        self.has_ended = False
        self._interrupted = False
        self._statuses_known = 0
        self._status = 0

    @property
    def may_run(self) -> bool:
        """Whether an event without a status byte would have two data bytes."""
        return not self._interrupted and (0x80 <= self._status < 0xC0 or self._status >= 0xE0)

    def step(self, at: int) -> int:
        """Walk one event of any kind; return where the next one begins."""
        data, end, track = self.data, self.end, self.track
        self.starts.append(at)
        _, at = quantity(data, at, end)
        if at >= end:
            raise _breaks_off(track.number, at)
        byte = data[at]
        if byte >= 0xF0:
            # Real-time messages leave running status alone; by the letter all others cancel it.
            self._interrupted |= byte < 0xF8 or byte == 0xFF
            return self._system_event(at)
        if byte >= 0x80:
            self._status, self._interrupted = byte, False
            at += 1
        elif not self._recalled_status():
            raise Refusal(f"byte 0x{byte:02X} at offset {at} is data, but no event has begun")
        elif self._interrupted:
            self._interrupted = False
            track.remarks.once("running status carried across a meta or system event: understood")
        after = at + (1 if 0xC0 <= self._status < 0xE0 else 2)
        if after > end or data[at] | data[after - 1] > 127:
            raise _no_data(data, at, after, end, track)
        return after

    def _recalled_status(self) -> int:
        """Return the last status byte, also of the events that were passed in a run; 0 where there was none."""
        for number in range(len(self.starts) - 2, self._statuses_known - 1, -1):
            at = self.starts[number]
            while self.data[at] >= 0x80:
                at += 1
            if 0x80 <= self.data[at + 1] < 0xF0:
                self._status = self.data[at + 1]
                break
        self._statuses_known = len(self.starts)
        return self._status

    def _system_event(self, at: int) -> int:
        """Step over what is no channel event; return where the next event begins."""
        data, end, track = self.data, self.end, self.track
        byte = data[at]
        if byte == 0xFF:
            return self._meta_event(at)
        if byte in (0xF0, 0xF7):
            length, body = quantity(data, at + 1, end)
            _check_fits(f"the system exclusive at offset {at}", body, length, end)
            return body + length
        if byte not in _DATA_BYTES_OF_SKIPPED:
            raise Refusal(f"byte 0x{byte:02X} at offset {at} begins no event that a MIDI file may hold")
        after = at + 1 + _DATA_BYTES_OF_SKIPPED[byte]
        if after > end or any(value > 127 for value in data[at + 1 : after]):
            raise _no_data(data, at + 1, after, end, track)
        track.remarks.once(f"a system message 0x{byte:02X}, which has no place in a file: skipped")
        return after

    def _meta_event(self, at: int) -> int:
        """Step over a meta event, and keep names and tempos; return where the next event begins."""
        data, end, track = self.data, self.end, self.track
        if at + 1 >= end:
            raise _breaks_off(track.number, end)
        kind = data[at + 1]
        length, body = quantity(data, at + 2, end)
        _check_fits(f"the meta event at offset {at}", body, length, end)
        after = body + length
        self.has_ended = kind == _END
        if length not in _LENGTHS_OF_META.get(kind, (length,)):
            track.remarks.once(f"a meta event 0x{kind:02X} of impossible length: ignored")
        elif kind == _NAME and not track.name:
            track.name = one_line(data[body:after])
        elif kind == _TEMPO:
            self._keep_tempo(int.from_bytes(data[body:after]))
        return after

    def _keep_tempo(self, microseconds: int) -> None:
        """Keep a tempo, unless it makes no sense or there are too many."""
        if not microseconds:
            self.track.remarks.count("tempo of no length", "ignored")
        elif len(self.tempos) == LIMITS.tempos:
            self.track.remarks.once(f"tempo changes beyond the first {LIMITS.tempos:,}: left out")
        else:
            self.tempos.append((len(self.starts) - 1, microseconds))

    def finish(self) -> None:
        """Give the track its events, its tempos and its length."""
        track = self.track
        track.event_count = len(self.starts)
        if not self._status:
            # No event of a channel: a file may hold thousands of such tracks.
            ticks = list(accumulate(quantity(self.data, at, self.end)[0] for at in self.starts))
            track.length = ticks[-1] if ticks else 0
            track.tempos = [(ticks[number], tempo) for number, tempo in self.tempos]
            return
        data = np.frombuffer(self.data[self.start : self.end] + bytes(_LONGEST), np.uint8)
        at = np.array(self.starts, np.int64) - self.start
        byte = data[at].astype(np.int64)
        gap = byte & 127
        while (longer := np.flatnonzero(byte >= 0x80)).size:
            at[longer] += 1
            byte[longer] = data[at[longer]]
            gap[longer] = gap[longer] << 7 | byte[longer] & 127
        at += 1
        tick = np.cumsum(gap)
        track.length = int(tick[-1]) if len(tick) else 0
        track.tempos = [(int(tick[number]), tempo) for number, tempo in self.tempos]
        status = data[at].astype(np.int64)
        at += status >= 0x80
        of_channel = status < 0xF0
        at, tick, status = at[of_channel], tick[of_channel], status[of_channel]
        # An event without a status byte has that of the one before it.
        bears = np.where(status >= 0x80, np.arange(len(status)), 0)
        status = status[np.maximum.accumulate(bears)] if len(status) else status
        track.events = Events(tick, status, data[at].astype(np.int64), data[at + 1].astype(np.int64))


def _no_data(data: bytes, at: int, after: int, end: int, track: MidiTrack) -> Refusal:
    """Return the refusal of an event whose data bytes break off or are no data."""
    if after > end:
        return _breaks_off(track.number, end)
    place = at if data[at] > 127 else after - 1
    return Refusal(f"byte 0x{data[place]:02X} at offset {place} stands where data (0..127) is expected")


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
