"""Hostile kern: columns that split and join wrongly, no end, tokens that make no sense."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from hostile.case import ABSURD, Case, Row, flips, scrambled, spread, tune

LENGTHS = {Fraction(1, 2): "8", Fraction(1): "4", Fraction(3, 2): "4.", Fraction(2): "2", Fraction(3): "2."}


def token(row: Row) -> str:
    """Write one note between middle C and the C above."""
    pitch, _, length = row
    letter = {0: "c", 2: "d", 4: "e", 5: "f", 7: "g", 9: "a", 11: "b"}[pitch % 12]
    return LENGTHS[Fraction(length)] + letter * (pitch // 12 - 4)


def lines(rows: tuple[Row, ...]) -> list[str]:
    """Write a tune as the lines of one column."""
    written = ["**kern", "*M4/4", "*MM90"]
    for number, row in enumerate(rows):
        if row[1] % 4 == 0:
            written.append(f"={1 + int(row[1]) // 4}")
        written.append(token(rows[number]))
    return [*written, "==", "*-"]


def case(
    name: str, text: str, outcome: str, rows: tuple[Row, ...] | None = None, says: str = "", **more
) -> Case:
    """Return a case of a text."""
    return Case("kern", name, text.encode(), ".krn", outcome, rows, says, **more)  # type: ignore[arg-type]


def cases(random: Random) -> Iterator[Case]:
    """Give hostile kern files."""
    for maker in (_cuts, _tokens, _columns, _large):
        yield from maker(random)
    for number in range(3):
        whole = "\n".join(lines(tune(random))).encode()
        for name, changed in (*flips(random, whole, 60), *scrambled(random, whole, 40)):
            yield Case("kern", f"{name} (tune {number})", changed, ".krn", "safe")


def _cuts(random: Random) -> Iterator[Case]:
    """Give files cut anywhere: the last row tells."""
    for number in range(3):
        rows = tune(random)
        one = "\n".join(lines(rows)) + "\n"
        two = "\n".join(f"{line}\t{line}" for line in lines(rows)) + "\n"
        yield case(f"as it is, {number}", one, "same", rows)
        yield case(f"lines ending otherwise, {number}", one.replace("\n", "\r"), "same", rows)
        for what, text in (("one column", one), ("two columns", two)):
            for length in spread(8, text.rindex("-"), 30):
                yield case(
                    f"{what}, cut to {length} letters, {number}", text[:length], "noticed", is_cut=True
                )
            rest = text.split("\n")
            for last in range(1, len(rest) - 2):
                cut = "\n".join(rest[:last]) + "\n"
                yield case(
                    f"{what}, cut after row {last}, {number}", cut, "noticed", says="cut|kern", is_cut=True
                )


def _tokens(random: Random) -> Iterator[Case]:
    """Give tokens that make no sense: each costs its note, and is told."""
    rows = tune(random)
    first = lines(rows)
    at = 4
    for number, wrong in enumerate(
        (*ABSURD, "c", "4", "4h", "4H", "?", "\x1b[2J", "4" * 400, "99999999999c")
    ):
        text = "\n".join([*first[:at], wrong, *first[at + 1 :]])
        yield case(f"a token that is none, {number}: {wrong[:12]!r}", text, "told")
    for number, odd in enumerate(
        ("4c" + "#" * 200, "4c" + "-" * 300_000, "4" + "c" * 200, "4" + "C" * 300_000)
    ):
        text = "\n".join([*first[:at], odd, *first[at + 1 :]])
        yield case(f"a pitch out of reach, {number}", text, "told", says="range")
    for number, dots in enumerate((11, 1_000, 500_000)):
        yield case(
            f"{dots} dots, {number}", "\n".join([*first[:at], "4c" + "." * dots, *first[at + 1 :]]), "safe"
        )
    for metre in ABSURD:
        text = "\n".join(["**kern", f"*M{metre}/4", "*M4/" + metre, *first[2:]])
        yield case(f"a metre of {metre[:12]!r}", text, "told", rows, "metre")
    for pace in ABSURD:
        yield case(f"a pace of {pace[:12]!r}", "\n".join(["**kern", f"*MM{pace}", *first[1:]]), "safe")
    for letters in ("[4c", "4c]", "4c_", "[4c]_"):
        yield case(f"a lone tie {letters}", "\n".join([*first[:at], letters, *first[at + 1 :]]), "safe")


def _columns(random: Random) -> Iterator[Case]:
    """Give columns that split and join wrongly."""
    rows = tune(random)
    body = lines(rows)[1:-1]
    for number in range(4):
        at = random.randrange(len(body))
        before, after = body[:at], body[at:]

        def text(*between: str, end: str = "*-", before=before, after=after) -> str:
            return "\n".join(["**kern", *before, *between, *after, end])

        yield case(f"splits, and stays one, {number}", text("*^"), "refused", says="columns|kern")
        yield case(f"a lone exchange, {number}", text("*x"), "refused", says="lone")
        yield case(f"two ends, {number}", text(end="*-\t*-"), "refused", says="columns")
        yield case(f"a row of two columns, {number}", text("4c\t4c"), "refused", says="columns")
        yield case(f"ends, and goes on, {number}", text("*-"), "told", says="after the end of all columns")
        yield case(f"joins alone, {number}", text("*v"), "safe")
        yield case(f"adds a column that no row has, {number}", text("*+"), "refused")
        yield case(f"begins again, {number}", text("**kern"), "safe")
        yield case(f"begins as text, {number}", text("**text"), "safe")
        yield case(f"ends, and begins anew, {number}", text("*-", "**kern"), "safe")
        split = text("*^", "4c\t4e", "*v\t*v")
        yield case(f"splits and joins, {number}", split, "safe")
        for ties in range(2):
            yield case(
                f"splits and never joins, {number}, {ties}",
                "\n".join(["**kern", "*^", "4c\t4e", "*-\t*-"]),
                "safe",
            )
    yield case("no column of notes", "**text\nla\n*-\n", "refused", says="kern")
    yield case("no columns at all", "!! a comment\n", "refused")
    yield case("nothing but an end", "**kern\n*-\n", "told", (), "no notes")
    yield case("nothing but rests", "**kern\n4r\n*-\n", "told", (), "no notes")


def _large(random: Random) -> Iterator[Case]:
    """Give small files that make much work."""

    def wide(count: int, *rows: str) -> str:
        return "\n".join("\t".join([row] * count) for row in rows)

    yield case("50,000 columns of tempos", wide(50_000, "**kern", "*MM60", "4c", "*-"), "safe")
    yield case("50,000 columns that each split", wide(50_000, "**kern", "*^"), "safe")
    doubled = ["**kern", *("\t".join(["*^"] * 2**power) for power in range(17))]
    yield case("one column that splits 17 times", "\n".join(doubled), "safe")
    yield case("60,000 columns that join", wide(60_000, "**kern", "*v"), "safe")
    yield case("60,000 columns added", wide(60_000, "**kern", "*+"), "safe")
    ties = "\n".join(["**kern", " ".join(["[4c"] * 50_000), " ".join(["4c]"] * 50_000), "*-"])
    yield case("50,000 notes of one pitch tied", ties, "safe")
    yield case("90,000 ends of columns", "**kern\n*-\n" * 90_000, "safe")
    yield case("200,000 rows of nothing", "**kern\n4c\n" + ".\n" * 200_000 + "*-\n", "safe")
    yield case("900,000 blank lines", "**kern\n4c\n" + "\n" * 900_000 + "*-\n", "safe")
    yield case(
        "40,000 notes",
        "**kern\n" + "4c\n" * 40_000 + "*-\n",
        "same",
        tuple((60, Fraction(n), Fraction(1)) for n in range(40_000)),
    )
    yield case(
        "lengths divided ever further",
        "**kern\n" + "".join(f"{n}c\n" for n in range(3, 900)) + "*-\n",
        "refused",
        says="absurd|ticks",
    )
    yield case("a title of 900,000 letters", "!!!OTL: " + "x" * 900_000 + "\n**kern\n4c\n*-\n", "safe")
    yield case("a name of 900,000 letters", '**kern\n*I"' + "x" * 900_000 + "\n4c\n*-\n", "safe")
