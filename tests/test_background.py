"""How far a similarity stands out from chance."""

import numpy as np
import pytest

import goldenear as ge
from goldenear.errors import InvalidInput


def lines(seed: int, n: int) -> list[ge.NoteArray]:
    rng = np.random.default_rng(seed)
    return [
        ge.NoteArray.from_arrays(
            pitch=60 + np.cumsum(rng.integers(-3, 4, 12)), onset=range(12), duration=1, ticks_per_quarter=1
        )
        for _ in range(n)
    ]


def test_is_the_mean_of_two_standard_scores() -> None:
    background, samples = ge.Background(lines(1, 25)), lines(2, 3)
    (x,) = lines(3, 1)
    found = background.standardised(x, samples)
    for sample, standard in zip(samples, found, strict=True):
        similarity = ge.rank(x, [sample]).best.similarity
        ours = [ge.rank(x, [piece]).best.similarity for piece in background.pieces]
        theirs = [ge.rank(piece, [sample]).best.similarity for piece in background.pieces]
        expected = np.mean([(similarity - np.mean(some)) / np.std(some) for some in (ours, theirs)])
        assert standard == pytest.approx(expected)


def test_what_is_alike_stands_out_and_what_is_not_does_not() -> None:
    background, samples = ge.Background(lines(1, 60), ge.Recipe.named("melody")), lines(2, 40)
    found = background.standardised(samples[7].transposed(3), ge.prepare(samples, background.recipe))
    assert found.argmax() == 7
    assert found[7] > 4
    others = np.delete(found, 7)
    assert abs(others.mean()) < 0.5
    assert others.max() < 4


def test_samples_keep_what_is_found_of_them() -> None:
    samples = ge.prepare(lines(2, 5))
    first, second = ge.Background(lines(1, 20)), ge.Background(lines(4, 20))
    assert first.chance(samples) is first.chance(samples)
    assert (first.chance(samples).mean != second.chance(samples).mean).any()


def test_a_small_one_ships_with_the_program() -> None:
    assert len(ge.Background().pieces) == 74
    found = ge.Background(recipe="melody").standardised(lines(3, 1)[0], lines(3, 1))
    assert found[0] > 4


def test_few_pieces_and_other_recipes_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at least 20, got 3"):
        ge.Background(lines(1, 3))
    with pytest.raises(InvalidInput, match="use fragment or melody"):
        ge.Background(lines(1, 20), "occurrence")
    with pytest.raises(InvalidInput, match="another recipe"):
        ge.Background(lines(1, 20)).standardised(
            lines(2, 1)[0], ge.prepare(lines(3, 2), ge.Recipe.named("melody"))
        )
