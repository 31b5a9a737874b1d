"""This file is where programs that others have written compare the same melodies: ``python -m evaluation.rivals``.

Same melodies, same protocol, same run. What they need stands in requirements-rivals.txt; ``make rivals`` installs it.
A whole run writes evaluation/RIVALS.md, which the documentation shows.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from benchmarks.tables import Table
from evaluation import families, melodies
from evaluation.baselines import Compare
from evaluation.errors import NotHere
from evaluation.families import figures
from evaluation.melodies import Melody
from evaluation.options import Options
from goldenear.match.alignment import line_of
from goldenear.match.background import in_order, shipped

RESULTS = Path(__file__).with_name("RIVALS.md")

GRAMS = (1, 5)
"""Lengths of M-types, from and to, as in FANTASTIC."""

TICKS = 4
"""Pixels a quarter, where melodies are drawn."""

OPEN, EXTEND, LIKE = -4.0, -0.5, 4.0
"""Alignment: for a gap, for its further notes, and for an interval that is the same; less 1 for each step apart."""


def main() -> None:
    """Compare, print the tables, and write them down."""
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.rivals", description="Other people's programs."
    )
    parser.add_argument("--data", type=Path, help="a folder of real music, one folder a set inside")
    parser.add_argument("--quick", action="store_true", help="the shipped tunes alone, and no file")
    given = parser.parse_args()
    options = Options(given.data, given.quick, os.cpu_count() or 1)
    tables = [_table("Well-known tunes, written down for this evaluation", melodies.shipped(), shipped())]
    try:
        dutch, british = melodies.dutch(options), melodies.british(options, families.BACKGROUND)
    except NotHere as reason:
        print(f"left out: {reason}")
    else:
        tables.append(_table("Dutch folk songs (MTC-ANN, the half that is here)", dutch, british))
    for table in tables:
        print(table.text(), flush=True)
    if len(tables) == 2 and not options.quick:
        RESULTS.write_text(_document(tables), encoding="utf-8")
        print(f"written: {RESULTS}")


def _table(title: str, asked: Sequence[Melody], background: Sequence[ge.NoteArray]) -> Table:
    """Return the figures of ours and of every rival on one set of melodies."""
    notes = [m.notes for m in asked]
    table = Table(
        f"{title}: {len(asked)} melodies of {len({m.family for m in asked})} families",
        ["program", "nearest neighbour", "mean average precision", "milliseconds a pair"],
    )
    ours = {"goldenear, melody": _ours, "goldenear, melody, standardised": _standardised(background)}
    sides = ours | RIVALS
    for name, compare in sides.items():
        compare(notes[:3])  # What is imported or compiled, is now.
        start = time.perf_counter()
        scores = compare(notes)
        milliseconds = 1e3 * (time.perf_counter() - start) / len(notes) ** 2
        nearest, precision = figures(scores, asked)[:2]
        shown = f"**{name}**" if name in ours else name
        table.rows.append([shown, nearest, precision, f"{milliseconds:.3f}"])
    return table


def _ours(notes: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
    """Compare by the recipe melody."""
    prepared = ge.prepare(notes, "melody")
    return np.array([in_order(x, prepared, backend="numba") for x in notes])


def _standardised(background: Sequence[ge.NoteArray]) -> Compare:
    """Return the same, standardised against music that is not among the melodies."""

    def compare(notes: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
        prepared, other = ge.prepare(notes, "melody"), ge.Background(background, "melody")
        return np.array([other.standardised(x, prepared, backend="numba") for x in notes])

    return compare


def amads_tokens(melody: ge.NoteArray) -> list[int]:
    """Return a melody as AMADS' M-types: classes of intervals (release 1.4.0 leaves rhythm out of them)."""
    from amads.algorithms.mtype_tokenizer import FantasticTokenizer
    from amads.core.basics import Score

    line = line_of(melody)
    lengths = (line.time / melody.ticks_per_quarter).tolist()
    score = Score.from_melody(line.pitch.tolist(), durations=lengths)
    return [token.integer for token in FantasticTokenizer().tokenize(score)]


def amads_cosine(notes: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
    """Compare by the cosine of counts of AMADS' M-types of every length."""
    counts = []
    for tokens in map(amads_tokens, notes):
        runs = [
            tuple(tokens[i : i + n])
            for n in range(GRAMS[0], GRAMS[1] + 1)
            for i in range(len(tokens) - n + 1)
        ]
        counts.append(Counter(runs))
    place = {gram: i for i, gram in enumerate(dict.fromkeys(gram for count in counts for gram in count))}
    table = np.zeros((len(notes), len(place)))
    for row, count in zip(table, counts, strict=True):
        row[[place[gram] for gram in count]] = list(count.values())
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    return table @ table.T


def _edits(tokens: Callable[[ge.NoteArray], Sequence[object]]) -> Compare:
    """Return a comparison by RapidFuzz's edit distance on tokens, as a share of the longer melody."""

    def compare(notes: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
        from rapidfuzz.distance import Levenshtein
        from rapidfuzz.process import cdist

        words: dict[object, int] = {}
        coded = [[words.setdefault(token, len(words)) for token in tokens(melody)] for melody in notes]
        return cdist(coded, coded, scorer=Levenshtein.normalized_similarity, dtype=np.float64)

    return compare


def intervals(melody: ge.NoteArray) -> list[int]:
    """Return the steps from note to note."""
    steps: list[int] = np.diff(line_of(melody).pitch).tolist()
    return steps


def intervals_and_ratios(melody: ge.NoteArray) -> list[tuple[int, float]]:
    """Return the steps from note to note, each with how much longer the time to the next note is."""
    line = line_of(melody)
    ratios = np.round(np.log2(line.time[1:-1] / line.time[:-2]), 2).tolist()
    return list(zip(np.diff(line.pitch).tolist()[:-1], ratios, strict=True))


def sklearn_n_grams(notes: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
    """Compare by scikit-learn's tf-idf of runs of 2 to 5 intervals; rarity is counted over the melodies compared."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(analyzer="word", token_pattern=r"\S+", ngram_range=(2, 5), lowercase=False)
    table = vectors.fit_transform(" ".join(map(str, intervals(melody))) for melody in notes)
    return (table @ table.T).toarray()


def biopython_alignment(notes: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
    """Compare by Biopython's global alignment of intervals with affine gaps, over what both have with themselves."""
    from Bio.Align import PairwiseAligner
    from Bio.Align.substitution_matrices import Array

    letters = "".join(chr(ord("A") + i) for i in range(25))
    steps = np.arange(25)
    aligner = PairwiseAligner(mode="global", open_gap_score=OPEN, extend_gap_score=EXTEND)
    aligner.substitution_matrix = Array(
        letters, dims=2, data=LIKE - np.abs(steps[:, None] - steps).astype(float)
    )
    words = ["".join(letters[min(max(step, -12), 12) + 12] for step in intervals(melody)) for melody in notes]
    scores = np.array([[aligner.score(a, b) for b in words] for a in words])
    own = np.sqrt(np.diag(scores))
    return scores / np.outer(own, own)


def opencv_template(notes: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
    """Compare by OpenCV's normalised template matching of drawn melodies."""
    import cv2

    def best(image: NDArray[np.float32], template: NDArray[np.float32]) -> float:
        return float(cv2.matchTemplate(image, template, cv2.TM_CCORR_NORMED).max())

    return _templates(notes, best)


def skimage_template(notes: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
    """Compare by scikit-image's normalised template matching (mean taken off) of drawn melodies."""
    from skimage.feature import match_template

    return _templates(notes, lambda image, template: float(match_template(image, template).max()))


def _templates(
    notes: Sequence[ge.NoteArray], best: Callable[[NDArray[np.float32], NDArray[np.float32]], float]
) -> NDArray[np.float64]:
    """Compare drawn melodies, the shorter as the template of the longer, wherever half of it lies on it."""
    drawn = [_drawn(melody) for melody in notes]
    scores = np.ones((len(notes), len(notes)))
    for i, a in enumerate(drawn):
        for j in range(i):
            b = drawn[j]
            image, template = (a, b) if a.shape[1] >= b.shape[1] else (b, a)
            half = [(side // 2, side // 2) for side in template.shape]
            scores[i, j] = scores[j, i] = best(np.pad(image, half), template)
    return scores


def _drawn(melody: ge.NoteArray) -> NDArray[np.float32]:
    """Return a melody as a picture, one pixel a step and a sixteenth."""
    line = line_of(melody)
    edge = np.rint(np.append(0, np.cumsum(line.time)) * TICKS / melody.ticks_per_quarter).astype(int)
    low, high = int(line.pitch.min()), int(line.pitch.max())
    picture = np.zeros((high - low + 1, int(edge[-1])), np.float32)
    for pitch, first, last in zip(line.pitch.tolist(), edge[:-1], edge[1:], strict=True):
        picture[pitch - low, first:last] = 1
    return picture


RIVALS: dict[str, Compare] = {
    "AMADS, M-types, cosine": amads_cosine,
    "AMADS, M-types, edit distance (RapidFuzz)": _edits(amads_tokens),
    "RapidFuzz, edit distance on intervals": _edits(intervals),
    "RapidFuzz, edit distance on intervals with rhythm": _edits(intervals_and_ratios),
    "Biopython, alignment of intervals": biopython_alignment,
    "scikit-learn, tf-idf of interval n-grams (transductive)": sklearn_n_grams,
    "OpenCV, normalised template matching": opencv_template,
    "scikit-image, normalised template matching": skimage_template,
}

PACKAGES = ("amads", "rapidfuzz", "biopython", "scikit-learn", "opencv-python-headless", "scikit-image")


def _document(tables: Sequence[Table]) -> str:
    """Return RIVALS.md."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return "\n".join(
        [
            "# The scorecard",
            "",
            f"Written by `python -m evaluation.rivals` on {date.today()}, with {versions}.",
            "",
            "Each melody asks for the others of its family among all others; in brackets 95 % of 2,000 resamples of "
            "whole families. Times are of the whole table on one thread, preparation included, over the number of "
            "pairs: a rough figure. Standardised is against unrelated tunes (Nottingham, or the background that "
            "ships with goldenear), never against the candidates; transductive methods look at the candidates.",
            "",
            *(table.markdown() for table in tables),
            "MelodyShape (2015-time), run by us on all 360 melodies of MTC-ANN, of which these are half: nearest "
            "neighbour .953, mean average precision .693, at 4 to 6 s a query. Fewer candidates make the task "
            "easier, so these are not to be compared figure by figure with the table above.",
            "",
        ]
    )


if __name__ == "__main__":
    main()
