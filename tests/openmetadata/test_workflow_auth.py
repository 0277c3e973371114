"""Whom the catalog lets in, as workflow files say it: each provider runs, what cannot be is told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from devsession.errors import WorkflowError
from devsession.openmetadata.workflow.file import read_workflow
from devsession.openmetadata.workflow.file_keys import WorkflowKeys
from devsession.sandbox import CATALOG_EMAIL
from tests.local_catalog import CLIENT_ID, CLIENT_SECRET, PASSWORD, local_catalog
from tests.openmetadata.acme_file import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.local_catalog import LocalCatalog

BOT: dict[str, Any] = {"jwtToken": "${OM_TOKEN}"}
LOGIN: dict[str, Any] = {"email": CATALOG_EMAIL, "password": "${OM_PASSWORD}"}
CLIENT: dict[str, Any] = {
    "clientId": CLIENT_ID,
    "secretKey": "${OM_CLIENT_SECRET}",
    "tokenEndpoint": "https://sso.example/token",
}
AUTH0: dict[str, Any] = {
    "clientId": "a-client",
    "secretKey": "${OM_CLIENT_SECRET}",
    "domain": "acme.eu.auth0.com",
}
AZURE: dict[str, Any] = {
    "clientId": "a-client",
    "clientSecret": "${OM_CLIENT_SECRET}",
    "authority": "https://login.microsoftonline.com/acme/",
    "scopes": ["api://catalog/.default"],
}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCatalog]:
    with local_catalog(tmp_path_factory.mktemp("catalog")) as started:
        yield started


VAULT = """
class Vault:
    '''An author's own.'''

    def __init__(self, entry, word=""):
        self.entry, self.word = entry, word

    def token(self):
        return self.entry

    def refresh(self):
        return False


class Empty:
    pass


class Raises(Vault):
    def __init__(self, key):
        raise OSError(f"the vault refused {key}")
"""


@pytest.fixture(autouse=True)
def values(catalog: LocalCatalog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "om_vault.py").write_text(VAULT, encoding="utf-8")
    sys.modules.pop("om_vault", None)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("OM_HUSH", "hush-hush-vault")
    monkeypatch.setenv("OM_TOKEN", catalog.token)
    monkeypatch.setenv("OM_PASSWORD", PASSWORD)
    monkeypatch.setenv("OM_CLIENT_SECRET", CLIENT_SECRET)


def by(provider: str, security: object, host_port: str = "http://catalog.example/api") -> str:
    """A workflow's file with this catalog."""
    server = {"hostPort": host_port, "authProvider": provider, "securityConfig": security}
    keys = {
        "workflowConfig": {"openMetadataServerConfig": server},
        "sink": {"type": "metadata-rest"},
    }
    return TEXT.partition("sink:")[0] + yaml.safe_dump(keys, sort_keys=False)


@pytest.mark.parametrize("provider", ["openmetadata", "basic", "custom-oidc"])
def test_a_workflow_runs_with_each(
    provider: str, catalog: LocalCatalog, written: Callable[[str], Path]
) -> None:
    client = CLIENT | {"tokenEndpoint": f"{catalog.app}/oauth/token"}
    security = {"openmetadata": BOT, "basic": LOGIN, "custom-oidc": client}[provider]
    text = by(provider, security, catalog.host_port).replace("Name: acme", f"Name: {provider}")

    file = read_workflow(written(text))
    report = file.workflow.run()

    assert report, str(report)
    assert report.tally.total("created") == 8
    shown = str(report) + repr(report.to_dict()) + repr(file)
    assert not any(each in shown for each in (catalog.token, PASSWORD, CLIENT_SECRET))


@pytest.mark.parametrize(
    ("provider", "security"), [("auth0", AUTH0), ("azure", AZURE)], ids=["auth0", "azure"]
)
def test_where_a_client_is_asked_for_is_known_of_these(
    provider: str, security: object, written: Callable[[str], Path], snapshot: SnapshotAssertion
) -> None:
    server = read_workflow(written(by(provider, security))).keys.workflow_config
    config: Any = server.open_metadata_server_config

    assert repr(config.security_config.auth()) == snapshot


WRONG: dict[str, tuple[str, object]] = {
    "okta": ("okta", AUTH0),
    "a provider that there is not": ("keycloak", CLIENT),
    "a slip in a provider": ("custom-oicd", CLIENT),
    "another provider's keys": ("basic", BOT),
    "nothing": ("custom-oidc", None),
    "nothing of what it takes": ("azure", {}),
    "a slip in a key": ("custom-oidc", {**CLIENT, "clientID": "x"}),
    "no https": ("custom-oidc", CLIENT | {"tokenEndpoint": "http://sso.example/token"}),
    "an address as a domain": ("auth0", AUTH0 | {"domain": "https://acme.eu.auth0.com"}),
    "no scope": ("azure", AZURE | {"scopes": []}),
    "a secret in the file": ("custom-oidc", CLIENT | {"secretKey": "hush-hush-client"}),
    "a password in the file": ("basic", LOGIN | {"password": "hush-hush-client"}),
    "text": ("basic", "hush-hush-client"),
    "a list": (["basic"], BOT),  # type: ignore[dict-item]
    "no such module": ("om_vaults.Vault", {}),
    "no such class": ("om_vault.Vaults", {}),
    "no provider": ("om_vault.Empty", None),
    "another argument": ("om_vault.Vault", {"key": "${OM_TOKEN}"}),
    "it raises": ("om_vault.Raises", {"key": "${OM_HUSH}"}),
    "a secret of one's own in the file": ("om_vault.Vault", {"token": "hush-hush-client"}),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_is_told_with_its_key_and_line(
    wrong: str, written: Callable[[str], Path], tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(WorkflowError) as raised:
        read_workflow(written(by(*WRONG[wrong])))

    assert str(raised.value).replace(str(tmp_path), "WORKSPACE") == snapshot
    assert "hush" not in str(raised.value)


def test_a_log_in_that_is_refused_ends_the_run_without_the_password(
    catalog: LocalCatalog, written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OM_PASSWORD", "hush-hush-guessed")
    report = read_workflow(written(by("basic", LOGIN, catalog.host_port))).workflow.run()

    assert not report
    assert "The catalog gave no token" in str(report)
    assert "hush" not in str(report) + repr(report.to_dict())


def test_the_schema_knows_what_each_takes() -> None:
    schema = WorkflowKeys.model_json_schema(by_alias=True)["$defs"]
    server = schema["Server"]["properties"]
    shapes = [each.get("$ref", "").split("/")[-1] for each in server["securityConfig"]["anyOf"]]

    known, own = server["authProvider"]["anyOf"]
    assert known["enum"] == ["openmetadata", "basic", "custom-oidc", "auth0", "azure"]
    assert own == {"type": "string"}
    assert shapes[:-2] == ["BotToken", "Login", "CustomOidc", "Auth0", "Azure"]
    assert schema["CustomOidc"]["properties"]["secretKey"]["format"] == "password"
