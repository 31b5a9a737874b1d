"""This file is where annotated patterns of five pieces are looked for, each from its first occurrence."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np

import goldenear as ge
from benchmarks.tables import Table
from evaluation.errors import NotHere
from evaluation.figures import with_interval
from evaluation.occurrences import (
    Place,
    Search,
    by_exact_notes,
    by_recipe,
    judged,
    precision_of,
    true_place,
    without,
)
from evaluation.options import Options

TICKS = 96

ANNOTATORS = ("barlowAndMorgensternRevised", "bruhn", "schoenberg", "sectionalRepetitions", "tomCollins")
"""Whose patterns count for polyphonic pieces, by the data's own readme."""

LEAST = 0.2
"""Places are asked for down to here: average precision looks at their order."""


class Pattern(NamedTuple):
    """A pattern: the piece it is in, and its occurrences."""

    piece: str
    notes: ge.NoteArray
    occurrences: list[ge.NoteArray]


def tables(options: Options) -> list[Table]:
    """Return the table of the polyphonic pieces."""
    patterns = list(_patterns(options.folder("jku_pdd")))
    if not patterns:
        raise NotHere("jku_pdd: no pattern is there")
    pieces = list(dict.fromkeys(pattern.piece for pattern in patterns))
    table = Table(
        f"Patterns in polyphonic pieces: {len(patterns)} patterns of {len(pieces)} pieces (JKU PDD)",
        ["search", "mean average precision over pieces", *pieces],
        remarks=[
            "The query is a pattern's first occurrence as listed, at all of its notes; its own place does not count. "
            "Right is a place within a quarter, at the right transposition. Patterns are averaged within a piece, "
            "then pieces; in brackets 95 % of resamples of whole pieces.",
        ],
    )
    searches = {
        "**recipe occurrence**": by_recipe(ge.Recipe.named("occurrence"), LEAST),
        "exact notes": by_exact_notes(LEAST),
    }
    for name, search in searches.items():
        table.rows.append([name, *_cells(search, patterns, pieces)])
    return [table]


def _cells(search: Search, patterns: Sequence[Pattern], pieces: Sequence[str]) -> list[str]:
    precision: dict[str, list[float]] = {piece: [] for piece in pieces}
    for pattern in patterns:
        query, *others = pattern.occurrences
        own = Place(Fraction(query.first_onset, TICKS), 0)
        found = without(search(pattern.notes, query), own)
        right = judged(found, [true_place(query, other) for other in others])
        precision[pattern.piece].append(precision_of(found, right, len(others)))
    means = [float(np.mean(precision[piece])) for piece in pieces]
    return [str(with_interval(means, pieces)), *(f"{mean:.3f}" for mean in means)]


def _patterns(folder: Path) -> Iterator[Pattern]:
    """Give the patterns that occur at least twice."""
    for piece in sorted((folder / "groundTruth").iterdir()):
        version = piece / "polyphonic"
        rows = [
            (onset, int(pitch), duration)
            for onset, pitch, _, duration, *_ in _rows(next((version / "csv").glob("*.csv")))
        ]
        first = min(onset for onset, *_ in rows)
        lasting = {(_ticks(onset - first), pitch): _ticks(duration) for onset, pitch, duration in rows}
        notes = _notes([(at, pitch, ticks) for (at, pitch), ticks in lasting.items()])
        for annotator in ANNOTATORS:
            for pattern in sorted((version / "repeatedPatterns" / annotator).glob("*")):
                files = sorted(
                    (pattern / "occurrences" / "csv").glob("*.csv"), key=lambda p: int(p.stem.strip("oc"))
                )
                found = []
                for path in files:
                    places = [(_ticks(onset - first), int(pitch)) for onset, pitch, *_ in _rows(path)]
                    found.append(_notes([(*place, lasting.get(place, TICKS // 4)) for place in places]))
                if len(found) > 1:
                    yield Pattern(piece.name, notes, found)


def _rows(path: Path) -> list[list[float]]:
    with path.open(encoding="utf-8") as file:
        return [[float(cell) for cell in row] for row in csv.reader(file) if row]


def _ticks(quarters: float) -> int:
    return round(quarters * TICKS)


def _notes(rows: Sequence[tuple[int, int, int]]) -> ge.NoteArray:
    """Return notes from onset, pitch and duration in ticks."""
    onset, pitch, duration = zip(*rows, strict=True)
    return ge.NoteArray.from_arrays(
        pitch=pitch, onset=onset, duration=[max(1, d) for d in duration], ticks_per_quarter=TICKS
    )
