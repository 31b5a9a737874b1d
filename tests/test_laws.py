"""The laws of the one idea, each a property of random music."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

import goldenear as ge
from strategies import fragments

lines = fragments(drums=False)


def everywhere(c: ge.Correlogram) -> dict[tuple[int, int], int]:
    """Return every placement with something shared."""
    return {
        (int(c.transpositions[i]), int(c.shifts[j])): int(c.values[i, j])
        for i, j in zip(*np.nonzero(c.values), strict=True)
    }


@given(fragments(), fragments())
def test_swapping_the_arguments_mirrors_both_axes(a: ge.NoteArray, b: ge.NoteArray) -> None:
    ab, ba = ge.correlogram(a, b), ge.correlogram(b, a)
    assert everywhere(ab) == {(-p, -s): v for (p, s), v in everywhere(ba).items()}


@given(lines, lines, st.integers(-20, 20), st.integers(-50, 50))
def test_transposing_moves_rows_and_shifting_moves_columns(a, b, steps: int, ticks: int) -> None:
    resolution = np.lcm(a.ticks_per_quarter, b.ticks_per_quarter)
    moved = a.at_resolution(resolution).transposed(steps).shifted(ticks)
    before = everywhere(ge.correlogram(a, b))
    assert everywhere(ge.correlogram(moved, b)) == {(p + steps, s + ticks): v for (p, s), v in before.items()}


@given(fragments(drums=False, painted=True), fragments(drums=False, painted=True))
def test_the_sum_of_all_values_is_the_product_of_the_total_durations(a, b) -> None:
    c = ge.correlogram(a, b)
    totals = [
        int((n.brightness.astype(int) * n.duration).sum()) * c.ticks_per_quarter // n.ticks_per_quarter
        for n in (a, b)
    ]
    assert c.values.sum() == totals[0] * totals[1]


@given(fragments(), fragments(), st.integers(2, 5))
def test_scaling_all_ticks_scales_shift_and_value(a: ge.NoteArray, b: ge.NoteArray, factor: int) -> None:
    def finer(x: ge.NoteArray) -> ge.NoteArray:
        return x.at_resolution(x.ticks_per_quarter * factor)

    fine = ge.correlogram(finer(a), finer(b))
    for (p, s), value in everywhere(ge.correlogram(a, b)).items():
        assert fine.at(transposition=p, shift=s * factor) == value * factor


@given(fragments(painted=True))
def test_the_best_match_with_itself_is_its_own_energy_at_home(x: ge.NoteArray) -> None:
    c = ge.correlogram(x, x)
    assert c.at(transposition=0, shift=0) == x.energy == c.values.max()


@given(fragments(), fragments())
def test_the_maximum_sits_at_a_turning_point(a: ge.NoteArray, b: ge.NoteArray) -> None:
    c = ge.correlogram(a, b)
    resolution = c.ticks_per_quarter
    a, b = a.at_resolution(resolution), b.at_resolution(resolution)
    turning = {int(t) for t in (a.onset[:, None] - b.onset).ravel()} | {
        int(t) for t in (a.offset[:, None] - b.offset).ravel()
    }
    best = c.values.max()
    assert any(c.at(transposition=p, shift=s) == best for p in c.transpositions.tolist() for s in turning)


@given(fragments(painted=True), fragments(painted=True))
def test_no_similarity_leaves_0_to_1(x: ge.NoteArray, k: ge.NoteArray) -> None:
    for measure in ("tversky", "cosine", "window-cosine", "coverage", "brightness"):
        for match in ge.rank(x, [k], recipe=ge.Recipe(measure=measure), stretches=(1, 2)):
            assert 0 <= match.similarity <= 1


@given(fragments(painted=True))
def test_every_fragment_resembles_itself_wholly(x: ge.NoteArray) -> None:
    for measure in ("tversky", "cosine", "window-cosine", "coverage"):
        match = ge.rank(x, [x], recipe=ge.Recipe(measure=measure)).best
        assert match.similarity > 1 - 1e-12
        assert (match.transposition, match.shift, match.stretch, match.form) == (0, 0, 1, "prime")


@given(fragments(), st.integers(1, 6), st.randoms(use_true_random=False))
def test_nothing_added_outside_its_place_lifts_a_veto(bad: ge.NoteArray, extras: int, random) -> None:
    """A veto stands whatever X does before, after, or in other registers of the bad sample's place."""
    x = bad.transposed(3).shifted(bad.ticks_per_quarter * 40)
    before = ge.rank(x, [bad]).best
    start, end = x.first_onset, x.last_offset
    pitched = x.pitch[~x.is_drum]
    low, high = (int(pitched.min()) - 2, int(pitched.max()) + 2) if len(pitched) else (0, 127)
    rows = [(int(n.pitch), int(n.onset), int(n.offset - n.onset), bool(n.is_drum)) for n in x]
    for _ in range(extras):
        kind = random.choice(["before", "after", "above", "below"])
        length = random.randint(1, 30)
        if kind == "before":
            rows.append(
                (random.randint(0, 127), start - length - random.randint(0, 9), length, random.random() < 0.2)
            )
        elif kind == "after":
            rows.append((random.randint(0, 127), end + random.randint(0, 9), length, random.random() < 0.2))
        else:
            beyond = random.randint(1, 24)
            pitch = high + beyond if kind == "above" else low - beyond
            rows.append((pitch, random.randint(start - 9, end), length, False))
    p, onset, duration, drum = zip(*rows, strict=True)
    fuller = ge.NoteArray.from_arrays(
        pitch=p, onset=onset, duration=duration, is_drum=drum, ticks_per_quarter=x.ticks_per_quarter
    )
    assert ge.rank(fuller, [bad]).best.similarity >= before.similarity
    taste = ge.Taste.of(bad=[bad], settings=ge.Settings(keep_small=True))
    assert taste.judge(x).outcome == taste.judge(fuller).outcome == "bad"


@given(fragments(drums=False))
def test_a_cluster_of_all_keys_resembles_nothing(sample: ge.NoteArray) -> None:
    pitched = sample.duration.sum()
    rows = int(np.ptp(sample.pitch)) + 5
    filling = pitched / (rows * (sample.last_offset - sample.first_onset))
    # A sample that itself fills most of its place is a cluster; no musician's fragment does. Of what is struck all at
    # once a cluster has everything, and a sample of so few notes has no say.
    assume(filling < 0.4 and len(set(sample.onset.tolist())) > 2)
    cluster = ge.NoteArray.from_arrays(
        pitch=range(128), onset=[0] * 128, duration=[400] * 128, ticks_per_quarter=sample.ticks_per_quarter
    )
    assert ge.rank(cluster, [sample]).best.similarity < ge.Recipe().threshold
    assert ge.Taste.of(good=[sample], bad=[]).judge(cluster).outcome == "neither"
    assert ge.Taste.of(good=[], bad=[sample]).judge(cluster).outcome == "neither"
