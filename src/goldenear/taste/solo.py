"""Give each sample its own threshold, by what unrelated music reaches with it.

A scale, a hat in eighths or a common close lies in much music, so a match with it says little. A characteristic turn
lies in none, and half of it is enough. Each sample is laid on music that has nothing to do with it
(:mod:`goldenear.taste.unrelated`). Its *level* is what the most alike twentieth of that music reaches on average, and
music resembles the sample from three tenths above the level on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import goldenear
from goldenear.arguments import Progress
from goldenear.errors import InvalidInput
from goldenear.match.engines import Backend, Engine, engine_for, in_threads
from goldenear.match.prepared import PreparedSamples, prepare
from goldenear.match.rank import rank
from goldenear.match.recipe import Recipe
from goldenear.match.score import MEASURES
from goldenear.notes.cut import cut
from goldenear.notes.hands import hands
from goldenear.notes.note_array import NoteArray
from goldenear.taste.unrelated import FIGURE_DIGEST, QUARTERS, unrelated

FEWEST = 3
"""Samples and fragments of fewer notes say nothing, unless taste.toml lets them."""

LEAST_LEVEL = 0.35
"""Lower levels count as this one: nothing below .455 resembles a sample."""

EXCESS = 0.3
"""How far above its level a sample's threshold lies, in parts of the level: chosen so that of libraries of 33 samples
one in a hundred resembles an unrelated tune."""

PLAIN = 0.95
"""A sample of a higher level says nothing: a twentieth of all music has it."""

FORMULA = 0.5
"""A part of a higher level is a formula, as a left hand often is: half of it lies in a twentieth of all music."""

VERSION = 0.8
"""From which similarity on a piece holds a version of a sample, if few pieces do."""

BESIDE = 0.15
"""How much of the rest of a sample music must have beside a formula of it."""

TWENTIETH = 20

STRETCHES = 8
"""Of a sample longer than the music by which it is measured, so many stretches of that length are measured."""

MOST_NOTES = 2_000
"""A stretch of more notes is not measured, and counts as characteristic: that would take long."""

COARSEST = 24
"""Ticks a quarter on which levels are measured: sixteenths and triplets."""


class Solo(NamedTuple):
    """What is known of a sample by itself.

    Attributes
    ----------
    level : float
        What unrelated music reaches with it, 0..1.
    floor : float
        The least threshold: what music reaches that has a formula of the sample, such as its left hand, and little
        else of it. Who plays another tune over the same left hand plays another piece.
    """

    level: float
    floor: float = 0.0

    def threshold(self, excess: float = EXCESS, least: float = 0.0) -> float:
        """Return the similarity from which music resembles the sample, `least` or more; infinite where none does.

        By default it lies three tenths above the level, or halfway between the level and 1 where that is less.

        Examples
        --------
        >>> [round(Solo(level).threshold(), 3) for level in (0.35, 0.5, 0.9, 0.96)]
        [0.455, 0.65, 0.95, inf]
        """
        return float(thresholds_of(np.array(self), excess, least))

    @property
    def says_nothing(self) -> bool:
        """Whether the sample is so plain that it has no say."""
        return self.level > PLAIN


def thresholds_of(solo: NDArray[np.float64], excess: Any, least: float) -> NDArray[np.float64]:
    """Return thresholds as :meth:`Solo.threshold` does, for levels and floors of shape (..., 2)."""
    level, floor = solo[..., 0], solo[..., 1]
    found = np.maximum(np.maximum(level + excess * _room(level), floor), least)
    return np.where((level > PLAIN) | (found > 1), inf, found)


def excess_at(similarity: Any, solo: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far similarities lie above levels, as :meth:`Solo.threshold` counts it; -1 where that says nothing.

    Parameters
    ----------
    similarity : float array, shape (..., samples), or float
        To each sample.
    solo : float array, shape (..., samples, 2)
        Level and floor of each.
    """
    level, floor = solo[..., 0], solo[..., 1]
    found = (similarity - level) / _room(np.minimum(level, PLAIN))
    return np.where((level > PLAIN) | (similarity < floor), -1.0, found)


def _room(level: Any) -> Any:
    """Return what an excess is counted in: the level, or as much as leaves the default threshold halfway to 1."""
    return np.minimum(level, (1 - level) / (2 * EXCESS))


class Solos:
    """What is known of each sample of a library by itself, measured when it is first asked for.

    Parameters
    ----------
    samples : PreparedSamples
        The samples.
    known : dict of text to float, optional
        Levels measured before, by what tells a sample and its recipe apart. New ones are added.
    in_parts : bool
        Whether the samples may have an upper and a lower part; False where they are such parts themselves.
    """

    def __init__(
        self, samples: PreparedSamples, known: dict[str, float] | None = None, *, in_parts: bool = True
    ) -> None:
        self.samples = samples
        self._known = {} if known is None else known
        self._in_parts = in_parts
        self._found: dict[int, Solo] = {}

    def __getitem__(self, i: int) -> Solo:
        if i not in self._found:
            self.measure([i])
        return self._found[i]

    def measure(
        self,
        indices: Iterable[int] | None = None,
        progress: Progress[NoteArray] = lambda pieces, _what: pieces,
        threads: int = 1,
    ) -> None:
        """Measure some samples together, or all: that is quicker than one after the other."""
        chosen = range(len(self.samples)) if indices is None else indices
        wanted = {i: self._with_parts(i) for i in chosen if i not in self._found}
        keys = {i: [_told_apart(one, self.samples.recipe) for one in every] for i, every in wanted.items()}
        unknown = {
            key: one
            for i in wanted
            for key, one in zip(keys[i], wanted[i], strict=True)
            if key not in self._known
        }
        if unknown:
            levels = _levels([*unknown.values()], self.samples.recipe, progress, threads)
            self._known.update(zip(unknown, levels, strict=True))
        for i, every in wanted.items():
            whole, *parts = (
                (self._known[key], count_of(one)) for key, one in zip(keys[i], every, strict=True)
            )
            self._found[i] = solo_of(*whole, parts) if self._in_parts else solo_of_part(whole[0])

    def _with_parts(self, i: int) -> list[NoteArray]:
        """Return a sample and its parts, if it has any."""
        return [self.samples[i], *((hands(self.samples[i]) or ()) if self._in_parts else ())]


def solo_of_part(level: float) -> Solo:
    """Return what is known of a part of a sample: a formula says nothing."""
    return Solo(1.0 if level > FORMULA else level)


def solo_of(level: float, notes: int, parts: Sequence[tuple[float, int]]) -> Solo:
    """Return what is known of a sample, by its level and notes, and the levels and notes of its parts."""
    formulas = [n for of_part, n in parts if of_part > FORMULA]
    return Solo(level, max(((n + BESIDE * (notes - n)) / notes for n in formulas), default=0.0))


def _levels(
    samples: Sequence[NoteArray], recipe: Recipe, progress: Progress[NoteArray], threads: int
) -> list[float]:
    """Return the level of each sample; of a long one the mean of its stretches, by their notes."""
    stretches = [_stretches(sample) for sample in samples]
    every = [one for of_sample in stretches for one in of_sample if FEWEST <= count_of(one) <= MOST_NOTES]
    measured = levels_of(every, recipe, progress=progress, threads=threads).tolist() if every else []
    found = iter(measured)
    levels = []
    for of_sample in stretches:
        total, notes = 0.0, 0
        for one in of_sample:
            n = count_of(one)
            total += n * (1.0 if n < FEWEST else LEAST_LEVEL if n > MOST_NOTES else next(found))
            notes += n
        # A mean of equal numbers may come out a last bit lower.
        levels.append(max(LEAST_LEVEL, total / notes))
    return levels


def _stretches(sample: NoteArray) -> list[NoteArray]:
    """Return a sample, or where it is longer than the unrelated music stretches of it as long as that."""
    sounding = sample.where(sample.brightness > 0)
    ticks = QUARTERS * sample.ticks_per_quarter
    room = sounding.last_offset - sounding.first_onset - ticks
    if room <= 0:
        return [sample]
    n = min(STRETCHES, -(-(room + ticks) // ticks))
    begins = [sounding.first_onset + room * i // (n - 1) for i in range(n)]
    cuts = [cut(sounding, begin, ticks) for begin in begins]
    return [one for one in cuts if len(one)] or [sample]


class Yardstick:
    """Samples on which much unrelated music is laid, piece after piece.

    What a sample cannot hear is left out of a piece, its drums or all but its drums: the similarities are the same,
    and found in half the time. Those below `floor` count as `floor`.

    Parameters
    ----------
    samples : sequence of NoteArray
        The samples, all on one pitch grid.
    recipe : Recipe
        How likeness is counted.
    pieces : sequence of NoteArray
        What will be laid on them: the engine is chosen by the work in all of it.
    floor : float
        The least similarity that counts.
    backend, threads
        As for :func:`goldenear.rank`.
    """

    def __init__(
        self,
        samples: Sequence[NoteArray],
        recipe: Recipe,
        pieces: Sequence[NoteArray],
        *,
        floor: float = 0.0,
        backend: Backend | Engine = "auto",
        threads: int = 1,
    ) -> None:
        self._n, self._floor = len(samples), floor
        self._engine = engine_for(backend, pieces, prepare(samples, recipe))
        # Threads that take a piece each wait less for one another than those that share the samples out.
        self._at_once, self._inner = (threads, 1) if self._engine.takes_xs_at_once else (1, threads)
        # What is heard alone is the same only where a measure does not ask what X sounds anywhere.
        everywhere = set("".join(MEASURES[recipe.measure].below)) & set("WL")
        apart = not everywhere and all(a.reading != "rhythm" for a in recipe.alterations)
        kinds: dict[bool | None, list[int]] = {}
        for i, sample in enumerate(samples):
            drums = set(sample.is_drum.tolist())
            kinds.setdefault(drums.pop() if apart and len(drums) == 1 else None, []).append(i)
        self._groups = [
            (drums, np.array(mine), prepare([samples[i] for i in mine], recipe))
            for drums, mine in kinds.items()
        ]

    def table(
        self,
        pieces: Sequence[NoteArray],
        progress: Progress[NoteArray] = lambda pieces, _what: pieces,
        what: str = "",
    ) -> NDArray[np.float64]:
        """Return the similarity of each piece to each sample, shape (pieces, samples)."""
        rows = in_threads(self._row, pieces, self._at_once)
        found = [row for _, row in zip(progress(pieces, what), rows, strict=False)]
        if len(found) != len(pieces):
            raise InvalidInput(
                f"progress: expected a function that gives all {len(pieces)} pieces, got {len(found)}"
            )
        return np.array(found)

    def _row(self, piece: NoteArray) -> NDArray[np.float64]:
        found = np.full(self._n, self._floor)
        for drums, mine, library in self._groups:
            heard = piece if drums is None else piece.where(piece.is_drum == drums)
            if (heard.brightness > 0).any():
                matches = rank(
                    heard, library, at_least=self._floor, backend=self._engine, threads=self._inner
                )
                found[mine[matches.sample]] = matches.similarity
        return found


def levels_of(
    samples: Sequence[NoteArray],
    recipe: Recipe,
    *,
    backend: Backend = "auto",
    threads: int = 1,
    progress: Progress[NoteArray] = lambda pieces, _what: pieces,
) -> NDArray[np.float64]:
    """Return the level of each sample, 0..1: the mean similarity of the most alike twentieth of unrelated music.

    Parameters
    ----------
    samples : NoteArrays
        The samples, all on one pitch grid.
    recipe : Recipe
        How likeness is counted; levels are measured on a grid of 24 ticks a quarter at most.
    backend, threads
        As for :func:`goldenear.rank`.
    progress : callable, optional
        Takes a list of pieces and a word, and gives the pieces one by one.
    """
    grid = COARSEST if recipe.grid == "exact" else min(recipe.grid, COARSEST)
    pieces = unrelated(samples[0].steps_per_octave)
    yardstick = Yardstick(
        samples, replace(recipe, grid=grid), pieces, floor=LEAST_LEVEL, backend=backend, threads=threads
    )
    similarity = yardstick.table(pieces, progress, "unrelated music")
    return np.array([level_of(column, np.arange(len(pieces))) for column in similarity.T])


def level_of(similarity: NDArray[np.float64], piece: NDArray[np.int64]) -> float:
    """Return the mean of the most alike twentieth of a sample's similarities, versions of the sample left out.

    Parameters
    ----------
    similarity : float array, shape (n,)
        Of unrelated fragments to the sample.
    piece : int array, shape (n,)
        The piece that each fragment was cut from.
    """
    others = np.sort(similarity[~np.isin(piece, versions(similarity, piece))])
    return float(others[-max(1, len(others) // TWENTIETH) :].mean())


def versions(similarity: NDArray[np.float64], piece: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the pieces that hold a version of a sample: few come so near to it.

    Where more than a twentieth of them do, the sample is plain, and none is a version.
    """
    near = np.unique(piece[similarity >= VERSION])
    return near if len(near) <= len(np.unique(piece)) / TWENTIETH else near[:0]


def count_of(notes: NoteArray) -> int:
    """Return how many notes sound."""
    return int((notes.brightness > 0).sum())


def format_plain(sample: NoteArray) -> str:
    """Return what is to be said of a sample that has no say."""
    n = count_of(sample)
    return (
        f"{n} note{'' if n == 1 else 's'}, and a twentieth of all music has as much: too plain to have a say; "
        "keep_small = true under [samples] in taste.toml lets every sample count alike"
    )


def _told_apart(sample: NoteArray, recipe: Recipe) -> str:
    """Return a text that differs whenever the sample's notes do, how likeness is counted, or the program."""
    constants = LEAST_LEVEL, COARSEST, VERSION, TWENTIETH, STRETCHES, MOST_NOTES
    about = (
        goldenear.__version__,
        FIGURE_DIGEST,
        constants,
        recipe,
        sample.ticks_per_quarter,
        sample.steps_per_octave,
    )
    digest = hashlib.sha256(repr(about).encode())
    for column in (sample.pitch, sample.onset, sample.offset, sample.brightness, sample.is_drum):
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()[:32]
