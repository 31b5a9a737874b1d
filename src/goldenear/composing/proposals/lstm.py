"""This file is where melodies are proposed by a recurrent net that has heard some."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import file_name, function, number, whole_number
from goldenear.composing.proposals import net_file
from goldenear.composing.proposals.lstm_training import Progress, learn
from goldenear.composing.proposals.melody_events import (
    GRID,
    Durations,
    learned_durations,
    melodies,
    resolution,
    spans,
    unigram_bits,
)
from goldenear.composing.proposals.protocol import line_length
from goldenear.composing.proposals.recurrent import (
    MOST_LAYERS,
    MOST_UNITS,
    beginner,
    bits_an_event,
    torch_here,
)
from goldenear.composing.proposals.singing import sing
from goldenear.errors import InvalidInput
from goldenear.notes.note_array import NoteArray, frozen, several_notes

START = 66
"""The pitch that every proposal begins with."""

LEARNING, TUNING = 0.005, 0.001
"""Adam's step, when all is new, and when what is known is only bent."""


@dataclass(frozen=True, slots=True)
class Heard:
    """How well a net guesses melodies, in bits an event (an interval and a duration); fewer are better.

    Attributes
    ----------
    unigram : float
        Guessing each class by how often it came in the melodies that were learned.
    before, after : float
        The net, before and after it learned.
    epochs : int
        How often it had heard everything when it guessed best.
    held_out : bool
        True where this was measured on melodies that it had not learned, those that told it when to stop (so
        `after` flatters a little); otherwise on those that it had learned.
    """

    unigram: float
    before: float
    after: float
    epochs: int
    held_out: bool


@dataclass(frozen=True, slots=True, eq=False)
class MelodyLSTM:
    """A recurrent net that sings on, note by note; make one with :meth:`trained`, or :meth:`load` it.

    Attributes
    ----------
    durations : tuple of (int, int)
        Its vocabulary: from onset to onset, and sounding, in 960ths of a quarter.
    weights : mapping of str to float32 array
        Its matrices, frozen; :func:`goldenear.composing.proposals.recurrent.shapes` tells their shapes.
    units, layers : int
        Its size.
    heard : Heard
        How well it guessed when it had last learned.
    temperature : float
        .01..10; below 1 it sings what is likely, above 1 what is not. ``replace(net, temperature=1.2)``.

    Notes
    -----
    Before each event the net sees the interval, the duration and the degree of the note before (in semitones
    above the first note, modulo 12) and the place of the new one in a bar of four and of three quarters; it
    gives an interval, then a duration where the interval is known. No event tells a pitch, so every
    transposition of a melody is the same to it. Everything it computes, when it learns and when it sings, is
    the same to the bit in any number of threads, and it neither reads nor changes torch's or NumPy's random state.

    Source: Hochreiter and Schmidhuber, Neural Computation 1997; Eck and Schmidhuber, IDSIA-07-02, 2002.

    Examples
    --------
    ::

        from goldenear.match.background import shipped

        net = MelodyLSTM.trained(shipped(), seed=1)
        net.propose(Fraction(32), seed=7)
    """

    durations: Durations
    weights: Mapping[str, NDArray[np.float32]]
    units: int
    layers: int
    heard: Heard
    temperature: float = 1.0

    def __post_init__(self) -> None:
        number("temperature", self.temperature, 0.01, 10)

    def __repr__(self) -> str:
        size = f"{self.units} units, {self.layers} layers" if self.layers > 1 else f"{self.units} units"
        return f"<MelodyLSTM: {size}, {self.heard.after:.2f} bits an event>"

    @classmethod
    def trained(
        cls,
        pieces: Iterable[NoteArray],
        *,
        seed: int = 0,
        epochs: int = 50,
        units: int = 128,
        layers: int = 1,
        progress: Progress | None = None,
    ) -> MelodyLSTM:
        """Return a net that has learned the top lines of some pieces.

        Parameters
        ----------
        pieces : NoteArrays
            Music; at least two pieces with a melody of two notes or more. A tenth of them, at least one, is
            held out: it stops when it guesses those no better.
        seed : int
            At least 0. Of the weights it begins with, of what is held out, and of the order of learning.
        epochs : int
            1..10,000: how often it hears everything, at most.
        units, layers : int
            1..512 and 1..4: its size.
        progress : callable, optional
            Takes the epochs and a word, and gives the epochs one by one: to draw a progress bar.

        Raises
        ------
        InvalidInput
            If an argument is out of range, there are fewer than two melodies, or pitches are not in semitones.
        MissingExtra
            If torch is not installed.
        """
        _check_learning(seed, epochs)
        whole_number("units", units, 1, MOST_UNITS)
        whole_number("layers", layers, 1, MOST_LAYERS)
        function("progress", progress)
        lines = melodies(several_notes("pieces", pieces))
        if len(lines) < 2:
            raise InvalidInput(
                "pieces: expected at least two melodies, one to learn and one to hold out, got 1"
            )
        torch_here()
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(lines))
        tenth = max(1, len(lines) // 10)
        ours, others = ([lines[i] for i in some] for some in (order[tenth:], order[:tenth]))
        durations = learned_durations(ours)
        known, held_out = spans(ours, durations), spans(others, durations)
        blank = beginner(durations, units, layers, rng)
        weights, when = learn(
            blank, known, held_out, rate=LEARNING, epochs=epochs, rng=rng, progress=progress
        )
        heard = Heard(
            unigram=unigram_bits(known, held_out, durations),
            before=bits_an_event(blank, held_out),
            after=bits_an_event(weights, held_out),
            epochs=when,
            held_out=True,
        )
        return cls(durations, _frozen(weights), units, layers, heard)

    def tuned(
        self,
        samples: Iterable[NoteArray],
        *,
        seed: int = 0,
        epochs: int = 10,
        progress: Progress | None = None,
    ) -> MelodyLSTM:
        """Return a net that has also learned the top lines of some samples, in smaller steps.

        Its vocabulary stays: a duration that is not in it becomes the nearest one. What it says of itself in
        `heard` is measured on the samples.

        Parameters
        ----------
        samples : NoteArrays
            Good ones, at least one with a melody of two notes or more.
        seed : int
            At least 0. Of the order of learning.
        epochs : int
            1..10,000: how often it hears every sample.
        progress : callable, optional
            As for :meth:`trained`.

        Raises
        ------
        InvalidInput
            If an argument is out of range, there is no melody, or pitches are not in semitones.
        MissingExtra
            If torch is not installed.
        """
        _check_learning(seed, epochs)
        function("progress", progress)
        known = spans(melodies(several_notes("samples", samples)), self.durations)
        weights, when = learn(
            self.weights,
            known,
            (),
            rate=TUNING,
            epochs=epochs,
            rng=np.random.default_rng(seed),
            progress=progress,
        )
        heard = Heard(
            unigram=unigram_bits(known, known, self.durations),
            before=bits_an_event(self.weights, known),
            after=bits_an_event(weights, known),
            epochs=when,
            held_out=False,
        )
        return replace(self, weights=_frozen(weights), heard=heard)

    def bits(self, pieces: Iterable[NoteArray]) -> float:
        """Return how surprised the net is by the top lines of some pieces, in bits an event; fewer: likelier.

        Raises
        ------
        InvalidInput
            If there is no melody in them, or pitches are not in semitones.
        MissingExtra
            If torch is not installed.
        """
        return bits_an_event(self.weights, spans(melodies(several_notes("pieces", pieces)), self.durations))

    def propose(self, quarters: Fraction, seed: int) -> NoteArray:
        """Return a new melody.

        Parameters
        ----------
        quarters : Fraction
            1/960..4,096: it begins at tick 0, and its last note ends by then.
        seed : int
            At least 0; the same gives the same.

        Returns
        -------
        NoteArray
            One voice, at the coarsest resolution of its vocabulary, within an octave and a half, beginning
            with F sharp above middle C. Where all notes that it knows are longer, one note that fills the time,
            to the 960th of a quarter.

        Raises
        ------
        InvalidInput
            If an argument is out of range.
        MissingExtra
            If torch is not installed.
        """
        length = line_length(quarters, GRID)
        _check_seed(seed)
        torch = torch_here()
        end = int(length * GRID)
        with torch.no_grad():
            notes = sing(
                self.weights, self.durations, self.temperature, end=end, rng=np.random.default_rng(seed)
            )
        each = resolution(self.durations if notes else ((end, end),))
        height, onset, sounding = np.array(notes or [(0, 0, end)], dtype=np.int64).T
        tick = GRID // each
        return NoteArray.from_arrays(
            pitch=START + height,
            onset=onset // tick,
            duration=sounding // tick,
            ticks_per_quarter=each,
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the net to a file in the safetensors format, whole or not at all.

        Raises
        ------
        InvalidInput
            If it cannot be written.
        MissingExtra
            If safetensors is not installed.
        """
        card = {
            "durations": [list(pair) for pair in self.durations],
            "units": self.units,
            "layers": self.layers,
            "temperature": float(self.temperature),
            "heard": {name: getattr(self.heard, name) for name in Heard.__slots__},
        }
        net_file.write(file_name("path", path), card, self.weights)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> MelodyLSTM:
        """Return the net that a file holds; nothing in it is run, and sizes are checked before they are believed.

        Raises
        ------
        UnreadableFile
            If there is no such file, or it is not one of :meth:`save`, whole.
        MissingExtra
            If safetensors is not installed.
        """
        card, weights = net_file.read(file_name("path", path))
        return cls(
            card.durations, _frozen(weights), card.units, card.layers, Heard(*card.heard), card.temperature
        )


def _check_seed(seed: int) -> None:
    """Raise InvalidInput unless it can be a seed."""
    whole_number("seed", seed, 0, 2**63 - 1)


def _check_learning(seed: int, epochs: int) -> None:
    """Raise InvalidInput unless it can be learned by these."""
    _check_seed(seed)
    whole_number("epochs", epochs, 1, 10_000)


def _frozen(weights: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """Return the weights, read-only."""
    return {name: frozen(value) for name, value in weights.items()}
