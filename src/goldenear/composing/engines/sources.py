"""This file is where it stands what the compiled loops of the search are made of: a change makes them anew."""

from __future__ import annotations

from pathlib import Path

from goldenear.match.kernels.code_cache import SOURCES as OF_THE_ENGINE

HERE = Path(__file__).parent

COMPILED = ("chance", "placed", "reach", "note_moves", "verbatim", "vetoed", "polish")

SOURCES = (*OF_THE_ENGINE, HERE.parent / "rows.py", *(HERE / f"{name}.py" for name in COMPILED))
