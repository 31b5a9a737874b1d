"""Samples that resemble nearly anything have no say, unless taste.toml gives them one; nor are tiny fragments judged."""

from __future__ import annotations

import pytest

import goldenear as ge
from goldenear.match.recipe import Recipe
from goldenear.taste.samples import add_sample
from goldenear.taste.small import chance_of, is_small


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


TUNE = notes(
    [60, 62, 64, 67, 65, 64, 62, 59, 60, 71, 69, 60], [2, 2, 4, 4, 2, 2, 4, 4, 2, 4, 2, 8], name="tune"
)

SMALL = {
    "one note": notes([60]),
    "one short note": notes([60], 1),
    "two notes": notes([60, 64]),
    "two repeated": notes([60, 60]),
    "a third": chord(60, 64),
    "a held pitch": notes([60], 32),
    "one stroke": notes([36], drum=True),
}

LARGE = {
    "a tune": TUNE,
    "three notes far apart": notes([60, 71, 65], [3, 4, 1]),
    "a clave": notes([75] * 5, [3, 3, 4, 2, 4], drum=True),
    "a kick and a snare, two bars": notes([36, 38, 36, 36, 38] * 2, [4, 6, 2, 4, 4] * 2, drum=True),
}


@pytest.mark.parametrize("sample", SMALL.values(), ids=SMALL)
def test_what_resembles_nearly_anything_is_small(sample):
    recipe = Recipe()
    chance = chance_of(sample, recipe, recipe.threshold)
    assert chance > 0.6
    assert is_small(sample, chance)


@pytest.mark.parametrize("sample", LARGE.values(), ids=LARGE)
def test_what_is_characteristic_is_not(sample):
    recipe = Recipe()
    chance = chance_of(sample, recipe, recipe.threshold)
    assert chance < 0.2
    assert not is_small(sample, chance)


def test_a_repeated_pitch_is_a_rhythm_of_its_own():
    recipe = Recipe()
    assert chance_of(notes([60] * 16, 2), recipe, recipe.threshold) < 0.5


@pytest.mark.parametrize(
    "sample",
    [
        notes([60, 62] * 2500, 1),
        ge.NoteArray.from_arrays(pitch=[60, 62], onset=[0, 4 * 10**6], duration=[4, 4], ticks_per_quarter=4),
        ge.NoteArray.from_arrays(
            pitch=[60] * 200, onset=range(200), duration=[1] * 200, ticks_per_quarter=100
        ),
    ],
    ids=["a long trill", "two notes far apart", "a very fast roll"],
)
def test_what_is_long_or_dense_is_not_measured(sample, monkeypatch):
    monkeypatch.setattr("goldenear.taste.small.rank", None)
    assert chance_of(sample, Recipe(), 0.72) == 0.0


def test_one_note_is_small_on_any_grid_of_pitches():
    one = ge.NoteArray.from_arrays(
        pitch=[95], onset=[0], duration=[4], ticks_per_quarter=4, steps_per_octave=19
    )
    assert chance_of(one, Recipe(), 0.72) == 1.0


def test_two_notes_are_small_however_far_apart():
    sixth = notes([60, 69], 2)
    chance = chance_of(sixth, Recipe(), 0.72)
    assert chance < 0.5
    assert is_small(sixth, chance)


def test_smallness_is_measured_by_the_recipe():
    # As wholes, four bars of a tune and one note are nothing alike.
    recipe = Recipe.named("melody")
    assert chance_of(SMALL["one note"], recipe, recipe.threshold) == 0.0
    assert chance_of(SMALL["one note"], Recipe(), 1.0) == 1.0


@pytest.mark.parametrize("kind", ["good", "bad"])
@pytest.mark.parametrize("sample", SMALL.values(), ids=SMALL)
def test_a_small_sample_has_no_say(sample, kind):
    x = TUNE.transposed(3)
    other = notes([60, 71, 65, 78, 61, 50, 69, 53], [3, 4, 1, 2, 5, 3, 2, 2])
    taste = ge.Taste.of(**{kind: [sample.named("it")], "bad" if kind == "good" else "good": [other]})
    assert len(getattr(taste, kind)) == 0
    assert taste.judge(x).outcome == "neither"
    assert not taste.vetoes(x)
    (remark,) = taste.remarks
    assert remark.startswith("it: ")
    assert "of unrelated music resembles that, so it has no say" in remark


def test_taste_toml_gives_it_one(tmp_path):
    root, path = ge.new_taste(tmp_path / "taste"), tmp_path / "one.mid"
    ge.write(SMALL["one note"], path)
    add_sample(root, "bad", path)
    taste = ge.Taste(root)
    assert taste.judge(TUNE).outcome == "neither"
    assert taste.judge(TUNE).because == "resembles nothing known; no sample has a say"
    (root / "taste.toml").write_text("[samples]\nkeep_small = true\n")
    taste = ge.Taste(root)
    assert taste.judge(TUNE).outcome == "bad"
    assert "but it has a say, as keep_small asks" in taste.remarks[0]


@pytest.mark.parametrize("x", [notes([60]), notes([60, 71]), chord(60, 64), notes([36, 38], drum=True)])
def test_a_fragment_of_one_or_two_notes_is_neither(x):
    taste = ge.Taste.of(good=[TUNE], bad=[notes([60, 71, 65, 78], [3, 4, 1, 2])])
    verdict = taste.judge(x)
    assert (verdict.outcome, verdict.score) == ("neither", 0.0)
    assert verdict.because.startswith(f"too short to judge: {len(x)} note")
    assert not taste.vetoes(x)
    assert taste.reward([x]).tolist() == [0.0]


def test_three_notes_are_judged_and_two_where_small_ones_have_a_say():
    far = notes([60, 71, 65], [3, 4, 1])
    assert ge.Taste.of(good=[far]).judge(far).outcome == "good"
    keep = ge.Settings(keep_small=True)
    assert ge.Taste.of(good=[notes([60, 71])], settings=keep).judge(notes([60, 71])).outcome == "good"


def test_commands_tell_it(run, tmp_path):
    root, path, tune = tmp_path / "taste", tmp_path / "one.mid", tmp_path / "tune.mid"
    ge.write(SMALL["one note"], path)
    ge.write(TUNE, tune)
    run("taste", "new", root)
    told = "1 note: 100% of unrelated music resembles that, so it has no say"
    assert f"note: one.mid: {told}" in run("taste", "add", root, "bad", path)[2]
    assert run("taste", "add", root, "good", tune)[0] == 0
    code, out, err = run("judge", tune, "--taste", root, "--json")
    assert (code, '"outcome": "good"' in out) == (0, True)
    assert f"note: bad/one.mid: {told}" in err
    assert f"note: bad/one.mid: {told}" in run("taste", "calibrate", root, "--json")[2]
    code, out, _ = run("judge", path, "--taste", root, "--json")
    assert '"because": "too short to judge: 1 note, as nearly any music holds' in out
