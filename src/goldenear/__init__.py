"""The judge of short music fragments: how much X resembles your good and your bad samples, and what that makes it.

>>> import goldenear as ge
>>> good = ge.NoteArray.from_arrays(pitch=[60, 64, 67, 72], onset=[0, 1, 2, 3], duration=[1, 1, 1, 1],
...                                 ticks_per_quarter=1, name="rising chord")
>>> verdict = ge.Taste.of(good=[good]).judge(good.transposed(5))
>>> verdict.outcome, verdict.good.best.transposition
('good', 5)

This file is the face: it hands names on, computes nothing, and imports what a name needs when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldenear.audio.learned.attribution import Attribution
    from goldenear.audio.learned.committee import Committee, CommitteeVerdict
    from goldenear.audio.learned.kinds import load_judge
    from goldenear.audio.learned.learned_judge import LearnedJudge
    from goldenear.audio.learned.matcher_judge import MatcherJudge, MatcherVerdict
    from goldenear.audio.learned.raw_audio_rnn import RawAudioRNN
    from goldenear.audio.learned.spectrogram_cnn import SpectrogramCNN
    from goldenear.audio.learned.verdict import LearnedVerdict
    from goldenear.audio.learned.wavenet_judge import WaveNetJudge
    from goldenear.audio.render import render
    from goldenear.audio.sounding import clip_of
    from goldenear.composing.composer import Candidate, Composer, Progress, compose
    from goldenear.composing.phrase import Bar, Phrase
    from goldenear.composing.piece import Piece, Stage, compose_piece
    from goldenear.composing.plan import Placed, Plan, Section
    from goldenear.composing.proposals.lstm import MelodyLSTM
    from goldenear.composing.proposals.markov import MarkovChain
    from goldenear.composing.recurrence import Motif
    from goldenear.composing.review import Review
    from goldenear.composing.wishes import Voice, Wishes
    from goldenear.correlate.backends import FftEngine
    from goldenear.correlate.correlogram import Correlogram, Peak, correlogram, correlogram_tiles
    from goldenear.errors import (
        GoldenearError,
        InvalidInput,
        InvalidTaste,
        MissingExtra,
        NoNotes,
        NoSuchPart,
        NothingFound,
        TooLarge,
        UnreadableFile,
    )
    from goldenear.hearing.clip import Clip
    from goldenear.hearing.sound_file import read_clip
    from goldenear.match.background import Background
    from goldenear.match.engines import NumbaEngine, NumpyEngine, TorchEngine
    from goldenear.match.find import find, identify
    from goldenear.match.matches import Explanation, Match, Matches, explain
    from goldenear.match.prepared import PreparedSamples, prepare
    from goldenear.match.rank import rank
    from goldenear.match.recipe import Recipe
    from goldenear.notes.alteration import Alteration, alterations
    from goldenear.notes.hear import hear
    from goldenear.notes.note_array import Note, NoteArray
    from goldenear.notes.piano_roll import PianoRoll, draw
    from goldenear.notes.placement import Placement
    from goldenear.notes.provenance import Provenance
    from goldenear.notes.read import read, read_all
    from goldenear.notes.write import write
    from goldenear.taste.adding import add_sample
    from goldenear.taste.audit import Audit
    from goldenear.taste.calibrate import calibrate
    from goldenear.taste.calibration import Calibration
    from goldenear.taste.judge import Contradiction, Taste
    from goldenear.taste.samples import new_taste
    from goldenear.taste.settings import Settings
    from goldenear.taste.verdict import Verdict
    from goldenear.taste.verifying import SampleFile, verify_samples

__version__ = "0.1.0"

_HOME = {
    "GoldenearError": "errors",
    "InvalidInput": "errors",
    "InvalidTaste": "errors",
    "MissingExtra": "errors",
    "NoNotes": "errors",
    "NoSuchPart": "errors",
    "NothingFound": "errors",
    "TooLarge": "errors",
    "UnreadableFile": "errors",
    "Note": "notes.note_array",
    "NoteArray": "notes.note_array",
    "Provenance": "notes.provenance",
    "PianoRoll": "notes.piano_roll",
    "draw": "notes.piano_roll",
    "Alteration": "notes.alteration",
    "alterations": "notes.alteration",
    "Placement": "notes.placement",
    "read": "notes.read",
    "read_all": "notes.read",
    "write": "notes.write",
    "Clip": "hearing.clip",
    "read_clip": "hearing.sound_file",
    "hear": "notes.hear",
    "render": "audio.render",
    "clip_of": "audio.sounding",
    "SpectrogramCNN": "audio.learned.spectrogram_cnn",
    "RawAudioRNN": "audio.learned.raw_audio_rnn",
    "WaveNetJudge": "audio.learned.wavenet_judge",
    "LearnedJudge": "audio.learned.learned_judge",
    "LearnedVerdict": "audio.learned.verdict",
    "load_judge": "audio.learned.kinds",
    "MatcherJudge": "audio.learned.matcher_judge",
    "MatcherVerdict": "audio.learned.matcher_judge",
    "Committee": "audio.learned.committee",
    "CommitteeVerdict": "audio.learned.committee",
    "Attribution": "audio.learned.attribution",
    "Correlogram": "correlate.correlogram",
    "Peak": "correlate.correlogram",
    "correlogram": "correlate.correlogram",
    "correlogram_tiles": "correlate.correlogram",
    "NumpyEngine": "match.engines",
    "NumbaEngine": "match.engines",
    "TorchEngine": "match.engines",
    "FftEngine": "correlate.backends",
    "Recipe": "match.recipe",
    "Match": "match.matches",
    "Matches": "match.matches",
    "PreparedSamples": "match.prepared",
    "prepare": "match.prepared",
    "rank": "match.rank",
    "Background": "match.background",
    "find": "match.find",
    "identify": "match.find",
    "Explanation": "match.matches",
    "explain": "match.matches",
    "Contradiction": "taste.judge",
    "Taste": "taste.judge",
    "calibrate": "taste.calibrate",
    "Calibration": "taste.calibration",
    "Audit": "taste.audit",
    "Verdict": "taste.verdict",
    "Settings": "taste.settings",
    "compose": "composing.composer",
    "Composer": "composing.composer",
    "Candidate": "composing.composer",
    "Progress": "composing.composer",
    "Wishes": "composing.wishes",
    "Voice": "composing.wishes",
    "Phrase": "composing.phrase",
    "Bar": "composing.phrase",
    "Review": "composing.review",
    "compose_piece": "composing.piece",
    "Piece": "composing.piece",
    "Stage": "composing.piece",
    "Plan": "composing.plan",
    "Section": "composing.plan",
    "Placed": "composing.plan",
    "Motif": "composing.recurrence",
    "MarkovChain": "composing.proposals.markov",
    "MelodyLSTM": "composing.proposals.lstm",
    "new_taste": "taste.samples",
    "add_sample": "taste.adding",
    "verify_samples": "taste.verifying",
    "SampleFile": "taste.verifying",
}

__all__ = ["__version__", *_HOME]  # noqa: PLE0604


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"goldenear.{_HOME[name]}"), name)
    raise AttributeError(f"module 'goldenear' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
