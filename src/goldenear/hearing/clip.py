"""This file is where a sound file becomes a clip: one channel of numbers, decoded within limits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import InvalidInput, TooLarge, UnreadableFile
from goldenear.files import bytes_of
from goldenear.optional import needed

SUFFIXES = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff")
"""The file name endings of sound that can be read."""

MAX_FILE_BYTES = 256 * 2**20
"""Larger files are refused before they are opened."""

LONGEST_SECONDS = 20 * 60
"""Longer sound is refused."""

SAMPLE_RATE = 24_576
"""What clips are counted in: 512 samples are 1/48 s, a tick of the picture; what lies above 12 kHz is not needed."""

LATEST_SECONDS = 24 * 3600
"""What begins later in a file is not looked for."""

MOST_CHANNELS = 16
RATES = (2_000, 400_000)
BLOCK_SAMPLES = 2**20
"""How much is decoded at a time, all channels together."""

LOUDEST = 8.0
"""Samples are brought within this, of full scale 1: what is far louder is no sound."""

READING = "reading sound"
"""What needs the libraries that decode."""

QUIETEST_PEAK = 1e-4
"""Sound with no sample louder than this (80 dB below full scale) is silence."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """One channel of sound, immutable; read one with :func:`read_clip`, or make one with :meth:`of`.

    Attributes
    ----------
    wave : float32 array, shape (n,)
        The samples, about -1..1.
    sample_rate : int
        Samples a second.
    name : str
        What messages call it.
    path : str
        The file it came from; empty for sound made in memory.
    """

    wave: NDArray[np.float32]
    sample_rate: int
    name: str = ""
    path: str = ""

    @classmethod
    def of(cls, wave: object, sample_rate: int, *, name: str = "") -> Clip:
        """Make a clip from samples: mono of shape (n,), or (n, channels), which are averaged.

        Raises
        ------
        InvalidInput
            If the samples are no finite numbers, or the rate is out of range.
        TooLarge
            If it lasts more than 20 minutes.

        Examples
        --------
        >>> Clip.of(np.zeros((24_000, 2)), 48_000).seconds
        0.5
        """
        if not isinstance(sample_rate, int | np.integer) or not RATES[0] <= sample_rate <= RATES[1]:
            raise InvalidInput(
                f"sample_rate: expected {RATES[0]:,}..{RATES[1]:,} a second, got {sample_rate!r}"
            )
        given = np.asarray(wave)
        if given.ndim not in (1, 2) or given.dtype.kind not in "fi" or not given.size:
            raise InvalidInput(
                f"wave: expected numbers, (n,) or (n, channels), signed, got {given.dtype} {given.shape}"
            )
        if given.ndim == 2 and given.shape[1] > MOST_CHANNELS:
            slip = "; is it (channels, n)? transpose it" if given.shape[0] <= MOST_CHANNELS else ""
            raise InvalidInput(
                f"wave: expected at most {MOST_CHANNELS} channels, got {given.shape[1]:,}{slip}"
            )
        if len(given) > LONGEST_SECONDS * sample_rate:
            raise TooLarge(f"{name or 'the clip'}: lasts more than {LONGEST_SECONDS // 60} minutes: cut it")
        full = 1.0 if given.dtype.kind == "f" else float(np.iinfo(given.dtype).max)
        mono = given if given.ndim == 1 else given.mean(axis=1)
        if not np.isfinite(mono).all():
            raise InvalidInput("wave: a sample is no finite number")
        return cls(_frozen(np.clip(mono / full, -LOUDEST, LOUDEST)), int(sample_rate), name)

    def __len__(self) -> int:
        return len(self.wave)

    def __repr__(self) -> str:
        called = f" {self.name!r}" if self.name else ""
        return f"<Clip{called}: {self.seconds:.2f} s at {self.sample_rate:,} Hz>"

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.wave) / self.sample_rate

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to hear: no sample lies further from their mean than 80 dB below full scale."""
        return not len(self.wave) or float(np.abs(self.wave - self.wave.mean()).max()) < QUIETEST_PEAK

    def cut(self, start: float, end: float) -> Clip:
        """Return what sounds from `start` to `end`, in seconds; beyond the clip there is nothing.

        Raises
        ------
        InvalidInput
            If nothing is left.
        """
        first, last = (round(min(max(t, 0), self.seconds) * self.sample_rate) for t in (start, end))
        if not 0 <= start < end or first >= last:
            raise InvalidInput(
                f"start, end: expected 0 <= start < end within {self.seconds:.2f} s, got {start}, {end}"
            )
        return replace(self, wave=_frozen(self.wave[first:last]))

    def at_rate(self, sample_rate: int) -> Clip:
        """Return the same sound in so many samples a second."""
        if sample_rate == self.sample_rate:
            return self
        resampled = needed("soxr", READING, "audio").resample(
            np.array(self.wave), self.sample_rate, sample_rate
        )
        return replace(self, wave=_frozen(resampled), sample_rate=sample_rate)

    def trimmed(self, *, decibels: float = 50.0) -> Clip:
        """Return the clip without the silence at its ends: what is so much softer than its loudest 20 ms."""
        hop = max(1, self.sample_rate // 50)
        frames = np.pad(self.wave, (0, -len(self.wave) % hop)).reshape(-1, hop)
        power = np.square(frames, dtype=np.float64).mean(axis=1)
        loud = np.flatnonzero(power > power.max(initial=0) * 10 ** (-decibels / 10))
        if not len(loud):
            return self
        return replace(self, wave=_frozen(self.wave[loud[0] * hop : (loud[-1] + 1) * hop]))


def must_be_a_clip(value: object) -> None:
    """Raise InvalidInput, with the likely slip, unless it is a clip."""
    if not isinstance(value, Clip):
        raise InvalidInput(f"clip: expected a Clip, got {type(value).__name__}; read_clip reads files")


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
    limit = LONGEST_SECONDS if seconds is None else seconds
    try:
        with soundfile.SoundFile(BytesIO(data)) as file:
            rate, channels = file.samplerate, file.channels
            if not RATES[0] <= rate <= RATES[1]:
                raise UnreadableFile(path, f"{rate:,} samples a second: expected {RATES[0]:,}..{RATES[1]:,}")
            if not 1 <= channels <= MOST_CHANNELS:
                raise UnreadableFile(path, f"{channels} channels: at most {MOST_CHANNELS} are mixed")
            if start:
                _skip(file, round(start * rate), path)
            stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
            parts = []
            for block, is_last in _blocks(file, round(limit * rate), path, seconds is None):
                parts.append(stream.resample_chunk(block, last=is_last))
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
    return Clip(_frozen(np.clip(wave, -LOUDEST, LOUDEST)), SAMPLE_RATE, Path(path).name, path)


def _skip(file: Any, frames: int, path: str) -> None:
    """Read over the beginning: seeking in a damaged file may lead anywhere."""
    for block, _ in _blocks(file, frames, path, False):
        del block


def _blocks(file: Any, most: int, path: str, refuse_more: bool) -> Iterator[tuple[NDArray[np.float32], bool]]:
    """Give mono blocks of at most `most` frames in all, and whether each is the last."""
    block_frames = BLOCK_SAMPLES // file.channels
    done = 0
    while True:
        wanted = min(block_frames, most - done)
        block = (
            file.read(wanted, dtype="float32", always_2d=True) if wanted > 0 else np.zeros((0, 1), np.float32)
        )
        done += len(block)
        ended = len(block) < wanted or wanted <= 0
        if done >= most and refuse_more and len(file.read(1, dtype="float32", always_2d=True)):
            raise UnreadableFile(
                path,
                f"lasts more than {LONGEST_SECONDS // 60} minutes: name a part of it with start and seconds",
            )
        yield np.ascontiguousarray(block.mean(axis=1)) if len(block) else np.zeros(0, np.float32), ended
        if ended:
            return


def _is_time(value: object) -> bool:
    """Say whether it is a number from 0 on."""
    return isinstance(value, Real) and not isinstance(value, bool) and float(value) >= 0


def _frozen(wave: NDArray[Any]) -> NDArray[np.float32]:
    """Return the samples as float32, read-only."""
    kept = np.ascontiguousarray(wave, np.float32).copy()
    kept.flags.writeable = False
    return kept
