"""Hostile MEI: attributes that make no sense, copies of copies, nesting, staves without number."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from hostile import xml
from hostile.case import ABSURD, Case, Row, tune

LENGTHS = {Fraction(1, 2): "8", Fraction(1): "4", Fraction(3, 2): "4", Fraction(2): "2", Fraction(3): "2"}
STAFF = '<staffDef n="1" lines="5" clef.shape="G" clef.line="2"/>'


def note(row: Row, more: str = "") -> str:
    """Write one note."""
    pitch, _, length = row
    letter = {0: "c", 2: "d", 4: "e", 5: "f", 7: "g", 9: "a", 11: "b"}[pitch % 12]
    dots = 'dots="1" ' if length in (Fraction(3, 2), 3) else ""
    return f'<note pname="{letter}" oct="{pitch // 12 - 1}" dur="{LENGTHS[Fraction(length)]}" {dots}{more}/>'


def bars(rows: tuple[Row, ...]) -> list[str]:
    """Write the contents of the bars of a layer."""
    written = [""] * (1 + max(int(onset) // 4 for _, onset, _ in rows))
    for row in rows:
        written[int(row[1]) // 4] += note(row)
    return written


def mei(
    contents: list[str], *, head: str = "", definition: str = "", staves: str = STAFF, tail: str = ""
) -> str:
    """Write a whole score of one layer."""
    body = "".join(
        f'<measure n="{number}"><staff n="1"><layer n="1">{content}</layer></staff></measure>'
        for number, content in enumerate(contents, 1)
    )
    return (
        f"<mei><meiHead>{head}</meiHead><music><body><mdiv><score>"
        f'<scoreDef meter.count="4" meter.unit="4" {definition}><staffGrp>{staves}</staffGrp></scoreDef>'
        f"<section>{body}{tail}</section></score></mdiv></body></music></mei>"
    )


def case(name: str, text: str, outcome: str, rows: tuple[Row, ...] | None = None, says: str = "") -> Case:
    """Return a case of a score that is written so."""
    return Case("mei", name, (xml.DECLARATION + text).encode(), ".mei", outcome, rows, says)  # type: ignore[arg-type]


OF_NOTES = {
    "dur": (*ABSURD, "3", "-4", "4096", "0"),
    "oct": (*ABSURD, "4.5", "99", "-99", "1000000000"),
    "pname": ("h", "cc", "", "\u0441", "c" * 100_000),
    "dots": (*ABSURD, "1.5", "-1", "11"),
    "accid": (*ABSURD, "sss", "q"),
}
"""Attributes of a note, and values that cannot be meant."""

OF_SCORES = {
    "meter.count": (*ABSURD, "0", "-1", "4.5"),
    "meter.unit": (*ABSURD, "0", "3", "-4"),
    "key.sig": (*ABSURD, "99x", "s3"),
    "midi.bpm": (*ABSURD, "0", "-1", "1e9"),
    "trans.semi": (*ABSURD, "1.5"),
}
"""Attributes of a definition, and values that cannot be meant."""


def cases(random: Random) -> Iterator[Case]:
    """Give hostile MEI files."""
    rows = tune(random)
    yield from xml.hostile(random, "mei", ".mei", mei(bars(rows)), rows)
    for maker in (_attributes, _structure, _large):
        yield from maker(random)


def _attributes(random: Random) -> Iterator[Case]:
    """Give scores in which one attribute makes no sense."""
    for attribute, values in OF_NOTES.items():
        for value in values:
            rows = tune(random)
            first, second = bars(rows)
            usual = note(rows[0])
            changed = usual.replace("/>", f' {attribute}="{value}"/>') if f"{attribute}=" not in usual else ""
            if not changed:
                begin = usual.index(f'{attribute}="') + len(attribute) + 2
                changed = usual[:begin] + value + usual[usual.index('"', begin) :]
            yield case(f"{attribute}={value[:12]!r}", mei([first.replace(usual, changed, 1), second]), "told")
    for attribute, values in OF_SCORES.items():
        for value in values:
            rows = tune(random)
            text = mei(bars(rows), definition=f'{attribute}="{value}"' if "meter" not in attribute else "")
            if "meter" in attribute:
                text = text.replace(f'{attribute}="4"', f'{attribute}="{value}"')
            yield case(f"{attribute}={value[:12]!r}", text, "told")
    for attribute in ("num", "numbase"):
        for value in (*ABSURD, "0", "-3", "1000000000"):
            numbers = {"num": "3", "numbase": "2"} | {attribute: value}
            written = f'<tuplet num="{numbers["num"]}" numbase="{numbers["numbase"]}">{note((60, 0, 1)) * 3}</tuplet>'  # type: ignore[arg-type]
            yield case(f"a tuplet of {attribute}={value[:12]!r}", mei([written]), "told")
    for value in (*ABSURD, "60.5", "-1", "128"):
        yield case(
            f"pnum={value[:12]!r}", mei([f'<note pnum="{value}" dur="4"/>' + note((60, 1, 3))]), "told"
        )  # type: ignore[arg-type]
        yield case(
            f"dur.ppq={value[:12]!r}",
            mei([f'<note pname="c" oct="4" dur.ppq="{value}"/>'], definition='ppq="1"'),
            "safe",
        )
        yield case(
            f"ppq={value[:12]!r}",
            mei(['<note pname="c" oct="4" dur.ppq="1"/>'], staves=STAFF.replace("/>", f' ppq="{value}"/>')),
            "safe",
        )
        if value == "128":
            continue
        yield case(
            f"a rest of {value[:12]!r} bars", mei([f'<multiRest num="{value}"/>', note((60, 0, 1))]), "told"
        )  # type: ignore[arg-type]


def _structure(random: Random) -> Iterator[Case]:
    """Give scores that do not hold together."""
    for number in range(6):
        rows = tune(random)
        first, second = bars(rows)
        whole = mei([first, second])
        told = {
            "a copy of itself": mei([first + '<note xml:id="a" copyof="#a"/>', second]),
            "copies in a circle": mei(
                [first + '<note xml:id="a" copyof="#b"/><note xml:id="b" copyof="#a"/>', second]
            ),
            "a copy of nothing": mei([first + '<note copyof="#nothing"/>', second]),
            "a bar of nine": mei([first + note((60, 0, 3)), second]),  # type: ignore[arg-type]
            "what nobody knows": mei([first + "<unknown><note/></unknown>", second]),
            "a tie to nowhere": mei([first, second]).replace(
                "</measure>", '<tie startid="#x"/></measure>', 1
            ),
            "alternatives": mei([f"<app><lem>{first}</lem><rdg>{second}</rdg></app>", second]),
            "a note of no pitch": mei([first + '<note dur="4"/>', second]),
            "a note of no length": mei([first + '<note pname="c" oct="4"/>', second]),
            "no note": mei(["<mRest/>"]),
            "octave lines": whole.replace(
                "</measure>", '<octave dis="8" startid="#a" endid="#b"/></measure>', 1
            ),
            "grace notes": mei([note((60, 0, 1), 'grace="acc"') + first, second]),  # type: ignore[arg-type]
        }
        for name, text in told.items():
            yield case(f"{name}, {number}", text, "told")
        refused = {
            "no score": "<mei><meiHead/></mei>",
            "a corpus of nothing": "<meiCorpus/>",
            "no note that is understood": mei(['<note dur="x"/>']),
            "sections in sections": whole.replace("<section>", "<section>" * 60).replace(
                "</section>", "</section>" * 60
            ),
            "beams in beams": mei(["<beam>" * 60 + first + "</beam>" * 60, second]),
            "choices in choices": mei(["<choice><corr>" * 60 + first + "</corr></choice>" * 60]),
        }
        for name, text in refused.items():
            yield case(f"{name}, {number}", text, "refused")
        yield case(f"in a corpus, {number}", f"<meiCorpus><meiHead/>{whole}</meiCorpus>", "same", rows)
        yield case(
            f"a movement of no number, {number}", whole.replace("<mdiv>", '<mdiv n="x">'), "same", rows
        )


def _large(random: Random) -> Iterator[Case]:
    """Give small scores that make much work."""
    first, second = bars(tune(random))
    copies = "".join(
        f'<beam xml:id="a{n}"><beam copyof="#a{n - 1}"/><beam copyof="#a{n - 1}"/></beam>'
        for n in range(1, 30)
    )
    yield case("copies of copies", mei([f'<beam xml:id="a0">{first}</beam>{copies}', second]), "safe")
    whole = mei([first, second])
    yield case("10,000 documents in each other", "<mei>" * 10_000 + whole + "</mei>" * 10_000, "safe")
    staves = "".join(f'<staffDef n="{n}"/>' for n in range(15_000))
    yield case(
        "15,000 staves, 15,000 definitions",
        mei([first, second], staves=staves, tail="<scoreDef/>" * 15_000),
        "safe",
    )
    yield case(
        "20,000 staves in a bar",
        mei([first, second]).replace(
            "</measure>", "".join(f'<staff n="{n}"/>' for n in range(20_000)) + "</measure>", 1
        ),
        "safe",
    )
    yield case(
        "20,000 layers in a bar",
        mei([first, second]).replace("</staff>", "<layer/>" * 20_000 + "</staff>", 1),
        "safe",
    )
    spans = '<tupletSpan startid="#a" endid="#b" num="7" numbase="5"/>'
    yield case(
        "a tuplet that begins 30,000 times",
        mei(['<beam xml:id="a"/>' * 30_000 + first]).replace("</measure>", spans + "</measure>", 1),
        "safe",
    )
    yield case(
        "a tuplet that ends 30,000 times",
        mei(['<beam xml:id="b"/>' * 30_000 + first]).replace("</measure>", spans + "</measure>", 1),
        "safe",
    )
    yield case(
        "a chord of 10,000 notes",
        mei(['<chord dur="1">' + note((60, 0, 1), 'tie="i"') * 10_000 + "</chord>", second]),
        "safe",
    )  # type: ignore[arg-type]
    yield case(
        "10,000 notes tied back",
        mei(
            [
                '<chord dur="1">' + note((60, 0, 1), 'tie="i"') * 8_000 + "</chord>",
                '<chord dur="1">' + note((60, 0, 1), 'tie="t"') * 8_000 + "</chord>",
            ]
        ),
        "safe",
    )  # type: ignore[arg-type]
    yield case("50,000 bars", mei([""] * 20_000), "safe")
    yield case(
        "a rest of a billion bars", mei(['<multiRest num="999999999"/>', first]), "refused", says="absurd"
    )
    yield case("50,000 titles", mei([first, second], head="<title>x</title>" * 50_000), "safe")
    yield case(
        "a title in a title", mei([first, second], head="<title>x" * 20_000 + "</title>" * 20_000), "safe"
    )
    yield case(
        "groups of staves in each other",
        mei([first], staves="<staffGrp>" * 20_000 + STAFF + "</staffGrp>" * 20_000),
        "refused",
    )
    yield case(
        "tuplets of tuplets",
        mei(['<tuplet num="999" numbase="998">' * 38 + first + "</tuplet>" * 38]),
        "safe",
    )
    yield case(
        "tuplets without number", mei(["<tuplet>" * 38 + note((60, 0, 1)) * 20 + "</tuplet>" * 38]), "safe"
    )  # type: ignore[arg-type]
