"""Files that are not read, recognised by their first bytes, with what to do instead."""

from __future__ import annotations

import os
from pathlib import Path

from goldenear.content.kinds import Content
from goldenear.content.text import FROM_PROJECT, FROM_SCORE, NO_MUSIC

UNPACK = "unpack it, and name the music files in it"
_SAVE_AS_SOUND = "save it as sound (.wav) with a player that knows it"
_SAVE_AS_MIDI = "convert it to a Standard MIDI file (.mid)"
_SAVE_TRACKER = "save it as MIDI (.mid) or as sound (.wav) with a tracker such as OpenMPT"
_INSTRUMENTS = "it holds instruments and no music"

_PREFIXES = {
    # MIDI in other clothes.
    b"SMF2CLIP": Content("a MIDI 2.0 clip file", advice="export it as a Standard MIDI file (.mid)"),
    b"MTrk": Content("a MIDI track without the header of its file", advice="export it as MIDI again"),
    b"XMF_": Content("an XMF file, MIDI packed with its instruments", advice=_SAVE_AS_MIDI),
    b"IREZ": Content("an RMF file, MIDI packed with its instruments", advice=_SAVE_AS_MIDI),
    b"CTMF": Content("a Creative Music File", advice=_SAVE_AS_MIDI),
    b"MUS\x1a": Content("music of an old game (MUS)", advice=_SAVE_AS_MIDI),
    b"HMI-MIDISONG": Content("music of an old game (HMI)", advice=_SAVE_AS_MIDI),
    b"HMIMIDIP": Content("music of an old game (HMP)", advice=_SAVE_AS_MIDI),
    b"MMMD": Content("a ringtone (SMAF)", advice=_SAVE_AS_MIDI),
    b"\0\5\x16\7": Content(
        "an AppleDouble file, what a Mac notes about a file",
        advice="the music is in the file of the same name without ._ before it",
    ),
    b"\0\5\x16\0": Content(
        "a Macintosh file in AppleSingle", advice="unpack it on a Mac, and read the file in it"
    ),
    # Projects of DAWs.
    b"FLhd": Content("an FL Studio project", advice=FROM_PROJECT),
    b"CAKEWALK": Content("a Cakewalk project", advice=FROM_PROJECT),
    b"BtWg": Content("a Bitwig Studio project", advice=FROM_PROJECT),
    b"\x030010111100101011": Content("a Pro Tools session", advice=FROM_PROJECT),
    b"\x23\x47\xc0\xab": Content("a Logic or GarageBand project", advice=FROM_PROJECT),
    b"bplist00": Content("an Apple property list, as in Logic and GarageBand projects", advice=FROM_PROJECT),
    # Scores of notation programs.
    b"\x0fSIBELIUS": Content("a Sibelius score", advice=FROM_SCORE),
    b"ENIGMA BINARY FILE": Content("a Finale score", advice=FROM_SCORE),
    b"[NoteWorthy": Content("a NoteWorthy Composer score", advice=FROM_SCORE),
    b"[NWZ]": Content("a NoteWorthy Composer score", advice=FROM_SCORE),
    b"ptab": Content("a Power Tab tablature", advice=FROM_SCORE),
    b"BCFZ": Content("a Guitar Pro 6 score", advice=FROM_SCORE),
    b"BCFS": Content("a Guitar Pro 6 score", advice=FROM_SCORE),
    b"cap3-v": Content("a capella score", advice=FROM_SCORE),
    b"SCOW": Content("an Encore score", advice=FROM_SCORE),
    b"OVSC": Content("an Overture score", advice=FROM_SCORE),
    # Trackers, chips, instruments.
    b"IMPM": Content("a tracker module (IT)", advice=_SAVE_TRACKER),
    b"Extended Module: ": Content("a tracker module (XM)", advice=_SAVE_TRACKER),
    b"MTM\x10": Content("a tracker module (MTM)", advice=_SAVE_TRACKER),
    b"NESM\x1a": Content("music of a game console (NSF)", advice=_SAVE_AS_SOUND),
    b"SNES-SPC700": Content("music of a game console (SPC)", advice=_SAVE_AS_SOUND),
    b"Vgm ": Content("music of a game console (VGM)", advice=_SAVE_AS_SOUND),
    b"PSID": Content("music of a home computer (SID)", advice=_SAVE_AS_SOUND),
    b"RSID": Content("music of a home computer (SID)", advice=_SAVE_AS_SOUND),
    # Pictures, documents, archives, programs.
    b"%PDF": Content(
        "a PDF page", advice="scan it with a program that reads notes from pictures, and export MusicXML"
    ),
    b"\x89PNG": Content("a picture (PNG)", advice=NO_MUSIC),
    b"\xff\xd8\xff": Content("a picture (JPEG)", advice=NO_MUSIC),
    b"GIF8": Content("a picture (GIF)", advice=NO_MUSIC),
    b"II*\0": Content("a picture (TIFF)", advice=NO_MUSIC),
    b"MM\0*": Content("a picture (TIFF)", advice=NO_MUSIC),
    b"8BPS": Content("a picture (Photoshop)", advice=NO_MUSIC),
    b"\xd0\xcf\x11\xe0": Content("an Office document, or another program's project", advice=FROM_PROJECT),
    b"Rar!": Content("a RAR archive", advice=UNPACK),
    b"7z\xbc\xaf": Content("a 7-Zip archive", advice=UNPACK),
    b"\xfd7zXZ": Content("an xz archive", advice=UNPACK),
    b"BZh": Content("a bzip2 archive", advice=UNPACK),
    b"\x28\xb5\x2f\xfd": Content("a Zstandard archive", advice=UNPACK),
    b"SIT!": Content("a StuffIt archive", advice=UNPACK),
    b"StuffIt": Content("a StuffIt archive", advice=UNPACK),
    b"SQLite format 3": Content("a database", advice=NO_MUSIC),
    b"\x93NUMPY": Content("an array of NumPy", advice="make notes of it with NoteArray.from_arrays"),
    b"\x7fELF": Content("a program", advice=NO_MUSIC),
    b"\x4c\0\0\0\x01\x14\x02\0": Content("a Windows shortcut", advice="name the file that it leads to"),
}
"""What files begin with."""

_FORMS = {
    b"NUND": Content("a Cubase or Nuendo project", advice=FROM_PROJECT),
    b"DLS ": Content("a bank of instruments (DLS)", advice=_INSTRUMENTS),
    b"sfbk": Content("a bank of instruments (SoundFont)", advice=_INSTRUMENTS),
    b"WEBP": Content("a picture (WebP)", advice=NO_MUSIC),
    b"XDIR": Content("music of an old game (XMI)", advice=_SAVE_AS_MIDI),
    b"XMID": Content("music of an old game (XMI)", advice=_SAVE_AS_MIDI),
    b"SMUS": Content("an IFF score of the Amiga (SMUS)", advice=_SAVE_AS_MIDI),
    b"MIDS": Content("a MIDI stream of Windows (MIDS)", advice=_SAVE_AS_MIDI),
}
"""What files of chunks (RIFF, IFF) call themselves after eight bytes."""

_FOLDERS = {
    ".band": Content("a GarageBand project", advice=FROM_PROJECT),
    ".logicx": Content("a Logic project", advice=FROM_PROJECT),
    ".logic": Content("a Logic project", advice=FROM_PROJECT),
}
"""Projects that are folders, by the ending of their names."""

_CHUNKED = (b"RIFF", b"RIFX", b"RIF2", b"FORM")

_MARKS = (
    *((0, prefix, content) for prefix, content in _PREFIXES.items()),
    (1, b"FICHIER GUITAR PRO", Content("a Guitar Pro score", advice=FROM_SCORE)),
    (1, b"FICHIER GUITARE PRO", Content("a Guitar Pro score", advice=FROM_SCORE)),
    (1, "TuxGuitar".encode("utf-16-be"), Content("a TuxGuitar score", advice=FROM_SCORE)),
    (4, b"ftyp", Content("a picture (HEIF)", advice=NO_MUSIC)),
)
"""What stands at which place."""

_MARKS_OF_BINARY = (
    (44, b"SCRM", Content("a tracker module (S3M)", advice=_SAVE_TRACKER)),
    (257, b"ustar", Content("a tar archive", advice=UNPACK)),
    *(
        (1080, mark, Content("a tracker module (MOD)", advice=_SAVE_TRACKER))
        for mark in (b"M.K.", b"M!K!", b"M&K!", b"FLT4", b"FLT8", b"4CHN", b"6CHN", b"8CHN", b"CD81", b"OCTA")
    ),
)
"""The same for files that hold zero bytes before it, as no text does: in a text the letters may stand anywhere."""


def project_folder(path: str | os.PathLike[str]) -> Content | None:
    """Return which program keeps its projects in folders of this name; None if none that is known does."""
    return _FOLDERS.get(Path(path).suffix.lower())


def foreign_in(data: bytes) -> Content | None:
    """Return which kind of file that is not read begins with `data`; None if it is none that is known."""
    if not data.strip(b"\0"):
        return Content("nothing but zeros", advice="its copy or download failed: fetch it again")
    for place, mark, content in _MARKS:
        if data.startswith(mark, place):
            return content
    for place, mark, content in _MARKS_OF_BINARY:
        if data.startswith(mark, place) and b"\0" in data[:place]:
            return content
    # The byte after the first names a maker; in text it is larger.
    if data[:1] == b"\xf0" and data[1:2] < b"\x80":
        return Content("system exclusive messages of MIDI, without notes", advice=NO_MUSIC)
    return _chunked(data) or _mac_binary(data)


def _chunked(data: bytes) -> Content | None:
    """Recognise files of chunks by what they call themselves."""
    if data[:4] not in _CHUNKED:
        return None
    other = (
        Content("a RIFX file, RIFF written backwards", advice=FROM_PROJECT) if data[:4] == b"RIFX" else None
    )
    return _FORMS.get(data[8:12], other)


def _mac_binary(data: bytes) -> Content | None:
    """Recognise a Macintosh file in MacBinary by the zeros and lengths of its 128 first bytes."""
    is_plausible = len(data) >= 128 and 1 <= data[1] <= 63 and not (data[0] or data[74] or data[82])
    if not is_plausible or 128 + int.from_bytes(data[83:87]) > len(data):
        return None
    kind = data[65:69]
    if kind.lower() == b"midi" or data[128:132] == b"MThd":
        return Content("a MIDI file inside MacBinary", advice="unpack it on a Mac, or save it as MIDI again")
    if not kind.isalnum():
        return None
    return Content("a Macintosh file in MacBinary", advice="unpack it on a Mac, and read the file in it")
