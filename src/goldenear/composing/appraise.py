"""This file is where a draft is appraised: what lies under good matches, and whether anything speaks against it.

What is climbed is the share of the draft that lies under good matches, each as strong as it is near: 1/2 at the
threshold, 1 at the ceiling; what one sample lends counts up to a share of the draft. A veto in any window, a
likeness above the ceiling, or too long a verbatim run refuses it.

A likeness to one sample may be an accident of that sample; what a second sample is like as well has support. Drafts
with more of it are preferred: what is composed by some samples is then more like others of their kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from goldenear.composing.contenders import Contenders, Field, struck_rows
from goldenear.composing.ground import CELLS_A_QUARTER, Ground, Rows
from goldenear.composing.rows import Edges, as_rows
from goldenear.composing.windows import spans
from goldenear.match.rank import rank

SUPPORT = 1.0
"""What support is worth, beside the score."""

REST = 2
"""Quarters of silence that are part of the music."""


@dataclass(frozen=True)
class Appraisal:
    """What a draft is worth.

    Attributes
    ----------
    covered : float
        The share of the draft, 0..1, that lies under good matches.
    score : float
        The same, each match as strong as it is near: what is climbed, 0..1.
    nearest : float
        The greatest similarity to a good sample; 0 where none is reached.
    longest_run : int
        The longest run of notes, not all locked, that stands in one good sample.
    support : float
        The likeness to the good sample that is second nearest; 0 where there is none, or the draft is refused.
    silent : float
        The share of the phrase, 0..1, in silences of all voices that last longer than two quarters.
    refused : str
        Why the draft cannot stand; empty where it can.
    vetoed : (Fraction, Fraction) or None
        From when to when, in quarters, the window lies that is vetoed.
    """

    covered: float
    score: float
    nearest: float
    longest_run: int
    support: float
    silent: float
    refused: str
    vetoed: tuple[Fraction, Fraction] | None = None

    @property
    def good(self) -> bool:
        """Whether the judge calls the draft good, and nothing refuses it."""
        return not self.refused and self.covered > 0

    @property
    def worth(self) -> float:
        """By what drafts are held against each other: the score, and what support there is, less long silences."""
        return self.score + SUPPORT * self.support - self.silent


class Appraiser:
    """Appraises drafts, one at a time; every thread has its own.

    Parameters
    ----------
    ground : Ground
        What drafts are held against.
    """

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.field = Field(
            ground.samples, ground.ticks_per_quarter, int(np.gcd.reduce([*ground.units, ground.ticks]))
        )

    def contenders(self, rows: Rows, quarters: float) -> Contenders:
        """List what reaches its threshold, or may after changes of so many quarters of notes."""
        return self.field.contenders(np.ascontiguousarray(rows[:, :3]), self.ground.asked, quarters)

    def coverage(self, found: Contenders) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return how strongly each cell of a draft is covered, 0..1, and by which good sample; -1 where by none."""
        ground = self.ground
        cells, owner = np.zeros(ground.cells), np.full(ground.cells, -1)
        of = found.pairs.sample[found.placed[:, 0]]
        sample, least, ceiling = of - ground.bad, ground.asked[of], ground.ceiling
        similarity, covers = found.similarity, cells_of(ground, found)
        for j in np.flatnonzero((sample >= 0) & (similarity >= least)).tolist():
            strength = 0.5 + 0.5 * min(1.0, (similarity[j] - least[j]) / max(ceiling - least[j], 1e-9))
            here = slice(*covers[j].tolist())
            stronger = strength > cells[here]
            cells[here][stronger], owner[here][stronger] = strength, sample[j]
        return cells, owner

    def appraise(self, rows: Rows) -> Appraisal:
        """Appraise a draft, every window of it."""
        ground = self.ground
        found = self.contenders(rows, 0.0)
        cells, owner = self.coverage(found)
        lent = np.bincount(owner[owner >= 0], weights=cells[owner >= 0]) / len(cells)
        similarity = found.similarity
        covers = cells_of(ground, found)
        good = (found.pairs.sample[found.placed[:, 0]] >= ground.bad) & (covers[:, 0] < covers[:, 1])
        nearest = float(similarity[good].max(initial=0.0))
        run = int(self.runs(rows).max(initial=0))
        vetoed = self.vetoed(rows)
        refused = ""
        if vetoed:
            refused = f"vetoed from quarter {vetoed[0]} to {vetoed[1]}"
        elif nearest > ground.ceiling:
            refused = f"too like a good sample, {nearest:.2f}"
        elif run > ground.wishes.longest_run:
            refused = f"{run} notes on end as in a good sample"
        return Appraisal(
            float((cells > 0).mean()),
            float(np.minimum(lent, ground.wishes.share).sum()),
            nearest,
            run,
            0.0 if refused else self.support(rows),
            self.silent(rows),
            refused,
            vetoed,
        )

    def support(self, rows: Rows) -> float:
        """Return the likeness of the phrase itself to the good sample that is second nearest."""
        ranked = rank(self.ground.notes(self.ground.own(rows)), self.ground.taste.good, k=2, backend="numba")
        return float(ranked.similarity[1]) if len(ranked) > 1 else 0.0

    def silent(self, rows: Rows) -> float:
        """Return the share of the phrase in long silences of all voices at once."""
        ground = self.ground
        own = ground.own(rows)
        own = own[np.argsort(own[:, 1], kind="stable")]
        rests = np.append(own[:, 1], ground.ticks) - np.maximum.accumulate(np.append(0, own[:, 2]))
        return float(rests[rests > REST * ground.ticks_per_quarter].sum() / ground.ticks)

    def runs(self, rows: Rows) -> NDArray[np.int64]:
        """Return for each note, 0 for locked ones, the longest verbatim run it is part of."""
        from goldenear.composing.engines.verbatim import runs

        ground = self.ground
        found = np.zeros(len(rows), np.int64)
        runs(np.ascontiguousarray(rows), ground.known, ground.starts, ground.factors, found)
        return found

    def vetoed(self, rows: Rows) -> tuple[Fraction, Fraction] | None:
        """Return the first window, the whole among them, that resembles a bad sample."""
        from goldenear.composing.engines.vetoed import first_vetoed

        ground = self.ground
        if not ground.bad:
            return None
        x = ground.notes(rows)
        notes = as_rows(x)
        every = list(spans(x, Fraction(0), ground.wishes.length))
        asked = np.where(np.arange(len(ground.asked)) < ground.bad, ground.asked, 2.0)
        pairs, placed = self.field.in_part(notes, asked)
        comes, tails, tails_of = both_layers(notes, self.field.stroke)
        latest = max(int(rows_of[:, 4].max(initial=0)) for rows_of in (comes, tails))
        earliest = int(comes[:, 3].min(initial=0))
        which = first_vetoed(
            pairs.columns, pairs.numbers, pairs.rows, pairs.strokes, placed,
            asked[pairs.sample[placed[:, 0]]], self.field.quarters, comes, tails, tails_of,
            Edges.empty(earliest, latest), np.array([s[2:] for s in every], np.int64),
        )  # fmt: skip
        return every[which][:2] if which < len(every) else None


def both_layers(
    notes: NDArray[np.int64], stroke: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return a draft's notes, one after another, held and struck, as strokes that come: see `engines.placed`.

    And what each stroke loses to the next note of its pitch, as a tail that comes; and the numbers of both notes.
    """
    from goldenear.composing.engines.placed import TAIL

    struck = struck_rows(notes, stroke)
    order = np.lexsort((notes[:, 1], notes[:, 0]))
    ends = np.zeros(len(notes), np.int64)
    ends[order] = struck[:, 2]
    comes = np.ones((2 * len(notes), 5), np.int64)
    comes[0::2, 1], comes[0::2, 2:] = 0, notes
    comes[1::2, 2:4], comes[1::2, 4] = notes[:, :2], ends
    cut = np.flatnonzero(struck[:, 2] < struck[:, 1] + stroke)
    tails_of = np.stack([order[cut], order[np.minimum(cut + 1, len(order) - 1)]], axis=1)
    tails = np.ones((len(cut), 5), np.int64)
    tails[:, 1], tails[:, 2] = TAIL, struck[cut, 0]
    tails[:, 3], tails[:, 4] = struck[cut, 2], struck[cut, 1] + stroke
    return comes, tails, tails_of


def cells_of(ground: Ground, found: Contenders) -> NDArray[np.int64]:
    """Return from which cell to which each placement covers the draft: those whose middle it covers."""
    pair = found.pairs.columns[found.placed[:, 0]]
    cell = pair[:, 0] * ground.ticks_per_quarter  # pair ticks in a quarter
    begin = found.placed[:, 2] + pair[:, 3]
    end = found.placed[:, 2] + pair[:, 4]
    # The middle of cell c lies at (2 c + 1) / 8 quarters.
    first = -((cell - 2 * CELLS_A_QUARTER * begin) // (2 * cell))
    last = -((cell - 2 * CELLS_A_QUARTER * end) // (2 * cell))
    both: NDArray[np.int64] = np.clip(np.stack([first, last], axis=1), 0, ground.cells)
    return both
