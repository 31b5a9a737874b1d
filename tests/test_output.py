"""Manners of output: pipes that close, narrow encodings, hostile names, full disks, programs cut short."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import goldenear as ge
from goldenear.errors import InvalidTaste, UnreadableFile, printable
from goldenear.notes import atomic
from goldenear.notes.atomic import TEMPORARY, held, write_bytes_atomically
from test_taste import FALL, RISE

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="Windows allows no such names, and has no such streams"
)

EVIL = "e\x1b]0;x\x07\n\u202egpj\u2028\x9b31m\x7f.mid"
"""It sets a terminal's title, breaks lines, turns letters round and makes them red."""

FOREIGN = "\u4f60\u597d \u0434\u0430 \U0001f600.mid"

TUNES = (
    'X:1\nT:ti\x1b[2J\u202e\u2066tle\u2028q\x85w\nL:1/4\nK:C\nV:1 name="vo\x1b[3m\u202e"\nCDEG|\n'
    "\nX:2\nT:\u4f60\nK:C\nL:1/4\nCDEF|\n"
)

JUDGE = ("judge", "--backend", "numpy", "--taste", "taste")

PRINTING = (
    (*JUDGE, "a.mid", FOREIGN),
    (*JUDGE, "a.mid", FOREIGN, "--json"),
    ("show", "tunes.abc", "--json"),
    ("find", "a.mid", "a.mid"),
    ("--help",),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a taste and music, much of it under hostile names."""
    folder = tmp_path_factory.mktemp("output")
    taste = ge.new_taste(folder / "taste")
    for path in (taste / "good" / "rise.mid", folder / "a.mid", folder / EVIL, folder / FOREIGN):
        ge.write(RISE, path)
    (taste / "good" / "d\x1b[1m").mkdir()
    ge.write(RISE, taste / "good" / "d\x1b[1m" / EVIL)
    ge.write(FALL, taste / "bad" / "fall.mid")
    (folder / "tunes.abc").write_text(TUNES, encoding="utf-8")
    return folder


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of a command: its texts are in UTF-8, unless changed."""
    return os.environ | {"PYTHONUTF8": "1"} | changes


@pytest.fixture
def call(place: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Return a function that starts the program in that folder; `shell` says what becomes of its streams."""

    def started(*arguments: str, shell: str = "", limit: int | None = None, **changes: str):
        command = [sys.executable, "-m", "goldenear", *arguments]
        if shell:
            command = ["sh", "-c", f'"$@" {shell}', "sh", *command]
        return subprocess.run(
            command,
            cwd=place,
            env=environment(**changes),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            preexec_fn=None if limit is None else lambda: limit_files(limit),
            check=False,
        )

    return started


def limit_files(size: int) -> None:
    """Let no file grow beyond a size, as on a disk that is full."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.match(TEMPORARY.format("*")))


class TestPipes:
    def unread(self, place: Path, *arguments: str) -> tuple[int, bytes]:
        """Run a command whose reader has left already; return its code and what it says on standard error."""
        read, write = os.pipe()
        os.close(read)
        command = [sys.executable, "-m", "goldenear", *arguments]
        done = subprocess.run(
            command, cwd=place, env=environment(), stdout=write, stderr=subprocess.PIPE, check=False
        )
        os.close(write)
        return done.returncode, done.stderr

    @pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
    def test_a_reader_that_has_left_is_no_error(self, place, arguments):
        assert self.unread(place, *arguments) == (0, b"")

    def test_a_verdict_is_told_by_the_exit_code_though_nobody_reads(self, place):
        assert self.unread(place, *JUDGE, "tunes.abc", "a.mid", "--json", "--fail-on", "good") == (1, b"")

    def test_the_first_line_alone_can_be_taken(self, place):
        judged = " ".join((*JUDGE, "a.mid", *["a.mid"] * 20, "--json"))
        command = f"{sys.executable} -m goldenear {judged} | head -1"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=place,
            env=environment(),
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert json.loads(done.stdout)["outcome"] == "good"

    @pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
    def test_closed_streams_change_nothing_else(self, call, place, closed):
        aligned = place / "aligned.mid"
        aligned.unlink(missing_ok=True)
        done = call(*JUDGE, "a.mid", "--align", "aligned.mid", shell=closed)
        assert done.returncode == 0
        assert b"Traceback" not in done.stderr
        assert len(ge.read(aligned)), "no file may get what was printed"

    def test_an_error_that_nobody_can_be_told_keeps_its_code(self, call):
        assert call("show", "gone.mid", shell="2>&-").returncode == 2


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
    def test_what_cannot_be_shown_is_escaped(self, call, encoding):
        shown = call("show", "tunes.abc", FOREIGN, PYTHONIOENCODING=encoding)
        assert (shown.returncode, shown.stderr) == (0, b"")
        assert b"\\u4f60\\u597d" in shown.stdout
        assert b"\\u2588" not in shown.stdout, "blocks have signs that stand for them"
        told = json.loads(call("show", FOREIGN, "--json", PYTHONIOENCODING=encoding).stdout.decode(encoding))
        assert told["file"] == FOREIGN
        gone = call("show", "\u4f60.mid", PYTHONIOENCODING=encoding)
        assert (gone.returncode, gone.stderr) == (2, b"goldenear: \\u4f60.mid: no such file\n")

    def test_tables_have_borders_of_signs_that_can_be_shown(self, call):
        done = call(*JUDGE, FOREIGN, "--details", PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"\\u2500" not in done.stdout

    def test_a_plain_locale(self, call):
        plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        for arguments in ((*JUDGE, FOREIGN, EVIL), ("show", "tunes.abc", FOREIGN, "--json")):
            done = call(*arguments, **plain)
            assert (done.returncode, done.stderr) == (0, b""), arguments
            assert done.stdout.isascii()


def only_shows(output: bytes) -> bool:
    """Tell whether output does nothing to a terminal."""
    return all(printable(line) == line for line in output.decode("utf-8").split("\n"))


class TestNames:
    @pytest.mark.parametrize(
        "arguments",
        [
            (*JUDGE, EVIL, "tunes.abc", "--details"),
            (*JUDGE, EVIL, "tunes.abc", "--json"),
            ("show", EVIL, "tunes.abc"),
            ("show", EVIL, "tunes.abc", "--json"),
            ("find", EVIL, EVIL),
            ("judge", EVIL, "--taste", "taste", "--backend", "numpy", "--align", f"aligned-{EVIL}"),
        ],
        ids=lambda arguments: printable(" ".join(arguments)),
    )
    def test_names_do_nothing_to_a_terminal(self, call, arguments):
        done = call(*arguments)
        assert done.returncode == 0, done.stderr
        assert only_shows(done.stdout)
        assert only_shows(done.stderr)
        if "--json" in arguments:
            files = {json.loads(line)["file"] for line in done.stdout.decode().splitlines()}
            assert files == {EVIL, "tunes.abc"}
        else:
            # A table may break a long name.
            assert b"\\x1b]0;x\\x07\\n\\u202egpj" in done.stdout + done.stderr

    @pytest.mark.parametrize(
        "arguments",
        [
            (*JUDGE, f"gone-{EVIL}", f"off-{EVIL}"),
            (*JUDGE, "a.mid", f"--{EVIL}"),
            ("show", "tunes.abc", "--track", EVIL),
            ("judge", "a.mid", "--taste", f"gone-{EVIL}"),
            ("judge", "a.mid", "--taste", "odd"),
            ("taste", "add", "taste", "good", EVIL),
            ("taste", "new", f"a.mid/{EVIL}"),
        ],
        ids=lambda arguments: printable(" ".join(arguments)),
    )
    def test_errors_are_one_harmless_line(self, call, place, arguments):
        for kind in ("good", "bad"):
            (place / "odd" / kind).mkdir(parents=True, exist_ok=True)
        (place / "odd" / "taste.toml").write_text('"\\u001B[2J\\n\\u202E" = 1', encoding="utf-8")
        done = call(*arguments)
        assert (done.returncode, done.stdout) == (2, b"")
        assert only_shows(done.stderr)
        assert done.stderr.startswith(b"goldenear: ")
        assert done.stderr.count(b"\n") == (2 if f"off-{EVIL}" in arguments else 1)

    def test_a_name_that_is_no_text(self, call, place):
        name = os.fsdecode(b"no\xff\xfetext.mid")
        try:
            (place / name).write_bytes((place / "a.mid").read_bytes())
        except OSError:
            pytest.skip("this file system takes text alone")
        done = call(*JUDGE, name, "--plot", "why")
        assert done.returncode == 0, done.stderr
        assert b"no\\udcff\\udcfetext.mid" in done.stdout
        assert json.loads(call("show", name, "--json").stdout)["file"] == name
        (place / name).write_bytes(b"damaged")
        assert b"goldenear: no\\udcff\\udcfetext.mid: " in call("show", name).stderr

    def test_a_track_is_chosen_by_its_name_as_it_is_shown(self, place):
        (name, *_) = ge.read_all(place / "tunes.abc")[0].provenance.tracks
        (place / "one.abc").write_text(TUNES.split("\n\n", maxsplit=1)[0], encoding="utf-8")
        for called in (name, printable(name)):
            assert len(ge.read(place / "one.abc", track=called)) == 4

    def test_names_and_messages_are_lines_in_python_too(self):
        assert RISE.named("a\nb\u202e").name == "a\\nb\\u202e"
        assert ge.Clip.of([0.0, 0.5], 24_000, name="a\x1b").name == "a\\x1b"
        assert str(UnreadableFile("a\nb", "is damaged")) == "a\\nb: is damaged"
        assert str(InvalidTaste("x: unknown key '\x1b'")) == "x: unknown key '\\x1b'"

    @pytest.mark.parametrize(
        "name", ["Дворжак", "你好", "می\u200cخواهم", "👩\u200d🎤", "nai\u0308ve", r"a\b"]
    )
    def test_other_scripts_stay_as_they_are(self, name):
        assert printable(name) == name


class TestFullDisks:
    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
    @pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
    def test_a_full_disk_behind_standard_output_is_one_line(self, call, arguments):
        done = call(*arguments, shell="> /dev/full")
        assert (done.returncode, done.stderr) == (
            2,
            b"goldenear: standard output: No space left on device\n",
        )

    @pytest.mark.parametrize(
        ("arguments", "written"),
        [
            ((*JUDGE, "a.mid", "--align", "old.mid"), "old.mid"),
            (("show", "a.mid", "--plot", "old.svg"), "old.svg"),
        ],
    )
    def test_a_failed_write_names_the_file_and_leaves_the_old_one(self, call, place, arguments, written):
        (place / written).write_bytes(b"old")
        done = call(*arguments, limit=10)
        assert done.returncode == 2
        assert done.stderr.count(b"\n") == 1
        assert written.encode() in done.stderr
        assert b".tmp" not in done.stderr
        assert (place / written).read_bytes() == b"old"
        assert left_behind(place) == []

    def test_a_failed_new_taste_leaves_nothing(self, call, place):
        done = call("taste", "new", "deep/er/taste", limit=10)
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
        assert b"deep/er/taste: cannot be made: " in done.stderr
        assert not (place / "deep").exists()
        (place / "mine").mkdir(exist_ok=True)
        assert call("taste", "new", "mine", limit=10).returncode == 2
        assert list((place / "mine").iterdir()) == []

    def test_a_failed_sample_leaves_nothing(self, call, place):
        ge.new_taste(place / "filled")
        before = sorted((place / "filled").rglob("*"))
        done = call("taste", "add", "filled", "bad", "a.mid", "--channel", "1", limit=10)
        assert done.returncode == 2
        assert b"filled/bad/a.mid: cannot be added: File too large\n" in done.stderr
        assert sorted((place / "filled").rglob("*")) == before

    def test_a_sample_that_gets_no_name_leaves_no_choice(self, place, monkeypatch):
        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        folder = ge.new_taste(place / "nameless")
        for failing in ("link", "rename", "replace"):
            monkeypatch.setattr(f"os.{failing}", full)
        with pytest.raises(InvalidTaste, match=r"a\.mid: cannot be added: No space"):
            ge.add_sample(folder, "good", place / "a.mid", channel=1)
        assert list((folder / "good").iterdir()) == []

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is read-only to a superuser")
    def test_a_folder_that_cannot_be_written_to_is_named(self, call, place):
        (place / "shut").mkdir(mode=0o500)
        for arguments in (("show", "a.mid", "--plot", "shut/x.svg"), ("taste", "new", "shut/taste")):
            done = call(*arguments)
            assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
            assert arguments[-1].encode() in done.stderr

    def test_the_error_of_a_write_names_what_was_asked_for(self, tmp_path, monkeypatch):
        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(atomic.os, "fsync", full)
        (tmp_path / "x").write_bytes(b"old")
        with pytest.raises(OSError, match="No space left") as raised:
            write_bytes_atomically(tmp_path / "x", b"new")
        assert raised.value.filename == str(tmp_path / "x")
        assert (tmp_path / "x").read_bytes() == b"old"


WRITES_SLOWLY = """
import os, sys, time
from goldenear.notes import atomic
def slow(handle):
    print("writing", flush=True)
    time.sleep(600)
atomic.os.fsync = slow
atomic.write_bytes_atomically(sys.argv[1], b"new")
"""


class TestProgramsCutShort:
    @pytest.fixture(autouse=True)
    def look_again(self):
        """Let this process look into a folder as if it had just started."""
        atomic._sweep.cache_clear()

    def written(self, folder: Path) -> list[str]:
        """Write a file as a program that has just started, and return which temporary files are left."""
        atomic._sweep.cache_clear()
        write_bytes_atomically(folder / "other", b"whole")
        return left_behind(folder)

    def aged(self, path: Path) -> None:
        long_ago = time.time() - 2 * atomic.ABANDONED
        os.utime(path, (long_ago, long_ago))

    def test_what_a_killed_program_left_is_removed_but_nothing_that_is_being_written(self, tmp_path):
        (tmp_path / "x").write_bytes(b"old")
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITES_SLOWLY, str(tmp_path / "x")], stdout=subprocess.PIPE
        )
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"writing\n"
            (name,) = left_behind(tmp_path)
            self.aged(tmp_path / name)
            assert self.written(tmp_path) == [name], "its program lives"
        finally:
            writer.send_signal(signal.SIGKILL)
            writer.communicate()
        assert (tmp_path / "x").read_bytes() == b"old"
        assert self.written(tmp_path) == []
        assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "x"]

    def test_what_is_young_or_held_or_called_otherwise_stays(self, tmp_path):
        young, old, own = (tmp_path / TEMPORARY.format(which) for which in ("young", "old", "held"))
        for path in (young, old, own, tmp_path / ".song.tmp", tmp_path / "goldenear.tmp"):
            path.write_bytes(b"")
            if path != young:
                self.aged(path)
        os.mkfifo(tmp_path / TEMPORARY.format("pipe"))
        with held(own):
            assert self.written(tmp_path) == sorted((young.name, own.name, TEMPORARY.format("pipe")))
        assert (tmp_path / ".song.tmp").exists()
        assert (tmp_path / "goldenear.tmp").exists()
        assert self.written(tmp_path) == sorted((young.name, TEMPORARY.format("pipe")))

    def test_a_long_name_can_be_written(self, tmp_path):
        name = "\U0001f600" * 60
        write_bytes_atomically(tmp_path / name, b"new")
        assert [path.name for path in tmp_path.iterdir()] == [name]
