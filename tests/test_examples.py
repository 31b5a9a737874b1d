"""The shipped examples are what their source says, and enough of everything."""

import sys
from importlib import import_module
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from goldenear.examples import CANDIDATES, TASTE
from goldenear.notes.note_array import NoteArray
from goldenear.notes.read import read
from goldenear.taste.judge import Taste

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
build = import_module("examples_source.build")
candidates = import_module("examples_source.candidates")
notation = import_module("examples_source.notation")

EXAMPLES = dict(build.examples())
each_example = pytest.mark.parametrize("path", EXAMPLES)


def joined(parts):
    """Return several note arrays as one."""
    names = ("pitch", "onset", "duration", "is_drum")
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return NoteArray.from_arrays(**columns, ticks_per_quarter=notation.TICKS_PER_QUARTER)


def sounds_several_notes_at_once(notes):
    return bool((notes.onset[1:] < np.maximum.accumulate(notes.offset)[:-1]).any())


def test_there_are_enough_of_each_kind():
    count = {folder: len(examples) for folder, examples in build.FOLDERS.items()}
    assert count["taste/good"] >= 10
    assert count["taste/bad"] >= 10
    assert count["candidates"] >= 15


@each_example
def test_the_shipped_file_is_what_the_source_says(path):
    parts = EXAMPLES[path].note_arrays()
    shipped = read(build.SHIPPED / path)
    assert shipped == joined(parts.values())
    assert shipped.provenance.tempos == next(iter(parts.values())).provenance.tempos
    for voice, notes in parts.items():
        assert read(build.SHIPPED / path, track=voice) == notes


@each_example
def test_nothing_was_repaired_when_the_file_was_read(path):
    assert read(build.SHIPPED / path).provenance.remarks == ()


@each_example
def test_it_is_two_to_eight_bars_long(path):
    example = EXAMPLES[path]
    notes = joined(example.note_arrays().values())
    assert 2 <= example.bars <= 8
    assert notes.quarters <= example.quarters
    assert notes.quarters > example.quarters - example.bar


@each_example
def test_it_says_what_it_is(path):
    example = EXAMPLES[path]
    assert example.title
    assert example.comment.endswith(".")
    assert bool(example.expect) == bool(example.why) == path.startswith("candidates/")


def test_the_shipped_folders_are_byte_for_byte_the_build(tmp_path):
    build.build(tmp_path)
    assert build.midi_files(tmp_path) == set(EXAMPLES)
    assert build.differences(build.SHIPPED) == []


def test_a_difference_is_found(tmp_path):
    build.build(tmp_path)
    path = "candidates/all-keys-held.mid"
    (tmp_path / path).unlink()
    (tmp_path / "candidates" / "stray.mid").write_bytes(b"")
    assert build.differences(tmp_path) == [path, "candidates/stray.mid"]


def test_no_two_examples_are_the_same_music():
    music = {path: joined(example.note_arrays().values()) for path, example in EXAMPLES.items()}
    for (path, notes), (other_path, other) in combinations(music.items(), 2):
        assert notes != other, f"{path} and {other_path}"


def test_no_name_is_used_twice():
    names = [example.name for example in EXAMPLES.values()]
    assert len(names) == len(set(names))


def test_one_voice_and_many_are_among_the_good_and_the_bad():
    for folder in ("taste/good", "taste/bad"):
        polyphonic = [
            sounds_several_notes_at_once(joined(example.note_arrays().values()))
            for example in build.FOLDERS[folder]
        ]
        assert sum(polyphonic) >= 4
        assert sum(polyphonic) <= len(polyphonic) - 4


def test_triplets_and_drums_are_among_the_good():
    parts = [part for example in build.FOLDERS["taste/good"] for part in example.note_arrays().values()]
    assert any(part.is_drum.all() for part in parts)
    assert any(part.coarsest_resolution() % 3 == 0 for part in parts)


def test_the_bad_ones_have_notes_enough_to_be_recognised():
    for example in build.FOLDERS["taste/bad"]:
        assert sum(map(len, example.note_arrays().values())) >= 8, example.name


def test_every_candidate_has_an_expected_verdict():
    assert set(candidates.EXPECTED) == {example.name for example in candidates.EXAMPLES}
    expected = list(candidates.EXPECTED.values())
    assert {outcome: expected.count(outcome) >= 4 for outcome in set(expected)} == {
        "good": True,
        "bad": True,
        "neither": True,
    }


def example_of(music, **fields):
    fields = {"meter": "4/4", "voices": {"voice": music}} | fields
    return notation.Example(name="x", title="x", comment="x", tempo=120, **fields)


@pytest.mark.parametrize(
    ("music", "slip"),
    [
        ("C4:1 D4 E4", "no whole bars"),
        ("C4:1 D4 E4 | F4", "a bar line after 3 quarters"),
        ("C4:1 H4:3", "no note 'H4'"),
        ("C4:1 D4:3.", "cannot read"),
        ("C4:1/7 r:27/7", "fall between two"),
    ],
)
def test_a_slip_in_the_notation_is_named(music, slip):
    with pytest.raises(ValueError, match=slip):
        example_of(music).note_arrays()


def test_voices_of_different_length_are_refused():
    with pytest.raises(ValueError, match="different length"):
        example_of("", voices={"one": "C4:4", "two": "C4:8"}).note_arrays()


def test_ties_chords_and_moved_phrases_are_read():
    phrase = notation.Phrase("C4:3 [E4 G4]:1 | ~:4", up=2, mirror="C4")
    notes = example_of(phrase).note_arrays()["voice"]
    quarter = notation.TICKS_PER_QUARTER
    assert notes.pitch.tolist() == [62, 55, 58]
    assert (notes.onset // quarter).tolist() == [0, 3, 3]
    assert (notes.offset // quarter).tolist() == [3, 8, 8]


def test_a_pickup_lies_at_the_end_of_a_bar():
    notes = example_of("C4:1 | D4:3", pickup=1).note_arrays()["voice"]
    assert (notes.onset // notation.TICKS_PER_QUARTER).tolist() == [3, 4]


@pytest.fixture(scope="module")
def example_taste():
    return Taste(TASTE)


def vetoes(verdict):
    """Return the bad samples that the candidate resembles: name, transposition, stretch and form."""
    resembled = [match for match in verdict.bad if match.similarity >= verdict.threshold(match)]
    return [(match.name, match.transposition, match.stretch, match.form) for match in resembled]


@pytest.mark.parametrize("name", sorted(candidates.EXPECTED))
def test_the_verdict_is_the_one_a_musician_expects(name: str, example_taste) -> None:
    assert example_taste.judge(read(CANDIDATES / f"{name}.mid")).outcome == candidates.EXPECTED[name]


@pytest.mark.parametrize(
    ("name", "sample", "up"),
    [("ringtone-over-block-chords", "ringtone", -16), ("station-jingle-in-thirds", "station-jingle", 3)],
)
def test_an_accompanied_tune_is_vetoed_for_the_tune(name, sample, up, example_taste):
    verdict = example_taste.judge(read(CANDIDATES / f"{name}.mid"))
    assert vetoes(verdict) == [(f"bad/{sample}.mid", up, 1, "prime")]
    why = verdict.explain()
    assert len(why.matched) == len(read(TASTE / "bad" / f"{sample}.mid"))
    assert len(why.missed) == 0
    assert len(why.extra) > 0


def test_the_block_chords_alone_have_no_veto(example_taste):
    chords = read(CANDIDATES / "ringtone-over-block-chords.mid", track="left hand")
    assert vetoes(example_taste.judge(chords)) == []


PLAINEST = {"alberti-doodle", "four-chords", "amen"}
"""Bad samples so plain that in notes of a quarter of their length they no longer stand out from other music."""


@pytest.mark.parametrize("part", [2, 4])
@pytest.mark.parametrize("name", [example.name for example in build.FOLDERS["taste/bad"]])
def test_a_bad_tune_in_short_notes_is_still_vetoed(name, part, example_taste):
    """Each note begins where it did, and sounds for a half or a quarter of its length."""
    whole = read(TASTE / "bad" / f"{name}.mid")
    short = NoteArray.from_arrays(
        pitch=whole.pitch,
        onset=whole.onset * part,
        duration=whole.duration,
        is_drum=whole.is_drum,
        ticks_per_quarter=whole.ticks_per_quarter * part,
    )
    verdict = example_taste.judge(short)
    best = verdict.bad.best
    assert (best.name, best.transposition, best.stretch, best.form) == (f"bad/{name}.mid", 0, 1, "prime")
    assert verdict.outcome == ("neither" if part == 4 and name in PLAINEST else "bad")
    # All strokes are shared, and a part of the held time; the strokes of drums have no other length.
    held = 1 if whole.is_drum.all() else 1 / part
    assert verdict.bad.best.similarity == pytest.approx(held**0.25)
