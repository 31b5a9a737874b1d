"""This file is where the examples become the MIDI files that ship: `python -m examples_source.build [--check]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from examples_source import bad, candidates, good
from examples_source.notation import Example
from goldenear.notes.write import write

SHIPPED = Path(__file__).resolve().parents[1] / "src" / "goldenear" / "examples"

FOLDERS = {
    "taste/good": good.EXAMPLES,
    "taste/bad": bad.EXAMPLES,
    "candidates": candidates.EXAMPLES,
}
"""Which examples lie in which folder below :data:`SHIPPED`."""


def examples() -> Iterator[tuple[str, Example]]:
    """Walk all examples: the path each has below :data:`SHIPPED`, and the example."""
    for folder, some in FOLDERS.items():
        for example in some:
            yield f"{folder}/{example.name}.mid", example


def build(root: Path) -> None:
    """Write all examples as MIDI files below `root`, and remove MIDI files there that are none of them."""
    for path in midi_files(root) - {path for path, _ in examples()}:
        (root / path).unlink()
    for path, example in examples():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        write(example.note_arrays(), root / path)


def differences(root: Path) -> list[str]:
    """Return the paths below `root` whose bytes are not what :func:`build` writes, or that lack or are too many."""
    with tempfile.TemporaryDirectory() as fresh:
        build(Path(fresh))
        wanted = {path: (Path(fresh) / path).read_bytes() for path in midi_files(Path(fresh))}
    found = {path: (root / path).read_bytes() for path in midi_files(root)}
    return sorted(path for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path))


def midi_files(root: Path) -> set[str]:
    """Return the MIDI files in the folders of examples below `root`."""
    return {path.relative_to(root).as_posix() for folder in FOLDERS for path in (root / folder).glob("*.mid")}


def main() -> int:
    """Build the shipped files, or compare them with the source."""
    parser = argparse.ArgumentParser(prog="python -m examples_source.build", description=main.__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a shipped file differs"
    )
    if parser.parse_args().check:
        differing = differences(SHIPPED)
        for path in differing:
            print(f"{path}: differs from examples_source", file=sys.stderr)
        return 1 if differing else 0
    build(SHIPPED)
    print(f"{sum(1 for _ in examples())} files below {SHIPPED}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
