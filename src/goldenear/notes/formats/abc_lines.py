"""Which lines of an ABC file belong together: tunes, text blocks, fields that go on, paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from goldenear.notes.formats.abc_music import reads_as_music
from goldenear.notes.formats.remarks import Remarks

Lines = list[tuple[int, str]]
"""Numbered lines of a file."""

FIELD = re.compile(r"\s*([A-Za-z+]):(?![|:])(.*)")
_TUNE = re.compile(r"\s*X:\s*(?:[0-9]|%|$)")
_TUNE_WITHOUT_NUMBER = re.compile(r"X:(?![|:])")
_BLOCK = re.compile(r"%%\s*(begin|end)([a-z]+)", re.IGNORECASE)
_CHORD_BEGINS = re.compile(r"\[(?![|0-9\"]|[A-Za-z]:)")

_LINE_END = re.compile(r"\r*\n|\r")


def tunes_of(text: str) -> tuple[Lines, list[Lines]]:
    """Return the lines before the first tune, and those of each tune; lines are numbered from 1."""
    lines = _without_blocks(list(enumerate(_LINE_END.split(text), start=1)))
    is_numbered = any(_TUNE.match(line) for _, line in lines)
    start = _TUNE if is_numbered else _TUNE_WITHOUT_NUMBER
    general: Lines = []
    tunes: list[Lines] = []
    for number, line in lines:
        if start.match(line):
            tunes.append([])
        (tunes[-1] if tunes else general).append((number, line))
    return general, tunes


def _without_blocks(lines: Lines) -> Lines:
    """Return the lines without text blocks; the start of a block that does not end stays, to be told."""
    kept: Lines = []
    ends = _block_ends(lines)
    at = 0
    while at < len(lines):
        if at in ends:
            at = ends[at]
        else:
            kept.append(lines[at])
        at += 1
    return kept


def _block_ends(lines: Lines) -> dict[int, int]:
    """Return for each line that begins a text block the line that ends it, before any other begins."""
    ends: dict[int, int] = {}
    begun: tuple[str, int] | None = None
    for at, (_, line) in enumerate(lines):
        found = _BLOCK.match(line)
        if found is None:
            continue
        if found[1].lower() == "end" and begun and begun[0] == found[2].lower():
            ends[begun[1]] = at
            begun = None
        elif found[1].lower() == "begin":
            begun = found[2].lower(), at
    return ends


def whole_lines(lines: Lines, remarks: Remarks) -> Lines:
    """Return a tune's lines without comments; a field is one line, however many it takes, and so is a chord."""
    whole: list[tuple[int, list[str]]] = []
    field: int | None = None
    for number, line in lines:
        text = line if line.startswith("%%") else _without_comment(line)
        if line.strip() and not text.strip():
            continue
        found = FIELD.match(text)
        if found and found[1] == "+":
            if field is None:
                remarks.slip("a +: line that goes on from no field: ignored", number)
            else:
                _go_on(whole[field][1], found[2])
        elif found:
            field = len(whole)
            whole.append((number, [text]))
        elif field == len(whole) - 1 and whole[field][1][-1].endswith("\\") and not _is_surely_music(text):
            _go_on(whole[field][1], text)
        elif whole and field is None and _leaves_chord_open(whole[-1][1][-1]) and "]" in text:
            whole[-1][1].append(text.lstrip())
        else:
            whole.append((number, [text]))
            field = field if text.startswith("%%") or not text else None
    return [(number, "".join(parts)) for number, parts in whole]


def _leaves_chord_open(line: str) -> bool:
    """Tell whether a line breaks off within a chord: mail programs break lines anywhere."""
    after = 1 + max(map(line.rfind, ']"|'))
    return _CHORD_BEGINS.search(line, after) is not None


def _without_comment(line: str) -> str:
    """Return a line without its comment."""
    return re.split(r"(?<!\\)%", line, maxsplit=1)[0].rstrip()


def _go_on(parts: list[str], text: str) -> None:
    """Let a field go on with `text`."""
    parts[-1] = parts[-1].rstrip("\\")
    parts.append(f" {text.strip()}")


def paragraphs(lines: Lines) -> Iterator[Lines]:
    """Yield the lines between empty lines."""
    paragraph: Lines = []
    for number, line in [*lines, (0, "")]:
        if line.strip():
            paragraph.append((number, line))
        elif paragraph:
            yield paragraph
            paragraph = []


def goes_on_with_music(paragraph: Lines) -> bool:
    """Tell whether a paragraph after an empty line is still music of the tune, and no text or other tune."""
    fields = [FIELD.match(line) for _, line in paragraph]
    if any(found and found[1] == "T" for found in fields):
        return False
    return any(
        found is None and _is_surely_music(line) for found, (_, line) in zip(fields, paragraph, strict=True)
    )


def _is_surely_music(line: str) -> bool:
    """Tell whether a line is music even where words are as likely: it has a bar line too."""
    return "|" in line and reads_as_music(line)
