"""Scores come in safely: nothing swells, nothing is fetched, and every format tells the same music."""

from __future__ import annotations

import contextlib
import io
import zipfile
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldenear.errors import UnreadableFile
from goldenear.limits import Limits
from goldenear.notes.formats import score
from goldenear.notes.formats.score import parse_kern, parse_mei, parse_musicxml, parse_mxl
from goldenear.notes.read import SUFFIXES, read
from written_scores import (
    BOMB,
    QUARTET,
    WALTZ,
    WALTZ_NOTES,
    attributes,
    bar,
    kern,
    mei,
    musicxml,
    n,
    note,
    partwise,
    read_mei,
    tracks,
)


def test_an_entity_bomb_is_refused_in_any_encoding():
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        with pytest.raises(UnreadableFile, match="entities"):
            parse_musicxml((BOMB + "<score-partwise/>").encode(encoding), "bomb.xml")
    with pytest.raises(UnreadableFile, match="encoding"):
        parse_musicxml(b"<score-partwise>\xff</score-partwise>", "bad.xml")


def test_too_many_elements_are_refused(monkeypatch):
    monkeypatch.setattr(score, "LIMITS", Limits(xml_elements=1000))
    with pytest.raises(UnreadableFile, match="more than 1,000 elements"):
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
    assert [sorted(part) for part in tracks(tune)] == [sorted(part) for part in WALTZ_NOTES]


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
    (tune,) = parse_mxl(mxl(files), "waltz.mxl")
    assert [sorted(part) for part in tracks(tune)] == [sorted(part) for part in WALTZ_NOTES]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 but no zip", "not a compressed MusicXML file"),
        (partwise(*WALTZ).encode(), "not a compressed MusicXML file"),
        (mxl({"a.xml": partwise(*WALTZ), "b.xml": ""}), "'META-INF/container.xml' is missing"),
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


def test_mxl_with_any_byte_changed_is_read_or_refused():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("META-INF/container.xml", container("s.xml"))
        packed.writestr("s.xml", partwise(*WALTZ))
    whole = archive.getvalue()
    refused = 0
    for place in range(len(whole)):
        damaged = whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :]
        try:
            parse_mxl(damaged, "damaged.mxl")
        except UnreadableFile:
            refused += 1
    assert refused > len(whole) / 2


def test_mxl_that_lies_about_its_size_is_stopped(monkeypatch):
    honest = mxl({"META-INF/container.xml": container("s.xml"), "s.xml": " " * 5000})
    lying = honest.replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    assert lying != honest
    monkeypatch.setattr(score, "LIMITS", Limits(unpacked_bytes=1000))
    with pytest.raises(UnreadableFile):
        parse_mxl(lying, "liar.mxl")


def test_mxl_without_contents_gives_its_only_score_with_a_remark():
    (tune,) = parse_mxl(mxl({"score.xml": partwise(*WALTZ), "__MACOSX/._score.xml": ""}), "waltz.mxl")
    assert [sorted(notes) for notes in tracks(tune)] == [sorted(notes) for notes in WALTZ_NOTES]
    assert tune.remarks == ["no META-INF/container.xml in it: its only score is read"]


def test_mxl_that_is_damaged_inside_is_refused_with_a_reason():
    data = bytearray(mxl({"META-INF/container.xml": container("s.xml"), "s.xml": partwise(*WALTZ)}))
    begin = data.index(b"s.xml") + len(b"s.xml")
    for at in range(begin, begin + 200):
        flipped = bytes(data[:at]) + bytes([data[at] ^ 16]) + bytes(data[at + 1 :])
        with pytest.raises(UnreadableFile, match=r"^flip\.mxl: not a compressed MusicXML file: .+$"):
            parse_mxl(flipped, "flip.mxl")


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
