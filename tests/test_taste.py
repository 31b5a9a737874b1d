"""A folder of samples judges: the rule, the veto, the reason, and every slip named in one line."""

import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

import goldenear as ge
from goldenear.taste.settings import TEMPLATE, Settings, read_settings
from strategies import fragments

RISE = ge.NoteArray.from_arrays(
    pitch=[60, 62, 67, 64, 72],
    onset=[0, 2, 3, 6, 8],
    duration=[2, 1, 3, 2, 4],
    ticks_per_quarter=2,
    name="rise",
)
FALL = ge.NoteArray.from_arrays(
    pitch=[79, 71, 76, 74, 60, 61],
    onset=[0, 1, 2, 5, 6, 9],
    duration=[1, 1, 3, 1, 3, 3],
    ticks_per_quarter=2,
    name="fall",
)
OTHER = ge.NoteArray.from_arrays(
    pitch=[50, 50, 57, 49, 63],
    onset=[0, 3, 4, 9, 10],
    duration=[1, 1, 5, 1, 2],
    ticks_per_quarter=2,
    name="other",
)


def after(x: ge.NoteArray, y: ge.NoteArray) -> ge.NoteArray:
    """Return y, a while after x."""
    y = y.shifted(x.last_offset + 8)
    columns = {n: np.concatenate([getattr(x, n), getattr(y, n)]) for n in ("pitch", "onset", "duration")}
    return ge.NoteArray.from_arrays(**columns, ticks_per_quarter=2, name="x")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = ge.new_taste(tmp_path / "my-taste")
    ge.write(RISE, root / "good" / "rise.mid")
    ge.write(FALL, root / "bad" / "fall.mid")
    return root


def test_the_rule(folder: Path) -> None:
    taste = ge.Taste(folder)
    good = taste.judge(RISE.transposed(5).shifted(4))
    assert (good.outcome, good.score) == ("good", 1.0)
    assert good.because.startswith(
        "resembles good/rise.mid, 1.00 at +5, from beat 3; the nearest bad sample is bad/fall.mid, ."
    )
    vetoed = taste.judge(after(RISE, FALL.transposed(-3)))
    assert (vetoed.outcome, vetoed.score) == ("bad", -1.0)
    assert vetoed.because == (
        "vetoed by bad/fall.mid, 1.00 at -3, from beat 11, although it resembles good/rise.mid, 1.00"
    )
    neither = taste.judge(OTHER)
    assert neither.outcome == "neither"
    assert -0.5 < neither.score < 0.5
    assert neither.because.startswith("resembles nothing known; the nearest: good/rise.mid, .")


def test_every_sample_is_in_the_verdict(folder: Path) -> None:
    verdict = ge.Taste(folder).judge(RISE)
    told = json.loads(json.dumps(verdict.as_dict()))
    assert told["outcome"] == "good"
    (row,) = told["good"]
    assert row == {
        "name": "good/rise.mid",
        "similarity": 1.0,
        "transposition": 0,
        "shift": 0.0,
        "onset": 0.0,
        "stretch": "1",
        "form": "prime",
        "reading": "semitone",
        "price": 1.0,
        "parts": {"overlap": 1.0},
        "threshold": row["threshold"],
    }
    assert 0.455 <= row["threshold"] < 1
    assert len(told["bad"]) == 1


def test_the_score_climbs_towards_good_and_falls_towards_a_veto() -> None:
    taste = ge.Taste.of(good=[RISE], bad=[FALL])
    scores = {}
    for n in range(1, 6):
        scores[n] = taste.judge(RISE.where(np.arange(5) < n)).score
    assert list(scores.values()) == sorted(scores.values())
    assert taste.judge(FALL).score < taste.judge(FALL.where(np.arange(6) < 3)).score < taste.judge(RISE).score


@given(fragments(), fragments(), fragments())
def test_a_veto_holds_whatever_the_good_samples_say(
    x: ge.NoteArray, good: ge.NoteArray, bad: ge.NoteArray
) -> None:
    keep = ge.Settings(keep_small=True)
    alone = ge.Taste.of(bad=[bad], settings=keep).judge(x)
    both = ge.Taste.of(good=[good, x], bad=[bad], settings=keep).judge(x)
    assert both.outcome == ("bad" if alone.outcome == "bad" else "good")
    assert -1 <= both.score <= 1
    assert (both.score <= -0.5) == (both.outcome == "bad")
    assert (both.score >= 0.5) == (both.outcome == "good")


def test_rank_takes_the_samples_with_the_tastes_own_recipe(folder: Path) -> None:
    (folder / "taste.toml").write_text("[alterations.forms]\ninversion = 0.5\n")
    taste = ge.Taste(folder)
    assert [s.name for s in taste.good] == ["good/rise.mid"]
    assert taste.good[0] == RISE.at_resolution(taste.good[0].ticks_per_quarter)
    assert ge.rank(RISE, taste.good).best.similarity < 1
    assert ge.rank(RISE, taste.good, forms=("prime",)).best.similarity == 1
    assert ge.rank(ge.Alteration(form="inversion").apply(RISE), taste.good).best.similarity == 0.5


def test_the_template_spells_out_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "taste.toml"
    path.write_text(TEMPLATE)
    assert read_settings(path) == Settings()
    assert read_settings(tmp_path / "absent.toml") == Settings()


def test_a_recipe_by_name_brings_its_threshold_and_bears_no_second_say(tmp_path: Path) -> None:
    path = tmp_path / "taste.toml"
    path.write_text('recipe = "melody"\ntranspositions = [-5, 6]\n[thresholds]\nbad = 0.5')
    settings = read_settings(path)
    assert settings.recipe == replace(ge.Recipe.named("melody"), transpositions=(-5, 6))
    assert (settings.good_threshold, settings.bad_threshold) == (None, 0.5)
    assert ge.Taste.of(good=[RISE], settings=settings).thresholds.of("good", 0) == 0.4
    path.write_text('recipe = "melody"\nmeasure = "cosine"\naligned = 0.2')
    with pytest.raises(
        ge.InvalidTaste, match="taste.toml: recipe: 'melody' stands for measure, aligned too: delete these"
    ):
        read_settings(path)


def test_the_template_turned_into_a_melody_taste_brings_its_threshold(tmp_path: Path) -> None:
    path = tmp_path / "taste.toml"
    kept = TEMPLATE[: TEMPLATE.index("\n# Alterations")].replace("# recipe", "recipe")
    path.write_text(re.sub(r"^(measure|clutter|struck|stroke|aligned) = .*$", "", kept, flags=re.M))
    assert read_settings(path) == Settings(recipe=ge.Recipe.named("melody"))
    assert ge.Taste.of(bad=[RISE], settings=read_settings(path)).thresholds.of("bad", 0) == 0.4
    path.write_text('recipe = "occurrence"')
    with pytest.raises(ge.InvalidTaste, match="expected one of 'fragment', 'melody'"):
        read_settings(path)
    with pytest.raises(ge.InvalidInput, match="for find alone"):
        Settings(recipe=ge.Recipe.named("occurrence"))


def test_a_taste_of_melodies_judges_versions(tmp_path: Path) -> None:
    root = ge.new_taste(tmp_path / "taste")
    (root / "taste.toml").write_text('recipe = "melody"')
    ge.write(RISE, root / "good" / "rise.mid")
    ge.write(FALL, root / "bad" / "fall.mid")
    verdict = ge.Taste(root).judge(RISE.transposed(4))
    assert verdict.outcome == "good"
    assert [name for name, _, _ in verdict.good.best.parts] == ["overlap", "aligned"]


def test_every_key_has_an_effect(tmp_path: Path) -> None:
    path = tmp_path / "taste.toml"
    path.write_text(
        """
        measure = "coverage"
        clutter = 0.2
        struck = "1/2"
        stroke = "1/8"
        aligned = 0.25
        brightness = "velocity"
        steps_per_octave = 19
        transpositions = [-5, 6]
        neighbour_share = "1/3"
        kit = "exact"
        [thresholds]
        good = 0.6
        bad = 0.8
        [alterations.stretches]
        "5/4" = 0.7
        [alterations.forms]
        retrograde = 0.5
        [alterations.readings]
        octave = 0.5
        """
    )
    settings = read_settings(path)
    assert (settings.good_threshold, settings.bad_threshold) == (0.6, 0.8)
    assert (settings.steps_per_octave, settings.brightness) == (19, "velocity")
    assert settings.recipe == ge.Recipe(
        measure="coverage",
        alterations=(ge.Alteration(Fraction(5, 4), "retrograde", "octave", 0.5 * 0.5 * 0.7),),
        transpositions=(-5, 6),
        clutter=Fraction(1, 5),
        struck=Fraction(1, 2),
        stroke=Fraction(1, 8),
        neighbour_share=Fraction(1, 3),
        kit="exact",
        aligned=0.25,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("treshold = 1", "unknown key 'treshold': did you mean 'thresholds'"),
        ("[thresholds]\ngoood = 0.5", r"\[thresholds\] unknown key 'goood': did you mean 'good'"),
        ("[alterations]\nstreches = {}", "did you mean 'stretches'"),
        ("measure = 'feeling'", "measure: expected one of 'tversky'"),
        ("thresholds = 3", "expected a table"),
        ("[thresholds]\nbad = 'high'", "thresholds.bad: expected a number"),
        ("[thresholds]\nbad = 0", "thresholds.bad: expected a number above 0"),
        ("transpositions = [1]", "lowest, highest"),
        ("steps_per_octave = 0", "steps_per_octave"),
        ("steps_per_octave = 'many'", "steps_per_octave: expected a whole number"),
        ("[alterations.stretches]\n'fast' = 1.0", "fraction such as 3/2"),
        ("[alterations.forms]\nsideways = 1.0", "form: expected one of"),
        ("[alterations.forms]\nprime = 7", "price: expected a number within 0..1"),
        ("[alterations.forms]\n", "none is left"),
        ("struck = '1/3'", "struck: expected 0, 1/4, 1/2, 3/4 or 1"),
        ("stroke = 0", "stroke: expected more than 0 quarters"),
        ("kit = 'rock'", "kit: expected one of 'families', 'exact', got 'rock'"),
        ("measure = ", "cannot be read as TOML"),
    ],
)
def test_a_slip_in_taste_toml_is_named(folder: Path, text: str, message: str) -> None:
    (folder / "taste.toml").write_text(text)
    with pytest.raises(ge.InvalidTaste, match=message) as refused:
        ge.Taste(folder)
    assert str(folder / "taste.toml") in str(refused.value)
    assert "\n" not in str(refused.value)


def test_folders_that_are_no_taste_are_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(ge.InvalidTaste, match="no such folder"):
        ge.Taste(tmp_path / "nowhere")
    with pytest.raises(ge.InvalidTaste, match="is a file"):
        ge.Taste(folder / "taste.toml")
    with pytest.raises(ge.InvalidTaste, match="neither good/ nor bad/"):
        ge.Taste(folder / "good")
    with pytest.raises(ge.InvalidTaste, match="holds no samples yet"):
        ge.Taste(ge.new_taste(tmp_path / "empty"))
    with pytest.raises(ge.InvalidTaste, match="already there"):
        ge.new_taste(folder)
    with pytest.raises(ge.InvalidInput, match="at least one sample"):
        ge.Taste.of()


def test_a_silent_or_damaged_sample_is_named(folder: Path) -> None:
    ge.write(RISE.where(np.zeros(5, bool)), folder / "good" / "silence.mid")
    with pytest.raises(ge.InvalidTaste, match=r"silence\.mid"):
        ge.Taste(folder)
    (folder / "good" / "silence.mid").write_bytes(b"MThd, but no more")
    with pytest.raises(ge.UnreadableFile, match=r"silence\.mid"):
        ge.Taste(folder)


def test_what_is_no_music_is_left_out_with_a_word(folder: Path) -> None:
    (folder / "good" / "ideas.txt").write_text("more cowbell")
    (folder / "good" / ".hidden.mid").write_text("nothing")
    (folder / "good" / ".DS_Store").write_text("nothing")
    assert ge.Taste(folder).remarks == (
        "good/.hidden.mid: hidden, left out",
        "good/ideas.txt: not a music file, left out",
    )


def test_a_fragment_that_is_both_good_and_bad_is_pointed_out(folder: Path) -> None:
    ge.write(RISE, folder / "bad" / "rise.mid")
    (remark,) = ge.Taste(folder).remarks
    assert remark == "bad/rise.mid: has the same notes as good/rise.mid, which it will always veto"


def test_a_good_sample_that_a_bad_one_vetoes_is_a_contradiction() -> None:
    higher = RISE.transposed(3).named("bad/higher")
    taste = ge.Taste.of(good=[OTHER.named("good/other"), RISE.named("good/rise")], bad=[higher])
    (found,) = taste.contradictions()
    assert (found.good.name, found.bad.name, found.bad.transposition) == ("good/rise", "bad/higher", -3)
    assert str(found) == (
        "good/rise: resembles bad/higher, 1.00, and is vetoed itself: take one of the two out"
    )
    assert taste.vetoes(RISE)
    assert not taste.vetoes(OTHER)
    verdict = taste.judge(RISE)
    assert verdict.contradiction
    assert verdict.because == (
        "vetoed by bad/higher, 1.00 at -3, from beat 1, although it resembles good/rise, 1.00, "
        "which bad/higher vetoes as well"
    )
    assert not taste.judge(higher.where(higher.onset > 3)).contradiction
    assert ge.Taste.of(good=[RISE], bad=[OTHER]).contradictions() == ()


def test_a_contradiction_below_one_tells_a_threshold_that_would_mend_it() -> None:
    changed = ge.NoteArray.from_arrays(
        pitch=[*RISE.pitch[:-1], RISE.pitch[-1] + 1],
        onset=RISE.onset,
        duration=RISE.duration,
        ticks_per_quarter=RISE.ticks_per_quarter,
        name="bad/changed",
    )
    (found,) = ge.Taste.of(good=[RISE], bad=[changed]).contradictions()
    least = f"{found.bad.similarity:.2f}"
    assert 0.59 <= found.bad.similarity < 0.99
    assert str(found).endswith(f"take one of the two out, or set [thresholds] bad above {least}")


def test_samples_are_added_byte_for_byte_and_never_overwritten(tmp_path: Path, folder: Path) -> None:
    source = tmp_path / "idea.mid"
    ge.write(OTHER, source)
    copy = ge.add_sample(folder, "good", source)
    assert copy.read_bytes() == source.read_bytes()
    assert ge.add_sample(folder, "good", source) == copy
    ge.write(RISE, source)
    with pytest.raises(ge.InvalidTaste, match="another sample of this name"):
        ge.add_sample(folder, "good", source)
    assert ge.add_sample(folder, "bad", source, name="second").name == "second.mid"
    with pytest.raises(ge.InvalidInput, match="plain file name"):
        ge.add_sample(folder, "bad", source, name="../second")
    with pytest.raises(ge.InvalidInput, match="kind"):
        ge.add_sample(folder, "so-so", source)
    ge.write(RISE.where(np.zeros(5, bool)), source)
    with pytest.raises(ge.InvalidInput, match="no notes"):
        ge.add_sample(folder, "bad", source)


def test_forbidden_places_and_velocities_live_in_the_files(folder: Path) -> None:
    painted = ge.NoteArray.from_arrays(
        pitch=[60, 64, 66],
        onset=[0, 2, 0],
        duration=[2, 2, 4],
        brightness=[100, 20, -50],
        ticks_per_quarter=2,
    )
    ge.write(painted, folder / "good" / "painted.mid")
    keep = "[samples]\nkeep_small = true\n"
    (folder / "taste.toml").write_text(keep)
    (sample,) = [s for s in ge.Taste(folder).good if "painted" in s.name]
    assert sample.brightness.tolist() == [1, -1, 1]
    (folder / "taste.toml").write_text('brightness = "velocity"\n' + keep)
    (sample,) = [s for s in ge.Taste(folder).good if "painted" in s.name]
    assert sample.brightness.tolist() == [100, -50, 20]


def test_judging_on_another_grid_or_nothing_is_refused(folder: Path) -> None:
    taste = ge.Taste(folder)
    with pytest.raises(ge.NoNotes):
        taste.judge(RISE.where(np.zeros(5, bool)))
    odd = ge.NoteArray.from_arrays(
        pitch=[1], onset=[0], duration=[1], ticks_per_quarter=1, steps_per_octave=31
    )
    with pytest.raises(ge.InvalidInput, match="31"):
        taste.judge(odd)


def test_reward_scores_a_batch_for_a_generator_that_learns() -> None:
    good = ge.NoteArray.from_arrays(
        pitch=[60, 64, 67, 72], onset=[0, 1, 2, 3], duration=1, ticks_per_quarter=1
    )
    bad = ge.NoteArray.from_arrays(
        pitch=[60, 61, 59, 62, 58], onset=[0, 1, 2, 3, 4], duration=1, ticks_per_quarter=1
    )
    taste = ge.Taste.of(good=[good], bad=[bad])
    silence = good.where(good.pitch < 0)
    scores = taste.reward([good, bad, silence, good.transposed(3)])
    assert scores.shape == (4,)
    assert scores[0] == scores[3] == taste.judge(good).score > 0.5
    assert scores[1] == taste.judge(bad).score < -0.5
    assert scores[2] == 0
    with pytest.raises(ge.InvalidInput, match="batch"):
        taste.reward(["no notes"])
