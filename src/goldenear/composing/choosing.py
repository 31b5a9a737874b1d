"""This file is where it is decided which of the drafts that are kept come first, and how alike two of them are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from goldenear.composing.develop import Draft
from goldenear.composing.ground import Ground
from goldenear.composing.kinds import kind_of, usual_kind
from goldenear.match.rank import rank
from goldenear.notes.note_array import NoteArray
from goldenear.taste.chance import LOWER

COMMON, STRANGE = 6.0, 0.03
"""What it costs a draft, in score, to be like the good samples at large, for what is like everything says nothing;
and to be a kind denser or sparser, calmer or wilder than most of them."""

NEAREST = 2
"""Samples that a draft may be like without being like everything."""


def in_order(drafts: Sequence[Draft], ground: Ground) -> list[Draft]:
    """Return drafts, the best first; of equals what is less like everything, and of a more usual kind."""
    usual = usual_kind(ground)

    def worth(draft: Draft) -> float:
        far = sum(abs(a - b) for a, b in zip(kind_of(ground, draft.rows), usual, strict=True))
        return draft.appraisal.worth - COMMON * commonness(ground.notes(draft.rows), ground) - STRANGE * far

    return sorted(drafts, key=worth, reverse=True)


def likeness(one: NoteArray, other: NoteArray, ground: Ground) -> float:
    """Return how alike two phrases are, either way, as the taste counts likeness."""
    recipe = ground.samples.recipe
    pairs = ((one, other), (other, one))
    return max(
        float(np.max(rank(x, [sample], recipe=recipe, backend="numba").similarity)) for x, sample in pairs
    )


def commonness(x: NoteArray, ground: Ground) -> float:
    """Return how alike X is to the good samples that it has nothing to do with.

    These are the lower three quarters of them, and never the two nearest: likeness to these is what is looked for.
    """
    similarity = np.sort(rank(x, ground.taste.good, backend="numba").similarity)
    others = similarity[: max(0, min(int(len(similarity) * LOWER), len(similarity) - NEAREST))]
    return float(others.mean()) if len(others) else 0.0
