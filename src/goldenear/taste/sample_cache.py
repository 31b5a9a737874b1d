"""Packed samples kept on disk, so that a taste finds them ready.

A file of packed samples is a line with the seal of all that follows, a line of JSON, then all columns one after
another. It is made from music files, and can be made again: it carries a key that names all that it was made of, and
one whose key differs, or whose seal is not its own, is not read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from goldenear.match.packed import Packed
from goldenear.match.prepared import PreparedSamples
from goldenear.match.recipe import Recipe
from goldenear.notes.atomic import write_bytes_atomically
from goldenear.notes.note_array import NoteArray
from goldenear.notes.provenance import Provenance
from goldenear.notes.sealed import seal_of

FORMAT = "goldenear-samples-4"

ALIGNED = 64
"""Each column in a file begins at a multiple of so many bytes."""

NOTES = ("pitch", "onset", "offset", "brightness", "is_drum")


class StoredSamples(Sequence[NoteArray]):
    """Note arrays that lie in long columns, each made when it is asked for."""

    def __init__(self, columns: dict[str, NDArray[Any]], texts: list[list[Any]]) -> None:
        self._columns = columns
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, i: int) -> NoteArray: ...
    @overload
    def __getitem__(self, i: slice) -> tuple[NoteArray, ...]: ...
    def __getitem__(self, i: int | slice) -> NoteArray | tuple[NoteArray, ...]:
        if isinstance(i, slice):
            return tuple(self[k] for k in range(len(self))[i])
        i = range(len(self))[i]
        first, last = self._columns["first_note"][i : i + 2].tolist()
        resolution, octave = self._columns["grid"][i].tolist()
        name, provenance = self._texts[i]
        return NoteArray(
            **{column: self._columns[f"note_{column}"][first:last] for column in NOTES},
            ticks_per_quarter=resolution,
            steps_per_octave=octave,
            name=name,
            provenance=_provenance(provenance),
        )


def _provenance(fields: dict[str, Any]) -> Provenance:
    """Return a provenance from what JSON kept of it: lists in place of tuples."""
    tempos = tuple((tick, tempo) for tick, tempo in fields["tempos"])
    tracks, remarks = tuple(fields["tracks"]), tuple(fields["remarks"])
    return Provenance(**fields | {"tracks": tracks, "tempos": tempos, "remarks": remarks})


def save(path: Path, key: str, samples: PreparedSamples, remarks: Sequence[str] = ()) -> None:
    """Write prepared samples to a file, whole or not at all.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    kept = list(samples)
    notes = {
        "first_note": np.cumsum([0, *(len(sample) for sample in kept)]),
        "grid": np.array([(s.ticks_per_quarter, s.steps_per_octave) for s in kept], np.int64).reshape(-1, 2),
    }
    for name in NOTES:
        parts = [getattr(sample, name) for sample in kept]
        notes[f"note_{name}"] = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    columns = {**notes, **samples.packed._asdict()}
    table: dict[str, list[Any]] = {}
    body = bytearray()
    for name, column in columns.items():
        table[name] = [column.dtype.str, list(column.shape), len(body)]
        body += column.tobytes() + bytes(-column.nbytes % ALIGNED)
    head = {
        "format": FORMAT,
        "key": key,
        "columns": table,
        "samples": [[sample.name, asdict(sample.provenance)] for sample in kept],
        "remarks": list(remarks),
    }
    line = json.dumps(head).encode()
    line += b" " * (-(len(line) + 1) % ALIGNED) + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = line + body
    write_bytes_atomically(path, f"{seal_of(content):{ALIGNED - 1}}\n".encode() + content)


def load(path: Path, key: str, recipe: Recipe) -> tuple[PreparedSamples, tuple[str, ...]] | None:
    """Return the samples and remarks of a file, mapped into memory; None where there is none with this key."""
    try:
        with path.open("rb") as file:
            seal = file.readline(ALIGNED)
            line = file.readline()
        head = json.loads(line)
        if head["format"] != FORMAT or head["key"] != key:
            return None
        content = np.memmap(path, np.uint8, "r", len(seal))
        if seal.strip() != seal_of(content).encode():
            return None
        everything = content[len(line) :]
        columns = {
            name: _column(everything, np.dtype(kind), tuple(shape), place)
            for name, (kind, shape, place) in head["columns"].items()
        }
        packed = Packed(**{name: columns[name] for name in Packed._fields})
        texts, remarks = head["samples"], tuple(head["remarks"])
    except (OSError, ValueError, KeyError, TypeError):
        # No file, or one that was cut short or written by another version: it will be made again.
        return None
    return PreparedSamples(StoredSamples(columns, texts), recipe, _packed=packed), remarks


def _column(
    everything: NDArray[np.uint8], kind: np.dtype[Any], shape: tuple[int, ...], place: int
) -> NDArray[Any]:
    """Return one column, without a copy.

    Raises
    ------
    ValueError
        If the file is too short for it.
    """
    size = int(np.prod(shape)) * kind.itemsize
    if not size:
        return np.zeros(shape, kind)
    if place + size > len(everything):
        raise ValueError("the file is cut short")
    return np.asarray(everything[place : place + size]).view(kind).reshape(shape)
