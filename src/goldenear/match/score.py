"""How shared time becomes a similarity 0..1: the measures, written once as data that every engine reads.

At one placement X and a sample are compared twice, as notes are *held* and as notes are *struck* (their first
sixteenth, see :attr:`Recipe.stroke`). In each of these two layers a similarity is a fraction of

=====  =============================================================================================
``S``  the shared time: brightness times brightness, summed over pixels
``R``  the sample's own time, the most that it could share
``E``  what X sounds in the sample's window: its time span, its pitches and a whole tone either way
``W``  what X sounds anywhere
``L``  the literal most: all that X sounds, times the sample's greatest brightness
``c``  the clutter: what an extra note costs against a missing one, :attr:`Recipe.clutter`
=====  =============================================================================================

and the similarity is the geometric mean of the two, weighted by :attr:`Recipe.struck`: by default the held layer to
the power of 1/4 times the struck one to the power of 3/4. So neither makes up for the other: a drone is no melody in
repeated notes, and yet a tune remains itself in staccato. Drums, and pitch read as ``"rhythm"``, are strokes in both
layers; a beat's clutter is 1, for nothing accompanies it on its own drums. ``"tversky"`` is the ratio model of
A. Tversky, "Features of similarity", Psychological Review 84 (1977), with the sample as the prototype: c = 0 is
coverage, c = 1 is Tanimoto's index.

A measure is a line in `MEASURES`. Each term of the sums above and below the fraction is a product of the letters,
with a whole number in front; ``root=2`` takes the square root.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.errors import InvalidInput

LETTERS = "SREWLc"
"""What may stand in a term of a formula."""

OF_WHOLE = "WL"
"""What depends on all that X sounds, wherever the sample lies."""


@dataclass(frozen=True)
class Formula:
    """A measure: the terms above and below a fraction, by their letters, and the root that is taken of it.

    Above stands one term, a number times ``S`` to the power of `root`; below, ``S`` and ``E`` stand alone or times
    letters that do not depend on the placement.

    Raises
    ------
    InvalidInput
        If it has another form.

    Examples
    --------
    >>> tanimoto = Formula({"S": 1}, {"R": 1, "E": 1, "S": -1})
    """

    above: Mapping[str, int]
    below: Mapping[str, int]
    root: int = 1

    def __post_init__(self) -> None:
        terms = [*self.above, *self.below]
        if self.root not in (1, 2) or list(self.above) != ["S" * self.root] or not self.below:
            raise InvalidInput(
                "formula: expected S above for root=1, SS for root=2, and at least one term below"
            )
        if set("".join(terms)) - set(LETTERS) or any(t.count("S") + t.count("E") > 1 for t in self.below):
            raise InvalidInput(
                f"formula: expected products of {LETTERS}, with one S or E at most, got {terms}"
            )

    def rows(self) -> NDArray[np.int64]:
        """Return the terms as numbers, shape (terms, 7): the factor, and how often each of `LETTERS` stands in it.

        The first row is the term above.
        """
        terms = [*self.above.items(), *self.below.items()]
        return np.array([[n, *map(letters.count, LETTERS)] for letters, n in terms], np.int64)


MEASURES: dict[str, Formula] = {
    "tversky": Formula({"S": 1}, {"R": 1, "cE": 1, "cS": -1}),
    "coverage": Formula({"S": 1}, {"R": 1}),
    "cosine": Formula({"SS": 1}, {"RW": 1}, root=2),
    "window-cosine": Formula({"SS": 1}, {"RE": 1}, root=2),
    "brightness": Formula({"S": 1}, {"L": 1}),
}
"""Is the sample in X? Is all of it in X, whatever else is? Are both the same, as wholes? Are both the same in the
window, however loud (as sound is compared)? How much of X lights up?"""

ABOVE, BELOW, OF_ENERGY, OF_SHARED, ROOT = range(5)
"""The numbers of one layer of a pair: ``above * S**root / (below + of_energy * E + of_shared * S)``."""


def formula_of(measure: str, clutter: Fraction) -> tuple[NDArray[np.int64], int, float, float]:
    """Return a measure by its name, as `layer_numbers` reads it."""
    formula = MEASURES[measure]
    return formula.rows(), formula.root, float(clutter.numerator), float(clutter.denominator)


def layer_numbers(formula: Any, x: Any, own: Any, counted: Any, numbers: Any, divisor: Any = gcd) -> None:
    """Write the numbers of one layer of a pair: what stands above and below, for S and E as an engine counts them.

    Where X is plain (all notes equally bright), how bright it is says nothing: the whole sample, plainly played,
    scores 1, and an extra note counts as much as one of the sample's notes does on average. It is plain arithmetic:
    NumPy's engine calls it, the compiled one compiles it, and the torch engine hands it the sums of many pairs as
    arrays, with NumPy's `divisor`.

    Parameters
    ----------
    formula : (rows, root, clutter up, clutter down)
        The terms, see `Formula.rows`; the root; and the clutter as a fraction.
    x : (plain, scale, energy, light)
        X's one brightness or 0; what one unit of brightness is drawn with; the sums over all that sounds.
    own : (energy, light, area, brightest, pitched)
        The sums over all of the sample that must sound, its greatest brightness, and whether it has pitch: 0 for a
        beat, else 1.
    counted : (S, E)
        What one unit of shared time and of energy counts, as the engine counts them.
    numbers : float array, shape (5,) or (5, pairs)
        Is written.
    divisor : function
        Returns the greatest common divisor.
    """
    rows, root, clutter_up, clutter_down = formula
    plain, scale, energy, light = x
    own_energy, own_light, own_area, brightest, pitched = own
    # Nothing accompanies a beat on its own drums: there an extra stroke costs as much as a missing one.
    clutter_up, clutter_down = clutter_up * pitched + (1 - pitched), clutter_down * pitched + (1 - pitched)
    if plain:
        common = divisor(own_area, own_light)
        of_shared, of_energy = 1.0 * (own_area // common) * plain, 1.0 * (own_light // common)
        reference = of_shared * plain * own_light
    else:
        of_shared, of_energy = float(scale), 1.0
        reference = of_shared * scale * own_energy
    most = 0
    for t in range(len(rows)):
        most = max(most, rows[t, 6])
    for i in range(4):
        numbers[i] = 0.0
    numbers[ROOT] = root
    share, window = of_shared * counted[0], of_energy * counted[1]
    factors = (share, reference, window, of_energy * energy, of_shared * light * brightest)
    for t in range(len(rows)):
        value = float(rows[t, 0])
        for letter in range(5):
            for _ in range(rows[t, 1 + letter]):
                value *= factors[letter]
        for _ in range(rows[t, 6]):
            value *= clutter_up
        for _ in range(most - rows[t, 6]):
            value *= clutter_down
        if t == 0:
            numbers[ABOVE] = value
        elif rows[t, 1]:
            numbers[OF_SHARED] += value
        elif rows[t, 3]:
            numbers[OF_ENERGY] += value
        else:
            numbers[BELOW] += value


def similarity_of(numbers: Any, shared: Any, energy: Any) -> Any:
    """Return the similarity of one layer at one placement; see `layer_numbers` for `numbers`."""
    if shared <= 0:
        return 0.0
    above = numbers[ABOVE] * shared
    if numbers[ROOT] == 2:
        above *= shared
    below = numbers[BELOW] + numbers[OF_ENERGY] * energy + numbers[OF_SHARED] * shared
    if above >= below:
        return 1.0
    return np.sqrt(above / below) if numbers[ROOT] == 2 else above / below


def similarities_of(
    numbers: Any, shared: Any, energy: Any, where: Any = np.where, sqrt: Any = np.sqrt
) -> Any:
    """Return the similarities of one layer at many placements: `similarity_of` for arrays.

    The numbers stand along the first axis of `numbers`, and each fits the shape of `shared` and `energy`. `where` and
    `sqrt` are those of the arrays' library; a root must be rounded correctly.
    """
    shared = shared.clip(0)
    above = numbers[ABOVE] * shared
    squared = (numbers[ROOT] == 2).any()
    if squared:
        above *= shared
    below = numbers[BELOW] + numbers[OF_ENERGY] * energy + numbers[OF_SHARED] * shared
    partly = above < below
    found = where(partly, above / where(partly, below, 1.0), 1.0)
    return where(shared > 0, sqrt(found) if squared else found, 0.0)


UNBOUNDED = 1e300
"""More than any similarity, and yet a number: 0 times it is 0."""

HAIR = 1e-9
"""Bounds are taken so much more generously, so that their own rounding leaves nothing out."""


def steepest(numbers: Any, least_energy: Any, most_shared: Any) -> Any:
    """Return how much one unit of shared time can add to a layer's similarity, at most: S times this bounds it.

    `least_energy` is how much energy a unit of shared time brings along at the least. Where the measure has no such
    bound, the number is beyond any other. Takes one pair, or arrays of many.
    """
    of_energy, of_shared = numbers[OF_ENERGY], numbers[OF_SHARED]
    per_shared = of_shared + np.maximum(of_energy, 0.0) * least_energy
    below = numbers[BELOW] + np.minimum(per_shared, 0.0) * most_shared
    curved = (numbers[ROOT] == 2) & ((of_energy != 0) | (of_shared != 0))
    below = below - ((of_energy < 0) | curved) * UNBOUNDED
    return (numbers[ABOVE] / np.maximum(below, numbers[ABOVE] / UNBOUNDED)) ** (1.0 / numbers[ROOT])


def layers_of(quarters: int) -> Any:
    """Return how many layers are compared, and which leads: that with the greater part. `quarters` is struck's, of 4.

    What the layer that leads lacks, the other cannot make up for.
    """
    if 0 < quarters < 4:
        return 2, 1 if quarters >= 2 else 0
    return 1, 0


def mean_of(held: Any, struck: Any, quarters: int, sqrt: Any = np.sqrt) -> Any:
    """Return the geometric mean of the layers' similarities, numbers or arrays; `quarters` is struck's part of 4.

    Only products and square roots, each rounded correctly: every engine finds the same number.
    """
    if quarters == 0:
        return held
    if quarters == 4:
        return struck
    product = held
    for _ in range(3 - quarters):
        product = product * held
    for _ in range(quarters):
        product = product * struck
    return sqrt(sqrt(product))


def least_of_one(similarity: Any, quarters: int) -> Any:
    """Return what the layer with the greater part must reach at the least for a similarity of both, or for many."""
    greater = max(quarters, 4 - quarters)
    if greater == 4:
        return similarity
    return similarity ** (4.0 / greater)


def most_of_both(of_one: float, quarters: int) -> float:
    """Return the similarity of both layers, at most, where the layer with the greater part reaches `of_one`."""
    return float(min(of_one, 1.0) ** (max(quarters, 4 - quarters) / 4.0))
