"""This file is where one ABC tune is read: fields set what holds, voices sing the lines of music."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from goldenear.errors import UnreadableFile
from goldenear.limits import LIMITS
from goldenear.notes.formats import abc_fields
from goldenear.notes.formats.abc_lines import FIELD, Lines, goes_on_with_music, paragraphs, whole_lines
from goldenear.notes.formats.abc_music import reads_as_music, reads_as_words, sing
from goldenear.notes.formats.abc_voice import Circumstances, Voice
from goldenear.notes.formats.exact import Budget, ExactTrack, in_ticks
from goldenear.notes.formats.parsed import ParsedTune
from goldenear.notes.formats.remarks import Remarks

_DIRECTIVE = re.compile(r"\s*+(?:MIDI\s*+=?\s*+)?([a-z-]+)\s*+=?\s*+(\S*)", re.IGNORECASE)
_TOLD_ONLY = frozenset("ABCDFGHNORSWXZrsw")
"""Fields that tell of a tune or print words under it; no note depends on them."""


def read_tune(general: Lines, lines: Lines, budget: Budget) -> ParsedTune:
    """Read one tune.

    Parameters
    ----------
    general : Lines
        What stands before the first tune; its M:, L: and directives hold for all tunes.
    lines : Lines
        The tune, from its X: line up to the next one.
    budget : Budget
        Shared by the tunes of a file.
    """
    tune = _Tune(budget)
    for number, line in whole_lines(general, tune.remarks):
        if line.startswith(("L:", "M:", "%%")):
            tune.read_line(number, line)
    tune.read(lines)
    return tune.parsed()


@dataclass(slots=True)
class _Tune:
    """A tune while it is read."""

    budget: Budget
    remarks: Remarks = field(default_factory=Remarks)
    user_symbols: set[str] = field(default_factory=set)
    _title: str = ""
    _tempos: list[tuple[Fraction, int]] = field(default_factory=list)
    _common: Circumstances = field(default_factory=Circumstances)
    _voices: dict[str, Voice] = field(default_factory=dict)
    _current: Voice | None = None
    _unit_is_given: bool = False
    _in_body: bool = False
    _has_key: bool = False
    _in_history: bool = False
    """Whether the last field was H:, whose text goes on until the next field."""
    _first_tempo: tuple[str, int] | None = None

    @property
    def path(self) -> str:
        """The file, for messages."""
        return self.budget.path

    def read(self, lines: Lines) -> None:
        """Read header and music; an empty line ends the tune once there is music, unless more music follows."""
        lines = whole_lines(lines, self.remarks)
        self._has_key = any((found := FIELD.match(line)) and found[1] == "K" for _, line in lines)
        for paragraph in paragraphs(lines):
            number, first = paragraph[0]
            if any(voice.heads for voice in self._voices.values()):
                if not goes_on_with_music(paragraph):
                    if not first.startswith("%%"):
                        self.remarks.slip("text after the empty line that ends the tune: left out", number)
                    continue
                self.remarks.slip("music after an empty line: read on", number)
            for number, line in paragraph:
                self.read_line(number, line)

    def read_line(self, number: int, line: str) -> None:
        """Read one line without a comment: a directive, a field, music, or text that is none of them."""
        if line.startswith("%%"):
            self._directive(line[2:], number)
        elif found := FIELD.match(line):
            self._in_history = found[1] == "H"
            self.take(found[1], found[2], number)
        elif self._in_body or (not self._has_key and reads_as_music(line)):
            self._read_music(number, line)
        elif not self._in_history:
            self.remarks.slip("a line of the header that is no field: left out", number)

    def _read_music(self, number: int, line: str) -> None:
        """Sing a line, unless it is words; before any K: field it is in C."""
        if not self._in_body:
            self.remarks.slip("music before any K: field: read in C", number)
            self._begin_body()
        if reads_as_words(line, self.user_symbols):
            self.remarks.slip("a line of words within the music: left out", number)
        else:
            sing(line, number, self)

    def parsed(self) -> ParsedTune:
        """Return the tune as notes in ticks."""
        if not self._in_body:
            self.remarks.once("neither a K: field nor music")
        tracks = [voice.track() for voice in self._voices.values()]
        return in_ticks(
            "abc",
            tracks or [ExactTrack("1")],
            self.path,
            title=self._title,
            tempos=self._tempos,
            remarks=self.remarks,
        )

    def voice(self) -> Voice:
        """Return the voice that sings now: the first, where the music names none."""
        if self._current is None:
            self._current = next(iter(self._voices.values()), None) or self._voice_named("1")
        return self._current

    def _voice_named(self, name: str) -> Voice:
        """Return a voice, made where it is new."""
        if name not in self._voices:
            if len(self._voices) >= LIMITS.voices:
                raise UnreadableFile(self.path, f"a tune has more than {LIMITS.voices} voices")
            self._voices[name] = Voice(name, self._common.copy(), self.budget, self.remarks)
        return self._voices[name]

    def _circumstances(self) -> list[Circumstances]:
        """Return what a field changes: all voices, until one is singing."""
        if self._current is not None:
            return [self._current.now]
        return [self._common, *(voice.now for voice in self._voices.values())]

    def _begin_body(self) -> None:
        """End the header; only now is it known in which unit a bare tempo counts."""
        self._in_body = True
        if self._first_tempo is not None:
            self._set_tempo(*self._first_tempo)

    def take(self, letter: str, text: str, line: int) -> None:
        """Take over a field, from a line of its own or from within the music."""
        match letter:
            case "T":
                self._title = self._title or text.strip()
            case "K":
                self._set_key(text, line)
            case "M":
                self._set_meter(text, line)
            case "L":
                self._set_unit(text, line)
            case "Q" if self._in_body:
                self._set_tempo(text, line)
            case "Q":
                self._first_tempo = (text, line)
            case "V":
                self._set_voice(text, line)
            case "P":
                if not self._in_body and text.strip():
                    self.remarks.once("the order of the parts (P:) is not unfolded")
            case "U" | "m":
                self.user_symbols.add(text.strip()[:1])
                self.remarks.slip(f"{letter}: symbols and macros ignored", line)
            case "I":
                self._directive(text, line)
            case _ if letter not in _TOLD_ONLY:
                self.remarks.slip(f"field {letter}: is not known: ignored", line)

    def _set_key(self, text: str, line: int) -> None:
        signature, settings = abc_fields.key(text)
        if signature is None and not self._in_body:
            signature = {}
        for circumstances in self._circumstances():
            if signature is not None:
                circumstances.signature = dict(signature)
            circumstances.lifts.update(settings.lifts)
            circumstances.is_drum = circumstances.is_drum or settings.is_percussion
        self._tell_unknown("K:", settings, line)
        if not self._in_body:
            self._begin_body()

    def _set_meter(self, text: str, line: int) -> None:
        """Change the meter; the unit note length follows it only in the header, and only without an L:."""
        meter = abc_fields.meter(text)
        if meter is None:
            self.remarks.slip(f"meter M:{text.strip()[:24]} is not understood: ignored", line)
            return
        for circumstances in self._circumstances():
            circumstances.meter = meter
            if not self._in_body and not self._unit_is_given:
                circumstances.unit = 4 * meter.unit

    def _set_unit(self, text: str, line: int) -> None:
        unit = abc_fields.unit(text)
        if unit is None:
            self.remarks.slip(f"unit note length L:{text.strip()[:24]} is not understood: ignored", line)
            return
        self._unit_is_given = True
        for circumstances in self._circumstances():
            circumstances.unit = 4 * unit

    def _set_tempo(self, text: str, line: int) -> None:
        speed = abc_fields.tempo(text, self._circumstances()[0].unit / 4)
        if speed is not None:
            self._tempos.append((self._current.time if self._current else Fraction(0), speed))
        elif re.search(r"[0-9]", re.sub(r'"[^"]*"', "", text)):
            self.remarks.slip(f"tempo Q:{text.strip()[:24]} is not understood: ignored", line)

    def _set_voice(self, text: str, line: int) -> None:
        """Declare a voice; in the music, let it sing from here on."""
        name, rest = [*text.split(maxsplit=1), "", ""][:2]
        if not name:
            self.remarks.slip("a V: field without a name: ignored", line)
            return
        voice = self._voice_named(name)
        settings = abc_fields.options(rest)
        voice.now.lifts.update(settings.lifts)
        voice.now.is_drum = voice.now.is_drum or settings.is_percussion
        voice.name = settings.name or voice.name
        self._tell_unknown(f"V:{name[:24]}", settings, line)
        if self._in_body:
            self._current = voice

    def _tell_unknown(self, where: str, settings: abc_fields.Settings, line: int) -> None:
        """Remark what a K: or V: field says that is not understood."""
        if settings.is_percussion:
            self.remarks.once("a percussion clef: its notes are drums, at their written place")
        for word in settings.unknown:
            self.remarks.slip(f"{where} {word[:24]} is not understood: ignored", line)

    def _directive(self, text: str, line: int) -> None:
        """Heed the few directives that change notes; the others are about print or performance."""
        found = _DIRECTIVE.match(text)
        if found is None:
            return
        name, value = found[1].lower(), found[2]
        if name.startswith("begin"):
            self.remarks.slip(f"%%{name[:24]} without its end: ignored", line)
        elif name == "propagate-accidentals" and value in ("not", "octave", "pitch"):
            for circumstances in self._circumstances():
                circumstances.accidentals_reach = value
        elif name in ("transpose", "rtranspose") and re.fullmatch(r"[-+]?[0-9]{1,2}", value):
            for circumstances in self._circumstances():
                before = circumstances.lifts.get("MIDI", 0) if name == "rtranspose" else 0
                circumstances.lifts["MIDI"] = before + int(value)
        elif name == "channel":
            for circumstances in self._circumstances():
                circumstances.is_drum = value == "10"
        elif name in ("abc-include", "drummap", "percmap", "transpose", "rtranspose"):
            self.remarks.slip(f"directive %%{name} ignored", line)
