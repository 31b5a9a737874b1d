"""What is written is read back exactly, and a file appears whole or not at all."""

from __future__ import annotations

import os
import re
import stat

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldenear.errors import InvalidInput
from goldenear.notes import atomic
from goldenear.notes.atomic import write_bytes_atomically
from goldenear.notes.note_array import NoteArray
from goldenear.notes.provenance import Provenance
from goldenear.notes.read import read
from goldenear.notes.write import write
from strategies import fragments

IN_ONE_FOLDER = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def notes(*rows, **how):
    """Return notes from rows of (pitch, onset, duration)."""
    pitch, onset, duration = zip(*rows, strict=True) if rows else ((), (), ())
    return NoteArray.from_arrays(
        **({"pitch": pitch, "onset": onset, "duration": duration, "ticks_per_quarter": 24} | how)
    )


def is_plain(x):
    return bool((np.abs(x.brightness) == 1).all())


def through(path, x, **how):
    """Write and read again, as bright as it was."""
    write(x, path)
    return read(
        path, brightness="plain" if is_plain(x) else "velocity", steps_per_octave=x.steps_per_octave, **how
    )


@st.composite
def any_notes(draw, lowest=0):
    """Draw notes anywhere in MIDI's range: touching, drums, painted, forbidden."""
    n = draw(st.integers(0, 12))

    def column(values):
        return draw(st.lists(values, min_size=n, max_size=n))

    pitch = column(st.integers(lowest, lowest + 3) | st.integers(lowest, 127))
    # One sign a pitch, so that a note never overlaps a forbidden place of its own pitch.
    dark = draw(st.sets(st.integers(0, 127), max_size=3) | st.sets(st.sampled_from(pitch or [0]), max_size=2))
    levels = column(st.integers(1, 127)) if draw(st.booleans()) else [1] * n
    return NoteArray.from_arrays(
        pitch=pitch,
        onset=column(st.integers(0, 8) | st.integers(0, 2**30)),
        duration=column(st.integers(1, 4) | st.integers(1, 2**29)),
        brightness=[-level if p in dark else level for p, level in zip(pitch, levels, strict=True)],
        is_drum=column(st.booleans()),
        ticks_per_quarter=draw(st.integers(1, 32767)),
    )


class TestMidi:
    @settings(suppress_health_check=IN_ONE_FOLDER, max_examples=300)
    @given(x=any_notes())
    def test_round_trip(self, x, tmp_path):
        assert through(tmp_path / "x.mid", x) == x

    @settings(suppress_health_check=IN_ONE_FOLDER)
    @given(x=fragments(painted=True, forbidden=True))
    def test_round_trip_of_fragments(self, x, tmp_path):
        again = through(tmp_path / "x.mid", x)
        assert again == x
        assert again.provenance.remarks == ()

    def test_notes_that_touch_stay_apart(self, tmp_path):
        x = notes((60, 0, 5), (60, 5, 5), (60, 10, 1))
        assert len(x) == 3
        assert through(tmp_path / "x.mid", x) == x
        # For readers that pair notes otherwise than first in, first out, the end must stand before the beginning.
        data = (tmp_path / "x.mid").read_bytes()
        assert bytes([5, 0x80, 60, 0, 0, 0x90, 60, 64]) in data

    def test_no_notes(self, tmp_path):
        x = notes().named("silence")
        again = through(tmp_path / "x.mid", x)
        assert again == x
        assert "silence" in again.provenance.tracks

    def test_plain_notes_are_written_at_a_middle_velocity(self, tmp_path):
        write(notes((60, 0, 5)), tmp_path / "x.mid")
        assert read(tmp_path / "x.mid", brightness="velocity").brightness.tolist() == [64]

    def test_forbidden_places_have_their_own_track(self, tmp_path):
        x = notes((60, 0, 5), (62, 0, 5), brightness=[1, -1]).named("sample")
        again = through(tmp_path / "x.mid", x)
        assert again == x
        assert again.provenance.tracks == ("", "sample", "forbidden")

    def test_several_arrays_are_several_named_tracks(self, tmp_path):
        x, sample = notes((60, 0, 5)), notes((64, 2, 9), (64, 11, 1))
        write({"X": x, "sample": sample}, tmp_path / "x.mid")
        assert read(tmp_path / "x.mid", track="x") == x
        assert read(tmp_path / "x.mid", track="sample") == sample
        write([x.named("left hand"), sample.named("høyre hånd")], tmp_path / "y.MIDI")
        assert read(tmp_path / "y.MIDI", track="høyre hånd") == sample

    def test_arrays_of_several_resolutions_share_one_that_serves_all(self, tmp_path):
        threes, fours = notes((60, 1, 1), ticks_per_quarter=3), notes((64, 1, 1), ticks_per_quarter=4)
        write({"a": threes, "b": fours}, tmp_path / "x.mid")
        assert read(tmp_path / "x.mid", track="a") == threes.at_resolution(12)
        assert read(tmp_path / "x.mid", track="b") == fours.at_resolution(12)

    def test_too_fine_a_resolution_is_made_coarser_where_that_is_exact(self, tmp_path):
        x = notes((60, 0, 50_000), ticks_per_quarter=100_000)
        assert through(tmp_path / "x.mid", x) == x.at_resolution(2)
        with pytest.raises(InvalidInput, match="100,000 ticks a quarter"):
            write(notes((60, 0, 1), ticks_per_quarter=100_000), tmp_path / "y.mid")

    def test_too_late_a_tick_is_made_earlier_where_that_is_exact(self, tmp_path):
        x = notes((60, 2**31, 24))
        assert through(tmp_path / "x.mid", x) == x.at_resolution(x.coarsest_resolution())
        with pytest.raises(InvalidInput, match="ends at tick"):
            write(notes((60, 2**31, 1)), tmp_path / "y.mid")

    def test_tempos_come_along(self, tmp_path):
        tempos = ((0, 500_000), (36, 1), (2**28, 2**24 - 1))
        x = notes((60, 12, 12), provenance=Provenance(tempos=tempos))
        assert through(tmp_path / "x.mid", x).provenance.tempos == tempos
        write([x, notes((60, 1, 1), ticks_per_quarter=48)], tmp_path / "y.mid")
        assert read(tmp_path / "y.mid").provenance.tempos == tuple(
            (2 * tick, length) for tick, length in tempos
        )

    def test_tempos_that_midi_cannot_state_become_the_nearest(self, tmp_path):
        x = notes((60, 12, 12), provenance=Provenance(tempos=((0, 2**25), (-5, 0))))
        assert through(tmp_path / "x.mid", x).provenance.tempos == ((0, 1), (0, 2**24 - 1))

    def test_each_array_has_its_own_channel_and_drums_have_the_tenth(self, tmp_path):
        write([notes((60, 0, 1))] * 12 + [notes((36, 0, 1), is_drum=True)], tmp_path / "x.mid")
        data = (tmp_path / "x.mid").read_bytes()
        channels = [on[0] & 15 for on in re.findall(rb"[\x90-\x9f][\x3c\x24]\x40", data)]
        assert channels == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 9]

    def test_other_grids_are_written_as_plain_numbers(self, tmp_path):
        x = notes((60, 0, 5), (61, 0, 5), steps_per_octave=31)
        assert through(tmp_path / "x.mid", x) == x

    @settings(suppress_health_check=IN_ONE_FOLDER)
    @given(
        x=fragments(),
        beats=st.integers(1, 32),
        unit=st.sampled_from([1, 2, 4, 8, 16, 32]),
        paced=st.booleans(),
    )
    def test_a_metre_changes_no_note(self, x, beats, unit, paced, tmp_path):
        tempos = ((0, 400_000), (9, 300_000)) if paced else ()
        x = NoteArray.from_arrays(
            pitch=x.pitch, onset=x.onset, duration=x.duration, is_drum=x.is_drum,
            ticks_per_quarter=x.ticks_per_quarter, provenance=Provenance(tempos=tempos),
        )  # fmt: skip
        write(x, tmp_path / "x.mid", metre=f"{beats}/{unit}")
        again = read(tmp_path / "x.mid")
        assert again == x
        assert again.ticks_per_quarter == x.ticks_per_quarter
        assert again.provenance.remarks == ()
        assert again.provenance.tempos == tempos

    def test_a_metre_is_the_first_event(self, tmp_path):
        x = notes((60, 0, 5))
        write(x, tmp_path / "x.mid", metre="6/8")
        written = (tmp_path / "x.mid").read_bytes()
        write(x, tmp_path / "y.mid", metre="4/4")
        write(x, tmp_path / "z.mid")
        plain = (tmp_path / "z.mid").read_bytes()
        assert (tmp_path / "y.mid").read_bytes() == plain
        # 6 beats of 2**-3, a click every 12 of 24 clocks a quarter, 8 notated 32nds a quarter.
        event = bytes([0, 0xFF, 0x58, 4, 6, 3, 12, 8])
        assert written[22:30] == event
        assert written[30:] == plain[22:]

    def test_names_become_one_line(self, tmp_path):
        write({"two\nlines\x00 \udc80": notes((60, 0, 1))}, tmp_path / "x.mid")
        assert read(tmp_path / "x.mid").provenance.tracks == ("", "two lines")


class TestScore:
    @settings(suppress_health_check=IN_ONE_FOLDER)
    @given(x=fragments(drums=False, most_notes=12, longest=100, resolutions=(1, 4, 7, 12, 480)))
    def test_round_trip(self, x, tmp_path):
        write(x, tmp_path / "x.musicxml")
        assert read(tmp_path / "x.musicxml").at_resolution(x.ticks_per_quarter) == x

    @pytest.mark.filterwarnings("ignore")
    @settings(suppress_health_check=IN_ONE_FOLDER, max_examples=30)
    @given(x=fragments(drums=False, most_notes=12, longest=100, resolutions=(1, 4, 7, 12, 480)))
    def test_another_reader_finds_the_same_notes(self, x, tmp_path):
        import partitura

        write(x, tmp_path / "x.musicxml")
        part = partitura.load_musicxml(tmp_path / "x.musicxml").parts[0]
        found = [(n["pitch"], n["onset_div"], n["duration_div"]) for n in part.note_array()]
        assert sorted(found) == sorted(zip(x.pitch, x.onset, x.duration, strict=True))
        assert part.quarter_durations()[0, 1] == x.ticks_per_quarter

    def test_each_array_is_a_part(self, tmp_path):
        x = notes((60, 0, 24), (64, 0, 24), brightness=[1, -1])
        y = notes((62, 200, 24))
        write({"<a> & b": x, "c": y}, tmp_path / "x.xml")
        assert read(tmp_path / "x.xml", track="c").at_resolution(24) == y
        again = read(tmp_path / "x.xml")
        assert again.provenance.tracks == ("<a> & b", "forbidden", "c")
        assert again.brightness.tolist() == [1, -1, 1]

    def test_no_notes(self, tmp_path):
        write(notes(), tmp_path / "x.musicxml")
        assert len(read(tmp_path / "x.musicxml")) == 0

    @pytest.mark.parametrize(
        ("pitches", "spelled"),
        [
            ([62, 66, 69], "DF#A"),
            ([63, 67, 70], "EbGBb"),
            ([64, 68, 71, 63], "EG#BD#"),
            ([61, 65, 68, 66], "DbFAbGb"),
        ],
    )
    def test_pitches_are_spelled_as_neighbours_of_fifths(self, pitches, spelled, tmp_path):
        write(notes(*((pitch, 24 * i, 24) for i, pitch in enumerate(pitches))), tmp_path / "x.xml")
        text = (tmp_path / "x.xml").read_text(encoding="utf-8")
        found = re.findall(r"<step>(.)</step>(?:<alter>(.*?)</alter>)?", text)
        assert "".join(step + {"": "", "1": "#", "-1": "b"}[alter] for step, alter in found) == spelled

    def test_notes_are_tied_over_bar_lines_and_drawn_in_note_values(self, tmp_path):
        write(notes((60, 72, 32), (62, 104, 8)), tmp_path / "x.xml")
        text = (tmp_path / "x.xml").read_text(encoding="utf-8")
        assert re.findall("<type>(.*?)</type>", text.split("</measure>")[0]) == ["half", "quarter", "quarter"]
        assert text.count('<tie type="start"/>') == text.count('<tie type="stop"/>') == 1
        assert text.count("<time-modification>") == 3
        assert text.count('<tuplet type="start"/>') == text.count('<tuplet type="stop"/>') == 1

    @pytest.mark.parametrize(
        ("x", "says"),
        [
            (notes((36, 0, 1), is_drum=True), "drums"),
            (notes((60, 0, 1), steps_per_octave=19), "19 steps to the octave"),
            (notes((11, 0, 1)), "pitch 11"),
            (notes((60, 2**30, 1)), "bars"),
        ],
    )
    def test_what_a_score_cannot_show_is_refused(self, x, says, tmp_path):
        with pytest.raises(InvalidInput, match=says):
            write(x, tmp_path / "x.musicxml")
        assert not list(tmp_path.iterdir())


class TestRefusals:
    @pytest.mark.parametrize("suffix", ["mid", "musicxml"])
    @pytest.mark.parametrize(
        ("x", "says"),
        [
            (notes((60, -1, 5)), "begins at tick -1"),
            (notes((-1, 0, 5)), "pitches -1..-1"),
            (notes((60, 0, 5), (128, 0, 5)), "pitches 60..128"),
            ({"Forbidden ": notes((60, 0, 5))}, "must stay dark"),
            ([], "got none"),
            ({}, "got none"),
            ("text", "got str"),
            ([notes(), 3], "got int"),
            (7, "got int"),
        ],
    )
    def test_what_does_not_fit(self, x, says, suffix, tmp_path):
        with pytest.raises(InvalidInput, match=re.escape(says)) as caught:
            write(x, tmp_path / f"x.{suffix}")
        assert "\n" not in str(caught.value)
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("suffix", ["mid", "musicxml"])
    @pytest.mark.parametrize("metre", ["3", "0/4", "4/3", None])
    def test_what_is_no_metre(self, metre, suffix, tmp_path):
        with pytest.raises(InvalidInput, match="^metre: "):
            write(notes((60, 0, 5)), tmp_path / f"x.{suffix}", metre=metre)
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("name", ["x.txt", "x", "x.abc"])
    def test_unknown_endings(self, name, tmp_path):
        with pytest.raises(InvalidInput, match=r"expected one of \.mid"):
            write(notes((60, 0, 5)), tmp_path / name)

    def test_folders_that_are_not_there(self, tmp_path):
        with pytest.raises(InvalidInput, match="cannot be written"):
            write(notes((60, 0, 5)), tmp_path / "nowhere" / "x.mid")


class TestAtomic:
    def test_new_and_old_files(self, tmp_path):
        path = tmp_path / "x"
        write_bytes_atomically(path, b"first")
        path.chmod(0o640)
        write_bytes_atomically(str(path), b"second")
        assert path.read_bytes() == b"second"
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        assert [entry.name for entry in tmp_path.iterdir()] == ["x"]

    def test_a_failure_leaves_the_old_file_and_nothing_else(self, tmp_path, monkeypatch):
        path = tmp_path / "x"
        path.write_bytes(b"old")

        def fails(_):
            raise OSError("the disk is full")

        monkeypatch.setattr(atomic.os, "fsync", fails)
        with pytest.raises(OSError, match="full"):
            write_bytes_atomically(path, b"new")
        assert path.read_bytes() == b"old"
        assert [entry.name for entry in tmp_path.iterdir()] == ["x"]

    def test_a_folder_is_not_replaced(self, tmp_path):
        (tmp_path / "x").mkdir()
        with pytest.raises(OSError, match="x"):
            write_bytes_atomically(tmp_path / "x", b"new")
        assert [entry.name for entry in tmp_path.iterdir()] == ["x"]

    @pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
    def test_a_link_stays_a_link(self, tmp_path):
        (tmp_path / "link").symlink_to(tmp_path / "x")
        write_bytes_atomically(tmp_path / "link", b"new")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "x").read_bytes() == b"new"
