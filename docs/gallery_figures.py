"""How the gallery keeps the figures and scores of its scripts: ours need no pyplot, where it would look for them."""

from pathlib import Path

from engraved import Engraving
from matplotlib.figure import Figure
from sphinx_gallery.scrapers import figure_rst

kept: list[Figure | Engraving] = []


def keep_figure(block, block_vars, gallery_conf) -> str:
    """Keep the figure, or the engraved score, that a block of a script ends in."""
    last = block_vars["example_globals"].get("___")
    if not isinstance(last, Figure | Engraving) or any(last is one for one in kept):
        return ""
    kept.append(last)
    names = iter(block_vars["image_path_iterator"])
    if isinstance(last, Figure):
        path = next(names)
        last.savefig(path, dpi=100)
        return figure_rst([path], gallery_conf["src_dir"])
    shown = ""
    for number, page in enumerate(last.pages, start=1):
        path = Path(next(names)).with_suffix(".svg")
        path.write_text(page, encoding="utf-8")
        shown += figure_rst([str(path)], gallery_conf["src_dir"], fig_titles=f"engraved score, page {number}")
    return shown
