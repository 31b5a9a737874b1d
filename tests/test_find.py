"""Occurrences are found where the naive twin sees them, and keep clear of one another."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

import goldenear as ge
import naive
from strategies import fragments

THEME = ge.NoteArray.from_arrays(
    pitch=[60, 64, 62, 67], onset=[0, 2, 3, 4], duration=[2, 1, 1, 4], ticks_per_quarter=2
)


def joined(*parts: ge.NoteArray) -> ge.NoteArray:
    resolution = int(np.lcm.reduce([p.ticks_per_quarter for p in parts]))
    parts = tuple(p.at_resolution(resolution) for p in parts)
    columns = {
        name: np.concatenate([getattr(p, name) for p in parts]) for name in ("pitch", "onset", "duration")
    }
    return ge.NoteArray.from_arrays(**columns, ticks_per_quarter=resolution)


def test_every_hidden_occurrence_is_found_where_it_was_hidden(backend: str) -> None:
    augmented = ge.Alteration(stretch=Fraction(2)).apply(THEME)
    mirrored = ge.Alteration(form="inversion").apply(THEME)
    piece = joined(
        THEME,
        THEME.transposed(5).shifted(20),
        augmented.transposed(-2).shifted(40),
        mirrored.transposed(3).shifted(80),
    )
    found = ge.find(piece, THEME, threshold=0.89, backend=backend)
    assert [(m.onset, m.transposition, m.stretch, m.form) for m in found] == [
        (0, 0, 1, "prime"),
        (10, 5, 1, "prime"),
        (20, -2, 2, "prime"),
        (40, 3, 1, "inversion"),
    ]
    assert found.similarities == [1.0, 1.0, 0.95, 0.9]


@settings(max_examples=30)
@given(
    fragments(longest=12, most_notes=6, drums=False, resolutions=(2,)),
    fragments(longest=6, most_notes=3, drums=False, resolutions=(2,)),
)
def test_what_is_found_is_bright_and_nothing_brighter_is_left_out(
    piece: ge.NoteArray, fragment: ge.NoteArray
) -> None:
    recipe = ge.Recipe(alterations=ge.alterations(stretches=(1,), forms=("prime",)))
    threshold, apart = 0.6, Fraction(1)
    found = ge.find(piece, fragment, threshold=threshold, exclusion=apart, recipe=recipe)
    everywhere = {}
    for similarity, p, onset, *_ in naive.placements(piece, fragment, recipe, recipe.alterations[0]):
        everywhere[p, onset] = similarity
    for match in found:
        assert everywhere[match.transposition, match.onset] == match.similarity >= threshold
    for i, match in enumerate(found):
        for other in found[:i]:
            near = abs(match.transposition - other.transposition) <= 2
            assert not near or abs(match.onset - other.onset) >= apart
    onsets = sorted({onset for _, onset in everywhere})
    step = onsets[1] - onsets[0] if len(onsets) > 1 else Fraction(1)
    for (p, onset), similarity in everywhere.items():
        outshone = any(everywhere.get((p, onset + d), 0) > similarity for d in (-step, step))
        if similarity >= threshold and not outshone:
            assert any(abs(m.onset - onset) < apart and m.similarity >= similarity for m in found)


def test_entries_of_voices_that_begin_together_are_all_told(backend: str) -> None:
    # A fifth below, an octave above; and two steps above, which is too near to be another entry.
    piece = joined(*(THEME.transposed(steps).shifted(12) for steps in (0, -7, 12, 2)))
    found = ge.find(piece, THEME, backend=backend)
    entries = {(m.onset, m.transposition) for m in found if m.similarity > 0.7}
    assert {(6, -7), (6, 12)} < entries
    assert len({(6, 0), (6, 2)} & entries) == 1
    assert all(m.stretch == 1 and m.form == "prime" for m in found if m.similarity > 0.7)


def test_arguments_that_are_off_are_named() -> None:
    with pytest.raises(ge.InvalidInput, match="threshold"):
        ge.find(THEME, THEME, threshold=0)
    with pytest.raises(ge.InvalidInput, match="exclusion"):
        ge.find(THEME, THEME, exclusion="soon")


def test_the_explanation_tells_matched_missed_and_extra_notes() -> None:
    x = joined(
        THEME.where(np.array([True, True, False, True])),
        THEME.where(np.array([False, True, False, False])).transposed(1),
    )
    x = joined(
        x.transposed(7).shifted(4),
        ge.NoteArray.from_arrays(pitch=[20], onset=[5], duration=[3], ticks_per_quarter=2),
    )
    match = ge.rank(x, [THEME], stretches=(1,), forms=("prime",)).best
    why = ge.explain(x, THEME, match)
    assert why.matched.pitch.tolist() == [67, 71, 74]
    assert why.missed.pitch.tolist() == [69]
    assert why.extra.pitch.tolist() == [72]
    assert len(why.matched) + len(why.missed) == len(why.placed)


def test_slips_are_named() -> None:
    line = ge.NoteArray.from_arrays(pitch=[60, 62], onset=[0, 1], duration=1, ticks_per_quarter=1)
    with pytest.raises(ge.InvalidInput, match="backend: expected auto, numpy"):
        ge.find(line, line, recipe="occurrence", backend="nonsense")
    with pytest.raises(ge.InvalidInput, match="fragment: expected a NoteArray"):
        ge.find(line, [line])
    with pytest.raises(ge.InvalidInput, match="aligned"):
        ge.Recipe(measure="occurrence", aligned=0.5)


def test_whole_melodies_are_not_found_but_ranked() -> None:
    line = ge.NoteArray.from_arrays(pitch=[60, 62], onset=[0, 1], duration=1, ticks_per_quarter=1)
    with pytest.raises(ge.InvalidInput, match="use rank"):
        ge.find(line, line, recipe=ge.Recipe.named("melody"))
