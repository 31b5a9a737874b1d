"""This file is where `goldenear taste ...` stands."""

from __future__ import annotations

from functools import partial
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from goldenear.cli import output

if TYPE_CHECKING:
    from goldenear.match.engines import Backend
    from goldenear.taste.audit import Audit
    from goldenear.taste.calibration import Calibration

MOST_NAMED = 5
"""Pieces of a background that are named, of those that hold a version of a sample."""

NEAR_COPIES = 0.9
"""What reaches this similarity is nearly a copy."""

app = typer.Typer(
    help="Make a taste and fill it: a folder with good/, bad/ and taste.toml.", rich_markup_mode=None
)


@app.command("new")
def new(folder: Annotated[Path, typer.Argument(help="The folder to make.")]) -> None:
    """Make an empty taste."""
    from goldenear.taste.samples import new_taste

    root = new_taste(folder)
    output.say(
        f"made: {root}/good, {root}/bad, {root}/taste.toml; next: goldenear taste add {root} good FILE"
    )


@app.command("add")
def add(
    folder: Annotated[Path, typer.Argument(help="The taste.")],
    kind: Annotated[Literal["good", "bad"], typer.Argument(help="What the files are samples of.")],
    files: Annotated[
        list[Path], typer.Argument(help="Music files; they are copied, and stay where they are.")
    ],
    name: Annotated[str | None, typer.Option(help="Another name for the copy, for one file.")] = None,
    track: output.Track = None,
    channel: output.Channel = None,
    voice: output.Voice = None,
    drums: output.Drums = None,
) -> None:
    """Add samples to a taste.

    What --track, --channel, --voice and --drums choose stands in a small file beside the copy, song.mid.toml; the
    copy itself is the file, byte for byte.
    """
    from goldenear.errors import GoldenearError, InvalidInput
    from goldenear.taste.adding import store_sample
    from goldenear.taste.judge import Taste
    from goldenear.taste.samples import sounds
    from goldenear.taste.solo import format_plain

    if name is not None and len(files) > 1:
        raise InvalidInput(f"--name: expected one file, got {len(files)}")
    choice = output.choice_of(track, channel, voice, drums)
    added = set()
    for path in files:
        copy, every = store_sample(folder, kind, path, name=name, choice=choice)
        tunes = [tune for tune in every if sounds(tune)]
        added.add(f"{kind}/{copy.name}")
        output.say(f"added: {copy}{f' ({len(tunes)} samples)' if len(tunes) > 1 else ''}")
        output.say_remarks(tunes)
        for tune in every:
            if not sounds(tune):
                output.say(f"note: {tune.name}: no notes, left out")
    try:
        taste = Taste(folder)
    except GoldenearError as error:
        output.say(f"note: not held against the other samples: {error}")
        return
    taste.measure(output.with_progress)
    library = taste.libraries[kind]
    for i, sample in enumerate(library.samples):
        if (
            taste.settings.by_sample
            and sample.name.startswith(tuple(added))
            and library.solos[i].says_nothing
        ):
            output.say(f"note: {sample.name}: {format_plain(sample)}")
    for contradiction in taste.contradictions():
        both = contradiction.good.name, contradiction.bad.name
        if any(name.startswith(tuple(added)) for name in both):
            output.say(f"note: {contradiction}")


@app.command("verify")
def verify(
    folder: Annotated[Path, typer.Argument(help="The taste.")],
    record: Annotated[
        bool,
        typer.Option(
            "--record", help="Record the samples as they are now: you have changed them on purpose."
        ),
    ] = False,
    json: output.Json = False,
) -> None:
    """Check that every sample is as it was when it was added, can be read, and is counted.

    Exit code 2 if a sample has changed, is gone or cannot be read.
    """
    from goldenear.taste.digests import DIGESTS_FILE
    from goldenear.taste.verifying import verify_samples

    files = verify_samples(folder, record=record, progress=output.with_progress)
    for file in files:
        if json:
            output.print_json({**file._asdict(), "fails": file.fails})
        elif file.state != "as recorded" or file.reason:
            output.tell(f"{file.name}: {file.state}{f' ({file.reason})' if file.reason else ''}")
    samples, holding = sum(file.samples for file in files), sum(file.samples > 0 for file in files)
    failing, new = sum(file.fails for file in files), sum(file.state == "not recorded" for file in files)
    again = f"'goldenear taste verify {folder} --record'"
    if record:
        there = sum(file.state not in ("missing", "unreadable", "left out") for file in files)
        output.say(f"recorded: {there} files, in {folder / DIGESTS_FILE}")
    elif failing:
        unreadable = sum(file.state == "unreadable" for file in files)
        if unreadable:
            output.say(f"cannot be read, so the taste is refused: {unreadable}; mend them, or take them out")
        if failing > unreadable:
            output.say(
                f"not as recorded: {failing - unreadable} of {len(files)} files; if you meant that: {again}"
            )
    else:
        output.say(
            f"{samples} samples in {holding} files are counted"
            + (f"; {new} not recorded yet: {again}" if new else ", all as recorded")
        )
    if any(file.state == "unreadable" for file in files) or (failing and not record):
        raise typer.Exit(2)


@app.command("calibrate")
def calibrate(
    folder: Annotated[Path, typer.Argument(help="The taste.")],
    background: Annotated[
        list[Path] | None,
        typer.Option(
            help="Unrelated music of the kind that will be judged: a folder, or a collection; may be repeated."
        ),
    ] = None,
    rate: Annotated[
        float, typer.Option(help="The share of unrelated fragments that may resemble any sample at all.")
    ] = 0.01,
    quarters: Annotated[
        float | None, typer.Option(help="How long the fragments are for which the rate is to hold.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the fragments that are cut from the background.")] = 0,
    track: output.Track = None,
    channel: output.Channel = None,
    voice: output.Voice = None,
    drums: output.Drums = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the report: a picture file.")] = None,
    json: output.Json = False,
    backend: output.Backend = "auto",
    threads: Annotated[
        int | None,
        typer.Option(help="How many threads share the music, by default one a core; the answer is the same."),
    ] = None,
) -> None:
    """Measure what chance does with the samples, set the threshold by it, and report what they say of each other.

    Writes calibration.json into the taste; the samples and taste.toml stay as they are. --track, --channel, --voice
    and --drums choose in the files of the background.
    """
    import numpy as np

    from goldenear.cli import music
    from goldenear.taste.calibrate import calibrate as calibrated
    from goldenear.taste.calibration import write_calibration
    from goldenear.taste.judge import Taste

    output.check_picture(plot)
    taste = Taste(folder)
    for remark in taste.remarks:
        output.say(f"note: {remark}")
    choice = output.choice_of(track, channel, voice, drums)
    read = partial(taste.settings.read, choice=choice)
    pieces = [piece for path in background for piece in music.readable_in(path, read)] if background else None
    found = calibrated(
        taste,
        pieces,
        name=" and ".join(path.name for path in background or ()),
        rate=rate,
        quarters=quarters,
        seed=seed,
        backend=cast("Backend", backend),
        threads=output.cores() if threads is None else threads,
        progress=output.with_progress,
    )
    path = write_calibration(folder, found)
    if json:
        output.print_json(found.as_dict())
    else:
        _print_report(found)
    if found.group is None and NEAR_COPIES <= float(np.median(found.counts_from)) < inf:
        output.say(
            "note: by this background little but copies would resemble most samples: is it unrelated to them?"
        )
    settings = taste.settings
    if (settings.good_threshold, settings.bad_threshold) != (None, None):
        output.say("note: the thresholds set by hand in taste.toml stay; the report is of the calibrated one")
    output.say(f"written: {path}")
    if plot is not None:
        output.save_picture(found.plot(), plot)
        output.say(f"drawn: {plot}")


@app.command("learn")
def learn(
    folder: Annotated[Path, typer.Argument(help="The taste.")],
    seed: Annotated[int, typer.Option(help="Of the fifths into which the samples are dealt out.")] = 0,
    json: output.Json = False,
    backend: output.Backend = "auto",
    threads: output.Threads = 1,
) -> None:
    """Let the samples choose how likeness is counted, and tell the lines for taste.toml; nothing is changed."""
    from goldenear.taste.judge import Taste
    from goldenear.taste.learn import learn as learned

    found = learned(
        Taste(folder),
        seed=seed,
        backend=cast("Backend", backend),
        threads=threads,
        progress=output.with_progress,
    )
    if json:
        output.print_json(found.as_dict())
        return
    table = output.new_table("", [">nearest is of its kind", "likeness counted by"])
    for words, share in found.tried[:10]:
        table.add_row(f"{share:.1%}", output.plain(words))
    output.print_table(table)
    output.say(f"samples left out of the choice: {found.right}; the taste's own way: {found.before}")
    if found.clear:
        output.say(f"recommended: {found.words}; in taste.toml, in the place of these keys:")
        for line in found.toml.splitlines():
            output.tell(line)
    else:
        output.say("no way is clearly better than the taste's own: leave it")


def _print_report(found: Calibration) -> None:
    """Print what a calibration found, for people."""
    from goldenear.taste.calibrate import FLOOR

    audit = found.audit
    length = "" if found.quarters is None else f", in fragments of {found.quarters:g} quarters"
    left_out = f"; {len(audit.near)} more hold versions of samples, and were left out" if audit.near else ""
    facts = output.new_table("", ["calibrated", ""])
    rows = [
        ("background", f"{found.background}: {found.pieces} pieces{left_out}"),
        ("a sample counts", _counts(found) + length),
        ("false alarms asked", f"{found.rate:.2%} of unrelated fragments, whatever sample they resemble"),
        ("false alarms found", f"{audit.false_alarms}, on parts of the background that set nothing"),
        ("good samples", _recalled(audit, "good")),
        ("bad samples", _recalled(audit, "bad")),
        ("with fewer samples", "; ".join(_point(*point) for point in audit.curve)),
    ]
    if audit.vetoed.some:
        rows.insert(6, ("good ones vetoed", f"{audit.vetoed}"))
    for row in rows:
        facts.add_row(*map(output.plain, row))
    output.print_table(facts)
    every = output.new_table(
        "",
        ["sample", ">counts from", "by the others", "nearest", ">similarity", ">resembled by", ">by chance"],
    )
    by_sample = list(zip(audit.told, found.counts_from.tolist(), found.plain.tolist(), strict=True))
    for told, counts_from, is_plain in by_sample:
        style = output.OUTCOME_STYLES[told.outcome]
        every.add_row(
            output.plain(told.name),
            f"{counts_from:.3f}" if counts_from < inf else "never: plain" if is_plain else "never",
            f"[{style}]{told.outcome}[/{style}]",
            output.plain(told.nearest) if told.similarity > FLOOR else "none",
            f"{told.similarity:.3f}" if told.similarity > FLOOR else f"under {FLOOR}",
            str(told.echoes),
            f"{told.alone:.3f}",
        )
    output.print_table(every)
    for near in audit.near[:MOST_NAMED]:
        output.say(
            f"note: {near.piece}: left out, for it holds a version of {near.sample} ({near.similarity:.2f})"
        )
    if (more := len(audit.near) - MOST_NAMED) > 0:
        output.say(f"note: {more} more piece{' was' if more == 1 else 's were'} left out likewise")
    for told, counts_from, is_plain in by_sample:
        if counts_from == inf and not is_plain:
            output.say(
                f"note: {told.name} has no say: too much of the background is like it; does that hold more versions?"
            )
    for torn in audit.torn:
        output.say(
            f"note: {torn.bad} vetoes {torn.good} ({torn.similarity:.2f}): is one of them in the wrong folder?"
        )


def _counts(found: Calibration) -> str:
    """Return from which similarity on a sample counts, in words."""
    if found.group is not None:
        return f"from {found.strength:.2f} times X's likeness to the samples at large"
    known = sorted(value for value in found.counts_from.tolist() if value < inf)
    if not known:
        return "never: by this background all of them are plain"
    plainest = f", the plainest from {known[-1]:.2f}" if known[-1] > known[0] else ""
    return f"from a similarity of {known[0]:.2f} on{plainest}"


def _recalled(audit: Audit, kind: str) -> str:
    """Return how many samples of a kind the others recall, in words that frighten nobody without a reason."""
    share = audit.recalled(kind)
    if share.of and not share.some:
        return f"{share.of}, all different ideas: none is a version of another, and that is no fault"
    return f"{share} are judged {kind} by the other samples"


def _point(share: float, good: float, bad: float) -> str:
    """Return a point of the curve in words."""
    return f"{share:.0%} of them: {good:.0%} of the good, {bad:.0%} of the bad"
