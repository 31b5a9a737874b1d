"""This file is where what scores write as letters and fractions becomes numbers, without rounding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor, lcm

from goldenear.errors import UnreadableFile
from goldenear.limits import LIMITS
from goldenear.notes.formats.parsed import ParsedTrack, ParsedTune
from goldenear.notes.formats.remarks import Remarks

MAX_TICKS_PER_QUARTER = 2**26
"""No music divides a quarter further; without a limit, hostile fractions would grow without end."""

VELOCITY = 64
"""How loud a note counts where the format does not say."""

SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
"""How far each letter lies above C."""


@dataclass(slots=True)
class ExactNote:
    """A note as it is written: `onset` and `duration` in quarters; `voice` names its voice within the track."""

    pitch: int
    onset: Fraction
    duration: Fraction
    is_drum: bool = False
    voice: str = ""

    @property
    def offset(self) -> Fraction:
        """The time at which the note ends, in quarters."""
        return self.onset + self.duration


@dataclass(slots=True)
class ExactTrack:
    """One part or voice, its notes in any order.

    Attributes
    ----------
    name : str
        What the file calls it.
    notes : list of ExactNote
        The notes, ties joined.
    loose_ties, half_ties : int
        Ties that join no two notes, and ties that only the note where they begin states.
    """

    name: str
    notes: list[ExactNote] = field(default_factory=list)
    loose_ties: int = 0
    half_ties: int = 0
    _tied: dict[tuple[int, Fraction], dict[str, list[ExactNote]]] = field(default_factory=dict)
    """The notes that are tied on, by pitch and end, then by voice; the voice of the last one comes last."""

    def strike(self, note: ExactNote, *, is_tied_back: bool = False, is_tied_on: bool = False) -> None:
        """Add a note, or lengthen the note of its pitch that is tied to it."""
        before = self._tied_to(note, is_tied_back)
        if before is not None:
            self.loose_ties -= 1
            self.half_ties += not is_tied_back
            before.duration = note.offset - before.onset
            note = before
        else:
            self.loose_ties += is_tied_back
            self.notes.append(note)
        if is_tied_on:
            self.loose_ties += 1
            by_voice = self._tied.setdefault((note.pitch, note.offset), {})
            of_voice = by_voice.pop(note.voice, [])
            of_voice.append(note)
            by_voice[note.voice] = of_voice

    def _tied_to(self, note: ExactNote, is_tied_back: bool) -> ExactNote | None:
        """Take the note that is tied to this one: of its voice; or of another, if this one says that it is tied."""
        by_voice = self._tied.get((note.pitch, note.onset)) if self._tied else None
        if not by_voice or not (note.voice in by_voice or is_tied_back):
            return None
        voice = note.voice if note.voice in by_voice else next(reversed(by_voice))
        before = by_voice[voice].pop()
        if not by_voice[voice]:
            del by_voice[voice]
        return before


@dataclass(slots=True)
class Budget:
    """What keeps a hostile file from eating time and memory: counted while it is read."""

    path: str
    notes: int = 0

    def admit_parts(self, parts: int) -> None:
        """Refuse a score of too many parts.

        Raises
        ------
        UnreadableFile
            If there are more than 1,000.
        """
        if parts > LIMITS.parts:
            raise UnreadableFile(self.path, f"it has more than {LIMITS.parts:,} parts or staves")

    def admit(self, notes: int, time: Fraction) -> None:
        """Count `notes` more, at or until `time` in quarters.

        Raises
        ------
        UnreadableFile
            If the file holds too many notes, or ticks cannot count the time.
        """
        self.notes += notes
        if self.notes > LIMITS.notes:
            raise UnreadableFile(self.path, f"it holds more than {LIMITS.notes:,} notes")
        numerator, denominator = time.as_integer_ratio()
        if denominator > MAX_TICKS_PER_QUARTER or abs(numerator) > LIMITS.quarters * denominator:
            raise UnreadableFile(
                self.path, "its note lengths are absurd: too long, or too finely divided to count"
            )


@dataclass(slots=True)
class BarSums:
    """Holds the length of every bar of a piece against its metre.

    An upbeat and the last bar may be short. A bar that a repeat sign cuts in two adds up with the next one, or with
    the upbeat. Any other bar that is shorter or longer than its metre is remarked: the first one by its number, the
    others by how many there are.
    """

    remarks: Remarks
    _upbeat: Fraction = Fraction(0)
    _bars: int = 0
    _short: tuple[int, Fraction, bool] | None = None

    def add(self, number: int, length: Fraction, metre: Fraction, *, is_exempt: bool = False) -> None:
        """Take the next bar: its number, its length and its metre's, both in quarters.

        An exempt bar, which the file marks as irregular, may be of any length; still it may complete another.
        """
        self._bars += 1
        before, self._short = self._short, None
        if before is not None and before[1] + length == metre:
            return
        if before is not None and not before[2]:
            self._tell(before[0])
        if length > metre and not is_exempt:
            self._tell(number)
        elif length < metre and self._bars == 1:
            self._upbeat = length
        elif length < metre:
            # The next bar may complete it, as the upbeat does; the last bar need not be whole.
            self._short = number, length, is_exempt or length + self._upbeat == metre

    def _tell(self, number: int) -> None:
        self.remarks.slip("a bar that does not add up to its metre", number, "bar")


def signature(fifths: int) -> dict[str, int]:
    """Return which letters a key alters, in semitones.

    Examples
    --------
    >>> signature(2), signature(-1)
    ({'F': 1, 'C': 1}, {'B': -1})
    """
    altered: dict[str, int] = {}
    for step in range(abs(fifths)):
        letter = "FCGDAEB"[step % 7] if fifths > 0 else "BEADGCF"[step % 7]
        altered[letter] = altered.get(letter, 0) + (1 if fifths > 0 else -1)
    return altered


def whole_semitones(alteration: Fraction) -> int:
    """Return the nearest whole number of semitones; halves go up, so that intervals are the same wherever they lie.

    Examples
    --------
    >>> whole_semitones(Fraction(1, 2)), whole_semitones(Fraction(-1, 2)), whole_semitones(Fraction(3, 2))
    (1, 0, 2)
    """
    return floor(alteration + Fraction(1, 2))


def decimal(text: str | None) -> Fraction | None:
    """Return a decimal number, exactly; None where there is none or it is absurd.

    Examples
    --------
    >>> decimal(" 1.5 "), decimal("-2"), decimal("many"), decimal(None)
    (Fraction(3, 2), Fraction(-2, 1), None, None)
    """
    if text is None or not re.fullmatch(r"\s*[-+]?([0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9})\s*", text):
        return None
    return Fraction(text.strip())


def whole(text: str | None) -> int | None:
    """Return a whole number, which may have a point and zeros; None where there is none or it is absurd.

    Examples
    --------
    >>> whole("4"), whole("-1.0"), whole("4.5"), whole(None)
    (4, -1, None, None)
    """
    number = decimal(text)
    return int(number) if number is not None and number.denominator == 1 else None


def microseconds_per_quarter(quarters_per_minute: Fraction) -> int | None:
    """Return a tempo as MIDI counts it; None where it is absurd."""
    if not 1 <= quarters_per_minute <= 4000:
        return None
    return round(60_000_000 / quarters_per_minute)


def in_ticks(
    format: str,
    tracks: list[ExactTrack],
    path: str,
    *,
    title: str = "",
    tempos: Sequence[tuple[Fraction, int]] = (),
    remarks: Remarks,
) -> ParsedTune:
    """Count the notes in the coarsest ticks that miss no onset and no offset.

    Parameters
    ----------
    format, title
        As in `ParsedTune`.
    tracks : list of ExactTrack
        Times in quarters.
    path : str
        The file, for messages.
    tempos : sequence of (Fraction, int)
        ``(time in quarters, microseconds per quarter)``; one that falls between two ticks begins at the
        tick before it.
    remarks : Remarks
        What was said so far; ties that join nothing, and pitches that MIDI has not, are added.

    Raises
    ------
    UnreadableFile
        If a quarter would need more than 2**26 ticks.
    """
    if loose := sum(track.loose_ties for track in tracks):
        remarks.count("tie", "left out, joining no two notes", loose)
    if half := sum(track.half_ties for track in tracks):
        remarks.count("tie", "joined, though only the note where it begins states it", half)
    kept = [_within_range(track, remarks) for track in tracks]
    ticks = _ticks_per_quarter(kept, path)
    return ParsedTune(
        format=format,
        ticks_per_quarter=ticks,
        tracks=[_counted(track, ticks) for track in kept],
        title=title,
        tempos=tuple(sorted({int(time * ticks): speed for time, speed in tempos}.items())),
        remarks=remarks.sentences(),
    )


def _within_range(track: ExactTrack, remarks: Remarks) -> ExactTrack:
    """Return the track without pitches that no instrument has."""
    notes = [note for note in track.notes if 0 <= note.pitch <= 127]
    if far := len(track.notes) - len(notes):
        remarks.count("note", "left out, beyond the range of pitches", far)
    return ExactTrack(track.name, notes)


def _ticks_per_quarter(tracks: list[ExactTrack], path: str) -> int:
    """Return the coarsest resolution that is exact."""
    ticks = 1
    for track in tracks:
        for note in track.notes:
            ticks = lcm(ticks, note.onset.denominator, note.duration.denominator)
            if ticks > MAX_TICKS_PER_QUARTER:
                raise UnreadableFile(
                    path, f"its note lengths need over {MAX_TICKS_PER_QUARTER:,} ticks a quarter"
                )
    return ticks


def _counted(track: ExactTrack, ticks: int) -> ParsedTrack:
    """Return the track with its times in whole ticks."""
    return ParsedTrack(
        name=track.name,
        pitch=[note.pitch for note in track.notes],
        onset=[int(note.onset * ticks) for note in track.notes],
        duration=[int(note.duration * ticks) for note in track.notes],
        velocity=[VELOCITY] * len(track.notes),
        is_drum=[note.is_drum for note in track.notes],
        voice=[note.voice for note in track.notes] if any(note.voice for note in track.notes) else (),
    )
