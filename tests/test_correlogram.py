"""The correlogram equals the picture: SciPy's 2-D correlation and the naive twin, on every engine, to the bit."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import correlate

import goldenear as ge
import naive
from goldenear.correlate.backends import chosen, on_fft
from strategies import fragments, random_fragment


def rolls(notes: ge.NoteArray, *, drums: bool, low: int, high: int, start: int, end: int) -> np.ndarray:
    """Draw one plane of the notes on a given rectangle, by this test's own loop."""
    image = np.zeros((high - low + 1, end - start), np.int64)
    for note in notes:
        if note.is_drum == drums:
            image[note.pitch - low, note.onset - start : note.offset - start] = note.brightness
    return image


def extent(notes: ge.NoteArray) -> tuple[int, int]:
    return notes.first_onset, notes.last_offset


def picture_correlation(piece: ge.NoteArray, fragment: ge.NoteArray) -> dict[int, np.ndarray]:
    """Correlate the two drawn pictures with SciPy; one row a transposition, shifts from the leftmost contact."""
    spans = [extent(n) for n in (piece, fragment)]
    low = int(min(piece.pitch.min(), fragment.pitch.min()))
    high = int(max(piece.pitch.max(), fragment.pitch.max()))
    pitched = [
        rolls(n, drums=False, low=low, high=high, start=s, end=e)
        for n, (s, e) in zip((piece, fragment), spans, strict=True)
    ]
    drums = [
        rolls(n, drums=True, low=low, high=high, start=s, end=e)
        for n, (s, e) in zip((piece, fragment), spans, strict=True)
    ]
    rows = correlate(pitched[0], pitched[1], method="direct")
    drum_row = correlate(drums[0], drums[1], method="direct")[high - low]
    return {p: rows[p + high - low] + drum_row for p in range(low - high, high - low + 1)}


@pytest.mark.parametrize("seed", range(20))
def test_equals_scipy_on_the_drawn_rolls(seed: int) -> None:
    """20 x 110 random pairs: lines and chords, triplets, unisons, drums, painted brightness."""
    rng = np.random.default_rng(seed)
    engines = ("numpy", "numba", "fft")
    for i in range(110):
        drums, painted = i % 3 == 0, i % 2 == 0
        piece = random_fragment(rng, notes=int(rng.integers(1, 30)), span=48, drums=drums, painted=painted)
        fragment = random_fragment(rng, notes=int(rng.integers(1, 9)), span=24, drums=drums, painted=painted)
        expected = picture_correlation(piece, fragment)
        found = [ge.correlogram(piece, fragment, backend=engine) for engine in engines]
        for c in found:
            assert c.frame == found[0].frame
            assert len(c.shifts) == len(next(iter(expected.values())))
            for row, p in enumerate(c.transpositions.tolist()):
                assert np.array_equal(c.values[row], expected.pop(p) if c is found[-1] else expected[p])
        # Beyond the frame nothing pitched is shared.
        outside = np.array(list(expected.values()))
        if outside.size:
            assert (outside == found[0].drums).all()


@given(fragments(painted=True, forbidden=True), fragments(painted=True, forbidden=True, most_notes=5))
def test_equals_the_naive_twin(piece: ge.NoteArray, fragment: ge.NoteArray) -> None:
    expected = naive.correlogram(piece, fragment)
    for engine in ("numpy", "numba", "fft"):
        c = ge.correlogram(piece, fragment, backend=engine)
        values = {
            (p, s): int(c.values[i, j])
            for i, p in enumerate(c.transpositions.tolist())
            for j, s in enumerate(c.shifts.tolist())
            if c.values[i, j]
        }
        in_frame = {k: v for k, v in expected.items() if k[0] in set(c.transpositions.tolist())}
        assert values == in_frame
        for (p, s), value in expected.items():
            assert c.at(transposition=p, shift=s) == value


@given(fragments(most_notes=12), fragments(), st.integers(1, 40))
def test_tiles_join_to_the_whole(piece: ge.NoteArray, fragment: ge.NoteArray, columns: int) -> None:
    for engine in ("numpy", "numba", "fft"):
        whole = ge.correlogram(piece, fragment, backend=engine)
        tiles = list(ge.correlogram_tiles(piece, fragment, columns=columns, backend=engine))
        assert all(tile.values.shape[1] <= columns for tile in tiles)
        assert np.array_equal(np.concatenate([t.values for t in tiles], axis=1), whole.values)
        assert np.array_equal(np.concatenate([t.shifts for t in tiles]), whole.shifts)


def test_peaks_keep_clear_of_one_another(backend: str) -> None:
    theme = ge.NoteArray.from_arrays(
        pitch=[60, 64, 62], onset=[0, 4, 8], duration=[4, 4, 4], ticks_per_quarter=4
    )
    both = ge.NoteArray.from_arrays(
        pitch=[60, 64, 62, 67, 71, 69],
        onset=[0, 4, 8, 32, 36, 40],
        duration=[4] * 6,
        ticks_per_quarter=4,
    )
    c = ge.correlogram(both, theme, backend=backend)
    assert c.peaks(2) == [ge.Peak(0, 0, 12), ge.Peak(7, 32, 12)]
    crowded = c.peaks(3, exclusion_steps=0, exclusion_ticks=0)
    assert crowded[2].shared < 12
    assert c.peaks(10**6)[-1].shared > 0


def test_a_picture_over_the_budget_is_refused_before_it_is_allocated() -> None:
    long = ge.NoteArray.from_arrays(pitch=[0, 127], onset=[0, 2**39], duration=[1, 1], ticks_per_quarter=1)
    with pytest.raises(ge.TooLarge, match="correlogram_tiles"):
        ge.correlogram(long, long)
    with pytest.raises(ge.TooLarge, match="at_resolution"):
        ge.draw(long).pixels()


def test_sums_that_leave_64_bits_are_refused() -> None:
    huge = ge.NoteArray.from_arrays(
        pitch=range(100), onset=[0] * 100, duration=[2**40] * 100, brightness=127, ticks_per_quarter=1
    )
    with pytest.raises(ge.TooLarge, match="64 bits"):
        next(ge.correlogram_tiles(huge, huge))


def test_empty_fragments_and_unknown_engines_are_refused() -> None:
    note = ge.NoteArray.from_arrays(pitch=[60], onset=[0], duration=[1], ticks_per_quarter=1)
    nothing = ge.NoteArray.from_arrays(pitch=[], onset=[], duration=[], ticks_per_quarter=1)
    for pair in ((note, nothing), (nothing, note)):
        with pytest.raises(ge.NoNotes, match="no notes"):
            ge.correlogram(*pair)
    with pytest.raises(ge.InvalidInput, match="backend"):
        ge.correlogram(note, note, backend="abacus")
    other = ge.NoteArray.from_arrays(
        pitch=[60], onset=[0], duration=[1], ticks_per_quarter=1, steps_per_octave=19
    )
    with pytest.raises(ge.InvalidInput, match="19 steps an octave"):
        ge.correlogram(note, other)


def test_auto_takes_compiled_code_only_where_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "goldenear.correlate.backends.on_numba", raising=False)
    assert chosen("auto", 1000, 10) == "numpy"
    assert chosen("auto", 10**10, 10) == "numba"
    assert chosen("auto", 10**7, 8 * 10**6) == "numba"
    assert chosen("auto", 1000, 100_000) == "fft"
    monkeypatch.setitem(sys.modules, "goldenear.correlate.backends.on_numba", object())
    assert chosen("auto", 1000, 10) == "numba"
    assert chosen("numpy", 10**10, 10) == "numpy"


def test_an_engine_is_passed_as_an_object() -> None:
    rng = np.random.default_rng(4)
    piece, fragment = (random_fragment(rng, notes=n, span=60, drums=True, painted=True) for n in (20, 5))
    expected = ge.correlogram(piece, fragment, backend="numpy").values
    for engine in (ge.NumpyEngine(), ge.NumbaEngine(), ge.FftEngine(), ge.TorchEngine("cpu")):
        assert np.array_equal(ge.correlogram(piece, fragment, backend=engine).values, expected)
        assert (
            ge.find(piece, fragment, threshold=0.3, backend=engine).rows
            == ge.find(piece, fragment, threshold=0.3, backend="numpy").rows
        )
    with pytest.raises(ge.InvalidInput, match="an engine such as NumpyEngine()"):
        ge.correlogram(piece, fragment, backend=ge.NumpyEngine)


def heard(rng: np.random.Generator, frames: int, brightest: int) -> ge.NoteArray:
    """Return a picture as dense as sound: every pixel may shine at a level of its own."""
    level = rng.integers(1, brightest + 1, (40, frames)) * (rng.random((40, frames)) < 0.5)
    pitch, onset = np.nonzero(level)
    return ge.NoteArray.from_arrays(
        pitch=pitch, onset=onset, duration=1, brightness=level[pitch, onset], ticks_per_quarter=24
    )


@pytest.mark.parametrize("brightest", [1, 12, 127])
@pytest.mark.parametrize("pixels", [2**21, 4_000])
def test_dense_pictures_are_counted_to_the_pixel(monkeypatch, brightest: int, pixels: int) -> None:
    monkeypatch.setattr(on_fft, "MAX_PIXELS", pixels)
    rng = np.random.default_rng(brightest)
    piece, fragment = heard(rng, 150, brightest), heard(rng, 40, brightest)
    whole = ge.correlogram(piece, fragment, backend="numpy")
    assert np.array_equal(ge.correlogram(piece, fragment, backend="fft").values, whole.values)


def test_what_a_transform_would_round_is_cut_smaller(monkeypatch) -> None:
    # As if it rounded a hundred million times worse: small parts remain, and all is exact.
    cuts: list[tuple[int, ...]] = []
    halves = on_fft._halves
    monkeypatch.setattr(on_fft, "ROUNDING", on_fft.ROUNDING * 1e8)
    monkeypatch.setattr(on_fft, "_halves", lambda *task: cuts.append(task) or halves(*task))
    rng = np.random.default_rng(0)
    piece, fragment = heard(rng, 60, 127), heard(rng, 30, 127)
    expected = ge.correlogram(piece, fragment, backend="numpy").values
    assert np.array_equal(ge.correlogram(piece, fragment, backend="fft").values, expected)
    assert len(cuts) > 10
