"""The stated policies that explain why goldenear and a second reader differ on a tune.

A policy takes both sides and gives the second reader's back as it would be if that reader kept the policy, too.
Nothing is assumed: a policy counts only where it brings the sides nearer to each other, and a tune is explained only
where the sides are equal in the end. A function's name is the policy's name in the table.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from evaluation.reading.sides import Heard, Side, Strike, ties_joined
from evaluation.reading.witnesses.serve import CHORD_SYMBOL, CUE, DRUM, GRACE, MICROTONE, TIED_ON

Policy = Callable[[Side, Side], Side]

_HALF_TIES = re.compile(r"([\d,]+) ties?: joined, though only the note where it begins states it")
_LOOSE_TIES = re.compile(r"([\d,]+) ties?: left out, joining no two notes")

COARSE = Fraction(1, 64)
"""In quarters: nearer than any two notes of a score that are meant to be apart. Readers that round stay within it."""


def grace_notes_left_out(_ours: Side, theirs: Side) -> Side:
    """Grace notes take no time of their own and are left out."""
    return _without(theirs, GRACE)


def cue_notes_left_out(_ours: Side, theirs: Side) -> Side:
    """Cue notes show what others play and are left out."""
    return _without(theirs, CUE)


def chord_symbols_left_out(_ours: Side, theirs: Side) -> Side:
    """Chord symbols are no written notes and are left out."""
    return _without(theirs, CHORD_SYMBOL)


def notes_of_no_length_left_out(_ours: Side, theirs: Side) -> Side:
    """A note of no length that is no drum is left out."""
    return _keeping(theirs, lambda note: note.duration > 0 or GRACE in note.marks)


def drums_at_any_number(ours: Side, theirs: Side) -> Side:
    """A drum sounds at its instrument's MIDI number; readers that do not know it give a place on the staff.

    Of drums, only the times are compared: where both sides strike a drum, the second reader's take our numbers.
    """
    ours_at, theirs_at = (_drums_by_onset(side) for side in (ours, theirs))
    renamed: dict[Strike, int] = {}
    for onset, pitches in theirs_at.items():
        if len(pitches) == len(ours_at.get(onset, ())):
            renamed.update({(onset, old): new for old, new in zip(pitches, ours_at[onset], strict=True)})
    notes = [
        replace(note, pitch=renamed[note.strike]) if DRUM in note.marks and note.strike in renamed else note
        for note in theirs.notes
    ]
    return replace(theirs, notes=notes)


def ties_that_only_their_start_states_are_joined(ours: Side, theirs: Side) -> Side:
    """A tie that only its first note states joins it to the note that follows at the same pitch.

    Readers that drop such a tie strike the second note. Their strikes that meet the end of a note of the same pitch
    are left out, if there are no more of them than ties that our remarks tell of.
    """
    ends = {(note.part, note.end, note.pitch) for note in theirs.notes}
    struck = ours.strikes()
    second = [
        note for note in theirs.notes if note.strike not in struck and (note.part, *note.strike) in ends
    ]
    if len(second) > _told(ours, _HALF_TIES):
        return theirs
    return _keeping(theirs, lambda note: note not in second)


def ties_that_join_nothing_are_left_out(ours: Side, theirs: Side) -> Side:
    """A note that is tied back to no note is struck.

    Readers that take it for the end of something do not strike it. Our strikes that they lack count as theirs, too,
    if there are no more of them than ties that our remarks tell of.
    """
    heard = theirs.strikes()
    lacking = [note for note in ours.notes if note.strike not in heard]
    if len(lacking) > _told(ours, _LOOSE_TIES):
        return theirs
    return replace(theirs, notes=[*theirs.notes, *lacking])


def quarter_tones_rounded(ours: Side, theirs: Side) -> Side:
    """A pitch between two semitones is read as one of them; the other reader may take the other one."""
    struck = ours.strikes()
    return replace(theirs, notes=[_at_neighbour(note, struck) for note in theirs.notes])


def pieces_begin_at_their_first_bar(ours: Side, theirs: Side) -> Side:
    """An upbeat begins at 0; readers that begin elsewhere are the same time off in the whole piece."""
    if not ours.notes or not theirs.notes:
        return theirs
    off = min(note.onset for note in ours.notes) - min(note.onset for note in theirs.notes)
    return replace(theirs, notes=[replace(note, onset=note.onset + off) for note in theirs.notes])


def onsets_are_exact(ours: Side, theirs: Side) -> Side:
    """Onsets are exact fractions; a reader that rounds them is off by less than a 256th note."""
    at: dict[int, list[Fraction]] = defaultdict(list)
    for onset, pitch in sorted(ours.strikes() - theirs.strikes()):
        at[pitch].append(onset)
    return replace(theirs, notes=[_at_nearest(note, at[note.pitch]) for note in theirs.notes])


def bars_last_as_long_as_their_longest_part(ours: Side, theirs: Side) -> Side:
    """All parts meet at every bar line, and a bar lasts as long as its longest part, or as its metre says.

    Readers that count each part's bars by themselves, or by the metre alone, begin bars elsewhere. Bars are moved
    as a whole, all parts together, to where our notes hold all notes of the bar.
    """
    counts = {len(part) for part in theirs.bars}
    if len(counts) != 1 or counts == {0}:
        return theirs
    return replace(theirs, notes=ties_joined(list(_in_our_bars(ours, theirs))))


POLICIES: tuple[Policy, ...] = (
    grace_notes_left_out,
    cue_notes_left_out,
    chord_symbols_left_out,
    notes_of_no_length_left_out,
    ties_that_only_their_start_states_are_joined,
    ties_that_join_nothing_are_left_out,
    quarter_tones_rounded,
    drums_at_any_number,
    pieces_begin_at_their_first_bar,
    onsets_are_exact,
    bars_last_as_long_as_their_longest_part,
)


def _told(side: Side, remark: re.Pattern[str]) -> int:
    """Return the number that a remark tells; 0 where there is no such remark."""
    found = [match for told in side.remarks if (match := remark.fullmatch(told))]
    return sum(int(match[1].replace(",", "")) for match in found)


def _keeping(side: Side, keeps: Callable[[Heard], bool]) -> Side:
    """Return the side with the notes that `keeps` says yes to."""
    return replace(side, notes=[note for note in side.notes if keeps(note)])


def _without(side: Side, mark: str) -> Side:
    """Return the side without notes of a mark."""
    return _keeping(side, lambda note: mark not in note.marks)


def _at_neighbour(note: Heard, struck: set[Strike]) -> Heard:
    """Return a note between two semitones at the one that is struck."""
    if MICROTONE in note.marks:
        for pitch in (note.pitch, note.pitch - 1, note.pitch + 1):
            if (note.onset, pitch) in struck:
                return replace(note, pitch=pitch)
    return note


def _drums_by_onset(side: Side) -> dict[Fraction, list[int]]:
    """Return the pitches of the drums that are struck at each time, from the lowest."""
    at: dict[Fraction, list[int]] = defaultdict(list)
    for onset, pitch in sorted({note.strike for note in side.notes if DRUM in note.marks}):
        at[onset].append(pitch)
    return at


def _at_nearest(note: Heard, onsets: list[Fraction]) -> Heard:
    """Return the note at the nearest of rising onsets, if that one is near enough to be the same."""
    place = bisect_right(onsets, note.onset)
    near = min(onsets[max(0, place - 1) : place + 1], key=lambda onset: abs(onset - note.onset), default=None)
    if near is None or abs(near - note.onset) >= COARSE:
        return note
    return replace(note, onset=near)


def _in_our_bars(ours: Side, theirs: Side) -> Iterator[Heard]:
    """Give the second reader's notes with each bar, of all parts, begun where our notes hold all of it.

    Notes that may be the end of a tie need not be struck: whether they are is for the policies of ties.
    """
    struck = ours.strikes()
    onsets: dict[int, list[Fraction]] = defaultdict(list)
    for onset, pitch in sorted(struck):
        onsets[pitch].append(onset)
    inside = _by_bar(theirs)
    start = Fraction(0)
    tied: set[tuple[int, int]] = set()
    for number in range(len(theirs.bars[0])):
        bar = inside.get(number, [])
        certain = [note for note in bar if (note.part, note.pitch) not in tied]
        start = _start(certain, _likely_starts(theirs.bars, number, start), onsets, struck)
        yield from (replace(note, onset=note.onset + start) for note in bar)
        tied = {(note.part, note.pitch) for note in bar if TIED_ON in note.marks}


def _by_bar(side: Side) -> dict[int, list[Heard]]:
    """Return the notes of each bar, of all parts, with their times from where it begins."""
    inside: dict[int, list[Heard]] = defaultdict(list)
    for note in side.notes:
        bars = side.bars[note.part]
        number = max(0, bisect_right(bars, note.onset) - 1)
        inside[number].append(replace(note, onset=note.onset - bars[number]))
    return inside


def _likely_starts(bars: Sequence[Sequence[Fraction]], number: int, before: Fraction) -> list[Fraction]:
    """Return where a bar may begin after the one that begins at `before`: by that one's lengths, commonest first."""
    if number == 0:
        return [bars[0][0]]
    lengths = Counter(part[number] - part[number - 1] for part in bars)
    return [before + length for length, _ in lengths.most_common()]


def _start(
    bar: list[Heard], likely: list[Fraction], onsets: dict[int, list[Fraction]], struck: set[Strike]
) -> Fraction:
    """Return where a bar must begin so that all its notes are struck.

    The likely starts are tried first, then what is nearest to the first of them; that one is taken where none fits.
    """
    if not bar:
        return likely[0]
    rarest = min(bar, key=lambda note: len(onsets[note.pitch]))
    others = sorted(
        (onset - rarest.onset for onset in onsets[rarest.pitch]), key=lambda at: abs(at - likely[0])
    )
    for start in [*likely, *others]:
        if all((start + note.onset, note.pitch) in struck for note in bar):
            return start
    return likely[0]
