"""The store of samples loses nothing that it has acknowledged; `make kills` and `make faults` try much harder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the trials fork")


def tried(*arguments: str) -> dict:
    script = Path(__file__).parent / "store_trials.py"
    done = subprocess.run(
        [sys.executable, str(script), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_programs_that_are_killed_lose_nothing_that_they_told() -> None:
    told = tried("kills", "--count", "60")
    assert told["kills"] == 60
    assert told["acknowledged"] > 0
    assert told["lost"] == told["changed"] == told["uncounted"] == 0


def test_whatever_call_fails_all_is_as_before_or_as_acknowledged() -> None:
    told = tried("faults", "--step", "19")
    assert len(told) == 6
    for ends in told.values():
        assert ends["crashed"] > 0
        assert ends["refused"] + ends["done"] > 0
