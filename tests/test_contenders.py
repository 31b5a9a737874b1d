"""Contenders are all placements that reach a similarity; weighed after a change they are what laying anew finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import goldenear as ge
import naive
from goldenear.correlate.correlogram import correlogram
from goldenear.match.contenders import Field, can_contend
from goldenear.match.rows import as_notes, as_rows, difference, overlapping
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
        (p, s): value
        for (_, p, s, _, _), value in zip(found.placed.tolist(), found.similarity, strict=True)
        if value >= 0.6
    }
    whole = correlogram(x, sample)
    expected = {}
    frame = whole.frame
    later = sample.first_onset
    for row, p in enumerate(frame.transpositions.tolist()):
        for column in np.flatnonzero(whole.values[row]).tolist():
            shift = (frame.first_shift + column) * 12 // whole.ticks_per_quarter
            if (frame.first_shift + column) * 12 % whole.ticks_per_quarter:
                continue
            placed = ge.Placement(p, shift, 12).apply(sample)
            box = (placed.pitch.min() - 2, placed.pitch.max() + 2, placed.first_onset, placed.last_offset)
            energy = sum(
                max(0, min(n.offset, box[3]) - max(n.onset, box[2])) for n in x if box[0] <= n.pitch <= box[1]
            )
            shared = naive.shared_time(naive.picture(x), naive.picture(sample), p, shift)
            value = min(1.0, np.sqrt(shared * shared / (energy * sample.energy))) if energy else 0.0
            if value >= 0.6:
                expected[p, shift + later] = value
    assert listed.keys() == expected.keys()
    assert all(abs(listed[place] - expected[place]) < 1e-12 for place in listed)


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


def changed(rng: np.random.Generator, rows: np.ndarray) -> tuple[np.ndarray, list[list[int]]] | None:
    """Take a note out, put another in, so that none overlap."""
    i = int(rng.integers(len(rows)))
    new = [int(rows[i, 0] + rng.integers(-7, 8)), int(rows[i, 1]), int(rows[i, 1] + rng.choice([3, 6]))]
    after = np.concatenate([np.delete(rows, i, axis=0), [new]])
    if overlapping(after):
        return None
    return after, [[-1, *rows[i].tolist()], [1, *new]]


def test_weighed_after_changes_within_the_slack_they_are_exact() -> None:
    rng = np.random.default_rng(8)
    samples = ge.prepare(samples_of_all_kinds(rng), "fragment")
    field = Field(samples, 12)
    compared = 0
    for _ in range(30):
        rows = as_rows(plain(rng))
        found = field.contenders(rows, 0.5, 2.0)
        changes, starts, expected = [], [0], []
        while len(expected) < 12:
            made = changed(rng, rows)
            if made is None or difference(rows, made[0]) > 12 * found.slack:
                continue
            changes += made[1]
            starts.append(len(changes))
            expected.append(ge.rank(as_notes(made[0], 12), samples, backend="numba"))
        best = found.best_after(np.array(changes), np.array(starts), np.arange(len(samples)))
        for row, ranked in zip(best, expected, strict=True):
            for sample, value in zip(ranked.sample.tolist(), ranked.similarity.tolist(), strict=True):
                assert (row[sample] == value) if value >= 0.5 else (row[sample] < 0.5)
                compared += value >= 0.5
    assert compared > 100


def test_where_a_part_reaches_a_similarity_is_listed() -> None:
    rng = np.random.default_rng(12)
    samples = ge.prepare(samples_of_all_kinds(rng), "fragment")
    field = Field(samples, 12)
    reached = 0
    for _ in range(20):
        x = plain(rng)
        pairs, placed = field.in_part(as_rows(x), np.full(len(samples), 0.6))
        where = {
            (int(pairs.sample[pair]), int(pairs.turn[pair]), up, shift)
            for pair, up, shift, _, _ in placed.tolist()
        }
        for _ in range(8):
            part = x.where(rng.random(len(x)) < rng.choice([0.3, 0.6, 0.9]))
            if not len(part):
                continue
            found = Field(samples, 12).contenders(as_rows(part), 0.6, 0.0)
            for similarity, (pair, up, shift, _, _) in zip(
                found.similarity, found.placed.tolist(), strict=True
            ):
                if similarity >= 0.6:
                    reached += 1
                    assert (
                        int(found.pairs.sample[pair]),
                        int(found.pairs.turn[pair]),
                        up,
                        shift,
                    ) in where
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
            rows = made[0]
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
    assert difference(one, other) == len(pixels[0] ^ pixels[1])


def test_what_cannot_contend_says_so() -> None:
    assert can_contend(ge.Recipe())
    assert not can_contend(ge.Recipe.named("melody"))
    assert not can_contend(ge.Recipe(alterations=ge.alterations(readings=("octave",))))
    with pytest.raises(ge.InvalidInput, match="without weight"):
        as_rows(
            ge.NoteArray.from_arrays(pitch=[60], onset=[0], duration=[1], brightness=3, ticks_per_quarter=1)
        )
