"""What an engine can compare, and the one check that refuses everything else.

Each engine declares the measures, forms, readings and drawings that it implements. A recipe that asks for anything
else is refused before anything is drawn: no engine takes an unknown measure for another one.
"""

from __future__ import annotations

from typing import NamedTuple

from goldenear.errors import InvalidInput
from goldenear.match.recipe import Recipe
from goldenear.notes.piano_roll import Drawing


class Known(NamedTuple):
    """What an engine implements, by name; of drawings the classes."""

    measures: tuple[str, ...]
    forms: tuple[str, ...]
    readings: tuple[str, ...]
    drawings: tuple[type, ...] = (Drawing,)


PICTURES = Known(
    measures=("window-cosine", "cosine", "coverage", "brightness"),
    forms=("prime", "inversion", "retrograde", "retrograde-inversion"),
    readings=("semitone", "neighbour", "octave", "rhythm"),
)
"""What all engines of today implement. The names are written out, not taken from the recipe: a measure that is added
there is unknown to every engine until somebody implements it and says so here, or in a list of that engine's own."""


def unknown_to(knows: Known, recipe: Recipe) -> str | None:
    """Return what a recipe asks for that is not known, in words; None if everything is."""
    if recipe.measure not in knows.measures:
        return f"the measure {recipe.measure!r}"
    if type(recipe.drawing) not in knows.drawings:
        return f"the drawing {recipe.drawing!r}"
    for alteration in recipe.alterations:
        if alteration.form not in knows.forms:
            return f"the form {alteration.form!r}"
        if alteration.reading not in knows.readings:
            return f"the reading {alteration.reading!r}"
    return None


def must_know(engine: str, knows: Known, recipe: Recipe) -> None:
    """Raise InvalidInput if a recipe asks an engine of this name for something that it does not implement."""
    unknown = unknown_to(knows, recipe)
    if unknown is not None:
        raise InvalidInput(f"recipe: the engine {engine} does not know {unknown}")
