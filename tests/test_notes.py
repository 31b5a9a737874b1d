"""Notes, their picture, alterations and placements keep their invariants."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import goldenear as ge
import naive
from goldenear.notes.alteration import FORMS, STRETCH_PRICES
from goldenear.notes.piano_roll import painted
from strategies import fragments

columns = st.lists(
    st.tuples(
        st.integers(58, 62), st.integers(-10, 30), st.integers(1, 12), st.integers(1, 9), st.booleans()
    ),
    max_size=14,
)


def pixels_of(rows) -> dict[tuple[bool, int, int], int]:
    """Paint rows of (pitch, onset, duration, brightness, drum)."""
    lit: dict[tuple[bool, int, int], int] = {}
    for pitch, onset, duration, _, drum in rows:
        for tick in range(onset, onset + duration):
            lit[drum, pitch, tick] = 1
    return lit


@given(columns)
def test_the_invariants_of_a_note_array_hold(rows) -> None:
    pitch, onset, duration, brightness, drum = zip(*rows, strict=True) if rows else ([],) * 5
    x = ge.NoteArray.from_arrays(
        pitch=pitch, onset=onset, duration=duration, brightness=brightness, is_drum=drum, ticks_per_quarter=4
    )
    keys = list(zip(x.onset.tolist(), x.pitch.tolist(), strict=True))
    assert keys == sorted(keys)
    assert (x.offset > x.onset).all()
    assert set(naive.picture(x)) == set(pixels_of(rows))
    struck = {}
    for p, begin, _, b, d in rows:
        struck[d, p, begin] = max(b, struck.get((d, p, begin), 0))
    assert {(n.is_drum, n.pitch, n.onset): n.brightness for n in x} == struck
    assert not x.pitch.flags.writeable
    again = ge.NoteArray.from_arrays(
        pitch=x.pitch,
        onset=x.onset,
        duration=x.duration,
        brightness=x.brightness,
        is_drum=x.is_drum,
        ticks_per_quarter=4,
    )
    assert again == x
    assert hash(again) == hash(x)


@given(columns)
def test_a_painted_picture_takes_the_brightest(rows) -> None:
    brightest: dict[tuple[bool, int, int], int] = {}
    for pitch, onset, duration, brightness, drum in rows:
        for tick in range(onset, onset + duration):
            place = (drum, pitch, tick)
            brightest[place] = max(brightest.get(place, 0), brightness)
    table = np.array([row[:4] for row in rows], np.int64).reshape(-1, 4)
    roll = ge.PianoRoll(
        table[:, 0],
        table[:, 1],
        table[:, 1] + table[:, 2],
        table[:, 3],
        np.array([r[4] for r in rows], bool),
        4,
    )
    strokes = painted(roll)
    found: dict[tuple[bool, int, int], int] = {}
    for p, on, off, b, d in zip(
        *(
            c.tolist()
            for c in (strokes.pitch, strokes.onset, strokes.offset, strokes.brightness, strokes.is_drum)
        ),
        strict=True,
    ):
        for tick in range(on, off):
            assert (d, p, tick) not in found
            found[d, p, tick] = b
    assert found == brightest


@given(fragments(painted=True))
def test_pixels_are_the_picture(x: ge.NoteArray) -> None:
    truth = naive.picture(x)
    for drums in (False, True):
        image = ge.draw(x).pixels(drums=drums)
        plane = {(p, t): b for (d, p, t), b in truth.items() if d == drums}
        if not plane:
            assert image.size == 0
            continue
        low, start = min(p for p, _ in plane), min(t for _, _, t in truth)
        lit = {
            (int(p) + low, int(t) + start): int(image[p, t]) for p, t in zip(*np.nonzero(image), strict=True)
        }
        assert lit == plane


@given(fragments(painted=True), st.sampled_from(sorted(FORMS)), st.sampled_from(list(STRETCH_PRICES)))
def test_alterations_equal_the_naive_twin_and_undo_themselves(
    x: ge.NoteArray, form, stretch: Fraction
) -> None:
    alteration = ge.Alteration(stretch, form)
    y = alteration.apply(x.struck())
    rows = sorted(
        (
            n.is_drum,
            n.pitch,
            Fraction(n.onset, y.ticks_per_quarter),
            Fraction(n.offset, y.ticks_per_quarter),
            n.brightness,
        )
        for n in y
    )
    assert rows == sorted(naive.altered(x, alteration))
    pitched, plain = x.where(~x.is_drum), ge.Alteration(stretch, form)
    back = ge.Alteration(1 / stretch, form).apply(plain.apply(pitched))
    assert back.at_resolution(x.ticks_per_quarter) == pitched


def cut(*rows: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    """Return (pitch, onset, offset) of an array made of such rows."""
    pitch, onset, offset = (np.array(column) for column in zip(*rows, strict=True))
    x = ge.NoteArray.from_arrays(pitch=pitch, onset=onset, duration=offset - onset, ticks_per_quarter=4)
    return [(n.pitch, n.onset, n.offset) for n in x]


def test_overlapping_notes_of_a_pitch_are_cut_at_every_onset() -> None:
    assert cut((60, 0, 5), (60, 3, 8), (60, 8, 10)) == [(60, 0, 3), (60, 3, 8), (60, 8, 10)]
    # What was held under a short note goes on after it: the time that sounds is the same.
    assert cut((60, 0, 20), (60, 4, 6), (60, 12, 13)) == [(60, 0, 4), (60, 4, 12), (60, 12, 20)]
    assert cut((60, 0, 4), (60, 0, 9), (61, 2, 5)) == [(60, 0, 9), (61, 2, 5)]


def test_a_note_that_is_cut_keeps_its_own_brightness() -> None:
    x = ge.NoteArray.from_arrays(
        pitch=[60, 60, 60], onset=[0, 3, 3], duration=[9, 2, 5], brightness=[7, 2, 4], ticks_per_quarter=4
    )
    assert [tuple(n)[:4] for n in x] == [(60, 0, 3, 7), (60, 3, 9, 4)]


def test_a_beat_at_half_the_tempo_is_another_beat() -> None:
    beat = ge.NoteArray.from_arrays(
        pitch=[36, 38, 36, 38], onset=[0, 4, 8, 12], duration=[1] * 4, is_drum=True, ticks_per_quarter=4
    )
    slow = ge.Alteration(Fraction(2)).apply(beat)
    # Strokes are stretched with their sample: half of each meets.
    match = ge.rank(slow, [beat]).best
    assert match.similarity == pytest.approx(0.95 * 0.5)


@given(fragments(drums=True))
def test_strokes_of_drums_are_a_sixteenth_or_until_the_next(x: ge.NoteArray) -> None:
    rows = naive.struck(naive.on_grid(x, "exact"))
    y = x.struck()
    found = [
        (n.is_drum, n.pitch, Fraction(n.onset, y.ticks_per_quarter), Fraction(n.offset, y.ticks_per_quarter))
        for n in y
    ]
    assert sorted(found) == sorted(row[:4] for row in rows)
    assert y.struck() == y


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"pitch": [40000]}, "pitch: expected -32,768..32,767"),
        ({"pitch": [60.5]}, "pitch: expected whole numbers"),
        ({"pitch": ["C"]}, "pitch: expected whole numbers"),
        ({"duration": [0]}, "duration: expected 1.."),
        ({"onset": [0, 1]}, "onset: expected 1 a note"),
        ({"onset": [2**41]}, "onset: expected"),
        ({"brightness": [0]}, "brightness: expected 1..127"),
        ({"brightness": [200]}, "brightness: expected -127..127"),
        ({"ticks_per_quarter": 0}, "ticks_per_quarter: expected a whole number"),
        ({"steps_per_octave": 1.5}, "steps_per_octave: expected a whole number"),
    ],
)
def test_columns_that_are_off_are_named(changed, message: str) -> None:
    good = {"pitch": [60], "onset": [0], "duration": [1], "ticks_per_quarter": 1}
    with pytest.raises(ge.InvalidInput, match=message.replace(".", r"\.")):
        ge.NoteArray.from_arrays(**(good | changed))


def test_a_place_cannot_both_sound_and_be_forbidden() -> None:
    with pytest.raises(ge.InvalidInput, match="forbidden"):
        ge.NoteArray.from_arrays(
            pitch=[60, 60], onset=[0, 1], duration=[2, 2], brightness=[1, -1], ticks_per_quarter=1
        )


def test_a_resolution_that_would_round_is_refused() -> None:
    x = ge.NoteArray.from_arrays(pitch=[60], onset=[0], duration=[1], ticks_per_quarter=3)
    with pytest.raises(ge.InvalidInput, match="coarsest exact resolution is 3"):
        x.at_resolution(4)
    assert x.at_resolution(12).coarsest_resolution() == 3


def test_tempos_keep_their_place_in_the_music() -> None:
    x = ge.NoteArray.from_arrays(
        pitch=[60],
        onset=[8],
        duration=[4],
        ticks_per_quarter=4,
        provenance=ge.Provenance(tempos=((0, 500_000), (8, 400_000))),
    )
    assert x.at_resolution(12).shifted(6).provenance.tempos == ((6, 500_000), (30, 400_000))


def test_notes_are_drawn_as_they_are_held_or_struck() -> None:
    x = ge.NoteArray.from_arrays(pitch=[60, 60, 62], onset=[0, 8, 9], duration=[8, 1, 2], ticks_per_quarter=8)
    assert ge.draw(x).pixels()[0].tolist() == [1] * 9 + [0] * 2
    assert ge.draw(x, struck=Fraction(1, 4)).pixels()[0].tolist() == [1, 1, *[0] * 6, 1, 1, 0]
    # Until the next one of the pitch, and in finer ticks where they are needed.
    assert x.as_strokes(Fraction(2)).offset.tolist() == [8, 24, 25]
    assert ge.draw(x, struck=Fraction(1, 3)).ticks_per_quarter == 24
    painted = ge.NoteArray.from_arrays(
        pitch=[60, 62], onset=[0, 0], duration=[8, 8], brightness=[3, -1], ticks_per_quarter=4
    )
    assert painted.as_strokes(Fraction(1, 4)).offset.tolist() == [1, 8]
    with pytest.raises(ge.InvalidInput, match="length: expected"):
        x.as_strokes("soon")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"stretch": Fraction(0)}, "stretch"),
        ({"form": "sideways"}, "form"),
        ({"reading": "x"}, "reading"),
        ({"price": 2}, "price"),
    ],
)
def test_alterations_that_are_off_are_named(wrong, message: str) -> None:
    with pytest.raises(ge.InvalidInput, match=message):
        ge.Alteration(**wrong)
