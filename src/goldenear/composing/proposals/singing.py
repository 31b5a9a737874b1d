"""This file is where a recurrent net sings: it draws one note after another, and hears each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.composing.proposals.melody_events import WIDEST, Durations, seen_before
from goldenear.composing.proposals.recurrent import (
    guess_duration,
    guess_interval,
    listen,
    silence,
    tensors,
    torch_here,
)

COMPASS = 18
"""Semitones between the lowest and the highest note, at most: an octave and a half."""

STEPS = np.arange(-WIDEST, WIDEST + 1)
"""What each class of intervals is, in semitones."""


def sing(
    weights: Mapping[str, NDArray[Any]],
    durations: Durations,
    temperature: float,
    *,
    end: int,
    rng: np.random.Generator,
) -> list[tuple[int, int, int]]:
    """Return a melody's notes: height in semitones above the first, onset and sounding time in 960ths of a quarter.

    Parameters
    ----------
    weights, durations, temperature
        The net's.
    end : int
        In 960ths of a quarter: no note sounds on after it.
    rng : numpy Generator
        Of what is drawn; two numbers a note.
    """
    torch = torch_here()
    ready = tensors(weights)
    wait, sounding = np.array(durations).T
    onset, height, low, high = 0, 0, 0, 0
    notes: list[tuple[int, int, int]] = []
    state = silence(ready, 1)
    nothing = np.zeros(0, np.int64)
    seen = seen_before(durations, nothing, nothing, nothing, np.array([onset]))
    while (fits := onset + sounding <= end).any():
        heard, state = listen(ready, torch.from_numpy(seen)[None], state)
        interval = WIDEST
        if notes:
            reached = height + STEPS
            within = np.maximum(high, reached) - np.minimum(low, reached) <= COMPASS
            interval = _drawn(guess_interval(ready, heard[0]), within, temperature, rng)
        height += int(STEPS[interval])
        low, high = min(low, height), max(high, height)
        guessed = guess_duration(ready, heard[0], torch.tensor([interval]))
        duration = _drawn(guessed, fits, temperature, rng)
        notes.append((height, onset, int(sounding[duration])))
        begun, onset = onset, onset + int(wait[duration])
        seen = seen_before(
            durations,
            np.array([interval]),
            np.array([duration]),
            np.array([height]),
            np.array([begun, onset]),
        )[1:]
    return notes


def _drawn(logits: Any, allowed: NDArray[np.bool_], temperature: float, rng: np.random.Generator) -> int:
    """Return one of the allowed classes, drawn by the net's belief and the temperature."""
    warm = np.where(allowed, logits.numpy()[0] / temperature, -np.inf)
    chance = np.exp(warm - warm.max()).cumsum()
    return int(np.searchsorted(chance, rng.random() * chance[-1], side="right"))
