"""How the documentation is built."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

import goldenear

project = "goldenear"
author = "the goldenear authors"
copyright = "2026, the goldenear authors"
version = release = goldenear.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_gallery.gen_gallery"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build", "gallery/*.rst", "gallery/README*"]

napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}

html_theme = "furo"
html_title = "goldenear"
html_static_path: list[str] = []

sphinx_gallery_conf = {
    "image_scrapers": ("gallery_figures.keep_figure",),
    "ignore_repr_types": r"matplotlib\.figure\.Figure|engraved\.Engraving",
    "within_subsection_order": "FileNameSortKey",
    "examples_dirs": "gallery",
    "gallery_dirs": "auto_gallery",
    "filename_pattern": r".*\.py",
    "download_all_examples": False,
    "show_signature": False,
    "show_memory": False,
    "min_reported_time": 10**6,
    "abort_on_example_error": True,
    "write_computation_times": False,
}
