"""This file is where a draft is changed as musicians change music: bars, motifs, whole samples at a time.

Every move takes a draft and gives another, or None where it finds nothing to do; what it gives need not meet the
wishes yet (see :mod:`conform`). What is locked no move touches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goldenear.composing.ground import Ground, Rows, table
from goldenear.composing.kinds import Kind, recast
from goldenear.composing.material import lines
from goldenear.composing.proposals.protocol import Proposals
from goldenear.notes.alteration import Alteration
from goldenear.notes.note_array import NoteArray

FILLING = 32
"""How often it is tried, for each voice, to lay something in."""

WHOLE = 0.7
"""How often a sample is laid in whole, where there is room for it."""

FAVOUR = 1.5
"""How unevenly a seed draws samples."""

RECAST = "recast"
"""The move that needs a goal, and is the archive's."""

EASE, HARD = 0.02, 0.3
"""How far above the threshold a sample must be sung; how often one is drawn that is not."""


@dataclass(frozen=True)
class Situation:
    """What a move works with.

    Attributes
    ----------
    ground : Ground
        The taste and the wishes.
    rng : Generator
        Chance.
    others : tuple of rows
        Other drafts, to splice with.
    proposals : tuple of Proposals
        Where new lines may come from.
    bare : int array, shape (n, 2)
        From which tick to which the draft lies under no good match, or is vetoed.
    palette : float array, shape (good samples,), optional
        How often each is drawn.
    goal : Kind, optional
        Which kind the draft is to be recast as.
    """

    ground: Ground
    rng: np.random.Generator
    others: tuple[Rows, ...] = ()
    proposals: tuple[Proposals, ...] = ()
    bare: tuple[tuple[int, int], ...] = ()
    palette: NDArray[np.float64] | None = None
    goal: Kind | None = None

    def a_bar(self, weight_bare: float = 0.5) -> int:
        """Draw the tick at which some bar begins; half the time where something is bare."""
        bar = self.ground.bar
        if self.bare and self.rng.random() < weight_bare:
            begin, _ = self.bare[int(self.rng.integers(len(self.bare)))]
            return begin // bar * bar
        return int(self.rng.integers(-(-self.ground.ticks // bar))) * bar

    def a_voice(self) -> int:
        """Draw a voice."""
        return int(self.rng.integers(len(self.ground.voices)))


Move = Callable[[Rows, Situation], Rows | None]


def palette_of(ground: Ground, seed: int) -> NDArray[np.float64]:
    """Return how often each good sample is drawn under a seed: every seed has its favourites."""
    rng = np.random.default_rng((seed, len(ground.taste.good)))
    return np.exp(FAVOUR * rng.standard_normal(len(ground.taste.good)))


def lay_in(rows: Rows, at: Situation, begin: int | None = None, voice: int | None = None) -> Rows | None:
    """Lay a good sample, or some bars of it, into the draft, under any alteration, where it fits best."""
    ground, rng = at.ground, at.rng
    start = at.a_bar() if begin is None else begin
    room = ground.ticks - start
    sample = ground.samples[ground.bad + _chosen(at)]
    sung = lines(sample, _drawn(ground, rng, sample), ground.ticks_per_quarter, len(ground.voices))
    if not sung or room <= 0:
        return None
    length = max(int(line[:, 2].max()) for line in sung)
    first, span = 0, min(length, room)
    if length > 2 * ground.bar and (span < length or rng.random() > WHOLE):
        span = min(room, length, int(rng.integers(2, 5)) * ground.bar)
        first = int(rng.integers((length - span) // ground.bar + 1)) * ground.bar
    pieces = [_between(line, first, first + span) for line in sung]
    pieces = [piece for piece in pieces if len(piece)]
    if not pieces:
        return None
    voices = _assigned(at, len(pieces), voice)
    up = _fitting(ground, rng, rows, pieces, voices, start)
    laid = [_placed(piece, voice, up, start) for piece, voice in zip(pieces, voices, strict=True)]
    return _replaced(rows, start, start + span, voices, np.concatenate(laid))


def bring_in(rows: Rows, at: Situation, begin: int | None = None, voice: int | None = None) -> Rows | None:
    """Let a source of proposals write some bars of one voice."""
    if not at.proposals:
        return None
    ground, rng = at.ground, at.rng
    start = at.a_bar() if begin is None else begin
    span = min(ground.ticks - start, int(rng.integers(2, 9)) * ground.bar)
    source = at.proposals[int(rng.integers(len(at.proposals)))]
    proposed = source.propose(ground.wishes.length * span / ground.ticks, int(rng.integers(2**31)))
    sung = lines(proposed, Alteration(), ground.ticks_per_quarter, 1) if len(proposed) else ()
    if not sung:
        return None
    singer = at.a_voice() if voice is None else voice
    up = _fitting(ground, rng, rows, list(sung), [singer], start)
    return _replaced(
        rows, start, start + span, [singer], _placed(_between(sung[0], 0, span), singer, up, start)
    )


def splice(rows: Rows, at: Situation) -> Rows | None:
    """Take the beginning of this draft and the end of another."""
    if not at.others:
        return None
    other = at.others[int(at.rng.integers(len(at.others)))]
    seam = at.a_bar(0.2)
    if not 0 < seam < at.ground.ticks:
        return None
    return table([*rows[rows[:, 1] < seam], *other[other[:, 1] >= seam]])


def sequence(rows: Rows, at: Situation) -> Rows | None:
    """Repeat a bar or two directly after, some steps higher or lower."""
    return _again(rows, at, later=0, up=int(at.rng.choice([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5])), turned=False)


def answer(rows: Rows, at: Situation) -> Rows | None:
    """Answer a bar or two at the fifth or the fourth, in another voice where there is one, maybe inverted."""
    later = int(at.rng.integers(3))
    up = int(at.rng.choice([-7, -5, 5, 7, 12, -12]))
    return _again(rows, at, later=later, up=up, turned=bool(at.rng.random() < 0.3))


def invert(rows: Rows, at: Situation) -> Rows | None:
    """Mirror a bar or two in pitch."""
    begin, end = _bars(at)
    chosen = _free(rows, begin, end, at.a_voice())
    if chosen.sum() < 2:
        return None
    changed = rows.copy()
    pitch = changed[chosen, 0]
    changed[chosen, 0] = 2 * pitch[0] - pitch
    return changed


def reverse(rows: Rows, at: Situation) -> Rows | None:
    """Turn a bar or two round in time."""
    begin, end = _bars(at)
    chosen = _free(rows, begin, end, at.a_voice()) & (rows[:, 2] <= end)
    if chosen.sum() < 2:
        return None
    changed = rows.copy()
    changed[chosen, 1], changed[chosen, 2] = begin + end - rows[chosen, 2], begin + end - rows[chosen, 1]
    return table(changed)


def move_bar(rows: Rows, at: Situation) -> Rows | None:
    """Move a bar or two by a step or so."""
    begin, end = _bars(at)
    chosen = _free(rows, begin, end, at.a_voice())
    if not chosen.any():
        return None
    changed = rows.copy()
    changed[chosen, 0] += int(at.rng.choice([-3, -2, -1, 1, 2, 3]))
    return changed


def shift_bars(rows: Rows, at: Situation) -> Rows | None:
    """Let some bars begin a beat earlier or later."""
    begin, end = _bars(at)
    chosen = _free(rows, begin, end, at.a_voice())
    if not chosen.any():
        return None
    changed = rows.copy()
    changed[chosen, 1:3] += int(at.rng.choice([-1, 1])) * at.ground.ticks_per_quarter
    return table(changed[(changed[:, 1] >= 0) | (changed[:, 4] == 1)])


def recast_as_goal(rows: Rows, at: Situation) -> Rows | None:
    """Recast the draft as another kind: denser or sparser, calmer or wilder."""
    return None if at.goal is None else recast(at.ground, rows, at.goal, at.bare, at.rng)


MOVES: Mapping[str, Move] = {
    "lay in": lay_in,
    "bring in": bring_in,
    "splice": splice,
    "sequence": sequence,
    "answer": answer,
    "invert": invert,
    "reverse": reverse,
    "move bar": move_bar,
    "shift bars": shift_bars,
    RECAST: recast_as_goal,
}


def filled(at: Situation, *, proposed: bool = False) -> Rows:
    """Return a first draft: samples, or proposals, laid in one after another in whichever voice is least far."""
    ground = at.ground
    rows = ground.locked.copy()
    reached = [0] * len(ground.voices)
    for _ in range(FILLING * len(reached)):
        voice = int(np.argmin(reached))
        begin = reached[voice]
        if begin >= ground.ticks:
            break
        source = bring_in if proposed and at.proposals else lay_in
        grown = source(rows, at, begin, voice)
        if grown is None:
            continue
        rows = grown
        for number in range(len(reached)):
            free = rows[(rows[:, 4] == 0) & (rows[:, 3] == number) & (rows[:, 2] > begin)]
            end = int(free[:, 2].max()) if len(free) else 0
            reached[number] = max(reached[number], -(-end // ground.bar) * ground.bar)
        reached[voice] = max(reached[voice], begin + ground.bar)
    return rows


def _chosen(at: Situation) -> int:
    """Draw a good sample, more often one that the voices there are can sing recognisably."""
    ground, rng = at.ground, at.rng
    asked = ground.asked[ground.bad :]
    weights = np.where(ground.singable > asked + EASE, 1.0, HARD * ((ground.singable > 0) & (asked <= 1)))
    if at.palette is not None:
        weights = weights * at.palette
    return int(rng.choice(len(weights), p=weights / weights.sum()))


def _drawn(ground: Ground, rng: np.random.Generator, sample: NoteArray) -> Alteration:
    """Draw an alteration, cheap ones more often; under one that leaves the grid a rhythm would limp."""
    every = ground.samples.recipe.alterations
    resolution = sample.coarsest_resolution()
    on_grid = [
        ground.ticks_per_quarter * a.stretch.numerator % (resolution * a.stretch.denominator) == 0
        for a in every
    ]
    weights = np.array([alteration.price for alteration in every]) ** 4
    if any(on_grid):
        weights = weights * on_grid
    return every[int(rng.choice(len(every), p=weights / weights.sum()))]


def _between(line: Rows, begin: int, end: int) -> Rows:
    """Return the notes that begin between two ticks, the first tick becoming 0."""
    piece = line[(line[:, 1] >= begin) & (line[:, 1] < end)].copy()
    piece[:, 1:3] -= begin
    piece[:, 2] = np.minimum(piece[:, 2], end - begin)
    return piece


def _assigned(at: Situation, count: int, voice: int | None) -> list[int]:
    """Return which voices sing so many lines, from the highest down; one of them may be given."""
    drawn = at.rng.permutation(len(at.ground.voices)).tolist()
    if voice is not None:
        drawn.remove(voice)
        drawn.insert(0, voice)
    return sorted(drawn[:count])


def _fitting(
    ground: Ground, rng: np.random.Generator, rows: Rows, pieces: list[Rows], voices: list[int], start: int
) -> int:
    """Draw a transposition: within the ranges, in the key of what is there, near to the note before."""
    octave = ground.steps_per_octave
    around = rows[rows[:, 3] >= 0]
    heard = np.bincount(around[:, 0] % octave, weights=(around[:, 2] - around[:, 1]), minlength=octave)
    heard = heard / heard.sum() if heard.sum() else np.full(octave, 1 / octave)
    middle = np.mean([ground.voices[voice, :2].mean() for voice in voices])
    centre = round(middle - np.concatenate([piece[:, 0] for piece in pieces]).mean())
    worth = []
    ups = range(centre - octave, centre + octave + 1)
    for up in ups:
        out, key, leap = 0.0, 0.0, 0.0
        for piece, voice in zip(pieces, voices, strict=True):
            pitch = piece[:, 0] + up
            low, high = ground.voices[voice, :2]
            out += float(((pitch < low) | (pitch > high)).mean())
            key += float(heard[pitch % octave].mean())
            before = rows[(rows[:, 3] == voice) & (rows[:, 1] < start)]
            if len(before):
                leap += min(abs(int(pitch[0]) - int(before[-1, 0])), octave) / octave
        worth.append(-6.0 * out + 12.0 * key - 0.7 * leap)
    chance = np.exp(3.0 * (np.array(worth) - max(worth)) / len(pieces))
    return int(ups[int(rng.choice(len(ups), p=chance / chance.sum()))])


def _placed(piece: Rows, voice: int, up: int, start: int) -> Rows:
    """Return notes of a line as rows of a draft."""
    n = len(piece)
    columns = (
        piece[:, 0] + up,
        piece[:, 1] + start,
        piece[:, 2] + start,
        np.full(n, voice),
        np.zeros(n, np.int64),
    )
    return np.stack(columns, axis=1).astype(np.int64)


def _replaced(rows: Rows, begin: int, end: int, voices: list[int], coming: Rows) -> Rows:
    """Return a draft with other notes in some voices between two ticks."""
    gone = np.isin(rows[:, 3], voices) & (rows[:, 4] == 0) & (rows[:, 1] >= begin) & (rows[:, 1] < end)
    return table([*rows[~gone], *coming])


def _bars(at: Situation) -> tuple[int, int]:
    """Draw a bar or two."""
    begin = at.a_bar(0.3)
    return begin, min(begin + int(at.rng.integers(1, 3)) * at.ground.bar, at.ground.ticks)


def _free(rows: Rows, begin: int, end: int, voice: int) -> NDArray[np.bool_]:
    """Tell which notes of a voice begin between two ticks and are not locked."""
    free: NDArray[np.bool_] = (rows[:, 1] >= begin) & (rows[:, 1] < end) & (rows[:, 3] == voice)
    free &= rows[:, 4] == 0
    return free


def _again(rows: Rows, at: Situation, *, later: int, up: int, turned: bool) -> Rows | None:
    """Copy a bar or two to so many bars after its end, at another pitch."""
    begin, end = _bars(at)
    voice = at.a_voice()
    goal = at.a_voice() if later else voice
    start = end + later * at.ground.bar
    source = rows[(rows[:, 1] >= begin) & (rows[:, 1] < end) & (rows[:, 3] == voice)].copy()
    if start >= at.ground.ticks or len(source) < 2:
        return None
    if turned:
        source[:, 0] = 2 * source[0, 0] - source[:, 0]
    source[:, 0] += up
    source[:, 1:3] += start - begin
    source[:, 3], source[:, 4] = goal, 0
    return _replaced(rows, start, start + end - begin, [goal], source)
