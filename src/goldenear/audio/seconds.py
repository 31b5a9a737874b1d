"""This file is where notes are counted in seconds, as sound is: a quarter is half a second, a tick 1/48."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from goldenear.audio.clock import Clock
from goldenear.hearing.hear import SECONDS_A_QUARTER, TICKS_PER_QUARTER
from goldenear.notes.note_array import NoteArray


def in_seconds(notes: NoteArray) -> NoteArray:
    """Return notes whose tempo is known as they are played; others, and sound, as they are.

    Examples
    --------
    >>> from goldenear.notes.provenance import Provenance
    >>> slow = NoteArray.from_arrays(pitch=[60, 62], onset=[0, 1], duration=1, ticks_per_quarter=1,
    ...                              provenance=Provenance("", "midi", tempos=((0, 1_000_000),)))
    >>> [float(note.onset / 24) for note in in_seconds(slow)]
    [0.0, 2.0]
    """
    about = notes.provenance
    if not about.tempos or about.format == "sound":
        return notes
    clock = Clock.following(about.tempos, notes.ticks_per_quarter)
    onset, offset = (
        np.rint(clock.seconds(ticks, notes.ticks_per_quarter) * TICKS_PER_QUARTER / SECONDS_A_QUARTER).astype(
            np.int64
        )
        for ticks in (notes.onset, notes.offset)
    )
    return NoteArray.from_arrays(
        pitch=notes.pitch,
        onset=onset,
        duration=np.maximum(offset - onset, 1),
        ticks_per_quarter=TICKS_PER_QUARTER,
        brightness=notes.brightness,
        is_drum=notes.is_drum,
        steps_per_octave=notes.steps_per_octave,
        name=notes.name,
        provenance=replace(about, tempos=((0, round(1e6 * SECONDS_A_QUARTER)),)),
    )
