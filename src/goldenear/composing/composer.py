"""This file is where composing is driven: tasks asked for, developed side by side, told; any time, and on again."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from goldenear.arguments import array_of, file_name, function, kind_of, number, one_of, several, whole_number
from goldenear.composing.appraise import Appraiser
from goldenear.composing.choosing import in_order, likeness
from goldenear.composing.develop import Draft, Task, develop
from goldenear.composing.ground import Ground
from goldenear.composing.phrase import Phrase
from goldenear.composing.proposals.protocol import Proposals
from goldenear.composing.saved import digest_of_question, state_of, with_state
from goldenear.composing.search import SEARCHES, SearchName, search_named
from goldenear.composing.wishes import Wishes, wishes_of
from goldenear.errors import InvalidInput, NothingFound, UnreadableFile
from goldenear.files import bytes_of
from goldenear.notes.atomic import write_bytes_atomically
from goldenear.notes.note_array import NoteArray
from goldenear.notes.sealed import sealed_json, unsealed_json
from goldenear.taste.judge import Taste, must_be_a_taste

TOGETHER = 8
"""Tasks that are asked for at once: what becomes of one does not bear on the others."""

EFFORT = 256
"""Drafts that are developed, where nothing else is said."""

MOST_SAVED = 2**28
"""Bytes of a saved search."""

APART = 0.6
"""The greatest similarity of two phrases that are returned together."""


@dataclass(frozen=True)
class Progress:
    """How far composing has got.

    Attributes
    ----------
    done, effort : int
        Drafts developed, and how many it will be.
    kept : int
        Good drafts that are kept.
    best : Draft or None
        The best of them.
    """

    done: int
    effort: int
    kept: int
    best: Draft | None

    def __str__(self) -> str:
        best = "none is good yet" if self.best is None else f"the best scores {self.best.appraisal.score:.2f}"
        return f"{self.done} of {self.effort} drafts, {self.kept} kept, {best}"


@dataclass(frozen=True)
class Candidate:
    """A draft for an outside optimiser to score.

    Attributes
    ----------
    notes : NoteArray
        Its notes.
    score : float
        What the taste says: 0..1, and -1 for what is refused.
    refused : str
        Why; empty where nothing speaks against it.
    """

    notes: NoteArray
    score: float
    refused: str
    task: Task
    draft: Draft | None


class Composer:
    """Searches for phrases that a taste calls good.

    Parameters
    ----------
    taste : Taste
        What judges; it needs a good sample, and a recipe that looks for samples in windows (``"fragment"``).
    wishes : Wishes, optional
        What the phrases are to be like.
    seed : int
        Of chance: the same seed gives the same phrases.
    search : {"archive", "annealing", "beam"}
        How the search goes.
    proposals : Proposals, or several of them
        Where new lines come from besides the samples: any object with the method ``propose(quarters, seed)``.

    Raises
    ------
    InvalidInput
        If a wish cannot be met, or contradicts another.
    """

    def __init__(
        self,
        taste: Taste,
        wishes: Wishes | None = None,
        *,
        seed: int = 0,
        search: SearchName = "archive",
        proposals: Proposals | Sequence[Proposals] = (),
    ) -> None:
        must_be_a_taste("taste", taste)
        wishes = wishes_of(wishes)
        one_of("search", search, SEARCHES)
        whole_number("seed", seed, 0, 2**63 - 1)
        self.seed, self.search_name = int(seed), search
        self.proposals = tuple(proposals) if isinstance(proposals, Sequence) else (proposals,)
        for source in self.proposals:
            if isinstance(source, type) or not callable(getattr(source, "propose", None)):
                raise InvalidInput(
                    f"proposals: expected a method propose(quarters, seed), got {kind_of(source)}"
                )
        self.ground = Ground.of(taste, wishes)
        self._check_locked()
        self.search = search_named(search, self.ground, self.seed, proposals=bool(self.proposals))
        self.done = 0
        self._desks = threading.local()

    def ask(self, n: int = TOGETHER) -> list[Candidate]:
        """Return n candidates for an outside optimiser, developed from what has been told so far."""
        whole_number("n", n, 1, 10**6)
        tasks = self.search.ask(n)
        return [self._candidate(task, self._develop(task)) for task in tasks]

    def tell(self, candidates: Sequence[Candidate], scores: Iterable[float] | None = None) -> None:
        """Take in candidates, scored by the taste, or from outside: the higher the better.

        What the taste refuses stays refused, whatever its score.

        Raises
        ------
        InvalidInput
            If there is not one finite score for each candidate.
        """
        candidates = several("candidates", candidates, Candidate)
        drafts = [candidate.draft for candidate in candidates]
        if scores is not None:
            values = array_of("scores", scores, "iuf", len(drafts))
            if not np.isfinite(values).all():
                raise InvalidInput(f"scores: expected {len(drafts)} finite numbers, one a candidate")
            drafts = [
                None
                if draft is None
                else replace(
                    draft, appraisal=replace(draft.appraisal, score=float(value), support=0.0, silent=0.0)
                )
                for draft, value in zip(drafts, values, strict=True)
            ]
        self.search.tell([candidate.task for candidate in candidates], drafts)
        self.done += len(drafts)

    def run(
        self,
        effort: int = EFFORT,
        *,
        threads: int = 1,
        progress: Callable[[Progress], None] | None = None,
        save: str | os.PathLike[str] | None = None,
    ) -> None:
        """Develop drafts until so many have been in all; an interrupt keeps what was told before it.

        Parameters
        ----------
        effort : int
            Drafts in all, those of earlier runs among them; rounded up to full rounds of 8.
        threads : int
            Drafts are developed side by side; what is found does not depend on it.
        progress : callable, optional
            Is told how far it has got after every round; raising ``KeyboardInterrupt`` stops the run.
        save : str or PathLike, optional
            A file that holds the search after every round; one that is there already is gone on with.

        Raises
        ------
        InvalidInput
            If an argument is off, or the saved search is of another taste, wishes or seed.
        UnreadableFile
            If the saved search is damaged.
        """
        whole_number("effort", effort, 1, 10**7)
        whole_number("threads", threads, 1, 1024)
        function("progress", progress)
        path = None if save is None else Path(file_name("save", save))
        if path is not None and self.done == 0 and path.exists():
            self._take_up(path)
        with ThreadPoolExecutor(threads) as pool:
            while self.done < effort:
                tasks = self.search.ask(TOGETHER)
                # The first is developed here, so that compiled code is there before threads ask for it.
                first = [self._develop(tasks[0])]
                drafts = first + list(pool.map(self._develop, tasks[1:]))
                self.search.tell(tasks, drafts)
                self.done += len(tasks)
                if path is not None:
                    self._save(path)
                if progress is not None:
                    kept = self.search.drafts()
                    progress(Progress(self.done, effort, len(kept), kept[0] if kept else None))

    def phrases(self, n: int = 1, *, apart: float = APART) -> list[Phrase]:
        """Return the best phrases found so far, no two of them more alike than `apart`; at most n.

        Raises
        ------
        NothingFound
            If no draft was good.
        """
        whole_number("n", n, 1, 10**6)
        number("apart", apart, 0, 1, above=True)
        appraiser = self._appraiser()
        chosen: list[Phrase] = []
        for draft in in_order(self.search.drafts(), self.ground):
            name = f"phrase {self.seed}" + (f".{len(chosen) + 1}" if n > 1 else "")
            found = appraiser.contenders(draft.rows, 0.0)
            phrase = Phrase(name, self.ground, draft.rows, draft.appraisal, found)
            if all(likeness(phrase.notes, other.notes, self.ground) <= apart for other in chosen):
                chosen.append(phrase)
            if len(chosen) == n:
                break
        if not chosen:
            raise NothingFound(
                f"{self.done} drafts were developed, and none is good: more effort may help, or "
                "wishes nearer to the samples"
            )
        return chosen

    def _develop(self, task: Task) -> Draft | None:
        return develop(task, self._appraiser(), self.proposals)

    def _appraiser(self) -> Appraiser:
        """Return this thread's appraiser."""
        if not hasattr(self._desks, "appraiser"):
            self._desks.appraiser = Appraiser(self.ground)
        appraiser: Appraiser = self._desks.appraiser
        return appraiser

    def _candidate(self, task: Task, draft: Draft | None) -> Candidate:
        if draft is None:
            empty = self.ground.notes(self.ground.locked)
            return Candidate(empty, -1.0, "the wishes were not met", task, None)
        refused = draft.appraisal.refused
        notes = self.ground.notes(self.ground.own(draft.rows))
        return Candidate(notes, -1.0 if refused else draft.appraisal.score, refused, task, draft)

    def _check_locked(self) -> None:
        """Raise InvalidInput if what is locked, or joined, is vetoed by itself."""
        ground = self.ground
        if not len(ground.locked) or not ground.bad:
            return
        verdict = ground.taste.judge(ground.notes(ground.locked))
        if verdict.outcome == "bad":
            by = verdict.because.removeprefix("vetoed ")
            raise InvalidInput(f"locked, after, before: what is to stand is vetoed already, {by}")

    def _save(self, path: Path) -> None:
        state = {"question": self._question(), "done": self.done, "search": state_of(self.search)}
        try:
            write_bytes_atomically(path, sealed_json(state))
        except OSError as error:
            raise InvalidInput(f"save: {path} cannot be written: {error.strerror or error}") from None

    def _take_up(self, path: Path) -> None:
        fresh = search_named(self.search_name, self.ground, self.seed, proposals=bool(self.proposals))
        try:
            state = unsealed_json(bytes_of(path, MOST_SAVED, "saved search"))
            if str(state["question"]) != self._question():
                raise InvalidInput(
                    f"save: {path} holds a search of another taste, wishes, seed or way; name another file"
                )
            restored, done = with_state(fresh, state["search"]), int(state["done"])
            if done < 0 or not all(len(self.ground.notes(draft.rows)) for draft in restored.drafts()):
                raise ValueError("a count below 0, or an empty draft")
        except UnreadableFile:
            raise
        except (LookupError, TypeError, ArithmeticError, AttributeError, ValueError, RecursionError) as error:
            if isinstance(error, InvalidInput) and str(error).startswith("save:"):
                raise
            why = "what it holds is damaged, of an older goldenear, or something else"
            raise UnreadableFile(path, f"no saved search: {why}") from None
        self.search, self.done = restored, done

    def _question(self) -> str:
        """Return what a saved search must have been asked, to be gone on with."""
        sources = [type(source).__name__ for source in self.proposals]
        return digest_of_question(self.ground, self.seed, self.search_name, sources)


def compose(
    taste: Taste,
    wishes: Wishes | None = None,
    *,
    quarters: object = None,
    n: int = 1,
    seed: int = 0,
    effort: int = EFFORT,
    threads: int = 1,
) -> list[Phrase]:
    """Compose phrases that a taste calls good: like its good samples, no copies of them, and without any veto.

    Parameters
    ----------
    taste : Taste
        What judges.
    wishes : Wishes, optional
        What the phrases are to be like.
    quarters : int, Fraction or str, optional
        How long they are, where that is the only wish; 32 by default.
    n : int
        How many, at most: those that are returned differ.
    seed : int
        Of chance: the same seed gives the same notes.
    effort : int
        Drafts that are developed.
    threads : int
        Drafts are developed side by side; the notes do not depend on it.

    Returns
    -------
    list of Phrase
        The best first; all are good, and no window of any is vetoed.

    Raises
    ------
    InvalidInput
        If a wish cannot be met.
    NothingFound
        If no draft was good.

    See Also
    --------
    Composer : the same, to be watched, interrupted, saved, gone on with, or driven from outside.
    """
    whole_number("n", n, 1, 10**6)
    if quarters is not None:
        if wishes is not None:
            raise InvalidInput("quarters: say it in the wishes, or leave these out")
        wishes = Wishes(quarters=quarters)
    composer = Composer(taste, wishes, seed=seed)
    composer.run(effort, threads=threads)
    return composer.phrases(n)
