"""Samples made ready to be compared with many X: packed once, drawn only when asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import overload

from goldenear.arguments import kind_of, must_be, whole_number
from goldenear.errors import InvalidInput
from goldenear.match.packed import Packed, pack, selected
from goldenear.match.pictures import AlterationGroup, Kept, SamplePicture, alteration_groups, sample_picture
from goldenear.match.recipe import Recipe, recipe_of
from goldenear.notes.note_array import NoteArray, must_sound, several_notes


@dataclass(frozen=True, eq=False)
class PreparedSamples(Sequence[NoteArray]):
    """A sequence of samples, packed to be compared with many X.

    Attributes
    ----------
    samples : sequence of NoteArray
        The samples, in order.
    recipe : Recipe
        How likeness is counted.
    """

    samples: Sequence[NoteArray]
    recipe: Recipe
    kept: Kept = field(default_factory=Kept, repr=False)
    """What engines keep of the samples from one X to the next."""
    _packed: Packed | None = None
    _groups: Kept = field(default_factory=Kept, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.samples, NoteArray | str) or not isinstance(self.samples, Sequence):
            raise InvalidInput(
                f"samples: expected several NoteArrays, got {kind_of(self.samples)}; use goldenear.prepare"
            )
        must_be("recipe", self.recipe, Recipe)

    def __len__(self) -> int:
        return len(self.samples)

    @overload
    def __getitem__(self, i: int) -> NoteArray: ...
    @overload
    def __getitem__(self, i: slice) -> PreparedSamples: ...
    def __getitem__(self, i: int | slice) -> NoteArray | PreparedSamples:
        if isinstance(i, slice):
            return PreparedSamples(self.samples[i], self.recipe, _packed=selected(self.packed, i))
        return self.samples[i]

    def __repr__(self) -> str:
        return f"<PreparedSamples: {len(self)}>"

    @cached_property
    def packed(self) -> Packed:
        """The samples as columns for compiled loops."""
        return pack(self.samples, self.recipe) if self._packed is None else self._packed

    def groups(self, i: int) -> tuple[AlterationGroup, ...]:
        """Return a sample's pictures under every alteration; drawn once."""
        whole_number("i", i, -len(self), len(self) - 1)
        return self._groups.once(i, lambda: alteration_groups(self.samples[i], self.recipe))

    def picture(self, i: int, index: int) -> SamplePicture:
        """Return a sample's picture under one alteration of the recipe."""
        whole_number("i", i, -len(self), len(self) - 1)
        whole_number("index", index, 0, len(self.recipe.alterations) - 1)
        drawn: tuple[AlterationGroup, ...] = self._groups.get(i, ())
        for group in drawn:
            if index in group.indices:
                return group.pictures[group.indices.index(index)]
        return sample_picture(self.samples[i], self.recipe, self.recipe.alterations[index])


def prepare(samples: Iterable[NoteArray], recipe: Recipe | str | None = None) -> PreparedSamples:
    """Make samples ready to be compared with many X.

    Parameters
    ----------
    samples : NoteArrays
        What X will be compared with.
    recipe : Recipe or str, optional
        How likeness is counted.

    Raises
    ------
    NoNotes
        If a sample has nothing that sounds.
    InvalidInput
        If the samples are not notes, or count pitch in different steps.
    """
    kept, wanted = several_notes("samples", samples), recipe_of(recipe)
    for sample in kept:
        must_sound(sample)
        check_same_grid(kept[0], sample, "another")
    return PreparedSamples(kept, wanted)


def check_same_grid(x: NoteArray, sample: NoteArray, called: str = "X") -> None:
    """Raise InvalidInput unless both count pitch in the same steps; `called` stands for x where it has no name."""
    if x.steps_per_octave != sample.steps_per_octave:
        raise InvalidInput(
            f"{sample.name or 'a sample'}: its grid has {sample.steps_per_octave} steps an octave, "
            f"{x.name or called} has {x.steps_per_octave}; read both on the same grid"
        )
