"""How often unrelated music resembles a sample: by default, and where a taste was calibrated on music of its kind.

Tastes of tunes, of melodies of pop songs and of grooves, each calibrated by half of the music of its kind, judge
fragments of the other half and of music of other kinds. P-values are asked of the other half, by how dense it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from benchmarks.tables import Table
from evaluation import melodies
from evaluation.options import Options
from evaluation.panel.music import BELL, CLAP, HAT, KICK, OPEN, RIDE, RIM, SHAKER, SNARE, TOM, Groove, beat
from goldenear.notes.cut import random_cuts
from goldenear.taste.calibrate import calibrate
from goldenear.taste.manner import manner_of

SPLITS, QUICK = 10, 1
"""Libraries: what half of the pieces set is off by half in either direction, so only many together tell."""

SAMPLES, QUARTERS = 33, 16.0
FRESH, QUICK_FRESH = 500, 60
"""Fragments of the kind of the background in each split; of every other kind a fifth as many."""

GROOVES = 400

RATE = 0.01

SHARES = (0.01, 0.001)

DENSITIES = ("thinnest third", "middle third", "densest third")

ASKED = (
    "asked: .7 % to 1.3 % of the kind of the background; of another at most 2 %, or .9 of them told as far away; "
    "p-values within a third"
)


class Kind(NamedTuple):
    """Music of one kind."""

    name: str
    pieces: Sequence[ge.NoteArray]
    samples: Sequence[ge.NoteArray]
    """What samples are cut from: a piece each."""


def tables(options: Options) -> Iterator[Table]:
    """Give the table of false alarms and the table of p-values."""
    alarms = Table(
        f"False alarms: libraries of {SAMPLES} samples of {QUARTERS:g} quarters, at {RATE:.0%} a library",
        [
            "samples and background",
            "fragments",
            "resemble a sample",
            "by default",
            "told as far",
            "alarms not told",
        ],
        remarks=[
            f"{SPLITS} seeded splits. Samples, background and fragments are of different pieces. By default: by each "
            f"sample's own threshold, not calibrated. Alarms not told: that resemble a sample and are not told "
            f"to lie far from the background. {ASKED}.",
        ],
    )
    densities = Table(
        "P-values of fresh fragments of the background's kind, by density",
        [
            "samples and background",
            "density",
            "fragments",
            *(f"share with p up to {share:g}" for share in SHARES),
        ],
        remarks=["Thirds of the fragments by notes, or strokes, a quarter."],
    )
    every = kinds(options)
    for kind in every:
        found = [_split(kind, every, seed, options) for seed in range(QUICK if options.quick else SPLITS)]
        for name in found[0]:
            judged = [one for split in found for one in split[name]]
            alarms.rows.append([kind.name, name, *_alarms(judged)])
        densities.rows += [
            [kind.name, *row] for row in _p_values([one for split in found for one in split[kind.name]])
        ]
    yield alarms
    yield densities


class Judged(NamedTuple):
    """What is said of a fragment."""

    resembles: bool
    by_default: bool
    far: bool
    p: float
    density: float


def kinds(options: Options) -> list[Kind]:
    """Return the music: British tunes, pop songs in their arrangements, and grooves drawn at random."""
    tunes = melodies.one_of_each(melodies.british(options, 2_000))
    paths = sorted(options.folder("pop909").glob("*.mid"))
    rng = np.random.default_rng(0)
    grooves = [beat(groove(rng), 8) for _ in range(GROOVES)]
    grooves = [x.named(f"groove {i}") for i, x in enumerate(grooves)]
    return [
        Kind("tunes", tunes, tunes),
        Kind(
            "pop songs", [ge.read(path) for path in paths], [ge.read(path, track="MELODY") for path in paths]
        ),
        Kind("grooves", grooves, grooves),
    ]


def groove(rng: np.random.Generator) -> Groove:
    """Return a bar of a random groove: a pulse, a backbeat, a kick, and at times something else."""
    pulse = str(rng.choice(["x.x.x.x.x.x.x.x.", "xxxxxxxxxxxxxxxx", "x...x...x...x...", "..x...x...x...x."]))
    back = str(rng.choice(["....x.......x...", "........x.......", "..x...x...x...x.", "....x..x.x..x..."]))
    skins = {int(rng.choice([SNARE, SNARE, RIM, CLAP])): _varied(back, 0.1, rng)}
    made = {int(rng.choice([HAT, HAT, RIDE, SHAKER, OPEN])): _varied(pulse, 0.08, rng), **skins}
    made[KICK] = _varied("x.......x.......", 0.2, rng)
    if rng.random() < 0.4:
        made[int(rng.choice([TOM, BELL]))] = _varied("................", 0.2, rng)
    return {drum: line for drum, line in made.items() if "x" in line}


def _varied(line: str, share: float, rng: np.random.Generator) -> str:
    """Return a line of steps with a share of them turned over."""
    turned = rng.random(len(line)) < share
    return "".join("x."[step == "x"] if turn else step for step, turn in zip(line, turned, strict=True))


def _split(kind: Kind, every: Sequence[Kind], seed: int, options: Options) -> dict[str, list[Judged]]:
    """Calibrate a taste of one kind, and judge fragments of every kind."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(kind.pieces)).tolist()
    samples = random_cuts([kind.samples[i] for i in order[:SAMPLES]], QUARTERS, SAMPLES, seed)
    half = SAMPLES + (len(order) - SAMPLES) // 2
    background, fresh = ([kind.pieces[i] for i in part] for part in (order[SAMPLES:half], order[half:]))
    plain = ge.Taste.of(good=[sample.named(f"sample {i}") for i, sample in enumerate(samples)])
    found = calibrate(
        plain, background, rate=RATE, quarters=QUARTERS, backend="numba", threads=options.threads
    )
    taste = ge.Taste.of(good=list(plain.good), calibration=found)
    n = QUICK_FRESH if options.quick else FRESH
    judged = {}
    for other in every:
        pieces, count = (fresh, n) if other is kind else (other.pieces, n // 5)
        cuts = random_cuts(pieces, QUARTERS, count, seed)
        judged[other.name] = [_judged(x, taste, plain, options) for x in cuts]
    return judged


def _judged(x: ge.NoteArray, taste: ge.Taste, plain: ge.Taste, options: Options) -> Judged:
    """Judge a fragment, with the calibration and without."""
    verdict = taste.judge(x, backend="numba", threads=options.threads)
    default = plain.judge(x, backend="numba", threads=options.threads)
    p = [verdict.p_value(match) for match in (*verdict.good, *verdict.good_parts)]
    density = manner_of(x)[:2].sum()
    return Judged(
        verdict.outcome == "good",
        default.outcome == "good",
        bool(verdict.far),
        min((value for value in p if value is not None), default=1.0),
        float(density),
    )


def _alarms(judged: Sequence[Judged]) -> list[str]:
    """Return how many resemble a sample, and how many of them are told to lie far away."""
    columns: NDArray[np.bool_] = np.array([one[:3] for one in judged], bool)
    alarm, default, far = columns.T
    return [f"{share:.2%}" for share in (alarm.mean(), default.mean(), far.mean(), (alarm & ~far).mean())]


def _p_values(judged: Sequence[Judged]) -> Iterator[list[str]]:
    """Give the shares of small p-values, third by third."""
    known = sorted((one for one in judged if not one.far), key=lambda one: one.density)
    for name, part in zip(
        (*DENSITIES, "all"), (*np.array_split(np.arange(len(known)), 3), range(len(known))), strict=True
    ):
        p = np.array([known[i].p for i in part])
        yield [name, f"{len(p):,}", *(f"{(p <= share).mean():.5f}" for share in SHARES)]
