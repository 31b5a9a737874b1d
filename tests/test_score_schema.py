"""Every score that is written is sound MusicXML 4.0, by the schema of its makers, and its bars add up."""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from goldenear.notes.formats.spelling import key_of
from goldenear.notes.metre import MAX_BEATS, UNITS, Metre
from goldenear.notes.note_array import NoteArray
from goldenear.notes.read import read
from goldenear.notes.write import write

ALTERS = {"flat": "-1", "natural": "0", "sharp": "1"}


def folder_of(package: str) -> Path:
    """Return where a package lies; it is not imported."""
    return Path(find_spec(package).submodule_search_locations[0])


class NearBy(etree.Resolver):
    """Finds the schemas that a schema asks for where packages have brought them."""

    def resolve(self, url, public_id, context):
        schemas = folder_of("xmlschema") / "schemas"
        known = {"xlink.xsd": schemas / "XLINK" / "xlink.xsd", "xml.xsd": schemas / "XML" / "xml.xsd"}
        name = url.rsplit("/", 1)[-1]
        return self.resolve_filename(str(known[name]), context) if name in known else None


@pytest.fixture(scope="module")
def schema():
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(NearBy())
    path = folder_of("musicxml") / "generate_classes" / "musicxml_4_0.xsd"
    return etree.XMLSchema(etree.parse(path, parser))


def score_of(path: Path):
    return etree.parse(path, etree.XMLParser(no_network=True, load_dtd=False)).getroot()


def assert_sound(path: Path, schema, metre: str) -> None:
    """Assert that the schema holds, that all bars are full, and that what is drawn is what sounds."""
    score = score_of(path)
    schema.assertValid(score)
    length = int(Metre.parsed(metre).quarters * int(score.findtext(".//divisions")))
    key = int(score.findtext(".//fifths"))
    signature = {"FCGDAEB"[i]: 1 for i in range(key)} | {"BEADGCF"[i]: -1 for i in range(-key)}
    for bar in score.iter("measure"):
        # Back to the first beat, so that each voice is as long as the bar.
        voices = Counter()
        brackets: Counter[str] = Counter()
        for note in bar.iter("note"):
            if note.find("chord") is None:
                voices[note.findtext("voice")] += int(note.findtext("duration"))
            brackets.update(mark.get("type") for mark in note.iter("tuplet"))
        assert set(voices.values()) == {length}
        assert {int(back.findtext("duration")) for back in bar.iter("backup")} <= {length}
        assert brackets["start"] == brackets["stop"]
        assert_signs_say_what_sounds(bar, signature)
    assert tied(score, "start") == tied(score, "stop")


def tied(score, kind: str) -> int:
    return len(score.xpath(f".//tie[@type='{kind}']"))


def assert_signs_say_what_sounds(bar, signature: dict[str, int]) -> None:
    """Read a bar as a musician does: a sign holds until the bar ends, else the signature does."""
    in_time = []
    time = 0
    for element in bar:
        duration = int(element.findtext("duration") or 0)
        if element.tag == "backup":
            time -= duration
        elif element.tag == "note":
            if element.find("chord") is None:
                onset, time = time, time + duration
            if element.find("pitch") is not None and not element.xpath("tie[@type='stop']"):
                in_time.append((onset, element))
    in_force: dict[tuple[str, str], str] = {}
    for _, note in sorted(in_time, key=lambda timed: timed[0]):
        place = note.findtext("pitch/step"), note.findtext("pitch/octave")
        if sign := note.findtext("accidental"):
            in_force[place] = ALTERS[sign]
        read_as = in_force.get(place, str(signature.get(place[0], 0)))
        assert read_as == (note.findtext("pitch/alter") or "0")


@st.composite
def made_up_parts(draw):
    """Draw a metre and up to three parts: lines and chords of sixteenths, triplets and long notes, with rests."""
    metre = Metre(draw(st.integers(1, MAX_BEATS)), draw(st.sampled_from(UNITS)))
    common = draw(st.sampled_from(["4/4", "3/4", "6/8", "12/8", "5/4", "7/8", "2/2", "9/16"]))
    parts = {}
    for number in range(draw(st.integers(1, 3))):
        rows = []
        time = 0
        for _ in range(draw(st.integers(0, 12))):
            duration = draw(st.sampled_from([1, 2, 3, 4, 6, 8, 9, 12, 16, 18, 24, 30, 36, 48, 72, 100]))
            if draw(st.integers(0, 3)):
                chord = draw(st.sets(st.integers(12, 127) | st.integers(48, 84), min_size=1, max_size=3))
                rows += [(pitch, time, duration) for pitch in chord]
            # Notes that go on while others begin make voices.
            time += duration if draw(st.integers(0, 4)) else duration // 2 + 1
        pitch, onset, length = zip(*rows, strict=True) if rows else ((), (), ())
        parts[f"<part> & {number}"] = NoteArray.from_arrays(
            pitch=pitch, onset=onset, duration=length, ticks_per_quarter=draw(st.sampled_from([12, 24, 7]))
        )
    return draw(st.sampled_from([common, str(metre)])), parts


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150)
@given(music=made_up_parts())
def test_made_up_music_is_sound(music, schema, tmp_path):
    metre, parts = music
    path = tmp_path / "x.musicxml"
    write(parts, path, metre=metre)
    assert_sound(path, schema, metre)
    divisions = int(score_of(path).findtext(".//divisions"))
    for number, x in enumerate(parts.values()):
        assert read(path, track=number).at_resolution(divisions) == x.at_resolution(divisions)


def notes(*rows, ticks_per_quarter=24, name=""):
    pitch, onset, duration = zip(*rows, strict=True) if rows else ((), (), ())
    return NoteArray.from_arrays(
        pitch=pitch, onset=onset, duration=duration, ticks_per_quarter=ticks_per_quarter, name=name
    )


@pytest.mark.parametrize(
    "x",
    [
        notes(),
        notes((60, 0, 24), name='a <title> & "more"'),
        notes((12, 0, 5), (13, 5, 5), (127, 0, 5)),
        notes((60, 0, 97), (61, 5, 97), (62, 100, 1), (63, 500, 1)),
        notes((60, 0, 1), ticks_per_quarter=1),
        notes(*((pitch, pitch, 7) for pitch in range(12, 128)), ticks_per_quarter=5),
    ],
)
@pytest.mark.parametrize("metre", ["4/4", "1/1", "3/8", "32/32"])
def test_edges_are_sound(x, metre, schema, tmp_path):
    write(x, tmp_path / "x.xml", metre=metre)
    assert_sound(tmp_path / "x.xml", schema, metre)


@pytest.mark.parametrize(
    ("sound", "broken"),
    [
        ("<voice>1</voice><type>quarter</type>", "<type>quarter</type><voice>1</voice>"),
        ("<type>quarter</type>", "<type>crotchet</type>"),
        ("<step>C</step>", "<step>H</step>"),
        ("<fifths>0</fifths>", "<fifths>none</fifths>"),
        ('<part id="P1">', "<part>"),
        ("<duration>24</duration>", "<duration>0</duration>"),
    ],
)
def test_what_is_broken_is_found(sound, broken, schema, tmp_path):
    path = tmp_path / "x.xml"
    write(notes((60, 0, 24)), path)
    text = path.read_text(encoding="utf-8")
    assert sound in text
    path.write_text(text.replace(sound, broken), encoding="utf-8")
    with pytest.raises(etree.DocumentInvalid):
        schema.assertValid(score_of(path))


class TestKeys:
    @pytest.mark.parametrize("key", range(-6, 6))
    def test_scales_need_no_accidental(self, key, tmp_path):
        tonic = 60 + key * 7 % 12
        x = notes(*((tonic + step, 24 * i, 24) for i, step in enumerate([0, 2, 4, 5, 7, 9, 11])))
        write(x, tmp_path / "x.xml")
        score = score_of(tmp_path / "x.xml")
        assert score.findtext(".//fifths") in ({"6", "-6"} if key == -6 else {str(key)})
        assert score.find(".//accidental") is None
        assert len({step.text for step in score.iter("step")}) == 7

    def test_all_parts_have_one_key(self, tmp_path):
        x = notes((62, 0, 24), (66, 24, 24), (73, 48, 24))
        write({"a": x, "b": notes((38, 0, 24))}, tmp_path / "x.xml")
        assert [key.text for key in score_of(tmp_path / "x.xml").iter("fifths")] == ["2", "2"]

    def test_nothing_has_no_key(self):
        assert key_of([]) == 0

    def test_a_leading_note_is_spelled_below_its_tonic(self, tmp_path):
        scale = [61, 63, 64, 66, 68, 69, 72, 73, 68, 64, 61]
        write(notes(*((pitch, 24 * i, 24) for i, pitch in enumerate(scale))), tmp_path / "x.xml")
        score = score_of(tmp_path / "x.xml")
        assert score.findtext(".//fifths") == "4"
        (leading,) = [note for note in score.iter("pitch") if note.findtext("step") == "B"]
        assert (leading.findtext("alter"), leading.findtext("octave")) == ("1", "4")


class TestMetres:
    @pytest.mark.parametrize("metre", ["3/4", "6/8", "32/1", "1/32"])
    def test_the_signature_and_the_bars(self, metre, tmp_path):
        write(notes((60, 0, 24), (62, 30, 300)), tmp_path / "x.xml", metre=metre)
        score = score_of(tmp_path / "x.xml")
        assert f"{score.findtext('.//beats')}/{score.findtext('.//beat-type')}" == metre
        bars = -(-330 // int(24 * Metre.parsed(metre).quarters))
        assert len(list(score.iter("measure"))) == bars

    def test_a_beat_is_a_whole_number_of_divisions(self, tmp_path):
        x = notes((60, 1, 3), ticks_per_quarter=1)
        write(x, tmp_path / "x.xml", metre="5/16")
        assert read(tmp_path / "x.xml").at_resolution(4) == x.at_resolution(4)
        assert score_of(tmp_path / "x.xml").findtext(".//divisions") == "4"

    def test_bars_without_notes_hold_one_rest(self, tmp_path):
        write(notes((60, 300, 24)), tmp_path / "x.xml", metre="7/8")
        (first, *_) = score_of(tmp_path / "x.xml").iter("measure")
        (rest,) = first.iter("note")
        assert rest.find("rest").get("measure") == "yes"

    def test_the_name_of_one_array_is_the_title(self, tmp_path):
        write(notes((60, 0, 24), name="An <Air>"), tmp_path / "x.xml")
        assert score_of(tmp_path / "x.xml").findtext("work/work-title") == "An <Air>"
        write([notes((60, 0, 24), name="a"), notes((60, 0, 24), name="b")], tmp_path / "x.xml")
        assert score_of(tmp_path / "x.xml").find("work") is None

    def test_beams_join_what_lies_in_one_beat(self, tmp_path):
        def beams(metre, *durations):
            rows = [(60 + i, sum(durations[:i]), duration) for i, duration in enumerate(durations)]
            write(notes(*rows), tmp_path / "x.xml", metre=metre)
            return [
                [b.text for b in note.iter("beam")] for note in score_of(tmp_path / "x.xml").iter("note")
            ][: len(rows)]

        assert beams("4/4", 12, 12, 12, 12) == [["begin"], ["end"]] * 2
        assert beams("6/8", 12, 12, 12, 36) == [["begin"], ["continue"], ["end"], []]
        assert beams("4/4", 18, 6, 24) == [["begin"], ["end", "backward hook"], []]
        assert beams("4/4", 6, 12, 6) == [["begin", "forward hook"], ["continue"], ["end", "backward hook"]]
        assert beams("4/4", 24, 12) == [[], []]
