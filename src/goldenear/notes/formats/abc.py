"""This file is where ABC, the plain-text notation of folk tunes, becomes notes, tune by tune.

A reader of our own for ABC 2.1, because the only one packaged for Python (abc2midi inside symusic) reads
just the first tune of a file and renders a performance of it: chord symbols accompanied, repeats unfolded,
hornpipes swung, notes a tick late and a tick short, messages on standard output. Here durations are exact
fractions and the music stands as written.

=============================  ==========================================================================
what ABC may hold              what becomes of it
=============================  ==========================================================================
repeats, endings, P: order     not unfolded: all endings stand in a row
ties, also across bars         joined
accidentals                    hold to the end of the bar, for their letter in every octave
                               (``%%propagate-accidentals octave``: in their own)
tuplets, broken rhythm, ``&``  as written
grace notes                    left out
chord symbols, decorations     ignored
octave=, transpose=, clef -8   honoured: pitches are those that sound
text blocks, words, history    no music, however many lines they take
text as mail sends it (=3D)    decoded
=============================  ==========================================================================

What is left out or not understood leaves a remark that names it and its line.
"""

from __future__ import annotations

import quopri

from goldenear.content.text import text_of
from goldenear.errors import UnreadableFile
from goldenear.limits import LIMITS
from goldenear.notes.formats.abc_lines import tunes_of
from goldenear.notes.formats.abc_tune import read_tune
from goldenear.notes.formats.exact import Budget
from goldenear.notes.formats.parsed import ParsedTune

_MAILED = b"=3D"
"""An equals sign in quoted-printable text; in ABC no number follows a natural."""


def parse_abc(data: bytes, path: str) -> list[ParsedTune]:
    r"""Read every tune of an ABC file.

    Parameters
    ----------
    data : bytes
        The file; UTF-8 or UTF-16, or else Latin-1.
    path : str
        Its name, for messages.

    Returns
    -------
    list of ParsedTune
        One a tune, in the order of the file; a track a voice. Ticks are the coarsest that are exact.

    Raises
    ------
    UnreadableFile
        If the file is not ABC text, holds no tune, or its sizes are absurd.

    Examples
    --------
    >>> (scale,) = parse_abc(b"X:1\nT:Up\nK:G\nE>F G2|\n", "up.abc")
    >>> scale.ticks_per_quarter, scale.tracks[0].pitch, scale.tracks[0].duration
    (4, [64, 66, 67], [3, 1, 4])
    """
    general, tunes = tunes_of(_text(data, path))
    if not tunes:
        raise UnreadableFile(path, "no tune in it: each ABC tune begins with a line X:")
    if len(tunes) > LIMITS.tunes:
        raise UnreadableFile(path, f"{len(tunes):,} tunes are over the limit of {LIMITS.tunes:,}")
    budget = Budget(path)
    parsed = [read_tune(general, lines, budget) for lines in tunes]
    for tune in parsed if _MAILED in data else ():
        tune.remarks.append("text as mail sends it, quoted-printable: decoded")
    return parsed


def _text(data: bytes, path: str) -> str:
    """Return the file as text."""
    if len(data) > LIMITS.abc_bytes:
        raise UnreadableFile(path, f"{len(data):,} bytes of ABC are over the limit of {LIMITS.abc_bytes:,}")
    return text_of(quopri.decodestring(data) if _MAILED in data else data, path, "ABC")
