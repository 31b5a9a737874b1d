"""Bring hostile files through the doors in processes of their own, and end one that is stuck."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path

from hostile.case import Case
from hostile.doors import House, Result, bring

DEADLINE = 20.0
"""Seconds after which a file is stuck."""

MOST_MEMORY = 3 * 2**30
"""Bytes that a process may ask for beyond what it has when it begins: an explosion ends in an error, not in swap."""

Task = tuple[Case, str]


class _Worker:
    """A process that brings one file after the other through doors."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.folder = tempfile.mkdtemp(prefix="hostile-")
        self.process = context.Process(target=_work, args=(theirs, self.folder), daemon=True)
        self.process.start()
        theirs.close()
        self.task: Task | None = None
        self.latest = 0.0
        self.pipe.recv()

    def give(self, task: Task) -> None:
        self.task, self.latest = task, time.monotonic() + DEADLINE
        self.pipe.send(task)

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        shutil.rmtree(self.folder, ignore_errors=True)


def _work(pipe: Connection, folder: str) -> None:
    """Take tasks, and give results, until killed."""
    os.environ |= {
        "GOLDENEAR_CACHE": f"{folder}/cache", "GOLDENEAR_QUIET": "1", "COLUMNS": "200", "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    house = House(Path(folder))
    _warm_up(house)
    taken = (
        int(Path("/proc/self/statm").read_text().split()[0]) * 4096
        if Path("/proc/self/statm").exists()
        else 2**33
    )
    resource.setrlimit(resource.RLIMIT_AS, (taken + MOST_MEMORY, taken + MOST_MEMORY))
    pipe.send("ready")
    while True:
        case, door = pipe.recv()
        pipe.send(bring(house, case, door))


def _warm_up(house: House) -> None:
    """Bring sound files through all doors, so that imports and compiled code cost no hostile file anything."""
    from hostile.doors import doors_of
    from hostile.sound import encoded, tone
    from hostile.suite import cases

    of_notes = Case("midi", "warm up", house.sound, ".mid", "safe")
    of_sound = Case("wav", "warm up", encoded(".wav", tone()), ".wav", "safe")
    firsts = [next(cases(only=kind)) for kind in ("musicxml", "mxl", "mei", "kern", "abc", "taste")]
    for case in (of_notes, of_sound, *firsts):
        for door in doors_of(case):
            bring(house, case, door)


def results(tasks: Iterable[Task], processes: int) -> Iterator[tuple[Task, Result]]:
    """Give the result of each task, as they come."""
    ahead = iter(tasks)
    workers = [_Worker() for _ in range(processes)]
    try:
        for worker in workers:
            _next(worker, ahead)
        while busy := [worker for worker in workers if worker.task]:
            ready = wait([worker.pipe for worker in busy], timeout=1.0)
            for worker in busy:
                assert worker.task is not None
                if worker.pipe in ready:
                    task, result = worker.task, _received(worker)
                elif time.monotonic() > worker.latest:
                    task, result = worker.task, Result("stuck", [f"stuck for {DEADLINE:g} s"], DEADLINE)
                else:
                    continue
                if result.came in ("stuck", "died"):
                    worker.end()
                    fresh = _Worker()
                    workers[workers.index(worker)] = fresh
                    _next(fresh, ahead)
                else:
                    _next(worker, ahead)
                yield task, result
    finally:
        for worker in workers:
            worker.end()


def _next(worker: _Worker, ahead: Iterator[Task]) -> None:
    """Give a worker the next task, if there is one."""
    worker.task = None
    if (task := next(ahead, None)) is not None:
        worker.give(task)


def _received(worker: _Worker) -> Result:
    """Return the result that a worker sends; or that it died."""
    try:
        result: Result = worker.pipe.recv()
    except EOFError:
        worker.process.join()
        return Result("died", [f"the process died with {worker.process.exitcode}"])
    return result
