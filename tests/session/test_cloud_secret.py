"""A connection whose secret is in a cloud: found at use, and in no recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession import secret
from tests.session.conftest import KEY

if TYPE_CHECKING:
    from tests.session.conftest import App, Project

pytest_plugins = ["tests.aws_on_loopback"]

NAME = "aws:crm/keys#api_key"


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
