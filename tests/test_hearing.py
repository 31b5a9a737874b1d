"""Sound in: decoded within limits, seen as a picture with whole numbers, compared like any other fragment."""

import io
import json
import re
import subprocess
import sys
import tempfile
import time
import wave
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import goldenear as ge
from goldenear.audio.seconds import in_seconds
from goldenear.hearing import decoders, sound_file
from goldenear.hearing.clip import SAMPLE_RATE
from goldenear.hearing.constant_q import constant_q, tuning_of
from goldenear.hearing.hear import picture_of
from goldenear.hearing.strokes import levels, strokes, thinned
from goldenear.limits import Limits
from goldenear.match.matches import spoken
from goldenear.plot_sound import plot_clip

RATE = SAMPLE_RATE


def tune(pitches=(60, 64, 62, 67, 65, 72), name="tune"):
    return ge.NoteArray.from_arrays(
        pitch=pitches, onset=range(len(pitches)), duration=1, ticks_per_quarter=1, name=name
    )


def tone(hertz: float, seconds: float = 2, rate: int = RATE) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


@pytest.fixture(scope="module")
def sounding(tmp_path_factory):
    """Return a function that renders notes and reads them back as a clip."""
    folder = tmp_path_factory.mktemp("sound")

    def rendered(notes, tempo=120) -> ge.Clip:
        ge.render(notes, folder / "x.wav", tempo=tempo)
        return ge.read_clip(folder / "x.wav")

    return rendered


class TestReading:
    @pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3", ".aiff"])
    def test_every_kind_gives_the_same_sound(self, tmp_path, suffix):
        path = tmp_path / f"a{suffix}"
        soundfile.write(path, tone(440, rate=44_100), 44_100)
        clip = ge.read_clip(path)
        assert clip.sample_rate == RATE
        assert clip.seconds == pytest.approx(2, abs=0.06)
        middle = clip.wave[RATE // 2 : RATE]
        assert np.abs(np.fft.rfft(middle)).argmax() * 2 == pytest.approx(440, abs=3)
        assert np.sqrt(np.square(middle).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)

    @pytest.mark.parametrize("name", ["a", "a.wav", "a.mid"])
    @pytest.mark.parametrize(
        ("kind", "options"),
        [
            ("WAV", {"endian": "BIG"}),
            ("WAVEX", {}),
            ("RF64", {}),
            ("W64", {}),
            ("FLAC", {}),
            ("AIFF", {}),
            ("AIFF", {"endian": "LITTLE"}),
            ("AU", {}),
            ("AU", {"endian": "LITTLE"}),
            ("CAF", {}),
            ("CAF", {"subtype": "ALAC_16"}),
        ],
    )
    def test_what_loses_nothing_gives_the_samples_of_wav(self, tmp_path, kind, options, name):
        sound = np.round(32_000 * np.stack([tone(440), tone(660) / 3], axis=1)).astype(np.int16)
        soundfile.write(tmp_path / "plain.wav", sound, RATE, subtype="PCM_16")
        options = {"subtype": "PCM_16"} | options
        soundfile.write(tmp_path / name, sound, RATE, format=kind, **options)
        clip = ge.read_clip(tmp_path / name)
        assert clip.wave.tolist() == ge.read_clip(tmp_path / "plain.wav").wave.tolist()
        assert clip.remarks == ()
        assert ge.read(tmp_path / name) == ge.read(tmp_path / "plain.wav")

    @pytest.mark.parametrize(
        ("kind", "subtype"),
        [("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", None), ("AIFF", "ULAW"), ("AU", "ALAW")],
    )
    def test_what_loses_something_gives_nearly_the_samples_of_wav(self, tmp_path, kind, subtype):
        sound = tone(440, rate=48_000)
        soundfile.write(tmp_path / "plain.wav", sound, 48_000)
        soundfile.write(tmp_path / "renamed.caf", sound, 48_000, format=kind, subtype=subtype)
        clip, plain = ge.read_clip(tmp_path / "renamed.caf"), ge.read_clip(tmp_path / "plain.wav")
        middle = slice(RATE // 2, RATE)
        assert len(clip) == pytest.approx(len(plain), abs=1_200)
        assert (
            np.abs(np.fft.rfft(clip.wave[middle])).argmax()
            == np.abs(np.fft.rfft(plain.wave[middle])).argmax()
        )
        assert np.abs(clip.wave[middle]).max() == pytest.approx(0.5, abs=0.03)

    @pytest.mark.parametrize("kind", ["AIFF", "WAV", "AU", "CAF"])
    def test_a_head_with_a_turned_bit_prints_nothing(self, tmp_path, kind, capfd):
        """libsndfile goes where the sizes in the head say, and there may be no such place."""
        path = tmp_path / "a"
        soundfile.write(path, tone(440)[:2_000], RATE, format=kind)
        whole = path.read_bytes()
        for bit in range(8 * 80):
            data = bytearray(whole)
            data[bit // 8] ^= 1 << bit % 8
            path.write_bytes(data)
            with suppress(ge.UnreadableFile):
                ge.read_clip(path)
        assert capfd.readouterr() == ("", "")

    def test_bw64_is_rf64_by_another_name(self, tmp_path):
        soundfile.write(tmp_path / "a.wav", tone(440), RATE, format="RF64")
        plain = ge.read_clip(tmp_path / "a.wav")
        (tmp_path / "b.wav").write_bytes(b"BW64" + (tmp_path / "a.wav").read_bytes()[4:])
        assert ge.read_clip(tmp_path / "b.wav").wave.tolist() == plain.wave.tolist()

    @pytest.mark.parametrize("kind", ["WAV", "FLAC", "MP3"])
    @pytest.mark.parametrize("foot", [0, 16])
    def test_an_id3_tag_before_the_sound_is_passed_over(self, tmp_path, kind, foot):
        soundfile.write(tmp_path / "a", tone(440, rate=44_100), 44_100, format=kind)
        tag = b"ID3\4\0" + bytes([foot, 0, 0, 2, 44]) + bytes(300) + bytes(10 if foot else 0)
        (tmp_path / "b").write_bytes(tag + (tmp_path / "a").read_bytes())
        assert ge.read_clip(tmp_path / "b").wave.tolist() == ge.read_clip(tmp_path / "a").wave.tolist()

    def test_zeros_before_mp3_are_passed_over(self, tmp_path):
        soundfile.write(tmp_path / "a", tone(440, rate=44_100), 44_100, format="MP3")
        (tmp_path / "b").write_bytes(bytes(777) + (tmp_path / "a").read_bytes())
        assert ge.read_clip(tmp_path / "b").wave.tolist() == ge.read_clip(tmp_path / "a").wave.tolist()

    @pytest.mark.parametrize("kind", ["RF64", "W64", "AU", "WAV"])
    @pytest.mark.parametrize("part", [{}, {"seconds": 0.5}])
    def test_what_was_cut_off_is_told_of_every_kind_that_tells_its_length(self, tmp_path, kind, part):
        endian = "BIG" if kind == "WAV" else "FILE"
        soundfile.write(tmp_path / "a", tone(440), RATE, format=kind, endian=endian)
        whole = (tmp_path / "a").read_bytes()
        (tmp_path / "a").write_bytes(whole[: len(whole) // 2])
        assert ge.read_clip(tmp_path / "a", **part).remarks == (
            "cut off: 50% of what its header tells of is there",
        )

    def test_channels_are_averaged(self, tmp_path):
        soundfile.write(
            tmp_path / "a.wav", np.stack([tone(440), 0 * tone(440)], axis=1), RATE, subtype="FLOAT"
        )
        np.testing.assert_allclose(ge.read_clip(tmp_path / "a.wav").wave, tone(440) / 2, atol=1e-6)

    def test_a_part(self, tmp_path):
        soundfile.write(tmp_path / "a.wav", np.arange(20 * RATE) / (20 * RATE), RATE, subtype="FLOAT")
        part = ge.read_clip(tmp_path / "a.wav", start=11, seconds=2.5)
        assert part.seconds == 2.5
        assert part.wave[0] == pytest.approx(11 / 20, abs=1e-4)

    @pytest.mark.parametrize("suffix", [".wav", ".mp3", ".aiff"])
    def test_what_was_cut_off_is_told(self, tmp_path, suffix):
        path = tmp_path / f"a{suffix}"
        soundfile.write(path, tone(440, rate=44_100), 44_100)
        whole = path.read_bytes()
        assert ge.read_clip(path).remarks == ()
        path.write_bytes(whole[: len(whole) * 3 // 5])
        (remark,) = ge.read_clip(path).remarks
        assert 57 <= int(re.fullmatch(r"cut off: (\d+)% of .* is there", remark)[1]) <= 60
        assert remark in ge.read(path).provenance.remarks
        if suffix == ".mp3":
            cover = bytes(2**20)
            size = bytes(len(cover) >> 7 * place & 127 for place in (3, 2, 1, 0))
            path.write_bytes(b"ID3\x03\0\0" + size + cover + path.read_bytes())
            assert ge.read_clip(path).remarks == (remark,)

    def test_a_stream_of_no_known_length_is_whole(self, tmp_path):
        soundfile.write(tmp_path / "a.wav", tone(440), RATE)
        data = bytearray((tmp_path / "a.wav").read_bytes())
        for told in (0, 2**31 - 2**12, 2**32 - 1):
            data[4:8] = told.to_bytes(4, "little")
            (tmp_path / "a.wav").write_bytes(data)
            assert ge.read_clip(tmp_path / "a.wav").remarks == ()

    @given(channels=st.integers(1, 16), seed=st.integers(0, 1000))
    @settings(max_examples=20, deadline=None)
    def test_channels_that_cancel_are_told(self, tmp_path_factory, channels, seed):
        path = tmp_path_factory.mktemp("channels") / "a.wav"
        rng = np.random.default_rng(seed)
        unrelated = 0.1 * rng.normal(size=(RATE, channels))
        alone = np.where(np.arange(channels) == seed % channels, tone(440, 1)[:, None], 0)
        for some in (unrelated, alone, np.tile(tone(440, 1)[:, None], channels)):
            soundfile.write(path, some, RATE)
            assert ge.read_clip(path).remarks == ()
        soundfile.write(path, np.concatenate([some, -some], axis=1)[:, :16], RATE)
        told = ge.read_clip(path).remarks
        assert ("cancel" in " ".join(told)) == (channels <= 8)

    def test_why_nothing_is_heard_is_told_in_one_line(self, tmp_path, run):
        taste = ge.new_taste(tmp_path / "taste")
        ge.write(tune(), taste / "good" / "tune.mid")
        soundfile.write(tmp_path / "a.wav", np.stack([tone(440), -tone(440)], axis=1), RATE)
        for command in (
            ("judge", tmp_path / "a.wav", "--taste", taste),
            ("taste", "add", taste, "good", tmp_path / "a.wav"),
        ):
            code, out, err = run(*command)
            assert (code, out, err.count("\n")) == (2, "", 1)
            assert "there are no notes in it" in err
            assert "channels cancel each other" in err
        code, _, err = run("show", tmp_path / "a.wav", "--plot", tmp_path / "a.png")
        assert code == 0
        assert "nothing is drawn" in err
        assert not (tmp_path / "a.png").exists()

    def test_what_is_odd_about_a_sample_is_told_when_it_is_added(self, tmp_path, run):
        taste = ge.new_taste(tmp_path / "taste")
        soundfile.write(tmp_path / "a.wav", tone(440), RATE)
        whole = (tmp_path / "a.wav").read_bytes()
        (tmp_path / "a.wav").write_bytes(whole[: len(whole) // 2])
        code, _, err = run("taste", "add", taste, "bad", tmp_path / "a.wav")
        assert code == 0
        assert "added: " in err
        assert "a.wav: cut off: 50%" in err

    def test_silence_at_the_ends_is_left_off(self, tmp_path):
        soundfile.write(tmp_path / "a.wav", np.concatenate([np.zeros(RATE), tone(440), np.zeros(RATE)]), RATE)
        assert ge.read_clip(tmp_path / "a.wav", trim=True).seconds == pytest.approx(2, abs=0.05)

    @pytest.mark.parametrize(
        ("name", "data", "reason"),
        [
            ("a.wav", b"", "the file is empty"),
            ("a.wav", b"RIFF no sound at all, but letters", "damaged, or no sound file"),
            ("a.txt", b"letters", "unknown kind of sound file"),
            ("a.ogg", b"OggS" + bytes(200), "damaged, or no sound file"),
            ("a.wav", b"X:1\nK:C\nCDE", "is no sound file: it is ABC, which goldenear.read reads"),
            (
                "a.wav",
                b"\0\0\0\x18ftypheic" + bytes(99),
                r"it is a picture \(HEIF\): there is no music in it",
            ),
        ],
    )
    def test_what_is_no_sound_is_refused_by_name(self, tmp_path, name, data, reason):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ge.UnreadableFile, match=reason) as refused:
            ge.read_clip(tmp_path / name)
        assert str(refused.value).startswith(str(tmp_path / name))
        assert "\n" not in str(refused.value)

    def test_missing_files_and_folders_are_refused(self, tmp_path):
        with pytest.raises(ge.UnreadableFile, match="no such file"):
            ge.read_clip(tmp_path / "none.wav")
        (tmp_path / "a.wav").mkdir()
        with pytest.raises(ge.UnreadableFile, match="is a folder"):
            ge.read_clip(tmp_path / "a.wav")

    def test_what_is_too_long_is_refused_and_a_part_of_it_is_not(self, tmp_path, monkeypatch):
        monkeypatch.setattr(sound_file, "LIMITS", Limits(sound_seconds=3))
        soundfile.write(tmp_path / "a.wav", tone(440, 4), RATE)
        with pytest.raises(ge.UnreadableFile, match="lasts more than"):
            ge.read_clip(tmp_path / "a.wav")
        assert ge.read_clip(tmp_path / "a.wav", start=2, seconds=1.5).seconds == 1.5

    def test_many_channels_and_odd_rates_are_refused(self, tmp_path):
        soundfile.write(tmp_path / "a.wav", np.zeros((100, 17)), RATE)
        with pytest.raises(ge.UnreadableFile, match="17 channels"):
            ge.read_clip(tmp_path / "a.wav")
        with wave.open(str(tmp_path / "b.wav"), "wb") as file:
            file.setparams((1, 2, 700, 0, "NONE", ""))
            file.writeframes(bytes(100))
        with pytest.raises(ge.UnreadableFile, match="700 samples a second"):
            ge.read_clip(tmp_path / "b.wav")

    @pytest.mark.parametrize(
        "bad", [{"start": -1}, {"start": "2"}, {"seconds": float("nan")}, {"seconds": 0}, {"seconds": 1300}]
    )
    def test_arguments_are_checked(self, tmp_path, bad):
        soundfile.write(tmp_path / "a.wav", tone(440), RATE)
        with pytest.raises(ge.InvalidInput, match=next(iter(bad))):
            ge.read_clip(tmp_path / "a.wav", **bad)


FFMPEG = """#!{python}
import sys, time
from pathlib import Path
path = Path(sys.argv[sys.argv.index("-i") + 1])
assert path.is_absolute() and "-protocol_whitelist" in sys.argv
data = path.read_bytes()
assert data[4:8] == b"ftyp"
sys.stderr.write("{says}")
sys.stdout.buffer.write(data[16:])
sys.stdout.flush()
time.sleep({waits})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the decoder of these tests is a script")
class TestDecoders:
    """A script stands for ffmpeg: of an MPEG-4 file it gives what lies behind its first box, which is AU."""

    @pytest.fixture
    def install(self, tmp_path, monkeypatch):
        """Return a function that installs ffmpeg, the only program on the path."""
        programs = tmp_path / "programs"
        programs.mkdir()
        monkeypatch.setenv("PATH", str(programs))

        def installed(says: str = "", waits: float = 0) -> None:
            script = programs / "ffmpeg"
            script.write_text(FFMPEG.format(python=sys.executable, says=says, waits=waits))
            script.chmod(0o755)

        return installed

    @staticmethod
    def write_mpeg4(path, sound, rate=RATE, box=b"\0\0\0\x10ftypM4A \0\0\0\0"):
        packed = io.BytesIO()
        soundfile.write(packed, sound, rate, format="AU", subtype="FLOAT", endian="BIG")
        path.write_bytes(box + packed.getvalue())

    @pytest.mark.parametrize("name", ["a.m4a", "a.mp4", "a"])
    def test_what_libsndfile_does_not_know_is_decoded_exactly(self, tmp_path, install, name):
        install()
        sound = np.stack([tone(440), tone(660) / 3], axis=1)
        soundfile.write(tmp_path / "plain.wav", sound, RATE, subtype="FLOAT")
        self.write_mpeg4(tmp_path / name, sound)
        plain = ge.read_clip(tmp_path / "plain.wav")
        clip = ge.read_clip(tmp_path / name)
        assert (clip.wave.tolist(), clip.remarks) == (plain.wave.tolist(), ())
        part = ge.read_clip(tmp_path / name, start=0.5, seconds=0.25)
        assert (
            part.wave.tolist() == ge.read_clip(tmp_path / "plain.wav", start=0.5, seconds=0.25).wave.tolist()
        )
        assert ge.read(tmp_path / name) == ge.read(tmp_path / "plain.wav")

    def test_what_the_decoder_says_is_a_remark(self, tmp_path, install):
        install(says="[mov @ 0x1] partial file\\nmore\\n")
        self.write_mpeg4(tmp_path / "a.m4a", tone(440))
        assert ge.read_clip(tmp_path / "a.m4a").remarks == ("ffmpeg says: partial file",)

    def test_a_film_without_sound_is_refused_with_what_the_decoder_says(self, tmp_path, install):
        install(says="Stream map matches no streams.\\n")
        (tmp_path / "a.mp4").write_bytes(b"\0\0\0\x10ftypisom\0\0\0\0")
        with pytest.raises(ge.UnreadableFile, match="ffmpeg cannot decode it: Stream map matches no streams"):
            ge.read(tmp_path / "a.mp4")

    def test_what_was_cut_off_is_told(self, tmp_path, install):
        install()
        length = 24 + 4 * 2 * RATE
        self.write_mpeg4(tmp_path / "a.m4a", tone(440))
        whole = (tmp_path / "a.m4a").read_bytes()
        assert len(whole) == 16 + length
        box = b"\0\0\0\x08ftyp" + (2 * length).to_bytes(4) + b"mdat"
        (tmp_path / "a.m4a").write_bytes(box + whole[16:])
        (remark,) = ge.read_clip(tmp_path / "a.m4a").remarks
        assert remark == "cut off: 50% of what its header tells of is there"

    @pytest.mark.parametrize("length", [0, 1, 2, 8])
    def test_odd_boxes_do_no_harm(self, tmp_path, install, length):
        install()
        self.write_mpeg4(tmp_path / "a.m4a", tone(440))
        with (tmp_path / "a.m4a").open("ab") as file:
            file.write((length.to_bytes(4) + b"free" + bytes(8)) * 9)
        assert ge.read_clip(tmp_path / "a.m4a").remarks == ()

    def test_what_takes_too_long_is_ended(self, tmp_path, install, monkeypatch):
        monkeypatch.setattr(decoders, "SLOWEST_SECONDS", 0.5)
        install(waits=60)
        self.write_mpeg4(tmp_path / "a.m4a", tone(440))
        begun = time.monotonic()
        with pytest.raises(ge.UnreadableFile, match=r"its decoder took more than 0\.5 s and was ended"):
            ge.read_clip(tmp_path / "a.m4a")
        assert time.monotonic() - begun < 20

    def test_what_is_too_long_is_refused_and_leaves_nothing_running(self, tmp_path, install, monkeypatch):
        monkeypatch.setattr(sound_file, "LIMITS", Limits(sound_seconds=1))
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "programs"))
        install(waits=60)
        self.write_mpeg4(tmp_path / "a.m4a", tone(440))
        begun = time.monotonic()
        with pytest.raises(ge.UnreadableFile, match="lasts more than"):
            ge.read_clip(tmp_path / "a.m4a")
        assert time.monotonic() - begun < 20
        assert [path.name for path in (tmp_path / "programs").iterdir()] == ["ffmpeg"]

    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (b"\0\0\0\x10ftypM4A \0\0\0\0", "an MPEG-4 or QuickTime file"),
            (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(30), "a Windows Media file"),
            (b"\x1a\x45\xdf\xa3" + bytes(30), "a Matroska or WebM file"),
            (b"caff\0\1\0\0desc" + bytes(7) + b"\x20" + bytes(8) + b"aac " + bytes(30), "a CAF file"),
            (2 * (b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)), "an AAC file"),
            (b"RIFF\x04\0\0\0AVI ", "a film (AVI)"),
        ],
    )
    def test_without_a_decoder_the_kind_is_named_and_what_to_install(self, tmp_path, install, data, kind):
        (tmp_path / "a").write_bytes(data)
        with pytest.raises(ge.UnreadableFile) as refused:
            ge.read(tmp_path / "a")
        assert refused.value.reason == (
            f"it is {kind} that needs another decoder: install ffmpeg, or save the sound as WAV or FLAC"
        )

    def test_the_systems_own_decoders_are_asked_where_there_is_no_ffmpeg(
        self, tmp_path, install, monkeypatch
    ):
        audioread = pytest.importorskip("audioread")
        whole = np.round(tone(440) * 32768).astype("<i2")

        class SystemAudioFile:
            samplerate, channels = RATE, 1

            def __init__(self, path):
                assert Path(path).name == "a.m4a"

            def __enter__(self):
                return self

            def __exit__(self, *_):
                return False

            def __iter__(self):
                return (whole[at : at + 999].tobytes() for at in range(0, len(whole), 999))

            def close(self):
                pass

        monkeypatch.setattr(audioread, "available_backends", lambda: [SystemAudioFile])
        self.write_mpeg4(tmp_path / "a.m4a", tone(440))
        soundfile.write(tmp_path / "plain.wav", whole, RATE)
        plain = ge.read_clip(tmp_path / "plain.wav")
        assert ge.read_clip(tmp_path / "a.m4a").wave.tolist() == plain.wave.tolist()


def test_parts_of_beats_are_told_as_musicians_would():
    told = {
        "3": 3,
        "2.5": Fraction(5, 2),
        "7/3": Fraction(7, 3),
        "10.04": Fraction(241, 24),
        "0.0021": Fraction(1, 480),
    }
    for words, number in told.items():
        assert spoken(Fraction(number)) == words


DAMAGED = """
import sys
from pathlib import Path
import goldenear as ge
read = refused = 0
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        ge.read(path)
        read += 1
    except ge.UnreadableFile as error:
        assert str(error).startswith(str(path)) and "\\n" not in str(error), error
        refused += 1
# Not ru_maxrss: a new process begins with that of the one that started it.
status = Path("/proc/self/status").read_text()
print(read, refused, int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""


def test_damaged_files_neither_crash_nor_fill_the_memory(tmp_path):
    rng = np.random.default_rng(0)
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    files = 0
    for suffix, options in {
        ".wav": {},
        ".flac": {},
        ".ogg": {"format": "OGG"},
        ".mp3": {"format": "MP3"},
    }.items():
        whole = io.BytesIO()
        soundfile.write(whole, tone(330, 1.5, 44_100), 44_100, **({"format": suffix[1:].upper()} | options))
        for _ in range(80):
            data = bytearray(whole.getvalue())
            kind = rng.integers(4)
            if kind == 0:
                data = data[: rng.integers(1, len(data))]
            elif kind == 1:
                for place in rng.integers(0, min(len(data), 120), 4):
                    data[place] = rng.integers(256)
            elif kind == 2:
                for place in rng.integers(0, len(data), 60):
                    data[place] = rng.integers(256)
            else:
                # A length in the header, if it is there, becomes enormous.
                place = int(rng.integers(4, 48))
                data[place : place + 4] = b"\xff\xff\xff\x7f"
            (damaged / f"{files:03}{suffix}").write_bytes(data)
            files += 1
    # What librosa compiles when it is used for the first time on a machine takes memory of its own.
    whole_files = tmp_path / "whole"
    whole_files.mkdir()
    soundfile.write(whole_files / "a.wav", tone(330), RATE)
    for folder in (whole_files, damaged):
        done = subprocess.run(
            [sys.executable, "-c", DAMAGED, str(folder)],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-2000:]
    read, refused, megabytes = map(int, done.stdout.split())
    assert read + refused == files == 320
    assert refused > 50
    assert megabytes < 300


class TestClip:
    def test_whole_numbers_become_shares_of_full_scale(self):
        clip = ge.Clip.of(np.array([0, 2**15 - 1, -(2**14)], np.int16), 8_000)
        np.testing.assert_allclose(clip.wave, [0, 1, -0.5], atol=1e-4)

    @pytest.mark.parametrize(
        "bad",
        [
            np.array(["a"]),
            np.zeros((2, 2, 2)),
            np.array([]),
            np.array([np.nan]),
            np.zeros((2, 48_000)),
            np.zeros(9, np.uint8),
        ],
    )
    def test_odd_samples_are_refused(self, bad):
        with pytest.raises(ge.InvalidInput, match="wave"):
            ge.Clip.of(bad, RATE)

    def test_cut(self):
        clip = ge.Clip.of(tone(440), RATE)
        np.testing.assert_array_equal(clip.cut(0.5, 1).wave, clip.wave[RATE // 2 : RATE])
        assert clip.cut(0.5, float("inf")).seconds == 1.5
        for start, end in ((2, 1), (0, 1e-9), (-1, 1), (5, 6)):
            with pytest.raises(ge.InvalidInput, match="start"):
                clip.cut(start, end)

    def test_it_does_not_change(self):
        with pytest.raises(ValueError, match="read-only"):
            ge.Clip.of(tone(440), RATE).wave[0] = 1

    def test_what_is_far_too_loud_stays_a_number(self):
        assert np.isfinite(ge.Clip.of(np.array([1e300, 0, 1]), RATE).wave).all()


class TestHearing:
    def test_a_tone_lies_on_its_row(self):
        heard = ge.hear(ge.Clip.of(tone(440), RATE))
        assert heard.pitch[np.argmax(heard.duration * heard.brightness)] == 69
        assert set(heard.pitch.tolist()) == {69}

    def test_rows_are_tuned_as_the_music_is(self):
        clip = ge.Clip.of(tone(440 * 2 ** (0.3 / 12)), RATE)
        assert tuning_of(clip) == pytest.approx(0.3, abs=0.05)
        assert set(ge.hear(clip).pitch.tolist()) == {69}

    def test_overtones_are_thinned_out(self):
        rich = sum(tone(220 * k) / k for k in range(1, 7))
        magnitude = constant_q(ge.Clip.of(rich / 3, RATE))
        before, after = (m.sum(axis=1) / m.sum() for m in (magnitude, thinned(magnitude)))
        assert after[57 - 36] > 1.3 * before[57 - 36]
        assert ge.hear(ge.Clip.of(rich / 3, RATE)).pitch.min() == 57

    def test_silence_has_no_notes(self):
        heard = ge.hear(ge.Clip.of(np.zeros(RATE), RATE, name="still"))
        assert len(heard) == 0
        assert "no notes" in heard.provenance.remarks

    def test_what_is_written_is_heard(self, sounding):
        heard = ge.hear(sounding(tune()))
        assert heard.ticks_per_quarter == 24
        for i, pitch in enumerate((60, 64, 62, 67, 65, 72)):
            sounds = (heard.onset < 24 * i + 18) & (heard.offset > 24 * i + 6)
            weight = np.bincount(heard.pitch[sounds], weights=(heard.brightness * heard.duration)[sounds])
            assert weight.argmax() == pitch

    def test_a_transposition_is_a_vertical_shift(self, sounding):
        low, high = (ge.hear(sounding(tune().transposed(steps))) for steps in (0, 3))
        match = ge.identify(low, [high]).best
        assert (match.transposition, match.stretch) == (3, 1)
        assert match.similarity > 0.9

    def test_long_sound_is_heard_as_its_parts_are(self):
        clip = ge.Clip.of(np.concatenate([tone(440, 65), tone(660, 5)]), RATE)
        whole, part = constant_q(clip, tuning=0), constant_q(clip.cut(59, 67), tuning=0)
        np.testing.assert_allclose(whole[:, 60 * 48 : 66 * 48], part[:, 48 : 7 * 48], atol=0.02 * whole.max())

    @given(arrays.arrays(np.int64, (72, 9), elements=st.integers(0, 3)))
    def test_strokes_paint_the_levels_again(self, level):
        painted = np.zeros_like(level)
        for pitch, first, last, value in zip(*(c.tolist() for c in strokes(level)), strict=True):
            assert not painted[pitch - 36, first:last].any()
            painted[pitch - 36, first:last] = value
        np.testing.assert_array_equal(painted, level)

    @given(arrays.arrays(np.float32, (72, 6), elements=st.integers(0, 1000).map(float)))
    def test_levels_are_whole_numbers_whatever_the_loudness(self, magnitude):
        level = levels(magnitude)
        assert level.min() >= 0
        assert level.max() <= 127
        np.testing.assert_array_equal(levels(magnitude * np.float32(4)), level)


class TestBeats:
    def test_a_tempo_makes_quarters(self, sounding):
        clip = sounding(tune(), tempo=90)
        heard = ge.hear(clip, beats=90)
        at_this_tempo = replace(ge.Recipe.named("sound"), alterations=(ge.Alteration(),))
        match = ge.identify(tune(), [heard], recipe=at_this_tempo).best
        assert match.similarity > 0.5
        assert float(match.onset) == pytest.approx(0, abs=0.1)

    def test_beats_are_tracked(self, sounding):
        clip = sounding(tune((60, 67) * 10), tempo=100)
        heard = ge.hear(clip, beats="tracked")
        assert heard.provenance.tempos[0][1] == pytest.approx(600_000, rel=0.04)

    def test_frames_before_and_after_the_beats_keep_their_order(self, sounding):
        strokes_ = picture_of(sounding(tune((60, 67) * 10)), beats="tracked").strokes
        assert (strokes_.last > strokes_.first).all()

    @pytest.mark.parametrize("bad", [0, 1000, "often", True])
    def test_odd_beats_are_refused(self, bad):
        with pytest.raises(ge.InvalidInput, match="beats"):
            ge.hear(ge.Clip.of(tone(440), RATE), beats=bad)

    def test_without_beats_it_is_said(self):
        with pytest.raises(ge.InvalidInput, match="no beats"):
            ge.hear(ge.Clip.of(np.zeros(RATE), RATE), beats="tracked")


class TestIdentifying:
    TUNES = tuple(
        tune(pitches, name)
        for pitches, name in (
            ((60, 64, 62, 67, 65, 72), "one"),
            ((60, 62, 64, 65, 67, 69), "two"),
            ((72, 71, 69, 67, 60, 60), "three"),
        )
    )

    def test_sound_finds_notes(self, sounding):
        for i, notes in enumerate(self.TUNES):
            heard = ge.hear(sounding(notes.transposed(4), tempo=110))
            match = ge.identify(heard, self.TUNES).best
            assert (match.name, match.index, match.transposition) == (notes.name, i, -4)

    def test_a_piece_counted_in_seconds_is_found_at_the_tempo_that_its_file_names(self, sounding):
        slow = [
            replace(notes, provenance=replace(notes.provenance, tempos=((0, 1_000_000),)))
            for notes in self.TUNES
        ]
        heard = ge.hear(sounding(self.TUNES[1], tempo=60))
        written, played = (ge.identify(heard, pieces).best for pieces in (slow, map(in_seconds, slow)))
        assert played.name == "two"
        assert played.similarity > written.similarity + 0.2
        assert in_seconds(heard) is heard
        assert in_seconds(self.TUNES[0]) is self.TUNES[0]

    def test_find_tells_seconds_of_sound(self, sounding, tmp_path, run):
        clip = sounding(self.TUNES[1].transposed(2), tempo=75)
        wave = np.concatenate([sounding(self.TUNES[2]).cut(0, 2.5).wave, clip.wave])
        soundfile.write(tmp_path / "whole.wav", wave, RATE)
        slow = replace(self.TUNES[1].provenance, tempos=((0, 800_000),))
        ge.write(replace(self.TUNES[1], provenance=slow), tmp_path / "part.mid")
        code, out, _ = run("find", tmp_path / "whole.wav", tmp_path / "part.mid", "--recipe", "sound")
        assert code == 0
        assert re.search(r"from second 2\.[456], \+2 semitones\s*$", out, re.MULTILINE)
        _, out, _ = run("find", tmp_path / "whole.wav", tmp_path / "part.mid", "--recipe", "sound", "--json")
        assert json.loads(out.splitlines()[0])["second"] == pytest.approx(2.5, abs=0.1)
        for form, told in (("inversion", "inverted"), ("retrograde", "reversed")):
            _, out, _ = run(
                "find", tmp_path / "whole.wav", tmp_path / "part.mid", "--form", form, "--threshold", 0.1
            )
            assert f", {told}" in out
        code, out, _ = run("find", tmp_path / "part.mid", tmp_path / "part.mid")
        assert code == 0
        assert "from beat 1" in out
        code, out, _ = run("find", tmp_path / "part.mid", tmp_path / "whole.wav", "--threshold", 0.1)
        assert code == 0
        assert "from second" in out
        ge.write(self.TUNES[1], tmp_path / "no-tempo.musicxml")
        code, out, _ = run("find", tmp_path / "no-tempo.musicxml", tmp_path / "whole.wav", "--threshold", 0.1)
        assert code == 0
        assert "beat 1" in out

    @pytest.mark.parametrize(("tempo", "clock"), [(650_000, "beat"), (500_000, "second")])
    def test_a_piece_in_quarters_is_not_labelled_in_seconds(self, sounding, tempo, clock):
        song = replace(self.TUNES[0], provenance=replace(self.TUNES[0].provenance, tempos=((0, tempo),)))
        clip = sounding(song)
        match = ge.identify(ge.hear(clip), [song]).best
        drawn = plot_clip(clip, piece=song, match=match).axes[1]
        assert clock in drawn.get_title(loc="left")
        assert clock in drawn.get_xlabel()

    def test_a_slow_riff_is_identified_among_recordings(self, sounding, tmp_path, run):
        for notes in self.TUNES:
            soundfile.write(tmp_path / f"{notes.name}.wav", sounding(notes, tempo=60).wave, RATE)
        slow = replace(self.TUNES[1].provenance, tempos=((0, 1_000_000),))
        ge.write(replace(self.TUNES[1], provenance=slow), tmp_path / "riff.mid")
        recordings = [tmp_path / f"{notes.name}.wav" for notes in self.TUNES]
        code, out, _ = run("identify", tmp_path / "riff.mid", *recordings, "--json")
        assert code == 0
        best = json.loads(out.splitlines()[0])
        assert (best["name"], best["stretch"], best["second"]) == ("two.wav", "1", pytest.approx(0, abs=0.1))

    def test_it_is_rank_turned_round(self, sounding):
        heard = ge.hear(sounding(self.TUNES[0]))
        recipe = ge.Recipe.named("sound")
        for match in ge.identify(heard, self.TUNES):
            turned = ge.rank(self.TUNES[match.index], [heard], recipe=recipe).best
            assert (match.similarity, match.placement) == (turned.similarity, turned.placement)

    @pytest.mark.parametrize("backend", ["numpy", "numba", "torch"])
    def test_the_answer_is_that_of_every_engine(self, sounding, backend):
        pieces = [*self.TUNES, ge.hear(sounding(self.TUNES[1], tempo=130))]
        heard = ge.hear(sounding(self.TUNES[1]))
        assert ge.identify(heard, pieces, backend=backend, threads=2) == ge.identify(
            heard, pieces, backend="numpy"
        )

    def test_few_and_their_order(self):
        found = ge.identify(self.TUNES[0], [self.TUNES[1], self.TUNES[0], self.TUNES[0]], k=2)
        assert [match.index for match in found] == [1, 2]
        assert found.sample_of(found.best) is self.TUNES[0]

    @pytest.mark.parametrize("threads", [1, 3])
    def test_progress_is_told(self, threads):
        given = []
        found = ge.identify(
            self.TUNES[0],
            self.TUNES,
            threads=threads,
            progress=lambda every: (given.append(p) or p for p in every),
        )
        assert given == list(self.TUNES)
        assert len(found) == 3

    def test_arguments_are_checked(self):
        silent = ge.NoteArray.from_arrays(pitch=[], onset=[], duration=[], ticks_per_quarter=1, name="still")
        with pytest.raises(ge.NoNotes, match="still"):
            ge.identify(self.TUNES[0], [silent])
        with pytest.raises(ge.NoNotes, match="still"):
            ge.identify(silent, self.TUNES)
        with pytest.raises(ge.InvalidInput, match="pieces"):
            ge.identify(self.TUNES[0], self.TUNES[1])
        with pytest.raises(ge.InvalidInput, match="k"):
            ge.identify(self.TUNES[0], self.TUNES, k=-1)
        assert len(ge.identify(self.TUNES[0], [])) == 0


class TestStandingOut:
    def test_what_is_there_stands_out_and_what_is_not_does_not(self, sounding):
        background = ge.Background(recipe="sound")
        one, _, three = TestIdentifying.TUNES
        heard = ge.hear(sounding(one))
        found = ge.identify(heard, [one, three])
        excess = background.excess(heard, found)
        assert excess[0] > 0.12
        assert excess[1] < excess[0]
        at_large = ge.identify(heard, background.pieces).similarity.mean()
        np.testing.assert_array_equal(excess, found.similarity - at_large)


class TestEverywhere:
    def test_a_taste_holds_sound_and_notes(self, tmp_path, sounding):
        root = tmp_path / "taste"
        ge.new_taste(root)
        liked, disliked = TestIdentifying.TUNES[:2]
        ge.write(liked, root / "good" / "liked.mid")
        ge.render(disliked, root / "bad" / "disliked.wav")
        taste = ge.Taste(root)
        assert [sample.name for sample in taste.bad] == ["bad/disliked.wav"]
        assert taste.judge(ge.hear(sounding(disliked))).outcome == "bad"
        assert taste.judge(liked).outcome == "good"

    def test_on_the_command_line(self, tmp_path, run):
        ge.render(TestIdentifying.TUNES[2].transposed(2), tmp_path / "clip.wav")
        (tmp_path / "library").mkdir()
        for notes in TestIdentifying.TUNES:
            ge.write(notes, tmp_path / "library" / f"{notes.name}.mid")
        code, out, err = run("identify", tmp_path / "clip.wav", tmp_path / "library", "--json", "-k", 1)
        assert code == 0
        assert '"name": "three.mid"' in out
        assert not err  # In tune: nothing is worth a remark.
        code, out, _ = run(
            "identify", tmp_path / "clip.wav", tmp_path / "library", "--start", 0.4, "--seconds", 2
        )
        assert code == 0
        assert out.index("three.mid") < out.index("one.mid")
        code, out, _ = run("show", tmp_path / "clip.wav")
        assert code == 0
        assert "24 ticks a quarter" in out

    def test_sound_has_twelve_steps(self, tmp_path):
        soundfile.write(tmp_path / "a.wav", tone(440), RATE)
        with pytest.raises(ge.InvalidInput, match="steps_per_octave"):
            ge.read(tmp_path / "a.wav", steps_per_octave=24)

    def test_it_is_drawn(self, tmp_path, run):
        ge.render(TestIdentifying.TUNES[2], tmp_path / "clip.wav")
        ge.write(TestIdentifying.TUNES[2], tmp_path / "a.mid")
        for more in ((), ("--on", tmp_path / "a.mid")):
            code, _, _ = run("show", tmp_path / "clip.wav", "--plot", tmp_path / "a.png", *more)
            assert code == 0
            assert (tmp_path / "a.png").stat().st_size > 20_000
        code, _, err = run("show", tmp_path / "clip.wav", "--on", tmp_path / "a.mid")
        assert code == 2
        assert "--plot" in err

    def test_a_part_of_notes_is_refused(self, tmp_path, run):
        ge.write(tune(), tmp_path / "a.mid")
        code, _, err = run("identify", tmp_path / "a.mid", tmp_path / "a.mid", "--start", 1)
        assert code == 2
        assert "is no sound file: it is a Standard MIDI file" in err
        soundfile.write(tmp_path / "clip", tone(440), RATE, format="WAV")
        assert run("identify", tmp_path / "clip", tmp_path / "a.mid", "--seconds", 1)[0] == 0

    def test_without_the_libraries_it_is_said_how_to_get_them(self, tmp_path, monkeypatch):
        soundfile.write(tmp_path / "a.wav", tone(440), RATE)
        monkeypatch.setitem(sys.modules, "soundfile", None)
        with pytest.raises(ge.MissingExtra, match=r"goldenear\[audio\]"):
            ge.read(Path(tmp_path / "a.wav"))
        monkeypatch.undo()
        monkeypatch.setitem(sys.modules, "librosa", None)
        with pytest.raises(ge.MissingExtra, match=r"goldenear\[audio\]"):
            ge.read(Path(tmp_path / "a.wav"))
