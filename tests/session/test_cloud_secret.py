"""A connection whose secret is in a cloud: found at use, and in no recording."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from devsession import secret
from tests.session.conftest import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.session.conftest import App, Project

NAME = "aws:crm/keys#api_key"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """AWS on loopback: the names of the secrets that it was asked for."""
    asked: list[str] = []

    class Aws(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(request["SecretId"])
            answer = json.dumps({"SecretString": json.dumps({"api_key": KEY})}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Aws)
    serving = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    serving.start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    yield asked
    server.shutdown()
    server.server_close()
    serving.join()


def test_a_secret_of_a_cloud_is_used_and_never_recorded(
    project: Project, app: App, asked: list[str]
) -> None:
    project.session.connection.fill(tenant_url=app.url, api_key=secret(NAME))
    again = project.restart()

    used = again.connection.parameters.secret("api_key")

    assert used == KEY
    assert asked == ["crm/keys", "crm/keys"]  # once by each session
    assert again.audit()
    tape = project.folder / "scenarios" / "tape.yaml"
    assert "/account" in tape.read_text(encoding="utf-8")
    assert "GetSecretValue" not in tape.read_text(encoding="utf-8")
    assert again.store.connection(again.connection.plugin_id).connection_secrets == {
        "api_key": secret(NAME)
    }
