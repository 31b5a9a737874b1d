"""Fuzz the readers, beginning with the hostile files: ``make fuzz FUZZ="abc kern" SECONDS=60``.

atheris looks which lines of a reader a file reaches, and changes the files that reach new ones. It is installed by
``make fuzz`` alone, as it comes for few systems. What a reader may do is return notes or raise `UnreadableFile`; anything
else ends the run with the file that caused it, which is written to the folder ``fuzzed``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

READERS = {
    "midi": "midi:parse_midi",
    "musicxml": "score:parse_musicxml",
    "mxl": "score:parse_mxl",
    "mei": "score:parse_mei",
    "kern": "score:parse_kern",
    "abc": "abc:parse_abc",
    "sound": "sound:parse_sound",
}
"""Where each reader stands in ``goldenear.notes.formats``."""

LARGEST = 4_096
"""Bytes of a file to begin with: a small file tells more in less time."""

SLOWEST = 10
"""Seconds after which a file is stuck."""


def main() -> int:
    """Fuzz one reader after the other, each in a process of its own, which atheris never gives back."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("readers", nargs="*", default=[], help=f"of {', '.join(READERS)}; all by default")
    parser.add_argument("--seconds", type=int, default=60, help="for each reader")
    parser.add_argument("--one", help="fuzz this reader in this process")
    given = parser.parse_args()
    if given.one:
        _fuzz(given.one, given.seconds)
    failed = []
    for reader in given.readers or READERS:
        print(f"==> {reader}", flush=True)
        command = [sys.executable, "-m", "hostile.fuzz", "--one", reader, "--seconds", str(given.seconds)]
        if subprocess.run(command, check=False).returncode:
            failed.append(reader)
    print(f"failed: {', '.join(failed)}" if failed else "nothing found")
    return int(bool(failed))


def _fuzz(reader: str, seconds: int) -> None:
    """Fuzz one reader until the time is over, and leave."""
    import atheris

    module, function = READERS[reader].split(":")
    with atheris.instrument_imports(include=["goldenear"]):
        from importlib import import_module

        parse = getattr(import_module(f"goldenear.notes.formats.{module}"), function)
        from goldenear.errors import UnreadableFile
        from goldenear.notes.read import assembled

    def one(data: bytes) -> None:
        try:
            for tune in parse(data, "fuzzed"):
                assembled(tune, "fuzzed")
        except UnreadableFile as refusal:
            if len(str(refusal).splitlines()) != 1:
                raise AssertionError("a refusal of several lines") from refusal

    corpus = Path(tempfile.mkdtemp(prefix="fuzz-"))
    found = Path("fuzzed")
    found.mkdir(exist_ok=True)
    _seed(reader, corpus)
    limits = [
        f"-max_total_time={seconds}",
        f"-timeout={SLOWEST}",
        f"-max_len={4 * LARGEST}",
        "-rss_limit_mb=4096",
    ]
    atheris.Setup(
        ["fuzz", *limits, "-print_final_stats=1", f"-artifact_prefix={found}/{reader}-", str(corpus)], one
    )
    atheris.Fuzz()


def _seed(reader: str, corpus: Path) -> None:
    """Write the smaller hostile files of a reader into the folder that atheris begins with."""
    from hostile.suite import cases

    for number, case in enumerate(cases(only=reader)):
        if len(case.data) <= LARGEST:
            (corpus / str(number)).write_bytes(case.data)


if __name__ == "__main__":
    sys.exit(main())
