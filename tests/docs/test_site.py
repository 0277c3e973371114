"""The site is built without a warning: pages, notebooks, reference, and every link between them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from devsession.cli.commands import app
from tests.docs.pages import CHECKOUT, PAGES

if TYPE_CHECKING:
    from pathlib import Path

# As CONTRIBUTING says it, without what it tells on the way.
(LINE,) = re.findall(
    r"sphinx-build (.+) -c docs \. site/html", (CHECKOUT / "CONTRIBUTING.md").read_text("utf-8")
)
BUILD = ["-m", "sphinx", "-q", *LINE.split(), "-c"]
NOTEBOOKS = sorted(CHECKOUT.glob("notebooks/**/0*.ipynb"))
BROKEN = """
# devsession

[no page](nowhere.md), [no file](../devsession/nowhere.py), [no heading](#nowhere),
[none there](README.md#elsewhere), ![no picture](nowhere.png)
"""
LOST = ("nowhere.md", "nowhere.py", "'nowhere'", "'elsewhere'", "nowhere.png")


def build(source: Path, to: Path) -> str:
    """What the build says; nothing, when all is well."""
    done = subprocess.run(
        [sys.executable, *BUILD, CHECKOUT / "docs", source, to],
        cwd=CHECKOUT,
        env=os.environ | {"NO_COLOR": "1", "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) == (done.stderr == "")
    return done.stderr


def text_of(page: Path) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")).split())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    assert build(CHECKOUT, folder) == ""
    return folder


def test_every_notebook_is_in_it_with_its_outputs(site: Path) -> None:
    made = {file: site / file.relative_to(CHECKOUT).with_suffix(".html") for file in NOTEBOOKS}
    assert {
        file.name for file, page in made.items() if "cell_output" not in page.read_text("utf-8")
    } == set()


def test_every_command_is_in_it(site: Path) -> None:
    page = text_of(site / "docs" / "commands.html")
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert {name for name in commands if f"devsession {name}" not in page} == set()


def test_what_raises_says_so_in_the_reference(site: Path) -> None:
    page = text_of(site / "docs" / "reference" / "session.html")
    assert "Raises: UnknownNameError when no sync has this slug" in page


def test_its_root_leads_to_the_first_page(site: Path) -> None:
    (target,) = re.findall(r"url=([^\"]+)", (site / "index.html").read_text(encoding="utf-8"))
    assert (site / target).is_file()


def test_links_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "README.md").write_text(BROKEN, encoding="utf-8")
    told = build(tmp_path, tmp_path / "site")

    assert [name for name in LOST if name not in told] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_an_anchor_is_that_of_the_repositorys_pages_too(page: Path) -> None:
    links = re.findall(r"\]\(((?!\w+:)[^)#\s]*)#([^)\s]+)\)", page.read_text(encoding="utf-8"))
    lost = [
        anchor
        for file, anchor in links
        if anchor not in anchors_of(page.parent / file if file else page)
    ]
    assert lost == []


def anchors_of(page: Path) -> set[str]:
    """Those of its headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_to_elsewhere_has_the_form_of_one(page: Path) -> None:
    links = re.findall(r"\]\((\w+:[^)\s]*)", page.read_text(encoding="utf-8"))
    assert [
        link
        for link in links
        if urlsplit(link).scheme != "https" or "." not in urlsplit(link).netloc
    ] == []
