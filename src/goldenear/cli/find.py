"""This file is where `goldenear find` stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from goldenear.cli import output
from goldenear.cli.rank import Forms, Stretches, Tune
from goldenear.cli.streams import is_read

if TYPE_CHECKING:
    from goldenear.correlate.backends import Backend


def find(
    piece: Annotated[Path, typer.Argument(help="Where to look, a music file.")],
    fragment: Annotated[Path, typer.Argument(help="What to look for, a music file.")],
    threshold: Annotated[
        float | None,
        typer.Option(help="The similarity from which a place counts, above 0 to 1; the recipe's by default."),
    ] = None,
    exclusion: Annotated[
        str | None, typer.Option(help="How many quarters apart two occurrences begin, at least.")
    ] = None,
    recipe: Annotated[
        str,
        typer.Option(
            help="How: fragment (what sounds together), sound (that, 4/5 to 5/4 as fast), occurrence (note by note)."
        ),
    ] = "fragment",
    measure: Annotated[
        str | None,
        typer.Option(help="For fragments: tversky, coverage, cosine, window-cosine or brightness."),
    ] = None,
    tune: Tune = None,
    stretch: Stretches = None,
    form: Forms = None,
    track: output.Track = None,
    channel: output.Channel = None,
    voice: output.Voice = None,
    drums: output.Drums = None,
    grid: output.Grid = None,
    json: output.Json = False,
    backend: output.CorrelogramBackend = "auto",
) -> None:
    """Find the occurrences of a fragment in a piece, or in every tune of a collection.

    --track, --channel, --voice and --drums choose in the piece; --tune in the fragment's file, which is read whole.
    """
    from goldenear.audio.seconds import in_seconds
    from goldenear.errors import InvalidInput
    from goldenear.match import find as library
    from goldenear.match.matches import counts_seconds, second, where_heard
    from goldenear.match.rank import with_alterations
    from goldenear.notes.read import read, read_chosen

    if recipe == "occurrence" and grid is not None:
        raise InvalidInput("--grid: occurrences are found note by note, at every tick: leave it out")
    wanted = output.recipe_named(recipe, measure, ("fragment", "sound", "occurrence"), grid)
    wanted = with_alterations(wanted, stretch, form)
    what = read(fragment, tune=tune)
    tunes = read_chosen(piece, output.choice_of(track, channel, voice, drums))
    output.say_remarks([*tunes, what])
    table = output.new_table(f"{what.name} in {piece.name}", ["tune", ">similarity", "placement"])
    heard = [w for w in tunes if len(w) and not (wanted.measure == "occurrence" and w.is_drum.all())]
    if len(tunes) > 1:
        for where in tunes:
            if where not in heard:
                output.say(f"note: {where.name}: no notes to look for it in, left out")
        tunes = heard
    by_ear = any(x.provenance.format == "sound" for x in (what, *tunes))
    if by_ear:
        what, *tunes = map(in_seconds, (what, *tunes))
    engine = library.backend_for(cast("Backend", backend), tunes, what, wanted)
    for where in output.with_progress(tunes, "searching"):
        has_seconds = by_ear and counts_seconds(where)
        for match in library.find(
            where,
            what,
            threshold=threshold,
            exclusion=exclusion,
            recipe=wanted,
            backend=engine,
        ):
            if json:
                at = {"second": round(second(match), 3)} if has_seconds else {}
                output.print_json({"file": str(piece), "tune": where.name, **match.as_dict(), **at})
                if not is_read():
                    return
            told = where_heard(match) if has_seconds else match.where()
            table.add_row(output.plain(where.name), f"{match.similarity:.3f}", told)
    if json:
        return
    if table.row_count:
        output.print_table(table)
    else:
        least = wanted.threshold if threshold is None else threshold
        output.say(f"no place reaches a similarity of {least}; --threshold lowers it")
