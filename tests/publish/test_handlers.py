"""A packaged plugin's procedures, called as Snowflake does: from the zip, in a clean process, with a
session of the embedded warehouse, and the practice app as the app.

DEVSESSION_CHANNEL_PYTHON names another Python than this one, with the packages that the channel has.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pandas import DataFrame

from devsession.plugin.mapping import StoredFieldMappings
from devsession.plugin.strategies import UPSERT
from devsession.publish.texts import CODE
from devsession.sandbox import sandbox_key, sandbox_service, start_sandbox
from devsession.warehouse import embedded_service, open_embedded
from devsession.warehouse.engine import Engine
from devsession.warehouse.scheduled import scheduled_run
from devsession.warehouse.store import Store
from devsession.warehouse.tables import load_table
from tests.publish.projects import packaged
from tests.publish.scheduled_block import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.publish.package import Package
    from devsession.warehouse import Account

HOST = Path(__file__).with_name("snowflake_host.py")
DIALECT = """
from omnata_plugin_runtime.forms import ConnectionMethod
from omnata_plugin_runtime.omnata_plugin import OmnataPlugin, PluginManifest
from omnata_plugin_runtime.configuration import UpsertSyncStrategy


class Older(OmnataPlugin):
    def get_manifest(self):
        return PluginManifest(
            plugin_id="older",
            plugin_name="Older",
            developer_id="my_company",
            developer_name="My Company",
            docs_url="",
            supports_inbound=False,
            supported_outbound_strategies=[UpsertSyncStrategy()],
        )

    def connection_form(self):
        return [ConnectionMethod(name="API Key", fields=[])]
"""
RECORDS = [
    ("1", {"email": "ada@example.com", "first_name": "Ada"}),
    ("2", {"email": "no address", "first_name": "Grace"}),
    ("3", {"email": "mary@example.com", "first_name": "Mary"}),
]


def called(code: Path, **asked: Any) -> Any:
    done = subprocess.run(
        [os.environ.get("DEVSESSION_CHANNEL_PYTHON", sys.executable), str(HOST)],
        input=json.dumps({"zip": str(code), **asked}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=code.parent,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("account")
    yield folder
    sandbox_service(folder).stop()
    embedded_service(folder).stop()


@pytest.fixture(scope="module")
def account(workspace: Path) -> Iterator[Account]:
    """The account, with the tables that an Omnata app has for a run of each direction."""
    account = open_embedded(workspace)
    account.execute("create schema LOCAL.DATA")
    account.execute(
        "create table LOCAL.DATA.RECORDS (IDENTIFIER varchar, APP_IDENTIFIER varchar, SYNC_ACTION varchar,"
        " TRANSFORMED_RECORD varchar, TRANSFORMED_RECORD_PREVIOUS varchar, RESULT varchar)"
    )
    for identifier, record in RECORDS:
        account.execute(
            "insert into LOCAL.DATA.RECORDS values (?, null, 'Create', ?, null, null)",
            [identifier, json.dumps(record)],
        )
    account.execute(
        "create table LOCAL.DATA.RESULTS (IDENTIFIER varchar, APP_IDENTIFIER varchar, APPLY_STATE varchar,"
        " APPLY_STATE_DATETIME timestamp_ntz, LOADBATCH_ID number, RESULT variant)"
    )
    account.execute(
        "create table LOCAL.DATA.CAME (APP_IDENTIFIER varchar, STREAM_NAME varchar,"
        " RETRIEVE_DATE timestamp_ntz, RECORD_DATA varchar, IS_DELETED boolean)"
    )
    yield account
    account.close()


@pytest.fixture(scope="module")
def asked(workspace: Path, account: Account) -> dict[str, Any]:
    """How the process reaches the account; the connection to the app, its secret in another place."""
    address = embedded_service(workspace).ensure()
    app = start_sandbox(workspace)
    key = sandbox_key(workspace)
    return {
        "connection": {
            "account": "fakesnow",
            "user": "devsession",
            "password": address.token,
            "host": address.host,
            "port": address.port,
            "protocol": "http",
            "database": "LOCAL",
            "schema": "PUBLIC",
            "paramstyle": "qmark",
            "platform_detection_timeout_seconds": 0,
            "session_parameters": {"CLIENT_TELEMETRY_ENABLED": False},
        },
        "secrets": {"OTHER_5": json.dumps({"api_key": {"value": key, "metadata": {}}})},
        "parameters": {
            "connection_method": "API Key",
            "connection_parameters": {
                "tenant_url": {"value": f"http://{app.host}:{app.port}", "metadata": {}}
            },
            "other_secrets_name": "OTHER_5",
        },
    }


@pytest.fixture(scope="module")
def code(package_of_template: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("stage") / CODE
    file.write_bytes(package_of_template.files[CODE])
    return file


@pytest.fixture(scope="module")
def host(code: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """What came of the procedures of a first run in each direction, and of some that go wrong."""
    parameters = asked["parameters"]
    run = {**parameters, "run_id": 7, "source_app_name": "LOCAL", "results_schema_name": "DATA"}
    outbound = {
        **run,
        "records_schema_name": "DATA",
        "records_table_name": "RECORDS",
        "results_table_name": "RESULTS",
        "sync_strategy": {"name": "Upsert", "custom_strategy": False},
        "sync_parameters": {"object": {"value": "contact", "metadata": {}}},
    }
    stream = {
        "stream_name": "customer",
        "sync_strategy": "Incremental",
        "cursor_field": "updated_at",
        "primary_key_field": "id",
        "storage_behaviour": "merge",
        "stream": {
            "stream_name": "customer",
            "supported_sync_strategies": ["Full Refresh", "Incremental"],
            "source_defined_cursor": True,
            "source_defined_primary_key": "id",
            "default_cursor_field": "updated_at",
            "json_schema": {"type": "object"},
        },
    }
    inbound = {
        **run,
        "results_table_name": "CAME",
        "sync_parameters": {"since": {"value": "2000-01-01T00:00:00Z", "metadata": {}}},
        "streams_configuration": {"included_streams": {"customer": stream}},
    }
    unknown = {**outbound, "sync_strategy": {"name": "Mirror"}}
    calls = {
        "connect": ["connect", [parameters]],
        "form": [
            "outbound_configuration_form",
            [{**parameters, "sync_strategy": {"name": "Upsert"}}],
        ],
        "options": ["form_options", ["objects", parameters]],
        "no options": ["form_options", ["__init__", parameters]],
        "streams": ["inbound_stream_list", [parameters]],
        "secrets": ["retrieve_secrets", [None, "OTHER_5"]],
        "no secret": ["connect", [{**parameters, "other_secrets_name": "OTHER_6"}]],
        "wrong key": ["connect", [{**parameters, "other_secrets_name": "WRONG"}]],
        "outbound": ["sync_outbound", [outbound]],
        "inbound": ["sync_inbound", [inbound]],
        "unknown strategy": ["sync_outbound", [unknown]],
        "no payload": ["sync_outbound", [{"connection_method": 7}]],
    }
    secrets = asked["secrets"] | {"WRONG": json.dumps({"api_key": {"value": "a-wrong-key-1"}})}
    given = {**asked, "secrets": secrets, "calls": list(calls.values())}
    done = called(code, import_all=True, **given)
    return done | {"answers": dict(zip(calls, done["answers"], strict=True))}


@pytest.fixture(scope="module")
def answered(host: dict[str, Any]) -> dict[str, Any]:
    """Name of a call -> its answer."""
    answers: dict[str, Any] = host["answers"]
    return answers


def test_an_outbound_sync_runs_end_to_end(answered: dict[str, Any], account: Account) -> None:
    assert answered["outbound"]["data"] == {
        "run_id": 7,
        "succeeded": 2,
        "failed": 1,
        "timed_out": False,
    }
    rows = account.rows(
        "select IDENTIFIER, APPLY_STATE, APP_IDENTIFIER is not null, RESULT from LOCAL.DATA.RESULTS order by 1"
    )
    assert [row[:3] for row in rows] == [
        ("1", "SUCCESS", True),
        ("2", "DESTINATION_FAILURE", False),
        ("3", "SUCCESS", True),
    ]
    assert "email" in json.loads(rows[1][3])["error"]


def test_an_inbound_sync_runs_end_to_end(answered: dict[str, Any], account: Account) -> None:
    [(count, state)] = account.rows(
        "select count(*), max(parse_json(RECORD_DATA):updated_at::varchar) from LOCAL.DATA.CAME"
    )
    stream = answered["inbound"]["data"]["streams"]["customer"]
    assert count == stream["records"] > 0
    assert stream["complete"] is True
    assert stream["state"] == {"updated_at": state}


def test_forms_and_their_options_are_asked_for(answered: dict[str, Any]) -> None:
    assert answered["connect"]["success"] is True
    [field] = answered["form"]["data"]["fields"]
    assert field["data_source"]["source_function"] == "objects"
    assert "contact" in [each["value"] for each in answered["options"]["data"]]
    assert "customer" in [each["stream_name"] for each in answered["streams"]["data"]]


def test_secrets_come_from_snowflake(answered: dict[str, Any], workspace: Path) -> None:
    found = answered["secrets"]["data"]
    assert found == {"api_key": {"value": sandbox_key(workspace), "metadata": {}}}


def test_a_plugin_in_the_omnata_dialect_runs_there(tmp_path: Path) -> None:
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "plugin.py").write_text(DIALECT, encoding="utf-8")
    (tmp_path / "older" / "requirements.txt").write_text("omnata-plugin-runtime==0.14.4\n")
    package = packaged(tmp_path / "older")
    code = tmp_path / CODE
    code.write_bytes(package.files[CODE])

    done = called(code, calls=[["get_manifest", []], ["connection_form", [None]]])

    [manifest, methods] = done["answers"]
    assert manifest["data"]["supported_outbound_strategies"][0]["name"] == "Upsert"
    assert [method["name"] for method in methods["data"]] == ["API Key"]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("no options", "the plugin has no method '__init__'"),
        ("no secret", "Snowflake does not give out the secret 'OTHER_6'"),
        ("unknown strategy", "the plugin does not support the strategy 'Mirror'"),
        ("no payload", "run_id: Field required"),
        ("wrong key", "401"),
    ],
)
def test_what_goes_wrong_is_an_answer(answered: dict[str, Any], call: str, told: str) -> None:
    assert answered[call]["success"] is False
    assert told in answered[call]["error"]
    assert "a-wrong-key-1" not in json.dumps(answered[call])


def test_what_is_packed_imports_nothing_that_the_channel_lacks(host: dict[str, Any]) -> None:
    # Needed by plugins alone that require httpx themselves.
    assert host["unimported"] == {"devsession.http.with_httpx": "httpx"}
    assert host["from_elsewhere"] == []


def test_a_scheduled_run_calls_it_with_the_records_of_a_sync(
    code: Path, asked: dict[str, Any], account: Account
) -> None:
    people = [("1", "ada@example.com"), ("2", "no address"), ("3", "mary@example.com")]
    account.execute("use schema LOCAL.PUBLIC")
    load_table(account, "PEOPLE", DataFrame(people, columns=["ID", "EMAIL"]))
    sync = Store(account).save_sync(
        "people",
        source="PEOPLE",
        identifier="ID",
        strategy="Upsert",
        field_mappings=StoredFieldMappings.from_dict({"email": "EMAIL"}),
    )
    payload = {
        **asked["parameters"],
        "sync_strategy": {"name": "Upsert"},
        "sync_parameters": {"object": {"value": "contact", "metadata": {}}},
    }
    prepared = scheduled_run(
        Engine(account),
        sync.record,
        UPSERT,
        database="LOCAL",
        application="CRM",
        payload=payload,
    )
    for each in prepared.tables:
        account.execute(each)

    def procedure(given: dict[str, Any]) -> Any:
        return called(code, **{**asked, "calls": [["sync_outbound", [given]]]})["answers"][0]

    Run(account, procedure).go(prepared, "a token")

    [run] = Store(account).runs(sync.record)
    plan = Engine(account).plan(sync.record, UPSERT)
    assert run.status == "completed"
    assert (run.counts["created"], run.counts["failed"], run.counts["unanswered"]) == (2, 1, 0)
    assert plan.actions == {"Create": 1, "Update": 0}
