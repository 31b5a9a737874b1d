"""This file is where a learned judge's verdict stands: outcome, score, and one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from goldenear.hearing.clip import Clip

Outcome = Literal["good", "bad", "neither"]

SURE = 0.65
"""The probability from which a judge makes up its mind."""


EDGE = 2 * SURE - 1
"""The score from which on it is good; below minus this it is bad."""


SHORTEST = 0.1
"""Seconds: of less than that a net says nothing."""


class Spoken(Protocol):
    """What every judgement on a clip tells: a net's, the matcher's, a committee's."""

    @property
    def outcome(self) -> Outcome:
        """``"good"``, ``"bad"`` or ``"neither"``."""

    @property
    def score(self) -> float:
        """-1..1, for a search to climb."""

    @property
    def because(self) -> str:
        """One sentence."""

    @property
    def silent(self) -> bool:
        """Whether there was nothing to hear."""

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""


class Judge(Protocol):
    """Whoever can sit on a :class:`~goldenear.audio.learned.committee.Committee`."""

    def judge(self, clip: Clip) -> Spoken:
        """Return what is thought of a clip."""


@dataclass(frozen=True, slots=True)
class LearnedVerdict:
    """A judgement on a clip.

    Attributes
    ----------
    name : str
        The clip's.
    judge : str
        Whose judgement it is.
    probability : float
        That the clip is good rather than bad, 0..1; of a clip like neither it says little. A half for
        silence.
    silent : bool
        Whether there was nothing to hear: silence, or less than a tenth of a second.

    Examples
    --------
    >>> LearnedVerdict("idea.wav", "SpectrogramCNN", 0.9).because
    'SpectrogramCNN hears the good samples in it, probability .90'
    """

    name: str
    judge: str
    probability: float
    silent: bool = False

    @property
    def outcome(self) -> Outcome:
        """``"good"`` or ``"bad"`` where the probability of it is at least .65; else ``"neither"``."""
        if self.silent:
            return "neither"
        if self.probability >= SURE:
            return "good"
        return "bad" if self.probability <= 1 - SURE else "neither"

    @property
    def score(self) -> float:
        """-1..1: the probability, stretched so that 0 means undecided."""
        return 2 * self.probability - 1

    @property
    def because(self) -> str:
        """Why, in one sentence."""
        if self.silent:
            return f"{self.judge} hears nothing: the clip is silent, or too short"
        if self.outcome == "neither":
            return f"{self.judge} is undecided, probability of good {_short(self.probability)}"
        chance = max(self.probability, 1 - self.probability)
        return f"{self.judge} hears the {self.outcome} samples in it, probability {_short(chance)}"

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "outcome": self.outcome,
            "score": round(self.score, 6),
            "because": self.because,
            "probability": round(self.probability, 6),
        }

    def __repr__(self) -> str:
        return f"<LearnedVerdict {self.outcome}: {self.because}>"


def _short(number: float) -> str:
    """Return a probability as it is written: ``.90``."""
    return f"{number:.2f}".removeprefix("0")
