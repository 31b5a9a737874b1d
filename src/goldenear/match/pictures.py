"""X and the samples, drawn ready to be laid over one another.

X is drawn once for every reading of pitch, a sample once for every alteration; each in the layers that the recipe
compares, notes as they are held and as they are struck. A picture begins at tick 0, where its sound begins, and is
counted on the coarsest grid that is exact after its notes were rounded to the recipe's grid. Where it really begins
is kept beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import NoNotes
from goldenear.match.recipe import Recipe
from goldenear.notes.alteration import Alteration
from goldenear.notes.kit import beside_pitch
from goldenear.notes.note_array import NoteArray
from goldenear.notes.piano_roll import PianoRoll, Reading, common_divisor, draw, joined, painted

Made = TypeVar("Made")


class Kept(dict[Any, Any]):
    """What is made once, and kept for the next time."""

    def once(self, key: object, make: Callable[[], Made]) -> Made:
        """Return what is kept under a key; it is made where there is nothing yet."""
        # Of two threads that make it, the first is kept for both: others may hold addresses of what is in it.
        made: Made = self[key] if key in self else self.setdefault(key, make())
        return made


class Box(NamedTuple):
    """The window of a sample: its pitches with a margin, inclusive; its lines of drums; its time in ticks."""

    lowest: int
    highest: int
    drums: frozenset[int]
    onset: int
    offset: int


class Sums(NamedTuple):
    """What a layer holds that must sound: brightness squared, brightness, and 1, summed over pixels."""

    energy: int
    light: int
    area: int

    @classmethod
    def of(cls, roll: PianoRoll) -> Sums:
        """Return the sums of all pixels above 0."""
        b = np.maximum(roll.brightness, 0)
        ticks = roll.offset - roll.onset
        return cls(int((b * b * ticks).sum()), int((b * ticks).sum()), int(ticks[b > 0].sum()))


@dataclass(frozen=True)
class PiecePicture:
    """X drawn for one reading of pitch.

    Attributes
    ----------
    lit : tuple of PianoRoll
        What a sample is multiplied with, one a layer; under ``"neighbour"`` with its glow on the steps beside it.
    sounding : tuple of PianoRoll
        What sounds, without glow, at the same scale: its energy counts in the window.
    origin : Fraction
        Where the picture begins, in quarters.
    scale : int
        The brightness that one unit of X's own brightness is drawn with.
    kept : Kept
        What engines keep of it from one library of samples to the next.
    """

    lit: tuple[PianoRoll, ...]
    sounding: tuple[PianoRoll, ...]
    origin: Fraction
    scale: int
    kept: Kept = field(default_factory=Kept, compare=False, repr=False)

    @property
    def ticks_per_quarter(self) -> int:
        """The grid of all layers."""
        return self.lit[0].ticks_per_quarter

    @cached_property
    def times(self) -> NDArray[np.int64]:
        """The ticks at which a note begins or ends in some layer, rising."""
        return times_of(self.sounding)

    @cached_property
    def sums(self) -> tuple[Sums, ...]:
        """The sums over all that sounds, one a layer."""
        return tuple(map(Sums.of, self.sounding))

    @cached_property
    def sums_beside_pitch(self) -> tuple[Sums, ...]:
        """The sums over all that a sample with pitch may ask for: all but drums on lines of beats, one a layer."""
        return tuple(
            Sums.of(roll.where(~roll.is_drum | beside_pitch(np.where(roll.is_drum, roll.pitch, 0))))
            for roll in self.sounding
        )

    @cached_property
    def plain(self) -> int:
        """The one brightness of all that sounds; 0 where it differs."""
        levels = np.unique(np.concatenate([roll.brightness for roll in self.sounding]))
        return int(levels[0]) if len(levels) == 1 else 0


@dataclass(frozen=True)
class SamplePicture:
    """A sample drawn for one alteration.

    Attributes
    ----------
    layers : tuple of PianoRoll
        What X is multiplied with, forbidden places among it.
    alteration : Alteration
        What was done to the sample.
    origin : Fraction
        Where the picture begins, in quarters.
    box : Box
        Its window.
    """

    layers: tuple[PianoRoll, ...]
    alteration: Alteration
    origin: Fraction
    box: Box

    @property
    def ticks_per_quarter(self) -> int:
        """The grid of all layers."""
        return self.layers[0].ticks_per_quarter

    @cached_property
    def times(self) -> NDArray[np.int64]:
        """The ticks at which a note begins or ends in some layer, rising."""
        return times_of(self.layers)

    @cached_property
    def sums(self) -> tuple[Sums, ...]:
        """The sums over all that must sound, one a layer."""
        return tuple(map(Sums.of, self.layers))

    @property
    def pitched(self) -> int:
        """1 where something with pitch must sound, 0 for a beat."""
        return int(self.box.highest >= self.box.lowest)

    @cached_property
    def brightest(self) -> int:
        """The greatest brightness."""
        return max(int(roll.brightness.max()) for roll in self.layers)

    @cached_property
    def dimmest(self) -> int:
        """The least brightness; below 0 where something must stay dark."""
        return min(int(roll.brightness.min()) for roll in self.layers)


def times_of(rolls: tuple[PianoRoll, ...]) -> NDArray[np.int64]:
    """Return all onsets and offsets, each once, rising."""
    return np.unique(np.concatenate([times for roll in rolls for times in (roll.onset, roll.offset)]))


@dataclass(frozen=True, eq=False)
class AlterationGroup:
    """Pictures of one sample that take the same time on the same grid: the mirror forms of one stretch.

    Attributes
    ----------
    pictures : tuple of SamplePicture
        The pictures, which are laid on X together.
    indices : tuple of int
        Where each one's alteration stands in the recipe: of equals the earlier wins.
    """

    pictures: tuple[SamplePicture, ...]
    indices: tuple[int, ...]

    @property
    def ticks_per_quarter(self) -> int:
        """The grid of all pictures."""
        return self.pictures[0].ticks_per_quarter

    @property
    def reading(self) -> Reading:
        """How pitch is read."""
        return self.pictures[0].alteration.reading

    @property
    def weight(self) -> float:
        """The greatest weight among the alterations."""
        return max(picture.alteration.price for picture in self.pictures)


def piece_pictures(x: NoteArray, recipe: Recipe) -> dict[Reading, PiecePicture]:
    """Draw X once for every reading that the recipe's alterations use.

    Raises
    ------
    NoNotes
        If nothing sounds in X.
    """
    sounding = x.where(x.brightness > 0)
    if not len(sounding):
        raise NoNotes(x.name)
    notes = recipe.shown(sounding)
    readings = dict.fromkeys(a.reading for a in recipe.alterations)
    return {reading: _piece_picture(notes, recipe, reading) for reading in readings}


def alteration_groups(sample: NoteArray, recipe: Recipe) -> tuple[AlterationGroup, ...]:
    """Draw a sample once for every alteration of the recipe, and put together what takes the same time.

    Raises
    ------
    NoNotes
        If nothing sounds in the sample.
    """
    together: dict[tuple[object, ...], list[tuple[SamplePicture, int]]] = {}
    for index, alteration in enumerate(recipe.alterations):
        picture = sample_picture(sample, recipe, alteration)
        same = (alteration.reading, picture.ticks_per_quarter, picture.box.onset, picture.box.offset)
        together.setdefault(same, []).append((picture, index))
    bound = [tuple(zip(*pictures, strict=True)) for pictures in together.values()]
    return tuple(AlterationGroup(pictures, indices) for pictures, indices in bound)


def sample_picture(sample: NoteArray, recipe: Recipe, alteration: Alteration) -> SamplePicture:
    """Draw a sample under one alteration.

    Raises
    ------
    NoNotes
        If nothing sounds in the sample.
    """
    if not (sample.brightness > 0).any():
        raise NoNotes(sample.name)
    layers, origin = _layers(alteration.apply(recipe.shown_sample(sample)), recipe, alteration.reading)
    return SamplePicture(
        layers, alteration, origin, _box(layers, alteration.reading, sample.steps_per_octave)
    )


def _piece_picture(x: NoteArray, recipe: Recipe, reading: Reading) -> PiecePicture:
    sounding, origin = _layers(x, recipe, reading)
    if reading == "neighbour":
        share = recipe.neighbour_share
        sounding = tuple(replace(roll, brightness=roll.brightness * share.denominator) for roll in sounding)
        return PiecePicture(
            tuple(_glowing(roll, share) for roll in sounding), sounding, origin, share.denominator
        )
    if reading == "octave":
        return PiecePicture(
            tuple(_two_octaves(roll, x.steps_per_octave) for roll in sounding), sounding, origin, 1
        )
    return PiecePicture(sounding, sounding, origin, 1)


def _layers(notes: NoteArray, recipe: Recipe, reading: Reading) -> tuple[tuple[PianoRoll, ...], Fraction]:
    """Draw the layers that the recipe compares, moved to begin at tick 0; and tell where they began, in quarters."""
    rhythm = recipe.stroke if reading == "rhythm" else None
    rolls = [draw(notes, struck=length or rhythm, reading=reading) for length in recipe.layers]
    resolution = lcm(*(roll.ticks_per_quarter for roll in rolls))
    rolls = [roll.at_resolution(resolution) for roll in rolls]
    start = min(int(roll.onset[roll.brightness > 0].min()) for roll in rolls)
    times = [times - start for roll in rolls for times in (roll.onset, roll.offset)]
    shared = gcd(common_divisor(*times), resolution)
    moved = tuple(
        replace(
            roll,
            onset=(roll.onset - start) // shared,
            offset=(roll.offset - start) // shared,
            ticks_per_quarter=resolution // shared,
        )
        for roll in rolls
    )
    return moved, Fraction(start, resolution)


def _box(layers: tuple[PianoRoll, ...], reading: Reading, steps_per_octave: int) -> Box:
    """Return the window of a sample."""
    roll = joined(*layers)
    bright = roll.where(roll.brightness > 0)
    pitch = bright.pitch[~bright.is_drum]
    drums = frozenset(bright.pitch[bright.is_drum].tolist())
    onset, offset = int(bright.onset.min()), int(bright.offset.max())
    if not len(pitch):
        return Box(0, -1, drums, onset, offset)
    margin = margin_of(reading, steps_per_octave)
    if margin is None:
        return Box(0, steps_per_octave - 1, drums, onset, offset)
    return Box(int(pitch.min()) - margin, int(pitch.max()) + margin, drums, onset, offset)


def margin_of(reading: Reading, steps_per_octave: int) -> int | None:
    """Return how many steps a window is wider than its sample, either way; None for all pitches.

    A whole tone, so that a full cluster is never a likeness.
    """
    if reading == "octave":
        return None
    return 0 if reading == "rhythm" else max(1, round(steps_per_octave / 6))


def _two_octaves(roll: PianoRoll, octave: int) -> PianoRoll:
    """Return a folded picture twice, an octave apart: pitch class q moved up by p is found at row q + p."""
    pitched = roll.where(~roll.is_drum)
    return joined(roll, replace(pitched, pitch=pitched.pitch + octave))


def _glowing(roll: PianoRoll, share: Fraction) -> PianoRoll:
    """Return the picture with a share of every pixel's brightness on the steps above and below it."""
    glow = replace(roll, brightness=roll.brightness * share.numerator // share.denominator)
    pitched = glow.where(~glow.is_drum & (glow.brightness > 0))
    above, below = (replace(pitched, pitch=pitched.pitch + step) for step in (1, -1))
    return painted(joined(roll, above, below))
