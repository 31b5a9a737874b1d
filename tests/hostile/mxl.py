"""Hostile archives of MusicXML: bombs, names that lead elsewhere, sizes that lie."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from random import Random

from hostile import musicxml, xml
from hostile.case import Case, Row, flips, scrambled, spread, tune

CONTAINER = (
    '<?xml version="1.0"?><container><rootfiles><rootfile full-path="{}" '
    'media-type="application/vnd.recordare.musicxml+xml"/></rootfiles></container>'
)
PLACE = "META-INF/container.xml"


def packed(entries: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive of these files."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", how) as zipped:
        for name, data in entries.items():
            zipped.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data, how)
    return archive.getvalue()


def mxl(text: str, how: int = zipfile.ZIP_DEFLATED, name: str = "score.xml") -> bytes:
    """Return a score as compressed MusicXML."""
    return packed({PLACE: CONTAINER.format(name).encode(), name: (xml.DECLARATION + text).encode()}, how)


def case(
    name: str, data: bytes, outcome: str, rows: tuple[Row, ...] | None = None, says: str = "", **more
) -> Case:
    """Return a case of an archive."""
    return Case("mxl", name, data, ".mxl", outcome, rows, says, **more)  # type: ignore[arg-type]


def cases(random: Random) -> Iterator[Case]:
    """Give hostile archives."""
    rows = tune(random)
    text = musicxml.score(musicxml.bars(rows))
    whole = mxl(text)
    for number in range(3):
        for name, changed in (*flips(random, whole, 60), *scrambled(random, whole, 30)):
            yield case(f"{name} ({number})", changed, "safe")
    for length in spread(5, len(whole) - 1, 60):
        yield case(f"cut to {length} bytes", whole[:length], "refused", says="damaged|cut off", is_cut=True)
    yield from _names(text, rows)
    yield from _lies(whole, text, rows)
    yield from _bombs(text)


def _names(text: str, rows: tuple[Row, ...]) -> Iterator[Case]:
    """Give archives whose names lead elsewhere, or nowhere."""
    data = (xml.DECLARATION + text).encode()
    for name in (
        "../../../score.xml",
        "/etc/score.xml",
        "C:\\score.xml",
        "a/" * 5_000 + "score.xml",
        "sc\u00f6re.xml",
    ):
        yield case(f"its score called {name[:20]}", mxl(text, name=name), "same", rows)
    for name in ("../../../etc/hostname", "/etc/hostname", "", "score.xml/", "SCORE.XML", "x" * 60_000):
        lost = packed({PLACE: CONTAINER.format(name).encode(), "score.xml": data})
        yield case(f"names {name[:20]!r}, which is not in it", lost, "refused", says="missing")
    yield case("no container", packed({"score.xml": data}), "told", rows, "only score")
    yield case("no container, two scores", packed({"a.xml": data, "b.xml": data}), "refused")
    yield case(
        "a container that names none",
        packed({PLACE: b"<container/>", "a.xml": data}),
        "refused",
        says="no score",
    )
    yield case(
        "a container that is no XML", packed({PLACE: b"<container", "a.xml": data}), "refused", says="XML"
    )
    yield case("an empty container", packed({PLACE: b"", "a.xml": data}), "refused")
    yield case(
        "a container that names itself",
        packed({PLACE: CONTAINER.format(PLACE).encode(), "a.xml": data}),
        "refused",
    )
    yield case("an empty archive", packed({}), "refused")
    yield case(
        "an archive in an archive",
        packed({PLACE: CONTAINER.format("a.mxl").encode(), "a.mxl": mxl(text)}),
        "refused",
    )
    yield case(
        "a score of no XML",
        packed({PLACE: CONTAINER.format("a.xml").encode(), "a.xml": bytes(1_000)}),
        "refused",
    )
    trap = xml.ENTITIES[0].format(root="container") + CONTAINER.format("a.xml").split("?>")[1]
    yield case(
        "entities in the container", packed({PLACE: trap.encode(), "a.xml": data}), "refused", says="entities"
    )


def _lies(whole: bytes, text: str, rows: tuple[Row, ...]) -> Iterator[Case]:
    """Give archives whose headers lie."""
    yield case("stored", mxl(text, zipfile.ZIP_STORED), "same", rows)
    yield case("packed by another way (bzip2)", mxl(text, zipfile.ZIP_BZIP2), "safe")
    yield case("packed by another way (lzma)", mxl(text, zipfile.ZIP_LZMA), "safe")
    yield case("junk after it", whole + b"junk" * 10, "safe")
    yield case("junk before it", b"junk" * 10 + whole, "safe")
    central = whole.rindex(b"PK\1\2")
    for name, at, size in (
        ("flags", 8, 2), ("method", 10, 2), ("checksum", 16, 4), ("packed size", 20, 4), ("size", 24, 4),
        ("name length", 28, 2), ("extra length", 30, 2), ("comment length", 32, 2), ("offset", 42, 4),
    ):  # fmt: skip
        for value in (0, 1, 255, 2 ** (8 * size) - 1, 2 ** (8 * size - 1)):
            place = central + at
            lied = whole[:place] + value.to_bytes(size, "little") + whole[place + size :]
            if lied != whole:
                yield case(f"its {name} told as {value}", lied, "refused" if name == "checksum" else "safe")
    end = whole.rindex(b"PK\5\6")
    for name, at, size in (
        ("entries", 8, 4),
        ("directory size", 12, 4),
        ("directory offset", 16, 4),
        ("comment", 20, 2),
    ):
        for value in (0, 1, 2 ** (8 * size) - 1, 2 ** (8 * size - 1)):
            place = end + at
            lied = whole[:place] + value.to_bytes(size, "little") + whole[place + size :]
            yield case(f"its end tells {name} as {value}", lied, "safe")


def _bombs(text: str) -> Iterator[Case]:
    """Give archives that swell."""

    def swollen(inside: str, count: int) -> bytes:
        return mxl(text.replace("<part-list>", f"<part-list>{inside * count}", 1))

    for megabytes in (3, 30, 63, 65, 200):
        yield case(f"{megabytes} MB of blanks", swollen(" " * 1_024, megabytes * 1_024), "safe")
    yield case("60 MB of blanks and one wide letter", swollen(" " * 1_024, 60_000).replace(b"", b""), "safe")
    yield case(
        "60 million blanks after a wide letter",
        mxl(text.replace("<part-list>", "<part-list>\U0001f3b5" + " " * 60_000_000, 1)),
        "safe",
    )
    yield case("3,900,000 empty elements", swollen("<a/>", 3_900_000), "safe")
    yield case("1,900,000 elements with text", swollen("<a>b</a>c", 1_900_000), "safe")
    yield case(
        "as bzip2",
        packed({PLACE: CONTAINER.format("a.xml").encode(), "a.xml": b" " * 80_000_000}, zipfile.ZIP_BZIP2),
        "refused",
    )
    yield case(
        "as lzma",
        packed({PLACE: CONTAINER.format("a.xml").encode(), "a.xml": b" " * 80_000_000}, zipfile.ZIP_LZMA),
        "refused",
    )
    mime = packed({"mimetype": b" " * 80_000_000, "a.xml": text.encode()}, zipfile.ZIP_BZIP2)
    yield case("a type of 80 MB, as bzip2", mime, "safe")
    yield case("9,000 files", packed({f"{number}.xml": b"" for number in range(9_000)}), "refused")
    many = {
        PLACE: CONTAINER.format("a.xml").encode(),
        "a.xml": text.encode(),
        **{f"{n}.txt": b"" for n in range(998)},
    }
    yield case("1,000 files", packed(many), "safe")
    yield case("1,001 files", packed({**many, "one.txt": b""}), "refused", says="limit")
    yield case(
        "1,000 files that each swell",
        packed({**many, **{f"{n}.txt": b" " * 70_000 for n in range(998)}}),
        "refused",
        says="limit",
    )
