"""This file is where a tune becomes a MusicXML score: bars of 4/4, voices, ties, rests, every duration exact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, groupby, pairwise
from xml.sax.saxutils import escape

from goldenear.errors import InvalidInput
from goldenear.notes.formats.parsed import ParsedTrack, ParsedTune

MAX_BARS = 10_000
"""A longer score is refused: a silence of millions of bars is a slip, not music."""

_QUARTERS_A_BAR = 4

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
    '<score-partwise version="4.0">\n'
)

_SHAPES = ("whole", "half", "quarter", "eighth", "16th", "32nd", "64th")
_DOT = "<dot/>"
_TRIPLET = (
    "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes></time-modification>"
)

_VALUES = {
    Fraction(4, 2**power) * factor: f"<type>{shape}</type>{mark}"
    for power, shape in enumerate(_SHAPES)
    for factor, mark in ((Fraction(1), ""), (Fraction(3, 2), _DOT), (Fraction(2, 3), _TRIPLET))
}
"""How a duration in quarters is drawn; the other durations are drawn as several, tied."""

_PLAIN_VALUES = [Fraction(4, 2**power) for power in range(len(_SHAPES))]

_NATURALS = "FCGDAEB"
"""The line of fifths, from -1 (F) to 5 (B); each seven fifths further up is a sharp."""


@dataclass(frozen=True, slots=True)
class _Chord:
    """Notes of one voice that begin and end together; tied to a chord before or after, if so said."""

    pitches: tuple[int, ...]
    onset: int
    offset: int
    is_tied_back: bool = False
    is_tied_on: bool = False


def musicxml_bytes(tune: ParsedTune) -> bytes:
    """Return the tune as a MusicXML score, one part for each of its tracks.

    Parameters
    ----------
    tune : ParsedTune
        No drums; pitches from 12 (C0) to 127, in semitones; onsets from 0.

    Returns
    -------
    bytes
        The file, in UTF-8. A quarter has as many divisions as it has ticks, so nothing is rounded.

    Raises
    ------
    InvalidInput
        If the score would have more than 10,000 bars.

    Notes
    -----
    Notes carry neither velocity nor beams, and the score no tempo. Durations that one note value cannot
    show are drawn as several, tied; a duration that no sum of note values shows is written without a
    value, and stands in its number of divisions alone.
    """
    offsets = [onset + length for t in tune.tracks for onset, length in zip(t.onset, t.duration, strict=True)]
    bars = -(-max(offsets, default=1) // (_QUARTERS_A_BAR * tune.ticks_per_quarter))
    if bars > MAX_BARS:
        raise InvalidInput(f"notes: would fill {bars:,} bars: a score holds {MAX_BARS:,}; write MIDI instead")
    ids = [f"P{number}" for number in range(1, len(tune.tracks) + 1)]
    names = "".join(
        f'<score-part id="{part}"><part-name>{escape(track.name)}</part-name></score-part>\n'
        for part, track in zip(ids, tune.tracks, strict=True)
    )
    parts = "".join(
        f'<part id="{part}">\n{"".join(_bars(track, bars, tune.ticks_per_quarter))}</part>\n'
        for part, track in zip(ids, tune.tracks, strict=True)
    )
    return f"{_HEAD}<part-list>\n{names}</part-list>\n{parts}</score-partwise>\n".encode()


def _bars(track: ParsedTrack, bars: int, ticks_per_quarter: int) -> Iterator[str]:
    """Yield the bars of one part."""
    bar = _QUARTERS_A_BAR * ticks_per_quarter
    contents: dict[int, dict[int, list[_Chord]]] = {}
    for voice, chords in enumerate(_voices(track), start=1):
        for chord in chords:
            for piece in _drawn(chord, bar, ticks_per_quarter):
                contents.setdefault(piece.onset // bar, {}).setdefault(voice, []).append(piece)
    write_notes = _NoteWriter(ticks_per_quarter, _spelling(track))
    attributes = (
        f"<attributes><divisions>{ticks_per_quarter}</divisions>"
        f"<time><beats>{_QUARTERS_A_BAR}</beats><beat-type>4</beat-type></time>{_clef(track)}</attributes>\n"
    )
    for number in range(bars):
        # A voice that is silent all through a bar is left out of it; the first one holds the bar.
        sounding = contents.get(number, {})
        voices = sorted({1, *sounding})
        texts = (write_notes.of_bar(sounding.get(voice, []), number * bar, bar, voice) for voice in voices)
        back = f"<backup><duration>{bar}</duration></backup>\n"
        yield f'<measure number="{number + 1}">\n{"" if number else attributes}{back.join(texts)}</measure>\n'


def _voices(track: ParsedTrack) -> list[list[_Chord]]:
    """Share the notes out to as few voices as sound one chord at a time, the highest chord to the first."""
    notes = sorted(
        (onset, onset + duration, pitch)
        for pitch, onset, duration in zip(track.pitch, track.onset, track.duration, strict=True)
    )
    chords = [
        _Chord(tuple(pitch for _, _, pitch in together), *span)
        for span, together in ((span, list(group)) for span, group in groupby(notes, lambda note: note[:2]))
    ]
    voices: list[list[_Chord]] = []
    for chord in sorted(chords, key=lambda chord: (chord.onset, -max(chord.pitches))):
        free = next((voice for voice in voices if voice[-1].offset <= chord.onset), None)
        if free is None:
            voices.append(free := [])
        free.append(chord)
    return voices


def _drawn(chord: _Chord, bar: int, ticks_per_quarter: int) -> Iterator[_Chord]:
    """Yield the chord cut at the bar lines, and then into note values, all tied together."""
    cuts = [chord.onset, *range((chord.onset // bar + 1) * bar, chord.offset, bar), chord.offset]
    lengths = [n for start, end in pairwise(cuts) for n in _note_values(end - start, ticks_per_quarter)]
    ends = list(accumulate(lengths, initial=chord.onset))
    for start, end in pairwise(ends):
        yield _Chord(chord.pitches, start, end, start > chord.onset, end < chord.offset)


def _note_values(ticks: int, ticks_per_quarter: int) -> list[int]:
    """Return durations that make up `ticks` and that a note value can show; `ticks` itself where none do.

    Examples
    --------
    >>> _note_values(5, 4), _note_values(6, 4), _note_values(5, 7)
    ([4, 1], [6], [5])
    """
    left = Fraction(ticks, ticks_per_quarter)
    if left % _PLAIN_VALUES[-1] and left not in _VALUES:
        return [ticks]
    values = []
    while left:
        value = left if left in _VALUES else next(v for v in _PLAIN_VALUES if v <= left)
        values.append(int(value * ticks_per_quarter))
        left -= value
    return values


@dataclass(frozen=True, slots=True)
class _NoteWriter:
    """Writes chords and rests; it knows the resolution and how pitches are spelled."""

    ticks_per_quarter: int
    spelling: Sequence[tuple[str, int]]

    def of_bar(self, chords: list[_Chord], start: int, length: int, voice: int) -> str:
        """Return one voice of one bar, whole: what it does not sound, it rests."""
        written = []
        time = start
        for chord in chords:
            written += self._rests(chord.onset - time, voice)
            written.append(self._chord(chord, voice))
            time = chord.offset
        return "".join(written + self._rests(start + length - time, voice))

    def _rests(self, ticks: int, voice: int) -> list[str]:
        """Return rests that together last `ticks`."""
        return [
            f"<note><rest/>{self._timing(value, voice)}</note>\n"
            for value in _note_values(ticks, self.ticks_per_quarter)
            if value
        ]

    def _chord(self, chord: _Chord, voice: int) -> str:
        """Return the notes of a chord."""
        ties = ["stop"] * chord.is_tied_back + ["start"] * chord.is_tied_on
        sounding = "".join(f'<tie type="{tie}"/>' for tie in ties)
        drawn = "".join(f'<tied type="{tie}"/>' for tie in ties)
        notations = f"<notations>{drawn}</notations>" if ties else ""
        timing = self._timing(chord.offset - chord.onset, voice, sounding)
        return "".join(
            f"<note>{'<chord/>' if number else ''}{self._pitch(pitch)}{timing}{notations}</note>\n"
            for number, pitch in enumerate(chord.pitches)
        )

    def _timing(self, ticks: int, voice: int, ties: str = "") -> str:
        """Return how long a note or rest lasts, in which voice, and how that is drawn."""
        drawn = _VALUES.get(Fraction(ticks, self.ticks_per_quarter), "")
        return f"<duration>{ticks}</duration>{ties}<voice>{voice}</voice>{drawn}"

    def _pitch(self, pitch: int) -> str:
        """Return a pitch, spelled."""
        step, alter = self.spelling[pitch % 12]
        altered = f"<alter>{alter}</alter>" if alter else ""
        return f"<pitch><step>{step}</step>{altered}<octave>{pitch // 12 - 1}</octave></pitch>"


def _spelling(track: ParsedTrack) -> list[tuple[str, int]]:
    """Return the letter and accidental of each pitch class.

    Twelve neighbours on the line of fifths spell all pitches; of the six choices that keep every white
    key natural, the one is taken under which the notes, by duration, lie closest together.
    """
    weight = [0] * 12
    for pitch, duration in zip(track.pitch, track.duration, strict=True):
        weight[pitch % 12] += duration

    def spread(first: int) -> Fraction:
        fifths = {fifth: weight[fifth * 7 % 12] for fifth in range(first, first + 12)}
        total = sum(weight) or 1
        mean = Fraction(sum(fifth * w for fifth, w in fifths.items()), total)
        return sum(((fifth - mean) ** 2 * w for fifth, w in fifths.items()), Fraction(0))

    # Where nothing decides, E flat to G sharp, the choice of keyboard tuners.
    first = min((-3, -2, -4, -1, -5, -6), key=spread)
    by_class = {fifth * 7 % 12: fifth for fifth in range(first, first + 12)}
    return [(_NATURALS[(by_class[c] + 1) % 7], (by_class[c] + 1) // 7) for c in range(12)]


def _clef(track: ParsedTrack) -> str:
    """Return the treble clef, or the bass clef for notes that lie mostly below middle C."""
    is_low = sum(track.pitch) < 60 * len(track.pitch)
    sign, line = ("F", 4) if is_low else ("G", 2)
    return f"<clef><sign>{sign}</sign><line>{line}</line></clef>"
