"""Provide the limits of what is read, so that no file, however it was made, fills the memory or takes for ever.

``GOLDENEAR_LIMITS`` in the environment changes them: ``GOLDENEAR_LIMITS="notes=5000000 sound_seconds=7200"``. It is
read once, before the first file is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

from goldenear.errors import InvalidInput

VARIABLE = "GOLDENEAR_LIMITS"


@dataclass(frozen=True)
class Limits:
    """How much of a file is read at the most; what has more is refused.

    Attributes
    ----------
    music_bytes, sound_bytes, abc_bytes, text_bytes : int
        Bytes of a file of notes, of sound, of ABC, and of taste.toml, calibration.json or a choice of notes.
    unpacked_bytes, unpacked_times, packed_files : int
        Of a packed score: bytes when unpacked; from 4 MiB on, how many times as large that may be; and files in it.
    xml_elements, nested : int
        Elements of an XML file, and of an MEI file how many inside each other that are sections, beams, tuplets or an
        editor's.
    copied, defined : int
        Elements of an MEI file that are copies of others, and staves that definitions of staves apply to.
    notes, parts, quarters : int
        Of a written score: notes; parts, staves or columns; and how long it lasts.
    sample_notes : int
        Notes of a sample: it is a short fragment, and one of many equal notes takes time by the square of them.
    tunes, voices : int
        Of ABC: tunes of a file, and voices of a tune.
    midi_events, midi_patterns, tempos : int
        Of MIDI: events of a file, its patterns, and how many changes of tempo are kept.
    sound_seconds, channels : int
        Of sound: how long, and how many channels.
    """

    music_bytes: int = 64 * 2**20
    sound_bytes: int = 256 * 2**20
    abc_bytes: int = 16 * 2**20
    text_bytes: int = 16 * 2**20
    unpacked_bytes: int = 64 * 2**20
    unpacked_times: int = 200
    packed_files: int = 1_000
    xml_elements: int = 2_000_000
    nested: int = 40
    copied: int = 50_000
    defined: int = 200_000
    notes: int = 1_000_000
    parts: int = 1_000
    quarters: int = 2**20
    sample_notes: int = 10_000
    tunes: int = 50_000
    voices: int = 256
    midi_events: int = 5_000_000
    midi_patterns: int = 1_000
    tempos: int = 100_000
    sound_seconds: int = 20 * 60
    channels: int = 16


def limits_in(words: str) -> Limits:
    """Return the limits, as words like ``notes=5000000`` change them.

    Raises
    ------
    InvalidInput
        If there is no such limit, or one is no whole number within 1..2**40.
    """
    known, changed = [field.name for field in fields(Limits)], {}
    for word in words.split():
        name, _, number = word.partition("=")
        if name not in known:
            raise InvalidInput(f"{VARIABLE}: expected one of {', '.join(known)}, got {name!r}")
        if not (number.isascii() and number.isdigit() and len(number) <= 13 and 1 <= int(number) <= 2**40):
            raise InvalidInput(
                f"{VARIABLE}: {name}: expected a whole number within 1..2**40, got {number[:40]!r}"
            )
        changed[name] = int(number)
    return Limits(**changed)


LIMITS = limits_in(os.environ.get(VARIABLE, ""))
