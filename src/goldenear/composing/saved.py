"""This file is where a search becomes plain values, and a search again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from goldenear.composing.appraise import Appraisal
from goldenear.composing.develop import Draft
from goldenear.composing.ground import Ground
from goldenear.composing.search import Annealing, Archive, Beam, Search
from goldenear.taste.calibration import digest_of


def digest_of_question(ground: Ground, seed: int, search: str, proposals: Sequence[str]) -> str:
    """Return a text that differs whenever the taste, the wishes, the seed or the way of searching do."""
    digest = hashlib.sha256(digest_of(ground.samples, ground.samples.recipe).encode())
    bar, grid = str(ground.wishes.bar), ground.ticks_per_quarter
    plain = (
        bar,
        grid,
        ground.wishes.longest_run,
        ground.wishes.ceiling,
        ground.wishes.share,
        ground.ticks,
        seed,
        search,
        proposals,
    )
    digest.update(repr(plain).encode())
    for column in (ground.locked, ground.voices, ground.scale, ground.slots, ground.units, ground.asked):
        digest.update(b"none" if column is None else np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()[:32]


def state_of(search: Search) -> dict[str, Any]:
    """Return a search as plain values."""
    if isinstance(search, Archive):
        kept = [[*kind, _plain(draft)] for kind, draft in sorted(search.kept.items())]
        return {"asked": search.asked, "tried": search.tried, "paid": search.paid, "kept": kept}
    if isinstance(search, Annealing):
        return {
            "asked": search.asked, "tried": search.tried, "paid": search.paid, "best_here": search.best_here,
            "stalled": search.stalled, "heat": search.heat, "found": [_plain(draft) for draft in search.found],
            "at": None if search.at is None else _plain(search.at),
        }  # fmt: skip
    assert isinstance(search, Beam)
    return {
        "asked": search.asked, "reached": search.reached, "front": [_plain(draft) for draft in search.front],
        "found": [_plain(draft) for draft in search.found],
    }  # fmt: skip


def with_state(search: Search, state: dict[str, Any]) -> Search:
    """Return the search as it was when it became these values.

    Raises
    ------
    KeyError, TypeError, ValueError
        If they are none of such a search.
    """
    if isinstance(search, Archive):
        search.kept = {(int(a), int(b)): _draft(draft) for a, b, draft in state["kept"]}
    elif isinstance(search, Annealing):
        search.best_here, search.stalled = float(state["best_here"]), int(state["stalled"])
        search.heat, search.found = float(state["heat"]), [_draft(draft) for draft in state["found"]]
        search.at = None if state["at"] is None else _draft(state["at"])
    elif isinstance(search, Beam):
        search.reached = int(state["reached"])
        search.front, search.found = ([_draft(draft) for draft in state[name]] for name in ("front", "found"))
    if isinstance(search, Archive | Annealing):
        for name in ("tried", "paid"):
            counts = {move: int(state[name][move]) for move in search.moves}
            setattr(search, name, counts)
    assert isinstance(search, Archive | Annealing | Beam)
    search.asked = int(state["asked"])
    return search


def _plain(draft: Draft) -> dict[str, Any]:
    """Return a draft as plain values."""
    a = draft.appraisal
    return {
        "rows": draft.rows.tolist(), "bare": draft.bare, "move": draft.move, "tried": draft.tried,
        "appraisal": [a.covered, a.score, a.nearest, a.longest_run, a.support, a.silent, a.refused],
        "vetoed": None if a.vetoed is None else [str(time) for time in a.vetoed],
    }  # fmt: skip


def _draft(state: dict[str, Any]) -> Draft:
    """Return the draft of these values."""
    rows = np.array(state["rows"], np.int64).reshape(-1, 5)
    covered, score, nearest, run, support, silent, refused = state["appraisal"]
    begin, end = state["vetoed"] or (None, None)
    return Draft(
        rows,
        Appraisal(
            float(covered),
            float(score),
            float(nearest),
            int(run),
            float(support),
            float(silent),
            str(refused),
            None if begin is None or end is None else (Fraction(begin), Fraction(end)),
        ),
        tuple((int(first), int(last)) for first, last in state["bare"]),
        str(state["move"]),
        int(state["tried"]),
    )
