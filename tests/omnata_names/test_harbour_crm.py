"""The CRM plugin, from signing in with OAuth to its generated test: creates, updates and deletes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from pandas import DataFrame

from devsession import DevelopmentSession, secret
from devsession.errors import FormError
from devsession.sandbox import sandbox_key
from devsession.testing import run_faults, run_scenario
from tests.broken_plugins.gallery import tried, with_only

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.session.sync import Sync

PLUGIN = "harbour_crm"
MAPPING = {"email": "EMAIL", "last_name": "NAME"}


@pytest.fixture
def connected(session: DevelopmentSession) -> DevelopmentSession:
    session.connection.fill(
        method="OAuth",
        base_url=session.sandbox.url,
        client_id=session.sandbox.client_id,
        client_secret=secret("SANDBOX_CLIENT_SECRET"),
    )
    return session


@pytest.fixture
def contacts(connected: DevelopmentSession) -> Sync:
    """A hundred contacts, in three bulk calls; one has an email that another one has."""
    load(connected, people(100) | {"7": "person6@example.com"})
    sync = connected.sync("contacts", source="PEOPLE", identifier="ID", strategy="Mirror")
    sync.fill(object="contact", mapping=MAPPING)
    return sync


def people(count: int) -> dict[str, str]:
    return {str(number): f"person{number}@example.com" for number in range(count)}


def load(session: DevelopmentSession, emails: dict[str, str]) -> None:
    names = [f"Number {each}" for each in emails]
    frame = DataFrame({"ID": list(emails), "EMAIL": list(emails.values()), "NAME": names})
    session.load_table("PEOPLE", frame, replace=True)


def records_at(session: DevelopmentSession) -> dict[str, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {sandbox_key(session.workspace.folder)}"}
    with session.recorder.paused():
        answer = requests.get(
            f"{session.sandbox.url}/objects/contact/records?limit=500", headers=headers, timeout=30
        )
    return {record["external_id"]: record for record in answer.json()["records"]}


def test_it_signs_in_with_a_security_integration_template(connected: DevelopmentSession) -> None:
    parameters = connected.connection.parameters

    assert parameters.secret("access_token").startswith("sbt_")
    assert parameters["account_name"] == "Sandbox CRM"


def test_its_connection_form_is_asked_for_each_connectivity(session: DevelopmentSession) -> None:
    form = session.connection.form
    form.connect_by("ngrok")
    through_a_tunnel = form.fields["base_url"].help_text
    form.connect_by("direct")

    assert (through_a_tunnel, form.methods) == ("The tunnel's address", ["OAuth", "API Key"])


def test_its_fields_are_asked_of_the_app(contacts: Sync) -> None:
    fields = {option.value: option for option in contacts.form.app_fields()}

    assert [option.value for option in contacts.form.options("object")] == [
        "contact",
        "company",
        "deal",
    ]
    assert (fields["email"].unique, fields["email"].data_type_icon) == (True, "text")
    assert "external_id" not in fields


def test_a_field_that_the_app_does_not_have_is_refused(contacts: Sync) -> None:
    with pytest.raises(FormError) as refused:
        contacts.fill(mapping={"nickname": "NAME"})

    assert "mapping.nickname" in refused.value.errors


def test_its_scenario_becomes_a_test(connected: DevelopmentSession, contacts: Sync) -> None:
    scenario = contacts.scenario("creates contacts", records=100)
    outcomes = scenario.run().outcomes
    told = str(scenario.complete())

    assert outcomes["SUCCESS"].sum() == 99
    assert "as generated: passes, with the network shut" in told
    assert run_scenario(connected.source.plugin_class, scenario.folder.path)
    assert run_faults(connected.source.plugin_class, scenario.folder.path)


def test_it_keeps_the_contract(
    connected: DevelopmentSession, contacts: Sync, tmp_path: Path
) -> None:
    scenario = contacts.scenario("a few", records=10)
    scenario.run()

    verdict = tried(connected.source.plugin_class, with_only(scenario.folder.path, tmp_path))

    assert verdict.failed == {}
    assert "test_batches_of_one_n_and_one_more" in verdict.passed
    assert "no answer for Delete of Mirror" in verdict.skipped["test_each_strategy_is_handled"]


def test_runs_create_update_and_delete(connected: DevelopmentSession, contacts: Sync) -> None:
    first = connected.run(contacts.slug)
    load(connected, people(99) | {"3": "three@example.com"})
    second = connected.run(contacts.slug)
    at_the_app = records_at(connected)

    assert (first.succeeded, first.failed, first.unanswered) == (99, 1, 0)
    assert (second.succeeded, second.failed, second.unanswered) == (3, 0, 0)
    assert at_the_app.keys() == people(99).keys()
    assert at_the_app["3"]["email"] == "three@example.com"


def test_a_record_that_the_validator_refuses_is_not_sent(
    connected: DevelopmentSession, contacts: Sync
) -> None:
    load(connected, {**people(99), "200": "no email"})

    summary = connected.run(contacts.slug)

    assert list(summary.causes) == ["email: is not an email address"]
    assert "200" not in records_at(connected)


def test_neither_client_secret_nor_token_is_committed(connected: DevelopmentSession) -> None:
    parameters = connected.connection.parameters
    scenarios = connected.workspace.scenarios
    written = b"".join(file.read_bytes() for file in scenarios.rglob("*") if file.is_file())

    assert b"/account" in written
    assert parameters.secret("client_secret").encode() not in written
    assert parameters.secret("access_token").encode() not in written
