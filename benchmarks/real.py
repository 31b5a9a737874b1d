"""This file is where real music is cut into fragments of four bars: the shipped examples, and a folder of data.

Everything is flattened to what the peers can draw: no drums, one brightness, 24 ticks a quarter (rounded, where
music was performed).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

import goldenear as ge
from benchmarks.errors import NotHere
from benchmarks.made import GRID
from goldenear.errors import GoldenearError
from goldenear.examples import CANDIDATES, TASTE

COLLECTIONS = {"Nottingham": "nottingham_abc", "MTC-ANN": "mtc_ann_dev", "POP909": "pop909"}
"""What a table calls a collection, and its folder in the data."""

FEWEST_NOTES = 8


def shipped(quarters: int = 16) -> list[ge.NoteArray]:
    """Return fragments of the examples that the program ships."""
    files = sorted([*TASTE.rglob("*.mid"), *CANDIDATES.rglob("*.mid")])
    return list(_cut(files, quarters))


def collected(data: Path | None, name: str, n: int, quarters: int = 16) -> list[ge.NoteArray]:
    """Return the first n fragments of a collection, taken from everywhere in it.

    Raises
    ------
    NotHere
        If no folder of data was given, or the collection is not in it.
    """
    if data is None:
        raise NotHere(f"{name}: no folder of data was given (--data)")
    folder = data / COLLECTIONS[name]
    files = sorted(p for p in folder.rglob("*") if p.suffix in (".abc", ".krn", ".mid"))
    if not files:
        raise NotHere(f"{name}: nothing to read in {folder}")
    # In an order that has nothing to do with names, but is the same every time.
    order = np.random.default_rng(909).permutation(len(files))
    fragments = list(islice(_cut([files[i] for i in order], quarters), 4 * n))
    chosen = np.random.default_rng(9).permutation(len(fragments))[:n]
    return [fragments[i] for i in chosen]


def _cut(files: Iterable[Path], quarters: int) -> Iterator[ge.NoteArray]:
    """Give the music of files, four bars at a time."""
    for path in files:
        try:
            tunes = ge.read_all(path)
        except GoldenearError:
            continue
        for tune in tunes:
            yield from _windows(_flat(tune), quarters * GRID)


def _flat(tune: ge.NoteArray) -> ge.NoteArray:
    """Return the pitched notes, equally bright, on the grid."""
    notes = tune.where(~tune.is_drum & (tune.brightness > 0))
    onset, offset = (
        np.rint(ticks * GRID / notes.ticks_per_quarter).astype(int) for ticks in (notes.onset, notes.offset)
    )
    return ge.NoteArray.from_arrays(
        pitch=notes.pitch,
        onset=onset,
        duration=np.maximum(1, offset - onset),
        ticks_per_quarter=GRID,
        name=tune.name,
    )


def _windows(notes: ge.NoteArray, ticks: int) -> Iterator[ge.NoteArray]:
    """Give the notes that begin in each window; what sounds on beyond its end is cut there."""
    for start in range(notes.first_onset, notes.last_offset, ticks):
        inside = notes.where((notes.onset >= start) & (notes.onset < start + ticks))
        if len(inside) >= FEWEST_NOTES:
            yield ge.NoteArray.from_arrays(
                pitch=inside.pitch,
                onset=inside.onset,
                duration=np.minimum(inside.offset, start + ticks) - inside.onset,
                ticks_per_quarter=GRID,
                name=inside.name,
            )
