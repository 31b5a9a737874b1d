"""Verdicts are the same to the last digit, however they are computed; `make hashes` tries more ways."""

from __future__ import annotations

from hash_trials import ENGINES, hashes


def test_however_it_is_computed_there_is_one_verdict() -> None:
    found = list(hashes(len(ENGINES), seed=1, samples=3, music=2))
    assert len({digest for _, digest in found}) == 1, found
    assert len({how for how, _ in found}) == len(ENGINES)
