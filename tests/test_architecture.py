"""The house: imports point one way, heavy libraries wait, the face computes nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import goldenear

ROOT = Path(goldenear.__file__).parent
FLOORS = [
    "errors",
    "limits",
    "arguments",
    "content",
    "files",
    "optional",
    "hearing",
    "notes",
    "weights_file",
    "correlate",
    "match",
    "plot",
    "plot_sound",
    "taste",
    "audio",
    "composing",
    "examples",
    "cli",
]
HEAVY = {
    "numba",
    "llvmlite",
    "torch",
    "dask",
    "matplotlib",
    "partitura",
    "librosa",
    "soundfile",
    "soxr",
    "scipy",
    "rich",
    "fastapi",
}
LIGHT_ENGINES = {"__init__.py", "on_numpy.py", "code_cache.py", "work.py"}
MODULES = sorted(
    p for p in ROOT.rglob("*.py") if p.relative_to(ROOT).parts not in {("__init__.py",), ("__main__.py",)}
)


def floor_of(parts: tuple[str, ...]) -> int:
    return FLOORS.index(parts[0].removesuffix(".py"))


def imported(path: Path, *, at_the_top_only: bool = False) -> list[str]:
    """Return the full names that a file imports; what only types need does not count at run time."""
    tree = ast.parse(path.read_text())
    nodes = tree.body if at_the_top_only else list(ast.walk(tree))
    names = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            names.append(node.module or "")
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    here = floor_of(path.relative_to(ROOT).parts)
    for name in imported(path):
        parts = tuple(name.split(".")[1:])
        if name.startswith("goldenear.") and parts[0] != "__version__":
            assert floor_of(parts) <= here, f"{path.name} reaches up to {name}"


def test_backends_see_only_frame_and_turning_points() -> None:
    for path in (ROOT / "correlate" / "backends").glob("on_*.py"):
        own = {
            n for n in imported(path) if n.startswith("goldenear.") and not n.rsplit(".", 1)[1][0].isupper()
        }
        assert own <= {
            "goldenear.correlate.frame",
            "goldenear.correlate.turning_points",
            "goldenear.correlate.turning_points.turning_points",
        }


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    top = {name.split(".")[0] for name in imported(path, at_the_top_only=True)}
    # What an engine is made of is imported when the engine is chosen, and by nothing else.
    part_of_engine = path.parent.name in ("backends", "engines", "kernels") and path.name not in LIGHT_ENGINES
    allowed = {"numba", "llvmlite", "torch"} if part_of_engine else set()
    assert top & HEAVY <= allowed


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_file_begins_with_its_one_sentence(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text()))
    assert text
    assert text.splitlines()[0].endswith(".")


def loaded_after(code: str) -> set[str]:
    """Return which heavy libraries a fresh process has loaded after running some code."""
    program = f"import sys\n{code}\nprint(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split()) & (HEAVY | {"numpy"})


COMPILED = sorted(
    [
        *ROOT.glob("match/engines/*.py"),
        *ROOT.glob("match/kernels/*.py"),
        *ROOT.glob("correlate/backends/*.py"),
    ]
)


@pytest.mark.parametrize("path", COMPILED, ids=lambda p: p.name)
def test_compiled_code_does_not_call_itself(path: Path) -> None:
    # Read from the cache of compiled code, such a call may lead nowhere, and the process dies.
    functions = [f for f in ast.walk(ast.parse(path.read_text())) if isinstance(f, ast.FunctionDef)]
    names = {f.name for f in functions}
    calls = {
        f.name: names & {getattr(n.func, "id", "") for n in ast.walk(f) if isinstance(n, ast.Call)}
        for f in functions
    }
    for name in names:
        reached, ahead = set(), calls[name]
        while ahead:
            reached |= ahead
            ahead = set().union(*(calls[called] for called in ahead)) - reached
        assert name not in reached, f"{path.name}: {name} calls itself"


def test_the_face_is_light() -> None:
    assert loaded_after("import goldenear") == set()


def test_the_command_line_is_light_until_a_command_runs() -> None:
    assert loaded_after("import goldenear.cli") <= {"rich"}


def test_ranking_on_numpy_loads_no_compiler() -> None:
    code = (
        "import goldenear as ge; n = ge.NoteArray.from_arrays(pitch=[60], onset=[0], duration=[1], "
        "ticks_per_quarter=1); ge.rank(n, [n])"
    )
    assert loaded_after(code) == {"numpy"}


def test_every_name_of_the_face_is_there() -> None:
    for name in goldenear.__all__:
        assert getattr(goldenear, name) is not None
        assert name in dir(goldenear)
    with pytest.raises(AttributeError, match="no attribute 'silver'"):
        _ = goldenear.silver
