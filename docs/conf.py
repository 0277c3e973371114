"""How the site is made: `sphinx-build -W --keep-going -n -c docs . site`, from the repository's root.

The root is what is built, so that pages, notebooks, README and code link one another by the paths
that they have on disk, and read the same in an editor and in a repository's web pages. What only the
site needs is added here while it is built: the tree of pages out of docs/README.md, commands out of
their own help, fields out of docstrings.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from devsession import __version__

ROOT = Path(__file__).parents[1]
SECTIONS = {"Args:", "Raises:", "Returns:", "Yields:"}

project = "devsession"
release = version = __version__
html_title = "devsession"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/README"
include_patterns = ["*.md", "docs/*.md", "docs/reference/*", "notebooks/**.ipynb"]
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
html_show_copyright = False
html_show_sphinx = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"

myst_heading_anchors = 4
nb_execution_mode = "off"
nb_merge_streams = True

# Docstrings say `name` for code, and types that are not documented stay plain text.
default_role = "code"
autodoc_default_options = {
    "members": True,
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
    app.connect("autodoc-process-docstring", fields_of_docstring, priority=400)  # before napoleon


def add_what_is_made(_app: Any, page: str, source: list[str]) -> None:
    if page == root_doc:
        source[0] += tree_of(source[0])
    if page == "docs/commands":
        source[0] += commands()


def tree_of(index: str) -> str:
    """The tree of pages: those that the index links to, under its headings, and every notebook."""
    parts: dict[str, list[str]] = {}
    heading = ""
    for token, after in zip(
        tokens := MarkdownIt().enable("table").parse(index), tokens[1:], strict=False
    ):
        if token.type == "heading_open" and token.tag == "h2":
            heading = after.content
        links = [child.attrs.get("href", "") for child in token.children or ()]
        parts.setdefault(heading, []).extend(
            link for link in links if re.fullmatch(r"[^:#]+\.(md|rst|ipynb)", str(link))
        )
    notebooks = sorted((ROOT / "notebooks").glob("**/0*.ipynb"), key=lambda file: file.name)
    parts["Notebooks"] = [f"../{file.relative_to(ROOT)}" for file in notebooks]
    return "".join(
        f"\n\n```{{toctree}}\n:hidden:\n:caption: {heading}\n\n"
        + "\n".join(dict.fromkeys(pages))
        + "\n```\n"
        for heading, pages in parts.items()
        if heading and pages
    )


def commands() -> str:
    """The help of every command and option, as typer tells it."""
    import typer
    from typer.cli import get_docs_for_click

    from devsession.cli.commands import app

    command = typer.main.get_command(app)
    told = get_docs_for_click(obj=command, ctx=typer.Context(command), name="devsession")
    return "\n" + told.partition("\n")[2]


def fields_of_docstring(
    _app: Any, _what: str, _name: str, of: Any, _options: Any, lines: list[str]
) -> None:
    """`Raises: ..`, `Source: ..` and `argument: ..`, at the start of a line, become fields.

    Sections with lines of their own are napoleon's. What a form's field says of its options is left
    out: the signature has them. What is indented, or drawn with lines, stays as it is.
    """
    try:
        arguments = set(inspect.signature(of).parameters)
    except (TypeError, ValueError):
        arguments = set()
    made: list[str] = []
    within = ""  # what stands before the lines that go on with the last field
    in_section = False
    for line in lines[: lines.index("Options:") if "Options:" in lines else None]:
        label, colon, rest = line.partition(": ")
        in_section = line in SECTIONS or (in_section and (not line or line.startswith("    ")))
        if colon and (label in {"Raises", "Source"} or set(label.split(", ")) <= arguments):
            made += [] if within or not made or not made[-1] else [""]
            made.append(f":{label}: {rest}" if label[0].isupper() else f":param {label}: {rest}")
            within = "    "
        elif in_section:
            made += [""] if line in SECTIONS and made and made[-1] else []
            made.append(line)
            within = ""
        elif within and line.strip():
            made.append(within + line.strip())
        elif line.startswith(("├", "└", "│", "    ")):  # drawn, or code
            made += [] if made and made[-1].startswith("    ") else ["", "::", ""]
            made.append(f"    {line}")
        else:
            within = ""
            made.append(line)
    lines[:] = made
