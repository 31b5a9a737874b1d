"""Sound that libsndfile does not know, decoded by what is installed: ffmpeg, or the system's own decoders.

Both decode as much as is asked for and no more, so memory stays bounded however long the sound is, and a clock
ends what takes too long. ffmpeg gives samples of 32 bits. The system's decoders (Core Audio, GStreamer) are
reached through audioread and give 16 bits. audioread can reach ffmpeg too, but keeps all that it decodes in
memory, in 16 bits, and takes some layouts of four channels for one; so ffmpeg is run here.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import UnreadableFile
from goldenear.hearing.clip import READING
from goldenear.optional import needed

SLOWEST_SECONDS = 300.0
"""A decoder that works longer on one file is ended."""

_FFMPEG = ("-nostdin", "-v", "error", "-protocol_whitelist", "file")
"""Only the file itself is opened, whatever it refers to."""

_TO_AU = ("-map", "0:a:0", "-f", "au", "-c:a", "pcm_f32be", "pipe:1")
"""AU begins with its rate and channels, and need not know its length."""

_AU_HEAD_BYTES = 24
_SAID_BYTES = 4_096
_NOT_THE_SYSTEM = ("FFmpegAudioFile", "RawAudioFile")


@dataclass(frozen=True, slots=True)
class Source:
    """Sound that is being decoded.

    Attributes
    ----------
    sample_rate, channels : int
        As the file has them.
    read : callable
        Takes a number of frames; returns the next ones, shape (frames, channels), fewer only at the end.
    share_there : callable
        Takes how many frames came in all, or None for a part of the file; returns the share of the file that is
        there, as far as it tells.
    remarks : list of str
        What the decoder found odd; complete at the end.
    """

    sample_rate: int
    channels: int
    read: Callable[[int], NDArray[np.float32]]
    share_there: Callable[[int | None], float]
    remarks: list[str] = field(default_factory=list)


@contextmanager
def decoding(path: str, kind: str, share_there: Callable[[int | None], float]) -> Iterator[Source]:
    """Open a sound file with a decoder that is installed.

    Parameters
    ----------
    path : str
        The file.
    kind : str
        What it is, for messages.
    share_there : callable
        What :class:`Source` keeps under this name.

    Raises
    ------
    UnreadableFile
        If no decoder is installed, or it cannot read the file in time.
    MissingExtra
        If audioread is not installed (extra ``audio``).
    """
    program = shutil.which("ffmpeg")
    opened = _by_ffmpeg(program, path, kind) if program else _by_system(path, kind)
    try:
        with opened as (sample_rate, channels, read, remarks):
            yield Source(sample_rate, channels, read, share_there, remarks)
    except OSError as error:
        raise UnreadableFile(path, f"it is {kind}, and its decoder does not run: {error}") from None


_Opened = tuple[int, int, Callable[[int], NDArray[np.float32]], list[str]]


@contextmanager
def _by_ffmpeg(program: str, path: str, kind: str) -> Iterator[_Opened]:
    """Let ffmpeg write the first sound of a file into a pipe; what it complains of becomes a remark."""
    command = [program, *_FFMPEG, "-i", str(Path(path).absolute()), *_TO_AU]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said) as process,
        _ended_in_time(process.kill) as check_time,
    ):
        pipe: IO[bytes] = process.stdout  # type: ignore[assignment]
        head = np.frombuffer(pipe.read(_AU_HEAD_BYTES).ljust(_AU_HEAD_BYTES, b"\0"), ">u4")
        begin, sample_rate, channels = int(head[1]), int(head[4]), int(head[5])
        if not channels:
            check_time(path)
            raise UnreadableFile(path, f"it is {kind}, but ffmpeg cannot decode it: {_first_line(said)}")
        pipe.read(begin - _AU_HEAD_BYTES)
        remarks: list[str] = []

        def read(frames: int) -> NDArray[np.float32]:
            wanted = frames * channels * head.itemsize
            data = pipe.read(wanted)
            if len(data) < wanted:
                check_time(path)
                process.wait()
                remarks.extend(f"ffmpeg says: {line}" for line in [_first_line(said)] if line)
            whole = len(data) // (channels * head.itemsize) * channels
            return np.frombuffer(data, ">f4", whole).astype(np.float32).reshape(-1, channels)

        yield sample_rate, channels, read, remarks


@contextmanager
def _ended_in_time(end: Callable[[], Any]) -> Iterator[Callable[[str], None]]:
    """Call `end` when a decoder is left or has taken too long; give a function that raises if it has."""
    latest = time.monotonic() + SLOWEST_SECONDS
    clock = Timer(SLOWEST_SECONDS, end)
    clock.daemon = True
    clock.start()

    def check_time(path: str) -> None:
        if time.monotonic() >= latest:
            raise UnreadableFile(path, f"its decoder took more than {SLOWEST_SECONDS:g} s and was ended")

    try:
        yield check_time
    finally:
        clock.cancel()
        end()


def _first_line(said: IO[bytes]) -> str:
    """Return the first line that a program said, without the part of it that speaks."""
    said.seek(0)
    lines = said.read(_SAID_BYTES).decode("utf-8", "replace").splitlines()
    return lines[0].rpartition("] ")[2].strip()[:120] if lines else ""


@contextmanager
def _by_system(path: str, kind: str) -> Iterator[_Opened]:
    """Open a file with the system's own decoders, as far as audioread finds them."""
    with warnings.catch_warnings():
        # audioread imports modules that Python is about to drop.
        warnings.simplefilter("ignore", DeprecationWarning)
        audioread = needed("audioread", READING, "audio")
        backends = [each for each in audioread.available_backends() if each.__name__ not in _NOT_THE_SYSTEM]
    if not backends:
        raise UnreadableFile(
            path,
            f"it is {kind} that needs another decoder: install ffmpeg, or save the sound as WAV or FLAC",
        )
    try:
        with audioread.audio_open(path, backends) as sound, _ended_in_time(sound.close) as check_time:
            blocks = _checked(sound, check_time, path)
            yield sound.samplerate, sound.channels, _reader(blocks, sound.channels), []
    except (audioread.DecodeError, EOFError) as error:
        reason = str(error) or "install ffmpeg, or save the sound as WAV or FLAC"
        raise UnreadableFile(path, f"it is {kind}, but no decoder here can read it: {reason}") from None


def _checked(blocks: Iterable[bytes], check_time: Callable[[str], None], path: str) -> Iterator[bytes]:
    """Give the blocks while there is time."""
    for block in blocks:
        check_time(path)
        yield block


def _reader(blocks: Iterator[bytes], channels: int) -> Callable[[int], NDArray[np.float32]]:
    """Return a function that reads frames out of blocks of any size, 16 bits a sample."""
    left = np.zeros(0, "<i2")

    def read(frames: int) -> NDArray[np.float32]:
        nonlocal left
        parts, there, wanted = [left], len(left), frames * channels
        while there < wanted and (block := next(blocks, None)) is not None:
            parts.append(np.frombuffer(block, "<i2"))
            there += len(parts[-1])
        samples = np.concatenate(parts)
        left = samples[wanted:]
        whole = min(wanted, len(samples)) // channels * channels
        return (samples[:whole] / 32768).astype(np.float32).reshape(-1, channels)

    return read
