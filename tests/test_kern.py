"""Humdrum kern is read exactly; partitura, where it reads the same things, says the same."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldenear.errors import UnreadableFile
from written_scores import (
    HALF,
    QUARTET,
    by_partitura,
    kern,
    tracks,
)

THIRD = Fraction(1, 3)


def test_kern_columns_lengths_and_names(tmp_path):
    tune = kern(QUARTET)
    assert (tune.format, tune.title, tune.ticks_per_quarter) == ("kern", "Ein Stück", 12)
    assert [track.name for track in tune.tracks] == ["Bass", "Treble"]
    third = Fraction(1, 3)
    assert tracks(tune) == [
        [(48, 0, 1), (48, 1, 3), (50, 4, 1), (52, 5, Fraction(3, 2))],
        [
            (72, 0, 1), (76, 1, 1), (78, 2, Fraction(3, 4)), (79, Fraction(11, 4), Fraction(1, 4)),
            (82, 3, third), (81, 3 + third, third), (79, 4 - third, third), (74, 4, 3),
        ],
    ]  # fmt: skip
    assert tune.tempos == ((0, 666_667),)
    assert tune.remarks == ["repeats not unfolded"]
    theirs = by_partitura("load_kern", QUARTET.replace(" | ", "\t"), ".krn", tmp_path)
    assert sorted(sorted(part) for part in theirs) == sorted(sorted(part) for part in tracks(tune))


def test_kern_ties_join_in_chords_and_over_bars():
    tune = kern("**kern\n[2c [2e 2g\n=2\n[4c_ 4e]\n4c] 4f\n4c\n*-\n")
    assert tracks(tune) == [[(60, 0, 4), (64, 0, 3), (67, 0, 2), (65, 3, 1), (60, 4, 1)]]
    assert tune.remarks == []
    assert kern("**kern\n[4c\n4d]\n*-\n").remarks == ["2 ties: left out, joining no two notes"]


def test_kern_splits_and_joins():
    tune = kern(
        "**kern | **kern\n2C | 4c\n* | *^\n. | 4e | 8b\n. | . | 8a\n2D | 4f | 2d\n. | 4g | .\n* | *v | *v\n1E | 1cc\n*- | *-\n"
    )
    assert tracks(tune) == [
        [(48, 0, 2), (50, 2, 2), (52, 4, 4)],
        [
            (60, 0, 1),
            (64, 1, 1),
            (71, 1, HALF),
            (69, Fraction(3, 2), HALF),
            (65, 2, 1),
            (62, 2, 2),
            (67, 3, 1),
            (72, 4, 4),
        ],
    ]


def test_kern_columns_change_places_begin_and_end():
    tune = kern("**kern | **kern\n4C | 4c\n*x | *x\n4d | 4D\n*- | *\n*+\n* | **kern\n2E | 2g\n*- | *-\n")
    assert tracks(tune) == [[(48, 0, 1), (50, 1, 1), (52, 2, 2)], [(60, 0, 1), (62, 1, 1)], [(67, 2, 2)]]


def test_kern_long_odd_and_grace_notes():
    tune = kern("**kern\n0c\n00c\n3%2d\n4..e\n8qf\nqg\nf#QQ\n2g##\n2a--\n2bn\n1CC\n1rcc\n1ccc;\n*-\n")
    assert tracks(tune)[0][:4] == [
        (60, 0, 8),
        (60, 8, 16),
        (62, 24, Fraction(8, 3)),
        (64, 24 + Fraction(8, 3), Fraction(7, 4)),
    ]
    assert tune.tracks[0].pitch[4:] == [69, 67, 71, 36, 84]
    assert tune.remarks == ["3 grace notes: left out"]


def test_kern_sections_stand_as_written():
    assert kern("**kern\n*>[A,A,B]\n*>A\n4c\n*>B\n4d\n*-\n").remarks == [
        "the order of the sections is not unfolded"
    ]


def test_kern_comments_and_empty_rows_are_passed_over():
    tune = kern("!! hello\n**kern | **dynam\n! x | !\n4c | f\n\n4d | .\r\n*- | *-\n")
    assert tracks(tune) == [[(60, 0, 1), (62, 1, 1)]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hello", "not Humdrum kern"),
        ("", "not Humdrum kern"),
        ("\0", "binary"),
        ("**text\nla\n*-\n", "no column begins with"),
        ("**kern\n4c | 4d\n", "line 2: 2 columns where 1 were expected"),
        ("**kern | **kern\n4c\n", "line 2: 1 columns where 2 were expected"),
        ("**kern\nc\n", "line 2: 'c' has no length"),
        ("**kern\n4\n", "line 2: '4' is neither note nor rest"),
        ("**kern | **kern\n2c | 4d\n4c | 4d\n", "line 3: '4c' begins before the note above it ends"),
        ("**kern | **kern\n*x | *\n", "a lone"),
        ("**kern\n" + "".join(f"{prime}c\n" for prime in range(9001, 9999, 2)), "absurd"),
    ],
)
def test_kern_that_cannot_be_read_is_refused_with_a_reason(text, reason):
    with pytest.raises(UnreadableFile, match=reason):
        kern(text)


TOKENS = st.sampled_from(
    [
        "4c",
        "8d",
        "2.e",
        "[4f",
        "4f]",
        "12g",
        ".",
        "4r",
        "4c 4e",
        "8qa",
        "*",
        "*^",
        "*v",
        "*-",
        "*+",
        "*x",
        "**kern",
        "=1",
        "==",
        "!",
        "0c",
        "x",
    ]
)


@given(st.lists(st.lists(TOKENS, min_size=1, max_size=4).map("\t".join), max_size=20))
def test_any_rows_of_kern_give_notes_or_a_clear_refusal(rows):
    with contextlib.suppress(UnreadableFile):
        kern("**kern\t**kern\n" + "\n".join(rows))
