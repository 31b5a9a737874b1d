"""This file is where phrases are composed one by one, and what is said of each bears on the next.

Nothing is printed and nothing is asked here: a terminal or a page does that.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from goldenear.arguments import file_name, function, one_of, shown, whole_number
from goldenear.composing.choosing import likeness
from goldenear.composing.composer import APART, Composer, Progress
from goldenear.composing.locks import Locks, in_bars, side_by_side
from goldenear.composing.phrase import Phrase
from goldenear.composing.proposals.markov import MarkovChain
from goldenear.composing.proposals.protocol import Proposals
from goldenear.composing.wishes import Wishes, wishes_of
from goldenear.errors import InvalidInput
from goldenear.notes.note_array import NoteArray
from goldenear.notes.write import write
from goldenear.taste.adding import add_sample
from goldenear.taste.judge import Taste
from goldenear.taste.samples import KINDS, Kind

TO_CHOOSE_FROM = 8
"""So many phrases of one search are held against those that were shown before."""

EFFORT = 64
"""Drafts that are developed for a phrase: somebody is waiting."""


class Review:
    """Composes phrase after phrase, while good ones are kept, bars locked, and what is liked or not becomes a sample.

    Parameters
    ----------
    taste_folder : str or PathLike
        The taste; labelled phrases are added to its samples, and nothing in it is ever changed.
    wishes : Wishes, optional
        What the phrases are to be like.
    seed : int
        Of chance: the same seed, and the same said of each phrase, gives the same phrases.
    effort : int
        Drafts that are developed for a phrase.
    threads : int
        Drafts are developed side by side.
    proposals : "markov", Proposals, or sequence of Proposals
        Where new lines come from besides the samples; ``"markov"``: from a chain that learns the good samples anew
        whenever there are more of them.

    Attributes
    ----------
    taste : Taste
        As it stands now.
    shown : tuple of Phrase
        Every phrase so far, the latest last.

    Raises
    ------
    InvalidTaste, UnreadableFile
        If the taste cannot be read.
    InvalidInput
        If a wish cannot be met.

    Examples
    --------
    ::

        review = Review("my-taste", Wishes(quarters=32), seed=7)
        phrase = review.ask()
        review.lock(1, 2)
        review.label("bad", bars=[3, 4])
        phrase = review.ask()  # with bars 1 and 2 as they were, and nothing like what was bad
    """

    def __init__(
        self,
        taste_folder: str | os.PathLike[str],
        wishes: Wishes | None = None,
        *,
        seed: int = 0,
        effort: int = EFFORT,
        threads: int = 1,
        proposals: str | Proposals | Sequence[Proposals] = "markov",
    ) -> None:
        whole_number("seed", seed, 0, 2**63 - 1)
        whole_number("effort", effort, 1, 10**7)
        whole_number("threads", threads, 1, 1024)
        if isinstance(proposals, str) and proposals != "markov":
            raise InvalidInput(
                f"proposals: expected 'markov' or objects that propose, got {shown(proposals)}"
            )
        self.folder = Path(file_name("taste_folder", taste_folder, "folder"))
        self.taste = Taste(self.folder)
        self.seed, self.effort, self.threads = seed, effort, threads
        self.shown: tuple[Phrase, ...] = ()
        self._own = wishes_of(wishes)
        self._proposals = proposals
        self._asked = 0
        self._locks = Locks()
        self._composer(self._own)

    @property
    def current(self) -> Phrase:
        """The phrase that was shown last.

        Raises
        ------
        InvalidInput
            If there is none yet.
        """
        if not self.shown:
            raise InvalidInput("review: no phrase has been composed yet; ask for one")
        return self.shown[-1]

    @property
    def locked(self) -> tuple[int, ...]:
        """The bars that the next phrases have in common with earlier ones, counted from 1."""
        return tuple(sorted(self._locks.bars))

    @property
    def wishes(self) -> Wishes:
        """What the next phrase is to be like: what was wished for, and the locked bars."""
        return self._with(self._locks)

    def ask(self, *, progress: Callable[[Progress], None] | None = None) -> Phrase:
        """Compose the next phrase, by the samples as they are now, and unlike those that were shown.

        Where all that was found is like something shown, as it must be when many bars are locked, the least like is
        returned. An interrupt ends the search, and the best so far is returned, if there is any.

        Parameters
        ----------
        progress : callable, optional
            Is told how far it has got, as by :meth:`Composer.run`.

        Raises
        ------
        InvalidInput
            If the locked bars resemble a bad sample by themselves, as they may after they were called bad.
        NothingFound
            If no draft was good; asking again takes another seed.
        """
        function("progress", progress)
        self._asked += 1
        composer = self._composer(self.wishes)
        try:
            composer.run(self.effort, threads=self.threads, progress=progress)
        except KeyboardInterrupt:
            if not composer.search.drafts():
                raise
        phrase = self._freshest(composer.phrases(TO_CHOOSE_FROM))
        phrase = replace(phrase, name=f"phrase {self.seed}.{self._asked}")
        self.shown = (*self.shown, phrase)
        return phrase

    def keep(self, path: str | os.PathLike[str]) -> Path:
        """Write the phrase to a music file, or as MIDI into a folder, under a name that is free there.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InvalidInput
            If there is no phrase yet, a file of that name is there already, or it cannot be written.
        """
        phrase, target = self.current, Path(file_name("path", path))
        if not target.suffix or target.is_dir():
            try:
                target.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InvalidInput(f"keep: {target} is no folder: {error.strerror or error}") from None
            stem, number = file_stem(phrase.name), 1
            target = target / f"{stem}.mid"
            while target.exists():
                number += 1
                target = target.with_name(f"{stem}-{number}.mid")
        elif target.exists():
            raise InvalidInput(f"keep: {target} is there already; give it another name")
        phrase.write(target)
        return target

    def lock(self, *bars: int) -> None:
        """Let bars of the phrase stand in the next ones as they are: the notes that begin there, and no others.

        Parameters
        ----------
        bars : int
            Counted from 1. A note that reaches out of the last of them stands in full.

        Raises
        ------
        InvalidInput
            If there is no phrase yet, no such bar, nothing would be left to compose, or the bars by themselves
            resemble a bad sample; then nothing is locked.
        """
        locks = self._locks.joined(self.current.voices, self._chosen("bars", bars), self._own.bar)
        if len(locks.bars) == self._own.bars:
            raise InvalidInput("lock: then every bar would be locked, and nothing left to compose")
        self._composer(self._with(locks))
        self._locks = locks

    def unlock(self) -> None:
        """Let all bars go; what the wishes locked stays."""
        self._locks = Locks()

    def label(self, kind: Kind, bars: Iterable[int] | None = None) -> tuple[Path, ...]:
        """Make the phrase, or some bars of it, a good or a bad sample of the taste; it counts from the next one on.

        Parameters
        ----------
        kind : {"good", "bad"}
            What it is.
        bars : ints, optional
            Counted from 1; all by default. Bars side by side become one sample, others one of their own.

        Returns
        -------
        tuple of Path
            The samples' files; their names are new, and what was there is as it was.

        Raises
        ------
        InvalidInput
            If there is no phrase yet, no such bar, or no note begins there.
        """
        one_of("kind", kind, KINDS)
        phrase = self.current
        every = frozenset(range(1, self._own.bars + 1))
        chosen = every if bars is None else self._chosen("bars", bars)
        parts = [self._part(first, last) for first, last in side_by_side(chosen)]
        stem = file_stem(phrase.name)
        added = []
        with tempfile.TemporaryDirectory() as folder:
            for (first, last), voices in zip(side_by_side(chosen), parts, strict=True):
                file = Path(folder) / "sample.mid"
                write(voices, file, metre=self._own.metre)
                which = (
                    "" if chosen == every else f"-bar-{first}" if first == last else f"-bars-{first}-{last}"
                )
                # Named by what is in it: the same part is added once, and no name is taken twice.
                name = f"{stem}{which}-{sha256(file.read_bytes()).hexdigest()[:8]}"
                added.append(add_sample(self.folder, kind, file, name=name))
        self.taste = Taste(self.folder)
        return tuple(added)

    def _composer(self, wishes: Wishes) -> Composer:
        """Return a composer for the samples as they are now, with a seed of its own."""
        seed = int(np.random.SeedSequence([self.seed, self._asked]).generate_state(1, np.uint64)[0] >> 1)
        proposals = self._proposals
        if isinstance(proposals, str):
            proposals = MarkovChain(self.taste.good)
        return Composer(self.taste, wishes, seed=seed, proposals=proposals)

    def _with(self, locks: Locks) -> Wishes:
        """Return what was wished for, with bars locked."""
        return locks.in_wishes(self._own, self.taste.good[0].steps_per_octave)

    def _freshest(self, found: Sequence[Phrase]) -> Phrase:
        """Return the first phrase that is not too alike those that were shown, else the least alike."""

        def nearest(phrase: Phrase) -> float:
            alike = (likeness(phrase.notes, other.notes, phrase.ground) for other in self.shown)
            return max(alike, default=0.0)

        distances = [nearest(phrase) for phrase in found]
        fresh = [phrase for phrase, near in zip(found, distances, strict=True) if near <= APART]
        return fresh[0] if fresh else found[int(np.argmin(distances))]

    def _chosen(self, name: str, bars: Iterable[int]) -> frozenset[int]:
        """Return bars of the phrase that were named, at least one."""
        phrase = self.current
        named = () if isinstance(bars, str) or not isinstance(bars, Iterable) else tuple(bars)
        if not named:
            raise InvalidInput(f"{name}: expected one or more bars, counted from 1, got {shown(bars)}")
        for bar in named:
            whole_number(name, bar, 1, len(phrase.bars))
        return frozenset(int(bar) for bar in named)

    def _part(self, first: int, last: int) -> dict[str, NoteArray]:
        """Return the voices of bars first..last, which begin at tick 0."""
        bars, length = frozenset(range(first, last + 1)), self._own.bar
        found = {}
        for name, notes in self.current.voices.items():
            inside = in_bars(notes, bars, length)
            if len(inside):
                found[name] = inside.shifted(-int((first - 1) * length * notes.ticks_per_quarter))
        if not found:
            raise InvalidInput(f"bars: no note begins in bars {first} to {last}")
        return found


def file_stem(name: str) -> str:
    """Return the name of a phrase as the name of a file, without its ending: ``"phrase-0.1"``."""
    kept = "".join(c if c.isalnum() or c in "-_.#" else "-" for c in name)
    return kept.strip(".-") or "phrase"
