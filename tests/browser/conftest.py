"""A JupyterLab and a Chromium for the tests that drive them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.lab import Lab, running_lab
from tests.browser.notebook_page import NotebookPage, open_in, write_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "no Chromium on this machine: apt-get install chromium"
# Milliseconds: a kernel that starts on a busy machine takes seconds.
PATIENCE = 30_000
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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of a laptop's size, with nothing remembered."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def open_notebook(lab: Lab, page: Page) -> Iterator[Callable[[Path], NotebookPage]]:
    """Open a notebook from the Lab's folder; its kernel ends with the test."""
    yield lambda path: open_in(lab, page, path)
    page.close()
    lab.shut_kernels()


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """One for all tests of a module."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def stage(lab: Lab, window: Page) -> Iterator[NotebookPage]:
    """A notebook for all tests of a module: each has it `show` a cell of its own."""
    folder = Path(mkdtemp(dir=lab.folder))
    yield open_in(lab, window, write_notebook(folder / "stage.ipynb", ["None"]))
    lab.shut_kernels()


@pytest.fixture(scope="module")
def gallery(lab: Lab, window: Page) -> Iterator[NotebookPage]:
    """The notebook that shows every form and report, run."""
    from tests.browser.gallery import CELLS, CLICKED, FORMS

    path = write_notebook(lab.folder / "gallery.ipynb", CELLS)
    notebook = open_in(lab, window, path)
    notebook.run_all()
    expect(notebook.outputs(len(CELLS) - 1).first).to_be_visible(timeout=4 * PATIENCE)
    expect(notebook.page.locator(".devsession-form")).to_have_count(len(FORMS))
    for title, button in CLICKED:
        notebook.form(title).get_by_role("button", name=button).click()
        expect(notebook.form(title)).to_have_attribute("aria-busy", "false", timeout=4 * PATIENCE)
    # Not those of a template that is wrong: they stay as they are until it is right.
    expect(notebook.page.locator("[aria-busy=true]:not(.dsf-texts)")).to_have_count(0)
    yield notebook
    notebook.use_theme("Light")
    lab.shut_kernels()
