"""How often chance reaches a value: by what was seen, and beyond it by the tail that fits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldenear.errors import InvalidInput
from goldenear.taste.chance import Tail, Tails


def test_within_what_was_seen_it_is_the_share_seen() -> None:
    tail = Tail.of(np.arange(100.0))
    assert tail.p_value([0, 50, 89]).tolist() == [1.0, 0.5, 0.11]
    assert tail.value_at(0.5) == 50 - 1


@pytest.mark.parametrize(
    ("draw", "true", "reach", "most"),
    [
        (lambda rng, n: rng.exponential(1, n), lambda p: -np.log(p), np.inf, 3),
        (lambda rng, n: rng.uniform(0, 1, n), lambda p: 1 - p, 1.0, 25),
        (lambda rng, n: rng.pareto(4, n), lambda p: p**-0.25 - 1, np.inf, 3),
    ],
)
def test_beyond_it_the_tail_is_the_true_one(draw, true, reach, most) -> None:
    """Thin, ending and heavy tails. Up to what can be at most nothing is impossible, which costs the ending one."""
    found = []
    for seed in range(30):
        tail = Tail.of(draw(np.random.default_rng(seed), 2_000), reach=reach)
        found.append([float(tail.p_value(true(p))) / p for p in (0.01, 0.001, 0.0001)])
    hundredth, thousandth, rarest = np.median(found, axis=0)
    assert 0.85 < hundredth < 1.15
    assert 0.6 < thousandth < 2.5
    assert 0.3 < rarest < most


@given(
    st.lists(st.floats(0, 1, width=32), min_size=20, max_size=200),
    st.lists(st.floats(0, 1), min_size=2, max_size=20),
)
def test_p_falls_as_values_rise_and_nothing_within_reach_is_impossible(values, asked) -> None:
    tail = Tail.of(values, reach=1.0)
    p = tail.p_value(np.sort(asked))
    assert (np.diff(p) <= 1e-12).all()
    assert ((p >= 0) & (p <= 1)).all()
    if max(values) < 1:
        assert tail.p_value(np.nextafter(max(values), 1)) > 0


@given(st.integers(0, 2**32), st.floats(0.0005, 0.9))
def test_the_value_at_a_share_is_reached_that_often(seed, p) -> None:
    tail = Tail.of(np.random.default_rng(seed).normal(0.5, 0.1, 400))
    assert float(tail.p_value(tail.value_at(p))) == pytest.approx(p, abs=1 / 400 + 0.02 * p)


def test_few_values_and_none_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at least 20, got 3"):
        Tail.of([1, 2, 3])
    with pytest.raises(InvalidInput, match="not a number"):
        Tail.of([np.nan] * 30)
    ends = Tail.of([0.3] * 190 + [1.0] * 10, reach=1.0)
    assert 0 < float(ends.p_value(0.999)) <= 0.05
    flat = Tail.of([0.3] * 40)
    assert float(flat.p_value(0.3)) == 1
    assert float(flat.p_value(0.4)) < 1e-6


def test_lengths_between_count_as_the_longer_and_beyond_the_longest_chances_grow() -> None:
    short, long = (Tail.of(np.random.default_rng(1).normal(mean, 1, 300)) for mean in (0, 1))
    tails = Tails({8.0: short, 16.0: long})
    assert tails.p_value(3, 8) == float(short.p_value(3))
    assert tails.p_value(3, 9) == float(long.p_value(3)) > tails.p_value(3, 8)
    assert tails.p_value(3, 48) == pytest.approx(3 * float(long.p_value(3)))
    assert tails.p_value(-9, 480) == 1
    stricter = Tails(tails.of, trust=0.5)
    assert stricter.p_value(3, 8) == tails.p_value(3, 8) ** 0.5
    assert stricter.value_at(0.1, 8) == tails.value_at(0.1**2, 8)
    assert stricter.p_value(-9, 8) == 1
    assert Tails({None: long}).p_value(3, 99) == float(long.p_value(3))
