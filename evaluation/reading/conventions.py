"""Files read as we would read them if we kept a convention of other readers: to see whether that is all that differs.

A function's name is the name in the table of what *we* do.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from evaluation.reading.sides import Side, read_by_us


def accidentals_hold_in_all_octaves(path: Path) -> list[Side]:
    """ABC 2.1 lets an accidental hold for its letter in all octaves of the bar; other readers, in its own octave.

    Returns
    -------
    list of Side
        What we read when the file asks for accidentals in their octave alone.
    """
    with tempfile.TemporaryDirectory() as folder:
        changed = Path(folder, path.name)
        changed.write_bytes(b"%%propagate-accidentals octave\n" + path.read_bytes())
        return read_by_us(changed)
