"""The calls of an author, one after the other: what each does, and what it leaves alone."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
import requests

from devsession import DevelopmentSession, Outcomes, secret
from devsession.errors import (
    ConnectError,
    FormError,
    OutcomesError,
    PluginRaisedError,
    ScenarioError,
    TableExistsError,
)
from devsession.session.plugin_source import load_plugin_class
from tests.session.conftest import KEY, KEY_NAME, App, Project, load_contacts

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.session.scenario import Scenario
    from devsession.session.sync import Sync

CONNECT = ("GET", "/account")
BULK = ("POST", "/objects/contact/records/bulk/upsert")


@pytest.fixture
def scenario(contacts: Sync) -> Scenario:
    """Three contacts, to be created."""
    return contacts.scenario(f"creates {contacts.slug}")


def answered(scenario: Scenario) -> Outcomes:
    """Outcomes that say yes to every record."""
    outcomes = Outcomes(scenario.records)
    for identifier in scenario.records["IDENTIFIER"]:
        outcomes.ok(identifier, f"con_{identifier}")
    return outcomes


def refused(scenario: Scenario) -> Outcomes:
    """Outcomes that say no to every record."""
    outcomes = Outcomes(scenario.records)
    for identifier in scenario.records["IDENTIFIER"]:
        outcomes.fail(identifier, "email already taken")
    return outcomes


def files_below(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


class TestConnection:
    def test_fill_connects_once_and_again_only_when_a_value_changed(
        self, project: Project, app: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connection = project.session.connection
        connection.fill(tenant_url=app.url, api_key=secret(KEY_NAME))
        first = app.asked()
        connection.fill(tenant_url=app.url, api_key=secret(KEY_NAME))
        second = app.asked()
        connection.fill(tenant_url=f"{app.url}/")
        third = app.asked()

        assert (first, second, third) == ([CONNECT], [], [CONNECT])

    def test_what_connect_returns_is_kept(self, session: DevelopmentSession) -> None:
        assert session.connection.parameters["account_name"] == "Sandbox CRM"

    def test_nothing_is_saved_when_a_field_fails(
        self, session: DevelopmentSession, app: App
    ) -> None:
        with pytest.raises(FormError):
            session.connection.fill(tenant_url="", api_key=secret("OTHER"))

        assert session.connection.parameters["tenant_url"] == app.url
        assert app.asked() == []

    def test_nothing_is_saved_when_a_value_holds_a_secret(
        self, session: DevelopmentSession, app: App
    ) -> None:
        with pytest.raises(FormError) as error:
            session.connection.fill(tenant_url=f"{app.url}/{KEY}")

        assert error.value.errors == {
            "tenant_url": "holds the text of api_key, which is a secret and hidden wherever it stands"
        }
        assert KEY not in str(error.value)
        assert "session.not_secret(..)" in str(error.value)
        assert session.connection.parameters["tenant_url"] == app.url
        assert app.asked() == []

    def test_nothing_is_saved_when_connect_fails(
        self, session: DevelopmentSession, app: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WRONG_KEY", "wrong-key-5d21c8e07a")
        with pytest.raises(ConnectError):
            session.connection.fill(api_key=secret("WRONG_KEY"))

        assert session.connection.parameters.secret("api_key") == KEY

    def test_a_typed_secret_is_kept_by_the_secret_store_only(
        self, project: Project, app: App
    ) -> None:
        project.session.connection.fill(tenant_url=app.url, api_key=KEY)
        reference = project.session.connection.reference_to("api_key")
        session = project.restart()

        assert session.connection.parameters.secret("api_key") == KEY
        assert session.vault.store.find(reference.name) == KEY
        assert KEY.encode() not in files_below(project.folder / "scenarios")
        assert KEY.encode() not in files_below(project.folder / ".devsession" / "warehouse")


class TestTables:
    def test_the_same_content_again_changes_nothing(self, session: DevelopmentSession) -> None:
        first = session.load_table("CSV", "contacts.csv", replace=True)
        again = session.load_table("CSV", "contacts.csv")

        assert (first.rows, again.changed) == (12, False)

    def test_other_content_is_refused_without_replace(self, session: DevelopmentSession) -> None:
        source = load_contacts(session, "REFUSED")
        frame = session.account.frame(f"select ID from {source}")
        with pytest.raises(TableExistsError):
            session.load_table(source, frame)


class TestSync:
    def test_it_is_fetched_by_its_slug(self, contacts: Sync, session: DevelopmentSession) -> None:
        assert session.sync(contacts.slug) is contacts

    def test_the_same_declaration_gives_the_same_sync(
        self, contacts: Sync, session: DevelopmentSession, capsys: pytest.CaptureFixture[str]
    ) -> None:
        again = session.sync(contacts.slug, source=contacts.record.source, identifier="ID")

        assert again is contacts
        assert capsys.readouterr().out == ""

    def test_another_declaration_says_what_changed(
        self, contacts: Sync, session: DevelopmentSession, capsys: pytest.CaptureFixture[str]
    ) -> None:
        session.sync(contacts.slug, source=contacts.record.source, identifier="EMAIL")

        assert contacts.record.identifier == "EMAIL"
        said = capsys.readouterr().out
        assert said.endswith("saved, changed: identifier\n  identifier was ID\n")

    def test_plan_sends_nothing_and_changes_nothing(self, contacts: Sync, app: App) -> None:
        app.asked()
        plans = [str(contacts.plan()), str(contacts.plan())]

        assert plans == ["Create 3, Update 0; 0 records unchanged"] * 2
        assert app.asked() == []

    def test_it_is_there_after_a_restart(self, contacts: Sync, project: Project) -> None:
        again = project.restart().sync(contacts.slug)

        assert again.preview().to_dict("records")[0] == {
            "IDENTIFIER": "1",
            "email": "ada@example.com",
            "first_name": "Ada",
        }


class TestScenario:
    def test_its_input_stays_when_the_source_changes(
        self, contacts: Sync, scenario: Scenario, session: DevelopmentSession
    ) -> None:
        load_contacts(session, contacts.slug, ada="Augusta Ada")
        kept = contacts.scenario(scenario.name).records
        taken = contacts.scenario(scenario.name, refresh=True).records

        names = [records["TRANSFORMED_RECORD"][0]["first_name"] for records in (kept, taken)]
        assert names == ["Ada", "Augusta Ada"]

    def test_opened_with_another_mapping_or_count_it_says_what_it_was_frozen_with(
        self, contacts: Sync, scenario: Scenario, capsys: pytest.CaptureFixture[str]
    ) -> None:
        contacts.scenario(scenario.name, records=10)
        same = capsys.readouterr().out
        contacts.fill(mapping={"email": "EMAIL"})
        capsys.readouterr()
        contacts.scenario(scenario.name, records=2)
        other = capsys.readouterr().out
        contacts.scenario(scenario.name, records=2, refresh=True)
        contacts.scenario(scenario.name, records=2)
        anew = capsys.readouterr().out

        assert (same, anew) == ("", "")
        assert other == (
            f"scenario {scenario.name!r}: frozen with another mapping, records=10: "
            "refresh=True takes it anew\n"
        )

    def test_it_is_opened_by_name_after_a_restart(
        self, contacts: Sync, scenario: Scenario, project: Project
    ) -> None:
        again = project.restart().sync(contacts.slug).scenario(scenario.name)

        assert again.request.get_records().equals(scenario.request.get_records())
        assert again.parameters == scenario.parameters
        assert again.parameters.secret("api_key") == KEY
        assert "next: scenario.run(), with session.reuse() from the tape" in repr(again.http)

    def test_it_goes_on_from_another_that_was_never_stored(
        self, contacts: Sync, scenario: Scenario, session: DevelopmentSession
    ) -> None:
        outcomes = Outcomes(scenario.records)
        outcomes.ok("1", "con_1")
        outcomes.fail("2", "email is taken")
        outcomes.ok("3", "con_3")
        scenario.validate(outcomes)
        load_contacts(session, contacts.slug, ada="Augusta Ada")

        second = contacts.scenario(f"goes on {contacts.slug}", after=scenario)

        rows = second.records[["IDENTIFIER", "SYNC_ACTION", "APP_IDENTIFIER"]]
        assert rows.to_numpy().tolist() == [["2", "Create", None], ["1", "Update", "con_1"]]
        assert contacts.plan().actions == {"Create": 3, "Update": 0}

    def test_valid_outcomes_are_kept_and_invalid_ones_are_not(self, scenario: Scenario) -> None:
        valid = scenario.validate(answered(scenario))
        invalid = scenario.validate(Outcomes(scenario.records))

        assert (bool(valid), bool(invalid)) == (True, False)
        assert scenario.folder.read_outcomes()["APP_IDENTIFIER"].tolist() == [
            "con_1",
            "con_2",
            "con_3",
        ]

    def test_a_run_is_compared_with_the_cells(self, scenario: Scenario) -> None:
        scenario.validate(refused(scenario))
        report = scenario.run()

        assert [(finding.rule, finding.count) for finding in report.findings] == [("C01", 3)]
        assert report
        assert report.outcomes["SUCCESS"].all()

    def test_a_run_stores_nothing_as_sent(self, contacts: Sync, scenario: Scenario) -> None:
        report = scenario.run()

        assert contacts.plan().total == 3
        assert str(report).endswith(
            "\n1 request to the app; the sync plans these records again, "
            "unless complete(apply=True) stores the outcomes"
        )

    def test_an_exception_midway_leaves_everything_on_disk(
        self, contacts: Sync, scenario: Scenario, project: Project
    ) -> None:
        scenario.validate(answered(scenario))
        before = scenario.folder.read_outcomes()
        project.edit_plugin("outcomes = Outcomes(part)", "raise RuntimeError('no')")
        with pytest.raises(PluginRaisedError):
            scenario.run()

        again = project.restart().sync(contacts.slug).scenario(scenario.name)
        assert again.records.equals(scenario.records)
        assert again.folder.read_outcomes().equals(before)

    def test_a_saved_plugin_runs_and_keeps_the_forms(
        self, contacts: Sync, scenario: Scenario, project: Project
    ) -> None:
        scenario.run()
        project.edit_plugin('result["id"])', 'result["id"], edited=True)')
        report = scenario.run()

        assert report.outcomes["RESULT"][0] == {"edited": True}
        assert contacts.form.plain("object") == "contact"


class TestComplete:
    def test_before_any_outcome_there_is_nothing_to_complete(self, scenario: Scenario) -> None:
        with pytest.raises(ScenarioError, match="has no outcomes yet"):
            scenario.complete()

    def test_before_any_run_it_is_saved_without_a_test(self, scenario: Scenario) -> None:
        scenario.validate(answered(scenario))

        text = str(scenario.complete())
        assert "No test yet: the method of plugin.py has not run" in text
        assert "scenario.run()" in text

    def test_invalid_outcomes_are_refused(self, scenario: Scenario) -> None:
        scenario.validate(Outcomes(scenario.records))
        with pytest.raises(OutcomesError):
            scenario.complete()

    def test_where_every_record_failed_it_says_what_may_have_been_done_before(
        self, scenario: Scenario
    ) -> None:
        outcomes = Outcomes(scenario.records)
        for identifier in scenario.records["IDENTIFIER"]:
            outcomes.fail(identifier, "is there already")
        scenario.validate(outcomes)

        assert "Every record failed. If the cells had done it" in str(scenario.complete())

    def test_its_outcomes_can_be_applied(self, contacts: Sync, scenario: Scenario) -> None:
        scenario.run()
        text = str(scenario.complete(apply=True))

        assert "as generated: passes, with the network shut" in text
        assert "fails, as it should" in text
        assert str(contacts.plan()) == "Create 0, Update 0; 3 records unchanged"

    def test_cells_that_run_again_leave_what_the_test_expects(self, scenario: Scenario) -> None:
        scenario.run()
        scenario.complete()
        before = scenario.folder.read_outcomes()

        report = scenario.validate(refused(scenario))

        assert [found.rule for found in report.warnings] == ["C01"]
        assert "differs from the outcomes of run(), which stay what the test expects" in str(report)
        assert scenario.folder.read_outcomes().equals(before)

    def test_a_run_leaves_a_completed_test_as_it_is_until_it_is_completed_again(
        self, contacts: Sync, scenario: Scenario, project: Project
    ) -> None:
        scenario.run()
        scenario.complete()
        before = files_below(scenario.folder.path)
        project.edit_plugin('result["id"])', 'result["id"], edited=True)')

        report = contacts.scenario(scenario.name).run()
        assert "others than those of the completed test, which stays as it is" in str(report)
        assert files_below(scenario.folder.path) == before

        contacts.scenario(scenario.name).complete()
        assert json.loads(scenario.folder.read_outcomes()["RESULT"][0]) == {"edited": True}


class TestTape:
    def test_reuse_answers_from_the_tape(
        self, scenario: Scenario, session: DevelopmentSession, app: App
    ) -> None:
        scenario.run()
        app.asked()
        with session.reuse():
            report = scenario.run()

        assert report.outcomes["SUCCESS"].all()
        assert str(report).endswith("\n1 request: 1 from the tape, 0 by the app")
        assert app.asked() == []

    def test_the_tape_holds_no_key(self, scenario: Scenario, project: Project) -> None:
        scenario.run()
        scenario.complete()

        assert KEY.encode() not in files_below(project.folder / "scenarios")

    def test_offline_a_copied_folder_answers_everything(
        self,
        scenario: Scenario,
        contacts: Sync,
        project: Project,
        app: App,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        session = project.session
        url = session.connection.parameters["tenant_url"]
        account = requests.get(
            f"{url}/account", headers={"Authorization": f"Bearer {KEY}"}, timeout=30
        ).json()
        outcomes = scenario.run().outcomes
        session.close()
        app.stop()
        copy = tmp_path / "copy"
        shutil.copytree(project.folder, copy, ignore=shutil.ignore_patterns(".devsession"))
        monkeypatch.delenv(KEY_NAME)
        monkeypatch.setenv("DEVSESSION_OFFLINE", "1")

        offline = DevelopmentSession(load_plugin_class(copy), workspace=copy)
        offline.connection.fill(tenant_url=url, api_key=secret(KEY_NAME))
        source = load_contacts(offline, contacts.slug)
        sync = offline.sync(contacts.slug, source=source, identifier="ID")
        sync.fill(object="contact", mapping={"email": "EMAIL", "first_name": "FIRST_NAME"})
        again = sync.scenario(scenario.name).run().outcomes
        same = requests.get(
            f"{url}/account", headers={"Authorization": "Bearer REDACTED-api-key"}, timeout=30
        ).json()
        offline.shut_down()
        monkeypatch.delenv("DEVSESSION_OFFLINE")
        project.restart()

        assert again.equals(outcomes)
        assert same == account
