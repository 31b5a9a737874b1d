"""However a MIDI file is damaged, one line refuses it, or its notes come with remarks: no crash, no half-read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldenear.errors import UnreadableFile
from goldenear.limits import Limits
from goldenear.notes.formats.midi import parse_midi
from goldenear.notes.formats.midi_check import check_midi
from goldenear.notes.read import read
from midi_bytes import ONE_NOTE, chunk, control, file, header, meta, off, on, refusal, the_tune, track


class TestRefusals:
    @pytest.mark.parametrize("byte", [0xF4, 0xF5, 0xF9, 0xFD])
    def test_status_bytes_of_no_event(self, byte):
        data = file(track(ONE_NOTE, bytes([0, byte])))
        assert refusal(data) == (
            f"byte 0x{byte:02X} at offset {data.rindex(byte)} begins no event that a MIDI file may hold"
        )

    def test_data_bytes_over_127(self):
        data = file(track(b"\x00\x90\x3c\xa8"))
        assert (
            refusal(data) == f"byte 0xA8 at offset {data.index(0xA8)} stands where data (0..127) is expected"
        )
        assert "byte 0xFF at offset 24" in refusal(file(track(b"\x00\xc0\xff")))

    def test_data_before_any_event(self):
        assert (
            refusal(file(track(b"\x00\x3c\x40"))) == "byte 0x3C at offset 23 is data, but no event has begun"
        )

    def test_overlong_numbers(self):
        assert "longer than 4 bytes" in refusal(file(track(b"\x81\x80\x80\x80\x00\x90\x3c\x40")))

    def test_overlong_tracks(self):
        wait = 2**28 - 1
        silence = meta(wait, 1, b"")
        assert len(the_tune(file(track(silence * 8, on(7, 60)))).remarks) == 1
        assert "2,147,483,648 ticks long" in refusal(file(track(silence * 8, on(8, 60))))

    def test_too_many_events(self, monkeypatch):
        monkeypatch.setattr("goldenear.notes.formats.midi_check.LIMITS", Limits(midi_events=5))
        assert len(the_tune(file(track(ONE_NOTE))).tracks) == 1
        assert "events" in refusal(file(track(ONE_NOTE), track(ONE_NOTE)))

    def test_events_beyond_their_track(self):
        assert "claims 100 bytes" in refusal(file(track(b"\x00\xff\x01\x64abc")))
        assert "claims 100 bytes" in refusal(file(track(b"\x00\xf0\x64abc")))

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (b"not a midi file", "not a MIDI file: it does not begin with MThd"),
            (b"MThd", "breaks off inside its header"),
            (chunk(b"MThd", b"\0\1\0\1"), "breaks off inside its header"),
            (b"MThd\0\0\0\5" + bytes(9), "its header claims 5 bytes: expected 6"),
            (b"MThd\0\0\1\0" + bytes(9), "its header claims 256 bytes, but 9 are left"),
            (file(track(), kind=3), "MIDI format 3 is unknown"),
            (file(track(), division=0), "its header claims 0 ticks per quarter"),
            (header(1), "announces 1 tracks, but there are none"),
            (header(1) + b"MTrk\0\0\0\5abcd", "claims 5 bytes, but 4 are left"),
            (header(2) + track() + b"junk of no use", "claims"),
        ],
    )
    def test_what_is_no_midi_file(self, data, says):
        assert says in refusal(data)


class TestDamage:
    """However a file is damaged, it is refused in one line, or its notes come with remarks."""

    SMALL = file(
        track(meta(0, 3, b"tempo"), meta(0, 0x51, b"\x07\xa1\x20")),
        track(
            meta(0, 3, b"x"),
            on(0, 60),
            b"\x18\x3c\x00",
            b"\x00\xf0\x02\x41\xf7",
            control(0, 64, 127),
            ONE_NOTE,
        ),
        track(on(200, 36, channel=9), off(6, 36, channel=9), b"\x00\xc0\x05", b"\x00\xe0\x00\x40"),
    )

    def survives(self, data, path="x.mid"):
        try:
            tunes = parse_midi(data, path)
        except UnreadableFile as error:
            assert "\n" not in str(error)  # noqa: PT017 (either way is fine)
            return []
        checked = check_midi(data, path)
        struck = sum(int(((t.events.kind == 9) & (t.events.second > 0)).sum()) for t in checked.tracks)
        for tune in tunes:
            for t in tune.tracks:
                assert all(0 <= p <= 127 for p in t.pitch)
                assert all(1 <= v <= 127 for v in t.velocity)
                assert all(o >= 0 and d >= 0 for o, d in zip(t.onset, t.duration, strict=True))
        found = sum(len(t.pitch) for tune in tunes for t in tune.tracks)
        assert found == struck or checked.format == 2
        return tunes

    @pytest.mark.parametrize("length", range(len(SMALL)))
    def test_cut_at_every_byte(self, length):
        for tune in self.survives(self.SMALL[:length]):
            assert any("announced" in remark for remark in tune.remarks)

    @pytest.mark.parametrize("length", range(len(SMALL)))
    def test_cut_at_every_byte_and_read_from_disk(self, length, tmp_path):
        path = tmp_path / "cut.mid"
        path.write_bytes(self.SMALL[:length])
        try:
            assert read(path).provenance.remarks
        except UnreadableFile as error:
            assert str(path) in str(error)  # noqa: PT017

    @settings(max_examples=400)
    @given(st.dictionaries(st.integers(0, len(SMALL) - 1), st.integers(0, 255), min_size=1, max_size=5))
    def test_flipped_bytes(self, flips):
        damaged = bytearray(self.SMALL)
        for at, byte in flips.items():
            damaged[at] = byte
        self.survives(bytes(damaged))

    @settings(max_examples=300)
    @given(st.binary(max_size=60))
    def test_any_bytes_as_events(self, events):
        self.survives(header(1) + chunk(b"MTrk", events))

    @given(st.binary(max_size=80))
    def test_any_bytes_after_a_header(self, data):
        self.survives(header(1) + data)
