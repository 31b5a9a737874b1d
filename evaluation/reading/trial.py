"""One file tried: read by goldenear and a second reader, and by a third where these two differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from evaluation.reading.compare import EXPLAINED, UNEXPLAINED, Outcome, compared, compared_tune
from evaluation.reading.music_files import ABC, KERN, MEI, MIDI, MUSICXML
from evaluation.reading.report import REFUSED_BY_BOTH, REFUSED_BY_THEM, REFUSED_BY_US, TuneReport
from evaluation.reading.sides import Side, read_by_us, read_by_witness
from evaluation.reading.workers import Witnesses
from goldenear import GoldenearError

OPEN = (UNEXPLAINED, REFUSED_BY_THEM)
"""What a third reader is asked about."""


@dataclass(frozen=True, slots=True)
class Readers:
    """The second readers of a format, each compared with us; and third ones, asked where a second one differs."""

    seconds: tuple[str, ...]
    thirds: tuple[str, ...] = ()


SECOND_READERS = {
    MIDI: Readers(("mido_walk", "pretty_midi_notes")),
    KERN: Readers(("music21_scores",), ("verovio_scores", "partitura_scores")),
    MUSICXML: Readers(("music21_scores",), ("partitura_scores", "verovio_scores")),
    MEI: Readers(("verovio_scores",), ("partitura_scores",)),
    ABC: Readers(("music21_scores",), ("abc2xml_scores", "verovio_scores")),
}


def tried(witnesses: Witnesses, format: str, witness: str, path: Path) -> list[TuneReport]:
    """Read a file on both sides and compare, tune by tune; a file that one side refuses gives one report.

    Raises
    ------
    NotHere
        If the second reader's library is missing.
    """
    theirs = _asked(witnesses, witness, path)
    try:
        ours = read_by_us(path)
    except GoldenearError as error:
        kind = REFUSED_BY_BOTH if isinstance(theirs, str) else REFUSED_BY_US
        return [TuneReport(format, witness, path, Outcome(kind, (str(error).removeprefix(f"{path}: "),)))]
    if isinstance(theirs, str):
        outcomes = [Outcome(REFUSED_BY_THEM, (theirs,), len(side.strikes())) for side in ours]
    else:
        outcomes = compared(ours, theirs)
    for third in SECOND_READERS[format].thirds:
        if any(outcome.kind in OPEN for outcome in outcomes):
            outcomes = _by_a_third(third, _asked(witnesses, third, path), ours, outcomes)
    return [
        TuneReport(format, witness, path, outcome, side.name, side.remarks)
        for side, outcome in zip(ours, outcomes, strict=True)
    ]


def _asked(witnesses: Witnesses, witness: str, path: Path) -> list[Side] | str:
    """Return the tunes that a second reader reads, or why it reads none."""
    answer = witnesses.ask(witness, path)
    if "failed" in answer:
        return str(answer["failed"])
    return [read_by_witness(tune) for tune in answer["tunes"]]


def _by_a_third(
    third: str, read: list[Side] | str, ours: list[Side], outcomes: list[Outcome]
) -> list[Outcome]:
    """Return the outcomes; a tune that is still open is explained where a third reader reads what we read."""
    if isinstance(read, str) or len(read) != len(ours):
        return outcomes
    explained = []
    for outcome, our, their in zip(outcomes, ours, read, strict=True):
        if outcome.kind in OPEN and (agrees := compared_tune(our, their)).kind not in OPEN:
            reasons = (f"{third} reads what we read", *agrees.reasons)
            explained.append(replace(outcome, kind=EXPLAINED, reasons=reasons, examples=[]))
        else:
            explained.append(outcome)
    return explained
