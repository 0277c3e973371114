"""A metadata workflow as its author lives it: filled, planned, a scenario, its test."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from devsession import DevelopmentSession, secret
from devsession.errors import (
    CatalogError,
    ConnectError,
    EntityError,
    FormError,
    NotFilledError,
    PluginRaisedError,
    UsageError,
)
from devsession.openmetadata import (
    DatabaseService,
    LineageEdge,
    OMError,
    OpenMetadata,
    Processor,
    Reference,
    Table,
    tag,
)
from devsession.openmetadata.processors import (
    ClassifyPii,
    Policies,
    Verdict,
    deny,
    mask,
    policy,
    tags_of,
    warn,
)
from devsession.session import local_catalog as sessions_catalog
from devsession.session.plugin_source import load_plugin_class
from devsession.testing import SuiteConfig, metadata_contract, run_scenario
from tests.local_catalog import local_catalog
from tests.session import metadata_plugin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.openmetadata.steps.steps import Item
    from devsession.session.workflow import SessionWorkflow
    from tests.local_catalog import LocalCatalog

KEY_NAME = "SANDBOX_API_KEY"


FILE = """
source:
  type: customDatabase
  serviceName: crm_of_file
  serviceConnection:
    config:
      type: CustomDatabase
      sourcePythonClass: plugin.CrmSource
      connectionOptions: {host: "${CRM_HOST}", api_key: "${SANDBOX_API_KEY}"}
  sourceConfig: {config: {tableFilterPattern: {includes: [deal]}}}
sink: {type: json-lines, config: {path: crm.jsonl}}
"""
TO_CATALOG = """sink: {type: metadata-rest}
workflowConfig:
  openMetadataServerConfig: {hostPort: "${CATALOG}", authProvider: PROVIDER, securityConfig: SECURITY}
"""
AUTH = {
    "basic": '{email: admin@example.com, password: "${CATALOG_PASSWORD}"}',
    "custom-oidc": "{clientId: sandbox-client, secretKey: '${SANDBOX_CLIENT_SECRET}', "
    "tokenEndpoint: '${ISSUER}/oauth/token'}",
}


@pytest.fixture(scope="module")
def folder(modules: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("metadata")
    shutil.copy(metadata_plugin.__file__, folder / "plugin.py")
    return folder


@pytest.fixture(scope="module")
def session(folder: Path) -> Iterator[DevelopmentSession]:
    session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
    yield session
    session.shut_down()


@pytest.fixture(scope="module")
def crm(session: DevelopmentSession) -> SessionWorkflow:
    """Connected to its practice app."""
    workflow = session.workflow("crm")
    workflow.fill(host=session.sandbox.url, api_key=secret(KEY_NAME))
    return workflow


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalCatalog]:
    """An empty one, in the place of the practice app's."""
    with local_catalog(tmp_path / "catalog") as found:
        client = OpenMetadata(found.host_port, token=found.token)
        monkeypatch.setattr(sessions_catalog, "_local", lambda _: client)
        yield found
        client.close()


class TestConfiguration:
    def test_the_form_is_that_of_the_config(self, session: DevelopmentSession) -> None:
        fields = session.workflow("other").connection.form.fields

        # Its own before those that every source has.
        assert [*fields][:2] == ["host", "api_key"]
        assert fields["api_key"].secret
        assert repr(session.workflow("other")) == "Workflow 'other': not filled"

    def test_the_same_again_changes_nothing(
        self, crm: SessionWorkflow, session: DevelopmentSession
    ) -> None:
        said = crm.fill(host=session.sandbox.url, api_key=secret(KEY_NAME))

        assert str(said) == "crm saved"
        assert session.workflow("crm") is crm

    def test_a_wrong_key_is_told_and_nothing_is_saved(
        self, session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WRONG_KEY", "sbx_some-other-key")
        wrong = session.workflow("wrong")

        with pytest.raises(
            ConnectError,
            match=r"(?s)test_connection\(\) of CrmSource raised HTTPError.*mend test_connection\(\)",
        ):
            wrong.fill(host=session.sandbox.url, api_key=secret("WRONG_KEY"))

        with pytest.raises(NotFilledError, match="The workflow 'wrong' is not filled"):
            wrong.scenario("too early")

    def test_a_wrong_field_is_named(self, session: DevelopmentSession) -> None:
        with pytest.raises(FormError, match="hosts"):
            session.workflow("wrong").fill(hosts="x")

    def test_the_page_is_live_and_tells_what_is_next(self, crm: SessionWorkflow) -> None:
        page = crm.connection._page

        assert page.saved() == (
            'it is saved; crm.plan() says what a run would do, crm.scenario("..") freezes one'
        )

    def test_a_plugin_for_syncs_has_no_workflows(self, tmp_path: Path) -> None:
        from tests.session import reading_plugin

        shutil.copy(reading_plugin.__file__, tmp_path / "plugin.py")
        other = DevelopmentSession(load_plugin_class(tmp_path), workspace=tmp_path)

        with other, pytest.raises(UsageError, match="is a plugin for syncs, and has no workflows"):
            other.workflow("crm")

    def test_a_plugin_for_metadata_has_no_syncs(self, session: DevelopmentSession) -> None:
        with pytest.raises(UsageError, match="reads metadata, and has no syncs"):
            session.sync("crm", direction="inbound")

    def test_a_file_configures_it_with_references_to_secrets(
        self, session: DevelopmentSession, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CRM_HOST", session.sandbox.url)
        (folder / "crm.yaml").write_text(FILE, encoding="utf-8")

        workflow = session.workflow("from a file", file="crm.yaml")
        scenario = workflow.scenario("from a file")

        assert workflow.service == "crm_of_file"
        assert scenario.entities["NAME"].tolist()[-1] == "deal"
        assert (
            '"api_key": "REDACTED-api-key"' in (scenario.folder.path / "scenario.json").read_text()
        )
        with pytest.raises(UsageError, match=r"is configured by crm\.yaml"):
            workflow.fill(host="x")

    def test_a_run_of_a_file_stores_where_that_says(
        self, session: DevelopmentSession, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CRM_HOST", session.sandbox.url)
        text = FILE.replace("crm.jsonl", str(folder / "crm.jsonl"))
        (folder / "crm.yaml").write_text(text, encoding="utf-8")
        taped = len(session.recorder.tape.exchanges)

        report = session.workflow("from a file", file="crm.yaml").run()

        assert report, str(report)
        assert len((folder / "crm.jsonl").read_text().splitlines()) == 5
        assert len(session.recorder.tape.exchanges) == taped
        monkeypatch.setattr(session, "offline", True)
        with pytest.raises(UsageError, match="Offline the catalog that the workflow's file names"):
            session.workflow("from a file", file="crm.yaml").run()

    @pytest.mark.parametrize("provider", AUTH)
    def test_a_file_is_let_in_by_the_local_catalog(
        self,
        session: DevelopmentSession,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        provider: str,
    ) -> None:
        monkeypatch.setenv("CRM_HOST", session.sandbox.url)
        monkeypatch.setenv("CATALOG", session.sandbox.catalog_url)
        monkeypatch.setenv("ISSUER", session.sandbox.issuer)
        text = FILE.partition("  sourceConfig:")[0].replace("crm_of_file", provider) + TO_CATALOG
        text = text.replace("PROVIDER", provider).replace("SECURITY", AUTH[provider])
        (folder / "crm.yaml").write_text(text, encoding="utf-8")
        taped = len(session.recorder.tape.exchanges)

        workflow = session.workflow(f"by {provider}", file="crm.yaml")

        assert workflow.plan().counts["create"] == 7
        assert (report := workflow.run()), str(report)
        assert workflow.plan().counts["create"] == 0
        assert len(session.recorder.tape.exchanges) == taped


class TestScenario:
    def test_the_source_is_read_once_and_the_same_comes_again(
        self, crm: SessionWorkflow, session: DevelopmentSession
    ) -> None:
        scenario = crm.scenario("once", include=["contact", "company"])

        first = scenario.entities
        asked = len(scenario.http)
        again = crm.scenario("once").entities

        assert first["FQN"].tolist() == [
            "crm",
            "crm.crm",
            "crm.crm.objects",
            "crm.crm.objects.contact",
            "crm.crm.objects.company",
        ]
        assert asked == 4
        assert again.equals(first)
        assert len(crm.scenario("once").http) == 0

    def test_its_files_hold_neither_the_key_nor_the_address(
        self, crm: SessionWorkflow, session: DevelopmentSession
    ) -> None:
        scenario = crm.scenario("files", include=["deal"])
        scenario.run()

        text = "".join(file.read_text() for file in scenario.folder.path.iterdir())
        key = session.vault.store.lookup(KEY_NAME)
        assert key not in text
        assert session.sandbox.url not in text
        assert "REDACTED-api-key" in text

    def test_lineage_is_a_graph(self, crm: SessionWorkflow) -> None:
        frame = crm.scenario("lineage", include=["contact", "company"]).lineage.to_frame()

        assert frame[["SOURCE", "TARGET"]].to_numpy().tolist() == [
            ["crm.crm.objects.company", "crm.crm.objects.contact"]
        ]

    def test_an_entity_of_a_cell_that_names_no_service_is_the_workflows(
        self, crm: SessionWorkflow
    ) -> None:
        scenario = crm.scenario("by hand", include=["contact"])
        (contact,) = (item for item in scenario.items if isinstance(item, Table))
        by_hand = contact.model_copy(update={"service": ""})

        report = scenario.validate([by_hand])

        assert "crm.crm.objects.contact" in str(report)
        assert by_hand.service == ""

    def test_validate_tells_every_rule_that_is_broken(
        self, crm: SessionWorkflow, snapshot: SnapshotAssertion
    ) -> None:
        scenario = crm.scenario("rules", exclude=["company"])
        elsewhere = LineageEdge(
            from_entity=Reference(fqn="crm.crm.objects.contact"),
            to_entity=Reference(fqn="crm.crm.reports.contacts"),
        )

        by_hand = scenario.validate([*scenario.items, elsewhere])

        assert scenario.validate()
        assert {found.rule for found in by_hand.findings} == {"M07", "M09"}
        assert str(by_hand) == snapshot

    def test_entities_of_cells_are_compared_with_those_of_the_run(
        self, crm: SessionWorkflow
    ) -> None:
        scenario = crm.scenario("cells", include=["deal", "contact", "company"])
        came = scenario.run()
        by_hand = [each for each in scenario.items if not isinstance(each, Table)]

        assert scenario.validate(scenario.items)
        assert "the same as the cells'" in str(scenario.run())
        edges = [each for each in by_hand if isinstance(each, DatabaseService)]
        assert scenario.validate(edges)
        assert "C01" in str(scenario.run())
        assert len(came.entities) == 6

    def test_complete_writes_a_test_that_can_fail(
        self, crm: SessionWorkflow, folder: Path, snapshot: SnapshotAssertion
    ) -> None:
        scenario = crm.scenario("completed", include=["contact", "company"])
        scenario.run()

        assert str(scenario.complete()) == snapshot
        assert run_scenario(load_plugin_class(folder), scenario.folder.path)

    def test_what_it_recorded_is_enough_for_the_contract(
        self, crm: SessionWorkflow, folder: Path, tmp_path: Path
    ) -> None:
        scenario = crm.scenario("contract", include=["contact", "company"])
        scenario.run()
        shutil.copytree(scenario.folder.path, tmp_path / "contract")

        config = SuiteConfig(scenarios=tmp_path, records=11)
        report = metadata_contract(load_plugin_class(folder), config).report()  # type: ignore[arg-type]

        assert report, str(report)

    def test_an_include_that_matches_nothing_is_a_warning(self, crm: SessionWorkflow) -> None:
        scenario = crm.scenario("nothing of that", include=["ordrs"])

        for report in (scenario.run(), scenario.validate()):
            assert report
            assert [each.rule for each in report.findings] == ["M18"]
            assert report.findings[0].rows == ("tables: ordrs",)

    def test_a_pattern_that_is_none_is_told(self, crm: SessionWorkflow) -> None:
        with pytest.raises(UsageError, match="include and exclude are regular expressions"):
            crm.scenario("patterns", include=["("])

    def test_apply_is_the_workflows_to_do(self, crm: SessionWorkflow) -> None:
        with pytest.raises(EntityError, match="stores nothing"):
            crm.scenario("once").complete(apply=True)


class TestSaving:
    def test_a_saved_plugin_is_used_by_the_next_run(
        self, crm: SessionWorkflow, plugin_file: Path
    ) -> None:
        scenario = crm.scenario("saved", include=["deal", "contact", "company"])
        scenario.run()
        text = plugin_file.read_text()

        plugin_file.write_text(text.replace('raw["label"]', "f\"The {raw['label']}\""))

        told = str(scenario.run())
        assert "3 differences to the run before: Table crm.crm.objects.contact: displayName" in told

    def test_what_the_source_raises_names_its_line(
        self, crm: SessionWorkflow, plugin_file: Path
    ) -> None:
        scenario = crm.scenario("raises", include=["deal"])
        text = plugin_file.read_text()

        plugin_file.write_text(text.replace('raw["label"]', 'raw["lable"]'))

        with pytest.raises(PluginRaisedError) as caught:
            scenario.run()
        assert "generate() of CrmSource raised KeyError" in str(caught.value)
        assert "plugin.py, line" in caught.value.where

    def test_an_entity_that_could_not_be_read_is_an_error_of_the_report(
        self, crm: SessionWorkflow, plugin_file: Path
    ) -> None:
        text = plugin_file.read_text()
        lost = "yield OMError('crm.objects.deal', 'no permission')\n        yield LineageEdge("
        plugin_file.write_text(
            text.replace("yield LineageEdge(", lost).replace(
                "    LineageEdge,\n", "    LineageEdge,\n    OMError,\n"
            )
        )

        report = crm.scenario("lost", include=["contact", "company"]).run()

        assert [found.rule for found in report.errors] == ["M00"]
        assert "crm.objects.deal: no permission" in str(report)
        assert OMError.__name__ in plugin_file.read_text()


class TestCatalog:
    def test_what_processors_need_and_the_catalog_has_is_no_change(
        self, session: DevelopmentSession, crm: SessionWorkflow, catalog: LocalCatalog
    ) -> None:
        config = {"host": session.sandbox.url, "api_key": secret(KEY_NAME)}
        tagged = session.workflow("tagged", processors=[ClassifyPii])
        tagged.fill(**config)
        assert tagged.run()

        assert tagged.plan().counts["create"] == tagged.plan().counts["update"] == 0

    def test_the_plan_and_the_difference_are_against_the_catalog(
        self, crm: SessionWorkflow, catalog: LocalCatalog, snapshot: SnapshotAssertion
    ) -> None:
        catalog.put("/services/databaseServices", {"name": "crm", "serviceType": "CustomDatabase"})
        catalog.put("/databases", {"name": "crm", "service": "crm"})
        catalog.put("/databaseSchemas", {"name": "objects", "database": "crm.crm"})
        gone = {"name": "gone", "databaseSchema": "crm.crm.objects", "columns": []}
        catalog.put("/tables", gone | {"columns": [{"name": "id", "dataType": "INT"}]})

        plan = crm.plan()
        part = crm.scenario("part", include=["contact"]).diff()

        assert str(plan) == snapshot
        assert part.counts == {"create": 2, "update": 2, "unchanged": 1, "stale": 0}
        assert catalog.get("/tables?limit=10")["paging"]["total"] == 1

    def test_a_run_stores_all_and_the_second_one_nothing(
        self, crm: SessionWorkflow, catalog: LocalCatalog, session: DevelopmentSession
    ) -> None:
        taped = len(session.recorder.tape.exchanges)

        first, plan, second = crm.run(), crm.plan(), crm.run()

        assert taped == len(session.recorder.tape.exchanges)
        assert first, str(first)
        assert first.tally.of("table")["created"] == 3
        assert plan.counts == {"create": 0, "update": 0, "unchanged": 7, "stale": 0}
        assert second.tally.of("table")["unchanged"] == 3
        assert catalog.get("/tables?limit=10")["paging"]["total"] == 3

    def test_what_the_catalog_has_need_not_come_where_it_is_asked(
        self, crm: SessionWorkflow, catalog: LocalCatalog
    ) -> None:
        scenario = crm.scenario("known", include=["deal"])
        by_hand = [each for each in scenario.items if isinstance(each, Table)]
        for each in by_hand:
            each.tags = [tag("Nobody.Knows")]
        catalog.put("/services/databaseServices", {"name": "crm", "serviceType": "CustomDatabase"})
        catalog.put("/databases", {"name": "crm", "service": "crm"})
        catalog.put("/databaseSchemas", {"name": "objects", "database": "crm.crm"})

        alone, asked = scenario.validate(by_hand), scenario.validate(by_hand, catalog=True)

        assert {found.rule for found in alone.errors} == {"M06"}
        assert {found.rule for found in asked.errors} == {"M16"}


@policy("CRM-01", Table)
def personal_data_has_an_owner(table: Table) -> Verdict | None:
    """A table with personal data has an owner."""
    if "PII.Sensitive" in tags_of(table) and not table.owners:
        return deny("holds personal data, and nobody owns it", fix="exclude it, or name an owner")
    return None


@policy("CRM-02", Table)
def tables_say_what_they_are_for(table: Table) -> Verdict | None:
    """A table has a description."""
    return None if table.description else warn("says not what it is for", fix="description=..")


@policy("CRM-03", Table)
def labels_are_not_shown(table: Table) -> Verdict | None:
    """What the app calls it is no name of ours."""
    return mask("is the app's own word", hide="display_name") if table.display_name else None


RULES = [personal_data_has_an_owner, tables_say_what_they_are_for, labels_are_not_shown]


NAMED = """
from devsession.openmetadata import Table
from devsession.openmetadata.processors import policy, warn

@policy("CRM-04", Table)
def says(table):
    return warn("old")
"""


class TestPolicies:
    @pytest.fixture
    def judged(self, session: DevelopmentSession) -> SessionWorkflow:
        rules = [ClassifyPii, Policies.using(rules=RULES)]
        workflow = session.workflow("judged", processors=rules)
        workflow.fill(host=session.sandbox.url, api_key=secret(KEY_NAME))
        return workflow

    def test_what_a_policy_denies_is_an_error_of_the_report(
        self, judged: SessionWorkflow, snapshot: SnapshotAssertion
    ) -> None:
        scenario = judged.scenario("denied", include=["contact", "company"])

        ran, validated = scenario.run(), scenario.validate()

        assert not ran
        assert [each.rule for each in ran.errors] == ["CRM-01"]
        assert ran.errors[0].rows == ("judged.crm.objects.contact",)
        assert validated.findings == ran.findings
        assert str(validated) == snapshot
        assert "exclude it, or name an owner" in validated._repr_html_()
        assert not scenario.folder.has_outcomes

    def test_what_cells_make_is_judged_as_well(self, judged: SessionWorkflow) -> None:
        scenario = judged.scenario("by hand", include=["company"])
        by_hand = scenario.items
        for each in by_hand:
            if isinstance(each, Table):
                each.description = "who pays"

        assert [each.rule for each in scenario.validate().warnings] == ["CRM-02"]
        assert scenario.validate(by_hand).warnings == ()

    def test_a_generated_test_is_of_the_source_and_holds_whatever_policies_hide(
        self, judged: SessionWorkflow, folder: Path
    ) -> None:
        scenario = judged.scenario("kept", include=["company"])

        assert scenario.run()
        completed = str(scenario.complete())

        assert "says not what it is for" in str(scenario.validate())
        assert "CRM-03 masks 1 entity: is the app's own word" in str(scenario.validate())
        assert "as generated: passes" in completed
        assert run_scenario(load_plugin_class(folder), scenario.folder.path)

    def test_a_processor_that_loses_one_before_is_a_warning(
        self, session: DevelopmentSession
    ) -> None:
        class NeedsTheCatalog(Processor):
            def process(self, item: Item) -> Item:
                self.ctx.metadata.version()
                return item

        processors = [NeedsTheCatalog, Policies.using(rules=RULES)]
        workflow = session.workflow("needing", processors=processors)
        workflow.fill(host=session.sandbox.url, api_key=secret(KEY_NAME))

        report = workflow.scenario("needing", include=["company"]).run()

        assert {each.rule for each in report.warnings} == {"M19"}
        assert "'NoneType' object has no attribute 'version'" in str(report)

    def test_policies_that_are_named_count_as_they_are_saved(
        self, session: DevelopmentSession, folder: Path
    ) -> None:
        file = folder / "crm_policies.py"
        file.write_text(NAMED, encoding="utf-8")
        workflow = session.workflow("named", processors=[Policies.using(rules=["crm_policies"])])
        workflow.fill(host=session.sandbox.url, api_key=secret(KEY_NAME))
        scenario = workflow.scenario("named", include=["company"])

        first = scenario.run()
        file.write_text(NAMED.replace('warn("old")', 'warn("new")'), encoding="utf-8")
        second = scenario.run()
        file.write_text(NAMED.replace("(table)", "(table"), encoding="utf-8")
        broken = scenario.run()
        file.unlink()

        assert [each.message for each in first.warnings] == ["old"]
        assert [each.message for each in second.warnings] == ["new"]
        assert [each.rule for each in broken.errors] == ["M19"]
        assert "crm_policies cannot be imported: SyntaxError" in str(broken)

    def test_the_plan_tells_them_and_takes_nothing_for_stale(
        self, judged: SessionWorkflow, catalog: LocalCatalog, snapshot: SnapshotAssertion
    ) -> None:
        judged.processors = []
        assert judged.run()
        judged.processors = [ClassifyPii, Policies.using(rules=RULES)]

        plan = judged.plan()

        assert str(plan) == snapshot
        assert plan.counts["stale"] == 0
        assert [each["policy"] for each in plan.to_dict()["policies"]] == [
            *("CRM-01", "CRM-02", "CRM-03")
        ]
        assert judged.scenario("diff", include=["company"]).diff().rulings

    def test_a_run_stores_what_is_not_denied(
        self, judged: SessionWorkflow, catalog: LocalCatalog
    ) -> None:
        report = judged.run(delete_unseen=True)

        assert not report
        assert [each.name for each in report.failures] == ["judged.crm.objects.contact"]
        stored = catalog.get("/tables?limit=10")["data"]
        assert sorted(each["name"] for each in stored) == ["company", "deal"]
        assert not any(each.get("displayName") for each in stored)

    def test_a_processor_that_loses_one_is_no_plan(
        self, judged: SessionWorkflow, session: DevelopmentSession, catalog: LocalCatalog
    ) -> None:
        class Loses(Processor):
            def process(self, item: Item) -> Item:
                raise ValueError(type(item).__name__)

        workflow = session.workflow("losing", processors=[Loses])
        workflow.fill(host=session.sandbox.url, api_key=secret(KEY_NAME))

        with pytest.raises(CatalogError, match="ValueError: DatabaseService"):
            workflow.plan()
