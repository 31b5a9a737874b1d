"""Provide the similarity from which music resembles each sample of a taste."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import NDArray

from goldenear.match.matches import Matches
from goldenear.notes.note_array import NoteArray
from goldenear.taste.calibration import Calibration
from goldenear.taste.library import Library
from goldenear.taste.manner import density_of, heard_in
from goldenear.taste.samples import Kind
from goldenear.taste.settings import Settings
from goldenear.taste.solo import LEAST_LEVEL, Solo, excess_at

PART = 0.9
"""What a part of a sample counts, against the whole of one: its threshold is divided by this."""


@dataclass(frozen=True)
class Thresholds:
    """From which similarity on X resembles each sample.

    What taste.toml sets by hand comes first, then what calibration found, then what unrelated music reaches with the
    sample. Nothing resembles a sample so plain that a twentieth of all music has it.

    Attributes
    ----------
    settings : Settings
        The taste's settings.
    libraries : mapping of kind to Library
        The ``"good"`` and the ``"bad"`` samples, and what unrelated music reaches with them.
    calibration : Calibration, optional
        What chance does with the samples, where that was measured.
    shift : float
        What a calibration adds to the strength asked of X, for its density. Bad samples ask the same of every X, for
        dense bars around a bad fragment must not lift its veto.
    at_large : float
        X's likeness at large, where a calibration of whole melodies takes similarities against it.
    """

    settings: Settings
    libraries: Mapping[Kind, Library]
    calibration: Calibration | None = None
    shift: float = 0.0
    at_large: float = 1.0

    def for_x(self, x: NoteArray) -> Thresholds:
        """Return the thresholds for an X: a calibration asks more of dense music."""
        if self.calibration is None or not len(self.calibration.by_density):
            return self
        return replace(self, shift=self.calibration.shift(density_of(x, **self.heard)))

    def against(self, good: Matches, bad: Matches) -> Thresholds:
        """Return the thresholds for an X that matches the samples so: whole melodies are taken against all others."""
        if self.calibration is None or self.calibration.group is None:
            return self
        found = [np.zeros(len(kind.samples)) for kind in (good, bad)]
        for similarity, kind in zip(found, (good, bad), strict=True):
            similarity[kind.sample] = kind.similarity
        return replace(self, at_large=self.calibration.at_large(np.concatenate(found)))

    @cached_property
    def heard(self) -> dict[str, bool]:
        """Whether samples hear notes with pitch, and drums: what no sample hears makes no X denser."""
        return heard_in(sample for library in self.libraries.values() for sample in library.samples)

    def of(self, kind: Kind, i: int) -> float:
        """Return the threshold of a sample, above 0; infinite where nothing resembles it.

        Parameters
        ----------
        kind : {"good", "bad"}
            Which samples.
        i : int
            Which of them.
        """
        by_hand = self.settings.by_hand(kind)
        if not self.settings.by_sample:
            return self._shared(kind) if by_hand is None else by_hand
        return self._own(kind, self._solo(kind, i, part=False))

    def of_part(self, kind: Kind, i: int) -> float:
        """Return the threshold of a part of a sample; infinite where it is a formula, as a left hand often is."""
        own = self._own(kind, self._solo(kind, i, part=True))
        return own if own == inf else min(1.0, own / PART)

    def all(self, kind: Kind) -> NDArray[np.float64]:
        """Return the threshold of every sample of a kind, shape (n,)."""
        if self.settings.by_sample and self.calibration is None:
            self.libraries[kind].solos.measure()
        return np.array([self.of(kind, i) for i in range(len(self.libraries[kind].samples))], np.float64)

    def least(self, kind: Kind) -> float:
        """Return the least threshold that a sample of a kind can have."""
        by_hand = self.settings.by_hand(kind)
        if by_hand is not None:
            return by_hand
        if not self.settings.by_sample:
            return self._shared(kind)
        return Solo(LEAST_LEVEL).threshold() if self.calibration is None else self.calibration.least

    def least_of_parts(self, kind: Kind) -> float:
        """Return the least threshold that a part of a sample can have."""
        return self.least(kind) / PART

    @property
    def against_all_samples(self) -> bool:
        """Whether thresholds depend on X's likeness to all samples at large."""
        return self.calibration is not None and self.calibration.group is not None

    def p_value(self, kind: Kind, i: int, similarity: float, quarters: float, *, part: bool) -> float | None:
        """Return how often unrelated music as long as X, and as dense, resembles any sample as much, 0..1.

        None where chance was not measured.

        Parameters
        ----------
        kind, i, part
            Which sample of a kind, or which part of one.
        similarity : float
            X's to it.
        quarters : float
            How long X is.
        """
        if self.calibration is None:
            return None
        if self.calibration.solos is None:
            return self.calibration.p_value(similarity / self.at_large - self.shift, quarters)
        counted = similarity * (PART if part else 1.0)
        excess = float(excess_at(counted, self.calibration.solos[self.column(kind, i, part=part)]))
        return self.calibration.p_value(excess - self.shift, quarters)

    def _solo(self, kind: Kind, i: int, *, part: bool) -> Solo:
        """Return what is known of a sample, or of a part of one, by itself."""
        library = self.libraries[kind]
        if self.calibration is None or self.calibration.solos is None:
            return (library.solos_of_parts if part else library.solos)[i]
        return Solo(*self.calibration.solos[self.column(kind, i, part=part)].tolist())

    def column(self, kind: Kind, i: int, *, part: bool) -> int:
        """Return where a sample, or a part of one, stands in a calibration: good, bad, then the parts of each."""
        good, bad = self.libraries["good"], self.libraries["bad"]
        first = len(good.samples) if kind == "bad" else 0
        if part:
            first = len(good.samples) + len(bad.samples) + (len(good.parts) if kind == "bad" else 0)
        return first + i

    def _own(self, kind: Kind, solo: Solo) -> float:
        """Return the threshold of a sample, or of a part of one."""
        by_hand = self.settings.by_hand(kind)
        if by_hand is not None:
            return inf if solo.says_nothing else by_hand
        if self.calibration is None:
            return solo.threshold()
        return solo.threshold(self.calibration.strength + self._shift(kind), self.calibration.least)

    def _shift(self, kind: Kind) -> float:
        """Return what is added to the strength from which X resembles samples of a kind."""
        return self.shift if kind == "good" else 0.0

    def _shared(self, kind: Kind) -> float:
        """Return the threshold that all samples of a kind share."""
        if self.calibration is None:
            return self.settings.recipe.threshold
        return self.calibration.threshold(self.at_large, self._shift(kind))
