"""The practice app as a session offers it: started when its address is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.sandbox import (
    CLIENT_ID,
    CLIENT_SECRET_NAME,
    KEY_NAME,
    sandbox_client_secret,
    sandbox_key,
    sandbox_service,
)

if TYPE_CHECKING:
    from devsession.session.workspace import Workspace


SANDBOX_HOST = "sandbox.test"
"""What stands for the sandbox's address in recordings: its port is not the same everywhere."""


class Sandbox:
    """The practice app of a workspace; its key is `secret("SANDBOX_API_KEY")`.

    For OAuth client credentials: `client_id`, `secret("SANDBOX_CLIENT_SECRET")`, and tokens at
    `/oauth/token`.
    """

    client_id = CLIENT_ID

    def __init__(self, workspace: Workspace, *, offline: bool) -> None:
        self._workspace = workspace
        self._offline = offline
        self._service = sandbox_service(workspace.folder)

    def __repr__(self) -> str:
        return (
            f'<Sandbox: key secret("{KEY_NAME}"); '
            f'OAuth client "{CLIENT_ID}", secret("{CLIENT_SECRET_NAME}")>'
        )

    @property
    def url(self) -> str:
        """Where it answers; it is started if need be. Offline it is a name that recordings have."""
        if self._offline:
            return f"http://{SANDBOX_HOST}"
        self.start()
        return f"http://{self.netloc}"

    @property
    def netloc(self) -> str | None:
        """host:port while it runs; nothing is started."""
        address = None if self._offline else self._service.address()
        return f"{address.host}:{address.port}" if address else None

    def start(self) -> None:
        """Start it, unless it runs; its key and client secret are made when there are none."""
        self._workspace.prepare()
        sandbox_key(self._workspace.folder)
        sandbox_client_secret(self._workspace.folder)
        self._service.ensure()

    def stop(self) -> None:
        """Stop it; the records that it holds are gone."""
        self._service.stop()
