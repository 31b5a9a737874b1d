"""Seal what the program writes for itself, so that damage shows when it is read again.

A bit that turned over in a cached sample or in a threshold would change verdicts without a word.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

SEAL = "seal"
"""The key of the seal in a JSON object."""


def seal_of(data: Any) -> str:
    """Return the seal of bytes, or of anything that holds them: 32 hexadecimal digits."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def sealed_json(table: dict[str, Any]) -> bytes:
    """Return a JSON object with its seal in it."""
    return json.dumps(table | {SEAL: seal_of(json.dumps(table).encode())}).encode()


def unsealed_json(text: str | bytes) -> dict[str, Any]:
    """Return a JSON object without its seal.

    Raises
    ------
    ValueError
        If it is no JSON object, or its seal is not its own.
    """
    table = json.loads(text)
    if not isinstance(table, dict) or SEAL not in table:
        raise ValueError("it has no seal")
    seal = table.pop(SEAL)
    if seal != seal_of(json.dumps(table).encode()):
        raise ValueError("it is not as it was written")
    return table
