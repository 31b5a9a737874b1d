"""This file is where a taste's own samples choose how likeness is counted: a few numbers, tried on samples left out.

A good way to count puts next to each sample another of its kind. A hundred and twenty ways are tried: what the
measure is, what is drawn, what alterations cost, how much alignment counts. The choice is itself put to the test: a
fifth of the samples is left out, the others choose, and what they chose is asked of the fifth. Only what does
better there than the taste's own way, and not by luck, is recommended. Nothing is changed: the lines for taste.toml
are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import whole_number
from goldenear.errors import InvalidInput
from goldenear.match.background import in_order
from goldenear.match.engines import Backend, engine_for
from goldenear.match.prepared import prepare
from goldenear.match.recipe import Recipe
from goldenear.notes.alteration import alterations, prices_of
from goldenear.notes.note_array import NoteArray
from goldenear.taste.audit import NEARLY_ALL, Share
from goldenear.taste.judge import Taste

ENOUGH = 20
"""Samples of each kind from which on there is something to learn."""

FOLDS = 5

MEASURES = ("tversky", "cosine")
STRUCK = {"held and struck": Fraction(3, 4), "struck": Fraction(1)}
ALIGNED = (0.0, 0.25, 0.5, 0.75, 1.0)
PRICES = {"as they are": 1, "free": 0, "squared": 2}
"""What becomes of the taste's prices: their power."""

FORMS = ("as they are", "prime alone")


@dataclass(frozen=True)
class Learned:
    """What the samples chose.

    Attributes
    ----------
    recipe : Recipe
        How likeness is counted by their choice.
    words : str
        The choice in words.
    right, before : Share
        Samples, left out of the choice, whose nearest is of their kind: by what the others chose, and by the taste's
        own recipe.
    clear : bool
        Whether it does better by more than luck would.
    tried : tuple of (str, float)
        Every way, and the share of samples whose nearest is of their kind, both kinds weighing the same; the best
        first.
    """

    recipe: Recipe
    words: str
    right: Share
    before: Share
    clear: bool
    tried: tuple[tuple[str, float], ...]

    @property
    def toml(self) -> str:
        """The lines of taste.toml that make it the taste's own way."""
        stretches, forms, readings = prices_of(self.recipe.alterations)
        tables = {
            "stretches": {f'"{stretch}"': price for stretch, price in stretches.items()},
            "forms": forms,
            "readings": readings,
        }
        recipe = self.recipe
        lines = [f'measure = "{recipe.measure}"', f"aligned = {recipe.aligned}"]
        lines += [f'{name} = "{getattr(recipe, name)}"' for name in ("clutter", "struck", "stroke")]
        for name, prices in tables.items():
            lines += ["", f"[alterations.{name}]", *(f"{key} = {price}" for key, price in prices.items())]
        return "\n".join([*lines, ""])

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return {
            "words": self.words,
            "right": list(self.right),
            "before": list(self.before),
            "clear": self.clear,
            "toml": self.toml,
            "tried": [list(way) for way in self.tried],
        }


def learn(
    taste: Taste,
    *,
    seed: int = 0,
    backend: Backend = "auto",
    threads: int = 1,
    progress: Callable[[Sequence[Recipe], str], Iterable[Recipe]] = lambda items, _what: items,
) -> Learned:
    """Let a taste's samples choose how likeness is counted.

    Parameters
    ----------
    taste : Taste
        At least 20 good and 20 bad samples; several versions of an idea, or there is nothing to tell by.
    seed : int
        Of the fifths into which the samples are dealt out.
    backend, threads
        As for :func:`goldenear.rank`.
    progress : callable, optional
        Takes a list and a word, and gives the items one by one: to draw a progress bar.

    Raises
    ------
    InvalidInput
        If there are too few samples of a kind.
    """
    whole_number("seed", seed, 0, 2**63 - 1)
    for name, kind in (("good", taste.good), ("bad", taste.bad)):
        if len(kind) < ENOUGH:
            raise InvalidInput(
                f"{name}: learning needs at least {ENOUGH} samples of each kind, got {len(kind)}"
            )
    samples = [*taste.good, *taste.bad]
    good = np.arange(len(samples)) < len(taste.good)
    ways = _ways(taste.settings.recipe)
    found = _similarities(samples, ways, backend, threads, progress)
    right = np.array([_right(similarity, good) for similarity in found])
    fold = np.random.default_rng(seed).permutation(np.arange(len(samples)) % FOLDS)
    held_out = np.zeros(len(samples))
    for mine in range(FOLDS):
        held_out[fold == mine] = right[_best(right[:, fold != mine], good[fold != mine])][fold == mine]
    before = right[0]
    gain = held_out - before
    error = float(gain.std(ddof=1)) / np.sqrt(len(gain))
    score = np.array([_balanced(row, good) for row in right])
    order = np.argsort(-score, kind="stable")
    chosen = list(ways)[_best(right, good)]
    return Learned(
        ways[chosen],
        chosen,
        Share(int(held_out.sum()), len(samples)),
        Share(int(before.sum()), len(samples)),
        bool(gain.mean() > NEARLY_ALL * error),
        tuple((list(ways)[i], round(float(score[i]), 6)) for i in order),
    )


def _ways(own: Recipe) -> dict[str, Recipe]:
    """Return what is tried, in words: the taste's own way first."""
    stretches, forms, readings = prices_of(own.alterations)
    found = {"the taste's own": own}
    for (power_name, power), kept in product(PRICES.items(), FORMS):
        altered = alterations(
            stretches={stretch: price**power for stretch, price in stretches.items()},
            forms={
                form: price**power
                for form, price in forms.items()
                if kept == "as they are" or form == "prime"
            }
            or {"prime": 1.0},
            readings={reading: price**power for reading, price in readings.items()},
        )
        for measure, (drawn, struck), aligned in product(MEASURES, STRUCK.items(), ALIGNED):
            words = f"{measure}; notes as {drawn}; aligned {aligned:g}; prices {power_name}; forms {kept}"
            found[words] = replace(own, measure=measure, struck=struck, aligned=aligned, alterations=altered)
    return found


def _similarities(
    samples: Sequence[NoteArray],
    ways: dict[str, Recipe],
    backend: Backend,
    threads: int,
    progress: Callable[[Sequence[Recipe], str], Iterable[Recipe]],
) -> list[NDArray[np.float64]]:
    """Return how alike the samples are in every way, each of shape (n, n); no part is computed twice."""

    def parts_of(recipe: Recipe) -> tuple[Recipe, Recipe]:
        return replace(recipe, aligned=0.0), replace(
            recipe, measure="cosine", struck=Fraction(1), aligned=1.0
        )

    needed = {part: None for recipe in ways.values() for part in parts_of(recipe)}
    found = {}
    engine = engine_for(backend, samples, *(prepare(samples, recipe) for recipe in needed))
    for recipe in progress(list(needed), "ways"):
        prepared = prepare(samples, recipe)
        found[recipe] = np.array([in_order(x, prepared, backend=engine, threads=threads) for x in samples])
    blends = []
    for recipe in ways.values():
        overlap, alignment = parts_of(recipe)
        blends.append((1 - recipe.aligned) * found[overlap] + recipe.aligned * found[alignment])
    return blends


def _right(similarity: NDArray[np.float64], good: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return for each sample whether the nearest other is of its kind; 1/2 where both kinds are equally near."""
    others = np.where(np.eye(len(good), dtype=bool), -1.0, similarity)
    nearest_good, nearest_bad = others[:, good].max(axis=1), others[:, ~good].max(axis=1)
    liked = np.where(nearest_good == nearest_bad, 0.5, (nearest_good > nearest_bad).astype(float))
    return np.where(good, liked, 1 - liked)


def _balanced(right: NDArray[np.float64], good: NDArray[np.bool_]) -> float:
    """Return the share that is right, good and bad weighing the same."""
    return float((right[good].mean() + right[~good].mean()) / 2)


def _best(right: NDArray[np.float64], good: NDArray[np.bool_]) -> int:
    """Return the way that is most often right; of equals the earliest."""
    return int(np.argmax([_balanced(row, good) for row in right]))
