"""This file is where a recurrent net is kept on disk: safetensors with a card in JSON, and no pickle."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.composing.proposals.melody_events import LONGEST, MOST_DURATIONS, Durations
from goldenear.composing.proposals.recurrent import MOST_LAYERS, MOST_UNITS, shapes
from goldenear.errors import InvalidInput, MissingExtra, UnreadableFile
from goldenear.files import bytes_of
from goldenear.notes.atomic import write_bytes_atomically

CARD, KIND, VERSION = "goldenear", "melody-lstm", 1
"""The card's name in the file's metadata, and what it says of itself."""

MOST_BYTES = 2**26
"""More than the largest net takes."""

HEADER = 8
"""Bytes that tell the length of the header, a little-endian number, before it."""

LONGEST_HEADER = 2**20


class Card(NamedTuple):
    """What a file says of the net in it; :class:`~goldenear.composing.proposals.lstm.MelodyLSTM` tells more."""

    durations: Durations
    units: int
    layers: int
    temperature: float
    heard: tuple[float, float, float, int, bool]


def write(
    path: str | os.PathLike[str], card: Mapping[str, Any], weights: Mapping[str, NDArray[np.float32]]
) -> None:
    """Write a card and weights.

    Raises
    ------
    InvalidInput
        If the file cannot be written.
    MissingExtra
        If safetensors is not installed.
    """
    whole = {"kind": KIND, "version": VERSION, **card}
    data = _safetensors().save(dict(weights), metadata={CARD: json.dumps(whole)})
    try:
        write_bytes_atomically(path, data)
    except OSError as error:
        raise InvalidInput(f"path: {os.fspath(path)} cannot be written: {error.strerror or error}") from None


def read(path: str | os.PathLike[str]) -> tuple[Card, dict[str, NDArray[np.float32]]]:
    """Return card and weights.

    Raises
    ------
    UnreadableFile
        If there is no such file, or it is not one of :func:`write`, whole.
    MissingExtra
        If safetensors is not installed.
    """
    safetensors = _safetensors()
    data = bytes_of(path, MOST_BYTES, "net")
    try:
        header = _header(data)
        card = _card(header)
        _check_sizes(header, card)
        weights: dict[str, NDArray[np.float32]] = safetensors.load(data)
    except _Wrong as wrong:
        raise UnreadableFile(path, str(wrong)) from None
    except Exception:
        # What safetensors raises has no name that its every version shares.
        raise UnreadableFile(path, "the net's file is damaged: its parts do not fit together") from None
    if not all(np.isfinite(value).all() for value in weights.values()):
        raise UnreadableFile(path, "the net's file is damaged: a weight is no number")
    return card, {name: weights[name] for name in shapes(len(card.durations), card.units, card.layers)}


class _Wrong(Exception):
    """Why a file is refused, before its name is known."""


def _safetensors() -> Any:
    """Return the library that reads and writes arrays."""
    try:
        import safetensors.numpy
    except ImportError:
        raise MissingExtra("learned proposals", "torch") from None
    return safetensors.numpy


def _header(data: bytes) -> dict[str, Any]:
    """Return what the file says of its parts."""
    length = int.from_bytes(data[:HEADER], "little")
    if len(data) < HEADER or length > min(len(data) - HEADER, LONGEST_HEADER):
        raise _Wrong("not a safetensors file, or cut off")
    header = _json(data[HEADER : HEADER + length])
    if not isinstance(header, dict):
        raise _Wrong("not a safetensors file: its header is no JSON object")
    return header


def _card(header: Mapping[str, Any]) -> Card:
    """Return the card, every number of it checked."""
    about = header.get("__metadata__")
    if not isinstance(about, dict) or not isinstance(about.get(CARD), str):
        raise _Wrong("a safetensors file, but not one that goldenear wrote")
    card = _json(about[CARD].encode())
    if not isinstance(card, dict) or card.get("kind") != KIND:
        raise _Wrong("its card does not say that it is a net for melodies")
    if card.get("version") != VERSION:
        raise _Wrong(f"its card is of version {card.get('version')!r}; this goldenear reads {VERSION}")
    durations = card.get("durations")
    if not isinstance(durations, list) or not 1 <= len(durations) <= MOST_DURATIONS:
        raise _Wrong(f"its card is off: durations, expected 1..{MOST_DURATIONS} pairs")
    for pair in durations:
        if not isinstance(pair, list) or len(pair) != 2 or not all(_counts(part, LONGEST) for part in pair):
            raise _Wrong("its card is off: a duration is not two whole numbers")
        if pair[1] > pair[0]:
            raise _Wrong("its card is off: a note sounds on when the next begins")
    for name, most in (("units", MOST_UNITS), ("layers", MOST_LAYERS)):
        if not _counts(card.get(name), most):
            raise _Wrong(f"its card is off: {name}, expected 1..{most}")
    if not _measures(card.get("temperature")) or not 0.01 <= card["temperature"] <= 10:
        raise _Wrong("its card is off: temperature, expected .01..10")
    return Card(
        tuple((pair[0], pair[1]) for pair in durations),
        card["units"],
        card["layers"],
        float(card["temperature"]),
        _heard(card.get("heard")),
    )


def _heard(heard: Any) -> tuple[float, float, float, int, bool]:
    """Return the figures of the card."""
    names = ("unigram", "before", "after")
    if (
        not isinstance(heard, dict)
        or not all(_measures(heard.get(name)) for name in names)
        or not (heard.get("epochs") == 0 or _counts(heard.get("epochs"), 2**31))
        or not isinstance(heard.get("held_out"), bool)
    ):
        raise _Wrong("its card is off: heard, expected three numbers, the epochs, and held_out")
    unigram, before, after = (float(heard[name]) for name in names)
    return unigram, before, after, int(heard["epochs"]), heard["held_out"]


def _check_sizes(header: Mapping[str, Any], card: Card) -> None:
    """Refuse a file whose matrices are not those of the net that the card tells of."""
    expected = shapes(len(card.durations), card.units, card.layers)
    if header.keys() - {"__metadata__"} != expected.keys():
        raise _Wrong("its matrices are not those of the net that its card tells of")
    for name, shape in expected.items():
        part = header[name]
        if not isinstance(part, dict) or part.get("dtype") != "F32" or part.get("shape") != list(shape):
            raise _Wrong(f"its matrix {name} is not of {shape[0]} by {shape[1]} float32 numbers")


def _json(data: bytes) -> Any:
    """Return what JSON says."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise _Wrong("not a safetensors file, or damaged: its header is no JSON") from None


def _counts(value: Any, most: int) -> bool:
    """Say whether it is a whole number within 1..most."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _measures(value: Any) -> bool:
    """Say whether it is a number that is finite."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < 1e300
        and isfinite(value)
    )
