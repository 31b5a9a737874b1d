"""This file is where torch is made to compute the same on every run, and put back as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import RLock
from typing import Any

from goldenear.errors import InvalidInput
from goldenear.optional import needed

THREADS = 1
"""Sums are cut into as many parts as there are threads; on a busy machine, waiting threads cost most."""


torch_here = partial(needed, "torch", "a learned judge", "torch")
"""Return torch; MissingExtra if it is not installed."""


@contextmanager
def steady(device: str = "cpu") -> Iterator[Any]:
    """Give torch's device of that name, and within the block the same results to the bit on the CPU.

    Raises
    ------
    InvalidInput
        If there is no such device.
    MissingExtra
        If torch is not installed.
    """
    torch = torch_here()
    try:
        found = torch.device(device)
        torch.zeros(1, device=found).cpu()
    except (RuntimeError, AssertionError, TypeError, NotImplementedError):
        raise InvalidInput(
            f"device: torch has no {device!r} here: expected 'cpu', 'cuda' or the like"
        ) from None
    with _ONE_AT_A_TIME:
        yield from _steadied(torch, found)


_ONE_AT_A_TIME = RLock()
"""What torch is told holds for all threads: two must not take turns at putting it back."""


def _steadied(torch: Any, found: Any) -> Iterator[Any]:
    """Give the device while torch is steady."""
    threads = torch.get_num_threads()
    strict = torch.are_deterministic_algorithms_enabled()
    only_warns = torch.is_deterministic_algorithms_warn_only_enabled()
    if found.type == "cpu":
        torch.use_deterministic_algorithms(True)
        torch.set_num_threads(THREADS)
    try:
        yield found
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(strict, warn_only=only_warns)
