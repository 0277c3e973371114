"""Secrets typed and pasted in the browser are in the secret store and in no other file."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import expect

from devsession.warehouse import embedded_service
from tests.browser import canary_plugin
from tests.browser.lab import environment_in
from tests.browser.notebook_page import switch_saved_state, write_notebook
from tests.browser.search import files_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.lab import Lab
    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

# Letters that JSON, HTML and addresses write in another way each.
PASSWORD = 'canary "p/ü+1" <é>&'
TOKEN = "canary-token-5d0e7b"
STOCK = "canary-stock-91c3aa"
SESSION = "from devsession import DevelopmentSession\nfrom plugin import Guarded\nsession = DevelopmentSession(Guarded)"
FORM = "session.connection"
# What papermill runs has nobody who types.
# Papermill has nobody who types: what is typed elsewhere comes from the store there.
STOCK_WIDGET = """
import os, ipywidgets
if "STOCK" in os.environ:
    assert session.connection.parameters.secret("token") == os.environ["TOKEN"]
ipywidgets.Password(description="Stock", value=os.environ.get("STOCK", ""))
"""


@pytest.mark.parametrize("text", ["as it is", "in the middle of it", "'\"é\" & ü'"])
def test_the_search_finds_what_is_written_in_another_way(text: str, tmp_path: Path) -> None:
    ways = {
        "plain": f"a{text}b",
        "json": json.dumps({"a": [text]}),
        "json in json": json.dumps(json.dumps({"a": text}, ensure_ascii=False)),
        "address": f"?a={quote(text, safe='')}&b",
        "hex": f"a{text.encode().hex()}b",
        **{
            f"base64 {at}": base64.b64encode(f"{'a' * at}{text}bc".encode()).decode()
            for at in range(4)
        },
    }
    for name, written in ways.items():
        (tmp_path / name).write_text(written, "utf-8")
    (tmp_path / "other").write_text("nothing of that kind", "utf-8")

    assert {path.name for path in files_with(text, tmp_path)} == set(ways)


@pytest.fixture
def project(lab: Lab) -> Iterator[Path]:
    """A project in the Lab, with the plugin that asks for secrets."""
    folder = Path(mkdtemp(dir=lab.folder))
    text = Path(canary_plugin.__file__).read_text(encoding="utf-8")
    (folder / "plugin.py").write_text(text, encoding="utf-8")
    yield folder
    embedded_service(folder).stop()


def new_key() -> str:
    made = Ed25519PrivateKey.generate()
    return made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def save(lab: Lab, notebook: NotebookPage) -> None:
    """Save the notebook and a checkpoint of it."""
    notebook.save()
    place = notebook.path.relative_to(lab.folder).as_posix()
    lab.call("POST", f"/api/contents/{place}/checkpoints")


def papermill(lab: Lab, notebook: Path) -> Path:
    """Run a notebook as a job does, with the state of its widgets; what it wrote."""
    made = notebook.with_name("run.ipynb")
    subprocess.run(
        [sys.executable, "-m", "papermill", "-k", "python3", notebook.name, made.name],
        cwd=notebook.parent,
        env={**environment_in(lab.home), "STOCK": STOCK, "TOKEN": TOKEN},
        capture_output=True,
        check=True,
        timeout=300,
    )
    return made


def test_typed_secrets_are_in_the_store_alone(
    lab: Lab, project: Path, open_notebook: Callable[[Path], NotebookPage]
) -> None:
    key = new_key()
    path = write_notebook(project / "secrets.ipynb", [SESSION, FORM, STOCK_WIDGET])
    notebook = open_notebook(path)
    notebook.run_all()
    form = notebook.form("The connection form of Guarded")
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_label("Token").fill(TOKEN)
    form.get_by_role("textbox", name="Signing key").fill(key)
    form.get_by_role("button", name="Test").click()
    expect(form.get_by_text("connect() succeeded")).to_be_visible()
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("connection saved")).to_be_visible()
    notebook.page.get_by_label("Stock").fill(STOCK)
    save(lab, notebook)
    assert "widget-state+json" not in path.read_text("utf-8")
    store, typed = project / ".devsession" / "secrets", (PASSWORD, TOKEN, key.splitlines()[2])
    assert [files_with(each, lab.folder, lab.home) for each in typed] == [[store]] * 3

    switch_saved_state(notebook.page)
    notebook.open_again()
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("connection saved")).to_be_visible()
    expect(form.get_by_label("Token")).to_have_value("")
    save(lab, notebook)
    switch_saved_state(notebook.page)
    assert "widget-state+json" in path.read_text("utf-8")
    ran = papermill(lab, path)

    assert [files_with(each, lab.folder, lab.home) for each in typed] == [[store]] * 3
    checkpoint = path.parent / ".ipynb_checkpoints" / "secrets-checkpoint.ipynb"
    assert set(files_with(STOCK, lab.folder, lab.home)) == {path, checkpoint, ran}
