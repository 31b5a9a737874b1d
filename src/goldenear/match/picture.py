"""This file is where X and the samples are drawn ready to be laid over one another, once each.

X is drawn once for every reading of pitch, a sample once for every alteration. Both begin at tick 0 and are
counted on the coarsest grid that is exact, after they were rounded to the recipe's; where they really begin is kept
beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import Any, NamedTuple

import numpy as np

from goldenear.correlate.correlogram import planes
from goldenear.correlate.turning_points import Lines
from goldenear.errors import InvalidInput, NoNotes
from goldenear.match.recipe import Recipe
from goldenear.notes.alteration import Alteration, Form
from goldenear.notes.note_array import NoteArray
from goldenear.notes.piano_roll import PianoRoll, Reading, common_divisor, draw, joined, painted


class Box(NamedTuple):
    """The place a sample takes: its pitches with a margin, its drums, its time. Pitches are inclusive."""

    lowest: int
    highest: int
    drums: frozenset[int]
    onset: int
    offset: int


@dataclass(frozen=True)
class PiecePicture:
    """X drawn for one reading of pitch.

    Attributes
    ----------
    roll : PianoRoll
        What a sample is multiplied with; under ``"neighbour"`` with its glow on the steps beside it.
    heard : PianoRoll
        What sounds, without glow, at the same scale: its energy normalises.
    origin : Fraction
        Where the picture begins, in quarters.
    scale : int
        The brightness that one unit of X's own brightness is drawn with.
    """

    roll: PianoRoll
    heard: PianoRoll
    origin: Fraction
    scale: int

    _planes: dict[int, tuple[tuple[Lines, Lines], tuple[Lines, Lines]]] = field(default_factory=dict)

    def planes(self, ticks_per_quarter: int) -> tuple[tuple[Lines, Lines], tuple[Lines, Lines]]:
        """Return `roll` and `heard`, each as pitched notes and drums, on a finer grid; kept for the next sample."""
        if ticks_per_quarter not in self._planes:
            roll, heard = (planes(r.at_resolution(ticks_per_quarter)) for r in (self.roll, self.heard))
            self._planes[ticks_per_quarter] = roll, heard
        return self._planes[ticks_per_quarter]

    @cached_property
    def pitch_range(self) -> tuple[int, int]:
        """The lowest pitch that sounds, and the number of pitches up to the highest; (0, 0) for drums alone."""
        pitch = self.heard.pitch[~self.heard.is_drum]
        return (int(pitch.min()), int(np.ptp(pitch)) + 1) if len(pitch) else (0, 0)

    @cached_property
    def energy(self) -> int:
        """The sum of brightness squared over all that sounds."""
        return energy(self.heard)

    @cached_property
    def plain(self) -> int:
        """The one brightness of all that sounds; 0 where it differs."""
        level = int(self.heard.brightness[0])
        return level if (self.heard.brightness == level).all() else 0

    @cached_property
    def light(self) -> int:
        """The sum of brightness over all that sounds."""
        return light(self.heard)


@dataclass(frozen=True)
class SamplePicture:
    """A sample drawn for one alteration.

    Attributes
    ----------
    roll : PianoRoll
        What X is multiplied with, forbidden places among it.
    alteration : Alteration
        What was done to the sample.
    origin : Fraction
        Where the picture begins, in quarters.
    box : Box
        The place it takes.
    energy, light, area : int
        The sums of brightness squared, of brightness, and of 1, over all pixels that must sound.
    brightest : int
        The greatest brightness.
    """

    roll: PianoRoll
    alteration: Alteration
    origin: Fraction
    box: Box
    energy: int
    light: int
    area: int
    brightest: int

    @cached_property
    def _planes(self) -> tuple[Lines, Lines]:
        return planes(self.roll)

    def planes(self, up: int) -> tuple[Lines, Lines]:
        """Return the strokes of the pitched notes and of the drums, on a grid `up` times finer."""
        if up == 1:
            return self._planes
        pitched, drums = (
            lines._replace(onset=lines.onset * up, offset=lines.offset * up) for lines in self._planes
        )
        return pitched, drums

    def stretched(self, alteration: Alteration) -> SamplePicture:
        """Return the picture as an alteration that differs in nothing but its stretch would draw it."""
        up, down = (alteration.stretch / self.roll.ticks_per_quarter).as_integer_ratio()
        spare = gcd(int(np.gcd.reduce(np.concatenate([self.roll.onset, self.roll.offset]))) * up, down)

        def longer(ticks: Any) -> Any:
            return ticks * up // spare

        return SamplePicture(
            replace(
                self.roll,
                onset=longer(self.roll.onset),
                offset=longer(self.roll.offset),
                ticks_per_quarter=down // spare,
            ),
            alteration,
            self.origin,
            self.box._replace(onset=longer(self.box.onset), offset=longer(self.box.offset)),
            longer(self.energy),
            longer(self.light),
            longer(self.area),
            self.brightest,
        )


@dataclass(frozen=True, eq=False)
class Sheaf:
    """Pictures of one sample that take the same time on the same grid: the mirror forms of one stretch.

    They are laid on X together, in one run.

    Attributes
    ----------
    pictures : tuple of SamplePicture
        The pictures.
    turns : tuple of int
        The place of each one's alteration in the recipe: of equals the earlier wins.
    """

    pictures: tuple[SamplePicture, ...]
    turns: tuple[int, ...]

    @property
    def ticks_per_quarter(self) -> int:
        """The grid of all pictures."""
        return self.pictures[0].roll.ticks_per_quarter

    @property
    def reading(self) -> Reading:
        """How pitch is read."""
        return self.pictures[0].alteration.reading

    @property
    def price(self) -> float:
        """The price of the dearest to lose: the greatest factor among the pictures."""
        return max(picture.alteration.price for picture in self.pictures)


class Pair(NamedTuple):
    """X and the pictures of a sample on one grid, ready for the engine."""

    piece: tuple[Lines, Lines]
    heard: tuple[Lines, Lines]
    samples: list[tuple[Lines, Lines]]
    onset: int
    offset: int
    """Where the time of the pictures begins and ends, in ticks of the pair."""
    ticks_per_quarter: int
    up: int
    """How many ticks of the pair one tick of the sample's own pictures makes."""
    piece_up: int
    """How many ticks of the pair one tick of X's own picture makes."""


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
    readings = dict.fromkeys(a.reading for a in recipe.alterations)
    shown = recipe.shown(sounding)
    return {reading: _piece_picture(shown, recipe, reading) for reading in readings}


def sheaves(sample: NoteArray, recipe: Recipe) -> tuple[Sheaf, ...]:
    """Draw a sample once for every alteration of the recipe, and put together what takes the same time.

    Raises
    ------
    NoNotes
        If nothing sounds in the sample.
    """
    together: dict[tuple[object, ...], list[tuple[SamplePicture, int]]] = {}
    alike = stretches_alike(sample, recipe)
    unstretched: dict[tuple[Form, Reading], SamplePicture] = {}
    for turn, alteration in enumerate(recipe.alterations):
        if not alike or alteration.reading == "rhythm":
            picture = sample_picture(sample, recipe, alteration)
        else:
            kind = (alteration.form, alteration.reading)
            if kind not in unstretched:
                form = replace(alteration, stretch=Fraction(1))
                unstretched[kind] = sample_picture(sample, recipe, form)
            picture = unstretched[kind].stretched(alteration)
        same = (alteration.reading, picture.roll.ticks_per_quarter, picture.box.onset, picture.box.offset)
        together.setdefault(same, []).append((picture, turn))
    bound = [tuple(zip(*pictures, strict=True)) for pictures in together.values()]
    return tuple(Sheaf(pictures, turns) for pictures, turns in bound)


def stretches_alike(sample: NoteArray, recipe: Recipe) -> bool:
    """Tell whether the picture of the stretched sample is the picture of the sample, stretched.

    True where notes are drawn evenly and all of them sound; but never under the reading ``"rhythm"``.
    """
    return recipe.drawing.body == recipe.drawing.onset and not bool((sample.brightness < 0).any())


def paired(x: PiecePicture, sheaf: Sheaf) -> Pair:
    """Bring X and the pictures of a sample to their common grid."""
    resolution = lcm(x.roll.ticks_per_quarter, sheaf.ticks_per_quarter)
    up = resolution // sheaf.ticks_per_quarter
    box = sheaf.pictures[0].box
    roll, heard = x.planes(resolution)
    return Pair(
        roll,
        heard,
        [picture.planes(up) for picture in sheaf.pictures],
        box.onset * up,
        box.offset * up,
        resolution,
        up,
        resolution // x.roll.ticks_per_quarter,
    )


def energy(roll: PianoRoll) -> int:
    """Return the sum of brightness squared over the pixels."""
    return int((roll.brightness**2 * (roll.offset - roll.onset)).sum())


def light(roll: PianoRoll) -> int:
    """Return the sum of brightness over the pixels."""
    return int((roll.brightness * (roll.offset - roll.onset)).sum())


def _piece_picture(x: NoteArray, recipe: Recipe, reading: Reading) -> PiecePicture:
    heard, origin = _from_zero(draw(x, recipe.drawing, reading=reading))
    if reading == "neighbour":
        share = recipe.neighbour_share
        heard = replace(heard, brightness=heard.brightness * share.denominator)
        return PiecePicture(_glowing(heard, share), heard, origin, share.denominator)
    if reading == "octave":
        # Two octaves of the folded picture, so that a fold needs no wrapping round: pitch class q moved
        # up by p finds q + p (mod the octave) at row q + p.
        above = replace(heard, pitch=np.where(heard.is_drum, heard.pitch, heard.pitch + x.steps_per_octave))
        return PiecePicture(joined(heard, above.where(~above.is_drum)), heard, origin, 1)
    return PiecePicture(heard, heard, origin, 1)


def sample_picture(sample: NoteArray, recipe: Recipe, alteration: Alteration) -> SamplePicture:
    """Draw a sample under one alteration.

    Raises
    ------
    NoNotes
        If nothing sounds in the sample.
    """
    if not (sample.brightness > 0).any():
        raise NoNotes(sample.name)
    roll = draw(alteration.apply(recipe.shown(sample)), recipe.drawing, reading=alteration.reading)
    bright, origin = _from_zero(roll.where(roll.brightness > 0))
    if (roll.brightness > 0).all():
        roll = bright
    else:
        # Forbidden places move with the sound, so that the picture begins where its sound begins.
        roll, _ = _from_zero(roll, origin)
        resolution = lcm(bright.ticks_per_quarter, roll.ticks_per_quarter)
        roll, bright = roll.at_resolution(resolution), bright.at_resolution(resolution)
    return SamplePicture(
        roll,
        alteration,
        origin,
        _box(bright, alteration.reading, sample.steps_per_octave),
        energy(bright),
        light(bright),
        int((bright.offset - bright.onset).sum()),
        int(bright.brightness.max()),
    )


def _box(bright: PianoRoll, reading: Reading, steps_per_octave: int) -> Box:
    """Return the place of a sample: a whole tone of margin, so that a full cluster is never a likeness."""
    pitch = bright.pitch[~bright.is_drum]
    drums = frozenset(bright.pitch[bright.is_drum].tolist())
    onset, offset = int(bright.onset.min()), int(bright.offset.max())
    if not len(pitch):
        return Box(0, -1, drums, onset, offset)
    if reading == "octave":
        return Box(0, steps_per_octave - 1, drums, onset, offset)
    margin = 0 if reading == "rhythm" else max(1, round(steps_per_octave / 6))
    return Box(int(pitch.min()) - margin, int(pitch.max()) + margin, drums, onset, offset)


def _glowing(heard: PianoRoll, share: Fraction) -> PianoRoll:
    """Return the picture with a share of every pixel's brightness on the steps above and below it."""
    glow = replace(heard, brightness=heard.brightness * share.numerator // share.denominator)
    pitched = glow.where(~glow.is_drum & (glow.brightness > 0))
    above, below = (replace(pitched, pitch=pitched.pitch + step) for step in (1, -1))
    return painted(joined(heard, above, below))


def _from_zero(roll: PianoRoll, origin: Fraction | None = None) -> tuple[PianoRoll, Fraction]:
    """Move the picture to begin at tick 0 on its coarsest exact grid; return where it began, in quarters."""
    if not len(roll):
        raise InvalidInput("drawing: nothing is left of the notes; let body or onset be above 0")
    if origin is None:
        origin = Fraction(int(roll.onset.min()), roll.ticks_per_quarter)
    start = int(origin * roll.ticks_per_quarter)
    onset, offset = roll.onset - start, roll.offset - start
    shared = gcd(common_divisor(onset, offset), roll.ticks_per_quarter)
    moved = replace(
        roll,
        onset=onset // shared,
        offset=offset // shared,
        ticks_per_quarter=roll.ticks_per_quarter // shared,
    )
    return moved, origin
