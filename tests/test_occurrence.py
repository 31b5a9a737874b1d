"""Occurrences, note by note: the definition, tonal answers, strettos, what is refused."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import lcm

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import goldenear as ge
import naive
from goldenear.errors import InvalidInput, NoNotes
from goldenear.match import occurrence
from goldenear.match.occurrence import counted, occurrences
from strategies import fragments

RECIPE = ge.Recipe.named("occurrence")
SUBJECT = ge.NoteArray.from_arrays(
    pitch=[60, 67, 65, 64, 62, 64, 60],
    onset=[0, 2, 3, 4, 6, 7, 8],
    duration=[2, 1, 1, 2, 1, 1, 2],
    ticks_per_quarter=2,
)


def together(*parts: ge.NoteArray) -> ge.NoteArray:
    """Return parts as one piece."""
    return ge.NoteArray.from_arrays(
        pitch=np.concatenate([p.pitch for p in parts]),
        onset=np.concatenate([p.onset for p in parts]),
        duration=np.concatenate([p.duration for p in parts]),
        ticks_per_quarter=parts[0].ticks_per_quarter,
    )


@settings(max_examples=50)
@given(
    fragments(most_notes=12, painted=True, forbidden=True),
    fragments(painted=True),
    st.sampled_from([0.01, 0.2, 0.5]),
    st.sampled_from([None, (-2, 3)]),
    st.sampled_from([3, 500_000]),
)
def test_is_what_the_definition_says(
    piece: ge.NoteArray, fragment: ge.NoteArray, threshold: float, allowed: tuple[int, int] | None, held: int
) -> None:
    pitched = [
        n for notes in (piece, fragment) for n in [[n for n in notes if n.brightness > 0 and not n.is_drum]]
    ]
    recipe = replace(RECIPE, transpositions=allowed)
    if not all(pitched):
        with pytest.raises(NoNotes):
            list(occurrences(piece, fragment, recipe, threshold))
        return
    resolution = lcm(piece.ticks_per_quarter, fragment.ticks_per_quarter)
    up, scale = resolution // fragment.ticks_per_quarter, resolution // piece.ticks_per_quarter
    expected = {}
    for shift in {a.onset * scale - b.onset * up for a in pitched[0] for b in pitched[1]}:
        for steps in range(-16, 17) if allowed is None else range(allowed[0], allowed[1] + 1):
            similarity = naive.occurrence(piece, fragment, steps, shift, resolution)
            if similarity >= threshold:
                expected[steps, Fraction(shift, resolution)] = similarity
    with pytest.MonkeyPatch.context() as patch:
        # Also in parts so small that most placements lie at a seam.
        patch.setattr(occurrence, "MAX_MEETINGS", held)
        found = list(occurrences(piece, fragment, recipe, threshold))
    assert {(m.transposition, m.shift): m.similarity for m in found} == expected
    assert len(found) == len(expected)


def test_a_tonal_answer_is_an_occurrence_and_a_beginning_alone_is_none() -> None:
    answer = SUBJECT.transposed(7).shifted(10)
    answer = ge.NoteArray.from_arrays(
        pitch=[answer.pitch[0], answer.pitch[1] - 2, *answer.pitch[2:]],
        onset=answer.onset,
        duration=answer.duration,
        ticks_per_quarter=2,
    )
    beginning = SUBJECT.where(np.arange(7) < 4).transposed(-5).shifted(40)
    found = ge.find(together(SUBJECT, answer, beginning), SUBJECT, recipe=RECIPE)
    assert [(m.onset, m.transposition) for m in found] == [(0, 0), (5, 7)]
    assert found[0].similarity == 1
    assert found[0].parts == (("occurrence", 1.0, 1.0),)


def test_entries_that_follow_within_two_quarters_are_both_found() -> None:
    stretto = together(SUBJECT, SUBJECT.transposed(19).shifted(2))
    found = ge.find(stretto, SUBJECT, recipe=RECIPE)
    assert [(m.onset, m.transposition, m.similarity) for m in found] == [(0, 0, 1), (1, 19, 1)]


def test_what_else_sounds_and_a_last_note_cut_short_change_nothing() -> None:
    rng = np.random.default_rng(1)
    others = ge.NoteArray.from_arrays(
        pitch=rng.integers(70, 95, 60), onset=rng.integers(0, 40, 60), duration=2, ticks_per_quarter=2
    )
    duration = SUBJECT.duration.copy()
    duration[-1] = 1
    cut = ge.NoteArray.from_arrays(
        pitch=SUBJECT.pitch, onset=SUBJECT.onset, duration=duration, ticks_per_quarter=2
    )
    assert ge.find(together(cut.shifted(12), others), SUBJECT, recipe=RECIPE).best.similarity == 1


@given(
    fragments(drums=False), fragments(drums=False, resolutions=(4,)), st.integers(-3, 3), st.integers(-20, 20)
)
def test_shared_time_is_that_of_the_pictures(piece, fragment, steps: int, shift: int) -> None:
    alteration = ge.Alteration(stretch=Fraction(3, 2))
    match = ge.Match(
        "", 0, 1.0, Fraction(0), ge.Placement(steps, shift, 3, alteration), Fraction(0), Fraction(1)
    )
    placed = match.placement.apply(fragment)
    resolution = lcm(piece.ticks_per_quarter, placed.ticks_per_quarter)
    a, b = naive.picture(piece, resolution), naive.picture(placed, resolution)
    assert counted(piece, fragment, match).shared == Fraction(naive.shared_time(a, b, 0, 0), resolution)


def test_alterations_are_asked_for_and_paid() -> None:
    priced = replace(RECIPE, alterations=ge.alterations(stretches={1: 1.0, 2: 0.9}, forms=("prime",)))
    slow = ge.Alteration(stretch=Fraction(2)).apply(SUBJECT).shifted(30)
    found = ge.find(together(SUBJECT, slow), SUBJECT, recipe=priced)
    assert [(m.onset, m.stretch, m.similarity, m.quarters) for m in found] == [(0, 1, 1, 5), (15, 2, 0.9, 10)]


@settings(max_examples=30)
@given(fragments(drums=False), fragments(drums=False, most_notes=4), st.sampled_from([0.9, 0.85, 0.7]))
def test_what_equals_the_threshold_counts(piece: ge.NoteArray, fragment: ge.NoteArray, price: float) -> None:
    priced = replace(
        RECIPE, alterations=(ge.Alteration(price=price), ge.Alteration(reading="octave", price=price / 2))
    )
    every = list(occurrences(piece, fragment, priced, 0.05))
    for match in every[:5]:
        again = list(occurrences(piece, fragment, priced, match.similarity))
        assert [(m.transposition, m.shift) for m in again].count((match.transposition, match.shift)) == 1


def test_long_fragments_are_looked_for_in_parts() -> None:
    rng = np.random.default_rng(2)
    piece = ge.NoteArray.from_arrays(
        pitch=rng.integers(50, 80, 1500), onset=np.arange(1500) // 2, duration=1, ticks_per_quarter=2
    )
    x, k = (occurrence._notes(notes, 2) for notes in (piece, piece.where(np.arange(len(piece)) < 700)))
    cuts = occurrence._cuts(x, k)
    parts = [len(occurrence._meetings(x, k, first, end, None).note) for first, end in pairwise(cuts)]
    assert len(parts) > 5
    assert max(parts) < 3 * np.mean(parts)


def test_rank_does_not_look_for_occurrences() -> None:
    with pytest.raises(InvalidInput, match="use find"):
        ge.rank(SUBJECT, [SUBJECT], recipe=RECIPE)
    with pytest.raises(InvalidInput, match="use find"):
        ge.rank(SUBJECT, ge.prepare([SUBJECT], RECIPE))
