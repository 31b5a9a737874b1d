"""Second readers as worker processes, and a cache of what they answered.

A worker reads many files in a row. One that crashes, or takes too long, is started afresh, and costs only the file it
was at.
"""

from __future__ import annotations

import hashlib
import json
import queue
import sqlite3
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from evaluation.errors import NotHere

WITNESSES = Path(__file__).with_name("witnesses")
ROOT = Path(__file__).parents[2]
START_SECONDS = 120.0
FILES_A_WORKER = 150
"""After so many files a worker is started afresh: some libraries keep what they read."""

Answer = dict[str, Any]


class Worker:
    """One second reader in a process of its own.

    Parameters
    ----------
    python : str
        The Python that has the library.
    witness : str
        The module in `witnesses` that reads.
    seconds : float
        How long a file may take.

    Raises
    ------
    NotHere
        If the library is missing there.
    """

    def __init__(self, python: str, witness: str, seconds: float) -> None:
        self._command = [python, "-m", f"evaluation.reading.witnesses.{witness}"]
        self._witness, self._seconds, self._asked = witness, seconds, 0
        self._start()

    def _start(self) -> None:
        """Start the process and wait until it says its version."""
        self._process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._pump = threading.Thread(target=_pump, args=(self._process, self._lines), daemon=True)
        self._pump.start()
        self._asked = 0
        hello = self._line(START_SECONDS)
        if not hello:
            self.stop()
            raise NotHere(f"{self._witness}: {self._command[0]} cannot import what it needs")
        self.version: str = json.loads(hello)["version"]

    def _line(self, seconds: float) -> str | None:
        """Return the next line of the process: empty where it ended, None where it took too long."""
        try:
            return self._lines.get(timeout=seconds)
        except queue.Empty:
            return None

    def ask(self, path: Path) -> Answer:
        """Return what the reader answers for a file: its tunes, or why it failed."""
        if self._asked == FILES_A_WORKER:
            self.stop()
        if self._process.poll() is not None:
            self._start()
        self._asked += 1
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(str(path)) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            self.stop()
            return {"failed": "it crashed"}
        line = self._line(self._seconds)
        if line:
            answer: Answer = json.loads(line)
            return answer
        self.stop()
        return {"failed": "it crashed" if line is not None else f"it took over {self._seconds:g} seconds"}

    def stop(self) -> None:
        """End the process and close what led to it."""
        self._process.kill()
        self._process.wait()
        self._pump.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()


def _pump(process: subprocess.Popen[str], lines: queue.SimpleQueue[str]) -> None:
    """Hand on the lines that a process prints, and an empty one at its end."""
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put("")


class Witnesses:
    """All second readers, with a cache of their answers; before one is asked, `has` must have said that it is there.

    Parameters
    ----------
    python : str
        The Python that has their libraries.
    cache : Path
        A file; made where there is none. An answer is kept by the file's content, the reader and its code.
    seconds : float
        How long a file may take.
    """

    def __init__(self, python: str, cache: Path, seconds: float) -> None:
        self._python, self._seconds = python, seconds
        self._workers: dict[str, Worker] = {}
        self._cache = sqlite3.connect(cache, isolation_level=None)
        self._cache.execute("CREATE TABLE IF NOT EXISTS answers (asked TEXT PRIMARY KEY, answer TEXT)")
        self._missing: set[str] = set()

    def ask(self, witness: str, path: Path) -> Answer:
        """Return what a second reader answers for a file, from the cache where it is known."""
        asked = self._key(witness, path)
        known = self._cache.execute("SELECT answer FROM answers WHERE asked = ?", (asked,)).fetchone()
        if known is not None:
            answer: Answer = json.loads(known[0])
            return answer
        answer = self._workers[witness].ask(path)
        self._cache.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (asked, json.dumps(answer)))
        return answer

    def has(self, witness: str) -> bool:
        """Return whether a second reader can be asked; the first time, start it, or say that it is missing."""
        if witness in self._missing:
            return False
        if witness not in self._workers:
            try:
                self._workers[witness] = Worker(self._python, witness, self._seconds)
            except NotHere as reason:
                self._missing.add(witness)
                print(f"left out: {reason}", file=sys.stderr)
                return False
        return True

    def versions(self) -> str:
        """Return the second readers that are there, with the versions of what they stand on."""
        return ", ".join(f"{name} {worker.version}" for name, worker in sorted(self._workers.items()))

    def _key(self, witness: str, path: Path) -> str:
        """Return what stands for a reader, its code and the content of a file in the cache."""
        code = (WITNESSES / f"{witness}.py").read_bytes()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return f"{witness} {hashlib.sha256(code).hexdigest()[:12]} {path.suffix.lower()} {digest}"

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers.values():
            worker.stop()
        self._cache.close()
