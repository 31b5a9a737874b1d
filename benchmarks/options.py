"""This file is where a run's wishes are kept: how thorough, on which music, and where pictures go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """What a section may take into account.

    Attributes
    ----------
    quick : bool
        Small sizes, few rounds: to see that everything runs, not to quote.
    data : Path, optional
        A folder of real music (nottingham_abc, mtc_ann_dev, pop909).
    pictures : Path, optional
        Where pictures go; None draws none.
    """

    quick: bool = False
    data: Path | None = None
    pictures: Path | None = None

    @property
    def rounds(self) -> int:
        """How often each side is run."""
        return 3 if self.quick else 12
