"""Choose which notes of a file are read, by track, channel and voice, and which of them are drums."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import InvalidInput, NoSuchPart, printable
from goldenear.notes.formats.parsed import ParsedTrack, ParsedTune

Names = int | str | Iterable[int | str] | None
"""One number or name, several, or no choice."""

NO_DRUMS = "none"
"""What `drums` says where nothing is a drum."""

CHANNELS = range(1, 17)

_COLUMNS = ("pitch", "onset", "duration", "velocity", "is_drum", "channel", "voice")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which notes of a file are read, and which of them are drums.

    Attributes
    ----------
    track : tuple of int or str
        Tracks, parts, staves or spines, by number from 0, as ``goldenear show`` lists them, or by name; empty: all.
    channel : tuple of int
        MIDI channels, 1..16; empty: all.
    voice : tuple of int or str
        Voices: of an ABC tune; or, of a score, the voices within its parts and the layers of its staves. By name, or
        by number from 1; empty: all.
    drums : tuple of int or str
        What is drums: MIDI channels by number, tracks by name, or ``("none",)``; empty: what the file says.

    Examples
    --------
    >>> Choice.of(track="MELODY", drums=1)
    Choice(track=('MELODY',), channel=(), voice=(), drums=(1,))
    """

    track: tuple[int | str, ...] = ()
    channel: tuple[int, ...] = ()
    voice: tuple[int | str, ...] = ()
    drums: tuple[int | str, ...] = ()

    @classmethod
    def of(
        cls, *, track: Names = None, channel: Names = None, voice: Names = None, drums: Names = None
    ) -> Choice:
        """Return a choice; each part of it is one number or name, several, or None.

        Raises
        ------
        InvalidInput
            If a part is none of these, or a channel is not 1..16.
        """
        channels, strokes = _several("channel", channel), _several("drums", drums)
        for name, numbers in (("channel", channels), ("drums", [d for d in strokes if isinstance(d, int)])):
            for number in numbers:
                if number not in CHANNELS:
                    raise InvalidInput(f"{name}: MIDI channels are 1..16, got {number!r}")
        if len(strokes) > 1 and any(_folded(str(d)) == NO_DRUMS for d in strokes):
            raise InvalidInput(f"drums: 'none' stands alone, got {', '.join(map(str, strokes))}")
        return cls(_several("track", track), channels, _several("voice", voice), strokes)

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Choice:
        """Return the choice that a table of a TOML file makes.

        Raises
        ------
        InvalidInput
            If a key is unknown or a value is no choice.
        """
        known = [field.name for field in fields(cls)]
        for key in table:
            if key not in known:
                raise InvalidInput(f"unknown key {key!r}: expected some of {', '.join(known)}")
        return cls.of(**table)

    def as_toml(self) -> str:
        """Return the choice as lines of a TOML file, without what is not chosen."""
        made = ((field.name, getattr(self, field.name)) for field in fields(self))
        return "".join(f"{name} = [{', '.join(map(_quoted, values))}]\n" for name, values in made if values)

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def __or__(self, other: Choice) -> Choice:
        """Return this choice, and the other's where this one leaves something open."""
        return Choice(*(getattr(self, f.name) or getattr(other, f.name) for f in fields(self)))

    def apply(self, tune: ParsedTune, path: str) -> list[ParsedTrack]:
        """Return the chosen tracks of a tune, with none but the chosen notes in them.

        Raises
        ------
        NoSuchPart
            If the file has no such track, channel or voice; the message lists what it has.
        """
        tracks = self._tracks(tune, path)
        if self.channel:
            tracks = self._of_channels(tracks, path)
        return self._of_voices(tracks, tune, path) if self.voice else tracks

    def marked(self, tune: ParsedTune, path: str, usual: tuple[int | str, ...] = ()) -> ParsedTune:
        """Return the tune with its drums marked as the choice says; else as is `usual`, if it has such parts.

        Raises
        ------
        NoSuchPart
            If the file has no such track, or no channels.
        """
        if not self.drums and not usual:
            return tune
        held = {channel for track in tune.tracks for channel in set(np.asarray(track.channel).tolist())}
        there = held | {_folded(track.name) for track in tune.tracks} | {NO_DRUMS}
        drums = self.drums or tuple(d for d in usual if (d if isinstance(d, int) else _folded(d)) in there)
        if not drums:
            return tune
        channels = {d for d in drums if isinstance(d, int)}
        if held and (silent := channels - held):
            raise NoSuchPart(
                path, f"drums: no notes on channel {min(silent)}; its notes are on {_listed(held)}"
            )
        names = [d for d in drums if isinstance(d, str) and _folded(d) != NO_DRUMS]
        if channels and not held:
            raise NoSuchPart(path, f"drums: {_kind(tune)} has no channels: name a track")
        chosen = {id(track) for name in names for track in _named(tune.tracks, name, "drums", path)}
        return replace(
            tune, tracks=[_with_drums(track, channels, id(track) in chosen) for track in tune.tracks]
        )

    def _tracks(self, tune: ParsedTune, path: str) -> list[ParsedTrack]:
        """Return the chosen tracks, in the order of the file."""
        if not self.track:
            return tune.tracks
        chosen: set[int] = set()
        for wanted in self.track:
            if isinstance(wanted, str):
                chosen |= {id(track) for track in _named(tune.tracks, wanted, "track", path)}
            elif 0 <= wanted < len(tune.tracks):
                chosen.add(id(tune.tracks[wanted]))
            else:
                raise NoSuchPart(path, f"track: expected 0..{len(tune.tracks) - 1}, got {wanted}")
        return [track for track in tune.tracks if id(track) in chosen]

    def _of_channels(self, tracks: list[ParsedTrack], path: str) -> list[ParsedTrack]:
        """Return the tracks with none but the notes of the chosen channels."""
        held = sorted({int(channel) for track in tracks for channel in track.channel})
        for wanted in self.channel:
            if wanted not in held:
                there = f"its notes are on {_listed(held)}" if held else "it has none"
                raise NoSuchPart(path, f"channel: no notes on channel {wanted}; {there}")
        return [_where(track, np.isin(np.asarray(track.channel), self.channel)) for track in tracks]

    def _of_voices(self, tracks: list[ParsedTrack], tune: ParsedTune, path: str) -> list[ParsedTrack]:
        """Return the tracks with none but the notes of the chosen voices."""
        if tune.format == "abc":
            chosen = [track for wanted in self.voice for track in _voices(tracks, wanted, path)]
            return [track for track in tracks if any(track is one for one in chosen)]
        held = sorted({voice for track in tracks for voice in track.voice})
        for wanted in self.voice:
            if str(wanted) not in held:
                there = (
                    f"its voices are {', '.join(held)}" if held else f"{_kind(tune)} has none: choose a track"
                )
                raise NoSuchPart(path, f"voice: there is no voice {wanted}; {there}")
        names = {str(wanted) for wanted in self.voice}
        return [_where(track, np.array([voice in names for voice in track.voice], bool)) for track in tracks]


EVERYTHING = Choice()
"""All notes of a file, its own drums among them."""


def number_or_name(text: str) -> int | str:
    """Return what somebody typed, as a number if it is one.

    Examples
    --------
    >>> number_or_name("2"), number_or_name("MELODY")
    (2, 'MELODY')
    """
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text.strip()) else text


def drum_hints(tracks: Iterable[ParsedTrack]) -> list[str]:
    """Return a remark for each MIDI channel that is not marked as drums and looks like them."""
    every = [track for track in tracks if len(track.channel)]
    if not every:
        return []
    channel, pitch, onset = (
        np.concatenate([np.asarray(getattr(track, name), np.int64) for track in every])
        for name in ("channel", "pitch", "onset")
    )
    pitched = ~np.concatenate([np.asarray(track.is_drum, bool) for track in every])
    return [
        f"notes {pitch[own].min()} to {pitch[own].max()} on channel {number}: drums? --drums {number}"
        for number in np.unique(channel[pitched]).tolist()
        if _look_like_drums(pitch[own := pitched & (channel == number)], onset[own])
    ]


def _look_like_drums(pitch: NDArray[np.int64], onset: NDArray[np.int64]) -> bool:
    """Tell whether notes look like a drum kit: a kick, a snare or a hi-hat, strokes together, few different ones."""
    kit = set(pitch.tolist())
    return (
        min(kit) >= _LOWEST_DRUM
        and max(kit) <= _HIGHEST_DRUM
        and bool(kit & _KICKS)
        and bool(kit & _SNARES_AND_HATS)
        and 2 * len(kit) <= len(pitch)
        and len(np.unique(onset)) < len(onset)
    )


_LOWEST_DRUM, _HIGHEST_DRUM = 35, 59
"""General MIDI's drums from the acoustic bass drum to the second ride cymbal."""

_KICKS = frozenset((35, 36))
_SNARES_AND_HATS = frozenset((38, 40, 42, 44, 46))


def _several(name: str, value: Names) -> tuple[Any, ...]:
    """Return one number or name, or several, as a tuple."""
    if value is None:
        return ()
    many: tuple[Any, ...] = (value,)
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        many = tuple(value)
    if any(isinstance(one, bool) or not isinstance(one, int | np.integer | str) for one in many):
        raise InvalidInput(f"{name}: expected a number or a name, or several, got {value!r}")
    return tuple(one if isinstance(one, str) else int(one) for one in many)


def _quoted(value: int | str) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'


def _kind(tune: ParsedTune) -> str:
    """Return the format of a tune as people call it."""
    called = {"midi": "MIDI", "musicxml": "MusicXML", "mei": "MEI", "abc": "ABC"}
    return called.get(tune.format, tune.format)


def _listed(numbers: Iterable[int]) -> str:
    """Return numbers in order, as people list them."""
    return ", ".join(map(str, sorted(numbers)))


def _folded(name: str) -> str:
    """Return a name as it is shown, without what a slip of the hand may change."""
    return printable(name.strip()).casefold()


def _named(tracks: Sequence[ParsedTrack], name: str, argument: str, path: str) -> list[ParsedTrack]:
    """Return the tracks of a name."""
    found = [track for track in tracks if _folded(track.name) == _folded(name)]
    if not found:
        known = ", ".join(f"{i} {track.name.strip()!r}" for i, track in enumerate(tracks))
        what = "voice" if argument == "voice" else "track"
        raise NoSuchPart(path, f"{argument}: holds no {what} named {name!r}; it holds {known or 'none'}")
    return found


def _voices(tracks: Sequence[ParsedTrack], wanted: int | str, path: str) -> list[ParsedTrack]:
    """Return the tracks that are voices of a name, or the one of a number, from 1."""
    if isinstance(wanted, str) or any(_folded(track.name) == str(wanted) for track in tracks):
        return _named(tracks, str(wanted), "voice", path)
    if not 1 <= wanted <= len(tracks):
        raise NoSuchPart(path, f"voice: expected 1..{len(tracks)}, got {wanted}")
    return [tracks[wanted - 1]]


def _where(track: ParsedTrack, chosen: NDArray[np.bool_]) -> ParsedTrack:
    """Return a track with none but the chosen notes."""
    # A track without channels, or voices, has none of the chosen.
    keep = chosen.tolist() or [False] * len(track.pitch)
    columns: dict[str, Any] = {name: list(compress(getattr(track, name), keep)) for name in _COLUMNS}
    return replace(track, **columns)


def _with_drums(track: ParsedTrack, channels: set[int], is_whole: bool) -> ParsedTrack:
    """Return a track whose drums are the notes on some channels, or all of them."""
    if is_whole:
        return replace(track, is_drum=np.ones(len(track.pitch), bool))
    of_channel = np.isin(np.asarray(track.channel, np.int64), list(channels))
    return replace(track, is_drum=of_channel if len(of_channel) else np.zeros(len(track.pitch), bool))
