"""XML from strangers: nothing in it swells, opens a file or asks the net, whichever door it comes in by."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import goldenear as ge
from goldenear.notes.formats import score
from goldenear.notes.formats.score import parse_mei, parse_musicxml, parse_mxl
from test_score import container, mxl
from written_scores import WALTZ, bar, mei, partwise

SECRET = "hidden-words-of-a-file"
REACHING = (
    "open",
    "socket.",
    "urllib.",
    "http.",
    "ftplib.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "exec",
)
watching: list[list[tuple[str, object]]] = []


def note_down(event: str, arguments: tuple[object, ...]) -> None:
    if watching and event.startswith(REACHING):
        watching[-1].append((event, arguments[0] if arguments else None))


# A hook cannot be taken off again; it does nothing unless something is watched.
sys.addaudithook(note_down)


@contextmanager
def watched() -> Iterator[list[tuple[str, object]]]:
    """Give the list of what Python opens, asks or runs in the meantime."""
    watching.append([])
    try:
        yield watching[-1]
    finally:
        watching.pop()


def without_declaration(text: str) -> str:
    return text.partition("?>")[2] if text.startswith("<?xml") else text


MUSICXML = without_declaration(partwise(*WALTZ)).partition("<score-partwise>")
BODIES = {
    "MusicXML": ("score-partwise", "".join(MUSICXML[1:])),
    "MEI": ("mei", without_declaration(mei(bar("<note pname='c' oct='4' dur='4'/>")))),
}


def file_of(kind: str, doctype: str, inside: str = "", before: str = "") -> bytes:
    """Return a file whose root is preceded by a document type, with something just inside the root."""
    root, body = BODIES[kind.removeprefix("packed ")]
    end = body.index(">") + 1
    text = f'<?xml version="1.0"?>{before}{doctype.format(root=root)}{body[:end]}{inside}{body[end:]}'
    if kind.startswith("packed"):
        return mxl({"META-INF/container.xml": container("s.xml"), "s.xml": text})
    return text.encode()


PARSERS = {"MusicXML": parse_musicxml, "packed MusicXML": parse_mxl, "MEI": parse_mei}


def notes_of(kind: str, data: bytes) -> list[str]:
    return [repr(track) for tune in PARSERS[kind](data, "x") for track in tune.tracks]


def everything_of(kind: str, data: bytes) -> str:
    return repr(PARSERS[kind](data, "x"))


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path


REFUSED = {
    "a bomb of entities": '<!DOCTYPE {root} [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
    "one long entity, used often": '<!DOCTYPE {root} [<!ENTITY a "' + "ha" * 10_000 + '">]>',
    "an entity that is a file": '<!DOCTYPE {root} [<!ENTITY a SYSTEM "SECRET">]>',
    "an entity that is a password file": '<!DOCTYPE {root} [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "an entity on the net": '<!DOCTYPE {root} [<!ENTITY a SYSTEM "http://127.0.0.1:9/a">]>',
    "an entity of a public name": '<!DOCTYPE {root} [<!ENTITY a PUBLIC "-//x//y" "http://127.0.0.1:9/a">]>',
    "an entity that is no text": '<!DOCTYPE {root} [<!NOTATION n SYSTEM "n"><!ENTITY a SYSTEM "SECRET" NDATA n>]>',
    "an entity of the document type itself": '<!DOCTYPE {root} [<!ENTITY % a SYSTEM "SECRET"> %a;]>',
    "a document type that sends a file away": (
        '<!DOCTYPE {root} [<!ENTITY % f SYSTEM "SECRET"><!ENTITY % a "<!ENTITY b SYSTEM \'http://127.0.0.1:9/%f;\'>">%a;]>'
    ),
    "an entity that holds itself": '<!DOCTYPE {root} [<!ENTITY a "&b;"><!ENTITY b "&a;">]>',
    "attributes that every element gets": '<!DOCTYPE {root} [<!ATTLIST a b CDATA "' + "ha" * 10_000 + '">]>',
}


@pytest.mark.parametrize("kind", PARSERS)
@pytest.mark.parametrize("what", REFUSED)
def test_what_swells_or_reaches_out_is_refused_before_it_is_parsed(
    what: str, kind: str, secret: Path
) -> None:
    notes_of(kind, file_of(kind, ""))  # Python itself opens what it needs the first time.
    data = file_of(kind, REFUSED[what].replace("SECRET", secret.as_uri()), "<x>&a;</x>")
    with (
        watched() as seen,
        pytest.raises(ge.UnreadableFile, match=r"^x: it defines XML (entities|attributes)") as told,
    ):
        PARSERS[kind](data, "x")
    assert seen == []
    assert SECRET not in str(told.value)


IGNORED = {
    "a document type that is a file": '<!DOCTYPE {root} SYSTEM "SECRET">',
    "a document type on the net": '<!DOCTYPE {root} SYSTEM "http://127.0.0.1:9/a.dtd">',
    "a document type of a public name": '<!DOCTYPE {root} PUBLIC "-//x//y" "ftp://127.0.0.1:9/a.dtd">',
    "a document type inside the file": "<!DOCTYPE {root} [<!ELEMENT {root} ANY>]>",
    "a notation": '<!DOCTYPE {root} [<!NOTATION n SYSTEM "SECRET">]>',
}


@pytest.mark.parametrize("kind", PARSERS)
@pytest.mark.parametrize("what", IGNORED)
def test_a_document_type_is_passed_over_and_nothing_is_fetched(what: str, kind: str, secret: Path) -> None:
    plain = notes_of(kind, file_of(kind, ""))
    with watched() as seen:
        found = notes_of(kind, file_of(kind, IGNORED[what].replace("SECRET", secret.as_uri())))
    assert found == plain
    assert seen == []


INSTRUCTIONS = {
    "a style sheet": '<?xml-stylesheet type="text/xsl" href="SECRET"?>',
    "a style sheet on the net": '<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/a.xsl"?>',
    "a schema": '<?xml-model href="http://127.0.0.1:9/a.rng" type="application/xml"?>',
    "a program": "<?php readfile('SECRET'); ?><?python import os; os.system('true') ?>",
}
INSIDE = {
    "a file to be included": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="SECRET"/>',
    "a place of schemas": '<x xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:schemaLocation="a SECRET"/>',
    "a link": '<link xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="SECRET" xlink:actuate="onLoad"/>',
}


@pytest.mark.parametrize("kind", PARSERS)
@pytest.mark.parametrize("what", [*INSTRUCTIONS, *INSIDE])
def test_instructions_inclusions_and_links_do_nothing(what: str, kind: str, secret: Path) -> None:
    plain = notes_of(kind, file_of(kind, ""))
    said = (INSTRUCTIONS | INSIDE)[what].replace("SECRET", secret.as_uri())
    before, inside = (said, "") if what in INSTRUCTIONS else ("", said)
    data = file_of(kind, "", inside + (said if before else ""), before)
    with watched() as seen:
        found = notes_of(kind, data)
        everything = everything_of(kind, data)
    assert found == plain
    assert seen == []
    assert SECRET not in everything


@pytest.mark.parametrize("value", ['"{}"', "'{}'", ' \n"{}"', '"{}'])
@pytest.mark.parametrize("name", ["xmlns", "xmlns:p", "xmlns \n:x xmlns:p \n"])
def test_a_namespace_with_a_long_name_is_refused(name: str, value: str) -> None:
    inside = f"<p:a {name}={value.format('n' * (score.LONGEST_NAMESPACE + 1))}/>"
    for before in ("", "<!-- xmlns=' -->", '<!-- xmlns:x=" --><x y="" />', "<!-- xmlns -->"):
        for kind, parse in PARSERS.items():
            with pytest.raises(ge.UnreadableFile, match="a namespace in it has more than 200 letters"):
                parse(file_of(kind, "", before + inside), "x")


def test_namespaces_of_usual_names_and_words_like_them_are_read() -> None:
    inside = (
        f'<p:a xmlns:p="{"n" * score.LONGEST_NAMESPACE}"/><x>xmlns, xmlns:p and "xmlns" {"so on " * 100}</x>'
    )
    assert notes_of("MusicXML", file_of("MusicXML", "", inside)) == notes_of(
        "MusicXML", file_of("MusicXML", "")
    )


def test_the_watch_sees_what_is_opened(secret: Path) -> None:
    with watched() as seen:
        secret.read_text()
    assert seen == [("open", str(secret))]
    assert watching == []


@pytest.mark.parametrize("kind", PARSERS)
def test_a_file_is_opened_once_and_nothing_else_with_it(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{'.mxl' if kind.startswith('packed') else '.xml'}"
    path.write_bytes(file_of(kind, '<!DOCTYPE {root} SYSTEM "http://127.0.0.1:9/a.dtd">'))
    ge.read(path)
    with watched() as seen:
        ge.read(path)
    # The number is that of the file, once it is open.
    assert [(event, name) for event, name in seen if not isinstance(name, int)] == [("open", str(path))]
