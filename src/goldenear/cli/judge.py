"""This file is where `goldenear judge` stands."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from goldenear.cli import output
from goldenear.cli.judge_committee import judge_by_committee
from goldenear.cli.streams import is_read
from goldenear.errors import InvalidInput, NoNotes

if TYPE_CHECKING:
    from goldenear.match.engines import Backend
    from goldenear.match.matches import Match
    from goldenear.notes.choice import Choice
    from goldenear.notes.note_array import NoteArray
    from goldenear.taste.judge import Taste
    from goldenear.taste.verdict import Verdict


class OutcomeName(StrEnum):
    """The outcomes, as choices of an option."""

    good = "good"
    bad = "bad"
    neither = "neither"


def judge(
    files: Annotated[list[Path], typer.Argument(help="Music files: MIDI, MusicXML, MEI, kern, ABC, sound.")],
    taste: Annotated[
        Path | None, typer.Option(help="The folder of samples: good/, bad/, taste.toml.")
    ] = None,
    model: Annotated[
        list[Path] | None,
        typer.Option(help="A judge that goldenear train wrote; several, and the taste, have a veto each."),
    ] = None,
    by_ear: Annotated[
        bool, typer.Option("--by-ear", help="Judge the sound of files: by what samples stand out in it.")
    ] = False,
    track: output.Track = None,
    channel: output.Channel = None,
    voice: output.Voice = None,
    drums: output.Drums = None,
    grid: output.Grid = None,
    json: output.Json = False,
    details: Annotated[bool, typer.Option("--details", help="Also print every sample's similarity.")] = False,
    plot: Annotated[
        Path | None, typer.Option(help="Draw why: a picture file, or a folder for several candidates.")
    ] = None,
    align: Annotated[
        Path | None,
        typer.Option(help="Write X and the deciding sample, placed on it, as two tracks: a .mid file."),
    ] = None,
    fail_on: Annotated[
        list[OutcomeName] | None,
        typer.Option(help="Leave with exit code 1 if any verdict is this; may be repeated."),
    ] = None,
    backend: output.Backend = "auto",
    threads: output.Threads = 1,
) -> int:
    """Judge fragments: good only if like a good sample, and like none of the bad.

    Every tune of an ABC collection is judged by itself.
    """
    from goldenear.cli.music import candidates_in
    from goldenear.taste.judge import Taste

    output.check_picture(plot)
    choice = output.choice_of(track, channel, voice, drums)
    if model or by_ear:
        if align is not None:
            raise InvalidInput(
                "--align: a committee places no sample: leave out --model and --by-ear, or --align"
            )
        if backend != "auto" or threads != 1 or grid is not None:
            raise InvalidInput("--backend, --threads, --grid: a committee chooses by itself: leave them out")
        return judge_by_committee(
            files,
            taste,
            model or [],
            choice=choice,
            json=json,
            details=details,
            plot=plot,
            fail_on=[str(o) for o in fail_on or ()],
        )
    if taste is None:
        raise InvalidInput("--taste: name the folder of samples, or --model, what was learned from one")
    if align is not None and align.suffix.lower() not in (".mid", ".midi", ".musicxml", ".xml"):
        raise InvalidInput(f"--align: {align} ends in none of .mid .midi .musicxml .xml")
    judge_by = Taste(taste, grid=output.grid_of(grid))
    for remark in judge_by.remarks:
        output.say(f"note: {remark}")
    candidates, refused = candidates_in(files, partial(_sounding, judge_by, choice))
    if plot is not None:
        output.picture_paths([x.name for x in candidates], plot)
    if align is not None and len(candidates) != 1:
        raise InvalidInput(f"--align: expected one candidate, got {len(candidates)}")
    output.say_remarks(candidates)
    if any(x.provenance.format == "sound" for x in candidates):
        output.say(
            "note: a quarter of sound is half a second; --by-ear tells seconds, and tries nearby tempos"
        )
    verdicts = []
    engine = judge_by.engine_for(cast("Backend", backend), candidates)
    for x in output.with_progress(candidates, "judging"):
        verdict = judge_by.judge(x, backend=engine, threads=threads)
        verdicts.append(verdict)
        if json:
            output.print_json(verdict.as_dict())
            if not (is_read() or fail_on or plot or align):
                break
    if verdicts and not json:
        print_verdicts(verdicts, details=details)
    if plot is not None:
        _plot(verdicts, plot)
    if align is not None:
        _align(verdicts[0], align)
    return 2 if refused else int(any(verdict.outcome in (fail_on or ()) for verdict in verdicts))


def _sounding(taste: Taste, choice: Choice, path: Path) -> list[NoteArray]:
    """Return the tunes in a file, as a taste reads them; NoNotes if one is silent."""
    from goldenear.notes.read import why_silent

    tunes = taste.settings.read(path, choice)
    for x in tunes:
        if not (x.brightness > 0).any():
            raise NoNotes(x.name, remarks=why_silent([x]))
    return tunes


def print_verdicts(verdicts: list[Verdict], *, details: bool = False) -> None:
    """Print a table of verdicts with their reasons, and under it, if wanted, every sample's similarity."""
    from goldenear.taste.verdict import spoken_p

    table = output.new_table("", ["candidate", "verdict", ">score", "because"])
    for verdict in verdicts:
        style = output.OUTCOME_STYLES[verdict.outcome]
        outcome = f"[{style}]{verdict.outcome}[/{style}]"
        name, because = output.plain(verdict.x.name), output.plain(verdict.because)
        table.add_row(name, outcome, f"{verdict.score:+.2f}", because)
    output.print_table(table)
    for verdict in verdicts if details else ():
        calibrated = verdict.thresholds.calibration is not None
        columns = [">similarity", ">counts from", *(["p"] if calibrated else []), "sample", "placement"]
        every = output.new_table(verdict.x.name, columns)
        found = (verdict.good, verdict.bad, verdict.good_parts, verdict.bad_parts)
        for match in sorted((match for matches in found for match in matches), key=lambda m: -m.similarity):
            similarity, *others = output.match_row(match)
            p = verdict.p_value(match)
            row = (
                similarity,
                _counts_from(verdict, match),
                *([spoken_p(p).removeprefix("= ") if p is not None else ""] if calibrated else []),
            )
            every.add_row(*row, *others)
        output.print_table(every)


def _counts_from(verdict: Verdict, match: Match) -> str:
    """Return from which similarity on a match counts; nothing where it is far from that."""
    if not verdict.near(match):
        return ""
    threshold = verdict.threshold(match)
    return f"{threshold:.3f}" if threshold < inf else "never: plain"


def _plot(verdicts: list[Verdict], path: Path) -> None:
    """Write a picture of each verdict: to the file, or into the folder where there are several."""
    targets = output.picture_paths([verdict.x.name for verdict in verdicts], path)
    for verdict, target in output.with_progress(list(zip(verdicts, targets, strict=True)), "drawing"):
        output.save_picture(verdict.plot(), target)
        output.say(f"drawn: {target}")


def _align(verdict: Verdict, path: Path) -> None:
    """Write X and the placed sample as two tracks."""
    from goldenear.notes.write import write
    from goldenear.taste.align import aligned

    write(aligned(verdict), path)
    output.say(f"written: {path}")
