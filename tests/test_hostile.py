"""A fixed spread of the hostile files, read in Python; ``make hostile`` brings all of them through all doors."""

from __future__ import annotations

import time

import numpy as np
import pytest
import soundfile

import goldenear as ge
from goldenear.notes.formats.kern import read_kern
from goldenear.notes.formats.score import parse_mei
from hostile import abc, musicxml, xml
from hostile.case import Case
from hostile.doors import SOUND, House, Result, bring
from hostile.sound import encoded, tone
from hostile.suite import cases, short
from midi_bytes import header, off, on, track

SHORT = [case for case in short() if case.kind not in ("taste.toml", "choice", "calibration.json")]


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> House:
    """Return where files are brought; loading libraries, and compiling once, is no file's fault."""
    folder = tmp_path_factory.mktemp("house")
    soundfile.write(folder / "first.wav", np.sin(np.arange(44_100) / 16), 44_100)
    ge.read(folder / "first.wav")
    return House(folder)


@pytest.mark.parametrize("case", SHORT, ids=str)
def test_a_hostile_file_is_read_told_or_refused(case: Case, house: House):
    result = bring(house, case, "read")
    assert result.faults == []
    assert result.seconds < 5


@pytest.mark.parametrize("door", ["show", "judge", "add", "lie", "find"])
def test_no_door_falls(door: str, house: House):
    few = [case for case in SHORT if case.kind not in SOUND][:: 12 if door == "show" else 40]
    for case in few:
        assert (str(case), bring(house, case, door).faults) == (str(case), [])


def test_the_same_seed_gives_the_same_files():
    assert [str(case) for case in cases(only="kern")] == [str(case) for case in cases(only="kern")]
    one, other = (next(case for case in cases(only="sound") if case.kind == "opus") for _ in range(2))
    assert one.data == other.data


def seconds_to_refuse_or_read(read) -> float:
    """Return the processor time that reading takes, whatever comes of it."""
    began = time.process_time()
    try:
        read()
    except ge.UnreadableFile as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017
    return time.process_time() - began


class TestTime:
    """What made a reader go over the same place again and again; each took minutes or more."""

    @pytest.mark.parametrize(
        "name",
        [
            "graces that nobody ends",
            "old chords that are none",
            "accidentals",
            "chords that nobody ends, and a quote",
            "fields that nobody ends",
        ],
    )
    def test_signs_of_abc(self, name, tmp_path):
        (tmp_path / "x.abc").write_text(abc.abc(f"CDEF|\n{abc.PATIENCE[name]}"))
        assert seconds_to_refuse_or_read(lambda: ge.read(tmp_path / "x.abc")) < 5

    @pytest.mark.parametrize(
        "head",
        [
            "Q:1/" + "1111/" * 40 + "x\n",
            "%%MIDI" + " " * 200_000 + "1\n",
            "K:C " + "zz " * 60_000 + "^f " * 60_000 + "\n",
        ],
    )
    def test_fields_of_abc(self, head, tmp_path):
        (tmp_path / "x.abc").write_text(abc.abc("CDEF|", head))
        assert seconds_to_refuse_or_read(lambda: ge.read(tmp_path / "x.abc")) < 5

    def test_lines_of_abc_that_go_on(self, tmp_path):
        (tmp_path / "x.abc").write_text(abc.abc("[C\n" + "][\n" * 100_000, "T:x\n" + "+:a\n" * 100_000))
        assert seconds_to_refuse_or_read(lambda: ge.read(tmp_path / "x.abc")) < 5

    def test_columns_of_kern(self):
        rows = ("\t".join([token] * 50_000) for token in ("**kern", "*MM60", "4c", "*-"))
        with pytest.raises(ge.UnreadableFile, match="50,000 columns are over the limit of 1,000"):
            read_kern("\n".join(rows), "x.krn")
        doubled = ["**kern", *("\t".join(["*^"] * 2**power) for power in range(12))]
        with pytest.raises(ge.UnreadableFile, match="split into more than 1,000"):
            read_kern("\n".join(doubled), "x.krn")

    def test_ties_of_one_pitch(self):
        text = "\n".join(["**kern", " ".join(["[4c"] * 50_000), " ".join(["4c]"] * 50_000), "*-"])
        assert seconds_to_refuse_or_read(lambda: read_kern(text, "x.krn")) < 5

    def test_documents_of_mei_in_each_other(self):
        text = "<mei>" * 10_000 + "<music/>" + "</mei>" * 10_000
        assert seconds_to_refuse_or_read(lambda: parse_mei(text.encode(), "x.mei")) < 5

    def test_staves_of_mei(self):
        staves = "".join(f'<staffDef n="{n}"/>' for n in range(900))
        text = f"<mei><score><scoreDef>{staves}</scoreDef>{'<scoreDef/>' * 900}</score></mei>"
        with pytest.raises(ge.UnreadableFile, match="more than 200,000 times"):
            parse_mei(text.encode(), "x.mei")
        with pytest.raises(ge.UnreadableFile, match="more than 1,000 parts or staves"):
            parse_mei(
                text.replace("<scoreDef/>", "")
                .replace("</scoreDef>", '<staffDef n="x"/>' + staves.replace('n="', 'n="y') + "</scoreDef>")
                .encode(),
                "x.mei",
            )

    def test_parts_of_musicxml(self, tmp_path):
        parts = "".join(f"<part id='{n}'><measure/></part>" for n in range(1_001))
        (tmp_path / "x.xml").write_text(f"<score-partwise>{parts}</score-partwise>")
        with pytest.raises(ge.UnreadableFile, match="more than 1,000 parts"):
            ge.read(tmp_path / "x.xml")

    def test_patterns_of_midi(self, tmp_path):
        pattern = track(on(0, 60), off(24, 60))
        (tmp_path / "x.mid").write_bytes(header(1_001, 2) + pattern * 1_001)
        with pytest.raises(ge.UnreadableFile, match="1,001 patterns"):
            ge.read_all(tmp_path / "x.mid")

    def test_tracks_of_midi_without_notes(self, tmp_path):
        (tmp_path / "x.mid").write_bytes(header(65_535) + track() * 65_534 + track(on(0, 60), off(24, 60)))
        assert seconds_to_refuse_or_read(lambda: ge.read(tmp_path / "x.mid")) < 5
        assert len(ge.read(tmp_path / "x.mid")) == 1


class TestSwelling:
    def test_archives(self, tmp_path):
        from hostile import mxl

        rows = ((60, 0, 1),)
        text = musicxml.score(musicxml.bars(rows))
        for inside, says in ((" " * 10_000_000, "swells"), ("<a/>" * 1_500_000, "swells")):
            path = tmp_path / "x.mxl"
            path.write_bytes(mxl.mxl(text.replace("<part-list>", f"<part-list>{inside}")))
            with pytest.raises(ge.UnreadableFile, match=says):
                ge.read(path)
        path.write_bytes(mxl.mxl(text, 12))
        with pytest.raises(ge.UnreadableFile, match="packed in another way"):
            ge.read(path)

    def test_xml_is_checked_over_the_seams_of_its_pieces(self, tmp_path, monkeypatch):
        rows = ((60, 0, 1),)
        text = xml.DECLARATION + musicxml.score(musicxml.bars(rows))
        trap = text.replace("?>", '?><!DOCTYPE x [<!ENTITY a "b">]>', 1)
        path = tmp_path / "x.musicxml"
        for piece in range(60, 130):
            monkeypatch.setattr("goldenear.notes.formats.score._PIECE", piece)
            path.write_text(trap)
            with pytest.raises(ge.UnreadableFile, match="entities"):
                ge.read(path)
            path.write_text(text)
            assert ge.read(path).pitch.tolist() == [60]
            path.write_bytes(text[38:].encode("utf-16"))
            assert ge.read(path).pitch.tolist() == [60]

    def test_long_silence_is_heard_at_once(self, tmp_path):
        path = tmp_path / "x.flac"
        soundfile.write(path, np.zeros(19 * 60 * 8_000, np.int16), 8_000)
        result = Result()
        from hostile.doors import measured

        with measured(result):
            assert len(ge.read(path)) == 0
        assert result.seconds < 5


class TestCutSound:
    @pytest.mark.parametrize("ending", [".ogg", ".opus"])
    def test_an_ogg_file_without_its_last_page(self, ending, tmp_path):
        whole = encoded(ending, tone(3.0, 48_000), 48_000)
        path = tmp_path / f"x{ending}"
        path.write_bytes(whole)
        assert ge.read_clip(path).remarks == ()
        path.write_bytes(whole[:-1])
        assert ge.read_clip(path).remarks == ("cut off: its end is missing",)

    def test_a_caf_file_without_its_last_samples(self, tmp_path):
        whole = encoded(".caf", tone(1.5))
        path = tmp_path / "x.caf"
        path.write_bytes(whole)
        assert ge.read_clip(path).remarks == ()
        path.write_bytes(whole[: len(whole) * 9 // 10])
        assert ge.read_clip(path).remarks == ("cut off: 90% of what its header tells of is there",)

    def test_a_hundredth_of_a_wave_file(self, tmp_path):
        whole = encoded(".wav", tone(2.0))
        path = tmp_path / "x.wav"
        path.write_bytes(whole[:-100])
        assert ge.read_clip(path).remarks == ("cut off: 99% of what its header tells of is there",)
        path.write_bytes(whole[:-8])
        assert ge.read_clip(path).remarks == ()


class TestWhatMeiSays:
    """Values that make no sense and were passed over, or rounded, without a word."""

    @pytest.mark.parametrize(
        ("note", "says"),
        [
            ('pname="c" oct="4.5" dur="4"', "pitch is not understood"),
            ('pnum="60.5" dur="4"', "pitch is not understood"),
            ('pname="c" oct="4" dur="4" dots="x"', "without a duration that is understood"),
            ('pname="c" oct="4" dur="4" dots="1.5"', "without a duration that is understood"),
            ('pname="c" oct="4" dur="4" accid="q"', "an accidental 'q': ignored"),
        ],
    )
    def test_of_notes(self, note, says):
        text = f'<mei><score><section><measure><staff n="1"><layer><note {note}/><note pname="d" oct="4" dur="4"/></layer></staff></measure></section></score></mei>'
        (tune,) = parse_mei(text.encode(), "x.mei")
        assert any(says in remark for remark in tune.remarks)

    @pytest.mark.parametrize(
        ("said", "says"),
        [
            ('key.sig="s3"', "a key of 's3': ignored"),
            ('midi.bpm="0"', "tempo '0': ignored"),
            ('trans.semi="1.5"', "a transposition of '1.5' semitones: ignored"),
        ],
    )
    def test_of_definitions(self, said, says):
        text = f'<mei><score><scoreDef {said}><staffGrp><staffDef n="1"/></staffGrp></scoreDef><section><measure><staff n="1"><layer><note pname="d" oct="4" dur="4"/></layer></staff></measure></section></score></mei>'
        (tune,) = parse_mei(text.encode(), "x.mei")
        assert any(says in remark for remark in tune.remarks)

    def test_a_rest_of_no_number(self):
        text = '<mei><score><section><measure><staff n="1"><layer><multiRest num="x"/><note pname="d" oct="4" dur="4"/></layer></staff></measure></section></score></mei>'
        (tune,) = parse_mei(text.encode(), "x.mei")
        assert any("a rest of 'x' bars: read as one" in remark for remark in tune.remarks)
