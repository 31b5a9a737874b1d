"""Whole pieces: in their form, of exactly so many bars, without a veto, and what recurs is known again."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

import goldenear as ge
from goldenear.composing.building import RECURS, _phrases
from goldenear.composing.cadence import Key, held, key_of, led
from goldenear.composing.forms import FORMS, MOST_BARS
from goldenear.composing.ground import table
from goldenear.composing.restate import altered, fitted, in_other_mode, ornamented
from goldenear.composing.wishes import Voice
from goldenear.examples import TASTE
from test_score_schema import assert_sound, schema, score_of  # noqa: F401

BARS = 16


@pytest.fixture(scope="module")
def taste():
    return ge.Taste(TASTE)


@pytest.fixture(scope="module")
def composed(taste):
    """Return a function that composes a piece in a form, once."""
    made: dict[str, ge.Piece] = {}

    def compose(form: str) -> ge.Piece:
        if form not in made:
            made[form] = ge.compose_piece(taste, form, bars=BARS, seed=1, effort=8)
        return made[form]

    return compose


@pytest.mark.parametrize("form", FORMS)
class TestEveryForm:
    def test_it_has_exactly_so_many_bars(self, form, composed):
        piece = composed(form)
        assert piece.bars == piece.plan.bars == BARS
        assert piece.notes.last_offset == BARS * 4 * piece.notes.ticks_per_quarter
        assert piece.notes.first_onset >= 0

    def test_no_window_is_vetoed(self, form, composed, taste):
        windows = composed(form).windows()
        assert len(windows) > 3 * (4 * BARS - 16)
        assert {verdict.outcome for _, _, verdict in windows} <= {"good", "neither"}
        assert composed(form).vetoed() is None

    def test_motifs_recur_as_planned(self, form, composed):
        piece = composed(form)
        restated = [section for section in piece.plan.sections if section.source]
        assert [motif.section for motif in piece.motifs()] == [section.name for section in restated]
        for motif, section in zip(piece.motifs(), restated, strict=True):
            assert motif.similarity >= RECURS
            assert (motif.source, motif.alteration) == (section.source, section.alteration)

    def test_the_score_is_sound(self, form, composed, schema, tmp_path):  # noqa: F811
        path = tmp_path / "piece.musicxml"
        composed(form).write(path)
        assert_sound(path, schema, "4/4")
        score = score_of(path)
        assert len(score.findall("part")) == len(composed(form).voices)
        for part in score.findall("part"):
            assert len(part.findall("measure")) <= BARS
        assert len(score.find("part").findall("measure")) == BARS

    def test_ranges_hold_and_voices_sing_one_note_at_a_time(self, form, composed):
        piece = composed(form)
        for voice in piece.site.wishes.ensemble:
            notes = piece.voices[voice.name]
            assert notes.pitch.min() >= voice.lowest
            assert notes.pitch.max() <= voice.highest
            assert (notes.onset[1:] >= notes.offset[:-1]).all()

    def test_it_ends_on_the_tonic(self, form, composed):
        piece = composed(form)
        final = piece.placed[-1]
        assert final.cadence in ("full", "none")
        if final.cadence == "full":
            ends = piece.rows[piece.rows[:, 2] == piece.rows[:, 2].max(), 0] % 12
            assert len(set(ends.tolist())) == 1

    def test_it_can_be_told(self, form, composed):
        told = json.loads(json.dumps(composed(form).as_dict()))
        assert told["bars"] == BARS
        assert [section["name"] for section in told["sections"]] == [
            section.name for section in composed(form).plan.sections
        ]


@pytest.mark.parametrize("form", FORMS)
def test_sixty_four_bars(form, taste, schema, tmp_path):  # noqa: F811
    wishes = ge.Wishes(scale="G major", voices=2 if form == "imitation" else 1)
    piece = ge.compose_piece(taste, form, bars=64, wishes=wishes, seed=6, effort=16)
    assert piece.bars == 64
    assert all(verdict.outcome != "bad" for *_, verdict in piece.windows())
    assert all(motif.similarity >= RECURS for motif in piece.motifs())
    piece.write(tmp_path / "piece.musicxml")
    assert_sound(tmp_path / "piece.musicxml", schema, "4/4")


def test_the_same_seed_gives_the_same_bytes(taste, composed, tmp_path):
    again = ge.compose_piece(taste, "imitation", bars=BARS, seed=1, effort=8, threads=2)
    for name, piece in (("a.mid", composed("imitation")), ("b.mid", again)):
        piece.write(tmp_path / name)
    assert (tmp_path / "a.mid").read_bytes() == (tmp_path / "b.mid").read_bytes()
    assert again.placed == composed("imitation").placed


def test_another_seed_gives_another_piece(taste, composed):
    assert ge.compose_piece(taste, "period", bars=BARS, seed=2, effort=8).notes != composed("period").notes


def test_wishes_hold_for_the_whole(taste, tmp_path, schema):  # noqa: F811
    wishes = ge.Wishes(
        metre="6/8", voices=(ge.Voice("flute", 62, 86), ge.Voice("cello", 36, 60)), scale="D dorian"
    )
    told = []
    piece = ge.compose_piece(
        taste, "variations", bars=16, wishes=wishes, seed=3, effort=8, progress=told.append
    )
    assert set((piece.notes.pitch % 12).tolist()) <= {0, 2, 4, 5, 7, 9, 11}
    assert [voice.name for voice in piece.site.wishes.ensemble] == list(piece.voices) == ["flute", "cello"]
    assert piece.notes.last_offset == 16 * 3 * piece.notes.ticks_per_quarter
    assert told[-1].done == told[-1].sections == 5
    assert all(motif.similarity >= RECURS for motif in piece.motifs())
    piece.write(tmp_path / "x.musicxml")
    assert_sound(tmp_path / "x.musicxml", schema, "6/8")


def test_a_plan_of_ones_own(taste):
    augmented = ge.Alteration(Fraction(2), "retrograde")
    plan = ge.Plan(
        "arch",
        (
            ge.Section("call", 1, 4, cadence="half"),
            ge.Section("slowly back", 5, 9, "call", "exact", augmented, rest=1, cadence="full"),
        ),
    )
    piece = ge.compose_piece(taste, plan, seed=2, effort=8)
    assert (piece.plan, piece.bars) == (plan, 13)
    assert piece.placed[1].rest >= 1
    quarter = piece.notes.ticks_per_quarter
    assert not ((piece.notes.onset >= 16 * quarter) & (piece.notes.onset < 20 * quarter)).any()
    assert piece.motifs()[0].similarity >= RECURS


def test_a_piece_draws_itself(composed):
    figure = composed("imitation").plot()
    said = {text.get_text() for text in figure.axes[0].texts}
    assert {"subject", "close"} <= said
    assert any(text.startswith("answer = subject, -12 (") for text in said)
    assert [text.get_text() for text in figure.axes[-1].get_legend().get_texts()] == ["upper", "lower"]


class TestPlans:
    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("bars", [16, 32, 64, 128, MOST_BARS])
    def test_plans_fill_their_bars(self, form, bars):
        plan = FORMS[form].plan(bars)
        assert plan.bars == bars
        filled = {bar for s in plan.sections for bar in range(s.bar, s.bar + s.bars)}
        assert filled == set(range(1, bars + 1))

    @pytest.mark.parametrize(
        ("form", "bars", "near"),
        [
            ("period", 15, "14 or 16"),
            ("rondo", 17, "16 or 20"),
            ("imitation", 8, "16 or 24"),
            ("AABA", 1, "8 or 12"),
        ],
    )
    def test_a_length_that_does_not_fit_is_refused_with_one_that_does(self, form, bars, near):
        with pytest.raises(ge.InvalidInput, match=f"bars: {form} .* {near} would do"):
            FORMS[form].plan(bars)

    @pytest.mark.parametrize(
        ("sections", "named"),
        [
            ((), "expected sections"),
            ((("a", 2, 4),), "begins with bar 1"),
            ((("a", 1, 4), ("a", 5, 4)), "two sections are called a"),
            ((("a", 1, 4), ("b", 6, 4)), "b begins with bar 6, expected 5"),
            ((("a", 1, 4), ("b", 5, 4, "c", "exact")), "b restates c"),
            ((("a", 1, 4), ("b", 1, 4)), "b is in voices that another"),
        ],
    )
    def test_what_is_no_plan_is_named(self, sections, named):
        with pytest.raises(ge.InvalidInput, match=named):
            ge.Plan("p", tuple(ge.Section(*section) for section in sections))

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [
            ({"bar": 0}, "section a: bar"),
            ({"bars": 0}, "section a: bars"),
            ({"rest": 4}, "section a: rest"),
            ({"source": "b"}, "what is new has no source"),
            ({"treatment": "exact"}, "what is new has no source"),
            ({"treatment": "odd"}, "section a: treatment"),
            ({"cadence": "odd"}, "section a: cadence"),
        ],
    )
    def test_what_is_no_section_is_named(self, wrong, named):
        with pytest.raises(ge.InvalidInput, match=named):
            ge.Section(**{"name": "a", "bar": 1, "bars": 4} | wrong)

    def test_phrases_of_a_section(self):
        for bars in range(1, 100):
            sizes = _phrases(bars)
            assert sum(sizes) == bars
            assert max(sizes) <= 8
            assert bars < 8 or min(sizes) >= 4

    def test_sections_are_found_by_name(self, composed):
        piece = composed("AABA")
        assert piece.plan.section("B").bar == 9
        assert piece.section("B").first_onset < 4 * piece.notes.ticks_per_quarter
        with pytest.raises(ge.InvalidInput, match="expected one of A, A2, B, A3"):
            piece.section("C")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"form": "fugue"}, "form: expected one of period"),
        ({"bars": 18}, "bars: AABA"),
        ({"bars": 2.5}, "bars: expected a whole number"),
        ({"seed": -1}, "seed"),
        ({"effort": 0}, "effort"),
        ({"threads": 0}, "threads"),
        ({"wishes": 3}, "wishes: expected Wishes"),
        ({"wishes": ge.Wishes(chords=[(0, "C")])}, "wishes: chords"),
        ({"wishes": ge.Wishes(locked_bars=(1,))}, "wishes: locked_bars"),
        ({"form": "imitation", "wishes": ge.Wishes()}, "imitation asks for 2"),
        ({"form": ge.Plan("p", (ge.Section("a", 1, 4),)), "bars": 8}, "bars: the plan has 4"),
    ],
)
def test_bad_arguments_are_named(taste, wrong, named):
    with pytest.raises(ge.InvalidInput, match=named):
        ge.compose_piece(**{"taste": taste, "bars": BARS} | wrong)


def test_a_taste_is_asked_for():
    with pytest.raises(ge.InvalidInput, match="taste: expected a Taste"):
        ge.compose_piece("folder", bars=BARS)


def test_nothing_found_names_why(taste):
    narrow = ge.Wishes(voices=(ge.Voice("drone", 60, 60),))
    with pytest.raises(ge.NothingFound, match=r"begun; of the last: section a"):
        ge.compose_piece(taste, "period", bars=4, wishes=narrow, effort=1)


class TestRestating:
    ROWS = table([(60, 0, 6, 0, 0), (64, 6, 12, 0, 0), (43, 0, 12, 1, 0)])
    PAIR = (Voice("upper", 55, 79), Voice("lower", 36, 60))

    def test_as_an_alteration_does(self):
        line = self.ROWS[:2]
        x = ge.NoteArray.from_arrays(pitch=line[:, 0], onset=line[:, 1], duration=6, ticks_per_quarter=6)
        for form in ("prime", "inversion", "retrograde", "retrograde-inversion"):
            alteration = ge.Alteration(Fraction(2), form)
            applied = alteration.apply(x)
            rows = altered(line, alteration, 12, 1)
            assert rows[:, :3].tolist() == [[n.pitch, n.onset, n.offset] for n in applied]

    def test_inversion_swaps_the_voices(self):
        rows = altered(self.ROWS, ge.Alteration(form="inversion"), 12, 2)
        assert rows.tolist() == [[64, 0, 12, 0, 0], [47, 0, 6, 1, 0], [43, 6, 12, 1, 0]]

    def test_twice_mirrored_is_the_same(self):
        there = altered(self.ROWS, ge.Alteration(form="retrograde-inversion"), 12, 2)
        assert (altered(there, ge.Alteration(form="retrograde-inversion"), 12, 2) == self.ROWS).all()

    def test_voices_keep_to_their_ranges_by_octaves(self):
        rows = self.ROWS.copy()
        rows[:, 0] += 24
        found = fitted(rows, self.PAIR, 12, None)
        assert ((found[:, 0] - rows[:, 0]) % 12 == 0).all()
        for number, voice in enumerate(self.PAIR):
            mine = found[found[:, 3] == number, 0]
            assert mine.min() >= voice.lowest
            assert mine.max() <= voice.highest

    def test_notes_are_brought_onto_a_scale(self):
        found = fitted(
            table([(61, 0, 1, 0, 0), (66, 1, 2, 0, 0)]), self.PAIR, 12, frozenset({0, 2, 4, 5, 7, 9, 11})
        )
        assert found[:, 0].tolist() == [60, 65]

    def test_voices_never_double(self):
        same = table([(57, 0, 4, 0, 0), (57, 0, 4, 1, 0)])
        first, second = fitted(same, self.PAIR, 12, None)[:, 0].tolist()
        assert first != second

    def test_ornaments_fill_the_time_of_their_notes(self):
        rows = table([(60, i * 24, (i + 1) * 24 - 6 * (i % 3), 0, 0) for i in range(20)])
        found = ornamented(rows, np.random.default_rng(1), 12, frozenset({0, 2, 4, 5, 7, 9, 11}), 12)
        assert len(found) > len(rows)
        assert (found[:, 2] - found[:, 1]).sum() == (rows[:, 2] - rows[:, 1]).sum()
        assert set(found[:, 0].tolist()) == {59, 60, 62}

    def test_the_other_mode_and_back(self):
        scale = table([(60 + step, i, i + 1, 0, 0) for i, step in enumerate((0, 2, 4, 5, 7, 9, 11))])
        minor = in_other_mode(scale, Key(0, 4))
        assert (minor[:, 0] - 60).tolist() == [0, 2, 3, 5, 7, 8, 10]
        assert (in_other_mode(minor, Key(0, 3)) == scale).all()


class TestCadences:
    VOICES = (Voice("a", 60, 84), Voice("b", 50, 72), Voice("c", 36, 60))
    ROWS = table(
        [(76, 0, 24, 0, 0), (77, 24, 42, 0, 0), (79, 42, 46, 0, 0), (62, 0, 48, 1, 0), (43, 0, 20, 2, 0)]
    )

    def led(self, kind, hold):
        none = table([])
        return led(
            self.ROWS, kind, Key(0, 4), hold=hold, end=48, ensemble=self.VOICES, degrees=None, others=none
        )

    @pytest.mark.parametrize(("kind", "outer", "inner"), [("full", 0, {4, 7}), ("half", 7, {11, 2})])
    def test_voices_are_led_and_held(self, kind, outer, inner):
        found = self.led(kind, 12)
        last = found[found[:, 2] == 48]
        assert last[:, 1].tolist() == [36, 36, 36]
        assert [pitch % 12 for pitch in last[[0, 2], 0]] == [outer, outer]
        assert last[1, 0] % 12 in inner

    def test_a_light_cadence_leaves_every_note_its_place(self):
        found = self.led("full", 0)
        assert found[:, 1].tolist() == self.ROWS[:, 1].tolist()
        assert (found[[2, 3, 4], 2] == 48).all()

    def test_nothing_to_lead_to(self):
        args = {"hold": 12, "end": 48, "ensemble": self.VOICES, "others": table([])}
        assert led(self.ROWS, "full", Key(0, 4), degrees=frozenset({1}), **args) is None

    @pytest.mark.parametrize("tonic", range(12))
    def test_keys_are_found(self, tonic):
        major = [
            (48 + tonic + p, i, i + 1 + (p in (0, 12)), 0, 0)
            for i, p in enumerate((0, 4, 7, 9, 5, 2, 11, 12))
        ]
        assert key_of(table(major)) == Key(tonic, 4)
        minor = [
            (48 + tonic + p, i, i + 1 + (p in (0, 12)), 0, 0)
            for i, p in enumerate((0, 3, 7, 8, 5, 2, 11, 12))
        ]
        assert key_of(table(minor)) == Key(tonic, 3)

    def test_a_named_scale_has_its_root(self):
        assert key_of(table([]), "Bb mixolydian") == Key(10, 4)
        assert key_of(table([]), "D dorian") == Key(2, 3)
        assert key_of(table([(64, 0, 1, 0, 0)]), [0, 4, 7]).tonic in {0, 4, 7}

    def test_what_ends_last_is_held(self):
        rows = self.ROWS[[0, 1, 2, 4]]
        assert held(rows, 48)[:, 2].tolist() == [24, 42, 48, 20]
        assert held(self.ROWS, 48) is self.ROWS
