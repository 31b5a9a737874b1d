"""All engines equal NumPy's to the bit, pruned or exhaustive, on music of every kind."""

import os
import subprocess
import sys
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import goldenear as ge
import naive
from goldenear.match import score
from goldenear.match.engines import Engine, engine_for, on_numba
from goldenear.match.engines.on_numba import RankingRun
from goldenear.match.engines.work import numpy_seconds
from goldenear.match.kernels import code_cache
from goldenear.match.pictures import piece_pictures
from goldenear.notes import alteration
from goldenear.notes.alteration import FORM_PRICES
from goldenear.taste.unrelated import unrelated
from strategies import fragments, random_fragment


def music(rng: np.random.Generator) -> ge.NoteArray:
    """Return music of some kind: wide or narrow, coarse or fine, plain, painted, with drums, with forbidden places."""
    kind = int(rng.integers(7))
    resolution = int(rng.choice([1, 2, 4, 12, 24, 96, 480]))
    notes, span = int(rng.integers(1, 60)), int(rng.integers(1, 12)) * resolution
    grid = int(rng.choice([1, max(1, resolution // 4), max(1, resolution // 3)]))
    width = int(rng.choice([3, 12, 40, 90]))
    brightness = {1: int(rng.integers(1, 128)), 2: rng.integers(1, 6, notes), 3: rng.integers(1, 128, notes)}
    x = ge.NoteArray.from_arrays(
        pitch=60 + rng.integers(-width // 2, width // 2 + 1, notes),
        onset=rng.integers(0, span + 1, notes) // grid * grid,
        duration=np.maximum(1, rng.integers(1, 2 * resolution + 1, notes) // grid * grid),
        brightness=brightness.get(kind, 1),
        is_drum=rng.random(notes) < 0.3 if kind in (4, 5) else False,
        ticks_per_quarter=resolution,
    )
    if kind == 6 and len(x) > 1:
        signs = np.ones(len(x), int)
        signs[rng.integers(1, len(x))] = -1
        columns = {name: getattr(x, name) for name in ("pitch", "onset", "duration", "is_drum")}
        x = ge.NoteArray.from_arrays(**columns, brightness=x.brightness * signs, ticks_per_quarter=resolution)
    return x


def recipe(rng: np.random.Generator) -> ge.Recipe:
    """Return a recipe of some kind."""

    def one_of(*choices):
        return choices[int(rng.integers(len(choices)))]

    every = ge.alterations(
        stretches=one_of((1,), (1, 2), ("1/2", 1, "3/2"), ("2/3", "4/3", 1), (1, "5/7")),
        forms=one_of(
            ("prime",), ("prime", "inversion"), ("prime", "retrograde", "inversion", "retrograde-inversion")
        ),
        readings=one_of(
            *[("semitone",)] * 4, ("neighbour",), ("octave",), ("rhythm",), ("semitone", "octave")
        ),
    )
    if rng.random() < 0.3:
        every = tuple(every[i] for i in rng.permutation(len(every)))
    return ge.Recipe(
        measure=one_of("tversky", "tversky", "cosine", "window-cosine", "coverage", "brightness"),
        alterations=every,
        transpositions=one_of(None, None, (int(rng.integers(-20, 0)), int(rng.integers(0, 20)))),
        struck=one_of("3/4", "3/4", 0, "1/4", 1),
        stroke=one_of("1/4", "1/4", "1/3"),
    )


@pytest.mark.parametrize("long", [on_numba.LONG, 4])
@pytest.mark.parametrize("seed", range(12))
def test_equals_the_numpy_engine(seed: int, long: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Also where X counts as long, and is laid out part by part.
    monkeypatch.setattr(on_numba, "LONG", long)
    rng = np.random.default_rng(100 + seed + 50 * (long == 4))
    for _ in range(10):
        x = music(rng)
        samples = [music(rng) for _ in range(int(rng.integers(1, 6)))]
        if (x.brightness > 0).all():
            samples.append(x.transposed(int(rng.integers(-7, 7))))
        samples = [sample for sample in samples if (sample.brightness > 0).any()]
        how = recipe(rng)
        try:
            expected = ge.rank(x, samples, recipe=how, backend="numpy").rows
        except ge.TooLarge:
            for backend in ("numba", "torch"):
                with pytest.raises(ge.TooLarge):
                    ge.rank(x, samples, recipe=how, backend=backend)
            continue
        for backend in ("numba", "torch"):
            assert ge.rank(x, samples, recipe=how, backend=backend, threads=2).rows == expected
            assert ge.rank(x, samples, recipe=how, backend=backend, exhaustive=True).rows == expected
        k, least = int(rng.integers(1, len(samples) + 1)), float(rng.choice([0, 0.3, 0.6, 0.8]))
        wanted = tuple(match for match in expected if match.similarity >= least)[:k]
        for backend in ("numpy", "numba", "torch"):
            found = ge.rank(x, samples, recipe=how, backend=backend, k=k, at_least=least)
            assert found.rows == wanted


def line(rng: np.random.Generator, notes: int = 16) -> ge.NoteArray:
    """Return one voice of mixed rhythm."""
    durations = rng.choice([3, 3, 4, 4, 6, 12], notes)
    return ge.NoteArray.from_arrays(
        pitch=60 + np.clip(np.cumsum(rng.integers(-4, 5, notes)), -14, 14),
        onset=np.cumsum(durations) - durations,
        duration=durations,
        ticks_per_quarter=12,
    )


@pytest.fixture(scope="module")
def library() -> ge.PreparedSamples:
    """A library with near copies, so that high floors are reached and ties occur."""
    rng = np.random.default_rng(3)
    lines = [line(rng) for _ in range(60)]
    altered = [
        ge.Alteration(stretch=Fraction(3, 2), form="inversion").apply(lines[int(i)]).transposed(4)
        for i in rng.integers(0, 60, 20)
    ]
    cut = [lines[int(i)].where(rng.random(16) < 0.8) for i in rng.integers(0, 60, 20)]
    return ge.prepare([*lines, *altered, *cut, *lines[:10]])


@pytest.mark.parametrize("seed", range(3))
def test_pruning_leaves_out_nothing_that_counts(seed: int, library: ge.PreparedSamples) -> None:
    rng = np.random.default_rng(seed)
    for x in (library[int(rng.integers(100))].transposed(-3), line(rng), line(rng, 40)):
        everything = ge.rank(x, library, backend="numba", exhaustive=True).rows
        assert ge.rank(x, library, backend="numba").rows == everything
        for k, threads in ((1, 1), (5, 2), (30, 1)):
            assert ge.rank(x, library, k=k, backend="numba", threads=threads).rows == everything[:k]
        for least in (0.5, 0.7, 0.9):
            wanted = tuple(match for match in everything if match.similarity >= least)
            assert ge.rank(x, library, at_least=least, backend="numba").rows == wanted
            assert ge.rank(x, library, k=1, at_least=least, backend="numba").rows == wanted[:1]


def test_bounds_hold_and_leave_something_out(library: ge.PreparedSamples) -> None:
    x = library[0].transposed(1)
    found = ge.rank(x, library, backend="numba", exhaustive=True)
    similarity = np.zeros(len(library))
    similarity[found.sample] = found.similarity
    run = RankingRun(piece_pictures(x, library.recipe), library, 1, prune=True)
    (reading,) = run.readings
    assert len([None for _ in reading.parts()]) == 1
    assert (run.bounds(reading, 0.0)[0] >= similarity).all()
    high, hopes = run.bounds(reading, 0.95)
    assert ((high >= similarity) | (similarity < 0.95)).all()
    assert 0 < np.count_nonzero(high) < len(library) / 2
    assert ((hopes != 0) == (high > 0)).all()
    assert np.bitwise_count(hopes).sum() < 28 * np.count_nonzero(high)
    compared = run.best_of(1, 0.95)
    assert 0 in compared
    assert len(compared) < len(library) / 2


@pytest.mark.parametrize("form", ["prime", "inversion", "retrograde", "retrograde-inversion"])
def test_each_form_keeps_its_own_hope(form: str) -> None:
    crooked = ge.NoteArray.from_arrays(
        pitch=[60, 61, 67], onset=[0, 12, 13], duration=[12, 1, 6], ticks_per_quarter=12
    )
    x = ge.Alteration(form=form).apply(crooked)
    found = ge.rank(x, [crooked], backend="numba", stretches=(1,), at_least=FORM_PRICES[form])
    assert found.similarities == [FORM_PRICES[form]]


def test_of_many_variants_the_last_share_a_bit() -> None:
    recipe = ge.Recipe(
        alterations=[
            ge.Alteration(stretch=Fraction(n, 12), form=form, price=1 - abs(n - 24) / 100)
            for n in range(12, 37)
            for form in ("prime", "inversion", "retrograde", "retrograde-inversion")
        ]
    )
    samples = [
        random_fragment(np.random.default_rng(i), notes=8, span=48, drums=False, painted=False)
        for i in range(12)
    ]
    for sample in samples:
        x = ge.Alteration(stretch=Fraction(36, 12), form="retrograde").apply(sample)
        for question in ({}, {"k": 2}, {"at_least": 0.6}):
            found = [
                ge.rank(x, samples, recipe=recipe, backend=e, **question).rows for e in ("numpy", "numba")
            ]
            assert found[0] == found[1]


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([7, 480, 960]))
def test_fine_grids_have_rows_for_turning_points_alone(seed: int, resolution: int) -> None:
    rng = np.random.default_rng(seed)

    def played(notes: int) -> ge.NoteArray:
        onset = np.sort(rng.choice(8 * resolution, notes, replace=False))
        duration = rng.integers(1, 2 * resolution, notes)
        return ge.NoteArray.from_arrays(
            pitch=rng.integers(58, 66, notes), onset=onset, duration=duration, ticks_per_quarter=resolution
        )

    x, samples = played(9), [played(5), played(8)]
    found = [ge.rank(x, samples, stretches=("2/3", 1), backend=engine).rows for engine in ("numpy", "numba")]
    assert found[0] == found[1]


def test_many_strokes_and_long_durations_are_counted_in_wider_lanes() -> None:
    rng = np.random.default_rng(8)
    chords = ge.NoteArray.from_arrays(
        pitch=rng.integers(20, 110, 600),
        onset=rng.integers(0, 40, 600),
        duration=rng.integers(1, 4, 600),
        ticks_per_quarter=4,
    )
    long = ge.NoteArray.from_arrays(
        pitch=[60, 62, 64], onset=[0, 50_001, 90_000], duration=[50_000, 30_000, 7], ticks_per_quarter=480
    )
    for x, sample in ((chords, chords.where(rng.random(len(chords)) < 0.5)), (long, long.shifted(11))):
        found = [ge.rank(x, [sample], stretches=(1,), backend=engine).rows for engine in ("numpy", "numba")]
        assert found[0] == found[1]


@pytest.mark.parametrize("resolution", [12, 480])
def test_a_long_piece_is_swept_part_by_part(resolution: int) -> None:
    rng = np.random.default_rng(resolution)
    notes = on_numba.LONG + 200
    pedal = {"pitch": [40], "onset": [0], "duration": [notes * resolution // 2]}
    onset = np.sort(rng.integers(0, notes * resolution // 2, notes))
    fragment = line(rng)
    voices = ge.NoteArray.from_arrays(
        pitch=np.concatenate([pedal["pitch"], rng.integers(50, 90, notes), fragment.pitch + 5]),
        onset=np.concatenate([pedal["onset"], onset, fragment.onset * resolution // 12 + 101 * resolution]),
        duration=np.concatenate(
            [pedal["duration"], rng.integers(1, 2 * resolution, notes), fragment.duration * resolution // 12]
        ),
        ticks_per_quarter=resolution,
    )
    samples = [fragment, line(rng, 5), line(rng)]
    for measure in ("tversky", "brightness"):
        how = ge.Recipe(
            measure=measure, alterations=ge.alterations(stretches=(1, "2/3"), forms=("prime", "retrograde"))
        )
        expected = ge.rank(voices, samples, recipe=how, backend="numpy").rows
        assert ge.rank(voices, samples, recipe=how, backend="numba", threads=2).rows == expected
        assert ge.rank(voices, samples, recipe=how, backend="numba", k=1).rows == expected[:1]
        assert ge.rank(voices, samples, recipe=how, backend="numba", exhaustive=True).rows == expected
        run = RankingRun(piece_pictures(voices, how), ge.prepare(samples, how), 1, prune=True)
        assert len([None for _ in run.readings[0].parts()]) > 2


def test_a_sample_that_is_only_halved_reaches_out_before_x() -> None:
    # Under folded octaves each alteration has a picture of its own, and that is halved already.
    rng = np.random.default_rng(4)
    how = ge.Recipe(alterations=ge.alterations(stretches=("1/2",), forms=("prime",), readings=("octave",)))
    sample = ge.NoteArray.from_arrays(
        pitch=60 + rng.permutation(np.arange(16)), onset=range(16), duration=1, ticks_per_quarter=1
    )
    halved = how.alterations[0].apply(sample)
    x = halved.where(np.arange(len(halved)) >= 10)
    expected = ge.rank(x, [sample], recipe=how, backend="numpy").rows
    assert expected[0].onset == halved.first_onset
    assert ge.rank(x, [sample], recipe=how, backend="numba").rows == expected


def test_what_must_stay_dark_before_a_sample_is_seen_before_every_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(on_numba, "LONG", 0)
    sample = ge.NoteArray.from_arrays(
        pitch=[50, 60, 67, 62, 71], onset=[0, 8, 12, 16, 20], duration=4, brightness=[-1, 1, 1, 1, 1],
        ticks_per_quarter=4,
    )  # fmt: skip
    tune = sample.where(sample.brightness > 0)
    for later in range(80):
        columns = {name: getattr(tune, name) for name in ("pitch", "duration")}
        x = ge.NoteArray.from_arrays(
            pitch=[*columns["pitch"], 50, 40], onset=[*(tune.onset + later), later, 0],
            duration=[*columns["duration"], 4, 4], ticks_per_quarter=4,
        )  # fmt: skip
        for struck in (0, "3/4"):
            how = ge.Recipe(struck=struck, alterations=(ge.Alteration(),))
            expected = ge.rank(x, [sample], recipe=how, backend="numpy").rows
            assert expected[0].similarity < 0.9
            assert ge.rank(x, [sample], recipe=how, backend="numba").rows == expected


def repeated(pitches: int, notes: int, every: int, duration: int) -> ge.NoteArray:
    """Return notes repeated on a few pitches; where they abut their edges cancel, and many strokes have few edges."""
    return ge.NoteArray.from_arrays(
        pitch=60 + np.arange(notes) % pitches,
        onset=np.arange(notes) * every,
        duration=[duration] * notes,
        ticks_per_quarter=1,
    )


@pytest.mark.parametrize("long", [on_numba.LONG, 4])
@pytest.mark.parametrize("measure", ["tversky", "cosine", "window-cosine", "coverage", "brightness"])
def test_repeated_notes_and_drones_fill_no_number_to_the_brim(
    measure: str, long: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_numba, "LONG", long)
    how = ge.Recipe(measure=measure, alterations=ge.alterations(stretches=(1,), forms=("prime", "inversion")))
    drone = ge.NoteArray.from_arrays(
        pitch=[50, *[62, 64, 65] * 5],
        onset=[0, *range(100, 850, 50)],
        duration=[1320, *[40] * 15],
        ticks_per_quarter=8,
    )
    samples = [
        repeated(1, 40, 8, 7),
        repeated(1, 100, 1, 1),
        repeated(3, 60, 5, 7),
        drone.where(drone.pitch > 60),
    ]
    for x in (repeated(1, 35, 8, 7), repeated(1, 100, 1, 1), repeated(2, 50, 6, 9), drone):
        expected = ge.rank(x, samples, recipe=how, backend="numpy").rows
        assert ge.rank(x, samples, recipe=how, backend="numba").rows == expected
        for least in (0.5, 0.78, 0.9):
            wanted = tuple(match for match in expected if match.similarity >= least)
            assert ge.rank(x, samples, recipe=how, backend="numba", at_least=least).rows == wanted


def test_a_row_is_made_when_it_is_asked_for() -> None:
    rng = np.random.default_rng(1)
    samples = [line(rng).named(str(i)) for i in range(20)]
    matches = ge.rank(samples[7], samples)
    assert matches[0] is matches[0]
    assert (matches.best.index, matches.sample[0], matches.similarity[0]) == (7, 7, 1.0)
    assert matches[2:5].rows == matches.rows[2:5]
    assert matches[::-1].names == matches.names[::-1]
    assert [match.similarity for match in matches] == matches.similarities
    assert [match.transposition for match in matches] == matches.transposition.tolist()
    assert matches == ge.rank(samples[7], samples, backend="numba")
    with pytest.raises(IndexError):
        matches[20]


def test_what_is_no_music_is_named() -> None:
    x = line(np.random.default_rng(1))
    for wrong in (lambda: ge.rank("idea.mid", [x]), lambda: ge.rank(x, ["idea.mid"]), lambda: ge.rank(x, x)):
        with pytest.raises(ge.InvalidInput, match="expected"):
            wrong()
    assert ge.rank(x, [x], at_least=Fraction(4, 5), backend="numba").best.similarity == 1


def test_at_least_and_unknown_engines_are_checked() -> None:
    note = ge.NoteArray.from_arrays(pitch=[60], onset=[0], duration=[1], ticks_per_quarter=1)
    with pytest.raises(ge.InvalidInput, match="at_least"):
        ge.rank(note, [note], at_least=1.5)
    with pytest.raises(ge.InvalidInput, match="backend"):
        ge.rank(note, [note], backend="abacus")
    other = ge.NoteArray.from_arrays(
        pitch=[60], onset=[0], duration=[1], ticks_per_quarter=1, steps_per_octave=19
    )
    with pytest.raises(ge.InvalidInput, match="19 steps an octave"):
        ge.prepare([note, other])


LOADED = "goldenear.match.kernels.driver"


def chosen_for(xs: list[ge.NoteArray], *libraries: ge.PreparedSamples) -> str:
    return engine_for("auto", xs, *libraries).name


def test_auto_chooses_by_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, LOADED, raising=False)
    rng = np.random.default_rng(2)
    x, samples = line(rng), ge.prepare([line(rng) for _ in range(4)])
    assert chosen_for([x], samples) == "numpy"
    # The same in many X, in several libraries, in long music, on a fine grid.
    assert chosen_for([x] * 1000, samples) == "numba"
    assert chosen_for([x], *[samples] * 1000) == "numba"
    assert chosen_for([x], ge.prepare([line(rng)] * 4000)) == "numba"
    assert chosen_for([line(rng, 4000)], samples) == "numba"
    jittered = ge.NoteArray.from_arrays(
        pitch=x.pitch,
        onset=x.onset * 4001 + rng.integers(0, 4001, len(x)),
        duration=x.duration * 2000,
        ticks_per_quarter=12 * 4001,
    )
    recipe = ge.Recipe(alterations=(ge.Alteration(stretch=Fraction(2, 3)),), grid="exact")
    exact = ge.prepare([jittered], recipe)
    assert numpy_seconds([jittered], [exact]) > 20 * numpy_seconds([x], [ge.prepare([x], exact.recipe)])
    # Nothing to do, or nothing that sounds: no time at all.
    assert numpy_seconds([], [samples]) == numpy_seconds([x], [ge.prepare([])]) == 0
    assert chosen_for([], samples) == "numpy"


def test_a_choice_counts_nothing_from_call_to_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, LOADED, raising=False)
    rng = np.random.default_rng(2)
    x, samples = line(rng), ge.prepare([line(rng)])
    assert {chosen_for([x], samples) for _ in range(500)} == {"numpy"}


def test_compiled_code_that_is_loaded_is_taken_for_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, LOADED, object())
    x = line(np.random.default_rng(1))
    assert chosen_for([x], ge.prepare([x])) == "numba"


def test_what_cannot_be_kept_is_compiled_only_for_long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, LOADED, raising=False)
    samples = ge.prepare([line(np.random.default_rng(1))])
    for warm, kept, seconds, expected in (
        (True, True, 0.4, "numpy"),
        (True, False, 0.6, "numba"),
        (False, True, 0.6, "numba"),
        (False, False, 29.0, "numpy"),
        (False, False, 31.0, "numba"),
    ):
        monkeypatch.setattr("goldenear.match.engines.is_warm", lambda warm=warm: warm)
        monkeypatch.setattr("goldenear.match.engines.can_be_kept", lambda kept=kept: kept)
        monkeypatch.setattr("goldenear.match.engines.numpy_seconds", lambda *_, seconds=seconds: seconds)
        assert chosen_for([], samples) == expected


def test_the_prediction_is_of_the_right_size() -> None:
    """Within a factor of 8 either way, on whatever machine runs this: it tells a tenth of a second from ten."""
    rng = np.random.default_rng(6)
    fine = [
        ge.NoteArray.from_arrays(
            pitch=rng.integers(48, 84, notes),
            onset=np.sort(rng.integers(0, notes * 160, notes)),
            duration=rng.integers(100, 900, notes),
            ticks_per_quarter=480,
        )
        for notes in (120, 30)
    ]
    for x, sample, how in ((*fine, "fragment"), (line(rng, 200), line(rng, 60), "melody")):
        samples = ge.prepare([sample], how)
        predicted = numpy_seconds([x], [samples])
        start = time.perf_counter()
        ge.rank(x, samples, backend="numpy")
        assert 1 / 8 < predicted / (time.perf_counter() - start) < 8


def test_a_command_chooses_one_engine_for_all_of_its_work(
    run, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, LOADED, raising=False)
    rng = np.random.default_rng(5)
    files = [tmp_path / f"{i}.mid" for i in range(3)]
    for file in files:
        ge.write(line(rng), file)
    ge.new_taste(tmp_path / "taste")
    ge.add_sample(tmp_path / "taste", "good", files[0])
    judged, seconds = [], []
    of_many = numpy_seconds

    def noted(xs: list[ge.NoteArray], libraries: list[ge.PreparedSamples]) -> float:
        seconds.append(len(xs))
        return of_many(xs, libraries)

    monkeypatch.setattr("goldenear.match.engines.numpy_seconds", noted)
    own = ge.Taste.judge
    monkeypatch.setattr(
        ge.Taste, "judge", lambda self, x, **how: judged.append(how["backend"]) or own(self, x, **how)
    )
    code, _, _ = run("judge", *files, "--taste", tmp_path / "taste")
    assert code == 0
    assert judged == [ge.NumpyEngine()] * 3
    # Once for all that is judged, and once for the unrelated music by which the one sample that counts is measured.
    assert seconds == [3, len(unrelated())]


ENGINE_OBJECTS = (ge.NumpyEngine(), ge.NumbaEngine(), ge.TorchEngine("cpu"), ge.TorchEngine())


@pytest.mark.parametrize("engine", ENGINE_OBJECTS, ids=repr)
def test_an_engine_is_passed_as_an_object(engine: Engine) -> None:
    rng = np.random.default_rng(9)
    x, samples = line(rng), [line(rng) for _ in range(5)]
    expected = ge.rank(x, samples, backend="numpy").rows
    assert ge.rank(x, samples, backend=engine).rows == expected
    taste = ge.Taste.of(good=samples[:3], bad=samples[3:])
    assert taste.judge(x, backend=engine).good.rows == taste.judge(x, backend="numpy").good.rows
    assert taste.vetoes(x, backend=engine) == taste.vetoes(x, backend="numpy")
    assert taste.reward([x, samples[0]], backend=engine).tolist() == taste.reward([x, samples[0]]).tolist()
    assert ge.identify(x, samples, backend=engine).rows == ge.identify(x, samples, backend="numpy").rows
    assert engine_for(engine, [x]) is engine


def test_engines_are_values_and_others_are_refused() -> None:
    x = line(np.random.default_rng(1))
    assert ge.TorchEngine("cpu") == ge.TorchEngine(device="cpu") != ge.TorchEngine()
    assert {ge.NumpyEngine(), ge.NumpyEngine(), ge.NumbaEngine()} == {ge.NumbaEngine(), ge.NumpyEngine()}
    with pytest.raises(AttributeError):
        ge.TorchEngine("cpu").device = "cuda"
    for wrong in (ge.FftEngine(), ge.NumpyEngine, "fft", None, 3):
        with pytest.raises(ge.InvalidInput, match="backend: expected auto, numpy, numba, torch"):
            ge.rank(x, [x], backend=wrong)
    for device in ("abacus", "", "cuda:", 0):
        with pytest.raises(ge.InvalidInput, match="device: expected 'cpu'"):
            ge.TorchEngine(device)
    for work in (ge.rank, ge.correlogram):
        with pytest.raises(ge.InvalidInput, match="there is no 'cuda:99'"):
            work(x, x if work is ge.correlogram else [x], backend=ge.TorchEngine("cuda:99"))


def dice(s, r, e, w, most, c):
    """Dice's coefficient, for the naive twin."""
    return 2 * s, r + e, 1


def widened(rows):
    """Double all intervals from the lowest pitch on, for the naive twin."""
    pitched = [p for d, p, *_ in rows if not d]
    return [(d, p if d else 2 * p - min(pitched), a, b, v) for d, p, a, b, v in rows]


def wide(rows: alteration.Rows) -> alteration.Rows:
    """The same as an entry of the program's own table."""
    lowest = min(rows.pitch[rows.pitched].tolist(), default=0)
    return rows._replace(pitch=np.where(rows.pitched, 2 * rows.pitch - lowest, rows.pitch))


@settings(max_examples=40)
@given(
    fragments(longest=10, most_notes=5, resolutions=(2, 4)),
    fragments(longest=8, most_notes=4, resolutions=(2,)),
    st.sampled_from(["numpy", "numba", "torch"]),
    st.sampled_from([Fraction(0), Fraction(3, 4)]),
)
def test_a_measure_and_a_form_are_an_entry_each(
    x: ge.NoteArray, sample: ge.NoteArray, engine: str, struck: Fraction
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(score.MEASURES, "dice", score.Formula({"S": 2}, {"R": 1, "E": 1}))
        patch.setitem(naive.MEASURES, "dice", dice)
        patch.setitem(alteration.FORMS, "wide", wide)
        patch.setitem(naive.FORMS, "wide", widened)
        recipe = ge.Recipe(
            measure="dice",
            struck=struck,
            alterations=(ge.Alteration(), ge.Alteration(form="wide", price=0.9)),
        )
        match = ge.rank(x, [sample], recipe=recipe, backend=engine).best
        similarity, how, transposition, onset, shared = naive.best_match(x, sample, recipe)
        assert match.similarity == similarity
        if similarity > 0:
            assert match.placement.alteration == how
            assert (match.transposition, match.onset, match.shared) == (transposition, onset, shared)


def test_what_is_no_measure_is_refused() -> None:
    for terms in (({"R": 1}, {"S": 1}), ({"S": 1}, {}), ({"S": 1}, {"Q": 1}), ({"S": 1}, {"SE": 1})):
        with pytest.raises(ge.InvalidInput, match="formula: expected"):
            score.Formula(*terms)
    with pytest.raises(ge.InvalidInput, match="measure: expected one of"):
        ge.Recipe(measure="invented")


def test_compiled_code_knows_the_files_it_is_made_of(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(source.exists() for source in code_cache.SOURCES)
    file = tmp_path / "loop.py"
    file.write_text("a")
    before = code_cache.fingerprint((file,))
    code_cache.fingerprint.cache_clear()
    file.write_text("b")
    assert code_cache.fingerprint((file,)) != before


def test_it_is_remembered_that_loops_lie_compiled_on_disk(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = tmp_path / "compiled"
    compiled.mkdir()
    index = compiled / "loop.py311.nbi"
    index.touch()
    monkeypatch.setenv("GOLDENEAR_CACHE", str(tmp_path / "cache"))
    assert not code_cache.is_warm()
    assert code_cache.can_be_kept()
    code_cache.mark_warm(str(compiled))
    assert code_cache.is_warm()
    # Thrown away since, or kept elsewhere: cold again.
    index.unlink()
    assert not code_cache.is_warm()
    index.touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "elsewhere"))
    assert not code_cache.is_warm()
    monkeypatch.setenv("GOLDENEAR_CACHE", str(index))
    code_cache.mark_warm(str(compiled))
    assert not code_cache.is_warm()
    assert not code_cache.can_be_kept()


COMPILING = """
from goldenear.match.kernels.code_cache import tell_compiling
tell_compiling()
tell_compiling()
"""


@pytest.mark.parametrize(("quiet", "lines"), [("", 1), ("1", 0)])
def test_one_line_says_that_code_is_compiled(quiet: str, lines: int, tmp_path) -> None:
    environment = {**os.environ, "GOLDENEAR_CACHE": str(tmp_path), "GOLDENEAR_QUIET": quiet}
    done = subprocess.run(
        [sys.executable, "-c", COMPILING], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout == ""
    assert done.stderr == "goldenear: compiling once, about 30 s (a minute to compose)\n" * lines


def test_similarities_cut_off_at_1_tie_at_the_earliest_tick() -> None:
    """Between the units of a pair: where a glow or painted notes reach past 1, an earlier tick may too."""
    note = ge.NoteArray.from_arrays(pitch=[60], onset=[0], duration=[15], ticks_per_quarter=2)
    cluster = ge.NoteArray.from_arrays(
        pitch=[59, 60, 61], onset=[0] * 3, duration=[15] * 3, ticks_per_quarter=2
    )
    every = ge.alterations(stretches=(1,), forms=("prime",), readings=("neighbour",))
    painted = ge.NoteArray.from_arrays(
        pitch=[60, 62], onset=[0, 15], duration=[15, 15], brightness=[9, 1], ticks_per_quarter=2
    )
    cases = [
        (note, cluster, ge.Recipe(alterations=every)),
        (painted, note, ge.Recipe(measure="coverage", alterations=(ge.Alteration(),))),
        (note, painted, ge.Recipe(alterations=(ge.Alteration(),))),
    ]
    for x, sample, how in cases:
        found = [
            ge.rank(x, [sample], recipe=how, backend=engine).rows for engine in ("numpy", "numba", "torch")
        ]
        assert found[0] == found[1] == found[2]


def notes_of(
    *rows: tuple[int, int, int], drums: tuple[tuple[int, int, int], ...] = (), grid: int = 4
) -> ge.NoteArray:
    """Return notes and drums: pitch, onset, duration."""
    pitch, onset, duration = zip(*rows, *drums, strict=True)
    is_drum = [False] * len(rows) + [True] * len(drums)
    return ge.NoteArray.from_arrays(
        pitch=pitch, onset=onset, duration=duration, is_drum=is_drum, ticks_per_quarter=grid
    )


def test_drums_that_touch_are_places_each() -> None:
    x = notes_of((60, 0, 1), drums=((36, 4, 1), (36, 5, 1), (36, 6, 1)))
    sample = notes_of(drums=((36, 0, 1),))
    how = ge.Recipe(alterations=ge.alterations(stretches=(1,), forms=("prime",), readings=("neighbour",)))
    for backend in ("numpy", "numba"):
        found = ge.find(x, sample, recipe=how, threshold=0.5, backend=backend)
        assert sorted(float(match.onset) for match in found) == [1, 1.25, 1.5]


def test_a_beat_is_itself_where_octaves_are_folded() -> None:
    x = notes_of((61, 8, 4), drums=((59, 9, 4),), grid=2)
    beat = notes_of(drums=((59, 1, 1),), grid=1)
    how = ge.Recipe(alterations=ge.alterations(stretches=(1,), forms=("prime",), readings=("octave",)))
    for backend in ("numpy", "numba", "torch"):
        assert ge.rank(x, [beat], recipe=how, backend=backend).best.similarity == 1


def test_more_strokes_than_a_short_slope_counts() -> None:
    x = notes_of(
        *((pitch, 5 * (pitch % 3), 4) for pitch in range(0, 128)), *((q, 30, 9) for q in range(0, 20))
    )
    for struck in ("0", "3/4", "1"):
        how = ge.Recipe(
            struck=Fraction(struck), alterations=ge.alterations(stretches=(1, 2), forms=("prime",))
        )
        assert (
            ge.rank(x, [x], recipe=how, backend="numba").rows
            == ge.rank(x, [x], recipe=how, backend="numpy").rows
        )


def test_music_years_apart_is_compared_or_refused() -> None:
    tune = notes_of((60, 0, 1), (64, 2, 1), (62, 3, 2))
    x = notes_of((40, 0, 1), *((p, o + 2**24 + 1, d) for p, o, d in ((60, 0, 1), (64, 2, 1), (62, 3, 2))))
    how = ge.Recipe(grid="exact", alterations=(ge.Alteration(),))
    match = ge.rank(x, [tune], recipe=how, backend="numba").best
    assert (match.similarity, match.onset) == (1, Fraction(2**24 + 1, 4))
    far = notes_of((60, 0, 1), (62, 2**39 + 1, 1))
    with pytest.raises(ge.TooLarge):
        ge.rank(far, [far], recipe=how, backend="numba")


def test_sums_that_leave_32_bits_are_refused() -> None:
    x = notes_of(*((pitch, 0, 2**25 + 1) for pitch in range(20, 120)))
    how = ge.Recipe(grid="exact", struck=Fraction(0), alterations=(ge.Alteration(),), transpositions=(0, 0))
    with pytest.raises(ge.TooLarge):
        ge.rank(x, [x], recipe=how, backend="numba")
