"""Hostile MusicXML: numbers that are none, bars that do not meet, parts that are missing, nesting without end."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from hostile import xml
from hostile.case import ABSURD, Case, Row, tune

LETTERS = {0: "C", 2: "D", 4: "E", 5: "F", 7: "G", 9: "A", 11: "B"}

HEAD = (
    "<attributes><divisions>2</divisions><key><fifths>0</fifths></key>"
    "<time><beats>4</beats><beat-type>4</beat-type></time>"
    "<transpose><chromatic>0</chromatic><octave-change>0</octave-change></transpose></attributes>"
    '<direction><sound tempo="90"/></direction>'
)


def note(row: Row, inside: str = "") -> str:
    """Write one note."""
    pitch, _, length = row
    place = f"<step>{LETTERS[pitch % 12]}</step><alter>0</alter><octave>{pitch // 12 - 1}</octave>"
    return f"<note><pitch>{place}</pitch><duration>{int(2 * length)}</duration>{inside}</note>"


def bars(rows: tuple[Row, ...], head: str = HEAD) -> list[str]:
    """Write the bars of a part."""
    written = [""] * (1 + max(int(onset) // 4 for _, onset, _ in rows))
    for row in rows:
        written[int(row[1]) // 4] += note(row)
    return [head + written[0], *written[1:]]


def score(
    *parts: list[str], part_list: str = '<score-part id="P1"><part-name>Tune</part-name></score-part>'
) -> str:
    """Write a whole score."""
    body = "".join(
        f'<part id="P{number}">'
        + "".join(f'<measure number="{bar}">{content}</measure>' for bar, content in enumerate(part, 1))
        + "</part>"
        for number, part in enumerate(parts, 1)
    )
    return f"<score-partwise><part-list>{part_list}</part-list>{body}</score-partwise>"


NUMBERS = {
    "<octave>{}</octave>": ("4", "is no pitch"),
    "<alter>{}</alter>": ("0", "alter"),
    "<divisions>{}</divisions>": ("2", "divisions"),
    "<fifths>{}</fifths>": ("0", "key"),
    "<beats>{}</beats>": ("4", "metre"),
    "<beat-type>{}</beat-type>": ("4", "metre"),
    "<chromatic>{}</chromatic>": ("0", "transposition"),
    "<octave-change>{}</octave-change>": ("0", "transposition"),
    'tempo="{}"': ("90", "tempo"),
    "<duration>{}</duration>": ("2", "lasts"),
}
"""Where numbers stand in a score: what stands there, and what is said where it is none."""

WRONG = {
    "<octave>{}</octave>": ("4.5", "99", "-99", "1000000000", ""),
    "<divisions>{}</divisions>": ("0", "-1", "1048577", "0.0", ""),
    "<fifths>{}</fifths>": ("1.5", "100", ""),
    "<beats>{}</beats>": ("0", "-4", "4.5", "1e9", ""),
    "<beat-type>{}</beat-type>": ("0", "3", "-4", ""),
    "<chromatic>{}</chromatic>": ("1000", "-999999999", ""),
    "<octave-change>{}</octave-change>": ("20", "-99", ""),
    'tempo="{}"': ("0", "-1", "1e9", "99999", ""),
    "<duration>{}</duration>": ("-2", "999999999", ""),
    "<alter>{}</alter>": ("200", "-999999999", "0.5", "1.0000001"),
}
"""Numbers that cannot be meant."""


def cases(random: Random) -> Iterator[Case]:
    """Give hostile MusicXML files."""
    rows = tune(random)
    yield from xml.hostile(random, "musicxml", ".musicxml", score(bars(rows)), rows)
    for maker in (_numbers, _structure, _large):
        yield from maker(random)


def case(name: str, text: str, outcome: str, rows: tuple[Row, ...] | None = None, says: str = "") -> Case:
    """Return a case of a score that is written so."""
    return Case("musicxml", name, (xml.DECLARATION + text).encode(), ".musicxml", outcome, rows, says)  # type: ignore[arg-type]


def _numbers(random: Random) -> Iterator[Case]:
    """Give scores in which one number is none, or cannot be meant."""
    for place, (usual, says) in NUMBERS.items():
        for value in (*ABSURD, *WRONG[place]):
            for number in range(2):
                # The first note is a quarter in octave 4, so that every place is there.
                rows = ((60, 0, 1), *((p, o, d) for p, o, d in tune(random, 3) if o >= 4))
                text = score(bars(rows[:1]) + bars(tuple((p, o - 4, d) for p, o, d in rows[1:]), ""))  # type: ignore[arg-type]
                changed = text.replace(place.format(usual), place.format(value), 1)
                assert changed != text or value == usual
                shown = value if len(value) < 20 else f"{len(value)} digits"
                yield case(f"{place.format(shown)}, {number}", changed, "told")
                assert says


def _structure(random: Random) -> Iterator[Case]:
    """Give scores whose parts and bars do not fit together."""
    for number in range(8):
        rows = tune(random)
        first, second = bars(rows)
        whole = score([first, second])
        back = "<backup><duration>{}</duration></backup>"
        half = rows[: sum(onset < 4 for _, onset, _ in rows)]
        told = {
            "a backup past the start": (score([first + back.format(100), second]), rows, "backup"),
            "a backup of no number": (score([first + back.format("x"), second]), rows, "backup"),
            "a part listed and missing": (
                score([first, second], part_list='<score-part id="P1"/><score-part id="P9"/>'),
                None,
                "",
            ),
            "two parts of one id": (whole.replace("</part>", f'</part><part id="P1"><measure>{first}</measure></part>'), None, "id 'P1'"),
            "no part": (score(), (), "no notes"),
            "a bar left out by one part": (score([first, second], [first]), None, "how many bars"),
            "a chord mark first": (whole.replace("<note>", "<note><chord/>", 1), rows, "chord mark"),
            "no divisions": (whole.replace("<divisions>2</divisions>", ""), rows, "divisions are missing"),
            "a note without a pitch": (score([first + "<note><duration>2</duration></note>", second]), None, "without a pitch"),
            "a note without a duration": (whole.replace("<duration>", "<x>", 1).replace("</duration>", "</x>", 1), None, "duration"),
            "a bar of six": (score([first + note((60, 0, 2)), second]), None, "add up"),  # type: ignore[arg-type]
            "grace notes": (score(["<note><grace/><pitch/></note>" + first, second]), rows, "grace"),
            "repeats": (score([first + '<barline><repeat direction="backward" times="1000000000"/></barline>', second]), rows, "repeats"),
            "a tie that joins nothing": (score([first, second.replace("</note>", '<tie type="start"/></note>', 1)]), rows, "tie"),
        }  # fmt: skip
        same = {
            "no list of parts": whole.replace(
                whole[whole.index("<part-list>") : whole.index("<part id")], ""
            ),
            "elements that nobody knows": whole.replace("<note>", "<unknown><note/></unknown><note>"),
            "numbers with blanks": whole.replace("<octave>", "<octave>\n ").replace(
                "</duration>", "\t</duration>"
            ),
            "numbers as character data": whole.replace("<duration>2<", "<duration><![CDATA[2]]><"),
            "a namespace": whole.replace("<score-partwise", '<score-partwise xmlns="urn:x"'),
            "a whole-number tempo with a point": whole.replace('tempo="90"', 'tempo="90.000000"'),
        }
        for name, (text, notes, says) in told.items():
            if name != "a part listed and missing":
                yield case(f"{name}, {number}", text, "told", notes, says)
        for name, text in same.items():
            yield case(f"{name}, {number}", text, "same", rows)
        yield case(f"one bar only, {number}", score([first]), "same", half)


def _large(random: Random) -> Iterator[Case]:
    """Give scores that are small and make much work."""
    rows = tune(random)
    first, second = bars(rows)
    whole = score([first, second])
    yield case(
        "20,000 lists of parts in each other",
        whole.replace("<part-list>", "<part-list>" + "<score-part>" * 20_000 + "</score-part>" * 20_000),
        "safe",
    )
    tiny = "<part id='{0}'><measure><attributes><divisions>{0}</divisions></attributes></measure></part>"
    parts = "".join(tiny.format(number) for number in range(2, 10_002))
    yield case(
        "10,000 parts with divisions of their own", whole.replace("</part></", f"</part>{parts}</"), "safe"
    )
    chord = note((60, 0, 1), '<tie type="start"/>').replace("<note>", "<note><chord/>")  # type: ignore[arg-type]
    yield case("5,000 notes of one pitch tied on", score([first + chord * 5_000, second]), "told")
    tied = chord.replace("start", "stop")
    yield case(
        "3,000 tied on, and as many tied back",
        score([note((60, 0, 1)) + chord * 3_000, note((60, 0, 1)) + tied * 3_000]),
        "told",
    )  # type: ignore[arg-type]
    yield case("50,000 bars", whole.replace("</part></", "<measure/>" * 50_000 + "</part></"), "safe")
    yield case(
        "20,000 changes of metre",
        score(
            [
                first
                + "<attributes><time><beats>3</beats><beat-type>8</beat-type></time></attributes>" * 8_000,
                second,
            ]
        ),
        "safe",
    )
    yield case(
        "30,000 backups", score([first + "<backup><duration>1</duration></backup>" * 20_000, second]), "told"
    )
    yield case(
        "a bar of 20,000 quarters",
        score([HEAD + "<forward><duration>2000</duration></forward>" * 500 + first]),
        "told",
    )
    yield case(
        "a bar without end",
        score([HEAD + "<forward><duration>2048</duration></forward>" * 20_000]),
        "refused",
        says="absurd",
    )
    yield case(
        "durations divided ever further",
        score(
            [HEAD + "".join(f"<note><rest/><duration>{1 / n:.9f}</duration></note>" for n in range(1, 900))]
        ),
        "safe",
    )
    yield case("20,000 notes in one bar", score([HEAD + note(rows[0]) * 6_000]), "told")
    yield case(
        "10,000 voices",
        score([HEAD + "".join(note(rows[0], f"<voice>{n}</voice>") for n in range(6_000))]),
        "told",
    )
