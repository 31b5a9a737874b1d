"""Everything goldenear can refuse, and the one line it then says.

::

    GoldenearError
    ├── InvalidInput      (also ValueError)   an argument is off: which, what was expected, what came
    │   └── NoNotes                           a fragment that must sound is silent
    ├── UnreadableFile    (also ValueError)   a file is refused: which, and why
    │   └── NoSuchPart    (also InvalidInput) it holds no such track, channel or voice, or no tune of that number
    ├── InvalidTaste      (also ValueError)   a folder of samples, or its taste.toml, is off
    ├── TooLarge          (also ValueError)   an answer would not fit the memory budget: sizes are checked first
    ├── NothingFound                          a search came to nothing: what was tried, and what may help
    └── MissingExtra      (also ImportError)  an optional library is not installed: the command that installs it

Catch :class:`GoldenearError` to catch them all; the message is always a single line that says what to do.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence

JOINERS = "\u200c\u200d"
"""Invisible characters that Persian, Hindi and emoji are spelled with; they stay as they are."""


LONGEST = 2_000
"""Letters of a message: what is longer, as a setting of a hostile file may be, is told without its middle."""


def printable(text: str) -> str:
    r"""Return text as one line that does nothing to a terminal.

    Control characters, line breaks, what changes the direction of writing, and bytes that are no UTF-8 are escaped:
    names come from strangers' files, and may hold any of these.

    Examples
    --------
    >>> print(printable("a\x1b]0;b\n\udcff.mid"))
    a\x1b]0;b\n\udcff.mid
    """
    if text.isprintable():
        return text
    return "".join(c.encode("unicode_escape").decode() if _is_control(c) else c for c in text)


def _shortened(text: str) -> str:
    """Return text without its middle, where it is too long for a message."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} [...] {text[-LONGEST // 4 :]}"


def _is_control(char: str) -> bool:
    """Tell whether a character controls how others are shown, or is half of one."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char not in JOINERS


class GoldenearError(Exception):
    """The base of every error that goldenear raises on purpose; its message is always one line."""

    def __init__(self, message: str = "") -> None:
        super().__init__(_shortened(printable(message)))


class InvalidInput(GoldenearError, ValueError):
    """An argument is off; the message names it, what was expected and what came."""


class NoNotes(InvalidInput):
    """A fragment without notes was given where something has to sound."""

    def __init__(
        self, name: str, what: str = "notes", purpose: str = "compare", *, remarks: Sequence[str] = ()
    ) -> None:
        why = f" ({'; '.join(remarks)})" if remarks else ""
        super().__init__(
            f"{name or 'the fragment'}: there are no {what} in it, so there is nothing to {purpose}{why}"
        )


class UnreadableFile(GoldenearError, ValueError):
    """A file is refused.

    Attributes
    ----------
    path : str
        The file, as it was given.
    reason : str
        Why it is refused, in a few words.
    """

    def __init__(self, path: str | os.PathLike[str], reason: str) -> None:
        self.path = os.fspath(path)
        self.reason = reason
        super().__init__(f"{self.path}: {reason}")


class NoSuchPart(UnreadableFile, InvalidInput):
    """A file does not hold the track, channel, voice or tune that was asked for; the message lists what it holds."""


class InvalidTaste(GoldenearError, ValueError):
    """A taste folder or its taste.toml cannot be used; the message names the file and what to change."""


class TooLarge(GoldenearError, ValueError):
    """A result would exceed the memory budget; nothing was allocated."""


class NothingFound(GoldenearError):
    """A search found nothing that can be returned; the message says how much was tried."""


class MissingExtra(GoldenearError, ImportError):
    """An optional library is missing; the message gives the command that installs it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional part: pip install 'goldenear[{extra}]'")
