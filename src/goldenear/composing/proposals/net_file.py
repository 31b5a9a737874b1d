"""Keep recurrent nets on disk: safetensors with a card in JSON, and no pickle."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear import weights_file
from goldenear.composing.proposals.melody_events import LONGEST, MOST_DURATIONS, Durations
from goldenear.composing.proposals.recurrent import MOST_LAYERS, MOST_UNITS, shapes
from goldenear.weights_file import Wrong, card_of, counts, measures

KIND, VERSION = "melody-lstm", 2
"""What the card says of itself."""

WHAT = "learned proposals"

MOST_BYTES = 2**26
"""More than the largest net takes."""


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
    weights_file.write(path, WHAT, {"kind": KIND, "version": VERSION, **card}, weights)


def read(path: str | os.PathLike[str]) -> tuple[Card, dict[str, NDArray[np.float32]]]:
    """Return card and weights.

    Raises
    ------
    UnreadableFile
        If there is no such file, or it is not one of :func:`write`, whole.
    MissingExtra
        If safetensors is not installed.
    """
    return weights_file.read(path, MOST_BYTES, WHAT, _card, _shapes)


def _shapes(card: Card) -> dict[str, tuple[int, int]]:
    """Return the shape of every matrix."""
    return shapes(len(card.durations), card.units, card.layers)


def _card(header: Mapping[str, Any]) -> Card:
    """Return the card, every number of it checked."""
    card = card_of(header, KIND, VERSION, "a net for melodies")
    durations = card.get("durations")
    if not isinstance(durations, list) or not 1 <= len(durations) <= MOST_DURATIONS:
        raise Wrong(f"its card is off: durations, expected 1..{MOST_DURATIONS} pairs")
    for pair in durations:
        if not isinstance(pair, list) or len(pair) != 2 or not all(counts(part, 1, LONGEST) for part in pair):
            raise Wrong("its card is off: a duration is not two whole numbers")
        if pair[1] > pair[0]:
            raise Wrong("its card is off: a note sounds on when the next begins")
    for name, most in (("units", MOST_UNITS), ("layers", MOST_LAYERS)):
        if not counts(card.get(name), 1, most):
            raise Wrong(f"its card is off: {name}, expected 1..{most}")
    if not measures(card.get("temperature")) or not 0.01 <= card["temperature"] <= 10:
        raise Wrong("its card is off: temperature, expected .01..10")
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
        or not all(measures(heard.get(name)) for name in names)
        or not (heard.get("epochs") == 0 or counts(heard.get("epochs"), 1, 2**31))
        or not isinstance(heard.get("held_out"), bool)
    ):
        raise Wrong("its card is off: heard, expected three numbers, the epochs, and held_out")
    unigram, before, after = (float(heard[name]) for name in names)
    return unigram, before, after, int(heard["epochs"]), heard["held_out"]
