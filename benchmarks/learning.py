"""This file is where judges learn a hundred clips, and it is told how long that takes, and how long a verdict."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import TypeVar

import numpy as np

import goldenear as ge
from benchmarks import mfcc
from benchmarks.errors import NotHere
from benchmarks.measure import duration
from benchmarks.options import Options
from benchmarks.tables import Table
from goldenear.audio.sounding import clip_of
from goldenear.match.background import shipped

CLIPS, SECONDS = 100, 5.0
"""Half of them good, half of them bad."""

ASKED = 20

NETS = (ge.SpectrogramCNN, ge.RawAudioRNN, ge.WaveNetJudge)

T = TypeVar("T")
Judging = Callable[[ge.Clip], object]


def tables(options: Options) -> list[Table]:
    """Return how long judges learn, and how long a verdict takes.

    Raises
    ------
    NotHere
        If PyTorch is not installed.
    """
    if not find_spec("torch"):
        raise NotHere("PyTorch is not installed")
    import torch

    clips = hundred(10 if options.quick else CLIPS)
    good, bad = clips[::2], clips[1::2]
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    table = Table(
        f"Judges of sound: learning {len(clips)} clips of {SECONDS:g} s, and a verdict on one more",
        ["judge", "learning", "a verdict"],
        remarks=[
            "Once, on one thread (the same seed gives the same judge). A verdict is the median of "
            f"{ASKED}, hearing included. Songs that ship with goldenear, as its string plays them.",
        ],
    )
    asked = hundred(ASKED, first=CLIPS)
    plain, took = _timed(lambda: mfcc.model({"good": good, "bad": bad}))
    table.rows.append(
        ["MFCC statistics, logistic regression", took, _verdict(lambda c: mfcc.chances(plain, [c]), asked)]
    )
    matcher, took = _timed(lambda: _ready(ge.MatcherJudge.fit(good, bad), asked[0]))
    table.rows.append(["matcher", took, _verdict(matcher.judge, asked)])
    for net in NETS:
        for device in devices:
            judge, took = _timed(lambda net=net, device=device: net.fit(good, bad, device=device))
            name = f"{net.__name__}, {device}" if len(devices) > 1 else net.__name__
            table.rows.append([name, took, _verdict(judge.judge, asked)])
    return [table]


def hundred(n: int, first: int = 0) -> list[ge.Clip]:
    """Return n clips of songs, each another part or at another pitch, from the first on."""
    songs = [tune for tune in shipped() if tune.quarters >= 2 * SECONDS]
    clips = []
    for i in range(first, first + n):
        song = songs[i % len(songs)].transposed(i // len(songs))
        clip = clip_of(song)
        start = float(np.random.default_rng(i).uniform(0, max(0.0, clip.seconds - SECONDS)))
        part = clip.cut(start, min(clip.seconds, start + SECONDS))
        clips.append(ge.Clip.of(part.wave, part.sample_rate, name=f"clip {i}"))
    return clips


def _ready(judge: ge.MatcherJudge, clip: ge.Clip) -> ge.MatcherJudge:
    """Return the matcher when it knows what chance has of its samples: the first verdict asks."""
    judge.judge(clip)
    return judge


def _timed(work: Callable[[], T]) -> tuple[T, str]:
    """Return what some work gives, and how long it took."""
    start = time.perf_counter()
    given = work()
    return given, duration(time.perf_counter() - start)


def _verdict(judge: Judging, asked: list[ge.Clip]) -> str:
    """Return how long a verdict takes."""
    judge(asked[0])
    taken = []
    for clip in asked:
        start = time.perf_counter()
        judge(clip)
        taken.append(time.perf_counter() - start)
    return duration(statistics.median(taken))
