"""What is the same to a musician is the same to every recipe: legato, lost note-offs, the lengths of drum strokes."""

from __future__ import annotations

import pytest

import goldenear as ge
from midi_bytes import file, off, on, track

TICKS = 480
TUNE = [60, 60, 67, 67, 69, 69, 67, 65, 65, 64, 64, 62, 62, 60]
"""Eighths; many of them are struck twice."""

ROCK = {36: "x.......x.......", 38: "....x.......x...", 42: "x.x.x.x.x.x.x.x."}
FUNK = {36: "x..x..x...x..x..", 38: "....x..x.x..x..x", 42: "xxxxxxxxxxxxxxxx"}
BOSSA = {36: "x..xx..xx..xx..x", 37: "x..x..x...x..x..", 42: "x.x.x.x.x.x.x.x."}


RHYTHMS = {
    "eighths": [1] * 16,
    "dotted": [3, 1] * 8,
    "a march": [3, 1, 2, 2, 2, 2, 4, 3, 1, 2, 2, 2, 2, 2, 2, 3, 1, 2, 2, 4, 2, 2, 1, 1, 2, 4],
    "a waltz": [2, 1, 1, 2, 4, 2, 2, 2, 2, 2, 1, 1, 1, 1, 2, 4, 2, 1, 1, 2, 2, 2, 2, 3, 1, 2],
}
"""The lengths of notes, in eighths."""


def midi(tmp_path, strokes: list[tuple[int, int, int]], channel: int = 0, *, lost: tuple[int, ...] = ()):
    """Write strokes (pitch, onset, ticks they are held) and read them; some lose their note-off."""
    events = [(onset, 1, pitch) for pitch, onset, _ in strokes]
    events += [(o + held, 0, p) for i, (p, o, held) in enumerate(strokes) if i not in lost]
    # Where a note ends as another begins, the beginning comes first, as keyboards may send it.
    events.sort(key=lambda event: (event[0], -event[1]))
    data, now = [], 0
    for tick, strikes, pitch in events:
        data.append((on if strikes else off)(tick - now, pitch, channel=channel))
        now = tick
    path = tmp_path / "played.mid"
    path.write_bytes(file(track(*data), division=TICKS))
    return ge.read(path)


def tune(tmp_path, held: int, *, lost: tuple[int, ...] = ()):
    half = TICKS // 2
    return midi(tmp_path, [(pitch, i * half, held) for i, pitch in enumerate(TUNE)], lost=lost)


def groove(tmp_path, bar: dict[int, str], held: int):
    strokes = [
        (drum, place * TICKS // 4, held)
        for place in range(32)
        for drum, steps in bar.items()
        if steps[place % 16] == "x"
    ]
    return midi(tmp_path, strokes, channel=9)


@pytest.mark.parametrize("overlap", [0, 5, 10])
@pytest.mark.parametrize("recipe", ["fragment", "melody", "occurrence"])
def test_legato_is_the_same_tune_to_every_recipe(tmp_path, overlap, recipe):
    plain = tune(tmp_path, TICKS // 2)
    legato = tune(tmp_path, TICKS // 2 + overlap)
    assert len(legato) == len(plain) == len(TUNE)
    for x, sample in ((plain, legato), (legato, plain)):
        if recipe == "occurrence":
            (found,) = ge.find(x, sample, recipe=recipe)
        else:
            found = ge.rank(x, [sample], recipe=recipe).best
        assert found.similarity >= 0.98


@pytest.mark.parametrize("lost", [(0,), (2, 8), (0, 4, 11)])
def test_lost_note_offs_lose_no_note(tmp_path, lost):
    whole, damaged = tune(tmp_path, TICKS // 2 - 20), tune(tmp_path, TICKS // 2 - 20, lost=lost)
    assert damaged.onset.tolist() == whole.onset.tolist()
    assert damaged.pitch.tolist() == whole.pitch.tolist()
    # All of these are struck again at once, so only their ends differ, by the 20 ticks of silence before that.
    assert (damaged.offset - whole.offset).max() == 20
    assert ge.rank(damaged, [whole]).best.similarity >= 0.98


@pytest.mark.parametrize("held", [0, 1, 30, 240, 960])
@pytest.mark.parametrize("bar", [ROCK, FUNK, BOSSA], ids=["rock", "funk", "bossa"])
def test_a_groove_is_itself_whatever_the_length_of_its_strokes(tmp_path, bar, held):
    usual, other = groove(tmp_path, bar, 60), groove(tmp_path, bar, held)
    assert len(other) == len(usual)
    for x, sample in ((usual, other), (other, usual)):
        match = ge.rank(x, [sample]).best
        assert (match.similarity, match.shift) == (1.0, 0)


@pytest.mark.parametrize("held", [1, 60, 480])
def test_another_groove_is_another(tmp_path, held):
    rock, funk, bossa = (groove(tmp_path, bar, held) for bar in (ROCK, FUNK, BOSSA))
    threshold = ge.Recipe().threshold
    for x, sample in ((rock, funk), (funk, rock), (bossa, funk), (funk, bossa)):
        assert ge.rank(x, [sample]).best.similarity < threshold


def in_rhythm(lengths: list[int], pitch: list[int]):
    """Return notes one after the other, their lengths in eighths."""
    onset = [sum(lengths[:i]) for i in range(len(lengths))]
    return ge.NoteArray.from_arrays(pitch=pitch, onset=onset, duration=lengths, ticks_per_quarter=2)


@pytest.mark.parametrize("lengths", RHYTHMS.values(), ids=RHYTHMS)
def test_repeated_notes_are_no_drone(lengths):
    repeated, drone = in_rhythm(lengths, [60] * len(lengths)), in_rhythm([sum(lengths)], [60])
    for x, sample in ((repeated, drone), (drone, repeated)):
        assert ge.rank(x, [sample]).best.similarity < ge.Recipe().threshold


def test_repeated_notes_are_not_the_same_pitches_held():
    pitches = [60, 64, 62, 67]
    held = in_rhythm([8] * 4, pitches)
    repeated = in_rhythm([1] * 32, [pitch for pitch in pitches for _ in range(8)])
    for x, sample in ((repeated, held), (held, repeated)):
        assert ge.rank(x, [sample]).best.similarity < ge.Recipe().threshold


def test_a_drone_among_the_bad_vetoes_no_tune_that_ends_on_a_long_note(tmp_path):
    lengths = [2, 2, 2, 2, 2, 2, 2, 2, 3, 1, 12]
    repeated, drone = in_rhythm(lengths, [60] * len(lengths)), in_rhythm([sum(lengths)], [60])
    # Its last note is a drone itself, so as pictures they are alike; but one note has no say in a taste.
    assert ge.rank(repeated, [drone]).best.similarity > ge.Recipe().threshold
    ge.new_taste(tmp_path / "taste")
    ge.write(drone, tmp_path / "taste" / "bad" / "drone.mid")
    assert ge.Taste(tmp_path / "taste").judge(repeated).outcome == "neither"


@pytest.mark.parametrize("part", [2, 4])
def test_staccato_is_the_same_tune(tmp_path, part):
    legato, staccato = tune(tmp_path, TICKS // 2), tune(tmp_path, TICKS // 2 // part)
    for x, sample in ((staccato, legato), (legato, staccato)):
        match = ge.rank(x, [sample]).best
        assert match.similarity > ge.Recipe().threshold
        assert (match.transposition, match.shift) == (0, 0)
