"""This file is where pictures of sound are correlated, by every engine and by SciPy: which is the quickest when."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.signal import fftconvolve

import goldenear as ge
from benchmarks.answers import must_be_equal
from benchmarks.measure import Side, Work, duration, interleaved, ratio
from benchmarks.options import Options
from benchmarks.tables import Table
from goldenear.match.background import shipped

SECONDS = 60
VOICES = 8
CUTS = (4, 10, SECONDS)
ENGINES = ("auto", "numpy", "numba", "torch")
SCIPY = "SciPy fftconvolve"


def tables(options: Options) -> list[Table]:
    """Return how long a correlogram of two pictures of sound takes."""
    what, piece = _heard(10 if options.quick else SECONDS, options)
    table = Table(
        "Pictures of sound: a correlogram with a cut of the same, times as long as by painting (`fft`)",
        ["cut", "pairs of strokes", "placements", "fft", *ENGINES, SCIPY],
        remarks=[
            f"{what}, heard: {len(piece):,} strokes. SciPy has both pictures drawn beforehand, and rounds; ours "
            "begins with notes.",
        ],
    )
    for seconds in CUTS:
        cut = piece.where(piece.onset < seconds * 48)
        whole = ge.correlogram(piece, cut, backend="numpy")
        sides = [_ours(engine, piece, cut, whole) for engine in ("fft", *ENGINES)]
        timings = interleaved([*sides, _scipy(piece, cut, whole)], 3 if options.quick else 7)
        own = timings["fft"]
        others = [str(ratio(timings[name], own)) for name in (*ENGINES, SCIPY)]
        counts = [f"{len(piece) * len(cut):,}", f"{whole.values.size:,}"]
        table.rows.append([f"{seconds} s", *counts, duration(own.median), *others])
    return [table]


def _heard(seconds: int, options: Options) -> tuple[str, ge.NoteArray]:
    """Return in words what is heard, and it: a recording, where one is long enough, else songs as they may sound."""
    for path in sorted((options.data / "recordings").glob("*.ogg")) if options.data else ():
        clip = ge.read_clip(path, seconds=seconds)
        if clip.seconds == seconds:
            return f"{seconds} s of a recording ({path.stem.split('__')[-1]})", ge.hear(clip)
    return f"{seconds} s of songs as goldenear's string plays them, {VOICES} at a time", sounding(seconds)


def sounding(seconds: int) -> ge.NoteArray:
    """Return what is heard of songs, several at a time, one after another."""
    tunes = shipped()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "songs.wav")
        voices = []
        for voice in range(VOICES):
            ge.render(_one_after_another(tunes[voice::VOICES], 2 * seconds), path, tempo=120)
            voices.append(ge.read_clip(path, seconds=seconds).wave)
    length = min(map(len, voices))
    return ge.hear(ge.Clip.of(np.mean([wave[:length] for wave in voices], axis=0), 24_576))


def _one_after_another(tunes: list[ge.NoteArray], quarters: int) -> ge.NoteArray:
    """Return tunes in a row, until so many quarters are full."""
    parts, at = [], 0
    for tune in tunes:
        quarter = tune.ticks_per_quarter
        parts.append(((tune.onset - tune.first_onset) / quarter + at, tune.duration / quarter, tune.pitch))
        at += int(np.ceil(float(tune.quarters)))
        if at >= quarters:
            break
    onset, lasts, pitch = (np.concatenate(column) for column in zip(*parts, strict=True))
    return ge.NoteArray.from_arrays(
        pitch=pitch, onset=np.rint(onset * 960), duration=np.rint(lasts * 960), ticks_per_quarter=960
    )


def _ours(engine: str, piece: ge.NoteArray, cut: ge.NoteArray, whole: ge.Correlogram) -> Side:
    """Return the side of one engine."""

    def run() -> np.ndarray:
        return ge.correlogram(piece, cut, backend=engine).values

    return Side(engine, lambda _: Work(run, check=_same(whole.values)), budget=20)


def _scipy(piece: ge.NoteArray, cut: ge.NoteArray, whole: ge.Correlogram) -> Side:
    """Return the side of the library that correlates pictures by a transform of 64 bits."""
    wide, small = (ge.draw(notes).pixels().astype(np.float64) for notes in (piece, cut))
    return Side(
        SCIPY,
        lambda _: Work(lambda: fftconvolve(wide, small[::-1, ::-1]), check=_nearly(whole.values)),
        budget=20,
    )


def _same(expected: np.ndarray) -> Callable[[np.ndarray], None]:
    """Return a check that every number is the same."""
    return lambda found: must_be_equal("correlogram", expected.tolist(), found.tolist())


def _nearly(expected: np.ndarray) -> Callable[[np.ndarray], None]:
    """Return a check that every number is the same once rounded."""
    return lambda found: must_be_equal("correlogram", expected.tolist(), np.rint(found).astype(int).tolist())
