"""This file is where a Markov chain of samples proposals lines: each note by the few before it.

What follows what is counted over intervals and lengths, so that it holds in any key (Brooks, Hopkins, Neumann and
Wright 1957 did it with pitches). Where a context was never met, a shorter one is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from goldenear.arguments import whole_number
from goldenear.composing.material import Line, lines
from goldenear.composing.proposals.protocol import line_length
from goldenear.errors import InvalidInput
from goldenear.notes.alteration import Alteration
from goldenear.notes.note_array import NoteArray, several_notes

GRID = 24

Event = tuple[int, int, int]
"""Steps from the note before, ticks from its onset, ticks it sounds."""


class MarkovChain:
    """A Markov chain over the lines of samples.

    Parameters
    ----------
    samples : NoteArrays
        What it learns from: the highest line of each.
    order : int
        How many notes are looked back on, 1..8.

    Raises
    ------
    InvalidInput
        If there is no line of two notes among the samples.

    Examples
    --------
    >>> scale = NoteArray.from_arrays(pitch=[60, 62, 64, 65], onset=[0, 1, 2, 3], duration=1, ticks_per_quarter=1)
    >>> MarkovChain([scale]).propose(Fraction(2), seed=0)
    <NoteArray: 2 notes, 2 quarters>
    """

    def __init__(self, samples: Iterable[NoteArray], *, order: int = 3) -> None:
        whole_number("order", order, 1, 8)
        self.order = order
        self._follows: dict[tuple[Event, ...], list[Event]] = {}
        self._begins: list[Event] = []
        for sample in several_notes("samples", samples):
            if sample.steps_per_octave != 12:
                raise InvalidInput(
                    f"samples: {sample.name or 'one'} counts another grid than twelve steps an octave"
                )
            sung = lines(sample, Alteration(), GRID, 1)
            if sung:
                self._learn(sung[0])
        if not self._follows:
            raise InvalidInput("samples: expected some with a line of at least two notes")

    def _learn(self, line: Line) -> None:
        """Count what follows what in a line."""
        pitch, onset, offset = line.T.tolist()
        events = [
            (pitch[i] - pitch[i - 1], onset[i] - onset[i - 1], offset[i] - onset[i])
            for i in range(1, len(line))
        ]
        self._begins.append((0, 0, offset[0] - onset[0]))
        for i, event in enumerate(events):
            for order in range(self.order + 1):
                if order <= i:
                    self._follows.setdefault(tuple(events[i - order : i]), []).append(event)

    def propose(self, quarters: Fraction, seed: int) -> NoteArray:
        """Return a line of so many quarters, cut off where they end.

        Parameters
        ----------
        quarters : Fraction
            How long: 1/24..4,096.
        seed : int
            Of chance.
        """
        whole_number("seed", seed, 0, 2**63 - 1)
        end = int(line_length(quarters, GRID) * GRID)
        rng = np.random.default_rng(seed)
        pitch, onset = 67, 0
        _, _, length = self._begins[int(rng.integers(len(self._begins)))]
        notes, past = [(pitch, onset, length)], list[Event]()
        while True:
            event = self._next(past, rng)
            past = [*past, event][-self.order :]
            pitch, onset = pitch + event[0], onset + event[1]
            while not 43 <= pitch <= 91:
                pitch += 12 if pitch < 43 else -12
            if onset >= end:
                break
            notes.append((pitch, onset, event[2]))
        columns = np.array(notes)
        return NoteArray.from_arrays(
            pitch=columns[:, 0],
            onset=columns[:, 1],
            duration=np.maximum(np.minimum(columns[:, 2], end - columns[:, 1]), 1),
            ticks_per_quarter=GRID,
        )

    def _next(self, past: list[Event], rng: np.random.Generator) -> Event:
        """Draw what follows, by the longest context that has been met; now and then by a shorter one."""
        for order in range(len(past), -1, -1):
            known = self._follows.get(tuple(past[len(past) - order :]))
            if known and (len(known) > 1 or order == 0 or rng.random() < 0.7):
                return known[int(rng.integers(len(known)))]
        return self._follows[()][int(rng.integers(len(self._follows[()])))]
