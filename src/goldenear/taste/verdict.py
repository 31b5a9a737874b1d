"""This file is where a judgement stands: its outcome, its reason in one sentence, and all that led to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from goldenear.match.explain import Explanation, explain
from goldenear.match.matches import Match, Matches
from goldenear.notes.note_array import NoteArray
from goldenear.taste.settings import Settings

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
    """

    x: NoteArray
    good: Matches
    bad: Matches
    settings: Settings

    @property
    def outcome(self) -> Outcome:
        """``"bad"`` if X resembles any bad sample: the veto is final; else ``"good"`` if it resembles any good
        one; else ``"neither"``.
        """  # noqa: D205
        if _reaches(self.bad.best, self.settings.bad_threshold):
            return "bad"
        return "good" if _reaches(self.good.best, self.settings.good_threshold) else "neither"

    @property
    def score(self) -> float:
        """The verdict as a number for a search to climb, -1..1.

        Let g and b be the greatest similarity to a good and to a bad sample, each bent so that its
        threshold lies at 1/2. Vetoed: -b, so -1..-1/2. Good: g, so 1/2..1. Neither: g - b, in between.
        """
        g = _bent(self.good.best, self.settings.good_threshold)
        b = _bent(self.bad.best, self.settings.bad_threshold)
        return {"bad": -b, "good": g, "neither": g - b}[self.outcome]

    @property
    def deciding(self) -> Match | None:
        """The match that decided; for ``"neither"`` the one that came nearest to deciding."""
        if self.outcome != "neither":
            return self.bad.best if self.outcome == "bad" else self.good.best
        g = _bent(self.good.best, self.settings.good_threshold)
        b = _bent(self.bad.best, self.settings.bad_threshold)
        return self.bad.best if self.good.best is None or (b > g and self.bad.best) else self.good.best

    @property
    def deciding_sample(self) -> NoteArray | None:
        """The sample of :attr:`deciding`."""
        match = self.deciding
        if match is None:
            return None
        return (self.bad if match is self.bad.best else self.good).sample_of(match)

    @property
    def because(self) -> str:
        """The reason, in one sentence with names and places."""
        good, bad = self.good.best, self.bad.best
        liked = _reaches(good, self.settings.good_threshold)
        if self.outcome == "bad":
            assert bad is not None
            also = f", although it resembles {_named(good)}" if liked and good else ""
            return f"vetoed by {_placed(bad)}{also}"
        if self.outcome == "good":
            assert good is not None
            nearest = f"; the nearest bad sample is {_named(bad)}" if bad else "; there are no bad samples"
            return f"resembles {_placed(good)}{nearest}"
        nearest = " and ".join(_named(match) for match in (good, bad) if match)
        return f"resembles nothing known; the nearest: {nearest}"

    def explain(self) -> Explanation:
        """Take the deciding match apart: matched, missed and extra notes."""
        match, sample = self.deciding, self.deciding_sample
        assert match is not None
        assert sample is not None, "a taste has at least one sample"
        return explain(self.x, sample, match)

    def plot(self) -> Figure:
        """Draw the verdict: X and the deciding sample overlaid, their correlogram, all similarities.

        Raises
        ------
        MissingExtra
            If matplotlib is not installed (extra ``plot``).
        """
        from goldenear.plot import plot_verdict

        match, sample = self.deciding, self.deciding_sample
        assert match is not None
        assert sample is not None
        return plot_verdict(
            self.x,
            sample,
            match,
            title=f"{self.x.name}: {self.outcome}",
            because=self.because,
            ranked={
                "good": (self.good, self.settings.good_threshold),
                "bad": (self.bad, self.settings.bad_threshold),
            },
        )

    def as_dict(self) -> dict[str, object]:
        """Return the verdict as plain values, for JSON."""
        return {
            "name": self.x.name,
            "file": self.x.provenance.path,
            "outcome": self.outcome,
            "score": round(self.score, 6),
            "because": self.because,
            "good": [match.as_dict() for match in self.good],
            "bad": [match.as_dict() for match in self.bad],
            "remarks": list(self.x.provenance.remarks),
        }

    def __repr__(self) -> str:
        return f"<Verdict {self.outcome}: {self.because}>"


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


def _named(match: Match) -> str:
    """Return a match's name and similarity as musicians read it: ``bad/cadence.mid, .91``."""
    return f"{match.name}, {f'{match.similarity:.2f}'.removeprefix('0')}"


def _placed(match: Match) -> str:
    """Return a match's name, similarity and place: ``bad/cadence.mid, .91 at +5, from beat 3``."""
    return f"{_named(match)}{' at ' if match.transposition else ', '}{match.where()}"
