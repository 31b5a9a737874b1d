"""The engine on torch equals NumPy's to the bit: in batches on a processor, and its kernel in Triton's interpreter.

The kernel needs a graphics card, or Triton's interpreter, which must be asked for before triton is imported: so
its cases run in a process of their own. That it compiles for a card is seen here, without one.
"""

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


def test_between_turning_points_a_likeness_cut_off_at_1_is_found_at_its_first_tick() -> None:
    long = {"onset": [0], "duration": [15], "ticks_per_quarter": 2}
    one = ge.NoteArray.from_arrays(pitch=[60], **long)
    loud = ge.NoteArray.from_arrays(
        pitch=[60, 72], onset=[0, 0], duration=15, brightness=[100, 1], ticks_per_quarter=2
    )
    cluster = ge.NoteArray.from_arrays(pitch=[59, 60, 61], onset=[0] * 3, duration=15, ticks_per_quarter=2)
    glow = ge.Recipe(
        alterations=ge.alterations(stretches=(1,), forms=("prime",), readings={"neighbour": 0.9})
    )
    covered = ge.Recipe(measure="coverage", alterations=(ge.Alteration(),))
    assert rows_on("torch", one, [cluster], recipe=glow) == rows_on("numpy", one, [cluster], recipe=glow)
    assert rows_on("torch", loud, [one], recipe=covered) == rows_on("numpy", loud, [one], recipe=covered)


@pytest.fixture(scope="module")
def library() -> ge.PreparedSamples:
    rng = np.random.default_rng(3)
    return ge.prepare([melody(rng) if i % 4 else chorale(rng) for i in range(200)])


def test_200_samples_under_every_alteration(library: ge.PreparedSamples) -> None:
    x = ge.Alteration(Fraction(3, 2), "inversion").apply(library[17]).transposed(-4)
    found = ge.rank(x, library, backend="torch")
    assert found.rows == ge.rank(x, library, backend="numpy").rows
    assert found.best.index == 17


def test_few_bytes_make_many_batches_and_hand_what_does_not_fit_to_numpy(
    library: ge.PreparedSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = library[:24]
    x = chorale(np.random.default_rng(4))
    expected = rows_on("numpy", x, few)
    handed = []

    def best_match(*arguments: object) -> None:
        handed.append(arguments[1])
        from goldenear.match.engines import on_numpy

        on_numpy.best_match(*arguments)

    monkeypatch.setattr("goldenear.match.engines.on_torch.best_match", best_match)
    for budget, some_do_not_fit in ((2**23, False), (2**22, True)):
        monkeypatch.setattr("goldenear.match.engines.on_torch.ON_A_PROCESSOR", budget)
        assert rows_on("torch", x, few) == expected
        assert bool(handed) == some_do_not_fit
    assert len(handed) < len(few)


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
    found = [ge.find(piece, fragment, threshold=0.2, backend=backend).rows for backend in ("torch", "numpy")]
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


def kernel_cases() -> list[tuple[ge.NoteArray, list[ge.NoteArray], dict[str, object]]]:
    """Return music for the kernel, few notes each: an interpreter is slow."""
    rng = np.random.default_rng(5)

    def some(notes: int, span: int = 16) -> ge.NoteArray:
        return random_fragment(rng, notes=notes, span=span, drums=False, painted=False)

    cases: list[tuple[ge.NoteArray, list[ge.NoteArray], dict[str, object]]] = []
    for i, measure in enumerate(("window-cosine", "cosine", "coverage", "brightness") * 2):
        forms = ("prime", "retrograde") if i % 2 else ("inversion", "retrograde-inversion")
        alterations = ge.alterations(stretches=((1, "3/2"), (1, "1/2"))[i % 2], forms=forms)
        recipe = ge.Recipe(measure=measure, alterations=alterations, transpositions=((-9, 8), None)[i // 4])
        cases.append((some(5), [some(4), some(3)], {"recipe": recipe, "exhaustive": i == 3}))
    for readings in ({"octave": 0.8, "rhythm": 0.5}, {"semitone": 1.0, "neighbour": 0.9}):
        recipe = ge.Recipe(alterations=ge.alterations(stretches=(1,), forms=("prime",), readings=readings))
        cases.append((some(4), [some(3)], {"recipe": recipe}))
    theme = some(4)
    again = theme.shifted(120)
    twice = ge.NoteArray.from_arrays(
        **{
            name: np.concatenate([getattr(n, name) for n in (theme, again)])
            for name in ("pitch", "onset", "duration")
        },
        ticks_per_quarter=12,
    )
    two = {"stretches": (1,), "forms": ("prime", "retrograde")}
    # Found twice, at equal likeness; more shifts than one block; one sample below the floor.
    cases.append((twice, [theme.transposed(2), some(3)], two))
    cases.append((twice, [theme.transposed(2), some(3)], two | {"at_least": 0.8}))
    drums = random_fragment(rng, notes=4, span=16, drums=True, painted=False)
    cases.append(
        (drums, [drums, some(3), random_fragment(rng, notes=4, span=16, drums=False, painted=True)], two)
    )
    return cases


def interpret_the_kernel() -> None:
    """Compare all cases with NumPy, and print how many pairs the kernel took; called in a process of its own."""
    from goldenear.match.engines import fused, tables

    taken = 0
    lay = fused.lay

    def counted(*arguments: object) -> object:
        nonlocal taken
        taken += int(arguments[5].sum())
        return lay(*arguments)

    fused.lay = counted
    for i, (x, samples, options) in enumerate(kernel_cases()):
        fused.PARTS_INTERPRETED = 1 + i % 2
        tables.PACKED_BELOW = 0 if i % 3 == 2 else 2**16
        assert rows_on("torch", x, samples, **options) == rows_on("numpy", x, samples, **options), i
    print(taken)


def test_the_kernel_finds_the_same_in_the_interpreter() -> None:
    taken = run_alone("import test_torch; test_torch.interpret_the_kernel()", TRITON_INTERPRET="1")
    assert int(taken) >= 70


@pytest.mark.parametrize(("measure", "packed"), [(0, True), (1, False), (2, True)])
def test_the_kernel_compiles_for_a_card_and_divides_exactly(
    measure: int, packed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    from goldenear.match.engines import fused

    kernel = fused._lay
    exact = ("reals", "best")
    constants = {"LANES": 64, "BLOCK": 256, "MEASURE": measure, "PRUNE": True, "PACKED": packed}
    constants |= {name: getattr(fused, name) for name in ("INTEGERS", "REALS", "PLACE")}
    scalars = ("n", "variant", "x_lowest", "x_pitches", "heard_lowest", "heard_pitches", "octave")
    signature = {
        name: "constexpr" if name in constants
        else "i32" if name in scalars
        else "*fp64" if name in exact
        else "*i32"
        for name in kernel.arg_names
    }  # fmt: skip
    source = ASTSource(kernel, signature, constexprs=constants)
    compiled = triton.compile(source, target=GPUTarget("cuda", 90, 32), options={"num_warps": 1})
    instructions = compiled.asm["ptx"]
    assert "div.rn.f64" in instructions
    assert "sqrt.rn.f64" in instructions or measure == 2
    assert ".approx" not in instructions.replace("div.full", "") or measure == 0
    assert compiled.asm["cubin"]
