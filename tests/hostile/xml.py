"""What is hostile in any XML: cuts, entities, encodings, depth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from hostile.case import Case, Row, flips, scrambled, spread

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

ENTITIES = (
    '<!DOCTYPE {root} [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
    '<!DOCTYPE {root} [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    '<!DOCTYPE {root} [<!ENTITY % a SYSTEM "http://localhost:1/a.dtd"> %a;]>',
    '<!DOCTYPE {root} [<!ENTITY\n a "b">]>',
)


def hostile(random: Random, kind: str, ending: str, text: str, rows: tuple[Row, ...]) -> Iterator[Case]:
    """Give what may befall any XML file; `text` is one without a declaration, whose notes are `rows`."""
    root = re.match(r"<([a-zA-Z-]+)", text)[1]  # type: ignore[index]
    data = (DECLARATION + text).encode()

    def case(name, data, outcome, notes=None, says="", **more):
        return Case(kind, name, data, ending, outcome, notes, says, **more)

    yield case("as it is", data, "same", rows)
    for length in spread(len(DECLARATION) + len(root) + 2, len(data) - 1, 70):
        yield case(f"cut to {length} bytes", data[:length], "refused", is_cut=True)
    tags = [found.start() for found in re.finditer("<", text)]
    for place in random.sample(tags[1:], min(40, len(tags) - 1)):
        cut = (DECLARATION + text[:place]).encode()
        yield case(f"cut before the tag at {place}", cut, "refused", says="not sound XML", is_cut=True)
    for number, doctype in enumerate(ENTITIES):
        trap = (DECLARATION + doctype.format(root=root) + text).encode()
        yield case(f"entities of kind {number}", trap, "refused", says="entities")
    external = f'<!DOCTYPE {root} SYSTEM "file:///dev/zero">'
    yield case(
        "a document type that no one must fetch", (DECLARATION + external + text).encode(), "same", rows
    )
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"):
        yield case(f"in {encoding}", text.encode(encoding), "same", rows)
    latin = '<?xml version="1.0" encoding="ISO-8859-1"?>' + text
    yield case("in Latin-1", latin.encode("latin-1"), "same", rows)
    for encoding in ("utf-7", "EBCDIC-CP-US", "idna", "zip", "rot13", "unicode_escape", "x" * 300):
        declared = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode()
        yield case(f"in an encoding called {encoding[:20]}", declared, "refused", says="encoding")
    yield case("bytes that are no UTF-8", data + b"<!-- \xff\xfe -->", "refused", says="encoding")
    yield case("a zero in it", data.replace(b"><", b">\0<", 1), "refused")
    yield case("two roots", data + text.encode(), "refused", says="XML")
    yield case("text after the root", data + b"tail", "refused", says="XML")
    yield case("comments everywhere", data.replace(b"><", b"><!-- <note/> --><"), "same", rows)
    yield case("instructions everywhere", data.replace(b"><", b"><?a b?><"), "same", rows)
    for depth in (1_000, 100_000):
        deep = "<a>" * depth + "</a>" * depth
        yield case(
            f"{depth:,} elements deep at the end",
            data.replace(f"</{root}>".encode(), f"{deep}</{root}>".encode()),
            "safe",
        )
        yield case(f"{depth:,} elements deep, and nothing else", (DECLARATION + deep).encode(), "refused")
    wide = "<a " + " ".join(f'b{number}=""' for number in range(50_000)) + "/>"
    yield case("50,000 attributes", data.replace(f"</{root}>".encode(), f"{wide}</{root}>".encode()), "safe")
    yield case(
        "a comment of 900,000 bytes",
        data.replace(b"?>", b"?><!--" + b" " * 900_000 + b"-->", 1),
        "same",
        rows,
    )
    yield case("200,000 declarations before", b"<!a>" * 200_000 + data, "safe")
    for name, changed in (*flips(random, data, 120), *scrambled(random, data, 80)):
        yield case(name, changed, "safe")
