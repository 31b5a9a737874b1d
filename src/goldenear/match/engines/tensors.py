"""This file is where X and packed samples lie on a device as tensors, and each pair's numbers are read off them.

A pair is one sample under one alteration. Its numbers are computed for all pairs at once, in tensors of shape
(variants, samples); they are those of the compiled engine, so that both refuse the same and find the same.
Times are counted in *pair units*, the coarsest in which all times of X and the sample are whole.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from goldenear.correlate.turning_points import Lines
from goldenear.match.engines.meeting import Meeting, limits, refusal_of
from goldenear.match.packed import (
    AREA,
    BRIGHTEST,
    DIMMEST,
    END,
    ENERGY,
    KIND,
    LENGTH,
    LEVEL,
    LIGHT,
    LOWEST,
    ONSET,
    PLAIN_DENOMINATOR,
    PLAIN_NUMERATOR,
    RANGE,
    Variants,
)
from goldenear.match.picture import PiecePicture
from goldenear.match.prepared import PreparedSamples
from goldenear.match.recipe import Measure
from goldenear.match.similarity import MAX_PLACEMENTS
from goldenear.notes.piano_roll import PianoRoll, Reading


class Rules(NamedTuple):
    """What the recipe says of one reading."""

    measure: Measure
    lowest: int
    """The transpositions allowed, where both have pitch."""
    highest: int
    octave: int
    """Steps an octave where octaves are folded, else 0."""
    glow: bool
    """Whether X's notes also shine on neighbouring steps: then the shared time may exceed the energy."""


def rules_of(samples: PreparedSamples, reading: Reading) -> Rules:
    """Return what the recipe of the samples says of a reading."""
    return Rules(samples.recipe.measure, *limits(samples, reading), reading == "neighbour")


class Piece(NamedTuple):
    """One reading of X: its strokes in units of X, and its sums."""

    unit: Fraction
    """Quarters in a unit."""
    pitched: Lines
    drums: Lines
    heard: Lines
    """What sounds, without glow and drums."""
    length: int
    level: int
    """The one brightness of all strokes; 0 where it differs."""
    area: int
    light: int
    brightest: int
    energy: int
    plain: int
    """The one brightness of all that sounds, or 0."""
    scaled_light: int
    scale: int

    @property
    def lowest(self) -> int:
        """The lowest pitch."""
        return int(self.pitched.pitch.min()) if len(self.pitched.pitch) else 0

    @property
    def highest(self) -> int:
        """The highest pitch."""
        return int(self.pitched.pitch.max()) if len(self.pitched.pitch) else 0


def piece_of(picture: PiecePicture) -> Piece:
    """Count one reading of X in the coarsest units in which all its times are whole."""
    roll, heard = picture.roll, picture.heard
    unit = gcd(*(int(np.gcd.reduce(np.concatenate([r.onset, r.offset]))) for r in (roll, heard)))
    times = (roll.offset - roll.onset) // unit
    levels = np.unique(roll.brightness)
    return Piece(
        Fraction(unit, roll.ticks_per_quarter),
        _lines(roll.where(~roll.is_drum), unit),
        _lines(roll.where(roll.is_drum), unit),
        _lines(heard.where(~heard.is_drum), unit),
        int(roll.offset.max()) // unit,
        int(levels[0]) if len(levels) == 1 else 0,
        int(times.sum()),
        int((roll.brightness * times).sum()),
        int(roll.brightness.max()),
        picture.energy // unit,
        picture.plain,
        picture.light // unit,
        picture.scale,
    )


def _lines(roll: PianoRoll, unit: int) -> Lines:
    columns = (roll.pitch, roll.onset // unit, roll.offset // unit, roll.brightness)
    return Lines(*(column.astype(np.int64) for column in columns))


class SampleTensors(NamedTuple):
    """Packed samples on a device; names and meaning are those of `Packed`."""

    alone: Tensor
    first_picture: Tensor
    edge_start: Tensor
    edge_time: Tensor
    edge_pitch: Tensor
    edge_weight: Tensor
    drum_start: Tensor
    drum_pitch: Tensor
    drum_onset: Tensor
    drum_offset: Tensor
    drum_brightness: Tensor
    numbers: Tensor
    """Shape (18, pictures)."""


def on_device(samples: PreparedSamples, where: torch.device) -> SampleTensors:
    """Return packed samples as tensors, which stay on the device as long as the samples are kept."""
    laid: dict[torch.device, SampleTensors] = samples.kept.setdefault("torch", {})
    if where not in laid:
        packed = samples.packed
        columns = {name: getattr(packed, name) for name in SampleTensors._fields}
        columns["numbers"] = packed.numbers.T
        laid[where] = SampleTensors(*(as_tensor(column, where) for column in columns.values()))
    return laid[where]


def as_tensor(column: NDArray[Any], where: torch.device) -> Tensor:
    """Copy a column of whole numbers to a device, as 64-bit integers."""
    return torch.tensor(np.ascontiguousarray(column, np.int64), device=where)


class Pairs(NamedTuple):
    """The numbers of pairs, as tensors of shape (variants, samples), or (pairs,) where some were chosen.

    The similarity is sqrt(S S above / (E below)), or S / below for the measures without energy, with S and E
    counted in ticks.
    """

    variant: Tensor
    turn: Tensor
    """The place of the alteration in the recipe."""
    price: Tensor
    sample: Tensor
    picture: Tensor
    piece_up: Tensor
    """Pair units in a unit of X."""
    sample_up: Tensor
    """Pair units in a unit of the sample."""
    ticks: Tensor
    """Ticks of the pair in a pair unit."""
    resolution: Tensor
    """Ticks of the pair in a quarter."""
    upside_down: Tensor
    backwards: Tensor
    low: Tensor
    rows: Tensor
    """The transpositions from `low` on that are to be tried; none if below 1."""
    above: Tensor
    below: Tensor
    weight: Tensor
    """What a unit of shared time counts where both pictures are of one brightness; else 0."""
    straight: Tensor
    """Whether no two different similarities of plain pictures round alike, so that only turning points matter."""
    need: Tensor
    """A similarity h needs h**2 need (for a cosine in the window) or h need units of shared time, at least."""

    def chosen(self, which: Tensor) -> Pairs:
        """Return the pairs for which `which`, of shape (variants, samples), is true."""
        return Pairs(*(column.expand(which.shape)[which] for column in self))

    def kept(self, which: NDArray[np.bool_]) -> Pairs:
        """Return those of chosen pairs for which `which` is true."""
        kept = torch.tensor(which, device=self.picture.device)
        return Pairs(*(column[kept] for column in self))

    def named(self, variant: Tensor, sample: Tensor) -> Pairs:
        """Return some pairs, by their places in the tensors."""
        shape = self.picture.shape
        return Pairs(*(column.expand(shape)[variant, sample] for column in self))


def pairs_of(
    piece: Piece,
    samples: SampleTensors,
    part: slice,
    kinds: tuple[Variants, Variants],
    met: tuple[Meeting, Meeting],
    rules: Rules,
) -> Pairs:
    """Return the numbers of every sample of a part under every variant.

    Parameters
    ----------
    piece : Piece
        X.
    samples : SampleTensors
        All samples.
    part : slice
        Which of them are paired.
    kinds : (Variants, Variants)
        The variants of samples whose stretches and forms share a picture, and of those with a picture for each.
    met : (Meeting, Meeting)
        How X's unit meets the samples' under either.
    rules : Rules
        What the recipe says.
    """
    where = samples.alone.device
    alone = samples.alone[part].bool()[None, :]

    def of_variant(name: str) -> Tensor:
        shared, own = (as_tensor(getattr(kind, name), where)[:, None] for kind in kinds)
        return torch.where(alone, own, shared)

    picture = samples.first_picture[part][None, :] + of_variant("picture")
    kind = samples.numbers[KIND][picture]
    variant = torch.arange(len(kinds[0].turn), device=where)[:, None]
    shared, own = (as_tensor(np.array(tables), where) for tables in met)
    piece_up, sample_up, ticks, resolution = torch.where(
        alone, own[:, kind, variant], shared[:, kind, variant]
    )
    first = part.indices(len(samples.alone))[0]
    count = picture.shape[1]
    low, rows = _transpositions(piece, samples, picture, rules)
    meeting = (piece_up, sample_up, ticks)
    return Pairs(
        variant,
        as_tensor(kinds[0].turn, where)[:, None],
        torch.tensor(kinds[0].price, device=where)[:, None],
        torch.arange(first, first + count, device=where)[None, :],
        picture,
        *meeting,
        resolution,
        of_variant("upside_down"),
        of_variant("backwards"),
        low,
        rows,
        *_scales(piece, samples.numbers[:, picture], rules, *meeting),
    )


def _transpositions(
    piece: Piece, samples: SampleTensors, picture: Tensor, rules: Rules
) -> tuple[Tensor, Tensor]:
    """Return the lowest transposition to try, and how many."""
    lowest, span = samples.numbers[LOWEST][picture], samples.numbers[RANGE][picture]
    low, high = piece.lowest - lowest - span, piece.highest - lowest
    if len(piece.drums.pitch):
        drums = samples.drum_start[picture + 1] > samples.drum_start[picture]
        low, high = torch.where(drums, low.clamp(max=0), low), torch.where(drums, high.clamp(min=0), high)
    low, high = low.clamp(min=rules.lowest), high.clamp(max=rules.highest)
    pitched = samples.edge_start[picture + 1] > samples.edge_start[picture]
    if not len(piece.pitched.pitch):
        pitched = torch.zeros_like(pitched)
    return low.where(pitched, 0), (high - low + 1).where(pitched, 1)


def _scales(
    piece: Piece, number: Tensor, rules: Rules, piece_up: Tensor, sample_up: Tensor, ticks: Tensor
) -> tuple[Tensor, ...]:
    """Return above, below, weight, straight and need."""
    scale = sample_up * ticks
    weight = piece.level * number[LEVEL] * (not rules.glow)
    if rules.measure in ("window-cosine", "cosine"):
        # The sample's energy, or the part of it that a plain X can meet, as a fraction in lowest terms.
        numerator, denominator = number[ENERGY] * scale, torch.ones_like(scale)
        if piece.plain:
            common = torch.gcd(scale, number[PLAIN_DENOMINATOR])
            numerator = number[PLAIN_NUMERATOR] * (scale // common)
            denominator = number[PLAIN_DENOMINATOR] // common
        above, below = denominator.double(), numerator.double()
        reference = below / above
        if rules.measure == "cosine":
            need = torch.sqrt(reference * piece.energy * piece_up * ticks)
        else:
            need = reference * max(piece.plain, 1) / number[BRIGHTEST]
    else:
        if rules.measure == "coverage":
            most = (piece.plain * number[LIGHT] if piece.plain else piece.scale * number[ENERGY]) * scale
        else:
            most = piece.scaled_light * piece_up * ticks * number[BRIGHTEST]
        above, below = torch.ones_like(scale).double(), most.double()
        need = below
    shared = torch.minimum(piece.area * piece_up, number[AREA] * sample_up).double() * ticks * weight
    straight = (weight > 0) & (shared * shared * piece.energy * piece_up * ticks < 2.0**50)
    return above, below, weight, straight, need / (ticks.double() * weight.clamp(min=1))


def check_budget(piece: Piece, numbers: Tensor, pairs: Pairs, names: PreparedSamples) -> None:
    """Raise TooLarge if a pair takes more placements than can be tried, or sums that leave 64 bits."""
    number = numbers[:, pairs.picture]
    length = number[END] - number[ONSET]
    shifts = pairs.ticks.double() * (piece.length * pairs.piece_up + length * pairs.sample_up)
    many = shifts * pairs.rows > MAX_PLACEMENTS
    scale = pairs.piece_up.double() * pairs.ticks
    brightest = torch.maximum(number[BRIGHTEST], -number[DIMMEST])
    shared = torch.maximum(3.0 * piece.scaled_light * scale * brightest, 4.0 * piece.energy * scale)
    reference = torch.maximum(number[PLAIN_NUMERATOR], number[ENERGY]).double()
    long = (shared > 2.0**62) | (reference * pairs.sample_up * pairs.ticks > 2.0**62)
    refused = (many | long).any(0)
    if not bool(refused.any()):
        return
    column = int(refused.byte().argmax())
    row = int((many | long)[:, column].byte().argmax())
    name = names[int(pairs.sample[0, column])].name
    raise refusal_of(name, too_many_placements=bool(many[row, column]))


def lengths(numbers: Tensor, pairs: Pairs) -> tuple[Tensor, Tensor, Tensor]:
    """Return where a picture's first edge lies, where its last, and how long it sounds, in pair units."""
    onset, end, length = (numbers[which][pairs.picture] * pairs.sample_up for which in (ONSET, END, LENGTH))
    return onset, end, length
