"""Calibrate a taste: set the thresholds of its samples by what chance does with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import Progress, function, number, text, whole_number
from goldenear.errors import InvalidInput
from goldenear.match.background import FEWEST_PIECES, shipped
from goldenear.match.engines import MOST_THREADS, Backend
from goldenear.notes.cut import random_cuts
from goldenear.notes.note_array import NoteArray, several_notes
from goldenear.taste.audit import Judged, Near, Share, audit
from goldenear.taste.calibration import Calibration, digest_of, reach_of
from goldenear.taste.chance import FEWEST_GROUPS, Tail, Tails, kin
from goldenear.taste.judge import Taste, must_be_a_taste
from goldenear.taste.manner import range_of
from goldenear.taste.solo import (
    VERSION,
    versions,
)
from goldenear.taste.strengths import Columns, Strengths
from goldenear.taste.unrelated import on_steps, tune_of, unrelated

FLOOR = 0.25
"""Lower similarities count as this one where each sample has its own threshold: nothing is asked of them."""

LENGTHS = (8.0, 16.0, 32.0)
"""Quarters: the fragments for which chance is measured, where music is looked for inside X."""

LONGEST = 10_000
"""Quarters that a fragment may be long."""

CUTS, OTHER_CUTS = 500, 250
"""Fragments of the length for which thresholds are set, and of each other length."""

TRUSTS = (1.0, 0.95, 0.9, 0.85, 0.8)
"""How far a tail may be believed, in steps. One odd piece among few fails at all of them: further down, nothing but a
copy would reach the threshold."""

LEAST = 0.5
"""No threshold that samples share is set below this share of the recipe's own."""

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
    """Measure what chance does with a taste's samples, and set their thresholds by it.

    Parameters
    ----------
    taste : Taste
        The samples, and how likeness is counted.
    background : NoteArrays, optional
        Music that has nothing to do with the samples, but is of the kind that will be judged; at least 20 pieces,
        better 500. By default what ships with the program: settings of tunes, with beats; tunes alone where music is
        compared as a whole.
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
        If an argument is out of range, or the background has too few pieces, none long enough or another grid, or is
        so like the samples that all of them are plain.
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
    wanted = quarters
    if not whole:
        quarters = _usual(samples) if quarters is None else float(quarters)
    name = "the shipped background" if background is None else name or "a background"
    columns = Columns(taste, backend=backend, threads=threads)
    pieces, tunes, held = _background(background, columns, progress)
    fragments = _fragments(pieces, tunes, quarters, seed, wanted is not None)
    background_parts = [x for parts in fragments.values() for part in parts for x in part]
    floor = FLOOR if taste.settings.by_sample else 0.0
    laid_on = columns.yardstick([*samples, *background_parts], floor)
    laid = laid_on.table(samples, progress, "samples")
    own = laid[:, : len(samples)]
    group = _groups(own, recipe.threshold) if whole else None
    chance = {
        length: laid_on.table(
            [x for part in parts for x in part],
            progress,
            "background" if length is None else f"background, {length:g} quarters",
        )
        for length, parts in fragments.items()
    }
    measured = quarters if quarters in chance else max(chance, key=lambda length: length or 0.0)
    taste.measure(progress, threads=threads)
    strengths = Strengths(columns, chance[measured], fragments[measured], group)
    found = {length: np.round(strengths.of(table, fragments[length]), 6) for length, table in chance.items()}
    reach = reach_of(group, strengths.solos)
    trust, false_alarms = _tried(found[measured], [len(part) for part in fragments[measured]], rate, reach)
    tails = Tails({length: Tail.of(values, reach=reach) for length, values in found.items()}, trust)
    least = FLOOR if strengths.solos is not None else LEAST * recipe.threshold
    asked = strengths.asked(samples, tails.value_at(rate, quarters))
    judged = Judged(
        tuple(sample.name for sample in samples),
        columns.good[: len(samples)],
        strengths.with_parts(laid, asked, least),
        np.array(
            [Tail.of(column, reach=1.0).value_at(rate) for column in chance[measured].T[: len(samples)]]
        ),
        strengths.thresholds(own, asked, least),
    )
    near = tuple(sorted(held, key=lambda near: -near.similarity))
    calibration = Calibration(
        rate=float(rate),
        quarters=quarters,
        background=name,
        pieces=len(pieces),
        made_for=digest_of(samples, recipe, by_sample=taste.settings.by_sample),
        group=group,
        solos=strengths.solos,
        least=least,
        by_density=strengths.by_density,
        tails=tails,
        manner=range_of(background_parts),
        audit=audit(judged, false_alarms, near, seed),
    )
    if not np.isfinite(calibration.counts_from).any():
        raise InvalidInput(
            f"background: by {name} all samples are plain, and none would have a say: it must hold music that is "
            "unrelated to them, and more of it"
        )
    return calibration


def _background(
    given: Iterable[NoteArray] | None, columns: Columns, progress: Progress[NoteArray]
) -> tuple[list[NoteArray], list[str], list[Near]]:
    """Return the pieces that hold no version of a sample, the tune that each is of, and what was left out.

    Raises
    ------
    InvalidInput
        If the background has nothing that the samples could hear, or too few pieces are left.
    """
    samples = columns.samples
    pieces, copies = _unrelated(_music(given, samples[0], columns.whole), samples)
    if not columns.whole:
        _check_planes(samples, pieces)
    held = _versions(pieces, columns, progress)
    by_tune = given is None and not columns.whole
    tunes = [tune_of(piece) if by_tune else str(i) for i, piece in enumerate(pieces)]
    known = {tunes[i] for i in held}
    left = [(piece, tune) for piece, tune in zip(pieces, tunes, strict=True) if tune not in known]
    if len(left) < FEWEST_PIECES:
        raise InvalidInput(
            f"background: {len(held)} of its pieces hold versions of samples, and {len(left)} are left"
        )
    return [piece for piece, _ in left], [tune for _, tune in left], [*copies, *held.values()]


def _music(background: Iterable[NoteArray] | None, sample: NoteArray, whole: bool) -> Sequence[NoteArray]:
    """Return the background: the shipped one by default, tunes alone where music is compared as a whole."""
    if background is not None:
        return several_notes("background", background)
    if whole:
        return [on_steps(tune, sample.steps_per_octave) for tune in shipped()]
    return unrelated(sample.steps_per_octave)


def _unrelated(
    pieces: Iterable[NoteArray], samples: Sequence[NoteArray]
) -> tuple[list[NoteArray], list[Near]]:
    """Return the pieces that are none of the samples, and what was left out because it is one.

    Raises
    ------
    InvalidInput
        If they are too few.
    """
    known = {sample: sample.name for sample in samples}
    kept, copies = [], []
    for piece in pieces:
        if piece in known:
            copies.append(Near(piece.name, known[piece], 1.0))
        else:
            kept.append(piece)
    if len(kept) < FEWEST_PIECES:
        raise InvalidInput(
            f"background: expected at least {FEWEST_PIECES} pieces that are no samples, got {len(kept)}"
        )
    return kept, copies


def _fragments(
    pieces: Sequence[NoteArray], tunes: Sequence[str], quarters: float | None, seed: int, asked: bool
) -> dict[float | None, list[list[NoteArray]]]:
    """Return what is laid on the samples, for each length, in parts of different pieces; whole pieces for None.

    Raises
    ------
    InvalidInput
        If no piece is long enough.
    """
    # Settings of one tune belong in one part.
    number = {tune: i for i, tune in enumerate(dict.fromkeys(tunes))}
    parts: list[list[NoteArray]] = [[] for _ in range(FOLDS)]
    for piece, tune in zip(pieces, tunes, strict=True):
        parts[number[tune] % FOLDS].append(piece)
    if quarters is None:
        return {None: parts}
    found: dict[float | None, list[list[NoteArray]]] = {}
    for length in sorted({*LENGTHS, quarters}):
        count = (CUTS if length == quarters else OTHER_CUTS) // FOLDS
        cuts = [random_cuts(part, length, count, seed) for part in parts]
        if all(len(cut) == count for cut in cuts):
            found[length] = cuts
    if asked and quarters not in found:
        raise InvalidInput(
            f"quarters: the background's pieces are too short for fragments of {quarters:g} quarters"
        )
    if not found:
        raise InvalidInput(f"background: its pieces are shorter than {min(LENGTHS[0], quarters):g} quarters")
    return found


def _groups(similarity: NDArray[np.float64], least: float) -> NDArray[np.int64] | None:
    """Return which samples are kin; None where they are too few groups to tell what X is like at large."""
    group = kin(similarity, least)
    return group if group.max() + 1 >= FEWEST_GROUPS else None


def _usual(samples: Sequence[NoteArray]) -> float:
    """Return how long half of the samples are at most, in whole quarters."""
    lengths = [(sample.last_offset - sample.first_onset) / sample.ticks_per_quarter for sample in samples]
    return float(max(1, ceil(np.median(lengths))))


def _check_planes(samples: Sequence[NoteArray], pieces: Sequence[NoteArray]) -> None:
    """Raise InvalidInput where samples are beats and the background has no drums, or tunes and it has only drums."""
    for drums, what, lacking in ((True, "beats", "drums"), (False, "tunes", "notes with pitch")):
        alone = sum(bool((sample.is_drum == drums).all()) for sample in samples)
        if alone and not any((piece.is_drum == drums).any() for piece in pieces):
            raise InvalidInput(
                f"background: {alone} of the {len(samples)} samples are {what}, and none of its pieces has "
                f"{lacking}; the shipped background has"
            )


def _versions(
    pieces: Sequence[NoteArray], columns: Columns, progress: Progress[NoteArray]
) -> dict[int, Near]:
    """Return the pieces that hold a version of a sample, by their numbers."""
    # What does not reach the floor counts as the floor: that lies a little below.
    floor = np.nextafter(VERSION, 0)
    table = columns.yardstick(pieces, floor).table(pieces, progress, "versions of samples")
    held: dict[int, Near] = {}
    for sample, column in zip(columns.all, table.T, strict=True):
        for i in versions(column, np.arange(len(pieces))).tolist():
            near = Near(pieces[i].name, sample.name, round(float(column[i]), 6))
            held[i] = max(held.get(i, near), near, key=lambda one: one.similarity)
    return held


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
