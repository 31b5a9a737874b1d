"""This file is where written scores come in: MusicXML, MEI and kern, checked to be safe before they are read.

The readers behind these doors are our own. They keep every length a fraction, join ties, tell drums apart
and say what they leave out. XML is parsed by the standard library, which fetches nothing; a document that
defines entities or attributes, or a namespace with a long name, is refused: by each a few bytes swell to gigabytes.
"""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from goldenear.content.recognise import CONTAINER, scores_in
from goldenear.content.text import kind_of_root, marked_encoding, text_of
from goldenear.errors import UnreadableFile
from goldenear.limits import LIMITS
from goldenear.notes.formats.kern import read_kern
from goldenear.notes.formats.mei import read_mei
from goldenear.notes.formats.musicxml import read_musicxml
from goldenear.notes.formats.parsed import ParsedTune

BOMB_BYTES = 4 * 2**20
"""What unpacks to more bytes, and to so many times its size, is no music, which packs thirty times as small."""

PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How the files in compressed MusicXML may be packed; others unpack much at once, asked or not."""

_PIECE = 2**20
"""Bytes of XML that are decoded and parsed at a time."""

_SEAM = 5 * 200
"""Letters of the piece before that are looked at again: more than anything has that is refused."""

_DEFINITIONS = {"<!ENTITY": "entities", "<!ATTLIST": "attributes"}

LONGEST_NAMESPACE = 200
"""Letters of a namespace, and of its prefix: the parser writes it out before each name that has it."""

_LONG_NAMESPACE = re.compile(
    r"""\sxmlns(?:{name}{{200}}|{name}{{0,199}}(?:\s{{200}}|\s{{0,199}}=(?:\s{{200}}|\s{{0,199}}{value})))""".format(
        name=r"""[^=<>"'\s]""", value=r"""(?:"[^"]{201}|'[^']{201})"""
    )
)

_ENCODINGS = frozenset(["utf-8", "us-ascii", "ascii", "iso-8859-1", "latin1", "iso-8859-15", "windows-1252"])
_DECLARATION = re.compile(r"\s*<\?xml\b([^>]*)\?>")

_DAMAGE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
"""What the standard library raises at an archive that is damaged, encrypted or packed in an unknown way."""


def parse_musicxml(data: bytes, path: str) -> list[ParsedTune]:
    """Read a MusicXML file, part-wise or time-wise.

    Parameters
    ----------
    data : bytes
        The file, not compressed.
    path : str
        Its name, for messages.

    Returns
    -------
    list of ParsedTune
        One tune, a track a part. Ticks are the coarsest that are exact.

    Raises
    ------
    UnreadableFile
        If the file is not MusicXML, is damaged, or is unsafe to read.
    """
    root = _root(data, path)
    if root.tag not in ("score-partwise", "score-timewise"):
        raise UnreadableFile(path, _wrong_root(root, "MusicXML"))
    return [read_musicxml(root, path)]


def parse_mxl(data: bytes, path: str) -> list[ParsedTune]:
    """Read a compressed MusicXML file.

    Parameters
    ----------
    data : bytes
        The zip archive; nothing of it is written to disk.
    path : str
        Its name, for messages.

    Returns
    -------
    list of ParsedTune
        One tune, a track a part. Without a table of contents the only score in the archive is read.

    Raises
    ------
    UnreadableFile
        If the archive is damaged, too large when unpacked, or holds no score.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            score, remarks = _score_in(archive, path)
    except _DAMAGE as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(path, f"not a compressed MusicXML file: {_first_line(error)}") from None
    tunes = parse_musicxml(score, path)
    for tune in tunes:
        tune.remarks += remarks
    return tunes


def parse_mei(data: bytes, path: str) -> list[ParsedTune]:
    """Read an MEI file.

    Parameters
    ----------
    data : bytes
        The file.
    path : str
        Its name, for messages.

    Returns
    -------
    list of ParsedTune
        One a movement (mdiv), a track a staff; of a corpus (meiCorpus), those of all its documents.
        Ticks are the coarsest that are exact.

    Raises
    ------
    UnreadableFile
        If the file is not MEI, is damaged, or is unsafe to read.
    """
    root = _root(data, path)
    if root.tag not in ("mei", "meiCorpus"):
        raise UnreadableFile(path, _wrong_root(root, "MEI"))
    documents = list(_documents(root))
    if not documents:
        raise UnreadableFile(path, "a corpus of MEI without a document in it")
    return [tune for document in documents for tune in read_mei(document, path)]


def _documents(root: Element) -> Iterator[Element]:
    """Give the documents of a corpus, which may hold further ones; a document holds none."""
    ahead = [root]
    while ahead:
        element = ahead.pop()
        if element.tag == "mei":
            yield element
        elif element.tag == "meiCorpus":
            ahead.extend(reversed(element))


def parse_kern(data: bytes, path: str) -> list[ParsedTune]:
    """Read a Humdrum kern file.

    Parameters
    ----------
    data : bytes
        The file; UTF-8 or UTF-16, or else Latin-1.
    path : str
        Its name, for messages.

    Returns
    -------
    list of ParsedTune
        One tune, a track a ``**kern`` spine. Ticks are the coarsest that are exact.

    Raises
    ------
    UnreadableFile
        If the file is not kern, or its rows do not fit together.
    """
    return [read_kern(text_of(data, path, "Humdrum kern"), path)]


def _wrong_root(root: Element, expected: str) -> str:
    """Return why a document of another kind is refused, and what it is."""
    found = kind_of_root(root.tag)
    return found.refusal if found.format is None else f"not {expected}: it is {found.name}"


def _root(data: bytes, path: str) -> Element:
    """Return the outermost element of an XML file, namespaces taken off all names."""
    parser = ElementTree.XMLParser()
    try:
        for piece in _safe_pieces(data, path):
            parser.feed(piece)
        root = parser.close()
    except UnicodeDecodeError:
        raise UnreadableFile(path, "not XML: its characters are not in the encoding it declares") from None
    except UnreadableFile:
        raise
    except (ElementTree.ParseError, ValueError) as error:
        raise UnreadableFile(path, f"not sound XML: {_first_line(error)}") from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _safe_pieces(data: bytes, path: str) -> Iterator[str]:
    """Give the text of an XML file piece by piece, as long as it neither swells nor is too large.

    It is decoded here, so that what is checked is what is parsed; its declaration is taken off.
    """
    decoder = codecs.getincrementaldecoder(marked_encoding(data) or _declared_encoding(data, path))()
    before, elements = "", 0
    for begin in range(0, len(data), _PIECE):
        text = decoder.decode(data[begin : begin + _PIECE], begin + _PIECE >= len(data))
        seam = before + text
        for definition, what in _DEFINITIONS.items():
            if definition in seam:
                raise UnreadableFile(
                    path, f"it defines XML {what}, which are refused: they can make a small file huge"
                )
        if _LONG_NAMESPACE.search(seam):
            raise UnreadableFile(path, f"a namespace in it has more than {LONGEST_NAMESPACE} letters")
        elements += text.count("<") - seam.count("</", max(len(before) - 1, 0))
        if elements > LIMITS.xml_elements:
            raise UnreadableFile(path, f"it has more than {LIMITS.xml_elements:,} elements")
        before = seam[-_SEAM:]
        yield text if begin else text[_declaration_ends(text) :]


def _declaration_ends(text: str) -> int:
    """Return where the XML declaration ends with which a text begins; 0 without one."""
    found = _DECLARATION.match(text)
    return found.end() if found else 0


def _declared_encoding(data: bytes, path: str) -> str:
    """Return the encoding that the XML declaration names; UTF-8 without one."""
    declaration = _DECLARATION.match(data[:400].decode("latin-1"))
    named = re.search(r"encoding\s*=\s*[\"']([^\"']*)", declaration[1]) if declaration else None
    encoding = named[1].lower() if named else "utf-8"
    if encoding not in _ENCODINGS:
        raise UnreadableFile(path, f"its encoding {encoding[:24]!r} is not read: save it as UTF-8")
    return encoding


def _score_in(archive: zipfile.ZipFile, path: str) -> tuple[bytes, list[str]]:
    """Return the score that the archive's table of contents names first, or the only one; and what is odd."""
    entries = archive.infolist()
    if len(entries) > LIMITS.packed_files:
        raise UnreadableFile(
            path, f"{len(entries):,} files packed in it are over the limit of {LIMITS.packed_files:,}"
        )
    if sum(entry.file_size for entry in entries) > LIMITS.unpacked_bytes:
        raise UnreadableFile(path, f"unpacked it is over the limit of {LIMITS.unpacked_bytes:,} bytes")
    scores = scores_in(archive.namelist())
    if CONTAINER not in archive.namelist() and len(scores) == 1:
        return _unzipped(archive, scores[0], path), [f"no {CONTAINER} in it: its only score is read"]
    contents = _root(_unzipped(archive, CONTAINER, path), path)
    for rootfile in contents.iter("rootfile"):
        if "musicxml" in rootfile.get("media-type", "musicxml"):
            return _unzipped(archive, rootfile.get("full-path", ""), path), []
    raise UnreadableFile(path, f"{CONTAINER} names no score")


def _unzipped(archive: zipfile.ZipFile, name: str, path: str) -> bytes:
    """Return one packed file; what the archive says of its size is not trusted."""
    try:
        entry = archive.getinfo(name)
    except KeyError:
        raise UnreadableFile(
            path, f"not a compressed MusicXML file: {name[:60]!r} is missing in it"
        ) from None
    if entry.compress_type not in PACKINGS:
        raise UnreadableFile(path, f"{name[:60]!r} in it is packed in another way than by deflating")
    most = min(LIMITS.unpacked_bytes, max(BOMB_BYTES, LIMITS.unpacked_times * entry.compress_size))
    with archive.open(entry) as packed:
        data = packed.read(most + 1)
    if len(data) > LIMITS.unpacked_bytes:
        raise UnreadableFile(path, f"unpacked it is over the limit of {LIMITS.unpacked_bytes:,} bytes")
    if len(data) > most:
        raise UnreadableFile(path, f"unpacked it swells to more than {LIMITS.unpacked_times} times its size")
    return data


def _first_line(error: Exception) -> str:
    """Return the first line of a library's message."""
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
