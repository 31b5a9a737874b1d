"""This file is where the judge sits: good samples, bad samples, and the rule that the bad have a veto."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import Progress, function, must_be, whole_number
from goldenear.errors import InvalidInput, InvalidTaste
from goldenear.match.engines import MOST_THREADS, Backend, Engine, engine_for
from goldenear.match.matches import Match
from goldenear.match.pictures import Kept
from goldenear.match.prepared import PreparedSamples, prepare
from goldenear.match.rank import rank_each
from goldenear.notes.choice import Choice, Names
from goldenear.notes.note_array import NoteArray, must_be_notes, must_sound, several_notes
from goldenear.taste.calibration import CALIBRATION_FILE, Calibration, digest_of, read_calibration
from goldenear.taste.digests import missing_from
from goldenear.taste.library import Library, libraries_of
from goldenear.taste.samples import KINDS, SETTINGS_FILE, Kind, check_is_taste
from goldenear.taste.settings import Settings, read_settings
from goldenear.taste.thresholds import Thresholds
from goldenear.taste.verdict import Verdict, is_too_short


class Contradiction(NamedTuple):
    """A good sample that a bad one vetoes.

    Attributes
    ----------
    good : NoteArray
        The good sample.
    bad : Match
        The bad one, laid on it.
    """

    good: NoteArray
    bad: Match

    def __str__(self) -> str:
        alike = f"{self.bad.similarity:.2f}"
        higher = f", or set [thresholds] bad above {alike}" if self.bad.similarity < 0.995 else ""
        return (
            f"{self.good.name}: resembles {self.bad.name}, {alike}, and is vetoed itself: "
            f"take one of the two out{higher}"
        )


class Taste:
    """A musician's taste: good and bad samples, and how likeness is counted.

    Parameters
    ----------
    folder : str or PathLike
        A folder with good/, bad/ and, if wanted, taste.toml.
    grid : int or "exact", optional
        On how many ticks a quarter notes are compared, in place of what taste.toml says.

    Attributes
    ----------
    good, bad : PreparedSamples
        The samples: sequences of NoteArray, to be judged by or given to :func:`goldenear.rank`.
    settings : Settings
        What taste.toml says.
    thresholds : Thresholds
        From which similarity on X resembles each sample; ``thresholds.for_x(x)`` minds how dense X is.
    libraries : dict of kind to Library
        The good and the bad samples, with their parts and what is known of each by itself.
    remarks : tuple of str
        What was left out or repaired when the samples were read.
    kept : Kept
        What searches make of the samples once, and use again.

    Raises
    ------
    InvalidTaste
        If the folder is no taste, holds no samples, or its taste.toml has a slip.
    UnreadableFile
        If a sample is damaged.
    """

    def __init__(self, folder: str | os.PathLike[str], *, grid: int | Literal["exact"] | None = None) -> None:
        root = check_is_taste(folder)
        settings = read_settings(root / SETTINGS_FILE)
        if grid is not None:
            settings = replace(settings, recipe=replace(settings.recipe, grid=grid))
        libraries, remarks, there = libraries_of(root, settings)
        good, bad = libraries["good"], libraries["bad"]
        if not len(good.samples) + len(bad.samples):
            raise InvalidTaste(
                f"{root}: holds no samples yet: 'goldenear taste add {root} good FILE' adds one"
            )
        liked = {sample: sample.name for sample in good.samples}
        torn = tuple(
            f"{sample.name}: has the same notes as {liked[sample]}, which it will always veto"
            for sample in bad.samples
            if sample in liked
        )
        calibration, stale = _calibration(root, (good, bad), settings)
        self._hold(good, bad, settings, remarks + missing_from(root, there) + torn + stale, calibration)

    @classmethod
    def of(
        cls,
        *,
        good: Iterable[NoteArray] = (),
        bad: Iterable[NoteArray] = (),
        settings: Settings | None = None,
        calibration: Calibration | None = None,
    ) -> Taste:
        """Make a taste from samples in memory.

        Raises
        ------
        InvalidInput
            If there are no samples at all, nothing sounds in one, or the calibration was made for others.
        """
        taste = cls.__new__(cls)
        settings = Settings() if settings is None else settings
        must_be("settings", settings, Settings)
        if calibration is not None:
            must_be("calibration", calibration, Calibration)
        both = [several_notes(kind, samples) for kind, samples in (("good", good), ("bad", bad))]
        liked, disliked = (prepare(samples, settings.recipe) for samples in both)
        if not len(liked) + len(disliked):
            raise InvalidInput("good, bad: expected at least one sample")
        libraries = Library.of(liked), Library.of(disliked)
        if calibration and not _fits(calibration, libraries, settings):
            raise InvalidInput("calibration: it was made for other samples, or another recipe")
        taste._hold(*libraries, settings, (), calibration)
        return taste

    def _hold(
        self,
        good: Library,
        bad: Library,
        settings: Settings,
        remarks: tuple[str, ...],
        calibration: Calibration | None,
    ) -> None:
        self.settings = settings
        self.remarks = remarks
        self.kept = Kept()
        self.libraries: dict[Kind, Library] = {"good": good, "bad": bad}
        self.good = good.samples
        self.bad = bad.samples
        self._none = prepare([], settings.recipe)
        self.thresholds = Thresholds(settings, self.libraries, calibration)

    @property
    def calibration(self) -> Calibration | None:
        """What chance does with the samples: calibration.json, if it was made for them and this recipe."""
        return self.thresholds.calibration

    def __repr__(self) -> str:
        return f"<Taste: {len(self.good)} good, {len(self.bad)} bad>"

    def read(
        self,
        path: str | os.PathLike[str],
        *,
        track: Names = None,
        channel: Names = None,
        voice: Names = None,
        drums: Names = None,
    ) -> list[NoteArray]:
        """Read every tune of a file the way this taste reads its samples: its pitch grid, its brightness, its drums.

        Parameters
        ----------
        path : str or PathLike
            The file.
        track, channel, voice, drums
            Which notes are read, and which are drums: as for :func:`goldenear.read`.

        Raises
        ------
        UnreadableFile
            If the file is damaged, or has no such tracks, channels or voices.
        """
        return self.settings.read(path, Choice.of(track=track, channel=channel, voice=voice, drums=drums))

    def judge(self, x: NoteArray, *, backend: Backend = "auto", threads: int = 1) -> Verdict:
        """Judge X: good only if it resembles at least one good sample and none of the bad.

        Parameters
        ----------
        x : NoteArray
            What is judged.
        backend, threads
            As for :func:`goldenear.rank`; the verdict does not depend on them.

        Returns
        -------
        Verdict
            With every sample ranked, and the reason.

        Raises
        ------
        NoNotes
            If nothing sounds in X.
        InvalidInput
            If X is no NoteArray, or drawn on another pitch grid than the taste.
        """
        must_be_notes("x", x)
        must_sound(x)
        whole_number("threads", threads, 1, MOST_THREADS)
        engine = self.engine_for(backend, [x])
        thresholds = self.thresholds.for_x(x)
        parts = {kind: min(1.0, thresholds.least_of_parts(kind)) for kind in KINDS}
        good, bad, good_parts, bad_parts = rank_each(
            x,
            (self.good, self.bad, *(self._parts(kind) for kind in KINDS)),
            at_least=(0.0, 0.0, *parts.values()),
            engine=engine,
            threads=threads,
        )
        return Verdict(x, good, bad, good_parts, bad_parts, thresholds.against(good, bad))

    def _parts(self, kind: Kind) -> PreparedSamples:
        """Return the parts of samples that X may resemble by themselves."""
        return self.libraries[kind].parts if self.settings.by_sample else self._none

    def measure(
        self, progress: Progress[NoteArray] = lambda pieces, _what: pieces, *, threads: int = 1
    ) -> None:
        """Measure what unrelated music reaches with every sample, where that is not known yet.

        A verdict measures by itself, but only the samples that it needs. All together take a tenth of a second each.

        Parameters
        ----------
        progress : callable, optional
            Takes a list of pieces and a word, and gives the pieces one by one: to draw a progress bar.
        threads : int
            The pieces are shared out among so many threads; the answer is the same.
        """
        function("progress", progress)
        whole_number("threads", threads, 1, MOST_THREADS)
        if self.settings.by_sample:
            for library in self.libraries.values():
                library.solos.measure(progress=progress, threads=threads)
                library.solos_of_parts.measure(progress=progress, threads=threads)

    def engine_for(self, backend: Backend, xs: Sequence[NoteArray]) -> Engine:
        """Return the engine that is to judge every X; ``"auto"`` chooses by the work in all of them.

        A loop that asks once and passes the engine on is quicker than one that lets each judgement choose by itself.

        Raises
        ------
        InvalidInput
            If there is no such engine, or it does not know what the taste's recipe asks for.
        """
        return engine_for(backend, several_notes("xs", xs), self.good, self.bad)

    def vetoes(self, x: NoteArray, *, backend: Backend = "auto", threads: int = 1) -> bool:
        """Tell whether X resembles a bad sample: far quicker than a verdict, for it need not rank them.

        Raises
        ------
        NoNotes
            If nothing sounds in X.
        InvalidInput
            If X is drawn on another pitch grid than the taste.
        """
        return self._veto(x, backend, threads) is not None

    def _veto(self, x: NoteArray, backend: Backend, threads: int) -> Match | None:
        """Return the bad sample, or part of one, that vetoes X."""
        must_be_notes("x", x)
        must_sound(x)
        if is_too_short(x, self.settings):
            return None
        thresholds = self.thresholds.for_x(x)
        if thresholds.against_all_samples:
            verdict = self.judge(x, backend=backend, threads=threads)
        else:
            least = thresholds.least("bad"), thresholds.least_of_parts("bad")
            none, bad, parts = rank_each(
                x,
                (self._none, self.bad, self._parts("bad")),
                at_least=(0.0, *(min(1.0, value) for value in least)),
                engine=self.engine_for(backend, [x]),
                threads=threads,
            )
            verdict = Verdict(x, none, bad, none, parts, thresholds)
        return verdict.deciding if verdict.outcome == "bad" else None

    def contradictions(self, *, backend: Backend = "auto", threads: int = 1) -> tuple[Contradiction, ...]:
        """Return the good samples that a bad one vetoes: who plays one of them is told that it is bad.

        Parameters
        ----------
        backend, threads
            As for :func:`goldenear.rank`.

        Returns
        -------
        tuple of Contradiction
            In the order of the good samples, each with the bad one that it resembles most.

        Examples
        --------
        >>> tune = NoteArray.from_arrays(pitch=[60, 71, 65, 74, 62], onset=[0, 1, 3, 4, 6], duration=1,
        ...                              ticks_per_quarter=1, name="good/tune")
        >>> higher = tune.transposed(3).named("bad/higher")
        >>> [str(one) for one in Taste.of(good=[tune], bad=[higher]).contradictions()]
        ['good/tune: resembles bad/higher, 1.00, and is vetoed itself: take one of the two out']
        """
        engine = self.engine_for(backend, self.good)
        found = ((sample, self._veto(sample, engine, threads)) for sample in self.good)
        return tuple(Contradiction(sample, match) for sample, match in found if match is not None)

    def reward(
        self, batch: Iterable[NoteArray], *, backend: Backend = "auto", threads: int = 1
    ) -> NDArray[np.float64]:
        """Score fragments for a generator that learns, or for reinforcement learning.

        Parameters
        ----------
        batch : NoteArrays
            What was generated.
        backend, threads
            As for :func:`goldenear.rank`.

        Returns
        -------
        float array, shape (n,)
            Each one's :attr:`Verdict.score`, -1..1: vetoed -1..-1/2, good 1/2..1; silence resembles nothing, 0.

        Raises
        ------
        InvalidInput
            If one is no NoteArray, or drawn on another pitch grid than the taste.

        Examples
        --------
        >>> tune = NoteArray.from_arrays(pitch=[60, 71, 65, 74], onset=[0, 1, 3, 4], duration=1, ticks_per_quarter=1)
        >>> Taste.of(good=[tune]).reward([tune, tune.transposed(2)]).tolist()
        [1.0, 1.0]
        """
        given = several_notes("batch", batch)
        engine = self.engine_for(backend, given)
        scores = []
        for x in given:
            silent = not (x.brightness > 0).any()
            scores.append(0.0 if silent else self.judge(x, backend=engine, threads=threads).score)
        return np.array(scores, np.float64)


def must_be_a_taste(name: str, value: object) -> None:
    """Raise InvalidInput, with the likely slip, unless `value` is a Taste."""
    must_be(name, value, Taste, _how_to_get_a_taste)


def _how_to_get_a_taste(value: object) -> str:
    """Return how what came in place of a taste becomes one; nothing where nobody can tell."""
    return "goldenear.Taste opens the folder of one" if isinstance(value, str | os.PathLike) else ""


def _fits(calibration: Calibration, libraries: Sequence[Library], settings: Settings) -> bool:
    """Tell whether a calibration was made for these samples, their parts and these settings."""
    samples = [sample for library in libraries for sample in library.samples]
    columns = len(samples) + sum(len(library.parts) for library in libraries)
    return calibration.made_for == digest_of(samples, settings.recipe, by_sample=settings.by_sample) and (
        calibration.solos is None or len(calibration.solos) == columns
    )


def _calibration(
    root: Path, libraries: Sequence[Library], settings: Settings
) -> tuple[Calibration | None, tuple[str, ...]]:
    """Return the calibration in a taste's folder, and a remark where it is damaged or not for these samples."""
    anew = f"'goldenear taste calibrate {root}' makes it anew"
    try:
        found = read_calibration(root)
    except InvalidTaste as error:
        return None, (f"{error}: left out; {anew}",)
    if found is None or _fits(found, libraries, settings):
        return found, ()
    return None, (f"{CALIBRATION_FILE}: left out, for samples or settings have changed since; {anew}",)
