"""This file is where a sound file becomes a clip: decoded within limits, its channels mixed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from numbers import Real
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import InvalidInput, UnreadableFile
from goldenear.files import bytes_of
from goldenear.hearing.clip import (
    LONGEST_SECONDS,
    LOUDEST,
    MOST_CHANNELS,
    RATES,
    READING,
    SAMPLE_RATE,
    Clip,
    frozen,
)
from goldenear.optional import needed

SUFFIXES = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff")
"""The file name endings of sound that can be read."""

MAX_FILE_BYTES = 256 * 2**20
"""Larger files are refused before they are opened."""

LATEST_SECONDS = 24 * 3600
"""What begins later in a file is not looked for."""

BLOCK_SAMPLES = 2**20
"""How much is decoded at a time, all channels together."""

CUT_OFF = 0.99
"""A file that holds less of what its header tells of is remarked upon."""

CANCELLED = 0.1
"""So is one whose channels, mixed, keep less than this of the power that channels of unrelated sound would."""

ORDERS: dict[bytes, Literal["little", "big"]] = {b"RIFF": "little", b"FORM": "big"}
"""How WAV and AIFF files write numbers, by their first letters."""

STREAMED = 2**31 - 2**20
"""So many bytes, or more, or none: what the header of a stream says, which does not know its length."""

COUNTED, FIRST_FRAME = (b"Xing", b"Info"), 2_048
"""What stands in the first frame of an MP3 file that tells its length, and within how many bytes."""


def read_clip(
    path: str | os.PathLike[str], *, start: float = 0.0, seconds: float | None = None, trim: bool = False
) -> Clip:
    """Read sound from a file: mixed to one channel, at 24,576 samples a second.

    Parameters
    ----------
    path : str or PathLike
        WAV, FLAC, Ogg (Vorbis, Opus), MP3 or AIFF.
    start, seconds : float
        Which part of it, from .01 s to 20 minutes; by default all.
    trim : bool
        Leave off the silence at its ends.

    Raises
    ------
    UnreadableFile
        If the file is missing, damaged, of no known kind, or too long.
    InvalidInput
        If an argument is out of range.
    MissingExtra
        If soundfile is not installed (extra ``audio``).
    """
    path = os.fspath(path)
    if not _is_time(start) or start > LATEST_SECONDS:
        raise InvalidInput(f"start: expected 0..{LATEST_SECONDS:,} seconds, got {start!r}")
    if seconds is not None and not (_is_time(seconds) and 0.01 <= seconds <= LONGEST_SECONDS):
        raise InvalidInput(f"seconds: expected .01..{LONGEST_SECONDS:,}, got {seconds!r}")
    if Path(path).suffix.lower() not in SUFFIXES:
        raise UnreadableFile(path, f"unknown kind of sound file: expected one of {' '.join(SUFFIXES)}")
    clip = decoded(bytes_of(path, MAX_FILE_BYTES, "sound"), path, start=float(start), seconds=seconds)
    return clip.trimmed() if trim else clip


def decoded(data: bytes, path: str, *, start: float = 0.0, seconds: float | None = None) -> Clip:
    """Return the clip in a file's bytes; block by block, whatever length the file claims.

    Raises
    ------
    UnreadableFile
        If it is damaged, silent for want of samples, or too long.
    MissingExtra
        If soundfile is not installed (extra ``audio``).
    """
    soundfile, soxr = (needed(name, READING, "audio") for name in ("soundfile", "soxr"))
    whole = not start and seconds is None
    try:
        with soundfile.SoundFile(BytesIO(data)) as file:
            rate, channels = file.samplerate, file.channels
            if not RATES[0] <= rate <= RATES[1]:
                raise UnreadableFile(path, f"{rate:,} samples a second: expected {RATES[0]:,}..{RATES[1]:,}")
            if not 1 <= channels <= MOST_CHANNELS:
                raise UnreadableFile(path, f"{channels} channels: at most {MOST_CHANNELS} are mixed")
            for _ in _blocks(file, round(start * rate)):
                pass  # Seeking in a damaged file may lead anywhere: so the beginning is read over.
            most = round((LONGEST_SECONDS if seconds is None else seconds) * rate)
            stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
            parts, frames, mixed, apart = [], 0, 0.0, 0.0
            for block, is_last in _blocks(file, most):
                mono = np.ascontiguousarray(block.mean(axis=1))
                parts.append(stream.resample_chunk(mono, last=is_last))
                frames += len(block)
                mixed += float(np.square(mono, dtype=np.float64).sum())
                apart += float(np.square(block, dtype=np.float64).mean(axis=1).sum())
            if seconds is None and frames == most and len(file.read(1, dtype="float32", always_2d=True)):
                raise UnreadableFile(
                    path,
                    f"lasts more than {LONGEST_SECONDS // 60} minutes: name a part of it with start and seconds",
                )
            if file.format == "MP3":
                share = frames / max(1, file.frames) if whole and _tells_length(data) else 1.0
            else:
                share = _share_there(data)
    except UnreadableFile:
        raise
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError, OSError) as error:
        said = str(error).removeprefix("Error opening <_io.BytesIO object").split(": ")[-1].strip(" .")
        raise UnreadableFile(path, f"damaged, or no sound file: {said[:1].lower()}{said[1:]}") from None
    wave = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    if not len(wave):
        raise UnreadableFile(
            path, "there is no sound in it" if not start else f"nothing sounds from {start:g} s on"
        )
    if not np.isfinite(wave).all():
        raise UnreadableFile(path, "damaged: a sample is no number")
    remarks = _remarks(share, kept=mixed * channels / apart if apart else 1.0)
    return Clip(frozen(np.clip(wave, -LOUDEST, LOUDEST)), SAMPLE_RATE, Path(path).name, path, remarks)


def _remarks(share: float, kept: float) -> tuple[str, ...]:
    """Return what is odd: how much of a file is there, and what mixing kept of what unrelated channels would keep."""
    cut_off = f"cut off: {share:.0%} of what its header tells of is there"
    cancelled = "its channels cancel each other when they are mixed: much of it is not heard"
    return (*([cut_off] if share < CUT_OFF else []), *([cancelled] if kept < CANCELLED else []))


def _blocks(file: Any, most: int) -> Iterator[tuple[NDArray[np.float32], bool]]:
    """Give blocks, shape (frames, channels), of at most `most` frames in all, and whether each is the last."""
    at_once = BLOCK_SAMPLES // file.channels
    done, ended = 0, most == 0
    while not ended:
        wanted = min(at_once, most - done)
        block = file.read(wanted, dtype="float32", always_2d=True)
        done += len(block)
        ended = len(block) < wanted or done >= most
        yield block, ended


def _share_there(data: bytes) -> float:
    """Return the share of a WAV or AIFF file that is there, by the bytes that its header tells of; 1 of others."""
    if data[:4] not in ORDERS:
        return 1.0
    told = int.from_bytes(data[4:8], ORDERS[data[:4]])
    return len(data) / told if 0 < told < STREAMED else 1.0


def _tells_length(data: bytes) -> bool:
    """Tell whether an MP3 file says how many frames it has; of others, mpg123 guesses."""
    tag = 0
    if data[:3] == b"ID3" and len(data) >= 10:
        # Four bytes of seven bits each tell how long the tag is, after ten.
        tag = 10 + sum(byte << 7 * place for place, byte in enumerate(data[9:5:-1]))
    return any(name in data[tag : tag + FIRST_FRAME] for name in COUNTED)


def _is_time(value: object) -> bool:
    """Say whether it is a number from 0 on."""
    return isinstance(value, Real) and not isinstance(value, bool) and float(value) >= 0
