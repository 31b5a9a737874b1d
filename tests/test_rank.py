"""Ranking equals the naive twin to the bit, finds what was altered, and depends on no engine or thread."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import goldenear as ge
import naive
from goldenear.notes.alteration import FORM_PRICES, FORMS, STRETCH_PRICES
from strategies import fragments

recipes = st.builds(
    ge.Recipe,
    measure=st.sampled_from(["tversky", "cosine", "window-cosine", "coverage", "brightness"]),
    alterations=st.sampled_from(
        [
            ge.alterations(stretches=(1, "3/2"), forms=("prime", "inversion")),
            ge.alterations(stretches=(1, "1/2"), forms=("prime", "retrograde", "retrograde-inversion")),
            ge.alterations(stretches=(1,), forms=("prime",), readings={"semitone": 1.0, "neighbour": 0.9}),
            ge.alterations(stretches=(1, 2), forms=("prime",), readings={"octave": 0.8, "rhythm": 0.5}),
        ]
    ),
    transpositions=st.sampled_from([None, (-3, 4)]),
    clutter=st.sampled_from([Fraction(1, 10), Fraction(1)]),
    struck=st.sampled_from([Fraction(n, 4) for n in range(5)]),
    stroke=st.sampled_from([Fraction(1, 4), Fraction(1, 3)]),
    neighbour_share=st.sampled_from([Fraction(1, 2), Fraction(1, 3)]),
    kit=st.sampled_from(["families", "exact"]),
)


@settings(max_examples=120)
@given(
    fragments(painted=True, longest=10, most_notes=5, resolutions=(2, 4)),
    fragments(painted=True, forbidden=True, longest=8, most_notes=4, resolutions=(2, 3)),
    recipes,
    st.sampled_from(["numpy", "numba", "torch"]),
)
def test_equals_the_naive_twin(x: ge.NoteArray, sample: ge.NoteArray, recipe: ge.Recipe, engine: str) -> None:
    match = ge.rank(x, [sample], recipe=recipe, backend=engine).best
    similarity, alteration, transposition, onset, shared = naive.best_match(x, sample, recipe)
    assert match.similarity == similarity
    if similarity > 0:
        assert match.placement.alteration == alteration
        assert (match.transposition, match.onset, match.shared) == (transposition, onset, shared)
        laid = match.placement.apply(sample)
        sounding = laid.where(laid.brightness > 0)
        assert Fraction(sounding.first_onset, sounding.ticks_per_quarter) <= onset


def melody(rng: np.random.Generator) -> ge.NoteArray:
    """Return a tune without symmetries: eight quarters of mixed rhythm."""
    durations = rng.choice([2, 3, 4, 6, 9, 12], 14)
    pitch = 60 + np.cumsum(rng.choice([-4, -3, -1, 1, 2, 5], 14))
    return ge.NoteArray.from_arrays(
        pitch=pitch,
        onset=np.cumsum(durations) - durations,
        duration=durations,
        ticks_per_quarter=12,
        name=f"{pitch}",
    )


def chorale(rng: np.random.Generator) -> ge.NoteArray:
    """Return two or three voices at once."""
    voices = [melody(rng).transposed(12 * i) for i in range(int(rng.integers(2, 4)))]
    columns = {
        name: np.concatenate([getattr(v, name) for v in voices]) for name in ("pitch", "onset", "duration")
    }
    return ge.NoteArray.from_arrays(**columns, ticks_per_quarter=12)


CHANGES = [
    *(("stretch", s) for s in STRETCH_PRICES if s != 1),
    *(("form", f) for f in ("inversion", "retrograde")),
    ("transposition", -5),
    ("transposition", 7),
    ("shift", 17),
]


@pytest.fixture(scope="module")
def library() -> ge.PreparedSamples:
    rng = np.random.default_rng(11)
    return ge.prepare([melody(rng) if i % 2 else chorale(rng) for i in range(12)], ge.Recipe())


@pytest.mark.parametrize(
    "changes",
    [*((c,) for c in CHANGES), *((a, b) for a, b in combinations(CHANGES, 2) if a[0] != b[0]), CHANGES[6:8]],
)
def test_every_alteration_and_any_two_find_their_origin(changes, library: ge.PreparedSamples) -> None:
    """Transposed, shifted, stretched by each factor, inverted, reversed, and any two: first, at 1 times the price.

    Every tick counts here: two stretches of triplets leave the grid of 96.
    """
    kinds = [kind for kind, _ in changes]
    wanted = dict(changes)
    form = "retrograde-inversion" if kinds.count("form") == 2 else wanted.get("form", "prime")
    alteration = ge.Alteration(wanted.get("stretch", Fraction(1)), form)
    price = STRETCH_PRICES[alteration.stretch] * FORM_PRICES[form]
    for index, sample in enumerate(library):
        x = (
            alteration.apply(sample)
            .transposed(wanted.get("transposition", 0))
            .shifted(wanted.get("shift", 0))
        )
        match = ge.rank(x, library, recipe=ge.Recipe(grid="exact")).best
        assert match.index == index
        assert match.similarity == price
        assert (match.stretch, match.form) == (alteration.stretch, form)
        laid = match.placement.apply(sample)
        resolution = int(np.lcm(laid.ticks_per_quarter, x.ticks_per_quarter))
        assert laid.at_resolution(resolution) == x.at_resolution(resolution)


def test_every_form_and_stretch_has_a_price() -> None:
    assert set(FORM_PRICES) == set(FORMS)
    assert [a.price for a in ge.Recipe().alterations][0] == 1.0
    assert len(ge.Recipe().alterations) == 28


@given(st.lists(fragments(), min_size=1, max_size=5), fragments())
@settings(max_examples=20)
def test_engines_and_threads_do_not_change_the_answer(samples: list[ge.NoteArray], x: ge.NoteArray) -> None:
    answers = [
        ge.rank(x, samples, stretches=(1, 2), forms=("prime",), backend=engine, threads=threads).rows
        for engine, threads in product(("numpy", "numba", "torch", "auto"), (1, 3))
    ]
    assert all(rows == answers[0] for rows in answers)


def test_long_music_is_ranked_in_tiles_with_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    samples = [melody(rng) for _ in range(4)]
    x = melody(rng)
    whole = ge.rank(x, samples).rows
    monkeypatch.setattr("goldenear.match.similarity.TILE_CELLS", 700)
    assert ge.rank(x, samples).rows == whole


def test_k_limits_and_ties_keep_the_order_of_the_samples() -> None:
    note = ge.NoteArray.from_arrays(pitch=[60, 62], onset=[0, 1], duration=[1, 1], ticks_per_quarter=1)
    same = [note.named("a"), note.named("b"), note.named("c")]
    assert ge.rank(note, same).names == ["a", "b", "c"]
    assert ge.rank(note, same, k=2).names == ["a", "b"]
    assert len(ge.rank(note, [])) == 0


def test_different_resolutions_meet_exactly() -> None:
    a = ge.NoteArray.from_arrays(pitch=[60, 64, 67], onset=[0, 2, 3], duration=[2, 1, 3], ticks_per_quarter=3)
    b = a.at_resolution(480).transposed(2)
    match = ge.rank(b, [a]).best
    assert (match.similarity, match.transposition, match.shift) == (1.0, 2, 0)


def test_stretches_may_be_written_as_musicians_do() -> None:
    x = ge.NoteArray.from_arrays(pitch=[60, 64, 67], onset=[0, 3, 9], duration=[3, 6, 3], ticks_per_quarter=2)
    k = ge.Alteration(stretch=Fraction(2, 3)).apply(x)
    match = ge.rank(x, [k], stretches=("1/2", 1, 1.5), forms=("prime",)).best
    assert (match.similarity, match.stretch) == (0.9, Fraction(3, 2))
    with pytest.raises(ge.InvalidInput, match="fraction such as 3/2"):
        ge.rank(x, [k], stretches=("fast",))
    with pytest.raises(ge.InvalidInput, match="form: expected one of"):
        ge.rank(x, [k], forms=("upside-down",))


def test_painted_samples_weigh_their_notes_and_a_plain_x_can_reach_1() -> None:
    sample = ge.NoteArray.from_arrays(
        pitch=[60, 64, 67, 72],
        onset=[0, 1, 2, 3],
        duration=[1] * 4,
        brightness=[9, 1, 1, 9],
        ticks_per_quarter=1,
    )
    plain = ge.NoteArray.from_arrays(
        pitch=[60, 64, 67, 72], onset=[0, 1, 2, 3], duration=[1] * 4, ticks_per_quarter=1
    )
    assert ge.rank(plain, [sample]).best.similarity == 1.0
    without_faint = ge.rank(plain.where(np.array([True, True, False, True])), [sample], stretches=(1,)).best
    without_bright = ge.rank(plain.where(np.array([True, True, True, False])), [sample], stretches=(1,)).best
    assert without_faint.similarity > without_bright.similarity


def test_a_sounding_forbidden_place_costs_likeness() -> None:
    sample = ge.NoteArray.from_arrays(
        pitch=[60, 64, 66], onset=[0, 1, 0], duration=[1, 1, 2], brightness=[1, 1, -1], ticks_per_quarter=1
    )
    clean = ge.NoteArray.from_arrays(pitch=[60, 64], onset=[0, 1], duration=[1, 1], ticks_per_quarter=1)
    marred = ge.NoteArray.from_arrays(
        pitch=[60, 64, 66], onset=[0, 1, 0], duration=[1, 1, 1], ticks_per_quarter=1
    )
    other = ge.NoteArray.from_arrays(
        pitch=[60, 64, 65], onset=[0, 1, 0], duration=[1, 1, 1], ticks_per_quarter=1
    )
    prime = {"stretches": (1,), "forms": ("prime",)}
    assert ge.rank(clean, [sample], **prime).best.similarity == 1.0
    assert (
        ge.rank(marred, [sample], **prime).best.similarity < ge.rank(other, [sample], **prime).best.similarity
    )


def test_neighbour_hears_minor_as_a_shade_of_major() -> None:
    major = ge.NoteArray.from_arrays(
        pitch=[60, 67, 64, 72, 60], onset=range(5), duration=[1] * 5, ticks_per_quarter=1
    )
    minor = ge.NoteArray.from_arrays(
        pitch=[60, 67, 63, 72, 60], onset=range(5), duration=[1] * 5, ticks_per_quarter=1
    )

    def similarity(reading: str) -> float:
        every = ge.alterations(stretches=(1,), forms=("prime",), readings=(reading,))
        return ge.rank(minor, [major], recipe=ge.Recipe(alterations=every)).best.similarity

    # Four of five notes, and a fifth that is extra; then half of it counts as well.
    assert similarity("semitone") == pytest.approx(4 / (5 + (5 - 4) / 4))
    assert similarity("neighbour") == pytest.approx(4.5 / (5 + (5 - 4.5) / 4))


def test_octaves_fold_and_rhythm_forgets_pitch() -> None:
    tune = ge.NoteArray.from_arrays(
        pitch=[60, 64, 67], onset=[0, 2, 3], duration=[2, 1, 3], ticks_per_quarter=2
    )
    scattered = ge.NoteArray.from_arrays(
        pitch=[41, 69, 48], onset=[0, 2, 3], duration=[2, 1, 3], ticks_per_quarter=2
    )
    flat = ge.NoteArray.from_arrays(
        pitch=[30, 30, 30], onset=[0, 2, 3], duration=[1, 1, 1], ticks_per_quarter=2
    )

    def match(x: ge.NoteArray, reading: str) -> ge.Match:
        every = ge.alterations(stretches=(1,), forms=("prime",), readings=(reading,))
        return ge.rank(x, [tune], recipe=ge.Recipe(alterations=every)).best

    folded = match(scattered, "octave")
    assert (folded.similarity, folded.transposition) == (1.0, 5)
    assert match(flat, "rhythm").similarity == 1.0
    assert match(flat, "octave").similarity < 0.9


def test_other_grids_than_twelve_steps() -> None:
    x = ge.NoteArray.from_arrays(
        pitch=[0, 6, 11], onset=[0, 1, 2], duration=[1] * 3, ticks_per_quarter=1, steps_per_octave=19
    )
    assert ge.rank(x.transposed(4), [x]).best.transposition == 4
    twelve = ge.NoteArray.from_arrays(pitch=[0], onset=[0], duration=[1], ticks_per_quarter=1)
    with pytest.raises(ge.InvalidInput, match="19 steps an octave"):
        ge.rank(twelve, [x])


def test_a_stretched_sample_that_begins_with_a_forbidden_place_lies_where_it_is_told_to() -> None:
    sample = ge.NoteArray.from_arrays(
        pitch=[50, 60, 62, 65],
        onset=[0, 2, 3, 4],
        duration=[1] * 4,
        brightness=[-1, 1, 1, 1],
        ticks_per_quarter=1,
    )
    x = ge.NoteArray.from_arrays(pitch=[60, 62, 65], onset=[0, 2, 4], duration=[2] * 3, ticks_per_quarter=1)
    match = ge.rank(x, [sample], stretches=(2,), forms=("prime",)).best
    why = ge.explain(x, sample, match)
    assert (match.onset, len(why.matched), len(why.missed)) == (0, 3, 0)


def test_what_is_not_replaced_stays_the_recipes() -> None:
    tune = ge.NoteArray.from_arrays(
        pitch=[60, 64, 62, 67], onset=[0, 1, 3, 4], duration=[1, 2, 1, 2], ticks_per_quarter=1
    )
    mirrored = ge.Alteration(form="inversion").apply(tune)
    only_prime = ge.Recipe(alterations=ge.alterations(forms={"prime": 0.5}))
    assert ge.rank(mirrored, [tune], recipe=only_prime, stretches=(1,)).best.form == "prime"
    assert ge.rank(tune, [tune], recipe=only_prime, stretches=(1,)).best.similarity == 0.5
    rhythm = ge.Recipe(alterations=ge.alterations(stretches=(1,), forms=("prime",), readings={"rhythm": 0.3}))
    assert ge.rank(tune, ge.prepare([tune], rhythm)[:1], stretches=("1/2", 1)).best.similarity == 0.3


def test_what_would_not_end_or_not_fit_is_refused() -> None:
    far = ge.NoteArray.from_arrays(
        pitch=[60, 61, 64], onset=[0, 1, 2**39], duration=[1, 1, 1], ticks_per_quarter=480
    )
    with pytest.raises(ge.TooLarge, match="placements"):
        ge.rank(far, [far])
    for stretch in ("1e99999999", "3.14159265358979", 2**25, "1/0"):
        with pytest.raises(ge.InvalidInput, match="stretch"):
            ge.rank(far, [far], stretches=(stretch,))
    with pytest.raises(ge.InvalidInput, match="two spellings"):
        ge.alterations(stretches={"1": 1.0, "2/2": 0.5})


def test_limits_of_transposition_do_not_silence_drums() -> None:
    beat = ge.NoteArray.from_arrays(
        pitch=[36, 38], onset=[0, 2], duration=[1, 1], is_drum=True, ticks_per_quarter=2
    )
    assert ge.rank(beat, [beat], recipe=ge.Recipe(transpositions=(2, 5))).best.similarity == 1.0


def test_drums_are_not_transposed() -> None:
    beat = ge.NoteArray.from_arrays(
        pitch=[36, 38], onset=[0, 2], duration=[1, 1], is_drum=True, ticks_per_quarter=2
    )
    moved = ge.NoteArray.from_arrays(
        pitch=[38, 40], onset=[0, 2], duration=[1, 1], is_drum=True, ticks_per_quarter=2
    )
    assert ge.rank(beat, [beat]).best.similarity == 1.0
    assert ge.rank(moved, [beat]).best.similarity < 0.8
    assert beat.transposed(5) == beat


def test_bad_arguments_are_named() -> None:
    note = ge.NoteArray.from_arrays(pitch=[60], onset=[0], duration=[1], ticks_per_quarter=1)
    nothing = ge.NoteArray.from_arrays(pitch=[], onset=[], duration=[], ticks_per_quarter=1, name="rest.mid")
    with pytest.raises(ge.NoNotes, match=r"rest\.mid"):
        ge.rank(nothing, [note])
    with pytest.raises(ge.NoNotes, match=r"rest\.mid"):
        ge.rank(note, [nothing])
    with pytest.raises(ge.InvalidInput, match="threads"):
        ge.rank(note, [note], threads=0)
    with pytest.raises(ge.InvalidInput, match="measure"):
        ge.Recipe(measure="feeling")
    with pytest.raises(ge.InvalidInput, match="at least one"):
        ge.Recipe(alterations=())
    with pytest.raises(ge.InvalidInput, match="lowest, highest"):
        ge.Recipe(transpositions=(5, -5))
    with pytest.raises(ge.InvalidInput, match="neighbour_share"):
        ge.Recipe(neighbour_share=Fraction(3, 2))
    with pytest.raises(ge.InvalidInput, match="none is left"):
        ge.alterations(stretches=())


def test_sound_is_as_alike_however_loud_it_is() -> None:
    tune = {"pitch": [60, 64, 62], "onset": [0, 2, 4], "duration": [2, 2, 4], "ticks_per_quarter": 4}
    soft, loud = (ge.NoteArray.from_arrays(**tune, brightness=[b, 2 * b, b]) for b in (3, 9))
    how = ge.Recipe.named("sound")
    assert ge.rank(loud, [soft], recipe=how, backend="numpy").best.similarity == pytest.approx(1, abs=1e-12)
    assert how.threshold == 0.65
    assert ge.Recipe(struck=Fraction(0)).threshold == ge.Recipe().threshold
