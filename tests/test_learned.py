"""Learned judges tell rising from falling, alike on every run; they are kept safely; a committee has a veto."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import given
from hypothesis import strategies as st

import goldenear as ge
from goldenear.audio.learned import learning
from goldenear.audio.learned.committee import Committee
from goldenear.audio.learned.learned_judge import LearnedJudge
from goldenear.audio.learned.raw_audio_rnn import RawAudioRNN
from goldenear.audio.learned.spectrogram_cnn import SpectrogramCNN
from goldenear.audio.learned.verdict import LearnedVerdict
from goldenear.audio.learned.wavenet_judge import WaveNetJudge
from goldenear.audio.sounding import clip_of
from goldenear.errors import InvalidInput, UnreadableFile
from goldenear.examples import TASTE
from goldenear.hearing.clip import Clip
from goldenear.match.background import shipped

Run = Callable[..., tuple[int, str, str]]

RATE = 24_576
KINDS = [SpectrogramCNN, RawAudioRNN, WaveNetJudge]


def tone(seed: int, *, rises: bool, seconds: float = 0.6) -> Clip:
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE)) / RATE
    way = t / seconds if rises else 1 - t / seconds
    hertz = rng.uniform(300, 420) * 2 ** (0.8 * way)
    wave = np.sin(2 * np.pi * np.cumsum(hertz) / RATE)
    return Clip.of(0.5 * (wave if rises else np.sign(wave)), RATE, name="rising" if rises else "falling")


def fitted(kind: type[LearnedJudge], seed: int = 0) -> LearnedJudge:
    good = [tone(i, rises=True) for i in range(6)]
    bad = [tone(i + 50, rises=False) for i in range(6)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "MOST_EPOCHS", 8)
        patch.setattr(learning, "LEAST_EPOCH", 32)
        patch.setattr(WaveNetJudge.net, "longest", 512)
        return kind.fit(good, bad, seed=seed)


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.__name__)
def judge(request: pytest.FixtureRequest) -> LearnedJudge:
    return fitted(request.param)


def test_it_tells_rising_from_falling(judge: LearnedJudge) -> None:
    for seed in range(100, 104):
        assert judge.judge(tone(seed, rises=True)).score > judge.judge(tone(seed, rises=False)).score


def test_the_same_seed_gives_the_same_weights_in_any_number_of_threads(judge: LearnedJudge) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        again = fitted(type(judge))
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)
    assert all((again.weights[name] == weight).all() for name, weight in judge.weights.items())
    assert not torch.are_deterministic_algorithms_enabled()


def test_a_saved_judge_judges_the_same(judge: LearnedJudge, tmp_path: Path) -> None:
    judge.save(tmp_path / "net.safetensors")
    loaded = type(judge).load(tmp_path / "net.safetensors")
    clip = tone(7, rises=True, seconds=1.3)
    assert loaded.judge(clip) == judge.judge(clip)
    assert loaded.heard == judge.heard


def test_damaged_files_are_refused_in_one_line(judge: LearnedJudge, tmp_path: Path) -> None:
    judge.save(tmp_path / "whole")
    data = (tmp_path / "whole").read_bytes()
    rng = np.random.default_rng(0)
    damaged = [data[: int(n)] for n in rng.integers(0, len(data), 12)]
    places = [*rng.integers(0, 2500, 20), *rng.integers(0, len(data), 12)]
    damaged += [data[:i] + bytes([data[i] ^ (1 << int(rng.integers(8)))]) + data[i + 1 :] for i in places]
    damaged += [data.replace(b"version", b"revision"), data + b"x", b"\xff" * 64]
    for bad in damaged:
        (tmp_path / "bad").write_bytes(bad)
        for load in (type(judge).load, ge.load_judge):
            with pytest.raises(UnreadableFile) as refused:
                load(tmp_path / "bad")
            assert "\n" not in str(refused.value)
            assert "bad" in str(refused.value)
    assert type(ge.load_judge(tmp_path / "whole")) is type(judge)
    other = KINDS[KINDS.index(type(judge)) - 1]
    with pytest.raises(UnreadableFile, match="kind"):
        other.load(tmp_path / "whole")


def test_silence_is_neither(judge: LearnedJudge) -> None:
    verdict = judge.judge(Clip.of(np.zeros(RATE), RATE))
    assert (verdict.outcome, verdict.score) == ("neither", 0)
    with pytest.raises(InvalidInput, match="silent"):
        type(judge).fit([Clip.of(np.zeros(RATE), RATE)], [tone(1, rises=True)])


@pytest.mark.parametrize("seconds", [0.3, 1.5])
def test_an_explanation_sums_to_the_difference_of_logits(judge: LearnedJudge, seconds: float) -> None:
    clip = tone(3, rises=True, seconds=seconds)
    found = judge.explain(clip)
    assert found.values.shape[-1] == len(found.seconds)
    if isinstance(judge, SpectrogramCNN):
        assert found.values.shape[0] == len(found.hertz)
    assert found.values.sum() == pytest.approx(found.whole - found.dark, rel=0.05, abs=0.05)
    chance = judge.probabilities(clip)["good"]
    assert np.log(chance / (1 - chance)) == pytest.approx(found.whole, rel=1e-3, abs=1e-3)
    assert found.plot(clip).axes


@pytest.mark.parametrize("samples", [2, 200, 1024])
def test_the_shortest_clips_are_neither_learned_nor_judged(judge: LearnedJudge, samples: int) -> None:
    short = Clip.of(np.resize([0.5, -0.5], samples), RATE)
    said = judge.judge(short)
    assert (said.outcome, said.score) == ("neither", 0)
    assert "too short" in said.because
    assert 0 < judge.probabilities(short)["good"] < 1
    with pytest.raises(InvalidInput, match="too short: there is nothing to learn"):
        type(judge).fit([short], [tone(1, rises=False)])


def test_what_is_no_clip_is_refused(judge: LearnedJudge) -> None:
    for call in (
        lambda: judge.judge("x.wav"),
        lambda: judge.explain("x.wav"),
        lambda: type(judge).fit(["a.wav"], ["b.wav"]),
    ):
        with pytest.raises(InvalidInput, match="read_clip"):
            call()
    with pytest.raises(InvalidInput, match="a list"):
        type(judge).fit(tone(1, rises=True), [tone(1, rises=True)])
    with pytest.raises(InvalidInput, match="classes"):
        type(judge).fit_classes({"": [], "b": []})
    with pytest.raises(InvalidInput, match="meta"):
        type(judge).fit([tone(1, rises=True)], [tone(1, rises=False)], device="meta")


def test_what_is_written_is_heard_at_its_tempo(tmp_path: Path) -> None:
    song = next(tune for tune in shipped() if tune.quarters > 24)
    for tempo in (60, 180):
        slow = replace(song, provenance=replace(song.provenance, tempos=((0, 60_000_000 // tempo),)))
        matcher = ge.MatcherJudge.of(ge.Taste.of(bad=[slow]))
        assert matcher.judge(clip_of(slow)).outcome == "bad"


def test_what_comes_after_a_clip() -> None:
    net = fitted(WaveNetJudge)
    after = net.continue_(tone(1, rises=True), seconds=0.1, seed=3)
    assert (len(after), after.sample_rate) == (614, 6144)
    assert np.abs(after.wave).max() <= 1
    assert (after.wave == net.continue_(tone(1, rises=True), seconds=0.1, seed=3).wave).all()


def test_cuts_of_one_piece_are_held_out_together(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[list[np.ndarray]]] = []
    monkeypatch.setattr(
        learning, "measured", lambda _net, _sizes, _w, others: (seen.append(others), (1.0, 1.0))[1]
    )
    monkeypatch.setattr(learning, "MOST_EPOCHS", 1)
    monkeypatch.setattr(learning, "HELD_OUT_FROM", 5)
    monkeypatch.setattr(learning, "SHARE", 0.2)

    def cuts(rises: bool) -> list[Clip]:
        return [
            Clip.of(np.array(tone(10 * piece + cut, rises=rises).wave), RATE, name=f"piece {piece} {rises}")
            for piece in range(5)
            for cut in range(3)
        ]

    net = SpectrogramCNN.fit(cuts(True), cuts(False))
    assert [len(clips) for clips in seen[-1]] == [3, 3]
    assert net.heard.held_out == 6
    for clips, rises in zip(seen[-1], (True, False), strict=True):
        pieces = [
            {piece for piece in range(5) for cut in range(3) if same(h, tone(10 * piece + cut, rises=rises))}
            for h in clips
        ]
        assert len(set.union(*pieces)) == 1


def same(heard: np.ndarray, clip: Clip) -> bool:
    return bool((heard == SpectrogramCNN.net.heard(clip)).all())


def test_the_matcher_hears_a_bad_sample_inside_a_clip() -> None:
    songs = [tune for tune in shipped() if tune.quarters > 24]
    parts = [clip_of(song).cut(0, 4) for song in songs[:8]]
    matcher = ge.MatcherJudge.fit(parts[:2], parts[2:4])
    sung_higher = clip_of(songs[2].transposed(3)).cut(0, 4)
    whole = np.concatenate([parts[5].wave, sung_higher.wave, parts[6].wave])
    held = matcher.judge(Clip.of(whole, parts[0].sample_rate))
    assert held.outcome == "bad"
    assert held.score < 0
    assert held.bad is not None
    assert held.bad.match.index == 0
    assert "holds" in held.because
    assert matcher.judge(parts[0]).outcome == "good"
    other = matcher.judge(parts[7])
    assert (other.outcome, other.because) == ("neither", "no sample stands out in it")
    with pytest.raises(InvalidInput, match="at least one"):
        ge.MatcherJudge.fit([], [])
    assert matcher.remarks == ()
    one_note = Clip.of(0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE), RATE)
    plain = ge.MatcherJudge.fit([], [one_note])
    assert "any music resembles it" in plain.remarks[0]


@pytest.mark.parametrize("steepness", [0, 1, 2], ids=["white", "pink", "brown"])
def test_no_sample_stands_out_in_noise(steepness: int) -> None:
    matcher = ge.MatcherJudge.of(ge.Taste(TASTE))
    spectrum = np.fft.rfft(np.random.default_rng(steepness).normal(size=3 * RATE))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** (steepness / 2)
    noise = np.fft.irfft(spectrum)
    assert matcher.judge(Clip.of(0.5 * noise / np.abs(noise).max(), RATE)).outcome == "neither"


def test_a_silent_file_keeps_no_other_from_being_drawn(tmp_path: Path, run: Run) -> None:
    soundfile.write(tmp_path / "silent.wav", np.zeros(RATE), RATE)
    soundfile.write(tmp_path / "song.wav", clip_of(shipped()[0]).cut(0, 4).wave, RATE)
    files = [tmp_path / f"{name}.wav" for name in ("silent", "song")]
    code, out, err = run("judge", *files, "--taste", TASTE, "--by-ear", "--plot", tmp_path / "why")
    assert code == 0
    assert "silent.wav" in out
    assert "silent.wav: nothing is heard in it" in err
    assert [path.name for path in (tmp_path / "why").iterdir()] == ["song.wav.png"]


def test_it_is_trained_and_judges_from_the_command_line(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "MOST_EPOCHS", 6)
    taste = ge.new_taste(tmp_path / "taste")
    for kind, rises in (("good", True), ("bad", False)):
        for i in range(3):
            soundfile.write(taste / kind / f"{i}.wav", np.array(tone(i, rises=rises).wave), RATE)
    soundfile.write(tmp_path / "x.wav", np.array(tone(9, rises=True).wave), RATE)
    model = tmp_path / "cnn.safetensors"
    code, _, told = run("train", taste, model, "--seed", 3)
    assert code == 0, told
    assert "3 good and 3 bad" in told
    weights = ge.load_judge(model).weights
    fit = [[ge.read_clip(taste / kind / f"{i}.wav") for i in range(3)] for kind in ("good", "bad")]
    again = SpectrogramCNN.fit(*fit, seed=3)
    assert all((again.weights[name] == weight).all() for name, weight in weights.items())
    code, out, _ = run("judge", tmp_path / "x.wav", "--model", model, "--taste", taste, "--json")
    said = json.loads(out)
    assert code == 0
    assert said["members"]["matcher"]["good"]["name"].startswith("good/")
    assert 0 <= said["members"]["cnn"]["probability"] <= 1
    assert set(said["members"]) == {"matcher", "cnn"}
    sample = taste / "bad" / "1.wav"
    code, out, _ = run("judge", sample, "--by-ear", "--taste", taste, "--json", "--fail-on", "bad")
    assert (code, json.loads(out)["outcome"]) == (1, "bad")
    code, out, _ = run(
        "judge", tmp_path / "x.wav", "--model", model, "--details", "--plot", tmp_path / "why.png"
    )
    assert code == 0
    assert (tmp_path / "why.png").read_bytes().startswith(b"\x89PNG")
    for wrong, reason in (
        (("train", taste, model), "is there already"),
        (("train", taste, tmp_path / "a.pt"), "safetensors"),
        (("train", taste, tmp_path / "no" / "a.safetensors"), "no folder"),
        (("train", taste, tmp_path / "b.safetensors", "--device", "abacus"), "abacus"),
        (("judge", tmp_path / "x.wav"), "--taste"),
        (("judge", tmp_path / "x.wav", "--model", tmp_path / "x.wav"), "x.wav"),
        (("judge", tmp_path / "x.wav", "--model", model, "--align", tmp_path / "a.mid"), "--align"),
    ):
        code, _, told = run(*wrong)
        assert code == 2, wrong
        assert reason in told
        assert told.count("\n") == 1


@dataclass(frozen=True)
class Fixed:
    probability: float

    def judge(self, clip: Clip) -> LearnedVerdict:
        return LearnedVerdict(clip.name, "Fixed", self.probability)


@pytest.mark.parametrize(
    ("chances", "outcome"),
    [((0.9, 0.5), "good"), ((0.9, 0.9, 0.1), "bad"), ((0.5, 0.5), "neither"), ((0.5, 0.1), "bad")],
)
def test_every_bad_is_a_veto(chances: tuple[float, ...], outcome: str) -> None:
    verdict = Committee({f"member {i}": Fixed(p) for i, p in enumerate(chances)}).judge(tone(1, rises=True))
    assert verdict.outcome == outcome
    assert verdict.as_dict()["members"]["member 0"]["probability"] == chances[0]
    assert len(verdict.verdicts) == len(chances)
    if outcome == "bad":
        assert verdict.because.startswith(f"vetoed by member {len(chances) - 1}")
    with pytest.raises(InvalidInput, match="members"):
        Committee({})
    with pytest.raises(InvalidInput, match="x: expected a judge of clips, got int"):
        Committee({"x": 3})


@given(st.lists(st.floats(0, 1), min_size=1, max_size=4), st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_scores_are_ordered_by_outcome(some: list[float], others: list[float]) -> None:
    order = ["bad", "neither", "good"]
    a, b = (
        Committee({str(i): Fixed(p) for i, p in enumerate(chances)}).judge(tone(1, rises=True))
        for chances in (some, others)
    )
    if order.index(a.outcome) < order.index(b.outcome):
        assert a.score < b.score
    assert -1 <= a.score <= 1
