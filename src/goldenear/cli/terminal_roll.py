"""This file is where a phrase is drawn in a terminal: blocks for notes, and under its bars where they came from."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING

from goldenear.composing.plot_phrase import spoken_origin, stretches_of_one_origin

if TYPE_CHECKING:
    from rich.text import Text

    from goldenear.composing.phrase import Bar, Phrase

VOICE_STYLES = ("bright_blue", "yellow", "green", "magenta", "cyan", "red", "bright_white", "bright_black")
"""One for each voice, the highest first."""

MARGIN = 4
"""Columns on the left, for the names of pitches."""

NARROWEST, WIDEST = 17, 33
"""Columns of a bar, its bar line among them."""

_PLAIN = str.maketrans("█▀▄│┆─└┘…", '#"_||-++.')


def terminal_roll(
    phrase: Phrase, columns: int, *, locked: Collection[int] = (), unicode: bool = True
) -> list[Text]:
    """Draw a phrase in lines of characters: two pitches a line, as many bars side by side as there is room for.

    Parameters
    ----------
    phrase : Phrase
        What is drawn.
    columns : int
        How wide the terminal is; at least one bar of 17 columns is drawn.
    locked : ints
        The bars that are marked as locked.
    unicode : bool
        Whether the terminal can show blocks; otherwise signs stand for them.
    """
    room = columns - MARGIN - 1
    across = max(1, min(len(phrase.bars), room // NARROWEST))
    across = ceil(len(phrase.bars) / ceil(len(phrase.bars) / across))
    quarters = ceil(phrase.ground.wishes.bar)
    inner = max(NARROWEST, min(WIDEST, room // across)) - 1
    width = max(inner // quarters * quarters, min(inner, quarters)) + 1
    drawn = []
    for first in range(0, len(phrase.bars), across):
        drawn += _system(phrase, phrase.bars[first : first + across], width, locked)
    if not unicode:
        for line in drawn:
            line.plain = line.plain.translate(_PLAIN)
    return drawn


def _system(phrase: Phrase, bars: tuple[Bar, ...], width: int, locked: Collection[int]) -> list[Text]:
    """Draw bars side by side, each so many columns wide, its bar line among them."""
    from rich.text import Text

    cells = _cells(phrase, bars, width)
    pitches = [pitch for pitch, _ in cells]
    numbers = [f" {bar.number}{' locked' if bar.number in locked else ''}".ljust(width) for bar in bars]
    lines = [Text(" " * MARGIN + "".join(numbers), style="bold")]
    if not pitches:
        return [*lines, Text(" " * MARGIN + "(nothing sounds here)"), Text("")]
    octave = phrase.ground.steps_per_octave
    top = max(pitches) // 2 * 2 + 1
    for upper in range(top, min(pitches) - 1, -2):
        named = next((p for p in (upper, upper - 1) if p % octave == 0), None)
        name = "" if named is None else f"C{named // 12 - 1}" if octave == 12 else str(named)
        line = Text().append(name.rjust(MARGIN - 1) + " ", "dim")
        blocks = [
            _block(
                cells.get((upper, column)), cells.get((upper - 1, column)), at_bar_line=column % width == 0
            )
            for column in range(len(bars) * width + 1)
        ]
        for style, run in groupby(blocks, key=lambda block: block[1]):
            line.append("".join(char for char, _ in run), style)
        lines.append(line)
    return [*lines, _origins(bars, width), Text("")]


def _cells(phrase: Phrase, bars: tuple[Bar, ...], width: int) -> dict[tuple[int, int], int]:
    """Return which voice sounds at which (pitch, column); the first column of a bar is its bar line."""
    found: dict[tuple[int, int], int] = {}
    length = phrase.ground.wishes.bar
    for number, notes in enumerate(phrase.voices.values()):
        bar = int(length * notes.ticks_per_quarter)
        begin, inner = (bars[0].number - 1) * bar, width - 1
        for note in notes:
            on, off = max(note.onset - begin, 0), min(note.offset - begin, len(bars) * bar)
            if off <= on:
                continue
            first, last = (time // bar * width + 1 + time % bar * inner // bar for time in (on, off))
            # A note that ends with its bar ends before the bar line.
            last = last - 1 if off % bar == 0 else last
            # A column stays free at its end, so that the same pitch struck again is seen.
            last = max(first + 1, last - 1 if last - first > 2 else last)
            for column in range(first, last):
                found.setdefault((note.pitch, column), number)
    return found


def _block(upper: int | None, lower: int | None, *, at_bar_line: bool) -> tuple[str, str]:
    """Return the character, and its style, for what sounds at two pitches, one above the other."""
    if upper is None and lower is None:
        return ("│", "dim") if at_bar_line else (" ", "")
    if upper is None:
        return "▄", VOICE_STYLES[lower or 0]
    if lower is None:
        return "▀", VOICE_STYLES[upper]
    if upper == lower:
        return "█", VOICE_STYLES[upper]
    return "▀", f"{VOICE_STYLES[upper]} on {VOICE_STYLES[lower]}"


def _origins(bars: tuple[Bar, ...], width: int) -> Text:
    """Name under the bars the samples they came from."""
    from rich.text import Text

    line = Text(" " * MARGIN)
    for first, last, match in stretches_of_one_origin(bars):
        room = (last - first + 1) * width - 2
        words = spoken_origin(match)
        if len(words) > room:
            name, _, number = words.rpartition(" ")
            words = f"{name[: max(1, room - len(number) - 2)]}… {number}"[:room]
        line.append(f"└{words.center(room, '─' if match else ' ')}┘", "dim" if match is None else "cyan")
    return line
