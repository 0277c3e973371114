"""A sync with a template, whole: from the form to rendered records at the practice app."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from devsession import DevelopmentSession, expression
from devsession.errors import DataError, FormError, TemplateError
from devsession.plugin import StoredJinjaTemplate
from devsession.session.sampling import sample_of
from devsession.testing import run_scenario
from tests.session.conftest import App, Project, load_contacts

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandas import DataFrame
    from syrupy.assertion import SnapshotAssertion

    from devsession.session.sync import Sync

WITH_TEMPLATE = '''

import json

from devsession.plugin import FormJinjaTemplate, jinja_filter


class PracticeCrm(PracticeCrm):
    """The same app; each record is JSON that a template makes."""

    def outbound_configuration_form(self, parameters):
        fields = super().outbound_configuration_form(parameters).fields
        return OutboundSyncConfigurationForm(fields=fields, mapper=FormJinjaTemplate())

    @jinja_filter
    def polite(self, name, title="Dr."):
        return f"{title} {name}"

    def sync_outbound(self, parameters, outbound_sync_request):
        for batch in outbound_sync_request.get_records(batched=True):
            outcomes = Outcomes(batch)
            for identifier, text in zip(batch["IDENTIFIER"], batch["TRANSFORMED_RECORD"]):
                path = f"/objects/{parameters['object']}/records/bulk/upsert"
                record = {"external_id": identifier, **json.loads(text)}
                answer = call(parameters, "POST", path, json={"records": [record]})
                outcomes.ok(identifier, answer["results"][0]["id"])
            outbound_sync_request.enqueue_results(outcomes)
'''
TEMPLATE = """{
  "email": {{ row.EMAIL | tojson }},
  "first_name": {{ row.FIRST_NAME | polite | tojson }},
  "last_name": {{ row.initial | tojson }}
}"""
COLUMNS = {"initial": expression("left(FIRST_NAME, 1) || '.'")}


@pytest.fixture
def templated(project: Project, session: DevelopmentSession) -> Callable[..., Sync]:
    """Makes a sync of three contacts whose plugin has a template; the table is named like it."""
    text = project.plugin_file.read_text(encoding="utf-8")
    project.plugin_file.write_text(text + WITH_TEMPLATE, encoding="utf-8")

    def make(name: str, **changes: str) -> Sync:
        source = load_contacts(session, name, **changes)
        return session.sync(name, source=source, identifier="ID", strategy="Upsert")

    return make


@pytest.fixture
def people(templated: Callable[..., Sync], request: pytest.FixtureRequest) -> Sync:
    """One that is filled, named after the test."""
    sync = templated(request.node.name)
    sync.fill(object="contact", template=TEMPLATE, columns=COLUMNS)
    return sync


def texts(records: DataFrame) -> list[str]:
    return [" ".join(text.split()) for text in records["TRANSFORMED_RECORD"]]


def test_a_preview_shows_the_text(people: Sync) -> None:
    preview = people.preview(1)

    assert list(preview.columns) == ["IDENTIFIER", "TRANSFORMED_RECORD"]
    assert texts(preview) == [
        '{ "email": "ada@example.com", "first_name": "Dr. Ada", "last_name": "A." }'
    ]


def test_parameters_hold_the_template(people: Sync) -> None:
    assert people.parameters.field_mappings == StoredJinjaTemplate(
        jinja_template=TEMPLATE,
        additional_column_expressions={"initial": "left(FIRST_NAME, 1) || '.'"},
    )


def test_a_run_sends_what_was_rendered(people: Sync, session: DevelopmentSession, app: App) -> None:
    summary = session.run(people.slug)

    assert (summary.succeeded, summary.failed) == (3, 0)
    ada = app.records()["1"]
    assert (ada["email"], ada["first_name"], ada["last_name"]) == (
        "ada@example.com",
        "Dr. Ada",
        "A.",
    )


def test_a_record_that_cannot_be_rendered_does_not_stop_the_others(
    templated: Callable[..., Sync], session: DevelopmentSession, app: App
) -> None:
    sync = templated("one_by_zero")
    template = '{"email": {{ row.EMAIL | tojson }}, "first_name": "{{ 1 // (row.ID - 2) }}"}'
    sync.fill(object="contact", template=template)

    summary = session.run(sync.slug)

    assert (summary.succeeded, summary.failed, summary.unanswered) == (2, 1, 0)
    assert list(summary.causes) == [
        "template, line 1, column 11: ZeroDivisionError: integer division or modulo by zero"
    ]
    assert sorted(app.sent()) == ["1", "3"]
    assert sync.plan().actions == {"Create": 1, "Update": 0}


def test_a_scenario_gives_text_or_rows(people: Sync) -> None:
    request = people.scenario("gives both").request

    rendered, rows = request.get_records(), request.get_records(render_jinja=False)

    assert json.loads(rendered["TRANSFORMED_RECORD"][1])["first_name"] == "Dr. Grace"
    assert rows["TRANSFORMED_RECORD"][1] == {
        "ID": 2,
        "EMAIL": "grace@example.com",
        "FIRST_NAME": "Grace",
        "initial": "G.",
    }


def test_an_error_in_a_cell_names_the_record(
    templated: Callable[..., Sync], snapshot: SnapshotAssertion
) -> None:
    sync = templated("in_a_cell")
    sync.fill(
        object="contact", template="first line\n{{ row.EMAIL + (row.ID if row.ID < 2 else '') }}"
    )

    with pytest.raises(TemplateError) as caught:
        sync.scenario("in a cell").request.get_records()

    assert str(caught.value) == snapshot


def test_a_completed_scenario_is_a_test(people: Sync, project: Project) -> None:
    scenario = people.scenario("is a test")
    report = scenario.run()
    scenario.complete()

    assert report, str(report)
    assert run_scenario(type(project.session.plugin), scenario.folder.path)


def test_another_filter_is_used_once_plugin_py_is_saved(people: Sync, project: Project) -> None:
    scenario = people.scenario("saved in between")
    text = project.plugin_file.read_text(encoding="utf-8")

    project.plugin_file.write_text(text.replace('"Dr."', '"Prof."'), encoding="utf-8")
    _ = project.session.plugin

    assert "Prof. Ada" in scenario.request.get_records()["TRANSFORMED_RECORD"][0]


def test_it_is_filled_as_before_after_a_restart(people: Sync, project: Project) -> None:
    again = project.restart().sync(people.slug)

    assert again.form.plain("object") == "contact"
    assert again.form.mapping == people.form.mapping
    assert again.form.complete


def test_what_is_wrong_is_told_before_anything_runs(templated: Callable[..., Sync]) -> None:
    sync = templated("told")

    with pytest.raises(FormError, match="cannot be filled") as caught:
        sync.fill(object="contact", template="{{ row.EMAIL | poltie }}")

    assert "did you mean 'polite'?" in caught.value.errors["template"]
    assert not sync.filled


def test_sql_that_the_warehouse_refuses_is_told_as_well(templated: Callable[..., Sync]) -> None:
    sync = templated("refused_sql")

    with pytest.raises(DataError, match="extra column 'bad' cannot be filled"):
        sync.fill(object="contact", template="{{ row.bad }}", columns={"bad": expression("NOPE")})

    assert not sync.filled


def test_one_that_renders_no_row_is_not_saved(templated: Callable[..., Sync]) -> None:
    sync = templated("no_row")

    with pytest.raises(TemplateError, match="can only concatenate"):
        sync.fill(object="contact", template="{{ row.EMAIL + row.ID }}")

    assert not sync.filled


def test_rows_that_cannot_be_rendered_are_told_when_it_is_saved(
    templated: Callable[..., Sync], session: DevelopmentSession
) -> None:
    sync = templated("some_rows")

    note = sync.fill(object="contact", template="{{ 1 // (row.ID - 2) }}")

    assert note == (
        "some_rows saved; 1 of the first 3 rows cannot be rendered: "
        "line 1, column 1: ZeroDivisionError: integer division or modulo by zero"
    )
    assert "integer division" in repr(sample_of(session, sync))


def test_no_json_where_the_plugin_wants_it_is_not_saved(
    templated: Callable[..., Sync], project: Project
) -> None:
    sync = templated("no_json")
    of_json = project.plugin_file.read_text("utf-8").replace(
        "FormJinjaTemplate()", 'FormJinjaTemplate(renders="json")'
    )
    project.plugin_file.write_text(of_json, "utf-8")

    with pytest.raises(TemplateError, match="makes no JSON of the record '1'") as caught:
        sync.fill(object="contact", template='{\n  "email": {{ row.EMAIL }}\n}')

    assert (caught.value.fields["line"], caught.value.fields["column"]) == (2, 12)
    assert not sync.filled
    sync.fill(object="contact", template=TEMPLATE, columns=COLUMNS)
    assert json.loads(sync.preview(1)["TRANSFORMED_RECORD"][0])["last_name"] == "A."


def test_the_sample_has_each_row_with_its_text_or_its_error(
    templated: Callable[..., Sync], session: DevelopmentSession
) -> None:
    sync = templated("sampled")
    sync.form.set("object", "contact")
    sync.form.map("half", expression("ID / 2"))
    sync.form.write("{{ row.FIRST_NAME }}\n{{ 1 // (row.ID - 2) }}, {{ row.half > 0 }}")

    texts = sample_of(session, sync).texts

    assert [(each.identifier, each.text, each.line) for each in texts] == [
        ("1", "Ada\n-1, True", None),
        ("2", None, 2),
        ("3", "Mary\n1, True", None),
    ]
    assert "integer division" in texts[1].problem


def test_an_extra_column_that_the_warehouse_refuses_is_said_at_it(
    templated: Callable[..., Sync], session: DevelopmentSession
) -> None:
    sync = templated("extra")
    sync.form.set("object", "contact")
    sync.form.map("bad", expression("upper(NOWHERE)"))
    sync.form.write("{{ row.bad }}")

    sample = sample_of(session, sync)

    assert list(sample.refused) == ["bad"]
    assert "NOWHERE" in sample.refused["bad"]
    assert sample.texts == ()


def test_an_empty_column_that_would_read_none_is_told_before_it_is_sent(
    templated: Callable[..., Sync], session: DevelopmentSession
) -> None:
    sync = templated("nicknames")
    columns = {"nick": expression("case when ID = 2 then null else FIRST_NAME end")}
    template = """{{ row.ID }}: {{ row.nick }}{% if row.nick %}, {{ row.nick }}{% endif %}"""
    sync.fill(object="contact", template=template, columns=columns)
    hint = "nick is empty in 1 row and would read 'None': write {{ row.nick or '' }}"

    assert str(sync.plan()).splitlines()[1:] == [hint]
    assert sample_of(session, sync).hint == hint

    sync.fill(template="{{ row.nick or '' }}")
    assert sync.plan().hint == ""
