"""This file is where memory is measured: a process of its own does the work and tells how far it grew.

Run as ``python -m benchmarks.peak samples 100000``: one JSON object on standard output.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks import made, ours
from benchmarks.errors import NotHere
from benchmarks.workloads import drawn

STATUS = Path("/proc/self/status")


class Growth(NamedTuple):
    """By how many bytes a process grew: at its peak, and after the work."""

    peak: int
    kept: int


def growth(work: str, n: int) -> Growth:
    """Return how far a process of its own grows over a work of size n.

    Raises
    ------
    NotHere
        If the system does not tell the memory of a process, as Linux does.
    """
    if not STATUS.exists():
        raise NotHere("memory is read from /proc/self/status, which this system does not have")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.peak", work, str(n)],
        check=True,
        capture_output=True,
        text=True,
    )
    return Growth(**json.loads(done.stdout.splitlines()[-1]))


def prepare_samples(n: int) -> Callable[[], object]:
    """Prepare n samples of 16 notes with the full set of alterations; they are made one by one."""
    small = made.fragments_of_notes(np.random.default_rng(0), 50, 16)
    ours.ranking()(made.line(np.random.default_rng(0), 16), ours.prepared(small, ours.FULL_SET))
    samples = made.fragments_of_notes(np.random.default_rng(1), n, 16)
    return lambda: ours.prepared(samples, ours.FULL_SET)


def make_samples(n: int) -> Callable[[], object]:
    """Only make the samples: what n NoteArrays take by themselves."""
    return lambda: list(made.fragments_of_notes(np.random.default_rng(1), n, 16))


def search_piece(n: int) -> Callable[[], object]:
    """Lay a fragment of 16 notes over a piece of n notes with goldenear."""
    rng = np.random.default_rng(2)
    fragment = next(made.fragments_of_notes(rng, 1, 16))
    sample, rank = ours.prepared([fragment], ours.RAW), ours.ranking()
    rank(made.piece(rng, 500), sample)
    piece = made.piece(rng, n)
    return lambda: rank(piece, sample)


def convolve_piece(n: int) -> Callable[[], object]:
    """The same with SciPy's fftconvolve; the pictures are drawn beforehand."""
    from scipy.signal import fftconvolve

    rng = np.random.default_rng(2)
    fragment = drawn(next(made.fragments_of_notes(rng, 1, 16))).astype(np.float64)[::-1, ::-1]
    fftconvolve(np.ones((50, 1000)), fragment)
    picture = drawn(made.piece(rng, n)).astype(np.float64)
    return lambda: fftconvolve(picture, fragment).max()


WORKS = {
    "samples": prepare_samples,
    "notes": make_samples,
    "search": search_piece,
    "fftconvolve": convolve_piece,
}


def _resident(which: str) -> int:
    """Return the resident memory in bytes: VmRSS now, VmHWM at its peak."""
    lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    return int(lines[which].split()[0]) * 1024


def main(work: str, n: int) -> None:
    """Do the work and print how far the process grew."""
    run = WORKS[work](n)
    gc.collect()
    # Linux lets a process forget its peak.
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    before = _resident("VmRSS")
    answer = run()
    peak = _resident("VmHWM") - before
    gc.collect()
    kept = _resident("VmRSS") - before
    del answer
    print(json.dumps({"peak": peak, "kept": kept}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
