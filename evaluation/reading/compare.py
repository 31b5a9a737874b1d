"""A tune, read by goldenear and by a second reader: equal, explained by stated policies, or unexplained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from evaluation.reading.policies import POLICIES
from evaluation.reading.sides import Side, Strike

EQUAL, EXPLAINED, UNEXPLAINED = "equal", "explained", "unexplained"
SHOWN = 6
"""So many strikes that one side alone has are written down."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a comparison.

    Attributes
    ----------
    kind : {"equal", "explained", "unexplained"}
        What it is.
    reasons : tuple of str
        The policies that explain a difference, or what stands in the way of one.
    notes : int
        How many strikes goldenear has read; what sounds twice at one time and pitch counts once.
    off : int
        How many strikes one side alone has, in the end.
    examples : list of str
        Some of these.
    """

    kind: str
    reasons: tuple[str, ...] = ()
    notes: int = 0
    off: int = 0
    examples: list[str] = field(default_factory=list)


def compared(ours: Sequence[Side], theirs: Sequence[Side]) -> list[Outcome]:
    """Compare the tunes of a file one by one; where their number differs, no tune is explained."""
    if len(ours) != len(theirs):
        reason = f"{len(ours)} tunes against {len(theirs)}"
        return [Outcome(UNEXPLAINED, (reason,), len(side.strikes())) for side in ours]
    return [compared_tune(our, their) for our, their in zip(ours, theirs, strict=True)]


def compared_tune(ours: Side, theirs: Side) -> Outcome:
    """Compare one tune: apply the policies that bring the sides nearer until they are equal or none does."""
    notes = len(ours.strikes())
    names = [f"{mark} notes left out" for mark in theirs.left_out]
    off = _off(ours, theirs)
    is_nearer = True
    while off and is_nearer:
        is_nearer = False
        for policy in POLICIES:
            after = policy(ours, theirs)
            if (left := _off(*after)) < off:
                (ours, theirs), off, is_nearer = after, left, True
                names.append(_name(policy))
    if not off:
        return Outcome(EXPLAINED if names else EQUAL, tuple(dict.fromkeys(names)), notes)
    return Outcome(UNEXPLAINED, tuple(dict.fromkeys(names)), notes, off, _examples(ours, theirs))


def _off(ours: Side, theirs: Side) -> int:
    """Return how many strikes one side alone has."""
    return len(ours.strikes() ^ theirs.strikes())


def _name(policy: Callable[..., object]) -> str:
    """Return what tables call a policy."""
    return policy.__name__.replace("_", " ")


def _examples(ours: Side, theirs: Side) -> list[str]:
    """Return the first strikes that one side alone has, as text."""
    mine, other = ours.strikes(), theirs.strikes()
    shown: list[Strike] = sorted(mine ^ other)[:SHOWN]
    return [
        f"{pitch} at {onset}: only {'ours' if (onset, pitch) in mine else 'theirs'}" for onset, pitch in shown
    ]
