"""Figures: ties share the middle of their ranks, no number stops the run, intervals draw whole groups."""

from fractions import Fraction

import numpy as np
import pytest

import goldenear as ge
from evaluation import accompanied, chance, grids, halvings, lines, melodies, rivals, robustness, veto
from evaluation.baselines import BASELINES, CONTROLS
from evaluation.errors import NoNumber, NotHere
from evaluation.families import Asked, table_of
from evaluation.figures import average_precision, nearest_is_relevant, ratio_with_interval, with_interval
from evaluation.melodies import Melody
from evaluation.occurrences import Place, by_exact_notes, judged, precision_of, true_place, without
from evaluation.options import Options
from evaluation.panel import verdicts
from evaluation.panel.inputs import PLAIN, inputs, tastes
from evaluation.panel.music import FILL, GROOVES, HAT, beat, scale_steps, to_minor
from evaluation.textures import (
    ACCOMPANIMENTS,
    KEYBOARD,
    QUARTERS,
    REGISTER,
    TEXTURES,
    TICKS,
    clusters,
    joined_pixels,
    keys_together,
    struck_pixels,
    textures,
    trills,
)
from evaluation.verbatim import longest_verbatim_run
from evaluation.window_cosine import window_cosines
from goldenear.composing.appraise import Appraiser
from goldenear.composing.ground import Ground
from goldenear.match.background import shipped


def test_average_precision_by_hand() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6])
    assert average_precision(scores, np.array([True, False, True, False])) == (1 + 2 / 3) / 2
    assert average_precision(scores, np.array([False, False, False, True])) == 1 / 4


def test_equals_share_the_middle_of_their_ranks() -> None:
    flat = np.zeros(9)
    relevant = np.arange(9) == 4
    # One of nine, somewhere among equals: in the middle, not first.
    assert average_precision(flat, relevant) == 1 / 5
    assert nearest_is_relevant(flat, relevant) == 1 / 9


@pytest.mark.parametrize("figure", [average_precision, nearest_is_relevant])
def test_no_number_stops_the_run(figure) -> None:
    with pytest.raises(NoNumber):
        figure(np.array([0.1, np.nan]), np.array([True, False]))
    with pytest.raises(NoNumber):
        with_interval([0.1, float("nan")], ["a", "b"])


def test_intervals_draw_whole_groups() -> None:
    values, groups = [1.0] * 50 + [0.0] * 50, ["abcdefghij"[i // 10] for i in range(100)]
    figure = with_interval(values, groups)
    assert (figure.value, figure.low, figure.high) == (0.5, 0.2, 0.8)
    assert with_interval(values, groups) == figure
    assert str(with_interval([0.5, 1], ["a", "b"])) == "0.750"


def versions() -> list[Melody]:
    """Four families of three: a random tune, one with a note changed, one in half the time."""
    found = []
    for family in range(4):
        rng = np.random.default_rng(family)
        tune = ge.NoteArray.from_arrays(
            pitch=60 + np.cumsum(rng.integers(-3, 4, 16)),
            onset=range(0, 64, 4),
            duration=4,
            ticks_per_quarter=4,
        )
        pitch = tune.pitch.copy()
        pitch[5] += 2
        changed = ge.NoteArray.from_arrays(pitch=pitch, onset=tune.onset, duration=4, ticks_per_quarter=4)
        quick = ge.Alteration(stretch=Fraction(1, 2)).apply(tune)
        found += [
            Melody(f"{family}{i}", str(family), f"{family}{i}", m)
            for i, m in enumerate((tune, changed, quick))
        ]
    return found


def test_a_table_has_every_measure_and_knows_versions_from_strangers() -> None:
    rng = np.random.default_rng(9)
    background = [
        ge.NoteArray.from_arrays(
            pitch=rng.integers(55, 75, 12), onset=range(12), duration=1, ticks_per_quarter=1
        )
        for _ in range(20)
    ]
    table = table_of(Asked("Made", versions(), background, "20 made lines", []), Options())
    rows = {row[0]: row[1:] for row in table.rows}
    assert set(BASELINES) | set(CONTROLS) < set(rows)
    for name in ("**recipe melody, standardised**", "recipe melody"):
        assert [float(cell.split()[0]) for cell in rows[name]] == [1, 1, 1, 1]
    assert float(rows["control: random"][0].split()[0]) < 0.8


def test_baselines_know_equals_by_hand() -> None:
    a = ge.NoteArray.from_arrays(pitch=[60, 62, 64, 60], onset=range(4), duration=1, ticks_per_quarter=1)
    b = ge.NoteArray.from_arrays(pitch=[70, 72, 74, 71], onset=range(4), duration=1, ticks_per_quarter=1)
    assert BASELINES["edit distance on intervals"]([a, a.transposed(3), b]).tolist() == [
        [1, 1, 1 - 1 / 3],
        [1, 1, 1 - 1 / 3],
        [1 - 1 / 3, 1 - 1 / 3, 1],
    ]
    assert CONTROLS["control: pitch classes alone"]([a, a.transposed(3)])[0, 1] == pytest.approx(1)


def test_without_data_a_task_says_so() -> None:
    with pytest.raises(NotHere, match="no folder of data"):
        Options().folder("mtc_ann_dev")


LINE = ge.NoteArray.from_arrays(pitch=[60, 64, 62, 67], onset=[0, 1, 2, 3], duration=1, ticks_per_quarter=1)
TUNE = ge.NoteArray.from_arrays(
    pitch=[60, 64, 62, 67, 65, 71], onset=[0, 1, 2, 3, 4, 6], duration=[1, 1, 1, 1, 2, 1], ticks_per_quarter=1
)


def test_places_are_right_once_each_near_and_at_their_transposition() -> None:
    wanted = [Place(Fraction(4), 5), Place(Fraction(9), 0)]
    found = [Place(Fraction(4), 5), Place(Fraction(4), 5), Place(Fraction(9), 1), Place(Fraction(19, 2), 0)]
    assert judged(found, wanted) == [True, False, False, True]
    scored = [Place(Fraction(0), 0, score) for score in (0.9, 0.8, 0.7, 0.6)]
    assert precision_of(scored, [True, False, False, True], 3) == (1 + 2 / 4) / 3
    assert precision_of([], [], 3) == 0
    assert without(found, Place(Fraction(5), 5)) == found
    assert without(found, Place(Fraction(9, 2), 5)) == found[2:]


def test_the_true_place_is_where_most_notes_meet() -> None:
    answer = LINE.transposed(7).shifted(8)
    shortened = answer.where(np.arange(4) > 0)
    assert true_place(LINE, shortened) == Place(Fraction(8), 7)


def test_exact_notes_are_counted() -> None:
    piece = ge.NoteArray.from_arrays(
        pitch=[60, 64, 62, 67, 65, 69, 70, 72], onset=range(8), duration=1, ticks_per_quarter=1
    )
    assert by_exact_notes(0.75)(piece, LINE) == [Place(Fraction(0), 0, 1.0), Place(Fraction(4), 5, 0.75)]


def test_ratios_of_sums_draw_whole_groups() -> None:
    figure = ratio_with_interval([2, 0, 2, 0, 2, 0], [2, 2, 2, 2, 2, 2])
    assert figure.value == 0.5
    assert figure.low < 0.2 < 0.8 < figure.high


def test_changes_do_what_they_say() -> None:
    rng = np.random.default_rng(3)
    sample = ge.NoteArray.from_arrays(
        pitch=60 + np.arange(20), onset=np.arange(20) * 480, duration=480, ticks_per_quarter=480
    )
    assert len(robustness.dropped(sample, 0.2, rng)) == 16
    assert (robustness.other_pitches(sample, 0.3, rng).pitch != sample.pitch).sum() == 6
    assert len(robustness.ornamented(sample, 0.5, rng)) == 20 + 2 * 10
    moved = robustness.jittered(sample, 20, rng).onset - sample.onset
    assert 5 < np.abs(moved[1:]).mean() < 40
    warped = robustness.warped(sample, 0.1, rng)
    assert warped.last_offset == sample.last_offset
    assert warped.duration[0] > 1.04 * warped.duration[-1]
    padded = robustness.padded(sample, 1.0, rng)
    assert ge.rank(padded, [sample]).best.similarity == 1


def test_samples_that_change_are_told_of() -> None:
    rng = np.random.default_rng(4)
    samples = [
        ge.NoteArray.from_arrays(
            pitch=60 + np.cumsum(rng.integers(-3, 4, 14)),
            onset=np.arange(14) * 4,
            duration=4,
            ticks_per_quarter=4,
        )
        for _ in range(5)
    ]
    rows = {row[0]: row[1:] for row in robustness.table_of(samples).rows}
    assert rows["as it is, 0%"] == ["1.000 (1.000 to 1.000)", "1.00", "1.00"] * 2
    assert rows["padding, 300% a side"][:2] == ["1.000 (1.000 to 1.000)", "1.00"]


def test_the_shipped_tunes_are_told_apart() -> None:
    """At least sixty melodies in fifteen groups; better than every baseline and control."""
    asked = melodies.shipped()
    assert len(asked) >= 60
    assert len({m.family for m in asked}) >= 15
    table = table_of(Asked("Shipped", asked, shipped()[:30], "30 tunes", []), Options())
    precision = {row[0]: float(row[2].split()[0]) for row in table.rows}
    nearest = {row[0]: float(row[1].split()[0]) for row in table.rows}
    assert nearest["**recipe melody, standardised**"] >= 0.96
    assert precision["**recipe melody, standardised**"] >= 0.9
    assert precision["recipe melody"] > max(precision[name] for name in (*BASELINES, *CONTROLS))


def test_one_of_each_group_of_versions_is_kept() -> None:
    asked = [m.notes for m in melodies.shipped()]
    kept = melodies.one_of_each([*asked, *(x.transposed(2) for x in asked)])
    assert 15 <= len(kept) <= 60


def test_even_p_values_are_near_and_others_are_not() -> None:
    even = (np.arange(1_000) + 0.5) / 1_000
    assert chance._distance(even) < 0.002
    assert chance._p_of(0.002, 1_000) == pytest.approx(1)
    assert chance._distance(even**2) > 0.2
    assert chance._p_of(0.2, 1_000) < 1e-9


def test_verdicts_on_whole_tastes_are_counted() -> None:
    british = [x for x in shipped() if len(x) > 20]
    split = veto.drawn(melodies.shipped(), british, seed=1)
    names = {m.name for m in (*split.good, *split.bad)}
    assert len(names) == veto.SAMPLES * (veto.GOOD + veto.BAD)
    assert not names & {m.name for m, _ in split.asked}
    assert len(split.asked) == 60 - len(names)
    judged = veto._judged(split, Options())
    balanced, good, bad, neither, fresh, others = veto._shares(judged, calibrated=True)
    assert balanced == pytest.approx((good + bad + neither) / 3)
    assert bad > 0.5
    assert fresh < 0.1
    assert others == pytest.approx(1 - neither)
    assert len(veto._mistaken([judged]).rows) <= 6
    by_default = veto._shares(judged, calibrated=False)
    assert by_default[2] > 0.5
    assert by_default != [balanced, good, bad, neither, fresh, others]


def test_rivals_are_given_the_same_melodies() -> None:
    tune = melodies.shipped()[0].notes
    assert rivals.intervals(tune) == rivals.intervals(tune.transposed(4))
    assert len(rivals.intervals_and_ratios(tune)) == len(rivals.intervals(tune)) - 1
    picture = rivals._drawn(tune)
    assert picture.sum() == pytest.approx(rivals.TICKS * tune.last_offset / tune.ticks_per_quarter, abs=1)
    for compare in (rivals.opencv_template, rivals.skimage_template):
        alike = compare([tune, tune.transposed(5), melodies.shipped()[9].notes])
        assert alike[0, 1] > 0.99 > alike[0, 2] + 0.1


def notes_at_random(rng: np.random.Generator, n: int) -> ge.NoteArray:
    """One voice of few pitches and lengths, so that it shares runs with others like it."""
    duration = rng.choice([1, 2], n)
    return ge.NoteArray.from_arrays(
        pitch=60 + rng.integers(0, 3, n),
        onset=np.cumsum(duration) - duration,
        duration=duration,
        ticks_per_quarter=2,
    )


@pytest.mark.parametrize("seed", range(12))
def test_verbatim_runs_are_as_long_as_the_program_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    taste = ge.Taste.of(good=[notes_at_random(rng, 12) for _ in range(3)])
    appraiser = Appraiser(Ground.of(taste, ge.Wishes(quarters=16)))
    x = notes_at_random(rng, 16).at_resolution(appraiser.ground.ticks_per_quarter)
    plain = np.zeros(len(x), np.int64)
    rows = np.stack([x.pitch.astype(np.int64), x.onset, x.offset, plain, plain], axis=1)
    stretches = {alteration.stretch for alteration in taste.settings.recipe.alterations}
    assert longest_verbatim_run(x, taste.good, stretches) == appraiser.runs(rows).max() >= 2


def test_verbatim_runs_by_hand() -> None:
    piece = ge.NoteArray.from_arrays(
        pitch=[50, 70, 74, 72, 77, 50], onset=[0, 3, 5, 7, 9, 10], duration=1, ticks_per_quarter=1
    )
    assert longest_verbatim_run(piece, [LINE], [Fraction(1)]) == 1
    assert longest_verbatim_run(piece, [LINE], [Fraction(1), Fraction(2)]) == 4
    assert longest_verbatim_run(piece, [LINE.where(np.arange(4) != 2)], [Fraction(2)]) == 2


def test_plain_lines_meet_the_wishes() -> None:
    wishes = ge.Wishes(quarters=8, voices=[ge.Voice("low", 50, 57)])
    referee = lines.Referee(ge.Taste.of(good=[TUNE, TUNE.transposed(2)]), wishes)
    rng = np.random.default_rng(5)
    rows = lines.random_line(referee, rng)
    fewest, most = referee.ground.voices[0, 2:]
    for _ in range(60):
        assert fewest <= len(rows) <= most
        assert (rows[:, 0] >= 50).all()
        assert (rows[:, 0] <= 57).all()
        assert (rows[1:, 1] >= rows[:-1, 2]).all()
        assert (rows[:, 2] > rows[:, 1]).all()
        assert 0 <= rows[0, 1] < rows[-1, 2] <= referee.ground.ticks
        rows = lines.with_one_change(referee, rows, rng)


def test_the_best_lines_of_a_way_are_kept() -> None:
    taste = ge.Taste.of(good=[TUNE])
    clock = iter(range(100)).__next__
    got = lines.harvest(lines.random_search, taste, ge.Wishes(quarters=8), 1, 20, lambda: float(clock()), n=3)
    assert len(got.best) == 3
    assert [line.worth for line in got.best] == sorted((line.worth for line in got.best), reverse=True)
    assert lines.together([got, got]).judged == 2 * got.judged


@pytest.mark.parametrize("halved", [halvings.of_samples, halvings.of_tunes])
def test_halves_have_no_sample_in_common(halved) -> None:
    split = halved(3)
    own, other, second = (
        {sample.name for sample in taste.good} for taste in (split.own, *split.judges.values())
    )
    assert abs(len(own) - len(other)) <= 1
    assert not own & other
    assert not second & (own | other)
    assert len(second) >= 14


PIXELS = REGISTER * QUARTERS * TICKS


def sounding(notes: ge.NoteArray) -> set[tuple[int, int]]:
    """Return the pixels of the pitched notes, as (pitch, tick)."""
    return {(n.pitch, tick) for n in notes if not n.is_drum for tick in range(n.onset, n.offset)}


def test_random_textures_are_as_full_as_they_say() -> None:
    rng = np.random.default_rng(0)
    struck, joined, keys = (make(1.0, rng) for make in (struck_pixels, joined_pixels, keys_together))
    assert len(sounding(struck)) == PIXELS
    assert len(struck) * struck.duration[0] == PIXELS
    assert (len(joined), joined.duration.tolist()) == (REGISTER, [QUARTERS * TICKS] * REGISTER)
    assert set(keys.pitch.tolist()) == set(range(KEYBOARD[0], KEYBOARD[1] + 1))
    assert len(sounding(keys)) == 88 * QUARTERS * TICKS
    for make in (struck_pixels, joined_pixels):
        shares = [len(sounding(make(0.3, rng))) / PIXELS for _ in range(20)]
        assert np.mean(shares) == pytest.approx(0.3, abs=0.02)


def test_clusters_and_trills_are_of_neighbouring_keys() -> None:
    rng = np.random.default_rng(1)
    many = clusters(0.25, rng)
    for onset in np.unique(many.onset):
        together = many.pitch[many.onset == onset]
        assert together.tolist() == list(range(together[0], together[0] + 10))
    one = trills(0.01, rng)
    assert (np.diff(one.onset) == one.duration[0]).all()
    up = np.diff(one.pitch.astype(int))
    assert abs(up[0]) in (1, 2)
    assert up.tolist() == [up[0] * (-1) ** i for i in range(len(one) - 1)]


def test_random_textures_take_turns_and_are_the_same_in_every_run() -> None:
    n = 10 * len(TEXTURES)
    first, again, other = (list(textures(n, seed)) for seed in (3, 3, 4))
    assert [kind for kind, _ in first] == list(TEXTURES) * 10
    assert first == again != other
    assert all(len(x) and KEYBOARD[0] <= x.pitch.min() <= x.pitch.max() <= KEYBOARD[1] for _, x in first)


def test_accompaniments_by_hand() -> None:
    sample = LINE.at_resolution(2)

    def added(name: str) -> list[tuple[int, int, int]]:
        """Return what is not in the sample, as (pitch, onset, offset)."""
        notes = {tuple(n)[:3] for n in ACCOMPANIMENTS[name](sample)}
        return sorted(notes - {tuple(n)[:3] for n in sample}, key=lambda row: (row[1], row[0]))

    assert added("harmonised in thirds") == [(57, 0, 2), (60, 2, 4), (59, 4, 6), (64, 6, 8)]
    assert added("doubled in octaves") == [(48, 0, 2), (52, 2, 4), (50, 4, 6), (55, 6, 8)]
    # The held 62 is struck again where the line has it.
    assert added("two notes held in its register") == [(58, 0, 8), (62, 0, 4), (62, 4, 8)]
    assert added("three notes held in its register") == [(58, 0, 8), (62, 0, 4), (65, 0, 8), (62, 4, 8)]
    # The line holds 62 for two eighths; the arpeggio strikes it again in the second.
    arpeggio = [58, 62, 65, 62, 58, 62, 62, 65, 62]
    assert [row[0] for row in added("an arpeggio through it")] == arpeggio


@pytest.mark.parametrize("name", ACCOMPANIMENTS)
def test_an_accompanied_sample_is_all_there(name: str) -> None:
    rng = np.random.default_rng(5)
    sample = ge.NoteArray.from_arrays(
        pitch=rng.integers(50, 75, 30),
        onset=rng.integers(0, 60, 30),
        duration=rng.integers(1, 9, 30),
        is_drum=np.arange(30) % 6 == 0,
        ticks_per_quarter=4,
    )
    x = ACCOMPANIMENTS[name](sample)
    places = {(n.pitch, n.onset, n.is_drum) for n in x}
    assert places > {(n.pitch, n.onset, n.is_drum) for n in sample}
    assert sounding(x) > sounding(sample)
    assert x.where(x.is_drum) == sample.where(sample.is_drum)


def test_window_cosine_by_hand() -> None:
    sample = ge.NoteArray.from_arrays(pitch=[60, 64], onset=[0, 2], duration=2, ticks_per_quarter=1)
    within, beyond = (
        ge.NoteArray.from_arrays(pitch=[60, 64, p], onset=[0, 2, 0], duration=[2, 2, 4], ticks_per_quarter=1)
        for p in (66, 67)
    )
    # In the window sound 4 quarters of the sample and, if it is no more than two steps off, 4 of the held note.
    for x in (within, within.transposed(7).shifted(3)):
        assert window_cosines(x, [sample])[0] == pytest.approx(4 / np.sqrt(4 * 8), rel=1e-6)
    assert window_cosines(beyond, [sample, beyond]) == pytest.approx([1, 1], rel=1e-6)
    long = ge.NoteArray.from_arrays(pitch=[40], onset=[0], duration=[9], ticks_per_quarter=1)
    assert window_cosines(sample, [long])[0] == pytest.approx(2 / np.sqrt(9 * 2), rel=1e-6)


def test_own_and_other_samples_are_told_apart() -> None:
    found = accompanied.Found.of(np.array([[0.9, 0.2, 0.3], [0.7, 0.6, 0.1], [0.4, 0.5, 0.5]]))
    assert found.own.tolist() == [0.9, 0.6, 0.5]
    assert found.others.tolist() == [0.3, 0.7, 0.5]
    assert found.first.tolist() == [True, False, True]


def test_a_melody_is_ornamented_where_it_lies() -> None:
    sample = LINE.at_resolution(8)
    bass = ge.NoteArray.from_arrays(pitch=[40], onset=[0], duration=[160], ticks_per_quarter=8)
    laid = sample.shifted(8 * grids.BEFORE)
    pair = accompanied.Pair(sample, robustness.together(bass, laid))
    changed = accompanied.ornamented_in(pair, np.random.default_rng(0))
    assert changed.sample == sample
    assert changed.around.where(changed.around.pitch == 40) == bass
    first = [tuple(n)[:3] for n in changed.around if 64 <= n.onset < 72]
    assert first == [(60, 64, 66), (62, 66, 68), (60, 68, 72)]
    assert len(changed.around) == 1 + 3 * len(sample)


def made_songs() -> list[accompanied.Pair]:
    """Return five tunes of sixteen quarters, each over held chords two octaves below."""
    songs = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        tune = ge.NoteArray.from_arrays(
            pitch=70 + np.cumsum(rng.integers(-3, 4, 32)),
            onset=4 * np.arange(32),
            duration=4,
            ticks_per_quarter=8,
        )
        chords = ge.NoteArray.from_arrays(
            pitch=[40, 44, 47] * 8, onset=32 * (np.arange(24) // 3), duration=32, ticks_per_quarter=8
        )
        songs.append(accompanied.Pair(tune, robustness.together(chords, tune.shifted(8 * grids.BEFORE))))
    return songs


def test_accompanied_melodies_are_counted() -> None:
    table = accompanied.of_songs(made_songs(), Options())
    rows = {row[0]: row[1:] for row in table.rows}
    assert list(rows) == list(accompanied.CHANGES)
    assert rows["as it is"] == ["1.000 (1.000 to 1.000)"] * 5
    stretched = rows["the arrangement transposed and stretched 3/2"]
    assert [cell[:5] for cell in stretched[:2]] == ["1.000"] * 2
    assert float(stretched[2][:5]) < 1


def test_the_panel_is_large_and_names_its_inputs() -> None:
    every = inputs()
    assert len(every) >= 120
    assert len({(one.taste, one.name) for one in every}) == len(every)
    assert {one.taste for one in every} == set(tastes())
    assert all(one.why and len(one.notes) for one in every)
    for taste in tastes():
        assert {one.expected for one in every if one.taste == taste} == {"good", "bad", "neither"}


def test_no_panel_input_is_another_ones_notes() -> None:
    seen: dict[tuple[str, object], str] = {}
    for one in inputs():
        same = seen.setdefault((one.taste, one.notes), one.name)
        assert same == one.name


def test_the_panel_agrees_with_a_musician_more_often_than_before() -> None:
    table, others = verdicts.tables(Options())
    share = {row[0]: float(row[2]) for row in table.rows}
    assert share["tunes"] >= 0.94
    assert share["piano"] >= 0.91
    assert share["grooves"] >= 0.85
    assert share["all"] >= 0.9
    judged = verdicts.judged()
    right = sum(one.as_expected for one in judged)
    assert len(others.rows) == len(inputs()) - right
    assert {row[0]: row[-1] for row in table.rows}["all"] == f"0 of {len(PLAIN)}"


def test_a_groove_of_the_panel_is_swung_and_filled() -> None:
    straight, swung = beat(GROOVES["rock"], 1), beat({HAT: "xxxx............"}, 1, swung=0.5)
    assert len(straight) == 8 + 2 + 2
    assert swung.onset.tolist() == [0, 8, 12, 20]
    filled = beat(GROOVES["rock"], 2, last=FILL)
    assert (filled.onset >= 4 * 24).sum() == sum(line.count("x") for line in FILL.values())


def test_music_of_the_panel_is_moved_by_steps_and_to_minor() -> None:
    scale = ge.NoteArray.from_arrays(
        pitch=[60, 62, 64, 65, 67, 69, 71], onset=range(7), duration=1, ticks_per_quarter=1
    )
    assert scale_steps(scale, -2, 60).pitch.tolist() == [57, 59, 60, 62, 64, 65, 67]
    assert to_minor(scale, 60).pitch.tolist() == [60, 62, 63, 65, 67, 68, 70]


def test_a_task_that_was_run_again_is_written_in_its_place_and_the_others_stay() -> None:
    from evaluation.__main__ import with_section

    first = with_section(with_section("", "veto", "Vetoes."), "panel", "# no task\n\nA panel.")
    other_way = with_section(with_section("", "panel", "# no task\n\nA panel."), "veto", "Vetoes.")
    assert first == other_way
    assert first.index("# Task: panel") < first.index("# Task: veto")
    again = with_section(first, "veto", "Other vetoes.")
    assert again == first.replace("Vetoes.", "Other vetoes.")
    assert with_section(again, "veto", "Vetoes.") == first
