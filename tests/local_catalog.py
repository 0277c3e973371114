"""A local catalog for tests, beside the practice app: in a thread of this process, on a free port.

    with local_catalog(tmp_path) as catalog:
        workflow against catalog.host_port with catalog.token
        catalog.set(next=["429"])           # what becomes of the next calls: sandbox/catalog/faults.py
        catalog.get("/tables?limit=1000")   # what it has now

Its process is `devsession.sandbox.start_sandbox(workspace)`, for what a thread cannot show.
"""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests
import uvicorn

from devsession.sandbox.access import ApiKeys
from devsession.sandbox.catalog import create_catalog
from devsession.sandbox.crm import create_app
from devsession.sandbox.oauth import OAuth
from devsession.sandbox.store import utc_now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

TOKEN = "token-of-the-tests"
PASSWORD = "sbp_password-of-the-tests"
CLIENT_ID = "client-of-the-tests"
CLIENT_SECRET = "sbc_secret-of-the-tests"
_SECONDS = 30


@dataclass
class LocalCatalog:
    """A catalog that answers, and the practice app, whose tokens let in as well.

    host_port: as a workflow's `hostPort`, up to /api.
    """

    host_port: str
    token: str

    @property
    def app(self) -> str:
        """The practice app's address."""
        return self.host_port.removesuffix("/api")

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """A request below /v1, with its token."""
        return self._call(method, f"/v1{path}", **options)

    def get(self, path: str) -> Any:
        """The content of an answer, which has to be a good one."""
        answer = self.request("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def put(self, path: str, content: object) -> Any:
        """The same, of what is put there."""
        answer = self.request("PUT", path, json=content)
        assert answer.status_code in (200, 201), answer.text
        return answer.json() if answer.content else None

    def set(self, **settings: object) -> None:
        """Sets its faults, as `devsession.sandbox.catalog.faults.Settings` has them."""
        self._call("PATCH", "/_control", json=settings).raise_for_status()

    def another_token(self) -> str:
        """A new token; the others go on as they are."""
        return str(self._call("POST", "/_control/token").json()["token"])

    def expire_tokens(self) -> None:
        """All that were given have expired; the app's as well."""
        self._call("POST", "/_control/expire_tokens").raise_for_status()

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.request(
            method, self.host_port + path, headers=headers, timeout=_SECONDS, **options
        )


@contextmanager
def local_catalog(folder: Path, token: str = TOKEN) -> Iterator[LocalCatalog]:
    """A catalog on this folder, for as long as the block lasts."""
    oauth = OAuth(ApiKeys([]), {CLIENT_ID: CLIENT_SECRET}, utc_now)
    catalog = create_catalog(token, folder, password=PASSWORD, issuer=oauth)
    app = create_app(ApiKeys([]), oauth=oauth)

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        is_catalog = scope["type"] == "http" and scope["path"].startswith("/api/")
        await (catalog if is_catalog else app)(scope, receive, send)

    # By name, or Nagle stays on: 45 ms more for every answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    config = uvicorn.Config(both, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield LocalCatalog(f"http://127.0.0.1:{listening.getsockname()[1]}/api", token)
    finally:
        server.should_exit = True
        thread.join(_SECONDS)
        listening.close()
        catalog.close()
