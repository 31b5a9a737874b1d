"""This file is where one voice of an ABC tune runs through time: the written gets onset and duration.

All times here are in quarters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from goldenear.notes.formats.abc_fields import Meter, Settings, Signature
from goldenear.notes.formats.exact import SEMITONES, Budget, ExactNote, ExactTrack
from goldenear.notes.formats.remarks import Remarks

Place = tuple[str, int]
"""A letter and an octave: middle C is ``("C", 5)``, as 12 times 5 is its number in MIDI."""


@dataclass(frozen=True, slots=True)
class Written:
    """A note as it stands in the music: `alter` None where it bears no accidental."""

    place: Place
    alter: int | None
    length: Fraction
    is_tied: bool = False


@dataclass(slots=True, eq=False)
class Head:
    """One note head; a tied note has several, of which only the first is struck."""

    place: Place
    pitch: int
    onset: Fraction
    duration: Fraction
    is_tied: bool
    struck: Head | None = None


@dataclass(slots=True)
class Tuplet:
    """A tuplet that is under way: by what its notes are shortened, and how many are still to come."""

    factor: Fraction
    remaining: int


@dataclass(slots=True)
class Circumstances:
    """What holds until a field changes it; fields before the first note change it for all voices."""

    signature: Signature = field(default_factory=dict)
    meter: Meter = field(default_factory=lambda: Meter(None))
    unit: Fraction = Fraction(1, 2)
    lifts: dict[str, int] = field(default_factory=dict)
    is_drum: bool = False
    accidentals_reach: str = "pitch"

    def copy(self) -> Circumstances:
        """Return circumstances that change on their own."""
        return Circumstances(
            dict(self.signature),
            self.meter,
            self.unit,
            dict(self.lifts),
            self.is_drum,
            self.accidentals_reach,
        )

    def apply(self, settings: Settings) -> None:
        """Take over what a K: or V: field sets."""
        self.lifts.update(settings.lifts)


@dataclass(slots=True)
class Voice:
    """One voice: where it is, and what it has sung."""

    name: str
    now: Circumstances
    budget: Budget
    remarks: Remarks
    time: Fraction = Fraction(0)
    heads: list[Head] = field(default_factory=list)
    _accidentals: dict[Place, int] = field(default_factory=dict)
    _waiting: dict[tuple[Place, Fraction], Head] = field(default_factory=dict)
    _tuplet: Tuplet | None = None
    _last: list[Head] = field(default_factory=list)
    _last_length: Fraction | None = None
    _next_factor: Fraction = Fraction(1)
    _bar_starts: list[Fraction] = field(default_factory=lambda: [Fraction(0)])
    _bar_end: Fraction | None = None
    _bars_to_overlay: int = 0

    def sound(self, notes: list[Written], length: Fraction) -> None:
        """Sing `notes` together and move on by `length`; no notes: a rest."""
        self._hold_ties()
        factor = self._factor()
        self._last = [self._head(note, factor) for note in notes]
        self._last_length = length * factor if factor != 1 else length
        self.heads += self._last
        self.time = self.time + self._last_length
        self.budget.admit(len(notes), self.time)

    def rest_bars(self, bars: int, line: int) -> None:
        """Rest for whole bars; in a free meter a bar has no length."""
        if self.now.meter.bar is None:
            self.remarks.slip("a rest of whole bars in free meter: left out", line)
        self.sound([], (self.now.meter.bar or Fraction(0)) * 4 * bars)

    def tie(self, line: int) -> None:
        """Tie the last note or chord to what follows."""
        if not self._last:
            self.remarks.slip("a tie that follows no note: left out", line)
        for head in self._last:
            head.is_tied = True

    def broken_rhythm(self, first: Fraction, line: int) -> None:
        """Multiply the last note by `first`, and give the next what that leaves of two."""
        if self._last_length is None:
            self.remarks.slip("a broken rhythm that follows no note: left out", line)
            return
        for head in self._last:
            head.duration *= first
        self.time += self._last_length * (first - 1)
        self._last_length *= first
        self._next_factor *= 2 - first
        self.budget.admit(0, self.time)

    def start_tuplet(self, notes: int, time: int | None, count: int | None, line: int) -> None:
        """Put the next `count` notes in a tuplet of `notes` in the `time` of so many.

        A tuplet that is not full yet ends here: in ABC tuplets do not nest.
        """
        if self._tuplet is not None:
            self.remarks.slip("a tuplet begins before the last one is full: it takes its place", line)
        beat = 3 if self.now.meter.is_compound else 2
        usual = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}.get(notes, beat)
        self._tuplet = Tuplet(Fraction(time or usual, notes), count or notes)

    def overlay(self, bars: int) -> None:
        """Go back over so many bar lines, the last one at least, to sing another line over what was sung."""
        self._hold_ties()
        self._bar_end = self._bar_end if self._bar_end is not None else self.time
        self._bars_to_overlay = bars - 1
        del self._bar_starts[max(len(self._bar_starts) - self._bars_to_overlay, 1) :]
        self.time = self._bar_starts[-1]
        self._forget_the_last()

    def bar(self, line: int) -> None:
        """Cross a bar line: accidentals end, and overlaid lines are one again."""
        self._hold_ties()
        if self._bar_end is not None and self._bars_to_overlay:
            self._bars_to_overlay -= self.time > self._bar_starts[-1]
        elif self._bar_end is not None:
            if self._bar_end != self.time:
                self.remarks.slip("an overlay (&) of another length than its bar", line)
            self.time = max(self.time, self._bar_end)
            self._bar_end = None
            self._forget_the_last()
        if self.time > self._bar_starts[-1]:
            self._bar_starts.append(self.time)
        self._accidentals.clear()

    def track(self) -> ExactTrack:
        """Return what was sung, in quarters: ties joined."""
        self.bar(0)
        if self._next_factor != 1:
            self.remarks.once("a broken rhythm that no note follows: left out")
        for head in self.heads:
            if head.struck is not None:
                head.struck.duration = max(
                    head.struck.duration, head.onset + head.duration - head.struck.onset
                )
        notes = [
            ExactNote(head.pitch, head.onset, head.duration, self.now.is_drum)
            for head in self.heads
            if head.struck is None
        ]
        return ExactTrack(self.name, notes, loose_ties=len(self._waiting))

    def _forget_the_last(self) -> None:
        """Let nothing reach back to the last note: it stands in another line."""
        self._last, self._last_length = [], None
        self._accidentals.clear()

    def _hold_ties(self) -> None:
        """Remember the tied notes that end now; until here a broken rhythm could still move their end."""
        for head in self._last:
            if head.is_tied:
                self._waiting[head.place, head.onset + head.duration] = head
                head.is_tied = False

    def _factor(self) -> Fraction:
        """Return by what tuplets and broken rhythm change the next note, and count it in them."""
        factor, self._next_factor = self._next_factor, Fraction(1)
        if self._tuplet is not None:
            factor *= self._tuplet.factor
            self._tuplet.remaining -= 1
            if not self._tuplet.remaining:
                self._tuplet = None
        return factor

    def _head(self, note: Written, factor: Fraction) -> Head:
        """Place a note head: find its pitch, and the note it is tied to."""
        before = self._waiting.get((note.place, self.time)) if self._waiting else None
        pitch = self._pitch(note, before)
        struck = None
        if before is not None and before.pitch == pitch:
            # An accidental holds for as long as the tie does, across bar lines too.
            struck = before.struck or before
            del self._waiting[note.place, self.time]
        duration = note.length * factor if factor != 1 else note.length
        return Head(note.place, pitch, self.time, duration, note.is_tied, struck)

    def _pitch(self, note: Written, before: Head | None) -> int:
        """Return the sounding pitch: the accidental, or the tie, or the bar, or the key decides."""
        letter, octave = note.place
        reach = self._reach(note.place)
        if note.alter is not None:
            alter = self._accidentals[reach] = note.alter
            if self.now.accidentals_reach == "not":
                del self._accidentals[reach]
        elif before is not None:
            return before.pitch
        else:
            in_key = self.now.signature.get(letter, 0)
            alter = self._accidentals.get(reach, in_key)
        return 12 * octave + SEMITONES[letter] + alter + sum(self.now.lifts.values())

    def _reach(self, place: Place) -> Place:
        """Return for which notes of the bar an accidental at `place` holds."""
        return (place[0], 0) if self.now.accidentals_reach == "pitch" else place
