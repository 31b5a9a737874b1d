"""This file is where phrases are reviewed in a terminal: each is heard, seen, and answered with a word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from goldenear.cli import output
from goldenear.cli.compose_files import Wanted
from goldenear.cli.compose_progress import progress_of_drafts
from goldenear.cli.compose_wishes import bars_of
from goldenear.cli.terminal_roll import terminal_roll
from goldenear.errors import GoldenearError

if TYPE_CHECKING:
    from goldenear.composing.phrase import Phrase
    from goldenear.composing.proposals.protocol import Proposals
    from goldenear.composing.review import Review
    from goldenear.composing.wishes import Wishes
    from goldenear.taste.judge import Taste
    from goldenear.taste.samples import Kind

KEPT = "kept"
"""The folder, inside that of the other files, into which phrases are kept."""

PROMPT = "keep, lock, unlock, good, bad, again, quit, help> "

HELP = """\
keep         keep this phrase
lock 1 2     let bars 1 and 2 stand in the next phrases (also: lock 1-4)
unlock       let all bars go
good [1 2]   the phrase, or these bars of it, becomes a good sample of the taste
bad [1 2]    likewise, a bad one: nothing like it comes again
again        compose the next phrase
quit         end (also Ctrl-D)"""


def review_phrases(
    taste: Path,
    wishes: Wishes,
    wanted: Wanted,
    *,
    seed: int,
    effort: int | None,
    threads: int,
    proposals: str | Sequence[Proposals],
) -> None:
    """Compose phrases one by one, each written as it sounds too, until somebody has enough of it."""
    from goldenear.composing.review import EFFORT, Review

    effort = EFFORT if effort is None else effort
    wanted = replace(wanted, wav=True)
    review = Review(taste, wishes, seed=seed, effort=effort, threads=threads, proposals=proposals)
    _next(review, wanted)
    while True:
        line = _line()
        if line is None:
            return
        word, *rest = line.split(maxsplit=1)
        try:
            if word in ("quit", "exit", "q"):
                return
            _answer(word.lower(), " ".join(rest), review, wanted)
        except GoldenearError as error:
            output.say(f"goldenear: {error}")


def _line() -> str | None:
    """Return the next line that is not empty, or None where there are no more."""
    while True:
        try:
            line = input(PROMPT)
        except (EOFError, KeyboardInterrupt):
            output.tell("")
            return None
        if line.strip():
            return line


def _answer(word: str, rest: str, review: Review, wanted: Wanted) -> None:
    """Do what a word says."""
    bars = bars_of(word, rest) if word in ("lock", "good", "bad") else ()
    answers: dict[str, Callable[[], None]] = {
        "keep": lambda: output.tell(f"kept: {review.keep(wanted.folder / KEPT)}"),
        "lock": lambda: _lock(review, bars),
        "unlock": lambda: _unlock(review),
        "good": lambda: _label(review, "good", bars),
        "bad": lambda: _label(review, "bad", bars),
        "again": lambda: _next(review, wanted),
        "help": lambda: print(HELP),
    }
    if word in answers:
        answers[word]()
    else:
        output.tell(f"there is no {word!r} here; say one of {', '.join(answers)}, quit")


def _next(review: Review, wanted: Wanted) -> None:
    """Compose the next phrase, write it, and draw it."""
    try:
        with progress_of_drafts(review.effort) as progress:
            phrase = review.ask(progress=progress)
    except GoldenearError as error:
        output.say(f"goldenear: {error}")
        return
    files = wanted.write(phrase)
    print_roll(phrase, review.locked)
    found, verdict = phrase.appraisal, phrase.verdict
    output.tell(
        f"{phrase.name}: {verdict.outcome}, {found.covered:.0%} covered, strength {found.score:.2f}, "
        f"nearest {found.nearest:.2f}, longest run {found.longest_run}"
    )
    output.tell(verdict.because)
    output.tell(f"written: {', '.join(files.values())}")


def print_roll(phrase: Phrase, locked: Sequence[int]) -> None:
    """Draw a phrase as wide as the terminal, or 100 columns where there is none."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=100)
    unicode = console.encoding.startswith("utf")
    for line in terminal_roll(phrase, console.width, locked=locked, unicode=unicode):
        console.print(line, no_wrap=True, crop=True)


def _lock(review: Review, bars: Sequence[int]) -> None:
    """Lock bars, and say which are."""
    review.lock(*bars)
    output.tell(f"locked: bars {', '.join(map(str, review.locked))}; 'again' composes the others anew")


def _unlock(review: Review) -> None:
    """Let all bars go."""
    review.unlock()
    output.tell("no bar is locked")


def _label(review: Review, kind: Kind, bars: Sequence[int]) -> None:
    """Make the phrase, or bars of it, a sample."""
    before, at_odds = set(review.taste.remarks), set(_at_odds(review.taste))
    for path in review.label(kind, bars or None):
        output.tell(f"added: {path}")
    for remark in review.taste.remarks:
        if remark not in before:
            output.say(f"note: {remark}")
    for name in _at_odds(review.taste):
        if name not in at_odds:
            output.say(f"note: {name} resembles a bad sample: what is like it will not be called good")


def _at_odds(taste: Taste) -> list[str]:
    """Return the good samples that the taste itself vetoes."""
    return [sample.name for sample in taste.good if taste.vetoes(sample, backend="numba")]
