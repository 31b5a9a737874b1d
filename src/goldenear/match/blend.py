"""This file is where one similarity is made of its parts: what is shared as pictures, and what aligns as melodies."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.match.alignment import most_of
from goldenear.match.engines import Best, Engine
from goldenear.match.pictures import PiecePicture
from goldenear.match.prepared import PreparedSamples
from goldenear.notes.note_array import NoteArray
from goldenear.notes.piano_roll import Reading

FIRST_CHUNK = 32
"""Samples aligned before the bar is raised for the first time; the next chunks are larger."""


class Blended(NamedTuple):
    """Which samples were compared, their similarities, and the parts of these."""

    sample: NDArray[np.int64]
    similarity: NDArray[np.float64]
    best: Best
    """What is shared as pictures, and where."""
    share: float
    """What alignment counts for."""
    aligned: NDArray[np.float64] | None

    @classmethod
    def plain(cls, sample: NDArray[np.int64], best: Best) -> Blended:
        """Return what was found where the pictures alone count."""
        return cls(sample, best.similarity, best, 0.0, None)

    def parts(self, i: int) -> tuple[tuple[str, float, float], ...]:
        """Return what the similarity of a sample is made of: name, weight, value."""
        overlap = ("overlap", 1 - self.share, float(self.best.similarity[i]))
        if self.aligned is None:
            return (overlap,)
        return overlap, ("aligned", self.share, float(self.aligned[i]))


def blended(
    x: NoteArray,
    pictures: Mapping[Reading, PiecePicture],
    samples: PreparedSamples,
    engine: Engine,
    k: int,
    at_least: float,
    threads: int,
    *,
    prune: bool,
) -> Blended:
    """Compare X with the samples as the recipe asks; exact for the k best that reach `at_least`.

    Alignment costs more than overlap: only samples are aligned that may still be among those asked for.
    """
    share = samples.recipe.aligned
    if not share or not len(samples):
        found = engine.compare(pictures, samples, k, at_least, threads, prune)
        return Blended.plain(*found)
    # However well a sample aligns, its overlap must make up for the rest.
    least = max(0.0, (at_least - share) / (1 - share)) * (1 - 1e-12) if share < 1 else 0.0
    compared, best = engine.compare(pictures, samples, len(samples), least, threads, prune)
    aligned = np.zeros(len(samples))
    similarity = np.zeros(len(samples))
    upper = (1 - share) * best.similarity[compared] + share * most_of(x, samples)[compared]
    order = np.argsort(-upper, kind="stable")
    done, chunk, floor = 0, FIRST_CHUNK if prune else len(order), at_least
    while done < len(order) and k:
        part = order[done : done + chunk]
        part = part[upper[part] >= floor] if prune else part
        if not len(part):
            break
        which = compared[part]
        aligned[which] = _aligned(x, samples, which, engine, threads)
        similarity[which] = (1 - share) * best.similarity[which] + share * aligned[which]
        done, chunk = done + len(part), 2 * chunk
        if k <= done:
            floor = max(floor, float(np.partition(similarity[compared[order[:done]]], -k)[-k]))
    return Blended(compared[order[:done]], similarity, best, share, aligned)


def _aligned(
    x: NoteArray, samples: PreparedSamples, which: NDArray[np.int64], engine: Engine, threads: int
) -> NDArray[np.float64]:
    """Return how well X aligns with some samples, shared out among threads."""
    if threads == 1 or len(which) < 2:
        return engine.align(x, samples, which)
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(lambda part: engine.align(x, samples, part), np.array_split(which, threads)))
    return np.concatenate(parts)
