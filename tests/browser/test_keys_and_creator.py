"""Keys that are loaded and made, and options that are added, in JupyterLab itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.controls import dropdown, wait_for
from tests.keys import CERTIFICATE, ENCRYPTED_PEM, SSH_PRIVATE, SSH_PUBLIC

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

IMPORT = "from tests.browser import creator_forms"
CELLS = [f"{IMPORT}\ncreator_forms.connection", f"{IMPORT}\ncreator_forms.sync"]


@pytest.fixture
def notebook(stage: NotebookPage, tmp_path: Path) -> NotebookPage:
    """A notebook that shows both forms."""
    stage.show(*CELLS, folder=tmp_path)
    return stage


def field(form: Locator, name: str) -> Locator:
    return form.locator(f"[data-field={name}]")


def load(field: Locator, path: Path, content: bytes) -> None:
    """Choose a file as a person does."""
    path.write_bytes(content)
    with field.page.expect_file_chooser() as chooser:
        field.get_by_role("button", name="Load a file").click()
    chooser.value.set_files(path)


def press_what_lab_listens_to(button: Locator) -> None:
    """Keys that insert, delete and number cells; none that a button takes."""
    for key in ("a", "d", "d", "Shift+L", "ArrowDown", "b"):
        button.press(key)
    expect(button).to_be_focused()


def test_keys_are_loaded_refused_and_made(notebook: NotebookPage, tmp_path: Path) -> None:
    form = notebook.form("Connect to Acme")
    key, proof = field(form, "key"), field(form, "proof")
    text, alert = key.get_by_role("textbox"), key.get_by_role("alert")
    public = form.get_by_role("region", name="Public key, for the app")

    load(key, tmp_path / "huge.pem", b"-" * 70_000)
    expect(alert).to_contain_text(["huge.pem is too big for a key: 69 KB"])
    load(key, tmp_path / "key.der", b"0\x82\x00\xff\xfe")
    expect(alert).to_contain_text(["key.der is not text"])
    load(key, tmp_path / "locked.pem", ENCRYPTED_PEM.encode())
    expect(text).to_have_accessible_description(re.compile("is protected by a passphrase"))
    expect(text).to_have_value("")
    load(key, tmp_path / "id_ed25519", SSH_PRIVATE.replace("\n", "\r\n").encode())
    expect(text).to_have_attribute("placeholder", "set; type to replace it")
    expect(public).to_have_text(SSH_PUBLIC.removesuffix(" you@test"))
    expect(alert.filter(has_text="is")).to_have_count(0)

    load(proof, tmp_path / "proof.pem", CERTIFICATE.encode("utf-16"))
    expect(proof.get_by_role("textbox")).to_have_value(CERTIFICATE)

    generate = key.get_by_role("button", name="Generate a pair")
    generate.press("Enter")
    expect(key.get_by_text("The private key that is set would be lost.")).to_be_visible()
    expect(key.get_by_role("button", name="Keep it")).to_be_focused()
    key.get_by_role("button", name="Keep it").press("Escape")
    expect(generate).to_be_focused()
    expect(public).to_have_text(SSH_PUBLIC.removesuffix(" you@test"))
    generate.press("Enter")
    key.get_by_role("button", name="Replace it").press("Enter")
    expect(form.get_by_text("A pair of keys was made.")).to_have_role("status")
    expect(public).not_to_have_text(SSH_PUBLIC.removesuffix(" you@test"))
    for button in (generate, key.get_by_role("button", name="Load a file")):
        press_what_lab_listens_to(button)
    expect(notebook.cells).to_have_count(len(CELLS))
    notebook.save()
    assert b"PRIVATE" not in notebook.path.read_bytes()
    assert "PRIVATE" not in notebook.page.content()


def test_a_new_option_is_added_by_keyboard_alone(notebook: NotebookPage, tmp_path: Path) -> None:
    form = notebook.form("Sync contacts")
    new = form.get_by_role("button", name="New option for List")
    small = form.get_by_role("group", name="New option for List")
    name = small.get_by_label("Name of the list")

    press_what_lab_listens_to(new)
    new.press("Enter")
    expect(name).to_be_focused()
    name.press("Escape")
    expect(new).to_be_focused()
    expect(small).to_be_hidden()

    new.press("Enter")
    expect(name).to_be_focused()
    name.press("Enter")
    expect(small.get_by_text("Add needs these first: Name of the list")).to_have_role("alert")
    expect(name).to_have_accessible_description("is required")
    name.press_sequentially("News")
    name.press("Enter")
    expect(small.get_by_text("new_list() raised ValueError: 409")).to_be_visible()

    name.fill("Slow")
    small.get_by_role("button", name="Add").press("Enter")
    expect(small.get_by_role("button", name="Adding…")).to_be_disabled()
    (tmp_path / "made").touch()
    expect(form.get_by_text("Slow was added and chosen.")).to_have_role("status")
    expect(dropdown(form, "List")).to_have_value("Slow")
    expect(new).to_be_focused()
    form.get_by_text("The same as code").click()
    expect(form.get_by_text("contacts.fill(list='slow')")).to_be_visible()

    notebook.execute("creator_forms.lists.create_option('mapping', name='Phone')")
    expect(form.get_by_label("Phone")).to_be_visible()
    form.get_by_role("button", name="New field of the app").click()
    form.get_by_role("group", name="New field of the app").get_by_label("Name").fill("Fax")
    form.get_by_role("button", name="Add", exact=True).click()
    form.get_by_label("Fax").fill("EMAIL")
    form.get_by_label("Fax").press("Tab")
    wait_for(notebook, "creator_forms.lists.mapping.as_dict() == {'fax': 'EMAIL'}")
    expect(notebook.cells).to_have_count(len(CELLS))
