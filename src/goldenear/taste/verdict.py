"""This file is where a judgement stands: its outcome, its reason in one sentence, and all that led to it."""

from __future__ import annotations

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
from goldenear.taste.samples import KINDS, Kind
from goldenear.taste.settings import Settings
from goldenear.taste.solo import FEWEST, count_of
from goldenear.taste.thresholds import Thresholds

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Outcome = Literal["good", "bad", "neither"]

COPY = 0.9
"""From which similarity on a plain sample is named, although it has no say."""


COIN = 0.5
"""Greater p-values are not told."""


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
    kind : {"good", "bad"}
        Of which kind the sample is.
    part : bool
        Whether it is a part of a sample.
    """

    match: Match
    sample: NoteArray
    threshold: float
    kind: Kind
    part: bool

    @property
    def reached(self) -> bool:
        """Whether X resembles it."""
        return self.match.similarity >= self.threshold

    @property
    def strength(self) -> float:
        """The similarity, bent so that the threshold lies at 1/2, and 0 and 1 stay."""
        return bent(self.match.similarity, self.threshold)


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
        From which similarity on this X resembles each sample.
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
        """Return what X resembles most strongly, not always what it is most alike; of equals the whole sample."""
        best: Nearest | None = None
        for part, matches in self._tables[kind]:
            least = self._least(kind, part)
            for row, similarity in enumerate(matches.similarity.tolist()):
                # What follows is less alike: even at the least threshold it could not be stronger than the best.
                if best is not None and bent(similarity, least) <= best.strength:
                    break
                match = matches[row]
                threshold = self._threshold(kind, part, match)
                found = Nearest(match, matches.sample_of(match), threshold, kind, part)
                if best is None or found.strength > best.strength:
                    best = found
        return best

    @property
    def _tables(self) -> dict[Kind, tuple[tuple[bool, Matches], ...]]:
        """The matches of each kind: whether they are of parts, and the matches."""
        return {
            "good": ((False, self.good), (True, self.good_parts)),
            "bad": ((False, self.bad), (True, self.bad_parts)),
        }

    def _least(self, kind: Kind, part: bool) -> float:
        """Return the least threshold that a sample of a kind, or a part of one, can have."""
        return self.thresholds.least_of_parts(kind) if part else self.thresholds.least(kind)

    def _threshold(self, kind: Kind, part: bool, match: Match) -> float:
        """Return the threshold of the sample of a match, or of a part of one."""
        thresholds = self.thresholds
        return thresholds.of_part(kind, match.index) if part else thresholds.of(kind, match.index)

    def threshold(self, match: Match) -> float:
        """Return the similarity from which X resembles the sample of a match; infinite where nothing does."""
        return self._threshold(*self._place_of(match), match)

    def near(self, match: Match) -> bool:
        """Tell whether a match may count: whether it reaches the least threshold that there is for its like."""
        kind, part = self._place_of(match)
        return match.similarity >= self._least(kind, part)

    def p_value(self, match: Match) -> float | None:
        """Return how often unrelated music resembles any sample as much, 0..1; None where chance was not measured.

        Nor is there one where X lies far from the music by which chance was measured. It pays for everything that
        was tried: every transposition, shift and alteration of every sample.
        """
        return self._p_value(*self._place_of(match), match)

    def _p_value(self, kind: Kind, part: bool, match: Match) -> float | None:
        """Return the p-value of a match."""
        if self.far:
            return None
        quarters = (self.x.last_offset - self.x.first_onset) / self.x.ticks_per_quarter
        return self.thresholds.p_value(kind, match.index, match.similarity, quarters, part=part)

    def _place_of(self, match: Match) -> tuple[Kind, bool]:
        """Return of which kind the sample of a match is, and whether it is a part of one.

        Raises
        ------
        InvalidInput
            If the match is none of this verdict.
        """
        must_be("match", match, Match)
        equal: tuple[Kind, bool] | None = None
        for kind, tables in self._tables.items():
            for part, matches in tables:
                for row in np.flatnonzero(matches.sample == match.index).tolist():
                    if matches[row] is match:
                        return kind, part
                    if equal is None and matches[row] == match:
                        equal = kind, part
        if equal is None:
            raise InvalidInput(f"match: expected one of this verdict, got {match.name}")
        return equal

    @cached_property
    def far(self) -> str:
        """In what respect X lies far from the music by which chance was measured; empty where it does not."""
        calibration = self.thresholds.calibration
        return "" if calibration is None else calibration.far(self.x)

    @property
    def outcome(self) -> Outcome:
        """``"bad"`` if X resembles any bad sample: the veto is final; else ``"good"`` if it resembles any good
        one; else ``"neither"``. An X of one or two notes is neither, unless all samples count alike.
        """  # noqa: D205
        if is_too_short(self.x, self.settings):
            return "neither"
        if self.nearest_bad is not None and self.nearest_bad.reached:
            return "bad"
        return "good" if self.nearest_good is not None and self.nearest_good.reached else "neither"

    @property
    def score(self) -> float:
        """The verdict as a number for a search to climb, -1..1.

        Let g and b be the similarities to the good and to the bad sample, or part of one, that X resembles most
        strongly, each bent so that the threshold lies at 1/2. Vetoed: -b, so -1..-1/2. Good: g, so 1/2..1. Neither:
        g - b, in between; 0 for an X that is too short to be judged.
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
        return self._reason() + self._plain() + far

    def _plain(self) -> str:
        """Return which samples X has although they have no say, where it is not told already."""
        told = {one.match.name for one in (self.nearest_good, self.nearest_bad) if one}
        kinds: tuple[Kind, ...] = ("bad", "good")
        for kind in kinds:
            best = self._tables[kind][0][1].best
            if (
                best is None
                or best.similarity < COPY
                or best.name in told
                or is_too_short(self.x, self.settings)
            ):
                continue
            if self._threshold(kind, False, best) == inf:
                return f"; {best.name}, {_short(best.similarity, 2)}, is too plain to have a say"
        return ""

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
        p = self._p_value(found.kind, found.part, found.match)
        # That chance does as well more often than not says nothing.
        told = [] if p is None or p > COIN else [f"p {spoken_p(p)}"]
        if found.threshold == inf:
            told.append("too plain to have a say")
        similarity = found.match.similarity
        digits = (
            3 if _short(similarity, 2) == _short(found.threshold, 2) and similarity != found.threshold else 2
        )
        by_hand = self.settings.by_hand(found.kind) is not None
        if (
            found.threshold < inf
            and not found.reached
            and (by_hand or similarity >= self._least(found.kind, found.part))
        ):
            told.append(
                f"counts from {_short(found.threshold, digits)} on{', as set by hand' if by_hand else ''}"
            )
        aside = f" ({', '.join(told)})" if told else ""
        return f"{found.match.name}, {_short(similarity, digits)}{aside}"

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
        from goldenear.plot import MAX_BARS, Bar, plot_verdict

        match, sample = self._decided()
        return plot_verdict(
            self.x,
            sample,
            match,
            title=f"{self.x.name}: {self.outcome}",
            because=self.because,
            ranked=[
                Bar(match.name, match.similarity, kind, self._threshold(kind, part, match))
                for kind, tables in self._tables.items()
                for part, matches in tables
                for match in matches[:MAX_BARS]
                if not part or match is self.deciding
            ],
            total=len(self.good) + len(self.bad),
        )

    def as_dict(self) -> dict[str, object]:
        """Return the verdict as plain values, for JSON."""
        return {
            "name": self.x.name,
            "file": self.x.provenance.path,
            "outcome": self.outcome,
            "score": round(self.score, 6),
            "because": self.because,
            "thresholds": {kind: round(self.thresholds.least(kind), 6) for kind in KINDS},
            "good": [self._as_dict("good", False, match) for match in self.good],
            "bad": [self._as_dict("bad", False, match) for match in self.bad],
            "parts": [
                self._as_dict(kind, True, match)
                for kind, ((_, _), (_, parts)) in self._tables.items()
                for match in parts
            ],
            **({"far": self.far} if self.thresholds.calibration else {}),
            "remarks": list(self.x.provenance.remarks),
        }

    def _as_dict(self, kind: Kind, part: bool, match: Match) -> dict[str, object]:
        """Return a match as plain values, with its threshold where it may count, and p-value where there is one."""
        found = match.as_dict()
        if match.similarity >= self._least(kind, part):
            threshold = self._threshold(kind, part, match)
            found["threshold"] = None if threshold == inf else round(threshold, 6)
        p = self._p_value(kind, part, match)
        return found if p is None else found | {"p_value": float(f"{p:.3g}")}

    def __repr__(self) -> str:
        return f"<Verdict {self.outcome}: {self.because}>"


def is_too_short(x: NoteArray, settings: Settings) -> bool:
    """Tell whether X has so few notes that nothing can be said of it."""
    return not settings.keep_small and count_of(x) < FEWEST


def bent(similarity: float, threshold: float) -> float:
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
