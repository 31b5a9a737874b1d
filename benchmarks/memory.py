"""This file is where memory is set out in a table: many packed samples, and a long piece."""

from __future__ import annotations

import numpy as np

from benchmarks import made, ours
from benchmarks.options import Options
from benchmarks.peak import Growth, growth
from benchmarks.tables import Table


def tables(options: Options) -> list[Table]:
    """Return how far a process of its own grows."""
    samples, notes = (2_000, 3_000) if options.quick else (100_000, 30_000)
    table = Table(
        "Memory: how far a process grows over the work",
        ["work", "peak", "kept afterwards", "bytes a sample", "asked"],
        remarks=["Resident memory of a process of its own, above what it had after a small warm-up."],
    )
    prepared = growth("samples", samples)
    table.rows.append(
        [
            f"{samples:,} samples of 16 notes prepared, full set of alterations",
            *_sizes(prepared),
            f"{prepared.kept / samples:,.0f}",
            "-",
        ]
    )
    packed = packed_bytes(min(samples, 5_000))
    table.rows.append(["of which their packed columns", "-", "-", f"{packed:,.0f}", "-"])
    alone = growth("notes", samples)
    table.rows.append(
        [
            f"{samples:,} NoteArrays of 16 notes, nothing prepared",
            *_sizes(alone),
            f"{alone.kept / samples:,.0f}",
            "-",
        ]
    )
    table.rows.append(
        [
            f"16 notes sought in a piece of {notes:,}, goldenear",
            *_sizes(growth("search", notes)),
            "-",
            "under 100 MB",
        ]
    )
    table.rows.append(
        ["the same, SciPy fftconvolve, float64", *_sizes(growth("fftconvolve", notes)), "-", "-"]
    )
    return [table]


def packed_bytes(n: int) -> float:
    """Return the bytes that a sample takes in the packed columns."""
    rng = np.random.default_rng(1)
    columns = ours.prepared(made.fragments_of_notes(rng, n, 16), ours.FULL_SET).packed
    return sum(column.nbytes for column in columns if isinstance(column, np.ndarray)) / n


def _sizes(grown: Growth) -> list[str]:
    return [f"{max(0, n) / 1e6:,.1f} MB" for n in grown]
