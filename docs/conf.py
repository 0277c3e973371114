"""How the site is made: `sphinx-build -W --keep-going -n -c docs . site/html`, from the repository's root.

The root is what is built, so that pages, notebooks, README and code link one another by the paths
that they have on disk, and read the same in an editor and in a repository's web pages. What only the
site needs is added here while it is built: the tree of pages out of docs/README.md, commands out of
their own help, fields out of docstrings.
"""

from __future__ import annotations

import inspect
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from sphinx.ext.napoleon import Config, GoogleDocstring

from devsession import __version__

ROOT = Path(__file__).parents[1]
SECTIONS = {"Args:", "Raises:", "Returns:", "Yields:"}

project = "devsession"
release = version = __version__
html_title = "devsession"
extensions = ["myst_nb", "sphinx.ext.autodoc"]
root_doc = "docs/README"
include_patterns = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/*.md",
    "docs/reference/*",
    "notebooks/**.ipynb",
]
exclude_patterns = [
    "site",
    ".*",
    "**/.*",
    "build",
    "dist",
    "devsession-tour",
    "plugin_template",
    "tests",
]

html_theme = "furo"
html_extra_path = ["site_root"]  # the way from the root to the first page
html_static_path = ["static"]
html_css_files = ["site.css"]
html_use_index = False  # the search finds more
html_show_copyright = False
html_show_sphinx = False
# Cells of notebooks in the theme's colours.
html_theme_options = {
    "light_css_variables": {
        "mystnb-source-bg-color": "var(--color-code-background)",
        "mystnb-source-border-color": "var(--color-background-border)",
        "mystnb-source-margin-color": "var(--color-brand-primary)",
        "mystnb-stdout-bg-color": "var(--color-background-secondary)",
    },
}
pygments_style = "friendly"
pygments_dark_style = "github-dark"

myst_heading_anchors = 4
nb_execution_mode = "off"
nb_merge_streams = True

# Docstrings say `name` for code, and types that are not documented stay plain text.
default_role = "code"
autodoc_default_options = {
    "member-order": "bysource",
    "exclude-members": "model_config, model_post_init",
}
autodoc_typehints = "signature"
autodoc_class_signature = "mixed"
maximum_signature_line_length = 88
python_use_unqualified_type_names = True
nitpick_ignore_regex = [("py:.*", ".*")]


def setup(app: Any) -> None:
    app.connect("source-read", add_what_is_made)
    app.connect("autodoc-process-signature", signature_of_its_own)
    app.connect("autodoc-process-docstring", fields_of_docstring)


def add_what_is_made(_app: Any, page: str, source: list[str]) -> None:
    if page == root_doc:
        source[0] += tree_of(source[0])
    if page == "docs/commands":
        source[0] += commands()
    if page == "docs/reference/omnata":
        source[0] += omnata_names()


def tree_of(index: str) -> str:
    """The tree of pages: the links of the index under its headings, and notebooks that it leaves out."""
    parts: dict[str, dict[str, str]] = {}
    heading = ""
    tokens = MarkdownIt().parse(index)
    for token, after in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            heading = after.content
        within = token.children or []
        for link, text in pairwise(within):
            target = str(link.attrs.get("href", ""))
            if heading and re.fullmatch(r"[^:#]+\.(md|rst|ipynb)", target):
                parts.setdefault(heading, {}).setdefault(target, text.content)
    # One folder deep: neither checkpoints nor what a notebook keeps for itself.
    for file in sorted(ROOT.glob("notebooks/0*.ipynb")) + sorted(
        ROOT.glob("notebooks/[a-z]*/0*.ipynb")
    ):
        parts.setdefault("Notebooks", {}).setdefault(f"../{file.relative_to(ROOT)}", file.stem)
    return "".join(
        f"\n\n```{{toctree}}\n:hidden:\n:caption: {heading}\n\n"
        + "\n".join(f"{text} <{page}>" for page, text in pages.items())
        + "\n```\n"
        for heading, pages in parts.items()
    )


def commands() -> str:
    """The help of every command and option, as typer tells it."""
    import typer
    from typer.cli import get_docs_for_click

    from devsession.cli.commands import app

    command = typer.main.get_command(app)
    told = get_docs_for_click(obj=command, ctx=typer.Context(command), name="devsession")
    return "\n" + told.partition("\n")[2]


def omnata_names() -> str:
    """Each name of the dialect, and ours that it leads to."""
    from devsession.omnata_names.names import MODULES, PACKAGE

    rows = [
        f"   * - ``{PACKAGE}.{module}.{name}``\n     - ``{home}.{ours}``"
        for module, names in MODULES.items()
        for name, (home, ours) in sorted(names.items())
    ]
    return "\n.. list-table::\n\n" + "\n".join(rows) + "\n"


def signature_of_its_own(
    _app: Any, what: str, _name: str, of: Any, _options: Any, *_: Any
) -> tuple[str, None] | None:
    """None for an error that takes what all take: a page of these says less than their names."""
    return ("", None) if what == "exception" and "__init__" not in vars(of) else None


def fields_of_docstring(
    _app: Any, _what: str, _name: str, of: Any, _options: Any, lines: list[str]
) -> None:
    """`Raises: ..`, `Source: ..` and `argument: ..`, where a sentence may begin, become fields.

    Sections with lines of their own are napoleon's. What a form's field says of its options is left
    out: the signature has them. What is indented, or drawn with lines, stays as it is.
    """
    try:
        names = {"Raises", "Source", *inspect.signature(of).parameters}
    except (TypeError, ValueError):
        names = {"Raises", "Source"}
    begins = re.compile(rf"(?<=[.;] )(?=(?:{'|'.join(names)}): )")
    given = lines[: lines.index("Options:") if "Options:" in lines else None]
    made: list[str] = []
    within = in_section = False
    for line in (part.rstrip() for each in given for part in begins.split(each)):
        label, colon, rest = line.partition(": ")
        in_section = line in SECTIONS or (in_section and (not line or line.startswith("    ")))
        if colon and set(label.split(", ")) <= names:
            made += [] if within or not made or not made[-1] else [""]
            made.append(f":{label}: {rest}" if label[0].isupper() else f":param {label}: {rest}")
            within = True
        elif in_section:
            made += [""] if line in SECTIONS and made and made[-1] else []
            made.append(line)
            within = False
        elif within and line:
            made.append(f"    {line}")
        elif line.startswith(("├", "└", "│", "    ")):  # drawn, or code
            made += [] if made and made[-1].startswith("    ") else ["", "::", ""]
            made.append(f"    {line}")
        else:
            within = False
            made.append(line)
    lines[:] = GoogleDocstring(made, Config()).lines()
