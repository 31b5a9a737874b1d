"""The loop that all second readers share, and the form of their answers.

The first line that a reader prints is ``{"version": ...}``. Each later line answers one path: ``{"tunes": [...]}``,
or ``{"failed": REASON}``. A tune is ``{"name", "notes", "bars", "left_out"}``:

- ``notes``: a list of ``[onset, duration, pitch, part, marks]``; times in quarters as text (``"7/3"``), `pitch` a
  MIDI number, `part` a number from 0, `marks` some of `GRACE`, `CUE`, `CHORD_SYMBOL`, `DRUM`, `MICROTONE`,
  `TIED_BACK`, `TIED_ON`;
- ``bars``: for each part, where its bars begin, in quarters as text;
- ``left_out``: how many notes of each mark the reader itself cannot place in time, and so leaves out.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

GRACE, CUE, CHORD_SYMBOL, DRUM, MICROTONE = "grace", "cue", "chord symbol", "drum", "microtone"
TIED_BACK, TIED_ON = "tied back", "tied on"
ORNAMENT = "ornament"
"""Counted in `left_out` alone."""

Tune = dict[str, Any]


def note(
    onset: Fraction, duration: Fraction, pitch: int, part: int = 0, marks: Iterable[str] = ()
) -> list[Any]:
    """Return a note as answers hold it."""
    return [str(onset), str(duration), pitch, part, list(marks)]


def tune(
    notes: list[list[Any]],
    *,
    name: str = "",
    bars: Iterable[Iterable[Fraction]] = (),
    left_out: dict[str, int] | None = None,
) -> Tune:
    """Return a tune as answers hold it."""
    starts = [[str(start) for start in part] for part in bars]
    return {"name": name, "notes": notes, "bars": starts, "left_out": left_out or {}}


def serve(version: str, read: Callable[[str], list[Tune]]) -> None:
    """Answer each path that comes in on standard input; what the library prints goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    print(json.dumps({"version": version}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line), read)), file=answers, flush=True)


def _answer(path: str, read: Callable[[str], list[Tune]]) -> dict[str, Any]:
    """Return the tunes of one file, or why it could not be read."""
    try:
        return {"tunes": read(path)}
    except Exception as error:
        reason = (str(error).splitlines() or [""])[0]
        return {"failed": f"{type(error).__name__}: {reason}"[:300]}
