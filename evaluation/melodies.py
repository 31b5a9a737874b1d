"""This file is where melodies with a family are read: which of them are versions of one tune."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import goldenear as ge
from evaluation.baselines import n_grams
from evaluation.errors import NotHere
from evaluation.options import Options
from goldenear.taste.chance import kin

TUNES = Path(__file__).with_name("tunes")

VERSIONS = 0.2
"""The cosine of interval n-grams from which on tunes are versions of one another."""


@dataclass(frozen=True)
class Melody:
    """A melody whose family is known.

    Attributes
    ----------
    name, family : str
        Which it is, and what it is a version of.
    record : str
        Versions that were written down from one record share it: their likeness proves less.
    notes : NoteArray
        The melody.
    """

    name: str
    family: str
    record: str
    notes: ge.NoteArray


def shipped() -> list[Melody]:
    """Return the tunes that ship with the evaluation: well-known ones, each in four versions written down for it."""
    return [
        Melody(tune.name, path.stem, f"{path.stem} {i}", tune)
        for path in sorted(TUNES.glob("*.abc"))
        for i, tune in enumerate(ge.read_all(path))
    ]


def dutch(options: Options) -> list[Melody]:
    """Return the Dutch folk songs of MTC-ANN that are here, by name.

    Raises
    ------
    NotHere
        If they are not in the data.
    """
    folder = options.folder("mtc_ann_dev")
    with (folder / "families.csv").open(encoding="utf-8") as file:
        families = dict(csv.reader(file))
    paths = sorted(folder.rglob("*.krn"))
    if not paths:
        raise NotHere(f"mtc_ann_dev: no melodies in {folder}")
    return [Melody(path.stem, families[path.stem], path.stem.split("_")[0], ge.read(path)) for path in paths]


def british(options: Options, n: int) -> list[ge.NoteArray]:
    """Return n tunes of the Nottingham collection, from everywhere in it: a background.

    Raises
    ------
    NotHere
        If they are not in the data.
    """
    folder = options.folder("nottingham_abc")
    tunes = [tune for path in sorted(folder.rglob("*.abc")) for tune in ge.read_all(path) if len(tune)]
    order = np.random.default_rng(0).permutation(len(tunes))
    return [tunes[i] for i in order[:n]]


def one_of_each(tunes: list[ge.NoteArray]) -> list[ge.NoteArray]:
    """Return one tune of every group of versions: a collection holds some twice, and these are not unrelated.

    Which are versions is told by another measure than ours: runs of intervals that both have.
    """
    _, first = np.unique(kin(n_grams(tunes), VERSIONS), return_index=True)
    return [tunes[i] for i in first]
