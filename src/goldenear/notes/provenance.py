"""This file is where a fragment remembers which file it came from, and what was repaired or left out on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace

from goldenear.arguments import must_be, text, whole_number
from goldenear.errors import InvalidInput

FURTHEST = 2**62
"""No time is counted in more ticks."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where notes came from, and every deviation between the file and the notes.

    Attributes
    ----------
    path : str
        The file as it was given; empty for notes made in memory.
    format : str
        ``"midi"``, ``"musicxml"``, ``"mei"``, ``"kern"``, ``"abc"``, ``"sound"``; empty for notes made in memory.
    tune : int
        Which tune of the file, from 1; 0 where the file is one piece.
    tracks : tuple of str
        The names of all tracks, parts or voices of the file, in its order, also of those not read.
    tempos : tuple of (int, int)
        ``(tick, microseconds per quarter)``, in order; empty where the file says nothing.
    remarks : tuple of str
        One short sentence for each thing repaired, left out or read by a stated policy. Empty: the
        notes are the file, whole.
    """

    path: str = ""
    format: str = ""
    tune: int = 0
    tracks: tuple[str, ...] = ()
    tempos: tuple[tuple[int, int], ...] = ()
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        text("path", self.path)
        text("format", self.format)
        whole_number("tune", self.tune, 0, 2**31)
        for name in ("tracks", "tempos", "remarks"):
            must_be(name, getattr(self, name), tuple)
        for name in (*self.tracks, *self.remarks):
            text("tracks, remarks", name)
        if not all(map(_is_tempo, self.tempos)):
            raise InvalidInput("tempos: expected pairs of a tick and microseconds a quarter, whole numbers")

    def retimed(self, *, up: int = 1, down: int = 1, later: int = 0) -> Provenance:
        """Return the same provenance with its tempos on a grid `up` / `down` times finer, and later."""
        for name, value, least in (("up", up, 1), ("down", down, 1), ("later", later, -FURTHEST)):
            whole_number(name, value, least, FURTHEST)
        tempos = tuple((max(0, tick * up // down + later), tempo) for tick, tempo in self.tempos)
        return replace(self, tempos=tempos)

    def remarking(self, *remarks: str) -> Provenance:
        """Return the same provenance with `remarks` added at the end."""
        for remark in remarks:
            text("remarks", remark)
        return replace(self, remarks=self.remarks + remarks)


def _is_tempo(value: object) -> bool:
    """Tell whether a value is a tick and a length of a quarter."""
    return isinstance(value, tuple) and len(value) == 2 and all(isinstance(one, int) for one in value)
