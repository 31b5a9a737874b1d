"""This file is where the note language of the examples is read: `"C4:1 D4:1/2 E4 | [C4 G4]:3/2 r:1/2 ~:1"`.

Tokens are separated by spaces. What follows a colon is a duration in quarters, and stays in force until the next:

==============  =======================================================================
``F#4``, ``Bb3``  a note; C4 is middle C
``[C4 E4]``     a chord; its notes stand between brackets
``r``           a rest
``~``           a tie: what sounded last goes on
``kick``, ...   a drum, in a voice whose name begins with ``drums``; it sounds for a sixteenth
``|``           a bar line: the reader checks that it stands where the meter puts it
==============  =======================================================================

A pickup is written before the first bar line and lies, as in a sequencer, at the end of a bar that is
otherwise empty. The last bar may be full, or shortened by the pickup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from goldenear.notes.note_array import NoteArray
from goldenear.notes.provenance import Provenance

TICKS_PER_QUARTER = 48

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

DRUMS = {
    "kick": 36,
    "rim": 37,
    "snare": 38,
    "clap": 39,
    "hat": 42,
    "pedalhat": 44,
    "openhat": 46,
    "ride": 51,
    "crash": 49,
}
"""The General MIDI percussion that the examples use."""

DRUM_SOUNDS = Fraction(1, 4)
"""How long a drum sounds, in quarters, however long it is until the next token."""

_TOKEN = re.compile(r"(\||\[[^\]]*\]|[^\s:\[\]|]+)(?::(\d+(?:/\d+)?))?(?=\s|$)")
_NOTE = re.compile(r"([A-G])(#|b)?(-?\d)")


@dataclass(frozen=True)
class Phrase:
    """Music in the note language, moved: in pitch by `up` semitones, in time by the factor `stretch`.

    Attributes
    ----------
    music : str
        The text. Where it is stretched its bar lines are not checked again.
    up : int
        Semitones upwards.
    stretch : Fraction
        Above 1 augmentation, below 1 diminution.
    mirror : str
        The note around which pitches are turned upside down, before `up`; empty for no mirror.
    """

    music: str
    up: int = 0
    stretch: Fraction = Fraction(1)
    mirror: str = ""


Music = str | Phrase | tuple[str | Phrase, ...]
"""What a voice sings: a text, a moved phrase, or several of them one after another."""


@dataclass(frozen=True)
class Example:
    """One example: its music and what there is to say about it.

    Attributes
    ----------
    name : str
        The file name without ``.mid``.
    title : str
        What a person calls it.
    comment : str
        One sentence: what it is, by whom, and when.
    meter : str
        For example ``"6/8"``.
    tempo : int
        Quarters a minute.
    voices : mapping of str to Music
        In parallel, all equally long.
    pickup : Fraction
        The quarters before the first bar line.
    expect : str
        For a candidate: the verdict that the shipped taste is to give, ``"good"``, ``"bad"`` or ``"neither"``.
    why : str
        For a candidate: one sentence that gives the reason.
    """

    name: str
    title: str
    comment: str
    meter: str
    tempo: int
    voices: Mapping[str, Music]
    pickup: Fraction = Fraction(0)
    expect: str = ""
    why: str = ""

    @property
    def bar(self) -> Fraction:
        """The length of a bar in quarters."""
        beats, unit = self.meter.split("/")
        return Fraction(4 * int(beats), int(unit))

    @property
    def quarters(self) -> Fraction:
        """The length of the music in quarters, rests and pickup included.

        Raises
        ------
        ValueError
            If a voice does not fill whole bars, or voices differ in length.
        """
        lengths = {name: self._sung(name)[1] for name in self.voices}
        length = max(lengths.values())
        if min(lengths.values()) != length:
            said = ", ".join(f"{name} {float(quarters):g}" for name, quarters in lengths.items())
            raise ValueError(f"{self.name}: voices of different length in quarters: {said}")
        if (length - self.pickup) % self.bar and length % self.bar:
            raise ValueError(f"{self.name}: {length} quarters are no whole bars of {self.meter}")
        return length

    @property
    def bars(self) -> int:
        """How many bars long it is; a pickup and a last bar shortened by it count as one."""
        return int(self.quarters // self.bar)

    def note_arrays(self) -> dict[str, NoteArray]:
        """Return the notes of each voice, checked; see :attr:`quarters`."""
        assert self.quarters
        lead = self.bar - self.pickup if self.pickup else Fraction(0)
        tempo = Provenance(tempos=((0, round(60_000_000 / self.tempo)),))
        return {
            voice: NoteArray.from_arrays(
                pitch=[pitch for pitch, _, _ in notes],
                onset=[_ticks(onset + lead) for _, onset, _ in notes],
                duration=[_ticks(duration) for _, _, duration in notes],
                ticks_per_quarter=TICKS_PER_QUARTER,
                is_drum=voice.startswith("drums"),
                name=voice,
                provenance=tempo,
            )
            for voice in self.voices
            for notes in [self._sung(voice)[0]]
        }

    def _sung(self, voice: str) -> tuple[list[tuple[int, Fraction, Fraction]], Fraction]:
        """Return the notes of a voice as (pitch, onset, duration), and where it ends."""
        music = self.voices[voice]
        notes: list[tuple[int, Fraction, Fraction]] = []
        at = Fraction(0)
        for phrase in music if isinstance(music, tuple) else (music,):
            moved = phrase if isinstance(phrase, Phrase) else Phrase(phrase)
            try:
                sung, at = self._sing(moved, at, voice.startswith("drums"))
            except ValueError as error:
                raise ValueError(f"{self.name}, {voice}: {error}") from None
            notes += sung
        return notes, at

    def _sing(
        self, phrase: Phrase, at: Fraction, is_drum: bool
    ) -> tuple[list[tuple[int, Fraction, Fraction]], Fraction]:
        """Return the notes of a phrase that begins `at` quarters, and where it ends."""
        notes: list[tuple[int, Fraction, Fraction]] = []
        sounding = 0
        for token, pitches, duration in _tokens(phrase.music, is_drum):
            if token == "|":
                if phrase.stretch == 1 and (at - self.pickup) % self.bar:
                    raise ValueError(f"a bar line after {at} quarters, where {self.meter} has none")
                continue
            length = duration * phrase.stretch
            if token == "~":
                notes[-sounding:] = [
                    (pitch, onset, held + length) for pitch, onset, held in notes[-sounding:]
                ]
            else:
                sounding = len(pitches)
                sounds = DRUM_SOUNDS if is_drum else length
                notes += [(_moved(pitch, phrase, is_drum), at, sounds) for pitch in pitches]
            at += length
        return notes, at


def _tokens(music: str, is_drum: bool) -> Iterator[tuple[str, list[int], Fraction]]:
    """Walk a text: each token, the pitches it sounds, and its duration in quarters."""
    duration = Fraction(1)
    end = 0
    for found in _TOKEN.finditer(music):
        if music[end : found.start()].strip():
            break
        end = found.end()
        token, said = found.groups()
        duration = Fraction(said) if said else duration
        silent = token in ("|", "~", "r")
        yield token, [] if silent else [_pitch(name, is_drum) for name in token.strip("[]").split()], duration
    if music[end:].strip():
        raise ValueError(f"cannot read {music[end:].split(maxsplit=1)[0]!r}")


def _pitch(name: str, is_drum: bool) -> int:
    """Return the MIDI number of a note or a drum."""
    if is_drum:
        if name not in DRUMS:
            raise ValueError(f"no drum {name!r}")
        return DRUMS[name]
    read = _NOTE.fullmatch(name)
    if read is None:
        raise ValueError(f"no note {name!r}")
    step, sign, octave = read.groups()
    return 12 * (int(octave) + 1) + STEPS[step] + {"#": 1, "b": -1, None: 0}[sign]


def _moved(pitch: int, phrase: Phrase, is_drum: bool) -> int:
    """Return where a phrase puts a pitch; drums stay."""
    if is_drum:
        return pitch
    if phrase.mirror:
        pitch = 2 * _pitch(phrase.mirror, is_drum) - pitch
    return pitch + phrase.up


def _ticks(quarters: Fraction) -> int:
    """Return quarters in ticks.

    Raises
    ------
    ValueError
        If they fall between two ticks.
    """
    ticks = quarters * TICKS_PER_QUARTER
    if ticks.denominator != 1:
        raise ValueError(f"{quarters} quarters fall between two of {TICKS_PER_QUARTER} ticks")
    return int(ticks)
