"""Write files of weights, and check what one claims before it is believed.

The format is safetensors: eight bytes that tell the length of a header, the header in JSON, the numbers; no pickle.
A card in the header, JSON as well, says what net it is, and holds a digest of the whole file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from hashlib import sha256
from math import isfinite
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import UnreadableFile
from goldenear.files import bytes_of
from goldenear.notes.atomic import write_where_asked
from goldenear.optional import needed

HEADER = 8
"""Bytes that tell the length of the header, a little-endian number, before it."""

LONGEST_HEADER = 2**20

CARD, DIGEST = "goldenear", "sha256"
"""The names of the card in the file's metadata, and of the digest in the card."""

UNSIGNED = "0" * 64
"""What stands in place of the digest when it is taken."""

Card = TypeVar("Card")


class Wrong(Exception):
    """Why a file is refused, before its name is known."""


def write(
    path: str | os.PathLike[str],
    what: str,
    card: Mapping[str, Any],
    weights: Mapping[str, NDArray[np.float32]],
) -> None:
    """Write a card and weights, whole or not at all.

    Raises
    ------
    InvalidInput
        If the file cannot be written.
    MissingExtra
        If safetensors is not installed.
    """
    plain = {name: np.ascontiguousarray(weight) for name, weight in weights.items()}
    about = {CARD: json.dumps({**card, DIGEST: UNSIGNED})}
    data: bytes = needed("safetensors.numpy", what, "torch").save(plain, metadata=about)
    place = _place_of_digest(data, UNSIGNED)
    write_where_asked(path, data[:place] + sha256(data).hexdigest().encode() + data[place + len(UNSIGNED) :])


def read(
    path: str | os.PathLike[str],
    most: int,
    what: str,
    card_in: Callable[[Mapping[str, Any]], Card],
    shapes_of: Callable[[Card], Mapping[str, tuple[int, ...]]],
) -> tuple[Card, dict[str, NDArray[np.float32]]]:
    """Return the card in a file and its matrices, in the order of the net's shapes.

    Parameters
    ----------
    path : str or PathLike
        The file.
    most : int
        How many bytes it may have.
    what : str
        What needs the library that reads it, for the message.
    card_in, shapes_of : callable
        Take the file's header, and give the card, or raise Wrong; take the card, and give what must be there.

    Raises
    ------
    UnreadableFile
        If there is no such file, or it is not whole, or something else than its card says.
    MissingExtra
        If safetensors is not installed.
    """
    safetensors = needed("safetensors.numpy", what, "torch")
    data = bytes_of(path, most, "net")
    try:
        header = header_of(data)
        card = card_in(header)
        shapes = shapes_of(card)
        check_shapes(header, shapes)
        _check_digest(data, header)
        weights = safetensors.load(data)
    except Wrong as wrong:
        raise UnreadableFile(path, str(wrong)) from None
    except Exception:
        # What safetensors raises has no name that its every version shares.
        raise UnreadableFile(path, "the net's file is damaged: its parts do not fit together") from None
    if not all(np.isfinite(value).all() for value in weights.values()):
        raise UnreadableFile(path, "the net's file is damaged: a weight is no number")
    return card, {name: weights[name] for name in shapes}


def header_of(data: bytes) -> dict[str, Any]:
    """Return what a file says of its parts; Wrong if that is no header."""
    length = int.from_bytes(data[:HEADER], "little")
    if len(data) < HEADER or length > min(len(data) - HEADER, LONGEST_HEADER):
        raise Wrong("not a safetensors file, or cut off")
    header = _json(data[HEADER : HEADER + length])
    if not isinstance(header, dict):
        raise Wrong("not a safetensors file: its header is no JSON object")
    return header


def card_of(header: Mapping[str, Any], kind: str, version: int, called: str) -> dict[str, Any]:
    """Return the card that a header holds; Wrong if it is not of this kind and version."""
    about = header.get("__metadata__")
    if not isinstance(about, dict) or not isinstance(about.get(CARD), str):
        raise Wrong("a safetensors file, but not one that goldenear wrote")
    card = _json(about[CARD].encode())
    if not isinstance(card, dict) or card.get("kind") != kind:
        raise Wrong(f"its card does not say that it is {called}")
    if card.get("version") != version:
        raise Wrong(f"its card is of version {card.get('version')!r}; this goldenear reads {version}")
    return card


def check_shapes(header: Mapping[str, Any], expected: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse a file whose matrices are not those of the net that its card tells of."""
    if header.keys() - {"__metadata__"} != expected.keys():
        raise Wrong("its matrices are not those of the net that its card tells of")
    for name, shape in expected.items():
        part = header[name]
        if not isinstance(part, dict) or part.get("dtype") != "F32" or part.get("shape") != list(shape):
            raise Wrong(f"its matrix {name} is not of {' by '.join(map(str, shape))} float32 numbers")


def counts(value: Any, least: int, most: int) -> bool:
    """Say whether it is a whole number within least..most."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def measures(value: Any) -> bool:
    """Say whether it is a number that is finite."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < 1e300
        and isfinite(value)
    )


def _check_digest(data: bytes, header: Mapping[str, Any]) -> None:
    """Raise Wrong unless the card's digest is that of all bytes, had they none: a flipped bit shows nowhere else."""
    digest = _json(header["__metadata__"][CARD].encode()).get(DIGEST)
    if isinstance(digest, str) and len(digest) == len(UNSIGNED):
        place = _place_of_digest(data, digest)
        unsigned = data[:place] + UNSIGNED.encode() + data[place + len(digest.encode()) :]
        if place >= 0 and sha256(unsigned).hexdigest() == digest:
            return
    raise Wrong("the net's file is damaged: its digest does not fit what is in it")


def _place_of_digest(data: bytes, digest: str) -> int:
    """Return where a digest stands in a file: the card is JSON within JSON, its quotes have backslashes."""
    before = json.dumps(json.dumps({DIGEST: digest}))[2:].split(digest)[0].encode()
    place = data.find(before + digest.encode())
    return place if place < 0 else place + len(before)


def _json(data: bytes) -> Any:
    """Return what JSON says."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise Wrong("not a safetensors file, or damaged: its header is no JSON") from None
