"""One comparison, all transpositions and all shifts: turning points against SciPy's FFT of the drawn rolls.

Both sides find the same maximum, or the run stops. Ratios of medians, one thread, arrays drawn beforehand for SciPy.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from scipy.signal import correlate

import goldenear as ge

REPEATS = 30


def line(rng: np.random.Generator, quarters: int) -> ge.NoteArray:
    """Return one voice whose rhythm mixes sixteenths and triplets, at 24 ticks a quarter."""
    durations: list[int] = []
    while sum(durations) < quarters * 24:
        durations += {0: [6] * 4, 1: [8] * 3, 2: [12, 12], 3: [24], 4: [18, 6]}[int(rng.integers(5))]
    ends = np.cumsum(durations)
    pitch = 60 + np.clip(np.cumsum(rng.integers(-3, 4, len(ends))), -12, 12)
    return ge.NoteArray.from_arrays(
        pitch=pitch, onset=ends - durations, duration=durations, ticks_per_quarter=24
    )


def voices(rng: np.random.Generator, quarters: int, n: int) -> ge.NoteArray:
    """Return n voices at once, an octave or so apart."""
    parts = [line(rng, quarters).transposed(8 * (i - n // 2)) for i in range(n)]
    columns = {
        name: np.concatenate([getattr(p, name) for p in parts]) for name in ("pitch", "onset", "duration")
    }
    return ge.NoteArray.from_arrays(**columns, ticks_per_quarter=24)


def median_seconds(work: Callable[[], object]) -> float:
    """Return the median time of a run, after one to warm up."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Print the table."""
    rng = np.random.default_rng(1)
    pairs = {
        "one voice, 4 bars": (line(rng, 16), line(rng, 16)),
        "one voice, 16 bars": (line(rng, 64), line(rng, 64)),
        "four voices, 4 bars": (voices(rng, 16, 4), voices(rng, 16, 4)),
    }
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}"
    )
    print(f"{'pair':24}{'SciPy FFT':>12}{'numpy':>12}{'numba':>12}{'ratios':>16}")
    for name, (x, k) in pairs.items():
        rolls = [ge.draw(n).pixels().astype(np.float64) for n in (x, k)]
        best = {round(float(correlate(*rolls, method="fft").max()))}
        best |= {int(ge.correlogram(x, k, backend=engine).values.max()) for engine in ("numpy", "numba")}
        if len(best) != 1:
            sys.exit(f"{name}: the maxima differ: {best}")
        scipy_time = median_seconds(lambda rolls=rolls: correlate(*rolls, method="fft").max())
        own = [
            median_seconds(lambda x=x, k=k, e=engine: ge.correlogram(x, k, backend=e).values.max())
            for engine in ("numpy", "numba")
        ]
        cells = "".join(f"{t * 1e6:,.0f} us".rjust(12) for t in (scipy_time, *own))
        print(f"{name:24}{cells}{'  '.join(f'{scipy_time / t:.1f}x' for t in own):>16}")


main()
