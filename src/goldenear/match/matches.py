"""The answer of a comparison: a match, a table of matches as columns, and a match explained note by note.

Where a sample lies is told in beats; on what was heard, where X is counted in half seconds, in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm
from typing import overload

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import must_be, one_of, several, whole_number
from goldenear.hearing.hear import SECONDS_A_QUARTER
from goldenear.notes.kit import KITS, Kit, by_kit
from goldenear.notes.note_array import NoteArray, must_be_notes, several_notes
from goldenear.notes.placement import Placement

FINEST = 16
"""Finer parts of a beat than that are told in decimals."""

FEW = 10
"""Fractions of so many beats or more are told in decimals: 61.33, and not 184/3."""


@dataclass(frozen=True, slots=True)
class Match:
    """A sample laid on X at its best.

    Attributes
    ----------
    name : str
        The sample's name.
    index : int
        Which sample, counted from 0 in the order given.
    similarity : float
        0..1, with the price of the alteration in it.
    shared : Fraction
        The shared time itself, exactly: quarters x brightness x brightness. A drum's stroke counts on each line that
        it is drawn on, see :attr:`Recipe.kit`.
    placement : Placement
        Where and how the sample lies on X.
    onset : Fraction
        Where in X the laid sample begins to sound, in quarters from X's tick 0.
    quarters : Fraction
        How long it lies there.
    parts : tuple of (str, float, float)
        What the similarity is made of: name, weight and value of each part. The sum of weight x value is the
        similarity. ``"overlap"`` is what X and the sample share as pictures at this placement; ``"aligned"`` how
        well their melodies align, where the recipe asks for it.
    """

    name: str
    index: int
    similarity: float
    shared: Fraction
    placement: Placement
    onset: Fraction
    quarters: Fraction
    parts: tuple[tuple[str, float, float], ...] = ()

    @property
    def transposition(self) -> int:
        """Steps up."""
        return self.placement.transposition

    @property
    def shift(self) -> Fraction:
        """Quarters later."""
        return self.placement.shift_quarters

    @property
    def stretch(self) -> Fraction:
        """The factor on all times."""
        return self.placement.alteration.stretch

    @property
    def form(self) -> str:
        """Which of the four mirror forms."""
        return self.placement.alteration.form

    @property
    def beat(self) -> Fraction:
        """Where in X it begins, as musicians count: the first quarter is beat 1."""
        return self.onset + 1

    def where(self) -> str:
        """Return the placement in words, e.g. ``"+5, from beat 3, inverted, stretched 3/2"``."""
        steps = f"{self.transposition:+d}" if self.transposition else "untransposed"
        early = f"beginning {spoken(-self.onset)} before beat 1"
        begins = early if self.onset < 0 else f"from beat {spoken(self.beat)}"
        return ", ".join(filter(None, [steps, begins, str(self.placement.alteration)]))

    def as_dict(self) -> dict[str, object]:
        """Return the match as plain values, for JSON; fractions as strings such as ``"3/2"``."""
        alteration = self.placement.alteration
        return {
            "name": self.name,
            "similarity": round(self.similarity, 6),
            "transposition": self.transposition,
            "shift": float(self.shift),
            "onset": float(self.onset),
            "stretch": str(alteration.stretch),
            "form": alteration.form,
            "reading": alteration.reading,
            "price": round(alteration.price, 6),
            "parts": {name: round(value, 6) for name, _, value in self.parts},
        }


@dataclass(frozen=True, eq=False)
class Matches(Sequence[Match]):
    """Matches, the most alike first; equals keep the order of the samples.

    Attributes
    ----------
    samples : sequence of NoteArray
        What was laid on X, in the order given: ``samples[match.index]`` is what matched.
    sample : int64 array, shape (n,)
        Which sample each match is of.
    similarity : float64 array, shape (n,)
        0..1, falling.
    transposition : int64 array, shape (n,)
        Steps up.

    Notes
    -----
    The columns are there at once; a :class:`Match` is made when it is asked for.
    """

    samples: Sequence[NoteArray]
    sample: NDArray[np.int64]
    similarity: NDArray[np.float64]
    transposition: NDArray[np.int64]
    _match: Callable[[int], Match] = field(repr=False)

    @classmethod
    def of(cls, rows: Sequence[Match], samples: Sequence[NoteArray]) -> Matches:
        """Return a table of matches that are already made."""
        rows, samples = several("rows", rows, Match), several_notes("samples", samples)
        for match in rows:
            whole_number(f"rows: the index of {match.name or 'a match'}", match.index, 0, len(samples) - 1)
        return cls(
            samples,
            np.array([m.index for m in rows], np.int64),
            np.array([m.similarity for m in rows], np.float64),
            np.array([m.transposition for m in rows], np.int64),
            rows.__getitem__,
        )

    def __len__(self) -> int:
        return len(self.sample)

    @overload
    def __getitem__(self, i: int) -> Match: ...
    @overload
    def __getitem__(self, i: slice) -> Matches: ...
    def __getitem__(self, i: int | slice) -> Match | Matches:
        places = range(len(self))[i]
        if isinstance(places, int):
            return self._match(places)
        return Matches(
            self.samples,
            self.sample[i],
            self.similarity[i],
            self.transposition[i],
            lambda row: self._match(places[row]),
        )

    def __iter__(self) -> Iterator[Match]:
        return (self._match(i) for i in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Matches):
            return NotImplemented
        return self.rows == other.rows

    __hash__ = None  # type: ignore[assignment]

    @property
    def rows(self) -> tuple[Match, ...]:
        """All matches."""
        return tuple(self)

    def __repr__(self) -> str:
        shown = [f"  {m.similarity:.3f}  {m.name}  {m.where()}" for m in self[:10]]
        more = [f"  ... and {len(self) - 10} more"] if len(self) > 10 else []
        return "\n".join([f"<Matches: {len(self)}>", *shown, *more])

    @property
    def names(self) -> list[str]:
        """The samples' names, the most alike first."""
        return [self.samples[i].name for i in self.sample.tolist()]

    @property
    def similarities(self) -> list[float]:
        """The similarities, falling."""
        return [float(similarity) for similarity in self.similarity]

    @property
    def best(self) -> Match | None:
        """The most alike; None where there are no samples."""
        return self[0] if len(self) else None

    def sample_of(self, match: Match) -> NoteArray:
        """Return the sample that a match lays on X."""
        must_be("match", match, Match)
        whole_number("match: its index", match.index, 0, len(self.samples) - 1)
        return self.samples[match.index]


def spoken(number: Fraction) -> str:
    """Return a fraction as musicians write it: ``3``, ``2.5`` or ``7/3``; what none would write, in decimals."""
    if number.denominator == 1:
        return str(number.numerator)
    if number.denominator in (2, 4, 8):
        return f"{float(number):g}"
    if number.denominator <= FINEST and abs(number) < FEW:
        return str(number)
    return f"{float(number):.2g}" if abs(number) < 1 else f"{float(number):.2f}"


def counts_seconds(notes: NoteArray) -> bool:
    """Tell whether quarters of these notes are half seconds throughout, as those of sound are."""
    tempos = notes.provenance.tempos
    return bool(tempos) and all(tempo == round(1e6 * SECONDS_A_QUARTER) for _, tempo in tempos)


def second(match: Match) -> float:
    """Return when a sample begins in X, where X is counted in seconds; not before X does."""
    return max(0.0, float(match.onset) * SECONDS_A_QUARTER)


def where_heard(match: Match) -> str:
    """Return how a sample lies on X, where X is counted in seconds, in words."""
    return ", ".join(filter(None, [f"from second {second(match):.1f}", altered(match)]))


def altered(match: Match) -> str:
    """Return how a sample that is heard was altered, in words; empty where it was not.

    Examples
    --------
    >>> from goldenear import NoteArray, rank
    >>> song = NoteArray.from_arrays(pitch=[60, 64, 62, 67], onset=range(4), duration=1, ticks_per_quarter=1)
    >>> altered(rank(song.transposed(3), [song], forms=("prime",))[0])
    '+3 semitones'
    """
    alteration = match.placement.alteration
    steps = match.transposition
    higher = f"{steps:+d} semitone{'' if abs(steps) == 1 else 's'}" if steps else ""
    longer = f"{float(match.stretch):.2f} times as long" if match.stretch != 1 else ""
    mirrored = str(replace(alteration, stretch=Fraction(1)))
    return ", ".join(filter(None, [higher, longer, mirrored]))


@dataclass(frozen=True)
class Explanation:
    """What lies where, at one placement.

    Attributes
    ----------
    placed : NoteArray
        The sample as it lies on X.
    matched, missed : NoteArray
        The placed sample's notes that sound in X for at least half of their time, and the others. A drum sounds where
        one of its family is struck, unless drums are compared exactly.
    extra : NoteArray
        X's notes, within the time and the register of the placed sample, that sound in it for less than
        half of their time there. The register of drums is their families.
    """

    placed: NoteArray
    matched: NoteArray
    missed: NoteArray
    extra: NoteArray


def explain(x: NoteArray, sample: NoteArray, match: Match, *, kit: Kit = "families") -> Explanation:
    """Tell which notes of a sample are matched or missed in X, and which of X's are extra.

    Pitches are compared as they are, also where the match was found under another reading of pitch; drums by when
    they are struck.

    Parameters
    ----------
    x, sample : NoteArray
        What was compared.
    match : Match
        How the sample lies on X.
    kit : {"families", "exact"}
        How drums are compared: the recipe's :attr:`Recipe.kit`.

    Returns
    -------
    Explanation
        All of it counted in the same ticks.
    """
    one_of("kit", kit, KITS)
    must_be_notes("x", x)
    must_be_notes("sample", sample)
    must_be("match", match, Match, _how_to_get_a_match)
    x = x.where(x.brightness > 0).struck()
    placed = match.placement.apply(sample.struck())
    resolution = lcm(placed.ticks_per_quarter, x.ticks_per_quarter)
    placed, x = placed.at_resolution(resolution), x.at_resolution(resolution)
    bright = placed.where(placed.brightness > 0)
    ours, theirs = by_kit(x, kit), by_kit(bright, kit)
    sounds = 2 * time_together(theirs, ours).sum(axis=1) >= bright.duration
    start, end = bright.first_onset, bright.last_offset
    inside = np.minimum(x.offset, end) - np.maximum(x.onset, start)
    pitched = bright.pitch[~bright.is_drum]
    if len(pitched):
        in_register = (x.pitch >= pitched.min()) & (x.pitch <= pitched.max()) & ~x.is_drum
    else:
        in_register = np.zeros(len(x), bool)
    in_register |= x.is_drum & np.isin(ours.pitch, theirs.pitch[bright.is_drum])
    extra = (inside > 0) & in_register & (2 * time_together(ours, theirs).sum(axis=1) < inside)
    return Explanation(placed, bright.where(sounds), bright.where(~sounds), x.where(extra))


def _how_to_get_a_match(value: object) -> str:
    """Return how what came in place of a match becomes one."""
    return (
        "take one of them, such as .best" if isinstance(value, Matches) else "goldenear.rank returns matches"
    )


def time_together(notes: NoteArray, other: NoteArray) -> NDArray[np.int64]:
    """Return for how many ticks each note sounds in each of the others, shape (n, m); both in the same ticks."""
    overlap = np.minimum(notes.offset[:, None], other.offset) - np.maximum(notes.onset[:, None], other.onset)
    same = (notes.pitch[:, None] == other.pitch) & (notes.is_drum[:, None] == other.is_drum)
    return np.where(same, np.maximum(overlap, 0), 0)
