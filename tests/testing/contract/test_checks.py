"""What the checks say of plugins that have no recordings, and of what the gallery has no picture of."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
import requests

from devsession.errors import UnknownNameError, UsageError
from devsession.plugin import (
    ConnectionMethod,
    ConnectResponse,
    FormInputField,
    Outcomes,
    Plugin,
    PluginManifest,
)
from devsession.testing import SuiteConfig, plugin_contract
from tests.broken_plugins.gallery import tried
from tests.broken_plugins.good import SENT, Sender
from tests.cli.command import python

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

SECRETS = "test_secrets_are_declared"
WRONG = "test_wrong_credentials_get_a_message"
PROJECT = """
from devsession.testing import SuiteConfig, plugin_contract
from tests.testing.contract.test_checks import Shop

TestShop = plugin_contract(Shop, SuiteConfig(skip={"an_empty_run": "ours, see issue 7"}))
"""


class Shop(Plugin):
    """Connects with a name and a code; nothing of it is recorded."""

    fields = ("user", "code")

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="shop",
            plugin_name="Shop",
            developer_id="us",
            developer_name="Us",
            supported_outbound_strategies=["Create"],
        )

    def connection_form(self, connectivity_option: str) -> list[ConnectionMethod]:
        fields = [FormInputField(name=name, label=name) for name in self.fields]
        return [ConnectionMethod(name="Code", fields=fields)]

    def connect(self, parameters: Any) -> ConnectResponse:
        self.ask({"Authorization": self.authorization(parameters)}).raise_for_status()
        return ConnectResponse()

    def authorization(self, parameters: Any) -> str:
        return f"Bearer {parameters['code']}"

    def network_addresses(self, parameters: Any) -> list[str]:
        return ["shop.test"]

    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> Outcomes:
        return Outcomes()

    def ask(self, headers: dict[str, str]) -> requests.Response:
        return requests.get("https://shop.test/me", headers=headers, timeout=5)


class Paired(Shop):
    def authorization(self, parameters: Any) -> str:
        pair = f"{parameters['user']}-name:{parameters['code']}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"


class Signed(Shop):
    def authorization(self, parameters: Any) -> str:
        return f"AWS4-HMAC-SHA256 Credential={parameters['user']}/eu, Signature=00ff"


class Silent(Shop):
    def connect(self, parameters: Any) -> ConnectResponse:
        return ConnectResponse()


class Unmade(Shop):
    def __init__(self) -> None:
        raise ValueError("needs a database")


def nothing(tmp_path: Path) -> SuiteConfig:
    return SuiteConfig(scenarios=tmp_path / "scenarios")


def test_what_stands_in_authorization_is_a_secret(tmp_path: Path) -> None:
    told = tried(Shop, nothing(tmp_path)).failed

    assert list(told) == [SECRETS]
    assert "'code' of 'Code' is what Authorization is made of" in told[SECRETS]


def test_of_a_pair_only_the_password_is_a_secret(tmp_path: Path) -> None:
    told = tried(Paired, nothing(tmp_path)).failed[SECRETS]

    assert "'code' of" in told
    assert "'user' of" not in told


def test_the_name_of_a_key_that_signs_is_no_secret(tmp_path: Path) -> None:
    assert SECRETS in tried(Signed, nothing(tmp_path)).passed


def test_connecting_without_asking_the_app_is_told(tmp_path: Path) -> None:
    told = tried(Silent, nothing(tmp_path)).failed

    assert "connect() asks the app nothing" in told[WRONG]


def test_a_plugin_that_cannot_be_made_fails_once(tmp_path: Path) -> None:
    verdict = tried(Unmade, nothing(tmp_path))

    assert list(verdict.failed) == ["test_the_manifest_is_whole"]
    assert "ValueError: needs a database" in verdict.failed["test_the_manifest_is_whole"]
    assert verdict.passed == []


def test_without_recordings_each_skip_says_what_to_record(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    assert tried(Shop, nothing(tmp_path)).skipped == snapshot


def test_a_damaged_recording_is_told_and_not_raised(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios" / "torn"
    folder.mkdir(parents=True)
    (folder / "scenario.json").write_text('{"format": 1, "name": ', encoding="utf-8")

    told = tried(Sender, SuiteConfig(scenarios=tmp_path / "scenarios")).failed

    assert "scenario 'torn' cannot be read" in told["test_outcomes_of_recorded_records"]


def test_what_is_no_plugin_and_a_check_that_does_not_exist_are_refused() -> None:
    with pytest.raises(UsageError, match="takes the class of a plugin"):
        plugin_contract(Sender())  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError) as unknown:
        plugin_contract(Sender, SuiteConfig(skip={"null_record": "later"}))

    assert "test_outcomes_of_null_records" in str(unknown.value)


def test_each_check_says_why_it_is_there() -> None:
    suite = plugin_contract(Sender, SuiteConfig(scenarios=SENT, skip={"an_empty_run": "later"}))

    assert all(getattr(suite, name).__doc__ for name in dir(suite) if name.startswith("test_"))


def test_pytest_runs_it_shows_messages_only_and_why_it_skips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath))
    (tmp_path / "test_contract.py").write_text(PROJECT, encoding="utf-8")

    done = python(tmp_path, "-m", "pytest", "-ra", "-q", "-p", "no:cacheprovider", "-W", "error")

    assert "FAILED test_contract.py::TestShop::test_secrets_are_declared" in done.stdout
    assert '  next:  FormInputField(name="code", secret=True)' in done.stdout
    assert "ours, see issue 7" in done.stdout
    assert "no outbound scenario in scenarios/" in done.stdout
    assert "devsession/testing/contract/connection_checks.py" not in done.stdout
