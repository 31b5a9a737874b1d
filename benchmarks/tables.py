"""This file is where figures become tables: plain ones for a terminal, and Markdown for RESULTS.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Table:
    """A table with what must be said about it.

    Attributes
    ----------
    title : str
        What it shows.
    columns : list of str
        The heads; the first column is words, the others are figures.
    rows : list of sequences of str
        The cells.
    remarks : list of str
        Sentences under the table.
    """

    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the table for a terminal."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        shown = ["  ".join(_aligned(i, cell, widths[i]) for i, cell in enumerate(line)) for line in lines]
        body = [*shown[:1], "-" * len(shown[0]), *shown[1:]] if self.rows else []
        return "\n".join(["", self.title, "=" * len(self.title), *body, *self.remarks])

    def markdown(self) -> str:
        """Return the table for RESULTS.md."""
        heads = [f"| {' | '.join(self.columns)} |", "|" + "---|" + "---:|" * (len(self.columns) - 1)]
        rows = [f"| {' | '.join(row)} |" for row in self.rows]
        body = [*heads, *rows, ""] if self.rows else []
        remarks = [part for remark in self.remarks for part in (remark, "")]
        return "\n".join([f"## {self.title}", "", *body, *remarks])


def left_out(title: str, reason: object) -> Table:
    """Return a table that says why there are no figures."""
    return Table(title, [], [], [f"Left out: {reason}."])


def _aligned(column: int, cell: str, width: int) -> str:
    """Return a cell, words to the left and figures to the right."""
    return cell.ljust(width) if column == 0 else cell.rjust(width)
