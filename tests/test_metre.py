"""Bars divide as musicians say, and notes are cut where a reader would look for the beat."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldenear.errors import InvalidInput
from goldenear.notes.formats.note_values import BarRuler
from goldenear.notes.metre import COMMON, MAX_BEATS, UNITS, Metre

METRES = st.builds(Metre, st.integers(1, MAX_BEATS), st.sampled_from(UNITS))


class TestMetre:
    @given(metre=METRES)
    def test_what_is_written_is_read(self, metre):
        assert Metre.parsed(str(metre)) == metre
        assert (metre.quarters * metre.least_ticks_per_quarter).denominator == 1

    def test_common_time(self):
        assert Metre.parsed(" 4 / 4 ") == COMMON == Metre()

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "expected beats and unit such as '3/4', got ''"),
            ("3", "expected beats and unit"),
            ("3/4/4", "expected beats and unit"),
            ("-3/4", "expected beats and unit"),
            ("3.5/4", "expected beats and unit"),
            ("٣/4", "expected beats and unit"),
            ("waltz", "got 'waltz'"),
            (None, "got None"),
            ((3, 4), "got (3, 4)"),
            ("0/4", "has 0 beats: expected 1..32"),
            ("33/4", "has 33 beats"),
            ("3/0", "has the unit 0: expected 1, 2, 4, 8, 16 or 32"),
            ("3/64", "has the unit 64"),
            ("4/3", "has the unit 3: expected 1, 2, 4, 8, 16 or 32; is it turned round?"),
        ],
    )
    def test_what_is_no_metre(self, text, says):
        with pytest.raises(InvalidInput, match=re.escape(says)) as caught:
            Metre.parsed(text)
        assert str(caught.value).startswith("metre: ")


def lengths(metre: str, start: object, end: object, *, is_rest: bool = False) -> list[Fraction]:
    """Return the note values, in quarters, of a stretch given in quarters."""
    ticks = 96
    cuts = [Fraction(start) * ticks, Fraction(end) * ticks]
    ends = BarRuler(Metre.parsed(metre), ticks).ends(*map(int, cuts), is_rest=is_rest)
    return [Fraction(after - before, ticks) for before, after in pairwise([int(cuts[0]), *ends])]


def quarters(text: str) -> list[Fraction]:
    return [Fraction(word) for word in text.split()]


class TestNoteValues:
    @pytest.mark.parametrize(
        ("metre", "start", "end", "values"),
        [
            ("4/4", 0, 4, "4"),
            ("4/4", 1, 4, "3"),
            ("4/4", 1, 3, "2"),  # a syncopation, and its smaller sisters
            ("4/4", "1/2", "3/2", "1"),
            ("4/4", "1/4", "3/4", "1/2"),
            ("4/4", "3/2", "5/2", "1/2 1/2"),  # the middle of the bar is shown
            ("4/4", "1/2", "7/2", "3/2 3/2"),
            ("4/4", 1, "5/2", "1 1/2"),
            ("4/4", 0, "7/2", "2 3/2"),
            ("4/4", "1/4", 2, "3/4 1"),
            ("3/4", 0, 3, "3"),
            ("3/4", 0, "5/2", "2 1/2"),
            ("3/4", "1/2", "5/2", "3/2 1/2"),
            ("2/2", "1/2", 4, "3/2 2"),
            ("6/8", 0, 3, "3"),
            ("6/8", 1, 2, "1/2 1/2"),  # never three quarters
            ("6/8", 0, 2, "3/2 1/2"),
            ("6/8", "1/2", "3/2", "1"),
            ("9/8", 0, "9/2", "3 3/2"),
            ("12/8", "3/2", "9/2", "3"),
            ("12/8", 0, 6, "6"),
            ("4/2", 0, 8, "8"),
            ("5/4", 0, 5, "4 1"),
            # Triplets of eighths, of quarters over half a bar, and over a beat.
            ("4/4", 0, "1/3", "1/3"),
            ("4/4", "1/3", 1, "2/3"),
            ("4/4", "2/3", "4/3", "2/3"),
            ("4/4", "5/3", "7/3", "1/3 1/3"),
            ("4/4", "1/2", "2/3", "1/6"),
            ("3/4", "2/3", "4/3", "1/3 1/3"),
            # What no note values show.
            ("4/4", 0, "1/96", "1/96"),
            ("4/4", "1/96", 1, "95/96"),
        ],
    )
    def test_where_notes_are_cut(self, metre, start, end, values):
        assert lengths(metre, start, end) == quarters(values)

    @pytest.mark.parametrize(
        ("metre", "start", "end", "values"),
        [
            ("4/4", 1, 4, "1 2"),
            ("4/4", 0, 3, "2 1"),
            ("4/4", 1, 3, "1 1"),
            ("3/4", 0, 2, "1 1"),
            ("6/8", 0, "3/2", "3/2"),
            ("6/8", "1/2", 3, "1/2 1/2 3/2"),
            ("4/4", "1/3", 1, "2/3"),
        ],
    )
    def test_rests_show_every_beat(self, metre, start, end, values):
        assert lengths(metre, start, end, is_rest=True) == quarters(values)

    @given(metre=METRES, ticks=st.integers(1, 96), data=st.data(), is_rest=st.booleans())
    def test_pieces_fill_their_stretch(self, metre, ticks, data, is_rest):
        ruler = BarRuler(metre, ticks * metre.least_ticks_per_quarter)
        number = data.draw(st.integers(0, 3))
        start = data.draw(st.integers(0, ruler.bar - 1))
        end = data.draw(st.integers(start + 1, ruler.bar))
        ends = ruler.ends(number * ruler.bar + start, number * ruler.bar + end, is_rest=is_rest)
        edges = [number * ruler.bar + start, *ends]
        assert edges == sorted(set(edges))
        assert edges[-1] == number * ruler.bar + end
        if len(ends) > 1:
            assert all(ruler.value(after - before) for before, after in pairwise(edges))

    @given(metre=METRES, data=st.data())
    def test_sixteenths_and_triplets_always_have_values(self, metre, data):
        ruler = BarRuler(metre, 96)
        step = data.draw(st.sampled_from([3 * 8, 4 * 8]))
        if step <= ruler.bar:
            start = data.draw(st.integers(0, ruler.bar // step - 1)) * step
            end = data.draw(st.integers(start // step + 1, ruler.bar // step)) * step
            edges = [start, *ruler.ends(start, end)]
            assert all(ruler.value(after - before) for before, after in pairwise(edges))
