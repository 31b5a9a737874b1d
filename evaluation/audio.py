"""This file is where sound is asked what it is: melodies by their recordings, recordings by a cut of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from benchmarks.tables import Table
from evaluation import chroma, melodies
from evaluation.errors import NotHere
from evaluation.figures import with_interval
from evaluation.options import Options
from evaluation.sounding import FASTER, altered, has_sound_bank, recorded
from goldenear.match.background import shipped

DRAWS, QUICK = 200, 12
CUT_SECONDS, CUT_STEPS, CUT_FASTER = 4.0, 3, 0.1
NEAR_SECONDS = 0.5
"""A place is the right one if it is no further off."""

CHANCE = 0.01


def tables(options: Options) -> list[Table]:
    """Return the tables of melodies and of recordings."""
    return [of_melodies(options), of_recordings(options)]


def of_melodies(options: Options) -> Table:
    """Return how often a recording of a melody finds it among all, in notes."""
    every = melodies.dutch(options)
    notes = [melody.notes for melody in every]
    rng = np.random.default_rng(6)
    asked = rng.permutation(len(every))[: QUICK if options.quick else None]
    clips = [recorded(notes[i], rng) for i in asked]
    table = Table(
        f"Melodies by their sound: {len(asked)} recordings, among {len(every)} Dutch songs in notes (MTC-ANN)",
        ["measure", "the melody first", "the family first"],
        remarks=[
            "5 to 10 s of every melody, once: tempo by up to 20 %, up to 40 cents off, 5 semitones up or down, "
            "in a room, with noise 20 dB below; "
            + (
                "two of three played by one of 28 instruments of FluidSynth's bank, the others by goldenear's string."
                if has_sound_bank()
                else "played by goldenear's string (FluidSynth and its bank are not installed)."
            )
            + " In brackets: 95 % of 2,000 resamples of whole families.",
        ],
    )
    family = np.array([melody.family for melody in every])
    heard = [ge.hear(clip) for clip in clips]
    for name, recipe in {"**recipe sound**": "sound", "recipe fragment": "fragment"}.items():
        scores = np.array([_similarities(x, notes, recipe, options) for x in heard])
        table.rows.append([name, *_firsts(scores, asked, family)])
    library = [chroma.of_notes(melody) for melody in notes]
    scores = np.array(
        [[chroma.likeness(c, piece)[0] for piece in library] for c in map(chroma.of_clip, clips)]
    )
    table.rows.append(["nearest neighbour on chroma", *_firsts(scores, asked, family)])
    return table


def of_recordings(options: Options) -> Table:
    """Return how often a cut of a recording, transposed and stretched, finds it, and its place in it."""
    folder = options.folder("recordings")
    pieces = [ge.read_clip(path) for path in sorted(folder.glob("*.ogg"))]
    if len(pieces) < 2:
        raise NotHere(f"recordings: fewer than two in {folder}")
    rng = np.random.default_rng(7)
    truth, cuts = [], []
    for _ in range(QUICK if options.quick else DRAWS):
        i = int(rng.integers(len(pieces)))
        start = rng.uniform(0, pieces[i].seconds - CUT_SECONDS)
        steps, faster = (
            int(rng.integers(-CUT_STEPS, CUT_STEPS + 1)),
            rng.uniform(1 - CUT_FASTER, 1 + CUT_FASTER),
        )
        truth.append((i, start))
        cuts.append(altered(pieces[i].cut(start, start + CUT_SECONDS), steps, faster))
    library, heard = [ge.hear(piece) for piece in pieces], [ge.hear(cut) for cut in cuts]
    found = [ge.identify(x, library, backend="numba", threads=options.threads) for x in heard]
    table = Table(
        f"Recordings by a cut of them: {len(cuts)} cuts of 4 s, of {len(pieces)} recordings",
        ["measure", "the recording", "and the place", "it stands out", "another does"],
        remarks=[
            "Transposed by up to 3 semitones and stretched by up to 10 %, both by a phase vocoder. The place is "
            f"right within {NEAR_SECONDS} s. To stand out: to exceed the "
            "mean over the background that ships with goldenear by what 1 % of cuts of other music, unrelated songs "
            "as they sound, reach on any of the recordings; it was not chosen on these cuts.",
        ],
    )
    background = ge.Background(recipe="sound")
    excess = [
        background.excess(x, matches, backend="numba", threads=options.threads)
        for x, matches in zip(heard, found, strict=True)
    ]
    threshold = _threshold(library, background, rng, options)
    table.rows.append(["**recipe sound**", *_places(truth, heard, found, excess, threshold)])
    of_library, of_cuts = ([chroma.of_clip(clip) for clip in clips] for clips in (pieces, cuts))
    right, near = [], []
    for (i, start), cut in zip(truth, of_cuts, strict=True):
        each = [chroma.likeness(cut, piece) for piece in of_library]
        best = int(np.argmax([likeness for likeness, _ in each]))
        right.append(float(best == i))
        near.append(float(best == i and abs(each[i][1] - start) <= NEAR_SECONDS))
    table.rows.append(
        ["nearest neighbour on chroma", f"{np.mean(right):.3f}", f"{np.mean(near):.3f}", "", ""]
    )
    return table


def _similarities(
    x: ge.NoteArray, pieces: Sequence[ge.NoteArray], recipe: str, options: Options
) -> NDArray[np.float64]:
    """Return how alike X is to each piece, in order."""
    found = ge.identify(x, pieces, recipe=recipe, backend="numba", threads=options.threads)
    similarity = np.zeros(len(pieces))
    similarity[found.sample] = found.similarity
    return similarity


def _firsts(scores: NDArray[np.float64], asked: NDArray[np.int64], family: NDArray[np.str_]) -> list[str]:
    """Return how often the melody, and one of its family, has the greatest score; of equals, a share."""
    own, kin = [], []
    for row, i in zip(scores, asked.tolist(), strict=True):
        first = row == row.max()
        own.append(float(first[i]) / first.sum())
        kin.append(float((family[first] == family[i]).mean()))
    return [str(with_interval(values, family[asked].tolist())) for values in (own, kin)]


def _places(
    truth: Sequence[tuple[int, float]],
    heard: Sequence[ge.NoteArray],
    found: Sequence[ge.Matches],
    excess: Sequence[NDArray[np.float64]],
    threshold: float,
) -> list[str]:
    """Return how often recording and place are right and stand out, and how often another recording does."""
    right, near, out, others = [], [], [], []
    for (i, start), x, matches, above in zip(truth, heard, found, excess, strict=True):
        best = matches[0]
        # The match tells where the first stroke lies; the cut begins a little before it.
        begins = float(best.onset - best.stretch * x.first_onset / x.ticks_per_quarter) / 2
        right.append(best.index == i)
        near.append(right[-1] and abs(begins - start) <= NEAR_SECONDS)
        out.append(right[-1] and above[0] >= threshold)
        others += (above[matches.sample != i] >= threshold).tolist()
    wrong = f"{sum(others)} of {len(others):,} (from {threshold:.3f} on)"
    return [f"{np.mean(right):.3f}", f"{np.mean(near):.3f}", f"{np.mean(out):.3f}", wrong]


def _threshold(
    library: Sequence[ge.NoteArray], background: ge.Background, rng: np.random.Generator, options: Options
) -> float:
    """Return by how much one in a hundred cuts of unrelated music stands out on any recording."""
    unrelated = shipped()
    greatest = []
    for i in rng.integers(0, len(unrelated), QUICK if options.quick else DRAWS):
        clip = recorded(unrelated[i], rng)
        x = ge.hear(clip.cut(0, min(clip.seconds, CUT_SECONDS * rng.uniform(1 - FASTER, 1))))
        best = ge.identify(x, library, k=1, backend="numba", threads=options.threads)
        greatest.append(float(background.excess(x, best, backend="numba", threads=options.threads)[0]))
    return float(np.quantile(greatest, 1 - CHANCE))
