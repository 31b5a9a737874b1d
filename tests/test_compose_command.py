"""`goldenear compose` as a user meets it: files, tables, JSON lines, one-line errors, searches that are gone on with."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

import goldenear as ge
from goldenear.cli.terminal_roll import terminal_roll
from goldenear.composing import composer, review
from goldenear.composing.locks import in_bars
from goldenear.examples import TASTE

PLAIN = (
    [60, 62, 64, 65, 67, 65, 64, 62],
    [67, 64, 65, 62, 64, 60, 62, 59],
    [72, 71, 67, 69, 65, 67, 64, 65],
    [60, 64, 67, 72, 71, 67, 65, 62],
    [67, 64, 60, 64, 65, 62, 59, 62],
    [64, 60, 67, 64, 62, 65, 67, 71],
)
"""Lines in quarters, for wishes that the example taste can seldom meet after a few drafts."""


@pytest.fixture
def taste(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TASTE, tmp_path / "taste"))


@pytest.fixture
def compose(run, taste: Path, tmp_path: Path):
    def call(*options: object) -> tuple[int, str, str]:
        little = () if "--effort" in options else ("--effort", 16)
        return run("compose", "--taste", taste, "--output", tmp_path / "out", *little, *options)

    return call


@pytest.fixture(scope="module")
def phrase() -> ge.Phrase:
    return ge.compose(ge.Taste(TASTE), ge.Wishes(quarters=32, voices=2), effort=16)[0]


def test_phrases_become_files_and_a_table(compose, taste: Path, tmp_path: Path) -> None:
    code, out, err = compose("--score", "--wav", "--plot", "--details", "--n", 2, "--voices", 2)
    assert code == 0, err
    assert "phrase 0.1" in out
    assert "resembles good/" in out
    assert out.count("judged") == out.count("phrase 0.") / 2
    files = tmp_path / "out"
    composed = ge.read(files / "phrase-0.1.mid")
    assert ge.Taste(taste).judge(composed).outcome == "good"
    assert composed == ge.read(files / "phrase-0.1.musicxml").at_resolution(composed.ticks_per_quarter)
    assert (files / "phrase-0.1.wav").read_bytes().startswith(b"RIFF")
    assert (files / "phrase-0.1.png").read_bytes().startswith(b"\x89PNG")
    assert "phrase-0.1.png" in err


def test_json_is_what_the_library_says(compose, taste: Path, tmp_path: Path) -> None:
    code, out, err = compose("--json", "--seed", 3, "--quarters", 24)
    assert (code, err) == (0, "")
    (expected,) = ge.compose(ge.Taste(taste), quarters=24, seed=3, effort=16)
    told = json.loads(out)
    assert told.pop("files") == {"midi": str(tmp_path / "out" / "phrase-3.mid")}
    assert told == json.loads(json.dumps(expected.as_dict()))
    assert ge.read(tmp_path / "out" / "phrase-3.mid") == expected.notes.at_resolution(
        ge.read(tmp_path / "out" / "phrase-3.mid").ticks_per_quarter
    )


def test_every_wish_arrives(run, tmp_path: Path) -> None:
    root, out = ge.new_taste(tmp_path / "plain"), tmp_path / "out"
    for number, pitch in enumerate(PLAIN):
        line = ge.NoteArray.from_arrays(pitch=pitch, onset=range(8), duration=1, ticks_per_quarter=1)
        ge.write(line, root / "good" / f"{number}.mid")
    steady = ge.NoteArray.from_arrays(pitch=[60] * 24, onset=range(24), duration=1, ticks_per_quarter=1)
    ge.write(steady, tmp_path / "steady.mid")

    def composed(*options: object) -> ge.NoteArray:
        code, _, err = run("compose", "--taste", root, "--output", out, "--effort", 64, *options)
        assert code == 0, err
        return ge.read(out / "phrase-0.mid")

    first = composed(
        "--metre", "3/4", "--quarters", 24, "--scale", "C major", "--voice", "tune:60-79",
        "--rhythm", tmp_path / "steady.mid", "--share", 0.5, "--ceiling", 0.95,
    )  # fmt: skip
    assert first.provenance.tracks[-1] == "tune"
    assert (first.onset // first.ticks_per_quarter).tolist() == list(range(24))
    assert set((first.pitch % 12).tolist()) <= {0, 2, 4, 5, 7, 9, 11}
    assert first.pitch.min() >= 60
    assert first.pitch.max() <= 79
    second = composed(
        "--quarters", 16, "--chords", "C:4 G7:4", "--density", "0.5-1.5", "--before", out / "phrase-0.mid"
    )
    assert 8 <= len(second) <= 24
    for note in second:
        begin, end = note.onset // second.ticks_per_quarter, -(-note.offset // second.ticks_per_quarter)
        for quarter in range(begin, end):
            assert note.pitch % 12 in ({0, 4, 7} if quarter // 4 % 2 == 0 else {7, 11, 2, 5})


def test_bars_of_an_earlier_phrase_stand(compose, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert compose("--voices", 2)[0] == 0
    code, _, err = compose(
        "--voices", 2, "--seed", 1, "--locked", out / "phrase-0.mid", "--lock-bars", "1,2",
        "--after", TASTE / "good" / "auld-lang-syne.mid", "--longest-run", 9,
    )  # fmt: skip
    assert code == 0, err
    for voice in ("upper", "lower"):
        first, second = (ge.read(out / f"phrase-{seed}.mid", track=voice) for seed in (0, 1))
        assert first != second
        first = first.at_resolution(second.ticks_per_quarter)
        assert in_bars(first, (1, 2), 4) == in_bars(second, (1, 2), 4)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--quarters", "many"], "quarters: expected a number of quarters, got 'many'"),
        (["--metre", "4/5"], "metre: '4/5' has the unit 5"),
        (["--voices", 9], "voices: expected 1 to 4"),
        (["--voices", 2, "--voice", "a:1-2"], "not both"),
        (["--voice", "alto"], "--voice: expected one such as alto:55-74, got 'alto'"),
        (["--voice", "alto:70-60"], "upside down"),
        (["--scale", "H major"], "'H major' is none that is known"),
        (["--chords", "C Am"], "--chords: expected chords with their quarters such as 'C:4 Am:4', got 'C'"),
        (["--chords", "C:0"], "got 'C:0'"),
        (["--chords", "C:x"], "--chords: 'C:x', after the colon: expected a number of quarters"),
        (["--scale", "C major", "--chords", "F#:4"], "scale, chords: no note of F# is in the scale"),
        (["--bars", "16"], "--bars: how long a piece is"),
        (["--form", "AABA", "--quarters", "16"], "--form: goes without --quarters"),
        (["--locked", "x.mid", "--lock-bars", "2-1"], "--lock-bars: 2-1 runs backwards"),
        (["--rhythm", "none.mid"], "none.mid"),
        (["--locked", "none.mid"], "none.mid"),
        (["--lock-bars", "1"], "--lock-bars: bars of which file?"),
        (["--density", "some"], "--density: expected notes a quarter such as 1-3, got 'some'"),
        (["--density", "3-1"], "density: expected fewest, most"),
        (["--longest-run", 1], "longest_run: expected"),
        (["--ceiling", 0.1], "ceiling: expected above the threshold"),
        (["--share", 2], "share: expected a number above 0"),
        (["--n", 0], "n: expected"),
        (["--seed", -1], "seed: expected"),
        (["--effort", 0], "effort: expected"),
        (["--search", "luck"], "--search"),
        (["--threads", 0], "threads: expected"),
        (["--proposals", "dice"], "--proposals"),
        (["--model", "net"], "--model: holds a net, for --proposals lstm"),
        (["--review", "--json"], "--review: goes without --json"),
        (["--form", "sonata"], "form: expected one of period, sentence"),
        (["--form", "AABA", "--bars", 7], "bars: AABA comes in multiples of 4"),
        (["--form", "AABA", "--bars", 8, "--n", 2], "--form: goes without --n"),
    ],
)
def test_a_slip_is_one_line(compose, options: list[object], reason: str) -> None:
    code, out, err = compose(*options)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert reason in err


def test_the_help_and_the_docs_tell_the_efforts_that_are_there(run) -> None:
    code, out, _ = run("compose", "--help")
    assert code == 0
    assert f"{composer.EFFORT}, or {review.EFFORT} for each phrase" in re.sub(r"[^\w,.]+", " ", out)
    commands = Path(__file__).parent.parent / "docs" / "commands.md"
    told = f"({composer.EFFORT}; for each phrase of a review {review.EFFORT})"
    assert told in commands.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_composed(compose, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("here already")
    code, _, err = compose()
    assert code == 2
    assert "--output" in err


def test_a_search_is_saved_and_gone_on_with(compose, tmp_path: Path) -> None:
    state = tmp_path / "search.json"
    code, whole, _ = compose("--json", "--effort", 32, "--proposals", "markov")
    assert code == 0
    assert compose("--json", "--effort", 16, "--save", state, "--proposals", "markov")[0] == 0
    assert json.loads(state.read_text())["done"] == 16
    code, further, _ = compose("--json", "--effort", 32, "--save", state, "--proposals", "markov")
    assert (code, further) == (0, whole)
    code, _, err = compose("--seed", 9, "--save", state, "--proposals", "markov")
    assert code == 2
    assert "of another taste, wishes, seed or way" in err


def test_a_net_is_loaded_from_its_file(compose, tmp_path: Path) -> None:
    from goldenear.composing.proposals.lstm import MelodyLSTM

    net = MelodyLSTM.trained(ge.Taste(TASTE).good, epochs=1, units=8)
    net.save(tmp_path / "net")
    code, _, err = compose("--proposals", "lstm", "--model", tmp_path / "net", "--effort", 8)
    assert code == 0 or "drafts were developed" in err


def test_an_interrupt_gives_the_best_so_far(taste: Path, tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "goldenear", "compose", "--taste", taste, "--output", tmp_path / "out"]
    with subprocess.Popen(
        [*map(str, command), "--effort", "100000", "--quarters", "16", "--save", str(tmp_path / "search")],
        stderr=follower, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        os.close(follower)
        until, shown = time.monotonic() + 300, ""
        while "best" not in shown and time.monotonic() < until:
            shown += os.read(leader, 4096).decode(errors="replace")
        process.send_signal(signal.SIGINT)
        out = process.stdout.read()
        with suppress(OSError):  # the end, once nobody holds the other side
            while more := os.read(leader, 4096):
                shown += more.decode(errors="replace")
    os.close(leader)
    assert process.returncode == 0
    assert "interrupted; the best of" in shown
    assert "resembles good/" in out
    assert (tmp_path / "out" / "phrase-0.mid").exists()


def test_a_piece_is_composed_in_a_form(compose, tmp_path: Path) -> None:
    code, out, err = compose("--form", "AABA", "--bars", 8, "--effort", 24, "--json", "--score")
    assert code == 0, err
    told = json.loads(out)
    assert (told["form"], told["bars"]) == ("AABA", 8)
    assert [section["name"] for section in told["sections"]] == ["A", "A2", "B", "A3"]
    assert told["files"]["midi"] == str(tmp_path / "out" / "AABA-0.mid")
    assert len(ge.read(told["files"]["score"])) == len(ge.read(told["files"]["midi"]))


@pytest.mark.parametrize("columns", [10, 80, 200])
def test_a_phrase_is_drawn_as_wide_as_the_terminal(phrase: ge.Phrase, columns: int) -> None:
    lines = [line.plain for line in terminal_roll(phrase, columns, locked=(2,))]
    assert max(map(len, lines)) <= max(columns, 24)
    drawn = "\n".join(lines)
    for bar in phrase.bars:
        assert f" {bar.number} " in drawn
        if bar.match and columns == 200:
            assert f"{bar.match.similarity:.2f}".removeprefix("0") in drawn
    assert "2 locked" in drawn
    assert any(block in drawn for block in "█▀▄")
    assert "\n".join(line.plain for line in terminal_roll(phrase, columns, unicode=False)).isascii()


def test_a_phrase_is_drawn_as_a_picture(phrase: ge.Phrase) -> None:
    figure = phrase.plot()
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert sum(word.startswith(("good", "bad", "neither")) for word in words) == len(phrase.bars)
    for bar in phrase.bars:
        if bar.match:
            assert any(f"{bar.match.similarity:.2f}".removeprefix("0") in word for word in words)
