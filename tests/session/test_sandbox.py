"""The practice app of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from devsession import secret

if TYPE_CHECKING:
    from tests.session.conftest import Project


def test_a_saved_connection_starts_a_stopped_practice_app(project: Project) -> None:
    session = project.session
    session.connection.fill(tenant_url=session.sandbox.url, api_key=secret("SANDBOX_API_KEY"))
    session.sandbox.stop()

    parameters = session.connection.parameters

    account = requests.get(
        f"{parameters['tenant_url']}/account",
        headers={"Authorization": f"Bearer {parameters.secret('api_key')}"},
        timeout=30,
    )
    assert account.json()["name"] == parameters["account_name"] == "Sandbox CRM"
    session.sandbox.stop()
