"""This file is where samples lie packed: all their edges and sums in a few long columns, ready for compiled loops.

A sample is packed once, as it is; its stretches and mirror forms are read off the same edges: a stretch is
another unit, an inversion counts pitches from the top, a retrograde counts times from the end and swaps plus
and minus. Only where that would not be the drawn picture (weighted onsets, rhythm, folded octaves, forbidden
places) a picture is packed for every alteration. No picture is ever painted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.match.picture import SamplePicture, sample_picture, stretches_alike
from goldenear.match.recipe import Recipe
from goldenear.notes.alteration import Alteration
from goldenear.notes.note_array import NoteArray
from goldenear.notes.piano_roll import PianoRoll, Reading

FAR = 2**20
"""Beyond every pitch."""


class Packed(NamedTuple):
    """Samples for compiled loops: columns over samples, pictures, edges, pitches, strokes and drums.

    ``first_picture[s]`` is the sample's first picture; ``edge_start[k]`` to ``edge_start[k + 1]`` are the
    edges of picture k, by time, two and two at one time, and so are its pitches, strokes and drums found; pitches are
    counted from its lowest, times in its own unit.
    """

    alone: NDArray[np.int8]
    """1 where the sample has a picture for every alteration, 0 where one serves several."""
    first_picture: NDArray[np.int64]
    edge_start: NDArray[np.int64]
    edge_time: NDArray[np.int64]
    edge_pitch: NDArray[np.int16]
    edge_weight: NDArray[np.int16]
    pitch_start: NDArray[np.int64]
    pitch: NDArray[np.int16]
    sounding: NDArray[np.int64]
    """How long each pitch of a picture sounds, in units."""
    stroke_start: NDArray[np.int64]
    stroke_pitch: NDArray[np.int16]
    stroke_onset: NDArray[np.int64]
    stroke_offset: NDArray[np.int64]
    drum_start: NDArray[np.int64]
    drum_pitch: NDArray[np.int16]
    drum_onset: NDArray[np.int64]
    drum_offset: NDArray[np.int64]
    drum_brightness: NDArray[np.int16]
    numbers: NDArray[np.int64]
    """Shape (pictures, 18), in the order of `NUMBERS`."""
    units: NDArray[np.int64]
    """Shape (kinds, 2): the different units, as up and down."""


NUMBERS = (
    "unit_up",
    "unit_down",
    "onset",  # where the picture's first edge lies: before 0 for a forbidden place ahead of the sound
    "end",  # where its last edge lies
    "length",  # how long it sounds
    "lowest",
    "range",
    "window_lowest",
    "window_highest",
    "light",
    "area",
    "energy",
    "brightest",
    "level",  # the one brightness, or 0
    "dimmest",
    "kind",  # which of `units`
    "plain_numerator",  # light squared / area: the energy that a plain X can meet
    "plain_denominator",
)

UNIT_UP, UNIT_DOWN, ONSET, END, LENGTH, LOWEST, RANGE, WINDOW_LOWEST, WINDOW_HIGHEST, LIGHT, AREA, ENERGY = (
    range(12)
)
BRIGHTEST, LEVEL, DIMMEST, KIND, PLAIN_NUMERATOR, PLAIN_DENOMINATOR = range(12, 18)


COLUMNS = {
    "edge_time": np.int64,
    "edge_pitch": np.int16,
    "edge_weight": np.int16,
    "pitch": np.int16,
    "sounding": np.int64,
    "stroke_pitch": np.int16,
    "stroke_onset": np.int64,
    "stroke_offset": np.int64,
    "drum_pitch": np.int16,
    "drum_onset": np.int64,
    "drum_offset": np.int64,
    "drum_brightness": np.int16,
}


class Variants(NamedTuple):
    """Alterations as compiled loops read them off a sample's pictures: the cheapest first, as columns."""

    picture: NDArray[np.int64]
    """Which picture of the sample."""
    up: NDArray[np.int64]
    down: NDArray[np.int64]
    """The stretch that is still to be applied."""
    upside_down: NDArray[np.int64]
    backwards: NDArray[np.int64]
    price: NDArray[np.float64]
    turn: NDArray[np.int64]
    """The place of the alteration in the recipe."""
    alike: NDArray[np.int64]
    """The first variant, so no dearer one, that sounds every pitch as long: this, or its mirror image in time."""


def variants(recipe: Recipe) -> dict[Reading, tuple[Variants, Variants]]:
    """Return, for each reading of the recipe, the variants of samples with shared and with own pictures."""
    every = recipe.alterations
    shared: dict[Reading, int] = {
        reading: i for i, reading in enumerate(dict.fromkeys(a.reading for a in every))
    }
    found: dict[Reading, tuple[Variants, Variants]] = {}
    for reading, picture in shared.items():
        turns = sorted(
            (t for t, a in enumerate(every) if a.reading == reading), key=lambda t: -every[t].price
        )
        found[reading] = (
            _variants([(t, picture, every[t]) for t in turns]),
            _variants([(t, t, Alteration(price=every[t].price)) for t in turns]),
        )
    return found


def _variants(rows: list[tuple[int, int, Alteration]]) -> Variants:
    done = [alteration for *_, alteration in rows]
    sounding = [(picture, a.stretch, "inversion" in a.form) for _, picture, a in rows]
    return Variants(
        np.array([picture for _, picture, _ in rows], np.int64),
        np.array([a.stretch.numerator for a in done], np.int64),
        np.array([a.stretch.denominator for a in done], np.int64),
        np.array(["inversion" in a.form for a in done], np.int64),
        np.array(["retrograde" in a.form for a in done], np.int64),
        np.array([a.price for a in done], np.float64),
        np.array([turn for turn, *_ in rows], np.int64),
        np.array([sounding.index(one) for one in sounding], np.int64),
    )


def is_shared(sample: NoteArray, recipe: Recipe) -> bool:
    """Tell whether one picture of the sample serves all stretches and forms of a reading."""
    by_step = all(a.reading in ("semitone", "neighbour") for a in recipe.alterations)
    return by_step and stretches_alike(sample, recipe)


def pack(samples: Iterable[NoteArray], recipe: Recipe) -> Packed:
    """Draw every sample and put its pictures into columns.

    Raises
    ------
    NoNotes
        If a sample has nothing that sounds.
    """
    readings = list(dict.fromkeys(a.reading for a in recipe.alterations))
    alone, first, pictures = [], [], 0
    parts: list[dict[str, Any]] = []
    for sample in map(recipe.shown, samples):
        shares = is_shared(sample, recipe)
        wanted: Sequence[Alteration] = (
            [Alteration(reading=reading) for reading in readings] if shares else recipe.alterations
        )
        alone.append(not shares)
        first.append(pictures)
        pictures += len(wanted)
        parts += [_picture_columns(sample_picture(sample, recipe, alteration)) for alteration in wanted]
    columns: dict[str, Any] = {
        name: np.concatenate([part[name] for part in parts]).astype(kind) if parts else np.zeros(0, kind)
        for name, kind in COLUMNS.items()
    }
    starts: dict[str, Any] = {
        f"{what}_start": np.cumsum([0, *(len(part[name]) for part in parts)]).astype(np.int64)
        for what, name in (
            ("edge", "edge_time"),
            ("pitch", "pitch"),
            ("stroke", "stroke_pitch"),
            ("drum", "drum_pitch"),
        )
    }
    numbers = np.array([part["numbers"] for part in parts], np.int64).reshape(-1, len(NUMBERS))
    units, kind = np.unique(numbers[:, : UNIT_DOWN + 1], axis=0, return_inverse=True)
    numbers[:, KIND] = kind
    return Packed(
        alone=np.array(alone, np.int8),
        first_picture=np.array(first, np.int64),
        **starts,
        **columns,
        numbers=numbers,
        units=units,
    )


def _picture_columns(picture: SamplePicture) -> dict[str, Any]:
    """Return the edges, pitches, drums and numbers of one picture."""
    roll, box = picture.roll, picture.box
    unit = int(np.gcd.reduce(np.concatenate([roll.onset, roll.offset, [box.onset, box.offset]])))
    length = Fraction(unit, roll.ticks_per_quarter)
    pitched, drums = roll.where(~roll.is_drum), roll.where(roll.is_drum)
    edges = edges_of(pitched, unit)
    levels = np.unique(roll.brightness)
    names, index = np.unique(pitched.pitch, return_inverse=True)
    meets = Fraction(picture.light**2, picture.area * unit)
    octave = picture.alteration.reading == "octave"
    numbers = (
        length.numerator,
        length.denominator,
        int(roll.onset.min()) // unit,
        int(roll.offset.max()) // unit,
        (box.offset - box.onset) // unit,
        edges.lowest,
        edges.pitches - 1,
        -FAR if octave else box.lowest,
        FAR if octave else box.highest,
        picture.light // unit,
        picture.area // unit,
        picture.energy // unit,
        picture.brightest,
        int(levels[0]) if len(levels) == 1 else 0,
        int(roll.brightness.min()),
        0,
        min(meets.numerator, 2**62),
        meets.denominator,
    )
    edge_time, edge_pitch, edge_weight = _in_twos(edges.time[edges.column], edges.pitch, edges.weight)
    sounding = np.bincount(index, weights=(pitched.offset - pitched.onset) // unit, minlength=len(names))
    return {
        "edge_time": edge_time,
        "edge_pitch": edge_pitch,
        "edge_weight": edge_weight,
        "pitch": names - edges.lowest,
        "sounding": sounding,
        "stroke_pitch": pitched.pitch - edges.lowest,
        "stroke_onset": pitched.onset // unit,
        "stroke_offset": pitched.offset // unit,
        "drum_pitch": drums.pitch,
        "drum_onset": drums.onset // unit,
        "drum_offset": drums.offset // unit,
        "drum_brightness": drums.brightness,
        "numbers": numbers,
    }


class Edges(NamedTuple):
    """Where something begins (+) or ends (-) in a picture: what cancels is left out."""

    time: NDArray[np.int64]
    """The times with edges, rising, in units."""
    column: NDArray[np.int64]
    """Which time an edge lies at; rising."""
    pitch: NDArray[np.int64]
    """Counted from the lowest."""
    weight: NDArray[np.int64]
    lowest: int
    pitches: int


def edges_of(roll: PianoRoll, unit: int) -> Edges:
    """Return the edges of a picture, by time and pitch."""
    if not len(roll):
        empty = np.zeros(0, np.int64)
        return Edges(empty, empty, empty, empty, 0, 1)
    lowest = int(roll.pitch.min())
    pitches = int(roll.pitch.max()) - lowest + 1
    pitch = roll.pitch - lowest
    place = np.concatenate([roll.onset // unit * pitches + pitch, roll.offset // unit * pitches + pitch])
    weight = np.concatenate([roll.brightness, -roll.brightness])
    order = np.argsort(place)
    place, weight = place[order], weight[order]
    first = np.flatnonzero(np.diff(place, prepend=place[0] - 1))
    weight = np.add.reduceat(weight, first)
    place = place[first][weight != 0]
    time, pitch = np.divmod(place, pitches)
    new = np.diff(time, prepend=time[0] - 1) > 0
    return Edges(time[new], np.cumsum(new) - 1, pitch, weight[weight != 0], lowest, pitches)


def _in_twos(
    time: NDArray[np.int64], pitch: NDArray[np.int64], weight: NDArray[np.int64]
) -> tuple[NDArray[np.int64], ...]:
    """Return edges, sorted by time, such that each time has an even number: one without weight fills up."""
    moments, first, counts = np.unique(time, return_index=True, return_counts=True)
    odd = counts % 2 == 1
    after = (first + counts)[odd]
    return np.insert(time, after, moments[odd]), np.insert(pitch, after, 0), np.insert(weight, after, 0)


def selected(packed: Packed, chosen: slice) -> Packed:
    """Return the same columns for some of the samples only."""
    return packed._replace(alone=packed.alone[chosen], first_picture=packed.first_picture[chosen])
