"""Each sample has its own threshold: what is plain says little, what is characteristic much."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import goldenear as ge
from goldenear.notes.hands import hands
from goldenear.taste.adding import add_sample
from goldenear.taste.solo import (
    LEAST_LEVEL,
    PLAIN,
    Solo,
    Solos,
    Yardstick,
    excess_at,
    level_of,
    solo_of,
    versions,
)
from goldenear.taste.unrelated import unrelated


def notes(pitch, duration=4, *, drum=False, name=""):
    """Return notes one after the other, in sixteenths."""
    lengths = duration if isinstance(duration, list) else [duration] * len(pitch)
    onset = [sum(lengths[:i]) for i in range(len(pitch))]
    return ge.NoteArray.from_arrays(
        pitch=pitch, onset=onset, duration=lengths, ticks_per_quarter=4, is_drum=drum, name=name
    )


def chord(*pitch):
    return ge.NoteArray.from_arrays(
        pitch=list(pitch), onset=[0] * len(pitch), duration=[4] * len(pitch), ticks_per_quarter=4
    )


def both(upper, lower):
    """Return two parts at once."""
    columns = [
        np.concatenate([getattr(part, name) for part in (upper, lower)]) for name in ("pitch", "onset")
    ]
    return ge.NoteArray.from_arrays(
        pitch=columns[0],
        onset=columns[1],
        duration=np.concatenate([upper.duration, lower.duration]),
        ticks_per_quarter=4,
    )


TUNE = notes(
    [60, 62, 64, 67, 65, 64, 62, 59, 60, 71, 69, 60], [2, 2, 4, 4, 2, 2, 4, 4, 2, 4, 2, 8], name="tune"
)
OTHER = notes([60, 71, 65, 78, 61, 50, 69, 53], [3, 4, 1, 2, 5, 3, 2, 2], name="other")

PLAINEST = {
    "one note": notes([60]),
    "one short note": notes([60], 1),
    "two notes": notes([60, 64]),
    "two repeated": notes([60, 60]),
    "a third": chord(60, 64),
    "a held pitch": notes([60], 32),
    "one stroke": notes([36], drum=True),
    "eight repeated notes": notes([67] * 8),
    "hats in eighths": notes([42] * 8, 2, drum=True),
}

ALBERTI = notes([48, 55, 52, 55] * 8, 2)


def level(sample) -> float:
    return Solos(ge.prepare([sample]))[0].level


@pytest.mark.parametrize("sample", PLAINEST.values(), ids=PLAINEST)
def test_what_much_music_has_says_nothing(sample):
    assert level(sample) > PLAIN
    for kind in ("good", "bad"):
        other = "bad" if kind == "good" else "good"
        taste = ge.Taste.of(**{kind: [sample.named("it")], other: [OTHER]})
        assert taste.judge(TUNE.transposed(3)).outcome == "neither"
        assert not taste.vetoes(TUNE)
        assert taste.thresholds.of(kind, 0) == inf


@pytest.mark.parametrize(
    "sample",
    [
        TUNE,
        notes([75] * 10, [3, 3, 4, 2, 4] * 2, drum=True),
        notes([36, 38, 36, 36, 38] * 2, [4, 6, 2, 4, 4] * 2, drum=True),
    ],
    ids=["a tune", "a clave", "a kick and a snare, two bars"],
)
def test_what_is_characteristic_says_much(sample):
    assert level(sample) < 0.75
    taste = ge.Taste.of(bad=[sample.named("it")])
    assert taste.judge(sample).outcome == "bad"
    assert taste.vetoes(sample)


def test_a_formula_asks_for_more_than_a_tune():
    scale = notes([60, 62, 64, 65, 67, 69, 71, 72], 2)
    assert level(TUNE) < level(scale)
    assert level(TUNE) < level(ALBERTI)


def test_half_of_a_characteristic_tune_is_enough():
    taste = ge.Taste.of(good=[TUNE.named("good/tune")])
    half = taste.judge(TUNE.where(TUNE.onset < 20))
    assert half.good.best.similarity < ge.Recipe().threshold + 0.1
    assert half.outcome == "good"


@given(st.floats(0.2, 1), st.floats(0.2, 1), st.floats(0, 1), st.floats(0, 0.9))
def test_thresholds_rise_with_levels_and_agree_with_excesses(a, b, similarity, excess):
    low, high = sorted((Solo(a), Solo(b)))
    assert low.threshold() <= high.threshold()
    assert low.level <= low.threshold()
    if low.level <= PLAIN and abs(similarity - low.threshold(excess)) > 1e-9:
        reaches = float(excess_at(similarity, np.array(low))) >= excess
        assert reaches == (similarity >= low.threshold(excess))


def test_a_level_is_the_mean_of_the_most_alike_twentieth_without_versions():
    similarity, piece = np.linspace(0, 0.6, 100), np.arange(100)
    assert level_of(similarity, piece) == pytest.approx(similarity[-5:].mean())
    # One piece that holds a version does not count; where six of a hundred come so near, the sample is plain.
    similarity[:1] = 0.95
    assert versions(similarity, piece).tolist() == [0]
    assert level_of(similarity, piece) == pytest.approx(similarity[-4:].mean())
    similarity[:6] = 0.95
    assert len(versions(similarity, piece)) == 0
    assert level_of(similarity, piece) == pytest.approx(0.95)


def test_a_tune_of_the_shipped_music_is_characteristic_all_the_same():
    thin = unrelated()[0]
    tune = thin.where(~thin.is_drum)
    assert level(tune) < 0.7
    assert ge.Taste.of(good=[tune]).judge(tune).outcome == "good"


def test_one_hand_of_two_is_heard_unless_it_is_a_formula():
    piano = both(OTHER.transposed(12), notes([48, 55, 52, 55] * 3, 2)).named("good/piano")
    upper, lower = hands(piano)
    taste = ge.Taste.of(good=[piano])
    found = taste.judge(upper)
    assert found.outcome == "good"
    assert "good/piano, upper part, 1.00" in found.because
    assert found.deciding_sample.name == "good/piano, upper part"
    assert found.threshold(found.deciding) == pytest.approx(Solo(LEAST_LEVEL).threshold() / 0.9, abs=0.1)
    assert taste.judge(lower).outcome == "neither"
    # Another tune over the same left hand is another piece, and the piece itself stays itself.
    other = both(notes([79, 72, 81, 76, 83, 74], [6, 2, 5, 3, 4, 4]), notes([48, 55, 52, 55] * 3, 2))
    assert taste.judge(other).outcome == "neither"
    assert taste.judge(piano.transposed(5)).outcome == "good"


def test_a_formula_sets_a_floor():
    assert solo_of(0.4, 40, [(0.38, 20), (0.42, 20)]) == Solo(0.4, 0.0)
    assert solo_of(0.4, 40, [(0.38, 10), (0.62, 30)]) == Solo(0.4, (30 + 0.15 * 10) / 40)
    assert Solo(0.4, 0.8).threshold() == 0.8


@pytest.mark.parametrize("quarters", [16, 40, 66, 200])
def test_hats_are_plain_however_long_they_go_on(quarters):
    hats = notes([42] * (2 * quarters), 2, drum=True)
    assert level(hats) > PLAIN
    assert not ge.Taste.of(bad=[hats]).vetoes(notes([42] * 100, 2, drum=True))


def test_a_long_tune_is_as_characteristic_as_its_stretches():
    rng = np.random.default_rng(3)
    long = notes(rng.integers(55, 80, 300).tolist(), rng.integers(1, 5, 300).tolist())
    assert level(long) < 0.5


def test_what_is_very_dense_is_not_measured(monkeypatch):
    monkeypatch.setattr("goldenear.taste.solo.levels_of", None)
    roll = ge.NoteArray.from_arrays(
        pitch=[60, 64] * 2_000, onset=range(4_000), duration=1, ticks_per_quarter=200
    )
    assert level(roll) == LEAST_LEVEL


def test_more_of_a_sample_is_never_worth_less():
    piano = both(OTHER.transposed(12), notes([48, 43, 57, 50, 52, 45, 59, 47, 53, 40, 55, 48], 2)).named(
        "good/piano"
    )
    upper, lower = hands(piano)
    taste = ge.Taste.of(good=[piano])
    scores = [
        taste.judge(both(upper, lower.where(np.arange(len(lower)) < n))).score
        for n in range(1, len(lower) + 1)
    ]
    assert min(scores) >= 0.5
    assert scores[-1] == 1.0
    assert all(later > earlier - 0.25 for earlier, later in pairwise(scores))


def test_a_tie_of_good_and_bad_is_each_its_own():
    settings = ge.Settings(good_threshold=0.6, bad_threshold=0.9)
    verdict = ge.Taste.of(good=[TUNE], bad=[TUNE], settings=settings).judge(TUNE)
    assert (verdict.threshold(verdict.good.best), verdict.threshold(verdict.bad.best)) == (0.6, 0.9)


def test_brightness_counts_all_that_sounds():
    recipe = ge.Recipe(measure="brightness", alterations=(ge.Alteration(),))
    pieces = unrelated()[:9]
    found = Yardstick([TUNE], recipe, pieces).table(pieces)[:, 0].tolist()
    assert found == [ge.rank(piece, [TUNE], recipe=recipe).best.similarity for piece in pieces]


def test_levels_are_on_any_grid_of_pitches():
    one = ge.NoteArray.from_arrays(
        pitch=[95, 98, 101, 95], onset=[0, 3, 4, 9], duration=1, ticks_per_quarter=4, steps_per_octave=19
    )
    assert LEAST_LEVEL <= level(one) <= 1


def test_levels_are_kept_on_disk(tmp_path, monkeypatch):
    root, path = ge.new_taste(tmp_path / "taste"), tmp_path / "tune.mid"
    ge.write(TUNE, path)
    add_sample(root, "bad", path)
    ge.Taste(root).measure()
    monkeypatch.setattr("goldenear.taste.solo.levels_of", None)
    assert ge.Taste(root).judge(TUNE).outcome == "bad"
    # Another taste has the same sample.
    other = ge.new_taste(tmp_path / "other")
    add_sample(other, "good", path)
    assert ge.Taste(other).judge(TUNE).outcome == "good"


def test_as_wholes_all_samples_share_a_threshold():
    taste = ge.Taste.of(good=[TUNE], settings=ge.Settings(ge.Recipe.named("melody")))
    assert taste.thresholds.of("good", 0) == 0.4


def test_taste_toml_lets_all_samples_count_alike(tmp_path):
    root, path = ge.new_taste(tmp_path / "taste"), tmp_path / "one.mid"
    ge.write(PLAINEST["one note"], path)
    add_sample(root, "bad", path)
    verdict = ge.Taste(root).judge(TUNE)
    assert verdict.outcome == "neither"
    assert verdict.because == (
        "resembles nothing known; the nearest: bad/one.mid, 1.00 (too plain to have a say)"
    )
    (root / "taste.toml").write_text("[samples]\nkeep_small = true\n")
    taste = ge.Taste(root)
    assert taste.judge(TUNE).outcome == "bad"
    assert taste.thresholds.of("bad", 0) == ge.Recipe().threshold


def test_a_threshold_set_by_hand_holds_for_every_sample_that_has_a_say():
    taste = ge.Taste.of(bad=[TUNE, PLAINEST["two notes"]], settings=ge.Settings(bad_threshold=0.8))
    assert [taste.thresholds.of("bad", i) for i in range(2)] == [0.8, inf]
    assert taste.thresholds.all("bad").tolist() == [0.8, inf]


@pytest.mark.parametrize("x", [notes([60]), notes([60, 71]), chord(60, 64), notes([36, 38], drum=True)])
def test_a_fragment_of_one_or_two_notes_is_neither(x):
    taste = ge.Taste.of(good=[TUNE], bad=[notes([60, 71, 65, 78], [3, 4, 1, 2])])
    verdict = taste.judge(x)
    assert (verdict.outcome, verdict.score) == ("neither", 0.0)
    assert verdict.because.startswith(f"too short to judge: {len(x)} note")
    assert not taste.vetoes(x)
    assert taste.reward([x]).tolist() == [0.0]


def test_two_notes_are_judged_where_small_ones_have_a_say():
    keep = ge.Settings(keep_small=True)
    assert ge.Taste.of(good=[notes([60, 71])], settings=keep).judge(notes([60, 71])).outcome == "good"


def test_commands_tell_it(run, tmp_path):
    root, path, tune = tmp_path / "taste", tmp_path / "one.mid", tmp_path / "tune.mid"
    ge.write(PLAINEST["one note"], path)
    ge.write(TUNE, tune)
    run("taste", "new", root)
    told = "bad/one.mid: 1 note, and a twentieth of all music has as much: too plain to have a say"
    assert f"note: {told}" in run("taste", "add", root, "bad", path)[2]
    code, _, err = run("taste", "add", root, "good", tune)
    assert code == 0
    assert "too plain" not in err
    code, out, _ = run("judge", tune, "--taste", root, "--json")
    assert (code, '"outcome": "good"' in out) == (0, True)
    code, out, _ = run("judge", path, "--taste", root, "--json")
    assert '"because": "too short to judge: 1 note, as nearly any music holds' in out
    assert "never: plain" in run("judge", tune, "--taste", root, "--details")[1]
