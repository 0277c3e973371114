"""A JupyterLab and a Chromium for the tests that drive them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.lab import running_lab
from tests.browser.notebook_page import open_beside, open_in, write_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page, ViewportSize

    from tests.browser.lab import Lab
    from tests.browser.notebook_page import NotebookPage

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "no Chromium on this machine: apt-get install chromium"
# Milliseconds: a kernel or a session that starts on a busy machine takes a minute.
PATIENCE = 120_000
LAPTOP: ViewportSize = {"width": 1280, "height": 1000}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
]


# Everything here lives as long as the tests of this package: Playwright runs an event loop in this
# thread, which tests elsewhere should not find running.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium: Playwright downloads none. Without one, a CI run fails."""
    found = [path for path in map(shutil.which, CHROMIUMS) if path]
    if not found:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(INSTALL)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found[0], args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One JupyterLab for all tests, over an empty folder; not started without a Chromium."""
    assert browser.is_connected()
    folder, home = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("home")
    with running_lab(folder, home) as lab:
        yield lab


@pytest.fixture(scope="package")
def lab_page(browser: Browser, lab: Lab) -> Iterator[NotebookPage]:
    """A Lab's page with a notebook, for all tests: to load a page takes seconds of computing."""
    context = browser.new_context(viewport=LAPTOP)
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    folder = Path(mkdtemp(dir=lab.folder))
    yield open_in(lab, context.new_page(), write_notebook(folder / "stage.ipynb", ["None"]))
    context.close()


@pytest.fixture
def page(lab_page: NotebookPage) -> Page:
    """The Lab's page, in a laptop's size."""
    lab_page.page.set_viewport_size(LAPTOP)
    return lab_page.page


@pytest.fixture
def stage(lab_page: NotebookPage, page: Page) -> NotebookPage:
    """A notebook that is open for all tests, on one kernel: each test has it `show` cells of its own."""
    return lab_page


@pytest.fixture
def open_notebook(lab: Lab, page: Page) -> Iterator[Callable[[Path], NotebookPage]]:
    """Open a notebook from the Lab's folder, on a kernel of its own; both end with the test."""
    opened: list[NotebookPage] = []

    def open_(path: Path) -> NotebookPage:
        opened.append(open_beside(lab, page, path))
        return opened[-1]

    yield open_
    for notebook in reversed(opened):
        notebook.shut_kernel()
        notebook.close()
