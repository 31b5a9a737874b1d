"""One bit that turned over in what the program keeps changes nothing unnoticed; `make flips` turns thousands."""

from __future__ import annotations

from flip_trials import flips


def test_one_bit_that_turned_over_changes_nothing_unnoticed() -> None:
    told = flips(45, seed=1)
    assert told.keys() == {
        "*.samples", "*.parts", "levels.json", "calibration.json", "samples.sha256", "search.json", "melodies.net",
        "judge.net",
    }  # fmt: skip
    for ends in told.values():
        assert set(ends) <= {"as before", "left out with a word", "refused"}, told
    # What is only kept to be quick is made again.
    for name in ("*.samples", "*.parts", "levels.json"):
        assert set(told[name]) == {"as before"}
