"""This file is where an optional library is fetched, when it is first needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from goldenear.errors import MissingExtra


def needed(module: str, what: str, extra: str) -> Any:
    """Return a module of a library that goldenear has done without until now.

    Parameters
    ----------
    module : str
        Its full name.
    what : str
        What needs it, for the message.
    extra : str
        The extra that installs it.

    Raises
    ------
    MissingExtra
        If it is not installed, or cannot be loaded here.
    """
    try:
        return import_module(module)
    except (ImportError, OSError):
        raise MissingExtra(what, extra) from None
