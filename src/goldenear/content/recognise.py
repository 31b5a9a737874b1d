"""The kind of a file: by its content first, and by its name where the content says nothing."""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

from goldenear.content.foreign import UNPACK, foreign_in
from goldenear.content.kinds import EXPECTED, FORMATS, Content, Format
from goldenear.content.sound import sound_in
from goldenear.content.text import FROM_PROJECT, FROM_SCORE, NO_MUSIC, marked_encoding, text_in
from goldenear.errors import UnreadableFile

HEAD_BYTES = 2**16
"""So much of a file tells whether it is sound; so much of an archive is unpacked to see what is in it."""

_ZIPPED = {
    r"\.mscx$": Content("a MuseScore file", advice=FROM_SCORE),
    r"(?:^|/)score\.gpif$": Content("a Guitar Pro score", advice=FROM_SCORE),
    r"^(?:NotationMetadata\.xml|score\.dat)$": Content("a Finale score", advice=FROM_SCORE),
    r"(?:^|/)scorelibrary\.dtn$": Content("a Dorico project", advice=FROM_SCORE),
    r"^Song/song\.xml$|^metainfo\.xml$": Content("a Studio One song", advice=FROM_PROJECT),
    r"^Song\.xml$": Content("a Renoise song", advice=FROM_PROJECT),
    r"^project\.xml$": Content("a project of a DAW (DAWproject)", advice=FROM_PROJECT),
    r"\.band/|(?:^|/)projectData$": Content("a GarageBand project", advice=FROM_PROJECT),
    r"\.logicx/": Content("a Logic project", advice=FROM_PROJECT),
    r"^word/": Content("a Word document", advice=NO_MUSIC),
    r"^xl/": Content("an Excel table", advice=NO_MUSIC),
    r"^ppt/": Content("a PowerPoint presentation", advice=NO_MUSIC),
    r"^META-INF/MANIFEST\.MF$": Content("a Java program", advice=NO_MUSIC),
    r"\.npy$": Content("arrays of NumPy", advice="make notes of them with NoteArray.from_arrays"),
}
"""What is packed in zip archives that are no scores."""

_MIMES = {
    b"application/epub": Content("an e-book", advice=NO_MUSIC),
    b"application/vnd.oasis": Content("an OpenDocument file", advice=NO_MUSIC),
}
_SCORE = Content("compressed MusicXML", "mxl")
MAX_NAMES = 2_000
"""Names in an archive that are looked at."""

CONTAINER = "META-INF/container.xml"
"""The table of contents of a compressed score."""


def content_of(data: bytes) -> Content | None:
    """Return what a file holds; None if its content does not tell.

    Examples
    --------
    >>> content_of(b"MThd").format
    'midi'
    >>> content_of(b"FLhd").refusal
    'it is an FL Studio project: export it as MIDI (.mid) or as sound (.wav) with the program that made it'
    """
    return _archive_in(data) or _bare_content_of(data)


def format_of(data: bytes, path: str | os.PathLike[str]) -> Format:
    """Return the format of a file: by its content, or else by the ending of its name.

    Raises
    ------
    UnreadableFile
        If nothing reads such files, or neither tells.
    """
    content = content_of(data)
    found = content.format if content else FORMATS.get(Path(path).suffix.lower())
    if found:
        return found
    unknown = f"unknown kind of file: neither its content nor its name tells: expected {EXPECTED}"
    raise UnreadableFile(path, content.refusal if content else unknown)


def usual_ending(data: bytes, path: str | os.PathLike[str]) -> str:
    """Return the ending of a file's name if folders are searched for it, or else the usual one of its format.

    Raises
    ------
    UnreadableFile
        If nothing reads the file.
    """
    named = Path(path).suffix
    if named.lower() in FORMATS:
        return named
    found = format_of(data, path)
    return next(ending for ending, format_ in FORMATS.items() if format_ == found)


def is_sound(path: str | os.PathLike[str]) -> bool:
    """Say whether a file is sound, by its first bytes, or else by its name; false if it cannot be opened."""
    try:
        with Path(path).open("rb") as file:
            content = _bare_content_of(file.read(HEAD_BYTES))
    except OSError:
        return False
    named = FORMATS.get(Path(path).suffix.lower())
    return (content.format if content else named) == "sound"


def scores_in(names: list[str]) -> list[str]:
    """Return which names of packed files are those of scores."""
    return [
        name
        for name in names
        if FORMATS.get(Path(name).suffix.lower()) == "musicxml"
        and not name.startswith(("META-INF/", "__MACOSX/"))
    ]


def _bare_content_of(data: bytes) -> Content | None:
    """Return what a file holds that is no archive."""
    if data.startswith(b"MThd") or (data[:4], data[8:12]) == (b"RIFF", b"RMID"):
        return Content("a Standard MIDI file", "midi")
    # What shows by its first bytes that it is text, two bytes a letter, can look like a frame of MP3.
    in_order = (text_in, sound_in, foreign_in) if marked_encoding(data) else (sound_in, foreign_in, text_in)
    return next((found for recognise in in_order if (found := recognise(data))), None)


def _archive_in(data: bytes) -> Content | None:
    """Return what a zip or gzip archive holds; None if it is none."""
    if data.startswith((b"PK\3\4", b"PK\5\6")):
        return _zip_in(data)
    return _gzip_in(data) if data.startswith(b"\x1f\x8b") else None


def _zip_in(data: bytes) -> Content:
    """Return what a zip archive holds, by the names of the files in it."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()[:MAX_NAMES]
            # Only what is stored: other ways may unpack much, however little is asked for.
            is_stored = "mimetype" in names and not archive.getinfo("mimetype").compress_type
            mime = archive.open("mimetype").read(100) if is_stored else b""
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return Content("a zip archive that is damaged or cut off", advice="fetch or save it again")
    for prefix, content in _MIMES.items():
        if mime.startswith(prefix):
            return content
    for pattern, content in _ZIPPED.items():
        if any(re.search(pattern, name) for name in names):
            return content
    if CONTAINER in names or len(scores_in(names)) == 1:
        return _SCORE
    music = sum(Path(name).suffix.lower() in FORMATS for name in names)
    inside = {0: "without music", 1: "with a music file"}.get(music, f"with {music:,} music files")
    return Content(f"a zip archive {inside}", advice=UNPACK if music else NO_MUSIC)


def _gzip_in(data: bytes) -> Content:
    """Return what a gzip archive holds, by its first bytes."""
    try:
        head = zlib.decompressobj(wbits=31).decompress(data, HEAD_BYTES)
    except zlib.error:
        head = b""
    if not head:
        return Content("a gzip archive that is damaged or cut off", advice="fetch or save it again")
    inside = _bare_content_of(head)
    if inside and inside.format is None:
        return inside
    of = f" of {inside.name}" if inside else ""
    return Content(f"a gzip archive{of}", advice="unpack it, and read the file in it")
