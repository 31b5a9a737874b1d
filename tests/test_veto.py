"""The rule of the veto and the thresholds, written out a second time, plainly, and compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from math import inf

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import goldenear as ge
from goldenear.errors import InvalidInput
from goldenear.taste.audit import Audit, Share
from goldenear.taste.calibration import Calibration
from goldenear.taste.chance import Tail, Tails
from goldenear.taste.solo import Solo
from goldenear.taste.thresholds import Thresholds
from goldenear.taste.verdict import Verdict

KINDS = ("good", "bad")


def line(seed: int, n: int = 9) -> ge.NoteArray:
    rng = np.random.default_rng(seed)
    wait = rng.integers(1, 5, n)
    return ge.NoteArray.from_arrays(
        pitch=60 + rng.integers(-7, 8, n), onset=np.cumsum(wait), duration=wait, ticks_per_quarter=4
    )


def together(*parts: ge.NoteArray) -> ge.NoteArray:
    columns = {n: np.concatenate([getattr(x, n) for x in parts]) for n in ("pitch", "onset", "duration")}
    return ge.NoteArray.from_arrays(**columns, ticks_per_quarter=4)


def two_hands(seed: int) -> ge.NoteArray:
    return together(line(seed, 12).transposed(12), line(seed + 1, 12).transposed(-12))


REPEATED = ge.NoteArray.from_arrays(pitch=[67] * 8, onset=range(0, 32, 4), duration=4, ticks_per_quarter=4)

SAMPLES = {
    "good": [line(1), two_hands(2), REPEATED, line(4), line(5)],
    "bad": [line(6), two_hands(7), line(9), REPEATED.transposed(3)],
}

XS = [
    line(1),
    line(6).transposed(4),
    two_hands(2),
    two_hands(7).shifted(8),
    line(2, 12),
    line(7, 12),
    line(8, 12),
    together(line(1), line(6).shifted(60)),
    together(line(4), line(9).shifted(60).transposed(2)),
    together(line(5), line(40, 40).shifted(3)),
    line(9).where(np.arange(9) < 6),
    line(4).where(np.arange(9) < 5),
    line(50, 30),
    REPEATED,
    line(1).where(np.arange(9) < 3),
    line(6).where(np.arange(9) < 2),
    line(6).where(np.arange(9) < 1),
]


@cache
def taste() -> ge.Taste:
    found = ge.Taste.of(**{k: [s.named(f"{k}/{i}") for i, s in enumerate(v)] for k, v in SAMPLES.items()})
    found.measure()
    return found


@cache
def tables(x: int) -> dict[tuple[str, bool], ge.Matches]:
    """Return how X matches the samples and their parts, by kind and whether they are parts."""
    found = {}
    for kind in KINDS:
        library = taste().libraries[kind]
        for part, samples in ((False, library.samples), (True, library.parts)):
            found[kind, part] = ge.rank(XS[x], samples)
    return found


@dataclass(frozen=True)
class Case:
    """An X and all that thresholds depend on."""

    x: int
    settings: ge.Settings
    calibration: Calibration | None

    @property
    def by_sample(self) -> bool:
        return not self.settings.keep_small

    @property
    def verdict(self) -> Verdict:
        found = tables(self.x)
        parts = [found[kind, True] if self.by_sample else ge.rank(XS[self.x], []) for kind in KINDS]
        good, bad = (found[kind, False] for kind in KINDS)
        thresholds = Thresholds(self.settings, taste().libraries, self.calibration)
        return Verdict(XS[self.x], good, bad, *parts, thresholds.for_x(XS[self.x]).against(good, bad))

    def similarity(self, kind: str, i: int, part: bool) -> float:
        return next(match.similarity for match in tables(self.x)[kind, part] if match.index == i)

    @property
    def shift(self) -> float:
        if self.calibration is None:
            return 0.0
        x = XS[self.x]
        density = len(x) / ((x.last_offset - x.first_onset) / x.ticks_per_quarter)
        return self.calibration.shift(density)

    @property
    def at_large(self) -> float:
        if self.calibration is None or self.calibration.group is None:
            return 1.0
        every = [self.similarity(kind, i, False) for kind in KINDS for i in range(len(SAMPLES[kind]))]
        return self.calibration.at_large(np.array(every))

    def solo(self, kind: str, i: int, part: bool) -> Solo:
        libraries = taste().libraries
        if self.calibration is None or self.calibration.solos is None:
            library = libraries[kind]
            return (library.solos_of_parts if part else library.solos)[i]
        order = [(k, p, j) for p in (False, True) for k in KINDS for j in range(count(k, p))]
        return Solo(*self.calibration.solos[order.index((kind, part, i))])

    def threshold(self, kind: str, i: int, part: bool) -> float:
        """Return from which similarity on X resembles a sample: the rule in words, step by step."""
        by_hand = self.settings.good_threshold if kind == "good" else self.settings.bad_threshold
        asked = None
        if self.calibration is not None:
            # Dense music must come nearer to good samples; no density lifts a veto.
            asked = self.calibration.strength + (self.shift if kind == "good" else 0.0)
        if not part and not self.by_sample:
            if by_hand is not None:
                return by_hand
            if asked is None:
                return self.settings.recipe.threshold
            shared = asked * self.at_large
            if self.calibration.group is None and shared >= 1:
                return inf
            return min(1.0, max(self.calibration.least, shared))
        solo = self.solo(kind, i, part)
        if by_hand is not None:
            own = inf if solo.level > 0.95 else by_hand
        elif asked is None:
            own = solo.threshold()
        else:
            own = solo.threshold(asked, self.calibration.least)
        return own if not part or own == inf else min(1.0, own / 0.9)


def count(kind: str, part: bool) -> int:
    library = taste().libraries[kind]
    return len(library.parts if part else library.samples)


def strength(similarity: float, threshold: float) -> float:
    """Return a similarity on two lines: from 0 to 1/2 below the threshold, from there to 1 above it."""
    return float(np.interp(similarity, [0, threshold, 1], [0, 0.5, 1])) if threshold < 1 else (
        1.0 if similarity >= threshold else 0.5 * similarity / threshold
    )  # fmt: skip


def calibrated(
    seed: int, *, by_sample: bool, group: bool, level: float, least: float, slope: float
) -> Calibration:
    rng = np.random.default_rng(seed)
    n = sum(count(kind, False) for kind in KINDS)
    every = n + sum(count(kind, True) for kind in KINDS)
    solos = np.stack([rng.uniform(0.1, 1.0, every), rng.choice([0, 0, 0.6], every)], axis=1)
    return Calibration(
        rate=0.02,
        quarters=8.0,
        background="made",
        pieces=60,
        made_for="",
        group=np.arange(n) // 2 if group else None,
        solos=solos if by_sample else None,
        least=least,
        by_density=np.array([[0.5, -slope], [4.0, slope]]) if slope else np.zeros((0, 2)),
        tails=Tails({8.0: Tail.of(rng.uniform(0, level, 60)), 16.0: Tail.of(rng.uniform(0, level, 60))}),
        manner=np.array([[-1e9, 1e9]] * 5),
        audit=Audit(
            told=(None,) * n, torn=(), curve=(), false_alarms=Share(0, 1), near=()
        ),
    )  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> Case:
    by_hand = st.sampled_from([None, None, 0.3, 0.59, 0.8, 1.0])
    keep_small = draw(st.booleans())
    chosen = ge.Settings(
        good_threshold=draw(by_hand), bad_threshold=draw(by_hand), keep_small=keep_small
    )  # fmt: skip
    calibration = None
    if draw(st.booleans()):
        calibration = calibrated(
            draw(st.integers(0, 9)),
            by_sample=not keep_small,
            group=keep_small and draw(st.booleans()),
            level=draw(st.sampled_from([0.3, 0.6, 0.9, 1.3])),
            least=draw(st.sampled_from([0.05, 0.455, 0.7])),
            slope=draw(st.sampled_from([0.0, 0.05, 0.3])),
        )
    return Case(draw(st.integers(0, len(XS) - 1)), chosen, calibration)


@settings(max_examples=250)
@given(cases())
def test_the_rule_of_the_veto(case: Case) -> None:
    verdict = case.verdict
    parts = (False, True) if case.by_sample else (False,)
    reached, strongest = {}, {}
    for kind in KINDS:
        rows = [(match, part, case.threshold(kind, match.index, part))
                for part in parts for match in tables(case.x)[kind, part]]  # fmt: skip
        reached[kind] = any(match.similarity >= threshold for match, _, threshold in rows)
        strongest[kind] = max((strength(match.similarity, threshold) for match, _, threshold in rows))
        nearest = verdict.nearest_good if kind == "good" else verdict.nearest_bad
        match, part, threshold = max(rows, key=lambda row: strength(row[0].similarity, row[2]))
        assert (nearest.match, nearest.part, nearest.threshold) == (match, part, threshold)
        assert (
            nearest.sample == (verdict.good_parts if part else verdict.good).sample_of(match) or kind == "bad"
        )
        assert nearest.kind == kind
        assert nearest.reached == reached[kind]
        assert nearest.strength == pytest.approx(strongest[kind])
    too_short = len(XS[case.x]) < 3 and not case.settings.keep_small
    outcome = (
        "neither" if too_short else "bad" if reached["bad"] else "good" if reached["good"] else "neither"
    )
    assert verdict.outcome == outcome
    scores = {
        "bad": -strongest["bad"],
        "good": strongest["good"],
        "neither": strongest["good"] - strongest["bad"],
    }
    assert verdict.score == pytest.approx(0.0 if too_short else scores[outcome])
    decided = outcome if outcome != "neither" else max(("good", "bad"), key=lambda kind: strongest[kind])
    nearest = verdict.nearest_good if decided == "good" else verdict.nearest_bad
    assert verdict.deciding is nearest.match
    assert verdict.deciding_sample == nearest.sample


@settings(max_examples=120)
@given(cases())
@example(Case(0, ge.Settings(keep_small=True), None))
def test_every_threshold(case: Case) -> None:
    verdict = case.verdict
    thresholds = verdict.thresholds
    for kind in KINDS:
        least = thresholds.least(kind)
        for part in (False, True) if case.by_sample else (False,):
            for match in tables(case.x)[kind, part]:
                expected = case.threshold(kind, match.index, part)
                of = thresholds.of_part if part else thresholds.of
                assert of(kind, match.index) == verdict.threshold(match) == expected
                assert expected >= (min(1.0, thresholds.least_of_parts(kind)) if part else least)
                assert verdict.near(match) == (
                    match.similarity >= (thresholds.least_of_parts(kind) if part else least)
                )
        whole = [case.threshold(kind, i, False) for i in range(count(kind, False))]
        assert thresholds.all(kind).tolist() == whole
        by_hand = case.settings.by_hand(kind)
        if by_hand is not None:
            assert least == by_hand
        elif case.by_sample:
            assert least == pytest.approx(0.455 if case.calibration is None else case.calibration.least)
        else:
            assert {least} == set(whole)
        assert thresholds.least_of_parts(kind) == least / 0.9


@settings(max_examples=120)
@given(cases())
def test_every_p_value(case: Case) -> None:
    verdict, calibration = case.verdict, case.calibration
    x = XS[case.x]
    quarters = (x.last_offset - x.first_onset) / 4
    for kind in KINDS:
        for part in (False, True) if case.by_sample else (False,):
            for match in tables(case.x)[kind, part]:
                found = verdict.p_value(match)
                if calibration is None:
                    assert found is None
                    continue
                if calibration.solos is None:
                    value = match.similarity / case.at_large
                else:
                    level, floor = case.solo(kind, match.index, part)
                    counted = match.similarity * (0.9 if part else 1.0)
                    room = min(level, (1 - level) / 0.6) if level <= 0.95 else 1.0
                    value = -1.0 if level > 0.95 or counted < floor else (counted - level) / room
                assert found == pytest.approx(calibration.p_value(value - case.shift, quarters))


def test_no_sample_of_a_kind_is_nearest_where_there_is_none() -> None:
    good = ge.Taste.of(good=[line(1)]).judge(line(6))
    bad = ge.Taste.of(bad=[line(1)]).judge(line(6))
    assert good.nearest_bad is None
    assert bad.nearest_good is None
    assert (good.deciding.name, bad.deciding.name) == (good.good[0].name, bad.bad[0].name)
    assert good.score == good.nearest_good.strength
    assert bad.score == -bad.nearest_bad.strength


def test_a_match_of_another_verdict_has_no_threshold() -> None:
    one, other = (Case(i, ge.Settings(), None).verdict for i in (0, 12))
    equal = ge.rank(XS[0], taste().good)
    assert one.threshold(equal[0]) == one.threshold(one.good[0])
    for ask in (one.threshold, one.near, one.p_value):
        with pytest.raises(InvalidInput, match="one of this verdict"):
            ask(other.good[0])


def test_only_a_calibration_of_wholes_asks_for_all_samples() -> None:
    for by_sample, group in ((True, False), (False, False), (False, True)):
        found = calibrated(1, by_sample=by_sample, group=group, level=0.5, least=0.4, slope=0.1)
        assert Thresholds(ge.Settings(), taste().libraries, found).against_all_samples == group
    assert not taste().thresholds.against_all_samples


def test_thresholds_and_what_is_nearest_cannot_be_changed() -> None:
    for value, name in ((taste().thresholds, "shift"), (Case(0, ge.Settings(), None).verdict, "x")):
        with pytest.raises(AttributeError):
            setattr(value, name, 1)
    assert replace(taste().thresholds, shift=0.2).shift == 0.2
