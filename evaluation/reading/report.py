"""The outcomes of all tunes as tables by format and by reason, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.tables import Table
from evaluation.reading.compare import EQUAL, EXPLAINED, UNEXPLAINED, Outcome

REFUSED_BY_US, REFUSED_BY_THEM, REFUSED_BY_BOTH = "we refuse", "they refuse", "both refuse"
KINDS = (EQUAL, EXPLAINED, UNEXPLAINED, REFUSED_BY_US, REFUSED_BY_THEM, REFUSED_BY_BOTH)


@dataclass(frozen=True, slots=True)
class TuneReport:
    """What came of one tune, or of a file that is refused, with one second reader."""

    format: str
    witness: str
    path: Path
    outcome: Outcome
    name: str = ""
    remarks: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "format": self.format,
            "reader": self.witness,
            "path": str(self.path),
            "name": self.name,
            **asdict(self.outcome),
            "remarks": sorted(set(self.remarks)),
        }


def table_of_formats(reports: Sequence[TuneReport]) -> Table:
    """Return how many tunes of each format came out how, by second reader."""
    table = Table(
        "Read by us and by a second reader", ["format, second reader", "files", "tunes", "notes", *KINDS]
    )
    for format, witness in dict.fromkeys((report.format, report.witness) for report in reports):
        of_it = [report for report in reports if (report.format, report.witness) == (format, witness)]
        counts = Counter(report.outcome.kind for report in of_it)
        files, notes = len({report.path for report in of_it}), sum(report.outcome.notes for report in of_it)
        cells = [files, len(of_it), notes, *(counts[kind] for kind in KINDS)]
        table.rows.append([f"{format}, {witness}", *(f"{number:,}" for number in cells)])
    table.remarks.append(
        "A file that is refused counts as one tune. Most files hold one; ABC and MEI may hold more."
    )
    return table


def table_of_reasons(reports: Sequence[TuneReport]) -> Table:
    """Return how many tunes of each format each policy explains; a tune may need several."""
    counts = Counter(
        (report.format, reason)
        for report in reports
        if report.outcome.kind == EXPLAINED
        for reason in report.outcome.reasons
    )
    rows = [[f"{format}: {reason}", f"{count:,}"] for (format, reason), count in sorted(counts.items())]
    return Table("Explained by", ["policy", "tunes"], rows)
