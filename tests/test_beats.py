"""Beats are laid line by line, by counting onsets that meet: the answer stays that of every engine."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import goldenear as ge
import naive
from goldenear.match.engines import on_numba

KICK, SNARE, CLAP, HAT, RIDE, OPEN = 36, 38, 39, 42, 51, 46

TICKS = 96
"""Of a quarter, where strokes are played off the grid."""


def beat(rng: np.random.Generator, steps: int, *, late: int = 0, painted: bool = False) -> ge.NoteArray:
    """Return strokes on sixteenths, each up to so many ticks late, some of them closer than a sixteenth."""
    drums = (KICK, SNARE, CLAP, HAT, RIDE, OPEN)
    share = rng.choice([0.1, 0.3, 0.7], len(drums))
    step, drum = np.nonzero(rng.random((steps, len(drums))) < share)
    onset = step * (TICKS // 4) + rng.integers(0, late + 1, len(step))
    return ge.NoteArray.from_arrays(
        pitch=np.array(drums)[drum],
        onset=onset,
        duration=rng.integers(1, TICKS, len(step)),
        brightness=rng.integers(1, 4, len(step)) if painted else 1,
        is_drum=True,
        ticks_per_quarter=TICKS,
    )


def tune(rng: np.random.Generator, notes: int) -> ge.NoteArray:
    """Return a line of eighths."""
    onset = np.arange(notes) * (TICKS // 2)
    pitch = rng.integers(55, 75, notes)
    return ge.NoteArray.from_arrays(pitch=pitch, onset=onset, duration=TICKS // 2, ticks_per_quarter=TICKS)


def together(one: ge.NoteArray, other: ge.NoteArray) -> ge.NoteArray:
    """Return what two play at once."""
    columns = ("pitch", "onset", "duration", "brightness", "is_drum")
    joined = {name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in columns}
    return ge.NoteArray.from_arrays(**joined, ticks_per_quarter=TICKS)


@pytest.mark.parametrize("late", [0, 7, 23])
@pytest.mark.parametrize("painted", [False, True])
def test_beats_by_compiled_loops_equal_the_numpy_engine(late, painted, monkeypatch) -> None:
    rng = np.random.default_rng(late + painted)
    beats = [beat(rng, steps, late=late, painted=painted) for steps in (64, 24, 9)]
    beats = [x for x in beats if len(x)]
    samples = [*beats, together(beats[0], tune(rng, 30)), together(beats[1], tune(rng, 9))]
    for grid, measure in ((96, "tversky"), (24, "cosine"), (24, "coverage")):
        how = ge.Recipe(grid=grid, measure=measure, alterations=ge.alterations(stretches=(1, "3/2", "3/4")))
        for x in (samples[0], samples[-2]):
            expected = ge.rank(x, samples, recipe=how, backend="numpy").rows
            # Fine grids take several tables of shifts, and a long X several parts.
            for long in (on_numba.LONG, 8):
                with monkeypatch.context() as patched:
                    patched.setattr(on_numba, "LONG", long)
                    assert ge.rank(x, samples, recipe=how, backend="numba").rows == expected
                    assert ge.rank(x, samples, recipe=how, backend="numba", exhaustive=True).rows == expected
                    found = ge.rank(x, samples, recipe=how, backend="numba", at_least=0.4, k=3)
                wanted = tuple(match for match in expected if match.similarity >= 0.4)
                assert found.rows == wanted[:3]


FORMS = ("prime", "inversion", "retrograde", "retrograde-inversion")


@settings(max_examples=60)
@given(
    st.integers(0, 2**32),
    st.permutations(FORMS),
    st.lists(st.sampled_from([0.8, 0.9, 1]), min_size=4),
    st.booleans(),
)
def test_drums_upside_down_are_left_out_only_where_they_cannot_win(seed, forms, weights, pitched) -> None:
    rng = np.random.default_rng(seed)
    x, sample = beat(rng, 8), beat(rng, 5)
    if not (len(x) and len(sample)):
        return
    sample = together(sample, tune(rng, 3)) if pitched else sample
    how = ge.Recipe(
        alterations=[ge.Alteration(form=form, price=w) for form, w in zip(forms, weights, strict=False)],
        grid=4,
    )
    similarity, alteration, _, onset, shared = naive.best_match(x, sample, how)
    for engine in ("numpy", "numba", "torch"):
        match = ge.rank(x, [sample], recipe=how, backend=engine).best
        assert match.similarity == similarity
        if similarity:
            assert (match.placement.alteration, match.onset, match.shared) == (alteration, onset, shared)
