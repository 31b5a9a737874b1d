"""This file is where a clip stands: one channel of sound, as numbers."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import kind_of, must_be, number, several, shown, text, whole_number
from goldenear.errors import InvalidInput, TooLarge, printable
from goldenear.limits import LIMITS
from goldenear.optional import needed

SAMPLE_RATE = 24_576
"""What clips are counted in: 512 samples are 1/48 s, a tick of the picture; what lies above 12 kHz is not needed."""

RATES = (2_000, 400_000)

LOUDEST = 8.0
"""Samples are brought within this, of full scale 1: what is far louder is no sound."""

READING = "reading sound"
"""What needs the libraries that decode."""

QUIETEST_DECIBELS = 200
"""What is softer than that cannot be told from nothing."""

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
        What messages call it, in one line: control characters are escaped.
    path : str
        The file it came from; empty for sound made in memory.
    remarks : tuple of str
        One short sentence for each thing that is odd about the file; empty where there is none.
    """

    wave: NDArray[np.float32]
    sample_rate: int
    name: str = ""
    path: str = ""
    remarks: tuple[str, ...] = ()

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
        whole_number("sample_rate", sample_rate, *RATES)
        text("name", name)
        try:
            given = np.asarray(wave)
        except (ValueError, TypeError, OverflowError):
            raise InvalidInput("wave: expected one or more channels of one length") from None
        if given.ndim not in (1, 2) or given.dtype.kind not in "fi" or not given.size:
            came = f"{given.dtype} {given.shape}" if given.ndim else shown(wave)
            hint = "; read_clip reads files" if isinstance(wave, str | os.PathLike) else ""
            raise InvalidInput(f"wave: expected numbers, (n,) or (n, channels), signed, got {came}{hint}")
        if given.ndim == 2 and given.shape[1] > LIMITS.channels:
            slip = "; is it (channels, n)? transpose it" if given.shape[0] <= LIMITS.channels else ""
            raise InvalidInput(
                f"wave: expected at most {LIMITS.channels} channels, got {given.shape[1]:,}{slip}"
            )
        if len(given) > LIMITS.sound_seconds * sample_rate:
            raise TooLarge(
                f"{name or 'the clip'}: lasts more than {LIMITS.sound_seconds / 60:g} minutes: cut it"
            )
        full = 1.0 if given.dtype.kind == "f" else float(np.iinfo(given.dtype).max)
        mono = given if given.ndim == 1 else given.mean(axis=1)
        if not np.isfinite(mono).all():
            raise InvalidInput("wave: a sample is no finite number")
        return cls(frozen(np.clip(mono / full, -LOUDEST, LOUDEST)), int(sample_rate), name)

    def __post_init__(self) -> None:
        wave = self.wave
        if not isinstance(wave, np.ndarray) or wave.dtype != np.float32 or wave.ndim != 1:
            raise InvalidInput(
                f"wave: expected float32 samples, got {kind_of(wave)}; Clip.of takes any numbers"
            )
        whole_number("sample_rate", self.sample_rate, *RATES)
        text("name", self.name)
        object.__setattr__(self, "name", printable(self.name))
        text("path", self.path)
        must_be("remarks", self.remarks, tuple)

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
        if not len(self.wave):
            return True
        mean = self.wave.mean()
        return float(max(self.wave.max() - mean, mean - self.wave.min())) < QUIETEST_PEAK

    def cut(self, start: float, end: float) -> Clip:
        """Return what sounds from `start` to `end`, in seconds; beyond the clip there is nothing.

        Raises
        ------
        InvalidInput
            If nothing is left.
        """
        for name, time in (("start", start), ("end", end)):
            number(name, time, 0, math.inf)
        first, last = (round(min(max(t, 0), self.seconds) * self.sample_rate) for t in (start, end))
        if start >= end or first >= last:
            raise InvalidInput(
                f"start, end: expected 0 <= start < end within {self.seconds:.2f} s, got {shown(start)}, {shown(end)}"
            )
        return replace(self, wave=frozen(self.wave[first:last]))

    def at_rate(self, sample_rate: int) -> Clip:
        """Return the same sound in so many samples a second."""
        whole_number("sample_rate", sample_rate, *RATES)
        if sample_rate == self.sample_rate:
            return self
        resampled = needed("soxr", READING, "audio").resample(
            np.array(self.wave), self.sample_rate, sample_rate
        )
        return replace(self, wave=frozen(resampled), sample_rate=sample_rate)

    def trimmed(self, *, decibels: float = 50.0) -> Clip:
        """Return the clip without the silence at its ends: what is so much softer than its loudest 20 ms."""
        number("decibels", decibels, 0, QUIETEST_DECIBELS, above=True)
        hop = max(1, self.sample_rate // 50)
        frames = np.pad(self.wave, (0, -len(self.wave) % hop)).reshape(-1, hop)
        power = np.square(frames, dtype=np.float64).mean(axis=1)
        loud = np.flatnonzero(power > power.max(initial=0) * 10 ** (-decibels / 10))
        if not len(loud):
            return self
        return replace(self, wave=frozen(self.wave[loud[0] * hop : (loud[-1] + 1) * hop]))


def must_be_a_clip(value: object) -> None:
    """Raise InvalidInput, with the likely slip, unless it is a clip."""
    must_be("clip", value, Clip, _how_to_get_a_clip)


def several_clips(name: str, values: object) -> tuple[Clip, ...]:
    """Return `values` as a tuple; raise InvalidInput, with the likely slip, unless they are several clips."""
    return several(name, values, Clip, _how_to_get_a_clip)


def _how_to_get_a_clip(value: object) -> str:
    """Return how what came in place of a clip becomes one; nothing where nobody can tell."""
    if isinstance(value, str | os.PathLike):
        return "files of sound are read with goldenear.read_clip"
    # Notes are made on a higher floor, so they are known here by their columns.
    return "goldenear.clip_of plays notes" if hasattr(value, "onset") else ""


def frozen(wave: NDArray[Any]) -> NDArray[np.float32]:
    """Return the samples as float32, read-only."""
    kept = np.ascontiguousarray(wave, np.float32).copy()
    kept.flags.writeable = False
    return kept
