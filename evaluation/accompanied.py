"""Samples in the midst of other music: whether they are recognised there, and whether any is heard in mere density.

Three tables, all by the default recipe: the samples of the example taste with other notes in their own register;
melodies of pop songs in their arrangements, as they are and changed, beside the window cosine; and random music
that fills a register, in which no sample should be heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from benchmarks.tables import Table
from evaluation import grids
from evaluation.errors import NotHere
from evaluation.figures import with_interval
from evaluation.options import Options
from evaluation.robustness import ornamented, other_pitches, together
from evaluation.textures import ACCOMPANIMENTS, textures
from evaluation.window_cosine import window_cosines
from goldenear.examples import TASTE

QUICK_SONGS = 20

CUTS = 100
"""Melodies of pop songs that are looked for in random textures."""

TEXTURES, QUICK_TEXTURES = 1_000, 50

RATE = 0.01
"""Share of libraries, each the melodies of all other songs, that may give a false alarm."""

STEPS, STRETCH = 5, Fraction(3, 2)
"""By how much an arrangement is transposed and stretched."""

ASKED = "Asked: recognised .99 as it is, .90 with other pitches, .90 ornamented, .95 stretched; first .99 as it is"


class Pair(NamedTuple):
    """A sample, and music in which it lies."""

    sample: ge.NoteArray
    around: ge.NoteArray


Change = Callable[[Pair, np.random.Generator], Pair]

Measure = Callable[[Sequence[Pair]], NDArray[np.float64]]
"""From pairs to how alike the music of each is to the sample of each, shape (pairs, pairs)."""


def tables(options: Options) -> Iterator[Table]:
    """Give the tables of the example taste, of pop songs, and of random textures."""
    yield of_samples(options)
    songs = [Pair(*pair) for pair in grids.pairs(options)]
    if len(songs) < QUICK_SONGS:
        raise NotHere("pop909: too few songs with a track MELODY are there")
    songs = songs[:QUICK_SONGS] if options.quick else songs
    yield of_songs(songs, options)
    yield of_textures([song.sample for song in songs[:CUTS]], options)


def example_samples() -> list[ge.NoteArray]:
    """Return the good and the bad samples of the example taste."""
    taste = ge.Taste(TASTE)
    return [*taste.good, *taste.bad]


def of_samples(options: Options) -> Table:
    """Return how many samples of the example taste are recognised with other notes in their register."""
    samples = [sample for sample in example_samples() if not sample.is_drum.all()]
    thresholds = ge.Taste.of(good=samples).thresholds.all("good")
    table = Table(
        f"Accompanied samples: {len(samples)} of the example taste, with other notes in their register",
        ["what sounds with the sample", "recognised", "nearest", "least similarity", "median similarity"],
        remarks=[
            "Recognised: the share of samples that reach their own threshold, by default, in what sounds; "
            "asked: all. Nearest: the share to which no other sample is nearer. Chords change every bar; they and "
            "the arpeggio, in eighths, lie in the octave in the middle of the sample's register. In brackets: 95 % "
            "of resamples of samples.",
        ],
    )
    for name, accompany in ACCOMPANIMENTS.items():
        found = Found.of(by_recipe([Pair(sample, accompany(sample)) for sample in samples], options))
        table.rows.append(
            [
                name,
                _share(found.own >= thresholds),
                f"{np.mean(found.first):.2f}",
                f"{found.own.min():.2f}",
                f"{np.median(found.own):.2f}",
            ]
        )
    return table


OURS, BASELINE = "recipe fragment", "window cosine"


def of_songs(songs: Sequence[Pair], options: Options) -> Table:
    """Return how many melodies are recognised in their arrangements, by goldenear and by the window cosine."""
    measures: dict[str, Measure] = {
        OURS: lambda pairs: by_recipe(pairs, options),
        BASELINE: by_window_cosine,
    }
    found = {
        measure: {name: Found.of(alike(_changed(songs, change))) for name, change in CHANGES.items()}
        for measure, alike in measures.items()
    }
    thresholds = {measure: float(np.quantile(of[AS_IT_IS].others, 1 - RATE)) for measure, of in found.items()}
    default = ge.Taste.of(good=[song.sample for song in songs]).thresholds.all("good")
    alarms = found[OURS][AS_IT_IS].alarms(default)
    table = Table(
        f"Accompanied melodies: {len(songs)} pop songs, the melody in the whole arrangement (POP909)",
        [
            "the melody",
            *(f"{measure}: {what}" for measure in measures for what in ("recognised", "first")),
            f"{OURS}: by default",
        ],
        remarks=_about_songs(thresholds, alarms),
    )
    for name in CHANGES:
        cells = [
            _share(share)
            for measure, of in found.items()
            for share in (of[name].own >= thresholds[measure], of[name].first)
        ]
        table.rows.append([name, *cells, _share(found[OURS][name].own >= default)])
    return table


def _about_songs(thresholds: dict[str, float], alarms: float) -> list[str]:
    """Return what must be said about the table of songs: its thresholds, and what the default one lets through."""
    told = " and ".join(f"{value:.3f} for {measure}" for measure, value in thresholds.items())
    return [
        f"A sample is {grids.SAMPLE} quarters of a song's melody; X is the {grids.AROUND} quarters around it, all "
        "tracks. The melodies of all other songs are the library of X. Recognised: the sample reaches the threshold "
        f"from which {RATE:.0%} of the libraries give an alarm for the arrangements as they are: {told}. First: no "
        "melody of another song is nearer. By default: the share that reaches the sample's own threshold; another "
        f"one reaches its own in {alarms:.1%} of the libraries. In brackets: 95 % of resamples of songs.",
        "Other pitches: one to four steps away. Ornamented: in the arrangement each note of the melody becomes the "
        "note, its upper neighbour and the note again. Stretched: "
        f"{STEPS} steps up as well. The window cosine tries neither stretches nor mirror forms. {ASKED}.",
    ]


def of_textures(cuts: Sequence[ge.NoteArray], options: Options) -> Table:
    """Return how many random textures resemble a sample of the example taste, or a melody of a pop song."""
    samples = [*example_samples(), *cuts]
    taste = ge.Taste.of(bad=samples)
    n = QUICK_TEXTURES if options.quick else TEXTURES
    best: dict[str, list[tuple[float, str, bool]]] = {}
    for kind, x in textures(n, seed=0):
        nearest = ge.rank(x, taste.bad, k=1, backend="numba", threads=options.threads)[0]
        resembles = taste.vetoes(x, backend="numba", threads=options.threads)
        best.setdefault(kind, []).append((nearest.similarity, nearest.name, resembles))
    table = Table(
        f"Nothing from density: {n:,} random textures, {len(samples)} samples",
        ["texture", "number", "resemble a sample", "greatest similarity", "to"],
        remarks=[
            f"The samples of the example taste and {len(cuts)} melodies of pop songs (POP909). To resemble: to "
            "reach the sample's own threshold, by default; asked: none. Textures fill from a tenth to the whole of "
            "their register.",
        ],
    )
    for kind, found in best.items():
        reached = sum(resembles for *_, resembles in found)
        greatest, name, _ = max(found)
        table.rows.append([kind, str(len(found)), str(reached), f"{greatest:.3f}", name])
    return table


def by_recipe(pairs: Sequence[Pair], options: Options) -> NDArray[np.float64]:
    """Compare by the default recipe."""
    samples = ge.prepare([pair.sample for pair in pairs])
    return np.array([_in_order(pair.around, samples, options) for pair in pairs])


def by_window_cosine(pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """Compare by the window cosine."""
    samples = [pair.sample for pair in pairs]
    return np.array([window_cosines(pair.around, samples) for pair in pairs])


class Found(NamedTuple):
    """What a measure finds in the music of each pair.

    Attributes
    ----------
    own, others : float arrays, shape (pairs,)
        How alike it is to the pair's own sample, and to the nearest of the other samples.
    first : bool array, shape (pairs,)
        Whether no other sample is nearer.
    alike : float array, shape (pairs, pairs)
        How alike the music of each is to the sample of each.
    """

    own: NDArray[np.float64]
    others: NDArray[np.float64]
    first: NDArray[np.bool_]
    alike: NDArray[np.float64]

    @classmethod
    def of(cls, alike: NDArray[np.float64]) -> Found:
        """Return what similarities of shape (pairs, pairs) say."""
        own = np.diag(alike)
        others = np.where(np.eye(len(alike), dtype=bool), -np.inf, alike).max(axis=1)
        return cls(own, others, own >= others, alike)

    def alarms(self, thresholds: NDArray[np.float64]) -> float:
        """Return the share of the music that resembles another sample than its own, by a threshold for each."""
        reached = (self.alike >= thresholds) & ~np.eye(len(self.alike), dtype=bool)
        return float(reached.any(axis=1).mean())


def ornamented_in(pair: Pair, rng: np.random.Generator) -> Pair:
    """Ornament every note of the sample in the music around it, in every track that plays it."""
    around = pair.around
    melody = pair.sample.shifted(grids.BEFORE * around.ticks_per_quarter)
    places = set(zip(melody.pitch.tolist(), melody.onset.tolist(), strict=True))
    rest = [place not in places for place in zip(around.pitch.tolist(), around.onset.tolist(), strict=True)]
    return pair._replace(around=together(around.where(np.array(rest)), ornamented(melody, 1.0, rng)))


AS_IT_IS = "as it is"

CHANGES: dict[str, Change] = {
    AS_IT_IS: lambda pair, _: pair,
    "a fifth of its notes at other pitches": lambda pair, rng: pair._replace(
        sample=other_pitches(pair.sample, 0.2, rng)
    ),
    "ornamented": ornamented_in,
    f"the arrangement transposed and stretched {STRETCH}": lambda pair, _: pair._replace(
        around=ge.Alteration(stretch=STRETCH).apply(pair.around).transposed(STEPS)
    ),
}


def _changed(pairs: Sequence[Pair], change: Change) -> list[Pair]:
    """Return the pairs, changed the same way in every run."""
    rng = np.random.default_rng(0)
    return [change(pair, rng) for pair in pairs]


def _in_order(x: ge.NoteArray, samples: ge.PreparedSamples, options: Options) -> NDArray[np.float64]:
    """Return how alike X is to each sample, in their order."""
    matches = ge.rank(x, samples, backend="numba", threads=options.threads)
    similarity = np.zeros(len(samples))
    similarity[matches.sample] = matches.similarity
    return similarity


def _share(right: NDArray[np.bool_]) -> str:
    """Return the share that is right, with its interval."""
    return str(with_interval(right.astype(float).tolist(), range(len(right))))
