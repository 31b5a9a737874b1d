"""This file is where a taste and wishes become the numbers that every draft is held against, once for all of them.

A draft is an array of rows: pitch, onset, offset, voice, locked; by voice and onset, in ticks of the ground, tick 0
where the phrase begins. What it follows and what follows it are locked rows before tick 0 and after the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.composing.contenders import can_contend
from goldenear.composing.material import known_notes, singable, sings
from goldenear.composing.rows import as_notes, overlapping
from goldenear.composing.style import manner, units
from goldenear.composing.wishes import Wishes
from goldenear.errors import InvalidInput
from goldenear.match.prepared import PreparedSamples, prepare
from goldenear.match.rank import rank
from goldenear.notes.note_array import NoteArray
from goldenear.taste.judge import Taste

Rows = NDArray[np.int64]
"""Notes of a draft."""

FINEST = 3840
"""More ticks a quarter are refused."""

USUAL_GRID, FINEST_GRID = 12, 48
"""Ticks a quarter where the samples ask for less, or for more."""

MOST_A_QUARTER = 24

CELLS_A_QUARTER = 4
"""How finely it is counted what of a draft is covered."""

LOWEST_THRESHOLD = 0.3
"""A taste with a lower threshold is refused: nearly every placement would reach it, and the search not end."""

SPARSE = 0.2
"""The share of the good samples that may be sparser than a phrase is, where no density is wished for."""

CONTEXT = 16
"""So many quarters of what a phrase follows, and of what follows it, are judged with it."""


@dataclass(frozen=True)
class Ground:
    """What every draft is held against.

    Attributes
    ----------
    taste, wishes
        As given.
    ticks_per_quarter, ticks : int
        The grid; how long the phrase is.
    locked : rows
        What stands: what is locked, and what the phrase joins.
    voices : int array, shape (voices, 4)
        Lowest and highest pitch, fewest and most notes.
    scale : int array, shape (n, 3)
        From which tick to which which degrees may sound, as bits: none where nothing may come.
    slots : int array, shape (n, 2), or None
        Onsets and offsets that are given.
    units : int array
        By which lengths borders move, in ticks; the shortest first.
    samples : PreparedSamples
        The bad, their parts, then the good.
    asked : float array, shape (samples,)
        The threshold of each; 2 where nothing resembles it.
    known, starts, factors : int arrays
        The good samples' notes under every stretch: see :func:`engines.verbatim.runs`.
    """

    taste: Taste
    wishes: Wishes
    ticks_per_quarter: int
    ticks: int
    locked: Rows
    voices: NDArray[np.int64]
    scale: NDArray[np.int64]
    slots: NDArray[np.int64] | None
    units: NDArray[np.int64]
    samples: PreparedSamples
    asked: NDArray[np.float64]
    known: NDArray[np.int64]
    starts: NDArray[np.int64]
    factors: NDArray[np.int64]
    ceiling: float
    """The greatest similarity to a good sample: what is wished for, or what is locked has of itself."""
    singable: NDArray[np.float64]
    """How alike each good sample is to its own lines, sung by the voices there are: shape (good samples,)."""

    @property
    def bad(self) -> int:
        """How many of the samples, from the first on, are bad ones or parts of them."""
        return len(self.samples) - len(self.taste.good)

    @property
    def steps_per_octave(self) -> int:
        """The pitch grid."""
        return self.samples[0].steps_per_octave

    @property
    def bar(self) -> int:
        """Ticks in a bar."""
        return int(self.wishes.bar * self.ticks_per_quarter)

    @property
    def cells(self) -> int:
        """How many cells it is counted in what is covered."""
        return ceil(self.wishes.length * CELLS_A_QUARTER)

    def notes(self, rows: Rows) -> NoteArray:
        """Return a draft as notes, all voices in one."""
        return as_notes(rows[:, :3], self.ticks_per_quarter, self.steps_per_octave)

    def own(self, rows: Rows) -> Rows:
        """Return what belongs to the phrase itself."""
        return rows[(rows[:, 1] >= 0) & (rows[:, 1] < self.ticks)]

    @classmethod
    def of(cls, taste: Taste, wishes: Wishes) -> Ground:
        """Prepare a taste and wishes.

        Raises
        ------
        InvalidInput
            If a wish cannot be met, or contradicts another; or there is nothing to compose towards.
        """
        good = [sample for sample in taste.good if sings(sample)]
        if not good:
            raise InvalidInput(
                "taste: no good sample with pitched notes has a say in it, so there is nothing to compose towards"
            )
        if good[0].steps_per_octave != 12:
            raise InvalidInput(
                f"taste: it counts {good[0].steps_per_octave} steps an octave: composing knows twelve"
            )
        _check_notes(wishes)
        recipe = taste.settings.recipe
        if not can_contend(recipe):
            raise InvalidInput(
                "taste: composing asks for its recipe to be 'fragment', or one with measure tversky or coverage, a "
                "clutter below 1, struck = 1/2 or 3/4, and pitch read by the semitone"
            )
        grid = lcm(_grid(map(recipe.on_grid, good), wishes), recipe.stroke.denominator)
        if recipe.grid != "exact":
            # On a grid that counts the drafts exactly, so that a picture of one is its notes.
            recipe = replace(recipe, grid=lcm(recipe.grid, grid))
        ticks = int(wishes.length * grid)
        locked = _locked(wishes, grid, ticks)
        slots = _slots(wishes, grid, ticks, locked)
        bad = [*taste.bad, *(taste.libraries["bad"].parts if taste.settings.by_sample else ())]
        asked = _asked(taste, wishes)
        density = manner(good, grid).density
        usual = float(np.quantile(density, SPARSE)) if len(density) else 0.0
        known, starts, factors = known_notes(good, {a.stretch for a in recipe.alterations}, grid)
        return cls(
            taste,
            wishes,
            grid,
            ticks,
            locked,
            _voices(wishes, locked, slots, usual),
            _scale(wishes, grid),
            slots,
            units(good, grid),
            taste.kept.once(("ground", recipe), lambda: prepare([*bad, *taste.good], recipe)),
            asked,
            known,
            starts,
            factors,
            max(float(wishes.ceiling), _nearest(locked[locked[:, 3] >= 0], grid, taste)),
            singable(taste.good, len(wishes.ensemble)),
        )


def _asked(taste: Taste, wishes: Wishes) -> NDArray[np.float64]:
    """Return the thresholds of the bad samples, of their parts and of the good samples; 2 where nothing is like one.

    What is composed is to resemble good samples clearly: by default from the recipe's own threshold on.

    Raises
    ------
    InvalidInput
        If nearly everything would resemble a sample, or nothing may.
    """
    taste.measure()
    # What is composed must resemble good samples however dense it turns out to be.
    shifts = [0.0] if taste.calibration is None else [0.0, *taste.calibration.by_density[:, 1].tolist()]
    thresholds = replace(taste.thresholds, shift=max(shifts))
    parts = taste.libraries["bad"].parts if taste.settings.by_sample else ()
    good, bad = thresholds.all("good"), thresholds.all("bad")
    least = min(good.min(), bad.min(initial=1.0))
    if taste.calibration is None and least < LOWEST_THRESHOLD:
        raise InvalidInput(
            f"taste: its threshold is {least:.2f}: below {LOWEST_THRESHOLD} nearly everything is alike"
        )
    if good[[sings(sample) for sample in taste.good]].min() > 1:
        raise InvalidInput(
            "taste: its good samples are too plain to have a say, so nothing is like them alone"
        )
    if taste.settings.by_hand("good") is None:
        good = np.maximum(good, taste.settings.recipe.threshold)
    if wishes.ceiling <= good.min():
        raise InvalidInput(
            f"ceiling: expected above the threshold of the taste, {good.min():.2f}, got {wishes.ceiling}"
        )
    of_parts = [thresholds.of_part("bad", i) for i in range(len(parts))]
    asked: NDArray[np.float64] = np.minimum(np.concatenate([bad, np.array(of_parts, np.float64), good]), 2.0)
    return asked


def _grid(good: Iterable[NoteArray], wishes: Wishes) -> int:
    """Return the ticks a quarter that serve the samples, and all that is wished for."""
    grid = USUAL_GRID
    for sample in good:
        finer = lcm(grid, sample.coarsest_resolution())
        grid = finer if finer <= FINEST_GRID else grid
    times = [wishes.length, wishes.bar, *(t for begin, end, _ in wishes.harmony for t in (begin, end))]
    given = [wishes.rhythm, wishes.after, wishes.before]
    given += [wishes.locked_in(voice) for voice in range(len(wishes.ensemble))]
    wanted = [t.denominator for t in times] + [x.coarsest_resolution() for x in given if x is not None]
    grid = lcm(grid, *wanted)
    if grid > FINEST:
        raise InvalidInput(
            f"locked, rhythm, after, before: together they ask for {grid:,} ticks a quarter, at most {FINEST:,} serve"
        )
    return grid


def _rows(x: NoteArray, grid: int, voice: int) -> Rows:
    """Return locked notes as rows."""
    x = x.at_resolution(lcm(grid, x.ticks_per_quarter))
    down = x.ticks_per_quarter // grid
    n = len(x)
    columns = (
        x.pitch.astype(np.int64),
        x.onset // down,
        x.offset // down,
        np.full(n, voice),
        np.ones(n, np.int64),
    )
    return np.stack(columns, axis=1).astype(np.int64)


def _locked(wishes: Wishes, grid: int, ticks: int) -> Rows:
    """Return what stands as it is, checked against the other wishes."""
    found = []
    for number, voice in enumerate(wishes.ensemble):
        notes = wishes.locked_in(number)
        if notes is None or not len(notes):
            continue
        rows = _rows(notes, grid, number)
        if rows[:, 1].min() < 0 or rows[:, 2].max() > ticks:
            raise InvalidInput(
                f"locked: voice {voice.name} has notes outside the phrase's {wishes.length} quarters"
            )
        out = rows[(rows[:, 0] < voice.lowest) | (rows[:, 0] > voice.highest), 0]
        if len(out):
            raise InvalidInput(
                f"locked, voices: the locked note {out[0]} lies outside the range {voice.lowest}..{voice.highest} of "
                f"voice {voice.name}"
            )
        if (rows[1:, 1] < rows[:-1, 2]).any():
            raise InvalidInput(
                f"locked: voice {voice.name} has notes that sound at once: give them to several voices"
            )
        for begin, end, degrees in wishes.harmony:
            inside = (rows[:, 1] < int(end * grid)) & (int(begin * grid) < rows[:, 2])
            wrong = [p for p in rows[inside, 0].tolist() if p % 12 not in degrees]
            if wrong:
                raise InvalidInput(
                    f"locked, scale: the locked note {wrong[0]} is none of what may sound there"
                )
        found.append(rows)
    for notes, ends in ((wishes.after, True), (wishes.before, False)):
        if notes is not None and len(notes):
            found.append(_context(notes, ends, grid, ticks))
    rows = np.concatenate(found) if found else np.zeros((0, 5), np.int64)
    if overlapping(rows[:, :3]):
        raise InvalidInput("locked: two voices sound the same pitch at once; let one of them rest")
    return rows


def _context(notes: NoteArray, ends: bool, grid: int, ticks: int) -> Rows:
    """Return what a phrase follows, or what follows it, as rows of a voice that is none."""
    rows = _rows(notes, grid, -1)
    rows[:, 1:3] += -rows[:, 2].max() if ends else ticks - rows[:, 1].min()
    near = rows[:, 2] > -CONTEXT * grid if ends else rows[:, 1] < ticks + CONTEXT * grid
    return rows[near]


def _check_notes(wishes: Wishes) -> None:
    """Raise InvalidInput unless all notes that wishes give are notes, pitched, and sound."""
    given = [("rhythm", wishes.rhythm), ("after", wishes.after), ("before", wishes.before)]
    given += [("locked", wishes.locked_in(voice)) for voice in range(len(wishes.ensemble))]
    for name, notes in given:
        if notes is None:
            continue
        if not isinstance(notes, NoteArray):
            raise InvalidInput(f"{name}: expected a NoteArray, got {type(notes).__name__}")
        if notes.is_drum.any() or (notes.brightness < 0).any():
            raise InvalidInput(f"{name}: expected pitched notes that sound")
        if notes.steps_per_octave != 12:
            raise InvalidInput(
                f"{name}: it counts {notes.steps_per_octave} steps an octave: composing knows twelve"
            )


def _slots(wishes: Wishes, grid: int, ticks: int, locked: Rows) -> NDArray[np.int64] | None:
    """Return the onsets and offsets that are given, checked against the other wishes."""
    if wishes.rhythm is None:
        return None
    rows = _rows(wishes.rhythm, grid, 0)
    slots = np.unique(rows[:, 1:3], axis=0)
    if not len(slots) or slots[:, 0].min() < 0 or slots[:, 1].max() > ticks:
        raise InvalidInput(f"rhythm: expected notes within the phrase's {wishes.length} quarters, and some")
    if (slots[1:, 0] < slots[:-1, 1]).any():
        raise InvalidInput("rhythm: its notes overlap: a voice has one at a time")
    for bar in sorted(set(wishes.locked_bars)):
        begin, end = (int(number * wishes.bar * grid) for number in (bar - 1, bar))
        inside = {(on, off) for on, off in slots.tolist() if on < end and begin < off}
        for number, voice in enumerate(wishes.ensemble):
            here = locked[locked[:, 3] == number]
            if inside - {(on, off) for _, on, off, _, _ in here.tolist()}:
                raise InvalidInput(
                    f"rhythm, locked_bars: the rhythm has a note in bar {bar}; voice {voice.name} has none there"
                )
    return slots


def _voices(wishes: Wishes, locked: Rows, slots: NDArray[np.int64] | None, usual: float) -> NDArray[np.int64]:
    """Return range, fewest and most notes of every voice, checked against what is locked and given."""
    least, most = 1, ceil(wishes.length * MOST_A_QUARTER)
    if wishes.density is not None:
        low, high = (Fraction(float(d)).limit_denominator(960) for d in wishes.density)
        least, most = max(1, ceil(low * wishes.length)), floor(high * wishes.length)
    elif slots is None and not wishes.locked_bars:
        least = max(1, floor(usual * float(wishes.length) / len(wishes.ensemble)))
    voices = []
    for number, voice in enumerate(wishes.ensemble):
        mine = locked[locked[:, 3] == number]
        # Where it was not wished for, what is locked may be as sparse as it likes.
        fewest = 1 if wishes.density is None and len(mine) else least
        if most < max(fewest, len(mine)):
            raise InvalidInput(
                f"density: allows {most} notes in voice {voice.name}, of which {max(fewest, len(mine))} must be"
            )
        if slots is not None:
            if not fewest <= len(slots) <= most:
                raise InvalidInput(
                    f"density, rhythm: the rhythm has {len(slots)} notes, not {fewest} to {most}"
                )
            strange = [tuple(row) for row in mine[:, 1:3].tolist() if row not in slots.tolist()]
            if strange:
                raise InvalidInput(
                    f"locked, rhythm: a locked note of voice {voice.name} is none of the rhythm's"
                )
        voices.append((voice.lowest, voice.highest, fewest, most))
    return np.array(voices, np.int64)


def _scale(wishes: Wishes, grid: int) -> NDArray[np.int64]:
    """Return which degrees may sound from when to when; in locked bars none, for nothing may come there."""
    rows = [
        (int(begin * grid), int(end * grid), sum(1 << degree for degree in degrees))
        for begin, end, degrees in wishes.harmony
    ]
    for bar in sorted(set(wishes.locked_bars)):
        rows.append((int((bar - 1) * wishes.bar * grid), int(bar * wishes.bar * grid), 0))
    return np.array(rows, np.int64).reshape(-1, 3)


def _nearest(rows: Rows, grid: int, taste: Taste) -> float:
    """Return how alike what is locked is to a good sample."""
    if not len(rows):
        return 0.0
    x = as_notes(rows[:, :3], grid, taste.good[0].steps_per_octave)
    return float(rank(x, taste.good, k=1).similarity[0])


def table(rows: Iterable[Any]) -> Rows:
    """Return notes (pitch, onset, offset, voice, locked) as rows in their order: by voice, then onset."""
    made = np.array(list(rows), np.int64).reshape(-1, 5)
    return made[np.lexsort((made[:, 1], made[:, 3]))]
