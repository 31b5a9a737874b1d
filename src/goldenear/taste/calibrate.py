"""Calibrate a taste: set the thresholds of its samples by what chance does with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import ceil
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import function, number, text, whole_number
from goldenear.errors import InvalidInput
from goldenear.match.background import FEWEST_PIECES, shipped
from goldenear.match.engines import MOST_THREADS, Backend
from goldenear.match.recipe import Recipe
from goldenear.notes.cut import random_cuts
from goldenear.notes.hands import hands
from goldenear.notes.note_array import NoteArray, several_notes
from goldenear.taste.audit import Judged, Near, Share, audit
from goldenear.taste.calibration import Calibration, digest_of, reach_of
from goldenear.taste.chance import FEWEST_GROUPS, Tail, Tails, at_large, kin
from goldenear.taste.judge import Taste, must_be_a_taste
from goldenear.taste.manner import range_of
from goldenear.taste.samples import KINDS
from goldenear.taste.solo import (
    VERSION,
    Solo,
    Yardstick,
    count_of,
    excess_at,
    level_of,
    solo_of,
    solo_of_part,
    versions,
)
from goldenear.taste.thresholds import PART
from goldenear.taste.unrelated import on_steps, tune_of, unrelated

Item = TypeVar("Item")
Progress = Callable[[Sequence[Item], str], Iterable[Item]]

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
    wanted = quarters
    if not whole:
        quarters = _usual(samples) if quarters is None else float(quarters)
    name = "the shipped background" if background is None else name or "a background"
    pieces = _unrelated(_music(background, samples[0], whole), samples)
    by_tune = background is None and not whole
    if not whole:
        _check_planes(samples, pieces)
    columns = _Columns(taste)
    held = _versions(pieces, columns, recipe, backend, threads, progress)
    tunes = [tune_of(piece) if by_tune else str(i) for i, piece in enumerate(pieces)]
    known = {tunes[i] for i in held}
    pieces = [piece for piece, tune in zip(pieces, tunes, strict=True) if tune not in known]
    tunes = [tune for tune in tunes if tune not in known]
    if len(pieces) < FEWEST_PIECES:
        raise InvalidInput(
            f"background: {len(held)} of its pieces hold versions of samples, and {len(pieces)} are left"
        )
    fragments = _fragments(pieces, tunes, quarters, seed, wanted is not None)
    background_parts = [x for parts in fragments.values() for part in parts for x in part]
    floor = FLOOR if taste.settings.by_sample else 0.0
    laid_on = Yardstick(
        columns.all, recipe, [*samples, *background_parts], floor=floor, backend=backend, threads=threads
    )

    def scores(xs: Sequence[NoteArray], what: str) -> NDArray[np.float64]:
        return np.array([laid_on.similarities(x) for x in progress(xs, what)])

    laid = scores(samples, "samples")
    own = laid[:, : len(samples)]
    group = _groups(own, recipe.threshold) if whole else None
    chance = {
        length: scores(
            [x for part in parts for x in part],
            "background" if length is None else f"background, {length:g} quarters",
        )
        for length, parts in fragments.items()
    }
    measured = quarters if quarters in chance else max(chance, key=lambda length: length or 0.0)
    taste.measure()
    strengths = _Strengths(columns, chance[measured], fragments[measured], group, taste.settings.by_sample)
    found = {length: np.round(strengths.of(table, fragments[length]), 6) for length, table in chance.items()}
    reach = reach_of(group, strengths.solos)
    trust, false_alarms = _tried(found[measured], [len(part) for part in fragments[measured]], rate, reach)
    tails = Tails({length: Tail.of(values, reach=reach) for length, values in found.items()}, trust)
    least = FLOOR if strengths.solos is not None else LEAST * recipe.threshold
    judged = Judged(
        tuple(sample.name for sample in samples),
        np.arange(len(samples)) < len(taste.good),
        strengths.with_parts(laid, tails.value_at(rate, quarters), least),
        np.array(
            [Tail.of(column, reach=1.0).value_at(rate) for column in chance[measured].T[: len(samples)]]
        ),
        strengths.thresholds(own, tails.value_at(rate, quarters), least),
    )
    near = tuple(sorted(held.values(), key=lambda near: -near.similarity))
    return Calibration(
        rate=float(rate),
        quarters=quarters,
        background=name,
        pieces=len(pieces),
        made_for=digest_of(samples, recipe, by_sample=taste.settings.by_sample),
        group=group,
        solos=strengths.solos,
        least=least,
        tails=tails,
        manner=range_of(background_parts),
        audit=audit(judged, false_alarms, near, seed),
    )


def _music(background: Iterable[NoteArray] | None, sample: NoteArray, whole: bool) -> Sequence[NoteArray]:
    """Return the background: the shipped one by default, tunes alone where music is compared as a whole."""
    if background is not None:
        return several_notes("background", background)
    if whole:
        return [on_steps(tune, sample.steps_per_octave) for tune in shipped()]
    return unrelated(sample.steps_per_octave)


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


class _Strengths:
    """How strongly fragments of the background resemble samples, and the thresholds that follow.

    Parameters
    ----------
    columns : _Columns
        What fragments are laid on.
    similarity : float array, shape (fragments, columns)
        Of the fragments by which levels are measured.
    parts : list of list of NoteArray
        These fragments, in parts of different pieces.
    group : int array, shape (samples,), or None
        Which samples are kin.
    by_sample : bool
        Whether each sample has a level of its own.
    """

    def __init__(
        self,
        columns: _Columns,
        similarity: NDArray[np.float64],
        parts: Sequence[Sequence[NoteArray]],
        group: NDArray[np.int64] | None,
        by_sample: bool,
    ) -> None:
        self.columns = columns
        self.group = group
        self.solos: NDArray[np.float64] | None = None
        if by_sample:
            part, piece = _part_of(parts), _piece_of(parts)
            self.solos = columns.solos(similarity, piece)
            self._without = np.array(
                [columns.solos(similarity[part != i], piece[part != i]) for i in range(len(parts))]
            )

    def of(
        self, similarity: NDArray[np.float64], parts: Sequence[Sequence[NoteArray]]
    ) -> NDArray[np.float64]:
        """Return the greatest strength of each fragment, by levels measured without its own part's pieces."""
        if self.solos is not None:
            found = excess_at(similarity * self.columns.weight, self._without[_part_of(parts)])
        elif self.group is not None:
            found = similarity / at_large(similarity, self.group)[:, None]
        else:
            found = similarity
        strongest: NDArray[np.float64] = found.max(axis=1)
        return strongest

    def with_parts(self, laid: NDArray[np.float64], strength: float, least: float) -> NDArray[np.float64]:
        """Return how alike each sample is to each, at least the threshold where it resembles a part of that one."""
        n = laid.shape[1] - len(self.columns.owners)
        similarity = laid[:, :n].copy()
        if self.solos is None:
            return similarity
        each = [Solo(*solo).threshold(strength, least) for solo in self.solos.tolist()]
        for column, owner in enumerate(self.columns.owners.tolist(), start=n):
            resembled = laid[:, column] * PART >= each[column]
            similarity[resembled, owner] = np.maximum(similarity[resembled, owner], min(each[owner], 1.0))
        return similarity

    def thresholds(self, own: NDArray[np.float64], strength: float, least: float) -> NDArray[np.float64]:
        """Return from which similarity on each sample, as X, resembles each, shape (n, n)."""
        if self.solos is not None:
            each = [Solo(*solo).threshold(strength, least) for solo in self.solos[: len(own)].tolist()]
            return np.broadcast_to(np.array(each), own.shape)
        others = np.where(np.eye(len(own), dtype=bool), np.nan, own)
        large = np.ones(len(own)) if self.group is None else at_large(others, self.group)
        return np.broadcast_to(np.clip(strength * large, least, 1.0)[:, None], own.shape)


class _Columns:
    """What fragments are laid on: good and bad samples, then their parts where they have any.

    Attributes
    ----------
    all : list of NoteArray
        One after the other.
    owners : int array
        The sample that each part is of.
    weight : float array, shape (columns,)
        What a similarity counts.
    """

    def __init__(self, taste: Taste) -> None:
        kinds = [taste.libraries[kind] for kind in KINDS]
        samples = [sample for library in kinds for sample in library.samples]
        parts = [part for library in kinds for part in library.parts] if taste.settings.by_sample else []
        divided = [i for i, sample in enumerate(samples) if hands(sample) is not None] if parts else []
        self.all = samples + parts
        self.owners = np.repeat(np.array(divided, np.int64), 2)
        self._notes = [count_of(one) for one in self.all]
        self._by_themselves = [library.solos for library in kinds]
        self.weight = np.where(np.arange(len(self._notes)) < len(samples), 1.0, PART)

    def solos(self, similarity: NDArray[np.float64], piece: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return level and floor of each column, shape (columns, 2), by fragments of some pieces."""
        found = [level_of(column, piece) for column in similarity.T]
        n = len(found) - len(self.owners)
        parts: dict[int, list[tuple[float, int]]] = {}
        for i, owner in enumerate(self.owners.tolist(), start=n):
            parts.setdefault(owner, []).append((found[i], self._notes[i]))
        # What is plain by itself stays so: no background gives a say to what much music has.
        plain = [solos[i].says_nothing for solos in self._by_themselves for i in range(len(solos.samples))]
        found = [
            1.0 if plain_one else level
            for level, plain_one in zip(found, [*plain, *[False] * len(found)], strict=False)
        ]
        whole = [solo_of(found[i], self._notes[i], parts.get(i, [])) for i in range(n)]
        return np.array([*whole, *map(solo_of_part, found[n:])])


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
    pieces: Sequence[NoteArray],
    columns: _Columns,
    recipe: Recipe,
    backend: Backend,
    threads: int,
    progress: Progress[NoteArray],
) -> dict[int, Near]:
    """Return the pieces that hold a version of a sample, by their numbers."""
    # What does not reach the floor counts as the floor: that lies a little below.
    floor = np.nextafter(VERSION, 0)
    laid_on = Yardstick(columns.all, recipe, pieces, floor=floor, backend=backend, threads=threads)
    table = np.array([laid_on.similarities(piece) for piece in progress(pieces, "versions of samples")])
    held: dict[int, Near] = {}
    for sample, column in zip(columns.all, table.T, strict=True):
        for i in versions(column, np.arange(len(pieces))).tolist():
            near = Near(pieces[i].name, sample.name, round(float(column[i]), 6))
            held[i] = max(held.get(i, near), near, key=lambda one: one.similarity)
    return held


def _title(x: NoteArray) -> str:
    """Return what tells the piece that a fragment was cut from apart from others."""
    return x.name if not x.provenance.path else f"{x.name} ({x.provenance.path})"


def _part_of(parts: Sequence[Sequence[NoteArray]]) -> NDArray[np.int64]:
    """Return the part of each fragment."""
    return np.repeat(np.arange(len(parts)), [len(part) for part in parts])


def _piece_of(parts: Sequence[Sequence[NoteArray]]) -> NDArray[np.int64]:
    """Return a number for the piece of each fragment."""
    names = [_title(x) for part in parts for x in part]
    numbers: NDArray[np.int64] = np.unique(names, return_inverse=True)[1]
    return numbers


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
