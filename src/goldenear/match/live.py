"""This file is where X changes note by note and stays compared: only what a change can lift is laid anew.

The law that it rests on: with S the shared time, E the energy in the window and R the sample's, a note of
duration d lifts S**2 / (R E), the similarity squared, by at most d k**2 / R, where k is the sample's greatest
brightness. For (S + o)**2 / (E + d) <= S**2 / E + o**2 / d by Titu's lemma, and o <= d k. Nor does taking a note
away lift it further: without it S is at most k E, so dividing by E instead of E + d adds at most k**2 d. Where a
place of weight -f must stay dark, a note that leaves it adds no more than 2 f k d besides. So every sample and
alteration has a ceiling that rises by so much with each change, and sinks to what was found, or to a little less
than what was asked for, whenever it is laid on X again; only ceilings that reach what is asked for need that. The
answer is exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import shown, whole_number
from goldenear.errors import InvalidInput, NoNotes
from goldenear.match.blend import Blended
from goldenear.match.engines import engine_for
from goldenear.match.matches import Match, Matches
from goldenear.match.packed import (
    BRIGHTEST,
    DIMMEST,
    PLAIN_DENOMINATOR,
    PLAIN_NUMERATOR,
    UNIT_DOWN,
    UNIT_UP,
    variants,
)
from goldenear.match.picture import piece_pictures
from goldenear.match.prepared import PreparedSamples, prepare
from goldenear.match.rank import check_same_grid, matches_of, rank
from goldenear.match.recipe import Recipe, recipe_of
from goldenear.notes.columns import cut_at_onsets
from goldenear.notes.note_array import NoteArray, frozen, must_be_notes


@dataclass(frozen=True)
class _State:
    """X as it stood, and what its ceilings were then."""

    x: NoteArray
    ceilings: NDArray[np.float64]


class LiveMatches:
    """X, held against all samples while its notes change one by one.

    Parameters
    ----------
    x : NoteArray
        Where to begin.
    samples : NoteArrays, or PreparedSamples
        What it is compared with.
    recipe : Recipe or str, optional
        How likeness is counted, where the samples bring no recipe.

    Raises
    ------
    NoNotes
        If nothing sounds in X or in a sample.
    InvalidInput
        If grids differ, or the engine does not know what the recipe asks for.

    Notes
    -----
    :attr:`best` and :meth:`rank` give what :func:`goldenear.rank` would give for X as it now is, to the bit.
    Changes are cheap under the measures ``"window-cosine"`` and ``"cosine"``, with notes drawn evenly and pitch
    read by the semitone, while all notes of X are equally bright; else every question lays every sample anew.
    The engine is the compiled one: the first question may have to compile it.

    Examples
    --------
    >>> line = NoteArray.from_arrays(pitch=[60, 62, 64, 65], onset=[0, 1, 2, 3], duration=1, ticks_per_quarter=1)
    >>> live = LiveMatches(line, [line])
    >>> note = NoteArray.from_arrays(pitch=[70], onset=[3], duration=1, ticks_per_quarter=1)
    >>> live.change(remove=[3], add=note)
    >>> round(live.best.similarity, 3)
    0.866
    >>> live.undo()
    >>> live.best.similarity
    1.0
    """

    def __init__(
        self,
        x: NoteArray,
        samples: Iterable[NoteArray] | PreparedSamples,
        *,
        recipe: Recipe | str | None = None,
    ) -> None:
        must_be_notes("x", x)
        if not isinstance(samples, PreparedSamples):
            samples = prepare(samples, recipe)
        elif recipe is not None and recipe_of(recipe) != samples.recipe:
            samples = prepare(samples.samples, recipe)
        if len(samples):
            check_same_grid(x, samples[0])
        if not (x.brightness > 0).any():
            raise NoNotes(x.name)
        x = samples.recipe.shown(x)
        self._engine = engine_for("numba", [x], samples)
        self.samples = samples
        self._rises = rises(samples)
        self._past: list[_State] = []
        self._now = _State(x, np.ones((len(samples), len(samples.recipe.alterations))))
        self._asked: dict[int, Matches] = {}
        self._fits: dict[tuple[int, int], int] = {}

    @property
    def x(self) -> NoteArray:
        """X as it now is, on the recipe's grid."""
        return self._now.x

    @property
    def best(self) -> Match | None:
        """The most alike sample; None where there are no samples."""
        return self.rank(1).best

    @property
    def similarity(self) -> float:
        """The similarity of the most alike sample, for a search to climb; 0 where there are no samples."""
        matches = self.rank(1)
        return float(matches.similarity[0]) if len(matches) else 0.0

    def rank(self, k: int | None = None) -> Matches:
        """Return the k most alike samples, the most alike first; all by default.

        Raises
        ------
        TooLarge
            If a sample cannot be compared with X as it now is.
        """
        if k is not None:
            whole_number("k", k, 0, 2**62)
        limit = len(self.samples) if k is None else min(k, len(self.samples))
        if limit not in self._asked:
            self._asked[limit] = self._ranked(limit)
        return self._asked[limit]

    def change(self, *, remove: Iterable[int] = (), add: NoteArray | None = None) -> None:
        """Take notes out of X and put others in.

        A note is moved, or made longer or shorter, by taking it out and putting another in.

        Parameters
        ----------
        remove : iterable of int
            Which notes go, as they stand in :attr:`x`.
        add : NoteArray, optional
            What comes in; a note of the same pitch that it overlaps is cut where it begins.

        Raises
        ------
        InvalidInput
            If there is no note of an index, or grids differ.
        NoNotes
            If nothing would be left sounding; X stays as it is.
        """
        old = self.x
        if add is not None:
            must_be_notes("add", add)
        add = None if add is None else self.samples.recipe.shown(add)
        gone = np.zeros(len(old), bool)
        if isinstance(remove, str) or not isinstance(remove, Iterable):
            raise InvalidInput(f"remove: expected several numbers of notes, got {shown(remove)}")
        for index in remove:
            whole_number("remove", index, -(2**62), 2**62)
            if not -len(old) <= index < len(old):
                raise InvalidInput(f"remove: X has {len(old)} notes, and no note {index}")
            gone[index] = True
        new = _joined(old.where(~gone), add) if add is not None and len(add) else old.where(~gone)
        if not (new.brightness > 0).any():
            raise NoNotes(new.name)
        changed = [old.where(gone), *([add] if add is not None else [])]
        ceilings = self._lifted(old, new, changed)
        self._past.append(self._now)
        self._now = _State(new, ceilings)
        self._asked = {}

    def undo(self) -> None:
        """Take the last change back; may be repeated to the beginning.

        Raises
        ------
        InvalidInput
            If nothing has been changed.
        """
        if not self._past:
            raise InvalidInput("undo: nothing has been changed")
        self._now = self._past.pop()
        self._asked = {}

    def _lifted(self, old: NoteArray, new: NoteArray, changed: list[NoteArray]) -> NDArray[np.float64]:
        """Return the ceilings after a change."""
        quarters = float(sum(notes.duration.sum() / notes.ticks_per_quarter for notes in changed))
        if self._rises is None or not quarters:
            return self._now.ceilings.copy()
        if not (_is_plain(old) and _is_plain(new)):
            return np.ones_like(self._now.ceilings)
        if _is_fresh(self._now.ceilings):
            # So that the ceilings that are lifted, and come back with an undo, are what was found.
            self.rank(1)
        squared = self._now.ceilings**2 + quarters * self._rises
        return np.minimum(np.sqrt(squared) * (1 + 1e-12), 1.0)

    def _ranked(self, k: int) -> Matches:
        if self._rises is None or not len(self.samples):
            return rank(self.x, self.samples, k=k, backend=self._engine)
        from goldenear.match.engines.on_numba import Tournament

        pictures = piece_pictures(self.x, self.samples.recipe)
        ceilings = self._now.ceilings
        fresh = _is_fresh(ceilings)
        tournament = Tournament(pictures, self.samples, 1, prune=not fresh)
        (laid,) = tournament.readings
        unit = (laid.piece.unit_up, laid.piece.unit_down)
        try:
            if laid.piece.length > self._fits.get(unit, -1):
                # To see that all can be compared: what is no longer, on the same grid, can be too.
                tournament.bounds(2.0)
                self._fits[unit] = laid.piece.length
            # At first everything is laid, and every ceiling is what was found.
            tournament.climb(ceilings, len(self.samples) if fresh else k)
        finally:
            tournament.close()
        everyone = np.arange(len(self.samples))
        return matches_of(pictures, self.samples, Blended.plain(everyone, tournament.best), k, 0.0)


def _is_fresh(ceilings: NDArray[np.float64]) -> bool:
    """Tell whether nothing has been laid under these ceilings yet."""
    return bool((ceilings == 1).all())


def _joined(notes: NoteArray, add: NoteArray) -> NoteArray:
    """Return the notes of both, counted in ticks that are exact for both."""
    if notes.steps_per_octave != add.steps_per_octave:
        raise InvalidInput(
            f"add: its grid has {add.steps_per_octave} steps an octave, X has {notes.steps_per_octave}"
        )
    resolution = int(np.lcm(notes.ticks_per_quarter, add.ticks_per_quarter))
    old, new = (
        part if part.ticks_per_quarter == resolution else part.at_resolution(resolution)
        for part in (notes, add)
    )
    both = (
        np.concatenate([getattr(part, name) for part in (old, new)])
        for name in ("pitch", "onset", "offset", "brightness", "is_drum")
    )
    # Both are whole and checked: only what overlaps has to be cut.
    pitch, onset, offset, brightness, is_drum = (frozen(column) for column in cut_at_onsets(*both))
    return replace(old, pitch=pitch, onset=onset, offset=offset, brightness=brightness, is_drum=is_drum)


def _is_plain(x: NoteArray) -> bool:
    """Tell whether all notes of X are equally bright."""
    return bool((x.brightness == x.brightness[0]).all())


def rises(samples: PreparedSamples) -> NDArray[np.float64] | None:
    """Return by how much a quarter of changed notes can lift each similarity squared: shape (samples, alterations).

    In the order in which variants are laid. None where the law does not hold for the recipe.
    """
    recipe, packed = samples.recipe, samples.packed
    by_step = all(alteration.reading == "semitone" for alteration in recipe.alterations)
    evenly = recipe.drawing.body == recipe.drawing.onset
    if recipe.measure not in ("window-cosine", "cosine") or recipe.aligned or not (by_step and evenly):
        return None
    shared, _ = variants(recipe)["semitone"]
    numbers = packed.numbers[packed.first_picture].astype(np.float64)
    quarters = numbers[:, UNIT_UP] / numbers[:, UNIT_DOWN]
    reference = numbers[:, PLAIN_NUMERATOR] / numbers[:, PLAIN_DENOMINATOR] * quarters
    forbidden = np.maximum(-numbers[:, DIMMEST], 0)
    # What has pictures of its own has them in the order of the recipe: its first is stretched by the first's stretch.
    stretch = np.where(packed.alone == 1, float(recipe.alterations[0].stretch), 1.0)
    lift = numbers[:, BRIGHTEST] * (numbers[:, BRIGHTEST] + 2 * forbidden) * stretch / reference
    found: NDArray[np.float64] = lift[:, None] * (shared.down / shared.up)
    return found
