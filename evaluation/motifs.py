"""This file is where motifs are looked for in songs of one family, each class from its first occurrence."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

import goldenear as ge
from benchmarks.tables import Table
from evaluation import melodies
from evaluation.baselines import edits
from evaluation.errors import NotHere
from evaluation.figures import with_interval
from evaluation.occurrences import NEAR, Place, Search, by_exact_notes, by_recipe, precision_of, thinned
from evaluation.options import Options
from goldenear.match.alignment import line_of

LEAST, SOME = 0.1, 0.5
"""Places are asked for down to here: average precision looks at their order. By overlap a half is little."""


class Motif(NamedTuple):
    """A class of motifs: its first occurrence, and where the others lie, by song of the family."""

    family: str
    query: ge.NoteArray
    others: dict[str, list[Fraction]]
    """When it begins, in quarters from the song's beginning."""


def tables(options: Options) -> list[Table]:
    """Return the table of the Dutch folk songs' motifs."""
    songs = {melody.name: melody for melody in melodies.dutch(options)}
    motifs = list(_motifs(options, songs))
    if not motifs:
        raise NotHere("mtc_ann_dev: no motif is there")
    table = Table(
        f"Motifs: {len(motifs)} classes in {len({m.family for m in motifs})} families (MTC-ANN)",
        ["search", "mean average precision", *(f"above {name} by" for name in BASELINES)],
        remarks=[
            "From a class's first occurrence, all its others in the other songs of the family: places of all these "
            "songs in one order; equals share the middle of their ranks. Right is a place that begins within a "
            "quarter of an occurrence. In brackets: 95 % "
            "of resamples of whole families; in the last columns of the differences, class by class.",
        ],
    )
    of_family: dict[str, list[melodies.Melody]] = {}
    for melody in songs.values():
        of_family.setdefault(melody.family, []).append(melody)
    families = [motif.family for motif in motifs]
    searches = {
        "recipe fragment": by_recipe(ge.Recipe.named("fragment"), SOME),
        "recipe occurrence": by_recipe(ge.Recipe.named("occurrence"), LEAST),
        **BASELINES,
    }
    precision = {
        name: [_precision(search, motif, of_family[motif.family]) for motif in motifs]
        for name, search in searches.items()
    }
    for name, values in precision.items():
        above = [np.subtract(values, precision[other]).tolist() for other in BASELINES]
        cells = [
            "-" if name == other else str(with_interval(a, families))
            for other, a in zip(BASELINES, above, strict=True)
        ]
        table.rows.append([name, str(with_interval(values, families)), *cells])
    return [table]


def by_edits(song: ge.NoteArray, motif: ge.NoteArray) -> list[Place]:
    """Return all places with as many notes as the motif, by how many of its intervals must be changed or left out."""
    pitch, wanted = line_of(song).pitch, np.diff(line_of(motif).pitch)
    onset = np.unique(song.onset)
    places = []
    for start in range(len(pitch) - len(wanted)):
        steps = np.diff(pitch[start : start + len(wanted) + 1])
        begin = Fraction(int(onset[start]), song.ticks_per_quarter)
        places.append(Place(begin, 0, 1 - edits(steps, wanted) / max(len(wanted), 1)))
    return thinned(places)


BASELINES: dict[str, Search] = {
    "edit distance on intervals": by_edits,
    "exact notes": by_exact_notes(LEAST),
}


def _precision(search: Search, motif: Motif, family: Sequence[melodies.Melody]) -> float:
    """Return the average precision of the places in all other songs of the family."""
    every: list[Place] = []
    right: list[bool] = []
    for melody in family:
        if melody.name == motif.query.name:
            continue
        left = list(motif.others.get(melody.name, []))
        for place in search(melody.notes, motif.query):
            hits = [begin for begin in left if abs(begin - place.onset) <= NEAR]
            if hits:
                left.remove(min(hits, key=lambda begin: abs(begin - place.onset)))
            every.append(place)
            right.append(bool(hits))
    wanted = sum(len(begins) for begins in motif.others.values())
    return precision_of(every, right, wanted)


def _motifs(options: Options, songs: Mapping[str, melodies.Melody]) -> Iterator[Motif]:
    """Give the classes that occur in at least two songs of a family."""
    with (options.folder("mtc_ann_dev") / "motifs.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["songid"] in songs]
    classes: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows:
        classes.setdefault((row["tunefamily"], row["motifclass"]), []).append(row)
    for found in classes.values():
        first, *others = sorted(found, key=lambda row: (row["songid"], int(row["startindex"])))
        song = songs[first["songid"]].notes
        query = song.where(_between(song, first))
        begins: dict[str, list[Fraction]] = {}
        for row in others:
            if row["songid"] != first["songid"]:
                notes = songs[row["songid"]].notes
                onset = int(notes.onset[int(row["startindex"])])
                begins.setdefault(row["songid"], []).append(Fraction(onset, notes.ticks_per_quarter))
        if begins:
            yield Motif(songs[first["songid"]].family, query, begins)


def _between(song: ge.NoteArray, row: Mapping[str, str]) -> np.ndarray:
    """Return which notes of a song are the motif's."""
    index = np.arange(len(song))
    return (index >= int(row["startindex"])) & (index <= int(row["endindex"]))
