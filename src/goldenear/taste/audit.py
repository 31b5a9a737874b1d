"""This file is where a taste's samples are judged by each other: who is mistaken for whom, and who says nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import one_of, shown
from goldenear.errors import InvalidInput

Made = TypeVar("Made")

DRAWS = 50
"""Smaller tastes drawn from the samples, for each point of the curve."""

NEVER = 2.0
"""Stands for a threshold that nothing reaches."""

SHARES = (0.25, 0.5, 0.75, 1.0)

NEARLY_ALL = 1.96
"""Standard errors to either side: 95 of 100."""


class Share(NamedTuple):
    """So many of so many."""

    some: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies, 95 times of 100 (Wilson 1927)."""
        if not self.of:
            return 0.0, 1.0
        z, n, p = NEARLY_ALL, self.of, self.some / self.of
        middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        low, high = (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
        return max(0.0, float(low)), min(1.0, float(high))

    def __str__(self) -> str:
        if not self.of:
            return "-"
        low, high = self.interval
        return f"{self.some} of {self.of} ({low:.0%} to {high:.0%})"


class Told(NamedTuple):
    """What the others say of one sample.

    Attributes
    ----------
    name : str
        The sample.
    kind, outcome : str
        What it is ("good", "bad"), and what it would be judged to be by all others.
    nearest : str
        The sample most like it; empty where there is no other.
    similarity, threshold : float
        How alike they are, and from when on that counts; 2 where the nearest is too plain to count.
    echoes : int
        How many samples of its kind resemble it.
    alone : float
        The similarity that unrelated fragments reach with it, and it alone, as often as the rate says.
    """

    name: str
    kind: str
    outcome: str
    nearest: str
    similarity: float
    threshold: float
    echoes: int
    alone: float


class Torn(NamedTuple):
    """A good and a bad sample that resemble each other: the bad one has a veto."""

    good: str
    bad: str
    similarity: float


class Near(NamedTuple):
    """A piece of the background that holds a version of a sample, and was left out."""

    piece: str
    sample: str
    similarity: float


@dataclass(frozen=True)
class Audit:
    """What the samples of a taste say of each other, each left out once and judged by all others.

    Attributes
    ----------
    told : tuple of Told
        One for each sample, good before bad.
    torn : tuple of Torn
        Good and bad samples that resemble each other, the most alike first.
    curve : tuple of (float, float, float)
        With so large a share of the samples: the share of good ones judged good, and of bad ones vetoed.
    false_alarms : Share
        Unrelated fragments that resembled a sample, of those that the threshold was not made from.
    near : tuple of Near
        Pieces of the background that were left out, for they hold a version of a sample; the nearest first.
    """

    told: tuple[Told, ...]
    torn: tuple[Torn, ...]
    curve: tuple[tuple[float, float, float], ...]
    false_alarms: Share
    near: tuple[Near, ...]

    def recalled(self, kind: str) -> Share:
        """Return how many samples of a kind are judged to be of it by the others."""
        one_of("kind", kind, ("good", "bad"))
        mine = [told for told in self.told if told.kind == kind]
        return Share(sum(told.outcome == kind for told in mine), len(mine))

    @property
    def vetoed(self) -> Share:
        """How many good samples a bad one vetoes."""
        good = [told for told in self.told if told.kind == "good"]
        return Share(sum(told.outcome == "bad" for told in good), len(good))

    @property
    def silent(self) -> tuple[str, ...]:
        """The samples that no other of their kind resembles: each stands alone for what it is."""
        return tuple(told.name for told in self.told if not told.echoes)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return {
            **{kind: list(self.recalled(kind)) for kind in ("good", "bad")},
            "vetoed": list(self.vetoed),
            "silent": list(self.silent),
            "false_alarms": list(self.false_alarms),
            "torn": [torn._asdict() for torn in self.torn],
            "near": [near._asdict() for near in self.near],
            "curve": [list(point) for point in self.curve],
            "told": [told._asdict() for told in self.told],
        }

    @classmethod
    def from_dict(cls, table: dict[str, Any]) -> Audit:
        """Make it again from plain values.

        Raises
        ------
        InvalidInput
            If they are none of an audit.
        """
        return made_again(cls._from_plain, table)

    @classmethod
    def _from_plain(cls, table: dict[str, Any]) -> Audit:
        """Make it again from plain values; what Python raises where they are none of an audit passes."""
        return cls(
            told=tuple(Told(**told) for told in table["told"]),
            torn=tuple(Torn(**torn) for torn in table["torn"]),
            curve=tuple((float(share), float(good), float(bad)) for share, good, bad in table["curve"]),
            false_alarms=Share(*table["false_alarms"]),
            near=tuple(Near(**near) for near in table["near"]),
        )


def made_again(make: Callable[[dict[str, Any]], Made], table: dict[str, Any]) -> Made:
    """Return what `make` makes of plain values; InvalidInput where they are not what ``as_dict`` returned."""
    try:
        return make(table)
    except InvalidInput:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(
            f"table: expected what as_dict returns, got {shown(table)} ({type(error).__name__}: {error})"
        ) from None


@dataclass(frozen=True)
class Judged:
    """Samples and what they are like: what an audit is made from.

    Attributes
    ----------
    names : tuple of str
        Of the samples.
    good : bool array, shape (n,)
        Which are good; the others are bad.
    similarity : float array, shape (n, n)
        How much each, as X, resembles each.
    alone : float array, shape (n,)
        The similarity that chance reaches with each as often as the rate says.
    threshold : float array, shape (n, n)
        From which similarity on each, as X, resembles each; infinite where a sample is too plain to have a say.
    """

    names: tuple[str, ...]
    good: NDArray[np.bool_]
    similarity: NDArray[np.float64]
    alone: NDArray[np.float64]
    threshold: NDArray[np.float64]


def audit(judged: Judged, false_alarms: Share, near: tuple[Near, ...], seed: int) -> Audit:
    """Judge every sample by all others.

    Parameters
    ----------
    judged : Judged
        The samples.
    false_alarms : Share
        What the threshold did on unrelated music that it was not made from.
    near : tuple of Near
        What of that music comes near a sample.
    seed : int
        Of the smaller tastes that are drawn.
    """
    n, good = len(judged.names), judged.good
    others = np.where(np.eye(n, dtype=bool), np.nan, judged.similarity)
    like = others >= judged.threshold
    kind = np.where(good, "good", "bad")
    outcome = _outcomes(like, good)
    told = []
    for i, name in enumerate(judged.names):
        alone = n == 1
        # The nearest that may count, if any may.
        counting = np.where(judged.threshold[i] < np.inf, others[i], np.nan)
        seen = counting if np.isfinite(counting).any() else others[i]
        nearest = i if alone else int(np.nanargmax(seen))
        told.append(
            Told(
                name,
                str(kind[i]),
                str(outcome[i]),
                "" if alone else judged.names[nearest],
                0.0 if alone else round(float(others[i, nearest]), 6),
                round(min(NEVER, float(judged.threshold[i, nearest])), 6),
                int((like[:, i] & (good == good[i])).sum()),
                round(float(judged.alone[i]), 6),
            )
        )
    pairs = [(i, j) for i in np.flatnonzero(good) for j in np.flatnonzero(~good) if like[i, j]]
    torn = [Torn(judged.names[i], judged.names[j], round(float(others[i, j]), 6)) for i, j in pairs]
    return Audit(
        tuple(told),
        tuple(sorted(torn, key=lambda pair: -pair.similarity)),
        _curve(like, good, np.random.default_rng(seed)),
        false_alarms,
        near,
    )


def _outcomes(like: NDArray[np.bool_], good: NDArray[np.bool_]) -> NDArray[np.str_]:
    """Return what each is judged to be, by those it resembles."""
    vetoed, liked = like[:, ~good].any(axis=1), like[:, good].any(axis=1)
    return np.where(vetoed, "bad", np.where(liked, "good", "neither"))


def _curve(
    like: NDArray[np.bool_], good: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[tuple[float, float, float], ...]:
    """Return how recall grows with the samples: every sample judged by a share of the others, drawn many times."""
    points = []
    for share in SHARES:
        right = np.zeros((2, 0))
        for _ in range(DRAWS if share < 1 else 1):
            kept = rng.random(len(good)) < share
            outcome = _outcomes(like & kept, good)
            pair = [
                [float((outcome[mine] == name).mean()) if mine.any() else 0.0]
                for name, mine in (("good", good), ("bad", ~good))
            ]
            right = np.hstack([right, pair])
        points.append((share, *(round(float(value), 6) for value in right.mean(axis=1))))
    return tuple((point[0], point[1], point[2]) for point in points)
