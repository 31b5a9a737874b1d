"""This file is where answers meet people and programs: tables and progress for the one, JSON lines for the other."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar, cast

import typer

from goldenear.cli.streams import carries
from goldenear.errors import InvalidInput, printable
from goldenear.optional import needed

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.table import Table

    from goldenear.hearing.clip import Clip
    from goldenear.match.matches import Match
    from goldenear.match.recipe import Recipe
    from goldenear.notes.choice import Choice
    from goldenear.notes.note_array import NoteArray

Item = TypeVar("Item")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a line instead of tables.")]
Backend = Annotated[
    str, typer.Option(help="The engine: auto, numpy, numba or torch; the answer is the same.")
]
CorrelogramBackend = Annotated[
    str, typer.Option(help="The engine: auto, numpy, numba, fft or torch; the answer is the same.")
]
Threads = Annotated[int, typer.Option(help="How many threads share the samples; the answer is the same.")]

Track = Annotated[
    list[str] | None,
    typer.Option(
        help="Read only this track, part, staff or spine: its number from 0 or its name, as show lists them; "
        "may be repeated."
    ),
]
Channel = Annotated[
    list[int] | None, typer.Option(help="Read only this MIDI channel, 1 to 16; may be repeated.")
]
Voice = Annotated[
    list[str] | None,
    typer.Option(
        help="Read only this voice, of an ABC tune or within the parts of a score: its number from 1 or its name; "
        "may be repeated."
    ),
]
Drums = Annotated[
    list[str] | None,
    typer.Option(
        help="What is drums, where the file does not say: a MIDI channel, the name of a track, or none; "
        "may be repeated."
    ),
]
Grid = Annotated[
    str | None,
    typer.Option(help="On how many ticks a quarter notes are compared, or exact; 96, where nothing is said."),
]

PICTURES = (".png", ".svg", ".pdf")

OUTCOME_STYLES = {"good": "bold green", "bad": "bold red", "neither": "yellow"}


def print_json(value: object) -> None:
    """Print one JSON object on one line; what cannot be shown is escaped as JSON does it."""
    line = json.dumps(value, ensure_ascii=False)
    if line != printable(line) or not carries(line):
        line = json.dumps(value).replace("\x7f", "\\u007f")
    print(line)


def tell(line: str) -> None:
    """Print a line for people on standard output."""
    print(printable(line))


def print_table(table: Table) -> None:
    """Print a table for people, as wide as the terminal, or 120 columns where there is none."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    console.print(table)


def new_table(title: str, columns: Sequence[str]) -> Table:
    """Return an empty table; numbers go to the right."""
    from rich import box
    from rich.table import Table

    table = Table(title=plain(title) or None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for column in columns:
        name = column.removeprefix(">")
        table.add_column(name, justify="right" if column.startswith(">") else "left", overflow="fold")
    return table


def plain(text: str) -> str:
    """Return text for a cell, in one line, in which brackets are brackets, not styles."""
    from rich.markup import escape

    return escape(printable(text))


def match_row(match: Match) -> tuple[str, str, str]:
    """Return a match's cells: similarity, name, placement."""
    return f"{match.similarity:.3f}", plain(match.name), match.where()


def say(message: str) -> None:
    """Print a line for people on standard error, where it is no part of the answer."""
    print(printable(message), file=sys.stderr)


def say_remarks(music: Iterable[NoteArray | Clip]) -> None:
    """Tell what was odd about files, repaired or left out when they were read."""
    from goldenear.notes.note_array import NoteArray

    for x in music:
        for remark in x.provenance.remarks if isinstance(x, NoteArray) else x.remarks:
            say(f"note: {x.name}: {remark}")


def with_progress(items: Sequence[Item], what: str) -> Iterator[Item]:
    """Give the items one by one, with a progress bar on standard error if that is a terminal."""
    if len(items) < 2 or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, what, console=Console(stderr=True), transient=True)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_picture(path: Path | None) -> None:
    """Raise before any work is done if a picture of this name could not be written; a folder can.

    Raises
    ------
    InvalidInput
        If matplotlib cannot write such a file.
    MissingExtra
        If matplotlib is not installed.
    """
    if path is None:
        return
    if path.suffix and path.suffix.lower() not in PICTURES and not path.is_dir():
        raise InvalidInput(
            f"{path}: a picture's name ends in {', '.join(PICTURES)}; a folder's in none of these"
        )
    needed("matplotlib.figure", "drawing", "plot")


def save_picture(figure: Figure, path: Path) -> None:
    """Write a picture; the ending of its name tells the format."""
    import warnings
    from io import BytesIO

    from goldenear.notes.atomic import write_bytes_atomically

    picture = BytesIO()
    with warnings.catch_warnings():
        # The font draws a box for each letter that it lacks, and would say so for each.
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        figure.savefig(picture, format=path.suffix.removeprefix(".").lower(), dpi=120)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes_atomically(path, picture.getvalue())


def picture_paths(names: Sequence[str], path: Path) -> list[Path]:
    """Return where the pictures of fragments go: the one file, or one file each in a folder, none twice.

    Raises
    ------
    InvalidInput
        If `path` names one picture file, and there are several fragments.
    """
    if path.suffix and not path.is_dir():
        if len(names) > 1:
            raise InvalidInput(f"{path}: names one picture, but there are {len(names)}: name a folder")
        return [path]
    taken: dict[str, int] = {}
    targets = []
    for name in names:
        kept = "".join(c if c.isalnum() or c in "-_. #" else "-" for c in name).strip(". ") or "fragment"
        taken[kept] = taken.get(kept, 0) + 1
        targets.append(path / f"{kept}{f' ({taken[kept]})' if taken[kept] > 1 else ''}.png")
    return targets


def choice_of(
    track: Sequence[str] | None,
    channel: Sequence[int] | None,
    voice: Sequence[str] | None,
    drums: Sequence[str] | None,
) -> Choice:
    """Return which notes a command was asked to read.

    Raises
    ------
    InvalidInput
        If a channel is not 1..16.
    """
    from goldenear.notes.choice import Choice, number_or_name

    return Choice.of(
        track=[number_or_name(word) for word in track or ()],
        channel=channel or (),
        voice=[number_or_name(word) for word in voice or ()],
        drums=[number_or_name(word) for word in drums or ()],
    )


def one_tune(path: Path, tune: int | None, choice: Choice) -> NoteArray:
    """Return one tune of a file, as :func:`goldenear.read` does, with what was chosen of it."""
    from dataclasses import asdict

    from goldenear.notes.read import read

    return read(path, tune=tune, **asdict(choice))


def grid_of(words: str | None) -> int | Literal["exact"] | None:
    """Return the grid that a command was asked for; None where nothing is said.

    Raises
    ------
    InvalidInput
        If it is neither a number nor exact.
    """
    if words is None or words == "exact":
        return cast("Literal['exact'] | None", words)
    from goldenear.notes.columns import FINEST_GRID

    if not (words.isascii() and words.isdecimal() and len(words) <= 9 and 1 <= int(words) <= FINEST_GRID):
        raise InvalidInput(f"--grid: expected ticks a quarter, 1..{FINEST_GRID:,}, or exact, got {words!r}")
    return int(words)


def recipe_named(name: str, measure: str | None, known: tuple[str, ...], grid: str | None = None) -> Recipe:
    """Return the recipe that a command was asked for, with another measure or grid where one is given.

    Raises
    ------
    InvalidInput
        If the command knows no such recipe, or the recipe has a measure of its own.
    """
    from goldenear.match.recipe import Recipe

    if name not in known:
        raise InvalidInput(f"--recipe: expected one of {', '.join(known)} here, got {name!r}")
    wanted = _measured(Recipe.named(name), name, measure)
    ticks = grid_of(grid)
    return wanted if ticks is None else replace(wanted, grid=ticks)


def _measured(wanted: Recipe, name: str, measure: str | None) -> Recipe:
    """Return the recipe of a name with another measure, where one is given.

    Raises
    ------
    InvalidInput
        If the recipe has a measure of its own.
    """
    from goldenear.arguments import one_of
    from goldenear.match.recipe import OCCURRENCE
    from goldenear.match.score import MEASURES

    if measure is None:
        return wanted
    if name != "fragment":
        raise InvalidInput(f"--measure: the recipe {name!r} has its own; leave one of them out")
    if measure == OCCURRENCE:
        raise InvalidInput("--measure: occurrences are found with --recipe occurrence")
    one_of("--measure", measure, MEASURES)
    return replace(wanted, measure=measure)
