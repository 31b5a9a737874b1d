"""This file is where `goldenear find` stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from goldenear.cli import output
from goldenear.cli.rank import Forms, Stretches, Tune

if TYPE_CHECKING:
    from goldenear.correlate.backends import Backend
    from goldenear.notes.alteration import Form


def find(
    piece: Annotated[Path, typer.Argument(help="Where to look, a music file.")],
    fragment: Annotated[Path, typer.Argument(help="What to look for, a music file.")],
    threshold: Annotated[
        float, typer.Option(help="The similarity from which a place counts, above 0 to 1.")
    ] = 0.78,
    exclusion: Annotated[
        str | None, typer.Option(help="How many quarters apart two occurrences begin, at least.")
    ] = None,
    measure: Annotated[
        str, typer.Option(help="window-cosine, cosine, coverage or brightness.")
    ] = "window-cosine",
    tune: Tune = None,
    stretch: Stretches = None,
    form: Forms = None,
    json: output.Json = False,
    backend: output.Backend = "auto",
) -> None:
    """Find the occurrences of a fragment in a piece, or in every tune of a collection."""
    from goldenear.match import find as library
    from goldenear.match.recipe import Measure, Recipe
    from goldenear.notes.alteration import FORM_PRICES, STRETCH_PRICES, alterations
    from goldenear.notes.read import read, read_all

    what = read(fragment, tune=tune)
    tunes = read_all(piece)
    output.say_remarks([*tunes, what])
    recipe = Recipe(
        measure=cast("Measure", measure),
        alterations=alterations(
            stretches=STRETCH_PRICES if stretch is None else stretch,
            forms=FORM_PRICES if form is None else cast("list[Form]", form),
        ),
    )
    table = output.new_table(f"{what.name} in {piece.name}", ["tune", ">similarity", "placement"])
    for where in output.with_progress(tunes, "searching"):
        for match in library.find(
            where,
            what,
            threshold=threshold,
            exclusion=exclusion,
            recipe=recipe,
            backend=cast("Backend", backend),
        ):
            if json:
                output.print_json({"file": str(piece), "tune": where.name, **match.as_dict()})
            table.add_row(output.plain(where.name), f"{match.similarity:.3f}", match.where())
    if json:
        return
    if table.row_count:
        output.print_table(table)
    else:
        output.say(f"no place reaches a similarity of {threshold}; --threshold lowers it")
