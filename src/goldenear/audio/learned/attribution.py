"""This file is where an attribution stands: what each part of a clip adds to a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from goldenear.hearing.clip import Clip, must_be_a_clip

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """What each part of a clip adds to the logit of good over that of bad.

    Attributes
    ----------
    values : float32 array, shape (r, n) or (n,)
        Above 0 where it speaks for good, below 0 where it speaks for bad.
    seconds : float64 array, shape (n,)
        When each of the n frames sounds.
    hertz : float64 array, shape (r,) or (0,)
        The frequency of each of the r rows; empty where there are none.
    whole, dark : float
        The difference of logits of the clip, and of silence.
    because : str
        The verdict's reason; empty where the classes are others than good and bad.
    """

    values: NDArray[np.float32]
    seconds: NDArray[np.float64]
    hertz: NDArray[np.float64]
    whole: float
    dark: float
    because: str = ""

    def plot(self, clip: Clip) -> Figure:
        """Draw the clip's constant-Q picture, and where in it what speaks for good (blue-green) and bad (brown).

        Raises
        ------
        MissingExtra
            If matplotlib (extra ``plot``) or librosa (extra ``audio``) is not installed.
        """
        must_be_a_clip(clip)
        from goldenear.audio.learned.plot_attribution import plot_attribution

        return plot_attribution(clip, self)
