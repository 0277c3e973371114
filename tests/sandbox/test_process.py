"""The sandbox as a process: found by its workspace, entered with the workspace's key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests

from devsession.sandbox import (
    CLIENT_ID,
    sandbox_client_secret,
    sandbox_key,
    sandbox_service,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.service import Service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = sandbox_service(tmp_path)
    yield service
    service.stop()


def call(service: Service, method: str, path: str, key: str, **options: Any) -> requests.Response:
    address = service.ensure()
    return requests.request(
        method,
        f"http://{address.host}:{address.port}{path}",
        headers={"Authorization": f"Bearer {key}"},
        timeout=30,
        **options,
    )


def test_it_is_started_on_demand_and_entered_with_its_key(service: Service, tmp_path: Path) -> None:
    assert call(service, "GET", "/account", sandbox_key(tmp_path)).json()["name"] == "Sandbox CRM"


def test_its_client_gets_a_token(service: Service, tmp_path: Path) -> None:
    secret = sandbox_client_secret(tmp_path)
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": secret}

    token = call(service, "POST", "/oauth/token", "", data=form).json()["access_token"]

    assert call(service, "GET", "/account", token).json()["name"] == "Sandbox CRM"


def test_a_storm_cuts_connections(service: Service, tmp_path: Path) -> None:
    key = sandbox_key(tmp_path)
    storm = {"too_many": 0, "server_errors": 0, "resets": 1, "slow": 0}
    call(service, "PATCH", "/_control", key, json={"storm": storm})

    with pytest.raises(requests.ConnectionError):
        call(service, "GET", "/account", key)
    with pytest.raises(requests.ConnectionError):
        call(service, "POST", "/objects/company/records", key, json={"name": "Acme"})

    call(service, "PATCH", "/_control", key, json={"storm": None})
    assert call(service, "GET", "/account", key).ok
    service.stop()
    assert (tmp_path / ".devsession" / "sandbox.log").read_text() == ""


def test_its_key_is_kept_from_others(tmp_path: Path) -> None:
    sandbox_key(tmp_path)

    assert (tmp_path / ".devsession").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / ".devsession" / "secrets").stat().st_mode & 0o777 == 0o600


def test_two_who_ask_for_the_key_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(sandbox_key, [tmp_path] * 8))

    assert len(set(keys)) == 1
    assert {path.name for path in (tmp_path / ".devsession").iterdir()} <= {
        "secrets",
        "secrets.lock",
    }


def test_after_a_restart_key_and_address_are_the_same_and_the_records_gone(
    service: Service, tmp_path: Path
) -> None:
    key = sandbox_key(tmp_path)
    call(service, "POST", "/objects/company/records", key, json={"name": "Acme"})
    port = service.ensure().port
    service.stop()

    after = call(service, "GET", "/objects/company/records", key)

    assert after.json() == {"records": [], "next_cursor": None}
    assert service.ensure().port == port


def test_the_token_of_the_process_opens_nothing(service: Service) -> None:
    assert call(service, "GET", "/account", service.ensure().token).status_code == 401


def test_eight_who_write_at_once_lose_nothing(service: Service, tmp_path: Path) -> None:
    key = sandbox_key(tmp_path)

    def write(number: int) -> str:
        records = [{"email": f"{number}.{part}@example.com"} for part in range(50)]
        records += [{"email": "everybody@example.com"}]
        answer = call(
            service, "POST", "/objects/contact/records/bulk/create", key, json={"records": records}
        )
        return str(answer.json()["results"][-1]["status"])

    with ThreadPoolExecutor(8) as pool:
        last = sorted(pool.map(write, range(8)))

    page = call(service, "GET", "/objects/contact/records?limit=500", key).json()
    assert last == ["created"] + ["failed"] * 7
    assert len(page["records"]) == 8 * 50 + 1


def test_its_log_stays_empty(service: Service, tmp_path: Path) -> None:
    call(service, "GET", "/nowhere", "wrong")
    service.stop()

    assert (tmp_path / ".devsession" / "sandbox.log").read_text() == ""
