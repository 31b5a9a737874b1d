"""What a file is: its content decides, then its name; what is refused names its kind and what to do."""

import gzip
import io
import json
import time
import zipfile
from fractions import Fraction

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

import goldenear as ge
from goldenear.content.kinds import FORMATS
from goldenear.content.recognise import content_of
from goldenear.content.text import text_of
from goldenear.limits import Limits
from goldenear.notes import read as reading
from midi_bytes import ONE_NOTE, file, off, on, track

C, E, G = 60, 64, 67
TRIAD = [(C, 0, 1), (E, 1, 1), (G, 2, 1)]

MIDI = file(track(on(0, C), off(24, C), on(0, E), off(24, E), on(0, G), off(24, G)))
RMID = b"RIFF" + (len(MIDI) + 12).to_bytes(4, "little") + b"RMIDdata" + len(MIDI).to_bytes(4, "little") + MIDI
PART = "".join(
    f"<note><pitch><step>{step}</step><octave>4</octave></pitch><duration>1</duration></note>"
    for step in "CEG"
)
BAR = f'<measure number="1"><attributes><divisions>1</divisions></attributes>{PART}</measure>'
LIST = '<part-list><score-part id="P"><part-name>P</part-name></score-part></part-list>'
PARTWISE = f'<score-partwise>{LIST}<part id="P">{BAR}</part></score-partwise>'
TIMEWISE = PARTWISE.replace('<part id="P"><measure number="1">', '<measure number="1"><part id="P">')
TIMEWISE = TIMEWISE.replace("</measure></part>", "</part></measure>").replace("partwise", "timewise")
MEI_NOTES = "".join(f'<note pname="{name}" oct="4" dur="4"/>' for name in "ceg")
MEI = (
    '<mei xmlns="http://www.music-encoding.org/ns/mei"><music><body><mdiv><score>'
    '<scoreDef><staffGrp><staffDef n="1" lines="5"/></staffGrp></scoreDef><section><measure n="1">'
    f'<staff n="1"><layer n="1">{MEI_NOTES}</layer></staff></measure></section></score></mdiv></body></music></mei>'
)
KERN = "**kern\n4c\n4e\n4g\n*-\n"
ABC = "X:1\nT:Triad\nL:1/4\nK:C\nCEG|\n"
DECLARED = '<?xml version="1.0" encoding="UTF-{}"?>\n'


def zipped(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


CONTAINER = '<container><rootfiles><rootfile full-path="a.xml"/></rootfiles></container>'
MXL = zipped({"META-INF/container.xml": CONTAINER, "a.xml": PARTWISE})


def heard(path) -> list[tuple[int, Fraction, Fraction]]:
    """Return pitch, onset and duration in quarters."""
    x = ge.read(path)
    quarter = x.ticks_per_quarter
    return [(n.pitch, Fraction(n.onset, quarter), Fraction(n.offset - n.onset, quarter)) for n in x]


WRITTEN = {
    "midi": MIDI,
    "rmid": RMID,
    "part-wise": PARTWISE.encode(),
    "time-wise": TIMEWISE.encode(),
    "mxl": MXL,
    "mei": MEI.encode(),
    "kern": KERN.encode(),
    "abc": ABC.encode(),
}


class TestContentDecides:
    @pytest.mark.parametrize(
        "name", ["tune", "tune.txt", "tune.mid", "tune.mxl", "tune.xml", "tune.krn", "tune.wav"]
    )
    @pytest.mark.parametrize("kind", WRITTEN)
    def test_whatever_the_name_is(self, tmp_path, kind, name):
        (tmp_path / name).write_bytes(WRITTEN[kind])
        assert heard(tmp_path / name) == TRIAD

    @pytest.mark.parametrize("text", [PARTWISE, TIMEWISE, MEI], ids=["part-wise", "time-wise", "mei"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    @pytest.mark.parametrize(
        "before",
        [
            "",
            "\n \r\n",
            DECLARED,
            "\n" + DECLARED,
            DECLARED + "<!-- <mei> --><?page wide?>\n",
            "<!DOCTYPE any [<!ELEMENT mei (any)>]>\n<!-- -->",
        ],
    )
    def test_xml_is_told_by_its_outermost_element(self, tmp_path, text, encoding, before):
        declared = before.format("16" if "16" in encoding else "8")
        (tmp_path / "score.abc").write_bytes((declared + text).encode(encoding))
        assert heard(tmp_path / "score.abc") == TRIAD

    def test_a_namespace_prefix_does_not_hide_the_element(self, tmp_path):
        prefixed = MEI.replace("<mei xmlns=", "<m:mei xmlns:m=").replace("</mei>", "</m:mei>")
        (tmp_path / "score").write_text(prefixed)
        assert heard(tmp_path / "score") == TRIAD

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
    @pytest.mark.parametrize(
        "text",
        [
            "!!!COM: Somebody\n!! a comment\n" + KERN,
            "\n\n" + KERN,
            "**kern\t**text\r\n4c\tla\r\n4e\tla\r\n4g\tla\r\n*-\t*-\r\n",
            "%abc-2.1\n\n" + ABC,
            "% who wrote this\nC:Somebody\n\n" + ABC,
            "\r\n" + ABC.replace("\n", "\r"),
            "Dear friend,\nhere is the tune:\n\n" + ABC,
            "<html><body><pre>\n" + ABC,
        ],
    )
    def test_text_is_told_by_its_lines(self, tmp_path, text, encoding):
        (tmp_path / "tune.xml").write_bytes(text.encode(encoding))
        assert heard(tmp_path / "tune.xml") == TRIAD

    def test_a_corpus_of_mei_gives_the_tunes_of_all_its_documents(self, tmp_path):
        lower = MEI.replace('oct="4"', 'oct="3"')
        (tmp_path / "corpus.mei").write_text(f"<meiCorpus>{MEI}<meiCorpus>{lower}</meiCorpus></meiCorpus>")
        assert [x.pitch.tolist() for x in ge.read_all(tmp_path / "corpus.mei")] == [
            [60, 64, 67],
            [48, 52, 55],
        ]
        (tmp_path / "corpus.mei").write_text("<meiCorpus/>")
        with pytest.raises(ge.UnreadableFile, match="without a document"):
            ge.read_all(tmp_path / "corpus.mei")

    @pytest.mark.parametrize("name", ["a.xml", "score/a.musicxml"])
    def test_a_zip_with_one_score_is_read(self, tmp_path, name):
        (tmp_path / "a.zip").write_bytes(zipped({name: PARTWISE, "cover.png": "", "__MACOSX/._a.xml": ""}))
        assert heard(tmp_path / "a.zip") == TRIAD
        told = ge.read(tmp_path / "a.zip").provenance.remarks
        assert told == ("no META-INF/container.xml in it: its only score is read",)

    def test_the_name_decides_where_the_content_says_nothing(self, tmp_path):
        (tmp_path / "prose.abc").write_text("Only prose, and no tune.")
        with pytest.raises(ge.UnreadableFile, match="no tune in it: each ABC tune begins with a line X:"):
            ge.read(tmp_path / "prose.abc")
        (tmp_path / "prose.mid").write_text("Only prose, and no tune.")
        with pytest.raises(ge.UnreadableFile, match="not a MIDI file: it does not begin with MThd"):
            ge.read(tmp_path / "prose.mid")
        (tmp_path / "cut.musicxml").write_text("<!-- a comment without an end")
        with pytest.raises(ge.UnreadableFile, match="not sound XML"):
            ge.read(tmp_path / "cut.musicxml")

    @pytest.mark.parametrize("name", ["tune", "tune.txt", "tune.v2"])
    def test_where_neither_tells_one_error_names_what_was_expected(self, tmp_path, name):
        (tmp_path / name).write_text("Only prose, and no tune.")
        with pytest.raises(ge.UnreadableFile) as refused:
            ge.read(tmp_path / name)
        assert refused.value.reason == (
            "unknown kind of file: neither its content nor its name tells: expected MIDI, MusicXML, MEI, Humdrum kern, "
            f"ABC or sound ({' '.join(FORMATS)})"
        )

    def test_what_only_resembles_a_kind_is_none(self):
        for data in (
            b"**Bold** words",
            b"<john@example.org> wrote",
            b"X marks the spot",
            b"RIFF....NONE",
            b"FORM....NONE",
        ):
            assert content_of(data) is None

    def test_the_limit_of_notes_is_not_that_of_sound(self, tmp_path, monkeypatch):
        monkeypatch.setattr(reading, "LIMITS", Limits(music_bytes=len(MIDI) - 1))
        (tmp_path / "a.wav").write_bytes(MIDI)
        with pytest.raises(
            ge.UnreadableFile, match=f"{len(MIDI)} bytes is over the limit of {len(MIDI) - 1}"
        ):
            ge.read(tmp_path / "a.wav")
        soundfile.write(tmp_path / "a.mid", np.zeros(2_000), 20_000, format="WAV")
        assert len(ge.read(tmp_path / "a.mid")) == 0

    def test_binary_data_is_no_text(self):
        assert text_of("é".encode("utf-16"), "a.abc", "ABC") == "é"
        assert text_of("é".encode("latin-1"), "a.abc", "ABC") == "é"
        assert text_of("é".encode("utf-8-sig"), "a.abc", "ABC") == "é"
        for data in (b"ab\0", b"\xff\xfea\0b"):
            with pytest.raises(ge.UnreadableFile, match="not ABC: it holds binary data"):
                text_of(data, "a.abc", "ABC")


PROJECT = "export it as MIDI (.mid) or as sound (.wav)"
SCORE = "export it as MusicXML (.musicxml) or MIDI (.mid)"


def mac_binary(kind: bytes, data: bytes) -> bytes:
    """Wrap data as a Macintosh does: 128 bytes with the name, the type and the length, then the data."""
    head = bytearray(128)
    head[1:6] = b"\4tune"
    head[65:73] = kind + b"????"
    head[83:87] = len(data).to_bytes(4)
    return bytes(head) + data + bytes(-len(data) % 128)


def riff(form: bytes, kind: bytes = b"RIFF") -> bytes:
    return kind + (4).to_bytes(4, "little") + form


REFUSED = {
    "MIDI 2.0 clip file": (b"SMF2CLIP" + bytes(40), "export it as a Standard MIDI file (.mid)"),
    "MIDI file inside MacBinary": (mac_binary(b"Midi", MIDI), "save it as MIDI again"),
    "Macintosh file in MacBinary": (mac_binary(b"TEXT", b"words"), "read the file in it"),
    "AppleDouble file": (b"\0\5\x16\7\0\2\0\0" + bytes(60), "without ._ before it"),
    "MIDI track without the header": (track(ONE_NOTE), "export it as MIDI again"),
    "system exclusive messages": (b"\xf0\x43\x10\xf7", "no music in it"),
    "XMF file": (b"XMF_1.00", "convert it"),
    "music of an old game (XMI)": (b"FORM\0\0\0\4XDIR", "convert it"),
    "bank of instruments (DLS)": (riff(b"DLS "), "no music"),
    "bank of instruments (SoundFont)": (riff(b"sfbk"), "no music"),
    "RIFX file": (riff(b"MV93", b"RIFX"), PROJECT),
    "Cubase or Nuendo": (riff(b"NUND", b"RIF2"), PROJECT),
    "a Cubase or Nuendo": (riff(b"NUND"), PROJECT),
    "FL Studio": (b"FLhd\6\0\0\0", PROJECT),
    "Ableton": (gzip.compress(b'<?xml version="1.0"?><Ableton MajorVersion="5">'), PROJECT),
    "Reaper": (b'<REAPER_PROJECT 0.1 "6.0" 1\n  RIPPLE 0\n>', PROJECT),
    "Pro Tools": (b"\x030010111100101011\0\5", PROJECT),
    "Logic or GarageBand": (b"\x23\x47\xc0\xab\xcf\x09", PROJECT),
    "GarageBand project": (zipped({"Song.band/projectData": ""}), PROJECT),
    "Cakewalk": (b"CAKEWALK\x1a\0", PROJECT),
    "Rosegarden": (gzip.compress(b"<!DOCTYPE rosegarden-data>\n<rosegarden-data>"), PROJECT),
    "LMMS": (b'<?xml version="1.0"?>\n<!DOCTYPE lmms-project>\n<lmms-project/>', PROJECT),
    "Sibelius": (b"\x0fSIBELIUS\0\0", SCORE),
    "Finale": (b"ENIGMA BINARY FILE\0", SCORE),
    "a Finale": (zipped({"mimetype": "application/vnd.makemusic.notation", "score.dat": ""}), SCORE),
    "MuseScore": (b'<?xml version="1.0"?><museScore version="4.20"><Score/></museScore>', SCORE),
    "a MuseScore": (zipped({"META-INF/container.xml": CONTAINER, "tune.mscx": "<museScore/>"}), SCORE),
    "Guitar Pro": (b"\x18FICHIER GUITAR PRO v5.10" + bytes(9), SCORE),
    "Guitar Pro 6": (b"BCFZ" + bytes(9), SCORE),
    "Guitar Pro score": (zipped({"Content/score.gpif": "<GPIF/>"}), SCORE),
    "Dorico": (zipped({"scorelibrary.dtn": ""}), SCORE),
    "capella": (zipped({"score.xml": '<score xmlns="http://www.whitesoft.de/capella/2005/08"/>'}), SCORE),
    "LilyPond": (b'% a tune\n\\version "2.24.0"\n\\relative { c d e }', "let LilyPond write MIDI"),
    "a LilyPond": (b"%{ a\ntune %}\n\\version '2.24.0'\n", "let LilyPond write MIDI"),
    "NoteWorthy": (b"[NoteWorthy ArtWare]\0\0", SCORE),
    "NoteWorthy Composer": (b"[NWZ]\0x\x9c", SCORE),
    "NoteWorthy Composer text": (b"!NoteWorthyComposer(2.0)\n|SongInfo", SCORE),
    "Power Tab": (b"ptab\4\0", SCORE),
    "TuxGuitar": (b"\x1b" + "TuxGuitar File Format - 1.20".encode("utf-16-be"), SCORE),
    "tracker module (MOD)": (b"song".ljust(1080, b"\0") + b"M.K." + bytes(9), "OpenMPT"),
    "tracker module (S3M)": (b"song".ljust(44, b"\0") + b"SCRM" + bytes(9), "OpenMPT"),
    "tracker module (XM)": (b"Extended Module: song", "OpenMPT"),
    "tracker module (IT)": (b"IMPMsong", "OpenMPT"),
    "PDF": (b"%PDF-1.7\n", "export MusicXML"),
    "picture (PNG)": (b"\x89PNG\r\n\x1a\n", "no music in it"),
    "picture (JPEG)": (b"\xff\xd8\xff\xe0\0\x10JFIF", "no music in it"),
    "picture (HEIF)": (b"\0\0\0\x18ftypheic" + bytes(12), "no music in it"),
    "picture (SVG)": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "no music in it"),
    "web page": (b"<!doctype HTML>\n<p>404 not found", "the download went wrong"),
    "a web page": (b"\n<!-- made by hand --><HTML><BODY>404", "the download went wrong"),
    "JSON": (b'{"error": "not found"}', "no music in it"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"),
    "midicsv": (b"0, 0, Header, 1, 2, 480\n", "csvmidi"),
    "playlist": (b"#EXTM3U\na.mp3\n", "name the files"),
    "opus": (b"<opus><score/></opus>", "read the scores"),
    "the outermost element <recipe>": (b"<recipe><cake/></recipe>", "expected MusicXML"),
    "gzip archive of a Standard MIDI file": (gzip.compress(MIDI), "unpack it"),
    "gzip archive": (gzip.compress(b"words"), "unpack it"),
    "gzip archive that is damaged": (b"\x1f\x8b\x08\0 no gzip", "again"),
    "zip archive with 2 music files": (zipped({"a.mid": "", "b.mid": "", "c.txt": ""}), "unpack it"),
    "zip archive without music": (zipped({"c.txt": ""}), "no music in it"),
    "zip archive that is damaged or cut off": (MXL[:-30], "again"),
    "Word document": (zipped({"[Content_Types].xml": "", "word/document.xml": ""}), "no music in it"),
    "e-book": (zipped({"mimetype": "application/epub+zip", "META-INF/container.xml": ""}), "no music in it"),
    "nothing but zeros": (bytes(4_000), "fetch it again"),
    "a text of nothing but blanks": (b" \r\n\t\n", "again"),
}


class TestRefusals:
    @pytest.mark.parametrize("suffix", ["", ".mid", ".musicxml", ".txt"])
    @pytest.mark.parametrize("kind", REFUSED)
    def test_what_is_refused_names_its_kind_and_what_to_do(self, tmp_path, kind, suffix):
        data, advice = REFUSED[kind]
        path = tmp_path / f"file{suffix}"
        path.write_bytes(data)
        for read in (ge.read, ge.read_all) if "capella" in kind else (ge.read, ge.read_all, ge.read_clip):
            with pytest.raises(ge.UnreadableFile) as refused:
                read(path)
            assert refused.value.reason.startswith("it is ")
            assert kind in refused.value.reason
            assert advice in refused.value.reason
            assert "\n" not in refused.value.reason

    @pytest.mark.parametrize(("name", "kind"), [("Song.band", "GarageBand"), ("Song.logicx", "Logic")])
    def test_a_project_that_is_a_folder_is_named(self, tmp_path, name, kind):
        (tmp_path / name).mkdir()
        with pytest.raises(ge.UnreadableFile, match=f"it is a {kind} project: export it as MIDI"):
            ge.read(tmp_path / name)

    def test_nothing_is_refused_as_empty(self, tmp_path):
        (tmp_path / "a.mid").write_bytes(b"")
        with pytest.raises(ge.UnreadableFile, match="the file is empty"):
            ge.read(tmp_path / "a.mid")

    def test_a_command_tells_it_in_one_line(self, tmp_path, run):
        (tmp_path / "idea.mid").write_bytes(b"FLhd\6\0\0\0")
        code, out, err = run("show", tmp_path / "idea.mid")
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "idea.mid: it is an FL Studio project: export it as MIDI" in err

    @given(
        st.binary(max_size=64),
        st.sampled_from([data for data, _ in REFUSED.values()] + list(WRITTEN.values())),
    )
    def test_any_damage_gives_a_kind_or_none(self, noise, data):
        for damaged in (noise, data[: len(noise)], noise + data, data[: len(data) // 2] + noise):
            content = content_of(damaged)
            assert content is None or content.format or content.advice

    @pytest.mark.parametrize(
        "again",
        [
            b"<!-- -->",
            b"<?a?>",
            b"<!--",
            b"<!DOCTYPE [",
            b"\n",
            b" ",
            b"% \n",
            b"!!\n",
            b"X:1\n",
            b"**a\t",
            b"ID3\4\0\0\0\0\0\0",
        ],
    )
    def test_no_text_takes_long_to_recognise(self, again):
        begun = time.perf_counter()
        content_of(again * (2**20 // len(again)))
        assert time.perf_counter() - begun < 2

    def test_an_archive_inside_itself_ends(self):
        data = b"music"
        for _ in range(100):
            data = gzip.compress(data)
        assert content_of(data).name == "a gzip archive"


class TestCommands:
    def test_every_command_reads_by_content(self, tmp_path, run):
        taste = ge.new_taste(tmp_path / "taste")
        (tmp_path / "good").write_bytes(MIDI)
        (tmp_path / "idea.txt").write_text(ABC)
        assert run("taste", "add", taste, "good", tmp_path / "good")[0] == 0
        code, out, _ = run("judge", tmp_path / "idea.txt", "--taste", taste, "--json")
        assert code == 0
        assert json.loads(out)["name"] == "idea.txt"
        code, out, _ = run("rank", tmp_path / "good", tmp_path / "idea.txt", "--json")
        assert code == 0
        assert json.loads(out.splitlines()[0])["similarity"] == 1

    def test_folders_are_searched_for_known_endings(self, tmp_path, run):
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "a.mid").write_bytes(MIDI)
        (tmp_path / "in" / "b").write_bytes(MIDI)
        (tmp_path / "x.mid").write_bytes(MIDI)
        code, out, _ = run("rank", tmp_path / "x.mid", tmp_path / "in", "--json")
        assert code == 0
        assert len(out.splitlines()) == 1

    @pytest.mark.parametrize(
        ("name", "data", "copy"),
        [
            ("tune", MIDI, "tune.mid"),
            ("tune.v2", PARTWISE.encode(), "tune.v2.musicxml"),
            ("tune.MID", MXL, "tune.MID"),
        ],
    )
    def test_a_sample_gets_an_ending_that_is_found_again(self, tmp_path, name, data, copy):
        taste = ge.new_taste(tmp_path / "taste")
        (taste / "taste.toml").write_text("[samples]\nkeep_small = true\n")
        (tmp_path / name).write_bytes(data)
        added = ge.add_sample(taste, "good", tmp_path / name)
        assert added.name == copy
        assert ge.add_sample(taste, "bad", tmp_path / name, name="other").name == f"other{added.suffix}"
        assert [x.pitch.tolist() for x in ge.Taste(taste).good] == [[60, 64, 67]]


@pytest.mark.parametrize(
    ("at", "letters"), [(257, b"ustar"), (1080, b"OCTAVE"), (44, b"SCRM"), (1080, b"M.K.")]
)
@pytest.mark.parametrize("head", [b"X:1\nT:", b"!!!COM: "])
def test_letters_at_a_place_make_no_archive_of_a_text(at, letters, head):
    data = head + b"a" * (at - len(head)) + letters + b"\n"
    body = b"L:1/4\nK:C\nCDEF|\n" if head.startswith(b"X") else b"**kern\n4c\n*-\n"
    assert content_of(data + body).format in ("abc", "kern")


def test_text_of_two_bytes_a_letter_is_no_mp3():
    for length in range(60, 220, 2):
        data = ("\ufeff**kern\n4c\n*-\n!!" + "a" * 200).encode("utf-16-le")[:length]
        assert content_of(data).format == "kern"


@pytest.mark.parametrize("data", [b"K: b=2\nCDEF|\n", b"T: d=4\nCDEF|\n", b'["C"CEG]2|\n'])
def test_abc_without_a_head_is_neither_ringtone_nor_json(data):
    assert content_of(data) is None or content_of(data).format == "abc"


def test_a_ringtone_is_one():
    assert "RTTTL" in content_of(b"tune:d=4,o=5,b=100:16e6,16d6,8f#\n").name
