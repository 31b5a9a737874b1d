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


def onsets(tune):
    return [[(pitch, onset) for pitch, onset, _ in track] for track in tracks(tune)]


# -- rows that strike nothing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        ". | 16qcc | .",
        ". | . | p",
        ". | . | .",
        "ccq | 8ddQ 8ffQ | .",
        ". | 8qcc | f\n. | . | <\n. | qdd | .",
        "! | !hello | !",
        "* | *clefF4 | *",
    ],
)
@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_kern_rows_that_strike_nothing_move_no_clock(row, place):
    rows = ["2.C | 4e | .", ". | 8f | .", ". | 4.g | .", "4D | 4a | ."]
    rows.insert(place, row)
    tune = kern("**kern | **kern | **dynam\n" + "\n".join(rows) + "\n*- | *- | *-\n")
    assert onsets(tune) == [[(48, 0), (50, 3)], [(64, 0), (65, 1), (67, Fraction(3, 2)), (69, 3)]]


def test_kern_grace_rows_move_no_clock_among_sub_spines():
    tune = kern(
        "**kern | **kern\n*^ | *\n1C | 4E | 2c\n. | 8qF | .\n. | 4G | .\n. | . | 8qd\n. | 2A | 2e\n"
        "*v | *v | *\n1D | 1f\n*- | *-\n"
    )
    assert onsets(tune) == [[(48, 0), (52, 0), (55, 1), (57, 2), (50, 4)], [(60, 0), (64, 2), (65, 4)]]


def test_kern_a_pace_in_a_row_that_strikes_nothing_holds_from_the_next_note():
    tune = kern("**kern | **kern\n2C | 4c\n. | 8qe\n*MM90 | *\n. | 4d\n2D | 2e\n*- | *-\n")
    assert tune.tempos == ((1, 666_667),)


# -- columns that pause -----------------------------------------------------------------------------------------------

PAUSES = "a column pauses without a rest"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("4C | 4c\n4D | .\n4E | .\n4F | 4f", [[(48, 0), (50, 1), (52, 2), (53, 3)], [(60, 0), (65, 3)]]),
        ("2C | 4c\n. | .\n2D | 2d", [[(48, 0), (50, 2)], [(60, 0), (62, 2)]]),
        ("4C | .\n4D | 4d", [[(48, 0), (50, 1)], [(62, 1)]]),
    ],
)
def test_kern_a_column_that_pauses_goes_on_with_the_others(rows, expected):
    tune = kern(f"**kern | **kern\n{rows}\n*- | *-\n")
    assert onsets(tune) == expected
    assert [remark.split(" (")[0] for remark in tune.remarks] == [PAUSES]


def test_kern_columns_that_join_with_different_ends_go_on_with_those_beside_them():
    tune = kern("**kern | **kern\n*^ | *\n2C | 4E | 4c\n*v | *v | *\n4D | 4d\n4F | 4f\n*- | *-\n")
    assert onsets(tune) == [[(48, 0), (52, 0), (50, 1), (53, 2)], [(60, 0), (62, 1), (65, 2)]]
    alone = kern("**kern\n*^\n2C | 4E\n*v | *v\n4D\n*-\n")
    assert onsets(alone) == [[(48, 0), (52, 0), (50, 2)]]


def test_kern_two_parts_may_join_their_columns_in_one_row():
    tune = kern("**kern | **kern\n*^ | *^\n4C | 4E | 4c | 4e\n*v | *v | *v | *v\n4D | 4d\n*- | *-\n")
    assert onsets(tune) == [[(48, 0), (52, 0), (50, 1)], [(60, 0), (64, 0), (62, 1)]]


# -- tokens that are not understood -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "onset", "fault"),
    [
        ("4", 2, "is neither note nor rest"),
        ("4H", 2, "is neither note nor rest"),
        ("c", 1, "has no length"),
        ("hello", 1, "has no length"),
        ("?", 1, "has no length"),
    ],
)
def test_kern_a_token_that_is_not_understood_costs_itself(token, onset, fault):
    tune = kern(f"**kern\n4c\n{token}\n4d\n*-\n")
    assert tracks(tune) == [[(60, 0, 1), (62, onset, 1)]]
    assert tune.remarks == [f"a token that {fault}: left out (line 3)"]
    twice = kern(f"**kern\n4c\n{token}\n{token}\n4d\n*-\n")
    assert twice.remarks == [f"a token that {fault}: left out (line 3 and one more place)"]


@pytest.mark.parametrize("token", ["x", "c", "4", "2?"])
def test_kern_after_a_token_that_is_not_understood_the_other_columns_tell_the_time(token):
    tune = kern(f"**kern | **kern\n4C | 4c\n4D | {token}\n4E | .\n4F | 4f\n*- | *-\n")
    assert onsets(tune) == [[(48, 0), (50, 1), (52, 2), (53, 3)], [(60, 0), (65, 3)]]


def test_kern_one_note_of_a_chord_that_is_not_understood_costs_itself():
    tune = kern("**kern\n4c 4 4g\n4c . 4e\n4d f\n*-\n")
    assert tracks(tune) == [[(60, 0, 1), (67, 0, 1), (60, 1, 1), (64, 1, 1), (62, 2, 1), (65, 2, 1)]]
    assert tune.remarks == ["a token that is neither note nor rest: left out (line 2)"]


def test_kern_marks_on_notes_and_rests_change_no_pitch_and_no_time():
    tune = kern(
        "**kern\n(4c#XL\n8dn/J'\n8e-yy;)\n{4fX~^}\n8yy\n8ryy\n4rgg\n&(4g##TR\n4aMm&)\n2r;\n4bZ<>@\n*-\n"
    )
    assert onsets(tune) == [[(61, 0), (62, 1), (63, Fraction(3, 2)), (65, 2), (69, 5), (69, 6), (71, 9)]]
    assert tune.remarks == []


def test_kern_durations_are_exact():
    tune = kern("**kern\n3%2c\n2%3d\n0.e\n000f\n20g\n4..a\n1b\n*-\n")
    lengths = [duration for _, _, duration in tracks(tune)[0]]
    assert lengths == [Fraction(8, 3), 6, 12, 32, Fraction(1, 5), Fraction(7, 4), 4]


def test_kern_drums_are_drums():
    tune = kern("**kern | **kern\n*clefX | *clefG2\n4e | 4e\n4R | 4r\n*clefF4 | *\n4e | 4ffTR\n*- | *-\n")
    assert [list(zip(track.pitch, track.is_drum, strict=True)) for track in tune.tracks] == [
        [(64, True), (60, True), (64, False)],
        [(64, False), (77, False)],
    ]
    assert tune.remarks == [
        "a percussion clef: its notes are drums, read at their written place",
        "strokes without a pitch: read as drums",
    ]


def test_kern_of_a_strophe_the_first_column_is_read():
    tune = kern(
        "**kern\n4c\n*^\n*strophe | *strophe\n*S/sic | *S/ok\n4d | 4e\n4f | 8g\n. | 8a\n*Xstrophe | *Xstrophe\n"
        "*v | *v\n4b\n*-\n"
    )
    assert tracks(tune) == [[(60, 0, 1), (62, 1, 1), (65, 2, 1), (71, 3, 1)]]
    assert tune.remarks == ["editors' alternatives: the first is read"]


# -- columns ----------------------------------------------------------------------------------------------------------


def test_kern_voices_are_numbered_as_columns_split():
    tune = kern(
        "**kern | **kern\n4C | 4c\n* | *^\n4C | 4d | 4D\n* | *^ | *\n4C | 4e | 4c | 4E\n* | * | *v | *v\n"
        "4C | 4f | 4F\n* | * | *^\n4C | 4g | 4G | 4A\n* | *v | *v | *v\n4C | 4b\n*- | *-\n"
    )
    assert tune.tracks[0].voice == ["1"] * 6
    assert list(zip(tune.tracks[1].pitch, tune.tracks[1].voice, strict=True)) == [
        (60, "1"), (62, "1"), (50, "2"), (64, "1"), (60, "3"), (52, "2"),
        (65, "1"), (53, "2"), (67, "1"), (55, "2"), (57, "3"), (71, "1"),
    ]  # fmt: skip


def test_kern_ties_join_across_splits_and_joins():
    tune = kern("**kern\n[2c\n*^\n2c_ | [2e\n*v | *v\n2c] 2e]\n*-\n")
    assert tracks(tune) == [[(60, 0, 6), (64, 2, 4)]]
    assert tune.remarks == []


def test_kern_columns_that_all_end_and_begin_anew_go_on_in_time():
    tune = kern("**kern\n2c\n*-\n**kern | **text\n2d | la\n*- | *-\n")
    assert onsets(tune) == [[(60, 0)], [(62, 2)]]


def test_kern_columns_that_are_added_have_voices_of_their_own():
    tune = kern(
        "**kern\n4C\n*+\n* | **kern\n*+ | *+\n* | **kern | * | **kern\n4C | 4E | 4c | 4e\n*- | *- | *- | *-\n"
    )
    assert onsets(tune) == [[(48, 0), (48, 1)], [(60, 1)], [(52, 1)], [(64, 1)]]
    assert [track.voice[0] for track in tune.tracks] == ["1"] * 4


def test_kern_several_tabs_are_one():
    tune = kern("**kern | **kern\n4C |  | 4c\n4D | 4d | \n*- | *-\n".replace(" |  | ", "\t\t"))
    assert onsets(tune) == [[(48, 0), (50, 1)], [(60, 0), (62, 1)]]


# -- files that are cut -----------------------------------------------------------------------------------------------

CUT = "the file is cut: no *- ends its columns"


@pytest.mark.parametrize(
    ("end", "notes", "remarks"),
    [
        ("", 4, [CUT]),
        ("=2 | =2\n", 4, [CUT]),
        ("*- | *-\n", 4, []),
        ("*- | *-", 4, []),
        ("4E | 4e", 6, [CUT]),
        ("4E", 4, ["a row that breaks off: left out (line 4)", CUT]),
        ("*- | *", 4, [CUT]),
    ],
)
def test_kern_a_file_that_is_cut_is_told(end, notes, remarks):
    tune = kern("**kern | **kern\n4C | 4c\n4D | 4d\n" + end)
    assert sum(len(track.pitch) for track in tune.tracks) == notes
    assert tune.remarks == remarks


# -- bars against their metre -----------------------------------------------------------------------------------------

ODD = "a bar that does not add up to its metre"


@pytest.mark.parametrize(
    ("rows", "remarks"),
    [
        ("*M3/4\n=1\n2.c\n=2\n2c\n=3\n2.c\n==", [f"{ODD} (bar 2)"]),
        ("*M3/4\n=7\n1c\n=8\n2c\n=9\n2.c\n=10\n1c\n==", [f"{ODD} (bar 7 and 2 more places)"]),
        ("*M3/4\n4c\n=1\n2.c\n=2\n2c\n==", []),
        ("*M3/4\n=1-\n2.c\n=2\n2c\n=:|!\n4d\n=3\n2.e\n==", []),
        ("*M4/4\n4c\n=1\n1c\n=2\n2.c\n=:|!\n4c\n=3\n1c\n=4\n2.c\n==", []),
        ("*M4/4\n=1\n1c\n=2\n2c\n=-\n2d\n=3\n1c\n==", []),
        ("*M4/4\n=1\n1c\n=-\n1d\n=2\n1c\n==", []),
        ("*M4/4\n=1\n1c\n=||\n*M3/4\n2.c\n=3\n2.c\n==", []),
        ("*M4/4\n=1\n1c\n*M3/4\n=2\n2.c\n=3\n1c\n=4\n2.c\n==", [f"{ODD} (bar 3)"]),
        ("*M2+3/8\n=1\n2c\n8c\n=2\n2c\n=3\n2c\n8c\n==", [f"{ODD} (bar 2)"]),
        ("*MX\n=1\n1c\n=2\n2c\n=3\n1c\n==", []),
        ("*M3/4\n=1\n2.c\n*MX\n=2\n1c\n=3\n1c\n==", []),
        (
            "*M2/4%3\n=1\n1c\n=2\n2c\n=3\n1c\n==",
            ["a metre that is not understood: its bars are not held against it"],
        ),
        ("=1\n1c\n=2\n2c\n=3\n1c\n==", []),
        ("*M4/4\n*MM90\n=1\n1c\n=2\n1c\n==", []),
        ("*M4/4\n=1\n8qc\n=2\n1c\n=3\n=4\n1d\n==", []),
    ],
)
def test_kern_bars_are_held_against_their_metre(rows, remarks):
    tune = kern(f"**kern\n{rows}\n*-\n")
    assert [remark for remark in tune.remarks if "grace" not in remark and "repeats" not in remark] == remarks


def test_kern_bars_of_columns_in_different_metres_are_not_held_against_any():
    tune = kern(
        "**kern | **kern\n*M2/4 | *M3/4\n=1 | =1\n2C | 2c\n=2 | =2\n2.C | 2.c\n=3 | =3\n2C | 2c\n*- | *-\n"
    )
    assert tune.remarks == []


# -- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hello", "not Humdrum kern"),
        ("", "not Humdrum kern"),
        ("\0", "binary"),
        ("**text\nla\n*-\n", "no column begins with \\*\\*kern, only \\*\\*text"),
        ("**mens | **text\nSc | la\n*- | *-\n", "only \\*\\*mens, \\*\\*text"),
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
