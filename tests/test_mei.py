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
    assert tune.remarks == ["a bar that does not add up to its metre (bar 4)"]


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


# -- editors' readings ------------------------------------------------------------------------------------------------

ALTERNATIVES = "editors' alternatives: the first is read"


def measure(content: str, number: int = 1, more: str = "") -> str:
    return f'<measure n="{number}" {more}>{content}</measure>'


def staff(*layers: str, number: int = 1) -> str:
    inside = "".join(f'<layer n="{i}">{layer}</layer>' for i, layer in enumerate(layers, start=1))
    return f'<staff n="{number}">{inside}</staff>'


def section(content: str, **options: str):
    """Read a section as it stands."""
    (tune,) = parse_mei(mei(content, **options).encode(), "test.mei")
    return tune


@pytest.mark.parametrize(
    "middle",
    [
        f"<app><lem>{measure(staff(n('d', 4, 1)), 2)}</lem><rdg>{measure(staff(n('f', 4, 1)), 2)}</rdg></app>",
        f"<app><rdg>{measure(staff(n('d', 4, 1)), 2)}</rdg><rdg>{measure(staff(n('f', 4, 1)), 2)}</rdg></app>",
        f"<app><rdg>{measure(staff(n('f', 4, 1)), 2)}</rdg><lem>{measure(staff(n('d', 4, 1)), 2)}</lem></app>",
        measure(f"<app><lem>{staff(n('d', 4, 1))}</lem><rdg>{staff(n('f', 4, 1))}</rdg></app>", 2),
        measure(f"<choice><sic>{staff(n('f', 4, 1))}</sic><corr>{staff(n('d', 4, 1))}</corr></choice>", 2),
        measure(f'<staff n="1"><app><lem><layer n="1">{n("d", 4, 1)}</layer></lem><rdg/></app></staff>', 2),
        measure(
            f'<staff n="1"><choice><choice><reg><layer>{n("d", 4, 1)}</layer></reg><orig/></choice></choice></staff>',
            2,
        ),
        measure(staff(f"<subst><del>{n('f', 4, 1)}</del><add>{n('d', 4, 1)}</add></subst>"), 2),
        measure(
            staff(f"<choice><unclear>{n('d', 4, 1)}</unclear><unclear>{n('f', 4, 1)}</unclear></choice>"), 2
        ),
        measure(staff(f"<chord dur='1'><app><lem>{n('d', 4)}</lem><rdg>{n('f', 4)}</rdg></app></chord>"), 2),
    ],
)
def test_mei_of_several_readings_the_first_is_read_wherever_it_stands(middle):
    tune = section(measure(staff(n("c", 4, 1)), 1) + middle + measure(staff(n("e", 4, 1)), 3))
    assert tracks(tune) == [[(60, 0, 4), (62, 4, 4), (64, 8, 4)]]
    assert ALTERNATIVES in tune.remarks


@pytest.mark.parametrize(
    "tag", ["supplied", "unclear", "add", "corr", "damage", "restore", "orig", "sic", "reg"]
)
@pytest.mark.parametrize(
    "bars",
    [
        "<{0}>" + measure(staff(n("d", 4, 1))) + "</{0}>",
        measure("<{0}>" + staff(n("d", 4, 1)) + "</{0}>"),
        measure('<staff n="1"><{0}><layer n="1">' + n("d", 4, 1) + "</layer></{0}></staff>"),
        measure(staff("<{0}><{0}>" + n("d", 4, 2) + "</{0}>" + n("d", 4, 2) + "</{0}>")),
    ],
)
def test_mei_what_editors_mark_is_read_in_its_place(tag, bars):
    tune = section(bars.format(tag) + measure(staff(n("e", 4, 1))))
    assert tracks(tune)[0][-1] == (64, 4, 4)
    assert {pitch for pitch, onset, _ in tracks(tune)[0] if onset < 4} == {62}
    assert tune.remarks == []


def test_mei_deleted_music_is_left_out_unless_it_is_restored():
    deleted = read_mei(f"{n('c', 4, 2)}<del>{n('d', 4, 2)}</del>{n('e', 4, 2)}")
    assert tracks(deleted) == [[(60, 0, 2), (64, 2, 2)]]
    assert deleted.remarks == ["what is deleted (del) is left out"]
    restored = read_mei(f"{n('c', 4, 2)}<restore><del>{n('d', 4, 4)}</del></restore>{n('e', 4, 4)}")
    assert tracks(restored) == [[(60, 0, 2), (62, 2, 1), (64, 3, 1)]]
    assert restored.remarks == []


def test_mei_of_an_ossia_the_main_staff_is_read():
    tune = section(
        measure(f"<ossia>{staff(n('c', 4, 1))}<oStaff n='1'><layer>{n('g', 4, 1)}</layer></oStaff></ossia>")
        + measure(
            f'<staff n="1"><ossia><layer>{n("d", 4, 1)}</layer><oLayer>{n("a", 4, 1)}</oLayer></ossia></staff>'
        )
    )
    assert tracks(tune) == [[(60, 0, 4), (62, 4, 4)]]
    assert tune.remarks == ["an ossia is left out, the main staff is read"]


def test_mei_definitions_may_stand_within_readings():
    key = '<app><lem><keySig sig="2s"/></lem><rdg><keySig sig="1f"/></rdg></app>'
    tune = section(
        measure(staff(n("f", 4, 1))),
        staves=f'<supplied><staffDef n="1" lines="5">{key}<label>Cello</label></staffDef></supplied>',
    )
    assert (tune.tracks[0].name, tune.tracks[0].pitch) == ("Cello", [66])


def test_mei_ties_of_readings_that_are_not_read_join_nothing():
    tie = '<tie startid="#a" endid="#b"/>'
    bars = [
        measure(staff(n("c", 4, 1, 'xml:id="a"')) + f"<app><lem/><rdg>{tie}</rdg></app>"),
        measure(staff(n("c", 4, 1, 'xml:id="b"'))),
    ]
    assert tracks(section("".join(bars))) == [[(60, 0, 4), (60, 4, 4)]]
    assert tracks(section("".join(bars).replace("<lem/>", f"<lem>{tie}</lem>"))) == [[(60, 0, 8)]]


def test_mei_strangers_that_hold_notes_tell_how_many():
    tune = section(
        measure(staff(n("c", 4, 1)))
        + f"<marimba>{measure(staff(n('d', 4, 2) + n('e', 4, 2)))}</marimba>"
        + measure(staff(n("f", 4, 1)) + f"<gamelan>{staff(n('g', 4, 1))}</gamelan>", 2)
    )
    assert tracks(tune) == [[(60, 0, 4), (65, 4, 4)]]
    assert tune.remarks == [
        "<marimba> is not understood: skipped (bar 1)",
        "2 notes: left out, in <marimba>",
        "<gamelan> is not understood: skipped (bar 2)",
        "1 note: left out, in <gamelan>",
    ]


def test_mei_a_section_without_bars_is_read_through():
    tune = section(
        f"<section>{staff(n('c', 4, 1), n('e', 4, 1))}</section>"
        + f"<section>{staff(n('d', 4, 1) + n('f', 4, 'breve'))}</section>"
    )
    assert sorted(tracks(tune)[0]) == [(60, 0, 4), (62, 4, 4), (64, 0, 4), (65, 8, 8)]
    assert tune.remarks == []


# -- accidentals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "pitch"),
    [
        ('<accid accid="s"/>', 66),
        ('<supplied><accid accid="s"/></supplied>', 66),
        ('<accid accid="s" func="edit"/>', 66),
        ('<accid accid.ges="s"/>', 66),
        ('<choice><sic><accid accid="f"/></sic><corr><accid accid="s"/></corr></choice>', 66),
        ('<app><lem/><rdg><accid accid="s"/></rdg></app>', 65),
        ('<del><accid accid="s"/></del>', 65),
        ('<accid accid="n" accid.ges="ss"/>', 67),
    ],
)
def test_mei_editorial_accidentals_sound(inside, pitch):
    assert read_mei(n("f", 4, 1, "", inside)).tracks[0].pitch == [pitch]


def test_mei_editorial_accidentals_hold_through_the_bar_and_ficta_for_its_note():
    edited = read_mei(
        n("f", 4, 2, "", '<supplied><accid accid="s"/></supplied>') + n("f", 4, 2), n("f", 4, 1)
    )
    assert edited.tracks[0].pitch == [66, 66, 65]
    ficta = read_mei(n("f", 4, 2, "", '<accid accid="s" place="above" func="edit"/>') + n("f", 4, 2))
    assert ficta.tracks[0].pitch == [66, 65]


def test_mei_accidentals_hold_across_layers_from_when_they_are_written():
    layers = (n("c", 5, 2) + n("c", 5, 2, 'accid="s"'), n("c", 5, 4) + n("e", 4, 2) + n("c", 5, 4))
    tune = section(measure(staff(*layers)) + measure(staff(n("c", 5, 1))))
    assert sorted(tracks(tune)[0], key=lambda note: note[1:]) == [
        (72, 0, 1), (72, 0, 2), (64, 1, 2), (73, 2, 2), (73, 3, 1), (72, 4, 4),
    ]  # fmt: skip


def test_mei_a_tie_carries_its_accidental_over_the_bar_line():
    tune = read_mei(n("f", 4, 1, 'accid="s" tie="i"'), n("f", 4, 2, 'tie="t"') + n("f", 4, 2))
    assert tracks(tune) == [[(66, 0, 6), (65, 6, 2)]]


@pytest.mark.parametrize(
    ("key", "pitches"),
    [
        ('<keySig sig="1s"/>', [66, 71]),
        (
            '<keySig sig="mixed"><keyAccid pname="f" accid="s"/><keyAccid pname="b" accid="f"/></keySig>',
            [66, 70],
        ),
        ('<supplied><keySig><keyAccid pname="b" accid="f"/></keySig></supplied>', [65, 70]),
    ],
)
def test_mei_keys_may_be_elements(key, pitches):
    tune = section(
        measure(staff(n("f", 4, 2) + n("b", 4, 2))), staves=f'<staffDef n="1" lines="5">{key}</staffDef>'
    )
    assert tune.tracks[0].pitch == pitches


def test_mei_a_key_may_change_within_a_layer():
    tune = read_mei(n("f", 4, 2) + '<keySig sig="1s"/>' + n("f", 4, 2), n("f", 4, 1))
    assert tune.tracks[0].pitch == [65, 66, 66]


# -- copies -----------------------------------------------------------------------------------------------------------


def test_mei_copies_of_events_are_read_in_their_place():
    tune = read_mei(
        n("c", 4, 4, 'xml:id="a" accid="s"')
        + f'<chord xml:id="b" dur="4">{n("e", 4)}{n("g", 4)}</chord><rest xml:id="r" dur="4"/>'
        + '<note copyof="#a" oct="5"/>',
        '<rest copyof="#r"/><chord copyof="#b"/><note copyof="#a"/><note sameas="#a" pname="d" dur="4"/>',
    )
    assert tracks(tune) == [
        [(61, 0, 1), (64, 1, 1), (67, 1, 1), (73, 3, 1), (64, 5, 1), (67, 5, 1), (61, 6, 1), (63, 7, 1)]
    ]
    assert tune.remarks == []


def test_mei_copies_of_layers_staves_and_bars_are_read_in_their_place():
    bars = (
        f'<measure n="1" xml:id="m1"><staff n="1" xml:id="s1"><layer n="1" xml:id="l1">{n("c", 4, 1)}</layer></staff>'
        '<staff n="2" copyof="#s1"/></measure>'
        '<measure n="2"><staff n="1"><layer n="1" copyof="#l1"/><layer n="2" copyof="#l1"/></staff></measure>'
        '<measure n="3" copyof="#m1"/>'
    )
    tune = section(bars, staves='<staffDef n="1"/><staffDef n="2"/>')
    assert tracks(tune) == [[(60, 0, 4), (60, 4, 4), (60, 4, 4), (60, 8, 4)], [(60, 0, 4), (60, 8, 4)]]
    assert tune.tracks[0].voice == ["1", "1", "2", "1"]
    assert tune.remarks == []


def test_mei_copies_of_nothing_and_of_themselves_are_told():
    lost = read_mei(n("c", 4, 2) + '<note copyof="other.mei#x"/>' + n("d", 4, 2))
    assert tracks(lost) == [[(60, 0, 2), (62, 2, 2)]]
    assert lost.remarks == [
        "a copy of what is not in the file, or of itself: left out",
        "a note without a duration that is understood: left out (bar 1)",
    ]
    circle = read_mei(n("c", 4, 1) + '<beam xml:id="a" copyof="#b"/><beam xml:id="b" copyof="#a"/>')
    assert tracks(circle) == [[(60, 0, 4)]]
    assert circle.remarks == ["a copy of what is not in the file, or of itself: left out"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            bar('<beam xml:id="a"><note pname="c" oct="4" dur="4"/><beam copyof="#a"/></beam>'),
            "nested too deeply",
        ),
        (
            bar(
                '<beam xml:id="b0"><rest dur="4"/></beam>'
                + "".join(
                    f'<beam xml:id="b{i}">' + f'<beam copyof="#b{i - 1}"/>' * 10 + "</beam>"
                    for i in range(1, 20)
                )
            ),
            "more than 50,000 elements",
        ),
    ],
)
def test_mei_copies_that_never_end_are_refused(content, reason):
    with pytest.raises(UnreadableFile, match=reason):
        parse_mei(mei(content).encode(), "bad.mei")


# -- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metre", "content", "onsets"),
    [
        ((4, 4), n("c", 4, 4) + "<beatRpt/><beatRpt/>" + n("d", 4, 4), [0, 3]),
        ((2, 2), n("c", 4, 2) + "<beatRpt/>", [0]),
        ((6, 8), n("c", 4, 4, 'dots="1"') + "<beatRpt/>", [0]),
        ((6, 8), n("c", 4, 8) + '<beatRpt beatdef="2"/>' + n("d", 4, 4, 'dots="1"'), [0, Fraction(3, 2)]),
        ((4, 4), "<halfmRpt/>" + n("d", 4, 2), [2]),
        ((3, 4), "<mRpt/>", []),
        ((3, 4), "<mRpt2/>", []),
        ((3, 4), '<multiRpt num="2"/>', []),
        ((3, 4), "<mSpace/>", []),
    ],
)
def test_mei_repeat_signs_take_their_time(metre, content, onsets):
    tune = read_mei(content, n("g", 4, 4), score_def=f'meter.count="{metre[0]}" meter.unit="{metre[1]}"')
    length = Fraction(4 * metre[0], metre[1])
    assert [onset for _, onset, _ in tracks(tune)[0]] == [*onsets, length]
    assert "a bar that does not add up to its metre" not in " ".join(tune.remarks)


@pytest.mark.parametrize("tag", ["rest", "space"])
def test_mei_a_rest_without_a_duration_takes_what_the_bar_leaves(tag):
    told = f"a {tag} without a duration: it takes what the bar leaves"
    alone = read_mei(f"<{tag}/>", n("c", 4, 1), score_def='meter.count="3" meter.unit="2"')
    assert tracks(alone) == [[(60, 6, 4)]]
    assert alone.remarks == [f"{told} (bar 1)"]
    after = read_mei(n("c", 4, 4) + f"<{tag}/>", n("d", 4, 1))
    assert tracks(after) == [[(60, 0, 1), (62, 4, 4)]]
    between = read_mei(n("c", 4, 4) + f"<{tag}/><beam>" + n("d", 4, 8) * 2 + "</beam>", n("e", 4, 1))
    assert tracks(between) == [[(60, 0, 1), (62, 3, HALF), (62, 3 + HALF, HALF), (64, 4, 4)]]
    beside = section(measure(staff(n("c", 4, 4), f"<{tag}/>"), 0) + measure(staff(n("d", 4, 1)), 1))
    assert tracks(beside) == [[(60, 0, 1), (62, 1, 4)]]
    assert beside.remarks == [f"{told} (bar 0)"]


@pytest.mark.parametrize(
    ("attributes", "durations", "length"),
    [
        ('num="3"', [8, 8, 8], 1),
        ('num="5"', [16] * 5, 1),
        ('num="6"', [16] * 6, 1),
        ('num="7"', [16] * 7, 1),
        ('num="9"', [32] * 9, 1),
        ('num="2"', [8, 8], Fraction(3, 2)),
        ('num="4"', [8] * 4, Fraction(3, 2)),
        ("", [8, 8, 8], 1),
        ("", [4, 8], 1),
        ("", [16] * 5, 1),
        ("", [8, 8], 1),
    ],
)
def test_mei_tuplets_without_numbase_take_the_usual_proportion(attributes, durations, length):
    notes = "".join(n("c", 4, duration) for duration in durations)
    tune = read_mei(f"<tuplet {attributes}>{notes}</tuplet>" + n("d", 4), "")
    assert tracks(tune)[0][-1] == (62, length, 1)
    assert "a tuplet without num or numbase: the usual proportion is taken (bar 1)" in tune.remarks


def test_mei_tuplets_last_as_long_as_they_say():
    three = n("c", 4, 8) * 3
    told = read_mei(f'<tuplet num="3" dur="4">{three}</tuplet>' + n("d", 4, 2, 'dots="1"'))
    assert tracks(told)[0][-1] == (62, 1, 3)
    assert told.remarks == []
    five = read_mei(f'<tuplet dur="4" dots="1">{n("c", 4, 8) * 5}</tuplet>' + n("d", 4, 4))
    assert tracks(five)[0][-1] == (62, Fraction(3, 2), 1)
    # Some programs write there the unit of the tuplet.
    unit = read_mei(f'<tuplet num="3" dur="8">{three}</tuplet>' + n("d", 4, 2, 'dots="1"'))
    assert tracks(unit)[0][-1] == (62, 1, 3)


def test_mei_a_tuplet_span_without_numbase_takes_the_usual_proportion():
    triplet = "".join(n("c", 4, 8, f'xml:id="n{i}"') for i in range(3))
    tune = section(measure(staff(triplet + n("d", 4)) + '<tupletSpan startid="#n0" endid="#n2" num="3"/>'))
    assert [onset for _, onset, _ in tracks(tune)[0]] == [0, THIRD, 2 * THIRD, 1]
    assert tune.remarks == ["a tupletSpan without numbase: the usual proportion is taken"]


# -- what is not understood -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "onset", "remark"),
    [
        ('<note pname="d" oct="4"/>', 3, "a note without a duration that is understood: left out (bar 1)"),
        (
            '<note pname="d" oct="4" dur="much"/>',
            3,
            "a note without a duration that is understood: left out (bar 1)",
        ),
        ('<note dur="4"/>', 2, "a note whose pitch is not understood: left out (bar 1)"),
        ('<note pname="h" oct="4" dur="4"/>', 2, "a note whose pitch is not understood: left out (bar 1)"),
        ("<marimba/>", 1, "<marimba> is not understood: skipped (bar 1)"),
    ],
)
def test_mei_a_token_that_is_not_understood_costs_itself(token, onset, remark):
    tune = read_mei(n("c", 4) + token + n("e", 4))
    assert tracks(tune) == [[(60, 0, 1), (64, onset, 1)]]
    assert tune.remarks == [remark]
    twice = read_mei(n("c", 4) + token + token, n("e", 4, 1))
    assert twice.remarks[0] == remark.replace("(bar 1)", "(bar 1 and one more place)")


def test_mei_one_note_of_a_chord_that_is_not_understood_costs_itself():
    tune = read_mei(f'<chord dur="1">{n("c", 4)}<note/>{n("g", 4)}</chord>')
    assert tracks(tune) == [[(60, 0, 4), (67, 0, 4)]]
    assert tune.remarks == ["a note whose pitch is not understood: left out (bar 1)"]


# -- bars against their metre -----------------------------------------------------------------------------------------

ODD = "a bar that does not add up to its metre"


@pytest.mark.parametrize(
    ("score_def", "bars", "remarks"),
    [
        ('meter.count="3" meter.unit="4"', [(3, ""), (2, ""), (3, "")], [f"{ODD} (bar 2)"]),
        ('meter.count="3" meter.unit="4"', [(2, ""), (1, ""), (2, "")], []),
        ('meter.count="2+3" meter.unit="8"', [(2.5, ""), (2, ""), (2.5, "")], [f"{ODD} (bar 2)"]),
        ('meter.sym="common"', [(4, ""), (6, ""), (6, ""), (4, "")], [f"{ODD} (bar 2 and one more place)"]),
        ('meter.sym="cut"', [(1, ""), (4, ""), (3, "")], []),
        ('meter.sym="cut"', [(4, ""), (3, 'right="rptend"'), (1, ""), (4, "")], []),
        ('meter.sym="cut"', [(4, ""), (3, 'metcon="false"'), (4, "")], []),
        ("", [(4, ""), (3, ""), (4, "")], []),
        ('meter.count="many" meter.unit="4"', [(4, ""), (3, ""), (4, "")], ["a metre that is not understood: its bars are not held against it"]),
    ],
)  # fmt: skip
def test_mei_bars_are_held_against_their_metre(score_def, bars, remarks):
    def written(quarters: float, number: int, more: str) -> str:
        return measure(staff(n("c", 4, 8) * int(2 * quarters)), number, more)

    content = "".join(written(quarters, i, more) for i, (quarters, more) in enumerate(bars, start=1))
    tune = section(content, score_def=score_def)
    assert [remark for remark in tune.remarks if remark != "repeats not unfolded"] == remarks


def test_mei_bars_are_held_against_a_metre_that_changes():
    change = '<scoreDef><meterSig count="3" unit="4"/></scoreDef>'
    bars = [
        measure(staff(n("c", 4, 4) * beats), number) for number, beats in ((7, 4), (8, 3), (9, 4), (10, 3))
    ]
    tune = section(bars[0] + change + "".join(bars[1:]))
    assert tune.remarks == [f"{ODD} (bar 9)"]
    within = section(measure(staff('<meterSig count="3" unit="4"/>' + n("c", 4) * 3)) + bars[1])
    assert within.remarks == []


def test_mei_bars_are_named_by_their_numbers_where_these_rise():
    bars = "".join(measure(staff(n("c", 4, 2) * k), number) for number, k in ((20, 2), (21, 3), (22, 2)))
    assert section(bars).remarks == [f"{ODD} (bar 21)"]
    assert section(bars.replace('n="22"', 'n="20"')).remarks == [f"{ODD} (bar 2)"]


# -- voices and defaults ----------------------------------------------------------------------------------------------


def test_mei_voices_are_the_numbers_of_layers():
    two = measure(f'<staff n="1"><layer n="3">{n("c", 5, 1)}</layer><layer>{n("e", 4, 1)}</layer></staff>')
    tune = section(two + measure(f'<staff n="1"><layer>{n("d", 5, 1)}</layer></staff>'))
    assert list(zip(tune.tracks[0].pitch, tune.tracks[0].voice, strict=True)) == [
        (72, "3"),
        (64, "2"),
        (74, "1"),
    ]


def test_mei_defaults_may_be_those_of_a_layer_and_may_change():
    note = '<note pname="c"/>'
    tune = section(
        measure(staff(note * 2, note + '<layerDef dur.default="4" octave.default="2"/>' + note * 2))
        + measure(staff(note * 2) + "").replace(
            "<layer", '<staffDef dur.default="1" octave.default="6"/><layer', 1
        ),
        staves='<staffDef n="1" dur.default="2" octave.default="4"><layerDef n="2" octave.default="3"/></staffDef>',
    )
    assert sorted(tracks(tune)[0]) == [
        (36, 2, 1), (36, 3, 1), (48, 0, 2), (60, 0, 2), (60, 2, 2), (84, 4, 4), (84, 8, 4),
    ]  # fmt: skip


# -- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<mei/>", "no score in it"),
        ("<score-partwise/>", "not MEI: it is MusicXML"),
        (mei(bar("<note pname='c' oct='4'/>")), "bar 1: a note without a duration"),
        (mei(bar("<note dur='4'/>")), "bar 1: a note whose pitch is not understood"),
        (mei(bar("<beam>" * 60 + "</beam>" * 60)), "nested too deeply"),
        (mei("<section>" * 60 + "</section>" * 60), "nested too deeply"),
        (mei(bar("<multiRest num='999999999'/>")), "absurd"),
    ],
)
def test_mei_that_cannot_be_read_is_refused_with_a_reason(text, reason):
    with pytest.raises(UnreadableFile, match=reason):
        parse_mei(text.encode(), "bad.mei")


@pytest.mark.parametrize(
    ("event", "onset"),
    [
        ('<note dur="4" dur.ges="8" pname="d" oct="4"/>', HALF),
        ('<rest dur="4" dots="1" dots.ges="0"/>', 1),
        ('<note dur="8" dots.ges="1" pname="d" oct="4"/>', Fraction(3, 4)),
        ('<chord dur="2" dur.ges="4"><note pname="d" oct="4"/></chord>', 1),
    ],
)
def test_mei_what_sounds_goes_before_what_is_written(event, onset):
    tune = read_mei(event + n("c", 4))
    assert (60, onset, 1) in tracks(tune)[0]


@pytest.mark.parametrize("where", ["scoreDef", "staffDef"])
def test_mei_notes_may_count_ticks(where):
    ppq = 'ppq="480"'
    score_def = (
        f'<scoreDef meter.count="4" meter.unit="4" {ppq if where == "scoreDef" else ""}><staffGrp>'
        f'<staffDef n="1" lines="5" {ppq if where == "staffDef" else ""}/></staffGrp></scoreDef>'
    )
    content = (
        '<note dur.ppq="720" pname="c" oct="4"/><tuplet num="3" numbase="2"><note dur.ppq="160" pname="d" oct="4"/>'
        '</tuplet><note dur="4" dur.ppq="480" pname="e" oct="4"/>'
    )
    tune = section(score_def + measure(staff(content)))
    assert tracks(tune) == [[(60, 0, Fraction(3, 2)), (62, Fraction(3, 2), THIRD), (64, Fraction(11, 6), 1)]]


def test_mei_a_note_of_unknown_duration_takes_what_the_bar_leaves():
    tune = read_mei(n("c", 4) + '<note pname="d" oct="4"/>' + n("e", 4), n("f", 4, 1))
    assert tracks(tune) == [[(60, 0, 1), (64, 3, 1), (65, 4, 4)]]
    assert tune.remarks == ["a note without a duration that is understood: left out (bar 1)"]


@pytest.mark.parametrize(("place", "pitch"), [("0", 64), ("4", 71), ("-1", 62), ("9", 79)])
def test_mei_drums_may_be_written_by_their_place_on_the_lines(place, pitch):
    score_def = (
        '<scoreDef meter.count="4" meter.unit="4"><staffGrp><staffDef n="1" lines="5" clef.shape="perc"/></staffGrp>'
        "</scoreDef>"
    )
    tune = section(score_def + measure(staff(f'<note dur="4" loc="{place}"/>')))
    assert tracks(tune) == [[(pitch, 0, 1)]]
    assert list(tune.tracks[0].is_drum) == [True]


def test_mei_quarter_tones_keep_their_intervals():
    tune = read_mei(n("c", 4, 4, 'accid="1qs"') + n("e", 4, 4, 'accid="1qs"') + n("d", 4, 4, 'accid="1qf"'))
    assert [pitch for pitch, *_ in tracks(tune)[0]] == [61, 65, 62]


def test_endings_and_the_order_of_sections_are_told():
    document = mei(bar(n("c", 4, 1)))
    ended = document.replace("<measure", "<ending n='1'><measure", 1).replace(
        "</measure>", "</measure></ending>", 1
    )
    ordered = document.replace("<measure", "<expansion plist='#a #b'/><measure", 1)
    for text in (ended, ordered):
        (tune,) = parse_mei(text.encode(), "test.mei")
        assert tune.remarks == ["repeats not unfolded"]
        assert list(tune.tracks[0].pitch) == [60]


def test_a_staff_may_change_its_key_within_a_bar():
    inside = bar(n("f", 4)).replace("<layer", "<staffDef keysig='1s'/><layer", 1)
    assert [row[0] for row in tracks(read_mei(bar(n("f", 4)), inside))[0]] == [65, 66]
