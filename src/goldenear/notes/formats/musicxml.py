"""MusicXML becomes notes bar by bar, so that all parts meet again at every bar line.

A reader of our own, because exactness was to be had no other way: lengths may be decimal, divisions may
change, the notes of a chord may differ in length, drums are named by their instrument, and a part that the
list of parts forgets is still music.

============================  ===========================================================================
what a score may hold         what becomes of it
============================  ===========================================================================
repeats, endings, da capo     not unfolded
ties                          joined
grace notes, cue notes        left out
transposing instruments       read at the pitch that sounds
unpitched notes, channel 10   drums, at the instrument's MIDI number, or else at their written place
a value that is none          costs its note or its sign, and leaves a remark; the note's type keeps its time
divisions late or missing     chosen as most note types and metres say
============================  ===========================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from goldenear.errors import InvalidInput
from goldenear.notes.formats.exact import (
    BarSums,
    Budget,
    ExactNote,
    ExactTrack,
    decimal,
    in_ticks,
    microseconds_per_quarter,
)
from goldenear.notes.formats.musicxml_bars import Bar, bars_of
from goldenear.notes.formats.musicxml_lengths import (
    MAX_DIVISIONS,
    MAX_LENGTH,
    divisions_in,
    divisions_of,
    metre_in,
    type_length,
    written_length,
)
from goldenear.notes.formats.musicxml_pitch import Instruments, Lifts, instruments_of, pitch_of, transposition
from goldenear.notes.formats.parsed import ParsedTune
from goldenear.notes.formats.remarks import Remarks
from goldenear.notes.metre import COMMON

_JUMPS = frozenset(["dacapo", "dalsegno", "tocoda", "fine", "segno", "coda"])


@dataclass(slots=True)
class _Part:
    """A part while it is read: how its numbers are understood, where it stands, how far bar and notes reach."""

    track: ExactTrack
    instruments: Instruments = field(default_factory=dict)
    divisions: dict[Element | None, Fraction] = field(default_factory=dict)
    division: Fraction = Fraction(1)
    metre: Fraction | None = None
    lifts: Lifts = field(default_factory=dict)
    heads: list[_Head] = field(default_factory=list)
    cursor: Fraction = Fraction(0)
    reach: Fraction = Fraction(0)
    sounding: Fraction = Fraction(0)
    chord: _Chord | None = None
    rests: bool = True
    """Whether this bar is nothing but a rest, which lasts as long as the bar does in other parts."""

    def strike(self) -> ExactTrack:
        """Return the track, its notes struck in the order of time: voices tie to each other."""
        for head in sorted(self.heads, key=lambda head: (head.note.onset, not head.is_tied_back)):
            self.track.strike(head.note, is_tied_back=head.is_tied_back, is_tied_on=head.is_tied_on)
        return self.track


@dataclass(frozen=True, slots=True)
class _Head:
    """A note as it is printed, which ties may join to others."""

    note: ExactNote
    is_tied_back: bool
    is_tied_on: bool


@dataclass(frozen=True, slots=True)
class _Chord:
    """Where the notes stand that a chord mark adds to, and how long the first of them lasts."""

    onset: Fraction
    length: Fraction


@dataclass(slots=True)
class _Score:
    """What all parts share while a score is read."""

    budget: Budget
    remarks: Remarks
    sums: BarSums
    tempos: list[tuple[Fraction, int]] = field(default_factory=list)
    bar: int = 0
    bar_start: Fraction = Fraction(0)
    metre: Fraction = COMMON.quarters
    is_measured: bool = False
    """Whether `metre` was written, and not free since."""

    def slip(self, sentence: str) -> None:
        """Remark on what is off in this bar."""
        self.remarks.slip(sentence, self.bar, "bar")


def read_musicxml(root: Element, path: str) -> ParsedTune:
    """Read a MusicXML document.

    Parameters
    ----------
    root : Element
        ``score-partwise`` or ``score-timewise``, names without namespaces.
    path : str
        The file, for messages.

    Raises
    ------
    UnreadableFile
        If it holds more notes, or more time, than can be counted.
    """
    remarks = Remarks()
    score = _Score(Budget(path), remarks, BarSums(remarks))
    bars = bars_of(root, remarks)
    parts = _parts(root, bars, score.budget, remarks)
    for number, bar in enumerate(bars, start=1):
        score.bar = number
        for part, element in bar.parts.items():
            _read_bar(score, parts[part], element)
        _close_bar(score, bar, [parts[part] for part in bar.parts])
    return in_ticks(
        "musicxml",
        [part.strike() for part in parts.values()],
        path,
        title=_title(root),
        tempos=score.tempos,
        remarks=remarks,
    )


def _parts(root: Element, bars: list[Bar], budget: Budget, remarks: Remarks) -> dict[str, _Part]:
    """Return the parts, those of the list of parts first, then those that it forgot."""
    parts: dict[str, _Part] = {}
    for declared in root.iter("score-part"):
        name = " ".join(declared.findtext("part-name", "").split())
        part = declared.get("id", "")
        budget.admit_parts(len(parts) + 1)
        parts[part] = _Part(ExactTrack(name or part), instruments_of(declared, remarks))
    music: dict[str, list[tuple[int, Element]]] = {}
    for number, bar in enumerate(bars, start=1):
        for part, element in bar.parts.items():
            music.setdefault(part, []).append((number, element))
    budget.admit_parts(len(parts.keys() | music.keys()))
    for part, divisions in zip(music, divisions_of(music.values(), remarks), strict=True):
        parts.setdefault(part, _Part(ExactTrack(part))).divisions = divisions
        parts[part].division = divisions[None]
    return parts


def _close_bar(score: _Score, bar: Bar, parts: list[_Part]) -> None:
    """Let all parts meet at the end of a bar, and hold its length against its metre."""
    metres = [part.metre for part in parts if part.metre]
    lengths = _lengths(score, [part for part in parts if not part.rests]) or _lengths(score, parts)
    metre = max(set(metres) & lengths, default=score.metre)
    length = max(lengths, default=metre)
    if len(lengths) > 1:
        score.slip("parts differ in the length of a bar")
        last_note = max(part.sounding for part in parts) - score.bar_start
        if metre in lengths and last_note <= metre:
            length = metre
    if score.is_measured:
        score.sums.add(score.bar, length, metre, is_exempt=bar.is_exempt)
    score.bar_start += length


def _lengths(score: _Score, parts: list[_Part]) -> set[Fraction]:
    """Return how long this bar is in those of the parts in which time passes."""
    return {part.reach - score.bar_start for part in parts if part.reach > score.bar_start}


def _read_bar(score: _Score, part: _Part, bar: Element) -> None:
    """Read one bar of one part."""
    part.cursor = part.reach = part.sounding = score.bar_start
    part.chord = None
    part.rests = True
    for element in bar:
        match element.tag:
            case "note":
                _read_note(score, part, element)
            case "backup":
                _back_up(score, part, element)
            case "forward":
                _forward(score, part, element)
            case "attributes":
                _read_attributes(score, part, element)
            case "direction" | "sound":
                _read_direction(score, part, element)
            case "barline":
                if element.find("repeat") is not None or element.find("ending") is not None:
                    score.remarks.once("repeats not unfolded")
            case "harmony":
                score.remarks.once("chord symbols ignored")


def _advance(score: _Score, part: _Part, length: Fraction) -> None:
    """Move on in time."""
    part.cursor += length
    part.reach = max(part.reach, part.cursor)
    score.budget.admit(0, part.cursor)


def _forward(score: _Score, part: _Part, element: Element) -> None:
    """Move on without a note."""
    length = _told_length(part, element)
    if length is None:
        score.slip(f"{_what(element)}: ignored")
    _advance(score, part, length or Fraction(0))
    part.chord = None


def _back_up(score: _Score, part: _Part, element: Element) -> None:
    """Move back in time, to the start of the bar at most."""
    length = _told_length(part, element)
    if length is None:
        score.slip(f"{_what(element)}: read as back to the start of the bar")
    elif part.cursor - length < score.bar_start:
        score.slip("a backup beyond the start of its bar: stopped there")
    part.cursor = score.bar_start if length is None else max(part.cursor - length, score.bar_start)
    part.chord = None


def _what(element: Element) -> str:
    """Return how to call an element whose duration says nothing."""
    text = element.findtext("duration")
    return f"a {element.tag} " + (
        "without a duration" if text is None else f"that lasts {text.strip()[:12]!r}"
    )


def _read_attributes(score: _Score, part: _Part, element: Element) -> None:
    """Take over divisions, metre and transposition."""
    divisions, fifths = element.findtext("divisions"), element.findtext("key/fifths")
    if divisions is not None and divisions_in(element) is None:
        score.slip(f"divisions of {divisions.strip()[:12]!r}: ignored")
    if fifths is not None and not re.fullmatch(r"\s*[-+]?[0-9]{1,2}\s*", fifths):
        score.slip(f"a key of {fifths.strip()[:12]!r} fifths: ignored")
    part.division = part.divisions.get(element, part.division)
    time = element.find("time")
    if time is not None:
        _read_metre(score, part, time)
    for transpose in element.findall("transpose"):
        staff = transpose.get("number")
        if staff is None:
            part.lifts.clear()
        part.lifts[staff] = transposition(transpose, score.remarks, score.bar)
    for style in element.iter("measure-style"):
        if any(style.find(tag) is not None for tag in ("measure-repeat", "beat-repeat", "slash")):
            score.remarks.once("bar repeat signs: only notes that are written out are read")


def _read_metre(score: _Score, part: _Part, time: Element) -> None:
    """Take over a metre; where there is none, no bar can contradict it."""
    try:
        part.metre = metre_in(time)
    except InvalidInput as error:
        score.slip(f"{error}: ignored")
        part.metre = None
    score.metre = part.metre or score.metre
    score.is_measured = part.metre is not None


def _read_direction(score: _Score, part: _Part, element: Element) -> None:
    """Note tempos, and jumps, which are not followed."""
    for sound in element.iter("sound"):
        if _JUMPS & sound.attrib.keys():
            score.remarks.once("repeats not unfolded")
    sounds = [sound for sound in element.iter("sound") if sound.get("tempo") is not None]
    offset = element.find("offset[@sound='yes']")
    for sound in sounds:
        pace = decimal(sound.get("tempo"))
        speed = microseconds_per_quarter(pace) if pace else None
        if speed is None:
            score.slip(f"tempo {sound.get('tempo', '')[:12]!r}: ignored")
        else:
            _set_tempo(score, part, sound.find("offset") if offset is None else offset, speed)
    metronome = element.find("direction-type/metronome")
    if not sounds and metronome is not None and (speed := _metronome(metronome)):
        _set_tempo(score, part, offset, speed)


def _set_tempo(score: _Score, part: _Part, offset: Element | None, speed: int) -> None:
    """Note a tempo where the part stands, or so far from there."""
    shift = (decimal(offset.text) if offset is not None else None) or Fraction(0)
    score.tempos.append((max(part.cursor + shift / part.division, Fraction(0)), speed))


def _metronome(metronome: Element) -> int | None:
    """Return the microseconds a quarter of a metronome mark; None if it gives no number."""
    beat = type_length(metronome.findtext("beat-unit"), len(metronome.findall("beat-unit-dot")))
    pace = decimal(metronome.findtext("per-minute"))
    return microseconds_per_quarter(beat * pace) if beat and pace else None


def _read_note(score: _Score, part: _Part, note: Element) -> None:
    """Read a note, a rest, or one note of a chord."""
    if note.find("grace") is not None:
        score.remarks.count("grace note", "left out")
        return
    length = _note_length(score, part, note)
    onset = _onset(score, part, note, length)
    part.rests &= note.find("rest") is not None and onset == score.bar_start
    if length is None or note.find("rest") is not None:
        return
    if note.find("cue") is not None:
        score.remarks.count("cue note", "left out, it is not played")
        return
    sounding = pitch_of(note, part.instruments, part.lifts, score.remarks, score.bar)
    if sounding is None:
        return
    pitch, is_drum = sounding
    part.sounding = max(part.sounding, onset + length)
    score.budget.admit(1, onset + length)
    ties = _ties(note)
    voice = note.findtext("voice", "").strip() or "1"
    part.heads.append(
        _Head(
            ExactNote(pitch, onset, length, is_drum, voice),
            is_tied_back=bool(ties & {"stop", "continue"}),
            is_tied_on=bool(ties & {"start", "continue"}),
        )
    )


def _onset(score: _Score, part: _Part, note: Element, length: Fraction | None) -> Fraction:
    """Return where a note begins; but for the further notes of a chord, time moves on by its length."""
    if note.find("chord") is not None:
        if part.chord is not None:
            return part.chord.onset
        score.slip("a chord mark that follows no note: read as a note of its own")
    onset = part.cursor
    part.chord = None if length is None else _Chord(onset, length)
    _advance(score, part, length or Fraction(0))
    return onset


def _note_length(score: _Score, part: _Part, note: Element) -> Fraction | None:
    """Return how long a note lasts, if not by its duration then by what else tells it; None where nothing does."""
    told = _told_length(part, note)
    if told:
        return told
    if written := written_length(note):
        score.slip(f"{_what(note)}: read as long as its type")
        return written
    if told is not None:
        return told
    if note.find("chord") is not None and part.chord is not None:
        score.slip(f"{_what(note)}: read as long as its chord")
        return part.chord.length
    if note.find("rest") is not None and part.cursor == score.bar_start:
        score.slip(f"{_what(note)}: read as a rest of a whole bar")
        return score.metre
    score.slip(f"{_what(note)}: left out")
    return None


def _told_length(part: _Part, element: Element) -> Fraction | None:
    """Return the duration that an element gives, in quarters; None where there is none or it is absurd."""
    duration = decimal(element.findtext("duration"))
    length = None if duration is None else duration / part.division
    if length is None or not 0 <= length <= MAX_LENGTH or length.denominator > MAX_DIVISIONS:
        return None
    return length


def _ties(note: Element) -> set[str]:
    """Return whether a tie starts or stops here; where only the printed tie is given, that one counts."""
    sounding = note.findall("tie")
    return {tie.get("type", "") for tie in sounding or note.findall("notations/tied")}


def _title(root: Element) -> str:
    """Return the title of the work, or of the movement."""
    for place in ("work/work-title", "movement-title"):
        if title := " ".join(root.findtext(place, "").split()):
            return title
    return ""
