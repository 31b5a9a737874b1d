"""Keep learned judges on disk: safetensors with a card in JSON, and no pickle."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear import weights_file
from goldenear.errors import UnreadableFile
from goldenear.files import bytes_of
from goldenear.weights_file import CARD, Wrong, card_of, counts, header_of, measures

VERSION = 1
"""Of the card."""

WHAT = "a learned judge"

MOST_BYTES = 2**27
MOST_CLASSES = 1000
LONGEST_NAME = 200
NAMES = f"2..{MOST_CLASSES} names, all different, of 1 to {LONGEST_NAME} letters"

Weights = Mapping[str, NDArray[np.float32]]
Shapes = Mapping[str, tuple[int, ...]]


class Heard(NamedTuple):
    """How a judge learned.

    Attributes
    ----------
    epochs : int
        How often it had heard everything when it judged best.
    held_out : int
        How many clips it did not learn from: they told it when to stop. 0: there were too few clips.
    loss : float
        What it then lost: on the clips held out, otherwise on those that it learned.
    right : float
        The share of those clips that it then put in their own class.
    """

    epochs: int
    held_out: int
    loss: float
    right: float


class Card(NamedTuple):
    """What a file says of the net in it."""

    classes: tuple[str, ...]
    sizes: Mapping[str, int]
    heard: Heard


class Kind(NamedTuple):
    """What a reader expects of a file.

    Attributes
    ----------
    name : str
        What its card calls the net.
    limits : mapping of str to (int, int)
        The least and the most of its sizes.
    shapes : callable
        Takes the number of classes and the sizes, and gives the shape of every matrix.
    """

    name: str
    limits: Mapping[str, tuple[int, int]]
    shapes: Callable[[int, Mapping[str, int]], Shapes]


def write(path: str | os.PathLike[str], kind: Kind, card: Card, weights: Weights) -> None:
    """Write a card and weights.

    Raises
    ------
    InvalidInput
        If the file cannot be written.
    MissingExtra
        If safetensors is not installed.
    """
    whole = {
        "kind": kind.name,
        "version": VERSION,
        "classes": list(card.classes),
        "sizes": dict(card.sizes),
        "heard": card.heard._asdict(),
    }
    weights_file.write(path, WHAT, whole, weights)


def read(path: str | os.PathLike[str], kind: Kind) -> tuple[Card, dict[str, NDArray[np.float32]]]:
    """Return card and weights.

    Raises
    ------
    UnreadableFile
        If there is no such file, or it is not one of :func:`write`, whole and of this kind.
    MissingExtra
        If safetensors is not installed.
    """
    return weights_file.read(
        path,
        MOST_BYTES,
        WHAT,
        lambda header: _card(header, kind),
        lambda card: kind.shapes(len(card.classes), card.sizes),
    )


def kind_in(path: str | os.PathLike[str]) -> str:
    """Return what a file's card calls the net in it.

    Raises
    ------
    UnreadableFile
        If there is no such file, or no card in it.
    """
    data = bytes_of(path, MOST_BYTES, "net")
    try:
        kind = json.loads(header_of(data)["__metadata__"][CARD])["kind"]
    except (Wrong, ValueError, KeyError, TypeError, RecursionError):
        raise UnreadableFile(path, "it is damaged, or no learned judge: it has no card") from None
    return str(kind)[:LONGEST_NAME]


def _card(header: Mapping[str, Any], kind: Kind) -> Card:
    """Return the card, every number of it checked."""
    card = card_of(header, kind.name, VERSION, f"a net of the kind {kind.name}")
    return Card(_classes(card.get("classes")), _sizes(card.get("sizes"), kind), _heard(card.get("heard")))


def _classes(classes: Any) -> tuple[str, ...]:
    """Return the names of the classes."""
    if not isinstance(classes, list) or not are_names(classes):
        raise Wrong(f"its card is off: classes, expected {NAMES}")
    return tuple(classes)


def are_names(classes: Sequence[object]) -> bool:
    """Tell whether classes may be called so."""
    return (
        2 <= len(classes) <= MOST_CLASSES
        and all(isinstance(name, str) and 0 < len(name) <= LONGEST_NAME for name in classes)
        and len(set(classes)) == len(classes)
    )


def _sizes(sizes: Any, kind: Kind) -> dict[str, int]:
    """Return the net's sizes."""
    if not isinstance(sizes, dict) or sizes.keys() != kind.limits.keys():
        raise Wrong(f"its card is off: sizes, expected {', '.join(kind.limits)}")
    for name, (least, most) in kind.limits.items():
        if not counts(sizes[name], least, most):
            raise Wrong(f"its card is off: {name}, expected {least}..{most}")
    return {name: sizes[name] for name in kind.limits}


def _heard(heard: Any) -> Heard:
    """Return how it learned."""
    if (
        not isinstance(heard, dict)
        or not counts(heard.get("epochs"), 0, 2**31)
        or not counts(heard.get("held_out"), 0, 2**31)
        or not all(measures(heard.get(name)) for name in ("loss", "right"))
    ):
        raise Wrong("its card is off: heard, expected epochs, held_out, loss and right")
    return Heard(heard["epochs"], heard["held_out"], float(heard["loss"]), float(heard["right"]))
