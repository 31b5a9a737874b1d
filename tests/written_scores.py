"""Scores written by hand for the tests, and what they say, worked out by hand."""

from __future__ import annotations

import warnings
from fractions import Fraction

from goldenear.notes.formats.parsed import ParsedTrack, ParsedTune
from goldenear.notes.formats.score import parse_kern, parse_mei, parse_musicxml

HALF = Fraction(1, 2)
DOCTYPE = (
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">'
)


def columns(track: ParsedTrack, ticks: int) -> list[tuple[int, Fraction, Fraction]]:
    rows = zip(track.pitch, track.onset, track.duration, strict=True)
    return [(pitch, Fraction(onset, ticks), Fraction(duration, ticks)) for pitch, onset, duration in rows]


def tracks(tune: ParsedTune) -> list[list[tuple[int, Fraction, Fraction]]]:
    return [columns(track, tune.ticks_per_quarter) for track in tune.tracks]


def by_partitura(load: str, text: str, suffix: str, tmp_path) -> list[list[tuple[int, Fraction, Fraction]]]:
    """Read a score with partitura; the parts are the tracks."""
    path = tmp_path / f"score{suffix}"
    path.write_text(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import partitura

        parts = getattr(partitura, load)(str(path)).parts
    read_parts = []
    for part in parts:
        (ticks,) = {int(n) for n in part._quarter_durations}
        read_parts.append(
            [
                (int(n.midi_pitch), Fraction(int(n.start.t), ticks), Fraction(int(n.duration_tied), ticks))
                for n in part.notes_tied
                if not isinstance(n, partitura.score.GraceNote)
            ]
        )
    return read_parts


def note(pitch: str, duration: object, inside: str = "", *, chord: bool = False) -> str:
    """Write a note such as C4, F#5 or Bb3; R is a rest."""
    alter = {"#": "<alter>1</alter>", "b": "<alter>-1</alter>"}.get(pitch[1:-1], "")
    place = f"<pitch><step>{pitch[0]}</step>{alter}<octave>{pitch[-1]}</octave></pitch>"
    chord_mark = "<chord/>" if chord else ""
    return f"<note>{chord_mark}{'<rest/>' if pitch == 'R' else place}<duration>{duration}</duration>{inside}</note>"


def attributes(divisions: int = 1, more: str = "") -> str:
    return f"<attributes><divisions>{divisions}</divisions>{more}</attributes>"


def partwise(*parts: list[str], declared: str | None = None, before: str = "") -> str:
    """Write a score from the contents of the bars of each part."""
    names = "".join(
        f'<score-part id="P{i}"><part-name>Part {i}</part-name></score-part>'
        for i in range(1, len(parts) + 1)
    )
    body = "".join(
        f'<part id="P{i}">'
        + "".join(f'<measure number="{n}">{bar}</measure>' for n, bar in enumerate(bars, 1))
        + "</part>"
        for i, bars in enumerate(parts, 1)
    )
    part_list = f"<part-list>{names if declared is None else declared}</part-list>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{DOCTYPE}<score-partwise>{before}{part_list}{body}</score-partwise>'


def musicxml(*parts: list[str], declared: str | None = None, before: str = "") -> ParsedTune:
    (tune,) = parse_musicxml(partwise(*parts, declared=declared, before=before).encode(), "test.musicxml")
    return tune


TIE = '<tie type="{}"/>'
START, STOP = TIE.format("start"), TIE.format("stop")

WALTZ = [
    [
        attributes(2, "<key><fifths>1</fifths></key><time><beats>3</beats><beat-type>4</beat-type></time>")
        + note("G4", 4, "<voice>1</voice>")
        + note("B4", 4, "<voice>1</voice>", chord=True)
        + note("F#5", 1, "<voice>1</voice>")
        + note("E5", 1, "<voice>1</voice>" + START)
        + "<backup><duration>6</duration></backup>"
        + "<forward><duration>2</duration><voice>2</voice></forward>"
        + note("D4", 4, "<voice>2</voice>" + START),
        note("E5", 6, "<voice>1</voice>" + STOP)
        + "<backup><duration>6</duration></backup>"
        + note("D4", 2, "<voice>2</voice>" + STOP)
        + note("R", 2, "<voice>2</voice>")
        + note("C4", 2, "<voice>2</voice>"),
    ],
    [attributes(2) + note("G2", 6), note("R", 2) + note("C3", 3) + note("Bb2", 1)],
]
WALTZ_NOTES = [
    [
        (67, 0, 2), (71, 0, 2), (78, 2, HALF), (76, Fraction(5, 2), Fraction(7, 2)), (62, 1, 3), (60, 5, 1),
    ],
    [(43, 0, 3), (48, 4, Fraction(3, 2)), (46, Fraction(11, 2), HALF)],
]  # fmt: skip


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


def mei(
    *bars: str, head: str = "", staves: str = "", score_def: str = 'meter.count="4" meter.unit="4"'
) -> str:
    staves = staves or '<staffDef n="1" lines="5" clef.shape="G" clef.line="2"/>'
    body = "".join(
        bar
        if bar.startswith("<")
        else f'<measure n="1"><staff n="1"><layer n="1">{bar}</layer></staff></measure>'
        for bar in bars
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><mei xmlns="http://www.music-encoding.org/ns/mei">'
        f"<meiHead><fileDesc><titleStmt><title>An  Air</title></titleStmt></fileDesc></meiHead>{head}"
        f"<music><body><mdiv><score><scoreDef {score_def}><staffGrp symbol='brace'>{staves}</staffGrp></scoreDef>"
        f"<section>{body}</section></score></mdiv></body></music></mei>"
    )


def bar(content: str) -> str:
    return f'<measure n="1"><staff n="1"><layer n="1">{content}</layer></staff></measure>'


def n(pname: str, oct: int, dur: object = 4, more: str = "", inside: str = "") -> str:
    return f'<note pname="{pname}" oct="{oct}" dur="{dur}" {more}>{inside}</note>'


def read_mei(*bars: str, **options: str) -> ParsedTune:
    (tune,) = parse_mei(
        mei(*[bar(each) if not each.startswith("<measure") else each for each in bars], **options).encode(),
        "test.mei",
    )
    return tune


def kern(text: str) -> ParsedTune:
    (tune,) = parse_kern(text.replace(" | ", "\t").encode(), "test.krn")
    return tune


QUARTET = """!!!OTL@@DE: Ein Stück
**kern | **text | **kern
*I"Bass | * | *I"Treble
*M3/4 | * | *M3/4
*MM90 | * | *MM90
4C | . | 4cc
=1 | =1 | =1
2.C | la | 4ee
. | . | 8.ff#L
. | . | 16ggJ
. | . | 12bb-
. | . | 12aa
. | . | 12gg
=2 | =2 | =2
4D | li | 2.dd
4.E | . | .
8r | . | .
==:|! | ==:|! | ==:|!
*- | *- | *-
"""
