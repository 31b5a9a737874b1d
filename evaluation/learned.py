"""This file is where judges that learn from clips are measured: families of songs, good and bad by a few samples."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from benchmarks import mfcc
from benchmarks.tables import Table
from evaluation import learning_curves, melodies
from evaluation.figures import Figure, with_interval
from evaluation.options import Options
from evaluation.sounding import has_sound_bank, recorded

SEEDS, FEW, QUICK = 5, (5, 10, 20), 1

RECORDINGS = 6
"""Of every song, each by another instrument, at another tempo and pitch, in another room."""

SECONDS, RATE = 5.0, 24_576

ASKED = 2
"""Recordings of every song that was not learned."""

HELD_OUT = 0.3
"""Of the songs of every family."""

KINDS = 4
"""Families that are good, and as many that are bad, where good and bad are asked for."""

MOST_ASKED = 5
"""Songs of a family that are asked for then."""

NETS = {"SpectrogramCNN": ge.SpectrogramCNN, "RawAudioRNN": ge.RawAudioRNN, "WaveNetJudge": ge.WaveNetJudge}


class Songbook(NamedTuple):
    """Recordings of songs, on disk, so that several processes may read them."""

    path: str
    """An array of waves, shape (songs, RECORDINGS, samples)."""
    families: tuple[str, ...]
    """Of every song."""

    def clip(self, song: int, recording: int) -> ge.Clip:
        """Return a recording of a song; it is named after the song."""
        wave = np.array(np.load(self.path, mmap_mode="r")[song, recording])
        heard = int(np.flatnonzero(wave)[-1]) + 1
        return ge.Clip.of(wave[:heard], RATE, name=f"song {song}")

    def songs(self, family: str, seed: int) -> list[int]:
        """Return the songs of a family, in an order of chance."""
        rng = np.random.default_rng(seed)
        return rng.permutation([i for i, name in enumerate(self.families) if name == family]).tolist()


def tables(options: Options) -> Iterator[Table]:
    """Give the tables of families, and of good and bad by a few samples."""
    seeds = range(QUICK if options.quick else SEEDS)
    with sung(options) as (book, pool):
        yield of_families(book, seeds, pool)
        sizes = FEW[:1] if options.quick else FEW
        figures = by_few(book, seeds, sizes, pool)
        if options.pictures:
            learning_curves.draw(options.pictures / "few-samples.png", sizes, figures)
        yield of_few(figures, seeds, sizes)


@contextmanager
def sung(options: Options) -> Iterator[tuple[Songbook, ProcessPoolExecutor]]:
    """Give recordings of the Dutch songs, and processes to listen to them."""
    every = melodies.dutch(options)
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(options.threads, mp_context=get_context("spawn")) as pool,
    ):
        book = Songbook(str(Path(folder, "songs.npy")), tuple(melody.family for melody in every))
        shape = (len(every), RECORDINGS, round(SECONDS * RATE))
        waves = np.lib.format.open_memmap(book.path, mode="w+", dtype=np.float32, shape=shape)
        recordings = pool.map(_recordings, [m.notes for m in every], range(len(every)))
        for i, some in enumerate(recordings):
            waves[i] = some
        waves.flush()
        yield book, pool


def of_families(book: Songbook, seeds: Sequence[int], pool: ProcessPoolExecutor) -> Table:
    """Return how often clips of songs that were never heard are put in their own family."""
    names = ["MFCC statistics, logistic regression", "SpectrogramCNN", "RawAudioRNN"]
    jobs = [(name, seed) for name in names for seed in seeds]
    found = dict(zip(jobs, pool.map(partial(right_families, book), jobs), strict=True))
    table = Table(
        f"Families of songs by their sound: {len(set(book.families))} families (MTC-ANN), clips of {SECONDS:g} s",
        ["judge", "put in their own family", "lowest and highest of the seeds"],
        remarks=[
            f"{len(seeds)} seeds, each of another division: {HELD_OUT:.0%} of the songs of each family are asked, "
            f"{ASKED} recordings each, the others are learned, {RECORDINGS} recordings each. No song is on both "
            f"sides. {_played()} Chance: {1 / len(set(book.families)):.3f}. In brackets: 95 % of resamples of the "
            "seeds. On 31 composers of classical music, 68 % (filter bank) and 84 % (learned transform) were "
            "reported (arXiv 1712.02898).",
        ],
    )
    for name in names:
        values = [found[name, seed] for seed in seeds]
        table.rows.append(
            [name, str(with_interval(values, seeds)), f"{min(values):.3f} to {max(values):.3f}"]
        )
    return table


def by_few(
    book: Songbook, seeds: Sequence[int], sizes: Sequence[int], pool: ProcessPoolExecutor
) -> dict[str, list[Figure]]:
    """Return, for each judge, how often a good clip has a higher score than a bad one, after so many samples."""
    jobs = [(n, seed) for n in reversed(sizes) for seed in seeds]
    found = dict(zip(jobs, pool.map(partial(orders, book), jobs), strict=True))
    return {
        name: [with_interval([found[n, seed][name] for seed in seeds], seeds) for n in sizes]
        for name in found[jobs[0]]
    }


def of_few(figures: dict[str, list[Figure]], seeds: Sequence[int], sizes: Sequence[int]) -> Table:
    """Return the table of judges that had few samples."""
    table = Table(
        f"Good or bad by a few samples: {KINDS} good families and {KINDS} bad ones, clips of {SECONDS:g} s",
        ["judge", *(f"{n} good, {n} bad" for n in sizes)],
        remarks=[
            "How often a good clip of a song that was never heard has a higher score than a bad one; .5 is chance. "
            f"{len(seeds)} seeds, each of other families; one clip a song. {_played()} In brackets: 95 % of "
            "resamples of the seeds. The committee: the matcher and all three nets."
        ],
    )
    table.rows += [[name, *map(str, row)] for name, row in figures.items()]
    return table


def right_families(book: Songbook, job: tuple[str, int]) -> float:
    """Return the share of clips that are put in their own family, of a judge and a seed."""
    name, seed = job
    learned: dict[str, list[ge.Clip]] = {}
    asked: list[tuple[str, ge.Clip]] = []
    for family in sorted(set(book.families)):
        songs = book.songs(family, seed)
        aside = max(2, round(HELD_OUT * len(songs)))
        asked += [(family, book.clip(song, i)) for song in songs[:aside] for i in range(ASKED)]
        learned[family] = [book.clip(song, i) for song in songs[aside:] for i in range(RECORDINGS)]
    clips = [clip for _, clip in asked]
    if name in NETS:
        net = NETS[name].fit_classes(learned, seed=seed)
        chances = [net.probabilities(clip) for clip in clips]
    else:
        chances = mfcc.probabilities(learned, clips)
    return float(
        np.mean([max(c, key=c.__getitem__) == own for c, (own, _) in zip(chances, asked, strict=True)])
    )


def orders(book: Songbook, job: tuple[int, int]) -> dict[str, float]:
    """Return, for each judge, how often good clips score above bad ones, of so many samples and a seed."""
    n, seed = job
    good, bad, asked_good, asked_bad = good_and_bad(book, n, seed)
    members: dict[str, ge.LearnedJudge | ge.MatcherJudge] = {"matcher": ge.MatcherJudge.fit(good, bad)}
    members |= {name: net.fit(good, bad, seed=seed) for name, net in NETS.items()}
    verdicts = [[ge.Committee(members).judge(clip) for clip in clips] for clips in (asked_good, asked_bad)]
    scores = {
        name: [np.array([v.verdicts[name].score for v in some]) for some in verdicts] for name in members
    }
    scores["committee"] = [np.array([v.score for v in some]) for some in verdicts]
    learned = {"good": good, "bad": bad}
    scores["MFCC statistics, logistic regression"] = [
        np.array([c["good"] for c in mfcc.probabilities(learned, clips)]) for clips in (asked_good, asked_bad)
    ]
    return {name: _above(*both) for name, both in scores.items()}


def good_and_bad(
    book: Songbook, n: int, seed: int
) -> tuple[list[ge.Clip], list[ge.Clip], list[ge.Clip], list[ge.Clip]]:
    """Return n good samples and n bad ones, of families of chance, and clips of other songs of these families."""
    rng = np.random.default_rng(seed)
    families = rng.permutation(sorted(set(book.families))).tolist()
    samples, asked = [], []
    for some in (families[:KINDS], families[KINDS : 2 * KINDS]):
        songs = [book.songs(family, seed) for family in some]
        turns = [songs[i % KINDS][i // KINDS] for i in range(max(FEW))]
        samples.append([book.clip(song, 0) for song in turns[:n]])
        # The same are asked for after few samples as after many.
        rest = [song for of in songs for song in [s for s in of if s not in turns][:MOST_ASKED]]
        asked.append([book.clip(song, i) for song in rest for i in range(ASKED)])
    return samples[0], samples[1], asked[0], asked[1]


def _above(good: NDArray[np.float64], bad: NDArray[np.float64]) -> float:
    """Return how often a good score is above a bad one; equals count a half."""
    return float((np.sign(good[:, None] - bad).mean() + 1) / 2)


def _recordings(notes: ge.NoteArray, song: int) -> NDArray[np.float32]:
    """Return recordings of a song, shape (RECORDINGS, samples)."""
    waves = np.zeros((RECORDINGS, round(SECONDS * RATE)), np.float32)
    for i, wave in enumerate(waves):
        clip = recorded(notes, np.random.default_rng([11, i, song])).at_rate(RATE)
        heard = clip.wave[: len(wave)]
        wave[: len(heard)] = heard
    return waves


def _played() -> str:
    """Return a sentence on how the clips came about."""
    by = (
        "28 instruments of FluidSynth's bank and goldenear's string"
        if has_sound_bank()
        else "goldenear's string"
    )
    return f"Played by {by}, at any tempo within 20 %, 5 semitones up or down, 40 cents off, in a room, with noise."
