"""This file is where a net learns classes of clips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import Progress
from goldenear.audio.learned.net import Net, Sizes
from goldenear.audio.learned.net_file import Heard
from goldenear.audio.learned.net_weights import FIXED, Floats, tensors

BATCH = 16
LEAST_EPOCH = 64
"""An epoch is at least so many windows, however few the clips."""

MOST_EPOCHS, FEWEST_EPOCHS = 100, 10
"""Few clips are heard a hundred times, many less often: as many windows as the net needs, each ten times at least."""

HELD_OUT_FROM, SHARE = 20, 0.1
"""From so many pieces of each class on, a share of each is held out, with all their clips."""

PATIENCE = 2
"""One over the part of all epochs that may bring nothing better before it stops."""

LARGEST_STEP = 2.0
"""Gradients are shortened to this length."""


def learn(
    net: Net,
    sizes: Sizes,
    classes: Sequence[Sequence[Floats]],
    pieces: Sequence[Sequence[str]],
    *,
    seed: int,
    device: Any,
    progress: Progress[int] | None,
) -> tuple[dict[str, Floats], Heard]:
    """Return the weights that judge best, and how they were found.

    Parameters
    ----------
    net : Net
        What learns.
    sizes : mapping of str to int
        Its sizes.
    classes : sequence of sequences of arrays
        For each class, what the net hears of its clips.
    pieces : sequence of sequences of str
        For each class, which piece each of its clips is from: cuts of one piece stay together.
    seed : int
        Of the weights it begins with, of what is held out, of the order, and of every change to a clip.
    device : torch device
        Where it computes.
    progress : callable or None
        Takes the epochs and a word, and gives the epochs one by one.

    Notes
    -----
    AdamW (Loshchilov and Hutter, ICLR 2019), its step rising and falling as half a cosine; every class is
    heard equally often. Half of the epochs without a better ear for what is held out, and it stops.
    """
    import torch

    rng = np.random.default_rng(seed)
    ours, others = _divided(classes, pieces, rng)
    weights = tensors(net.beginner(len(classes), sizes, [h for some in ours for h in some], rng), device)
    learned = [w.requires_grad_() for name, w in weights.items() if not name.endswith(FIXED)]
    adam = torch.optim.AdamW(learned, lr=net.rate, weight_decay=0.01, foreach=False)
    size = max(LEAST_EPOCH, sum(map(len, ours)))
    epochs = min(MOST_EPOCHS, max(FEWEST_EPOCHS, net.enough // size))
    best, kept, when = float("inf"), weights, 0
    for epoch in progress(range(epochs), "epochs") if progress else range(epochs):
        batches = list(_batches(ours, size, rng))
        for i, batch in enumerate(batches):
            done = (epoch + i / len(batches)) / epochs
            adam.param_groups[0]["lr"] = (
                net.rate * min(1.0, 10 * done + 0.1) * (0.51 + 0.49 * np.cos(np.pi * done))
            )
            windows = np.stack([net.varied(ours[k][j], sizes["span"], rng) for k, j in batch])
            labels = torch.tensor([k for k, _ in batch], device=device)
            net.loss(weights, torch.tensor(windows, device=device), labels, learning=True).backward()
            torch.nn.utils.clip_grad_norm_(learned, LARGEST_STEP)
            adam.step()
            adam.zero_grad()
        if not any(others):
            when, kept = epoch + 1, weights
            continue
        loss, _ = measured(net, sizes, weights, others)
        if loss < best:
            best, when, kept = loss, epoch + 1, {name: w.detach().clone() for name, w in weights.items()}
        elif epoch + 1 - when > epochs // PATIENCE:
            break
    loss, right = measured(net, sizes, kept, others if any(others) else ours)
    found = {name: w.detach().cpu().numpy().astype(np.float32) for name, w in kept.items()}
    return found, Heard(when, sum(map(len, others)), loss, right)


def measured(
    net: Net, sizes: Sizes, weights: Mapping[str, Any], classes: Sequence[Sequence[Floats]]
) -> tuple[float, float]:
    """Return the mean loss over clips, each class counting alike, and the share put in their own class."""
    lost: list[float] = []
    right: list[bool] = []
    for k, clips in enumerate(classes):
        chances = [probabilities(net, sizes, weights, heard) for heard in clips]
        lost.append(float(np.mean([-np.log(max(p[k], 1e-9)) for p in chances])))
        right += [int(np.argmax(p)) == k for p in chances]
    return float(np.mean(lost)), float(np.mean(right))


def probabilities(net: Net, sizes: Sizes, weights: Mapping[str, Any], heard: Floats) -> NDArray[np.float64]:
    """Return the probability of each class: of the logits' mean over the windows of a clip."""
    import torch

    device = next(iter(weights.values())).device
    rows = []
    with torch.no_grad():
        windows = net.windows(heard, sizes["span"])
        for first in range(0, len(windows), BATCH):
            rows.append(net.logits(weights, torch.tensor(windows[first : first + BATCH], device=device)))
    mean = torch.cat(rows).cpu().numpy().astype(np.float64).mean(axis=0)
    chances: NDArray[np.float64] = np.exp(mean - mean.max())
    return np.asarray(chances / chances.sum(), np.float64)


def _divided(
    classes: Sequence[Sequence[Floats]], pieces: Sequence[Sequence[str]], rng: np.random.Generator
) -> tuple[list[list[Floats]], list[list[Floats]]]:
    """Return what is learned, and what is held out: whole pieces, where there are enough of every class."""
    enough = min(len(set(names)) for names in pieces) >= HELD_OUT_FROM
    ours, others = [], []
    aside: set[str] = set()
    for names in pieces if enough else ():
        order = rng.permutation(sorted(set(names))).tolist()
        aside |= set(order[: round(SHARE * len(order))])
    for clips, names in zip(classes, pieces, strict=True):
        ours.append([h for h, name in zip(clips, names, strict=True) if name not in aside])
        others.append([h for h, name in zip(clips, names, strict=True) if name in aside])
    return ours, others


def _batches(
    classes: Sequence[Sequence[Floats]], size: int, rng: np.random.Generator
) -> Iterator[list[tuple[int, int]]]:
    """Give batches of (class, clip), every class equally often, the clips of each in a new order."""
    share = -(-size // len(classes))
    queues = []
    for clips in classes:
        rounds = [rng.permutation(len(clips)) for _ in range(-(-share // len(clips)))]
        queues.append(np.concatenate(rounds)[:share])
    pairs = [(k, int(queue[i])) for i in range(share) for k, queue in enumerate(queues)]
    for first in range(0, len(pairs), BATCH):
        batch = pairs[first : first + BATCH]
        if len(batch) > 1:
            yield batch
