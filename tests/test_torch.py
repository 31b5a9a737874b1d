"""The engine on torch equals NumPy's to the bit, whatever the batches, and refuses what the others refuse."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import goldenear as ge
from goldenear.match.engines import on_numpy, on_torch
from strategies import fragments, random_fragment
from test_rank import chorale, melody, recipes


def rows_on(backend: str, x: ge.NoteArray, samples: object, **options: object) -> tuple[ge.Match, ...]:
    return ge.rank(x, samples, backend=backend, **options).rows


@settings(max_examples=100)
@given(
    fragments(painted=True, longest=10, most_notes=5, resolutions=(2, 4)),
    st.lists(
        fragments(painted=True, forbidden=True, longest=8, most_notes=4, resolutions=(2, 3)),
        min_size=1,
        max_size=4,
    ),
    recipes,
)
def test_any_picture_is_compared_as_numpy_does(
    x: ge.NoteArray, samples: list[ge.NoteArray], recipe: ge.Recipe
) -> None:
    assert rows_on("torch", x, samples, recipe=recipe) == rows_on("numpy", x, samples, recipe=recipe)


@settings(max_examples=60)
@given(fragments(drums=False), st.lists(fragments(), min_size=1, max_size=4), st.booleans())
def test_plain_music_is_compared_as_numpy_does(
    x: ge.NoteArray, samples: list[ge.NoteArray], exhaustive: bool
) -> None:
    options = {"stretches": (1, "2/3", 2), "forms": ("prime", "inversion"), "exhaustive": exhaustive}
    assert rows_on("torch", x, samples, **options) == rows_on("numpy", x, samples, **options)


@settings(max_examples=40)
@given(
    fragments(painted=True, forbidden=True, resolutions=(4, 12)),
    st.lists(fragments(painted=True, forbidden=True, resolutions=(4, 12)), min_size=3, max_size=8),
    recipes,
    st.sampled_from([1, 2**12, 2**16]),
    st.integers(1, 3),
    st.sampled_from([0.0, 0.4, 0.8]),
)
def test_batches_questions_and_bounds_change_no_answer(
    x: ge.NoteArray,
    samples: list[ge.NoteArray],
    recipe: ge.Recipe,
    at_once: int,
    k: int,
    at_least: float,
) -> None:
    everything = rows_on("numpy", x, samples, recipe=recipe)
    wanted = tuple(match for match in everything if match.similarity >= at_least)[:k]
    with pytest.MonkeyPatch.context() as patch:
        for name, few in (("AT_ONCE", at_once), ("MOST_PAIRS", 5), ("SCORED_AT_ONCE", 7)):
            patch.setattr(on_torch, name, few)
        assert rows_on("torch", x, samples, recipe=recipe) == everything
        assert rows_on("torch", x, samples, recipe=recipe, exhaustive=True) == everything
        assert rows_on("torch", x, samples, recipe=recipe, k=k, at_least=at_least) == wanted


def test_sums_of_32_bits_and_of_64_are_the_same() -> None:
    def bright(brightness: int) -> ge.NoteArray:
        return ge.NoteArray.from_arrays(
            pitch=[60, 64, 62, 67],
            onset=[0, 5000, 9000, 9001],
            duration=[4000, 7000, 1, 100_000],
            brightness=[brightness, 1, 1, 1],
            ticks_per_quarter=480,
        )

    for brightness in (1, 127):
        loud = bright(brightness)
        assert rows_on("torch", loud, [bright(1), loud]) == rows_on("numpy", loud, [bright(1), loud])


@pytest.fixture(scope="module")
def library() -> ge.PreparedSamples:
    rng = np.random.default_rng(3)
    return ge.prepare([melody(rng) if i % 4 else chorale(rng) for i in range(200)])


def test_200_samples_under_every_alteration(library: ge.PreparedSamples) -> None:
    x = ge.Alteration(Fraction(3, 2), "inversion").apply(library[17]).transposed(-4)
    found = ge.rank(x, library, backend="torch")
    assert found.rows == ge.rank(x, library, backend="numpy").rows
    assert found.best.index == 17


def test_what_does_not_fit_into_memory_is_left_to_numpy(
    library: ge.PreparedSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = library[:24]
    x = chorale(np.random.default_rng(4))
    expected = rows_on("numpy", x, few)
    left: set[object] = set()

    def best_match(*arguments: object) -> None:
        left.add(arguments[1])
        on_numpy.best_match(*arguments)

    monkeypatch.setattr(on_torch, "best_match", best_match)
    assert rows_on("torch", x, few) == expected
    assert left == set()
    for alone, some in ((2**21, True), (1, False)):
        left.clear()
        monkeypatch.setattr(on_torch, "ALONE", alone)
        assert rows_on("torch", x, few) == expected
        assert left
        assert (len(left) < len(few)) == some


def test_threads_are_as_they_were(library: ge.PreparedSamples) -> None:
    import torch

    before = torch.get_num_threads()
    expected = rows_on("torch", library[3], library[:4])
    assert rows_on("torch", library[3], library[:4], threads=before + 1) == expected
    assert torch.get_num_threads() == before


def test_refuses_what_the_compiled_engine_refuses() -> None:
    note = {"pitch": [60], "duration": [1], "ticks_per_quarter": 1}
    near = ge.NoteArray.from_arrays(onset=[0], **note)
    far = ge.NoteArray.from_arrays(
        pitch=[60, 61], onset=[0, 2**34], duration=1, ticks_per_quarter=1, name="far"
    )
    long = ge.NoteArray.from_arrays(
        pitch=[60, 62], onset=[0, 0], duration=[2**31] * 2, brightness=127, ticks_per_quarter=1
    )
    for x, sample in ((far, near), (near, far), (long, long)):
        said = []
        for backend in ("numba", "torch"):
            with pytest.raises(ge.TooLarge) as refused:
                ge.rank(x, [near, sample], backend=backend, stretches=(1,), forms=("prime",))
            said.append(str(refused.value))
        assert said[0] == said[1]


@given(fragments(painted=True, forbidden=True), fragments(painted=True, forbidden=True, most_notes=5))
def test_the_correlogram_is_the_same(piece: ge.NoteArray, fragment: ge.NoteArray) -> None:
    expected = ge.correlogram(piece, fragment, backend="numpy")
    found = ge.correlogram(piece, fragment, backend="torch")
    assert found.frame == expected.frame
    assert (found.values == expected.values).all()
    tiles = list(ge.correlogram_tiles(piece, fragment, columns=7, backend="torch"))
    assert (np.concatenate([tile.values for tile in tiles], axis=1) == expected.values).all()


def test_pairs_of_notes_are_scattered_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(8)
    piece, fragment = (random_fragment(rng, notes=n, span=200, drums=True, painted=True) for n in (60, 20))
    expected = ge.correlogram(piece, fragment, backend="numpy").values
    monkeypatch.setattr("goldenear.correlate.backends.on_torch.MAX_PAIRS", 50)
    assert (ge.correlogram(piece, fragment, backend="torch").values == expected).all()
    found = [ge.find(piece, fragment, threshold=0.1, backend=backend).rows for backend in ("torch", "numpy")]
    assert found[0] == found[1] != ()


def run_alone(program: str, **environment: str) -> str:
    """Run a program in a process of its own, and return what it prints."""
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_without_torch_the_command_that_installs_it_is_named() -> None:
    said = run_alone(
        "import sys; sys.modules['torch'] = None\n"
        "import goldenear as ge\n"
        "x = ge.NoteArray.from_arrays(pitch=[60], onset=[0], duration=[1], ticks_per_quarter=1)\n"
        "for work in (lambda: ge.rank(x, [x], backend='torch'), lambda: ge.correlogram(x, x, backend='torch')):\n"
        "    try:\n        work()\n"
        "    except ge.MissingExtra as missing:\n        print(missing)\n"
    )
    assert said.count("pip install 'goldenear[torch]'") == 2
