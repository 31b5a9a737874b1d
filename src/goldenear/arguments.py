"""Checks of arguments: each raises one line with the argument, what was expected, what came and the likely slip.

Public functions call these at their top, once; what lies behind them takes its arguments as checked.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import inf
from numbers import Real
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import InvalidInput

MOST_TERM = 10**9
"""The numerator and the denominator of a fraction are below this."""

LONGEST_SHOWN = 60
"""Letters of a value that a message shows."""

Kind = TypeVar("Kind")

Item = TypeVar("Item")

Progress = Callable[[Sequence[Item], str], Iterable[Item]]
"""Takes items and a word, and gives the items one by one: to draw a progress bar."""

Slip = Callable[[object], str] | None
"""Takes what came in place of what was expected, and says what the likely slip is; ``""`` where it has no idea."""


def whole_number(name: str, value: object, low: int, high: int) -> None:
    """Raise InvalidInput unless `value` is a whole number within low..high."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise InvalidInput(f"{name}: expected a whole number within {low:,}..{high:,}, got {shown(value)}")


def number(name: str, value: object, low: float, high: float, *, above: bool = False) -> None:
    """Raise InvalidInput unless `value` is a number within low..high; with `above`, it must be more than `low`."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not low <= value <= high or (above and value == low):  # type: ignore[operator]
        raise InvalidInput(f"{name}: expected a number {_span(low, high, above)}, got {shown(value)}")


def fraction(name: str, value: object) -> Fraction:
    """Return `value`, written as a Fraction, an int, a short decimal or a string such as "3/2", as a Fraction.

    Raises
    ------
    InvalidInput
        If it is none of these.
    """
    if isinstance(value, Fraction) and value >= 0 and max(value.as_integer_ratio()) < MOST_TERM:
        return value
    try:
        written = str(value).strip()
    except ValueError:  # More digits than Python writes.
        written = ""
    # No exponents and no endless decimals: a few characters must not make numbers that fill the memory.
    if re.fullmatch(r"\d{1,9}(/0*[1-9]\d{0,8}|\.\d{1,9})?", written):
        return Fraction(written)
    raise InvalidInput(f"{name}: expected a fraction such as 3/2, got {shown(value)}")


def one_of(name: str, value: object, known: Iterable[str]) -> None:
    """Raise InvalidInput unless `value` is one of the known words."""
    words = tuple(known)
    if not isinstance(value, str) or value not in words:
        raise InvalidInput(f"{name}: expected one of {', '.join(words)}, got {shown(value)}")


def text(name: str, value: object) -> None:
    """Raise InvalidInput unless `value` is text."""
    if not isinstance(value, str):
        raise InvalidInput(f"{name}: expected text, got {kind_of(value)}")


def truth(name: str, value: object) -> None:
    """Raise InvalidInput unless `value` is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise InvalidInput(f"{name}: expected True or False, got {shown(value)}")


def function(name: str, value: object) -> None:
    """Raise InvalidInput unless `value` can be called, or is None."""
    if value is not None and not callable(value):
        raise InvalidInput(f"{name}: expected a function, got {kind_of(value)}")


def file_name(name: str, value: object, what: str = "file") -> str:
    """Return the path that `value` names, as text; raise InvalidInput unless it names one."""
    path = os.fspath(value) if isinstance(value, str | os.PathLike) else None
    if not isinstance(path, str):
        raise InvalidInput(f"{name}: expected the name of a {what}, got {kind_of(value)}")
    if not path or "\0" in path or not _is_encodable(path):
        raise InvalidInput(f"{name}: expected the name of a {what}, got {shown(path)}")
    return path


def must_be(name: str, value: object, kind: type, slip: Slip = None) -> None:
    """Raise InvalidInput unless `value` is of a class."""
    if not isinstance(value, kind):
        raise InvalidInput(
            f"{name}: expected {_article(kind.__name__)}, got {kind_of(value)}{_hint(slip, value)}"
        )


def several(name: str, values: object, kind: type[Kind], slip: Slip = None) -> tuple[Kind, ...]:
    """Return `values` as a tuple; raise InvalidInput unless they are several, all of one class."""
    called = kind.__name__
    if isinstance(values, kind):
        raise InvalidInput(f"{name}: expected several {called}s, got one {called}: put it in a list")
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InvalidInput(f"{name}: expected several {called}s, got {kind_of(values)}{_hint(slip, values)}")
    found = tuple(values)
    for place, one in enumerate(found):
        if not isinstance(one, kind):
            raise InvalidInput(
                f"{name}: expected several {called}s, got {kind_of(one)} at [{place}]{_hint(slip, one)}"
            )
    return found


def array_of(name: str, values: object, kinds: str, n: int | None = None) -> NDArray[Any]:
    """Return `values` as an array of shape (n,), any n by default; raise InvalidInput unless it is one.

    `kinds` are letters of NumPy's kinds: ``"b"`` truths, ``"iu"`` whole numbers, ``"iuf"`` any numbers.
    """
    expected = f"{name}: expected {'' if n is None else f'{n:,} '}{_CALLED[kinds]}"
    try:
        array = np.asarray(values)
    except (ValueError, TypeError, OverflowError):
        raise InvalidInput(f"{expected}, got {kind_of(values)} that makes no column") from None
    if array.ndim != 1:
        raise InvalidInput(f"{expected}, got {f'shape {array.shape}' if array.ndim else shown(values)}")
    if n not in (None, len(array)) or (len(array) and array.dtype.kind not in kinds):
        raise InvalidInput(f"{expected}, got {len(array):,} of type {array.dtype}")
    return array


def shown(value: object) -> str:
    """Return a value as it is written, or its kind where that takes more than a part of a line."""
    try:
        written = str(value) if isinstance(value, Fraction) else repr(value)
    except ValueError:  # A number of more digits than Python writes.
        return kind_of(value)
    if len(written) <= LONGEST_SHOWN and "\n" not in written:
        return written
    return f"{written[:LONGEST_SHOWN]}..." if isinstance(value, str) else kind_of(value)


def kind_of(value: object) -> str:
    """Return what kind of thing a value is: the name of its class."""
    if isinstance(value, type):
        return f"the class {value.__name__}: make one with {value.__name__}(...)"
    return "None" if value is None else type(value).__name__


def _span(low: float, high: float, above: bool) -> str:
    """Return between which limits a number is expected."""
    if high == inf:
        return f"above {low:,g}" if above else f"from {low:,g} on"
    return f"above {low:,g}, up to {high:,g}" if above else f"within {low:,g}..{high:,g}"


def _hint(slip: Slip, value: object) -> str:
    """Return what `slip` says of a value, as the end of a message."""
    said = slip(value) if slip else ""
    return f"; {said}" if said else ""


def _article(word: str) -> str:
    """Return the name of a class with its article; one such as Wishes, a plural, takes none."""
    return word if word.endswith("s") else f"{'an' if word[0] in 'AEIOU' else 'a'} {word}"


def _is_encodable(path: str) -> bool:
    """Tell whether the operating system can be asked for a path."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True


_CALLED = {"b": "truths", "iu": "whole numbers", "iuf": "numbers"}
