"""This file is where the fields of an ABC tune are understood: key, meter, unit, tempo, a voice's settings.

Each function takes the text after the colon. What it cannot make out it hands back as words, for a remark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from goldenear.errors import InvalidInput
from goldenear.notes.formats.exact import microseconds_per_quarter, signature
from goldenear.notes.metre import Metre

Signature = dict[str, int]
"""Which letters a key alters, in semitones: D major is ``{"F": 1, "C": 1}``."""

_FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
_MODES = {
    "": 0,
    "m": -3,
    "maj": 0,
    "ion": 0,
    "min": -3,
    "aeo": -3,
    "mix": -1,
    "dor": -2,
    "phr": -4,
    "lyd": 1,
    "loc": -5,
}
_WORDS: dict[str, Signature] = {"none": {}, "hp": {"F": 1, "C": 1}}
"""Keys that are no tonic: without any, and the Highland pipes', which HP does not print but sounds."""
_ACCIDENTALS = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}
_SIGNED = re.compile(r"(\^\^?|__?|=)([A-Ga-g])")
_ALTERED = re.compile(rf"(?:{_SIGNED.pattern})+")

_KEY = re.compile(
    r"([A-G])([#b♯♭]?)\s*((?:maj|ion|min|aeo|mix|dor|phr|lyd|loc|exp)[a-z]*|m(?![A-Za-z=]))?", re.IGNORECASE
)
_OPTION = re.compile(r"([A-Za-z]+)\s*=\s*(\"[^\"]*\"|\S+)|(\S+)")
_CLEF = re.compile(
    r"(?:treble|alto|tenor|bass|soprano|mezzosoprano|baritone|perc|none|auto|[GCF])[1-5]?([-+^_]8|[-+^_]15)?"
)
_FOR_PRINT = """
    m middle stafflines staffscale style stem stems gstem dyn dynamic lyrics vocal merge up down brace bracket
    brk brc sname snm subname spc space staves cue
"""
_PRINTED_ONLY = frozenset(_FOR_PRINT.split())


@dataclass(slots=True)
class Settings:
    """What K: and V: say besides the key: how far the notes sound from where they are written, and a name."""

    lifts: dict[str, int] = field(default_factory=dict)
    name: str = ""
    is_percussion: bool = False
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter: how long its bar is, in whole notes (None: free), and whether its beats are of three."""

    bar: Fraction | None
    is_compound: bool = False

    @property
    def unit(self) -> Fraction:
        """The unit note length where no L: field gives one."""
        short = self.bar is not None and self.bar < Fraction(3, 4)
        return Fraction(1, 16) if short else Fraction(1, 8)


def number(digits: str, most: int = 9999) -> int | None:
    """Return a whole number, or None where there are no digits or too many."""
    return int(digits) if re.fullmatch(r"[0-9]{1,6}", digits) and int(digits) <= most else None


def key(text: str) -> tuple[Signature | None, Settings]:
    """Return the signature that a K: field gives (None: it keeps the last one) and its other settings."""
    text = text.strip()
    found = _KEY.match(text) if text[:1].isupper() else None
    if word := re.match(r"(HP|Hp|none)(?!\S)", text):
        base: Signature | None = dict(_WORDS[word[1].lower()])
        rest = text[word.end() :]
    elif found:
        base, rest = _tonality(found, text)
    else:
        base, rest = None, text
    settings = options(rest)
    if "exp" in settings.unknown:
        settings.unknown.remove("exp")
        base = {}
    altered = [word for word in settings.unknown if _ALTERED.fullmatch(word)]
    if altered:
        signed = _SIGNED.findall(" ".join(altered))
        base = (base or {}) | {letter.upper(): _ACCIDENTALS[sign] for sign, letter in signed}
        settings.unknown = [word for word in settings.unknown if not _ALTERED.fullmatch(word)]
    return base, settings


def _tonality(found: re.Match[str], text: str) -> tuple[Signature, str]:
    """Return the signature of a tonic and a mode, and the text after them."""
    tonic, sharp_or_flat, mode = found.groups(default="")
    rest = text[found.end() :]
    if mode.lower().startswith("exp"):
        return {}, rest
    fifths = _FIFTHS[tonic] + {"": 0, "#": 7, "♯": 7, "b": -7, "♭": -7}[sharp_or_flat]
    return signature(fifths + _MODES[mode[:3].lower()]), rest


def options(text: str) -> Settings:
    """Return the settings of a voice or a key: clef, octave=, transpose=, name=."""
    settings = Settings()
    for name, quoted, word in _OPTION.findall(text):
        value = quoted.strip('"')
        if name in ("octave", "transpose", "t") and re.fullmatch(r"[-+]?[0-9]{1,2}", value):
            steps = 12 if name == "octave" else 1
            settings.lifts["octave" if name == "octave" else "transpose"] = int(value) * steps
        elif name in ("name", "nm"):
            settings.name = value
        elif clef := _CLEF.fullmatch(value if name == "clef" else word):
            settings.lifts["clef"] = {"-": -12, "+": 12}.get((clef[1] or " ")[0], 0) * (
                2 if (clef[1] or "").endswith("15") else 1
            )
            settings.is_percussion = "perc" in clef[0]
        elif (name or word) not in _PRINTED_ONLY:
            settings.unknown.append(word or f"{name}={value}")
    return settings


def meter(text: str) -> Meter | None:
    """Return the meter of an M: field; None if it cannot be made out.

    Examples
    --------
    >>> meter("6/8"), meter("(2+3)/8").bar, meter("C|").bar, meter("none").bar
    (Meter(bar=Fraction(3, 4), is_compound=True), Fraction(5, 8), Fraction(1, 1), None)
    """
    text = text.strip()
    if text.lower() in ("none", "free", ""):
        return Meter(None)
    try:
        metre = Metre.parsed(text)
    except InvalidInput:
        return None
    return Meter(metre.quarters / 4, is_compound=metre.beats in (6, 9, 12))


def unit(text: str) -> Fraction | None:
    """Return the unit note length of an L: field, in whole notes; None if it cannot be made out."""
    found = re.fullmatch(r"\s*([0-9]{1,3})\s*(?:/\s*([0-9]{1,4}))?\s*", text)
    if found is None or not int(found[1]) or not int(found[2] or 1):
        return None
    return Fraction(int(found[1]), int(found[2] or 1))


def tempo(text: str, unit_length: Fraction) -> int | None:
    """Return the microseconds a quarter of a Q: field; None where it gives no number.

    Parameters
    ----------
    text : str
        ``"1/4=120"``, ``"Lively" 3/8=100`` or, as of old, ``"120"`` units a minute.
    unit_length : Fraction
        The unit note length, in whole notes.
    """
    text = re.sub(r"\"[^\"]*\"", " ", text).strip()
    found = re.fullmatch(r"(?:((?:[0-9]{1,3}/[0-9]{1,3}\s*){1,8})=\s*)?([0-9]{1,4})(\.[0-9]{1,3})?", text)
    if found is None:
        return None
    try:
        beat = sum((Fraction(part) for part in (found[1] or "").split()), Fraction(0)) or unit_length
        return microseconds_per_quarter(Fraction(found[2] + (found[3] or "")) * beat * 4)
    except ZeroDivisionError:
        return None
