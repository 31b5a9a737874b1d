"""MEI is read exactly; partitura, where it reads the same things, says the same."""

from __future__ import annotations

from fractions import Fraction

import pytest

from goldenear.errors import UnreadableFile
from goldenear.notes.formats.score import parse_mei
from written_scores import (
    HALF,
    bar,
    by_partitura,
    mei,
    n,
    read_mei,
    tracks,
)

THIRD = Fraction(1, 3)


def test_mei_notes_rests_dots_and_chords():
    tune = read_mei(
        n("c", 4)
        + n("d", 4, 8, 'dots="1"')
        + n("e", 4, 16)
        + "<rest dur='4'/>"
        + n("f", 4, 8, "", "<dot/>")
        + "<space dur='16'/>",
        f"<chord dur='2'>{n('c', 4)}{n('g', 4)}</chord><beam>{n('a', 4, 8)}{n('b', 4, 8)}</beam>"
        + n("c", 5, 4),
        "<mRest/>",
        n("c", 3, "breve") + n("c", 3, "long"),
    )
    assert (tune.format, tune.title, tune.ticks_per_quarter) == ("mei", "An Air", 4)
    assert tracks(tune) == [
        [
            (60, 0, 1), (62, 1, Fraction(3, 4)), (64, Fraction(7, 4), Fraction(1, 4)), (65, 3, Fraction(3, 4)),
            (60, 4, 2), (67, 4, 2), (69, 6, HALF), (71, Fraction(13, 2), HALF), (72, 7, 1),
            (48, 12, 8), (48, 20, 16),
        ]
    ]  # fmt: skip
    assert tune.remarks == []


def test_mei_is_read_as_partitura_reads_it(tmp_path):
    def named(pname: str, octave: int, dur: int, name: str, more: str = "") -> str:
        return n(pname, octave, dur, f'xml:id="{name}" {more}')

    first = (
        '<measure xml:id="m1" n="1"><staff n="1" xml:id="s1"><layer n="1" xml:id="l1">'
        + named("c", 5, 4, "a1", 'accid="s"')
        + '<tuplet xml:id="t1" num="3" numbase="2">'
        + named("d", 5, 8, "a2") + named("e", 5, 8, "a3") + named("f", 5, 8, "a4", 'accid.ges="s"')
        + "</tuplet>" + named("g", 5, 2, "a5")
        + '</layer></staff><staff n="2" xml:id="s2"><layer n="1" xml:id="l2">'
        + f'<chord dur="1" xml:id="c1">{named("c", 3, 1, "b1")}{named("g", 3, 1, "b2")}</chord>'
        + '</layer></staff><tie xml:id="tie1" startid="#a5" endid="#a6"/></measure>'
    )  # fmt: skip
    second = (
        '<measure xml:id="m2" n="2"><staff n="1" xml:id="s3"><layer n="1" xml:id="l3">'
        + named("g", 5, 4, "a6", 'dots="1"') + named("a", 5, 8, "a7") + '<rest xml:id="r1" dur="2"/>'
        + '</layer></staff><staff n="2" xml:id="s4"><layer n="1" xml:id="l4">'
        + named("c", 3, 2, "b3") + named("d", 3, 2, "b4") + "</layer></staff></measure>"
    )  # fmt: skip
    staves = (
        '<staffDef xml:id="d1" n="1" lines="5" clef.shape="G" clef.line="2"/>'
        '<staffDef xml:id="d2" n="2" lines="5" clef.shape="F" clef.line="4"/>'
    )
    text = mei(first, second, staves=staves, score_def='meter.count="4" meter.unit="4" key.sig="0"')
    (tune,) = parse_mei(text.encode(), "test.mei")
    expected = [
        [
            (73, 0, 1), (74, 1, THIRD), (76, 1 + THIRD, THIRD), (78, 2 - THIRD, THIRD),
            (79, 2, Fraction(7, 2)), (81, Fraction(11, 2), HALF),
        ],
        [(48, 0, 4), (55, 0, 4), (48, 4, 2), (50, 6, 2)],
    ]  # fmt: skip
    assert tracks(tune) == expected
    theirs = by_partitura("load_mei", text, ".mei", tmp_path)
    assert [sorted(part) for part in theirs] == [sorted(part) for part in expected]


def test_mei_ties_written_as_attributes_are_joined():
    tune = read_mei(
        n("c", 4, 2) + n("e", 4, 2, 'tie="i"'),
        n("e", 4, 1, 'tie="m"'),
        n("e", 4, 4, 'tie="t"')
        + f"<chord dur='4' tie='i'>{n('c', 4)}{n('g', 4)}</chord>"
        + f"<chord dur='2' tie='t'>{n('c', 4)}{n('g', 4)}</chord>",
    )
    assert tracks(tune) == [[(60, 0, 2), (64, 2, 7), (60, 9, 3), (67, 9, 3)]]
    assert tune.remarks == []


def test_mei_tuplets_may_be_spans_and_may_be_nested():
    triplet = "".join(n("c", 4, 8, f'xml:id="n{i}"') for i in range(3))
    span = (
        '<measure n="1"><staff n="1"><layer n="1">'
        + triplet
        + n("d", 4)
        + '</layer></staff><tupletSpan startid="#n0" endid="#n2" num="3" numbase="2"/></measure>'
    )
    assert tracks(read_mei(span)) == [
        [(60, 0, THIRD), (60, THIRD, THIRD), (60, 2 * THIRD, THIRD), (62, 1, 1)]
    ]
    nested = f"<tuplet num='3' numbase='2'>{n('c', 4)}<tuplet num='5' numbase='4'>{n('d', 4, 16)}</tuplet></tuplet>"
    assert tracks(read_mei(nested)) == [[(60, 0, 2 * THIRD), (62, 2 * THIRD, Fraction(2, 15))]]


def test_mei_layers_sound_together_and_bars_align():
    layers = f'<measure n="1"><staff n="1"><layer n="1">{n("c", 5, 1)}</layer><layer n="2">{n("e", 4, 2)}{n("f", 4, 2)}</layer></staff></measure>'
    short = f'<measure n="2"><staff n="1"><layer n="1">{n("c", 5, 2)}</layer><layer n="2">{n("g", 4, 1)}</layer></staff></measure>'
    tune = read_mei(layers, short, n("a", 4, 4))
    assert sorted(tracks(tune)[0]) == [(64, 0, 2), (65, 2, 2), (67, 4, 4), (69, 8, 1), (72, 0, 4), (72, 4, 2)]
    assert tune.remarks == ["layers differ in the length of a bar: the longest holds (bar 2)"]


def test_mei_accidentals_sound_as_stated_or_else_by_key_and_bar():
    stated = read_mei(
        n("f", 4, 4, 'accid.ges="s"')
        + n("f", 4)
        + n("g", 4, 4, "", '<accid accid="f"/>')
        + n("c", 4, 4, 'accid="x"'),
        score_def='key.sig="1s"',
    )
    assert stated.tracks[0].pitch == [66, 65, 66, 62]
    assert stated.remarks == []
    printed = read_mei(n("f", 4) + n("f", 4, 4, 'accid="n"') + n("f", 4), n("f", 4), score_def='key.sig="1s"')
    assert printed.tracks[0].pitch == [66, 65, 65, 66]
    assert printed.remarks == ["accidentals follow key and bar: the file does not state those that sound"]


def test_mei_staves_have_names_transpositions_and_drums():
    staves = (
        '<staffDef n="1" trans.semi="-2"><label>Clarinet</label></staffDef>'
        '<staffDef n="2" label="Kit" clef.shape="perc"/>'
    )
    bars = f'<measure n="1"><staff n="2"><layer>{n("c", 3, 1)}</layer></staff><staff n="1"><layer>{n("d", 4, 1)}</layer></staff></measure>'
    tune = read_mei(bars, staves=staves)
    assert [(track.name, track.pitch, track.is_drum) for track in tune.tracks] == [
        ("Clarinet", [60], [False]),
        ("Kit", [48], [True]),
    ]


def test_mei_graces_repeats_and_strangers_leave_remarks():
    tune = read_mei(
        n("d", 4, 8, 'grace="unacc"') + f"<graceGrp>{n('e', 4, 8)}{n('f', 4, 8)}</graceGrp>" + n("c", 4, 1),
        f'<measure n="2" right="rptend"><staff n="1"><layer>{n("c", 4, 1)}</layer></staff></measure>',
        "<mRpt/>",
        f"<marimba/><app><lem>{n('d', 4, 2)}</lem><rdg>{n('e', 4, 2)}</rdg></app><fTrem>{n('g', 4, 2)}{n('a', 4, 2)}</fTrem>",
    )
    assert tracks(tune) == [[(60, 0, 4), (60, 4, 4), (62, 12, 2), (67, 14, 1), (69, 15, 1)]]
    assert tune.remarks == [
        "3 grace notes: left out",
        "repeats not unfolded",
        "bar repeat signs: only notes that are written out are read",
        "<marimba> is not understood: skipped (bar 4)",
        "editors' alternatives: the first is read",
    ]


def test_mei_rests_of_many_bars_and_tempo():
    tune = read_mei(
        "<multiRest num='3'/>", n("c", 4), score_def='meter.count="3" meter.unit="4" midi.bpm="90"'
    )
    assert tracks(tune) == [[(60, 9, 1)]]
    assert tune.tempos == ((0, 666_667),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<mei/>", "no score in it"),
        ("<score-partwise/>", "not MEI: it is MusicXML"),
        (mei(bar("<note pname='c' oct='4'/>")), "bar 1: a note without a duration"),
        (mei(bar("<note dur='4'/>")), "bar 1: a note whose pitch is not understood"),
        (mei(bar("<tuplet>" + n("c", 4) + "</tuplet>")), "bar 1: a tuplet without num"),
        (mei(bar("<beam>" * 60 + "</beam>" * 60)), "nested too deeply"),
        (mei("<section>" * 60 + "</section>" * 60), "nested too deeply"),
        (mei(bar("<multiRest num='999999999'/>")), "absurd"),
    ],
)
def test_mei_that_cannot_be_read_is_refused_with_a_reason(text, reason):
    with pytest.raises(UnreadableFile, match=reason):
        parse_mei(text.encode(), "bad.mei")
