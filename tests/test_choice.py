"""Which notes of a file are read: tracks, channels, voices; which are drums; and what is kept beside a sample."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import goldenear as ge
from goldenear.errors import InvalidInput, InvalidTaste, NoSuchPart, UnreadableFile
from goldenear.notes.choice import Choice
from goldenear.taste.adding import add_sample
from goldenear.taste.samples import choice_file
from midi_bytes import file, meta, off, on, track

TUNE = [60, 62, 64, 67, 65, 64, 62, 59, 60, 71, 69, 60]


def line(pitches, channel=0, wait=24):
    return b"".join(on(0, p, channel=channel) + off(wait, p, channel=channel) for p in pitches)


@pytest.fixture
def song(tmp_path):
    """A song of three tracks; the second holds two channels."""
    path = tmp_path / "song.mid"
    path.write_bytes(
        file(
            track(meta(0, 3, b"words")),
            track(meta(0, 3, b"Melody"), line(TUNE), line([48, 50], channel=2)),
            track(meta(0, 3, b"Beat"), line([36, 42, 38, 42], channel=1)),
        )
    )
    return path


@pytest.fixture
def score(tmp_path):
    """A score of a part with two voices."""
    note = (
        "<note><pitch><step>{}</step><octave>4</octave></pitch><duration>4</duration><voice>{}</voice></note>"
    )
    bar = note.format("C", 1) + "<backup><duration>4</duration></backup>" + note.format("G", 2)
    path = tmp_path / "two.musicxml"
    path.write_text(
        "<score-partwise><part-list><score-part id='P1'><part-name>Piano</part-name></score-part></part-list>"
        f"<part id='P1'><measure number='1'><attributes><divisions>1</divisions></attributes>{bar}</measure></part>"
        "</score-partwise>"
    )
    return path


ABC = "X:1\nL:1/4\nM:4/4\nK:C\nV:1 name=Tune\nV:2\nV:1\nCDEF|\nV:2\nC,4|\n"


class TestTracks:
    @pytest.mark.parametrize("wanted", [1, "Melody", " melody ", ["Melody"], (1,)])
    def test_one_by_number_or_name(self, song, wanted):
        assert ge.read(song, track=wanted).pitch.tolist() == [*TUNE, 48, 50]

    def test_several(self, song):
        assert len(ge.read(song, track=["Melody", 2])) == len(TUNE) + 2 + 4
        assert ge.read(song, track=[1, 2]) == ge.read(song)

    @pytest.mark.parametrize(
        ("wanted", "says"),
        [
            ("Bass", "holds no track named 'Bass'; it holds 0 'words', 1 'Melody', 2 'Beat'"),
            (3, "expected 0..2, got 3"),
        ],
    )
    def test_none_such(self, song, wanted, says):
        with pytest.raises(NoSuchPart, match=says) as caught:
            ge.read(song, track=wanted)
        assert str(caught.value).startswith(f"{song}: track: ")
        assert isinstance(caught.value, UnreadableFile)
        assert isinstance(caught.value, InvalidInput)

    @pytest.mark.parametrize("wrong", [1.5, True, b"a", [None], {"a": 1}])
    def test_what_is_no_track(self, song, wrong):
        with pytest.raises(InvalidInput, match="track: expected a number or a name"):
            ge.read(song, track=wrong)


class TestChannels:
    def test_each_can_be_taken_alone(self, song):
        assert ge.read(song, channel=1).pitch.tolist() == TUNE
        assert ge.read(song, channel=2).pitch.tolist() == [36, 42, 38, 42]
        assert ge.read(song, channel=[2, 3]).pitch.tolist() == [36, 42, 38, 42, 48, 50]

    def test_with_a_track(self, song):
        assert ge.read(song, track="Melody", channel=3).pitch.tolist() == [48, 50]
        with pytest.raises(NoSuchPart, match="no notes on channel 2; its notes are on 1, 3"):
            ge.read(song, track="Melody", channel=2)

    @pytest.mark.parametrize("wrong", [0, 17, "one"])
    def test_no_such_channel(self, song, wrong):
        with pytest.raises(InvalidInput, match=r"channel: MIDI channels are 1\.\.16"):
            ge.read(song, channel=wrong)

    def test_a_score_has_none(self, score):
        with pytest.raises(NoSuchPart, match="channel: no notes on channel 1; it has none"):
            ge.read(score, channel=1)


class TestVoices:
    @pytest.mark.parametrize("wanted", [2, "2"])
    def test_of_a_score(self, score, wanted):
        assert ge.read(score, voice=wanted).pitch.tolist() == [67]
        assert ge.read(score, voice=[1, 2]).pitch.tolist() == [60, 67]
        with pytest.raises(NoSuchPart, match="voice: there is no voice 3; its voices are 1, 2"):
            ge.read(score, voice=3)

    @pytest.mark.parametrize(
        ("wanted", "pitches"), [("Tune", [60, 62, 64, 65]), (1, [60, 62, 64, 65]), ("2", [48])]
    )
    def test_of_a_tune(self, tmp_path, wanted, pitches):
        path = tmp_path / "tune.abc"
        path.write_text(ABC)
        assert ge.read(path, voice=wanted).pitch.tolist() == pitches

    def test_midi_has_none(self, song):
        with pytest.raises(NoSuchPart, match="voice: there is no voice 1; MIDI has none: choose a track"):
            ge.read(song, voice=1)


class TestDrums:
    def test_a_channel_is_drums(self, song):
        x = ge.read(song, drums=2)
        assert x.pitch[x.is_drum].tolist() == [36, 42, 38, 42]
        assert x.pitch[~x.is_drum].tolist() == [*TUNE, 48, 50]

    def test_a_track_is_drums(self, song):
        assert ge.read(song, drums="beat", track="Beat").is_drum.all()
        assert not ge.read(song, drums="beat", track="Melody").is_drum.any()

    def test_nothing_is_drums(self, tmp_path):
        path = tmp_path / "x.mid"
        path.write_bytes(file(track(line([60, 62], channel=9))))
        assert ge.read(path).is_drum.all()
        assert not ge.read(path, drums="none").is_drum.any()
        with pytest.raises(NoSuchPart, match="drums: no notes on channel 1; its notes are on 10"):
            ge.read(path, drums=1)

    def test_a_part_of_a_score_is_drums(self, score):
        assert ge.read(score, drums="Piano").is_drum.all()
        with pytest.raises(NoSuchPart, match="drums: MusicXML has no channels: name a track"):
            ge.read(score, drums=1)


def beat(kick=36, snare=38, hat=42, channel=0, times=2):
    both = on(0, kick, channel=channel) + on(0, hat, channel=channel) + off(12, kick, channel=channel)
    both += off(0, hat, channel=channel)
    other = on(0, snare, channel=channel) + on(0, hat, channel=channel) + off(12, snare, channel=channel)
    return (both + other + off(0, hat, channel=channel)) * times


class TestHints:
    def remarks(self, tmp_path, events, **how):
        path = tmp_path / "x.mid"
        path.write_bytes(file(track(events)))
        return ge.read(path, **how).provenance.remarks

    @pytest.mark.parametrize("channel", [0, 4])
    def test_drums_on_another_channel(self, tmp_path, channel):
        number = channel + 1
        expected = f"notes 36 to 42 on channel {number}: drums? --drums {number}"
        assert expected in self.remarks(tmp_path, beat(channel=channel))
        assert self.remarks(tmp_path, beat(channel=channel), drums=number) == ()
        assert self.remarks(tmp_path, beat(channel=channel), drums="none") == ()

    def test_a_ride_up_to_59(self, tmp_path):
        assert "notes 35 to 59 on channel 1: drums? --drums 1" in self.remarks(tmp_path, beat(35, 40, 59))

    def test_what_is_known_to_be_drums_needs_no_hint(self, tmp_path):
        assert self.remarks(tmp_path, beat(channel=9)) == ()

    @pytest.mark.parametrize(
        "events",
        [
            line([36, 43, 41, 36, 38, 43, 36, 41] * 2),  # a bass line: no two notes together
            line([48, 52, 55, 48, 52, 55]),
            beat(kick=40, snare=47, hat=52),  # a left hand
            beat(hat=72),
        ],
    )
    def test_other_music_is_not_suspected(self, tmp_path, events):
        assert not any("drums?" in remark for remark in self.remarks(tmp_path, events))


names = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)


class TestBesideTheSample:
    @given(
        st.lists(st.one_of(st.integers(0, 99), names), max_size=3),
        st.lists(st.integers(1, 16), max_size=3),
        st.lists(names, max_size=2),
    )
    def test_a_choice_is_plain_toml_and_comes_back(self, tracks, channels, drums):
        choice = Choice.of(track=tracks, channel=channels, drums=drums)
        assert Choice.from_table(tomllib.loads(choice.as_toml())) == choice

    def test_the_copy_is_the_file_and_the_choice_lies_beside_it(self, song, tmp_path):
        root = ge.new_taste(tmp_path / "taste")
        copy = add_sample(root, "good", song, track="Melody", channel=1)
        assert copy.read_bytes() == song.read_bytes()
        assert choice_file(copy).read_text() == (
            '# Which notes of song.mid are the sample.\ntrack = ["Melody"]\nchannel = [1]\n'
        )
        taste = ge.Taste(root)
        assert [len(sample) for sample in taste.good] == [len(TUNE)]
        assert taste.judge(ge.read(song, channel=1)).outcome == "good"

    def test_one_file_may_be_two_samples(self, song, tmp_path):
        root = ge.new_taste(tmp_path / "taste")
        (root / "taste.toml").write_text("[samples]\nkeep_small = true\n")
        add_sample(root, "good", song, channel=1)
        with pytest.raises(InvalidTaste, match="another sample of this name"):
            add_sample(root, "good", song, channel=2)
        add_sample(root, "good", song, channel=2, name="beat")
        add_sample(root, "good", song, channel=1)
        assert [len(sample) for sample in ge.Taste(root).good] == [4, len(TUNE)]

    def test_what_the_file_does_not_hold_is_not_added(self, song, tmp_path):
        root = ge.new_taste(tmp_path / "taste")
        with pytest.raises(NoSuchPart):
            add_sample(root, "good", song, track="Bass")
        assert list((root / "good").iterdir()) == []

    @pytest.mark.parametrize("damage", ["track = 1.5", "trakc = [1]", "track = [", "channel = [17]"])
    def test_a_damaged_choice_is_one_error_that_names_its_file(self, song, tmp_path, damage):
        root = ge.new_taste(tmp_path / "taste")
        copy = add_sample(root, "good", song, channel=1)
        choice_file(copy).write_text(damage)
        with pytest.raises(InvalidTaste) as caught:
            ge.Taste(root)
        assert str(caught.value).startswith(f"{choice_file(copy)}: cannot be read as a choice of notes: ")

    def test_drums_of_a_taste_are_drums_where_files_have_such_a_channel(self, song, tmp_path):
        root = ge.new_taste(tmp_path / "taste")
        (root / "taste.toml").write_text('[reading]\ndrums = [2, "Drums"]\n')
        add_sample(root, "good", song)
        only = tmp_path / "only.mid"
        only.write_bytes(file(track(line(TUNE))))
        add_sample(root, "good", only)
        taste = ge.Taste(root)
        assert [int(sample.is_drum.sum()) for sample in taste.good] == [0, 4]
        assert int(taste.read(song)[0].is_drum.sum()) == 4
        assert not taste.read(song, drums="none")[0].is_drum.any()


class TestCommands:
    def test_show(self, run, song):
        code, out, _ = run("show", song, "--channel", 2, "--json")
        assert code == 0
        assert '"pitch": 36' in out
        assert '"pitch": 60' not in out
        code, _, err = run("show", song, "--track", "Bass")
        assert (code, err) == (
            2,
            f"goldenear: {song}: track: holds no track named 'Bass'; it holds 0 'words', 1 'Melody', 2 'Beat'\n",
        )

    def test_taste_add_judge_rank_find(self, run, song, tmp_path):
        root, x = tmp_path / "taste", tmp_path / "x.mid"
        x.write_bytes(file(track(line(TUNE, channel=4)), track(line([40, 41, 43] * 4, channel=5))))
        assert run("taste", "new", root)[0] == 0
        code, _, err = run("taste", "add", root, "good", song, "--channel", 1)
        assert code == 0
        assert f"added: {root}/good/song.mid" in err
        code, out, _ = run("judge", x, "--taste", root, "--track", 0, "--json")
        assert (code, '"outcome": "good"' in out) == (0, True)
        code, out, _ = run("judge", x, "--taste", root, "--track", 1, "--json")
        assert (code, '"outcome": "neither"' in out) == (0, True)
        code, out, _ = run("rank", x, song, "--channel", 5, "--form", "prime", "--stretch", 1, "--json")
        assert (code, '"transposition": 0' in out) == (0, True)
        tune = tmp_path / "tune.mid"
        tune.write_bytes(file(track(line(TUNE))))
        code, out, _ = run("find", x, tune, "--channel", 5, "--json")
        assert '"similarity": 1.0' in out
        assert '"similarity": 1.0' not in run("find", x, tune, "--channel", 6, "--json")[1]


class TestFoundByOthers:
    """What a reviewer and a new user tripped over."""

    def test_the_choice_of_a_sample_that_is_gone_does_not_bind_the_next(self, song, tmp_path):
        root = ge.new_taste(tmp_path / "taste")
        copy = add_sample(root, "good", song, channel=1)
        copy.unlink()
        add_sample(root, "good", song)
        assert not choice_file(copy).exists()
        assert len(ge.Taste(root).good[0]) == len(ge.read(song))

    def test_none_stands_alone_and_in_any_case(self, song):
        assert not ge.read(song, drums="None").is_drum.any()
        with pytest.raises(InvalidInput, match="drums: 'none' stands alone, got none, 2"):
            ge.read(song, drums=["none", 2])

    def test_numbers_of_numpy_and_sets_are_numbers_and_several(self, song):
        assert ge.read(song, channel=np.int64(2)) == ge.read(song, channel={2})

    def test_a_taste_that_makes_drums_of_a_tune_says_so(self, tmp_path):
        root, path = ge.new_taste(tmp_path / "taste"), tmp_path / "tune.mid"
        path.write_bytes(file(track(line(TUNE))))
        (root / "taste.toml").write_text("[reading]\ndrums = [1]\n")
        add_sample(root, "good", path)
        said = "all of it is read as drums, as taste.toml says: [reading] drums"
        assert f"good/tune.mid: {said}" in ge.Taste(root).remarks

    def test_of_a_collection_a_silent_tune_is_left_out_and_told(self, tmp_path):
        root, path = ge.new_taste(tmp_path / "taste"), tmp_path / "two.abc"
        path.write_text("X:1\nL:1/4\nK:C\nCDEFGABcdBGF|\n\nX:2\nL:1/4\nK:C\nz4|\n")
        add_sample(root, "bad", path)
        taste = ge.Taste(root)
        assert [sample.name for sample in taste.bad] == ["bad/two.abc#1"]
        assert "bad/two.abc#2: no notes, left out" in taste.remarks

    def test_what_holds_forbidden_places_alone_is_not_added(self, tmp_path):
        root, path = ge.new_taste(tmp_path / "taste"), tmp_path / "forbidden.mid"
        path.write_bytes(file(track(meta(0, 3, b"forbidden"), line([60, 62, 64, 65]))))
        with pytest.raises(InvalidInput, match="there are no notes in it, so it can resemble nothing"):
            add_sample(root, "bad", path)
        assert not list((root / "bad").iterdir())

    def test_the_pedal_is_told_of_the_tracks_that_have_it(self, tmp_path):
        path = tmp_path / "x.mid"
        pedal = b"\x00\xb0\x40\x7f"
        path.write_bytes(
            file(track(meta(0, 3, b"a"), line(TUNE)), track(meta(0, 3, b"b"), pedal, line([48] * 3)))
        )
        told = "sustain pedal ignored: a note lasts as long as its key is held"
        assert told in ge.read(path).provenance.remarks
        assert told in ge.read(path, track="b").provenance.remarks
        assert ge.read(path, track="a").provenance.remarks == ()


@pytest.mark.parametrize(
    ("named", "others"), [("core", "left hand"), ("right hand", "context"), ("Core ", "context")]
)
def test_names_of_tracks_say_which_notes_of_a_sample_matter(named, others, tmp_path):
    tune = ge.NoteArray.from_arrays(pitch=[72, 79, 74], onset=[0, 1, 3], duration=1, ticks_per_quarter=1)
    below = ge.NoteArray.from_arrays(pitch=[48, 55], onset=[0, 2], duration=2, ticks_per_quarter=1)
    root, path = ge.new_taste(tmp_path / "taste"), tmp_path / "song.mid"
    ge.write({others: below, named: tune}, path)
    ge.add_sample(root, "good", path)
    taste = ge.Taste(root)
    assert taste.good[0].pitch.tolist() == [72, 79, 74]
    assert (
        taste.remarks[0] == f"good/song.mid: the sample is what the names of its tracks say, without {others}"
    )
    # A choice that somebody made goes first.
    chosen = ge.new_taste(tmp_path / "chosen")
    ge.add_sample(chosen, "good", path, track=others)
    assert ge.Taste(chosen).good[0].pitch.tolist() == [48, 55]
