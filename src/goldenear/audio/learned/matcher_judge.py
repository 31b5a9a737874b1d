"""This file is where the matcher sits beside the nets: good and bad clips, laid over what is heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import must_be
from goldenear.audio.learned.verdict import EDGE, Outcome
from goldenear.audio.sounding import clip_of
from goldenear.errors import InvalidInput
from goldenear.hearing.clip import Clip, must_be_a_clip, several_clips
from goldenear.hearing.constant_q import tuning_of
from goldenear.match.background import Background, shipped
from goldenear.match.engines import how_to_prepare
from goldenear.match.matches import Match, second, where_heard
from goldenear.match.prepared import PreparedSamples, prepare
from goldenear.match.rank import rank
from goldenear.notes.hear import hear
from goldenear.notes.note_array import NoteArray, several_notes
from goldenear.taste.judge import Taste, must_be_a_taste

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RECIPE = "sound"

GOOD_FROM, BAD_FROM = 0.16, 0.14
"""The excess over unrelated music from which a clip resembles a good sample, and a bad one; set on recordings of the
Dutch songs of the evaluation, other ones than it draws."""

PLAIN = 0.7
"""The mean similarity of unrelated music above which a sample says nothing."""

BESIDE = 0.5
"""Semitones: what is tuned a quarter-tone off falls between two rows, and is not seen."""

OPENING, EVERY = 16, 3
"""Unrelated music is heard for so many quarters, 8 s, and one piece of so many: 25 pieces."""

LONG, LONGEST = 24, 128
"""Beside clips of more quarters than that it is heard for as long as they last, up to 64 s."""


class StandingOut(NamedTuple):
    """A sample that a clip is more like than unrelated music is.

    Attributes
    ----------
    match : Match
        How it lies on what is heard of the clip.
    excess : float
        By how much its similarity exceeds what unrelated music has of it.
    x, sample : NoteArray
        What is heard of the clip, and of the sample.
    """

    match: Match
    excess: float
    x: NoteArray
    sample: NoteArray

    @property
    def where(self) -> str:
        """How the sample lies on the clip, in words; what is not altered is not told."""
        return where_heard(self.match)

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values, the place in seconds."""
        return {
            "name": self.match.name,
            "excess": round(self.excess, 6),
            "similarity": round(self.match.similarity, 6),
            "second": round(second(self.match), 3),
            "transposition": self.match.transposition,
            "stretch": str(self.match.stretch),
        }


@dataclass(frozen=True, slots=True)
class MatcherVerdict:
    """What the matcher thinks of a clip.

    Attributes
    ----------
    name : str
        The clip's.
    good, bad : StandingOut or None
        The sample of each kind that stands out most; None where there is none.
    """

    name: str
    good: StandingOut | None
    bad: StandingOut | None

    @property
    def silent(self) -> bool:
        """Whether there was nothing to hear."""
        return self.good is None and self.bad is None

    @property
    def outcome(self) -> Outcome:
        """``"bad"`` if a bad sample stands out, by .14; else ``"good"`` if a good one does, by .16; else neither."""
        if self.bad is not None and self.bad.excess >= BAD_FROM:
            return "bad"
        return "good" if self.good is not None and self.good.excess >= GOOD_FROM else "neither"

    @property
    def score(self) -> float:
        """-1..1, as a net's: from .3 on good, down from -.3 bad, and in between for how far they stand out."""
        good, bad = (
            EDGE * max(0.0, found.excess) / least if found else 0.0
            for found, least in ((self.good, GOOD_FROM), (self.bad, BAD_FROM))
        )
        return {"bad": -min(1.0, bad), "good": min(1.0, good), "neither": good - bad}[self.outcome]

    @property
    def because(self) -> str:
        """Why, in one sentence with the sample's name and place."""
        if self.silent:
            return "nothing is heard in it"
        found, said = (self.bad, "holds") if self.outcome == "bad" else (self.good, "resembles")
        if found is None or self.outcome == "neither":
            return "no sample stands out in it"
        return f"{said} {found.match.name}, {found.excess:.2f} above chance, {found.where}"

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values; of each kind the sample that stands out most."""
        return {
            "outcome": self.outcome,
            "score": round(self.score, 6),
            "because": self.because,
            "good": self.good.as_dict() if self.good else None,
            "bad": self.bad.as_dict() if self.bad else None,
        }

    def plot(self) -> Figure:
        """Draw the deciding sample, or the nearest, laid on what is heard of the clip.

        Raises
        ------
        InvalidInput
            If there is none: nothing was heard.
        MissingExtra
            If matplotlib is not installed (extra ``plot``).
        """
        found = self.bad if self.outcome == "bad" or self.good is None else self.good
        if found is None:
            raise InvalidInput(f"{self.name or 'the clip'}: nothing is heard in it, so nothing lies on it")
        from goldenear.plot_sound import plot_laid

        return plot_laid(found.x, found.sample, found.match, because=self.because)

    def __repr__(self) -> str:
        return f"<MatcherVerdict {self.outcome}: {self.because}>"


@dataclass(frozen=True, slots=True, eq=False)
class MatcherJudge:
    """The matcher as a judge of clips: it lays every sample on what is heard of a clip.

    Attributes
    ----------
    good, bad : PreparedSamples
        The samples, as they are heard.
    """

    good: PreparedSamples
    bad: PreparedSamples

    def __post_init__(self) -> None:
        for name, samples in (("good", self.good), ("bad", self.bad)):
            must_be(name, samples, PreparedSamples, how_to_prepare)

    @classmethod
    def fit(cls, good: Sequence[Clip], bad: Sequence[Clip]) -> Self:
        """Return a judge by good and bad clips; there is nothing to learn, so it begins at once.

        Raises
        ------
        InvalidInput
            If there are no clips at all.
        NoNotes
            If one is silent.
        MissingExtra
            If librosa is not installed (extra ``audio``).
        """
        both = [several_clips(name, clips) for name, clips in (("good", good), ("bad", bad))]
        return cls.by(*([hear(clip) for clip in clips] for clips in both))

    @classmethod
    def by(cls, good: Sequence[NoteArray], bad: Sequence[NoteArray]) -> Self:
        """Return a judge by samples that are heard already, or written down.

        Raises
        ------
        InvalidInput
            If there are no samples at all.
        NoNotes
            If nothing sounds in one.
        """
        both = [several_notes(name, samples) for name, samples in (("good", good), ("bad", bad))]
        if not any(both):
            raise InvalidInput("good, bad: expected at least one sample")
        return cls(*(prepare(samples, RECIPE) for samples in both))

    @classmethod
    def of(cls, taste: Taste) -> Self:
        """Return a judge by a taste's samples; what is written down is played, at its tempo, and heard."""
        must_be_a_taste("taste", taste)
        return cls.by(*([_heard(sample) for sample in samples] for samples in (taste.good, taste.bad)))

    @property
    def remarks(self) -> tuple[str, ...]:
        """Which samples are so plain that most music resembles them: these cannot be told apart by ear."""
        return tuple(
            f"{sample.name}: any music resembles it, by {chance:.2f} on the mean: take a fragment with more in it"
            for samples in (self.good, self.bad)
            if len(samples)
            for sample, chance in zip(samples, _openings(OPENING).chance(samples).mean.tolist(), strict=True)
            if chance > PLAIN
        )

    def judge(self, clip: Clip) -> MatcherVerdict:
        """Return the verdict on a clip.

        Notes
        -----
        A sample stands out by its excess: its similarity to the clip, minus its mean similarity to openings of
        unrelated music. A sample may be tuned otherwise than most of the clip that holds it: so the clip is heard
        twice, as it is tuned and a quarter-tone beside.
        """
        must_be_a_clip(clip)
        tuning = tuning_of(clip)
        heard = [
            hear(clip, tuning=tuned) for tuned in (tuning, tuning + (BESIDE if tuning <= 0 else -BESIDE))
        ]
        return MatcherVerdict(clip.name, _standing_out(heard, self.good), _standing_out(heard, self.bad))


def _heard(sample: NoteArray) -> NoteArray:
    """Return a sample as it is heard."""
    return sample if sample.provenance.format == "sound" else hear(clip_of(sample))


def _standing_out(heard: Sequence[NoteArray], samples: PreparedSamples) -> StandingOut | None:
    """Return the sample that exceeds chance most in any hearing; None of no samples, or where nothing is heard."""
    found = []
    for x in heard if len(samples) else ():
        if not len(x):
            continue
        matches = rank(x, samples)
        excess: NDArray[np.float64] = (
            matches.similarity - _openings(_opening(x)).chance(samples).mean[matches.sample]
        )
        first = int(np.argmax(excess))
        found.append(StandingOut(matches[first], float(excess[first]), x, matches.sample_of(matches[first])))
    return max(found, key=lambda standing: standing.excess, default=None)


def _opening(x: NoteArray) -> int:
    """Return how many quarters of unrelated music are heard beside X: as the longer both are, the more meets."""
    quarters = float(x.quarters)
    return OPENING if quarters <= LONG else min(LONGEST, OPENING * ceil(quarters / OPENING))


@cache
def _openings(quarters: int) -> Background:
    """Return openings of unrelated music; what chance has of a judge's samples is kept in it."""
    pieces = [
        piece.where(piece.onset < piece.first_onset + quarters * piece.ticks_per_quarter)
        for piece in shipped()
    ]
    return Background(pieces[::EVERY], RECIPE)
