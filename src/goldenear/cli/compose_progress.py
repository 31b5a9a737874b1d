"""This file is where it is shown how far composing has got, and where a net learns before it proposes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from goldenear.cli import output

if TYPE_CHECKING:
    from goldenear.composing.composer import Progress
    from goldenear.composing.piece import Stage
    from goldenear.composing.proposals.protocol import Proposals
    from goldenear.taste.judge import Taste


@contextmanager
def progress_of_drafts(effort: int) -> Iterator[Callable[[Progress], None] | None]:
    """Give what a composer tells its progress to: a bar on standard error if that is a terminal, else nothing."""
    with _bar() as show:

        def told(progress: Progress) -> None:
            best = "none good yet"
            if progress.best is not None:
                found = progress.best.appraisal
                best = f"best {found.score:.2f}, {found.covered:.0%} covered"
            show(min(progress.done, effort), effort, best)

        show(0, effort, "")
        yield told if sys.stderr.isatty() else None


@contextmanager
def progress_of_sections() -> Iterator[Callable[[Stage], None] | None]:
    """Give what the composing of a piece tells its progress to, likewise."""
    with _bar() as show:

        def told(stage: Stage) -> None:
            again = f", begun for the {stage.attempt}. time" if stage.attempt > 1 else ""
            show(stage.done, stage.sections, f"{stage.section} stands{again}")

        yield told if sys.stderr.isatty() else None


@contextmanager
def _bar() -> Iterator[Callable[[int, int, str], None]]:
    """Give what draws a bar on standard error, of how many are done, with words; where nobody sees it, nothing."""
    if not sys.stderr.isatty():
        yield lambda _done, _total, _words: None
        return
    from goldenear.composing.engines.sources import SOURCES
    from goldenear.match.kernels.code_cache import mark_warm, tell_compiling

    tell_compiling(SOURCES)
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("composing"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[words]}", markup=False),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("composing", total=None, words="")
        yield lambda done, total, words: bars.update(task, completed=done, total=total, words=words)
    from goldenear.composing.engines.polish import polish

    mark_warm(polish.stats.cache_path, SOURCES)


def net_for(taste: Taste, model: Path | None) -> Proposals:
    """Return a net that proposes: from its file, or trained on the shipped background and tuned on the good samples.

    Where the file is not there yet, the trained net is written to it.
    """
    from goldenear.composing.proposals.lstm import MelodyLSTM
    from goldenear.match.background import shipped

    if model is not None and model.exists():
        return MelodyLSTM.load(model)
    output.say(
        "note: a net learns melodies first, which takes a minute or several"
        + ("; --model FILE keeps it" if model is None else "")
    )
    net = MelodyLSTM.trained(shipped(), progress=_epochs).tuned(taste.good, progress=_epochs)
    if model is not None:
        net.save(model)
        output.say(f"written: {model}")
    return net


def _epochs(epochs: Sequence[int], what: str) -> Iterator[int]:
    """Give the epochs one by one, with a progress bar."""
    return output.with_progress(epochs, what)
