"""Compares what goldenear reads with what second readers read, file by file, and prints a table by format.

``python -m evaluation.reading --data FOLDER [--corpus FOLDER ...] [--python PATH]``
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from evaluation.reading.music_files import FORMATS, music_files
from evaluation.reading.report import TuneReport, table_of_formats, table_of_reasons
from evaluation.reading.trial import READERS, tried
from evaluation.reading.workers import Witnesses

PURPOSE = "What goldenear reads, compared with second readers: times and pitches, file by file."


def main() -> None:
    """Read all files on both sides, print the tables, write down what is unexplained."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.reading", description=PURPOSE)
    parser.add_argument("--data", type=Path, required=True, help="a folder of music files")
    parser.add_argument("--corpus", type=Path, nargs="+", default=[], help="more folders of music files")
    parser.add_argument("--python", default=sys.executable, help="the Python that has the second readers")
    parser.add_argument("--only", choices=FORMATS, action="append", help="one format; may be repeated")
    parser.add_argument(
        "--seconds", type=float, default=60, help="how long a second reader may take for a file"
    )
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir(), "goldenear-reading.sqlite"))
    parser.add_argument(
        "--json", type=Path, default=Path("reading.json"), help="where every tune's outcome goes"
    )
    given = parser.parse_args()
    for folder in [given.data, *given.corpus]:
        if not folder.is_dir():
            parser.error(f"there is no folder {folder}")
    witnesses = Witnesses(given.python, given.cache, given.seconds)
    try:
        reports = _reports(witnesses, [given.data, *given.corpus], given.only or FORMATS)
    finally:
        witnesses.close()
    print(table_of_formats(reports).text())
    print(table_of_reasons(reports).text())
    given.json.write_text(json.dumps([report.as_json() for report in reports], indent=1), encoding="utf-8")
    print(f"\nsecond readers: {witnesses.versions()}\nevery tune: {given.json}")


def _reports(witnesses: Witnesses, folders: Sequence[Path], formats: Sequence[str]) -> list[TuneReport]:
    """Try every file with every second reader of its format that is there."""
    return [
        report
        for format, path in music_files(folders)
        if format in formats
        for witness in READERS[format].seconds
        if witnesses.has(witness)
        for report in tried(witnesses, format, witness, path)
    ]


if __name__ == "__main__":
    main()
