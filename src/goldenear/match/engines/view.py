"""This file is where a pair stands as plain numbers: how a sample is read against X, what shared time is worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numba import njit

from goldenear.correlate.backends.lanes import LANES
from goldenear.correlate.backends.records import int64s
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
    NUMBERS,
    ONSET,
    PLAIN_DENOMINATOR,
    PLAIN_NUMERATOR,
    RANGE,
    WINDOW_HIGHEST,
    WINDOW_LOWEST,
)

FIELDS = len(NUMBERS)

WINDOW_COSINE, COSINE, COVERAGE = 0, 1, 2

TOO_MANY_PLACEMENTS, TOO_LONG = 1, 2

NEVER = 2**62

FEW_STROKES, PLAIN_STROKES = 2**7, 2**15
"""The slope of what plain pictures share counts strokes: fewer than this fit into 8 bits, and into 16."""

Function = TypeVar("Function", bound=Callable[..., Any])

Number = Any
"""A number of compiled code: a machine's, not Python's."""


def compiled(function: Function) -> Function:
    """Return the function compiled, to be called by compiled code alone."""
    done: Function = njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    return done


class View(NamedTuple):
    """How a picture of a sample is read, and what becomes of what is shared: one pair."""

    picture: int = 0
    piece_up: int = 1
    """Pair units in a unit of X."""
    sample_up: int = 1
    """Pair units in a unit of the sample."""
    upside_down: int = 0
    backwards: int = 0
    ticks: int = 1
    """Ticks of the pair in a pair unit."""
    resolution: int = 1
    """Ticks of the pair in a quarter."""
    plain: int = 0
    """Whether both pictures are of one brightness, and edges count as 1."""
    few: int = 1
    """Whether strokes can be counted in eight bits."""
    weight: int = 1
    """What one unit of shared time counts: brightness times brightness of plain pictures, else 1."""
    unit_energy: int = 1
    """What one unit of energy in a window counts: the square of a plain X's brightness, else 1."""
    measure: int = 0
    above: float = 1.0
    below: float = 1.0
    """The similarity is sqrt(S S above / (E below)), or S / below for the measures without energy."""
    need: float = 0.0
    """A similarity h needs at least h**2 need (for a cosine in the window) or h need units of shared time."""
    octave: int = 0
    """Steps an octave where octaves are folded, else 0."""
    floor: float = 0.0
    """The least similarity, before its price, that is of interest."""
    first_hope: int = 0
    last_hope: int = 0
    """Between which shifts, in pair units, something may be of interest."""
    height: float = 0.0
    """The greatest found so far, and where."""
    size: int = 0
    transposition: int = 0
    shift: int = 0
    """In pair units."""
    shared: int = 0
    """In ticks of the pair."""


class Rules(NamedTuple):
    """What the recipe says, as plain numbers."""

    measure: int
    lowest: int
    """The transpositions allowed, where both have pitch."""
    highest: int
    octave: int
    glow: int
    """Whether X's notes also shine on neighbouring steps: then S may exceed the energy."""
    prune: int


@compiled
def number(packed: Any, picture: int, which: int) -> Number:
    """Return one of the numbers of a picture."""
    return int64s(packed.numbers, packed.n_numbers)[picture * FIELDS + which]


@compiled
def need_of(view: Any, height: float) -> int:
    """Return how many units of shared time a similarity of at least `height` needs, at the least."""
    if view.measure == WINDOW_COSINE:
        height *= height
    return max(1, int(np.ceil(height * view.need * (1 - 1e-9))))


@compiled
def factor_of(view: Any, height: float) -> Number:
    """Return how many times the energy in its window the shared time squared must be for a similarity `height`.

    All in units, and a hair generous.
    """
    share = height * height * view.below / view.above * view.unit_energy
    return share / (np.float64(view.ticks) * view.weight * view.weight) * (1 - 1e-5)


@compiled
def inverse_of(factor: float) -> Number:
    """Return what to multiply 16 bits with to divide by `factor`, rounded up; 0 for factors that are too small."""
    return int(65536.0 / factor) + 1 if factor >= 2.0 else 0


@compiled
def common_divisor(a: int, b: int) -> Number:
    """Return the greatest whole number that divides both."""
    while b:
        a, b = b, a % b
    return a


@compiled
def cannot_round_alike(piece: Any, packed: Any, view: Any) -> Number:
    """Tell whether no two different similarities of a pair of plain pictures round to the same number.

    They are quotients of S**2 and E: two of them differ by one part in S**2 E at the least.
    """
    shared = np.float64(most_shared(piece, packed, view)) * view.ticks * view.weight
    if view.measure != WINDOW_COSINE:
        return shared * shared < 2.0**50
    energy = np.float64(most_energy(piece, packed, view)) * view.unit_energy * view.ticks
    return shared * shared * energy < 2.0**50


@compiled
def look(  # noqa: PLR0915, one statement a number
    piece: Any, packed: Any, pairing: Any, variants: Any, rules: Any, sample: int, v: int, view: Any
) -> None:
    """Set the view on one variant of a sample."""
    k = int64s(packed.first_picture, packed.n_first_picture)[sample]
    k += int64s(variants.picture, variants.n_picture)[v]
    pair = number(packed, k, KIND) * variants.n_picture + v
    piece_up = int64s(pairing.piece_up, pairing.n_piece_up)[pair]
    sample_up = int64s(pairing.sample_up, pairing.n_piece_up)[pair]
    ticks = int64s(pairing.ticks, pairing.n_piece_up)[pair]
    edge_start = int64s(packed.edge_start, packed.n_edge_start)
    drum_start = int64s(packed.drum_start, packed.n_drum_start)
    strokes = (edge_start[k + 1] - edge_start[k]) // 2
    drums = drum_start[k + 1] - drum_start[k]
    level = number(packed, k, LEVEL)
    strokes = min(strokes, piece.strokes) + drums
    plain = piece.level > 0 and level > 0 and strokes < PLAIN_STROKES
    plain = plain and max(piece.area, piece.all_energy) * piece_up < 2**31 and piece.countable
    view.picture = k
    view.plain = plain
    view.few = strokes < FEW_STROKES
    view.weight = piece.level * level if plain else 1
    view.unit_energy = piece.plain * piece.plain if piece.plain and piece.level else 1
    view.measure = rules.measure
    view.octave = rules.octave
    view.resolution = int64s(pairing.resolution, pairing.n_piece_up)[pair]
    view.upside_down = int64s(variants.upside_down, variants.n_picture)[v]
    view.backwards = int64s(variants.backwards, variants.n_picture)[v]
    view.piece_up = piece_up
    view.sample_up = sample_up
    view.ticks = ticks
    if ticks > 1 and not (plain and not rules.glow and cannot_round_alike(piece, packed, view)):
        # A similarity may be cut off at 1, or round to another's, between two units: then every tick counts.
        piece_up *= ticks
        view.piece_up = piece_up
        view.sample_up = sample_up * ticks
        view.ticks = 1
        ticks = np.int64(1)
    scale = view.sample_up * ticks
    view.above = 1.0
    need = 0.0
    if rules.measure <= COSINE:
        # The sample's energy, or the part of it that a plain X can meet, as a fraction in lowest terms.
        numerator, denominator = number(packed, k, ENERGY) * scale, np.int64(1)
        if piece.plain:
            denominator = number(packed, k, PLAIN_DENOMINATOR)
            common = common_divisor(scale, denominator) if denominator > 1 else np.int64(1)
            numerator = number(packed, k, PLAIN_NUMERATOR) * (scale // common)
            denominator //= common
        view.above, view.below = np.float64(denominator), np.float64(numerator)
        reference = view.below / view.above
        if rules.measure == COSINE:
            need = np.sqrt(reference * piece.all_energy * piece_up * ticks)
        elif not rules.glow:
            need = reference * max(piece.plain, 1) / number(packed, k, BRIGHTEST)
    else:
        if rules.measure == COVERAGE:
            most = (
                piece.plain * number(packed, k, LIGHT)
                if piece.plain
                else piece.scale * number(packed, k, ENERGY)
            )
            most *= scale
        else:
            most = piece.scaled_light * piece_up * ticks * number(packed, k, BRIGHTEST)
        view.below = np.float64(most)
        need = view.below
    view.need = need / (np.float64(ticks) * view.weight)


@compiled
def transpositions(piece: Any, packed: Any, view: Any, rules: Any) -> tuple[int, int]:
    """Return the lowest and the highest transposition to try."""
    k = view.picture
    edge_start = int64s(packed.edge_start, packed.n_edge_start)
    if edge_start[k + 1] == edge_start[k] or not piece.has_pitch:
        return 0, 0
    lowest = number(packed, k, LOWEST)
    low = piece.lowest - lowest - number(packed, k, RANGE)
    high = piece.lowest + piece.pitches - 1 - lowest
    if piece.n_drum_pitch and drum_time(packed, view):
        low, high = min(low, 0), max(high, 0)
    return max(low, rules.lowest), min(high, rules.highest)


@compiled
def drum_time(packed: Any, view: Any) -> Number:
    """Return how long the sample's drums sound, all together, in its units."""
    k = view.picture
    start = int64s(packed.drum_start, packed.n_drum_start)
    onset = int64s(packed.drum_onset, packed.n_drum_pitch)
    offset = int64s(packed.drum_offset, packed.n_drum_pitch)
    total = np.int64(0)
    for j in range(start[k], start[k + 1]):
        total += offset[j] - onset[j]
    return total


@compiled
def most_shared(piece: Any, packed: Any, view: Any) -> Number:
    """Return the most that X and the sample could share anywhere, in units."""
    k = view.picture
    if view.plain:
        return min(piece.area * view.piece_up, number(packed, k, AREA) * view.sample_up)
    return min(
        piece.light * view.piece_up * number(packed, k, BRIGHTEST),
        number(packed, k, LIGHT) * view.sample_up * piece.brightest,
    )


@compiled
def most_energy(piece: Any, packed: Any, view: Any) -> Number:
    """Return the most energy that a window can hold, in units."""
    everywhere = piece.all_energy // view.unit_energy * view.piece_up
    if piece.n_drum_pitch or (view.unit_energy == 1 and not piece.level):
        return everywhere
    return min(everywhere, number(packed, view.picture, LENGTH) * view.sample_up * piece.heard_pitches)


@compiled
def windows(piece: Any, packed: Any, view: Any, lowest: int) -> tuple[Number, Number]:
    """Return the lanes of X's edges of energy from which on 64 windows have their lower and their upper end."""
    bottom = number(packed, view.picture, WINDOW_LOWEST) + lowest - piece.heard_lowest
    top = number(packed, view.picture, WINDOW_HIGHEST) + 1 + lowest - piece.heard_lowest
    high = piece.heard_pitches
    return LANES + min(max(bottom, -LANES), high), LANES + min(max(top, -LANES), high)


@compiled
def refusal(piece: Any, packed: Any, view: Any, rules: Any, most_placements: float) -> int:
    """Tell whether a pair takes more placements than can be tried, or sums that leave 64 bits; 0 if neither."""
    k = view.picture
    low, high = transpositions(piece, packed, view, rules)
    length = number(packed, k, END) - number(packed, k, ONSET)
    shifts = np.float64(view.ticks) * (piece.length * view.piece_up + length * view.sample_up)
    if shifts * (high - low + 1) > most_placements:
        return TOO_MANY_PLACEMENTS
    scale = np.float64(view.piece_up) * view.ticks
    brightest = max(number(packed, k, BRIGHTEST), -number(packed, k, DIMMEST))
    if max(3.0 * piece.scaled_light * scale * brightest, 4.0 * piece.all_energy * scale) > 2.0**62:
        return TOO_LONG
    reference = np.float64(max(number(packed, k, PLAIN_NUMERATOR), number(packed, k, ENERGY)))
    return TOO_LONG if reference * view.sample_up * view.ticks > 2.0**62 else 0
