"""Nothing that a kernel sends to its page holds a secret: one kernel, one cell a place."""

from __future__ import annotations

import base64
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

REPOSITORY = Path(__file__).parents[2]
CANARY = 'ca/na+ry="&é0815'

# The source of a cell is the author's, so each takes the secret from the environment.
HOOK = """
import os, sys, threading, html, base64, ipywidgets
from IPython.display import HTML, JSON, display
from devsession.notebook.shown_outputs import redact_shown_outputs
from devsession.secrets.redact import Redactor
key = os.environ["CANARY"]
known = Redactor({"api_key": key, "word": "stdout", "other": "update", "number": "12", "path": "idle"})
redact_shown_outputs(lambda: known)
redact_shown_outputs(lambda: known)"""
PLACES = {
    "print": "print(f'printed {key}')",
    "parts of one print": "print('printed', key, sep='<', end='>')",
    "stderr": "print(f'told {key}', file=sys.stderr)",
    "thread": "t = threading.Thread(target=print, args=(key,)); t.start(); t.join()",
    "shell": "!printenv CANARY",
    "result": "{'a result': [key]}",
    "html": "HTML(f'<b>{html.escape(key)}</b>')",
    "json": "JSON({'deep': [{key: key}]})",
    "base64": "display({'image/svg+xml': base64.b64encode(f'a {key} b'.encode()).decode()}, raw=True)",
    "update": "h = display('nothing', display_id=True); h.update({'text/plain': key}, raw=True)",
    "metadata": "display({'text/plain': 'x'}, metadata={'text/plain': {'alt': key}}, raw=True)",
    "widget": "ipywidgets.Text(value=key, description='typed')",
    "widget changed": "w = ipywidgets.HTML(); display(w); w.value = f'<i>{key}</i>'",
    "widget message": "w.send({'deep': [key]}, [key.encode()])",
    "error": "raise ValueError(f'refused {key}')",
    "note": "e = ValueError('no'); e.add_note(f'with {key}'); raise e",
    "cause": "raise ValueError('no') from KeyError(key)",
    "group": "raise ExceptionGroup('many', [ValueError(key)])",
}


def outputs_of(*cells: str) -> dict[str, Any]:
    """The whole notebook as it would be saved, after its cells ran in a new kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(
        notebook, kernel_name="python3", allow_errors=True, timeout=120, coalesce_streams=True
    )
    client.execute()
    client.set_widgets_metadata()
    return json.loads(nbformat.writes(notebook))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def environment() -> Any:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(REPOSITORY))
        environment.setenv("CANARY", CANARY)
        yield


@pytest.fixture(scope="module")
def redacted(environment: None) -> dict[str, Any]:
    return outputs_of(HOOK, *PLACES.values())


@pytest.fixture(scope="module")
def plain(environment: None) -> dict[str, Any]:
    """The control: the same cells, nothing known."""
    return outputs_of(HOOK + "\nknown = Redactor({})", *PLACES.values())


def said(notebook: dict[str, Any], place: str) -> str:
    """What the cell of a place put out, as text; of widgets, what is saved with the notebook."""
    outputs = notebook["cells"][1 + list(PLACES).index(place)]["outputs"]
    widgets = notebook["metadata"].get("widgets", {}) if "widget" in place else {}
    return json.dumps([outputs, widgets], ensure_ascii=False)


def search(text: str) -> bool:
    """Whether the secret stands in it: plain, as JSON or HTML write it, or in base64."""
    decoded = "".join(
        base64.b64decode(run).decode("utf-8", "replace")
        for run in re.findall("[A-Za-z0-9+/]{16,}={0,2}", text)
        if len(run) % 4 == 0
    )
    return any(CANARY in unescape(part.replace("\\", "")) for part in (text, decoded))


SAVED = [place for place in PLACES if place != "widget message"]


@pytest.mark.parametrize("place", SAVED)
def test_no_output_holds_the_secret(place: str, redacted: dict[str, Any]) -> None:
    assert not search(said(redacted, place))


@pytest.mark.parametrize("place", SAVED)
def test_without_the_hook_each_of_them_holds_it(place: str, plain: dict[str, Any]) -> None:
    assert search(said(plain, place))


def test_the_words_of_the_protocol_are_none_of_it(redacted: dict[str, Any]) -> None:
    streams = [
        output
        for cell in redacted["cells"]
        for output in cell["outputs"]
        if output["output_type"] == "stream"
    ]
    widgets = redacted["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]

    assert {stream["name"] for stream in streams} == {"stdout", "stderr"}
    assert [cell["execution_count"] for cell in redacted["cells"]] == list(
        range(1, len(PLACES) + 2)
    )
    assert "TextModel" in {widget["model_name"] for widget in widgets.values()}
    assert not search(json.dumps(redacted, ensure_ascii=False))
