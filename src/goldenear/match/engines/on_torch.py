"""This file is where torch compares: many samples and alterations at once, on a graphics card if there is one.

Everything that is looked for is looked for on the device; the answer is that of the other engines, to the bit.
On CUDA the common case (plain pictures, no drums in the sample, no glow) goes through the kernel of
:mod:`goldenear.match.engines.fused`; everything else, and all of it on a processor, in batches sized to the
memory there is through :mod:`goldenear.match.engines.batches`. A sample of which a single pair would not fit
into that memory (X is then a long piece on a fine grid) is handed to the NumPy engine, which works in tiles.

From which size a graphics card wins has not been measured yet: there was none. On a processor this engine looks
at every placement of every alteration, and the compiled engine, which leaves out what cannot matter, is faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.backends.on_torch import device
from goldenear.errors import MissingExtra
from goldenear.match.engines import Best, Found
from goldenear.match.engines.on_numpy import best_match
from goldenear.match.packed import Variants, variants
from goldenear.match.picture import PiecePicture
from goldenear.match.prepared import PreparedSamples
from goldenear.notes.piano_roll import Reading

if TYPE_CHECKING:
    from torch import Tensor

    from goldenear.match.engines.tensors import Pairs, Piece, Rules, SampleTensors

ON_A_PROCESSOR = 2**28
"""Bytes that a batch may take where the device is the processor."""

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


def compare(
    x: Mapping[Reading, PiecePicture],
    samples: PreparedSamples,
    k: int,  # noqa: ARG001
    at_least: float,
    threads: int,  # noqa: ARG001
    prune: bool,
) -> Found:
    """Find the best match of every sample.

    Raises
    ------
    MissingExtra
        If torch is not installed (extra ``torch``).
    TooLarge
        If a sample cannot be compared with X.
    """
    try:
        from goldenear.match.engines.tensors import on_device
    except ImportError:
        raise MissingExtra("the engine on torch", "torch") from None
    if not len(samples):
        return Found(np.zeros(0, np.int64), Best.nothing(0))
    laid = on_device(samples, device())
    rows: list[Rows] = []
    too_large: set[int] = set()
    for reading, kinds in variants(samples.recipe).items():
        rows += _rows_of_reading(
            x[reading], samples, laid, reading, kinds, at_least if prune else 0.0, prune, too_large
        )
    best = _best_of(rows, len(samples))
    for i in sorted(too_large):
        for column, nothing in zip(best, Best.nothing(1), strict=True):
            column[i] = nothing[0]
        best_match(x, i, samples, prune, best)
    return Found(np.arange(len(samples)), best)


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
    budget = _budget(laid)
    for part in _parts(len(samples), budget // (BYTES_A_PAIR * len(kinds[0].turn))):
        pairs = pairs_of(piece, laid, part, samples.packed.units, kinds, rules)
        check_budget(piece, laid.numbers, pairs, samples)
        others = (pairs.rows > 0) & (as_tensor(kinds[0].price > 0, laid.alone.device) > 0)[:, None]
        kernel = _kernel(laid)
        if kernel is not None:
            taken = kernel.takes(piece, laid, pairs, rules, budget)
            others &= ~taken
            yield from kernel.lay(piece, samples, laid, pairs, taken, kinds[0], rules, floor, prune)
        rest = on_tick_grid(pairs.chosen(others))
        fits = torch.tensor(cells(piece, laid, rest) * BYTES_A_CELL <= budget)
        too_large.update(rest.sample[~fits].tolist())
        ...
