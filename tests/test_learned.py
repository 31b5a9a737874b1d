"""Learned judges tell rising from falling, alike on every run; they are kept safely; a committee has a veto."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from goldenear.audio.learned import learning
from goldenear.audio.learned.committee import Committee
from goldenear.audio.learned.learned_judge import LearnedJudge
from goldenear.audio.learned.raw_audio_rnn import RawAudioRNN
from goldenear.audio.learned.spectrogram_cnn import SpectrogramCNN
from goldenear.audio.learned.verdict import LearnedVerdict
from goldenear.audio.learned.wavenet_judge import WaveNetJudge
from goldenear.errors import InvalidInput, UnreadableFile
from goldenear.hearing.clip import Clip

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")
pytest.importorskip("soxr")

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
    for i, bad in enumerate(damaged):
        (tmp_path / "bad").write_bytes(bad)
        try:
            loaded = type(judge).load(tmp_path / "bad")
        except UnreadableFile as refused:
            assert "\n" not in str(refused)  # noqa: PT017
        else:  # A flip in what is only white space or case of JSON's own may change nothing.
            assert i < 44
            assert all((loaded.weights[n] == w).all() for n, w in judge.weights.items())
            assert loaded.classes == judge.classes
    other = KINDS[KINDS.index(type(judge)) - 1]
    with pytest.raises(UnreadableFile, match="kind"):
        other.load(tmp_path / "whole")


def test_silence_is_neither(judge: LearnedJudge) -> None:
    verdict = judge.judge(Clip.of(np.zeros(RATE), RATE))
    assert (verdict.outcome, verdict.score) == ("neither", 0)
    with pytest.raises(InvalidInput, match="silent"):
        type(judge).fit([Clip.of(np.zeros(RATE), RATE)], [tone(1, rises=True)])


@pytest.mark.parametrize("kind", [SpectrogramCNN, RawAudioRNN])
def test_an_explanation_sums_to_the_difference_of_logits(
    kind: type[SpectrogramCNN] | type[RawAudioRNN],
) -> None:
    clip = tone(3, rises=True)
    found = fitted(kind).explain(clip)
    assert found.values.shape[-1] == len(found.seconds)
    if kind is SpectrogramCNN:
        assert found.values.shape[0] == len(found.hertz)
        assert found.values.sum() == pytest.approx(found.whole - found.dark, rel=0.05, abs=0.05)


def test_what_comes_after_a_clip() -> None:
    net = fitted(WaveNetJudge)
    after = net.continue_(tone(1, rises=True), seconds=0.1, seed=3)
    assert (len(after), after.sample_rate) == (800, 8000)
    assert np.abs(after.wave).max() <= 1
    assert (after.wave == net.continue_(tone(1, rises=True), seconds=0.1, seed=3).wave).all()


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
    assert len(verdict.verdicts) == len(chances)
    if outcome == "bad":
        assert verdict.because.startswith(f"vetoed by member {len(chances) - 1}")
    with pytest.raises(InvalidInput, match="members"):
        Committee({})
