"""Text and XML, recognised by how they begin, in UTF-8, UTF-16 or an eight-bit encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator

from goldenear.content.kinds import Content
from goldenear.errors import UnreadableFile

HEAD_BYTES = 2**20
"""What a text is stands within so many bytes, however long its comments are."""

FROM_PROJECT = "export it as MIDI (.mid) or as sound (.wav) with the program that made it"
FROM_SCORE = "export it as MusicXML (.musicxml) or MIDI (.mid) with the program that made it"
NO_MUSIC = "there is no music in it that can be read"

_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
"""Byte-order marks; the longer ones stand before those that they begin with."""

_ROOTS = {
    "score-partwise": Content("MusicXML", "musicxml"),
    "score-timewise": Content("MusicXML", "musicxml"),
    "mei": Content("MEI", "mei"),
    "meiCorpus": Content("a corpus of MEI", "mei"),
    "opus": Content("an opus, a list of MusicXML scores", advice="read the scores that it lists"),
    "museScore": Content("a MuseScore file", advice=FROM_SCORE),
    "GPIF": Content("a Guitar Pro score", advice=FROM_SCORE),
    "TuxGuitarFile": Content("a TuxGuitar score", advice=FROM_SCORE),
    "score": Content("a score of another program, such as capella", advice=FROM_SCORE),
    "rosegarden-data": Content("a Rosegarden project", advice=FROM_PROJECT),
    "Ableton": Content("an Ableton Live set", advice=FROM_PROJECT),
    "REAPER_PROJECT": Content("a Reaper project", advice=FROM_PROJECT),
    "Session": Content("an Ardour session", advice=FROM_PROJECT),
    "lmms-project": Content("an LMMS project", advice=FROM_PROJECT),
    "muse": Content("a MusE project", advice=FROM_PROJECT),
    "song": Content("a song of a sequencer such as Hydrogen", advice=FROM_PROJECT),
    "RenoiseSong": Content("a Renoise song", advice=FROM_PROJECT),
    "EDIT": Content("a Waveform (Tracktion) project", advice=FROM_PROJECT),
    "Project": Content("a project of a DAW or another program", advice=FROM_PROJECT),
    "tracklist": Content("a track archive of Cubase", advice=FROM_PROJECT),
    "tracklist2": Content("a track archive of Cubase", advice=FROM_PROJECT),
    "CsoundSynthesizer": Content("a Csound score", advice="render it as sound (.wav) with Csound"),
    "container": Content("the table of contents of a compressed score", advice="read the .mxl file itself"),
    "plist": Content("an Apple property list", advice=FROM_PROJECT),
    "svg": Content("a picture (SVG)", advice=NO_MUSIC),
}
"""The outermost elements of XML by which a kind is told."""

_HTML_ROOTS = frozenset(["html", "head", "body", "div", "script", "meta", "title", "p", "a", "table"])
_WEB_PAGE = Content(
    "a web page (HTML)", advice="the download went wrong, or saved the page instead of the file"
)

_TEXTS = {
    r"version https://git-lfs\.github\.com/spec": Content(
        "a Git LFS pointer", advice="fetch the file itself with 'git lfs pull'"
    ),
    r"(?:.*\n)*?[ \t]*\\version\b|(?:\s|%.*\n)*\\(?:header|include|language|score|relative|new)\b": Content(
        "a LilyPond score", advice="let LilyPond write MIDI (\\midi in its score block), and read that"
    ),
    r"!NoteWorthyComposer": Content("a NoteWorthy Composer text", advice=FROM_SCORE),
    r"\(This file must be converted with BinHex": Content(
        "a Macintosh file in BinHex", advice="unpack it, and read the file in it"
    ),
    r"0, *0, *Header *,": Content("MIDI written as text (midicsv)", advice="turn it back with csvmidi"),
    r"MFile +\d": Content("MIDI written as text (mf2t)", advice="turn it back with t2mf"),
    r"irealb(?:ook)?:": Content("an iReal Pro chart", advice="export it as MIDI or MusicXML from iReal Pro"),
    r"BEGIN:IMELODY": Content("a ringtone (iMelody)", advice="convert it to MIDI (.mid)"),
    r"[^:\n]{0,40}: *[dob] *= *\d+ *(?:, *[dob] *= *\d+ *)*: *\d*[a-gpA-GP]": Content(
        "a ringtone (RTTTL)", advice="convert it to MIDI (.mid)"
    ),
    r"@(?:start|clef|keysig|data):": Content(
        "an incipit in Plaine and Easie Code", advice="convert it to MEI or MusicXML with Verovio"
    ),
    r"#EXTM3U|\[playlist\]": Content("a playlist", advice="name the files that it lists"),
    r"%!PS": Content("a PostScript page", advice=NO_MUSIC),
    r"\{\\rtf": Content("a word processor's text (RTF)", advice=NO_MUSIC),
    r"\{\s*[\"}]|\[\s*(?:[\[{\]]|\"[^\"]*\"\s*[,\]]|-?\d|true|false|null)": Content("JSON", advice=NO_MUSIC),
}
"""How other texts begin."""

_NOTES_OF_ABC = re.compile(r"^X:[ \t]*\d", re.MULTILINE)
_KEY_OF_ABC = re.compile(r"^K:", re.MULTILINE)
_SPINE = re.compile(r"\*\*[A-Za-z][\w.-]*")
_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]*)(?=[\s/>]|$)")
_SPACE = re.compile(r"\s*")


def marked_encoding(data: bytes) -> str | None:
    """Return the encoding that a text shows by a byte-order mark, or by zeros in every other place; None without.

    Examples
    --------
    >>> marked_encoding("<mei>".encode("utf-16-be")), marked_encoding(b"<mei>")
    ('utf-16-be', None)
    """
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return encoding
    zeros = "".join("0" if byte == 0 else "x" for byte in data[:4])
    return {"x0x0": "utf-16-le", "0x0x": "utf-16-be"}.get(zeros)


def text_of(data: bytes, path: str, kind: str) -> str:
    """Return a whole text: in the encoding that it shows, or else UTF-8, or else Latin-1.

    Raises
    ------
    UnreadableFile
        If it is no text, so not of this `kind`.
    """
    try:
        text = data.decode(marked_encoding(data) or "utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in text:
        raise UnreadableFile(path, f"not {kind}: it holds binary data")
    return text


def text_in(data: bytes) -> Content | None:
    """Return which kind of text begins with `data`; None if it is none that is known."""
    text = _head_of(data)
    if text is None:
        return None
    if not text:
        return Content("a text of nothing but blanks", advice="fetch or save it again")
    markup = _markup(text)
    # Collections of ABC are also published as web pages, with the tunes in them as they are.
    if markup and markup is not _WEB_PAGE:
        return markup
    if content := _humdrum(text) or _abc(text) or markup:
        return content
    for pattern, content in _TEXTS.items():
        if re.match(pattern, text):
            return content
    return None


def kind_of_root(name: str) -> Content:
    """Return what a document is whose outermost element has this name, without its namespace."""
    if name.lower() in _HTML_ROOTS:
        return _WEB_PAGE
    expected = "expected MusicXML (score-partwise, score-timewise) or MEI (mei)"
    return _ROOTS.get(name) or Content(f"XML with the outermost element <{name[:40]}>", advice=expected)


def _head_of(data: bytes) -> str | None:
    """Return how a text begins, without blanks before it, lines ending in LF; None if it is no text."""
    encoding = marked_encoding(data)
    if encoding is None and b"\0" in data[:HEAD_BYTES]:
        return None
    text = data[:HEAD_BYTES].decode(encoding or "latin-1", "ignore")
    return text.lstrip("\ufeff \t\r\n\f\v").replace("\r\n", "\n").replace("\r", "\n")


def _markup(text: str) -> Content | None:
    """Recognise XML and HTML by the outermost element."""
    if text[:14].lower() == "<!doctype html":
        return _WEB_PAGE
    name = _outermost(text)
    return kind_of_root(name.rpartition(":")[2]) if name else None


def _outermost(text: str) -> str | None:
    """Return the first element's name, past declarations, comments and the document type; None if there is none."""
    at = 0
    while text.startswith(("<?", "<!"), at):
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4) + 2
        elif text.startswith("<?", at):
            end = text.find("?>", at + 2) + 1
        else:
            end = _end_of_doctype(text, at)
        if end <= at:
            return None
        at = _SPACE.match(text, end + 1).end()  # type: ignore[union-attr]
    found = _ELEMENT.match(text, at)
    return found[1] if found else None


def _end_of_doctype(text: str, at: int) -> int:
    """Return where the document type that begins at `at` ends; its own declarations stand in brackets."""
    end = text.find(">", at)
    bracket = text.find("[", at, max(end, at))
    if bracket >= 0:
        return text.find(">", text.find("]", bracket)) if "]" in text[bracket:] else -1
    return end


def _humdrum(text: str) -> Content | None:
    """Recognise Humdrum by a row of exclusive interpretations, or by the comments that stand before one."""
    if not text.startswith(("!!", "**")):
        return None
    for line in _lines(text):
        if line.strip() and not line.startswith("!"):
            is_humdrum = all(_SPINE.fullmatch(column) for column in line.rstrip().split("\t"))
            return Content("Humdrum kern", "kern") if is_humdrum else None
    return Content("Humdrum kern", "kern")


def _lines(text: str) -> Iterator[str]:
    """Give the lines one by one."""
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield text[at:end]
        at = end + 1


def _abc(text: str) -> Content | None:
    """Recognise ABC: it begins with ``%abc`` or ``X:``, or has a line X: and after it a line K:."""
    content = Content("ABC", "abc")
    if text.startswith(("%abc", "X:")):
        return content
    tune = _NOTES_OF_ABC.search(text)
    return content if tune and _KEY_OF_ABC.search(text, tune.end()) else None
