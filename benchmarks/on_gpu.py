"""This file is where goldenear and a batched FFT stand side by side on one graphics card, if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

import goldenear as ge
from benchmarks import ours
from benchmarks.answers import must_be_equal
from benchmarks.errors import NotHere
from benchmarks.measure import Side, Work, figure, interleaved, ratio
from benchmarks.options import Options
from benchmarks.peers import good_shape, stacked
from benchmarks.sample_sets import made_fragments
from benchmarks.tables import Table
from benchmarks.workloads import drawn

OURS, FFT = "goldenear, backend='torch'", "batched rfft2"
BATCH = 1024


def tables(options: Options) -> list[Table]:
    """Return comparisons a second of both.

    Raises
    ------
    NotHere
        If there is no PyTorch or no card.
    """
    if not find_spec("torch"):
        raise NotHere("PyTorch is not installed")
    import torch

    if not torch.cuda.is_available():
        raise NotHere("no graphics card that PyTorch can use on this machine")
    n = 2_000 if options.quick else 20_000
    xs, samples = made_fragments(n + 3)[:3], made_fragments(n + 3)[3:]
    expected = [_on_processor(x, samples) for x in xs]
    timings = interleaved(
        [_our_side(xs, samples, expected), _fft_side(xs, samples, expected)], options.rounds
    )
    own, other = timings[OURS], timings[FFT]
    return [
        Table(
            f"On one card, {torch.cuda.get_device_name()}: {n:,} samples of four bars, one voice",
            ["formulation", "comparisons a second", "as fast as the FFT"],
            [
                [OURS, f"{1 / own.median:,.0f}", str(ratio(other, own))],
                [FFT, f"{1 / other.median:,.0f}", figure(1.0) + "x"],
            ],
            [
                "The most shared time over all transpositions and shifts, equal to the tick on both and on the "
                "processor. The FFT has its pictures on the card, drawn and packed, and X's transform is made once."
            ],
        )
    ]


def _on_processor(x: ge.NoteArray, samples: Sequence[ge.NoteArray]) -> list[int]:
    matches = ours.ranking()(x, ours.prepared(samples, ours.RAW))
    return ours.shared_ticks(matches, x.ticks_per_quarter)


def _our_side(
    xs: Sequence[ge.NoteArray], samples: Sequence[ge.NoteArray], expected: Sequence[list[int]]
) -> Side:
    prepared = ours.prepared(samples, ours.RAW)
    rank = ours.ranking(backend="torch")

    def ready(r: int) -> Work:
        i = r % len(xs)

        def check(matches: ge.Matches) -> None:
            must_be_equal(OURS, ours.shared_ticks(matches, xs[i].ticks_per_quarter), expected[i])

        return Work(lambda: rank(xs[i], prepared), len(samples), check)

    return Side(OURS, ready, budget=5.0)


def _fft_side(
    xs: Sequence[ge.NoteArray], samples: Sequence[ge.NoteArray], expected: Sequence[list[int]]
) -> Side:
    """Return the FFT of many samples at a time: pictures on the card before the clock starts."""
    import torch

    pictures = [torch.from_numpy(drawn(x)).cuda() for x in xs]
    stack = stacked([drawn(k) for k in samples])
    shapes = [good_shape(drawn(x), stack[0]) for x in xs]
    on_card = torch.from_numpy(stack).cuda()

    def ready(r: int) -> Work:
        i = r % len(xs)
        shape = shapes[i]

        def run() -> list[float]:
            transform = torch.fft.rfft2(pictures[i], s=shape).conj()
            found = [
                torch.fft.irfft2(transform * torch.fft.rfft2(batch, s=shape), s=shape).amax((1, 2))
                for batch in on_card.split(BATCH)
            ]
            values: list[float] = torch.cat(found).tolist()
            return values

        def check(values: list[float]) -> None:
            must_be_equal(FFT, [round(value) for value in values], expected[i])

        return Work(run, len(samples), check)

    return Side(FFT, ready, budget=5.0)
