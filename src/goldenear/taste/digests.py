"""Keep a digest of every sample: a line for each file in samples.sha256, as the tool sha256sum writes and reads them.

What is recorded when a sample is added tells later whether it is still what it was.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection
from pathlib import Path

from goldenear.errors import GoldenearError, InvalidTaste
from goldenear.files import bytes_of
from goldenear.notes.atomic import write_bytes_atomically

DIGESTS_FILE = "samples.sha256"

MOST_BYTES = 2**28
"""Bytes of the file of digests: a million samples with long names."""

_LINE = re.compile(rb"(\\?)([0-9a-f]{64}) [ *](.+)")
_ESCAPED = {b"\\": b"\\\\", b"\n": b"\\n", b"\r": b"\\r"}
_MEANT = {escaped: byte for byte, escaped in _ESCAPED.items()}


def recorded(root: Path) -> dict[str, str]:
    """Return the digests that were recorded in a taste, by the names of the files.

    Raises
    ------
    InvalidTaste
        If they cannot be read, or are damaged.
    """
    path = root / DIGESTS_FILE
    if not os.path.lexists(path):
        return {}
    try:
        lines = bytes_of(path, MOST_BYTES, "digest").splitlines()
    except GoldenearError as error:
        raise InvalidTaste(str(error)) from None
    found = {}
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise InvalidTaste(
                f"{path}: damaged in line {number}: 'goldenear taste verify {root} --record' makes it anew"
            )
        name = match[3] if not match[1] else re.sub(rb"\\[\\nr]", lambda m: _MEANT[m[0]], match[3])
        found[os.fsdecode(name)] = match[2].decode()
    return found


def missing_from(root: Path, there: Collection[str]) -> tuple[str, ...]:
    """Return a remark on each file that was recorded and is none of those there, or on digests that are damaged."""
    try:
        gone = [name for name in recorded(root) if name not in there]
    except InvalidTaste as error:
        return (str(error),)
    told = f"was recorded, and is gone; 'goldenear taste verify {root} --record' accepts that"
    return tuple(f"{name}: {told}" for name in gone)


def write_digests(root: Path, digests: dict[str, str]) -> None:
    """Write the digests of files in a taste that the caller holds, in the order of their names.

    Raises
    ------
    OSError
        If they cannot be written.
    """
    if not digests:
        (root / DIGESTS_FILE).unlink(missing_ok=True)
        return
    lines = []
    for name, digest in sorted(digests.items()):
        plain = os.fsencode(name)
        escaped = re.sub(rb"[\\\n\r]", lambda m: _ESCAPED[m[0]], plain)
        lines.append(b"%b%b  %b\n" % (b"\\" if escaped != plain else b"", digest.encode(), escaped))
    write_bytes_atomically(root / DIGESTS_FILE, b"".join(lines))


def digest_of(data: bytes) -> str:
    """Return the digest of what a file holds."""
    return hashlib.sha256(data).hexdigest()
