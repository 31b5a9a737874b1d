"""This file is where torch compares: many samples and alterations at once, on a graphics card if there is one.

Everything that is looked for is looked for on the device; the answer is that of the other engines, to the bit.
On CUDA the common case (plain pictures, no drums in both, no glow) goes through the kernel of
:mod:`goldenear.match.engines.fused`; everything else, and all of it on a processor, in batches sized to the
memory there is through :mod:`goldenear.match.engines.batches`. A sample of which a single pair would not fit
into that memory (X is then a long piece on a fine grid) is handed to the NumPy engine, which works in tiles.

From which size a graphics card wins has not been measured yet: there was none. What can be said without one: a call
starts some hundreds of small operations on the device however few the samples are, so a few hundred samples are for
the compiled engine, and the card is for a hundred thousand. On a processor this engine looks at every placement of
every alteration; there the compiled engine, which leaves out what cannot matter, is faster by far at any size.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.backends import torch_device
from goldenear.match.engines import Best, Found
from goldenear.match.engines.aligning import align  # noqa: F401, on the CPU: a table of notes has no lanes for a GPU
from goldenear.match.engines.meeting import meet
from goldenear.match.engines.on_numpy import best_match
from goldenear.match.packed import Variants, variants
from goldenear.match.picture import PiecePicture
from goldenear.match.prepared import PreparedSamples
from goldenear.notes.piano_roll import Reading

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from goldenear.match.engines.batches import Places
    from goldenear.match.engines.meeting import Meeting
    from goldenear.match.engines.tensors import Pairs, Piece, Rules, SampleTensors

ON_A_PROCESSOR = 2**28
"""Bytes that a batch may take where the device is the processor."""

IN_ITS_CACHES = 2**25
"""Bytes that a batch takes there where it can choose: what lies near is faster read."""

BYTES_A_PAIR = 512
"""What the numbers of one pair take, while they are computed."""


class Rows(NamedTuple):
    """Best places of samples, as columns; several a sample."""

    sample: NDArray[np.int64]
    similarity: NDArray[np.float64]
    turn: NDArray[np.int64]
    transposition: NDArray[np.int64]
    shift: NDArray[np.int64]
    shared: NDArray[np.int64]
    ticks: NDArray[np.int64]

    def at(self, which: NDArray[Any]) -> Rows:
        """Return some of the rows, or all in another order."""
        columns: Any = (column[which] for column in self)
        return Rows(*columns)


def compare(
    x: Mapping[Reading, PiecePicture],
    samples: PreparedSamples,
    k: int,  # noqa: ARG001
    at_least: float,
    threads: int,
    prune: bool,
    device: str | None = None,
) -> Found:
    """Find the best match of every sample, on the device of this name, or where torch is quickest.

    Raises
    ------
    InvalidInput
        If torch finds no such graphics card.
    MissingExtra
        If torch is not installed (extra ``torch``).
    TooLarge
        If a sample cannot be compared with X.
    """
    where = torch_device(device)
    from goldenear.match.engines.tensors import on_device

    if not len(samples):
        return Found(np.zeros(0, np.int64), Best.nothing(0))
    laid = on_device(samples, where)
    rows: list[Rows] = []
    too_large: set[int] = set()
    kinds = variants(samples.recipe)
    floor = at_least if prune else 0.0
    with _so_many(threads):
        for reading in (reading for reading in x if reading in kinds):
            rows += _rows_of_reading(
                x[reading], samples, laid, reading, kinds[reading], floor, prune, too_large
            )
    best = _best_of(rows, len(samples))
    for i in sorted(too_large):
        for column, nothing in zip(best, Best.nothing(1), strict=True):
            column[i] = nothing[0]
        best_match(x, i, samples, prune, best)
    return Found(np.arange(len(samples)), best)


@contextmanager
def _so_many(threads: int) -> Iterator[None]:
    """Let torch work with so many threads, where it works on a processor, and leave it as it was."""
    from torch import get_num_threads, set_num_threads

    before = get_num_threads()
    set_num_threads(threads)
    try:
        yield
    finally:
        set_num_threads(before)


def _rows_of_reading(
    x: PiecePicture,
    samples: PreparedSamples,
    laid: SampleTensors,
    reading: Reading,
    kinds: tuple[Variants, Variants],
    floor: float,
    prune: bool,
    too_large: set[int],
) -> Iterator[Rows]:
    """Give the best places under one reading; samples that do not fit into memory are put into `too_large`."""
    from goldenear.match.engines.batches import BYTES_A_CELL, cells, lay_batches, on_tick_grid
    from goldenear.match.engines.tensors import check_budget, pairs_of, piece_of, rules_of

    piece, rules = piece_of(x), rules_of(samples, reading)
    shared, own = (
        meet(piece.unit.numerator, piece.unit.denominator, samples.packed.units, kind) for kind in kinds
    )
    met = shared, own
    budget = _budget(laid.alone.device)
    for part in _parts(len(samples), budget // (BYTES_A_PAIR * len(kinds[0].turn))):
        pairs = pairs_of(piece, laid, part, kinds, met, rules)
        check_budget(piece, laid.numbers, pairs, samples)
        others = (pairs.rows > 0) & (pairs.price > 0)
        fused = _fused(piece, samples, laid, pairs, met, rules, floor, prune, budget)
        if fused is not None:
            taken, won, places = fused
            others &= ~taken
            yield _rows(won, places)
        rest = on_tick_grid(pairs.chosen(others))
        fits = cells(piece, laid, rest) * BYTES_A_CELL <= budget
        too_large.update(rest.sample.cpu().numpy()[~fits].tolist())
        together = budget if laid.alone.is_cuda else min(budget, IN_ITS_CACHES)
        for batch, places in lay_batches(piece, laid, rest.kept(fits), rules, together):
            yield _rows(batch, places)


def _fused(
    piece: Piece,
    samples: PreparedSamples,
    laid: SampleTensors,
    pairs: Pairs,
    met: tuple[Meeting, Meeting],
    rules: Rules,
    floor: float,
    prune: bool,
    budget: int,
) -> tuple[Tensor, Pairs, Places] | None:
    """Return which pairs the kernel took, and their best; nothing where it does not run, or has nothing to do."""
    where = laid.alone.device
    if where.type != "cuda" and os.environ.get("TRITON_INTERPRET") != "1":
        # Triton's interpreter runs the kernel on a processor: for tests.
        return None
    try:
        from goldenear.match.engines import fused, tables
    except ImportError:
        # On some systems there is no Triton beside torch.
        return None
    taken = tables.is_taken(piece, laid, pairs) & (pairs.price > 0)
    if not len(piece.pitched.pitch) or not bool(taken.any()):
        return None
    notes = tables.notes_on_device(samples, where)
    block = tables.block_for(piece, laid, pairs, taken)
    margins = tables.margins(notes, met, block)
    if tables.size(piece, margins) > min(2**30, budget // 16):
        return None
    x_tables = tables.tables(piece, margins, block, where)
    return taken, *fused.lay(piece, laid, notes, x_tables, pairs, taken, rules, floor, prune)


def _parts(n: int, at_once: int) -> Iterator[slice]:
    """Cut the samples into parts whose pairs' numbers fit into memory."""
    for first in range(0, n, max(1, at_once)):
        yield slice(first, min(first + max(1, at_once), n))


def _budget(where: torch.device) -> int:
    """Return how many bytes may be taken at a time: half of what a graphics card has free."""
    from torch import cuda

    return cuda.mem_get_info(where)[0] // 2 if where.type == "cuda" else ON_A_PROCESSOR


def _rows(pairs: Pairs, places: Places) -> Rows:
    """Bring best places to the processor."""
    similarity, transposition, shift, shared = places
    columns: Any = (pairs.sample, similarity, pairs.turn, transposition, shift, shared, pairs.resolution)
    return Rows(*(column.cpu().numpy() for column in columns))


def _best_of(rows: Sequence[Rows], n: int) -> Best:
    """Keep the best place of each sample: of equals the earlier alteration, smallest transposition, first shift."""
    best = Best.nothing(n)
    if not rows:
        return best
    columns: Any = (np.concatenate(column) for column in zip(*rows, strict=True))
    together = Rows(*columns)
    np.maximum.at(best.similarity, together.sample, together.similarity)
    brightest = (together.similarity > 0) & (together.similarity == best.similarity[together.sample])
    found = together.at(brightest)
    if len(found.sample) and np.bincount(found.sample).max() > 1:
        p = found.transposition
        order = np.lexsort((found.shift, p > 0, abs(p), found.turn))[::-1]
        found = found.at(order)
    # Where one sample is written twice, the last stays.
    for column, values in zip(best[1:], found[2:], strict=True):
        column[found.sample] = values
    return best
