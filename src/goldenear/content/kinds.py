"""The kinds of file: those that are read, the endings of their names, and how a refusal is worded."""

from __future__ import annotations

from typing import Literal, NamedTuple

Format = Literal["midi", "abc", "musicxml", "mxl", "mei", "kern", "sound"]
"""What is read; each has one reader."""

_ENDINGS: dict[Format, str] = {
    "midi": ".mid .midi .kar .rmi",
    "abc": ".abc",
    "musicxml": ".musicxml .xml",
    "mxl": ".mxl",
    "mei": ".mei",
    "kern": ".krn .kern",
    "sound": ".wav .rf64 .w64 .flac .ogg .oga .opus .mp3 .mp2 .m4a .mp4 .aac .aif .aiff .aifc .caf .au .snd",
}

FORMATS: dict[str, Format] = {
    ending: format_ for format_, endings in _ENDINGS.items() for ending in endings.split()
}
"""The format that each ending of a file name stands for. Folders are searched for these endings."""

EXPECTED = f"MIDI, MusicXML, MEI, Humdrum kern, ABC or sound ({' '.join(FORMATS)})"
"""What can be read, for messages."""


class Content(NamedTuple):
    """What a file holds.

    Attributes
    ----------
    name : str
        What messages call it, with its article.
    format : Format or None
        What reads it; None if nothing does.
    advice : str
        What to do with a file that nothing reads.
    may_need_decoder : bool
        Whether it is sound that libsndfile may not decode, but a decoder such as ffmpeg does.
    """

    name: str
    format: Format | None = None
    advice: str = ""
    may_need_decoder: bool = False

    @property
    def refusal(self) -> str:
        """Why it is refused, and what to do."""
        return f"it is {self.name}: {self.advice}"
