"""Comparing our reading with a second reader's: what is equal, what a policy explains, and what nothing explains."""

import sys
from contextlib import closing
from fractions import Fraction

import pytest

from evaluation.errors import NotHere
from evaluation.reading.compare import EQUAL, EXPLAINED, UNEXPLAINED, compared_tune, outvoted
from evaluation.reading.conventions import accidentals_hold_in_all_octaves
from evaluation.reading.music_files import KERN, MUSICXML, music_files
from evaluation.reading.sides import Heard, Side, read_by_us, read_by_witness
from evaluation.reading.witnesses.serve import (
    CHORD_SYMBOL,
    CUE,
    DRUM,
    GRACE,
    MICROTONE,
    TIED_BACK,
    TIED_ON,
    note,
    tune,
)
from evaluation.reading.workers import Witnesses, Worker


def heard(onset, pitch, duration=1, *marks, part=0):
    return Heard(Fraction(onset), Fraction(duration), pitch, part, frozenset(marks))


def side(*notes, **more):
    return Side(notes, **more)


OURS = side(heard(0, 60), heard(1, 62))


def test_the_same_strikes_are_equal_whatever_their_lengths_and_order():
    outcome = compared_tune(OURS, side(heard(1, 62, 3), heard(0, 60, 2)))
    assert (outcome.kind, outcome.reasons, outcome.notes, outcome.off) == (EQUAL, (), 2, 0)


def test_what_no_policy_explains_is_told_with_its_places():
    outcome = compared_tune(OURS, side(heard(0, 60), heard(1, 63)))
    assert (outcome.kind, outcome.off) == (UNEXPLAINED, 2)
    assert outcome.examples == ["62 at 1: only ours", "63 at 1: only theirs"]


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        (GRACE, "grace notes left out"),
        (CUE, "cue notes left out"),
        (CHORD_SYMBOL, "chord symbols left out"),
    ],
)
def test_notes_that_we_leave_out_explain_what_they_explain_and_no_more(mark, reason):
    theirs = side(*OURS.notes, heard(1, 70, 0, mark))
    assert compared_tune(OURS, theirs).reasons == (reason,)
    worse = side(*theirs.notes, heard(2, 71))
    outcome = compared_tune(OURS, worse)
    assert (outcome.kind, outcome.reasons, outcome.off) == (UNEXPLAINED, (reason,), 1)


def test_a_reader_that_leaves_notes_out_by_itself_is_explained():
    outcome = compared_tune(OURS, side(*OURS.notes, left_out={GRACE: 3}))
    assert (outcome.kind, outcome.reasons) == (EXPLAINED, ("grace notes left out",))


def test_a_piece_that_begins_elsewhere_may_only_be_late_as_a_whole():
    late = side(heard(3, 60), heard(4, 62))
    assert compared_tune(OURS, late).reasons == ("pieces begin at their first bar",)
    assert compared_tune(OURS, side(heard(3, 60), heard(5, 62))).kind == UNEXPLAINED


def test_rounding_is_less_than_a_256th_note():
    assert compared_tune(OURS, side(heard(0, 60), heard(Fraction(101, 100), 62))).kind == EXPLAINED
    assert compared_tune(OURS, side(heard(0, 60), heard(Fraction(33, 32), 62))).kind == UNEXPLAINED


def test_drums_compare_by_their_times():
    ours = side(heard(0, 36, 1, DRUM), heard(1, 38, 1, DRUM))
    assert compared_tune(ours, side(heard(0, 65, 1, DRUM), heard(1, 72, 1, DRUM))).reasons == (
        "drums at any number",
    )
    assert compared_tune(ours, side(heard(0, 65, 1, DRUM), heard(2, 72, 1, DRUM))).kind == UNEXPLAINED
    assert compared_tune(ours, side(heard(0, 65), heard(1, 72))).kind == UNEXPLAINED


def test_quarter_tones_may_be_rounded_either_way():
    assert compared_tune(OURS, side(heard(0, 61, 1, MICROTONE), heard(1, 62))).kind == EXPLAINED
    assert compared_tune(OURS, side(heard(0, 61), heard(1, 62))).kind == UNEXPLAINED


def test_ties_of_one_end_are_explained_as_often_as_our_remarks_tell():
    remark = "1 tie: joined, though only the note where it begins states it"
    theirs = side(heard(0, 60, 2), heard(2, 60, 2))
    assert compared_tune(side(heard(0, 60, 4)), theirs).kind == UNEXPLAINED
    told = compared_tune(side(heard(0, 60, 4), remarks=(remark,)), theirs)
    assert told.reasons == ("ties that only their start states are joined",)


def test_bars_that_begin_elsewhere_must_hold_the_same_in_all_parts():
    bars = [[Fraction(0), Fraction(3)]] * 2
    ours = side(heard(0, 60), heard(4, 62), heard(4, 50), heard(5, 52))
    theirs = [heard(0, 60), heard(3, 62), heard(3, 50, part=1), heard(4, 52, part=1)]
    reasons = compared_tune(ours, side(*theirs, bars=bars)).reasons
    assert reasons == ("bars last as long as their longest part",)
    torn = side(*theirs[:3], heard(5, 52, part=1), bars=bars)
    assert compared_tune(ours, torn).kind == UNEXPLAINED
    no_bars = side(*theirs, bars=[[], []])
    assert compared_tune(ours, no_bars).kind == UNEXPLAINED


def test_a_tie_across_a_bar_that_begins_elsewhere_is_joined():
    bars = [[Fraction(0), Fraction(6)], [Fraction(0), Fraction(4)]]
    ours = side(heard(0, 60, 8), heard(0, 50, 4), heard(4, 52, 4))
    theirs = [heard(0, 60, 4, TIED_ON), heard(6, 60, 4, TIED_BACK)]
    theirs += [heard(0, 50, 4, part=1), heard(4, 52, 4, part=1)]
    assert compared_tune(ours, side(*theirs, bars=bars)).reasons == (
        "bars last as long as their longest part",
    )


def test_a_tie_that_both_notes_state_is_no_difference():
    notes = [
        note(Fraction(0), Fraction(1), 60, 0, [TIED_ON]),
        note(Fraction(1), Fraction(1), 60, 0, [TIED_BACK, TIED_ON]),
        note(Fraction(2), Fraction(1), 60, 0, [TIED_BACK]),
        note(Fraction(3), Fraction(1), 60, 0, [TIED_BACK]),
    ]
    assert [(each.onset, each.duration) for each in read_by_witness(tune(notes)).notes] == [(0, 3), (3, 1)]


def test_a_third_reader_must_bear_us_out_at_every_place():
    second = side(heard(0, 60), heard(1, 63))
    borne_out = outvoted(OURS, second, side(heard(0, 61), heard(1, 62)), "third")
    assert (borne_out.kind, borne_out.reasons) == (EXPLAINED, ("third bears us out where they differ",))
    assert outvoted(OURS, second, side(heard(0, 60), heard(1, 63)), "third").kind == UNEXPLAINED
    assert outvoted(OURS, second, side(heard(0, 60), heard(1, 64)), "third").kind == UNEXPLAINED


def test_accidentals_can_be_read_in_their_octave_alone(tmp_path):
    path = tmp_path / "octaves.abc"
    path.write_text("X:1\nL:1/4\nK:C\n^F f|\n")
    (alone,) = accidentals_hold_in_all_octaves(path)
    assert [each.pitch for each in alone.notes] == [66, 77]


def test_we_read_a_file_as_a_side(tmp_path):
    path = tmp_path / "two.krn"
    path.write_text("**kern\n4c\n2e\n*-\n")
    (ours,) = read_by_us(path)
    assert [(each.onset, each.duration, each.pitch) for each in ours.notes] == [(0, 1, 60), (1, 2, 64)]


def test_music_files_are_found_once_by_name_and_xml_by_its_root(tmp_path):
    (tmp_path / "a.krn").write_text("**kern\n")
    (tmp_path / "b.xml").write_text("<?xml version='1.0'?><score-partwise/>")
    (tmp_path / "c.xml").write_text("<project/>")
    (tmp_path / "d.txt").write_text("no music")
    found = list(music_files([tmp_path, tmp_path]))
    assert found == [(KERN, tmp_path / "a.krn"), (MUSICXML, tmp_path / "b.xml")]


FAKE_READER = """
import json, sys, time
print(json.dumps({"version": "1"}), flush=True)
for line in sys.stdin:
    path = json.loads(line)
    if path.endswith("crash.krn"):
        sys.exit(1)
    if path.endswith("hang.krn"):
        time.sleep(60)
    print(json.dumps({"tunes": []}), flush=True)
"""


def fake_python(folder, program):
    """Return a command that runs a program whatever module it is asked for."""
    (folder / "reader.py").write_text(program)
    command = folder / "python"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{folder / "reader.py"}"\n')
    command.chmod(0o755)
    return str(command)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for a Python")
def test_a_reader_that_crashes_or_hangs_costs_one_file(tmp_path):
    worker = Worker(fake_python(tmp_path, FAKE_READER), "verovio_scores", 3.0)
    names = ["a.krn", "crash.krn", "b.krn", "hang.krn", "c.krn"]
    answers = [worker.ask(tmp_path / name) for name in names]
    worker.stop()
    fine = {"tunes": []}
    assert answers == [fine, {"failed": "it crashed"}, fine, {"failed": "it took over 3 seconds"}, fine]


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for a Python")
def test_a_missing_reader_is_named(tmp_path):
    with pytest.raises(NotHere, match="verovio_scores: .* cannot import what it needs"):
        Worker(fake_python(tmp_path, "import no_such_library\n"), "verovio_scores", 1.0)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for a Python")
def test_an_answer_is_kept_by_the_content_of_the_file(tmp_path):
    path = tmp_path / "a.krn"
    path.write_text("**kern\n*-\n")
    with closing(Witnesses(fake_python(tmp_path, FAKE_READER), tmp_path / "cache", 5.0)) as witnesses:
        assert witnesses.has("verovio_scores")
        assert witnesses.versions() == "verovio_scores 1"
        assert witnesses.ask("verovio_scores", path) == {"tunes": []}
    with closing(Witnesses("no-python-at-all", tmp_path / "cache", 5.0)) as witnesses:
        assert witnesses.ask("verovio_scores", path) == {"tunes": []}
