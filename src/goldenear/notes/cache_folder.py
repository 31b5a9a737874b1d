"""This file is where the folder is named for what can be made again: compiled code's mark, packed libraries."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder for what can be made again; it need not exist.

    ``$GOLDENEAR_CACHE`` if that is set; else ``goldenear`` in the system's folder for caches
    (``$XDG_CACHE_HOME``, ``~/.cache``, ``~/Library/Caches`` or ``%LOCALAPPDATA%``).
    """
    own = os.environ.get("GOLDENEAR_CACHE")
    if own:
        return Path(own)
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        root = Path.home() / "Library" / "Caches"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "goldenear"
