"""Trials of the store of samples: programs killed at any moment, and every call to the system failing in turn.

``make kills`` lets four programs add samples to a taste, two of them under the same names, and kills them ten thousand
times. ``make faults`` fails every call by which samples, settings, calibrations and caches are opened, made, renamed,
linked, removed, locked or brought to the disk, one after the other, by an error or by the end of the program. After
each trial everything that was acknowledged must be there, whole, and counted. The last line printed is JSON.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import goldenear as ge
from goldenear.errors import GoldenearError
from goldenear.notes.atomic import write_bytes_atomically
from goldenear.taste.digests import DIGESTS_FILE, recorded

ERRORS = errno.ENOSPC, errno.EIO, errno.EACCES
WRITERS = 4
ROUND = 100
"""Kills, after which the taste is looked at as a whole, and a new one begun."""

NAMES = 40
"""Samples that a writer adds in a round, at most."""


def tune(seed: int) -> ge.NoteArray:
    rng = np.random.default_rng(seed)
    return ge.NoteArray.from_arrays(
        pitch=60 + rng.integers(-9, 10, 12),
        onset=np.cumsum(rng.integers(1, 4, 12)),
        duration=1,
        ticks_per_quarter=4,
    )


def scratch() -> Path:
    """Return a folder of its own, in memory where there is such a place."""
    return Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))


class Failure(AssertionError):
    """What must not happen has happened."""


def must(holds: object, what: str) -> None:
    if not holds:
        raise Failure(what)


# Kills


def kills(count: int, seed: int) -> dict[str, int]:
    """Kill writers so many times, and return what was found."""
    rng, folder = random.Random(seed), scratch()
    told = {"kills": 0, "acknowledged": 0, "lost": 0, "changed": 0, "uncounted": 0, "tastes": 0}
    try:
        sources = offered(folder)
        while told["kills"] < count:
            one_round(folder / "taste", sources, min(ROUND, count - told["kills"]), rng, told)
            shutil.rmtree(folder / "taste")
            told["tastes"] += 1
    finally:
        shutil.rmtree(folder)
    return told


def offered(folder: Path) -> list[dict[str, Path]]:
    """Write what each writer adds, by the names it adds it under: the last two use the same names."""
    found = []
    for writer in range(WRITERS):
        names = {}
        for i in range(NAMES):
            path = folder / f"{writer}-{i}.mid"
            ge.write(tune(1000 * writer + i), path)
            names[f"{'shared' if writer >= 2 else writer}-{i}"] = path
        found.append(names)
    return found


def one_round(
    root: Path, sources: list[dict[str, Path]], count: int, rng: random.Random, told: dict[str, int]
) -> None:
    """Let writers add to a new taste, kill them one by one, and look at all of it in the end."""
    ge.new_taste(root)
    acknowledged: dict[str, bytes] = {}
    running = {i: start(root, sources[i], rng.random()) for i in range(WRITERS)}
    for _ in range(count):
        time.sleep(rng.random() * 0.03)
        i = rng.randrange(WRITERS)
        finish(*running[i], sources[i], acknowledged)
        told["kills"] += 1
        running[i] = start(root, sources[i], rng.random())
    for i, one in running.items():
        finish(*one, sources[i], acknowledged)
    told["acknowledged"] += len(acknowledged)
    there = {path.stem: path.read_bytes() for path in (root / "bad").glob("*.mid")}
    told["lost"] += len(acknowledged.keys() - there.keys())
    told["changed"] += sum(there.get(name, data) != data for name, data in acknowledged.items())
    every = {(name, path.read_bytes()) for names in sources for name, path in names.items()}
    must(set(there.items()) <= every, "a sample is not what anybody added")
    taste = ge.Taste(root)
    told["uncounted"] += len(there) - len(taste.bad)
    digests = recorded(root)
    must(
        {f"bad/{name}.mid" for name in acknowledged} <= digests.keys(),
        "what was acknowledged is not recorded",
    )
    must(not any(file.fails for file in ge.verify_samples(root)), "the taste does not verify")
    ge.add_sample(root, "good", next(iter(sources[0].values())))
    left = {path.name for path in root.iterdir() if not path.name.endswith(".tmp")}
    must(left == {"good", "bad", "taste.toml", DIGESTS_FILE}, f"something is left over: {left}")


def start(root: Path, names: dict[str, Path], where: float) -> tuple[int, int]:
    """Begin a writer, in a process of its own, and return it with the pipe on which it tells what it has added."""
    tells, asked = os.pipe()
    process = os.fork()
    if process:
        os.close(asked)
        return process, tells
    order = list(names.items())
    first = int(where * len(order))
    for name, path in order[first:] + order[:first]:
        try:
            ge.add_sample(root, "bad", path, name=name)
            os.write(asked, f"{name}\n".encode())
        except GoldenearError:
            continue  # the other one was first
    signal.pause()
    os._exit(0)


def finish(process: int, tells: int, names: dict[str, Path], acknowledged: dict[str, bytes]) -> None:
    """Kill a writer, and note what it had told before."""
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    with os.fdopen(tells, "rb") as pipe:
        for line in pipe.read().splitlines():
            name = line.decode()
            data = names[name].read_bytes()
            must(
                acknowledged.setdefault(name, data) == data,
                f"{name}: two programs were told that theirs is there",
            )


# Faults


class Fault:
    """Lets one call to the system fail: the k-th that has to do with a folder."""

    def __init__(self, folder: Path, k: int, error: int) -> None:
        self.folder, self.left, self.error, self.armed = os.fspath(folder), k, error, False
        sys.addaudithook(self.audited)
        for name in ("fsync", "close"):
            setattr(os, name, self.wrapped(getattr(os, name)))

    def audited(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.armed:
            return
        if event == "fcntl.flock" or (
            event.partition(".")[0] in ("open", "os") and any(self.folder in str(a) for a in arguments)
        ):
            self.next()

    def wrapped(self, call: Callable[[int], None]) -> Callable[[int], None]:
        def failing(handle: int) -> None:
            if self.armed:
                try:
                    self.next()
                except OSError:
                    if call.__name__ == "close":
                        call(handle)
                    raise
            call(handle)

        return failing

    def next(self) -> None:
        self.left -= 1
        if self.left == 0:
            if not self.error:
                os._exit(9)
            raise OSError(self.error, os.strerror(self.error))


def prepared(folder: Path) -> None:
    """Make a taste, and what is to be added to it."""
    root = ge.new_taste(folder / "taste")
    for i, kind in enumerate(("good", "bad", "bad")):
        ge.write(tune(i), folder / f"{i}.mid")
        ge.add_sample(root, kind, folder / f"{i}.mid")
    ge.write({"one": tune(7), "two": tune(8)}, folder / "new.mid")
    write_bytes_atomically(root / "notes.txt", b"before")


def added(folder: Path) -> None:
    ge.add_sample(folder / "taste", "bad", folder / "new.mid")


def added_with_a_choice(folder: Path) -> None:
    ge.add_sample(folder / "taste", "bad", folder / "new.mid", track="two")


def written_over(folder: Path) -> None:
    try:
        write_bytes_atomically(folder / "taste/notes.txt", b"after")
    except OSError as error:
        must(error.filename == os.fspath(folder / "taste/notes.txt"), "the error does not name the file")
        raise ge.InvalidInput(str(error.filename)) from None


def opened(folder: Path) -> None:
    verdict = ge.Taste(folder / "taste").judge(tune(1))
    must(verdict.outcome == "bad", "the veto is gone")


def verified(folder: Path) -> None:
    files = ge.verify_samples(folder / "taste", record=True)
    must(len(files) == 3, "samples were overlooked")


def made(folder: Path) -> None:
    ge.new_taste(folder / "another")


ACTIONS: dict[str, Callable[[Path], None]] = {
    "add": added,
    "add with a choice": added_with_a_choice,
    "write over": written_over,
    "open and judge": opened,
    "verify and record": verified,
    "new": made,
}


def check(folder: Path, action: str, acknowledged: bool) -> None:
    """Look at what a trial has left."""
    root = folder / "taste"
    for i, kind in enumerate(("good", "bad", "bad")):
        must(
            (root / kind / f"{i}.mid").read_bytes() == (folder / f"{i}.mid").read_bytes(),
            "an old sample changed",
        )
    new = root / "bad/new.mid"
    must(
        new.exists() or not (acknowledged and action.startswith("add")), "an acknowledged sample is not there"
    )
    taste = ge.Taste(root)
    must(len(taste.good) == 1, "a good sample is not counted")
    must(len(taste.bad) == 2 + new.exists(), "a bad sample is not counted")
    if new.exists():
        must(new.read_bytes() == (folder / "new.mid").read_bytes(), "the new sample is not whole")
        notes = ge.read(new, track="two") if action == "add with a choice" else ge.read(new)
        must(notes in list(taste.bad), "the new sample has other notes than were chosen")
    if action == "write over":
        text = (root / "notes.txt").read_bytes()
        must(text == b"after" or (text == b"before" and not acknowledged), f"half written: {text!r}")
    if action == "new" and (folder / "another/taste.toml").exists():
        must((folder / "another/bad").is_dir(), "half of a new taste")
        return
    ACTIONS[action](folder)
    left = [path.name for path in root.iterdir() if path.name.startswith(".adding")]
    must(not left, f"left over: {left}")


def trial(action: str, k: int, error: int) -> str:
    """Let the k-th call fail while something is done; return "done", "refused", "crashed" or "through"."""
    folder = scratch()
    os.environ["GOLDENEAR_CACHE"] = str(folder / "cache")
    try:
        prepared(folder)
        process = os.fork()
        if not process:
            os._exit(_attempt(folder, action, k, error))
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        found = {0: "through", 1: "done", 2: "refused", 9: "crashed"}.get(code)
        must(found, f"{action}, call {k}, {errno.errorcode.get(error, 'crash')}: no clear error, code {code}")
        if action == "new" and found == "refused":
            must(not (folder / "another").exists(), f"new, call {k}: a failed new taste leaves something")
        try:
            check(folder, action, found in ("through", "done"))
        except (Failure, GoldenearError) as problem:
            raise Failure(
                f"{action}, call {k}, {errno.errorcode.get(error, 'crash')}, {found}: {problem}"
            ) from None
        return str(found)
    finally:
        shutil.rmtree(folder)


def _attempt(folder: Path, action: str, k: int, error: int) -> int:
    """Do something with a fault on its way; return 0 if it was done before the fault came, 1 if nevertheless."""
    fault = Fault(folder, k, error)
    fault.armed = True
    try:
        ACTIONS[action](folder)
    except GoldenearError as problem:
        return 3 if "\n" in str(problem) or str(folder) not in str(problem) else 2
    except Failure as problem:
        print(f"{action}, call {k}: {problem}", file=sys.stderr)
        return 4
    except BaseException as problem:
        print(f"{action}, call {k}: {type(problem).__name__}: {problem}", file=sys.stderr)
        return 5
    finally:
        fault.armed = False
    return 0 if fault.left > 0 else 1


def faults(step: int) -> dict[str, dict[str, int]]:
    """Fail every call in turn, or every so manieth; return how the trials ended, by what was done."""
    told = {}
    for number, action in enumerate(ACTIONS):
        told[action] = {"done": 0, "refused": 0, "crashed": 0}
        for error in (*ERRORS, 0):
            k = 1 + number % step
            while (found := trial(action, k, error)) != "through":
                told[action][found] += 1
                k += step
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["kills", "faults"])
    parser.add_argument("--count", type=int, default=10_000, help="how many kills")
    parser.add_argument("--step", type=int, default=1, help="fail every so manieth call")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    found = kills(asked.count, asked.seed) if asked.what == "kills" else faults(asked.step)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
