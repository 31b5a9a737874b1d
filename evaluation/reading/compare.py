"""A tune, read by goldenear and by a second reader: equal, explained by stated policies, or unexplained."""

from __future__ import annotations

from collections.abc import Callable
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


def compared_tune(ours: Side, theirs: Side) -> Outcome:
    """Compare one tune: it is equal, explained by policies, or not."""
    after, names = _approached(ours, theirs)
    notes, off = len(ours.strikes()), _off(ours, after)
    if not off:
        return Outcome(EXPLAINED if names else EQUAL, names, notes)
    return Outcome(UNEXPLAINED, names, notes, off, _examples(ours, after))


def outvoted(ours: Side, second: Side, third: Side, name: str) -> Outcome:
    """Compare one tune by three readers: it is explained if the third bears us out wherever the second differs.

    What only we strike, the third strikes, too; what only the second strikes, the third does not.
    """
    (nearer, names), (third, _) = (_approached(ours, side) for side in (second, third))
    mine, other, voting = ours.strikes(), nearer.strikes(), third.strikes()
    if mine - other <= voting and not (other - mine) & voting:
        return Outcome(EXPLAINED, (f"{name} bears us out where they differ", *names), len(mine))
    return Outcome(UNEXPLAINED, names, len(mine), _off(ours, nearer))


def _approached(ours: Side, theirs: Side) -> tuple[Side, tuple[str, ...]]:
    """Apply the policies that bring the second reader's side nearer to ours, until none does; name them, too."""
    names = [f"{mark} notes left out" for mark in theirs.left_out]
    off = _off(ours, theirs)
    is_nearer = True
    while off and is_nearer:
        is_nearer = False
        for policy in POLICIES:
            after = policy(ours, theirs)
            if (left := _off(ours, after)) < off:
                theirs, off, is_nearer = after, left, True
                names.append(_name(policy))
    return theirs, tuple(dict.fromkeys(names))


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
