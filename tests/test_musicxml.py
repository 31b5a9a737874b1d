"""MusicXML is read exactly; partitura, where it reads the same things, says the same."""

from __future__ import annotations

from fractions import Fraction

import pytest

from goldenear.errors import UnreadableFile
from goldenear.notes.formats.parsed import ParsedTune
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
WALTZ_IN_ORDER = [sorted(part, key=lambda note: note[1]) for part in WALTZ_NOTES]


def in_order(tune: ParsedTune) -> list[list[tuple[int, Fraction, Fraction]]]:
    return [sorted(part, key=lambda note: note[1]) for part in tracks(tune)]


def test_musicxml_with_chords_voices_ties_and_two_parts(tmp_path):
    tune = musicxml(*WALTZ, before="<work><work-title>A  Waltz</work-title></work>")
    assert (tune.format, tune.title, tune.ticks_per_quarter) == ("musicxml", "A Waltz", 2)
    assert [track.name for track in tune.tracks] == ["Part 1", "Part 2"]
    assert in_order(tune) == WALTZ_IN_ORDER
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
        [attributes(1, meter) + note("C4", 3), note("D4", 3)],
        [attributes(1) + note("R", 3) + note("R", 3), note("E4", 3)],
    )
    assert tracks(waiting) == [[(60, 0, 3), (62, 3, 3)], [(64, 3, 3)]]
    assert waiting.remarks == ["parts differ in the length of a bar (bar 1)"]
    sounding = musicxml(
        [attributes(1, meter) + note("C4", 3), note("D4", 3)],
        [attributes(1) + note("G4", 4), note("E4", 3)],
    )
    assert tracks(sounding) == [[(60, 0, 3), (62, 4, 3)], [(67, 0, 4), (64, 4, 3)]]
    assert sounding.remarks == [
        "parts differ in the length of a bar (bar 1)",
        "a bar that does not add up to its metre (bar 1)",
    ]


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
    assert in_order(tune) == WALTZ_IN_ORDER


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252"]
)
def test_musicxml_in_several_encodings(encoding):
    text = partwise(*WALTZ, before="<movement-title>Größe</movement-title>")
    declared = "utf-8" if encoding == "utf-8-sig" else encoding.removesuffix("-le").removesuffix("-be")
    (tune,) = parse_musicxml(text.replace('"UTF-8"', f'"{declared}"').encode(encoding), "test.xml")
    assert (tune.title, in_order(tune)) == ("Größe", WALTZ_IN_ORDER)


def test_musicxml_namespaces_are_taken_off():
    text = partwise(*WALTZ).replace("<score-partwise>", '<score-partwise xmlns="urn:scores">')
    assert in_order(parse_musicxml(text.encode(), "test.xml")[0]) == WALTZ_IN_ORDER


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
        (partwise(["<forward><duration>1000</duration></forward>"] * 1050), "absurd"),
        (partwise([attributes(n) + note("C4", 1) for n in (9973, 9967, 9949, 9941)]), "absurd"),
    ],
)
def test_musicxml_that_cannot_be_read_is_refused_with_a_reason(text, reason):
    with pytest.raises(UnreadableFile, match=reason):
        parse_musicxml(text.encode(), "bad.musicxml")


EIGHTH = "<type>eighth</type>"
QUARTER = "<type>quarter</type>"
WALTZ_METRE = "<time><beats>3</beats><beat-type>4</beat-type></time>"
COMMON_METRE = "<time><beats>4</beats><beat-type>4</beat-type></time>"


def told(tune: ParsedTune) -> list[str]:
    return list(tune.remarks)


def test_musicxml_divisions_told_after_the_first_note_hold_before_it():
    tune = musicxml([note("E4", 12, EIGHTH) + attributes(24) + note("G4", 24, QUARTER)])
    assert tracks(tune) == [[(64, 0, HALF), (67, HALF, 1)]]
    assert told(tune) == ["divisions are missing: read as 24, as it is told later (bar 1)"]


def test_musicxml_divisions_of_another_part_serve_a_part_without():
    tune = musicxml([attributes(6) + note("C4", 24)], [note("E3", 12) + note("F3", 12)])
    assert tracks(tune) == [[(60, 0, 4)], [(52, 0, 2), (53, 2, 2)]]
    assert told(tune) == ["divisions are missing: read as 6, as another part has it (bar 1)"]


def test_musicxml_divisions_told_nowhere_are_what_note_types_say():
    dotted = note("F4", 15, EIGHTH + "<dot/>")
    tune = musicxml([note("C4", 20, QUARTER) + note("D4", 10, EIGHTH) + dotted])
    assert tracks(tune) == [[(60, 0, 1), (62, 1, HALF), (65, Fraction(3, 2), Fraction(3, 4))]]
    assert told(tune) == ["divisions are missing: read as 20, as the note types say (bar 1)"]


def test_musicxml_divisions_told_nowhere_are_what_the_metre_says_where_notes_have_no_types():
    metre = f"<attributes>{WALTZ_METRE}</attributes>"
    tune = musicxml([metre + note("C4", 8) + note("D4", 4), note("E4", 12)])
    assert tracks(tune) == [[(60, 0, 2), (62, 2, 1), (64, 3, 3)]]
    assert told(tune) == ["divisions are missing: read as 4, as the metre says (bar 1)"]


@pytest.mark.parametrize("divisions", ["0", "NaN", "-8", "999999999"])
def test_musicxml_divisions_that_are_none_cost_no_more_than_a_remark(divisions):
    start = f"<attributes><divisions>{divisions}</divisions></attributes>"
    tune = musicxml([start + note("C4", 8, QUARTER) + note("D4", 4, EIGHTH)])
    assert tracks(tune) == [[(60, 0, 1), (62, 1, HALF)]]
    assert told(tune) == [
        "divisions are missing: read as 8, as the note types say (bar 1)",
        f"divisions of {divisions!r}: ignored (bar 1)",
    ]


def test_musicxml_types_overrule_divisions_that_all_durations_contradict():
    tune = musicxml(
        [attributes(1, COMMON_METRE) + note("C4", 480, QUARTER) + note("D4", 1440, "<type>half</type><dot/>")]
    )
    assert tracks(tune) == [[(60, 0, 1), (62, 1, 3)]]
    assert told(tune) == [
        "all durations contradict the note types: the types hold, divisions are 480 and not 1 (bar 1)"
    ]


def test_musicxml_divisions_with_which_the_bars_add_up_are_kept_whatever_the_types_say():
    triplets = "".join(note(pitch, 2, EIGHTH) for pitch in ("C4", "D4", "E4") * 3)
    tune = musicxml([attributes(6, WALTZ_METRE) + triplets])
    assert [duration for _, _, duration in tracks(tune)[0]] == [THIRD] * 9
    assert told(tune) == []


@pytest.mark.parametrize("duration", ["x", "-3", "1e3", "0", "NaN", "999999999", ".00000001"])
def test_musicxml_a_duration_that_is_none_leaves_the_time_to_the_type(duration):
    tune = musicxml([attributes(2) + note("C4", duration, QUARTER + "<dot/>") + note("D4", 2, QUARTER)])
    assert tracks(tune) == [[(60, 0, Fraction(3, 2)), (62, Fraction(3, 2), 1)]]
    assert told(tune) == [f"a note that lasts {duration!r}: read as long as its type (bar 1)"]


def test_musicxml_notes_with_a_type_need_no_duration():
    triplet = (
        "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes></time-modification>"
    )
    bare = "<note><pitch><step>{}</step><octave>4</octave></pitch>{}</note>"
    bars = [
        attributes(2) + bare.format("A", "<type>half</type>") + bare.format("B", EIGHTH + triplet),
        note("C4", 2),
    ]
    tune = musicxml(bars)
    assert tracks(tune) == [[(69, 0, 2), (71, 2, THIRD), (60, 2 + THIRD, 1)]]
    assert told(tune) == ["a note without a duration: read as long as its type (bar 1 and one more place)"]


def test_musicxml_a_note_whose_length_nothing_tells_is_left_out_and_told():
    bare = "<note>{}<pitch><step>E</step><octave>4</octave></pitch></note>"
    tune = musicxml(
        [attributes(1) + note("C4", 2) + bare.format("<chord/>") + bare.format("") + note("D4", 1)]
    )
    assert tracks(tune) == [[(60, 0, 2), (64, 0, 2), (62, 2, 1)]]
    assert told(tune) == [
        "a note without a duration: read as long as its chord (bar 1)",
        "a note without a duration: left out (bar 1)",
    ]


@pytest.mark.parametrize(
    ("place", "remark"),
    [
        (
            "<step>E</step><octave>3.5</octave>",
            "step 'E' in octave '3.5' is no pitch: the note left out, its time kept",
        ),
        (
            "<step>H</step><octave>4</octave>",
            "step 'H' in octave '4' is no pitch: the note left out, its time kept",
        ),
        ("<step>E</step>", "step 'E' in octave '' is no pitch: the note left out, its time kept"),
    ],
)
def test_musicxml_a_pitch_that_is_none_costs_its_note_but_no_time(place, remark):
    wrong = f"<note><pitch>{place}</pitch><duration>1</duration></note>"
    tune = musicxml([attributes(1) + note("C4", 1) + wrong + note("D4", 1), wrong + note("F4", 3)])
    assert tracks(tune) == [[(60, 0, 1), (62, 2, 1), (65, 4, 3)]]
    assert told(tune) == [f"{remark} (bar 1 and one more place)"]


def test_musicxml_an_alteration_that_is_none_gives_way_to_the_printed_accidental():
    written = "<note><pitch><step>{}</step>{}<octave>4</octave></pitch><duration>1</duration>{}</note>"
    tune = musicxml(
        [
            attributes(1)
            + written.format("C", "<alter>NaN</alter>", "<accidental>sharp</accidental>")
            + written.format("D", "<alter>x</alter>", "")
            + written.format("E", "", "<accidental>flat</accidental>")
            + written.format("F", "<alter>0</alter>", "<accidental>sharp</accidental>")
        ]
    )
    assert tune.tracks[0].pitch == [61, 62, 63, 65]
    assert told(tune) == [
        "alter 'NaN' is no number: the printed accidental holds (bar 1)",
        "alter 'x' is no number: the printed accidental holds (bar 1)",
        "a printed accidental without alter: it holds (bar 1)",
    ]


def test_musicxml_other_signs_that_are_none_are_told_and_ignored():
    key = "<key><fifths>2.5</fifths></key>"
    metre = "<time><beats>four</beats><beat-type>4</beat-type></time>"
    pace = '<direction><sound tempo="{}"/></direction>'
    transpose = "<transpose><chromatic>two</chromatic><octave-change>-1</octave-change></transpose>"
    tune = musicxml(
        [
            attributes(1, key + metre + transpose) + pace.format("fast") + pace.format("0") + note("C5", 3),
            note("D5", 4),
        ]
    )
    assert tracks(tune) == [[(60, 0, 3), (62, 3, 4)]]
    assert tune.tempos == ()
    assert told(tune) == [
        "a key of '2.5' fifths: ignored (bar 1)",
        "metre: expected beats and unit such as '3/4', got 'four/4': ignored (bar 1)",
        "a transposition of 'two' is no number: ignored (bar 1)",
        "tempo 'fast': ignored (bar 1)",
        "tempo '0': ignored (bar 1)",
    ]


def test_musicxml_moves_without_a_sound_duration_are_told():
    lost = "<backup><duration>x</duration></backup>"
    tune = musicxml(
        [attributes(1) + note("C4", 2) + note("D4", 2) + lost + "<forward/>" + note("E3", 4), note("F4", 1)]
    )
    assert in_order(tune) == [[(60, 0, 2), (52, 0, 4), (62, 2, 2), (65, 4, 1)]]
    assert told(tune) == [
        "a backup that lasts 'x': read as back to the start of the bar (bar 1)",
        "a forward without a duration: ignored (bar 1)",
    ]


def test_musicxml_a_backup_stops_at_the_start_of_its_bar():
    back = "<backup><duration>9</duration></backup>"
    tune = musicxml([attributes(1) + note("C4", 4), note("D4", 4) + back + note("E3", 4)])
    assert in_order(tune) == [[(60, 0, 4), (62, 4, 4), (52, 4, 4)]]
    assert told(tune) == ["a backup beyond the start of its bar: stopped there (bar 2)"]


def test_musicxml_a_chord_mark_at_the_start_of_a_bar_begins_a_note():
    tune = musicxml(
        [attributes(1) + note("C4", 1), note("E4", 1, chord=True) + note("G4", 1, chord=True) + note("A4", 1)]
    )
    assert tracks(tune) == [[(60, 0, 1), (64, 1, 1), (67, 1, 1), (69, 2, 1)]]
    assert told(tune) == ["a chord mark that follows no note: read as a note of its own (bar 2)"]


def test_musicxml_bars_that_do_not_add_up_are_told():
    bars = [note("C4", length) for length in (1, 4, 3, 4, 5, 4, 2)]
    tune = musicxml([attributes(1, COMMON_METRE) + bars[0], *bars[1:]])
    assert told(tune) == ["a bar that does not add up to its metre (bar 5)"]
    phrases = [note("C4", length) for length in (1, 4, 3, 1, 4, 3, 4, 3)]
    tune = musicxml([attributes(1, COMMON_METRE) + phrases[0], *phrases[1:]])
    assert told(tune) == []
    shorter = [note("C4", length) for length in (4, 2, 4, 4)]
    tune = musicxml([attributes(1, COMMON_METRE) + shorter[0], *shorter[1:]])
    assert told(tune) == ["a bar that does not add up to its metre (bar 2)"]


@pytest.mark.parametrize(
    ("metre", "quarters"),
    [
        ("<time><beats>3+2</beats><beat-type>8</beat-type></time>", "2.5"),
        (
            "<time><beats>2</beats><beat-type>4</beat-type><beats>3</beats><beat-type>8</beat-type></time>",
            "3.5",
        ),
        ("<time symbol='cut'><beats>2</beats><beat-type>2</beat-type></time>", "4"),
    ],
)
def test_musicxml_metres_of_several_sums_add_up(metre, quarters):
    tune = musicxml([attributes(1, metre), note("C4", quarters), note("C4", "1.25"), note("C4", quarters)])
    length = Fraction(quarters)
    assert [onset for _, onset, _ in tracks(tune)[0]] == [length, 2 * length, 2 * length + Fraction(5, 4)]
    assert told(tune) == ["a bar that does not add up to its metre (bar 3)"]


def test_musicxml_bars_marked_as_irregular_need_not_add_up():
    bars = [
        (4, ""),
        (3, ""),
        (1, "implicit='yes'"),
        (1, "implicit='yes'"),
        (4, ""),
        (7, "non-controlling='yes'"),
        (4, ""),
    ]
    text = "".join(
        f"<measure number='{i}' {mark}>{attributes(1, COMMON_METRE) if not i else ''}{note('C4', length)}</measure>"
        for i, (length, mark) in enumerate(bars)
    )
    whole = partwise([]).replace("</score-partwise>", f"<part id='P1'>{text}</part></score-partwise>")
    (tune,) = parse_musicxml(whole.replace('<part id="P1"></part>', "").encode(), "test.musicxml")
    assert [onset for _, onset, _ in tracks(tune)[0]] == [0, 4, 7, 8, 9, 13, 20]
    assert told(tune) == []


def test_musicxml_free_time_and_cadenzas_need_not_add_up():
    free = "<attributes><time><senza-misura/></time></attributes>"
    cadenza = "<direction><direction-type><words>Cadenza ad lib.</words></direction-type></direction>"
    start = attributes(1, COMMON_METRE)
    assert told(musicxml([start + note("C4", 4), free + note("C4", 9), note("C4", 2), note("C4", 3)])) == []
    assert told(musicxml([start + note("C4", 4), cadenza + note("C4", 17), note("C4", 4)])) == []


def test_musicxml_a_whole_rest_is_as_long_as_the_bar_is_in_other_parts():
    start = attributes(1, COMMON_METRE)
    tune = musicxml(
        [start + note("G4", 1), note("C5", 4)],
        [start + note("R", 4), note("E3", 4)],
        [start + note("R", 8), note("C3", 4)],
    )
    assert tracks(tune) == [[(67, 0, 1), (72, 1, 4)], [(52, 1, 4)], [(48, 1, 4)]]
    assert told(tune) == []


def test_musicxml_notes_name_their_voices():
    tune = musicxml(
        [
            attributes(1)
            + note("C4", 1)
            + note("D4", 1, "<voice>2</voice>")
            + note("E4", 1, "<voice> alto </voice>")
        ]
    )
    assert tune.tracks[0].voice == ["1", "2", "alto"]


def test_musicxml_ties_join_across_voices_in_whatever_order_they_stand():
    first, second = "<voice>1</voice>", "<voice>2</voice>"
    back = "<backup><duration>4</duration></backup>"
    tune = musicxml(
        [
            attributes(1)
            + note("E4", 2, first) + note("G4", 2, STOP + first)
            + back + note("G4", 2, START + second) + note("C4", 2, second)
        ]
    )  # fmt: skip
    assert in_order(tune) == [[(64, 0, 2), (67, 0, 4), (60, 2, 2)]]
    assert told(tune) == []


def test_musicxml_ties_of_unisons_stay_within_their_voices():
    first, second = "<voice>1</voice>", "<voice>2</voice>"
    back = "<backup><duration>4</duration></backup>"
    bars = [
        attributes(1)
        + note("G4", 4, START + first)
        + back
        + note("R", 2, second)
        + note("G4", 2, START + second),
        note("G4", 1, STOP + second)
        + "<backup><duration>1</duration></backup>"
        + note("G4", 4, STOP + first),
    ]
    assert in_order(musicxml(bars)) == [[(67, 0, 8), (67, 2, 3)]]
    struck = [
        bars[0].replace(START + second, second),
        note("G4", 1, second) + "<backup><duration>1</duration></backup>" + note("G4", 4, STOP + first),
    ]
    assert in_order(musicxml(struck)) == [[(67, 0, 8), (67, 2, 2), (67, 4, 1)]]


def test_musicxml_notes_that_ring_on_are_not_tied():
    ring = '<notations><tied type="let-ring"/></notations>'
    tune = musicxml([attributes(1) + note("C4", 2, ring) + note("C4", 2)])
    assert tracks(tune) == [[(60, 0, 2), (60, 2, 2)]]
    assert told(tune) == []


def test_musicxml_parts_that_leave_bars_out_are_placed_by_their_numbers():
    bar = "<measure number='{}'>{}</measure>"
    upper = [
        bar.format(0, attributes(1) + note("G4", 1)),
        bar.format(1, note("C5", 4)),
        bar.format(2, note("D5", 4)),
    ]
    lower = [bar.format(1, attributes(1) + note("C3", 4)), bar.format(2, note("G3", 4))]
    text = f"<score-partwise><part-list/><part id='A'>{''.join(upper)}</part><part id='B'>{''.join(lower)}</part></score-partwise>"
    (tune,) = parse_musicxml(text.encode(), "test.musicxml")
    assert tracks(tune) == [[(67, 0, 1), (72, 1, 4), (74, 5, 4)], [(48, 1, 4), (55, 5, 4)]]
    assert told(tune) == ["parts differ in how many bars they have"]


def test_musicxml_bars_that_are_numbered_oddly_follow_each_other():
    text = "".join(
        f"<measure number='{n}'>{attributes(1)}{note('C4', 2)}</measure>" for n in ("1", "1", "X", "", "7a")
    )
    (tune,) = parse_musicxml(
        f"<score-partwise><part-list/><part id='A'>{text}</part></score-partwise>".encode(), "test.musicxml"
    )
    assert [onset for _, onset, _ in tracks(tune)[0]] == [0, 2, 4, 6, 8]
    assert told(tune) == []


def test_musicxml_timewise_divisions_told_late_and_upbeats_are_understood():
    measure = "<measure {}><part id='A'>{}</part><part id='B'>{}</part></measure>"
    text = (
        measure.format("implicit='yes'", note("G4", 4, EIGHTH), note("R", 16))
        + measure.format("", attributes(8, WALTZ_METRE) + note("C5", 24), note("E3", 24))
        + measure.format("", note("D5", 24), note("F3", 24))
    )
    (tune,) = parse_musicxml(f"<score-timewise><part-list/>{text}</score-timewise>".encode(), "t.xml")
    assert tracks(tune) == [
        [(67, 0, HALF), (72, HALF, 3), (74, HALF + 3, 3)],
        [(52, HALF, 3), (53, HALF + 3, 3)],
    ]
    assert told(tune) == [
        "divisions are missing: read as 8, as it is told later (bar 1)",
        "divisions are missing: read as 8, as another part has it (bar 1)",
    ]


def test_musicxml_of_two_parts_with_one_id_none_is_lost():
    bar = "<part id='A'><measure>{}</measure></part>"
    text = bar.format(attributes(1) + note("C4", 2)) + bar.format(attributes(1) + note("E4", 2))
    (tune,) = parse_musicxml(f"<score-partwise><part-list/>{text}</score-partwise>".encode(), "test.musicxml")
    assert tracks(tune) == [[(60, 0, 2)], [(64, 0, 2)]]
    assert told(tune) == ["two parts have the id 'A': read as two"]


def test_musicxml_time_passes_in_bars_that_repeat_the_one_before():
    start = "<attributes><measure-style><measure-repeat type='start'>1</measure-repeat></measure-style></attributes>"
    stop = "<attributes><measure-style><measure-repeat type='stop'/></measure-style></attributes>"
    tune = musicxml([attributes(1, WALTZ_METRE) + note("C4", 3), start, stop + note("D4", 3)])
    assert tracks(tune) == [[(60, 0, 3), (62, 6, 3)]]
    assert told(tune) == ["bar repeat signs: only notes that are written out are read"]


def test_musicxml_tempos_may_stand_beside_their_place():
    shifted = '<direction><offset sound="yes">4</offset><sound tempo="60"/></direction>'
    printed = '<direction><offset>4</offset><sound tempo="100"/></direction>'
    own = '<sound tempo="240"><offset>-2</offset></sound>'
    mark = (
        "<direction><direction-type><metronome><beat-unit>quarter</beat-unit><beat-unit-dot/>"
        "<per-minute>80</per-minute></metronome></direction-type></direction>"
    )
    tune = musicxml(
        [attributes(2) + printed + note("C4", 2) + shifted + note("C4", 6) + own + mark + note("C4", 2)]
    )
    assert tune.tempos == ((0, 600_000), (3, 250_000), (4, 500_000))
    assert musicxml([attributes(2) + note("C4", 2) + shifted + note("C4", 6)]).tempos == ((3, 1_000_000),)


def test_musicxml_transposition_changes_in_the_middle_and_for_one_staff():
    down = "<attributes><transpose><chromatic>-2</chromatic></transpose></attributes>"
    second = "<attributes><transpose number='2'><octave-change>1</octave-change></transpose></attributes>"
    concert = "<attributes><for-part><part-transpose><chromatic>5</chromatic></part-transpose></for-part></attributes>"
    tune = musicxml(
        [
            attributes(1) + note("C4", 1) + down + note("C4", 1) + second + note("C4", 1) + note("C4", 1, "<staff>2</staff>")
            + down + note("C4", 1, "<staff>2</staff>") + concert + note("C4", 1)
        ]
    )  # fmt: skip
    assert tune.tracks[0].pitch == [60, 58, 58, 72, 58, 58]


def test_musicxml_drums_written_as_pitches_strike_what_their_instruments_are():
    declared = (
        '<score-part id="P1"><part-name>Kit</part-name>'
        '<midi-instrument id="K"><midi-channel>10</midi-channel><midi-unpitched>36</midi-unpitched></midi-instrument>'
        '<midi-instrument id="S"><midi-channel>10</midi-channel><midi-unpitched>snare</midi-unpitched></midi-instrument>'
        '<midi-instrument id="T"><midi-channel>4</midi-channel></midi-instrument></score-part>'
    )
    tune = musicxml(
        [attributes(1) + "".join(note("F4", 1, f'<instrument id="{i}"/>') for i in "KST")], declared=declared
    )
    assert tune.tracks[0].pitch == [35, 65, 65]
    assert tune.tracks[0].is_drum == [True, True, False]
    assert told(tune) == ["midi-unpitched of 'snare' is no MIDI note: ignored"]
