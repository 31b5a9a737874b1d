"""Recipes: everything that decides how likeness is counted, as one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Literal

from goldenear.arguments import fraction, kind_of, number, one_of, several, shown, whole_number
from goldenear.errors import InvalidInput
from goldenear.match.score import MEASURES
from goldenear.notes.alteration import Alteration, alterations
from goldenear.notes.columns import FINEST_GRID
from goldenear.notes.kit import KITS, Kit, on_lines, sample_on_lines
from goldenear.notes.note_array import STROKE, NoteArray, must_be_notes

OCCURRENCE = "occurrence"
"""The one measure that counts notes (:mod:`goldenear.match.occurrence`) and not shared time
(:mod:`goldenear.match.score`)."""

THRESHOLD = 0.59
"""The default similarity from which music resembles a sample, and a place counts as an occurrence."""

THRESHOLDS = {"fragment": THRESHOLD, "melody": 0.4, "occurrence": 0.58, "sound": 0.65}
"""The same for each recipe with a name."""

TEMPOS = (
    Fraction(1),
    *(
        Fraction(*sorted(pair, reverse=slower))
        for pair in ((15, 16), (12, 13), (10, 11), (9, 10), (8, 9), (7, 8), (6, 7), (5, 6), (4, 5))
        for slower in (False, True)
    ),
)
"""The stretches under which sound is sought: of equal likeness, that nearest to 1."""

GRID = 96
"""Ticks a quarter on which pictures are drawn by default: rounding moves an onset by less than 3 ms at 120."""

LIMITS = {"clutter": (4, 1000), "struck": (1, 4), "stroke": (64, 1000), "neighbour_share": (1, 127)}
"""The greatest value of each fraction, and into how many parts it may divide a whole."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How likeness is counted; every field has a default, and a taste.toml can set each of them.

    Attributes
    ----------
    measure : {"tversky", "coverage", "cosine", "window-cosine", "brightness", "occurrence"}
        How shared time becomes a similarity, see :mod:`goldenear.match.score`. ``"occurrence"`` counts notes instead,
        and only :func:`goldenear.find` takes it.
    clutter : Fraction
        What an extra note costs against a missing one, 0..4, where the measure asks for it: 1/4.
    struck : Fraction
        The part of the similarity that compares notes as they are struck, in quarters: 0, 1/4, 1/2, 3/4 or 1. The
        rest compares them as they are held.
    stroke : Fraction
        How long a note is drawn as it is struck, in quarters: a sixteenth.
    alterations : tuple of Alteration
        What may be done to a sample, and its price; the dearest last.
    transpositions : (int, int), optional
        The lowest and the highest transposition tried, in steps; all by default.
    neighbour_share : Fraction
        What a pixel counts on the steps above and below, under the reading ``"neighbour"``; 0..1.
    grid : int or "exact"
        On how many ticks a quarter pictures are drawn: onsets and offsets are rounded to the nearest tick, no note
        is lost (:meth:`NoteArray.quantised`); stretches are exact from there on. ``"exact"`` keeps every tick.
    aligned : float
        The part of the similarity, 0..1, that is how well X's melody and the sample's align note by note
        (:mod:`goldenear.match.alignment`); the rest is what they share as pictures. None by default.
    kit : {"families", "exact"}
        How drums are compared. ``"families"``: in a beat the same drum counts in full, one of its family two thirds,
        as a ride in place of a closed hat or a clap in place of a snare, one of its group a third, as an open hat in
        place of a closed one (:mod:`goldenear.notes.kit`); in a sample that has pitch as well all drums of a family
        count in full. ``"exact"``: only the same drum counts.
    """

    measure: str = "tversky"
    clutter: Fraction = Fraction(1, 4)
    struck: Fraction = Fraction(3, 4)
    stroke: Fraction = STROKE
    alterations: tuple[Alteration, ...] = field(default_factory=alterations)
    transpositions: tuple[int, int] | None = None
    neighbour_share: Fraction = Fraction(1, 2)
    aligned: float = 0.0
    grid: int | Literal["exact"] = GRID
    kit: Kit = "families"

    @classmethod
    def named(cls, name: str) -> Recipe:
        """Return a recipe by what is asked.

        ``"fragment"``
            Is the sample in X? What X lacks counts in full, what sounds beside it little; in 7 stretches and 4 mirror
            forms. The default, for short fragments of any texture.
        ``"melody"``
            Are X and the sample versions of one tune? Half of it is the cosine of both as wholes, as their notes are
            struck, in 5 stretches. The other half is their alignment note by note, which bars more or fewer do not
            upset.
        ``"occurrence"``
            Where in a piece is the fragment played again, varied? Note by note, in any texture: pitches a step or two
            beside count for less, as in tonal answers, and durations matter a little. For :func:`goldenear.find`.
        ``"sound"``
            Was X heard here, however loud? The measure is ``"window-cosine"``, of notes as they are held, in 19
            stretches from 4/5 to 5/4: close enough that some seconds of sound stay together, none of them at a price,
            and no mirrors. For :func:`goldenear.identify`.

        Raises
        ------
        InvalidInput
            If there is no such recipe.

        Examples
        --------
        >>> Recipe.named("melody").aligned
        0.5
        """
        recipes = _recipes()
        one_of("recipe", name, recipes)
        return recipes[name]

    def on_grid(self, notes: NoteArray) -> NoteArray:
        """Return the notes rounded to the grid, or as they are where the grid counts them exactly."""
        must_be_notes("notes", notes)
        if self.grid == "exact" or self.grid % notes.ticks_per_quarter == 0:
            return notes
        return notes.quantised(self.grid)

    @property
    def layers(self) -> tuple[Fraction | None, ...]:
        """How long a note is drawn in each picture that is compared: None for as long as it is held."""
        if not self.struck:
            return (None,)
        return (self.stroke,) if self.struck == 1 else (None, self.stroke)

    @property
    def quarters(self) -> int:
        """The part of notes as they are struck, of 4."""
        return int(4 * self.struck)

    def shown(self, notes: NoteArray) -> NoteArray:
        """Return the notes as pictures show them: on the grid, every stroke of a drum of one length.

        Under ``kit = "families"`` each stroke lies on the lines of its family and its group as well.
        """
        struck = self.on_grid(notes).struck()
        return on_lines(struck) if self.kit == "families" else struck

    def shown_sample(self, notes: NoteArray) -> NoteArray:
        """Return the notes of a sample as its pictures show them.

        They are shown as X is; but under ``kit = "families"`` the drums of a sample that has pitch as well lie on the
        lines of their families alone.
        """
        struck = self.on_grid(notes).struck()
        return sample_on_lines(struck) if self.kit == "families" else struck

    @property
    def threshold(self) -> float:
        """The similarity from which music resembles a sample, or a place counts, where nothing else is said."""
        if self.measure == OCCURRENCE:
            return THRESHOLDS["occurrence"]
        if self.aligned:
            return THRESHOLDS["melody"]
        return THRESHOLDS["sound" if self.measure == "window-cosine" else "fragment"]

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        one_of("measure", self.measure, (*MEASURES, OCCURRENCE))
        for name, (most, parts) in LIMITS.items():
            set_(self, name, _within(name, getattr(self, name), most, parts))
        if not self.stroke:
            raise InvalidInput("stroke: expected more than 0 quarters")
        if (4 * self.struck).denominator > 1:
            raise InvalidInput(f"struck: expected 0, 1/4, 1/2, 3/4 or 1, got {shown(self.struck)}")
        set_(self, "alterations", several("alterations", self.alterations, Alteration))
        if not self.alterations:
            raise InvalidInput("alterations: expected at least one")
        if self.transpositions is not None:
            set_(self, "transpositions", _lowest_and_highest(self.transpositions))
        if self.grid != "exact" and (
            isinstance(self.grid, bool) or not isinstance(self.grid, int) or not 1 <= self.grid <= FINEST_GRID
        ):
            raise InvalidInput(
                f"grid: expected ticks a quarter, 1..{FINEST_GRID:,}, or 'exact', got {shown(self.grid)}"
            )
        one_of("kit", self.kit, KITS)
        number("aligned", self.aligned, 0, 1)
        if self.aligned and self.measure == OCCURRENCE:
            raise InvalidInput("aligned: an occurrence is where a fragment lies, whole melodies are aligned")


def recipe_of(value: Recipe | str | None) -> Recipe:
    """Return a recipe, or the one of that name; the default for None.

    Raises
    ------
    InvalidInput
        If it is neither, or there is none of that name.
    """
    if value is None:
        return Recipe()
    if isinstance(value, str):
        return Recipe.named(value)
    if not isinstance(value, Recipe):
        raise InvalidInput(f"recipe: expected a Recipe or the name of one, got {kind_of(value)}")
    return value


def _within(name: str, value: object, most: int, parts: int) -> Fraction:
    """Return a fraction from 0 on, within its limits."""
    try:
        found = fraction(name, value)
    except InvalidInput:
        found = Fraction(-1)
    if not 0 <= found <= most or found.denominator > parts:
        raise InvalidInput(
            f"{name}: expected 0..{most}, such as 1/4, denominators to {parts:,}, got {shown(value)}"
        )
    return found


def _lowest_and_highest(value: object) -> tuple[int, int]:
    """Return a range of transpositions; InvalidInput unless it is two whole numbers in order."""
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise InvalidInput(f"transpositions: expected (lowest, highest) in steps, got {shown(value)}")
    for steps in value:
        whole_number("transpositions", steps, -(2**16), 2**16)
    if value[0] > value[1]:
        raise InvalidInput(f"transpositions: expected lowest, highest, got {value}")
    return int(value[0]), int(value[1])


@cache
def _recipes() -> dict[str, Recipe]:
    """Return the recipes that have a name."""
    return {
        "fragment": Recipe(),
        "melody": Recipe(
            measure="cosine",
            alterations=alterations(
                stretches=dict.fromkeys(map(Fraction, ("1", "1/2", "2", "2/3", "3/2")), 1.0), forms=("prime",)
            ),
            struck=Fraction(1),
            aligned=0.5,
        ),
        "occurrence": Recipe(measure=OCCURRENCE, alterations=(Alteration(),)),
        "sound": Recipe(
            measure="window-cosine",
            struck=Fraction(0),
            alterations=alterations(stretches=dict.fromkeys(TEMPOS, 1.0), forms=("prime",)),
        ),
    }
