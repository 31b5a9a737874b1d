"""This file is where goldenear is called: every call that the benchmarks make, each in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import numpy as np

import goldenear as ge

RAW = ge.Recipe(measure="brightness", struck=0, alterations=(ge.Alteration(),), grid="exact")
"""The raw question: the most shared time over all transpositions and shifts."""

ONE_FAMILY = ge.Recipe(alterations=(ge.Alteration(),))
"""The judge's measure, with one family of placements: as it is, unstretched."""

FULL_SET = ge.Recipe()
"""The judge's measure, with every stretch and every mirror form."""

Ranking = Callable[[ge.NoteArray, ge.PreparedSamples], ge.Matches]


def prepared(samples: Iterable[ge.NoteArray], recipe: ge.Recipe) -> ge.PreparedSamples:
    """Return samples ready to be compared: packed, which a first ranking would do otherwise."""
    ready = ge.prepare(samples, recipe)
    _ = ready.packed
    return ready


def ranking(
    *,
    k: int | None = None,
    at_least: float = 0.0,
    exhaustive: bool = False,
    backend: Literal["numba", "torch"] = "numba",
    threads: int = 1,
) -> Ranking:
    """Return a question: a way to rank prepared samples."""

    def rank(x: ge.NoteArray, samples: ge.PreparedSamples) -> ge.Matches:
        return ge.rank(
            x, samples, k=k, at_least=at_least, exhaustive=exhaustive, backend=backend, threads=threads
        )

    return rank


def compiled() -> None:
    """Let everything be compiled that is: a new machine does it once, and it is no part of any comparison."""
    x = ge.NoteArray.from_arrays(pitch=[60, 64], onset=[0, 1], duration=1, ticks_per_quarter=1)
    for recipe in (RAW, FULL_SET, ge.Recipe.named("melody")):
        ranking()(x, prepared([x], recipe))


def shared_ticks(matches: ge.Matches, grid: int) -> list[int]:
    """Return the most shared time of every sample, in ticks, in the order in which the samples were given."""
    ticks = [0] * len(matches)
    for match in matches:
        ticks[match.index] = int(match.shared * grid)
    return ticks


def with_note(x: ge.NoteArray, index: int, note: ge.NoteArray) -> ge.NoteArray:
    """Return X with one note in the place of another, made anew."""
    kept = np.arange(len(x)) != index
    return ge.NoteArray.from_arrays(
        pitch=np.append(x.pitch[kept], note.pitch),
        onset=np.append(x.onset[kept], note.onset),
        duration=np.append(x.duration[kept], note.duration),
        ticks_per_quarter=x.ticks_per_quarter,
    )
