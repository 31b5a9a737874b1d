"""This file is where the words of `goldenear compose` become wishes: voices, chords, bars, and music from files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldenear.cli import output
from goldenear.errors import InvalidInput

if TYPE_CHECKING:
    from goldenear.composing.wishes import Voice
    from goldenear.notes.choice import Choice
    from goldenear.notes.note_array import NoteArray
    from goldenear.taste.judge import Taste


def voices_of(number: int | None, named: Sequence[str], usual: int = 1) -> int | list[Voice]:
    """Return the voices: a number of them, or those named ``name:lowest-highest``; else as many as usual.

    Raises
    ------
    InvalidInput
        If both are given, or a voice is not written so.
    """
    from goldenear.composing.wishes import Voice

    if number is not None and named:
        raise InvalidInput("--voices, --voice: a number of voices, or the voices themselves, not both")
    voices = []
    for words in named:
        name, _, span = words.rpartition(":")
        lowest, _, highest = span.partition("-")
        if not (name and _is_whole(lowest) and _is_whole(highest)):
            raise InvalidInput(f"--voice: expected one such as alto:55-74, got {words!r}")
        voices.append(Voice(name, int(lowest), int(highest)))
    return voices or (usual if number is None else number)


def chords_of(words: str | None, quarters: Any) -> list[tuple[Fraction, str]] | None:
    """Return from which quarter on which chord is in force; the row of chords is repeated until the phrase ends.

    Raises
    ------
    InvalidInput
        If a chord is not written ``name:quarters``.

    Examples
    --------
    >>> [(str(start), chord) for start, chord in chords_of("C:4 G7:2", 10)]
    [('0', 'C'), ('4', 'G7'), ('6', 'C')]
    """
    from goldenear.composing.wishes import quarters_of

    if words is None:
        return None
    row = []
    for word in words.split():
        chord, _, length = word.rpartition(":")
        lasts = quarters_of(f"--chords: {word!r}, after the colon", length) if chord else Fraction(0)
        if lasts <= 0:
            raise InvalidInput(
                f"--chords: expected chords with their quarters such as 'C:4 Am:4', got {word!r}"
            )
        row.append((chord, lasts))
    if not row:
        raise InvalidInput("--chords: expected chords with their quarters such as 'C:4 Am:4', got none")
    end, start, track = quarters_of("--quarters", quarters), Fraction(0), list[tuple[Fraction, str]]()
    while start < end:
        for chord, lasts in row:
            if start < end:
                track.append((start, chord))
            start += lasts
    return track


def density_of(words: str | None) -> tuple[float, float] | None:
    """Return fewest and most notes a quarter, written ``1-3``.

    Raises
    ------
    InvalidInput
        If it is not written so.
    """
    if words is None:
        return None
    fewest, _, most = words.partition("-")
    try:
        return float(fewest), float(most)
    except ValueError:
        raise InvalidInput(f"--density: expected notes a quarter such as 1-3, got {words!r}") from None


def bars_of(name: str, words: str | None) -> tuple[int, ...]:
    """Return bars, written ``1,2``, ``1 2`` or ``1-4``.

    Raises
    ------
    InvalidInput
        If they are not written so.

    Examples
    --------
    >>> bars_of("--lock-bars", "1,2 5-7")
    (1, 2, 5, 6, 7)
    """
    bars: list[int] = []
    for word in (words or "").replace(",", " ").split():
        first, dash, last = word.partition("-")
        if not _is_whole(first) or (dash and not _is_whole(last)):
            raise InvalidInput(f"{name}: expected bars such as 1,2 or 1-4, got {word!r}")
        if dash and int(last) < int(first):
            raise InvalidInput(f"{name}: {word} runs backwards: expected {last}-{first}")
        bars += range(int(first), int(last if dash else first) + 1)
    return tuple(bars)


def music_in(name: str, path: Path | None, taste: Taste, choice: Choice) -> NoteArray | None:
    """Return the one tune of a file, read as the taste reads its samples, with what was chosen of it.

    Raises
    ------
    UnreadableFile
        If the file is damaged.
    InvalidInput
        If there is not one tune in it, with notes.
    """
    if path is None:
        return None
    tunes = [tune for tune in taste.settings.read(path, choice) if len(tune)]
    if len(tunes) != 1:
        raise InvalidInput(f"{name}: {path} holds {len(tunes)} tunes with notes, expected one")
    return tunes[0]


def locked_in(
    path: Path | None,
    taste: Taste,
    choice: Choice,
    voices: Sequence[Voice],
    bars: Sequence[int],
    length: Fraction,
) -> NoteArray | dict[str, NoteArray] | None:
    """Return what a file locks: for each voice the track of its name, else all for the first; of some bars only.

    Parameters
    ----------
    path : Path or None
        The file.
    taste : Taste
        Its way of reading.
    choice : Choice
        Which notes of the file are read.
    voices : sequence of Voice
        Those there are.
    bars : sequence of int
        What begins in these bars is locked; in an empty sequence: all.
    length : Fraction
        Of a bar, in quarters.

    Raises
    ------
    UnreadableFile, InvalidInput
        If the file is damaged, or does not hold one tune.
    """
    from goldenear.composing.locks import in_bars
    from goldenear.notes.read import read_chosen

    whole = music_in("--locked", path, taste, choice)
    if whole is None or path is None:
        return None
    settings = taste.settings
    tracks = whole.provenance.tracks
    named = {
        voice.name: read_chosen(
            path, replace(choice, track=(voice.name,)), steps_per_octave=settings.steps_per_octave
        )[0]
        for voice in voices
        if voice.name in tracks
    }
    others = [track for track in tracks if track and track not in named]
    if named and others:
        output.say(f"note: --locked: no voice is named {', '.join(others)}: left out")
    found = named or {voices[0].name: whole}
    return {name: in_bars(notes, bars, length) if bars else notes for name, notes in found.items()}


def _is_whole(word: str) -> bool:
    """Tell whether a word is a whole number of a few digits."""
    return word.isascii() and word.isdecimal() and len(word) <= 6
