"""A recurrent net proposes melodies: one voice, in time, the same for a seed in any number of threads, kept safely."""

import json
import random
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import goldenear as ge
from goldenear.composing.proposals.lstm import MelodyLSTM
from goldenear.composing.proposals.melody_events import (
    GRID,
    INTERVALS,
    LONGEST_SPAN,
    learned_durations,
    melodies,
    seen_before,
    skyline,
    spans,
)
from goldenear.composing.proposals.recurrent import beginner, listen, shapes, silence, tensors
from goldenear.match.background import shipped
from goldenear.weights_file import CARD
from strategies import fragments


def small(**options: object) -> MelodyLSTM:
    return MelodyLSTM.trained(shipped()[::4], **({"seed": 3, "epochs": 8, "units": 16} | options))


@pytest.fixture(scope="module")
def net() -> MelodyLSTM:
    return small()


@pytest.fixture
def saved(net: MelodyLSTM, tmp_path: Path) -> Path:
    net.save(tmp_path / "net.safetensors")
    return tmp_path / "net.safetensors"


@contextmanager
def threads(n: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def same_weights(one: MelodyLSTM, other: MelodyLSTM) -> bool:
    return one.weights.keys() == other.weights.keys() and all(
        np.array_equal(one.weights[name], other.weights[name]) for name in one.weights
    )


@settings(max_examples=40)
@given(
    st.fractions(min_value="1/960", max_value=24), st.integers(0, 2**63 - 1), st.sampled_from([0.01, 1, 3])
)
def test_a_proposal_is_one_voice_within_its_quarters(
    net: MelodyLSTM, quarters: Fraction, seed: int, temperature: float
) -> None:
    line = replace(net, temperature=temperature).propose(quarters, seed)
    assert len(line) > 0
    assert line.first_onset == 0
    assert Fraction(line.last_offset, line.ticks_per_quarter) <= quarters
    assert (line.offset[:-1] <= line.onset[1:]).all()
    assert np.ptp(line.pitch) <= 18
    assert not line.is_drum.any()


def test_a_proposal_fills_its_time_as_far_as_a_known_note_fits(net: MelodyLSTM) -> None:
    shortest = min(sounding for _, sounding in net.durations)
    for seed in range(8):
        line = net.propose(Fraction(16), seed)
        heard = set(net.durations)
        waits = np.append(np.diff(line.onset), line.duration[-1:]) * GRID // line.ticks_per_quarter
        sounding = line.duration * GRID // line.ticks_per_quarter
        assert set(zip(waits[:-1].tolist(), sounding[:-1].tolist(), strict=True)) <= heard
        last = max(wait for wait, sound in net.durations if sound == sounding[-1])
        left = 16 * GRID - line.onset[-1] * GRID // line.ticks_per_quarter
        assert left - last < shortest


def test_a_seed_is_a_melody(net: MelodyLSTM) -> None:
    lines = [net.propose(Fraction(16), seed) for seed in range(6)]
    assert lines == [net.propose(Fraction(16), seed) for seed in range(6)]
    assert len(set(lines)) == 6


def test_a_longer_proposal_begins_like_a_shorter_one(net: MelodyLSTM) -> None:
    longest = max(sounding for _, sounding in net.durations) // GRID
    short, long = (net.propose(Fraction(quarters), 5) for quarters in (16, 32))
    sure = [note for note in short if note.onset <= (16 - longest) * short.ticks_per_quarter]
    assert len(sure) > 5
    assert sure == list(long)[: len(sure)]


def test_a_seed_is_a_net(net: MelodyLSTM) -> None:
    assert same_weights(net, small())
    assert net.heard == small().heard
    assert not same_weights(net, small(seed=4))


@pytest.mark.parametrize("units", [16, 100])
def test_threads_change_nothing(units: int) -> None:
    def everything(n: int) -> tuple[MelodyLSTM, MelodyLSTM, list[ge.NoteArray]]:
        with threads(n):
            one = MelodyLSTM.trained(shipped()[::8], seed=1, epochs=3, units=units, layers=2)
            other = one.tuned(shipped()[1:4], epochs=2)
            return one, other, [each.propose(Fraction(16), 2) for each in (one, other)]

    (one, tuned, lines), (one_too, tuned_too, lines_too) = everything(1), everything(2)
    assert same_weights(one, one_too)
    assert same_weights(tuned, tuned_too)
    assert (one.heard, tuned.heard, lines) == (one_too.heard, tuned_too.heard, lines_too)


@settings(max_examples=30)
@given(st.integers(1, 3000), st.integers(-300, 300), st.integers(0, 2**32))
def test_a_product_does_not_depend_on_the_order_of_its_sum(shared: int, size: int, seed: int) -> None:
    from goldenear.composing.proposals.recurrent import _exactly

    rng = np.random.default_rng(seed)
    left, right = rng.normal(size=(3, shared)) * 2.0**size, rng.normal(size=(shared, 4))
    order = rng.permutation(shared)
    one, other, backwards = (
        _exactly(torch.tensor(left[:, by]), torch.tensor(right[by])).numpy()
        for by in (np.arange(shared), order, np.arange(shared)[::-1].copy())
    )
    assert np.array_equal(one, other)
    assert np.array_equal(one, backwards)
    assert np.abs(one - left @ right).max() <= 2.0**size * shared * 2.0**-15


def test_gradients_are_those_of_the_plain_net(net: MelodyLSTM) -> None:
    units, rng = 8, np.random.default_rng(1)
    weights = tensors(beginner(((480, 480),), units, 1, rng), learning=True)
    seen = torch.from_numpy(rng.random((2, 7, shapes(1, units, 1)["layer0.in"][0] - 1)))
    plain = torch.nn.LSTM(seen.shape[2], units, batch_first=True, dtype=torch.float64)
    # Torch's gates come in the order in, hold, new, out; ours in, hold, out, new.
    order = np.r_[0 : 2 * units, 3 * units : 4 * units, 2 * units : 3 * units]
    drive, again = (weights[f"layer0.{name}"].detach()[:, order].T for name in ("in", "again"))
    with torch.no_grad():
        plain.weight_ih_l0.copy_(drive[:, :-1])
        plain.bias_ih_l0.copy_(drive[:, -1])
        plain.bias_hh_l0.zero_()
        plain.weight_hh_l0.copy_(again)
    ours, _ = listen(weights, seen, silence(weights, 2))
    theirs, _ = plain(seen)
    assert torch.allclose(ours, theirs, atol=1e-5)
    (ours**2).sum().backward()
    (theirs**2).sum().backward()
    found = weights["layer0.again"].grad[:, order].T
    assert torch.allclose(found, plain.weight_hh_l0.grad, atol=1e-4)
    assert float(plain.weight_hh_l0.grad.abs().max()) > 0.01


def test_random_state_and_threads_stay_as_they_were(net: MelodyLSTM) -> None:
    def state() -> tuple[object, ...]:
        return (
            torch.random.get_rng_state().tolist(),
            str(np.random.get_state()),
            random.getstate(),
            torch.get_num_threads(),
            torch.is_grad_enabled(),
            torch.get_default_dtype(),
            torch.are_deterministic_algorithms_enabled(),
        )

    before = state()
    small(epochs=1).tuned(shipped()[:2], epochs=1).propose(Fraction(4), 0)
    assert state() == before
    torch.manual_seed(11)
    one = small(epochs=1)
    torch.manual_seed(12)
    assert same_weights(one, small(epochs=1))


def test_it_learns_more_than_how_often_what_comes() -> None:
    known = MelodyLSTM.trained(shipped(), seed=0, epochs=16, units=48)
    assert known.heard.held_out
    assert known.heard.after < known.heard.unigram - 0.3 < known.heard.before


def test_a_tuned_net_is_likelier_to_say_the_samples(net: MelodyLSTM) -> None:
    samples = shipped()[1:9:2]
    tuned = net.tuned(samples)
    assert tuned.bits(samples) < net.bits(samples) - 0.05
    assert (tuned.heard.before, tuned.heard.after) == (net.bits(samples), tuned.bits(samples))
    assert tuned.durations == net.durations
    assert same_weights(net, small()), "the first net stays as it was"


def test_transposed_music_is_the_same_to_it(net: MelodyLSTM) -> None:
    tunes = shipped()[:4]
    assert net.bits(tunes) == net.bits([tune.transposed(5) for tune in tunes])
    finer = [tune.at_resolution(tune.ticks_per_quarter * 7) for tune in tunes]
    assert net.bits(tunes) == net.bits(finer)


def test_at_a_low_temperature_it_sings_what_is_likely(net: MelodyLSTM) -> None:
    def surprise(temperature: float) -> float:
        warm = replace(net, temperature=temperature)
        return net.bits([warm.propose(Fraction(32), seed) for seed in range(5)])

    assert surprise(0.3) < surprise(1) < surprise(3)


@given(fragments(painted=True, forbidden=True))
def test_a_skyline_is_the_highest_of_what_begins_together(piece: ge.NoteArray) -> None:
    line = skyline(piece)
    sung = [note for note in piece if not note.is_drum and note.brightness > 0]
    onsets = sorted({note.onset for note in sung})
    assert (line.onset == [round(Fraction(onset * GRID, piece.ticks_per_quarter)) for onset in onsets]).all()
    assert line.pitch.tolist() == [max(n.pitch for n in sung if n.onset == onset) for onset in onsets]
    assert (line.onset[:-1] + line.sounding[:-1] <= line.onset[1:]).all()
    assert (line.sounding >= 1).all()
    assert (line.sounding <= line.wait).all()


def test_it_sees_the_note_before_and_the_place_in_the_bar() -> None:
    words = ((960, 480), (960, 960))
    seen = seen_before(
        words, np.array([24, 24 + 19]), np.array([1, 0]), np.array([0, 19]), np.array([0, 960, 5 * 960 + 240])
    )
    degree, of_4, of_3 = INTERVALS + 2, INTERVALS + 2 + 12, INTERVALS + 2 + 12 + 16
    assert [np.flatnonzero(row).tolist() for row in seen] == [
        [of_4, of_3],
        [24, INTERVALS + 1, degree, of_4 + 4, of_3 + 4],
        [43, INTERVALS, degree + 7, of_4 + 5, of_3 + 9],
    ]


def test_a_rest_and_the_most_frequent_durations_are_words() -> None:
    tune = ge.NoteArray.from_arrays(
        pitch=range(60, 65), onset=[0, 2, 4, 6, 10], duration=[1, 1, 1, 4, 2], ticks_per_quarter=2
    )
    assert learned_durations(melodies([tune])) == ((960, 480), (960, 960), (1920, 1920))


def test_what_is_long_is_learned_in_spans() -> None:
    many = 2 * LONGEST_SPAN + 5
    tune = ge.NoteArray.from_arrays(
        pitch=60 + np.arange(many) % 40, onset=range(many), duration=1, ticks_per_quarter=1
    )
    parts = spans(melodies([tune]), ((960, 960),))
    assert [len(part.interval) for part in parts] == [LONGEST_SPAN, LONGEST_SPAN, 5]
    assert [part.begins.any() for part in parts] == [True, False, False]
    # The interval from 99 down to 60 is clipped, and the note before a span is seen in it.
    assert min(np.concatenate([part.interval for part in parts])) == 0
    assert parts[1].seen[0].sum() == parts[0].seen[1].sum() == 5


def test_progress_is_drawn_by_whoever_wants_it() -> None:
    seen: list[tuple[int, str]] = []

    def draw(items: range, what: str) -> Iterator[int]:
        for item in items:
            seen.append((item, what))
            yield item

    assert same_weights(small(epochs=2, progress=draw), small(epochs=2))
    assert seen == [(0, "epochs"), (1, "epochs")]


def test_a_saved_net_sings_the_same(net: MelodyLSTM, saved: Path) -> None:
    loaded = MelodyLSTM.load(saved)
    assert [loaded.propose(Fraction(16), s) for s in range(4)] == [
        net.propose(Fraction(16), s) for s in range(4)
    ]
    assert (loaded.durations, loaded.heard, loaded.temperature, loaded.units, loaded.layers) == (
        net.durations,
        net.heard,
        net.temperature,
        net.units,
        net.layers,
    )
    tuned, tuned_too = (each.tuned(shipped()[:2], epochs=1) for each in (net, loaded))
    assert same_weights(tuned, tuned_too)
    first = saved.read_bytes()
    replace(loaded, temperature=1.5).save(saved)
    assert MelodyLSTM.load(saved).temperature == 1.5
    net.save(saved)
    assert saved.read_bytes() == first
    assert [path.name for path in saved.parent.iterdir()] == ["net.safetensors"], (
        "nothing half written is left"
    )
    assert not any(value.flags.writeable for value in loaded.weights.values())


def refused(path: Path) -> str:
    with pytest.raises(ge.UnreadableFile) as caught:
        MelodyLSTM.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


@settings(max_examples=40)
@given(st.data())
def test_a_cut_or_random_file_is_refused(
    net: MelodyLSTM, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("cut") / "net.safetensors"
    net.save(path)
    whole = path.read_bytes()
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    path.write_bytes(data.draw(st.sampled_from([cut, cut[::-1], whole + b"more", data.draw(st.binary())])))
    refused(path)


@settings(max_examples=150)
@given(st.data())
def test_a_changed_header_is_refused(
    net: MelodyLSTM, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("changed") / "net.safetensors"
    net.save(path)
    kept = path.read_bytes()
    whole = bytearray(kept)
    end = 8 + int.from_bytes(whole[:8], "little")
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, end - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(whole)
    refused(path) if whole != kept else MelodyLSTM.load(path)


def header_of(path: Path) -> tuple[dict[str, object], bytes]:
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def rewrite(path: Path, header: object, rest: bytes) -> None:
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + rest)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "a cake"}, "does not say"),
        ({"version": 3}, "version 3"),
        ({"units": 10**12}, "units"),
        ({"units": -1}, "units"),
        ({"units": True}, "units"),
        ({"units": 17}, "is not of"),
        ({"layers": 2}, "matrices"),
        ({"layers": 10**9}, "layers"),
        ({"durations": []}, "durations"),
        ({"durations": [[1, 1]] * 10**5}, "durations"),
        ({"durations": [[480, 480]]}, "is not of"),
        ({"durations": [[480, 960]]}, "sounds on"),
        ({"durations": [[480, 0]]}, "whole numbers"),
        ({"durations": [[10**30, 1]]}, "whole numbers"),
        ({"durations": "long"}, "durations"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": 0}, "temperature"),
        ({"temperature": 10**400}, "temperature"),
        ({"heard": None}, "heard"),
        ({"heard": {"unigram": 1, "before": 1, "after": "low", "epochs": 1, "held_out": True}}, "heard"),
    ],
)
def test_a_wrong_card_is_refused(saved: Path, changes: dict[str, object], reason: str) -> None:
    header, rest = header_of(saved)
    card = json.loads(header["__metadata__"][CARD]) | changes
    rewrite(saved, header | {"__metadata__": {CARD: json.dumps(card)}}, rest)
    assert reason in refused(saved)


def test_a_foreign_file_is_refused(saved: Path, tmp_path: Path) -> None:
    header, rest = header_of(saved)
    for metadata in ({}, {"__metadata__": {"format": "pt"}}, {"__metadata__": {CARD: "[" * 10**5}}):
        rewrite(saved, {name: part for name, part in header.items() if name[0] != "_"} | metadata, rest)
        refused(saved)
    for text in ([1, 2], "net", None):
        rewrite(saved, text, rest)
        assert "JSON object" in refused(saved)
    assert "no such file" in refused(tmp_path / "nowhere")
    refused(tmp_path)
    saved.write_bytes(b"MThd" + bytes(30))
    assert "not a safetensors file" in refused(saved)


def test_matrices_that_do_not_fit_are_refused_before_they_are_made(
    net: MelodyLSTM, saved: Path, tmp_path: Path
) -> None:
    header, rest = header_of(saved)
    name = "layer0.again"
    for part in (
        {**header[name], "shape": [10**9, 10**9]},
        {**header[name], "shape": [16]},
        {**header[name], "dtype": "F64"},
        {**header[name], "data_offsets": [0, 10**15]},
        {**header[name], "data_offsets": [-4, 4]},
        [],
    ):
        rewrite(saved, header | {name: part}, rest)
        refused(saved)
    rewrite(saved, header, rest[:-4] + struct.pack("<f", float("nan")))
    assert "digest" in refused(saved)
    replace(net, weights=net.weights | {name: net.weights[name] * np.float32("nan")}).save(saved)
    assert "no number" in refused(saved)
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(2**40)
    assert "over the limit" in refused(huge)
    huge.write_bytes(struct.pack("<Q", 2**63) + b"{}")
    assert "cut off" in refused(huge)


def test_off_arguments_are_named(net: MelodyLSTM, tmp_path: Path) -> None:
    tunes = shipped()[:3]
    line = ge.NoteArray.from_arrays(pitch=[60, 62], onset=[0, 1], duration=1, ticks_per_quarter=1)
    nineteen = ge.NoteArray.from_arrays(
        pitch=[60, 62], onset=[0, 1], duration=1, ticks_per_quarter=1, steps_per_octave=19
    )
    for call, reason in (
        (lambda: net.propose(Fraction(0), 0), "quarters"),
        (lambda: net.propose(Fraction(10**9), 0), "quarters"),
        (lambda: net.propose(Fraction(1), -1), "seed"),
        (lambda: MelodyLSTM.trained(tunes, units=0), "units"),
        (lambda: MelodyLSTM.trained(tunes, layers=9), "layers"),
        (lambda: MelodyLSTM.trained(tunes, epochs=0), "epochs"),
        (lambda: MelodyLSTM.trained(tunes, seed=-1), "seed"),
        (lambda: MelodyLSTM.trained([]), "pieces"),
        (lambda: MelodyLSTM.trained([line]), "at least two"),
        (lambda: MelodyLSTM.trained([line, nineteen]), "semitones"),
        (lambda: net.tuned([]), "pieces"),
        (lambda: net.tuned([line], epochs=0), "epochs"),
        (lambda: net.bits([line.where(np.array([True, False]))]), "two notes"),
        (lambda: replace(net, temperature=0), "temperature"),
        (lambda: replace(net, temperature=float("nan")), "temperature"),
        (lambda: net.save(tmp_path / "no" / "folder"), "cannot be written"),
    ):
        with pytest.raises(ge.InvalidInput, match=reason) as caught:
            call()
        assert "\n" not in str(caught.value)


def test_what_is_missing_is_named(net: MelodyLSTM, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "torch", None)
        for call in (
            lambda: net.propose(Fraction(1), 0),
            lambda: MelodyLSTM.trained(shipped()),
            lambda: net.tuned(shipped()[:2]),
        ):
            with pytest.raises(ge.MissingExtra, match=r"learned proposals .*goldenear\[torch\]"):
                call()
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    for call in (lambda: net.save(saved), lambda: MelodyLSTM.load(saved)):
        with pytest.raises(ge.MissingExtra, match="learned proposals"):
            call()
