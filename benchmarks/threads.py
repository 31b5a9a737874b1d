"""This file is where every library is told how many threads to take, so that both sides take as many."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec

from scipy.fft import set_workers

ALL = os.cpu_count() or 1

Run = Callable[[], list[float]]


def tell(n: int) -> None:
    """Hold OpenCV and PyTorch, which keep the number for themselves, to n threads."""
    if find_spec("cv2"):
        import cv2

        cv2.setNumThreads(n)
    if find_spec("torch"):
        import torch

        torch.set_num_threads(n)


def inside(run: Run, n: int) -> Run:
    """Return the same work, the library taking n threads for each comparison."""
    tell(n)

    def with_workers() -> list[float]:
        with set_workers(n):
            return run()

    return run if n == 1 else with_workers


def shared_out(runs: Sequence[Run]) -> Run:
    """Return several parts of a work as one, each part in its own thread and the library taking one thread."""
    tell(1)
    pool = _pool(len(runs))

    def side_by_side() -> list[float]:
        return [value for part in pool.map(lambda run: run(), runs) for value in part]

    return side_by_side


@cache
def _pool(n: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(n)
