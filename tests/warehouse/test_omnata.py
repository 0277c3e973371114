"""Syncs of an Omnata app, against a stand-in that answers with the shapes of the wire."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
import sqlglot
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from devsession.errors import DevsessionError, OmnataError, UsageError, WarehouseError
from devsession.plugin.outbound import OutboundSyncRequest
from devsession.plugin.outcomes import Outcomes
from devsession.plugin.strategies import UPSERT
from devsession.quoting import literal
from devsession.secrets.redact import Redactor
from devsession.warehouse import quoted
from devsession.warehouse.omnata import OmnataApp
from devsession.warehouse.omnata_source import OmnataSource
from tests.omnata_account import (
    API_KEY,
    APP,
    COMPLETE,
    CREATE,
    PLUGIN_APP,
    RECORDS,
    SECRETS,
    OmnataAccount,
)
from tests.warehouse.names import HOSTILE, PRESENT

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from devsession.warehouse import Account

# Every field of an outbound payload, as the contract lists them, and some that it does not.
WHOLE: dict[str, Any] = {
    "sync_id": 7,
    "sync_branch_name": "main",
    "sync_branch_id": 3,
    "connection_id": 5,
    "source_app_name": APP,
    "logging_level": "INFO",
    "target_type": "contact",
    "connectivity_option": "ngrok",
    "connection_parameters": {
        "tenant_url": {"value": "https://acme.example", "metadata": {"region": "eu"}, "new": 1}
    },
    "oauth_secret_name": "OAUTH_5",
    "other_secrets_name": "OTHER_5",
    "sync_strategy": {"name": "Upsert", "custom_strategy": True, "action_on_record_create": {}},
    "sync_parameters": {"object": {"value": "contact", "metadata": {}}},
    "api_limit_overrides": [{"endpoint_category": "all"}],
    "rate_limits_state": {"all": {}},
    "field_mappings": {
        "mapper_type": "field_mapping_selector",
        "field_mappings": [
            {
                "source_type": "column_name",
                "source_value": "EMAIL",
                "app_field": "email",
                "app_metadata": {"type": "text"},
                "new": True,
            }
        ],
        "new": True,
    },
    "time_limit_mins": 60,
    "a_field_of_tomorrow": {"x": [1]},
}
TEMPLATE = {
    "mapper_type": "jinja_template",
    "jinja_template": "Hello {{ row.NAME }}",
    "additional_column_expressions": {},
}
NULLS = {name: None for name in WHOLE if name != "sync_strategy"}


def app_of(account: Any, name: str = APP) -> OmnataApp:
    return OmnataApp(account, name, redact=Redactor({"api_key": API_KEY}).text)


def begun(account: Any, slug: str = "contacts", **more: Any) -> OmnataSource:
    return OmnataSource(
        app_of(account), slug, strategy=lambda _: UPSERT, learn=lambda _: None, **more
    )


def test_a_payload_with_every_field(snapshot: SnapshotAssertion) -> None:
    account = OmnataAccount(**WHOLE)

    parameters = begun(account).parameters

    assert parameters.model_dump(mode="json") == snapshot
    assert parameters.secret("api_key") == API_KEY
    assert account.called[1] == (SECRETS, ["OAUTH_5", "OTHER_5"])


@pytest.mark.parametrize("optional", [{}, NULLS], ids=["absent", "null"])
def test_a_payload_without_what_is_optional(
    optional: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    account = OmnataAccount(**optional)

    parameters = begun(account).parameters

    assert parameters.model_dump(mode="json") == snapshot(name="without what is optional")
    assert account.called[1] == (SECRETS, [None, None])


@pytest.mark.parametrize("name", sorted(NULLS))
def test_each_optional_field_may_be_absent(name: str) -> None:
    account = OmnataAccount(**{field: value for field, value in WHOLE.items() if field != name})

    assert begun(account).parameters.connection_method == "API Key"


@pytest.mark.parametrize(
    "name",
    [
        "run_id",
        "records_schema_name",
        "records_table_name",
        "connection_method",
        "sync_strategy",
    ],
)
def test_what_no_run_can_do_without_is_named(name: str) -> None:
    account = OmnataAccount(**WHOLE)
    payload = {field: value for field, value in account.payload.items() if field != name}
    account.answers[CREATE] = answer(data=created(payload))

    with pytest.raises(OmnataError, match="cannot be read") as error:
        begun(account)

    assert f"outbound_apply_payload.{name}: Field required" in error.value.tried


def test_records_are_as_get_records_gives_them() -> None:
    account = OmnataAccount()
    account.records[1] |= {
        "SYNC_ACTION": "Update",
        "APP_IDENTIFIER": "c2",
        "TRANSFORMED_RECORD_PREVIOUS": '{"email": null, "age": 3, "sum": 0.12345678901234567890}',
        "RESULT": '{"error": "taken"}',
    }

    records = OutboundSyncRequest(begun(account)).get_records()

    assert records.to_dict("records")[1] == {
        "IDENTIFIER": "2",
        "APP_IDENTIFIER": "c2",
        "SYNC_ACTION": "Update",
        "TRANSFORMED_RECORD": {"email": "grace@example.com"},
        "TRANSFORMED_RECORD_PREVIOUS": {"email": None, "age": 3, "sum": "0.12345678901234567890"},
        "RESULT": {"error": "taken"},
    }
    assert records["APP_IDENTIFIER"].tolist() == [None, "c2", None]


def test_the_app_keeps_a_template_beside_its_row() -> None:
    account = OmnataAccount(field_mappings=TEMPLATE)
    kept = {"jinja_template": "Hello {{ row.NAME }}", "source_record": {"NAME": "Ada"}}
    account.records = [{**RECORDS[0], "TRANSFORMED_RECORD": json.dumps(kept)}]

    records = OutboundSyncRequest(begun(account)).get_records(render_jinja=False)

    assert records["TRANSFORMED_RECORD"].tolist() == [{"NAME": "Ada"}]


def test_no_records_are_an_empty_frame() -> None:
    account = OmnataAccount()
    account.records = []

    assert OutboundSyncRequest(begun(account)).get_records().empty


def test_only_the_first_records_are_read_when_so_many_are_wanted() -> None:
    account = OmnataAccount()

    records = OutboundSyncRequest(begun(account, records=2)).get_records()

    assert records["IDENTIFIER"].tolist() == ["1", "2"]
    assert account.statements[-1].rstrip().endswith("limit 2")


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"TRANSFORMED_RECORD": "{"}, "TRANSFORMED_RECORD holds what is no JSON"),
        ({"TRANSFORMED_RECORD": "1, 2"}, "TRANSFORMED_RECORD holds what is no JSON"),
        ({"TRANSFORMED_RECORD": "[1]"}, "TRANSFORMED_RECORD of 1 is a list"),
        ({"IDENTIFIER": None}, "a record without IDENTIFIER"),
    ],
)
def test_records_that_are_none(changed: dict[str, Any], problem: str) -> None:
    account = OmnataAccount()
    account.records[0] |= changed

    with pytest.raises(OmnataError, match="records of the sync 'contacts' cannot be read") as error:
        OutboundSyncRequest(begun(account)).get_records()

    assert problem in error.value.tried


def test_columns_that_are_missing_or_more() -> None:
    account = OmnataAccount()
    account.records = [{"IDENTIFIER": "1", "TRANSFORMED_RECORD": "{}", "MORE": "x"}]

    with pytest.raises(OmnataError) as error:
        OutboundSyncRequest(begun(account)).get_records()

    assert "no column SYNC_ACTION" in error.value.tried


def test_results_are_written_in_the_shape_of_the_apps_table_then_completed() -> None:
    account = OmnataAccount()
    source = begun(account)
    request = OutboundSyncRequest(source)
    outcomes = Outcomes(request.get_records())
    outcomes.ok("1", "c1")
    outcomes.ok("2", "c2")
    outcomes.fail("3", "email already taken")

    request.enqueue_results(outcomes)
    source.complete()
    source.complete()

    assert account.results == [
        ("1", [True, "c1", {}]),
        ("2", [True, "c2", {}]),
        ("3", [False, None, {"error": "email already taken"}]),
    ]
    assert account.completed == [(1, True)]
    (insert,) = sqlglot.parse(account.statements[-2], dialect="snowflake")
    assert isinstance(insert, exp.Insert)
    assert [column.name for column in insert.this.expressions] == [
        "IDENTIFIER",
        "APP_IDENTIFIER",
        "APPLY_STATE",
        "APPLY_STATE_DATETIME",
        "LOADBATCH_ID",
        "RESULT",
    ]


def test_a_run_without_results_is_completed_without_them() -> None:
    account = OmnataAccount()

    begun(account).complete()

    assert account.completed == [(1, False)]
    assert account.results == []


def test_a_run_whose_payload_names_no_results_table_takes_none() -> None:
    account = OmnataAccount(results_table_name=None)
    source = begun(account)
    request = OutboundSyncRequest(source)
    outcomes = Outcomes(request.get_records())
    outcomes.ok("1", "c1")

    with pytest.raises(OmnataError, match="cannot be read") as error:
        request.enqueue_results(outcomes)
    source.complete()

    assert "results_table_name" in error.value.tried
    assert account.completed == [(1, False)]


def test_an_inbound_sync_is_no_outbound_one_and_its_run_is_let_go(
    snapshot: SnapshotAssertion,
) -> None:
    account = OmnataAccount()
    account.answers[CREATE] = answer(
        data={
            "direction": "inbound",
            "plugin_app_name": PLUGIN_APP,
            "inbound_apply_payload": {"run_id": 12, "streams_configuration": {}},
        }
    )

    with pytest.raises(UsageError) as error:
        begun(account, "all the deals")

    assert str(error.value) == snapshot
    assert account.completed == [(12, False)]


def answer(*, data: Any = None, **more: Any) -> str:
    return json.dumps({"success": True, "error": None, "data": data, **more})


def created(payload: Any, **more: Any) -> dict[str, Any]:
    return {
        "direction": "outbound",
        "plugin_app_name": PLUGIN_APP,
        "outbound_apply_payload": payload,
        **more,
    }


@pytest.mark.parametrize(
    "said",
    [
        "Sync 'contacts' is being edited; état: brouillon",
        None,
        "",
        {"code": 7},
        f"the key {API_KEY} was refused",
    ],
    ids=["text", "null", "empty", "object", "secret"],
)
@pytest.mark.parametrize("procedure", [CREATE, SECRETS, COMPLETE])
def test_a_refusal_is_shown_as_the_app_says_it(
    procedure: str, said: Any, snapshot: SnapshotAssertion
) -> None:
    account = OmnataAccount()
    account.answers[procedure] = json.dumps({"success": False, "error": said})

    with pytest.raises(OmnataError) as error:
        one_pass(account)

    assert str(error.value) == snapshot
    assert API_KEY not in str(error.value)
    assert error.value.fields == {"sync": "contacts", "app": APP}


def one_pass(account: Any) -> None:
    source = begun(account)
    assert source.parameters
    OutboundSyncRequest(source).get_records()
    source.complete()


@pytest.mark.parametrize(
    "answered",
    [
        [],
        [()],
        None,
        "",
        "{'success': True}",
        "[]",
        "3",
        5,
        "{}",
        '{"success": "yes"}',
    ],
    ids=repr,
)
@pytest.mark.parametrize("procedure", [CREATE, SECRETS, COMPLETE])
def test_an_answer_that_cannot_be_read(
    procedure: str, answered: Any, snapshot: SnapshotAssertion
) -> None:
    account = OmnataAccount()
    account.answers[procedure] = answered

    with pytest.raises(OmnataError) as error:
        one_pass(account)

    assert str(error.value) == snapshot


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"direction": "sideways", "plugin_app_name": PLUGIN_APP},
        {"direction": "outbound", "plugin_app_name": PLUGIN_APP},
        {"direction": "outbound", "plugin_app_name": "", "outbound_apply_payload": {}},
        created([]),
        created({"run_id": "seven"}),
    ],
    ids=["none", "list", "direction", "no payload", "no plugin app", "payload", "run"],
)
def test_data_of_wrong_types(data: Any, snapshot: SnapshotAssertion) -> None:
    account = OmnataAccount()
    account.answers[CREATE] = answer(data=data)

    with pytest.raises(OmnataError) as error:
        begun(account)

    assert str(error.value) == snapshot


def test_secrets_of_wrong_types_are_not_shown() -> None:
    account = OmnataAccount(oauth_secret_name="OAUTH")
    account.secrets = {"api_key": {"value": [API_KEY]}, "other": API_KEY}

    with pytest.raises(OmnataError) as error:
        assert begun(account).parameters

    assert "values.api_key.value" in error.value.tried
    assert API_KEY not in repr(error.value.__dict__) + str(error.value)


def test_a_statement_that_is_refused_says_what_to_look_at(snapshot: SnapshotAssertion) -> None:
    with pytest.raises(OmnataError) as error:
        begun(RefusingAccount())

    assert str(error.value) == snapshot


class RefusingAccount:
    name = "stand-in account"

    def rows(self, sql: str, params: Any = ()) -> Any:
        raise WarehouseError(f"Unknown user-defined function, key {API_KEY}", tried=sql)

    execute = arrow = rows


def test_secrets_are_nowhere_but_in_their_value(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    account = OmnataAccount(**WHOLE)
    source = begun(account)

    parameters = source.parameters

    assert API_KEY not in repr(parameters) + str(parameters) + parameters.model_dump_json()
    assert API_KEY not in repr(source) + repr(vars(source)) + caplog.text
    assert API_KEY not in "".join(account.statements)


@pytest.mark.parametrize("name", ["", " ", 5, None])
def test_an_app_without_a_name(name: Any) -> None:
    with pytest.raises(UsageError, match="has a name"):
        app_of(OmnataAccount(), name)


def test_what_is_read_and_written_runs_on_a_warehouse(account: Account) -> None:
    account.execute(
        'create or replace table PUBLIC."Records of 7" (IDENTIFIER varchar, SYNC_ACTION varchar, '
        "TRANSFORMED_RECORD variant, LOADBATCH_ID number)"
    )
    account.execute(
        "insert into PUBLIC.\"Records of 7\" select 'it''s', 'Create', parse_json('{\"n\": 1}'), 1"
    )
    account.execute(
        "create or replace table PUBLIC.RESULTS_7 (IDENTIFIER varchar, APP_IDENTIFIER varchar, "
        "APPLY_STATE varchar, APPLY_STATE_DATETIME timestamp_tz, LOADBATCH_ID number, RESULT variant)"
    )
    app = app_of(account, "local")
    payload, _ = app_of(
        OmnataAccount(
            records_schema_name="PUBLIC",
            records_table_name="Records of 7",
            results_schema_name="PUBLIC",
        )
    ).create_run("contacts")

    records = app.records(payload, "contacts", actions=["Create", "it's"], limit=5)
    app.write_results(payload, "contacts", '[["it\'s", false, null, {"error": "no"}]]', batch=3)
    app.write_results(payload, "contacts", '[["2", true, "c2", {}]]', batch=4)

    assert records.column("IDENTIFIER").to_pylist() == ["it's"]
    rows = account.rows(
        "select IDENTIFIER, APP_IDENTIFIER, APPLY_STATE, LOADBATCH_ID, RESULT:error::varchar, "
        "APPLY_STATE_DATETIME is not null from PUBLIC.RESULTS_7 order by LOADBATCH_ID"
    )
    assert rows == [
        ("it's", None, "DESTINATION_FAILURE", 3, "no", True),
        ("2", "c2", "SUCCESS", 4, None, True),
    ]


UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Seen:
    """An account that keeps statements, and answers nothing that can be used."""

    name = "seen"

    def __init__(self) -> None:
        self.statements: list[str] = []

    def rows(self, sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
        self.statements.append(sql)
        return [('{"success": true, "data": {}}',)]

    def execute(self, sql: str, params: Any = ()) -> int:
        self.statements.append(sql)
        return 0

    def arrow(self, sql: str, params: Any = ()) -> pa.Table:
        self.statements.append(sql)
        return pa.table({})

    @property
    def tree(self) -> Any:
        """The one statement that there is, parsed; a call as the select of its function."""
        (sql,) = self.statements
        text = f"select {sql.removeprefix('call ')}" if sql.startswith("call ") else sql
        (tree,) = sqlglot.parse(text, dialect="snowflake")
        return tree


def called(tree: Any) -> tuple[list[str], list[Any]]:
    """Identifiers and arguments of a call; nothing else is in it."""
    (function,) = tree.find_all(exp.Anonymous)
    assert len(tree.expressions) == 1
    assert set(tree.args) - {name for name in tree.args if not tree.args[name]} == {"expressions"}
    return (
        [each.this for each in tree.find_all(exp.Identifier)],
        [each.to_py() for each in function.expressions],
    )


def exactly(name: str) -> str:
    """How Snowflake keeps a name: plain words are in capitals, wherever they were written so."""
    return app_of(Seen(), name).name


@UNTIMED
@given(app=PRESENT, slug=HOSTILE)
@example(app='A"; drop table X; --', slug="\\'; drop table X; --")
def test_a_name_never_changes_the_call_that_creates_a_run(app: str, slug: str) -> None:
    account = Seen()

    with pytest.raises(DevsessionError):
        app_of(account, app).create_run(slug)

    assert called(account.tree) == ([exactly(app), "API"], [slug])


@UNTIMED
@given(plugin_app=HOSTILE.filter(bool), oauth=PRESENT, other=PRESENT)
def test_a_name_never_changes_the_call_for_secrets(plugin_app: str, oauth: str, other: str) -> None:
    account = Seen()
    payload = {**OmnataAccount().payload, "oauth_secret_name": oauth, "other_secrets_name": other}
    stand_in = OmnataAccount()
    stand_in.answers[CREATE] = answer(data=created(payload, plugin_app_name=plugin_app))
    _, names = app_of(stand_in).create_run("contacts")

    app_of(account).secrets(names, "contacts")

    assert called(account.tree) == ([plugin_app, "PLUGIN"], [oauth, other])


@UNTIMED
@given(app=PRESENT, run=st.integers(), results=st.booleans())
def test_a_name_never_changes_the_call_that_completes_a_run(
    app: str, run: int, results: bool
) -> None:
    account = Seen()

    app_of(account, app).complete_run(run, "contacts", apply_results=results)

    assert called(account.tree) == ([exactly(app), "API"], [run, results])


@UNTIMED
@given(
    app=PRESENT,
    schema=HOSTILE.filter(bool),
    table=HOSTILE.filter(bool),
    actions=st.lists(HOSTILE, min_size=1, max_size=3),
)
def test_a_name_never_changes_what_is_read(
    app: str, schema: str, table: str, actions: list[str]
) -> None:
    account, slug = Seen(), "contacts"
    payload, _ = app_of(
        OmnataAccount(records_schema_name=schema, records_table_name=table)
    ).create_run(slug)

    app_of(account, app).records(payload, slug, actions=actions, limit=3)

    tree = account.tree
    (read,) = tree.find_all(exp.Table)
    assert [part.this for part in read.parts] == [exactly(app), schema, table]
    (chosen,) = tree.find_all(exp.In)
    assert [each.this for each in chosen.expressions] == actions


@UNTIMED
@given(app=PRESENT, schema=HOSTILE.filter(bool), table=HOSTILE.filter(bool))
def test_a_name_never_changes_what_is_written(app: str, schema: str, table: str) -> None:
    account, slug = Seen(), "contacts"
    payload, _ = app_of(
        OmnataAccount(results_schema_name=schema, results_table_name=table)
    ).create_run(slug)

    app_of(account, app).write_results(payload, slug, '[["1", true, null, {}]]', batch=0)

    tree = account.tree
    assert isinstance(tree, exp.Insert)
    assert [part.this for part in tree.this.this.parts] == [exactly(app), schema, table]
    assert len(list(tree.find_all(exp.Placeholder))) == 3


@UNTIMED
@given(name=HOSTILE.filter(bool), text=HOSTILE)
def test_a_name_and_a_text_are_read_back_as_they_are(name: str, text: str) -> None:
    parsed: list[Any] = sqlglot.parse(
        f"select {literal(text)} as {quoted(name)}", dialect="snowflake"
    )

    ((column,),) = [tree.expressions for tree in parsed]
    assert (column.alias, column.this.this) == (name, text)
