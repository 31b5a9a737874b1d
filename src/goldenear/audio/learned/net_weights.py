"""This file is where a net's weights are drawn, shaped and normed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.audio.learned.net_file import Shapes, Weights

Floats = NDArray[np.float32]

FIXED = (".mean", ".var")
"""Names of weights that end so follow what is heard; no gradient changes them."""


def drawn(shapes: Shapes, rng: np.random.Generator) -> dict[str, Floats]:
    """Return weights to begin with: He's for matrices, ones for gains and deviations, zeros for the rest."""
    weights: dict[str, Floats] = {}
    for name, shape in shapes.items():
        if name.endswith((".gain", ".var")):
            weights[name] = np.ones(shape, np.float32)
        elif name.endswith((".mean", ".bias")):
            weights[name] = np.zeros(shape, np.float32)
        else:
            deviation = np.sqrt(2 / max(1, int(np.prod(shape[1:]))))
            weights[name] = (deviation * rng.standard_normal(shape)).astype(np.float32)
    return weights


def normed(weights: Mapping[str, Any], name: str, x: Any, learning: bool) -> Any:
    """Return batch normalization (Ioffe and Szegedy, ICML 2015); at rest it is a fixed, linear step."""
    import torch.nn.functional as F  # noqa: N812

    mean, var = weights[f"{name}.mean"], weights[f"{name}.var"]
    return F.batch_norm(x, mean, var, weights[f"{name}.gain"], weights[f"{name}.bias"], learning, 0.1)


def norm_shapes(name: str, channels: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a batch normalization."""
    return {f"{name}.{part}": (channels,) for part in ("gain", "bias", "mean", "var")}


def tensors(weights: Weights, device: Any) -> dict[str, Any]:
    """Return weights as torch's, on a device."""
    import torch

    return {name: torch.tensor(np.array(weight), device=device) for name, weight in weights.items()}
