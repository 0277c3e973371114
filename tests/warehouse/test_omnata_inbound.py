"""What an inbound sync of an Omnata app is given, against the stand-in with the shapes of the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import OmnataError, UsageError
from devsession.secrets.redact import Redactor
from devsession.warehouse.omnata import OmnataApp
from devsession.warehouse.omnata_inbound import InboundInput, read_inbound
from tests.omnata_account import API_KEY, APP, CREATE, PLUGIN_APP, SECRETS, STREAM, OmnataAccount

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

STATE = {"updated_at": "2026-01-15T09:00:00Z"}
# Every field of an inbound payload, as the contract lists them, and some that it does not.
WHOLE: dict[str, Any] = {
    "sync_direction": "inbound",
    "sync_id": 8,
    "sync_branch_name": "main",
    "sync_branch_id": None,
    "connection_id": 5,
    "source_app_name": APP,
    "logging_level": "INFO",
    "connectivity_option": "ngrok",
    "connection_parameters": {"tenant_url": {"value": "https://acme.example", "metadata": {}}},
    "oauth_secret_name": "OAUTH_5",
    "other_secrets_name": "OTHER_5",
    "sync_parameters": {"since": {"value": "2000-01-01", "metadata": {"new": 1}}},
    "api_limit_overrides": [{"endpoint_category": "all"}],
    "rate_limits_state": {"all": {}},
    "streams_configuration": {
        "include_new_streams": True,
        "included_streams": {
            "customer": {
                **STREAM,
                "stream": {
                    **STREAM["stream"],
                    "json_schema": {"type": "object"},
                    "depends_on_stream": None,
                    "a_field_of_tomorrow": 1,
                },
                "latest_state": {"updated_at": "2025-01-01T00:00:00Z"},
                "a_field_of_tomorrow": 1,
            },
            "click": {
                "stream_name": "click",
                "sync_strategy": {"name": "Full Refresh"},
                "cursor_field": None,
                "primary_key_field": None,
                "storage_behaviour": "replace",
                "stream": {"stream_name": "click", "supported_sync_strategies": ["Full Refresh"]},
            },
        },
        "excluded_streams": ["task"],
        "new_stream_storage_behaviour": "append",
    },
    "latest_stream_state": {"customer": STATE, "click": None},
    "time_limit_mins": 60,
    "a_field_of_tomorrow": {"x": [1]},
}


def given(account: OmnataAccount, learn: Any = lambda _: None) -> InboundInput:
    app = OmnataApp(account, APP, redact=Redactor({"api_key": API_KEY}).text)
    return read_inbound(app, "people", learn=learn)


def test_a_payload_with_every_field(snapshot: SnapshotAssertion) -> None:
    account = OmnataAccount(**WHOLE)

    told = given(account)

    assert told.parameters.model_dump(mode="json") == snapshot
    assert told.streams.model_dump(mode="json") == snapshot
    assert told.states == {"customer": STATE}
    assert told.parameters.secret("api_key") == API_KEY
    assert account.called[1] == (SECRETS, ["OAUTH_5", "OTHER_5"])


def test_a_payload_without_what_is_optional() -> None:
    told = given(OmnataAccount(sync_direction="inbound"))

    assert list(told.streams.included_streams) == ["customer"]
    assert (told.states, told.streams.excluded_streams) == ({}, [])
    assert told.parameters.currently_selected_streams == ["customer"]


def test_a_state_that_only_its_stream_has_counts() -> None:
    stream = {**STREAM, "latest_state": STATE}
    configuration = {"included_streams": {"customer": stream}}

    told = given(OmnataAccount(sync_direction="inbound", streams_configuration=configuration))

    assert told.states == {"customer": STATE}


def test_the_run_is_completed_without_results() -> None:
    account = OmnataAccount(sync_direction="inbound")

    given(account)

    assert account.completed == [(1, False)]


def test_the_run_is_completed_when_its_secrets_cannot_be_had() -> None:
    account = OmnataAccount(sync_direction="inbound")
    account.answers[SECRETS] = json.dumps({"success": False, "error": "no access"})

    with pytest.raises(OmnataError, match="no access"):
        given(account)

    assert account.completed == [(1, False)]


def test_an_outbound_sync_is_no_inbound_one_and_its_run_is_let_go(
    snapshot: SnapshotAssertion,
) -> None:
    account = OmnataAccount()

    with pytest.raises(UsageError) as error:
        given(account)

    assert str(error.value) == snapshot
    assert account.completed == [(1, False)]


def stream_with(**changes: Any) -> dict[str, Any]:
    return {"included_streams": {"customer": {**STREAM, **changes}}}


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({"connection_method": None}, id="no connection method"),
        pytest.param({"streams_configuration": None}, id="no streams"),
        pytest.param({"streams_configuration": {"included_streams": []}}, id="a list of streams"),
        pytest.param({"streams_configuration": stream_with(stream=None)}, id="no stream in it"),
        pytest.param(
            {"streams_configuration": {"included_streams": {"customer": 5}}}, id="a number"
        ),
        pytest.param(
            {"streams_configuration": stream_with() | {"excluded_streams": ["customer"]}},
            id="both included and excluded",
        ),
        pytest.param(
            {"streams_configuration": stream_with(sync_strategy="Sideways")}, id="strategy"
        ),
        pytest.param(
            {"streams_configuration": stream_with(storage_behaviour="burn")}, id="storage"
        ),
        pytest.param({"latest_stream_state": {"customer": f"after {API_KEY}"}}, id="state"),
    ],
)
def test_what_cannot_be_is_told_and_its_run_let_go(
    payload: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    account = OmnataAccount(sync_direction="inbound", **payload)

    with pytest.raises(OmnataError) as error:
        given(account)

    assert str(error.value) == snapshot
    assert account.completed == [(1, False)]


def test_an_answer_without_the_payload_is_told() -> None:
    account = OmnataAccount(sync_direction="inbound")
    data = {"direction": "inbound", "plugin_app_name": PLUGIN_APP}
    account.answers[CREATE] = json.dumps({"success": True, "data": data})

    with pytest.raises(OmnataError) as error:
        given(account)

    assert error.value.tried == "inbound_apply_payload: is missing"
