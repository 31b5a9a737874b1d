"""This file is where every format meets: what a reader hands over before the policies of reading are applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

Column = Sequence[Any] | NDArray[Any]
"""Numbers, one a note."""


@dataclass(slots=True)
class ParsedTrack:
    """One track, part or voice as the file has it: in any order, overlaps and empty notes included.

    The columns have one entry a note; `onset` and `duration` in ticks, `velocity` 1..127 (64 where the
    format has none).
    """

    name: str
    pitch: Column = ()
    onset: Column = ()
    duration: Column = ()
    velocity: Column = ()
    is_drum: Column = ()
    is_painted: bool = False
    """Whether `velocity` is how bright it is drawn whatever is asked for: of sound."""
    channel: Column = ()
    """The MIDI channel of each note, 1..16; empty where the format has none."""
    voice: Sequence[str] = ()
    """The name of each note's voice within the track; empty where the format has none."""
    remarks: Sequence[str] = ()
    """What is to be said where this track is read."""


@dataclass(slots=True)
class ParsedTune:
    """One piece of a file: a MIDI file holds one (format 2: one a track), an ABC collection many.

    `remarks` are whole short sentences without a full stop, e.g. ``"3 notes never end: left out"``.
    """

    format: str
    ticks_per_quarter: int
    tracks: list[ParsedTrack]
    title: str = ""
    tempos: tuple[tuple[int, int], ...] = ()
    remarks: list[str] = field(default_factory=list)
