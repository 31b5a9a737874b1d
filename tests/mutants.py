"""Mutation testing: does a test fail for every small mistake in the code that decides?

``make mutants`` makes one small mistake at a time (cosmic-ray finds the places: ``<`` for ``<=``, ``and`` for ``or``, a
number off by one, a decorator or a ``not`` left out, ...) in the rule of the veto, the store of samples and the score,
each in a copy of the project, and runs the tests that are about it. A mistake that no test notices is printed.
"""

from __future__ import annotations

import argparse
import ast
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = Path("src/goldenear")

CHOSEN = {
    "NumberReplacer", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ExceptionReplacer", "RemoveDecorator",
    "ZeroIterationForLoop", "AddNot", "ReplaceUnaryOperator_Delete_Not", "ReplaceUnaryOperator_Delete_USub",
    *(f"ReplaceBinaryOperator_{pair}" for pair in (
        "Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_Mul", "Pow_Mul", "BitOr_BitAnd", "BitAnd_BitOr")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in (
        "Eq_NotEq", "NotEq_Eq", "Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Lt_GtE", "GtE_Lt", "Gt_LtE", "LtE_Gt",
        "Is_IsNot", "IsNot_Is")),
}  # fmt: skip
"""The usual set; cosmic-ray has many more, which stand for few slips that anybody makes."""


@dataclass(frozen=True)
class Group:
    """Code that decides, and the tests that are about it.

    Attributes
    ----------
    code : dict
        For each file the functions and methods that are changed, by name; all where there are none.
    tests : tuple of str
        What pytest is given.
    """

    code: dict[str, tuple[str, ...]]
    tests: tuple[str, ...]


GROUPS = {
    "veto": Group(
        {
            "taste/verdict.py": (
                "reached", "strength", "nearest_good", "nearest_bad", "_nearest", "_tables", "_least", "_threshold",
                "threshold", "near", "outcome", "score", "deciding", "_deciding", "is_too_short", "bent",
            ),
            "taste/thresholds.py": (),
        },
        ("tests/test_veto.py",),
    ),
    "store": Group(
        {"taste/adding.py": (), "taste/digests.py": (), "taste/sample_folder.py": (), "taste/samples.py": ()},
        ("tests/test_verify.py", "tests/test_taste.py", "tests/test_unseen.py", "tests/test_choice.py"),
    ),
    "score": Group({"match/score.py": ()}, ("tests/test_measures.py",)),
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One small mistake.

    Attributes
    ----------
    file : str
        Where, below the package.
    line : int
        In which line.
    kind : str
        What is done, as cosmic-ray names it.
    code : str
        The whole file with the mistake in it.
    """

    file: str
    line: int
    kind: str
    code: str


def main() -> None:
    """Run what the command line asks for, and print what lived; exit code 1 where too much did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=GROUPS, action="append")
    parser.add_argument("--least", type=float, default=0.9, help="the share that must be noticed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=120, help="after which a run counts as noticed")
    asked = parser.parse_args()
    warm()
    short = False
    for name in asked.only or GROUPS:
        share = run(name, asked.jobs, asked.seconds)
        short |= share < asked.least
    sys.exit(int(short))


def run(name: str, jobs: int, seconds: float) -> float:
    """Try all mutants of a group, and return the share of them that a test noticed."""
    group, begun = GROUPS[name], time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copies = [copied(Path(folder) / str(i)) for i in range(jobs)]
        if not passes(copies[0], group.tests, 10 * seconds, quiet=False):
            raise SystemExit(f"{name}: the tests fail without any mistake")
        found = [mutant for file, names in group.code.items() for mutant in mutants(file, names)]
        free = list(copies)

        def tried(mutant: Mutant) -> bool:
            copy = free.pop()
            try:
                return not noticed(copy, mutant, group.tests, seconds)
            finally:
                free.append(copy)

        lived = 0
        with ThreadPoolExecutor(jobs) as pool:
            for mutant, lives in zip(found, pool.map(tried, found), strict=True):
                lived += lives
                if lives:
                    code = mutant.code.splitlines()[mutant.line - 1].strip()
                    print(f"  lives: {mutant.file}:{mutant.line} {mutant.kind}: {code}", flush=True)
    share = 1 - lived / len(found)
    minutes = (time.monotonic() - begun) / 60
    print(
        f"{name}: {len(found) - lived} of {len(found)} noticed, {share:.3f}, {minutes:.1f} min",
        flush=True,
    )
    return share


def warm() -> None:
    """Load what all runs need, the project itself left out, so that each run begins at once."""
    import llvmlite
    import numba
    import numpy
    import pytest
    import typer

    assert all((llvmlite, numba, numpy, pytest, typer))


def copied(to: Path) -> Path:
    """Copy all that the tests read."""
    for name in ("src", "tests", "examples_source"):
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, to / name)
    return to


def mutants(file: str, names: tuple[str, ...]) -> Iterator[Mutant]:
    """Make every mistake in a file, types and whatever is outside of the named functions left alone."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    source = (ROOT / PACKAGE / file).read_text(encoding="utf-8")
    wanted = lines_of(source, names)
    types = spans_of_types(source)
    for operator_name in operator_names():
        kind = operator_name.split("/")[-1]
        if kind not in CHOSEN:
            continue
        operator = get_operator(operator_name)()
        places = [place for node in ast_nodes(get_ast(source)) for place in operator.mutation_positions(node)]
        for i, (start, _) in enumerate(places):
            inside = any(first <= start <= last for first, last in types)
            code = None
            if start[0] in wanted and not inside:
                with suppress(
                    AttributeError
                ):  # an exception with a dot in its name, which cosmic-ray does not replace
                    code = mutate_code(source, operator, i)
                if code is not None and code != source:
                    yield Mutant(file, start[0], kind, code)


def lines_of(source: str, names: tuple[str, ...]) -> set[int]:
    """Return the lines of functions with their decorators; all lines where none is named."""
    if not names:
        return set(range(1, source.count("\n") + 2))
    found = {
        node.name: range(min([node.lineno, *(d.lineno for d in node.decorator_list)]), node.end_lineno + 1)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name in names
    }
    if missing := set(names) - found.keys():
        raise SystemExit(f"no such functions: {', '.join(sorted(missing))}")
    return {line for lines in found.values() for line in lines}


def spans_of_types(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return where types stand, which nothing runs, as (line, column) of begin and end."""
    types: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            types.append(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign):
            types.append(node.annotation)
    return [((t.lineno, t.col_offset), (t.end_lineno, t.end_col_offset)) for t in types if t is not None]


def noticed(copy: Path, mutant: Mutant, tests: tuple[str, ...], seconds: float) -> bool:
    """Tell whether a test fails once a mistake is made, or never ends."""
    path = copy / PACKAGE / mutant.file
    whole = path.read_bytes()
    try:
        path.write_text(mutant.code, encoding="utf-8")
        return not passes(copy, tests, seconds)
    finally:
        path.write_bytes(whole)


def passes(copy: Path, tests: tuple[str, ...], seconds: float, *, quiet: bool = True) -> bool:
    """Run tests in a copy, in a process of its own, until one fails; what takes longer than allowed fails too."""
    process = os.fork()
    if not process:
        os.setpgid(0, 0)
        os._exit(_tested(copy, tests, quiet))
    until = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return status == 0
        if time.monotonic() > until:
            os.killpg(process, signal.SIGKILL)
            os.waitpid(process, 0)
            return False
        time.sleep(0.02)


def _tested(copy: Path, tests: tuple[str, ...], quiet: bool) -> int:
    """Run pytest within this process, and return its exit code."""
    import pytest

    os.chdir(copy)
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(copy / "src"), str(copy)]
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path[:2])
    if quiet:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
    return int(pytest.main(["-x", "-q", "-n0", "-p", "no:cacheprovider", *tests]))


if __name__ == "__main__":
    main()
