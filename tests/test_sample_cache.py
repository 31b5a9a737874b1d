"""Packed libraries on disk: the same samples and verdicts, made again whenever something changed."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

import goldenear as ge
from goldenear.errors import InvalidTaste
from goldenear.notes.cache_folder import cache_folder
from goldenear.taste import library
from goldenear.taste.sample_cache import load, save
from test_engines import line, music


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder for caches, in which files are trusted to their times from the first moment on."""
    monkeypatch.setenv("GOLDENEAR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(library, "SETTLED", -60.0)
    return tmp_path / "cache"


def test_what_is_stored_is_fetched(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    kept = [music(rng).named(f"sample {i}") for i in range(30)]
    kept = [sample for sample in kept if (sample.brightness > 0).any()]
    samples = ge.prepare(kept)
    save(tmp_path / "a", "key", samples, ["a remark"])
    found, remarks = load(tmp_path / "a", "key", samples.recipe)
    assert remarks == ("a remark",)
    assert list(found) == kept
    assert [s.name for s in found] == [s.name for s in kept]
    assert [s.provenance for s in found] == [s.provenance for s in kept]
    assert found[-1] == kept[-1]
    assert list(found[3:6]) == kept[3:6]
    x = line(rng)
    for backend in ("numpy", "numba"):
        assert ge.rank(x, found, backend=backend) == ge.rank(x, samples, backend=backend)
    with pytest.raises(IndexError):
        found[len(kept)]


def test_nothing_is_read_that_is_not_whole_or_not_ours(tmp_path: Path) -> None:
    samples = ge.prepare([line(np.random.default_rng(1))])
    path = tmp_path / "a"
    save(path, "key", samples)
    assert load(path, "another key", samples.recipe) is None
    assert load(tmp_path / "missing", "key", samples.recipe) is None
    whole = path.read_bytes()
    for cut in (0, 10, len(whole) // 2, len(whole) - 64):
        path.write_bytes(whole[:cut])
        assert load(path, "key", samples.recipe) is None
    path.write_bytes(b"{}\n")
    assert load(path, "key", samples.recipe) is None


def a_taste(tmp_path: Path) -> Path:
    """Return a taste whose files are old enough to be trusted."""
    rng = np.random.default_rng(7)
    root = ge.new_taste(tmp_path / "taste")
    for kind in ("good", "bad"):
        for i in range(3):
            ge.write(line(rng), root / kind / f"{i}.mid")
    return root


def test_a_taste_is_found_ready_the_second_time(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = a_taste(tmp_path)
    x = line(np.random.default_rng(1))
    first = ge.Taste(root)
    verdict = first.judge(x).as_dict()
    assert len(list(cache.glob("*.samples"))) == 2
    monkeypatch.setattr(library, "read_samples", lambda *_: pytest.fail("read again"))
    second = ge.Taste(root)
    assert second.judge(x).as_dict() == verdict
    assert second.remarks == first.remarks
    assert not any(path.suffix == ".samples" for path in root.rglob("*"))


def test_a_changed_file_or_setting_is_seen(tmp_path: Path, cache: Path) -> None:
    root = a_taste(tmp_path)
    assert len(ge.Taste(root).good) == 3
    rng = np.random.default_rng(11)
    new = line(rng)
    ge.write(new, root / "good" / "new.mid")
    assert len(ge.Taste(root).good) == 4
    other = line(rng)
    ge.write(other, root / "good" / "new.mid")
    assert ge.Taste(root).judge(other).outcome == "good"
    (root / "good" / "new.mid").unlink()
    assert len(ge.Taste(root).good) == 3
    (root / "taste.toml").write_text('measure = "coverage"\n')
    assert ge.Taste(root).good.recipe.measure == "coverage"


def test_a_file_that_just_changed_is_not_trusted_to_its_time(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = a_taste(tmp_path)
    monkeypatch.setattr(library, "SETTLED", 60.0)
    # A copy may keep the time of what it was copied from.
    os.utime(root / "bad" / "0.mid", (1e9, 1e9))
    ge.Taste(root)
    assert not list(cache.glob("*.samples"))


def test_a_file_in_the_place_of_another_is_seen_by_its_size_or_either_time(
    tmp_path: Path, cache: Path
) -> None:
    root = a_taste(tmp_path)
    bad = root / "bad" / "0.mid"
    before, times = bad.read_bytes(), bad.stat()
    vetoed = ge.read(bad)
    assert ge.Taste(root).judge(vetoed).outcome == "bad"
    other = ge.read(root / "good" / "0.mid").transposed(1)
    for x in (other, vetoed):
        ge.write(x, bad) if x is other else bad.write_bytes(before)
        os.utime(bad, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert ge.Taste(root).judge(x).outcome == "bad"


@pytest.mark.parametrize("change", ["moved from bad to good", "replaced", "added", "gone", "cut, then whole"])
def test_samples_that_change_while_they_are_read_are_read_again(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    root = a_taste(tmp_path)
    other = line(np.random.default_rng(3))
    whole = (root / "bad" / "1.mid").read_bytes()
    if change == "cut, then whole":
        (root / "bad" / "1.mid").write_bytes(whole[:30])
    read, kinds = library.read_samples, []

    def changing(folder: Path, kind: str, *rest: object) -> object:
        found = None if change == "cut, then whole" else read(folder, kind, *rest)
        kinds.append(kind)
        if len(kinds) == 1:
            if change == "moved from bad to good":
                (root / "bad" / "1.mid").rename(root / "good" / "moved.mid")
            elif change == "replaced":
                ge.write(other, root / "good" / "0.mid")
            elif change == "added":
                ge.write(other, root / "good" / "new.mid")
            elif change == "gone":
                (root / "good" / "0.mid").unlink()
            else:
                (root / "bad" / "1.mid").write_bytes(whole)
        return found or read(folder, kind, *rest)

    monkeypatch.setattr(library, "read_samples", changing)
    taste = ge.Taste(root)
    monkeypatch.setattr(library, "read_samples", read)
    assert len(kinds) > 2 or change == "cut, then whole"
    now = ge.Taste(root)
    assert [list(taste.good), list(taste.bad)] == [list(now.good), list(now.bad)]


def test_samples_that_never_rest_are_one_error(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = a_taste(tmp_path)
    read = library.read_samples

    def changing(folder: Path, kind: str, *rest: object) -> object:
        ge.write(line(np.random.default_rng(time.monotonic_ns())), root / "good" / "0.mid")
        return read(folder, kind, *rest)

    monkeypatch.setattr(library, "read_samples", changing)
    with pytest.raises(InvalidTaste, match="change while they are read"):
        ge.Taste(root)


def test_without_a_folder_for_caches_all_is_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = a_taste(tmp_path)
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("GOLDENEAR_CACHE", str(blocked))
    assert len(ge.Taste(root).good) == 3


def test_the_cache_folder_follows_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GOLDENEAR_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("GOLDENEAR_CACHE")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "goldenear"
    monkeypatch.setattr("sys.platform", "darwin")
    assert cache_folder().parts[-3:] == ("Library", "Caches", "goldenear")
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert cache_folder() == tmp_path / "goldenear"


def test_the_veto_question_is_the_verdicts(tmp_path: Path, cache: Path) -> None:
    taste = ge.Taste(a_taste(tmp_path))
    for x in (*taste.good, *taste.bad, line(np.random.default_rng(3))):
        assert taste.vetoes(x) == (taste.judge(x).outcome == "bad")
    nothing = ge.NoteArray.from_arrays(pitch=[], onset=[], duration=[], ticks_per_quarter=1)
    with pytest.raises(ge.NoNotes):
        taste.vetoes(nothing)
