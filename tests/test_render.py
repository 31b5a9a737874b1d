"""What is rendered sounds at the right time, at the right pitch, without clicks, and the same every time."""

from __future__ import annotations

import re
import wave

import numpy as np
import pytest

import goldenear as ge
from goldenear.audio import synth, tones
from goldenear.audio.clock import Clock
from goldenear.errors import InvalidInput, NoNotes, TooLarge
from goldenear.notes.note_array import NoteArray
from goldenear.notes.provenance import Provenance

RATE = 44_100
FULL = 32_767
FADED = round(synth.RELEASE * RATE)


def notes(*rows, **how):
    """Return notes from rows of (pitch, onset, duration), a tick a quarter."""
    pitch, onset, duration = zip(*rows, strict=True) if rows else ((), (), ())
    return NoteArray.from_arrays(
        **({"pitch": pitch, "onset": onset, "duration": duration, "ticks_per_quarter": 1} | how)
    )


@pytest.fixture
def heard(tmp_path):
    """Return a function that renders notes and reads the frames, shape (channels, frames), in 16-bit steps."""

    def render_and_load(x, **how):
        ge.render(x, tmp_path / "x.wav", **({"tempo": 60} | how))
        with wave.open(str(tmp_path / "x.wav")) as file:
            assert file.getsampwidth() == 2
            assert file.getframerate() == how.get("sample_rate", RATE)
            frames = np.frombuffer(file.readframes(file.getnframes()), np.int16)
            return frames.reshape(-1, file.getnchannels()).T.astype(np.int64)

    return render_and_load


def strongest_hertz(sound, sample_rate=RATE):
    """Return the frequency of the highest peak in the spectrum, to a small part of a hertz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 2**19))
    return int(spectrum.argmax()) * sample_rate / 2**19


def first_frame(sound):
    """Return the frame at which a sound begins."""
    return int(np.flatnonzero(sound)[0])


class TestTime:
    @pytest.mark.parametrize("tempo", [30, 60, 90.5, np.float32(1000)])
    @pytest.mark.parametrize("sample_rate", [8_000, 44_100])
    def test_the_file_lasts_until_the_last_note_has_faded(self, heard, tempo, sample_rate):
        sound = heard(notes((60, 0, 3), (64, 1, 1)), tempo=tempo, sample_rate=sample_rate)
        seconds = 3 * 60 / float(tempo) + synth.RELEASE
        assert abs(sound.shape[1] - seconds * sample_rate) <= 1

    def test_before_the_first_note_there_is_silence(self, heard):
        sound = heard(notes((60, 2, 1)))[0]
        assert len(sound) == 3 * RATE + FADED
        assert not sound[: 2 * RATE].any()
        assert 2 * RATE < first_frame(sound) < 2.002 * RATE

    def test_between_notes_there_is_silence_and_rests_have_their_length(self, heard):
        sound = heard(notes((60, 0, 1), (60, 2, 1)))[0]
        assert sound[:RATE].any()
        assert not sound[RATE + FADED : 2 * RATE].any()
        assert first_frame(sound[2 * RATE :]) < 0.002 * RATE

    def test_what_begins_before_tick_0_begins_the_file(self, heard):
        assert np.array_equal(heard(notes((60, -4, 1), (62, -2, 1))), heard(notes((60, 0, 1), (62, 2, 1))))

    def test_tempos_that_came_with_the_notes_are_followed(self, heard):
        # A quarter at 120 a minute, as nothing is said yet, then two at 60, then at 240.
        x = notes((60, 3, 4), provenance=Provenance(tempos=((1, 1_000_000), (3, 250_000))))
        sound = heard(x, tempo=None)[0]
        assert 2.5 * RATE < first_frame(sound) < 2.502 * RATE
        assert len(sound) == 3.5 * RATE + FADED
        assert len(heard(x, tempo=60)[0]) == 7 * RATE + FADED
        assert len(heard(notes((60, 0, 4)), tempo=None)[0]) == 2 * RATE + FADED

    def test_all_voices_follow_one_clock_whatever_their_ticks(self, heard):
        slow = Provenance(tempos=((0, 2_000_000),))
        voices = {"a": notes((60, 0, 1)), "b": notes((64, 24, 24), ticks_per_quarter=12, provenance=slow)}
        assert heard(voices, tempo=None).shape == (2, 8 * RATE + FADED)

    def test_clocks_agree_with_counting_tick_by_tick(self):
        tempos = [(7, 300_000), (-3, 900_000), (7, 400_000), (20, 0), (30, 2**40)]
        paces = [900_000 if t < 7 else 400_000 if t < 20 else 1 if t < 30 else 2**24 - 1 for t in range(40)]
        expected = np.concatenate([[0], np.cumsum(paces)]) / 1e6 / 5
        assert np.allclose(Clock.following(tempos, 5).seconds(np.arange(41), 5), expected)
        assert Clock.following(tempos, 5).seconds(np.array([-5]), 5) == pytest.approx(-0.9)
        assert Clock.steady(90).seconds(np.array([3, -3]), 2).tolist() == [1, -1]


class TestPitch:
    @pytest.mark.parametrize(
        ("pitch", "steps"),
        [(36, 12), (57, 12), (69, 12), (100, 12), (70, 31), (40, 19), (-500, 400), (69, 5)],
    )
    def test_a_pitch_sounds_at_its_frequency(self, heard, pitch, steps):
        sound = heard(notes((pitch, 0, 2), steps_per_octave=steps))[0]
        # Half a per cent is a twelfth of a semitone, a fourth of a step of 31.
        assert strongest_hertz(sound) == pytest.approx(440 * 2 ** ((pitch - 69) / steps), rel=0.005)

    @pytest.mark.parametrize("hertz", [30.0, 440.0, 3_000.0])
    def test_nothing_sounds_above_its_limit(self, hertz):
        sound = tones.struck(hertz, 8_000, 8_000)
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(8_000)))
        assert spectrum[3_700:].max() < 1e-4 * spectrum.max()

    def test_a_struck_string_is_the_sum_of_its_partials(self):
        # One by one, each a dying sine wave, from the end of the attack on.
        rate, hertz, time = 8_000, 200.0, np.arange(2_000) / 8_000
        expected = np.zeros(2_000)
        for k in range(1, 13):
            f = hertz * k * np.sqrt((1 + 1e-4 * k * k) / (1 + 1e-4))
            strength = np.sin(np.pi * k / 7) / np.sin(np.pi / 7) / k**1.5 * 2.2**0.2
            expected += strength * np.exp(-(0.7 + f / 600) * time) * np.sin(2 * np.pi * f * time)
        assert np.allclose(tones.struck(hertz, 2_000, rate)[24:], expected[24:], atol=1e-5)

    def test_high_notes_die_away_sooner(self, heard):
        def left(pitch):
            sound = heard(notes((pitch, 0, 2)))[0].astype(float)
            return (sound[RATE : RATE + 9_000] ** 2).sum() / (sound[:9_000] ** 2).sum()

        assert left(36) > 3 * left(72) > 9 * left(96)


class TestLoudness:
    @pytest.mark.parametrize(
        "rows", [[(60, 0, 1)], [(p, 0, 4) for p in range(30, 90)], [(21, 0, 1), (108, 1, 1)]]
    )
    def test_the_peak_is_one_decibel_below_full_scale(self, heard, rows):
        assert np.abs(heard(notes(*rows))).max() == round(10 ** (-1 / 20) * FULL)

    def test_brightness_is_velocity_and_loudness_its_square(self, heard):
        sound = heard(notes((60, 0, 1), (60, 2, 1), brightness=[120, 60]))[0]
        ratio = np.abs(sound[: 2 * RATE]).max() / np.abs(sound[2 * RATE :]).max()
        assert ratio == pytest.approx(4, rel=0.01)

    def test_plain_notes_are_of_middle_velocity(self, heard):
        plain = {"a": notes((60, 0, 1)), "b": notes((70, 0, 1), brightness=127)}
        told = plain | {"a": notes((60, 0, 1), brightness=64)}
        assert np.array_equal(heard(plain), heard(told))

    def test_forbidden_places_are_silent(self, heard):
        assert np.array_equal(
            heard(notes((60, 0, 1), (64, 0, 9), brightness=[1, -1])), heard(notes((60, 0, 1)))
        )

    @pytest.mark.parametrize("pitch", [24, 36, 60, 84])
    @pytest.mark.parametrize("duration", [1, 40, 997])
    def test_notes_begin_and_end_without_a_click(self, heard, pitch, duration):
        sound = heard(notes((pitch, 0, duration), ticks_per_quarter=1000))[0]
        end = round(duration * RATE / 1000)
        # A click is a step that is steeper than the undamped tone is at its wildest.
        undamped = tones.struck(440 * 2 ** ((pitch - 69) / 12), RATE, RATE)
        heard_of_it = np.abs(sound[: end + FADED // 2]).max() / np.abs(undamped[: end + FADED // 2]).max()
        steepest = np.abs(np.diff(undamped)).max() * heard_of_it
        assert sound[0] == 0
        assert abs(sound[1]) <= 0.02 * steepest + 1
        assert abs(sound[-1]) <= 2
        assert np.abs(np.diff(sound)).max() <= 1.1 * steepest + 1
        # And it is not a step at all: where it fades, neighbours differ less and less.
        last = np.abs(np.diff(sound[-FADED // 10 :])).max()
        assert last <= np.abs(np.diff(sound[-FADED:])).max() / 4 + 1

    def test_a_note_sounds_alike_however_long_it_is_held(self, heard):
        short, long = (heard(notes((60, 0, quarters)))[0] for quarters in (1, 4))
        assert np.array_equal(short[:RATE], long[:RATE])
        # Held longer than a string rings, it ends in silence, not in a sustained tone.
        assert np.abs(heard(notes((36, 0, 12)))[0][-RATE:]).max() == 0

    def test_voices_sit_apart_and_one_alone_in_one_channel(self, heard):
        both = heard({"left": notes((48, 0, 1)), "right": notes((72, 2, 1))})
        first, second = np.abs(both[:, : 2 * RATE]).max(axis=1), np.abs(both[:, 2 * RATE :]).max(axis=1)
        assert first[0] > 1.5 * first[1] > 0
        assert second[1] > 1.5 * second[0] > 0
        assert heard([notes((48, 0, 1))]).shape[0] == 1
        three = heard([notes((48, 9, 1)), notes((60, 0, 1)), notes((72, 9, 1))])[:, :RATE]
        assert np.array_equal(three[0], three[1])


class TestDrums:
    def drum(self, heard, number):
        return heard(notes((number, 0, 1), is_drum=True), tempo=1000)[0]

    def test_kinds_differ_and_their_numbers_are_alike(self, heard):
        kinds = [(35, 36), (38, 40), (42, 44), (46,), (37, 50, 81, 0, 1000)]
        sounds = [[self.drum(heard, number) for number in kind] for kind in kinds]
        for same in sounds:
            assert all(np.array_equal(same[0], other) for other in same)
        for i, one in enumerate(sounds):
            for other in sounds[:i]:
                n = min(len(one[0]), len(other[0]))
                assert np.abs(one[0][:n] - other[0][:n]).max() > 3_000

    def test_a_kick_is_low_and_a_hat_is_high(self, heard):
        assert strongest_hertz(self.drum(heard, 36)) < 120
        assert strongest_hertz(self.drum(heard, 42)) > 5_000
        assert len(self.drum(heard, 46)) > 3 * len(self.drum(heard, 42))

    def test_they_ring_whatever_their_duration_and_ignore_the_grid(self, heard):
        short = heard(notes((38, 0, 1), is_drum=True, ticks_per_quarter=96))[0]
        assert np.array_equal(short, heard(notes((38, 0, 9), is_drum=True, ticks_per_quarter=96))[0])
        assert np.array_equal(
            short, heard(notes((38, 0, 1), is_drum=True, steps_per_octave=31))[0][: len(short)]
        )

    @pytest.mark.parametrize("number", [36, 38, 42, 46, 50])
    def test_they_begin_and_end_without_a_click(self, heard, number):
        sound = self.drum(heard, number)
        assert abs(sound[0]) < 0.01 * FULL
        assert np.abs(sound[-3:]).max() <= 2

    def test_a_drum_is_no_note_of_as_many_hertz(self, heard):
        # Pitch 33 is 55 Hz; drum 55 is a tick, and its file ends without the fading of a string.
        sound = heard(notes((33, 0, 1), (55, 3, 1), is_drum=[False, True]))[0]
        assert len(sound) == 4 * RATE
        assert sound[3 * RATE :].any()
        assert not sound[3 * RATE + round(tones.TICK.seconds * RATE) :].any()

    def test_a_drum_and_a_note_may_share_a_number(self, heard):
        both = notes((38, 0, 2), (38, 0, 2), is_drum=[True, False])
        assert not np.array_equal(heard(both), heard(notes((38, 0, 2))))
        assert strongest_hertz(heard(both)[0]) == pytest.approx(440 * 2 ** (-31 / 12), rel=0.01)


def test_the_same_notes_give_the_same_bytes(tmp_path):
    band = {
        "tune": notes((60, 0, 1), (67, 1, 2)),
        "drums": notes((36, 0, 1), (42, 1, 1), (38, 2, 1), is_drum=True),
    }
    ge.render(band, tmp_path / "a.wav")
    ge.render(band, tmp_path / "b.WAV")
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.WAV").read_bytes()


class TestRefusals:
    @pytest.mark.parametrize(
        ("error", "says", "how"),
        [
            (InvalidInput, "ends in '.mp3': expected .wav", {"path": "x.mp3"}),
            (InvalidInput, "ends in '': expected .wav", {"path": "x"}),
            (InvalidInput, "cannot be written", {"path": "nowhere/x.wav"}),
            (InvalidInput, "got none", {"notes": {}}),
            (InvalidInput, "got int", {"notes": {"a": 7}}),
            (InvalidInput, "got str", {"notes": "text"}),
            (InvalidInput, "got None", {"notes": None}),
            (InvalidInput, "tempo: expected a number within 10..1,000", {"tempo": 9.9}),
            (InvalidInput, "tempo: expected a number within 10..1,000", {"tempo": 1001}),
            (InvalidInput, "tempo: expected a number within 10..1,000", {"tempo": float("nan")}),
            (InvalidInput, "tempo: expected a number within 10..1,000", {"tempo": "allegro"}),
            (
                InvalidInput,
                "sample_rate: expected a whole number within 8,000..192,000",
                {"sample_rate": 7999},
            ),
            (InvalidInput, "sample_rate", {"sample_rate": 192_001}),
            (InvalidInput, "sample_rate", {"sample_rate": 44_100.0}),
            (NoNotes, "silence: there are no notes that can be heard", {"notes": notes(name="silence")}),
            (NoNotes, "the voices: there are no notes", {"notes": [notes(), notes()]}),
            (NoNotes, "nothing to play", {"notes": notes((60, 0, 1), brightness=-1)}),
            (NoNotes, "can be heard", {"notes": notes((-1, 0, 1), (1000, 0, 1), (-32768, 0, 1))}),
            (NoNotes, "can be heard", {"notes": notes((120, 0, 1)), "sample_rate": 8_000}),
            (TooLarge, "30.02 minutes; at most 30", {"notes": notes((60, 0, 1801)), "tempo": 60}),
            (TooLarge, "minutes; at most 30", {"notes": notes((60, 2**40 - 1, 1))}),
            (TooLarge, "minutes; at most 30", {"notes": notes((60, -(2**40), 1), (60, 0, 1))}),
        ],
    )
    def test_what_cannot_be_played(self, error, says, how, tmp_path):
        how = {"notes": notes((60, 0, 1)), "path": "x.wav"} | how
        with pytest.raises(error, match=re.escape(says)) as caught:
            ge.render(how.pop("notes"), tmp_path / how.pop("path"), **how)
        assert "\n" not in str(caught.value)
        assert not list(tmp_path.iterdir())

    def test_half_an_hour_is_played(self):
        x = notes((60, 0, 1800))
        assert synth.sounded([("", x)], Clock.steady(60), 8_000).shape == (1, 8_000 * 1800 + 480)
