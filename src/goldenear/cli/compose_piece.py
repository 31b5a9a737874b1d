"""This file is where a whole piece is composed from the command line, and its sections are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldenear.cli import output
from goldenear.cli.compose_files import Wanted, as_json
from goldenear.cli.compose_progress import progress_of_sections

if TYPE_CHECKING:
    from goldenear.composing.piece import Piece
    from goldenear.composing.wishes import Wishes
    from goldenear.taste.judge import Taste


def voices_asked_for(form: str, bars: int) -> int:
    """Return how many voices a piece has where nothing is said: two where its sections share them out.

    Raises
    ------
    InvalidInput
        If there is no such form, or not of so many bars.
    """
    from goldenear.composing.forms import plan_of

    return 2 if any(section.voices for section in plan_of(form, bars).sections) else 1


def write_piece(
    taste: Taste,
    form: str,
    bars: int,
    wishes: Wishes,
    wanted: Wanted,
    *,
    seed: int,
    effort: int,
    threads: int,
    json: bool,
) -> None:
    """Compose a piece, write it, and tell its sections."""
    from goldenear.composing.piece import compose_piece

    with progress_of_sections() as progress:
        piece = compose_piece(
            taste,
            form,
            bars=bars,
            wishes=wishes,
            seed=seed,
            effort=effort,
            threads=threads,
            progress=progress,
        )
    files = wanted.write(piece)
    if json:
        output.print_json(as_json(piece, files))
        return
    output.say(f"written: {', '.join(files.values())}")
    print_sections(piece)


def print_sections(piece: Piece) -> None:
    """Print a table of the sections of a piece: what each is, and how like what it restates."""
    motifs = {motif.section: motif for motif in piece.motifs()}
    table = output.new_table(piece.name, ["section", ">from bar", ">bars", "is", "cadence", ">similarity"])
    for placed in piece.placed:
        section, motif = placed.section, motifs.get(placed.section.name)
        table.add_row(
            output.plain(section.name),
            str(section.bar),
            str(section.bars),
            output.plain(section.said),
            str(placed.cadence or ""),
            f"{motif.similarity:.2f}" if motif else "",
        )
    output.print_table(table)
