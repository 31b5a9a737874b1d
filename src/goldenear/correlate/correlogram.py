"""This file is where two fragments become a correlogram: their shared time at every transposition and shift."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import lcm
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import whole_number
from goldenear.correlate.backends import Backend, SharedTime, shared_time_of
from goldenear.correlate.frame import Frame, Seam, extent, frame_around
from goldenear.correlate.turning_points import Lines
from goldenear.errors import InvalidInput, NoNotes, TooLarge
from goldenear.notes.note_array import NoteArray, must_be_notes
from goldenear.notes.piano_roll import PianoRoll, draw
from goldenear.notes.provenance import FURTHEST

MAX_CELLS = 2**27
"""The largest correlogram held whole: one gibibyte."""

MAX_SHARED = 2**62


class Peak(NamedTuple):
    """A bright place of a correlogram."""

    transposition: int
    shift: int
    shared: int


@dataclass(frozen=True, slots=True, eq=False)
class Correlogram:
    """Shared time over transposition and shift; equal to the 2-D cross-correlation of the two pictures.

    Attributes
    ----------
    values : int64 array, shape (transpositions, shifts)
        Ticks that sound in both, weighted by brightness times brightness.
    frame : Frame
        Which row is which transposition, which column which shift.
    drums : int64 array, shape (shifts,)
        What the drums alone share; it is part of every row, since drums do not move with the pitch.
    ticks_per_quarter : int
        What shifts and values are counted in.
    """

    values: NDArray[np.int64]
    frame: Frame
    drums: NDArray[np.int64]
    ticks_per_quarter: int

    @property
    def transpositions(self) -> NDArray[np.int64]:
        """The transposition of every row, in steps."""
        return self.frame.transpositions

    @property
    def shifts(self) -> NDArray[np.int64]:
        """The shift of every column, in ticks."""
        return self.frame.shifts

    def at(self, *, transposition: int, shift: int) -> int:
        """Return the shared time at one placement, anywhere: beyond the frame nothing pitched is shared."""
        whole_number("transposition", transposition, -(2**31), 2**31)
        whole_number("shift", shift, -FURTHEST, FURTHEST)
        column = shift - self.frame.first_shift
        row = transposition - self.frame.first_transposition
        if not 0 <= column < self.frame.columns:
            return 0
        if not 0 <= row < self.frame.rows:
            return int(self.drums[column])
        return int(self.values[row, column])

    def peaks(
        self, k: int = 1, *, exclusion_steps: int = 1, exclusion_ticks: int | None = None
    ) -> list[Peak]:
        """Return the k brightest placements that keep clear of one another.

        Parameters
        ----------
        k : int
            How many, at most; fewer where the rest is dark.
        exclusion_steps, exclusion_ticks : int
            No two peaks are this close, or closer, in both transposition and shift. A step and a quarter
            by default.

        Returns
        -------
        list of Peak
            The brightest first; of equals the smallest transposition either way, then the earliest.
        """
        whole_number("k", k, 0, 2**62)
        whole_number("exclusion_steps", exclusion_steps, 0, 2**31)
        if exclusion_ticks is not None:
            whole_number("exclusion_ticks", exclusion_ticks, 0, FURTHEST)
        reach = self.ticks_per_quarter if exclusion_ticks is None else exclusion_ticks
        left = self.values.copy()
        nearest_first = np.argsort(np.abs(self.transpositions), kind="stable")
        found: list[Peak] = []
        while len(found) < k and left.size:
            row_best = left.max(axis=1)[nearest_first]
            row = int(nearest_first[np.argmax(row_best)])
            column = int(np.argmax(left[row]))
            if left[row, column] <= 0:
                break
            found.append(
                Peak(
                    row + self.frame.first_transposition,
                    column + self.frame.first_shift,
                    int(left[row, column]),
                )
            )
            left[
                max(0, row - exclusion_steps) : row + exclusion_steps + 1,
                max(0, column - reach) : column + reach + 1,
            ] = 0
        return found


def correlogram(
    piece: NoteArray, fragment: NoteArray, *, backend: Backend = "auto", max_cells: int = MAX_CELLS
) -> Correlogram:
    """Lay the fragment over the piece at every transposition and shift, and count what they share.

    Parameters
    ----------
    piece, fragment : NoteArray
        The fragment is the one that moves. Different resolutions are brought to their least common
        multiple; the pitch grids must be the same.
    backend : {"auto", "numpy", "numba", "fft", "torch"}, or an engine
        The engine; all return the same integers. ``"fft"`` is for dense pictures, as of sound; ``"auto"`` chooses by
        the work. An engine is such as :class:`goldenear.NumbaEngine`.
    max_cells : int
        The budget, checked before anything is allocated.

    Returns
    -------
    Correlogram
        ``correlogram(piece, fragment).at(transposition=p, shift=s)`` is the sum, over all pixels, of the
        piece's brightness times that of the fragment moved `p` steps up and `s` ticks later.

    Raises
    ------
    NoNotes
        If either is empty.
    InvalidInput
        If the pitch grids differ.
    TooLarge
        If the correlogram would exceed `max_cells`; `correlogram_tiles` gives it in parts.

    Notes
    -----
    Problem P3 of Ukkonen, Lemström and Mäkinen, "Geometric algorithms for transposition invariant
    content-based music retrieval", ISMIR 2003. Work grows with the number of note pairs plus the number
    of placements; no picture is painted and no Fourier transform rounds. Only ``"fft"`` paints and transforms, in
    parts so small that the nearest whole number is the answer; ``"auto"`` takes it where pairs outnumber placements.

    Examples
    --------
    >>> x = NoteArray.from_arrays(pitch=[60, 62], onset=[0, 4], duration=[4, 4], ticks_per_quarter=4)
    >>> correlogram(x, x.transposed(-3)).peaks()
    [Peak(transposition=3, shift=0, shared=8)]
    """
    whole_number("max_cells", max_cells, 1, 2**62)
    pictures = _pictures(piece, fragment)
    frame = frame_around(*(extent(picture) for picture in pictures.planes))
    if frame.cells > max_cells:
        raise TooLarge(
            f"the correlogram would have {frame.rows:,} x {frame.columns:,} placements, over the budget of "
            f"{max_cells:,}: use correlogram_tiles, or count in fewer ticks with at_resolution"
        )
    (whole,) = _tiles(
        pictures, frame, max(1, frame.columns), shared_time_of(backend, frame.cells, pictures.pairs)
    )
    return whole


def correlogram_tiles(
    piece: NoteArray, fragment: NoteArray, *, columns: int = 2**16, backend: Backend = "auto"
) -> Iterator[Correlogram]:
    """Give the correlogram in tiles of at most `columns` shifts, from the first shift to the last.

    The parameters and errors are those of :func:`correlogram`; memory stays that of one tile.
    """
    whole_number("columns", columns, 1, 2**62)
    pictures = _pictures(piece, fragment)
    frame = frame_around(*(extent(picture) for picture in pictures.planes))
    return _tiles(pictures, frame, columns, shared_time_of(backend, frame.cells, pictures.pairs))


class Pictures(NamedTuple):
    """Two pictures of one resolution, each as its plane of pitched notes and its plane of drums."""

    planes: tuple[tuple[Lines, Lines], tuple[Lines, Lines]]
    ticks_per_quarter: int

    @property
    def pairs(self) -> int:
        """How many pairs of strokes there are."""
        piece, fragment = (sum(len(lines.pitch) for lines in planes) for planes in self.planes)
        return piece * fragment


def planes(roll: PianoRoll) -> tuple[Lines, Lines]:
    """Return the strokes of the pitched notes and those of the drums."""
    columns = (roll.pitch, roll.onset, roll.offset, roll.brightness)
    return Lines(*(c[~roll.is_drum] for c in columns)), Lines(*(c[roll.is_drum] for c in columns))


class SummedTile(NamedTuple):
    """A tile of several fragments laid on one piece: shared time, and the drums' part in it."""

    frame: Frame
    values: NDArray[np.int64]
    """Shape (fragments, transpositions, shifts)."""
    drums: NDArray[np.int64]
    """Shape (fragments, shifts)."""


def summed_tiles(
    piece: tuple[Lines, Lines],
    fragments: Sequence[tuple[Lines, Lines]],
    frame: Frame,
    columns: int,
    engine: SharedTime,
) -> Iterator[SummedTile]:
    """Give the tiles of a frame that holds every placement of every fragment, each carrying its seams on.

    One run serves all fragments: each lies a storey below the one before it, so that its rows are a storey
    higher, and none reaches into another's.
    """
    stacked = _stacked([pitched for pitched, _ in fragments], frame.rows)
    storeys = replace(frame, rows=frame.rows * len(fragments))
    drums = [i for i, (_, drum) in enumerate(fragments) if len(drum.pitch) and len(piece[1].pitch)]
    seam = Seam.before(storeys)
    drum_seams = {i: Seam.before(frame.row()) for i in drums}
    for tile, tall in zip(frame.tiles(columns), storeys.tiles(columns), strict=True):
        flat, seam = engine(piece[0], stacked, tall, seam)
        values = flat.reshape(len(fragments), frame.rows, tile.columns)
        drum_values = np.zeros((len(fragments), tile.columns), np.int64)
        for i in drums:
            row, drum_seams[i] = engine(piece[1], fragments[i][1], tile.row(), drum_seams[i])
            drum_values[i] = row[0]
            values[i] += row
        yield SummedTile(tile, values, drum_values)


def _stacked(fragments: Sequence[Lines], storey: int) -> Lines:
    """Return the fragments as one, each a storey lower than the one before."""
    if len(fragments) == 1:
        return fragments[0]
    pitch = np.concatenate([lines.pitch - i * storey for i, lines in enumerate(fragments)])
    return Lines(
        pitch, *(np.concatenate(columns) for columns in zip(*(f[1:] for f in fragments), strict=True))
    )


def _pictures(piece: NoteArray, fragment: NoteArray) -> Pictures:
    """Check the two arguments and draw them at one resolution."""
    for notes, role in ((piece, "piece"), (fragment, "fragment")):
        must_be_notes(role, notes)
        if not len(notes):
            raise NoNotes(notes.name or f"the {role}")
    if piece.steps_per_octave != fragment.steps_per_octave:
        raise InvalidInput(
            f"fragment: its grid has {fragment.steps_per_octave} steps an octave, the piece's "
            f"{piece.steps_per_octave}; read both on the same grid"
        )
    resolution = lcm(piece.ticks_per_quarter, fragment.ticks_per_quarter)
    rolls = [draw(notes).at_resolution(resolution) for notes in (piece, fragment)]
    check_exact(*rolls)
    return Pictures((planes(rolls[0]), planes(rolls[1])), resolution)


def check_exact(piece: PianoRoll, fragment: PianoRoll) -> None:
    """Raise TooLarge if a sum over the two pictures could leave 64 bits."""
    bounds = [
        int(np.abs(roll.brightness).max(initial=0)) * int((roll.offset - roll.onset).sum())
        for roll in (piece, fragment)
    ]
    if min(bounds) * 127**2 > MAX_SHARED or max(bounds) > MAX_SHARED:
        raise TooLarge(
            "the two pictures are too long and bright to be counted in 64 bits; use fewer ticks a quarter"
        )


def _tiles(pictures: Pictures, frame: Frame, columns: int, engine: SharedTime) -> Iterator[Correlogram]:
    """Wrap the tiles of two pictures as correlograms."""
    piece, fragment = pictures.planes
    for tile, (values,), (drums,) in summed_tiles(piece, [fragment], frame, columns, engine):
        values.flags.writeable = False
        yield Correlogram(values, tile, drums, pictures.ticks_per_quarter)
