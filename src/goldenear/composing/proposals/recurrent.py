"""This file is where the recurrent net computes, on torch, and to the bit however many threads torch has.

Floating-point sums depend on their order, and the order on the number of threads. So every matrix product here is
exact: both factors are rounded to whole multiples of a power of two, so coarse that every partial sum of their
products is a whole number below 2**53, which float64 holds exactly in any order. What is left (sigmoid, tanh,
softmax) is done for each number, or each row, on its own, on arrays too small for torch to share out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from math import frexp
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from goldenear.composing.proposals.melody_events import INTERVALS, Durations, Events, width
from goldenear.optional import needed

if TYPE_CHECKING:
    from torch import Tensor

MOST_UNITS, MOST_LAYERS = 512, 4

AT_ONCE = 32
"""Spans in a batch, at most: times 512 units, fewer numbers than the 32,768 from which torch shares work out."""

EXACT_BITS = 53
"""Whole numbers of so many bits are exact in float64."""

torch_here = partial(needed, "torch", "learned proposals", "torch")
"""Return torch; MissingExtra if it is not installed."""

State = list[tuple[Any, Any]]
"""Output and memory of each layer, tensors of shape (batch, units)."""


def shapes(durations: int, units: int, layers: int) -> dict[str, tuple[int, int]]:
    """Return the shape of each matrix of the net, by name; the last row of those with ``.in`` is the bias."""
    seen = width(((1, 1),) * durations)
    found: dict[str, tuple[int, int]] = {}
    for layer in range(layers):
        found[f"layer{layer}.in"] = ((units if layer else seen) + 1, 4 * units)
        found[f"layer{layer}.again"] = (units, 4 * units)
    found["interval.in"] = (units + 1, INTERVALS)
    found["duration.in"] = (units + INTERVALS + 1, durations)
    return found


def tensors(weights: Mapping[str, NDArray[Any]], *, learning: bool = False) -> dict[str, Tensor]:
    """Return the weights as float64 tensors of their own."""
    torch = torch_here()
    return {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=learning)
        for name, value in weights.items()
    }


def silence(weights: Mapping[str, Tensor], batch: int) -> State:
    """Return the state before the first event."""
    found: State = []
    while (name := f"layer{len(found)}.again") in weights:
        nothing = weights[name].new_zeros((batch, len(weights[name])))
        found.append((nothing, nothing))
    return found


def listen(
    weights: Mapping[str, Tensor], seen: Tensor, state: State, keep: Sequence[Tensor] = ()
) -> tuple[Tensor, State]:
    """Return the net's outputs after each event, shape (batch, events, units), and the state after the last.

    Parameters
    ----------
    weights : dict of tensors
        As :func:`shapes` names them.
    seen : tensor, shape (batch, events, width)
        What is known before each event.
    state : State
        What it heard before.
    keep : tensors, optional
        For each layer one that broadcasts to the outputs, multiplied with them: to drop units out.
    """
    torch = torch_here()
    batch, events, _ = seen.shape
    heard, after = seen, []
    for layer, (output, memory) in enumerate(state):
        drive = _product(_with_one(heard.flatten(0, 1)), weights[f"layer{layer}.in"])
        outputs = []
        for now in drive.reshape(batch, events, -1).unbind(1):
            gates = now + _product(output, weights[f"layer{layer}.again"])
            admit, hold, speak, new = gates.chunk(4, 1)
            memory = hold.sigmoid() * memory + admit.sigmoid() * new.tanh()  # noqa: PLW2901
            output = speak.sigmoid() * memory.tanh()  # noqa: PLW2901
            outputs.append(output)
        after.append((output, memory))
        heard = torch.stack(outputs, 1)
        if keep:
            heard = heard * keep[layer]
    return heard, after


def guess_interval(weights: Mapping[str, Tensor], heard: Tensor) -> Tensor:
    """Return logits of the interval classes, shape (n, 49), from outputs of shape (n, units)."""
    return _product(_with_one(heard), weights["interval.in"])


def guess_duration(weights: Mapping[str, Tensor], heard: Tensor, interval: Tensor) -> Tensor:
    """Return logits of the duration classes, shape (n, durations), where the interval's class, (n,), is known."""
    torch = torch_here()
    known = torch.nn.functional.one_hot(interval, INTERVALS).to(heard.dtype)
    return _product(_with_one(torch.cat([heard, known], 1)), weights["duration.in"])


def surprise(
    weights: Mapping[str, Tensor], events: Sequence[Events], rng: np.random.Generator | None, dropout: float
) -> Tensor:
    """Return how surprised the net is by each event of a batch, in nats; with `rng`, as units drop out.

    Returns
    -------
    tensor, shape (n,)
        For all events of all spans, one after another.
    """
    torch = torch_here()
    longest = max(len(each.interval) for each in events)
    seen = np.zeros((len(events), longest, events[0].seen.shape[1]))
    for row, each in enumerate(events):
        seen[row, : len(each.seen)] = each.seen
    state = silence(weights, len(events))
    heard, _ = listen(weights, torch.from_numpy(seen), state, _kept(state, rng, dropout))
    real = torch.from_numpy(
        np.concatenate([row * longest + np.arange(len(each.interval)) for row, each in enumerate(events)])
    )
    heard = heard.flatten(0, 1)[real]
    interval, duration, begins = (
        torch.from_numpy(np.concatenate(column)) for column in list(zip(*events, strict=True))[1:]
    )
    pitch = guess_interval(weights, heard).log_softmax(1).gather(1, interval[:, None])[:, 0]
    length = guess_duration(weights, heard, interval).log_softmax(1).gather(1, duration[:, None])[:, 0]
    return -(pitch * ~begins + length)


def bits_an_event(weights: Mapping[str, NDArray[Any]], events: Sequence[Events]) -> float:
    """Return how surprised the net is on average, in bits."""
    torch = torch_here()
    ready, total = tensors(weights), 0.0
    with torch.no_grad():
        for first in range(0, len(events), AT_ONCE):
            nats = surprise(ready, events[first : first + AT_ONCE], None, 0.0)
            total += float(nats.numpy().sum())
    return total / float(np.log(2)) / sum(len(each.interval) for each in events)


def beginner(
    durations: Durations, units: int, layers: int, rng: np.random.Generator
) -> dict[str, NDArray[Any]]:
    """Return random weights that hold on to what they hear."""
    found = {
        name: rng.uniform(-1, 1, shape) / np.sqrt(units)
        for name, shape in shapes(len(durations), units, layers).items()
    }
    for layer in range(layers):
        found[f"layer{layer}.in"][-1, units : 2 * units] = 1
    return found


def _kept(state: State, rng: np.random.Generator | None, dropout: float) -> list[Any]:
    """Return for each layer which of its units' outputs are heard, and how loud, the same for a whole span."""
    if rng is None:
        return []
    torch = torch_here()
    return [
        torch.from_numpy((rng.random((len(output), 1, output.shape[1])) >= dropout) / (1 - dropout))
        for output, _ in state
    ]


def _with_one(columns: Tensor) -> Tensor:
    """Return the rows, each with a one at its end, which the bias is multiplied with."""
    torch = torch_here()
    return torch.cat([columns, columns.new_ones((len(columns), 1))], 1)


def _product(left: Tensor, right: Tensor) -> Tensor:
    """Return the exact product of the two matrices, rounded first; so are the products of its gradient."""
    return _exact_product()(left, right)


@cache
def _exact_product() -> Any:
    """Return the product with its gradient; made when torch is first needed."""
    from torch.autograd import Function

    class ExactProduct(Function):  # type: ignore[misc]
        @staticmethod
        def forward(context: Any, left: Tensor, right: Tensor) -> Tensor:
            context.save_for_backward(left, right)
            return _exactly(left, right)

        @staticmethod
        def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None]:
            left, right = context.saved_tensors
            return (
                _exactly(gradient, right.T) if context.needs_input_grad[0] else None,
                _exactly(left.T, gradient) if context.needs_input_grad[1] else None,
            )

    return ExactProduct.apply


def _exactly(left: Tensor, right: Tensor) -> Tensor:
    """Multiply whole multiples of powers of two: no sum over the shared axis is rounded, whatever its order."""
    bits = (EXACT_BITS - len(right).bit_length()) // 2
    (a, unit_a), (b, unit_b) = _whole(left, bits), _whole(right, bits)
    return (a @ b) * unit_a * unit_b


def _whole(matrix: Tensor, bits: int) -> tuple[Tensor, float]:
    """Return the matrix as whole numbers of at most so many bits, and the power of two that they count."""
    largest = float(matrix.abs().max()) if matrix.numel() else 0.0
    unit = 2.0 ** (max(frexp(largest)[1], -400) - bits)
    return (matrix / unit).round(), unit
