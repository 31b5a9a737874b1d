"""This file is where melodies with a family are read: which of them are versions of one tune."""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np

import goldenear as ge
from evaluation.errors import NotHere
from evaluation.options import Options


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
