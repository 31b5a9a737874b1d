"""This file is where plain ideas compare melodies, and where controls show what a data set gives away by itself.

Each takes melodies and returns how alike they are, shape (n, n): the higher, the nearer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

import goldenear as ge
from goldenear.match.alignment import line_of

Compare = Callable[[Sequence[ge.NoteArray]], NDArray[np.float64]]

GRAMS = (2, 3, 4, 5)


def edit_distance(melodies: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
    """Compare by how many intervals must be changed, put in or left out; as a share of the longer melody."""
    steps = [np.diff(line_of(melody).pitch) for melody in melodies]
    return _both_ways(steps, lambda a, b: 1 - edits(a, b) / max(len(a), len(b), 1))


def n_grams(melodies: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
    """Compare by runs of 2 to 5 intervals that both have, weighted by how rare they are (tf-idf, cosine).

    Rarity is counted over the melodies compared: it looks at the candidates.
    """
    counts = []
    for melody in melodies:
        steps = np.diff(line_of(melody).pitch).tolist()
        counts.append(Counter(tuple(steps[i : i + n]) for n in GRAMS for i in range(len(steps) - n + 1)))
    found_in = Counter(gram for count in counts for gram in count)
    place = {gram: i for i, gram in enumerate(found_in)}
    table = np.zeros((len(melodies), len(place)))
    for row, count in zip(table, counts, strict=True):
        for gram, times in count.items():
            row[place[gram]] = times * np.log(len(melodies) / found_in[gram])
    return _cosines(table)


def length_alone(melodies: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
    """Compare by nothing but how long the melodies are."""
    quarters = [(m.last_offset - m.first_onset) / m.ticks_per_quarter for m in melodies]
    return _nearness(np.log(quarters))


def note_count(melodies: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
    """Compare by nothing but how many notes there are."""
    return _nearness(np.log([len(m) for m in melodies]))


def pitch_classes(melodies: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
    """Compare by how long each pitch class sounds, at the best transposition."""
    table = np.zeros((len(melodies), 12))
    for row, melody in zip(table, melodies, strict=True):
        np.add.at(row, melody.pitch % 12, melody.duration / melody.ticks_per_quarter)
    turned = [np.roll(table, steps, axis=1) for steps in range(12)]
    whole = np.linalg.norm(table, axis=1)
    return np.max([table @ other.T for other in turned], axis=0) / np.outer(whole, whole)


def at_random(melodies: Sequence[ge.NoteArray]) -> NDArray[np.float64]:
    """Do not compare: what a figure is by luck."""
    return np.random.default_rng(0).random((len(melodies), len(melodies)))


BASELINES: dict[str, Compare] = {
    "edit distance on intervals": edit_distance,
    "interval n-grams, tf-idf (transductive)": n_grams,
}
CONTROLS: dict[str, Compare] = {
    "control: pitch classes alone": pitch_classes,
    "control: note count alone": note_count,
    "control: length alone": length_alone,
    "control: random": at_random,
}


def _both_ways(
    items: Sequence[NDArray[np.int64]], alike: Callable[[NDArray[np.int64], NDArray[np.int64]], float]
) -> NDArray[np.float64]:
    """Return a likeness that is the same both ways, for all pairs."""
    table = np.ones((len(items), len(items)))
    for i, a in enumerate(items):
        for j in range(i):
            table[i, j] = table[j, i] = alike(a, items[j])
    return table


def edits(a: NDArray[np.int64], b: NDArray[np.int64]) -> int:
    """Return the Levenshtein distance of two sequences."""
    along = np.arange(len(b) + 1)
    row = along.copy()
    for i, step in enumerate(a.tolist()):
        new = np.empty_like(row)
        new[0] = i + 1
        new[1:] = np.minimum(row[1:] + 1, row[:-1] + (b != step))
        # What is put in along the row, as a running minimum.
        row = np.minimum.accumulate(new - along) + along
    return int(row[-1])


def _cosines(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cosine of every two rows; 0 for an empty one."""
    whole = np.linalg.norm(table, axis=1)
    return (table @ table.T) / np.maximum(np.outer(whole, whole), 1e-300)


def _nearness(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how near every two numbers are."""
    return -np.abs(values[:, None] - values)
