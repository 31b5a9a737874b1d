"""A taste tells whether each of its samples is still what was added."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

import goldenear as ge
from goldenear.errors import InvalidTaste
from goldenear.taste import adding, library, verifying
from goldenear.taste.digests import DIGESTS_FILE, recorded, write_digests


def tune(step: int) -> ge.NoteArray:
    return ge.NoteArray.from_arrays(
        pitch=[60, 62 + step, 67, 64 - step, 71, 60],
        onset=[0, 2, 3, 5, 6, 8],
        duration=[2, 1, 2, 1, 2, 4],
        ticks_per_quarter=2,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = ge.new_taste(tmp_path / "taste")
    for i, kind in enumerate(["good", "bad", "bad"]):
        path = tmp_path / f"{i}.mid"
        ge.write(tune(i), path)
        ge.add_sample(root, kind, path, **({"channel": 1} if i == 2 else {}))
    return root


def states(root: Path, **options: object) -> dict[str, str]:
    return {file.name: file.state for file in ge.verify_samples(root, **options)}


WHOLE = {
    "bad/1.mid": "as recorded",
    "bad/2.mid": "as recorded",
    "bad/2.mid.toml": "as recorded",
    "good/0.mid": "as recorded",
}


def test_what_was_added_is_whole(folder: Path) -> None:
    assert states(folder) == WHOLE
    assert [file.samples for file in ge.verify_samples(folder)] == [1, 1, 0, 1]
    assert not any(file.fails for file in ge.verify_samples(folder))


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is no tool of this system")
def test_the_digests_are_those_of_sha256sum(folder: Path) -> None:
    odd = folder / "good" / "a\\b\n\rc.mid"
    shutil.copy(folder / "good" / "0.mid", odd)
    ge.verify_samples(folder, record=True)
    assert recorded(folder)["good/a\\b\n\rc.mid"] == hashlib.sha256(odd.read_bytes()).hexdigest()
    check = ["sha256sum", "--check", "--strict", "--quiet", DIGESTS_FILE]
    assert subprocess.run(check, cwd=folder, check=False, capture_output=True).returncode == 0
    odd.write_bytes(b"")
    assert subprocess.run(check, cwd=folder, check=False, capture_output=True).returncode == 1


def swapped(path: Path) -> None:
    ge.write(tune(7), path)


WAYS = {
    "another tune in its place": (lambda root: swapped(root / "bad/1.mid"), {"bad/1.mid": "changed"}),
    "one bit": (
        lambda root: (root / "bad/1.mid").write_bytes(
            (root / "bad/1.mid").read_bytes()[:-10]
            + bytes([(root / "bad/1.mid").read_bytes()[-10] ^ 1])
            + (root / "bad/1.mid").read_bytes()[-9:]
        ),
        {"bad/1.mid": "changed"},
    ),
    "another choice": (
        lambda root: (root / "bad/2.mid.toml").write_text("channel = [1]  # as before\n"),
        {"bad/2.mid.toml": "changed"},
    ),
    "no choice any more": (lambda root: (root / "bad/2.mid.toml").unlink(), {"bad/2.mid.toml": "missing"}),
    "gone": (lambda root: (root / "bad/1.mid").unlink(), {"bad/1.mid": "missing"}),
    "from bad to good": (
        lambda root: (root / "bad/1.mid").rename(root / "good/1.mid"),
        {"bad/1.mid": "missing", "good/1.mid": "not recorded"},
    ),
    "a copy by hand": (
        lambda root: shutil.copy(root / "bad/1.mid", root / "bad/9.mid"),
        {"bad/9.mid": "not recorded"},
    ),
    "no music": (lambda root: (root / "bad/1.mid").write_bytes(b"MThd"), {"bad/1.mid": "unreadable"}),
    "empty": (lambda root: (root / "bad/1.mid").write_bytes(b""), {"bad/1.mid": "unreadable"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_is_not_as_it_was_is_told(folder: Path, way: str, run) -> None:
    change, told = WAYS[way]
    change(folder)
    expected = {
        name: state for name, state in {**WHOLE, **told}.items() if (folder / name).exists() or name in told
    }
    assert states(folder) == expected
    failing = [name for name, state in told.items() if state != "not recorded"]
    code, out, _ = run("taste", "verify", folder)
    assert code == (2 if failing else 0)
    assert [line.split(": ")[0] for line in out.splitlines()] == sorted(told)
    code, out, _ = run("taste", "verify", folder, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert {row["name"]: row["state"] for row in rows} == expected
    assert [row["name"] for row in rows if row["fails"]] == sorted(failing)
    # Music is judged all the same, unless a sample cannot be seen.
    if "unreadable" in told.values():
        assert run("taste", "verify", folder, "--record")[0] == 2
        with pytest.raises(ge.GoldenearError):
            ge.Taste(folder)
    else:
        assert ge.Taste(folder).judge(tune(0)).outcome in ("good", "bad")
        gone = [name for name, state in told.items() if state == "missing"]
        assert [r.split(":")[0] for r in ge.Taste(folder).remarks if "and is gone" in r] == gone
        assert run("taste", "verify", folder, "--record")[0] == 0
        assert set(states(folder).values()) == {"as recorded"}
        assert run("taste", "verify", folder)[0] == 0


@pytest.mark.parametrize("damage", [b"nonsense\n", b"\xff\xfe", b"", bytes(100)])
def test_damaged_digests_are_one_error_and_made_anew(folder: Path, damage: bytes, run) -> None:
    (folder / DIGESTS_FILE).write_bytes(damage)
    for arguments in (("taste", "verify", folder), ("taste", "add", folder, "good", folder.parent / "2.mid")):
        code, _, err = run(*arguments)
        assert code == 2
        assert len(err.splitlines()) == 1
        assert DIGESTS_FILE in err
    assert not (folder / "good/2.mid").exists()
    assert ge.Taste(folder).judge(tune(1)).outcome == "bad"
    assert any(DIGESTS_FILE in remark for remark in ge.Taste(folder).remarks)
    assert run("taste", "verify", folder, "--record")[0] == 0
    assert states(folder) == WHOLE


def test_a_sample_that_the_judge_does_not_count_is_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = library.read_samples

    def fewer(root: Path, kind: str, settings: ge.Settings):
        found = real(root, kind, settings)
        return found._replace(samples=found.samples[:1]) if hasattr(found, "_replace") else type(found)(
            found.samples[:1], found.remarks
        )  # fmt: skip

    monkeypatch.setattr(library, "read_samples", fewer)
    with pytest.raises(InvalidTaste, match="2 bad samples were read"):
        ge.verify_samples(folder)


def test_a_taste_without_digests_is_told_and_taken(folder: Path, run) -> None:
    (folder / DIGESTS_FILE).unlink()
    assert set(states(folder).values()) == {"not recorded"}
    assert run("taste", "verify", folder)[0] == 0
    write_digests(folder, {})
    assert not (folder / DIGESTS_FILE).exists()
    ge.add_sample(folder, "bad", folder.parent / "1.mid")
    assert list(recorded(folder)) == ["bad/1.mid"]


def test_each_file_is_shown_on_the_way(folder: Path) -> None:
    seen = []
    verifying.verify_samples(
        folder, progress=lambda files, what: [seen.append(what) or file for file in files]
    )
    assert seen == ["samples"] * 3


def test_a_choice_beside_a_recorded_sample_is_a_change(folder: Path, run) -> None:
    (folder / "bad/1.mid.toml").write_text("drums = [1]\n")
    assert states(folder) == WHOLE | {"bad/1.mid.toml": "changed"}
    assert run("taste", "verify", folder)[0] == 2


def test_what_is_left_out_is_told(folder: Path, run) -> None:
    shutil.copy(folder / "bad/1.mid", folder / "bad/.hidden.mid")
    shutil.copy(folder / "bad/1.mid", folder / "bad/old.mid.bak")
    (folder / "bad/two.abc").write_text("X:1\nK:C\nCEGc BAGF|\n\nX:2\nK:C\nz4|\n")
    code, out, err = run("taste", "verify", folder)
    assert code == 0
    assert out.splitlines() == [
        "bad/.hidden.mid: left out (hidden)",
        "bad/old.mid.bak: left out (not a music file)",
        "bad/two.abc: not recorded (1 of its tunes without notes, left out)",
    ]
    assert "4 samples in 4 files are counted; 1 not recorded yet" in err


def test_when_all_samples_are_gone_each_is_told(folder: Path, run) -> None:
    for path in [*folder.glob("*/*.mid"), *folder.glob("*/*.toml")]:
        path.unlink()
    assert states(folder) == dict.fromkeys(WHOLE, "missing")
    before = (folder / DIGESTS_FILE).read_bytes()
    assert run("taste", "verify", folder)[0] == 2
    assert (folder / DIGESTS_FILE).read_bytes() == before
    assert run("taste", "verify", folder, "--record")[0] == 0
    assert states(folder) == {}


def test_a_choice_without_its_sample_is_accepted_once(folder: Path, run) -> None:
    (folder / "bad/2.mid").unlink()
    assert states(folder)["bad/2.mid.toml"] == "missing"
    code, _, err = run("taste", "verify", folder, "--record")
    assert code == 0
    assert "recorded: 2 files" in err
    assert states(folder) == {
        "bad/1.mid": "as recorded",
        "good/0.mid": "as recorded",
        "bad/2.mid.toml": "left out",
    }


def test_a_sample_that_cannot_be_recorded_is_said_to_be_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(adding, "write_digests", full)
    ge.write(tune(5), folder.parent / "5.mid")
    with pytest.raises(InvalidTaste, match="added, but not recorded: No space left"):
        ge.add_sample(folder, "bad", folder.parent / "5.mid")
    assert states(folder)["bad/5.mid"] == "not recorded"
    assert len(ge.Taste(folder).bad) == 3
