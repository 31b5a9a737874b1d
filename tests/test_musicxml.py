"""MusicXML is read exactly; partitura, where it reads the same things, says the same."""

from __future__ import annotations

from fractions import Fraction

import pytest

from goldenear.errors import UnreadableFile
from goldenear.notes.formats.score import parse_musicxml
from written_scores import (
    BOMB,
    HALF,
    START,
    STOP,
    WALTZ,
    WALTZ_NOTES,
    attributes,
    by_partitura,
    musicxml,
    note,
    partwise,
    tracks,
)

THIRD = Fraction(1, 3)


def test_musicxml_with_chords_voices_ties_and_two_parts(tmp_path):
    tune = musicxml(*WALTZ, before="<work><work-title>A  Waltz</work-title></work>")
    assert (tune.format, tune.title, tune.ticks_per_quarter) == ("musicxml", "A Waltz", 2)
    assert [track.name for track in tune.tracks] == ["Part 1", "Part 2"]
    assert tracks(tune) == WALTZ_NOTES
    assert tune.remarks == []
    theirs = by_partitura("load_musicxml", partwise(*WALTZ), ".musicxml", tmp_path)
    assert [sorted(part) for part in theirs] == [sorted(part) for part in WALTZ_NOTES]


def test_musicxml_divisions_may_change_and_need_not_be_whole():
    bars = [
        attributes(1) + note("C4", 1) + attributes(3) + note("D4", 1) + note("E4", 1) + note("F4", 1),
        attributes(480) + note("G4", 320) + note("A4", 160) + note("B4", 480),
        attributes(1) + note("C5", "1.5") + note("D5", ".5"),
    ]
    tune = musicxml(bars)
    assert tune.ticks_per_quarter == 6
    assert tracks(tune) == [
        [
            (60, 0, 1), (62, 1, THIRD), (64, 1 + THIRD, THIRD), (65, 2 - THIRD, THIRD),
            (67, 2, 2 * THIRD), (69, 2 + 2 * THIRD, THIRD), (71, 3, 1),
            (72, 4, Fraction(3, 2)), (74, Fraction(11, 2), HALF),
        ]
    ]  # fmt: skip


def test_musicxml_parts_meet_again_at_every_bar_line():
    tune = musicxml(
        [attributes(1) + note("C4", 4), note("D4", 3), note("E4", 4)],
        [attributes(2) + note("C3", 2), note("D3", 8), ""],
        [attributes(1), "", note("E2", 4)],
    )
    assert tracks(tune) == [
        [(60, 0, 4), (62, 4, 3), (64, 8, 4)],
        [(48, 0, 1), (50, 4, 4)],
        [(40, 8, 4)],
    ]
    assert tune.remarks == ["parts differ in the length of a bar (bar 1 and one more place)"]


def test_musicxml_bars_that_differ_are_as_long_as_their_meter_unless_notes_reach_further():
    meter = "<time><beats>3</beats><beat-type>4</beat-type></time>"
    waiting = musicxml(
        [attributes(1, meter) + note("C4", 3), note("D4", 3)], [note("R", 3) + note("R", 3), note("E4", 3)]
    )
    assert tracks(waiting) == [[(60, 0, 3), (62, 3, 3)], [(64, 3, 3)]]
    sounding = musicxml([attributes(1, meter) + note("C4", 3), note("D4", 3)], [note("G4", 4), note("E4", 3)])
    assert tracks(sounding) == [[(60, 0, 3), (62, 4, 3)], [(67, 0, 4), (64, 4, 3)]]
    assert waiting.remarks == sounding.remarks == ["parts differ in the length of a bar (bar 1)"]


def test_musicxml_ties_stated_only_where_they_begin_are_joined_with_a_remark():
    tune = musicxml([attributes(1) + note("C4", 4, START), note("C4", 4)])
    assert tracks(tune) == [[(60, 0, 8)]]
    assert tune.remarks == ["1 tie: joined, though only the note where it begins states it"]


def test_musicxml_ties_of_unisons_in_two_voices_are_all_joined():
    bars = [
        note("C4", 1, tie) + "<backup><duration>1</duration></backup>" + note("C4", 1, tie)
        for tie in (START, STOP)
    ]
    tune = musicxml([attributes(1) + bars[0], bars[1]])
    assert tracks(tune) == [[(60, 0, 2), (60, 0, 2)]]
    assert tune.remarks == []


def test_musicxml_bars_that_are_empty_everywhere_last_as_long_as_their_meter():
    meter = "<time><beats>3+2</beats><beat-type>8</beat-type></time>"
    tune = musicxml([attributes(1, meter), "", note("C4", 1)])
    assert tracks(tune) == [[(60, 5, 1)]]


def test_musicxml_pickup_bars_are_as_short_as_they_are():
    tune = musicxml([attributes(1) + note("G4", 1), note("C5", 4), note("E5", 3)])
    assert tracks(tune) == [[(67, 0, 1), (72, 1, 4), (76, 5, 3)]]


def test_musicxml_grace_and_cue_notes_are_left_out_and_counted():
    grace = "<note><grace slash='yes'/><pitch><step>D</step><octave>5</octave></pitch></note>"
    cue = "<note><cue/><pitch><step>E</step><octave>5</octave></pitch><duration>2</duration></note>"
    tune = musicxml([attributes(1) + grace + grace + note("C5", 1) + cue + note("F5", 1)])
    assert tracks(tune) == [[(72, 0, 1), (77, 3, 1)]]
    assert tune.remarks == ["2 grace notes: left out", "1 cue note: left out, it is not played"]


def test_musicxml_notes_of_a_chord_may_differ_in_length():
    tune = musicxml([attributes(1) + note("C4", 2) + note("E4", 1, chord=True) + note("G4", 1)])
    assert tracks(tune) == [[(60, 0, 2), (64, 0, 1), (67, 2, 1)]]


def test_musicxml_ties_join_over_bars_and_in_chords():
    tune = musicxml(
        [
            attributes(1) + note("C4", 4, START) + note("E4", 4, START, chord=True),
            note("C4", 4, STOP + START) + note("E4", 4, STOP, chord=True),
            note("C4", 1, STOP) + note("C4", 1) + note("D4", 1, '<notations><tied type="start"/></notations>')
            + note("D4", 1, '<notations><tied type="stop"/></notations>'),
        ]
    )  # fmt: skip
    assert tracks(tune) == [[(60, 0, 9), (64, 0, 8), (60, 9, 1), (62, 10, 2)]]
    assert tune.remarks == []


def test_musicxml_loose_ties_leave_a_remark():
    tune = musicxml([attributes(1) + note("C4", 1, START) + note("D4", 1, STOP)])
    assert tracks(tune) == [[(60, 0, 1), (62, 1, 1)]]
    assert tune.remarks == ["2 ties: left out, joining no two notes"]


def test_musicxml_drums_have_the_number_of_their_instrument():
    declared = (
        '<score-part id="P1"><part-name>Kit</part-name>'
        '<score-instrument id="I1"><instrument-name>Snare</instrument-name></score-instrument>'
        '<midi-instrument id="I1"><midi-channel>10</midi-channel><midi-unpitched>39</midi-unpitched></midi-instrument>'
        '<midi-instrument id="I2"><midi-channel>10</midi-channel><midi-unpitched>37</midi-unpitched></midi-instrument>'
        '</score-part><score-part id="P2"><part-name>Toms</part-name>'
        '<midi-instrument id="J"><midi-channel>10</midi-channel></midi-instrument></score-part>'
    )
    hit = "<note><unpitched><display-step>C</display-step><display-octave>5</display-octave></unpitched><duration>1</duration>{}</note>"
    kit = (
        attributes(1)
        + hit.format('<instrument id="I2"/>')
        + hit.format('<instrument id="I1"/>')
        + hit.format("")
    )
    tune = musicxml([kit], [attributes(1) + note("D3", 3)], declared=declared)
    assert tracks(tune) == [[(36, 0, 1), (38, 1, 1), (72, 2, 1)], [(50, 0, 3)]]
    assert [track.is_drum for track in tune.tracks] == [[True] * 3, [True]]
    assert tune.remarks == ["drums without a MIDI number: read at their written place"]


def test_musicxml_transposing_parts_are_read_as_they_sound():
    clarinet = attributes(1, "<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose>")
    guitar = attributes(1, "<transpose><chromatic>0</chromatic><octave-change>-1</octave-change></transpose>")
    staves = attributes(1, '<transpose number="2"><chromatic>3</chromatic></transpose>')
    tune = musicxml(
        [clarinet + note("D4", 1)],
        [guitar + note("D4", 1)],
        [staves + note("C4", 1, "<staff>1</staff>") + note("C4", 1, "<staff>2</staff>")],
    )
    assert [track.pitch for track in tune.tracks] == [[60], [50], [60, 63]]


def test_musicxml_repeats_jumps_and_chord_symbols_leave_remarks():
    forward = '<barline location="left"><repeat direction="forward"/></barline>'
    tune = musicxml([attributes(1) + forward + "<harmony/>" + note("C4", 1)])
    assert tune.remarks == ["repeats not unfolded", "chord symbols ignored"]
    jump = '<direction><sound dacapo="yes"/></direction>'
    assert musicxml([attributes(1) + note("C4", 1) + jump]).remarks == ["repeats not unfolded"]


def test_musicxml_tempos_are_noted():
    pace = '<direction><sound tempo="{}"/></direction>'
    tune = musicxml(
        [attributes(1) + pace.format("120") + note("C4", 3) + pace.format("60.5") + note("C4", 1)]
    )
    assert tune.tempos == ((0, 500_000), (3, 991_736))


def test_musicxml_microtones_are_rounded_with_a_remark():
    quarter_tone = (
        "<note><pitch><step>C</step><alter>1.5</alter><octave>4</octave></pitch><duration>1</duration></note>"
    )
    tune = musicxml([attributes(1) + quarter_tone])
    assert tune.tracks[0].pitch == [62]
    assert tune.remarks == ["microtones: rounded to semitones"]


def test_musicxml_parts_that_the_list_forgets_are_read():
    tune = musicxml([attributes(1) + note("C4", 1)], [attributes(1) + note("E4", 1)], declared="")
    assert [(track.name, track.pitch) for track in tune.tracks] == [("P1", [60]), ("P2", [64])]


def test_musicxml_timewise_is_the_same_music():
    timewise = "<score-timewise><part-list/>" + "".join(
        f'<measure number="{number}">'
        + "".join(f'<part id="P{i}">{bar}</part>' for i, bar in enumerate(bars, 1))
        + "</measure>"
        for number, bars in enumerate(zip(*WALTZ, strict=True), 1)
    )
    (tune,) = parse_musicxml((timewise + "</score-timewise>").encode(), "timewise.xml")
    assert tracks(tune) == WALTZ_NOTES


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252"]
)
def test_musicxml_in_several_encodings(encoding):
    text = partwise(*WALTZ, before="<movement-title>Größe</movement-title>")
    declared = "utf-8" if encoding == "utf-8-sig" else encoding.removesuffix("-le").removesuffix("-be")
    (tune,) = parse_musicxml(text.replace('"UTF-8"', f'"{declared}"').encode(encoding), "test.xml")
    assert (tune.title, tracks(tune)) == ("Größe", WALTZ_NOTES)


def test_musicxml_namespaces_are_taken_off():
    text = partwise(*WALTZ).replace("<score-partwise>", '<score-partwise xmlns="urn:scores">')
    assert tracks(parse_musicxml(text.encode(), "test.xml")[0]) == WALTZ_NOTES


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not sound XML"),
        ("la la la", "not sound XML"),
        ("<score-partwise><part>", "not sound XML"),
        ("<html/>", "it is a web page"),
        ("<opus/>", "an opus"),
        ('<mei xmlns="http://www.music-encoding.org/ns/mei"/>', "not MusicXML: it is MEI"),
        (BOMB + "<score-partwise>&c;</score-partwise>", "entities"),
        (
            "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/hostname'>]><score-partwise>&a;</score-partwise>",
            "entities",
        ),
        ("<score-partwise>&nowhere;</score-partwise>", "not sound XML"),
        ("<?xml version='1.0' encoding='utf-7'?><score-partwise/>", "save it as UTF-8"),
        (partwise([attributes(0)]), "bar 1: divisions"),
        (partwise([note("C4", 1), note("C4", "x")]), "bar 2: a note that lasts 'x'"),
        (partwise([note("C4", -1)]), "bar 1: a note that lasts '-1'"),
        (partwise(["<note><rest/></note>"]), "bar 1: a note without a duration"),
        (partwise(["<note><duration>1</duration></note>"]), "bar 1: a note without a pitch"),
        (partwise([note("H4", 1)]), "pitch is not understood"),
        (partwise([note("C4", 99_999_999)]), "absurd"),
        (partwise([attributes(999_999_937) + note("C4", 1)]), "absurd"),
    ],
)
def test_musicxml_that_cannot_be_read_is_refused_with_a_reason(text, reason):
    with pytest.raises(UnreadableFile, match=reason):
        parse_musicxml(text.encode(), "bad.musicxml")
