"""Pictures are drawn on a grid: every note is rounded, none is lost, and all engines agree with the naive twin."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import goldenear as ge
import naive
from goldenear.errors import InvalidInput
from goldenear.match.recipe import GRID, Recipe
from goldenear.notes.provenance import Provenance
from goldenear.taste.adding import add_sample
from strategies import fragments

ODD = (5, 7, 43, 480, 1001)

grids = st.sampled_from([1, 3, 24, 96, 1000])


def in_quarters(x):
    return sorted(
        (
            n.is_drum,
            n.pitch,
            Fraction(n.onset, x.ticks_per_quarter),
            Fraction(n.offset, x.ticks_per_quarter),
            n.brightness,
        )
        for n in x
    )


def played(seed: int, ticks: int, n: int = 12, jitter: float = 0.03) -> ge.NoteArray:
    """Return a line of eighths, played a little early or late."""
    rng = np.random.default_rng(seed)
    onset = np.sort(np.maximum(0, np.arange(n) / 2 + rng.normal(0, jitter, n)))
    ticks_on = np.round(onset * ticks).astype(int) + np.arange(n)
    return ge.NoteArray.from_arrays(
        pitch=rng.integers(55, 75, n),
        onset=ticks_on,
        duration=np.full(n, max(1, ticks // 2 - 3)),
        ticks_per_quarter=ticks,
    )


class TestQuantised:
    @given(fragments(resolutions=ODD, painted=True, longest=200), grids)
    def test_equals_the_naive_twin(self, x, grid):
        found = in_quarters(x.quantised(grid))
        assert found == sorted(naive.on_grid(x, grid) if grid % x.ticks_per_quarter else in_quarters(x))

    @given(fragments(resolutions=ODD, longest=200), grids)
    def test_no_note_vanishes_and_none_is_shorter_than_a_tick(self, x, grid):
        y = x.quantised(grid)
        assert len(y) == len(x)
        assert (y.ticks_per_quarter, y.duration.min() >= 1) == (grid, True)
        assert sorted(zip(y.pitch.tolist(), y.is_drum.tolist(), strict=True)) == sorted(
            zip(x.pitch.tolist(), x.is_drum.tolist(), strict=True)
        )
        naive.picture(y)  # fails where two notes share a pixel

    @given(fragments(resolutions=ODD, longest=200), grids)
    def test_what_is_on_the_grid_stays(self, x, grid):
        y = x.quantised(grid)
        assert y.quantised(grid) == y
        finer = y.at_resolution(7 * grid).quantised(grid)
        assert (finer, finer.provenance.remarks) == (y, y.provenance.remarks)

    @given(fragments(resolutions=ODD, longest=200), grids, st.integers(-9, 9))
    def test_moving_by_whole_quarters_changes_no_rounding(self, x, grid, quarters):
        moved = x.shifted(quarters * x.ticks_per_quarter).quantised(grid)
        assert moved == x.quantised(grid).shifted(quarters * grid)

    def test_the_largest_move_of_an_onset_is_told(self):
        x = ge.NoteArray.from_arrays(pitch=[60, 62], onset=[0, 7], duration=[5, 5], ticks_per_quarter=10)
        assert x.quantised(4).provenance.remarks == (
            "rounded to 4 ticks a quarter: an onset moves by up to 0.05 quarters",
        )
        assert x.quantised(20).provenance.remarks == ()

    def test_a_flam_within_a_tick_stays_two_notes(self):
        x = ge.NoteArray.from_arrays(pitch=[38] * 3, onset=[0, 1, 2], duration=[1] * 3, ticks_per_quarter=960)
        assert [(n.onset, n.offset) for n in x.quantised(96)] == [(0, 1), (1, 2), (2, 3)]

    def test_tempos_keep_their_place(self):
        x = ge.NoteArray.from_arrays(
            pitch=[60], onset=[480], duration=[480], ticks_per_quarter=480,
            provenance=Provenance(tempos=((0, 500_000), (480, 400_000))),
        )  # fmt: skip
        assert x.quantised(96).provenance.tempos == ((0, 500_000), (96, 400_000))

    @pytest.mark.parametrize("wrong", [0, -1, 1.5, "96", None, 2**41])
    def test_no_such_grid(self, wrong):
        with pytest.raises(InvalidInput, match="ticks_per_quarter: expected a whole number"):
            played(0, 480).quantised(wrong)

    def test_too_fine_a_grid_for_so_long_a_piece(self):
        x = ge.NoteArray.from_arrays(pitch=[60], onset=[2**39], duration=[1], ticks_per_quarter=7)
        with pytest.raises(InvalidInput, match="too long to be counted on so fine a grid"):
            x.quantised(2**20)


class TestRecipe:
    def test_96_by_default(self):
        assert Recipe().grid == GRID == 96
        assert all(Recipe.named(name).grid == 96 for name in ("fragment", "melody", "occurrence", "sound"))

    @pytest.mark.parametrize("wrong", [0, -96, 96.0, "96", True, None, 2**21])
    def test_what_is_no_grid(self, wrong):
        with pytest.raises(InvalidInput, match="grid: expected ticks a quarter"):
            Recipe(grid=wrong)

    @given(
        fragments(resolutions=ODD, longest=12, most_notes=5), fragments(resolutions=ODD, longest=12, most_notes=4),
        st.sampled_from([3, 8]),
    )  # fmt: skip
    def test_every_engine_equals_the_naive_twin_on_a_coarse_grid(self, x, sample, grid):
        recipe = Recipe(
            grid=grid, alterations=ge.alterations(stretches=(1, "1/2", "3/2"), forms=("prime", "retrograde"))
        )
        similarity, alteration, transposition, onset, _ = naive.best_match(x, sample, recipe)
        for engine in ("numpy", "numba"):
            match = ge.rank(x, [sample], recipe=recipe, backend=engine).best
            assert match.similarity == similarity
            if similarity:
                assert (match.transposition, match.placement.alteration, match.onset) == (
                    transposition,
                    alteration,
                    onset,
                )

    def test_torch_too(self):
        recipe = Recipe(grid=24)
        x, samples = played(1, 480), [played(i, ticks) for i, ticks in enumerate((43, 480, 1001))]
        one, other = (
            ge.rank(x, samples, recipe=recipe, backend=engine).similarities for engine in ("torch", "numpy")
        )
        assert one == other

    @pytest.mark.parametrize("ticks", [43, 1001, 15360, 32767])
    def test_odd_resolutions_are_found_in_each_other(self, ticks):
        x = played(3, ticks)
        same = ge.NoteArray.from_arrays(
            pitch=x.pitch,
            onset=[floor(t * 480 / ticks + 0.5) for t in x.onset.tolist()],
            duration=[floor(t * 480 / ticks + 0.5) for t in x.duration.tolist()],
            ticks_per_quarter=480,
        )
        assert ge.rank(x, [same]).best.similarity > 0.98
        (found,) = ge.find(x.transposed(2), same)
        assert (found.transposition, found.similarity > 0.98) == (2, True)

    def test_exact_keeps_every_tick(self):
        x = played(4, 480)
        assert ge.rank(x.transposed(5), [x], recipe=Recipe(grid="exact")).best.similarity == 1.0
        late = x.shifted(1)
        apart = ge.rank(late, [x], recipe=Recipe(grid="exact")).best.shift
        assert apart == Fraction(1, 480)

    def test_where_the_grid_counts_a_file_exactly_nothing_is_rounded(self):
        x = played(5, 96)
        assert Recipe().on_grid(x) is x
        on_32 = played(6, 32)
        assert Recipe().on_grid(on_32) is on_32


class TestTaste:
    def test_taste_toml_and_the_argument_choose_it(self, tmp_path):
        root, path = ge.new_taste(tmp_path / "taste"), tmp_path / "x.mid"
        ge.write(played(7, 480), path)
        add_sample(root, "good", path)
        assert ge.Taste(root).settings.recipe.grid == 96
        (root / "taste.toml").write_text("grid = 24\n")
        assert ge.Taste(root).good.recipe.grid == 24
        assert ge.Taste(root, grid="exact").good.recipe.grid == "exact"
        (root / "taste.toml").write_text('recipe = "melody"\ngrid = "exact"\n')
        assert ge.Taste(root).good.recipe.grid == "exact"
        (root / "taste.toml").write_text('grid = "fine"\n')
        with pytest.raises(ge.InvalidTaste, match="grid: expected ticks a quarter"):
            ge.Taste(root)

    def test_commands_take_it(self, run, tmp_path):
        a, b = tmp_path / "a.mid", tmp_path / "b.mid"
        ge.write(played(8, 480), a)
        ge.write(played(8, 480).shifted(2), b)
        code, out, _ = run("rank", a, b, "--grid", "exact", "--json")
        assert (code, '"similarity": 1.0' in out) == (0, True)
        assert run("find", a, b, "--grid", 24, "--json")[0] == 0
        code, out, _ = run("show", a, "--grid", 12, "--json")
        assert '"ticks_per_quarter": 12' in out
        assert "rounded to 12 ticks a quarter" in out
        for wrong in ("fine", "1.5", "0"):
            code, _, err = run("rank", a, b, "--grid", wrong)
            assert (code, err.count("\n"), "grid: expected ticks a quarter" in err) == (2, 1, True)
