"""outbound_record_validator: what it refuses is shown before a run, and never sent in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import PluginRaisedError, ScenarioError
from devsession.plugin import expression
from devsession.session.sampling import sample_of
from tests.session.conftest import load_contacts

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from devsession import DevelopmentSession
    from devsession.session.sync import Sync
    from tests.session.conftest import App, Project

VALIDATOR = """    def outbound_record_validator(
        self, sync_parameters, field_mappings, transformed_record, source_types
    ):
        {body}

"""
NO_GRACE = """if transformed_record["first_name"] == "Grace":
            kind = source_types["first_name"]
            return {"first_name": f"no Grace, {kind}", "email": "hers"}"""


def validating(project: Project, body: str) -> None:
    """plugin.py gets a validator with this body."""
    text = project.plugin_file.read_text(encoding="utf-8")
    method = VALIDATOR.format(body=body)
    project.plugin_file.write_text(
        text.replace("    def sync_outbound(", f"{method}    def sync_outbound("), encoding="utf-8"
    )


def test_refusals_are_shown_before_a_run(
    contacts: Sync, project: Project, app: App, snapshot: SnapshotAssertion
) -> None:
    validating(project, NO_GRACE)

    refusals = contacts.refusals()

    assert refusals.to_numpy().tolist() == [
        ["2", "first_name", "no Grace, text"],
        ["2", "email", "hers"],
    ]
    assert contacts.plan().refused == 1
    assert str(contacts.plan()) == (
        "Create 3, Update 0; 0 records unchanged; 1 record refused, not sent"
    )
    assert repr(sample_of(project.session, contacts)) == snapshot
    assert app.sent() == []


def test_refusals_stand_at_the_sample_of_what_is_not_saved_yet(
    contacts: Sync, project: Project, session: DevelopmentSession
) -> None:
    validating(project, NO_GRACE)

    contacts.form.map("first_name", expression("upper(FIRST_NAME)"))
    assert sample_of(session, contacts).not_sent == []

    contacts.form.map("first_name", "FIRST_NAME")
    refused = "first_name: no Grace, text; email: hers"
    assert sample_of(session, contacts).not_sent == ["", refused, ""]


def test_a_validator_that_raises_leaves_the_sample(
    contacts: Sync, project: Project, session: DevelopmentSession
) -> None:
    validating(project, 'return transformed_record["nothing"]')

    sample = sample_of(session, contacts)

    assert len(sample.rows) == 3
    assert "raised KeyError: 'nothing'" in sample.error


def test_a_refused_record_is_not_sent_and_offered_again(
    contacts: Sync, session: DevelopmentSession, project: Project, app: App
) -> None:
    validating(project, NO_GRACE)

    first = session.run(contacts.slug)
    sent = app.sent()
    failures = session.failures(contacts.slug)
    load_contacts(session, contacts.slug, grace="Rear Admiral Grace")
    second = session.run(contacts.slug)

    assert (first.created, first.failed, first.unanswered, bool(first)) == (2, 1, 0, False)
    assert sent == ["1", "3"]
    assert failures[["IDENTIFIER", "ERROR"]].to_numpy().tolist() == [
        ["2", "first_name: no Grace, text; email: hers"]
    ]
    assert (second.offered, second.succeeded, app.sent()) == (1, 1, ["2"])
    assert session.failures(contacts.slug).empty


def test_a_scenario_leaves_them_out_and_says_so(
    contacts: Sync, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    validating(project, NO_GRACE)

    scenario = contacts.scenario("without grace", records=2)

    assert scenario.records["IDENTIFIER"].tolist() == ["1", "3"]
    assert "1 record left out, refused by outbound_record_validator" in capsys.readouterr().out


def test_of_refused_records_alone_there_is_no_scenario(
    contacts: Sync, project: Project, snapshot: SnapshotAssertion
) -> None:
    validating(project, 'return {"email": "no"}')

    with pytest.raises(ScenarioError) as refused:
        contacts.scenario("none")

    assert str(refused.value).replace(contacts.slug, "<sync>") == snapshot


def test_without_a_validator_nothing_is_refused(contacts: Sync) -> None:
    refusals = contacts.refusals()

    assert list(refusals.columns) == ["IDENTIFIER", "FIELD", "MESSAGE"]
    assert refusals.empty
    assert contacts.plan().refused == 0


@pytest.mark.parametrize(
    "body",
    [
        'return ["email"]',
        'return {"email": 3}',
        'return transformed_record["nothing"]',
    ],
    ids=["list", "number", "raises"],
)
def test_what_it_may_not_return_is_told_and_nothing_is_sent(
    body: str,
    contacts: Sync,
    session: DevelopmentSession,
    project: Project,
    app: App,
    snapshot: SnapshotAssertion,
) -> None:
    validating(project, body)

    with pytest.raises(PluginRaisedError) as refused:
        contacts.plan()
    with pytest.raises(PluginRaisedError):
        session.run(contacts.slug)

    text = str(refused.value).partition("where:")[0]
    assert text == snapshot
    assert app.sent() == []
