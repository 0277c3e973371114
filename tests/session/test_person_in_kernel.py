"""A real kernel while a person signs in: the cell ends, and the connection is saved by itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

from devsession.sandbox import stop_sandbox
from devsession.warehouse import embedded_service
from tests.session import person_plugin
from tests.session.test_person import Browser

if TYPE_CHECKING:
    from collections.abc import Iterator

OPEN = """
from pathlib import Path
from devsession import DevelopmentSession, secret
import plugin
session = DevelopmentSession(plugin.Friendly)
text = Path("plugin.py").read_text()
Path("plugin.py").write_text(text.replace("http://app.invalid", session.sandbox.url))
"""
FILL = """
session.connection.fill(
    method="Known app",
    oauth_client_id=session.sandbox.client_id,
    oauth_client_secret=secret("SANDBOX_CLIENT_SECRET"),
)
"""
NEEDS_IT = "session.connection.parameters.secret('access_token')[:4]"
SAVED = """
import asyncio, time
until = time.monotonic() + 60
while not session.connection.filled and time.monotonic() < until:
    await asyncio.sleep(0.05)
session.connection.filled
"""


class Kernel:
    """Runs one cell after another."""

    def __init__(self, client: NotebookClient) -> None:
        self._client = client

    def run(self, code: str) -> list[Any]:
        """The outputs of a cell."""
        cell = nbformat.v4.new_code_cell(code)
        self._client.nb.cells.append(cell)
        self._client.execute_cell(cell, len(self._client.nb.cells) - 1)
        return list(cell.outputs)


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    """A kernel in a folder with the plugin."""
    text = Path(person_plugin.__file__).read_text(encoding="utf-8")
    (tmp_path / "plugin.py").write_text(text, encoding="utf-8")
    client = NotebookClient(
        nbformat.v4.new_notebook(),
        kernel_name="python3",
        timeout=120,
        allow_errors=True,
        resources={"metadata": {"path": str(tmp_path)}},
    )
    with client.setup_kernel():
        yield Kernel(client)
    stop_sandbox(tmp_path)
    embedded_service(tmp_path).stop()


def test_fill_does_not_wait_and_the_connection_is_saved_by_itself(kernel: Kernel) -> None:
    kernel.run(OPEN)

    [asked] = kernel.run(FILL)
    [refused] = kernel.run(NEEDS_IT)
    address = re.search(r"http\S+", asked.data["text/plain"])
    assert address is not None
    Browser().sign_in(address[0])
    [saved] = kernel.run(SAVED)
    [token] = kernel.run(NEEDS_IT)

    assert (asked.output_type, refused.ename) == ("display_data", "NotFilledError")
    assert saved.data["text/plain"] == "True"
    assert token.data["text/plain"] == "'sbt_'"
