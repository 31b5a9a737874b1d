"""This file is where a line of ABC music is taken apart into signs, and sung by a voice."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Protocol

from goldenear.notes.formats.abc_fields import number
from goldenear.notes.formats.abc_voice import Voice, Written
from goldenear.notes.formats.remarks import Remarks

# At most eight signs, and nothing given back: a line of nothing but signs would be gone over again and again.
_NOTE = r"([\^_=]{1,8}+[0-9]*+/*+[0-9]*+)?([A-Ga-g])([,']*)([0-9]*)(/*)([0-9]*)"
_QUOTED = r'"[^"]*"'
_DECORATION = r"![^!\s|]*!|!\s*D\.\s*[CS]\.[^!|]*!|\+[^+\s|]+\+"
_ENDING = r"[0-9][0-9,.\-]*"

_TOKEN = re.compile(
    rf"""
      (?P<skipped> [\s`$)]+ | \( (?![0-9]) | \\ \s* $ )
    | (?P<quoted> {_QUOTED} )
    | (?P<decoration> {_DECORATION} | [~.HLMOPSTuv] )
    | (?P<grace> \{{ [^}}]* \}} -? )
    | (?P<field> \[ \s* [A-Za-z] : [^\]]* \] )
    | (?P<ending> \[ \s* {_ENDING} )
    | (?P<bar> \[ \| [|:\]]* | :* \| [|:\]]* (?:\s*{_ENDING})? | ::+ (?:\s*{_ENDING})? )
    | (?P<chord> \[ ( (?: {_QUOTED} | ![^!]*! | [^\]"!|\[] )* ) \] ([0-9]*)(/*)([0-9]*) )
    | (?P<tuplet> \( [0-9]+ (?: : [0-9]* ){{0,2}} )
    | (?P<note> {_NOTE} )
    | (?P<rest> [zx] ([0-9]*)(/*)([0-9]*) )
    | (?P<bars> [ZX] [0-9]* )
    | (?P<spacer> y [0-9/]* )
    | (?P<tie> - )
    | (?P<broken> >+ | <+ )
    | (?P<overlay> &+ )
    | (?P<user> [H-Yh-w] )
    """,
    re.VERBOSE,
)
_ANNOTATION = ('"^', '"_', '"<', '">', '"@')
"""How a quoted text begins that is no chord symbol but only printed."""

_LENGTH = re.compile(r"([0-9]*)(/*)([0-9]*)$")

LONGEST_LENGTH = 24
"""Signs of a note length; one of more digits and slashes is absurd."""
_TIED_NOTE = re.compile(rf"{_NOTE}(-?)")
_OLD_CHORD = re.compile(r"\+(?:(?:[\^_=]+[0-9]*(?:/+[0-9]*)?)?[A-Ga-g][,']*[0-9]*(?:/+[0-9]*)?-?)+\+")
"""Before ABC 2.0 chords stood between plus signs. There is one way only to read their digits, however many."""

_FIELD_BEGINS = re.compile(r"\[\s*[A-Za-z]:")

_IN_CHORD = re.compile(rf"(?P<skipped>\s|{_QUOTED}|{_DECORATION}|[~.HLMOPSTuv()])|(?P<note>{_NOTE}-?)")

_KNOWN_DECORATIONS = """
    trill trill( trill) lowermordent uppermordent mordent pralltriller roll turn turnx invertedturn
    invertedturnx arpeggio > accent emphasis fermata invertedfermata tenuto 0 1 2 3 4 5 + plus snap
    slide wedge upbow downbow open thumb breath pppp ppp pp p mp mf f ff fff ffff sfz crescendo( <(
    crescendo) <) diminuendo( >( diminuendo) >) segno coda shortphrase mediumphrase longphrase staccato
    marcato ^ // /// / D.S. D.C. dacoda dacapo fine D.C.alcoda D.C.alfine D.S.alcoda D.S.alfine sfp rit
    a-( a-) 8va( 8va) 8vb( 8vb) editorial courtesy
"""
_DECORATIONS = frozenset(_KNOWN_DECORATIONS.lower().split())


class Tune(Protocol):
    """What a line of music needs of the tune it stands in."""

    remarks: Remarks
    user_symbols: set[str]

    def voice(self) -> Voice:
        """Return the voice that sings now."""

    def take(self, letter: str, text: str, line: int) -> None:
        """Take over a field."""


def sing(music: str, line: int, tune: Tune) -> None:
    """Read one line of music, comments taken off, into the tune's voices.

    Parameters
    ----------
    music : str
        The line.
    line : int
        Its number in the file, for remarks.
    tune : Tune
        Where notes, fields and remarks go.
    """
    at = 0
    ends = _last_ends(music)
    while at < len(music):
        token = _token_at(music, at, ends)
        if token is None:
            if music[at] != "!":  # alone it is an old sign for the end of a printed line
                tune.remarks.slip(f"{music[at]!r} is not understood: skipped", line)
            at += 1
            continue
        _take_sign(token.lastgroup or "", token[0], line, tune)
        at = token.end()


def _last_ends(line: str) -> tuple[int, int]:
    """Return where the last grace notes and the last bracket of a line end; -1 where there are none."""
    return line.rfind("}"), line.rfind("]")


def _token_at(line: str, at: int, ends: tuple[int, int]) -> re.Match[str] | None:
    """Return the sign at a place; None if it is none.

    What begins after the last end of its kind never ends; it is not looked for to the end of the line each time.
    """
    grace, bracket = ends
    if line[at] == "{" and at > grace:
        return None
    if line[at] == "[" and at > bracket and _FIELD_BEGINS.match(line, at):
        return None
    return _TOKEN.match(line, at)


def reads_as_music(line: str) -> bool:
    """Tell whether a line that no field introduces can be music: it has notes, and hardly a letter that is no sign.

    Examples
    --------
    >>> reads_as_music("A2 Bc|d4|"), reads_as_music("A tune of old")
    (True, False)
    """
    letters, unknown, notes = _census(line, set())
    return notes > 0 and 10 * unknown <= letters


def reads_as_words(line: str, user_symbols: set[str]) -> bool:
    """Tell whether a line among the music is words: no bar, and three letters in ten or more are no sign.

    Examples
    --------
    >>> reads_as_words("Repeat from here", set()), reads_as_words("k ABc d2 k", set())
    (True, False)
    """
    if "|" in line:
        return False
    letters, unknown, _ = _census(line, user_symbols)
    return unknown >= 3 and 10 * unknown > 3 * letters


def _census(line: str, user_symbols: set[str]) -> tuple[int, int, int]:
    """Return how many letters of a line are not quoted, how many of them are no sign, and how many are notes."""
    letters = unknown = notes = at = 0
    ends = _last_ends(line)
    while at < len(line):
        token = _token_at(line, at, ends)
        kind, text = (token.lastgroup, token[0]) if token else (None, line[at])
        at += len(text)
        if kind not in ("quoted", "decoration", "field"):
            count = sum(map(str.isalpha, text))
            letters += count
            unknown += count if kind is None or (kind == "user" and text not in user_symbols) else 0
            notes += count if kind in ("note", "chord") else 0
    return letters, unknown, notes


def _take_sign(kind: str, text: str, line: int, tune: Tune) -> None:
    """Let one sign move the voice."""
    match kind:
        case "note":
            note = _written(text, line, tune)
            tune.voice().sound([note], note.length)
        case "rest":
            tune.voice().sound([], _length(text[1:], line, tune, tune.voice().now.unit))
        case "bars":
            _rest_bars(text, line, tune)
        case "chord":
            _chord(text, line, tune)
        case "decoration" if _OLD_CHORD.fullmatch(text) and text[1:-1] not in _DECORATIONS:
            _chord(f"[{text[1:-1]}]", line, tune)
        case "bar":
            if re.search(r"[:0-9]", text):
                tune.remarks.once("repeats not unfolded")
            tune.voice().bar(line)
        case "tuplet":
            _tuplet(text, line, tune)
        case "broken":
            # Each > makes the note before longer, and the one after shorter, by half of what is left.
            part = Fraction(1, 2 ** min(len(text), 4))
            tune.voice().broken_rhythm(2 - part if text[0] == ">" else part, line)
        case "tie":
            tune.voice().tie(line)
        case "overlay":
            tune.voice().overlay(len(text))
        case _:
            _pass_over(kind, text, line, tune)


def _pass_over(kind: str, text: str, line: int, tune: Tune) -> None:
    """Take a sign that moves no voice: hand a field on, remark on the others."""
    match kind:
        case "field":
            letter, _, content = text[1:-1].partition(":")
            tune.take(letter.strip(), content, line)
        case "ending":
            tune.remarks.once("repeats not unfolded")
        case "grace":
            if times := len(re.findall(r"[A-Ga-g]", text)):
                tune.remarks.count("grace note", "left out", times)
        case "quoted" if not text.startswith(_ANNOTATION):
            tune.remarks.once("chord symbols ignored")
        case "decoration" if len(text) > 1 and "".join(text[1:-1].lower().split()) not in _DECORATIONS:
            tune.remarks.slip(f"decoration {text[:24]} is not known: skipped", line)
        case "user" if text not in tune.user_symbols:
            tune.remarks.slip(f"{text!r} is not understood: skipped", line)


def _chord(text: str, line: int, tune: Tune) -> None:
    """Sing a chord: each note has its own length, the first note's is the chord's."""
    inner, _, outer = text[1:].rpartition("]")
    factor = _length(outer, line, tune, Fraction(1))
    notes = []
    at = 0
    while at < len(inner):
        token = _IN_CHORD.match(inner, at)
        if token is None:
            tune.remarks.slip(f"{inner[at]!r} in a chord is not understood: skipped", line)
        elif token.lastgroup == "note":
            note = _written(token["note"], line, tune)
            notes.append(Written(note.place, note.alter, note.length * factor, note.is_tied))
        at = token.end() if token else at + 1
    if notes:
        tune.voice().sound(notes, notes[0].length)
    else:
        tune.remarks.slip("a chord without notes: left out", line)


def _tuplet(text: str, line: int, tune: Tune) -> None:
    """Start a tuplet ``(p:q:r``: p notes in the time of q, for the next r notes."""
    notes, time, count = (number(part, 99) for part in (text[1:] + "::").split(":")[:3])
    if not notes or time == 0 or count == 0 or (notes == 1 and not time):
        tune.remarks.slip(f"tuplet {text[:12]!r} is not understood: skipped", line)
    else:
        tune.voice().start_tuplet(notes, time, count, line)


def _rest_bars(text: str, line: int, tune: Tune) -> None:
    """Rest for as many bars as a Z says."""
    bars = number(text[1:] or "1")
    if bars is None:
        tune.remarks.slip(f"a rest of {text[1:][:12]} bars: read as one", line)
    tune.voice().rest_bars(1 if bars is None else bars, line)


def _written(text: str, line: int, tune: Tune) -> Written:
    """Return the note that `text` writes."""
    found = _TIED_NOTE.match(text)
    assert found is not None, "the token was matched as a note"
    accidental, letter, marks, *length, tie = found.groups()
    octave = 5 + letter.islower() + marks.count("'") - marks.count(",")
    written = _length("".join(length), line, tune, tune.voice().now.unit)
    return Written((letter.upper(), octave), _alter(accidental, line, tune), written, bool(tie))


def _alter(accidental: str | None, line: int, tune: Tune) -> int | None:
    """Return by how many semitones an accidental alters; None without one."""
    if not accidental:
        return None
    signs = accidental.strip("0123456789/")
    if signs != accidental:
        tune.remarks.slip("a microtonal accidental: the note is read without it", line)
        return 0
    if len(set(signs.strip("="))) > 1 or len(signs) > 3:
        tune.remarks.slip(f"accidental {signs[:6]} is not understood: read as a natural", line)
        return 0
    return signs.count("^") - signs.count("_")


def _length(text: str, line: int, tune: Tune, unit: Fraction) -> Fraction:
    """Return a length such as ``3/2``, ``/`` or ``//`` of a unit; one unit, with a remark, where it is absurd."""
    length = _length_or_none(text, unit) if len(text) <= LONGEST_LENGTH else None
    if length is None:
        tune.remarks.slip(f"{text[:12]!r} is no note length: read as 1", line)
    return unit if length is None else length


@lru_cache(maxsize=1024)
def _length_or_none(text: str, unit: Fraction) -> Fraction | None:
    """Return a length; None if it is absurd. Music has few different ones, so they are kept."""
    found = _LENGTH.match(text)
    assert found is not None, "every string has a length, if an empty one"
    times, slashes, parts = found.groups()
    above, below = number(times or "1"), number(parts or "1")
    if above is None or not below or len(slashes) > 10:
        return None
    # Each slash halves; only the last one may bear a number instead.
    halvings = len(slashes) - 1 if parts else len(slashes)
    return unit * Fraction(above, below * 2 ** max(halvings, 0))
