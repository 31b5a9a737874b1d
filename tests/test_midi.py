"""A MIDI file gives its notes, with a remark for every liberty taken, or one clear error: nothing in between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldenear.errors import UnreadableFile
from goldenear.limits import Limits
from goldenear.notes.formats import midi_track
from goldenear.notes.formats.midi import parse_midi
from goldenear.notes.read import read, read_all
from midi_bytes import (
    END,
    ONE_NOTE,
    chunk,
    control,
    file,
    header,
    meta,
    off,
    on,
    refusal,
    smpte,
    the_tune,
    track,
)


def notes_of(track):
    columns = (track.pitch, track.onset, track.duration, track.velocity, track.is_drum)
    return sorted(tuple(map(int, row)) for row in zip(*columns, strict=True))


def notes_in(*events, **how):
    """Return the notes of a file of one track, and its remarks."""
    tune = the_tune(file(track(*events), **how))
    return notes_of(tune.tracks[0]), [*tune.remarks, *tune.tracks[0].remarks]


class TestSoundFiles:
    def test_notes_keep_their_time_pitch_and_velocity(self):
        found, remarks = notes_in(on(5, 60, 1), on(10, 67, 127), off(5, 60), off(100, 67))
        assert found == [(60, 5, 15, 1, 0), (67, 15, 105, 127, 0)]
        assert remarks == []

    def test_a_note_on_of_no_velocity_is_a_note_off(self):
        assert notes_in(on(0, 60), on(24, 60, 0)) == ([(60, 0, 24, 64, 0)], [])

    def test_running_status_repeats_the_last_event(self):
        assert notes_in(on(0, 60), b"\x18\x3c\x00\x00\x3e\x40\x18\x3e\x00")[0] == [
            (60, 0, 24, 64, 0),
            (62, 24, 24, 64, 0),
        ]

    @pytest.mark.parametrize("between", [meta(3, 1, b"word"), b"\x03\xf0\x02\x41\xf7", b"\x03\xf7\x01\x41"])
    def test_running_status_across_meta_and_system_events_is_understood(self, between):
        found, remarks = notes_in(on(0, 60), between, b"\x15\x3c\x00")
        assert found == [(60, 0, 24, 64, 0)]
        assert remarks == ["running status carried across a meta or system event: understood"]

    def test_channel_10_is_drums(self):
        found, _ = notes_in(on(0, 36, channel=9), on(0, 36), off(6, 36, channel=9), off(6, 36))
        assert found == [(36, 0, 6, 64, 1), (36, 0, 12, 64, 0)]

    def test_channels_and_programs_of_a_chunk_stay_one_track(self):
        tune = the_tune(
            file(
                track(
                    b"\x00\xc0\x05",
                    ONE_NOTE,
                    b"\x00\xc0\x07",
                    ONE_NOTE,
                    on(0, 70, channel=3),
                    off(1, 70, channel=3),
                )
            )
        )
        assert [pitch for pitch, *_ in notes_of(tune.tracks[0])] == [60, 60, 70]
        assert len(tune.tracks) == 1

    def test_tracks_keep_their_numbers_and_names(self):
        data = file(
            track(meta(0, 3, b"\xc3\xa9t\xc3\xa9")),
            track(meta(0, 3, b"Fl\xf6te\x00\n"), ONE_NOTE),
            track(),
            track(meta(0, 3, b"a\x1b[31m\x07b"), ONE_NOTE),
        )
        tune = the_tune(data)
        assert [t.name for t in tune.tracks] == ["été", "Flöte", "", "a[31mb"]
        assert [len(t.pitch) for t in tune.tracks] == [0, 1, 0, 1]
        assert tune.title == "été"

    def test_tempos_of_all_tracks_are_in_order(self):
        data = file(track(meta(48, 0x51, b"\x07\xa1\x20")), track(meta(0, 0x51, b"\x06\x1a\x80"), ONE_NOTE))
        assert the_tune(data).tempos == ((0, 400_000), (48, 500_000))

    def test_a_long_silence_is_exact(self):
        wait = 2**28 - 1
        assert notes_in(on(wait, 60), off(wait, 60))[0] == [(60, wait, wait, 64, 0)]

    def test_skipped_events_may_bridge_more_than_one_quantity_can_hold(self):
        wait = 2**28 - 1
        silence = meta(wait, 1, b"")
        assert notes_in(silence * 3, on(0, 60), silence * 2, off(5, 60))[0] == [
            (60, 3 * wait, 2 * wait + 5, 64, 0)
        ]

    def test_overlapping_notes_of_a_pitch_end_first_in_first_out(self):
        assert notes_in(on(0, 60), on(5, 60), off(5, 60), off(5, 60))[0] == [
            (60, 0, 10, 64, 0),
            (60, 5, 10, 64, 0),
        ]

    @given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 127), st.integers(1, 300)), max_size=12))
    def test_any_melody(self, melody):
        events = [on(wait, pitch) + off(duration, pitch) for wait, pitch, duration in melody]
        expected, time = [], 0
        for wait, pitch, duration in melody:
            expected.append((pitch, time + wait, duration, 64, 0))
            time += wait + duration
        assert notes_in(*events) == (sorted(expected), [])


class TestStrikes:
    """A strike is never lost: ends are paired with strikes, or found where they were lost."""

    def test_a_lost_end_is_the_next_strike_of_its_pitch(self):
        # The first note lost its end; those after it keep theirs.
        found, remarks = notes_in(
            on(0, 60), on(24, 60), off(20, 60), on(4, 60), off(18, 60), on(6, 60), off(9, 60)
        )
        assert found == [(60, 0, 24, 64, 0), (60, 24, 20, 64, 0), (60, 48, 18, 64, 0), (60, 72, 9, 64, 0)]
        assert remarks == ["1 note: end lost, so each lasts until the next strike of its pitch"]

    def test_a_lost_end_in_the_middle_changes_nothing_before_it(self):
        found, _ = notes_in(
            on(0, 60),
            on(10, 60),
            off(5, 60),
            off(5, 60),
            on(4, 60),
            on(24, 60),
            off(12, 60),
            on(2, 61),
            off(3, 61),
        )
        assert found == [
            (60, 0, 15, 64, 0),
            (60, 10, 10, 64, 0),
            (60, 24, 24, 64, 0),
            (60, 48, 12, 64, 0),
            (61, 62, 3, 64, 0),
        ]

    def test_a_lost_end_on_one_channel_leaves_the_others_alone(self):
        found, _ = notes_in(
            on(0, 60), on(0, 60, channel=1), on(24, 60), on(0, 60, channel=1), off(6, 60), off(6, 60, channel=1),
            off(6, 60, channel=1),
        )  # fmt: skip
        # Channel 1 struck twice and lost an end; channel 2 overlaps, and lost none.
        assert found == [(60, 0, 24, 64, 0), (60, 0, 36, 64, 0), (60, 24, 6, 64, 0), (60, 24, 18, 64, 0)]

    def test_ends_of_nothing_are_passed_over(self):
        assert notes_in(off(0, 60), on(2, 60), off(5, 60), off(5, 60), on(5, 60), off(4, 60)) == (
            [(60, 2, 5, 64, 0), (60, 17, 4, 64, 0)],
            [],
        )

    @pytest.mark.parametrize("overlap", [1, 10, 23])
    def test_legato_keeps_every_onset_and_the_time_that_sounds(self, overlap, tmp_path):
        events = [on(0, 60)]
        for _ in range(7):
            events += [on(24 - overlap if len(events) > 1 else 24, 60), off(overlap, 60)]
        path = tmp_path / "legato.mid"
        path.write_bytes(file(track(*events, off(24, 60))))
        x = read(path)
        assert x.onset.tolist() == [24 * i for i in range(8)]
        assert (x.duration.sum(), x.last_offset) == (x.last_offset, 7 * 24 + overlap + 24)

    def test_overlaps_across_tracks_keep_every_onset(self, tmp_path):
        path = tmp_path / "two.mid"
        path.write_bytes(
            file(track(on(0, 60), off(96, 60)), track(on(24, 60), off(24, 60), on(24, 60), off(6, 60)))
        )
        assert [tuple(n)[:3] for n in read(path)] == [(60, 0, 24), (60, 24, 72), (60, 72, 96)]

    def test_a_pitch_struck_twice_at_once_is_one_note_and_told(self, tmp_path):
        path = tmp_path / "unison.mid"
        path.write_bytes(file(track(on(0, 60), off(24, 60)), track(on(0, 60), off(12, 60))))
        x = read(path)
        assert [tuple(n)[:3] for n in x] == [(60, 0, 24)]
        assert x.provenance.remarks == (
            "1 note: struck together with another of the same pitch, so read as one",
        )

    @pytest.mark.parametrize("ends", [[off(0, 36, channel=9)], []])
    def test_strokes_of_drums_need_neither_length_nor_end(self, ends):
        strokes = b"".join(on(24 * (i > 0), 36, channel=9) + b"".join(ends) for i in range(4))
        found, remarks = notes_in(strokes)
        assert found == [(36, 24 * i, 6 if ends or i == 3 else 24, 64, 1) for i in range(4)]
        assert remarks == []

    @given(
        st.lists(
            st.tuples(st.integers(0, 9), st.sampled_from([60, 61]), st.integers(0, 1), st.booleans()),
            max_size=30,
        )
    )
    def test_no_onset_is_lost_whatever_ends(self, events):
        every, struck, time = [], set(), 0
        for wait, pitch, channel, strikes in events:
            time += wait
            every.append(on(wait, pitch, channel=channel) if strikes else off(wait, pitch, channel=channel))
            struck |= {(pitch, time)} if strikes else set()
        tune = the_tune(file(track(*every)))
        (parsed,) = tune.tracks
        assert set(zip(list(parsed.pitch), list(parsed.onset), strict=True)) == struck


class TestMpe:
    """Channels of an MPE zone carry one note each; none is drums."""

    def zone(self, members, channel=0):
        return b"".join(
            b"\x00" + bytes([0xB0 + channel, number, value])
            for number, value in ((101, 0), (100, 6), (6, members))
        )

    def drums_in(self, *events):
        return [bool(note[4]) for note in notes_in(*events)[0]]

    def test_channel_10_in_the_lower_zone_is_pitched(self):
        found, remarks = notes_in(self.zone(15), on(0, 60, channel=9), off(24, 60, channel=9))
        assert found == [(60, 0, 24, 64, 0)]
        assert remarks == ["channel 10 belongs to an MPE zone: read as pitches, not as drums"]

    def test_channel_10_in_the_upper_zone_is_pitched(self):
        assert self.drums_in(self.zone(7, channel=15), on(0, 60, channel=9), off(24, 60, channel=9)) == [
            False
        ]

    def test_a_zone_that_does_not_reach_channel_10_leaves_it_to_the_drums(self):
        assert self.drums_in(self.zone(5), on(0, 36, channel=9), off(24, 36, channel=9)) == [True]
        assert self.drums_in(self.zone(3, channel=15), on(0, 36, channel=9), off(2, 36, channel=9)) == [True]

    def test_a_zone_that_is_switched_off_is_gone(self):
        assert self.drums_in(self.zone(15), self.zone(0), on(0, 36, channel=9), off(2, 36, channel=9)) == [
            True
        ]

    def test_a_parameter_of_the_maker_sets_up_no_zone(self):
        events = [self.zone(0), *(b"\x00\xb0" + bytes(pair) for pair in ((99, 1), (98, 8), (6, 64)))]
        assert self.drums_in(*events, on(0, 36, channel=9), off(2, 36, channel=9)) == [True]

    def test_a_zone_of_no_members_or_another_parameter_is_no_zone(self):
        bend_range = b"\x00\xb0\x65\x00\x00\xb0\x64\x00\x00\xb0\x06\x0f"
        for setting in (self.zone(0), bend_range):
            assert self.drums_in(setting, on(0, 36, channel=9), off(2, 36, channel=9)) == [True]

    def test_a_zone_set_up_in_another_track_counts(self):
        tune = the_tune(file(track(self.zone(15)), track(on(0, 60, channel=9), off(24, 60, channel=9))))
        assert not any(tune.tracks[1].is_drum)


class TestRemarks:
    def test_notes_that_never_end_last_until_the_next(self):
        found, remarks = notes_in(on(0, 64), on(10, 62), on(20, 65), off(6, 65))
        assert found == [(62, 10, 20, 64, 0), (64, 0, 10, 64, 0), (65, 30, 6, 64, 0)]
        assert remarks == ["2 notes: no end, so each lasts until the next one of its track"]

    def test_the_last_note_without_an_end_lasts_as_long_as_its_track(self):
        found, remarks = notes_in(ONE_NOTE, on(0, 64), meta(30, 1, b"the end"))
        assert found == [(60, 0, 24, 64, 0), (64, 24, 30, 64, 0)]
        assert remarks == ["1 note: no end, so each lasts until the next one of its track"]

    def test_a_chord_without_ends_stays_a_chord(self):
        assert notes_in(on(0, 60), on(0, 64), on(0, 67), on(24, 72), off(24, 72))[0] == [
            (60, 0, 24, 64, 0),
            (64, 0, 24, 64, 0),
            (67, 0, 24, 64, 0),
            (72, 24, 24, 64, 0),
        ]

    def test_notes_of_no_length_last_a_tick(self):
        assert notes_in(on(0, 60), off(0, 60)) == (
            [(60, 0, 1, 64, 0)],
            ["1 note: no length, so read as one tick"],
        )

    def test_the_pedal_and_bends_are_ignored(self):
        assert notes_in(control(0, 64, 127), ONE_NOTE, control(0, 64, 0))[1] == [
            "sustain pedal ignored: a note lasts as long as its key is held"
        ]
        assert notes_in(control(0, 64, 63), ONE_NOTE, b"\x00\xe0\x00\x40")[1] == []
        assert notes_in(ONE_NOTE, b"\x00\xe0\x01\x40")[1] == ["pitch bends ignored"]

    @pytest.mark.parametrize(
        "message",
        [b"\xf1\x05", b"\xf2\x05\x06", b"\xf3\x07", b"\xf6", b"\xf8", b"\xfa", b"\xfb", b"\xfc", b"\xfe"],
    )
    def test_system_messages_are_skipped(self, message):
        found, remarks = notes_in(on(0, 60), b"\x04" + message, off(20, 60))
        assert found == [(60, 0, 24, 64, 0)]
        assert remarks == [f"a system message 0x{message[0]:02X}, which has no place in a file: skipped"]

    def test_a_missing_end_of_track_is_supplied(self):
        tune = the_tune(file(track(ONE_NOTE, end=b"")))
        assert notes_of(tune.tracks[0]) == [(60, 0, 24, 64, 0)]
        assert tune.remarks == ["a track without an end of track: ended after its last event"]

    def test_events_after_the_end_are_left_out(self):
        tune = the_tune(file(track(ONE_NOTE, END, ONE_NOTE)))
        assert notes_of(tune.tracks[0]) == [(60, 0, 24, 64, 0)]
        assert tune.remarks == ["events after an end of track: left out"]

    def test_alien_chunks_are_skipped(self):
        data = header(1) + chunk(b"XFIH", b"abc") + track(ONE_NOTE) + chunk(b"XFKM", b"")
        assert the_tune(data).remarks == ["2 unknown chunks: skipped"]
        assert len(the_tune(data).tracks[0].pitch) == 1

    @pytest.mark.parametrize("junk", [b"*", b"\0\0\0\0\0\0\0", b"junk of many bytes"])
    def test_bytes_after_the_last_chunk(self, junk):
        (remark,) = the_tune(file(track(ONE_NOTE)) + junk).remarks
        assert remark == f"{len(junk)} byte{'s' * (len(junk) > 1)} after the last chunk: left out"

    @pytest.mark.parametrize("announced", [0, 2, 65535])
    def test_another_number_of_tracks_than_announced(self, announced):
        tune = the_tune(header(announced) + track(ONE_NOTE))
        assert len(tune.tracks) == 1
        assert tune.remarks == [f"{announced:,} tracks announced, 1 found"]

    def test_format_0_of_several_tracks(self):
        tune = the_tune(file(track(ONE_NOTE), track(ONE_NOTE), kind=0))
        assert len(tune.tracks) == 2
        assert tune.remarks == ["format 0 with 2 tracks instead of one: read as format 1"]

    def test_a_longer_header(self):
        data = chunk(b"MThd", bytes([0, 1, 0, 1, 0, 24, 9, 9])) + track(ONE_NOTE)
        assert the_tune(data).remarks == ["2 unknown bytes in the header: skipped"]

    @pytest.mark.parametrize("kind", [0x51, 0x58, 0x59])
    def test_meta_events_of_impossible_length(self, kind):
        found, remarks = notes_in(meta(0, kind, b"\x01"), ONE_NOTE)
        assert found == [(60, 0, 24, 64, 0)]
        assert remarks == [f"a meta event 0x{kind:02X} of impossible length: ignored"]

    def test_a_tempo_of_no_length(self):
        tune = the_tune(file(track(meta(0, 0x51, b"\0\0\0"), ONE_NOTE)))
        assert (tune.tempos, tune.remarks) == ((), ["1 tempo of no length: ignored"])

    def test_too_many_tempos(self, monkeypatch):
        monkeypatch.setattr(midi_track, "LIMITS", Limits(tempos=2))
        tune = the_tune(file(track(meta(1, 0x51, b"\0\0\1") * 5, ONE_NOTE)))
        assert (tune.tempos, tune.remarks) == (
            ((1, 1), (2, 1)),
            ["tempo changes beyond the first 2: left out"],
        )

    def test_no_tracks_announced_and_none_there(self):
        assert the_tune(header(0)).tracks == []


class TestSmpte:
    @pytest.mark.parametrize(
        ("frames", "ticks", "ticks_per_quarter", "scale"),
        [
            (25, 40, 500, 1),
            (24, 4, 48, 1),
            (30, 80, 1200, 1),
            (29, 4, 60, 1),
            (25, 1, 25, 2),
            (25, 255, 6375, 2),
        ],
    )
    def test_a_quarter_is_half_a_second(self, frames, ticks, ticks_per_quarter, scale):
        tune = the_tune(file(track(on(3, 60), off(7, 60)), division=smpte(frames, ticks)))
        assert tune.ticks_per_quarter == ticks_per_quarter
        assert notes_of(tune.tracks[0]) == [(60, 3 * scale, 7 * scale, 64, 0)]
        assert "SMPTE" in tune.remarks[0]

    def test_its_tempos_say_nothing(self):
        tune = the_tune(file(track(meta(0, 0x51, b"\0\0\1"), ONE_NOTE), division=smpte(25, 40)))
        assert (tune.tempos, tune.remarks[1]) == ((), "tempo ignored: SMPTE time has none")

    @pytest.mark.parametrize(("frames", "ticks"), [(25, 0), (26, 4), (128, 4), (1, 4)])
    def test_other_rates_are_refused(self, frames, ticks):
        assert "frames a second" in refusal(file(track(ONE_NOTE), division=smpte(frames, ticks)))


class TestFormat2:
    def test_each_track_is_a_tune(self):
        data = file(
            track(meta(0, 3, b"one"), ONE_NOTE),
            track(),
            track(meta(0, 3, b"two"), ONE_NOTE, on(0, 1)),
            kind=2,
        )
        one, two = parse_midi(data, "x.mid")
        assert (one.title, two.title) == ("one", "two")
        told = ["1 note: no end, so each lasts until the next one of its track"]
        assert (one.remarks, two.remarks) == ([], told)

    def test_all_without_notes(self):
        assert len(parse_midi(file(track(), track(), kind=2), "x.mid")) == 1
        assert len(parse_midi(file(kind=2), "x.mid")) == 1


class TestRiff:
    def wrapped(self, data, before=b"", after=b""):
        body = b"RMID" + before + b"data" + len(data).to_bytes(4, "little") + data + after
        return b"RIFF" + len(body).to_bytes(4, "little") + body

    def test_the_wrapper_is_taken_off(self):
        tune = the_tune(self.wrapped(file(track(ONE_NOTE))))
        assert (len(tune.tracks[0].pitch), tune.remarks) == (1, [])

    def test_other_data_in_it_is_skipped(self):
        other = b"DISP\x03\0\0\0abc\0"
        assert len(the_tune(self.wrapped(file(track(ONE_NOTE)), before=other)).tracks) == 1
        remarks = the_tune(self.wrapped(file(track(ONE_NOTE)), after=other)).remarks
        assert remarks == ["data beside the music in the RIFF wrapper: skipped"]

    def test_what_holds_no_midi_is_refused(self):
        assert "RMID" in refusal(b"RIFF\x04\0\0\0WAVE")
        assert "without MIDI data" in refusal(b"RIFF\x04\0\0\0RMID")
        assert "claims" in refusal(self.wrapped(file(track(ONE_NOTE)))[:-1])


class TestThroughTheDoor:
    def test_policies_leave_remarks(self, tmp_path):
        path = tmp_path / "x.mid"
        path.write_bytes(
            file(
                track(
                    meta(0, 3, b"piano"),
                    on(0, 60),
                    on(12, 60),
                    off(12, 60),
                    off(12, 60),
                    on(0, 62),
                    off(0, 62),
                )
            )
        )
        notes = read(path)
        assert [tuple(note)[:3] for note in notes] == [(60, 0, 12), (60, 12, 36), (62, 36, 37)]
        assert notes.provenance.remarks == (
            "1 note: no length, so read as one tick",
            "1 note: overlapping the next of the same pitch, so cut where that begins",
        )
        assert notes.provenance.tracks == ("piano",)

    def test_patterns_are_chosen_by_number(self, tmp_path):
        path = tmp_path / "x.mid"
        path.write_bytes(file(track(ONE_NOTE), track(on(0, 61), off(1, 61)), kind=2))
        assert [len(notes) for notes in read_all(path)] == [1, 1]
        assert read(path, tune=2).pitch.tolist() == [61]
        with pytest.raises(UnreadableFile, match="holds 2 tunes"):
            read(path)
