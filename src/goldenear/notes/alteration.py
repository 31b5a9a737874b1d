"""This file is where a fragment is altered without losing itself: stretched, mirrored, reversed; each at a price."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import fraction, number, one_of, shown
from goldenear.errors import InvalidInput
from goldenear.notes.columns import MAX_TICK
from goldenear.notes.note_array import NoteArray, must_be_notes
from goldenear.notes.piano_roll import READINGS, Reading

MAX_TERM = 1000
"""The greatest numerator and denominator of a stretch."""

Key = TypeVar("Key")

Form = str
"""The name of a form, one of `FORMS`."""


class Rows(NamedTuple):
    """Notes that a form rearranges, as columns of shape (n,); drums are not `pitched`."""

    pitch: NDArray[np.int64]
    onset: NDArray[np.int64]
    offset: NDArray[np.int64]
    pitched: NDArray[np.bool_]


def inverted(rows: Rows) -> Rows:
    """Swap the lowest and the highest pitch, and all between them."""
    pitch, pitched = rows.pitch, rows.pitched
    if not pitched.any():
        return rows
    centre = int(pitch[pitched].min() + pitch[pitched].max())
    return rows._replace(pitch=np.where(pitched, centre - pitch, pitch))


def reversed_in_time(rows: Rows) -> Rows:
    """Swap the first onset and the last offset, and all between them."""
    if not len(rows.onset):
        return rows
    ends = int(rows.onset.min() + rows.offset.max())
    return rows._replace(onset=ends - rows.offset, offset=ends - rows.onset)


FORMS: dict[Form, Callable[[Rows], Rows]] = {
    "prime": lambda rows: rows,
    "inversion": inverted,
    "retrograde": reversed_in_time,
    "retrograde-inversion": lambda rows: inverted(reversed_in_time(rows)),
}
"""The forms: as it is; mirrored in pitch; in time; in both. A form is an entry here."""

STRETCH_PRICES: Mapping[Fraction, float] = {
    Fraction(1): 1.0,
    Fraction(1, 2): 0.95,
    Fraction(2): 0.95,
    Fraction(2, 3): 0.9,
    Fraction(3, 2): 0.9,
    Fraction(3, 4): 0.9,
    Fraction(4, 3): 0.9,
}
"""The default stretches and what each leaves of a similarity."""

FORM_PRICES: Mapping[Form, float] = {
    "prime": 1.0,
    "inversion": 0.9,
    "retrograde": 0.85,
    "retrograde-inversion": 0.8,
}
"""The default forms and what each leaves of a similarity."""

READING_PRICES: Mapping[Reading, float] = {"semitone": 1.0}
"""The default readings of pitch and what each leaves of a similarity."""

_SPOKEN = {
    "prime": "",
    "inversion": "inverted",
    "retrograde": "reversed",
    "retrograde-inversion": "reversed and inverted",
}
_HEARD = {"neighbour": "neighbouring steps allowed", "octave": "octaves folded", "rhythm": "rhythm only"}


@dataclass(frozen=True, slots=True)
class Alteration:
    """What may be done to a sample before it is laid on X.

    Attributes
    ----------
    stretch : Fraction
        The factor on all times: above 1 augmentation, below 1 diminution. An int, a float or a string such as
        ``"3/2"`` becomes a Fraction.
    form : str
        ``"prime"``, ``"inversion"``, ``"retrograde"`` or ``"retrograde-inversion"``.
    reading : str
        How pitch is read: ``"semitone"``, ``"neighbour"``, ``"octave"`` or ``"rhythm"``.
    price : float
        0..1; multiplies the similarity found under this alteration.
    parts : (float, float, float)
        The prices of the stretch, the form and the reading, where `alterations` multiplied them.

    Examples
    --------
    >>> str(Alteration(stretch=Fraction(3, 2), form="inversion", price=0.81))
    'inverted, stretched 3/2'
    """

    stretch: Fraction = Fraction(1)
    form: Form = "prime"
    reading: Reading = "semitone"
    price: float = 1.0
    parts: tuple[float, float, float] = field(default=(1.0, 1.0, 1.0), compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "stretch", fraction("stretch", self.stretch))
        if not Fraction(1, 64) <= self.stretch <= 64 or max(self.stretch.as_integer_ratio()) > MAX_TERM:
            raise InvalidInput(
                f"stretch: expected 1/64..64, in terms up to {MAX_TERM:,}, got {shown(self.stretch)}"
            )
        one_of("form", self.form, FORMS)
        one_of("reading", self.reading, READINGS)
        number("price", self.price, 0, 1)
        if not isinstance(self.parts, tuple) or len(self.parts) != 3:
            raise InvalidInput(f"parts: expected three prices, got {shown(self.parts)}")
        for part in self.parts:
            number("parts", part, 0, 1)

    def __str__(self) -> str:
        said = [_SPOKEN.get(self.form, self.form), f"stretched {self.stretch}" if self.stretch != 1 else ""]
        return ", ".join(s for s in (*said, _HEARD.get(self.reading, "")) if s)

    def apply(self, notes: NoteArray) -> NoteArray:
        """Return the notes stretched from their first onset on, and mirrored within their own frame.

        Inversion swaps the lowest and the highest pitched note, retrograde the first onset and the last
        offset. Drums keep their pitch, and are altered as strokes of one length (:meth:`NoteArray.struck`). The
        reading is not applied: it says how pictures are compared.

        Returns
        -------
        NoteArray
            Exact, in finer ticks where the stretch needs them.

        Examples
        --------
        >>> x = NoteArray.from_arrays(pitch=[60, 64], onset=[4, 5], duration=[1, 2], ticks_per_quarter=1)
        >>> list(Alteration(form="retrograde-inversion").apply(x))[0]
        Note(pitch=60, onset=4, offset=6, brightness=1, is_drum=False)
        """
        must_be_notes("notes", notes)
        if self.stretch == 1 and self.form == "prime":
            return notes
        notes = notes.struck()
        up, down = self.stretch.as_integer_ratio()
        if max(abs(notes.first_onset), abs(notes.last_offset)) * max(up, down) > MAX_TICK:
            raise InvalidInput(
                f"{notes.name or 'the notes'}: too long to be stretched by {self.stretch} exactly"
            )
        first = notes.first_onset * down
        onset = first + (notes.onset - notes.first_onset) * up
        offset = first + (notes.offset - notes.first_onset) * up
        rows = FORMS[self.form](Rows(notes.pitch.astype(np.int64), onset, offset, ~notes.is_drum))
        return notes.rearranged(rows.pitch, rows.onset, rows.offset, notes.ticks_per_quarter * down)


def alterations(
    *,
    stretches: Mapping[Any, float] | Iterable[object] = STRETCH_PRICES,
    forms: Mapping[Form, float] | Iterable[Form] = FORM_PRICES,
    readings: Mapping[Reading, float] | Iterable[Reading] = READING_PRICES,
) -> tuple[Alteration, ...]:
    """Combine every stretch with every form and reading; prices multiply.

    Parameters
    ----------
    stretches, forms, readings : mapping to price, or iterable
        An iterable takes the default prices (1 where there is none). A stretch may be written as a
        Fraction, an int or a string such as ``"3/2"``.

    Returns
    -------
    tuple of Alteration
        The dearest last. Where two alterations score the same, the earlier is reported.

    Raises
    ------
    InvalidInput
        If a stretch is no fraction, or a form, reading or price is unknown.

    Examples
    --------
    >>> [a.price for a in alterations(stretches=(1, "1/2"), forms=("prime",))]
    [1.0, 0.95]
    """
    by_stretch = _priced("stretches", stretches, STRETCH_PRICES, _factor)
    by_form = _priced("forms", forms, FORM_PRICES, _form)
    by_reading = _priced("readings", readings, READING_PRICES, _reading)
    every = [
        Alteration(stretch, form, reading, a * b * c, (c, b, a))
        for reading, a in by_reading.items()
        for form, b in by_form.items()
        for stretch, c in by_stretch.items()
        # Without pitch, a mirrored pitch is no alteration of its own.
        if reading != "rhythm" or form in ("prime", "retrograde")
    ]
    if not every:
        raise InvalidInput("alterations: none is left; keep at least one stretch, one form and one reading")
    return tuple(sorted(every, key=lambda a: -a.price))


def prices_of(every: Iterable[Alteration]) -> tuple[dict[Any, float], dict[Any, float], dict[Any, float]]:
    """Return the prices that alterations were made of: by stretch, by form, by reading."""
    prices: tuple[dict[Any, float], dict[Any, float], dict[Any, float]] = ({}, {}, {})
    for alteration in every:
        kinds = (alteration.stretch, alteration.form, alteration.reading)
        for of_kind, kind, price in zip(prices, kinds, alteration.parts, strict=True):
            of_kind[kind] = price
    return prices


def _priced(
    name: str,
    chosen: Mapping[Any, float] | Iterable[object],
    defaults: Mapping[Key, float],
    key_of: Callable[[object], Key],
) -> dict[Key, float]:
    """Return the chosen keys with their prices; an iterable takes the default prices."""
    if isinstance(chosen, str) or not isinstance(chosen, Iterable):
        raise InvalidInput(
            f"{name}: expected several, or prices for them, got {shown(chosen)}: put it in a list"
        )
    if not isinstance(chosen, Mapping):
        return {key: defaults.get(key, 1.0) for key in map(key_of, chosen)}
    priced = {key_of(key): price for key, price in chosen.items()}
    if len(priced) < len(chosen):
        raise InvalidInput(f"{name}: one is listed twice, in two spellings: {', '.join(map(str, chosen))}")
    for price in priced.values():
        number(f"{name}: price", price, 0, 1)
    return priced


def _factor(value: object) -> Fraction:
    """Return a stretch that somebody wrote."""
    return fraction("stretch", value)


def _form(value: object) -> Form:
    """Return a form by its name."""
    one_of("form", value, FORMS)
    return cast(Form, value)


def _reading(value: object) -> Reading:
    """Return a reading by its name."""
    one_of("reading", value, READINGS)
    return cast(Reading, value)
