"""Scatter turning points and sum them twice with torch, on a graphics card or the processor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from goldenear.correlate.frame import Frame, Seam
from goldenear.correlate.turning_points import Lines

if TYPE_CHECKING:
    import torch

MAX_PAIRS = 2**22
"""Pairs of notes held in the device's memory at a time."""


def shared_time(
    piece: Lines, fragment: Lines, frame: Frame, seam: Seam, *, where: torch.device
) -> tuple[NDArray[np.int64], Seam]:
    """Return the shared time at every placement of the frame, and the seam to its right; counted on a device."""
    import torch

    values = torch.zeros((frame.rows, frame.columns), dtype=torch.int64, device=where)
    if not frame.cells or not (len(piece.pitch) and len(fragment.pitch)):
        # Nothing meets in this frame, and nothing did to its left: its values and its seam are zeros.
        return values.cpu().numpy(), seam
    k = Lines(*(torch.tensor(column, device=where) for column in fragment))
    at_once = max(1, MAX_PAIRS // len(fragment.pitch))
    for start in range(0, len(piece.pitch), at_once):
        x = Lines(*(torch.tensor(column[start : start + at_once], device=where)[:, None] for column in piece))
        _scatter(x, k, frame, values)
    values[:, 0] += torch.tensor(seam.slope, device=where)
    values.cumsum_(1)
    slope = values[:, -1].clone()
    values[:, 0] += torch.tensor(seam.value, device=where)
    values.cumsum_(1)
    return values.cpu().numpy(), Seam(values[:, -1].cpu().numpy().copy(), slope.cpu().numpy())


def _scatter(x: Lines, k: Lines, frame: Frame, values: Any) -> None:
    """Add the turning points of every pair of notes; the columns of both hold tensors, those of `x` upright."""
    row = x.pitch - k.pitch - frame.first_transposition
    brightness = x.brightness * k.brightness
    opens, fills, leaves, closes = (
        x.onset - k.offset,
        x.onset - k.onset,
        x.offset - k.offset,
        x.offset - k.onset,
    )
    for shift, change in (
        (opens, brightness),
        (fills, -brightness),
        (leaves, -brightness),
        (closes, brightness),
    ):
        # A change of slope at a shift is felt from the next shift on.
        column = shift - (frame.first_shift - 1)
        inside = (row >= 0) & (row < frame.rows) & (column >= 0) & (column < frame.columns)
        values.view(-1).index_add_(0, (row * frame.columns + column)[inside], change[inside])
