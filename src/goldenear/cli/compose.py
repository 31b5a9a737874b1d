"""This file is where `goldenear compose` stands."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldenear.cli import output
from goldenear.cli.compose_files import Wanted, as_json, print_phrases
from goldenear.cli.compose_piece import voices_asked_for, write_piece
from goldenear.cli.compose_progress import net_for, progress_of_drafts
from goldenear.errors import InvalidInput

if TYPE_CHECKING:
    from goldenear.composing.composer import Composer
    from goldenear.composing.phrase import Phrase
    from goldenear.composing.proposals.protocol import Proposals
    from goldenear.taste.judge import Taste

FORMS = ("period", "sentence", "AABA", "rondo", "variations", "imitation")

QUARTERS, BARS = "32", 64
"""How long a phrase is, and a piece, where nothing is said."""


class SearchWay(StrEnum):
    """The ways of searching, as choices of an option."""

    archive = "archive"
    annealing = "annealing"
    beam = "beam"


class Source(StrEnum):
    """The sources of new lines, as choices of an option."""

    markov = "markov"
    lstm = "lstm"
    none = "none"


def compose(
    taste: Annotated[Path, typer.Option(help="The folder of samples: good/, bad/, taste.toml.")],
    quarters: Annotated[
        str | None,
        typer.Option(help=f"How long a phrase is, in quarters: {QUARTERS}, where nothing is said."),
    ] = None,
    metre: Annotated[str, typer.Option(help="Such as 4/4 or 6/8: how bars are counted.")] = "4/4",
    voices: Annotated[int | None, typer.Option(help="How many voices, 1 to 4.")] = None,
    voice: Annotated[
        list[str] | None,
        typer.Option(help="A voice and its range, such as alto:55-74; once for each, the highest first."),
    ] = None,
    scale: Annotated[str | None, typer.Option(help="No other pitch sounds: such as 'D dorian'.")] = None,
    chords: Annotated[
        str | None,
        typer.Option(
            help="Chords and their quarters, one after another: 'C:4 Am:4'; then from the first on."
        ),
    ] = None,
    rhythm: Annotated[
        Path | None, typer.Option(help="A music file: every voice has notes exactly where it has.")
    ] = None,
    locked: Annotated[
        Path | None, typer.Option(help="A music file whose notes stand; a track named as a voice is its own.")
    ] = None,
    lock_bars: Annotated[
        str | None,
        typer.Option(
            help="Bars such as 1,2 or 1-4: only these of the locked file stand, with nothing else in them."
        ),
    ] = None,
    after: Annotated[Path | None, typer.Option(help="A music file that the phrase follows.")] = None,
    before: Annotated[Path | None, typer.Option(help="A music file that follows the phrase.")] = None,
    track: output.Track = None,
    channel: output.Channel = None,
    drums: output.Drums = None,
    density: Annotated[
        str | None, typer.Option(help="Fewest and most notes a quarter in every voice: 1-3.")
    ] = None,
    longest_run: Annotated[
        int, typer.Option(help="So many notes on end, at most, may be those of one good sample.")
    ] = 8,
    ceiling: Annotated[float, typer.Option(help="The greatest similarity to a good sample, up to 1.")] = 0.9,
    share: Annotated[
        float,
        typer.Option(
            help="The share of a phrase that one good sample may lend: what it lends beyond counts not."
        ),
    ] = 0.35,
    n: Annotated[int, typer.Option("--n", "-n", help="How many phrases, at most; they differ.")] = 1,
    seed: Annotated[int, typer.Option(help="Of chance: the same seed gives the same phrases.")] = 0,
    effort: Annotated[
        int | None,
        typer.Option(help="How many drafts are developed: 256, or 64 for each phrase of a review."),
    ] = None,
    search: Annotated[SearchWay, typer.Option(help="How the search goes.")] = SearchWay.archive,
    threads: Annotated[
        int, typer.Option(help="Drafts are developed side by side; the answer is the same.")
    ] = 1,
    proposals: Annotated[
        Source,
        typer.Option(
            help="Where new lines come from besides the samples: a chain or a net that learned them."
        ),
    ] = Source.none,
    model: Annotated[Path | None, typer.Option(help="The net for lstm: a file of MelodyLSTM.save.")] = None,
    folder: Annotated[Path, typer.Option("--output", help="Where the files go.")] = Path("compose-output"),
    score: Annotated[bool, typer.Option("--score", help="Also write MusicXML.")] = False,
    wav: Annotated[bool, typer.Option("--wav", help="Also write how it sounds.")] = False,
    plot: Annotated[
        bool, typer.Option("--plot", help="Also draw every phrase, and where its bars came from.")
    ] = False,
    json: output.Json = False,
    details: Annotated[bool, typer.Option("--details", help="Also print where every bar came from.")] = False,
    save: Annotated[
        Path | None, typer.Option(help="A file that holds the search; one that is there is gone on with.")
    ] = None,
    form: Annotated[
        str | None, typer.Option(help=f"Compose a piece of this form: {', '.join(FORMS)}.")
    ] = None,
    bars: Annotated[
        int | None, typer.Option(help=f"How long a piece is, in bars: {BARS}, where nothing is said.")
    ] = None,
    review: Annotated[
        bool, typer.Option("--review", help="Hear phrases one by one; keep, lock, call them good or bad.")
    ] = False,
) -> None:
    """Compose phrases that the taste calls good: like its good samples, no copies of them, and without any veto.

    Ctrl-C ends the search, and the best so far is written. --track, --channel and --drums choose in the files that
    --rhythm, --locked, --after and --before name.
    """
    from goldenear.arguments import whole_number
    from goldenear.cli import compose_wishes as words
    from goldenear.composing.composer import EFFORT, Composer
    from goldenear.composing.wishes import Wishes
    from goldenear.notes.metre import Metre
    from goldenear.taste.judge import Taste

    whole_number("n", n, 1, 10**6)
    if form is None and bars is not None:
        raise InvalidInput("--bars: how long a piece is; name its --form, or say --quarters for a phrase")
    searched: dict[str, object] = {"--save": save, "--n": n > 1, "--search": search != "archive"}
    if review:
        _check_alone("--review", {"--form": form, "--json": json, "--details": details, **searched})
    if form is not None:
        alone = {"--proposals": proposals != "none", "--details": details, "--quarters": quarters}
        _check_alone("--form", {**alone, **searched})
    wanted = Wanted(folder, score=score, wav=wav, plot=plot)
    judge_by = Taste(taste)
    for remark in judge_by.remarks:
        output.say(f"note: {remark}")
    length = BARS if bars is None else bars
    quarters = QUARTERS if quarters is None else quarters
    usual = 1 if form is None else voices_asked_for(form, length)
    ensemble = Wishes(voices=words.voices_of(voices, voice or (), usual)).ensemble
    chosen = words.bars_of("--lock-bars", lock_bars)
    if chosen and locked is None:
        raise InvalidInput("--lock-bars: bars of which file? name it with --locked")
    choice = output.choice_of(track, channel, None, drums)
    wishes = Wishes(
        quarters=quarters,
        metre=metre,
        voices=ensemble,
        scale=scale,
        chords=words.chords_of(chords, quarters),
        rhythm=words.music_in("--rhythm", rhythm, judge_by, choice),
        locked=words.locked_in(locked, judge_by, choice, ensemble, chosen, Metre.parsed(metre).quarters),
        locked_bars=chosen,
        after=words.music_in("--after", after, judge_by, choice),
        before=words.music_in("--before", before, judge_by, choice),
        density=words.density_of(density),
        longest_run=longest_run,
        ceiling=ceiling,
        share=share,
    )
    wanted.prepare()
    if review:
        from goldenear.cli.compose_review import review_phrases

        sources = "markov" if proposals == "markov" else _sources(proposals, model, judge_by)
        review_phrases(taste, wishes, wanted, seed=seed, effort=effort, threads=threads, proposals=sources)
        return
    effort = EFFORT if effort is None else effort
    if form is not None:
        write_piece(
            judge_by, form, length, wishes, wanted, seed=seed, effort=effort, threads=threads, json=json
        )
        return
    composer = Composer(
        judge_by,
        wishes,
        seed=seed,
        search=search.value,
        proposals=_sources(proposals, model, judge_by),
    )
    phrases = _found(composer, n, effort, threads, save)
    for phrase in phrases:
        files = wanted.write(phrase)
        if json:
            output.print_json(as_json(phrase, files))
        else:
            output.say(f"written: {', '.join(files.values())}")
    if not json:
        print_phrases(phrases, details=details)


def _found(composer: Composer, n: int, effort: int, threads: int, save: Path | None) -> list[Phrase]:
    """Return the best phrases after so many drafts, or when somebody interrupts.

    Raises
    ------
    NothingFound
        If there is none.
    KeyboardInterrupt
        If there was none yet when somebody interrupted.
    """
    try:
        with progress_of_drafts(effort) as progress:
            composer.run(effort, threads=threads, progress=progress, save=save)
    except KeyboardInterrupt:
        if not composer.search.drafts():
            raise
        output.say(f"note: interrupted; the best of {composer.done} drafts")
    return composer.phrases(n)


def _sources(proposals: Source, model: Path | None, taste: Taste) -> tuple[Proposals, ...]:
    """Return where new lines come from."""
    from goldenear.composing.proposals.markov import MarkovChain

    if model is not None and proposals != "lstm":
        raise InvalidInput("--model: holds a net, for --proposals lstm")
    if proposals == "none":
        return ()
    return (MarkovChain(taste.good),) if proposals == "markov" else (net_for(taste, model),)


def _check_alone(option: str, others: Mapping[str, object]) -> None:
    """Raise InvalidInput if an option is given with others that it goes without."""
    given = [name for name, value in others.items() if value]
    if given:
        raise InvalidInput(f"{option}: goes without {', '.join(given)}")
