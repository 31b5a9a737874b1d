"""Scores are read exactly: MusicXML, compressed or not, MEI and kern; partitura, where it reads them, says the same."""

from __future__ import annotations

import contextlib
import io
import warnings
import zipfile
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldenear.errors import UnreadableFile
from goldenear.notes.formats import score
from goldenear.notes.formats.parsed import ParsedTrack, ParsedTune
from goldenear.notes.formats.score import parse_kern, parse_mei, parse_musicxml, parse_mxl
from goldenear.notes.read import SUFFIXES, read

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
DOCTYPE = (
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">'
)


def columns(track: ParsedTrack, ticks: int) -> list[tuple[int, Fraction, Fraction]]:
    rows = zip(track.pitch, track.onset, track.duration, strict=True)
    return [(pitch, Fraction(onset, ticks), Fraction(duration, ticks)) for pitch, onset, duration in rows]


def tracks(tune: ParsedTune) -> list[list[tuple[int, Fraction, Fraction]]]:
    return [columns(track, tune.ticks_per_quarter) for track in tune.tracks]


def by_partitura(load: str, text: str, suffix: str, tmp_path) -> list[list[tuple[int, Fraction, Fraction]]]:
    """Read a score with partitura; the parts are the tracks."""
    path = tmp_path / f"score{suffix}"
    path.write_text(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import partitura

        parts = getattr(partitura, load)(str(path)).parts
    read_parts = []
    for part in parts:
        (ticks,) = {int(n) for n in part._quarter_durations}
        read_parts.append(
            [
                (int(n.midi_pitch), Fraction(int(n.start.t), ticks), Fraction(int(n.duration_tied), ticks))
                for n in part.notes_tied
                if not isinstance(n, partitura.score.GraceNote)
            ]
        )
    return read_parts


# MusicXML


def note(pitch: str, duration: object, inside: str = "", *, chord: bool = False) -> str:
    """Write a note such as C4, F#5 or Bb3; R is a rest."""
    alter = {"#": "<alter>1</alter>", "b": "<alter>-1</alter>"}.get(pitch[1:-1], "")
    place = f"<pitch><step>{pitch[0]}</step>{alter}<octave>{pitch[-1]}</octave></pitch>"
    chord_mark = "<chord/>" if chord else ""
    return f"<note>{chord_mark}{'<rest/>' if pitch == 'R' else place}<duration>{duration}</duration>{inside}</note>"


def attributes(divisions: int = 1, more: str = "") -> str:
    return f"<attributes><divisions>{divisions}</divisions>{more}</attributes>"


def partwise(*parts: list[str], declared: str | None = None, before: str = "") -> str:
    """Write a score from the contents of the bars of each part."""
    names = "".join(
        f'<score-part id="P{i}"><part-name>Part {i}</part-name></score-part>'
        for i in range(1, len(parts) + 1)
    )
    body = "".join(
        f'<part id="P{i}">'
        + "".join(f'<measure number="{n}">{bar}</measure>' for n, bar in enumerate(bars, 1))
        + "</part>"
        for i, bars in enumerate(parts, 1)
    )
    part_list = f"<part-list>{names if declared is None else declared}</part-list>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{DOCTYPE}<score-partwise>{before}{part_list}{body}</score-partwise>'


def musicxml(*parts: list[str], declared: str | None = None, before: str = "") -> ParsedTune:
    (tune,) = parse_musicxml(partwise(*parts, declared=declared, before=before).encode(), "test.musicxml")
    return tune


TIE = '<tie type="{}"/>'
START, STOP = TIE.format("start"), TIE.format("stop")

WALTZ = [
    [
        attributes(2, "<key><fifths>1</fifths></key><time><beats>3</beats><beat-type>4</beat-type></time>")
        + note("G4", 4, "<voice>1</voice>")
        + note("B4", 4, "<voice>1</voice>", chord=True)
        + note("F#5", 1, "<voice>1</voice>")
        + note("E5", 1, "<voice>1</voice>" + START)
        + "<backup><duration>6</duration></backup>"
        + "<forward><duration>2</duration><voice>2</voice></forward>"
        + note("D4", 4, "<voice>2</voice>" + START),
        note("E5", 6, "<voice>1</voice>" + STOP)
        + "<backup><duration>6</duration></backup>"
        + note("D4", 2, "<voice>2</voice>" + STOP)
        + note("R", 2, "<voice>2</voice>")
        + note("C4", 2, "<voice>2</voice>"),
    ],
    [attributes(2) + note("G2", 6), note("R", 2) + note("C3", 3) + note("Bb2", 1)],
]
WALTZ_NOTES = [
    [
        (67, 0, 2), (71, 0, 2), (78, 2, HALF), (76, Fraction(5, 2), Fraction(7, 2)), (62, 1, 3), (60, 5, 1),
    ],
    [(43, 0, 3), (48, 4, Fraction(3, 2)), (46, Fraction(11, 2), HALF)],
]  # fmt: skip


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
    assert tune.remarks == [
        "parts differ in the length of a bar: the longest holds (bar 1 and one more place)"
    ]


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


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not sound XML"),
        ("la la la", "not sound XML"),
        ("<score-partwise><part>", "not sound XML"),
        ("<html/>", "its outermost element is 'html'"),
        ("<opus/>", "an opus"),
        ('<mei xmlns="http://www.music-encoding.org/ns/mei"/>', "name it .mei"),
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


def test_an_entity_bomb_is_refused_in_any_encoding():
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        with pytest.raises(UnreadableFile, match="entities"):
            parse_musicxml((BOMB + "<score-partwise/>").encode(encoding), "bomb.xml")
    with pytest.raises(UnreadableFile, match="encoding"):
        parse_musicxml(b"<score-partwise>\xff</score-partwise>", "bad.xml")


def test_too_many_tags_are_refused(monkeypatch):
    monkeypatch.setattr(score, "MAX_TAGS", 1000)
    with pytest.raises(UnreadableFile, match="more than 1,000 tags"):
        parse_musicxml(("<score-partwise>" + "<part/>" * 1000 + "</score-partwise>").encode(), "tags.xml")


def test_deep_nesting_does_no_harm():
    deep = (
        "<score-partwise><part id='P'><measure>"
        + "<a>" * 50_000
        + "</a>" * 50_000
        + "</measure></part></score-partwise>"
    )
    assert tracks(parse_musicxml(deep.encode(), "deep.xml")[0]) == [[]]


@given(st.data())
def test_any_damage_to_musicxml_gives_notes_or_a_clear_refusal(data):
    text = bytearray(partwise(*WALTZ).encode())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 20))] = data.draw(
            st.sampled_from([b"", b"9", b"<", b"/>", b"-1", b"\xff", b"x"])
        )
    for parse in (parse_musicxml, parse_mei, parse_mxl, parse_kern):
        with contextlib.suppress(UnreadableFile):
            parse(bytes(text), "damaged")


@given(st.binary(max_size=200))
def test_any_bytes_give_notes_or_a_clear_refusal(data):
    for parse in (parse_musicxml, parse_mei, parse_mxl, parse_kern):
        with contextlib.suppress(UnreadableFile):
            parse(data, "any")


# Compressed MusicXML


def container(*names: str, media: str = "application/vnd.recordare.musicxml+xml") -> str:
    files = "".join(f'<rootfile full-path="{name}" media-type="{media}"/>' for name in names)
    return f"<container><rootfiles>{files}</rootfiles></container>"


def mxl(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def test_mxl_is_the_same_music():
    files = {"META-INF/container.xml": container("score/waltz.xml"), "score/waltz.xml": partwise(*WALTZ)}
    (tune,) = parse_mxl(mxl(files), "waltz.mxl")
    assert tracks(tune) == WALTZ_NOTES


def test_mxl_takes_the_first_score_that_its_contents_name():
    contents = container("a.pdf", media="application/pdf").replace("</rootfiles>", "") + container(
        "b.xml", "c.xml"
    )
    contents = "<all>" + contents.replace("</container>", "", 1).replace("<container>", "").replace(
        "<rootfiles>", ""
    )
    contents = contents.replace("</rootfiles>", "").replace("</container>", "") + "</all>"
    files = {
        "META-INF/container.xml": contents,
        "a.pdf": "%PDF",
        "b.xml": partwise(*WALTZ),
        "c.xml": "<opus/>",
    }
    assert tracks(parse_mxl(mxl(files), "waltz.mxl")[0]) == WALTZ_NOTES


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 but no zip", "not a compressed MusicXML file"),
        (partwise(*WALTZ).encode(), "not a compressed MusicXML file"),
        (mxl({"score.xml": partwise(*WALTZ)}), "'META-INF/container.xml' is missing"),
        (mxl({"META-INF/container.xml": container()}), "names no score"),
        (mxl({"META-INF/container.xml": container("gone.xml")}), "'gone.xml' is missing"),
        (mxl({"META-INF/container.xml": container("../../etc/passwd")}), "is missing"),
        (mxl({"META-INF/container.xml": BOMB + "<container/>"}), "entities"),
        (mxl({"META-INF/container.xml": container("s.xml"), "s.xml": "0" * (65 * 2**20)}), "over the limit"),
        (mxl({f"{number}": "" for number in range(1001)}), "1,001 files packed in it"),
        (mxl({"META-INF/container.xml": container("s.xml"), "s.xml": "<opus/>"}), "an opus"),
    ],
)
def test_mxl_that_cannot_be_read_is_refused_with_a_reason(data, reason):
    with pytest.raises(UnreadableFile, match=reason):
        parse_mxl(data, "bad.mxl")


def test_mxl_that_lies_about_its_size_is_stopped(monkeypatch):
    honest = mxl({"META-INF/container.xml": container("s.xml"), "s.xml": " " * 5000})
    lying = honest.replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    assert lying != honest
    monkeypatch.setattr(score, "MAX_UNZIPPED_BYTES", 1000)
    with pytest.raises(UnreadableFile):
        parse_mxl(lying, "liar.mxl")


def test_a_compressed_score_under_a_plain_name_is_told_apart():
    with pytest.raises(UnreadableFile, match="name it .mxl"):
        parse_musicxml(mxl({"a": "b"}), "score.musicxml")


# MEI


def mei(
    *bars: str, head: str = "", staves: str = "", score_def: str = 'meter.count="4" meter.unit="4"'
) -> str:
    staves = staves or '<staffDef n="1" lines="5" clef.shape="G" clef.line="2"/>'
    body = "".join(
        bar
        if bar.startswith("<")
        else f'<measure n="1"><staff n="1"><layer n="1">{bar}</layer></staff></measure>'
        for bar in bars
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><mei xmlns="http://www.music-encoding.org/ns/mei">'
        f"<meiHead><fileDesc><titleStmt><title>An  Air</title></titleStmt></fileDesc></meiHead>{head}"
        f"<music><body><mdiv><score><scoreDef {score_def}><staffGrp symbol='brace'>{staves}</staffGrp></scoreDef>"
        f"<section>{body}</section></score></mdiv></body></music></mei>"
    )


def bar(content: str) -> str:
    return f'<measure xml:id="m{abs(hash(content))}" n="1"><staff n="1"><layer n="1">{content}</layer></staff></measure>'


def n(pname: str, oct: int, dur: object = 4, more: str = "", inside: str = "") -> str:
    return f'<note pname="{pname}" oct="{oct}" dur="{dur}" {more}>{inside}</note>'


def read_mei(*bars: str, **options: str) -> ParsedTune:
    (tune,) = parse_mei(
        mei(*[bar(each) if not each.startswith("<measure") else each for each in bars], **options).encode(),
        "test.mei",
    )
    return tune


def test_mei_notes_rests_dots_and_chords():
    tune = read_mei(
        n("c", 4)
        + n("d", 4, 8, 'dots="1"')
        + n("e", 4, 16)
        + "<rest dur='4'/>"
        + n("f", 4, 8, "", "<dot/>")
        + "<space dur='16'/>",
        f"<chord dur='2'>{n('c', 4)}{n('g', 4)}</chord><beam>{n('a', 4, 8)}{n('b', 4, 8)}</beam>"
        + n("c", 5, 4),
        "<mRest/>",
        n("c", 3, "breve") + n("c", 3, "long"),
    )
    assert (tune.format, tune.title, tune.ticks_per_quarter) == ("mei", "An Air", 4)
    assert tracks(tune) == [
        [
            (60, 0, 1), (62, 1, Fraction(3, 4)), (64, Fraction(7, 4), Fraction(1, 4)), (65, 3, Fraction(3, 4)),
            (60, 4, 2), (67, 4, 2), (69, 6, HALF), (71, Fraction(13, 2), HALF), (72, 7, 1),
            (48, 12, 8), (48, 20, 16),
        ]
    ]  # fmt: skip
    assert tune.remarks == []


def test_mei_is_read_as_partitura_reads_it(tmp_path):
    def named(pname: str, octave: int, dur: int, name: str, more: str = "") -> str:
        return n(pname, octave, dur, f'xml:id="{name}" {more}')

    first = (
        '<measure xml:id="m1" n="1"><staff n="1" xml:id="s1"><layer n="1" xml:id="l1">'
        + named("c", 5, 4, "a1", 'accid="s"')
        + '<tuplet xml:id="t1" num="3" numbase="2">'
        + named("d", 5, 8, "a2") + named("e", 5, 8, "a3") + named("f", 5, 8, "a4", 'accid.ges="s"')
        + "</tuplet>" + named("g", 5, 2, "a5")
        + '</layer></staff><staff n="2" xml:id="s2"><layer n="1" xml:id="l2">'
        + f'<chord dur="1" xml:id="c1">{named("c", 3, 1, "b1")}{named("g", 3, 1, "b2")}</chord>'
        + '</layer></staff><tie xml:id="tie1" startid="#a5" endid="#a6"/></measure>'
    )  # fmt: skip
    second = (
        '<measure xml:id="m2" n="2"><staff n="1" xml:id="s3"><layer n="1" xml:id="l3">'
        + named("g", 5, 4, "a6", 'dots="1"') + named("a", 5, 8, "a7") + '<rest xml:id="r1" dur="2"/>'
        + '</layer></staff><staff n="2" xml:id="s4"><layer n="1" xml:id="l4">'
        + named("c", 3, 2, "b3") + named("d", 3, 2, "b4") + "</layer></staff></measure>"
    )  # fmt: skip
    staves = (
        '<staffDef xml:id="d1" n="1" lines="5" clef.shape="G" clef.line="2"/>'
        '<staffDef xml:id="d2" n="2" lines="5" clef.shape="F" clef.line="4"/>'
    )
    text = mei(first, second, staves=staves, score_def='meter.count="4" meter.unit="4" key.sig="0"')
    (tune,) = parse_mei(text.encode(), "test.mei")
    expected = [
        [
            (73, 0, 1), (74, 1, THIRD), (76, 1 + THIRD, THIRD), (78, 2 - THIRD, THIRD),
            (79, 2, Fraction(7, 2)), (81, Fraction(11, 2), HALF),
        ],
        [(48, 0, 4), (55, 0, 4), (48, 4, 2), (50, 6, 2)],
    ]  # fmt: skip
    assert tracks(tune) == expected
    theirs = by_partitura("load_mei", text, ".mei", tmp_path)
    assert [sorted(part) for part in theirs] == [sorted(part) for part in expected]


def test_mei_ties_written_as_attributes_are_joined():
    tune = read_mei(
        n("c", 4, 2) + n("e", 4, 2, 'tie="i"'),
        n("e", 4, 1, 'tie="m"'),
        n("e", 4, 4, 'tie="t"')
        + f"<chord dur='4' tie='i'>{n('c', 4)}{n('g', 4)}</chord>"
        + f"<chord dur='2' tie='t'>{n('c', 4)}{n('g', 4)}</chord>",
    )
    assert tracks(tune) == [[(60, 0, 2), (64, 2, 7), (60, 9, 3), (67, 9, 3)]]
    assert tune.remarks == []


def test_mei_tuplets_may_be_spans_and_may_be_nested():
    triplet = "".join(n("c", 4, 8, f'xml:id="n{i}"') for i in range(3))
    span = (
        '<measure n="1"><staff n="1"><layer n="1">'
        + triplet
        + n("d", 4)
        + '</layer></staff><tupletSpan startid="#n0" endid="#n2" num="3" numbase="2"/></measure>'
    )
    assert tracks(read_mei(span)) == [
        [(60, 0, THIRD), (60, THIRD, THIRD), (60, 2 * THIRD, THIRD), (62, 1, 1)]
    ]
    nested = f"<tuplet num='3' numbase='2'>{n('c', 4)}<tuplet num='5' numbase='4'>{n('d', 4, 16)}</tuplet></tuplet>"
    assert tracks(read_mei(nested)) == [[(60, 0, 2 * THIRD), (62, 2 * THIRD, Fraction(2, 15))]]


def test_mei_layers_sound_together_and_bars_align():
    layers = f'<measure n="1"><staff n="1"><layer n="1">{n("c", 5, 1)}</layer><layer n="2">{n("e", 4, 2)}{n("f", 4, 2)}</layer></staff></measure>'
    short = f'<measure n="2"><staff n="1"><layer n="1">{n("c", 5, 2)}</layer><layer n="2">{n("g", 4, 1)}</layer></staff></measure>'
    tune = read_mei(layers, short, n("a", 4, 4))
    assert sorted(tracks(tune)[0]) == [(64, 0, 2), (65, 2, 2), (67, 4, 4), (69, 8, 1), (72, 0, 4), (72, 4, 2)]
    assert tune.remarks == ["layers differ in the length of a bar: the longest holds (bar 2)"]


def test_mei_accidentals_sound_as_stated_or_else_by_key_and_bar():
    stated = read_mei(
        n("f", 4, 4, 'accid.ges="s"')
        + n("f", 4)
        + n("g", 4, 4, "", '<accid accid="f"/>')
        + n("c", 4, 4, 'accid="x"'),
        score_def='key.sig="1s"',
    )
    assert stated.tracks[0].pitch == [66, 65, 66, 62]
    assert stated.remarks == []
    printed = read_mei(n("f", 4) + n("f", 4, 4, 'accid="n"') + n("f", 4), n("f", 4), score_def='key.sig="1s"')
    assert printed.tracks[0].pitch == [66, 65, 65, 66]
    assert printed.remarks == ["accidentals follow key and bar: the file does not state those that sound"]


def test_mei_staves_have_names_transpositions_and_drums():
    staves = (
        '<staffDef n="1" trans.semi="-2"><label>Clarinet</label></staffDef>'
        '<staffDef n="2" label="Kit" clef.shape="perc"/>'
    )
    bars = f'<measure n="1"><staff n="2"><layer>{n("c", 3, 1)}</layer></staff><staff n="1"><layer>{n("d", 4, 1)}</layer></staff></measure>'
    tune = read_mei(bars, staves=staves)
    assert [(track.name, track.pitch, track.is_drum) for track in tune.tracks] == [
        ("Clarinet", [60], [False]),
        ("Kit", [48], [True]),
    ]


def test_mei_graces_repeats_and_strangers_leave_remarks():
    tune = read_mei(
        n("d", 4, 8, 'grace="unacc"') + f"<graceGrp>{n('e', 4, 8)}{n('f', 4, 8)}</graceGrp>" + n("c", 4, 1),
        f'<measure n="2" right="rptend"><staff n="1"><layer>{n("c", 4, 1)}</layer></staff></measure>',
        "<mRpt/>",
        f"<marimba/><app><lem>{n('d', 4, 2)}</lem><rdg>{n('e', 4, 2)}</rdg></app><fTrem>{n('g', 4, 2)}{n('a', 4, 2)}</fTrem>",
    )
    assert tracks(tune) == [[(60, 0, 4), (60, 4, 4), (62, 12, 2), (67, 14, 1), (69, 15, 1)]]
    assert tune.remarks == [
        "3 grace notes: left out",
        "repeats not unfolded",
        "bar repeat signs: only notes that are written out are read",
        "<marimba> is not understood: skipped (bar 4)",
        "editors' alternatives: the first is read",
    ]


def test_mei_rests_of_many_bars_and_tempo():
    tune = read_mei(
        "<multiRest num='3'/>", n("c", 4), score_def='meter.count="3" meter.unit="4" midi.bpm="90"'
    )
    assert tracks(tune) == [[(60, 9, 1)]]
    assert tune.tempos == ((0, 666_667),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<mei/>", "no score in it"),
        ("<score-partwise/>", "name it .musicxml"),
        (mei(bar("<note pname='c' oct='4'/>")), "bar 1: a note without a duration"),
        (mei(bar("<note dur='4'/>")), "bar 1: a note whose pitch is not understood"),
        (mei(bar("<tuplet>" + n("c", 4) + "</tuplet>")), "bar 1: a tuplet without num"),
        (mei(bar("<beam>" * 60 + "</beam>" * 60)), "nested too deeply"),
        (mei("<section>" * 60 + "</section>" * 60), "nested too deeply"),
        (mei(bar("<multiRest num='999999999'/>")), "absurd"),
    ],
)
def test_mei_that_cannot_be_read_is_refused_with_a_reason(text, reason):
    with pytest.raises(UnreadableFile, match=reason):
        parse_mei(text.encode(), "bad.mei")


# kern


def kern(text: str) -> ParsedTune:
    (tune,) = parse_kern(text.replace(" | ", "\t").encode(), "test.krn")
    return tune


QUARTET = """!!!OTL@@DE: Ein Stück
**kern | **text | **kern
*I"Bass | * | *I"Treble
*M3/4 | * | *M3/4
*MM90 | * | *MM90
4C | . | 4cc
=1 | =1 | =1
2.C | la | 4ee
. | . | 8.ff#L
. | . | 16ggJ
. | . | 12bb-
. | . | 12aa
. | . | 12gg
=2 | =2 | =2
4D | li | 2.dd
4.E | . | .
8r | . | .
==:|! | ==:|! | ==:|!
*- | *- | *-
"""


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


@given(st.lists(st.tuples(st.integers(48, 83), st.sampled_from([1, 2, 3, 4, 6])), min_size=1, max_size=30))
def test_one_melody_reads_the_same_in_every_format(melody):
    steps = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
    xml, rows, events, expected, onset = [], ["**kern"], [], [], Fraction(0)
    for pitch, sixths in melody:
        step, octave = steps[pitch % 12], pitch // 12 - 1
        duration = Fraction(sixths, 6)
        xml.append(note(f"{step}{octave}", sixths))
        letter = step[0].lower() * (octave - 3) if octave > 3 else step[0] * (4 - octave)
        rows.append(f"{4 * duration.denominator}%{duration.numerator}{letter}{step[1:]}")
        accid = 'accid.ges="s"' if step[1:] else ""
        events.append(f"<tuplet num='6' numbase='{sixths}'>{n(step[0].lower(), octave, 4, accid)}</tuplet>")
        expected.append((pitch, onset, duration))
        onset += duration
    assert tracks(musicxml([attributes(6) + "".join(xml)])) == [expected]
    assert tracks(kern("\n".join([*rows, "*-"]))) == [expected]
    assert tracks(read_mei("".join(events))) == [expected]


def test_every_kind_of_score_is_read_through_the_door(tmp_path):
    files = {
        ".musicxml": partwise(*WALTZ).encode(),
        ".xml": partwise(*WALTZ).encode(),
        ".mxl": mxl({"META-INF/container.xml": container("s.xml"), "s.xml": partwise(*WALTZ)}),
        ".mei": mei(bar(n("c", 4, 1))).encode(),
        ".krn": QUARTET.replace(" | ", "\t").encode(),
        ".kern": QUARTET.replace(" | ", "\t").encode(),
    }
    assert set(files) < set(SUFFIXES)
    counts = {}
    for suffix, data in files.items():
        path = tmp_path / f"score{suffix}"
        path.write_bytes(data)
        counts[suffix] = len(read(path))
    assert counts == {".musicxml": 9, ".xml": 9, ".mxl": 9, ".mei": 1, ".krn": 12, ".kern": 12}
