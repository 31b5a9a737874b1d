"""This file is where `goldenear identify` stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from goldenear.cli import output
from goldenear.cli.rank import Tune
from goldenear.errors import InvalidInput

if TYPE_CHECKING:
    from goldenear.match.engines import Backend
    from goldenear.match.matches import Match
    from goldenear.notes.note_array import NoteArray


SHORTEST = 0.5
"""Seconds: of less sound everything is made."""


def identify(
    fragment: Annotated[Path, typer.Argument(help="What was heard: a sound or music file.")],
    pieces: Annotated[list[Path], typer.Argument(help="Where it may come from: files, or folders of them.")],
    k: Annotated[int, typer.Option("-k", min=1, help="How many of the nearest to print.")] = 10,
    start: Annotated[float, typer.Option(help="Of a sound: from which second on.")] = 0.0,
    seconds: Annotated[float | None, typer.Option(help="Of a sound: how many seconds.")] = None,
    tune: Tune = None,
    track: output.Track = None,
    channel: output.Channel = None,
    voice: output.Voice = None,
    drums: output.Drums = None,
    grid: output.Grid = None,
    json: output.Json = False,
    backend: output.Backend = "auto",
    threads: output.Threads = 1,
) -> None:
    """Tell which piece a fragment was taken from, and where, at any transposition and a tempo from 4/5 to 5/4.

    --tune, --track, --channel, --voice and --drums choose in the fragment's file; pieces are read whole.
    """
    from goldenear.audio.seconds import in_seconds
    from goldenear.cli.music import pieces_in
    from goldenear.hearing.sound_file import read_clip
    from goldenear.match import find as library
    from goldenear.match.background import Background
    from goldenear.match.engines import engine_for
    from goldenear.match.matches import altered
    from goldenear.match.prepared import prepare
    from goldenear.notes.hear import hear

    choice = output.choice_of(track, channel, voice, drums)
    part = bool(start) or seconds is not None
    if part and (tune is not None or choice):
        raise InvalidInput(
            "--tune, --track, --channel, --voice, --drums: a sound file is one tune of one voice"
        )
    what = (
        hear(read_clip(fragment, start=start, seconds=seconds))
        if part
        else output.one_tune(fragment, tune, choice)
    )
    output.say_remarks([what])
    among = pieces_in(pieces)
    if what.provenance.format == "sound":
        _check_length(what)
    if any(x.provenance.format == "sound" for x in (what, *among)):
        what, *among = map(in_seconds, (what, *among))
    recipe = output.recipe_named("sound", None, ("sound",), grid)
    background = Background(recipe=recipe)
    engine = engine_for(cast("Backend", backend), [*among, *background.pieces], prepare([what], recipe))
    found = library.identify(
        what,
        among,
        k=k,
        recipe=recipe,
        backend=engine,
        threads=threads,
        progress=lambda every: output.with_progress(list(every), "listening"),
    )
    excess = background.excess(what, found, backend=engine, threads=threads)
    if json:
        for match, above in zip(found, excess.tolist(), strict=True):
            begins = _begins(match, found.sample_of(match))
            at = {} if begins is None else {"second": round(begins, 3)}
            stands = {"excess": round(above, 6), "stands_out": above >= library.STANDS_OUT}
            output.print_json(match.as_dict() | at | stands)
        return
    if not len(found):
        return
    table = output.new_table(what.name, [">similarity", ">excess", "piece", ">second", "placement"])
    for match, above in zip(found, excess.tolist(), strict=True):
        begins = _begins(match, found.sample_of(match))
        similarity, name, where = output.match_row(match)
        cells = ("", where) if begins is None else (f"{begins:.1f}", altered(match) or "as it is")
        table.add_row(similarity, f"{above:+.3f}", name, *cells)
    output.print_table(table)
    if excess[0] < library.STANDS_OUT:
        output.say(
            f"nothing stands out (excess from {library.STANDS_OUT} on): it may come from none of these"
        )


def _check_length(what: NoteArray) -> None:
    """Raise InvalidInput where too little is heard to tell anything."""
    from goldenear.hearing.hear import SECONDS_A_QUARTER

    quarters = (what.last_offset - what.first_onset) / what.ticks_per_quarter if len(what) else 0.0
    heard = quarters * SECONDS_A_QUARTER
    if heard < SHORTEST:
        raise InvalidInput(
            f"{what.name}: {heard:.2f} s are heard in it: too little to tell its origin (at least {SHORTEST:g} s)"
        )


def _begins(match: Match, piece: NoteArray) -> float | None:
    """Return the second in which the fragment begins in a piece whose tempo is known; None in others."""
    import numpy as np

    from goldenear.audio.clock import Clock

    if not piece.provenance.tempos:
        return None
    clock = Clock.following(piece.provenance.tempos, piece.ticks_per_quarter)
    tick = np.array([round(match.onset * piece.ticks_per_quarter)])
    return max(0.0, float(clock.seconds(tick, piece.ticks_per_quarter)[0]))
