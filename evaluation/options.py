"""This file is where a run's wishes are kept: on which music, how thorough."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evaluation.errors import NotHere


@dataclass(frozen=True)
class Options:
    """What a task may take into account.

    Attributes
    ----------
    data : Path, optional
        A folder of real music with ground truth.
    quick : bool
        Small backgrounds: to see that everything runs, not to quote.
    threads : int
        How many threads rank.
    pictures : Path, optional
        Where curves are drawn; without it they are not.
    """

    data: Path | None = None
    quick: bool = False
    threads: int = 1
    pictures: Path | None = None

    def folder(self, name: str) -> Path:
        """Return a folder of the data.

        Raises
        ------
        NotHere
            If no folder of data was given, or this one is not in it.
        """
        if self.data is None:
            raise NotHere(f"{name}: no folder of data was given (--data)")
        folder = self.data / name
        if not folder.is_dir():
            raise NotHere(f"{name}: there is no such folder in {self.data}")
        return folder
