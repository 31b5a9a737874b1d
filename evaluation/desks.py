"""This file is where work on composing is done side by side, in one process a core."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import goldenear as ge
from evaluation.lines import Referee, random_search
from goldenear.examples import TASTE

DESKS = 2
"""Processes side by side: as many as composing has threads here."""


@cache
def example_taste() -> ge.Taste:
    """Return the example taste, read once in each process."""
    return ge.Taste(TASTE)


@contextmanager
def desks() -> Iterator[ProcessPoolExecutor]:
    """Give processes that have everything compiled, and whose libraries keep to one thread."""
    # Before the processes are there: libraries read it when they are loaded.
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        with ProcessPoolExecutor(DESKS, get_context("spawn"), initializer=made_ready) as pool:
            for done in [pool.submit(made_ready) for _ in range(DESKS)]:
                done.result()
            yield pool
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


def made_ready() -> None:
    """Let everything be compiled, or loaded, that is."""
    taste, wishes = example_taste(), ge.Wishes(quarters=8)
    ge.Composer(taste, wishes).run(8)
    next(random_search(Referee(taste, wishes), 0))


@cache
def net_in(path: Path) -> ge.MelodyLSTM:
    """Return a net that was saved, loaded once in each process."""
    return ge.MelodyLSTM.load(path)
