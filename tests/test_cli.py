"""The command line as a user meets it: tables, JSON lines, pictures, one-line errors, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import goldenear as ge
from test_taste import FALL, OTHER, RISE, after

TWO_TUNES = "X:1\nT:First\nL:1/4\nK:C\nCDEF|G2c2|\n\nX:2\nT:Second\nL:1/4\nK:C\nc3A|F/2E/2D a2|g4|\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    root = ge.new_taste(tmp_path / "taste")
    ge.write(RISE, root / "good" / "rise.mid")
    ge.write(FALL, root / "bad" / "fall.mid")
    for name, x in {"a": RISE.transposed(2), "b": after(RISE, FALL), "c": OTHER}.items():
        ge.write(x, tmp_path / f"{name}.mid")
    ge.write(RISE.where(np.zeros(5, bool)), tmp_path / "silent.mid")
    return tmp_path


def test_judge_gives_one_json_object_a_file(run, files: Path) -> None:
    code, out, err = run(
        "judge", files / "a.mid", files / "b.mid", files / "c.mid", "--taste", files / "taste", "--json"
    )
    told = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [t["outcome"] for t in told] == ["good", "bad", "neither"]
    for t in told:
        assert {"outcome", "score", "because", "good", "bad"} <= set(t)
        for row in t["good"] + t["bad"]:
            assert {"name", "similarity", "transposition", "shift", "stretch", "form"} <= set(row)


def test_judge_gives_people_a_table(run, files: Path) -> None:
    code, out, _ = run("judge", files / "a.mid", files / "b.mid", "--taste", files / "taste", "--details")
    assert code == 0
    assert "resembles good/rise.mid" in out
    assert "vetoed by bad/fall.mid" in out
    assert "untransposed" in out


def test_fail_on_sets_the_exit_code(run, files: Path) -> None:
    judged = ["judge", files / "b.mid", "--taste", files / "taste"]
    assert run(*judged, "--fail-on", "bad")[0] == 1
    assert run(*judged, "--fail-on", "neither")[0] == 0
    assert run(*judged, "--fail-on", "neither", "--fail-on", "bad")[0] == 1


def test_plots_and_aligned_tracks_are_written(run, files: Path) -> None:
    picture, aligned = files / "why.png", files / "aligned.mid"
    code, _, _ = run(
        "judge", files / "a.mid", "--taste", files / "taste", "--plot", picture, "--align", aligned
    )
    assert code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    both = ge.read(aligned)
    assert [t for t in both.provenance.tracks if "rise" in t or "X" in t]
    x, placed = (ge.read(aligned, track=t) for t in both.provenance.tracks if t.startswith(("X", "good")))
    assert x == placed
    run("judge", files / "a.mid", files / "c.mid", "--taste", files / "taste", "--plot", files / "pictures")
    assert {p.name for p in (files / "pictures").iterdir()} == {"a.mid.png", "c.mid.png"}
    assert (
        run("judge", files / "a.mid", files / "c.mid", "--taste", files / "taste", "--align", aligned)[0] == 2
    )


def test_a_sample_that_begins_before_x_is_aligned_from_tick_0_on(run, files: Path) -> None:
    ge.write(RISE.where(np.arange(5) > 0).shifted(-2), files / "late.mid")
    code, _, err = run(
        "judge", files / "late.mid", "--taste", files / "taste", "--align", files / "aligned.mid"
    )
    assert code == 0, err
    assert ge.read(files / "aligned.mid").first_onset == 0


def test_rank_and_find_and_show(run, files: Path) -> None:
    code, out, _ = run("rank", files / "a.mid", files / "taste", "--json", "-k", 1)
    assert code == 0
    assert json.loads(out)["name"] == "rise.mid"
    code, out, _ = run("rank", files / "a.mid", files / "taste", "--json", "--recipe", "melody")
    assert code == 0
    assert set(json.loads(out.splitlines()[0])["parts"]) == {"overlap", "aligned"}
    code, _, err = run("rank", files / "a.mid", files / "taste", "--recipe", "tune")
    assert code == 2
    assert "--recipe: expected one of fragment, melody here, got 'tune'" in err
    code, _, err = run("rank", files / "a.mid", files / "taste", "--recipe", "melody", "--measure", "cosine")
    assert code == 2
    assert "the recipe 'melody' has its own" in err
    code, _, err = run("find", files / "a.mid", files / "a.mid", "--measure", "occurrence")
    assert code == 2
    assert "--recipe occurrence" in err
    tunes = files / "tunes.abc"
    tunes.write_text("X:1\nT:silent\nL:1/4\nK:C\nz4|\n\nX:2\nT:heard\nL:1/4\nK:C\nCDEFG|\n")
    code, out, err = run("find", tunes, tunes, "--tune", 2, "--json")
    assert code == 0
    assert json.loads(out.splitlines()[0])["tune"].endswith("heard")
    assert "silent: no notes to look for it in, left out" in err
    code, out, _ = run("rank", files / "a.mid", files / "taste", "--plot", files / "rank.svg")
    assert code == 0
    assert "rise.mid" in out
    assert (files / "rank.svg").exists()
    code, out, _ = run("find", files / "b.mid", files / "taste" / "bad" / "fall.mid", "--json")
    assert code == 0
    assert [json.loads(line)["onset"] for line in out.splitlines()] == [10.0]
    code, out, _ = run(
        "find", files / "b.mid", files / "taste" / "bad" / "fall.mid", "--json", "--recipe", "occurrence"
    )
    assert code == 0
    assert [json.loads(line)["onset"] for line in out.splitlines()] == [10.0]
    code, out, err = run("find", files / "c.mid", files / "a.mid", "--threshold", 1)
    assert code == 0
    assert "no place reaches" in err
    code, out, _ = run("show", files / "a.mid", "--plot", files / "a.png")
    assert code == 0
    assert "a.mid: 5 notes" in out
    assert (files / "a.png").exists()
    code, out, _ = run("show", files / "a.mid", "--json")
    assert len(json.loads(out)["notes"]) == 5


def test_a_taste_is_made_and_filled(run, files: Path) -> None:
    assert run("taste", "new", files / "fresh")[0] == 0
    assert run("taste", "add", files / "fresh", "good", files / "a.mid", files / "c.mid")[0] == 0
    assert run("taste", "add", files / "fresh", "bad", files / "b.mid", "--name", "cliche")[0] == 0
    code, out, _ = run("judge", files / "a.mid", "--taste", files / "fresh", "--json")
    assert code == 0
    assert json.loads(out)["outcome"] == "good" or "bad" in json.loads(out)["outcome"]
    assert {p.name for p in (files / "fresh" / "bad").iterdir()} == {"cliche.mid"}


def test_a_contradiction_is_told_when_a_sample_is_added(run, files: Path) -> None:
    ge.new_taste(files / "torn")
    ge.write(ge.read(files / "a.mid").transposed(3), files / "higher.mid")
    assert "vetoed" not in "".join(run("taste", "add", files / "torn", "good", files / "a.mid")[1:])
    _, out, err = run("taste", "add", files / "torn", "bad", files / "higher.mid")
    assert (
        "good/a.mid: resembles bad/higher.mid, 1.00, and is vetoed itself: take one of the two out"
        in out + err
    )
    _, out, err = run("taste", "add", files / "torn", "good", files / "c.mid")
    assert "vetoed" not in out + err
    (files / "torn" / "good" / "broken.mid").write_bytes(b"MThd, but no more")
    code, out, err = run("taste", "add", files / "torn", "bad", files / "b.mid")
    assert code == 0
    assert "not held against the other samples" in out + err


def test_every_slip_is_one_line_with_code_2(run, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (files / "text.mid").write_text("this is a letter to my mother")
    (files / "typo").mkdir()
    (files / "typo" / "good").mkdir()
    (files / "typo" / "taste.toml").write_text("mesure = 'cosine'")
    (files / "locked.mid").mkdir()
    (files / "two.abc").write_text(TWO_TUNES)
    empty = ge.new_taste(files / "empty")
    taste = files / "taste"
    slips = {
        ("judge", files / "a.mid", "--taste", files / "nowhere"): "goldenear taste new",
        ("judge", files / "a.mid", "--taste", empty): "goldenear taste add",
        ("judge", files / "a.mid", "--taste", files / "typo"): "did you mean 'measure'",
        ("judge", files / "text.mid", "--taste", taste): "text.mid",
        ("judge", files / "locked.mid", "--taste", taste): "locked.mid: is a folder",
        ("judge", files / "gone.mid", "--taste", taste): "gone.mid: no such file",
        ("judge", files / "silent.mid", "--taste", taste): "silent.mid: there are no notes",
        ("judge", files / "taste" / "taste.toml", "--taste", taste): "unknown kind of file",
        ("judge", files / "a.mid"): "--taste",
        ("judge", files / "a.mid", "--taste", taste, "--plot", files / "x.doc"): ".png, .svg, .pdf",
        ("judge", files / "a.mid", "--taste", taste, "--backend", "abacus"): "backend",
        ("rank", files / "a.mid", empty): "no music files",
        ("rank", files / "a.mid", taste, "--stretch", "fast"): "fraction such as 3/2",
        (
            "judge",
            files / "a.mid",
            files / "c.mid",
            "--taste",
            taste,
            "--plot",
            files / "x.png",
        ): "name a folder",
        ("judge", files / "a.mid", "--taste", taste, "--align", files / "x.wav"): "--align",
        ("find", files / "b.mid", files / "two.abc"): "holds 2 tunes",
        ("dance",): "dance",
        ("judge", files / "a.mid", "--taste", taste, "--lout"): "--lout",
    }
    for arguments, message in slips.items():
        code, out, err = run(*arguments)
        assert code == 2, arguments
        assert message in err
        assert err.count("\n") == 1
        assert out == ""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    for command in (("judge", files / "a.mid", "--taste", taste), ("show", files / "a.mid")):
        code, out, err = run(*command, "--plot", files / "x.png")
        assert (code, out) == (2, "")
        assert "pip install 'goldenear[plot]'" in err


def test_one_unreadable_file_does_not_stop_the_others(run, files: Path) -> None:
    (files / "text.mid").write_text("not music")
    dark = ge.NoteArray.from_arrays(pitch=[60], onset=[0], duration=1, brightness=-1, ticks_per_quarter=4)
    ge.write(dark, files / "dark.mid")
    paths = [files / name for name in ("a.mid", "text.mid", "silent.mid", "dark.mid", "b.mid")]
    code, out, err = run("judge", *paths, "--taste", files / "taste", "--json")
    assert code == 2
    assert [json.loads(line)["outcome"] for line in out.splitlines()] == ["good", "bad"]
    assert "text.mid: not a MIDI file" in err
    assert "silent.mid: there are no notes" in err
    assert "dark.mid: there are no notes" in err


@pytest.mark.parametrize("way", ["raised", "told by a code"])
def test_an_interruption_is_one_line(run, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    def interrupted(**_: object) -> int:
        if way == "raised":
            raise KeyboardInterrupt
        return 130

    monkeypatch.setattr("goldenear.cli.app", interrupted)
    assert run("demo") == (130, "", "goldenear: interrupted\n")


def test_no_picture_overwrites_another(run, files: Path) -> None:
    (files / "sub").mkdir()
    (files / "sub" / "a.mid").write_bytes((files / "c.mid").read_bytes())
    run(
        "judge", files / "a.mid", files / "sub" / "a.mid", "--taste", files / "taste", "--plot", files / "why"
    )
    assert {p.name for p in (files / "why").iterdir()} == {"a.mid.png", "a.mid (2).png"}


def test_a_collection_is_searched_tune_by_tune(run, files: Path) -> None:
    (files / "two.abc").write_text(TWO_TUNES)
    code, out, _ = run("find", files / "two.abc", files / "two.abc", "--tune", 2, "--json")
    assert code == 0
    assert {json.loads(line)["tune"] for line in out.splitlines()} == {"two.abc#2 Second"}


def test_names_are_shown_as_they_are(run, files: Path) -> None:
    (files / "odd.abc").write_text(TWO_TUNES.replace("First", "Foo [/b] $\\frac$"))
    code, out, err = run(
        "judge", files / "odd.abc", "--taste", files / "taste", "--plot", files / "odd", "--details"
    )
    assert code == 0, err
    assert "[/b]" in out
    assert len(list((files / "odd").iterdir())) == 2


def test_help_and_version(run) -> None:
    for arguments in ((), ("--help",)):
        code, out, _ = run(*arguments)
        assert code == 0
        assert "judge" in out
        assert "Exit codes" in out
    assert run("--version")[1] == f"goldenear {ge.__version__}\n"


def test_a_reader_that_leaves_early_is_no_error(files: Path) -> None:
    command = f"{sys.executable} -m goldenear show {files}/a.mid {files}/b.mid --json | true"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""


def test_a_silent_tune_in_a_collection_is_told_and_refuses_nothing(run, tmp_path: Path) -> None:
    (tmp_path / "two.abc").write_text("X:1\nT:one\nK:C\nCEGc BAGF|\n\nX:2\nT:rests\nK:C\nz4|\n")
    run("taste", "new", tmp_path / "taste")
    code, _, err = run("taste", "add", tmp_path / "taste", "bad", tmp_path / "two.abc")
    assert code == 0
    assert "two.abc#2 rests: no notes, left out" in err
    assert len(ge.Taste(tmp_path / "taste").bad) == 1
