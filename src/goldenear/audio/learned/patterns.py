"""This file is where a net's first kernels are cut out of the music that it learns: it begins as a matcher.

A kernel is laid over a picture at every transposition and shift, pixels multiply and add up: that is the correlogram.
What is cut from the samples is therefore a better beginning than noise, and learning goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from goldenear.audio.learned.net_weights import Floats, norm_shapes, normed

PATTERNS, LAYERS, HEIGHT, WIDTH = 32, 3, 13, 11
"""How many kernels; their layers, semitones, and frames, of 1/12 s."""

WIDER = 48
"""Channels after the second convolution."""

SOUNDING = 0.3
"""A pattern is cut where a frame is at least this bright, as a share of the brightest."""


def pattern_shapes() -> dict[str, tuple[int, ...]]:
    """Return the shapes of what :func:`patterns_in` needs."""
    return (
        norm_shapes("seen", LAYERS)
        | {"patterns": (PATTERNS, LAYERS, HEIGHT, WIDTH)}
        | norm_shapes("matched", PATTERNS)
        | {"layer2": (WIDER, PATTERNS, 3, 5)}
        | norm_shapes("joined", WIDER)
    )


def patterns_in(weights: Mapping[str, Any], seen: Any, *, learning: bool) -> Any:
    """Return where which patterns lie, and which follow one another.

    Parameters
    ----------
    weights : mapping of str to tensor
        The net's.
    seen : tensor, shape (windows, LAYERS, rows, frames)
        See :func:`layers`.
    learning : bool
        Whether normalization follows what is seen.

    Returns
    -------
    tensor, shape (windows, WIDER, rows / 2, frames / 2)
    """
    import torch.nn.functional as F  # noqa: N812

    x = normed(weights, "seen", seen, learning)
    x = F.conv2d(x, weights["patterns"], padding=(HEIGHT // 2, WIDTH // 2))
    x = F.max_pool2d(F.relu(normed(weights, "matched", x, learning)), 2)
    x = F.conv2d(x, weights["layer2"], padding=(1, 4), dilation=(1, 2))
    return F.relu(normed(weights, "joined", x, learning))


def layers(melody: Any, loud: Any) -> Any:
    """Return what patterns see, shape (n, LAYERS, rows, frames): melody, where it begins, and loudness."""
    import torch
    import torch.nn.functional as F  # noqa: N812

    begins = F.relu(melody - F.pad(melody, (1, 0))[..., :-1])
    return torch.stack([melody, begins, loud], 1)


def cut(pictures: Sequence[Floats], rng: np.random.Generator) -> dict[str, Floats]:
    """Return kernels cut from pictures, and the threshold below which they say nothing.

    Parameters
    ----------
    pictures : sequence of arrays, shape (LAYERS, rows, frames)
        Each gives some.
    rng : Generator
        Chooses where.
    """
    kernels = np.zeros((PATTERNS, LAYERS, HEIGHT, WIDTH), np.float32)
    high, wide = HEIGHT // 2, WIDTH // 2
    for kernel in kernels:
        seen = pictures[int(rng.integers(len(pictures)))]
        bright = seen[0].sum(axis=0)
        frame = int(rng.choice(np.flatnonzero(bright >= SOUNDING * bright.max())))
        row = int(seen[0, :, frame].argmax())
        padded = np.pad(seen, ((0, 0), (high, high), (wide, wide)))
        part = padded[:, row : row + HEIGHT, frame : frame + WIDTH]
        part = part - part.mean(axis=(1, 2), keepdims=True)
        kernel[:] = part / max(1e-6, float(np.linalg.norm(part)))
    return {"patterns": kernels, "matched.bias": np.full(PATTERNS, -1, np.float32)}
