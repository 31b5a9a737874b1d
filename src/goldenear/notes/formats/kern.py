"""Read Humdrum kern: columns (spines) of tokens, a row for each moment.

A reader of our own, because kern is a simple format that has to be read whole: spines that split, join,
swap, begin and end; ties in chords; every length a fraction.

Time comes from the notes alone. The notes and rests of a row begin when the notes before them in their columns
end. A row that strikes none (grace notes, null tokens, text, dynamics) takes place at the present and moves nothing.

===============================  =======================================================================
what a file may hold             what becomes of it
===============================  =======================================================================
other spines than ``**kern``     passed over
grace notes (q, Q)               left out
sections and repeats             not unfolded: the music stands once, as written
invisible rests (``8yy``)        rests
a percussion clef                its notes are drums, at their written place
strokes without a pitch (``R``)  drums, at middle C
alternatives (``*S/...``)        the first column of a strophe is read
a token not understood           left out, and told; its length counts where it has one
a column that pauses             it goes on with the columns beside it, and that is told
a bar that does not add up       read as it stands, and told
no ``*-`` at the end             the file is cut: read as far as it goes, and told
===============================  =======================================================================

Each note's `voice` is its sub-spine within the part: ``"1"``, and ``"2"`` and so on for those that split off, the
lowest number that is free. A part that never splits has only the voice ``"1"``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from itertools import groupby, pairwise

from goldenear.errors import InvalidInput, UnreadableFile
from goldenear.limits import LIMITS
from goldenear.notes.formats.exact import (
    SEMITONES,
    BarSums,
    Budget,
    ExactNote,
    ExactTrack,
    in_ticks,
    microseconds_per_quarter,
)
from goldenear.notes.formats.parsed import ParsedTune
from goldenear.notes.formats.remarks import Remarks
from goldenear.notes.metre import Metre

_PITCH = re.compile(r"([a-gA-G])\1*")
_LENGTH = re.compile(r"(?<![0-9])([0-9]{1,5})(?![0-9])(?:%([0-9]{1,5}))?(?![0-9])")
_METRE = re.compile(r"\*M(?!M)(.+)")
_MIDDLE_C = 60


@dataclass(slots=True)
class _Spine:
    """One column of the file.

    Attributes
    ----------
    origin : int
        Which column it was when it began; those that split off share it.
    part : ExactTrack or None
        Where its notes go; None if it is not kern.
    free : Fraction
        When its last note or rest ends, in quarters.
    voice : int
        Its number among the columns of its part.
    is_drum : bool
        Whether it has a percussion clef.
    metre : Metre or None
        None where there is none, or it is not understood.
    is_variant : bool
        Whether it holds another reading of the column beside it.
    may_pause : bool
        Whether a null token, or one that is left out, stands after its last note or rest.
    """

    origin: int
    part: ExactTrack | None
    free: Fraction
    voice: int = 1
    is_drum: bool = False
    metre: Metre | None = None
    is_variant: bool = False
    may_pause: bool = False


@dataclass(slots=True)
class _Event:
    """What one token strikes: a chord, one note or a rest (no notes), and how long it lasts."""

    token: str
    length: Fraction
    notes: list[_Note] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Note:
    """A note of a token."""

    pitch: int
    length: Fraction
    is_drum: bool
    is_tied_back: bool
    is_tied_on: bool


@dataclass(slots=True)
class _Bars:
    """Holds the bars of the piece against their metre, from bar line to bar line.

    A bar line that is neither seen nor numbered may end a bar or stand within one. It counts only where the bar does
    not add up without it.
    """

    sums: BarSums
    number: int = 0
    starts: list[Fraction] = field(default_factory=lambda: [Fraction(0)])
    metre: Metre | None = None
    is_empty: bool = True

    def enter(self, spines: Sequence[_Spine]) -> None:
        """Note the metre in force where the first note of a bar begins; columns that disagree leave it open."""
        if self.is_empty:
            metres = {spine.metre for spine in spines if spine.part is not None}
            self.metre = metres.pop() if len(metres) == 1 else None
            self.is_empty = False

    def close(self, token: str, time: Fraction) -> None:
        """End the bar, or a stretch of it, at a bar line."""
        numbered = re.match(r"=+([0-9]{1,6})", token)
        if "-" in token and numbered is None:
            self.starts.append(time)
            return
        self._add(time)
        self.starts, self.is_empty, self.metre = [time], True, None
        if numbered:
            self.number = int(numbered[1])

    def _add(self, time: Fraction) -> None:
        """Add the bar that ends at this time: as one where it then adds up, or else stretch by stretch."""
        if self.metre is None:
            return
        is_one = time - self.starts[0] == self.metre.quarters
        edges = [self.starts[0], time] if is_one else [*self.starts, time]
        for start, end in pairwise(edges):
            if end > start:
                self.sums.add(self.number, end - start, self.metre.quarters)


@dataclass(slots=True)
class _Score:
    """A kern file while it is read, row by row.

    Attributes
    ----------
    kinds : dict
        What the columns say they are, in their order.
    columns : int
        How many columns began so far.
    last : Fraction
        When the last row with a note or rest began, in quarters; -1 before the first.
    end : Fraction
        When the last note or rest ends so far.
    trouble : UnreadableFile or None
        The first token that was left out: the reason to give if nothing else can be read.
    """

    budget: Budget
    bars: _Bars
    remarks: Remarks
    title: str = ""
    tempos: list[tuple[Fraction, int]] = field(default_factory=list)
    parts: list[ExactTrack] = field(default_factory=list)
    spines: list[_Spine] = field(default_factory=list)
    kinds: dict[str, None] = field(default_factory=dict)
    columns: int = 0
    last: Fraction = Fraction(-1)
    end: Fraction = Fraction(0)
    trouble: UnreadableFile | None = None

    @property
    def present(self) -> Fraction:
        """The first time after the last row at which a column becomes free."""
        ahead = [spine.free for spine in self.spines if spine.part is not None and spine.free > self.last]
        return min(ahead, default=self.end)

    def off(self, line: int, what: str) -> UnreadableFile:
        """Return the error that names the line where the file is off."""
        return UnreadableFile(self.budget.path, f"not sound kern: line {line}: {what}")

    def leave_out(self, line: int, token: str, fault: str) -> None:
        """Tell that a token is left out."""
        self.remarks.slip(f"a token that {fault}: left out", line)
        self.trouble = self.trouble or self.off(line, f"{token[:12]!r} {fault}")


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
        If no spine is ``**kern``, rows do not fit the spines, or no token is understood.

    Examples
    --------
    >>> tune = read_kern("**kern\n[4c\n4c]\n8.e\n*-\n", "tie.krn")
    >>> tune.ticks_per_quarter, tune.tracks[0].pitch, tune.tracks[0].duration
    (4, [60, 64], [8, 3])
    """
    remarks = Remarks()
    score = _Score(Budget(path), _Bars(BarSums(remarks)), remarks)
    rows = re.split(r"\r\n|\n|\r", text)
    for line, row in enumerate(rows, start=1):
        if row.startswith("!!"):
            if not score.title and (found := re.match(r"!!!OTL[^:]*:\s*(.*)", row)):
                score.title = found[1].strip()
        elif row.strip() and not row.startswith("!"):
            _read_row(score, row, line, is_last=line == len(rows))
    _check_whole(score)
    return in_ticks(
        "kern",
        score.parts,
        path,
        title=score.title,
        tempos=score.tempos,
        remarks=score.remarks,
    )


def _check_whole(score: _Score) -> None:
    """Refuse a file in which nothing can be read; tell of one that breaks off."""
    if not score.parts:
        kinds = [kind[:24] for kind in [*score.kinds][:8]]
        others = f", only {', '.join(kinds)}" if kinds else ""
        raise UnreadableFile(score.budget.path, f"not Humdrum kern: no column begins with **kern{others}")
    if score.trouble and not any(part.notes for part in score.parts):
        raise score.trouble
    if any(spine.part is not None for spine in score.spines):
        score.remarks.once("the file is cut: no *- ends its columns")


def _read_row(score: _Score, row: str, line: int, *, is_last: bool) -> None:
    """Read one row of tokens, one a spine."""
    tokens = row.split("\t")
    if len(tokens) > LIMITS.parts:
        raise score.off(line, f"{len(tokens):,} columns are over the limit of {LIMITS.parts:,}")
    if not score.spines and tokens[0].startswith("**"):
        score.spines = [_Spine(column, None, score.end) for column, _ in enumerate(tokens)]
        score.columns = len(tokens)
    if not score.spines and not score.parts:
        raise UnreadableFile(score.budget.path, "not Humdrum kern: its first row does not begin with **")
    if not score.spines:
        score.remarks.slip("a row after the end of all columns: left out", line)
        return
    if len(tokens) != len(score.spines):
        # Some programs write several tabs between two columns, or some at the end.
        tokens = [token for token in tokens if token]
    if len(tokens) < len(score.spines) and is_last:
        score.remarks.slip("a row that breaks off: left out", line)
        return
    if len(tokens) != len(score.spines):
        raise score.off(line, f"{len(tokens)} columns where {len(score.spines)} were expected")
    if tokens[0].startswith("*"):
        _interpret(score, tokens, line)
    elif tokens[0].startswith("="):
        _draw_bar_line(score, tokens)
    else:
        _sound(score, tokens, line)


def _draw_bar_line(score: _Score, tokens: list[str]) -> None:
    """End a bar."""
    if any(":" in token for token in tokens):
        score.remarks.once("repeats not unfolded")
    score.bars.close(tokens[0], score.present)


def _interpret(score: _Score, tokens: list[str], line: int) -> None:
    """Heed what interpretations say: begin, name, pace, and rearrange spines."""
    if "*strophe" in tokens or "*Xstrophe" in tokens:
        _mark_variants(score, tokens)
    for column, (spine, token) in enumerate(zip(score.spines, tokens, strict=True)):
        if token.startswith("**"):
            score.spines[column] = _begun(score, spine, token)
        elif token.startswith("*>") and "[" in token:
            score.remarks.once("the order of the sections is not unfolded")
        elif speed := _speed(token):
            score.tempos.append((score.present, speed))
        elif spine.part is not None:
            _interpret_part(score, spine, spine.part, token)
    score.spines = list(_rearranged(score, tokens, line))


def _begun(score: _Score, spine: _Spine, kind: str) -> _Spine:
    """Return the spine that begins in this column."""
    score.kinds[kind] = None
    if kind != "**kern":
        return _Spine(spine.origin, None, spine.free, may_pause=spine.may_pause)
    score.budget.admit_parts(len(score.parts) + 1)
    score.parts.append(ExactTrack(f"kern {len(score.parts) + 1}"))
    return _Spine(spine.origin, score.parts[-1], spine.free, may_pause=spine.may_pause)


def _interpret_part(score: _Score, spine: _Spine, part: ExactTrack, token: str) -> None:
    """Heed what is said of one part: its name, its clef, its metre."""
    if token.startswith("*clef"):
        spine.is_drum = token.startswith("*clefX")
        if spine.is_drum:
            score.remarks.once("a percussion clef: its notes are drums, read at their written place")
    elif named := re.match(r'\*I"(.+)', token):
        part.name = named[1].strip()
    elif metre := _METRE.fullmatch(token):
        spine.metre = _metre(score, metre[1])


def _metre(score: _Score, written: str) -> Metre | None:
    """Return the metre that ``*M3/4`` sets; None for one that is free or not understood."""
    if not written[0].isdigit() and written[0] != "(":
        return None
    try:
        return Metre.parsed(written)
    except InvalidInput:
        score.remarks.once("a metre that is not understood: its bars are not held against it")
        return None


def _mark_variants(score: _Score, tokens: list[str]) -> None:
    """Leave out all columns of a strophe but the first; they hold other readings of it."""
    begun = [spine.origin for spine, token in zip(score.spines, tokens, strict=True) if token == "*strophe"]
    seen: set[int] = set()
    for spine, token in zip(score.spines, tokens, strict=True):
        if token == "*Xstrophe":
            spine.is_variant = False
        elif token == "*strophe":
            spine.is_variant = spine.origin in seen
            seen.add(spine.origin)
    if len(begun) > len(seen):
        score.remarks.once("editors' alternatives: the first is read")


def _speed(token: str) -> int | None:
    """Return the microseconds a quarter that ``*MM120`` asks for; None for any other token."""
    found = re.fullmatch(r"\*MM([0-9]{1,4}(?:\.[0-9]{1,3})?)", token)
    return microseconds_per_quarter(Fraction(found[1])) if found else None


def _rearranged(score: _Score, tokens: list[str], line: int) -> Iterator[_Spine]:
    """Give the spines after a row of interpretations: split, joined, swapped, added, ended."""
    spines = list(score.spines)
    if len(spines) + sum(token in ("*^", "*+") for token in tokens) > LIMITS.parts:
        raise score.off(line, f"its columns split into more than {LIMITS.parts:,}")
    swaps = [i for i, token in enumerate(tokens) if token == "*x"]
    if len(swaps) % 2:
        raise score.off(line, "a lone *x: two columns change places")
    for left, right in zip(swaps[::2], swaps[1::2], strict=True):
        spines[left], spines[right] = spines[right], spines[left]
    taken = {(spine.origin, spine.voice) for spine in spines}
    rows = zip(tokens, spines, strict=True)
    for is_joined, run in groupby(rows, key=lambda row: row[0] == "*v"):
        if is_joined:
            yield from _joined(score, [spine for _, spine in run])
            continue
        for token, spine in run:
            if token != "*-":
                yield spine
            if token == "*^":
                yield _split(spine, taken)
            elif token == "*+":
                score.columns += 1
                yield _Spine(score.columns, None, score.present, may_pause=True)


def _split(spine: _Spine, taken: set[tuple[int, int]]) -> _Spine:
    """Return the column that splits off, with the lowest number that no other column of the part has."""
    voice = next(number for number in range(1, len(taken) + 2) if (spine.origin, number) not in taken)
    taken.add((spine.origin, voice))
    return replace(spine, voice=voice)


def _joined(score: _Score, run: list[_Spine]) -> Iterator[_Spine]:
    """Give one column for those that join: those of each part, where several parts join side by side."""
    groups = [list(group) for _, group in groupby(run, key=lambda spine: spine.origin)]
    if any(len(group) == 1 for group in groups):
        groups = [run]
    for group in groups:
        first = min(group, key=lambda spine: spine.voice)
        is_even = len({spine.free for spine in group}) == 1
        free = group[0].free if is_even else _freed(score, group)
        yield replace(first, free=free, may_pause=first.may_pause or not is_even, is_variant=False)


def _freed(score: _Score, group: list[_Spine]) -> Fraction:
    """Return when columns go on that join with different ends: with those beside them, or when the last one ends."""
    beside = [spine for spine in score.spines if all(spine is not each for each in group)]
    earliest = min((spine.free for spine in group if spine.free > score.last), default=score.end)
    if any(spine.part is not None and spine.free == earliest for spine in beside):
        return earliest
    return max(spine.free for spine in group)


def _sound(score: _Score, tokens: list[str], line: int) -> None:
    """Read a row of notes and rests that begin together."""
    struck = []
    for spine, token in zip(score.spines, tokens, strict=True):
        if spine.part is None or spine.is_variant:
            continue
        if (event := _event(score, spine, token, line)) is not None:
            struck.append((spine, spine.part, event))
        else:
            spine.may_pause = True
    if not struck:
        return
    score.last = _time_of_row(score, [(spine, event.token) for spine, _, event in struck], line)
    score.bars.enter(score.spines)
    for spine, part, event in struck:
        _strike(part, event, score.last, str(spine.voice))
        spine.free, spine.may_pause = score.last + event.length, False
        score.end = max(score.end, spine.free)
        score.budget.admit(
            len(event.notes), max([spine.free, *(score.last + note.length for note in event.notes)])
        )


def _time_of_row(score: _Score, struck: list[tuple[_Spine, str]], line: int) -> Fraction:
    """Return when a row begins: when all columns that have a note or rest in it are free.

    A column may pause where it has a null token. One that has none goes straight on; where another column then
    still holds a note, the rows cannot be lined up.
    """
    free = max(spine.free for spine, _ in struck)
    now = free if free > score.last else score.present
    late = [spine for spine, _ in struck if spine.free < now]
    if not all(spine.may_pause for spine in late):
        token = next((token for spine, token in struck if spine.free == now), "")
        raise score.off(line, f"{token[:12]!r} begins before the note above it ends")
    if late:
        score.remarks.slip("a column pauses without a rest", line)
    return now


def _strike(part: ExactTrack, event: _Event, now: Fraction, voice: str) -> None:
    """Add the notes of one token to its part."""
    for note in event.notes:
        part.strike(
            ExactNote(note.pitch, now, note.length, note.is_drum, voice),
            is_tied_back=note.is_tied_back,
            is_tied_on=note.is_tied_on,
        )


def _event(score: _Score, spine: _Spine, token: str, line: int) -> _Event | None:
    """Return what a token strikes; None if it takes no time: nothing, grace notes, or no length."""
    if token == ".":
        return None
    timed = list(_timed_parts(score, token))
    length = next((own for each in timed if (own := _duration(each)) is not None), None)
    if length is None:
        if timed:
            score.leave_out(line, token, "has no length")
        return None
    event = _Event(token, length)
    for each in timed:
        if (pitch := _pitch(each)) is not None:
            event.notes.append(_note(each, pitch, length, spine.is_drum))
        elif "R" in each and "r" not in each:
            score.remarks.once("strokes without a pitch: read as drums")
            event.notes.append(_note(each, _MIDDLE_C, length, True))
        elif "r" not in each and "yy" not in each:
            score.leave_out(line, each, "is neither note nor rest")
    return event


def _timed_parts(score: _Score, token: str) -> Iterator[str]:
    """Give the notes and rests of a token that take time; count its grace notes."""
    for each in token.split(" "):
        if "q" in each or "Q" in each:
            score.remarks.count("grace note", "left out")
        elif each and each != ".":
            yield each


def _note(token: str, pitch: int, usual_length: Fraction, is_drum: bool) -> _Note:
    """Return one note of a token; one without a length lasts as long as its chord."""
    return _Note(
        pitch,
        _duration(token) or usual_length,
        is_drum,
        is_tied_back="]" in token or "_" in token,
        is_tied_on="[" in token or "_" in token,
    )


@lru_cache(maxsize=1024)
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
