"""How many branches of the readers do their tests take? ``make coverage`` prints it, and fails below 95 in a hundred.

A reader is all that stands between a stranger's file and notes or sound: formats, their recognition, the choice of
notes, decoders.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

READERS = (
    "src/goldenear/notes/formats/*",
    "src/goldenear/content/*",
    "src/goldenear/hearing/*",
    "src/goldenear/notes/read.py",
)
NO_READERS = ("*_writer.py",)
TESTS = [
    f"tests/test_{name}.py"
    for name in (
        "abc", "choice", "content", "engraved", "hearing", "hostile", "hostile_xml", "kern", "kit", "mei", "midi",
        "midi_damage", "musicxml", "notes", "played", "reading_compared", "render", "score",
    )
]  # fmt: skip
LEAST = 0.95


def main() -> None:
    """Run the tests, print the share of branches by file, the least first, and leave with 1 if it is too small."""
    with tempfile.TemporaryDirectory() as folder:
        data, report = Path(folder) / "data", Path(folder) / "report.json"
        coverage = [sys.executable, "-m", "coverage"]
        chosen = [
            "--branch",
            f"--include={','.join(READERS)}",
            f"--omit={','.join(NO_READERS)}",
            f"--data-file={data}",
        ]
        # Counting branches takes time: tests of the time that reading takes say nothing here.
        pytest = ["-m", "pytest", "-q", "-k", "not TestTime", *TESTS]
        subprocess.run([*coverage, "run", *chosen, *pytest], check=True)
        subprocess.run([*coverage, "json", f"--data-file={data}", "-q", "-o", str(report)], check=True)
        files = json.loads(report.read_text())["files"]
    rows = []
    for name, file in files.items():
        taken, there = (file["summary"][key] for key in ("covered_branches", "num_branches"))
        rows.append((taken / there if there else 1.0, taken, there, name))
    for share, taken, there, name in sorted(rows):
        print(f"{share:7.1%} {taken:5} of {there:5}  {name}")
    taken, there = (sum(row[i] for row in rows) for i in (1, 2))
    print(f"{taken / there:7.1%} {taken:5} of {there:5}  all readers")
    sys.exit(taken / there < LEAST)


if __name__ == "__main__":
    main()
