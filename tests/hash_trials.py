"""Trials of sameness: the same music and samples get the same verdicts, to the last digit, however they are computed.

``make hashes`` judges in twenty processes: on each engine, in one to four threads, with samples added and music judged
in another order each time, with work cut into chunks of another size, and with another seed of Python's hashes. It
prints the hash of what each one said; there must be one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from unittest import mock

ENGINES = "numba", "numpy", "torch", "auto"
THREADS = 1, 2, 3, 4

SAMPLES, MUSIC = 8, 4
"""Of the example taste so many of each kind, and so many of the example candidates: the NumPy engine takes its time."""


def hashes(runs: int, seed: int, samples: int = SAMPLES, music: int = MUSIC) -> Iterator[tuple[str, str]]:
    """Judge in so many processes, and give how, and the hash of what was said."""
    rng = random.Random(seed)
    for engine in islice(cycle(ENGINES), runs):
        how = {
            "engine": engine,
            "threads": rng.choice(THREADS),
            "order": rng.randrange(10**6),
            "chunk": rng.choice([1, 3, 16, 1000]),
            "hash seed": rng.randrange(2**32),
            "samples": samples,
            "music": music,
        }
        environment = os.environ | {"PYTHONHASHSEED": str(how["hash seed"]), "GOLDENEAR_QUIET": "1"}
        done = subprocess.run(
            [sys.executable, __file__, "--judge", json.dumps(how)],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        yield ", ".join(f"{key} {value}" for key, value in how.items()), done.stdout.strip()


def judged(how: dict[str, object]) -> str:
    """Return the hash of all verdicts, computed in one of the ways there are."""
    import goldenear as ge
    from goldenear.examples import CANDIDATES, TASTE
    from goldenear.match import rank
    from goldenear.match.engines import on_numba, on_torch

    rng = random.Random(how["order"])
    adding = [
        (kind, p) for kind in ("good", "bad") for p in sorted((TASTE / kind).glob("*.mid"))[: how["samples"]]
    ]
    music = sorted(CANDIDATES.glob("*.mid"), key=lambda path: path.stat().st_size)[: how["music"]]
    rng.shuffle(adding)
    rng.shuffle(music)
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(rank, "FIRST_CHUNK", how["chunk"]),
        mock.patch.object(on_numba, "FIRST_CHUNK", how["chunk"]),
        mock.patch.object(on_torch, "MOST_PAIRS", 2**18 // how["chunk"]),
        mock.patch.object(on_torch, "SCORED_AT_ONCE", 2**21 // how["chunk"]),
    ):
        root = ge.new_taste(Path(folder) / "taste")
        for kind, path in adding:
            ge.add_sample(root, kind, path)
        taste = ge.Taste(root)
        said = []
        for path in music:
            x = ge.read(path)
            verdict = taste.judge(x, backend=how["engine"], threads=how["threads"])
            vetoed = taste.vetoes(x, backend=how["engine"], threads=how["threads"])
            said.append(
                json.dumps([path.name, vetoed, verdict.score.hex(), verdict.as_dict() | {"file": ""}])
            )
    return hashlib.sha256("\n".join(sorted(said)).encode()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--judge", help="how one of them judges, in JSON: used by the trials themselves")
    asked = parser.parse_args()
    if asked.judge:
        print(judged(json.loads(asked.judge)))
        return
    found = set()
    for how, digest in hashes(asked.runs, asked.seed):
        print(f"{digest[:16]}  {how}", flush=True)
        found.add(digest)
    print(f"{asked.runs} runs, {len(found)} hash{'' if len(found) == 1 else 'es'}")
    sys.exit(len(found) != 1)


if __name__ == "__main__":
    main()
