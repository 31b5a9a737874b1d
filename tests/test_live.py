"""Live matches are what a new ranking of X as it stands would give, after any edits and undos."""

import numpy as np
import pytest

import goldenear as ge
from strategies import random_fragment
from test_engines import line


def one_note(rng: np.random.Generator) -> ge.NoteArray:
    return ge.NoteArray.from_arrays(
        pitch=[int(rng.integers(48, 74))],
        onset=[int(rng.integers(0, 90))],
        duration=[int(rng.choice([3, 4, 6, 12]))],
        ticks_per_quarter=12,
    )


def edit(rng: np.random.Generator, live: ge.LiveMatches) -> None:
    """Add, take away, move, lengthen or undo."""
    kind = rng.integers(4)
    some = [int(rng.integers(len(live.x)))]
    if kind == 0 and len(live.x) < 30:
        live.change(add=one_note(rng))
    elif kind == 1 and len(live.x) > 6:
        live.change(remove=some)
    elif kind == 2 and live._past:
        live.undo()
    else:
        live.change(remove=some, add=one_note(rng))


@pytest.mark.parametrize("measure", ["window-cosine", "cosine", "coverage"])
def test_edits_and_undos_leave_it_exact(measure: str) -> None:
    rng = np.random.default_rng(4)
    recipe = ge.Recipe(measure=measure, alterations=ge.alterations(stretches=(1, "3/2", "1/2")))
    samples = ge.prepare([line(rng) for _ in range(12)], recipe)
    live = ge.LiveMatches(samples[3].transposed(2), samples)
    for i in range(150):
        edit(rng, live)
        if i % 3 == 0:
            expected = ge.rank(live.x, samples, backend="numba")
            assert live.best == expected[0]
            assert live.similarity == expected[0].similarity
        if i % 15 == 0:
            assert live.rank(4).rows == expected.rows[:4]
            assert live.rank() == expected
    while live._past:
        live.undo()
    assert live.x == samples[3].transposed(2)
    assert live.rank() == ge.rank(live.x, samples, backend="numba")


def test_all_kinds_of_samples_stay_exact() -> None:
    """Drums, painted brightness, forbidden places, and an X that becomes painted itself."""
    rng = np.random.default_rng(9)
    forbidding = ge.NoteArray.from_arrays(
        pitch=[60, 64, 66],
        onset=[0, 12, 0],
        duration=[12, 12, 24],
        brightness=[1, 1, -1],
        ticks_per_quarter=12,
    )
    painted = [random_fragment(rng, notes=9, span=48, drums=i % 2 == 0, painted=i > 3) for i in range(8)]
    samples = ge.prepare(
        [*painted, forbidding, line(rng)], ge.Recipe(alterations=ge.alterations(stretches=(1, 2)))
    )
    live = ge.LiveMatches(random_fragment(rng, notes=12, span=48, drums=True, painted=False), samples)
    for i in range(40):
        if i == 20:
            bright = ge.NoteArray.from_arrays(
                pitch=[61], onset=[5], duration=[9], brightness=[40], ticks_per_quarter=12
            )
            live.change(add=bright)
        else:
            edit(rng, live)
        assert live.best == ge.rank(live.x, samples, k=1, backend="numpy")[0]


def test_other_readings_are_ranked_anew() -> None:
    rng = np.random.default_rng(2)
    recipe = ge.Recipe(alterations=ge.alterations(stretches=(1,), readings=("semitone", "octave")))
    samples = [line(rng) for _ in range(4)]
    live = ge.LiveMatches(line(rng), samples, recipe=recipe)
    for _ in range(5):
        edit(rng, live)
        assert live.rank() == ge.rank(live.x, samples, recipe=recipe)


@pytest.mark.parametrize(("grid", "ticks"), [("exact", 60), (96, 96)])
def test_finer_ticks_come_in_as_the_grid_has_them(grid, ticks) -> None:
    rng = np.random.default_rng(6)
    samples = ge.prepare([line(rng), line(rng)], ge.Recipe(grid=grid))
    live = ge.LiveMatches(samples[0], samples)
    live.change(
        add=ge.NoteArray.from_arrays(pitch=[70], onset=[1], duration=[3], ticks_per_quarter=5), remove=[-1]
    )
    assert live.x.ticks_per_quarter == ticks
    assert live.best == ge.rank(live.x, samples, k=1)[0]


def test_slips_are_named_and_change_nothing() -> None:
    note = ge.NoteArray.from_arrays(pitch=[60], onset=[0], duration=[1], ticks_per_quarter=1)
    live = ge.LiveMatches(note, [note])
    with pytest.raises(ge.InvalidInput, match="no note 1"):
        live.change(remove=[1])
    with pytest.raises(ge.NoNotes):
        live.change(remove=[0])
    with pytest.raises(ge.InvalidInput, match="nothing has been changed"):
        live.undo()
    other = ge.NoteArray.from_arrays(
        pitch=[60], onset=[0], duration=[1], ticks_per_quarter=1, steps_per_octave=19
    )
    with pytest.raises(ge.InvalidInput, match="19 steps"):
        live.change(add=other)
    assert (live.x, live.best.similarity) == (note, 1.0)
    assert ge.LiveMatches(note, []).best is None
    assert ge.LiveMatches(note, []).similarity == 0.0


def test_what_cannot_be_compared_is_refused_at_once() -> None:
    far = ge.NoteArray.from_arrays(
        pitch=[60, 61, 64], onset=[0, 1, 2**39], duration=[1, 1, 1], ticks_per_quarter=480
    )
    with pytest.raises(ge.TooLarge, match="placements"):
        _ = ge.LiveMatches(far, [far]).best
    near = far.where(far.onset < 5)
    live = ge.LiveMatches(near, [near])
    assert live.similarity == 1.0
    live.change(add=far.where(far.onset > 5))
    with pytest.raises(ge.TooLarge, match="placements"):
        _ = live.best
    live.undo()
    assert live.similarity == 1.0
