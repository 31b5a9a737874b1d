"""Sound files become clips: decoded within limits, their channels mixed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import file_name, number, truth
from goldenear.content.kinds import FORMATS
from goldenear.content.recognise import content_of
from goldenear.content.sound import sound_begins
from goldenear.errors import UnreadableFile
from goldenear.files import bytes_of
from goldenear.hearing.clip import (
    LOUDEST,
    RATES,
    READING,
    SAMPLE_RATE,
    Clip,
)
from goldenear.hearing.decoders import Source, decoding
from goldenear.limits import LIMITS
from goldenear.optional import needed

SUFFIXES = tuple(ending for ending, format_ in FORMATS.items() if format_ == "sound")
"""The file name endings of sound that can be read."""

LATEST_SECONDS = 24 * 3600
"""What begins later in a file is not looked for."""

BLOCK_SAMPLES = 2**20
"""How much is decoded at a time, all channels together."""

SLACK_BYTES = 64
"""A file may lack so many bytes of what its header tells of: some programs count their own header twice."""

SLACK = 0.01
"""Where the header counts frames, a file may lack such a share of them."""

CANCELLED = 0.1
"""Channels cancel each other out if, mixed, they keep less than this of the power that unrelated ones would."""

STREAMED = 2**31 - 2**20
"""So many bytes, or more, or none: what the header of a stream says, which does not know its length."""

OGG_HEAD_BYTES, OGG_LAST = 27, 4
"""The head of an Ogg page, whose last byte counts the lengths that follow; the flag of the last page."""

CAF_HEAD_BYTES, CAF_CHUNK_HEAD_BYTES = 8, 12
"""What stands before the first chunk of a CAF file, and what begins each."""

MOST_BOXES = 100_000
"""So many boxes of an MPEG-4 file, or chunks of a CAF file, are looked at, to see whether it is cut off."""

COUNTED, FIRST_FRAME = (b"Xing", b"Info"), 2_048
"""What stands in the first frame of an MP3 file that tells its length, and within how many bytes; mpg123 guesses the
length of others."""


def read_clip(
    path: str | os.PathLike[str], *, start: float = 0.0, seconds: float | None = None, trim: bool = False
) -> Clip:
    """Read sound from a file: mixed to one channel, at 24,576 samples a second.

    Parameters
    ----------
    path : str or PathLike
        WAV (RF64 and Wave64 too), FLAC, Ogg (Vorbis, Opus, FLAC), MP3, AIFF, AIFC, CAF or AU. MPEG-4 (.m4a, .mp4),
        AAC and what else ffmpeg knows, where ffmpeg is installed. The content decides, whatever the name is.
    start, seconds : float
        Which part of it, from .01 s to 20 minutes; by default all.
    trim : bool
        Leave off the silence at its ends.

    Raises
    ------
    UnreadableFile
        If the file is missing, damaged, of no known kind, too long, or needs a decoder that is not installed.
    InvalidInput
        If an argument is out of range.
    MissingExtra
        If soundfile is not installed (extra ``audio``).
    """
    path = file_name("path", path)
    number("start", start, 0, LATEST_SECONDS)
    if seconds is not None:
        number("seconds", seconds, 0.01, LIMITS.sound_seconds)
    truth("trim", trim)
    data = bytes_of(path, LIMITS.sound_bytes, "sound")
    _check_is_sound(data, path)
    clip = decoded(data, path, start=float(start), seconds=seconds)
    return clip.trimmed() if trim else clip


def _check_is_sound(data: bytes, path: str) -> None:
    """Raise UnreadableFile unless the content is sound, or else the name is that of sound."""
    content = content_of(data)
    if content is None and Path(path).suffix.lower() not in SUFFIXES:
        raise UnreadableFile(
            path,
            f"unknown kind of sound file: neither its content nor its name tells: expected {' '.join(SUFFIXES)}",
        )
    if content is not None and content.format is None:
        raise UnreadableFile(path, content.refusal)
    if content is not None and content.format != "sound":
        raise UnreadableFile(path, f"is no sound file: it is {content.name}, which goldenear.read reads")


class _Heard(NamedTuple):
    """What came out of a file."""

    wave: NDArray[np.float32]
    frames: int
    kept: float
    """The share of the power of unrelated channels that mixing has kept."""


def decoded(data: bytes, path: str, *, start: float = 0.0, seconds: float | None = None) -> Clip:
    """Return the clip in a file's bytes; block by block, whatever length the file claims.

    Raises
    ------
    UnreadableFile
        If it is damaged, silent for want of samples, or too long, or needs a decoder that is not installed.
    MissingExtra
        If soundfile is not installed (extra ``audio``).
    """
    with _opened(data, path) as source:
        heard = _heard(source, path, start, seconds)
        is_whole = not start and seconds is None
        share = source.share_there(heard.frames if is_whole else None)
    if not len(heard.wave):
        raise UnreadableFile(
            path, "there is no sound in it" if not start else f"nothing sounds from {start:g} s on"
        )
    # What is no number is neither least nor greatest; to ask each sample would take as much memory again.
    if not np.isfinite([heard.wave.min(), heard.wave.max()]).all():
        raise UnreadableFile(path, "damaged: a sample is no number")
    wave = np.clip(heard.wave, -LOUDEST, LOUDEST, out=heard.wave)
    wave.flags.writeable = False
    remarks = (*_remarks(share, heard.kept), *source.remarks)
    return Clip(wave, SAMPLE_RATE, Path(path).name, path, remarks)


def _opened(data: bytes, path: str) -> AbstractContextManager[Source]:
    """Open a sound file: with libsndfile if it can, or else with another decoder where one may help."""
    soundfile = needed("soundfile", READING, "audio")
    # BW64 is RF64 under another name, which libsndfile does not know.
    sound = b"RF64" + data[4:] if data[:4] == b"BW64" else data[sound_begins(data) :]
    content = content_of(data)
    if content is not None and content.may_need_decoder:
        try:
            soundfile.SoundFile(_InMemory(sound)).close()
        except soundfile.SoundFileError:
            return decoding(path, content.name, lambda _: _share_there(sound))
    return _by_libsndfile(sound, path)


class _InMemory(BytesIO):
    """Sound in memory, in which the sizes in a damaged header may send libsndfile to places that there cannot be."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place; stay where there is none."""
        try:
            return super().seek(offset, whence)
        except (ValueError, OverflowError):
            return self.tell()


@contextmanager
def _by_libsndfile(sound: bytes, path: str) -> Iterator[Source]:
    """Open a sound file in memory."""
    soundfile = needed("soundfile", READING, "audio")
    try:
        with soundfile.SoundFile(_InMemory(sound)) as file:
            is_counted = file.format == "MP3" and any(name in sound[:FIRST_FRAME] for name in COUNTED)
            told = max(1, file.frames)

            def share_there(frames: int | None) -> float:
                if (is_counted or file.format == "FLAC") and frames is not None:
                    share = frames / told
                    return share if share < 1 - (SLACK if is_counted else 0) else 1.0
                return _share_there(sound)

            read = partial(file.read, dtype="float32", always_2d=True)
            yield Source(file.samplerate, file.channels, read, share_there)
    except UnreadableFile:
        raise
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError, OSError) as error:
        said = str(error).split(": ")[-1].strip(" .")
        raise UnreadableFile(path, f"damaged, or no sound file: {said[:1].lower()}{said[1:]}") from None


def _heard(source: Source, path: str, start: float, seconds: float | None) -> _Heard:
    """Return a part of what is decoded, its channels mixed, at 24,576 samples a second."""
    soxr = needed("soxr", READING, "audio")
    rate, channels = source.sample_rate, source.channels
    if not RATES[0] <= rate <= RATES[1]:
        raise UnreadableFile(path, f"{rate:,} samples a second: expected {RATES[0]:,}..{RATES[1]:,}")
    if not 1 <= channels <= LIMITS.channels:
        raise UnreadableFile(path, f"{channels} channels: at most {LIMITS.channels} are mixed")
    for _ in _blocks(source, round(start * rate)):
        pass  # Seeking in a damaged file may lead anywhere: so the beginning is read over.
    most = round((LIMITS.sound_seconds if seconds is None else seconds) * rate)
    stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
    heard, frames, mixed, apart = bytearray(), 0, 0.0, 0.0
    for block, is_last in _blocks(source, most):
        mono = np.ascontiguousarray(block.mean(axis=1))
        heard += stream.resample_chunk(mono, last=is_last).tobytes()
        frames += len(block)
        mixed += float(np.square(mono, dtype=np.float64).sum())
        apart += float(np.square(block, dtype=np.float64).mean(axis=1).sum())
    if seconds is None and frames == most and len(source.read(1)):
        raise UnreadableFile(
            path,
            f"lasts more than {LIMITS.sound_seconds / 60:g} minutes: name a part of it with start and seconds",
        )
    wave = np.frombuffer(heard, np.float32)
    return _Heard(wave, frames, mixed * channels / apart if apart else 1.0)


def _remarks(share: float, kept: float) -> tuple[str, ...]:
    """Return what is odd: how much of a file is there, and what mixing kept of what unrelated channels would keep."""
    cut_off = f"cut off: {min(round(100 * share), 99)}% of what its header tells of is there"
    if not share:
        cut_off = "cut off: its end is missing"
    cancelled = "its channels cancel each other when they are mixed: much of it is not heard"
    return (*([cut_off] if share < 1 else []), *([cancelled] if kept < CANCELLED else []))


def _blocks(source: Source, most: int) -> Iterator[tuple[NDArray[np.float32], bool]]:
    """Give blocks, shape (frames, channels), of at most `most` frames in all, and whether each is the last."""
    at_once = BLOCK_SAMPLES // source.channels
    done, ended = 0, most == 0
    while not ended:
        wanted = min(at_once, most - done)
        block = source.read(wanted)
        done += len(block)
        ended = len(block) < wanted or done >= most
        yield block, ended


def _share_there(data: bytes) -> float:
    """Return the share of a file that is there, by what it tells: 1 where it tells nothing, 0 where it has no end."""
    if data[:4] == b"OggS":
        return float(_has_last_page(data))
    told = _told_bytes(data)
    return len(data) / told if len(data) + SLACK_BYTES < told < STREAMED else 1.0


def _has_last_page(data: bytes) -> bool:
    """Tell whether an Ogg file ends with a whole page that says it is the last."""
    at = data.rfind(b"OggS")
    head = data[at : at + OGG_HEAD_BYTES]
    lengths = data[at + OGG_HEAD_BYTES : at + OGG_HEAD_BYTES + head[-1]]
    is_whole = len(head) == OGG_HEAD_BYTES and at + OGG_HEAD_BYTES + head[-1] + sum(lengths) <= len(data)
    return is_whole and bool(head[5] & OGG_LAST)


def _told_bytes(data: bytes) -> int:
    """Return how many bytes the header tells of; 0 where it tells none."""

    def number(begin: int, end: int, order: Literal["little", "big"] = "little") -> int:
        return int.from_bytes(data[begin:end], order)

    kind = data[:4]
    if kind == b"RIFF":
        return number(4, 8)
    if kind in (b"FORM", b"RIFX"):
        return number(4, 8, "big")
    if kind in (b"RF64", b"BW64"):
        return number(20, 28) if data[12:16] == b"ds64" else 0
    if kind == b"riff":
        return number(16, 24)
    if kind in (b".snd", b"dns."):
        order: Literal["little", "big"] = "big" if kind == b".snd" else "little"
        return number(4, 8, order) + number(8, 12, order)
    return _told_by_boxes(data) if data[4:8] == b"ftyp" else _told_by_chunks(data)


def _told_by_chunks(data: bytes) -> int:
    """Return where the last chunk of a CAF file ends, by the lengths that the chunks tell; 0 where one tells none."""
    if data[:4] != b"caff":
        return 0
    at = CAF_HEAD_BYTES
    for _ in range(MOST_BOXES):
        if at + CAF_CHUNK_HEAD_BYTES > len(data):
            break
        length = int.from_bytes(data[at + 4 : at + CAF_CHUNK_HEAD_BYTES], signed=True)
        if length < 0:
            return 0
        at += CAF_CHUNK_HEAD_BYTES + length
    return at


def _told_by_boxes(data: bytes) -> int:
    """Return where the last box of an MPEG-4 file ends, by the lengths that the boxes tell."""
    at = 0
    for _ in range(MOST_BOXES):
        length = int.from_bytes(data[at : at + 4])
        # A box of length 0 goes on to the end of the file; what has no name is no box.
        if not length or not data[at + 4 : at + 8].isalnum():
            break
        at += max(8, length if length > 1 else int.from_bytes(data[at + 8 : at + 16]))
    return at
