"""Contenders are all placements that reach a similarity; weighed after a change they are what laying anew finds."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import goldenear as ge
import naive
from goldenear.composing.contenders import Contenders, Field, can_contend, struck_rows
from goldenear.composing.rows import as_rows, difference, overlapping
from goldenear.match.score import similarity_of
from strategies import random_fragment


def plain(rng: np.random.Generator, notes: int = 14, span: int = 60) -> ge.NoteArray:
    return random_fragment(rng, notes=notes, span=span, drums=False, painted=False)


def samples_of_all_kinds(rng: np.random.Generator) -> list[ge.NoteArray]:
    forbidding = ge.NoteArray.from_arrays(
        pitch=[60, 64, 66],
        onset=[0, 12, 0],
        duration=[12, 12, 24],
        brightness=[2, 2, -3],
        ticks_per_quarter=12,
    )
    forbidding_beside = ge.NoteArray.from_arrays(
        pitch=[60, 62, 64, 65, 80, 62],
        onset=[0, 6, 12, 18, 4, 30],
        duration=[6, 6, 6, 6, 8, 6],
        brightness=[1, 1, 1, 1, -1, -1],
        ticks_per_quarter=12,
    )
    painted = random_fragment(rng, notes=8, span=40, drums=False, painted=True)
    drumming = random_fragment(rng, notes=10, span=40, drums=True, painted=False)
    only_drums = ge.NoteArray.from_arrays(
        pitch=[36], onset=[0], duration=[6], is_drum=True, ticks_per_quarter=12
    )
    return [
        plain(rng, 9, 40),
        forbidding,
        forbidding_beside,
        painted,
        drumming,
        plain(rng, 5, 20),
        only_drums,
    ]


@given(st.integers(0, 10**6))
def test_every_placement_that_reaches_is_listed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, sample = plain(rng, 8, 30), plain(rng, 4, 16)
    recipe = ge.Recipe(alterations=ge.alterations(stretches=(1,), forms=("prime",)))
    samples = ge.prepare([sample], recipe)
    found = Field(samples, 12).contenders(as_rows(x), 0.6, 0.0)
    listed = {
        (p, Fraction(s, 12)): value
        for (_, p, s, *_), value in zip(found.placed.tolist(), found.similarity, strict=True)
        if value >= 0.6
    }
    expected = {
        (p, onset): value
        for value, p, onset, *_ in naive.placements(x, sample, recipe, recipe.alterations[0])
        if value >= 0.6
    }
    assert listed == expected


@pytest.mark.parametrize("quarters", [0.0, 2.0])
def test_the_best_contender_is_what_rank_finds(quarters: float) -> None:
    rng = np.random.default_rng(3)
    samples = ge.prepare(samples_of_all_kinds(rng), "fragment")
    field = Field(samples, 12)
    reached = 0
    for _ in range(40):
        x = plain(rng)
        found = field.contenders(as_rows(x), 0.4, quarters)
        best = dict.fromkeys(range(len(samples)), 0.0)
        for which, value in zip(found.placed[:, 0], found.similarity, strict=True):
            sample = int(found.pairs.sample[which])
            best[sample] = max(best[sample], float(value))
        ranked = ge.rank(x, samples, backend="numba")
        for sample, value in zip(ranked.sample.tolist(), ranked.similarity.tolist(), strict=True):
            if value >= 0.4:
                reached += 1
                assert best[sample] == value
            else:
                assert best[sample] < 0.4
    assert reached > 40


def changed(rng: np.random.Generator, rows: np.ndarray) -> np.ndarray | None:
    """Take a note out, put another in, so that none overlap."""
    i = int(rng.integers(len(rows)))
    new = [int(rows[i, 0] + rng.integers(-7, 8)), int(rows[i, 1]), int(rows[i, 1] + rng.choice([3, 6]))]
    after = np.concatenate([np.delete(rows, i, axis=0), [new]])
    return None if overlapping(after) else after


def places(found: Contenders, least: float) -> dict[tuple[int, ...], float]:
    """Return where the contenders reach a similarity: sample, alteration, transposition, shift."""
    return {
        (int(found.pairs.sample[pair]), int(found.pairs.alteration[pair]), up, shift): value
        for (pair, up, shift, *_), value in zip(found.placed.tolist(), found.similarity.tolist(), strict=True)
        if value >= least
    }


def test_what_reaches_after_changes_within_the_slack_was_listed_before() -> None:
    rng = np.random.default_rng(8)
    samples = ge.prepare(samples_of_all_kinds(rng), "fragment")
    field = Field(samples, 12)
    compared = 0
    for _ in range(30):
        rows = as_rows(plain(rng))
        found = field.contenders(rows, 0.4, 2.0)
        listed = places(found, -1.0)
        for _ in range(12):
            made = changed(rng, rows)
            strokes = [struck_rows(one, field.stroke) for one in (rows, made)] if made is not None else []
            if made is None:
                continue
            gone, come = difference(*strokes)
            if come + gone / 4 > 12 * found.slack:
                continue
            after = places(Field(samples, 12).contenders(made, 0.4, 0.0), 0.4)
            assert after.keys() <= listed.keys()
            compared += len(after.keys() - places(found, 0.4).keys())
    assert compared > 10


def struck_reached(samples: ge.PreparedSamples, rows: np.ndarray) -> dict[tuple[int, int], float]:
    """Return what the struck layer reaches, by transposition and shift."""
    found = Field(samples, 12).contenders(rows, 0.35, 0.0)
    return {
        (up, shift): similarity_of(found.pairs.numbers[pair][5:10], shared, energy)
        for pair, up, shift, _, _, shared, energy in found.placed.tolist()
    }


@pytest.mark.parametrize("clutter", [Fraction(0), Fraction(1, 4), Fraction(4, 5)])
@pytest.mark.parametrize("dim", [1, 5, 127])
def test_a_stroke_that_comes_lifts_no_more_than_the_law_says(dim: int, clutter: Fraction) -> None:
    rng = np.random.default_rng(3)
    recipe = ge.Recipe(alterations=ge.alterations(stretches=(1,), forms=("prime",)), clutter=clutter)
    nearest = 0.0
    for _ in range(40):
        bright, more = int(rng.integers(4, 10)), int(rng.integers(10, 140))
        sample = ge.NoteArray.from_arrays(
            pitch=np.concatenate([rng.permutation(np.arange(55, 71))[:bright], rng.integers(55, 70, more)]),
            onset=np.concatenate([np.arange(bright), rng.integers(0, 60, more)]) * 3,
            duration=3,
            brightness=[127] * bright + [dim] * more,
            ticks_per_quarter=12,
        )
        samples = ge.prepare([sample], recipe)
        whole = as_rows(replace(sample, brightness=np.ones(len(sample), np.int16)))[sample.brightness == 127]
        part = np.delete(whole, int(rng.integers(len(whole))), axis=0)
        _, come = difference(struck_rows(part, 3), struck_rows(whole, 3))
        most = Field(samples, 12).steepest * come / 12
        before, after = struck_reached(samples, part), struck_reached(samples, whole)
        for place in before.keys() & after.keys():
            assert after[place] - before[place] <= most * (1 + 1e-9)
            nearest = max(nearest, (after[place] - before[place]) / most)
    assert nearest > 0.15


def test_where_a_part_reaches_a_similarity_is_listed() -> None:
    rng = np.random.default_rng(12)
    samples = ge.prepare(samples_of_all_kinds(rng), "fragment")
    field = Field(samples, 12)
    reached = 0
    for _ in range(20):
        x = plain(rng)
        pairs, placed = field.in_part(as_rows(x), np.full(len(samples), 0.6))
        where = {
            (int(pairs.sample[pair]), int(pairs.alteration[pair]), up, shift)
            for pair, up, shift, *_ in placed.tolist()
        }
        for _ in range(8):
            part = x.where(rng.random(len(x)) < rng.choice([0.3, 0.6, 0.9]))
            if len(part):
                found = places(Field(samples, 12).contenders(as_rows(part), 0.6, 0.0), 0.6)
                assert found.keys() <= where
                reached += len(found)
    assert reached > 100
    assert not len(field.in_part(as_rows(x), np.full(len(samples), 1.5))[1])


def test_ceilings_hold_while_x_walks() -> None:
    rng = np.random.default_rng(5)
    samples = ge.prepare(samples_of_all_kinds(rng), "fragment")
    field = Field(samples, 12)
    rows = as_rows(plain(rng))
    for _ in range(60):
        made = changed(rng, rows)
        if made is not None:
            rows = made
        found = field.contenders(rows, 0.45, 1.0)
        fresh = Field(samples, 12).contenders(rows, 0.45, 1.0)
        assert sorted(map(tuple, found.placed[:, 1:].tolist())) == sorted(
            map(tuple, fresh.placed[:, 1:].tolist())
        )


@given(st.integers(0, 10**6))
def test_difference_counts_what_sounds_in_one_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = (as_rows(plain(rng, 6, 20)) for _ in range(2))
    pixels = [{(p, t) for p, on, off in rows.tolist() for t in range(on, off)} for rows in (one, other)]
    assert difference(one, other) == (len(pixels[0] - pixels[1]), len(pixels[1] - pixels[0]))


def test_what_cannot_contend_says_so() -> None:
    assert can_contend(ge.Recipe())
    assert not can_contend(ge.Recipe.named("melody"))
    assert not can_contend(ge.Recipe(alterations=ge.alterations(readings=("octave",))))
    with pytest.raises(ge.InvalidInput, match="without weight"):
        as_rows(
            ge.NoteArray.from_arrays(pitch=[60], onset=[0], duration=[1], brightness=3, ticks_per_quarter=1)
        )
