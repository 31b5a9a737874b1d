"""This file is where X is compared with many samples, each at its brightest placement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple, overload

import numpy as np

from goldenear.correlate.backends import Backend, SharedTime, backend_named
from goldenear.errors import InvalidInput
from goldenear.match.matches import Match, Matches
from goldenear.match.picture import PiecePicture, SamplePicture, Sheaf, piece_pictures, sheaves
from goldenear.match.recipe import Recipe
from goldenear.match.similarity import similarity_tiles
from goldenear.notes.alteration import Form, alterations
from goldenear.notes.note_array import NoteArray, whole_number
from goldenear.notes.piano_roll import Reading
from goldenear.notes.placement import Placement


class Place(NamedTuple):
    """Where a picture of a sample lies, in the ticks of the pair."""

    similarity: float
    transposition: int
    shift: int
    shared: int
    ticks_per_quarter: int


@dataclass(frozen=True, eq=False)
class PreparedSamples(Sequence[NoteArray]):
    """A sequence of samples with all their alterations drawn, to be compared with many X.

    Attributes
    ----------
    samples : tuple of NoteArray
        The samples, in order.
    pictures : tuple of tuple of Sheaf
        For each sample, its pictures under every alteration of the recipe.
    recipe : Recipe
        How likeness is counted.
    """

    samples: tuple[NoteArray, ...]
    pictures: tuple[tuple[Sheaf, ...], ...]
    recipe: Recipe

    def __len__(self) -> int:
        return len(self.samples)

    @overload
    def __getitem__(self, i: int) -> NoteArray: ...
    @overload
    def __getitem__(self, i: slice) -> PreparedSamples: ...
    def __getitem__(self, i: int | slice) -> NoteArray | PreparedSamples:
        if isinstance(i, slice):
            return PreparedSamples(self.samples[i], self.pictures[i], self.recipe)
        return self.samples[i]


def prepare(samples: Iterable[NoteArray], recipe: Recipe) -> PreparedSamples:
    """Draw every sample under every alteration of the recipe.

    Raises
    ------
    NoNotes
        If a sample has nothing that sounds.
    """
    kept = tuple(samples)
    return PreparedSamples(kept, tuple(sheaves(sample, recipe) for sample in kept), recipe)


def rank(
    x: NoteArray,
    samples: Iterable[NoteArray] | PreparedSamples,
    *,
    k: int | None = None,
    stretches: Mapping[Fraction, float] | Iterable[object] | None = None,
    forms: Mapping[Form, float] | Iterable[Form] | None = None,
    recipe: Recipe | None = None,
    backend: Backend = "auto",
    threads: int = 1,
) -> Matches:
    """Compare X with every sample, at every transposition, shift, stretch and other alteration.

    Parameters
    ----------
    x : NoteArray
        What is judged or sought. Its forbidden places, if it has any, are not part of it.
    samples : NoteArrays, or PreparedSamples
        What it is compared with; prepared samples, such as ``taste.good``, bring their recipe along.
    k : int, optional
        How many matches to return; all by default.
    stretches, forms : mapping to price, or iterable, optional
        In place of the recipe's: see :func:`goldenear.alterations`. What is not given stays the recipe's.
    recipe : Recipe, optional
        How likeness is counted, where the samples bring no recipe or another is wanted.
    backend : {"auto", "numpy", "numba"}
        The engine; the answer does not depend on it.
    threads : int
        Samples are shared out among so many threads; the answer does not depend on it.

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
        If an argument is out of range, or grids differ.

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
    own = samples.recipe if isinstance(samples, PreparedSamples) else None
    wanted = _chosen(recipe or own or Recipe(), stretches, forms)
    if not isinstance(samples, PreparedSamples) or wanted != own:
        samples = prepare(samples, wanted)
    for sample in samples:
        check_same_grid(x, sample)
    pictures = piece_pictures(x, samples.recipe)
    engine = backend_named(backend, placements_to_try(pictures, samples))
    prepared = samples

    def matched(index: int) -> Match:
        return best_match(pictures, index, prepared[index], prepared.pictures[index], prepared.recipe, engine)

    if threads == 1:
        rows = [matched(index) for index in range(len(samples))]
    else:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(threads) as pool:
            rows = list(pool.map(matched, range(len(samples))))
    rows.sort(key=lambda match: (-match.similarity, match.index))
    return Matches(tuple(rows[:k]), samples.samples)


def best_match(
    x: Mapping[Reading, PiecePicture],
    index: int,
    sample: NoteArray,
    pictures: Sequence[Sheaf],
    recipe: Recipe,
    engine: SharedTime,
) -> Match:
    """Return the brightest placement of one sample over all its alterations."""
    best, best_picture, best_turn = Place(0.0, 0, 0, 0, 1), pictures[0].pictures[0], 0
    # The cheapest alterations first: no placement can be worth more than its price.
    for sheaf in sorted(pictures, key=lambda sheaf: -sheaf.price):
        if sheaf.price < best.similarity:
            break
        floors = [best.similarity / (p.alteration.price or 1.0) for p in sheaf.pictures]
        found = _best_places(x[sheaf.reading], sheaf, recipe, engine, sample.steps_per_octave, floors)
        for picture, turn, place in zip(sheaf.pictures, sheaf.turns, found, strict=True):
            similarity = place.similarity * picture.alteration.price
            if (-similarity, turn) < (-best.similarity, best_turn):
                best, best_picture, best_turn = place._replace(similarity=similarity), picture, turn
    return match_at(x[best_picture.alteration.reading], index, sample, best_picture, best)


def _best_places(
    x: PiecePicture,
    sheaf: Sheaf,
    recipe: Recipe,
    engine: SharedTime,
    steps_per_octave: int,
    floors: Sequence[float],
) -> list[Place]:
    """Return the brightest place of each picture, before the price; darkness where none reaches its floor."""
    pair, tiles = similarity_tiles(x, sheaf, recipe, engine, steps_per_octave, floors)
    places = [Place(0.0, 0, 0, 0, pair.ticks_per_quarter)] * len(sheaf.pictures)
    keys = [(-0.0, 0, 0)] * len(sheaf.pictures)
    for tile in tiles:
        if not tile.similarity.size:
            continue
        heights = tile.similarity.max(axis=1)
        highest = np.zeros(len(places))
        np.maximum.at(highest, tile.pictures, heights)
        for row in np.flatnonzero(heights == highest[tile.pictures]).tolist():
            picture, transposition = int(tile.pictures[row]), int(tile.transpositions[row])
            height = float(heights[row])
            key = (-height, abs(transposition), transposition)
            if height > 0 and (keys[picture] == (0, 0, 0) or key < keys[picture]):
                keys[picture] = key
                column = int(np.argmax(tile.similarity[row]))
                shift, shared = tile.first_shift + column, int(tile.shared[row, column])
                places[picture] = Place(height, transposition, shift, shared, pair.ticks_per_quarter)
    return places


def match_at(x: PiecePicture, index: int, sample: NoteArray, picture: SamplePicture, place: Place) -> Match:
    """Return the match for a place of a picture, counted from the music's own tick 0."""
    onset = x.origin + Fraction(place.shift, place.ticks_per_quarter)
    later = onset - picture.origin
    return Match(
        sample.name,
        index,
        place.similarity,
        Fraction(place.shared, place.ticks_per_quarter * x.scale),
        Placement(place.transposition, later.numerator, later.denominator, picture.alteration),
        onset,
        Fraction(picture.box.offset - picture.box.onset, picture.roll.ticks_per_quarter),
    )


def check_same_grid(x: NoteArray, sample: NoteArray) -> None:
    """Raise InvalidInput unless both count pitch in the same steps."""
    if x.steps_per_octave != sample.steps_per_octave:
        raise InvalidInput(
            f"{sample.name or 'a sample'}: its grid has {sample.steps_per_octave} steps an octave, "
            f"{x.name or 'X'} has {x.steps_per_octave}; read both on the same grid"
        )


def _chosen(
    recipe: Recipe,
    stretches: Mapping[Fraction, float] | Iterable[object] | None,
    forms: Mapping[Form, float] | Iterable[Form] | None,
) -> Recipe:
    """Return the recipe with other stretches or forms, where they are given."""
    if stretches is None and forms is None:
        return recipe
    own: list[dict[Any, float]] = [{}, {}, {}]
    for alteration in recipe.alterations:
        kinds = (alteration.stretch, alteration.form, alteration.reading)
        for prices, kind, price in zip(own, kinds, alteration.parts, strict=True):
            prices[kind] = price
    return replace(
        recipe,
        alterations=alterations(
            stretches=own[0] if stretches is None else stretches,
            forms=own[1] if forms is None else forms,
            readings=own[2],
        ),
    )


def placements_to_try(x: Mapping[Reading, PiecePicture], samples: PreparedSamples) -> int:
    """Return about how many placements a ranking has to look at, to choose an engine by."""
    total = 0
    for reading, piece in x.items():
        grid, rows = piece.roll.ticks_per_quarter, int(np.ptp(piece.roll.pitch)) + 1
        length = int(piece.roll.offset.max())
        for bound in samples.pictures:
            for sheaf in bound:
                if sheaf.reading == reading:
                    common = lcm(grid, sheaf.ticks_per_quarter)
                    box = sheaf.pictures[0].box
                    columns = length * (common // grid) + box.offset * (common // sheaf.ticks_per_quarter)
                    total += columns * (rows + max(0, box.highest - box.lowest)) * len(sheaf.pictures)
    return total
