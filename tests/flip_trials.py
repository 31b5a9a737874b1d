"""Trials of what the program writes for itself: one bit turns over, and no verdict, phrase or net may differ unnoticed.

``make flips`` turns three thousand bits, one at a time, in caches, calibrations, digests, saved searches and nets. Each
time all is as it was, or the file is left out with a word, or refused in one line that names it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np

import goldenear as ge
from goldenear.audio.learned import learning
from goldenear.errors import GoldenearError
from goldenear.examples import TASTE
from goldenear.taste import library
from goldenear.taste.calibration import write_calibration
from store_trials import tune

AS_BEFORE, LEFT_OUT, REFUSED = "as before", "left out with a word", "refused"


class Judged:
    """A taste with all that is kept of it, and what it says of some music."""

    def __init__(self, folder: Path) -> None:
        self.root = ge.new_taste(folder / "taste")
        for i in range(4):
            ge.write(tune(i), folder / f"{i}.mid")
            ge.add_sample(self.root, "good" if i % 2 else "bad", folder / f"{i}.mid")
        background = [tune(100 + i) for i in range(60)]
        write_calibration(self.root, ge.calibrate(ge.Taste(self.root), background, quarters=4, rate=0.1))
        self.xs = [tune(1), tune(2), tune(0).where(np.arange(12) < 8), tune(50)]
        self.right = self.said(ge.Taste(self.root))
        taste = ge.Taste(self.root)
        self.without = self.said(ge.Taste.of(good=list(taste.good), bad=list(taste.bad)))

    def said(self, taste: ge.Taste) -> str:
        found = [taste.judge(x).as_dict() for x in self.xs]
        return json.dumps([{key: value for key, value in one.items() if key != "far"} for one in found])

    def __call__(self, path: Path) -> str:
        taste = ge.Taste(self.root)
        said = self.said(taste)
        if path.name == "samples.sha256":
            states = {file.state for file in ge.verify_samples(self.root)}
            return (
                REFUSED
                if states - {"as recorded"} and said == self.right
                else AS_BEFORE
                if said == self.right
                else "WRONG"
            )
        if any(path.name in remark for remark in taste.remarks):
            return LEFT_OUT if said == self.without else "WRONG"
        return AS_BEFORE if said == self.right else "WRONG"


def searched(path: Path) -> Callable[[Path], str]:
    """Save a search, and return what takes it up again."""
    taste, wishes = ge.Taste(TASTE), ge.Wishes(quarters=16)

    def phrases() -> list[ge.NoteArray]:
        composer = ge.Composer(taste, wishes, seed=1)
        composer.run(16, save=path)
        return [phrase.notes for phrase in composer.phrases(3)]

    right = phrases()
    return lambda _: AS_BEFORE if phrases() == right else "WRONG"


def melodies(path: Path) -> Callable[[Path], str]:
    """Save a net that proposes melodies, and return what reads it again."""
    net = ge.MelodyLSTM.trained([tune(i) for i in range(12)], seed=3, epochs=1, units=16)
    net.save(path)
    right = net.propose(16, 2)
    return lambda _: AS_BEFORE if ge.MelodyLSTM.load(path).propose(16, 2) == right else "WRONG"


def judges(path: Path) -> Callable[[Path], str]:
    """Save a net that judges sound, and return what reads it again."""
    clips = [ge.Clip.of(np.random.default_rng(i).normal(0, 0.1, 22_050), 22_050) for i in range(4)]
    with mock.patch.object(learning, "MOST_EPOCHS", 1), mock.patch.object(learning, "LEAST_EPOCH", 4):
        judge = ge.SpectrogramCNN.fit(clips[:2], clips[2:], seed=1)
    judge.save(path)
    right = judge.judge(clips[0]).score
    return lambda _: AS_BEFORE if ge.SpectrogramCNN.load(path).judge(clips[0]).score == right else "WRONG"


def flips(count: int, seed: int) -> dict[str, dict[str, int]]:
    """Turn so many bits, shared out among the files, and return what came of it for each."""
    folder = Path(tempfile.mkdtemp())
    rng, told = np.random.default_rng(seed), {}
    with (
        mock.patch.dict(os.environ, GOLDENEAR_CACHE=str(folder / "cache")),
        mock.patch.object(library, "SETTLED", -60.0),
    ):
        taste = Judged(folder)
        ask: dict[Path, Callable[[Path], str]] = dict.fromkeys(sorted((folder / "cache").glob("*.*")), taste)
        ask |= {taste.root / name: taste for name in ("calibration.json", "samples.sha256")}
        for make, name in ((searched, "search.json"), (melodies, "melodies.net"), (judges, "judge.net")):
            ask[folder / name] = make(folder / name)
        for path, asked in ask.items():
            ends = told.setdefault(
                f"*{path.suffix}" if path.suffix in (".samples", ".parts") else path.name, {}
            )
            whole = path.read_bytes()
            for place in rng.integers(0, 8 * len(whole), -(-count // len(ask))).tolist():
                data = bytearray(whole)
                data[place // 8] ^= 1 << place % 8
                path.write_bytes(data)
                end = ended(asked, path)
                ends[end] = ends.get(end, 0) + 1
            path.write_bytes(whole)
    shutil.rmtree(folder)
    return told


def ended(ask: Callable[[Path], str], path: Path) -> str:
    """Return what comes of a file with a bit that turned over."""
    try:
        return ask(path)
    except GoldenearError as error:
        return REFUSED if path.name in str(error) and "\n" not in str(error) else f"WRONG: {error}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=3_000, help="how many bits")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    print(json.dumps(flips(asked.count, asked.seed), indent=1))


if __name__ == "__main__":
    main()
