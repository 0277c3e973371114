"""What only a real kernel shows: where displays end up, when cells begin, what a notebook keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient import NotebookClient

REPOSITORY = Path(__file__).parents[2]
CANARY = "canary-5d21c8"

EVENTS = """
from devsession.notebook.cell_events import CellEvents
seen, late = [], []
def listen(told):
    return CellEvents(
        on_cell_start=lambda text: told.append(text.split(chr(10))[-1]),
        on_cell_end=lambda error: told.append(error is not None),
    ).register()
listen(seen)"""
FAILING = """
from devsession.notebook.cell_events import CellEvents
from devsession.notebook.failing_cell import show_last_exchange
from tests.notebook.conftest import Exchange
CellEvents(
    on_cell_start=lambda text: None,
    on_cell_end=lambda error: show_last_exchange([Exchange(status=500)], failed=bool(error)),
).register()"""
BROKEN = """
from devsession.notebook.cell_events import CellEvents
CellEvents(
    on_cell_start=lambda text: 1 / 0, on_cell_end=lambda failed: {}["canary"]
).register()"""
FORM = """
import os
from devsession.notebook.form_widget import FormWidget
from devsession.plugin.contract import ConnectionMethod
from devsession.plugin.fields import FormInputField
from devsession.plugin.form import Form
fields = [FormInputField(name="api_key", label="API key", required=True, secret=True)]
form = Form(
    [ConnectionMethod(name="API Key", fields=fields)],
    title="the connection form", parameters=lambda form: None, redact=lambda text: text,
)
widget = FormWidget(form, title="Connect", on_save=lambda: "saved", fill_call=lambda: ".fill()")
widget"""
REDACTED = """
import os
from devsession.notebook.shown_errors import redact_shown_errors
redact_shown_errors(lambda text: text.replace(os.environ["CANARY"], "REDACTED-key"))
redact_shown_errors(lambda text: text.replace(os.environ["CANARY"], "REDACTED-key"))"""
LEAKING = """
key = os.environ["CANARY"]
raise ConnectionError(f"GET https://app.test/?key={key} failed")"""
TYPED = """
message = {"type": "secret", "name": "api_key", "value": os.environ["CANARY"], "id": "page-1"}
widget._handle_custom_msg(message, [])
print(form.secrets["api_key"] == os.environ["CANARY"])"""
STOCK = """
import os, ipywidgets
password = ipywidgets.Password()
password.value = os.environ["CANARY"]
password"""


@pytest.fixture(autouse=True)
def kernel_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.setenv("CANARY", CANARY)


def outputs_of(*cells: str) -> list[list[Any]]:
    """The outputs of each cell, run in one new kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(
        notebook, kernel_name="python3", allow_errors=True, timeout=60, coalesce_streams=True
    ).execute()
    return [cell.outputs for cell in notebook.cells]


def papermill_file(folder: Path, *cells: str) -> str:
    """What papermill leaves on disk, widget state included."""
    source, result = folder / "notebook.ipynb", folder / "result.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, source)
    papermill.execute_notebook(source, result, kernel_name="python3", progress_bar=False)
    return result.read_text()


def test_cells_are_told_from_the_one_that_registers_on() -> None:
    outputs = outputs_of(EVENTS, "1 / 0", "print(seen)")

    assert outputs[2][0].text == "['listen(seen)', False, '1 / 0', True, 'print(seen)']\n"


def test_a_second_registration_replaces_the_first() -> None:
    outputs = outputs_of(EVENTS, "listen(late)", "print(seen[2:], late)")

    assert outputs[2][0].text == (
        "['listen(late)'] ['listen(late)', False, 'print(seen[2:], late)']\n"
    )


def test_a_callback_that_raises_leaves_the_cell_alone() -> None:
    outputs = outputs_of(BROKEN, "print('still here')")

    assert {output.output_type for output in outputs[1]} == {"stream"}
    assert "still here\n" in [output.text for output in outputs[1]]
    assert "canary" not in str(outputs[1])


def test_the_exchange_stands_under_the_error_of_its_cell() -> None:
    outputs = outputs_of(FAILING, "raise RuntimeError('no')", "'fine'")

    kinds = [[output.output_type for output in cell] for cell in outputs[1:]]
    assert kinds == [["error", "display_data"], ["execute_result"]]
    assert "-> 500" in outputs[1][1].data["text/plain"]


def test_an_error_of_a_cell_is_shown_without_secrets() -> None:
    outputs = outputs_of(REDACTED, LEAKING)

    assert outputs[1][0].evalue == "GET https://app.test/?key=REDACTED-key failed"
    assert CANARY not in str(outputs[1])


def test_a_form_is_a_widget_with_a_static_picture() -> None:
    outputs = outputs_of(FORM)

    assert set(outputs[0][0].data) == {
        "application/vnd.jupyter.widget-view+json",
        "text/html",
        "text/plain",
    }


def test_papermill_keeps_no_secret_of_a_form(tmp_path: Path) -> None:
    kept = papermill_file(tmp_path, FORM, TYPED)

    assert '"True\\n"' in kept
    assert "application/vnd.jupyter.widget-state+json" in kept
    assert CANARY not in kept


def test_the_same_search_finds_the_secret_of_a_stock_password(tmp_path: Path) -> None:
    assert CANARY in papermill_file(tmp_path, STOCK)
