"""Drums are compared by kit families: the same drum counts for more than its family, that for more than its group."""

from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import goldenear as ge
import naive
from goldenear.match.engines.work import work_of
from goldenear.match.pictures import alteration_groups, piece_pictures
from goldenear.notes import kit

EXACT, FAMILIES = ge.Recipe(kit="exact"), ge.Recipe()
KICK, SNARE, CLAP, HAT, RIDE, SHAKER, OPEN, CRASH, TOM, CONGA, COWBELL, NO_DRUM_OF_MIDI = (
    *(36, 38, 39, 42, 51, 70, 46, 49, 45, 63, 56, 300),
)
DRUMS = (KICK, 35, SNARE, CLAP, HAT, RIDE, OPEN, CRASH, TOM, CONGA, COWBELL, NO_DRUM_OF_MIDI)
ROCK = {HAT: "x.x.x.x.x.x.x.x.", SNARE: "....x.......x...", KICK: "x.......x......."}


def beat(lines: dict[int, str], bars: int = 2) -> ge.NoteArray:
    """Return a beat, a line of sixteenths for every drum."""
    rows = [(d, i) for d, line in lines.items() for i, step in enumerate(line * bars) if step == "x"]
    pitch, onset = zip(*rows, strict=True)
    return ge.NoteArray.from_arrays(pitch=pitch, onset=onset, duration=1, is_drum=True, ticks_per_quarter=4)


def on(lines: dict[int, str], old: int, new: int) -> dict[int, str]:
    """Return a beat with one drum in place of another."""
    return {new if drum == old else drum: line for drum, line in lines.items()}


def likeness(x: ge.NoteArray, sample: ge.NoteArray, recipe: ge.Recipe = FAMILIES) -> float:
    return ge.rank(x, [sample], recipe=recipe, backend="numpy").similarities[0]


@st.composite
def drumming(draw, *, pitched: bool, painted: bool = False, forbidden: bool = False) -> ge.NoteArray:
    """Draw some strokes, and notes among them where wanted."""
    n = draw(st.integers(2, 6))

    def column(values) -> list:
        return draw(st.lists(values, min_size=n, max_size=n))

    is_drum = np.array(column(st.booleans())) if pitched else np.ones(n, bool)
    onset = np.array(column(st.integers(0, 10)))
    brightness = np.array(column(st.integers(1, 3))) if painted else np.ones(n, int)
    pitch = np.where(is_drum, column(st.sampled_from(DRUMS)), column(st.integers(60, 64)))
    if forbidden:
        # Far from what sounds on its own line, and perhaps close to it on that of its family.
        pitch[0], is_drum[0], brightness[0] = 57, True, -1
    return ge.NoteArray.from_arrays(
        pitch=pitch,
        onset=onset,
        duration=column(st.integers(1, 4)),
        is_drum=is_drum,
        brightness=brightness,
        ticks_per_quarter=draw(st.sampled_from([2, 3, 4])),
    )


recipes = st.builds(
    ge.Recipe,
    measure=st.sampled_from(["tversky", "cosine"]),
    alterations=st.sampled_from(
        [
            ge.alterations(stretches=(1, "3/2"), forms=("prime", "retrograde")),
            ge.alterations(stretches=(1,), forms=("prime",), readings={"octave": 1.0, "rhythm": 0.5}),
            ge.alterations(stretches=(1,), forms=("prime",), readings={"neighbour": 0.9}),
        ]
    ),
    struck=st.sampled_from([Fraction(0), Fraction(3, 4), Fraction(1)]),
    kit=st.sampled_from(kit.KITS),
)


@settings(max_examples=150)
@given(st.data(), recipes, st.booleans(), st.booleans(), st.booleans())
def test_drums_equal_the_naive_twin_by_every_engine(data, recipe, x_pitched, pitched, painted) -> None:
    x = data.draw(drumming(pitched=x_pitched, painted=painted))
    sample = data.draw(drumming(pitched=pitched, painted=painted, forbidden=data.draw(st.booleans())))
    if not (sample.brightness > 0).any():
        return
    similarity, alteration, transposition, onset, shared = naive.best_match(x, sample, recipe)
    for engine in ("numpy", "numba", "torch"):
        match = ge.rank(x, [sample], recipe=recipe, backend=engine).best
        assert match.similarity == similarity
        if similarity > 0:
            assert match.placement.alteration == alteration
            assert (match.transposition, match.onset, match.shared) == (transposition, onset, shared)


@settings(max_examples=60)
@given(st.data(), st.sampled_from(kit.KITS), st.booleans())
def test_beats_are_found_alike_by_every_engine(data, kit, pitched) -> None:
    piece, fragment = (data.draw(drumming(pitched=p)) for p in (pitched, False))
    recipe = ge.Recipe(alterations=ge.alterations(stretches=(1, 2), forms=("prime",)), kit=kit)
    by_numpy, by_numba, by_fft = (
        ge.find(piece, fragment, threshold=0.3, recipe=recipe, backend=backend)
        for backend in ("numpy", "numba", "fft")
    )
    assert by_numpy == by_numba == by_fft


def test_no_drum_is_in_two_families_and_no_family_in_two_groups() -> None:
    for one, other in combinations(kit.FAMILIES.values(), 2):
        assert not set(one) & set(other)
    in_groups = [name for group in kit.GROUPS for name in group]
    assert len(set(in_groups)) == len(in_groups)
    assert set(in_groups) <= set(kit.FAMILIES)


@pytest.mark.parametrize(
    ("drum", "in_its_place", "expected"),
    [
        (HAT, HAT, 1),
        (HAT, RIDE, Fraction(2, 3)),
        (HAT, SHAKER, Fraction(2, 3)),
        (SNARE, CLAP, Fraction(2, 3)),
        (KICK, 35, Fraction(2, 3)),
        (OPEN, CRASH, Fraction(2, 3)),
        (HAT, OPEN, Fraction(1, 3)),
        (TOM, CONGA, Fraction(1, 3)),
        (HAT, SNARE, 0),
        (KICK, TOM, 0),
        (COWBELL, HAT, 0),
        (NO_DRUM_OF_MIDI, NO_DRUM_OF_MIDI, 1),
        (NO_DRUM_OF_MIDI, NO_DRUM_OF_MIDI + 1, 0),
        (0, 1, 0),
    ],
)
def test_the_same_drum_counts_in_full_its_family_two_thirds_its_group_one(drum, in_its_place, expected):
    line = "x..x.x..x.xxx..."
    for one, other in permutations((drum, in_its_place)):
        assert likeness(beat({other: line}), beat({one: line})) == float(expected)
        exactly = likeness(beat({other: line}), beat({one: line}), EXACT)
        assert exactly == (1.0 if drum == in_its_place else 0.0)


def test_a_rock_beat_on_the_ride_is_that_rock_beat() -> None:
    rock = beat(ROCK)
    assert likeness(beat(on(ROCK, HAT, RIDE)), rock, EXACT) == pytest.approx(1 / 3)
    rides = likeness(beat(on(ROCK, HAT, RIDE)), rock)
    opens = likeness(beat(on(ROCK, HAT, OPEN)), rock)
    bells = likeness(beat(on(ROCK, HAT, COWBELL)), rock)
    assert 1 > rides > ge.Recipe().threshold > opens > bells == pytest.approx(1 / 3)
    assert likeness(beat(on(ROCK, SNARE, CLAP)), rock) > 0.9


@settings(max_examples=60)
@given(st.data(), st.booleans(), st.booleans())
def test_a_sample_scores_one_in_itself(data, pitched, painted) -> None:
    sample = data.draw(drumming(pitched=pitched, painted=painted))
    for measure in ("tversky", "cosine", "window-cosine", "coverage"):
        assert likeness(sample, sample, ge.Recipe(measure=measure)) == 1.0


def test_two_drums_of_a_family_struck_together_are_one_stroke_on_its_line() -> None:
    line = "x..x.x..x.xxx..."
    both, alone = beat({HAT: line, RIDE: line}), beat({HAT: line})
    # Lines: hat, ride, family and group in `both`, all but the ride in `alone`.
    assert likeness(alone, both) == 3 / 4
    assert likeness(both, alone) == 1.0


def test_an_extra_stroke_still_costs() -> None:
    rock = beat(ROCK)
    for drum, expected in ((SNARE, 36 / 39), (CLAP, 36 / 38), (CRASH, 36 / 37), (COWBELL, 1.0)):
        # The sample has none of a cowbell's lines, so that one accompanies it.
        line = ROCK.get(drum, "." * 16)[:7] + "x" + ROCK.get(drum, "." * 16)[8:]
        assert likeness(beat({**ROCK, drum: line}), rock) == pytest.approx(expected)


def over(tune: ge.NoteArray, drums: ge.NoteArray) -> ge.NoteArray:
    """Return a tune and a beat together."""
    columns = {
        name: np.concatenate([getattr(part, name) for part in (tune, drums)])
        for name in ("pitch", "onset", "duration", "is_drum")
    }
    return ge.NoteArray.from_arrays(**columns, ticks_per_quarter=tune.ticks_per_quarter)


TUNE = ge.NoteArray.from_arrays(
    pitch=[60, 64, 62, 67, 65, 69, 71, 72], onset=range(0, 32, 4), duration=3, ticks_per_quarter=4
)


def test_beside_a_tune_a_family_counts_in_full_and_a_stroke_weighs_as_a_note_does() -> None:
    sample, other = over(TUNE, beat(ROCK)), over(TUNE, beat({COWBELL: "x..x..x."}))
    assert likeness(over(TUNE, beat(on(ROCK, HAT, RIDE))), sample) == 1.0
    # Rock has no two drums of a family: what is missing costs as much as if drums were compared exactly.
    for x in (TUNE, beat(ROCK), other, over(TUNE.transposed(1), beat(on(ROCK, SNARE, TOM)))):
        assert likeness(x, sample) == likeness(x, sample, EXACT) < 1.0


@pytest.mark.parametrize("measure", ["tversky", "cosine", "brightness"])
def test_a_tune_under_a_beat_counts_as_it_did_without_families(measure: str) -> None:
    x = over(TUNE, beat(ROCK))
    found = [likeness(x, TUNE, ge.Recipe(measure=measure, kit=k)) for k in kit.KITS]
    assert found[0] == found[1] > 0


def test_only_drums_ask_for_a_kit() -> None:
    assert FAMILIES.shown(TUNE) is FAMILIES.shown_sample(TUNE) is TUNE
    x = beat(on(ROCK, HAT, RIDE))
    by_rhythm = ge.alterations(readings={"rhythm": 1.0})
    of_rhythm = [likeness(x, beat(ROCK), ge.Recipe(alterations=by_rhythm, kit=k)) for k in kit.KITS]
    assert of_rhythm == [1.0, 1.0]


def test_what_must_stay_dark_does_not_silence_its_family() -> None:
    """A ride that must stay dark beside a hat: the hat still sounds on the line of both."""
    sample = ge.NoteArray.from_arrays(
        pitch=[HAT, HAT, SNARE, RIDE],
        onset=[0, 4, 2, 0],
        duration=1,
        brightness=[1, 1, 1, -1],
        is_drum=True,
        ticks_per_quarter=4,
    )
    played = sample.where(sample.brightness > 0)
    assert likeness(played, sample) == 1.0
    with_ride = beat({HAT: "x...x...", SNARE: "..x.....", RIDE: "x......."}, bars=1)
    assert likeness(with_ride, sample) < 1.0


def test_an_explanation_counts_a_drum_that_stands_for_another() -> None:
    rock, x = beat(ROCK), beat({**on(ROCK, HAT, RIDE), CLAP: ".......x........"})
    match = ge.rank(x, [rock], recipe=FAMILIES).best
    why = ge.explain(x, rock, match)
    assert (len(why.matched), len(why.missed)) == (len(rock), 0)
    assert set(why.extra.pitch.tolist()) == {CLAP}
    exactly = ge.explain(x, rock, match, kit="exact")
    assert set(exactly.missed.pitch.tolist()) == {HAT}
    assert len(exactly.extra) == 0
    opened = beat(on(ROCK, HAT, OPEN))
    by_group = ge.explain(opened, rock, ge.rank(opened, [rock], recipe=FAMILIES).best)
    assert set(by_group.missed.pitch.tolist()) == {HAT}


def test_a_verdict_explains_by_its_own_kit() -> None:
    x, rock = beat(on(ROCK, HAT, RIDE)), beat(ROCK).named("rock")
    for recipe, missed in ((FAMILIES, 0), (EXACT, 16)):
        taste = ge.Taste.of(good=[rock], settings=ge.Settings(recipe))
        assert len(taste.judge(x).explain().missed) == missed


def test_families_do_not_make_a_beat_look_like_more_work() -> None:
    works = []
    for recipe in (EXACT, FAMILIES):
        x = piece_pictures(beat(ROCK), recipe)
        works.append(work_of(x, alteration_groups(beat(ROCK), recipe)).placements)
    assert works[0] == works[1]


@pytest.mark.parametrize("drum", [-1, 2**14])
def test_drums_of_impossible_numbers_are_refused(drum: int) -> None:
    strange = beat({drum: "x...x..."})
    with pytest.raises(ge.InvalidInput, match=r"drums: expected numbers 0\.\.16,383"):
        ge.rank(strange, [beat(ROCK)], recipe=FAMILIES)
    assert likeness(strange, strange, EXACT) == 1.0
