"""All limits of what is read stand in one place, are documented, and can be changed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import goldenear as ge
from goldenear.errors import InvalidInput
from goldenear.limits import LIMITS, VARIABLE, Limits, limits_in

READING = Path(__file__).parent.parent / "docs" / "reading.md"


def test_words_change_limits():
    assert limits_in("") == Limits()
    assert limits_in("notes=5 sound_seconds=7200") == Limits(notes=5, sound_seconds=7200)


@pytest.mark.parametrize(
    "words",
    ["note=5", "notes", "notes=", "notes=0", "notes=-1", "notes=1.5", "notes=9" + "9" * 5000, "notes=\u0664"],
)
def test_a_slip_is_named(words):
    with pytest.raises(InvalidInput, match=VARIABLE) as refused:
        limits_in(words)
    assert len(str(refused.value)) < 500


def test_every_limit_is_documented_with_its_value():
    rows = dict(
        line.strip("| ").split(" | ")[:2] for line in READING.read_text().splitlines() if line.startswith("| `")
        and line.count("|") == 4
    )  # fmt: skip
    for field in fields(Limits):
        told = rows[f"`{field.name}`"].replace(",", "").replace(" MiB", "*2**20").replace("\u2070", "**0")
        assert eval(told, {"__builtins__": {}}) == getattr(Limits(), field.name), field.name


def test_the_environment_changes_them_in_a_program(tmp_path):
    tune = ge.NoteArray.from_arrays(pitch=range(60, 70), onset=range(10), duration=1, ticks_per_quarter=1)
    ge.write(tune, tmp_path / "a.musicxml")
    show = [sys.executable, "-m", "goldenear", "show", str(tmp_path / "a.musicxml")]
    for words, code, said in (
        ("notes=10", 0, "10 notes"),
        ("notes=9", 2, "it holds more than 9 notes"),
        ("note=9", 2, "GOLDENEAR_LIMITS: expected one of"),
    ):
        done = subprocess.run(
            show, env=os.environ | {VARIABLE: words}, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        assert said in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_they_are_those_of_this_program():
    assert limits_in(os.environ.get(VARIABLE, "")) == LIMITS


def test_a_sample_of_too_many_notes_is_refused_wherever_it_comes_in(tmp_path):
    taste = ge.new_taste(tmp_path / "taste")
    n = LIMITS.sample_notes + 1
    long = ge.NoteArray.from_arrays(
        pitch=[60 + i % 7 for i in range(n)],
        onset=[12 * i for i in range(n)],
        duration=[12] * n,
        ticks_per_quarter=24,
    )
    ge.write(long, tmp_path / "long.mid")
    said = f"long.mid: {n:,} notes are over the limit of {LIMITS.sample_notes:,} for a sample"
    with pytest.raises(ge.UnreadableFile, match=said):
        ge.add_sample(taste, "bad", tmp_path / "long.mid")
    assert not [*(taste / "bad").iterdir()]
    (tmp_path / "long.mid").rename(taste / "bad" / "long.mid")
    with pytest.raises(ge.UnreadableFile, match=said):
        ge.Taste(taste)


def test_an_error_is_told_without_its_middle_where_it_is_endless():
    said = str(InvalidInput("x" * 50_000 + " and the end"))
    assert len(said) < 2_000
    assert said.endswith(" [...] " + "x" * 488 + " and the end")
