"""This file is where tests build MIDI files byte by byte, sound ones and broken ones, and read them."""

from __future__ import annotations

import pytest

from goldenear.errors import UnreadableFile
from goldenear.notes.formats.midi import parse_midi
from goldenear.notes.formats.parsed import ParsedTune

END = b"\x00\xff\x2f\x00"


def quantity(value: int) -> bytes:
    """Return a variable-length quantity."""
    groups = [value % 128]
    while value := value // 128:
        groups.append(value % 128 + 128)
    return bytes(reversed(groups))


def on(wait: int, pitch: int, velocity: int = 64, channel: int = 0) -> bytes:
    """Return a note-on, `wait` ticks after the event before it."""
    return quantity(wait) + bytes([0x90 + channel, pitch, velocity])


def off(wait: int, pitch: int, channel: int = 0) -> bytes:
    """Return a note-off."""
    return quantity(wait) + bytes([0x80 + channel, pitch, 0])


def control(wait: int, number: int, value: int) -> bytes:
    """Return a controller event."""
    return quantity(wait) + bytes([0xB0, number, value])


def meta(wait: int, kind: int, body: bytes) -> bytes:
    """Return a meta event."""
    return quantity(wait) + bytes([0xFF, kind]) + quantity(len(body)) + body


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk."""
    return kind + len(body).to_bytes(4) + body


def track(*events: bytes, end: bytes = END) -> bytes:
    """Return a track chunk."""
    return chunk(b"MTrk", b"".join(events) + end)


def header(tracks: int, kind: int = 1, division: int = 24) -> bytes:
    """Return a header chunk."""
    return chunk(b"MThd", kind.to_bytes(2) + tracks.to_bytes(2) + division.to_bytes(2))


def file(*tracks: bytes, kind: int = 1, division: int = 24) -> bytes:
    """Return a file of track chunks."""
    return header(len(tracks), kind, division) + b"".join(tracks)


def smpte(frames: int, ticks: int) -> int:
    """Return a division that counts ticks of frames of seconds."""
    return (256 - frames) * 256 + ticks


ONE_NOTE = on(0, 60) + off(24, 60)


def the_tune(data: bytes) -> ParsedTune:
    """Return the one tune of a file."""
    (tune,) = parse_midi(data, "x.mid")
    return tune


def refusal(data: bytes) -> str:
    """Return why a file is refused."""
    with pytest.raises(UnreadableFile) as caught:
        parse_midi(data, "x.mid")
    assert "\n" not in str(caught.value)
    return caught.value.reason
