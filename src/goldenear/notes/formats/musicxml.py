"""This file is where MusicXML becomes notes: bar by bar, so that all parts meet again at every bar line.

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
============================  ===========================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from goldenear.errors import UnreadableFile
from goldenear.notes.formats.exact import (
    SEMITONES,
    ExactNote,
    ExactTrack,
    Limits,
    decimal,
    in_ticks,
    microseconds_per_quarter,
)
from goldenear.notes.formats.parsed import ParsedTune
from goldenear.notes.formats.remarks import Remarks

DRUM_CHANNEL = "10"

_JUMPS = frozenset(["dacapo", "dalsegno", "tocoda", "fine", "segno", "coda"])


@dataclass(slots=True)
class _Instrument:
    """An instrument of a part: whether it is a drum, and which MIDI note it strikes."""

    is_drum: bool
    pitch: int | None


@dataclass(slots=True)
class _Part:
    """A part while it is read: how its numbers are understood, where it stands, how far bar and notes reach."""

    track: ExactTrack
    instruments: dict[str, _Instrument]
    divisions: Fraction = Fraction(1)
    lifts: dict[str | None, int] = field(default_factory=dict)
    cursor: Fraction = Fraction(0)
    onset: Fraction = Fraction(0)
    reach: Fraction = Fraction(0)
    sounding: Fraction = Fraction(0)


@dataclass(slots=True)
class _Score:
    """What all parts share while a score is read."""

    limits: Limits
    remarks: Remarks = field(default_factory=Remarks)
    tempos: list[tuple[Fraction, int]] = field(default_factory=list)
    bar: int = 0
    bar_start: Fraction = Fraction(0)
    meter: Fraction = Fraction(4)

    def off(self, what: str) -> UnreadableFile:
        """Return the error that names the bar where the file is off."""
        return UnreadableFile(self.limits.path, f"not sound MusicXML: bar {self.bar}: {what}")


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
        If a length or a pitch is missing or is no number.
    """
    score = _Score(Limits(path))
    bars = _bars(root)
    parts = _parts(root, bars)
    for number, bar in enumerate(bars, start=1):
        score.bar = number
        for part, element in bar.items():
            _read_bar(score, parts[part], element)
        score.bar_start += _length(score, [parts[part] for part in bar])
    return in_ticks(
        "musicxml",
        [part.track for part in parts.values()],
        path,
        title=_title(root),
        tempos=score.tempos,
        remarks=score.remarks,
    )


def _bars(root: Element) -> list[dict[str, Element]]:
    """Return for each bar the element that holds it in each part."""
    if root.tag == "score-timewise":
        return [{part.get("id", ""): part for part in bar.findall("part")} for bar in root.findall("measure")]
    bars: list[dict[str, Element]] = []
    for part in root.findall("part"):
        for number, bar in enumerate(part.findall("measure")):
            if number == len(bars):
                bars.append({})
            bars[number][part.get("id", "")] = bar
    return bars


def _parts(root: Element, bars: list[dict[str, Element]]) -> dict[str, _Part]:
    """Return the parts, those of the list of parts first, then those that it forgot."""
    parts: dict[str, _Part] = {}
    for declared in root.iter("score-part"):
        name = " ".join(declared.findtext("part-name", "").split())
        part = declared.get("id", "")
        parts[part] = _Part(ExactTrack(name or part), _instruments(declared))
    for bar in bars:
        for part in bar:
            parts.setdefault(part, _Part(ExactTrack(part), {}))
    return parts


def _instruments(declared: Element) -> dict[str, _Instrument]:
    """Return the instruments of a part by their names in the file."""
    instruments = {}
    for midi in declared.iter("midi-instrument"):
        number = midi.findtext("midi-unpitched", "").strip()
        # MusicXML counts MIDI's notes from 1.
        pitch = int(number) - 1 if re.fullmatch(r"[1-9]\d{0,2}", number) else None
        is_drum = midi.findtext("midi-channel", "").strip() == DRUM_CHANNEL
        instruments[midi.get("id", "")] = _Instrument(is_drum, pitch)
    return instruments


def _length(score: _Score, parts: list[_Part]) -> Fraction:
    """Return how long a bar lasts; where parts differ, its meter holds unless notes sound beyond it."""
    lengths = {part.reach - score.bar_start for part in parts if part.reach > score.bar_start}
    if len(lengths) > 1:
        score.remarks.slip("parts differ in the length of a bar", score.bar, "bar")
        last_note = max(part.sounding for part in parts) - score.bar_start
        if score.meter in lengths and last_note <= score.meter:
            return score.meter
    return max(lengths, default=score.meter)


def _read_bar(score: _Score, part: _Part, bar: Element) -> None:
    """Read one bar of one part."""
    part.cursor = part.onset = part.reach = part.sounding = score.bar_start
    for element in bar:
        match element.tag:
            case "note":
                _read_note(score, part, element)
            case "backup":
                _back_up(score, part, element)
            case "forward":
                _advance(score, part, _duration(score, part, element))
            case "attributes":
                _read_attributes(score, part, element)
            case "direction" | "sound":
                _read_sounds(score, part, element)
            case "barline":
                if element.find("repeat") is not None or element.find("ending") is not None:
                    score.remarks.once("repeats not unfolded")
            case "harmony":
                score.remarks.once("chord symbols ignored")


def _advance(score: _Score, part: _Part, duration: Fraction) -> None:
    """Move on in time."""
    part.cursor += duration
    part.reach = max(part.reach, part.cursor)
    score.limits.admit(0, part.cursor)


def _back_up(score: _Score, part: _Part, element: Element) -> None:
    """Move back in time, to the start of the bar at most."""
    part.cursor -= _duration(score, part, element)
    if part.cursor < score.bar_start:
        score.remarks.slip("a backup beyond the start of its bar: stopped there", score.bar, "bar")
        part.cursor = score.bar_start


def _read_attributes(score: _Score, part: _Part, element: Element) -> None:
    """Take over divisions, meter and transposition."""
    divisions = element.findtext("divisions")
    if divisions is not None:
        part.divisions = decimal(divisions) or Fraction(0)
        if part.divisions <= 0:
            raise score.off(f"divisions of {divisions.strip()[:12]!r}")
    beats, beat_type = (
        decimal(_sum(element.findtext("time/beats"))),
        decimal(element.findtext("time/beat-type")),
    )
    if beats and beat_type:
        score.meter = max(4 * beats / beat_type, Fraction(0)) or score.meter
    for transpose in element.iter("transpose"):
        chromatic = decimal(transpose.findtext("chromatic")) or 0
        octaves = decimal(transpose.findtext("octave-change")) or 0
        part.lifts[transpose.get("number")] = int(chromatic) + 12 * int(octaves)
    for style in element.iter("measure-style"):
        if any(style.find(tag) is not None for tag in ("measure-repeat", "beat-repeat", "slash")):
            score.remarks.once("bar repeat signs: only notes that are written out are read")


def _sum(text: str | None) -> str | None:
    """Return the number of beats of a composite meter such as ``3+2``."""
    parts = (text or "").split("+")
    if all(re.fullmatch(r"\s*\d{1,4}\s*", part) for part in parts):
        return str(sum(int(part) for part in parts))
    return text


def _read_sounds(score: _Score, part: _Part, element: Element) -> None:
    """Note tempos, and jumps, which are not followed."""
    for sound in element.iter("sound"):
        if _JUMPS & sound.attrib.keys():
            score.remarks.once("repeats not unfolded")
        pace = decimal(sound.get("tempo"))
        if pace and (speed := microseconds_per_quarter(pace)):
            score.tempos.append((part.cursor, speed))


def _read_note(score: _Score, part: _Part, element: Element) -> None:
    """Read a note, a rest, or one note of a chord."""
    if element.find("grace") is not None:
        score.remarks.count("grace note", "left out")
        return
    duration = _duration(score, part, element)
    if element.find("chord") is None:
        part.onset = part.cursor
        _advance(score, part, duration)
    if element.find("rest") is not None:
        return
    if element.find("cue") is not None:
        score.remarks.count("cue note", "left out, it is not played")
        return
    pitch, is_drum = _pitch(score, part, element)
    part.sounding = max(part.sounding, part.onset + duration)
    score.limits.admit(1, part.sounding)
    ties = _ties(element)
    part.track.strike(
        ExactNote(pitch, part.onset, duration, is_drum),
        is_tied_back=bool(ties & {"stop", "continue"}),
        is_tied_on=bool(ties & {"start", "continue"}),
    )


def _ties(element: Element) -> set[str]:
    """Return whether a tie starts or stops here; where only the printed tie is given, that one counts."""
    sounding = element.findall("tie")
    return {tie.get("type", "") for tie in sounding or element.findall("notations/tied")}


def _pitch(score: _Score, part: _Part, element: Element) -> tuple[int, bool]:
    """Return the MIDI number of a note as it sounds, and whether it is a drum."""
    instrument = _instrument(part, element)
    unpitched = element.find("unpitched")
    if unpitched is None:
        is_drum = instrument is not None and instrument.is_drum
        lift = 0 if is_drum else part.lifts.get(element.findtext("staff"), part.lifts.get(None, 0))
        return _written_pitch(score, element.find("pitch"), "") + lift, is_drum
    if instrument is not None and instrument.pitch is not None:
        return instrument.pitch, True
    score.remarks.once("drums without a MIDI number: read at their written place")
    return (_written_pitch(score, unpitched, "display-") if len(unpitched) else 60), True


def _instrument(part: _Part, element: Element) -> _Instrument | None:
    """Return the instrument of a note: the one it names, or the only one of its part."""
    named = element.find("instrument")
    if named is not None:
        return part.instruments.get(named.get("id", ""))
    return next(iter(part.instruments.values())) if len(part.instruments) == 1 else None


def _written_pitch(score: _Score, place: Element | None, prefix: str) -> int:
    """Return the MIDI number of a letter, an octave and an alteration."""
    if place is None:
        raise score.off("a note without a pitch")
    step = place.findtext(prefix + "step", "").strip()
    octave = decimal(place.findtext(prefix + "octave"))
    alter = decimal(place.findtext("alter")) or Fraction(0)
    if step not in SEMITONES or octave is None:
        raise score.off("a note whose pitch is not understood")
    if alter.denominator != 1:
        score.remarks.once("microtones: rounded to semitones")
    return 12 * (int(octave) + 1) + SEMITONES[step] + round(alter)


def _duration(score: _Score, part: _Part, element: Element) -> Fraction:
    """Return the duration that an element gives, in quarters."""
    text = element.findtext("duration")
    duration = decimal(text)
    if duration is None or duration < 0:
        raise score.off(
            f"a {element.tag} " + ("without a duration" if text is None else f"that lasts {text[:12]!r}")
        )
    return duration / part.divisions


def _title(root: Element) -> str:
    """Return the title of the work, or of the movement."""
    for place in ("work/work-title", "movement-title"):
        if title := " ".join(root.findtext(place, "").split()):
            return title
    return ""
