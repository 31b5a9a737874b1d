"""Samples as a few long columns, ready for compiled loops.

A sample is packed once, as it is. Its stretches and mirror forms are read off the same notes: a stretch is another
unit, an inversion counts pitches from the top, a retrograde counts times from the end. Only where that would not be
the drawn picture (folded octaves, rhythm, forbidden places, forms that compiled code has no short cut for) a picture
is drawn and packed for every alteration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import NoNotes
from goldenear.match.pictures import margin_of, sample_picture
from goldenear.match.recipe import Recipe
from goldenear.notes.alteration import Alteration, Form
from goldenear.notes.note_array import NoteArray
from goldenear.notes.piano_roll import Reading, joined

FAR = 2**30
"""Later than every time in a sample, and beyond every pitch."""

HELD, STRUCK = 1, 2
"""The layers that a note is drawn in, as bits."""

MIRRORS = {"prime": (0, 0), "inversion": (1, 0), "retrograde": (0, 1), "retrograde-inversion": (1, 1)}
"""The forms that compiled loops read off a picture: whether upside down, and whether backwards."""

NUMBERS = (
    "unit_up",  # a unit of time is unit_up / unit_down quarters
    "unit_down",
    "kind",  # which of `units`
    "end",  # where its last note ends
    "pitched",  # how many of its notes have pitch; they come first
    "lowest",
    "range",
    "window_lowest",
    "window_highest",
    "brightest",
    "dimmest",
    "drawn",  # 1 where notes are strokes of one layer each, as drawn; 0 where their strokes are still to be told
)
UNIT_UP, UNIT_DOWN, KIND, END, PITCHED, LOWEST, RANGE, WINDOW_LOWEST, WINDOW_HIGHEST = range(9)
BRIGHTEST, DIMMEST, DRAWN = range(9, 12)


class Packed(NamedTuple):
    """Samples for compiled loops: columns over samples, pictures and notes.

    ``first_picture[s]`` is the sample's first picture; ``note_start[k]`` to ``note_start[k + 1]`` are the notes of
    picture k: those with pitch by onset, then drums line by line. Pitches are counted from its lowest, times in its
    unit.
    """

    alone: NDArray[np.int8]
    """1 where the sample has a picture for every alteration, 0 where one serves several."""
    first_picture: NDArray[np.int64]
    note_start: NDArray[np.int64]
    pitch: NDArray[np.int16]
    onset: NDArray[np.int64]
    offset: NDArray[np.int64]
    after: NDArray[np.int32]
    """From a note's onset to the next onset of its pitch; `FAR` where none follows."""
    before: NDArray[np.int32]
    """From the end of the note before it, of its pitch, to its own end: the same, read backwards."""
    brightness: NDArray[np.int16]
    layers: NDArray[np.int8]
    """In which layers a note is drawn: `HELD`, `STRUCK` or both."""
    numbers: NDArray[np.int64]
    """Shape (pictures, 12), in the order of `NUMBERS`."""
    units: NDArray[np.int64]
    """Shape (kinds, 2): the different units, as up and down."""


class Variants(NamedTuple):
    """Alterations as compiled loops read them off a sample's pictures: the greatest weight first, as columns."""

    picture: NDArray[np.int64]
    """Which picture of the sample."""
    up: NDArray[np.int64]
    down: NDArray[np.int64]
    """The stretch that is still to be applied."""
    upside_down: NDArray[np.int64]
    backwards: NDArray[np.int64]
    weight: NDArray[np.float64]
    alteration: NDArray[np.int64]
    """Where the alteration stands in the recipe."""
    upright_before: NDArray[np.int64]
    """1 where an earlier alteration, of at least its weight, differs only in not being upside down: of drums this one
    adds nothing."""


@lru_cache(maxsize=32)
def variants(recipe: Recipe) -> Mapping[Reading, tuple[Variants, Variants]]:
    """Return, for each reading of the recipe, the variants of samples with shared and with own pictures.

    They are the same for every library of the recipe, and take longer to make than a fragment to find.
    """
    every = recipe.alterations
    found: dict[Reading, tuple[Variants, Variants]] = {}
    for picture, reading in enumerate(dict.fromkeys(a.reading for a in every)):
        chosen = [i for i, a in enumerate(every) if a.reading == reading]
        chosen.sort(key=lambda i: -every[i].price)
        found[reading] = (
            _variants([(i, picture, every[i]) for i in chosen]),
            _variants([(i, i, Alteration(price=every[i].price)) for i in chosen]),
        )
    return found


def _variants(rows: Sequence[tuple[int, int, Alteration]]) -> Variants:
    done = [alteration for *_, alteration in rows]
    mirrors = [MIRRORS.get(a.form, (0, 0)) for a in done]
    return Variants(
        np.array([picture for _, picture, _ in rows], np.int64),
        np.array([a.stretch.numerator for a in done], np.int64),
        np.array([a.stretch.denominator for a in done], np.int64),
        np.array([upside_down for upside_down, _ in mirrors], np.int64),
        np.array([backwards for _, backwards in mirrors], np.int64),
        np.array([a.price for a in done], np.float64),
        np.array([index for index, *_ in rows], np.int64),
        np.array([any(_is_upright_before(one, row) for one in rows) for row in rows], np.int64),
    )


def _is_upright_before(one: tuple[int, int, Alteration], other: tuple[int, int, Alteration]) -> bool:
    """Tell whether a variant comes before another, of at least its weight, that only turns it upside down."""
    (i, picture, a), (j, same_picture, b) = one, other
    alike = (picture, a.stretch, MIRRORS.get(a.form)) == (same_picture, b.stretch, _upright(b.form))
    return alike and i < j and a.price >= b.price


def _upright(form: Form) -> tuple[int, int] | None:
    """Return the mirrors of a form that is upside down, but for that one; None for every other."""
    upside_down, backwards = MIRRORS.get(form, (0, 0))
    return (0, backwards) if upside_down else None


class Meetings(NamedTuple):
    """How one unit of X and the units of samples meet: flat arrays of shape (kinds of unit x variants,)."""

    piece_up: NDArray[np.int64]
    """Pair units in a unit of X."""
    sample_up: NDArray[np.int64]
    """Pair units in a unit of the sample."""
    unit_up: NDArray[np.int64]
    unit_down: NDArray[np.int64]
    """A pair unit is unit_up / unit_down quarters."""


def meet(unit_up: int, unit_down: int, units: NDArray[np.int64], rows: Variants) -> Meetings:
    """Return how a unit of X, unit_up / unit_down quarters, meets every kind of unit under every variant."""
    up, down = units[:, :1] * rows.up, units[:, 1:] * rows.down
    common = np.gcd(up, down)
    up, down = up // common, down // common
    piece, sample = unit_up * down, up * unit_down
    shared = np.gcd(piece, sample)
    # The greatest time that goes a whole number of times into both: `shared` of 1 / (both denominators).
    below = np.broadcast_to(unit_down * down, shared.shape)
    spare = np.gcd(shared, below)
    columns = (piece // shared, sample // shared, shared // spare, below // spare)
    return Meetings(*(np.ascontiguousarray(column).reshape(-1) for column in columns))


def shares_pictures(recipe: Recipe) -> bool:
    """Tell whether one picture of a sample without forbidden places serves all stretches and forms of a reading."""
    return all(a.reading in ("semitone", "neighbour") and a.form in MIRRORS for a in recipe.alterations)


def layer_bits(recipe: Recipe) -> list[int]:
    """Return the bit of each layer that the recipe compares."""
    return [HELD if length is None else STRUCK for length in recipe.layers]


class Drawn(NamedTuple):
    """A picture before it is packed."""

    notes: Sequence[NDArray[Any]]
    """Pitch, onset, offset, brightness, is_drum and layers."""
    resolution: int
    margin: int
    """How much wider than the sample its window is; `FAR` for all pitches."""
    as_drawn: int


def pack(samples: Iterable[NoteArray], recipe: Recipe) -> Packed:
    """Put samples into columns, and draw those that need pictures of their own.

    Raises
    ------
    NoNotes
        If a sample has nothing that sounds.
    """
    readings = list(dict.fromkeys(a.reading for a in recipe.alterations))
    may_share = shares_pictures(recipe)
    alone, first = [], []
    drawn: list[Drawn] = []
    for sample in samples:
        shown = recipe.shown_sample(sample)
        shares = may_share and (not len(shown) or shown.brightness.min() > 0)
        alone.append(not shares)
        first.append(len(drawn))
        if not shares:
            drawn += [_drawn(sample, recipe, alteration) for alteration in recipe.alterations]
            continue
        if not len(shown):
            raise NoNotes(sample.name)
        layers = np.full(len(shown), sum(layer_bits(recipe)))
        columns = (shown.pitch, shown.onset, shown.offset, shown.brightness, shown.is_drum, layers)
        margins = [_margin(reading, shown) for reading in readings]
        drawn += [Drawn(columns, shown.ticks_per_quarter, margin, 0) for margin in margins]
    return _packed(drawn, np.array(alone, np.int8), np.array(first, np.int64))


def _margin(reading: Reading, sample: NoteArray) -> int:
    margin = margin_of(reading, sample.steps_per_octave)
    return FAR if margin is None else margin


def _drawn(sample: NoteArray, recipe: Recipe, alteration: Alteration) -> Drawn:
    """Return the picture of a sample under one alteration, the strokes of each layer as notes."""
    picture = sample_picture(sample, recipe, alteration)
    whole = joined(*picture.layers)
    columns = (whole.pitch, whole.onset, whole.offset, whole.brightness, whole.is_drum)
    layers = np.repeat(layer_bits(recipe), [len(roll) for roll in picture.layers])
    margin = _margin(alteration.reading, sample)
    return Drawn((*columns, layers), picture.ticks_per_quarter, margin, 1)


def _packed(drawn: list[Drawn], alone: NDArray[np.int8], first: NDArray[np.int64]) -> Packed:
    """Put pictures into columns, all at once."""
    counts = np.array([len(picture.notes[0]) for picture in drawn], np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    none = np.zeros(0, np.int64)
    columns = [np.concatenate([none, *(p.notes[i] for p in drawn)]).astype(np.int64) for i in range(6)]
    picture = np.repeat(np.arange(len(counts)), counts)
    line = np.where(columns[4], columns[0] + FAR, 0)
    if _out_of_order(picture, line, columns[1]):
        order = np.lexsort((columns[1], line, picture))
        columns = [column[order] for column in columns]
    pitch, onset, offset, brightness, is_drum, layers = columns
    at = starts[:-1]
    resolution, margin, as_drawn = np.array([picture[1:] for picture in drawn], np.int64).reshape(-1, 3).T
    # What is drawn is counted from where its sound begins, all else from its first note.
    origin = np.where(as_drawn == 1, 0, np.minimum.reduceat(onset, at))
    onset, offset = onset - origin[picture], offset - origin[picture]
    unit = np.gcd.reduceat(np.gcd(onset, offset), at)
    onset, offset = onset // unit[picture], offset // unit[picture]
    pitched = is_drum == 0
    lowest = np.minimum.reduceat(np.where(pitched, pitch, FAR), at)
    highest = np.maximum.reduceat(np.where(pitched, pitch, -FAR), at)
    without = highest < lowest
    lowest[without], highest[without] = 0, 0
    numbers = np.zeros((len(counts), len(NUMBERS)), np.int64)
    common = np.gcd(unit, resolution)
    numbers[:, UNIT_UP], numbers[:, UNIT_DOWN] = unit // common, resolution // common
    numbers[:, END] = np.maximum.reduceat(offset, at)
    numbers[:, PITCHED] = np.add.reduceat(pitched.astype(np.int64), at)
    numbers[:, LOWEST], numbers[:, RANGE] = lowest, highest - lowest
    numbers[:, WINDOW_LOWEST : WINDOW_HIGHEST + 1] = _windows(margin, pitch, pitched & (brightness > 0), at)
    numbers[:, BRIGHTEST] = np.maximum.reduceat(brightness, at)
    numbers[:, DIMMEST] = np.minimum.reduceat(brightness, at)
    numbers[:, DRAWN] = as_drawn
    units, numbers[:, KIND] = np.unique(numbers[:, : UNIT_DOWN + 1], axis=0, return_inverse=True)
    after, before = _gaps(picture, pitch * 2 + is_drum, onset, offset)
    pitch = np.where(pitched, pitch - lowest[picture], pitch)
    notes = (pitch, onset, offset, after, before, brightness, layers)
    typed = [column.astype(kind) for column, kind in zip(notes, _KINDS, strict=True)]
    return Packed._make([alone, first, starts, *typed, numbers, units])


_KINDS = (np.int16, np.int64, np.int64, np.int32, np.int32, np.int16, np.int8)
"""The types of the columns of notes."""


def _out_of_order(picture: NDArray[Any], line: NDArray[Any], onset: NDArray[Any]) -> bool:
    """Tell whether notes are not sorted by picture, line of drums, and onset."""
    part = picture * 2**32 + line
    return bool(((part[1:] < part[:-1]) | ((part[1:] == part[:-1]) & (onset[1:] < onset[:-1]))).any())


def _windows(
    margin: NDArray[np.int64], pitch: NDArray[np.int64], bright: NDArray[np.bool_], at: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the lowest and the highest pitch of each window, shape (pictures, 2)."""
    lowest = np.minimum.reduceat(np.where(bright, pitch, FAR), at)
    highest = np.maximum.reduceat(np.where(bright, pitch, -FAR), at)
    some = highest >= lowest
    return np.stack([np.where(some, lowest - margin, 0), np.where(some, highest + margin, -1)], axis=1)


def _gaps(
    picture: NDArray[np.int64], line: NDArray[np.int64], onset: NDArray[np.int64], offset: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how long until the next note of a line begins, and how long since the one before it ended."""
    order = np.argsort(picture * 2**18 + line + 2**17, kind="stable")
    one, other = order[:-1], order[1:]
    follows = (picture[one] == picture[other]) & (line[one] == line[other])
    one, other = one[follows], other[follows]
    after, before = np.full(len(onset), FAR), np.full(len(onset), FAR)
    after[one] = np.minimum(onset[other] - onset[one], FAR)
    before[other] = np.minimum(offset[other] - offset[one], FAR)
    return after, before


def selected(packed: Packed, chosen: slice) -> Packed:
    """Return the same columns for some of the samples only."""
    return packed._replace(alone=packed.alone[chosen], first_picture=packed.first_picture[chosen])
