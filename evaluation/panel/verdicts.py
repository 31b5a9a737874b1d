"""Judge the panel's music, and compare the verdicts with a musician's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import goldenear as ge
from benchmarks.tables import Table
from evaluation.options import Options
from evaluation.panel.inputs import PLAIN, Input, inputs, tastes

ASKED = "asked: .90 as expected"


class Judged(NamedTuple):
    """An input and its verdict."""

    input: Input
    verdict: ge.Verdict

    @property
    def as_expected(self) -> bool:
        """Whether the verdict is what a musician says."""
        return self.verdict.outcome == self.input.expected


def judged() -> list[Judged]:
    """Judge every input by its taste, with the defaults."""
    by = tastes()
    return [Judged(one, by[one.taste].judge(one.notes, backend="numba")) for one in inputs()]


def tables(_: Options) -> Iterator[Table]:
    """Give the verdicts that are as expected, taste by taste, and all others with the reason."""
    every = judged()
    table = Table(
        f"A musician's panel: {len(every)} inputs, by three tastes with the defaults",
        ["taste", "inputs", "as expected", "of good ones", "of bad ones", "of neither", "plain ones vetoed"],
        remarks=[f"What is expected was written down before anything was judged. All: {ASKED}."],
    )
    for taste in (*tastes(), None):
        mine = [one for one in every if taste in (one.input.taste, None)]
        kinds = [[one for one in mine if one.input.expected == kind] for kind in ("good", "bad", "neither")]
        plain = [one for one in mine if one.input.name in PLAIN]
        vetoed = sum(one.verdict.outcome == "bad" for one in plain)
        shares = [_share(part) for part in (mine, *kinds)]
        table.rows.append([taste or "all", f"{len(mine)}", *shares, f"{vetoed} of {len(plain)}"])
    yield table
    others = Table("Verdicts that a musician would not give", ["taste, input", "expected", "why", "verdict"])
    others.rows = [
        [f"{one.input.taste}: {one.input.name}", one.input.expected, one.input.why, one.verdict.because]
        for one in every
        if not one.as_expected
    ]
    if others.rows:
        yield others


def _share(every: list[Judged]) -> str:
    """Return the share of verdicts that are as expected."""
    return f"{sum(one.as_expected for one in every) / len(every):.2f}"
