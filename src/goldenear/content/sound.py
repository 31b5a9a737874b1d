"""Sound files, recognised by their first bytes, and where the sound begins in them."""

from __future__ import annotations

import re
from collections.abc import Callable

from goldenear.content.kinds import Content

HEAD_BYTES = 4_096
"""Within so many bytes a sound file says how it is encoded."""

_WAVE_CODECS = frozenset([1, 2, 3, 6, 7, 0x11, 0x31, 0x40, 0x45, 0x55, 0xFFFE])
"""The encodings of WAV that libsndfile decodes."""

_AIFC_CODECS = re.compile(
    rb"NONE|sowt|twos|raw |fl32|FL32|fl64|FL64|in24|in32|42ni|23ni|ulaw|ULAW|alaw|ALAW|ima4|GSM |DWVW"
)
"""The encodings of AIFC that libsndfile decodes."""

_CAF_CODECS = frozenset([b"lpcm", b"ulaw", b"alaw"])
"""The encodings of CAF that libsndfile decodes, whatever program wrote them."""

_OGG_CODECS = {
    b"\x01vorbis": Content("an Ogg Vorbis file", "sound"),
    b"OpusHead": Content("an Ogg Opus file", "sound"),
    b"\x7fFLAC": Content("a FLAC file in Ogg", "sound", may_need_decoder=True),
    b"Speex": Content("an Ogg Speex file", "sound", may_need_decoder=True),
    b"\x80theora": Content("an Ogg film", "sound", may_need_decoder=True),
    b"fishead": Content("an Ogg film", "sound", may_need_decoder=True),
}
_FIRST_OGG_PACKET = 28

_PREFIXES = {
    b"fLaC": Content("a FLAC file", "sound"),
    b".snd": Content("an AU file", "sound"),
    b"dns.": Content("an AU file", "sound"),
    b"riff\x2e\x91\xcf\x11": Content("a Wave64 file", "sound"),
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": Content("a Windows Media file", "sound", may_need_decoder=True),
    b"\x1a\x45\xdf\xa3": Content("a Matroska or WebM file", "sound", may_need_decoder=True),
    b"wvpk": Content("a WavPack file", "sound", may_need_decoder=True),
    b"MAC \x96\x0f": Content("a Monkey's Audio file", "sound", may_need_decoder=True),
    b"MPCK": Content("a Musepack file", "sound", may_need_decoder=True),
    b"MP+\7": Content("a Musepack file", "sound", may_need_decoder=True),
    b"TTA1": Content("a True Audio file", "sound", may_need_decoder=True),
    b"DSD \x1c": Content("a DSD file", "sound", may_need_decoder=True),
    b"FRM8": Content("a DSD file", "sound", may_need_decoder=True),
    b"#!AMR": Content("an AMR file", "sound", may_need_decoder=True),
    b".RMF": Content("a RealMedia file", "sound", may_need_decoder=True),
}

_QUICKTIME_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_PICTURE_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx ")

_MPEG_KILOBITS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits a second by version (2 stands for 2.5 too) and layer; a header counts them from 1."""

_MPEG_RATES = (44_100, 48_000, 32_000)
_FRAME_HEAD_BYTES = 7
_NO_ZERO = re.compile(rb"[^\0]")


def sound_in(data: bytes) -> Content | None:
    """Return which kind of sound file begins with `data`; None if it is none that is known.

    Examples
    --------
    >>> sound_in(b"fLaC").name
    'a FLAC file'
    """
    begin = sound_begins(data)
    head = data[begin : begin + HEAD_BYTES]
    for prefix, content in _PREFIXES.items():
        if head.startswith(prefix):
            return content
    for look in (_chunked, _ogg, _quicktime):
        if found := look(head):
            return found
    if _frame_follows(data, begin, _mpeg_frame):
        return Content("an MP3 file", "sound")
    if _frame_follows(data, begin, _adts_frame):
        return Content("an AAC file", "sound", may_need_decoder=True)
    return Content("a sound file with an ID3 tag", "sound") if id3_bytes(data[:10]) else None


def sound_begins(data: bytes) -> int:
    """Return where the sound begins: after an ID3 tag, and after zeros that players pass over."""
    at = 0
    while data[at : at + 3] == b"ID3" and (length := id3_bytes(data[at : at + 10])):
        at += length
    if at >= len(data):
        return 0
    found = _NO_ZERO.search(data, at)
    return found.start() if found and _frame_follows(data, found.start(), _mpeg_frame) else at


def id3_bytes(head: bytes) -> int:
    """Return how long the ID3 tag is whose ten first bytes are given; 0 if it is none."""
    if len(head) < 10 or head[:3] != b"ID3" or head[3] not in (2, 3, 4):
        return 0
    # Four bytes of seven bits each count what follows the head; a flag tells of a foot of ten bytes.
    length = sum((byte & 127) << 7 * place for place, byte in enumerate(head[9:5:-1]))
    return length + (20 if head[5] & 16 else 10)


def _chunked(head: bytes) -> Content | None:
    """Recognise WAV and its relatives, AIFF and CAF, and see whether libsndfile decodes what is in them."""
    form = head[:4], head[8:12]
    if form in ((b"RIFF", b"WAVE"), (b"RIFX", b"WAVE"), (b"RF64", b"WAVE"), (b"BW64", b"WAVE")):
        at = head.find(b"fmt ", 12)
        codec = int.from_bytes(head[at + 8 : at + 10], "big" if head[:4] == b"RIFX" else "little")
        return Content("a WAV file", "sound", may_need_decoder=at > 0 and codec not in _WAVE_CODECS)
    if form == (b"FORM", b"AIFF"):
        return Content("an AIFF file", "sound")
    if form == (b"FORM", b"AIFC"):
        at = head.find(b"COMM", 12)
        is_foreign = at > 0 and not _AIFC_CODECS.match(head, at + 26)
        return Content("an AIFC file", "sound", may_need_decoder=is_foreign)
    if form == (b"RIFF", b"AVI "):
        return Content("a film (AVI)", "sound", may_need_decoder=True)
    if head[:4] == b"caff":
        is_foreign = head[8:12] == b"desc" and head[28:32] not in _CAF_CODECS
        return Content("a CAF file", "sound", may_need_decoder=is_foreign)
    return None


def _ogg(head: bytes) -> Content | None:
    """Recognise what an Ogg file holds by its first packet."""
    if head[:4] != b"OggS":
        return None
    for prefix, content in _OGG_CODECS.items():
        if head.startswith(prefix, _FIRST_OGG_PACKET):
            return content
    return Content("an Ogg file", "sound")


def _quicktime(head: bytes) -> Content | None:
    """Recognise MPEG-4 and QuickTime by their first box; pictures are packed in such boxes too."""
    if head[4:8] not in _QUICKTIME_BOXES:
        return None
    if head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS:
        return None
    return Content("an MPEG-4 or QuickTime file", "sound", may_need_decoder=True)


def _frame_follows(data: bytes, at: int, frame: Callable[[bytes], int]) -> bool:
    """Say whether a frame begins at `at`, and another, or the end of the file, where the first one ends."""
    length = frame(data[at : at + _FRAME_HEAD_BYTES])
    end = at + length
    return length > 0 and (end == len(data) or frame(data[end : end + _FRAME_HEAD_BYTES]) > 0)


def _mpeg_frame(head: bytes) -> int:
    """Return how long the frame of MPEG sound (MP3, MP2) is that begins with `head`; 0 if it is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return 0
    version, layer = {0: 4, 2: 2, 3: 1}.get(head[1] >> 3 & 3, 0), 4 - (head[1] >> 1 & 3)
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    if not version or layer == 4 or not 1 <= bitrate <= 14 or rate == 3:
        return 0
    bits = 1000 * _MPEG_KILOBITS[min(version, 2), layer][bitrate - 1]
    hertz, padding = _MPEG_RATES[rate] // version, head[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // hertz + padding) * 4
    return (72 if layer == 3 and version > 1 else 144) * bits // hertz + padding


def _adts_frame(head: bytes) -> int:
    """Return how long the frame of AAC sound is that begins with `head`; 0 if it is none."""
    if len(head) < _FRAME_HEAD_BYTES or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length >= _FRAME_HEAD_BYTES else 0
