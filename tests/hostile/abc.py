"""Hostile ABC: fields that make no sense, signs without end, patterns that take a naive parser for ever."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from hostile.case import ABSURD, Case, Row, flips, scrambled, tune

LETTERS = {60: "C", 62: "D", 64: "E", 65: "F", 67: "G", 69: "A", 71: "B", 72: "c"}


def music(rows: tuple[Row, ...]) -> str:
    """Write a tune in units of an eighth."""
    return "".join(
        ("|" if onset and onset % 4 == 0 else "") + LETTERS[pitch] + str(int(2 * length))
        for pitch, onset, length in rows
    )


def abc(body: str, head: str = "") -> str:
    """Write a file of one tune."""
    return f"X:1\nT:Tune\nM:4/4\nL:1/8\n{head}K:C\n{body}|\n"


def case(name: str, text: str, outcome: str, rows: tuple[Row, ...] | None = None, says: str = "") -> Case:
    """Return a case of a text."""
    return Case("abc", name, text.encode(), ".abc", outcome, rows, says)  # type: ignore[arg-type]


FIELDS = {"M": "meter", "L": "unit", "Q": "tempo"}
"""Fields that hold numbers, and what is said of one that makes no sense."""

PATIENCE = {
    "graces that nobody ends": "{" * 400_000,
    "fields that nobody ends": "[K:" * 150_000,
    "chords that nobody ends": "[" * 400_000,
    "chords that nobody ends, and a quote": "[" * 400_000 + '"',
    "quotes": '"' * 400_001,
    "signs": "!" * 400_001,
    "old chords that are none": "+" + "C11111111" * 40 + "Z+",
    "old chords of slashes": "+" + "C1/1/1" * 60 + "~+",
    "colons": ":" * 400_000,
    "brackets and bars": "[|" * 200_000,
    "backslashes": "\\ " * 200_000,
    "signs and blanks": ("! " + " " * 500) * 800,
    "accidentals": "^" * 400_000,
    "commas": "C" + "," * 400_000,
    "numbers": "C" + "1" * 400_000,
    "slashes": "C" + "/" * 400_000,
    "broken rhythms": "C" + ">" * 400_000 + "D",
    "broken rhythms apart": "C> " * 20_000 + "D",
    "broken rhythms, ever again": "C" + "> " * 50_000 + "D",
    "ties": "C" + "-" * 200_000,
    "overlays": "C" + "&" * 200_000,
    "overlays of overlays": "C&" * 50_000 + "C",
    "tuplets": "(3" * 100_000 + "CCC",
    "voices": "".join(f"[V:{number}]C" for number in range(20_000)),
    "keys": "[K:D]" * 30_000 + "C",
    "chords": "[CEG]" * 20_000,
    "big chord": "[" + "C" * 100_000 + "]",
    "chord in chord": "[C" * 100_000 + "]" * 100_000,
}
"""Lines by which a parser may be kept busy."""


def cases(random: Random) -> Iterator[Case]:
    """Give hostile ABC files."""
    for maker in (_fields, _signs, _patience):
        yield from maker(random)
    for number in range(4):
        whole = abc(music(tune(random)), "V:1 clef=treble\nQ:1/4=90\n").encode()
        for name, changed in (*flips(random, whole, 60), *scrambled(random, whole, 40)):
            yield Case("abc", f"{name} (tune {number})", changed, ".abc", "safe")


def _fields(random: Random) -> Iterator[Case]:
    """Give fields that make no sense."""
    rows = tune(random)
    body = music(rows)
    yield case("as it is", abc(body), "same", rows)
    for field, says in FIELDS.items():
        for value in (*ABSURD, "1/0", "0/4", "4/0", "999999/1", "1/99999", "4/3"):
            if field == "Q" and not any(letter in "0123456789" for letter in value):
                continue
            # 4/3 makes a unit, and 1/2/3 no number.
            outcome = "safe" if (field, value) in (("L", "4/3"), ("Q", "4/3")) else "told"
            yield case(
                f"{field}:{value[:12]}",
                abc(body, f"{field}:{value}\n"),
                outcome,
                says=says if outcome == "told" else "",
            )
    for value in (*ABSURD, "H", "Cxyz", "C ^", "C transpose=x", "C octave=1.5", "C clef=none9"):
        yield case(f"K:{value[:12]}", abc(body).replace("K:C", f"K:{value}"), "safe")
    for value in ("99", "-99", "+99"):
        yield case(
            f"K:C octave={value}", abc(body).replace("K:C", f"K:C octave={value}"), "told", (), "range"
        )
    for value in ABSURD:
        yield case(
            f"V:1 transpose={value[:12]}",
            abc(body, f"V:1 transpose={value}\n"),
            "told",
            says="not understood",
        )
        yield case(f"Z{value[:12]}", abc(f"Z{value}|{body}"), "safe")
        yield case(f"X:{value[:12]}", abc(body).replace("X:1", f"X:{value}"), "safe")
        yield case(
            f"%%MIDI transpose {value[:12]}",
            abc(body, f"%%MIDI transpose {value}\n"),
            "told",
            says="directive",
        )
    for field in (
        "m:~g=aga",
        "U:T=!trill!",
        "m:n=" + "n" * 1_000,
        "P:" + "A" * 400_000,
        "w:" + "la-" * 100_000,
    ):
        yield case(f"a field {field[:12]}", abc(body, f"{field}\n"), "safe")
    yield case("a field of 500,000 letters", abc(body, "a" * 500_000 + ":x\n"), "told", rows)
    yield case("no key", "X:1\nT:x\nCDEF|\n", "told", says="C")
    yield case("no music", "X:1\nT:x\nK:C\n", "told", (), "no notes")
    yield case("no tune", "%abc\nCDEF\n", "refused", says="no tune")
    yield case("50,001 tunes", "X:1\n" * 50_001, "refused", says="tunes")
    yield case("2,000 tunes", "X:1\nK:C\nC\n\n" * 2_000, "safe")
    yield case("300 voices", abc("".join(f"[V:{number}]C" for number in range(300))), "safe")


def _signs(random: Random) -> Iterator[Case]:
    """Give signs that make no sense among music that does."""
    told = {
        "(0CDE": "tuplet", "(99999999CDE": "tuplet", "(3:0:1CDE": "tuplet", "(1000000000:2:3CDE": "tuplet",
        ">": "broken", "[]": "chord", "[^]": "chord", "-": "tie", "C" + "9" * 100_000: "length", "C/0": "length",
        "C" + "/" * 11: "length", "^^^^C": "accidental", "^1/2C": "microtonal", "Z" + "9" * 100_000: "bars",
        "\x1b": "not understood", "#": "not understood", "\u266f": "not understood", "?": "not understood",
        "{cde}": "grace", '"Am7"': "chord symbols", "!nothing!": "decoration", ":|": "repeats", "|:": "repeats",
        "[1": "repeats", "[2": "repeats", "[V:]": "without a name", "[Y:a]": "not known", "[M:x/y]": "meter",
        "C" + "'" * 20: "range", "C" + "," * 20: "range",
    }  # fmt: skip
    for number in range(3):
        rows = tune(random)
        for sign, says in told.items():
            yield case(f"{sign[:12]!r}, {number}", abc(f"{sign} {music(rows)}"), "told", says=says)
        yield case(
            f"a hundred endings, {number}",
            abc("|:" + "".join(f"|{n} {music(rows)}:" for n in range(1, 100)) + "|"),
            "told",
            says="repeats",
        )
        yield case(f"in UTF-16, {number}", abc(music(rows)), "same", rows)


def _patience(random: Random) -> Iterator[Case]:
    """Give what takes a parser for ever that goes back over what it has seen."""
    rows = tune(random)
    for name, line in PATIENCE.items():
        yield case(name, abc(f"{music(rows)}|\n{line}"), "safe")
    body = music(rows)
    heads = {
        "a tempo of many beats": "Q:1/" + "1111/" * 40 + "x\n",
        "a tempo of beats apart": "Q:" + "1/4 " * 100_000 + "\n",
        "a directive and blanks": "%%MIDI" + " " * 200_000 + "1\n",
        "a directive and more blanks": "%%MIDI =" + " " * 200_000 + "\n",
        "words in a key": "K:C " + "zz " * 60_000 + "^f " * 60_000 + "\n",
        "settings of a voice": "V:1 " + "a" * 200_000 + " = b\n",
        "settings and blanks": "V:1 a" + " " * 200_000 + "b\n",
        "lines that go on": "T:x\n" + "+:a\n" * 150_000,
        "lines with a backslash": "T:x\\\n" + "a\\\n" * 150_000,
        "blocks that begin": "%%begintext\n" * 40_000,
        "blocks within blocks": "%%begintext\n" * 30_000 + "%%endtext\n" * 30_000,
        "comments": "%\n" * 200_000,
        "a metre of sums": "M:" + "1+" * 200_000 + "1/4\n",
        "a metre of brackets": "M:" + "(" * 200_000 + "1/4\n",
        "symbols": "".join(f"U:{letter}=!x!\n" for letter in "abcdefgh" * 10_000),
    }
    for name, head in heads.items():
        yield case(name, abc(body, head), "safe")
    lines = {
        "chords over many lines": "[C\n" + "][\n" * 100_000,
        "lines of words": "this is no music\n" * 20_000,
        "paragraphs": "\n\nwords and words\n" * 30_000,
        "paragraphs of music": f"\n\n|{body}|\n" * 3_000,
    }
    for name, text in lines.items():
        yield case(name, abc(f"{body}|\n{text}"), "safe")
    yield case("text as mail sends it", "X:1\nT:=3D\nK:C\n" + "=" * 400_000, "safe")
    yield case("a note that is long", abc("C9999" * 5_000), "safe")
    yield case(
        "lengths divided ever further",
        abc("".join(f"C/{n}" for n in range(3, 900))),
        "refused",
        says="absurd|ticks",
    )
    long = tuple((60, Fraction(n, 2), Fraction(1, 2)) for n in range(40_000))
    yield case("40,000 notes", abc("C" * 40_000), "same", long)
