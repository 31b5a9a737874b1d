"""The window cosine, an earlier measure of likeness, as a baseline with a formula of its own.

At one placement of a sample on X, S is the time that both share, R the time that the sample sounds, and E the time
that X sounds in the sample's window: its span of time, its range of pitches and a whole tone either way::

    similarity = S / sqrt(R E)

The sample is transposed and shifted, never stretched or mirrored. Pictures have 12 ticks a quarter; drums are left
out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import fft

import goldenear as ge

TICKS = 12
"""Of a quarter, on which pictures are drawn."""

MARGIN = 2
"""Steps of the window above and below the sample."""

Picture = NDArray[np.float32]


def window_cosines(x: ge.NoteArray, samples: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
    """Return the greatest similarity of X to each sample, over all transpositions and shifts.

    Parameters
    ----------
    x : NoteArray
        Music of any texture.
    samples : sequence of NoteArray, length n
        What is looked for in it.

    Returns
    -------
    float array, shape (n,)
        0..1; 0 where a sample shares nothing with X.

    Examples
    --------
    >>> x = ge.NoteArray.from_arrays(pitch=[60, 64], onset=[0, 0], duration=[1, 1], ticks_per_quarter=1)
    >>> window_cosines(x, [x, x.where(x.pitch == 60)]).tolist()
    [1.0, 1.0]
    """
    picture = _picture(x)
    # The margin goes round the sample, so that sample and window have one size and one place.
    windows = [np.pad(_picture(sample), ((MARGIN, MARGIN), (0, 0))) for sample in samples]
    largest = np.max([window.shape for window in windows], axis=0)
    # So large a frame holds every placement once, and none wraps round.
    frame = tuple(fft.next_fast_len(int(n), real=True) for n in picture.shape + largest - 1)
    spectrum = fft.rfft2(picture, frame)
    return np.array([_greatest(spectrum, window, frame) for window in windows])


def _greatest(spectrum: NDArray[np.complex64], window: Picture, frame: tuple[int, ...]) -> float:
    """Return the greatest similarity of one sample, given X's spectrum."""
    shared, energy = (
        np.rint(fft.irfft2(spectrum * fft.rfft2(each, frame).conj(), frame))
        for each in (window, np.ones_like(window))
    )
    return float((shared / np.sqrt(window.sum() * np.maximum(energy, 1))).max())


def _picture(notes: ge.NoteArray) -> Picture:
    """Draw the pitched notes: 1 where one sounds."""
    return ge.draw(notes.quantised(TICKS)).pixels().astype(np.float32)
