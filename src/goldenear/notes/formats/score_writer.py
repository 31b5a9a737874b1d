"""This file is where a tune becomes a MusicXML score: bars, voices, ties, rests, every duration exact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from xml.sax.saxutils import escape

from goldenear.errors import InvalidInput
from goldenear.notes.formats.note_values import BarRuler
from goldenear.notes.formats.parsed import ParsedTrack, ParsedTune
from goldenear.notes.formats.score_joins import Piece, beams, brackets
from goldenear.notes.formats.spelling import Spelling, key_of
from goldenear.notes.metre import COMMON, Metre

MAX_BARS = 10_000
"""A longer score is refused: a silence of millions of bars is a slip, not music."""

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
    '<score-partwise version="4.0">\n'
)


def musicxml_bytes(tune: ParsedTune, metre: Metre = COMMON) -> bytes:
    """Return the tune as a MusicXML score, one part for each of its tracks.

    Parameters
    ----------
    tune : ParsedTune
        No drums; pitches from 12 (C0) to 127, in semitones; onsets from 0; as many ticks to the quarter as
        make a beat of the metre a whole number.
    metre : Metre
        The time signature.

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
    All parts have the key signature that needs the fewest accidentals. Notes carry no velocity, and the
    score no tempo. Durations that one note value cannot show, or would hide a beat with, are drawn as
    several, tied; a duration that no sum of note values shows is written without a value, and stands in
    its number of divisions alone.
    """
    ruler = BarRuler(metre, tune.ticks_per_quarter)
    offsets = [onset + length for t in tune.tracks for onset, length in zip(t.onset, t.duration, strict=True)]
    bars = -(-max(offsets, default=1) // ruler.bar)
    if bars > MAX_BARS:
        raise InvalidInput(f"notes: would fill {bars:,} bars: a score holds {MAX_BARS:,}; write MIDI instead")
    key = key_of(tune.tracks)
    title = f"<work><work-title>{escape(tune.title)}</work-title></work>\n" if tune.title else ""
    ids = [f"P{number}" for number in range(1, len(tune.tracks) + 1)]
    names = "".join(
        f'<score-part id="{part}"><part-name>{escape(track.name)}</part-name></score-part>\n'
        for part, track in zip(ids, tune.tracks, strict=True)
    )
    parts = "".join(
        f'<part id="{part}">\n{"".join(_bars(track, bars, key, ruler))}</part>\n'
        for part, track in zip(ids, tune.tracks, strict=True)
    )
    return f"{_HEAD}{title}<part-list>\n{names}</part-list>\n{parts}</score-partwise>\n".encode()


def _bars(track: ParsedTrack, bars: int, key: int, ruler: BarRuler) -> Iterator[str]:
    """Yield the bars of one part."""
    contents: dict[int, dict[int, list[Piece]]] = {}
    for voice, chords in enumerate(_voices(track), start=1):
        for chord in chords:
            for piece in _drawn(chord, ruler):
                contents.setdefault(piece.onset // ruler.bar, {}).setdefault(voice, []).append(piece)
    spelling = Spelling.of(track, key)
    attributes = (
        f"<attributes><divisions>{ruler.ticks_per_quarter}</divisions><key><fifths>{key}</fifths></key>"
        f"<time><beats>{ruler.metre.beats}</beats><beat-type>{ruler.metre.unit}</beat-type></time>"
        f"{_clef(track)}</attributes>\n"
    )
    back = f"<backup><duration>{ruler.bar}</duration></backup>\n"
    for number in range(bars):
        # A voice that is silent all through a bar is left out of it; the first one holds the bar.
        sounding = contents.get(number, {})
        write_voice = _VoiceWriter(ruler, spelling, number * ruler.bar, _signs(sounding, spelling))
        texts = (write_voice(voice, sounding.get(voice, [])) for voice in sorted({1, *sounding}))
        yield f'<measure number="{number + 1}">\n{"" if number else attributes}{back.join(texts)}</measure>\n'


def _voices(track: ParsedTrack) -> list[list[Piece]]:
    """Share the notes out to as few voices as sound one chord at a time, the highest chord to the first."""
    notes = sorted(
        (onset, onset + duration, pitch)
        for pitch, onset, duration in zip(track.pitch, track.onset, track.duration, strict=True)
    )
    chords = [
        Piece(tuple(pitch for _, _, pitch in together), *span)
        for span, together in ((span, list(group)) for span, group in groupby(notes, lambda note: note[:2]))
    ]
    voices: list[list[Piece]] = []
    for chord in sorted(chords, key=lambda chord: (chord.onset, -max(chord.pitches))):
        free = next((voice for voice in voices if voice[-1].offset <= chord.onset), None)
        if free is None:
            voices.append(free := [])
        free.append(chord)
    return voices


def _drawn(chord: Piece, ruler: BarRuler) -> Iterator[Piece]:
    """Yield the chord cut at the bar lines, and then into note values, all tied together."""
    bar = ruler.bar
    cuts = [chord.onset, *range((chord.onset // bar + 1) * bar, chord.offset, bar), chord.offset]
    ends = [end for span in pairwise(cuts) for end in ruler.ends(*span)]
    for start, end in pairwise([chord.onset, *ends]):
        yield Piece(chord.pitches, start, end, start > chord.onset, end < chord.offset)


def _signs(sounding: dict[int, list[Piece]], spelling: Spelling) -> dict[tuple[int, int, int], str]:
    """Return the accidentals of a bar by onset, voice and pitch."""
    struck = sorted(
        (piece.onset, voice, pitch)
        for voice, pieces in sounding.items()
        for piece in pieces
        if not piece.is_tied_back
        for pitch in piece.pitches
    )
    return dict(zip(struck, spelling.signs(pitch for _, _, pitch in struck), strict=True))


@dataclass(frozen=True, slots=True)
class _VoiceWriter:
    """Writes the voices of one bar of one part; `signs` are its accidentals by onset, voice and pitch."""

    ruler: BarRuler
    spelling: Spelling
    start: int
    signs: dict[tuple[int, int, int], str]

    def __call__(self, voice: int, chords: list[Piece]) -> str:
        """Return one voice, whole: what it does not sound, it rests."""
        if not chords:
            return (
                f'<note><rest measure="yes"/><duration>{self.ruler.bar}</duration>'
                f"<voice>{voice}</voice></note>\n"
            )
        pieces = self._with_rests(chords)
        bracketed = brackets(pieces, self.ruler)
        marks = {span[0]: "start" for span in bracketed} | {span[-1]: "stop" for span in bracketed}
        joined = beams(pieces, bracketed, self.ruler)
        return "".join(
            self._piece(voice, piece, marks.get(number, ""), joined[number])
            for number, piece in enumerate(pieces)
        )

    def _with_rests(self, chords: list[Piece]) -> list[Piece]:
        """Return the chords, and rests in between."""
        pieces = []
        time = self.start
        for chord in [*chords, Piece((), self.start + self.ruler.bar, self.start + self.ruler.bar)]:
            ends = self.ruler.ends(time, chord.onset, is_rest=True) if time < chord.onset else []
            pieces += [Piece((), start, end) for start, end in pairwise([time, *ends])]
            pieces.append(chord)
            time = chord.offset
        return pieces[:-1]

    def _piece(self, voice: int, piece: Piece, tuplet: str, beamed: list[str]) -> str:
        """Return the notes of a chord, or a rest."""
        ties = ["stop"] * piece.is_tied_back + ["start"] * piece.is_tied_on
        sounding = "".join(f'<tie type="{tie}"/>' for tie in ties)
        tied = "".join(f'<tied type="{tie}"/>' for tie in ties)
        bracket = f'<tuplet type="{tuplet}"/>' if tuplet else ""
        timing = f"<duration>{piece.duration}</duration>{sounding}<voice>{voice}</voice>"
        value = self.ruler.value(piece.duration)
        shape, modification = (value.drawn, value.modification) if value else ("", "")
        beam = "".join(f'<beam number="{n}">{text}</beam>' for n, text in enumerate(beamed, start=1))
        written = []
        for number, pitch in enumerate(piece.pitches or [None]):
            sign = self.signs.get((piece.onset, voice, pitch), "") if pitch is not None else ""
            what = "<rest/>" if pitch is None else self._pitch(pitch)
            # Beams and brackets belong to the first note of a chord.
            drawn = tied + ("" if number else bracket)
            written.append(
                f"<note>{'<chord/>' if number else ''}{what}{timing}{shape}"
                f"{f'<accidental>{sign}</accidental>' if sign else ''}{modification}"
                f"{'' if number else beam}{f'<notations>{drawn}</notations>' if drawn else ''}</note>\n"
            )
        return "".join(written)

    def _pitch(self, pitch: int) -> str:
        """Return a pitch, spelled."""
        step, alter, octave = self.spelling[pitch]
        altered = f"<alter>{alter}</alter>" if alter else ""
        return f"<pitch><step>{step}</step>{altered}<octave>{octave}</octave></pitch>"


def _clef(track: ParsedTrack) -> str:
    """Return the treble clef, or the bass clef for notes that lie mostly below middle C."""
    is_low = sum(track.pitch) < 60 * len(track.pitch)
    sign, line = ("F", 4) if is_low else ("G", 2)
    return f"<clef><sign>{sign}</sign><line>{line}</line></clef>"
