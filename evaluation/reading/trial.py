"""One file tried: read by goldenear and a second reader, and where these differ, by others and in other ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from evaluation.reading.compare import EXPLAINED, UNEXPLAINED, Outcome, compared_tune, outvoted
from evaluation.reading.conventions import accidentals_hold_in_all_octaves
from evaluation.reading.music_files import ABC, KERN, MEI, MIDI, MUSICXML
from evaluation.reading.report import REFUSED_BY_BOTH, REFUSED_BY_THEM, REFUSED_BY_US, TuneReport
from evaluation.reading.sides import Side, read_by_us, read_by_witness
from evaluation.reading.workers import Witnesses
from goldenear import GoldenearError

OPEN = (UNEXPLAINED, REFUSED_BY_THEM)
"""What other conventions and third readers are asked about."""

Convention = Callable[[Path], list[Side]]


@dataclass(frozen=True, slots=True)
class Readers:
    """How files of a format are tried.

    Attributes
    ----------
    seconds : tuple of str
        Second readers; each is compared with us.
    thirds : tuple of str
        Readers that are asked where a second one differs.
    conventions : tuple of functions
        Each reads a file as we would if we kept a convention of other readers instead of our own.
    """

    seconds: tuple[str, ...]
    thirds: tuple[str, ...] = ()
    conventions: tuple[Convention, ...] = field(default=())


READERS = {
    MIDI: Readers(("mido_walk", "pretty_midi_notes"), ("mido_walk",)),
    KERN: Readers(("music21_scores",), ("verovio_scores", "partitura_scores")),
    MUSICXML: Readers(("music21_scores",), ("partitura_scores", "verovio_scores")),
    MEI: Readers(("verovio_scores",), ("partitura_scores",)),
    ABC: Readers(
        ("music21_scores",), ("abc2xml_scores", "verovio_scores"), (accidentals_hold_in_all_octaves,)
    ),
}


def tried(witnesses: Witnesses, format: str, witness: str, path: Path) -> list[TuneReport]:
    """Read a file on both sides and compare, tune by tune; a file that we refuse gives one report."""
    theirs = _asked(witnesses, witness, path)
    try:
        ours = read_by_us(path)
    except GoldenearError as error:
        kind = REFUSED_BY_BOTH if isinstance(theirs, str) else REFUSED_BY_US
        return [TuneReport(format, witness, path, Outcome(kind, (str(error).removeprefix(f"{path}: "),)))]
    outcomes = _compared(ours, theirs)
    if any(outcome.kind in OPEN for outcome in outcomes):
        outcomes = _closed(outcomes, _explanations(witnesses, format, path, ours, theirs))
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


def _compared(ours: Sequence[Side], theirs: list[Side] | str) -> list[Outcome]:
    """Compare the tunes of a file one by one; where their number differs, none is explained."""
    if isinstance(theirs, str):
        return [Outcome(REFUSED_BY_THEM, (theirs,), len(side.strikes())) for side in ours]
    if len(ours) != len(theirs):
        reason = f"{len(ours)} tunes against {len(theirs)}"
        return [Outcome(UNEXPLAINED, (reason,), len(side.strikes())) for side in ours]
    return [compared_tune(our, their) for our, their in zip(ours, theirs, strict=True)]


def _explanations(
    witnesses: Witnesses, format: str, path: Path, ours: list[Side], theirs: list[Side] | str
) -> Iterator[list[Outcome]]:
    """Give the outcomes that may explain what is still open, the plainest first, for all tunes of the file.

    A third reader reads what we read; a second or third one does, by another convention; or each place at which the
    second one differs is as we have it in a third one, too.
    """
    readers = READERS[format]
    thirds = {each: _asked(witnesses, each, path) for each in readers.thirds if witnesses.has(each)}
    for third, read in thirds.items():
        yield _because(f"{third} reads what we read", _compared(ours, read))
    versions = [(_name(convention), convention(path)) for convention in readers.conventions]
    for name, version in versions:
        yield _because(name, _compared(version, theirs))
        for third, read in thirds.items():
            yield _because(f"{third} reads what we read, but: {name}", _compared(version, read))
    for third, read in thirds.items():
        if (
            len(ours) == len(theirs) == len(read)
            and not isinstance(theirs, str)
            and not isinstance(read, str)
        ):
            yield [outvoted(*sides, third) for sides in zip(ours, theirs, read, strict=True)]


def _because(reason: str, outcomes: list[Outcome]) -> list[Outcome]:
    """Return outcomes with a reason in front of their own."""
    return [replace(outcome, reasons=(reason, *outcome.reasons)) for outcome in outcomes]


def _closed(outcomes: list[Outcome], explanations: Iterator[list[Outcome]]) -> list[Outcome]:
    """Return the outcomes with the open ones explained by the first explanation that fits, as far as any does."""
    for others in explanations:
        outcomes = [
            _explained(outcome, other) if outcome.kind in OPEN else outcome
            for outcome, other in zip(outcomes, others, strict=True)
        ]
        if not any(outcome.kind in OPEN for outcome in outcomes):
            break
    return outcomes


def _explained(outcome: Outcome, other: Outcome) -> Outcome:
    """Return an open outcome as explained, if the other one is not open."""
    if other.kind in OPEN:
        return outcome
    return Outcome(EXPLAINED, other.reasons, outcome.notes)


def _name(convention: Convention) -> str:
    """Return what tables call a convention."""
    return convention.__name__.replace("_", " ")
