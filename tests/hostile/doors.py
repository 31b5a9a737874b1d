"""Bring a hostile file through the doors of the program, and check what came of it.

A door is what a user may do with a file: read it in Python, show it, judge it, add it to a taste, let it lie there as
a sample, look in it. Whatever the file, a command may leave with 0 or 2, nothing but an error of our own may come out,
and a refusal is one line that names the file and says why.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from goldenear.notes.read import SUFFIXES
from hostile.case import Case
from midi_bytes import file as midi_file
from midi_bytes import off, on, track

SOUND = ("wav", "flac", "ogg", "opus", "mp3", "aiff", "au", "caf", "w64")
IN_TASTE = {
    "taste.toml": "taste.toml",
    "choice": "good/sound.mid.toml",
    "calibration.json": "calibration.json",
}
"""Files of a taste that are no samples, and where they stand."""

USUAL = re.compile(
    r"note: |added: |no place |nothing stands out |\s*$|\[src/libmpg123/|Warning: Xing |Note: "
)
"""How lines on standard error begin that are no errors; the last three are a decoder's own, which cannot be told to be
silent."""

DOORS = ("read", "show", "judge", "add", "lie", "find", "identify", "taste")


@dataclass(slots=True)
class Result:
    """What came of a file at a door.

    Attributes
    ----------
    came : str
        "read", "told" or "refused".
    faults : list of str
        What must not be.
    seconds : float
        Of processor time.
    megabytes : float
        Above what the process took before.
    """

    came: str = ""
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
    megabytes: float = 0.0


def doors_of(case: Case) -> tuple[str, ...]:
    """Return the doors that a file is brought through."""
    if case.kind in IN_TASTE:
        return ("taste",)
    return DOORS[:7] if case.kind in SOUND else DOORS[:6]


class House:
    """A folder with all that the doors need: a taste, a piece, and a place for hostile files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        tune = [(60, 24), (64, 24), (67, 48), (65, 24), (62, 24), (71, 24), (72, 48), (55, 24)]
        self.sound = midi_file(track(*(on(0, pitch) + off(wait, pitch) for pitch, wait in tune)))
        self.piece = folder / "piece.mid"
        self.piece.write_bytes(self.sound)
        self.taste = folder / "taste"
        self.put_right()

    def put_right(self) -> None:
        """Make the taste as it was."""
        shutil.rmtree(self.taste, ignore_errors=True)
        for kind in ("good", "bad"):
            (self.taste / kind).mkdir(parents=True)
        (self.taste / "good" / "sound.mid").write_bytes(self.sound)


def bring(house: House, case: Case, door: str) -> Result:
    """Bring a file through a door, and say what came of it."""
    name = f"hostile{case.ending}"
    path = house.folder / name
    result = Result()
    if door in ("add", "lie", "taste"):
        house.put_right()
    if door == "lie":
        path = house.taste / "good" / name
    if door == "taste":
        path = house.taste / IN_TASTE[case.kind]
    path.write_bytes(case.data)
    with measured(result):
        if door == "read":
            _read(path, case, result)
        else:
            _run(_command(house, path, door), path, result)
    if door == "add" and result.came == "refused" and (left := _beside(house.taste)):
        result.faults.append(f"refused, and left in the taste: {', '.join(left)}")
    path.unlink(missing_ok=True)
    is_sample = door != "lie" or case.ending.lower() in SUFFIXES
    if case.outcome == "refused" and result.came != "refused" and is_sample and door != "taste":
        result.faults.append(f"not refused but {result.came}")
    return result


def _beside(taste: Path) -> list[str]:
    """Return the files of a taste that were not there before."""
    return [file.name for file in taste.rglob("*") if file.is_file() and file.name != "sound.mid"]


def _command(house: House, path: Path, door: str) -> list[str]:
    """Return the command that a door stands for."""
    return {
        "show": ["show", str(path)],
        "judge": ["judge", str(path), "--taste", str(house.taste)],
        "add": ["taste", "add", str(house.taste), "good", str(path)],
        "lie": ["judge", str(house.piece), "--taste", str(house.taste)],
        "find": ["find", str(path), str(house.piece)],
        "identify": ["identify", str(path), str(house.piece)],
        "taste": ["judge", str(house.piece), "--taste", str(house.taste)],
    }[door]


def _read(path: Path, case: Case, result: Result) -> None:
    """Read a file in Python, and hold its notes against what they must be."""
    import goldenear as ge

    try:
        tunes = ge.read_all(path)
    except ge.GoldenearError as error:
        result.came = "refused"
        said = str(error)
        result.faults += _line_faults(said, path.name)
        if case.outcome in ("same", "told"):
            result.faults.append(f"refused: {said[:200]}")
        elif case.outcome == "refused" and not re.search(case.says, said):
            result.faults.append(f"refused for another reason: {said[:200]}")
        return
    except Exception as error:
        result.came = "failed"
        result.faults.append(f"{type(error).__name__}: {str(error)[:200]}")
        return
    remarks = [remark for tune in tunes for remark in tune.provenance.remarks]
    result.came = "told" if remarks else "read"
    if any(len(remark.splitlines()) != 1 or len(remark) > 500 for remark in remarks):
        result.faults.append(f"a remark of {max(map(len, remarks)):,} letters, or of several lines")
    if case.outcome == "noticed" and not remarks:
        result.faults.append("read without a word")
    if case.outcome == "told" and not any(re.search(case.says, remark) for remark in remarks):
        result.faults.append(f"nothing like {case.says!r} is told: {remarks[:3]}")
    if case.outcome in ("same", "told") and case.notes is not None:
        result.faults += _note_faults(tunes, case)


def _note_faults(tunes: list, case: Case) -> list[str]:
    """Return what is wrong with the notes that were read."""
    (tune,) = tunes
    quarter = tune.ticks_per_quarter
    found = sorted(
        (note.pitch, Fraction(note.onset, quarter), Fraction(note.offset - note.onset, quarter))
        for note in tune
    )
    wanted = sorted(case.notes or ())
    if found == wanted:
        return []
    lost, more = (
        [each for each in one if each not in other][:2]
        for one, other in ((wanted[:50], found), (found[:50], wanted))
    )
    return [f"{len(found)} notes for {len(wanted)}; lost {lost}, and {more} instead"]


def _line_faults(said: str, name: str) -> list[str]:
    """Return what is wrong with a refusal."""
    faults = []
    if len(said.splitlines()) != 1 or not said.isprintable():
        faults.append(f"a refusal of several lines, or of control characters: {said[:200]!r}")
    if name not in said:
        faults.append(f"a refusal that does not name the file: {said[:200]}")
    if len(said) > 2_500:
        faults.append(f"a refusal of {len(said):,} letters: {said[:100]}")
    return faults


def _run(arguments: list[str], path: Path, result: Result) -> None:
    """Run a command, and check how it leaves."""
    from goldenear.cli import main

    code: object = None
    with caught() as said:
        try:
            main(arguments)
        except SystemExit as left:
            code = left.code
        except BaseException as error:
            result.faults.append(f"{type(error).__name__}: {str(error)[:200]}")
    out, err = said()
    result.came = {0: "read", 2: "refused"}.get(code, "failed")  # type: ignore[arg-type]
    if code not in (0, 2):
        result.faults.append(f"exit code {code}")
    if "Traceback" in out + err:
        result.faults.append("a traceback")
    errors = [line for line in err.splitlines() if line.startswith("goldenear: ")]
    notes = [line for line in err.splitlines() if line.startswith("note: ")]
    others = [line for line in err.splitlines() if line not in errors and not USUAL.match(line)]
    if others:
        result.faults.append(f"said beside: {others[0][:200]!r}")
    if code == 2 and len(errors) != 1:
        result.faults.append(f"{len(errors)} lines of error: {err[:200]!r}")
    for line in errors:
        # What a choice chooses in vain is said of its sample.
        result.faults += _line_faults(line.removeprefix("goldenear: "), path.name.removesuffix(".toml"))
    if result.came == "read" and (notes or "  note: " in out):
        result.came = "told"


@contextmanager
def caught() -> Iterator[Callable[[], tuple[str, str]]]:
    """Catch all that is printed, by C libraries too; give a function that returns it afterwards."""
    said: list[str] = []
    kept = [os.dup(handle) for handle in (1, 2)]
    streams = sys.stdout, sys.stderr
    with ExitStack() as stack:
        files = [
            stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace"))
            for _ in kept
        ]
        for stream in streams:
            stream.flush()
        for handle, file in zip((1, 2), files, strict=True):
            os.dup2(file.fileno(), handle)
        sys.stdout, sys.stderr = files
        try:
            yield lambda: (said[0], said[1])
        finally:
            sys.stdout, sys.stderr = streams
            for handle, old, file in zip((1, 2), kept, files, strict=True):
                os.dup2(old, handle)
                os.close(old)
                file.flush()
                file.seek(0)
                said.append(file.read())


@contextmanager
def measured(result: Result) -> Iterator[None]:
    """Measure processor time, and how much more memory is taken at its highest."""
    before, began = _peak(), _processor_seconds()
    try:
        yield
    finally:
        result.seconds = _processor_seconds() - began
        result.megabytes = max(0.0, _highest() - before)


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _peak() -> float:
    """Forget how much memory was taken at the highest, where the system lets us; return how much is taken now."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _highest()


def _highest() -> float:
    """Return how much memory was taken at the highest, in megabytes."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s*(\d+)", status.read_text())[1]) / 1024  # type: ignore[index]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
