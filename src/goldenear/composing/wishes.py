"""This file is where it stands what a composer wishes: length, voices, scale, rhythm, what is locked, or joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from numbers import Rational, Real
from typing import Any

from goldenear.arguments import must_be, number, shown, text, whole_number
from goldenear.composing.harmony import degrees_of
from goldenear.errors import InvalidInput
from goldenear.notes.metre import Metre
from goldenear.notes.note_array import NoteArray, must_be_notes

INSTANT = Fraction(1, 12)
"""So many quarters from a beat on, what sounds is what sounds on the beat."""

LONGEST_QUARTERS = 1024
"""A longer phrase is refused: a piece is made of phrases."""

MOST_VOICES = 8


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice and its range.

    Attributes
    ----------
    name : str
        What the track is called.
    lowest, highest : int
        The range, in steps; with 12 to the octave MIDI's numbers.

    Examples
    --------
    >>> Voice("alto", 55, 74).highest
    74
    """

    name: str = "melody"
    lowest: int = 55
    highest: int = 84

    def __post_init__(self) -> None:
        text("voice: name", self.name)
        whole_number(f"voice {self.name}: lowest", self.lowest, 0, 127)
        whole_number(f"voice {self.name}: highest", self.highest, 0, 127)
        if self.highest < self.lowest:
            raise InvalidInput(f"voice {self.name}: its range {self.lowest}..{self.highest} is upside down")


ENSEMBLES: Mapping[int, tuple[Voice, ...]] = {
    1: (Voice("melody", 55, 84),),
    2: (Voice("upper", 57, 84), Voice("lower", 40, 67)),
    3: (Voice("upper", 60, 84), Voice("middle", 52, 76), Voice("lower", 38, 62)),
    4: (Voice("soprano", 60, 81), Voice("alto", 53, 74), Voice("tenor", 47, 69), Voice("bass", 38, 62)),
}
"""The voices that a number stands for."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a phrase is to be like; all but the length has a default, and every wish is met exactly or refused.

    Attributes
    ----------
    quarters : int, Fraction or str
        How long it is.
    metre : str
        Such as ``"4/4"`` or ``"6/8"``: how bars are counted.
    voices : int, or sequence of Voice
        1 to 4, or the voices themselves, from the highest down.
    scale : str or sequence of int, optional
        Such as ``"D dorian"``, or degrees 0..11: no other pitch sounds.
    chords : sequence of (quarter, str), optional
        From which quarter on which chord is in force, such as ``[(0, "C"), (4, "Am7")]``: only its notes sound. With
        a scale, too, they do where a chord or a bar begins, and between these any note of the scale.
    rhythm : NoteArray, optional
        Every voice has a note exactly where this has notes, whatever their pitch.
    locked : NoteArray or mapping of voice to NoteArray, optional
        Notes that stand as they are; those of one voice without name belong to the first.
    locked_bars : sequence of int
        Bars, counted from 1, in which nothing but what is locked may sound.
    after, before : NoteArray, optional
        What the phrase follows, and what follows it: judged with it, and not part of it. What it follows ends where
        the phrase begins, what follows it begins where it ends, wherever the notes given lie.
    density : (float, float), optional
        Fewest and most notes a quarter in every voice.
    longest_run : int
        So many notes on end, at most, may be those of one good sample, transposed or stretched.
    ceiling : float
        The greatest similarity to a good sample, above the threshold, up to 1.
    share : float
        The share of the phrase, above 0, up to 1, that one good sample may lend: what it lends beyond does not count.
    """

    quarters: Any = 32
    metre: str = "4/4"
    voices: Any = 1
    scale: Any = None
    chords: Sequence[tuple[Any, str]] | None = None
    rhythm: NoteArray | None = None
    locked: NoteArray | Mapping[str, NoteArray] | None = None
    locked_bars: Sequence[int] = ()
    after: NoteArray | None = None
    before: NoteArray | None = None
    density: tuple[float, float] | None = None
    longest_run: int = 8
    ceiling: float = 0.9
    share: float = 0.35
    ensemble: tuple[Voice, ...] = field(init=False, repr=False)
    """The voices."""
    length: Fraction = field(init=False, repr=False)
    """In quarters."""
    bar: Fraction = field(init=False, repr=False)
    """How long a bar is, in quarters."""

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        set_(self, "length", quarters_of("quarters", self.quarters))
        if not 1 <= self.length <= LONGEST_QUARTERS:
            raise InvalidInput(f"quarters: expected 1..{LONGEST_QUARTERS:,}, got {shown(self.quarters)}")
        set_(self, "bar", Metre.parsed(self.metre).quarters)
        set_(self, "ensemble", _ensemble(self.voices))
        whole_number("longest_run", self.longest_run, 2, 2**31)
        for name, value in (("ceiling", self.ceiling), ("share", self.share)):
            number(name, value, 0, 1, above=True)
        for name in ("rhythm", "after", "before"):
            if getattr(self, name) is not None:
                must_be_notes(name, getattr(self, name))
        self._check_locked()
        if self.density is not None:
            _check_density(self.density)
        if not isinstance(self.locked_bars, Sequence) or isinstance(self.locked_bars, str):
            raise InvalidInput(f"locked_bars: expected bars, counted from 1, got {shown(self.locked_bars)}")
        for bar in self.locked_bars:
            whole_number("locked_bars", bar, 1, self.bars)
        if self.scale is not None:
            degrees_of(self.scale)
        for start, chord in _chords(self.chords):
            if not 0 <= quarters_of("chords", start) < self.length:
                raise InvalidInput(
                    f"chords: {chord} begins at quarter {start}, but the phrase lasts {self.length}"
                )
            tones = degrees_of(chord)
            if self.scale is not None and not tones & degrees_of(self.scale):
                raise InvalidInput(f"scale, chords: no note of {chord} is in the scale {self.scale}")

    @property
    def bars(self) -> int:
        """How many bars there are; the last may be a part of one."""
        return -int(-self.length // self.bar)

    @property
    def harmony(self) -> tuple[tuple[Fraction, Fraction, frozenset[int]], ...]:
        """From when to when, in quarters, which degrees may sound; nothing where all may."""
        scale = () if self.scale is None else ((Fraction(0), self.length, degrees_of(self.scale)),)
        if not self.chords:
            return scale
        track = sorted(
            ((quarters_of("chords", start), chord) for start, chord in self.chords), key=lambda c: c[0]
        )
        ends = [start for start, _ in track[1:]] + [self.length]
        spans = [(start, end, degrees_of(chord)) for (start, chord), end in zip(track, ends, strict=True)]
        if not scale:
            return tuple(spans)
        lines = [number * self.bar for number in range(self.bars)]
        beats = [
            (beat, beat + INSTANT, degrees)
            for start, end, degrees in spans
            for beat in sorted({start, *(line for line in lines if start < line < end)})
        ]
        return (*scale, *beats)

    def locked_in(self, voice: int) -> NoteArray | None:
        """Return what is locked in a voice, counted from the highest.

        Raises
        ------
        InvalidInput
            If there is no such voice.
        """
        whole_number("voice", voice, 0, len(self.ensemble) - 1)
        if self.locked is None or isinstance(self.locked, NoteArray):
            return self.locked if voice == 0 else None
        return self.locked.get(self.ensemble[voice].name)

    def _check_locked(self) -> None:
        """Raise InvalidInput unless what is locked is notes, or a mapping of voices that are there to notes."""
        if not isinstance(self.locked, Mapping):
            if self.locked is not None:
                must_be_notes("locked", self.locked)
            return
        names = [one.name for one in self.ensemble]
        for name, notes in self.locked.items():
            if name not in names:
                raise InvalidInput(f"locked: there is no voice {name!r} among {', '.join(names)}")
            must_be_notes(f"locked: {name}", notes)


def wishes_of(value: Wishes | None) -> Wishes:
    """Return wishes, the default ones for None; raise InvalidInput if it is something else."""
    if value is None:
        return Wishes()
    must_be("wishes", value, Wishes)
    return value


def _chords(chords: Any) -> list[tuple[Any, Any]]:
    """Return a chord track; raise InvalidInput unless it is pairs of a quarter and a chord, one at a time."""
    track = [] if chords is None else chords
    pairs = isinstance(track, Sequence) and not isinstance(track, str)
    if not pairs or not all(
        isinstance(one, Sequence) and not isinstance(one, str) and len(one) == 2 for one in track
    ):
        raise InvalidInput(f"chords: expected pairs such as (0, 'C'), got {shown(chords)}")
    starts = [quarters_of("chords", start) for start, _ in track]
    if len(set(starts)) < len(starts):
        raise InvalidInput("chords: two begin at the same time")
    return [(start, chord) for start, chord in track]


def quarters_of(name: str, value: Any) -> Fraction:
    """Return a time in quarters, exactly.

    Raises
    ------
    InvalidInput
        If it is no number.
    """
    if isinstance(value, bool) or not isinstance(value, Rational | str | float):
        raise InvalidInput(f"{name}: expected a number of quarters, got {shown(value)}")
    try:
        exact = Fraction(value)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise InvalidInput(f"{name}: expected a number of quarters, got {shown(value)}") from None
    if exact.denominator > 96:
        raise InvalidInput(f"{name}: expected quarters in parts of at most a 96th, got {shown(value)}")
    return exact


def _ensemble(voices: Any) -> tuple[Voice, ...]:
    """Return the voices that are wished for."""
    if isinstance(voices, int) and not isinstance(voices, bool):
        if voices not in ENSEMBLES:
            raise InvalidInput(f"voices: expected 1 to {max(ENSEMBLES)}, or Voice objects, got {voices}")
        return ENSEMBLES[voices]
    if not isinstance(voices, Sequence) or not voices or not all(isinstance(v, Voice) for v in voices):
        raise InvalidInput(f"voices: expected a number, or Voice objects, got {shown(voices)}")
    if len(voices) > MOST_VOICES:
        raise InvalidInput(f"voices: expected at most {MOST_VOICES}, got {len(voices)}")
    names = [voice.name for voice in voices]
    if len(set(names)) < len(names):
        raise InvalidInput(f"voices: two have the same name: {', '.join(names)}")
    return tuple(voices)


def _check_density(density: Any) -> None:
    """Raise InvalidInput unless it is two rising numbers of notes a quarter."""
    numbers = (
        isinstance(density, Sequence) and len(density) == 2 and all(isinstance(d, Real) for d in density)
    )
    if not numbers or not 0 <= density[0] <= density[1] <= 24 or density[1] <= 0:
        raise InvalidInput(f"density: expected fewest, most notes a quarter, up to 24, got {shown(density)}")
