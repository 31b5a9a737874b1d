"""ABC is read exactly: each rule of the notation on music small enough to work out by hand."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from goldenear.errors import UnreadableFile
from goldenear.limits import LIMITS, Limits
from goldenear.notes.formats import exact
from goldenear.notes.formats.abc import parse_abc
from goldenear.notes.formats.parsed import ParsedTrack, ParsedTune
from goldenear.notes.read import read, read_all

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


def parse(music: str, *, header: str = "L:1/4\nK:C\n") -> ParsedTune:
    (tune,) = parse_abc(f"X:1\n{header}{music}\n".encode(), "test.abc")
    return tune


def columns(track: ParsedTrack, ticks: int) -> list[tuple[int, Fraction, Fraction]]:
    rows = zip(track.pitch, track.onset, track.duration, strict=True)
    return [(pitch, Fraction(onset, ticks), Fraction(duration, ticks)) for pitch, onset, duration in rows]


def notes(
    music: str, *, header: str = "L:1/4\nK:C\n", voice: int = 0
) -> list[tuple[int, Fraction, Fraction]]:
    tune = parse(music, header=header)
    return columns(tune.tracks[voice], tune.ticks_per_quarter)


def pitches(music: str, *, header: str = "L:1/4\nK:C\n", voice: int = 0) -> list[int]:
    return list(parse(music, header=header).tracks[voice].pitch)


def durations(music: str, *, header: str = "L:1/4\nK:C\n") -> list[Fraction]:
    return [duration for _, _, duration in notes(music, header=header)]


def remarks(music: str, *, header: str = "L:1/4\nK:C\n") -> list[str]:
    return parse(music, header=header).remarks


def test_a_tune_known_to_everyone_is_read_whole():
    tune = parse('"C"C C G G|A A G2|"F"F F "C"E E|"G"D D "C"C2|]', header="T:Twinkle\nM:4/4\nL:1/4\nK:C\n")
    assert tune.title == "Twinkle"
    assert tune.format == "abc"
    assert tune.ticks_per_quarter == 1
    (track,) = tune.tracks
    assert track.pitch == [60, 60, 67, 67, 69, 69, 67, 65, 65, 64, 64, 62, 62, 60]
    assert track.onset == [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14]
    assert track.duration == [1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2]
    assert set(track.velocity) == {64}
    assert not any(track.is_drum)
    assert tune.remarks == ["chord symbols ignored"]


def test_octave_marks_raise_and_lower():
    assert pitches("C,, C, C c c' c'' C,'") == [36, 48, 60, 72, 84, 96, 60]


def test_lengths_are_exact_fractions():
    assert durations("A A2 A/ A// A/4 A3/2 A3/ A3// A7/8") == [
        1, 2, HALF, Fraction(1, 4), Fraction(1, 4), Fraction(3, 2), Fraction(3, 2), Fraction(3, 4), Fraction(7, 8),
    ]  # fmt: skip


def test_ticks_are_the_coarsest_that_are_exact():
    assert parse("A2 B4").ticks_per_quarter == 1
    assert parse("A/ B/").ticks_per_quarter == 2
    assert parse("(3ABc A//").ticks_per_quarter == 12


@pytest.mark.parametrize(
    ("fields", "quarters"),
    [
        ("M:4/4", HALF),
        ("M:2/4", Fraction(1, 4)),
        ("M:3/4", HALF),
        ("M:6/8", HALF),
        ("M:5/8", Fraction(1, 4)),
        ("M:C", HALF),
        ("M:C|", HALF),
        ("M:none", HALF),
        ("M:(2+3)/8", Fraction(1, 4)),
        ("M:2/4\nL:1/8", HALF),
        ("L:1/8\nM:2/4", HALF),
        ("L:1", Fraction(4)),
        ("", HALF),
    ],
)
def test_the_unit_note_follows_the_meter_unless_it_is_given(fields, quarters):
    assert durations("A", header=f"{fields}\nK:C\n") == [quarters]


def test_a_meter_in_the_music_does_not_change_the_unit():
    assert durations("A|[M:2/4]A|\nM:6/8\nA|", header="M:4/4\nK:C\n") == [HALF] * 3


@pytest.mark.parametrize(
    ("key", "altered"),
    [
        ("C", {}),
        ("D", {"F": 1, "C": 1}),
        ("Bb", {"B": -1, "E": -1}),
        ("F#", dict.fromkeys("FCGDAE", 1)),
        ("Am", {}),
        ("A minor", {}),
        ("C#m", dict.fromkeys("FCGD", 1)),
        ("Ddor", {}),
        ("D Dorian", {}),
        ("EPhr", {}),
        ("F lydian", {}),
        ("Gmix", {}),
        ("A aeolian", {}),
        ("Bloc", {}),
        ("Cion", {}),
        ("GMaj", {"F": 1}),
        ("Cb", dict.fromkeys("BEADGCF", -1)),
        ("none", {}),
        ("HP", {"F": 1, "C": 1}),
        ("Hp", {"F": 1, "C": 1}),
        ("D exp ^f", {"F": 1}),
        ("D exp _b ^g", {"B": -1, "G": 1}),
        ("DMix ^c", {"F": 1, "C": 1}),
        ("D =c", {"F": 1}),
        ("Amix=f", {"C": 1}),
        ("A clef=treble", dict.fromkeys("FCG", 1)),
        ("G bass", {"F": 1}),
        ("G middle=B", {"F": 1}),
        ("", {}),
    ],
)
def test_keys_alter_their_letters_in_every_octave(key, altered):
    plain = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    expected = [60 + step + altered.get(letter, 0) for letter, step in plain.items()]
    tune = parse("CDEFGAB|cdefgab|C,D,E,F,G,A,B,|", header=f"L:1/4\nK:{key}\n")
    assert tune.tracks[0].pitch == expected + [p + 12 for p in expected] + [p - 12 for p in expected]
    assert tune.remarks == []


def test_an_accidental_holds_to_the_end_of_the_bar_in_every_octave():
    assert pitches("^F F f|F =B _B B|B __A ^^G") == [66, 66, 78, 65, 71, 70, 70, 71, 67, 69]


def test_the_reach_of_accidentals_can_be_chosen():
    assert pitches("^F F f|F", header="L:1/4\nK:C\n%%propagate-accidentals not\n") == [66, 65, 77, 65]
    assert pitches("^F F f|F", header="%%propagate-accidentals octave\nL:1/4\nK:C\n") == [66, 66, 77, 65]
    assert pitches("^F F f|F", header="%%propagate-accidentals pitch\nL:1/4\nK:C\n") == [66, 66, 78, 65]


def test_ties_join_across_bars_and_keep_the_accidental():
    assert notes("^F-|F2 F|") == [(66, 0, 3), (65, 3, 1)]
    assert notes("C-C-|C") == [(60, 0, 3)]
    assert notes("C -|C") == [(60, 0, 2)]


def test_ties_of_chords_join_note_by_note():
    assert notes("[CEG]-[CEG]2") == [(60, 0, 3), (64, 0, 3), (67, 0, 3)]
    assert notes("[C-EG-][CFG]") == [(60, 0, 2), (64, 0, 1), (67, 0, 2), (65, 1, 1)]


def test_a_tie_to_another_pitch_is_left_out_with_a_remark():
    tune = parse("C-D E-")
    assert tune.tracks[0].duration == [1, 1, 1]
    assert tune.remarks == ["2 ties: left out, joining no two notes"]


def test_broken_rhythm_lengthens_and_shortens():
    assert durations("A>B A<B A>>B A<<B A>>>B") == [
        Fraction(n, d)
        for n, d in ((3, 2), (1, 2), (1, 2), (3, 2), (7, 4), (1, 4), (1, 4), (7, 4), (15, 8), (1, 8))
    ]
    assert notes("A>z B") == [(69, 0, Fraction(3, 2)), (71, 2, 1)]
    assert notes("A-A > B") == [(69, 0, Fraction(5, 2)), (71, Fraction(5, 2), HALF)]
    assert notes("[CE]>G") == [(60, 0, Fraction(3, 2)), (64, 0, Fraction(3, 2)), (67, Fraction(3, 2), HALF)]
    assert durations("A>{g}B") == [Fraction(3, 2), HALF]


def test_a_tie_ends_where_the_broken_rhythm_moved_it():
    assert notes("A->A B") == [(69, 0, 2), (71, 2, 1)]


@pytest.mark.parametrize(
    ("music", "meter", "expected"),
    [
        ("(3ABc d", "4/4", [Fraction(2, 3)] * 3 + [1]),
        ("(2AB c", "6/8", [Fraction(3, 2)] * 2 + [1]),
        ("(4ABcd e", "6/8", [Fraction(3, 4)] * 4 + [1]),
        ("(5ABcde f", "4/4", [Fraction(2, 5)] * 5 + [1]),
        ("(5ABcde f", "6/8", [Fraction(3, 5)] * 5 + [1]),
        ("(6ABcdef g", "4/4", [Fraction(2, 6)] * 6 + [1]),
        ("(7ABcdefg a", "9/8", [Fraction(3, 7)] * 7 + [1]),
        ("(8ABcdefga b", "4/4", [Fraction(3, 8)] * 8 + [1]),
        ("(9ABcdefgab c'", "12/8", [Fraction(3, 9)] * 9 + [1]),
        ("(3:2:2AB c", "4/4", [Fraction(2, 3)] * 2 + [1]),
        ("(3::2AB c", "4/4", [Fraction(2, 3)] * 2 + [1]),
        ("(3:4AB c d", "4/4", [Fraction(4, 3)] * 3 + [1]),
        ("(3::AB c d", "4/4", [Fraction(2, 3)] * 3 + [1]),
        ("(3A2B c/ d", "4/4", [Fraction(4, 3), Fraction(2, 3), THIRD, 1]),
        ("(3[CE]Bc d", "4/4", [Fraction(2, 3)] * 4 + [1]),
        ("((3ABc) d", "4/4", [Fraction(2, 3)] * 3 + [1]),
        ("(3(3ABc d", "4/4", [Fraction(2, 3)] * 3 + [1]),
        ("(5AB (3cde f", "4/4", [Fraction(2, 5)] * 2 + [Fraction(2, 3)] * 3 + [1]),
    ],
)
def test_tuplets(music, meter, expected):
    assert durations(music, header=f"M:{meter}\nL:1/4\nK:C\n") == expected


def test_a_tuplet_that_cuts_another_off_is_told():
    assert remarks("(5AB (3cde f") == [
        "a tuplet begins before the last one is full: it takes its place (line 4)"
    ]
    assert remarks("(3ABc (3def") == []


def test_rests_take_time_and_sound_nothing():
    assert notes("A z B x2 c") == [(69, 0, 1), (71, 2, 1), (72, 5, 1)]
    assert notes("A3|Z2|B3", header="M:3/4\nL:1/4\nK:C\n") == [(69, 0, 3), (71, 9, 3)]
    assert notes("Z|X|B", header="M:C|\nL:1/4\nK:C\n") == [(71, 8, 1)]
    assert notes("Z4 B", header="M:none\nL:1/4\nK:C\n") == [(71, 0, 1)]
    assert remarks("Z4 B", header="M:none\nL:1/4\nK:C\n") == [
        "a rest of whole bars in free meter: left out (line 5)"
    ]


def test_a_chord_lasts_as_long_as_its_first_note():
    assert notes("[CEG]2 A") == [(60, 0, 2), (64, 0, 2), (67, 0, 2), (69, 2, 1)]
    assert notes("[C2E4G]/ A") == [(60, 0, 1), (64, 0, 2), (67, 0, HALF), (69, 1, 1)]
    assert notes('["Am"A!f!c] B') == [(69, 0, 1), (72, 0, 1), (71, 1, 1)]


def test_old_chords_between_plus_signs_are_chords():
    tune = parse("+C2E2+ +fermata+A +f+B")
    assert columns(tune.tracks[0], 1) == [(60, 0, 2), (64, 0, 2), (69, 2, 1), (71, 3, 1)]
    assert tune.remarks == []


def test_repeats_and_endings_stand_as_written():
    tune = parse("|:A B|[1 c d:|[2 e f|]")
    assert columns(tune.tracks[0], 1) == [
        (69, 0, 1),
        (71, 1, 1),
        (72, 2, 1),
        (74, 3, 1),
        (76, 4, 1),
        (77, 5, 1),
    ]
    assert tune.remarks == ["repeats not unfolded"]
    for music in ("A::B", "A:|2B", "|1A:|2B|]", "A :||: B", "[1,3 A"):
        assert remarks(music) == ["repeats not unfolded"], music
    for music in ("A||B", "A|]B", "[|A|B", "A.|B", "A[|]B"):
        assert remarks(music) == [], music
        assert pitches(music) == [69, 71]


def test_grace_notes_are_left_out_and_counted():
    tune = parse("{g}A{/ab}B {c}")
    assert tune.tracks[0].pitch == [69, 71]
    assert tune.remarks == ["4 grace notes: left out"]


def test_ornaments_slurs_and_texts_leave_the_notes_alone():
    music = '!trill!A +fermata+B ~c .d HA LB Mc Od PA SB Tc ud vA (AB) "^slow"c "Am7"d `A y2 B$'
    tune = parse(music)
    assert tune.tracks[0].onset == list(range(len(tune.tracks[0].pitch)))
    assert tune.remarks == ["chord symbols ignored"]
    assert remarks('"^slow"A "<(" B') == []
    assert remarks("!wobble!A") == ["decoration !wobble! is not known: skipped (line 4)"]


def test_fields_within_the_music_hold_from_there():
    assert notes("A[L:1/8]A[K:D]F[M:3/4]Z A") == [
        (69, 0, 1), (69, 1, HALF), (66, Fraction(3, 2), HALF), (69, 5, HALF),
    ]  # fmt: skip
    assert pitches("F\nK:D\nF\nK:clef=bass\nF\nK:Dm\nB") == [65, 66, 66, 70]


def test_voices_are_tracks():
    header = 'M:4/4\nL:1/4\nV:1 name="Upper line"\nV:T2 clef=bass nm=Low\nV:3\nK:G\n'
    tune = parse("V:1\nf4|\n[V:T2]G,2 F,2|[V:3]B4|\nV:1\ng4|\n[V:T2] D4|", header=header)
    assert [track.name for track in tune.tracks] == ["Upper line", "Low", "3"]
    assert columns(tune.tracks[0], 1) == [(78, 0, 4), (79, 4, 4)]
    assert columns(tune.tracks[1], 1) == [(55, 0, 2), (54, 2, 2), (62, 4, 4)]
    assert columns(tune.tracks[2], 1) == [(71, 0, 4)]


def test_a_field_after_a_voice_holds_for_that_voice():
    header = "L:1/4\nV:1\nV:2\nK:C\n"
    assert pitches("V:1\nK:D\nF|\nV:2\nF|", header=header) == [66]
    assert pitches("V:1\nK:D\nF|\nV:2\nF|", header=header, voice=1) == [65]
    assert pitches("K:D\nV:1\nF|\nV:2\nF|", header=header, voice=1) == [66]


def test_an_overlay_sounds_in_the_same_bar():
    assert sorted(notes("A4|C2D2 & E4 & G2 z2|B4|")) == sorted(
        [(69, 0, 4), (60, 4, 2), (62, 6, 2), (64, 4, 4), (67, 4, 2), (71, 8, 4)]
    )
    assert remarks("C4 & E2|") == ["an overlay (&) of another length than its bar (line 4)"]
    assert notes("C4 & E2|F") == [(60, 0, 4), (64, 0, 2), (65, 4, 1)]


@pytest.mark.parametrize(
    ("fields", "lift"),
    [
        ("K:C octave=-1", -12),
        ("K:C transpose=-2", -2),
        ("K:C t=3", 3),
        ("K:C treble-8", -12),
        ("K:C clef=treble+8", 12),
        ("K:C clef=bass^8", 0),
        ("K:C treble-8 octave=1", 0),
        ("V:1 octave=1\nK:C", 12),
        ("V:1 transpose=2\nK:C octave=-1", -10),
        ("%%MIDI transpose 5\nK:C", 5),
        ("%%MIDI transpose 5\n%%MIDI rtranspose -2\nK:C", 3),
    ],
)
def test_pitches_are_those_that_sound(fields, lift):
    assert pitches("C", header=f"L:1/4\n{fields}\n") == [60 + lift]


def test_midi_channel_10_is_drums():
    tune = parse("V:1\nC\nV:2\n%%MIDI channel 10\nC", header="L:1/4\nV:1\nV:2\nK:C\n")
    assert [track.is_drum for track in tune.tracks] == [[False], [True]]


@pytest.mark.parametrize(
    ("tempo", "expected"),
    [
        ("1/4=120", 500_000),
        ("3/8=60", 666_667),
        ('"Lively" 1/2=60', 500_000),
        ("1/4 1/8=60", 666_667),
        ("120", 500_000),
        ('"Largo"', None),
        ("fast", None),
        ("1/0=60", None),
        ("1/4=0", None),
    ],
)
def test_tempos(tempo, expected):
    assert parse("A", header=f"Q:{tempo}\nL:1/4\nK:C\n").tempos == (
        () if expected is None else ((0, expected),)
    )


def test_a_tempo_in_the_music_begins_there():
    assert parse("A B [Q:1/4=60] c").tempos == ((2, 1_000_000),)


def test_comments_lyrics_and_continuations_are_no_music():
    tune = parse("AB % gab\n% CDE\nw: cab bag\nW: dead\nN: abc\ncd\\\nef\n%%begintext\nabc\n%%endtext\ng")
    assert tune.tracks[0].pitch == [69, 71, 72, 74, 76, 77, 79]
    assert tune.remarks == []


def test_a_line_of_music_may_begin_like_a_field():
    assert pitches("A:|B|\nc::d") == [69, 71, 72, 74]


def test_symbols_and_macros_are_ignored_with_a_remark():
    tune = parse("WA m B", header="U:W=!trill!\nm:m=n\nL:1/4\nK:C\n")
    assert tune.tracks[0].pitch == [69, 71]
    assert tune.remarks == [
        "U: symbols and macros ignored (line 2)",
        "m: symbols and macros ignored (line 3)",
    ]


@pytest.mark.parametrize(
    ("music", "remark"),
    [
        ("A ? B", "'?' is not understood: skipped (line 4)"),
        ("A # B # c # d", "'#' is not understood: skipped (line 4 and 2 more places)"),
        ("A [CE B", "'[' is not understood: skipped (line 4)"),
        ("A K B", "'K' is not understood: skipped (line 4)"),
        ("A [C+E]", "'+' in a chord is not understood: skipped (line 4)"),
        ("A []", "a chord without notes: left out (line 4)"),
        ("(0AB", "tuplet '(0' is not understood: skipped (line 4)"),
        (">A", "a broken rhythm that follows no note: left out (line 4)"),
        ("A>", "a broken rhythm that no note follows: left out"),
        ("-A", "a tie that follows no note: left out (line 4)"),
        ("^/A", "a microtonal accidental: the note is read without it (line 4)"),
        ("[M:x]A", "meter M:x is not understood: ignored (line 4)"),
        ("[L:x]A", "unit note length L:x is not understood: ignored (line 4)"),
        ("[J:x]A", "field J: is not known: ignored (line 4)"),
        ("[K:C wild=1]A", "K: wild=1 is not understood: ignored (line 4)"),
        ("[V:1 wild]A", "V:1 wild is not understood: ignored (line 4)"),
        ("A c'''''''''''", "1 note: left out, beyond the range of pitches"),
        ("A\n\nfree text", "text after the empty line that ends the tune: left out (line 6)"),
    ],
)
def test_what_is_not_understood_leaves_a_remark_with_its_line(music, remark):
    assert remark in remarks(music)


def test_a_collection_is_split_into_tunes():
    text = "%abc-2.1\nL:1/4\nM:2/4\n\nX:1\nT:One\nK:C\nAB|\n\nwords between\nX:2\nT:Two\nL:1/8\nK:D\nF|\nX:7\nK:C\n"
    one, two, three = parse_abc(text.encode(), "three.abc")
    assert (one.title, two.title, three.title) == ("One", "Two", "")
    assert columns(one.tracks[0], one.ticks_per_quarter) == [(69, 0, 1), (71, 1, 1)]
    assert columns(two.tracks[0], two.ticks_per_quarter) == [(66, 0, HALF)]
    assert three.tracks[0].pitch == []
    assert one.remarks == ["text after the empty line that ends the tune: left out (line 10)"]


def test_an_empty_line_before_the_music_does_not_end_the_tune():
    assert parse("\nAB|").tracks[0].pitch == [69, 71]


def test_line_ends_and_encodings():
    for ending in ("\r\n", "\r", "\n"):
        (tune,) = parse_abc(ending.join(["X:1", "T:Größe", "L:1/4", "K:C", "AB"]).encode(), "t.abc")
        assert (tune.title, tune.tracks[0].pitch) == ("Größe", [69, 71])
    (latin,) = parse_abc("X:1\nT:Größe\nK:C\nA".encode("latin-1"), "t.abc")
    assert latin.title == "Größe"
    (marked,) = parse_abc("\ufeffX:1\nK:C\nA".encode(), "t.abc")
    assert marked.tracks[0].pitch == [69]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"just words", "no tune in it"),
        (b"X:1\nK:C\nA\0B", "binary"),
        (b"MThd\0\0\0\6", "binary"),
        (b"X:1\nM:32/1\nK:C\n" + b"Z9999 A" * 3, "absurd"),
        (b"X:1\nK:C\n" + b" ".join(b"A/%d" % n for n in range(9001, 9999, 2)), "absurd"),
        (b"X:1\nK:C\n" + b"".join(b"V:%d\n" % n for n in range(300)), "more than 256 voices"),
        (b"X:1\n" * (LIMITS.tunes + 1), "over the limit"),
        (b"X:1\n" + b" " * LIMITS.abc_bytes, "over the limit"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data, reason):
    with pytest.raises(UnreadableFile, match=reason):
        parse_abc(data, "bad.abc")


def test_too_many_notes_are_refused_over_all_tunes(monkeypatch):
    monkeypatch.setattr(exact, "LIMITS", Limits(notes=100))
    assert len(parse_abc(b"X:1\nK:C\n[CE]" + b"A" * 98, "full.abc")[0].tracks[0].pitch) == 100
    with pytest.raises(UnreadableFile, match="more than 100 notes"):
        parse_abc(b"X:1\nK:C\n[CE]" + b"A" * 98 + b"\nX:2\nK:C\nB", "overfull.abc")


def test_a_thousand_kinds_of_slip_make_a_short_list():
    fields = "".join(f"[K:C slip{n}=1]" for n in range(1000))
    told = remarks(fields + "A")
    assert len(told) < 30
    assert told[-1] == "976 further things not understood"


def test_files_are_read_through_the_door(tmp_path):
    path = tmp_path / "two.abc"
    path.write_text("X:1\nT:Up\nL:1/4\nK:C\nCDE|\nX:2\nT:Down\nL:1/4\nK:C\nE-|E D/C/|\n")
    up, down = read_all(path)
    assert up.name == "two.abc#1 Up"
    assert down.pitch.tolist() == [64, 62, 60]
    assert down.duration.tolist() == [4, 1, 1]
    assert down.ticks_per_quarter == 2
    assert read(path, tune=2) == down


def test_history_goes_on_until_the_next_field():
    header = (
        "T:Tune\nH:Heard in a cafe from\na fiddler named Ed|\n% a comment\nwho had a bad leg.\nL:1/4\nK:D\n"
    )
    tune = parse("F2 c|", header=header)
    assert columns(tune.tracks[0], 1) == [(66, 0, 2), (73, 2, 1)]
    assert tune.remarks == []


def test_plus_lines_go_on_from_any_field():
    header = "N:one\n+:bad egg|\n%between\n+:add fed cab|\nT:Long\n+:Name\nL:1/4\nM:3\n+:/4\nK:C\n"
    tune = parse("Z c|\nw:la\n+:bed|\nd|", header=header)
    assert tune.title == "Long Name"
    assert columns(tune.tracks[0], 1) == [(72, 3, 1), (74, 4, 1)]
    assert tune.remarks == []
    assert remarks("c|\n+:dad|") == ["a +: line that goes on from no field: ignored (line 5)"]


def test_a_field_that_ends_in_a_backslash_goes_on_and_so_does_music():
    assert pitches("AB|\nw:a bad \\\nface dead bed\ncd\\\nef|") == [69, 71, 72, 74, 76, 77]
    assert pitches("A|\\\nw:la \\\nB|") == [69, 71]
    assert pitches("A", header="N:cabbage \\\nand egg\nL:1/4\nK:C\n") == [69]


def test_prose_before_the_key_is_told_and_not_sung():
    header = "T:Tune\nCabbage faced\nDeed|\nL:1/4\nK:C\n"
    tune = parse("A", header=header)
    assert tune.tracks[0].pitch == [69]
    assert tune.remarks == ["a line of the header that is no field: left out (line 3 and one more place)"]


def test_without_a_key_music_is_read_in_c_and_prose_is_not():
    tune = parse("F A|c3|", header="L:1/4\nPlayed at the fair by a band\n")
    assert columns(tune.tracks[0], 1) == [(65, 0, 1), (69, 1, 1), (72, 2, 3)]
    assert tune.remarks == [
        "a line of the header that is no field: left out (line 3)",
        "music before any K: field: read in C (line 4)",
    ]
    history = parse("F A|c3|", header="L:1/4\nH:once\nupon a time\n")
    assert history.tracks[0].pitch == [65, 69, 72]
    assert history.remarks == ["music before any K: field: read in C (line 5)"]


def test_words_among_the_music_are_told_and_not_sung():
    tune = parse("AB|\nPlay this part twice, and faster\ncd|")
    assert tune.tracks[0].pitch == [69, 71, 72, 74]
    assert tune.remarks == ["a line of words within the music: left out (line 5)"]


def test_text_blocks_are_no_music_whatever_stands_in_them():
    text = "X:1\nL:1/4\nK:C\nA|\n%%begintext\nX:9\nK:D\nabc|\n\ndef|\n%%endtext\n%%text fade\n%%center bed\nB|\nX:2\nK:C\nc\n"
    one, two = parse_abc(text.encode(), "block.abc")
    assert (one.tracks[0].pitch, two.tracks[0].pitch) == ([69, 71], [72])
    assert one.remarks == []


def test_a_text_block_without_its_end_swallows_no_tune():
    text = "X:1\nK:C\nA|\n%%begintext\nwords, nothing more\nX:2\nK:C\nB|\n%%begintext\nabc|\n%%endtext\nc|\n"
    one, two = parse_abc(text.encode(), "block.abc")
    assert (one.tracks[0].pitch, two.tracks[0].pitch) == ([69], [71, 72])
    assert one.remarks == [
        "%%begintext without its end: ignored (line 4)",
        "a line of words within the music: left out (line 5)",
    ]


def test_music_after_an_empty_line_is_read_on_and_text_is_not():
    tune = parse("V:1\nA|\n\nV:2\nB c|\n\nA cafe, a bad egg.\n\nT:Another\nK:C\nd|")
    assert [track.pitch for track in tune.tracks] == [[69], [71, 72]]
    assert tune.remarks == [
        "music after an empty line: read on (line 7)",
        "text after the empty line that ends the tune: left out (line 10 and one more place)",
    ]


def test_fields_may_be_indented():
    tune = parse("A\n  w: bad cab\n  B", header="  L:1/4\n\tK:C\n")
    assert tune.tracks[0].pitch == [69, 71]
    assert tune.remarks == []


@pytest.mark.parametrize(
    ("key", "altered"),
    [
        ("^f_b", {"F": 1, "B": -1}),
        ("D ^g_b", {"F": 1, "C": 1, "G": 1, "B": -1}),
        ("Gm exp ^f", {"F": 1}),
        ("E♭", {"B": -1, "E": -1, "A": -1}),
        ("F♯ minor", dict.fromkeys("FCG", 1)),
        ("Hp clef=treble", {"F": 1, "C": 1}),
        ("D Mixolydian m=B", {"F": 1}),
        ("D major", {"F": 1, "C": 1}),
        ("Gmaj bass", {"F": 1}),
    ],
)
def test_keys_in_other_spellings(key, altered):
    plain = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    tune = parse("CDEFGAB|", header=f"L:1/4\nK:{key}\n")
    assert tune.tracks[0].pitch == [60 + step + altered.get(letter, 0) for letter, step in plain.items()]
    assert tune.remarks == []


@pytest.mark.parametrize(
    ("metre", "quarters"), [("2+3/8", "5/2"), ("(3+2+2)/16", "7/4"), ("C|", 4), ("9/8", "9/2"), ("2/2", 4)]
)
def test_rests_of_bars_are_as_long_as_the_metre(metre, quarters):
    assert notes("Z A", header=f"M:{metre}\nL:1/4\nK:C\n") == [(69, Fraction(quarters), 1)]


def test_a_metre_that_is_none_is_told():
    assert remarks("A", header="M:33/8\nK:C\n") == ["meter M:33/8 is not understood: ignored (line 2)"]
    assert remarks("A", header="M:free\nK:C\n") == []


def test_broken_rhythm_crosses_whatever_stands_between_the_notes():
    long_short = [Fraction(3, 2), HALF]
    for between in (">|", "|>", ">\n", ">{g}", ">[K:D]", ' > "Am"', ">!trill!", ">y"):
        assert durations(f"A{between}B") == long_short, between
    assert durations("[AC]>[Be]") == [Fraction(3, 2)] * 2 + [HALF] * 2
    assert durations("(3A>BA c") == [1, THIRD, Fraction(2, 3), 1]


def test_ties_hold_across_endings_lines_and_into_chords():
    assert notes("C-:|2C") == [(60, 0, 2)]
    assert notes("C2-\nC2") == [(60, 0, 4)]
    assert notes("C-[CE]") == [(60, 0, 2), (64, 1, 1)]
    assert notes("^F-|\nF F|F") == [(66, 0, 2), (65, 2, 1), (65, 3, 1)]
    assert notes("[^FA]-|[FA]|F") == [(66, 0, 2), (69, 0, 2), (65, 2, 1)]


def test_an_overlay_may_go_back_over_several_bars():
    assert sorted(notes("G2|A2|B2&&C2|D2|c2")) == sorted(
        [(67, 0, 2), (69, 2, 2), (71, 4, 2), (60, 2, 2), (62, 4, 2), (72, 6, 2)]
    )
    assert remarks("G2|A2|B2&&C2|D2|c2") == []
    assert sorted(notes("A2|B2&C2&D2|c2")) == [(60, 2, 2), (62, 2, 2), (69, 0, 2), (71, 2, 2), (72, 4, 2)]
    assert notes("A2&&C2|B") == [(69, 0, 2), (60, 0, 2), (71, 2, 1)]


def test_endings_may_stand_apart_from_their_bar_lines():
    assert pitches("A| 1 B:| 2,3 c|]") == [69, 71, 72]
    assert remarks("A| 1 B:| 2,3 c|]") == ["repeats not unfolded"]


def test_jumps_in_words_are_decorations():
    assert pitches("A!D.C. al Fine!B !D.S. al coda!c") == [69, 71, 72]
    assert remarks("A!D.C. al Fine!B") == []


@pytest.mark.parametrize(
    ("music", "remark"),
    [
        ("A99999999 B", "'99999999' is no note length: read as 1 (line 4)"),
        ("A/0 B", "'/0' is no note length: read as 1 (line 4)"),
        ("A//////////// B", "'////////////' is no note length: read as 1 (line 4)"),
        ("[AC]99999999 B", "'99999999' is no note length: read as 1 (line 4)"),
    ],
)
def test_an_absurd_length_costs_no_more_than_itself(music, remark):
    tune = parse(music)
    assert columns(tune.tracks[0], 1)[-1] == (71, 1, 1)
    assert tune.remarks == [remark]


def test_a_rest_of_absurdly_many_bars_is_one():
    tune = parse("Z99999999|B", header="M:3/4\nL:1/4\nK:C\n")
    assert columns(tune.tracks[0], 1) == [(71, 3, 1)]
    assert tune.remarks == ["a rest of 99999999 bars: read as one (line 5)"]


def test_utf_16_and_doubled_carriage_returns():
    (wide,) = parse_abc("X:1\nT:Größe\nL:1/4\nK:C\nAB|\n".encode("utf-16"), "wide.abc")
    assert (wide.title, wide.tracks[0].pitch) == ("Größe", [69, 71])
    (doubled,) = parse_abc(b"X:1\r\r\nL:1/4\r\r\nK:C\r\r\nAB|\r\r\ncd|", "t.abc")
    assert (doubled.tracks[0].pitch, doubled.remarks) == ([69, 71, 72, 74], [])


def test_an_x_within_words_begins_no_tune():
    text = "X:1\nT:One\nL:1/4\nK:C\nA|\n\nX: marks the spot\n\nX:2\nK:C\nB|\n"
    assert [tune.tracks[0].pitch for tune in parse_abc(text.encode(), "x.abc")] == [[69], [71]]


SIGNS = st.sampled_from(
    list("ABCDEFGabcdefgzxZX0123456789/|:[](){}<>-^_=.,'\"!+&%\\~ \n")
    + ["K:", "M:", "L:", "V:", "Q:", "X:", "(3", "[K:D]", "|:", ":|", "[1", "%%", "[V:2]", "[CE]"]
)


@given(st.lists(SIGNS, max_size=120).map("".join))
@example("[" * 50 + "A]" * 50)
@example("A>" * 40 + "<" * 40)
def test_any_text_gives_notes_or_a_clear_refusal(music):
    tunes = []
    with contextlib.suppress(UnreadableFile):
        tunes = parse_abc(f"X:1\nK:C\n{music}".encode(), "any.abc")
    for track in (track for tune in tunes for track in tune.tracks):
        assert all(onset >= 0 for onset in track.onset)
        assert all(duration >= 0 for duration in track.duration)
        rows = (track.pitch, track.onset, track.duration, track.velocity, track.is_drum)
        assert len({len(column) for column in rows}) == 1


@given(st.binary(max_size=200))
def test_any_bytes_give_notes_or_a_clear_refusal(data):
    for start in (b"", b"X:1\nK:G\n"):
        with contextlib.suppress(UnreadableFile):
            parse_abc(start + data, "any.abc")


@given(st.lists(st.tuples(st.integers(48, 83), st.integers(1, 16)), min_size=1, max_size=40))
def test_notes_written_down_are_the_notes_read(melody):
    names = ["C", "^C", "D", "_E", "=E", "F", "^F", "G", "_A", "A", "_B", "=B"]
    tokens = []
    for pitch, eighths in melody:
        mark, letter = names[pitch % 12][:-1], names[pitch % 12][-1]
        octave = {4: letter + ",", 5: letter, 6: letter.lower()}[pitch // 12]
        # A bar line before each note makes every accidental the first of its bar.
        tokens.append(f"|{mark or '='}{octave}{eighths}")
    tune = parse(" ".join(tokens), header="L:1/8\nK:E\n")
    expected, onset = [], Fraction(0)
    for pitch, eighths in melody:
        expected.append((pitch, onset, Fraction(eighths, 2)))
        onset += Fraction(eighths, 2)
    assert columns(tune.tracks[0], tune.ticks_per_quarter) == expected


@pytest.mark.parametrize(
    ("music", "expected"),
    [("B {c}-B A", [71, 71, 69]), ("[G2]{A}-G", [67, 67]), ("G{A}-[GB]", [67, 67, 71]), ("G-{A}G", [67])],
)
def test_a_tie_after_grace_notes_belongs_to_them(music, expected):
    assert pitches(f"{music}|") == expected


@pytest.mark.parametrize(
    ("wrapped", "whole"),
    [
        ("[Ge][\nAf][Ge]", "[Ge][Af][Ge]"),
        ("[F2d\n2][Ge]", "[F2d2][Ge]"),
        ("[CE\nG]|[1 A\nB]", "[CEG]|[1 A B]"),
    ],
)
def test_a_chord_may_go_on_in_the_next_line(wrapped, whole):
    assert notes(wrapped) == notes(whole)


def test_abc_as_mail_sends_it_is_decoded():
    tune = parse("F=3DF ^C=3D=\nC|", header="T:A=20\nL:1/4\nK:G\n")
    assert list(tune.tracks[0].pitch) == [66, 65, 61, 60]
    assert "text as mail sends it, quoted-printable: decoded" in tune.remarks


def test_accidentals_hold_in_every_octave_unless_told_otherwise():
    assert pitches("^Ffz|F|") == [66, 78, 65]
    assert pitches("^Ffz|F|", header="L:1/4\nI:propagate-accidentals octave\nK:C\n") == [66, 77, 65]


def test_what_the_header_asks_for_in_vain_is_told():
    assert parse("CDE F|", header="P:AABB\nL:1/4\nK:C\n").remarks == [
        "the order of the parts (P:) is not unfolded"
    ]
    assert parse("CDEF|\nV:\nGABc|").remarks == ["a V: field without a name: ignored (line 5)"]
    drums = parse("CDEF|", header="L:1/4\nK:C clef=perc\n")
    assert drums.remarks == ["a percussion clef: its notes are drums, at their written place"]
    (silent,) = parse_abc(b"X:1\nT:nothing\n", "test.abc")
    assert silent.remarks == ["neither a K: field nor music"]


def test_what_follows_the_end_of_a_tune_is_told():
    after = parse("CDEF|\n\nand so it ends\n")
    assert after.remarks == ["text after the empty line that ends the tune: left out (line 6)"]
    assert len(after.tracks[0].pitch) == 4
