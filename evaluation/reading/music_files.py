"""The music files below a folder, by format."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

MIDI, KERN, MUSICXML, MEI, ABC = "MIDI", "kern", "MusicXML", "MEI", "ABC"
FORMATS = (MIDI, KERN, MUSICXML, MEI, ABC)

_BY_SUFFIX = {
    ".mid": MIDI,
    ".midi": MIDI,
    ".kar": MIDI,
    ".rmi": MIDI,
    ".krn": KERN,
    ".kern": KERN,
    ".musicxml": MUSICXML,
    ".mxl": MUSICXML,
    ".xml": MUSICXML,
    ".mei": MEI,
    ".abc": ABC,
}
_HEAD_BYTES = 4096
"""How far into an .xml file its root element is looked for."""


def music_files(folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Give the format and path of each music file below the folders, each file once, in order."""
    seen = set()
    for folder in folders:
        for parent, inner, names in os.walk(folder, followlinks=True):
            inner.sort()
            for path in (Path(parent, name) for name in sorted(names)):
                format = _BY_SUFFIX.get(path.suffix.lower())
                if format is None or path.resolve() in seen:
                    continue
                if path.suffix.lower() == ".xml" and not _is_musicxml(path):
                    continue
                seen.add(path.resolve())
                yield format, path


def _is_musicxml(path: Path) -> bool:
    """Return whether an .xml file holds a MusicXML score."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES).replace(b"\0", b"")
    return b"<score-partwise" in head or b"<score-timewise" in head
