"""How Sphinx builds the docs: Markdown pages, the API from its docstrings, nothing fetched."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]

project = "landbridge"
author = "The landbridge authors"
copyright = "2026, The landbridge authors"
_source = (ROOT / "src/landbridge/__init__.py").read_text(encoding="utf-8")
release = re.findall(r'^__version__ = "([^"]+)"', _source, flags=re.MULTILINE)[0]
version = release

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"landbridge {release}"
html_show_sphinx = False

myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3

default_role = "code"
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
python_use_unqualified_type_names = True
napoleon_google_docstring = True
