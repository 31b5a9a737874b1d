"""A taste's samples choose how likeness is counted, and are believed only on samples left out."""

from pathlib import Path

import numpy as np
import pytest

import goldenear as ge
from goldenear.errors import InvalidInput
from goldenear.taste.learn import _balanced, _right, learn
from goldenear.taste.settings import read_settings


def version(seed: int, turn: int) -> ge.NoteArray:
    """The pitches of a tune, in a rhythm of its own."""
    pitch = 60 + np.cumsum(np.random.default_rng(seed).integers(-4, 5, 14))
    duration = np.random.default_rng((seed, turn)).integers(1, 7, 14)
    return ge.NoteArray.from_arrays(
        pitch=pitch,
        onset=np.cumsum(duration) - duration,
        duration=duration,
        ticks_per_quarter=2,
        name=f"{seed}.{turn}",
    )


@pytest.fixture(scope="module")
def taste() -> ge.Taste:
    """Tunes whose versions share nothing but their pitches: lying over one another they part at once."""
    good, bad = (
        [version(seed, turn) for seed in seeds for turn in range(2)] for seeds in (range(11), range(20, 31))
    )
    own = ge.Recipe(alterations=ge.alterations(stretches=(1,), forms=("prime", "inversion")))
    return ge.Taste.of(good=good, bad=bad, settings=ge.Settings(own))


def test_what_tells_the_kinds_apart_is_found(taste: ge.Taste, tmp_path: Path) -> None:
    found = learn(taste, threads=2)
    assert found.clear
    assert found.recipe.aligned > 0
    assert found.right.some > found.before.some + 8
    assert found.tried[0][1] > 0.9
    assert [share for _, share in found.tried] == sorted((s for _, s in found.tried), reverse=True)
    assert len(found.tried) == 121
    (tmp_path / "taste.toml").write_text(found.toml)
    assert read_settings(tmp_path / "taste.toml").recipe == found.recipe
    assert learn(taste).as_dict() == found.as_dict()


def test_where_there_is_nothing_to_tell_by_nothing_is_recommended() -> None:
    good, bad = ([version(seed, 0) for seed in seeds] for seeds in (range(20), range(40, 60)))
    own = ge.Recipe(alterations=(ge.Alteration(),))
    found = learn(ge.Taste.of(good=good, bad=bad, settings=ge.Settings(own)))
    assert not found.clear
    assert found.right.some < 32


def test_the_nearest_decides_and_equals_share() -> None:
    similarity = np.array([[1, 0.5, 0.5, 0.2], [0.5, 1, 0.6, 0.1], [0.1, 0.1, 1, 0.3], [0, 0, 0.4, 1.0]])
    good = np.array([True, True, False, False])
    assert _right(similarity, good).tolist() == [0.5, 0, 1, 1]
    assert _balanced(_right(similarity, good), good) == 0.625


def test_too_few_samples_are_refused(taste: ge.Taste, run, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="at least 20 samples of each kind, got 3"):
        learn(ge.Taste.of(good=list(taste.good)[:3], bad=list(taste.bad)))
    folder = tmp_path / "taste"
    for kind in ("good", "bad"):
        (folder / kind).mkdir(parents=True)
        ge.write(version(1, 1), folder / kind / "one.mid")
    code, _, err = run("taste", "learn", folder)
    assert code == 2
    assert "got 1" in err


def test_the_command_tells_lines_and_changes_nothing(taste: ge.Taste, run, tmp_path: Path) -> None:
    folder = tmp_path / "taste"
    for kind, samples in (("good", taste.good), ("bad", taste.bad)):
        (folder / kind).mkdir(parents=True)
        for sample in samples:
            ge.write(sample, folder / kind / f"{sample.name}.mid")
    (folder / "taste.toml").write_text("[alterations.stretches]\n1 = 1.0\n[alterations.forms]\nprime = 1.0\n")
    before = sorted((path, path.read_bytes()) for path in folder.rglob("*") if path.is_file())
    code, out, err = run("taste", "learn", folder, "--threads", "2")
    assert code == 0
    assert "aligned = " in out
    assert "samples left out of the choice" in err
    assert before == sorted((path, path.read_bytes()) for path in folder.rglob("*") if path.is_file())
