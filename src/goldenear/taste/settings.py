"""This file is where taste.toml is read and written: every key has a default, and a slip is named."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Any

from goldenear.arguments import fraction, must_be, number, one_of, truth, whole_number
from goldenear.errors import InvalidInput, InvalidTaste, UnreadableFile
from goldenear.files import text_of
from goldenear.match.recipe import GRID, THRESHOLD, THRESHOLDS, Recipe
from goldenear.match.score import MEASURES
from goldenear.notes.alteration import (
    FORM_PRICES,
    READING_PRICES,
    STRETCH_PRICES,
    alterations,
)
from goldenear.notes.choice import EVERYTHING, Choice
from goldenear.notes.kit import KITS
from goldenear.notes.note_array import MOST_STEPS, NoteArray
from goldenear.notes.read import BRIGHTNESSES, Brightness, read_chosen


@dataclass(frozen=True, slots=True)
class Settings:
    """What taste.toml says.

    Attributes
    ----------
    recipe : Recipe
        How likeness is counted.
    good_threshold, bad_threshold : float, optional
        The similarity from which X resembles a good, or a bad, sample; above 0, up to 1. By default each sample has
        its own, by what unrelated music reaches with it; the recipe's where music is compared as a whole.
    steps_per_octave : int
        The pitch grid of the samples and of X.
    brightness : {"plain", "velocity"}
        How bright notes are read.
    drums : tuple of int or str
        What is drums where files do not say: see :func:`goldenear.read`. A file without such a channel or track is
        read as it is.
    keep_small : bool
        Whether plain samples count as much as others: all have the same threshold, the recipe's by default, and
        fragments of one or two notes are judged.
    """

    recipe: Recipe = Recipe()
    good_threshold: float | None = None
    bad_threshold: float | None = None
    steps_per_octave: int = 12
    brightness: Brightness = "plain"
    drums: tuple[int | str, ...] = ()
    keep_small: bool = False

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        must_be("recipe", self.recipe, Recipe)
        whole_number("steps_per_octave", self.steps_per_octave, 1, MOST_STEPS)
        one_of("brightness", self.brightness, BRIGHTNESSES)
        set_(self, "drums", Choice.of(drums=self.drums).drums)
        truth("keep_small", self.keep_small)
        if self.recipe.measure == "occurrence":
            raise InvalidInput(
                "recipe: a taste judges by 'fragment' or 'melody'; 'occurrence' is for find alone"
            )
        for name, value in (("good", self.good_threshold), ("bad", self.bad_threshold)):
            if value is not None:
                number(f"thresholds.{name}", value, 0, 1, above=True)

    def read(
        self, path: str | os.PathLike[str], choice: Choice = EVERYTHING, data: bytes | None = None
    ) -> list[NoteArray]:
        """Read every tune of a file as the taste reads its samples: its pitch grid, its brightness, its drums.

        `data` is what the file holds, where that was read before.

        Raises
        ------
        UnreadableFile
            If the file is damaged, or has no such tracks, channels or voices.
        """
        must_be("choice", choice, Choice)
        if data is not None:
            must_be("data", data, bytes)
        return read_chosen(
            path,
            choice,
            data=data,
            usual_drums=self.drums,
            brightness=self.brightness,
            steps_per_octave=self.steps_per_octave,
        )

    @property
    def by_sample(self) -> bool:
        """Whether each sample has its own threshold: where music is looked for inside X, unless small ones count."""
        return self.recipe.measure != "cosine" and not self.keep_small

    def by_hand(self, kind: str) -> float | None:
        """Return the threshold that was set by hand for ``"good"`` or ``"bad"`` samples; None where none was."""
        one_of("kind", kind, ("good", "bad"))
        return self.good_threshold if kind == "good" else self.bad_threshold


TEMPLATE = f"""\
# How this taste listens. Every key has the default shown here; delete what you do not change.

# A whole recipe by name, in place of measure, clutter, struck, stroke, aligned and [alterations], which must then all
# be deleted:
# recipe = "melody"

# What a similarity is made of: "tversky" (is the sample in X, whatever sounds beside it?), "coverage" (the same, and
# what sounds beside it costs nothing), "cosine" (are both the same, as wholes?), "window-cosine" (for sound: are both
# the same in the sample's window, however loud?) or "brightness" (how much of X lights up?).
measure = "tversky"

# What an extra note of X costs against a missing one, where it sounds in the sample's time and register: 0 to 4, for
# "tversky" alone. 0 lets music resemble everything once it is dense enough.
clutter = "1/4"

# The part of the similarity that compares notes as they are struck: 0, 1/4, 1/2, 3/4 or 1. The rest compares how long
# they are held. The greater this part, the less staccato matters.
struck = "3/4"

# How long a note is drawn as it is struck, in quarters: a sixteenth. Live playing needs about as much.
stroke = "1/4"

# The part of the similarity, 0 to 1, that is how well the melodies align note by note.
aligned = 0.0

# "plain" draws all notes equally bright; "velocity" takes MIDI velocity, 1 to 127, as hand-painted weight.
brightness = "plain"

# The pitch grid: 12 steps an octave, or your microtonal keyboard's number, one key a step.
steps_per_octave = 12

# On how many ticks a quarter notes are compared: onsets go to the nearest tick, none is lost. 96 serves live playing;
# "exact" keeps every tick, which takes longer where files count quarters differently.
grid = {GRID}

# Which transpositions are tried: "all", or [lowest, highest] in steps.
transpositions = "all"

# Under the reading "neighbour": what a note also counts on the steps beside it.
neighbour_share = "1/2"

# How drums are compared: by "families", where a ride stands for a closed hat and a clap for a snare, though the same
# drum counts for more; or "exact", where only the same drum counts.
kit = "families"

[reading]
# What is drums where a file does not say: MIDI channels (1 to 16), names of tracks, or "none".
# drums = ["Beat"]

[samples]
# A sample of a note or two, or one so plain that a twentieth of all music has it, has no say. true lets every sample
# count alike, by one threshold.
keep_small = false

[thresholds]
# From which similarity on X resembles a sample. One bad sample resembled is a veto. By default each sample has its
# own: three tenths above what unrelated music reaches with it, so .46 for a characteristic one, more for a plain one.
# With recipe = "melody", which compares music as a whole, it is {THRESHOLDS["melody"]}; with keep_small = true,
# {THRESHOLD}. A number holds for all samples of its kind.
# good = 0.6
# bad = 0.5

# Alterations: what may be done to a sample before it is laid on X, and what it leaves of the similarity
# (1.0 costs nothing). The lists below replace the defaults as a whole; weights of one alteration multiply.

[alterations.stretches]
{chr(10).join(f'"{stretch}" = {price}' for stretch, price in STRETCH_PRICES.items())}

[alterations.forms]
{chr(10).join(f"{form} = {price}" for form, price in FORM_PRICES.items())}

[alterations.readings]
# Also: neighbour (tonal answers, major against minor), octave (octaves folded), rhythm (onsets only).
{chr(10).join(f"{reading} = {price}" for reading, price in READING_PRICES.items())}
"""
"""A taste.toml that spells out every default, with comments."""

JUDGING = ("fragment", "melody")
"""The recipes that judge; occurrences are only found."""

IN_A_RECIPE = ("measure", "clutter", "struck", "stroke", "aligned", "alterations")
"""Keys that a recipe with a name stands for."""

_KEYS: Mapping[str, frozenset[str] | None] = {
    "recipe": None,
    "measure": None,
    "clutter": None,
    "struck": None,
    "stroke": None,
    "aligned": None,
    "brightness": None,
    "steps_per_octave": None,
    "transpositions": None,
    "neighbour_share": None,
    "grid": None,
    "kit": None,
    "reading": frozenset({"drums"}),
    "samples": frozenset({"keep_small"}),
    "thresholds": frozenset({"good", "bad"}),
    "alterations": frozenset({"stretches", "forms", "readings"}),
}


def read_settings(path: Path) -> Settings:
    """Read a taste.toml; a file that is not there gives the defaults.

    Raises
    ------
    InvalidTaste
        If it is no TOML, or holds an unknown key (the nearest known one is named) or a value out of range.
    """
    try:
        written = text_of(path)
        if written is None:
            return Settings()
        table = tomllib.loads(written)
    except UnreadableFile as error:
        raise InvalidTaste(str(error)) from None
    except (ValueError, RecursionError) as error:
        # Thousands of digits are no TOMLDecodeError.
        raise InvalidTaste(f"{path}: cannot be read as TOML: {error}") from None
    try:
        _refuse_unknown(table)
        return _settings(table)
    except InvalidInput as error:
        raise InvalidTaste(f"{path}: {error}") from None


def _refuse_unknown(table: Mapping[str, Any]) -> None:
    """Raise InvalidInput for the first key, in the table or one level down, that does not exist."""
    for key, value in table.items():
        if key not in _KEYS:
            raise InvalidInput(_unknown(key, _KEYS))
        inner = _KEYS[key]
        if inner is None:
            continue
        if not isinstance(value, dict):
            raise InvalidInput(f"{key}: expected a table, [{key}], got {value!r}")
        for inner_key in value:
            if inner_key not in inner:
                raise InvalidInput(f"[{key}] {_unknown(inner_key, inner)}")


def _unknown(key: str, known: Mapping[str, object] | frozenset[str]) -> str:
    """Return the message for an unknown key, with the nearest known one."""
    near = get_close_matches(key, list(known), n=1, cutoff=0.0)
    return f"unknown key {key!r}: did you mean {near[0]!r}?"


def _settings(table: Mapping[str, Any]) -> Settings:
    """Build the settings from a table whose keys are known."""
    thresholds = table.get("thresholds", {})
    name = _choice("recipe", table.get("recipe", "fragment"), JUDGING)
    also = [key for key in IN_A_RECIPE if key in table]
    if "recipe" in table and also:
        raise InvalidInput(f"recipe: {name!r} stands for {', '.join(also)} too: delete these, or the recipe")
    recipe = replace(
        Recipe.named(name) if "recipe" in table else _own_recipe(table),
        transpositions=_range("transpositions", table.get("transpositions", "all")),
        neighbour_share=fraction("neighbour_share", table.get("neighbour_share", "1/2")),
        grid=table.get("grid", GRID),
        kit=_choice("kit", table.get("kit", "families"), KITS),
    )
    return Settings(
        recipe,
        _number("thresholds.good", thresholds["good"]) if "good" in thresholds else None,
        _number("thresholds.bad", thresholds["bad"]) if "bad" in thresholds else None,
        table.get("steps_per_octave", 12),
        table.get("brightness", "plain"),
        table.get("reading", {}).get("drums", ()),
        table.get("samples", {}).get("keep_small", False),
    )


def _own_recipe(table: Mapping[str, Any]) -> Recipe:
    """Build the recipe from its keys, one by one."""
    usual = Recipe()
    return Recipe(
        measure=_choice("measure", table.get("measure", usual.measure), tuple(MEASURES)),
        clutter=fraction("clutter", table.get("clutter", usual.clutter)),
        struck=fraction("struck", table.get("struck", usual.struck)),
        stroke=fraction("stroke", table.get("stroke", usual.stroke)),
        alterations=_alterations(table.get("alterations", {})),
        aligned=table.get("aligned", 0.0),
    )


def _alterations(table: Mapping[str, Any]) -> Any:
    """Build the alterations from the tables of prices; a table that is not there takes the defaults."""
    prices: dict[str, Mapping[Any, float]] = {
        "stretches": STRETCH_PRICES,
        "forms": FORM_PRICES,
        "readings": READING_PRICES,
    }
    for name, given in table.items():
        if not isinstance(given, dict):
            raise InvalidInput(f"alterations.{name}: expected a table of prices, got {given!r}")
        prices[name] = {key: _number(f"alterations.{name}.{key}", price) for key, price in given.items()}
    return alterations(**prices)


def _choice(name: str, value: object, known: tuple[str, ...]) -> Any:
    """Return the value if it is one of the known words."""
    if value not in known:
        raise InvalidInput(f"{name}: expected one of {', '.join(map(repr, known))}, got {value!r}")
    return value


def _number(name: str, value: object) -> float:
    """Return the value if it is a number."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
        raise InvalidInput(f"{name}: expected a number, got {value!r}")
    return float(value)


def _range(name: str, value: object) -> tuple[int, int] | None:
    """Return a pair of whole numbers, or None for "all"."""
    if value == "all":
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise InvalidInput(f'{name}: expected "all" or [lowest, highest], got {value!r}')
    return value[0], value[1]
