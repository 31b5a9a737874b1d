"""This file is where a judgement stands: its outcome, its reason in one sentence, and all that led to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import must_be
from goldenear.errors import InvalidInput
from goldenear.match.matches import Explanation, Match, Matches, explain
from goldenear.match.rank import rank
from goldenear.notes.note_array import NoteArray
from goldenear.taste.calibration import Calibration
from goldenear.taste.settings import Settings
from goldenear.taste.small import FEWEST, count_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Outcome = Literal["good", "bad", "neither"]


@dataclass(frozen=True)
class Verdict:
    """A judgement on X.

    Attributes
    ----------
    x : NoteArray
        What was judged.
    good, bad : Matches
        Every sample, ranked.
    settings : Settings
        The taste's settings, thresholds among them.
    calibration : Calibration, optional
        What chance does with the samples, where that was measured.
    """

    x: NoteArray
    good: Matches
    bad: Matches
    settings: Settings
    calibration: Calibration | None = None

    @cached_property
    def thresholds(self) -> tuple[float, float]:
        """The similarity from which X resembles a good, and a bad sample: as calibrated, unless set by hand."""
        calibrated = None if self.calibration is None else self.calibration.threshold(self._similarities)
        return self.settings.thresholds(calibrated)

    def p_value(self, match: Match) -> float | None:
        """Return how often unrelated music resembles any sample as much, 0..1; None where chance was not measured.

        It pays for everything that was tried: every transposition, shift and alteration of every sample.
        """
        must_be("match", match, Match)
        if self.calibration is None:
            return None
        quarters = (self.x.last_offset - self.x.first_onset) / self.x.ticks_per_quarter
        return self.calibration.p_value(match.similarity / self._at_large, quarters)

    @cached_property
    def _similarities(self) -> NDArray[np.float64]:
        """X's similarity to every sample, good before bad, in their order."""
        found = [np.zeros(len(kind.samples)) for kind in (self.good, self.bad)]
        for similarity, kind in zip(found, (self.good, self.bad), strict=True):
            similarity[kind.sample] = kind.similarity
        return np.concatenate(found)

    @cached_property
    def _at_large(self) -> float:
        """What similarities are taken against."""
        return 1.0 if self.calibration is None else self.calibration.at_large(self._similarities)

    @property
    def outcome(self) -> Outcome:
        """``"bad"`` if X resembles any bad sample: the veto is final; else ``"good"`` if it resembles any good
        one; else ``"neither"``. An X of one or two notes is neither, unless small samples have a say.
        """  # noqa: D205
        if is_too_short(self.x, self.settings):
            return "neither"
        if _reaches(self.bad.best, self.thresholds[1]):
            return "bad"
        return "good" if _reaches(self.good.best, self.thresholds[0]) else "neither"

    @property
    def score(self) -> float:
        """The verdict as a number for a search to climb, -1..1.

        Let g and b be the greatest similarity to a good and to a bad sample, each bent so that its
        threshold lies at 1/2. Vetoed: -b, so -1..-1/2. Good: g, so 1/2..1. Neither: g - b, in between; 0 for an X
        that is too short to be judged.
        """
        if is_too_short(self.x, self.settings):
            return 0.0
        g = _bent(self.good.best, self.thresholds[0])
        b = _bent(self.bad.best, self.thresholds[1])
        return {"bad": -b, "good": g, "neither": g - b}[self.outcome]

    @property
    def deciding(self) -> Match | None:
        """The match that decided; for ``"neither"`` the one that came nearest to deciding."""
        if self.outcome != "neither":
            return self.bad.best if self.outcome == "bad" else self.good.best
        g = _bent(self.good.best, self.thresholds[0])
        b = _bent(self.bad.best, self.thresholds[1])
        return self.bad.best if self.good.best is None or (b > g and self.bad.best) else self.good.best

    @property
    def deciding_sample(self) -> NoteArray | None:
        """The sample of :attr:`deciding`."""
        match = self.deciding
        if match is None:
            return None
        return (self.bad if match is self.bad.best else self.good).sample_of(match)

    @cached_property
    def contradiction(self) -> bool:
        """Whether X resembles a good sample, and the bad sample that vetoes X vetoes that one as well."""
        good, bad = self.good.best, self.bad.best
        if self.outcome != "bad" or good is None or bad is None or not _reaches(good, self.thresholds[0]):
            return False
        liked, disliked = self.good.sample_of(good), self.bad.sample_of(bad)
        return _reaches(rank(liked, [disliked], recipe=self.settings.recipe).best, self.thresholds[1])

    @property
    def because(self) -> str:
        """The reason, in one sentence with names and places."""
        good, bad = self.good.best, self.bad.best
        liked = _reaches(good, self.thresholds[0])
        if self.outcome == "bad":
            assert bad is not None
            also = f", although it resembles {self._named(good)}" if liked and good else ""
            torn = f", which {bad.name} vetoes as well" if self.contradiction else ""
            return f"vetoed by {self._placed(bad)}{also}{torn}"
        if self.outcome == "good":
            assert good is not None
            nearest = (
                f"; the nearest bad sample is {self._named(bad)}" if bad else "; there are no bad samples"
            )
            return f"resembles {self._placed(good)}{nearest}"
        nearest = " and ".join(self._named(match) for match in (good, bad) if match)
        why = "resembles nothing known"
        if is_too_short(self.x, self.settings):
            n = count_of(self.x)
            why = f"too short to judge: {n} note{'' if n == 1 else 's'}, as nearly any music holds"
        return f"{why}; the nearest: {nearest}" if nearest else f"{why}; no sample has a say"

    def _named(self, match: Match) -> str:
        """Return a match's name and similarity as musicians read it: ``bad/cadence.mid, .91 (p = .003)``."""
        p = self.p_value(match)
        return f"{match.name}, {_short(match.similarity, 2)}{'' if p is None else f' (p {spoken_p(p)})'}"

    def _placed(self, match: Match) -> str:
        """Return a match's name, similarity and place: ``bad/cadence.mid, .91 at +5, from beat 3``."""
        return f"{self._named(match)}{' at ' if match.transposition else ', '}{match.where()}"

    def explain(self) -> Explanation:
        """Take the deciding match apart: matched, missed and extra notes."""
        match, sample = self._decided()
        return explain(self.x, sample, match, kit=self.settings.recipe.kit)

    def _decided(self) -> tuple[Match, NoteArray]:
        """Return the deciding match and its sample.

        Raises
        ------
        InvalidInput
            If no sample has a say.
        """
        match, sample = self.deciding, self.deciding_sample
        if match is None or sample is None:
            raise InvalidInput("verdict: no sample has a say, so there is nothing to lay on X")
        return match, sample

    def plot(self) -> Figure:
        """Draw the verdict: X and the deciding sample overlaid, their correlogram, all similarities.

        Raises
        ------
        MissingExtra
            If matplotlib is not installed (extra ``plot``).
        """
        from goldenear.plot import plot_verdict

        match, sample = self._decided()
        return plot_verdict(
            self.x,
            sample,
            match,
            title=f"{self.x.name}: {self.outcome}",
            because=self.because,
            ranked={
                "good": (self.good, self.thresholds[0]),
                "bad": (self.bad, self.thresholds[1]),
            },
            kit=self.settings.recipe.kit,
        )

    def as_dict(self) -> dict[str, object]:
        """Return the verdict as plain values, for JSON."""
        return {
            "name": self.x.name,
            "file": self.x.provenance.path,
            "outcome": self.outcome,
            "score": round(self.score, 6),
            "because": self.because,
            "thresholds": {k: round(v, 6) for k, v in zip(("good", "bad"), self.thresholds, strict=True)},
            "good": [self._as_dict(match) for match in self.good],
            "bad": [self._as_dict(match) for match in self.bad],
            "remarks": list(self.x.provenance.remarks),
        }

    def _as_dict(self, match: Match) -> dict[str, object]:
        """Return a match as plain values, with its p-value where chance was measured."""
        p = self.p_value(match)
        return match.as_dict() | ({} if p is None else {"p_value": float(f"{p:.3g}")})

    def __repr__(self) -> str:
        return f"<Verdict {self.outcome}: {self.because}>"


def is_too_short(x: NoteArray, settings: Settings) -> bool:
    """Tell whether X has so few notes that nothing can be said of it."""
    return not settings.keep_small and count_of(x) < FEWEST


def _reaches(match: Match | None, threshold: float) -> bool:
    """Tell whether X resembles the most alike sample, if there is one."""
    return match is not None and match.similarity >= threshold


def _bent(match: Match | None, threshold: float) -> float:
    """Return the similarity, bent so that the threshold lies at 1/2, and 0 and 1 stay."""
    if match is None:
        return 0.0
    if match.similarity < threshold:
        return 0.5 * match.similarity / threshold
    return 1.0 if threshold == 1 else 0.5 + 0.5 * (match.similarity - threshold) / (1 - threshold)


def spoken_p(p: float) -> str:
    """Return a p-value as it is written: ``"= .003"``, or ``"< .0001"`` where nobody could tell."""
    if p < 1e-4:
        return "< .0001"
    return f"= {_short(p, 4 if p < 1e-3 else 3 if p < 1e-1 else 2)}"


def _short(number: float, digits: int) -> str:
    """Return a number without its leading zero."""
    return f"{number:.{digits}f}".removeprefix("0")
