"""A person signs in to the practice app from a form or a cell, in JupyterLab itself."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from devsession.sandbox import stop_sandbox
from devsession.warehouse import embedded_service
from tests.browser.notebook_page import open_beside, write_notebook
from tests.session import person_plugin
from tests.session.test_person import Browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator, Page

    from tests.browser.lab import Lab
    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

OPEN = """
import plugin
from devsession import DevelopmentSession, secret
session = DevelopmentSession(plugin.Friendly)
plugin.URL = session.sandbox.url
answers = {
    "method": "Known app",
    "oauth_client_id": session.sandbox.client_id,
    "oauth_client_secret": secret("SANDBOX_CLIENT_SECRET"),
}"""
FORM = "session.connection.form.fill(**answers)\nsession.connection"
FILL = "session.connection.fill(**answers)"
TIME_IS_UP = "session.connection.person._asked.sign_in._until = 0"
FILLED = "assert session.connection.filled"
NOT_FILLED = "assert not session.connection.filled"
TOKENS = ("sbo_", "sbt_", "sbr_")  # how codes and tokens of the practice app begin
numbers = count()


@pytest.fixture(scope="module")
def folder(lab: Lab) -> Iterator[Path]:
    """A project in the Lab, with its warehouse and its practice app."""
    folder = Path(mkdtemp(dir=lab.folder))
    yield folder
    stop_sandbox(folder)
    embedded_service(folder).stop()


@pytest.fixture(scope="module")
def shared(lab: Lab, lab_page: NotebookPage, folder: Path) -> Iterator[NotebookPage]:
    """A notebook on a kernel for these tests alone."""
    notebook = open_beside(lab, lab_page.page, write_notebook(folder / "sign_in.ipynb", ["None"]))
    yield notebook
    notebook.shut_kernel()
    notebook.close()


@pytest.fixture
def show(shared: NotebookPage, page: Page, folder: Path) -> Callable[[str], NotebookPage]:
    """Run a session's cell and this one in a new kernel; nobody has signed in before."""
    shared.restart_kernel()
    name = f"friendly_{next(numbers)}"
    text = Path(person_plugin.__file__).read_text(encoding="utf-8")
    (folder / "plugin.py").write_text(text.replace('"friendly"', f'"{name}"'), encoding="utf-8")

    def shown(cell: str) -> NotebookPage:
        shared.run(OPEN, cell)
        return shared

    return shown


@pytest.fixture
def notebook(show: Callable[[str], NotebookPage]) -> NotebookPage:
    """A notebook that shows the connection form, filled."""
    return show(FORM)


@pytest.fixture
def form(notebook: NotebookPage) -> Locator:
    """The form, after Save: a person has to sign in."""
    form = notebook.form("The connection form of Friendly")
    click(form, "Save")
    expect(link_of(form)).to_be_visible()
    return form


def click(form: Locator, button: str) -> None:
    form.get_by_role("button", name=button, exact=True).click()


def link_of(place: Locator) -> Locator:
    return place.get_by_role("link", name="Open the app to sign in")


def address_of(place: Locator) -> str:
    return str(link_of(place).get_attribute("href"))


def paste(form: Locator, address: str) -> None:
    form.get_by_label("the address that it ended at").fill(address)
    click(form, "Go on")
    expect(form.get_by_label("the address that it ended at")).to_have_value("")


def sign_in(page: Page, place: Locator, answer: str) -> None:
    """Click on the link, and answer at the app; the page that it ends at is closed."""
    with page.expect_popup() as opened:
        link_of(place).click()
    app = opened.value
    app.get_by_role("button", name=answer).click()
    expect(app.get_by_role("heading", name="You are back")).to_be_visible()
    app.close()


def test_what_goes_wrong_is_said_and_another_try_succeeds(
    lab: Lab, page: Page, form: Locator, notebook: NotebookPage
) -> None:
    sign_in(page, form, "Deny")
    expect(form.get_by_text("access_denied: The person said no.")).to_have_role("alert")
    expect(link_of(form)).to_be_hidden()

    click(form, "Save")
    click(form, "Cancel sign-in")
    expect(form.get_by_text("The sign-in was cancelled; nothing was saved")).to_be_visible()
    expect(link_of(form)).to_be_hidden()

    click(form, "Save")
    expect(link_of(form)).to_be_visible()
    end = Browser().ends_at(address_of(form))
    notebook.execute(TIME_IS_UP)
    expect(form.get_by_text("Nobody has signed in")).to_have_role("alert")
    expect(link_of(form)).to_be_hidden()

    click(form, "Save")
    paste(form, end)
    expired = form.get_by_text("This is not the address that the browser came back to")
    expect(expired).to_be_visible()
    paste(form, "http://127.0.0.1:1/callback?code=of-another&state=of-another")
    expect(form.get_by_text("it does not begin with the redirect")).to_have_role("alert")
    notebook.execute(NOT_FILLED)

    paste(form, Browser().ends_at(address_of(form)))
    expect(form.get_by_text("connection saved")).to_be_visible()
    notebook.execute(FILLED)
    notebook.save()
    files = [
        path for place in (lab.folder, lab.home) for path in place.rglob("*") if path.is_file()
    ]
    found = [path for path in files for kind in TOKENS if kind.encode() in path.read_bytes()]
    assert {path.name for path in found} == {"secrets"}


def test_a_notebook_that_is_opened_again_still_asks(
    page: Page, form: Locator, notebook: NotebookPage
) -> None:
    notebook.save()
    notebook.open_again()

    sign_in(page, form, "Allow")

    expect(form.get_by_text("connection saved")).to_have_role("status")
    expect(link_of(form)).to_be_hidden()
    notebook.execute(FILLED)


def test_by_keyboard_alone(form: Locator, notebook: NotebookPage) -> None:
    link_of(form).focus()
    for key in ("a", "d", "d", "Shift+L", "ArrowDown", "b"):
        link_of(form).press(key)
    link_of(form).press("Tab")
    expect(form.get_by_role("button", name="Cancel sign-in")).to_be_focused()
    form.get_by_role("button", name="Cancel sign-in").press("Tab")
    field = form.get_by_label("the address that it ended at")
    expect(field).to_be_focused()
    field.fill(Browser().ends_at(address_of(form)))
    field.press("Enter")

    expect(form.get_by_text("connection saved")).to_be_visible()
    expect(form.get_by_role("button", name="Test")).to_be_focused()
    expect(notebook.cells).to_have_count(2)


def test_fill_in_a_cell_asks_under_it_and_says_there_what_came_of_it(
    page: Page, show: Callable[[str], NotebookPage]
) -> None:
    notebook = show(FILL)
    output = notebook.outputs(1)

    sign_in(page, output, "Allow")

    expect(output).to_contain_text("connection saved")
    expect(link_of(output)).to_have_count(0)
    notebook.save()
    text = notebook.path.read_text(encoding="utf-8")
    assert "connection saved" in text
    assert "code_challenge" not in text
