"""This file is where the machine and the versions are told: a figure means nothing without them."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = {
    "goldenear": "goldenear",
    "NumPy": "numpy",
    "numba": "numba",
    "SciPy": "scipy",
    "OpenCV": "opencv-python-headless",
    "scikit-image": "scikit-image",
    "PyTorch": "torch",
}


def described() -> list[str]:
    """Return the machine and the versions, a line each."""
    versions = [f"{name} {_version(package)}" for name, package in PACKAGES.items()]
    return [
        f"{_processor()}, {os.cpu_count()} cores, {_memory()}, {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}, {', '.join(versions)}",
    ]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"


def _processor() -> str:
    """Return the processor's name, and the widest vectors it says it has."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    told = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
    told = {key.strip(): value.strip() for key, value in told.items()}
    flags = told.get("flags", "").split()
    vectors = next((name for name in ("avx512bw", "avx2", "avx", "sse4_2") if name in flags), "")
    model = f"family {told.get('cpu family', '?')} model {told.get('model', '?')}"
    return f"{told.get('model name', platform.machine())} ({', '.join(filter(None, (model, vectors)))})"


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB of memory"
    except (ValueError, OSError, AttributeError):
        return "memory unknown"
