"""This file is where one X is ranked against many samples: everywhere, all, the best ten, the veto."""

from __future__ import annotations

import time
from pathlib import Path

import goldenear as ge
from benchmarks import ours, real
from benchmarks.answers import must_be_equal
from benchmarks.errors import NotHere
from benchmarks.measure import Side, Timing, Work, duration, interleaved, ratio
from benchmarks.options import Options
from benchmarks.plots import chart
from benchmarks.sample_sets import AT_LEAST, MADE, SHIPPED, SampleSet, sample_set
from benchmarks.tables import Table

LONGEST = 30.0
"""Seconds that one ranking may take; what would take longer is run on some samples and multiplied."""

MULTIPLIED = f"*: would take over {LONGEST:.0f} s; run on some of the samples, and multiplied."

CHECKED = 2_000
"""On so many samples all questions are asked once more, and their answers compared."""

EVERYWHERE, ALL, TOP = "every placement looked at", "all ranked", "top 10"
VETO_FALLS, NO_VETO = "veto, a hit exists", "veto, no hit exists"
QUESTIONS = {
    EVERYWHERE: ours.ranking(exhaustive=True),
    ALL: ours.ranking(),
    TOP: ours.ranking(k=10),
    VETO_FALLS: ours.ranking(at_least=AT_LEAST, k=1),
    NO_VETO: ours.ranking(at_least=AT_LEAST, k=1),
}
FAMILIES = {"one family": ours.ONE_FAMILY, "full set": ours.FULL_SET}
ASKED = {
    (TOP, "full set", 100_000): "10x of every placement",
    (VETO_FALLS, "full set", 100_000): "30x of all ranked",
    (NO_VETO, "full set", 100_000): "30x of all ranked",
}


def tables(options: Options) -> list[Table]:
    """Return the table of rankings, and draw how they grow with the samples."""
    table = Table(
        "One X against many samples, one thread",
        [
            "samples, family, question",
            "time",
            "a sample",
            "as fast as every placement",
            "as fast as all ranked",
            "asked",
        ],
        remarks=[
            "Fragments of four bars, one voice where they are made; tversky. One family: as it is, at every "
            "transposition and shift; full set: 7 stretches in 4 mirror forms. All questions have the same "
            "answers: the top 10 are the first ten of all ranked; the veto "
            f"(`at_least={AT_LEAST}, k=1`) is its first, or none.",
        ],
    )
    curves: dict[str, list[tuple[float, float]]] = {}
    for name, n, family in _wanted(options):
        try:
            samples = sample_set(name, n, FAMILIES[family], options)
        except NotHere as reason:
            if options.data is not None or name == SHIPPED:
                table.remarks.append(f"Left out: {reason}.")
            continue
        timings, multiplied = asked(samples, options)
        _add_rows(table, samples, family, timings, multiplied)
        if multiplied and MULTIPLIED not in table.remarks:
            table.remarks.append(MULTIPLIED)
        if name == MADE and family == "full set":
            for question, timing in timings.items():
                curves.setdefault(question, []).append((n, timing.median * 1e3))
    if options.pictures is not None:
        _draw(options.pictures / "bench-samples.png", curves)
    return [table]


def asked(samples: SampleSet, options: Options) -> tuple[dict[str, Timing], set[str]]:
    """Return the times of all questions on all samples, and which of them were multiplied from a part."""
    n = len(samples.prepared)
    parts = {name: _part(name, samples) for name in QUESTIONS}
    sides = [_side(name, samples, parts[name], options) for name in QUESTIONS]
    _check(samples)
    timings = interleaved(sides, 3 if options.quick else 6)
    whole = {name: timing.times(n / parts[name]) for name, timing in timings.items()}
    return whole, {name for name, part in parts.items() if part < n}


def _wanted(options: Options) -> list[tuple[str, int, str]]:
    """Return whose music, how many samples, which family."""
    if options.quick:
        return [(MADE, 1_000, family) for family in FAMILIES]
    sizes = [(MADE, n, family) for family in FAMILIES for n in (1_000, 10_000, 100_000)]
    return [*sizes, (SHIPPED, 0, "full set"), *((name, 1_000, "full set") for name in real.COLLECTIONS)]


def _side(name: str, samples: SampleSet, part: int, options: Options) -> Side:
    """Return a question as a side; its X changes from round to round."""
    xs = samples.alike if name == VETO_FALLS else samples.strange
    prepared = samples.prepared if part == len(samples.prepared) else samples.prepared[:part]
    question = QUESTIONS[name]

    def check(matches: ge.Matches) -> None:
        lengths = {EVERYWHERE: part, ALL: part, TOP: min(10, part), VETO_FALLS: 1, NO_VETO: 0}
        must_be_equal(f"{samples.name}, {name}: matches", [len(matches)], [lengths[name]])

    return Side(
        name,
        lambda r: Work(lambda: question(xs[r % len(xs)], prepared), 1, check),
        budget=1.5 if options.quick else 4.0,
    )


def _part(name: str, samples: SampleSet) -> int:
    """Return how many samples a question can be asked of in the longest time allowed."""
    n = len(samples.prepared)
    if name not in (EVERYWHERE, ALL) or n <= 1_000:
        return n
    few = samples.prepared[:500]
    start = time.perf_counter()
    QUESTIONS[name](samples.strange[0], few)
    seconds = (time.perf_counter() - start) / len(few)
    return n if seconds * n <= LONGEST else max(1_000, int(LONGEST / seconds))


def _check(samples: SampleSet) -> None:
    """Raise AnswersDiffer unless all questions about some samples agree."""
    few = samples.prepared[:CHECKED]
    for x in (samples.alike[0], samples.strange[0]):
        answers = {name: list(question(x, few)) for name, question in QUESTIONS.items()}
        every = answers[ALL]
        hits = [match for match in every if match.similarity >= AT_LEAST]
        for name, expected in (
            (EVERYWHERE, every),
            (TOP, every[:10]),
            (VETO_FALLS, hits[:1]),
            (NO_VETO, hits[:1]),
        ):
            must_be_equal(f"{samples.name}, {name}", answers[name], expected)


def _add_rows(
    table: Table, samples: SampleSet, family: str, timings: dict[str, Timing], multiplied: set[str]
) -> None:
    """Add a row for every question, and one for the preparation."""
    n = len(samples.prepared)
    of = f"{n:,} {samples.name}, {family}"
    table.rows.append(
        [f"{of}: prepared, once", duration(samples.seconds), duration(samples.seconds / n), "-", "-", "-"]
    )
    for name, timing in timings.items():
        star = "*" if name in multiplied else ""
        table.rows.append(
            [
                f"{of}: {name}",
                f"{duration(timing.median)}{star}",
                duration(timing.median / n),
                "-" if name == EVERYWHERE else str(ratio(timings[EVERYWHERE], timing)),
                "-" if name in (EVERYWHERE, ALL) else str(ratio(timings[ALL], timing)),
                ASKED.get((name, family, n), "-"),
            ]
        )


def _draw(path: Path, curves: dict[str, list[tuple[float, float]]]) -> None:
    chart(
        path,
        "One X against many samples: full set, one thread",
        "samples",
        "milliseconds a question",
        curves,
    )
