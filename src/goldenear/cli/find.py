"""This file is where `goldenear find` stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from goldenear.cli import output
from goldenear.cli.rank import Forms, Stretches

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
    stretch: Stretches = None,
    form: Forms = None,
    json: output.Json = False,
    backend: output.Backend = "auto",
) -> None:
    """Find the occurrences of a fragment in a piece."""
    from goldenear.match import find as library
    from goldenear.match.recipe import Measure, Recipe
    from goldenear.notes.alteration import FORM_PRICES, STRETCH_PRICES, alterations
    from goldenear.notes.read import read

    where, what = read(piece), read(fragment)
    output.say_remarks([where, what])
    recipe = Recipe(
        measure=cast("Measure", measure),
        alterations=alterations(
            stretches=STRETCH_PRICES if stretch is None else stretch,
            forms=FORM_PRICES if form is None else cast("list[Form]", form),
        ),
    )
    matches = library.find(
        where,
        what,
        threshold=threshold,
        exclusion=exclusion,
        recipe=recipe,
        backend=cast("Backend", backend),
    )
    if json:
        for match in matches:
            output.print_json({"file": str(piece), **match.as_dict()})
        return
    table = output.new_table(f"{what.name} in {where.name}", [">similarity", "placement"])
    for match in matches:
        table.add_row(f"{match.similarity:.3f}", match.where())
    output.print_table(table)
    if not matches:
        output.say(f"no place reaches a similarity of {threshold}; --threshold lowers it")
