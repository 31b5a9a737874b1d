"""Calibration: thresholds from what chance does, p-values, and what samples say of each other."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import goldenear as ge
from goldenear.errors import InvalidInput, InvalidTaste
from goldenear.match.background import shipped
from goldenear.notes.cut import cut, random_cuts
from goldenear.notes.sealed import sealed_json
from goldenear.taste.audit import Judged, Share, audit
from goldenear.taste.calibration import Calibration, read_calibration, write_calibration
from goldenear.taste.chance import EVEN, at_large, kin
from goldenear.taste.solo import VERSION, Solo


def line(seed: int, n: int = 24) -> ge.NoteArray:
    rng = np.random.default_rng(seed)
    return ge.NoteArray.from_arrays(
        pitch=60 + np.cumsum(rng.integers(-4, 5, n)),
        onset=np.arange(n) * 2,
        duration=rng.integers(1, 4, n),
        ticks_per_quarter=2,
        name=f"line {seed}",
    )


def changed(x: ge.NoteArray, seed: int, notes: int = 3) -> ge.NoteArray:
    """Give some notes another pitch."""
    rng = np.random.default_rng(seed)
    pitch = x.pitch.astype(int)
    pitch[rng.permutation(len(x))[:notes]] += 2
    return ge.NoteArray.from_arrays(
        pitch=pitch, onset=x.onset, duration=x.duration, ticks_per_quarter=2, name=f"{x.name}, changed"
    )


BACKGROUND = [line(seed, 40) for seed in range(100, 300)]
GOOD, BAD = [line(seed) for seed in range(4)], [line(seed) for seed in range(10, 13)]


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return ge.calibrate(ge.Taste.of(good=GOOD, bad=BAD), BACKGROUND, name="lines", rate=0.05)


def calibrated(calibration: Calibration) -> ge.Taste:
    return ge.Taste.of(good=GOOD, bad=BAD, calibration=calibration)


def test_the_threshold_is_where_chance_comes_as_often_as_asked(calibration: Calibration) -> None:
    taste = calibrated(calibration)
    fresh = random_cuts([line(seed, 40) for seed in range(1_000, 1_080)], calibration.quarters, 320, seed=5)
    verdicts = [taste.judge(x, backend="numba") for x in fresh]
    alarms = np.mean([verdict.outcome != "neither" for verdict in verdicts])
    assert 0.01 < alarms < 0.11
    p = np.array([min(v.p_value(m) for m in (*v.good, *v.bad)) for v in verdicts])
    # A cut may end with a note that sounds on, and chance is greater where X is longer.
    same_length = [v.x.quarters <= calibration.quarters for v in verdicts]
    assert sum(same_length) > 200
    assert [v.outcome != "neither" for v in verdicts if v.x.quarters <= calibration.quarters] == (
        p[same_length] <= 0.05
    ).tolist()
    # Nobody asks how often chance reaches what half of all music reaches: p-values are exact where they are small.
    assert abs(np.mean(p <= 0.2) - 0.2) < 0.08


@pytest.mark.parametrize(
    "slip",
    [
        {"rate": 0},
        {"trust": 0},
        {"trust": -3},
        {"least": 2},
        {"group": 3},
        {"group": [0]},
        {"solos": [0.5]},
        {"solos": [[0.5, 0]]},
        {"tails": []},
        {"audit": 1},
        {"by_density": [1, 0.1]},
        {"by_density": [[1, float("nan")]]},
        {"by_density": [[1, float("inf")]]},
        {"by_density": [[2, 0.1], [1, 0.2]]},
    ],
    ids=str,
)
def test_a_damaged_file_is_named_and_left_out(calibration: Calibration, slip, tmp_path: Path) -> None:
    for kind in ("good", "bad"):
        (tmp_path / kind).mkdir()
    ge.write(GOOD[0], tmp_path / "good" / "one.mid")
    (tmp_path / "calibration.json").write_bytes(sealed_json(calibration.as_dict() | slip))
    with pytest.raises(InvalidTaste, match="cannot be read"):
        read_calibration(tmp_path)
    taste = ge.Taste(tmp_path)
    assert taste.calibration is None
    assert any("cannot be read" in remark for remark in taste.remarks)
    assert taste.judge(GOOD[0]).outcome == "good"


def test_a_damaged_length_is_no_length(calibration: Calibration, tmp_path: Path) -> None:
    table = calibration.as_dict()
    table["tails"][0]["quarters"] = 0
    (tmp_path / "calibration.json").write_bytes(sealed_json(table))
    with pytest.raises(InvalidTaste, match="length above 0"):
        read_calibration(tmp_path)


def test_what_is_changed_is_known_and_the_veto_stands(calibration: Calibration) -> None:
    taste = calibrated(calibration)
    assert taste.judge(changed(GOOD[1], 1)).outcome == "good"
    vetoed = taste.judge(changed(BAD[1], 1).transposed(5))
    assert vetoed.outcome == "bad"
    assert "line 11, ." in vetoed.because
    assert "(p " in vetoed.because
    assert taste.vetoes(changed(BAD[1], 1))
    assert not taste.vetoes(changed(GOOD[1], 1))
    assert vetoed.as_dict()["bad"][0]["p_value"] == pytest.approx(vetoed.p_value(vetoed.bad.best), rel=1e-2)
    plain = ge.Taste.of(good=GOOD).judge(GOOD[0])
    assert plain.p_value(plain.good.best) is None
    assert "p_value" not in plain.as_dict()["good"][0]


def test_nothing_added_elsewhere_lifts_a_calibrated_veto(calibration: Calibration) -> None:
    taste = calibrated(calibration)
    x = changed(BAD[0], 2)
    longer = ge.NoteArray.from_arrays(
        pitch=np.concatenate([x.pitch, *(good.pitch for good in GOOD)]),
        onset=np.concatenate([x.onset, *(good.onset + 200 * (i + 1) for i, good in enumerate(GOOD))]),
        duration=np.concatenate([x.duration, *(good.duration for good in GOOD)]),
        ticks_per_quarter=2,
    )
    assert taste.judge(x).outcome == taste.judge(longer).outcome == "bad"


def test_thresholds_set_by_hand_stay(calibration: Calibration) -> None:
    by_hand = ge.Settings(good_threshold=0.99)
    taste = ge.Taste.of(good=GOOD, bad=BAD, settings=by_hand, calibration=calibration)
    verdict = taste.judge(changed(GOOD[1], 1))
    assert {taste.thresholds.of("good", i) for i in range(4)} == {0.99}
    assert [taste.thresholds.of("bad", i) for i in range(3)] == [
        Solo(*solo).threshold(calibration.strength) for solo in calibration.solos[4:].tolist()
    ]
    assert verdict.outcome == "neither"


def test_beats_are_not_calibrated_by_music_without_drums() -> None:
    drums = [
        ge.NoteArray.from_arrays(
            pitch=[36, 38, 36 + seed], onset=[0, 1, 2 + seed], duration=1, is_drum=True, ticks_per_quarter=1
        )
        for seed in (3, 4)
    ]
    with pytest.raises(
        InvalidInput, match="background: 2 of the 2 samples are beats, and none of its pieces has drums"
    ):
        ge.calibrate(ge.Taste.of(good=drums), BACKGROUND, quarters=4)


def test_samples_among_the_background_are_left_out_and_named() -> None:
    taste = ge.Taste.of(good=GOOD[:1], settings=ge.Settings(ge.Recipe.named("melody")))
    plain, mixed = (ge.calibrate(taste, pieces) for pieces in (BACKGROUND, [*BACKGROUND, GOOD[0]]))
    assert [near[1:] for near in mixed.audit.near] == [(GOOD[0].name, 1.0)]
    assert replace(mixed.audit, near=()) == plain.audit
    assert mixed.strength == plain.strength
    assert mixed.counts_from.tolist() == plain.counts_from.tolist()


def test_versions_of_samples_in_the_background_are_left_out_and_named() -> None:
    mixed = [*BACKGROUND, changed(line(2, 24), 3, notes=1).named("a version")]
    found = ge.calibrate(ge.Taste.of(good=GOOD), mixed, quarters=20)
    assert [near[:2] for near in found.audit.near] == [("a version", "line 2")]
    assert found.audit.near[0].similarity >= VERSION
    assert found.pieces == len(BACKGROUND)
    without = ge.calibrate(ge.Taste.of(good=GOOD), BACKGROUND, quarters=20)
    assert without.audit.near == ()
    assert abs(found.strength - without.strength) < 0.1
    assert ge.Taste.of(good=GOOD, calibration=found).judge(changed(GOOD[2], 5)).outcome == "good"


def test_it_is_for_these_samples_alone(calibration: Calibration) -> None:
    with pytest.raises(InvalidInput, match="other samples"):
        ge.Taste.of(good=GOOD, bad=BAD[:2], calibration=calibration)


def test_it_is_the_same_from_a_file_and_from_the_same_seed(calibration: Calibration, tmp_path: Path) -> None:
    write_calibration(tmp_path, calibration)
    again = read_calibration(tmp_path)
    assert again is not None
    assert again.as_dict() == calibration.as_dict()
    assert again.strength == calibration.strength
    once_more = ge.calibrate(ge.Taste.of(good=GOOD, bad=BAD), BACKGROUND, name="lines", rate=0.05, threads=2)
    assert once_more.as_dict() == calibration.as_dict()
    assert read_calibration(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    "arguments",
    [
        {"rate": 0},
        {"rate": 0.6},
        {"background": BACKGROUND[:5]},
        {"background": [x.where(np.arange(len(x)) < 2) for x in BACKGROUND]},
        {"quarters": -1.0},
        {"seed": -1},
        {"seed": 1.5},
    ],
)
def test_what_makes_no_sense_is_refused(arguments) -> None:
    with pytest.raises(InvalidInput):
        ge.calibrate(ge.Taste.of(good=GOOD), **({"background": BACKGROUND} | arguments))


def versions(seed: int) -> list[ge.NoteArray]:
    return [changed(line(seed), turn, notes=2).named(f"{seed}.{turn}") for turn in range(2)]


def dense(seed: int, voices: int) -> ge.NoteArray:
    """Return a few lines at once."""
    lines = [line(1_000 * voice + seed, 40).transposed(12 * voice) for voice in range(voices)]
    return ge.NoteArray.from_arrays(
        pitch=np.concatenate([x.pitch for x in lines]),
        onset=np.concatenate([x.onset for x in lines]),
        duration=np.concatenate([x.duration for x in lines]),
        ticks_per_quarter=2,
        name=f"{voices} lines {seed}",
    )


def test_more_is_asked_of_dense_music() -> None:
    background = [dense(seed, 1 + seed % 4) for seed in range(100, 300)]
    found = ge.calibrate(ge.Taste.of(good=GOOD, bad=BAD), background, rate=0.05)
    density, shift = found.by_density.T
    assert (np.diff(density) > 0).all()
    assert (np.diff(shift) > 0).all()
    assert shift.min() < 0 < shift.max()
    taste = calibrated(found)
    thin, thick = dense(400, 1), dense(400, 4)
    low, high = (taste.thresholds.for_x(x).all("good") for x in (thin, thick))
    # Dense bars around a bad fragment do not lift its veto.
    assert len({tuple(taste.thresholds.for_x(x).all("bad")) for x in (thin, thick, BAD[0])}) == 1
    assert (low < taste.thresholds.all("good")).all()
    assert (high > taste.thresholds.all("good")).all()
    assert taste.judge(thick).threshold(taste.judge(thick).good[0]) in high.tolist()
    # What no sample hears makes nothing denser.
    drums = ge.NoteArray.from_arrays(
        pitch=np.r_[thin.pitch, np.full(len(thin), 42)],
        onset=np.r_[thin.onset, thin.onset],
        duration=np.r_[thin.duration, np.ones(len(thin), int)],
        is_drum=np.repeat([False, True], len(thin)),
        ticks_per_quarter=2,
    )
    assert taste.judge(drums).thresholds.shift == taste.judge(thin).thresholds.shift
    fresh = [dense(seed, 4) for seed in range(500, 600)]
    p = np.array([min(v.p_value(m) or 1 for m in (*v.good, *v.bad)) for v in map(taste.judge, fresh)])
    assert np.mean(p <= 0.1) < 0.25


def test_wholes_are_taken_against_what_they_are_like_at_large() -> None:
    good, bad = ([x for seed in seeds for x in versions(seed)] for seeds in (range(5), range(20, 24)))
    taste = ge.Taste.of(good=good, bad=bad, settings=ge.Settings(ge.Recipe.named("melody")))
    found = ge.calibrate(taste, BACKGROUND, rate=0.05)
    assert found.quarters is None
    assert found.group.tolist() == np.repeat(range(9), 2).tolist()
    judged = ge.Taste.of(good=good, bad=bad, settings=taste.settings, calibration=found)
    verdict = judged.judge(changed(line(22), 77, notes=4))
    assert verdict.outcome == "bad"
    similarity = np.array([ge.rank(verdict.x, [s], recipe="melody").best.similarity for s in [*good, *bad]])
    large = at_large(similarity[None], found.group)[0]
    assert {verdict.threshold(match) for match in (*verdict.good, *verdict.bad)} == {found.strength * large}
    assert judged.vetoes(verdict.x)
    assert found.audit.recalled("good") == (10, 10)
    assert found.audit.silent == ()
    with pytest.raises(InvalidInput, match="as a whole"):
        ge.calibrate(taste, BACKGROUND, quarters=8)
    few = ge.calibrate(ge.Taste.of(good=good[:4], settings=taste.settings), BACKGROUND)
    assert few.group is None


def test_kin_and_what_is_at_large_by_hand() -> None:
    alike = np.array([[1, 0.5, 0, 0], [0, 1, 0, 0.4], [0, 0, 1, 0], [0, 0, 0, 1.0]])
    assert kin(alike, 0.4).tolist() == [0, 0, 1, 0]
    assert kin(alike, 0.45).tolist() == [0, 0, 1, 2]
    group = np.array([0, 0, 1, 2, 3])
    x = np.array([[0.9, 0.7, 0.1, 0.2, 0.3], [np.nan, 0.2, 0.1, np.nan, 0.3]])
    # Four groups, of which the lower three count: .1, .2, .3; of three known groups two: .1, .2.
    assert at_large(x, group).tolist() == pytest.approx([0.2 + EVEN, 0.15 + EVEN])


def test_an_audit_by_hand() -> None:
    good = np.array([True, True, True, False, False])
    similarity = np.array(
        [
            [1.0, 0.8, 0.1, 0.2, 0.1],
            [0.8, 1.0, 0.1, 0.9, 0.1],
            [0.1, 0.1, 1.0, 0.2, 0.3],
            [0.2, 0.9, 0.2, 1.0, 0.7],
            [0.1, 0.1, 0.3, 0.7, 1.0],
        ]
    )
    names = ("a", "b", "c", "d", "e")
    found = audit(
        Judged(names, good, similarity, np.zeros(5), np.full((5, 5), 0.6)), Share(3, 300), (), seed=0
    )
    assert [told.outcome for told in found.told] == ["good", "bad", "neither", "bad", "bad"]
    assert [told.nearest for told in found.told] == [
        "b",
        "d",
        "b" if similarity[2, 1] > 0.3 else "e",
        "b",
        "d",
    ]
    assert found.recalled("good") == (1, 3)
    assert found.recalled("bad") == (2, 2)
    assert found.vetoed == (1, 3)
    assert found.silent == ("c",)
    assert found.torn == (("b", "d", 0.9),)
    assert found.curve[-1] == (1.0, round(1 / 3, 6), 1.0)
    assert all(small[2] <= 1.0 for small in found.curve)
    low, high = found.false_alarms.interval
    assert low < 0.01 < high
    assert str(Share(0, 0)) == "-"


def test_cuts_are_of_one_length_and_from_everywhere() -> None:
    piece = ge.NoteArray.from_arrays(pitch=[60] * 100, onset=range(10, 110), duration=1, ticks_per_quarter=2)
    assert cut(piece, 12, 4).onset.tolist() == [0, 1, 2, 3]
    found = random_cuts([piece, piece.transposed(1), line(1, 3)], 8, 40, seed=1)
    assert len(found) == 40
    assert all(len(x) == 16 and x.first_onset == 0 for x in found)
    assert {int(x.pitch[0]) for x in found} == {60, 61}
    assert random_cuts([piece], 100, 5, seed=1) == []
    assert random_cuts([piece.where(piece.onset == 10)], 0.5, 5, seed=1) == []


def test_the_shipped_background_sounds_and_is_no_example() -> None:
    tunes = shipped()
    assert len(tunes) == 74
    assert min(len(tune) for tune in tunes) >= 16
    assert not any(tune.provenance.remarks for tune in tunes)


def test_the_command_writes_a_report_a_picture_and_a_file_that_judges(run, tmp_path: Path) -> None:
    taste = tmp_path / "taste"
    for kind, samples in (("good", GOOD), ("bad", [*BAD, changed(GOOD[0], 5, notes=1)])):
        (taste / kind).mkdir(parents=True)
        for i, sample in enumerate(samples):
            ge.write(sample, taste / kind / f"{i}.mid")
    folder = tmp_path / "lines"
    folder.mkdir()
    for i, piece in enumerate(BACKGROUND):
        ge.write(piece, folder / f"{i}.mid")
    (folder / "broken.mid").write_bytes(b"MThd")
    x = tmp_path / "x.mid"
    ge.write(changed(BAD[1], 3), x)
    picture = tmp_path / "report.png"
    code, out, err = run(
        "taste", "calibrate", taste, "--background", folder, "--rate", "0.05", "--plot", picture
    )
    assert code == 0
    assert "200 pieces" in out
    assert "a sample counts" in out
    assert "all different ideas: none is a version of another" in out
    assert "good ones vetoed" in out
    assert "broken.mid" in err
    assert "bad/3.mid vetoes good/0.mid" in err
    assert picture.stat().st_size > 10_000
    code, out, err = run("judge", x, "--taste", taste, "--json")
    verdict = json.loads(out)
    assert verdict["outcome"] == "bad"
    assert verdict["bad"][0]["p_value"] < 0.05
    assert "calibration" not in err
    code, out, _ = run("judge", x, "--taste", taste, "--details")
    assert " p " in out
    (taste / "taste.toml").write_text("[thresholds]\ngood = 0.9\n")
    _, _, err = run("taste", "calibrate", taste, "--background", folder)
    assert "set by hand" in err
    code, out, _ = run("taste", "calibrate", taste, "--background", folder, "--json", "--seed", "3")
    assert json.loads(out)["audit"]["torn"][0]["bad"] == "bad/3.mid"
    ge.write(line(50), taste / "good" / "new.mid")
    _, out, err = run("judge", x, "--taste", taste, "--json")
    assert "samples or settings have changed since" in err
    assert "p_value" not in json.loads(out)["bad"][0]
    (taste / "calibration.json").write_text('{"rate": ')
    code, _, err = run("judge", x, "--taste", taste, "--json")
    assert code == 0
    assert "calibration.json: cannot be read" in err


def test_a_background_of_versions_that_leaves_no_sample_a_say_is_refused() -> None:
    tune = line(1)
    background = [
        ge.NoteArray.from_arrays(
            pitch=np.r_[tune.pitch, 30 + seed],
            onset=np.r_[tune.onset, tune.last_offset + 2],
            duration=np.r_[tune.duration, 2],
            ticks_per_quarter=tune.ticks_per_quarter,
        )
        for seed in range(40)
    ]
    with pytest.raises(InvalidInput, match="none would have a say"):
        ge.calibrate(ge.Taste.of(good=[tune.named("tune")]), background)
