"""Melodies aligned note by note, and the similarity that is blended of it and of what overlaps."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import goldenear as ge
import naive
from goldenear.errors import InvalidInput, TooLarge
from goldenear.match import alignment
from goldenear.match.kernels import align as aligning
from strategies import fragments, random_fragment

MELODY = ge.Recipe.named("melody")
PRICED = replace(
    MELODY,
    alterations=ge.alterations(
        stretches={1: 1.0, "1/2": 0.9, "3/2": 0.8}, forms=("prime", "inversion", "retrograde")
    ),
)


FORMS = replace(MELODY, alterations=ge.alterations(stretches=(1,)), aligned=1.0)


@pytest.fixture(params=["numpy", "numba"])
def align(request: pytest.FixtureRequest):
    return {"numpy": alignment.align, "numba": aligning.align}[request.param]


@settings(max_examples=40)
@given(
    fragments(painted=True, forbidden=True),
    st.lists(fragments(painted=True), min_size=1, max_size=4),
    st.data(),
)
def test_is_what_the_definition_says(
    x: ge.NoteArray, samples: list[ge.NoteArray], data: st.DataObject
) -> None:
    allowed = data.draw(st.sampled_from([None, (0, 0), (-3, 5)]))
    prepared = ge.prepare(samples, replace(PRICED, transpositions=allowed))
    which = np.arange(len(samples))
    expected = [naive.aligned(x, sample, PRICED.alterations, allowed) for sample in samples]
    assert alignment.align(x, prepared, which).tolist() == expected
    assert aligning.align(x, prepared, which).tolist() == expected


@settings(max_examples=40)
@given(fragments(drums=False), fragments(drums=False))
def test_stays_below_its_bound(x: ge.NoteArray, sample: ge.NoteArray) -> None:
    # Chords and all forms: backwards, a melody may have another number of notes.
    prepared = ge.prepare([sample], FORMS)
    found = alignment.align(x, prepared, np.array([0]))
    assert 0 <= found[0] <= alignment.most_of(x, prepared)[0] <= 1 + 1e-9
    for form in ("prime", "retrograde"):
        own = ge.Alteration(form=form).apply(sample)
        assert alignment.align(own, prepared, np.array([0]))[0] <= alignment.most_of(own, prepared)[0]


@given(fragments(drums=False), st.integers(-30, 30), st.sampled_from(MELODY.alterations))
def test_a_melody_is_itself_transposed_and_stretched(
    x: ge.NoteArray, steps: int, alteration: ge.Alteration
) -> None:
    found = alignment.align(
        alteration.apply(x).transposed(steps).shifted(7), ge.prepare([x], MELODY), np.array([0])
    )
    # Transposed by those steps its pitches fall on themselves: no other transposition shares more time.
    assert found[0] == 1


def test_bars_more_or_less_cost_one_gap(align) -> None:
    tune = ge.NoteArray.from_arrays(
        pitch=[60, 62, 64, 65, 67, 65, 64, 62], onset=range(8), duration=1, ticks_per_quarter=1
    )
    longer = ge.NoteArray.from_arrays(
        pitch=[60, 62, 64, 65, 64, 62, 67, 65, 64, 62], onset=range(10), duration=1, ticks_per_quarter=1
    )
    found = align(longer, ge.prepare([tune], MELODY), np.array([0]))
    assert found[0] == (8 * 600 - 600 - 60) / (600 * np.sqrt(80))


def test_of_a_chord_the_highest_note_is_heard(align) -> None:
    line = ge.NoteArray.from_arrays(pitch=[72, 74, 76], onset=range(3), duration=1, ticks_per_quarter=1)
    chords = ge.NoteArray.from_arrays(
        pitch=[72, 60, 74, 59, 76, 55], onset=[0, 0, 1, 1, 2, 2], duration=1, ticks_per_quarter=1
    )
    assert align(chords, ge.prepare([line], MELODY), np.array([0]))[0] == 1


def test_drums_have_no_melody(align) -> None:
    line = ge.NoteArray.from_arrays(pitch=[60, 62], onset=[0, 1], duration=1, ticks_per_quarter=1)
    drums = ge.NoteArray.from_arrays(
        pitch=[36, 38], onset=[0, 1], duration=1, is_drum=True, ticks_per_quarter=1
    )
    prepared = ge.prepare([drums, line], MELODY)
    assert align(line, prepared, np.array([0, 1])).tolist() == [0, 1]
    assert align(drums, prepared, np.array([0, 1])).tolist() == [0, 0]


def test_melodies_too_long_are_refused(align, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "MAX_PAIRS", 3)
    line = ge.NoteArray.from_arrays(pitch=[60, 62], onset=[0, 1], duration=1, ticks_per_quarter=1)
    with pytest.raises(TooLarge, match="too long to be aligned"):
        align(line, ge.prepare([line], MELODY), np.array([0]))


def test_times_too_fine_are_refused(align) -> None:
    fine = ge.NoteArray.from_arrays(pitch=[60, 62], onset=[0, 2**30], duration=2**30, ticks_per_quarter=2**30)
    with pytest.raises(TooLarge, match="fewer ticks"):
        align(fine, ge.prepare([fine], MELODY), np.array([0]))


def test_wide_grids_take_no_room(align) -> None:
    wide = ge.NoteArray.from_arrays(
        pitch=[0, 12_000], onset=[0, 1], duration=1, ticks_per_quarter=1, steps_per_octave=1200
    )
    assert align(wide.transposed(3), ge.prepare([wide], MELODY), np.array([0]))[0] == 1


@pytest.fixture(scope="module")
def library() -> ge.PreparedSamples:
    rng = np.random.default_rng(5)
    lines = [
        ge.NoteArray.from_arrays(
            pitch=60 + np.cumsum(rng.integers(-3, 4, n)),
            onset=np.arange(n) * 3,
            duration=rng.choice([1, 2, 3], n),
            ticks_per_quarter=4,
        )
        for n in rng.integers(5, 30, 70)
    ]
    return ge.prepare([*lines, *lines[:6]], MELODY)


@pytest.mark.parametrize("seed", range(4))
def test_leaving_out_changes_nothing_for_chords_in_all_forms(seed: int) -> None:
    rng = np.random.default_rng(seed)
    samples = [
        random_fragment(rng, notes=int(rng.integers(3, 12)), span=36, drums=True, painted=False)
        for _ in range(60)
    ]
    prepared = ge.prepare(samples, FORMS)
    for form in ("prime", "inversion", "retrograde", "retrograde-inversion"):
        x = ge.Alteration(form=form).apply(samples[7]).transposed(2)
        every = ge.rank(x, prepared, backend="numba", exhaustive=True).rows
        for k, threads in ((1, 1), (3, 2), (60, 3)):
            assert ge.rank(x, prepared, backend="numba", k=k, threads=threads).rows == every[:k]
        least = every[2].similarity
        assert ge.rank(x, prepared, backend="numba", at_least=least).rows == tuple(
            m for m in every if m.similarity >= least
        )


@pytest.mark.parametrize("share", [0.3, 0.5, 1.0])
def test_leaving_out_changes_nothing(library: ge.PreparedSamples, share: float) -> None:
    prepared = ge.prepare(library.samples, replace(MELODY, aligned=share))
    for x in (library[3].transposed(2), library[20].where(np.arange(len(library[20])) != 2)):
        every = ge.rank(x, prepared, backend="numpy", exhaustive=True).rows
        for match in every:
            assert sum(weight * value for _, weight, value in match.parts) == match.similarity
            assert [name for name, _, _ in match.parts] == ["overlap", "aligned"]
        for engine in ("numpy", "numba"):
            assert ge.rank(x, prepared, backend=engine).rows == every
            for k in (1, 5, 40):
                assert ge.rank(x, prepared, backend=engine, k=k).rows == every[:k]
            for least in (0.3, 0.6, every[4].similarity):
                wanted = tuple(m for m in every if m.similarity >= least)
                assert ge.rank(x, prepared, backend=engine, at_least=least).rows == wanted
                assert ge.rank(x, prepared, backend=engine, at_least=least, k=2).rows == wanted[:2]


def test_without_alignment_the_overlap_is_all(library: ge.PreparedSamples) -> None:
    match = ge.rank(library[0], library.samples[:4]).best
    assert match is not None
    assert match.parts == (("overlap", 1.0, match.similarity),)


def test_recipes_have_names() -> None:
    assert ge.Recipe.named("fragment") == ge.Recipe()
    assert {a.stretch for a in MELODY.alterations} == {
        Fraction(1),
        Fraction(1, 2),
        Fraction(2),
        Fraction(2, 3),
        Fraction(3, 2),
    }
    with pytest.raises(InvalidInput, match="expected one of fragment, melody, occurrence, sound, got 'tune'"):
        ge.Recipe.named("tune")
    line = ge.NoteArray.from_arrays(pitch=[60, 62], onset=[0, 1], duration=1, ticks_per_quarter=1)
    assert ge.rank(line, [line], recipe="melody") == ge.rank(line, [line], recipe=MELODY)
    with pytest.raises(InvalidInput, match="expected a Recipe or the name of one, got int"):
        ge.rank(line, [line], recipe=3)
    with pytest.raises(InvalidInput, match="aligned"):
        ge.Recipe(aligned=1.5)
