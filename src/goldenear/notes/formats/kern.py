"""This file is where Humdrum kern becomes notes: columns (spines) of tokens, a row for each moment.

A reader of our own, because kern is a simple format that has to be read whole: spines that split, join,
swap, begin and end; ties in chords; every length a fraction. Rows are checked to agree on the time, so a
damaged file is refused and not half-read.

Grace notes (q) are left out. Sections and repeats are not unfolded: the music stands once, as written.
Other spines than ``**kern`` (text, dynamics, harmony) are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from goldenear.errors import UnreadableFile
from goldenear.notes.formats.exact import (
    SEMITONES,
    ExactNote,
    ExactTrack,
    Limits,
    in_ticks,
    microseconds_per_quarter,
)
from goldenear.notes.formats.parsed import ParsedTune
from goldenear.notes.formats.remarks import Remarks

_PITCH = re.compile(r"([a-gA-G])\1*")
_LENGTH = re.compile(r"(\d{1,5})(?:%(\d{1,5}))?")


@dataclass(slots=True)
class _Spine:
    """One column: its part (None: not kern), and when its last note or rest ends."""

    part: ExactTrack | None
    free: Fraction


@dataclass(slots=True)
class _Score:
    """A kern file while it is read, row by row."""

    limits: Limits
    remarks: Remarks = field(default_factory=Remarks)
    title: str = ""
    tempos: list[tuple[Fraction, int]] = field(default_factory=list)
    parts: list[ExactTrack] = field(default_factory=list)
    spines: list[_Spine] = field(default_factory=list)
    now: Fraction = Fraction(0)


def read_kern(text: str, path: str) -> ParsedTune:
    r"""Read a kern file.

    Parameters
    ----------
    text : str
        The file.
    path : str
        Its name, for messages.

    Returns
    -------
    ParsedTune
        A track a ``**kern`` spine. Ticks are the coarsest that are exact.

    Raises
    ------
    UnreadableFile
        If no spine is ``**kern``, or rows do not fit the spines or the time.

    Examples
    --------
    >>> tune = read_kern("**kern\n[4c\n4c]\n8.e\n*-\n", "tie.krn")
    >>> tune.ticks_per_quarter, tune.tracks[0].pitch, tune.tracks[0].duration
    (4, [60, 64], [8, 3])
    """
    score = _Score(Limits(path))
    for line, row in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if row.startswith("!!"):
            if not score.title and (found := re.match(r"!!!OTL[^:]*:\s*(.*)", row)):
                score.title = found[1].strip()
        elif row.strip() and not row.startswith("!"):
            _read_row(score, row.split("\t"), line)
    if not score.parts:
        raise UnreadableFile(path, "not Humdrum kern: no column begins with **kern")
    return in_ticks(
        "kern",
        score.parts,
        path,
        title=score.title,
        tempos=score.tempos,
        remarks=score.remarks,
    )


def _read_row(score: _Score, tokens: list[str], line: int) -> None:
    """Read one row of tokens, one a spine."""
    if not score.spines and tokens[0].startswith("**"):
        score.spines = [_Spine(None, score.now) for _ in tokens]
    if not score.spines and not score.parts:
        raise UnreadableFile(score.limits.path, "not Humdrum kern: its first row does not begin with **")
    if len(tokens) != len(score.spines):
        raise _off(score, line, f"{len(tokens)} columns where {len(score.spines)} were expected")
    if tokens[0].startswith("*"):
        _interpret(score, tokens, line)
    elif tokens[0].startswith("="):
        if any(":" in token for token in tokens):
            score.remarks.once("repeats not unfolded")
    else:
        _sound(score, tokens, line)


def _off(score: _Score, line: int, what: str) -> UnreadableFile:
    """Return the error that names the line where the file is off."""
    return UnreadableFile(score.limits.path, f"not sound kern: line {line}: {what}")


def _interpret(score: _Score, tokens: list[str], line: int) -> None:
    """Heed what interpretations say: begin, name, pace, and rearrange spines."""
    for spine, token in zip(score.spines, tokens, strict=True):
        if token.startswith("**"):
            spine.part = _new_part(score) if token == "**kern" else None
        elif token == "*clefX" and spine.part is not None:
            score.remarks.once("a percussion clef: its notes are read as pitches")
        elif token.startswith("*>") and "[" in token:
            score.remarks.once("the order of the sections is not unfolded")
        elif spine.part is not None and (named := re.match(r'\*I"(.+)', token)):
            spine.part.name = named[1].strip()
        elif speed := _speed(token):
            score.tempos.append((score.now, speed))
    score.spines = list(_rearranged(score, tokens, line))


def _speed(token: str) -> int | None:
    """Return the microseconds a quarter that ``*MM120`` asks for; None for any other token."""
    found = re.fullmatch(r"\*MM(\d{1,4}(?:\.\d{1,3})?)", token)
    return microseconds_per_quarter(Fraction(found[1])) if found else None


def _new_part(score: _Score) -> ExactTrack:
    """Return the part of a new kern spine."""
    part = ExactTrack(f"kern {len(score.parts) + 1}")
    score.parts.append(part)
    return part


def _rearranged(score: _Score, tokens: list[str], line: int) -> Iterator[_Spine]:
    """Give the spines after a row of interpretations: split, joined, swapped, added, ended."""
    at = 0
    spines = list(score.spines)
    swaps = [i for i, token in enumerate(tokens) if token == "*x"]
    if len(swaps) % 2:
        raise _off(score, line, "a lone *x: two columns change places")
    for left, right in zip(swaps[::2], swaps[1::2], strict=True):
        spines[left], spines[right] = spines[right], spines[left]
    while at < len(tokens):
        token, spine = tokens[at], spines[at]
        at += 1
        if token == "*v":
            joined = [spine]
            while at < len(tokens) and tokens[at] == "*v":
                joined.append(spines[at])
                at += 1
            yield _Spine(spine.part, max(each.free for each in joined))
        elif token == "*^":
            yield spine
            yield _Spine(spine.part, spine.free)
        elif token == "*+":
            yield spine
            yield _Spine(None, score.now)
        elif token != "*-":
            yield spine


def _sound(score: _Score, tokens: list[str], line: int) -> None:
    """Read a row of notes and rests that begin together, and move on to when the first of them ends."""
    for spine, token in zip(score.spines, tokens, strict=True):
        if spine.part is None or token == "." or not token:
            continue
        length = _sing(score, spine.part, token, line)
        if length is None:
            continue
        if spine.free > score.now:
            raise _off(score, line, f"{token[:12]!r} begins before the note above it ends")
        if spine.free < score.now:
            score.remarks.slip("a column pauses without a rest", line)
        spine.free = score.now + length
        score.limits.admit(0, spine.free)
    ahead = [spine.free for spine in score.spines if spine.part is not None and spine.free > score.now]
    score.now = min(ahead, default=score.now)


def _sing(score: _Score, part: ExactTrack, token: str, line: int) -> Fraction | None:
    """Add the notes of one token to its part; return how long it lasts (None: only grace notes)."""
    duration: Fraction | None = None
    for subtoken in token.split(" "):
        if not subtoken or subtoken == ".":
            continue
        if "q" in subtoken or "Q" in subtoken:
            score.remarks.count("grace note", "left out")
            continue
        own = _duration(subtoken)
        duration = duration if duration is not None else own
        lasting = own if own is not None else duration
        if lasting is None:
            raise _off(score, line, f"{subtoken[:12]!r} has no length")
        pitch = _pitch(subtoken)
        if pitch is not None:
            score.limits.admit(1, score.now + lasting)
            part.strike(
                ExactNote(pitch, score.now, lasting),
                is_tied_back="]" in subtoken or "_" in subtoken,
                is_tied_on="[" in subtoken or "_" in subtoken,
            )
        elif "r" not in subtoken:
            raise _off(score, line, f"{subtoken[:12]!r} is neither note nor rest")
    return duration


def _duration(token: str) -> Fraction | None:
    """Return a length in quarters: ``4`` a quarter, ``12`` a triplet's eighth, ``0`` a breve, ``.`` dots; None: none.

    Examples
    --------
    >>> _duration("4.c"), _duration("12e"), _duration("00r"), _duration("3%2g")
    (Fraction(3, 2), Fraction(1, 3), Fraction(16, 1), Fraction(8, 3))
    """
    found = _LENGTH.search(token)
    if found is None:
        return None
    digits, over = found.groups()
    # Zeros stand for notes longer than a whole: each doubles it.
    whole = Fraction(4 * int(over or 1), int(digits)) if digits.strip("0") else Fraction(4 * 2 ** len(digits))
    dots = min(token.count("."), 10)
    return whole * (2 - Fraction(1, 2**dots)) or None


def _pitch(token: str) -> int | None:
    """Return the pitch of a note token; None for a rest.

    Examples
    --------
    >>> _pitch("4c"), _pitch("8cc#"), _pitch("[2BB-"), _pitch("4r")
    (60, 73, 46, None)
    """
    found = _PITCH.search(token)
    if found is None or "r" in token:
        return None
    letter, count = found[1], len(found[0])
    octave = 4 + count if letter.islower() else 5 - count
    return 12 * octave + SEMITONES[letter.upper()] + token.count("#") - token.count("-")
