"""What runs on Snowflake, piece by piece: pages of records, limits, ends, secrets."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from devsession.errors import LimitError
from devsession.http.deadline import Deadline, until
from devsession.plugin import (
    UPSERT,
    ApiLimits,
    HttpRequestMatcher,
    Outcomes,
    Plugin,
    PluginManifest,
    RequestRateLimit,
    outcome_pieces,
)
from devsession.publish.inside import sending
from devsession.publish.inside.handlers import Handlers
from devsession.publish.inside.limits import limits_kept
from tests.in_process import warehouses_in_process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snowflake.snowpark import Session

    from devsession.warehouse import Account

TEMPLATE = {"mapper_type": "jinja_template", "jinja_template": "Hello {{ row.NAME }}"}


class Acme(Plugin):
    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="acme",
            plugin_name="Acme",
            developer_id="my_company",
            developer_name="My Company",
            supports_inbound=True,
            supported_outbound_strategies=[UPSERT],
        )

    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> Any:
        outcomes = Outcomes()
        for batch in outbound_sync_request.get_records(["Create"], batched=True):
            for row in batch.itertuples():
                outcomes.ok(row.IDENTIFIER, f"app-{row.IDENTIFIER}", sent=row.TRANSFORMED_RECORD)
        return outcomes

    def sync_inbound(self, parameters: Any, inbound_sync_request: Any) -> None:
        inbound_sync_request.delete_by_criteria("people", {"id": 1}, {"page": 2})


class Limited(Acme):
    """Once a day."""

    def api_limits(self, parameters: Any) -> list[ApiLimits]:
        matcher = HttpRequestMatcher(http_methods=["GET"], url_regex=".")
        rate = RequestRateLimit(request_count=1, time_unit="day")
        return [
            ApiLimits(endpoint_category="all", request_matchers=[matcher], request_rates=[rate])
        ]


class Late(Acme):
    """Has not begun when its time is over."""

    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> Any:
        from devsession.http import current_deadline

        current_deadline().wait(60, OverSoon(current_deadline()))


class Telling(Acme):
    """Learns a secret, and tells it."""

    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> Any:
        self.register_secret("session_key", "sesame-open-17")
        raise RuntimeError("refused sesame-open-17")


class OverSoon:
    """A clock on which the time of a deadline passes with the first wait."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def now(self) -> float:
        return 0.0

    def wait(self, seconds: float) -> None:
        self._deadline._ends = 0.0


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with warehouses_in_process() as warehouses:
        account = warehouses.open(tmp_path_factory.mktemp("account"))
        account.execute("create schema LOCAL.DATA")
        account.execute(
            "create table LOCAL.DATA.RECORDS (IDENTIFIER varchar, SYNC_ACTION varchar, TRANSFORMED_RECORD variant)"
        )
        account.execute(
            "insert into LOCAL.DATA.RECORDS select 'id-' || value, iff(value = 4, 'Update', 'Create'), "
            "object_construct('NAME', 'n' || value) from table(flatten(input => parse_json('[1,2,3,4,5,6]')))"
        )
        account.execute(
            "create table LOCAL.DATA.RESULTS (IDENTIFIER varchar, APP_IDENTIFIER varchar, APPLY_STATE varchar,"
            " APPLY_STATE_DATETIME timestamp_ntz, LOADBATCH_ID number, RESULT variant)"
        )
        yield account
        account.close()


@pytest.fixture
def session(account: Account) -> Session:
    account.execute("delete from LOCAL.DATA.RESULTS")
    return account.snowpark


def payload(**given: Any) -> dict[str, Any]:
    return {
        "run_id": 7,
        "source_app_name": "LOCAL",
        "connection_method": "API Key",
        "records_schema_name": "DATA",
        "records_table_name": "RECORDS",
        "results_schema_name": "DATA",
        "results_table_name": "RESULTS",
        "sync_strategy": {"name": "Upsert"},
        **given,
    }


def test_records_come_in_pages_each_once(
    account: Account, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_ROWS_READ", 2)
    monkeypatch.setattr(outcome_pieces, "_ROWS", 2)

    answer = Handlers(Acme).call("sync_outbound", session, payload())

    assert answer["data"] == {"run_id": 7, "succeeded": 5, "failed": 0, "timed_out": False}
    rows = account.rows("select IDENTIFIER, LOADBATCH_ID from LOCAL.DATA.RESULTS order by 1")
    assert rows == [("id-1", 0), ("id-2", 0), ("id-3", 1), ("id-5", 1), ("id-6", 2)]


def test_a_template_renders_the_records(account: Account, session: Session) -> None:
    Handlers(Acme).call("sync_outbound", session, payload(field_mappings=TEMPLATE))

    [(result,)] = account.rows("select RESULT from LOCAL.DATA.RESULTS where IDENTIFIER = 'id-2'")
    assert json.loads(result) == {"sent": "Hello n2"}


def test_a_run_whose_time_is_over_ends_well(session: Session) -> None:
    answer = Handlers(Late).call("sync_outbound", session, payload())

    assert answer["success"] is True
    assert answer["data"]["timed_out"] is True


def test_limits_hold_in_a_run_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HTTPAdapter, "send", lambda *_, **__: requests.Response())
    before = HTTPAdapter.send
    parameters: Any = None
    deadline = Deadline(60)

    with limits_kept(Limited(), parameters, deadline), until(deadline):
        requests.get("https://acme.example/one", timeout=1)
        with pytest.raises(LimitError):
            requests.get("https://acme.example/two", timeout=1)

    assert HTTPAdapter.send is before


def test_deletes_by_criteria_are_refused(session: Session) -> None:
    stream = {
        "stream_name": "people",
        "sync_strategy": "Full Refresh",
        "primary_key_field": "id",
        "storage_behaviour": "merge",
        "stream": {"stream_name": "people", "supported_sync_strategies": ["Full Refresh"]},
    }
    inbound = payload(streams_configuration={"included_streams": {"people": stream}})

    answer = Handlers(Acme).call("sync_inbound", session, inbound)

    assert answer["success"] is False
    assert "delete_by_criteria() has no way" in answer["error"]


def test_a_token_of_oauth_is_the_secret_access_token(monkeypatch: pytest.MonkeyPatch) -> None:
    platform: Any = ModuleType("_snowflake")
    platform.get_oauth_access_token = {"OAUTH_5": "token-of-the-app-1"}.__getitem__
    monkeypatch.setitem(sys.modules, "_snowflake", platform)
    nobody: Any = None

    answer = Handlers(Acme).call("retrieve_secrets", nobody, "OAUTH_5", None)

    assert answer["data"] == {"access_token": {"value": "token-of-the-app-1", "metadata": {}}}


def test_what_a_plugin_calls_a_secret_midway_is_in_no_answer(session: Session) -> None:
    answer = Handlers(Telling).call("sync_outbound", session, payload())

    assert answer["error"] == "sync_outbound() raised RuntimeError: refused REDACTED-session-key"


def test_a_plugin_that_leaves_is_an_answer() -> None:
    """And what it says at that holds no secret."""
    nobody: Any = None

    class Leaving(Telling):
        def get_manifest(self) -> PluginManifest:
            self.register_secret("session_key", "sesame-open-17")
            raise SystemExit("no way in with sesame-open-17")

    answer = Handlers(Leaving).call("get_manifest", nobody)

    assert answer["error"] == (
        "get_manifest() raised SystemExit: no way in with REDACTED-session-key"
    )


def test_what_is_not_written_is_an_answer() -> None:
    nobody: Any = None

    answer = Handlers(Acme).call("connect", nobody, {})

    assert answer["success"] is False
    assert answer["error"].startswith("Acme has no connect() yet")
