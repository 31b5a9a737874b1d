"""X compared with many samples, each at its brightest placement; as melodies too, where the recipe asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import number, truth, whole_number
from goldenear.errors import InvalidInput
from goldenear.match.alignment import most_of
from goldenear.match.engines import MOST_THREADS, Backend, Best, Engine, engine_for, in_threads
from goldenear.match.matches import Match, Matches
from goldenear.match.pictures import PiecePicture, SamplePicture, piece_pictures
from goldenear.match.prepared import PreparedSamples, check_same_grid, prepare
from goldenear.match.recipe import OCCURRENCE, Recipe, recipe_of
from goldenear.notes.alteration import Form, alterations, prices_of
from goldenear.notes.note_array import NoteArray, must_be_notes
from goldenear.notes.piano_roll import Reading
from goldenear.notes.placement import Placement

FIRST_CHUNK = 32
"""Samples aligned before the bar is raised for the first time; the next chunks are larger."""


def rank(
    x: NoteArray,
    samples: Iterable[NoteArray] | PreparedSamples,
    *,
    k: int | None = None,
    at_least: float = 0.0,
    stretches: Mapping[Fraction, float] | Iterable[object] | None = None,
    forms: Mapping[Form, float] | Iterable[Form] | None = None,
    recipe: Recipe | str | None = None,
    backend: Backend = "auto",
    threads: int = 1,
    exhaustive: bool = False,
) -> Matches:
    """Compare X with every sample, at every transposition, shift, stretch and other alteration.

    Parameters
    ----------
    x : NoteArray
        What is judged or sought. Its forbidden places, if it has any, are not part of it.
    samples : NoteArrays, or PreparedSamples
        What it is compared with; prepared samples, such as ``taste.good``, bring their recipe along.
    k : int, optional
        How many matches to return; all by default. Few take less time than all: what cannot be among them
        is left out.
    at_least : float
        Samples less alike than this, 0..1, are left out; that too takes less time.
    stretches, forms : mapping to price, or iterable, optional
        In place of the recipe's: see :func:`goldenear.alterations`. What is not given stays the recipe's.
    recipe : Recipe or str, optional
        How likeness is counted, where the samples bring no recipe or another is wanted.
    backend : {"auto", "numpy", "numba", "torch"}, or an engine
        The engine; the answer does not depend on it. ``"auto"`` takes compiled code where NumPy would need more than
        about half a second; ``"torch"`` uses a GPU where there is one. An engine is such as
        :class:`goldenear.NumbaEngine`.
    threads : int
        Samples are shared out among so many threads; the answer does not depend on it.
    exhaustive : bool
        Look at every placement of every alteration, also where it cannot matter. The answer is the same;
        this is for measuring and testing.

    Returns
    -------
    Matches
        One for each sample, the most alike first. Of equally good placements of one sample the earlier
        alteration in the recipe's order is taken, then the smallest transposition either way (of two, the
        downward one), then the earliest shift.

    Raises
    ------
    NoNotes
        If nothing sounds in X or in a sample.
    InvalidInput
        If an argument is out of range, grids differ, or the engine does not know what the recipe asks for.

    Examples
    --------
    >>> x = NoteArray.from_arrays(pitch=[60, 62, 67], onset=[0, 1, 2], duration=[1, 1, 1], ticks_per_quarter=1)
    >>> match = rank(x.transposed(5), [x]).best
    >>> match.similarity, match.transposition, match.shift
    (1.0, 5, Fraction(0, 1))
    """
    whole_number("threads", threads, 1, MOST_THREADS)
    if k is not None:
        whole_number("k", k, 0, 2**62)
    number("at_least", at_least, 0, 1)
    truth("exhaustive", exhaustive)
    must_be_notes("x", x)
    samples = _ready(samples, recipe, stretches, forms)
    if len(samples):
        check_same_grid(x, samples[0])
    engine = engine_for(backend, [x], samples)
    pictures = piece_pictures(x, samples.recipe)
    limit = len(samples) if k is None else min(k, len(samples))
    blend = _blended(x, pictures, samples, engine, limit, float(at_least), threads, prune=not exhaustive)
    return _matches(pictures, samples, blend, limit, at_least)


def rank_each(
    x: NoteArray,
    libraries: Sequence[PreparedSamples],
    *,
    at_least: Sequence[float],
    engine: Engine,
    threads: int,
) -> tuple[Matches, ...]:
    """Rank several libraries of one recipe, such as good and bad samples, and draw X only once.

    Each has a similarity that its matches are to reach.

    Raises
    ------
    NoNotes
        If nothing sounds in X.
    InvalidInput
        If grids differ.
    """
    pictures = piece_pictures(x, libraries[0].recipe)
    ranked = []
    for samples, least in zip(libraries, at_least, strict=True):
        if len(samples):
            check_same_grid(x, samples[0])
        blend = _blended(x, pictures, samples, engine, len(samples), least, threads, prune=True)
        ranked.append(_matches(pictures, samples, blend, len(samples), least))
    return tuple(ranked)


def _ready(
    samples: Iterable[NoteArray] | PreparedSamples,
    recipe: Recipe | str | None,
    stretches: Mapping[Fraction, float] | Iterable[object] | None,
    forms: Mapping[Form, float] | Iterable[Form] | None,
) -> PreparedSamples:
    """Return the samples prepared by the recipe that is asked for; as they are where they bring it along."""
    own = samples.recipe if isinstance(samples, PreparedSamples) else None
    wanted = with_alterations(recipe_of(own if recipe is None else recipe), stretches, forms)
    if wanted.measure == OCCURRENCE:
        raise InvalidInput("recipe: occurrences are found in a piece: use find")
    if isinstance(samples, PreparedSamples) and wanted == own:
        return samples
    return prepare(samples, wanted)


def with_alterations(
    recipe: Recipe,
    stretches: Mapping[Fraction, float] | Iterable[object] | None,
    forms: Mapping[Form, float] | Iterable[Form] | None,
) -> Recipe:
    """Return the recipe with other stretches or forms, where they are given; a list takes the default prices."""
    if stretches is None and forms is None:
        return recipe
    own = prices_of(recipe.alterations)
    return replace(
        recipe,
        alterations=alterations(
            stretches=own[0] if stretches is None else stretches,
            forms=own[1] if forms is None else forms,
            readings=own[2],
        ),
    )


class Blended(NamedTuple):
    """Which samples were compared, their similarities, and the parts of these."""

    sample: NDArray[np.int64]
    similarity: NDArray[np.float64]
    best: Best
    """What is shared as pictures, and where."""
    share: float
    """What alignment counts for."""
    aligned: NDArray[np.float64]

    def parts(self, i: int) -> tuple[tuple[str, float, float], ...]:
        """Return what the similarity of a sample is made of: name, weight, value."""
        overlap = ("overlap", 1 - self.share, float(self.best.similarity[i]))
        return (overlap, ("aligned", self.share, float(self.aligned[i]))) if self.share else (overlap,)


def _blended(
    x: NoteArray,
    pictures: Mapping[Reading, PiecePicture],
    samples: PreparedSamples,
    engine: Engine,
    k: int,
    at_least: float,
    threads: int,
    *,
    prune: bool,
) -> Blended:
    """Compare X with the samples as the recipe asks; exact for the k best that reach `at_least`.

    Alignment costs more than overlap: only samples are aligned that may still be among those asked for.
    """
    share = samples.recipe.aligned
    if not share or not len(samples):
        compared, best = engine.compare(pictures, samples, k, at_least, threads, prune)
        return Blended(compared, best.similarity, best, 0.0, np.zeros(0))
    # However well a sample aligns, its overlap must make up for the rest.
    least = max(0.0, (at_least - share) / (1 - share)) * (1 - 1e-12) if share < 1 else 0.0
    compared, best = engine.compare(pictures, samples, len(samples), least, threads, prune)
    aligned = np.zeros(len(samples))
    similarity = np.zeros(len(samples))
    upper = (1 - share) * best.similarity[compared] + share * most_of(x, samples)[compared]
    order = np.argsort(-upper, kind="stable")
    done, chunk, floor = 0, FIRST_CHUNK if prune else len(order), at_least
    while done < len(order) and k:
        part = order[done : done + chunk]
        part = part[upper[part] >= floor] if prune else part
        if not len(part):
            break
        which = compared[part]
        aligned[which] = _aligned(x, samples, which, engine, threads)
        similarity[which] = (1 - share) * best.similarity[which] + share * aligned[which]
        done, chunk = done + len(part), 2 * chunk
        if k <= done:
            floor = max(floor, float(np.partition(similarity[compared[order[:done]]], -k)[-k]))
    return Blended(compared[order[:done]], similarity, best, share, aligned)


def _aligned(
    x: NoteArray, samples: PreparedSamples, which: NDArray[np.int64], engine: Engine, threads: int
) -> NDArray[np.float64]:
    """Return how well X aligns with some samples, shared out among threads."""
    parts = np.array_split(which, min(threads, len(which)))
    return np.concatenate(list(in_threads(lambda part: engine.align(x, samples, part), parts, len(parts))))


def _matches(
    x: Mapping[Reading, PiecePicture], samples: PreparedSamples, blend: Blended, k: int, at_least: float
) -> Matches:
    """Return the k best of what was found that reach `at_least`, as a table."""
    best, similarity = blend.best, blend.similarity
    reaching = blend.sample[similarity[blend.sample] >= at_least]
    order = reaching[np.lexsort((reaching, -similarity[reaching]))][:k]

    @cache
    def match(row: int) -> Match:
        i = int(order[row])
        picture = samples.picture(i, int(best.alteration[i]))
        columns = (similarity, best.transposition, best.shift, best.shared, best.unit_up, best.unit_down)
        place = Place._make(column[i].item() for column in columns)
        return match_at(x[picture.alteration.reading], i, samples[i], picture, place, blend.parts(i))

    return Matches(samples.samples, order, similarity[order], best.transposition[order], match)


class Place(NamedTuple):
    """Where a picture of a sample lies; times in units of unit_up / unit_down quarters."""

    similarity: float
    transposition: int
    shift: int
    shared: int
    unit_up: int
    unit_down: int


def match_at(
    x: PiecePicture,
    index: int,
    sample: NoteArray,
    picture: SamplePicture,
    place: Place,
    parts: tuple[tuple[str, float, float], ...] | None = None,
) -> Match:
    """Return the match for a place of a picture, counted from the music's own tick 0."""
    onset = x.origin + Fraction(place.shift * place.unit_up, place.unit_down)
    later = onset - picture.origin
    return Match(
        sample.name,
        index,
        place.similarity,
        Fraction(place.shared * place.unit_up, place.unit_down * x.scale),
        Placement(place.transposition, later.numerator, later.denominator, picture.alteration),
        onset,
        Fraction(picture.box.offset - picture.box.onset, picture.ticks_per_quarter),
        parts or (("overlap", 1.0, place.similarity),),
    )
