"""This file is where X is compared with many samples, each at its brightest placement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np

from goldenear.arguments import number, truth, whole_number
from goldenear.errors import InvalidInput
from goldenear.match.blend import Blended, blended
from goldenear.match.engines import Backend, engine_for
from goldenear.match.matches import Match, Matches
from goldenear.match.pictures import PiecePicture, piece_pictures
from goldenear.match.place import Place, match_at
from goldenear.match.prepared import PreparedSamples, prepare
from goldenear.match.recipe import Recipe, recipe_of
from goldenear.notes.alteration import Form, alterations, prices_of
from goldenear.notes.note_array import NoteArray, must_be_notes
from goldenear.notes.piano_roll import Reading


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
    whole_number("threads", threads, 1, 1024)
    if k is not None:
        whole_number("k", k, 0, 2**62)
    number("at_least", at_least, 0, 1)
    truth("exhaustive", exhaustive)
    must_be_notes("x", x)
    own = samples.recipe if isinstance(samples, PreparedSamples) else None
    wanted = with_alterations(recipe_of(own if recipe is None else recipe), stretches, forms)
    if wanted.measure == "occurrence":
        raise InvalidInput("recipe: occurrences are found in a piece: use find")
    if not isinstance(samples, PreparedSamples) or wanted != own:
        samples = prepare(samples, wanted)
    if len(samples):
        check_same_grid(x, samples[0])
    engine = engine_for(backend, [x], samples)
    pictures = piece_pictures(x, samples.recipe)
    limit = len(samples) if k is None else min(k, len(samples))
    floor = float(at_least)
    blend = blended(x, pictures, samples, engine, limit, floor, threads, prune=not exhaustive)
    return matches_of(pictures, samples, blend, limit, floor)


def matches_of(
    x: Mapping[Reading, PiecePicture], samples: PreparedSamples, blend: Blended, k: int, at_least: float
) -> Matches:
    """Return the k best of what was found that reach `at_least`, as a table."""
    reaching = blend.sample[blend.similarity[blend.sample] >= at_least]
    best, similarity = blend.best, blend.similarity
    order = reaching[np.lexsort((reaching, -similarity[reaching]))][:k]

    @cache
    def match(row: int) -> Match:
        i = int(order[row])
        picture = samples.picture(i, int(best.alteration[i]))
        place = Place(
            float(similarity[i]),
            int(best.transposition[i]),
            int(best.shift[i]),
            int(best.shared[i]),
            int(best.unit_up[i]),
            int(best.unit_down[i]),
        )
        return match_at(x[picture.alteration.reading], i, samples[i], picture, place, blend.parts(i))

    return Matches(samples.samples, order, similarity[order], best.transposition[order], match)


def check_same_grid(x: NoteArray, sample: NoteArray) -> None:
    """Raise InvalidInput unless both count pitch in the same steps."""
    if x.steps_per_octave != sample.steps_per_octave:
        raise InvalidInput(
            f"{sample.name or 'a sample'}: its grid has {sample.steps_per_octave} steps an octave, "
            f"{x.name or 'X'} has {x.steps_per_octave}; read both on the same grid"
        )


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
