"""This file is where judges sit together: one good word is needed, and every bad one is a veto."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from goldenear.arguments import kind_of
from goldenear.audio.learned.verdict import EDGE, Judge, Outcome, Spoken
from goldenear.errors import InvalidInput
from goldenear.hearing.clip import Clip, must_be_a_clip


@dataclass(frozen=True, slots=True)
class CommitteeVerdict:
    """What a committee thinks of a clip.

    Attributes
    ----------
    verdicts : mapping of str to verdict
        What each member thinks.
    """

    verdicts: Mapping[str, Spoken]

    @property
    def outcome(self) -> Outcome:
        """``"bad"`` if any member says so: a veto is final; else ``"good"`` if any says so; else ``"neither"``."""
        said = {verdict.outcome for verdict in self.verdicts.values()}
        return "bad" if "bad" in said else "good" if "good" in said else "neither"

    @property
    def silent(self) -> bool:
        """Whether no member heard anything."""
        return all(verdict.silent for verdict in self.verdicts.values())

    @property
    def score(self) -> float:
        """-1..1: a single member's own; else first by the outcome, then by the mean of all members."""
        if len(self.verdicts) == 1:
            return next(iter(self.verdicts.values())).score
        mean = float(np.mean([verdict.score for verdict in self.verdicts.values()]))
        if self.outcome == "neither":
            return mean
        return (
            EDGE + (1 - EDGE) * (1 + mean) / 2
            if self.outcome == "good"
            else -EDGE - (1 - EDGE) * (1 - mean) / 2
        )

    @property
    def because(self) -> str:
        """Who decided, and why, in one sentence."""
        said = [f"{name}: {v.because}" for name, v in self.verdicts.items() if v.outcome == self.outcome]
        if len(self.verdicts) == 1 and self.outcome == "neither":
            return next(iter(self.verdicts.values())).because
        if self.outcome == "neither":
            return f"no member says good: {'; '.join(said)}"
        return f"{'vetoed by' if self.outcome == 'bad' else 'good to'} {'; '.join(said)}"

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values, with what every member says."""
        return {
            "outcome": self.outcome,
            "score": round(self.score, 6),
            "because": self.because,
            "members": {name: verdict.as_dict() for name, verdict in self.verdicts.items()},
        }


@dataclass(frozen=True, slots=True)
class Committee:
    """Judges that decide together.

    Attributes
    ----------
    members : mapping of str to judge
        At least one, by name.

    Raises
    ------
    InvalidInput
        If there are none.
    """

    members: Mapping[str, Judge]

    def __post_init__(self) -> None:
        if not isinstance(self.members, Mapping) or not self.members:
            raise InvalidInput("members: expected a mapping of names to judges, at least one")
        for name, member in self.members.items():
            if isinstance(member, type) or not callable(getattr(member, "judge", None)):
                raise InvalidInput(f"members: {name}: expected a judge of clips, got {kind_of(member)}")

    def judge(self, clip: Clip) -> CommitteeVerdict:
        """Return what all members think of a clip."""
        must_be_a_clip(clip)
        return CommitteeVerdict({name: member.judge(clip) for name, member in self.members.items()})
