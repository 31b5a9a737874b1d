"""Reviewing phrases: what is kept, locked, or called good or bad bears on the next; in a terminal, and without one."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import goldenear as ge
from goldenear.composing.choosing import likeness
from goldenear.composing.locks import in_bars
from goldenear.examples import TASTE
from test_compose_command import PLAIN

PATIENCE = 300
"""Seconds: code may have to be compiled first."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TASTE, tmp_path / "taste"))


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_review_from_phrase_to_phrase(folder: Path, tmp_path: Path) -> None:
    before = files_in(folder)
    review = ge.Review(folder, ge.Wishes(quarters=32, voices=2), seed=3, effort=24)
    first = review.ask()
    assert first.verdict.outcome == "good"
    assert review.current is first
    assert review.keep(tmp_path / "kept").name == "phrase-3.1.mid"
    assert review.keep(tmp_path / "kept").name == "phrase-3.1-2.mid"
    with pytest.raises(ge.InvalidInput, match="there already"):
        review.keep(tmp_path / "kept" / "phrase-3.1.mid")

    review.lock(1, 2)
    assert review.locked == (1, 2)
    (bad,) = review.label("bad")
    assert bad.parent == folder / "bad"
    assert review.label("bad") == (bad,), "the same once more is no other sample"
    assert len(review.taste.bad) == len(ge.Taste(TASTE).bad) + 1
    second = review.ask()
    assert review.shown == (first, second)
    for voice in first.voices:
        assert in_bars(first.voices[voice], (1, 2), 4) == in_bars(second.voices[voice], (1, 2), 4)
    assert first.notes != second.notes
    assert ge.Taste(folder).judge(second.notes).outcome != "bad"
    assert ge.Taste(folder).judge(first.notes).outcome == "bad"

    review.unlock()
    good = review.label("good", bars=[3, 4, 6])
    assert [re.search("bars?-[-0-9]*?(?=-[0-9a-f]{8})", path.stem)[0] for path in good] == [
        "bars-3-4",
        "bar-6",
    ]
    assert ge.read(good[0]).first_onset < 4 * ge.read(good[0]).ticks_per_quarter
    third = review.ask()
    assert likeness(third.notes, second.notes, third.ground) <= 0.6
    assert len(review.taste.good) == len(ge.Taste(TASTE).good) + 2
    assert {path: files_in(folder)[path] for path in before} == before, "what was there is as it was"


def test_the_same_said_gives_the_same(folder: Path) -> None:
    def phrases(taste: Path) -> list[ge.NoteArray]:
        review = ge.Review(taste, ge.Wishes(quarters=24), seed=7, effort=24)
        found = [review.ask().notes]
        review.label("good")
        review.lock(2)
        return [*found, review.ask().notes]

    assert phrases(Path(shutil.copytree(folder, folder.with_name("other")))) == phrases(folder)


def test_wishes_with_locks_are_accepted(tmp_path: Path) -> None:
    root = ge.new_taste(tmp_path / "plain")
    (root / "taste.toml").write_text("[samples]\nkeep_small = true\n")
    for number, pitch in enumerate(PLAIN):
        line = ge.NoteArray.from_arrays(pitch=pitch, onset=range(8), duration=1, ticks_per_quarter=1)
        ge.write(line, root / "good" / f"{number}.mid")
    # The fourth note reaches over the bar line.
    rhythm = ge.NoteArray.from_arrays(
        pitch=[60] * 14,
        onset=[0, 1, 2, 3, *range(5, 13), 14, 15],
        duration=[1, 1, 1, 2] + [1] * 10,
        ticks_per_quarter=1,
    )
    review = ge.Review(root, ge.Wishes(quarters=16, rhythm=rhythm, scale="C major"), effort=16)
    first = review.ask()
    review.lock(2, 4)
    second = review.ask()
    for phrase in (first, second):
        assert (
            phrase.notes.onset.tolist() == rhythm.at_resolution(phrase.notes.ticks_per_quarter).onset.tolist()
        )
    assert in_bars(first.voices["melody"], (2, 4), 4) == in_bars(second.voices["melody"], (2, 4), 4)
    standing = in_bars(first.voices["melody"], (2,), 4)
    review = ge.Review(root, ge.Wishes(quarters=16, locked=standing), effort=16)
    third = review.ask()
    review.lock(4)
    fourth = review.ask()
    assert set(standing) <= set(fourth.voices["melody"].at_resolution(standing.ticks_per_quarter))
    assert in_bars(third.voices["melody"], (4,), 4) == in_bars(fourth.voices["melody"], (4,), 4)
    review.unlock()
    assert review.wishes.locked is standing


def test_slips_change_nothing(folder: Path) -> None:
    review = ge.Review(folder, ge.Wishes(quarters=16), effort=24)
    for slip in (lambda: review.keep(folder), lambda: review.lock(1), lambda: review.label("good")):
        with pytest.raises(ge.InvalidInput, match="no phrase has been composed"):
            slip()
    review.ask()
    before = files_in(folder)
    for slip, reason in (
        (review.lock, "one or more bars"),
        (lambda: review.lock(5), r"within 1\.\.4"),
        (lambda: review.lock(1, 2, 3, 4), "nothing left to compose"),
        (lambda: review.label("fine"), "expected one of good, bad"),
        (lambda: review.label("bad", bars=[0]), r"within 1\.\.4"),
        (lambda: ge.Review(folder, proposals="dice"), "proposals"),
        (lambda: ge.Review(folder, seed=-1), "seed"),
        (lambda: ge.Review(folder, ge.Wishes(ceiling=0.1)), "ceiling"),
    ):
        with pytest.raises(ge.InvalidInput, match=reason):
            slip()
    assert review.locked == ()
    assert files_in(folder) == before
    review.label("bad", bars=[1, 2])
    with pytest.raises(ge.InvalidInput, match="vetoed already"):
        review.lock(1, 2)
    assert review.locked == ()


class Terminal:
    """`goldenear compose --review` in a terminal of its own."""

    def __init__(self, *arguments: object) -> None:
        self.leader, follower = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "goldenear", *map(str, arguments)],
            stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
            env={**os.environ, "COLUMNS": "100", "TERM": "xterm-256color"},
        )  # fmt: skip
        os.close(follower)
        self.shown = ""

    def until(self, words: str) -> str:
        """Return what is shown until these words come, or until the end."""
        end = time.monotonic() + PATIENCE
        while words not in self.shown:
            assert time.monotonic() < end, self.shown
            if not select.select([self.leader], [], [], 1)[0]:
                continue
            try:
                more = os.read(self.leader, 4096)
            except OSError:
                break
            if not more:
                break
            self.shown += more.decode(errors="replace")
        before, _, self.shown = self.shown.partition(words)
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", before)

    def say(self, line: str) -> str:
        """Answer the prompt, and return what is shown until the next."""
        os.write(self.leader, f"{line}\n".encode())
        return self.until("help> ")


def test_the_loop_in_a_terminal(folder: Path, tmp_path: Path) -> None:
    before, out = files_in(folder), tmp_path / "out"
    terminal = Terminal(
        "compose", "--review", "--taste", folder, "--output", out, "--effort", 24, "--seed", 3, "--quarters", 32
    )  # fmt: skip
    try:
        first = terminal.until("help> ")
        assert any(block in first for block in "█▀▄")
        assert "phrase-3.1.mid" in first
        assert "phrase-3.1.wav" in first
        assert "kept:" in terminal.say("keep")
        assert "locked: bars 1, 2" in terminal.say("lock 1 2")
        assert "added:" in terminal.say("bad")
        assert "there is no 'louder' here" in terminal.say("louder")
        assert "expected a whole number within 1..8" in terminal.say("lock 77")
        assert "Ctrl-D" in terminal.say("help")
        assert "1 locked" in terminal.say("again")
        os.write(terminal.leader, b"quit\n")
        terminal.until("never said")
        assert terminal.process.wait(PATIENCE) == 0
    finally:
        terminal.process.kill()
        terminal.process.wait()
        os.close(terminal.leader)
    assert (out / "kept" / "phrase-3.1.mid").read_bytes() == (out / "phrase-3.1.mid").read_bytes()
    assert (out / "phrase-3.2.wav").exists()
    new = set(files_in(folder)) - set(before)
    assert {path.parent for path in new} == {folder / "bad", folder}
    first, second = (ge.read(out / f"phrase-3.{number}.mid") for number in (1, 2))
    assert in_bars(first, (1, 2), 4) == in_bars(second.at_resolution(first.ticks_per_quarter), (1, 2), 4)
    assert ge.Taste(folder).judge(first).outcome == "bad"
    assert ge.Taste(folder).judge(second).outcome != "bad"


def test_the_loop_in_a_pipe(folder: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "goldenear", "compose", "--review", "--effort", "24", "--quarters", "16"]
        + ["--taste", str(folder), "--output", str(tmp_path / "out")],
        input="good 1-2\nbad 1-2\n\nagain\n", capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    assert "\x1b" not in done.stdout
    assert done.stdout.count("written: ") == 2
    assert len(list((folder / "good").glob("phrase-0.1-bars-1-2-*.mid"))) == 1
    # The same bars, first good, then bad: it is told that these are at odds.
    told = [line for line in done.stderr.splitlines() if "resembles a bad sample" in line]
    assert any("good/phrase-0.1-bars-1-2-" in line for line in told), done.stderr
