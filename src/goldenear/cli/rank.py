"""This file is where `goldenear rank` stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from goldenear.cli import output

if TYPE_CHECKING:
    from goldenear.match.engines import Backend

Stretches = Annotated[
    list[str] | None, typer.Option("--stretch", help="A factor to try, such as 3/2; may be repeated.")
]
Tune = Annotated[
    int | None, typer.Option(help="Which tune of the fragment's file, from 1, where it holds several.")
]
Forms = Annotated[
    list[str] | None,
    typer.Option("--form", help="prime, inversion, retrograde or retrograde-inversion; may be repeated."),
]


def rank(
    file: Annotated[Path, typer.Argument(help="The fragment X, a music file.")],
    samples: Annotated[list[Path], typer.Argument(help="What to compare it with: music files or folders.")],
    k: Annotated[
        int | None, typer.Option("-k", "--top", help="How many matches to print; all by default.")
    ] = None,
    tune: Tune = None,
    stretch: Stretches = None,
    form: Forms = None,
    recipe: Annotated[
        str, typer.Option(help="What is asked: fragment (is it in X?) or melody (versions of one tune?).")
    ] = "fragment",
    measure: Annotated[
        str | None,
        typer.Option(help="For fragments: tversky, coverage, cosine, window-cosine or brightness."),
    ] = None,
    track: output.Track = None,
    channel: output.Channel = None,
    voice: output.Voice = None,
    drums: output.Drums = None,
    grid: output.Grid = None,
    json: output.Json = False,
    plot: Annotated[Path | None, typer.Option(help="Draw the best match: a picture file.")] = None,
    backend: output.Backend = "auto",
    threads: output.Threads = 1,
) -> None:
    """Rank samples by how much a fragment resembles them.

    --tune, --track, --channel, --voice and --drums choose in the fragment's file; samples are read whole.
    """
    from goldenear.cli import music
    from goldenear.match import rank as library

    output.check_picture(plot)
    wanted = output.recipe_named(recipe, measure, ("fragment", "melody"), grid)
    x = output.one_tune(file, tune, output.choice_of(track, channel, voice, drums))
    compared = music.pieces_in(samples)
    output.say_remarks([x, *compared])
    matches = library.rank(
        x,
        compared,
        k=k,
        stretches=stretch,
        forms=form,
        recipe=wanted,
        backend=cast("Backend", backend),
        threads=threads,
    )
    if json:
        for match in matches:
            output.print_json({"file": str(file), **match.as_dict()})
    else:
        table = output.new_table(x.name, [">similarity", "sample", "placement"])
        for match in matches:
            table.add_row(*output.match_row(match))
        output.print_table(table)
    if plot is not None and matches.best is not None:
        from goldenear.plot import MAX_BARS, Bar, plot_verdict

        best = matches.best
        figure = plot_verdict(
            x,
            matches.sample_of(best),
            best,
            title=x.name,
            because=f"most like {best.name}",
            ranked=[
                Bar(match.name, match.similarity, "sample", wanted.threshold) for match in matches[:MAX_BARS]
            ],
            total=len(matches),
            kit=wanted.kit,
        )
        output.save_picture(figure, plot)
        output.say(f"drawn: {plot}")
