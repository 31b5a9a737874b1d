"""A slip of a programmer is answered in one line: which argument, what was expected, and what came.

`TABLE` has a row for everything public that takes arguments. A row says how to call it rightly, and gives wrong values
for each argument. What is added to `goldenear.__all__` needs a row, or a place in one of the lists of exceptions.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import inf, nan
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest

import goldenear as ge
from goldenear.arguments import shown
from goldenear.audio.learned.net_file import Heard as HeardClips
from goldenear.composing.proposals.lstm import Heard as HeardMelodies
from goldenear.notes.choice import Choice
from goldenear.notes.metre import Metre

NEVER_CALLED = {
    "Note": "a row of an array, which iterating gives",
    "Peak": "a place that Correlogram.peaks gives",
    "PianoRoll": "draw makes it",
    "Correlogram": "correlogram makes it",
    "Match": "rank, find and identify make it",
    "Matches": "rank, find and identify make it",
    "Explanation": "explain makes it",
    "Verdict": "Taste.judge makes it",
    "Contradiction": "Taste.contradictions makes it",
    "SampleFile": "verify_samples makes it",
    "Calibration": "calibrate makes it",
    "Audit": "calibrate makes it",
    "Phrase": "compose makes it",
    "Bar": "Phrase.bars gives it",
    "Candidate": "Composer.ask makes it",
    "Progress": "Composer.run tells it",
    "Piece": "compose_piece makes it",
    "Placed": "compose_piece makes it",
    "Stage": "compose_piece tells it",
    "Motif": "Piece.motifs gives it",
    "LearnedJudge": "what learned judges have in common; fit and load make one of a kind",
    "SpectrogramCNN": "fit and load make it",
    "RawAudioRNN": "fit and load make it",
    "WaveNetJudge": "fit and load make it",
    "LearnedVerdict": "a learned judge makes it",
    "MatcherVerdict": "MatcherJudge.judge makes it",
    "CommitteeVerdict": "Committee.judge makes it",
    "Attribution": "a learned judge's explain makes it",
}
"""Results: functions make them, with what they have checked. Their methods have rows all the same."""

UNCHECKED = {
    "MelodyLSTM": {"durations", "weights", "units", "layers", "heard"},
    "PreparedSamples": {"kept", "_packed", "_groups"},
}
"""Fields that the methods which make a thing fill in."""

OF_PYTHON = {"count", "index"}
"""Methods of every sequence of Python, which take anything."""


def line(*pitches: int, name: str = "line") -> ge.NoteArray:
    return ge.NoteArray.from_arrays(
        pitch=pitches, onset=range(len(pitches)), duration=1, ticks_per_quarter=1, name=name
    )


X = line(60, 64, 62, 67, 65, 69, 67, 72, name="x")
OTHER = line(60, 61, 66, 63, 70, 62, 59, 68, name="other")
CLIP = ge.Clip.of(np.sin(np.arange(24_576) / 9.0), 24_576, name="clip")
SAMPLES = ge.prepare([X, OTHER])
HUGE = 10**5000

NOTES = ["idea.mid", Path("idea.mid"), None, 60, [60, 64], [X], CLIP, ge.NoteArray]
SEVERAL = [X, "good", Path("good"), None, 7, [X, "b.mid"], [None], [[X]]]
CLIPS = [CLIP, "good", None, 7, [CLIP, "b.wav"], [X]]
WHOLE = ["3", 2.5, nan, None, -HUGE, HUGE, True, [1], Fraction(1, 2)]
NUMBER = ["0.5", nan, None, -HUGE, HUGE, -0.5, True, [0.5], 1j]
WORD = ["loudly", "", 3, None, ["good"], b"good", X]
NAME = [5, None, b"tune", X]
FILE = [None, 7, b"idea.mid", X, "", "a\0b", "\ud800", ["idea.mid"], True]
FUNCTION = ["yes", 5, X]
RECIPE = ["tune", "", 5, X, ["melody"], ge.Recipe]
BACKEND = ["gpu", "", 5, None, X, ge.NumpyEngine]
TRUTH = ["yes", 1, None, X]
TASTE = ["my-taste", None, X, [X], ge.Taste]
FRACTION = ["one", "1/0", None, nan, inf, -1, [1], 0.3333333333333333, "9" * 5000, HUGE, Fraction(HUGE, 7)]
MASK = [[0, 1], "all", None, [True], 3, np.ones((8, 8), bool)]
CHOSEN = [2.5, b"MELODY", [None], [True], {"a": 1}, X]


def optional(values: Iterable[Any]) -> list[Any]:
    """Return wrong values of an argument that may be None."""
    return [value for value in values if value is not None]


@cache
def taste() -> ge.Taste:
    return ge.Taste.of(good=[X], bad=[OTHER])


@cache
def verdict() -> ge.Verdict:
    return taste().judge(X, backend="numpy")


@cache
def folder() -> Path:
    root = ge.new_taste(Path(mkdtemp()) / "taste")
    ge.write(X, root / "good" / "x.mid")
    ge.write(OTHER, root / "bad" / "other.mid")
    return root


@cache
def tune_file() -> Path:
    path = Path(mkdtemp()) / "tune.mid"
    ge.write(X, path)
    return path


@cache
def sound_file() -> Path:
    path = Path(mkdtemp()) / "tune.wav"
    ge.render(X, path, tempo=600)
    return path


@cache
def background() -> ge.Background:
    return ge.Background([line(60 + i, 64, 62, 67 - i, 65) for i in range(20)])


CALIBRATION = {
    "rate": 0.01,
    "quarters": 4.0,
    "background": "some",
    "pieces": 20,
    "made_for": "",
    "group": None,
    "solos": None,
    "manner": [[0, 1]] * 5,
    "least": 0.4,
    "by_density": [],
    "trust": 1.0,
    "tails": [{"quarters": 4.0, "values": np.linspace(0.1, 0.5, 200).tolist()}],
    "audit": {"told": [], "torn": [], "curve": [], "false_alarms": [0, 1], "near": []},
}


@cache
def calibration() -> ge.Calibration:
    return ge.Calibration.from_dict(CALIBRATION)


@cache
def composer() -> ge.Composer:
    return ge.Composer(taste(), ge.Wishes(quarters=8))


@cache
def review() -> ge.Review:
    made = ge.Review(folder(), ge.Wishes(quarters=8), effort=64)
    made.ask()
    return made


@cache
def phrase() -> ge.Phrase:
    return review().current


@cache
def piece() -> ge.Piece:
    return ge.compose_piece(taste(), "period", bars=4, effort=32)


CNN = ge.SpectrogramCNN({}, ("good", "bad"), {}, HeardClips(1, 0, 0.0, 1.0))
RNN = ge.RawAudioRNN({}, ("good", "bad"), {}, HeardClips(1, 0, 0.0, 1.0))
WAVENET = ge.WaveNetJudge({}, ("good", "bad"), {}, HeardClips(1, 0, 0.0, 1.0))
MATCHER = ge.MatcherJudge(SAMPLES, SAMPLES)
LSTM = ge.MelodyLSTM(((960, 960),), {}, 1, 1, HeardMelodies(1.0, 1.0, 1.0, 1, held_out=False))
PLAN = ge.Plan("own", (ge.Section("a", 1, 4),))
CARD = ge.Attribution(np.zeros(1, np.float32), np.zeros(1), np.zeros(0), 0.0, 0.0)
PHOTO = ge.correlogram(X, OTHER, backend="numpy")


class Chorus:
    """A judge for a committee."""

    def judge(self, clip: ge.Clip) -> ge.LearnedVerdict:
        return ge.LearnedVerdict(clip.name, "Chorus", 0.5)


@dataclass(frozen=True)
class Row:
    """How something public is called rightly, and what is wrong for each of its arguments."""

    call: Callable[..., Any]
    right: dict[str, Any]
    wrong: dict[str, list[Any]]
    is_slow: bool
    """Whether the right call takes longer than a test should."""
    called: dict[str, str]
    """What messages call an argument, where that is not its name."""


def row(
    call: Callable[..., Any],
    right: dict[str, Any] | None = None,
    *,
    slow: bool = False,
    called: dict[str, str] | None = None,
    **wrong: list[Any],
) -> Row:
    return Row(call, right or {}, wrong, slow, called or {})


READING = {
    "path": FILE,
    "track": CHOSEN,
    "channel": [*CHOSEN, 0, 17, "MELODY"],
    "voice": CHOSEN,
    "drums": [*CHOSEN, 99],
}
ENGINE = {"backend": BACKEND, "threads": WHOLE}
TRAINING = {"seed": WHOLE, "epochs": WHOLE, "progress": FUNCTION}
CORRELATING = {"piece": NOTES, "fragment": NOTES, "backend": BACKEND}
FITTING = {"seed": WHOLE, "device": [5, None, "gpu"], "progress": FUNCTION}


def engine_rows(engine: Any) -> dict[str, Row]:
    """Return the rows of an engine that ranks: what one writes for another machine is called so, too."""
    pictures = {"semitone": None}
    compared = {"x": pictures, "samples": SAMPLES, "k": 1, "at_least": 0.0, "threads": 1, "prune": True}
    aligned = {"x": X, "samples": SAMPLES, "which": np.zeros(0, np.int64)}
    name = type(engine).__name__
    return {
        f"{name}.compare": row(
            engine.compare,
            compared,
            slow=True,
            x=[X, "idea.mid", None],
            samples=[[X], X, None],
            k=WHOLE,
            at_least=NUMBER,
            threads=WHOLE,
            prune=TRUTH,
        ),
        f"{name}.align": row(
            engine.align, aligned, slow=True, x=NOTES, samples=[[X], X, None], which=["all", None, [0.5]]
        ),
    }


def learning_rows(judge: type[ge.LearnedJudge]) -> dict[str, Row]:
    """Return the rows of what makes a learned judge."""
    both = {"good": [CLIP], "bad": [CLIP]}
    classes = [
        "good",
        None,
        [CLIP],
        {},
        {"good": [CLIP]},
        {1: [CLIP], 2: [CLIP]},
        {"clips": CLIP, "bad": [CLIP]},
    ]
    name = judge.__name__
    return {
        f"{name}.fit": row(judge.fit, both, slow=True, good=[*CLIPS, []], bad=[*CLIPS, []], **FITTING),
        f"{name}.fit_classes": row(judge.fit_classes, {"clips": both}, slow=True, clips=classes, **FITTING),
        f"{name}.load": row(judge.load, {"path": "nowhere.safetensors"}, slow=True, path=FILE),
    }


TABLE: dict[str, Row] = {
    # Notes
    "NoteArray": row(
        ge.NoteArray,
        {name: getattr(X, name) for name in ("pitch", "onset", "offset", "brightness", "is_drum")}
        | {"ticks_per_quarter": 1},
        pitch=[[60, 64], "idea.mid", None, X.onset],
        onset=[[0, 1], None, X.pitch],
        offset=[[1, 2], 5],
        brightness=[1, None],
        is_drum=[False, X.pitch],
        ticks_per_quarter=WHOLE,
        steps_per_octave=WHOLE,
        name=NAME,
        provenance=["idea.mid", None],
    ),
    "NoteArray.from_arrays": row(
        ge.NoteArray.from_arrays,
        {"pitch": [60, 64], "onset": [0, 1], "duration": [1, 1], "ticks_per_quarter": 4},
        pitch=["idea.mid", None, 60, [60.5, 64], [nan, 1], [HUGE, 1], ["60", "64"], [[60], [64, 65]], X],
        onset=["0", None, [0], [0, inf], [0, -HUGE], [[0, 1]], {}],
        duration=["1", None, [1], [0, 1], [1, -1], [1, nan]],
        ticks_per_quarter=WHOLE,
        brightness=["loud", None, [1], 0, 128, [1, nan]],
        is_drum=["no", None, [True], ["no", "yes"], 1],
        steps_per_octave=[*WHOLE, 0],
        name=NAME,
        provenance=["idea.mid", 5],
    ),
    "NoteArray.at_resolution": row(X.at_resolution, {"ticks_per_quarter": 2}, ticks_per_quarter=WHOLE),
    "NoteArray.quantised": row(X.quantised, {"ticks_per_quarter": 2}, ticks_per_quarter=WHOLE),
    "NoteArray.named": row(X.named, {"name": "y"}, name=NAME),
    "NoteArray.remarked": row(lambda **given: X.remarked(*given.values()), {"remarks": "odd"}, remarks=NAME),
    "NoteArray.rearranged": row(
        X.rearranged,
        {"pitch": X.pitch, "onset": X.onset, "offset": X.offset, "ticks_per_quarter": 1},
        pitch=["up", None, [60], X.onset / 2],
        onset=["0", None, [0]],
        offset=["1", None, [1]],
        ticks_per_quarter=WHOLE,
    ),
    "NoteArray.shifted": row(X.shifted, {"ticks": 1}, ticks=WHOLE),
    "NoteArray.transposed": row(X.transposed, {"steps": 1}, steps=WHOLE),
    "NoteArray.where": row(X.where, {"chosen": X.pitch > 60}, chosen=MASK),
    "Provenance": row(
        ge.Provenance,
        path=NAME,
        format=NAME,
        tune=WHOLE,
        tracks=["piano", None],
        tempos=[120, None, [(0, 500_000)], (120,), ((0, "fast"),), ((0, 500_000, 1),)],
        remarks=["odd", None, [], (5,)],
    ),
    "Provenance.remarking": row(
        lambda **given: X.provenance.remarking(*given.values()), {"remarks": "odd"}, remarks=NAME
    ),
    "Provenance.retimed": row(X.provenance.retimed, up=WHOLE, down=[*WHOLE, 0], later=WHOLE),
    "PianoRoll.at_resolution": row(
        ge.draw(X).at_resolution, {"ticks_per_quarter": 2}, ticks_per_quarter=WHOLE
    ),
    "PianoRoll.pixels": row(ge.draw(X).pixels, drums=TRUTH, max_pixels=WHOLE),
    "PianoRoll.where": row(ge.draw(X).where, {"chosen": X.pitch > 60}, chosen=MASK),
    "draw": row(ge.draw, {"notes": X}, notes=NOTES, struck=[*FRACTION[:2], "soon"], reading=WORD),
    "NoteArray.as_strokes": row(X.as_strokes, {"length": "1/4"}, length=FRACTION),
    "Alteration": row(
        ge.Alteration,
        stretch=[*FRACTION, 0, 65],
        form=WORD,
        reading=WORD,
        price=NUMBER,
        parts=["all", None, (1.0,), (1.0, "1", 1.0)],
    ),
    "Alteration.apply": row(ge.Alteration(2).apply, {"notes": X}, notes=NOTES),
    "alterations": row(
        ge.alterations,
        called={"stretches": "stretch", "forms": "form", "readings": "reading"},
        stretches=["3/2", 2, None, ["one"], {"1": "free"}, {"1": nan}, {"1/2": 1, "0.5": 1}, [[1]]],
        forms=["prime", 2, None, ["sideways"], {"prime": 2}, [["prime"]], [5]],
        readings=["octave", 2, None, ["loud"], {"octave": None}],
    ),
    "Placement": row(
        ge.Placement,
        transposition=WHOLE,
        shift=WHOLE,
        ticks_per_quarter=[*WHOLE, 0],
        alteration=["inversion", None, ge.Alteration],
    ),
    "Placement.apply": row(ge.Placement(2).apply, {"fragment": X}, fragment=NOTES),
    # Files
    "read": row(
        lambda **given: ge.read(**{"path": tune_file()} | given),
        **READING,
        tune=optional([*WHOLE, 0]),
        brightness=WORD,
        steps_per_octave=[*WHOLE, 0],
    ),
    "read_all": row(
        lambda **given: ge.read_all(**{"path": tune_file()} | given),
        **READING,
        brightness=WORD,
        steps_per_octave=[*WHOLE, 0],
    ),
    "Choice.of": row(Choice.of, **{name: wrong for name, wrong in READING.items() if name != "path"}),
    "Metre": row(Metre, beats=[*WHOLE, 0, 33], unit=[*WHOLE, 0, 3]),
    "Metre.parsed": row(
        Metre.parsed, {"text": "3/4"}, called={"text": "metre"}, text=[*WORD, 4, (4, 4), "3/5"]
    ),
    "write": row(
        lambda **given: ge.write(**{"path": tune_file()} | given),
        {"notes": X},
        notes=[*(value for value in NOTES if value != [X]), [], {}, {"x": "idea.mid"}],
        path=[*FILE, "idea.doc"],
        metre=[*WORD, 4, (4, 4), "3/5", "4:4", "0/4"],
    ),
    "render": row(
        lambda **given: ge.render(**{"path": tune_file().with_suffix(".wav")} | given),
        {"notes": X},
        notes=[*(value for value in NOTES if value != [X]), [], {}, {"x": "idea.mid"}],
        path=[*FILE, "idea.mid"],
        tempo=optional(NUMBER),
        sample_rate=WHOLE,
    ),
    # Sound
    "Clip": row(
        ge.Clip,
        {"wave": CLIP.wave, "sample_rate": 24_576},
        wave=[[0.0, 0.5], "idea.wav", None, np.zeros((2, 9), np.float32)],
        sample_rate=WHOLE,
        name=NAME,
        path=NAME,
        remarks=["odd", None, []],
    ),
    "Clip.of": row(
        ge.Clip.of,
        {"wave": [0.0, 0.5], "sample_rate": 8000},
        wave=["idea.wav", Path("idea.wav"), None, 5, [], [nan], ["0"], [[0.0], [0.0, 0.5]], X],
        sample_rate=WHOLE,
        name=NAME,
    ),
    "Clip.at_rate": row(CLIP.at_rate, {"sample_rate": 24_576}, sample_rate=WHOLE),
    "Clip.cut": row(CLIP.cut, {"start": 0, "end": 0.5}, start=NUMBER, end=[v for v in NUMBER if v != HUGE]),
    "Clip.trimmed": row(CLIP.trimmed, decibels=[*NUMBER, 0]),
    "read_clip": row(
        lambda **given: ge.read_clip(**{"path": sound_file()} | given),
        path=FILE,
        start=NUMBER,
        seconds=optional(NUMBER),
        trim=TRUTH,
    ),
    "hear": row(
        ge.hear,
        {"clip": CLIP},
        slow=True,
        clip=["idea.wav", None, X, [CLIP], 7],
        beats=optional([*NUMBER, "fast"]),
        tuning=[v for v in optional(NUMBER) if v != -0.5],
    ),
    "clip_of": row(ge.clip_of, {"notes": X}, notes=NOTES),
    # Correlating and matching
    "Correlogram.at": row(PHOTO.at, {"transposition": 0, "shift": 0}, transposition=WHOLE, shift=WHOLE),
    "Correlogram.peaks": row(PHOTO.peaks, k=WHOLE, exclusion_steps=WHOLE, exclusion_ticks=optional(WHOLE)),
    "correlogram": row(ge.correlogram, {"piece": X, "fragment": X}, **CORRELATING, max_cells=[*WHOLE, 0]),
    "correlogram_tiles": row(
        ge.correlogram_tiles, {"piece": X, "fragment": X}, **CORRELATING, columns=[*WHOLE, 0]
    ),
    **engine_rows(ge.NumpyEngine()),
    **engine_rows(ge.NumbaEngine()),
    **engine_rows(ge.TorchEngine()),
    "TorchEngine": row(ge.TorchEngine, device=["gpu", 5, "cuda:x", X]),
    "Recipe": row(
        ge.Recipe,
        measure=WORD,
        alterations=[ge.Alteration(), "inversion", None, [], ["inversion"], ge.Alteration],
        transpositions=["all", 5, (1,), (2, -2), ("low", "high"), (0.5, 2), (nan, 1)],
        clutter=[*FRACTION, 5],
        struck=[*FRACTION, 2, "1/3"],
        stroke=[*FRACTION, 0],
        neighbour_share=[*FRACTION, 2],
        aligned=NUMBER,
        kit=WORD,
        grid=["fine", 0, -1, 2.5, None, True, HUGE, nan],
    ),
    "Recipe.named": row(ge.Recipe.named, {"name": "melody"}, called={"name": "recipe"}, name=WORD),
    "Recipe.on_grid": row(ge.Recipe().on_grid, {"notes": X}, notes=NOTES),
    "Recipe.shown": row(ge.Recipe().shown, {"notes": X}, notes=NOTES),
    "Recipe.shown_sample": row(ge.Recipe().shown_sample, {"notes": X}, notes=NOTES),
    "Matches.of": row(
        ge.Matches.of,
        {"rows": list(ge.rank(X, [X])), "samples": [X]},
        rows=["best", None, 5, [X], ge.rank(X, [X]).best],
        samples=SEVERAL,
    ),
    "Matches.sample_of": row(
        ge.rank(X, [X]).sample_of, {"match": ge.rank(X, [X]).best}, match=[X, 0, None, ge.rank(X, [X])]
    ),
    "PreparedSamples": row(
        ge.PreparedSamples,
        {"samples": [X], "recipe": ge.Recipe()},
        samples=[X, "good", None, 5],
        recipe=["melody", None, ge.Recipe],
    ),
    "PreparedSamples.picture": row(SAMPLES.picture, {"i": 0, "index": 0}, i=[*WHOLE, 2], index=[*WHOLE, 999]),
    "PreparedSamples.groups": row(SAMPLES.groups, {"i": 0}, i=[*WHOLE, 2]),
    "prepare": row(ge.prepare, {"samples": [X]}, samples=SEVERAL, recipe=RECIPE),
    "rank": row(
        ge.rank,
        {"x": X, "samples": [X]},
        x=NOTES,
        samples=SEVERAL,
        k=optional(WHOLE),
        at_least=NUMBER,
        called={"stretches": "stretch", "forms": "form"},
        stretches=["3/2", 2, ["one"], {"1": "free"}],
        forms=["prime", 2, ["sideways"]],
        recipe=[*RECIPE, "occurrence"],
        **ENGINE,
        exhaustive=TRUTH,
    ),
    "find": row(
        ge.find,
        {"piece": X, "fragment": X},
        **CORRELATING,
        threshold=[*optional(NUMBER), 0],
        exclusion=[*optional(FRACTION), 0],
        recipe=[*RECIPE, "melody"],
    ),
    "identify": row(
        ge.identify,
        {"fragment": X, "pieces": [X, OTHER]},
        fragment=NOTES,
        pieces=SEVERAL,
        k=optional(WHOLE),
        recipe=RECIPE,
        **ENGINE,
        progress=FUNCTION,
    ),
    "explain": row(
        ge.explain,
        {"x": X, "sample": X, "match": ge.rank(X, [X]).best},
        x=NOTES,
        sample=NOTES,
        match=[ge.rank(X, [X]), None, X, 0],
        kit=WORD,
    ),
    "Background": row(
        ge.Background,
        {"pieces": [line(60 + i, 64, 62, 67 - i, 65) for i in range(20)]},
        pieces=[*optional(SEVERAL), [X]],
        recipe=[*RECIPE, "occurrence"],
    ),
    "Background.chance": row(
        lambda **given: background().chance(**given), {"samples": SAMPLES}, samples=[[X], X, None], **ENGINE
    ),
    "Background.similarities": row(
        lambda **given: background().similarities(**given), {"x": X}, x=NOTES, **ENGINE
    ),
    "Background.standardised": row(
        lambda **given: background().standardised(**given),
        {"x": X, "samples": [X]},
        x=NOTES,
        samples=SEVERAL,
        **ENGINE,
    ),
    "Background.excess": row(
        lambda **given: background().excess(**given),
        {"fragment": X, "matches": ge.rank(X, [X])},
        fragment=NOTES,
        matches=[X, None, [0.5], ge.rank(X, [X]).best],
        **ENGINE,
    ),
    # Tastes
    "Taste": row(
        lambda **given: ge.Taste(**{"folder": folder()} | given),
        folder=[*FILE, "nowhere"],
        grid=["fine", 0, 2.5, True, HUGE],
    ),
    "Taste.of": row(
        ge.Taste.of,
        {"good": [X]},
        good=SEVERAL,
        bad=SEVERAL,
        settings=["melody", ge.Recipe(), ge.Settings],
        calibration=["calibration.json", 5, ge.Calibration],
    ),
    "Taste.read": row(lambda **given: taste().read(**{"path": tune_file()} | given), **READING),
    "Taste.judge": row(lambda **given: taste().judge(**given), {"x": X}, x=NOTES, **ENGINE),
    "Taste.vetoes": row(lambda **given: taste().vetoes(**given), {"x": X}, x=NOTES, **ENGINE),
    "Taste.contradictions": row(lambda **given: taste().contradictions(**given), {}, **ENGINE),
    "Taste.measure": row(
        lambda **given: taste().measure(**given), progress=["a bar", 5], threads=[*WHOLE, 0]
    ),
    "Taste.reward": row(lambda **given: taste().reward(**given), {"batch": [X]}, batch=SEVERAL, **ENGINE),
    "Taste.engine_for": row(
        lambda **given: taste().engine_for(**given),
        {"backend": "auto", "xs": [X]},
        backend=BACKEND,
        xs=SEVERAL,
    ),
    "Verdict.threshold": row(
        lambda **given: verdict().threshold(**given), {"match": ge.rank(X, [X]).best}, match=[X, None, 0, 0.5]
    ),
    "Verdict.near": row(
        lambda **given: verdict().near(**given), {"match": ge.rank(X, [X]).best}, match=[X, None, 0, 0.5]
    ),
    "Verdict.p_value": row(
        lambda **given: verdict().p_value(**given), {"match": ge.rank(X, [X]).best}, match=[X, None, 0, 0.5]
    ),
    "Settings": row(
        ge.Settings,
        called={"good_threshold": "thresholds.good", "bad_threshold": "thresholds.bad"},
        recipe=["melody", None, ge.Recipe, ge.Recipe.named("occurrence")],
        good_threshold=[v for v in [*NUMBER, 0] if v is not None],
        bad_threshold=[v for v in [*NUMBER, 0] if v is not None],
        steps_per_octave=[*WHOLE, 0],
        brightness=WORD,
        drums=[*CHOSEN, 99],
        keep_small=TRUTH,
    ),
    "Settings.read": row(
        lambda **given: ge.Settings().read(**{"path": tune_file()} | given),
        path=FILE,
        choice=["MELODY", 1, None, Choice],
        data=["MThd", 1, bytearray(b"MThd"), [b"MThd"]],
    ),
    "Settings.by_hand": row(ge.Settings().by_hand, {"kind": "good"}, kind=WORD),
    "calibrate": row(
        lambda **given: ge.calibrate(**{"taste": taste()} | given),
        slow=True,
        taste=TASTE,
        background=[*optional(SEVERAL), [X]],
        name=NAME,
        rate=[*NUMBER, 0],
        quarters=[*optional(NUMBER), 0],
        seed=WHOLE,
        **ENGINE,
        progress=FUNCTION,
    ),
    "Calibration.from_dict": row(
        ge.Calibration.from_dict,
        {"table": CALIBRATION},
        table=[
            {},
            None,
            "calibration.json",
            [],
            CALIBRATION | {"rate": "often"},
            CALIBRATION | {"tails": []},
        ],
    ),
    "Calibration.p_value": row(
        calibration().p_value,
        {"strength": 0.5, "quarters": 4},
        strength=["high", nan, None],
        quarters=["4", nan, -1],
    ),
    "Calibration.at_large": row(
        calibration().at_large, {"similarity": [0.5]}, similarity=["high", None, 0.5, ["high"], [[0.5]]]
    ),
    "Calibration.far": row(lambda **given: calibration().far(**given), {"x": X}, x=NOTES),
    "Calibration.threshold": row(calibration().threshold, at_large=[*NUMBER, 0], shift=["thin", None, nan]),
    "Calibration.shift": row(calibration().shift, {"density": 2.0}, density=["thin", None, nan, -1]),
    "Audit.from_dict": row(
        ge.Audit.from_dict,
        {"table": CALIBRATION["audit"]},
        table=[{}, None, "calibration.json", [], {"told": [5]}],
    ),
    "Audit.recalled": row(calibration().audit.recalled, {"kind": "good"}, kind=WORD),
    "new_taste": row(lambda **given: ge.new_taste(**{"folder": Path(mkdtemp())} | given), folder=FILE),
    "add_sample": row(
        lambda **given: ge.add_sample(**{"folder": folder(), "path": tune_file()} | given),
        {"kind": "good"},
        folder=[*FILE, "nowhere"],
        kind=WORD,
        path=FILE,
        name=[*optional(NAME), "", "a/b", ".x"],
        track=CHOSEN,
        channel=[*CHOSEN, 0, 17, "MELODY"],
        voice=CHOSEN,
        drums=[*CHOSEN, 99],
    ),
    "verify_samples": row(
        lambda **given: ge.verify_samples(**{"folder": folder()} | given),
        folder=[*FILE, "nowhere"],
        record=TRUTH,
        progress=FUNCTION,
    ),
    # Learned judges
    **learning_rows(ge.SpectrogramCNN),
    **{
        name: row(
            about.call,
            about.right,
            slow=True,
            called=dict.fromkeys(about.wrong, "LearnedJudge"),
            **about.wrong,
        )
        for name, about in learning_rows(ge.LearnedJudge).items()
    },
    **{
        f"{type(judge).__name__}.explain": row(
            judge.explain, {"clip": CLIP}, slow=True, clip=["idea.wav", None, X, [CLIP]]
        )
        for judge in (CNN, RNN, WAVENET)
    },
    "LearnedJudge.explain": row(CNN.explain, {"clip": CLIP}, slow=True, clip=["idea.wav", None, X, [CLIP]]),
    "LearnedJudge.judge": row(CNN.judge, {"clip": CLIP}, slow=True, clip=["idea.wav", None, X, [CLIP]]),
    "LearnedJudge.probabilities": row(
        CNN.probabilities, {"clip": CLIP}, slow=True, clip=["idea.wav", None, X, [CLIP]]
    ),
    "LearnedJudge.save": row(CNN.save, {"path": "nowhere/net"}, slow=True, path=FILE),
    "WaveNetJudge.continue_": row(
        WAVENET.continue_,
        {"clip": CLIP},
        slow=True,
        clip=["idea.wav", None, X, [CLIP]],
        seconds=[*NUMBER, 0],
        seed=WHOLE,
        as_class=["loudly", 3, ["good"]],
    ),
    "load_judge": row(ge.load_judge, {"path": "nowhere.safetensors"}, slow=True, path=FILE),
    "MatcherJudge": row(
        ge.MatcherJudge, {"good": SAMPLES, "bad": SAMPLES}, good=[[X], X, None], bad=[[X], X, None]
    ),
    "MatcherJudge.by": row(ge.MatcherJudge.by, {"good": [X], "bad": [X]}, good=SEVERAL, bad=SEVERAL),
    "MatcherJudge.fit": row(
        ge.MatcherJudge.fit, {"good": [CLIP], "bad": []}, slow=True, good=CLIPS, bad=CLIPS
    ),
    "MatcherJudge.of": row(ge.MatcherJudge.of, {"taste": None}, slow=True, taste=TASTE),
    "MatcherJudge.judge": row(MATCHER.judge, {"clip": CLIP}, slow=True, clip=["idea.wav", None, X, [CLIP]]),
    "Committee": row(
        ge.Committee,
        {"members": {"chorus": Chorus()}},
        members=[[], {}, None, "chorus", Chorus(), {"a": 5}, {"a": Chorus}],
    ),
    "Committee.judge": row(
        ge.Committee({"chorus": Chorus()}).judge, {"clip": CLIP}, clip=["idea.wav", None, X, [CLIP]]
    ),
    "Attribution.plot": row(CARD.plot, {"clip": CLIP}, slow=True, clip=["idea.wav", None, X, [CLIP]]),
    # Composing
    "compose": row(
        lambda **given: ge.compose(**{"taste": taste()} | given),
        slow=True,
        taste=TASTE,
        wishes=["AABA", 8, ge.Wishes],
        quarters=["long", 0, -4, nan, HUGE, [8]],
        n=[*WHOLE, 0],
        seed=WHOLE,
        effort=[*WHOLE, 0],
        threads=[*WHOLE, 0],
    ),
    "Composer": row(
        lambda **given: ge.Composer(**{"taste": taste()} | given),
        taste=TASTE,
        wishes=["AABA", 8, ge.Wishes],
        seed=WHOLE,
        search=WORD,
        proposals=["markov", 5, None, [X], [None], ge.MarkovChain],
    ),
    "Composer.ask": row(lambda **given: composer().ask(**given), {"n": 1}, n=[*WHOLE, 0]),
    "Composer.phrases": row(
        lambda **given: composer().phrases(**given), slow=True, n=[*WHOLE, 0], apart=[*NUMBER, 0]
    ),
    "Composer.run": row(
        lambda **given: composer().run(**given),
        {"effort": 1},
        effort=[*WHOLE, 0],
        threads=[*WHOLE, 0],
        progress=FUNCTION,
        save=optional(FILE),
    ),
    "Composer.tell": row(
        lambda **given: composer().tell(**{"candidates": composer().ask(1)} | given),
        {"scores": [0.5]},
        candidates=["best", None, 5, [X]],
        scores=["high", 5, [nan], ["0.5"], [0.5, 0.5], [[0.5]]],
    ),
    "Wishes": row(
        ge.Wishes,
        quarters=["long", 0, -4, nan, None, HUGE, True, [8], X],
        metre=[*WORD, 4, (4, 4), "3/5"],
        voices=["melody", 0, 9, None, [], ["melody"], 2.5, [ge.Voice("a"), ge.Voice("a")]],
        scale=["D loud", 5, [12], ["D"], X],
        chords=["Am7", 5, [("C", 0)], [(0, "loud")], [(0, 5)], [(99, "C")], [0, "C"]],
        rhythm=optional(NOTES),
        locked=[*optional(NOTES), {"nobody": X}, {"melody": "idea.mid"}],
        locked_bars=["1", 1, None, [0], [99], ["1"], [1.5]],
        after=optional(NOTES),
        before=optional(NOTES),
        density=[2, "2", (2,), (3, 1), ("1", "2"), (nan, 2), (0, HUGE)],
        longest_run=[*WHOLE, 1],
        ceiling=[*NUMBER, 0],
        share=[*NUMBER, 0],
    ),
    "Wishes.locked_in": row(ge.Wishes().locked_in, {"voice": 0}, voice=[*WHOLE, 1]),
    "Voice": row(ge.Voice, name=NAME, lowest=WHOLE, highest=WHOLE),
    "Phrase.write": row(
        lambda **given: phrase().write(**{"path": tune_file()} | given), path=[*FILE, "idea.doc"]
    ),
    "Review": row(
        lambda **given: ge.Review(**{"taste_folder": folder()} | given),
        taste_folder=FILE,
        wishes=["AABA", 8, ge.Wishes],
        seed=WHOLE,
        effort=[*WHOLE, 0],
        threads=[*WHOLE, 0],
        proposals=["loudly", 5, None, [X], ge.MarkovChain],
    ),
    "Review.ask": row(lambda **given: review().ask(**given), progress=FUNCTION),
    "Review.keep": row(lambda **given: review().keep(**{"path": Path(mkdtemp())} | given), path=FILE),
    "Review.label": row(
        lambda **given: review().label(**given),
        {"kind": "good"},
        kind=WORD,
        bars=[1, "1", [], [0], [99], ["1"], [1.5], X],
    ),
    "Review.lock": row(lambda **given: review().lock(*given.values()), {"bars": 1}, bars=[*WHOLE, 0, 99]),
    "compose_piece": row(
        lambda **given: ge.compose_piece(**{"taste": taste()} | given),
        slow=True,
        taste=TASTE,
        form=[*WORD, ge.Plan],
        bars=[*optional(WHOLE), 63],
        wishes=["AABA", 8, ge.Wishes, ge.Wishes(rhythm=X)],
        seed=WHOLE,
        effort=[*WHOLE, 0],
        threads=[*WHOLE, 0],
        progress=FUNCTION,
    ),
    "Piece.section": row(
        lambda **given: piece().section(**given), {"name": "a"}, called={"name": "section"}, name=WORD
    ),
    "Piece.write": row(
        lambda **given: piece().write(**{"path": tune_file()} | given), path=[*FILE, "idea.doc"]
    ),
    "Plan": row(
        ge.Plan,
        {"name": "own", "sections": PLAN.sections},
        name=NAME,
        sections=[PLAN.sections[0], "AABA", None, [], ["A"], [ge.Section("b", 2, 2)]],
    ),
    "Plan.section": row(PLAN.section, {"name": "a"}, called={"name": "section"}, name=WORD),
    "Section": row(
        ge.Section,
        {"name": "b", "bar": 1, "bars": 4},
        name=NAME,
        bar=[*WHOLE, 0],
        bars=[*WHOLE, 0],
        source=NAME,
        treatment=WORD,
        alteration=["inversion", None, ge.Alteration],
        up=WHOLE,
        cadence=WORD,
        rest=WHOLE,
        voices=["upper", 0, None, ["upper"], (0.5,), (HUGE,)],
    ),
    "MarkovChain": row(ge.MarkovChain, {"samples": [X]}, samples=SEVERAL, order=[*WHOLE, 0]),
    "MarkovChain.propose": row(
        ge.MarkovChain([X]).propose,
        {"quarters": Fraction(2), "seed": 0},
        quarters=[*FRACTION, 0, HUGE],
        seed=WHOLE,
    ),
    "MelodyLSTM": row(
        ge.MelodyLSTM,
        {"durations": ((960, 960),), "weights": {}, "units": 1, "layers": 1, "heard": LSTM.heard},
        temperature=[*NUMBER, 0],
    ),
    "MelodyLSTM.trained": row(
        ge.MelodyLSTM.trained,
        {"pieces": [X, OTHER]},
        slow=True,
        pieces=SEVERAL,
        **TRAINING,
        units=[*WHOLE, 0],
        layers=[*WHOLE, 0],
    ),
    "MelodyLSTM.tuned": row(LSTM.tuned, {"samples": [X]}, slow=True, samples=SEVERAL, **TRAINING),
    "MelodyLSTM.bits": row(LSTM.bits, {"pieces": [X]}, slow=True, pieces=SEVERAL),
    "MelodyLSTM.propose": row(
        LSTM.propose,
        {"quarters": Fraction(2), "seed": 0},
        slow=True,
        quarters=[*FRACTION, 0, HUGE],
        seed=WHOLE,
    ),
    "MelodyLSTM.save": row(LSTM.save, {"path": "nowhere/net"}, slow=True, path=FILE),
    "MelodyLSTM.load": row(ge.MelodyLSTM.load, {"path": "nowhere.safetensors"}, slow=True, path=FILE),
}


def refusal_of(call: Callable[..., Any], given: dict[str, Any]) -> str:
    """Return what is said of a slip; where it is not refused as it should be, that."""
    try:
        made = call(**given)
        if isinstance(made, Iterator):
            next(made)
    except ge.GoldenearError as error:
        return str(error)
    except Exception as error:
        return f"no GoldenearError, but {type(error).__name__}: {error}"
    return f"no error, but a {type(made).__name__}"


def is_clear(said: str, argument: str) -> bool:
    """Tell whether a message is one line that names the argument, and says what was expected."""
    return argument in said and "\n" not in said and len(said) < 400 and not said.startswith("no ")


@pytest.mark.parametrize(
    ("name", "argument"), [(name, argument) for name, row in TABLE.items() for argument in row.wrong]
)
def test_a_slip_is_told_in_one_line(name: str, argument: str) -> None:
    about = TABLE[name]
    unclear = {
        shown(value): said
        for value in about.wrong[argument]
        if not is_clear(
            said := refusal_of(about.call, about.right | {argument: value}),
            about.called.get(argument, argument),
        )
    }
    assert unclear == {}


class TestTheLikelySlip:
    """What somebody most likely meant is said, too."""

    def test_a_path_for_notes(self) -> None:
        said = "x: expected a NoteArray, got str; files are read with goldenear.read"
        assert refusal_of(taste().judge, {"x": "idea.mid"}) == said
        assert refusal_of(ge.explain, {"x": "idea.mid", "sample": X, "match": None}) == said
        assert refusal_of(taste().judge, {"x": Path("idea.mid")}) == said.replace("str", "PosixPath")

    def test_sound_for_notes_and_notes_for_sound(self) -> None:
        assert refusal_of(taste().judge, {"x": CLIP}) == (
            "x: expected a NoteArray, got Clip; clips are heard with goldenear.hear"
        )
        assert refusal_of(ge.hear, {"clip": X}) == (
            "clip: expected a Clip, got NoteArray; goldenear.clip_of plays notes"
        )

    def test_something_that_has_notes(self) -> None:
        assert (
            refusal_of(taste().judge, {"x": phrase()})
            == "x: expected a NoteArray, got Phrase; give its notes"
        )

    def test_one_for_several_and_several_for_one(self) -> None:
        assert refusal_of(ge.rank, {"x": X, "samples": X}) == (
            "samples: expected several NoteArrays, got one NoteArray: put it in a list"
        )
        assert refusal_of(ge.rank, {"x": [X], "samples": [X]}) == (
            "x: expected a NoteArray, got list; it takes one at a time"
        )
        assert refusal_of(ge.rank, {"x": X, "samples": [X, None]}) == (
            "samples: expected several NoteArrays, got None at [1]"
        )

    def test_a_folder_for_a_taste(self) -> None:
        assert refusal_of(ge.compose, {"taste": "my-taste"}) == (
            "taste: expected a Taste, got str; goldenear.Taste opens the folder of one"
        )

    def test_a_class_for_a_thing(self) -> None:
        assert refusal_of(ge.rank, {"x": X, "samples": [X], "recipe": ge.Recipe}) == (
            "recipe: expected a Recipe or the name of one, got the class Recipe: make one with Recipe(...)"
        )

    def test_what_a_file_holds_for_its_name(self) -> None:
        assert refusal_of(ge.read, {"path": "X:1\nK:C\nCDE"}) == (
            "X:1\\nK:C\\nCDE: no such file: expected its name, not what it holds"
        )
        assert refusal_of(ge.read, {"path": b"MThd"}) == "path: expected the name of a file, got bytes"

    def test_an_unknown_name(self) -> None:
        assert refusal_of(ge.rank, {"x": X, "samples": [X], "recipe": "tune"}) == (
            "recipe: expected one of fragment, melody, occurrence, sound, got 'tune'"
        )

    def test_text_for_a_number(self) -> None:
        assert refusal_of(ge.find, {"piece": X, "fragment": X, "threshold": ".7"}) == (
            "threshold: expected a number above 0, up to 1, got '.7'"
        )
        assert refusal_of(X.transposed, {"steps": "5"}) == (
            "steps: expected a whole number within -65,536..65,536, got '5'"
        )

    def test_a_picture_is_never_rounded_in_silence(self) -> None:
        picture = ge.draw(ge.NoteArray.from_arrays(pitch=[60], onset=[1], duration=[2], ticks_per_quarter=4))
        assert refusal_of(picture.at_resolution, {"ticks_per_quarter": 2}) == (
            "ticks_per_quarter: 2 is too coarse for this picture of 4"
        )


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if not row.is_slow])
def test_what_is_right_is_taken(name: str) -> None:
    TABLE[name].call(**TABLE[name].right)


def public_callables() -> Iterator[str]:
    """Give the names of what is public and takes arguments: functions, classes, methods where they are written."""
    public = {name: getattr(ge, name) for name in ge.__all__}
    classes = {thing for thing in public.values() if inspect.isclass(thing)}
    for name, thing in public.items():
        if inspect.isclass(thing) and issubclass(thing, Exception):
            continue  # An error is raised by the program; nobody calls one by mistake.
        if callable(thing) and name not in NEVER_CALLED and inspect.signature(thing).parameters:
            yield name
        if inspect.isclass(thing):
            yield from (f"{name}.{method}" for method in methods_of(thing, classes))


def methods_of(made: type, public: set[type]) -> Iterator[str]:
    """Give the names of a class's public methods that take arguments, but those of a public class above it."""
    for name, _ in inspect.getmembers(made, callable):
        home = next((one for one in made.__mro__ if name in vars(one)), made)
        is_elsewhere = home is not made and home in public
        if (
            name.startswith("_")
            or name in OF_PYTHON
            or is_elsewhere
            or home.__module__.startswith("builtins")
        ):
            continue
        own = list(inspect.signature(getattr(made, name)).parameters)
        is_bound = isinstance(inspect.getattr_static(made, name), classmethod | staticmethod)
        if own if is_bound else own[1:]:
            yield name


def test_everything_public_has_a_row() -> None:
    assert [name for name in public_callables() if name not in TABLE] == []


def test_every_exception_is_still_public() -> None:
    assert [name for name in NEVER_CALLED if name not in ge.__all__] == []


def arguments_of(name: str) -> set[str]:
    """Return the names of the arguments of something public."""
    thing: Any = ge
    for part in name.split("."):
        thing = getattr(thing, part)
    return set(inspect.signature(thing).parameters) - {"self"}


def test_every_argument_has_wrong_values() -> None:
    missing = {
        name: left
        for name in public_callables()
        if (left := arguments_of(name) - set(TABLE[name].wrong) - UNCHECKED.get(name, set()))
    }
    assert missing == {}
