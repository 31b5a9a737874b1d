"""This file is where a stretch of a bar becomes note values: what one value can show, and where it must be cut.

A bar divides into parts, those into smaller ones (4/4 into halves, quarters, eighths, ...; 6/8 into dotted
quarters, eighths, ...). The larger the parts that meet at a place, the stronger the place.

========================  ===============================================================================
one note may show         no place inside it is stronger than the stronger of its ends; or it is a
                          syncopation, as long as the parts that meet at its middle; and what passes the
                          meeting of dotted parts begins and ends where such parts meet
one rest may show         exactly one part
a triplet may show        one or two thirds of a part
========================  ===============================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from goldenear.notes.metre import Metre

_GRAINS = 96
"""To a quarter: what is drawn begins and ends at one of them, for all note values are whole numbers of grains."""

_FINEST = 3
"""Grains of a 128th, the smallest part; triplets end between such places."""

_DOT = "<dot/>"
_TRIPLET = (
    "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes></time-modification>"
)


@dataclass(frozen=True, slots=True)
class NoteValue:
    """How a duration is drawn.

    Parameters
    ----------
    shape : str
        ``"whole"``, ``"half"``, ...
    is_dotted, is_triplet : bool
        Whether it lasts one and a half times as long; two thirds as long.
    """

    shape: str
    is_dotted: bool = False
    is_triplet: bool = False

    @property
    def drawn(self) -> str:
        """The shape and dot, as MusicXML has them."""
        return f"<type>{self.shape}</type>{_DOT * self.is_dotted}"

    @property
    def modification(self) -> str:
        """What MusicXML says of a triplet; an accidental stands before it."""
        return _TRIPLET * self.is_triplet

    @property
    def flags(self) -> int:
        """How many flags or beams it has."""
        return max(_SHAPES.index(self.shape) - _SHAPES.index("quarter"), 0)


_SHAPES = ("breve", "whole", "half", "quarter", "eighth", "16th", "32nd", "64th")

_VALUES = {
    value * factor: NoteValue(shape, factor == Fraction(3, 2), factor == Fraction(2, 3))
    for value, shape in ((Fraction(8, 2**power), shape) for power, shape in enumerate(_SHAPES))
    for factor in (Fraction(1), Fraction(3, 2), Fraction(2, 3))
}
"""By their duration in quarters."""

_BY_GRAINS = {int(quarters * _GRAINS): value for quarters, value in _VALUES.items()}


@dataclass(frozen=True, slots=True)
class BarRuler:
    """Measures bars of one metre in ticks.

    Parameters
    ----------
    metre : Metre
        How bars divide.
    ticks_per_quarter : int
        A multiple of what the metre asks.
    """

    metre: Metre
    ticks_per_quarter: int

    @property
    def bar(self) -> int:
        """Ticks of a bar."""
        return int(self.metre.quarters * self.ticks_per_quarter)

    def value(self, ticks: int) -> NoteValue | None:
        """Return the note value that shows so many ticks, None where no single one does."""
        return _VALUES.get(Fraction(ticks, self.ticks_per_quarter))

    def ends(self, start: int, end: int, *, is_rest: bool = False) -> list[int]:
        """Return where the note values end that together fill a stretch of one bar.

        Parameters
        ----------
        start, end : int
            Ticks from any bar line on; the stretch does not cross one.
        is_rest : bool
            Whether it is silent.

        Returns
        -------
        list of int
            The last one is `end`; the only one, where no note values fill the stretch.

        Examples
        --------
        >>> BarRuler(Metre(4, 4), 4).ends(2, 14), BarRuler(Metre(3, 4), 4).ends(0, 10)
        ([8, 14], [8, 10])
        >>> BarRuler(Metre(6, 8), 4).ends(4, 8), BarRuler(Metre(4, 4), 7).ends(0, 5)
        ([6, 8], [5])
        """
        line = start // self.bar * self.bar
        scaled = [divmod((tick - line) * _GRAINS, self.ticks_per_quarter) for tick in (start, end)]
        (first, first_left), (last, last_left) = scaled
        cuts = None
        if not first_left and not last_left:
            cuts = _cut(_parts(self.metre), first, last, is_rest)
        if cuts is None:
            return [end]
        return [line + cut * self.ticks_per_quarter // _GRAINS for cut in cuts]

    def is_on_grid(self, tick: int) -> bool:
        """Tell whether halves of halves of beats, and no triplets, lead to a tick."""
        return (tick % self.bar) * _GRAINS % (self.ticks_per_quarter * _FINEST) == 0

    @property
    def beamed(self) -> int:
        """Ticks that one beam spans at most: a quarter, or a dotted quarter where bars divide into those."""
        grains = next(part for part in _parts(self.metre) if part <= _GRAINS * 3 // 2)
        return grains * self.ticks_per_quarter // _GRAINS


@lru_cache
def _parts(metre: Metre) -> tuple[int, ...]:
    """Return the parts of a bar in grains, from the bar itself down to the finest."""
    parts = [int(metre.quarters * _GRAINS)]
    for number in metre.division:
        parts.append(parts[-1] // number)
    while parts[-1] > _FINEST:
        parts.append(parts[-1] // 2)
    return tuple(parts)


@lru_cache(maxsize=2**14)
def _cut(parts: tuple[int, ...], start: int, end: int, is_rest: bool) -> tuple[int, ...] | None:
    """Return where the fewest note values end that fill a stretch, the longest as long and as early as can be."""
    if _is_one_value(parts, start, end, is_rest):
        return (end,)
    inside = next((places for part in parts if (places := _places(part, start, end))), range(0))
    found = []
    for place in reversed(inside):
        before, after = _cut(parts, start, place, is_rest), _cut(parts, place, end, is_rest)
        if before is not None and after is not None:
            found.append(before + after)

    def order(cuts: tuple[int, ...]) -> tuple[int, int]:
        return len(cuts), -max(after - before for before, after in pairwise((start, *cuts)))

    return min(found, key=order, default=None)


def _places(part: int, start: int, end: int) -> range:
    """Return the places between start and end where parts of this size meet."""
    return range(start // part * part + part, end, part)


def _is_one_value(parts: tuple[int, ...], start: int, end: int, is_rest: bool) -> bool:
    """Tell whether one note value may show a stretch."""
    length = end - start
    value = _BY_GRAINS.get(length)
    if value is None:
        return False
    if value.is_triplet:
        thirds = [third for third in (length, length // 2) if 3 * third in parts]
        return any(_are_thirds(3 * third, start, end) for third in thirds)
    if is_rest:
        return length in parts and start % length == 0
    return not _hides_dotted_beat(parts, start, end) and (
        _hides_nothing_stronger(parts, start, end) or _is_syncopation(parts, start, end)
    )


def _hides_dotted_beat(parts: tuple[int, ...], start: int, end: int) -> bool:
    """Tell whether a stretch passes where parts meet that divide by three, and is not made of such parts."""
    dotted = [part for part, finer in pairwise(parts) if part == 3 * finer]
    return any(_places(part, start, end) and (start % part or end % part) for part in dotted)


def _hides_nothing_stronger(parts: tuple[int, ...], start: int, end: int) -> bool:
    """Tell whether no place inside a stretch is stronger than the stronger of its ends."""
    strongest = next(part for part in (*parts, 1) if start % part == 0 or end % part == 0)
    return not any(_places(part, start, end) for part in parts if part > strongest)


def _is_syncopation(parts: tuple[int, ...], start: int, end: int) -> bool:
    """Tell whether a stretch lasts from half a part before its strongest place to half a part after it."""
    for part, finer in pairwise(parts):
        if places := _places(part, start, end):
            return part == 2 * finer and (start, end) == (places[0] - finer, places[0] + finer)
    return False


def _are_thirds(part: int, start: int, end: int) -> bool:
    """Tell whether a stretch is made of thirds of one part."""
    begins, ends = start % part, end - start // part * part
    return ends <= part and begins % (part // 3) == 0 and ends % (part // 3) == 0
