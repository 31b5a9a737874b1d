"""This file is where a taste is calibrated: its threshold is set by what chance does with its samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import ceil
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import function, number, text, whole_number
from goldenear.errors import InvalidInput
from goldenear.match.background import FEWEST_PIECES, in_order, shipped
from goldenear.match.engines import MOST_THREADS, Backend
from goldenear.notes.cut import random_cuts
from goldenear.notes.note_array import NoteArray, several_notes
from goldenear.taste.audit import Judged, Near, Share, audit
from goldenear.taste.calibration import Calibration, digest_of
from goldenear.taste.chance import FEWEST_GROUPS, Tail, Tails, at_large, kin
from goldenear.taste.judge import Taste, must_be_a_taste

Item = TypeVar("Item")
Progress = Callable[[Sequence[Item], str], Iterable[Item]]

LENGTHS = (4.0, 8.0, 16.0, 32.0, 64.0)
"""Quarters: the fragments for which chance is measured, where music is looked for inside X."""

LONGEST = 10_000
"""Quarters that a fragment may be long."""

CUTS = 600
"""Fragments of each length."""

TRUSTS = (1.0, 0.95, 0.9, 0.85, 0.8)
"""How far a tail may be believed, in steps. One odd piece among few fails at all of them: further down, nothing but a
copy would reach the threshold."""

MOST_NEAR = 5
"""Pieces of the background that are named for coming near a sample."""

LEAST = 0.5
"""No threshold is set below this share of the recipe's own."""

FOLDS = 10
"""Parts of the background, each of other pieces: what nine of them set is tried on the tenth."""


def calibrate(
    taste: Taste,
    background: Iterable[NoteArray] | None = None,
    *,
    name: str = "",
    rate: float = 0.01,
    quarters: float | None = None,
    seed: int = 0,
    backend: Backend = "auto",
    threads: int = 1,
    progress: Progress[NoteArray] = lambda items, _what: items,
) -> Calibration:
    """Measure what chance does with a taste's samples, and set the threshold by it.

    Parameters
    ----------
    taste : Taste
        The samples, and how likeness is counted.
    background : NoteArrays, optional
        Music that has nothing to do with the samples, but is of the kind that will be judged; at least 20 pieces,
        better 500. The small one that ships with the program by default.
    name : str
        What reports call the background.
    rate : float
        The share of unrelated fragments, above 0, up to .5, that may resemble any sample at all.
    quarters : float, optional
        How long a fragment is for which the threshold is to keep this rate; as long as half of the samples by
        default. Only where music is looked for inside X (``"tversky"``, ``"coverage"``, ``"brightness"``).
    seed : int
        Of the fragments that are cut from the background, and of the smaller tastes drawn for the audit.
    backend, threads
        As for :func:`goldenear.rank`.
    progress : callable, optional
        Takes a list of fragments and a word, and gives the fragments one by one: to draw a progress bar.

    Returns
    -------
    Calibration
        To be written beside the samples, or given to :meth:`goldenear.Taste.of`.

    Raises
    ------
    InvalidInput
        If an argument is out of range, or the background has too few pieces, none long enough or another grid.
    """
    must_be_a_taste("taste", taste)
    text("name", name)
    number("rate", rate, 0, 0.5, above=True)
    whole_number("seed", seed, 0, 2**63 - 1)
    whole_number("threads", threads, 1, MOST_THREADS)
    function("progress", progress)
    if quarters is not None:
        number("quarters", quarters, 0, LONGEST, above=True)
    recipe = taste.settings.recipe
    samples = [*taste.good, *taste.bad]
    whole = recipe.measure == "cosine"
    if whole and quarters is not None:
        raise InvalidInput("quarters: this taste compares music as a whole, so there is no length to choose")
    if not whole:
        quarters = _usual(samples) if quarters is None else float(quarters)
    name = "the shipped background" if background is None else name or "a background"
    music = shipped() if background is None else several_notes("background", background)
    pieces = _unrelated(music, samples)
    fragments = _fragments(pieces, quarters, seed)
    background_parts = [x for parts in fragments.values() for part in parts for x in part]
    engine = taste.engine_for(backend, [*samples, *background_parts])

    def scores(xs: Sequence[NoteArray], what: str) -> NDArray[np.float64]:
        rows = [
            np.concatenate(
                [in_order(x, kind, backend=engine, threads=threads) for kind in (taste.good, taste.bad)]
            )
            for x in progress(xs, what)
        ]
        return np.array(rows)

    own = scores(samples, "samples")
    group = _groups(own, recipe.threshold) if whole else None
    chance = {
        length: scores(
            [x for part in parts for x in part],
            "background" if length is None else f"background, {length:g} quarters",
        )
        for length, parts in fragments.items()
    }
    found = {length: np.round(_strength(table, group), 6) for length, table in chance.items()}
    measured = quarters if quarters in chance else max(chance, key=lambda length: length or 0.0)
    sizes = [len(part) for part in fragments[measured]]
    reach = 1.0 if group is None else np.inf
    trust, false_alarms = _tried(found[measured], sizes, rate, reach)
    tails = Tails({length: Tail.of(values, reach=reach) for length, values in found.items()}, trust)
    least = LEAST * recipe.threshold
    judged = Judged(
        tuple(sample.name for sample in samples),
        np.arange(len(samples)) < len(taste.good),
        own,
        np.array([Tail.of(column, reach=1.0).value_at(rate) for column in chance[measured].T]),
        tails.value_at(rate, quarters),
        least,
        group,
    )
    laid = [x.name for parts in fragments.values() for part in parts for x in part]
    near = _near(laid, judged.names, np.concatenate(list(chance.values())), recipe.threshold)
    return Calibration(
        rate=float(rate),
        quarters=quarters,
        background=name,
        pieces=len(pieces),
        made_for=digest_of(samples, recipe),
        group=group,
        least=least,
        tails=tails,
        audit=audit(judged, false_alarms, near, seed),
    )


def _unrelated(pieces: Iterable[NoteArray], samples: Sequence[NoteArray]) -> list[NoteArray]:
    """Return the pieces that are none of the samples.

    Raises
    ------
    InvalidInput
        If they are too few.
    """
    known = set(samples)
    kept = [piece for piece in pieces if piece not in known]
    if len(kept) < FEWEST_PIECES:
        raise InvalidInput(
            f"background: expected at least {FEWEST_PIECES} pieces that are no samples, got {len(kept)}"
        )
    return kept


def _fragments(
    pieces: Sequence[NoteArray], quarters: float | None, seed: int
) -> dict[float | None, list[list[NoteArray]]]:
    """Return what is laid on the samples, for each length, in parts of different pieces; whole pieces for None.

    Raises
    ------
    InvalidInput
        If no piece is long enough.
    """
    parts = [list(pieces[fold::FOLDS]) for fold in range(FOLDS)]
    if quarters is None:
        return {None: parts}
    found: dict[float | None, list[list[NoteArray]]] = {}
    for length in sorted({*LENGTHS, quarters}):
        cuts = [random_cuts(part, length, CUTS // FOLDS, seed) for part in parts]
        if all(len(cut) == CUTS // FOLDS for cut in cuts):
            found[length] = cuts
    if not found:
        raise InvalidInput(f"background: its pieces are shorter than {LENGTHS[0]:g} quarters")
    return found


def _groups(similarity: NDArray[np.float64], least: float) -> NDArray[np.int64] | None:
    """Return which samples are kin; None where they are too few groups to tell what X is like at large."""
    group = kin(similarity, least)
    return group if group.max() + 1 >= FEWEST_GROUPS else None


def _usual(samples: Sequence[NoteArray]) -> float:
    """Return how long half of the samples are at most, in whole quarters."""
    lengths = [(sample.last_offset - sample.first_onset) / sample.ticks_per_quarter for sample in samples]
    return float(max(1, ceil(np.median(lengths))))


def _near(
    pieces: Sequence[str], samples: Sequence[str], similarity: NDArray[np.float64], least: float
) -> tuple[Near, ...]:
    """Return the pieces that come nearest a sample, where that is near; of fragments of one piece the nearest."""
    found: dict[str, Near] = {}
    for i in np.argsort(-similarity.max(axis=1), kind="stable"):
        best = int(similarity[i].argmax())
        if similarity[i, best] < least or len(found) == MOST_NEAR:
            break
        found.setdefault(pieces[i], Near(pieces[i], samples[best], round(float(similarity[i, best]), 6)))
    return tuple(found.values())


def _strength(similarity: NDArray[np.float64], group: NDArray[np.int64] | None) -> NDArray[np.float64]:
    """Return the greatest similarity of each X to any sample, over its likeness at large."""
    greatest = similarity.max(axis=1)
    strength: NDArray[np.float64] = greatest if group is None else greatest / at_large(similarity, group)
    return strength


def _tried(
    strength: NDArray[np.float64], sizes: Sequence[int], rate: float, reach: float
) -> tuple[float, Share]:
    """Return how far tails can be believed, and the false alarms that leaves.

    What all parts but one set is tried on that one. While false alarms exceed what was asked by more than chance
    would of itself, tails are believed less.
    """
    part = np.repeat(np.arange(len(sizes)), sizes)
    tails = [Tail.of(strength[part != mine], reach=reach) for mine in range(len(sizes))]
    enough = rate * len(strength) + np.sqrt(rate * len(strength))
    for trust in TRUSTS:
        least = np.array([Tails({None: tail}, trust).value_at(rate, None) for tail in tails])
        alarms = int((strength >= least[part]).sum())
        if alarms <= enough:
            break
    return trust, Share(alarms, len(strength))
