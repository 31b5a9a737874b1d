"""This file is where what was composed becomes files, a table for people, and values for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from goldenear.cli import output
from goldenear.errors import InvalidInput

if TYPE_CHECKING:
    import os

    from matplotlib.figure import Figure

    from goldenear.composing.phrase import Phrase
    from goldenear.notes.note_array import NoteArray


class Composed(Protocol):
    """A phrase, or a piece."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def voices(self) -> Mapping[str, NoteArray]:
        """Its voices."""

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write it to a music file."""

    def plot(self) -> Figure:
        """Draw it."""


@dataclass(frozen=True)
class Wanted:
    """Which files are wanted.

    Attributes
    ----------
    folder : Path
        Where they go.
    score, wav, plot : bool
        Whether MusicXML, sound and a picture are wanted besides MIDI.
    """

    folder: Path
    score: bool = False
    wav: bool = False
    plot: bool = False

    def prepare(self) -> None:
        """Make the folder, before anything is composed.

        Raises
        ------
        InvalidInput
            If it cannot be made.
        MissingExtra
            If pictures are wanted, and cannot be drawn.
        """
        if self.plot:
            output.check_picture(self.folder / "phrase.png")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidInput(f"--output: {self.folder} is no folder: {error.strerror or error}") from None

    def write(self, composed: Composed) -> dict[str, str]:
        """Write the files of a phrase or a piece, and return what they are called by what they hold.

        Files of the same name are replaced: they are named after the phrase.
        """
        from goldenear.audio.render import render
        from goldenear.composing.review import file_stem

        stem = self.folder / file_stem(composed.name)
        paths = {
            kind: stem.with_name(stem.name + ending)
            for kind, ending, wanted in (
                ("midi", ".mid", True),
                ("score", ".musicxml", self.score),
                ("wav", ".wav", self.wav),
                ("plot", ".png", self.plot),
            )
            if wanted
        }
        composed.write(paths["midi"])
        if self.score:
            composed.write(paths["score"])
        if self.wav:
            sounding = {name: notes for name, notes in composed.voices.items() if len(notes)}
            render(sounding if len(sounding) > 1 else next(iter(sounding.values())), paths["wav"])
        if self.plot:
            output.save_picture(composed.plot(), paths["plot"])
        return {kind: str(path) for kind, path in paths.items()}


def print_phrases(phrases: Sequence[Phrase], *, details: bool = False) -> None:
    """Print a table of phrases with what the judge says, and under it, if wanted, where every bar came from."""
    table = output.new_table(
        "", ["phrase", ">covered", ">strength", ">nearest", ">longest run", "verdict", "because"]
    )
    for phrase in phrases:
        found, verdict = phrase.appraisal, phrase.verdict
        style = output.OUTCOME_STYLES[verdict.outcome]
        table.add_row(
            output.plain(phrase.name),
            f"{found.covered:.0%}",
            f"{found.score:.2f}",
            f"{found.nearest:.2f}",
            str(found.longest_run),
            f"[{style}]{verdict.outcome}[/{style}]",
            output.plain(verdict.because),
        )
    output.print_table(table)
    for phrase in phrases if details else ():
        print_bars(phrase)


def print_bars(phrase: Phrase) -> None:
    """Print where every bar of a phrase came from, and what the judge says around it."""
    table = output.new_table(phrase.name, [">bar", ">similarity", "from", "placement", "judged", ">score"])
    for bar in phrase.bars:
        origin = ("", "its own", "") if bar.match is None else output.match_row(bar.match)
        style = output.OUTCOME_STYLES[bar.outcome]
        table.add_row(str(bar.number), *origin, f"[{style}]{bar.outcome}[/{style}]", f"{bar.score:+.2f}")
    output.print_table(table)


def as_json(composed: Any, files: Mapping[str, str]) -> dict[str, object]:
    """Return a phrase or a piece as plain values, with its files."""
    return {**composed.as_dict(), "files": dict(files)}
