"""The measures, written out a second time as fractions, and compared to the last bit."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from fractions import Fraction
from math import gcd, sqrt

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from goldenear.errors import InvalidInput
from goldenear.match.score import (
    ABOVE,
    HAIR,
    MEASURES,
    ROOT,
    UNBOUNDED,
    Formula,
    formula_of,
    layer_numbers,
    layers_of,
    least_of_one,
    mean_of,
    most_of_both,
    similarities_of,
    similarity_of,
    steepest,
)

CLUTTERS = [Fraction(0), Fraction(1, 4), Fraction(1), Fraction(7, 3)]
small = st.integers(1, 40)


def by_hand(measure, clutter, x, own, counted, shared, energy):
    """Return a similarity before its root is taken, as a fraction, and the root."""
    plain, scale, all_energy, light = x
    own_energy, own_light, own_area, brightest, pitched = own
    c = clutter if pitched else Fraction(1)
    if plain:
        # However bright X is: each of its notes counts as one of the sample's does on average.
        up, down = Fraction(own_area) * plain, Fraction(own_light)
        reference = up * plain * own_light
    else:
        up, down = Fraction(scale), Fraction(1)
        reference = up * scale * own_energy
    s, e = up * counted[0] * shared, down * counted[1] * energy
    w, most = down * all_energy, up * light * brightest
    if plain:
        # All in numbers without a common part of area and light; it shows where the sides of a fraction differ in it.
        part = gcd(own_area, own_light)
        s, e, w, most, reference = (value / part for value in (s, e, w, most, reference))
    above, below, root = {
        "tversky": (s, reference + c * (e - s), 1),
        "coverage": (s, reference, 1),
        "cosine": (s * s, reference * w, 2),
        "window-cosine": (s * s, reference * e, 2),
        "brightness": (s, most, 1),
    }[measure]
    return above, below, root


def numbers_of(measure, clutter, x, own, counted):
    numbers = np.full(5, 99.0)
    layer_numbers(formula_of(measure, clutter), x, own, counted, numbers)
    return numbers


@settings(max_examples=400)
@given(
    st.sampled_from(list(MEASURES)),
    st.sampled_from(CLUTTERS),
    st.tuples(st.sampled_from([0, 1, 3]), st.integers(1, 3), small, small),
    st.tuples(small, small, small, st.integers(1, 4), st.booleans().map(int)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.integers(-1, 60),
    st.integers(1, 60),
)
@example("tversky", Fraction(1, 4), (1, 1, 8, 8), (8, 8, 8, 1, 1), (1, 1), 8, 8)
@example("tversky", Fraction(1, 4), (0, 2, 8, 8), (8, 8, 8, 1, 0), (1, 1), 6, 9)
def test_a_similarity_is_the_fraction_of_its_measure(measure, clutter, x, own, counted, shared, energy):
    numbers = numbers_of(measure, clutter, x, own, counted)
    found = similarity_of(numbers, shared, energy)
    above, below, root = by_hand(measure, clutter, x, own, counted, shared, energy)
    expected = 0.0 if shared <= 0 else 1.0 if above >= below else float(above / below)
    assert found == (sqrt(expected) if root == 2 else expected)
    assert numbers[ROOT] == root
    many = similarities_of(numbers[:, None], np.array([shared, 0, -2, 1]), np.array([energy] * 4))
    assert many.tolist() == [found, 0.0, 0.0, similarity_of(numbers, 1, energy)]


@pytest.mark.parametrize("measure", MEASURES)
def test_the_literal_whole_is_one_and_nothing_is_nothing(measure):
    numbers = numbers_of(measure, Fraction(1, 4), (1, 1, 12, 12), (12, 12, 12, 1, 1), (1, 1))
    assert similarity_of(numbers, 12, 12) == 1.0
    assert similarity_of(numbers, 0, 12) == 0.0
    assert 0 < similarity_of(numbers, 1, 12) < similarity_of(numbers, 2, 12) < 1


@given(
    st.sampled_from(list(MEASURES)),
    st.sampled_from(CLUTTERS),
    st.tuples(st.sampled_from([0, 1]), st.integers(1, 3), small, small),
    st.tuples(small, small, small, st.integers(1, 4), st.just(1)),
    st.integers(1, 40),
    st.integers(0, 40),
    st.sampled_from([0, 1, 2]),
)
def test_no_similarity_is_steeper_than_its_bound(measure, clutter, x, own, most, more, least):
    numbers = numbers_of(measure, clutter, x, own, (1, 1))
    bound = steepest(numbers, least, most)
    for shared in (1, most // 2, most):
        similarity = similarity_of(numbers, shared, least * shared + more)
        if shared > 0 and similarity < 1:
            assert similarity <= shared * bound * (1 + HAIR)


@pytest.mark.parametrize(
    ("measure", "clutter", "least", "expected"),
    [
        # It is S / R, and R is 12.
        ("coverage", Fraction(1, 4), 0, 1 / 12),
        ("coverage", Fraction(1, 4), 1, 1 / 12),
        # S / (12 + (E - S) / 4): with E = S it is S / 12, with no E at all and S = 8, S / 10.
        ("tversky", Fraction(1, 4), 1, 1 / 12),
        ("tversky", Fraction(1, 4), 0, 1 / 10),
        ("tversky", Fraction(1), 2, 1 / 12),
        # The root of SS / (12 * 20).
        ("cosine", Fraction(1), 0, 1 / sqrt(240)),
        # The root of SS / (12 E) has no bound that is a multiple of S.
        ("window-cosine", Fraction(1), 1, np.inf),
    ],
)
def test_bounds_are_no_looser_than_they_must_be(measure, clutter, least, expected):
    numbers = numbers_of(measure, clutter, (0, 1, 20, 20), (12, 12, 12, 1, 1), (1, 1))
    one = steepest(numbers, least, 8)
    if expected < np.inf:
        assert one == pytest.approx(expected, rel=1e-12)
    else:
        assert one > 1e100
        assert np.isfinite(one)
    both = steepest(np.stack([numbers, numbers], axis=1), np.array([least, least]), np.array([8, 8]))
    assert both.tolist() == [one, one]


def test_a_bound_that_is_none_is_still_a_number():
    numbers = np.array([1.0, 0.0, -1.0, 0.0, 1.0])
    assert steepest(numbers, 1, 8) == pytest.approx(UNBOUNDED)
    assert 0.0 * steepest(numbers, 1, 8) == 0.0
    assert HAIR < 1e-6
    assert steepest(np.array([1.0, 0.0, 0.0, 0.0, 1.0]), 1, 8) == pytest.approx(UNBOUNDED)


@given(st.floats(0.001, 1), st.floats(0.001, 1), st.integers(0, 4))
def test_the_mean_of_two_layers(held, struck, quarters):
    found = mean_of(held, struck, quarters)
    assert found == pytest.approx(held ** (1 - quarters / 4) * struck ** (quarters / 4))
    assert mean_of(held, held, 0) == mean_of(held, held, 4) == held
    layers, leading = layers_of(quarters)
    assert layers == (1 if quarters in (0, 4) else 2)
    assert leading == (1 if quarters in (2, 3) else 0)
    # What one layer must reach for a mean, and what mean it allows, if the other reaches 1.
    greater = max(held, struck) if quarters == 2 else struck if quarters > 2 else held
    assert least_of_one(found, quarters) <= greater * (1 + 1e-12)
    assert most_of_both(greater, quarters) >= found * (1 - 1e-12)
    assert most_of_both(least_of_one(found, quarters), quarters) == pytest.approx(found)
    assert most_of_both(1.5, quarters) == 1.0
    share = max(quarters, 4 - quarters) / 4
    assert least_of_one(0.3, quarters) == pytest.approx(0.3 ** (1 / share))
    assert most_of_both(0.3, quarters) == pytest.approx(0.3**share)


def test_a_formula_is_checked():
    good = Formula({"S": 1}, {"R": 1, "cE": 1, "cS": -1})
    assert good.rows().tolist() == [
        [1, 1, 0, 0, 0, 0, 0],
        [1, 0, 1, 0, 0, 0, 0],
        [1, 0, 0, 1, 0, 0, 1],
        [-1, 1, 0, 0, 0, 0, 1],
    ]
    assert good.root == 1
    assert Formula({"SS": 2}, {"ccRW": 3}, root=2).rows().tolist() == [
        [2, 2, 0, 0, 0, 0, 0],
        [3, 0, 1, 0, 1, 0, 2],
    ]
    Formula({"S": 1}, {"E": 1})
    for above, below, root in (
        ({"S": 1}, {"R": 1}, 3),
        ({"S": 1}, {"R": 1}, 0),
        ({"SSS": 1}, {"R": 1}, 3),
        ({"SS": 1}, {"R": 1}, 1),
        ({"S": 1}, {"R": 1}, 2),
        ({"R": 1}, {"R": 1}, 1),
        ({"S": 1, "R": 1}, {"R": 1}, 1),
        ({"S": 1}, {}, 1),
        ({"S": 1}, {"Q": 1}, 1),
        ({"S": 1}, {"SE": 1}, 1),
        ({"S": 1}, {"SS": 1}, 1),
        ({"S": 1}, {"EE": 1}, 1),
    ):
        with pytest.raises(InvalidInput, match="formula: expected"):
            Formula(above, below, root)
    with pytest.raises(FrozenInstanceError):
        good.root = 2


def test_a_formula_is_handed_to_engines_as_numbers():
    rows, root, up, down = formula_of("cosine", Fraction(3, 7))
    assert rows.dtype == np.int64
    assert rows.tolist() == [[1, 2, 0, 0, 0, 0, 0], [1, 0, 1, 0, 1, 0, 0]]
    assert (root, up, down) == (2, 3.0, 7.0)
    assert ABOVE == 0
    assert {name: formula.root for name, formula in MEASURES.items()} == {
        "tversky": 1,
        "coverage": 1,
        "cosine": 2,
        "window-cosine": 2,
        "brightness": 1,
    }
