"""Make the standard streams safe, once, before a command begins.

A stream escapes what its encoding cannot carry. One that is closed, or whose reader has left (a pager, ``head``),
takes everything and says nothing: the command does what it was asked for, and leaves with its own code.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO


class _Stream(io.RawIOBase):
    """A standard stream beneath all buffers; once writing to it has failed, it swallows what comes."""

    def __init__(self, raw: io.RawIOBase, *, must_arrive: bool) -> None:
        self._raw = raw
        self._must_arrive = must_arrive
        self.is_lost = False

    def write(self, data: Any) -> int | None:
        """Write, and return how many bytes went out.

        Raises
        ------
        OSError
            Once, if what must arrive cannot, though somebody reads it: the disk is full, for instance.
        """
        if not self.is_lost:
            try:
                return self._raw.write(data)
            except OSError as error:
                self.is_lost = True
                if self._must_arrive and not isinstance(error, BrokenPipeError):
                    raise OSError(error.errno, error.strerror, "standard output") from None
        return memoryview(data).nbytes

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def fileno(self) -> int:
        """Return the number by which the system knows the stream."""
        return self._raw.fileno()

    def isatty(self) -> bool:
        """Tell whether it is a terminal."""
        return self._raw.isatty()


def make_safe() -> None:
    """Make the standard streams safe; to be called before anything is read or printed."""
    _fill_numbers()
    if sys.stdin is None:
        sys.stdin = _nothing("r")
    elif isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="backslashreplace")
    sys.stdout = _safe(sys.stdout, must_arrive=True)
    sys.stderr = _safe(sys.stderr, must_arrive=False)


def is_read() -> bool:
    """Tell whether somebody may still read what is printed."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return not (isinstance(raw, _Stream) and raw.is_lost)


def carries(text: str) -> bool:
    """Tell whether standard output can show a text as it is."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _fill_numbers() -> None:
    """Open nothing under the numbers of closed streams, lest a file gets one, and what a library prints."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The system gives the lowest number that is free.
            os.open(os.devnull, os.O_RDWR)


def _safe(stream: TextIO | None, *, must_arrive: bool) -> TextIO:
    """Return a stream that escapes what it cannot carry, and swallows what nobody reads."""
    if stream is None:
        return _nothing("w")
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)
    if not isinstance(raw, io.RawIOBase) or isinstance(raw, _Stream):
        # A program that runs commands inside itself has a stream of its own.
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(_Stream(raw, must_arrive=must_arrive)),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=True,
    )


def _nothing(mode: str) -> TextIO:
    """Return a stream that takes everything, or one that gives nothing."""
    return io.TextIOWrapper(io.FileIO(os.devnull, mode), encoding="utf-8")
