"""This file is where a judgement stands: its outcome, its reason in one sentence, and all that led to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from goldenear.arguments import must_be
from goldenear.errors import InvalidInput
from goldenear.match.matches import Explanation, Match, Matches, explain
from goldenear.match.rank import rank
from goldenear.notes.note_array import NoteArray
from goldenear.taste.calibration import strength_of as strength_of_match
from goldenear.taste.samples import KINDS, Kind
from goldenear.taste.settings import Settings
from goldenear.taste.solo import FEWEST, count_of
from goldenear.taste.thresholds import PART, Thresholds

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Outcome = Literal["good", "bad", "neither"]


class Nearest(NamedTuple):
    """What X comes nearest to resembling, among the samples of a kind and their parts.

    Attributes
    ----------
    match : Match
        Where it lies on X.
    sample : NoteArray
        The sample, or the part of one.
    threshold : float
        From which similarity on X resembles it.
    """

    match: Match
    sample: NoteArray
    threshold: float

    @property
    def reached(self) -> bool:
        """Whether X resembles it."""
        return self.match.similarity >= self.threshold

    @property
    def strength(self) -> float:
        """The similarity, bent so that the threshold lies at 1/2, and 0 and 1 stay."""
        return strength_of(self.match.similarity, self.threshold)


@dataclass(frozen=True)
class Verdict:
    """A judgement on X.

    Attributes
    ----------
    x : NoteArray
        What was judged.
    good, bad : Matches
        Every sample, ranked.
    good_parts, bad_parts : Matches
        The upper and lower parts of samples that may resemble X by themselves, ranked.
    thresholds : Thresholds
        From which similarity on X resembles each sample.
    """

    x: NoteArray
    good: Matches
    bad: Matches
    good_parts: Matches
    bad_parts: Matches
    thresholds: Thresholds

    @property
    def settings(self) -> Settings:
        """The taste's settings."""
        return self.thresholds.settings

    @cached_property
    def nearest_good(self) -> Nearest | None:
        """The good sample, or part of one, that X comes nearest to resembling; None where there is none."""
        return self._nearest("good")

    @cached_property
    def nearest_bad(self) -> Nearest | None:
        """The bad sample, or part of one, that X comes nearest to resembling; None where there is none."""
        return self._nearest("bad")

    def _nearest(self, kind: Kind) -> Nearest | None:
        """Return what X comes nearest to resembling; a part of a sample only where it resembles no whole one."""
        whole, parts = (self.good, self.good_parts) if kind == "good" else (self.bad, self.bad_parts)
        best = _strongest(whole, self._threshold_of(kind), self.thresholds.least(kind, self._at_large))
        if best is not None and best.reached:
            return best
        least = self.thresholds.least_of_parts(kind)
        of_parts = _strongest(parts, lambda i: self.thresholds.of_part(kind, i), least)
        if best is None or (of_parts is not None and of_parts.strength > best.strength):
            return of_parts
        return best

    def _threshold_of(self, kind: Kind) -> Callable[[int], float]:
        """Return the function from a sample to its threshold."""
        return lambda i: self.thresholds.of(kind, i, self._at_large)

    def threshold(self, match: Match) -> float:
        """Return the similarity from which X resembles the sample of a match; infinite where nothing does."""
        kind, part = self._place_of(match)
        return self.thresholds.of_part(kind, match.index) if part else self._threshold_of(kind)(match.index)

    def near(self, match: Match) -> bool:
        """Tell whether a match may count: whether it reaches the least threshold that any sample of its kind has."""
        kind, part = self._place_of(match)
        return part or match.similarity >= self.thresholds.least(kind, self._at_large)

    def p_value(self, match: Match) -> float | None:
        """Return how often unrelated music resembles any sample as much, 0..1; None where chance was not measured.

        Nor is there one where X lies far from the music by which chance was measured. It pays for everything that
        was tried: every transposition, shift and alteration of every sample.
        """
        kind, part = self._place_of(match)
        calibration = self.thresholds.calibration
        if calibration is None or self.far:
            return None
        quarters = (self.x.last_offset - self.x.first_onset) / self.x.ticks_per_quarter
        column = self.thresholds.column(kind, match.index, part=part)
        similarity = match.similarity * (PART if part else 1.0)
        return calibration.p_value(
            strength_of_match(calibration, similarity, column, self._at_large), quarters
        )

    def _place_of(self, match: Match) -> tuple[Kind, bool]:
        """Return of which kind the sample of a match is, and whether it is a part of one.

        Raises
        ------
        InvalidInput
            If the match is none of this verdict.
        """
        must_be("match", match, Match)
        tables: tuple[tuple[Kind, bool, Matches], ...] = (
            ("good", False, self.good),
            ("bad", False, self.bad),
            ("good", True, self.good_parts),
            ("bad", True, self.bad_parts),
        )
        for kind, part, matches in tables:
            for row in np.flatnonzero(matches.sample == match.index).tolist():
                if matches[row] == match:
                    return kind, part
        raise InvalidInput(f"match: expected one of this verdict, got {match.name}")

    @cached_property
    def far(self) -> str:
        """In what respect X lies far from the music by which chance was measured; empty where it does not."""
        calibration = self.thresholds.calibration
        return "" if calibration is None else calibration.far(self.x)

    @cached_property
    def _at_large(self) -> float:
        """What similarities are taken against."""
        calibration = self.thresholds.calibration
        if calibration is None or not self.thresholds.follow_x:
            return 1.0
        found = [np.zeros(len(kind.samples)) for kind in (self.good, self.bad)]
        for similarity, kind in zip(found, (self.good, self.bad), strict=True):
            similarity[kind.sample] = kind.similarity
        return calibration.at_large(np.concatenate(found))

    @property
    def outcome(self) -> Outcome:
        """``"bad"`` if X resembles any bad sample: the veto is final; else ``"good"`` if it resembles any good
        one; else ``"neither"``. An X of one or two notes is neither, unless small samples have a say.
        """  # noqa: D205
        if is_too_short(self.x, self.settings):
            return "neither"
        if self.nearest_bad is not None and self.nearest_bad.reached:
            return "bad"
        return "good" if self.nearest_good is not None and self.nearest_good.reached else "neither"

    @property
    def score(self) -> float:
        """The verdict as a number for a search to climb, -1..1.

        Let g and b be the greatest similarity to a good and to a bad sample, each bent so that its
        threshold lies at 1/2. Vetoed: -b, so -1..-1/2. Good: g, so 1/2..1. Neither: g - b, in between; 0 for an X
        that is too short to be judged.
        """
        if is_too_short(self.x, self.settings):
            return 0.0
        g, b = (0.0 if one is None else one.strength for one in (self.nearest_good, self.nearest_bad))
        return {"bad": -b, "good": g, "neither": g - b}[self.outcome]

    @property
    def deciding(self) -> Match | None:
        """The match that decided; for ``"neither"`` the one that came nearest to deciding."""
        return None if self._deciding is None else self._deciding.match

    @property
    def deciding_sample(self) -> NoteArray | None:
        """The sample of :attr:`deciding`, or the part of one."""
        return None if self._deciding is None else self._deciding.sample

    @property
    def _deciding(self) -> Nearest | None:
        """What decided."""
        good, bad = self.nearest_good, self.nearest_bad
        if self.outcome != "neither":
            return bad if self.outcome == "bad" else good
        if good is None or bad is None:
            return good or bad
        return bad if bad.strength > good.strength else good

    @cached_property
    def contradiction(self) -> bool:
        """Whether X resembles a good sample, and the bad sample that vetoes X vetoes that one as well."""
        good, bad = self.nearest_good, self.nearest_bad
        if self.outcome != "bad" or good is None or bad is None or not good.reached:
            return False
        vetoing = rank(good.sample, [bad.sample], recipe=self.settings.recipe).best
        return vetoing is not None and vetoing.similarity >= bad.threshold

    @property
    def because(self) -> str:
        """The reason, in one sentence with names and places."""
        far = f"; far from the background: {self.far}, so no rate is promised" if self.far else ""
        return self._reason() + far

    def _reason(self) -> str:
        """Return the reason, wherever X lies."""
        good, bad = self.nearest_good, self.nearest_bad
        if self.outcome == "bad":
            assert bad is not None
            also = f", although it resembles {self._named(good)}" if good and good.reached else ""
            torn = f", which {bad.sample.name} vetoes as well" if self.contradiction else ""
            return f"vetoed by {self._placed(bad)}{also}{torn}"
        if self.outcome == "good":
            assert good is not None
            nearest = (
                f"; the nearest bad sample is {self._named(bad)}" if bad else "; there are no bad samples"
            )
            return f"resembles {self._placed(good)}{nearest}"
        nearest = " and ".join(self._named(one) for one in (good, bad) if one)
        why = "resembles nothing known"
        if is_too_short(self.x, self.settings):
            n = count_of(self.x)
            why = f"too short to judge: {n} note{'' if n == 1 else 's'}, as nearly any music holds"
        return f"{why}; the nearest: {nearest}"

    def _named(self, found: Nearest) -> str:
        """Return a sample's name and similarity as musicians read it: ``bad/cadence.mid, .91 (p = .003)``."""
        p = self.p_value(found.match)
        told = [] if p is None else [f"p {spoken_p(p)}"]
        if found.threshold == inf:
            told.append("too plain to have a say")
        elif not found.reached and found.match.similarity >= self.thresholds.least("bad", self._at_large):
            told.append(f"counts from {_short(found.threshold, 2)} on")
        aside = f" ({', '.join(told)})" if told else ""
        return f"{found.match.name}, {_short(found.match.similarity, 2)}{aside}"

    def _placed(self, found: Nearest) -> str:
        """Return a sample's name, similarity and place: ``bad/cadence.mid, .91 at +5, from beat 3``."""
        match = found.match
        return f"{self._named(found)}{' at ' if match.transposition else ', '}{match.where()}"

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
                "good": (self.good, self.thresholds.least("good", self._at_large)),
                "bad": (self.bad, self.thresholds.least("bad", self._at_large)),
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
            "thresholds": {kind: round(self.thresholds.least(kind, self._at_large), 6) for kind in KINDS},
            "good": [self._as_dict(match) for match in self.good],
            "bad": [self._as_dict(match) for match in self.bad],
            "parts": [self._as_dict(match) for match in (*self.good_parts, *self.bad_parts)],
            **({"far": self.far} if self.thresholds.calibration else {}),
            "remarks": list(self.x.provenance.remarks),
        }

    def _as_dict(self, match: Match) -> dict[str, object]:
        """Return a match as plain values, with its threshold where it may count, and p-value where there is one."""
        found = match.as_dict()
        if self.near(match):
            threshold = self.threshold(match)
            found["threshold"] = None if threshold == inf else round(threshold, 6)
        p = self.p_value(match)
        return found if p is None else found | {"p_value": float(f"{p:.3g}")}

    def __repr__(self) -> str:
        return f"<Verdict {self.outcome}: {self.because}>"


def is_too_short(x: NoteArray, settings: Settings) -> bool:
    """Tell whether X has so few notes that nothing can be said of it."""
    return not settings.keep_small and count_of(x) < FEWEST


def _strongest(matches: Matches, threshold: Callable[[int], float], least: float) -> Nearest | None:
    """Return the match of the greatest strength, which is not always that of the greatest similarity."""
    best: Nearest | None = None
    for row, similarity in enumerate(matches.similarity.tolist()):
        # What follows is less alike: even at the least threshold it could not be stronger than the best.
        if best is not None and strength_of(similarity, least) <= best.strength:
            break
        match = matches[row]
        found = Nearest(match, matches.sample_of(match), threshold(match.index))
        if best is None or found.strength > best.strength:
            best = found
    return best


def strength_of(similarity: float, threshold: float) -> float:
    """Return a similarity, bent so that the threshold lies at 1/2, and 0 and 1 stay."""
    if similarity < threshold:
        return 0.5 * similarity / threshold
    return 1.0 if threshold >= 1 else 0.5 + 0.5 * (similarity - threshold) / (1 - threshold)


def spoken_p(p: float) -> str:
    """Return a p-value as it is written: ``"= .003"``, or ``"< .0001"`` where nobody could tell."""
    if p < 1e-4:
        return "< .0001"
    return f"= {_short(p, 4 if p < 1e-3 else 3 if p < 1e-1 else 2)}"


def _short(number: float, digits: int) -> str:
    """Return a number without its leading zero."""
    return f"{number:.{digits}f}".removeprefix("0")
