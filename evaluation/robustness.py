"""This file is where samples are changed step by step: how long they are still recognised, and what padding does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from benchmarks.tables import Table
from evaluation import curves, melodies
from evaluation.curves import Point
from evaluation.errors import NotHere
from evaluation.figures import with_interval
from evaluation.options import Options

QUARTERS, TICKS = 16, 480
SAMPLES, QUICK = 100, 20

Change = Callable[[ge.NoteArray, float, np.random.Generator], ge.NoteArray]
"""From a sample and an amount to a changed one."""

RECIPES = ("fragment", "melody")

AS_IT_IS = "as it is, {:.0%}"

BRACKETS = str.maketrans("()", "  ")


def tables(options: Options) -> list[Table]:
    """Return the table of British tunes."""
    samples = list(islice(_fragments(options), QUICK if options.quick else SAMPLES))
    if len(samples) < QUICK:
        raise NotHere("nottingham_abc: too few tunes are there")
    table = table_of(samples)
    if options.pictures:
        curves.draw(options.pictures / "changes.png", curves_of(table))
    return [table]


def curves_of(table: Table) -> list[tuple[str, dict[str, list[Point]]]]:
    """Return the rows of the table as curves, each from the samples as they are."""
    rows = {row[0]: row[1:] for row in table.rows}
    unchanged = rows[AS_IT_IS.format(0.0)]

    def point(amount: float, cells: Sequence[str]) -> Point:
        value, low, _, high = (
            float(word) for word in cells[0].translate(BRACKETS).replace("to", "0").split()
        )
        return Point(amount, value, low, high, float(cells[1]))

    return [
        (
            name,
            {
                recipe: [
                    point(amount, cells[3 * i : 3 * i + 3])
                    for amount, cells in [(0.0, unchanged), *((a, rows[name.format(a)]) for a in amounts)]
                ]
                for i, recipe in enumerate(RECIPES)
            },
        )
        for name, _, amounts in CHANGES
        if name != AS_IT_IS
    ]


def table_of(samples: Sequence[ge.NoteArray]) -> Table:
    """Return how alike changed samples are to what they were, and how many are recognised."""
    heads = [cell for name in RECIPES for cell in (f"{name}: similarity", "recognised", "nearest")]
    table = Table(
        f"Samples that change: {len(samples)} openings of {QUARTERS} quarters (Nottingham)",
        ["change", *heads],
        remarks=[
            "Each sample is changed and compared with all. Similarity: to what it was, with 95 % of resamples. "
            "Recognised: the share that reaches the recipe's threshold. Nearest: the share whose nearest sample is "
            "what it was. A changed note has another pitch, by one to four steps. Jitter moves onsets and ends, at "
            "120 quarters a minute. A warp lets the tempo drift evenly, so much faster at the end than at the start. "
            "Padding puts other music before, after, and an octave below and above.",
        ],
    )
    prepared = {name: ge.prepare(samples, name) for name in RECIPES}
    for name, change, amounts in CHANGES:
        for amount in amounts:
            rng = np.random.default_rng(1)
            changed = [change(sample, amount, rng) for sample in samples]
            cells = [cell for recipe in RECIPES for cell in _cells(changed, prepared[recipe])]
            table.rows.append([name.format(amount), *cells])
    return table


def _cells(changed: Sequence[ge.NoteArray], samples: ge.PreparedSamples) -> list[str]:
    """Return the similarity to what each was, how many are recognised, and how many are nearest to it."""
    similarity, nearest = [], []
    for i, x in enumerate(changed):
        matches = ge.rank(x, samples, backend="numba")
        similarity.append(float(matches.similarity[matches.sample == i][0]))
        nearest.append(matches.sample[0] == i)
    recognised = np.mean(np.array(similarity) >= samples.recipe.threshold)
    return [
        str(with_interval(similarity, range(len(similarity)))),
        f"{recognised:.2f}",
        f"{np.mean(nearest):.2f}",
    ]


def _fragments(options: Options) -> Iterator[ge.NoteArray]:
    """Give openings of tunes with at least twelve notes."""
    for tune in melodies.british(options, 1_000):
        opening = tune.shifted(-tune.first_onset).at_resolution(np.lcm(TICKS, tune.ticks_per_quarter))
        opening = opening.where(opening.onset < QUARTERS * opening.ticks_per_quarter)
        if len(opening) >= 12:
            yield opening


def dropped(sample: ge.NoteArray, share: float, rng: np.random.Generator) -> ge.NoteArray:
    """Leave out a share of the notes."""
    return sample.where(~_some(sample, share, rng))


def other_pitches(sample: ge.NoteArray, share: float, rng: np.random.Generator) -> ge.NoteArray:
    """Give a share of the notes another pitch."""
    steps = rng.choice([-4, -3, -2, -1, 1, 2, 3, 4], len(sample))
    return with_columns(sample, pitch=sample.pitch + np.where(_some(sample, share, rng), steps, 0))


def added(sample: ge.NoteArray, share: float, rng: np.random.Generator) -> ge.NoteArray:
    """Put other notes in, among those that are there."""
    n = round(share * len(sample))
    which = rng.integers(0, len(sample), n)
    extra = with_columns(
        sample.where(np.arange(len(sample)) < 0),
        pitch=rng.integers(sample.pitch.min(), sample.pitch.max() + 1, n),
        onset=sample.onset[which] + sample.duration[which] // 2,
        duration=np.maximum(sample.duration[which] // 2, 1),
    )
    return together(sample, extra)


def ornamented(sample: ge.NoteArray, share: float, rng: np.random.Generator) -> ge.NoteArray:
    """Play a share of the notes as a note, its upper neighbour, and the note again."""
    turned = _some(sample, share, rng) & (sample.duration >= 4)
    part = sample.duration // 4
    first = with_columns(sample, duration=np.where(turned, part, sample.duration))
    some = sample.where(turned)
    beside = with_columns(some, pitch=some.pitch + 2, onset=some.onset + part[turned], duration=part[turned])
    again = with_columns(some, onset=some.onset + 2 * part[turned], duration=some.duration - 2 * part[turned])
    return together(first, beside, again)


def jittered(sample: ge.NoteArray, milliseconds: float, rng: np.random.Generator) -> ge.NoteArray:
    """Move every beginning and end, by a normal deviation of so many milliseconds."""
    spread = milliseconds / 500 * sample.ticks_per_quarter
    begin, end = (
        np.rint(t + rng.normal(0, spread, len(sample))).astype(int) for t in (sample.onset, sample.offset)
    )
    begin = np.maximum(begin, 0)
    return with_columns(sample, onset=begin, duration=np.maximum(end - begin, 1))


def warped(sample: ge.NoteArray, share: float, _: np.random.Generator) -> ge.NoteArray:
    """Let the tempo drift evenly."""
    end = float(sample.last_offset)
    begin, stop = (
        np.rint(t * (1 + share / 2) - share * t**2 / (2 * end)).astype(int)
        for t in (sample.onset.astype(float), sample.offset.astype(float))
    )
    return with_columns(sample, onset=begin, duration=np.maximum(stop - begin, 1))


def padded(sample: ge.NoteArray, share: float, rng: np.random.Generator) -> ge.NoteArray:
    """Put other music around: before, after, and in other registers."""
    length, n = int(sample.last_offset), round(share * len(sample))
    low, high = int(sample.pitch.min()), int(sample.pitch.max())
    sixteenth = max(sample.ticks_per_quarter // 4, 1)

    def music(pitches: tuple[int, int], begin: int) -> ge.NoteArray:
        return with_columns(
            sample.where(np.arange(len(sample)) < 0),
            pitch=rng.integers(pitches[0], pitches[1] + 1, n),
            onset=begin + rng.integers(0, max(length // sixteenth, 1), n) * sixteenth,
            duration=np.full(n, sixteenth),
        )

    around = [
        music((low, high), 0),
        music((low, high), 2 * length),
        music((low - 17, low - 5), length),
        music((high + 5, high + 17), length),
    ]
    return together(*around, sample.shifted(length))


CHANGES: list[tuple[str, Change, tuple[float, ...]]] = [
    (AS_IT_IS, dropped, (0.0,)),
    ("notes left out, {:.0%}", dropped, (0.1, 0.2, 0.3, 0.5)),
    ("other pitches, {:.0%}", other_pitches, (0.1, 0.2, 0.3, 0.5)),
    ("notes put in, {:.0%}", added, (0.1, 0.2, 0.5)),
    ("ornaments, {:.0%}", ornamented, (0.2, 0.5)),
    ("jitter, {:.0f} ms", jittered, (10, 20, 40, 80)),
    ("warped, {:.0%}", warped, (0.05, 0.1, 0.2)),
    ("padding, {:.0%} a side", padded, (1.0, 3.0)),
]


def _some(sample: ge.NoteArray, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which notes are chosen: a share of them, rounded."""
    chosen = np.zeros(len(sample), bool)
    chosen[rng.permutation(len(sample))[: round(share * len(sample))]] = True
    return chosen


def with_columns(
    sample: ge.NoteArray,
    *,
    pitch: NDArray[np.int64] | None = None,
    onset: NDArray[np.int64] | None = None,
    duration: NDArray[np.int64] | None = None,
) -> ge.NoteArray:
    """Return the sample's notes with other columns; as many as there were are drums where they were."""
    pitch = sample.pitch if pitch is None else pitch
    return ge.NoteArray.from_arrays(
        pitch=pitch,
        onset=sample.onset if onset is None else onset,
        duration=sample.duration if duration is None else duration,
        is_drum=sample.is_drum if len(pitch) == len(sample) else False,
        ticks_per_quarter=sample.ticks_per_quarter,
    )


def together(*parts: ge.NoteArray) -> ge.NoteArray:
    """Return the notes of all parts, which have one resolution."""
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("pitch", "onset", "duration", "is_drum")
    }
    return ge.NoteArray.from_arrays(**columns, ticks_per_quarter=parts[0].ticks_per_quarter)
