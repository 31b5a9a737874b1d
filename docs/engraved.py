"""This file is where scores that we wrote ourselves become engraved pages, for the gallery.

Never engrave a user's file with it: the engraver runs in this process, and a damaged score can end it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import goldenear as ge

_OPTIONS = {
    "adjustPageHeight": True,
    "breaks": "auto",
    "footer": "none",
    "header": "none",
    "pageWidth": 2000,
    "scale": 40,
    "svgViewBox": True,
}

_PAPER = '<rect width="100%" height="100%" fill="white"/>\n   '


@dataclass(frozen=True)
class Engraving:
    """An engraved score; a block of a gallery script that ends in one is shown with it.

    Parameters
    ----------
    pages : tuple of str
        Each an SVG document.
    """

    pages: tuple[str, ...]


def engraving(notes, *, metre: str = "4/4") -> Engraving:
    """Engrave notes; the parameters are those of :func:`goldenear.write`."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "score.musicxml"
        ge.write(notes, path, metre=metre)
        return Engraving(tuple(engraved(path)))


def engraved(path: str | os.PathLike[str]) -> list[str]:
    """Return the pages of a score.

    Parameters
    ----------
    path : str or PathLike
        A MusicXML file that :func:`goldenear.write` wrote.

    Returns
    -------
    list of str
        An SVG document a page, the same whenever it is drawn.

    Raises
    ------
    ValueError
        If the engraver takes the file for no score.
    """
    import verovio

    verovio.enableLog(verovio.LOG_ERROR)
    engraver = verovio.toolkit()
    engraver.setOptions(_OPTIONS)
    engraver.resetXmlIdSeed(1)
    if not engraver.loadData(Path(path).read_text(encoding="utf-8")):
        raise ValueError(f"{os.fspath(path)}: cannot be engraved")
    pages = [engraver.renderToSVG(page) for page in range(1, engraver.getPageCount() + 1)]
    # White paper, so that the ink is seen on a dark page, too.
    return [page.replace("<defs>", f"{_PAPER}<defs>", 1) for page in pages]
